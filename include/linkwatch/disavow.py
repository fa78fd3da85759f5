"""The disavow file that Google takes: read as it was uploaded, put together with what people decided, and checked. Pure.

Format and limits are those of https://support.google.com/webmasters/answer/2648487. It makes no decision, opens no file and
uploads nothing: a line of ours stands there because a person said so, and its comment says who, when and why.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from linkwatch.errors import DisavowError
from linkwatch.model import Site
from linkwatch.urls import BadUrlError, Scopes, canonical_url, domain_of_host, host_of, registrable_domain

MAX_BYTES = 2_000_000
"""Google says "2MB"; this is the smaller of its two readings."""

MAX_LINES = 100_000
"""Blank lines and comments count."""

MAX_URL = 2_048
"""Characters of a URL."""

MAX_COMMENT = 300
"""Characters of a comment of ours; a longer one is cut."""

_DOMAIN = "domain:"
_DOMAIN_LINE = re.compile(r"domain:[ \t]*([^\s/:@?#\\]+)", re.IGNORECASE)
_URL_LINE = re.compile(r"https?://\S+", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_LINE_END = re.compile(r"\r\n|\n|\r")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_ENCODINGS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SHOWN = 5  # lines that a note names


@dataclass(frozen=True, slots=True)
class Disavowed:
    """A link that a person decided to disavow, with the decision."""

    source_url: str  # canonical
    source_domain: str
    whole: bool  # so are all links of its referring domain to the site
    rule: str
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an uploaded file: as it is written, and what it says: "domain:example.org", a canonical URL, "" for a comment."""

    number: int
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class DisavowFile:
    """A file as it may be uploaded; ASCII but for comments and for lines of the uploaded one."""

    text: str
    entries: tuple[str, ...]  # what counts in it, sorted: "domain:example.org", "https://example.org/page"
    notes: tuple[str, ...]  # what people should know of it, a sentence each


def read_uploaded(data: bytes, name: str) -> tuple[Line, ...]:
    """The lines of a file that was uploaded before: UTF-8 with or without a byte order mark, or UTF-16.

    Raises DisavowError for other encodings and for lines that are neither a comment, a `domain:` line nor an http(s) URL.
    """
    texts = _LINE_END.split(_decoded(data, name))
    lines, wrong = [], []
    for number, text in enumerate(texts if texts[-1] else texts[:-1], start=1):
        key = _key(text.strip())
        if key is None:
            wrong.append((number, text.strip()))
        lines.append(Line(number, text.rstrip(), key or ""))
    if wrong:
        number, text = wrong[0]
        more = f" (and {len(wrong) - 1} more such lines: {_numbers([line for line, _ in wrong[1:]])})" if wrong[1:] else ""
        raise DisavowError(
            f"disavow: {name}, line {number}{more}: got {text[:100]!r}; expected a comment (#…), domain:example.org, or a URL "
            f"with http:// or https:// of at most {MAX_URL:,} characters (no folder, no pattern); correct or remove the line"
        )
    return tuple(lines)


def wanted_lines(links: Iterable[Disavowed], own: Sequence[Site]) -> dict[str, tuple[str, ...]]:
    """What decisions ask for: line of the file → its comments, one a decision.

    `domain:` where all links of a referring domain are disavowed, one owner has that domain, and no site of ours lies in it;
    else the URL of the page. Pages of our own sites are never disavowed.
    """
    scopes, ours = Scopes(own), {registrable_domain(site.site) for site in own}
    rules: dict[str, dict[tuple[date, str, str], set[str]]] = {}
    for link in links:
        if scopes.site_of(link.source_url) is not None:
            continue
        whole = link.whole and link.source_domain not in ours and _has_one_owner(link.source_domain)
        line = f"{_DOMAIN}{link.source_domain}" if whole else link.source_url
        rules.setdefault(line, {}).setdefault((link.at.date(), link.by, link.why), set()).add(link.rule)
    return {line: tuple(_comment(*said, sorted(named)) for said, named in sorted(found.items())) for line, found in rules.items()}


def put_together(
    site: str,
    on: date,
    wanted: Mapping[str, Sequence[str]],
    withdrawn: Collection[str] = (),
    uploaded: Sequence[Line] = (),
    name: str = "",
) -> DisavowFile:
    """The next file of a site: the uploaded lines (`name` is their file), then what decisions add to them.

    `withdrawn` are lines that decisions asked for once, or that say more than decisions do; in an uploaded file they stay, and
    are told. Raises DisavowError where a limit of Google's is exceeded.
    """
    told = {line.key for line in uploaded if line.key}
    domains = {line.removeprefix(_DOMAIN) for line in (*told, *wanted) if line.startswith(_DOMAIN)}
    domains = {domain for domain in domains if _has_one_owner(domain)}
    lines: list[str] = []
    seen, kept = set(), set()
    again, covered = [], []
    for line in uploaded:
        same = line.key if line.key.startswith(_DOMAIN) else line.text.strip()  # two spellings of a page may be two to Google
        if line.key and same in seen:
            again.append(line)
        elif _is_covered(line.key, domains):
            covered.append(line)
        else:
            lines.append(line.text)
            if line.key:
                seen.add(same)
                kept.add(line.key)
    added = {line: said for line, said in wanted.items() if line not in told and not _is_covered(line, domains)}
    lines += _added_lines(site, on, added, after=bool(lines))
    entries = tuple(sorted({*kept, *added}))
    text = "".join(f"{line}\n" for line in lines)
    _check_limits(text, added, len(uploaded), name)
    standing = sorted(kept & set(withdrawn) - wanted.keys())
    return DisavowFile(text, entries, tuple(_notes(name, again, covered, standing)))


def _decoded(data: bytes, name: str) -> str:
    mark, encoding = next((found for found in _ENCODINGS if data.startswith(found[0])), (b"", "utf-8"))
    if not mark and len(data) >= 2 and 0 in data[:2]:  # every line of such a file begins in ASCII
        encoding = "utf-16-be" if data[0] == 0 else "utf-16-le"
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: len(mark) + error.start].count(b"\n") + 1
        raise DisavowError(
            f"disavow: {name}, line {line}: got bytes that are no {encoding.upper()}; expected UTF-8 or UTF-16; "
            "save the file as UTF-8"
        ) from None


def _key(text: str) -> str | None:
    """What a stripped line says; None for what Google would not understand."""
    if not text or text.startswith("#"):
        return ""
    named = _DOMAIN_LINE.fullmatch(text)
    if not named and (not _URL_LINE.fullmatch(text) or len(text) > MAX_URL):
        return None
    try:
        url = canonical_url(f"http://{named[1]}/" if named else text)
    except BadUrlError:
        return None
    if not named:
        return url
    return f"{_DOMAIN}{host_of(url)}" if _HOST.fullmatch(host_of(url)) else None


def _has_one_owner(domain: str) -> bool:
    """True where nobody else can register a name below it: not of github.io or co.uk, and not of a bare address."""
    return domain_of_host(f"any.{domain}") == domain


def _is_covered(line: str, domains: Collection[str]) -> bool:
    """True for a URL on one of the domains or below it."""
    if not line or line.startswith(_DOMAIN):
        return False
    host = host_of(line)
    while host and host not in domains:
        host = host.partition(".")[2]
    return bool(host)


def _comment(on: date, by: str, why: str, rules: Sequence[str]) -> str:
    text = _BLANKS.sub(" ", f"# {by}, {on}: {why}").strip()
    ending = f" ({', '.join(rules)})"
    room = MAX_COMMENT - len(ending)
    return (text if len(text) <= room else f"{text[: room - 1]}…") + ending


def _added_lines(site: str, on: date, added: Mapping[str, Sequence[str]], *, after: bool) -> list[str]:
    """The lines of ours, those of one reason together: domains first, then pages."""
    if not added:
        return []
    groups: dict[tuple[str, ...], list[str]] = {}
    for line in sorted(added, key=lambda line: (not line.startswith(_DOMAIN), line)):
        groups.setdefault(tuple(added[line]), []).append(line)
    heading = f"# Added by linkwatch on {on} for links to {site}; every line follows from a person's decision"
    lines = ["", heading] if after else [heading]
    for reasons, entries in groups.items():
        lines += [*reasons, *entries]
    return lines


def _check_limits(text: str, added: Iterable[str], uploaded: int, name: str) -> None:
    for line in added:
        if len(line) > MAX_URL:
            domain = registrable_domain(line)
            raise DisavowError(
                f"disavow: a URL is too long for Google: got {len(line):,} characters ({line[:80]}…), expected at most "
                f"{MAX_URL:,}; decide on all links of {domain}, or write domain:{domain} into the file that you --merge"
            )
    count, size = text.count("\n"), len(text.encode())
    whose = f" ({uploaded:,} of them from {name})" if name else ""
    advice = "put domain: lines in place of many URLs of one domain in the file that you merge, and take out old comments"
    if count > MAX_LINES:
        raise DisavowError(
            f"disavow: too many lines: got {count:,}{whose}, expected at most {MAX_LINES:,} with comments; {advice}"
        )
    if size > MAX_BYTES:
        raise DisavowError(f"disavow: too large: got {size:,} bytes, expected at most {MAX_BYTES:,}; {advice}")


def _notes(name: str, again: Sequence[Line], covered: Sequence[Line], standing: Sequence[str]) -> Iterable[str]:
    for lines, why in ((again, "says what an earlier line says"), (covered, "is a page of a domain that a domain: line names")):
        if lines:
            yield f"left out of {name}, as each {why}: {_numbers([line.number for line in lines])}"
    for line in standing[:_SHOWN]:
        yield f"still in your file; no decision asks for it any more: {line}; take it out of {name} if it is to go"
    if len(standing) > _SHOWN:
        yield f"so are {len(standing) - _SHOWN} more lines"


def _numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_SHOWN]))
    more = f" and {len(numbers) - _SHOWN:,} more" if len(numbers) > _SHOWN else ""
    return f"line{'s' if len(numbers) > 1 else ''} {shown}{more}"
