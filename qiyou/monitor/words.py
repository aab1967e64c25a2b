"""What the tables say: verdicts, standings and reasons."""

from __future__ import annotations

from types import MappingProxyType

VERDICTS = ("met", "not_met", "undecidable", "not_comparable")
STANDINGS = ("on_schedule", "behind", "undecidable", "not_comparable")

EQUAL = "equal as printed"
ROUNDING = "rounding decides"
ALMOST = "short of the target, and equal to it when rounded as the target is printed"
BOUND = "only a bound is printed"
ABOUT = "only an approximate value is printed"
UNIT = "observed in another unit"
BASIS = "counted on another basis: the observed value of the base year is not the plan's base"
OTHER = "the plan counts a related indicator of another definition"
ABSENT = "the plan has no such indicator"
YEAR = "the plan prints no value for this year"
BEFORE = "before the first planned year"
WORD = "the plan prints a word, no number"
SEEN_WORD = "no number was observed"
AGAINST = "the plan's bound runs against the direction of the indicator"
UNDIRECTED = "the indicator has no better or worse"
START = "no value for the end of the year before"
NOTHING = "the plan adds nothing in this year"
OPEN_INCREMENT = "rounding leaves open what the plan adds in this year"
HELD = "a level to be held, not a change to be reached"
FALLS = "falls within the year: a flow is counted since January"
FLOW = "a flow is counted within its year: `schedule` follows it"
NO_POINT = "no single number was observed"
NO_BASE = "no exact earlier value to start from"
NO_END = "the plan does not end in a number to be reached"
AFTER = "after the last planned number"

REASONS = MappingProxyType(
    {
        EQUAL: "按所列数字恰好相同",
        ROUNDING: "在四舍五入误差内，无法判定",
        ALMOST: "略低于目标，按目标数位四舍五入后相同",
        BOUND: "仅有上下限，无法判定",
        ABOUT: "仅有约数，无法判定",
        UNIT: "计量单位不同，不可比",
        BASIS: "口径不同：基年实际数与计划基数不符，不可比",
        OTHER: "计划采用定义不同的相近指标，不可比",
        ABSENT: "计划无此指标",
        YEAR: "计划未列该年目标",
        BEFORE: "早于计划首年",
        WORD: "计划为文字表述，无数值",
        SEEN_WORD: "无实际数值",
        AGAINST: "计划上下限与指标方向相反，无法判定",
        UNDIRECTED: "指标无优劣方向",
        START: "缺上年末数",
        NOTHING: "当年无计划增量",
        OPEN_INCREMENT: "在四舍五入误差内，当年计划增量无法确定",
        FALLS: "年内累计数下降：流量指标应填1月起累计数",
        HELD: "保持性指标，无年度增量",
        FLOW: "流量指标按年内累计，另见序时进度",
        NO_POINT: "实际数不是单一数值",
        NO_BASE: "缺更早的准确数值作起点",
        NO_END: "计划期末无须达到的数值",
        AFTER: "晚于计划最后一个数值目标",
    }
)
"""What stands in the column ``why``, and in ``why_not`` where no method applies, in English, with the Chinese
for it."""
