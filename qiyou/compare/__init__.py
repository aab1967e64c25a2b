"""Compare counties with the province, with one another and over time, on the 21 core indicators.

Every function takes what `qiyou.load` returns and gives a DataFrame with one row per finding. Three rules
hold in all of them:

- nothing is compared across units, bases or definitions: an indicator is one definition in one unit, and
  counts (persons, homes), which grow with the size of a place, are never set against another place;
- a printed value is a set of numbers, ``5.5`` the interval its rounding leaves and ``>85%`` everything above
  85, and a verdict is given only where the whole set agrees;
- the reference is named in the row: what the province asks for, what most plans share, or what lies in the
  middle of the plans are three different things.

>>> import qiyou
>>> data = qiyou.load()
>>> table = qiyou.compare.core(data, 2025)
>>> nursery = table[table["indicator"] == "nursery_places_per_1000"]
>>> nursery[["place", "gap", "verdict", "reference_kind"]].head(2)
       place  gap verdict     reference_kind
0     yuhuan  0.5     met  provincial target
1  changxing  0.5     met  provincial target
"""

from __future__ import annotations

from qiyou.compare.beside import beside, shared
from qiyou.compare.cells import DOMAINS
from qiyou.compare.changes import changes
from qiyou.compare.contents import additions, departments, domains
from qiyou.compare.convergence import convergence
from qiyou.compare.coverage import coverage
from qiyou.compare.standing import core, overview, timing
from qiyou.compare.verdicts import VERDICTS

__all__ = [
    "DOMAINS",
    "VERDICTS",
    "additions",
    "beside",
    "changes",
    "convergence",
    "core",
    "coverage",
    "departments",
    "domains",
    "overview",
    "shared",
    "timing",
]
