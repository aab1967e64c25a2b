"""What a planned level means in places, square metres and people, and what announced projects contribute.

stock = level × population. Levels that are planned are exact, a base and a population have the box of their
rounding, and populations come in named scenarios; every interval is the worst case over them, no confidence
interval. What is assumed, and every number that is, stands in ``tables/assumptions.csv`` and is read from
there. What a source does not say is ``not assessable``, never a default.
"""

from __future__ import annotations

from qiyou.capacity.population import ASSESSABLE, NOT_ASSESSABLE, assumptions, per_child, populations
from qiyou.capacity.projects import balance, category_areas, facility_sizes, supply
from qiyou.capacity.stocks import additions, span, stock

__all__ = ["ASSESSABLE", "NOT_ASSESSABLE", "additions", "assumptions", "balance", "category_areas"]
__all__ += ["facility_sizes", "per_child", "populations", "span", "stock", "supply"]
