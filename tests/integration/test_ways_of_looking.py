"""Where one look cannot tell, another does: refresh stubs are followed, siblings asked, scripts run; and pages are kept."""

import json

import pytest

from linkwatch import render
from linkwatch.settings import RenderSettings
from linkwatch.snapshots import NightStore
from linkwatch.steps.story import kept_page
from night_home import OWN, NightHome, name_of, page
from servers.page_proxy import Served, page_proxy

STUB, NEW_HOME = "http://stub.example/post", "http://stub.example/moved/post"
ROUND = "http://round.example/a"
SWEPT, SWEPT_TOO = "http://swept.example/old/post", "http://swept.example/old/other"
EDITED = "http://edited.example/post"
HOME_AGAIN = "http://homebound.example/post"
CALM = [f"http://calm{number}.example/" for number in range(20)]
PAGES = [STUB, ROUND, SWEPT, SWEPT_TOO, EDITED, HOME_AGAIN, *CALM]

OTHER_WORDS = " ".join(
    f"<p>Seasonal offer number {number} for kettles, lamps and rugs in our shop window</p>" for number in range(30)
)
SHOP_WINDOW = f"<!doctype html><html lang=en><title>Big Deals</title><body><main><h1>Big Deals</h1>{OTHER_WORDS}</main>"


def refresh(to: str) -> str:
    """A page that only sends the browser on."""
    return f'<!doctype html><title>Moved</title><meta http-equiv="refresh" content="0; url={to}"><p><a href="{to}">here</a>'


@pytest.fixture(scope="module")
def nights(airflow_home, tmp_path_factory):
    """Three nights: on the second, pages move by refresh, are swept away, lose a link, or send everybody home."""
    del airflow_home
    with page_proxy() as web:
        for url in PAGES:
            web.put(url, page(OWN))
        home = NightHome(tmp_path_factory.mktemp("looking"), web.address, PAGES, "[confirm]\nbrake_pages = 1000\n")
        assert home.run(1)
        web.put(STUB, refresh(NEW_HOME))
        web.put(NEW_HOME, page(OWN))
        web.put(ROUND, refresh("http://round.example/b"))
        web.put("http://round.example/b", refresh(ROUND))
        web.put(EDITED, page())
        web.pages = _Catching(web.pages, {"http://swept.example/": SHOP_WINDOW})
        for url in (SWEPT, SWEPT_TOO):
            del web.pages[url]
        web.pages[HOME_AGAIN] = Served(b"", 301, {"Location": "http://homebound.example/"})
        web.put("http://homebound.example/", SHOP_WINDOW)
        assert home.run(2)
        assert home.run(3)
        yield home, list(web.asked)


class _Catching(dict[str, Served]):
    """Hosts that answer any address with one page."""

    def __init__(self, pages: dict[str, Served], catching: dict[str, str]) -> None:
        super().__init__(pages)
        self._catching = catching

    def get(self, url: str, default: Served | None = None) -> Served | None:  # type: ignore[override]
        """The page, or what its host answers to all."""
        for start, body in self._catching.items():
            if url.startswith(start) and not url.endswith("robots.txt"):
                return Served(body.encode())
        return super().get(url, default)


def test_a_refresh_is_followed_like_a_redirect(nights):
    """The link on the page that a stub sends to is live, and the way there is in the page's row."""
    home, _ = nights
    assert home.states()[STUB] == "live"
    [row] = home.rows("SELECT outcome, final_url, redirects FROM page WHERE source_url = :url", url=STUB)
    assert (row["outcome"], row["final_url"]) == ("readable", NEW_HOME)
    assert json.loads(row["redirects"]) == [[200, NEW_HOME]]


def test_refreshes_in_a_circle_cannot_tell(nights):
    """Two stubs that send to each other are too many redirects; the link stays as it was."""
    home, _ = nights
    [row] = home.rows("SELECT outcome FROM page WHERE source_url = :url", url=ROUND)
    assert row["outcome"] == "too_many_redirects"
    assert home.states()[ROUND] == "live"


def test_a_page_like_any_sibling_is_a_soft_404(nights):
    """A page that became what its host answers for any address is an error page, though it says so nowhere."""
    home, _ = nights
    assert {("lost", SWEPT, "soft_404"), ("lost", SWEPT_TOO, "soft_404")} <= home.told(3)
    details = home.column("SELECT detail FROM page WHERE source_url = :url", url=SWEPT)
    assert "answers for any address" in details[0]


def test_a_host_is_probed_once_a_week(nights):
    """Two pages and two nights of doubt cost one request for an address that cannot exist."""
    _, asked = nights
    known = {SWEPT, SWEPT_TOO, "http://swept.example/robots.txt"}
    [probe] = [url for url in asked if url.startswith("http://swept.example/") and url not in known]
    assert probe.startswith("http://swept.example/old/")


def test_a_redirect_to_the_front_page_is_a_soft_404(nights):
    """A page that sends to the root of its host, where nothing of it is left, is an error page."""
    home, _ = nights
    assert ("lost", HOME_AGAIN, "soft_404") in home.told(3)


def test_an_edited_page_is_no_error_page(nights):
    """A page that is as it was but for its link is told as a removed link, and no sibling is asked for."""
    home, asked = nights
    assert ("lost", EDITED, "link_removed") in home.told(3)
    assert {url for url in asked if url.startswith("http://edited.example/")} == {EDITED, "http://edited.example/robots.txt"}


def test_pages_are_kept_before_and_after(nights):
    """The page with the link is kept on the first night, that without it on the second; each reads back as it was answered."""
    home, _ = nights
    store = NightStore(home.folder)
    kept = {
        number: next(row["kept"] for row in store.read_table(name_of(number), "looks-0000").to_pylist() if row["url"] == EDITED)
        for number in (1, 2)
    }
    with home.used():
        bodies = {number: kept_page(place).body.decode() for number, place in kept.items()}
    assert bodies == {1: page(OWN), 2: page()}
    looks = store.read_table(name_of(2), "looks-0000").to_pylist()
    assert {row["url"] for row in looks if row["kept"]} == {EDITED, SWEPT, SWEPT_TOO, HOME_AGAIN}


needs_browser = pytest.mark.skipif(bool(render.missing(RenderSettings())), reason=render.missing(RenderSettings()))

APP = "http://app.example/"
SHELL = '<!doctype html><title>App</title><div id="root"></div><script>{script}</script>'
BUILDS = f"document.getElementById('root').innerHTML = '<p>Words enough to read. <a href=\"{OWN}\">a good shop</a></p>'"


@needs_browser
def test_a_link_that_scripts_build_is_seen_and_lost_in_a_browser_only(airflow_home, tmp_path):
    """Rendered it is live; on a night without a browser nothing can be told; with one again, its absence counts."""
    del airflow_home
    rendering = "[confirm]\nbrake_pages = 1000\n[render]\nenabled = true\n"
    with page_proxy() as web:
        for url in CALM:
            web.put(url, page(OWN))
        web.put(APP, SHELL.format(script=BUILDS))
        home = NightHome(tmp_path, web.address, [APP, *CALM], rendering)
        assert home.run(1)
        [row] = home.rows("SELECT state, seen_in FROM link WHERE source_url = :url", url=APP)
        assert dict(row) == {"state": "live", "seen_in": "browser"}
        assert home.column("SELECT raw_outcome FROM page WHERE source_url = :url", url=APP) == ["needs_rendering"]
        home.configure([APP, *CALM], "[confirm]\nbrake_pages = 1000\n")
        web.put(APP, page())  # readable as it is sent, and no browser to say what scripts would add
        assert home.run(2)
        assert home.states()[APP] == "live"
        home.configure([APP, *CALM], rendering)
        assert home.run(3)
        assert home.states()[APP] == "missing"
        assert home.run(4)
        assert ("lost", APP, "link_removed") in home.told(4)
