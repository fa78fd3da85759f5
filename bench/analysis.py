"""Ways from a page to what a closer look says of it: the analysis, beside the one part of it that nobody can leave out."""

from collections.abc import Callable
from pathlib import Path

from bench.extracting import ORIGIN, Answer
from bench.pages import WATCHED

PAGES = 100


def ours(pages: str) -> Callable[[], Answer]:
    """`analyse` on pages that `observe` has read: main text, signature, language, blocks and all."""
    from linkwatch.extract import observe
    from linkwatch.extract.analysis import analyse
    from linkwatch.model import FetchedPage, Outcome, Role, Scope, Site
    from linkwatch.urls import Scopes

    scopes = Scopes([Site(WATCHED, Role.OWN, Scope.DOMAIN)])
    headers = {"content-type": "text/html; charset=utf-8"}
    read = [FetchedPage(url, Outcome.READABLE, url, 200, headers=headers, body=body) for url, body in _bodies(pages)]
    seen = [(page, observe(page, scopes)) for page in read]
    analyse(read[0], seen[0][1].look, ())  # imports happen here

    def work() -> Answer:
        found = [analyse(page, observation.look, observation.sightings) for page, observation in seen]
        return {"words": sum(analysis.main_words for analysis, _ in found), "places": sum(len(places) for _, places in found)}

    return work


def main_text(pages: str) -> Callable[[], Answer]:
    """The limit: trafilatura's main text with its links, in its fast mode, and nothing else."""
    from trafilatura import bare_extraction

    bodies = [body.decode() for _, body in _bodies(pages)]

    def work() -> Answer:
        found = [bare_extraction(body, fast=True, include_comments=False, include_links=True) for body in bodies]
        return {"pages": sum(entry is not None for entry in found)}

    return work


def _bodies(pages: str) -> list[tuple[str, bytes]]:
    return [(f"{ORIGIN}/p/{file.name}", file.read_bytes()) for file in sorted(Path(pages, "p").glob("*.html"))[:PAGES]]
