"""The shapes of rows in bulk, as Arrow schemas. One schema a stage's hand-over; each says its key.

    CLAIMS     what sources say                     many rows per link
    PLAN       pages to look at tonight             one row per page
    LOOKS      what each look at a page ended in    one row per page looked at tonight
    SIGHTINGS  links seen on readable pages         one row per <a> or <area> that leads to a watched site
    LINKS      the snapshot: every known link       one row per link, sorted by link_id
    PAGES      the snapshot: every page looked at   one row per page, sorted by url
    CHANGES    what differs between two snapshots   one row per link that differs

Text is never null where an empty string says the same; null means "not known" or "does not apply".
"""

import pyarrow as pa

UTC_US = pa.timestamp("us", tz="UTC")


def _schema(*required: tuple[str, pa.DataType], nullable: tuple[tuple[str, pa.DataType], ...] = ()) -> pa.Schema:
    return pa.schema([pa.field(n, t, nullable=False) for n, t in required] + [pa.field(n, t) for n, t in nullable])


S, B, I16, I32, I64 = pa.string(), pa.bool_(), pa.int16(), pa.int32(), pa.int64()

CLAIMS = _schema(
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
    ),
)

PLAN = _schema(
    ("url", S),  # canonical
    ("host", S),
    ("shard", I32),
    ("reason", S),  # "known" (carries known links), "claimed", or "target" (own page that backlinks lead to)
    ("etag", S),
    ("last_modified", S),
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
)

LOOKS = _schema(
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
    *_PAGE_FACTS,
    nullable=(("http_status", I32),),
)

SIGHTINGS = _schema(
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
)
LINK_DATES = (
    ("claimed_first_seen", UTC_US),  # earliest date that a source gives
    ("first_seen_at", UTC_US),  # by us; null while unverified
    ("missing_since", UTC_US),  # first absence of the streak at hand
    ("last_absence_at", UTC_US),  # last absence that counted
    ("refuted_at", UTC_US),  # unverified only: first readable look at the page that did not show it
    ("lost_at", UTC_US),
)
LINKS = _schema(
    ("link_id", I64),
    ("site", S),
    ("source_url", S),
    ("target_url", S),
    ("source_domain", S),
    *LINK_STATUS,
    *LINK_ATTRIBUTES,
    ("row_hash", I64),  # of status, attributes and dates; equal hashes are the fast path of diff, never its proof
    nullable=(*LINK_DATES, ("last_seen_at", UTC_US)),
)

PAGES = _schema(
    ("url", S),
    ("host", S),
    ("source_domain", S),
    ("outcome", S),  # of the last look
    ("final_url", S),
    ("redirects", S),
    ("detail", S),
    ("failures", I16),  # in a row, of those that may mean that the page vanished
    ("etag", S),  # validators of the last readable look
    ("last_modified", S),
    *_PAGE_FACTS,  # of the last readable look
    nullable=(
        ("http_status", I32),
        ("last_fetched_at", UTC_US),
        ("last_conclusive_at", UTC_US),  # last look that could tell (readable or gone)
        ("last_readable_at", UTC_US),
        ("failing_since", UTC_US),
        ("last_failure_at", UTC_US),  # last failure that counted
    ),
)

CHANGES = _schema(
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
