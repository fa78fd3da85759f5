"""What a person is told of a file: what it is, how it is read, what it says, and what to write into the settings."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linkwatch.cli.source_files import show_sniffed
from linkwatch.errors import SourceError
from linkwatch.model import Role, Scope, Site
from linkwatch.sources.files.sniff import AnySite, sniff
from linkwatch.urls import Scopes

SCOPES = Scopes([Site("own.example", Role.OWN, Scope.DOMAIN)])
AS_OF = datetime(2026, 11, 22, 3, tzinfo=UTC)
GOLDEN = Path(__file__).parents[2] / "cases" / "sources" / "golden"


def written(folder: Path, text: str) -> str:
    """The path of a file with this text."""
    path = folder / "file.csv"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    ("text", "kind", "columns", "claims"),
    [
        ("source,target\nhttps://a.example/,https://own.example/\n", "links_csv", {}, 1),
        (
            "Ziel;Quelle\nhttps://own.example/;https://a.example/\nhttps://own.example/x;https://b.example/\n",
            "links_csv",
            {"source": "Quelle", "target": "Ziel"},
            2,
        ),
        ("Quelle\tNotiz\nhttps://a.example/\tschön\n", "links_csv", {"source": "Quelle", "target": ""}, 1),
        ("# mine\nhttps://a.example/\n", "pages", {}, 1),
        ("https://a.example/\nhttps://b.example/\n", "pages", {}, 2),
        ("Linking page,Last crawled\nhttps://a.example/,2026-05-01\n", "search_console_csv", {}, 1),
        ("Report\n\nURL,Page Authority,Target URL\na.example/,3,own.example/\n", "moz_csv", {}, 1),
        ("Domain ascore,Domain\n44,a.example\n", "semrush_csv", {}, 0),
        ("Site,Linking pages\na.example,3\n", "search_console_csv", {}, 0),
        ("Product,Price\nHat,3\n", "links_csv", {}, 0),
    ],
)
def test_kinds(text, kind, columns, claims, tmp_path):
    """A file is known by what only its kind has, else by the shape of its columns, else it is the nearest guess."""
    found = sniff(written(tmp_path, text), SCOPES, AS_OF)
    assert (found.source.kind, found.source.columns, found.facts.claims) == (kind, columns, claims)
    assert bool(found.facts.error) == (claims == 0)


def test_targets_count_without_settings(tmp_path):
    """Without watched sites any target counts, and of two columns of addresses the one with fewer domains has the targets."""
    rows = "https://shop.example/a,https://x.example/\nhttps://shop.example/b,https://y.example/\n"
    path = written(tmp_path, f"one,two\n{rows}")
    assert sniff(path, AnySite(), AS_OF).source.columns == {"source": "two", "target": "one"}
    found = sniff(
        written(tmp_path, "source,target\nhttps://x.example/1,https://x.example/2\nhttps://x.example/,http://z/\n"),
        AnySite(),
        AS_OF,
    )
    assert [claim["site"] for claim in found.samples] == ["z"]
    assert found.rejected == {"internal link": 1}


def test_what_cannot_be_opened(tmp_path):
    """A file that is not there or is no text is an error."""
    with pytest.raises(SourceError, match="no file"):
        sniff(str(tmp_path / "nothing.csv"), SCOPES, AS_OF)


def test_screen(capsys, monkeypatch, tmp_path):
    """The screen says what was found, and its last lines are settings that read the file."""
    monkeypatch.delenv("LINKWATCH_CONFIG", raising=False)
    path = GOLDEN / "own.example-backlinks-subdomains__2026-05-03_10-11-12.csv"
    assert show_sniffed(str(path)) == 0
    shown, _, settings = capsys.readouterr().out.partition("for the settings file\n")
    for words in (
        "ahrefs_csv  (it has the column 'Referring page URL')",
        "UTF-16, tabs",
        "4: 3 claims, 1 set aside",
        "1 × not a hyperlink",
        "line 5: not a hyperlink: type redirect",
        "any target counts",
        "https://forum.example.com/t/9 → https://own.example/guide?x=1",
        "'café – 10 €'  rel nofollow  first seen 2025-12-24  last seen 2026-04-30  authority 12  said to be lost",
    ):
        assert words in shown
    assert tomllib.loads(settings) == {"source": [{"kind": "ahrefs_csv", "path": str(path)}]}


def test_screen_with_settings(capsys, monkeypatch, tmp_path):
    """With settings, targets must be on watched sites."""
    (tmp_path / "settings.toml").write_text(
        '[[site]]\nsite = "other.example"\nrole = "own"\n[[source]]\nkind = "pages"\npath = "p.txt"\n'
    )
    monkeypatch.setenv("LINKWATCH_CONFIG", str(tmp_path / "settings.toml"))
    monkeypatch.setenv("LINKWATCH_HOME", str(tmp_path))
    assert show_sniffed(written(tmp_path, "Seite;Ziel;\x1b[2J\nhttps://a.example/;https://own.example/;\x1b[2J\n")) == 0
    shown = capsys.readouterr().out
    assert "1 × target is on no watched site" in shown
    assert "no claim: no row names a page and a target that is watched" in shown
    assert "\x1b[2J" not in shown
    settings = tomllib.loads(shown.partition("for the settings file\n")[2])
    assert settings["source"][0]["columns"] == {"source": "Seite", "target": "Ziel"}


def test_screen_with_settings_that_are_not_finished(capsys, monkeypatch, tmp_path):
    """Who has no source yet asks about a file to get one: any target counts, and why is said."""
    (tmp_path / "settings.toml").write_text('[[site]]\nsite = "own.example"\nrole = "own"\n')
    monkeypatch.setenv("LINKWATCH_CONFIG", str(tmp_path / "settings.toml"))
    assert show_sniffed(str(GOLDEN / "pages.txt")) == 0
    assert "any target counts: settings: no [[source]] is given" in capsys.readouterr().out


def test_screen_of_what_cannot_be_read(capsys, monkeypatch, tmp_path):
    """Who asks about a file that cannot be read is told why, and gets the exit status 1."""
    monkeypatch.delenv("LINKWATCH_CONFIG", raising=False)
    assert show_sniffed(str(tmp_path / "nothing.csv")) == 1
    assert capsys.readouterr().out.startswith("no file ")
    assert show_sniffed(written(tmp_path, "Site,Linking pages\na.example,3\n")) == 1
    assert "names linking sites" in capsys.readouterr().out
