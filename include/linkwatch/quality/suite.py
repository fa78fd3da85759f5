"""What a night's data must look like, as a table: one row per expectation. Data only; `engine` hands it to Great Expectations.

`frame` and the columns in `kwargs` name what `frames.build_frames` prepares. A value "$name" stands for a setting of
`[audit]` or a fact of the night, and `expected` may show the same names in braces. A row that `holds` keeps the night from
being published; a row that `warns` is shown and changes nothing.

Columns named `*_offender` are empty (null) where a row is as it should be and otherwise say which link is not: some
expectations need several columns at once, and a URL helps a reader more than a row number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from linkwatch.model import Element, LinkType, LossReason, Outcome, State, Zone

AuditSeverity = Literal["holds", "warns"]

URL_PATTERN = r'^https?://[^/?#@ ]+/[!-"$-~]*$'
"""A canonical URL: http(s), a host without userinfo, a path, printable ASCII, no fragment."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation: where to look, what Great Expectations shall check there, and what to tell people."""

    name: str  # unique; also the key in the stored result
    frame: str
    expectation: str  # class of great_expectations.expectations
    kwargs: Mapping[str, object]
    title: str  # what holds when all is well, one line
    expected: str
    remedy: str  # what a person does when it does not hold
    severity: AuditSeverity = "holds"


_BUG = "a bug or a damaged snapshot: drop the night, and report it with this result"
_VOLUME = "look at tonight's outcomes; if the change is real, release the night"


def _between(name: str, where: str, title: str, expected: str, remedy: str = _BUG, **bounds: object) -> Expected:
    frame, column = where.split(".")
    return Expected(name, frame, "ExpectColumnValuesToBeBetween", {"column": column, **bounds}, title, expected, remedy)


def _none(name: str, where: str, title: str, expected: str, remedy: str = _BUG, severity: AuditSeverity = "holds") -> Expected:
    frame, column = where.split(".")
    return Expected(name, frame, "ExpectColumnValuesToBeNull", {"column": column}, title, expected, remedy, severity)


def _unique(name: str, where: str, title: str, remedy: str = _BUG) -> Expected:
    frame, column = where.split(".")
    return Expected(name, frame, "ExpectColumnValuesToBeUnique", {"column": column}, title, "none twice", remedy)


def _canonical(name: str, where: str, title: str) -> Expected:
    frame, column = where.split(".")
    kwargs = {"column": column, "regex": URL_PATTERN}
    return Expected(name, frame, "ExpectColumnValuesToMatchRegex", kwargs, title, "scheme, host, path; printable ASCII", _BUG)


def _one_of(name: str, where: str, title: str, values: type[StrEnum] | list[str] | str, *others: str) -> Expected:
    frame, column = where.split(".")
    words = values if isinstance(values, str) else [*map(str, values), *others]
    kwargs = {"column": column, "value_set": words}
    return Expected(name, frame, "ExpectColumnValuesToBeInSet", kwargs, title, "one of the known words", _BUG)


def _in_order(name: str, frame: str, earlier: str, later: str) -> Expected:
    kwargs = {"column_A": later, "column_B": earlier, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    title = f"{later} is not before {earlier}"
    return Expected(name, frame, "ExpectColumnPairValuesAToBeGreaterThanB", kwargs, title, f"{earlier} ≤ {later}", _BUG)


SUITE: tuple[Expected, ...] = (
    # The night: was there work, and was it done?
    _between(
        "pages_planned",
        "night.pages_planned",
        title="There were pages to look at",
        expected="at least 1",
        remedy="check that the sources can be read and are not empty",
        min_value=1,
    ),
    _between(
        "coverage",
        "night.coverage_share",
        title="The planned pages were looked at",
        expected="at least {min_coverage_share:.0%}",
        remedy="a check task did not finish: clear and run it again, or drop the night",
        min_value="$min_coverage_share",
    ),
    _between(
        "inconclusive_share",
        "night.inconclusive_share",
        title="Most looks could tell whether the links are there",
        expected="at most {max_inconclusive_share:.0%} that cannot tell",
        remedy="check your own network and proxy; if these pages always block readers, raise audit.max_inconclusive_share",
        max_value="$max_inconclusive_share",
    ),
    # Each watched site: is it still there, and of its usual size?
    _between(
        "live_volume",
        "sites.live_share",
        title="No site lost an abnormal part of its live links",
        expected="at least {min_live_share:.0%} of the usual number",
        remedy=_VOLUME,
        min_value="$min_live_share",
    ),
    Expected(
        name="live_volume_rise",
        frame="sites",
        expectation="ExpectColumnValuesToBeBetween",
        kwargs={"column": "live_share", "max_value": "$warn_live_share"},
        title="No site has far more live links than usual",
        expected="at most {warn_live_share:.0%} of the usual number",
        remedy="look whether a new source or a new export explains it",
        severity="warns",
    ),
    _none(
        "no_site_silently_empty",
        "sites.empty_offender",
        title="No site is empty without looks that explain it",
        expected="links that were live are live, missing or lost",
        remedy=_VOLUME,
    ),
    _none(
        "no_site_unplanned",
        "sites.unplanned_offender",
        title="Every site with live links had pages planned",
        expected="at least 1 page a site",
        remedy="check that the site's sources are still in the settings, then drop the night and run it again",
    ),
    # All tables: nothing missing, nothing from the future.
    _between("nothing_missing", "columns.nulls", "Required columns are filled", "no empty value", max_value=0),
    _between(
        "nothing_from_the_future",
        "columns.latest",
        title="No date is later than the night",
        expected="at most {as_of:%Y-%m-%d %H:%M} UTC",
        remedy="check the clock of this machine",
        max_value="$as_of",
    ),
    # Links: each is one thing, and belongs here.
    _unique("link_id_unique", "links.link_id", "Every link is there once"),
    _none("link_id_of_urls", "sample.key_offender", "link_id is the key of the two URLs", "every sampled row"),
    _none(
        "urls_canonical",
        "sample.spelling_offender",
        title="URLs are in their one spelling",
        expected="every sampled row",
        remedy="report the URLs shown",
        severity="warns",
    ),
    _canonical("source_url_well_formed", "source_pages.source_url", "Every source page is an http(s) URL"),
    _canonical("target_url_well_formed", "targets.target_url", "Every target is an http(s) URL"),
    _between(
        "url_length",
        "source_pages.url_length",
        title="No source page's URL is longer than servers accept",
        expected="9 to {max_url_length} characters",
        min_value=9,
        max_value="$max_url_length",
    ),
    _one_of("site_is_watched", "targets.site", "Links seen tonight belong to watched sites", "$watched"),
    _none("target_in_scope", "targets.scope_offender", "Links seen tonight lead into their site's scope", "all in scope"),
    # Links: known words.
    _one_of("state_known", "links.state", "Every state is known", State),
    _one_of("lost_reason_known", "links.lost_reason", "Every loss reason is known", LossReason, ""),
    _one_of("origin_known", "links.origin", "Every origin is known", ["gained", "discovered", ""]),
    _one_of("zone_known", "links.zone", "Every zone is known", Zone, ""),
    _one_of("element_known", "links.element", "Every element is known", Element, ""),
    _one_of("link_type_known", "links.link_type", "Every link type is known", LinkType, ""),
    # Links: a story that can be true.
    _in_order("seen_in_order", "links", "first_seen_at", "last_seen_at"),
    _in_order("lost_in_order", "links", "missing_since", "lost_at"),
    _none("live_links_seen", "links.unseen_offender", "Every live link was seen by us", "known dates of first and last sight"),
    _none("lost_links_explained", "links.unexplained_offender", "Every lost link says when and why", "a known date and reason"),
    # Plan and looks.
    _unique("plan_url_unique", "plan.url", "Every page is planned once"),
    _unique("look_url_unique", "looks.url", "Every page was looked at once"),
    _one_of("outcome_known", "looks.outcome", "Every outcome is known", Outcome),
)
