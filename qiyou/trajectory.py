"""Shapes of paths: which simple families the printed values allow, and curves fitted to observed series.

`families` is logic, not statistics: planned values were chosen by an author, so the only question is which
shapes can pass through every rounding box, and that has an exact answer. `fit` is least squares and belongs
to *observed* series.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple
from warnings import warn

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou.errors import ConvergenceWarning, DataError, FitError
from qiyou.paths import PathGrid, grid, label

FAMILIES = {
    "line": "CONSTANT_INCREMENT",
    "geometric": "CONSTANT_RATE",
    "gap_closure": "CONSTANT_GAP_CLOSURE",
    "logistic": "LOGISTIC_LINE",
}
"""Each family and the code that says a path is consistent with it."""

# decimals are not exact in binary: slopes closer than this share of the largest box end are one
_TIE = 1e-12


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


def line_interval(
    t: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    low_open: ArrayLike | None = None,
    high_open: ArrayLike | None = None,
) -> SlopeInterval:
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
    low, high : arrays of shape (..., m)
        Ends of the boxes, infinite where one-sided; NaN where the year is missing, and then skipped.
    low_open, high_open : bool arrays of shape (..., m), optional
        Ends that are left out. By default every end is included.

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
    >>> values = np.array([72, 75, 78, 80, 83, 85])
    >>> low, high, *_, fits = line_interval(range(2022, 2028), values - 0.5, values + 0.5)
    >>> float(low), round(float(high), 5), bool(fits)
    (2.5, 2.66667, True)
    """
    t, low, high = (np.asarray(a, dtype=float) for a in (t, low, high))
    if t.ndim != 1 or low.shape != high.shape or low.shape[-1:] != t.shape or not (np.diff(t) > 0).all():
        raise DataError(
            f"line_interval needs m ascending years and boxes of shape (..., m), but got years of shape "
            f"{t.shape}, low {low.shape}, high {high.shape}; sort the years, and pad missing cells with NaN"
        )
    shape = low.shape[:-1]
    # years come first inside, so that each one's boxes lie side by side in memory
    low_open, high_open = (
        np.broadcast_to(False if a is None else np.asarray(a, dtype=bool), low.shape).reshape(-1, len(t)).T
        for a in (low_open, high_open)
    )
    low, high = (np.ascontiguousarray(a.reshape(-1, len(t)).T) for a in (low, high))
    known = ~(np.isnan(low) | np.isnan(high))
    empty = known & ((low > high) | ((low == high) & (low_open | high_open)))
    low, high = np.where(known & ~empty, low, -np.inf), np.where(known & ~empty, high, np.inf)
    nothing = ~known.any(axis=0) | empty.any(axis=0)

    pairs = list(combinations(range(len(t)), 2))
    least, most = np.full(low.shape[1], -np.inf), np.full(low.shape[1], np.inf)
    for i, j in pairs:
        np.maximum(least, (low[j] - high[i]) / (t[j] - t[i]), out=least)
        np.minimum(most, (high[j] - low[i]) / (t[j] - t[i]), out=most)

    largest = np.zeros(low.shape[1])
    for end in (*low, *high):
        np.maximum(largest, np.abs(end), out=largest, where=np.isfinite(end))
    tie = _TIE * largest / np.diff(t).min(initial=np.inf)
    least_open, most_open = np.isneginf(least), np.isposinf(most)
    if low_open.any() or high_open.any():
        for i, j in pairs:
            steep = (low[j] - high[i]) / (t[j] - t[i]) >= least - tie
            least_open |= steep & (low_open[j] | high_open[i])
            flat = (high[j] - low[i]) / (t[j] - t[i]) <= most + tie
            most_open |= flat & (high_open[j] | low_open[i])

    touch = np.abs(most - least) <= tie
    fits = np.where(touch, ~(least_open | most_open), least < most) & ~nothing
    least[nothing], most[nothing] = np.nan, np.nan
    return SlopeInterval(*(a.reshape(shape) for a in (least, most, ~least_open, ~most_open, fits)))


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
    boxes lies on one of its curves. One-sided cells (``>85``) are half-open boxes; missing years and
    approximate values, which state no set, are skipped. U is the indicator's `upper`; with `indicators` every
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
    known, values = paths.known, (paths.exact | (paths.relation == "range")) & paths.known
    first = np.argmax(known, axis=1)[:, None]
    base = np.take_along_axis(np.where(paths.exact, paths.value, np.nan), first, axis=1)[:, 0]
    any_known, no_ceiling = known.any(axis=1), np.isnan(paths.upper)
    at_zero, at_ceiling = base == 0, base == paths.upper
    inapplicable = {
        "line": ~any_known,
        "geometric": ~any_known | at_zero,
        "gap_closure": ~any_known | no_ceiling | at_ceiling,
        "logistic": ~any_known | no_ceiling | at_zero | at_ceiling,
    }
    out = paths.keys.copy()
    out["first_year"] = _year_of(paths, known, "first")
    out["last_year"] = _year_of(paths, known, "last")
    out["n"] = known.sum(axis=1)
    out["n_values"] = values.sum(axis=1)
    out["ceiling"] = paths.upper
    fitting = []
    for name in FAMILIES:
        interval = line_interval(paths.years, *_SCALES[name](paths))
        low, high, fits = interval.low, interval.high, interval.fits & ~inapplicable[name]
        if name == "gap_closure":
            fits = fits & ((low < -_TIE) | ((np.abs(low) <= _TIE) & interval.low_closed))
            high = np.minimum(high, 0.0)
        out[f"{name}_fits"] = fits
        out[f"{name}_low"] = np.where(fits, low, np.nan)
        out[f"{name}_high"] = np.where(fits, high, np.nan)
        fitting.append(fits)
    few = values.sum(axis=1) < require
    flags = [(fits & ~few, code) for fits, code in zip(fitting, FAMILIES.values(), strict=True)]
    out["shape"] = label([*flags, (few | (np.sum(fitting, axis=0) != 1), "SHAPE_NOT_IDENTIFIED")], " ")
    out["note"] = label(
        [
            (~any_known, "no values"),
            (few & any_known, f"fewer than {require} printed values"),
            (at_zero, "base is zero"),
            (no_ceiling, "no ceiling"),
            (at_ceiling, "base is at the ceiling"),
            ((paths.relation == "about").any(axis=1), "an approximate value left out"),
            (paths.empty.any(axis=1), "a value outside the indicator's bounds"),
        ]
    )
    return out


def _year_of(paths: PathGrid, mask: np.ndarray, which: str) -> pd.arrays.IntegerArray:
    column = np.argmax(mask, axis=1)
    if which == "last":
        column = mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)
    return pd.arrays.IntegerArray(paths.years[column], ~mask.any(axis=1))


def _on_line(paths: PathGrid):
    return paths.low, paths.high, paths.low_open, paths.high_open


def _on_logs(paths: PathGrid):
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.log(np.maximum(paths.low, 0)), np.log(paths.high)
    return _shut(paths, paths.high <= 0, low, high, paths.low_open, paths.high_open)


def _on_log_gap(paths: PathGrid):
    gap_low, gap_high = paths.upper[:, None] - paths.high, paths.upper[:, None] - paths.low
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.log(np.maximum(gap_low, 0)), np.log(gap_high)
    return _shut(paths, gap_high <= 0, low, high, paths.high_open, paths.low_open)


def _on_logit(paths: PathGrid):
    upper = paths.upper[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (np.log(y) - np.log(upper - y) for y in np.clip([paths.low, paths.high], 0, upper))
    return _shut(paths, (paths.high <= 0) | (paths.low >= upper), low, high, paths.low_open, paths.high_open)


def _shut(paths: PathGrid, outside: np.ndarray, low, high, low_open, high_open):
    """Mark boxes without a value of the family's domain as empty; one cut at its edge is infinite by now."""
    shut = paths.known & (outside | paths.empty)
    return np.where(shut, 1.0, low), np.where(shut, 0.0, high), low_open, high_open


_SCALES = {"line": _on_line, "geometric": _on_logs, "gap_closure": _on_log_gap, "logistic": _on_logit}


@dataclass(frozen=True)
class _Curve:
    """A curve in z = (x − centre)/half-width, where every coefficient has a tame size."""

    size: int
    value: Callable[[np.ndarray, np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray, np.ndarray], np.ndarray]
    unscale: Callable[[np.ndarray, float, float], tuple[np.ndarray, np.ndarray]]
    starts: Callable[[np.ndarray, np.ndarray], list[np.ndarray]] | None = None


def fit(years: ArrayLike, values: ArrayLike, curve: str, *, origin: float = 0.0) -> Fit:
    """Fit a curve to an **observed** series by least squares on y.

    Planned values must not be fitted for evidence: an author chose them, so their scatter round a curve says
    how the plan was drawn and nothing about its prospects. Standard errors and intervals mean something for
    observations only.

    ==========  =======================  ==============================================================
    curve       y =                      starting values, from the data alone
    ==========  =======================  ==============================================================
    linear      b0 + b1·x                none needed, the solution is closed
    geometric   b0·exp(b1·x)             for b1 on a grid the best b0; the best five pairs are refined
    asymptotic  b0 + b1·exp(−b2·x)       likewise for b2
    logistic    b0/(1 + exp(b1 − b2·x))  likewise for (b1, b2)
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
    >>> line.summary()
                 estimate  std_error
    b0            1.70000   1.943360
    b1            2.30000   0.585947
    sse          10.30000        NaN
    residual_sd   1.85293        NaN
    dof           3.00000        NaN
    """
    if curve not in _CURVES:
        raise FitError(f"there is no curve {curve!r}; choose one of {', '.join(_CURVES)}")
    model = _CURVES[curve]
    x, y = _observations(years, values, origin, curve, model.size)
    centre = (x.min() + x.max()) / 2
    half = (x.max() - x.min()) / 2 or 1.0
    z = (x - centre) / half
    if model.starts is None:
        scaled = np.linalg.lstsq(model.gradient(np.zeros(model.size), z), y, rcond=None)[0]
    else:
        scaled = _refine(model, z, y)
    residuals = y - model.value(scaled, z)
    sse, dof = float(residuals @ residuals), len(y) - model.size
    slope = model.gradient(scaled, z)
    converged = _settled(slope, scaled, residuals, y, dof)
    covariance = np.full((model.size, model.size), np.nan)
    note = ""
    if not converged:
        note = f"the {curve} curve does not converge on {len(y)} observations: its numbers are not to be used"
        warn(note + "; try a curve with fewer parameters", ConvergenceWarning, stacklevel=2)
    elif dof == 0:
        note = "no degrees of freedom are left: no standard errors and no intervals"
    else:
        covariance = _inverse_gram(slope) * (sse / dof)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        estimate, change = model.unscale(scaled, centre, half)
        std_error = np.sqrt(np.einsum("ij,jk,ik->i", change, covariance, change))
    if converged and (not np.isfinite(estimate).all() or (np.diag(change) < np.finfo(float).tiny).any()):
        raise FitError(
            f"the parameters of the {curve} curve counted from {origin:g} are beyond floating point; "
            f"pass origin={x.min() + origin:g}, the first year"
        )
    params = pd.DataFrame(
        {"estimate": estimate, "std_error": std_error},
        index=pd.Index([f"b{k}" for k in range(model.size)], name="parameter"),
    )
    return Fit(curve, params, sse, dof, converged, note, origin, centre, half, scaled, covariance)


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
    _centre: float = field(repr=False)
    _half: float = field(repr=False)
    _scaled: np.ndarray = field(repr=False)
    _covariance: np.ndarray = field(repr=False)

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
        if not self.converged:
            raise FitError(self.note)
        x = np.atleast_1d(np.asarray(years, dtype=float))
        z = (x - self.origin - self._centre) / self._half
        model = _CURVES[self.curve]
        out = pd.DataFrame({"year": x, "value": model.value(self._scaled, z)})
        if level is None:
            return out
        if not 0 < level < 1:
            raise FitError(f"level is {level!r}, but a level lies between 0 and 1; 0.95 is usual")
        slope = model.gradient(self._scaled, z)
        mean = np.sqrt(np.einsum("ij,jk,ik->i", slope, self._covariance, slope))
        new, reach = np.nan, np.nan
        if self.dof > 0:
            from scipy.stats import t

            new, reach = np.sqrt(mean**2 + self.sse / self.dof), t.ppf((1 + level) / 2, self.dof)
        out["mean_low"], out["mean_high"] = out["value"] - reach * mean, out["value"] + reach * mean
        out["low"], out["high"] = out["value"] - reach * new, out["value"] + reach * new
        return out

    def summary(self) -> pd.DataFrame:
        """Parameters with standard errors, then sse, residual_sd and dof, rounded to six significant digits.

        Examples
        --------
        >>> fit([1, 2], [4, 8], "linear").summary()["std_error"].isna().all()
        np.True_
        """
        spread = np.sqrt(self.sse / self.dof) if self.dof else np.nan
        rest = pd.DataFrame(
            {"estimate": [self.sse, spread, self.dof], "std_error": np.nan},
            index=["sse", "residual_sd", "dof"],
        )
        return pd.concat([self.params.rename_axis(None), rest]).map(lambda number: float(f"{number:.6g}"))


def _observations(years, values, origin: float, curve: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(years, dtype=float) - origin, np.asarray(values, dtype=float)
    if x.ndim != 1 or x.shape != y.shape:
        raise FitError(f"years {x.shape} and values {y.shape} must be two series of one length; align them")
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise FitError("years and values must be finite; leave out observations that are not")
    if len(np.unique(x)) < size:
        raise FitError(
            f"the {curve} curve has {size} parameters but there are only {len(np.unique(x))} different years "
            "with an observation; use a curve with fewer parameters"
        )
    return x, y


def _refine(model: _Curve, z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The best of several Levenberg-Marquardt runs; which start wins depends on the data only."""
    from scipy.optimize import least_squares

    def run(start: np.ndarray):
        return least_squares(
            lambda q: model.value(q, z) - y,
            start,
            jac=lambda q: model.gradient(q, z),
            method="lm",
            x_scale="jac",
            xtol=1e-15,
            ftol=1e-15,
            gtol=1e-15,
            max_nfev=500,
        )

    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return min((run(start) for start in model.starts(z, y)), key=lambda result: result.cost).x


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


def _inverse_gram(slope: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(slope, axis=0)
    inverse = np.linalg.inv(np.linalg.qr(slope / length)[1]) / length[:, None]
    return inverse @ inverse.T


def _exp(a: np.ndarray) -> np.ndarray:
    return np.exp(np.clip(a, -700, 700))


def _best(theta: np.ndarray, linear: np.ndarray, sse: np.ndarray) -> list[np.ndarray]:
    """The five grid points with the least sum of squares, as full parameter vectors (linear ones first)."""
    order = np.argsort(np.where(np.isfinite(sse), sse, np.inf), kind="stable")[:5]
    return [np.concatenate([linear[k], theta[k]]) for k in order]


def _rates(low: float, high: float, count: int) -> np.ndarray:
    positive = np.geomspace(low, high, count)
    return np.concatenate([-positive[::-1], positive])


def _proportional(shape: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The best multiple of each row of `shape`, and its sum of squares."""
    factor = (shape @ y) / (shape**2).sum(axis=1)
    return factor[:, None], ((y - factor[:, None] * shape) ** 2).sum(axis=1)


def _linear_gradient(q, z):
    return np.column_stack([np.ones_like(z), z])


def _linear_unscale(q, centre, half):
    change = np.array([[1, -centre / half], [0, 1 / half]])
    return change @ q, change


def _geometric_value(q, z):
    return q[0] * _exp(q[1] * z)


def _geometric_gradient(q, z):
    growth = _exp(q[1] * z)
    return np.column_stack([growth, q[0] * z * growth])


def _geometric_unscale(q, centre, half):
    shift = np.exp(-q[1] * centre / half)
    change = np.array([[shift, -q[0] * shift * centre / half], [0, 1 / half]])
    return np.array([q[0] * shift, q[1] / half]), change


def _geometric_starts(z, y):
    rate = np.concatenate([[0.0], _rates(0.01, 30, 60)])[:, None]
    return _best(rate, *_proportional(_exp(rate * z), y))


def _asymptotic_value(q, z):
    return q[0] + q[1] * _exp(-q[2] * z)


def _asymptotic_gradient(q, z):
    decay = _exp(-q[2] * z)
    return np.column_stack([np.ones_like(z), decay, -q[1] * z * decay])


def _asymptotic_unscale(q, centre, half):
    shift = np.exp(q[2] * centre / half)
    change = np.array([[1, 0, 0], [0, shift, q[1] * shift * centre / half], [0, 0, 1 / half]])
    return np.array([q[0], q[1] * shift, q[2] / half]), change


def _asymptotic_starts(z, y):
    rate = _rates(0.01, 30, 60)[:, None]
    decay = _exp(-rate * z)
    centred = decay - decay.mean(axis=1, keepdims=True)
    factor, sse = _proportional(centred, y - y.mean())
    level = y.mean() - factor * decay.mean(axis=1, keepdims=True)
    return _best(rate, np.hstack([level, factor]), sse)


def _logistic_value(q, z):
    return q[0] / (1 + _exp(q[1] - q[2] * z))


def _logistic_gradient(q, z):
    odds = _exp(q[1] - q[2] * z)
    share = 1 / (1 + odds)
    pull = q[0] * share * (odds * share)
    return np.column_stack([share, -pull, z * pull])


def _logistic_unscale(q, centre, half):
    change = np.array([[1, 0, 0], [0, 1, centre / half], [0, 0, 1 / half]])
    return np.array([q[0], q[1] + q[2] * centre / half, q[2] / half]), change


def _logistic_starts(z, y):
    rate, midpoint = (a.ravel() for a in np.meshgrid(_rates(0.05, 50, 25), np.linspace(-4, 4, 41)))
    theta = np.column_stack([rate * midpoint, rate])
    return _best(theta, *_proportional(1 / (1 + _exp(theta[:, :1] - theta[:, 1:] * z)), y))


_CURVES = {
    "linear": _Curve(2, lambda q, z: q[0] + q[1] * z, _linear_gradient, _linear_unscale),
    "geometric": _Curve(2, _geometric_value, _geometric_gradient, _geometric_unscale, _geometric_starts),
    "asymptotic": _Curve(3, _asymptotic_value, _asymptotic_gradient, _asymptotic_unscale, _asymptotic_starts),
    "logistic": _Curve(3, _logistic_value, _logistic_gradient, _logistic_unscale, _logistic_starts),
}
