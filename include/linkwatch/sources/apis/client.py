"""How a vendor is asked: each call is priced and entered before it is sent, tried again where that may help, and settled.

    with Client(pull, BASE_URL, headers={"Authorization": f"Bearer {key_of(pull)}"}) as client:
        answer = client.call("GET", "backlinks", endpoint="backlinks", units=50.0, params={…}, cost=…)

What a call costs where nobody told us [unverified for every vendor]: an answer with an error for a status costs nothing, as
nothing was delivered; a call whose answer was lost on the way counts as priced, as the vendor may have done its work.
"""

import logging
import random
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Self

from linkwatch.errors import SourceError
from linkwatch.sources.apis.rows import (
    BudgetSpent,
    PlannedCall,
    SiteRefused,
    field,
    page_sizes,
    planned,
    read_rows,
    site_named,
    sites_of,
)
from linkwatch.sources.apis.session import Answer, Failure, Session
from linkwatch.sources.pull import Pull

__all__ = [
    "Answer",
    "BudgetSpent",
    "Client",
    "PlannedCall",
    "SiteRefused",
    "Sleep",
    "field",
    "key_of",
    "page_sizes",
    "planned",
    "read_rows",
    "site_named",
    "sites_of",
]

ATTEMPTS = 4
BACKOFF_S = 2.0
"""Before the second try; doubled before each further one, and spread by half in both directions."""
MAX_WAIT_S = 120.0
"""The longest that a vendor may make us wait (Retry-After); whoever asks for more has had enough for tonight."""

_AGAIN = frozenset({429, 500, 502, 503, 504})
_SIGN_IN = frozenset({401, 402, 403, 407})

Sleep = Callable[[float], None]
Cost = Callable[[Answer], tuple[float, int]]
"""From an answer to the units that it did cost and the rows in it."""

log = logging.getLogger(__name__)


def key_of(pull: Pull) -> str:
    """The key that the source signs in with. Raises SourceError where its connection has none that could be one."""
    key = pull.account.password.strip() if pull.account else ""
    if key and key.isascii() and key.isprintable():
        return key
    found = "a password with characters that no key has" if key else "no password"
    raise SourceError(
        f"source {pull.source.name}: the Airflow connection {pull.source.connection!r} has {found}; "
        "expected the vendor's API key there"
    )


class Client:
    """One vendor, for one pull, over connections that stay open; close it, or use it in a `with`.

    `base_url` is the vendor's, unless the account names another. `secret_params` go into every query and are shown nowhere.
    """

    def __init__(
        self,
        pull: Pull,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret_params: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        sleep: Sleep = time.sleep,
    ) -> None:
        key = key_of(pull)
        self._pull = pull
        self._base_url = ((pull.account.base_url if pull.account else "") or base_url).rstrip("/")
        self._secret_params = dict(secret_params or {})
        self._session = Session(headers or {}, auth, (key, *self._secret_params.values()))
        self._sleep = sleep
        self._jitter = random.Random(f"{pull.source.name} {pull.as_of}")  # noqa: S311 - spreads waits, guards nothing

    def call(
        self,
        method: str,
        path: str,
        *,
        endpoint: str,
        units: float,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        cost: Cost | None = None,
    ) -> Answer:
        """The answer, its status 2xx. `units` is the most that the call can cost; `cost` says what it did, else that much.

        Each attempt is a call of its own in the ledger. Raises BudgetSpent before one that would go beyond the budget,
        SiteRefused for a request that the vendor does not take, SourceError for anything else that ends in no answer.
        """
        tried = 0
        while True:
            tried += 1
            number = self._enter(endpoint, units)
            try:
                answer = self._attempt(method, path, params or {}, json, endpoint)
            except Failure as failure:
                self._settle(number, endpoint, units if failure.may_cost else 0.0, 0, failure.status)
                if not failure.again or tried >= ATTEMPTS:
                    raise self._error(f"{failure.why}{_tries(tried)}; look at its status page, or try again later") from None
                self._sleep(self._backoff(tried))
                continue
            if answer.status < 300:
                self._settle_answer(number, endpoint, answer, units, cost)
                return answer
            self._settle(number, endpoint, 0.0, 0, str(answer.status))
            if answer.status not in _AGAIN or tried >= ATTEMPTS:
                raise self._refusal(answer, tried)
            self._sleep(self._wait(answer, tried))

    def shown(self, text: str) -> str:
        """What a vendor said, for an error: without keys, on one line, cut."""
        said = self._session.masked(text)[:2000]
        return " ".join("".join(char if char.isprintable() else " " for char in said).split())[:300]

    def close(self) -> None:
        """Close its connections."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _attempt(self, method: str, path: str, params: Mapping[str, Any], json: Any, endpoint: str) -> Answer:
        url = f"{self._base_url}/{path.lstrip('/')}"
        return self._session.send(method, url, {**params, **self._secret_params}, json, f"{self._pull.source.kind} ({endpoint})")

    def _enter(self, endpoint: str, units: float) -> int | None:
        ledger, source = self._pull.ledger, self._pull.source
        if ledger is None:
            if units:
                raise ValueError(f"{source.name}: a call that costs {units:g} needs a ledger")
            return None
        spent = ledger.spent() if units else 0.0
        if units and spent + units > source.budget_units:
            raise BudgetSpent(
                f"the budget is spent: {spent:,g} of budget_units = {source.budget_units:,g} this month, "
                f"and the next call may cost {units:,g}"
            )
        return ledger.enter(endpoint, units)

    def _settle(self, number: int | None, endpoint: str, units: float, rows: int, status: str) -> None:
        self._pull.notes.units += units
        log.info("call source=%s endpoint=%s status=%s rows=%s units=%g", self._pull.source.name, endpoint, status, rows, units)
        if number is not None and self._pull.ledger is not None:
            self._pull.ledger.settle(number, units=units, rows=rows, status=status)

    def _settle_answer(self, number: int | None, endpoint: str, answer: Answer, units: float, cost: Cost | None) -> None:
        try:
            did_cost, rows = cost(answer) if cost else (units, 0)
        except SourceError:
            self._settle(number, endpoint, units, 0, f"{answer.status} unreadable")
            raise
        self._settle(number, endpoint, did_cost, rows, str(answer.status))

    def _backoff(self, tried: int) -> float:
        return float(BACKOFF_S * 2 ** (tried - 1) * self._jitter.uniform(0.5, 1.5))

    def _wait(self, answer: Answer, tried: int) -> float:
        """Seconds until the next try. Raises SourceError when the vendor asks for more than MAX_WAIT_S."""
        asked = _retry_after(answer)
        if asked is None:
            return self._backoff(tried)
        if asked > MAX_WAIT_S:
            raise self._error(f"it answered {answer.status} and asks to wait {asked:,.0f} s, {MAX_WAIT_S:g} at most are waited")
        return max(asked, 0.0)

    def _refusal(self, answer: Answer, tried: int) -> SourceError:
        said = f"it answered {answer.status}{_tries(tried)}: {self.shown(answer.text()) or 'nothing more'}"
        if answer.status in _SIGN_IN:
            return self._error(
                f"{said}; look at the Airflow connection {self._pull.source.connection!r}, whose password is the key, "
                "and at what the account may ask for"
            )
        if answer.status < 400:
            return self._error(f"{said}; redirects are not followed, so that the key goes nowhere else")
        if answer.status in _AGAIN or answer.status >= 500:
            return self._error(f"{said}; look at its status page, or try again later")
        return SiteRefused(str(self._error(said)))

    def _error(self, what: str) -> SourceError:
        return SourceError(f"source {self._pull.source.name}: {self._pull.source.kind} cannot be read: {what}")


def _tries(tried: int) -> str:
    return f" ({tried} tries)" if tried > 1 else ""


def _retry_after(answer: Answer) -> float | None:
    """Seconds that a vendor asks us to wait (RFC 9110, 10.2.3: seconds, or a date, taken by the vendor's own clock)."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return float(said[:9])
    try:
        return (parsedate_to_datetime(said) - parsedate_to_datetime(answer.headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError):
        return None
