"""The gap to competitors: referring domains that link to them and not to an own site, in the order in which to write to them.

What is in it. A domain with a live link to a competitor, and with no link to the own site that is live, missing, or claimed and
not looked for yet: of the last nobody knows that it is not there. The domains of watched sites are out, a competitor's as well
as one's own. A domain is a registrable domain, so no spelling of a page (www., https, a subdomain) hides a link that is there.

The order. By 2 ** (authority / 15) × competitors, as `plan.py` values links: a domain that is 15 points stronger is worth two,
and one that links to two competitors links to one like you twice as surely. A domain of unknown authority counts as the median
of those that are known, as in the plan. Where that is equal: one that names the site first, then more followed links, then
more links, then the name. The weights are judgements, not measurements.

Mentions are known of pages that were looked at for another reason (they carry a known link, or a source claims them): nobody
searches the web for names.
"""

from collections.abc import Sequence

import pyarrow as pa

from linkwatch import schemas
from linkwatch.model import Evidence, Outcome
from linkwatch.snapshots.engine import connect, damaged, fetch, relation, run, statement
from linkwatch.snapshots.plan import WEIGHTS, ZONES
from linkwatch.urls import registrable_domain

GAP = pa.schema(
    [
        pa.field(name, kind, nullable=name == "authority")
        for name, kind in (
            ("site", schemas.S),  # own site
            ("source_domain", schemas.S),
            ("competitors", schemas.I32),  # watched competitors that it has live links to
            ("competitor_sites", schemas.S),  # which, sorted, joined by ","
            ("links", schemas.I32),  # its live links to them
            ("links_followed", schemas.I32),
            ("authority", schemas.F64),  # the highest that a source gives, 0 to 100; null when none does
            ("best_page", schemas.S),  # page of the most valuable of these links: followed, in the content, authority
            ("best_target", schemas.S),  # where that link leads
            ("unlinked_mention", schemas.B),  # a page of the domain names the site
            ("mention_page", schemas.S),  # which: its best page, else one that links to competitors, else any; "" for none
            ("rank", schemas.I32),  # among the site's, from 1
        )
    ]
)
"""One row per own site and referring domain, by site and rank."""


def find_gap(links: str, pages: str, own_sites: Sequence[str], competitor_sites: Sequence[str], max_domains: int) -> pa.Table:
    """The gap of each own site (see GAP), `max_domains` rows at most for each, from a snapshot's two Parquet files.

    Raises StoreError for files that cannot be read.
    """
    if not own_sites or not competitor_sites:
        return GAP.empty_table()
    with connect(links) as connection, damaged([links, pages]):
        relation(connection, "links", [links], schemas.LINKS)
        relation(connection, "pages", [pages], schemas.PAGES)
        connection.register("zones", pa.table({"zone": [zone.value for zone in ZONES], "weight": list(ZONES.values())}))
        gone = [outcome.evidence is Evidence.GONE for outcome in Outcome]
        connection.register("outcomes", pa.table({"outcome": list(Outcome), "gone": gone}))
        parameters = WEIGHTS | {
            "own_sites": list(own_sites),
            "competitor_sites": list(competitor_sites),
            "watched_domains": sorted({registrable_domain(site) for site in (*own_sites, *competitor_sites)}),
            "max_domains": max_domains,
        }
        *steps, choice = statement("gap").split(";\n")
        for query in steps:
            run(connection, query, parameters)
        named = {name: value for name, value in parameters.items() if f"${name}" in choice}
        return fetch(connection, choice, named, GAP)
