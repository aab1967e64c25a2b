"""Announced projects × sizes of facilities: how much of a required area the projects explain.

Counts stand in the documents' statements, sizes come from site surveys (area ÷ count of all facilities of a
type; for trails area ÷ length), never from the projects themselves. Whether a trail or a pocket park counts
in full is a question, not a fact: it is asked for as an argument and shown in the result. A facility that a
document names without count or area is one of its projects too, of unknown size: what is left out of a sum
is listed beside it, and a sum of the others decides nothing about the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from qiyou.capacity.intervals import (
    ASSESSABLE,
    NOT_ASSESSABLE,
    box,
    grade,
    keys,
    numbers,
    product,
    provinces,
    require,
    upwards,
)
from qiyou.errors import DataError

FACILITIES = MappingProxyType(
    {
        "football_cage": ("笼式足球场", "cage football pitches"),
        "football_pitch": ("足球场", "football pitches"),
        "basketball_court": ("篮球场", "basketball courts"),
        "gateball_court": ("门球场", "gateball courts"),
        "ball_court": ("多功能运动场", "multi-function courts"),
        "gym": ("百姓健身房", "community gyms"),
        "trail": ("步道", "trails"),
        "village_fitness_square": ("村级全民健身广场", "village fitness squares"),
        "pocket_park": ("口袋公园", "pocket parks"),
        "local_facility": ("基层体育场地设施（类型未载）", "local facilities, type not printed"),
        "sports_centre": ("体育中心", "sports centres"),
        "olympic_sports_centre": ("奥体中心", "Olympic sports centres"),
        "fitness_centre": ("全民健身中心", "fitness centres"),
        "sports_school": ("少年儿童业余体校", "youth sports schools"),
        "gymnasium_conversion": ("体育馆改造", "gymnasium conversions"),
    }
)
"""Type of facility in projects.csv -> its name within a sentence, Chinese and English."""

SIZED_AS = MappingProxyType({"football_cage": ("football_cage", "football_5")})
"""Types sized by several types together: a cage pitch by the sheets for cage and for five-a-side pitches."""

ANY = "local_facility"
"""The type of a project that does not print one: from the smallest to the largest single facility
surveyed."""

_LENGTH_UNITS = ("公里",)
_SIZE_COLUMNS = ("facility", "name_zh", "low", "high", "unit", "basis", "places", "source", "grade", "note")
_COLUMNS = (
    *("id", "place", "document", "statement", "at", "from_year", "year", "phrase", "printed", "facility"),
    *(
        "count_low",
        "count_high",
        "count_unit",
        "size_low",
        "size_high",
        "size_basis",
        "share_low",
        "share_high",
    ),
    *("value", "low", "high", "unit", "source", "grade", "status", "reason", "note"),
)


def facility_sizes(data, place: str, *, basis: str = "survey") -> pd.DataFrame:
    """How large a facility of each type is.

    Parameters
    ----------
    data : Data
        Its facilities, places and sources.
    place : str
        Surveys of places in the same province serve, the province's own included; a nation's mean does not.
    basis : {"survey", "standard"}
        ``survey``: the least and the greatest mean size over those surveys; for a type that none of them
        counts, the dimensions of data sheets (``basis`` says which). ``standard``: the least sizes that
        building standards set, to be shown beside, never multiplied.

    Returns
    -------
    DataFrame
        One row per type: ``facility, name_zh, low, high`` (m² per piece or per km; ``high`` inf for a least
        size), ``unit, basis, places, source, grade, note``.

    Raises
    ------
    DataError
        An unknown place or basis, or no size at all.

    Examples
    --------
    >>> import qiyou
    >>> frame = facility_sizes(qiyou.load(), "yuhuan")
    >>> frame.query("facility in ['gym', 'trail']")[["facility", "low", "high", "unit", "places"]].round(0)
      facility     low    high    unit             places
    3      gym   253.0   318.0   平方米/个  zhejiang; gongshu
    5    trail  2204.0  2937.0  平方米/公里  zhejiang; gongshu
    """
    upwards(data.places, place)
    if basis not in ("survey", "standard"):
        raise DataError(f"basis is {basis!r}; it must be 'survey' or 'standard'")
    rows = data.facilities
    if basis == "standard":
        rows = rows[rows["basis"] == "standard"]
    else:
        above = provinces(data.places)
        near = rows["place"].map(above).eq(above[place]) & (above[place] != "")
        surveyed = rows["basis"].str.startswith("survey") & near
        sheet = (rows["basis"] == "dimension") & ~rows["facility"].isin(rows.loc[surveyed, "facility"])
        rows = rows[surveyed | sheet]
    if rows.empty:
        raise DataError(f"facilities.csv has no size on the basis {basis!r} for {place}; add rows to it")
    grouped = rows.assign(size_high=rows["size_high"].fillna(np.inf)).groupby("facility", sort=False)
    frame = grouped.agg(
        name_zh=("name_zh", "first"),
        low=("size_low", "min"),
        high=("size_high", "max"),
        unit=("unit", "first"),
        basis=("basis", keys),
        places=("place", keys),
        source=("source", keys),
        note=("note", keys),
    ).reset_index()
    frame["grade"] = [grade(data.sources, joined) for joined in frame["source"]]
    return frame[list(_SIZE_COLUMNS)]


def supply(
    data,
    place: str,
    year: int | None = None,
    *,
    trails: str | float | tuple[float, float],
    counting: Mapping[str, float | tuple[float, float]] | None = None,
    read_as: Mapping[str, str] | None = None,
    at_least: str = "open",
    sizes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The area that a place's announced projects add.

    Parameters
    ----------
    data : Data
        Its projects, statements, facilities, places and sources.
    place : str
    year : int, optional
        Only the projects of that year; all by default.
    trails : "full", "none", a share from 0 to 1, or two shares
        How much of a trail's area counts as sports area: no default, as the documents do not say. Two shares
        are the ends of an interval.
    counting : mapping, optional
        The same for other types, type -> share; 1 by default.
    read_as : mapping, optional
        Type -> another type whose size is taken, to see what it matters: ``{"football_cage":
        "football_pitch"}``.
    at_least : {"open", "as printed"}
        ``30家以上``: as the half-open interval that it is, or as if exactly 30 were meant.
    sizes : DataFrame, optional
        Another table of sizes; `facility_sizes` by default.

    Returns
    -------
    DataFrame
        One row per project: where it is announced (``at``; ``statement`` and ``printed`` are empty for a
        facility named without a count), ``count_low, count_high`` (pieces as printed, 1 for a named facility;
        a length with its rounding), ``size_low, size_high, size_basis``, ``share_low, share_high``, ``value`` (NaN:
        sizes are intervals without a centre), ``low, high`` in m², ``source, grade, status, reason, note``. A
        type without a known size is ``not assessable`` and left out of totals. A place without a project
        has one row that says so.

    Raises
    ------
    DataError
        An unknown place, type or share; a statement without a count.

    Examples
    --------
    >>> import qiyou
    >>> projects = supply(qiyou.load(), "yuhuan", 2024, trails="full")
    >>> projects[["facility", "printed", "low", "high"]].round(0)
                    facility printed       low      high
    0         local_facility     14个     558.0   40634.0
    1                  trail    89公里  195089.0  262832.0
    2          sports_centre               NaN       NaN
    3  olympic_sports_centre               NaN       NaN
    """
    upwards(data.places, place)
    if at_least not in ("open", "as printed"):
        raise DataError(f"at_least is {at_least!r}; it must be 'open' or 'as printed'")
    named = {"full": 1.0, "none": 0.0}
    shares = {"trail": _share("trails", named.get(trails, trails) if isinstance(trails, str) else trails)}
    shares |= {name: _share(f"counting[{name!r}]", share) for name, share in (counting or {}).items()}
    rows = _announced(data, place, year)
    if rows.empty:
        return _none_announced(place, year)
    table = _sizes_by_type(facility_sizes(data, place) if sizes is None else sizes)
    known = {*FACILITIES, *table}
    for name in {*shares, *(read_as or {}), *(read_as or {}).values(), *rows["facility"]} - known:
        raise DataError(
            f"there is no type of facility {name!r}; it must be one of {', '.join(sorted(known))}"
        )
    rows["size_type"] = rows["facility"].replace(dict(read_as or {}))
    low, high, basis, source = zip(
        *[table.get(name, (np.nan, np.nan, "", "")) for name in rows["size_type"]], strict=True
    )
    rows = rows.assign(size_low=low, size_high=high, size_basis=basis)
    count = _counts(rows, at_least)
    share = tuple(
        np.array([shares.get(name, (1.0, 1.0))[end] for name in rows["facility"]]) for end in (0, 1)
    )
    area = product(product(count, (np.array(low), np.array(high))), share)
    unsized = rows["size_low"].isna()
    rows = rows.assign(
        count_low=count[0],
        count_high=count[1],
        count_unit=rows["unit"],
        share_low=share[0],
        share_high=share[1],
        value=np.nan,
        low=area[0],
        high=area[1],
        unit="平方米",
        source=[keys(document, key) for document, key in zip(rows["document"], source, strict=True)],
        status=np.where(unsized, NOT_ASSESSABLE, ASSESSABLE),
        reason=np.where(
            ~unsized,
            "",
            np.where(
                rows["statement"].isna(),
                "named without a count or an area",
                "no size of this type of facility is known",
            ),
        ),
    )
    rows["grade"] = [grade(data.sources, joined) for joined in rows["source"]]
    return rows[list(_COLUMNS)].reset_index(drop=True)


def supply_total(projects: pd.DataFrame) -> pd.DataFrame:
    """The sum of `supply` over a place's projects.

    Parameters
    ----------
    projects : DataFrame
        `supply`.

    Returns
    -------
    DataFrame
        One row per place: ``projects`` (number counted), ``low, high`` in ``unit``, ``left_out`` (types
        without a known size) and ``left_out_count`` (their pieces), ``source, grade, status, reason``. The
        interval is that of what is counted: what is left out adds something unknown, so beside a requirement
        its low end can show that the projects suffice, and its high end shows nothing unless nothing is left
        out.

    Raises
    ------
    DataError
        If the frame is empty.

    Examples
    --------
    >>> import qiyou
    >>> total = supply_total(supply(qiyou.load(), "yuhuan", 2023, trails="none"))
    >>> total[["projects", "low", "high", "left_out"]].round(0)
       projects     low     high                             left_out
    0         5  7083.0  12498.0  village_fitness_square; pocket_park
    """
    require(projects, ("place", "facility", "low", "high", "status", "reason", "count_low"), "the projects")
    rows = []
    for place, part in projects.groupby("place", sort=False):
        good = part[part["status"] == ASSESSABLE]
        rest = part[part["status"] != ASSESSABLE]
        row = {
            "place": place,
            "projects": len(good),
            "low": good["low"].sum() if len(good) else np.nan,
            "high": good["high"].sum() if len(good) else np.nan,
            "unit": keys(part["unit"]),
            "left_out": keys(rest["facility"]),
            "left_out_count": rest["count_low"].sum(),
            "source": keys(good["source"]),
            "grade": keys(good["grade"]),
            "status": ASSESSABLE if len(good) else NOT_ASSESSABLE,
            "reason": "" if len(good) else keys(part["reason"]),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def explained(required: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """The share of a required addition that announced projects explain.

    ``share`` is that of the projects with a known size; what is left out may add to it. It runs from
    supply_low/required_high to supply_high/required_low, two intervals that do not depend on one another. Where the requirement may be nothing or less, the share has no upper end (inf); where it
    is open upwards, as for 3.1 or more, its lower end is 0.

    Parameters
    ----------
    required : DataFrame
        Rows of `additions`, `required` or `span` in m².
    projects : DataFrame
        `supply` of the same places.

    Returns
    -------
    DataFrame
        `required` with ``supply_low, supply_high, share_low, share_high``; ``left_low, left_high``: what is
        left to be explained (negative: more is announced than required); ``left_out, left_out_count``;
        ``source, grade, status, reason`` of both.

    Raises
    ------
    DataError
        If a frame is empty, or the units differ.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> data = qiyou.load()
    >>> path = capacity.paths(data, "sports_area_per_capita").query("place == 'huangyan'")
    >>> people = capacity.populations(data, "huangyan", [2020, 2025])
    >>> need = capacity.additions(path, people, data.indicators)
    >>> announced = capacity.supply(data, "huangyan", trails="none", at_least="as printed")
    >>> capacity.explained(need, announced)[["scenario", "share_low", "share_high"]].round(3).head(1)
      scenario  share_low  share_high
    0     flat      0.024       0.049
    """
    require(required, ("place", "low", "high", "unit", "status", "reason"), "the requirement")
    total = supply_total(projects).rename(columns={"low": "supply_low", "high": "supply_high"})
    names = ("supply_low", "supply_high", "left_out", "left_out_count")
    unit = {*required["unit"], *total["unit"]} - {""}
    if len(unit) > 1:
        raise DataError(f"requirement and supply are in different units: {', '.join(sorted(unit))}")
    required = required.assign(**{name: required.get(name, "") for name in ("source", "grade")})
    announced = total[["place", *names, "source", "grade", "status", "reason"]]
    both = required.merge(announced, on="place", how="left", suffixes=("", "_supply"))
    low, high = numbers(both, "low"), numbers(both, "high")
    given = numbers(both, "supply_low"), numbers(both, "supply_high")
    with np.errstate(divide="ignore", invalid="ignore"):
        both["share_low"] = np.where(high > 0, given[0] / high, np.where(np.isnan(high), np.nan, np.inf))
        both["share_high"] = np.where(low > 0, given[1] / low, np.where(np.isnan(low), np.nan, np.inf))
        both["left_low"], both["left_high"] = low - given[1], high - given[0]
    reason = both["reason"].where(
        both["reason"] != "", both["reason_supply"].fillna("no projects of the place were passed")
    )
    bad = reason != ""
    both.loc[bad, ["share_low", "share_high", "left_low", "left_high"]] = np.nan
    both["reason"], both["status"] = reason, np.where(bad, NOT_ASSESSABLE, ASSESSABLE)
    for name in ("source", "grade"):
        both[name] = [keys(*pair) for pair in zip(both[name], both[f"{name}_supply"].fillna(""), strict=True)]
    return both.drop(columns=[name for name in both if name.endswith("_supply")])


def per_head(projects: pd.DataFrame, populations: pd.DataFrame) -> pd.DataFrame:
    """What announced projects come to per head of the population.

    Parameters
    ----------
    projects : DataFrame
        `supply`.
    populations : DataFrame
        `qiyou.capacity.populations` of the place.

    Returns
    -------
    DataFrame
        One row per scenario and year: ``low, high`` in m² per head, ``supply_low, supply_high``,
        ``population_low, population_high``, ``source, grade, status, reason``.

    Raises
    ------
    DataError
        If a frame is empty or they share no place.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> data = qiyou.load()
    >>> trail = supply(data, "yuhuan", 2024, trails="full").query("facility == 'trail'")
    >>> head = per_head(trail, capacity.populations(data, "yuhuan", 2024))
    >>> head[["scenario", "low", "high"]].round(2).head(1)
      scenario  low  high
    0     flat  0.3  0.41
    """
    require(populations, ("place", "scenario", "year", "low", "high", "status", "reason"), "the populations")
    total = supply_total(projects)
    both = total.merge(populations, on="place", suffixes=("_supply", "_population"))
    if both.empty:
        raise DataError("the projects and the populations share no place")
    with np.errstate(divide="ignore", invalid="ignore"):
        low = both["low_supply"] / both["high_population"]
        high = both["high_supply"] / both["low_population"]
    reason = both["reason_supply"].where(both["reason_supply"] != "", both["reason_population"])
    return pd.DataFrame(
        {
            "place": both["place"],
            "scenario": both["scenario"],
            "year": both["year"],
            "low": low,
            "high": high,
            "unit": "平方米/人",
            "supply_low": both["low_supply"],
            "supply_high": both["high_supply"],
            "population_low": both["low_population"],
            "population_high": both["high_population"],
            "source": [
                keys(*pair) for pair in zip(both["source_supply"], both["source_population"], strict=True)
            ],
            "grade": [
                keys(*pair) for pair in zip(both["grade_supply"], both["grade_population"], strict=True)
            ],
            "status": np.where(reason == "", ASSESSABLE, NOT_ASSESSABLE),
            "reason": reason,
        }
    )


def _share(name: str, share) -> tuple[float, float]:
    try:
        low, high = (share, share) if np.isscalar(share) else share
        low, high = float(low), float(high)
    except (TypeError, ValueError):
        low = high = np.nan
    if not 0 <= low <= high <= 1:
        raise DataError(
            f"{name} is {share!r}; pass a share from 0 to 1 or two in order (for trails also 'full' or "
            f"'none')"
        )
    return low, high


def _announced(data, place: str, year: int | None) -> pd.DataFrame:
    """The projects of a place with what their statements print, or with one piece of what is named singly."""
    mine = data.documents.loc[data.documents["place"] == place, "id"]
    projects = data.projects[data.projects["document"].isin(mine)]
    rows = projects.merge(
        data.statements.drop(columns=["place", "note"]),
        left_on=["document", "statement"],
        right_on=["document", "id"],
        how="left",
        suffixes=("_project", ""),
    ).rename(columns={"id_project": "id"})
    rows = rows.loc[:, ~rows.columns.duplicated()].assign(place=place)
    for name in ("year", "from_year"):
        rows[name] = rows[name].fillna(rows[f"{name}_project"])
    rows["from_year"] = rows["from_year"].fillna(rows["year"])
    named = rows["statement"].isna()
    rows.loc[named, "phrase"] = rows.loc[named, "phrase_project"]
    one = {"printed": "", "relation": "eq", "value": 1.0, "low": 1.0, "high": 1.0, "step": 1.0, "unit": "个"}
    for name, value in one.items():
        rows.loc[named, name] = value
    rows.loc[~named, "at"] = [f"statement:{number}" for number in rows.loc[~named, "statement"]]
    return rows if year is None else rows[rows["year"] == year].reset_index(drop=True)


def _none_announced(place: str, year: int | None) -> pd.DataFrame:
    when = "" if year is None else f" for {year}"
    row = dict.fromkeys(_COLUMNS, "") | {"place": place, "unit": "平方米", "status": NOT_ASSESSABLE}
    row |= {name: np.nan for name in _COLUMNS if name.endswith(("low", "high", "value"))}
    row |= dict.fromkeys(("statement", "from_year", "year"), pd.NA)
    row |= {"reason": f"no project of {place} is transcribed{when}"}
    return pd.DataFrame([row]).astype(dict.fromkeys(("statement", "from_year", "year"), "Int64"))


def _sizes_by_type(table: pd.DataFrame) -> dict[str, tuple[float, float, str, str]]:
    """Type -> low, high, basis, source; with the types that are sized by others."""
    require(table, ("facility", "low", "high", "unit", "basis", "source"), "the sizes")

    def hull(rows: pd.DataFrame) -> tuple[float, float, str, str]:
        return float(rows["low"].min()), float(rows["high"].max()), keys(rows["basis"]), keys(rows["source"])

    found = {name: hull(rows) for name, rows in table.groupby("facility", sort=False)}
    found |= {
        name: hull(table[table["facility"].isin(group)])
        for name, group in SIZED_AS.items()
        if table["facility"].isin(group).any()
    }
    single = table[table["basis"].str.startswith("survey") & table["unit"].str.endswith("/个")]
    return found if single.empty else found | {ANY: hull(single)}


def _counts(rows: pd.DataFrame, at_least: str) -> tuple[np.ndarray, np.ndarray]:
    """Pieces are counted, so a printed number of them is exact; a length is measured and has its rounding."""
    low, high = box(rows)
    value, exact = numbers(rows, "value"), (rows["relation"] == "eq").to_numpy()
    pieces = exact & ~rows["unit"].isin(_LENGTH_UNITS).to_numpy()
    low, high = np.where(pieces, value, low), np.where(pieces, value, high)
    if at_least == "as printed":
        high = np.where(rows["relation"].isin(["ge", "gt"]), value, high)
    if np.isnan(low).any():
        bad = rows[np.isnan(low)]
        raise DataError(f"{bad['printed'].iloc[0]!r} of {bad['document'].iloc[0]} states no count", rows=bad)
    return low, high
