-- What differs between two snapshots: one row per link of which a durable column differs.
-- Relations: earlier and later, the rows of links that may differ (see `differing`), which are compared
-- column by column, because a hash alone proves no difference; after_links.
-- "before" and "after": JSON members of what differs; "told": names of the attributes that people are told of;
-- "differs": true where any durable column does.
WITH
-- Links that say which page they stood on before their site moved: there, the loss of the old link has been told.
arrived AS (SELECT DISTINCT moved_from, source_url, target_url FROM after_links WHERE moved_from <> '')
SELECT
    coalesce(a.link_id, b.link_id) AS link_id,
    coalesce(a.site, b.site) AS site,
    coalesce(a.source_url, b.source_url) AS source_url,
    coalesce(a.target_url, b.target_url) AS target_url,
    coalesce(a.source_domain, b.source_domain) AS source_domain,
    concat_ws(',', {told}) AS told,
    b.state IS DISTINCT FROM 'lost' AND a.state = 'lost' AS falls,
    coalesce(b.state, 'unverified') = 'unverified' AND a.state = 'live' AS rises,
    CASE
        WHEN b.state = 'lost' AND a.state = 'live' THEN 'recovered'
        WHEN falls AND a.moved_to = '' THEN 'lost'
        WHEN falls AND arrived.source_url IS NULL THEN 'changed'
        WHEN rises AND a.moved_from = '' THEN a.origin
        WHEN rises THEN 'changed'
        WHEN b.state IN ('live', 'missing') AND a.state = 'live' AND told <> '' THEN 'changed'
        ELSE ''
    END AS kind,
    CASE
        WHEN kind = 'lost' THEN a.lost_reason
        WHEN kind <> 'changed' THEN ''
        WHEN falls THEN 'moved_to'
        WHEN rises THEN 'moved_from'
        ELSE told
    END AS reason,
    '{' || concat_ws(',', {before}) || '}' AS before,
    '{' || concat_ws(',', {after}) || '}' AS after
FROM earlier AS b
FULL JOIN later AS a ON a.link_id = b.link_id
LEFT JOIN arrived ON arrived.moved_from = a.source_url AND arrived.source_url = a.moved_to AND arrived.target_url = a.target_url
WHERE {differs}
ORDER BY 1
