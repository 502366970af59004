"""The archive of a backup: a zip file with the database's dump and a manifest that says what it holds."""

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec

FORMAT = 1
MANIFEST = "manifest.json"
_MOST_MANIFEST_BYTES = 1 << 20
_AT_ONCE = 1 << 20


class BackupRefused(Exception):
    """A backup cannot be taken or brought back; the message says in a sentence why, and what would help."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds: who made it, from which database, and how many rows of each table."""

    format: int = FORMAT
    aktar: str
    taken_at: str
    engine: str
    engine_version: str
    # Where the tables lie on PostgreSQL.
    schema: str = ""
    migrations: list[str]
    rows: dict[str, int]
    dump: str
    bytes: int = 0
    sha256: str = ""

    @property
    def contents(self) -> str:
        """How much it is, in words."""
        return f"{sum(self.rows.values()):,} rows in {len(self.rows)} tables"


@contextmanager
def draft_beside(path: Path) -> Iterator[Path]:
    """A new file in the folder of `path`, for its owner alone, so that a rename can put it in its place.

    Whatever is left of it in the end is removed. Raises OSError where none can be made.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".part")
    os.close(descriptor)
    draft = Path(name)
    try:
        yield draft
    finally:
        # What SQLite may lay beside a file that it opens.
        for ending in ("", "-journal", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.unlink(name + ending)


def put_in_place(draft: Path, path: Path) -> None:
    """Give a draft its name once all of it lies on the disk: a power cut leaves all of it or nothing."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def pack(dump: Path, manifest: Manifest, archive: Path) -> Manifest:
    """Write the archive, and answer the manifest with the dump's size and digest."""
    # What pg_dump writes is compressed already.
    method = zipfile.ZIP_STORED if manifest.dump.endswith(".dump") else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(archive, "w", compression=method, compresslevel=1) as packed:
        with dump.open("rb") as source, packed.open(manifest.dump, "w", force_zip64=True) as target:
            size, digest = _copied(source, target)
        manifest = msgspec.structs.replace(manifest, bytes=size, sha256=digest)
        packed.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    return manifest


def read_manifest(archive: Path) -> Manifest:
    """What the archive says of itself; raises BackupRefused if it is no backup that we know."""
    try:
        with zipfile.ZipFile(archive) as packed:
            if packed.getinfo(MANIFEST).file_size > _MOST_MANIFEST_BYTES:
                raise BackupRefused(f"{archive} is no backup: its {MANIFEST} is too long.")
            text = packed.read(MANIFEST)
        version = msgspec.json.decode(text, type=_AnyFormat).format
        if version != FORMAT:
            raise BackupRefused(
                f"{archive} has format {version} and this version of aktar reads format {FORMAT}."
            )
        return msgspec.json.decode(text, type=Manifest)
    except OSError as error:
        raise BackupRefused(f"{archive} cannot be read: {error.strerror or error}.") from None
    except (zipfile.BadZipFile, KeyError, msgspec.MsgspecError, NotImplementedError, EOFError) as error:
        raise BackupRefused(f"{archive} is no backup of aktar, or is cut off: {error}.") from None


def unpack(archive: Path, manifest: Manifest, target: Path) -> None:
    """Write the archive's dump to `target`; raises BackupRefused unless it is what the manifest promises."""
    try:
        with (
            zipfile.ZipFile(archive) as packed,
            packed.open(manifest.dump) as source,
            target.open("wb") as file,
        ):
            found = _copied(source, file)
    except OSError as error:
        raise BackupRefused(f"{archive} cannot be unpacked: {error.strerror or error}.") from None
    # Broken bytes may look to zlib like anything at all.
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
        raise BackupRefused(f"{archive} is corrupt: {error}.") from None
    if found != (manifest.bytes, manifest.sha256):
        raise BackupRefused(f"{archive} is corrupt: its {manifest.dump} is not the one that was packed.")


class _AnyFormat(msgspec.Struct):
    format: int


def _copied(source: IO[bytes], target: IO[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while chunk := source.read(_AT_ONCE):
        target.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()
