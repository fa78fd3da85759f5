"""What rules share: signs that links, pages and domains show. Nothing is flagged here.

anchors.py     anchor texts: one spelling, buckets, which are commercial
scripts.py     in which script a text is written
site_words.py  what the watched sites are about, in words
closer.py      links beside the analysis of their pages; one finding a page
likeness.py    pages with similar texts
outlinks.py    domains that link to the same others
graph.py       domains tied to each other by independent signs
arrivals.py    referring domains that are new tonight, and nights that can be compared
statistics.py  how likely so many are by chance
"""
