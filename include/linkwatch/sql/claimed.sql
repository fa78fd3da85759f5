-- First and last claim of each source about each link, from those of the last snapshot and tonight's. A slice of the keys at a
-- time, from $low to $high. Relations: before_claimed, claims.
WITH sayings AS (
    SELECT link_id, claimed_by, says_lost, first_claimed_at, last_claimed_at, first_seen, last_seen, FALSE AS tonight
    FROM before_claimed
    WHERE link_id BETWEEN $low AND $high
    UNION ALL
    SELECT link_id, claimed_by, says_lost, claimed_at, claimed_at, first_seen, last_seen, TRUE
    FROM claims
    WHERE link_id BETWEEN $low AND $high AND target_url IS NOT NULL AND site IS NOT NULL
)
SELECT
    link_id,
    claimed_by,
    -- Its last claim's word: the date, then tonight, then the word are one number. Of two of one date tonight's counts, so that
    -- an export that is read again changes nothing; of two of tonight "lost", which asks for a look.
    max(coalesce(epoch_us(last_claimed_at), 0) * 4 + 2 * tonight::BIGINT + says_lost::BIGINT) % 2 <> 0 AS says_lost,
    min(first_claimed_at) AS first_claimed_at,
    max(last_claimed_at) AS last_claimed_at,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen
FROM sayings
GROUP BY link_id, claimed_by
ORDER BY link_id, claimed_by
