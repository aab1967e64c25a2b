"""Where each place stands on the core indicators: gap, verdict or word, time distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import pace, words
from qiyou.compare import references
from qiyou.compare.coverage import coverage
from qiyou.compare.references import EXTENSIVE, REFERENCE, Names
from qiyou.errors import need
from qiyou.intervals import boxed, same
from qiyou.relate import beside_plans

if TYPE_CHECKING:
    from qiyou.data import Data

VERDICTS = ("met", "not_met", "at_or_above", "level", "below", "undecidable", "no_reference")

_LEAD = ["lead", "lead_low", "lead_high", "lead_reference", "lead_n", "lead_note"]
_CORE = words.columns("compare.core")


def core(
    data: Data,
    year: int,
    reference: str | pd.DataFrame = "auto",
    *,
    places: Names = None,
    indicators: Names = None,
    grid: bool = False,
) -> pd.DataFrame:
    """Every place's value of every core indicator in one year, beside its reference.

    With d = +1 where more is better and −1 where less is:

    - ``gap`` = d·(value − reference): positive is better. Targets are exact as printed; what was observed
      (bases, and references to them) stands for [y − u/2, y + u/2); ``gap_low, gap_high`` are the limits over
      that. A bound, or a reference between two numbers, leaves the gap NaN, but not its limits.
    - ``verdict``, against a target set from above: *met* if every value does, or the printed number does;
      *not_met* if none does; ``>60`` asks for more than 60. Against other plans: *at_or_above, level, below*,
      always in the sense of better (a mortality *below* is a higher one); *level* is what lies between or on
      the two middle values of an even number of plans. *undecidable* where a bound or an observed value's
      rounding leaves it open; *no_reference* where nothing can be compared. ``why`` says what decides. For a
      review, passed stands above not passed.
    - ``lead``: years by which the place is ahead of the reference path (`qiyou.pace.lead`): the year in
      which the path first reaches the value, minus the year compared. The path is the province's targets
      where it sets two or more years, else the median of the other plans that print the same years. 0 where
      the place has the path's own value in that year. NaN for bounds, counts, reviews, and indicators that
      are only to be held.

    Parameters
    ----------
    data : Data
    year : int
        A year for which some document prints a core indicator.
    reference : str or DataFrame
        ``"auto"`` takes, per place and indicator, the first that there is: *provincial target* (for its own
        year only), *inferred from plans* (the value that at least half of at least 4 other plans print;
        never a provincial target), *median of plans* (of at least 3 others). ``"province"``,
        ``"plans_shared"``, ``"plans_median"`` take only that. A place (id or name) compares with its plan,
        or with what benchmarks.csv has for it. A DataFrame (indicator, year, value, unit; may have place,
        relation, low, high, basis, source) is read as targets set from above. Plans stand beside plans of
        the same level and province, and a place is never part of its own reference.
    places, indicators : iterable of str, optional
        Only these rows, by id or name; references are not affected.
    grid : bool
        The full grid of places (without provinces) and indicators, with ``state``: a verdict, or *no_number*
        (the plan is at hand and prints none for that year), or *not_at_hand* (lost, cut short, or not in
        the excerpt).

    Returns
    -------
    DataFrame
        One row per place, indicator and printed path with a value or bound: ``place, indicator, variant,
        year, role`` (baseline: reached; target: planned), ``value, relation, low, high, step, unit, basis``
        (what it is divided by, or what is counted), ``document, locator, printed``; ``reference_value``
        (NaN between two numbers), ``reference_relation, reference_low, reference_high`` (as printed),
        ``reference_kind, reference_source, reference_grade, reference_n`` (plans or sources behind it),
        ``reference_places``;
        ``gap, gap_low, gap_high`` in the indicator's unit; ``verdict, why``; ``lead, lead_low, lead_high`` in
        years, ``lead_reference, lead_n``, and ``lead_note`` where the value lies outside what the path
        prints.

    Raises
    ------
    DataError
        Unknown place, indicator, reference or year (with the nearest names, the years at hand); nothing to
        compare; values in different units.

    Examples
    --------
    >>> import qiyou
    >>> table = qiyou.compare.core(qiyou.load(), 2025, indicators=["nursery_places_per_1000"])
    >>> table[["place", "value", "reference_value", "gap", "verdict"]].head(3)
           place  value  reference_value  gap verdict
    0     yuhuan    5.0              4.5  0.5     met
    1  changxing    5.0              4.5  0.5     met
    2       cixi    4.6              4.5  0.1     met
    """
    facts = references.core_indicators(data)
    wanted = list(references.core_indicators(data, indicators).index)
    order = references.places_with_documents(data, places)
    every = references.cells(data, facts)
    chosen = every[every["place"].isin(order) & every["indicator"].isin(wanted)]
    year = references.require_year(year, chosen)
    if isinstance(reference, str) and reference not in references.NAMED:
        reference = data.place(reference)
    values, paths = references.resolve(reference, data, every, facts, year)
    values = values[[*references.OWN, *values.columns.difference(every.columns)]]
    rows = chosen[chosen["year"] == year].merge(values, on=references.OWN, how="left")
    rows = rows.merge(facts[["kind", "direction", "sign"]], left_on="indicator", right_index=True)
    rows = rows.assign(basis=rows["indicator"].map(references.basis(facts)))
    rows = _judged(rows, reference if isinstance(reference, str) else "the given references")
    rows = rows.assign(**_leads(rows, paths))
    by = ["indicator", "place", "variant"]
    rows = references.ordered(rows, by, indicator=facts.index, place=order)[_CORE]
    return _grid(rows, data, year, places, indicators) if grid else rows


def _judged(rows: pd.DataFrame, named: str) -> pd.DataFrame:
    """Add gap, its limits, the verdict or word, and what decides or why there is no reference."""
    # A review is passed or not: passed stands above not passed, and there is no gap between them.
    way = rows["sign"].fillna(1.0).to_numpy()
    missing = rows["reference_kind"].isna()
    above, strict = (rows[name].eq(True).to_numpy(dtype=bool, na_value=False) for name in ("above", "strict"))
    value, under, over = (boxed(rows, name) for name in ("box", "under", "over"))
    ends = (under.where(way > 0, over), over.where(way > 0, under))
    found = beside_plans(value, *ends, way, strict=strict, above=above)
    cases = {
        "the place is the reference": rows["place"] == named,
        "a count grows with the size of the place": rows["kind"].isin(EXTENSIVE),
        "no province in places.csv": (rows["peer"] < 0) & (named in references.NAMED),
    }
    few = "neither a target from above nor enough other plans"
    none = few if named == "auto" else f"no reference in {named}"
    nothing = np.select([*cases.values()], [*cases], none)
    gaps = found[["gap", "gap_low", "gap_high"]].where(rows["sign"].notna() & ~missing)
    texts = rows[REFERENCE].select_dtypes(exclude="number").astype(object).where(~missing, "")
    verdict, why = found["verdict"].where(~missing, "no_reference"), found["why"].where(~missing, nothing)
    rows = rows.astype({"reference_n": "Int64"})
    return rows.assign(**gaps, **texts, verdict=verdict, why=why)


def _leads(rows: pd.DataFrame, paths: pd.DataFrame) -> pd.DataFrame:
    """Time distances of all rows at once on their reference paths: the lead columns of `core`."""
    keys = ["place", "indicator"]
    own = pd.MultiIndex.from_frame(rows[keys])
    heads = paths.drop_duplicates(keys).set_index(keys)[["path_name", "path_n"]].reindex(own)
    moving = rows["direction"].isin(["up", "down"]) & ~rows["kind"].isin([*EXTENSIVE, "status"])
    able = moving.to_numpy() & rows["relation"].eq("eq").to_numpy() & heads["path_name"].notna().to_numpy()
    out = pd.DataFrame({name: np.nan for name in _LEAD[:3]}, index=rows.index)
    out = out.assign(lead_reference="", lead_n=pd.array([pd.NA] * len(rows), dtype="Int64"), lead_note="")
    if not able.any():
        return out
    wide = paths.pivot(index=keys, columns="year", values=["path_value", "path_step"]).reindex(own[able])
    path = wide["path_value"].to_numpy(dtype=float)
    steps = wide["path_step"].fillna(0.0).to_numpy(dtype=float)
    chosen, years = rows[able], wide["path_value"].columns.to_numpy(dtype=int)
    value, year, way = (chosen[name].to_numpy() for name in ("value", "year", "sign"))
    width = 2 * np.maximum(chosen["box_high"] - value, value - chosen["box_low"]).to_numpy()
    table = pace.lead(value, year, years, path, step=width, reference_step=steps, direction=way)
    now = path[np.arange(len(path)), np.minimum(np.searchsorted(years, year), len(years) - 1)]
    # A flat path has been at its value for years; who has the same value now is neither ahead nor behind.
    level = same(now, value) & np.isin(year, years)
    table.loc[level] = table.loc[level].assign(
        lead=0.0,
        lead_low=lambda own: own["lead_low"].clip(upper=0.0).fillna(0.0),
        lead_high=lambda own: own["lead_high"].clip(lower=0.0).fillna(0.0),
    )
    better = way * value > np.nanmax(way[:, None] * path, axis=1)
    beyond = np.where(better, "better than the whole path", "passed before the path begins")
    out.loc[able, _LEAD[:3]] = table.to_numpy()
    out.loc[able, ["lead_reference", "lead_n"]] = heads[able].to_numpy()
    out.loc[able, "lead_note"] = np.where(table["lead"].isna(), beyond, "")
    return out


def timing(data: Data, year: int, reference: str | pd.DataFrame = "auto", **choice) -> pd.DataFrame:
    """How many years each place is ahead of or behind the reference path.

    Parameters
    ----------
    data, year, reference
        As in `core`.
    **choice
        ``places, indicators`` of `core`.

    Returns
    -------
    DataFrame
        The rows of `core` for which there is a path: ``place, indicator, variant, year, value, step, unit,
        lead, lead_low, lead_high, lead_reference, lead_n, lead_note``.

    Raises
    ------
    DataError
        As `core`; or if no indicator has a reference path.

    Examples
    --------
    >>> import qiyou
    >>> table = qiyou.compare.timing(qiyou.load(), 2025, indicators=["nursery_places_per_1000"])
    >>> table.loc[table["place"] == "yuhuan", ["value", "lead", "lead_n"]].round(2).values.tolist()
    [[5.0, 0.67, 4]]
    """
    rows = core(data, year, reference, **choice)
    rows = rows[rows["lead_reference"] != ""]
    need(not rows.empty, "compare.no_path", year=year)
    return rows[words.columns("compare.timing")].reset_index(drop=True)


def _grid(rows: pd.DataFrame, data: Data, year: int, places, indicators) -> pd.DataFrame:
    """The rows of `core` on the full grid of places and indicators, with ``state``."""
    cover = coverage(data, places=places, indicators=indicators)
    higher = cover["place"].map(data.places.set_index("id")["level"]).isin(["province", "country"])
    cover = cover.loc[~higher, ["place", "indicator", "at_hand", "document"]]
    table = cover.merge(rows.drop(columns="document"), on=["place", "indicator"], how="left")
    spans = data.documents.groupby("place").agg({"from_year": "min", "to_year": "max"})
    first, last = (table["place"].map(spans[name]) for name in ("from_year", "to_year"))
    empty = table["verdict"].isna()
    gone = empty & ~table["at_hand"] & (first - 1 <= year) & (year <= last)
    texts = rows[rows.columns.difference(cover.columns)].select_dtypes(exclude="number")
    table = table.assign(**{name: table[name].astype(object).where(~empty, "") for name in texts})
    table = table.assign(
        state=np.select([gone, empty], ["not_at_hand", "no_number"], table["verdict"].astype(object)),
        unit=table["indicator"].map(data.indicators.set_index("id")["unit"]),
        year=year,
    )
    return table.drop(columns="at_hand")
