"""A home for tests of whole nights: its settings, the verbs of a night in their order, and what its tables say afterwards."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from linkwatch import steps
from linkwatch.warehouse import open_warehouse

OWN = "http://own.example/"
FIRST = datetime(2026, 3, 2, 3, tzinfo=UTC)
WORDS = "<p>enough words for a page that somebody may want to read in full, and a few more of them</p>" * 3
VERBS: dict[str, Callable[[str], object]] = {
    "collect": steps.collect,
    "check": lambda night: [steps.check(night, shard) for shard in steps.plan(night)],
    "fold": steps.fold,
    "audit": steps.audit,
    "publish": steps.publish,
    "detect": steps.detect,
    "alert": steps.alert,
}
"""What the tasks of a night call, in their order."""


def as_of(number: int) -> datetime:
    """Three in the morning of the first, second, … night."""
    return FIRST + timedelta(days=number - 1)


def name_of(number: int) -> str:
    """Name of the first, second, … night."""
    return as_of(number).date().isoformat()


def page(*targets: str, anchor: str = "a good shop", about: str = "") -> str:
    """A readable page with a link to each target. Pages `about` nothing say the same, others have a text of their own."""
    words = f"<p>{' '.join(f'{about}{number} and what is said of {about}' for number in range(20))}</p>" if about else WORDS
    links = "".join(f'<p>We like <a href="{target}">{anchor}</a> very much.</p>' for target in targets)
    return f"<!doctype html><html lang=en><title>A page</title><body><main>{words}{links}</main>"


class NightHome:
    """A folder that is `$LINKWATCH_HOME`, with settings that look at `pages` through a proxy."""

    def __init__(self, folder: Path, proxy: str, pages: list[str], more: str = "", sites: tuple[str, ...] = ("own.example",)):
        self.folder = folder
        self._proxy = proxy
        self.configure(pages, more, sites)

    def configure(self, pages: list[str], more: str = "", sites: tuple[str, ...] = ("own.example",)) -> None:
        """Write the settings; `more` follows on the keys of [fetch]. The first site is ours."""
        roles = ("own", *["competitor"] * len(sites))
        tables = "".join(f'[[site]]\nsite = "{site}"\nrole = "{role}"\n' for site, role in zip(sites, roles, strict=False))
        fetch = f'[fetch]\nproxy = "{self._proxy}"\ndelay_s = 0\nshards = 1\nconcurrency = 32\n'
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "pages.txt").write_text("\n".join(pages) + "\n")
        self.config.write_text(f'{tables}[[source]]\nkind = "pages"\npath = "pages.txt"\n{fetch}{more}')

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "linkwatch.toml"

    @property
    def warehouse(self) -> str:
        """URL of the home's own SQLite warehouse."""
        return f"sqlite:///{self.folder / 'linkwatch.sqlite'}"

    def environment(self, **more: str) -> dict[str, str]:
        """The variables that make it the home."""
        return {"LINKWATCH_HOME": str(self.folder), "LINKWATCH_CONFIG": str(self.config), **more}

    @contextmanager
    def used(self, **more: str) -> Iterator[None]:
        """It is the home while the block lasts; `more` are further variables."""
        with pytest.MonkeyPatch.context() as environment:
            environment.delenv("LINKWATCH_WAREHOUSE", raising=False)
            for name, value in self.environment(**more).items():
                environment.setenv(name, value)
            yield

    def run(self, number: int, *, until: str = "alert") -> bool:
        """Run a night verb by verb, up to and with `until`; False where the audit holds it."""
        with self.used():
            night = steps.begin(as_of(number))
            passed = True
            for name, verb in VERBS.items():
                if passed or name == "alert":  # as in the DAG: a held night skips what lies between
                    passed = verb(night) is not False and passed
                if name == until:
                    break
            return passed

    def rows(self, query: str, **values: Any) -> list[Mapping[str, Any]]:
        """What a user's query gives."""
        engine = open_warehouse(self.warehouse)
        with engine.connect() as connection:
            found = list(connection.execute(sa.text(query), values).mappings())
        engine.dispose()
        return found

    def column(self, query: str, **values: Any) -> list[Any]:
        """The first column of a query."""
        return [next(iter(row.values())) for row in self.rows(query, **values)]

    def told(self, number: int) -> set[tuple[str, str, str]]:
        """(kind, page, reason) of every change of a night."""
        query = "SELECT kind, source_url, reason FROM change WHERE night = :night"
        return {(row["kind"], row["source_url"], row["reason"]) for row in self.rows(query, night=name_of(number))}

    def states(self) -> dict[str, str]:
        """State of the link on each page (one link a page)."""
        return {row["source_url"]: row["state"] for row in self.rows("SELECT source_url, state FROM link")}
