"""Survival: how fast the user's own links are lost, by their age and by their referring domain. Says nothing of one link's fate.

The hazard of a link is its losses a day while it lives. By age it is events over exposure in bands of days since it was first
seen (the piecewise constant form of Kaplan and Meier's estimate: live links are censored, lost ones are events), drawn
towards a prior as long as the history is short. By referring domain it is multiplied by the domain's pace: (losses + shape) /
(expected losses + shape), an empirical Bayes estimate whose shape the spread between the domains decides. The query stands in
`sql/survival.sql`.
"""

import math

import duckdb
import pyarrow as pa

from linkwatch.snapshots.engine import run, statement

AGE_BANDS_DAYS = (0, 30, 90, 365)
"""Where the bands begin, in days since a link was first seen; the last one has no end. Judgement: the first month is when
drafts are edited and feeds roll over; after a year little changes."""

PRIOR_HAZARD = -math.log(1 - 0.0803) / 91
"""Losses a link and day while nothing is known: Linkody saw 8.03 % lost in three months (suspicion.md, 6)."""

PRIOR_LINK_DAYS = 20_000.0
"""What the prior weighs in each band, as link-days of history: some 18 losses' worth. Judgement."""

LEAST_SHAPE, MOST_SHAPE = 0.3, 10.0
"""Between these the shape is believed. Domains that lose all links in one stroke would else make every domain a stranger to
the rest, and a short history would make them all alike. Judgement."""


def estimate_survival(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables `ages` (band, hazard: losses a link and day) and `paces` (source_domain, pace: 1 is usual).

    The connection has the relation `before_links` (schemas.LINKS). A domain without any link that was ever seen has no pace.
    """
    bounds = [*AGE_BANDS_DAYS, math.inf]
    columns = {"band": range(len(AGE_BANDS_DAYS)), "from_days": bounds[:-1], "until_days": bounds[1:]}
    connection.register("bands", pa.table({name: pa.array(values) for name, values in columns.items()}))
    parameters = {
        "prior_hazard": PRIOR_HAZARD,
        "prior_days": PRIOR_LINK_DAYS,
        "least_shape": LEAST_SHAPE,
        "most_shape": MOST_SHAPE,
    }
    for query in statement("survival").replace("{band}", band_of("age")).split(";\n"):
        run(connection, query, parameters)


def band_of(age: str) -> str:
    """SQL that gives the band of `age`, an expression of days or null (the first band)."""
    return " + ".join(f"coalesce({age} >= {days}, FALSE)::INTEGER" for days in AGE_BANDS_DAYS[1:])
