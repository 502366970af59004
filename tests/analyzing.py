"""ANALYZE of a test's own tables: those of the server are locked for the tests in other databases as well."""

from django.db import connection


def analyze() -> None:
    """Let the planner know of the rows that were made."""
    with connection.cursor() as cursor:
        ours = ""
        if connection.vendor == "postgresql":
            ours = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names(cursor)))
        cursor.execute(f"ANALYZE {ours}")
