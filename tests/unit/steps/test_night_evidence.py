"""What each change rests on: complete for what is told, short for what is merely discovered, and JSON whatever a page says."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from arrow_rows import make_links, make_pages, make_table
from linkwatch import schemas
from linkwatch.snapshots import NightStore
from linkwatch.steps.evidence import change_lines, discovered_links, night_evidence

N1, N2, N3 = "2026-11-20", "2026-11-21", "2026-11-22"
PAGE = "https://blog.example/post"
HISTORY = [["readable", N1, N1, 1], ["page_gone", N2, N3, 2]]


def at(night: str) -> datetime:
    """Three in the morning of a night."""
    return datetime.fromisoformat(night).replace(hour=3, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> NightStore:
    """Nights whose snapshots say where the page was kept: with both links, with one of them, and not again."""
    store = NightStore(tmp_path)
    for night, kept in ((N1, "both"), (N2, "one"), (N3, "one")):
        store.begin(night, at(night))
        store.write_table(night, "pages", make_pages([{"url": PAGE, "kept": kept}]))
    return store


def looked(url: str = PAGE, **values: Any) -> dict[str, Any]:
    """A page that was looked at in the third night."""
    return {"url": url, "last_fetched_at": at(N3), "redirects": "[]", "history": "[]"} | values


def changes(links: pa.Table, kind: str, before: str = "{}") -> pa.Table:
    """One change of each link."""
    names = ("link_id", "site", "source_url", "target_url", "source_domain")
    rows = [row | {"kind": kind, "before": before, "after": "{}"} for row in links.select(list(names)).to_pylist()]
    return make_table(schemas.CHANGES, rows)


def evidence_of(store: NightStore, kind: str, link: dict[str, Any], page: dict[str, Any], before: str = "{}") -> dict[str, Any]:
    """The evidence of one change in the third night."""
    links = make_links([link])
    told = night_evidence(store, N3, N2, changes(links, kind, before), links, make_pages([page]))
    [text] = told.values()
    found: dict[str, Any] = json.loads(text)
    return found


LINK = {
    "source_url": PAGE,
    "anchor": "tools",
    "context_left": "we like",
    "context_right": "a lot",
    "rel": "ugc",
    "seen_in": "html",
}


def test_a_loss_has_everything_that_can_be_shown(store: NightStore):
    """When, what the look met, how the page's looks ended, the link's surroundings, and the page of the night that showed it."""
    store.write_table(N3, "looks-0000", make_table(schemas.LOOKS, [{"url": PAGE, "kept": f"{N3}/kept-0000.warc.gz#7"}]))
    link = LINK | {"state": "lost", "absences": 2, "last_seen_at": at(N1), "first_seen_at": at(N1), "missing_since": at(N2)}
    page = looked(
        outcome="page_gone",
        http_status=410,
        detail="410",
        redirects='[[301, "https://x.example/"]]',
        final_url="https://x.example/",
    )
    assert evidence_of(store, "lost", link, page | {"history": json.dumps(HISTORY)}) == {
        "outcome": "page_gone",
        "http_status": 410,
        "final_url": "https://x.example/",
        "redirects": [[301, "https://x.example/"]],
        "detail": "410",
        "last_fetched_at": at(N3).isoformat(),
        "history": HISTORY,
        "last_seen_at": at(N1).isoformat(),
        "first_seen_at": at(N1).isoformat(),
        "missing_since": at(N2).isoformat(),
        "looks": 2,
        "followed": True,
        "rel": "ugc",
        "zone": "content",
        "anchor": "tools",
        "seen_in": "html",
        "anchor_before": "tools",
        "context_before": "we like [tools] a lot",
        "kept_before": "both",
        "kept_now": f"{N3}/kept-0000.warc.gz#7",
    }


def test_the_copy_before_a_loss_is_of_the_night_that_saw_the_link(store: NightStore):
    """The night before tonight has a copy, too: of the page without this link. A change is against the night before."""
    link = LINK | {"state": "lost", "last_seen_at": at(N1)}
    assert evidence_of(store, "lost", link, looked())["kept_before"] == "both"
    assert evidence_of(store, "changed", LINK | {"last_seen_at": at(N3)}, looked())["kept_before"] == "one"


def test_a_change_has_the_surroundings_before_and_after(store: NightStore):
    """What differs is as it was, and what does not is as it is."""
    told = evidence_of(store, "changed", LINK, looked(), before='{"anchor": "gear", "context_right": "much"}')
    assert (told["anchor_before"], told["anchor"]) == ("gear", "tools")
    assert (told["context_before"], told["context"]) == ("we like [gear] much", "we like [tools] a lot")


def test_a_recovery_names_the_loss(store: NightStore):
    """When it was lost, and what is on the page now; the page before it was lost is the loss's evidence."""
    told = evidence_of(store, "recovered", LINK, looked(), before='{"lost_at": "2026-11-01T03:00:00.000000Z"}')
    assert told["lost_at"] == "2026-11-01T03:00:00.000000Z"
    assert told["context"] == "we like [tools] a lot"
    assert "kept_before" not in told


def test_a_link_whose_page_was_not_looked_at_has_what_is_known(store: NightStore):
    """A target that broke changes links of pages that nobody looked at tonight."""
    told = evidence_of(store, "changed", LINK, looked("https://other.example/"))
    assert "http_status" not in told
    assert told["anchor"] == "tools"


HOSTILE = 'say "hi" \\ <b>\x00\x1f\n\u2028 ✓ \U0001f517'


@pytest.mark.parametrize("detail", ["", "plain", 'a "quoted" one', "back\\slash \\u0041", HOSTILE])
def test_a_discovered_link_has_the_pages_part_as_json_whatever_a_page_says(store: NightStore, detail: str):
    """Built in columns, it says what a dictionary would; nothing of the link, which stands in `after` as a whole."""
    page = looked(detail=detail, final_url="https://blog.example/a?q=\\", redirects='[[301, "https://blog.example/a?q=\\\\"]]')
    expected: dict[str, Any] = {
        "outcome": "readable",
        "http_status": 200,
        "final_url": "https://blog.example/a?q=\\",
        "redirects": [[301, "https://blog.example/a?q=\\"]],
        "detail": detail,
        "last_fetched_at": "2026-11-22T03:00:00.000000+00:00",
        "kept_now": f"{N3}/kept-0000.warc.gz#1",
    }
    told = evidence_of(store, "discovered", LINK, page | {"kept": f"{N3}/kept-0000.warc.gz#1"})
    assert told == {name: value for name, value in expected.items() if value != ""}


def test_a_discovered_link_leaves_out_what_is_not_known(store: NightStore):
    """A page that ends where it begins, was kept in an earlier night and answered nobody's status; and no page at all."""
    page = looked(http_status=None, kept=f"{N1}/kept-0000.warc.gz#1")
    assert evidence_of(store, "discovered", LINK, page) == {
        "outcome": "readable",
        "last_fetched_at": "2026-11-22T03:00:00.000000+00:00",
    }
    assert evidence_of(store, "discovered", LINK, looked("https://other.example/")) == {}


def test_discovered_links_are_a_number_and_all_others_are_lines(store: NightStore):
    """A first night makes no line a link; what people are told of has its evidence with it."""
    new = make_links([LINK | {"source_url": f"https://blog.example/{number}"} for number in range(3)])
    lost = make_links([LINK | {"state": "lost"}])
    both = pa.concat_tables([changes(new, "discovered"), changes(lost, "lost")])
    told = night_evidence(store, N3, N2, both, pa.concat_tables([new, lost]), make_pages([looked()]))
    [line] = change_lines(both, told)
    assert (len(told), line.kind, line.evidence["context_before"]) == (4, "lost", "we like [tools] a lot")
    assert discovered_links(both) == {"own.example": 3}
