"""The paths that are measured: what competes, and the goals of the design. A table; the ways stand in their own modules."""

from collections.abc import Mapping

from bench import addresses, analysis
from bench.measure import Goal, Measured, Part, Path, Way

PAGES = 500
READ_PAGES = 2_000  # they pass so fast that fewer would show the start alone
TLS_PAGES = 160  # requests reads the list of authorities again for each host: 25 ms
LINKS = 1_000_000
LOAD_ROWS = 50_000
CLAIM_ROWS = 1_000_000
WAT_PAGES = 18_000  # a real file has about 30,000
MB_PER_GB = 1_000
AFTER = "after-links.parquet"  # in a home: what the fold of its second night made

OURS, OBVIOUS, RIVAL, LIMIT = Part.OURS, Part.OBVIOUS, Part.RIVAL, Part.LIMIT
Figures = Mapping[Part, float]


def at_most(limit: float, unit: str, peak_gb: float | None = None) -> Goal:
    """A goal in the path's own unit, and maybe one for the memory of the whole process."""
    text = f"≤ {limit:g} {unit}" + (f", ≤ {peak_gb:g} GB" if peak_gb else "")
    return Goal(text, lambda found, ours: found[OURS] <= limit and ours.peak_mb <= (peak_gb or 1e9) * MB_PER_GB)


def times(obvious: float, rival: float = 0.0) -> Goal:
    """So many times as many as the obvious way, and as the rival."""
    text = f"≥ {obvious:g} × obvious" + (f", ≥ {rival:g} × rival" if rival else "")

    def met(found: Figures, _: Measured) -> bool:
        return found[OURS] >= obvious * found[OBVIOUS] and (not rival or found[OURS] >= rival * found[RIVAL])

    return Goal(text, met)


def _cpu_per_thousand(entry: Measured) -> float:
    return entry.cpu_s / READ_PAGES * 1000


def _pages_per_cpu_s(entry: Measured) -> float:
    return PAGES / entry.cpu_s


def _analysis_ms(entry: Measured) -> float:
    return entry.cpu_s / analysis.PAGES * 1000


def _tls_pages_per_cpu_s(entry: Measured) -> float:
    return TLS_PAGES / entry.cpu_s


def _microseconds(entry: Measured) -> float:
    return entry.cpu_s / (addresses.COUNT * addresses.ROUNDS) * 1e6


def _seconds(entry: Measured) -> float:
    return entry.wall_s


def _thousand_rows_per_s(entry: Measured) -> float:
    return LOAD_ROWS / entry.wall_s / 1000


def _thousand_claims_per_cpu_s(entry: Measured) -> float:
    return CLAIM_ROWS / entry.cpu_s / 1000


def _wat_pages_per_cpu_s(entry: Measured) -> float:
    return WAT_PAGES / entry.cpu_s


def _fast_and_near_the_limit(found: Figures, _: Measured) -> bool:
    return found[OURS] >= 8 * found.get(OBVIOUS, 0) and found[OURS] >= 0.7 * found[LIMIT]


_VERIFY = (
    Way(OBVIOUS, "requests + lxml.html", "bench.reading:session", {"links": True}),
    Way(RIVAL, "Scrapy + LinkExtractor", "bench.spider:links"),
    Way(OURS, "Fetcher + observe", "bench.reading:ours", {"links": True}),
    Way(LIMIT, "sockets + lexbor parse", "bench.reading:raw", {"links": True}),
)

READING = (
    Path(
        *("read", "read, one host", "CPU s / 1000 pages", _cpu_per_thousand),
        more_is_better=False,
        goal=at_most(0.15, "CPU s / 1000"),
        ways=(
            Way(OBVIOUS, "requests.Session", "bench.reading:session"),
            Way(RIVAL, "requests, 8 threads", "bench.reading:session", {"threads": 8}),
            Way(OURS, "Fetcher", "bench.reading:ours"),
            Way(LIMIT, "sockets", "bench.reading:raw"),
        ),
    ),
    Path(
        *("verify", "verify (read + links), one host", "pages / CPU s", _pages_per_cpu_s),
        more_is_better=True,
        goal=times(12, 15),
        ways=_VERIFY,
    ),
    Path(
        *("verify-many", "verify, 100 hosts", "pages / CPU s", _pages_per_cpu_s),
        more_is_better=True,
        goal=times(12),
        ways=tuple(way for way in _VERIFY if way.part is not RIVAL),
        note="ours reads 100 robots.txt beside the pages",
    ),
    Path(
        *("tls", "read, a new TLS host each", "pages / CPU s", _tls_pages_per_cpu_s),
        more_is_better=True,
        goal=times(3),
        ways=(
            Way(OBVIOUS, "requests.Session", "bench.reading:session"),
            Way(OURS, "Fetcher", "bench.reading:ours"),
        ),
        note="ours reads a robots.txt a page, on the same connection; all verify certificates against the usual authorities",
    ),
)
EXTRACT = (
    Path(
        *("extract", "page → links", "pages / CPU s", _pages_per_cpu_s),
        more_is_better=True,
        goal=times(10),
        ways=(
            Way(OBVIOUS, "lxml.html + make_links_absolute", "bench.extracting:lxml_html"),
            Way(RIVAL, "parsel + urljoin", "bench.extracting:parsel"),
            Way(RIVAL, "selectolax + urljoin", "bench.extracting:selectolax"),
            Way(OURS, "observe", "bench.extracting:ours"),
            Way(LIMIT, "lexbor parse", "bench.extracting:parse_only"),
        ),
        note="ours also tells anchor, context, rel, zone, hidden or not, and the facts of the page",
    ),
    Path(
        *("analysis", "page → analysis", "ms / page", _analysis_ms),
        more_is_better=False,
        goal=at_most(20, "ms"),
        ways=(
            Way(OURS, "analyse", "bench.analysis:ours"),
            Way(LIMIT, "trafilatura, fast", "bench.analysis:main_text"),
        ),
        note="once for each content of a page; the limit is its main text alone",
    ),
)
ADDRESSES = (
    Path(
        *("canonical", "canonical URL", "µs", _microseconds),
        more_is_better=False,
        goal=at_most(3, "µs"),
        ways=(
            Way(OBVIOUS, "w3lib.canonicalize_url", "bench.addresses:canonical_w3lib"),
            Way(RIVAL, "urllib.parse by hand", "bench.addresses:canonical_standard"),
            Way(OURS, "canonical_url", "bench.addresses:canonical_ours"),
            Way(LIMIT, "can_ada parse", "bench.addresses:parse_only"),
        ),
    ),
    Path(
        *("domain", "registrable domain", "µs", _microseconds),
        more_is_better=False,
        goal=at_most(2, "µs"),
        ways=(
            Way(OBVIOUS, "tldextract", "bench.addresses:domain_tldextract"),
            Way(OURS, "registrable_domain", "bench.addresses:domain_ours"),
            Way(LIMIT, "can_ada host + dict", "bench.addresses:host_only"),
        ),
    ),
    Path(
        *("identity", "link identity", "µs", _microseconds),
        more_is_better=False,
        goal=at_most(3, "µs"),
        ways=(
            Way(OURS, "link_id", "bench.addresses:identity_ours"),
            Way(LIMIT, "BLAKE2b of both spellings", "bench.addresses:identity_of_spellings"),
        ),
    ),
)


CLAIMS = Path(
    *("claims", "an Ahrefs export of 1 M rows → claims", "1000 rows / CPU s", _thousand_claims_per_cpu_s),
    more_is_better=True,
    goal=Goal("≥ 150, < 1 GB", lambda found, ours: found[OURS] >= 150 and ours.peak_mb < MB_PER_GB),
    ways=(
        Way(OBVIOUS, "pandas + w3lib + tldextract", "bench.claims:pandas"),
        Way(OURS, "read_claims", "bench.claims:ours"),
        Way(LIMIT, "pyarrow.csv, same columns", "bench.claims:read_only"),
    ),
    rounds=1,
    note="ours also hashes the file, checks its quotes, and would set broken rows aside; the limit reads the columns alone",
)

FINDINGS = Path(
    *("findings", "suspicion: 100,000 pages, 300,000 links", "s", _seconds),
    more_is_better=False,
    goal=at_most(60, "s"),
    ways=(Way(OURS, "find, assess", "bench.findings:find_all"),),
    rounds=1,
    note="every rule and the kinds of links, on one core; the pages are analysed",
)

_WAT_OURS = Way(OURS, "read_commoncrawl", "bench.wat:ours")
_WAT_LIMIT = Way(LIMIT, "gunzip (isal)", "bench.wat:gunzip")
WAT = (
    Path(
        *("wat", f"a WAT file of {WAT_PAGES:,} pages, 10 watched domains", "pages / CPU s", _wat_pages_per_cpu_s),
        more_is_better=True,
        goal=Goal("≥ 8 × obvious, ≥ 70 % of the limit", _fast_and_near_the_limit),
        ways=(
            Way(OBVIOUS, "warcio + json", "bench.wat:warcio_json"),
            Way(RIVAL, "fastwarc + orjson", "bench.wat:fastwarc_orjson"),
            _WAT_OURS,
            _WAT_LIMIT,
        ),
        note="all make every address canonical by the same function; ours also gives rows of claims",
    ),
    Path(
        *("wat-1000", "the same, 1,000 watched domains", "pages / CPU s", _wat_pages_per_cpu_s),
        more_is_better=True,
        goal=Goal("≥ 70 % of the limit", _fast_and_near_the_limit),
        ways=(_WAT_OURS, _WAT_LIMIT),
    ),
)


def nights(links: int) -> tuple[Path, ...]:
    """Paths over a home of so many links; the goals are those of a million, and of ten million where the design has one."""
    size = f"{links / 1_000_000:g} M links"
    scale = links / LINKS
    return (
        Path(
            *("fold", f"fold, {size}", "s", _seconds),
            more_is_better=False,
            goal=None,
            ways=(
                Way(OURS, "fold_night", "bench.nights:fold_ours"),
                Way(LIMIT, "read and write as much", "bench.nights:fold_copy"),
            ),
            rounds=1,
        ),
        Path(
            *("diff", f"diff, {size}", "s", _seconds),
            more_is_better=False,
            goal=at_most(0.3 * scale, "s", peak_gb=1),
            ways=(
                Way(OBVIOUS, "pandas, merge on URLs", "bench.nights:diff_pandas"),
                Way(RIVAL, "DuckDB, join on URLs", "bench.nights:diff_duckdb"),
                Way(OURS, "diff_snapshots", "bench.nights:diff_ours"),
                Way(LIMIT, "scan of keys and hashes", "bench.nights:diff_scan"),
            ),
            note="ours also gives each change with its details; the rivals only count",
        ),
        Path(
            *("audit", f"audit, {size}", "s", _seconds),
            more_is_better=False,
            goal=at_most(5, "s", peak_gb=1),
            ways=(Way(OURS, "run_audit", "bench.nights:audit_ours"),),
            rounds=1,
        ),
        Path(
            *("night", f"a night of {size} without the network", "s", _seconds),
            more_is_better=False,
            goal=at_most(60, "s", peak_gb=1.5),
            ways=(Way(OURS, "fold, audit, publish, detect", "bench.nights:night_ours"),),
            rounds=1,
            note="1 % gained, 1 % lost, 2 % changed; one process, with the import of Great Expectations; into SQLite",
        ),
    )


LOAD_SQLITE = Path(
    *("load-sqlite", f"load {LOAD_ROWS:,} rows, SQLite", "1000 rows / s", _thousand_rows_per_s),
    more_is_better=True,
    goal=None,
    ways=(
        Way(OBVIOUS, "SQLAlchemy Core", "bench.tables:core"),
        Way(OURS, "upsert", "bench.tables:ours"),
        Way(LIMIT, "executemany of ready tuples", "bench.tables:ready_tuples"),
    ),
)
LOAD_POSTGRES = Path(
    *("load-postgres", f"load {LOAD_ROWS:,} rows, PostgreSQL", "1000 rows / s", _thousand_rows_per_s),
    more_is_better=True,
    goal=Goal("≥ 200", lambda found, _: found[OURS] >= 200),
    ways=(
        Way(OBVIOUS, "SQLAlchemy Core", "bench.tables:core"),
        Way(RIVAL, "psycopg COPY, write_row", "bench.tables:copy_rows"),
        Way(OURS, "upsert", "bench.tables:ours"),
        Way(LIMIT, "COPY of ready bytes", "bench.tables:ready_bytes"),
    ),
)


def names() -> list[str]:
    """Every path, as on the command line, in the order in which they are measured."""
    return [
        path.name for path in (*READING, *EXTRACT, *ADDRESSES, FINDINGS, CLAIMS, *WAT, *nights(LINKS), LOAD_SQLITE, LOAD_POSTGRES)
    ]
