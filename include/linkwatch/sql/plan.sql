-- The pages to look at tonight, one row per page, in the order of their worth within a shard.
-- Relations: before_links, before_pages, claims. Of one host at most $max_pages_per_host.
WITH
-- Links whose page is worth a look: what was lost long ago comes back only when somebody claims it again.
known AS (
    SELECT * FROM before_links
    WHERE (NOT $only_watched OR list_contains($watched, site)) AND (state <> 'lost' OR lost_at >= $lost_since)
),
wanted AS (
    SELECT source_url AS url, 'known' AS reason, FALSE AS says_lost,
        CASE state WHEN 'missing' THEN 0 WHEN 'live' THEN 1 WHEN 'unverified' THEN 3 ELSE 4 END AS place
    FROM known
    UNION ALL
    SELECT target_url, 'target', FALSE, 2 FROM known WHERE list_contains($own_sites, site)
    UNION ALL
    SELECT source_url, 'claimed', says_lost, 3 FROM claims
),
pages AS (
    SELECT
        url,
        CASE WHEN bool_or(reason = 'known') THEN 'known' WHEN bool_or(reason = 'claimed') THEN 'claimed' ELSE 'target' END AS reason,
        min(place) AS place,
        bool_or(says_lost) AS says_lost,
        regexp_extract(url, '^https?://(\[[^\]]*\]|[^/:?#]*)', 1) AS host
    FROM wanted
    GROUP BY url
),
chosen AS (
    SELECT * FROM pages
    QUALIFY row_number() OVER (PARTITION BY host ORDER BY place, NOT says_lost, url) <= $max_pages_per_host
),
-- "Not modified" would say nothing of a link that no look has searched the page for yet.
unsettled AS (
    SELECT DISTINCT claims.source_url AS url
    FROM claims LEFT JOIN before_links AS link USING (link_id)
    WHERE claims.link_id IS NOT NULL AND (link.link_id IS NULL OR (link.state = 'unverified' AND link.refuted_at IS NULL))
),
validators AS (
    SELECT url, etag, last_modified
    FROM before_pages ANTI JOIN unsettled USING (url)
    WHERE outcome IN ('readable', 'not_modified') AND last_readable_at >= coalesce($watched_since, last_readable_at)
)
SELECT
    chosen.url,
    chosen.host,
    -- The first 32 bits of the host's MD5: the same on every machine and in every version of DuckDB.
    (('0x' || substr(md5(chosen.host), 1, 8))::BIGINT % $shards)::INTEGER AS shard,
    chosen.reason,
    coalesce(validators.etag, '') AS etag,
    coalesce(validators.last_modified, '') AS last_modified,
    0.0::DOUBLE AS worth,
    FALSE AS important,
    0::INTEGER AS links,
    '' AS signature,
    '' AS kept_hash,
    FALSE AS rendered
FROM chosen LEFT JOIN validators USING (url)
ORDER BY shard, chosen.place, NOT chosen.says_lost, chosen.url
