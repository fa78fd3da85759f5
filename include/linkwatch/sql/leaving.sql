-- Hosts that may have moved: none of their links was seen tonight, and most of those that they had are leaving. Read from narrow
-- rows alone, so that a night without a move costs next to nothing. Relations: fates.
CREATE TABLE scratch.leaving AS
SELECT host
FROM scratch.fates
WHERE host IS NOT NULL
GROUP BY host
HAVING NOT bool_or(seen) AND count(*) FILTER (leaves) >= $least_links AND count(*) FILTER (leaves) >= $least_share * count(*) FILTER (stood)
