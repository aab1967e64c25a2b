"""What nursery places per 1,000 residents mean for a child under three.

Children under three at the end of a year are taken to be those born in it and in the two years before: deaths
and moves are left out. Births come on bases that must not be mixed: births of registered households leave out
the children of people registered elsewhere, so places per child come out too high; a survey's birth rate of
the province or prefecture leaves out what is special about the county. Each basis has its own rows;
`qiyou.capacity.span` over ``births`` gives the hull.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from qiyou.capacity.intervals import ASSESSABLE, NOT_ASSESSABLE, box, grade, keys, numbers, require, upwards
from qiyou.capacity.population import populations
from qiyou.errors import DataError
from qiyou.paths import KEYS, grid

INDICATOR = "nursery_places_per_1000"
AGES = 3
FUTURES = ("held", "falling")
FEWEST_FOR_A_TREND = 3
"""Two values always lie on a line; a falling number of births is carried on only from three."""

_CHILDREN_COLUMNS = (
    "births",
    "births_scenario",
    "per_1000",
    "per_1000_low",
    "per_1000_high",
    "cohorts",
    "sourced",
)
_COLUMNS = (
    *(*KEYS, "year", "level", "level_low", "level_high"),
    *(*_CHILDREN_COLUMNS, "value", "low", "high", "level_kept", "level_kept_low", "level_kept_high"),
    *(
        "occupancy",
        "occupancy_low",
        "occupancy_high",
        "in_use",
        "in_use_low",
        "in_use_high",
        "occupancy_note",
    ),
    *("source", "grade", "status", "reason"),
)


@dataclass(frozen=True)
class _Births:
    """Yearly births of one place on one basis: persons, or per 1,000 residents."""

    name: str
    place: str
    rate: bool
    year: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    source: tuple[str, ...]


def per_child(data, targets: pd.DataFrame, *, occupancy: str = "own") -> pd.DataFrame:
    """Nursery places per child under three that a level of places per 1,000 residents means.

    places per child = level / (children under three per 1,000 residents), and those are births of three
    years, from

    ``number:registered``, ``number:survey``
        the place's own births over its resident population (the ``flat`` scenario);
    ``rate:<place>``
        the birth rates of a population survey, of the place itself, its prefecture or its province.

    A year between two sourced ones lies between their values. A year before the first takes the first value
    (``held back``; where births fall that is too few children). A year after the last is a scenario: ``held``
    keeps the last value, ``falling`` carries on the yearly factor between first and last, from at least three
    sourced years. Where every year lies within what is sourced the scenario is ``sourced``.

    Parameters
    ----------
    data : Data
        Its observations, places and sources.
    targets : DataFrame
        Rows of nursery_places_per_1000 as `qiyou.capacity.implied_stock` takes them.
    occupancy : {"own", "elsewhere"}
        Capacity is not use. ``own``: only an occupancy of the place itself serves, else there is none.
        ``elsewhere``: what if it were as anywhere between the least and the greatest that is sourced for
        other places.

    Returns
    -------
    DataFrame
        One row per cell, basis of births and scenario: ``value, low, high`` (places per child under three);
        ``births`` (the basis), ``births_scenario``, ``per_1000`` (children under three per 1,000 residents)
        with its interval, ``cohorts`` (what stands for each year), ``sourced`` (how many of the three years a
        source gives); ``level_kept`` with its interval (places per child if the level stayed at that of the
        path's first printed year: what the number of children alone does); ``in_use`` (children in nurseries
        per child) and ``occupancy`` as shares with their intervals, missing where none may serve, and
        ``occupancy_note``; ``source, grade, status, reason``.

    Raises
    ------
    DataError
        Empty frames, other indicators, or an unknown choice of occupancy.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> data = qiyou.load()
    >>> path = capacity.paths(data, "nursery_places_per_1000").query("place == 'yuhuan' and year == 2027")
    >>> capacity.per_child(data, path)[["births", "births_scenario", "sourced", "value"]].round(2)
                  births births_scenario  sourced  value
    0  number:registered            held        0   0.47
    1  number:registered         falling        0    NaN
    2      rate:zhejiang            held        0   0.32
    3      rate:zhejiang         falling        0   0.41
    """
    if occupancy not in ("own", "elsewhere"):
        raise DataError(f"occupancy is {occupancy!r}; it must be 'own' or 'elsewhere'")
    require(targets, ("indicator",), "the targets")
    other = targets[targets["indicator"] != INDICATOR]
    if len(other):
        raise DataError(f"places per child come from {INDICATOR} only; select it", rows=other)
    cells = grid(targets, data.indicators, reading="drawn")
    i, j = np.nonzero(cells.relation != "none")
    if not i.size:
        raise DataError("the targets print no level; select rows with a value")
    levels = (
        cells.keys.iloc[i]
        .reset_index(drop=True)
        .assign(
            year=cells.years[j],
            level=np.where(cells.relation[i, j] == "eq", cells.value[i, j], np.nan),
            level_low=cells.low[i, j],
            level_high=cells.high[i, j],
        )
    )
    _, first, path = np.unique(i, return_index=True, return_inverse=True)
    for end in ("", "_low", "_high"):
        levels[f"level_kept{end}"] = levels[f"level{end}"].to_numpy()[first[path]]
    wanted = levels[["place", "year"]].drop_duplicates()
    children = pd.concat(
        [_children(data, place, part["year"].to_numpy()) for place, part in wanted.groupby("place")]
    )
    frame = levels.merge(children, on=["place", "year"], how="left")
    with np.errstate(divide="ignore", invalid="ignore"):
        for ends in (("value", "low", "high"), ("level_kept", "level_kept_low", "level_kept_high")):
            at = ("level", "level_low", "level_high") if ends[0] == "value" else ends
            frame[ends[0]] = frame[at[0]] / frame["per_1000"]
            frame[ends[1]] = frame[at[1]] / frame["per_1000_high"]
            frame[ends[2]] = frame[at[2]] / frame["per_1000_low"]
    silent = frame["level_low"].isna() & (frame["reason"] == "")
    frame["reason"] = frame["reason"].where(
        ~silent, "the printed level is approximate and states no interval"
    )
    frame["status"] = np.where(frame["reason"] == "", ASSESSABLE, NOT_ASSESSABLE)
    frame = _with_occupancy(frame, data, occupancy)
    frame["source"] = [keys(*pair) for pair in zip(frame["document"], frame["source"], strict=True)]
    graded = {joined: grade(data.sources, joined) for joined in frame["source"].unique()}
    return frame.assign(grade=frame["source"].map(graded))[list(_COLUMNS)]


def _children(data, place: str, years: np.ndarray) -> pd.DataFrame:
    """Children under three per 1,000 residents of a place, for every basis of births and every scenario."""
    known = _births(data, place)
    if not known:
        reason = f"no births of {place} or of what it belongs to are sourced"
        return pd.DataFrame([_row(place, int(year), "", "", reason=reason) for year in years])
    people = populations(data, place, years).query("scenario == 'flat'").set_index("year")
    rows = []
    for births in known:
        for year in years:
            needed = np.arange(year - AGES + 1, year + 1)
            for future in _futures(births, needed):
                rows.append(_under_three(births, place, needed, future, people.loc[year]))
    return pd.DataFrame(rows)


def _futures(births: _Births, needed: np.ndarray) -> tuple[str, ...]:
    if needed[-1] > births.year[-1]:
        return FUTURES
    return ("held back",) if needed[0] < births.year[0] else ("sourced",)


def _births(data, place: str) -> list[_Births]:
    """The place's own births by basis, and the survey's birth rates of it and of all above it in the country."""
    chain = upwards(data.places, place)
    country = set(data.places.loc[data.places["level"] == "country", "id"])
    own = [(place, "births", basis) for basis in ("registered", "survey")]
    rates = [(at, "birth_rate", "survey") for at in chain if at == place or at not in country]
    found = []
    for at, indicator, basis in own + rates:
        seen = data.observations
        seen = seen[(seen["place"] == at) & (seen["indicator"] == indicator) & (seen["basis"] == basis)]
        low, high = box(seen)
        seen = seen.assign(low=low, high=high)[np.isfinite(low)].sort_values("year")
        if seen.empty:
            continue
        rate = indicator == "birth_rate"
        years = seen.groupby("year")
        found.append(
            _Births(
                name=f"rate:{at}" if rate else f"number:{basis}",
                place=at,
                rate=rate,
                year=years["year"].first().to_numpy(dtype=np.int64),
                value=years["value"].mean().to_numpy(dtype=float),
                low=years["low"].min().to_numpy(dtype=float),
                high=years["high"].max().to_numpy(dtype=float),
                source=tuple(years["source"].agg(keys)),
            )
        )
    return found


def _under_three(births: _Births, place: str, needed: np.ndarray, future: str, people: pd.Series) -> dict:
    year = int(needed[-1])
    if future == "falling" and births.year.size < FEWEST_FOR_A_TREND:
        known = f"{births.name} has {births.year.size}"
        reason = f"a trend of births needs {FEWEST_FOR_A_TREND} sourced years, {known}"
        return _row(place, year, births.name, future, reason=reason)
    if not births.rate and people["status"] != ASSESSABLE:
        return _row(place, year, births.name, future, reason=people["reason"])
    cohorts = [_cohort(births, int(born), future) for born in needed]
    total = np.sum([cohort[:3] for cohort in cohorts], axis=0)
    sources = [births.source]
    if not births.rate:
        total = 1000 * total / people[["value", "high", "low"]].to_numpy(dtype=float)
        sources.append(people["source"])
    return _row(place, year, births.name, future) | {
        "per_1000": total[0],
        "per_1000_low": total[1],
        "per_1000_high": total[2],
        "cohorts": ", ".join(cohort[3] for cohort in cohorts),
        "sourced": int(np.isin(needed, births.year).sum()),
        "source": keys(*sources),
    }


def _cohort(births: _Births, born: int, future: str) -> tuple[float, float, float, str]:
    """Births of one year: value, low, high, and what stands for it."""
    after = int(np.searchsorted(births.year, born))
    if after < births.year.size and births.year[after] == born:
        return births.value[after], births.low[after], births.high[after], str(born)
    if after == 0:
        return births.value[0], births.low[0], births.high[0], f"{born} as {births.year[0]}"
    if after < births.year.size:
        pair = slice(after - 1, after + 1)
        between = f"{born} between {births.year[after - 1]} and {births.year[after]}"
        return births.value[pair].mean(), births.low[pair].min(), births.high[pair].max(), between
    away, span = born - births.year[-1], births.year[-1] - births.year[0]
    last = np.array([births.value[-1], births.low[-1], births.high[-1]])
    if future == "held":
        return *last, f"{born} as {births.year[-1]}"
    first = np.array([births.value[0], births.high[0], births.low[0]])
    trend = f"{born} on the trend of {births.year[0]} to {births.year[-1]}"
    return *(last * (last / first) ** (away / span)), trend


def _row(place: str, year: int, births: str, scenario: str, reason: str = "") -> dict:
    return {
        "place": place,
        "year": year,
        "births": births,
        "births_scenario": scenario,
        "per_1000": np.nan,
        "per_1000_low": np.nan,
        "per_1000_high": np.nan,
        "cohorts": "",
        "sourced": 0,
        "source": "",
        "reason": reason,
    }


def _with_occupancy(frame: pd.DataFrame, data, choice: str) -> pd.DataFrame:
    """Add the occupancy of each place, and what of the places is in use."""
    seen = data.observations[data.observations["indicator"] == "nursery_occupancy"]
    low, high = box(seen)
    seen = seen.assign(low=low / 100, high=high / 100, value=numbers(seen, "value") / 100)
    chosen = {place: _occupancy(seen, place, choice) for place in frame["place"].unique()}
    for position, name in enumerate(("occupancy", "occupancy_low", "occupancy_high", "occupancy_note")):
        frame[name] = frame["place"].map({place: found[position] for place, found in chosen.items()})
    for end in ("", "_low", "_high"):
        frame[f"in_use{end}"] = frame[end.strip("_") or "value"] * frame[f"occupancy{end}"]
    used = frame["place"].map({place: found[4] for place, found in chosen.items()})
    frame["source"] = [keys(*pair) for pair in zip(frame["source"], used, strict=True)]
    return frame


def _occupancy(seen: pd.DataFrame, place: str, choice: str) -> tuple[float, float, float, str, str]:
    own = seen[seen["place"] == place]
    if choice == "own" and own.empty:
        return np.nan, np.nan, np.nan, f"not assessable: no occupancy of {place} is sourced", ""
    if choice == "own":
        last = own.sort_values("year").iloc[-1]
        return last["value"], last["low"], last["high"], f"{last['year']}: {last['printed']}%", last["source"]
    others = seen[(seen["place"] != place) & seen["low"].notna()]
    if others.empty:
        return np.nan, np.nan, np.nan, "not assessable: no occupancy of another place is sourced", ""
    note = "what if: as in " + ", ".join(f"{row.place} {row.year}" for row in others.itertuples())
    return np.nan, others["low"].min(), others["high"].max(), note, keys(others["source"])
