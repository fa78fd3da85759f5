"""What goes into alerts and what comes out of them: plain values, no wording and no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from linkwatch.model import Role

Block = Mapping[str, object]
"""One Block Kit block, JSON-able."""


class Status(StrEnum):
    """Where a message of the outbox stands. Only `pending` and `sending` are still to be delivered."""

    PENDING = "pending"
    SENDING = "sending"  # about to be posted, or posted and not noted: Slack is asked before it is posted again
    SENT = "sent"
    PRINTED = "printed"  # there was no Slack connection or no channel
    SKIPPED = "skipped"  # a reply whose thread was never posted; what it says also stands in its night's message
    FAILED = "failed"  # Slack refuses this very message; neither waiting nor mending the set-up would help


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready for the outbox. `dedupe_key` is its identity: it is told once, however often it is composed."""

    dedupe_key: str
    night: str  # YYYY-MM-DD; for the weekly report the last night of the week
    site: str  # empty where it is about no single site
    kind: str  # "nightly", "thread", "recovered", "suspicion", "held", "waiting", "sources", "weekly"
    channel: str  # name or id; empty: it is printed
    text: str  # one line for notifications and screen readers; free of text from pages
    blocks: tuple[Block, ...]
    parent_key: str = ""  # the message that this one replies to; empty: stands by itself
    position: int = 0  # order of delivery within its night; a parent comes before its replies

    @property
    def payload(self) -> dict[str, object]:
        """What the outbox keeps and Slack is given: `{"text": …, "blocks": […]}`."""
        return {"text": self.text, "blocks": [dict(block) for block in self.blocks]}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change of one link, as the warehouse's `change` table has it.

    `evidence` says what the last look showed: `outcome`, `http_status`, `final_url`, `redirects` ([[status, url], …]),
    `detail`, `last_seen_at`, `missing_since`, `looks` (absences in a row), `first_seen_at`, `history` (of the page:
    [[outcome, first night, last night, looks], …]), what is known of the link (`followed`, `zone`, `anchor`, `rel`,
    `context_before`), and where pages are kept (`kept_before`, `kept_now`). For a recovered link `lost_night` or `lost_at`
    names the night that told the loss. What is not known is left out; times are aware datetimes or ISO text.
    """

    kind: str  # a ChangeKind
    site: str
    link_id: int
    source_url: str
    target_url: str
    source_domain: str
    reason: str  # loss reason; for "changed" the attributes that differ, joined by ","
    before: Mapping[str, object]
    after: Mapping[str, object]
    evidence: Mapping[str, object]

    def fact(self, name: str) -> object:
        """What is known of the link under `name`: as it was for a loss, as it is for all others; None when not known."""
        first, last = (self.before, self.after) if self.kind == "lost" else (self.after, self.before)
        for facts in (first, self.evidence, last):
            if facts.get(name) is not None:
                return facts[name]
        return None


@dataclass(frozen=True, slots=True)
class LossStory:
    """What became of the links of one referring domain that one night told as lost, up to the night before tonight."""

    site: str
    night: str  # that told the loss
    domain: str
    lost: int
    back: int  # recovered since, tonight left out


@dataclass(frozen=True, slots=True)
class WeeklyNumbers:
    """One site's week. Counts are links unless the name says referring domains."""

    site: str
    role: Role
    links_live: int
    referring_domains_live: int
    gained: int
    lost: int
    recovered: int
    changed: int = 0
    findings: int = 0
    held_nights: int = 0
