"""`linkwatch review` and `linkwatch rules` in a terminal: answers one by one, single commands, and hostile texts."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from integration.warehouse_rows import OWN, finding, link, load
from linkwatch.cli.review import add_review
from linkwatch.cli.review_walk import walk
from linkwatch.cli.rules import add_rules
from linkwatch.errors import ReviewError, SettingsError
from linkwatch.model import Finding, Severity
from linkwatch.steps import reviewing
from linkwatch.steps.reviewing import open_cases
from linkwatch.suspicion import RULES
from linkwatch.warehouse import load_night, migrate, open_warehouse
from night_home import NightHome

NIGHT = "2026-11-20"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
STEERING = "\x1b[2J\u202e"


@pytest.fixture
def engine(tmp_path) -> Iterator[sa.Engine]:
    """The warehouse of a home that is used while a test lasts."""
    home = NightHome(tmp_path / "home", "", [])
    with home.used():
        engine = open_warehouse(home.warehouse)
        migrate(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def cases(engine: sa.Engine) -> None:
    """Three open cases, the first of high severity; anchors that want to steer the terminal."""
    row = link(1, source_url="https://bad.example/1", source_domain="bad.example", anchor=f"{STEERING}shoes")
    findings = [
        found("bad.example", severity=Severity.HIGH, link_ids=(row["link_id"],)),
        found("two.example", link_ids=(2, 3)),
        found("one.example"),
    ]
    load_night(engine, replace(load(NIGHT, links=[row], findings=findings), rulings=[ruling()]))


def found(domain: str, **values) -> Finding:
    """A finding of medium severity about a domain."""
    evidence = {"observed": f"hidden {STEERING}", "threshold": "any", "samples": [f"https://{domain}/{STEERING}"]}
    named = {"key": domain, "rule": "hidden_link", "severity": Severity.MEDIUM, "domains": (domain,), "evidence": evidence}
    return finding(**{**named, **values})


def ruling() -> dict[str, object]:
    """What became of a rule in the night."""
    named = {"night": NIGHT, "site": OWN, "rule": "hidden_link", "family": "hack", "shadow": False, "findings": 3}
    return named | {"evaluated": 40, "not_evaluated": 2, "reasons": {"its page was not analysed yet": 2}}


def typing(*answers: str) -> Callable[[str], str]:
    """A keyboard: what is typed, then Ctrl-D."""
    left = list(answers)

    def ask(prompt: str) -> str:
        del prompt
        if not left:
            raise EOFError
        return left.pop(0)

    return ask


def run(*arguments: str) -> int:
    """A command, as the command line parses it."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    add_review(commands)
    add_rules(commands)
    parsed = parser.parse_args(arguments)
    return int(parsed.run(parsed))


def decided() -> list[tuple[str, str, str, str]]:
    """Verb, person, whom and why, of every decision from the first on."""
    return [(act.verb, act.by, act.about, act.why) for act in reviewing.last_acts(10)[::-1]]


def one_line(shown: str) -> str:
    """Output without the places where the screen was too narrow."""
    return " ".join(shown.split())


@pytest.mark.usefixtures("cases")
def test_cases_are_answered_one_after_the_other(capsys):
    """Keep and ask with a reason, mute with its end; the letter is drafted, and nothing steers the terminal."""
    end = NOW.date() + timedelta(days=30)
    keys = ("a", "please mend", "k", "a partner", "m", "noise", f"{end}")
    assert walk(open_cases(), ask=typing(*keys), by="anna", clock=lambda: NOW) == 3
    shown = capsys.readouterr().out

    about = {"bad.example": ("ask", "please mend"), "two.example": ("keep", "a partner"), "one.example": ("mute", "noise")}
    assert decided() == sorted((verb, "anna", domain, why) for domain, (verb, why) in about.items())
    assert [mute.until for mute in reviewing.all_mutes()] == [end]
    said = ["case 1 of 3", "bad.example links to own.example with 1 link", "page: https://bad.example/1"]
    said.append("3 cases decided, 0 still open")
    assert [part for part in said if part not in one_line(shown)] == []
    assert not any(mark in shown for mark in STEERING if mark in "\x1b\u202e")


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize(
    "keys",
    [
        ("s", "", "q"),
        ("k", "", "q"),  # no reason: back to the choice
        ("m", "noise", "yesterday", "m", "noise", "2026-11-20", "s", "s", "s"),
        ("x", "?", "q"),
        ("k",),  # Ctrl-D in the middle
        (),
    ],
)
def test_whatever_lacks_something_decides_nothing(keys: tuple[str, ...], capsys):
    """Skipped, quit, without a reason, with an end that is none or over, or left."""
    assert walk(open_cases(), ask=typing(*keys), by="anna", clock=lambda: NOW) == 0
    assert (decided(), len(open_cases())) == ([], 3)
    assert "0 cases decided, 3 still open" in capsys.readouterr().out


@pytest.mark.usefixtures("cases")
def test_a_case_that_somebody_else_decided_meanwhile_is_left_to_them(capsys):
    """The second person is told, and goes on with the next case."""
    stale = open_cases()[:1]
    walk(stale, ask=typing("k", "fine"), by="anna", clock=lambda: NOW)
    assert walk(stale, ask=typing("d", "awful"), by="bob", clock=lambda: NOW) == 0
    assert decided() == [("keep", "anna", "bad.example", "fine")]
    assert "somebody else was faster" in one_line(capsys.readouterr().out)


@pytest.mark.usefixtures("cases")
def test_without_a_terminal_the_cases_are_listed(capsys):
    """The most severe first, as many as asked for, and how to decide them."""
    assert run("review", "--limit", "2") == 0
    shown = capsys.readouterr().out
    assert [shown.find(domain) > 0 for domain in ("bad.example", "two.example", "one.example")] == [True, True, False]
    assert "1 more: --all shows them" in shown
    assert run("review", "--all") == 0
    assert "one.example" in capsys.readouterr().out


@pytest.mark.usefixtures("cases")
def test_single_commands_decide_by_id_or_domain(capsys):
    """Each with its reason and its person; the log tells of all, the newest first."""
    assert run("review", "disavow", open_cases()[0].case, "--why", "bought", "--by", "anna") == 0
    assert run("review", "mute", "two.example", "--why", "noise", "--by", "bob", "--until", "2999-01-01") == 0
    assert run("review", "ask", "ONE.example", "--why", "please", "--by", "bob") == 0
    assert "one.example: asked, 1 finding" in capsys.readouterr().out
    assert [(verb, by, about) for verb, by, about, _ in decided()] == [
        ("disavow", "anna", "bad.example"),
        ("mute", "bob", "two.example"),
        ("ask", "bob", "one.example"),
    ]
    assert [mute.until for mute in reviewing.all_mutes()] == [date(2999, 1, 1)]
    assert run("review", "log") == run("review", "mutes") == 0
    shown = one_line(capsys.readouterr().out)
    assert shown.find("one.example (hidden link)") < shown.find("bad.example (hidden link)")
    assert "hidden_link two.example" in shown


@pytest.mark.usefixtures("cases")
def test_commands_take_back_what_was_decided(capsys):
    """A disavowal by its domain, and the mute of a rule."""
    run("review", "disavow", "bad.example", "--why", "bought")
    assert run("review", "reopen", "bad.example", "--why", "mistaken") == 0
    assert run("review", "mute-rule", "hidden_link", "one.example", "--why", "badge", "--site", OWN) == 0
    assert len(open_cases()) == 2
    assert run("review", "unmute", "hidden_link", "one.example", "--why", "no badge") == 0
    assert len(open_cases()) == 3
    assert "bad.example: 1 finding open again" in capsys.readouterr().out


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("keep", "no.example"), ReviewError, "no open case is 'no.example'; expected an id or a referring domain"),
        (("mute-rule", "hiden_link", "bad.example"), ReviewError, "no rule is called 'hiden_link'; did you mean hidden_link?"),
        (("mute-rule", "hidden_link", "www.bad.example"), ReviewError, "expected one that somebody can register: bad.example"),
        (("mute-rule", "hidden_link", "bad.example", "--site", "x.example"), SettingsError, "expected one of your own sites"),
        (("mute", "bad.example", "--until", "2020-01-01"), ReviewError, "the mute ends on 2020-01-01; expected a day after"),
        (("unmute", "hidden_link", "bad.example"), ReviewError, "hidden_link is not muted for bad.example"),
    ],
)
def test_what_cannot_be_meant_is_an_error_that_says_what_can(arguments: tuple[str, ...], error: type[Exception], said: str):
    """A case, a rule, a domain, a site or a day that is none; nothing is decided."""
    with pytest.raises(error, match=said.replace("?", r"\?")):
        run("review", *arguments, "--why", "because")
    assert (decided(), len(open_cases())) == ([], 3)


def test_nothing_open_is_said_so(engine: sa.Engine, capsys):
    """No empty table."""
    load_night(engine, load(NIGHT))
    assert run("review") == run("review", "log") == run("review", "mutes") == 0
    shown = capsys.readouterr().out
    assert all(said in shown for said in ("nothing to review", "nothing was decided yet", "nothing is muted"))


@pytest.mark.usefixtures("cases")
def test_rules_tell_what_they_could_say_and_what_came_of_it(capsys):
    """Every rule in a row; of the last night links, reasons and findings, of all time what reviews made of them."""
    run("review", "disavow", "bad.example", "--why", "bought")
    run("review", "keep", "one.example", "--why", "fine")
    capsys.readouterr()
    assert run("rules") == 0
    shown = one_line(capsys.readouterr().out)
    assert "hidden_link hack told 40 2 3 2 50%" in shown
    assert "not evaluated by hidden_link, 2 links: its page was not analysed yet" in shown
    assert [rule.__name__ for rule in RULES if rule.__name__ not in shown] == []


def test_a_rules_manual_is_its_docstring(capsys):
    """With the standing of its numbers; an unknown rule is an error."""
    assert run("rules", "hidden_link") == 0
    assert "Standing:" in capsys.readouterr().out
    with pytest.raises(ReviewError, match="did you mean hidden_link"):
        run("rules", "hidden_lnk")
