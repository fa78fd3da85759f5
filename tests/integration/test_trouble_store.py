"""Files of the home in trouble: cut short, gone, or in the way. The task names the file; mended, the night tells the same."""

import shutil
from pathlib import Path

import pytest

from linkwatch import steps
from linkwatch.errors import LinkwatchError, StoreError
from night_home import OWN, NightHome, name_of, page
from servers.page_proxy import page_proxy

PAGES = [f"http://site{number}.example/" for number in range(4)]
AFTER = dict.fromkeys(PAGES, "live") | {PAGES[0]: "missing"}
PUBLISHED = ("links.parquet", "pages.parquet", "published.json")
STAGED = {
    "looks-0000.parquet": "check",
    "fold.json": "fold",
    "pages.parquet": "fold",
    "audit.json": "audit",
    "night.json": "audit",
}
"""Files of a night, and the verb after which each is damaged."""


@pytest.fixture(scope="module")
def proxy():
    """The pages' proxy, for all tests of this module."""
    with page_proxy() as proxy:
        for url in PAGES:
            proxy.put(url, page(OWN))
        yield proxy


@pytest.fixture(scope="module")
def one_night(proxy, airflow_home, tmp_path_factory):
    """A home after its first night; after it, a page loses its link."""
    del airflow_home
    home = NightHome(tmp_path_factory.mktemp("store"), proxy.address, PAGES)
    assert home.run(1)
    proxy.put(PAGES[0], page())
    return home


@pytest.fixture
def home(one_night, proxy, tmp_path):
    """A copy of that home for one test."""
    shutil.copytree(one_night.folder, tmp_path / "home")
    return NightHome(tmp_path / "home", proxy.address, PAGES)


def cut(path: Path) -> bytes:
    """Cut a file to half its size; gives what it was."""
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return whole


@pytest.mark.parametrize("file", PUBLISHED)
def test_a_damaged_snapshot_stops_the_next_night_and_is_named(home, file):
    """What is known is never guessed; put back from a backup, the night runs as if nothing had been."""
    path = home.folder / "nights" / name_of(1) / file
    whole = cut(path)
    with pytest.raises(StoreError, match=str(path)):
        home.run(2)
    path.write_bytes(whole)
    assert home.run(2)
    assert home.states() == AFTER


@pytest.mark.parametrize("file", STAGED)
def test_a_damaged_file_of_tonight_is_named_and_the_night_can_be_dropped(home, file):
    """The error says which file; the night is dropped and run anew, and history is whole."""
    home.run(2, until=STAGED[file])
    path = home.folder / "nights" / name_of(2) / file
    cut(path)
    with pytest.raises(StoreError, match=str(path)):
        home.run(2)
    with home.used():
        steps.drop(name_of(2))
    assert home.run(2)
    assert home.states() == AFTER


def test_a_file_in_the_way_of_the_nights_says_so(home):
    """A home whose folder cannot be written is an error that names it and the variable."""
    shutil.rmtree(home.folder / "nights")
    (home.folder / "nights").touch()
    with pytest.raises(LinkwatchError, match=r"cannot (read|write) .*nights.*LINKWATCH_HOME"):
        home.run(2)
