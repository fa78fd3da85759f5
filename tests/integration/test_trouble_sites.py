"""Nights in which the fault is ours, or the settings change: an outage loses nothing, and a new site is no flood of gains."""

import pytest

from linkwatch.steps.upkeep import night_view
from night_home import OWN, NightHome, name_of, page
from servers.page_proxy import page_proxy

RIVAL = "http://rival.example/"
PAGES = [f"http://site{number}.example/" for number in range(24)]
LEAVING = PAGES[0]


@pytest.fixture
def proxy():
    """A proxy of its own for each test."""
    with page_proxy() as proxy:
        for url in PAGES:
            proxy.put(url, page(OWN))
        yield proxy


@pytest.fixture
def home(proxy, airflow_home, tmp_path):
    """A home that watches one site through the proxy."""
    del airflow_home
    return NightHome(tmp_path / "home", proxy.address, PAGES)


def test_an_outage_of_ours_is_not_theirs(home, proxy):
    """When many pages that answered cannot tell, the night's losses wait; they are told once the pages answer again."""
    assert home.run(1)
    proxy.put(LEAVING, page())
    assert home.run(2)
    for url in PAGES[1:9]:
        proxy.put(url, "", status=503)
    assert home.run(3)
    with home.used():
        [note] = night_view(name_of(3)).notes
    assert "losses wait: " in note
    assert note in home.column("SELECT payload FROM alert WHERE kind = 'waiting' AND night = :night", night=name_of(3))[0]
    assert home.told(3) == set()
    assert home.states()[LEAVING] == "missing"

    for url in PAGES[1:9]:
        proxy.put(url, page(OWN))
    assert home.run(4)
    assert home.told(4) == {("lost", LEAVING, "link_removed")}
    assert {state for url, state in home.states().items() if url != LEAVING} == {"live"}


def test_a_night_without_any_network_is_held_and_forgets_nothing(home, proxy, free_port):
    """No page answers: the night is held, nothing is lost, and the next good night goes on where the last one ended."""
    assert home.run(1)
    offline = NightHome(home.folder, f"http://127.0.0.1:{free_port}", PAGES)
    assert not offline.run(2)
    assert set(offline.states().values()) == {"live"}

    back = NightHome(home.folder, proxy.address, PAGES)
    assert back.run(3)
    assert back.told(3) == set()


def test_the_links_of_a_new_site_are_discovered_and_not_gained(home, proxy):
    """Pages that were read before nobody looked for the site say nothing of when its links came; later links are gains."""
    proxy.put(PAGES[1], page(OWN, RIVAL))
    proxy.put(PAGES[2], page(OWN, RIVAL))
    assert home.run(1)
    assert home.run(2)
    home.configure(PAGES, sites=("own.example", "rival.example"))
    proxy.put(PAGES[3], page(OWN, RIVAL))
    assert home.run(3)
    assert home.told(3) == {("discovered", url, "") for url in PAGES[1:4]}

    proxy.put(PAGES[4], page(OWN, RIVAL))
    assert home.run(4)
    assert home.told(4) == {("gained", PAGES[4], "")}


def test_the_links_of_a_removed_site_stay_as_they_were(home, proxy):
    """Nobody looks for them any more, so nobody says that they are lost; watched again, the site begins anew."""
    both = ("own.example", "rival.example")
    home.configure(PAGES, sites=both)
    proxy.put(PAGES[1], page(OWN, RIVAL))
    proxy.put(PAGES[2], page(OWN, RIVAL))
    assert home.run(1)
    rival = "SELECT source_url, state FROM link WHERE site = 'rival.example' ORDER BY source_url"
    before = home.rows(rival)
    home.configure(PAGES)
    proxy.put(PAGES[1], page(OWN))
    for number in (2, 3, 4):
        assert home.run(number)
        assert home.told(number) == set()
    assert home.rows(rival) == before

    home.configure(PAGES, sites=both)
    proxy.put(PAGES[3], page(OWN, RIVAL))
    assert home.run(5)
    assert home.told(5) == {("discovered", PAGES[3], "")}
    assert home.run(6)
    assert home.told(6) == {("lost", PAGES[1], "link_removed")}
