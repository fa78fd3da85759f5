"""What a night says of pages, said slowly: runs of failures, histories, facts, and the brakes."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from linkwatch import schemas
from linkwatch.model import Evidence, Outcome
from linkwatch.settings import ConfirmSettings

Row = dict[str, Any]

FACTS = (
    *("etag", "last_modified", "title", "language", "meta_robots", "x_robots_tag", "canonical_url", "noindex", "words"),
    *("external_links", "linked_domains", "content_hash"),
)
LAST_LOOK = ("host", "source_domain", "outcome", "final_url", "redirects", "detail", "http_status", "raw_outcome")
OF_HOST = ("dns_error", "connection_refused")
DATES = ("last_fetched_at", "last_conclusive_at", "last_readable_at", "failing_since", "last_failure_at")


class NightOfPages:
    """The pages of one night: what they were, what tonight's looks say, and what they are next."""

    def __init__(
        self, before: Sequence[Row], looks: Iterable[Row], showing: Mapping[str, bool], as_of: datetime, confirm: ConfirmSettings
    ) -> None:
        """`showing`: pages that ever showed a link to a watched site, and whether they do tonight."""
        self.as_of, self.confirm, self.showing = as_of, confirm, showing
        self.before = {page["url"]: page for page in before}
        looks = list(looks)
        self.looks = one_look_each(looks)
        self.answering = {look["host"] for look in looks if Outcome(look["outcome"]).proves_existence}
        self.after = {url: self._fold(url) for url in sorted({*self.before, *self.looks})}
        self.answered, self.failing, self.usual = self._share(list(self.looks))
        self.brake = self._brakes(self.answered, self.failing, self.usual)
        self.braked = {name: self._braked(name) for name in ("host", "network")}
        vanishing = sum(self.is_vanishing(url) for url in self.looks)
        many = vanishing >= confirm.brake_pages and vanishing >= confirm.brake_share * len(self.looks)
        self.vanish_brake = vanishing > 0 and (many or not self.answering)

    def waits(self, url: str) -> bool:
        """True where the losses of a page wait."""
        return self.brake or any(self._scope(url, name) in self.braked[name] for name in self.braked)

    def vanished(self, url: str) -> bool:
        """True where a page failed for so long that its links may be lost."""
        return self.is_vanishing(url) and not self.vanish_brake

    def is_vanishing(self, url: str) -> bool:
        """True where a page's run of failures came of age tonight, and is no chance."""
        page, was, look = self.after[url], self.before.get(url), self.looks[url]
        if page["last_failure_at"] != self.as_of or page["failing_as"] != look["outcome"]:
            return False
        if was is not None and was["last_failure_at"] == self.as_of:
            return False
        long_enough = self.as_of - page["failing_since"] >= timedelta(days=self.confirm.vanished_days)
        unsure, looks = self._looks_before(was, page)
        chance = max((unsure + 5 * self.usual) / (looks + 5), self.usual) ** page["failures"]
        return long_enough and page["failures"] >= self.confirm.vanished_checks and chance <= 1e-6

    def is_later(self, moment: datetime | None) -> bool:
        """True where tonight is late enough after `moment` to count on its own."""
        if moment is None:
            return True
        return self.as_of > moment and self.as_of - moment >= timedelta(hours=self.confirm.spacing_h)

    def _fold(self, url: str) -> Row:
        page = dict(self.before.get(url) or _blank_page(url))
        look = self.looks.get(url)
        if look is None:
            if page["failing_as"] in OF_HOST and page["host"] in self.answering:
                page |= _no_failures()
            return page
        outcome = Outcome(look["outcome"])
        self._count(page, look)
        page |= {name: look[name] for name in LAST_LOOK} | {"last_fetched_at": self.as_of}
        page["network"] = look["network"] or page["network"]
        if look["kept_hash"]:
            page |= {"kept": look["kept"], "kept_hash": look["kept_hash"]}
        if outcome is Outcome.READABLE:
            page |= {name: look[name] for name in (*FACTS, "mentions")}
            if self.showing.get(url, True) and look["signature"]:
                page["signature"] = look["signature"]
        if outcome.evidence is not Evidence.INCONCLUSIVE:
            page["last_conclusive_at"] = self.as_of
        if outcome.evidence is Evidence.READABLE:
            page["last_readable_at"] = self.as_of
        self._run_of_failures(page, look)
        return page

    def _count(self, page: Row, look: Row) -> None:
        """What counts looks: once a night."""
        if page["last_fetched_at"] is not None and page["last_fetched_at"] >= self.as_of:
            return
        outcome = "readable" if look["outcome"] == "not_modified" else look["outcome"]
        runs, night = json.loads(page["history"] or "[]"), self.as_of.date().isoformat()
        if runs and runs[-1][0] == outcome:
            runs[-1] = [outcome, runs[-1][1], night, runs[-1][3] + 1]
        else:
            runs.append([outcome, night, night, 1])
        page["history"] = json.dumps(runs[-24:], separators=(",", ":"))
        if outcome != "robots_denied":
            unsure, share = float(not tells(outcome)), page["unsure_share"]
            page["unsure_share"] = unsure if share is None else (1 - 0.1) * share + 0.1 * unsure

    def _run_of_failures(self, page: Row, look: Row) -> None:
        outcome, host_answers = look["outcome"], look["host"] in self.answering
        if Outcome(outcome).proves_existence or (page["failing_as"] in OF_HOST and host_answers):
            page |= _no_failures()
        if not Outcome(outcome).may_mean_vanished or (outcome in OF_HOST and host_answers):
            return
        if page["failing_as"] != outcome:
            page |= {"failures": 1, "failing_as": outcome, "failing_since": self.as_of, "last_failure_at": self.as_of}
        elif self.is_later(page["last_failure_at"]):
            page |= {"failures": page["failures"] + 1, "last_failure_at": self.as_of}

    def _looks_before(self, was: Row | None, page: Row) -> tuple[int, int]:
        """Of a page's looks before its run of failures those that could not tell, and all."""
        since, unsure, looks = page["failing_since"].date(), 0, 0
        for outcome, first, _, number in json.loads(was["history"] if was else "[]"):
            before = min(number, (since - date.fromisoformat(first)).days)
            if before > 0 and outcome != "robots_denied":
                looks += before
                unsure += before * (not tells(outcome))
        return unsure, looks

    def _share(self, urls: Sequence[str]) -> tuple[int, int, float]:
        """Of some pages that were looked at: those that could tell before, those of them that cannot, and what is usual."""
        known = [self.before[url] for url in urls if url in self.before]
        answered = [page for page in known if tells(page["outcome"])]
        failing = [page for page in answered if not tells(self.looks[page["url"]]["outcome"])]
        failing = [page for page in failing if self.looks[page["url"]]["outcome"] != "robots_denied"]
        speaking = [page for page in known if tells(page["outcome"]) or _met_once(page)]
        shares = [page["unsure_share"] for page in speaking if page["unsure_share"] is not None]
        return len(answered), len(failing), math.fsum(shares) / len(shares) if shares else 0.0

    def _brakes(self, answered: int, failing: int, usual: float) -> bool:
        if answered < self.confirm.brake_pages:
            return False
        excess = max(0.0, (failing / answered - usual) / (1 - usual)) if answered and usual < 1 else 0.0
        return excess >= self.confirm.brake_share

    def _braked(self, name: str) -> set[str]:
        scopes: dict[str, list[str]] = {}
        for url in self.looks:
            if self._scope(url, name):
                scopes.setdefault(self._scope(url, name), []).append(url)
        braked = set()
        for scope, urls in scopes.items():
            answered, failing, usual = self._share(urls)
            if self._brakes(answered, failing, usual) and _tail(failing, answered, max(usual, 0.02)) < 1e-6:
                braked.add(scope)
        return braked

    def _scope(self, url: str, name: str) -> str:
        return self.after[url][name]


def tells(outcome: str) -> bool:
    """True where a look could tell."""
    return Outcome(outcome).evidence is not Evidence.INCONCLUSIVE


def one_look_each(looks: Iterable[Row]) -> dict[str, Row]:
    """One look a page: the one that could tell."""
    chosen: dict[str, Row] = {}
    for look in sorted(looks, key=_look_order):
        chosen.setdefault(look["url"], look)
    return chosen


def _look_order(look: Row) -> tuple[object, ...]:
    outcome, status = Outcome(look["outcome"]), look["http_status"]
    kind = (outcome is not Outcome.READABLE, outcome is not Outcome.NOT_MODIFIED, outcome.evidence is not Evidence.GONE)
    shown = ("outcome", "final_url", "redirects", "moved", "detail", "etag", "last_modified", "host", "source_domain", *FACTS[2:])
    shown = (*shown, "signature", "network", "raw_outcome", "kept", "kept_hash", "mentions")
    return (*kind, not outcome.proves_existence, *(look[name] for name in shown), status is None, status or 0)


def _tail(failing: int, answered: int, usual: float) -> float:
    """Probability that so many or more fail by chance."""
    terms = (math.comb(answered, k) * usual**k * (1 - usual) ** (answered - k) for k in range(failing, answered + 1))
    return math.fsum(terms)


def _met_once(page: Row) -> bool:
    runs = json.loads(page["history"] or "[]")
    return len(runs) == 1 and runs[0][3] == 1


def _no_failures() -> Row:
    return {"failures": 0, "failing_as": "", "failing_since": None, "last_failure_at": None}


def _blank_page(url: str) -> Row:
    page: Row = {name: "" for name in schemas.PAGES.names}
    page |= dict.fromkeys(("http_status", "unsure_share", *DATES))
    return page | {"url": url, "failures": 0, "noindex": False, "words": 0, "external_links": 0}
