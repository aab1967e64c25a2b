"""What a planned level means in places, square metres and people, and what announced projects contribute.

A plan prints levels per head. This package turns them into stocks and yearly additions under named population
scenarios, splits them into what has to be built and what comes from the denominator, and sets announced
projects against them. Every result is an interval over the rounding of what was printed; every assumption has
a name in `assumptions`; what a source does not say is ``not assessable``, never a default.
"""

from __future__ import annotations

from qiyou.capacity.change import additions, decomposition, required, without_building
from qiyou.capacity.children import per_child
from qiyou.capacity.intervals import ASSESSABLE, NOT_ASSESSABLE
from qiyou.capacity.ledger import assumptions
from qiyou.capacity.population import GROUPS, SCENARIOS, populations
from qiyou.capacity.projects import FACILITIES, explained, facility_sizes, per_head, supply, supply_total
from qiyou.capacity.stock import DENOMINATORS, PRINTED, implied_stock, paths, span
from qiyou.capacity.wording import credited, outward, words
from qiyou.capacity.yardsticks import balance, extrapolated, national_series

__all__ = [
    "ASSESSABLE",
    "DENOMINATORS",
    "FACILITIES",
    "GROUPS",
    "NOT_ASSESSABLE",
    "PRINTED",
    "SCENARIOS",
    "additions",
    "assumptions",
    "balance",
    "credited",
    "decomposition",
    "explained",
    "extrapolated",
    "facility_sizes",
    "implied_stock",
    "national_series",
    "outward",
    "paths",
    "per_child",
    "per_head",
    "populations",
    "required",
    "span",
    "supply",
    "supply_total",
    "without_building",
    "words",
]
