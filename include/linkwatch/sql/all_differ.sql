-- `differing` where there is no earlier snapshot: all is new, and lies in its file already. Relations: before_links, after_links.
CREATE TEMP VIEW earlier AS FROM before_links;

CREATE TEMP VIEW later AS FROM after_links
