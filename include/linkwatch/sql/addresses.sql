-- Parts of a canonical URL by which spellings of one page are the same, as `urls.page_key` has it; known to every connection.
-- Short of it in one thing: "www." below a private suffix (www.github.io) is taken for a prefix here, too.

CREATE TEMP MACRO host_of(url) AS regexp_replace(split_part(url, '/', 3), '^www\.([^:]*\.)', '\1');
CREATE TEMP MACRO path_of(url) AS
    rtrim(regexp_replace(lower(split_part(url, '?', 1)), '^https?://[^/]*', ''), '/')
    || substr(url, length(split_part(url, '?', 1)) + 1);
CREATE TEMP MACRO page_key(url) AS host_of(url) || path_of(url);
