"""`python -m truth`, small: two weeks of a hostile web with an outage in their middle, held against the truth."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SMALL = ("--hosts", "60", "--pages", "300", "--nights", "12", "--rates", "30")


def test_nothing_false_is_told_where_a_third_of_the_fetches_fail():
    """No false loss, every loss told in time, all else on its first readable look, for the right reason; the outage is held."""
    done = subprocess.run([sys.executable, "-m", "truth", *SMALL], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    head, row = (_cells(done.stdout.splitlines()[at]) for at in (-3, -1))
    found = dict(zip(head, row, strict=True))
    assert (found["faults"], found["false losses"], found["untrue"], found["wanted numbers"]) == ("30%", "0", "0", "met")
    assert len(found["nights held"].split(", ")) == 2
    in_time, due = (int(number) for number in found["losses in time"].split(" of "))
    assert in_time == due > 50


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]
