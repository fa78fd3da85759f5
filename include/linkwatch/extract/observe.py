"""A fetched page becomes one Observation: its Look, and a Sighting for every link that leads to a watched site."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from linkwatch import schemas
from linkwatch.extract.bombs import is_bomb
from linkwatch.extract.charset import markup_of
from linkwatch.extract.facts import Said, base_of, read_facts, title_of
from linkwatch.extract.hiding import Hiding
from linkwatch.extract.links import MAX_OCCURRENCES, WITHHOLDING, Found, anchor_of, context_of, rel_tokens, survey
from linkwatch.extract.mentions import Names
from linkwatch.extract.signature import signature_of
from linkwatch.extract.verdicts import Shown, judge, judge_error
from linkwatch.extract.zones import Zones, words_of
from linkwatch.model import FetchedPage, Outcome, SeenIn
from linkwatch.urls import Scopes, domain_of_host, host_of, link_id, same_page

MAX_DETAIL = 300  # characters
MAX_VALIDATOR = 500  # characters of ETag and Last-Modified; a longer one is not worth sending back
MAX_DOMAINS = 200
MAX_REL = 200  # characters, as for hidden_by
NO_NAMES = Names(())


class Look(NamedTuple):
    """What one look at one page ended in: a row of `schemas.LOOKS`. Facts are empty unless the outcome is readable."""

    url: str
    host: str
    source_domain: str
    outcome: str
    final_url: str
    redirects: str
    moved: bool
    detail: str
    etag: str
    last_modified: str
    network: str = ""
    raw_outcome: str = ""
    kept: str = ""
    kept_hash: str = ""
    title: str = ""
    language: str = ""
    meta_robots: str = ""
    x_robots_tag: str = ""
    canonical_url: str = ""
    noindex: bool = False
    words: int = 0
    external_links: int = 0
    linked_domains: str = "[]"
    content_hash: str = ""
    signature: str = ""
    mentions: str = ""
    http_status: int | None = None


class Sighting(NamedTuple):
    """One link seen on a page: a row of `schemas.SIGHTINGS`."""

    link_id: int
    site: str
    source_url: str
    target_url: str
    position: int
    anchor: str
    rel: str
    followed: bool
    nofollow_by: str
    zone: str
    hidden_by: str
    element: str
    context_left: str
    context_right: str
    seen_in: str = SeenIn.HTML.value


@dataclass(frozen=True, slots=True)
class Observation:
    """What a look at a page showed. `sightings` are in document order; empty unless the outcome is readable."""

    look: Look
    sightings: tuple[Sighting, ...]
    sends_to: str = ""  # canonical URL that a stub sends the browser on to; the stub itself stays needs_rendering


def observe(
    page: FetchedPage, scopes: Scopes, *, seen_in: SeenIn = SeenIn.HTML, signed: bool = True, names: Names = NO_NAMES
) -> Observation:
    """Read a fetched page. Any body makes an Observation; none raises. `seen_in` is what made the body: server or browser.

    `signed` asks for the signature of the main text, a tenth of the work: nobody needs it every night of a page that is known.
    `names` are those of the own sites, for `Look.mentions`; without them nothing is mentioned.

    A page that answered 200 and is no page (error page, challenge, parked domain, empty shell) gets the outcome that it
    deserves, but only when no link to a watched site stands in it: a link that is there is there. An error answer that is a
    challenge is blocked. Of neither are links or facts read.
    """
    look = _bare_look(page)
    if page.outcome is not Outcome.READABLE:
        return Observation(_look_at_error(look, page) if _is_error_answer(page) else look, ())
    if is_bomb(page.body):
        return Observation(look._replace(outcome=Outcome.TOO_LARGE.value, detail="markup made to stall its readers"), ())
    markup = markup_of(page.body, page.headers.get("content-type", ""))
    document = LexborHTMLParser(markup, options=LexborDocumentOptions.WO_EVENTS)
    base = base_of(document, page.final_url)
    homes = {site for site in (scopes.site_of(page.url), scopes.site_of(page.final_url)) if site is not None}
    links = survey(document, page.final_url, base, scopes, homes)
    said = read_facts(document, page.headers, page.final_url, base)
    zones = Zones(document)
    hiding = Hiding(document) if links.watched else None
    sightings = tuple(_sightings(page.url, links.watched, said, zones, hiding, seen_in)) if hiding else ()
    headings = () if sightings else _headings(document)
    text = zones.main_text()
    words = words_of(text)
    look = look._replace(signature=signature_of(text) if signed else "")
    if not sightings:
        verdict = judge(page, Shown(markup, base, said.title, headings, text, words, links.total))
        look = look._replace(outcome=verdict.outcome.value, detail=verdict.detail[:MAX_DETAIL])
        if verdict.outcome is not Outcome.READABLE:
            return Observation(look, (), verdict.sends_to)
    linked = homes.union(found.site for found in links.watched)
    look = look._replace(
        **said._asdict(),
        noindex=said.noindex,
        words=words,
        external_links=links.external,
        linked_domains=json.dumps(sorted(links.domains)[:MAX_DOMAINS], separators=(",", ":")),
        content_hash=hashlib.sha256(page.body).hexdigest()[:16],  # many CPUs have it built in: half the cost of BLAKE2
        mentions=names.mentioned(text, markup, linked),
    )
    return Observation(look, sightings)


def looks_table(looks: Sequence[Look]) -> pa.Table:
    """Looks as an Arrow table of schema `schemas.LOOKS`."""
    return _table(looks, schemas.LOOKS)


def sightings_table(sightings: Sequence[Sighting]) -> pa.Table:
    """Sightings as an Arrow table of schema `schemas.SIGHTINGS`."""
    return _table(sightings, schemas.SIGHTINGS)


def _table(rows: Sequence[Look] | Sequence[Sighting], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema)


def _bare_look(page: FetchedPage) -> Look:
    host = host_of(page.url)
    return Look(
        url=page.url,
        host=host,
        source_domain=domain_of_host(host),
        outcome=page.outcome.value,
        final_url=page.final_url,
        redirects=json.dumps([[hop.status, hop.url] for hop in page.redirects]) if page.redirects else "[]",
        moved=not same_page(page.url, page.final_url),
        detail=page.detail[:MAX_DETAIL],
        etag=_validator(page, "etag"),
        last_modified=_validator(page, "last-modified"),
        network=page.network,
        http_status=page.http_status,
    )


def _is_error_answer(page: FetchedPage) -> bool:
    """A server answered, and not with the page: 4xx, 5xx, or the 202 that some challenges come with."""
    return page.http_status is not None and (page.http_status >= 400 or page.http_status == 202)


def _look_at_error(look: Look, page: FetchedPage) -> Look:
    if is_bomb(page.body):
        return look
    markup = markup_of(page.body, page.headers.get("content-type", ""))
    document = LexborHTMLParser(markup, options=LexborDocumentOptions.WO_EVENTS)
    headings = _headings(document)
    title = title_of(document)
    text = Zones(document).main_text()
    verdict = judge_error(page, Shown(markup, page.final_url, title, headings, text, words_of(text), links=0))
    return look._replace(outcome=verdict.outcome.value, detail=verdict.detail[:MAX_DETAIL])


def _headings(document: LexborHTMLParser) -> tuple[str, ...]:
    return tuple(node.text()[:300] for node in document.css("h1")[:5])


def _validator(page: FetchedPage, name: str) -> str:
    value = page.headers.get(name, "")
    return value if len(value) <= MAX_VALIDATOR else ""


def _sightings(
    source_url: str, watched: Iterable[Found], said: Said, zones: Zones, hiding: Hiding, seen_in: SeenIn
) -> Iterable[Sighting]:
    seen: Counter[int] = Counter()
    for found in watched:
        key = link_id(source_url, found.target)
        seen[key] += 1
        if seen[key] > MAX_OCCURRENCES:
            continue
        rel = rel_tokens(found.node)
        withheld = (*(() if WITHHOLDING.isdisjoint(rel) else ("rel",)), *said.nofollow_by)
        anchor, element = anchor_of(found.node)
        left, right = context_of(found.node)
        zone = zones.of(found.node)
        yield Sighting(
            link_id=key,
            site=found.site,
            source_url=source_url,
            target_url=found.target,
            position=found.position,
            anchor=anchor,
            rel=" ".join(rel)[:MAX_REL],
            followed=not withheld,
            nofollow_by=" ".join(withheld),
            zone=zone.value,
            hidden_by=hiding.of(found.node, zone)[:MAX_REL],
            element=element.value,
            context_left=left,
            context_right=right,
            seen_in=seen_in.value,
        )
