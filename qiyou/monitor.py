"""Observed values of one's own set beside the plan: what was reached, and what the published methods say of
it.

Observed values come from ``observations.csv`` in the folder of a county of one's own (`qiyou.load(also=…)`)
or of the repository. A value that cannot be set beside the plan keeps its row, and ``why`` says what is in
the way.

>>> import qiyou
>>> seen = qiyou.monitor.table(qiyou.load(), "zhejiang")
>>> seen["why"].unique()[0]
'the plan has no such indicator'

What is compared with what
--------------------------
- What is promised is what is asked: a planned number is exact, and a planned bound in the direction of the
  goal (``≥32``, ``<5%``) is the threshold that it states. An observed value y printed to a step u stands
  for [y − u/2, y + u/2). A verdict is given only where every choice inside this set agrees; two equal
  printed numbers are *met*, and a value that falls short of the target but is equal to it once rounded as
  the target is printed is *undecidable*.
- An observed series has one basis (``basis`` in observations.csv: definition, denominator, count). ``plan``
  states that it is counted as the plan counts it. For any other word the plan's printed base decides: an
  observed value of the same year that excludes it shows that the basis is another one, and then nothing of
  the series is compared.
- Planned values are never judged as if they were observed: the published methods see the printed base and
  what was observed, and the target only as target.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import disk, progress
from qiyou.errors import DataError
from qiyou.notation import read

if TYPE_CHECKING:
    from qiyou.data import Data

VERDICTS = ("met", "not_met", "undecidable", "not_comparable")
STANDINGS = ("on_schedule", "behind", "undecidable", "not_comparable")
AS_PLANNED = "plan"
"""The basis that states: counted as the plan counts it."""

_SIGN = MappingProxyType({"up": 1.0, "at_least": 1.0, "down": -1.0, "at_most": -1.0})
_PATH = ["document", "place", "indicator", "variant", "origin"]
_SERIES = ["place", "indicator", "basis"]
_SET = ("value", "relation", "low", "high", "low_closed", "high_closed", "step")
_GRADES = ("official", "press", "secondary", "derived")
_DIGITS = 10
_LONGEST_WORD = 20

_EQUAL = "equal as printed"
_ROUNDING = "rounding decides"
_ALMOST = "short of the target, and equal to it when rounded as the target is printed"
_BOUND = "only a bound is printed"
_ABOUT = "only an approximate value is printed"
_UNIT = "observed in another unit"
_BASIS = "counted on another basis: the observed value of the base year is not the plan's base"
_OTHER = "the plan counts a related indicator of another definition"
_ABSENT = "the plan has no such indicator"
_YEAR = "the plan prints no value for this year"
_BEFORE = "before the first planned year"
_WORD = "the plan prints a word, no number"
_SEEN_WORD = "no number was observed"
_AGAINST = "the plan's bound runs against the direction of the indicator"
_UNDIRECTED = "the indicator has no better or worse"
_START = "no value for the end of the year before"
_NOTHING = "the plan adds nothing in this year"
_OPEN_INCREMENT = "rounding leaves open what the plan adds in this year"
_HELD = "a level to be held, not a change to be reached"
_FALLS = "falls within the year: a flow is counted since January"

REASONS = MappingProxyType(
    {
        _EQUAL: "按所列数字恰好相同",
        _ROUNDING: "在四舍五入误差内，无法判定",
        _ALMOST: "略低于目标，按目标数位四舍五入后相同",
        _BOUND: "仅有上下限，无法判定",
        _ABOUT: "仅有约数，无法判定",
        _UNIT: "计量单位不同，不可比",
        _BASIS: "口径不同：基年实际数与规划基数不符，不可比",
        _OTHER: "规划采用定义不同的相近指标，不可比",
        _ABSENT: "规划无此指标",
        _YEAR: "规划未列该年目标",
        _BEFORE: "早于规划首年",
        _WORD: "规划为文字表述，无数值",
        _SEEN_WORD: "无实际数值",
        _AGAINST: "规划上下限与指标方向相反，无法判定",
        _UNDIRECTED: "指标无优劣方向",
        _START: "缺上年末数",
        _NOTHING: "当年无计划增量",
        _OPEN_INCREMENT: "在四舍五入误差内，当年计划增量无法确定",
        _FALLS: "年内累计数下降：流量指标应填1月起累计数",
        _HELD: "保持性指标，无年度增量",
    }
)
"""What stands in the column ``why``, in English, with the Chinese for it."""

_TABLE = [
    *("place", "indicator", "year", "document", "origin", "locator", "variant", "unit", "direction"),
    *("base_year", "base_printed", "base", "planned_printed", "planned", "planned_relation"),
    *("observed_printed", "observed", "observed_relation", "basis", "basis_check", "source", "grade"),
    *("gap", "gap_low", "gap_high", "verdict", "why"),
    *("target_year", "target", "base_from", *progress.READINGS, "disagree", "flags", "why_not"),
]
_SCHEDULE = [
    *(
        "place",
        "indicator",
        "year",
        "quarter",
        "document",
        "origin",
        "locator",
        "variant",
        "unit",
        "direction",
    ),
    *("start_printed", "start", "start_from", "planned_printed", "planned", "observed_printed", "observed"),
    *("basis", "basis_check", "source", "grade", "planned_change", "reached_change"),
    *("share_reached", "share_low", "share_high", "share_elapsed", "ahead", "ahead_low", "ahead_high"),
    *("verdict", "why"),
]


# ----------------------------------------------------------------------------------------------- public


def table(data: Data, place: str | Iterable[str] | None = None, *, year: int | None = None) -> pd.DataFrame:
    """Every yearly observed value beside the plan's value for that year, with the published methods.

    With d = +1 where more is better, −1 where less is: ``gap`` = d·(observed − planned), positive is better;
    ``gap_low, gap_high`` are its limits over what the print of the observed value leaves open.

    Parameters
    ----------
    data : Data
    place : str or iterable of str, optional
        Only these places; by default every place that has both a plan and observed values.
    year : int, optional
        Only this year.

    Returns
    -------
    DataFrame
        One row per observed value and planned path (table row or figure of the running text):

        - ``place, indicator, year, document, origin`` (table | text), ``locator, variant, unit, direction``;
        - ``base_year, base_printed, base`` of the plan; ``planned_printed, planned, planned_relation`` for
          the year;
        - ``observed_printed, observed, observed_relation, basis, source, grade``, and ``basis_check``:
          *stated* (the basis is ``plan``), *agrees* (the observed value of the base year does not exclude the
          printed base), *unknown* (nothing was observed in the base year), *differs*;
        - ``gap, gap_low, gap_high`` in the unit; ``verdict``: *met*, *not_met*, *undecidable* or
          *not_comparable*; ``why`` (one of `REASONS`, or empty);
        - ``target_year, target`` at the end of the path; ``base_from``: whether the methods start from an
          *observed* base or from the one that the *plan* prints; ``statcan, eurostat, destatis, un_chart``:
          the category that each published method gives (`qiyou.progress.agreement`), empty where it does not
          apply; ``disagree``: whether their readings differ; ``flags``; ``why_not``.

    Raises
    ------
    DataError
        If there is no plan, no observed value, or no value for the year; the message says what to add.

    Examples
    --------
    >>> import qiyou
    >>> seen = table(qiyou.load(), "zhejiang")
    >>> seen.loc[seen["verdict"] == "not_comparable", "why"].iloc[0]
    'the plan has no such indicator'
    """
    rows = _beside_the_plan(data, data.observations, place, year)
    rows = _judged(rows)
    return _sorted(_with_methods(rows, data), data)[_TABLE]


def methods(data: Data, place: str | Iterable[str] | None = None, *, year: int | None = None) -> pd.DataFrame:
    """The published methods for every observed series, one row each, as `qiyou.progress.agreement` gives
    them.

    Parameters
    ----------
    data, place
        As in `table`.
    year : int, optional
        Judge as of this year; by default as of the latest year observed.

    Returns
    -------
    DataFrame
        ``place, indicator, document, variant, basis, year, base_year, base_from`` (observed | plan),
        ``target_year, target``, then ``method, applicable, statistic, value, status, reading, flags,
        recalled, why_not, disagree``.

    Raises
    ------
    DataError
        As `table`; or if no series can be judged.

    Examples
    --------
    >>> import qiyou
    >>> methods(qiyou.load(), "zhejiang")
    Traceback (most recent call last):
    ...
    qiyou.errors.DataError: no observed series can be judged: each needs two comparable values and a planned end value; \
`table` says what is in the way
    """
    rows = _judged(_beside_the_plan(data, data.observations, place, year))
    rows = rows[_judgeable(rows)]
    keys = ["document", "variant", "origin", *_SERIES]
    latest = rows.sort_values("year", kind="stable").drop_duplicates(keys, keep="last").sort_index()
    seen = _series(data.observations, data.sources)
    parts = [part for part in (_agreement(row, seen) for row in latest.itertuples()) if part is not None]
    if not parts:
        raise DataError(
            "no observed series can be judged: each needs two comparable values and a planned end value; "
            "`table` says what is in the way"
        )
    return pd.concat(parts, ignore_index=True)


def schedule(
    data: Data,
    place: str | Iterable[str] | None = None,
    *,
    year: int | None = None,
    quarter: int | None = None,
) -> pd.DataFrame:
    """How much of the year's planned change is reached, against how much of the year has passed (序时进度).

    With s the value at the end of the year before, p the planned value of the year and o the observed one,
    the share reached is (o − s)/(p − s). For a flow s = 0: the amount since January against the amount of the
    year. The share elapsed is quarter/4, and 1 for a yearly value. ``share_low, share_high`` are the limits
    over the rounding of s and o: the share is linear-fractional in each, so they lie at corners of the box as
    long as p − s keeps its sign.

    Parameters
    ----------
    data, place, year
        As in `table`; the quarterly values are ``data.quarters``.
    quarter : int, optional
        Only this quarter; 4 is the end of the year.

    Returns
    -------
    DataFrame
        One row per observed value of a quarter or year and planned path: ``place, indicator, year, quarter``
        (missing for a yearly value), ``document, origin, locator, variant, unit, direction``; ``start`` (s)
        and ``start_from``: *zero* (a flow), *observed*, *printed base*, *planned* (nothing was observed: the
        plan's own, exact value of the year before); ``planned, observed`` with the prints; ``basis,
        basis_check, source, grade`` as in `table`; ``planned_change`` = d·(p − s), ``reached_change`` = d·(o
        − s) in the unit; ``share_reached`` with limits; ``share_elapsed``; ``ahead`` = share_reached −
        share_elapsed with limits; ``verdict``: *on_schedule* (the whole interval of ``ahead`` is 0 or more),
        *behind*, *undecidable*, *not_comparable*; ``why``. Where the plan adds nothing in the year, or the
        level is only to be held (``at_least, at_most``), the verdict says whether the planned level is there.

    Raises
    ------
    DataError
        As `table`.

    Examples
    --------
    >>> import qiyou
    >>> schedule(qiyou.load(), "yuhuan", year=2024)
    Traceback (most recent call last):
    ...
    qiyou.errors.DataError: nothing was observed in yuhuan for 2024; the years at hand are 2019, 2020, 2021; add rows to \
observations.csv in the folder of its plan
    """
    yearly = data.observations.assign(quarter=pd.array([pd.NA] * len(data.observations), dtype="Int64"))
    both = pd.concat([part for part in (yearly, data.quarters) if len(part)] or [yearly], ignore_index=True)
    if quarter is not None:
        if quarter not in (1, 2, 3, 4):
            raise DataError(f"quarter is {quarter!r}; give 1, 2, 3 or 4")
        both = both[both["quarter"] == quarter]
    rows = _beside_the_plan(data, both, place, year)
    rows = _with_start(rows, data)
    return _sorted(_timed(rows), data)[_SCHEDULE]


_FORM_ZH = {
    "number": "序号",
    "place": "地区",
    "indicator": "指标",
    "unit": "单位",
    "period": "截至",
    "start": "上年末数",
    "planned": "当年目标",
    "observed": "实际完成",
    "reached": "完成当年计划增量",
    "elapsed": "序时进度",
    "verdict": "评价",
    "why": "说明",
}
_FORM_EN = {
    "number": "No.",
    "place": "Place",
    "indicator": "Indicator",
    "unit": "Unit",
    "period": "Up to",
    "start": "End of last year",
    "planned": "Target of the year",
    "observed": "Reached",
    "reached": "Share of the year's change",
    "elapsed": "Share of the year passed",
    "verdict": "Standing",
    "why": "Remark",
}
_STANDINGS_ZH = {
    "on_schedule": "达到序时进度",
    "behind": "滞后",
    "undecidable": "无法判定",
    "not_comparable": "不可比",
}
_STANDINGS_EN = {
    "on_schedule": "on schedule",
    "behind": "behind",
    "undecidable": "undecidable",
    "not_comparable": "not comparable",
}


def form(rows: pd.DataFrame, data: Data, *, lang: str = "zh") -> pd.DataFrame:
    """The table of `schedule` as a work office files it, in words and printed figures.

    Parameters
    ----------
    rows : DataFrame
        From `schedule`.
    data : Data
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        One row per row of `rows`, every cell text: number, place, indicator, unit, period (``2024年1—9月``),
        value at the end of the year before, target, reached, share of the year's change (as an interval where
        rounding leaves more than a percentage point), share of the year passed, standing, remark.

    Raises
    ------
    DataError
        If there are no rows, or the language is another one.
    """
    if lang not in ("zh", "en"):
        raise DataError(f"lang is {lang!r}; give 'zh' or 'en'")
    missing = [name for name in _SCHEDULE if name not in rows]
    if missing or rows.empty:
        raise DataError("there are no rows to file; hand in what `schedule` returns")
    from qiyou.units import english

    chinese = lang == "zh"
    name = {kind: _names(getattr(data, kind), lang) for kind in ("places", "indicators")}
    standing = _STANDINGS_ZH if chinese else _STANDINGS_EN
    columns = {
        "number": [str(number) for number in range(1, len(rows) + 1)],
        "place": rows["place"].map(name["places"]),
        "indicator": rows["indicator"].map(name["indicators"]),
        "unit": rows["unit"] if chinese else rows["unit"].map(english),
        "period": [_period(y, q, chinese) for y, q in zip(rows["year"], rows["quarter"], strict=True)],
        "start": rows["start_printed"],
        "planned": rows["planned_printed"],
        "observed": rows["observed_printed"],
        "reached": [
            _percentages(*shares, chinese)
            for shares in rows[["share_reached", "share_low", "share_high"]].to_numpy()
        ],
        "elapsed": [f"{share:.0%}" for share in rows["share_elapsed"]],
        "verdict": rows["verdict"].map(standing),
        "why": rows["why"].map(REASONS) if chinese else rows["why"],
    }
    words = _FORM_ZH if chinese else _FORM_EN
    texts = {words[key]: pd.Series(list(column), dtype="str").fillna("") for key, column in columns.items()}
    # It is made for a spreadsheet, which must not run a name as a formula.
    return pd.DataFrame(texts).map(disk.neutral).astype("str")


def _names(frame: pd.DataFrame, lang: str) -> dict[str, str]:
    return dict(zip(frame["id"], frame[f"name_{lang}"], strict=True))


def _period(year: int, quarter, chinese: bool) -> str:
    if pd.isna(quarter):
        return f"{year}年" if chinese else str(year)
    months = {1: "1—3月", 2: "1—6月", 3: "1—9月", 4: "1—12月"}
    return f"{year}年{months[int(quarter)]}" if chinese else f"{year} Q{quarter}"


def _percentages(share: float, low: float, high: float, chinese: bool) -> str:
    if not np.isfinite(low) or not np.isfinite(high):
        return ""
    if high - low < 0.01 and not np.isnan(share):
        text = f"{share:.1%}"
    else:
        text = f"{low:.0%}{'至' if chinese else ' to '}{high:.0%}"
    # A spreadsheet takes a leading hyphen for the start of a formula.
    return text.replace("-", "−")


# ------------------------------------------------------------------------------------- plan and observations


def _plan(data: Data, places: list[str]) -> pd.DataFrame:
    """Planned values and bases of these places: table cells, and figures of the text where no cell speaks."""
    cells = data.targets[data.targets["place"].isin(places)]
    cells = cells.assign(origin="table", locator="table:" + cells["row"].astype("str"))
    said = data.statements
    flows = data.indicators.loc[data.indicators["kind"] == "flow", "id"]
    wanted = said["kind"].isin(["target", "baseline"]) | (
        said["kind"].eq("annual_flow") & said["indicator"].isin(flows)
    )
    said = said[wanted & said["place"].isin(places) & said["indicator"].ne("") & said["year"].notna()]
    said = said[said["from_year"].isna() | (said["from_year"] == said["year"])]
    said = said.assign(
        origin="text",
        locator="statement:" + said["id"].astype("str"),
        role=said["kind"].where(said["kind"].eq("baseline"), "target"),
        variant="",
    )
    keys = ["document", "indicator", "year"]
    spoken = pd.MultiIndex.from_frame(said[keys]).isin(pd.MultiIndex.from_frame(cells[keys]))
    # What the text says twice is one target; where it contradicts itself, the plausibility checks say so.
    said = said[~spoken].drop_duplicates([*keys, "role"])
    columns = [*_PATH, "locator", "year", "role", "printed", *_SET]
    parts = [part[columns] for part in (cells, said) if len(part)]
    return pd.concat(parts or [cells[columns]], ignore_index=True).astype({"year": "int64"})


def _places(data: Data, place: str | Iterable[str] | None, seen: pd.DataFrame) -> list[str]:
    planned = set(data.targets["place"]) | set(
        data.statements.loc[data.statements["indicator"] != "", "place"]
    )
    if place is None:
        return [one for one in data.places["id"] if one in planned and one in set(seen["place"])]
    asked = [place] if isinstance(place, str) else list(place)
    known = set(data.places["id"])
    for one in asked:
        if one not in known:
            import difflib

            near = difflib.get_close_matches(str(one)[:80], sorted(known), n=3, cutoff=0.4)
            raise DataError(
                f"there is no place {one!r}; {'did you mean ' + ' or '.join(near) if near else 'see data.places'}"
            )
        if one not in planned:
            raise DataError(
                f"no document plans anything for {one!r}, so there is nothing to set observed values beside; load the "
                "place's plan with qiyou.load(also=...)"
            )
    return asked


def _beside_the_plan(data: Data, observations: pd.DataFrame, place, year: int | None) -> pd.DataFrame:
    """One row per observed value and path: what is printed on both sides, and what keeps them apart."""
    places = _places(data, place, observations)
    rows = _observed(data, observations, places, year)
    plan = _plan(data, places)
    paths = _paths(plan)
    rows = rows.merge(paths, on=["place", "indicator"], how="left")
    rows = _with_planned(rows, plan)
    facts = data.indicators.set_index("id")
    rows = rows.assign(
        direction=rows["indicator"].map(facts["direction"]),
        sign=rows["indicator"].map(facts["direction"]).map(_SIGN).astype(float),
        kind=rows["indicator"].map(facts["kind"]),
        limits_low=rows["indicator"].map(facts["lower"]).astype(float),
        limits_high=rows["indicator"].map(facts["upper"]).astype(float),
        indicator_unit=rows["indicator"].map(facts["unit"]),
    )
    rows["basis_check"] = _basis_check(rows, data)
    rows["grade"] = rows["source"].map(data.sources.set_index("id")["grade"]).fillna("")
    rows["why"] = _obstacle(rows, data, plan)
    return rows.assign(unit=rows["indicator_unit"])


def _observed(data: Data, observations: pd.DataFrame, places: list[str], year: int | None) -> pd.DataFrame:
    rows = observations[observations["place"].isin(places)]
    named = ", ".join(places) or "any place that has a plan"
    remedy = "add rows to observations.csv in the folder of its plan"
    if rows.empty:
        raise DataError(f"nothing was observed in {named}; {remedy}")
    if year is not None:
        years = sorted({int(one) for one in rows["year"].dropna()})
        rows = rows[rows["year"] == year]
        if rows.empty:
            hand = ", ".join(map(str, years))
            raise DataError(
                f"nothing was observed in {named} for {year}; the years at hand are {hand}; {remedy}"
            )
    closed = {
        "low_closed": rows["relation"].isin(["eq", "ge", "range"]),
        "high_closed": rows["relation"].isin(["eq", "le", "range"]),
    }
    columns = [*_SERIES, "year", "source", "unit", "printed", *_SET]
    columns += ["quarter"] if "quarter" in rows else []
    rows = rows.assign(**closed)[columns].rename(
        columns={name: f"observed_{name}" for name in ("printed", *_SET)}
    )
    return rows.rename(columns={"observed_value": "observed"}).astype({"year": "int64"})


def _paths(plan: pd.DataFrame) -> pd.DataFrame:
    """Per path its base, the last one printed, and its end: the last target with a number."""
    based = plan[(plan["role"] == "baseline") & ~plan["relation"].isin(["none"])]
    based = based.sort_values("year", kind="stable").drop_duplicates(_PATH, keep="last")
    names = {"year": "base_year", "printed": "base_printed", "value": "base"} | {
        name: f"base_{name}" for name in _SET[1:]
    }
    based = based[[*_PATH, *names]].rename(columns=names)
    aimed = plan[(plan["role"] == "target")]
    first = aimed.groupby(_PATH, sort=False)["year"].min().rename("first_year").reset_index()
    aimed = aimed[~aimed["relation"].isin(["none", "about"])]
    aimed = aimed.sort_values("year", kind="stable").drop_duplicates(_PATH, keep="last")
    names = {"year": "target_year", "value": "target", "relation": "target_relation", "low": "target_low",
             "high": "target_high", "step": "target_step"}  # fmt: skip
    aimed = aimed[[*_PATH, *names]].rename(columns=names)
    paths = plan[_PATH].drop_duplicates()
    for part in (based, first, aimed):
        paths = paths.merge(part, on=_PATH, how="left")
    years = {name: paths[name].astype("Int64") for name in ("base_year", "first_year", "target_year")}
    return paths.assign(**years)


def _with_planned(rows: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    names = {name: f"planned_{name}" for name in ("printed", "role", *_SET)}
    cells = (
        plan[[*_PATH, "year", "locator", *names]]
        .rename(columns=names)
        .rename(columns={"planned_value": "planned"})
    )
    texts = ["document", "variant", "origin"]
    rows = rows.merge(cells, on=[*_PATH, "year"], how="left")
    rows = rows.assign(
        **{name: rows[name].astype(object).where(rows[name].notna(), "") for name in [*texts, "locator"]}
    )
    for name in (
        "planned_printed",
        "planned_role",
        "planned_relation",
        "base_printed",
        "base_relation",
        "target_relation",
    ):
        rows[name] = rows[name].astype(object).where(rows[name].notna(), "")
    for name in [column for column in rows if column.endswith("_closed")]:
        rows[name] = rows[name].eq(True).to_numpy(dtype=bool, na_value=False)
    return rows


def _basis_check(rows: pd.DataFrame, data: Data) -> np.ndarray:
    """Whether what was observed in the base year excludes the plan's printed base."""
    seen = data.observations[[*_SERIES, "year", *_SET[:4], "step"]].rename(columns={"year": "base_year"})
    seen = _with_ends(seen, "value", "relation", "low", "high", "step").dropna(subset=["end_low", "end_high"])
    ends = seen.groupby([*_SERIES, "base_year"]).agg(
        seen_low=("end_low", "min"), seen_high=("end_high", "max")
    )
    printed = _with_ends(rows, "base", "base_relation", "base_low", "base_high", "base_step")
    joined = printed.merge(ends.reset_index(), on=[*_SERIES, "base_year"], how="left")
    known = joined["seen_low"].notna() & joined["end_low"].notna()
    apart = (joined["end_low"] > joined["seen_high"] + 1e-9) | (
        joined["end_high"] < joined["seen_low"] - 1e-9
    )
    stated = rows["basis"].eq(AS_PLANNED).to_numpy()
    return np.select(
        [stated, ~known.to_numpy(), apart.to_numpy()], ["stated", "unknown", "differs"], "agrees"
    )


def _with_ends(rows: pd.DataFrame, value: str, relation: str, low: str, high: str, step: str) -> pd.DataFrame:
    """The closed hull of what a print stands for, as ``end_low, end_high``; NaN where it states no set."""
    kind = rows[relation].to_numpy(dtype=object)
    half = np.where(np.isin(kind, ["eq", "range"]), rows[step].astype(float).fillna(0.0), 0.0) / 2
    nothing = np.isin(kind, ["none", "about", ""])
    return rows.assign(
        end_low=np.where(nothing, np.nan, rows[low].astype(float) - half),
        end_high=np.where(nothing, np.nan, rows[high].astype(float) + half),
    )


def _obstacle(rows: pd.DataFrame, data: Data, plan: pd.DataFrame) -> np.ndarray:
    """What keeps an observed value from being set beside the plan; the empty string where nothing does."""
    absent = rows["document"].eq("")
    related = absent & _related(rows, data, plan)
    return np.select(
        [
            related,
            absent,
            rows["unit"].ne(rows["indicator_unit"]),
            rows["basis_check"].eq("differs"),
            (rows["year"] < rows["first_year"].fillna(0)).to_numpy(dtype=bool, na_value=False),
            rows["planned_relation"].eq("")
            | rows["planned_relation"].eq("none") & ~_says_something(rows["planned_printed"]),
            rows["observed_relation"].isin(["none", ""]),
            rows["planned_relation"].eq("none"),
            rows["sign"].isna() & rows["direction"].ne("status"),
        ],
        [_OTHER, _ABSENT, _UNIT, _BASIS, _BEFORE, _YEAR, _SEEN_WORD, _WORD, _UNDIRECTED],
        "",
    ).astype(object)


def _says_something(printed: pd.Series) -> pd.Series:
    """Whether a print without a number is a word such as 动态清零, not a dash or an empty cell."""
    words = {
        text: bool(text) and bool(read(text).note)
        for text in printed[printed.str.len() <= _LONGEST_WORD].unique()
    }
    return printed.map(words).eq(True)


def _related(rows: pd.DataFrame, data: Data, plan: pd.DataFrame) -> np.ndarray:
    """Whether the place plans an indicator that the alias table keeps apart from the one observed."""
    refused = data.aliases[data.aliases["maps"] == "no"][["indicator", "name"]]
    meant = data.aliases[data.aliases["maps"] == "yes"][["indicator", "name"]].rename(
        columns={"indicator": "planned_as"}
    )
    apart = refused.merge(meant, on="name")
    planned = plan[["place", "indicator"]].drop_duplicates().rename(columns={"indicator": "planned_as"})
    kept_apart = planned.merge(apart, on="planned_as")[["place", "indicator"]]
    return pd.MultiIndex.from_frame(rows[["place", "indicator"]]).isin(pd.MultiIndex.from_frame(kept_apart))


# --------------------------------------------------------------------------------------------- verdicts


def _turned(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """What is observed and what is asked, turned so that more is better; open: the end is left out."""
    sign = np.where(np.isnan(rows["sign"]), 1.0, rows["sign"])
    up = sign > 0
    relation = rows["observed_relation"].to_numpy(dtype=object)
    status = rows["kind"].eq("status").to_numpy()
    rounded = np.isin(relation, ["eq", "range"])
    half = np.where(rounded & ~status, rows["observed_step"].fillna(0.0), 0.0) / 2
    low, high = (
        rows["observed_low"].to_numpy(dtype=float) - half,
        rows["observed_high"].to_numpy(dtype=float) + half,
    )
    open_low = ~rounded & ~rows["observed_low_closed"].to_numpy()
    open_high = np.where(rounded, half > 0, ~rows["observed_high_closed"].to_numpy())
    under, over = low < rows["limits_low"].to_numpy(), high > rows["limits_high"].to_numpy()
    low, open_low = np.where(under, rows["limits_low"], low), open_low & ~under
    high, open_high = np.where(over, rows["limits_high"], high), open_high & ~over

    asked = rows["planned_relation"].to_numpy(dtype=object)
    # An interval is reached at its weaker end, a bound at the number that it names.
    weak = np.where(up, rows["planned_low"], rows["planned_high"]).astype(float)
    with_direction = np.where(up, np.isin(asked, ["ge", "gt"]), np.isin(asked, ["le", "lt"]))
    goal = np.where(
        asked == "eq", rows["planned"], np.where((asked == "range") | with_direction, weak, np.nan)
    )
    strict = np.isin(asked, ["gt", "lt"])
    return {
        "low": _round(np.where(up, low, -high)),
        "high": _round(np.where(up, high, -low)),
        "open_low": np.where(up, open_low, open_high),
        "open_high": np.where(up, open_high, open_low),
        "goal": goal,
        "asked": _round(np.where(up, goal, -goal)),
        "strict": strict,
        # How far below the target a value is still printed like it.
        "slack": np.where(strict | status, 0.0, rows["planned_step"].fillna(0.0)) / 2,
    }


def _round(numbers) -> np.ndarray:
    """Differences of printed numbers without their binary noise and without a minus before zero."""
    return np.round(np.asarray(numbers, dtype=float), _DIGITS) + 0.0


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Add gap, its limits and the verdict."""
    t = _turned(rows)
    obstacle = rows["why"].ne("").to_numpy()
    undirected = rows["sign"].isna().to_numpy()
    seen_point = rows["observed_relation"].eq("eq").to_numpy()
    low, high, asked = t["low"], t["high"], t["asked"]
    equal = seen_point & (_round(rows["observed"] - t["goal"]) == 0) & ~t["strict"]
    with np.errstate(invalid="ignore"):
        met = (low > asked) | (low == asked) & (~t["strict"] | t["open_low"])
        above = (low > asked) | (low == asked) & t["open_low"]
        below = (high < asked) | (high == asked) & (t["open_high"] | t["strict"])
        almost = below & (high > _round(asked - t["slack"]))
        gap = np.where(rows["sign"] < 0, -1.0, 1.0) * (rows["observed"] - t["goal"])
    # A status has no better or worse: only the same or not.
    met, not_met = np.where(undirected, False, met), np.where(undirected, below | above, below & ~almost)
    verdict = np.select([obstacle, equal | met, not_met], ["not_comparable", "met", "not_met"], "undecidable")
    open_ = verdict == "undecidable"
    about = rows["observed_relation"].eq("about") | rows["planned_relation"].eq("about")
    bounded = ~seen_point & rows["observed_relation"].ne("range")
    why = np.select(
        [obstacle, equal, open_ & about, open_ & np.isnan(asked), open_ & bounded, open_ & almost, open_],
        [rows["why"], _EQUAL, _ABOUT, _AGAINST, _BOUND, _ALMOST, _ROUNDING],
        "",
    )
    shown = ~obstacle & ~undirected
    return rows.assign(
        gap=_round(np.where(shown & seen_point, gap, np.nan)),
        gap_low=_round(np.where(shown, low - asked, np.nan)),
        gap_high=_round(np.where(shown, high - asked, np.nan)),
        verdict=verdict,
        why=why,
    )


# --------------------------------------------------------------------------------------------- methods


def _judgeable(rows: pd.DataFrame) -> pd.Series:
    """Rows whose observed value the growth-rate methods can use."""
    usable = rows["why"].isin(["", _EQUAL, _ALMOST, _ROUNDING, _YEAR, _WORD, _ABOUT, _AGAINST])
    planned = rows["document"].ne("") & rows["sign"].notna()
    return usable & planned & rows["observed_relation"].eq("eq") & rows["kind"].ne("flow")


def _series(observations: pd.DataFrame, sources: pd.DataFrame) -> dict[tuple, pd.DataFrame]:
    """Observed points by series, one a year: of several sources the one of the better grade."""
    grade = observations["source"].map(sources.set_index("id")["grade"])
    points = observations[observations["relation"].eq("eq")]
    points = points.assign(_grade=grade.map({name: k for k, name in enumerate(_GRADES)}).fillna(len(_GRADES)))
    points = points.sort_values(["year", "_grade"], kind="stable").drop_duplicates([*_SERIES, "year"])
    return dict(tuple(points.groupby(_SERIES, sort=False)[["year", "value"]]))


def _agreement(row, seen: dict[tuple, pd.DataFrame]) -> pd.DataFrame | None:
    """The published methods for one path as of one year; None without two points or an end value."""
    points = seen.get((row.place, row.indicator, row.basis))
    if points is None or pd.isna(row.target_year):
        return None
    points = points[points["year"] <= row.year]
    years, values = points["year"].astype(int).tolist(), points["value"].tolist()
    base_year = None if pd.isna(row.base_year) else int(row.base_year)
    base_from = "observed"
    if (
        base_year is not None
        and base_year not in years
        and row.base_relation == "eq"
        and base_year < row.year
    ):
        # The printed base is what the plan says was reached; what was observed earlier stays in front of it.
        at = sum(one < base_year for one in years)
        years.insert(at, base_year)
        values.insert(at, row.base)
        base_from = "plan"
    if len(years) < 2 or (base_year is not None and base_year not in years[:-1]):
        return None
    goal = row.target if row.target_relation == "eq" else row.target_low if row.sign > 0 else row.target_high
    if not np.isfinite(goal) or row.target_year < row.year:
        return None
    step = None if pd.isna(row.target_step) or row.target_step <= 0 else float(row.target_step)
    judged = progress.agreement(
        years, values, direction=row.direction, base_year=base_year, target_year=int(row.target_year), target=float(goal),
        step=step,
    )  # fmt: skip
    before = {
        **{"place": row.place, "indicator": row.indicator, "document": row.document, "variant": row.variant},
        **{"basis": row.basis, "year": row.year, "base_year": base_year or years[0], "base_from": base_from},
        **{"target_year": int(row.target_year), "target": float(goal)},
    }
    return pd.concat([pd.DataFrame([before] * len(judged)), judged], axis=1)


def _with_methods(rows: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Add one column per published method, and whether they disagree."""
    seen = _series(data.observations, data.sources)
    able = _judgeable(rows).to_numpy()
    found = []
    for position, row in enumerate(rows.itertuples()):
        part = _agreement(row, seen) if able[position] else None
        if part is None:
            blank = dict.fromkeys(["base_from", *progress.READINGS, "flags", "why_not"], "")
            found.append({**blank, "disagree": pd.NA})
            continue
        flags = sorted({flag for text in part["flags"] for flag in text.split()})
        found.append(
            {
                **dict(zip(part["method"], part["status"], strict=True)),
                "disagree": part["disagree"].iloc[0],
                "flags": " ".join(flags),
                "why_not": " ".join(
                    f"{', '.join(same['method'])}: {why}"
                    for why, same in part.groupby("why_not", sort=False)
                    if why
                ),
                "base_from": part["base_from"].iloc[0],
            }
        )
    added = pd.DataFrame(found, index=rows.index)
    return rows.assign(**{name: added[name] for name in added}).astype({"disagree": "boolean"})


# --------------------------------------------------------------------------------------------- schedule


def _with_start(rows: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Add the value at the end of the year before: observed, else as the plan prints it; zero for a flow."""
    ends = data.observations[[*_SERIES, "year", "printed", *_SET[:4], "step"]]
    last = data.quarters[data.quarters["quarter"] == 4]
    # The yearly value comes before that of the fourth quarter, which may be preliminary.
    ends = pd.concat(
        [part for part in (ends, last[list(ends.columns)]) if len(part)] or [ends], ignore_index=True
    )
    ends = ends[ends["relation"] == "eq"].drop_duplicates([*_SERIES, "year"])
    ends = ends.assign(year=ends["year"] + 1)[[*_SERIES, "year", "printed", "value", "step"]]
    ends.columns = [*_SERIES, "year", "seen_printed", "seen", "seen_step"]
    plan = _plan(data, list(rows["place"].unique()))
    plan = plan[plan["relation"] == "eq"].assign(year=plan["year"] + 1)
    plan = plan[[*_PATH, "year", "printed", "value", "step", "role"]]
    plan.columns = [*_PATH, "year", "before_printed", "before", "before_step", "before_role"]
    rows = rows.merge(ends.astype({"year": "int64"}), on=[*_SERIES, "year"], how="left")
    rows = rows.merge(plan, on=[*_PATH, "year"], how="left")
    flow = rows["kind"].eq("flow").to_numpy()
    seen, before = rows["seen"].notna().to_numpy(), rows["before"].notna().to_numpy()
    chosen = [flow, seen, before & rows["before_role"].eq("baseline").to_numpy(), before]
    return rows.assign(
        start=np.select(chosen, [0.0, rows["seen"], rows["before"], rows["before"]], np.nan),
        start_step=np.select(chosen, [0.0, rows["seen_step"], rows["before_step"], 0.0], np.nan),
        start_printed=np.select(
            chosen,
            [
                "",
                *(rows[name].astype(object) for name in ("seen_printed", "before_printed", "before_printed")),
            ],
            "",
        ),
        start_from=np.select(chosen, ["zero", "observed", "printed base", "planned"], ""),
    )


def _timed(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the share of the year's change that is reached, the share that has passed, and the verdict."""
    t = _turned(rows)
    sign = np.where(rows["sign"] < 0, -1.0, 1.0)
    elapsed = rows["quarter"].astype("Float64").fillna(4.0).to_numpy(dtype=float) / 4
    point = rows["observed_relation"].eq("eq").to_numpy()
    flow = rows["kind"].eq("flow").to_numpy()
    start, half = sign * rows["start"].to_numpy(dtype=float), rows["start_step"].to_numpy(dtype=float) / 2
    starts = (_round(start - half), _round(start + half))
    with np.errstate(invalid="ignore", divide="ignore"):
        planned, reached = _round(t["asked"] - start), _round(sign * rows["observed"].to_numpy() - start)
        corners = [(o - s) / (t["asked"] - s) for o in (t["low"], t["high"]) for s in starts]
        share_low, share_high = np.min(corners, axis=0), np.max(corners, axis=0)
        share = np.where(point, reached / planned, np.nan)
        adds, adds_not = t["asked"] > starts[1], t["asked"] <= starts[0]
    held = rows["direction"].isin(["at_least", "at_most"]).to_numpy() & ~flow
    why = np.select(
        [
            rows["why"].ne("").to_numpy(),
            rows["sign"].isna().to_numpy(),
            _falls(rows),
            rows["planned_relation"].eq("about").to_numpy(),
            np.isnan(t["asked"]),
            held,
            np.isnan(start),
            (planned == 0) | adds_not,
            ~adds,
            rows["observed_relation"].eq("about").to_numpy(),
        ],
        [
            rows["why"],
            _UNDIRECTED,
            _FALLS,
            _ABOUT,
            _AGAINST,
            _HELD,
            _START,
            _NOTHING,
            _OPEN_INCREMENT,
            _ABOUT,
        ],
        "",
    )
    shown = why == ""
    low, high = _round(share_low - elapsed), _round(share_high - elapsed)
    exact = point & (_round(share - elapsed) == 0)
    verdict = np.select(
        [
            np.isin(why, [_HELD, _NOTHING]),
            np.isin(why, [_OPEN_INCREMENT, _AGAINST, _ABOUT]),
            ~shown,
            exact | (low >= 0),
            (high < 0) | (high == 0) & t["open_high"],
        ],
        [_level(rows), "undecidable", "not_comparable", "on_schedule", "behind"],
        "undecidable",
    )
    undecided = shown & (verdict == "undecidable")
    why = np.select([undecided & point, undecided, shown & exact], [_ROUNDING, _BOUND, _EQUAL], why)
    return rows.assign(
        planned_change=planned,
        reached_change=reached,
        share_reached=_round(np.where(shown, share, np.nan)),
        share_low=_round(np.where(shown, share_low, np.nan)),
        share_high=_round(np.where(shown, share_high, np.nan)),
        share_elapsed=elapsed,
        ahead=_round(np.where(shown, share - elapsed, np.nan)),
        ahead_low=np.where(shown, low, np.nan),
        ahead_high=np.where(shown, high, np.nan),
        verdict=verdict,
        why=why,
    )


def _level(rows: pd.DataFrame) -> np.ndarray:
    """Whether the planned level is there, where nothing is to be added."""
    standing = {"met": "on_schedule", "not_met": "behind"}
    return _judged(rows.assign(why=""))["verdict"].map(standing).fillna("undecidable").to_numpy(dtype=object)


def _falls(rows: pd.DataFrame) -> np.ndarray:
    """Whether a flow is lower than in an earlier quarter of the same year, by more than the rounding."""
    flow = rows["kind"].eq("flow") & rows["observed_relation"].eq("eq")
    order = rows.assign(_at=np.arange(len(rows)), _quarter=rows["quarter"].astype("Float64").fillna(4.5))[
        flow
    ]
    order = order.sort_values("_quarter", kind="stable")
    half = order["observed_step"] / 2
    highest = (order["observed"] - half).groupby(
        [order[name] for name in [*_SERIES, "source", "document", "variant", "year"]]
    )
    falls = np.zeros(len(rows), dtype=bool)
    falls[order["_at"].to_numpy()] = (
        order["observed"] + half
    ).to_numpy() < highest.cummax().to_numpy() - 1e-9
    return falls


def _sorted(rows: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Places and indicators in the order of their tables, then by document, row, year and quarter."""
    place = {name: k for k, name in enumerate(data.places["id"])}
    indicator = {name: k for k, name in enumerate(data.indicators["id"])}
    keys = rows.assign(
        _place=rows["place"].map(place),
        _indicator=rows["indicator"].map(indicator),
        _quarter=rows["quarter"].astype("Float64").fillna(5.0) if "quarter" in rows else 0,
    )
    order = ["_place", "_indicator", "document", "variant", "basis", "year", "_quarter", "source"]
    rows = keys.sort_values(order, kind="stable", ignore_index=True)
    if "quarter" in rows:
        rows["quarter"] = rows["quarter"].astype("Int64")
    return rows
