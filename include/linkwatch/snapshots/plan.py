"""Plan: which pages to look at tonight, in which order and shard, and with which validators. Reads no page itself.

A page's worth is its value at risk, in value-days: for each of its links, the value of the link times the days for which a
loss since the last look would by now have gone untold, times its chance. With `h` losses a day (see survival.py) and `t` days
since the last look that could tell, that is value × (t − (1 − exp(−h t)) / h): it grows with the square of the days at first,
without limit, so the share of looks that pages get goes by the square root of value × hazard, and no page is forgotten.

The weights below are judgements, not measurements: they say what a user would rather know first. `python -m bench year`
shows what they are worth.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pyarrow as pa

from linkwatch import schemas
from linkwatch.model import Outcome, Zone
from linkwatch.snapshots.engine import connect, damaged, fetch, relation, run, statement
from linkwatch.snapshots.survival import PRIOR_HAZARD, band_of, estimate_survival
from linkwatch.urls import BadUrlError, canonical_url

ZONES = {
    Zone.CONTENT: 1.0,
    Zone.COMMENT: 0.4,
    Zone.SIDEBAR: 0.4,
    Zone.HEADER: 0.4,
    Zone.NAV: 0.4,
    Zone.FOOTER: 0.3,
}
"""Value of a link by where it stands; a zone that is not known counts as content."""

WEIGHTS = {
    # The value of a link is 2 ** (authority / doubling_authority), times these.
    "doubling_authority": 15.0,  # points; vendors' scales of 0 to 100 are logarithmic
    "middling_authority": 20.0,  # of a domain that nobody rates; the median of those that are known, where there are any
    "nofollow": 0.3,  # against 1 for a followed link
    "competitor": 0.3,  # against 1 for a link to an own site
    "important": 4.0,  # times the worth of a page that the user marked
    # What sources say multiplies the hazard, so one look settles it.
    "says_lost": 20.0,
    "silent": 3.0,  # a source that delivered all it knows tonight and no longer lists the link
    # What a look may tell beside a loss.
    "news": 0.05,  # chance times urgency of a claimed link that no look has searched for: value-days a day
    "rest": 0.1,  # against 1 for a live link: of lost ones, refuted claims, and pages worth a look that show no link
    "failing": 0.3,  # against 1 for a missing link to confirm: a page in a run of 5xx or DNS failures
    # Looks that may be in vain.
    "least_sure": 0.05,  # times the worth of a page that never can tell; also it ages from the last attempt alone
    "first_look_days": 14.0,  # days since its last look that a page never looked at counts as
    "confirmation": 1e6,  # worth of what is due before all else; nothing else is worth more
}

DUE_DAYS = 14
"""A missing link is due to be confirmed, and a failing page to be asked, every night for so long: enough for any confirmation
within `confirm.vanished_days`, and not for ever on a page that turned unreadable."""

TURNS_SHARE = 0.1
"""Share of the budget (of the night and of each host) that goes to the live links with the oldest looks whatever they are
worth, and another such share to pages never looked at. It is the bound: with P pages that carry live or missing links and a
budget of B pages, none waits for more than 10 P / B nights, or of a host with p pages and a cap of b than 10 p / b more."""


def plan_pages(
    *,
    claims: str,
    before_links: str | None,
    before_pages: str | None,
    own_sites: Sequence[str],
    as_of: datetime,
    shards: int,
    max_pages_per_host: int,
    max_pages: int,
    important: Sequence[str] = (),
    target_sites: Sequence[str] = (),
    spacing_h: float = 20.0,
    lost_days: int = 90,
    watched: Mapping[str, datetime] | None = None,
    complete: Sequence[str] | None = None,
    ranks: str | None = None,
) -> pa.Table:
    """Pages to look at (schemas.PLAN, one row per page, by worth descending within a shard), from Parquet files.

    They are the pages that sources claim, the pages of known links (of lost ones for `lost_days` after the loss), and the
    targets of known links to `target_sites`; at most `max_pages`, and of one host at most `max_pages_per_host`. First come
    pages whose missing links wait to be confirmed, `spacing_h` hours after the last absence that counted, and pages in a
    run of failures; then what has most value at risk, where links to `own_sites` count for more. TURNS_SHARE bounds how
    long any page waits. A claim of a known link, in whatever spelling, plans the page as the link has it. All pages of
    one host are in one shard, a number in [0, shards). `important`: source pages, in any spelling, or referring domains.
    `complete`: names of the sources that delivered all they know, so that a link which they no longer list is looked at
    sooner (None: all did). `ranks`: a file of schemas.RANKS with known domains; it rates those that no vendor rates.

    Validators are those of the last look, where it ended readable or not modified and searched for all that is searched
    for tonight: with `watched` (site: since when; None: all known sites, since ever) not before the newest site was watched.
    A page whose links only a browser shows has none. Raises StoreError for files that cannot be read.
    """
    files = [path for path in (claims, before_links, before_pages, ranks) if path]
    with connect(claims) as connection, damaged(files):
        relation(connection, "claims", [claims], schemas.CLAIMS)
        relation(connection, "before_links", [before_links] if before_links else [], schemas.LINKS)
        relation(connection, "before_pages", [before_pages] if before_pages else [], schemas.PAGES)
        relation(connection, "ranks", [ranks] if ranks else [], schemas.RANKS)
        pages, domains = _marked(important)
        connection.register("important_pages", pa.table({"url": pa.array(pages, pa.string())}))
        connection.register("zones", pa.table({"zone": [zone.value for zone in ZONES], "weight": list(ZONES.values())}))
        kinds = {"outcome": list(Outcome), "may_mean_vanished": [outcome.may_mean_vanished for outcome in Outcome]}
        connection.register("outcomes", pa.table(kinds))
        estimate_survival(connection)
        parameters = WEIGHTS | {
            "as_of": as_of,
            "spaced": as_of - timedelta(hours=spacing_h),
            "due_since": as_of - timedelta(days=DUE_DAYS),
            "lost_since": as_of - timedelta(days=lost_days),
            "own_sites": list(own_sites),
            "target_sites": list(target_sites),
            "any_marked": bool(pages),
            "important_domains": domains,
            "prior_hazard": PRIOR_HAZARD,
            "turns_share": TURNS_SHARE,
            "cap": max_pages,
            "host_cap": max_pages_per_host,
            "shards": shards,
            "only_watched": watched is not None,
            "watched": list(watched or {}),
            "since": max(watched.values()) if watched else None,
            "only_complete": complete is not None,
            "complete": list(complete or ()),
        }
        *steps, choice = statement("plan").replace("{band}", band_of("age")).split(";\n")
        for query in steps:
            run(connection, query, parameters)
        named = {name: value for name, value in parameters.items() if f"${name}" in choice}
        return fetch(connection, choice, named, schemas.PLAN)


def _marked(important: Sequence[str]) -> tuple[list[str], list[str]]:
    """The user's marks as canonical URLs of pages and as referring domains; what is no URL is taken for a domain."""
    pages, domains = [], []
    for entry in important:
        try:
            pages.append(canonical_url(entry))
        except BadUrlError:
            domains.append(entry.strip().lower().removeprefix("www."))
    return pages, domains
