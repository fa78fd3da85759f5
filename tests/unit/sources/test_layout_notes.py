"""What reading a layout notes beside its claims: how, how many, how complete, and where its rejects stand."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from linkwatch.errors import SourceError
from linkwatch.model import Role, Scope, Site
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import Pull, Rejects
from linkwatch.sources.claims import BATCH_ROWS
from linkwatch.sources.files.layout import Layout, Said, read_layout
from linkwatch.urls import Scopes

SCOPES = Scopes([Site("own.example", Role.OWN, Scope.DOMAIN)])
AS_OF = datetime(2026, 11, 22, 3, tzinfo=UTC)
LAYOUT = Layout(
    headers={"source": ("From",), "target": ("To page", "To"), "anchor": ("Text",)},
    required=("source", "target"),
    said=lambda columns: Said(**columns),
    max_rows=3,
    cap="3 rows, the most that is exported",
    partial="an export is never all",
)
ROW = "https://a.example.org/{},https://own.example/x\n"


def read(folder: Path, layout: Layout = LAYOUT, *, path: str = "", complete: bool = False) -> tuple[Pull, pa.Table]:
    """A pull and its claims."""
    source = SourceSettings("links_csv", name="mine", path=path or str(folder / "*.csv"), complete=complete)
    with Rejects("mine", folder / "rejects" / "mine.csv", max_samples=100) as rejects:
        pull = Pull(source, SCOPES, AS_OF, rejects, lambda _: iter(()))
        batches = list(read_layout(pull, layout))
    assert all(batch.num_rows <= BATCH_ROWS for batch in batches)
    return pull, pa.Table.from_batches(batches) if batches else pa.table({})


def test_notes_of_a_file(tmp_path):
    """Encoding and delimiter, headers, rows sound and broken, the reason for not being complete, and the file with its hash."""
    path = tmp_path / "export.csv"
    path.write_text("From\tTO-PAGE\tOther\nhttps://a.example.org/1\thttps://own.example/x\t?\nbroken\n", encoding="utf-16")
    pull, claims = read(tmp_path)
    assert claims["source_url"].to_pylist() == ["https://a.example.org/1"]
    notes = pull.notes
    assert (notes.read, notes.columns, notes.rows) == ("UTF-16, tabs", ("From", "TO-PAGE", "Other"), 2)
    assert (notes.partial, notes.cap) == (["an export is never all"], "")
    assert [(file.path, file.rows, file.exported_at) for file in notes.files] == [(str(path), 2, None)]
    assert claims["claimed_at"].to_pylist() == [AS_OF]


def test_a_complete_file_has_no_reason_to_be_partial(tmp_path):
    """What the settings or the kind call complete is complete."""
    (tmp_path / "export.csv").write_text("From,To\n" + ROW.format(1))
    assert read(tmp_path, complete=True)[0].notes.partial == []
    assert read(tmp_path, replace(LAYOUT, complete=True))[0].notes.partial == []


@pytest.mark.parametrize(("rows", "cap"), [(2, ""), (3, LAYOUT.cap), (4, LAYOUT.cap)])
def test_a_cap_that_was_hit(rows, cap, tmp_path):
    """A file with as many rows as the vendor gives at most has hit the cap, broken rows counted."""
    (tmp_path / "export.csv").write_text("From,To\n" + "broken\n" + "".join(map(ROW.format, range(rows - 1))))
    assert read(tmp_path)[0].notes.cap == cap


def test_claims_have_the_date_of_their_file(tmp_path):
    """Of two series of exports each claim has the date of its own, the source that of the newest."""
    (tmp_path / "one_2026-11-01.csv").write_text("From,To\n" + ROW.format(1))
    (tmp_path / "two_2026-11-08.csv").write_text("From;To;Text\n" + ROW.format(2).replace(",", ";").replace("\n", ";\n"))
    pull, claims = read(tmp_path)
    dates = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 8)]
    assert claims["claimed_at"].to_pylist() == dates
    assert (pull.notes.claimed_at, pull.notes.rows) == (dates[1], 2)
    assert pull.notes.read == "UTF-8, commas; UTF-8, semicolons"
    assert pull.notes.columns == ("From", "To", "Text")


def test_rejects_stand_in_the_order_of_the_file(tmp_path):
    """Broken rows and refused ones are told by line, also where the file is read in several blocks."""
    rows = [ROW.format(number) for number in range(60_000)]
    for line in (10, 30_000, 59_000):
        rows[line - 2] = "https://own.example/y,https://own.example/x\n"
        rows[line - 1] = "one field\n"
        rows[line] = 'https://a.example.org/q,"https://elsewhere.example/x"\n'
    (tmp_path / "export.csv").write_text("From,To\n" + "".join(rows))
    pull, claims = read(tmp_path)
    assert claims.num_rows == 60_000 - 9
    assert [(reject.line, reject.reason.partition(":")[0]) for reject in pull.rejects.samples] == [
        (line + step, reason)
        for line in (10, 30_000, 59_000)
        for step, reason in enumerate(("internal link", "broken row", "target is on no watched site"))
    ]
    assert pull.rejects.samples[2].text == "https://a.example.org/q,https://elsewhere.example/x"


def test_a_column_that_is_not_there(tmp_path):
    """A file without a required column is an error that names it, what was meant, and the file."""
    path = tmp_path / "export.csv"
    path.write_text("From,Two page\n")
    with pytest.raises(SourceError) as raised:
        read(tmp_path)
    expected = f"source mine: {path} has no column 'To page'; did you mean 'Two page'? it has 'From', 'Two page'"
    assert str(raised.value) == expected
