"""The two ends of a claimed link: what an address is, whose it is, or why it cannot be used.

Both ways to claims ask here (`claims.ClaimRows` row by row, `bulk.BulkClaims` column by column), so there is one set of rules.
"""

from functools import lru_cache

from linkwatch.urls import BadUrlError, Scopes, canonical_url, domain_of_host, host_of, page_key

Target = tuple[str, str, str, str | None]
"""Of a target: canonical URL, watched site, `page_key`, and why it is refused; None: it is not. The others are "" where it is."""

_ORIGINS = 262_144
"""Origins that are remembered: some 80 MB where a file has so many."""
_TARGETS = 65_536


class Ends:
    """What addresses are, for one reading of one source."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self.origin = lru_cache(maxsize=_ORIGINS)(self._look_at_origin)
        self.target = lru_cache(maxsize=_TARGETS)(self._look_at_target)

    def owner(self, page: str) -> tuple[str, str | None]:
        """Registrable domain of a canonical URL, and the watched site that it is on."""
        domain, watched = self.origin(origin_of(page))
        return domain, self.site_of(page) if watched else None

    def site_of(self, page: str) -> str | None:
        """Watched site that a canonical URL is on."""
        return self._scopes.site_of(page)

    def _look_at_target(self, url: str) -> Target:
        target, refusal = canonical_or_refusal("target", url)
        if refusal:
            return "", "", "", refusal
        site = self._scopes.site_of(target)
        if site is None:
            return "", "", "", f"target is on no watched site: {origin_of(target)}"
        return target, site, page_key(target), None

    def _look_at_origin(self, origin: str) -> tuple[str, bool]:
        """Registrable domain of an origin, and whether its pages may be on a watched site; of "", a refused page, ("", False)."""
        host = host_of(origin) if origin else ""
        return (domain_of_host(host), self._scopes.watches_host(host)) if host else ("", False)


def origin_of(url: str) -> str:
    """Beginning of a canonical URL up to its path's first slash, with that."""
    return url[: url.index("/", 8) + 1]


def canonical_or_refusal(what: str, url: str) -> tuple[str, str | None]:
    """Canonical URL and None, or "" and why it cannot be used; `what` names it then: "source page"."""
    try:
        return canonical_url(url), None
    except BadUrlError as error:
        return "", _refusal(what, url, error)


def internal(site: str) -> str:
    """Why a link whose two ends are on one site is refused."""
    return f"internal link: both ends are on {site}"


def _refusal(what: str, url: str, error: BadUrlError) -> str:
    shown = url.strip()
    if not shown:
        return f"{what} is missing"
    host = shown.partition("/")[0].partition(":")[0]
    if "://" not in shown and "." in host and " " not in host:
        return f"{what} has no scheme: write https://{shown[:200]}"
    return f"{what} is no URL: {error}"
