"""The tables of tests/cases/sources, run through `read_claims`."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linkwatch.errors import SourceError
from linkwatch.model import Role, Scope, Site
from linkwatch.schemas import CLAIMS
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import Pull, Rejects, read_claims
from linkwatch.urls import Scopes, link_id

CASES = Path(__file__).parents[2] / "cases" / "sources"
SITES = (
    Site("own.example", Role.OWN, Scope.DOMAIN),
    Site("rival.example", Role.COMPETITOR, Scope.DOMAIN),
)

AS_OF = datetime(2026, 11, 22, 3, tzinfo=UTC)


def cases(name: str) -> list:
    """The cases of one table as pytest parameters."""
    found = tomllib.loads((CASES / f"{name}.toml").read_text())["case"]
    return [pytest.param(case, id=case["name"]) for case in found]


def read(folder: Path, source: SourceSettings) -> tuple[list[dict], list[list]]:
    """Claims and rejects of one source."""

    def no_fetch(requests):
        raise AssertionError(f"a file source asked the web for {requests}")

    with Rejects(source.name, folder / "rejects.csv", max_samples=100) as rejects:
        batches = list(read_claims(Pull(source, Scopes(SITES), AS_OF, rejects, no_fetch)))
    assert all(batch.schema == CLAIMS for batch in batches)
    rows = [row for batch in batches for row in batch.to_pylist()]
    assert all(row["claimed_by"] == source.name for row in rows)
    return rows, [[reject.line, reject.reason] for reject in rejects.samples]


def shown(row: dict, *names: str) -> list:
    """Chosen fields as the tables write them: null as "-", dates as text."""
    cells = [row[name] for name in names]
    return ["-" if cell is None else cell.isoformat() if hasattr(cell, "isoformat") else cell for cell in cells]


def assert_rejects(case: dict, rejects: list[list]) -> None:
    """The rejects are those of the table: same lines, reasons that begin as it says."""
    expected = case.get("rejects", [])
    begins = [[line, reason[: len(wanted[1])]] for (line, reason), wanted in zip(rejects, expected, strict=False)]
    assert begins == expected
    assert len(rejects) == len(expected)


@pytest.mark.parametrize("case", cases("pages"))
def test_pages_table(case, tmp_path):
    """A list of pages claims each page once, without a target, and sets aside the lines that name none."""
    path = tmp_path / "pages.txt"
    path.write_text(case["text"], newline="")
    rows, rejects = read(tmp_path, SourceSettings("pages", name="mine", path=str(path)))
    assert [row["source_url"] for row in rows] == case["pages"]
    assert {(row["target_url"], row["site"], row["link_id"]) for row in rows} <= {(None, None, None)}
    assert_rejects(case, rejects)


@pytest.mark.parametrize("case", cases("links_csv"))
def test_links_csv_table(case, tmp_path):
    """Any CSV with sources and targets becomes claims; broken rows are set aside and the rest goes on."""
    path = tmp_path / "links.csv"
    path.write_text(case["text"], newline="")
    source = SourceSettings("links_csv", name="partners", path=str(path), columns=case.get("columns", {}))
    if "error" in case:
        with pytest.raises(SourceError) as raised:
            read(tmp_path, source)
        assert case["error"] in str(raised.value)
        return
    rows, rejects = read(tmp_path, source)
    assert [shown(row, "source_url", "target_url", "anchor", "rel", "first_seen") for row in rows] == case["claims"]
    assert [cell for row in rows for cell in shown(row, "authority")] == case.get("authorities", ["-"] * len(rows))
    assert_rejects(case, rejects)
    for row in rows:
        expected = link_id(row["source_url"], row["target_url"]) if row["target_url"] else None
        assert row["link_id"] == expected


@pytest.mark.parametrize("case", cases("ahrefs_csv"))
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_ahrefs_csv_table(case, encoding, tmp_path):
    """An export is read by header name, in the encodings seen, and only the vendor's own doubt counts as a hint."""
    path = tmp_path / "export.csv"
    lines = [case["header"], *case["rows"]]
    path.write_text("".join(line.replace("|", "\t") + "\r\n" for line in lines), encoding=encoding, newline="")
    source = SourceSettings("ahrefs_csv", name="ahrefs", path=str(path))
    if "error" in case:
        with pytest.raises(SourceError) as raised:
            read(tmp_path, source)
        assert case["error"] in str(raised.value)
        return
    rows, rejects = read(tmp_path, source)
    assert [cell for row in rows for cell in shown(row, "authority")] == case.get("authorities", ["-"] * len(rows))
    if "claims" in case:
        names = ("source_url", "target_url", "anchor", "rel", "says_lost", "first_seen", "last_seen")
        assert [shown(row, *names) for row in rows] == case["claims"]
    assert_rejects(case, rejects)
