"""What a snapshot says of pages: facts, histories, runs of failures."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from linkwatch.settings import ConfirmSettings
from twins.rows import fold_rows, look, sighting

NIGHT = datetime(2026, 11, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
PAGE, SISTER, OTHER = "https://a.example/post", "https://a.example/about", "https://other.example/"
QUICK = ConfirmSettings(vanished_checks=2, vanished_days=1.0)


def pages_after(folder, nights, confirm=None):
    """The page, night by night, for nights of looks (a list of outcomes or of looks each); another page answers every night."""
    before, told = None, []
    for number, looks in enumerate(nights):
        looks = [entry if isinstance(entry, dict) else look(PAGE, entry) for entry in looks]
        seen = [sighting(1, entry["url"]) for entry in looks if entry["title"] == "with link"]
        given = {"as_of": NIGHT + number * DAY, "looks": [looks, [look(OTHER)]], "sightings": [seen], "confirm": confirm}
        links, pages, _ = fold_rows(folder, before, **given)
        told.append(next((page for page in pages if page["url"] == PAGE), None))
        before = (links, pages)
    return told


def test_facts_of_the_last_readable_look(tmp_path):
    """A failed look moves the outcome and the date of the look, and leaves facts and validators."""
    first = look(PAGE, title="Post", etag='"1"', http_status=200)
    page = pages_after(tmp_path, [[first], [look(PAGE, "server_error", http_status=503)]])[-1]
    assert (page["outcome"], page["http_status"], page["title"], page["etag"]) == ("server_error", 503, "Post", '"1"')
    assert (page["last_fetched_at"], page["last_readable_at"], page["failing_since"]) == (NIGHT + DAY, NIGHT, NIGHT + DAY)


def test_histories(tmp_path):
    """Runs of equal outcomes with their nights and looks; not modified is readable; the last 24 runs are kept."""
    nights = [["readable"], ["not_modified"], [], ["readable"], ["blocked"], ["readable"]]
    assert json.loads(pages_after(tmp_path, nights)[-1]["history"]) == [
        ["readable", "2026-11-01", "2026-11-04", 3],
        ["blocked", "2026-11-05", "2026-11-05", 1],
        ["readable", "2026-11-06", "2026-11-06", 1],
    ]
    runs = json.loads(pages_after(tmp_path, [["timeout"], ["readable"]] * 13)[-1]["history"])
    assert [run[1][-2:] for run in runs] == [f"{day:02}" for day in range(3, 27)]


def test_the_share_of_looks_that_could_not_tell(tmp_path):
    """The first look sets it, each later one weighs a tenth; robots.txt's no says nothing."""
    nights = [["robots_denied"], ["blocked"], ["readable"], ["robots_denied"], ["page_gone"], ["timeout"]]
    expected = [None, 1.0, 0.9, 0.9, 0.81, 0.829]
    assert [page["unsure_share"] for page in pages_after(tmp_path, nights)] == pytest.approx(expected)


def test_what_the_last_looks_knew(tmp_path):
    """The network of the last look that knew it, the raw outcome of the last look, the page kept last with links."""
    looks = [
        look(PAGE, network="192.0.2.0/24", raw_outcome="needs_rendering", kept="a#1", kept_hash="1"),
        look(PAGE, "timeout", kept="", kept_hash=""),
        look(PAGE, network="", kept="b#2", kept_hash=""),
    ]
    page = pages_after(tmp_path, [[entry] for entry in looks])[-1]
    assert [page[name] for name in ("network", "raw_outcome", "kept", "kept_hash")] == ["192.0.2.0/24", "", "a#1", "1"]


@pytest.mark.parametrize(
    ("titles", "signature"),
    [
        (["with link", "", ""], "0"),
        (["with link", "", "with link"], "2"),
        (["", "", ""], "2"),
        (["", "with link", ""], "1"),
    ],
)
def test_the_last_good_self(tmp_path, titles, signature):
    """The signature is that of the last look that showed a link; of a page that never showed one, of the last look."""
    nights = [[look(PAGE, title=title, signature=str(number))] for number, title in enumerate(titles)]
    assert pages_after(tmp_path, nights)[-1]["signature"] == signature


@pytest.mark.parametrize(
    ("outcomes", "failures", "kind"),
    [
        (["dns_error", "dns_error"], 2, "dns_error"),
        (["dns_error", "server_error"], 1, "server_error"),
        (["server_error", "timeout", "server_error"], 2, "server_error"),
        (["server_error", "tls_error"], 1, "server_error"),
        (["server_error", "blocked"], 0, ""),
        (["server_error", "too_large"], 0, ""),
        (["server_error", "not_html", "server_error"], 1, "server_error"),
    ],
)
def test_a_run_is_of_one_kind(tmp_path, outcomes, failures, kind):
    """Another kind begins a new run, any answer ends it, and silence that may not mean vanished counts neither way."""
    page = pages_after(tmp_path, [["readable"], *([outcome] for outcome in outcomes)])[-1]
    assert (page["failures"], page["failing_as"]) == (failures, kind)


@pytest.mark.parametrize("sister", ["readable", "blocked", "robots_denied", "page_not_found"])
@pytest.mark.parametrize("outcome", ["dns_error", "connection_refused"])
def test_a_host_that_answers_is_there(tmp_path, outcome, sister):
    """A name that is not found means the host: when another page of it is answered for, the run ends, looked at or not."""
    nights = [["readable"], [outcome], [outcome]]
    page = pages_after(tmp_path, [*nights, [look(PAGE, outcome), look(SISTER, sister)]])[-1]
    assert (page["failures"], page["failing_as"], page["failing_since"]) == (0, "", None)
    page = pages_after(tmp_path, [*nights, [look(SISTER, sister)]])[-1]
    assert (page["failures"], page["failing_as"], page["failing_since"]) == (0, "", None)


def test_a_host_that_answers_may_still_fail_for_a_page(tmp_path):
    """A server error means the page: what other pages of the host answer does not end its run."""
    page = pages_after(tmp_path, [["readable"], ["server_error"], [look(PAGE, "server_error"), look(SISTER)]])[-1]
    assert (page["failures"], page["failing_as"]) == (2, "server_error")


def vanishes(folder, nights, other="readable"):
    """Whether a live link is lost after nights of outcomes of its page, where another page ends in `other`."""
    before = None
    for number, outcome in enumerate(nights):
        seen = [sighting(1, PAGE)] if outcome == "readable" else []
        links, pages, _ = fold_rows(
            folder,
            before,
            as_of=NIGHT + number * DAY,
            looks=[[look(PAGE, outcome), look(OTHER, other)]],
            sightings=[seen],
            confirm=QUICK,
        )
        before = (links, pages)
    return links[0]["state"] == "lost"


def test_when_nobody_answers_nothing_vanishes(tmp_path):
    """A night on which no page at all is answered for is ours, however few pages there are."""
    assert vanishes(tmp_path, ["readable", "dns_error", "dns_error", "dns_error"])
    assert not vanishes(tmp_path, ["readable", "dns_error", "dns_error", "dns_error"], other="timeout")


def test_a_page_that_often_fails_needs_a_longer_run(tmp_path):
    """The more of its looks could not tell before, the more failures it takes to be no chance."""
    flaky = [*["readable"] * 9, "timeout"] * 2
    assert not vanishes(tmp_path, [*flaky, "readable", *["dns_error"] * 5])
    assert vanishes(tmp_path, [*flaky, "readable", *["dns_error"] * 6])
