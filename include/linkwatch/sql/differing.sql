-- Rows of two snapshots that may differ, for `diff` and `changed_links`. Relations: before_links, after_links (sorted files).
-- The keys and hashes of both are read first, the details only of keys whose hashes differ, and once.
CREATE TABLE scratch.keys AS
SELECT coalesce(b.link_id, a.link_id) AS link_id
FROM (SELECT link_id, row_hash FROM before_links) AS b
FULL JOIN (SELECT link_id, row_hash FROM after_links) AS a ON a.link_id = b.link_id
WHERE a.row_hash IS DISTINCT FROM b.row_hash;

CREATE TABLE scratch.earlier AS FROM before_links SEMI JOIN scratch.keys USING (link_id);

CREATE TABLE scratch.later AS FROM after_links SEMI JOIN scratch.keys USING (link_id);

CREATE TEMP VIEW earlier AS FROM scratch.earlier;

CREATE TEMP VIEW later AS FROM scratch.later
