"""The shapes of rows in bulk, as Arrow schemas. One schema a stage's hand-over; each says its key.

    CLAIMS     what sources say                     many rows per link
    CLAIMED    first and last claim of each source  one row per link and source, sorted by both
    RANKS      what Common Crawl's graph says       one row per domain
    OWN_PAGES  own pages, as a crawl found them     one row per page
    OWN_LINKS  links from own pages to others       one row per own page and target
    PLAN       pages to look at tonight             one row per page
    LOOKS      what each look at a page ended in    one row per page looked at tonight
    SIGHTINGS  links seen on readable pages         one row per <a> or <area> that leads to a watched site
    LINKS      the snapshot: every known link       one row per link, sorted by link_id
    PAGES      the snapshot: every page looked at   one row per page, sorted by url
    KEPT       pages in tonight's archive           one row per page that was kept
    HOSTS      what hosts answer for no page        one row per host that was ever asked
    CHANGES    what differs between two snapshots   one row per link that differs

What a closer look at a page says of it and of its links is in `analysis_schemas`.
Text is never null where an empty string says the same; null means "not known" or "does not apply".
"""

import pyarrow as pa

UTC_US = pa.timestamp("us", tz="UTC")


def schema_of(*required: tuple[str, pa.DataType], nullable: tuple[tuple[str, pa.DataType], ...] = ()) -> pa.Schema:
    """A schema whose first columns are never null."""
    return pa.schema([pa.field(n, t, nullable=False) for n, t in required] + [pa.field(n, t) for n, t in nullable])


S, B, I16, I32, I64, F64 = pa.string(), pa.bool_(), pa.int16(), pa.int32(), pa.int64(), pa.float64()

CLAIMS = schema_of(
    ("source_url", S),  # canonical
    ("source_domain", S),
    ("claimed_by", S),  # name of the source
    ("says_lost", B),  # the source believes that the link is lost: a reason to look, no evidence
    nullable=(
        ("target_url", S),  # canonical, on a watched site; null (with the next two): "a page worth looking at"
        ("site", S),
        ("link_id", I64),
        ("anchor", S),
        ("rel", S),
        ("first_seen", UTC_US),  # the source's own dates
        ("last_seen", UTC_US),
        ("authority", F64),  # of the source domain as the source rates it, 0 to 100
        ("claimed_at", UTC_US),  # when the source said so: the export's own date, else when it was read
    ),
)

CLAIMED = schema_of(
    ("link_id", I64),
    ("claimed_by", S),  # name of the source
    ("says_lost", B),  # at its last claim
    nullable=(
        ("first_claimed_at", UTC_US),  # date of its first claim (CLAIMS.claimed_at)
        ("last_claimed_at", UTC_US),  # and of its last one
        ("first_seen", UTC_US),  # by the source: the earliest that it ever gave
        ("last_seen", UTC_US),  # and the latest
    ),
)

RANKS = schema_of(
    ("domain", S),  # registrable domain, lower case, punycode
    nullable=(
        ("authority", F64),  # 0 to 100, from the rank by harmonic centrality (sources/crawls/ranks.py)
        ("harmonic_pos", I64),  # 1 is the most central domain
        ("pagerank_pos", I64),
    ),
)

OWN_PAGES = schema_of(
    ("url", S),  # canonical
    ("site", S),
    ("outcome", S),
    ("final_url", S),
    ("redirects", S),  # JSON list of [status, url]
    ("title", S),
    ("noindex", B),
    ("in_sitemap", B),
    ("links_in", I32),  # other own pages that link to it, of those that were read
    ("links_out", I32),  # links on it that leave the site
    nullable=(
        ("depth", I32),  # clicks from where the crawl began; null: no link leads there
        ("http_status", I32),
    ),
)

OWN_LINKS = schema_of(
    ("site", S),
    ("source_url", S),  # own page
    ("target_url", S),  # page of somebody else that it links to
    ("anchor", S),
    ("outcome", S),  # of the look at the target; "" when nobody has looked yet
    ("final_url", S),
    nullable=(("http_status", I32),),
)

PLAN = schema_of(
    ("url", S),  # canonical
    ("host", S),
    ("shard", I32),
    ("reason", S),  # "known" (carries known links), "claimed", or "target" (own page that backlinks lead to)
    ("etag", S),
    ("last_modified", S),
    ("worth", F64),  # value at risk: what it would cost not to look tonight; the order of the plan
    ("important", B),  # the user marked it (confirm.important): a vanished link is looked at again the same night
    ("links", I32),  # known links that a look would show, live or missing
    ("signature", S),  # main text of its last readable look that showed a known link; "" when there is none
    ("kept_hash", S),  # of the links that the page kept in the archive shows; "" when none is kept
    ("rendered", B),  # one of its known links was only ever seen in a browser
)

_PAGE_FACTS = (
    ("title", S),
    ("language", S),  # <html lang> or Content-Language, lower case
    ("meta_robots", S),  # tokens, sorted, space-separated
    ("x_robots_tag", S),
    ("canonical_url", S),  # rel=canonical when it names another page; else ""
    ("noindex", B),
    ("words", I32),  # of visible text outside nav, header, footer and sidebar
    ("external_links", I32),  # links that leave the page's registrable domain
    ("linked_domains", S),  # JSON list of the registrable domains they lead to, sorted, 200 at most
    ("content_hash", S),  # of the body; "" when there was none
    ("signature", S),  # MinHash of the main text (extract/signature.py); "" when there was too little of it
    ("mentions", S),  # own sites whose brand its visible text names while no link on it leads there, sorted, joined by ","
)

_ARCHIVED = (
    ("kept", S),  # where the page as it was answered is kept: "<night>/<WARC file>#<record>"; "" when it is not
    ("kept_hash", S),  # of the links to own sites that it shows; "" for a page that shows none
)

LOOKS = schema_of(
    ("url", S),  # as asked for
    ("host", S),
    ("source_domain", S),
    ("outcome", S),
    ("final_url", S),
    ("redirects", S),  # JSON list of [status, url]
    ("moved", B),  # the page that answered is another page, not the same one under https, www. or a trailing slash
    ("detail", S),
    ("etag", S),
    ("last_modified", S),
    ("network", S),  # that the answer came from; "" when not known
    ("raw_outcome", S),  # of the page as it was sent, where a browser rendered it afterwards; "" where none did
    *_ARCHIVED,
    *_PAGE_FACTS,
    nullable=(("http_status", I32),),
)

KEPT = schema_of(
    ("record", S),  # of a WARC file: names the page in it, whatever the order in which pages came
    ("offset", I64),  # where it lies
)

HOSTS = schema_of(
    ("host", S),
    ("probe_outcome", S),  # of the look at an address that cannot exist there
    ("probe_signature", S),  # of what it answered
    nullable=(("probed_at", UTC_US),),
)

SIGHTINGS = schema_of(
    ("link_id", I64),
    ("site", S),
    ("source_url", S),  # as asked for, not the end of a redirect
    ("target_url", S),
    ("position", I32),  # document order on the page
    ("anchor", S),  # visible text, or alt text of the image; whitespace folded
    ("rel", S),  # tokens, lower case, sorted, space-separated
    ("followed", B),
    ("nofollow_by", S),  # what withholds it: "rel", "meta_robots", "x_robots_tag", joined by " "; "" when followed
    ("zone", S),
    ("hidden_by", S),  # what hides it ("display:none", …); "" when visible
    ("element", S),
    ("context_left", S),
    ("context_right", S),
    ("seen_in", S),  # "html" or "browser"
)

# The columns of a link that make up what we say of it. A night in which none of them moves is no news:
# the row is not written to the warehouse again. `last_seen_at` is left out on purpose; it moves every night.
LINK_ATTRIBUTES = (
    ("followed", B),
    ("rel", S),
    ("nofollow_by", S),
    ("anchor", S),
    ("zone", S),
    ("hidden_by", S),
    ("element", S),
    ("link_type", S),
    ("context_left", S),
    ("context_right", S),
    ("seen_in", S),
    ("page_noindex", B),
    ("page_canonical", S),  # another page that the source page names as canonical; "" when none
    ("target_broken", S),  # outcome of the look at the target when there is no page (own sites only); "" otherwise
)
LINK_STATUS = (
    ("state", S),
    ("lost_reason", S),  # reason of the absence at hand while missing or lost; "" otherwise
    ("origin", S),  # "gained" or "discovered": how the link became known as live; "" while unverified
    ("absences", I16),  # looks in a row that could tell and did not show it
    ("claimed_by", S),  # names of the sources that ever claimed it, sorted, joined by ","
    ("moved_to", S),  # lost as "site_moved": the source page where the link stands now; "" otherwise
    ("moved_from", S),  # the source page that it stood on before its whole site moved; "" otherwise
)
LINK_DATES = (
    ("claimed_first_seen", UTC_US),  # earliest date that a source gives
    ("first_seen_at", UTC_US),  # by us; null while unverified
    ("missing_since", UTC_US),  # first absence of the streak at hand
    ("last_absence_at", UTC_US),  # last absence that counted
    ("refuted_at", UTC_US),  # unverified only: first readable look at the page that did not show it
    ("lost_at", UTC_US),
)
LINKS = schema_of(
    ("link_id", I64),
    ("site", S),
    ("source_url", S),
    ("target_url", S),
    ("source_domain", S),
    *LINK_STATUS,
    *LINK_ATTRIBUTES,
    ("row_hash", I64),  # of status, attributes and dates; equal hashes are the fast path of diff, never its proof
    nullable=(*LINK_DATES, ("last_seen_at", UTC_US), ("authority", F64)),
)

PAGES = schema_of(
    ("url", S),
    ("host", S),
    ("source_domain", S),
    ("outcome", S),  # of the last look
    ("final_url", S),
    ("redirects", S),
    ("detail", S),
    ("failures", I16),  # in a row, of the one kind in `failing_as`
    ("failing_as", S),  # outcome of these failures; "" when there are none
    ("history", S),  # JSON list of [outcome, first night, last night, looks], oldest first, the last 24 runs of equal outcomes
    ("network", S),  # of the last look that knew it
    ("raw_outcome", S),
    *_ARCHIVED,  # of the last look that showed links to own sites and was kept
    ("etag", S),  # validators of the last readable look
    ("last_modified", S),
    *_PAGE_FACTS,  # of the last readable look
    nullable=(
        ("http_status", I32),
        ("unsure_share", F64),  # share [0, 1] of its looks that could not tell, the last ones weighing most
        ("last_fetched_at", UTC_US),
        ("last_conclusive_at", UTC_US),  # last look that could tell (readable or gone)
        ("last_readable_at", UTC_US),
        ("failing_since", UTC_US),
        ("last_failure_at", UTC_US),  # last failure that counted
    ),
)

CHANGES = schema_of(
    ("link_id", I64),
    ("site", S),
    ("source_url", S),
    ("target_url", S),
    ("source_domain", S),
    ("kind", S),  # a ChangeKind, or "" for a silent step (live to missing, a new claim, …)
    ("reason", S),  # loss reason; for "changed" the attributes that differ, joined by ","
    ("before", S),  # JSON of what differs, as it was; {} when the link was unknown
    ("after", S),  # JSON of what differs, as it is
)
