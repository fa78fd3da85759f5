"""What outcomes, reasons and attributes are called in plain words, and what one change reads like.

Text that comes from a page passes through `markup` before it stands in a sentence.
"""

from collections.abc import Callable

from linkwatch.alerts.markup import escape, link, quoted
from linkwatch.alerts.message import ChangeLine
from linkwatch.model import ChangeKind, LossReason, Outcome

REASONS = {
    LossReason.LINK_REMOVED: "the page no longer has the link",
    LossReason.PAGE_REDIRECTED: "the page redirects to one without the link",
    LossReason.PAGE_NOT_FOUND: "the page is not found",
    LossReason.PAGE_GONE: "the page was taken down for good",
    LossReason.SOFT_404: "the page is an error page now",
    LossReason.DOMAIN_PARKED: "the domain is parked",
    LossReason.DNS_ERROR: "the host no longer exists in DNS",
    LossReason.SERVER_ERROR: "the server has failed for days",
    LossReason.CONNECTION_REFUSED: "the server has refused connections for days",
    LossReason.SITE_MOVED: "the whole site moved",
}
"""Why a link is lost; one entry for every LossReason (a test keeps them together)."""

OUTCOMES = {
    Outcome.READABLE: "the page was read",
    Outcome.NOT_MODIFIED: "the page has not changed",
    Outcome.PAGE_NOT_FOUND: "page not found",
    Outcome.PAGE_GONE: "page gone",
    Outcome.SOFT_404: "error page",
    Outcome.DOMAIN_PARKED: "parked domain",
    Outcome.BLOCKED: "blocked",
    Outcome.ROBOTS_DENIED: "robots.txt says no",
    Outcome.SERVER_ERROR: "server error",
    Outcome.HTTP_ERROR: "unexpected HTTP status",
    Outcome.TIMEOUT: "timed out",
    Outcome.DNS_ERROR: "no such host",
    Outcome.TLS_ERROR: "TLS failed",
    Outcome.CONNECTION_REFUSED: "connection refused",
    Outcome.CONNECTION_RESET: "connection reset",
    Outcome.TOO_MANY_REDIRECTS: "too many redirects",
    Outcome.ADDRESS_REFUSED: "private address refused",
    Outcome.TRUNCATED: "page cut short",
    Outcome.GARBLED: "not readable as text",
    Outcome.EMPTY: "empty page",
    Outcome.TOO_LARGE: "page too large",
    Outcome.NOT_HTML: "not an HTML page",
    Outcome.NEEDS_RENDERING: "page needs a browser",
}
"""How a look at a page ended; one entry for every Outcome."""

SILENT_ATTRIBUTES = frozenset({"context_left", "context_right", "target_url", "seen_in"})
"""Attributes that alone are no news; a link is known by its target, so a new target is a loss and a gain."""

_WITHHOLDERS = {"rel": "rel", "meta_robots": "meta robots", "x_robots_tag": "X-Robots-Tag"}


def links(number: int, which: str = "") -> str:
    """A count of links with its unit: "1 link", "12 links", "12 more links"."""
    return f"{number:,} {which}link" if number == 1 else f"{number:,} {which}links"


def findings(number: int, which: str = "") -> str:
    """A count of findings with its unit."""
    return f"{number:,} {which}finding" if number == 1 else f"{number:,} {which}findings"


def pages(number: int) -> str:
    """A count of pages with its unit."""
    return f"{number:,} page" if number == 1 else f"{number:,} pages"


def domains(number: int) -> str:
    """A count of referring domains with its unit."""
    return f"{number:,} referring domain" if number == 1 else f"{number:,} referring domains"


def day(value: object) -> str:
    """The UTC date of a time (aware datetime or ISO text), or "" when there is none."""
    return str(value)[:10] if value else ""


def story(line: ChangeLine) -> str:
    """What happened to the link, since when, and the last evidence, as mrkdwn: "is back (HTTP 200), …"."""
    return _STORIES[ChangeKind(line.kind)](line)


def last_evidence(line: ChangeLine) -> str:
    """What the last look at the page met: "HTTP 404", "timed out", "HTTP 200 at example.org/new"; "" when not known."""
    status, outcome = line.evidence.get("http_status"), line.evidence.get("outcome")
    met = f"HTTP {status}" if status else OUTCOMES.get(Outcome(str(outcome)), "") if outcome in set(Outcome) else ""
    final_url = str(line.evidence.get("final_url") or "")
    if met and final_url and final_url != line.source_url:
        met += f" at {link(final_url)}"
    return met


def details(line: ChangeLine) -> str:
    """Everything else that is known of the link and of the last look, as one mrkdwn line."""
    parts = [] if line.kind in (ChangeKind.GAINED, ChangeKind.DISCOVERED) else [part for part in _attributes(line) if part]
    if rel := line.fact("rel"):
        parts.append(f"rel {quoted(str(rel))}")
    redirects = line.evidence.get("redirects")
    if isinstance(redirects, list | tuple) and redirects:
        parts.append("redirects: " + ", ".join(f"{int(hop[0])} to {link(str(hop[1]))}" for hop in redirects[:3]))
    detail = str(line.evidence.get("detail") or "")
    if detail and not detail.startswith(f"the server answered {line.evidence.get('http_status')}"):
        parts.append(quoted(detail, limit=160))
    return " · ".join([*parts, *_before(line), f"link_id {line.link_id}"])


def history_in_words(history: object, runs: int = 4) -> str:
    """How a page's looks ended, the last runs of equal outcomes: "3 × readable to 11-20, then 2 × page not found to 11-22"."""
    known = [run for run in history if isinstance(run, list | tuple) and len(run) == 4] if isinstance(history, list) else []
    told = [f"{int(looks)} × {escape(str(outcome).replace('_', ' '))} to {day(last)[5:]}" for outcome, _, last, looks in known]
    return ", then ".join(told[-runs:])


def changed_attributes(line: ChangeLine) -> list[str]:
    """Names of the attributes that differ and are news, in the order in which they are told."""
    named = [name.strip() for name in line.reason.split(",")] if line.reason else sorted({*line.before, *line.after})
    if "followed" in named:
        named = [name for name in named if name not in ("rel", "nofollow_by")]
    return [name for name in named if name and name not in SILENT_ATTRIBUTES]


def _before(line: ChangeLine) -> list[str]:
    """What can be held against the page: the text around the link as it was, how its looks ended, and where pages are kept."""
    if line.kind not in (ChangeKind.LOST, ChangeKind.CHANGED):
        return []
    parts = []
    if around := str(line.evidence.get("context_before") or ""):
        parts.append(f"was {quoted(around, limit=160)}")
    if history := history_in_words(line.evidence.get("history")):
        parts.append(f"looks: {history}")
    kept = [str(line.evidence[name]) for name in ("kept_before", "kept_now") if line.evidence.get(name)]
    if kept:
        parts.append(f"kept: {', then '.join(quoted(place) for place in kept)}")
    return parts


def _lost(line: ChangeLine) -> str:
    met, looks = last_evidence(line), line.evidence.get("looks")
    parts = [REASONS[LossReason(line.reason)] if line.reason in set(LossReason) else line.reason.replace("_", " ")]
    if met:
        parts[0] += f" ({met})"
    if seen := day(line.fact("last_seen_at")):
        parts.append(f"last seen {seen}")
    if missing := day(line.fact("missing_since")):
        parts.append(f"missing since {missing}" + (f" ({looks} looks)" if isinstance(looks, int) and looks > 1 else ""))
    return ", ".join(parts)


def _recovered(line: ChangeLine) -> str:
    parts = [f"is back ({met})" if (met := last_evidence(line)) else "is back"]
    if lost := lost_day(line):
        reason = str(line.before.get("lost_reason") or line.reason)
        why = OUTCOMES[Outcome(reason)] if reason in set(Outcome) else reason.replace("_", " ")
        parts.append(f"lost since {lost}" + (f" ({why})" if why else ""))
    return ", ".join(parts)


def lost_day(line: ChangeLine) -> str:
    """For a recovered link the night that told the loss, or "" when not known."""
    return day(line.evidence.get("lost_night") or line.before.get("lost_at") or line.evidence.get("lost_at"))


def _gained(line: ChangeLine) -> str:
    parts = [part for part in _attributes(line) if part]
    if seen := day(line.fact("first_seen_at")):
        parts.append(f"first seen {seen}" + (f" ({met})" if (met := last_evidence(line)) else ""))
    return ", ".join(parts) or "is new"


def _changed(line: ChangeLine) -> str:
    if to := line.after.get("moved_to"):
        return f"stands at {link(str(to))} now, its whole site moved"
    if stood_on := line.after.get("moved_from"):
        return f"stood at {link(str(stood_on))}, its whole site moved"
    edits = [_EDITS.get(name, _plain_edit)(line, name) for name in changed_attributes(line)]
    text = "; ".join(edits) or "changed"
    return f"{text}, {met}" if (met := last_evidence(line)) else text


def _attributes(line: ChangeLine) -> tuple[str, str, str]:
    """Anchor, followed or not, and zone; "" for what is not known."""
    anchor, followed, zone = line.fact("anchor"), line.fact("followed"), line.fact("zone")
    return (
        "" if anchor is None else f"anchor {quoted(str(anchor))}",
        "" if followed is None else "followed" if followed else "nofollow",
        f"in {escape(str(zone))}" if zone else "",
    )


def _withheld(line: ChangeLine) -> str:
    names = str(line.after.get("nofollow_by") or line.evidence.get("nofollow_by") or "").split()
    return ", ".join(_WITHHOLDERS[name] for name in names if name in _WITHHOLDERS)


def _edit_followed(line: ChangeLine, _: str) -> str:
    if line.after.get("followed"):
        return "rel: nofollow → follow"
    by = _withheld(line)
    return "rel: follow → nofollow" + (f" ({by})" if by else "")


def _edit_nofollow_by(line: ChangeLine, _: str) -> str:
    return f"nofollow now by {_withheld(line) or 'nobody'}"


def _edit_hidden_by(line: ChangeLine, _: str) -> str:
    hidden_by = str(line.after.get("hidden_by") or "")
    return f"link is hidden now ({quoted(hidden_by)})" if hidden_by else "link is visible again"


def _edit_noindex(line: ChangeLine, _: str) -> str:
    return "page is noindex" if line.after.get("page_noindex") else "page is no longer noindex"


def _edit_canonical(line: ChangeLine, _: str) -> str:
    canonical = str(line.after.get("page_canonical") or "")
    return f"page names {link(canonical)} as its canonical" if canonical else "page no longer names another page as its canonical"


def _edit_target_broken(line: ChangeLine, _: str) -> str:
    broken = str(line.after.get("target_broken") or "")
    if not broken:
        return "target answers again"
    return f"target is broken ({OUTCOMES[Outcome(broken)] if broken in set(Outcome) else quoted(broken)})"


def _plain_edit(line: ChangeLine, name: str) -> str:
    before, after = (str(facts.get(name) if facts.get(name) is not None else "") for facts in (line.before, line.after))
    return f"{name.replace('_', ' ')} {quoted(before)} → {quoted(after)}"


_STORIES: dict[ChangeKind, Callable[[ChangeLine], str]] = {
    ChangeKind.LOST: _lost,
    ChangeKind.RECOVERED: _recovered,
    ChangeKind.CHANGED: _changed,
    ChangeKind.GAINED: _gained,
    ChangeKind.DISCOVERED: _gained,
}

_EDITS: dict[str, Callable[[ChangeLine, str], str]] = {
    "followed": _edit_followed,
    "nofollow_by": _edit_nofollow_by,
    "hidden_by": _edit_hidden_by,
    "page_noindex": _edit_noindex,
    "page_canonical": _edit_canonical,
    "target_broken": _edit_target_broken,
}
