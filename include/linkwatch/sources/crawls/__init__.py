"""What crawls say: Common Crawl's archives and ranks, the sitemap of an own site, and the site itself."""
