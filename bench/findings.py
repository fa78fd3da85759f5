"""A night of suspicion: every rule, and the kinds of links, on 100,000 analysed pages with 300,000 links to three sites.

The web of it: 20,000 domains of five pages, of which a fiftieth copy each other, a fiftieth share an id, a hundredth have a
template with our link in it, and a few are stuffed, thin, hidden or paid for. Nobody else's way does this, so there is no
rival: the goal is the clock's.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

PAGES, DOMAINS, LINKS = 100_000, 20_000, 300_000
NIGHT = "2026-11-22"
_SEED = 20_261_122
_ANCHORS = ("Own", "own.example", "here", "read more", "", "cheap shoes", "garden tools", "best online casino", "our partners")
_LIKELY = (0.3, 0.2, 0.15, 0.1, 0.1, 0.06, 0.06, 0.001, 0.029)

Answer = dict[str, Any]


def find_all() -> Callable[[], Answer]:
    """`find` and `assess`: answers with the number of findings, of rules, and of links that were assessed."""
    from linkwatch.suspicion import RULES, assess, find
    from linkwatch.suspicion_settings import SuspicionSettings

    evidence, settings = night(), SuspicionSettings()

    def work() -> Answer:
        found = find(evidence, settings)
        kinds = assess(evidence, settings, found.not_evaluated)
        return {"findings": len(found.findings), "rules": len(RULES), "links": kinds.num_rows}

    return work


def night() -> Any:
    """The evidence of the night, from a seed."""
    import numpy as np

    from linkwatch import schemas
    from linkwatch.analysis_schemas import ANALYSES, PLACES
    from linkwatch.model import Role, Scope, Site
    from linkwatch.suspicion import NightEvidence

    random = np.random.default_rng(_SEED)
    read = datetime(2026, 11, 22, 3, tzinfo=UTC)
    of_page = np.arange(PAGES) % DOMAINS
    domains = np.array([f"site{number}.example" for number in range(DOMAINS)])
    urls = np.array([f"https://site{domain}.example/articles/{page}" for page, domain in enumerate(of_page)])
    linked = np.array([json.dumps(sorted({f"out{n}.example" for n in random.integers(0, 50_000, 8)})) for _ in range(2_000)])
    pages = _table(
        schemas.PAGES,
        PAGES,
        url=urls,
        source_domain=domains[of_page],
        outcome="readable",
        title=np.array([f"An article about subject {number}" for number in range(PAGES)]),
        language="en",
        words=random.integers(30, 2_000, PAGES),
        external_links=random.integers(0, 130, PAGES),
        linked_domains=linked[random.integers(0, len(linked), PAGES)],
        network=np.array([f"10.{number >> 8}.{number & 255}.0/24" for number in range(10_000)])[
            random.integers(0, 10_000, PAGES)
        ],
        history='[["readable", "2026-10-01", "2026-11-22", 52]]',
        last_readable_at=read,
    )
    signatures = random.integers(0, 2**32, (PAGES, 128), dtype=np.uint32)
    copies = np.flatnonzero(of_page % 50 == 0)
    signatures[copies] = signatures[copies[random.integers(0, len(copies) // 5, len(copies))]]
    ids = np.where(of_page % 50 == 1, np.char.add("UA-1000", (of_page // 200).astype(str)), "")
    analyses = _table(
        ANALYSES,
        PAGES,
        url=urls,
        source_domain=domains[of_page],
        main_words=random.integers(20, 2_000, PAGES),
        seen_words=random.integers(100, 3_000, PAGES),
        title_words=random.integers(2, 26, PAGES),
        language="en",
        signature=[row.tobytes() for row in signatures],
        build=np.array(["theme:astra", "theme:divi plugin:elementor plugin:yoast", ""])[of_page % 3],
        ids=ids,
        page_types=np.array(["article", "", "webpage"])[of_page % 3],
        names_itself=of_page % 4 > 0,
        anchor_share=random.random(PAGES),
        compression=random.normal(2.05, 0.5, PAGES),
        analysed_at=read,
        known_since=read,
    )
    page_of = random.integers(0, PAGES, LINKS)
    source = urls[page_of]
    sites = np.array(["own.example", "rival.example", "other.example"])
    site = sites[random.integers(0, 3, LINKS)]
    target = np.char.add(np.char.add("https://", site), np.char.add("/page/", random.integers(0, 300, LINKS).astype(str)))
    keys = np.sort(random.choice(2**40, LINKS, replace=False).astype(np.int64))
    anchor = np.array(_ANCHORS)[random.choice(len(_ANCHORS), LINKS, p=_LIKELY)]
    links = _table(
        schemas.LINKS,
        LINKS,
        link_id=keys,
        site=site,
        source_url=source,
        target_url=target,
        source_domain=domains[of_page[page_of]],
        state="live",
        origin="discovered",
        followed=random.random(LINKS) < 0.8,
        anchor=anchor,
        zone=np.array(["content", "footer", "sidebar", "comment"])[random.choice(4, LINKS, p=(0.7, 0.15, 0.1, 0.05))],
        hidden_by=np.where(random.random(LINKS) < 0.002, "display:none", ""),
        element="text",
        first_seen_at=read,
    )
    places = _table(
        PLACES,
        LINKS,
        link_id=keys,
        url=source,
        in_main=random.random(LINKS) < 0.7,
        in_prose=random.random(LINKS) < 0.7,
        block=np.char.add("b", (of_page[page_of] % 997).astype(str)),
        block_words=random.integers(5, 300, LINKS),
        block_links=random.integers(1, 20, LINKS),
        block_domains=random.integers(1, 12, LINKS),
        block_anchors="[]",
        page_anchors="[]",
        described=random.integers(0, 60, LINKS),
        disclosure=np.where(random.random(LINKS) < 0.002, "sponsored post", ""),
    )
    watched = [Site(name, Role.OWN if name == "own.example" else Role.COMPETITOR, Scope.DOMAIN) for name in sites.tolist()]
    return NightEvidence(NIGHT, links, pages, schemas.CHANGES.empty_table(), watched, analyses, places)


def _table(schema: Any, rows: int, **columns: Any) -> Any:
    """A table of a schema: columns as given, one value for all rows, or blank."""
    import numpy as np
    import pyarrow as pa

    blank = {pa.string(): "", pa.bool_(): False, pa.binary(): b""}
    arrays = []
    for field in schema:
        values = columns.get(field.name, None if field.nullable else blank.get(field.type, 0))
        if isinstance(values, np.ndarray | list):
            arrays.append(pa.array(values).cast(field.type))
        else:
            arrays.append(pa.repeat(pa.scalar(values, field.type), rows))
    return pa.table(arrays, schema=schema)
