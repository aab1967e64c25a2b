"""Published ways of judging progress from observations, each exact and under its own name.

The methods answer different questions and disagree on the same series; none of them is *the* verdict.
`statcan`, `eurostat` and `un_chart` compare growth rates between a base year and the latest year, `destatis`
continues the recent straight line; `agreement` puts them side by side. The publishers' cut points, and what
each category says on one three-step scale (our convention), stand in ``tables/progress.csv``.

Nothing here takes planned values: a plan has no realised progress. `direction` is ``'up'`` or ``'at_least'``
(+1) where more is better, ``'down'`` or ``'at_most'`` (−1) where less is better.

Flags
-----
``RATIO_UNSTABLE``
    The target lies so near the base that a ratio to the required change means little: the printed step is
    known and |target − base| <= 2 · step; or, whatever the step, |target − base| <= 1% of |base| while the
    ratio is 10 or more in size (a target equal to the base included). The ratio is given all the same.
``MET_AT_BASELINE``
    The base value met the target already, so nothing had to be reached.
``LIMIT_IGNORED``
    A natural limit was passed together with a target; the method uses the target only.
``BASE_BEYOND_LIMIT``
    The base lies on the far side of the natural limit, where the method's scaling was not meant to be used.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou import words
from qiyou.errors import DataError, need

READINGS = {
    method: dict(zip(rows["status"], rows["reading"], strict=True))
    for method, rows in words.table("progress").groupby("method", sort=False)
}
"""The publishers' categories on one three-step scale, so that they can be compared (our convention)."""
_SIGNS = {"up": 1, "at_least": 1, 1: 1, "down": -1, "at_most": -1, -1: -1}
# our convention: a target within this share of the base makes a ratio of this size or more unstable
_NEAR_BASE, _EXPLODING_RATIO = 0.01, 10.0
_COLUMNS = ["method", "applicable", "statistic", "value", "status", "reading", "flags", "recalled", "why_not"]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What one method says, and what it rests on; a field that the method does not know is None.

    Attributes
    ----------
    method : str
    statistic : {'ratio', 'growth', 'share_of_change', 'miss_share', 'slope'}
        What `value` is: observed over required growth rate; without a target the growth rate in the desired
        direction; the share of the way to the target that the growth rate leads; the share of the remaining
        way that is missed; the change a year.
    value : float or None
        A ratio is infinite when the target equals the base and the value moved.
    status : str or None
        The publisher's category; None where Destatis has fewer than four observations.
    score : float or None
        Statistics Canada's, from −5 to 5.
    cagr, cagr_target : float or None
        Observed and required compound annual growth rate.
    scaling : float or None
        Statistics Canada's C, by which the thresholds without a target are scaled near a natural limit.
    rule : {'target', 'reached', 'threshold'} or None
        Destatis: a target still ahead, one already reached, or a threshold that holds every year.
    target : float or None
        The bound aimed at; of an interval the weakest.
    slope, projection : float or None
        Average yearly change over the points used (Destatis); value in the target year if the slope or the
        growth rate goes on.
    points, from_year : int or None
        Observations Destatis uses, at most six, and the first of their years.
    flags : tuple of str
    recalled : str
        Details written down from memory, not checked against the publisher's print: never cite them as its.
    """

    method: str
    statistic: str
    value: float | None = None
    status: str | None = None
    score: float | None = None
    cagr: float | None = None
    cagr_target: float | None = None
    scaling: float | None = None
    rule: str | None = None
    target: float | None = None
    slope: float | None = None
    projection: float | None = None
    points: int | None = None
    from_year: int | None = None
    flags: tuple[str, ...] = ()
    recalled: str = ""

    @property
    def reading(self) -> str:
        """The category as favourable, mixed or unfavourable; empty without one."""
        return READINGS[self.method].get(self.status, "")


def statcan(
    base_year, base_value, year, value, *, direction, target_year=None, target=None, limit=None, step=None
) -> Progress:
    """Judge progress as Statistics Canada and Open SDG 2.4.0 do.

    With CAGR_i = (y/y0)^(1/(t − t0)) − 1 and CAGR_T = (τ/y0)^(1/(T − t0)) − 1 the ratio is
    R = d·CAGR_i/|CAGR_T|. The target is *achieved* when d·y >= d·τ; otherwise R is *substantial* from 0.95,
    *moderate* from 0.60, *limited* from 0, *deterioration* below. The score is min(7.1429 R − 4.2857, 5) from
    R = 0.6, else max(4.1667 R − 2.5, −5); achieved gives 5.

    Without a target p = d·CAGR_i is held against 1.5%·C, 0.5%·C and 0. C = 1 − (|y0|/|L|)^4.44 for a natural
    limit L with |y0| <= |L|, 1 − ((2|L| − |y0|)/|L|)^4.44 for |L| < |y0| < 2|L|, and 1 beyond or without a
    limit.

    Parameters
    ----------
    base_year, year : int
        Base and latest year of observation.
    base_value, value : float
        Observed values, in one unit and of one sign. When both are negative the rate's sign is turned, as
        published.
    direction : {'up', 'down', 'at_least', 'at_most', 1, -1}
    target_year, target : int and float, optional
        Both or neither; the target year not before `year`.
    limit : float, optional
        Natural limit of the indicator in the desired direction (100 for a share); used only without a target.
    step : float, optional
        Printing resolution of base and target, for ``RATIO_UNSTABLE``.

    Raises
    ------
    DataError
        For a base of zero or a target of zero (Open SDG replaces both by 0.001, which would decide the
        result), for values of different sign, and for years out of order.

    References
    ----------
    Statistics Canada / Open SDG 2.4.0, *Progress measurement methodology for the Sustainable Development
    Goals*, https://open-sdg.readthedocs.io/en/latest/progress-methodology/

    Examples
    --------
    >>> result = statcan(2015, 14.5, 2023, 10.4, direction="down", target_year=2030, target=7.25)
    >>> round(result.value, 4), round(result.score, 4), result.status
    (0.9011, 2.1507, 'moderate')
    """
    bound = None if limit is None else _number("limit", limit)
    found = _growth("statcan", base_year, base_value, year, value, direction, target_year, target, step)
    if found.target is not None:
        r, flags = found.value, () if bound is None else ("LIMIT_IGNORED",)
        score = min(7.1429 * r - 4.2857, 5.0) if r >= 0.6 else max(4.1667 * r - 2.5, -5.0)
        score = 5.0 if found.status == "achieved" else score
        return replace(found, score=score, scaling=1.0, flags=found.flags + flags)
    p, y0, edge = found.value, float(base_value), abs(bound or 0)
    near = max(min(abs(y0) / edge, 2 - abs(y0) / edge), 0.0) if edge else 0.0
    c = 1 - near**4.44
    status = _category("statcan", "growth", p, c)
    share = p / c if c else math.inf
    scores = {"substantial": 500 * share - 5, "moderate": 250 * share - 1.25, "limited": 500 * share - 2.5}
    score = min(max(scores.get(status, 125 * p - 2.5), -5.0), 5.0)
    beyond = bound is not None and _sign(direction) * (y0 - bound) > 0
    flags = ("BASE_BEYOND_LIMIT",) if beyond else ()
    return replace(found, status=status, score=score, scaling=c, flags=flags)


def eurostat(
    base_year, base_value, year, value, *, direction, target_year=None, target=None, step=None
) -> Progress:
    """Classify progress as Eurostat's reports on the Sustainable Development Goals do.

    With a target the observed compound annual growth rate is divided by the one required from base to target;
    from 95% of it the progress is *significant*, from 60% *moderate*, from 0 *insufficient*, below 0 a
    *movement away*. Without a target the growth rate in the desired direction is *significant progress* from
    1% a year, *moderate progress* from 0, *moderate movement away* from −1%, *significant movement away*
    below. There is no scaling near a natural limit and no score.

    What could be checked: Eurostat works with compound annual growth rates, observed against required, and
    Statistics Canada names the 2021 report as the model of its method. What could **not** be checked against
    Eurostat's own print stands in the result's `recalled`. Eurostat's windows are the last 5 and the last 15
    years: the choice of `base_year` is the caller's. Where the base already met the target, the sign
    convention is that of `statcan`.

    Parameters
    ----------
    base_year, year : int
        Base and latest year of observation.
    base_value, value : float
        Observed values, in one unit and of one sign.
    direction : {'up', 'down', 'at_least', 'at_most', 1, -1}
    target_year, target : int and float, optional
        Both or neither; the target year not before `year`.
    step : float, optional
        Printing resolution of base and target, for ``RATIO_UNSTABLE``.

    Raises
    ------
    DataError
        As `statcan`.

    References
    ----------
    Eurostat (2021), *Sustainable development in the European Union: monitoring report on progress towards the
    SDGs in an EU context*.

    Examples
    --------
    >>> result = eurostat(2018, 60.0, 2023, 61.5, direction="up")
    >>> round(result.value, 5), result.status
    (0.00495, 'moderate_progress')
    """
    found = _growth("eurostat", base_year, base_value, year, value, direction, target_year, target, step)
    return replace(found, recalled=words.say(f"eurostat_recalled_{found.statistic}", "en"))


def un_chart(base_year, base_value, year, value, *, target_year, target, direction, step=None) -> Progress:
    """Judge progress as the United Nations' progress chart does for targets with a number.

    The observed growth rate goes on: v_e = v_t·(1 + CAGR)^(T − t). q = (v_e − v_b)/(v_T − v_b) is *on track*
    from 0.95, *fair* from 0.10, *stagnation* (or regression) below. A target already met is *on track*
    whatever the trend. Where the base met the target and the latest value no longer does, q would praise the
    loss: the status is *stagnation*, and ``MET_AT_BASELINE`` says why.

    Parameters
    ----------
    base_year, year : int
        Base and latest year of observation.
    base_value, value : float
        Observed values, in one unit and of one sign.
    target_year, target : int and float
        The target year not before `year`.
    direction : {'up', 'down', 'at_least', 'at_most', 1, -1}
    step : float, optional
        Printing resolution of base and target, for ``RATIO_UNSTABLE``.

    Raises
    ------
    DataError
        As `statcan`, and when the target is left out.

    References
    ----------
    United Nations Statistics Division, *Progress Chart Technical Note* (2023),
    https://unstats.un.org/sdgs/files/report/2023/Progress_Chart_Technical_Note_2023.pdf

    Examples
    --------
    >>> result = un_chart(2015, 249.22, 2019, 231.41, target_year=2030, target=200, direction="down")
    >>> round(result.value, 2), result.status
    (1.23, 'on_track')
    """
    need(target is not None and target_year is not None, "progress.un_chart")
    return _growth("un_chart", base_year, base_value, year, value, direction, target_year, target, step)


def destatis(years: ArrayLike, values: ArrayLike, *, target_year, target, direction) -> Progress:
    """Give Destatis' weather symbol with slope, projection and miss share.

    The slope is (y_last − y_first)/(t_last − t_first) over the last six observations, or over all when there
    are four or five. The projection is ŷ_T = y + slope·(T − t), the miss share m = d(τ − ŷ_T)/(d(τ − y)).
    With a target still ahead: m < 5% *sun*, 5 to 20% *sun_cloud*, more *cloud* when the direction is right,
    *storm* when it is wrong or the slope is zero. For a threshold that holds every year, and for a target
    already reached: met and not worsening *sun*, met and worsening *sun_cloud*, missed and not moving away
    *cloud*, missed and moving away *storm*.

    With fewer than four observations there is no symbol. The arithmetic is done on the decimals as written,
    so that a miss of exactly 5% or 20% is one.

    Parameters
    ----------
    years : array_like of int, shape (n,)
        Years of observation, strictly increasing; gaps are allowed, nothing is filled in.
    values : array_like of float, shape (n,)
        Observed values.
    target_year : int or None
        Year of the target, not before the last observation; None for a threshold that holds every year.
    target : float or (float, float)
        Target value; of an interval the weakest bound counts: the low one where more is better, the high one
        where less is.
    direction : {'up', 'down', 'at_least', 'at_most', 1, -1}

    Raises
    ------
    DataError
        For a series that is empty, unordered or has missing values, and for a target year before the last
        observation.

    References
    ----------
    Statistisches Bundesamt, *Indicator status: methodology*, https://dns-indikatoren.de/en/status/

    Examples
    --------
    >>> detail = destatis(range(2014, 2020), [243.34, 249.22, 244.56, 241.05, 241.0, 231.41],
    ...                   target_year=2030, target=200, direction="down")
    >>> detail.status, round(detail.slope, 3), round(detail.projection, 3), round(detail.value, 5)
    ('sun_cloud', -2.386, 205.164, 0.16441)
    """
    d = _sign(direction)
    t, y = _series(years, values, 1)
    aim = _weakest_bound(target, d)
    if target_year is not None:
        target_year, _ = _aim(target_year, aim, int(t[-1]))
    t, y = t[-6:], y[-6:]
    met = d * y[-1] >= d * aim
    rule = "threshold" if target_year is None else "reached" if met else "target"
    statistic = "miss_share" if rule == "target" else "slope"
    found = Progress(
        method="destatis", statistic=statistic, rule=rule, target=aim, points=t.size, from_year=int(t[0])
    )
    if t.size < 4:
        return found
    first, last, tau = (Fraction(repr(float(number))) for number in (y[0], y[-1], aim))
    slope = (last - first) / int(t[-1] - t[0])
    projection = None if target_year is None else last + slope * (target_year - int(t[-1]))
    if rule == "target":
        value = (tau - projection) / (tau - last)
        near = "sun" if value < Fraction(5, 100) else "sun_cloud" if value <= Fraction(20, 100) else "cloud"
        status = near if d * slope > 0 else "storm"
    else:
        value, kept = slope, d * slope >= 0
        status = ("sun" if kept else "sun_cloud") if met else ("cloud" if kept else "storm")
    ahead = None if projection is None else float(projection)
    return replace(found, status=status, value=float(value), slope=float(slope), projection=ahead)


def agreement(
    years, values, *, direction, base_year=None, target_year=None, target=None, limit=None, step=None
) -> pd.DataFrame:
    """Put all judging methods side by side for one observed series and say whether they disagree.

    Parameters
    ----------
    years, values : array_like, shape (n,)
        Observed series, years strictly increasing; at least two points.
    direction : {'up', 'down', 'at_least', 'at_most', 1, -1}
    base_year : int, optional
        Base of the growth-rate methods, one of `years`; the first year when left out.
    target_year, target : int and float, optional
        Both or neither. Without them Destatis and the UN chart do not apply.
    limit : float, optional
        Natural limit, for `statcan` without a target.
    step : float, optional
        Printing resolution, for ``RATIO_UNSTABLE``.

    Returns
    -------
    DataFrame, one row each for statcan, eurostat, destatis and un_chart
        ``method, applicable`` (bool), ``statistic`` (ratio | growth | miss_share | slope | share_of_change),
        ``value``, ``status`` (the publisher's category), ``reading`` (favourable | mixed | unfavourable, see
        `Progress.reading`), ``flags``, ``recalled`` (details not checked in print), ``why_not`` (for a method
        that does not apply) and ``disagree`` (nullable bool, the same in every row: the applicable methods do
        not share one reading; missing when fewer than two apply).

    Raises
    ------
    DataError
        For arguments no method could use. What only one method cannot use (a base of zero, a change of sign,
        too few points) leaves that method out and is told in ``why_not``.

    Examples
    --------
    >>> table = agreement(range(2014, 2020), [243.34, 249.22, 244.56, 241.05, 241.0, 231.41],
    ...                   base_year=2015, target_year=2030, target=200, direction="down")
    >>> print(table[["method", "value", "status", "reading"]].round(2).to_string(index=False))
      method  value               status    reading
     statcan   1.26          substantial favourable
    eurostat   1.26 significant_progress favourable
    destatis   0.16            sun_cloud      mixed
    un_chart   1.23             on_track favourable
    >>> bool(table["disagree"].all())
    True
    """
    _sign(direction)
    t, y = _series(years, values, 2)
    base = int(t[0]) if base_year is None else _whole("base_year", base_year)
    need(base in t[:-1], "progress.base", base=base, earlier=list(map(str, t[:-1])))
    target_year, target = _aim(target_year, target, int(t[-1]))
    _step(step)
    _number("limit", limit or 0)
    ends = (base, y[t == base][0], t[-1], y[-1])
    aim = {"direction": direction, "target_year": target_year, "target": target}
    judges = {
        "statcan": lambda: statcan(*ends, **aim, limit=limit, step=step),
        "eurostat": lambda: eurostat(*ends, **aim, step=step),
        "destatis": lambda: destatis(t, y, **aim),
        "un_chart": lambda: un_chart(*ends, **aim, step=step),
    }
    rows = []
    for method, judge in judges.items():
        try:
            found = judge()
            need(found.status is not None, "progress.four", count=t.size)
            row = asdict(found) | {"reading": found.reading, "flags": " ".join(found.flags)}
            rows.append(row | {"applicable": True, "why_not": ""})
        except DataError as problem:
            own = {"method": method, "applicable": False, "value": math.nan, "why_not": str(problem)}
            rows.append(dict.fromkeys(_COLUMNS, "") | own)
    table = pd.DataFrame(rows, columns=_COLUMNS)
    readings = table.loc[table["applicable"], "reading"]
    disagree = pd.NA if readings.size < 2 else readings.nunique() > 1
    return table.assign(disagree=pd.array([disagree] * len(table), dtype="boolean"))


def _growth(method, base_year, base_value, year, value, direction, target_year, target, step) -> Progress:
    """Growth from the base year to the latest year, observed and required: what three methods rest on."""
    d, step = _sign(direction), _step(step)
    t0, t = _whole("base_year", base_year), _whole("year", year)
    y0, y = _number("base_value", base_value), _number("value", value)
    side = math.copysign(1, y0)
    need(t > t0, "progress.after", year=t, base=t0)
    by, aim = _aim(target_year, target, t)
    need(y0 != 0, "progress.zero_base", base=t0)
    need(y * side >= 0, "progress.sign", first=f"{y0:g}", base=t0, last=f"{y:g}", year=t)
    cagr = (y / y0) ** (1 / (t - t0)) - 1
    # Of two negative values the one nearer zero is the larger, yet its growth rate is negative.
    gain = side * d * cagr
    found = Progress(method=method, statistic="growth", value=gain, cagr=cagr)
    if aim is None:
        return replace(found, status=_category(method, "growth", gain))
    need(aim != 0, "progress.zero_target")
    need(aim * side > 0, "progress.signs", base=f"{y0:g}", target=f"{aim:g}")
    required, expected = (aim / y0) ** (1 / (by - t0)) - 1, y * (1 + cagr) ** (by - t)
    statistic, value = "ratio", _divided(gain, abs(required))
    if method == "un_chart":
        statistic, value = "share_of_change", _divided(expected - y0, aim - y0, d)
    distance = abs(aim - y0)
    # Decimal steps are not exact in binary: 100.1 - 100 has to count as one step of 0.1.
    unstable = step is not None and distance <= 2 * step * (1 + 1e-9)
    unstable |= distance <= _NEAR_BASE * abs(y0) and abs(value) >= _EXPLODING_RATIO
    flags = {"RATIO_UNSTABLE": unstable or distance == 0, "MET_AT_BASELINE": d * y0 >= d * aim}
    achieved = d * y >= d * aim
    status = _category(method, "met" if achieved else statistic, value)
    if method == "un_chart" and flags["MET_AT_BASELINE"] and not achieved:
        status = "stagnation"
    raised = tuple(name for name, flag in flags.items() if flag)
    judged = {"statistic": statistic, "value": value, "status": status, "flags": raised}
    return replace(found, **judged, cagr_target=required, target=aim, projection=expected)


def _category(method: str, statistic: str, value: float, scale: float = 1.0) -> str:
    """The category of the highest cut point that `value` reaches; the last one has none."""
    table = words.table("progress")
    rows = table[(table["method"] == method) & (table["statistic"] == statistic)]
    *cut, last = zip(rows["from"], rows["status"], strict=True)
    return next((status for start, status in cut if value >= float(start) * scale), last[1])


def _divided(part: float, whole: float, sign: int = 1) -> float:
    """Divide by a required change; where none is required any change is infinitely much, and none is 0."""
    if whole != 0:
        return part / whole
    return math.copysign(math.inf, sign * part) if part else 0.0


def _sign(direction: object) -> int:
    known = not isinstance(direction, bool) and direction in _SIGNS
    need(known, "progress.direction", direction=repr(direction))
    return _SIGNS[direction]


def _number(what: str, value: object) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    need(math.isfinite(number), "progress.finite", what=what, given=repr(value))
    return number


def _whole(what: str, value: object) -> int:
    number = _number(what, value)
    need(number == int(number), "progress.whole", what=what, given=repr(value))
    return int(number)


def _step(step: object) -> float | None:
    number = None if step is None else _number("step", step)
    need(number is None or number > 0, "progress.step", step=step)
    return number


def _aim(target_year: object, target: object, year: int) -> tuple[int | None, float | None]:
    """Target year and target, both or neither, with the year not before the latest observation."""
    missing = "target" if target is None else "target_year"
    need((target is None) == (target_year is None), "progress.together", missing=missing)
    if target is None:
        return None, None
    by, aim = _whole("target_year", target_year), _number("target", target)
    need(by >= year, "progress.late", target_year=by, year=year)
    return by, aim


def _weakest_bound(target: object, d: int) -> float:
    """The target, or of an interval the bound that is reached first."""
    need(target is not None, "progress.no_target")
    bounds = [_number("target", bound) for bound in ([target] if np.ndim(target) == 0 else target)]
    need(len(bounds) <= 2, "progress.bounds", count=len(bounds))
    low, high = bounds[0], bounds[-1]
    need(low <= high, "progress.interval", low=low, high=high)
    return low if d > 0 else high


def _series(years: ArrayLike, values: ArrayLike, at_least: int) -> tuple[np.ndarray, np.ndarray]:
    """An observed series: whole years that ascend, finite values."""
    t, y = np.asarray(years, dtype=float), np.asarray(values, dtype=float)
    need(t.ndim == 1 and t.shape == y.shape, "progress.lengths", years=t.size, values=y.size)
    need(t.size >= at_least, "progress.points", count=t.size, least=at_least)
    for at, number in enumerate(y, 1):
        need(math.isfinite(number), "progress.hole", number=str(number), at=at)
    for before, after in pairwise(t):
        wrong = "progress.repeats" if after == before else "progress.order"
        need(after > before, wrong, after=after, before=before)
    return np.array([_whole("year", year) for year in t]), y
