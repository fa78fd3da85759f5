"""Own sites that a page names in its visible text, and the rule by which a name counts as said. No link is looked at here.

A site's names are its brand words (`Site.brand`) and its registrable domain as one reads it ("example.com", "müller.example");
for a site that is a prefix, the address that it begins with ("forge.example/us"). What counts is main text as `zones.py` has
it, so a name in menu, header, footer or sidebar is none.

The rule. Letter case does not count, nor does the form of a letter (NFKC: "Ｅｘａｍｐｌｅ"), nor ™, ® or a footnote behind, nor
characters without width. Accents do. Between the words of a name stand spaces or hyphens, which of them does not matter
("Example-Ltd" is "example  ltd"; "ExampleLtd" is another name). It must be whole words: no letter or digit before or behind it,
except in scripts that write no spaces or hang particles on words (Chinese, Japanese, Thai, Korean). A brand word inside somebody
else's address ("example.org", "x@example.org") is not said; a name that is an address is said wherever that address stands, also
in a longer one ("www.example.com/shop", "post@example.com"), and not in its look-alikes ("my-example.com", "example.com.au").
"""

import re
import unicodedata
from collections.abc import Iterable, Set
from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from linkwatch.extract.hiding import Hiding
from linkwatch.extract.zones import Zones
from linkwatch.model import Role, Scope, Site, Zone
from linkwatch.urls import canonical_url, registrable_domain

MAX_FITS = 1_000
"""Places of a page where a name fits that are looked at; a page that has more of them is made to stall its readers."""

_AROUND = 100  # characters before and behind a name in which the address that it may be part of is looked for
_UNREAD = "noscript,textarea,iframe,object"  # their text is for no reader; `main_text` takes scripts and styles away
_INVISIBLE = re.compile("[\xad\u200b-\u200d\u2060\ufeff]")
_FOOTNOTES = "\xb9\xb2\xb3\u2070\u2074-\u2079"
_MARKS = re.compile(f"[\xa9\xae\u2120\u2122{_FOOTNOTES}]")  # © ® ℠ ™ and footnotes, of which NFKC would make letters and digits
_ODD = (
    *(b"\xc2\xad", b"\xe2\x80\x8b", b"\xe2\x80\x8c", b"\xe2\x80\x8d", b"\xe2\x81\xa0", b"\xef\xbb\xbf"),
    *(b"\xcc", b"\xcd\x8f", b"\xef\xac", b"\xef\xbc", b"\xef\xbd", b"\xf0\x9d"),
)
"""Signs in UTF-8 of what NFKC or we make others of: characters without width, accents of their own, and letters in ligatures,
in full width or of mathematics. A text without them need not be folded, which would cost more than to look for all names."""
_GAP = "[\\s\\-\u2010-\u2015\u2212]+"
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_LETTER = rf"[^\W_{_UNSPACED}{_FOOTNOTES}]"  # or digit
_ADDRESS = re.compile(r"://|\bwww\.|[^\W_]@[^\W_]|[^\W_]\.[^\W\d_]{2,}")


class _Spelling(NamedTuple):
    """One way in which a name is written."""

    sites: frozenset[str]  # own sites that have the name
    words: tuple[str, ...]  # the longest first: all stand in a text that says it
    pattern: re.Pattern[str]  # begins with plain letters, for which `re` looks fast
    is_address: bool


class Names:
    """The names of the own sites among `sites`, ready to be looked for in many pages."""

    def __init__(self, sites: Iterable[Site]) -> None:
        said: dict[str, set[str]] = {}
        for site in sites:
            if site.role is Role.OWN:
                for name in names_of(site):
                    said.setdefault(name, set()).add(site.site)
        self._sites = frozenset[str]().union(*said.values())
        self._spellings = [
            _spelling_of(spelled, frozenset(named)) for name, named in sorted(said.items()) for spelled in sorted(_cases_of(name))
        ]

    def mentioned(self, text: str, markup: str | bytes, linked: Set[str]) -> str:
        """Own sites that a page names and does not link to, sorted, joined by ","; "" for none.

        `text` is the page's main text, `markup` the page (read again only where a name fits), `linked` the sites that it
        links to or belongs to. A name that two sites share counts for neither where the page links to one of them.
        """
        if self._sites <= linked:
            return ""
        words = {spelling.words[0] for spelling in self._said_in(text, linked)}
        if not words:
            return ""
        said = self._said_in(_shown_text(markup, words), linked)
        return ",".join(sorted({site for spelling in said for site in spelling.sites}))

    def _said_in(self, text: str, linked: Set[str]) -> list[_Spelling]:
        plain = _plain(text)
        return [
            spelling
            for spelling in self._spellings
            if all(word in plain for word in spelling.words) and spelling.sites.isdisjoint(linked) and _says(plain, spelling)
        ]


def names_of(site: Site) -> frozenset[str]:
    """Names of a site in lower case, with a single space between words."""
    address = canonical_url(site.site if "//" in site.site else f"http://{site.site}")
    if site.scope is Scope.PREFIX:
        shown = address.partition("//")[2].removeprefix("www.").rstrip("/")
    else:
        shown = registrable_domain(address)
    return frozenset(map(_one_spelling, (*site.brand, shown, _as_read(shown)))) - {""}


def without_linked(mentions: str, linked: Set[str]) -> str:
    """`mentions` of a look without the sites in `linked`."""
    return ",".join(site for site in mentions.split(",") if site not in linked)


def _one_spelling(name: str) -> str:
    folded = _folded(name).lower()
    return " ".join(folded.split() if _ADDRESS.search(folded) else re.split(_GAP, folded)).strip()


def _cases_of(name: str) -> set[str]:
    """How a name stands in a `_plain` text: its letters beyond ASCII small, capital, or capital where a word begins."""
    return {_ascii_lower(spelled) for spelled in (name, name.upper(), name.title())} | {name.replace("'", "\u2019")}


def _spelling_of(name: str, sites: frozenset[str]) -> _Spelling:
    words, is_address = name.split(" "), _ADDRESS.search(name) is not None
    first, *rest = map(re.escape, words)
    before = f"(?<!{_LETTER}{first})" + (f"(?<!-{first})" if is_address else "")
    behind = f"(?![-.@]?{_LETTER})" if is_address else f"(?!{_LETTER})"
    pattern = re.compile(_GAP.join((f"{first}{before}", *rest)) + behind)
    return _Spelling(sites, tuple(sorted(words, key=len, reverse=True)), pattern, is_address)


def _says(plain: str, spelling: _Spelling) -> bool:
    """True where the spelling stands for itself somewhere: not in another's address, nor with a mark on its last letter, which
    `re` takes for no letter (vowel signs of Indic scripts).
    """
    return any(
        not unicodedata.category(plain[fit.end() : fit.end() + 1] or " ").startswith("M")
        and (spelling.is_address or not _is_in_address(plain, fit))
        for fit in islice(spelling.pattern.finditer(plain), MAX_FITS)
    )


def _is_in_address(text: str, fit: re.Match[str]) -> bool:
    before = text[max(fit.start() - _AROUND, 0) : fit.start()]
    behind = text[fit.end() : fit.end() + _AROUND]
    before = before.split()[-1] if before and not before[-1].isspace() else ""
    behind = behind.split()[0] if behind and not behind[0].isspace() else ""
    return _ADDRESS.search(f"{before}{fit[0]}{behind}") is not None


def _plain(text: str) -> str:
    """A text with its ASCII letters in lower case; folded before, where that would make a difference."""
    data = text.encode("utf-8", "replace")
    if len(data) > len(text) and any(odd in data for odd in _ODD):
        data = _folded(text).encode("utf-8", "replace")
    return data.lower().decode()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", _MARKS.sub(" ", _INVISIBLE.sub("", text)))


def _ascii_lower(text: str) -> str:
    return text.encode().lower().decode()


def _shown_text(markup: str | bytes, words: Set[str]) -> str:
    """Main text of a page without what hides from readers. Only pieces with one of `words` are asked what hides them."""
    document = LexborHTMLParser(markup, options=LexborDocumentOptions.WO_EVENTS)
    for node in document.css(_UNREAD):
        node.decompose(recursive=False)
    hiding = Hiding(document)  # before the main text, for which style sheets are taken away
    Zones(document).main_text()
    body = document.body
    shown = []
    for node in body.traverse(include_text=True) if body is not None else ():
        parent = node.parent
        if node.tag != "-text" or parent is None:
            continue
        text = node.text_content or ""
        plain = _plain(text)
        if not any(word in plain for word in words) or not hiding.of(parent, Zone.CONTENT):
            shown.append(text)
    return " ".join(shown)


def _as_read(address: str) -> str:
    host, slash, path = address.partition("/")
    return f"{'.'.join(map(_label_as_read, host.split('.')))}{slash}{path}"


def _label_as_read(label: str) -> str:
    try:
        return label.encode("ascii").decode("idna") if label.startswith("xn--") else label
    except UnicodeError:
        return label
