"""What a host answers for an address that cannot exist there: the twin of a page that may be an error page.

Asked once a week and host, robots.txt permitting, and only where a page that lost its links is unlike its former self
(suspicion.md, 6). Answers are kept in the snapshot's table `hosts`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.extract import observe
from linkwatch.fetch import Fetcher
from linkwatch.model import Evidence, Outcome, PageRequest
from linkwatch.snapshots import NightStore
from linkwatch.urls import Scopes

PROBE_DAYS = 7
"""How long an answer stands."""

ATTEMPTS = 2
"""Requests a night; an answer that cannot tell is none."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One host's answer: a row of `schemas.HOSTS`."""

    host: str
    probe_outcome: str
    probe_signature: str
    probed_at: datetime


class Prober:
    """Asks hosts and remembers their answers. `known` are those of the last week, `tonight` what it asked itself, by host."""

    def __init__(self, night: str, as_of: datetime, known: Mapping[str, Probe]) -> None:
        self._night = night
        self._as_of = as_of
        self._known = known
        self.tonight: dict[str, Probe] = {}

    def answer_of(self, host: str) -> tuple[str, str]:
        """Outcome and signature of the host's answer; empty where there is none."""
        probe = self.tonight.get(host) or self._known.get(host)
        return (probe.probe_outcome, probe.probe_signature) if probe else ("", "")

    def ask(self, fetcher: Fetcher, pages: Mapping[str, str]) -> None:
        """Ask the hosts whose answer is not known; `pages` gives for each host an address of its that is in doubt."""
        for attempt in range(ATTEMPTS):
            hosts = {self._sibling(host, url, attempt): host for host, url in pages.items() if not self.answer_of(host)[0]}
            for page in fetcher.fetch(map(PageRequest, hosts)):
                look = observe(page, Scopes(())).look
                if Outcome(look.outcome).evidence is not Evidence.INCONCLUSIVE:
                    host = hosts[page.url]
                    self.tonight[host] = Probe(host, look.outcome, look.signature, self._as_of)

    def _sibling(self, host: str, url: str, attempt: int) -> str:
        """An address in the folder of `url` that nobody can have made; the same when a night is run again."""
        parts = urlsplit(url)
        name = hashlib.blake2b(f"{self._night}\n{host}\n{attempt}".encode(), digest_size=10).hexdigest()
        return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').rpartition('/')[0]}/{name}"


def known_probes(store: NightStore, night: str) -> dict[str, Probe]:
    """The answers of the week before a night, by host."""
    before = store.latest_before(night)
    if before is None or not store.has(before, "hosts"):
        return {}
    hosts = store.read_table(before, "hosts")
    recent = hosts.filter(pc.greater(hosts["probed_at"], pa.scalar(store.as_of(night) - timedelta(days=PROBE_DAYS))))
    return {row["host"]: Probe(**row) for row in recent.to_pylist()}
