"""Pages of a vendor's rows: fields that must be there, sites that are asked about, and what a pull says of itself."""

import pytest

from linkwatch.errors import SourceError
from linkwatch.sources.apis.rows import (
    BudgetSpent,
    SiteRefused,
    field,
    page_sizes,
    planned,
    rating,
    read_rows,
    rel_of,
    rows_in,
    sites_of,
)
from servers.vendor_apis import SITES, pull_of

NO_FIELD = [
    ({}, "url", str, "ahrefs backlinks[]", "answer of ahrefs has no field backlinks[].url;"),
    ({}, "backlinks", list, "ahrefs", "answer of ahrefs has no field backlinks;"),
    ([], "backlinks", list, "ahrefs", "answer of ahrefs has no field backlinks;"),
    ({"n": "1"}, "n", int, "moz rows[]", "answer of moz has a str as rows[].n, expected int;"),
    ({"n": True}, "n", (int, float), "moz rows[]", "answer of moz has a bool as rows[].n, expected int or float;"),
    ({"n": None}, "n", (str, bool), "moz rows[]", "answer of moz has a null as rows[].n, expected str or bool;"),
]


@pytest.mark.parametrize(("row", "name", "kind", "where", "said"), NO_FIELD)
def test_a_field_that_is_not_as_documented_is_named(row, name, kind, where, said):
    """The error says whose answer it is, which field, what was found, and what to do."""
    with pytest.raises(SourceError) as error:
        field(row, name, kind, where)
    assert str(error.value).startswith(said)
    assert "changed its interface" in str(error.value)


def test_a_row_that_is_no_object_is_named_by_its_number():
    """A list of anything else than rows is a changed interface, not a crash further on."""
    with pytest.raises(SourceError, match=r"answer of moz has a str as results\[1\], expected an object"):
        rows_in({"results": [{}, "x"]}, "results", "moz")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0.0), ("41.5", 41.5), (100, 100.0), ("", None), (None, None), (101, None), (-1, None), ("nan", None), ([], None)],
)
def test_a_rating_is_a_number_up_to_a_hundred_or_not_known(value, expected):
    """What is no rating is not known, and no error: vendors leave out what they lack."""
    assert rating(value) == expected


def test_rel_has_the_tokens_that_are_set():
    """Tokens are sorted, as in a claim; none set is an empty text, not an unknown one."""
    assert rel_of(ugc=True, nofollow=True, sponsored=False) == "nofollow ugc"
    assert rel_of(nofollow=False) == ""


@pytest.mark.parametrize(("rows", "page", "sizes"), [(5, 10, [5]), (20, 10, [10, 10]), (21, 10, [10, 10, 1])])
def test_pages_never_ask_for_more_than_max_rows(rows, page, sizes):
    """The last page asks for the rest alone, because rows cost."""
    assert page_sizes(rows, page) == sizes


def test_a_plan_adds_up_the_calls_of_each_site(tmp_path):
    """Calls and units are what one night may cost at most, a line a site."""
    source = pull_of("moz_api", tmp_path, "", max_rows=21).source
    calls = planned(source, ["a.example", "b.example"], endpoint="links", page_rows=10, price=lambda rows: rows * 2.0, of="rows")
    assert [(call.site, call.endpoint, call.calls, call.units, call.of) for call in calls] == [
        ("a.example", "links", 3, 42.0, "rows"),
        ("b.example", "links", 3, 42.0, "rows"),
    ]


@pytest.mark.parametrize(
    ("site", "own_only", "expected"),
    [
        ("", False, ["own.example", "rival.example"]),
        ("", True, ["own.example"]),
        ("rival.example", False, ["rival.example"]),
        ("rival.example", True, []),
    ],
)
def test_the_sites_to_ask_about(tmp_path, site, own_only, expected):
    """The one site of the settings, or all that are watched; some vendors know own sites alone."""
    assert sites_of(pull_of("moz_api", tmp_path, "", sites=SITES, site=site), own_only=own_only) == expected


def row(number: int) -> dict[str, str]:
    """A vendor's row, as `claim` reads it."""
    return {"from": f"https://page{number}.example/", "to": "https://own.example/"}


def claim(claims, entry):
    """Takes a row, unless it says why not."""
    return entry.get("refuse", "") or claims.link(entry["from"], entry["to"])


def read(pull, pages):
    """Sources of the claims that `read_rows` makes of pages by site; an exception among the pages is raised in its place."""

    def asked(site):
        for page in pages[site]:
            if isinstance(page, Exception):
                raise page
            yield page

    return [url for batch in read_rows(pull, asked, claim) for url in batch["source_url"].to_pylist()]


def test_rows_are_counted_and_refused_ones_are_rejects(tmp_path):
    """A reject keeps the row's number and what it said; columns are those of the first row."""
    pull = pull_of("moz_api", tmp_path, "")
    assert len(read(pull, {"own.example": [[row(1), {**row(2), "refuse": "not a hyperlink: frame"}], [row(3)]]})) == 2
    assert (pull.notes.rows, pull.notes.columns, pull.notes.partial) == (3, ("from", "to"), [])
    assert [(reject.line, reject.reason) for reject in pull.rejects.samples] == [(2, "not a hyperlink: frame")]
    assert '"https://page2.example/"' in pull.rejects.samples[0].text


ENDS = [
    (
        "budget",
        [[row(1)], BudgetSpent("the budget is spent")],
        1,
        ["own.example: the budget is spent; not asked about: rival.example"],
    ),
    (
        "budget at once",
        [BudgetSpent("the budget is spent")],
        0,
        ["own.example: the budget is spent; not asked about: rival.example"],
    ),
    ("failure later", [[row(1)], SourceError("it broke")], 1, ["own.example: it broke; not asked about: rival.example"]),
    ("one site refused", [SiteRefused("who is that?")], 1, ["own.example: who is that?"]),
    ("max_rows", [[row(n) for n in range(4)], [row(9)]], 4, ["own.example: 3 rows were read (max_rows = 3); there may be more"]),
]


@pytest.mark.parametrize(("pages", "claims", "partial"), [case[1:] for case in ENDS], ids=[case[0] for case in ENDS])
def test_a_pull_that_ends_early_keeps_what_was_read_and_says_why(tmp_path, pages, claims, partial):
    """Only what concerns one site lets the others be asked."""
    pull = pull_of("moz_api", tmp_path, "", sites=SITES, max_rows=3)
    assert len(read(pull, {"own.example": pages, "rival.example": [[row(7)]]})) == claims
    assert pull.notes.partial == partial


@pytest.mark.parametrize("error", [SourceError("it broke"), SiteRefused("who is that?")])
def test_a_pull_without_one_page_is_an_error(tmp_path, error):
    """Nothing was read, so the source is unreadable and not partial."""
    pull = pull_of("moz_api", tmp_path, "", sites=SITES)
    with pytest.raises(SourceError, match=str(error).replace("?", r"\?")):
        read(pull, {"own.example": [error], "rival.example": [error]})


@pytest.mark.parametrize(
    ("total", "partial"), [(2, []), (5, ["own.example: 2 of the 5 rows that there are were read (max_rows = 2)"])]
)
def test_a_vendor_that_counts_settles_whether_all_was_read(tmp_path, total, partial):
    """With a count, max_rows alone makes no pull partial."""
    pull = pull_of("moz_api", tmp_path, "", max_rows=2)

    def pages(_):
        pull.notes.total = total
        yield [row(1), row(2)]

    assert sum(batch.num_rows for batch in read_rows(pull, pages, claim)) == 2
    assert pull.notes.partial == partial
