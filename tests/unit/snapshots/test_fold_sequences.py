"""Random sequences of nights: nothing is lost without the absences that a loss needs, and everything is that has them."""

import os
import random
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from linkwatch.model import Evidence, Outcome
from linkwatch.settings import ConfirmSettings
from twins import fold as slow_fold
from twins.rows import fold_rows, look, sighting

EXAMPLES = int(os.environ.get("LINKWATCH_TEST_WORLDS", "5"))
START = datetime(2026, 11, 1, 3, tzinfo=UTC)
PAGE, LINK = "https://a.example/post", 2**60 + 1
OTHERS = tuple(f"https://p{number}.example/" for number in range(24))
CONFIRM = ConfirmSettings(vanished_days=3.0)
SPACING = timedelta(hours=CONFIRM.spacing_h)
SILENT = [outcome for outcome in Outcome if not outcome.proves_existence]
# Many nights read the page, many fail in a way that may mean the end; and every outcome has its turn.
OUTCOMES = st.sampled_from([*Outcome, *[Outcome.READABLE] * 12, *[Outcome.NOT_MODIFIED] * 3, *[Outcome.DNS_ERROR] * 8])


class Nights(RuleBasedStateMachine):
    """One link on one page, among pages that answer; nights go by, and `log` keeps what each of them showed."""

    def __init__(self):
        """A folder of its own, and no snapshot."""
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.as_of, self.log, self.before = START, [], None
        self.was, self.link, self.braked = None, None, False

    def teardown(self):
        """Leave nothing behind."""
        shutil.rmtree(self.folder)

    @initialize()
    def found(self):
        """The first night shows the link."""
        self.fold(Outcome.READABLE, True, False, 0)

    @rule(
        outcome=OUTCOMES,
        again=st.booleans(),
        seen=st.sampled_from([True, False, False]),
        hours=st.sampled_from([24, 24, 24, 72, 12]),
        outage=st.sampled_from([False, False, False, False, True]),
        order=st.integers(0, 9),
    )
    def night(self, outcome, again, seen, hours, outage, order):
        """A night later, the look ends in `outcome`, or as the last one did; in an outage of ours no other page answers."""
        outcome = self.log[-1][1] if again else outcome
        self.as_of += timedelta(hours=hours)
        self.fold(outcome, seen and outcome is Outcome.READABLE, outage, order)

    def fold(self, outcome, seen, outage, order):
        """Fold the night as it came, in another order of rows and files, and once more into its own result."""
        looks = [look(PAGE, outcome), *(look(url, "timeout" if outage else "readable") for url in OTHERS)]
        sightings = [sighting(LINK, PAGE, position=2, anchor="2"), sighting(LINK, PAGE, position=1, anchor="1")] if seen else []
        other = random.Random(order).sample(looks, len(looks))  # noqa: S311  # an order, no secret
        given = {"as_of": self.as_of, "confirm": CONFIRM}
        *after, counts = fold_rows(self.folder, self.before, looks=[looks], sightings=[sightings], **given)
        after = tuple(after)
        assert counts.brake == (outage and not (self.log and self.log[-1][3]))  # in its second night nothing is newly silent
        shuffled = {"looks": [other[:9], other[9:]], "sightings": [sightings[1:], sightings[:1]]}
        if order % 2:
            assert after == fold_rows(self.folder, self.before, **shuffled, **given)[:2]
        else:
            assert after == fold_rows(self.folder, after, **shuffled, **given)[:2]
        self.log.append((self.as_of, outcome, seen, outage))
        self.braked = counts.brake
        self.was, self.before, [self.link] = self.link, after, after[0]

    @invariant()
    def lost_when_it_is(self):
        """A loss has its absences or its failures, on a night that is not braked; and what has its absences is lost."""
        if self.was is None or self.was["state"] == "lost":
            return
        falls = self.link["state"] == "lost"
        enough = absences(self.log) >= CONFIRM.checks and tells_absence(self.log)
        if falls:
            assert not self.braked
            assert enough or self.link["lost_reason"] == vanished_as(self.log)
        if enough and not self.braked and counted_tonight(self.log):
            assert falls

    @invariant()
    def a_sighting_clears(self):
        """A link that is seen is live, whatever was before."""
        if self.log and self.log[-1][2]:
            assert (self.link["state"], self.link["absences"], self.link["lost_at"]) == ("live", 0, None)

    @invariant()
    def nobody_is_lost_for_being_refused(self):
        """A block or robots.txt moves no state at all."""
        if self.was is not None and self.log[-1][1] in (Outcome.BLOCKED, Outcome.ROBOTS_DENIED):
            assert self.was["state"] == self.link["state"]


Nights.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=12, deadline=None, database=None)
TestNights = Nights.TestCase


def shown(log):
    """For each night whether the link was there (True), was not (False), or nobody can tell (None)."""
    told = []
    for _, outcome, seen, _ in log:
        if outcome is Outcome.NOT_MODIFIED:
            told.append(next((entry for entry in reversed(told) if entry is not None), None))
        else:
            told.append(seen if outcome.evidence is not Evidence.INCONCLUSIVE else None)
    return told


def counting(log):
    """Moments of the absences that count, since the last sighting: each far enough from the one before."""
    moments = []
    for (moment, *_), there in zip(log, shown(log), strict=True):
        if there:
            moments = []
        elif there is False and (not moments or moment - moments[-1] >= SPACING):
            moments.append(moment)
    return moments


def absences(log):
    """Absences that count, since the last sighting."""
    return len(counting(log))


def counted_tonight(log):
    """True where tonight's look is one of them."""
    return counting(log)[-1:] == [log[-1][0]]


def tells_absence(log):
    """True where tonight's look did not show the link."""
    return shown(log)[-1] is False


def vanished_as(log):
    """The kind of which there are failures enough for a loss, unbroken by any answer or other kind; None: there are not."""
    kind, moments = log[-1][1], []
    for moment, outcome, _, _ in reversed(log):
        if outcome.proves_existence or (outcome.may_mean_vanished and outcome is not kind):
            break
        if outcome is kind and (not moments or moments[-1] - moment >= SPACING):
            moments.append(moment)
    enough = len(moments) >= CONFIRM.vanished_checks and moments[0] - moments[-1] >= timedelta(days=CONFIRM.vanished_days)
    return kind.value if kind.may_mean_vanished and enough else None


FAULTS = (
    *("timeout", "connection_reset", "server_error", "dns_error", "tls_error"),
    *("blocked", "truncated", "empty"),
)


class Web:
    """Links of which some really go: a page each, four pages a host; what was true on which night is known."""

    def __init__(self, links, nights, seed):
        """Links are removed, with their page or with their host, at some night."""
        self.chance = random.Random(seed)  # noqa: S311  # faults, no secret
        self.urls = [f"https://h{number // 4}.example/{number}" for number in range(links)]
        self.ends = {
            url: (self.chance.randrange(1, nights), self.chance.choice(("readable", "page_gone"))) for url in self.urls[::10]
        }

    def night(self, number, faults):
        """Looks and sightings of a night on which a share of the looks ends in a fault."""
        looks, seen = [], []
        for key, url in enumerate(self.urls):
            end, outcome = self.ends.get(url, (None, ""))
            there = end is None or number < end
            outcome = "readable" if there else outcome
            fault = self.chance.random() < faults
            looks.append(look(url, self.chance.choice(FAULTS) if fault else outcome))
            if there and not fault:
                seen.append(sighting(key, url))
        return looks, seen


def test_many_links_at_thirty_percent_of_faults(tmp_path):
    """In a web that fails at 30 % no link is lost that is there, each that went is at its second look; so says the twin, too."""
    nights = 15
    web, before, readable, seen_once = Web(3000, nights, seed=11), ([], []), {}, set()
    for number in range(nights):
        looks, seen = web.night(number, 0.3)
        given = {"as_of": START + timedelta(days=number), "confirm": ConfirmSettings()}
        links, pages, counts = fold_rows(tmp_path, before, looks=[looks[::2], looks[1::2]], sightings=[seen], **given)
        if number % 5 == 4:
            twin = slow_fold.Night(before, [], looks, seen, **given)
            assert twin.fold() == ([{k: v for k, v in link.items() if k != "row_hash"} for link in links], pages)
        assert (counts.brake, counts.braked_hosts, counts.braked_networks) == (False, 0, 0)
        seen_once |= {entry["source_url"] for entry in seen}
        for entry in looks:
            end = web.ends.get(entry["url"], (nights, ""))[0]
            if number >= end and entry["outcome"] in ("readable", "page_gone"):
                readable[entry["url"]] = readable.get(entry["url"], 0) + 1
        lost = {link["source_url"] for link in links if link["state"] == "lost"}
        assert lost == {url for url, looks_since in readable.items() if looks_since >= 2 and url in seen_once}
        before = (links, pages)
    assert len(lost) > 150
