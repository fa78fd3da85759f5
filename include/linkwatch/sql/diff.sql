-- What differs between two snapshots: one row per link of which a durable column differs.
-- Relations: before_links, after_links (sorted files of schemas.LINKS). The keys and hashes of both are read first; the
-- details only of keys whose hashes differ, and those are compared column by column: a hash alone proves no difference.
-- "before" and "after": JSON members of what differs; "told": names of the attributes that people are told of;
-- "differs": true where any durable column does.
WITH
keys AS (
    SELECT coalesce(b.link_id, a.link_id) AS link_id
    FROM (SELECT link_id, row_hash FROM before_links) AS b
    FULL JOIN (SELECT link_id, row_hash FROM after_links) AS a ON a.link_id = b.link_id
    WHERE a.row_hash IS DISTINCT FROM b.row_hash
),
b AS (SELECT * FROM before_links SEMI JOIN keys USING (link_id)),
a AS (SELECT * FROM after_links SEMI JOIN keys USING (link_id))
SELECT
    coalesce(a.link_id, b.link_id) AS link_id,
    coalesce(a.site, b.site) AS site,
    coalesce(a.source_url, b.source_url) AS source_url,
    coalesce(a.target_url, b.target_url) AS target_url,
    coalesce(a.source_domain, b.source_domain) AS source_domain,
    concat_ws(',', {told}) AS told,
    CASE
        WHEN b.state = 'lost' AND a.state = 'live' THEN 'recovered'
        WHEN b.state IS DISTINCT FROM 'lost' AND a.state = 'lost' THEN 'lost'
        WHEN coalesce(b.state, 'unverified') = 'unverified' AND a.state = 'live' THEN a.origin
        WHEN b.state IN ('live', 'missing') AND a.state = 'live' AND told <> '' THEN 'changed'
        ELSE ''
    END AS kind,
    CASE kind WHEN 'lost' THEN a.lost_reason WHEN 'changed' THEN told ELSE '' END AS reason,
    '{' || concat_ws(',', {before}) || '}' AS before,
    '{' || concat_ws(',', {after}) || '}' AS after
FROM b FULL JOIN a ON a.link_id = b.link_id
WHERE {differs}
ORDER BY 1
