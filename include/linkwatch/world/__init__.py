"""The example web: a deterministic little web that changes night by night, behind a forward proxy, and knows its own truth.

    World      the script's cast and a seeded chorus, or stories for many pages; `answer(url, night, headers)`
    Faults     what hits requests on their way, where a world is given any
    truth      what a right linkwatch tells and knows after a night, if nothing is hit
    serve      the proxy, in a thread; `python -m linkwatch.world` runs it in the foreground
    write_world  settings and source files that watch it

A night is an index from 1; `night_name(1)` is "2026-01-05". No real host is ever asked, and no stage of linkwatch is used.
"""

from linkwatch.world.answers import Answer
from linkwatch.world.faults import FAULTS, Faults, two_nights_of_outage
from linkwatch.world.files import write_world
from linkwatch.world.scenes import FIRST_NIGHT, NIGHTS, Page, Scene, night_index, night_name
from linkwatch.world.server import serve, serve_in_foreground
from linkwatch.world.truth import Event, ExpectedFinding, LinkFacts, NightTruth, counts, link_facts, truth
from linkwatch.world.web import World

__all__ = [
    "FAULTS",
    "FIRST_NIGHT",
    "NIGHTS",
    "Answer",
    "Event",
    "ExpectedFinding",
    "Faults",
    "LinkFacts",
    "NightTruth",
    "Page",
    "Scene",
    "World",
    "counts",
    "link_facts",
    "night_index",
    "night_name",
    "serve",
    "serve_in_foreground",
    "truth",
    "two_nights_of_outage",
    "write_world",
]
