"""The rules of the fold, one by one: the evidence table as cases, and what a snapshot says of links and pages."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from linkwatch import schemas
from linkwatch.errors import StoreError
from linkwatch.model import Evidence, Outcome
from linkwatch.settings import ConfirmSettings
from linkwatch.snapshots import FoldInputs, fold_night
from twins.rows import claim, fold_rows, look, sighting

NIGHT = datetime(2026, 11, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
PAGE, TARGET, LINK = "https://a.example/post", "https://own.example/", 2**60 + 1
OTHER = "https://other.example/"  # a page that answers every night: the network is there
INCONCLUSIVE = [outcome for outcome in Outcome if outcome.evidence is Evidence.INCONCLUSIVE]
CASES = tomllib.loads((Path(__file__).parents[2] / "cases" / "verdicts.toml").read_text(encoding="utf-8"))["case"]


def run_nights(folder, nights, confirm=None):
    """States after each night, and the links and pages of the last, for nights in the words of verdicts.toml."""
    before, states = None, []
    for number, night in enumerate(nights):
        words = night.split()
        outcome = next((word for word in words if word in list(Outcome)), None)
        links, pages, _ = fold_rows(
            folder,
            before,
            as_of=NIGHT + number * DAY,
            claims=[claim(LINK, PAGE)] if "claim" in words else [],
            looks=[[look(PAGE, outcome, moved="moved" in words)] if outcome else [], [look(OTHER)]],
            sightings=[[sighting(LINK, PAGE)]] if "+" in words else [],
            confirm=confirm,
        )
        states.append(links[0]["state"])
        before = (links, pages)
    return states, *before


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_evidence_table(tmp_path, case):
    """Each case's nights lead to its states and its reason."""
    states, [link], _ = run_nights(tmp_path, case["nights"], ConfirmSettings(**case.get("confirm", {})))
    assert case["states"] == states
    assert case["reason"] == link["lost_reason"]


@pytest.mark.parametrize("outcome", INCONCLUSIVE)
def test_what_cannot_tell_moves_nothing(tmp_path, outcome):
    """A look that cannot tell leaves a live link live and a missing one missing, and the streak as it is."""
    states, [link], _ = run_nights(tmp_path, ["readable +", outcome.value, "readable", outcome.value])
    assert states == ["live", "live", "missing", "missing"]
    assert link["absences"] == 1


@pytest.mark.parametrize("outcome", [outcome for outcome in INCONCLUSIVE if not outcome.may_mean_vanished])
def test_only_failures_that_may_mean_vanished_lose_a_link(tmp_path, outcome):
    """However often a look is blocked, denied or timed out, the link is not lost for it."""
    confirm = ConfirmSettings(vanished_checks=1, vanished_days=0.0)
    assert run_nights(tmp_path, ["readable +", *[outcome.value] * 3], confirm)[0] == ["live"] * 4


def test_dates_of_a_loss(tmp_path):
    """A lost link says since when it is missing, when it was last seen and when the loss was confirmed."""
    _, [link], _ = run_nights(tmp_path, ["readable +", "readable", "timeout", "readable"])
    dates = ("first_seen_at", "last_seen_at", "missing_since", "last_absence_at", "lost_at")
    assert [link[name] for name in dates] == [NIGHT, NIGHT, NIGHT + DAY, NIGHT + 3 * DAY, NIGHT + 3 * DAY]


@pytest.mark.parametrize(
    ("nights", "origin"),
    [
        (["readable +"], "discovered"),
        (["claim -", "readable +"], "discovered"),
        (["claim timeout", "readable +"], "discovered"),
        (["claim readable", "readable +"], "gained"),
        (["claim page_not_found", "readable +"], "gained"),
        (["claim readable", "blocked", "readable +", "readable", "readable +"], "gained"),
    ],
)
def test_gained_needs_an_earlier_look(tmp_path, nights, origin):
    """A link is gained where an earlier look at its page could tell, and discovered otherwise."""
    states, [link], _ = run_nights(tmp_path, nights)
    assert states[-1] == "live"
    assert origin == link["origin"]


@pytest.mark.parametrize(("since", "origin"), [(NIGHT, "gained"), (NIGHT + DAY, "discovered")])
def test_a_new_site_is_no_flood_of_gains(tmp_path, since, origin):
    """A look from before a site was watched did not look for links to it: what is found now is discovered."""
    first = fold_rows(tmp_path, None, as_of=NIGHT, looks=[[look(PAGE)]])
    links, _, _ = fold_rows(
        tmp_path,
        first[:2],
        as_of=NIGHT + DAY,
        looks=[[look(PAGE)]],
        sightings=[[sighting(LINK, PAGE)]],
        watched={"own.example": since},
    )
    assert [origin] == [link["origin"] for link in links]


def test_links_of_a_site_no_longer_watched_stay(tmp_path):
    """Nobody searched the page for a site that is not watched any more, so its links are not absent."""
    before = fold_rows(tmp_path, None, as_of=NIGHT, looks=[[look(PAGE)]], sightings=[[sighting(LINK, PAGE)]])[:2]
    links, _, _ = fold_rows(tmp_path, before, as_of=NIGHT + DAY, looks=[[look(PAGE)]], watched={"other.example": NIGHT})
    assert [link["state"] for link in links] == ["live"]


@pytest.mark.parametrize(
    ("values", "link_type"),
    [
        ({}, "editorial"),
        ({"zone": "footer"}, "unknown"),
        ({"followed": False, "rel": "nofollow"}, "unknown"),
        ({"rel": "noopener sponsored ugc"}, "sponsored"),
        ({"rel": "ugc"}, "ugc"),
        ({"zone": "comment"}, "ugc"),
        ({"rel": "unsponsored"}, "editorial"),
    ],
)
def test_link_type(tmp_path, values, link_type):
    """What kind of recommendation a link is comes from its rel and its place."""
    links, _, _ = fold_rows(tmp_path, None, as_of=NIGHT, looks=[[look(PAGE)]], sightings=[[sighting(LINK, PAGE, **values)]])
    assert [link_type] == [link["link_type"] for link in links]


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({"followed": False}, {"hidden_by": "display:none", "zone": "footer"}),
        ({"hidden_by": "display:none"}, {"zone": "footer"}),
        ({"zone": "nav"}, {"position": 9}),
        ({"position": 2}, {"position": 1}),
    ],
)
def test_a_link_that_stands_twice_is_told_by_its_best_place(tmp_path, worse, better):
    """Followed before nofollow, visible before hidden, content before other zones, then document order."""
    seen = [sighting(LINK, PAGE, anchor="worse", **worse), sighting(LINK, PAGE, anchor="better", **better)]
    links, _, _ = fold_rows(tmp_path, None, as_of=NIGHT, looks=[[look(PAGE)]], sightings=[seen])
    assert [link["anchor"] for link in links] == ["better"]


def test_targets_that_do_not_answer(tmp_path):
    """A link's target is broken while the last look at it that could tell found no page."""
    target, before, told = "https://own.example/old", None, []
    for night, outcome in enumerate(["readable", "page_gone", "timeout", "not_modified"]):
        links, pages, _ = fold_rows(
            tmp_path,
            before,
            as_of=NIGHT + night * DAY,
            looks=[[look(PAGE), look(target, outcome)]],
            sightings=[[sighting(LINK, PAGE, target)]],
        )
        told.append(links[0]["target_broken"])
        before = (links, pages)
    assert told == ["", "page_gone", "page_gone", ""]


def test_claims_are_kept(tmp_path):
    """A link knows all who ever claimed it and the earliest date that one of them gives, as a fact of its own."""
    dates = [NIGHT - 9 * DAY, None, NIGHT - 30 * DAY]
    first = [claim(LINK, PAGE, claimed_by=name, anchor="a", first_seen=date) for name, date in zip("cbb", dates, strict=True)]
    before = fold_rows(tmp_path, None, as_of=NIGHT, claims=first)[:2]
    links, _, _ = fold_rows(tmp_path, before, as_of=NIGHT + DAY, claims=[claim(LINK, PAGE, claimed_by="a"), claim(None, PAGE)])
    assert [(link["claimed_by"], link["claimed_first_seen"], link["anchor"], link["first_seen_at"]) for link in links] == [
        ("a,b,c", NIGHT - 30 * DAY, "a", None)
    ]


def test_a_refuted_claim_says_when(tmp_path):
    """A claim whose page was read and did not show the link is refuted, once."""
    _, [link], _ = run_nights(tmp_path, ["claim timeout", "readable", "readable"])
    assert link["refuted_at"] == NIGHT + DAY


def test_a_link_of_a_browser_is_not_missed_without_one(tmp_path):
    """A link that only a browser sees is not absent because a page that no browser opened lacks it; a rendered page tells."""
    before, states = None, []
    nights = [
        ("readable", "needs_rendering", True),
        ("readable", "", False),
        ("readable", "needs_rendering", False),
        ("page_gone", "", False),
    ]
    for number, (outcome, raw, seen) in enumerate(nights):
        links, pages, _ = fold_rows(
            tmp_path,
            before,
            as_of=NIGHT + number * DAY,
            looks=[[look(PAGE, outcome, raw_outcome=raw)]],
            sightings=[[sighting(LINK, PAGE, seen_in="browser")] if seen else []],
        )
        states.append(links[0]["state"])
        before = (links, pages)
    assert states == ["live", "live", "missing", "lost"]


def test_a_page_of_many_spellings(tmp_path):
    """A link is told by the spelling that it is known by where that shows it, else by one that does; and it is one link."""
    other = "http://www.a.example/post/"
    both = [sighting(LINK, PAGE, position=9), sighting(LINK, other)]
    before, told = None, []
    for number, seen in enumerate([both[:1], both, both[1:], both]):
        links, pages, _ = fold_rows(
            tmp_path, before, as_of=NIGHT + number * DAY, looks=[[look(PAGE), look(other)]], sightings=[seen]
        )
        told.append([(link["source_url"], link["state"]) for link in links])
        before = (links, pages)
    assert told == [[(PAGE, "live")], [(PAGE, "live")], [(other, "live")], [(other, "live")]]


def test_the_best_rating_of_tonight(tmp_path):
    """A link has the highest authority that tonight's claims give, else the one that was known."""
    before, told = None, []
    for number, ratings in enumerate([[None, 30.0, 41.5], [], [None], [12.0]]):
        claims = [claim(LINK, PAGE, claimed_by=f"source-{place}", authority=rating) for place, rating in enumerate(ratings)]
        links, pages, _ = fold_rows(tmp_path, before, as_of=NIGHT + number * DAY, claims=claims)
        told.append(links[0]["authority"])
        before = (links, pages)
    assert told == [41.5, 41.5, 41.5, 12.0]


def test_files_are_of_exactly_the_schemas(tmp_path):
    """What a fold writes has the snapshot's schema to the last non-null field, in the order of its keys."""
    ids = [5, -(2**63), 2**63 - 1]
    seen = [sighting(link_id, PAGE, f"https://own.example/{link_id}") for link_id in ids]
    fold_rows(tmp_path, None, as_of=NIGHT, looks=[[look(PAGE)]], sightings=[seen])
    links, pages = pq.read_table(tmp_path / "links.parquet"), pq.read_table(tmp_path / "pages.parquet")
    assert links.schema == schemas.LINKS
    assert pages.schema == schemas.PAGES
    assert sorted(ids) == links["link_id"].to_pylist()


def test_a_night_without_anything(tmp_path):
    """No snapshot before, no claim, no look: an empty snapshot."""
    assert fold_rows(tmp_path, None, as_of=NIGHT)[:2] == ([], [])


def test_a_damaged_file_is_named(tmp_path):
    """A file that is no Parquet is an error that names it, and no snapshot is left behind."""
    claims = tmp_path / "claims.parquet"
    claims.write_bytes(b"PAR1 but no more")
    with pytest.raises(StoreError, match=r"claims\.parquet"):
        fold_night(
            FoldInputs(None, None, str(claims), [], []),
            as_of=NIGHT,
            confirm=ConfirmSettings(),
            links_out=str(tmp_path / "links.parquet"),
            pages_out=str(tmp_path / "pages.parquet"),
        )
    assert [path.name for path in tmp_path.iterdir()] == ["claims.parquet"]


def test_a_snapshot_of_an_older_version(tmp_path):
    """Columns that an older version did not write are blank: the night after an upgrade goes on from what is known."""
    looks, seen = [[look(PAGE)]], [[sighting(LINK, PAGE)]]
    before = fold_rows(tmp_path, None, as_of=NIGHT, looks=looks, sightings=seen)[:2]
    paths = {name: str(tmp_path / f"old-{name}.parquet") for name in ("links", "pages")}
    for name, added in (
        ("links", ["moved_to", "moved_from", "seen_in", "authority"]),
        ("pages", ["history", "failing_as", "unsure_share"]),
    ):
        pq.write_table(pq.read_table(tmp_path / f"{name}.parquet").drop_columns(added), paths[name])
    evidence = [str(tmp_path / f"{name}-0.parquet") for name in ("looks", "sightings")]
    fold_night(
        FoldInputs(paths["links"], paths["pages"], str(tmp_path / "claims.parquet"), evidence[:1], evidence[1:]),
        as_of=NIGHT + DAY,
        confirm=ConfirmSettings(),
        links_out=str(tmp_path / "links.parquet"),
        pages_out=str(tmp_path / "pages.parquet"),
    )
    again = fold_rows(tmp_path, before, as_of=NIGHT + DAY, looks=looks, sightings=seen)[0]
    assert again == pq.read_table(tmp_path / "links.parquet").to_pylist()
