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
        ``data.reference_sports`` or ``data.reference_nursery``.

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
        ``data.reference_sports`` or ``data.reference_nursery``.
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
        raise DataError(
            f"the reference class lacks the columns {', '.join(missing)}; hand in data.reference_sports"
        )
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
    low, high = interval if interval is not None else (required_change, required_change)
    if not (np.isfinite(required_change) and low <= required_change <= high):
        raise DataError(
            f"the required change is {required_change!r} with the interval {low!r} to {high!r}; pass a "
            f"number inside it"
        )
    if direction not in ("up", "down"):
        raise DataError(f"direction is {direction!r}; it has to be 'up' or 'down'")
    sign = 1 if direction == "up" else -1
    band = level_band or (-np.inf, np.inf)
    ends = np.sort(sign * spells[["change_low", "change_high"]].to_numpy(dtype=float), axis=1)
    start = spells["from_value"].to_numpy(dtype=float)
    counts = ~above(band[0], start) & ~above(start, band[1])
    listed = spells.assign(
        improvement=sign * spells["change"],
        improvement_low=ends[:, 0],
        improvement_high=ends[:, 1],
        counts=counts,
    )
    required, required_low, required_high = sign * required_change, *sorted((sign * low, sign * high))
    realised = listed[counts]
    m = len(realised)
    printed = int(above(required, realised["improvement"]).sum())
    fewest = int(above(required_low, realised["improvement_high"]).sum())
    most = int((~above(realised["improvement_low"], required_high)).sum())
    bounds = _clopper_pearson(fewest, m, settings)[0], _clopper_pearson(most, m, settings)[1]
    code, verdict = _rank_verdict(m, fewest, *bounds, settings)
    return Rank(
        code=code,
        verdict=verdict,
        required=required,
        required_low=required_low,
        required_high=required_high,
        m=m,
        below_low=fewest,
        below_high=most,
        percentile=100 * printed / m if m else np.nan,
        low=bounds[0],
        high=bounds[1],
        chance=1 / (m + 1) if m and fewest == m else np.nan,
        level_band=band,
        spells=listed,
        settings=settings,
    )


def _clopper_pearson(k: int, m: int, settings: Settings) -> tuple[float, float]:
    """The two-sided interval of a share, in percent, as if its m cases were an independent sample."""
    from scipy.special import betaincinv

    tail = (1 - settings.reference_confidence) / 2
    low = 0.0 if k == 0 else float(betaincinv(k, m - k + 1, tail))
    high = 1.0 if k == m else float(betaincinv(k + 1, m - k, 1 - tail))
    return 100 * low, 100 * high


def _rank_verdict(m: int, fewest: int, low: float, high: float, settings: Settings) -> tuple[str, str]:
    if m < settings.reference_least:
        return "TOO_FEW_IN_REFERENCE", UNDECIDABLE
    if fewest == m:
        return "UNPRECEDENTED_IN_REFERENCE", QUESTION
    if high <= settings.reference_pass:
        return "WITHIN_FASTEST_QUARTER_LINE", PASS
    if low > settings.reference_question:
        return "TOP_FIFTH_PACE", QUESTION
    return "RANK_NOT_DECIDED", UNDECIDABLE


def checks(
    paths: Paths, reference: pd.DataFrame, card: pd.DataFrame, settings: Settings
) -> list[pd.DataFrame]:
    """C10 for every path whose indicator has a reference class; a path's own place is no reference for it.

    Parameters
    ----------
    paths : Paths
    reference : DataFrame
        ``data.reference_sports`` and ``data.reference_nursery``, one below the other.
    card : DataFrame
        `qiyou.pace.card` of the same paths, in the same order.
    settings : Settings
    """
    has = paths.keys["indicator"].isin(reference["indicator"]).to_numpy()
    at = np.flatnonzero(has & paths.judged & ~paths.keeps & ~np.isnan(paths.grid.sign))
    classes = {
        indicator: spells(
            reference,
            indicator,
            shortest=settings.spell_years_least,
            longest=settings.spell_years,
        )
        for indicator in paths.keys["indicator"].iloc[at].unique()
    }
    found = []
    for path in at:
        required, *interval = card.iloc[path][
            ["points_per_year", "points_per_year_low", "points_per_year_high"]
        ]
        if paths.base[path] < 0 or np.isnan(required):
            found.append(_no_base(paths, path))
            continue
        key = paths.keys.iloc[path]
        peers = classes[key["indicator"]]
        others = peers[peers["place"].ne(key["place"])]
        base = float(card["base_value"].iloc[path])
        result = rank(
            float(required),
            others,
            interval=(float(interval[0]), float(interval[1])),
            level_band=(base / settings.level_factor, base * settings.level_factor),
            direction="up" if paths.grid.sign[path] > 0 else "down",
            settings=settings,
        )
        found.append(_rank_finding(paths, path, result, card.iloc[path]))
    return found


def _no_base(paths: Paths, path: int) -> pd.DataFrame:
    return findings(
        paths.keys.iloc[[path]],
        check="C10",
        code="NOT_DEFINED",
        verdict=UNDECIDABLE,
        evidence="E3",
        zh="{label_zh}：没有印出基期实际值，无从计算所需速度，不能与别处实际达到的速度相比。",
        en="{label_en}: no base value is printed, so the required pace cannot be held against those realised "
        "elsewhere.",
        fields=paths.take(np.array([path])),
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


def _rank_finding(paths: Paths, path: int, result: Rank, card: pd.Series) -> pd.DataFrame:
    zh, en = _RANK_WORDS[result.code]
    rows = np.array([path])
    counted = result.spells[result.spells["counts"]]
    limit = (
        result.settings.reference_question
        if result.code == "TOP_FIFTH_PACE"
        else result.settings.reference_pass
    )
    fields = {
        **paths.take(rows),
        **_span(result.settings),
        "required": result.required,
        "y0": str(card["base_year"]),
        "y1": str(card["end_year"]),
        "m": str(result.m),
        "all": str(len(result.spells)),
        "band_low": result.level_band[0],
        "band_high": result.level_band[1],
        "below": str(int(above(result.required, counted["improvement"]).sum())),
        "all_below": str(int(above(result.required, result.spells["improvement"]).sum())),
        "percentile": result.percentile,
        "low": result.low,
        "high": result.high,
        "chance": result.chance,
        "limit": limit,
        "least": str(result.settings.reference_least),
        "derived": str(int(counted["derived"].sum())),
        "soft": str(int(counted["soft"].sum())),
        "nested": str(int(counted["nested"].sum())),
    }
    if not len(result.spells):
        return _no_class(paths, path, result)
    percent = f"{100 * result.settings.reference_confidence:g}%"
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
        code=result.code,
        verdict=result.verdict,
        year=[int(card["end_year"])],
        statistic=result.percentile,
        low=result.low if result.m else np.nan,
        high=result.high if result.m else np.nan,
        threshold=result.settings.reference_least if result.code == "TOO_FEW_IN_REFERENCE" else limit,
        zh="{label_zh}：{y0}—{y1}年每年需{required:4}{points_zh}。历时{shortest}至{longest}年的实际变化，起点在{band_low:3}至"
        "{band_high:3}之间的有{m}个"
        + place_zh * bool(result.m)
        + "；不限起点共{all}个，其中{all_below}个慢于所需。"
        + zh
        + "。"
        + _WEAK_ZH * bool(result.m),
        en="{label_en}: {required:4}{points_en} a year needed from {y0} to {y1}. Realised changes over "
        "{shortest} to {longest} years that start between {band_low:3} and {band_high:3}: {m}"
        + place_en * bool(result.m)
        + ". Wherever they start: {all}, {all_below} of them slower. "
        + en[0].upper()
        + en[1:]
        + "."
        + _WEAK_EN * bool(result.m),
        fields=fields,
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


def _no_class(paths: Paths, path: int, result: Rank) -> pd.DataFrame:
    return findings(
        paths.keys.iloc[[path]],
        check="C10",
        code=result.code,
        verdict=result.verdict,
        threshold=result.settings.reference_least,
        zh="{label_zh}：没有一个地方有相隔{shortest}至{longest}年、口径相同的两个实际数，没有参照组，无法判定。",
        en="{label_en}: no place has two observations on one basis {shortest} to {longest} years apart, so there "
        "is no reference class: undecidable.",
        fields={**paths.take(np.array([path])), **_span(result.settings)},
    )
