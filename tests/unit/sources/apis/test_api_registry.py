"""Every kind of source that signs in with a connection has a reader and a planner."""

import pytest

from linkwatch.source_settings import KINDS, SourceSettings
from linkwatch.sources.apis import API_SOURCES, OWN_SITES_ONLY, PLANNERS

KINDS_WITH_A_KEY = {kind for kind, needs in KINDS.items() if "connection" in needs.needs}


def test_readers_and_planners_are_those_of_the_settings():
    """No kind of the settings is without its two functions, and no function without its kind."""
    assert set(API_SOURCES) == set(PLANNERS) == KINDS_WITH_A_KEY
    assert OWN_SITES_ONLY < KINDS_WITH_A_KEY


@pytest.mark.parametrize("kind", sorted(KINDS_WITH_A_KEY))
def test_a_plan_names_its_sites_and_what_it_spends(kind: str):
    """Nobody to ask about is no call; what has a budget spends units that have a name, and more rows never cost less."""
    planner = PLANNERS[kind]
    assert planner(SourceSettings(kind, kind), []) == []
    few, many = (planner(SourceSettings(kind, kind, max_rows=rows), ["a.example", "b.example"]) for rows in (1, 12_345))
    assert {site for call in many for site in call.site.split(", ")} == {"a.example", "b.example"}
    assert {(call.units > 0, bool(call.of)) for call in (*few, *many)} == {("budget_units" in KINDS[kind].needs,) * 2}
    assert sum(call.units for call in few) <= sum(call.units for call in many)
    assert all(call.calls >= 1 for call in (*few, *many))
