"""A readable page that lost its links may be an error page without a single sign of it: who else answers like this?

The rule of `reference/suspicion.md`, section 6: a page that reads like none of its former self, and like what its host answers
for an address that cannot exist (or says so in its title or heading, or is the host's front page), is a soft 404. Asking that
address is the caller's part: one a host a week, where robots.txt allows.
"""

import re

from linkwatch.extract.observe import Look
from linkwatch.extract.signature import is_comparable, similarity
from linkwatch.extract.verdicts import HINTS
from linkwatch.model import Outcome
from linkwatch.urls import domain_of_host, host_of

UNLIKE = 0.1
"""Below it two texts have nothing in common. Of 14,706 pairs of unrelated articles none reached .3, the highest .164; a text
with a tenth of its words edited still has .43 (reference: suspicion.md, section 3)."""

ALIKE = 0.8
"""From it on two texts are the same with another date or address in them (suspicion.md, sections 3 and 6)."""

_ANSWERED = frozenset({Outcome.READABLE.value, Outcome.SOFT_404.value})
_FRONT_PAGE = re.compile(
    r"https?://[^/]+/(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|default)(?:\.\w{2,5})?/?)?\Z", re.IGNORECASE
)
_NO_FACTS = {
    name: Look._field_defaults[name]
    for name in (
        *("title", "language", "meta_robots", "x_robots_tag", "canonical_url", "noindex"),
        *("words", "external_links", "linked_domains", "content_hash"),
    )
}


def is_doubtful(look: Look, last_signature: str) -> bool:
    """True for a look whose host should be asked for an address that cannot exist, before what it did not show counts as gone.

    Ask it of a look that shows none of its page's known links; `last_signature` is of the last readable look that did ("": none).
    """
    if look.outcome != Outcome.READABLE.value:
        return False
    return _is_unlike(look, last_signature) or _ended_at_front_page(look)


def settle(look: Look, last_signature: str, probe_outcome: str, probe_signature: str) -> Look:
    """The final word on a doubtful look; `probe_outcome` and `probe_signature` are "" where its host was not asked.

    A page that is not what it was is `soft_404` where its host answers the same for any address, where its title or heading
    says so, or where it is the front page of its own site; `domain_parked` where every address gives this page and it has a
    sign of a parked domain. Else the look is returned as it is. A look that is settled keeps its signature, and no facts.
    """
    if look.outcome != Outcome.READABLE.value or not _is_unlike(look, last_signature):
        return look
    sibling = similarity(look.signature, probe_signature)
    alike = probe_outcome in _ANSWERED | {Outcome.DOMAIN_PARKED.value} and sibling >= ALIKE
    likeness = f"likeness {similarity(look.signature, last_signature):.2f} to its former self"
    likeness += f", {sibling:.2f} to the host's answer for an address that cannot exist" if probe_outcome else ""
    if alike and _has_hint(look, Outcome.DOMAIN_PARKED):
        return _settled(
            look, Outcome.DOMAIN_PARKED, f"{_hint_of(look, Outcome.DOMAIN_PARKED)}, and every address gives this page; {likeness}"
        )
    if alike and probe_outcome in _ANSWERED:
        return _settled(look, Outcome.SOFT_404, f"answers 200 with what the host answers for any address; {likeness}")
    if _has_hint(look, Outcome.SOFT_404):
        return _settled(look, Outcome.SOFT_404, f"answers 200, but: {_hint_of(look, Outcome.SOFT_404)}; {likeness}")
    if _ended_at_front_page(look) and _same_site(look):
        return _settled(look, Outcome.SOFT_404, f"redirects to the front page; {likeness}")
    return look


def _settled(look: Look, outcome: Outcome, detail: str) -> Look:
    return look._replace(outcome=outcome.value, detail=detail, **_NO_FACTS)


def _is_unlike(look: Look, last_signature: str) -> bool:
    """A page whose text shrank to nothing is unlike it, too; a page that never had any cannot be."""
    if not is_comparable(last_signature):
        return False
    return similarity(look.signature, last_signature) < UNLIKE


def _ended_at_front_page(look: Look) -> bool:
    return look.moved and bool(_FRONT_PAGE.match(look.final_url)) and not _FRONT_PAGE.match(look.url)


def _same_site(look: Look) -> bool:
    return domain_of_host(host_of(look.final_url)) == look.source_domain


def _has_hint(look: Look, outcome: Outcome) -> bool:
    return f"; {HINTS[outcome]}: " in look.detail


def _hint_of(look: Look, outcome: Outcome) -> str:
    return look.detail.partition(f"; {HINTS[outcome]}: ")[2]
