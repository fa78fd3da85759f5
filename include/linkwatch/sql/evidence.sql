-- What is known of each link, without its text: narrow rows for `fates` to join. Names say where a value is from: was_ the last
-- snapshot, saw_ tonight's sightings, said_ tonight's claims.
-- Relations: before_links, sightings, claims, tonight.
-- One statement after the other, so that the memory of one is free for the next.

CREATE TABLE scratch.was AS
SELECT
    link_id AS was_link_id, link.site AS was_site, state AS was_state, lost_reason AS was_lost_reason,
    origin AS was_origin, absences AS was_absences, claimed_by AS was_claimed_by,
    moved_to AS was_moved_to, moved_from AS was_moved_from, seen_in AS was_seen_in, authority AS was_authority,
    page_noindex AS was_page_noindex, page_canonical AS was_page_canonical, target_broken AS was_target_broken,
    claimed_first_seen AS was_claimed_first_seen, first_seen_at AS was_first_seen_at, missing_since AS was_missing_since,
    last_absence_at AS was_last_absence_at, refuted_at AS was_refuted_at, lost_at AS was_lost_at,
    last_seen_at AS was_last_seen_at,
    -- Hashes of hosts find the hosts that may have moved; `moves` then compares the hosts themselves.
    CASE WHEN now.page IS NULL THEN hash(host_of(link.source_url)) ELSE now.site_host END AS was_host,
    now.page AS was_page, target.page AS was_target
FROM before_links AS link
LEFT JOIN scratch.tonight AS now ON now.url = link.source_url
LEFT JOIN scratch.tonight AS target ON target.url = link.target_url;

-- A link that stands on its page twice is told by its best place; a page that was seen under two spellings, by the one that
-- it is known by. Only a page that was read twice has two links at one position ($repeats), and then the digest makes the
-- choice certain; it is dear, because it reads all the text.
CREATE TABLE scratch.saw AS
WITH placed AS (
    SELECT
        link_id, site, file_index * 1099511627776 + file_row_number AS place, now.page, target.page AS target,
        4 * (NOT followed)::INTEGER + 2 * (hidden_by <> '')::INTEGER + (zone <> 'content')::INTEGER AS worse,
        position,
        CASE WHEN $repeats THEN md5(concat_ws(
            chr(10), anchor, rel, nofollow_by, zone, hidden_by, element, context_left, context_right, seen_in,
            site, source_url, target_url
        )) END AS digest
    FROM sightings
    JOIN scratch.tonight AS now ON now.url = sightings.source_url
    LEFT JOIN scratch.tonight AS target ON target.url = sightings.target_url
)
SELECT link_id AS saw_link_id, site AS saw_site, place AS saw_place, page AS saw_page, target AS saw_target
FROM placed LEFT JOIN (SELECT was_link_id, was_page FROM scratch.was) ON was_link_id = link_id
QUALIFY 1 = row_number() OVER (
    PARTITION BY link_id ORDER BY coalesce(page <> was_page, FALSE), worse, position, page, digest
);

CREATE TABLE scratch.said AS
SELECT
    link_id AS said_link_id, min(site) AS said_site, list(DISTINCT claimed_by) AS said_by, min(first_seen) AS said_first_seen,
    max(authority) AS said_authority,
    min(now.page) AS said_page, min(target.page) AS said_target
FROM claims
LEFT JOIN scratch.tonight AS now ON now.url = claims.source_url
LEFT JOIN scratch.tonight AS target ON target.url = claims.target_url
WHERE link_id IS NOT NULL AND claims.target_url IS NOT NULL AND site IS NOT NULL
GROUP BY link_id;

-- Pages of tonight that show, or once showed, a link to a watched site.
CREATE TABLE scratch.showing AS
SELECT page, bool_or(tonight) AS tonight
FROM (
    SELECT saw_page AS page, TRUE AS tonight FROM scratch.saw
    UNION ALL
    SELECT was_page, FALSE FROM scratch.was WHERE was_page IS NOT NULL AND was_first_seen_at IS NOT NULL
)
GROUP BY page
