"""What an indicator's unit is called in English.

The data print units in Chinese, one per indicator; sentences and figures in English need words for them.
"""

from __future__ import annotations

UNITS_EN = {
    "个/千人": "per 1,000 residents",
    "人/千人": "per 1,000 residents",
    "张/千人": "per 1,000 residents",
    "人/万老年人": "per 10,000 elderly",
    "平方米/人": "m² per head",
    "平方米/万人": "m² per 10,000 residents",
    "次/人": "visits per head",
    "次/万人": "contacts per 10,000 residents",
    "个/千名3岁以下": "per 1,000 under three",
    "人": "persons",
    "人次": "participations",
    "套": "homes",
    "元/年": "yuan a year",
    "元": "yuan",
    "岁": "years",
    "个": "",
    "平方米": "m²",
    "%": "%",
    "‰": "‰",
}


def english(unit: str) -> str:
    """The English words for a unit; a unit that is not listed is returned as it is.

    Examples
    --------
    >>> english("平方米/人")
    'm² per head'
    """
    return UNITS_EN.get(unit, unit)
