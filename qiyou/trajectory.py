"""Shapes of paths: which simple families the printed values allow, and curves fitted to observed series.

`families` is logic, not statistics: planned values were chosen by an author, so the only question is which
shapes can pass through every rounding box, and that has an exact answer. `fit` and `observed` are statistics
and belong to *observed* series: an interval or a p-value of planned values shows how mechanically a plan was
drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from warnings import warn

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou.errors import ConvergenceWarning, FitError, Message, need
from qiyou.intervals import TIE, Box
from qiyou.paths import PathGrid, grid, label

FAMILIES = {
    "line": "CONSTANT_INCREMENT",
    "geometric": "CONSTANT_RATE",
    "gap_closure": "CONSTANT_GAP_CLOSURE",
    "logistic": "LOGISTIC_LINE",
}
"""Each family and the code that says a path is consistent with it."""


class SlopeInterval(NamedTuple):
    """The slopes of all lines through a path's boxes; each field has one entry per path.

    `low` and `high` are the two numbers of the pairwise rule. Where `fits` is False they may cross: no line
    passes. `low_closed` and `high_closed` say whether that very slope is itself possible.
    """

    low: np.ndarray
    high: np.ndarray
    low_closed: np.ndarray
    high_closed: np.ndarray
    fits: np.ndarray


def line_interval(t: ArrayLike, boxes: Box) -> SlopeInterval:
    """Slopes of the straight lines that pass through every box of each path.

    A line through all boxes exists if and only if ::

        max over i<j of (low_j − high_i)/(t_j − t_i)  <=  min over i<j of (high_j − low_i)/(t_j − t_i)

    and these two numbers are the ends of the interval of slopes: for a given slope each box is an interval of
    intercepts, and intervals on a line have a point in common as soon as every two of them have (Helly's
    theorem, which also holds for half-open ones). An end is left out where a pair that attains it uses an
    open end of a box.

    Parameters
    ----------
    t : array of shape (m,)
        The years, strictly ascending.
    boxes : Box of shape (..., m)
        Infinite where one-sided; NaN where the year is missing, and then skipped.

    Returns
    -------
    SlopeInterval
        Arrays of shape (...). One box alone, or one-sided boxes that exclude nothing, give (−inf, inf) and
        fit; no box at all, or one that is empty (low > high), gives NaN and does not fit.

    Raises
    ------
    DataError
        `t` does not ascend, or the shapes do not agree.

    Examples
    --------
    >>> low, high = np.array([72, 75, 78, 80, 83, 85]) - 0.5, np.array([72, 75, 78, 80, 83, 85]) + 0.5
    >>> closed, opened = np.full(6, False), np.full(6, True)
    >>> slope = line_interval(range(2022, 2028), Box(low, high, closed, opened, low + 0.5, opened))
    >>> float(slope.low), round(float(slope.high), 5), bool(slope.fits)
    (2.5, 2.66667, True)
    """
    t, low_open, high_open = np.asarray(t, dtype=float), boxes.low_open, boxes.high_open
    ascending = t.ndim == 1 and boxes.low.shape[-1:] == t.shape and (np.diff(t) > 0).all()
    need(ascending, "trajectory.years", years=str(t.shape), boxes=str(boxes.low.shape))
    known, empty = boxes.known, boxes.empty
    low, high = np.where(known & ~empty, boxes.low, -np.inf), np.where(known & ~empty, boxes.high, np.inf)
    nothing = ~known.any(axis=-1) | empty.any(axis=-1)

    i, j = np.triu_indices(len(t), 1)
    steep, flat = (low[..., j] - high[..., i]) / (t[j] - t[i]), (high[..., j] - low[..., i]) / (t[j] - t[i])
    least, most = steep.max(axis=-1, initial=-np.inf), flat.min(axis=-1, initial=np.inf)
    ends = np.concatenate([low, high], axis=-1)
    largest = np.abs(ends).max(axis=-1, initial=0, where=np.isfinite(ends))
    # decimals are not exact in binary: slopes closer than this are one
    tie = TIE * largest / np.diff(t).min(initial=np.inf)
    binds, limits = steep >= (least - tie)[..., None], flat <= (most + tie)[..., None]
    least_open = np.isneginf(least) | (binds & (low_open[..., j] | high_open[..., i])).any(axis=-1)
    most_open = np.isposinf(most) | (limits & (high_open[..., j] | low_open[..., i])).any(axis=-1)
    with np.errstate(invalid="ignore"):
        touch = np.abs(most - least) <= tie
    fits = np.where(touch, ~(least_open | most_open), least < most) & ~nothing
    least, most = np.where(nothing, np.nan, least), np.where(nothing, np.nan, most)
    return SlopeInterval(least, most, ~least_open, ~most_open, fits)


def families(
    targets: pd.DataFrame, indicators: pd.DataFrame | None = None, *, require: int = 5
) -> pd.DataFrame:
    """Which families of curves pass through every printed cell of each path.

    ===========  ==================  =================================================================
    family       straight line in    slope columns
    ===========  ==================  =================================================================
    line         y                   units per year
    geometric    ln y                per year; the yearly rate is exp(slope) − 1
    gap_closure  ln(U − y), falling  per year, never positive; the yearly rate g is 1 − exp(slope)
    logistic     logit(y/U)          per year
    ===========  ==================  =================================================================

    The answer is exact (see `line_interval`): a family fits if and only if some choice of values inside the
    boxes lies on one of its curves. Cells printed as values stand for half-open boxes of their printed step,
    bounds (``>85``) for what they state, approximate values for the number to within its step; missing years
    are skipped. U is the indicator's `upper`; with `indicators` every
    box is first cut to the indicator's logical bounds. None and several are both answers.

    Parameters
    ----------
    targets : DataFrame
        Long format; the columns that `qiyou.paths.grid` needs.
    indicators : DataFrame, optional
        With id, direction, lower, upper. Without it no path has a ceiling.
    require : int
        Printed values (``eq`` or ``range`` cells; bounds do not count) a path must have for its shape to be
        named.

    Returns
    -------
    DataFrame
        One row per path: document, place, indicator, variant; ``first_year, last_year`` (Int64) and ``n``,
        the cells used; ``n_values``, those of them that print a value; ``ceiling``, U or NaN; for each family
        ``<family>_fits`` (bool), ``<family>_low`` and ``<family>_high``, the slope interval (NaN where it
        does not fit or does not apply); ``shape``, the codes of the families that fit, separated by spaces,
        and ``SHAPE_NOT_IDENTIFIED`` wherever that is not exactly one family or the path has fewer than
        `require` printed values (then it stands alone); ``note``, what kept a family from applying.

        Degenerate paths: one cell fits every family that applies, with slope (−inf, inf); a path of bounds
        only fits with whatever slopes the bounds leave; no cell fits nothing. A base printed as 0 has no
        growth rate, so that geometric and logistic do not apply; a base printed as U has no gap to close, so
        that gap_closure and logistic do not apply. Elsewhere a rounding box that reaches 0 or U is open
        there, for no such curve ever arrives. Without a ceiling gap_closure and logistic do not apply.

    Raises
    ------
    DataError
        As `qiyou.paths.grid`.

    Examples
    --------
    >>> targets = pd.DataFrame({"document": "plan", "place": "yuhuan", "indicator": "share", "variant": "",
    ...     "year": range(2022, 2028), "value": [60.0, 63.6, 67.4, 71.5, 75.7, 80.3], "relation": "eq",
    ...     "low": np.nan, "high": np.nan, "low_closed": True, "high_closed": True, "step": 0.1})
    >>> families(targets)[["line_fits", "geometric_low", "geometric_high", "shape"]].round(5)
       line_fits  geometric_low  geometric_high          shape
    0      False        0.05799         0.05844  CONSTANT_RATE
    """
    paths = grid(targets, indicators, reading="drawn")
    known, values = paths.known, paths.exact | (paths.relation == "range")
    nothing, no_ceiling = ~known.any(axis=1), np.isnan(paths.upper)
    first = np.argmax(known, axis=1)
    base = np.where(paths.exact, paths.value, np.nan)[np.arange(len(first)), first]
    at_zero, at_ceiling = base == 0, base == paths.upper
    without = {"geometric": at_zero, "gap_closure": at_ceiling, "logistic": at_zero | at_ceiling}
    out = paths.keys.copy()
    last = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    out["first_year"] = pd.arrays.IntegerArray(paths.years[first], nothing)
    out["last_year"] = pd.arrays.IntegerArray(paths.years[last], nothing)
    out["n"], out["n_values"], out["ceiling"] = known.sum(axis=1), values.sum(axis=1), paths.upper
    fitting = []
    for name in FAMILIES:
        interval = line_interval(paths.years, _on_scale(paths, name))
        low, high, fits = interval.low, interval.high, interval.fits & ~np.asarray(without.get(name, False))
        if name == "gap_closure":
            fits &= (low < -TIE) | ((np.abs(low) <= TIE) & interval.low_closed)
            high = np.minimum(high, 0.0)
        out[f"{name}_fits"] = fits
        out[f"{name}_low"], out[f"{name}_high"] = np.where(fits, low, np.nan), np.where(fits, high, np.nan)
        fitting.append(fits)
    few = out["n_values"].to_numpy() < require
    flags = [(fits & ~few, code) for fits, code in zip(fitting, FAMILIES.values(), strict=True)]
    out["shape"] = label([*flags, (few | (np.sum(fitting, axis=0) != 1), "SHAPE_NOT_IDENTIFIED")], " ")
    cases = [
        (nothing, "no values"),
        (few & ~nothing, f"fewer than {require} printed values"),
        (at_zero, "base is zero"),
        (no_ceiling, "no ceiling"),
        (at_ceiling, "base is at the ceiling"),
        ((paths.relation == "about").any(axis=1), "an approximate value taken to within its step"),
        (paths.empty.any(axis=1), "a value outside the indicator's bounds"),
    ]
    out["note"] = label(cases)
    return out


def _on_scale(paths: PathGrid, family: str) -> Box:
    """The boxes where the family's curves are straight; cut at the edge of the domain they are infinite."""
    upper = paths.upper[:, None]
    start, stop, scale = {
        "line": (-np.inf, np.inf, lambda y: y),
        "geometric": (0, np.inf, np.log),
        "gap_closure": (-upper, np.inf, lambda y: np.log(upper + y)),
        "logistic": (0, upper, lambda y: np.log(y) - np.log(upper - y)),
    }[family]
    # the gap U − y is log-linear in −y
    box = paths.box.turned(np.full(upper.shape, -1.0 if family == "gap_closure" else 1.0))
    outside = paths.known & (box.empty | (box.high <= start) | (box.low >= stop))
    box = box.within(start, stop).mapped(scale)
    return replace(box, low=np.where(outside, 1.0, box.low), high=np.where(outside, 0.0, box.high))


def fit(years: ArrayLike, values: ArrayLike, curve: str, *, origin: float = 0.0) -> Fit:
    """Fit a curve to an **observed** series by least squares on y.

    Planned values must not be fitted for evidence: an author chose them, so their scatter round a curve says
    how the plan was drawn and nothing about its prospects. Standard errors and intervals mean something for
    observations only.

    ==========  =======================  ==============================================================
    curve       y =                      starting values, from the data alone
    ==========  =======================  ==============================================================
    linear      b0 + b1·x                the least-squares solution itself
    geometric   b0·exp(b1·x)             for b1 on a grid the best b0; the best five pairs are refined
    asymptotic  b0 + b1·exp(−b2·x)       for b2 on a grid the best b0 and b1
    logistic    b0/(1 + exp(b1 − b2·x))  for b1 and b2 on a grid the best b0
    ==========  =======================  ==============================================================

    with x = year − `origin`. Years are centred and scaled inside, so calendar years do no harm to the
    arithmetic; the parameters, though, are those of the formula: with ``origin=0`` b0 of a line is the value
    in the year 0.

    Parameters
    ----------
    years, values : array-like of shape (n,)
        Observations; a pair with a missing value is left out.
    curve : {'linear', 'geometric', 'asymptotic', 'logistic'}
    origin : float
        The year from which x counts. The first year makes parameters readable.

    Returns
    -------
    Fit
        With no degrees of freedom left the parameters stand, but standard errors and intervals are NaN and
        ``note`` says so. A fit that does not converge, because the least-squares minimum lies at infinity or
        the parameters cannot be told apart, comes back with ``converged=False``, NaN standard errors and a
        ``ConvergenceWarning``, and refuses to predict.

    Raises
    ------
    FitError
        An unknown curve; years and values of different length; a value that is not finite; fewer observations
        or fewer different years than the curve has parameters; parameters too large or small to write down
        from `origin`.

    Notes
    -----
    Convergence is judged by the relative offset of Bates and Watts (1981, Technometrics 23:179-183): the part
    of the residuals that a change of parameters could still remove, relative to the part that it cannot, must
    be under 1e-6. Parameters count as told apart while the Jacobian, its columns brought to one length, has a
    condition number of at most 1e6.

    Examples
    --------
    >>> line = fit([1, 2, 3, 4, 5], [4, 8, 6, 11, 14], "linear")
    >>> line.params.loc["b1"].round(5).to_dict()
    {'estimate': 2.3, 'std_error': 0.58595}
    >>> round(line.sse, 4), line.dof
    (10.3, 3)
    """
    from statsmodels.regression.linear_model import OLS

    need(curve in _CURVES, "trajectory.curve", FitError, curve=curve, known=list(_CURVES))
    model = _CURVES[curve]
    x, y = _observations(years, values, origin, curve, model.size)
    centre, half = (x.min() + x.max()) / 2, (x.max() - x.min()) / 2 or 1.0
    z = (x - centre) / half
    scaled = _least_squares(model, z, y)
    residuals, slope = y - model.value(scaled, z), _slopes(lambda q: model.value(q, z), scaled)
    sse, dof = float(residuals @ residuals), len(y) - model.size
    converged, note, linearised = _settled(slope, scaled, residuals, y, dof), "", None
    if not converged:
        note = Message("trajectory.not_converged", curve=curve, count=len(y))
        warn(str(Message("trajectory.fewer", note=note)), ConvergenceWarning, stacklevel=2)
    elif dof == 0:
        note = Message("trajectory.no_dof")
    else:
        linearised = OLS(residuals + slope @ scaled, slope).fit()
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        estimate = model.written(scaled, centre, half)
        change = _slopes(lambda q: model.written(q, centre, half), scaled)
    there = np.isfinite(estimate).all() and (np.diag(change) >= np.finfo(float).tiny).all()
    lost = {"curve": curve, "origin": float(origin), "first": float(x.min() + origin)}
    need(there or not converged, "trajectory.lost", FitError, **lost)
    variance = change @ linearised.cov_params() @ change.T if linearised else np.full_like(change, np.nan)
    params = pd.DataFrame(
        {"estimate": estimate, "std_error": np.sqrt(np.diag(variance))},
        index=pd.Index([f"b{k}" for k in range(model.size)], name="parameter"),
    )
    return Fit(curve, params, sse, dof, converged, str(note), origin, (centre, half, scaled, linearised))


@dataclass(frozen=True, eq=False)
class Fit:
    """A curve fitted by `fit`.

    Attributes
    ----------
    curve : str
    params : DataFrame
        Index b0, b1, …; columns estimate and std_error, in the units of the formula.
    sse : float
        Sum of squared residuals, in squared units of the values.
    dof : int
        Observations minus parameters.
    converged : bool
    note : str
        What is missing and why; empty where nothing is.
    origin : float
        The year from which x counts.
    """

    curve: str
    params: pd.DataFrame
    sse: float
    dof: int
    converged: bool
    note: str
    origin: float
    _inside: tuple[float, float, np.ndarray, Any] = field(repr=False)

    def predict(self, years: ArrayLike, level: float | None = None) -> pd.DataFrame:
        """The curve's values, and with `level` its intervals.

        ŷ ± t(dof)·s·sqrt(q) for the curve, ŷ ± t(dof)·s·sqrt(1 + q) for one further observation;
        q is gradient·(JᵀJ)⁻¹·gradient, which for a line is 1/n + (x − x̄)²/Sxx: exact there, first order
        elsewhere.

        Parameters
        ----------
        years : float or array-like of shape (k,)
        level : float, optional
            Between 0 and 1, for instance 0.95.

        Returns
        -------
        DataFrame
            year, value; with `level` also mean_low, mean_high (confidence interval of the curve) and low,
            high (prediction interval of one further observation). NaN where no degrees of freedom are left.

        Raises
        ------
        FitError
            The fit did not converge, or `level` is not between 0 and 1.

        Examples
        --------
        >>> fit([1, 2, 3, 4, 5], [4, 8, 6, 11, 14], "linear").predict(3, level=0.95).round(4)
           year  value  mean_low  mean_high     low     high
        0   3.0    8.6    5.9629    11.2371  2.1403  15.0597
        """
        count = self.dof + len(self.params)
        need(self.converged, "trajectory.not_converged", FitError, curve=self.curve, count=count)
        centre, half, scaled, linearised = self._inside
        x = np.atleast_1d(np.asarray(years, dtype=float))
        z, model = (x - self.origin - centre) / half, _CURVES[self.curve]
        out = pd.DataFrame({"year": x, "value": model.value(scaled, z)})
        if level is None:
            return out
        need(0 < level < 1, "trajectory.level", FitError, level=level)
        names = ["mean_low", "mean_high", "low", "high"]
        if linearised is None:
            return out.assign(**dict.fromkeys(names, np.nan))
        slope = _slopes(lambda q: model.value(q, z), scaled)
        frame = linearised.get_prediction(slope).summary_frame(alpha=1 - level)
        ends = ["mean_ci_lower", "mean_ci_upper", "obs_ci_lower", "obs_ci_upper"]
        out[names] = frame[ends].sub(frame["mean"], axis=0).add(out["value"], axis=0).to_numpy()
        return out


def observed(
    years: ArrayLike, values: ArrayLike, at: float, *, level: float = 0.95, rising: bool | None = None
) -> pd.DataFrame:
    """What an **observed** series of a few years says: its slope, its trend, and where a line would lead.

    A target inside a wide interval proves nothing: with five points, noise as large as one yearly step and a
    five-year horizon, a plan at twice the true pace leaves the 95% interval only three times in ten.

    Parameters
    ----------
    years, values : array-like of shape (n,)
        At least three observations.
    at : float
        The year in which the line is read.
    level : float
        Two-sided coverage of both intervals.
    rising : bool, optional
        The direction of the trend tested, fixed before looking. Left out, the direction seen is taken, and a
        p found that way has to be doubled before it is held against a level.

    Returns
    -------
    DataFrame
        One row: ``n``; ``slope, slope_low, slope_high``, Theil-Sen's median of the pairwise slopes with Sen's
        interval, in units a year; ``tau, p``, Kendall's, one-sided, exact without ties (Mann-Kendall's S is
        tau·n(n − 1)/2), normal with ties, NaN if all values are equal; ``year, value, low, high``, the
        least-squares line at `at` and the prediction interval of one observation there, exact for independent
        normal errors of equal variance.

    Raises
    ------
    FitError
        Fewer than three observations, a value that is not finite, a level outside (0, 1).

    References
    ----------
    Sen (1968), J. Am. Stat. Assoc. 63, 1379-1389; Mann (1945), Econometrica 13, 245-259.

    Examples
    --------
    >>> observed(range(1, 6), [1.26, 1.27, 1.12, 1.16, 1.03], 7)[["slope", "tau", "p"]].round(5)
         slope  tau        p
    0 -0.05625 -0.6  0.11667
    """
    from scipy.stats import kendalltau, theilslopes

    x, y = _observations(years, values, 0.0, "linear", 3)
    line = fit(x, y, "linear").predict(at, level).iloc[0]
    sen = theilslopes(y, x, alpha=level)
    tau = kendalltau(x, y).statistic
    rising = tau >= 0 if rising is None else rising
    trend = kendalltau(x, y, alternative="greater" if rising else "less")
    slope = {"n": len(y), "slope": sen.slope, "slope_low": sen.low_slope, "slope_high": sen.high_slope}
    return pd.DataFrame(
        [slope | {"tau": tau, "p": trend.pvalue} | line[["year", "value", "low", "high"]].to_dict()]
    )


def _observations(years, values, origin: float, curve: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(years, dtype=float) - origin, np.asarray(values, dtype=float)
    aligned = x.ndim == 1 and x.shape == y.shape
    need(aligned, "trajectory.series", FitError, years=str(x.shape), values=str(y.shape))
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    need(np.isfinite([x, y]).all(), "trajectory.finite", FitError)
    count = len(np.unique(x))
    need(count >= size, "trajectory.few", FitError, curve=curve, size=size, count=count)
    return x, y


class _Curve(NamedTuple):
    """A curve in z = (x − centre)/half-width, where every parameter has a tame size.

    The value is linear in the first parameters; `basis` of the others, at first on a `grid`, gives their
    columns. The last one is a rate; `leading` gives the others as those of the formula, from rate · centre.
    """

    size: int
    grid: np.ndarray
    basis: Callable[..., np.ndarray]
    leading: Callable[[np.ndarray, float], list[float]]

    def value(self, q: np.ndarray, z: np.ndarray) -> np.ndarray:
        linear = self.size - self.grid.shape[1]
        return self.basis(z, *q[linear:]) @ q[:linear]

    def written(self, q: np.ndarray, centre: float, half: float) -> np.ndarray:
        rate = q[-1] / half
        return np.array([*self.leading(q, rate * centre), rate])


def _least_squares(model: _Curve, z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The best of five Levenberg-Marquardt runs from the best points of the grid."""
    from scipy.optimize import least_squares

    basis = model.basis(z, *model.grid.T[..., None])
    linear = np.linalg.pinv(basis) @ y
    sse = np.atleast_1d(((y - (basis @ linear[..., None])[..., 0]) ** 2).sum(axis=-1))
    starts = np.hstack([np.atleast_2d(linear), model.grid])[np.argsort(sse, kind="stable")[:5]]
    exact = dict.fromkeys(("xtol", "ftol", "gtol"), 1e-15)

    def run(start: np.ndarray):
        slopes = lambda q: _slopes(lambda p: model.value(p, z), q)  # noqa: E731
        return least_squares(
            lambda q: model.value(q, z) - y, start, slopes, method="lm", x_scale="jac", **exact
        )

    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return min(map(run, starts), key=lambda result: result.cost).x


def _slopes(function: Callable[[np.ndarray], np.ndarray], q: np.ndarray) -> np.ndarray:
    """The Jacobian by complex steps, which lose no digits."""
    tiny = 1e-20
    return np.column_stack([function(q + 1j * tiny * unit).imag / tiny for unit in np.eye(len(q))])


def _settled(slope: np.ndarray, q: np.ndarray, residuals: np.ndarray, y: np.ndarray, dof: int) -> bool:
    """Whether every parameter matters, can be told from the others, and has nothing left to gain."""
    size = np.linalg.norm(y)
    length = np.linalg.norm(slope, axis=0)
    if not np.isfinite(slope).all() or (length * np.maximum(np.abs(q), 1) <= 1e-8 * size).any():
        return False
    basis, triangle = np.linalg.qr(slope / length)
    if np.linalg.cond(triangle) > 1e6:
        return False
    removable = np.linalg.norm(basis.T @ residuals)
    offset = removable / np.sqrt(slope.shape[1]) <= 1e-6 * np.linalg.norm(residuals) / np.sqrt(max(dof, 1))
    return bool(removable <= 1e-10 * size or (dof > 0 and offset))


def _exp(a: np.ndarray) -> np.ndarray:
    """The exponential, kept finite."""
    return np.exp(a - (a.real - np.clip(a.real, -700, 700)))


def _rates(low: float, high: float, count: int) -> np.ndarray:
    return np.outer([-1, 1], np.geomspace(low, high, count)).ravel()


def _columns(*columns: ArrayLike) -> np.ndarray:
    return np.stack(np.broadcast_arrays(*columns), axis=-1)


_RATES = _rates(0.01, 30, 60)[:, None]
_BENDS = np.array(
    [(rate * middle, rate) for rate in _rates(0.05, 50, 25) for middle in np.linspace(-4, 4, 41)]
)
_CURVES = {
    "linear": _Curve(2, np.empty((1, 0)), lambda z: _columns(1, z), lambda q, turn: [q[0] - turn]),
    "geometric": _Curve(
        2, _RATES, lambda z, rate: _columns(_exp(rate * z)), lambda q, turn: [q[0] * np.exp(-turn)]
    ),
    "asymptotic": _Curve(
        3, _RATES, lambda z, rate: _columns(1, _exp(-rate * z)), lambda q, turn: [q[0], q[1] * np.exp(turn)]
    ),
    "logistic": _Curve(
        3,
        _BENDS,
        lambda z, b, rate: _columns(1 / (1 + _exp(b - rate * z))),
        lambda q, turn: [q[0], q[1] + turn],
    ),
}
