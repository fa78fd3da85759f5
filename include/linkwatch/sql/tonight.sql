-- What tonight's look says of each page: one row per page looked at tonight, narrow, for the two folds to join.
-- Relations: looks (one row per page), before_pages, outcomes (each model.Outcome and what follows from it).
CREATE TABLE scratch.tonight AS
WITH met AS (
    SELECT
        look.url,
        look.source_domain,
        look.outcome,
        look.moved,
        look.noindex,
        look.canonical_url,
        now.evidence,
        page.last_conclusive_at AS told_before,  -- the last earlier look that could tell
        coalesce(was.evidence <> 'inconclusive', FALSE) AS answered_before,
        now.proves_existence AS exists_still,
        -- Failures closer together than the spacing are one failure; so a second fold of a night changes nothing, too.
        now.may_mean_vanished
            AND coalesce(page.last_failure_at <= $spaced AND page.last_failure_at < $as_of, TRUE) AS failed,
        page.failures AS was_failures,
        page.failing_since AS was_failing_since,
        page.last_failure_at AS was_last_failure_at
    FROM looks AS look
    JOIN outcomes AS now ON now.outcome = look.outcome
    LEFT JOIN before_pages AS page ON page.url = look.url
    LEFT JOIN outcomes AS was ON was.outcome = page.outcome
),
counted AS (
    SELECT
        *,
        evidence = 'inconclusive' AND outcome <> 'robots_denied' AS cannot_tell,
        CASE WHEN exists_still THEN 0 ELSE coalesce(was_failures, 0) + failed::INTEGER END AS failures,
        CASE
            WHEN exists_still THEN NULL
            WHEN failed THEN coalesce(was_failing_since, $as_of)
            ELSE was_failing_since
        END AS failing_since,
        CASE WHEN exists_still THEN NULL WHEN failed THEN $as_of ELSE was_last_failure_at END AS last_failure_at
    FROM met
)
SELECT *, row_number() OVER () AS page, failed AND failures >= $vanished_checks AND failing_since <= $long_ago AS vanishing
FROM counted
