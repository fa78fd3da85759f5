"""Files that people have: exports of vendors and lists of their own, as Arrow batches of claims.

opening.py   a path, a pattern or an address as the files that are meant: archives, workbooks, dates, content hashes
text.py      text as it comes: encoding, delimiter, broken rows
layout.py    a table's columns, taken as they stand or found by name, as claims in bulk
cells.py     dates, numbers and flags as people and vendors write them
sniff.py     which kind of export a file is
pages.py     a list of pages; all other modules are one kind of export each: its headers and what they say
"""
