"""Every format's golden file says the same, and every trap of files as people have them has a row in tests/cases/sources."""

import csv
import gzip
import io
import tomllib
import zipfile
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

from linkwatch.errors import SourceError
from linkwatch.model import Role, Scope, Site
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import Pull, PullFacts, PullStatus, Rejects
from linkwatch.sources.files.sniff import READERS, sniff
from linkwatch.urls import Scopes, link_id

CASES = Path(__file__).parents[2] / "cases" / "sources"
GOLDEN = tomllib.loads((CASES / "golden.toml").read_text())
TRAPS = tomllib.loads((CASES / "traps.toml").read_text())["trap"]
SCOPES = Scopes([Site("own.example", Role.OWN, Scope.DOMAIN)])
AS_OF = datetime(2026, 11, 22, 3, tzinfo=UTC)


def read(folder: Path, kind: str, path: Path, **settings) -> tuple[list[dict], Pull]:
    """Claims of one source, and the pull with its notes and rejects."""
    source = SourceSettings(kind, name="file", path=str(path), **settings)
    with Rejects("file", folder / "rejects.csv", max_samples=100) as rejects:
        pull = Pull(source, SCOPES, AS_OF, rejects, lambda _: iter(()))
        rows = [row for batch in READERS[kind](pull) for row in batch.to_pylist()]
    return rows, pull


def rejects_of(pull: Pull, expected: list[list]) -> list[list]:
    """Rejects as the tables write them: reasons as far as they say."""
    found = [[reject.line, reject.reason] for reject in pull.rejects.samples]
    return [[line, reason[: len(wanted[1])]] for (line, reason), wanted in zip(found, expected, strict=False)] + found[
        len(expected) :
    ]


def expected_claims(file: dict) -> list[dict]:
    """The claims of all golden files, with what this one tells; flags that it does not tell are not set."""
    told = ["source_url", *file["says"]]
    unknown = dict.fromkeys(set(GOLDEN["claim"][0]) - set(told)) | ({} if "says_lost" in told else {"says_lost": False})
    return [unknown | {name: claim[name] for name in told} for claim in GOLDEN["claim"]]


@pytest.mark.parametrize("file", [pytest.param(file, id=file["name"]) for file in GOLDEN["file"]])
def test_golden_file(file, tmp_path):
    """All formats say the same of the same links, as far as they say anything, and what they say is dated by their names."""
    path = CASES / "golden" / file["name"]
    rows, pull = read(tmp_path, file["kind"], path, columns=file.get("columns", {}))
    expected = expected_claims(file)
    assert [{name: row[name] for name in expected[0]} for row in rows] == expected
    assert [row["link_id"] for row in rows] == [
        link_id(claim["source_url"], claim["target_url"]) if claim["target_url"] else None for claim in expected
    ]
    assert rejects_of(pull, file.get("rejects", [])) == file.get("rejects", [])
    assert pull.notes.read == file["read"]
    assert pull.notes.rows == len(expected) + len(file.get("rejects", []))
    assert {row["claimed_at"] for row in rows} == {file.get("exported_at", AS_OF)}
    assert [(entry.sha256, entry.size, entry.exported_at) for entry in pull.notes.files] == [
        (sha256(path.read_bytes()).hexdigest(), path.stat().st_size, file.get("exported_at"))
    ]


@pytest.mark.parametrize("file", [pytest.param(file, id=file["name"]) for file in GOLDEN["file"]])
def test_golden_file_is_known(file):
    """Sniffing finds out what a file is, reads it as that, and would write the settings that read it so."""
    found = sniff(str(CASES / "golden" / file["name"]), SCOPES, AS_OF)
    assert (found.source.kind, found.source.columns) == (file["kind"], file.get("sniffed_columns", {}))
    assert (found.facts.error, found.facts.claims, found.facts.read) == ("", 3, file["read"])
    assert [claim["source_url"] for claim in found.samples] == [claim["source_url"] for claim in GOLDEN["claim"]]
    assert sum(found.rejected.values()) == len(file.get("rejects", []))


@pytest.mark.parametrize("trap", [pytest.param(trap, id=trap["name"]) for trap in TRAPS])
def test_trap(trap, tmp_path):
    """A trap costs at most the rows that are broken, and what cannot be used is one clear error."""
    path = tmp_path / write(tmp_path, trap)
    settings = {name: trap[name] for name in ("columns", "complete") if name in trap}
    if "error" in trap:
        with pytest.raises(SourceError) as raised:
            read(tmp_path, trap["kind"], path, **settings)
        assert trap["error"] in str(raised.value)
        return
    rows, pull = read(tmp_path, trap["kind"], path, **settings)
    assert [
        {name: "none" if row[name] is None else row[name] for name in claim}
        for row, claim in zip(rows, trap["claims"], strict=True)
    ] == (trap["claims"])
    assert rejects_of(pull, trap.get("rejects", [])) == trap.get("rejects", [])
    assert pull.notes.read == trap.get("read", pull.notes.read)
    if "partial" in trap:
        assert [wanted in told for told, wanted in zip(pull.notes.partial, trap["partial"], strict=True)] == [True] * len(
            trap["partial"]
        )
        assert PullFacts.of(pull, len(rows)).status is (PullStatus.PARTIAL if trap["partial"] else PullStatus.COMPLETE)


@pytest.mark.parametrize(
    ("kind", "header", "row", "most"),
    [
        ("semrush_csv", "Source url,Target url\n", "https://a.example.org/{},https://own.example/\n", 50_000),
        ("search_console_csv", "Linking page,Last crawled\n", "https://a.example.org/{},2026-05-01\n", 100_000),
    ],
)
def test_a_full_export_is_cut_off(kind, header, row, most, tmp_path):
    """An export with as many rows as its vendor gives at most is told to be cut off, and one with a row less is not."""
    path = tmp_path / "export.csv"
    path.write_text(header + "".join(row.format(number) for number in range(most - 1)))
    assert read(tmp_path, kind, path)[1].notes.cap == ""
    with path.open("a") as file:
        file.write(row.format("last"))
    rows, pull = read(tmp_path, kind, path)
    assert len(rows) == most
    assert pull.notes.cap.startswith(f"{most:,} rows, the most that")


def write(folder: Path, trap: dict) -> str:
    """The files of a trap, packed as it says; returns the path that they are read from."""
    name = trap.get("path", next(iter(trap["files"])))
    texts = {member: text.lstrip("\n").encode(trap.get("encoding", "utf-8")) for member, text in trap["files"].items()}
    match trap.get("pack"):
        case "zip":
            with zipfile.ZipFile(folder / name, "w") as archive:
                for member, text in texts.items():
                    archive.writestr(member, text)
        case "gz":
            (folder / name).write_bytes(gzip.compress(next(iter(texts.values()))))
        case "xlsx":
            (folder / name).write_bytes(workbook(texts))
        case _:
            for member, text in texts.items():
                (folder / member).write_bytes(text)
    return name


def workbook(sheets: dict[str, bytes]) -> bytes:
    """A workbook with texts of CSV as its sheets; cells that read as ISO dates are dates."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, text in sheets.items():
        sheet = book.create_sheet(title)
        for row in csv.reader(io.StringIO(text.decode(), newline="")):
            sheet.append([date.fromisoformat(cell) if cell[:4].isdecimal() and cell.count("-") == 2 else cell for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
