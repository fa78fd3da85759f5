"""What the report calls reasons, attributes and evidence. Plain text; whoever shows it escapes it."""

import json
from collections.abc import Mapping
from typing import Any

from linkwatch.model import LossReason
from linkwatch.reports.rows import ChangeRow, FindingRow

REASONS = {
    LossReason.LINK_REMOVED: "link removed from the page",
    LossReason.PAGE_REDIRECTED: "page redirects elsewhere",
    LossReason.PAGE_NOT_FOUND: "page not found (404)",
    LossReason.PAGE_GONE: "page gone (410)",
    LossReason.SOFT_404: "error page that answers 200",
    LossReason.DOMAIN_PARKED: "domain parked",
    LossReason.DNS_ERROR: "host gone from DNS",
    LossReason.SERVER_ERROR: "server fails for days",
    LossReason.CONNECTION_REFUSED: "server refuses connections",
    LossReason.SITE_MOVED: "whole site moved to another host",
}
"""One entry for every LossReason (a test keeps them together)."""

MAX_TEXT = 160
"""Characters of one piece of text from a page."""

_NAMES = {
    "page_noindex": "page noindex",
    "page_canonical": "page's canonical",
    "target_broken": "target broken",
    "link_type": "kind of link",
    "hidden_by": "hidden by",
    "anchor": "anchor",
    "zone": "place on the page",
    "element": "made of",
}
_UNTOLD = frozenset({"context_left", "context_right"})


def reason_in_words(reason: str) -> str:
    """A loss reason for people; one that is not known is shown as it is."""
    return REASONS.get(LossReason(reason), reason) if reason in set(LossReason) else reason.replace("_", " ")


def evidence_in_words(change: ChangeRow) -> str:
    """What the last look showed, and when: "HTTP 404; 2 looks in a row; last seen 2026-11-14"."""
    known = change.evidence
    parts = []
    if known.get("http_status"):
        parts.append(f"HTTP {known['http_status']}")
    elif known.get("outcome"):
        parts.append(str(known["outcome"]).replace("_", " "))
    final_url = known.get("final_url")
    if final_url and final_url != change.source_url:
        parts.append(f"answered by {cut(final_url)}")
    if known.get("detail"):
        parts.append(cut(known["detail"]))
    looks = known.get("looks")
    if looks:
        parts.append(f"absent in {looks} look{'s' if looks != 1 else ''}")
    for name, words in (("last_seen_at", "last seen"), ("missing_since", "missing since"), ("lost_night", "was lost on")):
        value = known.get(name) or change.before.get(name)
        if value:
            parts.append(f"{words} {str(value)[:10]}")
    return "; ".join(parts)


def differences_in_words(change: ChangeRow) -> list[str]:
    """What a changed link was and is: ["followed → nofollow (by rel)", "anchor “a” → “b”"]."""
    told = []
    for name, words in (("moved_to", "stands at"), ("moved_from", "stood at")):
        if place := change.after.get(name):
            return [f"whole site moved: {words} {cut(place)}"]
    names = [name for name in sorted({*change.before, *change.after}) if name not in _UNTOLD]
    if "followed" in names:
        told.append(f"{_standing(change.before)} → {_standing(change.after)}")
        names = [name for name in names if name not in ("followed", "nofollow_by", "rel")]
    for name in names:
        label = _NAMES.get(name, name.replace("_", " "))
        told.append(f"{label} {_value(change.before.get(name))} → {_value(change.after.get(name))}")
    return told


def finding_in_words(finding: FindingRow) -> list[str]:
    """The evidence of a finding, a line a fact."""
    lines = []
    for name, value in finding.evidence.items():
        if isinstance(value, list | tuple):
            more = f", and {len(value) - 3} more" if len(value) > 3 else ""
            shown = ", ".join(_plain(item) for item in value[:3]) + more
        else:
            shown = _plain(value)
        if shown:
            lines.append(f"{name.replace('_', ' ')}: {shown}")
    return lines


def cut(value: object, limit: int = MAX_TEXT) -> str:
    """Text on one line, no longer than `limit`; what is cut off is marked."""
    text = " ".join(str(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _standing(facts: Mapping[str, Any]) -> str:
    if facts.get("followed"):
        return "followed"
    by = str(facts.get("nofollow_by") or "").replace("_", " ")
    rel = str(facts.get("rel") or "")
    return "nofollow" + (f" (by {by}{f' “{cut(rel, 60)}”' if rel and 'rel' in by.split() else ''})" if by else "")


def _value(value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"“{cut(value, 80)}”"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}"
    return cut(json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping | list) else value)
