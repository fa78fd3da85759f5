-- What tonight's look says of each page: one row per page looked at tonight, narrow, for the folds to join. Pages are numbered
-- in the order of their URLs, so that "the first page" is the same one however the rows were dealt to files.
-- Relations: looks (one row per page), all_looks, before_pages, outcomes (each model.Outcome and what follows from it).

-- A page's history (JSON; "" before the first look) with one look more: as another look of its last run, or as a run of its own.
CREATE TEMP MACRO looks_of_last(history) AS split_part(rtrim(history, ']'), ',', -1);
CREATE TEMP MACRO with_look(history, outcome, night) AS CASE
    WHEN history IN ('', '[]') THEN '[["' || outcome || '","' || night || '","' || night || '",1]]'
    WHEN starts_with(split_part(history, '[', -1), '"' || outcome || '"') THEN
        left(history, length(history) - length(looks_of_last(history)) - 15)  -- 15: of "YYYY-MM-DD",n]] all but the number
        || '"' || night || '",' || (looks_of_last(history)::INTEGER + 1) || ']]'
    ELSE '[[' || array_to_string(
        list_append(string_split(history[3:-3], '],['), '"' || outcome || '","' || night || '","' || night || '",1')[-24:], '],['
    ) || ']]'
END;

-- Whether a run of failures is no chance. The page's own share of looks that could not tell, before the run, speaks for as much
-- as it is known: a few looks weigh little against what is usual tonight.
CREATE TEMP MACRO is_no_chance(unsure, looks, failures, usual, chance) AS
    pow(greatest((unsure + 5 * usual) / (looks + 5), usual), failures) <= chance;

-- Hosts that somebody answered for tonight: a name that was not found and a refused connection mean nothing there.
CREATE TABLE scratch.answering AS
SELECT DISTINCT host FROM all_looks JOIN outcomes USING (outcome) WHERE proves_existence;

CREATE TABLE scratch.tonight AS
WITH
met AS (
    SELECT
        look.url, look.host, look.source_domain, look.outcome, look.raw_outcome, look.moved, look.noindex, look.canonical_url,
        now.evidence,
        CASE WHEN look.network <> '' THEN look.network ELSE coalesce(page.network, '') END AS network,
        page.last_conclusive_at AS told_before,  -- the last earlier look that could tell
        page.history AS was_history, page.unsure_share AS was_unsure_share,
        coalesce(was.evidence <> 'inconclusive', FALSE) AS answered_before,
        page.failures AS was_failures, page.failing_as AS was_failing_as,
        page.failing_since AS was_failing_since, page.last_failure_at AS was_last_failure_at,
        -- Failures closer together than the spacing are one failure; so a second fold of a night changes nothing, too.
        coalesce(page.last_failure_at <= $spaced AND page.last_failure_at < $as_of, TRUE) AS spaced,
        answering.host IS NOT NULL AS host_answers,
        now.of_host AND NOT host_answers AS host_fails,
        now.may_mean_vanished AND NOT (now.of_host AND host_answers) AS fails,
        now.proves_existence OR coalesce(running.of_host AND host_answers, FALSE) AS ends,
        fails AND NOT ends AND coalesce(page.failures > 0 AND page.failing_as = look.outcome, FALSE) AS goes_on
    FROM looks AS look
    JOIN outcomes AS now ON now.outcome = look.outcome
    LEFT JOIN before_pages AS page ON page.url = look.url
    LEFT JOIN outcomes AS was ON was.outcome = page.outcome
    LEFT JOIN outcomes AS running ON running.outcome = page.failing_as
    LEFT JOIN scratch.answering ON answering.host = look.host
),

-- A run is of one kind: another kind begins a new one. What is silent and may not mean vanished counts neither way.
counted AS (
    SELECT
        * EXCLUDE (was_failures, was_failing_as, was_failing_since, was_last_failure_at, host_answers, ends),
        evidence = 'inconclusive' AND outcome <> 'robots_denied' AS cannot_tell,
        CASE
            WHEN goes_on THEN was_failures + spaced::INTEGER
            WHEN fails THEN 1
            WHEN ends THEN 0
            ELSE coalesce(was_failures, 0)
        END AS failures,
        CASE WHEN fails THEN outcome WHEN ends THEN '' ELSE coalesce(was_failing_as, '') END AS failing_as,
        CASE WHEN fails AND NOT goes_on THEN $as_of WHEN fails OR NOT ends THEN was_failing_since END AS failing_since,
        CASE
            WHEN fails AND (spaced OR NOT goes_on) THEN $as_of
            WHEN fails OR NOT ends THEN was_last_failure_at
        END AS last_failure_at,
        fails AND (spaced OR NOT goes_on) AND failures >= $vanished_checks AND failing_since <= $long_ago AS ripe
    FROM met
),

-- The looks before its run, as far as the history goes back, and those that could not tell: what chance does to this page.
-- A run of equal outcomes counts for its nights before the run of failures, which may have begun in the middle of it.
looked_before AS (
    SELECT
        url, run[1] AS outcome,
        sum(least(run[4]::INTEGER, date_diff('day', run[2]::DATE, strftime(failing_since, '%Y-%m-%d')::DATE))) AS looks
    FROM (SELECT url, failing_since, unnest(from_json(was_history, '[["VARCHAR"]]')) AS run FROM counted WHERE ripe)
    WHERE run[2] < strftime(failing_since, '%Y-%m-%d')
    GROUP BY ALL
),
unsure_before AS (
    SELECT url, coalesce(sum(looks) FILTER (evidence = 'inconclusive'), 0) AS unsure, sum(looks) AS looks
    FROM looked_before JOIN outcomes USING (outcome)
    WHERE outcome <> 'robots_denied'
    GROUP BY url
)
SELECT
    counted.* EXCLUDE (was_history, spaced, fails, goes_on),
    was_history LIKE '[["%,1]]' AND was_history NOT LIKE '%],%' AS met_once,
    coalesce(unsure_before.unsure, 0) AS unsure_before,
    coalesce(unsure_before.looks, 0) AS looks_before,
    hash(host_of(counted.url)) AS site_host,
    row_number() OVER (ORDER BY counted.url) AS page
FROM counted LEFT JOIN unsure_before ON unsure_before.url = counted.url
