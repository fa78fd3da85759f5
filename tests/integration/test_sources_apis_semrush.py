"""Semrush's API: what is asked for, text with semicolons, errors that are texts, and lists that end when the units do."""

from collections import deque

import pytest

from linkwatch.errors import SourceError
from linkwatch.model import Role, Scope, Site
from linkwatch.sources.apis.semrush import COLUMNS, PAGE_ROWS, read_semrush_api
from servers.link_vendors import Link, links, semrush
from servers.vendor_apis import KEY, SITES, Reply, VendorServer, pull_of

pytestmark = pytest.mark.network


def read(folder, known, faults=(), **settings):
    """The pull, its rows, and what was asked for."""
    with VendorServer(semrush(known), deque(faults)) as vendor:
        pull = pull_of("semrush_api", folder, vendor.url, **settings)
        rows = [row for batch in read_semrush_api(pull) for row in batch.to_pylist()]
    return pull, rows, vendor.requests


def test_what_is_asked_for(tmp_path):
    """The limit counts from the list's beginning, so it grows with the offset."""
    _, _, requests = read(tmp_path, links(PAGE_ROWS + 500), max_rows=PAGE_ROWS + 200)
    assert requests[0].params == {
        "key": KEY,
        "type": "backlinks",
        "target": "own.example",
        "target_type": "root_domain",
        "export_columns": ",".join(COLUMNS),
        "display_sort": "first_seen_desc",
        "display_limit": "1000",
        "display_offset": "0",
    }
    assert [(request.params["display_offset"], request.params["display_limit"]) for request in requests[1:]] == [("1000", "1200")]


@pytest.mark.parametrize(
    ("site", "scope", "target", "kind"),
    [
        ("own.example", Scope.DOMAIN, "own.example", "root_domain"),
        ("a.own.example", Scope.HOST, "a.own.example", "domain"),
        ("https://own.example/x/", Scope.PREFIX, "own.example", "domain"),
    ],
)
def test_the_scope_of_a_site_is_the_type_of_target(tmp_path, site, scope, target, kind):
    """It knows no part of a host: the host is asked about."""
    _, _, (request,) = read(tmp_path, [], sites=(Site(site, Role.OWN, scope),))
    assert (request.params["target"], request.params["target_type"]) == (target, kind)


def test_what_a_row_says(tmp_path):
    """Times are Unix times; a lost link is a hint; the rating is the page's."""
    pull, rows, _ = read(
        tmp_path,
        [
            Link("https://a.example/", nofollow=True),
            Link("https://b.example/", lost=True, first_seen="2026-01-01T00:00:00Z"),
            Link("https://c.example/", kind="frame"),
            Link("https://d.example/", kind="form"),
        ],
    )
    assert [(row["source_url"], row["rel"], row["says_lost"]) for row in rows] == [
        ("https://a.example/", "nofollow", False),
        ("https://b.example/", "", True),
    ]
    assert (rows[0]["first_seen"].isoformat(), rows[0]["last_seen"].isoformat()) == (
        "2026-01-02T03:04:05+00:00",
        "2026-11-20T00:00:00+00:00",
    )
    assert (rows[0]["anchor"], rows[0]["authority"]) == ("own", None)
    assert {reject.reason for reject in pull.rejects.samples} == {"not a hyperlink: frame", "not a hyperlink: form"}
    assert pull.notes.columns == COLUMNS


HEADER = ";".join(COLUMNS)
ROW = "https://a.example/;https://own.example/;1767323045;1767323045;false;false;false;false;"
ANCHORS = {
    "plain": ("own", "own"),
    "empty": ("", ""),
    "semicolons": ("a; b; c", "a; b; c"),
    "quoted": ('"a; ""b"""', 'a; "b"'),
    "an open quotation mark": ('"a', "a"),
    "a line separator": ("a\u2028b\x0bc\x85d", "a b c d"),
}


@pytest.mark.parametrize(("text", "anchor"), ANCHORS.values(), ids=ANCHORS)
def test_an_anchor_damages_no_row_but_its_own(tmp_path, text, anchor):
    """The row behind it is read whatever it holds."""
    body = f"{HEADER}\n{ROW}{text}\n{ROW.replace('a.example', 'b.example')}next\n"
    _, rows, _ = read(tmp_path, [], [lambda _: Reply(body)])
    assert [row["anchor"] for row in rows] == [anchor, "next"]


BROKEN = {"short": "https://a.example/", "huge": "x" * 200_000, "cut": ROW[:-3]}


@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_a_reject(tmp_path, line):
    """And never a stop to the rest."""
    pull, rows, _ = read(tmp_path, [], [lambda _: Reply(f"{HEADER}\r\n{line}\r\n{ROW}x\r\n")])
    assert len(rows) == 1
    assert [reject.reason for reject in pull.rejects.samples] == ["broken row: not the 9 fields of the header"]


def test_dates_in_words_and_headers_in_words_are_read(tmp_path):
    """Other reports of the vendor head their columns so, and dates were seen in ISO form too."""
    header = "Page ascore;Source url;Target url;First seen;Last seen;Nofollow;Form;Frame;Lostlink;Anchor"
    line = "41;https://a.example/;https://own.example/;2026-01-02;0;TRUE;0;0;1;own"
    _, (row,), _ = read(tmp_path, [], [lambda _: Reply(f"\ufeff{header}\n{line}\n")])
    assert (row["first_seen"].isoformat(), row["last_seen"]) == ("2026-01-02T00:00:00+00:00", None)
    assert (row["rel"], row["says_lost"], row["authority"]) == ("nofollow", True, None)


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("error", ["ERROR 120 :: WRONG KEY - ID PAIR", "ERROR 132 :: API UNITS BALANCE IS ZERO"])
def test_an_error_that_is_a_text_is_an_error(tmp_path, status, error):
    """With status 200 too; it says what the vendor said and where to look."""
    with pytest.raises(SourceError, match=error) as raised:
        read(tmp_path, [], [lambda _: Reply(error, status)])
    assert "connection" in str(raised.value)


def test_an_error_text_costs_nothing(tmp_path):
    """No line was delivered."""
    pull, rows, _ = read(tmp_path, links(3), [lambda _: Reply("ERROR 50 :: NOTHING FOUND")], sites=SITES, max_rows=3)
    assert len(rows) == 3
    assert [entry.units for entry in pull.ledger.entries] == [0.0, 120.0]


CUT_SHORT = {
    "more would follow": ("", "semrush ended a page early, after 5 rows"),
    "no units left": (lambda _: Reply("ERROR 132 :: API UNITS BALANCE IS ZERO", 403), "API UNITS BALANCE IS ZERO"),
}


@pytest.mark.parametrize(("second", "why"), CUT_SHORT.values(), ids=CUT_SHORT)
def test_a_list_that_ends_with_the_units_is_not_complete(tmp_path, second, why):
    """The vendor gives as many lines as the account can pay for, without a word: its end is asked for with one line more."""

    def five_lines(reply):
        return Reply("\r\n".join(reply.body.split("\r\n")[:6]))

    pull, rows, requests = read(tmp_path, links(9), [five_lines, second])
    assert len(rows) == 5
    assert why in pull.notes.partial[0]
    assert (requests[1].params["display_offset"], requests[1].params["display_limit"]) == ("5", "6")
