"""Rows of the warehouse's tables as the report takes them: the columns that it shows, and no others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class _TableRow:
    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the table; columns that the report does not show are passed over."""
        return cls(**{entry.name: row[entry.name] for entry in fields(cls)})


@dataclass(frozen=True, slots=True)
class ChangeRow(_TableRow):
    """One change of one link: the columns of the table `change` that the report shows."""

    night: str
    site: str
    kind: str
    source_url: str
    target_url: str
    source_domain: str
    reason: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FindingRow(_TableRow):
    """One finding: the columns of the table `finding` that the report shows."""

    night: str
    site: str
    rule: str
    key: str
    severity: str
    evidence: Mapping[str, Any]
    domains: Sequence[str]  # referring domains that it is about
    links: int
