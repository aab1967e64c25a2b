"""Announced projects × sizes of facilities, set against what a target needs.

Counts stand in the documents' statements, sizes come from site surveys (area ÷ count; for trails area ÷
length), never from the projects themselves. Every announced facility is a row of its own. What has no
printed kind, or no known size, is counted apart; a trail stands at its full area, and whether it counts is a
question to ask, not a fact.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.capacity import population as pop
from qiyou.capacity.stocks import changes, printed, span
from qiyou.compare.references import provinces
from qiyou.errors import DataError, need
from qiyou.intervals import above, box
from qiyou.paths import KEYS
from qiyou.words import columns


def facility_sizes(data, place: str) -> pd.DataFrame:
    """How large a facility of each type is: the least and the greatest mean size of site surveys in the
    province.

    A type that none of them counts has the dimensions of data sheets (``basis`` says which). A nation's mean
    does not serve, nor do the least sizes that building standards set.

    Parameters
    ----------
    data : Data
    place : str

    Returns
    -------
    DataFrame
        One row per type: ``facility, name_zh, low, high`` (m² per piece or per km), ``unit, basis, places,
        source, note, grade``.

    Raises
    ------
    DataError
        If there is no such place, or no size at all.

    Examples
    --------
    >>> import qiyou
    >>> sizes = facility_sizes(qiyou.load(), "yuhuan").set_index("facility")
    >>> sizes.loc[["gym", "trail"], ["low", "high"]].round(0).values.tolist()
    [[253.0, 318.0], [2204.0, 2937.0]]
    """
    rows, province = data.facilities, provinces(data.places)
    near = rows["place"].map(province.replace("", np.nan)).eq(province[pop.known_places(data, place)[0]])
    surveyed = rows["basis"].str.startswith("survey") & near
    sheet = (rows["basis"] == "dimension") & ~rows["facility"].isin(rows.loc[surveyed, "facility"])
    rows = rows[surveyed | sheet]
    need(not rows.empty, "capacity.no_size", place=place)
    by = rows.rename(columns={"place": "places"}).groupby("facility", sort=False)
    frame = by.agg(name_zh=("name_zh", "first"), low=("size_low", "min"), high=("size_high", "max"))
    frame["unit"] = by["unit"].first()
    for name in ("basis", "places", "source", "note"):
        frame[name] = by[name].agg(pop.keys)
    return frame.assign(grade=pop.graded(data, frame["source"])).reset_index()


def supply(data, place=None, year: int | None = None, *, sizes: pd.DataFrame | None = None) -> pd.DataFrame:
    """The area that announced projects add, one row per facility announced.

    Parameters
    ----------
    data : Data
    place : str or list of str, optional
    year : int, optional
        Only the projects of that year.
    sizes : DataFrame, optional
        Another table of sizes (columns of `facility_sizes`), to see what it matters.

    Returns
    -------
    DataFrame
        Where it is announced (``at``), ``printed, relation, count`` (of ``30家以上`` the 30 are counted; a
        facility that is only named is one), ``size_low, size_high, size_basis``, ``low, high`` in m² (a
        length with its rounding), ``source, grade, status, reason``. ``part``: ``counted`` (kind and size
        known), ``trail`` (full area), ``kind_not_printed`` (between the smallest and the largest single
        facility surveyed), ``size_not_known``. No rows: nothing is announced.

    Raises
    ------
    DataError
        An unknown place; a statement without a count.

    Examples
    --------
    >>> import qiyou
    >>> frame = supply(qiyou.load(), "yuhuan", 2024)
    >>> frame[["part", "printed", "low", "high"]].round(0).values.tolist()[:2]
    [['kind_not_printed', '14个', 558.0, 40634.0], ['trail', '89公里', 195089.0, 262832.0]]
    """
    rows = _announced(data)
    if place is not None:
        rows = rows[rows["place"].isin(pop.known_places(data, place))]
    if year is not None:
        rows = rows[rows["year"] == year]
    rows = rows.merge(_sizes(data, rows["place"], sizes), on=["place", "facility"], how="left")
    cells = box(rows, "measured")
    if np.isnan(cells.point).any():
        bad = rows[np.isnan(cells.point)]
        raise DataError("capacity.no_count", bad, **bad.iloc[0][["printed", "document"]])
    # Pieces are counted, so their number is exact; a length is measured. A bound asks for its number.
    rounded = np.isfinite(cells.high - cells.low) & (~cells.exact | rows["unit"].isin(pop.assumed("lengths")))
    unsized, named = rows["size_low"].isna(), rows["statement"].isna()
    trail, unknown = (rows["facility"].isin(pop.assumed(key)) for key in ("trails", "unknown_type"))
    parts = ["size_not_known", "trail", "kind_not_printed"]
    rows = rows.assign(
        part=np.select([unsized, trail, unknown], parts, "counted"),
        count=cells.point,
        count_unit=rows["unit"],
        low=np.where(rounded, cells.low, cells.point) * rows["size_low"],
        high=np.where(rounded, cells.high, cells.point) * rows["size_high"],
        unit="平方米",
        source=pop.joined(rows["document"], rows["size_source"]),
    )
    reason = np.select([unsized & named, unsized], ["ONLY_NAMED", "NO_SIZE"], "").astype(object)
    rows = pop.judged(rows, reason, []).assign(grade=pop.graded(data, rows["source"]))
    return rows[columns("capacity.supply")]


def balance(data, place=None, indicator=None, until: int | None = None) -> pd.DataFrame:
    """What a target needs by a year, against what announced projects bring by then.

    A need runs from the path's base (else the place's first printed base of the indicator, else the path's
    first target) to the number that is asked for, over all population scenarios. Projects count that lie
    after the base year and not after the year of the target.

    Parameters
    ----------
    data : Data
    place, indicator : str or list of str, optional
    until : int, optional
        Only needs of that year.

    Returns
    -------
    DataFrame
        One row per path and later printed year: ``need_low, need_high``; ``without_low, without_high`` and
        ``with_low, with_high``: what is announced, without and with trails in full, and the ``…_share_…`` of
        the need that it covers; ``projects``; ``left_out, left_out_count``: facilities of unknown size, in
        no sum. ``code``: ``COVERED`` (lowest supply ≥ highest need), ``NOT_COVERED`` (highest < lowest,
        nothing left out), ``DEPENDS_ON:trails``, ``DEPENDS_ON:size_not_known`` (what is left out),
        ``DEPENDS_ON:unit_sizes``, ``NO_PROJECTS``, ``NO_POPULATION``.

    Raises
    ------
    DataError
        If nothing is asked for after a base.

    Examples
    --------
    >>> import qiyou
    >>> row = balance(qiyou.load(), "yuhuan", "sports_area_per_capita", 2027).iloc[0]
    >>> row["code"]
    'DEPENDS_ON:trails'
    >>> (row[["without_low", "without_high", "with_low", "with_high"]].astype(float) / 1e4).round(1).tolist()
    [0.8, 5.3, 20.3, 31.6]
    """
    pairs = _pairs(printed(data, place, indicator), until)
    need(not pairs.empty, "capacity.nothing_asked", place=repr(place), year=repr(until))
    names = {"scenario": "scenarios", "low": "need_low", "high": "need_high"}
    frame = span(changes(data, pairs)).rename(columns=names).set_index("path")
    last = pairs[~pairs["path"].duplicated()].set_index("path").drop(columns="relation")
    last = last.rename(columns={"asks": "relation", "value": "level"})
    frame = frame.join(last[["printed", "relation", "level", "base_document"]])
    frame["source"] = pop.joined(frame["base_document"], frame["source"])
    frame = frame.join(_by_then(data, frame))
    frame["projects"] = frame["projects"].fillna(0).astype("Int64")
    frame["left_out"] = frame["left_out"].astype(object).fillna("")
    low, high = frame["need_low"], frame["need_high"]
    lies = {}
    for way in ("without", "with"):
        least, most = frame[f"{way}_low"], frame[f"{way}_high"]
        lies[way] = np.select([~above(high, least), above(low, most)], ["enough", "short"], "open")
        frame[f"{way}_share_low"] = (least / high).where(~(high <= 0) | least.isna(), np.inf)
        frame[f"{way}_share_high"] = (most / low).where(~(low <= 0) | most.isna(), np.inf)
    codes = {
        "NO_POPULATION": frame["reason"] != "",
        "NO_PROJECTS": frame["projects"] == 0,
        "COVERED": lies["without"] == "enough",
        "NOT_COVERED": (lies["with"] == "short") & ~(frame["left_out_count"] > 0),
        "DEPENDS_ON:trails": lies["without"] != lies["with"],
        "DEPENDS_ON:size_not_known": lies["without"] == "short",
    }
    frame["code"] = np.select([*codes.values()], [*codes], "DEPENDS_ON:unit_sizes")
    return frame.reset_index()[columns("capacity.balance")]


def category_areas(data, place: str, year: int, *, basis: str = "site_survey") -> pd.DataFrame:
    """The areas by category of one site survey, their sum, the printed total, and the sum less the total.

    A survey may name only some of its categories, so a sum below the total says nothing; a sum above it
    means that categories overlap, or that one of them is not counted in full.

    Parameters
    ----------
    data : Data
        Its observations ``sports_area_…``.
    place : str
    year : int
    basis : str

    Returns
    -------
    DataFrame
        One row per category and the rows ``sum``, ``total`` and ``excess`` (``item``): ``low, high`` in m²;
        ``share_low, share_high`` of the total; ``source, grade``.

    Raises
    ------
    DataError
        If no category or no total is observed.

    Examples
    --------
    >>> import qiyou
    >>> frame = category_areas(qiyou.load(), "zhejiang", 2023).set_index("item")
    >>> frame.loc["excess", ["low", "high"]].astype(float).round(-4).tolist()
    [1240000.0, 2250000.0]
    """
    seen, place = data.observations, data.place(place)
    seen = seen[(seen["place"] == place) & (seen["year"] == year) & (seen["basis"] == basis)]
    areas = seen[seen["indicator"].str.fullmatch("sports_area_(?!per_capita).*")]
    total = areas["indicator"] == "sports_area_total"
    parts, total = areas[~total], areas[total]
    named = {"place": place, "year": year, "basis": repr(basis), "parts": len(parts), "totals": len(total)}
    need(len(parts) and len(total) == 1, "capacity.categories", **named)
    (part, whole), sums = (box(rows, "measured") for rows in (parts, total)), ["sum", "total", "excess"]
    ends = [[end.sum(), *of] for end, of in ((part.low, whole.low), (part.high, whole.high))]
    frame = pd.DataFrame({"item": [*parts["indicator"], *sums]})
    frame["low"] = [*part.low, *ends[0], ends[0][0] - ends[1][1]]
    frame["high"] = [*part.high, *ends[1], ends[1][0] - ends[0][1]]
    frame["share_low"], frame["share_high"] = frame["low"] / ends[1][1], frame["high"] / ends[0][1]
    of_parts, of_total = pop.keys(parts["source"]), pop.keys(total["source"])
    frame["source"] = [*parts["source"], of_parts, of_total, pop.keys([of_parts, of_total])]
    return frame.assign(grade=pop.graded(data, frame["source"]))


def _announced(data) -> pd.DataFrame:
    """Every project with what its statement prints, or as one piece where it is only named."""
    said = data.statements.drop(columns=["note", "place"]).rename(columns={"id": "statement"})
    rows = data.projects.merge(said, on=["document", "statement"], how="left", suffixes=("_project", ""))
    for name in ("year", "from_year"):
        rows[name] = rows[name].fillna(rows[f"{name}_project"])
    rows["from_year"] = rows["from_year"].fillna(rows["year"])
    named = rows["statement"].isna()
    one = {"printed": "", "relation": "eq", "value": 1.0, "low": 1.0, "high": 1.0, "step": 1.0, "unit": "个"}
    rows.loc[named, list(one)] = list(one.values())
    rows["phrase"] = rows["phrase"].where(~named, rows["phrase_project"])
    rows["at"] = rows["at"].where(named, "statement:" + rows["statement"].astype(str))
    return rows.assign(place=rows["document"].map(data.documents.set_index("id")["place"]))


def _sizes(data, places: pd.Series, given: pd.DataFrame | None) -> pd.DataFrame:
    """Place, facility -> size_low, size_high, size_basis, size_source; with the types that are sized by
    others."""
    columns = ["low", "high", "basis", "source"]
    found = [pd.DataFrame(columns=["place", "facility", *columns])]
    for place in places.unique():
        known = facility_sizes(data, place) if given is None else given
        cage, unknown = pop.assumed("cage_pitch"), pop.assumed("unknown_type")[0]
        single = known["basis"].str.startswith("survey") & known["unit"].str.endswith("/个")
        others = known[~known["facility"].isin([cage[0], unknown])]
        cages = known[known["facility"].isin(cage)].assign(facility=cage[0])
        every = pd.concat([others, cages, known[single].assign(facility=unknown)])
        by = every.groupby("facility", sort=False)
        ends = by.agg({"low": "min", "high": "max", "basis": pop.keys, "source": pop.keys})
        found.append(ends.reset_index().assign(place=place))
    return pd.concat(found[1:] or found).rename(columns={name: f"size_{name}" for name in columns})


def _pairs(rows: pd.DataFrame, until: int | None) -> pd.DataFrame:
    """Target and base of every need: two rows with a ``path`` of their own under the target's keys."""
    rows = rows.sort_values("year", kind="stable").reset_index(drop=True)
    base, asked = (rows[rows["role"] == role] for role in ("baseline", "target"))
    asked = (asked if until is None else asked[asked["year"] == until]).reset_index(drop=True)

    def first(part: pd.DataFrame, by: list[str]) -> pd.Series:
        at = part.drop_duplicates(by).reset_index(names="at")[[*by, "at"]]
        return asked[by].merge(at, on=by, how="left")["at"]

    at = first(base, KEYS).fillna(first(base, ["place", "indicator"])).fillna(first(rows, KEYS))
    # What is needed is the number asked for: the least that keeps the promise of a bound.
    asked["asks"] = asked["relation"]
    asked["relation"] = asked["relation"].replace(dict.fromkeys(("ge", "gt", "le", "lt"), "eq"))
    begun = rows.loc[at.astype(int)].reset_index(drop=True)
    asked = asked.assign(path=asked.index, base_document=begun["document"])
    begun = begun.assign(**asked[[*KEYS, "path", "base_document"]])
    later = asked["year"] > begun["year"]
    return pd.concat([asked[later], begun[later]], ignore_index=True)


def _by_then(data, needs: pd.DataFrame) -> pd.DataFrame:
    """What is announced after the base and not after the year of each need, without and with trails."""
    served = needs[needs["indicator"].isin(pop.assumed("serves"))].reset_index()
    projects = supply(data).rename(columns={"from_year": "since", "year": "built"})
    rows = served[["path", "place", "from_year", "year"]].merge(projects, on="place")
    after = (rows["built"] > rows["from_year"]) & (rows["built"] <= rows["year"])
    rows = rows[after | rows["built"].isna()]
    trail, unsized = rows["part"] == "trail", rows["part"] == "size_not_known"
    sums = {"left_out_count": rows["count"].where(unsized, 0.0)}
    for end in ("low", "high"):
        sums |= {f"without_{end}": rows[end].where(~trail, 0.0), f"with_{end}": rows[end]}
    total = pd.DataFrame(sums).groupby(rows["path"]).sum()
    total["projects"] = rows.groupby("path").size()
    return total.assign(left_out=rows[unsized].groupby("path")["facility"].agg(pop.keys))
