"""Dumps of PostgreSQL by its own programs: taken in one snapshot, brought back in one transaction.

The password goes to them by the environment, which only the same user can see; never on the command line.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.db import Error, connection, transaction

from aktar.site.backups.archive import BackupRefused

DUMP = "database.dump"
# A migration that is under way holds its tables; the dump waits so long for it, in milliseconds.
_LOCK_WAIT = 60_000
# The schema exists where a dump is brought to, and it may belong to somebody else.
_OF_THE_SCHEMA = re.compile(r"^\d+; \d+ \d+ (SCHEMA|COMMENT|ACL) - ")
_AT_ONCE = 1 << 20

# Whatever stands in the schema and was not brought by an extension.
_CLEAR = """
DO $clear$ DECLARE it record; BEGIN
  FOR it IN SELECT c.oid::regclass AS name, c.relkind FROM pg_class c
    WHERE c.relnamespace = {schema}::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relkind IN ('r', 'p')
  LOOP
    EXECUTE format('DROP %s IF EXISTS %s CASCADE',
      CASE it.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, it.name);
  END LOOP;
  FOR it IN SELECT p.oid::regprocedure AS name FROM pg_proc p
    WHERE p.pronamespace = {schema}::regnamespace AND p.prokind = 'f'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', it.name); END LOOP;
END $clear$;
"""
_MAKE_SCHEMA = """
DO $make$ BEGIN
  IF to_regnamespace({schema}) IS NULL THEN CREATE SCHEMA {name}; END IF;
END $make$;
"""
_COUNT = """
DO $count$ BEGIN
  IF (SELECT count(*) FROM {schema}.{table}) <> {rows} THEN
    RAISE EXCEPTION 'the table % has not the % rows that were backed up', {literal}, {rows};
  END IF;
END $count$;
"""


def dump(target: Path) -> tuple[str, str, dict[str, int]]:
    """Dump the database as it is at one instant; answers the server's version, schema and rows of each table.

    Raises BackupRefused where pg_dump is missing, too old for the server, or fails.
    """
    program = _program("pg_dump")
    version, schema = server()
    major, own = _major(version), _major(_said([program, "--version"]))
    if own < major:
        raise BackupRefused(
            f"pg_dump is of version {own} and the server of {major}: a dump needs a pg_dump at least as new. "
            f"Install PostgreSQL's client programs of version {major}."
        )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # We wait for the dump, however long it takes.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        _run(
            program,
            "--format=custom",
            f"--snapshot={snapshot}",
            f"--schema={_name(schema)}",
            f"--lock-wait-timeout={_LOCK_WAIT}",
            "--no-password",
            f"--file={target}",
        )
        rows = {}
        for table in tables():
            cursor.execute(f"SELECT count(*) FROM {_name(schema)}.{_name(table)}")  # noqa: S608 - its own name
            rows[table] = cursor.fetchone()[0]
    examine(target)
    return version, schema, rows


def examine(path: Path) -> None:
    """Read the dump's table of contents; raises BackupRefused if pg_restore cannot."""
    _listed(path)


def load(path: Path, *, schema: str, rows: dict[str, int], database: str) -> None:
    """Put the dump in the place of all that the schema holds, in one transaction that ends with the counts.

    Raises BackupRefused if anything at all fails; the database is then as it was.
    """
    psql, restorer = _program("psql"), _program("pg_restore")
    name = _name(schema)
    literal = _literal(name)
    before = _MAKE_SCHEMA.format(schema=literal, name=name) + _CLEAR.format(schema=literal)
    after = "".join(
        _COUNT.format(schema=name, table=_name(table), rows=int(count), literal=_literal(table))
        for table, count in rows.items()
    )
    environment = _environment() | {"PGDATABASE": database}
    with tempfile.TemporaryFile() as complaints, tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
        chosen.write("\n".join(line for line in _listed(path) if not _OF_THE_SCHEMA.match(line)))
        chosen.flush()
        session = subprocess.Popen(  # noqa: S603 - the program that was found, and our own words
            [psql, "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        script = subprocess.Popen(  # noqa: S603 - a command of ours, not a shell's
            [restorer, "--file=-", "--no-owner", "--no-privileges", f"--use-list={chosen.name}", str(path)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=complaints,
        )
        with session, script:
            assert session.stdin is not None  # noqa: S101 - both are pipes
            assert script.stdout is not None  # noqa: S101 - both are pipes
            try:
                session.stdin.write(b"BEGIN;\nSET LOCAL client_min_messages = warning;\n" + before.encode())
                shutil.copyfileobj(script.stdout, session.stdin, _AT_ONCE)
                # A script that broke off must not be committed: without the last word all is undone.
                if script.wait() == 0:
                    session.stdin.write(after.encode() + b"COMMIT;\n")
                session.stdin.close()
            except BrokenPipeError:
                script.kill()
            finally:
                _close(session.stdin)
        if session.returncode or script.returncode:
            raise BackupRefused(f"The database was left as it was: {_first_error(complaints)}.")


@contextmanager
def scratch_database() -> Iterator[str]:
    """A new, empty database on the same server, dropped in the end; raises BackupRefused if refused one."""
    name = f"aktar_rehearsal_{uuid4().hex[:12]}"
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    except Error as error:
        raise BackupRefused(
            f"No database could be made to try it in: {' '.join(str(error).split())}."
        ) from None
    try:
        yield name
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def server() -> tuple[str, str]:
    """The server's version and the schema for tables; raises BackupRefused without one. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_schema()")
        version, schema = cursor.fetchone()
    if schema is None:
        raise BackupRefused("The database has no schema to hold tables: see its search_path.")
    return version.split()[0], schema


def tables() -> list[str]:
    """The tables of the schema, by name. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
        )
        return [name for (name,) in cursor.fetchall()]


def require_unused() -> None:
    """Raise BackupRefused while another process is in the database as the same user. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename = current_user AND pid <> pg_backend_pid() "
            "AND backend_type IN ('client backend', 'parallel worker')"
        )
        (count,) = cursor.fetchone()
    if count:
        raise BackupRefused(
            f"{count} other connections are open to the database: stop the servers and dispatchers, and "
            "whoever else uses it, first."
        )


def require_not_older(version: str) -> None:
    """Raise BackupRefused if the server is of an older line than the one the dump is from. One query."""
    ours, _ = server()
    if _major(ours) < _major(version):
        raise BackupRefused(
            f"The backup is from PostgreSQL {version} and this server is {ours}: a dump goes to the same "
            "version or a newer one."
        )


def _environment() -> dict[str, str]:
    """Where and as whom our own connection is, in the words of PostgreSQL's programs."""
    from psycopg import pq

    connection.ensure_connection()
    info = connection.connection.info
    values = info.get_parameters() | {"password": info.password}
    # What a pooled connection needs is not what they need.
    variables = {option.keyword.decode(): option.envvar for option in pq.Conninfo.get_defaults()}
    given = {
        variable.decode(): str(values[keyword])
        for keyword, variable in variables.items()
        if variable and values.get(keyword)
    }
    return os.environ | given | {"LC_MESSAGES": "C"}


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(
            f"The program {name} is not here: install PostgreSQL's client programs (on Debian and Ubuntu the "
            "package postgresql-client), of the server's version or newer."
        )
    return found


def _said(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - a command of ours, not a shell's


def _run(*command: str) -> str:
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603 - a command of ours, not a shell's
    if done.returncode:
        reason = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
        raise BackupRefused(f"{Path(command[0]).name} failed: {reason.rstrip('.')}.")
    return done.stdout


def _listed(path: Path) -> list[str]:
    return _run(_program("pg_restore"), "--list", str(path)).splitlines()


def _first_error(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").splitlines()
    said = [line for line in lines if "ERROR" in line or "error" in line or "FATAL" in line] or lines
    return said[0].strip(" .\n") if said else "the programs of PostgreSQL did not say why"


def _close(stream: IO[bytes]) -> None:
    with suppress(BrokenPipeError):
        stream.close()


def _major(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
