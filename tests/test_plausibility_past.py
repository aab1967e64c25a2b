"""C8, C9, C15: the required pace against the observed past; published series, corners, refits and honest
silence."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from plausibility_frames import INDICATORS, one, path
from scipy import stats

import qiyou
from qiyou.errors import DataError
from qiyou.history import ols_interval
from qiyou.plausibility import Settings, check, past
from qiyou.plausibility.paths import number_paths, prepare
from qiyou.progress import destatis_detail, statcan

DESTATIS = [
    257.93,
    252.8,
    253.78,
    243.34,
    249.22,
    244.56,
    241.05,
    241.0,
    231.41,
    238.07,
    252.54,
    248.81,
    240.37,
]
NITROGEN = [11.1, 11.9, 11.6, 10.4, 9.8, 9.5, 9.8, 10.3, 10.1, 10.3, 10.3, 10.2, 12.4, 12.8, 13.1]


def test_the_statistics_are_those_of_the_published_methods():
    result = past.required_pace(
        range(2011, 2020), DESTATIS[:9], target_year=2030, target=200, direction="down"
    )
    detail = destatis_detail(range(2011, 2020), DESTATIS[:9], target_year=2030, target=200, direction="down")
    ratio = statcan(
        2011, DESTATIS[0], 2019, DESTATIS[8], direction="down", target_year=2030, target=200
    ).ratio
    assert result.miss == pytest.approx(detail.miss_share) and round(result.miss, 5) == 0.16441
    assert result.ratio == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("years", "values", "target_year", "target", "direction", "code", "verdict"),
    [
        (range(2018, 2023), [10, 12, 14, 16, 18], 2027, 28, "up", "ON_PAST_PACE", "PASS"),
        (range(2018, 2023), [10, 10.5, 11, 11.5, 12], 2027, 60, "up", "NEEDS_ACCELERATION", "QUESTION"),
        # a growth rate compounds, a slope does not
        (range(2018, 2023), [10, 12, 14, 16, 18], 2027, 60, "up", "METHODS_DISAGREE", "UNDECIDABLE"),
        (range(2018, 2023), [18, 17, 16, 15, 14], 2027, 60, "up", "OFF_PAST_PACE", "QUESTION"),
        (range(2018, 2023), [14, 15, 16, 17, 18], 2027, 5, "down", "OFF_PAST_PACE", "QUESTION"),
        (range(2018, 2023), [10, 12, 14, 16, 31], 2027, 30, "up", "ROUNDING_DECIDES", "UNDECIDABLE"),
        (range(2018, 2023), [10, 12, 14, 31, 32], 2027, 30, "up", "ON_PAST_PACE", "PASS"),
        (
            range(2018, 2023),
            [10.0, 10.0, 10.0, 10.0, 10.0],
            2027,
            10.15,
            "up",
            "RATIO_UNSTABLE",
            "UNDECIDABLE",
        ),
        (range(2018, 2023), [0, 12, 14, 16, 18], 2027, 60, "up", "RATIO_UNSTABLE", "UNDECIDABLE"),
        (range(2020, 2023), [10, 12, 14], 2027, 60, "up", "NO_HISTORY", "UNDECIDABLE"),
        (
            range(2021, 2026),
            [2.41, 2.62, 2.89, 3.0, 3.11],
            2030,
            5.0,
            "up",
            "ROUNDING_DECIDES",
            "UNDECIDABLE",
        ),
    ],
)
def test_a_verdict_needs_both_methods_and_every_refit(
    years, values, target_year, target, direction, code, verdict
):
    result = past.required_pace(
        years, values, target_year=target_year, target=target, direction=direction, step=0.1, target_step=0.1
    )
    if code == "ROUNDING_DECIDES":
        # the latest value has reached the target, the one before it has not
        assert result.verdict == verdict
    else:
        assert (result.code, result.verdict) == (code, verdict)


def test_the_interval_over_the_box_and_the_refits_equals_brute_force():
    years, values, step, aim = (
        np.array([2015, 2016, 2018, 2019, 2021]),
        np.array([10.0, 11, 13, 13.5, 16]),
        0.4,
        30.0,
    )
    result = past.required_pace(
        years, values, target_year=2027, target=aim, direction="up", step=step, target_step=1.0
    )
    misses, ratios = [], []
    for keep in [range(5)] + [[k for k in range(5) if k != out] for out in range(5)]:
        t, y = years[list(keep)], values[list(keep)]
        for a, b, goal in product(
            np.linspace(-0.2, 0.2, 9), np.linspace(-0.2, 0.2, 9), np.linspace(29.5, 30.5, 9)
        ):
            y0, y1 = y[0] + a, y[-1] + b
            slope = (y1 - y0) / (t[-1] - t[0])
            misses.append((goal - y1 - slope * (2027 - t[-1])) / (goal - y1))
            growth = (y1 / y0) ** (1 / (t[-1] - t[0])) - 1
            ratios.append(growth / abs((goal / y0) ** (1 / (2027 - t[0])) - 1))
    assert (result.miss_low, result.miss_high) == (pytest.approx(min(misses)), pytest.approx(max(misses)))
    assert (result.ratio_low, result.ratio_high) == (pytest.approx(min(ratios)), pytest.approx(max(ratios)))


def test_widening_only_moves_towards_undecidable():
    rng = np.random.default_rng(3)
    settled = 0
    for _ in range(150):
        values = 10 + np.cumsum(rng.uniform(-1, 3, 6))
        arguments = {
            "target_year": 2027,
            "target": float(values[-1] + rng.uniform(0.5, 30)),
            "direction": "up",
        }
        narrow = past.required_pace(range(2017, 2023), values, step=0.01, **arguments)
        wide = past.required_pace(range(2017, 2023), values, step=1.5, **arguments)
        settled += narrow.verdict != "UNDECIDABLE"
        assert wide.verdict in ("UNDECIDABLE", narrow.verdict)
    assert settled > 20


def test_rescaling_and_mirroring_change_no_past_verdict():
    values = np.array([10.0, 12, 13, 16, 18])
    for target in (20.0, 28.0, 60.0):
        results = {
            past.required_pace(
                range(2018, 2023),
                k * values,
                target_year=2027,
                target=k * target,
                direction="up",
                step=k * 0.1,
            ).code
            for k in (1, 100, 1e-3)
        }
        assert len(results) == 1


@pytest.mark.parametrize("bad", [{"direction": "sideways"}, {"target_year": 2022}, {"target": np.nan}])
def test_past_checks_refuse_what_they_cannot_use(bad):
    good = {"target_year": 2027, "target": 60, "direction": "up"}
    for function in (past.required_pace, past.extrapolation):
        with pytest.raises(DataError):
            function(range(2018, 2023), [1, 2, 3, 4, 5], **(good | bad))


# ------------------------------------------------------------------------------------------- C9

YEARS, SERIES = range(2018, 2023), [10.0, 12.0, 11.0, 15.0, 16.0]


def extrapolate(target, step=0.0, **options):
    arguments = {"target_year": 2025, "direction": "up", "step": step, "upper": 100.0} | options
    return past.extrapolation(YEARS, SERIES, target=target, **arguments)


def test_the_interval_is_the_exact_prediction_interval():
    result = extrapolate(20)
    exact = ols_interval(YEARS, SERIES, 2025)
    assert (result.low, result.high) == exact.pi and result.t == pytest.approx(stats.t.ppf(0.975, 3))
    assert (result.n, result.horizon, result.scale) == (5, 3, "logit")
    assert 0 < result.scaled_low < result.scaled_high < 100


def test_beyond_both_scales_is_a_question_and_inside_is_never_a_pass():
    far = max(extrapolate(20).high, extrapolate(20).scaled_high)
    near = min(extrapolate(20).high, extrapolate(20).scaled_high)
    assert (extrapolate(far + 1).code, extrapolate(far + 1).verdict) == ("ABOVE_EXTRAPOLATION_95", "QUESTION")
    assert extrapolate((far + near) / 2).code == "NOT_INFORMATIVE"
    assert extrapolate(near - 1).verdict == extrapolate(-50).verdict == "UNDECIDABLE"


def test_fewer_is_better_is_mirrored():
    up = past.extrapolation(YEARS, SERIES, target_year=2025, target=90, direction="up", upper=100.0)
    down = past.extrapolation(
        YEARS, 100 - np.array(SERIES), target_year=2025, target=10, direction="down", upper=100.0
    )
    assert up.code == down.code == "ABOVE_EXTRAPOLATION_95"
    assert (down.low, down.high) == (pytest.approx(100 - up.high), pytest.approx(100 - up.low))


def test_the_far_end_over_the_box_equals_brute_force():
    x, y, half = np.arange(5.0), np.array(SERIES), 0.5
    fit = ols_interval(x, y, 7.0)
    ends = [
        ols_interval(x, y + half * np.array(signs), 7.0).pi[1]
        for signs in product(np.linspace(-1, 1, 3), repeat=5)
    ]
    assert past._farthest(x, y - half, y + half, 7.0, fit, 1) == pytest.approx(max(ends))
    ends = [ols_interval(x, y + half * np.array(signs), 7.0).pi[0] for signs in product((-1, 1), repeat=5)]
    assert past._farthest(x, y - half, y + half, 7.0, fit, -1) == pytest.approx(min(ends))
    # a series too long for all corners gets a bound on the safe side
    x, y = np.arange(16.0), np.arange(16.0) + np.resize([0.3, -0.3], 16)
    fit = ols_interval(x, y, 18.0)
    corners = np.random.default_rng(0).choice([-1, 1], (300, 16))
    reached = max(ols_interval(x, y + half * row, 18.0).pi[1] for row in corners)
    assert past._farthest(x, y - half, y + half, 18.0, fit, 1) >= reached


def test_extrapolation_keeps_silent_without_points_or_beyond_its_horizon():
    assert (
        past.extrapolation(range(4), [1, 2, 3, 4], target_year=5, target=9, direction="up").code
        == "NO_HISTORY"
    )
    assert extrapolate(90, target_year=2028).code == "NO_HISTORY"
    edge = past.extrapolation(
        YEARS, [96, 97, 98, 99, 100], target_year=2025, target=150, direction="up", upper=100.0
    )
    assert edge.code == "NOT_INFORMATIVE" and edge.scale == ""


def test_national_series_and_county_targets_by_their_dates():
    data = qiyou.load()
    rows = data.observations.query(
        "place == 'china' and indicator == 'nursery_places_per_1000' and basis == 'reported'"
    )
    rows = rows.sort_values("year")
    result = past.extrapolation(
        rows["year"].to_numpy(int),
        rows["value"],
        target_year=2027,
        target=5.5,
        direction="up",
        step=rows["step"],
    )
    assert result.n == 5 and result.code == "NOT_INFORMATIVE" and result.high > 5.5


# ---------------------------------------------------------------------------------- in the whole check


def observed(values, first=2017, basis="reported", place="p"):
    return pd.DataFrame(
        {
            "place": place, "indicator": "share",
            "year": pd.array(range(first, first + len(values)), dtype="Int64"),
            "value": values, "step": 0.1, "relation": "eq", "basis": basis,
        }
    )  # fmt: skip


def run(observations, cells=(72, 75, 78, 80, 83, 85), settings=None):
    rows = path(cells, step=0.1)
    paths = prepare(rows.assign(path=number_paths(rows)), INDICATORS)
    found, tested = past.checks(paths, observations, INDICATORS, settings or Settings())
    return pd.concat(found, ignore_index=True), tested


def test_no_history_is_said_with_the_number_there_is():
    found, tested = run(observed([70.0, 71.0]))
    assert tested == 0 and found["code"].tolist() == ["NO_HISTORY", "NO_HISTORY"]
    assert found["statistic"].tolist() == [2, 2] and found["threshold"].tolist() == [4, 5]
    assert found["check"].tolist() == ["C8", "C9"] and (found["verdict"] == "UNDECIDABLE").all()


def test_values_on_two_bases_are_no_series():
    found, _ = run(pd.concat([observed([70.0, 71.0, 72.0]), observed([60.0, 61.0, 62.0], 2014, "census")]))
    assert found["code"].tolist() == ["NO_HISTORY", "NO_HISTORY"]


def test_history_of_its_own_is_used_up_to_the_target_year():
    steady = observed([66.0, 67.2, 68.1, 69.4, 70.5, 71.9, 73.0])
    found, tested = run(steady, cells=(72, 73, 74, 75, 76, 77.6))
    assert tested == 1 and found["code"].tolist() == ["ON_PAST_PACE", "NOT_INFORMATIVE"]
    assert found["verdict"].tolist() == ["PASS", "UNDECIDABLE"] and "n=7" in found["message_zh"][1]
    slow, _ = run(observed([66.0, 66.1, 66.2, 66.25, 66.3, 66.5, 66.6]))
    assert slow["code"].tolist() == ["NEEDS_ACCELERATION", "ABOVE_EXTRAPOLATION_95"]
    assert (slow["verdict"] == "QUESTION").all() and (slow["evidence"] == "E1").all()
    # what was observed in or after the target year is no past
    assert run(observed([66.0, 67.2, 68.1, 69.4, 70.5], first=2024))[1] == 0


def test_expected_false_flags_count_the_tests_really_run():
    data = qiyou.load()
    header = one(check(data), "EXPECTED_FALSE_FLAGS")
    assert header["statistic"] == 0 and header["place"] == "" and "0" in header["message_zh"]
    key = data.targets.query("place == 'yuhuan' and indicator == 'sports_area_per_capita'").iloc[0]
    own = observed([2.1, 2.2, 2.35, 2.4, 2.5, 2.6], 2016, place="yuhuan").assign(indicator=key["indicator"])
    more = replace(data, observations=pd.concat([data.observations, own], ignore_index=True))
    header = one(check(more, settings=Settings(level=0.9)), "EXPECTED_FALSE_FLAGS")
    assert header["statistic"] == pytest.approx(0.1) and "0.1" in header["message_en"]
