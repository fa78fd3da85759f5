"""Anchor texts: one spelling, and a bucket for those that tell nothing of intent."""

import re
import unicodedata
from enum import StrEnum

import pyarrow as pa

from linkwatch.model import Site
from linkwatch.suspicion_settings import SuspicionSettings
from linkwatch.urls import registrable_domain

GENERIC_WORDS = frozenset(
    {
        *("a", "about", "an", "and", "article", "at", "blog", "by", "check", "click", "continue", "details"),
        *("download", "find", "for", "from", "full", "go", "here", "home", "homepage", "http", "https", "in"),
        *("info", "information", "it", "learn", "link", "more", "now", "of", "official", "on", "online", "open"),
        *("our", "out", "page", "post", "read", "see", "site", "source", "story", "the", "their", "this", "to"),
        *("via", "view", "visit", "web", "webpage", "website", "www", "you", "your"),
        *("aqui", "aquí", "hier", "ici", "lire", "mehr", "más", "plus", "voir", "weiterlesen"),
    }
)
"""Words that say "there is a link" or nothing; an anchor of these alone tells no intent [judgement]."""

MAX_ANCHOR = 300
"""Characters of an anchor that are looked at: a page may send a novel, and no phrase is longer."""

MAX_BRAND_WORDS = 4
"""Words that a brand is looked for in, within an anchor: "follow us on Our Own Brand Ltd"."""

_CREDIT = re.compile(
    r"(?:website |site |web |shop |store |theme |template )*"
    r"(?:powered|built|made|designed|developed|created|hosted|maintained|provided|realised|realized|design|development|hosting"
    r"|theme|template|umgesetzt|erstellt|realisiert|conçu|réalisé|creado|desarrollado|realizzato)"
    r" (?:(?:and|&) \w+ )?(?:by|with|on|von|mit|par|por|da)(?: .*)?"
    r"|(?:image|photo|photograph|picture|video|foto|bild) (?:copyright|credit|courtesy|source|by|via|von)(?: .*)?"
)
_URL = re.compile(r"(https?://|www\.)\S+|[^\s/@]+\.[^\W\d_]{2,}([/?#]\S*)?")


class Bucket(StrEnum):
    """What an anchor text can be taken for."""

    EMPTY = "empty"
    URL = "url"
    GENERIC = "generic"
    BRAND = "brand"
    OTHER = "other"  # words of its own: the only bucket that can be "exact match"


def normalise(anchor: str) -> str:
    """One spelling of an anchor: NFKC, case folded, whitespace folded, punctuation at the ends of words dropped."""
    words = unicodedata.normalize("NFKC", anchor[:MAX_ANCHOR]).casefold().split()
    return " ".join(word for word in (_bare(word) for word in words) if word)


def normalised_column(anchors: pa.ChunkedArray) -> pa.Array:
    """`normalise` for a column; each distinct text is normalised once."""
    encoded = anchors.combine_chunks().dictionary_encode()
    words = pa.array([normalise(text or "") for text in encoded.dictionary.to_pylist()], pa.string())
    return words.take(encoded.indices)


def brand_names(site: Site) -> frozenset[str]:
    """Spellings of the brand without spaces and hyphens: `Site.brand`, the site's name, and its domain without the ending."""
    domain = registrable_domain(site.site)
    names = (*site.brand, site.site, domain, domain.partition(".")[0])
    return frozenset(_squeezed(normalise(name)) for name in names) - {""}


def bucket(anchor: str, brands: frozenset[str]) -> Bucket:
    """Bucket of a normalised anchor; `brands` are `brand_names`. "The Acme website" is a brand anchor, "acme shoes" is not."""
    if not anchor:
        return Bucket.EMPTY
    if _URL.fullmatch(anchor):
        return Bucket.URL
    telling = [word for word in anchor.split() if word not in GENERIC_WORDS]
    if _squeezed("".join(telling)) in brands or _squeezed(anchor) in brands:
        return Bucket.BRAND
    return Bucket.OTHER if telling else Bucket.GENERIC


def names_brand(anchor: str, brands: frozenset[str]) -> bool:
    """True where a normalised anchor has the brand in it: "follow us on Acme" tells who it is for, whatever else it says."""
    squeezed = _squeezed(anchor)
    if not any(brand in squeezed for brand in brands):
        return False
    words = [_squeezed(word) for word in anchor.split()]
    runs = ("".join(words[start : start + length]) for length in range(1, MAX_BRAND_WORDS + 1) for start in range(len(words)))
    return any(run in brands for run in runs)


def is_telling(anchor: str, brands: frozenset[str]) -> bool:
    """True where a normalised anchor speaks of a thing and not of whose site it is.

    Neither the brand, nor words around it, nor a credit: "built by …", "powered by …" and "photo by …" say who made what they
    stand beside. Which words make a credit is judgement.
    """
    return bucket(anchor, brands) is Bucket.OTHER and not _says_whose(anchor, brands)


def is_commercial(anchor: str, brands: frozenset[str], settings: SuspicionSettings) -> bool:
    """True where a normalised anchor is telling, or has one of `money_words` in it, even beside the brand or in a credit."""
    if bucket(anchor, brands) is not Bucket.OTHER:
        return False
    return has_money_word(anchor, settings) or not _says_whose(anchor, brands)


def has_money_word(anchor: str, settings: SuspicionSettings) -> bool:
    """True where one of `money_words` stands by itself in a normalised anchor."""
    return any(f" {normalise(word)} " in f" {anchor} " for word in settings.money_words)


def _says_whose(anchor: str, brands: frozenset[str]) -> bool:
    return names_brand(anchor, brands) or _CREDIT.fullmatch(anchor) is not None


def _bare(word: str) -> str:
    if word.isalnum():
        return word
    start, end = 0, len(word)
    while start < end and not word[start].isalnum():
        start += 1
    while end > start and not word[end - 1].isalnum():
        end -= 1
    return word[start:end]


def _squeezed(text: str) -> str:
    return text if text.isalnum() else "".join(filter(str.isalnum, text))
