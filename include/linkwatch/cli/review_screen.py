"""What the terminal shows of cases, decisions and mutes. Text from pages and people goes through rich's Text."""

from collections.abc import Iterable, Sequence
from datetime import date

from rich.table import Table
from rich.text import Text

from linkwatch.cases import rule_name
from linkwatch.cli.screen import add_fact, console, counted, facts_table, say
from linkwatch.decisions import Decision, Mute
from linkwatch.steps.reviewing import Act, Case, observations, rule_in_words

SHOWN_FINDINGS = 6
_STYLE = {"high": "bold red", "medium": "yellow"}
_HOW = """
decide:  linkwatch review keep|disavow|mute|ask CASE --why TEXT     CASE is an id or a referring domain
or answer one after the other: `linkwatch review` in a terminal, or the DAG review_links in Airflow"""


def show_case(case: Case, number: int, of: int) -> None:
    """One case with its findings, the most severe first."""
    console.print()
    console.rule(Text.assemble(f"case {number} of {of}  ", (case.case, "dim")), align="left", style="dim")
    rows = facts_table()
    add_fact(rows, "who", (case.subject, "bold"), f" links to {case.site} with {counted(case.links, 'link')}")
    for line in case.asked_before.splitlines():
        add_fact(rows, "before", line)
    for row in case.findings[:SHOWN_FINDINGS]:
        add_fact(rows, row["severity"], (rule_name(row["rule"]), _style(row["severity"])), f"  since {row['night']}")
        add_fact(rows, "", (rule_in_words(row["rule"]), "dim"))
        for name, text in observations(row):
            add_fact(rows, name, text)
    if more := len(case.findings) - SHOWN_FINDINGS:
        add_fact(rows, "", f"and {counted(more, 'more finding')}" if more > 0 else "")
    for url in case.samples:
        add_fact(rows, "page", url)
    console.print(rows)
    console.print()


def show_list(cases: Sequence[Case], total: int) -> None:
    """Cases in a line each, and how to decide them; `total` is how many there are."""
    if not cases:
        say("nothing to review: no finding of your own sites from review.min_severity up is open")
        return
    table = _table("case", "severity", "site", "links", "who, and why")
    for case in cases:
        rules = ", ".join(dict.fromkeys(rule_name(row["rule"]) for row in case.findings))
        severity = Text(case.severity, _style(case.severity))
        about = Text.assemble(case.subject, "\n", (rules, "dim"))
        table.add_row(Text(case.case), severity, Text(case.site), Text(f"{case.links:,}"), about)
    console.print(table)
    if total > len(cases):
        say(f"\n{total - len(cases):,} more: --all shows them")
    say(_HOW)


def show_decided(case: Case, verb: Decision, decided: int, letter: str) -> None:
    """What became of a decision, and the letter to the publisher where one was drafted."""
    if not decided:
        say(f"{case.subject}: nothing was decided; somebody else was faster, or it has ended. See `linkwatch review log`")
        return
    say(f"{case.subject}: {verb.review.value}, {counted(decided, 'finding')}")
    if letter:
        console.print()
        for line in letter.splitlines():
            say(line)


def show_log(acts: Iterable[Act]) -> None:
    """Decisions, newest first."""
    table = _table("when", "who", "what", "findings", "of whom, and why")
    for act in acts:
        standing = f"{act.findings:,}, {act.standing:,} still there" if act.standing else f"{act.findings:,}, ended"
        about = Text.assemble(f"{act.about} ({', '.join(act.rules)}) → {act.site}", "\n", (act.why, "dim"))
        who = act.by if act.via == "night" else f"{act.by} ({act.via})"
        table.add_row(*map(Text, (f"{act.at:%Y-%m-%d %H:%M}", who, act.verb, standing)), about)
    console.print(table if table.row_count else Text("nothing was decided yet"))


def show_mutes(mutes: Iterable[Mute], today: date) -> None:
    """Mutes, those that hold first."""
    table = _table("rule", "referring domain", "site", "until", "by, and why")
    for mute in sorted(mutes, key=lambda mute: mute.until <= today):
        domain = mute.source_domain or "any"
        of = f"{domain}, link {mute.link_id}" if mute.link_id is not None else domain
        until = f"{mute.until}" if mute.until > today else f"{mute.until} (over)"
        table.add_row(*map(Text, (mute.rule, of, mute.site or "all", until, f"{mute.by}: {mute.why}")))
    console.print(table if table.row_count else Text("nothing is muted"))


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for place, name in enumerate(names):
        table.add_column(name, overflow="fold", no_wrap=place == 0)
    return table


def _style(severity: str) -> str:
    return _STYLE.get(severity, "")
