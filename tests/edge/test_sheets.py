"""Workbooks of many sheets, and folded texts that the database and Python write alike."""

import io

import pytest
from openpyxl import load_workbook

from aktar.edge import sheets
from aktar.edge.rules import folded
from aktar.edge.sheets import CellTooLong, Column, Kind, csv_chunks, xlsx_chunks
from aktar.transfers.models import CargoCompany

COLUMNS = [Column("Nu<m>ber", Kind.NUMBER), Column("=Text", Kind.TEXT)]


def test_rows_beyond_the_end_of_a_sheet_go_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 4)
    for count, expected in ((0, [1]), (3, [4]), (4, [4, 2]), (7, [4, 4, 2])):
        rows = [(number, f"text {number}") for number in range(count)]
        book = load_workbook(io.BytesIO(b"".join(xlsx_chunks(COLUMNS, rows, "a & b"))))
        assert [sheet.max_row for sheet in book.worksheets] == expected
        assert book.sheetnames == ["a & b", "a & b 2", "a & b 3"][: len(expected)]
        values = [row for sheet in book.worksheets for row in sheet.iter_rows(min_row=2, values_only=True)]
        assert values == rows
        assert [cell.value for cell in book.worksheets[-1][1]] == ["Nu<m>ber", "=Text"]


@pytest.mark.parametrize("letter", ["x", "&", "ş", "€", "𝒜"])
def test_a_text_that_excel_would_cut_off_is_refused_and_one_that_just_fits_is_not(letter: str) -> None:
    most = 32_767 // (len(letter.encode("utf-16-le")) // 2)
    content = b"".join(xlsx_chunks(COLUMNS, [(1, letter * most)], "a"))
    assert load_workbook(io.BytesIO(content)).active["B2"].value == letter * most
    with pytest.raises(CellTooLong, match="Row 7, column =Text: the text has more than the 32,767"):
        list(xlsx_chunks(COLUMNS, [(1, "a"), (7, letter * (most + 1))], "a"))
    assert letter * (most + 1) in b"".join(csv_chunks(COLUMNS, [(7, letter * (most + 1))])).decode()


def test_a_heading_is_as_harmless_as_a_cell() -> None:
    assert b"".join(csv_chunks(COLUMNS, [(1, None)])).decode() == "\ufeffNu<m>ber,'=Text\r\n1,\r\n"


@pytest.mark.django_db
def test_the_database_folds_as_python_does() -> None:
    letters = "ABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ abcçdefgğhıijklmnoöprsştuüvyz 0-9_% ÂÎÛâîû éÉ ßẞ Ωω Жж ﬁ 𝒜 '"
    company = CargoCompany.objects.create(name=letters, shipping_company="x")
    stored = CargoCompany.objects.filter(pk=company.pk).values_list("name__folded", flat=True).get()
    assert stored == folded(letters)
    assert folded("İSTANBUL") == folded("Istanbul") == folded("ıstanbul") == folded("I\u0307stanbul")
