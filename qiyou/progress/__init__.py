"""Published ways of judging progress from observations, each exact and under its own name.

The methods answer different questions and disagree on the same series; none of them is *the* verdict.
`statcan`, `eurostat` and `un_chart` compare growth rates between a base year and the latest year, `destatis`
continues the recent straight line, `aarr` gives a rate without judging it. `agreement` puts the judging ones
side by side.

Nothing here takes planned values: a plan has no realised progress. `direction` is ``'up'`` or ``'at_least'``
(+1) where more is better, ``'down'`` or ``'at_most'`` (−1) where less is better.

Flags
-----
``RATIO_UNSTABLE``
    The target lies so near the base that a ratio to the required change means little: the printed step is
    known and |target − base| <= 2 · step; or, whatever the step, |target − base| <= 1% of |base| while the
    ratio is 10 or more in size (a target equal to the base included). The ratio is given all the same.
``MET_AT_BASELINE``
    The base value met the target already, so nothing had to be reached.
``LIMIT_IGNORED``
    A natural limit was passed together with a target; the method uses the target only.
``BASE_BEYOND_LIMIT``
    The base lies on the far side of the natural limit, where the method's scaling was not meant to be used.
"""

from qiyou.progress.arguments import Direction
from qiyou.progress.canada import StatCan, statcan
from qiyou.progress.europe import Eurostat, eurostat
from qiyou.progress.germany import Destatis, destatis, destatis_detail
from qiyou.progress.growth import EXPLODING_RATIO, NEAR_BASE
from qiyou.progress.reduction import Aarr, aarr
from qiyou.progress.together import READINGS, agreement
from qiyou.progress.united_nations import UnChart, un_chart

__all__ = [
    "EXPLODING_RATIO",
    "NEAR_BASE",
    "READINGS",
    "Aarr",
    "Destatis",
    "Direction",
    "Eurostat",
    "StatCan",
    "UnChart",
    "aarr",
    "agreement",
    "destatis",
    "destatis_detail",
    "eurostat",
    "statcan",
    "un_chart",
]
