"""What the name of an export says: when it was made, and of which series it is. Looks at names alone, never into files.

Dates seen in names of real exports: `…__2023-01-11_00-03-03.csv` (Ahrefs), `…-Latest links-2026-05-18.csv` (Search Console),
`…20260518…`. Read besides: `18-05-2026`, `18.05.2026`, `18 May 2026`, `May 18, 2026`, and a time behind any of them. A date
such as 05-06-2026, whose day may be its month, is no date here: a wrong one would make a fresh export stale.
"""

import re
from datetime import UTC, datetime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR, _MONTH, _DAY, _GAP = r"(?P<year>20\d\d)", r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12]\d|3[01])", "[-_. ]"
_NAME = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]{{0,6}}"
_TIME = (
    r"(?:(?:[-_. ]{0,2}|T| at )(?P<hour>[01]\d|2[0-3])(?P<gap>[-_.:h]?)(?P<minute>[0-5]\d)"
    r"(?:(?P=gap)(?P<second>[0-5]\d))?(?!\d)(?:\.\d{1,6})?(?:[-_ ]?(?:Z|UTC|GMT)(?![a-z]))?"
    r"(?![-_. ]\d\d[-_. ]\d\d(?!\d)))?"  # "…_2026-05-18": a second date, not 20:26
)
_DATES = tuple(
    re.compile(rf"(?<!\d){date}{_TIME}", re.IGNORECASE)
    for date in (
        rf"{_YEAR}(?P<between>{_GAP}){_MONTH}(?P=between){_DAY}(?!\d)",
        rf"{_YEAR}{_MONTH}{_DAY}(?!\d)",
        rf"{_YEAR}{_MONTH}{_DAY}(?=\d{{4}}(?!\d)|\d{{6}}(?!\d))",
        rf"(?P<day>1[3-9]|2\d|3[01])(?P<between>{_GAP}){_MONTH}(?P=between){_YEAR}(?!\d)",
        rf"{_DAY}(?P<between>\.){_MONTH}(?P=between){_YEAR}(?!\d)",
        rf"(?P<day>[1-9]|0[1-9]|[12]\d|3[01]){_GAP}?{_NAME}{_GAP}?{_YEAR}(?!\d)",
        rf"(?<![a-z]){_NAME}{_GAP}?(?P<day>[1-9]|0[1-9]|[12]\d|3[01])(?:,{_GAP}?|{_GAP}){_YEAR}(?!\d)",
        rf"{_YEAR}{_GAP}?{_NAME}{_GAP}?(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
    )
)
_COPY_MARK = re.compile(r" ?\(\d{1,3}\)(?=\.|$)| - copy(?: \(\d{1,3}\))?(?=\.|$)| copy(?: \d{1,3})?(?=\.|$)", re.IGNORECASE)


def exported_at(name: str) -> datetime | None:
    """The date, and the time where there is one, that a file's name carries; the latest of several. In UTC; None without."""
    found = [when for pattern in _DATES for match in pattern.finditer(name) if (when := _moment(match))]
    return max(found, default=None)


def series_of(name: str) -> str:
    """What the exports of one series have in common: their name without dates, times and copy marks such as " (1)".

    A name without a date is no member of the series of those that have one.
    """
    name = _COPY_MARK.sub("", name)
    for pattern in _DATES:
        name = pattern.sub(lambda match: "\0" if _moment(match) else match[0], name)
    return name


def _moment(match: re.Match[str]) -> datetime | None:
    said = match.groupdict()
    month = _MONTHS.index(said["name"].lower()) + 1 if said.get("name") else int(said["month"])
    hour, minute, second = (int(said[part] or 0) for part in ("hour", "minute", "second"))
    try:
        return datetime(int(said["year"]), month, int(said["day"]), hour, minute, second, tzinfo=UTC)
    except ValueError:  # the 31st of a month that has 30 days is no date
        return None
