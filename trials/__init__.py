"""Proof of the rules of suspicion: seeded faults in real pages, each beside an innocent twin, and what the rules made of them.

    articles   the 91 real pages, and how a page is changed or moved to another domain
    words      own sites, anchors, names
    drawing    what one trial draws: a home, an article, a text, an anchor; and the visits that make its story
    written    pages of small sites, where many are needed
    variants/  every way to be guilty or to look so, a row each
    nights     stories and the innocent base through the real stages, night by night
    history    the nights before in numbers
    judging    what was right to say, against what was said
    side_by_side  all nights, on all cores
    clean      the real pages as they are
    show       tables for people

`python -m trials` runs it all. It measures the rules, and not the web: who writes the faults knows what a rule looks for.
"""
