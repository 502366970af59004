"""Every sentence said to people is said in Turkish too, and the catalog is compiled (`make messages`)."""

import re
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import aktar

SOURCE = Path(aktar.__file__).parent
FOLDER = SOURCE / "locale" / "tr" / "LC_MESSAGES"
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def _written() -> Catalog:
    with (FOLDER / "django.po").open("rb") as file:
        return read_po(file, locale="tr")


def _said() -> set[str | tuple[str, ...]]:
    keywords = {**DEFAULT_KEYWORDS, "gettext_lazy": None}
    found = extract_from_dir(SOURCE, [("**.py", "python")], keywords=keywords)
    return {message for _file, _line, message, _comments, _context in found}


def test_the_catalog_holds_what_the_code_says_and_nothing_else() -> None:
    assert {message.id for message in _written() if message.id} == _said()


def test_every_sentence_is_translated_with_the_same_placeholders() -> None:
    for message in _written():
        if not message.id:
            continue
        ids = _forms(message.id)
        assert not message.fuzzy, ids
        for string in _forms(message.string):
            assert string, ids
            assert sorted(_PLACEHOLDER.findall(string)) == sorted(_PLACEHOLDER.findall(ids[-1])), ids


def test_the_compiled_catalog_is_the_written_one() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = read_mo(file)
    assert _plain(compiled) == _plain(_written())


def _plain(catalog: Catalog) -> dict[str, str]:
    return {
        "|".join(_forms(message.id)): "|".join(_forms(message.string)) for message in catalog if message.id
    }


def _forms(text: str | Sequence[str]) -> Sequence[str]:
    return (text,) if isinstance(text, str) else text
