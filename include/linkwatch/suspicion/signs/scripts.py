"""Scripts that texts are written in, and that languages are written in: Latin, Cyrillic, Greek, … No word is understood here."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import unquote

LATIN = "latin"

_LANGUAGES: Mapping[str, str] = {
    "arabic": "ar ckb fa ks ps sd ug ur",
    "armenian": "hy",
    "bengali": "as bn",
    "cjk": "ja ko yue zh",
    "cyrillic": "ab av ba be bg ce cv kk ky mk mn ru sr tg tt uk",
    "devanagari": "hi mai mr ne sa",
    "ethiopic": "am ti",
    "georgian": "ka",
    "greek": "el",
    "gujarati": "gu",
    "gurmukhi": "pa",
    "hangul": "ko",
    "hebrew": "he iw yi",
    "kannada": "kn",
    "khmer": "km",
    "lao": "lo",
    "latin": "kk mn sr",  # written in both; so is every language that is not listed
    "malayalam": "ml",
    "myanmar": "my",
    "sinhala": "si",
    "tamil": "ta",
    "telugu": "te",
    "thai": "th",
}
"""Script: codes of the languages that are written in it; the common ones, as everyday knowledge has them."""

_WRITTEN: Mapping[str, frozenset[str]] = {
    language: frozenset(script for script, languages in _LANGUAGES.items() if language in languages.split())
    for language in " ".join(_LANGUAGES.values()).split()
}
_SAME = {"hiragana": "cjk", "katakana": "cjk", "ideographic": "cjk", "bopomofo": "cjk"}


def script_of(text: str) -> str:
    """The script of half of a text's letters or more, Latin the last among equals; "" when it has no letters."""
    if text.isascii():
        return LATIN if any(map(str.isalpha, text)) else ""
    counts = Counter(_script(character) for character in text if character.isalpha())
    return max(sorted(counts), key=lambda script: (counts[script], script != LATIN), default="")


def scripts_of_languages(languages: Iterable[str]) -> frozenset[str]:
    """Scripts of languages as pages name them ("sr", "zh-Hant-TW"); empty for those that are not known ("")."""
    codes = (language.strip().lower().replace("_", "-").partition("-")[0] for language in languages)
    return frozenset(script for code in codes if code for script in _WRITTEN.get(code, (LATIN,)))


def scripts_named_by(url: str) -> frozenset[str]:
    """Scripts that an address points to: by what it is written in itself, or by "ru." and "/ru/" in it."""
    plain = unquote(url)
    named = _WRITTEN.keys() & set(re.split(r"[./]", plain.partition("//")[2]))
    return scripts_of_languages(named) | {_script(letter) for letter in plain if letter.isalpha()} - {LATIN}


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "").partition(" ")[0].partition("-")[0].lower()
    return _SAME.get(name, name if name in _LANGUAGES else LATIN)
