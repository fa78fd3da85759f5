"""What a night looks at first, what it has to leave, and what the plan says of each page."""

import zlib
from datetime import UTC, datetime, timedelta

import pytest

from linkwatch import schemas
from linkwatch.snapshots import plan_pages
from linkwatch.urls import same_page
from twins.rows import claim, row, write

NIGHT = datetime(2026, 11, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def link(name, **values):
    """A live link on a page of a host of its own, followed, in the content, to an own site."""
    usual = {"link_id": zlib.crc32(name.encode()), "site": "own.example", "target_url": "https://own.example/", "state": "live"}
    usual |= {"source_url": url(name), "source_domain": f"{name}.example", "followed": True, "zone": "content"}
    return row(schemas.LINKS, **{**usual, "first_seen_at": NIGHT - 100 * DAY, "last_seen_at": NIGHT - 4 * DAY, **values})


def missing(name, days=1.0, **values):
    """A link that was not there at the last look."""
    return link(name, state="missing", absences=1, missing_since=NIGHT - days * DAY, last_absence_at=NIGHT - days * DAY, **values)


def page(name, days=4.0, *, told=None, **values):
    """A page last looked at so many days ago, and last told anything `told` days ago."""
    moments = {"last_fetched_at": NIGHT - days * DAY, "last_conclusive_at": NIGHT - (days if told is None else told) * DAY}
    return row(schemas.PAGES, **{"url": url(name), "outcome": "readable", **moments, **values})


def url(name):
    """The page of a host."""
    return f"https://{name}.example/page"


def plan(folder, links, pages, claims=(), **arguments):
    """The plan as rows, all in one shard."""
    usual = {"own_sites": ["own.example"], "shards": 1, "max_pages_per_host": 100, "max_pages": 1000}
    return plan_pages(
        claims=write(folder / "claims.parquet", claims, schemas.CLAIMS),
        before_links=write(folder / "links.parquet", links, schemas.LINKS),
        before_pages=write(folder / "pages.parquet", pages, schemas.PAGES),
        as_of=NIGHT,
        **(usual | arguments),
    ).to_pylist()


def names(entries):
    """Pages in their order."""
    return [entry["url"].partition("//")[2].partition(".")[0] for entry in entries]


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (link("a", authority=60.0), link("b", authority=10.0)),
        (link("a"), link("b", followed=False)),
        (link("a"), link("b", zone="footer")),
        (link("a"), link("b", zone="sidebar")),
        (link("a"), link("b", zone="comment")),
        (link("a"), link("b", site="rival.example")),
        (link("a", first_seen_at=NIGHT - 90 * DAY), link("b", state="lost", lost_at=NIGHT - DAY)),
        (link("a"), link("b", state="unverified", refuted_at=NIGHT - 9 * DAY)),
    ],
)
def test_value_at_risk(tmp_path, more, less):
    """Between two pages looked at on the same day, what is worth more is looked at first."""
    entries = plan(tmp_path, [less, more], [page("a"), page("b")])
    assert names(entries) == ["a", "b"]
    assert entries[0]["worth"] > entries[1]["worth"] > 0


def test_an_unrated_domain_is_taken_for_a_middling_one(tmp_path):
    """No authority is neither the least nor the best."""
    links = [link("low", authority=5.0), link("mid", authority=40.0), link("none"), link("high", authority=90.0)]
    entries = plan(tmp_path, links, [page(name) for name in ("low", "mid", "none", "high")])
    worth = dict(zip(names(entries), (entry["worth"] for entry in entries), strict=True))
    assert names(entries)[0] == "high"
    assert names(entries)[-1] == "low"
    assert worth["none"] == worth["mid"]


def test_a_claim_tells_the_authority_of_its_domain(tmp_path):
    """What a source says tonight of a domain counts for all links of the domain."""
    claims = [claim(9, "https://b.example/other", source_domain="b.example", authority=80.0)]
    entries = plan(tmp_path, [link("a", authority=10.0), link("b")], [page("a"), page("b")], claims)
    worth = {entry["url"]: entry["worth"] for entry in entries}
    assert worth[url("b")] > worth[url("a")]


def test_worth_grows_without_limit(tmp_path):
    """The longer ago the last look that could tell, the sooner the next, and at last before anything that is worth more."""
    links = [link("dear", authority=90.0), link("cheap", authority=1.0, zone="footer")]
    worths = [plan(tmp_path, links[1:], [page("cheap", days)])[0]["worth"] for days in (1, 4, 30, 365, 3650)]
    assert worths == sorted(worths)
    assert worths[-1] > 5 * worths[-2] > 25 * worths[-3]
    assert names(plan(tmp_path, links, [page("dear", 1), page("cheap", 365)])) == ["cheap", "dear"]


def test_missing_links_are_confirmed_first(tmp_path):
    """They come before all else, the most valuable first, and not before the spacing is over."""
    links = [link("dear", authority=95.0), missing("small", authority=9.0), missing("big", authority=70.0), missing("early", 0.5)]
    pages = [page("dear", 300), page("small", 1), page("big", 1), page("early", 0.5)]
    assert names(plan(tmp_path, links, pages)) == ["big", "small", "dear", "early"]
    assert names(plan(tmp_path, links, pages, spacing_h=11))[-1] == "dear"


def test_a_page_that_turned_unreadable_is_not_due_for_ever(tmp_path):
    """A missing link that no look could confirm for two weeks goes back into the queue."""
    links = [link("dear", authority=95.0), missing("shut", 20)]
    blocked = {"outcome": "blocked", "unsure_share": 0.99}
    assert names(plan(tmp_path, links, [page("dear"), page("shut", 1, told=13, **blocked)])) == ["shut", "dear"]
    assert names(plan(tmp_path, links, [page("dear"), page("shut", 1, told=20, **blocked)])) == ["dear", "shut"]


def test_a_run_of_failures_is_due(tmp_path):
    """A page that may have vanished is asked on the next night, behind missing links of its like."""
    failing = {"failures": 1, "failing_since": NIGHT - DAY, "last_failure_at": NIGHT - DAY}
    links = [link("dear", authority=95.0), link("dead"), missing("gone")]
    pages = [page("dear", 30), page("dead", 1, told=5, outcome="dns_error", **failing), page("gone", 1)]
    assert names(plan(tmp_path, links, pages)) == ["gone", "dead", "dear"]


def test_a_page_that_never_can_tell_is_worth_less(tmp_path):
    """A page that always refuses us waits longer between two attempts than one that answers between two looks."""
    pages = [page("open", 4), page("shut", 4, told=400, outcome="blocked", unsure_share=1.0)]
    entries = plan(tmp_path, [link("open"), link("shut")], pages)
    assert names(entries) == ["open", "shut"]
    assert entries[1]["worth"] > 0


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([], "equal"),
        ([claim(1, url("a")), claim(2, url("b"))], "equal"),
        ([claim(1, url("a"), says_lost=True), claim(2, url("b"))], "more"),
        ([claim(2, url("b"))], "more"),  # the export is here and leaves the link out
        ([claim(2, url("b"), claimed_by="other")], "equal"),  # it is not here tonight
        ([claim(None, "https://c.example/", claimed_by="export")], "equal"),  # a list of pages says nothing of links
    ],
)
def test_hints(tmp_path, claims, expected):
    """A source that believes a link lost, or no longer lists it, moves its page up; a source that is not here does not."""
    links = [link("a", link_id=1, claimed_by="export"), link("b", link_id=2, claimed_by="export")]
    worth = {entry["url"]: entry["worth"] for entry in plan(tmp_path, links, [page("a"), page("b")], claims)}
    assert (
        "more" if worth[url("a")] > worth[url("b")] else "equal" if worth[url("a")] == worth[url("b")] else "less"
    ) == expected


def test_a_belief_in_a_loss_weighs_more_than_silence_and_a_look_settles_it(tmp_path):
    """A hint is about the time since the last look."""
    links = [link("said", link_id=1, claimed_by="export"), link("silent", link_id=2, claimed_by="export")]
    claims = [claim(1, url("said"), says_lost=True)]
    assert names(plan(tmp_path, links, [page("said"), page("silent")], claims)) == ["said", "silent"]
    assert names(plan(tmp_path, links, [page("said", 0.9), page("silent", 4)], claims)) == ["silent", "said"]


def test_claims_that_nobody_has_looked_for_come_before_what_is_settled(tmp_path):
    """A new claim is worth a look before a live link of its like, and a page list's page without links behind it."""
    claims = [claim(9, "https://new.example/page"), claim(None, "https://bare.example/page")]
    pages = [page("live"), page("bare")]
    assert names(plan(tmp_path, [link("live")], pages, claims)) == ["new", "live", "bare"]


def test_budget(tmp_path):
    """A night and a host get as many pages as they may, those of most worth."""
    links = [link(f"l{n:02}", authority=float(n)) for n in range(50)]
    pages = [page(f"l{n:02}") for n in range(50)]
    assert names(plan(tmp_path, links, pages, max_pages=5)) == [f"l{n:02}" for n in range(49, 44, -1)]
    same_host = [link(f"s{n}", source_url=f"https://s.example/{n}", authority=float(n)) for n in range(50)]
    looked = [row(schemas.PAGES, **{**page("s"), "url": entry["source_url"]}) for entry in same_host]
    entries = plan(tmp_path, [*same_host, links[7]], [*looked, pages[7]], max_pages_per_host=3)
    assert [entry["url"].partition("//")[2] for entry in entries if "s.example" in entry["url"]] == [
        f"s.example/{n}" for n in (49, 48, 47)
    ]
    assert len(entries) == 4


def test_nothing_starves(tmp_path):
    """A tenth of the budget goes to the live links with the oldest looks, another to pages never looked at."""
    dear = [link(f"d{n:02}", authority=90.0) for n in range(30)]
    cheap = [link("cheap", authority=0.0, followed=False, zone="footer", site="rival.example")]
    pages = [*(page(f"d{n:02}", 5) for n in range(30)), page("cheap", 5.1)]
    claims = [claim(100 + n, f"https://new.example/{n}", site="rival.example", rel="nofollow") for n in range(3)]
    assert "cheap" in names(plan(tmp_path, dear + cheap, pages, max_pages=10))
    planned = names(plan(tmp_path, dear, pages, claims, max_pages=10))
    assert planned.count("new") >= 1


def test_another_spelling_is_no_second_page(tmp_path):
    """A claim of a known link in another spelling plans the page as the link has it, and so does a list of pages."""
    known = link("a", link_id=1, source_url="https://www.a.example/Page/")
    claims = [claim(1, "http://a.example/page"), claim(None, "http://a.example/page")]
    assert [entry["url"] for entry in plan(tmp_path, [known], [], claims)] == ["https://www.a.example/Page/"]


def test_a_spelling_that_did_not_show_the_link_is_not_the_last_word(tmp_path):
    """A claim whose link was not there under the known spelling is looked for as it is claimed."""
    known = link("a", link_id=1, source_url="http://a.example/page", state="unverified", refuted_at=NIGHT - DAY)
    entries = plan(tmp_path, [known], [], [claim(1, "https://www.a.example/page")])
    assert {entry["url"] for entry in entries} == {"http://a.example/page", "https://www.a.example/page"}


def test_spellings_of_a_new_page_are_one_page(tmp_path):
    """Claims of one page in several spellings are one look, and the query's case tells pages apart."""
    claims = [claim(1, "http://a.example/p"), claim(1, "https://www.a.example/p/"), claim(2, "https://a.example/P")]
    claims += [claim(3, "https://b.example/?v=x"), claim(4, "https://b.example/?v=X")]
    urls = [entry["url"] for entry in plan(tmp_path, [], [], claims)]
    assert sorted(urls) == ["https://b.example/?v=X", "https://b.example/?v=x", "https://www.a.example/p/"]


@pytest.mark.parametrize(
    ("important", "expected"),
    [
        (("a.example",), True),
        (("www.A.example",), True),
        (("http://www.a.example/Page/",), True),
        (("https://a.example/page/more",), False),
        (("https://a.example/page?q=1",), False),
        (("https://a.example/",), False),
        (("b.example",), False),
        ((), False),
    ],
)
def test_important_pages(tmp_path, important, expected):
    """A page is marked by its address, in any spelling, or by its referring domain; and it is worth more."""
    assert expected == any(same_page(entry, url("a")) or entry.lower().endswith("a.example") for entry in important)
    [entry] = plan(tmp_path, [link("a")], [page("a")], important=important)
    [plain] = plan(tmp_path, [link("a")], [page("a")])
    assert entry["important"] is expected
    assert (entry["worth"] > plain["worth"]) is expected


def test_what_a_look_should_show(tmp_path):
    """The plan carries what the last snapshot knows: links to show, the main text's signature, what is kept, who rendered."""
    on_a = {"source_url": url("a"), "source_domain": "a.example"}
    links = [link("1", **on_a), missing("2", **on_a, seen_in="browser"), link("3", **on_a, state="lost", lost_at=NIGHT - DAY)]
    entries = plan(tmp_path, [*links, link("b")], [page("a", signature="s", kept_hash="k"), page("b")])
    told = {entry["url"]: [entry[name] for name in ("links", "signature", "kept_hash", "rendered")] for entry in entries}
    assert told == {url("a"): [2, "s", "k", True], url("b"): [1, "", "", False]}
