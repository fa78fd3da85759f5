"""What operations is told of sources that are held or could not be read, and when it is told again."""

import pytest

from linkwatch.alerts import as_text, same_trouble, sources_message
from linkwatch.settings import SlackSettings

N1, N2, N3 = "2026-11-01", "2026-11-02", "2026-11-03"
SLACK = SlackSettings(channel="#backlinks", ops_channel="#ops")
HELD = ("ahrefs", "held", "collapse: it has 3 claims; expected at least 50. Get it again.")
GONE = ("partners", "unreadable", "source partners: no file exports/partners.csv; check its path")


def key(night, troubles, **since):
    """The identity of a night's message."""
    return sources_message(night, troubles, SLACK, since=since).dedupe_key


def test_a_night_without_trouble_says_nothing():
    """No message at all."""
    assert sources_message(N1, [], SLACK) is None


def test_each_source_is_named_with_its_reason():
    """One message, to operations: who, what became of it, why, and what follows."""
    message = sources_message(N2, [HELD, GONE], SLACK, since={"ahrefs": N1, "partners": N2})
    assert (message.kind, message.channel, message.site) == ("sources", "#ops", "")
    assert message.text == f"Night of {N2}: 1 source held and 1 source not read"
    told = " ".join(as_text(message).split())
    assert f"ahrefs is held (since {N1}): “collapse: it has 3 claims; expected at least 50. Get it again.”" in told
    assert "partners could not be read: “source partners: no file exports/partners.csv; check its path”" in told
    assert "Pages that a held source names are looked at; its claims wait." in told


def test_without_a_channel_of_its_own_operations_reads_the_usual_one():
    """As for all operations messages."""
    assert sources_message(N1, [HELD], SlackSettings(channel="#backlinks")).channel == "#backlinks"


def test_text_from_files_says_nothing_in_slack():
    """A file's column or name is shown as code, and pings nobody."""
    hostile = ("x", "held", "schema: columns are gone: '<!channel>', '*`b`*', '\u202e'")
    [line] = [block["text"]["text"] for block in sources_message(N1, [hostile], SLACK).blocks if block["type"] == "section"]
    assert "<!channel>" not in line
    assert "\u202e" not in line
    assert line.count("`") == 2


def test_many_sources_are_counted():
    """Twenty are listed; where the others are is said."""
    message = sources_message(N1, [(f"s{number}", "held", "because") for number in range(30)], SLACK)
    told = as_text(message)
    assert told.count("is held") == 20
    assert "… and 10 more, in the column `sources`" in told.replace("“", "`").replace("”", "`")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (key(N1, [HELD]), key(N2, [HELD], ahrefs=N1), True),  # it lasts
        (key(N1, [HELD]), key(N2, [HELD], ahrefs=N2), False),  # it came back
        (key(N1, [HELD]), key(N2, [HELD, GONE], ahrefs=N1, partners=N2), False),  # another joins
        (key(N2, [HELD, GONE], ahrefs=N1, partners=N2), key(N3, [GONE], partners=N2), True),  # one is mended
        (key(N1, [HELD, GONE]), key(N2, [GONE, HELD], ahrefs=N1, partners=N1), True),
        (key(N1, [HELD]), key(N1, [("ahrefs", "held", "stale: it is old")]), False),
    ],
)
def test_the_same_trouble_is_told_once(first, second, same):
    """A message is made itself by the troubles that began last."""
    assert (first == second) is same


@pytest.mark.parametrize(
    ("why", "same"),
    [
        ("collapse: it has 17 claims; expected at least 52. Get it again.", True),
        ("collapse: it has 3 claims; expected at least 50. Look into it.", False),
    ],
)
def test_another_number_is_no_other_trouble(why, same):
    """An interface that gives a few rows more or less each night is one trouble."""
    assert (same_trouble(("ahrefs", "held", why)) == same_trouble(HELD)) is same
