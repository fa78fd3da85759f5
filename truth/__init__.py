"""Proof by a hostile world: many nights under seeded faults, and a referee who holds what was told against what was so.

    nights    one rate of faults: a world, its proxy, a home, and the real verbs night by night
    served    what an address served on a night, as the world knows it
    referee   what a right linkwatch tells of it, and what this one told
    show      tables for people

`python -m truth` runs it all. No stage of linkwatch is asked what is right.
"""
