"""What was right to say: each story's domains held against the findings of its rule."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from pathlib import Path
from random import Random

from linkwatch.model import Finding, Severity, Site
from linkwatch.suspicion import Found, NightEvidence
from linkwatch.urls import Scopes, registrable_domain
from trials.articles import Article, read_articles
from trials.drawing import Draw, Shelf, Story, Visit
from trials.nights import Reader, base_visit, play
from trials.variant import Trial, Variant
from trials.words import SITES

BASE = 25
"""Articles of a night that no story gets."""

_SEVERE = tuple(Severity)  # high first


@dataclass(frozen=True, slots=True)
class Wrong:
    """A story that was missed, or an innocent that was hit."""

    variant: str
    night: int
    why: str


@dataclass(slots=True)
class Tally:
    """One rule's trials, counted: stories, and domains of the base."""

    rule: str
    injected: int = 0
    caught: int = 0
    twins: int = 0
    twin_alarms: int = 0
    base: int = 0
    base_alarms: int = 0
    misses: list[Wrong] = field(default_factory=list)
    alarms: list[Wrong] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)  # other rules at medium or above on innocent stories and the base

    @property
    def recall(self) -> float:
        """Share of the guilty stories that were caught."""
        return self.caught / max(1, self.injected)

    @property
    def precision(self) -> float:
        """Share of what was hit that was guilty; 0 where nothing was hit."""
        hit = self.caught + self.twin_alarms + self.base_alarms
        return self.caught / hit if hit else 0.0

    def add(self, other: "Tally") -> None:
        """Count another night."""
        for name in ("injected", "caught", "twins", "twin_alarms", "base", "base_alarms"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.misses += other.misses
        self.alarms += other.alarms
        self.others += other.others


@dataclass(frozen=True, slots=True)
class Told:
    """One story of a night, with what its variant is."""

    variant: Variant
    guilty: bool
    story: Story
    domains: frozenset[str]


def nights_of(trial: Trial) -> int:
    """Nights that all its stories take."""
    return -(-trial.instances // trial.together)


def judge_night(trial: Trial, night: int, seed: int, folder: Path | None = None) -> Tally:
    """Play one night of a rule's trials and judge it; the same arguments give the same night."""
    rng = Random(f"{seed} {trial.rule} {night}")  # noqa: S311  # seeded on purpose
    articles, reader = _articles(folder), _reader()
    shelf = Shelf(rng, _choice(articles, rng), sentences_of(articles))
    dealt = {article.publisher for article in shelf.articles}
    told = _stories(trial, night, shelf)
    dealt -= {article.publisher for article in shelf.articles}
    base = [visit for article, visit in _base(articles) if article.publisher not in dealt]
    with tempfile.TemporaryDirectory(prefix="linkwatch-trials-") as home:
        by_site = {site: [entry.story for entry in several] for site, several in told.items()}
        evidence, found = play(Path(home), reader, base, by_site, trial.settings)
    everything = [entry for several in told.values() for entry in several]
    base_domains = frozenset(registrable_domain(visit.page.url) for visit in base)
    return _judge(trial, night, everything, base_domains, evidence, found)


def _stories(trial: Trial, night: int, shelf: Shelf) -> dict[Site, list[Told]]:
    """The night's stories by watched site; variants take turns."""
    told: dict[Site, list[Told]] = {site: [] for site in (SITES if trial.site_each else SITES[:1])}
    sites = cycle(told)
    for guilty, variants in ((True, trial.guilty), (False, trial.innocent)):
        for turn in range(trial.together):
            variant, site = variants[(night * trial.together + turn) % len(variants)], next(sites)
            story = variant.make(Draw(shelf, Random(shelf.rng.random()), site))  # noqa: S311  # seeded on purpose
            domains = frozenset(registrable_domain(visit.page.url) for visit in story.visits) - story.background
            told[site].append(Told(variant, guilty, story, domains))
    return told


def _judge(trial: Trial, night: int, told: Sequence[Told], base: frozenset[str], evidence: NightEvidence, found: Found) -> Tally:
    tally = Tally(trial.rule, base=len(base))
    domain_of = dict(zip(evidence.links["link_id"].to_pylist(), evidence.links["source_domain"].to_pylist(), strict=True))
    alarming = [entry for entry in found.findings if _SEVERE.index(entry.severity) <= _SEVERE.index(trial.least)]
    hits: dict[str, list[Finding]] = {}
    for finding in alarming:
        for domain in {domain_of[link_id] for link_id in finding.link_ids}:
            hits.setdefault(domain, []).append(finding)
    ours = {domain: [entry for entry in several if entry.rule == trial.rule] for domain, several in hits.items()}
    ours = {domain: several for domain, several in ours.items() if several}
    quiet = _below(trial, found, domain_of)
    unsaid = {
        domain_of[link_id]
        for link_id, rules in zip(*(found.not_evaluated[name].to_pylist() for name in ("link_id", "rules")), strict=True)
        if trial.rule in rules.split()
    }
    for entry in told:
        hit = entry.domains & ours.keys()
        if entry.guilty:
            tally.injected += 1
            tally.caught += hit == entry.domains
            if hit != entry.domains:
                why = _why(entry.domains - hit, unsaid, quiet, domain_of.values())
                tally.misses.append(Wrong(entry.variant.name, night, f"{len(hit)} of {len(entry.domains)} domains hit; {why}"))
        else:
            tally.twins += 1
            tally.twin_alarms += bool(hit)
            tally.alarms += [Wrong(entry.variant.name, night, _said(ours[domain])) for domain in sorted(hit)[:1]]
    for domain in sorted(base & ours.keys()):
        tally.base_alarms += 1
        tally.alarms.append(Wrong(f"base: {domain}", night, _said(ours[domain])))
    innocent = base.union(*(entry.domains for entry in told if not entry.guilty))
    tally.others.update(_others(trial, hits, innocent))
    return tally


def _others(trial: Trial, hits: Mapping[str, Sequence[Finding]], innocent: frozenset[str]) -> Iterator[str]:
    for domain in innocent & hits.keys():
        yield from {
            entry.rule
            for entry in hits[domain]
            if entry.rule != trial.rule and not entry.shadow and entry.severity in (Severity.HIGH, Severity.MEDIUM)
        }


def _below(trial: Trial, found: Found, domain_of: Mapping[int, str]) -> dict[str, str]:
    """Domains with a finding of the rule that is too mild to count, and its severity."""
    return {
        domain_of[link_id]: finding.severity.value
        for finding in found.findings
        if finding.rule == trial.rule and _SEVERE.index(finding.severity) > _SEVERE.index(trial.least)
        for link_id in finding.link_ids
    }


def _why(missed: frozenset[str], unsaid: set[str], quiet: Mapping[str, str], linking: object) -> str:
    known = set(linking)  # type: ignore[call-overload]  # a view of domains
    if not missed & known:
        return "no link of it is known"
    if missed & quiet.keys():
        return "only " + ", ".join(sorted({quiet[domain] for domain in missed & quiet.keys()}))
    return "not evaluated" if missed & unsaid else "nothing found"


def _said(findings: Sequence[Finding]) -> str:
    first = findings[0]
    promoted = f", promoted by {', '.join(map(str, first.evidence['promoted_by']))}" if "promoted_by" in first.evidence else ""  # type: ignore[call-overload]  # a list of rules
    return f"{first.severity.value}{promoted}: {first.evidence.get('observed', '')}"[:200]


def _choice(articles: Sequence[Article], rng: Random) -> list[Article]:
    """English articles that take several links, one a publisher, in an order of the night; BASE are kept back."""
    fitting = [article for article in articles if article.is_english and len(article.spots) >= 4]
    one_each = {article.publisher: article for article in rng.sample(fitting, len(fitting))}
    return rng.sample(sorted(one_each.values(), key=lambda article: article.url), len(one_each))[BASE:]


@cache
def _articles(folder: Path | None) -> tuple[Article, ...]:
    return read_articles(folder) if folder else read_articles()


@cache
def sentences_of(articles: tuple[Article, ...]) -> tuple[str, ...]:
    """All sentences of the English articles that are no fragments, each once."""
    texts = (paragraph for article in articles if article.is_english for paragraph in article.paragraphs)
    found = dict.fromkeys(sentence.strip() for text in texts for sentence in text.replace("? ", "?. ").split(". "))
    return tuple(f"{text.rstrip('.')}." for text in found if 8 <= len(text.split()) <= 45 and "<" not in text)


@cache
def _reader() -> Reader:
    return Reader(Scopes(SITES))


@cache
def _base(articles: tuple[Article, ...]) -> tuple[tuple[Article, Visit], ...]:
    return tuple((article, base_visit(article, SITES[0])) for article in articles if article.spots)
