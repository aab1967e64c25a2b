"""Compare counties with the province, with one another and over time, on the 21 core indicators.

Every function takes what `qiyou.load` returns and gives a DataFrame with one row per finding.
"""

from __future__ import annotations

from qiyou.compare.convergence import convergence, pair
from qiyou.compare.core import VERDICTS, core, timing
from qiyou.compare.coverage import DOMAINS, contents, coverage

__all__ = ["DOMAINS", "VERDICTS", "contents", "convergence", "core", "coverage", "pair", "timing"]
