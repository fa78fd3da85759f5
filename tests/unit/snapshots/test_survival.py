"""How fast links are lost: what the estimate makes of a history, short, long, and uneven."""

from datetime import UTC, datetime, timedelta

import pytest

from linkwatch import schemas
from linkwatch.snapshots.engine import connect, relation
from linkwatch.snapshots.survival import PRIOR_HAZARD, estimate_survival
from twins.rows import row, write

START = datetime(2025, 1, 1, 3, tzinfo=UTC)


def life(number, days, *, lost=False, domain="a.example", **values):
    """A link that was seen for so many days, and then lost or not."""
    end = START + timedelta(days=days)
    fate = {"state": "lost", "missing_since": end, "lost_at": end + timedelta(days=1)} if lost else {"state": "live"}
    known = {"link_id": number, "source_domain": domain, "first_seen_at": START, "last_seen_at": end}
    return row(schemas.LINKS, **{**known, **fate, **values})


def estimate(folder, links):
    """Hazards by age band, and paces by domain."""
    path = write(folder / "links.parquet", links, schemas.LINKS)
    with connect(path) as connection:
        relation(connection, "before_links", [path], schemas.LINKS)
        estimate_survival(connection)
        ages = [hazard for _, hazard in connection.execute("SELECT * FROM ages ORDER BY band").fetchall()]
        return ages, dict(connection.execute("SELECT * FROM paces").fetchall())


def test_without_history_the_prior_speaks(tmp_path):
    """Nothing known: the published rate for every age, and no domain differs."""
    ages, paces = estimate(tmp_path, [])
    assert ages == pytest.approx([PRIOR_HAZARD] * 4)
    assert paces == {}


def test_a_long_history_speaks_for_itself(tmp_path):
    """Losses over the days lived in each band: events where they happened, exposure up to there, the prior forgotten."""
    links = [life(n, 20, lost=True, domain=f"d{n % 500}.example") for n in range(20_000)]
    links += [life(100_000 + n, 200, domain=f"d{n % 500}.example") for n in range(80_000)]
    (first, second, third, last), _ = estimate(tmp_path, links)
    assert first == pytest.approx(20_000 / (20_000 * 20 + 80_000 * 30), rel=0.02)
    assert max(second, third) < PRIOR_HAZARD / 100
    assert last == pytest.approx(PRIOR_HAZARD)


def test_only_losses_are_events(tmp_path):
    """A link that is missing, and one that moved with its site, have lived and are not lost; a claim never lived."""
    open_ends = [
        life(1, 200, state="missing", missing_since=START + timedelta(days=200)),
        life(2, 200, lost=True, lost_reason="site_moved"),
        life(3, 200, state="unverified", first_seen_at=None),
    ]
    live = [life(1, 200), life(2, 200)]
    assert estimate(tmp_path, open_ends) == estimate(tmp_path, live)


def test_a_domain_that_loses_often_is_known_by_it(tmp_path):
    """Many losses make a domain worse than the rest; one loss makes it only suspect, and long quiet makes it better."""
    links = [life(n, 300, domain=f"d{n // 10}.example", lost=n % 40 == 0) for n in range(2_000)]
    links += [life(10_000 + n, 300, domain="bad.example", lost=n % 10 < 8) for n in range(20)]
    links += [life(20_000 + n, 300, domain="calm.example") for n in range(200)]
    links += [life(30_000, 1, domain="new.example")]
    _, paces = estimate(tmp_path, links)
    assert paces["bad.example"] > 3 * paces["d0.example"] > 3 * paces["d1.example"]
    assert paces["calm.example"] < paces["d1.example"] < 1
    assert paces["new.example"] == pytest.approx(1, abs=0.1)
