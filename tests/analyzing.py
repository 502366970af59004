"""ANALYZE of a test's own tables: those of the server are locked for the tests in other databases as well."""

from django.db import connection


def analyze() -> None:
    """Let the planner know of the rows that were made.

    PostgreSQL takes the ends of a range from the index, where a row that another test deleted may still lie:
    it then believes that a whole bucket of the histogram passes. The buckets are made so small that no plan
    turns by that.
    """
    with connection.cursor() as cursor:
        ours = ""
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL default_statistics_target = 1000")
            ours = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names(cursor)))
        cursor.execute(f"ANALYZE {ours}")
