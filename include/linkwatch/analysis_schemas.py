"""The shapes of what a closer look at pages says, as Arrow schemas: what the rules of suspicion and the link types rest on.

    ANALYSES  a page: its text, what it is built with, what it says of itself    one row per page, sorted by url
    PLACES    a link: the block of the page that it stands in                    one row per link, sorted by link_id
    ASSESSED  a live link: what kind it is, and which rules could not say        one row per link, sorted by link_id

A page is analysed once per content: while `content_hash` stays, so does its row. Pages whose links to watched sites were
never seen have no row, and a rule that needs one says "not evaluated" of their links.
"""

import pyarrow as pa

from linkwatch.schemas import F64, I32, I64, UTC_US, B, S, schema_of

ANALYSES = schema_of(
    ("url", S),  # canonical, as asked for
    ("source_domain", S),
    ("content_hash", S),  # of the body that was analysed (PAGES.content_hash of that look)
    ("kind", S),  # version of the analysis; a row of another kind is made anew at the next readable look
    ("main_words", I32),  # words of the main text, as words_of counts them
    ("seen_words", I32),  # words of all visible text, menus and footers too
    ("title_words", I32),
    ("language", S),  # of the main text, as detected ("en"); "" when there is too little of it
    ("signature", pa.binary()),  # MinHash of the main text: 128 little-endian uint32; empty for fewer than 50 words
    ("generator", S),  # <meta name=generator>, lower case, 100 characters
    ("build", S),  # theme and plugins that its addresses name, sorted: "plugin:elementor theme:astra"
    ("ids", S),  # analytics and advertising ids, sorted, space-separated: "G-AB12CD34EF ca-pub-0123456789012345 UA-1234-1"
    ("page_types", S),  # schema.org types and og:type, lower case, sorted, space-separated: "article discussionforumposting"
    ("disclosure", S),  # words of a sponsorship cue that stands for the whole page (title, category, byline); "" when none
    ("hidden_links", I32),  # external links that no reader sees, menus, tabs and their like left out
    ("images", I32),  # <img>, <video>, <iframe>: a page of these is thin for a reason
    ("names_itself", B),  # it links to a contact, about or imprint page
    nullable=(
        ("anchor_share", F64),  # share [0, 1] of its visible words that stand in links; null without words
        ("compression", F64),  # bytes of the main text by its bytes under zlib; null below 500 bytes
        ("published_at", UTC_US),  # article:published_time or datePublished
        ("kept_share", F64),  # share [0, 1] of the main text that was in the content before; null for the first content
        ("analysed_at", UTC_US),  # as_of of the night that read this content
        ("known_since", UTC_US),  # as_of of the page's first analysis
        ("turned_at", UTC_US),  # when its text last became another one (kept_share < 0.3); null while it never did
    ),
)

PLACES = schema_of(
    ("link_id", I64),
    ("url", S),  # the source page
    ("in_main", B),  # it stands in the main text
    ("in_prose", B),  # its block has 8 words or more, fewer than half of them in links
    ("block", S),  # hash of the tags and classes on the way to its block, digits left out: one template, one value
    ("widget", S),  # hash of the block's own markup where it is an embed (iframe, script beside it, badge); else ""
    ("block_words", I32),
    ("block_links", I32),  # external links in the block
    ("block_domains", I32),  # registrable domains that those lead to
    ("block_poisoned", I32),  # of these domains, how many are named or reached by a word of lexicon.TOPICS
    ("block_topics", S),  # those topics, sorted, space-separated: "casino pharma"
    ("block_hidden", I32),  # external links of the block that no reader sees
    ("block_anchors", S),  # JSON list of the different anchors of its links to this watched site, 20 at most, sorted
    ("page_anchors", S),  # the same for the whole page's main part: every zone but nav, header, footer and sidebar
    ("listed", B),  # its block is one of at least 5 alike siblings, each with one external link
    ("described", I32),  # words that stand beside the link in its list item, cell or paragraph, anchors left out
    ("disclosure", S),  # words of a sponsorship cue within the link's block or its heading; "" when none
    ("campaign", S),  # parameter of the link's address that says that it was paid for ("utm_medium=cpc"); "" when none
    ("astray", B),  # it stands behind the page's end, or before its <html>
)

ASSESSED = schema_of(
    ("link_id", I64),
    ("declared", S),  # a LinkType by rel alone: what the publisher says
    ("inferred", S),  # a LinkType: what we take it for
    ("confidence", F64),  # of `inferred`, [0, 1]
    ("because", S),  # JSON: the evidence of `inferred`
    ("not_evaluated", S),  # rules about links that lacked an input for this one, sorted, space-separated
)
