"""What can honestly be said about whether a target path is plausible.

A target path is not a sample: its values were chosen by an author. From the plan alone only arithmetic and
logic can be decided, and those exactly; feasibility takes outside evidence, the place's own observed past or
changes really achieved elsewhere. Every finding carries its evidence class, the interval that the rounding
leaves and the threshold it was held against. A verdict is given only if every value inside the rounding boxes
agrees to it.

`check` runs everything on loaded data, `check_paths` what the plan alone allows, for any number of paths;
`summary` sums up per path; `CODES` says what each code means. The single checks are functions of the modules
here, among them `past.required_pace`, `past.extrapolation`, `reference.spells` and `reference.rank`, for
series of one's own; `ranks.ranked` and `ranks.sensitivity` are the tables behind C10.

>>> import qiyou
>>> found = qiyou.plausibility.check(qiyou.load())
>>> found.loc[found["code"] == "FLOW_SHORTFALL", "message_en"].str.len().gt(0).all()
np.True_
"""

from qiyou.plausibility import past, ranks, reference
from qiyou.plausibility.codes import CODES, EVIDENCE, VERDICTS, Code
from qiyou.plausibility.documents import prose_targets
from qiyou.plausibility.report import FEASIBILITY, NO_OBJECTION, check, check_paths, summary
from qiyou.plausibility.settings import Settings
from qiyou.plausibility.verdicts import COLUMNS

__all__ = [
    "CODES",
    "COLUMNS",
    "EVIDENCE",
    "FEASIBILITY",
    "NO_OBJECTION",
    "VERDICTS",
    "Code",
    "Settings",
    "check",
    "check_paths",
    "past",
    "prose_targets",
    "ranks",
    "reference",
    "summary",
]
