"""What is wrong with an own address that backlinks lead to, where something is. One look decides nothing about a server's
trouble: a time-out or an error of the server is no broken address.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass

from linkwatch.model import Evidence, Outcome
from linkwatch.urls import Scopes, same_page

CHAIN = "redirect_chain"
"""Two redirects or more on the way to another page: each hop is one more that may break, and readers wait for each."""

FRONT_PAGE = "redirect_to_front_page"
"""One redirect for all that is gone: search engines take it for an error page (Google, "Soft 404 errors")."""

ELSEWHERE = "redirect_elsewhere"
"""To another page of another site: what the link gave goes there."""

LONG_HOPS = 2
"""Redirects; one is as it should be."""

_ANSWERED = frozenset({Outcome.READABLE, Outcome.NOT_MODIFIED, Outcome.NOT_HTML, Outcome.TOO_LARGE, Outcome.NEEDS_RENDERING})
TELLING = _ANSWERED | {Outcome.TOO_MANY_REDIRECTS} | {kind for kind in Outcome if kind.evidence is Evidence.GONE}
"""Outcomes of a look at an own address that say whether something is wrong with it."""


@dataclass(frozen=True, slots=True)
class Address:
    """The last look at an own address that could tell."""

    url: str  # canonical
    outcome: str
    final_url: str
    redirects: str  # JSON list of [status, url]

    @property
    def hops(self) -> int:
        """Redirects on the way."""
        return len(json.loads(self.redirects or "[]"))


def problem_of(address: Address, scopes: Scopes, own: Collection[str]) -> str:
    """What is wrong: an Outcome's value, CHAIN, FRONT_PAGE or ELSEWHERE; "" for nothing that is known. `own` are own sites.

    Redirects that only change how the same page is spelled (https, www, a trailing slash) are no problem of the address: the
    server's one rule does them for all pages. A redirect to the same path of another site is a move, and keeps what was meant.
    """
    outcome = Outcome(address.outcome)
    if outcome.evidence is Evidence.GONE or outcome is Outcome.TOO_MANY_REDIRECTS:
        return outcome.value
    if outcome not in _ANSWERED or same_page(address.url, address.final_url):
        return ""
    path, final_path = _path(address.url), _path(address.final_url)
    if scopes.site_of(address.final_url) not in own:
        if path != final_path:
            return ELSEWHERE
    elif final_path == "/" != path:
        return FRONT_PAGE
    return CHAIN if address.hops >= LONG_HOPS else ""


def _path(url: str) -> str:
    path = url[url.index("/", 8) :].partition("?")[0]
    return path.lower().rstrip("/") or "/"
