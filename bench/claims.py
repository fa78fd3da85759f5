"""Ways from a vendor's export to claims: canonical addresses, registrable domains and identities of its links.

The export is seeded, in the layout of Ahrefs: UTF-16, tabs, all of its 37 columns in quotes; per million rows 300,000 pages on
60,000 domains, and 2,000 targets. As reports are, it is ordered by a rating of the domain, best first; among domains of one
rating there is no order. All rows are sound, and only addresses on which the rivals agree with us are in it.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.pages import SEED

SITE = "own-shop.com"
HEADERS = (
    *("Referring page title", "Referring page URL", "Language", "Platform", "Referring page HTTP code", "Domain rating", "UR"),
    *("Domain traffic", "Referring domains", "Linked domains", "External links", "Page traffic", "Keywords", "Target URL"),
    *("Left context", "Anchor", "Right context", "Redirect Chain URLs", "Redirect Chain status codes", "Type", "Is spam"),
    *("Content", "Nofollow", "UGC", "Sponsored", "Rendered", "Raw", "Lost status", "Drop reason", "Discovered status"),
    *("First seen", "Last seen", "Lost", "Author", "Page type", "Page category", "Links in group"),
)
USED = (
    *("Referring page URL", "Target URL", "Anchor", "Type", "Nofollow", "UGC", "Sponsored", "Domain rating"),
    *("First seen", "Last seen", "Lost", "Lost status", "Drop reason"),
)

_TARGETS = 2_000
_POOL = 20_000
_BATCH = 50_000
_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))
_FOREIGN = ("Größe", "café", "–", "“quoted”", "日本語", "naïve")

Answer = dict[str, int]


def make_export(export: str, rows: int, *, ordered: bool = True) -> Callable[[], int]:
    """The file; answers with its size in bytes."""

    def work() -> int:
        rng = np.random.default_rng(SEED)
        pools = _Pools(rng, rows)
        pages = rng.integers(0, len(pools.pages), rows)
        if ordered:
            pages = pages[np.argsort(-pools.ratings[pages], kind="stable")]
        with Path(export).open("wb") as file:
            file.write("\ufeff".encode("utf-16-le") + _line(HEADERS))
            for start in range(0, rows, _BATCH):
                file.write(pools.lines(pages[start : start + _BATCH]))
        return Path(export).stat().st_size

    return work


def ours(export: str) -> Callable[[], Answer]:
    """`read_claims` of an `ahrefs_csv`, all batches kept as the step does that collects them."""
    from datetime import UTC, datetime

    from linkwatch.model import Role, Scope, Site
    from linkwatch.source_settings import SourceSettings
    from linkwatch.sources import Pull, Rejects, read_claims
    from linkwatch.urls import Scopes

    scopes = Scopes([Site(SITE, Role.OWN, Scope.DOMAIN)])
    source = SourceSettings("ahrefs_csv", name="ahrefs", path=export)

    def work() -> Answer:
        with Rejects("ahrefs", Path(f"{export}.rejects")) as rejects:
            pull = Pull(source, scopes, datetime(2026, 11, 22, 3, tzinfo=UTC), rejects, lambda _: iter(()))
            claims = pa.Table.from_batches(list(read_claims(pull)))
        return _told(claims["source_url"], claims["target_url"], claims["source_domain"], claims["rel"])

    return work


def pandas(export: str) -> Callable[[], Answer]:
    """What one writes: a data frame, w3lib and tldextract row by row."""
    import pandas as pd
    import tldextract
    from w3lib.url import canonicalize_url

    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)

    def domain(url: str) -> str:
        found = extract(url)
        return f"{found.domain}.{found.suffix}"

    def identity(source: str, target: str) -> int:
        return int.from_bytes(hashlib.blake2b(f"{source}\n{target}".encode(), digest_size=8).digest(), "big", signed=True)

    def work() -> Answer:
        frame = pd.read_csv(export, sep="\t", encoding="utf-16", usecols=list(USED), dtype=str, keep_default_na=False)
        frame = frame[frame["Type"].isin(["text", "image"])]
        frame["source"] = frame["Referring page URL"].map(canonicalize_url)
        frame["target"] = frame["Target URL"].map(canonicalize_url)
        frame["domain"] = frame["source"].map(domain)
        frame = frame[(frame["target"].map(domain) == SITE) & (frame["domain"] != SITE)]
        frame["link_id"] = [identity(*pair) for pair in zip(frame["source"], frame["target"], strict=True)]
        for name in ("First seen", "Last seen"):
            frame[name] = pd.to_datetime(frame[name], utc=True)
        flags = {name: frame[name].str.lower() == "true" for name in ("Nofollow", "Sponsored", "UGC")}
        frame["rel"] = ""
        for name, flag in flags.items():
            frame.loc[flag, "rel"] = (frame.loc[flag, "rel"] + " " + name.lower()).str.strip()
        frame["authority"] = pd.to_numeric(frame["Domain rating"])
        frame["says_lost"] = ((frame["Lost"] != "") | (frame["Lost status"] != "")) & (frame["Drop reason"] == "")
        return _told(*(pa.chunked_array([pa.array(frame[name], pa.string())]) for name in ("source", "target", "domain", "rel")))

    return work


def read_only(export: str) -> Callable[[], Answer]:
    """The limit: pyarrow reads the same columns of the same file, on one thread, and nobody looks at them."""
    from pyarrow import csv

    def work() -> Answer:
        reader = csv.open_csv(
            export,
            csv.ReadOptions(use_threads=False, encoding="utf-16", block_size=1 << 20),
            csv.ParseOptions(delimiter="\t"),
            csv.ConvertOptions(include_columns=list(USED), column_types=dict.fromkeys(USED, pa.string())),
        )
        return {"claims": sum(batch.num_rows for batch in reader)}

    return work


def _told(sources: Any, targets: Any, domains: Any, rels: Any) -> Answer:
    """Claims in numbers that differ where any address, domain or rel does."""
    lengths = [pc.sum(pc.binary_length(texts)).as_py() for texts in (sources, targets, domains, rels)]
    return {"claims": len(sources), "domains": len(pc.unique(domains)), "characters": sum(lengths)}


class _Pools:
    """What rows are drawn from."""

    def __init__(self, rng: np.random.Generator, rows: int) -> None:
        self._rng = rng
        pages = max(rows * 3 // 10, 1)
        words = [*("".join(rng.choice(_LETTERS, rng.integers(3, 11))) for _ in range(5_000)), *_FOREIGN * 20]
        plain = words[:5_000]
        hosts = [
            f"{('www.', '', 'blog.')[n % 3]}{plain[n % 4_999]}{n}.{('com', 'org', 'de', 'co.uk', 'github.io')[n % 5]}"
            for n in range(max(rows * 6 // 100, 1))
        ]
        tails = (*("", "/", ".html", "/", "", "/", ".php") * 2, *("?id={0}", "?b=1&a={0}", "?lang=en&p={0}", "#top", "#c-{0}"))
        host_of_page, word_of_page = rng.integers(0, len(hosts), pages), rng.integers(0, 5_000, pages)
        self.ratings = (91 * rng.random(len(hosts)) ** 2).astype(np.int64)[host_of_page]
        chosen = zip(host_of_page.tolist(), word_of_page.tolist(), strict=True)
        self.pages = pa.array(
            [
                f"https://{hosts[host]}/{plain[word]}/{plain[word * 7 % 5_000]}-{n}{tails[n % len(tails)].format(n)}"
                for n, (host, word) in enumerate(chosen)
            ]
        )
        self.targets = pa.array([f"https://www.{SITE}/{plain[n]}/{n}/" for n in range(_TARGETS)])
        self.texts = pa.array([" ".join(words[k] for k in rng.integers(0, len(words), 8)) for _ in range(_POOL)])
        self.quotes = pa.array([f'they said ""{text[:20]}""' for text in self.texts.to_pylist()])
        self.anchors = pa.array([text[:24].strip() for text in self.texts.to_pylist()])
        self.days = pa.array([f"2026-{1 + n % 10:02}-{1 + n % 28:02} {n % 24:02}:03:04" for n in range(300)])
        self.numbers = pa.array([str(n) for n in range(_POOL)])

    def lines(self, pages: Any) -> bytes:
        """Lines in UTF-16, one for each page's number."""
        count = len(pages)
        given = {
            "Referring page title": self.texts.take(pa.array(pages % _POOL)),
            "Referring page URL": self.pages.take(pa.array(pages)),
            "Domain rating": self.numbers.take(pa.array(self.ratings[pages])),
            "Target URL": self.targets.take(pa.array((_TARGETS * self._rng.random(count) ** 3).astype(np.int64))),
            "Left context": self._some(self.quotes, count),
            "Right context": self._some(self.texts, count),
            "Anchor": self._some(self.anchors, count),
            "Type": self._some(pa.array(["text"] * 9 + ["image"]), count),
            "First seen": self._some(self.days, count),
            "Last seen": self._some(self.days, count),
            "Lost": self._some(pa.array([""] * 19 + ["2026-11-01 00:00:00"]), count),
            **{name: self._some(pa.array(["false"] * 4 + ["true"]), count) for name in ("Nofollow", "UGC", "Sponsored")},
            **{name: self._some(self.numbers, count) for name in ("Domain traffic", "Referring domains", "External links")},
        }
        usual = {"Language": "en", "Platform": "wordpress", "Referring page HTTP code": "200", "UR": "12", "Content": "true"}
        usual |= {"Is spam": "false", "Raw": "true", "Rendered": "false", "Discovered status": "crawled", "Page type": "article"}
        cells = [given.get(name, pa.repeat(usual.get(name, ""), count)) for name in HEADERS]
        rows = pc.binary_join_element_wise(*cells, '"\t"').to_pylist()
        return "".join([f'"{row}"\r\n' for row in rows]).encode("utf-16-le")

    def _some(self, pool: pa.StringArray, count: int) -> pa.StringArray:
        return pool.take(pa.array(self._rng.integers(0, len(pool), count)))


def _line(cells: tuple[str, ...]) -> bytes:
    return ("\t".join(f'"{cell}"' for cell in cells) + "\r\n").encode("utf-16-le")
