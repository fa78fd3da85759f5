"""The 91 real articles that trials are made from: their markup, their hand-marked text, and how a page is changed or moved.

Not a parser: a page is changed as a text, so that what a rule's stage reads of it owes nothing to that stage.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from linkwatch.errors import LinkwatchError
from linkwatch.urls import canonical_url, registrable_domain

FOLDER = Path(__file__).parents[2] / "shared" / "real" / "articles"

LEAST_WORDS = 20
"""Words of a paragraph that an editor puts a link in."""

_PARAGRAPH = re.compile(r"<p\b[^<>]{0,500}>((?:(?!</?p\b).){20,5000}?)</p>", re.S | re.I)
_UNSHOWN = re.compile(r"<!--.*?-->|<(script|noscript|template|textarea)\b.*?</\1>", re.S | re.I)
_TAG = re.compile(r"<[^<>]*>")
_ID = re.compile(r"\b(UA-\d{4,10}-\d{1,4}|G-[A-Z0-9]{6,12}|GTM-[A-Z0-9]{4,9}|ca-pub-\d{16})\b")


class ArticlesError(LinkwatchError):
    """The real pages are not where they should be."""


@dataclass(frozen=True, slots=True)
class Article:
    """One real page. `paragraphs` are of its hand-marked body, in plain text; `spots` are where its prose takes a link."""

    url: str
    publisher: str  # registrable domain
    markup: str
    paragraphs: tuple[str, ...]
    spots: tuple[int, ...]  # offsets in `markup`, each just before a </p> of the body

    @property
    def path(self) -> str:
        """Path of its address."""
        return "/" + self.url.split("/", 3)[3]

    @property
    def words(self) -> int:
        """Of its body."""
        return sum(len(paragraph.split()) for paragraph in self.paragraphs)

    @property
    def is_english(self) -> bool:
        """By the commonest words there are."""
        words = " ".join(self.paragraphs).casefold().split()
        return sum(word in ("the", "of", "and", "to") for word in words) > 0.06 * len(words)


def read_articles(folder: Path = FOLDER) -> tuple[Article, ...]:
    """All articles, by file name. Raises ArticlesError where they are not."""
    truth = folder / "ground-truth.json"
    if not truth.is_file():
        raise ArticlesError(
            f"trials: got no {truth}; expected the 91 articles of scrapinghub/article-extraction-benchmark there; "
            "name their folder with --articles"
        )
    known = json.loads(truth.read_text(encoding="utf-8"))
    return tuple(_article(folder / f"{name}.html.gz", known[name]) for name in sorted(known))


def rehomed(article: Article, domain: str) -> str:
    """Its markup as if it were published on another domain: addresses of its own, and ids of advertising, are that domain's."""
    own = re.compile(r"(?<![\w-])" + re.escape(article.publisher) + r"(?![\w-]|\.\w)", re.I)

    def renamed(found: re.Match[str]) -> str:
        kind = re.match(r"ca-pub-|[A-Z]+-", found[0])
        digest = hashlib.sha256(f"{domain} {found[0]}".encode()).hexdigest()
        start = kind[0] if kind else ""
        if start == "UA-":
            return f"UA-{int(digest[:8], 16) % 10**8:08}-1"
        return f"ca-pub-{int(digest[:16], 16) % 10**16:016}" if start == "ca-pub-" else start + digest[:9].upper()

    return _ID.sub(renamed, own.sub(domain, article.markup))


def moved(article: Article, domain: str) -> Article:
    """The article on another domain."""
    markup = rehomed(article, domain)
    return Article(f"https://{domain}{article.path}", domain, markup, article.paragraphs, _spots(markup, article.paragraphs))


def with_prose(article: Article, inserts: Sequence[str], first: int = 0) -> str:
    """Its markup with a sentence at the end of one paragraph of prose each, from the `first` such paragraph on."""
    markup = article.markup
    spots = [article.spots[(first + n) % len(article.spots)] for n in range(len(inserts))]
    for spot, insert in sorted(zip(spots, inserts, strict=True), reverse=True):
        markup = f"{markup[:spot]} {insert}{markup[spot:]}"
    return markup


def before_end(markup: str, block: str) -> str:
    """With a block as the last thing of the body."""
    at = markup.lower().rfind("</body")
    return markup + block if at < 0 else markup[:at] + block + markup[at:]


def behind_end(markup: str, block: str) -> str:
    """With a block behind the end of the page."""
    at = markup.lower().rfind("</html>")
    return f"{markup}</body></html>{block}" if at < 0 else markup[: at + 7] + block + markup[at + 7 :]


def in_footer(markup: str, block: str) -> str:
    """With a block in the page's footer; it gets one where it has none."""
    at = markup.lower().rfind("</footer>")
    return before_end(markup, f'<footer class="site-footer">{block}</footer>') if at < 0 else markup[:at] + block + markup[at:]


def after_prose(article: Article, block: str, paragraph: int = -1) -> str:
    """Its markup with a block between two paragraphs of its prose."""
    spot = article.spots[paragraph] + len("</p>")
    return article.markup[:spot] + block + article.markup[spot:]


def plain(html: str) -> str:
    """Text of a piece of markup, whitespace folded."""
    return " ".join(_TAG.sub("", html).split())


def _article(file: Path, known: dict[str, str]) -> Article:
    markup = gzip.decompress(file.read_bytes()).decode("utf-8", "replace")
    url = canonical_url(known["url"] if "//" in known["url"] else f"https://{known['url']}")
    paragraphs = tuple(" ".join(text.split()) for text in known["articleBody"].split("\n\n") if text.strip())
    return Article(url, registrable_domain(url), markup, paragraphs, _spots(markup, paragraphs))


def _spots(markup: str, paragraphs: Sequence[str]) -> tuple[int, ...]:
    body = {paragraph[:40] for paragraph in paragraphs}
    shown = _UNSHOWN.sub(lambda found: " " * len(found[0]), markup)
    found = ((match.end() - len("</p>"), plain(match[1])) for match in _PARAGRAPH.finditer(shown))
    return tuple(end for end, text in found if text[:40] in body and len(text.split()) >= LEAST_WORDS)
