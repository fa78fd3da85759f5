"""Text from pages in Slack messages: it says what it says, and does nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwatch.alerts import Message, as_text
from linkwatch.alerts.markup import LINK_CHARS, SECTION_CHARS, context, header, link, quoted, sections
from servers.slack import pings

HOSTILE = [
    ("<!channel>", "`&lt;!channel&gt;`"),
    ("<!here|look>", "`&lt;!here|look&gt;`"),
    ("<@U123ABC>", "`&lt;@\u2060U123ABC&gt;`"),
    ("<#C0BACKLINKS>", "`&lt;#C0BACKLINKS&gt;`"),
    ("@here @channel", "`@\u2060here @\u2060channel`"),
    ("<https://evil.example|your bank>", "`&lt;https://evil.example|your bank&gt;`"),
    ("&lt;!channel&gt;", "`&amp;lt;!channel&amp;gt;`"),
    ("a` *bold* _it_ ~no~ `b", "`a' *bold* _it_ ~no~ 'b`"),
    ("two\nlines\r\n\ttabbed\u2028parted", "`two lines tabbed parted`"),
    ("abc\u202egnp.exe\u202c", "`abcgnp.exe`"),
    ("zero\u200bwidth\ufeff\x00\x1b[31m", "`zerowidth[31m`"),
    ("lone \ud800 surrogate", "`lone surrogate`"),
    ("   ", "(empty)"),
    ("", "(empty)"),
    (":rotating_light:", "`:rotating_light:`"),
]


@pytest.mark.parametrize(("text", "expected"), HOSTILE)
def test_hostile_text_becomes_a_code_span_that_does_nothing(text: str, expected: str):
    """Mentions, links, formatting and direction marks of a page are shown and never acted on."""
    assert quoted(text) == expected
    assert pings({"blocks": sections([quoted(text)])}) == []


def test_the_ping_test_itself_sees_what_pings():
    """The helper that the tests of this file lean on finds each way to ping."""
    texts = ["<!channel>", "<!here>", "<@U123>", "<#C1>", "hello @here"]
    assert [len(pings({"text": text})) for text in texts] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("url", "site", "expected"),
    [
        ("https://example.org/a", "", "<https://example.org/a|example.org/a>"),
        ("https://example.org/", "", "<https://example.org/|example.org>"),
        ("https://example.com/pricing", "example.com", "<https://example.com/pricing|/pricing>"),
        ("https://example.com/", "example.com", "<https://example.com/|example.com>"),
        ("https://www.example.com/a", "example.com", "<https://www.example.com/a|www.example.com/a>"),
        ("https://e.org/?a=1&b=2", "", "<https://e.org/?a=1&amp;b=2|e.org/?a=1&amp;b=2>"),
        ("https://e.org/a|<!channel>", "", "<https://e.org/a%7C%3C!channel%3E|e.org/a%7C%3C!channel%3E>"),
        ("https://e.org/@here", "", "<https://e.org/@here|e.org/@\u2060here>"),
        ("https://e.org/*b*`c`", "", "<https://e.org/%2Ab%2A%60c%60|e.org/%2Ab%2A%60c%60>"),
        ("javascript:alert(1)", "", "`javascript:alert(1)`"),
        ("https://e.org/with space", "", "`https://e.org/with space`"),
        ("https://e.org/\u202egnp", "", "`https://e.org/gnp`"),
    ],
)
def test_a_link_leads_where_its_label_says(url: str, site: str, expected: str):
    """The label is the address itself, and an address cannot end the link or open another."""
    assert link(url, site) == expected


def test_a_very_long_address_is_shown_and_cannot_be_clicked():
    """An address that would eat the message is cut in its middle."""
    shown = link("https://example.org/" + "a" * LINK_CHARS + "/end")
    assert shown.startswith("`https://example.org/")
    assert shown.endswith("a/end`")
    assert len(shown) < 100


@given(st.text(max_size=400), st.sampled_from([quoted, link, lambda text: link(f"https://e.org/{text}")]))
def test_no_text_pings_or_breaks_its_bounds(text: str, write):
    """Whatever a page says, what is written is short, on one line, and pings nobody."""
    written = write(text)
    assert pings({"text": written}) == []
    assert "\n" not in written
    assert len(written) <= LINK_CHARS + 130


@given(st.lists(st.text(alphabet="ab<&@ \n`", min_size=1, max_size=9000), min_size=1, max_size=8))
def test_sections_hold_any_lines_within_the_limit(lines: list[str]):
    """No section is empty or over Slack's limit, however long a line is."""
    texts = [block["text"]["text"] for block in sections(line.strip() or "x" for line in lines)]
    assert all(1 <= len(text) <= max(SECTION_CHARS, 9) for text in texts)


def test_the_terminal_shows_a_message_as_it_reads_in_slack():
    """Links are their labels, code spans are quoted, entities are characters, and long lines hang under their bullet."""
    lines = ["*Lost: 1 link*", f"• {link('https://e.org/?a=1&b=2')} → {quoted('a <b> @here')} " + "word " * 12]
    blocks = (header("example.com: night"), *sections(lines), context("small print"))
    message = Message("k", "2026-11-03", "example.com", "nightly", "#backlinks", "t", blocks)
    assert as_text(message, width=60, note="not sent").splitlines() == [
        "│ #backlinks · not sent",
        "│ example.com: night",
        "│ ──────────────────",
        "│ Lost: 1 link",
        "│ • e.org/?a=1&b=2 → “a <b> @here” word word word word word",
        "│   word word word word word word word",
        "│",
        "│ small print",
    ]


def test_a_reply_is_indented_in_the_terminal():
    """What stands in a thread stands below its message."""
    message = Message("k", "2026-11-03", "e.com", "thread", "#b", "t", tuple(sections(["*Lost*", "• one"])), parent_key="p")
    assert as_text(message).splitlines() == ["  ↳ Lost", "    • one"]
