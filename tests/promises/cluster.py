"""A PostgreSQL of the test's own, to be crashed and started again."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import free_port


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL; its user is postgres, and whoever comes from this machine is let in."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it; answers once it lets clients in."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=50"
        self.control("start", "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", options)

    def crash(self) -> None:
        """End it in an instant, with whatever was under way."""
        self.control("stop", "-m", "immediate")

    def control(self, *words: str) -> None:
        _run(self.programs / "pg_ctl", "-D", str(self.folder / "data"), *words)


def programs() -> Path | None:
    """Where the programs of a PostgreSQL server are, or None."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: len(str(path)))
    return installed[-1].parent if installed else None


@contextlib.contextmanager
def a_cluster(found: Path) -> Iterator[Cluster]:
    """A fresh one that is safe against crashes, as one of an operator's is; left, it is gone."""
    folder = Path(tempfile.mkdtemp(prefix="aktar-cluster-"))
    try:
        if user := _user():
            os.chown(folder, user.pw_uid, user.pw_gid)
        _run(
            found / "initdb",
            "-D",
            str(folder / "data"),
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
        )
        cluster = Cluster(found, folder, free_port())
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.crash()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> pwd.struct_passwd | None:
    """Who runs the server: a server refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


def _run(program: Path, *words: str) -> None:
    user = _user()
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    # What a server leaves open of a pipe would keep us waiting for its end.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            [program, *words], stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd="/", **who
        )
        said.seek(0)
        assert done.returncode == 0, said.read().decode()
