"""`linkwatch sources plan`: what a night may cost, from settings, ledger and connections, with nobody asked."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from linkwatch.cli.screen import console
from linkwatch.cli.source_costs import show_costs
from linkwatch.settings import load_settings
from linkwatch.steps.costs import SourceCost, planned_costs
from linkwatch.steps.telling import warehouse_of
from linkwatch.warehouse import CallLedger

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
KEY = "of-nobody's-business"

_SETTINGS = """
[[site]]
site = "own.example"
role = "own"

[[site]]
site = "rival.example"
role = "competitor"

[[source]]
kind = "pages"
name = "watched"
path = "watched.txt"

[[source]]
kind = "crawl"
site = "own.example"

[[source]]
kind = "moz_api"
name = "moz"
connection = "plan_moz"
budget_units = 300
max_rows = 120

[[source]]
kind = "dataforseo_api"
connection = "plan_dataforseo"
site = "own.example"
budget_units = 5

[[source]]
kind = "bing_webmaster"
connection = "plan_bing"
"""


@pytest.fixture
def costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, airflow_home: Path) -> list[SourceCost]:
    """The plan of the settings above: Moz has spent 120 rows this month, and only Moz and Bing have a connection."""
    assert airflow_home.is_dir()
    config = tmp_path / "linkwatch.toml"
    config.write_text(_SETTINGS, encoding="utf-8")
    monkeypatch.setenv("LINKWATCH_CONFIG", str(config))
    monkeypatch.setenv("LINKWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AIRFLOW_CONN_PLAN_MOZ", f'{{"conn_type": "generic", "password": "{KEY}"}}')
    monkeypatch.setenv("AIRFLOW_CONN_PLAN_BING", '{"conn_type": "generic", "login": "me"}')
    engine = warehouse_of(load_settings())
    for month, units in (("2026-10", 290), ("2026-11", 120)):
        CallLedger(engine, "moz", "moz_api", f"{month}-02", month, lambda: NOW).enter("v2/links", units)
    return planned_costs(NOW)


def test_every_source_is_planned(costs: list[SourceCost], tmp_path: Path):
    """Files and crawls cost nothing, interfaces at most what their planner says, against what the month has left."""
    said = [(cost.name, cost.reads, cost.call_count, round(cost.units, 6), cost.spent, cost.left, cost.stops) for cost in costs]
    assert said == [
        ("watched", str(tmp_path / "watched.txt"), 0, 0.0, 0.0, 0.0, False),
        ("crawl", "own.example", 0, 0.0, 0.0, 0.0, False),
        ("moz", "own.example, rival.example", 6, 300.0, 120.0, 180.0, True),
        ("dataforseo_api", "own.example", 10, 0.6, 0.0, 5.0, False),
        ("bing_webmaster", "own.example", 1800, 0.0, 0.0, 0.0, False),
    ]


def test_a_connection_that_is_not_there_is_told(costs: list[SourceCost]):
    """What signs in with nothing is named, with what to do; a file needs no connection."""
    troubles = {cost.name: cost.trouble for cost in costs}
    assert (troubles["watched"], troubles["crawl"], troubles["moz"]) == ("", "", "")
    assert "there is no Airflow connection 'plan_dataforseo'" in troubles["dataforseo_api"]
    assert troubles["bing_webmaster"] == "the Airflow connection 'plan_bing' has no password: the key"


def test_the_plan_as_it_is_shown(costs: list[SourceCost]):
    """The table has each source's cost and what is left, the lines below say what would end early; no key is shown."""
    with console.capture() as captured:
        show_costs(costs)
    lines = [" ".join(line.split()) for line in captured.get().splitlines()]
    text = " ".join(lines)
    assert "moz moz_api own.example, rival.example 6 300 rows 120 180" in text
    assert "dataforseo_api dataforseo_api own.example 10 0.60 US dollars 0 5" in text
    assert "bing_webmaster bing_webmaster own.example 1,800 nothing" in text
    assert "moz may end early: 180 of 300 rows are left this month, and a night may take 300." in text
    assert "moz: rival.example: 3 calls of v2/links, 150 rows" in text
    assert "dataforseo_api cannot be asked: there is no Airflow connection" in text
    assert "Nobody was asked." in text
    assert KEY not in text


def test_no_source_at_all():
    """Settings without a source get a line, not an empty table."""
    with console.capture() as captured:
        show_costs([])
    assert captured.get().startswith("the settings name no source")
