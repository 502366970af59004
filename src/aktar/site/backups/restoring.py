"""Bringing a backup back, or trying it in a place of its own; checked before the former is touched."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.loader import MigrationLoader

from aktar.site.backups import postgresql_dumps, sqlite_files
from aktar.site.backups.archive import BackupRefused, Manifest, draft_beside, read_manifest, unpack
from aktar.site.sqlite import make_private
from aktar.site.verifying import faults

REHEARSAL = "rehearsal"


@dataclass(frozen=True)
class Restored:
    """A backup that was brought back: what it held, what is amiss in it, and where the former database is."""

    manifest: Manifest
    faults: list[str]
    is_up_to_date: bool
    kept: Path | None = None


def restore(archive: Path, *, may_replace: bool, now: datetime) -> Restored:
    """Bring a backup back into the database that the settings name.

    Raises BackupRefused, with that database as it was, for an archive that is corrupt or not for this version
    or engine, for a database that holds tables unless `may_replace`, and while another process uses it.
    """
    manifest = _readable(archive)
    if connection.vendor == "sqlite":
        kept = _restore_file(archive, manifest, may_replace=may_replace, now=now)
    else:
        _restore_dump(archive, manifest, may_replace=may_replace)
        kept = None
    return _looked_at(manifest, using=DEFAULT_DB_ALIAS, kept=kept)


def rehearse(archive: Path) -> Restored:
    """Bring a backup back beside the database, hold it to its counts, look it over and throw it away.

    Raises BackupRefused like `restore`, and where PostgreSQL allows no new database.
    """
    manifest = _readable(archive)
    try:
        with draft_beside(archive.absolute()) as dump:
            unpack(archive, manifest, dump)
            if manifest.engine == "sqlite":
                _require_rows(sqlite_files.examine(dump), manifest)
                with _opened(str(dump)):
                    return _looked_at(manifest, using=REHEARSAL)
            with postgresql_dumps.scratch_database() as name:
                postgresql_dumps.load(dump, schema=manifest.schema, rows=manifest.rows, database=name)
                with _opened(name):
                    return _looked_at(manifest, using=REHEARSAL)
    except OSError as error:
        raise BackupRefused(f"{archive} cannot be tried: {error.strerror or error}.") from None


def _restore_file(archive: Path, manifest: Manifest, *, may_replace: bool, now: datetime) -> Path | None:
    path = Path(connection.settings_dict["NAME"])
    try:
        if not may_replace and not sqlite_files.is_empty(path):
            raise _not_empty(str(path))
        make_private(path)
        with draft_beside(path) as draft:
            unpack(archive, manifest, draft)
            _require_rows(sqlite_files.examine(draft), manifest)
            return sqlite_files.swap(draft, path, now=now)
    except OSError as error:
        raise BackupRefused(f"{path} cannot be replaced: {error.strerror or error}.") from None


def _restore_dump(archive: Path, manifest: Manifest, *, may_replace: bool) -> None:
    if not may_replace and postgresql_dumps.tables():
        raise _not_empty(connection.settings_dict["NAME"])
    postgresql_dumps.require_not_older(manifest.engine_version)
    _, schema = postgresql_dumps.server()
    if schema != manifest.schema:
        raise BackupRefused(
            f"The backup's tables are in the schema {manifest.schema} and this database looks for them in "
            f"{schema}: set the search_path of its user."
        )
    postgresql_dumps.require_unused()
    try:
        with draft_beside(archive.absolute()) as dump:
            unpack(archive, manifest, dump)
            name = connection.settings_dict["NAME"]
            postgresql_dumps.load(dump, schema=schema, rows=manifest.rows, database=name)
    except OSError as error:
        raise BackupRefused(f"{archive} cannot be unpacked: {error.strerror or error}.") from None


def _readable(archive: Path) -> Manifest:
    """The manifest of an archive that this version and this engine can bring back."""
    manifest = read_manifest(archive)
    if manifest.engine != connection.vendor:
        raise BackupRefused(
            f"{archive} is of a database on {manifest.engine}, and DATABASE_URL names one on "
            f"{connection.vendor}."
        )
    known = {f"{room}.{name}" for room, name in MigrationLoader(None).disk_migrations}
    unknown = sorted(set(manifest.migrations) - known)
    if unknown or _numbers(manifest.aktar) > _numbers(version("aktar")):
        what = f", and has the migrations {', '.join(unknown)}" if unknown else ""
        raise BackupRefused(
            f"{archive} is from aktar {manifest.aktar}{what}; this is {version('aktar')}. Bring it back with "
            "that version or a newer one."
        )
    return manifest


def _looked_at(manifest: Manifest, *, using: str, kept: Path | None = None) -> Restored:
    # The tables of an older version have to be brought up to date before they can be looked at.
    is_up_to_date = {f"{room}.{name}" for room, name in MigrationLoader(None).disk_migrations} <= set(
        manifest.migrations
    )
    return Restored(manifest, faults(using=using) if is_up_to_date else [], is_up_to_date, kept)


@contextmanager
def _opened(name: str) -> Iterator[None]:
    """Another database of the same kind under the alias of rehearsals."""
    connections.databases[REHEARSAL] = connections.databases[DEFAULT_DB_ALIAS] | {"NAME": name}
    try:
        yield
    finally:
        connections[REHEARSAL].close()
        del connections[REHEARSAL]
        del connections.databases[REHEARSAL]


def _require_rows(found: dict[str, int], manifest: Manifest) -> None:
    for table in sorted(found.keys() | manifest.rows.keys()):
        if found.get(table) != manifest.rows.get(table):
            raise BackupRefused(
                f"The backup is corrupt: {table} has {found.get(table)} rows, not {manifest.rows.get(table)}."
            )


def _not_empty(name: str) -> BackupRefused:
    return BackupRefused(f"The database {name} is not empty: give --force to replace what is in it.")


def _numbers(text: str) -> tuple[int, ...]:
    """A version as numbers that can be compared; what comes after them (a1, .dev0) is left out."""
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()
