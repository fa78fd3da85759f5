"""One night audited: frames, suite and engine put together, and the result that is kept as JSON beside the night."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from linkwatch.quality.engine import Verdict, judge
from linkwatch.quality.frames import AuditInput, build_frames
from linkwatch.quality.suite import SUITE, AuditSeverity, Expected
from linkwatch.settings import AuditSettings
from linkwatch.urls import MAX_URL_LENGTH


@dataclasses.dataclass(frozen=True, slots=True)
class ExpectationResult:
    """What came of one expectation, in words that can be shown. Samples are text from the web: escape them where shown."""

    name: str
    title: str
    severity: AuditSeverity
    success: bool
    observed: str
    expected: str
    remedy: str  # what to do when it does not hold
    samples: tuple[str, ...]  # at most 5

    @property
    def holds(self) -> bool:
        """True when this is a reason to hold the night."""
        return self.severity == "holds" and not self.success

    @property
    def warns(self) -> bool:
        """True when this is only worth a look."""
        return self.severity == "warns" and not self.success


@dataclasses.dataclass(frozen=True, slots=True)
class AuditResult:
    """A night's audit. `passed` is false when an expectation that holds the night failed; warnings do not matter."""

    night: str
    passed: bool
    results: tuple[ExpectationResult, ...]  # in the order of the suite

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; `from_dict` reads it back."""
        return {
            "night": self.night,
            "passed": self.passed,
            "results": [{**dataclasses.asdict(result), "samples": list(result.samples)} for result in self.results],
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "AuditResult":
        """The result that `to_dict` gave."""
        results = tuple(ExpectationResult(**{**entry, "samples": tuple(entry["samples"])}) for entry in kept["results"])
        return cls(kept["night"], kept["passed"], results)


def run_audit(data: AuditInput, settings: AuditSettings, suite: Iterable[Expected] = SUITE) -> AuditResult:
    """Judge a staged night. Raises AuditEngineError when Great Expectations itself fails; bad data is a result.

    About 4 s a million links, and once 4 s to import Great Expectations.
    """
    parameters = {
        **dataclasses.asdict(settings),
        "watched": [site.site for site in data.sites],
        "as_of": data.latest_possible,
        "max_url_length": MAX_URL_LENGTH,
    }
    rows = [_with_parameters(row, parameters) for row in suite]
    frames = build_frames(data, settings)
    verdicts = judge(rows, frames)
    results = tuple(_result(row, verdicts[row.name], frames[row.frame]) for row in rows)
    return AuditResult(data.night, not any(result.holds for result in results), results)


def _with_parameters(row: Expected, parameters: Mapping[str, object]) -> Expected:
    kwargs = {
        key: parameters[value[1:]] if isinstance(value, str) and value.startswith("$") else value
        for key, value in row.kwargs.items()
    }
    return dataclasses.replace(row, kwargs=kwargs, expected=row.expected.format(**parameters))


def _result(row: Expected, verdict: Verdict, frame: pa.Table) -> ExpectationResult:
    return ExpectationResult(
        name=row.name,
        title=row.title,
        severity=row.severity,
        success=verdict.success,
        observed=_observed(row, verdict, frame),
        expected=row.expected,
        remedy=row.remedy,
        samples=verdict.samples,
    )


def _observed(row: Expected, verdict: Verdict, frame: pa.Table) -> str:
    """The number itself where there is one, else how many rows are not as expected."""
    column = str(row.kwargs.get("column", ""))
    if row.frame == "night":
        return _shown(column, frame[column][0].as_py())
    if row.frame == "sites" and column == "live_share":
        shares = zip(frame["site"].to_pylist(), frame[column].to_pylist(), strict=True)
        return ", ".join(f"{site} {_shown(column, share)}" for site, share in shares if share is not None) or "too few to judge"
    return f"{verdict.unexpected:,} of {verdict.rows:,} are not" if verdict.unexpected else f"all {verdict.rows:,}"


def _shown(column: str, value: float) -> str:
    return f"{value:.1%}" if column.endswith("_share") else f"{value:,}"
