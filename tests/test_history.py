"""Exact small-sample tools: published numbers, brute force, and what a change of unit must not change."""

from __future__ import annotations

import math
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qiyou
from qiyou.errors import DataError
from qiyou.history import aicc, checked_series, mann_kendall, ols_interval, theil_sen

SERIES = [1.26, 1.27, 1.12, 1.16, 1.03]
tenths = st.integers(-999, 999).map(lambda k: k / 10)
series = st.lists(tenths, min_size=3, max_size=9)


def test_the_module_is_reached_through_the_package():
    assert qiyou.history.theil_sen is theil_sen


def test_ols_interval_published():
    at = ols_interval([1, 2, 3, 4, 5], [4, 8, 6, 11, 14], 3)
    assert at.ci == pytest.approx((5.9629, 11.23715), abs=6e-5)
    assert at.pi == pytest.approx((2.1403, 15.05966), abs=6e-5)
    assert (at.n, at.dof) == (5, 3)
    assert at.t == pytest.approx(3.182446305284263, rel=1e-12)
    assert at.multiplier == pytest.approx(at.t * math.sqrt(1.2), rel=1e-12)


@given(series, st.floats(-20, 20), st.floats(0.5, 0.99))
def test_ols_interval_agrees_with_statsmodels(y, x0, level):
    import statsmodels.api as sm

    x = np.arange(len(y), dtype=float)
    fit = sm.OLS(np.array(y), sm.add_constant(x)).fit()
    frame = fit.get_prediction([[1.0, x0]]).summary_frame(alpha=1 - level)
    at = ols_interval(x, y, x0, level)
    expected = frame[["mean", "mean_ci_lower", "mean_ci_upper", "obs_ci_lower", "obs_ci_upper"]].iloc[0]
    assert [at.estimate, *at.ci, *at.pi] == pytest.approx(expected.tolist(), rel=1e-8, abs=1e-8)


@given(series, tenths, st.sampled_from([-4.0, 0.5, 1024.0]))
def test_ols_interval_follows_the_unit_and_mirrors(y, x0, factor):
    x = range(len(y))
    at, scaled = ols_interval(x, y, x0), ols_interval(x, [factor * v for v in y], x0)
    assert sorted(factor * bound for bound in at.pi) == pytest.approx(sorted(scaled.pi))
    assert scaled.multiplier == at.multiplier


@given(st.lists(st.tuples(tenths, tenths), min_size=3, max_size=9, unique_by=lambda p: p[0]), st.randoms())
def test_ols_interval_does_not_mind_the_order(points, random):
    shuffled = random.sample(points, len(points))
    one, other = (ols_interval(*zip(*pairs, strict=True), 3) for pairs in (points, shuffled))
    assert one.pi == pytest.approx(other.pi, rel=1e-6, abs=1e-6)


def test_a_plan_at_twice_the_true_pace_is_flagged_three_times_in_ten():
    """methods.md: n = 5, noise of one yearly step, a five-year horizon."""
    from scipy.stats import nct

    at = ols_interval([1, 2, 3, 4, 5], [0, 0, 0, 0, 1], 10)
    spread = math.sqrt((at.multiplier / at.t) ** 2 - 1)
    assert nct.sf(at.multiplier / spread, at.dof, 5 / spread) == pytest.approx(0.30, abs=0.015)


@pytest.mark.parametrize(
    ("x", "y", "level", "says"),
    [
        ([1, 2], [3, 4], 0.95, "at least 3"),
        ([2, 2, 2], [1, 2, 3], 0.95, "two different x"),
        ([1, 2, 3], [1, 2], 0.95, "3 x but 2 y"),
        ([1, 2, 3], [1, float("nan"), 3], 0.95, "position 2"),
        ([1, 2, 3], ["a", 2, 3], 0.95, "cannot be read as numbers"),
        ([[1, 2, 3]], [1, 2, 3], 0.95, "2 dimensions"),
        ([1, 2, 3], [1, 2, 3], 1.0, "between 0 and 1"),
        ([1, 2, 3], [1, 2, 3], None, "level is None"),
    ],
)
def test_ols_interval_says_what_is_wrong(x, y, level, says):
    with pytest.raises(DataError, match=says):
        ols_interval(x, y, 4, level)


def test_theil_sen_published():
    line = theil_sen([1, 2, 3, 4, 5], SERIES)
    assert line.slope == pytest.approx(-0.05625, abs=1e-12)
    assert line.pairs == 10


@given(st.lists(tenths, min_size=2, max_size=9))
def test_theil_sen_agrees_with_scipy(y):
    from scipy.stats import theilslopes

    years = np.arange(2015, 2015 + len(y))
    expected = theilslopes(y, years)
    line = theil_sen(years, y)
    assert (line.slope, line.intercept) == pytest.approx((expected.slope, expected.intercept), abs=1e-8)


@given(st.lists(tenths, min_size=2, max_size=9), tenths, st.sampled_from([-2.0, 0.25, 8.0]))
def test_theil_sen_follows_unit_and_added_slope(y, add, factor):
    x = np.arange(len(y))
    moved = theil_sen(x, factor * (np.array(y) + add * x)).slope
    assert moved == pytest.approx(factor * (theil_sen(x, y).slope + add), abs=1e-9)


@pytest.mark.parametrize(
    ("x", "says"), [([1, 1, 2], "1 repeats"), ([2, 1, 3], "1 comes after 2"), ([1, 2], "2 x but 3 y")]
)
def test_theil_sen_wants_time_in_order(x, says):
    with pytest.raises(DataError, match=says):
        theil_sen(x, [1, 2, 3])


def test_mann_kendall_published():
    test = mann_kendall(SERIES)
    assert (test.s, round(test.p, 5), test.alternative, test.tied_pairs) == (-6, 0.11667, "down", 0)


def s_of(values) -> int:
    return sum(np.sign(b - a) for i, a in enumerate(values) for b in values[i + 1 :])


@given(st.lists(st.integers(0, 3), min_size=2, max_size=6), st.sampled_from(["up", "down"]))
def test_mann_kendall_counts_every_arrangement_ties_included(values, alternative):
    observed = s_of(values)
    counts = Counter(s_of(order) for order in permutations(values))
    extreme = sum(n for s, n in counts.items() if (s >= observed if alternative == "up" else s <= observed))
    test = mann_kendall(values, alternative=alternative)
    assert test.s == observed
    assert test.p == pytest.approx(extreme / sum(counts.values()), rel=1e-12)


@given(st.permutations(range(10)))
def test_mann_kendall_agrees_with_scipy_without_ties(values):
    from scipy.stats import kendalltau

    for alternative, name in (("up", "greater"), ("down", "less")):
        expected = kendalltau(range(10), values, method="exact", alternative=name).pvalue
        assert mann_kendall(values, alternative=alternative).p == pytest.approx(expected, rel=1e-9)


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=12))
def test_mann_kendall_mirrors_and_ignores_the_unit(values):
    up = mann_kendall(values, alternative="up")
    down = mann_kendall([-3.5 * v for v in values], alternative="down")
    assert (up.s, up.p, up.tied_pairs) == (-down.s, down.p, down.tied_pairs)
    backwards = mann_kendall(values[::-1], alternative="down")
    assert (up.s, up.p) == (-backwards.s, backwards.p)


def test_mann_kendall_without_a_direction_takes_the_one_seen():
    assert mann_kendall([1, 2, 3]).alternative == "up"
    assert mann_kendall([3, 2, 1]).alternative == "down"
    flat = mann_kendall([5, 5, 5])
    assert (flat.s, flat.p, flat.tied_pairs) == (0, 1.0, 3)


def test_mann_kendall_at_its_largest_n():
    assert mann_kendall(range(100)).p == pytest.approx(math.exp(-math.lgamma(101)), rel=1e-9)


@pytest.mark.parametrize(
    ("values", "alternative", "says"),
    [
        ([1], None, "1 value"),
        ([], None, "0 value"),
        (range(101), None, "2 to 100"),
        ([1, float("inf")], None, "position 2"),
        ([1, 2], "less", "'up', 'down'"),
    ],
)
def test_mann_kendall_says_what_is_wrong(values, alternative, says):
    with pytest.raises(DataError, match=says):
        mann_kendall(values, alternative=alternative)


def test_a_logistic_needs_148_times_less_to_beat_a_line_at_six_points():
    logistic = aicc(1.0, 6, 4)
    assert aicc(148.0, 6, 3) < logistic < aicc(149.0, 6, 3)


@given(st.floats(0.1, 1e3), st.floats(0.1, 1e3), st.integers(8, 30))
def test_aicc_differences_do_not_depend_on_the_unit(one, other, n):
    difference = aicc(one, n, 3) - aicc(other, n, 4)
    assert aicc(64 * one, n, 3) - aicc(64 * other, n, 4) == pytest.approx(difference, abs=1e-9)


@pytest.mark.parametrize(
    ("rss", "n", "k", "says"),
    [
        (1.0, 5, 4, "undefined for 5 values and 4 parameters"),
        (1.0, 4, 4, "undefined"),
        (0.0, 9, 3, "every value"),
        (1.0, 9, 1, "k is 1"),
        (1.0, 9.5, 3, "whole number"),
        (float("nan"), 9, 3, "finite number"),
        (True, 9, 3, "rss is True"),
    ],
)
def test_aicc_says_what_is_wrong(rss, n, k, says):
    with pytest.raises(DataError, match=says):
        aicc(rss, n, k)


def test_checked_series_returns_arrays():
    years, values = checked_series((2015, 2017), [1.5, 2])
    assert (years.dtype, values.dtype, values.tolist()) == (np.int64, np.float64, [1.5, 2.0])


@pytest.mark.parametrize(
    ("years", "values", "says"),
    [
        ([2015, 2015], [1, 2], "2015 repeats"),
        ([2016, 2015], [1, 2], "2015 comes after 2016"),
        ([2015.5, 2016], [1, 2], "2015.5: whole"),
        ([2015, 2016], [1, None], "values hold nan at position 2"),
        ([2015], [1, 2], "1 years but 2 values"),
        ([], [], "at least 1"),
    ],
)
def test_checked_series_says_what_is_wrong(years, values, says):
    with pytest.raises(DataError, match=says):
        checked_series(years, values)
