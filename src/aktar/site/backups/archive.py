"""The archive of a backup: a zip file with the database's dump and a manifest that says what it holds."""

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated

import msgspec

FORMAT = 1
MANIFEST = "manifest.json"
_MOST_MANIFEST_BYTES = 1 << 20
_AT_ONCE = 1 << 20
_OURS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What is raised for archives that are none of ours or were damaged: broken bytes may look like anything.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    msgspec.MsgspecError,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,  # encrypted, or nested without end
    ValueError,  # no UTF-8
)

# They come to be printed and compared, so they are held to what is harmless there.
_Version = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,9}[0-9A-Za-z.+-]{0,50}\Z")]
_ServerVersion = Annotated[str, msgspec.Meta(pattern=r"\A[ -~]{0,200}\Z")]
_Name = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_.-]{1,200}\Z")]


class BackupRefused(Exception):
    """A backup cannot be taken or brought back; the message says in a sentence why, and what would help."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds: who made it, from which database, and how many rows of each table."""

    format: int = FORMAT
    aktar: _Version
    taken_at: str
    engine: _Name
    engine_version: _ServerVersion
    # Where the tables lie on PostgreSQL.
    schema: str = ""
    migrations: list[_Name]
    rows: dict[_Name, int]
    dump: _Name
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
            if _part(packed, MANIFEST).file_size > _MOST_MANIFEST_BYTES:
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
    except _BROKEN as error:
        raise BackupRefused(f"{archive} is no backup of aktar, or is cut off: {error}.") from None


def unpack(archive: Path, manifest: Manifest, target: Path) -> None:
    """Write the archive's dump to `target`; raises BackupRefused unless it is what the manifest promises."""
    try:
        with zipfile.ZipFile(archive) as packed:
            part = _part(packed, manifest.dump)
            if part.file_size != manifest.bytes:
                # Said before it is unpacked: it may fill the disk.
                raise _another_dump(archive, manifest)
            with packed.open(part) as source, target.open("wb") as file:
                found = _copied(source, file)
    except OSError as error:
        raise BackupRefused(f"{archive} cannot be unpacked: {error.strerror or error}.") from None
    except _BROKEN as error:
        raise BackupRefused(f"{archive} is corrupt: {error}.") from None
    if found != (manifest.bytes, manifest.sha256):
        raise _another_dump(archive, manifest)


def _part(packed: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    part = packed.getinfo(name)
    if part.compress_type not in _OURS:
        raise NotImplementedError("it is packed otherwise than a backup is")
    return part


def _another_dump(archive: Path, manifest: Manifest) -> BackupRefused:
    return BackupRefused(f"{archive} is corrupt: its {manifest.dump} is not the one that was packed.")


class _AnyFormat(msgspec.Struct):
    format: int


def _copied(source: IO[bytes], target: IO[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while chunk := source.read(_AT_ONCE):
        target.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()
