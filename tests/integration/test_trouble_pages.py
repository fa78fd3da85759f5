"""Pages at their worst in the middle of a night: each is an outcome, its links stay as they were, and the others are told."""

import pytest

from night_home import OWN, NightHome, name_of, page
from servers.hostile_web import HostileWeb, answer, big, bomb, closes, drips, hangs, moved, never_ends, resets, short_body

HOSTILE = {
    "http://fifty-megabytes.example/": (big(50_000_000, declared=True), "too_large"),
    "http://fifty-undeclared.example/": (big(50_000_000, declared=False), "too_large"),
    "http://zip-bomb.example/": (bomb("gzip", 100_000_000), "too_large"),
    "http://endless.example/": (never_ends, "too_large"),
    "http://drips.example/": (drips, "timeout"),
    "http://hangs.example/": (hangs, "timeout"),
    "http://closes.example/": (closes, "connection_reset"),
    "http://resets.example/": (resets, "connection_reset"),
    "http://truncated.example/": (short_body, "truncated"),
    "http://empty.example/": (answer(200), "empty"),
    "http://round.example/": (moved("http://round.example/and-round"), "too_many_redirects"),
    "http://metadata.example/": (moved("http://169.254.169.254/latest/meta-data/"), "address_refused"),
    "http://inside.example/": (moved("http://127.0.0.1:8080/admin"), "address_refused"),
    "http://challenge.example/": (answer(403, b"<title>Just a moment...</title>"), "blocked"),
    "http://pdf.example/": (answer(200, b"%PDF-1.7", "Content-Type: application/pdf"), "not_html"),
}
KEEPS, LOSES, GAINS = "http://keeps.example/", "http://loses.example/", "http://gains.example/"
CALM = [KEEPS, LOSES, GAINS, *(f"http://calm{number}.example/" for number in range(13))]
LIMITS = "read_timeout_s = 3\nmax_body_bytes = 2_000_000\n[confirm]\nbrake_pages = 1000\n"


@pytest.fixture(scope="module")
def nights(airflow_home, tmp_path_factory):
    """Three nights, and what was asked for: after the first, pages turn hostile, one loses its link and one gains one."""
    del airflow_home
    linked, bare = answer(200, page(OWN).encode()), answer(200, page().encode())
    routes = dict.fromkeys([*HOSTILE, *CALM], linked) | {GAINS: bare}
    with HostileWeb(routes) as web:
        home = NightHome(tmp_path_factory.mktemp("hostile"), web.address, [*HOSTILE, *CALM], LIMITS)
        assert home.run(1)
        web.routes.update({url: reply for url, (reply, _) in HOSTILE.items()})
        web.routes |= {GAINS: linked, LOSES: bare, "http://round.example/and-round": moved("http://round.example/")}
        assert home.run(2)
        assert home.run(3)
        return home, [asked.target for asked in web.asked]


@pytest.fixture(scope="module")
def home(nights):
    """The home in which the nights ran."""
    return nights[0]


@pytest.mark.parametrize(("url", "outcome"), [(url, outcome) for url, (_, outcome) in HOSTILE.items()])
def test_a_hostile_page_is_an_outcome_and_its_link_stays(home, url, outcome):
    """The page's row says how the look ended and why; the link keeps its state, however often the look fails."""
    [row] = home.rows("SELECT outcome, detail FROM page WHERE source_url = :url", url=url)
    assert row["outcome"] == outcome
    assert row["detail"]
    assert home.states()[url] == "live"


def test_the_other_pages_are_told_as_if_nothing_were_wrong(home):
    """The gain on the night that shows it, the loss on the second night of its absence, and not a word of the hostile pages."""
    assert home.told(2) == {("gained", GAINS, "")}
    assert home.told(3) == {("lost", LOSES, "link_removed")}


def test_addresses_inside_are_never_asked_for(nights):
    """A redirect into the user's own network ends at the guard, also behind a proxy, and so does its robots.txt."""
    _, asked = nights
    assert "http://metadata.example/" in asked
    assert not [target for target in asked if "169.254" in target or "127.0.0.1:8080" in target]


def test_the_night_counts_what_could_not_tell(home):
    """The row of the night says how many looks were inconclusive."""
    query = "SELECT pages_fetched, pages_inconclusive, audit FROM night WHERE night = :night"
    [row] = home.rows(query, night=name_of(3))
    assert (row["pages_fetched"], row["pages_inconclusive"], row["audit"]) == (len(HOSTILE) + len(CALM), len(HOSTILE), "passed")
