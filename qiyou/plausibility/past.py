"""C8 and C9: the pace a target requires, held against the place's own observed past.

Both work on one observed series on one basis and never on planned values. `required_pace` asks two published
methods whether the past pace leads to the target; `extrapolation` asks whether the target lies beyond what a
straight line through the past allows. With the few points that there are, a target inside that interval
proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou.errors import DataError
from qiyou.history import checked_number, checked_series, ols_interval
from qiyou.plausibility.codes import NOTE, PASS, QUESTION, UNDECIDABLE
from qiyou.plausibility.paths import Paths
from qiyou.plausibility.semantics import promises
from qiyou.plausibility.settings import Settings
from qiyou.plausibility.verdicts import above, findings

_SIGN = {"up": 1, "at_least": 1, "down": -1, "at_most": -1}
_DESTATIS_LAST = 6
_MOST_CORNERS = 2**14
# The ratio is monotone in target and latest value but not in the base, which is therefore scanned.
_SCAN = 201


@dataclass(frozen=True, slots=True)
class PastPace:
    """What two published methods say of a target, over the rounding box and all leave-one-out refits.

    Attributes
    ----------
    code, verdict : str
    n : int
        Observed values.
    miss, miss_low, miss_high : float
        Destatis' share of the remaining distance by which the past pace would miss the target; as observed,
        lowest and highest. NaN where the target is reached already.
    ratio, ratio_low, ratio_high : float
        Statistics Canada's ratio of observed to required growth rate.
    why : str
        What kept a ratio from being computed; empty where nothing did.
    """

    code: str
    verdict: str
    n: int
    miss: float = np.nan
    miss_low: float = np.nan
    miss_high: float = np.nan
    ratio: float = np.nan
    ratio_low: float = np.nan
    ratio_high: float = np.nan
    why: str = ""


def required_pace(
    years: ArrayLike,
    values: ArrayLike,
    *,
    target_year: int,
    target: float,
    direction: str,
    step: ArrayLike = 0.0,
    target_step: float = 0.0,
    settings: Settings | None = None,
) -> PastPace:
    """C8: does the place's own past pace lead to the target?

    Destatis' miss share m = d(τ − ŷ_T)/(d(τ − y)) with the slope of the last six observations, and Statistics
    Canada's ratio R = d·CAGR_i/|CAGR_T| from the first observation, are computed for every choice of values
    inside the rounding boxes and with every observation left out in turn. Each falls into one of four classes
    (m up to 5%, up to 20%, more, wrong direction; R from 0.95, from 0.60, from 0, below). A verdict is given
    only if each method has one class throughout and the two agree:

    ====================  ===========  ==========================================================
    ON_PAST_PACE          PASS         both in the best class, or the target is reached already
    NEEDS_ACCELERATION    NOTE         both in the second
    NEEDS_ACCELERATION    QUESTION     both in the third or fourth
    OFF_PAST_PACE         QUESTION     both in the fourth
    METHODS_DISAGREE      UNDECIDABLE  their classes have none in common
    ROUNDING_DECIDES      UNDECIDABLE  rounding, or one observation more or less, changes the class
    RATIO_UNSTABLE        UNDECIDABLE  |τ − y0| <= 2u, or a denominator that can be zero
    NO_HISTORY            UNDECIDABLE  fewer observations than needed
    ====================  ===========  ==========================================================

    Parameters
    ----------
    years, values : array_like, shape (n,)
        Observed values on one basis, in order of time.
    target_year, target : int and float
        After the last observation.
    direction : {'up', 'down', 'at_least', 'at_most'}
    step : float or array of shape (n,)
        Printing resolution of the values.
    target_step : float
        Printing resolution of the target; 0 for a bound.
    settings : Settings, optional

    Returns
    -------
    PastPace

    Raises
    ------
    DataError
        A series out of order or with missing values, a target year not after it, an unknown direction.

    References
    ----------
    Statistisches Bundesamt, *Indicator status: methodology*; Statistics Canada / Open SDG 2.4.0; see
    `qiyou.progress`.

    Examples
    --------
    >>> result = required_pace(range(2021, 2026), [2.41, 2.62, 2.89, 3.0, 3.11], target_year=2030, target=5.0,
    ...                        direction="up", step=0.01, target_step=0.1)
    >>> result.code, round(result.miss, 3), round(result.ratio, 3)
    ('METHODS_DISAGREE', 0.537, 0.779)
    """
    settings = settings or Settings()
    t, y, d, aim = _checked(years, values, target_year, target, direction)
    n = t.size
    if n < settings.past_points:
        return PastPace("NO_HISTORY", UNDECIDABLE, n)
    half = np.broadcast_to(np.asarray(step, dtype=float), y.shape) / 2
    boxes = [(y[k] - half[k], y[k] + half[k]) for k in range(n)]
    aims = (aim - target_step / 2, aim + target_step / 2)
    if not above(abs(aim - y[0]), 2 * max(2 * half[0], target_step)):
        return PastPace("RATIO_UNSTABLE", UNDECIDABLE, n, why="target within 2u of the base")
    kept = [np.arange(n)] + [np.delete(np.arange(n), k) for k in range(n)]
    recent = sorted({(int(rows[-_DESTATIS_LAST:][0]), int(rows[-1])) for rows in kept})
    whole = sorted({(int(rows[0]), int(rows[-1])) for rows in kept})
    lasts = {j for _, j in recent}
    reached = [[d * (end - a) >= 0 for end in boxes[j] for a in aims] for j in lasts]
    if all(all(each) for each in reached):
        return PastPace("ON_PAST_PACE", PASS, n, why="reached already")
    if any(any(each) for each in reached):
        return PastPace("RATIO_UNSTABLE", UNDECIDABLE, n, why="the latest value may have reached the target")
    if min(low for low, _ in boxes) <= 0 or aims[0] <= 0:
        return PastPace("RATIO_UNSTABLE", UNDECIDABLE, n, why="no growth rate from or to zero")
    if any(boxes[i][0] <= a <= boxes[i][1] for i, _ in whole for a in aims):
        return PastPace("RATIO_UNSTABLE", UNDECIDABLE, n, why="the required change may be zero")
    misses = [_misses(t, boxes, i, j, aims, target_year) for i, j in recent]
    slopes = [d * (end - start) for i, j in recent for start, end in product(boxes[i], boxes[j])]
    ratios = [_ratios(t, boxes, i, j, aims, target_year, d) for i, j in whole]
    first, last = max(0, n - _DESTATIS_LAST), n - 1
    result = {
        "n": n,
        "miss": float(_miss(t[last] - t[first], target_year - t[last], y[first], y[last], aim)),
        "miss_low": min(map(min, misses)),
        "miss_high": max(map(max, misses)),
        "ratio": float(_ratio(t[last] - t[0], target_year - t[0], y[0], y[last], aim, d)),
        "ratio_low": min(map(min, ratios)),
        "ratio_high": max(map(max, ratios)),
    }
    by_slope = (
        _class_of_miss(result["miss_high"], min(slopes), settings),
        _class_of_miss(result["miss_low"], max(slopes), settings),
    )
    by_rate = _class_of_ratio(result["ratio_low"], settings), _class_of_ratio(result["ratio_high"], settings)
    code, verdict = _agreed(by_slope, by_rate)
    return PastPace(code, verdict, **result)


def _checked(years, values, target_year, target, direction):
    if direction not in _SIGN:
        raise DataError(f"direction is {direction!r}: it has to be one of {', '.join(_SIGN)}.")
    t, y = checked_series(years, values)
    aim = checked_number("The target", target)
    if target_year <= t[-1]:
        raise DataError(f"The target year {target_year} does not come after the last observation of {t[-1]}.")
    return t, y, _SIGN[direction], aim


def _miss(elapsed, ahead, first, last, aim):
    return 1 - ahead / elapsed * (last - first) / (aim - last)


def _misses(t, boxes, i, j, aims, target_year) -> list[float]:
    """The miss share at the corners of the rounding box, where a linear-fractional function has its
    extremes."""
    corners = product(boxes[i], boxes[j], aims)
    return [float(_miss(t[j] - t[i], target_year - t[j], *corner)) for corner in corners]


def _ratio(elapsed, span, first, last, aim, d):
    return d * ((last / first) ** (1 / elapsed) - 1) / np.abs((aim / first) ** (1 / span) - 1)


def _ratios(t, boxes, i, j, aims, target_year, d) -> list[float]:
    base = np.linspace(*boxes[i], _SCAN)
    found = [
        _ratio(t[j] - t[i], target_year - t[i], base, last, aim, d) for last, aim in product(boxes[j], aims)
    ]
    return [float(np.min(found)), float(np.max(found))]


def _class_of_miss(miss: float, slope: float, settings: Settings) -> int:
    if slope <= 0:
        return 0
    return 3 if miss < settings.miss_on else 2 if miss <= settings.miss_off else 1


def _class_of_ratio(ratio: float, settings: Settings) -> int:
    if ratio < 0:
        return 0
    return 3 if ratio >= settings.ratio_on else 2 if ratio >= settings.ratio_off else 1


def _agreed(first: tuple[int, int], second: tuple[int, int]) -> tuple[str, str]:
    """One code and verdict for the ranges of classes that two methods give."""
    worst, best = min(*first, *second), max(*first, *second)
    if best == 0:
        return "OFF_PAST_PACE", QUESTION
    if best == 1:
        return "NEEDS_ACCELERATION", QUESTION
    if worst == best:
        return ("ON_PAST_PACE", PASS) if best == 3 else ("NEEDS_ACCELERATION", NOTE)
    if first[1] < second[0] or second[1] < first[0]:
        return "METHODS_DISAGREE", UNDECIDABLE
    return "ROUNDING_DECIDES", UNDECIDABLE


@dataclass(frozen=True, slots=True)
class Extrapolation:
    """A target against the exact OLS prediction interval of the observed past.

    Attributes
    ----------
    code, verdict : str
    n, horizon : int
        Observed values; years from the last of them to the target.
    t, multiplier : float
        Student's quantile and the half-width of the interval in residual standard deviations, on the raw
        scale.
    low, high : float
        The interval as observed, on the raw scale.
    scaled_low, scaled_high : float
        The interval computed on the second scale, turned back to the unit.
    scale : str
        ``logit`` or, without a ceiling, ``log``; empty where no second scale can be computed.
    why : str
    """

    code: str
    verdict: str
    n: int
    horizon: int
    t: float = np.nan
    multiplier: float = np.nan
    low: float = np.nan
    high: float = np.nan
    scaled_low: float = np.nan
    scaled_high: float = np.nan
    scale: str = ""
    why: str = ""


def extrapolation(
    years: ArrayLike,
    values: ArrayLike,
    *,
    target_year: int,
    target: float,
    direction: str,
    step: ArrayLike = 0.0,
    target_step: float = 0.0,
    lower: float = 0.0,
    upper: float = np.nan,
    settings: Settings | None = None,
) -> Extrapolation:
    """C9: does the target lie beyond the prediction interval of a line through the observed past?

    The target is held against the exact two-sided OLS prediction interval (`qiyou.history.ols_interval`) on
    the raw scale and on a bounded one: the logit of (y − L)/(U − L), or ln(y − L) without a ceiling.
    ABOVE_EXTRAPOLATION_95 is given if the target is better than both, for every choice of values inside the
    rounding boxes (an end of the interval is a convex function of the values, so its extremes are at corners;
    with more than 14 values a safe bound takes their place). Anything else is NOT_INFORMATIVE, never a PASS:
    with five points, noise of one yearly step and a horizon of five years, a plan at twice the true pace is
    flagged only three times in ten.

    Parameters
    ----------
    years, values, target_year, target, direction, step, target_step
        As `required_pace`.
    lower, upper : float
        The indicator's logical bounds; NaN for none.
    settings : Settings, optional
        ``extrapolation_points`` and ``level``. The horizon must not exceed the number of values.

    Returns
    -------
    Extrapolation

    Raises
    ------
    DataError
        As `required_pace`.

    Examples
    --------
    >>> result = extrapolation(range(2020, 2025), [1.8, 2.03, 2.57, 3.38, 4.08], target_year=2027, target=5.5,
    ...                        direction="up", step=0.01, target_step=0.1)
    >>> result.code, round(result.high, 2), result.n, round(result.t, 3)
    ('NOT_INFORMATIVE', 6.97, 5, 3.182)
    """
    settings = settings or Settings()
    x, y, d, aim = _checked(years, values, target_year, target, direction)
    n, horizon = x.size, int(target_year - x[-1])
    if n < settings.extrapolation_points or horizon > n:
        why = "too few values" if n < settings.extrapolation_points else "horizon longer than the series"
        return Extrapolation("NO_HISTORY", UNDECIDABLE, n, horizon, why=why)
    half = np.broadcast_to(np.asarray(step, dtype=float), y.shape) / 2
    raw = ols_interval(x, y, target_year, settings.level)
    nearest = aim - d * target_step / 2
    beyond = [d * nearest > d * _farthest(x, y - half, y + half, target_year, raw, d)]
    scaled = _scale(lower, upper)
    ends = [scaled.forward(value) for value in (y - half, y + half, np.array([nearest]), y)]
    if not all(np.isfinite(end).all() for end in ends):
        return Extrapolation(
            "NOT_INFORMATIVE",
            UNDECIDABLE,
            n,
            horizon,
            raw.t,
            raw.multiplier,
            *raw.pi,
            why="a value at or beyond the end of the bounded scale",
        )
    low, high, point, centre = ends
    on_scale = ols_interval(x, centre, target_year, settings.level)
    beyond.append(d * point[0] > d * _farthest(x, low, high, target_year, on_scale, d))
    back = [float(scaled.back(end)) for end in on_scale.pi]
    code, verdict = ("ABOVE_EXTRAPOLATION_95", QUESTION) if all(beyond) else ("NOT_INFORMATIVE", UNDECIDABLE)
    return Extrapolation(code, verdict, n, horizon, raw.t, raw.multiplier, *raw.pi, *back, scale=scaled.name)


@dataclass(frozen=True, slots=True)
class _Scale:
    """A scale on which a value cannot pass its logical bounds."""

    name: str
    lower: float
    upper: float

    def forward(self, y: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = np.log(y - self.lower)
            return gain if self.name == "log" else gain - np.log(self.upper - y)

    def back(self, z: float) -> float:
        if self.name == "log":
            return self.lower + np.exp(z)
        return self.lower + (self.upper - self.lower) / (1 + np.exp(-z))


def _scale(lower: float, upper: float) -> _Scale:
    floor = 0.0 if np.isnan(lower) else float(lower)
    return _Scale("log", floor, np.nan) if np.isnan(upper) else _Scale("logit", floor, float(upper))


def _farthest(x, low, high, x0, fit, d) -> float:
    """The better end of the prediction interval, farthest out over the rounding box."""
    n, centred = x.size, x - x.mean()
    weights = 1 / n + (x0 - x.mean()) * centred / (centred @ centred)
    projector = np.eye(n) - 1 / n - np.outer(centred, centred) / (centred @ centred)
    free = np.flatnonzero(high > low)
    if 2**free.size > _MOST_CORNERS:
        middle, radius = (low + high) / 2, (high - low) / 2
        spread = np.linalg.norm(projector @ middle) + np.linalg.norm(radius)
        reach = np.abs(weights) @ radius + fit.multiplier * spread / np.sqrt(fit.dof)
        return float(weights @ middle + d * reach)
    corners = np.tile(low, (2**free.size, 1))
    choices = np.array(list(product((False, True), repeat=free.size)), dtype=bool)
    corners[:, free] = np.where(choices, high[free], low[free])
    spread = np.linalg.norm(corners @ projector, axis=1)
    ends = corners @ weights + d * fit.multiplier * spread / np.sqrt(fit.dof)
    return float(d * np.max(d * ends))


def checks(
    paths: Paths, observations: pd.DataFrame, indicators: pd.DataFrame, settings: Settings
) -> tuple[list[pd.DataFrame], int]:
    """C8 and C9 for every path whose end value is a target to be reached.

    Returns
    -------
    found : list of DataFrame
        NO_HISTORY for every path without enough observations of its own on one basis.
    tested : int
        Paths on which C9 really ran.
    """
    sign, last = paths.grid.sign, paths.last
    aims = promises(paths)[np.arange(len(last)), last]
    at = np.flatnonzero(paths.judged & ~paths.keeps & ~np.isnan(sign) & (last >= 0) & ~np.isnan(aims))
    series = _series(observations)
    counts = {place: max(map(len, found)) for place, found in series.items()}
    keys = list(zip(paths.keys["place"].to_numpy()[at], paths.keys["indicator"].to_numpy()[at], strict=True))
    n = np.array([counts.get(key, 0) for key in keys], dtype=int)
    found = [
        *_no_history(
            paths, at[n < settings.past_points], n[n < settings.past_points], "C8", settings.past_points
        ),
        *_no_history(
            paths,
            at[n < settings.extrapolation_points],
            n[n < settings.extrapolation_points],
            "C9",
            settings.extrapolation_points,
        ),
    ]
    tested = 0
    for row in np.flatnonzero(n >= settings.past_points):
        path = at[row]
        observed = max(series[keys[row]], key=len)
        before = observed[observed["year"] < paths.grid.years[last[path]]]
        arguments = {
            "years": before["year"].to_numpy(dtype=int),
            "values": before["value"].to_numpy(),
            "target_year": int(paths.grid.years[last[path]]),
            "target": float(aims[path]),
            "direction": "up" if sign[path] > 0 else "down",
            "step": before["step"].to_numpy(),
            "target_step": float(paths.grid.step[path, last[path]])
            if paths.grid.exact[path, last[path]]
            else 0.0,
            "settings": settings,
        }
        found.append(pace_finding(paths.keys.iloc[[path]], required_pace(**arguments), arguments, settings))
        if n[row] >= settings.extrapolation_points:
            bounds = {"lower": paths.grid.lower[path], "upper": paths.grid.upper[path]}
            result = extrapolation(**arguments, **bounds)
            tested += result.code != "NO_HISTORY"
            found.append(extrapolation_finding(paths.keys.iloc[[path]], result, arguments, settings))
    return found, tested


def _series(observations: pd.DataFrame) -> dict[tuple[str, str], list[pd.DataFrame]]:
    """Observed values by place and indicator, one series for each basis."""
    exact = observations[observations["relation"].eq("eq") & observations["year"].notna()]
    series: dict[tuple[str, str], list[pd.DataFrame]] = {}
    for (place, indicator, _), rows in exact.groupby(["place", "indicator", "basis"], sort=False):
        one = rows.sort_values("year").drop_duplicates("year", keep=False)
        series.setdefault((place, indicator), []).append(one)
    return series


def _no_history(paths: Paths, at: np.ndarray, n: np.ndarray, check: str, needed: int) -> list[pd.DataFrame]:
    if not len(at):
        return []
    what_zh, what_en = {
        "C8": ("不能与本地过去的速度相比", "the required pace cannot be held against its own past"),
        "C9": ("不能外推", "nothing can be extrapolated"),
    }[check]
    return [
        findings(
            paths.keys.iloc[at],
            check=check,
            code="NO_HISTORY",
            verdict=UNDECIDABLE,
            statistic=n,
            threshold=needed,
            zh="{label_zh}：本地同一口径的实际数据有{n}个，至少需要" + str(needed) + "个，" + what_zh + "。",
            en="{label_en}: {n} observed values of its own on one basis, at least "
            + str(needed)
            + " are needed: "
            + what_en
            + ".",
            fields={**paths.take(at), "n": n.astype(str)},
        )
    ]


_PACE_WORDS = {
    "ON_PAST_PACE": ("按过去的速度可以达到", "the past pace leads there"),
    "NEEDS_ACCELERATION": ("须快于过去的速度", "more than the past pace is needed"),
    "OFF_PAST_PACE": ("过去朝相反方向变化", "the past moves away from it"),
    "METHODS_DISAGREE": ("两种公认方法结论不一，无法判定", "two published methods disagree: undecidable"),
    "ROUNDING_DECIDES": (
        "取决于四舍五入或少算一年，无法判定",
        "rounding, or one year more or less, decides: undecidable",
    ),
    "RATIO_UNSTABLE": (
        "目标与基期相差太小，比率不稳定，无法判定",
        "the target is too near the base for a ratio: undecidable",
    ),
    "NO_HISTORY": ("实际数据太少，无法判定", "too few observations: undecidable"),
}


def pace_finding(keys: pd.DataFrame, result: PastPace, arguments: dict, settings: Settings) -> pd.DataFrame:
    """One finding of C8 as a table of one row."""
    zh, en = _PACE_WORDS[result.code]
    shown = ""
    shown_en = ""
    if not np.isnan(result.miss):
        shown = (
            "（德国联邦统计局法：将差{miss:3}%，{miss_low:3}%至{miss_high:3}%，界限{miss_off:3}%；"
            "加拿大统计局法：比率{ratio:3}，{ratio_low:3}至{ratio_high:3}，界限{ratio_off:3}）"
        )
        shown_en = (
            " (Destatis: {miss:3}% of the way missing, {miss_low:3}% to {miss_high:3}%, limit {miss_off:3}%; "
            "Statistics Canada: "
            "ratio {ratio:3}, {ratio_low:3} to {ratio_high:3}, limit {ratio_off:3})"
        )
    return findings(
        keys,
        check="C8",
        code=result.code,
        verdict=result.verdict,
        year=[arguments["target_year"]],
        statistic=result.miss,
        low=result.miss_low,
        high=result.miss_high,
        threshold=settings.miss_off,
        zh="{y1}年目标{target}，{n}个实际数据：" + zh + shown + "。",
        en="Target {target} for {y1}, {n} observations: " + en + shown_en + ".",
        fields={
            "y1": str(arguments["target_year"]),
            "n": str(result.n),
            "target": arguments["target"],
            **{name: 100 * getattr(result, name) for name in ("miss", "miss_low", "miss_high")},
            **{name: getattr(result, name) for name in ("ratio", "ratio_low", "ratio_high")},
            "miss_off": 100 * settings.miss_off,
            "ratio_off": settings.ratio_off,
        },
    )


def extrapolation_finding(
    keys: pd.DataFrame, result: Extrapolation, arguments: dict, settings: Settings
) -> pd.DataFrame:
    """One finding of C9 as a table of one row."""
    level = f"{100 * settings.level:g}"
    if result.code == "NO_HISTORY":
        zh, en = (
            "外推年限长于实际数据的跨度，不能外推。",
            "the horizon is longer than the series: nothing is extrapolated.",
        )
    else:
        inside = result.code == "NOT_INFORMATIVE"
        zh = (
            f"{level}%外推区间{{low:4}}至{{high:4}}（n={{n}}，t={{t:4}}，半宽为残差标准差的{{multiplier:3}}倍）："
            + (
                "目标没有超出，但数据太少，这不能说明什么。"
                if inside
                else "目标超出，在原尺度和有界尺度上都如此。"
            )
        )
        en = (
            f"{level}% extrapolation {{low:4}} to {{high:4}} (n = {{n}}, t = {{t:4}}, half-width "
            f"{{multiplier:3}} residual "
            "standard deviations): "
            + (
                "the target is not beyond it, which with so few values is no evidence."
                if inside
                else "the target is beyond it, on the raw and on the bounded scale."
            )
        )
    return findings(
        keys,
        check="C9",
        code=result.code,
        verdict=result.verdict,
        year=[arguments["target_year"]],
        statistic=arguments["target"],
        low=result.low,
        high=result.high,
        threshold=settings.level,
        zh="{y1}年目标{target}，" + zh,
        en="Target {target} for {y1}: " + en,
        fields={
            "y1": str(arguments["target_year"]),
            "target": arguments["target"],
            "n": str(result.n),
            "low": result.low,
            "high": result.high,
            "t": result.t,
            "multiplier": result.multiplier,
        },
    )
