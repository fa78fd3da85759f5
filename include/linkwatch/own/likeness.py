"""Which living page of a site is most like one that is gone: where a redirect would keep what the links meant.

Compared are words: of the address, the title, and the anchors of the links that still lead to the old page. A word weighs
the more the fewer living pages have it, so the site's name in every title weighs nothing. Likeness is the cosine between the
two sets of words. It is a suggestion to a person, and says why; where nothing is alike, none is made.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

LEAST_LIKENESS = 0.35
"""Cosine, in [0, 1]. A judgement: a page that has moved keeps most words of its address; one shared word of three is chance."""

IN_ADDRESS, IN_FOLDER, IN_TITLE, IN_ANCHORS = "address", "folder", "title", "anchors"

_WEIGHTS = {IN_ADDRESS: 1.0, IN_TITLE: 1.0, IN_ANCHORS: 0.7, IN_FOLDER: 0.5}
_COMMON_SHARE = 0.3  # of the living pages; a word that more of them have finds none of them
_FEW_PAGES = 2  # that many may share a word on a small site; but never all of them
_MAX_WORDS = 60  # of one page
_NAMED = 4  # shared words that are told
_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_EMPTY = frozenset(
    (
        *(
            "a",
            "an",
            "and",
            "are",
            "as",
            "at",
            "be",
            "by",
            "for",
            "from",
            "go",
            "here",
            "how",
            "in",
            "index",
            "is",
            "it",
            "learn",
        ),
        *("more", "of", "on", "or", "our", "page", "read", "see", "site", "that", "the", "this", "to", "via", "visit", "was"),
        *("website", "what", "with", "www", "you", "your", "click", "html", "htm", "php", "asp", "aspx", "jsp", "https", "com"),
    )
)
"""Words that say nothing of a page, in anchors above all; other languages' are told by how many pages have them."""


@dataclass(frozen=True, slots=True)
class Gone:
    """An address that no page answers for, and what is known of the page that once did."""

    url: str
    title: str = ""  # of its last readable look; "" when there never was one
    anchors: tuple[str, ...] = ()  # of links that lead there, the most usual first


@dataclass(frozen=True, slots=True)
class Living:
    """A page of the site that answers, is not sent on, and may be indexed."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Words:
    """Words of a page, as they are compared, with where they stand and how they are spelled."""

    weights: Mapping[str, float]
    places: Mapping[str, tuple[str, ...]]
    spelled: Mapping[str, str]


class Successors:
    """The living pages of one site, ready to be compared with. The front page is left out: it is like nothing in particular."""

    def __init__(self, living: Iterable[Living]) -> None:
        pages = sorted(
            {page.url: page for page in living if _path(page.url)}.values(), key=lambda page: (len(page.url), page.url)
        )
        self._pages = pages
        self._words = [_words(((IN_TITLE, page.title), *_address(page.url))) for page in pages]
        frequency = Counter(word for words in self._words for word in words.weights)
        most = max(min(max(_FEW_PAGES, _COMMON_SHARE * len(pages)), len(pages) - 1), 1)
        self._rarity = {word: math.log((len(pages) + 1) / count) for word, count in frequency.items()}
        self._norms = [self._norm(words) for words in self._words]
        self._having: dict[str, list[int]] = defaultdict(list)
        for number, words in enumerate(self._words):
            for word in words.weights:
                if frequency[word] <= most:
                    self._having[word].append(number)

    def best(self, gone: Gone) -> tuple[str, str]:
        """(page, why) of the living page that is most like the one that is gone; ("", "") where none is alike."""
        asked = _words(((IN_TITLE, gone.title), *_address(gone.url), *((IN_ANCHORS, text) for text in gone.anchors)))
        scores: dict[int, float] = defaultdict(float)
        for word, weight in asked.weights.items():
            for number in self._having.get(word, ()):
                scores[number] += weight * self._words[number].weights[word] * self._rarity[word] ** 2
        norm = self._norm(asked)
        best, likeness = -1, LEAST_LIKENESS
        for number, score in sorted(scores.items()):  # the shorter address first, so of equals it wins
            found = score / (norm * self._norms[number])
            if number != best and found > likeness and self._pages[number].url != gone.url:
                best, likeness = number, found
        return (self._pages[best].url, self._why(asked, self._words[best], likeness)) if best >= 0 else ("", "")

    def _norm(self, words: _Words) -> float:
        unknown = math.log(len(self._pages) + 1)
        return math.sqrt(sum((weight * self._rarity.get(word, unknown)) ** 2 for word, weight in words.weights.items())) or 1.0

    def _why(self, asked: _Words, found: _Words, likeness: float) -> str:
        shared = sorted(
            asked.weights.keys() & found.weights.keys() & self._having.keys(),
            key=lambda word: (-asked.weights[word] * found.weights[word] * self._rarity[word], word),
        )[:_NAMED]
        words = ", ".join(f'"{found.spelled[word]}"' for word in shared)
        here, there = _joined(found, shared), _joined(asked, shared)
        return f"{words} in its {here}, and in the {there} of the old page (likeness {likeness:.2f})"


def _words(texts: Iterable[tuple[str, str]]) -> _Words:
    weights: dict[str, float] = {}
    places: dict[str, list[str]] = {}
    spelled: dict[str, str] = {}
    for place, text in texts:
        for plain, word in _split(text):
            if word not in weights and len(weights) >= _MAX_WORDS:
                continue
            weights[word] = max(weights.get(word, 0.0), _WEIGHTS[place])
            spelled.setdefault(word, plain)
            if place not in places.setdefault(word, []):
                places[word].append(place)
    return _Words(weights, {word: tuple(known) for word, known in places.items()}, spelled)


def _split(text: str) -> Iterator[tuple[str, str]]:
    """(as it is spelled, as it is compared) of each word that says something: without accents and the plural's s."""
    folded = "".join(letter for letter in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(letter))
    for word in _WORD.findall(folded):
        if word in _EMPTY or _YEAR.fullmatch(word) or (len(word) < 3 and word.isascii()):
            continue
        stem = word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        yield word, stem


def _address(url: str) -> Iterator[tuple[str, str]]:
    folders, _, last = _path(url).rpartition("/")
    yield IN_ADDRESS, last
    yield IN_FOLDER, folders


def _path(url: str) -> str:
    """Path and query as readers see them, without the slashes around them."""
    parts = urlsplit(url)
    return unquote(f"{parts.path.strip('/')} {parts.query}".strip(), errors="replace")


def _joined(words: _Words, shared: Sequence[str]) -> str:
    places = dict.fromkeys(place for word in shared for place in words.places[word])
    *first, last = sorted(places, key=list(_WEIGHTS).index)
    return f"{', '.join(first)} and {last}" if first else last
