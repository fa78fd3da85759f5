-- Rows of the later snapshot that are new or differ durably. Relations: before_links, after_links; keys first, as in diff.
WITH
keys AS (
    SELECT a.link_id
    FROM (SELECT link_id, row_hash FROM after_links) AS a
    LEFT JOIN (SELECT link_id, row_hash FROM before_links) AS b ON b.link_id = a.link_id
    WHERE a.row_hash IS DISTINCT FROM b.row_hash
),
b AS (SELECT * FROM before_links SEMI JOIN keys USING (link_id)),
a AS (SELECT * FROM after_links SEMI JOIN keys USING (link_id))
SELECT a.*
FROM a LEFT JOIN b ON b.link_id = a.link_id
WHERE {differs}
ORDER BY link_id
