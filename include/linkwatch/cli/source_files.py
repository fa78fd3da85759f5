"""`linkwatch sources sniff FILE`: what a file is, how it is read, how many rows it has, and five claims of it."""

import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from linkwatch.cli.screen import add_fact, console, counted, facts_table, say
from linkwatch.errors import SettingsError, SourceError
from linkwatch.settings import load_settings
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.files.file_names import exported_at
from linkwatch.sources.files.sniff import AnySite, Sniffed, sniff
from linkwatch.urls import Scopes

EXIT_FAILED = 1
MAX_SHOWN = 12
"""Reasons and files."""


def show_sniffed(path: str) -> int:
    """Show what the file at `path` (or a pattern, or an object-store URL) is and says; 0, or 1 where it cannot be read.

    With settings, targets must be on watched sites, as they must in a night; without, any target counts.
    """
    scopes, why_any = _scopes()
    try:
        found = sniff(path, scopes, datetime.now(UTC))
    except SourceError as error:
        say(str(error).removeprefix("source file: "))
        return EXIT_FAILED
    _show_reading(found, why_any)
    if not found.facts.error:
        _show_claims(found)
        _show_settings(found.source)
    return EXIT_FAILED if found.facts.error else 0


def _scopes() -> tuple[Scopes, str]:
    """The watched sites, or any site and why: settings that lack a source are what somebody has who asks about a file."""
    if not os.environ.get("LINKWATCH_CONFIG"):
        return AnySite(), "$LINKWATCH_CONFIG names no settings file"
    try:
        return Scopes(load_settings().sites), ""
    except SettingsError as error:
        return AnySite(), str(error)


def _show_reading(found: Sniffed, why_any: str) -> None:
    facts = found.facts
    rows = facts_table()
    add_fact(rows, "is", (found.source.kind, "bold"), f"  ({found.why})")
    for file in facts.files[:MAX_SHOWN]:
        made = f", exported {_date(file.exported_at)}" if file.exported_at else ", no date in its name"
        add_fact(rows, "file", f"{file.path}, {counted(file.size, 'byte')}{made}")
    if len(facts.files) > MAX_SHOWN:
        add_fact(rows, "", f"and {counted(len(facts.files) - MAX_SHOWN, 'file')} more")
    add_fact(rows, "read as", facts.read)
    add_fact(rows, "columns", ", ".join(facts.columns[:60]))
    if facts.error:
        add_fact(rows, "not read", (facts.error.removeprefix("source file: "), "red"))
    else:
        add_fact(rows, "rows", f"{facts.rows:,}: {counted(facts.claims, 'claim')}, {facts.rejected:,} set aside")
    for reason, count in found.rejected.most_common(MAX_SHOWN):
        add_fact(rows, "", (f"{count:,} × {reason}", "yellow"))
    for sample in facts.samples[:2]:
        add_fact(rows, "", (f"line {sample['line']}: {sample['reason']}: {sample['text'][:100]}", "dim"))
    if not facts.error:
        for partial in (*facts.partial, *([f"cut off at {facts.cap}"] if facts.cap else ())):
            add_fact(rows, "partial", partial)
    if why_any:
        add_fact(rows, "sites", (f"any target counts: {why_any}", "dim"))
    console.print(rows)


def _show_claims(found: Sniffed) -> None:
    if not found.samples:
        say("\nno claim: no row names a page and a target that is watched")
        return
    console.print(Text(f"\nclaims, the first {len(found.samples)} of {found.facts.claims:,}", style="bold"))
    for claim in found.samples:
        target = claim["target_url"]
        ends = (
            (claim["source_url"], (" → ", "dim"), target) if target else (claim["source_url"], ("  a page worth a look", "dim"))
        )
        console.print(Text.assemble("  ", *ends), soft_wrap=True)
        if said := "  ".join(_said(claim)):
            console.print(Text(f"    {said}", style="dim"), soft_wrap=True)


def _said(claim: Mapping[str, Any]) -> Iterable[str]:
    if claim["anchor"] is not None:
        yield f"anchor {claim['anchor'][:80]!r}"
    if claim["rel"] is not None:
        yield f"rel {claim['rel'] or 'none'}"
    for name in ("first_seen", "last_seen"):
        if claim[name] is not None:
            yield f"{name.replace('_', ' ')} {_date(claim[name])}"
    if claim["authority"] is not None:
        yield f"authority {claim['authority']:g}"
    if claim["says_lost"]:
        yield "said to be lost"


def _show_settings(source: SourceSettings) -> None:
    """Lines of TOML; a JSON string is one of TOML's too."""
    path = source.path if "://" in source.path else str(Path(source.path).absolute())
    lines = ["[[source]]", f"kind = {_quoted(source.kind)}", f"path = {_quoted(path)}"]
    if source.columns:
        columns = ", ".join(f"{name} = {_quoted(header)}" for name, header in source.columns.items())
        lines.append(f"columns = {{ {columns} }}")
    if exported_at(Path(source.path).name):
        lines.insert(2, "# put * for the date in the path: of files that differ in their date alone the newest is read")
    console.print(Text("\nfor the settings file", style="bold"))
    console.print(Text("\n".join(lines)), soft_wrap=True)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _date(when: datetime) -> str:
    return f"{when:%Y-%m-%d}" if (when.hour, when.minute, when.second) == (0, 0, 0) else f"{when:%Y-%m-%d %H:%M} UTC"
