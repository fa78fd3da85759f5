"""What to tell people, and how it reaches them once.

message.py says what a message is, words.py and markup.py how things read; stories.py, groups.py, suspects.py, compose.py and
notices.py what is told; all of these are pure. delivery.py empties the outbox. slack.py is the only one that knows slack_sdk,
and is imported by its own name, so that composing a message does not pay for it.
"""

from linkwatch.alerts.compose import night_messages
from linkwatch.alerts.delivery import DeliveryCounts, Outbox, OutboxRow, Poster, deliver
from linkwatch.alerts.markup import as_text, plain_text
from linkwatch.alerts.message import ChangeLine, LossStory, Message, Status, WeeklyNumbers
from linkwatch.alerts.notices import (
    Trouble,
    held_message,
    same_trouble,
    sources_message,
    waiting_losses,
    waiting_message,
    weekly_message,
)
from linkwatch.alerts.words import OUTCOMES, details, lost_day, story

__all__ = [
    "OUTCOMES",
    "ChangeLine",
    "DeliveryCounts",
    "LossStory",
    "Message",
    "Outbox",
    "OutboxRow",
    "Poster",
    "Status",
    "Trouble",
    "WeeklyNumbers",
    "as_text",
    "deliver",
    "details",
    "held_message",
    "lost_day",
    "night_messages",
    "plain_text",
    "same_trouble",
    "sources_message",
    "story",
    "waiting_losses",
    "waiting_message",
    "weekly_message",
]
