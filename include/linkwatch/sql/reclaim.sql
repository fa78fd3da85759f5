-- Own addresses that live backlinks lead to and that do not answer as they should, one row per site and address.
-- Relations: links, pages, own_pages, zones (zone, weight). What a link is worth is what `plan` says, see plan.py.

CREATE TEMP TABLE authorities AS
SELECT source_domain, least(greatest(max(authority), 0), 100) AS authority
FROM links WHERE authority IS NOT NULL GROUP BY source_domain;

CREATE TEMP TABLE typical AS
SELECT pow(2, coalesce(median(authority), $middling_authority) / $doubling_authority) AS value FROM authorities;

CREATE TEMP TABLE wanted AS
SELECT
    site, target_url, source_url, link.source_domain, anchor, target_broken,
    coalesce(pow(2, authorities.authority / $doubling_authority), typical.value)
        * CASE WHEN followed THEN 1 ELSE $nofollow END * coalesce(zones.weight, 1) AS value
FROM links AS link
CROSS JOIN typical
LEFT JOIN authorities ON authorities.source_domain = link.source_domain
LEFT JOIN zones ON zones.zone = link.zone
WHERE state = 'live' AND list_contains($own_sites, site);

-- The last look at each address that could tell: tonight's as planned, tonight's of a crawl, an older one, what links remember.
CREATE TEMP TABLE looks AS
WITH told AS (
    SELECT url, outcome, http_status, final_url, redirects, CASE WHEN last_fetched_at >= $as_of THEN 0 ELSE 2 END AS rank
    FROM pages
    UNION ALL
    SELECT url, outcome, http_status, final_url, redirects, 1 FROM own_pages
    UNION ALL
    SELECT target_url, max(target_broken), NULL, target_url, '[]', 3 FROM wanted WHERE target_broken <> '' GROUP BY target_url
)
SELECT * FROM told
SEMI JOIN wanted ON wanted.target_url = told.url
WHERE list_contains($telling, outcome)
QUALIFY row_number() OVER (PARTITION BY url ORDER BY rank, outcome) = 1;

WITH
troubled AS (FROM looks WHERE redirects <> '[]' OR NOT list_contains(['readable', 'not_modified'], outcome)),
-- Of a domain that links a thousand times the best link counts: a redirect gives that domain back, and not a thousand of them.
of_domains AS (
    SELECT
        site, target_url, source_domain, count(*) AS links,
        max({'value': value, 'url': source_url}) AS best
    FROM wanted SEMI JOIN troubled ON troubled.url = wanted.target_url
    GROUP BY site, target_url, source_domain
),
summed AS (
    SELECT
        site, target_url, sum(links)::INTEGER AS links, count(*)::INTEGER AS referring_domains,
        round(sum(best.value), 6) AS value, max(best).url AS best_source_url
    FROM of_domains
    GROUP BY site, target_url
),
counted AS (
    SELECT target_url, anchor, count(*) AS uses
    FROM wanted SEMI JOIN troubled ON troubled.url = wanted.target_url
    WHERE anchor <> ''
    GROUP BY target_url, anchor
),
named AS (
    SELECT target_url, list(anchor ORDER BY uses DESC, anchor)[1:$max_anchors] AS anchors FROM counted GROUP BY target_url
)
SELECT
    summed.*, outcome, http_status, final_url, redirects,
    coalesce((SELECT max(title) FROM pages WHERE pages.url = summed.target_url), '') AS title,
    coalesce(anchors, []) AS anchors
FROM summed
JOIN troubled ON troubled.url = summed.target_url
LEFT JOIN named ON named.target_url = summed.target_url
ORDER BY value DESC, summed.target_url
