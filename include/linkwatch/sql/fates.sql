-- What tonight makes of each link, without its text: one narrow row per link, old and new. Names say where a value is from: was_
-- the last snapshot, saw_ tonight's sightings, said_ tonight's claims, now_ tonight's look at the source page, target_ at the target.
-- Relations: was, saw, said, tonight, waiting (pages in a braked scope), watched (site, since).
CREATE TABLE scratch.fates AS
WITH
-- A link is judged by the page that showed it tonight, else by the one that it is known by: a page can be spelled in many ways.
known AS (
    SELECT
        *,
        coalesce(was_link_id, saw_link_id, said_link_id) AS link_id,
        coalesce(saw_site, was_site, said_site) AS site,
        CASE WHEN saw_link_id IS NOT NULL THEN saw_page WHEN was_link_id IS NOT NULL THEN was_page ELSE said_page END AS page,
        coalesce(saw_target, was_target, said_target) AS target_page
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
            WHEN now.outcome = 'readable' AND was_seen_in = 'browser' AND now.raw_outcome = '' THEN 'cannot tell'  -- no browser ran
            WHEN now.evidence IN ('readable', 'gone') THEN 'absent'
            ELSE 'cannot tell'
        END AS verdict,
        CASE
            WHEN now.evidence = 'gone' THEN now.outcome
            WHEN now.outcome = 'not_modified' THEN was_lost_reason
            WHEN now.moved THEN 'page_redirected'
            ELSE 'link_removed'
        END AS absence_reason,
        waiting.page IS NOT NULL AS waits,
        coalesce(now.ripe AND is_no_chance(now.unsure_before, now.looks_before, now.failures, $usual, $chance), FALSE)
            AND NOT $vanish_brake AND NOT unwatched AS page_vanished,
        coalesce(was_host, now.site_host) AS host,
        host_failing.host IS NOT NULL AS host_fails
    FROM known
    LEFT JOIN scratch.tonight AS now ON now.page = known.page
    LEFT JOIN scratch.tonight AS target ON target.page = known.target_page
    LEFT JOIN scratch.waiting ON waiting.page = known.page
    LEFT JOIN (SELECT DISTINCT site_host AS host FROM scratch.tonight WHERE host_fails) AS host_failing
        ON host_failing.host = was_host
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
        counts AND absences >= $checks AND NOT waits AS confirmed,
        verdict = 'cannot tell' AND page_vanished AND NOT waits AND coalesce(was_state IN ('live', 'missing'), FALSE) AS vanished,
        CASE
            WHEN seen THEN 'live'
            WHEN was_link_id IS NULL THEN 'unverified'
            WHEN confirmed OR vanished THEN 'lost'
            WHEN counts THEN 'missing'
            ELSE was_state
        END AS state,
        seen AND coalesce(was_state, 'unverified') = 'unverified' AS newly_live,
        -- For `moves`: links that a host had before tonight, and those of them that are leaving it.
        coalesce(
            was_state IN ('live', 'missing') OR (was_state = 'lost' AND (was_moved_to <> '' OR was_lost_at = $as_of)), FALSE
        ) AS stood,
        stood AND NOT seen AND (verdict = 'absent' OR was_state <> 'live' OR host_fails) AS leaves
    FROM judged
)

SELECT
    link_id,
    site,
    page,
    host,
    seen,
    stood,
    leaves,
    newly_live,
    confirmed OR vanished AS fell,
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
    CASE WHEN seen THEN '' ELSE coalesce(was_moved_to, '') END AS moved_to,
    coalesce(was_moved_from, '') AS moved_from,
    coalesce(said_authority, was_authority) AS authority,
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
