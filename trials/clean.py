"""The real pages as they were published, with their own links: how many of them the rules would put before a person."""

import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from linkwatch.extract import observe
from linkwatch.model import FetchedPage, Outcome, Role, Scope, Severity, Site
from linkwatch.urls import Scopes
from trials.articles import Article
from trials.drawing import Story, Visit
from trials.nights import Reader, play
from trials.variant import SHIPPED

WATCHED = 10
"""Domains that most of the pages link to: they are watched as if they were own sites."""

_ALARMING = (Severity.HIGH, Severity.MEDIUM)


@dataclass(frozen=True, slots=True)
class Clean:
    """What was said of pages that nothing was done to."""

    pages: int
    links: int
    alarmed: int  # links with a told finding of medium or above
    by_rule: Mapping[str, int]  # told findings, "rule severity"
    watched: Sequence[str]
    said: Sequence[str]  # the alarms, one a line

    @property
    def share(self) -> float:
        """Of links with an alarm."""
        return self.alarmed / max(1, self.links)


def judge_clean(articles: Sequence[Article]) -> Clean:
    """One night of the untouched pages, seen twice."""
    visits = [Visit(_page(article)) for article in articles]
    watched = most_linked(visits)
    sites = {Site(domain, Role.OWN, Scope.DOMAIN): [Story([])] for domain in watched}
    with tempfile.TemporaryDirectory(prefix="linkwatch-trials-") as home:
        evidence, found = play(Path(home), Reader(Scopes(sites)), visits, sites, SHIPPED)
    links = evidence.live_links(["link_id"]).num_rows
    told = [finding for finding in found.findings if not finding.shadow]
    alarms = [finding for finding in told if finding.severity in _ALARMING]
    return Clean(
        pages=len(visits),
        links=links,
        alarmed=len({link for finding in alarms for link in finding.link_ids}),
        by_rule=Counter(f"{finding.rule} {finding.severity.value}" for finding in told),
        watched=watched,
        said=[f"{entry.rule} {entry.severity.value}, {entry.site}: {entry.evidence.get('observed')}" for entry in alarms],
    )


def most_linked(visits: Sequence[Visit]) -> list[str]:
    """The domains that most pages link to, other than their own."""
    nobody = Scopes([Site("nobody-links-here.example", Role.OWN, Scope.DOMAIN)])
    pages = Counter(domain for visit in visits for domain in json.loads(observe(visit.page, nobody).look.linked_domains))
    return [domain for domain, _ in sorted(pages.items(), key=lambda item: (-item[1], item[0]))[:WATCHED]]


def _page(article: Article) -> FetchedPage:
    headers = {"content-type": "text/html; charset=utf-8"}
    return FetchedPage(article.url, Outcome.READABLE, article.url, 200, headers=headers, body=article.markup.encode())
