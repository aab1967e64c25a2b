"""Observed values of one's own set beside the plan: what was reached, and what published methods say of it.

Observed values come from ``observations.csv`` in the folder of a county of one's own (`qiyou.load(also=…)`)
or of the repository. A value that cannot be set beside the plan keeps its row, and ``why`` says what is in
the way.

- `table`: every yearly value beside the planned one, with verdict and published methods;
- `schedule`: quarterly and yearly values against the share of the year that has passed (序时进度), and
  `form`: the same as a work office files it.

What is compared with what
--------------------------
- What is promised is what is asked: a planned number is exact, and a planned bound in the direction of the
  goal (``≥32``, ``<5%``) is the threshold that it states. An observed value is rounded (`qiyou.intervals`).
  It meets the target if the printed number does or every number does that it stands for (`qiyou.relate`).
- An observed series has one basis (``basis`` in observations.csv: definition, denominator, count). ``plan``
  states that it is counted as the plan counts it. For any other word the plan's printed base decides: an
  observed value of the same year that excludes it shows that the basis is another one, and then nothing of
  the series is compared.
- Planned values are never judged as if they were observed: the published methods see the printed base and
  what was observed, and the target only as target.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou import disk, progress, words
from qiyou.compare.references import ordered
from qiyou.data.prints import only_text
from qiyou.data.schema import GRADES
from qiyou.errors import Message, need
from qiyou.intervals import Box, above, bounded, boxed, by_role
from qiyou.notation import read
from qiyou.relate import SIGN, clean, promised, relate

if TYPE_CHECKING:
    from qiyou.data import Data

Names = str | Iterable[str] | None

VERDICTS = ("met", "not_met", "undecidable", "not_comparable")
STANDINGS = ("on_schedule", "behind", "undecidable", "not_comparable")
AS_PLANNED = "plan"
"""The basis that states: counted as the plan counts it."""

_SERIES = ["place", "indicator", "basis"]
_PATH = ["document", "place", "indicator", "variant", "origin"]
_YEAR, _WORD = "the plan prints no value for this year", "the plan prints a word, no number"
_FALLS = "falls within the year: a flow is counted since January"
_HELD = "a level to be held, not a change to be reached"
_NOTHING, _OPEN = "the plan adds nothing in this year", "rounding leaves open what the plan adds in this year"
_BASIS = "counted on another basis: the observed value of the base year is not the plan's base"
_UNDIRECTED = "the indicator has no better or worse"
_BOUND = "only a bound or an approximate value is planned"
_SCHEDULE = words.columns("monitor.schedule")
_NUMBER = r"[<>≤≥＜＞≦≧约]?[\d０-９.．,，]+(?:[—–~～-][\d０-９.．,，]+)?"


def table(data: Data, place: Names = None, *, year: int | None = None) -> pd.DataFrame:
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
          *stated* (the basis is ``plan``), *agrees* (the observed value of the base year does not
          exclude the printed base),
          *unknown* (nothing was observed in the base year), *differs*;
        - ``gap, gap_low, gap_high`` in the unit; ``verdict`` (one of `VERDICTS`) and ``why``, in Chinese in
          the group ``why`` of words.csv;
        - ``target_year, target`` at the end of the path; ``base_from``: whether the methods start from an
          *observed* base or from the one that the *plan* prints; ``statcan, eurostat, destatis, un_chart``:
          the category that each published method gives (`qiyou.progress.agreement`), empty where it does not
          apply; ``disagree``: whether their readings differ; ``flags``; ``why_not``: which methods do not
          apply, and why.

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
    judged = pd.DataFrame(_methods(rows, data), index=rows.index).astype({"disagree": "boolean"})
    rows = rows.assign(**judged)
    return _ordered(rows, data)[words.columns("monitor.table")]


def schedule(
    data: Data, place: Names = None, *, year: int | None = None, quarter: int | None = None
) -> pd.DataFrame:
    """How much of the year's planned change is reached, against how much of the year has passed (序时进度).

    With s the value at the end of the year before, p the planned value of the year and o the observed one,
    the share reached is (o − s)/(p − s). For a flow s = 0: the amount since January against the amount of
    the year. The share elapsed is quarter/4, and 1 for a yearly value. ``share_low, share_high`` are the
    limits over the rounding of s and o: the share is linear-fractional in each, so they lie at corners of
    the box as long as p − s keeps its sign. At the end of the year (a yearly value, or quarter 4), where the
    plan adds nothing in the year, and where a level is only to be held, the verdict is that of `table`:
    whether the planned level is there.

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
        and ``start_from``: *zero* (a flow), *observed*, *printed base*, *planned* (nothing was observed:
        the plan's own value of the year before); ``planned, observed`` with the prints;
        ``basis, basis_check, source, grade`` as in `table`;
        ``planned_change`` = d·(p − s), ``reached_change`` = d·(o − s) in the unit;
        ``share_reached`` with limits; ``share_elapsed``; ``ahead`` = share_reached − share_elapsed with
        limits; ``verdict``: *on_schedule* (the whole interval of ``ahead`` is 0 or more), *behind*,
        *undecidable*, *not_comparable*; ``why``.

    Raises
    ------
    DataError
        As `table`.

    Examples
    --------
    >>> import qiyou
    >>> rows = schedule(qiyou.load(), "zhejiang")
    >>> rows.loc[0, ["verdict", "why"]].tolist()
    ['not_comparable', 'the plan has no such indicator']
    """
    need(quarter in (None, 1, 2, 3, 4), "monitor.quarter", quarter=repr(quarter))
    both = pd.concat([one for one in (data.observations, data.quarters) if len(one)] or [data.observations])
    both = both.assign(quarter=both.get("quarter", pd.NA)).astype({"quarter": "Int64"})
    rows = _beside(data, both[both["quarter"] == quarter] if quarter else both, place, year)
    return _ordered(_timed(_with_start(rows, data, both)), data)[_SCHEDULE]


# ----------------------------------------------------------------------------- observed beside planned


def _beside(data: Data, observations: pd.DataFrame, place, year: int | None) -> pd.DataFrame:
    """One row per observed value and path: what is printed on both sides, and what keeps them apart."""
    places = _places(data, place, observations)
    here = observations[observations["place"].isin(places)]
    rows = here if year is None else here[here["year"] == year]
    years = list(map(str, sorted(set(here["year"]))))
    when = Message("monitor.years", year=year, years=years) if years else ""
    need(not rows.empty, "monitor.nothing", who=places or Message("monitor.anywhere"), when=when)
    plan = _planned(data, places)
    keys = [name for name in (*_SERIES, "year", "source", "quarter", "unit") if name in rows]
    rows = _as("observed", _with_boxes(rows, data.indicators), ["printed"], keys).astype({"year": "int64"})
    aimed = plan[plan["role"] == "target"]
    paths = plan[_PATH].drop_duplicates()
    paths = paths.merge(aimed.groupby(_PATH)["year"].min().rename("first_year").reset_index(), how="left")
    based = plan[(plan["role"] == "baseline") & (plan["relation"] != "none")]
    for name, part in (("base", based), ("target", aimed[~aimed["relation"].isin(["none", "about"])])):
        last = part.sort_values("year", kind="stable").drop_duplicates(_PATH, keep="last")
        paths = paths.merge(_as(name, last, ["year", "printed"], _PATH), on=_PATH, how="left")
    rows = rows.merge(paths, on=["place", "indicator"], how="left")
    asked = _as("planned", plan, ["printed"], [*_PATH, "year", "locator"])
    rows = rows.merge(asked, on=[*_PATH, "year"], how="left")
    texts = [*_PATH[:1], "variant", "origin", "locator", "base_printed", "base_relation"]
    texts += ["planned_printed", "planned_relation"]
    rows = rows.assign(**{name: rows[name].astype(object).where(rows[name].notna(), "") for name in texts})
    facts = data.indicators.set_index("id")[["kind", "direction", "unit"]]
    rows = rows.rename(columns={"unit": "unit_seen"}).join(facts, on="indicator")
    rows = rows.astype(dict.fromkeys(["base_year", "target_year"], "Int64")).assign(
        sign=rows["direction"].map(SIGN).astype(float),
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
    return rows.assign(**bounded(rows, reading, indicators.set_index("id")).columns("box"))


def _places(data: Data, place: Names, seen: pd.DataFrame) -> list[str]:
    planned = set(data.planned()["place"])
    if place is None:
        return [one for one in data.places["id"] if one in planned & set(seen["place"])]
    asked = [data.place(one) for one in ([place] if isinstance(place, str) else place)]
    bare = [one for one in asked if one not in planned]
    need(not bare, "monitor.no_plan", place=bare[:1])
    return asked


def _planned(data: Data, places: list[str]) -> pd.DataFrame:
    """What is planned for these places, and their bases: a table cell goes before the running text."""
    bases = data.printed[data.printed["role"].eq("baseline") & data.printed["year"].notna()]
    rows = pd.concat([bases.sort_values("origin", kind="stable"), data.planned()], ignore_index=True)
    rows = rows[rows["place"].isin(places) & (rows["from_year"].isna() | (rows["from_year"] == rows["year"]))]
    keys = ["document", "place", "indicator", "year", "role"]
    rows = rows[(rows["origin"].ne("text") | only_text(rows, keys)) & rows["indicator"].ne("")]
    rows = rows.drop_duplicates([*keys, "variant"])
    rows = rows.astype({"year": "int64"})
    return _with_boxes(rows, data.indicators, by_role(rows))


def _basis_check(rows: pd.DataFrame, data: Data) -> np.ndarray:
    """Whether what was observed in the base year excludes the plan's printed base."""
    seen = _with_boxes(data.observations, data.indicators).rename(columns={"year": "base_year"})
    seen = seen.groupby([*_SERIES, "base_year"]).agg(low=("box_low", "min"), high=("box_high", "max"))
    both = rows[[*_SERIES, "base_year"]].merge(seen.reset_index(), how="left")
    base = boxed(rows, "base")
    unknown = both["low"].isna() | ~base.known
    excluded = above(base.low, both["high"]) | above(both["low"], base.high)
    cases = {"stated": rows["basis"] == AS_PLANNED, "unknown": unknown, "differs": excluded}
    return np.select([*cases.values()], [*cases], "agrees")


def _obstacle(rows: pd.DataFrame, data: Data, plan: pd.DataFrame) -> np.ndarray:
    """What keeps an observed value from being set beside the plan; the empty string where nothing does."""
    absent, planned = rows["document"].eq(""), rows["planned_relation"]
    cases = {
        "the plan counts a related indicator of another definition": absent & _related(rows, data, plan),
        "the plan has no such indicator": absent,
        "observed in another unit": rows["unit_seen"] != rows["unit"],
        _BASIS: rows["basis_check"].eq("differs"),
        "before the first planned year": rows["year"] < rows["first_year"].fillna(0),
        _YEAR: planned.eq(""),
        "no number was observed": rows["observed_relation"].eq("none"),
        _WORD: planned.eq("none"),
        _UNDIRECTED: rows["sign"].isna() & rows["direction"].ne("status"),
    }
    return _first(cases, rows)


def _first(cases: dict[str, ArrayLike], rows: pd.DataFrame) -> np.ndarray:
    """For each row the first case that holds, or "" where none does; *obstacle* stands for the row's own."""
    first = np.select([*cases.values()], [*cases], "").astype(object)
    return np.where(first == "obstacle", rows["obstacle"], first) if "obstacle" in cases else first


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
    found, blocked = found.set_axis(rows.index), rows["obstacle"] != ""
    gaps = found[["gap", "gap_low", "gap_high"]].where(~blocked)
    verdict = found["verdict"].where(~blocked, "not_comparable")
    return rows.assign(**gaps, verdict=verdict, why=found["why"].where(~blocked, rows["obstacle"]))


def _ordered(rows: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Places and indicators in the order of their tables, then by document, row, year and quarter."""
    order = ["place", "indicator", "document", "variant", "basis", "year", "quarter", "source"]
    order = [name for name in order if name in rows]
    return ordered(rows, order, place=data.places["id"], indicator=data.indicators["id"])


# ------------------------------------------------------------------------------- the published methods


def _methods(rows: pd.DataFrame, data: Data) -> list[dict]:
    """For each row what the published methods give as of its year, and from where to where they look."""
    grade = data.observations["source"].map(data.sources.set_index("id")["grade"])
    rank = grade.map({name: rank for rank, name in enumerate(GRADES)})
    # One point a year: of several sources the one of the better grade.
    points = data.observations.assign(rank=rank)[data.observations["relation"] == "eq"]
    points = points.sort_values(["year", "rank"], kind="stable").drop_duplicates([*_SERIES, "year"])
    by = points.groupby(_SERIES)
    series = {key: dict(zip(part["year"], part["value"], strict=True)) for key, part in by}
    asked, _ = promised(boxed(rows, "target"), rows["sign"].fillna(1.0))
    cases = {
        # The methods look at the end of the plan: the year itself may have no planned number.
        "obstacle": ~rows["obstacle"].isin(["", _YEAR, _WORD]),
        _UNDIRECTED: rows["sign"].isna(),
        "a flow is counted within its year: `schedule` follows it": rows["kind"] == "flow",
        "no single number was observed": rows["observed_relation"] != "eq",
    }
    rows = rows.assign(target=np.where(asked.exact, asked.point, np.nan), hindrance=_first(cases, rows))
    keys = zip(rows["place"], rows["indicator"], rows["basis"], strict=True)
    return [_agreement(row, series.get(key, {})) for row, key in zip(rows.itertuples(), keys, strict=True)]


def _agreement(row, series: dict[int, float]) -> dict:
    """What each published method gives for one path as of one year."""
    seen, base_from = {int(year): value for year, value in series.items() if year <= row.year}, "observed"
    base_year = min(seen, default=0) if pd.isna(row.base_year) else int(row.base_year)
    if base_year not in seen and base_year < row.year and row.base_relation == "eq":
        # The printed base is what the plan says was reached; what was observed earlier stays in front of it.
        seen, base_from = dict(sorted((seen | {base_year: row.base}).items())), "plan"
    cases = {
        row.hindrance: row.hindrance,
        "the plan does not end in a number to be reached": pd.isna(row.target_year) or np.isnan(row.target),
        "after the last planned number": not pd.isna(row.target_year) and row.target_year < row.year,
        "no exact earlier value to start from": base_year not in list(seen)[:-1],
    }
    if why := next((reason for reason, holds in cases.items() if holds), ""):
        texts = dict.fromkeys([*progress.READINGS, "base_from", "flags"], "")
        why_not = f"{', '.join(progress.READINGS)}: {why}"
        return texts | {"target": row.target, "disagree": pd.NA, "why_not": why_not}
    aim = {"target_year": int(row.target_year), "target": row.target, "direction": row.direction}
    step = row.target_step if row.target_step > 0 else None
    found = progress.agreement(list(seen), list(seen.values()), base_year=base_year, step=step, **aim)
    left_out = found[found["why_not"] != ""].groupby("why_not", sort=False)["method"].agg(", ".join)
    return dict(zip(found["method"], found["status"], strict=True)) | {
        "target": row.target,
        "base_from": base_from,
        "disagree": found["disagree"].iloc[0],
        "flags": " ".join(sorted(set(" ".join(found["flags"]).split()))),
        "why_not": " ".join(f"{methods}: {why}" for why, methods in left_out.items()),
    }


# ------------------------------------------------------------------------------------- within the year


def _with_start(rows: pd.DataFrame, data: Data, observed: pd.DataFrame) -> pd.DataFrame:
    """Add the value at the end of the year before: observed, else as the plan prints it; zero for a flow."""
    # The yearly value comes before that of the fourth quarter, which may be preliminary.
    ends = observed[~observed["quarter"].isin([1, 2, 3])].assign(role="observed")
    ends = ends.sort_values("quarter", na_position="first", kind="stable")
    ends = _with_boxes(ends, data.indicators)
    plan = _planned(data, list(rows["place"].unique()))
    for name, before, keys in (("seen", ends, [*_SERIES, "year"]), ("before", plan, [*_PATH, "year"])):
        before = before[before["relation"] == "eq"].drop_duplicates(keys)
        before = _as(name, before.assign(year=before["year"].astype("int64") + 1), ["printed", "role"], keys)
        rows = rows.merge(before, on=keys, how="left")
    flow, seen, printed = rows["kind"] == "flow", rows["seen"].notna(), rows["before"].notna()
    zero, never = np.zeros(len(rows)), np.zeros(len(rows), dtype=bool)
    start = boxed(rows, "seen").where(seen, boxed(rows, "before"))
    start = Box(zero, zero, never, never, zero, ~never).where(flow, start)
    base = rows["before_role"].eq("baseline")
    cases = {"zero": flow, "observed": seen, "printed base": base, "planned": printed}
    return rows.assign(
        **start.columns("start"),
        start=start.point,
        start_printed=rows["seen_printed"].where(seen, rows["before_printed"]).where(~flow).fillna(""),
        start_from=np.select([*cases.values()], [*cases], ""),
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
        _UNDIRECTED: rows["sign"].isna(),
        _FALLS: _falls(rows),
        _BOUND: np.isnan(goal),
        _HELD: rows["direction"].isin(["at_least", "at_most"]) & (rows["kind"] != "flow"),
        "no value for the end of the year before": ~start.known,
        _NOTHING: (planned == 0) | ~above(goal, start.low),
        _OPEN: ~above(goal, start.high),
    }
    why = _first(cases, rows)
    shown = why == ""
    exact = point & (clean(share - elapsed) == 0)
    level = _judged(rows)
    standing = level["verdict"].replace({"met": "on_schedule", "not_met": "behind"}).to_numpy()
    by_level = (elapsed == 1) & (why != _FALLS) | np.isin(why, [_HELD, _NOTHING])
    behind = (high < 0) | (high == 0) & seen.high_open
    open_ended = np.isin(why, [_OPEN, _BOUND])
    standings = [standing, "undecidable", "not_comparable", "on_schedule", "behind"]
    verdict = np.select([by_level, open_ended, ~shown, exact | (low >= 0), behind], standings, "undecidable")
    undecided = shown & (verdict == "undecidable")
    # What is in the way of a share is still to be told where it does not keep the level from being judged.
    told = by_level & (shown | (level["verdict"] == "undecidable").to_numpy())
    remarks = [level["why"], "rounding decides", "a bound leaves it open", "equal as printed"]
    why = np.select([told, undecided & point, undecided, shown & exact], remarks, why)
    shares = {"share_reached": share, "share_low": low + elapsed, "share_high": high + elapsed}
    shares |= {"ahead": share - elapsed, "ahead_low": low, "ahead_high": high}
    shares = {name: clean(np.where(shown, numbers, np.nan)) for name, numbers in shares.items()}
    rows = rows.assign(planned_change=planned, reached_change=reached, share_elapsed=elapsed, **shares)
    return rows.assign(verdict=verdict, why=why)


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
        One row per row of `rows`, every cell text: number, place, indicator, unit, period (``2024年1—9月``),
        value at the end of the year before (``60（计划数）`` where nothing was observed and the plan's own
        value stands in), target, reached, share of the year's change (as an interval where rounding leaves
        more than a percentage point), share of the year passed, standing, remark. Excel and WPS open the
        file that ``to_csv(path, index=False, encoding="utf-8-sig")`` writes.

    Raises
    ------
    DataError
        If there are no rows, or the language is another one.

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> form(schedule(data, "zhejiang"), data).loc[0, ["地区", "评价", "说明"]].tolist()
    ['浙江省', '不可比', '计划无此指标']
    """
    said = words.group("form", lang)
    need(len(rows) and set(_SCHEDULE) <= set(rows), "monitor.no_rows")
    names = [frame.set_index("id")[f"name_{lang}"] for frame in (data.places, data.indicators)]
    period = np.where(rows["quarter"].isna(), "form_year", "form_quarter")
    dates = rows[["year", "quarter"]].assign(month=3 * rows["quarter"])
    start = _as_planned(rows["start_printed"], rows, rows["year"] - 1, data)
    start = start.where(rows["start_from"].isin(["planned", "printed base"]), rows["start_printed"])
    shares = rows[["share_reached", "share_low", "share_high"]].to_numpy()
    cells = {
        "number": [str(number) for number in range(1, len(rows) + 1)],
        "place": rows["place"].map(names[0]),
        "indicator": rows["indicator"].map(names[1]),
        "unit": rows["unit"].map(lambda unit: words.unit(unit, lang)),
        "period": words.say_each(period, lang, dates),
        "start": start.mask(rows["start_from"].eq("planned"), start + said["of_plan"]),
        "planned": _as_planned(rows["planned_printed"], rows, rows["year"], data),
        "observed": rows["observed_printed"],
        "reached": [_percentages(*own, said["to"]) for own in shares],
        "elapsed": [f"{share:.0%}" for share in rows["share_elapsed"]],
        "verdict": rows["verdict"].map(words.group("standing", lang)),
        "why": rows["why"].replace(words.group("why", lang)),
    }
    texts = {said[name]: pd.Series(list(cell), dtype="str").fillna("") for name, cell in cells.items()}
    # It is made for a spreadsheet, which must not run a name as a formula.
    return pd.DataFrame(texts).map(disk.neutral).astype("str")


def _as_planned(printed: pd.Series, rows: pd.DataFrame, years: pd.Series, data: Data) -> pd.Series:
    """Numbers of the plan with the unit that its table prints, where that is a multiple (万人)."""
    units = data.targets.assign(locator="table:" + data.targets["row"].astype("str"))
    units = units.set_index(["document", "locator", "year"])["printed_unit"]
    unit = units.reindex(pd.MultiIndex.from_arrays([rows["document"], rows["locator"], years])).fillna("")
    unit = unit.set_axis(rows.index)
    multiples = [name for name in unit.unique() if read("1", name).value != 1]
    return printed + unit.where(unit.isin(multiples) & printed.str.fullmatch(_NUMBER), "")


def _percentages(share: float, low: float, high: float, to: str) -> str:
    if not np.isfinite(low) or not np.isfinite(high):
        return ""
    text = f"{share:.1%}" if high - low < 0.01 and not np.isnan(share) else f"{low:.0%}{to}{high:.0%}"
    # A spreadsheet takes a leading hyphen for the start of a formula.
    return text.replace("-", "−")
