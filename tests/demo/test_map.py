"""The demo's map: real places in Turkish, and sites that stand in them."""

from aktar.site.demo.geography import kilometres, sites, title_case

CAPITALS = set("ABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ0123456789-. ")


def test_the_chain_has_190_stores_and_10_warehouses_in_every_province() -> None:
    chain = sites()
    assert (len(chain), sum(site.is_warehouse for site in chain)) == (200, 10)
    assert {site.province.number for site in chain} == set(range(1, 82))
    assert len({site.name for site in chain}) == len({site.erp_code for site in chain}) == 200


def test_provinces_are_numbered_as_in_the_contract() -> None:
    numbers = {site.province.name: site.province.number for site in sites()}
    assert (numbers["ANKARA"], numbers["ESKİŞEHİR"], numbers["İSTANBUL"]) == (7, 32, 40)


def test_places_are_written_in_turkish_capitals() -> None:
    for site in sites():
        place = site.neighbourhood
        for name in (place.name, place.township.name, site.province.name):
            assert set(name) <= CAPITALS, name
        assert place.name.endswith(" MAH")


def test_small_letters_keep_the_dotless_and_the_dotted_i() -> None:
    assert title_case("KIRIKKALE") == "Kırıkkale"
    assert title_case("İZMİR") == "İzmir"
    assert title_case("ŞANLIURFA") == "Şanlıurfa"


def test_every_neighbourhood_lies_in_its_township_and_every_township_in_its_province() -> None:
    for site in sites():
        place = site.neighbourhood
        assert 35.8 < place.centre.latitude < 42.2, site
        assert 25.6 < place.centre.longitude < 44.9, site
        assert kilometres(place.centre, place.township.centre) < 20, site
        assert kilometres(place.township.centre, site.province.centre) < 130, site


def test_postcodes_begin_with_the_plate_number_of_one_province() -> None:
    plates: dict[str, set[str]] = {}
    for site in sites():
        assert len(site.neighbourhood.postcode) == 5
        plates.setdefault(site.province.name, set()).add(site.neighbourhood.postcode[:2])
    assert all(len(found) == 1 for found in plates.values())
    assert len({plate for found in plates.values() for plate in found}) == 81
