"""The fold, said slowly: the same rules as `linkwatch.snapshots.fold`, a row at a time. `row_hash` is left out."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from linkwatch import schemas
from linkwatch.model import Evidence, Outcome
from linkwatch.settings import ConfirmSettings

Row = dict[str, Any]

FACTS = (
    *("etag", "last_modified", "title", "language", "meta_robots", "x_robots_tag", "canonical_url", "noindex", "words"),
    *("external_links", "linked_domains", "content_hash"),
)
LAST_LOOK = ("host", "source_domain", "outcome", "final_url", "redirects", "detail", "http_status")
TEXT = ("followed", "rel", "nofollow_by", "anchor", "zone", "hidden_by", "element", "context_left", "context_right")


class Night:
    """One night's evidence and what it says of pages and links."""

    def __init__(
        self,
        before: tuple[Sequence[Row], Sequence[Row]],
        claims: Iterable[Row],
        looks: Iterable[Row],
        sightings: Iterable[Row],
        *,
        as_of: datetime,
        confirm: ConfirmSettings,
        watched: Mapping[str, datetime] | None = None,
    ) -> None:
        self.as_of, self.confirm, self.watched = as_of, confirm, watched
        self.links = {link["link_id"]: {k: v for k, v in link.items() if k != "row_hash"} for link in before[0]}
        self.pages = {page["url"]: page for page in before[1]}
        self.looks: dict[str, Row] = {}
        for look in sorted(looks, key=_look_order):
            self.looks.setdefault(look["url"], look)
        self.seen: dict[int, Row] = {}
        for sighting in sorted(sightings, key=_sighting_order):
            if sighting["source_url"] in self.looks:
                self.seen.setdefault(sighting["link_id"], sighting)
        self.claims: dict[int, list[Row]] = {}
        for claim in claims:
            if claim["target_url"] is not None:
                self.claims.setdefault(claim["link_id"], []).append(claim)
        self.next_pages = self._fold_pages()
        self.brake, self.vanish_brake = self._brakes()

    def fold(self) -> tuple[list[Row], list[Row]]:
        """Links and pages of the next snapshot, sorted by their keys."""
        known = sorted({*self.links, *self.seen, *self.claims})
        return [self._fold_link(link_id) for link_id in known], [self.next_pages[url] for url in sorted(self.next_pages)]

    def _later(self, moment: datetime | None) -> bool:
        """True where tonight is late enough after `moment` to count on its own."""
        if moment is None:
            return True
        return self.as_of > moment and self.as_of - moment >= timedelta(hours=self.confirm.spacing_h)

    def _fold_pages(self) -> dict[str, Row]:
        pages = dict(self.pages)
        for url, look in self.looks.items():
            outcome = Outcome(look["outcome"])
            page = dict(pages.get(url) or _blank_page(url))
            page |= {name: look[name] for name in LAST_LOOK} | {"last_fetched_at": self.as_of}
            if outcome is Outcome.READABLE:
                page |= {name: look[name] for name in FACTS}
            if outcome.evidence is not Evidence.INCONCLUSIVE:
                page["last_conclusive_at"] = self.as_of
            if outcome.evidence is Evidence.READABLE:
                page["last_readable_at"] = self.as_of
            if outcome.proves_existence:
                page |= {"failures": 0, "failing_since": None, "last_failure_at": None}
            elif outcome.may_mean_vanished and self._later(page["last_failure_at"]):
                since = page["failing_since"] or self.as_of
                page |= {"failures": page["failures"] + 1, "failing_since": since, "last_failure_at": self.as_of}
            pages[url] = page
        return pages

    def _vanishing(self, url: str) -> bool:
        page, was, look = self.next_pages[url], self.pages.get(url), self.looks.get(url)
        if look is None or not Outcome(look["outcome"]).may_mean_vanished:
            return False
        counted = was is None or self._later(was["last_failure_at"])
        long_enough = self.as_of - page["failing_since"] >= timedelta(days=self.confirm.vanished_days)
        return counted and page["failures"] >= self.confirm.vanished_checks and long_enough

    def _brakes(self) -> tuple[bool, bool]:
        answered = [url for url in self.looks if url in self.pages and _tells(self.pages[url]["outcome"])]
        failing = [url for url in answered if not _tells(self.looks[url]["outcome"])]
        failing = [url for url in failing if self.looks[url]["outcome"] != "robots_denied"]
        vanishing = sum(self._vanishing(url) for url in self.looks)
        share, least = self.confirm.brake_share, self.confirm.brake_pages
        return (
            len(answered) >= least and bool(answered) and len(failing) / len(answered) >= share,
            vanishing >= least and vanishing >= share * len(self.looks),
        )

    def _verdict(self, link: Row) -> tuple[str, str]:
        """What tonight says of a link: seen, absent (and why), or cannot tell."""
        if link["link_id"] in self.seen:
            return "seen", ""
        look = self.looks.get(link["source_url"])
        if look is None or (self.watched is not None and link["site"] not in self.watched):
            return "cannot tell", ""
        outcome = Outcome(look["outcome"])
        if outcome is Outcome.NOT_MODIFIED:
            return {"live": ("seen", ""), "missing": ("absent", link["lost_reason"])}.get(link["state"], ("cannot tell", ""))
        if outcome.evidence is Evidence.GONE:
            return "absent", outcome.value
        if outcome.evidence is Evidence.READABLE:
            return "absent", "page_redirected" if look["moved"] else "link_removed"
        return "cannot tell", ""

    def _fold_link(self, link_id: int) -> Row:
        link = dict(self.links.get(link_id) or self._unknown_link(link_id))
        self._take_claims(link)
        sighting = self.seen.get(link_id)
        if sighting is not None:
            link["site"] = sighting["site"]
        verdict, reason = self._verdict(link)
        if verdict == "seen":
            self._see(link)
        elif verdict == "absent":
            self._miss(link, reason)
        else:
            self._vanish(link)
        if sighting is not None:
            self._describe(link, sighting)
        target = self.looks.get(link["target_url"])
        if target is not None and _tells(target["outcome"]):
            gone = Outcome(target["outcome"]).evidence is Evidence.GONE
            link["target_broken"] = target["outcome"] if gone else ""
        return link

    def _unknown_link(self, link_id: int) -> Row:
        link: Row = {name: None for name in schemas.LINKS.names if name != "row_hash"}
        link |= {name: "" for name, kind in (*schemas.LINK_STATUS, *schemas.LINK_ATTRIBUTES) if kind == schemas.S}
        link |= {"link_id": link_id, "state": "unverified", "absences": 0, "followed": False, "page_noindex": False}
        link["link_type"] = "unknown"
        told = self.seen.get(link_id) or min(
            self.claims[link_id], key=lambda claim: (claim["claimed_by"], claim["anchor"] or "", claim["rel"] or "")
        )
        link |= {name: told[name] for name in ("site", "source_url", "target_url")}
        link |= {"anchor": told["anchor"] or "", "rel": told["rel"] or ""}
        look = self.looks.get(link["source_url"])
        link["source_domain"] = told["source_domain"] if "source_domain" in told else look["source_domain"]
        return link

    def _take_claims(self, link: Row) -> None:
        claims = self.claims.get(link["link_id"], [])
        names = {name for name in link["claimed_by"].split(",") if name} | {claim["claimed_by"] for claim in claims}
        link["claimed_by"] = ",".join(sorted(names))
        dates = [claim["first_seen"] for claim in claims] + [link["claimed_first_seen"]]
        link["claimed_first_seen"] = min((date for date in dates if date is not None), default=None)

    def _see(self, link: Row) -> None:
        if link["state"] == "unverified":
            link["origin"] = "gained" if self._looked_before(link) else "discovered"
            link["first_seen_at"] = self.as_of
        cleared = dict.fromkeys(("missing_since", "last_absence_at", "refuted_at", "lost_at"))
        link |= {"state": "live", "lost_reason": "", "absences": 0, "last_seen_at": self.as_of, **cleared}

    def _looked_before(self, link: Row) -> bool:
        page = self.pages.get(link["source_url"])
        if page is None or page["last_conclusive_at"] is None:
            return False
        since = (self.watched or {}).get(link["site"])
        return since is None or page["last_conclusive_at"] >= since

    def _miss(self, link: Row, reason: str) -> None:
        if link["state"] == "unverified":
            link["refuted_at"] = link["refuted_at"] or self.as_of
        if link["state"] == "live":
            link |= {"absences": 0, "missing_since": self.as_of, "last_absence_at": None}
        if link["state"] not in ("live", "missing") or not self._later(link["last_absence_at"]):
            return
        link |= {"state": "missing", "absences": link["absences"] + 1, "last_absence_at": self.as_of, "lost_reason": reason}
        if link["absences"] >= self.confirm.checks and not self.brake:
            link |= {"state": "lost", "lost_at": self.as_of}

    def _vanish(self, link: Row) -> None:
        unwatched = self.watched is not None and link["site"] not in self.watched
        if link["state"] not in ("live", "missing") or link["source_url"] not in self.looks or unwatched:
            return
        if self._vanishing(link["source_url"]) and not self.brake and not self.vanish_brake:
            link |= {"state": "lost", "lost_at": self.as_of, "lost_reason": self.looks[link["source_url"]]["outcome"]}

    def _describe(self, link: Row, sighting: Row) -> None:
        link |= {name: sighting[name] for name in TEXT}
        look = self.looks[link["source_url"]]
        link["source_domain"] = look["source_domain"]
        if look["outcome"] == "readable":
            link |= {"page_noindex": look["noindex"], "page_canonical": look["canonical_url"]}
        tokens = sighting["rel"].split(" ")
        if "sponsored" in tokens:
            link["link_type"] = "sponsored"
        elif "ugc" in tokens or sighting["zone"] == "comment":
            link["link_type"] = "ugc"
        else:
            link["link_type"] = "editorial" if sighting["followed"] and sighting["zone"] == "content" else "unknown"


def _tells(outcome: str) -> bool:
    return Outcome(outcome).evidence is not Evidence.INCONCLUSIVE


def _look_order(look: Row) -> tuple[object, ...]:
    outcome, status = look["outcome"], look["http_status"]
    kind = (outcome != "readable", outcome != "not_modified", Outcome(outcome).evidence is not Evidence.GONE)
    shown = ("outcome", "final_url", "redirects", "moved", "detail", "etag", "last_modified", "host", "source_domain", *FACTS[2:])
    return (*kind, *(look[name] for name in shown), status is None, status or 0)


def _sighting_order(sighting: Row) -> tuple[object, ...]:
    names = ("anchor", "rel", "nofollow_by", "zone", "hidden_by", "element", "context_left", "context_right", "site")
    text = "\n".join(sighting[name] for name in (*names, "source_url", "target_url"))
    worse = (not sighting["followed"], sighting["hidden_by"] != "", sighting["zone"] != "content", sighting["position"])
    return (*worse, hashlib.md5(text.encode()).hexdigest())  # noqa: S324  # a tie-break, no secret


def _blank_page(url: str) -> Row:
    page: Row = {name: "" for name in schemas.PAGES.names}
    page |= dict.fromkeys(
        ("http_status", "last_fetched_at", "last_conclusive_at", "last_readable_at", "failing_since", "last_failure_at")
    )
    return page | {"url": url, "failures": 0, "noindex": False, "words": 0, "external_links": 0}
