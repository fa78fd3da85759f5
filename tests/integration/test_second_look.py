"""A second look in the same night (`confirm.recheck_after_min`): through the DAG, deferred wait and all, and verb by verb."""

import shutil
from collections import Counter

import pytest

from linkwatch import steps
from linkwatch.cli.night_run import run_dag
from linkwatch.snapshots import NightStore
from night_home import OWN, NightHome, as_of, name_of, page
from servers.page_proxy import PageProxy, Served, page_proxy

SAVED, BLOCKED, GONE, REMOVED = (f"http://{name}.important.example/" for name in ("saved", "blocked", "gone", "removed"))
OTHER = "http://unmarked.example/"
IMPORTANT, PAGES = [SAVED, BLOCKED, GONE, REMOVED], [SAVED, BLOCKED, GONE, REMOVED, OTHER, "http://staying.important.example/"]
TAGGED = {"Content-Type": "text/html", "ETag": '"1"'}


@pytest.fixture(scope="module")
def first_night(tmp_path_factory):
    """A web of one page a host, each with a link to us, and a home after its first night."""
    with page_proxy() as proxy:
        for url in PAGES:
            proxy.put(url, page(OWN), headers=TAGGED)
        home = NightHome(tmp_path_factory.mktemp("first") / "home", proxy.address, PAGES)
        assert home.run(1)
        yield home, proxy


@pytest.fixture
def proxy(first_night):
    """That web, as it was on the first night."""
    proxy = first_night[1]
    for url in PAGES:
        proxy.put(url, page(OWN), headers=TAGGED)
    proxy.asked.clear()
    return proxy


@pytest.fixture
def home(first_night, proxy, tmp_path):
    """A copy of that home for one test, with one domain's pages marked as important."""
    shutil.copytree(first_night[0].folder, tmp_path / "home")
    home = NightHome(tmp_path / "home", proxy.address, PAGES)
    recheck(home, 5)
    return home


def recheck(home: NightHome, minutes: float) -> None:
    """Set how long a second look waits."""
    home.configure(PAGES, f'[confirm]\nrecheck_after_min = {minutes}\nimportant = ["important.example"]\n')


def lose_links(proxy: PageProxy) -> None:
    """The second night's first look finds no link on five pages; what the second look would find differs."""
    for url in (SAVED, BLOCKED):
        proxy.once[url] = Served(page().encode())
    proxy.put(BLOCKED, "", status=503)
    proxy.put(GONE, "", status=410)
    for url in (REMOVED, OTHER):
        proxy.put(url, page())


def looks(proxy: PageProxy) -> dict[str, int]:
    """How often each page was asked for."""
    return {url: count for url, count in Counter(proxy.asked).items() if url in PAGES}


def test_a_second_look_saves_a_link_and_hurries_no_loss(airflow_home, home, proxy):
    """The DAG waits and looks again at the doubtful important pages alone; the night's numbers count every page once."""
    del airflow_home
    recheck(home, 0.02)
    lose_links(proxy)
    with home.used():
        assert run_dag("nightly_links", as_of(2)) == []
    assert looks(proxy) == {url: 2 if url in IMPORTANT else 1 for url in PAGES}
    assert home.states() == {url: "missing" if url in (BLOCKED, GONE, REMOVED, OTHER) else "live" for url in PAGES}
    assert home.told(2) == set()
    [row] = home.rows("SELECT pages_planned, pages_fetched, pages_inconclusive FROM night WHERE night = :night", night=name_of(2))
    assert tuple(row.values()) == (6, 6, 0)
    links = NightStore(home.folder).read_table(name_of(2), "links", ["source_url", "absences", "lost_reason"]).to_pylist()
    assert {link["source_url"]: (link["absences"], link["lost_reason"]) for link in links if link["absences"]} == {
        BLOCKED: (1, "link_removed"),
        GONE: (1, "page_gone"),
        REMOVED: (1, "link_removed"),
        OTHER: (1, "link_removed"),
    }
    assert home.run(3)
    assert home.told(3) == {("lost", GONE, "page_gone"), ("lost", REMOVED, "link_removed"), ("lost", OTHER, "link_removed")}


def test_a_second_look_is_made_once(home, proxy):
    """The verbs called again change nothing and ask nothing: the moment, the shards and the looks stay as they are."""
    lose_links(proxy)
    home.run(2, until="check")
    with home.used():
        night = name_of(2)
        moment, shards = steps.recheck_at(night), steps.doubtful_shards(night)
        assert moment is not None
        assert shards == [0]
        assert steps.look_again(night, 0) == {"shard": 0, "pages": 4, "readable": 2}
        asked = list(proxy.asked)
        assert (steps.recheck_at(night), steps.doubtful_shards(night)) == (moment, shards)
        assert steps.look_again(night, 0) == {"shard": 0, "pages": 4, "readable": 2}
        assert proxy.asked == asked
        steps.fold(night)
        assert (steps.recheck_at(night), steps.doubtful_shards(night)) == (None, [])


def test_nothing_is_doubted_unless_it_is_asked_for(home, proxy):
    """Off by default: no wait, no second look, however many links are missing."""
    recheck(home, 0)
    lose_links(proxy)
    home.run(2, until="check")
    with home.used():
        assert (steps.recheck_at(name_of(2)), steps.doubtful_shards(name_of(2))) == (None, [])


def test_a_page_that_could_not_be_read_is_not_doubted(home, proxy):
    """The second look is for links that were not there; who does not answer is asked again tomorrow."""
    for url in PAGES:
        proxy.put(url, "", status=503)
    home.run(2, until="check")
    with home.used():
        assert steps.doubtful_shards(name_of(2)) == []


def test_a_page_that_is_as_it_was_is_doubted_for_what_it_lacked(home, proxy):
    """Not modified says that a live link is there, and that a missing one still is not."""
    proxy.put(REMOVED, page(), headers=TAGGED)
    assert home.run(2)
    for url in PAGES:
        proxy.put(url, "", status=304, headers={})
    home.run(3, until="check")
    with home.used():
        proxy.asked.clear()
        proxy.put(REMOVED, page(OWN))
        assert steps.look_again(name_of(3), 0) == {"shard": 0, "pages": 1, "readable": 1}
    assert looks(proxy) == {REMOVED: 1}
    assert home.run(3)
    assert home.states()[REMOVED] == "live"
