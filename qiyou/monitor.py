"""Observed values of one's own set beside the plan: what was reached, and what the published methods say of it.

Observed values come from ``observations.csv`` in the folder of a county of one's own (`qiyou.load(also=…)`) or of the
repository. A value that cannot be set beside the plan keeps its row, and ``why`` says what is in the way.

- `table`: every yearly value beside the planned one, with verdict and published methods;
- `schedule`: quarterly and yearly values against the share of the year that has passed (序时进度), and `form`: the
  same as a work office files it.

What is compared with what
--------------------------
- What is promised is what is asked: a planned number is exact, and a planned bound in the direction of the goal
  (``≥32``, ``<5%``) is the threshold that it states. An observed value is rounded (`qiyou.intervals`). It meets the
  target if the printed number does or every number does that it stands for (`qiyou.relate`).
- An observed series has one basis (``basis`` in observations.csv: definition, denominator, count). ``plan`` states
  that it is counted as the plan counts it. For any other word the plan's printed base decides: an observed value of
  the same year that excludes it shows that the basis is another one, and then nothing of the series is compared.
- Planned values are never judged as if they were observed: the published methods see the printed base and what was
  observed, and the target only as target.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import disk, progress, words
from qiyou.errors import DataError
from qiyou.intervals import Box, above, box, boxed, by_role
from qiyou.notation import read
from qiyou.relate import clean, promised, relate
from qiyou.units import english

if TYPE_CHECKING:
    from qiyou.data import Data

VERDICTS = ("met", "not_met", "undecidable", "not_comparable")
STANDINGS = ("on_schedule", "behind", "undecidable", "not_comparable")
AS_PLANNED = "plan"
"""The basis that states: counted as the plan counts it."""

_SERIES = ["place", "indicator", "basis"]
_PATH = ["document", "place", "indicator", "variant", "origin"]
_SIGN = {"up": 1.0, "at_least": 1.0, "down": -1.0, "at_most": -1.0}
_GRADES = ("official", "press", "secondary", "derived")
_LONGEST_WORD = 20
_YEAR, _WORD = "the plan prints no value for this year", "the plan prints a word, no number"
_FALLS, _HELD = (
    "falls within the year: a flow is counted since January",
    "a level to be held, not a change to be reached",
)
_NOTHING, _OPEN = "the plan adds nothing in this year", "rounding leaves open what the plan adds in this year"
_BOUND = "only a bound or an approximate value is planned"
_NUMBER = r"[<>≤≥＜＞≦≧约]?[\d０-９.．,，]+(?:[—–~～-][\d０-９.．,，]+)?"

_WHERE = ["document", "origin", "locator", "variant", "unit", "direction"]
_SEEN = ["basis", "basis_check", "source", "grade"]
_TABLE = [
    "place",
    "indicator",
    "year",
    *_WHERE,
    "base_year",
    "base_printed",
    "base",
    "planned_printed",
    "planned",
]
_TABLE += ["planned_relation", "observed_printed", "observed", "observed_relation", *_SEEN]
_TABLE += ["gap", "gap_low", "gap_high", "verdict", "why", "target_year", "target", "base_from"]
_TABLE += [*progress.READINGS, "disagree", "flags", "why_not"]
_SCHEDULE = ["place", "indicator", "year", "quarter", *_WHERE, "start_printed", "start", "start_from"]
_SCHEDULE += ["planned_printed", "planned", "observed_printed", "observed", *_SEEN, "planned_change"]
_SCHEDULE += ["reached_change", "share_reached", "share_low", "share_high", "share_elapsed"]
_SCHEDULE += ["ahead", "ahead_low", "ahead_high", "verdict", "why"]


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
        - ``base_year, base_printed, base`` of the plan; ``planned_printed, planned, planned_relation`` for the year;
        - ``observed_printed, observed, observed_relation, basis, source, grade``, and ``basis_check``: *stated* (the
          basis is ``plan``), *agrees* (the observed value of the base year does not exclude the printed base),
          *unknown* (nothing was observed in the base year), *differs*;
        - ``gap, gap_low, gap_high`` in the unit; ``verdict`` (one of `VERDICTS`) and ``why``, in Chinese in the
          group ``why`` of words.csv;
        - ``target_year, target`` at the end of the path; ``base_from``: whether the methods start from an *observed*
          base or from the one that the *plan* prints; ``statcan, eurostat, destatis, un_chart``: the category that
          each published method gives (`qiyou.progress.agreement`), empty where it does not apply; ``disagree``:
          whether their readings differ; ``flags``; ``why_not``: which methods do not apply, and why.

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
    rows = _judged(_beside(data, data.observations, place, year))
    rows = rows.join(pd.DataFrame(_methods(rows, data), index=rows.index).astype({"disagree": "boolean"}))
    return _ordered(rows, data)[_TABLE]


def schedule(
    data: Data,
    place: str | Iterable[str] | None = None,
    *,
    year: int | None = None,
    quarter: int | None = None,
) -> pd.DataFrame:
    """How much of the year's planned change is reached, against how much of the year has passed (序时进度).

    With s the value at the end of the year before, p the planned value of the year and o the observed one, the share
    reached is (o − s)/(p − s). For a flow s = 0: the amount since January against the amount of the year. The share
    elapsed is quarter/4, and 1 for a yearly value. ``share_low, share_high`` are the limits over the rounding of s
    and o: the share is linear-fractional in each, so they lie at corners of the box as long as p − s keeps its sign.
    At the end of the year (a yearly value, or quarter 4), where the plan adds nothing in the year, and where a level
    is only to be held, the verdict is that of `table`: whether the planned level is there.

    Parameters
    ----------
    data, place, year
        As in `table`; the quarterly values are ``data.quarters``.
    quarter : int, optional
        Only this quarter; 4 is the end of the year.

    Returns
    -------
    DataFrame
        One row per observed value of a quarter or year and planned path: ``place, indicator, year, quarter`` (missing
        for a yearly value), ``document, origin, locator, variant, unit, direction``; ``start`` (s) and
        ``start_from``: *zero* (a flow), *observed*, *printed base*, *planned* (nothing was observed: the plan's own,
        exact value of the year before); ``planned, observed`` with the prints; ``basis, basis_check, source, grade``
        as in `table`; ``planned_change`` = d·(p − s), ``reached_change`` = d·(o − s) in the unit; ``share_reached``
        with limits; ``share_elapsed``; ``ahead`` = share_reached − share_elapsed with limits; ``verdict``:
        *on_schedule* (the whole interval of ``ahead`` is 0 or more), *behind*, *undecidable*, *not_comparable*;
        ``why``.

    Raises
    ------
    DataError
        As `table`.
    """
    if quarter not in (None, 1, 2, 3, 4):
        raise DataError(f"quarter is {quarter!r}; give 1, 2, 3 or 4")
    both = pd.concat([one for one in (data.observations, data.quarters) if len(one)] or [data.observations])
    both = both.assign(quarter=both.get("quarter", pd.NA)).astype({"quarter": "Int64"})
    rows = _beside(data, both[both["quarter"] == quarter] if quarter else both, place, year)
    return _ordered(_timed(_with_start(rows, data, both)), data)[_SCHEDULE]


# ------------------------------------------------------------------------------------------ observed beside planned


def _beside(data: Data, observations: pd.DataFrame, place, year: int | None) -> pd.DataFrame:
    """One row per observed value and path: what is printed on both sides, and what keeps them apart."""
    places = _places(data, place, observations)
    here = observations[observations["place"].isin(places)]
    rows = here if year is None else here[here["year"] == year]
    if rows.empty:
        when = (
            f" for {year}; the years at hand are {', '.join(map(str, sorted(set(here['year']))))}"
            if len(here)
            else ""
        )
        who = ", ".join(places) or "any place that has a plan"
        raise DataError(
            f"nothing was observed in {who}{when}; add rows to observations.csv in the folder of its plan"
        )
    plan = _planned(data, places)
    keys = [*_SERIES, "year", "source", *(["quarter"] if "quarter" in rows else [])]
    rows = _as("observed", _with_boxes(rows, data.indicators), ["printed"], [*keys, "unit"])
    rows = rows.rename(columns={"unit": "printed_unit"}).astype({"year": "int64"})
    based = plan[(plan["role"] == "baseline") & (plan["relation"] != "none")].assign(base_year=plan["year"])
    aimed = plan[plan["role"] == "target"].assign(target_year=plan["year"])
    first = aimed.groupby(_PATH)["year"].min().rename("first_year").reset_index()
    aimed = aimed[~aimed["relation"].isin(["none", "about"])]
    paths = plan[_PATH].drop_duplicates().merge(first, how="left")
    for name, part, printed in (("base", based, ["printed"]), ("target", aimed, [])):
        last = part.sort_values("year", kind="stable").drop_duplicates(_PATH, keep="last")
        paths = paths.merge(_as(name, last, printed, [*_PATH, f"{name}_year"]), on=_PATH, how="left")
    rows = rows.merge(paths, on=["place", "indicator"], how="left")
    cells = _as("planned", plan, ["printed"], [*_PATH, "year", "locator"])
    rows = rows.merge(cells, on=[*_PATH, "year"], how="left")
    texts = [
        name for name in (*_WHERE[:4], "base_printed", "planned_printed", "planned_relation", "base_relation")
    ]
    rows = rows.assign(**{name: rows[name].astype(object).where(rows[name].notna(), "") for name in texts})
    rows = rows.join(data.indicators.set_index("id")[["kind", "direction", "unit"]], on="indicator")
    rows = rows.astype(dict.fromkeys(["base_year", "target_year"], "Int64")).assign(
        sign=rows["direction"].map(_SIGN).astype(float),
        grade=rows["source"].map(data.sources.set_index("id")["grade"]).fillna(""),
    )
    rows["basis_check"] = _basis_check(rows, data)
    return rows.assign(obstacle=_obstacle(rows, data, plan))


def _as(name: str, rows: pd.DataFrame, texts: list[str], keys: list[str]) -> pd.DataFrame:
    """A print under a name of its own: its number as ``name``, the rest, and its box, as ``name_…``."""
    own = {"value": name} | {part: f"{name}_{part}" for part in (*texts, "relation", "step")}
    boxes = {part: part.replace("box_", f"{name}_", 1) for part in rows if part.startswith("box_")}
    return rows[[*keys, *own, *boxes]].rename(columns=own | boxes)


def _with_boxes(rows: pd.DataFrame, indicators: pd.DataFrame, reading="measured") -> pd.DataFrame:
    """What the prints leave open, as columns ``box_…``; a review is passed or not, unrounded."""
    facts = indicators.set_index("id").reindex(rows["indicator"])
    closed = {
        end: rows["relation"].isin(["eq", "range", own]) for end, own in (("low", "ge"), ("high", "le"))
    }
    rows = rows.assign(**{f"{end}_closed": flags for end, flags in closed.items()})
    reading = np.where(facts["kind"] == "status", "stipulated", reading)
    lower, upper = (facts[name].to_numpy(dtype=float) for name in ("lower", "upper"))
    return rows.assign(**box(rows, reading).within(lower, upper).columns("box"))


def _places(data: Data, place: str | Iterable[str] | None, seen: pd.DataFrame) -> list[str]:
    said = data.statements.loc[data.statements["indicator"] != "", "place"]
    planned = {*data.targets["place"], *said}
    if place is None:
        both = planned & set(seen["place"])
        return [one for one in data.places["id"] if one in both]
    asked = [getattr(data, "place", str)(one) for one in ([place] if isinstance(place, str) else place)]
    if bare := [one for one in asked if one not in planned]:
        raise DataError(
            f"no document plans anything for {bare[0]!r}, so there is nothing to set observed values beside; load "
            "the place's plan with qiyou.load(also=...)"
        )
    return asked


def _planned(data: Data, places: list[str]) -> pd.DataFrame:
    """What is planned for these places, and their bases: table cells, and figures of the text where no cell speaks."""
    cells = data.targets.assign(origin="table", locator="table:" + data.targets["row"].astype("str"))
    said = data.statements
    flows = data.indicators.loc[data.indicators["kind"] == "flow", "id"]
    wanted = said["kind"].isin(["target", "baseline"])
    wanted |= said["kind"].eq("annual_flow") & said["indicator"].isin(flows)
    said = said[wanted & said["indicator"].ne("") & said["year"].notna()]
    said = said[said["from_year"].isna() | (said["from_year"] == said["year"])]
    role = said["kind"].where(said["kind"].eq("baseline"), "target")
    said = said.assign(origin="text", locator="statement:" + said["id"].astype("str"), role=role, variant="")
    keys = ["document", "indicator", "year"]
    spoken = pd.MultiIndex.from_frame(said[keys]).isin(pd.MultiIndex.from_frame(cells[keys]))
    # What the text says twice is one target; where it contradicts itself, the plausibility checks say so.
    rows = pd.concat([cells, said[~spoken].drop_duplicates([*keys, "role"])], ignore_index=True)
    rows = rows[rows["place"].isin(places)].astype({"year": "int64"})
    return _with_boxes(rows, data.indicators, by_role(rows))


def _basis_check(rows: pd.DataFrame, data: Data) -> np.ndarray:
    """Whether what was observed in the base year excludes the plan's printed base."""
    seen = _with_boxes(data.observations, data.indicators).rename(columns={"year": "base_year"})
    seen = seen.groupby([*_SERIES, "base_year"]).agg(low=("box_low", "min"), high=("box_high", "max"))
    both = rows[[*_SERIES, "base_year"]].merge(seen.reset_index(), how="left")
    base = boxed(rows, "base")
    unknown = both["low"].isna() | ~base.known
    excluded = above(base.low, both["high"]) | above(both["low"], base.high)
    return np.select(
        [rows["basis"] == AS_PLANNED, unknown, excluded], ["stated", "unknown", "differs"], "agrees"
    )


def _obstacle(rows: pd.DataFrame, data: Data, plan: pd.DataFrame) -> np.ndarray:
    """What keeps an observed value from being set beside the plan; the empty string where nothing does."""
    absent, planned = rows["document"].eq(""), rows["planned_relation"]
    short = [text for text in rows["planned_printed"].unique() if 0 < len(text) <= _LONGEST_WORD]
    # A word such as 动态清零, not a dash or an empty cell.
    word = rows["planned_printed"].isin([text for text in short if read(text).note])
    cases = {
        "the plan counts a related indicator of another definition": absent & _related(rows, data, plan),
        "the plan has no such indicator": absent,
        "observed in another unit": rows["printed_unit"] != rows["unit"],
        "counted on another basis: the observed value of the base year is not the plan's base": rows[
            "basis_check"
        ].eq("differs"),
        "before the first planned year": rows["year"] < rows["first_year"].fillna(0),
        _YEAR: planned.eq("") | (planned.eq("none") & ~word),
        "no number was observed": rows["observed_relation"].eq("none"),
        _WORD: planned.eq("none"),
        "the indicator has no better or worse": rows["sign"].isna() & rows["direction"].ne("status"),
    }
    return np.select(list(cases.values()), list(cases), "").astype(object)


def _related(rows: pd.DataFrame, data: Data, plan: pd.DataFrame) -> np.ndarray:
    """Whether the place plans an indicator that the alias table keeps apart from the one observed."""
    names = data.aliases[["maps", "indicator", "name"]]
    meant = names[names["maps"] == "yes"].rename(columns={"indicator": "planned"})
    apart = names[names["maps"] == "no"].merge(meant, on="name")
    planned = plan[["place", "indicator"]].drop_duplicates().rename(columns={"indicator": "planned"})
    apart = planned.merge(apart, on="planned")[["place", "indicator"]]
    return pd.MultiIndex.from_frame(rows[["place", "indicator"]]).isin(pd.MultiIndex.from_frame(apart))


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Add gap, its limits, the verdict and what decides."""
    asked, strict = promised(boxed(rows, "planned"), rows["sign"].fillna(1.0))
    found = relate(boxed(rows, "observed"), asked, rows["sign"], strict=strict)
    found = found.set_axis(rows.index)
    blocked = rows["obstacle"] != ""
    gaps = {name: found[name].where(~blocked) for name in ("gap", "gap_low", "gap_high")}
    verdict = found["verdict"].where(~blocked, "not_comparable")
    return rows.assign(**gaps, verdict=verdict, why=found["why"].where(~blocked, rows["obstacle"]))


def _ordered(rows: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Places and indicators in the order of their tables, then by document, row, year and quarter."""
    ranks = {
        f"_{name}": pd.Index(getattr(data, f"{name}s")["id"]).get_indexer(rows[name])
        for name in ("place", "indicator")
    }
    rows = rows.assign(**ranks, _quarter=rows["quarter"].fillna(5) if "quarter" in rows else 0)
    order = ["_place", "_indicator", "document", "variant", "basis", "year", "_quarter", "source"]
    return rows.sort_values(order, kind="stable", ignore_index=True)


# --------------------------------------------------------------------------------------------- the published methods


def _methods(rows: pd.DataFrame, data: Data) -> list[dict]:
    """For each row what the published methods give as of its year, and from where to where they look."""
    grade = data.observations["source"].map(data.sources.set_index("id")["grade"])
    rank = grade.map({name: k for k, name in enumerate(_GRADES)}).fillna(len(_GRADES))
    # One point a year: of several sources the one of the better grade.
    points = data.observations.assign(rank=rank)[data.observations["relation"].eq("eq")]
    points = points.sort_values(["year", "rank"], kind="stable").drop_duplicates([*_SERIES, "year"])
    series = {key: part.set_index("year")["value"].to_dict() for key, part in points.groupby(_SERIES)}
    asked, _ = promised(boxed(rows, "target"), rows["sign"].fillna(1.0))
    rows = rows.assign(
        target=np.where(asked.exact, asked.point, np.nan),
        hindrance=np.select(
            [
                # The methods look at the end of the plan: the year itself may have no planned number.
                ~rows["obstacle"].isin(["", _YEAR, _WORD]),
                rows["sign"].isna(),
                rows["kind"] == "flow",
                rows["observed_relation"] != "eq",
            ],
            [
                rows["obstacle"],
                "the indicator has no better or worse",
                "a flow is counted within its year: `schedule` follows it",
                "no single number was observed",
            ],
            "",
        ),
    )
    return [_agreement(row, series) for row in rows.itertuples()]


def _agreement(row, series: dict[tuple, dict[int, float]]) -> dict:
    """What each published method gives for one path as of one year."""
    base_year = None if pd.isna(row.base_year) else int(row.base_year)
    why, seen, base_from = row.hindrance, {}, "observed"
    if not why:
        seen = {
            year: value
            for year, value in series[row.place, row.indicator, row.basis].items()
            if year <= row.year
        }
        if (
            base_year is not None
            and base_year not in seen
            and base_year < row.year
            and row.base_relation == "eq"
        ):
            # The printed base is what the plan says was reached; what was observed earlier stays in front of it.
            seen, base_from = dict(sorted((seen | {base_year: row.base}).items())), "plan"
        if pd.isna(row.target_year) or np.isnan(row.target):
            why = "the plan does not end in a number to be reached"
        elif row.target_year < row.year:
            why = "after the last planned number"
        elif (min(seen) if base_year is None else base_year) not in list(seen)[:-1]:
            why = "no exact earlier value to start from"
    if why:
        texts = dict.fromkeys([*progress.READINGS, "base_from", "flags"], "")
        return texts | {"disagree": pd.NA, "why_not": f"{', '.join(progress.READINGS)}: {why}"}
    found = progress.agreement(
        list(seen),
        list(seen.values()),
        direction=row.direction,
        base_year=min(seen) if base_year is None else base_year,
        target_year=int(row.target_year),
        target=row.target,
        step=row.target_step if row.target_step > 0 else None,
    )
    left_out = found[found["why_not"] != ""].groupby("why_not", sort=False)["method"].agg(", ".join)
    return {
        **dict(zip(found["method"], found["status"], strict=True)),
        "base_from": base_from,
        "disagree": found["disagree"].iloc[0],
        "flags": " ".join(sorted(set(" ".join(found["flags"]).split()))),
        "why_not": " ".join(f"{methods}: {why}" for why, methods in left_out.items()),
    }


# ------------------------------------------------------------------------------------------------- within the year


def _with_start(rows: pd.DataFrame, data: Data, observed: pd.DataFrame) -> pd.DataFrame:
    """Add the value at the end of the year before: observed, else as the plan prints it; zero for a flow."""
    ends = observed[observed["relation"].eq("eq") & ~observed["quarter"].isin([1, 2, 3])]
    # The yearly value comes before that of the fourth quarter, which may be preliminary.
    ends = ends.sort_values("quarter", na_position="first", kind="stable").drop_duplicates([*_SERIES, "year"])
    plan = _planned(data, list(rows["place"].unique()))
    plan = plan[plan["relation"] == "eq"]
    for name, before, keys in (
        ("seen", _with_boxes(ends, data.indicators), _SERIES),
        ("before", plan, _PATH),
    ):
        before = before.assign(year=before["year"].astype("int64") + 1, role=before.get("role", ""))
        rows = rows.merge(
            _as(name, before, ["printed", "role"], [*keys, "year"]), on=[*keys, "year"], how="left"
        )
    flow, seen, printed = rows["kind"].eq("flow"), rows["seen"].notna(), rows["before"].notna()
    zero = np.zeros(len(rows))
    never = zero.astype(bool)
    nothing = Box(zero, zero, never, never, zero, ~never)
    start = nothing.where(flow.to_numpy(), boxed(rows, "seen").where(seen.to_numpy(), boxed(rows, "before")))
    base = printed & rows["before_role"].eq("baseline")
    prints = [np.where(flow, "", rows["seen_printed"]), rows["before_printed"]]
    return rows.assign(
        **start.columns("start"),
        start=start.point,
        start_printed=pd.Series(np.where(flow | seen, *prints), index=rows.index).fillna(""),
        start_from=np.select(
            [flow, seen, base, printed], ["zero", "observed", "printed base", "planned"], ""
        ),
    )


def _timed(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the share of the year's change that is reached, the share that has passed, and the verdict."""
    sign = rows["sign"].fillna(1.0).to_numpy()
    asked = promised(boxed(rows, "planned"), sign)[0].turned(sign)
    goal = np.where(asked.exact, asked.point, np.nan)
    seen, start = (boxed(rows, name).turned(sign) for name in ("observed", "start"))
    point, elapsed = seen.exact, rows["quarter"].astype("Float64").fillna(4.0).to_numpy(dtype=float) / 4
    with np.errstate(invalid="ignore", divide="ignore"):
        planned, reached = clean(goal - start.point), clean(seen.point - start.point)
        corners = [(o - s) / (goal - s) for o in (seen.low, seen.high) for s in (start.low, start.high)]
        low, high = (clean(end(corners, axis=0) - elapsed) for end in (np.min, np.max))
        share = np.where(point, reached / planned, np.nan)
    cases = {
        "obstacle": rows["obstacle"] != "",
        "the indicator has no better or worse": rows["sign"].isna(),
        _FALLS: _falls(rows),
        _BOUND: np.isnan(goal),
        _HELD: rows["direction"].isin(["at_least", "at_most"]) & (rows["kind"] != "flow"),
        "no value for the end of the year before": ~start.known,
        _NOTHING: (planned == 0) | ~above(goal, start.low),
        _OPEN: ~above(goal, start.high),
    }
    why = np.select(list(cases.values()), list(cases), "").astype(object)
    why = np.where(why == "obstacle", rows["obstacle"], why)
    shown = why == ""
    exact = point & (clean(share - elapsed) == 0)
    level = _judged(rows)
    standing = level["verdict"].replace({"met": "on_schedule", "not_met": "behind"}).to_numpy()
    by_level = (elapsed == 1) & (why != _FALLS) | np.isin(why, [_HELD, _NOTHING])
    verdict = np.select(
        [
            by_level,
            np.isin(why, [_OPEN, _BOUND]),
            ~shown,
            exact | (low >= 0),
            (high < 0) | (high == 0) & seen.high_open,
        ],
        [standing, "undecidable", "not_comparable", "on_schedule", "behind"],
        "undecidable",
    )
    undecided = shown & (verdict == "undecidable")
    # What is in the way of a share is still to be told where it does not keep the level from being judged.
    told = by_level & (shown | (level["verdict"] == "undecidable").to_numpy())
    remarks = [level["why"], "rounding decides", "a bound leaves it open", "equal as printed"]
    why = np.select([told, undecided & point, undecided, shown & exact], remarks, why)
    numbers = {
        "planned_change": planned,
        "reached_change": reached,
        "share_elapsed": elapsed,
        "share_reached": clean(np.where(shown, share, np.nan)),
        "share_low": clean(np.where(shown, low + elapsed, np.nan)),
        "share_high": clean(np.where(shown, high + elapsed, np.nan)),
        "ahead": clean(np.where(shown, share - elapsed, np.nan)),
        "ahead_low": np.where(shown, low, np.nan),
        "ahead_high": np.where(shown, high, np.nan),
    }
    return rows.assign(**numbers, verdict=verdict, why=why)


def _falls(rows: pd.DataFrame) -> np.ndarray:
    """Whether a flow is lower than in an earlier quarter of the same year, by more than the rounding."""
    order = rows[rows["kind"].eq("flow") & rows["observed_relation"].eq("eq")]
    order = order.assign(quarter=order["quarter"].fillna(5)).sort_values("quarter", kind="stable")
    years = [order[name] for name in [*_SERIES, "source", "document", "variant", "year"]]
    falls = above(order["observed_low"].groupby(years).cummax(), order["observed_high"])
    return rows.index.isin(order.index[falls])


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
        One row per row of `rows`, every cell text: number, place, indicator, unit, period (``2024年1—9月``), value at
        the end of the year before (``60（计划数）`` where nothing was observed and the plan's own value stands in),
        target, reached, share of the year's change (as an interval where rounding leaves more than a percentage
        point), share of the year passed, standing, remark. Excel and WPS open the file that
        ``to_csv(path, index=False, encoding="utf-8-sig")`` writes.

    Raises
    ------
    DataError
        If there are no rows, or the language is another one.
    """
    said = words.group("form", lang)
    if rows.empty or any(name not in rows for name in _SCHEDULE):
        raise DataError("there are no rows to file; hand in what `schedule` returns")
    names = {
        name: frame.set_index("id")[f"name_{lang}"]
        for name, frame in (("place", data.places), ("indicator", data.indicators))
    }
    quarter = rows["quarter"].isna()
    period = np.where(quarter, "form_year", "form_quarter")
    dates = rows[["year", "quarter"]].assign(month=3 * rows["quarter"])
    planned = {
        name: _as_planned(rows[f"{name}_printed"], rows, rows["year"] - past, data)
        for name, past in (("planned", 0), ("start", 1))
    }
    start = planned["start"].where(
        rows["start_from"].isin(["planned", "printed base"]), rows["start_printed"]
    )
    cells = {
        "number": [str(number) for number in range(1, len(rows) + 1)],
        "place": rows["place"].map(names["place"]),
        "indicator": rows["indicator"].map(names["indicator"]),
        "unit": rows["unit"] if lang == "zh" else rows["unit"].map(english),
        "period": words.say_each(period, lang, dates),
        "start": start.mask(rows["start_from"].eq("planned"), start + said["of_plan"]),
        "planned": planned["planned"],
        "observed": rows["observed_printed"],
        "reached": [
            _percentages(*own, said["to"])
            for own in rows[["share_reached", "share_low", "share_high"]].to_numpy()
        ],
        "elapsed": [f"{share:.0%}" for share in rows["share_elapsed"]],
        "verdict": rows["verdict"].map(words.group("standing", lang)),
        "why": rows["why"].replace(words.group("why", lang)),
    }
    texts = {said[name]: pd.Series(list(cell), dtype="str").fillna("") for name, cell in cells.items()}
    # It is made for a spreadsheet, which must not run a name as a formula.
    return pd.DataFrame(texts).map(disk.neutral).astype("str")


def _as_planned(printed: pd.Series, rows: pd.DataFrame, years: pd.Series, data: Data) -> pd.Series:
    """Numbers of the plan with the unit that its table prints beside them, where that is a multiple (万人)."""
    cells = data.targets.assign(locator="table:" + data.targets["row"].astype("str"))
    units = cells.set_index(["document", "locator", "year"])["printed_unit"]
    cell = pd.MultiIndex.from_arrays([rows["document"], rows["locator"], years])
    unit = units.reindex(cell).fillna("").set_axis(rows.index)
    multiples = {name for name in unit.unique() if name and read("1", name).value != 1}
    return printed.where(~(unit.isin(multiples) & printed.str.fullmatch(_NUMBER)), printed + unit)


def _percentages(share: float, low: float, high: float, to: str) -> str:
    if not np.isfinite(low) or not np.isfinite(high):
        return ""
    text = f"{share:.1%}" if high - low < 0.01 and not np.isnan(share) else f"{low:.0%}{to}{high:.0%}"
    # A spreadsheet takes a leading hyphen for the start of a formula.
    return text.replace("-", "−")
