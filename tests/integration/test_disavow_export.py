"""From decisions to the disavow file: what is asked for, what is taken back, what differs, what is written; on both databases."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from integration.warehouse_rows import OWN, finding, link, load
from linkwatch.cli.disavow import add_disavow, show_disavowal
from linkwatch.decisions import Decided, Decision
from linkwatch.errors import DisavowError, SettingsError
from linkwatch.steps.disavowing import Disavowal, make_disavowal
from linkwatch.warehouse import disavowed_links, last_export, load_night, record_decisions, reopen_domain, tables

NIGHT = "2026-11-20"
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
SITES = f'[[site]]\nsite = "{OWN}"\nrole = "own"\n'
SOURCE = '[[source]]\nkind = "pages"\npath = "pages.txt"\n'


@pytest.fixture
def home(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one own site, on the warehouse that the test has."""
    (tmp_path / "linkwatch.toml").write_text(SITES + SOURCE)
    monkeypatch.setenv("LINKWATCH_HOME", str(tmp_path))
    monkeypatch.setenv("LINKWATCH_CONFIG", str(tmp_path / "linkwatch.toml"))
    monkeypatch.setenv("LINKWATCH_WAREHOUSE", warehouse_url)
    return tmp_path


Disavow = Callable[..., None]


@pytest.fixture
def disavow(engine: sa.Engine) -> Disavow:
    """Load pages of referring domains and decide on some of them."""

    def decide(pages: dict[str, str], *named: str, verb: Decision = Decision.DISAVOW, at: datetime = AT) -> None:
        """`pages`: URL → state of its link; `named`: those that one finding is about, which Anna decides on."""
        rows = {
            url: link(source_url=url, source_domain=url.split("/")[2].removeprefix("www."), state=state)
            for url, state in pages.items()
        }
        ids = tuple(sorted(rows[url]["link_id"] for url in named))
        found = [finding(named[0], link_ids=ids, domains=tuple(sorted({rows[url]["source_domain"] for url in named})))]
        load_night(engine, load(NIGHT, links=list(rows.values()), findings=found))
        with engine.connect() as connection:
            key = connection.scalar(sa.select(tables.finding.c.finding_id).where(tables.finding.c.key == named[0]))
        record_decisions(engine, [Decided(key, verb, "anna", at, "bought", "terminal", "low", ())])

    return decide


def take_back(engine: sa.Engine, domain: str) -> None:
    """Bob opens again what was decided of a domain."""
    assert reopen_domain(engine, [OWN], domain, by="bob", at=AT + timedelta(hours=1), why="let us look again") == 1


def made(merge: str = "") -> Disavowal:
    """The file as of a day later."""
    return make_disavowal("", merge, AT + timedelta(days=1))


def test_without_a_decision_there_is_no_entry(home, engine, disavow):
    """A finding is a reason to look, and "keep" is a decision of another kind."""
    disavow({"https://a.example/1": "live"}, "https://a.example/1", verb=Decision.KEEP)
    assert made().file.text == ""
    with pytest.raises(DisavowError, match=f"nobody decided to disavow a link to {OWN}, and no file was merged"):
        show_disavowal("", "", str(home / "out.txt"), diff=False, record=False, at=AT, by="anna")
    assert not (home / "out.txt").exists()
    assert last_export(engine, OWN) is None


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({}, ["domain:a.example"]),
        ({"https://a.example/2": "live"}, ["https://a.example/1"]),
        ({"https://www.a.example/2": "missing"}, ["https://a.example/1"]),
        ({"https://a.example/2": "lost", "https://a.example/3": "unverified"}, ["domain:a.example"]),
        ({"https://b.example/2": "live"}, ["domain:a.example"]),
    ],
    ids=["the only one", "another is live", "another is missing", "no other is there", "another domain"],
)
@pytest.mark.parametrize("state", ["live", "missing"])
def test_a_domain_is_named_where_all_of_its_links_are_decided(home, disavow, others, expected, state):
    """Else the pages; links that are lost or that nobody ever saw keep no domain from being named."""
    disavow({"https://a.example/1": state, **others}, "https://a.example/1")
    assert list(made().file.entries) == expected


@pytest.mark.parametrize(("other", "expected"), [("lost", "https://a.example/1"), ("", "domain:a.example")])
def test_of_a_domain_whose_links_are_gone_all_that_were_known_count(home, disavow, other, expected):
    """A decision outlives its link, and grows to the whole domain by no loss."""
    others = {"https://a.example/2": other} if other else {}
    disavow({"https://a.example/1": "lost", **others}, "https://a.example/1")
    assert list(made().file.entries) == [expected]


def test_links_to_another_site_do_not_count(home, engine, disavow):
    """Each site has a file of its own."""
    rival = link(
        source_url="https://a.example/2", source_domain="a.example", site="rival.example", target_url="https://rival.example/"
    )
    load_night(engine, load("2026-11-19", links=[rival]))
    disavow({"https://a.example/1": "live"}, "https://a.example/1")
    assert list(made().file.entries) == ["domain:a.example"]
    assert disavowed_links(engine, "rival.example") == []


def test_the_last_disavowal_gives_the_reason(home, engine, disavow):
    """Who decided again after a reopening is the one who is named."""
    disavow({"https://a.example/1": "live"}, "https://a.example/1")
    take_back(engine, "a.example")
    disavow({"https://a.example/1": "live"}, "https://a.example/1", at=AT + timedelta(days=1))
    [row] = disavowed_links(engine, OWN)
    assert (row["at"], row["by"], row["why"], row["rule"], row["whole"]) == (
        AT + timedelta(days=1),
        *("anna", "bought", "sitewide_link", True),
    )


def test_a_decision_that_was_taken_back_takes_its_line_out(home, engine, disavow, capsys):
    """Of the next file; in the one that is uploaded it stays, and that is told."""
    disavow({"https://a.example/1": "live"}, "https://a.example/1")
    out = home / "disavow.txt"
    assert show_disavowal("", "", str(out), diff=False, record=False, at=AT, by="anna") == 0
    take_back(engine, "a.example")
    after = made()
    assert (after.file.entries, after.removed, after.added) == ((), ["domain:a.example"], [])

    merged = made(str(out))
    assert merged.file.text == out.read_text()
    assert merged.file.notes == (
        f"still in your file; no decision asks for it any more: domain:a.example; take it out of {out} if it is to go",
    )
    capsys.readouterr()
    show_disavowal("", str(out), "", diff=True, record=False, at=AT, by="anna")
    assert "still in your file" in capsys.readouterr().err


def test_a_domain_that_got_a_link_that_nobody_decided_on_is_told(home, disavow):
    """The uploaded file says more than people decided: a new page may be a good one."""
    disavow({"https://a.example/1": "live"}, "https://a.example/1")
    (home / "uploaded.txt").write_text("domain:a.example\n")
    assert made(str(home / "uploaded.txt")).file.notes == ()
    disavow({"https://a.example/1": "live", "https://a.example/2": "live"}, "https://a.example/1")
    assert [note[:87] for note in made(str(home / "uploaded.txt")).file.notes] == [
        "still in your file; no decision asks for it any more: domain:a.example; take it out of "
    ]


def test_a_written_file_is_remembered_and_compared_with(home, engine, disavow, capsys):
    """The first differs from nothing, the second from the first; showing alone is not remembered."""
    disavow({"https://a.example/1": "live"}, "https://a.example/1")
    out = home / "disavow.txt"
    assert show_disavowal("", "", "", diff=False, record=False, at=AT, by="anna") == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["# anna, 2026-11-21: bought (sitewide_link)", "domain:a.example"]
    assert last_export(engine, OWN) is None

    show_disavowal("", "", str(out), diff=True, record=False, at=AT, by="anna")
    told = capsys.readouterr()
    assert told.out == "+ domain:a.example\n"
    assert "no file was made before: 1 added, 0 removed, 1 in all" in told.err
    assert out.read_bytes().endswith(b"domain:a.example\n")
    export: dict[str, Any] = last_export(engine, OWN) or {}
    assert (export["entries"], export["exported_by"], export["exported_at"]) == (["domain:a.example"], "anna", AT)

    disavow({"https://b.example/1": "live", "https://b.example/2": "live"}, "https://b.example/1")
    show_disavowal("", str(out), "", diff=True, record=True, at=AT + timedelta(days=1), by="anna")
    told = capsys.readouterr()
    assert told.out == "+ https://b.example/1\n"
    assert "since the file of 2026-11-21 09:00 UTC: 1 added, 0 removed, 2 in all" in told.err
    assert (last_export(engine, OWN) or {})["entries"] == ["domain:a.example", "https://b.example/1"]


def test_the_command_writes_for_whoever_is_logged_in(home, engine, disavow, capsys):
    """Arguments, exit status, and a last line that says what was done and what was not."""
    disavow({"https://a.example/1": "live"}, "https://a.example/1")
    parser = argparse.ArgumentParser()
    add_disavow(parser.add_subparsers())
    parsed = parser.parse_args(["disavow", "--site", OWN, "--out", str(home / "out.txt"), "--diff"])
    assert parsed.run(parsed) == 0
    told = capsys.readouterr()
    assert told.out == "+ domain:a.example\n"
    assert told.err.splitlines()[-1] == f"wrote {home / 'out.txt'}: 1 entry. Nothing is uploaded: that is yours to decide"
    assert (last_export(engine, OWN) or {})["exported_by"]


def test_a_refused_file_leaves_the_old_one_as_it_was(home, engine, disavow):
    """Nothing is written half, and nothing is remembered of it."""
    disavow({"https://a.example/1": "live"}, "https://a.example/1")
    (home / "uploaded.txt").write_text("spam.example\n")
    (home / "disavow.txt").write_text("# mine\n")
    with pytest.raises(DisavowError, match=r"line 1: got 'spam\.example'"):
        show_disavowal("", str(home / "uploaded.txt"), str(home / "disavow.txt"), diff=False, record=False, at=AT, by="anna")
    assert (home / "disavow.txt").read_text() == "# mine\n"
    assert last_export(engine, OWN) is None


def test_a_file_that_cannot_be_read_or_written_is_said(home, disavow):
    """With its name and what to do."""
    disavow({"https://a.example/1": "live"}, "https://a.example/1")
    with pytest.raises(
        DisavowError, match=r"cannot read .*nowhere\.txt: No such file or directory; expected the file that is uploaded"
    ):
        made(str(home / "nowhere.txt"))
    (home / "folder").mkdir()
    with pytest.raises(DisavowError, match=r"cannot write .*folder: .*; name another file with --out"):
        show_disavowal("", "", str(home / "folder"), diff=False, record=False, at=AT, by="anna")


def test_of_several_sites_one_has_to_be_named(home, disavow):
    """A file is uploaded for one property."""
    disavow({"https://a.example/1": "live"}, "https://a.example/1")
    (home / "linkwatch.toml").write_text(f'{SITES}[[site]]\nsite = "two.example"\nrole = "own"\n{SOURCE}')
    with pytest.raises(SettingsError, match=f"a file speaks of one site; expected --site with one of {OWN}, two.example"):
        made()
    assert list(make_disavowal(OWN, "", AT).file.entries) == ["domain:a.example"]
    assert make_disavowal("two.example", "", AT).file.entries == ()
