"""Files as tables of texts, whatever their form: CSV in its dialects, and XLSX within bounds."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from aktar.exchange.files.delimited import opened, read_delimited
from aktar.exchange.files.workbooks import read_workbook
from aktar.exchange.rules import Source

__all__ = ["read_file"]

_ZIPPED = b"PK\x03\x04"


@contextmanager
def read_file(path: Path, *, known: Collection[str], encoding: str) -> Iterator[Source]:
    """The table in a file, told from its first bytes; `known` are the headings that it may have.

    Raises FileRefused, and OSError; so does reading on in its rows.
    """
    with path.open("rb") as file:
        if file.read(len(_ZIPPED)) == _ZIPPED:
            yield read_workbook(file)
            return
    with opened(path, encoding=encoding) as lines:
        yield read_delimited(lines, known=known)
