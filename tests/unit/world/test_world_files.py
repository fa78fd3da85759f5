"""The settings and source files that the world writes: what a user would have."""

import csv
from pathlib import Path

import pytest

from linkwatch.settings import load_settings
from linkwatch.urls import canonical_or_none
from linkwatch.world import World, truth, write_world

PROXY = "http://{night}@127.0.0.1:8899"


@pytest.fixture
def settings_path(tmp_path: Path) -> Path:
    """The settings of a world that was just written."""
    return write_world(tmp_path / "world", PROXY)


def _ahrefs(settings_path: Path) -> list[dict[str, str]]:
    text = (settings_path.parent / "fernwood.example-backlinks-subdomains.csv").read_bytes().decode("utf-16")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def test_settings_load(settings_path, tmp_path):
    """The written file is valid, names four sources and goes through the proxy."""
    settings = load_settings(settings_path, {"LINKWATCH_HOME": str(tmp_path)})
    assert [source.kind for source in settings.sources] == ["pages", "links_csv", "ahrefs_csv", "sitemap"]
    assert settings.sites == World().sites
    assert settings.fetch.proxy == PROXY
    assert all(Path(source.path).is_file() for source in settings.sources if source.path)


def test_sources_name_every_page_of_the_truth_once(settings_path):
    """Pages of the truth are those that the files and the sitemap name, each by one of them."""
    folder = settings_path.parent
    pages = [line for line in (folder / "pages.txt").read_text().splitlines() if line.startswith("http")]
    placements = [row["Page"] for row in csv.DictReader((folder / "placements.csv").read_text("utf-8-sig").splitlines())]
    exported = [row["Referring page URL"] for row in _ahrefs(settings_path)]
    sitemap = [page.url for page in World().pages.values() if page.source == "sitemap"]
    sources = [{url for url in found if canonical_or_none(url)} for found in (pages, placements, exported, sitemap)]
    named = set().union(*sources)
    assert sum(map(len, sources)) == len(named)
    assert named - {"http://short-row.example/"} == set(truth(World(), 1).outcomes)


def test_export_is_utf_16_with_a_mark_and_tabs(settings_path):
    """The Ahrefs export comes as the vendor writes it, with two rows that cannot be used."""
    raw = (settings_path.parent / "fernwood.example-backlinks-subdomains.csv").read_bytes()
    assert raw.startswith(b"\xff\xfe")
    broken = [
        row for row in _ahrefs(settings_path) if not canonical_or_none(row["Referring page URL"]) or row["Links in group"] is None
    ]
    assert len(broken) == 2


def test_export_claims_losses_that_never_were(settings_path):
    """The vendor calls links lost that are live on every one of the first nights."""
    called_lost = {(row["Referring page URL"], row["Target URL"]) for row in _ahrefs(settings_path) if row["Lost"]}
    assert len(called_lost) >= 2
    assert all(called_lost <= truth(World(), night).live("fernwood.example") for night in (1, 2, 3))


def test_writing_again_touches_nothing(settings_path):
    """The same world for the same proxy leaves every file as it is."""
    before = {path.name: path.stat().st_mtime_ns for path in settings_path.parent.iterdir()}
    assert write_world(settings_path.parent, PROXY) == settings_path
    assert before == {path.name: path.stat().st_mtime_ns for path in settings_path.parent.iterdir()}


def test_another_port_writes_the_settings_anew(settings_path):
    """A proxy on another port changes the settings and no source."""
    before = {path.name: path.read_bytes() for path in settings_path.parent.iterdir()}
    write_world(settings_path.parent, PROXY.replace("8899", "8900"))
    changed = {path.name for path in settings_path.parent.iterdir() if path.read_bytes() != before[path.name]}
    assert changed == {"world.toml"}
