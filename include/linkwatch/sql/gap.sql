-- The gap to competitors: one row per own site and referring domain, the best first, so many of each site at most.
-- Relations: links, pages (snapshots), zones (zone, weight), outcomes (outcome, gone). What counts is explained in gap.py.

CREATE TEMP TABLE authorities AS
SELECT source_domain, least(greatest(max(authority), 0), 100) AS authority
FROM links
WHERE authority IS NOT NULL
GROUP BY source_domain;

-- Domains that link to competitors. The best link: most valuable, of the highest authority, then by its addresses.
CREATE TEMP TABLE rivals AS
SELECT
    source_domain,
    count(DISTINCT site)::INTEGER AS competitors,
    string_agg(DISTINCT site, ',' ORDER BY site) AS competitor_sites,
    count(*)::INTEGER AS links,
    (count(*) FILTER (followed))::INTEGER AS links_followed,
    min((-worth, -coalesce(authority, -1), source_url, target_url)) AS best
FROM (
    SELECT
        source_domain, site, source_url, target_url, followed, authority,
        CASE WHEN followed THEN 1 ELSE $nofollow END * coalesce(zones.weight, 1) AS worth
    FROM links LEFT JOIN zones USING (zone)
    WHERE state = 'live' AND list_contains($competitor_sites, site) AND NOT list_contains($watched_domains, source_domain)
)
GROUP BY source_domain;

CREATE TEMP TABLE gaps AS
SELECT own.site, rivals.*
FROM (SELECT unnest($own_sites) AS site) AS own
CROSS JOIN rivals
ANTI JOIN (
    SELECT DISTINCT site, source_domain
    FROM links
    WHERE state IN ('live', 'missing') OR (state = 'unverified' AND refuted_at IS NULL)
) AS linked ON linked.site = own.site AND linked.source_domain = rivals.source_domain;

-- Of a domain's pages that name a site, the one to write about: its best page, else one that links to competitors.
CREATE TEMP TABLE mentions AS
SELECT site, source_domain, arg_min(url, (url <> best_page, NOT links_to_rivals, noindex, url)) AS mention_page
FROM (
    SELECT gaps.site, gaps.source_domain, gaps.best[3] AS best_page, named.url, named.noindex, named.links_to_rivals
    FROM gaps
    JOIN (
        SELECT url, source_domain, noindex, unnest(string_split(mentions, ',')) AS site, linking.url IS NOT NULL AS links_to_rivals
        FROM pages
        JOIN outcomes USING (outcome)
        LEFT JOIN (
            SELECT DISTINCT source_url AS url FROM links WHERE state = 'live' AND list_contains($competitor_sites, site)
        ) AS linking USING (url)
        WHERE mentions <> '' AND NOT gone
    ) AS named USING (site, source_domain)
)
GROUP BY site, source_domain;

SELECT
    site,
    source_domain,
    competitors,
    competitor_sites,
    links,
    links_followed,
    authority,
    best[3] AS best_page,
    best[4] AS best_target,
    mention_page IS NOT NULL AS unlinked_mention,
    coalesce(mention_page, '') AS mention_page,
    row_number() OVER (
        PARTITION BY site
        ORDER BY
            pow(2, coalesce(authority, (SELECT coalesce(median(authority), $middling_authority) FROM authorities)) / $doubling_authority) * competitors DESC,
            unlinked_mention DESC, links_followed DESC, links DESC, source_domain
    )::INTEGER AS rank
FROM gaps
LEFT JOIN authorities USING (source_domain)
LEFT JOIN mentions USING (site, source_domain)
QUALIFY rank <= $max_domains
ORDER BY site, rank
