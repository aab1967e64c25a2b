"""The year's planned change against the year: how much of either has passed (序时进度)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.errors import DataError
from qiyou.monitor import words
from qiyou.monitor.beside import beside_the_plan, in_order
from qiyou.monitor.judging import judged, tidy, turned
from qiyou.monitor.obstacles import SERIES, first_of
from qiyou.monitor.planned import PATH, named, planned_values, stacked

if TYPE_CHECKING:
    from qiyou.data import Data

COLUMNS = [
    *("place", "indicator", "year", "quarter", "document", "origin", "locator", "variant", "unit"),
    *("direction", "start_printed", "start", "start_from", "planned_printed", "planned"),
    *("observed_printed", "observed", "basis", "basis_check", "source", "grade"),
    *("planned_change", "reached_change", "share_reached", "share_low", "share_high", "share_elapsed"),
    *("ahead", "ahead_low", "ahead_high", "verdict", "why"),
]
_NOISE = 1e-9


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
    long as p − s keeps its sign. At the end of the year (a yearly value, or quarter 4) what was added no
    longer matters, only whether the planned value is reached: the verdict is then that of `table`.

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
        *behind*, *undecidable*, *not_comparable*; ``why``. At the end of the year, where the plan adds
        nothing in the year, and where the level is only to be held (``at_least, at_most``), the verdict says
        whether the planned level is there.

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
    rows = _with_start(beside_the_plan(data, both, place, year), data)
    return in_order(_timed(rows), data)[COLUMNS]


def _with_start(rows: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Add the value at the end of the year before: observed, else as the plan prints it; zero for a flow."""
    prints = ["printed", "value", "step"]
    last = data.quarters[data.quarters["quarter"] == 4]
    # The yearly value comes before that of the fourth quarter, which may be preliminary.
    ends = stacked(data.observations, last, columns=[*SERIES, "year", "relation", *prints])
    ends = ends[ends["relation"] == "eq"].drop_duplicates([*SERIES, "year"])
    plan = planned_values(data, list(rows["place"].unique()))
    plan = plan[plan["relation"] == "eq"]
    for name, before, keys in (("seen", ends, SERIES), ("before", plan, PATH)):
        columns = [*prints, "role"] if name == "before" else prints
        before = before.assign(year=before["year"] + 1)[[*keys, "year", *columns]]
        rows = rows.merge(before.rename(columns=named(name, columns)), on=[*keys, "year"], how="left")
    flow, seen, printed = rows["kind"].eq("flow"), rows["seen"].notna(), rows["before"].notna()
    base = printed & rows["before_role"].eq("baseline")
    texts = {name: rows[f"{name}_printed"].astype(object) for name in ("seen", "before")}
    # A printed base is rounded, a planned value is exact.
    steps = ((flow, 0.0), (seen, rows["seen_step"]), (base, rows["before_step"]), (printed, 0.0))
    return rows.assign(
        start=first_of((flow, 0.0), (seen, rows["seen"]), (printed, rows["before"]), default=np.nan),
        start_step=first_of(*steps, default=np.nan),
        start_printed=first_of((flow, ""), (seen, texts["seen"]), (printed, texts["before"])),
        start_from=first_of((flow, "zero"), (seen, "observed"), (base, "printed base"), (printed, "planned")),
    )


def _timed(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the share of the year's change that is reached, the share that has passed, and the verdict."""
    t = turned(rows)
    sign = np.where(rows["sign"] < 0, -1.0, 1.0)
    elapsed = rows["quarter"].astype("Float64").fillna(4.0).to_numpy(dtype=float) / 4
    point = rows["observed_relation"].eq("eq").to_numpy()
    start, half = sign * rows["start"].to_numpy(dtype=float), rows["start_step"].to_numpy(dtype=float) / 2
    starts = (tidy(start - half), tidy(start + half))
    with np.errstate(invalid="ignore", divide="ignore"):
        planned, reached = tidy(t["asked"] - start), tidy(sign * rows["observed"].to_numpy() - start)
        corners = [(o - s) / (t["asked"] - s) for o in (t["low"], t["high"]) for s in starts]
        share_low, share_high = np.min(corners, axis=0), np.max(corners, axis=0)
        share = np.where(point, reached / planned, np.nan)
        adds, adds_not = t["asked"] > starts[1], t["asked"] <= starts[0]
    why = first_of(
        (rows["why"].ne(""), rows["why"]),
        (rows["sign"].isna(), words.UNDIRECTED),
        (_falls(rows), words.FALLS),
        (rows["planned_relation"].eq("about"), words.ABOUT),
        (np.isnan(t["asked"]), words.AGAINST),
        (rows["direction"].isin(["at_least", "at_most"]) & rows["kind"].ne("flow"), words.HELD),
        (np.isnan(start), words.START),
        ((planned == 0) | adds_not, words.NOTHING),
        (~adds, words.OPEN_INCREMENT),
        (rows["observed_relation"].eq("about"), words.ABOUT),
    )
    shown = why == ""
    low, high = tidy(share_low - elapsed), tidy(share_high - elapsed)
    exact = point & (tidy(share - elapsed) == 0)
    level, level_why = _level(rows)
    by_level = (elapsed == 1) & (why != words.FALLS) | np.isin(why, [words.HELD, words.NOTHING])
    verdict = first_of(
        (by_level, level),
        (np.isin(why, [words.OPEN_INCREMENT, words.AGAINST, words.ABOUT]), "undecidable"),
        (~shown, "not_comparable"),
        (exact | (low >= 0), "on_schedule"),
        ((high < 0) | (high == 0) & t["open_high"], "behind"),
        default="undecidable",
    )
    undecided = shown & (verdict == "undecidable")
    # What is in the way of a share is still to be told where it does not keep the level from being judged.
    told = by_level & (shown | (level == "undecidable") | (why == words.UNDIRECTED))
    remark = ((told, level_why), (undecided & point, words.ROUNDING), (undecided, words.BOUND))
    remark += ((shown & exact, words.EQUAL),)
    return rows.assign(
        planned_change=planned,
        reached_change=reached,
        share_reached=tidy(np.where(shown, share, np.nan)),
        share_low=tidy(np.where(shown, share_low, np.nan)),
        share_high=tidy(np.where(shown, share_high, np.nan)),
        share_elapsed=elapsed,
        ahead=tidy(np.where(shown, share - elapsed, np.nan)),
        ahead_low=np.where(shown, low, np.nan),
        ahead_high=np.where(shown, high, np.nan),
        verdict=verdict,
        why=first_of(*remark, default=why),
    )


def _level(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Whether the planned level is there, as a standing, and the remark on it; both as `table` has them."""
    level = judged(rows)
    standing = level["verdict"].replace({"met": "on_schedule", "not_met": "behind"})
    return standing.to_numpy(dtype=object), level["why"].to_numpy(dtype=object)


def _falls(rows: pd.DataFrame) -> np.ndarray:
    """Whether a flow is lower than in an earlier quarter of the same year, by more than the rounding."""
    quarter = rows["quarter"].astype("Float64").fillna(4.5)
    order = rows.assign(_at=np.arange(len(rows)), _quarter=quarter)
    order = order[rows["kind"].eq("flow") & rows["observed_relation"].eq("eq")]
    order = order.sort_values("_quarter", kind="stable")
    half = order["observed_step"] / 2
    years = [order[name] for name in [*SERIES, "source", "document", "variant", "year"]]
    highest = (order["observed"] - half).groupby(years).cummax()
    falls = np.zeros(len(rows), dtype=bool)
    falls[order["_at"]] = order["observed"] + half < highest - _NOISE
    return falls
