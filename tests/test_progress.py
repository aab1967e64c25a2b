"""The published progress methods: their own numbers, their symmetries, and readable refusals."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qiyou.errors import DataError
from qiyou.progress import (
    READINGS,
    agreement,
    destatis,
    eurostat,
    statcan,
    un_chart,
)

DECREASING = {
    2011: 257.93,
    2012: 252.8,
    2013: 253.78,
    2014: 243.34,
    2015: 249.22,
    2016: 244.56,
    2017: 241.05,
    2018: 241.0,
    2019: 231.41,
    2020: 238.07,
    2021: 252.54,
    2022: 248.81,
    2023: 240.37,
}
SHARE = dict(
    zip(
        range(2009, 2024),
        [11.1, 11.9, 11.6, 10.4, 9.8, 9.5, 9.8, 10.3, 10.1, 10.3, 10.3, 10.2, 12.4, 12.8, 13.1],
        strict=True,
    )
)

AHEAD = {"direction": "up", "target_year": 2027, "target": 9.0}
OPPOSITE = {"up": "down", "down": "up", "at_least": "at_most", "at_most": "at_least", 1: -1, -1: 1}
directions = st.sampled_from(list(OPPOSITE))
hundredths = st.integers(1, 100_000).map(lambda k: k / 100)
ends = st.tuples(hundredths, hundredths, hundredths, st.integers(1, 12), st.integers(0, 12))
years_and_values = st.lists(st.integers(-9999, 9999), min_size=4, max_size=9)


def until(series: dict[int, float], year: int) -> tuple[list[int], list[float]]:
    kept = [y for y in series if y <= year]
    return kept, [series[y] for y in kept]


# Statistics Canada


@pytest.mark.parametrize(
    ("direction", "base", "latest", "target", "ratio", "score", "status"),
    [
        (-1, (2015, 14.5), (2023, 10.4), (2030, 7.25), 0.9010899546976208, 2.1506954374096354, "moderate"),
        (-1, (2015, 14.5), (2023, 10.2), (2030, 7.25), 0.9525901792032172, 2.5185563910306596, "substantial"),
        (1, (2016, 77.0), (2024, 77.7), (2040, 100), 0.10336979304555655, -2.0692890833170794, "limited"),
        (
            1,
            (2015, 81.444),
            (2025, 78.398),
            (2030, 90),
            -0.5693758628116666,
            -4.872418407577371,
            "deterioration",
        ),
        (-1, (2015, 100.1), (2023, 109.7), (2030, 100), -172.79058698766454, -5, "deterioration"),
    ],
)
def test_statcan_published_with_target(direction, base, latest, target, ratio, score, status):
    result = statcan(*base, *latest, direction=direction, target_year=target[0], target=target[1])
    # 1e-11: the fifth required rate is a power near 1 less 1, so its last bits depend on the C library.
    assert (result.statistic, result.value) == ("ratio", pytest.approx(ratio, rel=1e-11))
    assert result.score == pytest.approx(score, rel=1e-11)
    assert result.status == status
    assert result.flags == (("RATIO_UNSTABLE",) if abs(ratio) > 100 else ())


@pytest.mark.parametrize(
    ("base", "latest", "growth", "score", "status"),
    [
        ((2016, 66.6), (2023, 71.4), 0.009991483690946268, 1.739752850099936, "moderate"),
        ((2015, 97.4), (2022, 99.7), 0.003339774133456208, 5, "substantial"),
    ],
)
def test_statcan_published_without_target(base, latest, growth, score, status):
    result = statcan(*base, *latest, direction="up", limit=100)
    assert (result.statistic, result.value) == ("growth", pytest.approx(growth, rel=1e-12))
    assert result.cagr == result.value
    assert result.score == pytest.approx(score, rel=1e-12)
    assert (result.status, result.target, result.cagr_target, result.flags) == (status, None, None, ())


@pytest.mark.parametrize(
    ("value", "score", "status"),
    [
        (100 * 1.02, 5, "substantial"),
        (100 * 1.015, 2.5, "substantial"),
        (100 * 1.01, 1.25, "moderate"),
        (100 * 1.005, 0, "moderate"),
        (100.0, -2.5, "limited"),
        (100 * 0.99, -3.75, "deterioration"),
        (100 * 0.98, -5, "deterioration"),
        (100 * 0.9, -5, "deterioration"),
    ],
)
def test_statcan_score_without_target_is_continuous_in_the_published_cuts(value, score, status):
    result = statcan(2022, 100, 2023, value * (1 + 1e-12), direction="up")
    assert result.score == pytest.approx(score, abs=1e-6)
    assert result.status == status


@pytest.mark.parametrize(
    ("base", "limit", "direction", "scaling"),
    [
        (50.0, 100, "up", 1 - 0.5**4.44),
        (150.0, 100, "down", 1 - 0.5**4.44),
        (100.0, 100, "up", 0.0),
        (200.0, 100, "down", 1.0),
        (300.0, 100, "down", 1.0),
        (5.0, 0, "down", 1.0),
        (-150.0, -100, "up", 1 - 0.5**4.44),
    ],
)
def test_statcan_scaling_near_a_limit(base, limit, direction, scaling):
    result = statcan(2020, base, 2023, base, direction=direction, limit=limit)
    assert result.scaling == pytest.approx(scaling, abs=1e-15)
    # Standing still is progress only where nothing more is possible.
    assert (result.score, result.status) == ((5, "substantial") if scaling == 0 else (-2.5, "limited"))
    assert result.flags == ()


def test_statcan_says_when_the_limit_is_not_what_it_was_meant_for():
    assert statcan(2020, 105, 2023, 106, direction="up", limit=100).flags == ("BASE_BEYOND_LIMIT",)
    flags = statcan(2020, 50, 2023, 60, direction="up", target_year=2025, target=70, limit=100).flags
    assert flags == ("LIMIT_IGNORED",)


def test_statcan_achieved_whatever_the_trend():
    result = statcan(2018, 90, 2023, 86, direction="at_least", target_year=2027, target=85)
    assert (result.status, result.score, result.flags) == ("achieved", 5, ("MET_AT_BASELINE",))
    assert result.value < 0
    exactly = statcan(2018, 80, 2023, 85, direction="at_least", target_year=2027, target=85)
    assert (exactly.status, exactly.flags) == ("achieved", ())


@pytest.mark.parametrize("method", [statcan, eurostat])
@pytest.mark.parametrize(("value", "ratio"), [(101.0, math.inf), (100.0, 0.0), (99.0, -math.inf)])
def test_a_target_equal_to_the_base_leaves_no_ratio(method, value, ratio):
    result = method(2020, 100, 2023, value, direction="up", target_year=2025, target=100)
    assert result.value == ratio
    assert result.flags == ("RATIO_UNSTABLE", "MET_AT_BASELINE")
    assert result.reading == ("favourable" if value >= 100 else "unfavourable")


@pytest.mark.parametrize(
    ("base", "value", "target", "step", "unstable"),
    [
        (100.1, 109.7, 100, None, True),  # published: the target is 0.1% away and the ratio is -173
        (100.1, 109.7, 100, 0.001, True),  # a fine print does not make an exploding ratio meaningful
        (100.1, 100.2, 100, None, False),  # as near, but the ratio is below ten
        (100.1, 100.2, 100, 0.1, True),  # one printed step away
        (4.3, 4.4, 4.5, 0.1, True),  # exactly two steps, 0.2000000000000002 in binary
        (4.2, 4.4, 4.5, 0.1, False),  # three steps
        (50.0, 90.0, 52.0, None, False),  # a ratio of 29, but the target is 4% away: modest, no artefact
    ],
)
def test_ratio_unstable_as_defined(base, value, target, step, unstable):
    direction = "up" if target > base else "down"
    arguments = {"direction": direction, "target_year": 2030, "target": target, "step": step}
    for method in (statcan, eurostat, un_chart):
        assert ("RATIO_UNSTABLE" in method(2015, base, 2023, value, **arguments).flags) is unstable, method


@given(ends, directions, st.booleans())
def test_growth_methods_mirror_with_the_sign_of_the_values(case, direction, with_target):
    base, value, target, elapsed, left = case
    year = 2015 + elapsed
    aim = {"target_year": year + left, "target": target} if with_target else {}
    mirrored = aim | {"target": -target} if with_target else {}
    for method in (statcan, eurostat, un_chart) if with_target else (statcan, eurostat):
        one = method(2015, base, year, value, direction=direction, **aim)
        other = method(2015, -base, year, -value, direction=OPPOSITE[direction], **mirrored)
        signed = {"projection": None, "target": None}
        assert dataclasses.replace(one, **signed) == dataclasses.replace(other, **signed)


@given(ends, directions, st.integers(-20, 20), st.sampled_from([None, 0.01]))
def test_growth_methods_ignore_the_unit(case, direction, power, step):
    base, value, target, elapsed, left = case
    factor, year = 2.0**power, 2015 + elapsed  # powers of two are exact: equality can be asked for
    for method in (statcan, eurostat, un_chart):
        results = [
            method(
                2015,
                base * f,
                year,
                value * f,
                direction=direction,
                target_year=year + left,
                target=target * f,
                step=step and step * f,
            )
            for f in (1.0, factor)
        ]
        kept = [dataclasses.replace(r, projection=None, target=None) for r in results]
        assert kept[0] == kept[1]


@given(ends, st.integers(-9, 9))
def test_growth_methods_do_not_depend_on_the_calendar(case, shift):
    base, value, target, elapsed, left = case
    for method in (statcan, eurostat, un_chart):
        one, other = (
            method(t, base, t + elapsed, value, direction=1, target_year=t + elapsed + left, target=target)
            for t in (2015, 2015 + shift)
        )
        assert one == other


@given(ends)
def test_direction_words_and_numbers_are_the_same(case):
    base, value, target, elapsed, left = case
    year = 2015 + elapsed
    for words in (("up", "at_least", 1, np.int64(1)), ("down", "at_most", -1, -1.0)):
        aim = {"target_year": year + left, "target": target}
        assert len({statcan(2015, base, year, value, direction=d, **aim) for d in words}) == 1


@given(ends, hundredths, directions)
def test_a_better_value_never_judges_worse(case, other, direction):
    base, value, target, elapsed, left = case
    year, d = 2015 + elapsed, 1 if direction in ("up", "at_least", 1) else -1
    worse, better = sorted((value, other), key=lambda v: d * v)
    aim = {"direction": direction, "target_year": year + left, "target": target}
    scores = [statcan(2015, base, year, v, **aim).score for v in (worse, better)]
    assert scores[0] <= scores[1]
    order = ["favourable", "mixed", "unfavourable"]
    for method in (eurostat, un_chart):
        results = [method(2015, base, year, v, **aim) for v in (worse, better)]
        ranks = [order.index(result.reading) for result in results]
        assert ranks[0] >= ranks[1], method


@given(ends)
def test_going_on_at_the_required_rate_is_on_track_everywhere(case):
    base, _, target, elapsed, left = case
    assume(base != target and left)
    direction = "up" if target > base else "down"
    year, by = 2015 + elapsed, 2015 + elapsed + left
    value = base * (target / base) ** (elapsed / (elapsed + left))
    for method in (statcan, eurostat, un_chart):
        result = method(2015, base, year, value, direction=direction, target_year=by, target=target)
        assert result.reading == "favourable", method


# Eurostat


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (102.0, "significant_progress"),
        (101.0 + 1e-9, "significant_progress"),
        (100.99, "moderate_progress"),
        (100.0, "moderate_progress"),
        (99.5, "moderate_movement_away"),
        (98.0, "significant_movement_away"),
    ],
)
def test_eurostat_without_target(value, status):
    result = eurostat(2022, 100, 2023, value, direction="up")
    assert (result.status, result.statistic, result.cagr_target) == (status, "growth", None)
    assert "1% a year" in result.recalled


@pytest.mark.parametrize(
    ("rate", "by_statcan", "by_eurostat"),
    [
        (0.0191, "substantial", "significant_progress"),
        (0.0189, "moderate", "moderate_progress"),
        (0.0121, "moderate", "moderate_progress"),
        (0.0119, "limited", "insufficient_progress"),
        (0.0, "limited", "insufficient_progress"),
        (-0.001, "deterioration", "movement_away"),
    ],
)
def test_cuts_with_target(rate, by_statcan, by_eurostat):
    """The required rate is 2% a year."""
    case = (2018, 50, 2023, 50 * (1 + rate) ** 5)
    aim = {"direction": "up", "target_year": 2028, "target": 50 * 1.02**10}
    canadian, european = statcan(*case, **aim), eurostat(*case, **aim)
    assert canadian.value == european.value == pytest.approx(rate / 0.02, abs=1e-9)
    assert (canadian.status, european.status) == (by_statcan, by_eurostat)
    assert european.recalled


def test_eurostat_uses_the_ratio_statistics_canada_took_over():
    case = {"direction": "down", "target_year": 2030, "target": 7.25}
    result = eurostat(2015, 14.5, 2023, 10.4, **case)
    assert result.value == statcan(2015, 14.5, 2023, 10.4, **case).value
    assert result.status == "moderate_progress"


# Destatis


@pytest.mark.parametrize(
    ("year", "symbol"),
    [
        (2016, "sun_cloud"),
        (2017, "cloud"),
        (2018, "cloud"),
        (2019, "sun_cloud"),
        (2020, "cloud"),
        (2021, "storm"),
    ],
)
def test_destatis_published_first_series(year, symbol):
    years, values = until(DECREASING, year)
    assert destatis(years, values, target_year=2030, target=200, direction="down").status == symbol


@pytest.mark.parametrize("year", range(2015, 2024))
def test_destatis_published_second_series(year):
    years, values = until(SHARE, year)
    expected = "sun" if year <= 2017 else "storm"
    assert destatis(years, values, target_year=2030, target=9.5, direction="at_most").status == expected


def test_destatis_published_details_of_2019():
    detail = destatis(*until(DECREASING, 2019), target_year=2030, target=200, direction="down")
    assert (detail.status, detail.rule, detail.points, detail.from_year) == ("sun_cloud", "target", 6, 2014)
    assert detail.slope == pytest.approx(-2.386, abs=1e-12)
    assert detail.projection == pytest.approx(205.164, abs=1e-12)
    assert detail.value == pytest.approx(0.16441, abs=5e-6)


@pytest.mark.parametrize(
    ("first", "miss", "symbol"),
    [
        (2.9, 0, "sun"),
        (2.9495, 0.0495, "sun"),
        (2.95, 0.05, "sun_cloud"),
        (3.1, 0.2, "sun_cloud"),
        (3.1005, 0.2005, "cloud"),
        (3.8999, 0.9999, "cloud"),
        (3.9, 1, "storm"),
        (4.9, 2, "storm"),
    ],
)
def test_destatis_cuts_are_exact_in_decimals(first, miss, symbol):
    """From 3.9 in 2022 two units are missing to 5.9 in 2032; the slope is (3.9 - first)/5."""
    series = range(2017, 2023), [first, 3.0, 3.0, 3.0, 3.0, 3.9]
    detail = destatis(*series, target_year=2032, target=5.9, direction="up")
    assert (detail.status, detail.value) == (symbol, miss)


@pytest.mark.parametrize(
    ("first", "last", "symbol"),
    [
        (80, 85, "sun"),
        (85, 85, "sun"),
        (90, 86, "sun_cloud"),
        (80, 84, "cloud"),
        (84, 84, "cloud"),
        (90, 84, "storm"),
    ],
)
def test_destatis_threshold_and_target_already_reached(first, last, symbol):
    years, values = range(2019, 2023), [first, 70, 99, last]
    detail = destatis(years, values, target_year=None, target=85, direction="up")
    assert (detail.status, detail.rule) == (symbol, "threshold")
    assert detail.projection is None and detail.statistic == "slope" and detail.value == detail.slope
    detail = destatis(years, values, target_year=2027, target=85, direction="up")
    if last >= 85:
        assert (detail.status, detail.rule, detail.statistic) == (symbol, "reached", "slope")
        assert detail.projection == pytest.approx(last + (last - first) / 3 * 5)
    else:
        assert detail.rule == "target"


def test_destatis_interval_target_counts_by_its_weakest_bound():
    years, values = range(2017, 2023), [20, 21, 22, 23, 24, 25]
    rising = destatis(years, values, target_year=2027, target=(30, 35), direction="up")
    assert (rising.status, rising.target, rising.value) == ("sun", 30, 0)
    assert destatis(years, values, target_year=2027, target=35, direction="up").status == "cloud"
    falling = destatis(years, values[::-1], target_year=2027, target=(10, 15), direction="down")
    assert (falling.status, falling.target) == ("sun", 15)


def test_destatis_needs_four_points_and_uses_six():
    assert destatis([2020, 2021, 2022], [1, 2, 3], target_year=2027, target=9, direction="up").status is None
    detail = destatis([2022], [3], target_year=2027, target=9, direction="up")
    assert (detail.status, detail.slope, detail.points) == (None, None, 1)
    assert destatis(*until(SHARE, 2012), target_year=2030, target=9.5, direction="down").points == 4
    long = destatis(*until(SHARE, 2023), target_year=2030, target=9.5, direction="down")
    assert (long.points, long.from_year, long.slope) == (6, 2018, pytest.approx((13.1 - 10.3) / 5))


def test_destatis_divides_by_the_years_not_by_the_points():
    years, values = [2012, 2014, 2020, 2022], [1, 2, 3, 6]
    detail = destatis(years, values, target_year=2030, target=9, direction="up")
    assert (detail.slope, detail.projection, detail.status) == (0.5, 10, "sun")


@given(years_and_values, st.integers(-9999, 9999), directions, st.sampled_from([None, 2024, 2030]))
def test_destatis_mirrors_and_ignores_unit_level_and_calendar(values, target, direction, by):
    years = range(2024 - len(values), 2024)

    def judged(factor, add, shift, flip):
        moved = [Fraction(factor) * v + add for v in values]
        detail = destatis(
            [y + shift for y in years],
            [float(v) for v in moved],
            target_year=by and by + shift,
            target=float(Fraction(factor) * target + add),
            direction=OPPOSITE[direction] if flip else direction,
        )
        return detail.status, detail.rule, detail.value if detail.statistic == "miss_share" else None

    plain = judged(1, 0, 0, False)
    assert judged("0.01", 0, 0, False) == plain
    assert judged(1000, 0, 0, False) == plain
    assert judged(1, 5000, 0, False) == plain
    assert judged(1, 0, 7, False) == plain
    assert judged(-1, 0, 0, True) == plain
    assert judged("-0.1", 0, 0, True) == plain


@given(years_and_values, directions)
def test_destatis_takes_an_easier_target_no_worse(values, direction):
    years, d = range(2024 - len(values), 2024), 1 if direction in ("up", "at_least", 1) else -1
    order = ["sun", "sun_cloud", "cloud", "storm"]
    # Only targets still ahead: reaching one changes the rule, not only the distance.
    symbols = [
        destatis(
            years, values, target_year=2030, target=values[-1] + d * distance, direction=direction
        ).status
        for distance in (1, 10, 100, 1000)
    ]
    ranks = [order.index(symbol) for symbol in symbols]
    assert ranks == sorted(ranks)


# United Nations


@pytest.mark.parametrize(
    ("value", "score"), [(100.2, -1.5), (100.4, -0.5), (101, 1.25), (101.2, 1.75), (101.8, 4)]
)
def test_statcan_scores_between_its_cuts_without_a_target(value, score):
    """Growth g in one year and no limit: 500g − 2.5 up to 0.5%, 250g − 1.25 up to 1.5%, then 500g − 5."""
    assert statcan(2020, 100, 2021, value, direction="up").score == pytest.approx(score)


def test_un_chart_published():
    result = un_chart(2015, 249.22, 2019, 231.41, target_year=2030, target=200, direction="down")
    assert round(result.value, 2) == 1.23
    assert (result.status, result.flags) == ("on_track", ())


@pytest.mark.parametrize(
    ("value", "status"),
    [(109.5, "on_track"), (109.4, "fair"), (101.0, "fair"), (100.9, "stagnation"), (99, "stagnation")],
)
def test_un_chart_cuts(value, status):
    """In the target year itself the expected value is the latest one."""
    result = un_chart(2020, 100, 2025, value, target_year=2025, target=110, direction="up")
    assert result.value == pytest.approx((value - 100) / 10)
    assert (result.status, result.projection) == (status, value)


def test_un_chart_does_not_praise_the_loss_of_a_met_target():
    lost = un_chart(2018, 90, 2023, 80, target_year=2027, target=85, direction="up")
    assert (lost.status, lost.flags) == ("stagnation", ("MET_AT_BASELINE",))
    assert lost.value > 0.95
    kept = un_chart(2018, 90, 2023, 86, target_year=2027, target=85, direction="up")
    assert (kept.status, kept.flags) == ("on_track", ("MET_AT_BASELINE",))


# Side by side


def test_agreement_reports_the_published_disagreement():
    series = until(DECREASING, 2019)
    table = agreement(*series, base_year=2015, target_year=2030, target=200, direction="down")
    by = table.set_index("method")
    assert table["method"].tolist() == ["statcan", "eurostat", "destatis", "un_chart"]
    assert by.loc[["destatis", "un_chart"], "status"].tolist() == ["sun_cloud", "on_track"]
    assert by.loc[["destatis", "un_chart"], "value"].tolist() == pytest.approx([0.16441, 1.23], abs=5e-3)
    assert by.loc["destatis", "statistic"] == "miss_share"
    assert by["applicable"].all()
    assert table["disagree"].tolist() == [True] * 4
    assert by.loc["eurostat", "recalled"] and not by.loc["statcan", "recalled"]


def test_agreement_can_agree():
    values = [50, 54, 58, 62, 66, 70]
    table = agreement(range(2017, 2023), values, target_year=2027, target=85, direction="up")
    assert table["reading"].eq("favourable").all()
    assert table["disagree"].tolist() == [False] * 4


def test_agreement_without_a_target():
    table = agreement([2015, 2022], [97.4, 99.7], direction="up", limit=100).set_index("method")
    assert table["applicable"].tolist() == [True, True, False, False]
    assert table.loc[["statcan", "eurostat"], "status"].tolist() == ["substantial", "moderate_progress"]
    assert table.loc[["statcan", "eurostat"], "statistic"].eq("growth").all()
    assert table.loc[["destatis", "un_chart"], "why_not"].str.contains("target").all()
    assert table["disagree"].tolist() == [True] * 4


def test_agreement_tells_why_a_method_is_left_out():
    table = agreement(range(2019, 2023), [0, 1, 2, 3], **AHEAD).set_index("method")
    assert table["applicable"].tolist() == [False, False, True, False]
    why_not = table.loc[["statcan", "eurostat", "un_chart"], "why_not"]
    assert why_not.str.contains("base value of 2019 is zero").all()
    assert table["disagree"].isna().all()
    short = agreement([2020, 2021], [5, 6], **AHEAD).set_index("method")
    assert "at least four" in short.loc["destatis", "why_not"]
    assert short["disagree"].notna().all()


def test_agreement_of_a_target_already_reached_shows_the_slope():
    table = agreement(range(2019, 2023), [90, 89, 88, 87], direction="up", target_year=2027, target=85)
    row = table.set_index("method").loc["destatis"]
    assert (row["statistic"], row["value"], row["status"]) == ("slope", -1, "sun_cloud")
    assert table.set_index("method").loc["statcan", "flags"] == "MET_AT_BASELINE"


def test_readings_cover_every_status():
    assert {reading for words in READINGS.values() for reading in words.values()} == {
        "favourable",
        "mixed",
        "unfavourable",
    }


# Refusals


@pytest.mark.parametrize("aim", [{"target_year": 2030}, {"target": 200}, {}])
def test_the_chart_needs_a_target_and_its_year(aim):
    with pytest.raises(DataError, match="needs a target and its target_year"):
        un_chart(
            2015, 249.22, 2019, 231.41, direction="down", **({"target": None, "target_year": None} | aim)
        )


@pytest.mark.parametrize("method", [statcan, eurostat, un_chart])
@pytest.mark.parametrize(
    ("ends", "change", "says"),
    [
        ((2015, 0, 2022, 5), {}, "base value of 2015 is zero"),
        ((2015, 4, 2015, 5), {}, "2015 does not come after the base year 2015"),
        ((2022, 4, 2015, 5), {}, "2015 does not come after the base year 2022"),
        ((2015, math.nan, 2022, 5), {}, "base_value is nan"),
        ((2015, 4, 2022, math.inf), {}, "value is inf"),
        ((2015, 4, 2022, None), {}, "value is None"),
        ((2015, pd.NA, 2022, 5), {}, "base_value is <NA>"),
        ((2015, True, 2022, 5), {}, "base_value is True"),
        ((2015.5, 4, 2022, 5), {}, "base_year is 2015.5: a whole"),
        ((2015, -4, 2022, 5), {}, "change sign, from -4 in 2015 to 5 in 2022"),
        ((2015, -1e-200, 2022, 1e-200), {}, "change sign"),
        ((2015, 4, 2022, 5), {"target": 0}, "target is zero"),
        ((2015, 4, 2022, 5), {"target": -3}, "differ in sign"),
        ((2015, 4, 2022, 5), {"target": math.nan}, "target is nan"),
        ((2015, 4, 2022, 5), {"target_year": 2021}, "target year 2021 lies before the latest year 2022"),
        ((2015, 4, 2022, 5), {"target_year": None}, "target_year"),
        ((2015, 4, 2022, 5), {"target": None}, "target"),
        ((2015, 4, 2022, 5), {"direction": "status"}, "direction is 'status'"),
        ((2015, 4, 2022, 5), {"direction": True}, "direction is True"),
        ((2015, 4, 2022, 5), {"direction": 0}, "direction is 0"),
        ((2015, 4, 2022, 5), {"direction": None}, "direction is None"),
        ((2015, 4, 2022, 5), {"step": 0}, "step is 0"),
    ],
)
def test_growth_methods_say_what_is_wrong(method, ends, change, says):
    with pytest.raises(DataError, match=says):
        method(*ends, **(AHEAD | change))


def test_a_zero_base_is_never_replaced_even_without_a_target():
    for method in (statcan, eurostat):
        with pytest.raises(DataError, match="zero"):
            method(2015, 0.0, 2022, 5, direction="up")


def test_statcan_checks_the_limit():
    with pytest.raises(DataError, match="limit is nan"):
        statcan(2015, 4, 2022, 5, direction="up", limit=math.nan)


@pytest.mark.parametrize(
    ("years", "values", "change", "says"),
    [
        ([], [], {}, "at least 1"),
        ([2019, 2021, 2020, 2022], [1, 2, 3, 4], {}, "2020 comes after 2021"),
        ([2019, 2020, 2020, 2022], [1, 2, 3, 4], {}, "2020 repeats"),
        ([2019, 2020, 2021, 2022], [1, 2, math.nan, 4], {}, "position 3"),
        ([2019, 2020, 2021, 2022], [1, 2, 3], {}, "4 years but 3 values"),
        ([2019, 2020, 2021, 2022], [1, 2, 3, 4], {"target_year": 2021}, "2021 lies before the latest"),
        ([2019, 2020, 2021, 2022], [1, 2, 3, 4], {"target": (9, 8)}, "from 9 down to 8"),
        ([2019, 2020, 2021, 2022], [1, 2, 3, 4], {"target": (7, 8, 9)}, "3 numbers"),
        ([2019, 2020, 2021, 2022], [1, 2, 3, 4], {"target": None}, "target is None"),
        ([2019, 2020, 2021, 2022], [1, 2, 3, 4], {"direction": "higher"}, "direction is 'higher'"),
    ],
)
def test_destatis_says_what_is_wrong(years, values, change, says):
    with pytest.raises(DataError, match=says):
        destatis(years, values, **(AHEAD | change))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"base_year": 2022}, "base year 2022"),
        ({"base_year": 2014}, "pass one of 2019, 2020, 2021"),
        ({"target_year": 2021}, "2021 lies before"),
        ({"target": None}, "target is missing"),
        ({"direction": "status"}, "direction is 'status'"),
        ({"step": -1}, "step is -1"),
        ({"limit": math.nan}, "limit is nan"),
    ],
)
def test_agreement_says_what_is_wrong(change, says):
    with pytest.raises(DataError, match=says):
        agreement(range(2019, 2023), [1, 2, 3, 4], **(AHEAD | change))


def test_agreement_wants_two_points():
    with pytest.raises(DataError, match="at least 2"):
        agreement([2022], [4], direction="up")
