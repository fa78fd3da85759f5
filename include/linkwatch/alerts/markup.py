"""Slack's markup, written so that no page can speak through it, and read back for the terminal. No wording.

Slack gives meaning to `& < >` (entities, mentions, links) and to `* _ ~` and backticks (formatting). Text from pages
therefore stands in code spans only, stripped of control and direction characters, cut, and escaped. A link is built from an
http(s) URL of printable ASCII alone. Every text object is `verbatim`, so nothing in it is turned into a link or a mention.
Limits: https://docs.slack.dev/reference/block-kit/blocks, /reference/block-kit/composition-objects/text-object.
"""

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Protocol

from linkwatch.alerts.message import Block

SECTION_CHARS = 2_900
"""Characters of one section's text that we fill; Slack takes 3,000."""

MESSAGE_CHARS = 7_500
"""Characters of all blocks of a message that we fill. Slack documents no sum and has refused messages from 11,300 on
(`msg_blocks_too_long`, https://github.com/slackapi/bolt-js/issues/2867)."""

HEADER_CHARS = 150
LINK_CHARS = 500  # of an address as escaped; a longer one is shown, and cannot be clicked
LABEL_CHARS = 80

_WEB_ADDRESS = re.compile(r"https?://[\x21-\x7e]+")
_IN_ADDRESS = {ord(mark): f"%{ord(mark):02X}" for mark in '<>|"`*\\'}
_JOINER = "\u2060"  # invisible, joins no word: "@here" with it inside is no mention
_TOKEN = re.compile(r"`([^`]*)`|<([^|>]*)\|([^>]*)>|\*([^*\n]+)\*")


class Told(Protocol):
    """What can be shown: a Message, or the row of the outbox that keeps it."""

    @property
    def channel(self) -> str:
        """Where it goes; empty: the terminal."""

    @property
    def parent_key(self) -> str:
        """What it replies to; empty: nothing."""

    @property
    def payload(self) -> Mapping[str, object]:
        """`{"text": …, "blocks": […]}`."""


def escape(text: str) -> str:
    """`text` with Slack's three control characters as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str, limit: int = 80) -> str:
    """Text from a page as a code span of `limit` characters at most: it formats nothing, links nowhere and pings nobody."""
    printable = _printable(text).replace("`", "'")
    return f"`{_fitted(printable, limit)}`" if printable else "(empty)"


def link(url: str, site: str = "") -> str:
    """A link to `url` whose label is the address itself, without scheme, and without the host where that is `site`.

    What is no printable http(s) address, or is very long, is shown as `quoted` instead.
    """
    address = url.translate(_IN_ADDRESS)
    if not _WEB_ADDRESS.fullmatch(url) or len(escape(address)) > LINK_CHARS:
        return quoted(url)
    label = address.partition("//")[2]
    if site and label.startswith(f"{site}/") and label != f"{site}/":
        label = label.removeprefix(site)
    return f"<{escape(address)}|{_fitted(label.removesuffix('/') or label, LABEL_CHARS)}>"


def header(text: str) -> Block:
    """A title; plain text, so nothing in it is markup."""
    return {"type": "header", "text": {"type": "plain_text", "text": _shorten(_printable(text), HEADER_CHARS), "emoji": False}}


def context(text: str) -> Block:
    """Small print, in mrkdwn."""
    return {"type": "context", "elements": [_mrkdwn(text)]}


def sections(lines: Iterable[str]) -> list[Block]:
    """Entries of mrkdwn (one line or several) packed into as few sections as the limit allows.

    An entry is split between its lines only where it fits no section; a line that fits none is cut and loses its links.
    """
    texts: list[str] = []
    whole = ((text,) if len(text) <= SECTION_CHARS else text.split("\n") for text in lines)
    for line in (part for parts in whole for part in parts):
        if len(line) > SECTION_CHARS:
            line = quoted(_read_back(line), limit=SECTION_CHARS // 2)
        if texts and len(texts[-1]) + 1 + len(line) <= SECTION_CHARS:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [{"type": "section", "text": _mrkdwn(text)} for text in texts]


def plain_text(mrkdwn: str) -> str:
    """A line of mrkdwn as it reads: links as their labels, code spans as “quoted” text."""
    return _read_back(mrkdwn)


def as_text(message: Told, width: int = 110, note: str = "") -> str:
    """A message as it would read in Slack, for the terminal: lines of `width` columns where words allow it.

    `note` stands beside the channel, e.g. "not sent: no Slack connection". A reply is indented and names no channel.
    """
    lines = [" · ".join(part for part in (message.channel or "no channel", note) if part)]
    blocks = message.payload.get("blocks")
    for block in blocks if isinstance(blocks, list) else []:
        body = _text_object(block)
        text = str(body["text"]) if body["type"] == "plain_text" else _read_back(str(body["text"]))
        if block["type"] == "header":
            lines += [text, "─" * min(len(text), width)]
            continue
        starts_anew = block["type"] == "context" or str(body["text"]).startswith("*")
        lines += [""] if starts_anew and len(lines) > 1 and "─" not in lines[-1] else []
        lines += [row for line in text.split("\n") for row in _wrapped(line, width)]
    if message.parent_key:
        return "\n".join(f"{'  ↳ ' if number == 0 else '    '}{line}".rstrip() for number, line in enumerate(lines[1:]))
    return "\n".join(f"│ {line}".rstrip() for line in lines)


def _wrapped(line: str, width: int) -> list[str]:
    """A line in rows; those after the first stand under its text, not under its bullet."""
    indent = len(line) - len(line.lstrip()) + (2 if line.lstrip().startswith("•") else 0)
    return textwrap.wrap(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _printable(text: str) -> str:
    """`text` on one line, without control, direction, invisible and unassigned characters (Unicode category C)."""
    kept = (" " if letter.isspace() else letter for letter in text if letter.isspace() or unicodedata.category(letter)[0] != "C")
    return " ".join("".join(kept).split())


def _fitted(text: str, limit: int) -> str:
    """`text` shortened and escaped, also where every character is an entity: never more than half as long again as `limit`."""
    room = limit
    while len(shown := escape(_shorten(text, room)).replace("@", "@" + _JOINER)) > limit * 3 // 2:
        room = room * 3 // 4
    return shown


def _shorten(text: str, limit: int) -> str:
    """`text`, cut in its last third where it is longer than `limit`: the end of an address often tells it apart."""
    if len(text) <= limit:
        return text
    tail = limit // 3
    return f"{text[: limit - tail - 1]}…{text[len(text) - tail :]}"


def _text_object(block: Mapping[str, object]) -> Mapping[str, object]:
    body = block["elements"][0] if isinstance(block.get("elements"), list) else block["text"]  # type: ignore[index]  # a list
    assert isinstance(body, dict)  # noqa: S101 - `header`, `context` and `sections` above wrote it
    return body


def _read_back(mrkdwn: str) -> str:
    def shown(match: re.Match[str]) -> str:
        code, _, label, bold = match.groups()
        return f"“{code}”" if code is not None else label or bold or ""

    text = _TOKEN.sub(shown, mrkdwn).replace(_JOINER, "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
