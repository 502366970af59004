"""An archive that cannot be trusted is refused, and the database stays as it was."""

import os
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection

from aktar.site.backups import BackupRefused, read_manifest, restore
from aktar.site.backups.archive import MANIFEST, pack
from aktar.site.verifying import faults
from tests.backups.databases import Aktar, is_refused, row_counts


def _flipped(archive: Path, place: int) -> None:
    held = bytearray(archive.read_bytes())
    held[place] ^= 0xFF
    archive.write_bytes(held)


def _changed_manifest(archive: Path, **values: Any) -> None:
    """The same archive with another manifest, its digest still right."""
    manifest = read_manifest(archive)
    with zipfile.ZipFile(archive) as packed:
        dump = packed.read(manifest.dump)
    told = msgspec.to_builtins(manifest) | values
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(manifest.dump, dump)
        packed.writestr(MANIFEST, msgspec.json.encode(told))


SPOILED: dict[str, Callable[[Path], None]] = {
    "a flipped byte": lambda path: _flipped(path, path.stat().st_size // 2),
    "a flipped byte at its beginning": lambda path: _flipped(path, 200),
    "cut off": lambda path: os.truncate(path, path.stat().st_size * 9 // 10),
    "empty": lambda path: os.truncate(path, 0),
    "something else": lambda path: _write(path, b"SELECT 1;"),
    "another digest": lambda path: _changed_manifest(path, sha256="0" * 64),
    "a number of rows that is not so": lambda path: _changed_manifest(
        path, rows=read_manifest(path).rows | {"transfers_transferorder": 7}
    ),
    "a format to come": lambda path: _changed_manifest(path, format=2),
    "a version to come": lambda path: _changed_manifest(path, aktar="99.0"),
    "a migration to come": lambda path: _changed_manifest(
        path, migrations=[*read_manifest(path).migrations, "transfers.0999_to_come"]
    ),
    "another engine": lambda path: _changed_manifest(path, engine="oracle"),
    "a manifest that is none": lambda path: _changed_manifest(path, rows="many"),
    "a manifest of broken bytes": lambda path: _broken_manifest(path),
    "a manifest that is encrypted": lambda path: _encrypted_manifest(path),
    "a manifest that is no UTF-8": lambda path: _retold(path, b'{"format": 1, "aktar": "\xff"}'),
    "a manifest without an end to its depth": lambda path: _retold(
        path, b'{"format": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    ),
    "a version without an end": lambda path: _changed_manifest(path, aktar="9" * 5_000),
    "a dump of another size": lambda path: _changed_manifest(path, bytes=1),
    "a dump that lacks its end": lambda path: _cut_off(path, 1_000),
    "half a dump": lambda path: _cut_off(path, read_manifest(path).bytes // 2),
}


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _retold(archive: Path, manifest: bytes) -> None:
    """The same archive with whatever in its manifest's place."""
    name = read_manifest(archive).dump
    with zipfile.ZipFile(archive) as packed:
        dump = packed.read(name)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, dump)
        packed.writestr(MANIFEST, manifest)


def _broken_manifest(archive: Path) -> None:
    held = bytearray(archive.read_bytes())
    place = held.rindex(b"PK\x03\x04") + 30 + len(MANIFEST)
    held[place : place + 20] = b"\xff" * 20
    archive.write_bytes(held)


def _encrypted_manifest(archive: Path) -> None:
    held = bytearray(archive.read_bytes())
    held[held.rindex(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(held)


def _cut_off(archive: Path, missing: int) -> None:
    """A dump that breaks off so many bytes before its end, though the archive swears that it is whole."""
    manifest = read_manifest(archive)
    dump = archive.with_name("half")
    with zipfile.ZipFile(archive) as packed:
        whole = packed.read(manifest.dump)
    dump.write_bytes(whole[:-missing])
    archive.unlink()
    pack(dump, manifest, archive)


def test_an_archive_that_cannot_be_trusted_leaves_the_database_as_it_was(
    archive: Path, orders: list[int], aktar: Aktar, tmp_path: Path
) -> None:
    before = row_counts()
    for name, spoil in SPOILED.items():
        spoilt = tmp_path / f"{name}.zip"
        shutil.copy(archive, spoilt)
        spoil(spoilt)
        connection.close()
        with pytest.raises(BackupRefused) as refusal:
            restore(spoilt, may_replace=True, now=datetime.now(UTC))
        assert str(refusal.value).endswith("."), name
    connection.close()
    told = aktar("restore", str(tmp_path / "a flipped byte.zip"), "--force")
    assert is_refused(told, "corrupt")
    assert row_counts() == before
    assert faults() == []
