"""Analyses and places as tables."""

from datetime import UTC, datetime

from analysed import OWN, PAGE, analysed
from linkwatch.analysis_schemas import ANALYSES, PLACES
from linkwatch.extract.analysis import KIND, Analysis, Place, analyses_table, places_table

NIGHT = datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_tables_have_their_schemas() -> None:
    """A page and its links become rows of the schemas; what only a night can know is null."""
    analysis, places = analysed(f'<title>A page</title><p><a href="https://{OWN}/">one</a> <a href="https://{OWN}/2">two</a></p>')
    analyses, links = analyses_table([analysis], NIGHT), places_table(places)
    assert (analyses.schema, links.schema) == (ANALYSES, PLACES)
    (row,) = analyses.to_pylist()
    assert (row["url"], row["source_domain"], row["kind"], row["analysed_at"]) == (PAGE, "blog.example", KIND, NIGHT)
    assert (row["kept_share"], row["known_since"], row["turned_at"]) == (None, None, None)
    assert links["link_id"].to_pylist() == sorted(place.link_id for place in places)
    assert set(links["url"].to_pylist()) == {PAGE}


def test_no_rows_make_tables_too() -> None:
    """A night without pages has tables of the same shape."""
    assert analyses_table([], NIGHT) == ANALYSES.empty_table()
    assert places_table([]) == PLACES.empty_table()


def test_rows_are_sorted_and_each_link_has_one() -> None:
    """Pages come by url, links by id; of two places of a link the first counts."""
    assert analyses_table([Analysis("b", "b", ""), Analysis("a", "a", "")], NIGHT)["url"].to_pylist() == ["a", "b"]
    rows = places_table([Place(2, "x", block="first"), Place(1, "x"), Place(2, "x", block="second")])
    assert rows.select(["link_id", "block"]).to_pylist() == [{"link_id": 1, "block": ""}, {"link_id": 2, "block": "first"}]


def test_a_link_that_is_seen_twice_has_the_place_of_its_first_sighting() -> None:
    """The header's logo is told of, not the same link in the footer; both anchors of the page are."""
    link = f'<a href="https://{OWN}/">own</a>'
    _, (place,) = analysed(f"<header><ul><li>{link}</li></ul></header><p>some text</p><footer>{link} and more words</footer>")
    assert (place.block_words, place.page_anchors) == (1, "[]")
