"""The demo's articles: their numbers, codes, attributes and pictures."""

from collections import Counter
from importlib import resources

from aktar.site.demo.assortment import articles, ean13


def test_there_are_5000_articles_with_skus_and_barcodes_of_their_own() -> None:
    made = articles()
    assert len(made) == len({article.sku for article in made}) == len({a.barcode for a in made}) == 5000
    assert [article.number for article in made] == list(range(1, 5001))


def test_the_check_digit_is_that_of_the_standards_example() -> None:
    assert ean13("400638133393") == "4006381333931"


def test_every_barcode_ends_in_its_check_digit() -> None:
    for article in articles():
        digits = [int(digit) for digit in article.barcode]
        assert len(digits) == 13
        assert (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_sizes_and_colours_of_a_model_share_its_base_code_name_and_price() -> None:
    models: dict[str, set[tuple[str, int]]] = {}
    for article in articles():
        models.setdefault(article.base_code, set()).add((article.name, article.price))
        assert article.sku.startswith(article.base_code + "-")
    assert all(len(shared) == 1 for shared in models.values())
    assert 300 < len(models) < 600


def test_attributes_say_what_their_descriptions_say() -> None:
    for article in articles():
        described = article.attributes_kwargs
        assert article.attributes == {name: entry["value"] for name, entry in described.items()}
        for entry in described.values():
            assert list(entry) == ["label", "value", "data_type"]


def test_every_family_has_a_picture_that_is_shipped() -> None:
    pictures = Counter(article.picture for article in articles())
    folder = resources.files("aktar.site").joinpath("static/demo")
    assert len(pictures) >= 12
    for name in (*pictures, "label"):
        assert folder.joinpath(f"{name}.svg").read_text(encoding="utf-8").endswith("</svg>\n")
