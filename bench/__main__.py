"""`python -m bench [NAME ...]`: measure every hot path beside its rivals, and print a table for each and one for the README.

Needs nothing but this checkout and the loopback: no network, no root. About eight minutes on two cores. `--large` takes ten
million links through fold and diff instead; making them takes about ten times the memory that making a million says it took.
`year` and `spikes` are no speeds and run by name alone: a year of choosing pages, in about two minutes, and the false alarms and
power of the tests for bursts, in half a minute.
"""

import argparse
import importlib
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path as Folder

from bench import pages, paths, servers, show
from bench.measure import Measured, Path, Task, WorkerError, measure, run

LARGE_LINKS = 10_000_000
SIMULATIONS = ("year", "spikes")  # modules, imported when asked for: a large parent would be the peak of every child
_HOSTS = 100

Results = list[tuple[Path, list[Measured]]]


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 where every path of ours came to an answer; a goal that is missed is no failure."""
    known = [*paths.names(), *SIMULATIONS]
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the hot paths beside their rivals.")
    parser.add_argument("name", nargs="*", help=f"one of {', '.join(known)}; none: all")
    parser.add_argument("--large", action="store_true", help="ten million links through fold and diff")
    options = parser.parse_args(arguments)
    for name in options.name:
        if name not in known:
            parser.error(f"unknown path {name!r}; known paths: {', '.join(known)}")
    simulated = [name for name in SIMULATIONS if name in options.name]
    for name in simulated:
        importlib.import_module(f"bench.{name}").main()
    options.name = [name for name in options.name if name not in simulated]
    if simulated and not options.name:
        return 0
    names = ["fold", "diff"] if options.large else options.name or paths.names()
    with tempfile.TemporaryDirectory(prefix="linkwatch-bench-") as folder:
        results = _all(names, folder, LARGE_LINKS if options.large else paths.LINKS)
    print(f"\n{show.summary(results)}\n\n{show.machine(servers.kind())}")
    return int(any(not entry.runs for _, measured in results for entry in measured if entry.way.part == "ours"))


def _all(names: Sequence[str], folder: str, links: int) -> Results:
    results: Results = []

    def go(paths_of_one_kind: Sequence[Path], tasks: Mapping[str, Task]) -> None:
        for path in paths_of_one_kind:
            if path.name in names:
                measured = measure(path, tasks.get(path.name, tasks[""]), _say)
                _say("")
                print(f"{show.table_of(path, measured)}\n", flush=True)
                results.append((path, measured))

    def wanted(*several: Path) -> bool:
        return any(path.name in names for path in several)

    web = (*paths.READING, *paths.EXTRACT)
    if wanted(*web):
        with _web(folder) as tasks:
            go(web, tasks)
    go((*paths.ADDRESSES, paths.FINDINGS), {"": {}})
    if wanted(paths.CLAIMS):
        export = {"export": f"{folder}/own-shop.com-backlinks-subdomains__2026-11-20_00-03-03.csv"}
        _prepare("bench.claims:make_export", export | {"rows": paths.CLAIM_ROWS}, f"an export of {paths.CLAIM_ROWS:,} rows")
        go([paths.CLAIMS], {"": export})
        Folder(export["export"]).unlink()
    if wanted(*paths.WAT):
        wat = {"wat": f"{folder}/bench.warc.wat.gz"}
        _prepare("bench.wat:make", wat | {"pages": paths.WAT_PAGES}, f"making a WAT file of {paths.WAT_PAGES:,} pages")
        go(paths.WAT, {"": wat | {"domains": 10}, "wat-1000": wat | {"domains": 1000}})
    nights, loads = paths.nights(links), (paths.LOAD_SQLITE, paths.LOAD_POSTGRES)
    if wanted(*nights, *loads):
        home = _home(names, folder, links)
        go(nights[:1], {"": {"home": home}})
        _fold(home)
        go(nights[1:], {"": {"home": home}})
        load = {"home": home, "rows": paths.LOAD_ROWS}
        go([paths.LOAD_SQLITE], {"": load | {"url": folder}})
        if wanted(paths.LOAD_POSTGRES):
            with _postgres() as url:
                go([paths.LOAD_POSTGRES] if url else [], {"": load | {"url": url}})
    return results


@contextmanager
def _web(folder: str) -> Iterator[dict[str, Task]]:
    """Pages on loopback, and what each path of reading is to read: at one host, at many, at a new one each."""
    _say("making pages")
    found = pages.write_pages(folder, paths.PAGES)
    chain = servers.make_certificate(folder)
    with ExitStack() as stack:
        plain, secure = stack.enter_context(servers.serving(folder)), stack.enter_context(servers.serving(folder, chain))
        one = [f"http://127.0.0.1:{plain}{path}" for path in found]
        many = [f"http://h{n % _HOSTS}.{servers.DOMAIN}:{plain}{path}" for n, path in enumerate(found)]
        each = [f"https://h{n}.{servers.DOMAIN}:{secure}{path}" for n, path in enumerate(found[: paths.TLS_PAGES])]
        yield {
            "read": {"urls": [f"{url}?{n}" for n in range(paths.READ_PAGES // len(one)) for url in one]},
            "verify": {"urls": one},
            "verify-many": {"urls": many},
            "tls": {"urls": each, "authorities": str(Folder(folder, "authorities.pem"))},
            "": {"pages": folder},
        }


def _home(names: Sequence[str], folder: str, links: int) -> str:
    """Two nights of links, made as far as the paths that are wanted need them."""
    home = f"{folder}/home"
    _prepare("bench.links:make_home", {"home": home, "links": links}, f"making two nights of {links:,} links")
    if "night" in names:
        _prepare("bench.nights:load_first", {"home": home}, "the first night into SQLite")
    return home


def _fold(home: str) -> None:
    """The second night folded, which other paths compare with the first: also where the path `fold` was not wanted or failed."""
    if not Folder(home, paths.AFTER).exists():
        _prepare("bench.nights:fold_ours", {"home": home}, "folding the second night", tries=5)


@contextmanager
def _postgres() -> Iterator[str]:
    """An embedded PostgreSQL's address, or "" where it cannot run."""
    from tests.servers.postgres import PostgresUnavailableError, running_postgres

    _say("starting PostgreSQL")
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_postgres())
        except PostgresUnavailableError as error:
            print(f"load-postgres: left out, {error}\n")
            url = ""
        yield url


def _prepare(entry: str, task: Task, what: str, tries: int = 1) -> None:
    """Do what paths build on; a step that may fail for want of memory has several tries."""
    for left in reversed(range(tries)):
        _say(what)
        try:
            done = run(entry, task)
        except WorkerError as error:
            if not left:
                raise SystemExit(f"bench: {what}: {error}") from error
            continue
        _say("")
        print(f"({what}: {done['wall_s']:.1f} s, {done['peak_mb']:,.0f} MB)\n", flush=True)
        return


def _say(text: str) -> None:
    """One line of progress, on a terminal alone."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
