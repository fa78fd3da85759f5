"""The command line before any night: arguments and settings that are wrong, each with its exit status and one message."""

from pathlib import Path

import pytest

from linkwatch.cli import harmless, main

GOOD = '[[site]]\nsite = "own.example"\nrole = "own"\n[[source]]\nkind = "pages"\npath = "pages.txt"\n'

WRONG_ARGUMENTS = [
    ([], "the following arguments are required: COMMAND"),
    (["nightli"], "invalid choice: 'nightli'"),
    (["nightly", "--date", "2026-13-01"], "'2026-13-01' is no date; expected YYYY-MM-DD"),
    (["nightly", "--date", "yesterday"], "'yesterday' is no date; expected YYYY-MM-DD"),
    (["nightly", "--date", ""], "'' is no date; expected YYYY-MM-DD"),
    (["release"], "the following arguments are required: NIGHT"),
    (["drop", "../../etc"], "'../../etc' is no date; expected YYYY-MM-DD"),
    (["nights", "--limit", "0"], "'0' is no number of nights; expected 1 or more"),
    (["nights", "--limit", "-1"], "expected"),
    (["nights", "--limit", "many"], "'many' is no number of nights"),
    (["check", "http://page.example/"], "the following arguments are required: target"),
    (["report", "--week", "48"], "'48' is no date"),
    (["explain"], "the following arguments are required: link"),
    (["explain", "1", "--page"], "expected one argument"),
]

WRONG_SETTINGS = [
    (b"site = = 1", "settings: FILE is not TOML: "),
    (b'[[site]]\nsite = "\xe9"\n', "settings: FILE is not UTF-8 (byte 17); save it as UTF-8"),
    (b"", "settings: no [[site]] is given"),
    (f"{GOOD}[fetch]\ntime_out_s = 3\n".encode(), "settings: unknown key fetch.time_out_s; did you mean fetch.read_timeout_s?"),
    (f"{GOOD}[fetsh]\n".encode(), "settings: unknown key fetsh; did you mean fetch?"),
    (f'{GOOD}[fetch]\ndelay_s = "slow"\n'.encode(), "settings: fetch.delay_s is 'slow'; expected float"),
    (GOOD.replace("pages.txt", "").encode(), "path is missing"),
    (None, "settings: cannot read FILE: No such file or directory; check $LINKWATCH_CONFIG"),
    ("folder", "settings: cannot read FILE: Is a directory; check $LINKWATCH_CONFIG"),
]


SETTLED = [["nightly", "--date", "2026-03-02"], ["nights"], ["release", "2026-03-02"], ["report"], ["explain", "-7"]]
"""Commands that need settings."""


@pytest.mark.parametrize(("arguments", "said"), WRONG_ARGUMENTS)
def test_wrong_arguments_are_exit_status_2(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    """The usage, and what is wrong; nothing is run."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""


@pytest.mark.parametrize("command", SETTLED)
@pytest.mark.parametrize(("content", "said"), WRONG_SETTINGS)
def test_wrong_settings_are_exit_status_1(tmp_path, monkeypatch, capsys, command, content, said):
    """Whatever the command: one line that names the file and says what to do, and the home is not touched."""
    file = tmp_path / "linkwatch.toml"
    if content == "folder":
        file.mkdir()
    elif content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("LINKWATCH_CONFIG", str(file))
    monkeypatch.setenv("LINKWATCH_HOME", str(tmp_path / "home"))
    assert main(command) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("linkwatch: ")
    assert said.replace("FILE", str(file)) in shown.err
    assert shown.err.count("\n") == 1
    assert not (tmp_path / "home").exists()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Good settings and a home in which nothing has happened yet."""
    (tmp_path / "linkwatch.toml").write_text(GOOD)
    monkeypatch.setenv("LINKWATCH_CONFIG", str(tmp_path / "linkwatch.toml"))
    monkeypatch.setenv("LINKWATCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_before_the_first_night_the_list_says_so(home, capsys):
    """An empty list is no error, and names the command that fills it."""
    assert main(["nights"]) == 0
    assert capsys.readouterr().out == "no night yet; `linkwatch nightly` runs the first\n"


def test_before_the_first_night_there_is_no_report(home, capsys):
    """A report about nothing is an error that says what to run."""
    assert main(["report"]) == 1
    assert "no night is published yet" in capsys.readouterr().err


def test_before_the_first_night_nothing_can_be_dropped(home, capsys):
    """The error says which nights there are: none."""
    assert main(["drop", "2026-03-02"]) == 1
    assert capsys.readouterr().err == "linkwatch: night 2026-03-02 is not there; known nights: none yet\n"


def test_a_night_in_the_future_is_refused(home, capsys):
    """A slip in the year would make every real night too late to be run."""
    assert main(["nightly", "--date", "2999-01-01"]) == 1
    assert "night 2999-01-01 lies in the future" in capsys.readouterr().err
    assert not home.exists()


@pytest.mark.parametrize("command", [["nights"], ["release", "2026-01-05"], ["drop", "2026-01-05"], ["report"], ["explain", "7"]])
def test_without_settings_and_without_the_example_a_command_says_how_to_begin(tmp_path, monkeypatch, capsys, command):
    """Nobody has set $LINKWATCH_CONFIG, so nobody is told to check a file that they have never heard of."""
    monkeypatch.delenv("LINKWATCH_CONFIG", raising=False)
    monkeypatch.setenv("LINKWATCH_HOME", str(tmp_path / "home"))
    assert main(command) == 1
    said = capsys.readouterr().err
    assert "no night yet: $LINKWATCH_CONFIG names no settings file" in said
    assert "run `linkwatch nightly` for the example world" in said


@pytest.mark.parametrize("page", ["nonsense", "ftp://page.example/", "http://"])
def test_a_page_that_is_no_url_is_refused(home, capsys, page):
    """The command that looks at one page says what is wrong with its address."""
    assert main(["check", page, "own.example"]) == 1
    assert capsys.readouterr().err.startswith("linkwatch: ")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines", "two\nlines"),
        ("\x1b[2Jgone", "�[2Jgone"),
        ("bell\x07, \x9b31mred", "bell�, �31mred"),
        ("turned \u202eround", "turned �round"),
        ("Überraschung 漢字 🎉", "Überraschung 漢字 🎉"),
    ],
)
def test_text_from_outside_cannot_steer_the_terminal(text, shown):
    """Escapes and turns of the writing direction are shown as �, words as they are."""
    assert harmless(text) == shown
