"""Suspicion over whole nights: pages are analysed once per content, what is found is a row, a message and a case."""

import json
from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest

from linkwatch.cli import main
from linkwatch.decisions import Decision
from linkwatch.steps.reviewing import decide, open_cases
from night_home import OWN, NightHome, as_of, name_of
from servers.page_proxy import PageProxy, page_proxy

PAID, PLAIN, CHANGING = (f"http://{name}.example/post" for name in ("paid", "plain", "changing"))
FILLER = [f"http://filler{number}.example/" for number in range(20)]


def text(subject: str) -> str:
    """Some 200 words that no other subject has in this order."""
    return " ".join(f"{subject}{number} says what {subject} does" for number in range(40))


def article(subject: str, before: str = "", rel: str = "") -> str:
    """A page with a text of its own and a link to us."""
    link = f'<p>We like <a href="{OWN}tools"{rel and f" rel={rel}"}>garden tools</a> very much, all of us here do.</p>'
    said = f"<h1>Gardens</h1>{before}<p>{text(subject)}</p>{link}"
    return f"<!doctype html><html lang=en><title>A page</title><body><main>{said}</main>"


@pytest.fixture(scope="module")
def nights(airflow_home, tmp_path_factory) -> Iterator[tuple[NightHome, PageProxy]]:
    """Three nights: a paid link without rel, a page that stays, and a page whose text turns; the third mends the paid one."""
    del airflow_home
    with page_proxy() as proxy:
        home = NightHome(tmp_path_factory.mktemp("suspicion") / "home", proxy.address, [PAID, PLAIN, CHANGING, *FILLER])
        for number, url in enumerate(FILLER):
            proxy.put(url, article(f"filler{number}th"))
        sponsored = '<p class="byline">Sponsored post</p>'
        proxy.put(PAID, article("shed", sponsored))
        proxy.put(PLAIN, article("spade"))
        proxy.put(CHANGING, article("rake"))
        assert home.run(1)
        proxy.put(CHANGING, article("bench"))
        assert home.run(2)
        proxy.put(PAID, article("shed", sponsored, rel="sponsored"))
        assert home.run(3)
        yield home, proxy


def looked_closer(home: NightHome, number: int) -> set[str]:
    """Pages that a night analysed."""
    folder = home.folder / "nights" / name_of(number)
    tables = [pq.read_table(path) for path in folder.glob("analyses-*.parquet")]
    return {url for table in tables for url in table["url"].to_pylist()}


def known(home: NightHome, number: int, url: str) -> dict[str, object]:
    """What is known of a page after a night."""
    rows = pq.read_table(home.folder / "nights" / name_of(number) / "analyses.parquet").to_pylist()
    return next(row for row in rows if row["url"] == url)


def test_a_page_is_analysed_once_per_content(nights):
    """The first night looks closer at all pages with links, later ones at those whose content is another one."""
    home, _ = nights
    assert looked_closer(home, 1) == {PAID, PLAIN, CHANGING, *FILLER}
    assert looked_closer(home, 2) == {CHANGING}
    assert looked_closer(home, 3) == {PAID}
    assert known(home, 3, PLAIN) == known(home, 1, PLAIN)


def test_a_text_that_turned_is_known_as_such(nights):
    """Its night is remembered, and that the page was known before."""
    home, _ = nights
    row = known(home, 3, CHANGING)
    assert (row["known_since"], row["turned_at"]) == (as_of(1), as_of(2))
    assert row["kept_share"] < 0.3


def test_a_finding_has_its_links_its_grounds_and_its_end(nights):
    """It is a row with the domain that it is about; the night that mended the link ended it."""
    home, _ = nights
    (row,) = home.rows("SELECT * FROM finding WHERE rule = 'unqualified_paid'")
    assert (row["night"], row["severity"], row["links"], row["review"], row["ended"]) == (
        name_of(1),
        "high",
        1,
        "open",
        name_of(3),
    )
    assert json.loads(row["domains"]) == ["paid.example"]
    linked = home.rows(
        "SELECT source_url FROM finding_link JOIN link USING (link_id) WHERE finding_id = :id", id=row["finding_id"]
    )
    assert [entry["source_url"] for entry in linked] == [PAID]


def test_a_severe_case_is_told_by_itself_and_once(nights):
    """Three nights, one message."""
    home, _ = nights
    told = home.rows("SELECT night, payload FROM alert WHERE kind = 'suspicion'")
    assert [entry["night"] for entry in told] == [name_of(1)]
    assert "paid.example" in str(told[0]["payload"])


def test_what_rules_could_not_say_is_counted(nights):
    """No own site was crawled and nothing was disavowed: of no link these rules say anything, and nothing is clean for it."""
    home, _ = nights
    query = "SELECT rule, evaluated, not_evaluated FROM rule_night WHERE night = :night"
    rulings = {row["rule"]: (row["evaluated"], row["not_evaluated"]) for row in home.rows(query, night=name_of(1))}
    assert rulings["reciprocal_link"] == rulings["bad_neighbours"] == (0, 23)
    assert rulings["unqualified_paid"] == (23, 0)
    unsaid = home.column(
        "SELECT link_kind.not_evaluated FROM link_kind JOIN link USING (link_id) WHERE source_url = :url", url=PLAIN
    )
    assert {"reciprocal_link", "bad_neighbours"} <= set(unsaid[0].split())


def test_kinds_are_written_when_they_change_and_at_no_other_time(nights):
    """The link that says sponsored since the third night is the one row that this night wrote."""
    home, _ = nights
    query = "SELECT source_url, declared, inferred, kind.updated_night FROM link_kind AS kind JOIN link USING (link_id)"
    kinds = {row["source_url"]: (row["declared"], row["inferred"], row["updated_night"]) for row in home.rows(query)}
    assert kinds[PAID] == ("sponsored", "sponsored", name_of(3))
    assert kinds[PLAIN] == ("unknown", "editorial", name_of(1))


def test_a_decision_stays_and_comes_back_with_new_evidence(nights):
    """The link is paid for again: the finding is back as it was decided; another sign of it opens it, and is told."""
    home, proxy = nights
    sponsored = '<p class="byline">Sponsored post</p>'
    proxy.put(PAID, article("shed", sponsored))
    assert home.run(4)
    with home.used():
        (case,) = [case for case in open_cases() if case.domains == ("paid.example",)]
        assert decide(case, Decision.KEEP, by="ann", at=as_of(4), why="agreed with us", via="terminal") == 1
    assert home.run(5)
    query = "SELECT review FROM finding WHERE rule = 'unqualified_paid'"
    assert home.column(query) == ["kept"]

    proxy.put(PAID, article("shed", sponsored).replace(f"{OWN}tools", f"{OWN}tools?aff_id=7"))
    assert home.run(6)
    opened = "SELECT review, night FROM finding WHERE rule = 'unqualified_paid' ORDER BY night"
    assert [row["review"] for row in home.rows(opened)] == ["open"]
    assert home.column("SELECT verb FROM decision ORDER BY decided_at") == ["keep", "reopen"]
    assert home.column("SELECT night FROM alert WHERE kind = 'suspicion' ORDER BY night") == [name_of(1), name_of(6)]


def test_the_story_of_the_link_has_what_was_found_and_decided(nights, capsys):
    """Whoever asks about the link reads the kind, the finding, both decisions, and the rules that could not say."""
    home, _ = nights
    with home.used():
        assert main(["explain", PAID, f"{OWN}tools?aff_id=7"]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        assert main(["explain", PAID, f"{OWN}tools?aff_id=7", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
    assert "kind sponsored, 80% sure" in shown
    assert "high unqualified paid: the page says" in shown
    assert "keep (unqualified paid) by ann: agreed with us" in shown
    assert "bad neighbours" in shown
    assert [entry["verb"] for entry in told["decisions"]] == ["keep", "reopen"]
    assert told["kind"]["inferred"] == "sponsored"


def test_the_same_night_again_writes_nothing(nights):
    """Told twice is told once: no finding, decision, kind or message more."""
    home, _ = nights
    tables = ("finding", "finding_link", "decision", "rule_night", "link_kind", "alert")
    before = {table: home.rows(f"SELECT * FROM {table}") for table in tables}  # noqa: S608  # names of our own
    assert home.run(6)
    assert before == {table: home.rows(f"SELECT * FROM {table}") for table in tables}  # noqa: S608
