"""Dates in the spellings of people, spreadsheets and localised exports, read together: one column says which way round it is.

Reads text alone and knows no locale: names of months are known in the languages below (as Unicode's CLDR has them), whole or
cut after three letters or more; a cut that fits two months is none.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

MAX_LENGTH = 48
"""Characters; a longer text is no date."""

_LANGUAGES = (
    "january february march april may june july august september october november december",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januar februar marts april maj juni juli august september oktober november desember",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "januar februar marcius aprilis majus junius julius augusztus szeptember oktober november december",
    "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
)
_IRREGULAR = {"mrt": 3, "mrz": 3, "maerz": 3}
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?\s*([ap]\.?m\b\.?)?", re.IGNORECASE)
_ZONE = re.compile(r"(?:(?<=[\d\s])z|utc|gmt)?\s*(?:([+-])(\d\d):?(\d\d))?\s*\Z", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_SPELLINGS = str.maketrans({"ı": "i", "ł": "l"})
_YEARS = range(1990, 2100)  # there are no links from before the web


class _Parts(NamedTuple):
    """A date taken apart; `first` and `second` are day and month in an order that is still to be found out."""

    year: int
    first: int
    second: int
    settled: bool  # first is the day
    dotted: bool
    after: timedelta  # the time of day, in UTC


def read_dates(texts: Sequence[str | None], day_first: bool | None = None) -> list[datetime | None]:
    """Each text as aware UTC, or None; see `cells.dates` for what is read and how an ambiguous order is decided."""
    plain = [_plain(text) for text in texts]
    parts = [_parts(text) if text and when is None else None for text, when in zip(texts, plain, strict=True)]
    open_ones = [one for one in parts if one and not one.settled]
    says_day = any(one.first > 12 for one in open_ones)
    says_month = any(one.second > 12 for one in open_ones)
    column = day_first if says_day == says_month else says_day  # a column that says both says nothing
    return [when or (_date(one, column) if one else None) for when, one in zip(plain, parts, strict=True)]


def _plain(text: str | None) -> datetime | None:
    """ISO 8601, and seconds or milliseconds since 1970."""
    if not text:
        return None
    text = text.strip()
    try:
        if text.isdecimal() and len(text) in (9, 10, 13):
            return datetime.fromtimestamp(int(text[:10] if len(text) == 13 else text), UTC)
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _parts(text: str) -> _Parts | None:
    if len(text) > MAX_LENGTH:
        return None
    folded = _folded(text)
    time = _TIME.search(folded)
    day = folded[: time.start()] + " " if time else folded
    after = _time_of_day(time, folded[time.end() :]) if time else timedelta()
    numbers = [int(number) for number in _NUMBER.findall(day)]
    months = [month for word in _WORD.findall(day) if (month := _MONTHS.get(word) or _MONTHS.get(word.removeprefix("ב")))]
    if after is None or any(number > 9999 for number in numbers):
        return None
    return _arranged(numbers, months, "." in day, after)


def _arranged(numbers: list[int], months: list[int], dotted: bool, after: timedelta) -> _Parts | None:
    if len(months) == 1 and len(numbers) == 2:
        day, year = numbers if numbers[1] in _YEARS else numbers[::-1]
        return _Parts(year, day, months[0], True, False, after)
    if months or len(numbers) != 3:
        return None
    if numbers[0] in _YEARS:
        return _Parts(numbers[0], numbers[2], numbers[1], True, False, after)
    return _Parts(numbers[2], numbers[0], numbers[1], False, dotted, after)


def _time_of_day(time: re.Match[str], rest: str) -> timedelta | None:
    """None where what stands behind the time is no zone."""
    hour, minute, second = (int(part or 0) for part in time.group(1, 2, 3))
    if time[4]:
        hour = hour % 12 + (12 if time[4][0] == "p" else 0)
    zone = _ZONE.match(rest)
    if not zone or hour > 23 or minute > 59 or second > 59:
        return None
    ahead = timedelta(hours=int(zone[2] or 0), minutes=int(zone[3] or 0))
    return timedelta(hours=hour, minutes=minute, seconds=second) - (ahead if zone[1] != "-" else -ahead)


def _date(parts: _Parts, column: bool | None) -> datetime | None:
    day, month = parts.first, parts.second
    if not parts.settled:
        if max(day, month) > 12:
            day_first = day > 12  # it says so itself
        elif column is None and not parts.dotted:
            return None
        else:
            day_first = True if column is None else column
        day, month = (day, month) if day_first else (month, day)
    try:
        return datetime(parts.year, month, day, tzinfo=UTC) + parts.after if parts.year in _YEARS else None
    except ValueError:
        return None


def _folded(text: str) -> str:
    """Lower case without accents; digits of other scripts as ours."""
    apart = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in apart if not unicodedata.combining(char)).translate(_SPELLINGS)


def _cuts() -> dict[str, int]:
    found: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        for month, name in enumerate(_folded(language).split(), 1):
            for end in range(3, len(name) + 1):
                found.setdefault(name[:end], set()).add(month)
    return {cut: months.pop() for cut, months in found.items() if len(months) == 1} | _IRREGULAR


_MONTHS = _cuts()
