-- How fast links are lost: `ages` (hazard a day by age) and `paces` (how many times the usual a referring domain loses).
-- Relations: before_links, bands (band, from_days, until_days). {band}: the band of `age`.

-- The lives of links, from their first sight. A live link is censored where it was last seen, a missing one where it began to
-- be missing; a site that moved took its links with it and lost none.
CREATE TEMP TABLE lived AS
SELECT source_domain, {band} AS band, count(*) AS links, sum(age) AS days, count(*) FILTER (lost) AS losses
FROM (
    SELECT
        source_domain,
        state = 'lost' AND lost_reason <> 'site_moved' AS lost,
        greatest(coalesce(
            epoch_us(CASE WHEN state = 'live' THEN last_seen_at ELSE coalesce(missing_since, lost_at) END) - epoch_us(first_seen_at), 0
        ), 0) / 86400e6 AS age
    FROM before_links
    WHERE first_seen_at IS NOT NULL
)
GROUP BY ALL;

CREATE TEMP TABLE spent AS
SELECT
    source_domain,
    bands.band,
    sum(CASE WHEN lived.band > bands.band THEN links * (until_days - from_days) ELSE days - links * from_days END) AS exposure,
    coalesce(sum(losses) FILTER (lived.band = bands.band), 0) AS losses
FROM lived JOIN bands ON bands.band <= lived.band
GROUP BY ALL;

CREATE TEMP TABLE ages AS
SELECT
    band,
    (coalesce(sum(losses), 0) + $prior_days * $prior_hazard) / (coalesce(sum(exposure), 0) + $prior_days) AS hazard
FROM bands LEFT JOIN spent USING (band)
GROUP BY band;

-- A domain's losses are Poisson about `pace` times what its links' ages let expect, and paces are Gamma about 1 (variance
-- 1 / shape): the mean of what then is known of a domain is (losses + shape) / (expected + shape). The shape by moments.
CREATE TEMP TABLE paces AS
WITH
counted AS (
    SELECT source_domain, sum(losses)::DOUBLE AS losses, sum(exposure * hazard) AS expected
    FROM spent JOIN ages USING (band)
    GROUP BY source_domain
),
spread AS (
    SELECT sum(expected * expected) AS even, sum((losses - expected) * (losses - expected)) - sum(expected) AS uneven FROM counted
),
shaped AS (
    SELECT CASE WHEN uneven > 0 THEN least(greatest(even / uneven, $least_shape), $most_shape) ELSE $most_shape END AS shape FROM spread
)
SELECT source_domain, (losses + shape) / (expected + shape) AS pace FROM counted, shaped
