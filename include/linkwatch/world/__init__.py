"""The example web: a deterministic little web that changes night by night, behind a forward proxy, and knows its own truth.

    World      the script's cast and a seeded chorus; `answer(url, night, headers)`
    truth      what a right linkwatch tells and knows after a night
    serve      the proxy, in a thread; `python -m linkwatch.world` runs it in the foreground
    write_world  settings and source files that watch it

A night is an index from 1; `night_name(1)` is "2026-01-05". No real host is ever asked, and no stage of linkwatch is used.
"""

from linkwatch.world.files import write_world
from linkwatch.world.scenes import FIRST_NIGHT, NIGHTS, Scene, night_index, night_name
from linkwatch.world.server import serve, serve_in_foreground
from linkwatch.world.truth import Event, ExpectedFinding, LinkFacts, NightTruth, counts, truth
from linkwatch.world.web import Answer, World

__all__ = [
    "FIRST_NIGHT",
    "NIGHTS",
    "Answer",
    "Event",
    "ExpectedFinding",
    "LinkFacts",
    "NightTruth",
    "Scene",
    "World",
    "counts",
    "night_index",
    "night_name",
    "serve",
    "serve_in_foreground",
    "truth",
    "write_world",
]
