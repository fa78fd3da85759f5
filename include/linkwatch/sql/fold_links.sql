-- The next snapshot of links: each link's fate and its text, from the one place that its fate names.
-- A slice of the keys at a time, from $low to $high. Relations: fates, moves, before_links, sightings, claims, ranks, tonight.
-- "durable": the columns that row_hash covers.
WITH
fates AS (FROM scratch.fates WHERE link_id BETWEEN $low AND $high),
claimed AS (
    SELECT link_id, min(struct_pack(
        claimed_by := claimed_by, anchor := coalesce(anchor, ''), rel := coalesce(rel, ''),
        source_url := source_url, target_url := target_url, source_domain := source_domain
    )) AS told
    FROM claims SEMI JOIN (FROM fates WHERE place = -2) AS unseen USING (link_id)
    WHERE target_url IS NOT NULL AND site IS NOT NULL
    GROUP BY link_id
),
text AS (
    SELECT
        link_id, file_index * 1099511627776 + file_row_number AS place, source_url, target_url, NULL AS source_domain,
        followed, rel, nofollow_by, anchor, zone, hidden_by, element, seen_in,
        CASE
            WHEN list_contains(string_split(rel, ' '), 'sponsored') THEN 'sponsored'
            WHEN list_contains(string_split(rel, ' '), 'ugc') OR zone = 'comment' THEN 'ugc'
            WHEN followed AND zone = 'content' THEN 'editorial'
            ELSE 'unknown'
        END AS link_type,
        context_left, context_right
    FROM sightings
    UNION ALL
    SELECT
        link_id, -1, source_url, target_url, source_domain,
        followed, rel, nofollow_by, anchor, zone, hidden_by, element, seen_in, link_type, context_left, context_right
    FROM before_links
    UNION ALL
    SELECT
        link_id, -2, told.source_url, told.target_url, told.source_domain,
        FALSE, told.rel, '', told.anchor, '', '', '', '', 'unknown', '', ''
    FROM claimed
),
folded AS (
    SELECT
        fates.link_id, fates.site, text.source_url, text.target_url,
        coalesce(text.source_domain, now.source_domain) AS source_domain,
        fates.state,
        CASE WHEN fell AND moves.moved_to IS NOT NULL THEN 'site_moved' ELSE lost_reason END AS lost_reason,
        origin, absences, claimed_by,
        CASE WHEN fell THEN coalesce(moves.moved_to, '') ELSE fates.moved_to END AS moved_to,
        CASE WHEN newly_live THEN coalesce(moves.moved_from, '') ELSE fates.moved_from END AS moved_from,
        followed, rel, nofollow_by, anchor, zone, hidden_by, element, link_type, context_left, context_right, seen_in,
        coalesce(carried_noindex, now.noindex) AS page_noindex,
        coalesce(carried_canonical, now.canonical_url) AS page_canonical,
        target_broken,
        claimed_first_seen, first_seen_at, missing_since, last_absence_at, refuted_at, lost_at,
        last_seen_at, coalesce(fates.authority, ranks.authority) AS authority
    FROM text
    JOIN fates ON fates.link_id = text.link_id AND fates.place = text.place
    LEFT JOIN scratch.moves ON moves.link_id = fates.link_id
    LEFT JOIN scratch.tonight AS now ON now.page = fates.page
    LEFT JOIN ranks ON ranks.domain = coalesce(text.source_domain, now.source_domain)
)
SELECT *, (hash({durable}) >> 1)::BIGINT AS row_hash
FROM folded
ORDER BY link_id
