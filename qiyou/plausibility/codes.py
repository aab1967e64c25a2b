"""What every code of a finding means, how it is computed and where the rule comes from.

A finding is a row: a check looked at a path and says one thing about it. What it may say is limited by the
evidence at hand (`EVIDENCE`), and it is said as one of five verdicts (`VERDICTS`). There is no verdict
"plausible", and none of the codes adds up to a score.
"""

from __future__ import annotations

from dataclasses import dataclass

PASS, NOTE, QUESTION, CONTRADICTION, UNDECIDABLE = (
    "PASS",
    "NOTE",
    "QUESTION",
    "CONTRADICTION",
    "UNDECIDABLE",
)
VERDICTS = {
    PASS: (
        "无异议：对照计划以外的证据，没有异议",
        "pass: held against evidence from outside the plan, nothing to object",
    ),
    NOTE: ("说明：只陈述情况，不作评价", "note: descriptive"),
    QUESTION: ("待询问：读者应当向编制者询问", "question: a reader should ask the author"),
    CONTRADICTION: (
        "矛盾：算术或逻辑上不可能，或同一文件的两处说法不能同时成立",
        "contradiction: arithmetically or logically impossible, or two statements of one document that cannot "
        "both hold",
    ),
    UNDECIDABLE: (
        "无法判定：证据不足，或取决于四舍五入",
        "undecidable: evidence is missing, or rounding decides",
    ),
}
"""Verdict -> its word and what it says, in Chinese and English."""

EVIDENCE = {
    "E0": ("只有计划本身：只能谈逻辑、算术和形状", "the plan only: logic, arithmetic, shape"),
    "E1": (
        "计划与本地过去的实际数据：所需速度与本地过去的速度相比",
        "plan and own observed history: required against own past pace",
    ),
    "E2": (
        "计划与别处的计划：逐年相同、共用终值、高于上级；不涉及可行性",
        "plan and other places' plans: copies, shared end values, amplification; not feasibility",
    ),
    "E3": (
        "计划与许多地方历时多年的实际变化：所需速度在其中的位置",
        "plan and multi-year changes really achieved in many places: the rank of the required pace among them",
    ),
}
"""Evidence class -> what may be concluded from it, in Chinese and English."""

RULES = "qiyou, methods of plausibility, section 2"
OWN = "convention of this library, a setting"


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that a check can say.

    Attributes
    ----------
    check : str
        ``C1`` to ``C15``; several where the same thing is said by several checks.
    meaning_zh, meaning_en : str
        What it says, for a layman.
    formula : str
        When it is said. y is a printed value, u its printing resolution, d = +1 where more is better and −1
        where less is.
    source : str
        Who made the rule.
    evidence : str
        Evidence class of `EVIDENCE`.
    """

    check: str
    meaning_zh: str
    meaning_en: str
    formula: str
    source: str
    evidence: str = "E0"


CODES: dict[str, Code] = {
    "MISSING_YEAR": Code(
        "C1",
        "有年份没有印出数值",
        "a year prints no value",
        "a cell with neither number nor status word, a gap between printed years, or no base year",
        RULES,
    ),
    "DUPLICATE_YEAR": Code(
        "C1",
        "同一年份印了不止一个数值",
        "a year prints more than one value",
        "two cells of one path and year; CONTRADICTION where their rounding boxes are disjoint, else NOTE",
        RULES,
    ),
    "UNIT_MIXED": Code(
        "C1",
        "同一行混用不同单位",
        "one row mixes units",
        "more than one unit among the cells of a path",
        RULES,
    ),
    "PRECISION_AMBIGUOUS": Code(
        "C1",
        "同一行小数位数不一，读法有两种",
        "one row mixes decimals, so that its rounding can be read in two ways",
        "more than one u in a path; verdicts use each cell's own u, what the finest u of the row would add "
        "is named",
        RULES,
    ),
    "OUT_OF_BOUNDS": Code(
        "C2",
        "数值超出指标的逻辑界限",
        "a value outside the indicator's logical bounds",
        "[y - u/2, y + u/2] lies wholly outside [lower, upper]",
        RULES,
    ),
    "IDENTITY_VIOLATED": Code(
        "C2",
        "部分大于整体，或各部分之和不等于整体",
        "a part exceeds the whole, or parts do not sum to it",
        "subset > superset + u (boxes disjoint); |sum of parts - whole| > sum of u/2",
        RULES,
    ),
    "STOCK_DECREASES": Code(
        "C2",
        "累计数下降",
        "a cumulative count falls",
        "y[t+1] - y[t] < -u for an indicator counted up",
        RULES,
    ),
    "MISSES_STANDARD": Code(
        "C3",
        "未达到上级目标或标准",
        "misses a target or standard set above",
        "the year's box lies wholly outside the standard's set",
        RULES,
    ),
    "MARGIN_WITHIN_ROUNDING": Code(
        "C3",
        "是否达到取决于四舍五入",
        "whether it is met depends on rounding",
        "the year's box lies across the edge of the set",
        RULES,
    ),
    "MET_AT_BASELINE": Code(
        "C3",
        "基期已达到",
        "met in the base year already",
        "the base box lies inside the set; pace and shape checks give way to the maintenance rule",
        RULES,
    ),
    "MET_THEN_LOST": Code(
        "C3",
        "达到之后又退出",
        "met, then left",
        "a planned year inside the set, a later one outside it by more than u",
        RULES,
    ),
    "MET_BY": Code(
        "C3", "最早达到的年份", "first year in which it is met", "first planned year inside the set", RULES
    ),
    "REVERSAL": Code(
        "C4",
        "某一年目标逆着改善方向",
        "a planned step against the direction",
        "d*(y[t+1] - y[t]) < -(u[t] + u[t+1])/2",
        RULES,
    ),
    "TARGET_BELOW_BASELINE": Code(
        "C4",
        "首个目标差于基期",
        "the first target is worse than the base",
        "d*(y[1] - y[0]) < -(u[0] + u[1])/2",
        RULES,
    ),
    "NO_NET_CHANGE": Code(
        "C4", "首尾没有变化", "no change from base to end", "|y[H] - y[0]| <= (u[0] + u[H])/2", RULES
    ),
    "PACE": Code(
        "C5",
        "平均速度",
        "average pace",
        "(y[H] - y[0])/H and, on a bounded scale, 1 - (gap[H]/gap[0])^(1/H), at the corners of the rounding "
        "box",
        RULES,
    ),
    "STEP_CONCENTRATED": Code(
        "C6",
        "变化集中在一年",
        "the change is concentrated in one year",
        "lowest possible largest step / total change > threshold; at least 3 steps and a total change above "
        "4u",
        OWN,
    ),
    "BACK_LOADED": Code(
        "C6",
        "变化集中在后期",
        "the change comes late",
        "lowest possible B > threshold, B = mean of t/H - (y[t] - y[0])/(y[H] - y[0])",
        OWN,
    ),
    "FRONT_LOADED": Code(
        "C6", "变化集中在前期", "the change comes early", "highest possible B < -threshold", OWN
    ),
    "CONSTANT_INCREMENT": Code(
        "C7",
        "与每年等量变化相容",
        "consistent with equal yearly steps",
        "a straight line through every rounding box",
        RULES,
    ),
    "CONSTANT_RATE": Code(
        "C7", "与每年等比变化相容", "consistent with a constant yearly rate", "a straight line in ln y", RULES
    ),
    "CONSTANT_GAP_CLOSURE": Code(
        "C7",
        "与每年等比缩小差距相容",
        "consistent with closing a constant share of the gap",
        "a falling straight line in ln(U - y)",
        RULES,
    ),
    "LOGISTIC_LINE": Code(
        "C7", "与逻辑斯蒂曲线相容", "consistent with a logistic curve", "a straight line in logit(y/U)", RULES
    ),
    "SHAPE_NOT_IDENTIFIED": Code(
        "C7",
        "看不出是哪一种形状",
        "the shape cannot be told",
        "none or several of the four families pass through every box, or too few printed values",
        RULES,
    ),
    "NEEDS_ACCELERATION": Code(
        "C8",
        "须快于本地过去的速度",
        "needs more than its own past pace",
        "Destatis' miss share and StatCan's ratio agree over the whole rounding box and all leave-one-out "
        "refits: "
        "QUESTION where both are beyond their limits, NOTE where both lie between",
        "Destatis; Statistics Canada",
        "E1",
    ),
    "OFF_PAST_PACE": Code(
        "C8",
        "本地过去朝相反方向变化",
        "its own past moves away from the target",
        "slope and growth rate against the direction over the whole box and all refits",
        "Destatis; Statistics Canada",
        "E1",
    ),
    "ON_PAST_PACE": Code(
        "C8",
        "按本地过去的速度可以达到",
        "its own past pace leads there",
        "miss share and ratio within their limits over the whole box and all refits",
        "Destatis; Statistics Canada",
        "E1",
    ),
    "METHODS_DISAGREE": Code(
        "C8",
        "两种公认方法结论不一",
        "two published methods disagree",
        "miss share and ratio fall into different classes",
        RULES,
        "E1",
    ),
    "RATIO_UNSTABLE": Code(
        "C8",
        "目标离基期太近，比率不稳定",
        "the target is too near the base for a ratio",
        "|target - base| <= 2u, or a denominator that can change sign within the rounding",
        RULES,
        "E1",
    ),
    "NO_HISTORY": Code(
        "C8 C9",
        "本地实际数据不足",
        "too little observed history",
        "fewer observed values on one basis than the check needs, or a horizon longer than they reach",
        RULES,
        "E1",
    ),
    "ABOVE_EXTRAPOLATION_95": Code(
        "C9",
        "超出本地历史的95%外推区间",
        "beyond the 95% extrapolation of its own history",
        "the target's box is better than the exact OLS prediction interval on the raw and the bounded scale, "
        "for every "
        "choice of values inside the rounding boxes",
        "Draper and Smith, Applied Regression Analysis",
        "E1",
    ),
    "NOT_INFORMATIVE": Code(
        "C9",
        "落在区间内不能说明什么",
        "inside the interval, which is no evidence",
        "not better than the 95% prediction interval on both scales; never a PASS",
        RULES,
        "E1",
    ),
    "WITHIN_FASTEST_QUARTER_LINE": Code(
        "C10",
        "所需速度不在实际最快的四分之一之内",
        "the required pace is below the line of the fastest quarter",
        "the Clopper-Pearson interval of its percentile, as if the places were an independent sample, lies "
        "wholly at or below the threshold",
        RULES,
        "E3",
    ),
    "TOP_FIFTH_PACE": Code(
        "C10",
        "所需速度属于实际最快的五分之一",
        "the required pace is among the fastest fifth",
        "the Clopper-Pearson interval of its percentile, as if the places were an independent sample, lies "
        "wholly above the threshold",
        RULES,
        "E3",
    ),
    "UNPRECEDENTED_IN_REFERENCE": Code(
        "C10",
        "所需速度高于参照组的全部实际变化",
        "the required pace is above every realised change of the reference class",
        "above all m changes; as one more draw from the same class P <= 1/(m + 1)",
        RULES,
        "E3",
    ),
    "TOO_FEW_IN_REFERENCE": Code(
        "C10",
        "参照组太小",
        "the reference class is too small",
        "m realised multi-year changes from a like level, fewer than the least number",
        RULES,
        "E3",
    ),
    "RANK_NOT_DECIDED": Code(
        "C10",
        "在参照组中的位置跨越界限",
        "its place in the reference class straddles the lines",
        "the Clopper-Pearson interval is neither wholly at or below the one threshold nor wholly above the "
        "other",
        RULES,
        "E3",
    ),
    "PEER_BAND": Code(
        "C11",
        "与各地计划的平均值相差一个标准差以上",
        "more than one standard deviation from the mean of the plans",
        "|y - mean| > s over at least 8 places, s the population standard deviation",
        "Eurofound bands",
        "E2",
    ),
    "IDENTICAL_PATHS": Code(
        "C12",
        "与别处的计划逐年相同",
        "the same plan, year by year, as elsewhere",
        "equal planned values (at least 3, not all equal) in k places",
        RULES,
        "E2",
    ),
    "COMMON_END_VALUE": Code(
        "C12",
        "终值与至少半数地方相同",
        "the end value is shared by at least half of the places",
        "one end value in at least half of at least 4 places",
        RULES,
        "E2",
    ),
    "AMPLIFIED": Code(
        "C12",
        "要求高于上级目标",
        "asks for more than the superior's target",
        "the year's box is wholly better than the superior's set",
        RULES,
        "E2",
    ),
    "SET_AT_STANDARD": Code(
        "C12", "与上级目标数字相同", "set at the superior's target", "the same printed number", RULES, "E2"
    ),
    "TABLE_PROSE_CONFLICT": Code(
        "C13",
        "表格与正文不能同时成立",
        "table and text cannot both hold",
        "the sets stated for one indicator and year are disjoint",
        RULES,
    ),
    "TABLE_PROSE_WEAKER": Code(
        "C13",
        "表格与正文一处要求较低",
        "table and text differ in strictness",
        "one set lies inside the other, away from its edge",
        RULES,
    ),
    "TABLE_PROSE_TIMING": Code(
        "C13",
        "同一数值，表格与正文年份不同",
        "the same value, for different years in table and text",
        "the table first reaches the text's value in another year",
        RULES,
    ),
    "BOUND_AT_CEILING": Code(
        "C13",
        "“以上”只剩上限本身",
        "an 'or more' that leaves only the ceiling itself",
        "the stated set meets [lower, upper] in one point",
        RULES,
    ),
    "WORKLIST_AHEAD": Code(
        "C14",
        "后出文件的要求高于原计划",
        "a later document is ahead of the plan",
        "for one indicator and year the later promise is better, beyond rounding",
        RULES,
    ),
    "WORKLIST_BEHIND": Code(
        "C14",
        "后出文件的要求低于原计划",
        "a later document is behind the plan",
        "the later promise is worse, beyond rounding",
        RULES,
    ),
    "WORKLIST_EQUAL": Code(
        "C14",
        "后出文件与原计划数字相同",
        "a later document names the plan's number",
        "the same printed number; a strict bound (<5) against one that is not (≤5) is named",
        RULES,
    ),
    "FLOW_SHORTFALL": Code(
        "C14",
        "当年安排少于累计目标所需增量",
        "a yearly amount falls short of the increment that the stock implies",
        "flow < y[t] - y[t-1] (or an even share of a sum over several years), boxes disjoint",
        RULES,
    ),
    "STAGE_CONFLICT": Code(
        "C14",
        "后出文件所处阶段与原计划不同",
        "a later document names another stage than the plan",
        "words, not numbers: read by hand, both places named in stages.csv",
        RULES,
    ),
    "EXPECTED_FALSE_FLAGS": Code(
        "C15",
        "纯属偶然也会出现的异议数",
        "flags expected by chance alone",
        "K paths x J probabilistic checks really run x alpha",
        RULES,
        "E1",
    ),
    "ROUNDING_DECIDES": Code(
        "C2 C4 C6 C8 C9 C13 C14",
        "取决于四舍五入",
        "rounding decides",
        "the printed numbers say one thing, part of the rounding box another",
        RULES,
    ),
    "BOUND_LEAVES_OPEN": Code(
        "C3 C4",
        "只印界限，无法判定",
        "a bound leaves it open",
        "a cell prints a bound such as >85, and the set it states lies on both sides",
        RULES,
    ),
    "NOT_APPLICABLE": Code(
        "C4",
        "方向与形状检查不适用",
        "checks of direction and shape do not apply",
        "a pass/fail review, or a threshold that is to be kept (direction at_least or at_most)",
        RULES,
    ),
    "NOT_DEFINED": Code(
        "C5 C10 C14",
        "无法计算",
        "cannot be computed",
        "no value, one value, or no base year: no number is made up",
        RULES,
    ),
}
"""Every code that a finding can carry."""
