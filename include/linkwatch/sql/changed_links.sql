-- Rows of the later snapshot that are new or differ durably. Relations: earlier, later (see `differing`).
SELECT a.*
FROM later AS a LEFT JOIN earlier AS b ON b.link_id = a.link_id
WHERE {differs}
ORDER BY link_id
