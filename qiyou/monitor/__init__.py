"""Observed values of one's own set beside the plan: what was reached, and what the published methods say of
it.

Observed values come from ``observations.csv`` in the folder of a county of one's own (`qiyou.load(also=…)`)
or of the repository. A value that cannot be set beside the plan keeps its row, and ``why`` says what is in
the way.

- `table`: every yearly value beside the planned one, with verdict and published methods;
- `methods`: the published methods side by side, one row each, and whether they disagree;
- `schedule`: quarterly and yearly values against the share of the year that has passed (序时进度), and `form`:
  the same as a work office files it.

>>> import qiyou
>>> seen = qiyou.monitor.table(qiyou.load(), "zhejiang")
>>> seen["why"].unique()[0]
'the plan has no such indicator'

What is compared with what
--------------------------
- What is promised is what is asked: a planned number is exact, and a planned bound in the direction of the
  goal (``≥32``, ``<5%``) is the threshold that it states. An observed value y printed to a step u stands
  for [y − u/2, y + u/2). A verdict is given only where every choice inside this set agrees; two equal
  printed numbers are *met* unless the observed one is printed to fewer digits, and a value that falls short
  of the target but is equal to it once rounded as the target is printed is *undecidable*.
- An observed series has one basis (``basis`` in observations.csv: definition, denominator, count). ``plan``
  states that it is counted as the plan counts it. For any other word the plan's printed base decides: an
  observed value of the same year that excludes it shows that the basis is another one, and then nothing of
  the series is compared.
- Planned values are never judged as if they were observed: the published methods see the printed base and
  what was observed, and the target only as target.
"""

from __future__ import annotations

from qiyou.monitor.filing import form
from qiyou.monitor.obstacles import AS_PLANNED
from qiyou.monitor.published import methods
from qiyou.monitor.timing import schedule
from qiyou.monitor.words import REASONS, STANDINGS, VERDICTS
from qiyou.monitor.yearly import table

__all__ = ["AS_PLANNED", "REASONS", "STANDINGS", "VERDICTS", "form", "methods", "schedule", "table"]
