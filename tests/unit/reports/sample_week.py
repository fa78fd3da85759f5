"""A plausible week of one own site and two competitors, in the shapes in which the warehouse tells it."""

import math
from datetime import UTC, date, datetime, timedelta

from linkwatch.model import Audit, NightSummary
from linkwatch.reports import DomainNumbers, SiteNumbers, suspicion_week

MONDAY = date(2026, 11, 16)
OWN, RIVAL, OTHER = "acme.example", "rival.example", "thirdparty.example"

HOSTILE = '<script>alert(1)</script> & "quotes" <!channel>'


def site_numbers(site: str, role: str = "own", **counts: int) -> SiteNumbers:
    """A site's week; what is not given is zero, and six nights passed."""
    names = ("links_live", "referring_domains_live", "gained", "discovered", "lost", "recovered", "changed")
    names += ("findings_open", "unverified_refuted", "nights_held")
    return SiteNumbers(site=site, role=role, **{**dict.fromkeys(names, 0), "nights_passed": 6, **counts})


def domain_numbers(site: str, source_domain: str, before: int, live: int, followed: int = 0, **counts: int) -> DomainNumbers:
    """A referring domain's week; changes that are not given are zero."""
    changes = {**dict.fromkeys(("gained", "discovered", "lost", "recovered", "changed"), 0), **counts}
    seen = datetime(2025, 3, 1, tzinfo=UTC)
    return DomainNumbers(site, source_domain, before, live, followed, first_seen_at=seen, last_seen_at=seen, **changes)


def night_summary(
    day: date, site: str, *, audit: Audit = Audit.PASSED, live: int = 0, domains: int = 0, **counts: int
) -> NightSummary:
    """One row of the `night` table."""
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    numbers = {**dict.fromkeys(("gained", "lost", "recovered", "changed", "findings"), 0), **counts}
    return NightSummary(
        day.isoformat(),
        site,
        audit,
        900,
        890,
        12,
        links_live=live,
        referring_domains_live=domains,
        started_at=at,
        finished_at=at,
        **numbers,
    )


def change(kind: str, source_domain: str, page: str, **more: object) -> dict:
    """One row of the `change` table."""
    row = {
        "change_id": hash((kind, source_domain, page)),
        "night": "2026-11-19",
        "site": OWN,
        "kind": kind,
        "link_id": 7,
        "source_url": f"https://{source_domain}/{page}",
        "target_url": f"https://www.{OWN}/guide/pricing",
        "source_domain": source_domain,
        "reason": "",
        "before": {},
        "after": {},
        "evidence": {},
    }
    return {**row, **more}


def lost(source_domain: str, page: str, reason: str, followed: bool = True, **evidence: object) -> dict:
    """A confirmed loss."""
    known = {"last_seen_at": "2026-11-17T02:10:00+00:00", "missing_since": "2026-11-18T02:11:00+00:00", "looks": 2, **evidence}
    before = {"state": "missing", "followed": followed, "anchor": "acme pricing guide"}
    return change("lost", source_domain, page, reason=reason, before=before, after={"state": "lost"}, evidence=known)


CHANGES = [
    lost("craftnews.example", "2024/05/tools-we-love", "link_removed", http_status=200),
    lost("craftnews.example", "2023/11/roundup", "link_removed", http_status=200),
    lost("olddirectory.example", "listing/acme", "page_not_found", followed=False, http_status=404),
    lost(
        "blog.gonehost.example",
        "posts/12",
        "dns_error",
        outcome="dns_error",
        looks=3,
        detail="no such host, three times over 6 days",
    ),
    lost(
        *("magazine.example", "best-of-2022", "page_redirected"),
        **{
            "http_status": 200,
            "final_url": "https://magazine.example/archive",
            "redirects": [[301, "https://magazine.example/archive"]],
        },
    ),
    lost("forum.example", "t/8841?page=2", "page_gone", followed=False, http_status=410),
    change(
        "gained",
        "newsletter.example",
        "issue-88",
        after={"followed": True, "anchor": "Acme’s field guide"},
        evidence={"http_status": 200},
    ),
    change("gained", "uni.example", "~lab/links", after={"followed": True, "anchor": HOSTILE}, evidence={"http_status": 200}),
    change("discovered", "pages.example", "p/1"),
    change(
        "recovered",
        "weekly.example",
        "w/44",
        after={"followed": True, "anchor": "acme"},
        evidence={"http_status": 200, "lost_night": "2026-11-09"},
    ),
    change(
        *("changed", "reviews.example", "acme-review"),
        reason="followed,rel,nofollow_by",
        before={"followed": True, "rel": "", "nofollow_by": ""},
        after={"followed": False, "rel": "nofollow sponsored", "nofollow_by": "rel", "anchor": "acme review"},
        evidence={"http_status": 200},
    ),
    change(
        *("changed", "partner.example", "customers"),
        reason="anchor",
        before={"anchor": "Acme Inc."},
        after={"anchor": "click here"},
        evidence={"http_status": 200},
    ),
    change("lost", "elsewhere.example", "x", site=RIVAL, reason="link_removed"),
]
FINDINGS = [
    {
        "night": "2026-11-18",
        "site": OWN,
        "rule": "sitewide_link",
        "key": "k1",
        "severity": "medium",
        "domains": ["widgets.example"],
        "links": 214,
        "evidence": {
            "source_domain": "widgets.example",
            "pages": 214,
            "share": 0.97,
            "samples": [f"https://widgets.example/{n}" for n in range(5)],
        },
    },
    {
        "night": "2026-11-20",
        "site": OWN,
        "rule": "hidden_link",
        "key": "k2",
        "severity": "high",
        "domains": ["bad.example"],
        "links": 1,
        "evidence": {"hidden_by": "display:none", "anchor": HOSTILE},
    },
    {
        "night": "2026-11-18",
        "site": OWN,
        "rule": "thin_page",
        "key": "k3",
        "severity": "low",
        "domains": ["bad.example"],
        "links": 3,
        "evidence": {"words": 12},
    },
    {
        "night": "2026-11-20",
        "site": OWN,
        "rule": "shared_address",
        "key": "k5",
        "severity": "info",
        "domains": ["quiet.example"],
        "links": 5,
        "evidence": {"followed": True},
    },
    {
        "night": "2026-11-20",
        "site": RIVAL,
        "rule": "hidden_link",
        "key": "k4",
        "severity": "high",
        "domains": ["elsewhere.example"],
        "links": 1,
        "evidence": {},
    },
]


def _rule(week: date, rule: str, new: int, still: int = 0, decided: int = 0, site: str = OWN) -> dict:
    counts = {"findings_new": new, "findings_open": still, "decided": decided}
    return {"week_start": week, "site": site, "rule": rule, **counts}


RULES = [
    _rule(MONDAY - timedelta(days=7), "thin_page", 4),
    _rule(MONDAY - timedelta(days=7), "widget_link", 1),
    _rule(MONDAY, "thin_page", 1, still=1, decided=2),
    _rule(MONDAY, "hidden_link", 1, still=2),
    _rule(MONDAY, "hidden_link", 9, still=9, site=RIVAL),
]
KINDS = [
    {"site": OWN, "declared": "unknown", "inferred": "editorial", "links_live": 800, "referring_domains_live": 300},
    {"site": OWN, "declared": "sponsored", "inferred": "sponsored", "links_live": 12, "referring_domains_live": 4},
    {"site": RIVAL, "declared": "unknown", "inferred": "editorial", "links_live": 5, "referring_domains_live": 5},
]
ANCHORS = [
    {"site": OWN, "anchor": "acme", "bucket": "brand", "links_live": 500, "referring_domains_live": 210},
    {"site": OWN, "anchor": HOSTILE, "bucket": "other", "links_live": 2, "referring_domains_live": 2},
    {"site": OWN, "anchor": "", "bucket": "empty", "links_live": 9, "referring_domains_live": 7},
]
SUSPICION = suspicion_week(MONDAY, own=[OWN], findings=FINDINGS, rules=RULES, kinds=KINDS, anchors=ANCHORS)
SITES = [
    site_numbers(RIVAL, "competitor", links_live=9210, referring_domains_live=812, gained=41, lost=18, discovered=4),
    site_numbers(
        OWN,
        links_live=1184,
        referring_domains_live=203,
        gained=2,
        lost=6,
        recovered=1,
        changed=2,
        discovered=1,
        findings_open=2,
        unverified_refuted=1,
        nights_held=1,
    ),
    site_numbers(OTHER, "competitor", links_live=640, referring_domains_live=97, gained=3, lost=1),
]
DOMAINS = [
    domain_numbers(OWN, "craftnews.example", 44, 42, 40, lost=2),
    domain_numbers(OWN, "widgets.example", 214, 214, 0),
    domain_numbers(OWN, "newsletter.example", 0, 1, 1, gained=1),
    domain_numbers(OWN, "pages.example", 0, 1, 1, discovered=1),
    domain_numbers(OWN, "olddirectory.example", 1, 0, lost=1),
    domain_numbers(OWN, "uni.example", 2, 3, 3, gained=1),
    domain_numbers(RIVAL, "craftnews.example", 3, 3, 3),
    domain_numbers(RIVAL, "elsewhere.example", 1, 0, lost=1),
]
REFUTED = [{"site": OWN, "source_url": "https://claims.example/a", "target_url": f"https://{OWN}/", "claimed_by": "ahrefs_csv"}]
HISTORY = [
    {"week_start": MONDAY - timedelta(days=7), "site": OWN, "links_live": 1187, "referring_domains_live": 204},
    {"week_start": MONDAY - timedelta(days=7), "site": RIVAL, "links_live": 9187, "referring_domains_live": 805},
]


def sample_nights(weeks: int = 8) -> list[NightSummary]:
    """Nights up to the week's Sunday, one of them held."""
    found = []
    first = MONDAY - timedelta(days=7 * (weeks - 1))
    for number in range(7 * weeks):
        day = first + timedelta(days=number)
        wave = math.sin(number / 5)
        audit = Audit.HELD if day == MONDAY + timedelta(days=4) else Audit.PASSED
        for site, live, domains in ((OWN, 1150, 196), (RIVAL, 8800, 770), (OTHER, 650, 99)):
            moved = {"gained": int(4 + 3 * wave), "lost": int(3 - 2 * wave), "recovered": number % 9 == 0}
            grown = number * live // 1800
            night = night_summary(
                day, site, audit=audit, live=live + grown + int(6 * wave), domains=domains + grown // 7 + int(2 * wave), **moved
            )
            found.append(night)
    return found
