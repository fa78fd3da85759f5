"""The gap to competitors: worked out of a published night, kept in the mart, and read from there."""

import logging
from typing import Any

from linkwatch.errors import SettingsError
from linkwatch.model import Role
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore, find_gap
from linkwatch.steps.home import open_night_store, own_sites
from linkwatch.steps.telling import warehouse_of
from linkwatch.warehouse import Engine, gap_rows, loaded_nights, replace_gap

log = logging.getLogger(__name__)


def tell_gap(settings: Settings, store: NightStore, engine: Engine, night: str) -> dict[str, int]:
    """Put the gap of a published night in place of what the mart held. Idempotent; after a later night was told, a no-op."""
    if any(told > night for told in loaded_nights(engine)):
        return {"gap_domains": 0, "gap_rows_written": 0}
    own, rivals = ([site.site for site in settings.sites if site.role is role] for role in (Role.OWN, Role.COMPETITOR))
    rows = find_gap(store.path(night, "links"), store.path(night, "pages"), own, rivals, settings.gap.max_domains)
    counts = {"gap_domains": rows.num_rows, "gap_rows_written": replace_gap(engine, night, rows)}
    log.info("gap night=%s %s", night, counts)
    return counts


def list_gap(site: str = "", *, mentions: bool = False) -> list[dict[str, Any]]:
    """Rows of the mart by own site and rank; with `mentions` only those with an unlinked mention.

    `site`: one own site, "" for all. Raises SettingsError for what is no own site, and where no competitor is watched.
    """
    settings, _ = open_night_store()
    own = own_sites(settings, site, "gap")
    if not any(entry.role is Role.COMPETITOR for entry in settings.sites):
        raise SettingsError('gap: no competitor is watched; expected a [[site]] with role = "competitor" for each of them')
    return gap_rows(warehouse_of(settings), own, mentions=mentions)
