"""`linkwatch explain`: a link's whole story on the screen, as JSON, or as the page that was kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from linkwatch.alerts import OUTCOMES, ChangeLine, details, plain_text, story
from linkwatch.cases import rule_name
from linkwatch.cli.screen import EVIDENCE_STYLE, add_fact, console, counted, facts_table, say
from linkwatch.cli.verdicts import standing_in_words
from linkwatch.errors import StoreError
from linkwatch.model import Outcome
from linkwatch.reports.words import reason_in_words
from linkwatch.steps.story import Candidates, Kept, Story, kept_page, tell_story

_STATE_STYLE = {"live": "bold green", "missing": "bold yellow", "lost": "bold red", "unverified": "bold"}
_MESSAGES = {
    "nightly": "the night's message",
    "thread": "its details, in the thread",
    "recovered": "in the thread of a loss",
    "suspicion": "what is suspicious, by itself",
}
_LINE = ("kind", "site", "link_id", "source_url", "target_url", "source_domain", "reason", "before", "after", "evidence")

_ROWS = ("changes", "findings", "decisions", "alerts")

Row = Mapping[str, Any]


def explain(link: str, target: str, *, page_to: str = "", as_json: bool = False) -> bool:
    """Tell the story of a link; False where none could be told. `page_to` is a file for the page as it was kept."""
    told = tell_story(link, target)
    if as_json:
        print(json.dumps(_as_json(told), indent=1, default=_text_of))  # ASCII: nothing in it can steer a terminal
    elif isinstance(told, Candidates):
        _show_candidates(told)
    else:
        _show_story(told)
    if page_to and isinstance(told, Story):
        _write_page(told, Path(page_to), quiet=as_json)
    return isinstance(told, Story)


def _show_candidates(told: Candidates) -> None:
    say(told.why)
    rows = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2))
    for name in ("link_id", "state", "source", "target"):
        rows.add_column(name, justify="right" if name == "link_id" else "left", overflow="fold", no_wrap=name == "link_id")
    for entry in told.links:
        rows.add_row(*map(Text, (str(entry["link_id"]), entry["state"], entry["source_url"], entry["target_url"])))
    if told.links:
        console.print(rows)


def _show_story(told: Story) -> None:
    link = told.told.link
    rows = facts_table()
    add_fact(rows, "link", f"{link['source_url']} → {link['target_url']}")
    add_fact(rows, "", (f"link_id {link['link_id']}, site {link['site']}", "dim"))
    add_fact(rows, "now", *_now(told))
    add_fact(rows, "", standing_in_words(link, told.confirm))
    add_fact(rows, "shown", *_shown(link))
    for line in _claimed(told):
        add_fact(rows, "claimed", line)
    for line in _seen(link):
        add_fact(rows, "seen", line)
    _add_moves(rows, link)
    for change in told.told.changes:
        _add_change(rows, change)
    _add_page(rows, told.told.page)
    _add_suspicion(rows, told)
    for alert in told.told.alerts:
        where = "" if alert["status"] == "printed" else f" in {alert['channel'] or 'the terminal'}"
        add_fact(rows, "told", f"{alert['night']}  {_MESSAGES.get(alert['kind'], alert['kind'])}: {alert['status']}{where}")
    for kept in told.kept:
        add_fact(rows, "kept", kept.place, (f"  {kept.what}", "dim"))
    if told.kept:
        add_fact(rows, "", ("`--page FILE` writes the page as it showed the link", "dim"))
    console.print(rows)


def _add_suspicion(rows: Table, told: Story) -> None:
    """What kind of link it is, what was found of it and decided, and which rules could not say."""
    kind = told.told.kind
    if kind:
        why = kind["because"].get("seen") or ""
        sure = f", {kind['confidence']:.0%} sure{f': {why}' if why else ''}" if kind["confidence"] else ""
        add_fact(rows, "kind", f"{kind['inferred']}{sure}", (f"  (declared: {kind['declared']})", "dim"))
    for finding in told.told.findings:
        about = f"{finding['severity']} {rule_name(finding['rule'])}: {finding['evidence'].get('observed', '')}"
        ended = f", not found since {finding['ended']}" if finding["ended"] else ""
        trial = ", its rule is on trial" if finding["shadow"] else ""
        add_fact(rows, "finding", f"{finding['night']}  {about}", (f"  ({finding['review']}{ended}{trial})", "dim"))
    rules = {finding["finding_id"]: rule_name(finding["rule"]) for finding in told.told.findings}
    for entry in told.told.decisions:
        what = f"{entry['verb']} ({rules[entry['finding_id']]})"
        add_fact(rows, "decided", f"{entry['decided_at']:%Y-%m-%d}  {what} by {entry['decided_by']}: {entry['why']}")
    if kind and kind["not_evaluated"]:
        unsaid = ", ".join(map(rule_name, kind["not_evaluated"].split()))
        add_fact(rows, "not evaluated", (unsaid, "dim"))


def _now(told: Story) -> tuple[str | tuple[str, str], ...]:
    link = told.told.link
    state = (link["state"], _STATE_STYLE.get(link["state"], "bold"))
    match link["state"]:
        case "lost":
            return state, f" since {_moment(link['lost_at'])}: {reason_in_words(link['lost_reason'])}"
        case "missing":
            return state, f" since {_moment(link['missing_since'])}: {reason_in_words(link['lost_reason'])}"
        case "unverified":
            refuted = f"; a look on {_moment(link['refuted_at'])} did not show it" if link["refuted_at"] else ""
            return state, f": no look ever showed it{refuted}"
    return state, f": seen {_moment(link['last_seen_at'])}, at the last look that could tell"


def _shown(link: Row) -> tuple[str | tuple[str, str], ...]:
    """The link as it was seen last; nothing while nobody saw it."""
    if not link["first_seen_at"]:
        return ()
    follow = "followed" if link["followed"] else f"not followed ({link['nofollow_by']})"
    facts = [follow, f"in {link['zone']}" if link["zone"] else "", f"hidden by {link['hidden_by']}" if link["hidden_by"] else ""]
    facts += ["in a browser only" if link["seen_in"] == "browser" else ""]
    facts += ["page is noindex" if link["page_noindex"] else ""]
    anchor = (link["anchor"] or f"({link['element']})", "underline")
    around = ((f"{link['context_left']} ", "dim"), anchor, (f" {link['context_right']}", "dim"))
    return (*around, f"  {', '.join(filter(None, facts))}")


def _claimed(told: Story) -> list[str]:
    """Who claims it, since when and until when, each with its own dates; and who did before such dates were kept."""
    tonight = {claim["claimed_by"]: claim for claim in told.claims}
    lines = [_claim_line(claim, tonight.get(claim["claimed_by"])) for claim in told.claimed]
    undated = set(filter(None, told.told.link["claimed_by"].split(","))) - {claim["claimed_by"] for claim in told.claimed}
    if undated:
        first = told.told.link["claimed_first_seen"]
        lines.append(f"by {', '.join(sorted(undated))}" + (f" (first seen {_day(first)})" if first else ""))
    return lines or ["by no source: found on its page"]


def _claim_line(claim: Row, tonight: Row | None) -> str:
    """One source's claims: from the first to the last, what it says of the link, and whether it says so still."""
    since, until = _day(claim["first_claimed_at"]), _day(claim["last_claimed_at"])
    when = f" since {since}, last on {until}" if since != until else f" on {until}" if until else ""
    says = [f"{name.replace('_', ' ')} {_day(claim[name])}" for name in ("first_seen", "last_seen") if claim[name]]
    says += ["believes it lost"] if claim["says_lost"] else []
    says += [f"authority {tonight['authority']:g}"] if tonight and tonight["authority"] is not None else []
    says += [] if tonight else ["not in the last night"]
    return f"by {claim['claimed_by']}{when}" + (f" ({', '.join(says)})" if says else "")


def _seen(link: Row) -> list[str]:
    if not link["first_seen_at"]:
        return []
    line = f"first {_moment(link['first_seen_at'])} ({link['origin']}), last {_moment(link['last_seen_at'])}"
    return [line + (f"; absent in {counted(link['absences'], 'look')} since" if link["absences"] else "")]


def _add_moves(rows: Table, link: Row) -> None:
    if link["moved_to"]:
        add_fact(rows, "moved to", link["moved_to"])
    if link["moved_from"]:
        add_fact(rows, "moved from", link["moved_from"])


def _add_change(rows: Table, change: Row) -> None:
    """Night, what happened, and the evidence in a line."""
    line = ChangeLine(**{name: change[name] for name in _LINE})
    style = {"lost": "red", "recovered": "green", "gained": "green"}.get(line.kind, "yellow")
    add_fact(rows, "change", f"{change['night']}  ", (line.kind, style), f": {plain_text(story(line))}")
    more = plain_text(details(line)).replace(f"link_id {line.link_id}", "").rstrip(" ·")
    add_fact(rows, "", (more, "dim"))


def _add_page(rows: Table, page: Row | None) -> None:
    """How the page's looks ended, run by run, and the last one in words."""
    if page is None:
        add_fact(rows, "page", "nobody has looked at it yet")
        return
    for number, (outcome, first, last, looks) in enumerate(_runs(page["history"])):
        span = first if first == last else f"{first} to {last}"
        style = EVIDENCE_STYLE[Outcome(outcome).evidence] if outcome in set(Outcome) else ""
        add_fact(rows, "looks" if number == 0 else "", f"{span:<24}  {looks:>4} ×  ", (outcome, style))
    outcome = Outcome(page["outcome"])
    status = f"HTTP {page['http_status']}, " if page["http_status"] else ""
    final = f" at {page['final_url']}" if page["final_url"] != page["source_url"] else ""
    detail = f" ({page['detail']})" if page["detail"] else ""
    raw = f"; as sent: {page['raw_outcome']}, then rendered" if page["raw_outcome"] else ""
    add_fact(rows, "last look", f"{_moment(page['last_fetched_at'])}: {status}{OUTCOMES[outcome]}{final}{raw}", (detail, "dim"))


def _runs(history: str) -> list[tuple[str, str, str, int]]:
    known: Any = json.loads(history) if history else []
    return [(str(outcome), str(first), str(last), int(looks)) for outcome, first, last, looks in known]


def _write_page(told: Story, path: Path, *, quiet: bool) -> None:
    place = _with_the_link(told.kept)
    page = kept_page(place)
    try:
        path.write_bytes(page.body)
    except OSError as error:
        raise StoreError(f"explain: cannot write {path}: {error.strerror}; name another file") from error
    if not quiet:
        answered = f"HTTP {page.status}, {len(page.body):,} bytes"
        say(f"\nwrote {path}: {page.final_url} as it was answered on {_moment(page.at)} ({answered})")


def _with_the_link(kept: Sequence[Kept]) -> str:
    """The latest copy that shows the link: of a loss or a change the one before it, else the last one that there is."""
    if not kept:
        raise StoreError(
            "explain: no copy of the page is kept; expected one for a link to an own site since evidence.warc is on. "
            "`linkwatch check` shows the page as it is now"
        )
    return next((entry.place for entry in kept if entry.had_the_link), kept[0].place)


def _as_json(told: Story | Candidates) -> dict[str, Any]:
    """The same as data; ids as text, because readers that take numbers for floats would round them."""
    if isinstance(told, Candidates):
        return {"known": False, "why": told.why, "near": [_with_text_ids(entry) for entry in told.links]}
    parts = told.told
    return {
        "known": True,
        "link": _with_text_ids(parts.link),
        "standing": standing_in_words(parts.link, told.confirm),
        "page": _with_text_ids(parts.page) | {"history": _runs(parts.page["history"])} if parts.page else None,
        "claims": {"night": told.night, "by": list(told.claims), "known": [_with_text_ids(row) for row in told.claimed]},
        **{name: [_with_text_ids(row) for row in getattr(parts, name)] for name in _ROWS},
        "kind": _with_text_ids(parts.kind) if parts.kind else None,
        "kept": [asdict(entry) for entry in told.kept],
    }


def _with_text_ids(row: Row) -> dict[str, Any]:
    return {name: str(value) if name.endswith("_id") else value for name, value in row.items()}


def _text_of(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else "never"


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}" if at else ""
