"""A `Report` as one HTML file that needs nothing else: no script, no request, charts and style inside.

All text from pages is escaped by Jinja's autoescaping; only the charts, which we draw ourselves, go in as they are. An
address becomes a link only when it is http(s), and a content security policy in the file forbids whatever slipped through.
"""

from collections.abc import Sequence
from datetime import date
from importlib import resources
from urllib.parse import urlsplit

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from linkwatch.model import NightSummary
from linkwatch.reports import pictures, words
from linkwatch.reports.rows import ChangeRow
from linkwatch.reports.weekly import Report

LISTED = 100
"""Rows of a list before the rest is counted: a report is read, the tables hold all."""


def render(report: Report) -> str:
    """The report as an HTML document. The same report gives the same bytes."""
    environment = Environment(
        loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "number": lambda value: f"{value:,}",
        "signed": signed,
        "day": _day,
        "cut": words.cut,
        "reason": words.reason_in_words,
        "evidence": words.evidence_in_words,
        "differences": words.differences_in_words,
        "facts": words.finding_in_words,
        "is_web": lambda url: urlsplit(str(url)).scheme in ("http", "https"),
        "path": _path,
        "anchor": _anchor,
        "last_followed": _last_followed,
        "spark": lambda values, label: Markup(pictures.sparkline(values, label)),  # noqa: S704  # our own drawing
    }
    own_sites = {site.site for site in report.own}
    nights = {site.site: [night for night in report.nights if night.site == site.site] for site in report.sites}
    return environment.get_template("weekly.html").render(
        report=report,
        listed=LISTED,
        style=Markup(_template("weekly.css")),  # noqa: S704  # our own file
        charts={site: Markup(pictures.site_nights(nights[site])) for site in own_sites},  # noqa: S704  # our own drawing
        sparks={site: Markup(_spark(nights[site])) for site in nights},  # noqa: S704
        reasons=Markup(  # noqa: S704
            pictures.loss_reasons({words.reason_in_words(reason): count for reason, count in report.loss_reasons.items()})
        ),
        published=_published_nights(report),
    )


def signed(value: int | None) -> str:
    """A difference: "+12", "−3", "±0"; empty when there is nothing to compare with."""
    if value is None:
        return ""
    return "±0" if not value else f"{'+' if value > 0 else '−'}{abs(value):,}"


def _template(name: str) -> str:
    return (resources.files("linkwatch") / "templates" / name).read_text(encoding="utf-8")


def _day(value: object) -> str:
    """A date or time as "16 Nov 2026"."""
    if value is None or value == "":
        return "–"
    day = date.fromisoformat(str(value)[:10])
    return f"{day.day} {day:%b %Y}"


def _path(url: str) -> str:
    """What follows the host, for a line under the domain's name."""
    parts = urlsplit(url)
    return words.cut((parts.netloc + parts.path + (f"?{parts.query}" if parts.query else "")), 90)


def _anchor(change: ChangeRow) -> str:
    for facts in (change.after, change.before, change.evidence):
        if facts.get("anchor"):
            return words.cut(facts["anchor"], 80)
    return ""


def _last_followed(change: ChangeRow) -> str:
    for facts in (change.before, change.evidence, change.after):
        if isinstance(facts.get("followed"), bool | int):
            return "followed" if facts["followed"] else "nofollow"
    return ""


def _spark(nights: Sequence[NightSummary]) -> str:
    values = [night.referring_domains_live for night in nights]
    label = f"live referring domains, from {values[0]:,} to {values[-1]:,}" if values else ""
    return pictures.sparkline(values, label)


def _published_nights(report: Report) -> int:
    first, last = report.week_start.isoformat(), report.week_end.isoformat()
    return len({night.night for night in report.nights if first <= night.night <= last})
