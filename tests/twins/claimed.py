"""First and last claims, said slowly: the same as `linkwatch.snapshots.claimed`, a claim at a time."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def fold_claimed(before: Sequence[Row], claims: Iterable[Row]) -> list[Row]:
    """Who claimed which link, and since when, after a night."""
    known = {(entry["link_id"], entry["claimed_by"]): dict(entry) for entry in before}
    tonight = [entry for entry in claims if entry["link_id"] is not None]
    # Of two claims of one date "lost" is the last word; and tonight's word counts more than an earlier one's.
    for said in sorted(tonight, key=lambda entry: (entry["claimed_at"] or EPOCH, entry["says_lost"])):
        _add(known.setdefault((said["link_id"], said["claimed_by"]), {"last_claimed_at": None}), said)
    return [known[key] for key in sorted(known)]


def differing(before: Sequence[Row], after: Sequence[Row]) -> list[Row]:
    """Rows after that were not there before as they are."""
    return [entry for entry in after if entry not in before]


def _add(known: Row, said: Row) -> None:
    if (said["claimed_at"] or EPOCH) >= (known["last_claimed_at"] or EPOCH) or "says_lost" not in known:
        known["says_lost"] = said["says_lost"]
    known |= {name: said[name] for name in ("link_id", "claimed_by")}
    for name, date, pick in (
        ("first_claimed_at", "claimed_at", min),
        ("last_claimed_at", "claimed_at", max),
        ("first_seen", "first_seen", min),
        ("last_seen", "last_seen", max),
    ):
        known[name] = pick((moment for moment in (known.get(name), said[date]) if moment is not None), default=None)
