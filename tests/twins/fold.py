"""The fold, said slowly: the same rules as `linkwatch.snapshots.fold`, a row at a time. `row_hash` is left out."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from linkwatch import schemas
from linkwatch.model import Evidence, Outcome
from linkwatch.settings import ConfirmSettings
from twins.moves import find_moves, host_of
from twins.pages import OF_HOST, NightOfPages, one_look_each, tells

Row = dict[str, Any]

TEXT = ("followed", "rel", "nofollow_by", "anchor", "zone", "hidden_by", "element", "context_left", "context_right", "seen_in")


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
        ranks: Mapping[str, float] | None = None,
    ) -> None:
        self.as_of, self.confirm, self.watched, self.ranks = as_of, confirm, watched, ranks or {}
        self.links = {link["link_id"]: {k: v for k, v in link.items() if k != "row_hash"} for link in before[0]}
        looks = list(looks)
        self.looks = one_look_each(looks)
        self.seen = self._best_sightings(sightings)
        self.claims: dict[int, list[Row]] = {}
        for claim in claims:
            if claim["target_url"] is not None:
                self.claims.setdefault(claim["link_id"], []).append(claim)
        shown = dict.fromkeys((link["source_url"] for link in self.links.values() if link["first_seen_at"] is not None), False)
        shown |= dict.fromkeys((sighting["source_url"] for sighting in self.seen.values()), True)
        self.pages = NightOfPages(before[1], looks, shown, as_of, confirm)

    def fold(self) -> tuple[list[Row], list[Row]]:
        """Links and pages of the next snapshot, sorted by their keys."""
        links = {link_id: self._fold_link(link_id) for link_id in sorted({*self.links, *self.seen, *self.claims})}
        self._move(links)
        return list(links.values()), list(self.pages.after.values())

    def _best_sightings(self, sightings: Iterable[Row]) -> dict[int, Row]:
        """Of each link seen tonight the sighting that tells it: on the page that it is known by, in the best place."""

        def order(sighting: Row) -> tuple[object, ...]:
            known = self.links.get(sighting["link_id"])
            elsewhere = known is not None and known["source_url"] in self.looks and known["source_url"] != sighting["source_url"]
            return elsewhere, *_sighting_order(sighting)

        best: dict[int, Row] = {}
        for sighting in sorted(sightings, key=order):
            if sighting["source_url"] in self.looks:
                best.setdefault(sighting["link_id"], sighting)
        return best

    def _verdict(self, link: Row) -> tuple[str, str]:
        """What tonight says of a link: seen, absent (and why), or cannot tell."""
        if link["link_id"] in self.seen:
            return "seen", ""
        look = self.looks.get(self._page_of(link))
        if look is None or (self.watched is not None and link["site"] not in self.watched):
            return "cannot tell", ""
        outcome = Outcome(look["outcome"])
        if outcome is Outcome.NOT_MODIFIED:
            return {"live": ("seen", ""), "missing": ("absent", link["lost_reason"])}.get(link["state"], ("cannot tell", ""))
        if outcome.evidence is Evidence.GONE:
            return "absent", outcome.value
        if outcome is Outcome.READABLE and link["seen_in"] == "browser" and not look["raw_outcome"]:
            return "cannot tell", ""
        if outcome is Outcome.READABLE:
            return "absent", "page_redirected" if look["moved"] else "link_removed"
        return "cannot tell", ""

    def _page_of(self, link: Row) -> str:
        """The page that a link is judged by: as it is known, or, of a claim that is new, the first of its spellings looked at."""
        if link["link_id"] in self.links:
            return link["source_url"]
        said = [claim["source_url"] for claim in self.claims.get(link["link_id"], []) if claim["source_url"] in self.looks]
        return min(said, default="")

    def _fold_link(self, link_id: int) -> Row:
        link = dict(self.links.get(link_id) or self._unknown_link(link_id))
        self._take_claims(link)
        sighting = self.seen.get(link_id)
        verdict, reason = self._verdict(link)
        if verdict == "seen":
            self._see(link, sighting)
        elif verdict == "absent":
            self._miss(link, reason)
        else:
            self._vanish(link)
        target = self._target_of(link, sighting)
        if sighting is not None:
            self._describe(link, sighting)
        if target is not None and tells(target["outcome"]):
            gone = Outcome(target["outcome"]).evidence is Evidence.GONE
            link["target_broken"] = target["outcome"] if gone else ""
        if link["authority"] is None:
            link["authority"] = self.ranks.get(link["source_domain"])
        return link

    def _target_of(self, link: Row, sighting: Row | None) -> Row | None:
        urls = [sighting["target_url"]] if sighting else []
        urls += [link["target_url"]] if link["link_id"] in self.links else []
        urls += sorted(claim["target_url"] for claim in self.claims.get(link["link_id"], []))
        return next((self.looks[url] for url in urls if url in self.looks), None)

    def _move(self, links: dict[int, Row]) -> None:
        """Links of sites that stand at another host now say where to and where from."""
        stood = {
            link["link_id"]: link
            for link in self.links.values()
            if link["state"] in ("live", "missing")
            or (link["state"] == "lost" and (link["moved_to"] or link["lost_at"] == self.as_of))
        }
        failing = {
            host_of(look["url"])
            for look in self.looks.values()
            if look["outcome"] in OF_HOST and look["host"] not in self.pages.answering
        }
        verdicts = {link_id: self._verdict(link)[0] for link_id, link in self.links.items()}
        leaving = {
            link_id
            for link_id, link in stood.items()
            if verdicts[link_id] != "seen"
            and (verdicts[link_id] == "absent" or link["state"] != "live" or host_of(link["source_url"]) in failing)
        }
        seen = [links[link_id] for link_id in {*self.seen} | {link_id for link_id in verdicts if verdicts[link_id] == "seen"}]
        live = [link for link in links.values() if link["state"] == "live"]
        moved_to, moved_from = find_moves(stood.values(), leaving, seen, live)
        for link_id, link in links.items():
            was = self.links.get(link_id)
            if link_id in moved_to and link["state"] == "lost" and was is not None and was["state"] != "lost":
                link |= {"lost_reason": "site_moved", "moved_to": moved_to[link_id]}
            if link_id in moved_from and link["state"] == "live" and (was is None or was["state"] == "unverified"):
                link["moved_from"] = moved_from[link_id]

    def _unknown_link(self, link_id: int) -> Row:
        link: Row = {name: None for name in schemas.LINKS.names if name != "row_hash"}
        link |= {name: "" for name, kind in (*schemas.LINK_STATUS, *schemas.LINK_ATTRIBUTES) if kind == schemas.S}
        link |= {"link_id": link_id, "state": "unverified", "absences": 0, "followed": False, "page_noindex": False}
        link["link_type"] = "unknown"
        told = self.seen.get(link_id) or min(
            self.claims[link_id],
            key=lambda claim: (
                *(claim["claimed_by"], claim["anchor"] or "", claim["rel"] or ""),
                *(claim["source_url"], claim["target_url"]),
            ),
        )
        link |= {name: told[name] for name in ("site", "source_url", "target_url")}
        link |= {"anchor": told["anchor"] or "", "rel": told["rel"] or ""}
        link["source_domain"] = (
            told["source_domain"] if "source_domain" in told else self.looks[told["source_url"]]["source_domain"]
        )
        return link

    def _take_claims(self, link: Row) -> None:
        claims = self.claims.get(link["link_id"], [])
        names = {name for name in link["claimed_by"].split(",") if name} | {claim["claimed_by"] for claim in claims}
        link["claimed_by"] = ",".join(sorted(names))
        dates = [claim["first_seen"] for claim in claims] + [link["claimed_first_seen"]]
        ratings = [claim["authority"] for claim in claims if claim["authority"] is not None]
        link["authority"] = max(ratings, default=link["authority"])
        link["claimed_first_seen"] = min((date for date in dates if date is not None), default=None)

    def _see(self, link: Row, sighting: Row | None) -> None:
        if sighting is not None:
            link["site"] = sighting["site"]
        if link["state"] == "unverified":
            url = sighting["source_url"] if sighting else link["source_url"]
            link["origin"] = "gained" if self._looked_before(url, link["site"]) else "discovered"
            link["first_seen_at"] = self.as_of
        cleared = dict.fromkeys(("missing_since", "last_absence_at", "refuted_at", "lost_at"))
        link |= {"state": "live", "lost_reason": "", "moved_to": "", "absences": 0, "last_seen_at": self.as_of, **cleared}

    def _looked_before(self, url: str, site: str) -> bool:
        page = self.pages.before.get(url)
        if page is None or page["last_conclusive_at"] is None:
            return False
        since = (self.watched or {}).get(site)
        return since is None or page["last_conclusive_at"] >= since

    def _miss(self, link: Row, reason: str) -> None:
        if link["state"] == "unverified":
            link["refuted_at"] = link["refuted_at"] or self.as_of
        if link["state"] == "live":
            link |= {"absences": 0, "missing_since": self.as_of, "last_absence_at": None}
        if link["state"] not in ("live", "missing") or not self.pages.is_later(link["last_absence_at"]):
            return
        link |= {"state": "missing", "absences": link["absences"] + 1, "last_absence_at": self.as_of, "lost_reason": reason}
        if link["absences"] >= self.confirm.checks and not self.pages.waits(link["source_url"]):
            link |= {"state": "lost", "lost_at": self.as_of}

    def _vanish(self, link: Row) -> None:
        unwatched = self.watched is not None and link["site"] not in self.watched
        if link["state"] not in ("live", "missing") or link["source_url"] not in self.looks or unwatched:
            return
        url = link["source_url"]
        if self.pages.vanished(url) and not self.pages.waits(url):
            link |= {"state": "lost", "lost_at": self.as_of, "lost_reason": self.looks[url]["outcome"]}

    def _describe(self, link: Row, sighting: Row) -> None:
        link |= {name: sighting[name] for name in (*TEXT, "source_url", "target_url")}
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


def _sighting_order(sighting: Row) -> tuple[object, ...]:
    names = ("anchor", "rel", "nofollow_by", "zone", "hidden_by", "element", "context_left", "context_right", "seen_in", "site")
    text = "\n".join(sighting[name] for name in (*names, "source_url", "target_url"))
    worse = (not sighting["followed"], sighting["hidden_by"] != "", sighting["zone"] != "content", sighting["position"])
    return (*worse, sighting["source_url"], hashlib.md5(text.encode()).hexdigest())  # noqa: S324  # a tie-break, no secret
