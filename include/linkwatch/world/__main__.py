"""`python -m linkwatch.world [--port N] [--write FOLDER]`: the example web until Ctrl-C, for people who want to look around."""

import argparse
import sys
from pathlib import Path

from linkwatch.errors import LinkwatchError
from linkwatch.world import World, serve_in_foreground, write_world


def main() -> int:
    """Serve until SIGINT or SIGTERM; exit 0, or 1 where the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m linkwatch.world", description=__doc__)
    parser.add_argument("--port", type=int, default=8899, help="port on 127.0.0.1 (default: 8899; 0: any free one)")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="also write settings and source files that watch this world")
    given = parser.parse_args()
    world = World()

    def say(address: str) -> None:
        print(f"example web: {len(world.hosts)} hosts, {len(world.pages)} pages, proxy {address}", flush=True)
        if given.write:
            print(f"settings: {write_world(given.write, address, world)}", flush=True)

    try:
        serve_in_foreground(world, given.port, say)
    except LinkwatchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
