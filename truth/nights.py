"""One rate of faults, played: a world behind its proxy, a home of its own, and the real verbs of every night in their order.

No Airflow and no Slack: what they add is delivery. A night that the audit holds is left as it is, and the next one goes on.
"""

import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from datetime import time as hour
from pathlib import Path

import sqlalchemy as sa

from linkwatch import steps
from linkwatch.snapshots import NightStore
from linkwatch.warehouse import open_warehouse
from linkwatch.world import Faults, World, night_index, night_name, serve, two_nights_of_outage, write_world

READ_TIMEOUT_S = 1.0
"""For a whole page: the loopback needs a few milliseconds, and what hangs has to be waited for."""

MOVED = "site_moved"
"""Reason of a change that is a move of the whole site."""

Pair = tuple[str, str]
"""A link as (source URL, target URL)."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is played: the same run gives the same nights."""

    seed: int
    hosts: int
    pages: int
    nights: int
    rate: float

    def world(self) -> World:
        """The world, with its stories and its faults."""
        faults = Faults(self.seed, self.rate, two_nights_of_outage(self.seed, self.nights))
        return World(self.seed, self.hosts, self.pages, plots=self.nights, faults=faults)


@dataclass(slots=True)
class Record:
    """What linkwatch made of a run. Nights are indexes from 1."""

    run: Run
    published: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    braked: list[int] = field(default_factory=list)
    looks: dict[int, dict[str, str]] = field(default_factory=dict)  # by night: the outcome of the look at each page
    told: dict[int, dict[Pair, tuple[str, str]]] = field(default_factory=dict)  # by night: kind and reason of each change
    wall_s: float = 0.0


def play(run: Run, home: Path, say: Callable[[str], None] = print) -> Record:
    """Play all nights into a home. It sets the variables of the environment that name the home: one run a process."""
    logging.disable(logging.WARNING)
    world, record, started = run.world(), Record(run), time.monotonic()
    with serve(world) as proxy:
        settings = write_world(home / "world", proxy, world, read_timeout_s=READ_TIMEOUT_S, shards=1)
        os.environ |= {"LINKWATCH_HOME": str(home), "LINKWATCH_CONFIG": str(settings)}
        os.environ.pop("LINKWATCH_WAREHOUSE", None)
        for night in range(1, run.nights + 1):
            begun = time.monotonic()
            passed = _night(night)
            (record.published if passed else record.held).append(night)
            _note_looks(record, NightStore(home), night)
            state = "published" if passed else "held"
            say(f"{run.rate:.0%}: night {night} of {run.nights} {state}, {time.monotonic() - begun:.1f} s")
    _note_told(record, home)
    record.wall_s = time.monotonic() - started
    return record


def _night(night: int) -> bool:
    """The verbs of a night; False where the audit holds it."""
    name = steps.begin(datetime.combine(date.fromisoformat(night_name(night)), hour(3), UTC))
    steps.collect(name)
    for shard in steps.plan(name):
        steps.check(name, shard)
    steps.fold(name)
    if not steps.audit(name):
        return False
    steps.publish(name)
    steps.detect(name)
    return True


def _note_looks(record: Record, store: NightStore, night: int) -> None:
    name = night_name(night)
    looks: dict[str, str] = {}
    for shard in store.names(name, "looks-"):
        table = store.read_table(name, shard, ["url", "outcome"])
        looks.update(zip(table["url"].to_pylist(), table["outcome"].to_pylist(), strict=True))
    record.looks[night] = looks
    folded = store.read_facts(name, "fold") or {}
    if folded.get("brake"):
        record.braked.append(night)


def _is_move(kind: str, after: str) -> bool:
    now = json.loads(after)
    return kind == "changed" and bool(now.get("moved_to") or now.get("moved_from"))


def _note_told(record: Record, home: Path) -> None:
    engine = open_warehouse(f"sqlite:///{home / 'linkwatch.sqlite'}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT night, source_url, target_url, kind, reason, after FROM change"))
        for row in rows.mappings():
            told = record.told.setdefault(night_index(row["night"]), {})
            told[row["source_url"], row["target_url"]] = (
                row["kind"],
                MOVED if _is_move(row["kind"], row["after"]) else row["reason"],
            )
    engine.dispose()
