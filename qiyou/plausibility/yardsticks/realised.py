"""Realised changes. D: where the required pace stands among those of other places; N and P: beside the own.

A *spell* is what one place achieved between two dates on one basis. The material is a convenience sample of what was
printed, so the percentile of the required pace is an interval (`limits`), and the word for it is a range of fifths.

For N and P the required pace is divided by the pace that the nearest superior, or the place itself, has realised: an
average of places is no distribution and says nothing of a share of places. Bands of the ratio (`bands`): 0.60 and 0.95
(Eurostat; Statistics Canada), mirrored at 1.
"""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pandas as pd
from scipy import special

from qiyou.intervals import above
from qiyou.plausibility.yardsticks.required import exactly, scaled, scales
from qiyou.relate import SIGN

MARKS = "EXCLUDE_SPELL|WEAK|ALT:"
SELECTIONS = {
    "all": ("province", "prefecture", "county"),
    "provinces_and_prefectures": ("province", "prefecture"),
    "provinces": ("province",),
}
RHO = 1.25
SLACK = 0.25
"""Years by which a spell may outlast the nation's series, which is then held at its last value."""
EDGES = np.array([0.2, 0.4, 0.6, 0.8])
DOUBTS = ("press", "level", "start", "few")
COUNTS = ["k_low", "k_high", "m", "c_low", "c_high", "provinces"]
FLAGS = ["qualified", "same_level", "contains", *(f"doubt_{name}" for name in DOUBTS)]
WHOLE = [*COUNTS, "fifth_low", "fifth_high", "first_year", "last_year", "contradicted", "specifications"]
NUMBERS = ["rho", "L90", "U90", "gamma", "chance_low", "chance_high"]
_KINDS = {"eq": "observed", "about": "approximate", "ge": "lower_bound", "gt": "lower_bound"}
_STARTS = {"year_0": "from_year", "printed_0": "from_printed", "value_0": "start", "source_0": "from_source"}
_WHO = ["place", "level", "parent", "province"]
_VALUES = [*_WHO, "indicator", "basis", "year", "t", "printed", "value", "low", "high"]
_VALUES += ["added_low", "added_high", "bounded", "derived", "soft", "press", "held", "source"]
_BEST = {"bounded": True, "years": False, "doubts": True, "t": False}
_SHOWN = [*_WHO, "basis", "from_year", "year", "years", "from_printed", "printed"]
_SHOWN += ["start", "low", "high", "bounded", "derived", "soft", "press", "from_source", "source", "t_0", "t"]


def values(data) -> pd.DataFrame:
    """Every realised value with its box: the reference table, and observations that it does not hold.

    Observed values have ± u/2, approximate ones ± u, those derived from a printed increase the rounding of both
    numbers; a lower bound reaches to infinity. What is approximate is printed with 约 before it.

    Returns
    -------
    DataFrame
        place, level, parent, province, indicator, basis, year, t, printed, value, ``low, high``, ``added_low,
        added_high`` (the printed increase on a derived start), ``bounded, derived, soft``, ``press`` (1 unless
        official), ``held`` (of the reference table), source.
    """
    held, key = data.reference.assign(held=True), ["place", "indicator", "year", "value"]
    held = held[held["kind"].ne("expected") & ~held["note"].fillna("").str.contains(MARKS)]
    seen = data.observations.assign(held=False, kind=data.observations["relation"].map(_KINDS), increase="")
    seen = seen[seen["kind"].notna()].assign(
        t=seen["year"].astype(float) + 1, value=seen["value"].fillna(seen["low"])
    )
    seen = seen[~pd.MultiIndex.from_frame(seen[key]).isin(pd.MultiIndex.from_frame(held[key]))]
    rows = pd.concat([held, seen], ignore_index=True)
    rows = rows[rows["t"].notna()].reset_index(drop=True)
    rows["bounded"], rows["derived"] = rows["kind"].eq("lower_bound"), rows["kind"].eq("derived")
    rows["soft"] = rows["note"].fillna("").str.contains("SOFT DATE") | rows["kind"].eq("approximate")
    rows["press"] = rows["grade"].ne("official").astype(int)
    about = rows["kind"].eq("approximate")
    rows["printed"] = rows["printed"].mask(about, "约" + rows["printed"].str.strip("约左右"))
    reach = rows["step"] * np.select([rows["bounded"], rows["derived"] | about], [0.0, 1.0], 0.5)
    rows["low"], rows["high"] = rows["value"] - reach, (rows["value"] + reach).mask(rows["bounded"], np.inf)
    rows[["added_low", "added_high"]] = np.nan
    for at in rows.index[rows["derived"] & rows["increase"].ne("")]:
        rows.loc[at, ["low", "high", "added_low", "added_high", "bounded"]] = _derived(rows, at)
    places = data.places.set_index("id")
    up, level = places["parent"].to_dict(), places["level"].to_dict()
    province = {place: next((p for p in above_(place, up) if level.get(p) == "province"), "") for place in up}
    for name, found in (("level", level), ("parent", up), ("province", province)):
        rows[name] = rows["place"].map(found)
    return rows[_VALUES].astype({"bounded": bool})


def above_(place: str, up: dict) -> list[str]:
    """A place and all that it lies in, nearest first."""
    return [place, *above_(up[place], up)] if up.get(place) else [place]


def _derived(rows: pd.DataFrame, at) -> tuple[float, float, float, float, bool]:
    """The box of a − b or a/(1 + g), and that of b; a is the value of the same place that the increase leads to."""
    row, text = rows.loc[at], rows.at[at, "increase"]
    number, half = float(text.rstrip("%")), 10.0 ** -len(text.rstrip("%").partition(".")[2]) / 2
    if not text.endswith("%"):
        reach = row["step"] / 2 + half
        return row["value"] - reach, row["value"] + reach, number - half, number + half, False
    later = rows[rows["place"].eq(row["place"]) & rows["indicator"].eq(row["indicator"]) & (rows.index != at)]
    off = (later["value"] / (1 + number / 100) - row["value"]).abs()
    if not off.min() <= row["step"]:
        return row["low"], row["high"], np.nan, np.nan, False
    a = later.loc[off.idxmin()]
    ends = a["low"] / (1 + (number + half) / 100), a["high"] / (1 + (number - half) / 100)
    return *ends, np.nan, np.nan, a["bounded"]


def pairs(data, known: pd.DataFrame, indicator: str, scale: str) -> pd.DataFrame:
    """Every two values of one place on one basis, and the change between them per year, in improvement.

    A start that is a lower bound is left out. Where the start is the end less a printed increase, the change is that
    increase, with its own rounding alone.
    """
    ceiling, sign = _facts(data, indicator)
    rows = known[known["indicator"].eq(indicator)]
    both = rows[~rows["bounded"]].merge(rows, on=["place", "basis"], suffixes=("_0", ""))
    both = both[both["t"] > both["t_0"]].reset_index(drop=True)

    def on(low, high=None):
        return scaled(exactly(low, high), np.full(len(both), scale, dtype=object), ceiling)

    years = both["years"] = both["t"] - both["t_0"]
    with np.errstate(invalid="ignore", divide="ignore"):
        change = on(both["low"], both["high"]) - on(both["low_0"], both["high_0"])
        change = change.turned(np.full(len(both), sign))
        sums = both["value_0"] + (both["added_low_0"] + both["added_high_0"]) / 2
        tied = (sums - both["value"]).abs().lt(1e-6 * both["value"]) & ~both["bounded"]
        ends = [both[end] for end in ("low", "high")]
        added = [both[f"added_{end}_0"] for end in ("low", "high")]
        corners = [sign * (on(end) - on(end - more)).point for end, more in product(ends, added)]
        both["pace"] = sign * (on(both["value"]) - on(both["value_0"])).point / years
    both["low"] = np.where(tied, np.min(corners, axis=0), change.low) / years
    both["high"] = np.where(tied, np.max(corners, axis=0), change.high) / years
    for name in ("derived", "soft", "press"):
        both[name] = both[name].astype(int) + both[f"{name}_0"]
    both = both.astype({"year": int, "year_0": int}).assign(doubts=both["derived"] + both["soft"])
    return both.rename(columns=_STARTS)


def _facts(data, indicator: str) -> tuple[float, float]:
    """Ceiling and sign of an indicator."""
    facts = data.indicators.set_index("id").reindex([indicator]).loc[indicator]
    return float(facts["upper"]), SIGN.get(facts["direction"], 1.0)


def spells(data, indicator: str, *, shortest: float = 2, longest: float = 6, scale: str = "") -> pd.DataFrame:
    """One realised change per place, in the direction of improvement.

    Exact before bounded, then the longest, then the one with the fewest derived, soft or approximate ends, then the
    latest. Whole countries, which are the sum of the others, are left out.

    Parameters
    ----------
    data : Data
    indicator : str
        Id or name.
    shortest, longest : float
        Length in years, by the months that the values refer to.
    scale : str
        ``points``, ``gap`` or ``log``; by default that of the indicator's kind.

    Returns
    -------
    DataFrame
        place, level, parent, province, basis, from_year, year, years, from_printed, printed; ``start``, its value;
        ``low, high`` (change per year on the scale); ``bounded``; ``derived, soft, press``, how many of
        its ends are calculated, softly dated or approximate, not official; from_source, source, t_0, t.

    Examples
    --------
    >>> import qiyou
    >>> found = spells(qiyou.load(), "nursery_places_per_1000").set_index("place")
    >>> found.loc[["anhui", "hebei"], ["low", "high"]].round(4).values.tolist()
    [[0.8, 0.85], [0.4833, inf]]
    """
    indicator = data.indicator(indicator)
    both = _foreign(data, values(data), indicator, scale or scales(data.indicators)[indicator])
    return _best(both, shortest, longest).reset_index(drop=True)


def _foreign(data, known: pd.DataFrame, indicator: str, scale: str) -> pd.DataFrame:
    """Every change of other places, the ones that are taken first in front."""
    both = pairs(data, known[known["held"] & known["level"].ne("country")], indicator, scale)
    return both.sort_values(list(_BEST), ascending=list(_BEST.values()), kind="stable")


def _best(both: pd.DataFrame, shortest: float, longest: float) -> pd.DataFrame:
    inside = both[both["years"].between(shortest - 1e-9, longest + 1e-9)]
    return inside.drop_duplicates("place").sort_values("place")[_SHOWN]


def selection(
    data, known: pd.DataFrame, found: pd.DataFrame, indicator: str, scale: str
) -> tuple[str, float]:
    """The largest set of levels whose mean pace is at most 1.25 times the nation's over the same spans, and the ratio.

    Returns
    -------
    name, rho
        A key of `SELECTIONS`, or the empty string where no set qualifies; rho is NaN where fewer than three exact
        spells lie inside the nation's series.
    """
    nation = known[known["indicator"].eq(indicator) & known["held"] & known["level"].eq("country")]
    nation = nation[~nation["bounded"]].sort_values("t", kind="stable").drop_duplicates("t")
    (ceiling, sign), rho = _facts(data, indicator), np.nan
    level = sign * scaled(exactly(nation["value"]), np.full(len(nation), scale, dtype=object), ceiling).point
    exact = found[~found["bounded"]]
    exact = exact[exact["t_0"].ge(nation["t"].min() - SLACK) & exact["t"].le(nation["t"].max() + SLACK)]
    for name, levels in SELECTIONS.items():
        some = exact[exact["level"].isin(levels)]
        if len(some) < 3:
            continue
        gain = np.interp(some["t"], nation["t"], level) - np.interp(some["t_0"], nation["t"], level)
        pace = (gain / some["years"]).mean()
        rho = float((some["low"] + some["high"]).mean() / 2 / pace) if pace > 0 else np.inf
        if rho <= RHO:
            return name, rho
    return "", rho


def hypergeometric(k: int, n: int, whole: int) -> tuple[float, float]:
    """Limits of a share of all `whole` units of a level, from k of the n that are usable.

    >>> [round(100 * end, 1) for end in hypergeometric(3, 12, 31)]
    [12.9, 45.2]
    """
    from scipy import stats

    marked = np.arange(whole + 1)
    at_least, at_most = stats.hypergeom.sf(k - 1, whole, marked, n), stats.hypergeom.cdf(k, whole, marked, n)
    return float(marked[at_least > 0.05].min() / whole), float(marked[at_most > 0.05].max() / whole)


def limits(k_low, k_high, m, c_low, c_high, provinces, *, whole: int = 0) -> tuple[np.ndarray, np.ndarray]:
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
    >>> low, high = limits([4], [4], [16], [4], [4], [16])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.09], [0.484])
    """
    both = (k_low, k_high, m), (c_low, c_high, provinces)
    ends = [_limits(*map(np.asarray, of), whole) for of in both]
    return np.minimum(*(low for low, _ in ends)), np.maximum(*(high for _, high in ends))


def _limits(low, high, of, whole: int) -> tuple[np.ndarray, np.ndarray]:
    """Clopper-Pearson, each end at 95%; for a complete class hypergeometric."""
    size = int(of.max(initial=0)) + 1
    found, back = np.unique((low * size + high) * size + of, return_inverse=True)
    k_0, k_1, n = found // size**2, found // size % size, found % size
    if whole:
        lower = np.array([hypergeometric(k, m, whole)[0] for k, m in zip(k_0, n, strict=True)])
        upper = np.array([hypergeometric(k, m, whole)[1] for k, m in zip(k_1, n, strict=True)])
    else:
        lower = np.where(k_0 > 0, special.betaincinv(np.maximum(k_0, 1), n - k_0 + 1, 0.05), 0.0)
        upper = np.where(k_1 < n, special.betaincinv(k_1 + 1, np.maximum(n - k_1, 1), 0.95), 1.0)
    # NumPy 1 gives the way back in one dimension
    return lower[back].reshape(of.shape), upper[back].reshape(of.shape)


def fifths(low, high) -> tuple[np.ndarray, np.ndarray]:
    """The fifths that an interval of percentiles may lie in, 1 the slowest.

    >>> [ends.tolist() for ends in fifths([0.0], [0.451])]
    [[1], [3]]
    """
    low, high = np.asarray(low)[..., None], np.asarray(high)[..., None]
    return 1 + (low + 1e-12 >= EDGES).sum(axis=-1), 1 + (high - 1e-12 > EDGES).sum(axis=-1)


def slower(asked: pd.DataFrame, found: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Whether each of m spells is certainly, and possibly, slower than each of n paths asks, shape (n, m)."""
    least, most = (asked[f"required_{end}"].to_numpy()[:, None] for end in ("low", "high"))
    return above(least, found["high"].to_numpy()[None]), ~above(found["low"].to_numpy()[None], most)


def counts(asked: pd.DataFrame, found: pd.DataFrame, counted: np.ndarray) -> pd.DataFrame:
    """Spells and provinces slower than each of n paths asks, of the m that count for it (`counted`, shape (n, m))."""
    parts = _counted(found, counted, slower(asked, found))
    return pd.DataFrame(np.column_stack(parts), asked.index, COUNTS)


def _counted(found: pd.DataFrame, counted: np.ndarray, slow: tuple) -> list[np.ndarray]:
    """The columns of `counts`, of arrays of any shape (…, m)."""
    sure, maybe = (counted & mask for mask in slow)
    names, code = np.unique(found["province"].to_numpy(dtype=str), return_inverse=True)
    member = (code[:, None] == np.arange(len(names))).astype(np.float32)
    inside, slow, perhaps = (mask.astype(np.float32) @ member for mask in (counted, sure, maybe))
    whole = (inside > 0) & (slow == inside)
    return [mask.sum(axis=-1) for mask in (sure, maybe, counted, whole, perhaps > 0, inside > 0)]


def foreign(asked: pd.DataFrame, found: pd.DataFrame) -> np.ndarray:
    """Spells that are neither the path's own place's nor copies of them printed for the place above, shape (n, m)."""
    ends = ["from_year", "year", "from_printed", "printed"]
    below = found[["parent", *ends, "place"]].rename(columns={"parent": "place", "place": "child"})
    copies = found.assign(number=np.arange(len(found))).merge(below, on=["place", *ends])
    rows, out = asked.groupby("place").indices, np.ones((len(asked), len(found)), dtype=bool)
    for number, place in [*enumerate(found["place"]), *zip(copies["number"], copies["child"], strict=True)]:
        if place in rows:
            out[rows[place], number] = False
    return out


def near(asked: pd.DataFrame, found: pd.DataFrame, factor: float) -> np.ndarray:
    """Whether a spell starts within a factor of the path's base, shape (n, m)."""
    base, start = asked["base"].to_numpy()[:, None], found["start"].to_numpy(dtype=float)[None]
    return (start <= base * factor) & (start >= base / factor)


def graded(data, known: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """The columns of D for paths of one indicator on one scale, all of one year or all of more.

    Returns
    -------
    DataFrame
        Those of the contract from ``class_used`` to ``specifications``; `FLAGS`: ``qualified`` (a set of levels passed
        the selection check), ``same_level, contains`` and the doubts; ``first_year, last_year``. No row without spell.
    """
    (indicator, scale), year = asked[["indicator", "scale"]].iloc[0], bool(asked["years"].iloc[0] == 1)
    both = _foreign(data, known, indicator, scale)
    found = _best(both, *((1, 2) if year else (2, 6)))
    name, rho = selection(data, known, found, indicator, scale)
    found = found[found["level"].isin(SELECTIONS[name or "all"])].reset_index(drop=True)
    if found.empty:
        return found.reindex(columns=[])
    all_ = data.places.loc[data.places["level"].eq("province"), "id"]
    official = found.loc[found["press"].eq(0) & found["level"].eq("province"), "place"]
    complete = len(official) == len(found) and all_.isin(official).all()
    counted = foreign(asked, found)
    out = counts(asked, found, counted).assign(class_used=name or "all", rho=rho, qualified=bool(name))
    low, high = limits(*(out[key] for key in COUNTS), whole=len(all_) * complete)
    (lo, hi), m, base = fifths(low, high), out["m"].to_numpy(), asked["base"]
    out["L90"], out["U90"], out["fifth_low"], out["fifth_high"] = low, high, lo, hi
    with np.errstate(divide="ignore", invalid="ignore"):
        out["gamma"] = np.select([hi <= 2, lo >= 4], [(1 - high) / high, low / (1 - low)], np.nan)
    out["chance_low"], out["chance_high"] = (m - out["k_high"]) / (m + 1), (m - out["k_low"] + 1) / (m + 1)
    out["contradicted"], out["specifications"] = (0, 0) if year else _grid(asked, both, lo, hi)
    out["first_year"], out["last_year"] = found["from_year"].min(), found["year"].max()
    own = counted & (found["level"].to_numpy() == asked["level"].to_numpy()[:, None])
    out["same_level"] = 2 * own.sum(axis=1) >= m
    inside, up = set(found["place"]), data.places.set_index("id")["parent"].to_dict()
    held = {place: not inside.isdisjoint(above_(place, up)[1:]) for place in asked["place"].unique()}
    out["contains"] = asked["place"].map(held).astype(bool)
    out["doubt_press"], out["doubt_level"] = not complete, ~out["same_level"]
    outside = ~base.between(found["start"].min(), found["start"].max())
    out["doubt_start"] = outside | (2 * (counted & near(asked, found, 1.5)).sum(axis=1) < m)
    return out.assign(doubt_few=out["provinces"] < 10)


def _grid(asked: pd.DataFrame, both: pd.DataFrame, lo, hi) -> tuple[np.ndarray, np.ndarray]:
    """In how many specifications with a spell the word would be another, and how many there are."""
    wrong, tried, chosen = *np.zeros((2, len(asked)), dtype=int), Counter()
    place = pd.factorize(both["place"], sort=True)[0]
    for shortest, strict, bounds in product((1, 2, 3), (False, True), (True, False)):
        fit = both["years"].between(shortest - 1e-9, 6 + 1e-9) & (both["doubts"].eq(0) | (not strict))
        at = np.flatnonzero(fit & (~both["bounded"] | bounds))
        chosen[tuple(at[np.unique(place[at], return_index=True)[1]])] += 1
    chosen.pop((), None)
    # several specifications may choose the same spells
    for at, times in chosen.items():
        found = both.iloc[list(at)]
        others, below = foreign(asked, found), found["level"].ne("province").to_numpy()
        kept = np.stack([others & near(asked, found, factor) for factor in (np.inf, 2.0, 1.5)])
        some = _counted(found, np.concatenate([kept, kept & below]), slower(asked, found))
        (one_lo, one_hi), there = fifths(*limits(*some)), some[2] > 0
        tried += times * there.sum(axis=0)
        wrong += times * (there & ((one_lo > hi) | (one_hi < lo))).sum(axis=0)
    return wrong, tried


CLASSES = ("WELL_BELOW", "BELOW", "ABOUT", "ABOVE", "WELL_ABOVE")
CUTS = (0.60, 0.95, 1 / 0.95, 1 / 0.60)
APART = 1.8
"""Least distance in years of the two values of a window."""
_KEYS = ["indicator", "scale"]


def bands(ratio) -> np.ndarray:
    """The class of a ratio: 1 (`CLASSES`: WELL_BELOW) to 5.

    >>> bands([0.43, 0.95, 1.048, 1.667, np.inf]).tolist()
    [1, 3, 3, 5, 5]
    """
    ratio = np.asarray(ratio, dtype=float)[:, None]
    lower, upper = np.array(CUTS[:2]) - 1e-12, np.array(CUTS[2:]) + 1e-12
    return 1 + (ratio >= lower).sum(axis=1) + (ratio > upper).sum(axis=1)


def windows(data, known: pd.DataFrame, indicator: str, scale: str) -> pd.DataFrame:
    """The realised pace between any two values of one series, at least 1.8 years apart.

    The series of a place is that basis, of those with a window, which reaches farthest, then the one with most values.

    Parameters
    ----------
    data : Data
    known : DataFrame
        `qiyou.plausibility.yardsticks.realised.values`.
    indicator, scale : str

    Returns
    -------
    DataFrame
        place, indicator, scale, basis, from_year, year, from_printed, printed; ``pace, low, high`` in improvement;
        ``values``, the length of the series.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou.plausibility.yardsticks.realised import values
    >>> data = qiyou.load()
    >>> found = windows(data, values(data), "doctors_per_1000", "points")
    >>> found["pace"].round(3).tolist()
    [0.125, 0.167, 0.178, 0.18, 0.19, 0.23]
    """
    rows = known[known["indicator"].eq(indicator) & ~known["bounded"]]
    by = ["place", "basis"]
    rows = rows.sort_values(["held", "t"], kind="stable").drop_duplicates([*by, "t"], keep="last")
    series = rows.groupby(by)["t"].agg(["size", "max", "min"]).reset_index()
    series = series[series["max"] - series["min"] >= APART - 1e-9].sort_values(["max", "size"], kind="stable")
    series = series.drop_duplicates("place", keep="last").rename(columns={"size": "values"})
    found = pairs(data, rows, indicator, scale)
    found = found[found["years"] >= APART - 1e-9].merge(series[[*by, "values"]], on=by)
    shown = ["from_year", "year", "from_printed", "printed", "pace", "low", "high", "values"]
    found = found.assign(indicator=indicator, scale=scale).sort_values(["place", "pace"], kind="stable")
    return found[["place", *_KEYS, "basis", *shown]].reset_index(drop=True)


def nearest(data, asked: pd.DataFrame, found: pd.DataFrame) -> np.ndarray:
    """The nearest superior (`superiors.csv`, else the parents) that has a window of the path's indicator, or ''."""
    chain = data.superiors[["place", "superior", "order"]].astype({"order": int})
    up = data.places.set_index("id")["parent"].to_dict()
    # a place of one's own may not say where it lies, but it lies in the nation
    nation = data.places.loc[data.places["level"].eq("country"), "id"]
    more = [
        (place, one, order)
        for place in set(asked["place"]) - set(chain["place"])
        for order, one in enumerate(dict.fromkeys([*above_(place, up)[1:], *nation]))
    ]
    chain = pd.concat([chain, pd.DataFrame(more, columns=chain.columns)], ignore_index=True)
    rows = asked[["place", *_KEYS]].reset_index(names="at").merge(chain, on="place")
    having = found[["place", *_KEYS]].drop_duplicates().rename(columns={"place": "superior"})
    best = rows.merge(having).sort_values("order", kind="stable").drop_duplicates("at").set_index("at")
    return best["superior"].reindex(asked.index).fillna("").to_numpy(dtype=object)


def against(asked: pd.DataFrame, found: pd.DataFrame, who: str, prefix: str = "") -> pd.DataFrame:
    """The required pace over every window of the series of the place in the column `who`.

    Returns
    -------
    DataFrame
        ``windows``; ``q_low, q_high`` (worst case over boxes, infinite where nothing was gained), ``n_low, n_high``
        (`bands`, 0 without a window), ``later_low, later_high``, the ratio by the last year that prints
        the end value, if that is a later one; ``values, from_year, to_year, basis`` of the series; all prefixed.
    """
    rows = asked.loc[asked["required_high"].notna(), [who, *_KEYS, "required_low", "required_high"]]
    rows = rows.reset_index(names="at").merge(found.rename(columns={"place": who}), on=[who, *_KEYS])
    with np.errstate(divide="ignore", invalid="ignore"):
        rows["q_low"] = (np.maximum(rows["required_low"], 0) / rows["high"]).where(rows["high"] > 0, np.inf)
        rows["q_high"] = (rows["required_high"] / rows["low"]).where(rows["low"] > 0, np.inf)
    ends = {"q_low": ("q_low", "min"), "q_high": ("q_high", "max"), "from_year": ("from_year", "min")}
    sums = {"windows": ("q_low", "size"), "values": ("values", "first"), "to_year": ("year", "max")}
    out = rows.groupby("at").agg(**ends, **sums, basis=("basis", "first")).reindex(asked.index)
    whole = {name: out[name].fillna(0).astype(int) for name in (*sums, "from_year")}
    told = whole["windows"] > 0
    classes = {f"n_{end}": np.where(told, bands(out[f"q_{end}"].fillna(0)), 0) for end in ("low", "high")}
    # by the last year that prints the end value, where that is not the first
    part = (asked["years"] / asked["years_last"]).where(asked["years_last"] > asked["years"])
    classes |= {f"later_{end}": out[f"q_{end}"] * part for end in ("low", "high")}
    return out.assign(**whole, **classes, basis=out["basis"].fillna("")).add_prefix(prefix)


def progress(asked: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Where the place itself was observed between base and end: the share of the way and of the time gone by.

    What has no sure date, or is approximate, says nothing of it.

    Returns
    -------
    DataFrame
        ``seen_year`` (0 where there is none), ``seen_printed``, ``done, gone`` (shares) and ``remaining`` (units a year
        from there on). A lag is a question, no forecast.
    """
    by = ["place", "indicator"]
    seen = known.loc[~known["bounded"] & ~known["soft"], [*by, "year", "printed", "value"]]
    rows = asked[asked["ask"].eq("pace")].reset_index(names="at").merge(seen, on=by)
    rows = rows[rows["year"].gt(rows["base_year"]) & rows["year"].lt(rows["reached"])]
    rows = rows.sort_values("year").drop_duplicates("at", keep="last").set_index("at").reindex(asked.index)
    year, out = rows["year"].astype(float), pd.DataFrame(index=asked.index)
    out["seen_year"], out["seen_printed"] = rows["year"].fillna(0).astype(int), rows["printed"].fillna("")
    out["done"] = (rows["value"] - rows["base"]) / (rows["end"] - rows["base"])
    out["gone"] = (year - rows["base_year"]) / rows["years"]
    out["remaining"] = rows["sign"] * (rows["end"] - rows["value"]) / (rows["reached"] - year)
    return out
