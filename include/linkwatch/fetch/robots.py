"""robots.txt: what a site lets us read (RFC 9309), and how slowly. It reads rules; fetching the file is the client's part."""

import re
from dataclasses import dataclass
from typing import Protocol

from protego import Protego

from linkwatch.model import Outcome

ROBOT_NAME = "linkwatch"
MAX_ROBOTS_BYTES = 500 * 1024
"""RFC 9309, 2.5: a crawler reads at least 500 KiB; what stands behind that is not read."""
MAX_ROBOTS_REDIRECTS = 5
"""RFC 9309, 2.3.1.2: at least five hops; a file behind more of them counts as none."""

# Every group but ours and the general one is renamed to one name. Protego takes the agent "link" for us, and its time and
# memory grow with agents times rules: half a megabyte of either would stop the night.
_GROUP = re.compile(r"^[ \t]*user[- ]?agent[ \t]*[: \t][ \t]*(.*)$", re.IGNORECASE | re.MULTILINE)
_TOKEN = re.compile(r"[A-Za-z_-]+")

# No file, or a file that we need not read: the site says nothing.
_NO_RULES = frozenset(
    {
        *(Outcome.PAGE_NOT_FOUND, Outcome.PAGE_GONE, Outcome.BLOCKED, Outcome.HTTP_ERROR),
        *(Outcome.TOO_MANY_REDIRECTS, Outcome.EMPTY),
    }
)


class Rules(Protocol):
    """What decides about the pages of one origin (scheme, host and port)."""

    def refusal(self, url: str) -> tuple[Outcome, str] | None:
        """How a page ends that may not be asked for: outcome and reason; None: it may."""
        ...

    @property
    def crawl_delay_s(self) -> float:
        """Seconds between two requests that the site asks for; 0 when it asks for nothing."""
        ...


class ParsedRules:
    """The rules of a robots.txt that was read."""

    def __init__(self, body: bytes) -> None:
        text = body.decode("utf-8", errors="replace").removeprefix("\ufeff").replace("\r", "\n")
        self._parsed = Protego.parse(_GROUP.sub(_rename_group, text))

    def refusal(self, url: str) -> tuple[Outcome, str] | None:
        """See Rules."""
        if self._parsed.can_fetch(url, ROBOT_NAME):
            return None
        return Outcome.ROBOTS_DENIED, f"robots.txt does not let {ROBOT_NAME} read this page"

    @property
    def crawl_delay_s(self) -> float:
        """See Rules."""
        return self._parsed.crawl_delay(ROBOT_NAME) or 0.0


@dataclass(frozen=True, slots=True)
class FixedRules:
    """One answer for all pages: no robots.txt (all allowed), or one that could not be had (none allowed, and why)."""

    answer: tuple[Outcome, str] | None = None
    crawl_delay_s: float = 0.0

    def refusal(self, url: str) -> tuple[Outcome, str] | None:
        """See Rules."""
        return self.answer


def rules_from(outcome: Outcome, body: bytes, detail: str) -> Rules:
    """Rules that follow from how the fetch of robots.txt ended; of a file that is too large `body` is the start.

    A 4xx is no file and allows all; a file that cannot be reached allows nothing (RFC 9309, 2.3.1). An unreachable host is
    told as unreachable; but a host that answers for its robots.txt with a 5xx is there, and of its pages we know nothing:
    days of that must never look like days of dead pages.
    """
    if outcome in (Outcome.READABLE, Outcome.TOO_LARGE):
        return ParsedRules(body[:MAX_ROBOTS_BYTES])
    if outcome in _NO_RULES:
        return FixedRules()
    if outcome is Outcome.SERVER_ERROR:
        outcome = Outcome.ROBOTS_DENIED
    return FixedRules((outcome, f"not asked, as robots.txt could not be read: {detail}"))


def _rename_group(match: re.Match[str]) -> str:
    name = match[1].partition("#")[0].strip()
    token = _TOKEN.match(name)
    if name == "*" or (token and token[0].lower() == ROBOT_NAME):
        return f"User-agent: {'*' if name == '*' else ROBOT_NAME}"
    return "User-agent: somebody-else"
