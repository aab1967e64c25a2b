"""Where each place stands on the core indicators: gap, three-valued verdict, time distance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.compare import references
from qiyou.compare.cells import (
    EXTENSIVE,
    cells,
    core_indicators,
    named,
    peers,
    places_with_documents,
    require_year,
)
from qiyou.compare.coverage import coverage
from qiyou.compare.leads import leads
from qiyou.compare.verdicts import judged
from qiyou.errors import DataError

if TYPE_CHECKING:
    from qiyou.data import Data

_CORE = [
    *("place", "indicator", "variant", "year", "role", "value", "relation", "low", "high", "step", "unit"),
    *("basis", "document", "locator", "printed"),
    *("reference_value", "reference_relation", "reference_low", "reference_high", "reference_kind"),
    *("reference_source", "reference_grade", "reference_n", "reference_places"),
    *("gap", "gap_low", "gap_high", "verdict", "why"),
    *("lead", "lead_low", "lead_high", "lead_reference", "lead_n", "lead_places", "lead_note"),
]
_TIMING = [
    *("place", "indicator", "variant", "year", "value", "step", "unit", "lead", "lead_low", "lead_high"),
    *("lead_reference", "lead_n", "lead_places", "lead_note"),
]
_REFERENCE_TEXTS = ("reference_relation", "reference_kind", "reference_source")
_OVERVIEW = [
    *("place", "indicator", "variant", "year", "state", "printed", "value", "relation", "unit", "step"),
    *("reference_value", "reference_relation", "reference_kind", "reference_source", "reference_n"),
    *("gap", "why", "document"),
]


def core(
    data: Data,
    year: int,
    reference: str | pd.DataFrame = "auto",
    *,
    places: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Every place's value of every core indicator in one year, beside its reference.

    With d = +1 where more is better and −1 where less is:

    - ``gap`` = d·(value − reference): positive is better. ``gap_low, gap_high`` are its limits over all
      numbers that the two printed values stand for: a value y printed to a step u stands for [y − u/2, y +
      u/2), a bound for what it states. A value or reference that is only a bound leaves the gap NaN but not
      its limits.
    - ``verdict``: *met* if d·value ≥ d·reference for all those numbers, *not_met* if for none, *undecidable*
      if it depends on them; *no_reference* where nothing can be compared. Two equal printed numbers are
      *met*: what is promised is what is asked. A target set from above is exact; one printed as a bound
      (``>60``) asks for more than 60. Another plan's bound is a value that is not known. For ``up`` and
      ``at_least`` d = +1, for ``down`` and ``at_most`` −1; for ``status`` there is no better or worse: equal
      numbers are *met*, disjoint ones *not_met*. ``why`` says what decides. To widen a bound or a rounding
      step never turns *met* into *not_met* or back.
    - ``lead``: years by which the place is ahead of the reference path (`qiyou.pace.lead`): the year in which
      the path first reaches the value, minus the year compared. The path is the province's targets where it
      sets two or more years, else the median of the plans that print every year (a fixed set of them);
      ``lead_reference`` names it. A place that has the path's own value in that year is level: 0. NaN for
      bounds, for counts, for what passes or fails, and for indicators that are only to be held (``at_least``,
      ``at_most``).

    Parameters
    ----------
    data : Data
    year : int
        A year for which some document prints a core indicator.
    reference : str or DataFrame
        ``"auto"`` takes, per indicator and year, the first that there is: *provincial target* (for its own
        year only), *inferred from plans* (the value that at least half of at least 4 plans print, as finely
        as the finest of them prints it; never a provincial target), *median of plans* (of at least 3; of two,
        one lies below it by construction). ``"province"``, ``"plans_shared"``, ``"plans_median"`` take only
        that. A place id compares with that place's plan, or with what benchmarks.csv has for it. A DataFrame
        needs indicator, year, value, unit, and may have place, relation, low, high, basis, source. Plans are
        set beside plans of the same level and province.
    places, indicators : iterable of str, optional
        Only these rows; references are not affected.

    Returns
    -------
    DataFrame
        One row per place, indicator and printed path with a value or bound: ``place, indicator, variant,
        year, role`` (baseline: reached; target: planned), ``value, relation, low, high, step, unit`` as in
        ``data.targets``, ``basis`` (what it is divided by, or what is counted), ``document, locator,
        printed``; ``reference_value, reference_relation, reference_low, reference_high`` (with rounding),
        ``reference_kind, reference_source, reference_grade, reference_n`` (plans or sources behind it),
        ``reference_places``; ``gap, gap_low, gap_high`` in the indicator's unit; ``verdict, why``; ``lead,
        lead_low, lead_high`` in years, ``lead_reference, lead_n, lead_places``, and ``lead_note`` where the
        value lies outside what the path prints.

    Raises
    ------
    DataError
        Unknown place, indicator, reference or year (with the nearest names, the years at hand); nothing to
        compare; values in different units.

    Examples
    --------
    >>> import qiyou
    >>> table = qiyou.compare.core(qiyou.load(), 2025, indicators=["nursery_places_per_1000"])
    >>> table[["place", "value", "reference_value", "gap", "gap_low", "verdict"]].round(2).head(3)
           place  value  reference_value  gap  gap_low verdict
    0     yuhuan    5.0              4.5  0.5     0.00     met
    1  changxing    5.0              4.5  0.5     0.50     met
    2       cixi    4.6              4.5  0.1     0.05     met
    """
    facts = core_indicators(data)
    wanted = list(core_indicators(data, indicators).index)
    order = places_with_documents(data, places)
    every = cells(data, facts)
    every = every.assign(peer=peers(data.places)[every["place_code"]])
    chosen = every[every["place"].isin(order) & every["indicator"].isin(wanted)]
    year = require_year(year, chosen, "the selection")
    found = references.resolve(reference, data, every, facts, year)
    rows = chosen[chosen["year"] == year].merge(
        found.values, on=found.keys, how="left", validate="many_to_one"
    )
    rows = _with_reasons(rows, found, facts)
    rows = judged(rows, facts)
    rows = rows.assign(**leads(rows, found, facts))
    rows["_order"] = rows["place"].map({place: k for k, place in enumerate(order)})
    return rows.sort_values(["indicator_code", "_order", "variant"], kind="stable", ignore_index=True)[_CORE]


def _with_reasons(rows: pd.DataFrame, found: references.Reference, facts: pd.DataFrame) -> pd.DataFrame:
    """Take away references that are the place itself, and say why there is none."""
    itself = (rows["reference_places"] == rows["place"]).to_numpy(dtype=bool, na_value=False)
    missing = rows["reference_kind"].isna().to_numpy() | itself
    counted = rows["indicator"].map(facts["kind"]).isin(EXTENSIVE).to_numpy()
    alone = (rows["peer"] < 0).to_numpy() & ("peer" in found.keys)
    none = {"auto": "neither a target from above nor enough plans"}.get(
        found.asked, f"no reference in {found.asked}"
    )
    why = np.select(
        [~missing, itself, counted, alone],
        [
            "",
            "the place is the reference",
            "a count grows with the size of the place",
            "no province in places.csv",
        ],
        none,
    )
    filled = {
        name: np.where(missing, "", rows[name].to_numpy(dtype=object))
        for name in (
            "reference_kind",
            "reference_source",
            "reference_grade",
            "reference_places",
            "reference_relation",
        )
    }
    flags = {
        name: rows[name].eq(True).to_numpy(dtype=bool, na_value=False)
        for name in ("open_reference_low", "open_reference_high", "strict")
    }
    numbers = {
        name: np.where(missing, np.nan, rows[name].to_numpy(dtype=float))
        for name in ("reference_value", "reference_low", "reference_high")
    }
    count = rows["reference_n"].astype("Int64").mask(missing)
    return rows.assign(
        **filled,
        **flags,
        **numbers,
        reference_n=count,
        why=why,
        _missing=missing,
        _itself=itself,
        basis=rows["indicator"].map(references.basis(facts)),
    )


def timing(
    data: Data,
    year: int,
    reference: str | pd.DataFrame = "auto",
    *,
    places: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
) -> pd.DataFrame:
    """How many years each place is ahead of or behind the reference path.

    Parameters
    ----------
    data, year, reference, places, indicators
        As in `core`.

    Returns
    -------
    DataFrame
        The rows of `core` for which there is a path: ``place, indicator, variant, year, value, step, unit,
        lead, lead_low, lead_high, lead_reference, lead_n, lead_places, lead_note``, and names for readers.

    Raises
    ------
    DataError
        As `core`; or if no indicator has a reference path.

    Examples
    --------
    >>> import qiyou
    >>> table = qiyou.compare.timing(qiyou.load(), 2025, indicators=["nursery_places_per_1000"])
    >>> table.loc[table["place"] == "yuhuan", ["value", "lead"]].round(2)
       value  lead
    0    5.0  0.67
    """
    rows = core(data, year, reference, places=places, indicators=indicators)
    rows = rows[rows["lead_reference"] != ""]
    if rows.empty:
        raise DataError(
            f"no indicator of the selection has a reference path for {year}: a path needs two or more years "
            f"of "
            "provincial targets, or at least three plans that print the same years"
        )
    return named(rows[_TIMING].reset_index(drop=True), data)


def overview(
    data: Data,
    year: int,
    reference: str | pd.DataFrame = "auto",
    *,
    places: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
) -> pd.DataFrame:
    """The full grid of places and core indicators for one year: what `core` finds, and why cells are empty.

    Parameters
    ----------
    data, year, reference, places, indicators
        As in `core`; provinces, which set targets for others, have no row.

    Returns
    -------
    DataFrame
        One row per place, indicator and printed path, places and indicators in order: ``place, indicator,
        variant, year, state, printed, value, relation, unit, step, reference_value, reference_relation,
        reference_kind, reference_source, reference_n, gap, why, document``, and names for readers. ``state``
        is a verdict of `core`, or *no_number*: the plan is at hand and prints no number for that year; or
        *not_at_hand*: the table or the text is lost, cut short, or known from an excerpt.

    Raises
    ------
    DataError
        As `core`.

    Examples
    --------
    >>> import qiyou
    >>> overview = qiyou.compare.overview(qiyou.load(), 2027)
    >>> overview.loc[overview["place"] == "haishu", "state"].value_counts().to_dict()
    {'not_at_hand': 18, 'met': 2, 'undecidable': 1}
    """
    rows = core(data, year, reference, places=places, indicators=indicators)
    level = data.places.set_index("id")["level"]
    cover = coverage(data, places=places, indicators=indicators)
    cover = cover.loc[
        ~cover["place"].map(level).isin(["province", "country"]),
        ["place", "indicator", "at_hand", "document"],
    ]
    grid = cover.merge(
        rows.drop(columns="document"), on=["place", "indicator"], how="left", validate="one_to_many"
    )
    empty = grid["verdict"].isna()
    gone = empty & _beyond(grid, data, year)
    state = np.select([gone, empty], ["not_at_hand", "no_number"], grid["verdict"].astype(object))
    texts = {
        name: grid[name].astype(object).where(grid[name].notna(), "")
        for name in ("variant", "printed", "relation", "why", *_REFERENCE_TEXTS)
    }
    unit = grid["indicator"].map(data.indicators.set_index("id")["unit"])
    return named(grid.assign(**texts, state=state, unit=unit, year=year)[_OVERVIEW], data)


def _beyond(grid: pd.DataFrame, data: Data, year: int) -> pd.Series:
    """Whether what is missing in a year may stand in a part of the document that is not at hand."""
    spans = data.documents.groupby("place").agg(first=("from_year", "min"), last=("to_year", "max"))
    within = (grid["place"].map(spans["first"]) - 1 <= year) & (year <= grid["place"].map(spans["last"]))
    return within & ~grid["at_hand"]
