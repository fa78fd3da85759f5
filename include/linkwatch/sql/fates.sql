-- What tonight makes of each link, without its text: one narrow row per link, old and new. Names say where a value is from:
-- was_ the last snapshot, said_ tonight's claims, now_ tonight's look at the source page, target_ tonight's at the target.
-- Relations: before_links, sightings, claims, tonight, watched (site, since).
-- One statement after the other, so that the memory of one is free for the next.

CREATE TABLE scratch.was AS
SELECT
    link_id AS was_link_id, link.site AS was_site, state AS was_state, lost_reason AS was_lost_reason,
    origin AS was_origin, absences AS was_absences, claimed_by AS was_claimed_by,
    page_noindex AS was_page_noindex, page_canonical AS was_page_canonical, target_broken AS was_target_broken,
    claimed_first_seen AS was_claimed_first_seen, first_seen_at AS was_first_seen_at, missing_since AS was_missing_since,
    last_absence_at AS was_last_absence_at, refuted_at AS was_refuted_at, lost_at AS was_lost_at,
    last_seen_at AS was_last_seen_at,
    now.page AS was_page, target.page AS was_target
FROM before_links AS link
LEFT JOIN scratch.tonight AS now ON now.url = link.source_url
LEFT JOIN scratch.tonight AS target ON target.url = link.target_url;

-- A link that stands on its page twice is told by its best place. Only a page that was read twice has two links at one
-- position ($repeats), and then the digest makes the choice certain; it is dear, because it reads all the text.
CREATE TABLE scratch.saw AS
WITH placed AS (
    SELECT
        link_id, site, file_index * 1099511627776 + file_row_number AS place, now.page, target.page AS target,
        4 * (NOT followed)::INTEGER + 2 * (hidden_by <> '')::INTEGER + (zone <> 'content')::INTEGER AS worse,
        position,
        CASE WHEN $repeats THEN md5(concat_ws(
            chr(10), anchor, rel, nofollow_by, zone, hidden_by, element, context_left, context_right, site, source_url, target_url
        )) END AS digest
    FROM sightings
    JOIN scratch.tonight AS now ON now.url = sightings.source_url
    LEFT JOIN scratch.tonight AS target ON target.url = sightings.target_url
)
SELECT link_id AS saw_link_id, site AS saw_site, place AS saw_place, page AS saw_page, target AS saw_target
FROM placed
QUALIFY 1 = row_number() OVER (PARTITION BY link_id ORDER BY worse, position, digest);

CREATE TABLE scratch.said AS
SELECT
    link_id AS said_link_id, min(site) AS said_site, list(DISTINCT claimed_by) AS said_by, min(first_seen) AS said_first_seen,
    min(now.page) AS said_page, min(target.page) AS said_target
FROM claims
LEFT JOIN scratch.tonight AS now ON now.url = claims.source_url
LEFT JOIN scratch.tonight AS target ON target.url = claims.target_url
WHERE link_id IS NOT NULL AND claims.target_url IS NOT NULL AND site IS NOT NULL
GROUP BY link_id;

CREATE TABLE scratch.fates AS
WITH
known AS (
    SELECT
        *,
        coalesce(was_link_id, saw_link_id, said_link_id) AS link_id,
        coalesce(saw_site, was_site, said_site) AS site,
        coalesce(was_page, saw_page, said_page) AS page,
        coalesce(was_target, saw_target, said_target) AS target_page
    FROM scratch.was
    FULL JOIN scratch.saw ON saw_link_id = was_link_id
    FULL JOIN scratch.said ON said_link_id = coalesce(was_link_id, saw_link_id)
),

-- Not seen is not lost: what tonight says of each link is one of three.
judged AS (
    SELECT
        known.*,
        now.outcome AS now_outcome,
        coalesce(now.told_before >= coalesce(watched.since, now.told_before), FALSE) AS told_before,
        target.outcome AS target_outcome,
        target.evidence AS target_evidence,
        $only_watched AND watched.site IS NULL AS unwatched,  -- nobody looked for links to such a site
        CASE
            WHEN saw_link_id IS NOT NULL THEN 'seen'
            WHEN unwatched THEN 'cannot tell'
            WHEN now.outcome = 'not_modified' AND was_state = 'live' THEN 'seen'
            WHEN now.outcome = 'not_modified' AND was_state = 'missing' THEN 'absent'
            WHEN now.outcome = 'not_modified' THEN 'cannot tell'
            WHEN now.evidence IN ('readable', 'gone') THEN 'absent'
            ELSE 'cannot tell'
        END AS verdict,
        CASE
            WHEN now.evidence = 'gone' THEN now.outcome
            WHEN now.outcome = 'not_modified' THEN was_lost_reason
            WHEN now.moved THEN 'page_redirected'
            ELSE 'link_removed'
        END AS absence_reason,
        coalesce(now.vanishing, FALSE) AND NOT $brake AND NOT $vanish_brake AND NOT unwatched AS page_vanished
    FROM known
    LEFT JOIN scratch.tonight AS now ON now.page = known.page
    LEFT JOIN scratch.tonight AS target ON target.page = known.target_page
    LEFT JOIN watched ON watched.site = known.site
),

weighed AS (
    SELECT
        *,
        verdict = 'seen' AS seen,
        verdict = 'absent' AND coalesce(
            was_state = 'live' OR (was_state = 'missing' AND was_last_absence_at <= $spaced AND was_last_absence_at < $as_of),
            FALSE
        ) AS counts,
        CASE WHEN seen THEN 0 ELSE coalesce(was_absences, 0) + counts::INTEGER END AS absences,
        counts AND absences >= $checks AND NOT $brake AS confirmed,
        verdict = 'cannot tell' AND page_vanished AND coalesce(was_state IN ('live', 'missing'), FALSE) AS vanished,
        CASE
            WHEN seen THEN 'live'
            WHEN was_link_id IS NULL THEN 'unverified'
            WHEN confirmed OR vanished THEN 'lost'
            WHEN counts THEN 'missing'
            ELSE was_state
        END AS state,
        seen AND coalesce(was_state, 'unverified') = 'unverified' AS newly_live
    FROM judged
)

SELECT
    link_id,
    site,
    page,
    -- Where its text comes from: the row of tonight's best sighting, the last snapshot (-1), or a claim (-2).
    CASE WHEN saw_link_id IS NOT NULL THEN saw_place WHEN was_link_id IS NOT NULL THEN -1 ELSE -2 END AS place,
    state,
    CASE
        WHEN seen THEN ''
        WHEN vanished THEN now_outcome
        WHEN counts THEN absence_reason
        ELSE coalesce(was_lost_reason, '')
    END AS lost_reason,
    CASE
        WHEN newly_live AND told_before THEN 'gained'
        WHEN newly_live THEN 'discovered'
        ELSE coalesce(was_origin, '')
    END AS origin,
    absences,
    CASE
        WHEN said_link_id IS NULL THEN coalesce(was_claimed_by, '')
        WHEN was_claimed_by IS NULL OR was_claimed_by = '' THEN array_to_string(list_sort(said_by), ',')
        ELSE array_to_string(list_sort(list_distinct(list_concat(said_by, string_split(was_claimed_by, ',')))), ',')
    END AS claimed_by,
    CASE
        WHEN saw_link_id IS NOT NULL AND now_outcome = 'readable' THEN NULL  -- tonight's look says it
        ELSE coalesce(was_page_noindex, FALSE)
    END AS carried_noindex,
    CASE WHEN carried_noindex IS NOT NULL THEN coalesce(was_page_canonical, '') END AS carried_canonical,
    CASE target_evidence
        WHEN 'gone' THEN target_outcome
        WHEN 'readable' THEN ''
        ELSE coalesce(was_target_broken, '')
    END AS target_broken,
    least(was_claimed_first_seen, said_first_seen) AS claimed_first_seen,
    CASE WHEN seen THEN coalesce(was_first_seen_at, $as_of) ELSE was_first_seen_at END AS first_seen_at,
    CASE
        WHEN seen THEN NULL
        WHEN counts AND was_state = 'live' THEN $as_of
        ELSE was_missing_since
    END AS missing_since,
    CASE WHEN seen THEN NULL WHEN counts THEN $as_of ELSE was_last_absence_at END AS last_absence_at,
    CASE
        WHEN state = 'unverified' AND verdict = 'absent' THEN coalesce(was_refuted_at, $as_of)
        WHEN state = 'unverified' THEN was_refuted_at
    END AS refuted_at,
    CASE WHEN seen THEN NULL WHEN confirmed OR vanished THEN $as_of ELSE was_lost_at END AS lost_at,
    CASE WHEN seen THEN $as_of ELSE was_last_seen_at END AS last_seen_at
FROM weighed
