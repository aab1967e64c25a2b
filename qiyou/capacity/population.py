"""How many people there may be: residents under named scenarios, children under three; and what all this
assumes."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pandas as pd

from qiyou.compare.references import ancestors, provinces
from qiyou.data.schema import GRADES
from qiyou.errors import need
from qiyou.intervals import box
from qiyou.paths import KEYS
from qiyou.words import columns, language, table

ASSESSABLE = "assessable"
NOT_ASSESSABLE = "not assessable"
"""The two values of every column ``status``; the second comes with a ``reason``, a word of
``capacity_reason``."""

GROUPS = ("resident", "elderly", "under_three")
NURSERY = "nursery_places_per_1000"
ENDS = MappingProxyType({"value": "value", "low": "high", "high": "low"})
"""The ends of an interval, and those of what it is divided by."""

COLUMNS = columns("capacity.populations")
_CHILDREN = columns("capacity.children")


# ------------------------------------------------------------------------------------------ assumptions


def assumptions(data, lang: str = "zh") -> pd.DataFrame:
    """Every assumption of this package; the arithmetic reads its numbers from the same table.

    Parameters
    ----------
    data : Data
        Its sources.
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        ``key, value, unit`` (several values are separated by ``; ``; empty where nothing is a number),
        ``assumption`` (one sentence), ``source`` (keys of sources.csv; empty for a convention), ``grade``.

    Examples
    --------
    >>> import qiyou
    >>> frame = assumptions(qiyou.load(), "en").set_index("key")
    >>> frame.loc["institution_size", ["value", "unit"]].tolist()
    ['7543/216; 109000/2616; 20144/415', '个/家']
    """
    rows = table("assumptions").rename(columns={language(lang): "assumption"})
    return rows[["key", "value", "unit", "assumption", "source"]].assign(grade=graded(data, rows["source"]))


@functools.cache
def assumed(key: str) -> tuple[str, ...]:
    """The values of one row of assumptions.csv.

    >>> assumed("population_resident")
    ('population_resident', 'year_end_resident', 'census_2020')
    """
    return tuple(table("assumptions").set_index("key").at[key, "value"].split("; "))


def amounts(key: str) -> np.ndarray:
    """The same as numbers.

    >>> amounts("institution_size").round(1).tolist()
    [34.9, 41.7, 48.5]
    """
    return np.array([float(Fraction(text)) for text in assumed(key)])


# -------------------------------------------------------------------------- sources, places, intervals


def keys(parts: Iterable[str]) -> str:
    """Joined keys without repeats, in order.

    >>> keys(["a; b", "c", "", "b"])
    'a; b; c'
    """
    return "; ".join(dict.fromkeys(key for part in parts for key in part.split("; ") if key))


def joined(first: pd.Series, second: pd.Series) -> np.ndarray:
    """Two columns of keys joined row by row; each distinct pair is joined once.

    >>> joined(pd.Series(["a", "a; b"]), pd.Series(["b", None])).tolist()
    ['a; b', 'a; b']
    """
    (one, left), (two, right) = (pd.factorize(column.astype(object).fillna("")) for column in (first, second))
    pairs, code = np.unique(one * np.int64(len(right)) + two, return_inverse=True)
    texts = [keys((left[pair // len(right)], right[pair % len(right)])) for pair in pairs]
    return np.array(texts, dtype=object)[code]


def graded(data, source: pd.Series) -> pd.Series:
    """The grades of joined source keys, best first; a document's key has none."""
    known = dict(zip(data.sources["id"], data.sources["grade"], strict=True))
    found = {text: {known.get(key) for key in text.split("; ")} for text in source.unique()}
    return source.map({text: "; ".join(grade for grade in GRADES if grade in found[text]) for text in found})


def known_places(data, places: str | Iterable[str]) -> list[str]:
    """Ids of places, each once; DataError for none or an unknown one."""
    wanted = list(dict.fromkeys(map(data.place, [places] if isinstance(places, str) else places)))
    need(wanted, "capacity.no_place")
    return wanted


def column(name: str, end: str) -> str:
    """The column of one end of an interval: ``level``, ``level_low``, ``level_high``."""
    return name if end == "value" else f"{name}_{end}"


def judged(frame: pd.DataFrame, reason: np.ndarray, numbers: Iterable[str]) -> pd.DataFrame:
    """The frame with ``reason`` and ``status``, and without the numbers that nothing supports."""
    frame = frame.assign(reason=reason, status=np.where(reason == "", ASSESSABLE, NOT_ASSESSABLE))
    frame.loc[reason != "", list(numbers)] = np.nan
    return frame


# ------------------------------------------------------------------------------------------ populations


def populations(
    data,
    places: str | Iterable[str] | None = None,
    years: int | Iterable[int] | None = None,
    *,
    group: str = "resident",
) -> pd.DataFrame:
    """The population of places under named scenarios.

    ``flat``: the observation of the year, else the last before it held (else the first after it held back).
    ``own_trend``: that observation grown at (last/first)^(1/years) − 1 of the place's own observations on its
    basis. ``province_trend``: grown at the province's rate of year-end residents; only the rate is taken
    over. A year that was observed is never overwritten, and bases are never mixed: of those allowed
    (``assumptions.csv``) the first that the place has is used, alone.

    Parameters
    ----------
    data : Data
    places : str or iterable of str, optional
        By default every place with a document.
    years : int or iterable of int, optional
        By default every year of a printed target.
    group : {"resident", "elderly", "under_three"}
        Elderly are those of 60 and over; no source counts children under three (see `per_child`).

    Returns
    -------
    DataFrame
        One row per place, scenario and year: ``value`` (persons), ``low, high`` (rounding of every
        observation used), ``anchor, printed`` (the observation it rests on), ``rate, rate_low, rate_high``,
        ``basis``, ``beside`` (the place's other counts, on other bases), ``source, grade, status, reason``.

    Raises
    ------
    DataError
        No place, no whole year, an unknown place or group.

    Examples
    --------
    >>> import qiyou
    >>> frame = populations(qiyou.load(), "yuhuan", 2027)
    >>> frame[["scenario", "value", "low", "reason"]].round(0).values.tolist()[:2]
    [['flat', 648000.0, 647500.0, ''], ['own_trend', nan, nan, 'ONE_OBSERVATION']]
    """
    wanted = known_places(data, data.documents["place"].unique() if places is None else places)
    span = _years(data.targets["year"].dropna().unique() if years is None else years)
    need(group in GROUPS, "capacity.group", group=repr(group), known=list(GROUPS))
    indicator, *bases = assumed(f"population_{group}")
    seen = _series(data, indicator)
    seen = seen.assign(rank=pd.Index(bases).get_indexer(seen["basis"]))
    fit = seen[seen["rank"] >= 0]
    own = fit[fit["rank"] == fit.groupby("place")["rank"].transform("min")]
    held = pd.DataFrame({"giver": wanted, "rate": 0.0, "rate_low": 0.0, "rate_high": 0.0})
    rates = {"flat": held, "own_trend": _trends(own), "province_trend": _trends(fit[fit["rank"] == 0])}
    every = pd.MultiIndex.from_product([wanted, rates, span], names=["place", "scenario", "year"])
    frame = every.to_frame(index=False).assign(group=group)
    above, lent = frame["place"].map(provinces(data.places)), frame["scenario"] == "province_trend"
    frame["giver"] = frame["place"].where(~lent, above)
    rate = pd.concat([part.assign(scenario=name) for name, part in rates.items()])
    frame = frame.merge(rate, on=["scenario", "giver"], how="left")
    frame = frame.merge(_anchors(own, wanted, span), on=["place", "year"], how="left")
    away = (frame["year"] - frame["anchor"]).to_numpy(dtype=float, na_value=np.nan)
    for end, other in ENDS.items():
        # Backwards in time the larger rate gives the smaller number.
        growth = frame[column("rate", end)].where(away >= 0, frame[column("rate", other)])
        frame[end] *= (1 + growth) ** away
    frame["source"] = joined(frame["source"], frame["trend_source"].where(away != 0, ""))
    frame["beside"] = frame["place"].map(_beside(seen, own)).astype(object).fillna("")
    lacking = np.where(frame["scenario"] == "own_trend", "ONE_OBSERVATION", "NO_PROVINCE_TREND")
    reason = np.where(frame["rate"].isna(), lacking, "").astype(object)
    reason[frame["anchor"].isna()] = "NO_POPULATION"
    frame = judged(frame, reason, [*ENDS, "anchor", "rate", "rate_low", "rate_high"])
    frame.loc[reason != "", ["source", "printed"]] = ""
    frame = frame.assign(grade=graded(data, frame["source"]), basis=frame["basis"].astype(object).fillna(""))
    return frame[COLUMNS].astype({"year": "Int64", "anchor": "Int64"})


def _years(years) -> np.ndarray:
    span = np.unique(np.atleast_1d(np.asarray(years if np.isscalar(years) else list(years), dtype=float)))
    need(span.size and (span == np.floor(span)).all(), "capacity.years", years=repr(years))
    return span.astype(np.int64)


def _series(data, indicator: str) -> pd.DataFrame:
    """What was observed by place, basis and year; several sources of one year give the hull of what they
    print."""
    rows = data.observations[data.observations["indicator"] == indicator]
    cells = box(rows, "measured")
    # A derived figure is the sum or difference of two printed ones, so two roundings lie in it.
    derived = rows["source"].isin(data.sources.loc[data.sources["grade"] == "derived", "id"])
    extra = rows["step"] * amounts("derived_rounding")[0] * derived
    rows = rows.assign(low=cells.low - extra, high=cells.high + extra)
    by = rows[np.isfinite(cells.high - cells.low)].groupby(["place", "basis", "year"])
    found = by.agg(value=("value", "mean"), low=("low", "min"), high=("high", "max"))
    return found.assign(printed=by["printed"].agg(" / ".join), source=by["source"].agg(keys)).reset_index()


def _trends(series: pd.DataFrame) -> pd.DataFrame:
    """The yearly rate between first and last observation: ``giver, rate, rate_low, rate_high,
    trend_source``."""
    by = series.sort_values("year").groupby("place")
    first, last, enough = by.first(), by.last(), by.size() >= amounts("own_trend")[0]
    span = (last["year"] - first["year"]).astype(float).where(enough)
    rates = {column("rate", end): (last[end] / first[start]) ** (1 / span) - 1 for end, start in ENDS.items()}
    made = pd.DataFrame(rates).assign(trend_source=by["source"].agg(keys))
    return made[enough].rename_axis("giver").reset_index()


def _anchors(own: pd.DataFrame, places: list[str], years: np.ndarray) -> pd.DataFrame:
    """For each place and year the last observation up to it, else the first after it."""
    pairs = pd.DataFrame({"place": places}).merge(pd.DataFrame({"year": years}), how="cross")
    pairs = pairs.merge(own.drop(columns="rank").rename(columns={"year": "anchor"}), on="place", how="left")
    ahead = (pairs["anchor"] - pairs["year"]).astype(float)
    order = np.lexsort((ahead.abs(), ahead > 0))
    return pairs.iloc[order].drop_duplicates(["place", "year"])


def _beside(seen: pd.DataFrame, own: pd.DataFrame) -> pd.Series:
    """Place -> its counts on other bases, as printed."""
    others = seen[~seen.index.isin(own.index)]
    text = others["basis"] + " " + others["year"].astype(str) + ": " + others["printed"]
    return text.groupby(others["place"]).agg("; ".join)


# --------------------------------------------------------------------------------------------- children


def per_child(data, levels: pd.DataFrame) -> pd.DataFrame:
    """Nursery places per child under three that levels of places per 1,000 residents mean.

    places per child = level / (children under three per 1,000 residents); those are the births of three
    years: the place's own (``number:<basis>``) over its ``flat`` population, or a survey's birth rate of the
    place, its prefecture or its province (``rate:<place>``). A year between two sourced ones lies between
    their values, one before the first takes the first (``held back``); after the last the number is ``held``
    or goes on ``falling`` at the factor so far, from at least three sourced years. Capacity is not use.

    Parameters
    ----------
    data : Data
    levels : DataFrame
        Rows of nursery_places_per_1000 of `qiyou.capacity.stock`; each printed cell is taken once.

    Returns
    -------
    DataFrame
        One row per cell, basis of births and scenario: ``value, low, high`` (places per child), ``per_1000``
        (children per 1,000 residents) with its interval, ``sourced`` (how many of the three years a source
        gives), ``level_kept`` with its interval (places per child had the level stayed at the path's first:
        what the number of children does alone); ``source, grade, status, reason``.

    Raises
    ------
    DataError
        If there are no rows, or rows of other indicators.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> data = qiyou.load()
    >>> levels = capacity.stock(data, "yuhuan", "nursery_places_per_1000")
    >>> frame = capacity.per_child(data, levels).query("year == 2027 and births == 'rate:zhejiang'")
    >>> frame[["births_scenario", "value"]].round(2).values.tolist()
    [['held', 0.32], ['falling', 0.41]]
    """
    need(set(levels["indicator"]) == {NURSERY}, "capacity.per_child", indicator=NURSERY)
    cells = levels.drop_duplicates([*KEYS, "year"]).sort_values([*KEYS, "year"], kind="stable")
    first = cells.groupby(KEYS, sort=False)[["level", "level_low", "level_high"]].transform("first")
    cells = cells.drop(columns=[*ENDS, "reason"]).assign(source=cells["document"])
    frame = cells.join(first.add_prefix("first_"))
    frame = frame.merge(_children(data, cells), on=["place", "year"], how="left")
    for end, other in ENDS.items():
        level, children = column("level", end), frame[column("per_1000", other)]
        frame[end] = frame[level] / children
        frame[column("level_kept", end)] = frame[f"first_{level}"] / children
    frame["source"] = joined(frame["source"], frame["births_source"])
    texts = {"births": "", "births_scenario": "", "reason": "NO_BIRTHS"}
    frame = frame.astype(dict.fromkeys(texts, object)).fillna(texts)
    frame = judged(frame, frame["reason"].to_numpy(dtype=object), ENDS)
    return frame.assign(grade=graded(data, frame["source"]))[columns("capacity.per_child")]


def _children(data, cells: pd.DataFrame) -> pd.DataFrame:
    """Children under three per 1,000 residents by place, year, basis of births and scenario."""
    births, ages = _births(data, cells["place"]), int(amounts("three_cohorts")[0])
    if births.empty:
        return cells.iloc[:0].reindex(columns=_CHILDREN)
    born, year = (frame.agg(["min", "max"]).astype(int) for frame in (births["born"], cells["year"]))
    years = np.arange(np.minimum(born, year)["min"] - ages, np.maximum(born, year)["max"] + 1)
    seen = births.pivot(index=["place", "births"], columns="born", values=[*ENDS])
    seen = {end: seen[end].reindex(columns=years) for end in ENDS}
    runs = births.groupby(["place", "births"]).agg(
        first=("born", "min"), last=("born", "max"), known=("born", "size"), births_source=("source", keys)
    )
    begun, ended = (runs[[name]].to_numpy(dtype=float) for name in ("first", "last"))
    away = np.maximum(years - ended, 0) / np.where(ended > begun, ended - begun, np.nan)
    made = runs.assign(run=np.arange(len(runs))).reset_index()
    made = cells[["place", "year"]].drop_duplicates().merge(made, on="place")

    def three(numbers: np.ndarray) -> np.ndarray:
        """The sum over the years in which children under three were born."""
        total = sum(np.roll(numbers, back, axis=1) for back in range(ages))
        return total[made["run"], made["year"].astype(int) - years[0]]

    made["sourced"] = three(seen["value"].notna().to_numpy(dtype=int))
    scenarios = [made.assign(births_scenario=name) for name in ("held", "falling")]
    for end, other in ENDS.items():
        # A year between two sourced ones lies between them; before the first and after the last one stands
        # alone.
        before, after = (fill(axis=1).to_numpy() for fill in (seen[end].ffill, seen[end].bfill))
        known = {"value": np.nanmean, "low": np.nanmin, "high": np.nanmax}[end]([before, after], axis=0)
        start = seen[other].bfill(axis=1).to_numpy()[:, :1]
        fall = np.where(years > ended, (before[:, -1:] / start) ** away, 1.0)
        for frame, number in zip(scenarios, (known, known * fall), strict=True):
            frame[column("per_1000", end)] = three(number)
    made = pd.concat(scenarios).sort_index(kind="stable")
    made = made[(made["births_scenario"] == "held") | (made["year"] > made["last"])]
    inside = np.where(made["year"] - ages + 1 < made["first"], "held back", "sourced")
    made["births_scenario"] = made["births_scenario"].where(made["year"] > made["last"], inside)
    people = populations(data, made["place"].unique(), made["year"].unique())
    people = people[people["scenario"] == "flat"].add_prefix("people_")
    made = made.merge(people, left_on=["place", "year"], right_on=["people_place", "people_year"])
    rate = made["births"].str.startswith("rate:")
    few = (made["births_scenario"] == "falling") & (made["known"] < amounts("births_trend")[0])
    made["reason"] = np.select([few, ~rate], ["FEW_BIRTH_YEARS", made["people_reason"]], "")
    for end, other in ENDS.items():
        children = made[column("per_1000", end)] / made[f"people_{other}"].where(~rate, 1000) * 1000
        made[column("per_1000", end)] = children.where(made["reason"] == "")
    made["births_source"] = joined(made["births_source"], made["people_source"].where(~rate, ""))
    return made[_CHILDREN]


def _births(data, places: pd.Series) -> pd.DataFrame:
    """Place -> its own births by basis, and the survey's birth rates of it and of all above it in the
    country."""
    chain, bases = ancestors(data.places), {"births": assumed("births"), "birth_rate": assumed("birth_rate")}
    chain = chain[chain["place"].isin(places)]
    own, level = chain["place"] == chain["above"], data.places.set_index("id")["level"]
    inland, parts = chain["above"].map(level) != "country", []
    for indicator, givers in (("births", own), ("birth_rate", own | inland)):
        seen = _series(data, indicator).rename(columns={"place": "above", "year": "born"})
        part = chain[givers].merge(seen[seen["basis"].isin(bases[indicator])], on="above")
        name = "number:" + part["basis"] if indicator == "births" else "rate:" + part["above"]
        parts.append(part.assign(births=name))
    return pd.concat(parts, ignore_index=True)
