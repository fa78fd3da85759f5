"""The papers say what is there: a command, a table or a state that nobody wrote down fails here."""

import contextlib
import dataclasses
import io
import re
import subprocess
from pathlib import Path

import pytest

from linkwatch.cli import main
from linkwatch.model import ChangeKind, LossReason, Outcome, State
from linkwatch.settings import ConfirmSettings
from linkwatch.source_settings import SOURCE_KINDS
from linkwatch.suspicion_settings import FAMILIES, SuspicionSettings
from linkwatch.warehouse.tables import metadata, views

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
TABLES = (PROJECT / "docs" / "tables.md").read_text(encoding="utf-8")
SUSPICION = (PROJECT / "docs" / "suspicion.md").read_text(encoding="utf-8")
VERDICTS = (PROJECT / "docs" / "verdicts.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """What `linkwatch --help` lists."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.suppress(SystemExit):
        main(["--help"])
    return re.findall(r"^    ([a-z]+) ", shown.getvalue(), re.M)


COMMANDS = commands()


def tracked_files() -> list[Path]:
    """Every file that git tracks here."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this copy of the project is no git checkout")
    return [PROJECT / name for name in listed.stdout.decode().split("\0") if name]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_in_the_readme(command):
    """A newcomer finds every command."""
    assert re.search(rf"`(linkwatch )?{command}\b", README), f"README.md: say what `linkwatch {command}` does"


def test_the_help_lists_commands():
    """Without this, the tests of this file would pass on an empty list."""
    assert {"nightly", "check", "nights", "release", "drop", "report"} <= set(COMMANDS)


def test_the_readme_names_no_command_that_is_not_there():
    """Nobody types what does not exist."""
    assert set(re.findall(r"`linkwatch ([a-z]+)", README)) <= set(COMMANDS)


@pytest.mark.parametrize(
    "target", ["setup", "nightly", "up", "test", "bench", "year", "truth", "rules", "spikes", "lint", "unit"]
)
def test_every_make_target_of_the_papers_exists(target):
    """What the README tells people to type is in the Makefile."""
    assert re.search(rf"^{target}:", (PROJECT / "Makefile").read_text(), re.M)


def test_every_rule_is_documented_with_its_family_and_its_shadow():
    """Whoever reads of a finding finds its rule, and whether it is on trial."""
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]+) \|", SUSPICION, re.M)
    assert {rule: family for rule, family, _ in rows} == FAMILIES
    assert {rule for rule, _, severity in rows if "shadow" in severity} == set(SuspicionSettings().shadow)


@pytest.mark.parametrize("table", sorted([*metadata.tables, *views.tables]))
def test_every_table_is_documented(table):
    """Whoever queries the warehouse finds every table; link_row is what the view `link` stands on."""
    if table != "link_row":
        assert f"`{table}`" in TABLES or (table.startswith("weekly_") and table in TABLES), f"docs/tables.md: describe {table}"


@pytest.mark.parametrize("word", [*SOURCE_KINDS, *(state.value for state in State)])
def test_sources_and_states_are_in_the_readme(word):
    """The words that settings and tables use are explained."""
    assert f"`{word}`" in README


@pytest.mark.parametrize("word", sorted({*Outcome, *LossReason, *ChangeKind}))
def test_every_outcome_reason_and_change_is_explained(word):
    """What a table or a message says is in the paper that explains verdicts."""
    assert f"`{word}`" in VERDICTS or f"**{word}" in VERDICTS.lower()


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(ConfirmSettings)])
def test_every_setting_that_decides_a_loss_is_explained(name):
    """Nobody has to guess which setting a rule goes by."""
    assert f"`confirm.{name}`" in VERDICTS


def test_no_file_names_a_package_registry_or_a_path_of_this_machine():
    """The project installs from whatever index its user has, and from whatever folder."""
    forbidden = re.compile(rf"--(extra-)?index-url|\"resolved\": *\"https?:|{re.escape(str(PROJECT))}/|/{'root'}/".encode())
    offenders = [
        path.relative_to(PROJECT).as_posix()
        for path in tracked_files()
        if path != Path(__file__)
        and path.suffix not in {".gz", ".png"}
        and path.is_file()
        and forbidden.search(path.read_bytes())
    ]
    assert offenders == []
