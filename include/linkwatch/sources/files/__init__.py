"""Files that people have: exports of vendors and lists of their own, as Arrow batches of claims.

opening.py     a path, a pattern or an address as the files that are meant: the newest of each series, content hashes
file_names.py  what the name of an export says: its date, its series
archives.py    gzip and ZIP, with caps; workbooks.py: sheets of Excel as text; copies.py: bytes in a temporary file
text.py        text as it comes: encodings, lines
table.py       rows and columns, broken rows set aside; sound.py: which lines can be read at once
layout.py      a table's columns, taken as they stand or found by name, as claims in bulk
cells.py       dates, numbers and flags as people and vendors write them; dates.py: one column of dates
shapes.py      what is in a column whose header says nothing
sniff.py       which kind of export a file is
pages.py       a list of pages; all other modules are one kind of export each: its headers and what they say
"""
