"""The brakes: when a night, a network or a host fails as it usually does not, losses there wait. Decides on numbers alone.

What is usual is what the pages' own looks were like: `unsure_share` is the share of a page's looks that could not tell, the
newest weighing `NEWEST_WEIGHT` (about the last twenty looks). Of a scope we take the pages that could tell at their last look;
their excess is Abbott's correction (J. Econ. Entomol. 18, 1925): of the pages that should have answered, the share that did not.
So a web that always fails at 30 % never brakes, and a night on which nobody answers does. Of pages that were met once it says
little what their own look was like, so they speak for each other: a bad first night is usual on the second one.

Night: excess of `confirm.brake_share` on `confirm.brake_pages` pages. Networks and hosts are many, and one of them is always
having a bad night, so theirs must also be too much for chance (binomial tail below `CHANCE`).
"""

from dataclasses import dataclass

import duckdb

from linkwatch.settings import ConfirmSettings

NEWEST_WEIGHT = 0.1
"""Of a page's newest look in its `unsure_share`."""

CHANCE = 1e-6
"""What is less probable than this by chance has a cause."""

_LEAST_USUAL = 0.02  # a host that never failed in twenty looks may still fail

_NIGHT = """
SELECT
    count(*),
    count(*) FILTER (evidence = 'inconclusive'),
    count(*) FILTER (answered_before),
    count(*) FILTER (answered_before AND cannot_tell),
    coalesce(avg(was_unsure_share) FILTER (answered_before OR met_once), 0)
FROM scratch.tonight
"""
_VANISHING = """
SELECT
    count(*) FILTER (ripe AND is_no_chance(unsure_before, looks_before, failures, $usual, $chance)),
    EXISTS (FROM scratch.answering)
FROM scratch.tonight
"""
_SCOPES = """
SELECT
    scope,
    count(*) FILTER (answered_before) AS answered,
    count(*) FILTER (answered_before AND cannot_tell) AS failing,
    coalesce(avg(was_unsure_share) FILTER (answered_before OR met_once), 0) AS usual
FROM (SELECT {scope} AS scope, answered_before, met_once, cannot_tell, was_unsure_share FROM scratch.tonight)
WHERE scope <> ''
GROUP BY scope
HAVING answered >= $brake_pages AND failing > 0
"""
_WAITING = """
CREATE TABLE scratch.waiting AS
SELECT page FROM scratch.tonight WHERE $brake OR list_contains($hosts, host) OR list_contains($networks, network)
"""


@dataclass(frozen=True, slots=True)
class Brakes:
    """What brakes tonight, and the numbers that say so: fields of `FoldCounts`, which explains them."""

    looked: int
    inconclusive: int
    answered_before: int
    newly_failing: int
    newly_failing_share: float
    usual_share: float
    excess_share: float
    vanishing: int
    brake: bool
    braked_hosts: int
    braked_networks: int
    vanish_brake: bool


def set_brakes(connection: duckdb.DuckDBPyConnection, confirm: ConfirmSettings) -> Brakes:
    """Decide from table `scratch.tonight`; pages of which losses wait are then in table `scratch.waiting`."""
    [(looked, inconclusive, answered, failing, usual)] = connection.execute(_NIGHT).fetchall()
    [(vanishing, somebody_answers)] = connection.execute(_VANISHING, {"usual": usual, "chance": CHANCE}).fetchall()
    excess = excess_share(failing, answered, usual)
    brake = answered >= confirm.brake_pages and excess >= confirm.brake_share
    hosts, networks = (_braked(connection, confirm, scope) for scope in ("host", "network"))
    connection.execute(_WAITING, {"brake": brake, "hosts": hosts, "networks": networks})
    return Brakes(
        looked=looked,
        inconclusive=inconclusive,
        answered_before=answered,
        newly_failing=failing,
        newly_failing_share=failing / answered if answered else 0.0,
        usual_share=usual,
        excess_share=excess,
        vanishing=vanishing,
        brake=brake,
        braked_hosts=len(hosts),
        braked_networks=len(networks),
        # Deaths come one by one. An outage of ours that outlasts `vanished_days` matures for all its pages at once; and on a
        # night on which nobody at all answers, nothing says that we could have heard them.
        vanish_brake=vanishing > 0
        and (not somebody_answers or (vanishing >= confirm.brake_pages and vanishing >= confirm.brake_share * looked)),
    )


def excess_share(failing: int, answered: int, usual: float) -> float:
    """Of pages that should have answered tonight the share that did not, in [0, 1]; `usual` is the share that never does."""
    if not answered or usual >= 1:
        return 0.0
    return max(0.0, (failing / answered - usual) / (1 - usual))


def _braked(connection: duckdb.DuckDBPyConnection, confirm: ConfirmSettings, scope: str) -> list[str]:
    rows = connection.execute(_SCOPES.replace("{scope}", scope), {"brake_pages": confirm.brake_pages}).fetchall()
    return [
        name
        for name, answered, failing, usual in rows
        if excess_share(failing, answered, usual) >= confirm.brake_share and _by_chance(failing, answered, usual) < CHANCE
    ]


def _by_chance(failing: int, answered: int, usual: float) -> float:
    """Probability that so many or more of `answered` pages fail where each does with probability `usual`."""
    from scipy.special import betainc  # only on a bad night: it costs a third of a second and 30 MB

    return float(betainc(failing, answered - failing + 1, max(usual, _LEAST_USUAL)))
