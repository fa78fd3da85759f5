"""observe() against tests/cases/nasty.toml: markup that other readers of pages get wrong."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from linkwatch.extract import observe
from linkwatch.model import FetchedPage, Outcome, Role, Scope, Site
from linkwatch.urls import Scopes

TABLE = tomllib.loads((Path(__file__).parents[2] / "cases" / "nasty.toml").read_text(encoding="utf-8"))
CASES = [case for groups in TABLE.values() for group in groups for case in group["cases"]]
SCOPES = Scopes(Site(name, Role.OWN, Scope.DOMAIN) for name in ("target.example", "rival.example"))
URL = "https://source.example/post/"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["html"][:60])
def test_links_are_those_that_a_browser_finds(case: dict[str, Any]) -> None:
    """A page shows the links of its row, in document order, with their words; and no other."""
    body = case["html"].encode(case.get("encoding", "utf-8"))
    headers = {"content-type": case.get("type", "text/html; charset=utf-8")}
    page = FetchedPage(URL, Outcome.READABLE, final_url=URL, http_status=200, headers=headers, body=body)
    assert [[seen.target_url, seen.anchor] for seen in observe(page, SCOPES).sightings] == case["links"]


def test_the_table_is_wide() -> None:
    """At least the 32 cases by which readers were compared, each once."""
    assert len({case["html"] for case in CASES}) == len(CASES) >= 32
