"""What holds a source's claims, what of them counts all the same, and several parts as one pull."""

from datetime import UTC, datetime, timedelta

import pytest

from arrow_rows import make_table
from linkwatch import schemas
from linkwatch.source_settings import CHECKS, SourceSettings
from linkwatch.sources import Hold, PulledFile, PullFacts, PullStatus
from linkwatch.sources.judging import judge, merge_parts, pages_only
from twins.rows import claim

AS_OF = datetime(2026, 11, 30, 3, tzinfo=UTC)
DAY = timedelta(days=1)
HEADERS = ("Referring page URL", "Target URL", "Anchor")
AHREFS = SourceSettings("ahrefs_csv", "ahrefs", path="x.csv", max_age_days=35.0)


def a_file(path="a.csv", sha256="aa", *, exported=None, modified=AS_OF - DAY):
    """A file of an export."""
    return PulledFile(path, sha256, 100, 5, exported, modified)


def facts(claims=100, *, error="", files=(), columns=(), partial=(), cap="", held=(), days_ago=0, **more):
    """One pull; `held` are names of checks."""
    usual = {"rejected": 0, "samples": (), "read": "", "rows": claims, "total": None, "claimed_at": None, "units": 0.0}
    holds = tuple(Hold(check, "because") for check in held)
    night = (AS_OF - days_ago * DAY).date().isoformat()
    named = {"error": error, "files": tuple(files), "columns": tuple(columns), "partial": tuple(partial), "cap": cap}
    return PullFacts("ahrefs", "ahrefs_csv", claims, **{**usual, **named, "held": holds, "night": night, **more})


def found(tonight, before=(), source=AHREFS):
    """Which checks hold tonight's claims."""
    return [hold.check for hold in judge(source, tonight, before, AS_OF)]


def why(tonight, before=(), source=AHREFS):
    """What the one hold says."""
    [hold] = judge(source, tonight, before, AS_OF)
    return hold.why


USUAL = [facts(100, days_ago=number) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("tonight", "before", "expected"),
    [
        (facts(100), USUAL, []),
        (facts(50), USUAL, []),
        (facts(49), USUAL, ["collapse"]),
        (facts(0), USUAL, ["collapse"]),
        (facts(0), [], []),
        (facts(0, error="no file"), USUAL, []),
        (facts(0), [facts(19)] * 3, []),
        (facts(9), [facts(20)] * 3, ["collapse"]),
        (facts(300), USUAL, []),
        # What was held or could not be read says nothing of what is usual, however long ago the last sound pull was.
        (facts(3), [*[facts(3, held=["collapse"])] * 30, *USUAL], ["collapse"]),
        (facts(3), [*[facts(0, error="gone")] * 30, *USUAL], ["collapse"]),
        # A source that a person accepted as it is: once most of the last seven pulls are so, it is usual.
        (facts(40), [*[facts(40)] * 4, *[facts(100)] * 9], []),
        (facts(40), [*[facts(40)] * 3, *[facts(100)] * 9], ["collapse"]),
    ],
)
def test_a_collapse_is_far_less_than_usual(tonight, before, expected):
    """Fewer claims than min_share of the median of the last sound pulls, where at least 20 are usual."""
    assert found(tonight, before) == expected


def test_the_share_that_collapses_is_a_setting():
    """`min_share` is the source's own; 0 never holds."""
    assert found(facts(79), USUAL, SourceSettings("ahrefs_csv", "a", min_share=0.8)) == ["collapse"]
    assert found(facts(0), USUAL, SourceSettings("ahrefs_csv", "a", min_share=0.0)) == []


def test_a_collapse_says_what_was_set_aside_and_what_was_partial():
    """Where the reason may be found stands in the sentence."""
    said = why(facts(3, rejected=97, partial=["a sample", "the budget is spent"]), [facts(100, partial=["a sample"])])
    assert said == (
        "it has 3 claims; expected at least 50, as 100 claims are usual (97 rows were set aside); the budget is spent. "
        'Get it again, whole and without filters. If it is right as it is, add "collapse" to `accept` of this source.'
    )


@pytest.mark.parametrize(
    ("files", "days", "expected"),
    [
        ([a_file(exported=AS_OF - 34 * DAY)], 35.0, []),
        ([a_file(exported=AS_OF - 36 * DAY)], 35.0, ["stale"]),
        ([a_file(exported=AS_OF - 36 * DAY)], 0.0, []),
        ([a_file(exported=None, modified=AS_OF - 36 * DAY)], 35.0, ["stale"]),
        ([a_file(exported=AS_OF - 36 * DAY, modified=AS_OF)], 35.0, ["stale"]),
        ([a_file(exported=AS_OF - DAY, modified=AS_OF - 99 * DAY)], 35.0, []),
        ([a_file(exported=None, modified=None)], 35.0, []),
        ([a_file(exported=AS_OF), a_file("b.csv", exported=AS_OF - 36 * DAY)], 35.0, ["stale"]),
        ([], 35.0, []),
    ],
)
def test_an_old_export_is_stale(files, days, expected):
    """By its own date, else by its file's, and any of its files; 0 days is never."""
    source = SourceSettings("ahrefs_csv", "ahrefs", max_age_days=days)
    assert found(facts(files=files), source=source) == expected


def test_a_stale_export_is_named_with_its_date():
    """The sentence is the same on the next night, so nobody is told again."""
    said = why(facts(files=[a_file("exports/a.csv", exported=datetime(2026, 10, 1, tzinfo=UTC))]))
    assert said.startswith("exports/a.csv is of 2026-10-01; expected an export of the last 35 days. Export it anew")


OLD = facts(files=[a_file("a.csv", "aa", modified=AS_OF - 3 * DAY)], days_ago=2)
OTHER = facts(files=[a_file("b.csv", "bb", modified=AS_OF - 2 * DAY)], days_ago=1)


@pytest.mark.parametrize(
    ("file", "before", "expected"),
    [
        (a_file("a.csv", "aa", modified=AS_OF - 3 * DAY), [OLD], []),  # it lies there
        (a_file("a.csv", "aa", modified=AS_OF), [OLD], ["identical"]),  # delivered again
        (a_file("b.csv", "aa", modified=AS_OF - 3 * DAY), [OLD], ["identical"]),  # under a new name
        (a_file("moved/a.csv", "aa", modified=AS_OF - 3 * DAY), [OLD], []),  # its folder has another name
        (a_file("2026-11-30/a.csv", "aa", modified=AS_OF), [OLD], ["identical"]),
        (a_file("b.csv", "bb"), [OLD], []),
        (a_file("c.csv", "aa"), [OTHER, OLD], ["identical"]),  # of any earlier night
        (a_file("a.csv", "aa", modified=AS_OF - 3 * DAY), [OTHER, OLD], ["identical"]),  # rolled back
        (a_file("c.csv", "aa"), [facts(error="gone"), facts(held=["stale"], files=OLD.files)], ["identical"]),
        (a_file("a.csv", "aa", modified=None), [facts(files=[a_file(modified=None)])], []),
        (a_file("a.csv", "aa"), [], []),
    ],
)
def test_the_same_bytes_delivered_anew(file, before, expected):
    """A file that is new, and whose bytes were read before; one that lies there unchanged is no finding."""
    assert found(facts(files=[file]), before) == expected


def test_a_file_that_lies_there_is_judged_as_when_it_came():
    """What came as a copy stays held, with the same sentence, for as long as it lies there."""
    copy = facts(files=[a_file("b.csv", "aa")], days_ago=1)
    said = why(copy, [OLD])
    assert said.startswith("b.csv is byte-identical to a.csv, first read on 2026-11-28; expected news in a file")
    assert why(facts(files=copy.files), [copy.holding([Hold("identical", said)]), OLD]) == said


@pytest.mark.parametrize("kind", ["pages", "links_csv"])
def test_a_list_kept_by_hand_may_be_saved_again(kind):
    """Somebody who saves a list without a change has delivered nothing; under a new name it is a copy."""
    source = SourceSettings(kind, "partners")
    assert found(facts(files=[a_file("a.csv", "aa", modified=AS_OF)]), [OLD], source) == []
    assert found(facts(files=[a_file("b.csv", "aa", modified=AS_OF)]), [OLD], source) == ["identical"]


def test_a_cap_that_was_hit():
    """The vendor's limit is told as the source notes it."""
    assert why(facts(cap="50,000 rows, the most that Semrush exports")).startswith(
        "a limit was hit: 50,000 rows, the most that Semrush exports; expected fewer rows"
    )


@pytest.mark.parametrize(
    ("columns", "before", "expected"),
    [
        (HEADERS, [facts(columns=HEADERS)], []),
        (HEADERS[:2], [facts(columns=HEADERS)], ["schema"]),
        ((*HEADERS, "New"), [facts(columns=HEADERS)], []),
        (("anchor", "target_url", "referring-page URL"), [facts(columns=HEADERS)], []),
        ((), [facts(columns=HEADERS)], []),  # an answer without rows
        (HEADERS, [], []),
        # It stays held, as held pulls are no measure; and a pull of which nothing is known is passed over.
        (HEADERS[:2], [facts(columns=HEADERS[:2], held=["schema"]), facts(), facts(columns=HEADERS)], ["schema"]),
        (HEADERS[:2], [facts(columns=HEADERS[:2]), facts(columns=HEADERS)], []),
    ],
)
def test_a_column_that_is_gone(columns, before, expected):
    """Any column of an export that the last sound pull had; new ones are fine, and so is another order or letter case."""
    assert found(facts(columns=columns), before) == expected


def test_a_renamed_column_is_told_with_the_new_one():
    """Both names stand in the sentence."""
    said = why(facts(columns=("Referring page URL", "Target URL", "Link text")), [facts(columns=HEADERS)])
    assert said.startswith("columns are gone: 'Anchor', and new: 'Link text'; expected those of the pulls before.")


@pytest.mark.parametrize(
    ("columns", "gone", "expected"),
    [
        ({}, "Price", []),
        ({}, "Anchor text", ["schema"]),
        ({"anchor": "Words"}, "Words", ["schema"]),
        ({"anchor": "Words"}, "Anchor text", []),
    ],
)
def test_of_a_table_of_ones_own_only_what_is_read_counts(columns, gone, expected):
    """A column of a spreadsheet that linkwatch does not read may go."""
    source = SourceSettings("links_csv", "partners", columns=columns)
    assert found(facts(columns=("Source", "Target")), [facts(columns=("Source", "Target", gone))], source) == expected


def test_every_check_can_be_accepted():
    """What a person accepts does not hold the source; the other checks do."""
    tonight = facts(0, files=[a_file("b.csv", "aa", exported=AS_OF - 99 * DAY)], columns=HEADERS[:1], cap="9 rows")
    before = [facts(100, files=[a_file()], columns=HEADERS)] * 3
    assert found(tonight, before) == list(CHECKS)
    for check in CHECKS:
        source = SourceSettings("ahrefs_csv", "ahrefs", max_age_days=35.0, accept=(check,))
        assert found(tonight, before, source) == [other for other in CHECKS if other != check]


def test_of_held_claims_their_pages_count():
    """One row a page; nothing that the source says of links, of dates or of the domain."""
    said = {"anchor": "a", "rel": "ugc", "first_seen": AS_OF, "last_seen": AS_OF, "authority": 5.0, "claimed_at": AS_OF}
    claims = [claim(1, "https://a.example/1", says_lost=True, **said), claim(2, "https://a.example/1", **said)]
    claims += [claim(3, "https://b.example/"), claim(None, "https://c.example/")]
    pages = pages_only(make_table(schemas.CLAIMS, claims))
    assert pages.schema == schemas.CLAIMS
    assert pages.to_pylist() == [
        claim(None, url, source_domain=url.split("/")[2])
        for url in ("https://a.example/1", "https://b.example/", "https://c.example/")
    ]
    assert pages_only(schemas.CLAIMS.empty_table()).num_rows == 0


def test_parts_make_one_pull():
    """Sums and all that was noted; partial where a part is."""
    parts = [
        facts(10, rows=12, rejected=2, units=1.5, total=20, files=[a_file("1")], columns=("a", "b"), samples=({"line": 1},) * 4),
        facts(5, rows=5, rejected=1, units=0.5, total=5, files=[a_file("2")], columns=("b", "c"), samples=({"line": 2},) * 4),
    ]
    one = merge_parts(parts)
    assert (one.claims, one.rows, one.rejected, one.units, one.total) == (15, 17, 3, 2.0, 25)
    assert ([file.path for file in one.files], one.columns, len(one.samples)) == (["1", "2"], ("a", "b", "c"), 5)
    assert one.status is PullStatus.COMPLETE
    assert merge_parts([*parts, facts(1, partial=["sampled"])]).partial == ("sampled",)
    assert merge_parts([*parts, facts(1, partial=["sampled"])]).status is PullStatus.PARTIAL
    assert merge_parts(parts[:1]) == parts[0]


def test_a_part_that_failed_makes_the_pull_partial():
    """Only where no part could be read the source could not."""
    good, bad = facts(10), facts(0, error="no file")
    assert merge_parts([good, bad, bad]).partial == ("2 of 3 parts could not be read: no file",)
    assert merge_parts([bad, good]).status is PullStatus.PARTIAL
    assert (merge_parts([bad, bad]).error, merge_parts([bad, bad]).status) == ("no file", PullStatus.UNREADABLE)
