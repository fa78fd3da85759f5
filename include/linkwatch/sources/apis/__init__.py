"""Interfaces of vendors: one module a vendor, each a reader, and a planner that says what a night may cost at most.

    client.py   how a vendor is asked: priced, entered, tried again, settled
    session.py  one attempt
    rows.py     from pages of a vendor's rows to batches of CLAIMS

What is documented of a vendor, what was only seen, and what its units are stands in its module's docstring.
"""

from collections.abc import Callable, Sequence

from linkwatch.source_settings import SourceSettings
from linkwatch.sources.apis.ahrefs import plan_ahrefs_api, read_ahrefs_api
from linkwatch.sources.apis.bing_webmaster import plan_bing_webmaster, read_bing_webmaster
from linkwatch.sources.apis.client import PlannedCall
from linkwatch.sources.apis.dataforseo import plan_dataforseo_api, read_dataforseo_api
from linkwatch.sources.apis.majestic import plan_majestic_api, read_majestic_api
from linkwatch.sources.apis.moz import plan_moz_api, read_moz_api
from linkwatch.sources.apis.semrush import plan_semrush_api, read_semrush_api
from linkwatch.sources.pull import Source

__all__ = ["API_SOURCES", "OWN_SITES_ONLY", "PLANNERS", "PlannedCall", "Planner"]

Planner = Callable[[SourceSettings, Sequence[str]], list[PlannedCall]]
"""From a source and the sites that it asks about to the calls of a night, at most. Asks nobody."""

API_SOURCES: dict[str, Source] = {
    "ahrefs_api": read_ahrefs_api,
    "semrush_api": read_semrush_api,
    "majestic_api": read_majestic_api,
    "moz_api": read_moz_api,
    "dataforseo_api": read_dataforseo_api,
    "bing_webmaster": read_bing_webmaster,
}

PLANNERS: dict[str, Planner] = {
    "ahrefs_api": plan_ahrefs_api,
    "semrush_api": plan_semrush_api,
    "majestic_api": plan_majestic_api,
    "moz_api": plan_moz_api,
    "dataforseo_api": plan_dataforseo_api,
    "bing_webmaster": plan_bing_webmaster,
}

OWN_SITES_ONLY = frozenset({"bing_webmaster"})
"""Kinds that know nothing of anybody else's sites."""
