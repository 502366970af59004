"""`aktar import` and `aktar export`: what they say where, how they exit, and what a killed one leaves."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner, Result

from aktar.catalog.models import Product, ProductImage
from aktar.exchange.kinds.stock import STOCK
from aktar.places.models import Address, StockLocation, Township
from aktar.site.cli.exchange import export, import_
from aktar.stock.actions import adjust_stock
from aktar.stock.models import StockLevel
from aktar.stock.rules import StockDelta
from aktar.webhooks.models import Event
from tests.exchange.tables import LOCATION, a_csv
from tests.factories import a_location, a_product, a_workflow

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def aktar(aktar_environment: dict[str, str], database_url: str) -> Run:
    """Runs `aktar` off a terminal on this test's database."""
    a_workflow()

    def run(*arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [sys.executable, "-m", "aktar", *arguments],
            env=aktar_environment | {"DATABASE_URL": database_url},
            input=given,
            capture_output=True,
        )

    return run


def test_what_is_told_goes_where_it_belongs(db: None, tmp_path: Path) -> None:
    a_workflow()
    path = a_csv(tmp_path / "a.csv", [list(LOCATION), list(LOCATION.values()), ["S2"] + [""] * 8])

    def run(command: Command, *arguments: str, given: bytes = b"") -> Result:
        return CliRunner().invoke(command, arguments, input=given)

    tried = run(import_, "locations", str(path), "--dry-run", "--language", "tr-tr")
    assert (tried.exit_code, tried.stderr) == (1, "")
    told = tried.stdout.splitlines()
    assert told[:2] == ["satır 2 S34-001: yeni", "  name: Şişli"]
    assert "satır 3 S2: reddedildi" in told
    assert told[-1] == "1 oluşturuldu, 0 güncellendi, 0 değişmedi, 1 reddedildi."

    done = run(import_, "locations", "-", given=path.read_bytes())
    assert (done.exit_code, done.stdout) == (1, "1 created, 0 updated, 0 unchanged, 1 refused.\n")
    assert done.stderr.splitlines()[:2] == ["row 3 S2: refused", "  name: A new one needs this."]

    out = tmp_path / "b.xlsx"
    assert run(export, "locations", "-o", str(out)).exit_code == 0
    again = run(import_, "locations", str(out))
    assert (again.exit_code, again.stdout) == (0, "0 created, 0 updated, 1 unchanged, 0 refused.\n")
    assert run(export, "locations").stdout_bytes.startswith("\ufefferp_code,name,".encode())


@pytest.mark.parametrize(
    ("arguments", "content", "said"),
    [
        (["products"], b"sku,colour\n", "There are no columns colour."),
        (["products"], b"PK\x03\x04", "cannot be read as a workbook"),
        (["products", "--as-of", "2026-11-02"], b"sku\n", "--as-of goes with stock"),
        (["stock", "--as-of", "2999-01-01"], b"sku,erp_code,on_hand\n", "has not come yet"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(
    db: None, arguments: list[str], content: bytes, said: str
) -> None:
    a_workflow()
    done = CliRunner().invoke(import_, [*arguments, "-"], input=content)
    assert isinstance(done.exception, SystemExit)
    assert done.exit_code in (1, 2)
    assert said in done.stderr


def test_a_terminal_cannot_be_read_and_it_is_told_why(db: None) -> None:
    a_workflow()
    keyboard, terminal = os.openpty()
    try:
        os.write(keyboard, b"sku,name\nTS-1,Scarf\n")
        done = CliRunner().invoke(import_, ["products", os.ttyname(terminal)])
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert done.exit_code == 1
    assert "not seekable" in done.stderr
    assert "None" not in done.stderr


def test_an_export_that_breaks_off_leaves_the_file_as_it_was(db: None, tmp_path: Path) -> None:
    a_workflow()
    product = a_product(sku="TS-\u202e9")
    ProductImage.objects.bulk_create(
        ProductImage(product=product, url=f"https://img.example.com/{'x' * 900}/{order}", order=order)
        for order in range(1, 50)
    )
    folder = tmp_path / "kept"
    folder.mkdir()
    path = folder / "a.xlsx"
    path.write_bytes(b"of yesterday")
    for output in (str(path), str(folder / "new.xlsx")):
        done = CliRunner().invoke(export, ["products", "-o", output])
        assert done.exit_code == 1
        assert done.stderr == (
            r"Error: Row TS-\u202e9, column images: the text has more than the 32,767 characters that a cell "
            "of a workbook holds. CSV holds it.\n"
        )
    assert [each.name for each in folder.iterdir()] == ["a.xlsx"]
    assert path.read_bytes() == b"of yesterday"
    assert CliRunner().invoke(export, ["products", "-o", str(path), "--format", "csv"]).exit_code == 0
    done = CliRunner().invoke(import_, ["products", str(path)])
    assert done.stdout == "0 created, 0 updated, 1 unchanged, 0 refused.\n"
    done = CliRunner().invoke(export, ["products", "-o", str(tmp_path / "nowhere" / "a.csv")])
    assert (done.exit_code, "No such file or directory" in done.stderr) == (1, True)


def test_an_exported_file_has_the_mode_of_the_one_before_or_of_a_new_one(db: None, tmp_path: Path) -> None:
    a_workflow()
    new, kept, link = (tmp_path / name for name in ("new.csv", "kept.csv", "link.csv"))
    kept.touch()
    kept.chmod(0o604)
    link.symlink_to(kept)
    umask = os.umask(0o027)
    try:
        for path in (new, link):
            assert CliRunner().invoke(export, ["products", "-o", str(path)]).exit_code == 0
    finally:
        os.umask(umask)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (new, kept)] == [0o640, 0o604]
    assert link.is_symlink()
    assert kept.read_bytes() == new.read_bytes() != b""


def test_a_pipe_is_written_to_and_not_replaced(db: None, tmp_path: Path) -> None:
    a_workflow()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert CliRunner().invoke(export, ["products", "-o", str(pipe)]).exit_code == 0
    reader.join(timeout=60)
    assert read[0].startswith("\ufeffsku,name".encode())
    assert pipe.is_fifo()


def test_a_pipe_with_a_name_is_read_like_a_file(db: None, tmp_path: Path) -> None:
    a_workflow()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"sku,name\nTS-1,Scarf\n",), daemon=True)
    writer.start()
    done = CliRunner().invoke(import_, ["products", str(pipe)])
    assert (done.exit_code, done.stdout) == (0, "1 created, 0 updated, 0 unchanged, 0 refused.\n")
    writer.join()


def test_stock_is_counted_at_one_instant_and_repeated_with_it(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_workflow()
    monkeypatch.setattr("aktar.exchange.kinds.stock.STOCK", replace(STOCK, batch=1))
    store, products = a_location(erp_code="S1"), [a_product(sku=f"TS-{n}") for n in range(3)]
    rows = [["sku", "erp_code", "on_hand"], *([each.sku, "S1", "5"] for each in products)]
    path = a_csv(tmp_path / "a.csv", rows)

    def run(*options: str) -> Result:
        return CliRunner().invoke(import_, ["stock", str(path), *options])

    done = run()
    assert (done.exit_code, done.stdout) == (0, "0 created, 3 updated, 0 unchanged, 0 refused.\n")
    (instant,) = {level.counted_at for level in StockLevel.objects.all()}
    assert instant is not None
    said = instant.isoformat()
    assert done.stderr.splitlines() == [
        f"The stock counts as of {said}. To repeat it, or to go on with it, give --as-of {said}."
    ]
    adjust_stock([StockDelta(products[0].pk, store.pk, -200)], by=None, now=datetime.now(UTC))
    again = run("--as-of", said, "--language", "tr-tr")
    assert (again.exit_code, again.stderr) == (0, "")
    assert again.stdout == "0 oluşturuldu, 0 güncellendi, 3 değişmedi, 0 reddedildi.\n"
    assert StockLevel.objects.get(product=products[0]).on_hand == 300
    counted = run("--language", "tr-tr")
    assert counted.stderr.startswith("Stok şu an itibarıyla sayılmış olur: 20")
    assert run("--dry-run").stderr == ""


def test_two_imports_of_the_same_rows_at_once_make_each_row_once(
    aktar_environment: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    a_workflow()
    codes = [f"S{number}" for number in range(1500)]
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path, order in zip(paths, (codes, codes[::-1]), strict=True):
        rows = ([*(LOCATION | {"erp_code": code, "township": f"İLÇE {code}"}).values()] for code in order)
        a_csv(path, [list(LOCATION), *rows])
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "aktar", "import", "locations", str(path)],
            env=aktar_environment | {"DATABASE_URL": database_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for path in paths
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert StockLocation.objects.count() == Address.objects.count() == Township.objects.count() == 1500
    assert Event.objects.count() == 1500


def test_a_killed_import_goes_on_where_it_was(
    aktar: Run, aktar_environment: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    rows = 12_000
    path = a_csv(tmp_path / "a.csv", [["sku", "name"], *([f"TS-{n}", "Şal"] for n in range(rows))])
    process = subprocess.Popen(
        [sys.executable, "-m", "aktar", "import", "products", str(path)],
        env=aktar_environment | {"DATABASE_URL": database_url},
        stdout=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while not (found := Product.objects.count()) and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = Product.objects.count()
    assert 0 < found <= kept < rows
    assert kept % 1000 == 0
    done = aktar("import", "products", str(path))
    said = f"{rows - kept:,} created, 0 updated, {kept:,} unchanged, 0 refused.\n"
    assert (done.returncode, done.stdout.decode()) == (0, said)
