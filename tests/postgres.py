"""Whether a PostgreSQL answers at an address: `python -m tests.postgres URL` exits with 0 if so."""

import sys

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo


def answers(url: str) -> bool:
    """Whether the server at the address lets its user in; the database that it names need not exist."""
    try:
        values = conninfo_to_dict(url) | {"dbname": "postgres", "connect_timeout": 3}
        psycopg.connect(make_conninfo(**values)).close()
    except psycopg.Error:
        return False
    return True


if __name__ == "__main__":
    sys.exit(not answers(sys.argv[1]))
