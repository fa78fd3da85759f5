"""A TOML document as frozen dataclasses: unknown keys, missing keys and values of another kind are errors that name the key.

It knows nothing of what the settings mean; `linkwatch.settings` does.
"""

import dataclasses
import difflib
import tomllib
import types
import typing
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from linkwatch.errors import SettingsError


def read_toml(path: Path) -> Mapping[str, object]:
    """The document of a file. Raises SettingsError for one that cannot be read, is not UTF-8, or is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"settings: cannot read {path}: {error.strerror}; check $LINKWATCH_CONFIG") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"settings: {path} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"settings: {path} is not TOML: {error}") from error


def refuse_unknown(prefix: str, table: Mapping[str, object], known: list[str]) -> None:
    """Raise SettingsError for a key that is not in `known`, with the nearest one that is."""
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {prefix}{near[0]}?" if near else f"known keys: {', '.join(sorted(known))}"
            raise SettingsError(f"settings: unknown key {prefix}{key}; {hint}")


def entries_of(document: Mapping[str, object], key: str) -> list[tuple[str, Mapping[str, object]]]:
    """The tables under `[[key]]`, each with how an error names it: "key[1]."."""
    found = document.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise SettingsError(f"settings: {key} is {type(found).__name__}; expected tables, each headed [[{key}]]")
    return [(f"{key}[{number}].", entry) for number, entry in enumerate(found, 1)]


def table_of(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The table under `[key]`; empty when there is none."""
    found = document.get(key, {})
    if not isinstance(found, dict):
        raise SettingsError(f"settings: {key} is {type(found).__name__}; expected a table headed [{key}]")
    return found


def build(kind: type, table: Mapping[str, object], where: str) -> typing.Any:
    """A dataclass of `kind` from a table; `where` is what an error calls the table."""
    fields = {entry.name: entry for entry in dataclasses.fields(kind)}
    refuse_unknown(f"{where}.", table, list(fields))
    hints = typing.get_type_hints(kind)
    values = {key: _convert(value, hints[key], f"{where}.{key}") for key, value in table.items()}
    for name, entry in fields.items():
        if name not in values and entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING:
            raise SettingsError(f"settings: {where}.{name} is missing")
    return kind(**values)


def _convert(value: object, hint: object, where: str) -> object:
    origin = typing.get_origin(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        allowed = [member.value for member in hint]
        if value not in allowed:
            raise SettingsError(f"settings: {where} is {value!r}; expected one of {', '.join(map(repr, allowed))}")
        return hint(value)
    if origin is tuple and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, dict):
        return types.MappingProxyType({str(key): str(item) for key, item in value.items()})
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    expected = getattr(hint, "__name__", str(hint))
    raise SettingsError(f"settings: {where} is {value!r}; expected {expected}")
