"""Eleven real pages, each served on two nights in a row, through the real DAG: exactly the gains and losses that are known."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from linkwatch.cli.night_run import run_dag
from linkwatch.urls import page_key
from linkwatch.warehouse import changes_of, open_warehouse
from servers.page_proxy import page_proxy

FIRST = datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def told(real_data, airflow_home, tmp_path_factory):
    """What 22 nights told: expected.json and, for every night, its changes and the live links at its end."""
    del airflow_home
    folder = real_data / "html5boilerplate.com"
    expected = json.loads((folder / "expected.json").read_text())
    home = tmp_path_factory.mktemp("real-pages")
    with page_proxy() as proxy, pytest.MonkeyPatch.context() as environment:
        (home / "pages.txt").write_text(expected["page"] + "\n")
        sites = "".join(f'[[site]]\nsite = "{site}"\nrole = "competitor"\n' for site in expected["watched"])
        fetch = f'[fetch]\nproxy = "{proxy.address}"\ndelay_s = 0\nshards = 1\n'
        (home / "linkwatch.toml").write_text(f'{sites}[[source]]\nkind = "pages"\npath = "pages.txt"\n{fetch}')
        environment.setenv("LINKWATCH_CONFIG", str(home / "linkwatch.toml"))
        environment.setenv("LINKWATCH_HOME", str(home))
        environment.delenv("LINKWATCH_WAREHOUSE", raising=False)
        proxy.put("http://html5boilerplate.com/robots.txt", "", status=404)
        nights = []
        for number, page in enumerate(expected["nights"]):
            proxy.put(expected["page"], (folder / page["date"] / "index.html").read_bytes())
            for twice in range(2):
                as_of = FIRST + timedelta(days=2 * number + twice)
                assert run_dag("nightly_links", as_of) == []
                engine = open_warehouse(f"sqlite:///{home / 'linkwatch.sqlite'}")
                nights.append((as_of.date().isoformat(), changes_of(engine, as_of.date().isoformat()), live_links(engine)))
    return expected, nights


def live_links(engine):
    """Target → (rel, anchor) of the live links, as a user would ask."""
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT target_url, rel, anchor FROM link WHERE state = 'live'")).all()
    return {row.target_url: (row.rel, row.anchor) for row in rows}


def targets(changes, *kinds):
    """Targets of the changes of these kinds, each once."""
    found = [change["target_url"] for change in changes if change["kind"] in kinds]
    assert len(found) == len(set(found))
    return set(found)


def new_and_gone(page):
    """Targets gained and lost on a date of expected.json, without those that are only spelled another way from then on."""
    respelled = {page_key(url) for url in page["gained"]} & {page_key(url) for url in page["lost"]}
    return [{url for url in page[kind] if page_key(url) not in respelled} for kind in ("gained", "lost")]


def test_the_first_night_discovers_every_link_and_gains_none(told):
    """On the first look nothing can be called new."""
    expected, nights = told
    _, changes, live = nights[0]
    assert targets(changes, "discovered") == set(expected["nights"][0]["links"]) == set(live)
    assert targets(changes, "gained", "lost", "recovered", "changed") == set()


def test_a_gain_is_told_on_the_first_night_that_shows_it(told):
    """Every gain of expected.json, on its night and on no other; a link that was lost before comes back as recovered."""
    expected, nights = told
    lost_before = set()
    for number, page in enumerate(expected["nights"][1:], 1):
        first, second = nights[2 * number], nights[2 * number + 1]
        gained, lost = new_and_gone(page)
        back = {url for url in gained if page_key(url) in lost_before}
        assert targets(first[1], "gained") == gained - back, first[0]
        assert targets(first[1], "recovered") == back, first[0]
        assert targets(second[1], "gained", "recovered", "discovered") == set(), second[0]
        lost_before = (lost_before | {page_key(url) for url in lost}) - {page_key(url) for url in gained}


def test_a_loss_is_told_on_the_second_night_of_its_absence(told):
    """Every loss of expected.json, with its reason, on the second night and on no other."""
    expected, nights = told
    for number, page in enumerate(expected["nights"][1:], 1):
        first, second = nights[2 * number], nights[2 * number + 1]
        assert targets(first[1], "lost") == set(), first[0]
        assert targets(second[1], "lost") == new_and_gone(page)[1], second[0]
        assert {change["reason"] for change in second[1] if change["kind"] == "lost"} <= {"link_removed"}


def test_the_live_links_are_exactly_the_pages_links(told):
    """On every night the table shows what the page shows: targets, rel and anchor."""
    expected, nights = told
    for number, page in enumerate(expected["nights"]):
        for _, _, live in nights[2 * number : 2 * number + 2]:
            assert set(live) == set(page["links"])
            for target, (rel, anchor) in live.items():
                shown = {(" ".join(sorted(link["rel"])), link["anchor"]) for link in page["links"][target]}
                assert (rel, anchor) in shown, target


def test_a_link_that_moves_to_https_is_neither_lost_nor_gained(told):
    """The page's links were respelled more than once; of none of these anything is told, and the new spelling is shown."""
    expected, nights = told
    seen = 0
    for number, page in enumerate(expected["nights"][1:], 1):
        gained = new_and_gone(page)[0]
        spelled = {url for url in page["gained"] if url not in gained}
        moves = targets(nights[2 * number][1], "gained", "recovered", "discovered")
        assert not moves & spelled
        assert spelled <= set(nights[2 * number][2])
        seen += len(spelled)
    assert seen > 0


def test_an_edited_anchor_is_a_change_and_not_a_new_link(told):
    """What is told as changed is what expected.json's anchors and rel say, and nothing on a night without an edit."""
    expected, nights = told
    for number, page in enumerate(expected["nights"][1:], 1):
        before, after = nights[2 * number - 1][2], nights[2 * number][2]
        edited = {target for target in set(before) & set(after) if before[target] != after[target]}
        told_edits = {
            change["target_url"]
            for change in nights[2 * number][1]
            if change["kind"] == "changed" and {"anchor", "rel"} & set(change["reason"].split(","))
        }
        assert told_edits == edited, page["date"]
        assert targets(nights[2 * number + 1][1], "changed") == set(), page["date"]
