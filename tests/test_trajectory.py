"""Families against published vectors and a linear-programming solver; statistics against certified values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from qiyou.errors import ConvergenceWarning, DataError, FitError
from qiyou.intervals import Box
from qiyou.paths import grid
from qiyou.trajectory import FAMILIES, _rates, _settled, families, fit, line_interval, observed

SHARE = pd.DataFrame({"id": ["share"], "direction": ["up"], "lower": [0.0], "upper": [100.0]})
RISE = [72, 75, 78, 80, 83, 85]


def targets(cells, step=1.0, first=2022, **key):
    """Rows of one path; a cell is a number, None (a year without a row), or (relation, low, high)."""
    rows = []
    for year, cell in enumerate(cells, first):
        if cell is None:
            continue
        relation, low, high = cell if isinstance(cell, tuple) else ("eq", cell, cell)
        one_sided = relation in ("ge", "gt", "le", "lt")
        value = low if relation in ("eq", "ge", "gt") else high if one_sided else np.nan
        rows.append(
            {"year": year, "role": "baseline" if year == first else "target"}
            | {"value": value, "relation": relation}
            | {"low": low, "high": high, "low_closed": relation in ("eq", "ge", "range")}
            | {"high_closed": relation in ("eq", "le", "range"), "step": step}
        )
    path = {"document": "d", "place": "p", "indicator": "share", "variant": ""}
    return pd.DataFrame(rows).assign(**(path | key))


def slopes(t, low, high, low_open=False, high_open=False):
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    opens = (np.broadcast_to(np.asarray(a, dtype=bool), low.shape) for a in (low_open, high_open))
    return line_interval(t, Box(low, high, *opens, low, low == high))


def test_a_line_from_below_zero_to_above_it_rises_by_any_amount_but_none():
    """Where every end is zero there is no binary noise to allow for, and the open end still counts."""
    up = slopes([0, 1], [-np.inf, 0.0], [0.0, np.inf], low_open=True, high_open=True)
    assert (up.low, up.high) == (0, np.inf) and not up.low_closed and up.fits
    down = slopes([0, 1], [0.0, -np.inf], [np.inf, 0.0], low_open=True, high_open=True)
    assert (down.low, down.high) == (-np.inf, 0) and not down.high_closed and down.fits
    level = slopes([0, 1], [-np.inf, 0.0], [0.0, np.inf])
    assert level.low == 0 and level.low_closed
    free = slopes([0, 1], [0.0, 0.0], [np.inf, np.inf])
    assert (free.low, free.high) == (-np.inf, np.inf) and free.fits
    assert not free.low_closed and not free.high_closed, "no line is infinitely steep"
    alone = slopes([0], [1.0], [2.0])
    assert (alone.low, alone.high, alone.low_closed, alone.high_closed) == (-np.inf, np.inf, False, False)


def one(cells, step=1.0, indicators=SHARE, **options):
    (row,) = families(targets(cells, step), indicators, **options).to_dict("records")
    return row


# ---------------------------------------------------------------- families


@pytest.mark.parametrize(
    ("values", "step", "expected"),
    [
        (RISE, 1, {"line": (2.5, 2.66667), "geometric": None, "logistic": (0.1453, 0.16602)}),
        ([78.2, 79.6, 81.0, 82.4, 83.8, 85.2], 0.1, {"line": (1.38, 1.42)}),
        ([60, 63.6, 67.4, 71.5, 75.7, 80.3], 0.1, {"line": None, "geometric": (0.05799, 0.05844)}),
        ([92, 93, 94, 95, 96, 98], 1, {"line": (1.0, 1.25), "geometric": (0.01053, 0.0133)}),
        ([72, 72, 72, 72, 72, 85], 1, dict.fromkeys(FAMILIES)),
    ],
)
def test_published_vectors(values, step, expected):
    row = one(values, step)
    for family, slopes in expected.items():
        assert row[f"{family}_fits"] == (slopes is not None)
        if slopes:
            for end, slope in zip(("low", "high"), slopes, strict=True):
                digits = len(str(slope).partition(".")[2])
                assert round(row[f"{family}_{end}"], digits) == slope
        else:
            assert np.isnan(row[f"{family}_low"]) and np.isnan(row[f"{family}_high"])


@pytest.mark.parametrize(
    ("cells", "indicators", "note"),
    [
        (RISE, SHARE, ""),
        (RISE, None, "no ceiling"),
        ([("none", np.nan, np.nan)], SHARE, "no values"),
        (RISE[:4], SHARE, "fewer than 5 printed values"),
        ([*RISE[:4], ("ge", 90, np.inf)], SHARE, "fewer than 5 printed values"),
        ([*RISE[:4], ("range", 80, 85)], SHARE, ""),
        ([0, 2, 4, 6, 8], SHARE, "base is zero"),
        ([4, 2, 1, 1, 0], SHARE, ""),
        ([100, 99, 98, 97, 96], SHARE, "base is at the ceiling"),
        ([96, 97, 98, 99, 100], SHARE, ""),
        ([90, 94, 97, 99, 104], SHARE, "a value outside the indicator's bounds"),
    ],
)
def test_a_note_says_all_that_holds_and_nothing_else(cells, indicators, note):
    row = one(cells, indicators=indicators)
    assert row["note"] == note
    assert row["n"] == sum(not isinstance(cell, tuple) or cell[0] != "none" for cell in cells)


def test_years_that_repeat_are_no_years():
    with pytest.raises(DataError):
        slopes([0, 1, 1], [1, 2, 3], [1, 2, 3])


def test_no_curve_of_rates_passes_below_zero():
    """A closed range below zero has no logarithm: it is outside, not a point."""
    row = one([("range", -3, -2)] * 5, indicators=None, require=0)
    assert not row["geometric_fits"] and row["line_fits"]


def test_codes_name_every_family_that_fits():
    assert one(RISE, indicators=None)["shape"] == "CONSTANT_INCREMENT"
    assert one([60, 63.6, 67.4, 71.5, 75.7, 80.3], 0.1, indicators=None)["shape"] == "CONSTANT_RATE"
    both = one([92, 93, 94, 95, 96, 98], indicators=None)["shape"]
    assert both == "CONSTANT_INCREMENT CONSTANT_RATE SHAPE_NOT_IDENTIFIED"
    assert one([72, 72, 72, 72, 72, 85])["shape"] == "SHAPE_NOT_IDENTIFIED"
    gap = [100 - 40 * 0.7**k for k in range(6)]
    assert one(np.round(gap, 2), 0.01)["shape"] == "CONSTANT_GAP_CLOSURE"
    odds = [100 / (1 + np.exp(1.5 - 0.7 * k)) for k in range(6)]
    assert one(np.round(odds, 2), 0.01)["shape"] == "LOGISTIC_LINE"
    few = [100 / (1 + np.exp(6.5 - 1.5 * k)) for k in range(6)]  # from 0.15 to 73
    assert one(np.round(few, 2), 0.01)["shape"] == "LOGISTIC_LINE"
    assert one(100 - np.round(few, 2)[::-1], 0.01)["shape"] == "LOGISTIC_LINE"
    assert one([round(0.1 * 1.9**k, 3) for k in range(6)], 0.001)["shape"] == "CONSTANT_RATE"
    assert one([round(100 - 0.9 * 0.6**k, 3) for k in range(6)], 0.001)["shape"] == "CONSTANT_GAP_CLOSURE"


def feasible(t, low, high, low_open, high_open, slope=0, steepest=None):
    """Whether a line passes, by HiGHS, clearing open ends by a positive slack; `slope` ±1 optimises it."""
    rows, bounds = [], []
    for k in np.flatnonzero(~np.isnan(low)):
        if np.isfinite(low[k]):
            rows.append([-1, -t[k], float(low_open[k])])
            bounds.append(-low[k])
        if np.isfinite(high[k]):
            rows.append([1, t[k], float(high_open[k])])
            bounds.append(high[k])
    if not rows:
        return True, -slope * np.inf
    if slope:
        rows = [[*row[:2], 0] for row in rows]
    result = linprog(
        [0, slope, 0 if slope else -1],
        A_ub=rows,
        b_ub=bounds,
        bounds=[(None, None), (None, steepest), (0, 1)],
        method="highs",
    )
    if result.status == 3:
        return True, -slope * np.inf
    return result.status == 0 and (slope or result.x[2] > 1e-6), result.x[1] if result.status == 0 else np.nan


def random_boxes(count, seed):
    """Paths on a lattice, so that boxes often just touch; cells missing, one-sided, with open ends."""
    rng = np.random.default_rng(seed)
    t = np.arange(6.0)
    wave = rng.choice([0.0, 0.7, 1.5], (count, 1)) * rng.standard_normal((count, 6))
    value = np.round(rng.uniform(-3, 3, (count, 1)) * t + rng.uniform(40, 80, (count, 1)) + wave)
    low, high = value - 0.5, value + 0.5
    kind = rng.choice(6, (count, 6), p=[0.6, 0.1, 0.1, 0.05, 0.05, 0.1])
    low, high = np.where(kind == 1, value, low), np.where(kind == 1, np.inf, high)
    low, high = np.where(kind == 2, -np.inf, low), np.where(kind == 2, value, high)
    low, high = np.where(kind == 3, value, low), np.where(kind == 3, value, high)
    low, high = np.where(kind == 5, np.nan, low), np.where(kind == 5, np.nan, high)
    low_open = (rng.random((count, 6)) < 0.3) & (kind != 3)
    high_open = (rng.random((count, 6)) < 0.3) & (kind != 3)
    return t, low, high, low_open, high_open


def test_closed_form_agrees_with_linear_programming():
    t, *boxes = random_boxes(2000, seed=1)
    closed = slopes(t, *boxes)
    solver = np.array([feasible(t, *row)[0] for row in zip(*boxes, strict=True)])
    np.testing.assert_array_equal(closed.fits, solver)
    assert 400 < closed.fits.sum() < 1600
    # the cases that only exactness at the ends decides are really among them
    touching = np.isclose(closed.low, closed.high)
    assert (touching & closed.fits).sum() > 10 and (touching & ~closed.fits).sum() > 10


def test_slope_interval_agrees_with_linear_programming():
    t, *boxes = random_boxes(200, seed=2)
    closed = slopes(t, *boxes)
    for k in np.flatnonzero(closed.fits):
        row = [box[k] for box in boxes]
        ends = [feasible(t, *row, slope=1)[1], feasible(t, *row, slope=-1)[1]]
        np.testing.assert_allclose([closed.low[k], closed.high[k]], ends, atol=1e-6)


def test_every_family_agrees_with_linear_programming_on_its_own_scale():
    rng = np.random.default_rng(3)
    years = np.arange(6)
    start, rate = rng.uniform(20, 70, 120), rng.uniform(-0.1, 0.3, 120)
    curves = [
        start[:, None] + 4 * rate[:, None] * years,
        start[:, None] * np.exp(0.2 * rate[:, None] * years),
        100 - (100 - start[:, None]) * np.exp(-rate[:, None] * years),
        100 / (1 + (100 / start[:, None] - 1) * np.exp(-rate[:, None] * years)),
    ]
    values = np.round(np.vstack([curve[k::4] for k, curve in enumerate(curves)]))
    values += rng.choice([0, 0, 0, 1], values.shape)
    frame = pd.concat([targets(list(row), variant=str(k)) for k, row in enumerate(values)])
    result = families(frame, SHARE)
    low, high = np.clip(values - 0.5, 0, 100), np.clip(values + 0.5, 0, 100)
    # a value printed v was drawn in [v − 1/2, v + 1/2); the gap 100 − y turns the ends round
    shut, cut = np.zeros(6, dtype=bool), np.ones(6, dtype=bool)
    with np.errstate(divide="ignore"):
        scales = {
            "line": (low, high, shut, cut),
            "geometric": (np.log(low), np.log(high), shut, cut),
            "gap_closure": (np.log(100 - high), np.log(100 - low), cut, shut),
            "logistic": (np.log(low / (100 - low)), np.log(high / (100 - high)), shut, cut),
        }
    touching = 0
    for family, (lower, upper, low_open, high_open) in scales.items():
        for k in range(len(values)):
            steepest = 0 if family == "gap_closure" else None
            fits = feasible(years, lower[k], upper[k], low_open, high_open, steepest=steepest)[0]
            assert result[f"{family}_fits"][k] == fits, (family, values[k])
            touching += family == "line" and not fits and feasible(years, lower[k], upper[k], shut, shut)[0]
        assert 0 < result[f"{family}_fits"].sum() < len(values)
    assert touching > 0  # lines that only closed boxes would let pass


def test_a_line_that_only_closed_boxes_let_pass_does_not_pass():
    row = one([57, 57, 57, 57, 58, 57], indicators=None)  # through 57.5 in all years: below it or at it
    assert not row["line_fits"]
    closed = slopes(
        range(6), np.array([57, 57, 57, 57, 58, 57]) - 0.5, np.array([57, 57, 57, 57, 58, 57]) + 0.5
    )
    assert closed.fits and closed.low == closed.high == 0
    # bounds are closed where they say so: at least 57.5 beside at most 57.5 leaves 57.5
    held = [("ge", 57.5, np.inf), ("le", -np.inf, 57.5)] * 3
    assert one(held, indicators=None)["line_fits"]


def test_an_open_end_excludes_the_value_itself():
    between = [80.0, ("gt", 85.0, np.inf), 90.0]
    assert not one(between, step=0.0, indicators=None)["line_fits"]
    between[1] = ("ge", 85.0, np.inf)
    row = one(between, step=0.0, indicators=None)
    assert row["line_fits"] and row["line_low"] == row["line_high"] == 5
    gap_halved = [60.0, ("gt", 80.0, np.inf), 90.0]
    assert not one(gap_halved, step=0.0)["gap_closure_fits"]
    gap_halved[1] = ("ge", 80.0, np.inf)
    assert one(gap_halved, step=0.0)["gap_closure_fits"]


def test_equality_is_seen_through_decimals_that_are_not_exact_in_binary():
    # 70.05 + 5 × 0.1 = 70.55: the boxes of 0.1 allow exactly one slope, though no end is exact in binary
    values = [70.0, 70.2, 70.3, 70.4, 70.5, 70.5]
    low, high = np.array(values) - 0.05, np.array(values) + 0.05
    interval = slopes(range(6), low, high)
    exact = slopes(range(6), np.round(low * 20), np.round(high * 20))
    assert exact.low == exact.high and exact.fits
    assert interval.fits and interval.low != interval.high
    opened = slopes(range(6), low, high, np.ones(6, dtype=bool), np.ones(6, dtype=bool))
    assert not opened.fits


def test_a_slope_says_whether_it_is_attained():
    both = slopes([0, 1], [0.0, 2.0], [1.0, 3.0], low_open=[True, False])
    assert (float(both.low), float(both.high)) == (1, 3)
    assert both.low_closed and not both.high_closed


def test_missing_years_are_skipped_and_keep_their_distance():
    row = one([72, None, 78, None, 83, 85])
    full = one(RISE)
    assert (row["n"], full["n"]) == (4, 6)
    assert row["line_low"] <= full["line_low"] and row["line_high"] >= full["line_high"]
    assert row["shape"] == "SHAPE_NOT_IDENTIFIED" and "fewer than 5 printed values" in row["note"]
    assert "CONSTANT_INCREMENT" in one([72, None, 78, None, 83, 85], require=4)["shape"]


def test_degenerate_paths():
    single = one([72])
    assert single["line_fits"] and (single["line_low"], single["line_high"]) == (-np.inf, np.inf)
    assert single["logistic_fits"] and single["gap_closure_high"] == 0

    nothing = one([("none", np.nan, np.nan), ("about", np.nan, np.nan)])
    assert not any(nothing[f"{family}_fits"] for family in FAMILIES)
    assert nothing["n"] == 0 and "no values" in nothing["note"] and pd.isna(nothing["first_year"])

    bounds = one([("gt", 60.0 + k, np.inf) for k in range(6)])
    assert bounds["line_fits"] and (bounds["n"], bounds["n_values"]) == (6, 0)
    assert bounds["line_high"] == pytest.approx(8)  # from just above 60 to 100 in five years
    assert bounds["shape"] == "SHAPE_NOT_IDENTIFIED"


def test_a_base_of_zero_has_no_rate_and_a_base_at_the_ceiling_no_gap():
    grown = one([0, 2, 4, 6, 8, 10])
    assert grown["line_fits"] and not grown["geometric_fits"] and not grown["logistic_fits"]
    assert "base is zero" in grown["note"]
    doubled = one([0, 1, 2, 4, 8, 16])  # 0.5 doubled each year would be printed so, yet 0 has no rate
    assert not doubled["geometric_fits"] and np.isnan(doubled["geometric_low"])
    full = one([100] * 6)
    assert full["line_fits"] and full["geometric_fits"]
    assert not full["gap_closure_fits"] and not full["logistic_fits"]
    assert "base is at the ceiling" in full["note"]


def test_a_box_that_reaches_the_ceiling_or_zero_is_open_there():
    arrives = one([60, 80, 90, 95, 97, 100], 5)
    assert arrives["gap_closure_fits"]  # a value of 98.7 is printed 100 when the step is 5
    assert not one([60, 80, 90, 95, 97.5, 100], 0.0)["gap_closure_fits"]
    assert one([16, 8, 4, 2, 1, 0], 1)["geometric_fits"]
    assert not one([16, 8, 4, 2, 1, 0], 0.0)["geometric_fits"]


def test_values_below_zero_are_on_no_geometric_curve():
    row = one([-1, 2, 4, 8, 16, 32], indicators=None)
    assert not row["geometric_fits"]
    assert one([None, 2, 4, 8, 16, 32], indicators=None)["geometric_fits"]


def test_logical_bounds_cut_the_boxes():
    climbing = [60.0, 70.0, 80.0, ("gt", 85.0, np.inf), ("gt", 85.0, np.inf), ("gt", 85.0, np.inf)]
    assert one(climbing, indicators=None)["line_fits"]
    assert not one(climbing)["line_fits"]  # the line would be at 110% in the end
    ceiling_itself = [80.0, 90.0, ("gt", 85.0, np.inf)]
    assert one(ceiling_itself, step=0.0)["line_fits"]  # at 100, which no open end excludes
    beyond = one([90, 94, 98, 102, 106, 110])
    assert not beyond["line_fits"] and "outside the indicator's bounds" in beyond["note"]


def test_without_a_ceiling_two_families_do_not_apply():
    row = one(RISE, indicators=None)
    assert not row["gap_closure_fits"] and not row["logistic_fits"] and "no ceiling" in row["note"]


def test_a_gap_that_widens_is_not_closing():
    row = one([60, 55, 50, 45, 39, 33])
    assert not row["gap_closure_fits"]
    assert one([60, 60, 60, 60, 60, 60])["gap_closure_high"] == 0


def test_one_row_per_path_in_order_of_appearance():
    frame = pd.concat([targets(RISE, variant="b"), targets([60, 63], variant="a", first=2020)]).sample(
        frac=1, random_state=0
    )
    frame = frame.sort_values("variant", ascending=False)
    result = families(frame, SHARE)
    assert result["variant"].tolist() == ["b", "a"]
    assert result["first_year"].tolist() == [2022, 2020] and result["last_year"].tolist() == [2027, 2021]
    alone = families(frame[frame["variant"] == "b"], SHARE)
    pd.testing.assert_frame_equal(result.iloc[:1], alone)


def test_missing_key_parts_keep_paths_apart():
    frame = pd.concat([targets(RISE, variant=None), targets(RISE, variant="b")])
    assert len(families(frame)) == 2


boxes = st.lists(
    st.tuples(st.integers(-40, 40), st.integers(0, 4), st.booleans(), st.booleans()), min_size=2, max_size=7
)


@given(boxes, st.integers(1, 5), st.integers(0, 6))
def test_widening_a_box_never_loses_a_line(cells, extra, which):
    middle, half, low_open, high_open = (np.array(c) for c in zip(*cells, strict=True))
    low, high = (middle - half).astype(float), (middle + half).astype(float)
    before = slopes(range(len(cells)), low, high, low_open, high_open)
    k = which % len(cells)
    low[k], high[k] = low[k] - extra, high[k] + extra
    after = slopes(range(len(cells)), low, high, low_open, high_open)
    assert after.fits or not before.fits
    assert np.isnan(before.low) or (after.low <= before.low and after.high >= before.high)


@given(boxes, st.sampled_from([0.01, 0.1, 10_000.0]), st.floats(-50, 50))
def test_unit_and_level_change_no_answer(cells, unit, shift):
    middle, half, low_open, high_open = (np.array(c) for c in zip(*cells, strict=True))
    t = np.arange(len(cells))
    before = slopes(t, middle - half, middle + half, low_open, high_open)
    after = slopes(t, unit * (middle - half), unit * (middle + half), low_open, high_open)
    moved = slopes(t, middle - half + shift, middle + half + shift, low_open, high_open)
    mirrored = slopes(t, -(middle + half), -(middle - half), high_open, low_open)
    assert before.fits == after.fits == moved.fits == mirrored.fits
    ends = [unit * before.low, unit * before.high]
    np.testing.assert_allclose([after.low, after.high], ends, atol=1e-9 * unit)
    np.testing.assert_allclose([mirrored.low, mirrored.high], [-before.high, -before.low])


def test_errors_say_what_to_do():
    good = targets(RISE)
    with pytest.raises(DataError, match="lack the columns step"):
        families(good.drop(columns="step"))
    with pytest.raises(DataError, match="no rows"):
        families(good.iloc[:0])
    with pytest.raises(DataError, match="more than once") as twice:
        families(pd.concat([good, good.iloc[:1]]))
    assert len(twice.value.rows) == 2
    with pytest.raises(DataError, match="relation '≥'"):
        families(good.assign(relation="≥"))
    with pytest.raises(DataError, match="lack value or step"):
        families(good.assign(step=np.nan))
    with pytest.raises(DataError, match="has no year"):
        families(good.assign(year=np.nan))
    with pytest.raises(DataError, match="'share' is not in indicators"):
        families(good, SHARE.assign(id="other"))
    with pytest.raises(DataError, match="indicators lack the columns upper"):
        families(good, SHARE.drop(columns="upper"))
    with pytest.raises(DataError, match="ascending years"):
        slopes([2, 1], [0, 0], [1, 1])


def test_grid_accepts_nullable_and_text_columns():
    frame = targets([72, ("gt", 85.0, np.inf)]).convert_dtypes()
    boxes = grid(frame.assign(place=frame["place"].astype("category")))
    np.testing.assert_array_equal(boxes.low, [[71.5, 85]])
    np.testing.assert_array_equal(boxes.box.low_open, [[False, True]])


# ---------------------------------------------------------------- fit

# NIST StRD, https://www.itl.nist.gov/div898/strd/ (Norris, Ratkowsky2, DanielWood): data and certified values
NORRIS_X = """0.2 337.4 118.2 884.6 10.1 226.5 666.3 996.3 448.6 777.0 558.2 0.4 0.6 775.5 666.9 338.0 447.5
    11.6 556.0 228.1 995.8 887.6 120.2 0.3 0.3 556.8 339.1 887.2 999.0 779.0 11.1 118.3 229.2 669.1 448.9
    0.5"""
NORRIS_Y = """0.1 338.8 118.1 888.0 9.2 228.1 668.5 998.5 449.1 778.9 559.2 0.3 0.1 778.1 668.8 339.3 448.9
    10.8 557.7 228.3 998.0 888.8 119.6 0.3 0.6 557.6 339.3 888.0 998.5 778.9 10.2 117.6 228.9 668.4 449.2
    0.2"""
RATKOWSKY2 = (
    [9, 14, 21, 28, 42, 57, 63, 70, 79],
    [8.93, 10.80, 18.59, 22.33, 39.35, 56.11, 61.73, 64.62, 67.08],
)
DANIEL_WOOD = [1.309, 1.471, 1.490, 1.565, 1.611, 1.680], [2.138, 3.421, 3.597, 4.340, 4.882, 5.660]
# Loblolly pine of seed source 329 (Kung 1986, in R's datasets), the example of R's asymptotic model SSasymp
LOBLOLLY = [3, 5, 10, 15, 20, 25], [3.93, 9.34, 26.08, 37.79, 48.31, 56.43]


def test_norris_to_nine_digits():
    line = fit([float(x) for x in NORRIS_X.split()], [float(y) for y in NORRIS_Y.split()], "linear")
    assert line.dof == 34
    np.testing.assert_allclose(line.params["estimate"], [-0.262323073774029, 1.00211681802045], rtol=1e-9)
    errors = [0.232818234301152, 0.429796848199937e-03]
    np.testing.assert_allclose(line.params["std_error"], errors, rtol=1e-9)
    np.testing.assert_allclose(line.sse, 26.6173985294224, rtol=1e-9)


def test_ratkowsky2_to_eight_digits():
    curve = fit(*RATKOWSKY2, "logistic")
    assert curve.converged and curve.dof == 6
    certified = [72.462237576, 2.6180768402, 0.067359200066]
    np.testing.assert_allclose(curve.params["estimate"], certified, rtol=1e-8)
    errors = [1.7340283401, 0.088295217536, 0.0034465663377]
    np.testing.assert_allclose(curve.params["std_error"], errors, rtol=1e-8)
    np.testing.assert_allclose(curve.sse, 8.0565229338, rtol=1e-9)


def test_daniel_wood_to_eight_digits():
    # b1·x^b2 is b1·exp(b2·ln x), the geometric curve on the logarithm of x
    curve = fit(np.log(DANIEL_WOOD[0]), DANIEL_WOOD[1], "geometric")
    np.testing.assert_allclose(curve.params["estimate"], [0.76886226176, 3.8604055871], rtol=1e-8)
    np.testing.assert_allclose(curve.params["std_error"], [0.018281973860, 0.051726610913], rtol=1e-8)
    np.testing.assert_allclose(curve.sse, 0.0043173084083, rtol=1e-9)


def test_loblolly_as_r_prints_it():
    # NIST has no set of this form. R's nls(height ~ SSasymp(age, Asym, R0, lrc)) prints Asym 94.1282 with
    # standard error 8.4030, R0 −8.2508, lrc −3.2176; residual standard error 0.7493 on 3 degrees of freedom.
    curve = fit(*LOBLOLLY, "asymptotic")
    b0, b1, b2 = curve.params["estimate"]
    assert [round(b0, 4), round(b0 + b1, 4), round(np.log(b2), 4)] == [94.1282, -8.2508, -3.2176]
    assert round(curve.params.loc["b0", "std_error"], 4) == 8.4030
    assert round(np.sqrt(curve.sse / curve.dof), 4) == 0.7493 and curve.dof == 3


@pytest.mark.parametrize("curve", ["geometric", "asymptotic", "logistic"])
def test_standard_errors_agree_with_scipy_started_at_the_truth(curve):
    from scipy.optimize import curve_fit

    forms = {
        "geometric": (lambda x, a, b: a * np.exp(b * x), (40, 0.05)),
        "asymptotic": (lambda x, a, b, c: a + b * np.exp(-c * x), (90, -40, 0.3)),
        "logistic": (lambda x, a, b, c: a / (1 + np.exp(b - c * x)), (95, 1.2, 0.5)),
    }
    form, truth = forms[curve]
    x = np.arange(12.0)
    y = form(x, *truth) + np.random.default_rng(4).normal(0, 0.5, len(x))
    ours = fit(x, y, curve)
    theirs, covariance = curve_fit(form, x, y, p0=truth, xtol=1e-14, ftol=1e-14, gtol=1e-14)
    np.testing.assert_allclose(ours.params["estimate"], theirs, rtol=1e-6)
    np.testing.assert_allclose(ours.params["std_error"], np.sqrt(np.diag(covariance)), rtol=1e-4)


def test_intervals_of_a_line_are_the_published_ones():
    line = fit([1, 2, 3, 4, 5], [4, 8, 6, 11, 14], "linear")
    (row,) = line.predict(3, level=0.95).to_dict("records")
    assert [round(row["mean_low"], 4), round(row["mean_high"], 5)] == [5.9629, 11.23715]
    assert [round(row["low"], 4), round(row["high"], 5)] == [2.1403, 15.05966]
    assert list(line.predict([3, 4]).columns) == ["year", "value"]


@pytest.mark.parametrize("curve", ["linear", "geometric", "asymptotic", "logistic"])
def test_calendar_years_change_parameters_but_no_prediction(curve):
    years = np.arange(2011, 2021)
    y = np.array([52.0, 57, 60, 65.5, 68, 72, 73, 76.5, 78, 79])
    early, late = fit(years, y, curve), fit(years - 2011, y, curve)
    shifted = fit(years, y, curve, origin=2011)
    np.testing.assert_allclose(shifted.params, late.params)
    np.testing.assert_allclose(early.sse, late.sse)
    np.testing.assert_allclose(
        shifted.predict([2015, 2025], 0.9), early.predict([2015, 2025], 0.9), rtol=1e-9
    )
    np.testing.assert_allclose(
        early.predict([2015, 2025], 0.9).iloc[:, 1:], late.predict([4, 14], 0.9).iloc[:, 1:], rtol=1e-9
    )
    formula = {
        "linear": lambda x, a, b: a + b * x,
        "geometric": lambda x, a, b: a * np.exp(b * x),
        "asymptotic": lambda x, a, b, c: a + b * np.exp(-c * x),
        "logistic": lambda x, a, b, c: a / (1 + np.exp(b - c * x)),
    }[curve]
    written = formula(2025, *early.params["estimate"])
    np.testing.assert_allclose(written, early.predict(2025)["value"], rtol=1e-9)


@pytest.mark.parametrize(
    ("curve", "n"), [("linear", 2), ("geometric", 2), ("asymptotic", 3), ("logistic", 3)]
)
def test_without_degrees_of_freedom_there_is_no_interval(curve, n):
    exact = fit([0, 1, 2][:n], [20.0, 40.0, 55.0][:n], curve)
    assert exact.dof == 0 and exact.converged and "no degrees of freedom" in exact.note
    assert exact.params["std_error"].isna().all()
    row = exact.predict([0, 5], level=0.95)
    assert row[["mean_low", "mean_high", "low", "high"]].isna().all(axis=None)
    np.testing.assert_allclose(row["value"][0], 20)


@pytest.mark.parametrize(
    ("curve", "values"),
    [
        ("asymptotic", [1, 2, 3, 4, 5, 6]),  # the line is only its limit
        ("asymptotic", [0.1, 1, 1.9, 3.1, 4, 4.9]),  # and so where the scatter shows no bend
        ("asymptotic", [0, 1, 1, 1, 1, 1]),  # an instant approach is only its limit
        ("asymptotic", [1, 1, 1, 1, 1, 1]),  # any rate will do
        ("logistic", [0, 0, 0, 1, 1, 1]),  # a step
        ("logistic", [9, 20, 21, 19]),  # midpoint and rate cannot be told apart
        ("logistic", [1, 2, 4, 8, 16, 32]),  # no ceiling in sight
        ("logistic", [1, 1, 1, 1, 1, 1]),
        ("geometric", [0, 0, 0, 0, 0, 0]),
        ("geometric", [0, 0, 0, 0, 0, 1]),
    ],
)
def test_a_fit_that_does_not_converge_says_so_and_does_not_predict(curve, values):
    with pytest.warns(ConvergenceWarning, match=f"does not converge on {len(values)} observations"):
        lost = fit(range(len(values)), values, curve)
    assert not lost.converged and lost.params["std_error"].isna().all()
    with pytest.raises(FitError, match="not to be used"):
        lost.predict(7)


@given(
    st.sampled_from(["geometric", "asymptotic", "logistic"]),
    st.floats(0.05, 0.6),
    st.floats(-0.5, 2.0),
    st.sampled_from([-1.0, 1.0]),
)
def test_noise_free_curves_are_found_again(curve, rate, start, sign):
    x = np.arange(9.0)
    truth = {
        "geometric": [40.0, sign * rate],
        "asymptotic": [60.0, 30.0 * sign, rate],
        "logistic": [80.0, start, sign * rate],
    }[curve]
    y = {
        "geometric": lambda: truth[0] * np.exp(truth[1] * x),
        "asymptotic": lambda: truth[0] + truth[1] * np.exp(-truth[2] * x),
        "logistic": lambda: truth[0] / (1 + np.exp(truth[1] - truth[2] * x)),
    }[curve]()
    found = fit(x, y, curve)
    assert found.converged
    np.testing.assert_allclose(found.params["estimate"], truth, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("level", [-0.1, 0, 1, 1.5])
def test_a_level_lies_between_0_and_1(level):
    line = fit([1, 2, 3, 4], [1, 2, 4, 5], "linear")
    with pytest.raises(FitError, match="level is"):
        line.predict(4, level=level)
    with pytest.raises(FitError, match="level is"):
        observed([1, 2, 3, 4], [1, 2, 4, 5], 6, level=level)
    assert line.predict(4, level=0.001)["high"][0] < line.predict(4, level=0.999)["high"][0]


def test_what_is_left_out_is_what_is_documented():
    """The origin 0, five values for a shape, a coverage of 95%, the direction that is seen."""
    years, values = [2011, 2012, 2013, 2015], [2.0, 3.5, 4.0, 7.0]
    line = fit(years, values, "linear")
    pd.testing.assert_frame_equal(line.params, fit(years, values, "linear", origin=0).params)
    assert line.params.loc["b0", "estimate"] == pytest.approx(
        np.polyval(np.polyfit(years, values, 1), 0), rel=1e-6
    )
    told = observed(years, values, 2020)
    pd.testing.assert_frame_equal(told, observed(years, values, 2020, level=0.95, rising=True))
    assert told["high"][0] > observed(years, values, 2020, level=0.94)["high"][0]
    down = observed(years, values[::-1], 2020)
    pd.testing.assert_frame_equal(down, observed(years, values[::-1], 2020, rising=False))
    assert down["p"][0] == told["p"][0] < 0.5 < observed(years, values, 2020, rising=False)["p"][0]
    for cells in (RISE[:4], RISE[:5]):
        assert one(cells)["shape"] == one(cells, require=5)["shape"]
    assert one(RISE[:5])["shape"] != one(RISE[:5], require=6)["shape"]


def test_rates_to_start_from_lie_evenly_on_both_sides():
    np.testing.assert_allclose(_rates(0.5, 8, 5), [-0.5, -1, -2, -4, -8, 0.5, 1, 2, 4, 8])


def _told_apart(*, removable=0.0, left=1.0, length=(1.0, 1.0), angle=None, q=(0.5, 0.5), dof=2, size=1.0):
    """Whether a fit has settled: two columns of a Jacobian, and residuals that they can and cannot remove."""
    slope = np.zeros((4, 2))
    slope[0, 0], slope[1, 1] = length
    if angle is not None:
        slope[:2, 1] = np.sqrt(1 - angle**2), angle
    return _settled(slope, np.array(q), np.array([removable, 0, left, 0]), np.array([size, 0, 0, 0]), dof)


@pytest.mark.parametrize(
    ("case", "settled"),
    [
        ({}, True),
        # What the parameters could still remove is under a millionth of what they cannot, each per degree of freedom.
        ({"removable": 0.95e-6}, True),
        ({"removable": 1.05e-6}, False),
        ({"removable": 1.3e-6, "dof": 1}, True),
        ({"removable": 0.95e-6, "dof": 0}, False),
        ({"removable": 0.95e-10, "left": 0.0, "dof": 0}, True),
        ({"removable": 1.05e-10, "left": 0.0, "dof": 0}, False),
        # Two columns at a small angle have a condition of 2 over it.
        ({"angle": 2 / 0.95e6}, True),
        ({"angle": 2 / 1.05e6}, False),
        # A parameter that moves nothing does not matter.
        ({"length": (1.0, 1.05e-8)}, True),
        ({"length": (1.0, 0.95e-8)}, False),
        ({"length": (1.0, 0.55e-8), "q": (0.5, -2.0)}, True),
        ({"length": (1.0, 0.45e-8), "q": (0.5, -2.0)}, False),
        ({"length": (np.inf, 1.0)}, False),
    ],
)
def test_when_a_fit_has_settled(case, settled):
    assert _told_apart(**case) is settled


def test_missing_observations_are_left_out():
    gaps = fit([1, 2, 3, 4], [2.0, np.nan, 6.0, 8.1], "linear")
    pd.testing.assert_frame_equal(gaps.params, fit([1, 3, 4], [2.0, 6.0, 8.1], "linear").params)


def test_what_cannot_be_fitted_is_an_error():
    with pytest.raises(FitError, match="no curve 'cubic'; choose one of linear"):
        fit([1, 2], [1, 2], "cubic")
    with pytest.raises(FitError, match="3 parameters but there are only 2 different years"):
        fit([1, 1, 2], [1, 2, 3], "logistic")
    with pytest.raises(FitError, match="one length"):
        fit([1, 2, 3], [1, 2], "linear")
    with pytest.raises(FitError, match="finite"):
        fit([1, 2, 3], [1, 2, np.inf], "linear")
    with pytest.raises(FitError, match="origin=2015"):
        fit(range(2015, 2021), 3.0 ** np.arange(6) + 0.1, "geometric")
    with pytest.raises(FitError, match="level is 95"):
        fit([1, 2, 3], [1, 2, 4], "linear").predict(4, level=95)


# ---------------------------------------------------------------- observed

SERIES = [1.26, 1.27, 1.12, 1.16, 1.03]
tenths = st.integers(-999, 999).map(lambda k: k / 10)
series = st.lists(tenths, min_size=3, max_size=9)


def seen(values, at=7, years=None, **options):
    (row,) = observed(range(1, len(values) + 1) if years is None else years, values, at, **options).to_dict(
        "records"
    )
    return row


def test_observed_published():
    row = seen(SERIES)
    assert row["slope"] == pytest.approx(-0.05625, abs=1e-12)
    assert (row["n"], row["tau"] * 10, round(row["p"], 5)) == (5, pytest.approx(-6), 0.11667)
    line = seen([4, 8, 6, 11, 14], 3)
    assert [line["year"], line["value"]] == pytest.approx([3, 8.6])
    assert [line["low"], line["high"]] == pytest.approx([2.1403, 15.05966], abs=6e-5)


@given(st.permutations(range(7)), st.booleans())
def test_kendalls_p_is_the_share_of_arrangements_at_least_as_extreme(values, rising):
    def s_of(order):
        return sum(np.sign(b - a) for i, a in enumerate(order) for b in order[i + 1 :])

    side = 1 if rising else -1
    counts = _arrangements(len(values))
    extreme = sum(n for s, n in counts.items() if side * s >= side * s_of(values))
    assert seen(values, rising=rising)["p"] == pytest.approx(extreme / sum(counts.values()), rel=1e-9)


def _arrangements(n):
    """How many arrangements of n different values have each S, by adding one value at a time."""
    counts = {0: 1}
    for k in range(1, n):
        larger = {}
        for s, count in counts.items():
            for step in range(-k, k + 1, 2):
                larger[s + step] = larger.get(s + step, 0) + count
        counts = larger
    return counts


@given(series, tenths, st.sampled_from([-2.0, 0.25, 8.0]))
def test_observed_follows_unit_added_slope_and_mirror(y, add, factor):
    x = np.arange(1, len(y) + 1)
    row, moved = seen(y), seen(factor * (np.array(y) + add * x))
    assert moved["slope"] == pytest.approx(factor * (row["slope"] + add), abs=1e-9)
    assert moved["value"] == pytest.approx(factor * (row["value"] + add * 7), abs=1e-7)
    ends = sorted(factor * (row[end] + add * 7) for end in ("low", "high"))
    assert [moved["low"], moved["high"]] == pytest.approx(ends, rel=1e-7, abs=1e-7)
    mirrored = seen([-v for v in y], rising=False)
    np.testing.assert_allclose(mirrored["p"], seen(y, rising=True)["p"])


@given(
    st.lists(st.tuples(st.integers(0, 40), tenths), min_size=3, max_size=9, unique_by=lambda p: p[0]),
    st.randoms(),
)
def test_observed_does_not_mind_the_order(points, random):
    one_way, other = (
        seen([y for _, y in pairs], years=[x for x, _ in pairs])
        for pairs in (points, random.sample(points, len(points)))
    )
    for name in ("slope", "slope_low", "slope_high", "tau", "p", "value", "low", "high"):
        np.testing.assert_allclose(one_way[name], other[name], rtol=1e-6, atol=1e-6)


def test_a_plan_at_twice_the_true_pace_is_flagged_three_times_in_ten():
    """methods.md: n = 5, noise of one yearly step, a five-year horizon."""
    from scipy.stats import nct, t

    row = seen([0, 0, 0, 0, 1], 10)
    residual_sd = np.sqrt(fit(range(1, 6), [0, 0, 0, 0, 1], "linear").sse / 3)
    reach = (row["high"] - row["value"]) / residual_sd
    spread = np.sqrt((reach / t.ppf(0.975, 3)) ** 2 - 1)
    assert nct.sf(reach / spread, 3, 5 / spread) == pytest.approx(0.30, abs=0.015)


def test_observed_says_what_is_wrong():
    with pytest.raises(FitError, match="only 2 different years"):
        observed([2020, 2021], [3, 4], 2025)
    with pytest.raises(FitError, match="one length"):
        observed([2020, 2021, 2022], [3, 4], 2025)
    with pytest.raises(FitError, match="finite"):
        observed([2020, 2021, 2022], [3, 4, np.inf], 2025)
    with pytest.raises(FitError, match="level is 95"):
        observed([2020, 2021, 2022], [3, 4, 6], 2025, level=95)
    assert np.isnan(seen([5, 5, 5])["p"]) and seen([5, 5, 5])["slope"] == 0
