"""C10: the change a target requires, among changes really achieved elsewhere.

A *spell* is what one place achieved between two dates on one basis, as a change per year. The required change
is ranked among the spells that start from a comparable level. The material is weak and every result says so:
most values are copies of press reports, success stories are over-represented, several starts are calculated
back from a printed increase, and some places contain others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou.errors import DataError
from qiyou.plausibility.codes import PASS, QUESTION, UNDECIDABLE
from qiyou.plausibility.paths import Paths
from qiyou.plausibility.settings import Settings
from qiyou.plausibility.verdicts import above, findings

LEFT_OUT_KINDS = ("lower_bound", "approximate", "expected")
"""Kinds of value that state no level reached: bounds, approximations, forecasts."""
LEFT_OUT_NOTES = ("EXCLUDE_SPELL", "WEAK", "ALT:")
"""Marks in a note that keep a value out of every spell."""
SITE_SURVEY_FROM = 2018
"""Reference year of the first yearly national survey of sports sites; earlier counts are on other bases."""
CHUNK = 2**20
"""Pairs of a path and a realised change that are compared at once: some 10 MB of working memory."""

_SIGN = {"up": 1, "down": -1}
_SITE_SURVEY = "sports_area_per_capita"
_OTHER_SURVEY = "fitness survey|fitness data"
_NEEDED = [
    "place",
    "level",
    "parent",
    "year",
    "indicator",
    "kind",
    "source",
    "note",
    "value",
    "step",
    "relation",
]
_SPELL_COLUMNS = [
    *("place", "level", "parent", "basis", "from_year", "year", "years", "from_value", "value"),
    *("change", "change_low", "change_high", "derived", "soft", "nested", "from_source", "source"),
]


def basis(reference: pd.DataFrame) -> pd.Series:
    """On which basis each value stands; a spell never spans two.

    For sports area: the censuses of 2003 and 2013 (``CENSUS`` in the note), provincial fitness surveys,
    values of years between (each a basis of its own, for their method is not stated) and the yearly site
    survey since 2018. Every other indicator has one basis.

    Parameters
    ----------
    reference : DataFrame
        ``data.reference``.

    Examples
    --------
    >>> frame = pd.DataFrame({"indicator": "sports_area_per_capita", "year": [2013, 2016, 2021],
    ...                       "note": ["CENSUS 2013", "", ""]})
    >>> basis(frame).tolist()
    ['site_census', 'interim_2016', 'site_survey']
    """
    note, year = reference["note"].fillna(""), reference["year"]
    sports = reference["indicator"].eq(_SITE_SURVEY)
    early = sports & (year < SITE_SURVEY_FROM).fillna(False)
    result = pd.Series("reported", index=reference.index, dtype=object)
    result[sports] = "site_survey"
    result[early] = "interim_" + year[early].astype(str)
    result[sports & note.str.contains(_OTHER_SURVEY)] = "fitness_survey"
    result[sports & note.str.contains("CENSUS")] = "site_census"
    return result


def spells(
    reference: pd.DataFrame,
    indicator: str,
    *,
    shortest: int = 2,
    longest: int = 5,
    bases: Iterable[str] = ("site_survey", "reported"),
) -> pd.DataFrame:
    """One realised change over several years per place: the longest of `shortest` to `longest` years on one basis.

    Left out are bounds, approximations, expected values, values marked in their notes (`LEFT_OUT_NOTES`) or
    without a year, and whole countries, which are the sum of the other places. Among equally long spells the
    one with fewer derived or softly dated ends is taken, then the latest.

    Parameters
    ----------
    reference : DataFrame
        ``data.reference``.
    indicator : str
    shortest, longest : int
        In years; by default those of `qiyou.plausibility.Settings`. With ``shortest=1`` changes from one year to
        the next count too; they carry the whole rounding of two values and say little about a pace kept up for
        years.
    bases : iterable of str
        Of `basis`; by default the yearly site survey for sports area, and whatever there is for the others.

    Returns
    -------
    DataFrame
        place, level, parent, basis, from_year, year, years, from_value, value; ``change`` per year in the
        indicator's unit with ``change_low`` and ``change_high`` by rounding; ``derived`` and ``soft``,
        whether an end is calculated back or softly dated; ``nested``, whether the place lies in another place
        of the table; from_source, source. No rows where no place has two values so far apart.

    Raises
    ------
    DataError
        Missing columns, or an indicator that the frame does not have.

    Examples
    --------
    >>> frame = pd.DataFrame({"place": "xiamen", "level": "prefecture", "parent": "fujian", "note": "",
    ...     "indicator": "sports_area_per_capita", "kind": "observed", "source": "paper", "relation": "eq",
    ...     "year": [2022, 2024], "value": [2.43, 3.43], "step": 0.01})
    >>> spells(frame, "sports_area_per_capita")[["from_year", "year", "change"]].values.tolist()
    [[2022.0, 2024.0, 0.5]]
    """
    missing = [name for name in _NEEDED if name not in reference]
    if not 1 <= shortest <= longest:
        raise DataError(f"spells last {shortest} to {longest} years; pass 1 <= shortest <= longest")
    if missing:
        raise DataError(f"the reference class lacks the columns {', '.join(missing)}; hand in data.reference")
    if not reference["indicator"].eq(indicator).any():
        raise DataError(
            f"the reference class has no {indicator!r}; it has {', '.join(reference['indicator'].unique())}"
        )
    marked = reference["note"].fillna("").str.contains("|".join(LEFT_OUT_NOTES))
    usable = (
        reference["indicator"].eq(indicator)
        & reference["year"].notna()
        & reference["relation"].eq("eq")
        & ~reference["kind"].isin(LEFT_OUT_KINDS)
        & ~marked
        & reference["level"].ne("country")
    )
    rows = reference.assign(basis=basis(reference))[usable]
    rows = rows[rows["basis"].isin(list(bases))]
    rows = rows.assign(
        weak=rows["kind"].eq("derived").astype(int)
        + rows["note"].fillna("").str.contains("SOFT DATE").astype(int)
    )
    pairs = rows.merge(rows, on=["place", "basis"], suffixes=("_from", ""))
    pairs["years"] = (pairs["year"] - pairs["year_from"]).astype(int)
    pairs = pairs[pairs["years"].between(shortest, longest)]
    pairs = pairs.assign(doubts=pairs["weak"] + pairs["weak_from"])
    best = pairs.sort_values(["years", "doubts", "year"], ascending=[False, True, False], kind="stable")
    best = best.drop_duplicates("place").sort_values("place", ignore_index=True)
    half = (best["step"] + best["step_from"]) / 2
    change = best["value"] - best["value_from"]
    kinds = best["kind"].eq("derived") | best["kind_from"].eq("derived")
    notes = best["note"].fillna("") + best["note_from"].fillna("")
    return pd.DataFrame(
        {
            **{name: best[name] for name in ("place", "level", "parent", "basis")},
            "from_year": best["year_from"],
            "year": best["year"],
            "years": best["years"],
            "from_value": best["value_from"],
            "value": best["value"],
            "change": change / best["years"],
            "change_low": (change - half) / best["years"],
            "change_high": (change + half) / best["years"],
            "derived": kinds,
            "soft": notes.str.contains("SOFT DATE"),
            "nested": best["parent"].isin(best["place"]),
            "from_source": best["source_from"],
            "source": best["source"],
        }
    )[_SPELL_COLUMNS]


@dataclass(frozen=True, eq=False)
class Rank:
    """Where a required change stands among realised ones.

    Attributes
    ----------
    code, verdict : str
    required, required_low, required_high : float
        Change per year in the direction of improvement, with its rounding interval.
    m : int
        Realised changes that count.
    below_low, below_high : int
        Realised changes below the required one: certainly, and at most.
    percentile : float
        Percent of realised changes below the required one, as printed.
    low, high : float
        Clopper-Pearson interval of that percentile, over the rounding, in percent.
    chance : float
        1/(m + 1) where the required change is above all m, else NaN.
    level_band : tuple of float
        Start levels that count; infinite where there is no band.
    spells : DataFrame
        All spells handed in, with ``improvement`` (and _low, _high) and ``counts``.
    settings : Settings
    """

    code: str
    verdict: str
    required: float
    required_low: float
    required_high: float
    m: int
    below_low: int
    below_high: int
    percentile: float
    low: float
    high: float
    chance: float
    level_band: tuple[float, float]
    spells: pd.DataFrame
    settings: Settings


def rank(
    required_change: float,
    spells: pd.DataFrame,
    *,
    interval: tuple[float, float] | None = None,
    level_band: tuple[float, float] | None = None,
    direction: str = "up",
    settings: Settings | None = None,
) -> Rank:
    """Rank a required change per year among realised ones.

    k of the m spells that start inside the band changed less than required. The percentile k/m has the
    Clopper-Pearson interval, which is exact for an independent sample only: the places are none, and the
    interval is printed as if they were. With rounding its lower end belongs to the fewest, its upper end to
    the most spells that may lie below. Wholly at or below 75: PASS. Wholly above 80: QUESTION. Above all m:
    QUESTION, and as one more draw from the same class P <= 1/(m + 1). Anything else, and m < 20: UNDECIDABLE. (All four
    numbers are settings.)

    Parameters
    ----------
    required_change : float
        Per year, in the unit of the spells, as printed: (y_H − y_0)/H.
    spells : DataFrame
        As `spells` returns: from_value, change, change_low, change_high.
    interval : (float, float), optional
        Rounding interval of the required change.
    level_band : (float, float), optional
        Only spells that start inside it count; by default all do.
    direction : {'up', 'down'}
        Which way is better; for 'down' changes are counted as decreases.
    settings : Settings, optional

    Returns
    -------
    Rank

    Raises
    ------
    DataError
        No number to rank, an interval that does not contain it, missing columns.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26, 404-413.

    Examples
    --------
    >>> realised = pd.DataFrame({"from_value": 2.0, "change": np.arange(1, 25) / 10})
    >>> realised = realised.assign(change_low=realised["change"], change_high=realised["change"])
    >>> result = rank(0.35, realised)
    >>> result.m, result.below_low, round(result.percentile, 1), round(result.low, 1), round(result.high, 1)
    (24, 3, 12.5, 2.7, 32.4)
    >>> result.code
    'WITHIN_FASTEST_QUARTER_LINE'
    """
    settings = settings or Settings()
    band = level_band or (-np.inf, np.inf)
    found = rank_paths(
        [required_change],
        spells,
        interval=interval,
        level_band=band,
        direction=direction,
        settings=settings,
    ).to_dict("records")[0]
    listed = improvements(spells, direction)
    return Rank(
        code=found["code"],
        verdict=found["verdict"],
        required=found["required"],
        required_low=found["required_low"],
        required_high=found["required_high"],
        m=found["m"],
        below_low=found["below_low"],
        below_high=found["below_high"],
        percentile=found["percentile"],
        low=found["low"],
        high=found["high"],
        chance=found["chance"],
        level_band=band,
        spells=listed.assign(counts=inside(listed["from_value"], *band)),
        settings=settings,
    )


def rank_paths(
    required_change: ArrayLike,
    spells: pd.DataFrame,
    *,
    interval: tuple[ArrayLike, ArrayLike] | None = None,
    level_band: tuple[ArrayLike, ArrayLike] = (-np.inf, np.inf),
    place: ArrayLike | None = None,
    direction: str = "up",
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Rank the required changes of n paths of one indicator at once, each as `rank` does.

    Memory stays bounded whatever n is: paths are held against the class in chunks of `CHUNK` pairs.

    Parameters
    ----------
    required_change : array of float, shape (n,)
        Per year, in the unit of the spells, as printed.
    spells : DataFrame
        As `spells` returns: from_value, change, change_low, change_high; place if `place` is given; derived,
        soft, nested are counted where there are such columns.
    interval : (array, array) of shape (n,), optional
        Rounding intervals of the required changes.
    level_band : (array, array) of shape (n,), or two numbers
        Only spells that start inside a path's band count for it.
    place : array of str, shape (n,), optional
        The path's own place, which is no reference for it; by default every spell may count.
    direction : {'up', 'down'}
    settings : Settings, optional

    Returns
    -------
    DataFrame
        One row per path, in the order given: code, verdict; required, required_low, required_high, in the
        direction of improvement; m, below, below_low, below_high (int), the changes that count and those of
        them below the required one: as printed, certainly, and at most; percentile, low, high, in percent;
        chance; band_low, band_high; derived, soft, nested (int), how many of the m are; others and
        others_below (int), the spells of other places wherever they start, and those of them below.

    Raises
    ------
    DataError
        As `rank`.

    Examples
    --------
    >>> realised = pd.DataFrame({"place": list("abcd"), "from_value": [1.0, 2, 2, 3], "change": [0.1, 0.2, 0.3, 0.4]})
    >>> realised = realised.assign(change_low=realised["change"], change_high=realised["change"])
    >>> found = rank_paths([0.25, 0.5], realised, level_band=([1.5, 0], [2.5, 9]), place=["b", "z"])
    >>> found[["m", "below", "others"]]
       m  below  others
    0  1      0       3
    1  4      4       4
    """
    settings = settings or Settings()
    needed = _needed(required_change, interval, level_band, direction)
    listed = improvements(spells, direction)
    own, places = _numbered(place, len(needed["required"]), listed)
    size = max(1, CHUNK // max(1, len(listed)))
    parts = []
    for start in range(0, max(1, len(own)), size):
        chunk = slice(start, start + size)
        some = {name: numbers[chunk, None] for name, numbers in needed.items()}
        parts.append(_counted(some, own[chunk, None] != places, listed))
    counts = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    m, fewest = counts["m"], counts["below_low"]
    low = _clopper_pearson(fewest, m, settings)[0]
    high = _clopper_pearson(counts["below_high"], m, settings)[1]
    code, verdict = _rank_verdicts(m, fewest, low, high, settings)
    return pd.DataFrame(
        {
            "code": code,
            "verdict": verdict,
            **needed,
            **counts,
            "percentile": 100 * counts["below"] / np.where(m > 0, m, np.nan),
            "low": low,
            "high": high,
            "chance": np.where((m > 0) & (fewest == m), 1 / (m + 1), np.nan),
        }
    ).astype({"code": "str", "verdict": "str"})


def _needed(required_change, interval, level_band, direction: str) -> dict[str, np.ndarray]:
    """What each path needs, in the direction of improvement, and from which levels it may be compared."""
    sign = _sign(direction)
    required = np.asarray(required_change, dtype=float)
    low, high, band_low, band_high = (
        np.broadcast_to(np.asarray(ends, dtype=float), required.shape)
        for ends in (*(interval or (required, required)), *level_band)
    )
    wrong = ~(np.isfinite(required) & (low <= required) & (required <= high))
    if wrong.any():
        first, *ends = (numbers[wrong][0].item() for numbers in (required, low, high))
        raise DataError(
            f"the required change is {first!r} with the interval {ends[0]!r} to {ends[1]!r}; pass a number "
            f"inside it"
        )
    if sign < 0:
        low, high = high, low
    return {
        "required": sign * required,
        "required_low": sign * low,
        "required_high": sign * high,
        "band_low": band_low,
        "band_high": band_high,
    }


def _numbered(place: ArrayLike | None, n: int, spells: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The places of n paths and of the spells as numbers, equal for one place; all differ where none is given."""
    if place is None:
        return np.zeros(n), np.ones(len(spells))
    names = np.concatenate([np.asarray(place, dtype=object), spells["place"].to_numpy(dtype=object)])
    number = pd.factorize(names)[0]
    return number[:n], number[n:]


def _sign(direction: str) -> int:
    if direction not in _SIGN:
        raise DataError(f"direction is {direction!r}; it has to be 'up' or 'down'")
    return _SIGN[direction]


def improvements(spells: pd.DataFrame, direction: str = "up") -> pd.DataFrame:
    """Spells with their change in the direction of improvement: ``improvement`` (``_low``, ``_high``).

    Raises
    ------
    DataError
        A direction that is neither up nor down.

    Examples
    --------
    >>> fall = pd.DataFrame({"change": [-0.4], "change_low": [-0.5], "change_high": [-0.3]})
    >>> improvements(fall, "down").iloc[0, 3:].tolist()
    [0.4, 0.3, 0.5]
    """
    sign = _sign(direction)
    ends = np.sort(sign * spells[["change_low", "change_high"]].to_numpy(dtype=float), axis=1)
    return spells.assign(
        improvement=sign * spells["change"], improvement_low=ends[:, 0], improvement_high=ends[:, 1]
    )


def inside(start: ArrayLike, band_low: ArrayLike, band_high: ArrayLike) -> np.ndarray:
    """Whether a change starts inside a band of levels, its ends included, up to binary noise.

    Examples
    --------
    >>> inside([1.8, 4.05, 4.1], 2.7 / 1.5, 2.7 * 1.5).tolist()
    [True, True, False]
    """
    return ~above(band_low, start) & ~above(start, band_high)


def _counted(needed: dict[str, np.ndarray], other: np.ndarray, spells: pd.DataFrame) -> dict[str, np.ndarray]:
    """How many spells count for each path and lie below what it needs; columns of paths against rows of spells."""
    counts = other & inside(spells["from_value"], needed["band_low"], needed["band_high"])
    slower = above(needed["required"], spells["improvement"])
    certain = above(needed["required_low"], spells["improvement_high"])
    possible = ~above(spells["improvement_low"], needed["required_high"])
    doubts = spells.reindex(columns=["derived", "soft", "nested"], fill_value=False)
    tallied = {
        "m": counts,
        "below": counts & slower,
        "below_low": counts & certain,
        "below_high": counts & possible,
        **{name: counts & doubts[name].to_numpy(dtype=bool) for name in doubts},
        "others": other,
        "others_below": other & slower,
    }
    return {name: pairs.sum(axis=1) for name, pairs in tallied.items()}


def _clopper_pearson(k: np.ndarray, m: np.ndarray, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Two-sided intervals of shares k/m, in percent, as if the m cases were an independent sample."""
    from scipy.special import betaincinv

    # many paths share few pairs (k, m), and the quantile of each is dear
    pairs, at = np.unique(np.column_stack([k, m]), axis=0, return_inverse=True)
    k, m = pairs.T
    tail = (1 - settings.reference_confidence) / 2
    low = np.where(k == 0, 0.0, betaincinv(np.maximum(k, 1), m - k + 1, tail))
    high = np.where(k == m, 1.0, betaincinv(k + 1, np.maximum(m - k, 1), 1 - tail))
    return 100 * low[at], 100 * high[at]


def _rank_verdicts(
    m: np.ndarray, fewest: np.ndarray, low: np.ndarray, high: np.ndarray, settings: Settings
) -> tuple[np.ndarray, np.ndarray]:
    rules = [
        (m < settings.reference_least, "TOO_FEW_IN_REFERENCE", UNDECIDABLE),
        (fewest == m, "UNPRECEDENTED_IN_REFERENCE", QUESTION),
        (high <= settings.reference_pass, "WITHIN_FASTEST_QUARTER_LINE", PASS),
        (low > settings.reference_question, "TOP_FIFTH_PACE", QUESTION),
    ]
    holds, codes, verdicts = zip(*rules, strict=True)
    return np.select(holds, codes, "RANK_NOT_DECIDED"), np.select(holds, verdicts, UNDECIDABLE)


def checks(
    paths: Paths, reference: pd.DataFrame, card: pd.DataFrame, settings: Settings
) -> list[pd.DataFrame]:
    """C10 for every path whose indicator has a reference class; a path's own place is no reference for it.

    Parameters
    ----------
    paths : Paths
    reference : DataFrame
        ``data.reference``.
    card : DataFrame
        `qiyou.pace.card` of the same paths, in the same order.
    settings : Settings
    """
    indicator = paths.keys["indicator"].to_numpy(dtype=object)
    has = paths.keys["indicator"].isin(reference["indicator"]).to_numpy()
    asked = has & paths.judged & ~paths.keeps & ~np.isnan(paths.grid.sign)
    based = (paths.base >= 0) & card["points_per_year"].notna().to_numpy()
    found = [_no_base(paths, np.flatnonzero(asked & ~based))]
    for name in pd.unique(indicator[asked & based]):
        peers = spells(reference, name, shortest=settings.spell_years_least, longest=settings.spell_years)
        rows = np.flatnonzero(asked & based & (indicator == name))
        found += _rank_findings(paths, rows, peers, card.iloc[rows], settings)
    return found


def _no_base(paths: Paths, rows: np.ndarray) -> pd.DataFrame:
    return findings(
        paths.keys.iloc[rows],
        check="C10",
        code="NOT_DEFINED",
        verdict=UNDECIDABLE,
        evidence="E3",
        zh="{label_zh}：没有印出基期实际值，无从计算所需速度，不能与别处实际达到的速度相比。",
        en="{label_en}: no base value is printed, so the required pace cannot be held against those realised "
        "elsewhere.",
        fields=paths.take(rows),
    )


_RANK_WORDS = {
    "WITHIN_FASTEST_QUARTER_LINE": (
        "所需速度不在最快的四分之一之内（界限{limit:3}%）",
        "the required pace is below the line of the fastest quarter ({limit:3}%)",
    ),
    "TOP_FIFTH_PACE": (
        "所需速度属于最快的五分之一（界限{limit:3}%）",
        "the required pace is among the fastest fifth ({limit:3}%)",
    ),
    "UNPRECEDENTED_IN_REFERENCE": (
        "所需速度高于起点相近的全部{m}个（若与它们同类，概率不超过{chance:2}）",
        "the required pace is above all {m} from a like level (as one more of the same class P ≤ {chance:2})",
    ),
    "TOO_FEW_IN_REFERENCE": (
        "起点相近的少于{least}个，无法判定",
        "fewer than {least} start from a like level: undecidable",
    ),
    "RANK_NOT_DECIDED": ("区间跨越界限，无法判定", "the interval straddles the lines: undecidable"),
}


def _rank_findings(
    paths: Paths, rows: np.ndarray, peers: pd.DataFrame, card: pd.DataFrame, settings: Settings
) -> list[pd.DataFrame]:
    """The paths of one indicator, those that are told the same sentence together."""
    base = card["base_value"].to_numpy(dtype=float)
    ranked = rank_paths(
        card["points_per_year"],
        peers,
        interval=(card["points_per_year_low"], card["points_per_year_high"]),
        level_band=(base / settings.level_factor, base * settings.level_factor),
        place=paths.keys["place"].iloc[rows],
        direction="up" if paths.grid.sign[rows[0]] > 0 else "down",
        settings=settings,
    ).assign(row=rows, y0=card["base_year"].to_numpy(dtype=int), y1=card["end_year"].to_numpy(dtype=int))
    alike = ranked.groupby([ranked["code"], ranked["m"].eq(0), ranked["others"].eq(0)], sort=False)
    return [
        _no_class(paths, group, settings) if no_class else _rank_finding(paths, group, settings)
        for (_, _, no_class), group in alike
    ]


def _rank_finding(paths: Paths, ranked: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Paths of one code, all of which have spells that count or none of which has."""
    code, some, rows = ranked["code"].iloc[0], bool(ranked["m"].iloc[0]), ranked["row"].to_numpy()
    zh, en = _RANK_WORDS[code]
    limit = settings.reference_question if code == "TOP_FIFTH_PACE" else settings.reference_pass
    percent = f"{100 * settings.reference_confidence:g}%"
    place_zh = (
        f"，其中{{below}}个慢于所需，百分位{{percentile:3}}（连同四舍五入的{percent}区间{{low:3}}至{{high:3}}，"
        "视同独立样本，其实并不独立）"
    )
    place_en = (
        f", {{below}} of them slower than that: percentile {{percentile:3}} ({percent} interval, rounding "
        "included, {low:3} to {high:3}, as if the places were an independent sample, which they are not)"
    )
    return findings(
        paths.keys.iloc[rows],
        check="C10",
        code=code,
        verdict=ranked["verdict"],
        year=ranked["y1"],
        statistic=ranked["percentile"],
        low=ranked["low"] if some else np.nan,
        high=ranked["high"] if some else np.nan,
        threshold=settings.reference_least if code == "TOO_FEW_IN_REFERENCE" else limit,
        zh="{label_zh}：{y0}—{y1}年每年需{required:4}{points_zh}。历时{shortest}至{longest}年的实际变化，起点在{band_low:3}至"
        "{band_high:3}之间的有{m}个"
        + place_zh * some
        + "；不限起点共{others}个，其中{others_below}个慢于所需。"
        + zh
        + "。"
        + _WEAK_ZH * some,
        en="{label_en}: {required:4}{points_en} a year needed from {y0} to {y1}. Realised changes over "
        "{shortest} to {longest} years that start between {band_low:3} and {band_high:3}: {m}"
        + place_en * some
        + ". Wherever they start: {others}, {others_below} of them slower. "
        + en[0].upper()
        + en[1:]
        + "."
        + _WEAK_EN * some,
        fields={
            **paths.take(rows),
            **_span(settings),
            **{name: ranked[name].to_numpy() for name in ranked},
            "limit": limit,
            "least": str(settings.reference_least),
        },
    )


_WEAK_ZH = (
    "参照多为转载数据，成功经验偏多；计入的{m}个中，起点或终点为反推的{derived}个，日期不确的{soft}个，"
    "包含在别的地方之内的{nested}个。"
)
_WEAK_EN = (
    " The references are mostly copies, and success stories are over-represented; of the {m} that count, "
    "those with an end calculated back: {derived}, with a soft date: {soft}, inside another place: {nested}."
)


def _span(settings: Settings) -> dict[str, str]:
    return {"shortest": str(settings.spell_years_least), "longest": str(settings.spell_years)}


def _no_class(paths: Paths, ranked: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    rows = ranked["row"].to_numpy()
    return findings(
        paths.keys.iloc[rows],
        check="C10",
        code=ranked["code"].iloc[0],
        verdict=ranked["verdict"],
        threshold=settings.reference_least,
        zh="{label_zh}：没有一个地方有相隔{shortest}至{longest}年、口径相同的两个实际数，没有参照组，无法判定。",
        en="{label_en}: no place has two observations on one basis {shortest} to {longest} years apart, so there "
        "is no reference class: undecidable.",
        fields={**paths.take(rows), **_span(settings)},
    )
