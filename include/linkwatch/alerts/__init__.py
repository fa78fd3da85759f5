"""What to tell people, and how it reaches them once.

message.py says what a message is, words.py and markup.py how things read, groups.py, compose.py and notices.py what is told;
all of these are pure. delivery.py empties the outbox. slack.py is the only one that knows slack_sdk, and is imported by its
own name, so that composing a message does not pay for it.
"""

from linkwatch.alerts.compose import night_messages
from linkwatch.alerts.delivery import DeliveryCounts, Outbox, OutboxRow, Poster, deliver
from linkwatch.alerts.markup import as_text
from linkwatch.alerts.message import ChangeLine, Message, Status, WeeklyNumbers
from linkwatch.alerts.notices import held_message, weekly_message

__all__ = [
    "ChangeLine",
    "DeliveryCounts",
    "Message",
    "Outbox",
    "OutboxRow",
    "Poster",
    "Status",
    "WeeklyNumbers",
    "as_text",
    "deliver",
    "held_message",
    "night_messages",
    "weekly_message",
]
