"""Live links counted by what they are and by what they say: the numbers of a week's report. No rule here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Site, State
from linkwatch.suspicion.signs.anchors import brand_names, bucket, normalised_column

_COUNTS = [([], "count_all"), ("source_domain", "count_distinct")]


def kind_tally(links: pa.Table, assessed: pa.Table) -> list[dict[str, Any]]:
    """Live links by site, what the publisher declares and what we infer: `site`, `declared`, `inferred`, `links_live` and
    `referring_domains_live`. `links` are schemas.LINKS, `assessed` ASSESSED; a link that was not assessed counts as unknown.
    """
    live = links.select(["link_id", "site", "source_domain"]).filter(pc.equal(links["state"], State.LIVE.value))
    kinds = assessed.take(pc.index_in(live["link_id"], assessed["link_id"].combine_chunks()))
    for name in ("declared", "inferred"):
        live = live.append_column(name, pc.fill_null(kinds[name], "unknown"))
    keys = ["site", "declared", "inferred"]
    return _counted(live.group_by(keys).aggregate(_COUNTS), keys)


def anchor_tally(links: pa.Table, sites: Iterable[Site], top: int) -> list[dict[str, Any]]:
    """The `top` anchors of each site's live links by referring domains: `site`, `anchor` (in one spelling), `bucket`,
    `links_live` and `referring_domains_live`. `links` are schemas.LINKS.
    """
    live = links.select(["site", "source_domain", "anchor"]).filter(pc.equal(links["state"], State.LIVE.value))
    rows: list[dict[str, Any]] = []
    for site in sites:
        own = live.filter(pc.equal(live["site"], site.site))
        own = own.set_column(own.column_names.index("anchor"), "anchor", normalised_column(own["anchor"]))
        brands = brand_names(site)
        counted = _counted(own.group_by(["site", "anchor"]).aggregate(_COUNTS), ["site", "anchor"])
        rows += [row | {"bucket": bucket(row["anchor"], brands).value} for row in counted[:top]]
    return rows


def _counted(groups: pa.Table, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Rows with their counts, most referring domains first."""
    names = {"count_all": "links_live", "source_domain_count_distinct": "referring_domains_live"}
    rows: list[Mapping[str, Any]] = groups.rename_columns([names.get(name, name) for name in groups.column_names]).to_pylist()
    return sorted(
        map(dict, rows), key=lambda row: (-row["referring_domains_live"], -row["links_live"], *(row[key] for key in keys))
    )
