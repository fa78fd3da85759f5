-- Sites that stand at another host now: which link of the old host is which link of the new one. One row per link on either side.
-- Relations: fates, leaving (hashes of hosts that may have moved), sightings, before_links. Runs only when `leaving` has rows.

CREATE TABLE scratch.moves AS
WITH
text AS (
    SELECT link_id, file_index * 1099511627776 + file_row_number AS place, source_url, target_url FROM sightings
    UNION ALL
    SELECT link_id, -1, source_url, target_url FROM before_links
),
stood AS (
    SELECT
        link_id, source_url, host_of(source_url) AS host, path_of(source_url) AS path,
        host_of(target_url) || path_of(target_url) AS target, leaves, last_seen_at
    FROM text
    JOIN (SELECT link_id, place, leaves, last_seen_at FROM scratch.fates SEMI JOIN scratch.leaving USING (host) WHERE stood) AS fate
        USING (link_id, place)
),
-- Only what appeared after the link was seen for the last time can be where it went: a copy that stood beside it is no move.
stands AS (
    SELECT
        link_id, source_url, host_of(source_url) AS host, path_of(source_url) AS path,
        host_of(target_url) || path_of(target_url) AS target, first_seen_at
    FROM text
    JOIN (
        SELECT link_id, place, first_seen_at FROM scratch.fates
        WHERE state = 'live' AND NOT leaves AND first_seen_at > (SELECT min(last_seen_at) FROM stood)
    ) AS fate USING (link_id, place)
),
pairs AS (
    SELECT
        stood.link_id AS old_id, stood.host AS old_host, stood.source_url AS old_url,
        stands.link_id AS new_id, stands.host AS new_host, stands.source_url AS new_url
    FROM stood JOIN stands USING (path, target)
    WHERE stood.leaves AND stands.host <> stood.host AND stands.first_seen_at > stood.last_seen_at
),
moved AS (
    SELECT old_host, new_host
    FROM pairs JOIN (SELECT host AS old_host, count(*) AS links FROM stood GROUP BY host) USING (old_host)
    GROUP BY old_host, new_host, links
    HAVING count(DISTINCT old_id) >= $least_links AND count(DISTINCT old_id) >= $least_share * links
    QUALIFY 1 = row_number() OVER (PARTITION BY old_host ORDER BY count(DISTINCT old_id) DESC, new_host)
)
SELECT link_id, min(moved_to) AS moved_to, min(moved_from) AS moved_from
FROM (
    SELECT old_id AS link_id, new_url AS moved_to, NULL AS moved_from FROM pairs SEMI JOIN moved USING (old_host, new_host)
    UNION ALL
    SELECT new_id, NULL, old_url FROM pairs SEMI JOIN moved USING (old_host, new_host)
)
GROUP BY link_id
