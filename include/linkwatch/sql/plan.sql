-- The pages to look at tonight, one row per page, by their worth within a shard.
-- Relations: before_links, before_pages, claims, ranks, ages and paces (see survival.sql), zones (zone, weight), important_pages
-- (url), outcomes (outcome, may_mean_vanished). {band}: the band of `age`. Values and hazards are explained in plan.py.

-- A vendor's word on a domain, else its rank's.
CREATE TEMP TABLE authorities AS
WITH rated AS (
    SELECT source_domain, max(authority) AS authority
    FROM (
        SELECT source_domain, authority FROM before_links WHERE authority IS NOT NULL
        UNION ALL
        SELECT source_domain, authority FROM claims WHERE authority IS NOT NULL
    )
    GROUP BY source_domain
)
SELECT source_domain, least(greatest(authority, 0), 100) AS authority
FROM (
    FROM rated
    UNION ALL
    SELECT domain, authority FROM ranks ANTI JOIN rated ON rated.source_domain = ranks.domain WHERE ranks.authority IS NOT NULL
);

CREATE TEMP TABLE typical AS
SELECT pow(2, coalesce(median(authority), $middling_authority) / $doubling_authority) AS value FROM authorities;

CREATE TEMP TABLE domains AS
SELECT source_domain, pow(2, authority / $doubling_authority) AS value, pace
FROM authorities FULL JOIN paces USING (source_domain);

-- Links whose page is worth a look: what was lost long ago comes back only when somebody claims it again.
CREATE TEMP TABLE known AS
WITH wanted AS (
    SELECT *, (epoch_us($as_of) - epoch_us(first_seen_at)) / 86400e6 AS age
    FROM before_links
    WHERE (NOT $only_watched OR list_contains($watched, site)) AND (state <> 'lost' OR lost_at >= $lost_since)
)
SELECT
    link_id, source_url, target_url, link.source_domain, site, state, claimed_by,
    state IN ('live', 'missing') AS counted,
    state = 'unverified' AND refuted_at IS NULL AS unsettled,
    state = 'missing' AND last_absence_at <= $spaced AND last_absence_at < $as_of AS due,
    state IN ('live', 'missing') AND seen_in = 'browser' AS rendered,
    coalesce(domains.value, typical.value)
        * CASE
            WHEN CASE state WHEN 'unverified' THEN NOT regexp_matches(rel, 'nofollow|ugc|sponsored') ELSE followed END THEN 1
            ELSE $nofollow
        END
        * coalesce(zones.weight, 1)
        * CASE WHEN list_contains($own_sites, site) THEN 1 ELSE $competitor END AS value,
    ages.hazard * coalesce(domains.pace, 1) AS hazard
FROM wanted AS link
CROSS JOIN typical
JOIN ages ON ages.band = {band}
LEFT JOIN domains ON domains.source_domain = link.source_domain
LEFT JOIN zones ON zones.zone = link.zone;

-- What sources say of live links. A source that delivered all it knows tonight and left the link out is no evidence, and a
-- small hint.
CREATE TEMP TABLE hints AS
WITH
sayings AS (
    SELECT link_id, unnest(string_split(claimed_by, ',')) AS claimed_by FROM known WHERE state = 'live' AND claimed_by <> ''
),
silent AS (
    SELECT link_id
    FROM sayings
    SEMI JOIN (
        SELECT DISTINCT claimed_by FROM claims
        WHERE link_id IS NOT NULL AND (NOT $only_complete OR list_contains($complete, claimed_by))
    ) AS delivered USING (claimed_by)
    ANTI JOIN claims USING (link_id, claimed_by)
)
SELECT link_id, max(factor) AS factor
FROM (
    SELECT link_id, $says_lost AS factor FROM claims WHERE says_lost AND link_id IS NOT NULL
    UNION ALL
    SELECT link_id, $silent FROM silent
)
GROUP BY link_id;

-- Claims that no known link answers for. A page has many spellings and is looked at once: as its known link has it, else as
-- one of those that are claimed; but where the known spelling did not show the link, as it is claimed.
CREATE TEMP TABLE unanswered AS
SELECT claims.*, link.link_id IS NOT NULL AS doubted
FROM (SELECT link_id, source_url, source_domain, site, rel FROM claims) AS claims
ANTI JOIN (SELECT link_id FROM known WHERE counted OR unsettled) AS answered USING (link_id)
LEFT JOIN (SELECT link_id FROM before_links) AS link USING (link_id);

CREATE TEMP TABLE asked AS
WITH
grouped AS (
    SELECT
        CASE WHEN doubted THEN source_url ELSE page_key(source_url) END AS page,
        max(source_url) AS source_url,
        max(source_domain) AS source_domain,
        bool_or(doubted) AS doubted,
        bool_or(link_id IS NOT NULL AND NOT doubted) AS unsettled,
        max(CASE WHEN regexp_matches(rel, 'nofollow|ugc|sponsored') THEN $nofollow ELSE 1 END
            * CASE WHEN site IS NULL OR list_contains($own_sites, site) THEN 1 ELSE $competitor END) AS share
    FROM unanswered
    GROUP BY page
),
spelled AS (
    SELECT page_key(source_url) AS page, max(source_url) AS source_url
    FROM (SELECT DISTINCT source_url FROM known SEMI JOIN grouped USING (source_domain) WHERE counted OR unsettled)
    GROUP BY page
)
SELECT
    coalesce(spelled.source_url, grouped.source_url) AS url,
    grouped.source_domain,
    unsettled,
    doubted,
    share * coalesce(domains.value, typical.value) AS value
FROM grouped
CROSS JOIN typical
LEFT JOIN spelled ON NOT doubted AND spelled.page = grouped.page
LEFT JOIN domains ON domains.source_domain = grouped.source_domain;

-- What a page holds, as sums of the values of its links.
CREATE TEMP TABLE pages AS
WITH wanted AS (
    SELECT
        source_url AS url, 2 AS rank, source_domain, counted::INTEGER AS links, rendered,
        CASE WHEN counted THEN value ELSE 0 END AS held,
        CASE WHEN counted THEN value * hazard * coalesce(factor, 1) ELSE 0 END AS failing_a_day,
        CASE WHEN due THEN value ELSE 0 END AS confirming,
        CASE WHEN unsettled THEN value ELSE 0 END AS unsettled,
        CASE WHEN counted OR unsettled THEN 0 ELSE value END AS resting,
        0.0 AS led_to
    FROM known LEFT JOIN hints USING (link_id)
    UNION ALL
    SELECT target_url, 0, '', 0, FALSE, 0, 0, 0, 0, 0, value FROM known WHERE list_contains($target_sites, site)
    UNION ALL
    SELECT
        url, 1, source_domain, 0, FALSE, 0, 0, 0,
        CASE WHEN unsettled THEN value ELSE 0 END, CASE WHEN unsettled THEN 0 ELSE value END, 0
    FROM asked
)
SELECT
    url,
    max(rank) AS rank,
    max(source_domain) AS source_domain,
    sum(links)::INTEGER AS links,
    bool_or(rendered) AS rendered,
    sum(held) AS held,
    sum(failing_a_day) / nullif(sum(held), 0) AS hazard,
    sum(confirming) AS confirming,
    sum(unsettled) AS unsettled,
    sum(resting) AS resting,
    max(led_to) AS led_to,
    regexp_extract(url, '^https?://(\[[^\]]*\]|[^/:?#]*)', 1) AS host
FROM wanted
GROUP BY url;

-- Value-days: what a loss that has happened since the last look would by now have gone untold, times its chance.
CREATE TEMP MACRO untold(hazard, days) AS greatest(days - (1 - exp(-hazard * days)) / hazard, 0);

CREATE TEMP TABLE weighed AS
WITH
looked AS (
    SELECT
        pages.*,
        page.file_row_number AS place,
        page.last_fetched_at AS looked_at,
        1 - coalesce(unsure_share, 0) AS sure,
        -- "Not modified" would say nothing of a link that no look has searched the page for, or that only a browser shows.
        coalesce(
            outcome IN ('readable', 'not_modified') AND last_readable_at >= coalesce($since, last_readable_at)
                AND NOT rendered AND pages.unsettled = 0,
            FALSE
        ) AS comparable,
        (epoch_us($as_of) - epoch_us(page.last_fetched_at)) / 86400e6 AS fetched_days,
        (epoch_us($as_of) - epoch_us(page.last_conclusive_at)) / 86400e6 AS told_days,
        -- Confirmations that no look can give stop being due: a page that turned unreadable goes back into the queue.
        confirming > 0 AND page.last_conclusive_at >= $due_since AS confirmable,
        coalesce(
            links > 0 AND failures > 0 AND may_mean_vanished AND last_failure_at <= $spaced AND last_failure_at < $as_of
                AND failing_since >= $due_since,
            FALSE
        ) AS failing,
        list_contains($important_domains, pages.source_domain) OR marked.url IS NOT NULL AS important
    FROM pages
    LEFT JOIN before_pages AS page ON page.url = pages.url
    LEFT JOIN outcomes USING (outcome)
    LEFT JOIN (SELECT DISTINCT page_key(url) AS url FROM important_pages) AS marked
        ON marked.url = CASE WHEN $any_marked THEN page_key(pages.url) END
),
aged AS (
    -- A page that refuses us ages from the last attempt, one that answers from the last answer.
    SELECT
        *,
        CASE
            WHEN fetched_days IS NULL THEN $first_look_days
            ELSE greatest(fetched_days, 0) + sure * greatest(coalesce(told_days - fetched_days, $first_look_days), 0)
        END AS days,
        CASE WHEN important THEN $important ELSE 1 END * greatest(sure, $least_sure) AS factor
    FROM looked
)
SELECT
    *,
    CASE
        WHEN confirmable OR failing THEN $confirmation + factor * (confirming + CASE WHEN failing THEN $failing * held ELSE 0 END)
        ELSE least(
            factor * (
                coalesce(held * untold(hazard, days), 0)
                + $news * unsettled * days
                + $rest * resting * untold($prior_hazard, days)
                + led_to * untold($prior_hazard, days)
            ),
            $confirmation
        )
    END AS worth,
    -- A share of the budget goes by turns and not by worth: to live links by their last look, and to pages never looked at
    -- by lot, another one each night.
    CASE WHEN looked_at IS NULL THEN 'first' WHEN links > 0 THEN 'again' END AS queue,
    CASE WHEN looked_at IS NULL THEN hash(url, $as_of) END AS lot
FROM aged;

CREATE TEMP TABLE chosen AS
WITH
narrow AS (SELECT rowid AS page, hash(host) AS host, queue, looked_at, lot, worth, hash(url) AS tie FROM weighed),
of_hosts AS (
    SELECT *, row_number() OVER (PARTITION BY host, queue ORDER BY looked_at, lot, worth DESC, tie) AS turn FROM narrow
),
within_hosts AS (
    SELECT * EXCLUDE (turn) FROM of_hosts
    QUALIFY row_number() OVER (
        PARTITION BY host ORDER BY queue IS NOT NULL AND turn <= ceil($turns_share * $host_cap) DESC, worth DESC, tie
    ) <= $host_cap
),
of_night AS (
    SELECT *, row_number() OVER (PARTITION BY queue ORDER BY looked_at, lot, worth DESC, tie) AS turn FROM within_hosts
)
SELECT page FROM of_night
QUALIFY row_number() OVER (ORDER BY queue IS NOT NULL AND turn <= ceil($turns_share * $cap) DESC, worth DESC, tie) <= $cap;

SELECT
    weighed.url,
    weighed.host,
    -- The first 32 bits of the host's MD5: the same on every machine and in every version of DuckDB.
    (('0x' || substr(md5(weighed.host), 1, 8))::BIGINT % $shards)::INTEGER AS shard,
    CASE rank WHEN 2 THEN 'known' WHEN 1 THEN 'claimed' ELSE 'target' END AS reason,
    CASE WHEN comparable THEN page.etag ELSE '' END AS etag,
    CASE WHEN comparable THEN page.last_modified ELSE '' END AS last_modified,
    round(worth, 6) AS worth,
    important,
    links,
    coalesce(page.signature, '') AS signature,
    coalesce(page.kept_hash, '') AS kept_hash,
    rendered
FROM weighed
SEMI JOIN chosen ON chosen.page = weighed.rowid
LEFT JOIN before_pages AS page ON page.file_row_number = weighed.place
ORDER BY shard, 7 DESC, weighed.url
