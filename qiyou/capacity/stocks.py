"""What levels per head mean as stocks, and what has to be added from one printed level to another."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from qiyou.capacity import population as pop
from qiyou.data.prints import only_text
from qiyou.errors import need
from qiyou.intervals import box, by_role
from qiyou.paths import KEYS, PROSE
from qiyou.words import columns, table

PRINTED = "printed"
"""Scenario of an indicator that is a stock itself (homes, instructors): no population is needed."""

_LEVEL = ["level", "level_low", "level_high"]
_PEOPLE = ["population", "population_low", "population_high"]
_END = "anchor basis source grade status reason"
_STEP = f"unit printed_0 level_0 population_0 printed relation {' '.join(_LEVEL + _PEOPLE)} {_END}"
_FIGURES = ("value", "per_year", "level_part", "population_part", "fall_needed")


def stock(data, place=None, indicator=None, *, rows=None, people=None) -> pd.DataFrame:
    """The stock that each printed level implies under each population scenario: level × population.

    Parameters
    ----------
    data : Data
    place, indicator : str or list of str, optional
        All by default; of indicators then only those that are stocks or densities over a known denominator.
    rows : DataFrame, optional
        Rows of other paths, with the columns of ``data.targets``.
    people : DataFrame, optional
        `qiyou.capacity.populations`; by default the three scenarios.

    Returns
    -------
    DataFrame
        One row per printed cell and scenario: ``value, low, high`` in ``unit`` (个, 平方米, 人, 张, 套;
        visits per head give 次 a year), the boxes of ``level`` and ``population``, ``printed, role,
        relation``, the population's ``anchor`` and ``basis``, ``source, grade, status, reason``. A bound
        gives a half-open interval, and ``value`` for the number that it asks for. A stock itself has the
        scenario ``printed``.

    Raises
    ------
    DataError
        Nothing is printed, or an indicator asked for is neither a stock nor a density over a known
        denominator.

    Examples
    --------
    >>> import qiyou
    >>> frame = stock(qiyou.load(), "yuhuan", "sports_area_per_capita")
    >>> last = frame.query("scenario == 'flat' and year == 2027")
    >>> last[["value", "low", "high", "unit"]].round().values.tolist()
    [[2073600.0, 2072000.0, 2075200.0, '平方米']]
    """
    levels = printed(data, place, indicator) if rows is None else rows
    return _stocks(data, levels, people)[columns("capacity.stock")]


def additions(data, place=None, indicator=None, *, whole=True, rows=None, people=None) -> pd.DataFrame:
    """What has to be added so that the stock follows its path, split into building and denominator.

    With level L, population P (in units of the denominator), start 0 and end 1, and no remainder::

        L1·P1 − L0·P0 = (L1 − L0)·(P0 + P1)/2 + (P1 − P0)·(L0 + L1)/2

    Where start and end rest on one observation of the population, its rounding is one unknown, not two.

    Parameters
    ----------
    data, place, indicator, rows, people
        As in `stock`.
    whole : bool
        From the first to the last printed year of each path, instead of from each printed year to the next.

    Returns
    -------
    DataFrame
        One row per path, scenario and step: ``from_year, year, years``; ``value, low, high`` in ``unit`` and
        the same ``per_year``; ``level_part`` (what has to be built for the rise) and ``population_part``,
        whose intervals are worst cases of their own; ``institutions_low, institutions_high`` (nursery places
        only: institutions a year); ``fall_needed`` = 1 − L0/L1, the fall of the population that would bring
        the end with nothing built; both ends' prints, levels and populations; ``source, grade, status,
        reason``. A path with one printed year is one row, ``not assessable``.

    Raises
    ------
    DataError
        As `stock`.

    Examples
    --------
    >>> import qiyou
    >>> frame = additions(qiyou.load(), "yuhuan", "nursery_places_per_1000").query("status == 'assessable'")
    >>> frame[["scenario", "value", "level_part", "population_part"]].round(0).values.tolist()
    [['flat', 1056.0, 1056.0, 0.0], ['province_trend', 1205.0, 1085.0, 120.0]]
    """
    return changes(data, printed(data, place, indicator) if rows is None else rows, people, whole=whole)


def span(frame: pd.DataFrame, over: str = "scenario") -> pd.DataFrame:
    """The hull of intervals over the scenarios that can be assessed.

    Parameters
    ----------
    frame : DataFrame
        Of `stock`, `additions` or `qiyou.capacity.per_child`.
    over : str
        The column that the hull is taken over.

    Returns
    -------
    DataFrame
        One row per path and year or step: ``low, high`` (and ``per_year_low, per_year_high``) the least and
        the greatest, ``value_low, value_high`` those of the values, ``over``, ``basis, source, grade``
        joined; ``not assessable``, with the reasons, only where no scenario is.

    Raises
    ------
    DataError
        If the frame has no rows or lacks a column.

    Examples
    --------
    >>> frame = pd.DataFrame({"place": "yuhuan", "scenario": ["flat", "own_trend"], "value": [1.0, np.nan],
    ...     "low": [0.5, np.nan], "high": [2.0, np.nan], "reason": ["", "ONE_OBSERVATION"]})
    >>> span(frame)[["scenario", "value_low", "low", "high", "status"]].values.tolist()
    [['flat', 1.0, 0.5, 2.0, 'assessable']]
    """
    lacking = [name for name in (over, "value", "low", "high", "reason") if name not in frame]
    need(not lacking and len(frame), "capacity.span", lacking=lacking)
    known = (*KEYS, "path", "from_year", "year", "years", "unit", "scenario", "births", "births_scenario")
    by = [name for name in known if name in frame and name != over]
    good = frame["reason"] == ""
    some = good.groupby([frame[name] for name in by], dropna=False).transform("any")
    shown = frame[good | ~some]
    groups = shown.groupby(by, sort=False, dropna=False)
    place = pd.MultiIndex.from_arrays([groups.ngroup(), groups.cumcount()])
    hull = groups["value"].agg(value_low="min", value_high="max")
    for name in ("low", "per_year_low", "institutions_low", "high", "per_year_high", "institutions_high"):
        if name in frame:
            hull[name] = groups[name].min() if name.endswith("low") else groups[name].max()
    for name in (over, "basis", "source", "grade", "reason"):
        if name in frame:
            # the texts of one path side by side, so that each distinct pair is joined once
            text, *others = (column for _, column in shown[name].set_axis(place).unstack().items())
            for other in others:
                text = pd.Series(pop.joined(text, other))
            hull[name] = text.array
    hull["status"] = np.where(hull["reason"] == "", pop.ASSESSABLE, pop.NOT_ASSESSABLE)
    return hull.reset_index()


# --------------------------------------------------------------------------------- for this package only


def printed(data, place=None, indicator=None) -> pd.DataFrame:
    """The printed levels of all paths: cells of tables, and the text's figures where a document's table has
    none."""
    rows, line = data.printed, ["document", "indicator"]
    if place is not None:
        rows = rows[rows["place"].isin(pop.known_places(data, place))]
    if indicator is not None:
        wanted = [indicator] if isinstance(indicator, str) else indicator
        rows = rows[rows["indicator"].isin([data.indicator(name) for name in wanted])]
    rows = rows[(rows["indicator"] != "") & rows["year"].notna() & (rows["relation"] != "none")]
    rows = rows.assign(variant=rows["variant"].mask(rows["origin"] == "text", PROSE))
    alone = only_text(rows, line) & ~rows.duplicated([*line, "year"], keep=False)
    rows = rows[rows["origin"].ne("text") | alone]
    need(not rows.empty, "capacity.nothing_printed", place=repr(place), indicator=repr(indicator))
    return rows


def changes(data, levels, people=None, *, whole=True) -> pd.DataFrame:
    """`additions` of rows in hand; a column ``path`` tells paths of one document apart."""
    steps = _steps(_stocks(data, levels, people), whole)
    years, weight = steps["years"].astype(float), pop.amounts("symmetric_split")[0]
    growth = {end: (1 + steps[pop.column("rate", end)]) ** years for end in pop.ENDS}

    @np.errstate(invalid="ignore")
    def figures(l0: str, l1: str, p0: str, p1: str) -> list:
        """What follows if each unknown lies at the end named: the first level, the last, the first people,
        the last."""
        first, last = steps[pop.column("level", l0) + "_0"], steps[pop.column("level", l1)]
        start = steps[pop.column("population", p0) + "_0"] / steps["per"]
        # On one observation the number of people is one unknown, grown by a rate; otherwise there are two.
        end = (steps[pop.column("population", p1)] / steps["per"]).where(~steps["tied"], start * growth[p1])
        built = _times(last - first, weight * start + (1 - weight) * end)
        come = _times(end - start, (1 - weight) * first + weight * last)
        # the parts have no sum where a level without an end meets fewer people
        total = _times(last, end) - _times(first, start)
        return [total, total / years, built, come, 1 - first / last]

    # Each figure is linear in every unknown, so its ends lie at corners.
    corners = np.array([figures(*ends) for ends in itertools.product(("low", "high"), repeat=4)], dtype=float)
    ends = figures(*["value"] * 4), np.fmin.reduce(corners), np.fmax.reduce(corners)
    shown = [*KEYS, *(["path"] if "path" in steps else []), "scenario", "from_year", "year", "years"]
    for k, name in enumerate(_FIGURES):
        known = (steps["reason"] == "") | (name == "fall_needed")
        names = list(pop.ENDS) if name == "value" else [pop.column(name, end) for end in pop.ENDS]
        steps[names] = np.where(known, [figure[k] for figure in ends], np.nan).T
        shown += names
    size, places = pop.amounts("institution_size"), steps["indicator"] == pop.NURSERY
    steps["institutions_low"] = (steps["per_year_low"] / size.max()).where(places)
    steps["institutions_high"] = (steps["per_year_high"] / size.min()).where(places)
    return steps[[*shown, "institutions_low", "institutions_high", *_STEP.split()]]


def _times(first, second):
    """Nothing times an open end is nothing: a population that does not change adds nothing, whatever the
    level."""
    return np.where((first == 0) | (second == 0), 0.0, first * second)


def _stocks(data, rows: pd.DataFrame, people) -> pd.DataFrame:
    """One row per printed cell and scenario, by path, scenario and year."""
    levels = _levels(data, rows)
    alone = levels["group"] == ""
    if people is None:
        groups, years = levels[~alone].groupby("group"), levels["year"].astype(int).unique()
        people = [pop.populations(data, part["place"].unique(), years, group=group) for group, part in groups]
    # a stock itself is its own level: of one, whoever lives there
    one = levels.loc[alone, ["place", "year"]].drop_duplicates().assign(group="", scenario=PRINTED)
    one = one.assign(source="", reason="", **dict.fromkeys(pop.ENDS, 1.0))
    held = pd.concat([*(people if isinstance(people, list) else [people]), one]).reindex(columns=pop.COLUMNS)
    held = held.drop(columns=["printed", "status", "grade"]).rename(
        columns={"source": "people_source", "reason": "lost"} | dict(zip(pop.ENDS, _PEOPLE, strict=True))
    )
    held["turn"] = pd.factorize(held["scenario"])[0]
    frame = levels.merge(held, on=["place", "group", "year"], how="left")
    frame = frame.sort_values(["number", "turn", "year"], kind="stable").reset_index(drop=True)
    frame[["scenario", "basis"]] = frame[["scenario", "basis"]].astype(object).fillna("")
    frame["value"] = frame["level"] * frame["population"] / frame["per"]
    corners = [frame[level] * frame[count] / frame["per"] for level in _LEVEL[1:] for count in _PEOPLE[1:]]
    frame["low"], frame["high"] = np.min(corners, axis=0), np.max(corners, axis=0)
    frame["source"] = pop.joined(frame["document"], frame["people_source"])
    reason = frame["trouble"].where(frame["trouble"] != "", frame["lost"].fillna("NO_POPULATION"))
    frame = frame.assign(grade=pop.graded(data, frame["source"]))
    return pop.judged(frame, reason.to_numpy(dtype=object), pop.ENDS)


def _levels(data, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that imply a stock, with the box of their level, the unit of the stock, group and persons per
    unit."""
    facts = data.indicators.set_index("id").reindex(rows["indicator"])
    known = table("assumptions").query("key.str.startswith('per ')").set_index("key")
    over = ("per " + facts["denominator"]).where(facts["kind"] != "stock", "")
    fit = ((facts["kind"] == "stock") | (facts["kind"] == "density") & over.isin(known.index)).to_numpy()
    need(fit.any(), "capacity.no_stock", rows=rows[~fit], known=list(known.index))
    rows, facts, over = rows[fit], facts[fit], over[fit]
    cells = box(rows, by_role(rows))
    cut = cells.within(facts["lower"].to_numpy(float), facts["upper"].to_numpy(float))
    by = ["path"] if "path" in rows else KEYS
    kept = [name for name in (*KEYS, "path", "year", "role", "printed", "relation") if name in rows]
    return rows[kept].assign(
        number=rows.groupby(by, sort=False, dropna=False).ngroup(),
        year=rows["year"].astype("Int64"),
        level=cells.point,
        level_low=cut.low,
        level_high=cut.high,
        unit=facts["unit"].str.split("/").str[0].to_numpy(),
        group=over.map(known["unit"]).fillna("").to_numpy(),
        per=over.map(known["value"]).astype(float).fillna(1.0).to_numpy(),
        trouble=np.select([cut.empty, ~cut.known], ["OUT_OF_BOUNDS", "NO_LEVEL"], ""),
    )


def _steps(stocks: pd.DataFrame, whole: bool) -> pd.DataFrame:
    """Pairs of neighbouring printed years (or of the first and last) of every path under every scenario."""
    by = ["number", "scenario"]
    if whole:
        stocks = stocks[~stocks.duplicated(by) | ~stocks.duplicated(by, keep="last")]
    first = ~stocks.duplicated(by)
    before, alone = stocks.shift(1), first & ~stocks.duplicated(by, keep="last")
    before.loc[first, ["source", "reason", "basis"]] = ""
    names = ["year", "anchor", "printed", *_LEVEL, *_PEOPLE]
    steps = stocks.assign(**{f"{name}_0": before[name].where(~first) for name in names})
    steps["tied"] = (before["basis"] == stocks["basis"]) & steps["anchor_0"].eq(steps["anchor"]).fillna(False)
    for name in ("source", "basis", "reason"):
        steps[name] = pop.joined(before[name], stocks[name])
    reason = np.where(alone & (steps["reason"] == ""), "NO_BASE", steps["reason"]).astype(object)
    steps["from_year"] = steps["year_0"].astype("Int64")
    steps["years"] = (steps["year"] - steps["from_year"]).astype("Int64")
    return pop.judged(steps, reason, [])[~first | alone].reset_index(drop=True)
