"""Compare counties with the province, with one another and over time, on the 21 core indicators.

Every function takes what `qiyou.load` returns and gives a DataFrame with one row per finding. Places and
indicators are named as people write them. Three rules hold in all of them:

- nothing is compared across units, bases or definitions: an indicator is one definition in one unit, and
  counts (persons, homes), which grow with the size of a place, are never set against another place;
- a target is exact as printed, an observed value is rounded, a bound is a set, and a verdict is given only
  where the whole set agrees (`qiyou.relate`);
- the reference is named in the row, and a place is never part of its own: what the province asks for (met
  or not met), what most other plans share, or what lies in the middle of them (at or above, level, below).

What every place prints of an indicator, side by side, is ``data.printed.query("indicator == …")`` and
``.pivot_table(index=["place", "document", "variant"], columns="year", values="printed", aggfunc=list)``.

>>> import qiyou
>>> data = qiyou.load()
>>> table = qiyou.compare.core(data, 2025, indicators=["托位数"])
>>> table[["place", "gap", "verdict", "reference_kind"]].head(2).values.tolist()
[['yuhuan', 0.5, 'met', 'provincial target'], ['changxing', 0.5, 'met', 'provincial target']]
"""

from __future__ import annotations

from qiyou.compare.convergence import convergence, pair
from qiyou.compare.core import VERDICTS, core, timing
from qiyou.compare.coverage import DOMAINS, contents, coverage

__all__ = ["DOMAINS", "VERDICTS", "contents", "convergence", "core", "coverage", "pair", "timing"]
