-- One look per page where shards disagree: what could tell before what could not, an answer before silence; the rest only makes
-- the choice certain.
SELECT all_looks.*
FROM all_looks JOIN outcomes USING (outcome)
QUALIFY 1 = row_number() OVER (
    PARTITION BY url
    ORDER BY outcome <> 'readable', outcome <> 'not_modified', evidence <> 'gone', NOT proves_existence, outcome,
        final_url, redirects, moved, detail, etag, last_modified, host, source_domain, title, language, meta_robots,
        x_robots_tag, canonical_url, noindex, words, external_links, linked_domains, content_hash,
        signature, network, raw_outcome, kept, kept_hash, mentions,
        http_status NULLS LAST
)
