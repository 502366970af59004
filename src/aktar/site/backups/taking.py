"""Taking a backup while the service runs: dump, count, pack, read again, and only then give it its name."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from aktar.site.backups import postgresql_dumps, sqlite_files
from aktar.site.backups.archive import (
    BackupRefused,
    Manifest,
    draft_beside,
    pack,
    put_in_place,
    read_manifest,
    unpack,
)


@dataclass(frozen=True)
class Taken:
    """A backup that was taken: where it lies and what it holds."""

    path: Path
    manifest: Manifest


def take(path: Path, *, now: datetime) -> Taken:
    """Back the database up into a new file, or into a new file of the folder that `path` is.

    Raises BackupRefused where that cannot be done; nothing is left behind then.
    """
    if path.is_dir():
        path = path / f"aktar-{now:%Y%m%dT%H%M%SZ}.zip"
    path = path.absolute()
    if path.exists():
        raise BackupRefused(f"{path} exists already; a backup replaces nothing.")
    try:
        with draft_beside(path) as archive:
            manifest = _packed(archive, path, now)
            # What lies there is what counts, not what was meant to.
            with draft_beside(path) as again:
                unpack(archive, read_manifest(archive), again)
                _examine(again, manifest)
            put_in_place(archive, path)
    except OSError as error:
        raise BackupRefused(f"{path} cannot be written: {error.strerror or error}.") from None
    return Taken(path, manifest)


def _packed(archive: Path, path: Path, now: datetime) -> Manifest:
    name = sqlite_files.DUMP if connection.vendor == "sqlite" else postgresql_dumps.DUMP
    with draft_beside(path.with_name(name)) as draft:
        if connection.vendor == "sqlite":
            engine_version, schema = sqlite_files.copy(draft), ""
            rows = sqlite_files.examine(draft)
        else:
            engine_version, schema, rows = postgresql_dumps.dump(draft)
        manifest = Manifest(
            aktar=version("aktar"),
            taken_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
            engine=connection.vendor,
            engine_version=engine_version,
            schema=schema,
            migrations=sorted(
                f"{room}.{name}" for room, name in MigrationRecorder(connection).applied_migrations()
            ),
            rows=rows,
            dump=name,
        )
        return pack(draft, manifest, archive)


def _examine(dump: Path, manifest: Manifest) -> None:
    if manifest.engine == "postgresql":
        postgresql_dumps.examine(dump)
    elif sqlite_files.examine(dump) != manifest.rows:
        raise BackupRefused("The backup does not hold the rows that were counted.")
