"""Boxes as the sets of numbers that they stand for: everything is held against membership, point by point."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from qiyou.errors import DataError
from qiyou.intervals import (
    COLUMNS,
    READINGS,
    Box,
    above,
    apart,
    box,
    boxed,
    by_role,
    disjoint,
    outward,
    same,
)
from qiyou.notation import read

QUARTERS = np.arange(-12, 25) / 4
"""Enough points to tell sets whose ends are whole numbers from -1 to 4 apart."""
ENDS = [
    (low, high, low_open, high_open)
    for low, high in product([-np.inf, 0.0, 1.0, 2.0], [0.0, 1.0, 2.0, np.inf])
    for low_open, high_open in product([False, True], repeat=2)
    if low < high or (low == high and not (low_open or high_open))
]


def boxes(ends) -> Box:
    low, high, low_open, high_open = (np.array(one) for one in zip(*ends, strict=True))
    point = np.where(low == high, low, np.nan)
    return Box(low, high, low_open.astype(bool), high_open.astype(bool), point, low == high)


def members(one: Box, values=QUARTERS) -> np.ndarray:
    """Which values lie in each box, shape (n, values)."""
    low, high = one.low[:, None], one.high[:, None]
    return np.where(one.low_open[:, None], values > low, values >= low) & np.where(
        one.high_open[:, None], values < high, values <= high
    )


def rows(*prints: str) -> pd.DataFrame:
    return pd.DataFrame([{name: getattr(read(one), name) for name in COLUMNS} for one in prints])


@pytest.fixture(scope="module")
def pairs() -> tuple[Box, Box]:
    first, second = zip(*product(ENDS, repeat=2), strict=True)
    return boxes(first), boxes(second)


# ------------------------------------------------------------------------------------------ what a print says

INF = np.inf


@pytest.mark.parametrize(
    ("printed", "reading", "expected"),
    [
        ("4", "stipulated", (4, 4, False, False)),
        ("4", "measured", (3.5, 4.5, False, True)),
        ("4", "drawn", (3.5, 4.5, False, True)),
        ("0.50", "measured", (0.495, 0.505, False, True)),
        *((("约4", reading, (3, 5, False, False))) for reading in READINGS),
        *((("1—2", reading, (1, 2, False, False))) for reading in READINGS),
        *((("≥85", reading, (85, INF, False, True))) for reading in READINGS),
        *(((">85", reading, (85, INF, True, True))) for reading in READINGS),
        *((("≤85", reading, (-INF, 85, True, False))) for reading in READINGS),
        *((("<85", reading, (-INF, 85, True, True))) for reading in READINGS),
    ],
)
def test_what_a_print_stands_for(printed, reading, expected):
    one = box(rows(printed), reading)
    assert (one.low[0], one.high[0], one.low_open[0], one.high_open[0]) == pytest.approx(expected)
    assert one.known[0] and not one.empty[0]
    assert one.exact[0] == printed[0].isdigit() * ("—" not in printed)


def test_what_has_no_number_has_no_box():
    one = box(rows("", "4"), "measured")
    assert one.known.tolist() == [False, True] and one.exact.tolist() == [False, True]
    assert np.isnan([one.low[0], one.high[0]]).all() and not one.empty.any()


def test_each_row_has_its_reading_and_a_number_without_rounding_is_itself():
    one = box(rows("4", "4"), ["stipulated", "measured"])
    assert one.low.tolist() == [4, 3.5] and one.high_open.tolist() == [False, True]
    whole = box(rows("4").assign(step=0.0), "measured")
    assert (whole.low[0], whole.high[0], whole.high_open[0]) == (4, 4, False)
    assert not whole.empty[0]


def test_what_was_reached_is_measured_and_what_is_planned_stipulated():
    roles = pd.DataFrame({"role": ["baseline", "target", None]})
    assert by_role(roles).tolist() == ["measured", "stipulated", "stipulated"]


@pytest.mark.parametrize(
    ("broken", "reading", "code", "said"),
    [
        (rows("4").drop(columns=["step", "low"]), "drawn", "intervals.columns", ["low", "step"]),
        (rows("4"), "as is", "intervals.reading", None),
        (rows("4", "≥5").assign(value=np.nan), "drawn", "intervals.bare", 1),
        (rows("4", "5").assign(step=np.nan), "drawn", "intervals.bare", 2),
    ],
)
def test_what_cannot_be_read(broken, reading, code, said):
    with pytest.raises(DataError) as caught:
        box(broken, reading)
    assert caught.value.key == code
    assert said is None or said in caught.value.fields.values()


def test_a_box_travels_through_the_columns_of_a_frame():
    sent = box(rows("4", "≥85", ""), "measured")
    got = boxed(pd.DataFrame(sent.columns("seen")), "seen")
    for part, values in vars(sent).items():
        assert np.array_equal(getattr(got, part), values, equal_nan=values.dtype == float), part
    blank = boxed(pd.DataFrame(sent.columns("seen")).reindex([0, 7]).add_suffix("_a"), "seen", "_a")
    assert blank.known.tolist() == blank.exact.tolist() == [True, False] and not blank.high_open[1]


# ------------------------------------------------------------------------------------------ sets and their ends


def test_apart_and_disjoint_are_what_every_pair_of_members_says(pairs):
    first, second = pairs
    ours, theirs = members(first), members(second)
    lowest = np.where(ours, QUARTERS, np.inf).min(axis=1)
    highest = np.where(theirs, QUARTERS, -np.inf).max(axis=1)
    assert (apart(first, second) == (lowest > highest)).all()
    assert (disjoint(first, second) == ~(ours & theirs).any(axis=1)).all()


def test_a_missing_set_is_neither_apart_nor_disjoint():
    nothing, one = box(rows(""), "measured"), box(rows("4"), "measured")
    for pair in ((nothing, one), (one, nothing), (nothing, nothing)):
        assert not apart(*pair).any() and not disjoint(*pair).any()


@pytest.mark.parametrize("limits", [(0.0, 1.0), (1.0, 1.0), (np.nan, 1.0), (1.0, np.nan), (-9.0, 9.0)])
def test_cutting_keeps_the_members_inside_the_limits(limits):
    whole = boxes(ENDS)
    cut = whole.within(*limits)
    inside = ~(limits[0] > QUARTERS) & ~(limits[1] < QUARTERS)
    assert (members(cut) == members(whole) & inside).all()
    assert (cut.empty == ~members(cut).any(axis=1)).all()


def test_turning_mirrors_the_members_and_twice_is_nothing():
    whole = boxes(ENDS)
    turned = whole.turned(-1.0)
    assert (members(turned) == members(whole, -QUARTERS)).all()
    assert np.array_equal(turned.point, -whole.point, equal_nan=True)
    assert (members(turned.turned(-1.0)) == members(whole)).all()
    assert (members(whole.turned(0.0)) == members(whole)).all()
    mixed = whole.turned(np.where(np.arange(len(whole)) % 2, -1.0, 1.0))
    assert (members(mixed)[::2] == members(whole)[::2]).all()
    assert (members(mixed)[1::2] == members(turned)[1::2]).all()


def test_a_difference_holds_every_difference_of_members_and_reaches_its_ends(pairs):
    first, second = pairs
    finite = np.isfinite([first.low, first.high, second.low, second.high]).all(axis=0)
    first, second = first[finite], second[finite]
    between = first - second
    for low, high, sign in ((between.low, between.low_open, 1), (between.high, between.high_open, -1)):
        ends = first.turned(sign), second.turned(-sign)
        assert (sign * low == ends[0].low + ends[1].low).all()
        assert (high == (ends[0].low_open | ends[1].low_open)).all()
    assert np.array_equal(between.point, first.point - second.point, equal_nan=True)
    assert (between.exact == (first.exact & second.exact)).all()
    some = members(first)[:, :, None] & members(second)[:, None, :]
    differences = np.where(some, QUARTERS[:, None] - QUARTERS, np.nan)
    assert (np.nanmin(differences, axis=(1, 2)) >= between.low).all()
    assert (np.nanmax(differences, axis=(1, 2)) <= between.high).all()


def test_dividing_and_mapping_move_every_end_and_the_point():
    one = box(rows("4", "≥8"), "measured")
    half = one.over(2.0)
    assert (half.low.tolist(), half.high.tolist(), half.point.tolist()) == ([1.75, 4], [2.25, INF], [2, 4])
    logs = one.mapped(np.log)
    assert np.exp([logs.low[0], logs.high[0], logs.point[0]]) == pytest.approx([3.5, 4.5, 4])
    assert half.high_open.tolist() == logs.high_open.tolist() == [True, True]
    # Below zero there is no logarithm, and nobody is warned.
    assert np.isnan(replace(one, low=-one.low).mapped(np.log).low).all()


def test_where_takes_the_one_or_the_other():
    first, second = box(rows("4", "5"), "measured"), box(rows("≥6", "≥7"), "measured")
    mixed = first.where(np.array([True, False]), second)
    assert mixed.low.tolist() == [3.5, 7] and mixed.exact.tolist() == [True, False] and len(mixed) == 2
    assert mixed[[1]].low.tolist() == [7]


# ------------------------------------------------------------------------------------------ binary noise


@pytest.mark.parametrize("scale", [1e-9, 1.0, -1.0, 1e9])
def test_numbers_as_close_as_binary_noise_are_one_number_and_nothing_else_is(scale):
    for share, differs in ((1e-13, False), (1e-11, True)):
        near = scale * (1 + share)
        assert same(scale, near) == same(near, scale) == (not differs)
        assert above(max(scale, near), min(scale, near)) == differs
        assert not above(min(scale, near), max(scale, near))


@pytest.mark.parametrize(
    ("first", "second", "higher", "equal"),
    [
        (INF, 5, True, False),
        (5, INF, False, False),
        (5, -INF, True, False),
        (INF, INF, False, True),
        (INF, -INF, True, False),
        (0, 0, False, True),
        (1e-300, 0, True, False),
        (np.nan, 5, False, False),
        (5, np.nan, False, False),
        (np.nan, np.nan, False, False),
    ],
)
def test_infinite_and_missing_numbers(first, second, higher, equal):
    assert above(first, second) == higher and same(first, second) == equal


@pytest.mark.parametrize("digits", [0, 1, 3])
def test_ends_are_rounded_outward_by_less_than_a_unit(digits):
    unit = 10.0**-digits
    values = np.array([-2.7182818, -0.5, 0.3251, 0.9999, 3.1415926, 12.0])
    low, high = outward(values, values, digits)
    assert ((low <= values) & (values <= high)).all()
    assert ((values - low < unit) & (high - values < unit)).all()
    assert (np.round(low / unit) * unit == pytest.approx(low)) and (low[-1], high[-1]) == (12, 12)


def test_what_is_printed_in_full_stays_and_zero_has_no_sign():
    low, high = outward([0.1 + 0.2, -0.0], [0.1 + 0.2, -0.04], 1)
    assert (low.tolist(), high.tolist()) == ([0.3, 0], [0.3, 0])
    assert not np.signbit(low[1]) and not np.signbit(high[1])
