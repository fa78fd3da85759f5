-- The next snapshot of pages: one row per page ever looked at. Facts and validators are those of its last readable look.
-- Relations: before_pages, looks, tonight. "facts" are the columns of the facts; each is blank until a look was readable.
SELECT
    coalesce(look.url, page.url) AS url,
    coalesce(look.host, page.host) AS host,
    coalesce(look.source_domain, page.source_domain) AS source_domain,
    coalesce(look.outcome, page.outcome) AS outcome,
    coalesce(look.final_url, page.final_url) AS final_url,
    coalesce(look.redirects, page.redirects) AS redirects,
    coalesce(look.detail, page.detail) AS detail,
    coalesce(tonight.failures, page.failures) AS failures,
    coalesce(page.failing_as, '') AS failing_as,
    coalesce(page.history, '[]') AS history,
    coalesce(look.network, page.network) AS network,
    coalesce(look.raw_outcome, page.raw_outcome) AS raw_outcome,
    CASE WHEN look.kept_hash <> '' THEN look.kept ELSE coalesce(page.kept, '') END AS kept,
    CASE WHEN look.kept_hash <> '' THEN look.kept_hash ELSE coalesce(page.kept_hash, '') END AS kept_hash,
    {facts},
    CASE WHEN look.url IS NULL THEN page.http_status ELSE look.http_status END AS http_status,
    page.unsure_share AS unsure_share,
    CASE WHEN look.url IS NULL THEN page.last_fetched_at ELSE $as_of END AS last_fetched_at,
    CASE WHEN tonight.evidence <> 'inconclusive' THEN $as_of ELSE page.last_conclusive_at END AS last_conclusive_at,
    CASE WHEN tonight.evidence = 'readable' THEN $as_of ELSE page.last_readable_at END AS last_readable_at,
    CASE WHEN look.url IS NULL THEN page.failing_since ELSE tonight.failing_since END AS failing_since,
    CASE WHEN look.url IS NULL THEN page.last_failure_at ELSE tonight.last_failure_at END AS last_failure_at
FROM before_pages AS page
FULL JOIN looks AS look ON look.url = page.url
LEFT JOIN scratch.tonight ON tonight.url = look.url
ORDER BY 1
