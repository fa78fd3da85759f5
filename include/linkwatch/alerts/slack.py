"""Slack's Web API through slack_sdk: post a message, and find one by the key in its metadata. Nothing else knows Slack.

The app needs the scopes `chat:write` to post, and `channels:history` (`groups:history` in a private channel) to find what an
interrupted run has posted; with a channel's name instead of its id also `channels:read` (`groups:read`).
slack_sdk's own retries stay off: they repeat a post whose answer was lost, which is a second message.
"""

import re
import socket
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from linkwatch.alerts.delivery import Absent, OutboxRow, Posted, Refused, Unreachable
from linkwatch.errors import AlertError

EVENT_TYPE = "linkwatch_alert"
"""`event_type` of the metadata that each message carries."""

PAUSES_S = (1.0, 4.0)
"""Pauses between the tries of a post that met no answer or a server error."""

MAX_WAIT_S = 300.0
"""Longest sum of `Retry-After` that one call waits out; Slack asks for seconds, rarely for more than a minute."""

TIMEOUT_S = 20

_CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{6,}")
_ERROR_CODE = re.compile(r"[a-z_]+")
_PAGE = 200

_OWN_TROUBLE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"})
"""Errors that say that Slack itself is in trouble: worth another try."""

_FOR_GOOD = frozenset(
    {
        *("msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format", "no_text"),
        *("metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema"),
        *("thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"),
    }
)
"""Errors that are about this very message."""

_ADVICE = {
    "invalid_auth": "put a valid bot token (xoxb-…) into the password of the Slack connection",
    "not_authed": "put a bot token (xoxb-…) into the password of the Slack connection",
    "token_revoked": "the token was revoked; install the app again and put the new token into the Slack connection",
    "token_expired": "the token has expired; put a new one into the Slack connection",
    "account_inactive": "the app was removed from the workspace; install it again",
    "missing_scope": "give the app chat:write, channels:history, channels:read (private channels: groups:history, groups:read)",
    "channel_not_found": "check slack.channel in the settings, or the site's channel; invite the app to a private channel",
    "not_in_channel": "invite the app to the channel: /invite @your-app",
    "is_archived": "the channel is archived; name another one in slack.channel",
    "restricted_action": "a workspace setting keeps the app from posting there; ask a workspace administrator",
    "thread_not_found": "somebody deleted the message that this one replies to",
}


class SlackPoster:
    """Posts to and searches one workspace. `base_url` is for tests and gateways; `sleep` waits seconds."""

    def __init__(
        self, token: str, base_url: str = "https://slack.com/api/", *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise AlertError(
                f"alerts: Slack's base URL is {base_url!r}; expected https://slack.com/api/; mend the Slack connection"
            )
        self._client = WebClient(token=token, base_url=base_url, timeout=TIMEOUT_S, retry_handlers=[])
        self._client.proxy = None  # slack_sdk reads $HTTPS_PROXY and forgets $NO_PROXY; urllib by itself heeds both
        self._sleep = sleep
        self._channel_ids: dict[str, str] = {}

    def post(self, row: OutboxRow, thread_ts: str = "") -> Posted | Refused | Unreachable:
        """Post a row once. Before another try after a lost answer, Slack is asked whether the message has arrived."""
        answer, unsure = self._post_once(row, thread_ts), False
        for pause in PAUSES_S:
            if not isinstance(answer, Unreachable):
                break
            unsure = unsure or answer.unsure
            self._sleep(pause)
            found = self.find(row, thread_ts) if unsure else Absent()
            if isinstance(found, Posted):
                return found
            if not isinstance(found, Absent):
                return Unreachable(found.detail, unsure=True)
            answer = self._post_once(row, thread_ts)
        if unsure and not isinstance(answer, Posted):
            return Unreachable(answer.detail, unsure=True)
        return answer

    def find(self, row: OutboxRow, thread_ts: str = "") -> Posted | Absent | Refused | Unreachable:
        """The message with the row's key, in its thread or in the channel back to the start of the row's night."""
        channel = self._channel_id(row.channel)
        if not isinstance(channel, str):
            return channel
        since, cursor = _midnight(row.night), ""
        while True:
            arguments = {"channel": channel, "include_all_metadata": True, "limit": _PAGE, "cursor": cursor or None}
            page = (
                self._call(self._client.conversations_replies, ts=thread_ts, **arguments)
                if thread_ts
                else self._call(self._client.conversations_history, **arguments)
            )
            if not isinstance(page, SlackResponse):
                return page
            messages: list[Mapping[str, Any]] = page.get("messages", [])
            for message in messages:
                if _key_of(message) == row.dedupe_key:
                    return Posted(str(message["ts"]))
            cursor = _next_cursor(page)
            # History comes newest first. One page is always read: a night of the example world may lie in the future.
            if not cursor or (not thread_ts and messages and float(messages[-1]["ts"]) < since):
                return Absent()

    def _post_once(self, row: OutboxRow, thread_ts: str) -> Posted | Refused | Unreachable:
        answer = self._call(
            self._client.chat_postMessage,
            channel=row.channel,
            thread_ts=thread_ts or None,
            metadata={"event_type": EVENT_TYPE, "event_payload": _identity(row)},
            unfurl_links=False,
            unfurl_media=False,
            **row.payload,
        )
        if not isinstance(answer, SlackResponse):
            return answer
        self._channel_ids[row.channel] = str(answer["channel"])
        return Posted(str(answer["ts"]))

    def _channel_id(self, channel: str) -> str | Refused | Unreachable:
        """Id of a channel; posts take a name, history does not."""
        if _CHANNEL_ID.fullmatch(channel):
            return channel
        cursor = ""
        while channel not in self._channel_ids:
            page = self._call(
                self._client.conversations_list,
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=_PAGE,
                cursor=cursor or None,
            )
            if not isinstance(page, SlackResponse):
                return page
            channels: list[Mapping[str, Any]] = page.get("channels", [])
            for entry in channels:
                if entry["name"] == channel.removeprefix("#"):
                    self._channel_ids[channel] = str(entry["id"])
            cursor = _next_cursor(page)
            if not cursor and channel not in self._channel_ids:
                return _refusal("channel_not_found")
        return self._channel_ids[channel]

    def _call(self, method: Callable[..., SlackResponse], **arguments: object) -> SlackResponse | Refused | Unreachable:
        """One call as a value. 429 is waited out as long as Slack asks, up to MAX_WAIT_S in all."""
        waited = 0.0
        while True:
            try:
                return method(**arguments)
            except SlackApiError as error:
                response = error.response
                if response.status_code != 429:
                    return _failure(response)
                pause = _retry_after(response.headers)
                if waited + pause > MAX_WAIT_S:
                    detail = f"Slack's rate limit asks for {pause:.0f} s more; deliver again later"
                    return Refused(detail, for_good=False)
                waited += pause
                self._sleep(pause)
            except URLError as error:
                never_sent = isinstance(error.reason, ConnectionRefusedError | socket.gaierror)
                return Unreachable(f"Slack cannot be reached: {error.reason}; deliver again later", unsure=not never_sent)
            except (OSError, HTTPException) as error:
                return Unreachable(f"Slack's answer was lost: {error or type(error).__name__}", unsure=True)


def _identity(row: OutboxRow) -> dict[str, str]:
    return {"dedupe_key": row.dedupe_key, "night": row.night, "site": row.site, "kind": row.kind}


def _key_of(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    return str(metadata.get("event_payload", {}).get("dedupe_key", "")) if metadata.get("event_type") == EVENT_TYPE else ""


def _next_cursor(page: SlackResponse) -> str:
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")


def _midnight(night: str) -> float:
    """Start of a night as Unix seconds; 0 where the row's night is no date."""
    try:
        return datetime.fromisoformat(night).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that a 429 asks for; 30 where it does not say. It should: https://docs.slack.dev/apis/web-api/rate-limits"""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return max(1.0, float(value)) if value.isdecimal() else 30.0


def _failure(response: SlackResponse) -> Refused | Unreachable:
    code = str(response.get("error") or "")
    if response.status_code >= 500 or code in _OWN_TROUBLE or not _ERROR_CODE.fullmatch(code):
        return Unreachable(f"Slack is in trouble: HTTP {response.status_code}", unsure=True)
    return _refusal(code)


def _refusal(code: str) -> Refused:
    advice = _ADVICE.get(code, "see https://docs.slack.dev/reference/methods/chat.postMessage#errors")
    return Refused(f"Slack says {code}; {advice}", for_good=code in _FOR_GOOD)
