"""Verdicts, held against what every pair of values inside the two boxes says (qiyou.relate)."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from qiyou.intervals import COLUMNS, Box, box
from qiyou.notation import read
from qiyou.relate import REASONS, SIGN, VERDICTS, beside_plans, clean, promised, relate

PRINTS = ("3", "4", "4.0", "4.4", "5", "约4", "3—5", "4—6", "≥4", ">4", "≥5", "≤4", "<4", "≤3", "")


def rows(*prints: str) -> pd.DataFrame:
    return pd.DataFrame([{name: getattr(read(one), name) for name in COLUMNS} for one in prints])


def members(one: Box, n: int) -> np.ndarray:
    """Values of a box, its ends (or nearly) among them."""
    low, high = max(one.low[n], -20.0), min(one.high[n], 20.0)
    low, high = low + 1e-6 * one.low_open[n], high - 1e-6 * one.high_open[n]
    return np.array([low, (low + high) / 2, high])


def verdict(value: Box, asked: Box, n: int, sign: float, strict: bool) -> str:
    """By definition: from the values in the boxes, and from the printed number."""
    if not (value.known[n] and asked.known[n]):
        return ""
    ours, theirs = members(value, n)[:, None], members(asked, n)
    if np.isnan(sign):
        if value.exact[n] and asked.exact[n] and value.point[n] == asked.point[n] and not strict:
            return "met"
        return "not_met" if ours.min() > theirs.max() or theirs.min() > ours.max() else "undecidable"
    reaches = sign * ours > sign * theirs if strict else sign * ours >= sign * theirs
    goal = asked.high[n] if sign > 0 else asked.low[n]
    printed = sign * value.point[n] > sign * goal or (value.point[n] == goal and not strict)
    level = value.exact[n] and asked.exact[n] and value.point[n] == asked.point[n] and not strict
    if reaches.all() or level or (value.exact[n] and printed):
        return "met"
    return "undecidable" if reaches.any() else "not_met"


@pytest.mark.parametrize("reading", ["stipulated", "measured"])
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("sign", [1.0, -1.0, np.nan])
def test_every_verdict_is_that_of_the_values_in_the_boxes(sign, strict, reading):
    ours, theirs = zip(*product(PRINTS, repeat=2), strict=True)
    value, asked = box(rows(*ours), "measured"), box(rows(*theirs), reading)
    got = relate(value, asked, sign, strict=strict)
    expected = [verdict(value, asked, n, sign, strict) for n in range(len(ours))]
    wrong = [
        (a, b, x, y) for a, b, x, y in zip(ours, theirs, got["verdict"], expected, strict=True) if x != y
    ]
    assert not wrong
    assert {"", "not_met", "undecidable"} <= set(got["verdict"]) <= {"", *VERDICTS} and set(
        got["why"]
    ) <= set(REASONS)


@pytest.mark.parametrize(
    ("value", "asked", "verdict", "why"),
    [
        ("4", "4", "met", "equal as printed"),
        ("4.4", "4", "met", ""),
        # 5 may be 4.6; as printed it reaches 4.8.
        ("5", "4.8", "met", "as printed"),
        ("5", "5.2", "undecidable", "rounding decides"),
        ("≥4", "5", "undecidable", "a bound leaves it open"),
        ("≥5", "5", "met", ""),
        ("约4", "4", "undecidable", "a bound leaves it open"),
        ("3", "4", "not_met", ""),
        ("", "4", "", "missing"),
        ("4", "", "", "missing"),
    ],
)
def test_why(value, asked, verdict, why):
    got = relate(box(rows(value), "measured"), box(rows(asked), "stipulated"), 1.0)
    assert got[["verdict", "why"]].values.tolist() == [[verdict, why]]


def test_a_gap_is_turned_so_that_more_is_better_and_holds_its_limits():
    value, asked = box(rows("4.4", "4.4", "≥4", "4.4", ""), "measured"), box(rows(*"44444"), "stipulated")
    got = relate(value, asked, np.array([1, -1, 1, np.nan, 1]))
    assert got["gap"].tolist()[:2] == [0.4, -0.4] and got["gap"][2:].isna().all()
    assert got["gap_low"].tolist()[:3] == [0.35, -0.45, 0] and got["gap_low"][3:].isna().all()
    assert got["gap_high"].tolist()[:3] == [0.45, -0.35, np.inf] and got["gap_high"][3:].isna().all()


def test_a_difference_of_nothing_has_no_sign_and_no_binary_noise():
    found = clean([-0.0, -1e-12, 0.1 + 0.2 - 0.3, 5.5 - 5.4])
    assert found.tolist() == [0, 0, 0, 0.1] and not np.signbit(found).any()


def test_a_review_is_passed_or_not_and_has_no_gap():
    value, asked = box(rows("100", "100", "0"), "stipulated"), box(rows("100", "0", "100"), "stipulated")
    got = relate(value, asked, np.nan)
    assert got["verdict"].tolist() == ["met", "not_met", "not_met"]
    assert got[["gap", "gap_low", "gap_high"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("printed", "direction", "least", "strict"),
    [
        ("85", "up", 85, False),
        ("≥85", "up", 85, False),
        (">85", "up", 85, True),
        ("111—112", "up", 111, False),
        ("111—112", "down", 112, False),
        ("≤3", "down", 3, False),
        ("<3", "at_most", 3, True),
        (">3", "at_least", 3, True),
        # A bound against the direction and an approximate number name no weakest value.
        ("≥3", "down", None, False),
        ("≤85", "up", None, False),
        ("<85", "up", None, False),
        ("约85", "up", None, False),
    ],
)
def test_what_a_target_promises_at_least(printed, direction, least, strict):
    target = box(rows(printed), "stipulated")
    asked, hard = promised(target, SIGN[direction])
    assert hard.tolist() == [strict]
    if least is None:
        for part, values in vars(asked).items():
            assert np.array_equal(values, getattr(target, part), equal_nan=values.dtype == float)
    else:
        assert (asked.low[0], asked.high[0], asked.point[0], asked.exact[0]) == (least, least, least, True)
        assert not asked.low_open[0] and not asked.high_open[0]


# ------------------------------------------------------------------------------------------ beside other plans


def beside(value: str, worse: str, better: str, *, sign=1.0, strict=True, above=False) -> dict:
    ours, low, high = (box(rows(one), "stipulated") for one in (value, worse, better))
    got = beside_plans(ours, low, high, sign, strict=np.array([strict]), above=np.array([above]))
    return got.iloc[0].to_dict()


@pytest.mark.parametrize(
    ("value", "word", "why"),
    [
        ("3", "below", ""),
        ("4", "level", "between the two middle values"),
        ("4.5", "level", "between the two middle values"),
        ("5", "level", "equal as printed"),
        ("5.1", "at_or_above", ""),
        ("≥4", "undecidable", "a bound leaves it open"),
        ("≤3", "below", ""),
        ("", "undecidable", "missing"),
    ],
)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_between_the_two_middle_values_a_plan_is_level(value, word, why, sign):
    """Above the better middle value it is ahead, under the worse one behind; a mirrored scale says the same."""
    value = value.translate(str.maketrans("≥≤", "≤≥")) if sign < 0 else value
    ends = ("4", "5") if sign > 0 else ("6", "5")
    if sign < 0 and value:
        mark, number = value[: value[0] in "≥≤"], float(value.lstrip("≥≤"))
        value = f"{mark}{10 - number:g}"
    got = beside(value, *ends, sign=sign)
    assert (got["verdict"], got["why"]) == (word, why)
    assert np.isnan(got["gap"])


@pytest.mark.parametrize(
    ("value", "ends", "word"),
    [("5", ("≥5", "≥5"), "undecidable"), ("≥5", ("5", "5"), "undecidable"), ("5", ("5", "5"), "level")],
)
def test_only_two_numbers_are_level_as_printed(value, ends, word):
    assert beside(value, *ends)["verdict"] == word


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_on_the_one_number_of_the_others_a_plan_is_at_it(sign):
    """``strict`` says whether the better end itself is level; where it is not, who has its number is at or above it."""
    words = [beside(value, "5", "5", sign=sign, strict=False)["verdict"] for value in ("4", "5", "6")]
    assert words[:: int(sign)] == ["below", "at_or_above", "at_or_above"] if sign > 0 else words
    assert beside("5", "5", "5", sign=sign, strict=False)["why"] == "equal as printed"


def test_the_gap_to_one_number_and_its_limits_to_two():
    one, two = beside("4.5", "4", "4"), beside("4.5", "4", "5")
    assert (one["gap"], one["gap_low"], one["gap_high"]) == (0.5, 0.5, 0.5)
    assert (two["gap_low"], two["gap_high"]) == (-0.5, 0.5)


def test_what_is_asked_from_above_is_met_or_not():
    assert beside("5", "5", "5", strict=False, above=True)["verdict"] == "met"
    assert beside("4", "5", "5", strict=False, above=True)["verdict"] == "not_met"
    assert beside("≥4", "5", "5", strict=False, above=True)["verdict"] == "undecidable"
    # Where more than the number is asked, the number itself does not do.
    assert beside("5", "5", "5", strict=True, above=True)["verdict"] == "not_met"
    assert beside("", "5", "5", strict=False, above=True)["verdict"] == "undecidable"
