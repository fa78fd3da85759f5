"""Anchor texts: one spelling and their buckets, as tables."""

import pyarrow as pa
import pytest

from linkwatch.model import Role, Scope, Site
from linkwatch.suspicion.signs.anchors import (
    MAX_ANCHOR,
    Bucket,
    brand_names,
    bucket,
    is_commercial,
    is_telling,
    normalise,
    normalised_column,
)
from linkwatch.suspicion_settings import SuspicionSettings

ACME = Site("acme-shop.co.uk", Role.OWN, Scope.DOMAIN, brand=("ACME Ltd.", "Acme"))


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ("Cheap   Shoes!", "cheap shoes"),
        ("  cheap\tshoes\n", "cheap shoes"),
        ("ＣＨＥＡＰ shoes", "cheap shoes"),
        ("STRASSE straße", "strasse strasse"),
        ("“read more” »", "read more"),
        ("Example.com.", "example.com"),
        ("don't", "don't"),
        ("→ ★ …", ""),
        ("", ""),
        ("a" * 5000, "a" * MAX_ANCHOR),
    ],
)
def test_one_spelling(anchor: str, expected: str):
    """Case, width, whitespace and punctuation around words do not make another anchor."""
    assert normalise(anchor) == expected


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ("", Bucket.EMPTY),
        ("https://acme-shop.co.uk/shoes", Bucket.URL),
        ("www.other.example/x", Bucket.URL),
        ("other.example", Bucket.URL),
        ("click here", Bucket.GENERIC),
        ("Read more", Bucket.GENERIC),
        ("weiterlesen", Bucket.GENERIC),
        ("Acme", Bucket.BRAND),
        ("the ACME website", Bucket.BRAND),
        ("Acme Ltd", Bucket.BRAND),
        ("acme shop", Bucket.BRAND),
        ("Acme-Shop", Bucket.BRAND),
        ("cheap shoes", Bucket.OTHER),
        ("acme shoes", Bucket.OTHER),
        ("version 2.0", Bucket.OTHER),
        ("激安 靴", Bucket.OTHER),
    ],
)
def test_bucket(anchor: str, expected: Bucket):
    """Only words of its own make an anchor telling: not a URL, not a phrase that says "link", not the brand."""
    assert bucket(normalise(anchor), brand_names(ACME)) is expected


@pytest.mark.parametrize(
    ("anchor", "telling", "commercial"),
    [
        ("cheap shoes", True, True),
        ("Boots", True, True),
        ("weekly walking boots report", True, True),
        ("Acme walking boots", False, True),
        ("Acme shoes", False, False),
        ("follow us at Acme-Shop", False, False),
        ("Website designed and built by Smith", False, False),
        ("Photo by Jo Smith", False, False),
        ("powered by walking boots", False, True),
        ("built in 1920", True, True),
        ("read more", False, False),
        ("acme-shop.co.uk/walking-boots", False, False),
        ("", False, False),
    ],
)
def test_telling_and_commercial(anchor: str, telling: bool, commercial: bool):
    """The brand and credits tell whose a thing is and not what it is; a money word makes even these commercial."""
    words, brands = normalise(anchor), brand_names(ACME)
    assert is_telling(words, brands) is telling
    assert is_commercial(words, brands, SuspicionSettings(money_words=("Walking Boots",))) is commercial


def test_column_keeps_its_order():
    """A column is normalised row by row, over chunks and with none at all."""
    column = pa.chunked_array([["B!", "a"], [], ["b", "B!"]], pa.string())
    assert normalised_column(column).to_pylist() == ["b", "a", "b", "b"]
    assert normalised_column(pa.chunked_array([], pa.string())).to_pylist() == []
