-- The next snapshot of pages: one row per page ever looked at. Facts and validators are those of its last readable look.
-- Relations: before_pages, looks, tonight, answering, showing; macro with_look. "facts": the columns of the facts, each blank
-- until a look was readable. A second fold of the same night adds nothing: only a look that `is_new` is counted.
SELECT
    coalesce(look.url, page.url) AS url,
    coalesce(look.host, page.host) AS host,
    coalesce(look.source_domain, page.source_domain) AS source_domain,
    coalesce(look.outcome, page.outcome) AS outcome,
    coalesce(look.final_url, page.final_url) AS final_url,
    coalesce(look.redirects, page.redirects) AS redirects,
    coalesce(look.detail, page.detail) AS detail,
    look.url IS NOT NULL AND (page.last_fetched_at IS NULL OR page.last_fetched_at < $as_of) AS is_new,
    -- Of a page that was not looked at, too, a run ends when somebody answered for its host.
    answered.url IS NOT NULL AS is_there,
    CASE WHEN is_there THEN 0 ELSE coalesce(tonight.failures, page.failures) END AS failures,
    CASE WHEN is_there THEN '' ELSE coalesce(tonight.failing_as, page.failing_as) END AS failing_as,
    CASE
        WHEN is_new THEN with_look(
            coalesce(page.history, ''), CASE look.outcome WHEN 'not_modified' THEN 'readable' ELSE look.outcome END, $night
        )
        ELSE page.history
    END AS history,
    coalesce(tonight.network, page.network) AS network,
    coalesce(look.raw_outcome, page.raw_outcome) AS raw_outcome,
    CASE WHEN look.kept_hash <> '' THEN look.kept ELSE coalesce(page.kept, '') END AS kept,
    CASE WHEN look.kept_hash <> '' THEN look.kept_hash ELSE coalesce(page.kept_hash, '') END AS kept_hash,
    {facts},
    -- The page's last good self: what it was when it showed its links, if it ever did; not every look asks what it is.
    CASE
        WHEN look.outcome = 'readable' AND look.signature <> '' AND coalesce(showing.tonight, TRUE) THEN look.signature
        ELSE coalesce(page.signature, '')
    END AS signature,
    CASE WHEN look.url IS NULL THEN page.http_status ELSE look.http_status END AS http_status,
    CASE
        WHEN NOT is_new OR look.outcome = 'robots_denied' THEN page.unsure_share
        WHEN page.unsure_share IS NULL THEN tonight.cannot_tell::INTEGER::DOUBLE
        ELSE (1 - $weight) * page.unsure_share + $weight * tonight.cannot_tell::INTEGER
    END AS unsure_share,
    CASE WHEN look.url IS NULL THEN page.last_fetched_at ELSE $as_of END AS last_fetched_at,
    CASE WHEN tonight.evidence <> 'inconclusive' THEN $as_of ELSE page.last_conclusive_at END AS last_conclusive_at,
    CASE WHEN tonight.evidence = 'readable' THEN $as_of ELSE page.last_readable_at END AS last_readable_at,
    CASE WHEN look.url IS NOT NULL THEN tonight.failing_since WHEN NOT is_there THEN page.failing_since END AS failing_since,
    CASE WHEN look.url IS NOT NULL THEN tonight.last_failure_at WHEN NOT is_there THEN page.last_failure_at END AS last_failure_at
FROM before_pages AS page
FULL JOIN looks AS look ON look.url = page.url
LEFT JOIN scratch.tonight ON tonight.url = look.url
LEFT JOIN scratch.showing ON showing.page = tonight.page
LEFT JOIN (
    SELECT url
    FROM (SELECT url, host, failing_as FROM before_pages WHERE failing_as <> '')
    JOIN outcomes ON outcome = failing_as
    SEMI JOIN scratch.answering USING (host)
    ANTI JOIN scratch.tonight USING (url)
    WHERE of_host
) AS answered ON answered.url = page.url
ORDER BY 1
