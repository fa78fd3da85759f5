"""WAT files to scan, shaped like Common Crawl's: seeded, so the same on every machine, and varied: no page is like another.

A page is three records as in the original (request, response, metadata), a gzip member each; it has about 130 links, most of them
into its own site. A few pages link to watched domains, in all the ways in which people and programs write an address.
"""

import json
import random
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SEED = 20261122
LINKED = 10  # of the watched names, those that pages link to
WATCHED_SHARE = 0.001  # of pages with a link to a watched domain
INTERNATIONAL = "münchen-möbel"  # the last of the ten
PUNYCODE = "xn--mnchen-mbel-yfb4e"

_LETTERS = "aeioubcdfghklmnprstvw"
_DATE = "2026-10-{day:02}T{hour:02}:{minute:02}:17Z"
_HIDING_SHARE = 0.3  # of links to watched domains that are written in an odd way
_NOISE_PATHS = ("IMG@/src", "IMG@/src", "IMG@/data-src", "FORM@/action", "IFRAME@/src", "A@/data-href")

_METAS = (
    *("description", "keywords", "author", "generator", "theme-color", "og:title", "og:description", "og:type", "og:locale"),
    *(
        "og:site_name",
        "og:updated_time",
        "article:section",
        "article:tag",
        "twitter:card",
        "twitter:title",
        "twitter:description",
    ),
)
_HEADERS = (
    *("Date", "Last-Modified", "Expires", "Cache-Control", "ETag", "X-Powered-By", "Strict-Transport-Security", "Age", "Via"),
    *(
        "X-Content-Type-Options",
        "X-Frame-Options",
        "Content-Security-Policy",
        "Set-Cookie",
        "X-Cache",
        "CF-RAY",
        "Pragma",
        "Link",
    ),
)

Json = dict[str, Any]


def watched_names(count: int) -> list[str]:
    """Domains to watch; pages link to the first ten."""
    rng = random.Random(SEED)  # noqa: S311  # data, not secrets
    names = [f"{_word(rng, 3)}{_word(rng, 3)}.{rng.choice(('com', 'org', 'de', 'co.uk', 'io'))}" for _ in range(count)]
    names[LINKED - 1] = f"{PUNYCODE}.de"
    return names


def write_wat(path: str, pages: int, seed: int = SEED, watched_share: float = WATCHED_SHARE) -> None:
    """Write a file of so many pages."""
    makers = _Pages(seed, watched_share)
    with Path(path).open("wb") as file:
        for record in makers.records(pages):
            compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
            file.write(compressor.compress(record) + compressor.flush())


def record(kind: str, uri: str, date: str, body: bytes, content_type: str = "application/json") -> bytes:
    """One WARC record."""
    address = f"WARC-Target-URI: {uri}\r\n" if uri else ""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\n{address}WARC-Date: {date}\r\n"
        f"WARC-Record-ID: <urn:uuid:{zlib.crc32(body):032x}>\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    )
    return head.encode() + b"\r\n" + body + b"\r\n\r\n"


def page_of(uri: str, date: str, links: list[Json], *, base: str = "", status: str = "200", kind: str = "text/html") -> Json:
    """What a WAT file says of a response."""
    head: Json = {"Metas": [{"name": "viewport", "content": "width=device-width"}], "Title": f"Page {uri}"}
    if base:
        head["Base"] = base
    return _envelope(
        {
            "Actual-Content-Type": "application/http; msgtype=response",
            "HTTP-Response-Metadata": {
                "Response-Message": {"Version": "HTTP/1.1", "Status": status, "Reason": "OK"},
                "Headers": {"Content-Type": f"{kind}; charset=UTF-8", "Server": "nginx", "Vary": ["Accept-Encoding", "Cookie"]},
                "HTML-Metadata": {"Head": head, "Links": links},
                "Entity-Length": "53122",
            },
        },
        {"WARC-Type": "response", "WARC-Date": date, "WARC-Target-URI": uri, "WARC-Identified-Payload-Type": kind},
    )


class _Pages:
    """Pages of one file; what they are made of is drawn once."""

    def __init__(self, seed: int, watched_share: float) -> None:
        self._rng = random.Random(seed)  # noqa: S311  # data, not secrets
        self._share = watched_share
        self._words = [_word(self._rng, self._rng.randint(1, 4)) for _ in range(8_000)]
        self._words += [
            f"{word[:3]}{mark}{word[3:]}" for word, mark in zip(self._words[:900], "äöüéèßñçœжд漢字かな" * 60, strict=True)
        ]
        self._hosts = [f"{self._rng.choice(('www.', '', 'blog.'))}{name}" for name in _other_names(self._rng)]
        self._watched = watched_names(LINKED)

    def records(self, pages: int) -> Iterator[bytes]:
        info = b"Software-Info: made for a bench\r\nformat: WARC File Format 1.0\r\n"
        yield record("warcinfo", "", _DATE.format(day=1, hour=0, minute=0), info, "application/warc-fields")
        for number in range(pages):
            yield from self._page(number)

    def _page(self, number: int) -> Iterator[bytes]:
        rng = self._rng
        host = rng.choice(self._hosts)
        uri = f"https://{host}/{self._path()}{number}/"
        date = _DATE.format(day=rng.randint(1, 20), hour=rng.randrange(24), minute=rng.randrange(60))
        request = {
            "Request-Message": {"Method": "GET", "Path": f"/{number}/"},
            "Headers": {"Host": host, "User-Agent": "CCBot/2.0"},
        }
        metadata = {
            "Metadata-Records": [{"Name": "fetchTimeMs", "Value": str(rng.randrange(900))}, {"Name": "charset", "Value": "UTF-8"}]
        }
        links = [self._link(host) for _ in range(rng.randint(60, 200))]
        base = ""
        if rng.random() < self._share:
            base = self._watch(links)
        elif not number % 40:
            base = rng.choice((f"https://{host}/", "/", f"//{host}/a/"))
        page = page_of(uri, date, links, base=base)
        response = page["Envelope"]["Payload-Metadata"]["HTTP-Response-Metadata"]
        response["Headers"] |= {name: self._value(name) for name in rng.sample(_HEADERS, 12)}
        html = response["HTML-Metadata"]["Head"]
        html["Scripts"] = [
            {"path": "SCRIPT@/src", "url": f"/wp-includes/js/{word}.js?ver=6.{number % 9}"} for word in self._some(18)
        ]
        html["Link"] = [{"path": "LINK@/href", "url": f"/{word}.css", "rel": "stylesheet"} for word in self._some(16)]
        html["Metas"] += [{"property": name, "content": " ".join(self._some(rng.randint(2, 25)))} for name in _METAS]
        inner = {"WARC-Date": date, "WARC-Target-URI": uri}
        yield record("metadata", uri, date, _dump({"HTTP-Request-Metadata": request}, inner | {"WARC-Type": "request"}))
        yield record("metadata", uri, date, _written(page, rng.random()))
        yield record("metadata", uri, date, _dump({"WARC-Metadata-Metadata": metadata}, inner | {"WARC-Type": "metadata"}))

    def _link(self, host: str) -> Json:
        rng = self._rng
        draw = rng.random()
        if draw < 0.25:
            url = (
                f"{rng.choice(self._words)}%20{rng.choice(self._words)}.jpg"
                if draw < 0.02
                else f"/wp-content/uploads/{self._path()}a.jpg"
            )
            return {"path": rng.choice(_NOISE_PATHS), "url": url, "alt": " ".join(self._some(3))}
        if draw < 0.6:
            url = f"/{self._path()}{rng.choice(('', 'page/2/', '?replytocom=812#respond', '#comments'))}"
        elif draw < 0.8:
            url = f"https://{host}/{self._path()}"
        else:
            scheme = rng.choice(("https://", "http://", "https://", "//", "HTTPS://"))
            url = f"{scheme}{rng.choice(self._hosts)}/{self._path()}{rng.choice(('', '', '?p=17&q=%C3%A4'))}"
        link: Json = {"path": "A@/href", "url": url, "text": " ".join(self._some(rng.randint(1, 6)))}
        if draw > 0.85:
            link["rel"] = rng.choice(("nofollow", "noopener noreferrer", "nofollow ugc"))
        return link

    def _watch(self, links: list[Json]) -> str:
        """Put links to a watched domain among the others; returns the page's base, mostly none."""
        rng = self._rng
        name = rng.choice(self._watched)
        for _ in range(rng.randint(1, 4)):
            url = f"https://{rng.choice(('', 'www.', 'shop.'))}{name}/{self._path()}"
            if rng.random() < _HIDING_SHARE:
                url = rng.choice(ODD_WAYS)(name, self._path())
            path, rel = (
                rng.choice(("A@/href", "A@/href", "AREA@/href", "FORM@/action")),
                rng.choice(("", "Nofollow", "ugc  sponsored")),
            )
            link = {"path": path, "url": url, "text": " ".join(self._some(3))} | ({"rel": rel} if rel else {})
            links.insert(rng.randrange(len(links)), link)
        return f"//{name}/made/of/base/" if rng.random() < 0.05 else ""

    def _value(self, name: str) -> str:
        word = self._rng.choice(self._words)
        return f"{name.lower()}={self._rng.randrange(10**9):x}; max-age={self._rng.randrange(10**6)}, {word}"

    def _path(self) -> str:
        return "/".join(self._some(self._rng.randint(1, 3))) + "/"

    def _some(self, count: int) -> list[str]:
        """Words as in a text: some are everywhere."""
        return [self._words[int(len(self._words) * self._rng.random() ** 4)] for _ in range(count)]


def _unicode(name: str) -> str:
    return name.replace(PUNYCODE, INTERNATIONAL)


ODD_WAYS = (
    lambda name, path: f"https://{name.upper()}/{path}",
    lambda name, path: f"//{name}/{path}",
    lambda name, path: f"https://user:secret@{name}:8443/{path}",
    lambda name, path: f"https://%{ord(name[0]):02x}{name[1:]}/{path}",
    lambda name, path: f"https://{_unicode(name).upper()}/{path}",
    lambda name, path: f"https:\\\\{name}\\{path}",
    lambda name, path: f" https://www.{name}./{path}",
    lambda name, path: f"https://{name[:3]}\t{name[3:]}/{path}",
    lambda name, path: f"https://{name.replace('.', '。')}/{path}",
)
"""Ways to write an address on a watched domain that a browser follows all the same."""


def _written(page: Json, draw: float) -> bytes:
    """JSON as different writers leave it."""
    text = json.dumps(page, ensure_ascii=draw < 0.01, separators=(",", ":"))
    if draw > 0.9995:
        text = text.replace("/", "\\u002f")
    elif draw > 0.999:
        text = text.replace("/", "\\/")
    return text.encode()


def _dump(payload: Json, header: Mapping[str, str]) -> bytes:
    return json.dumps(_envelope(payload, header), separators=(",", ":")).encode()


def _envelope(payload: Json, header: Mapping[str, str]) -> Json:
    """A record's JSON, with all that Common Crawl says beside the links."""
    number = zlib.crc32(repr(header).encode())
    sums = {"Deflate-Length": str(number % 60_000), "Header-Length": "10", "Footer-Length": "8", "Inflated-CRC": str(number)}
    container = {"Filename": "CC-MAIN-20261001000017-20261001030017-00000.warc.gz", "Compressed": True, "Offset": str(number)}
    about = {
        "WARC-Record-ID": f"<urn:uuid:{number:08x}-40c2-4492-b4ab-{number * 7:012x}>",
        "Content-Length": str(number % 90_000),
        "Content-Type": "application/http; msgtype=response",
        "WARC-Warcinfo-ID": "<urn:uuid:668d88fc-4208-41fc-b327-1aa6cb783331>",
        "WARC-IP-Address": f"{number % 223}.{number % 251}.{number % 241}.{number % 239}",
        "WARC-Block-Digest": f"sha1:{number * 977:032X}",
    }
    payload = payload | {
        "Trailing-Slop-Length": "4",
        "Actual-Content-Length": str(number % 90_000),
        "Block-Digest": f"sha1:{number * 991:032X}",
    }
    return {
        "Container": container | {"Gzip-Metadata": sums},
        "Envelope": {
            "Payload-Metadata": payload,
            "Format": "WARC/1.0",
            "WARC-Header-Length": "617",
            "WARC-Header-Metadata": about | dict(header),
        },
    }


def _word(rng: random.Random, syllables: int) -> str:
    return "".join(rng.choices(_LETTERS, k=2 * syllables))


def _other_names(rng: random.Random) -> list[str]:
    return [
        f"{_word(rng, rng.randint(2, 5))}.{rng.choice(('com', 'net', 'org', 'de', 'fr', 'co.uk', 'com.br'))}"
        for _ in range(6_000)
    ]
