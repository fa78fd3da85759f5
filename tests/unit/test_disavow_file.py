"""The disavow file: how an uploaded one is read, what decisions add to it, and which file Google would refuse."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from linkwatch.disavow import (
    MAX_BYTES,
    MAX_COMMENT,
    MAX_LINES,
    MAX_URL,
    Disavowed,
    Line,
    put_together,
    read_uploaded,
    wanted_lines,
)
from linkwatch.errors import DisavowError
from linkwatch.model import Role, Scope, Site
from linkwatch.urls import registrable_domain

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "disavow.toml").read_text(encoding="utf-8"))
OWN = (Site("own.example", Role.OWN, Scope.DOMAIN), Site("shared.example/us/", Role.OWN, Scope.PREFIX))
TODAY = date(2026, 11, 22)
NAME = "uploaded.txt"


def link(url: str, whole: bool = False, **values: Any) -> Disavowed:
    """A disavowed link that Anna found bought."""
    usual = {"rule": "thin_page", "by": "anna", "at": datetime(2026, 11, 20, 9, tzinfo=UTC), "why": "bought"}
    return Disavowed(url, registrable_domain(url), whole, **{**usual, **values})


def of_text(*lines: str) -> tuple[Line, ...]:
    """An uploaded file of these lines."""
    return read_uploaded("".join(f"{line}\n" for line in lines).encode(), NAME)


@pytest.mark.parametrize("case", CASES["line"], ids=lambda case: case["text"].strip())
def test_a_line_is_read_as_what_it_says(case):
    """Comments, domains in any spelling, and pages; the text stays as it was written."""
    assert of_text("#", case["text"])[1] == Line(2, case["text"].rstrip(), case["key"])


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["text"])
def test_a_line_that_google_would_not_understand_is_refused(case):
    """With its number, what it says, and what would be right."""
    with pytest.raises(DisavowError) as refused:
        of_text("# fine", "domain:fine.example", case["text"])
    assert f"{NAME}, line 3: got {case['text']!r}; expected a comment (#…), domain:example.org, or a URL" in str(refused.value)


def test_all_refused_lines_are_named_at_once():
    """Nobody mends a file line by line, run by run."""
    with pytest.raises(DisavowError, match=r"line 1 \(and 6 more such lines: lines 2, 3, 4, 5, 6 and 1 more\)"):
        of_text(*["spam.example"] * 7)


@pytest.mark.parametrize("case", CASES["merged"], ids=lambda case: case["name"])
def test_a_file_is_put_together(case):
    """What was uploaded stays and stands first; what decisions add follows with their reasons."""
    wanted = wanted_lines([link(url, whole) for url, whole in case["links"]], OWN)
    made = put_together("own.example", TODAY, wanted, case.get("withdrawn", ()), of_text(*case["uploaded"]), NAME)
    assert made.text.splitlines() == case["text"]
    assert list(made.entries) == case["entries"]
    assert list(made.notes) == case.get("notes", [])


def test_a_file_of_ours_that_is_merged_again_stays_as_it_is():
    """Uploading what was made and merging it the next time adds nothing, on whatever day."""
    wanted = wanted_lines([link("https://a.example/", True), link("https://b.example/1")], OWN)
    first = put_together("own.example", TODAY, wanted)
    again = put_together("own.example", date(2027, 1, 1), wanted, (), read_uploaded(first.text.encode(), NAME), NAME)
    assert again == first


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_uploaded_file_is_read_in_its_encoding(encoding, end):
    """With and without a byte order mark, from any system; what is made of it is UTF-8 without one."""
    data = end.join(["# Bücher", "domain:a.example", "http://b.example/", ""]).encode(encoding)
    lines = read_uploaded(data, NAME)
    assert [line.text for line in lines] == ["# Bücher", "domain:a.example", "http://b.example/"]
    made = put_together("own.example", TODAY, {}, (), lines, NAME)
    assert made.text == "# Bücher\ndomain:a.example\nhttp://b.example/\n"


def test_another_encoding_is_refused_with_its_line():
    """Windows-1252 would turn into other names silently."""
    with pytest.raises(DisavowError, match=r"uploaded\.txt, line 2: got bytes that are no UTF-8"):
        read_uploaded("domain:a.example\n# Bücher\n".encode("cp1252"), NAME)


def test_a_reason_is_one_line_whatever_it_contains():
    """A line break in a reason would make an entry of the rest of it."""
    why = "sold\r\ndomain:innocent.example\u2028http://innocent.example/\x00\x1b[2J"
    made = put_together("own.example", TODAY, wanted_lines([link("https://a.example/", why=why, by="eve\nx")], OWN))
    assert made.text.splitlines()[1:] == [
        "# eve x, 2026-11-20: sold domain:innocent.example http://innocent.example/ [2J (thin_page)",
        "https://a.example/",
    ]
    assert made.entries == ("https://a.example/",)


def test_a_long_reason_is_cut_and_keeps_its_rules():
    """A comment counts towards the size of the file."""
    [(comment,)] = wanted_lines([link("https://a.example/", why="x" * 5000)], OWN).values()
    assert len(comment) == MAX_COMMENT
    assert comment.endswith("x… (thin_page)")


def test_each_decision_is_told_once_with_all_its_rules():
    """Two rules of one decision share a comment; another decision has its own."""
    later = {"at": datetime(2026, 11, 21, 9, tzinfo=UTC), "by": "bob", "why": "spam"}
    links = [link("https://a.example/", rule=rule) for rule in ("thin_page", "copied_text")]
    wanted = wanted_lines([*links, link("https://a.example/", **later)], OWN)
    comments = ("# anna, 2026-11-20: bought (copied_text, thin_page)", "# bob, 2026-11-21: spam (thin_page)")
    assert wanted == {"https://a.example/": comments}


def test_the_most_lines_that_google_takes_are_taken_and_no_more():
    """Blank lines and comments count."""
    most = of_text(*["#"] * (MAX_LINES - 2), "", "domain:a.example")
    assert put_together("own.example", TODAY, {}, (), most, NAME).entries == ("domain:a.example",)
    with pytest.raises(
        DisavowError, match=r"too many lines: got 100,003 \(100,000 of them from uploaded\.txt\), expected at most"
    ):
        put_together("own.example", TODAY, {"domain:b.example": ()}, (), most, NAME)


def test_the_largest_file_that_google_takes_is_taken_and_no_larger():
    """The size is that of the bytes, not of the characters."""
    line = "# " + "ä" * 499 + "\n"  # 1,001 bytes
    lines = read_uploaded((line * (MAX_BYTES // 1001)).encode(), NAME)
    assert len(put_together("own.example", TODAY, {}, (), lines, NAME).text.encode()) <= MAX_BYTES
    with pytest.raises(DisavowError, match="too large: got 2,000,999 bytes, expected at most 2,000,000; put domain: lines"):
        put_together("own.example", TODAY, {}, (), (*lines, Line(len(lines) + 1, line[:-1], "")), NAME)


def test_a_url_that_is_too_long_is_refused_with_a_way_out():
    """Of ours with its length; a domain: line that covers it lets the file be made."""
    url = "https://a.example/" + "x" * MAX_URL
    fits = url[:MAX_URL]
    assert put_together("own.example", TODAY, wanted_lines([link(fits)], OWN)).entries == (fits,)
    with pytest.raises(DisavowError, match=r"got 2,066 characters .* expected at most 2,048; decide on all links of a.example"):
        put_together("own.example", TODAY, wanted_lines([link(url)], OWN))
    merged = of_text("domain:a.example")
    assert put_together("own.example", TODAY, wanted_lines([link(url)], OWN), (), merged, NAME).entries == ("domain:a.example",)
    with pytest.raises(DisavowError, match=r"uploaded\.txt, line 1: got"):
        of_text(url)
