"""D: where the required pace stands among changes realised elsewhere.

A *spell* is what one place achieved between two dates on one basis. The material is a convenience sample of what was
printed, so the percentile of the required pace is an interval (`limits`), and the word for it is a range of fifths.
"""

from __future__ import annotations

import functools
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from qiyou.intervals import Box, above, box
from qiyou.plausibility.yardsticks.required import SIGN, exactly, scaled, scales

MARKS = "EXCLUDE_SPELL|WEAK|ALT:"
SELECTIONS = {
    "all": ("province", "prefecture", "county"),
    "provinces_and_prefectures": ("province", "prefecture"),
    "provinces": ("province",),
}
RHO = 1.25
SLACK = 0.25
"""Years by which a spell may outlast the nation's series, which is then held at its last value."""
EDGES = (0.2, 0.4, 0.6, 0.8)
SHOWN = [
    *(
        "place",
        "level",
        "parent",
        "province",
        "basis",
        "from_year",
        "year",
        "years",
        "from_printed",
        "printed",
    ),
    *("start", "low", "high", "bounded", "derived", "soft", "press", "from_source", "source"),
]


def readings(data, indicator: str) -> pd.DataFrame:
    """The realised values of an indicator that may enter a spell, with their boxes in ``box_low, box_high``.

    Observed values have ± u/2, approximate ones ± u, those derived from a printed increase the rounding of both
    numbers; a lower bound reaches to infinity.
    """
    rows = data.reference
    rows = rows[rows["indicator"].eq(indicator) & rows["t"].notna()]
    rows = rows[rows["kind"].ne("expected") & ~rows["note"].fillna("").str.contains(MARKS)].copy()
    boxes = box(rows, "measured")
    step = rows["step"].to_numpy(dtype=float)
    wide = rows["kind"].isin(["approximate", "derived"]).to_numpy()
    bound = rows["kind"].eq("lower_bound").to_numpy()
    rows["box_low"] = np.where(wide, rows["value"] - step, np.where(bound, rows["value"], boxes.low))
    rows["box_high"] = np.where(bound, np.inf, np.where(wide, rows["value"] + step, boxes.high))
    rows["added_low"], rows["added_high"] = np.nan, np.nan
    rows["bound"] = bound
    for at in rows.index[rows["kind"].eq("derived") & rows["increase"].ne("")]:
        rows.loc[at, ["box_low", "box_high", "added_low", "added_high", "bound"]] = _derived(rows, at)
    return rows


def _derived(rows: pd.DataFrame, at) -> tuple[float, float, float, float, bool]:
    """The box of a − b or a/(1 + g), and that of b; a is the row of the same place that the increase leads to."""
    row, text = rows.loc[at], rows.at[at, "increase"]
    share = text.endswith("%")
    number = float(text.rstrip("%"))
    half = 10.0 ** -len(text.rstrip("%").partition(".")[2]) / 2
    if not share:
        reach = row["step"] / 2 + half
        return row["value"] - reach, row["value"] + reach, number - half, number + half, False
    grown = [1 + (number + end) / 100 for end in (half, -half)]
    same_place = rows[(rows["place"] == row["place"]) & (rows.index != at)]
    off = (same_place["value"] / (1 + number / 100) - row["value"]).abs()
    if not len(off) or off.min() > row["step"]:
        return row["value"] - row["step"], row["value"] + row["step"], np.nan, np.nan, False
    later = same_place.loc[off.idxmin()]
    return (
        *sorted([later["box_low"] / grown[0], later["box_high"] / grown[1]]),
        np.nan,
        np.nan,
        bool(later["bound"]),
    )


def spells(data, indicator: str, *, shortest: float = 2, longest: float = 6, scale: str = "") -> pd.DataFrame:
    """One realised change per place, in the direction of improvement.

    Exact before bounded, then the longest, then the one with the fewest derived, soft or approximate ends, then the
    latest. A start that is a lower bound is left out, and so are whole countries.

    Parameters
    ----------
    data : Data
    indicator : str
    shortest, longest : float
        Length in years, by the months that the values refer to.
    scale : str
        ``points``, ``gap`` or ``log``; by default that of the indicator's kind.

    Returns
    -------
    DataFrame
        place, level, parent, province, basis, from_year, year, years, from_printed, printed; ``start``, its value;
        ``low, high`` (change per year on the scale); ``bounded, derived, soft, press``; from_source, source.

    Examples
    --------
    >>> import qiyou
    >>> found = spells(qiyou.load(), "nursery_places_per_1000").set_index("place")
    >>> found.loc[["anhui", "hebei"], ["low", "high"]].round(4).values.tolist()
    [[0.8, 0.85], [0.4833, inf]]
    """
    pairs = _pairs(data, indicator, scale)
    inside = pairs["years"].between(shortest - 1e-9, longest + 1e-9)
    order = ["bounded", "years", "doubts", "t"]
    best = pairs[inside].sort_values(order, ascending=[True, False, True, False], kind="stable")
    return best.drop_duplicates("place").sort_values("place", ignore_index=True)[SHOWN]


def _pairs(data, indicator: str, scale: str) -> pd.DataFrame:
    facts = data.indicators.set_index("id").loc[indicator]
    scale = scale or scales(data.indicators)[indicator]
    rows = readings(data, indicator)
    rows = rows[rows["level"].ne("country")]
    rows = rows.assign(
        derived=rows["kind"].eq("derived"),
        soft=rows["note"].fillna("").str.contains("SOFT DATE") | rows["kind"].eq("approximate"),
        press=rows["grade"].ne("official").astype(int),
    )
    rows["weak"] = rows["derived"].astype(int) + rows["soft"].astype(int)
    names = [
        "place",
        "basis",
        "t",
        "year",
        "value",
        "printed",
        "box_low",
        "box_high",
        "added_low",
        "added_high",
    ]
    starts = rows.loc[~rows["bound"], [*names, "derived", "soft", "press", "weak", "source"]]
    pairs = starts.merge(rows, on=["place", "basis"], suffixes=("_0", ""))
    pairs["years"] = pairs["t"] - pairs["t_0"]
    pairs = pairs[pairs["years"] > 0].reset_index(drop=True)
    low, high = _changes(pairs, scale, facts)
    above_ = {name: up for name, up in zip(data.places["id"], data.places["parent"], strict=True)}
    level = dict(zip(data.places["id"], data.places["level"], strict=True))
    return pairs.assign(
        low=low / pairs["years"],
        high=high / pairs["years"],
        province=[_province(place, above_, level) for place in pairs["place"]],
        from_year=pairs["year_0"].astype(int),
        year=pairs["year"].astype(int),
        from_printed=pairs["printed_0"],
        start=pairs["value_0"],
        bounded=pairs["bound"].astype(bool),
        doubts=pairs["weak"] + pairs["weak_0"],
        derived=pairs["derived"] | pairs["derived_0"],
        soft=pairs["soft"] | pairs["soft_0"],
        press=pairs["press"] + pairs["press_0"],
        from_source=pairs["source_0"],
    )


def _changes(pairs: pd.DataFrame, scale: str, facts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Worst case of the change on the scale; where the start is the end less a printed increase, of that increase."""
    ceiling = np.full(len(pairs), np.nan if pd.isna(facts["upper"]) else float(facts["upper"]))
    names = np.full(len(pairs), scale, dtype=object)
    sign = SIGN.get(facts["direction"], 1.0)

    def on_scale(numbers) -> np.ndarray:
        return scaled(exactly(np.asarray(numbers, dtype=float)), names, ceiling).point

    shut = np.zeros(len(pairs), dtype=bool)
    ends = [
        scaled(Box(low, high, shut, shut, value, shut), names, ceiling)
        for low, high, value in (
            (pairs[f"{name}{k}"].to_numpy(dtype=float) for name in ("box_low", "box_high", "value"))
            for k in ("", "_0")
        )
    ]
    change = (ends[0] - ends[1]).turned(np.full(len(pairs), sign))
    low, high = change.low, change.high
    own = pairs["value_0"] + (pairs["added_low_0"] + pairs["added_high_0"]) / 2
    tied = (own - pairs["value"]).abs().lt(1e-6 * pairs["value"]) & ~pairs["bound"].astype(bool)
    with np.errstate(invalid="ignore"):
        corners = [
            sign * (on_scale(pairs[f"box_{a}"]) - on_scale(pairs[f"box_{a}"] - pairs[f"added_{b}_0"]))
            for a, b in product(("low", "high"), repeat=2)
        ]
    return (
        np.where(tied, np.min(corners, axis=0), low),
        np.where(tied, np.max(corners, axis=0), high),
    )


def _province(place: str, parent: dict, level: dict) -> str:
    while place and level.get(place) != "province":
        place = parent.get(place, "")
    return place


def selection(data, indicator: str, found: pd.DataFrame, scale: str = "") -> tuple[str, float]:
    """The largest set of levels whose mean pace is at most 1.25 times the nation's over the same spans, and the ratio.

    Returns
    -------
    name, rho
        A key of `SELECTIONS`, or the empty string where no set qualifies; rho is NaN where fewer than three exact
        spells lie inside the nation's series.

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> name, rho = selection(data, "nursery_places_per_1000", spells(data, "nursery_places_per_1000"))
    >>> name, round(rho, 2)
    ('provinces', 1.2)
    """
    rows = readings(data, indicator)
    nation = (
        rows[rows["level"].eq("country") & ~rows["bound"].astype(bool)].sort_values("t").drop_duplicates("t")
    )
    scale = scale or scales(data.indicators)[indicator]
    facts = data.indicators.set_index("id").loc[indicator]
    times = _times(data, indicator, found)
    rho = np.nan
    for name, levels in SELECTIONS.items():
        one = found["level"].isin(levels).to_numpy() & ~found["bounded"].to_numpy()
        if len(nation) > 1:
            one &= (times[0] >= nation["t"].min() - SLACK) & (times[1] <= nation["t"].max() + SLACK)
        if len(nation) < 2 or one.sum() < 3:
            continue
        ceiling = np.full(len(nation), np.nan if pd.isna(facts["upper"]) else float(facts["upper"]))
        level = scaled(
            exactly(nation["value"].to_numpy()), np.full(len(nation), scale, dtype=object), ceiling
        ).point
        t_0, t_1 = times[0][one], times[1][one]
        pace = (np.interp(t_1, nation["t"], level) - np.interp(t_0, nation["t"], level)) / (t_1 - t_0)
        pace = SIGN.get(facts["direction"], 1.0) * pace.mean()
        rho = (found["low"] + found["high"])[one].mean() / 2 / pace if pace > 0 else np.inf
        if rho <= RHO:
            return name, float(rho)
    return "", float(rho)


def _times(data, indicator: str, found: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    rows = readings(data, indicator).drop_duplicates(["place", "basis", "year", "printed"])
    at = rows.set_index(["place", "basis", "year", "printed"])["t"]
    keys = (["place", "basis", "from_year", "from_printed"], ["place", "basis", "year", "printed"])
    return tuple(at.reindex(pd.MultiIndex.from_frame(found[list(key)])).to_numpy(dtype=float) for key in keys)


@functools.cache
def _clopper(m: int) -> tuple[np.ndarray, np.ndarray]:
    """Both one-sided 95% limits for k = 0..m of m."""
    k = np.arange(m + 1)
    low = np.concatenate([[0.0], stats.beta.ppf(0.05, k[1:], m - k[1:] + 1)])
    high = np.concatenate([stats.beta.ppf(0.95, k[:-1] + 1, m - k[:-1]), [1.0]])
    return low, high


def hypergeometric(k: int, n: int, whole: int) -> tuple[float, float]:
    """Limits of a share of all `whole` units of a level, from k of the n that are usable.

    >>> [round(100 * end, 1) for end in hypergeometric(3, 12, 31)]
    [12.9, 45.2]
    """
    marked = np.arange(whole + 1)
    at_least = stats.hypergeom.sf(k - 1, whole, marked, n)
    at_most = stats.hypergeom.cdf(k, whole, marked, n)
    return marked[at_least > 0.05].min() / whole, marked[at_most > 0.05].max() / whole


def limits(k_low, k_high, m, c_low, c_high, provinces, whole: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """90% interval of the percentile: the wider of all spells and of provinces; [0, 1] without any spell.

    Parameters
    ----------
    k_low, k_high, m : array of int
        Spells certainly and possibly slower, of m.
    c_low, c_high, provinces : array of int
        Provinces all of whose spells are certainly slower, and any of whose spells possibly is.
    whole : int
        Units of a complete official class; its limits are then hypergeometric.

    Examples
    --------
    >>> low, high = limits([4], [5], [23], [4], [5], [16])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.08], [0.548])
    """
    counts = [np.asarray(one, dtype=int) for one in (k_low, k_high, m, c_low, c_high, provinces)]
    if whole:
        found, back = np.unique(np.stack(counts[:3]), axis=1, return_inverse=True)
        ends = [
            (hypergeometric(a, n, whole)[0], hypergeometric(b, n, whole)[1]) if n else (0.0, 1.0)
            for a, b, n in found.T
        ]
        low, high = np.array(ends).T
        return low[back.ravel()], high[back.ravel()]
    most = max(int(counts[2].max(initial=0)), 0)
    lows, highs = (np.full((most + 1, most + 1), fill) for fill in (0.0, 1.0))
    for size in np.unique(np.concatenate([counts[2], counts[5]])):
        if size:
            lows[: size + 1, size], highs[: size + 1, size] = _clopper(int(size))
    k0, k1, n, c0, c1, p = counts
    return np.minimum(lows[k0, n], lows[c0, p]), np.maximum(highs[k1, n], highs[c1, p])


def fifths(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The fifths that an interval of percentiles may lie in, 1 the slowest.

    >>> [ends.tolist() for ends in fifths(np.array([0.0]), np.array([0.451]))]
    [[1], [3]]
    """
    edges = np.array(EDGES)
    return (
        1 + (edges <= np.asarray(low)[:, None] + 1e-12).sum(axis=1),
        1 + (edges < np.asarray(high)[:, None] - 1e-12).sum(axis=1),
    )


def counts(asked: pd.DataFrame, found: pd.DataFrame, counted: np.ndarray) -> pd.DataFrame:
    """Spells and provinces slower than each path asks.

    Parameters
    ----------
    asked : DataFrame
        n rows with required_low, required_high.
    found : DataFrame
        m `spells`.
    counted : ndarray of bool, shape (n, m)
        Which spells count for which path.
    """
    asks_low, asks_high = (asked[f"required_{end}"].to_numpy(dtype=float)[:, None] for end in ("low", "high"))
    low, high = (found[name].to_numpy(dtype=float)[None, :] for name in ("low", "high"))
    sure = counted & above(asks_low, high)
    maybe = counted & ~above(low, asks_high)
    names, code = np.unique(found["province"].to_numpy(dtype=str), return_inverse=True)
    member = (code[:, None] == np.arange(len(names))).astype(np.float32)
    inside, slow, perhaps = (mask.astype(np.float32) @ member for mask in (counted, sure, maybe))
    return pd.DataFrame(
        {
            "m": counted.sum(axis=1),
            "k_low": sure.sum(axis=1),
            "k_high": maybe.sum(axis=1),
            "provinces": (inside > 0).sum(axis=1),
            "c_low": ((inside > 0) & (slow == inside)).sum(axis=1),
            "c_high": (perhaps > 0).sum(axis=1),
        },
        index=asked.index,
    )


def own(asked: pd.DataFrame, found: pd.DataFrame) -> np.ndarray:
    """Spells that are the path's own place's, or copies of them printed for a place above, shape (n, m)."""
    ends = ["from_year", "year", "from_printed", "printed"]
    copies = found.reset_index().merge(found[["place", *ends]], on=ends, suffixes=("", "_of"))
    copies = copies[(copies["place"] == copies["place_of"]) | (copies["place"] == copies["parent"])]
    mask = asked["place"].to_numpy()[:, None] == found["place"].to_numpy()[None, :]
    parents = found.set_index("place")["parent"].to_dict()
    for place, other, at in copies[["place_of", "place", "index"]].itertuples(index=False):
        if place != other and parents.get(place) == other:
            mask[:, at] |= asked["place"].to_numpy() == place
    return mask


def graded(data, asked: pd.DataFrame) -> pd.DataFrame:
    """The columns of D for paths of one indicator on one scale, all with the same shortest length.

    Returns
    -------
    DataFrame
        class_used, rho, m, k_low, k_high, provinces, c_low, c_high, L90, U90, fifth_low, fifth_high, gamma,
        chance_low, chance_high, contradicted, specifications; and, for the evidence, ``doubts`` (list of words),
        ``spread`` (levels, first and last year), ``same_level``.
    """
    indicator, scale = asked["indicator"].iloc[0], asked["scale"].iloc[0]
    year = asked["years"].eq(1).all()
    shortest, longest = (1, 2) if year else (2, 6)
    found = spells(data, indicator, shortest=shortest, longest=longest, scale=scale)
    name, rho = selection(data, indicator, found, scale)
    if not len(found):
        return pd.DataFrame(index=asked.index)
    found = found[found["level"].isin(SELECTIONS[name or "all"])].reset_index(drop=True)
    counted = ~own(asked, found)
    whole = _complete(data, found)
    out = counts(asked, found, counted)
    low, high = limits(
        *(out[key] for key in ("k_low", "k_high", "m", "c_low", "c_high", "provinces")), whole=whole
    )
    lo, hi = fifths(low, high)
    m = out["m"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        gamma = np.select([hi <= 2, lo >= 4], [(1 - high) / high, low / (1 - low)], np.nan)
    near = _near(asked, found, 1.5)
    level = counted & (found["level"].to_numpy()[None, :] == asked["level"].to_numpy()[:, None])
    starts = found["start"].to_numpy(dtype=float)
    base = asked["base"].to_numpy(dtype=float)
    same_level = 2 * level.sum(axis=1) >= m
    doubts = {
        "press": np.full(len(asked), not whole or found["press"].sum() > len(found)),
        "level": ~same_level,
        "start": (2 * (counted & near).sum(axis=1) < m) | (base < starts.min()) | (base > starts.max()),
        "few": out["provinces"].to_numpy() < 10,
    }
    up = {place: above_ for place, above_ in zip(data.places["id"], data.places["parent"], strict=True)}
    lines = [(place, _chain(place, up)) for place in asked["place"].unique()]
    held = {place: found["place"].isin(chain).any() for place, chain in lines}
    wrong, tried = _grid(data, asked, scale, lo, hi) if not year else (0, 0)
    return out.assign(
        class_used=name or "all",
        rho=rho,
        L90=low,
        U90=high,
        fifth_low=np.where(m > 0, lo, 1),
        fifth_high=np.where(m > 0, hi, 5),
        gamma=gamma,
        chance_low=(m - out["k_high"]) / (m + 1),
        chance_high=(m - out["k_low"] + 1) / (m + 1),
        contradicted=wrong,
        specifications=tried,
        qualified=bool(name),
        same_level=same_level,
        complete=bool(whole),
        contains=asked["place"].map(held).astype(bool),
        first_year=found["from_year"].min(),
        last_year=found["year"].max(),
        **{f"doubt_{key}": flag for key, flag in doubts.items()},
    )


def _chain(place: str, up: dict) -> set:
    found = set()
    while place := up.get(place, ""):
        found.add(place)
    return found


def _near(asked: pd.DataFrame, found: pd.DataFrame, factor: float) -> np.ndarray:
    """Whether a spell starts within a factor of the path's base, shape (n, m)."""
    base, start = asked["base"].to_numpy(dtype=float)[:, None], found["start"].to_numpy(dtype=float)[None, :]
    return (start <= base * factor) & (start >= base / factor)


def _complete(data, found: pd.DataFrame) -> int:
    """How many provinces there are, if every one of them has an official value of this class, else 0."""
    all_ = set(data.places.loc[data.places["level"].eq("province"), "id"])
    ours = set(found.loc[found["press"].eq(0), "place"])
    return len(all_) if len(all_) >= 31 and found["level"].eq("province").all() and all_ <= ours else 0


def _grid(data, asked: pd.DataFrame, scale: str, lo, hi) -> tuple[np.ndarray, np.ndarray]:
    """In how many specifications with a spell the word would be another, and how many there are."""
    wrong, tried = np.zeros(len(asked), dtype=int), np.zeros(len(asked), dtype=int)
    indicator = asked["indicator"].iloc[0]
    pairs = _pairs(data, indicator, scale)
    order = ["bounded", "years", "doubts", "t"]
    for shortest, strict, bounds in product((1, 2, 3), (False, True), (True, False)):
        rows = pairs[pairs["years"].between(shortest - 1e-9, 6 + 1e-9)]
        rows = rows[(rows["doubts"].eq(0) | (not strict)) & (~rows["bounded"] | bounds)]
        rows = rows.sort_values(order, ascending=[True, False, True, False], kind="stable")
        found = rows.drop_duplicates("place").reset_index(drop=True)
        if found.empty:
            continue
        foreign = ~own(asked, found)
        below = found["level"].ne("province").to_numpy()[None, :]
        for factor, lower in product((0.0, 2.0, 1.5), (False, True)):
            counted = foreign & (below | (not lower)) & (_near(asked, found, factor) if factor else True)
            some = counts(asked, found, counted)
            ends = limits(*(some[key] for key in ("k_low", "k_high", "m", "c_low", "c_high", "provinces")))
            one_lo, one_hi = fifths(*ends)
            there = some["m"].to_numpy() > 0
            tried += there
            wrong += there & ((one_lo > hi) | (one_hi < lo))
    return wrong, tried
