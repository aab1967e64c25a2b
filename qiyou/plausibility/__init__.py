"""What can be said of a target path: from the plans alone, exactly; and beside what was realised.

A target path is not a sample: its values were chosen by an author. `check` says what arithmetic and logic
decide, as facts: the code, the two cells compared, the numbers. It speaks only where there is something to
say. `sentences` puts findings into words, `summary` counts them per path, `CODES` says what each code means
and who made the rule. `profiles` says how much each path asks, compared with what (`READINGS`, `spells`).

>>> import qiyou
>>> found = qiyou.plausibility.check(qiyou.load())
>>> found.loc[found["code"] == "FLOW_SHORTFALL", ["place", "year"]].values.tolist()[:1]
[['yuhuan', 2024]]
"""

from __future__ import annotations

from qiyou.plausibility.checks import check
from qiyou.plausibility.facts import CODES, COLUMNS, VERDICTS, Settings, summary
from qiyou.plausibility.profile import READINGS, profiles, spells
from qiyou.plausibility.telling import sentences

__all__ = ["CODES", "COLUMNS", "READINGS", "VERDICTS", "Settings"]
__all__ += ["check", "profiles", "sentences", "spells", "summary"]
