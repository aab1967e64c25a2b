"""Population scenarios: what a place's population may be in a year, from observations on one basis only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from qiyou.capacity.intervals import ASSESSABLE, NOT_ASSESSABLE, box, grade, keys, numbers, provinces
from qiyou.errors import DataError

SCENARIOS = ("flat", "own_trend", "province_trend")
GROUPS = MappingProxyType(
    {
        "resident": ("population_resident", ("year_end_resident", "census_2020")),
        "elderly": ("population_60_plus", ("survey", "census_2020")),
        "under_three": ("", ()),
    }
)
"""Group -> observed indicator, and the bases that may serve, preferred first. Counts from before the revision
by the census of 2020, registered households and counts whose base is not stated never serve. No source counts
children under three."""

_COLUMNS = (
    *(
        "place",
        "group",
        "scenario",
        "year",
        "value",
        "low",
        "high",
        "anchor",
        "rate",
        "rate_low",
        "rate_high",
    ),
    *("basis", "source", "grade", "status", "reason", "note"),
)


@dataclass(frozen=True)
class _Series:
    """The observations of one place on one basis, by year."""

    place: str
    basis: str
    year: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    printed: tuple[str, ...]
    source: tuple[str, ...]

    def __str__(self) -> str:
        values = ", ".join(f"{year} {printed}" for year, printed in zip(self.year, self.printed, strict=True))
        return f"{self.place} {self.basis}: {values}"


@dataclass(frozen=True)
class _Trend:
    """A yearly rate of growth, with the interval that rounding leaves, and what it was taken from."""

    rate: float
    low: float
    high: float
    source: str
    note: str


def populations(
    data,
    places: str | Iterable[str] | None = None,
    years: int | Iterable[int] = (),
    *,
    group: str = "resident",
    rates: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """The population of places under named scenarios.

    ``flat``
        the observation of the year, else the last one before it held (else the first one after it held back).
    ``own_trend``
        that observation grown at the place's own yearly rate (last/first)^(1/years) − 1 over all its
        observations on the same basis, at least two.
    ``province_trend``
        that observation grown at the province's rate over its own observations of year-end residents (or of
        the group), which are on one basis too. Only the *rate* is taken over, so the place may be on another
        basis.

    A year that the place itself observed is never overwritten by a trend. Bases are never mixed: of those
    allowed (`GROUPS`) the first that the place has is used, alone.

    Parameters
    ----------
    data : Data
        Its observations, places, sources and, for the default of `places`, documents.
    places : str or iterable of str, optional
        Place ids; by default every place with a document.
    years : int or iterable of int
        Calendar years.
    group : {"resident", "elderly", "under_three"}
        Whose number; elderly are those of 60 and over, an assumption, as plans do not print the age.
    rates : mapping of str to float, optional
        Further scenarios, name -> growth per year (−0.01 for a fall of 1%): what-ifs of the caller, without a
        source.

    Returns
    -------
    DataFrame
        One row per place, scenario and year: ``value`` (persons, at the printed figure), ``low, high``
        (rounding of every observation used), ``anchor`` (year of the observation that the value rests on),
        ``rate, rate_low, rate_high`` (growth per year, 0 for flat), ``basis, source, grade, status, reason,
        note``. Where no value can be given, ``status`` is ``not assessable``, the numbers are missing, and
        ``reason`` says what is missing.

    Raises
    ------
    DataError
        No place, no year, an unknown place or group, a scenario named as one of the three, or no observations
        at all.

    Examples
    --------
    >>> import qiyou
    >>> frame = populations(qiyou.load(), ["yuhuan", "cixi"], 2027)
    >>> frame[["place", "scenario", "value", "status"]].round(0)
        place        scenario     value          status
    0  yuhuan            flat  648000.0      assessable
    1  yuhuan       own_trend       NaN  not assessable
    2  yuhuan  province_trend  678592.0      assessable
    3    cixi            flat       NaN  not assessable
    4    cixi       own_trend       NaN  not assessable
    5    cixi  province_trend       NaN  not assessable
    """
    wanted, span = _places(data, places), _years(years)
    if group not in GROUPS:
        raise DataError(f"there is no group {group!r}; it must be one of {', '.join(GROUPS)}")
    if data.observations.empty:
        raise DataError("the observations have no rows, so no population is known; add data/observations.csv")
    indicator, bases = GROUPS[group]
    own_rates = _own_rates(rates or {})
    series = _series(data.observations, indicator, data.sources)
    above = provinces(data.places)
    if unknown := [place for place in wanted if place not in above]:
        raise DataError(f"there is no place {unknown[0]!r} in places.csv; pass an id of data.places")
    trends = {place: _trend(_chosen(series, place, bases[:1])) for place in set(above.values()) - {""}}
    blocks = []
    for place in wanted:
        own = _chosen(series, place, bases)
        if own is None:
            reason = _nothing(series, place, group, indicator)
            blocks += [_blank(place, group, name, span, reason) for name in (*SCENARIOS, *own_rates)]
            continue
        rates = {
            "flat": _Trend(0.0, 0.0, 0.0, "", "held"),
            "own_trend": _trend(own) or f"a trend needs two observations on one basis, there is {own}",
            "province_trend": trends.get(above[place])
            or f"no two observations of the province on one basis (province: {above[place] or 'none'})",
            **own_rates,
        }
        blocks += [_block(own, group, name, span, rate) for name, rate in rates.items()]
    frame = pd.DataFrame({name: _column(blocks, name, span.size) for name in blocks[0]})
    graded = {joined: grade(data.sources, joined) for joined in frame["source"].unique()}
    frame["grade"] = frame["source"].map(graded)
    types = {"year": "Int64", "anchor": "Int64"} | {
        name: "float64" for name in _COLUMNS[4:11] if name != "anchor"
    }
    return frame[list(_COLUMNS)].astype(types)


def _places(data, places) -> list[str]:
    if places is None:
        places = data.documents["place"].unique()
    wanted = list(dict.fromkeys([places] if isinstance(places, str) else places))
    if not wanted:
        raise DataError("no place is named; pass at least one place id")
    return wanted


def _years(years) -> np.ndarray:
    span = np.unique(np.atleast_1d(np.asarray(years if np.isscalar(years) else list(years), dtype=float)))
    if not span.size or not (span == np.floor(span)).all():
        raise DataError(f"years is {years!r}; pass one or more whole calendar years")
    return span.astype(np.int64)


def _own_rates(rates: Mapping[str, float]) -> dict[str, _Trend]:
    if taken := sorted(set(rates) & set(SCENARIOS)):
        raise DataError(f"the scenario {taken[0]!r} is made from observations; give yours another name")
    if wild := [name for name, rate in rates.items() if not -1 < rate < 1]:
        raise DataError(
            f"the scenario {wild[0]!r} grows by {rates[wild[0]]!r} a year; pass a fraction such as -0.01"
        )
    return {
        name: _Trend(rate, rate, rate, "", f"grown at {rate:+.2%} a year (assumed, no source)")
        for name, rate in rates.items()
    }


def _column(blocks: list[dict], name: str, size: int) -> np.ndarray:
    """One column of all blocks; a block gives one entry or one for each year."""
    return np.concatenate([np.broadcast_to(np.asarray(block[name]), size) for block in blocks])


def _series(
    observations: pd.DataFrame, indicator: str, sources: pd.DataFrame
) -> dict[str, dict[str, _Series]]:
    """Place -> basis -> observations; several sources of one year give the hull of what they print."""
    rows = observations[observations["indicator"] == indicator]
    if rows.empty:
        return {}
    low, high = box(rows)
    # A derived figure is the sum or difference of two printed ones, so two roundings lie in it.
    derived = rows["source"].isin(sources.loc[sources["grade"] == "derived", "id"]).to_numpy()
    extra = np.where(derived, numbers(rows, "step") / 2, 0.0)
    rows = rows.assign(low=low - extra, high=high + extra, year=numbers(rows, "year"))
    rows = rows[np.isfinite(low) & np.isfinite(high)].sort_values("year", kind="stable")
    found: dict[str, dict[str, _Series]] = {}
    for (place, basis), part in rows.groupby(["place", "basis"], sort=False):
        years = part.groupby("year", sort=True)
        found.setdefault(place, {})[basis] = _Series(
            place=place,
            basis=basis,
            year=years["year"].first().to_numpy(dtype=np.int64),
            value=years["value"].mean().to_numpy(dtype=float),
            low=years["low"].min().to_numpy(dtype=float),
            high=years["high"].max().to_numpy(dtype=float),
            printed=tuple(years["printed"].agg(" / ".join)),
            source=tuple(years["source"].agg(keys)),
        )
    return found


def _chosen(series: dict[str, dict[str, _Series]], place: str, bases: tuple[str, ...]) -> _Series | None:
    at_hand = series.get(place, {})
    return next((at_hand[basis] for basis in bases if basis in at_hand), None)


def _trend(own: _Series | None) -> _Trend | None:
    """The yearly rate between the first and the last observation of one series."""
    if own is None or own.year.size < 2:
        return None
    span = int(own.year[-1] - own.year[0])
    rate, low, high = (
        float((last / first) ** (1 / span) - 1)
        for last, first in (
            (own.value[-1], own.value[0]),
            (own.low[-1], own.high[0]),
            (own.high[-1], own.low[0]),
        )
    )
    return _Trend(rate, low, high, keys(own.source), f"grown at {rate:+.2%} a year ({own})")


def _nothing(series: dict[str, dict[str, _Series]], place: str, group: str, indicator: str) -> str:
    if not indicator:
        return "no source counts the children under three"
    unfit = ", ".join(str(own) for own in series.get(place, {}).values())
    unfit = f" on a basis that may serve ({unfit})" if unfit else ""
    return f"no {group} population of {place} is sourced{unfit}"


def _blank(place: str, group: str, scenario: str, years: np.ndarray, reason: str, basis: str = "") -> dict:
    missing = {name: np.full(years.size, np.nan) for name in _COLUMNS[4:11]}
    return {
        "place": place,
        "group": group,
        "scenario": scenario,
        "year": years,
        **missing,
        "basis": basis,
        "source": "",
        "status": NOT_ASSESSABLE,
        "reason": reason,
        "note": "",
    }


def _block(own: _Series, group: str, scenario: str, years: np.ndarray, trend: _Trend | str) -> dict:
    """All years of one place under one scenario."""
    if isinstance(trend, str):
        return _blank(own.place, group, scenario, years, trend, own.basis)
    at = np.maximum(np.searchsorted(own.year, years, side="right") - 1, 0)
    away = years - own.year[at]
    # Backwards in time the larger rate gives the smaller number.
    slow, fast = np.where(away >= 0, trend.low, trend.high), np.where(away >= 0, trend.high, trend.low)
    after = {0: "", 1: f", {trend.note}", -1: f", {trend.note} back"}
    notes = [
        f"{own.basis} {own.year[i]} ({own.printed[i]}){after[int(np.sign(k))]}"
        for i, k in zip(at, away, strict=True)
    ]
    return {
        "place": own.place,
        "group": group,
        "scenario": scenario,
        "year": years,
        "value": own.value[at] * (1 + trend.rate) ** away,
        "low": own.low[at] * (1 + slow) ** away,
        "high": own.high[at] * (1 + fast) ** away,
        "anchor": own.year[at],
        "rate": trend.rate,
        "rate_low": trend.low,
        "rate_high": trend.high,
        "basis": own.basis,
        "source": [keys(own.source[i], trend.source if k else "") for i, k in zip(at, away, strict=True)],
        "status": ASSESSABLE,
        "reason": "",
        "note": notes,
    }
