"""The yardsticks of the profile, against the numbers of methods.md (sections 3 to 7) and by their properties.

Numbers that methods.md took from the first version's data are held on that subset (``reference_first_version.csv``).
"""

from __future__ import annotations

import dataclasses
import functools
import math
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from qiyou import paths
from qiyou.notation import read
from qiyou.plausibility.yardsticks import bottomup, endstate, realised, record, required

NURSERY, SPORTS = "nursery_places_per_1000", "sports_area_per_capita"


def read_reference(path: Path) -> pd.DataFrame:
    """Rows of a reference table with the columns that loading adds."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    cells = [read(printed) for printed in rows["printed"]]
    names = ("value", "relation", "low", "high", "low_closed", "high_closed", "step")
    rows = rows.assign(**{name: [getattr(cell, name) for cell in cells] for name in names})
    return rows.assign(year=pd.to_numeric(rows["year"]).astype("Int64"), t=pd.to_numeric(rows["t"]))


@pytest.fixture(scope="session")
def first(data):
    """The data with the realised values and the plans of the first version alone."""
    reference = read_reference(Path(__file__).parent / "reference_first_version.csv")
    return dataclasses.replace(
        data, reference=reference, targets=data.targets[data.targets["place"].ne("fenghua")]
    )


def asked_of(data, **wanted) -> pd.DataFrame:
    frame = required.frame(paths.table(data), data.indicators)
    frame["level"] = frame["place"].map(data.places.set_index("id")["level"])
    for name, value in wanted.items():
        frame = frame[frame[name].eq(value)]
    return frame


def graded_of(data, **wanted) -> pd.Series:
    asked = asked_of(data, **wanted)
    return realised.graded(data, realised.values(data), asked).iloc[0]


# ------------------------------------------------------------------------------------------- required pace


def test_doctors_of_yuhuan_rise_between_the_corners_of_the_base(data):
    one = asked_of(data, place="yuhuan", indicator="doctors_per_1000").iloc[0]
    assert (one["years"], one["years_last"], one["reached"]) == (3, 5, 2025)
    assert [round(one[name], 4) for name in ("required", "required_low", "required_high")] == [
        0.3467,
        0.345,
        0.3483,
    ]


def test_a_base_that_is_no_measurement_leaves_no_interval(data):
    one = asked_of(data, place="changxing", indicator=NURSERY).iloc[0]
    assert one["base_printed"] == "" and one["base_year"] == 2023
    assert one["required_low"] == one["required"] == one["required_high"] == pytest.approx(0.275)


def test_a_falling_rate_asks_on_the_log_scale(data):
    one = asked_of(data, place="cixi", indicator="premature_ncd_mortality").iloc[0]
    assert one["scale"] == "log" and one["rate"] == pytest.approx(0.0024, abs=1e-4)


def test_a_gap_that_closes_wholly_is_told_in_points(data):
    one = asked_of(data, place="yuhuan", indicator="disabled_home_coverage").iloc[0]
    assert (one["scale"], one["gap_closed"]) == ("points", 1.0)
    assert one["required"] == pytest.approx(18.2)


def test_a_base_that_is_a_bound_leaves_the_pace_open_on_its_side(data):
    one = asked_of(data, place="wenling", indicator="affordable_nursery_share").iloc[0]
    assert np.isnan(one["required"]) and one["required_low"] == -np.inf and np.isfinite(one["required_high"])


def test_what_is_no_question_of_pace(data):
    counts = asked_of(data)["ask"].value_counts()
    assert counts.reindex(["keep", "pass", "weaker"]).tolist() == [7, 6, 2]


def rows_of(values, *, base=None, indicator="beds_per_1000", printed=None, **more) -> pd.DataFrame:
    """Target rows of one path: years from 2022, the first a base where `base` says so."""
    cells = printed or [f"{value:g}" for value in values]
    readings = [read(cell) for cell in cells]
    frame = pd.DataFrame(
        {
            "document": "plan",
            "place": "yuhuan",
            "indicator": indicator,
            "variant": "",
            "year": np.arange(2022, 2022 + len(cells)),
            "role": ["baseline" if base and k == 0 else "target" for k in range(len(cells))],
            "printed": cells,
            "unit": "",
            **{
                name: [getattr(one, name) for one in readings]
                for name in ("value", "relation", "low", "high", "low_closed", "high_closed", "step")
            },
        }
    )
    return frame.assign(**more)


def test_a_unit_that_changes_leaves_no_pace(data):
    rows = rows_of([3.5, 4, 4.5], base=True)
    rows.loc[2, "unit"] = "other"
    assert required.frame(rows, data.indicators)["ask"].item() == "none"


def test_a_base_without_a_target_asks_nothing_and_keeps_nothing(data):
    for indicator in ("beds_per_1000", "in_county_care_rate"):
        rows = rows_of([99], base=True, indicator=indicator)
        assert required.frame(rows, data.indicators)["ask"].item() == "none"


def test_an_end_that_is_a_bound_asks_for_its_number(data):
    rows = rows_of(None, base=True, printed=["3.5", "4", "≥4.5"])
    one = required.frame(rows, data.indicators).iloc[0]
    assert one["required"] == pytest.approx(0.5) and one["end_relation"] == "ge"


@pytest.mark.parametrize(
    ("indicator", "printed", "low", "high"),
    [
        # 1 in two years from 3.5 or less: 0.5 a year or more.
        ("beds_per_1000", ["≤3.5", "4", "4.5"], 0.5, np.inf),
        ("beds_per_1000", ["<3.5", "4", "4.5"], 0.5, np.inf),
        ("beds_per_1000", ["≥3.5", "4", "4.5"], -np.inf, 0.5),
        # Down, on the log scale, from 4 to 1.
        ("premature_ncd_mortality", ["≤4", "3", "1"], -np.inf, np.log(4) / 2),
        ("premature_ncd_mortality", [">4", "3", "1"], np.log(4) / 2, np.inf),
    ],
)
def test_a_base_that_is_a_bound_opens_the_side_of_more_where_it_may_be_worse(
    data, indicator, printed, low, high
):
    one = required.frame(
        rows_of(None, base=True, printed=printed, indicator=indicator), data.indicators
    ).iloc[0]
    assert np.isnan(one["required"]) and [one["required_low"], one["required_high"]] == pytest.approx(
        [low, high]
    )
    assert one["base_relation"] in ("le", "lt", "ge", "gt")


@pytest.mark.parametrize(
    ("indicator", "printed", "end"),
    [
        ("beds_per_1000", ["3.5", "4—5"], 4),
        ("premature_ncd_mortality", ["10.0", "8—9"], 9),
        ("beds_per_1000", ["3.5", "约4"], 4),
        ("premature_ncd_mortality", ["10.0", "<9"], 9),
    ],
)
def test_a_range_asks_for_its_weakest_end(data, indicator, printed, end):
    rows = rows_of(None, printed=printed, base=True, indicator=indicator)
    assert required.frame(rows, data.indicators)["end"].tolist() == [end]


@pytest.mark.parametrize(
    ("printed", "rate", "closed"),
    [("72 75 78 80 83 85", 0.11735, 13 / 28), ("92 93 94 95 96 98", 0.242, 6 / 8)],
)
def test_a_share_closes_its_gap_by_a_rate_a_year(data, printed, rate, closed):
    """The worked numbers of methods.md, section 10."""
    rows = rows_of(None, printed=printed.split(), base=True, indicator="affordable_nursery_share")
    one = required.frame(rows, data.indicators).iloc[0]
    assert one["scale"] == "gap" and one["gap_closed"] == pytest.approx(closed)
    assert one["rate"] == pytest.approx(rate, abs=5e-4) and one["rate_low"] < one["rate"] < one["rate_high"]
    assert one["required"] == pytest.approx(-np.log(1 - closed) / 5)


def test_a_rate_that_is_to_be_zero_is_asked_for_in_points(data):
    rows = rows_of([10, 4, 0], base=True, indicator="premature_ncd_mortality")
    one = required.frame(rows, data.indicators).iloc[0]
    assert (one["scale"], one["required"]) == ("points", 5)
    one = required.frame(
        rows_of([10, 4, 2.5], base=True, indicator="premature_ncd_mortality"), data.indicators
    ).iloc[0]
    assert one["scale"] == "log" and one["required"] == pytest.approx(np.log(4) / 2)


def test_the_ceiling_is_the_upper_bound_of_the_indicator(data):
    asked = asked_of(data)
    assert asked["ceiling"].equals(
        asked["indicator"].map(data.indicators.set_index("id")["upper"]).astype(float)
    )


@pytest.mark.parametrize(
    ("indicator", "printed", "ask"),
    [
        # 8.3 stands for [8.25, 8.35): 8.25 may be what there was, 8.35 is not
        ("beds_per_1000", ["8.3", "8.25"], "pace"),
        ("beds_per_1000", ["8.3", "8.24"], "weaker"),
        ("premature_ncd_mortality", ["8.3", "8.34"], "pace"),
        ("premature_ncd_mortality", ["8.3", "8.35"], "weaker"),
        ("premature_ncd_mortality", ["8.3", "8.36"], "weaker"),
    ],
)
def test_weaker_is_worse_than_all_that_the_base_may_have_been(data, indicator, printed, ask):
    rows = rows_of(None, printed=printed, base=True, indicator=indicator)
    assert required.frame(rows, data.indicators)["ask"].tolist() == [ask]


def test_an_end_inside_the_base_rounding_asks_from_nothing(data):
    one = required.frame(rows_of([3, 3.2], base=True), data.indicators).iloc[0]
    assert one["ask"] == "pace" and one["required_low"] < 0 < one["required_high"]


def test_a_base_at_the_ceiling_is_a_line_to_keep(data):
    rows = rows_of([100, 100, 100], base=True, indicator="child_screening_rate")
    assert required.frame(rows, data.indicators)["ask"].item() == "keep"


@given(st.floats(1, 50), st.floats(1, 50), st.integers(1, 6))
def test_a_mirrored_direction_asks_the_same(data, start, end, steps):
    values = np.linspace(start, end, steps + 1).round(3)
    up = required.frame(rows_of(values, base=True), data.indicators)
    less = data.indicators.assign(
        direction=data.indicators["direction"].mask(data.indicators["id"].eq("beds_per_1000"), "down")
    )
    assert up["points"].mul(-1).round(9).equals(
        required.frame(rows_of(values, base=True), less)["points"].round(9)
    ) or {"keep", "weaker"} & {*up["ask"], *required.frame(rows_of(values, base=True), less)["ask"]}


@pytest.mark.parametrize(
    ("indicator", "sign", "f"),
    [
        ("beds_per_1000", 1, lambda y: y),
        ("premature_ncd_mortality", -1, np.log),
        ("affordable_nursery_share", 1, lambda y: -np.log(100 - y)),
    ],
)
def test_what_a_path_asks_is_that_by_hand(data, indicator, sign, f):
    """From the base, within its rounding, to the first year that prints the end value; and the steepest stretch."""
    rng, drawn = np.random.default_rng(17), []
    for _ in range(60):
        cells = [f"{value:.1f}" for value in rng.integers(40, 44, 5) / 10]
        cells = [
            *cells[:2],
            *(
                mark + cell
                for mark, cell in zip(rng.choice(["", "", "", "≥", "≤"], 3), cells[2:], strict=True)
            ),
        ]
        drawn.append(cells[: int(rng.integers(2, 6))])
    rows = [
        rows_of(None, printed=cells, base=k % 4 > 0, indicator=indicator, variant=str(k))
        for k, cells in enumerate(drawn)
    ]
    found = required.frame(pd.concat(rows, ignore_index=True), data.indicators)
    asks = []
    for k, (cells, told) in enumerate(zip(drawn, found.to_dict("records"), strict=True)):
        values, marks = (
            [float(cell.lstrip("≥≤")) for cell in cells],
            [cell.rstrip("0123456789.") for cell in cells],
        )
        last, half = len(cells) - 1, 0.05 if k % 4 else 0.0
        if marks[last] == ("≤" if sign > 0 else "≥"):
            continue  # a bound against the direction: what is asked of it stands above
        first = 1 if k % 4 else 0
        reached = next(
            n for n in range(first, last + 1) if (values[n], marks[n]) == (values[last], marks[last])
        )
        years = [told[name] for name in ("base_year", "end_year", "reached", "years", "years_last")]
        assert years == [2022, 2022 + last, 2022 + reached, reached, last], cells
        assert told["base_printed"] == (cells[0] if half else "") and told["end"] == values[last]
        edges = [round(values[0] - half, 3), round(values[0] + half, 3)]
        level = values[0] == values[last] and not marks[last]
        worse = (
            edges[0] > values[last]
            if sign > 0
            else edges[1] <= values[last]
            if half
            else edges[1] < values[last]
        )
        asks.append("keep" if level else "none" if not reached else "weaker" if worse else "pace")
        assert told["ask"] == asks[-1], cells
        steps = {}
        for n in range(1, last + 1):
            steps.setdefault(round(sign * (values[n] - values[n - 1]), 6), []).append((2021 + n, 2022 + n))
        # equal steps that follow on each other are one stretch; if they do not, none stands out
        first, *_, last_ = most = [year for step in steps[max(steps)] for year in step]
        if last_ - first == len(most) // 2:
            assert told["steep"] == pytest.approx(max(steps))
            assert (told["steep_from"], told["steep_to"]) == (first, last_)
        else:
            assert np.isnan(told["steep"])
        if asks[-1] == "pace":
            ends = sorted(sign * (f(values[last]) - f(edge)) / reached for edge in edges)
            point = sign * (f(values[last]) - f(values[0])) / reached
            assert [told["required_low"], told["required"], told["required_high"]] == pytest.approx(
                [ends[0], point, ends[1]]
            )
            raw = [sign * (values[last] - one) / reached for one in (values[0], *edges)]
            assert [told[name] for name in ("points", "points_low", "points_high")] == pytest.approx(
                [raw[0], *sorted(raw[1:])]
            )
        else:
            assert np.isnan(told["required"]) and np.isnan(told["points_high"])
    assert {"keep", "weaker", "pace"} <= set(asks)


def test_what_other_plans_ask_is_the_least_and_the_most_of_other_places():
    rng = np.random.default_rng(2)
    asked = pd.DataFrame(
        {"place": rng.choice(list("abcd"), 60), "indicator": rng.choice(list("ijkl"), 60), "scale": "points"}
    )
    asked = asked.assign(base_printed=rng.choice(["", "1", "2"], 60), required=rng.integers(-3, 9, 60) / 4)
    asked.loc[rng.choice(60, 12, replace=False), "required"] = np.nan
    asked.loc[asked["indicator"] == "l", "place"] = "a"
    found = required.others(asked)
    for one, told in zip(asked.to_dict("records"), found.to_dict("records"), strict=True):
        rest = asked[(asked["indicator"] == one["indicator"]) & (asked["place"] != one["place"])]
        rest = rest[(rest["base_printed"] != "") & rest["required"].notna()]
        expected = [rest["place"].nunique(), rest["required"].min(), rest["required"].max()]
        assert list(told.values()) == pytest.approx(expected, nan_ok=True)


def test_other_plans_never_include_the_place_itself(first):
    asked = asked_of(first, indicator=NURSERY)
    found = asked[["place"]].join(required.others(asked)).set_index("place")
    assert found.loc["yuhuan"].round(3).tolist() == [3, 0.294, 0.438]
    assert found.loc["cixi"].round(3).tolist() == [3, 0.294, 0.406]


KINDS = ("density", "years", "gross_rate", "share", "stock", "flow", "money", "status")
DIRECTIONS = ("up", "at_least", "down", "at_most", "status")


def kinds_of() -> pd.DataFrame:
    """An indicator of every kind and direction, with a ceiling of 100 and without."""
    every = list(product(KINDS, DIRECTIONS, (100.0, np.nan)))
    frame = pd.DataFrame(every, columns=["kind", "direction", "upper"]).assign(lower=0.0, unit="")
    return frame.assign(id=[f"{kind} {way} {top:g}" for kind, way, top in every])


def test_the_scale_of_every_kind_and_direction():
    """methods.md, section 2: down and what grows in log, a share with a ceiling by its gap, all else in points."""
    table = kinds_of()
    found = required.scales(table)
    for one in table.to_dict("records"):
        log = one["direction"] in ("down", "at_most") or one["kind"] in ("stock", "flow", "money")
        gap = one["kind"] == "share" and one["upper"] == 100
        assert found[one["id"]] == ("log" if log else "gap" if gap else "points"), one


def test_what_is_asked_of_every_kind_and_direction():
    """Sections 2 and 3 S: reviews are passed, thresholds kept, and totals of places are no levels to compare."""
    table, cells = (
        kinds_of(),
        {"rise": ["50", "60", "80"], "fall": ["50", "40", "30"], "stay": ["50", "60", "50"]},
    )
    rows = [
        rows_of(None, printed=printed, base=True, indicator=one, variant=name)
        for one in table["id"] for name, printed in cells.items()
    ]  # fmt: skip
    facts = table.set_index("id")
    for told in required.frame(pd.concat(rows, ignore_index=True), table).to_dict("records"):
        kind, direction = facts.loc[told["indicator"], ["kind", "direction"]]
        better = {"up": "rise", "down": "fall"}.get(direction)
        ask = (
            "keep"
            if told["variant"] == "stay" or better is None
            else "pace"
            if told["variant"] == better
            else "weaker"
        )
        ask = "pass" if "status" in (kind, direction) else ask
        assert told["ask"] == ask, told
        assert told["compared"] == (ask in ("pace", "weaker") and kind not in ("stock", "flow", "status"))
        numbers = [
            told[name]
            for name in ("required", "required_low", "required_high", "points", "points_low", "rate")
        ]
        known = [True] * 5 + [told["scale"] != "points"]
        assert np.isfinite(numbers).tolist() == (known if ask == "pace" else [False] * 6), told
        assert np.isfinite(told["gap_closed"]) == (ask == "pace" and told["scale"] == "gap")
        assert (told["sign"], told["kind"], told["direction"]) == (
            pytest.approx({"up": 1, "at_least": 1, "down": -1, "at_most": -1}.get(direction, np.nan), nan_ok=True), kind, direction
        )  # fmt: skip


def test_rates_are_growth_decline_and_the_gap_closed():
    scale = np.array(["log", "log", "gap", "gap", "points"], dtype=object)
    found = required.rates(np.full(5, 0.1), scale, np.array([1.0, -1.0, 1.0, -1.0, 1.0]))
    expected = [math.exp(0.1) - 1, *[1 - math.exp(-0.1)] * 3, np.nan]
    assert found.tolist() == pytest.approx(expected, nan_ok=True)
    both = required.exactly([1.0, np.nan], [4.0, 5.0])
    assert both.point.tolist() == pytest.approx([2.5, np.nan], nan_ok=True) and both.exact.tolist() == [
        True,
        False,
    ]
    assert not both.low_open.any() and not both.high_open.any()
    mapped = required.scaled(both, ["gap", "log"], np.array([5.0, 9.0]))
    assert mapped.low[0] == pytest.approx(-math.log(4)) and mapped.high.tolist() == pytest.approx(
        [0, math.log(5)]
    )


WORLD = pd.DataFrame(
    [("rise", "up", "density", np.nan), ("share", "up", "share", 100.0), ("money", "up", "money", np.nan), ("fall", "down", "gross_rate", np.nan)],
    columns=["id", "direction", "kind", "upper"],
).assign(lower=0.0, unit="")  # fmt: skip


@pytest.mark.parametrize(("indicator", "printed", "scale"), [
    ("money", ["0", "5", "10"], "points"), ("money", ["4", "5", "10"], "log"), ("fall", ["4", "3", "0"], "points"),
    ("share", ["50", "70", "100"], "points"), ("share", ["50", "70", "99"], "gap"), ("money", ["50", "70", "100"], "log"),
    ("rise", ["50", "70", "100"], "points"), ("share", ["0", "30", "49"], "gap"), ("money", ["1", "5", "10"], "log"),
    ("money", ["0.4", "5", "10"], "log"), ("fall", ["4", "3", "1"], "log"), ("fall", ["4", "3", "0.4"], "log"),
])  # fmt: skip
def test_where_a_logarithm_has_no_end_the_pace_is_in_points(indicator, printed, scale):
    told = required.frame(rows_of(None, printed=printed, base=True, indicator=indicator), WORLD).iloc[0]
    assert (told["scale"], told["ask"]) == (scale, "pace") and np.isfinite(told["required"])
    closed = {"gap": 49 / (100 - float(printed[0]))}.get(scale, 1.0 if indicator == "share" else np.nan)
    assert told["gap_closed"] == pytest.approx(closed, nan_ok=True)


@pytest.mark.parametrize(("printed", "base", "end", "years"), [
    # what lies outside the bounds, or prints no number, is neither base nor end
    (["70", "80", "120"], "70", 80, 1), (["150", "80", "90"], "", 90, 1), (["70", "80", ""], "70", 80, 1),
    (["", "80", "90"], "", 90, 1), (["70", "80", "全覆盖"], "70", 80, 1), (["70", "", "90", "90"], "70", 90, 2),
])  # fmt: skip
def test_base_and_end_are_numbers_that_can_be(printed, base, end, years):
    rows = rows_of(None, printed=printed, base=True, indicator="share")
    told = required.frame(rows, WORLD).iloc[0]
    assert (told["base_printed"], told["end"], told["years"], told["ask"]) == (base, end, years, "pace")
    # from the last of two bases
    rows["role"] = ["baseline", "baseline", *rows["role"][2:]]
    if printed[0] == "70" and len(printed) > 3:
        told = required.frame(
            rows.assign(printed=["70", "75", "90", "90"], value=[70.0, 75, 90, 90], relation="eq", step=1.0),
            WORLD,
        ).iloc[0]
        assert (told["base"], told["base_printed"], told["base_year"], told["years"]) == (75, "75", 2023, 1)


@pytest.mark.parametrize(("printed", "ends"), [("约50", (49, 51)), ("48—52", (48, 52)), ("50", (49.5, 50.5))])
def test_a_base_that_is_no_bound_leaves_both_sides_of_the_pace(printed, ends):
    told = required.frame(
        rows_of(None, printed=[printed, "60", "70"], base=True, indicator="rise"), WORLD
    ).iloc[0]
    assert [told["points_low"], told["points_high"]] == pytest.approx([(70 - end) / 2 for end in ends[::-1]])


@pytest.mark.parametrize(("indicator", "printed", "steep"), [
    ("rise", ["4", "", "5", "5.4"], (0.5, 2022, 2024)), ("rise", ["4", "", "5", "5.5"], (0.5, 2022, 2025)),
    ("rise", ["4", "5", "", "7.1"], (1.05, 2023, 2025)), ("fall", ["9", "", "5", "4"], (2.0, 2022, 2024)),
    ("rise", ["4", "5", "5", "6"], (np.nan, 0, 0)), ("rise", ["4", "5"], (1.0, 2022, 2023)),
    ("rise", ["4", "3", "1"], (-1.0, 2022, 2023)),
])  # fmt: skip
def test_the_steepest_stretch_is_by_the_year(indicator, printed, steep):
    more = rows_of(None, printed=["60"], indicator="money", variant="alone")
    rows = pd.concat(
        [more, rows_of(None, printed=printed, base=True, indicator=indicator)], ignore_index=True
    )
    alone, told = required.frame(rows, WORLD)[["steep", "steep_from", "steep_to"]].to_numpy().tolist()
    assert told == pytest.approx(list(steep), nan_ok=True) and alone == pytest.approx(
        [np.nan, 0, 0], nan_ok=True
    )


def test_words_in_place_of_a_base_and_after_the_end_are_kept():
    """The first and the last row of all are words, and paths that print nothing for a year have none of them."""
    rows = pd.concat(
        [
            rows_of(
                None,
                printed=["全覆盖", "80", "90", "全覆盖", "完成市定任务"],
                base=True,
                indicator="share",
                variant="a",
            ),
            rows_of(None, printed=["70", "80", "全覆盖", "90"], base=True, indicator="share", variant="b"),
            rows_of(None, printed=["70", "80", "90", "", "/"], base=True, indicator="share", variant="c"),
            rows_of(None, printed=["80", "90"], indicator="share", variant="d").assign(year=[2023, 2024]),
            rows_of(
                None,
                printed=["80", "90", "完成市定任务", "完成市定任务"],
                base=True,
                indicator="share",
                variant="e",
            ).assign(year=[2022, 2024, 2025, 2026]),
        ],
        ignore_index=True,
    )
    found = required.frame(rows, WORLD)
    assert found["wordy_base"].tolist() == ["全覆盖", "", "", "", ""]
    assert found["wordy_end"].tolist() == ["全覆盖; 完成市定任务", "", "", "", "完成市定任务"]


@pytest.mark.parametrize(("units", "ask"), [
    (["%", "%", "%"], "pace"), (["‰", "%", "%"], "none"), (["%", "‰", "%"], "none"), (["%", "%", "‰"], "none"),
    ([None, "%", "%"], "pace"),
])  # fmt: skip
def test_one_unit_in_every_cell_that_has_one(units, ask):
    one = rows_of([50, 60, 70], base=True, indicator="share", variant="a").assign(unit=units)
    gap = rows_of([50, 70], base=True, indicator="share", variant="b").assign(unit="%", year=[2022, 2024])
    for rows in ([one, gap], [gap, one]):
        found = required.frame(pd.concat(rows, ignore_index=True), WORLD).set_index("variant")["ask"]
        assert found.to_dict() == {"a": ask, "b": "pace"}


def test_of_two_cells_of_one_year_the_first_counts_and_what_has_no_year_or_indicator_is_none():
    rows = rows_of([50, 60, 70], base=True, indicator="share")
    more = [rows.tail(1).assign(value=99.0, low=99.0, high=99.0, printed="99")]
    more += [rows.tail(1).assign(year=pd.NA, value=98.0), rows.assign(indicator="unheard")]
    odd = pd.concat([rows, *more], ignore_index=True).astype({"year": "Int64"})
    for frame in (odd, odd.assign(path=odd["indicator"].eq("unheard").astype(int))):
        told = required.frame(frame, WORLD)
        assert told[["indicator", "base", "end", "years"]].to_numpy().tolist() == [["share", 50, 70, 2]]


def test_a_count_since_a_start_is_held_against_none():
    asked = pd.DataFrame({"place": list("aab"), "indicator": ["i_cumulative", "i", "i"], "scale": "points"})
    asked = pd.concat([asked, asked.assign(place="c")], ignore_index=True).assign(
        base_printed="1", required=2.0
    )
    assert required.others(asked)["peers"].tolist() == [0, 2, 2, 0, 2, 2]


# ---------------------------------------------------------------------------------------- realised changes


def test_spells_of_nursery_places(first):
    found = realised.spells(first, NURSERY).set_index("place")
    expected = {
        "anhui": (0.8, 0.85, 4),
        "guangdong": (0.65, 0.7, 4),
        "guangxi": (0.7056, 0.7522, 4.5),
        "hebei": (0.4833, np.inf, 3),
        "jiangxi": (0.6209, 0.6247, 4.75),
        "jinan": (1.3219, 1.3645, 2.5833),
        "zhuhai": (0.805, 0.815, 2),
    }
    assert set(found.index) == set(expected)
    for place, numbers in expected.items():
        assert found.loc[place, ["low", "high", "years"]].astype(float).round(4).tolist() == list(numbers), (
            place
        )


def test_spells_of_sports_area(first):
    found = realised.spells(first, SPORTS)
    assert (len(found), found["province"].nunique()) == (23, 16)


@pytest.mark.parametrize(
    ("indicator", "rhos", "chosen"),
    [
        (NURSERY, {"all": 1.55, "provinces": 1.20}, "provinces"),
        (SPORTS, {"all": 1.47, "provinces_and_prefectures": 1.15}, "provinces_and_prefectures"),
    ],
)
def test_the_selection_check(first, monkeypatch, indicator, rhos, chosen):
    known, found = realised.values(first), realised.spells(first, indicator)
    assert realised.selection(first, known, found, indicator, "points")[0] == chosen
    levels = dict(realised.SELECTIONS)
    for name, rho in rhos.items():
        monkeypatch.setattr(realised, "SELECTIONS", {name: levels[name]})
        assert round(realised.selection(first, known, found, indicator, "points")[1], 2) == rho


def test_it_takes_three_spells_to_check_a_set_of_levels(first):
    known, found = realised.values(first), realised.spells(first, SPORTS)
    nation = known.query("indicator == @SPORTS and level == 'country'")["t"]
    inside = found[~found["bounded"] & found["t_0"].ge(nation.min()) & found["t"].le(nation.max())]
    assert len(inside) > 3
    assert np.isfinite(realised.selection(first, known, inside.head(3), SPORTS, "points")[1])
    name, rho = realised.selection(first, known, inside.head(2), SPORTS, "points")
    assert name == "" and np.isnan(rho)


@pytest.mark.parametrize("times", [0.0, -0.5])
def test_a_nation_that_gained_nothing_qualifies_no_set_of_levels(first, times):
    known, found = realised.values(first), realised.spells(first, SPORTS)
    at = known["indicator"].eq(SPORTS) & known["level"].eq("country")
    known = known.assign(value=known["value"].where(~at, 2 + times * known["value"]))
    assert realised.selection(first, known, found, SPORTS, "points") == ("", np.inf)


def scaled_by_hand(scale: str, ceiling: float, value: float) -> float:
    if scale == "points":
        return value
    inside = value if scale == "log" else ceiling - value
    edge = -np.inf if scale == "log" else np.inf
    return (
        np.nan
        if inside < 0
        else edge
        if inside == 0
        else np.log(value)
        if scale == "log"
        else -np.log(inside)
    )


def change_by_hand(a: dict, b: dict, scale: str, ceiling: float, sign: float) -> tuple[float, float]:
    """The change a year between two values, at the corners of their boxes; of a printed increase that increase."""

    def on(value):
        return scaled_by_hand(scale, ceiling, value)

    middle = (a["added_low"] + a["added_high"]) / 2
    if abs(a["value"] + middle - b["value"]) < 1e-6 * b["value"] and not b["bounded"]:
        ends = [
            on(end) - on(end - more)
            for end in (b["low"], b["high"])
            for more in (a["added_low"], a["added_high"])
        ]
    else:
        ends = [on(b["low"]) - on(a["high"]), on(b["high"]) - on(a["low"])]
    ends = [sign * end / (b["t"] - a["t"]) for end in ends]
    return min(ends), max(ends)


@pytest.fixture(scope="module")
def known(data):
    return realised.values(data)


def spells_of(data, known, indicator, scale, shortest=2) -> pd.DataFrame:
    """As `realised.spells`, without reading all values again."""
    return realised._best(realised._foreign(data, known, indicator, scale), shortest, 6).reset_index(
        drop=True
    )


@pytest.mark.parametrize(("scale", "shortest"), [("points", 1), ("log", 2), ("gap", 3)])
def test_every_spell_is_the_one_that_a_search_over_all_pairs_finds(data, known, scale, shortest):
    facts = data.indicators.set_index("id")
    for indicator in known.loc[known["held"], "indicator"].unique():
        if scale == "gap" and np.isnan(facts.at[indicator, "upper"]):
            continue
        rows = known[known["held"] & known["level"].ne("country") & known["indicator"].eq(indicator)]
        sign = -1.0 if facts.at[indicator, "direction"] in ("down", "at_most") else 1.0
        expected = {}
        for (place, _), group in rows.groupby(["place", "basis"]):
            for a, b in product(group.to_dict("records"), repeat=2):
                years = b["t"] - a["t"]
                if a["bounded"] or not shortest - 1e-9 <= years <= 6 + 1e-9:
                    continue
                doubts = sum(int(one[name]) for one in (a, b) for name in ("derived", "soft"))
                key = b["bounded"], -years, doubts, -b["t"]
                ends = change_by_hand(a, b, scale, facts.at[indicator, "upper"], sign)
                best = expected.setdefault(place, (key, []))
                if key < best[0]:
                    expected[place] = best = key, []
                if key == best[0]:
                    best[1].append(ends)
        found = spells_of(data, known, indicator, scale, shortest)
        assert found["place"].tolist() == sorted(expected)
        for one in found.to_dict("records"):
            key, ends = expected[one["place"]]
            assert (one["bounded"], -one["years"], one["derived"] + one["soft"], -one["t"]) == pytest.approx(
                key
            )
            assert any((one["low"], one["high"]) == pytest.approx(end, nan_ok=True) for end in ends)


def test_the_selection_check_by_interpolation(data, known):
    """The mean pace of exact spells inside the nation's series over the nation's, set by set (methods.md, D)."""
    told = {}
    for indicator in known.loc[known["held"] & known["level"].eq("country"), "indicator"].unique():
        facts = data.indicators.set_index("id").loc[indicator]
        scale, sign = (
            required.scales(data.indicators)[indicator],
            -1.0 if facts["direction"] == "down" else 1.0,
        )
        rows = known[
            known["indicator"].eq(indicator)
            & known["level"].eq("country")
            & known["held"]
            & ~known["bounded"]
        ]
        series = {
            one["t"]: sign * scaled_by_hand(scale, facts["upper"], one["value"])
            for one in rows[::-1].to_dict("records")
        }
        times = sorted(series)

        def level(t, times=times, series=series):
            t = min(max(t, times[0]), times[-1])
            before, after = max(one for one in times if one <= t), min(one for one in times if one >= t)
            part = (t - before) / (after - before) if after > before else 0.0
            return series[before] + part * (series[after] - series[before])

        found = spells_of(data, known, indicator, scale)
        exact = [
            one for one in found.to_dict("records")
            if not one["bounded"] and one["t_0"] >= times[0] - 0.25 and one["t"] <= times[-1] + 0.25
        ]  # fmt: skip
        expected, rho = "", np.nan
        for name, levels in realised.SELECTIONS.items():
            some = [one for one in exact if one["level"] in levels]
            if len(some) >= 3 and not expected:
                nation = np.mean([(level(one["t"]) - level(one["t_0"])) / one["years"] for one in some])
                rho = (
                    np.mean([(one["low"] + one["high"]) / 2 for one in some]) / nation
                    if nation > 0
                    else np.inf
                )
                expected = name if rho <= 1.25 else ""
        told[indicator] = realised.selection(data, known, found, indicator, scale)
        assert told[indicator] == (expected, pytest.approx(rho, nan_ok=True)), indicator
    assert len({name for name, _ in told.values()}) > 1


def test_an_increase_that_is_printed_has_its_own_rounding_alone(first):
    first = dataclasses.replace(
        first, reference=first.reference.query("place == 'xinjiang' and kind == 'derived' or value == 2.03")
    )
    one = realised.spells(first, SPORTS).iloc[0]
    assert [round(one[end], 5) for end in ("low", "high")] == [0.0425, 0.0475]  # 0.09 ± 0.005 in two years


def test_a_start_that_is_a_lower_bound_is_left_out(data):
    rows = data.reference.query("place == 'changsha' and indicator == @SPORTS")
    assert set(rows["kind"]) == {"lower_bound", "observed"}
    assert "changsha" not in set(realised.spells(data, SPORTS)["place"])


def test_marked_and_expected_values_enter_no_spell(data):
    key, rows = ["place", "indicator", "year", "value", "basis", "source"], data.reference
    marked = rows["note"].fillna("").str.contains("EXCLUDE_SPELL|WEAK|ALT:") | rows["kind"].eq("expected")
    known = realised.values(data)
    held = pd.MultiIndex.from_frame(known.loc[known["held"], key])
    left_out = pd.MultiIndex.from_frame(rows.loc[marked, key])
    assert len(left_out) > 10 and not left_out.isin(held).any()
    assert pd.MultiIndex.from_frame(rows.loc[~marked & rows["t"].notna(), key]).isin(held).all()


@pytest.mark.parametrize(
    ("k", "m", "low", "high"),
    [
        *(
            (0, m, 0.0, high)
            for m, high in {1: 95.0, 2: 77.6, 3: 63.2, 4: 52.7, 5: 45.1, 6: 39.3, 7: 34.8}.items()
        ),
        (0, 10, 0.0, 25.9),
        (0, 14, 0.0, 19.3),
        (4, 16, 9.0, 48.4),
        (5, 23, 9.0, 40.4),
        (25, 28, 74.6, 97.0),
    ],
)
def test_clopper_pearson(k, m, low, high):
    found = realised.limits([k], [k], [m], [k], [k], [m])
    assert [round(100 * end.item(), 1) for end in found] == [low, high]


@pytest.mark.parametrize("m", [1, 2, 10])
def test_one_of_m_has_the_limits_of_a_single_success(m):
    """The lower limit p of one success is where 1 − (1 − p)^m = 0.05, the upper one of one failure its mirror."""
    low, high = realised.limits([1, m - 1], [1, m - 1], [m, m], [1, m - 1], [1, m - 1], [m, m])
    assert low[0] == pytest.approx(1 - 0.95 ** (1 / m)) and high[1] == pytest.approx(0.95 ** (1 / m))


def test_a_complete_class_has_hypergeometric_limits():
    found = realised.limits([3], [3], [12], [3], [3], [12], whole=31)
    assert [round(100 * end.item(), 1) for end in found] == [12.9, 45.2]


def test_hypergeometric_limits_are_the_shares_that_a_test_at_five_percent_leaves():
    """Drawn without return: of `marked` among `whole` at least k, and at most k, with more than 0.05."""
    for whole, n in [(5, 1), (5, 4), (12, 5), (31, 12), (31, 30), (31, 31)]:
        draws = [
            [math.comb(marked, i) * math.comb(whole - marked, n - i) for i in range(n + 1)]
            for marked in range(whole + 1)
        ]
        for k in range(n + 1):
            least = next(m for m, one in enumerate(draws) if 20 * sum(one[k:]) > math.comb(whole, n))
            most = max(m for m, one in enumerate(draws) if 20 * sum(one[: k + 1]) > math.comb(whole, n))
            assert realised.hypergeometric(k, n, whole) == (least / whole, most / whole), (k, n, whole)


@pytest.mark.parametrize("k", [0, 1])
def test_fewest_cases_for_a_word(k):
    edges = (20, 40, 60, 80)
    fewest = [
        next(
            m
            for m in range(k + 1, 99)
            if 100 * realised.limits([k], [k], [m], [k], [k], [m])[1].item() <= edge
        )
        for edge in edges
    ]
    assert fewest == {0: [14, 6, 4, 2], 1: [22, 10, 6, 4]}[k]


def test_no_spell_leaves_everything_open():
    assert [end.item() for end in realised.limits([0], [0], [0], [0], [0], [0])] == [0, 1]


def test_a_class_is_complete_if_every_province_is_official(data):
    """All provinces, each with the one spell: with official figures the limits are those of a whole, else of a sample."""
    provinces = data.places.loc[data.places["level"].eq("province"), "id"].tolist()
    blank = dict.fromkeys(data.reference.columns, "")
    rows = [
        blank | {"place": place, "indicator": NURSERY, "year": 2020 + 3 * late, "t": 2021.0 + 3 * late, "value": value,
                 "low": value, "high": value, "step": 0.001, "printed": str(value), "unit": "个/千人", "kind": "observed",
                 "relation": "eq", "basis": "register", "grade": "official"}
        for number, place in enumerate(provinces) for late, value in enumerate((1.0, 2.0 + number / 10))
    ]  # fmt: skip
    asked = asked_of(data, place="yuhuan", indicator=NURSERY)
    asked = asked.assign(level="county", required_low=0.51, required_high=0.51)
    limits = {}
    for grade in ("official", "press"):
        reference = pd.DataFrame(rows).assign(year=lambda one: one["year"].astype("Int64"))
        reference.loc[reference["place"].eq("guizhou"), "grade"] = grade
        own = dataclasses.replace(data, reference=reference)
        (found,) = realised.graded(own, realised.values(own), asked).to_dict("records")
        assert found["m"] == found["provinces"] == len(provinces) == 31
        limits[grade] = found["L90"], found["U90"], found["doubt_press"]
    k = 6
    assert limits["official"] == (*realised.hypergeometric(k, len(provinces), len(provinces)), False)
    assert limits["press"][:2] == pytest.approx(clopper(k, len(provinces))) and limits["press"][2]


@pytest.mark.parametrize(("k", "whole", "ends"), [(0, 31, (0, None)), (31, 31, (1, 1)), (12, 31, (None, 1))])
def test_limits_of_a_complete_class_reach_none_and_all(k, whole, ends):
    found = realised.hypergeometric(k, max(k, 12), whole)
    assert all(end is None or one == end for one, end in zip(found, ends, strict=True))


def by_hand(asked: dict, spells: list[dict]) -> dict:
    """The gradings of D as methods.md has them, spell by spell, for one path and the spells that count for it."""
    low, high = asked["required_low"], asked["required_high"]
    sure = [one["high"] < low * (1 - 1e-12) for one in spells]
    maybe = [one["low"] <= high * (1 + 1e-12) for one in spells]
    of = {}
    for one, slow, perhaps in zip(spells, sure, maybe, strict=True):
        of.setdefault(one["province"], []).append((slow, perhaps))
    c_low = sum(all(slow for slow, _ in ends) for ends in of.values())
    c_high = sum(any(perhaps for _, perhaps in ends) for ends in of.values())
    k_low, k_high, m = sum(sure), sum(maybe), len(spells)
    least = min(clopper(k, n)[0] for k, n in ((k_low, m), (c_low, len(of))))
    most = max(clopper(k, n)[1] for k, n in ((k_high, m), (c_high, len(of))))
    lo = 1 + sum(edge <= least + 1e-12 for edge in (0.2, 0.4, 0.6, 0.8))
    hi = 1 + sum(edge < most - 1e-12 for edge in (0.2, 0.4, 0.6, 0.8))
    return {
        "m": m, "k_low": k_low, "k_high": k_high, "provinces": len(of), "c_low": c_low, "c_high": c_high,
        "L90": least, "U90": most, "fifth_low": lo, "fifth_high": hi,
        "gamma": (1 - most) / most if hi <= 2 else least / (1 - least) if lo >= 4 else np.nan,
        "chance_low": (m - k_high) / (m + 1), "chance_high": (m - k_low + 1) / (m + 1),
    }  # fmt: skip


@functools.cache
def clopper(k: int, n: int) -> tuple[float, float]:
    """By their definition: the shares at which so few, or so many, come about once in twenty times."""
    low = optimize.brentq(lambda p: stats.binom.sf(k - 1, n, p) - 0.05, 0, 1) if k else 0.0
    return low, optimize.brentq(lambda p: stats.binom.cdf(k, n, p) - 0.05, 0, 1) if k < n else 1.0


@pytest.fixture(scope="module")
def graded_paths(data):
    """Paths of one indicator that ask for nothing, for more than anybody has realised, and for all between."""
    path = asked_of(data, place="yuhuan", indicator=SPORTS)
    pace = np.array([-0.05, 0.05, 0.083, 0.183, 0.25, 0.35, 0.5, 0.75])
    asked = pd.concat([path] * len(pace), ignore_index=True)
    asked = asked.assign(required_low=pace - 0.004, required_high=pace + 0.004)
    return asked, realised.graded(data, realised.values(data), asked)


def test_every_grading_of_realised_changes_is_that_by_hand(data, graded_paths):
    asked, graded = graded_paths
    found = realised.spells(data, SPORTS)
    found = found[found["level"].isin(realised.SELECTIONS[graded["class_used"].iloc[0]])]
    found = found[found["place"] != "yuhuan"]
    expected = pd.DataFrame([by_hand(row, found.to_dict("records")) for row in asked.to_dict("records")])
    pd.testing.assert_frame_equal(graded[list(expected)], expected, check_dtype=False, rtol=1e-9)
    assert set(graded["fifth_high"]) == {1, 2, 3, 4, 5} and set(graded["fifth_low"]) == {1, 2, 3, 4}


def test_the_word_is_contradicted_where_fifths_have_nothing_in_common(data, graded_paths):
    """Over the grid of methods.md: shortest spell, band of starts, level, derived or soft ends, bounds."""
    asked, graded = graded_paths
    both = realised._foreign(data, realised.values(data), SPORTS, "points")
    own, base = both["place"] == "yuhuan", asked["base"].iloc[0]
    found = []
    for shortest, clean, bounds in product((1, 2, 3), (False, True), (False, True)):
        rows = both[both["years"].between(shortest - 1e-9, 6 + 1e-9) & ~own]
        rows = rows[rows["doubts"].eq(0)] if clean else rows
        rows = (rows if bounds else rows[~rows["bounded"]]).drop_duplicates("place")
        for factor, below in product((None, 2, 1.5), (False, True)):
            some = rows[rows["level"] != "province"] if below else rows
            some = some if factor is None else some[some["start"].between(base / factor, base * factor)]
            if len(some):
                spells = some.to_dict("records")
                words = [by_hand(row, spells) for row in asked.to_dict("records")]
                found.append([(one["fifth_low"], one["fifth_high"]) for one in words])
    assert graded["specifications"].tolist() == [len(found)] * len(asked)
    for fifth in (1, 3, 5):  # whatever the word is that they are held against
        wrong, tried = realised._grid(asked, both, *np.full((2, len(asked)), fifth))
        apart = [[fifth < low or fifth > high for low, high in words] for words in found]
        assert wrong.tolist() == np.sum(apart, axis=0).tolist() and set(tried) == {len(found)}


def test_how_often_slower_places_may_have_been_left_out():
    high = realised.limits([0, 0, 0], [0, 0, 0], [6, 7, 10], [0, 0, 0], [0, 0, 0], [6, 7, 10])[1]
    assert ((1 - high) / high).round(2).tolist() == [1.54, 1.87, 2.86]


def test_yuhuan_among_the_classes_of_the_first_version(first):
    sports = graded_of(first, place="yuhuan", indicator=SPORTS)
    assert sports[["m", "k_low", "k_high"]].tolist() == [21, 3, 5]
    assert [round(100 * sports[end]) for end in ("L90", "U90")] == [2, 48]
    assert sports[["specifications", "contradicted"]].tolist() == [72, 0]
    # As one more of the class: (m − k1)/(m + 1) to (m − k0 + 1)/(m + 1).
    assert sports[["chance_low", "chance_high"]].tolist() == pytest.approx([16 / 22, 19 / 22])
    assert not sports[["doubt_start", "doubt_few"]].any() and sports[["doubt_press", "doubt_level"]].all()
    nursery = graded_of(first, place="yuhuan", indicator=NURSERY)
    assert nursery[["m", "k_low", "k_high", "fifth_low", "fifth_high"]].tolist() == [5, 0, 0, 1, 3]
    # methods.md has 46: there a spell with a derived end is dropped, here the place's spell without one takes its place
    assert nursery[["specifications", "contradicted"]].tolist() == [48, 0]


def test_only_spells_that_count_for_a_path_are_counted():
    asked = pd.DataFrame({"required_low": [3.0, 3.0], "required_high": [3.0, 3.0]})
    found = pd.DataFrame({"low": [1.0, 2.0, 4.0], "high": [1.0, 2.0, 4.0], "province": list("aab")})
    counted = np.array([[True, True, True], [False, True, True]])
    k = realised.counts(asked, found, counted)
    assert k[["k_low", "k_high", "m"]].values.tolist() == [[2, 2, 3], [1, 1, 2]]
    assert k[["c_low", "c_high", "provinces"]].values.tolist() == [[1, 1, 2], [1, 1, 2]]


def test_the_class_of_a_path_names_the_years_that_it_spans(first):
    sports = graded_of(first, place="yuhuan", indicator=SPORTS)
    found = realised.spells(first, SPORTS)
    found = found[found["level"].isin(realised.SELECTIONS[sports["class_used"]])]
    assert sports[["first_year", "last_year"]].tolist() == [found["from_year"].min(), found["year"].max()]


def test_a_class_of_which_no_set_of_levels_qualifies_is_used_whole_and_says_so(first, monkeypatch):
    monkeypatch.setattr(realised, "RHO", 0.0)
    sports = graded_of(first, place="yuhuan", indicator=SPORTS)
    assert not sports["qualified"] and sports["class_used"] == "all" and sports["m"] >= 21


@pytest.mark.parametrize(("provinces", "few"), [(9, True), (10, False)])
def test_fewer_than_ten_provinces_are_few(first, monkeypatch, provinces, few):
    def counts(asked, found, counted):
        return known(asked, found, counted).assign(provinces=provinces)

    known = realised.counts
    monkeypatch.setattr(realised, "counts", counts)
    assert graded_of(first, place="yuhuan", indicator=SPORTS)["doubt_few"] == few


def test_only_changes_of_one_or_two_years_for_a_path_of_one_year(data):
    asked = asked_of(data, place="yuhuan", indicator=SPORTS).assign(years=1)
    found = realised.graded(data, realised.values(data), asked).iloc[0]
    short = realised.spells(data, SPORTS, shortest=1, longest=2)
    assert 0 < found["m"] <= len(short) and found["specifications"] == 0


@pytest.mark.parametrize(("t", "m"), [(2022.4, 0), (2022.5, 1), (2023.5, 1), (2023.6, 0)])
def test_a_change_of_less_than_one_year_or_more_than_two_is_none_for_a_path_of_one_year(data, t, m):
    blank = dict.fromkeys(data.reference.columns, "")
    rows = [
        blank | {"place": "wuhan", "indicator": NURSERY, "year": int(at), "t": at, "value": value, "low": value,
                 "high": value, "step": 0.001, "printed": str(value), "unit": "个/千人", "kind": "observed",
                 "relation": "eq", "basis": "register", "grade": "official"}
        for at, value in ((2021.5, 1.0), (t, 2.0))
    ]  # fmt: skip
    reference = pd.DataFrame(rows).assign(year=lambda one: one["year"].astype("Int64"))
    own = dataclasses.replace(data, reference=reference)
    asked = asked_of(data, place="yuhuan", indicator=NURSERY).assign(years=1)
    found = realised.graded(own, realised.values(own), asked)
    assert (found["m"].tolist() if len(found) else [0]) == [m]


def test_the_own_place_and_its_copies_are_no_reference(data):
    found = realised.spells(data, SPORTS)
    copy = found[found["place"].eq("siming")].assign(place="xiamen", level="prefecture", parent="fujian")
    found = pd.concat([found[~found["place"].eq("xiamen")], copy], ignore_index=True)
    asked = pd.DataFrame({"place": ["siming", "yuhuan"]})
    mask = realised.foreign(asked, found)
    assert found.loc[~mask[0], "place"].tolist() == ["siming", "xiamen"] and mask[1].all()


def test_a_superior_in_the_class_counts_and_is_flagged(data):
    assert graded_of(data, place="cixi", indicator="life_expectancy")["contains"]
    assert not graded_of(data, place="yuhuan", indicator=SPORTS)["contains"]


numbers = st.lists(st.integers(0, 40), min_size=1, max_size=12)


def limits_of(lows, highs, provinces, least, most) -> tuple[float, float]:
    asked = pd.DataFrame({"required_low": [float(least)], "required_high": [float(most)]})
    found = pd.DataFrame(
        {"low": np.array(lows, float), "high": np.array(highs, float), "province": provinces}
    )
    some = realised.counts(asked, found, np.ones((1, len(found)), dtype=bool))
    low, high = realised.limits(*(some[name] for name in realised.COUNTS))
    return low.item(), high.item()


@given(numbers, st.integers(0, 5), st.data())
def test_a_slower_spell_never_lowers_the_limits_and_a_faster_one_never_raises_them(values, span, draw):
    provinces = [draw.draw(st.sampled_from("abcd")) for _ in values]
    highs = [value + span for value in values]
    before = limits_of(values, highs, provinces, 20, 22)
    new = draw.draw(st.sampled_from(["e"]))
    slower = limits_of([*values, 0], [*highs, 1], [*provinces, new], 20, 22)
    faster = limits_of([*values, 60], [*highs, 61], [*provinces, new], 20, 22)
    assert slower[0] >= before[0] - 1e-12 and slower[1] >= before[1] - 1e-12
    assert faster[0] <= before[0] + 1e-12 and faster[1] <= before[1] + 1e-12


@given(numbers, st.integers(0, 5), st.integers(0, 5), st.data())
def test_a_wider_box_never_narrows_a_range(values, span, wider, draw):
    provinces = [draw.draw(st.sampled_from("abcd")) for _ in values]
    narrow = limits_of(values, [v + span for v in values], provinces, 20, 22)
    wide = limits_of(
        [v - wider for v in values], [v + span + wider for v in values], provinces, 20 - wider, 22 + wider
    )
    assert wide[0] <= narrow[0] + 1e-12 and wide[1] >= narrow[1] - 1e-12


@given(numbers, st.data())
def test_two_places_of_a_province_instead_of_one_never_narrow_the_interval_by_province(values, draw):
    provinces = [draw.draw(st.sampled_from("abcd")) for _ in values]
    twice = [*values, values[0]], [*provinces, provinces[0]]

    def by_province(numbers, names):
        asked = pd.DataFrame({"required_low": [20.0], "required_high": [20.0]})
        found = pd.DataFrame(
            {"low": np.array(numbers, float), "high": np.array(numbers, float), "province": names}
        )
        some = realised.counts(asked, found, np.ones((1, len(found)), dtype=bool)).iloc[0]
        c = [[some[name]] for name in ("c_low", "c_high", "provinces")]
        return [end.item() for end in realised.limits(*c, *c)]

    one, two = by_province(values, provinces), by_province(*twice)
    assert two[0] <= one[0] + 1e-12 and two[1] >= one[1] - 1e-12


def test_fifths_of_intervals():
    low, high = realised.fifths([0.0, 0.2, 0.39, 0.8, 0.0], [0.2, 0.4, 0.61, 1.0, 1.0])
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == [(1, 1), (2, 2), (2, 4), (5, 5), (1, 5)]


# ------------------------------------------------------------------------------- the superior's and own pace


def windows_of(data, place, indicator):
    found = realised.windows(data, realised.values(data), indicator, "points")
    return found[found["place"].eq(place)].sort_values(["from_year", "year"])


def test_windows_of_the_nation(first, data):
    nursery = windows_of(first, "china", NURSERY)["pace"].round(4).tolist()
    assert sorted(nursery) == sorted([0.675, 0.6833, 0.7043, 0.755, 0.7624, 0.7364])
    sports = windows_of(first, "china", SPORTS)["pace"].round(4).tolist()
    assert sorted(sports) == sorted([0.24, 0.1967, 0.175, 0.19, 0.1633, 0.11])
    doctors = windows_of(data, "china", "doctors_per_1000")["pace"]
    assert (len(doctors), doctors.min().round(3), doctors.max().round(3)) == (6, 0.125, 0.23)


def against_of(data, place, indicator):
    asked = asked_of(data, place=place, indicator=indicator).assign(superior="china")
    found = realised.windows(data, realised.values(data), indicator, asked["scale"].iloc[0])
    return realised.against(asked, found, "superior").iloc[0]


@pytest.mark.parametrize(
    ("place", "indicator", "classes"),
    [
        ("yuhuan", NURSERY, ("WELL_BELOW", "WELL_BELOW")),
        ("cixi", NURSERY, ("WELL_BELOW", "BELOW")),
        ("yuhuan", SPORTS, ("WELL_BELOW", "ABOUT")),
    ],
)
def test_classes_of_the_ratio(first, place, indicator, classes):
    found = against_of(first, place, indicator)
    assert found["windows"] == 6
    assert tuple(realised.CLASSES[int(found[f"n_{end}"]) - 1] for end in ("low", "high")) == classes


def test_the_ratio_of_yuhuans_sports_area(first):
    assert round(against_of(first, "yuhuan", SPORTS)["q_high"], 3) == 1.048


def test_doctors_stand_above_the_nations_pace(data):
    asked = asked_of(data, place="yuhuan", indicator="doctors_per_1000")
    pace = windows_of(data, "china", "doctors_per_1000")["pace"]
    assert [round(asked["required"].item() / end, 2) for end in (pace.max(), pace.min())] == [1.51, 2.77]
    found = against_of(data, "yuhuan", "doctors_per_1000")
    assert (found["n_low"], found["n_high"]) == (4, 5)


def test_ningbos_premature_mortality_fell_much_faster(data):
    asked = asked_of(data, place="cixi", indicator="premature_ncd_mortality").assign(superior="ningbo")
    found = realised.windows(data, realised.values(data), "premature_ncd_mortality", "log")
    rate = -np.expm1(-found[found["place"].eq("ningbo")]["pace"].item())
    assert round(100 * rate, 1) == 4.6
    assert realised.against(asked, found, "superior")["n_high"].item() == 1


SPAN = {"years": 3, "years_last": 5}


def test_twice_the_pace_of_a_straight_line():
    windows = pd.DataFrame({"place": "a", "indicator": "i", "scale": "points", "pace": 1.0, "low": 1.0, "high": 1.0,
                            "from_year": 2018, "year": 2020, "values": 5, "basis": ""}, index=[0])  # fmt: skip
    asked = pd.DataFrame(
        {
            "place": "a",
            "indicator": "i",
            "scale": "points",
            "required_low": 2.0,
            "required_high": 2.0,
            **SPAN,
        },
        index=[0],
    )
    found = realised.against(asked, windows, "place").iloc[0]
    assert (found["q_low"], realised.CLASSES[int(found["n_low"]) - 1]) == (2, "WELL_ABOVE")
    # an end value of the third year that is still printed for the fifth asks for three fifths of that by then
    assert found[["later_low", "later_high"]].tolist() == [1.2, 1.2]
    at_once = realised.against(asked.assign(years_last=3), windows, "place").iloc[0]
    assert at_once[["later_low", "later_high"]].isna().all()
    none = realised.against(asked.assign(place="b"), windows, "place").iloc[0]
    assert none[["windows", "n_low", "n_high"]].tolist() == [0, 0, 0] and np.isnan(none["q_low"])


def test_a_window_in_which_nothing_was_gained_is_no_pace_to_keep_up_with():
    windows = pd.DataFrame({"place": "a", "indicator": "i", "scale": "points", "pace": [0.0, 1.0], "low": [-0.1, 0.9],
                            "high": [0.1, 1.1], "from_year": 2018, "year": 2020, "values": 3, "basis": ""})  # fmt: skip
    asked = pd.DataFrame(
        {
            "place": "a",
            "indicator": "i",
            "scale": "points",
            "required_low": 0.5,
            "required_high": 0.5,
            **SPAN,
        },
        index=[0],
    )
    found = realised.against(asked, windows, "place").iloc[0]
    assert (round(found["q_low"], 3), found["q_high"], found["n_high"]) == (0.455, np.inf, 5)


def test_a_pace_that_may_be_none_has_a_ratio_from_zero():
    windows = pd.DataFrame({"place": "a", "indicator": "i", "scale": "points", "pace": 1.0, "low": 0.9, "high": 1.1,
                            "from_year": 2018, "year": 2020, "values": 2, "basis": ""}, index=[0])  # fmt: skip
    asked = pd.DataFrame(
        {
            "place": "a",
            "indicator": "i",
            "scale": "points",
            "required_low": -np.inf,
            "required_high": 0.5,
            **SPAN,
        },
        index=[0],
    )
    assert realised.against(asked, windows, "place")["q_low"].item() == 0


def test_cuts_of_the_ratio():
    assert realised.bands([0.599, 0.6, 0.949, 0.95, 1.0526, 1.054, 1.6666, 1.668]).tolist() == [
        1,
        2,
        2,
        3,
        3,
        4,
        4,
        5,
    ]


def test_windows_never_span_bases(data):
    known = realised.values(data)
    for indicator in data.reference["indicator"].unique():
        found = realised.windows(data, known, indicator, "points")
        rows = known[known["indicator"].eq(indicator)].set_index(["place", "basis", "year"]).index
        for year in ("from_year", "year"):
            assert pd.MultiIndex.from_frame(found[["place", "basis", year]]).isin(rows).all()


def test_the_ratio_over_every_window_is_that_of_its_corners():
    rng = np.random.default_rng(8)
    pace = rng.uniform(-0.2, 1, 40).round(2)
    found = pd.DataFrame(
        {"place": rng.choice(list("abcd"), 40), "indicator": "i", "scale": "points", "low": pace - 0.05}
    )
    found = found.assign(high=pace + 0.05, from_year=rng.integers(2010, 2020, 40), values=5, basis="b")
    found = found.assign(year=found["from_year"] + rng.integers(2, 6, 40))
    wanted = rng.uniform(-0.3, 1, 30).round(2)
    asked = pd.DataFrame({"up": rng.choice(list("abcde"), 30), "indicator": "i", "scale": "points"})
    asked = asked.assign(required_low=wanted - 0.1, required_high=wanted + 0.1, **SPAN)
    asked.loc[7, ["required_low", "required_high"]] = np.nan
    got = realised.against(asked, found, "up", "n_")
    for one, told in zip(asked.to_dict("records"), got.to_dict("records"), strict=True):
        some = [
            row
            for row in found.to_dict("records")
            if row["place"] == one["up"] and not np.isnan(one["required_high"])
        ]
        least = [max(one["required_low"], 0) / row["high"] if row["high"] > 0 else np.inf for row in some]
        most = [one["required_high"] / row["low"] if row["low"] > 0 else np.inf for row in some]
        assert told["n_windows"] == len(some)
        if not some:
            assert (told["n_n_low"], told["n_n_high"], told["n_from_year"], told["n_to_year"]) == (0, 0, 0, 0)
            continue
        assert (told["n_q_low"], told["n_q_high"]) == pytest.approx((min(least), max(most)))
        years = min(row["from_year"] for row in some), max(row["year"] for row in some)
        assert (told["n_from_year"], told["n_to_year"]) == years
        for end, q in (("low", min(least)), ("high", max(most))):
            cuts = [q >= 0.60 - 1e-12, q >= 0.95 - 1e-12, q > 1 / 0.95 + 1e-12, q > 1 / 0.60 + 1e-12]
            assert told[f"n_n_{end}"] == 1 + sum(cuts)


def test_the_series_is_the_one_that_reaches_farthest_of_those_with_a_window(data, known):
    rows = known[known["indicator"].eq("doctors_per_1000") & known["basis"].eq("nhc")].head(5)
    bases, times = list("aabbc"), [2015.0, 2020.0, 2023.0, 2024.0, 2024.5]
    found = realised.windows(data, rows.assign(basis=bases, t=times), "doctors_per_1000", "points")
    assert found["basis"].tolist() == ["a"] and found["values"].tolist() == [2]
    found = realised.windows(
        data,
        rows.assign(basis=list("aabbb"), t=[2015.0, 2020, 2021, 2023, 2024.5]),
        "doctors_per_1000",
        "points",
    )
    assert set(found["basis"]) == {"b"} and len(found) == 2, "one year and a half is no window"
    # of two that reach as far the longer one
    found = realised.windows(
        data,
        rows.assign(basis=list("bbaaa"), t=[2015.0, 2020, 2015, 2018, 2020]),
        "doctors_per_1000",
        "points",
    )
    assert set(found["basis"]) == {"a"} and len(found) == 3 and set(found["values"]) == {3}


@pytest.mark.parametrize(("between", "count"), [(1.8, 1), (1.79, 0), (2.0, 1)])
def test_a_window_spans_at_least_1_8_years_by_its_months(data, between, count):
    """2022.8 less 2021 is a little less than 1.8 in binary."""
    known = realised.values(data)
    rows = known[known["indicator"].eq("doctors_per_1000") & known["level"].eq("country")]
    rows = rows[rows["basis"] == "nhc"].head(2)
    assert len(rows) == 2 and 2022.8 - 2021.0 < 1.8
    found = realised.windows(data, rows.assign(t=[2021.0, 2021.0 + between]), "doctors_per_1000", "points")
    assert len(found) == count


def test_the_nearest_superior_with_a_series_is_used(data):
    known = realised.values(data)
    asked = asked_of(data, indicator="premature_ncd_mortality")
    found = realised.windows(data, known, "premature_ncd_mortality", "log")
    chosen = dict(zip(asked["place"], realised.nearest(data, asked, found), strict=True))
    assert chosen == {"changxing": "china", "cixi": "ningbo", "yuhuan": "china"}


def test_an_observation_between_base_and_end_is_set_against_the_time(data):
    asked = asked_of(data, place="haishu", indicator=NURSERY)
    known = realised.values(data)
    # the year of 海曙's 4.07 is inferred from the page, so nothing is said of the time
    assert realised.progress(asked, known).iloc[0]["seen_year"] == 0
    found = realised.progress(asked, known.assign(soft=False)).iloc[0]
    assert (found["seen_year"], round(found["done"], 3), found["gone"]) == (2023, 0.296, 0.2)
    assert round(found["remaining"], 4) == 0.3575


def test_the_last_of_the_observations_between_base_and_end_counts():
    """None of the base year, of the year that reaches the end, or of a bound; a path without one has none."""
    asked = pd.DataFrame(
        {"place": ["a", "b"], "indicator": "i", "ask": "pace", "base_year": 2020, "base": 10.0, "reached": 2030,
         "end": [30.0, -10.0], "years": 10, "sign": [1.0, -1.0]}
    )  # fmt: skip
    seen = pd.DataFrame({"year": [2020, 2023, 2027, 2028, 2030], "value": [9.0, 12.0, 22.0, 99.0, 31.0]})
    seen = seen.assign(
        place="a",
        indicator="i",
        bounded=seen["year"] == 2028,
        soft=False,
        printed=seen["value"].map("{:g}".format),
    )
    undated = seen.assign(year=pd.array([pd.NA] * len(seen), dtype="Int64"), value=29.0)
    seen = pd.concat([seen.astype({"year": "Int64"}), undated], ignore_index=True)
    found = realised.progress(asked, seen)
    numbers = ["seen_year", "done", "gone", "remaining"]
    assert found.loc[0, numbers].tolist() == pytest.approx([2027, 0.6, 0.7, 8 / 3])
    assert found["seen_printed"].tolist() == ["22", ""] and found.loc[1, "seen_year"] == 0
    falling = realised.progress(asked, seen.assign(place="b", value=-seen["value"] + 20))
    assert falling.loc[1, numbers].tolist() == pytest.approx([2027, 0.6, 0.7, 8 / 3])


# ------------------------------------------------------------------- realised changes in a world of our own


def world_of(**tables) -> SimpleNamespace:
    """A nation of three provinces with their prefectures and counties, and an indicator of each scale."""
    places = [("n", "country", ""), ("x", "county", "")]
    for name in "abc":
        places += [
            (name, "province", "n"),
            (f"{name}1", "prefecture", name),
            (f"{name}2", "prefecture", name),
        ]
        places += [(f"{name}11", "county", f"{name}1"), (f"{name}12", "county", f"{name}1")]
    indicators = [("points", "up", "density", np.nan), ("log", "down", "gross_rate", np.nan), ("gap", "up", "share", 100.0)]  # fmt: skip
    usual = {
        "places": pd.DataFrame(places, columns=["id", "level", "parent"]),
        "indicators": pd.DataFrame(indicators, columns=["id", "direction", "kind", "upper"]),
        "superiors": pd.DataFrame(columns=["place", "superior", "order"]),
        "indicator": lambda name: name,
    }
    return SimpleNamespace(**(usual | tables))


def known_of(rows: list[dict], world: SimpleNamespace) -> pd.DataFrame:
    """Values as `realised.values` gives them: by default observed, official and of the reference table, ± 0.05."""
    usual = {"indicator": "points", "basis": "", "bounded": False, "derived": False, "soft": False, "press": 0, "held": True}  # fmt: skip
    usual |= {"added_low": np.nan, "added_high": np.nan}
    rows = pd.DataFrame([usual | row for row in rows])
    places = world.places.set_index("id")
    up = places["parent"].to_dict()
    rows["level"], rows["parent"] = rows["place"].map(places["level"]), rows["place"].map(up)
    rows["province"] = rows["place"].str[0].where(~rows["level"].eq("country"), "")
    for name, side in (("low", -1), ("high", 1)):
        if name not in rows:
            rows[name] = (rows["value"] + side * 0.05).mask(rows["bounded"] & (side > 0), np.inf)
    rows["year"] = (np.ceil(rows["t"]) - 1).astype("Int64")
    rows["printed"], rows["source"] = rows["value"].map("{:g}".format), [f"s{k}" for k in range(len(rows))]
    return rows[realised._VALUES]


def drawn_values(seed: int, count: int, world: SimpleNamespace, indicator: str = "points") -> pd.DataFrame:
    """Values of every kind at half years, so that places have spells of one length, with printed increases that fit."""
    rng = np.random.default_rng(seed)
    rows = []
    for place in rng.choice(world.places["id"], count):
        more = float(rng.integers(1, 3))
        rows.append(
            {"place": place, "indicator": indicator, "basis": rng.choice(["r", "r", "s"]), "t": 2010 + rng.integers(0, 14) / 2,
             "value": float(rng.integers(4, 12)), "derived": rng.random() < 0.3, "soft": rng.random() < 0.3,
             "press": int(rng.integers(0, 2)), "held": rng.random() < 0.8, "bounded": indicator != "gap" and rng.random() < 0.2}
            | ({"added_low": more - 0.02, "added_high": more + 0.02} if rng.random() < 0.3 else {})
        )  # fmt: skip
    return known_of(rows, world)


NAN = np.nan
# place, kind, value, step, increase, note, grade: low, high, of the increase, bounded, derived, soft, press
BOXES = [
    ("a", "observed", 5.0, 0.1, "", "", "official", 4.95, 5.05, NAN, NAN, 0, 0, 0, 0),
    ("b", "lower_bound", 5.0, 0.1, "", "", "press", 5.0, np.inf, NAN, NAN, 1, 0, 0, 1),
    ("c", "approximate", 5.0, 1.0, "", "", "secondary", 4.0, 6.0, NAN, NAN, 0, 0, 1, 1),
    ("a1", "observed", 5.0, 0.1, "0.4", "SOFT DATE of a report", "official", 4.95, 5.05, NAN, NAN, 0, 0, 1, 0),
    ("b1", "derived", 5.0, 0.1, "", "", "official", 4.9, 5.1, NAN, NAN, 0, 1, 0, 0),
    # a − b, both to two digits; and to two and to one
    ("c1", "derived", 1.03, 0.01, "0.43", "", "official", 1.02, 1.04, 0.425, 0.435, 0, 1, 0, 0),
    ("c2", "derived", 1.03, 0.01, "0.4", "", "official", 0.975, 1.085, 0.35, 0.45, 0, 1, 0, 0),
    # a/(1 + g): 50 ± 0.05 a quarter higher, to whole per cent; to tenths, of two values the one that fits better
    ("a11", "derived", 40.0, 0.1, "25%", "", "official", 49.95 / 1.255, 50.05 / 1.245, NAN, NAN, 0, 1, 0, 0),
    ("a11", "observed", 50.0, 0.1, "", "", "official", 49.95, 50.05, NAN, NAN, 0, 0, 0, 0),
    ("a12", "observed", 50.1, 0.1, "", "", "official", 50.05, 50.15, NAN, NAN, 0, 0, 0, 0),
    ("a12", "derived", 40.0, 0.1, "25.0%", "", "official", 49.95 / 1.2505, 50.05 / 1.2495, NAN, NAN, 0, 1, 0, 0),
    ("a12", "observed", 50.0, 0.1, "", "", "official", 49.95, 50.05, NAN, NAN, 0, 0, 0, 0),
    # of a lower bound, to which 300% lead
    ("b11", "derived", 10.0, 0.05, "300%", "", "official", 40 / 4.005, np.inf, NAN, NAN, 1, 1, 0, 0),
    ("b11", "lower_bound", 40.0, 0.1, "", "", "official", 40.0, np.inf, NAN, NAN, 1, 0, 0, 0),
    # off by the step, and by more; and by itself, whatever other places and indicators print
    ("b12", "derived", 9.0, 1.0, "25%", "", "official", 12.25 / 1.255, 12.75 / 1.245, NAN, NAN, 0, 1, 0, 0),
    ("b12", "observed", 12.5, 0.5, "", "", "official", 12.25, 12.75, NAN, NAN, 0, 0, 0, 0),
    ("b2", "derived", 8.9, 1.0, "25%", "", "official", 7.9, 9.9, NAN, NAN, 0, 1, 0, 0),
    ("b2", "observed", 12.5, 0.5, "", "", "official", 12.25, 12.75, NAN, NAN, 0, 0, 0, 0),
    ("c11", "derived", 10.0, 1.0, "1%", "", "official", 9.0, 11.0, NAN, NAN, 0, 1, 0, 0),
    ("c12", "observed", 10.1, 0.1, "", "", "official", 10.05, 10.15, NAN, NAN, 0, 0, 0, 0),
    ("n", "observed", 5.0, 0.1, "", "", "official", 4.95, 5.05, NAN, NAN, 0, 0, 0, 0),
]  # fmt: skip


def test_a_realised_value_that_is_corrected_in_place_counts_as_corrected(data):
    own = dataclasses.replace(data, reference=data.reference.copy())
    at = (own.reference["indicator"].eq(NURSERY) & own.reference["kind"].eq("observed")).idxmax()
    assert "corrected" not in realised.values(own)["indicator"].tolist()
    own.reference.loc[at, ["indicator", "value"]] = "corrected", 99.0
    known = realised.values(own)
    assert known.loc[known["indicator"].eq("corrected"), "value"].tolist() == [99.0]


def test_every_kind_of_value_has_the_box_of_the_methods():
    """Section 3 D: observed, approximate, bounds, and what is derived from a printed increase; and what is left out."""
    names = ["place", "kind", "value", "step", "increase", "note", "grade"]
    rows = [dict(zip(names, row, strict=False)) for row in BOXES]
    away = [{"note": text} for text in ("EXCLUDE_SPELL here", "WEAK", "ALT: x")] + [
        {"kind": "expected"},
        {"t": np.nan},
    ]
    rows += [rows[0] | {"value": 7.0 + ("t" in more)} | more for more in away]
    rows.append(
        rows[18] | {"kind": "observed", "value": 10.1, "step": 0.1, "indicator": "log", "increase": ""}
    )
    reference = pd.DataFrame(
        [{"indicator": "points", "year": 2020, "t": 2021.0, "basis": "r"} | row for row in rows]
    )
    reference = reference.assign(
        printed=reference["value"].map("{:g}".format), source=[f"r{k}" for k in range(len(rows))]
    )
    reference.loc[2, "printed"] = "5左右"
    reference["year"] = reference["year"].astype("Int64")
    seen = [
        # what the reference table has is not taken twice, whatever else is
        ("a", "points", 2020, "eq", 5.0, None), ("a", "points", 2019, "eq", 5.0, (4.95, 5.05, 0, 0)),
        ("a2", "points", 2020, "eq", 5.0, (4.95, 5.05, 0, 0)), ("a", "log", 2020, "eq", 5.0, (4.95, 5.05, 0, 0)),
        ("a", "points", 2020, "eq", 5.1, (5.05, 5.15, 0, 0)), ("a", "points", 2020, "eq", 7.0, (6.95, 7.05, 0, 0)),
        ("a", "points", 2020, "about", 6.0, (5.9, 6.1, 0, 1)), ("a", "points", 2020, "ge", 3.0, (3.0, np.inf, 1, 0)),
        ("a", "points", 2020, "gt", 3.5, (3.5, np.inf, 1, 0)), ("a", "points", 2020, "gt", np.nan, (2.0, np.inf, 1, 0)),
        *(("a", "points", 2020, relation, 8.0, None) for relation in ("le", "lt", "range", "none")),
    ]  # fmt: skip
    observations = pd.DataFrame(seen, columns=["place", "indicator", "year", "relation", "value", "expected"])
    observations = observations.assign(
        printed=observations["value"].map("约{:g}".format), low=2.0, step=0.1, basis="o", note=""
    )
    observations = observations.assign(source=[f"o{k}" for k in range(len(seen))]).astype({"year": "Int64"})
    found = realised.values(world_of(reference=reference, observations=observations)).set_index("source")
    ends, flags = ["low", "high", "added_low", "added_high"], ["bounded", "derived", "soft", "press"]
    for k, row in enumerate(BOXES):
        told = found.loc[f"r{k}"]
        assert told[ends].tolist() == pytest.approx(row[7:11], nan_ok=True), row
        assert told[flags].astype(int).tolist() == list(row[11:]) and told["held"], row
        up = {"n": ("country", "", ""), "a": ("province", "n", "a"), "a11": ("county", "a1", "a"), "b1": ("prefecture", "b", "b")}  # fmt: skip
        assert tuple(told[["level", "parent", "province"]]) == up.get(
            row[0], tuple(told[["level", "parent", "province"]])
        )
    assert found.loc["r2", "printed"] == "约5" and found.loc["r0", "printed"] == "5"
    assert sorted(name for name in found.index if name[0] == "r") == sorted(
        [f"r{k}" for k in [*range(len(BOXES)), len(rows) - 1]]
    )
    for k, (_, _, year, relation, _, expected) in enumerate(seen):
        assert (f"o{k}" in found.index) == (expected is not None), seen[k]
        if expected:
            told = found.loc[f"o{k}"]
            assert told[["low", "high", "bounded", "soft"]].tolist() == pytest.approx(list(expected))
            assert (told["t"], told["held"], told["press"], told["derived"]) == (year + 1, False, 1, False)
            assert told["printed"] == f"约{seen[k][4]:g}" or relation != "about"
            assert told["value"] == (2.0 if np.isnan(seen[k][4]) else seen[k][4])


@pytest.mark.parametrize(("indicator", "sign"), [("points", 1.0), ("log", -1.0), ("gap", 1.0)])
def test_every_change_is_that_of_two_values_of_one_place_on_one_basis(indicator, sign):
    world = world_of()
    known = drawn_values(5, 150, world, indicator)
    # an increase that leads to nearly the value of a later year is none to it
    close = [
        {"t": 2010.0, "value": 5.0, "added_low": 1.98, "added_high": 2.02},
        {"t": 2012.0, "value": 7.003},
    ]
    close = known_of([{"place": "x", "basis": "close", "indicator": indicator} | one for one in close], world)
    known = pd.concat([known, close.assign(source=["y", "z"])], ignore_index=True)
    others = drawn_values(6, 30, world, {"points": "log"}.get(indicator, "points")).assign(source="other")
    found = realised.pairs(world, pd.concat([others, known], ignore_index=True), indicator, indicator)
    rows, tied = known.to_dict("records"), 0
    expected = {
        (a["source"], b["source"]): (a, b)
        for a, b in product(rows, repeat=2)
        if (a["place"], a["basis"]) == (b["place"], b["basis"]) and b["t"] > a["t"] and not a["bounded"]
    }
    told = {(one["from_source"], one["source"]): one for one in found.to_dict("records")}
    assert set(told) == set(expected) and len(found) == len(expected) > 60
    ceiling = {"gap": 100.0}.get(indicator, np.nan)
    for key, (a, b) in expected.items():
        one = told[key]
        assert (one["low"], one["high"]) == pytest.approx(change_by_hand(a, b, indicator, ceiling, sign))
        points = [scaled_by_hand(indicator, ceiling, end["value"]) for end in (b, a)]
        assert one["pace"] == pytest.approx(sign * (points[0] - points[1]) / (b["t"] - a["t"]))
        sums = [one[name] == a[name] + b[name] for name in ("derived", "soft", "press")]
        assert all(sums) and one["doubts"] == sum(end[name] for end in (a, b) for name in ("derived", "soft"))
        years = one["years"], one["from_year"], one["year"], one["start"], one["from_printed"], one["bounded"]
        assert years == (b["t"] - a["t"], a["year"], b["year"], a["value"], a["printed"], b["bounded"])
        tied += abs(a["value"] + (a["added_low"] + a["added_high"]) / 2 - b["value"]) < 1e-9
    assert tied > 3


def test_a_place_has_the_spell_that_is_exact_longest_surest_and_latest(monkeypatch):
    """In that order, of two to six years, of values of the reference table, without whole countries."""
    world = world_of()
    known = pd.concat(
        [
            drawn_values(11, 120, world),
            drawn_values(12, 8, world).assign(place="a12", bounded=[False] + [True] * 7),
        ]
    )
    monkeypatch.setattr(realised, "values", lambda data: known)
    pairs_, level = (
        realised.pairs(world, known[known["held"]], "points", "points"),
        world.places.set_index("id")["level"],
    )
    for options, (shortest, longest) in (({}, (2, 6)), ({"shortest": 1, "longest": 3}, (1, 3))):
        best = {}
        for one in pairs_.to_dict("records"):
            if shortest <= one["years"] <= longest and level[one["place"]] != "country":
                key = one["bounded"], -one["years"], one["doubts"], -one["t"]
                best[one["place"]] = min(best.get(one["place"], key), key)
        found = realised.spells(world, "points", **options)
        assert found["place"].tolist() == sorted(best) and len(best) > 10
        keys = zip(
            found["bounded"], -found["years"], found["derived"] + found["soft"], -found["t"], strict=True
        )
        assert list(keys) == [best[place] for place in found["place"]]
        assert {bounded for bounded, *_ in best.values()} == {False, True}
    by_scale = [
        realised.spells(world, "points", scale=scale)["low"].tolist() for scale in ("", "points", "log")
    ]
    assert by_scale[0] == by_scale[1] != by_scale[2]
    assert (
        by_scale[2] == realised._best(realised._foreign(world, known, "points", "log"), 2, 6)["low"].tolist()
    )


@pytest.mark.parametrize(("years", "there"), [
    (2 - 5e-10, True), (2 - 1e-7, False), (6 + 5e-10, True), (6 + 1e-7, False), (2.0, True), (6.0, True),
])  # fmt: skip
def test_a_spell_lasts_two_to_six_years_up_to_binary_noise(monkeypatch, years, there):
    world = world_of()
    known = known_of(
        [{"place": "a", "t": 2012.0, "value": 1.0}, {"place": "a", "t": 2012 + years, "value": 2.0}], world
    )
    monkeypatch.setattr(realised, "values", lambda data: known)
    assert len(realised.spells(world, "points")) == there


@pytest.mark.parametrize(("starts", "ends", "pace", "name", "rho"), [
    # the nation gains one a year from 2010 to 2020
    ([2010.0] * 3, [2014.0] * 3, 1.25, "all", 1.25),
    ([2010.0] * 3, [2014.0] * 3, 1.26, "", 1.26),
    # a quarter of a year outside its series, in which it is held at its last value, and a little more
    ([2009.75] * 3, [2013.75] * 3, 1.0, "all", 4 / 3.75),
    ([2016.25] * 3, [2020.25] * 3, 1.0, "all", 4 / 3.75),
    ([2010.0, 2010.0, 2009.74], [2014.0] * 3, 1.0, "", NAN),
    ([2016.0] * 3, [2020.0, 2020.0, 2020.26], 1.0, "", NAN),
])  # fmt: skip
def test_a_set_of_levels_is_held_against_the_nations_gain_over_the_same_spans(starts, ends, pace, name, rho):
    """Whatever bounds, other indicators, observations outside the reference table or other places say."""
    world = world_of()
    nation = [{"place": "n", "t": float(t), "value": t - 2000.0} for t in (2020, 2010, 2015)]
    nation += [nation[0] | more for more in (
        {"value": 99.0}, {"t": 2005.0, "value": 0.0, "bounded": True}, {"t": 2005.0, "held": False},
        {"t": 2005.0, "indicator": "log"}, {"t": 2005.0, "place": "a"}, {"t": 2030.0, "held": False},
    )]  # fmt: skip
    found = pd.DataFrame(
        {
            "t_0": starts,
            "t": ends,
            "level": "province",
            "bounded": False,
            "low": pace - 0.1,
            "high": pace + 0.1,
        }
    )
    found["years"] = found["t"] - found["t_0"]
    bounded = found.assign(bounded=True, low=99.0, high=np.inf)
    for some in (found, pd.concat([found, bounded])):
        told = realised.selection(world, known_of(nation, world), some, "points", "points")
        assert told == (name, pytest.approx(rho, nan_ok=True))


def test_sets_of_levels_are_tried_from_the_largest():
    world = world_of()
    nation = known_of(
        [{"place": "n", "t": 2010.0, "value": 0.0}, {"place": "n", "t": 2020.0, "value": 10.0}], world
    )
    levels = ["county"] * 3 + ["prefecture"] * 3 + ["province"] * 3
    for pace, name, rho in (
        ([1, 1, 1, 1, 1, 1, 1, 1, 1], "all", 1.0),
        ([9, 9, 9, 1, 1, 1, 1, 1, 1], "provinces_and_prefectures", 1.0),
        ([1, 1, 1, 9, 9, 9, 1.2, 1.2, 1.2], "provinces", 1.2),
        ([1, 1, 1, 1, 1, 1, 9, 9, 9], "", 9.0),
    ):
        found = pd.DataFrame(
            {
                "t_0": 2012.0,
                "t": 2016.0,
                "years": 4.0,
                "level": levels,
                "bounded": False,
                "low": pace,
                "high": pace,
            }
        )
        assert realised.selection(world, nation, found, "points", "points") == (name, pytest.approx(rho))


def test_the_class_of_a_path_is_graded_by_hand():
    """Counts, years, levels, superiors and doubts of methods.md, sections 3 D and 4, in worlds that are drawn."""
    world, seen = world_of(), set()
    levels, up = (world.places.set_index("id")[name] for name in ("level", "parent"))
    for seed in range(6):
        known = drawn_values(100 + seed, 60 + 30 * (seed % 3), world)
        fast = known["level"].ne("province") & (seed == 5)
        ends = ["value", "low", "high"]
        known[ends] = known[ends].add(9 * (known["t"] - 2010) * fast, axis=0)
        known = known[known["level"].eq("county") | (seed != 4)]
        nation = [
            {"place": "n", "t": 2010.0 + k, "value": k * (0.1, 0.4, 0.7, 2, 0.4, 2)[seed]} for k in range(8)
        ]
        nation += [{"place": one, "t": t, "value": t - 2008} for one in "abc" for t in (2011.0, 2014.0)][
            : 6 * (seed == 5)
        ]
        known = pd.concat([known[known["place"].ne("n")], known_of(nation, world)], ignore_index=True)
        asked = pd.DataFrame(
            {"place": ["a11", "b12", "c1", "a", "x", "a11"], "indicator": "points", "scale": "points"}
        )
        asked = asked.assign(level=asked["place"].map(levels), base=[4.0, 6.0, 7.5, 11.0, 2.0, 99.0], years=3)
        low = np.array([-1.0, 0.4, 0.0, 1.0, 0.25, 3.0])
        asked = asked.assign(required_low=low, required_high=low + 0.1)
        found = realised._best(realised._foreign(world, known, "points", "points"), 2, 6)
        name, rho = realised.selection(world, known, found, "points", "points")
        found = found[found["level"].isin(realised.SELECTIONS[name or "all"])].to_dict("records")
        told = realised.graded(world, known, asked).to_dict("records")
        for row, got in zip(asked.to_dict("records"), told, strict=True):
            copies = {(up[one["place"]], one["from_year"], one["year"], one["from_printed"], one["printed"])
                      for one in found if one["place"] == row["place"]}  # fmt: skip
            spells = [
                one for one in found if one["place"] != row["place"]
                and (one["place"], one["from_year"], one["year"], one["from_printed"], one["printed"]) not in copies
            ]  # fmt: skip
            for key, value in by_hand(row, spells).items():
                assert got[key] == pytest.approx(value, nan_ok=True), (seed, row["place"], key)
            assert (got["class_used"], got["qualified"]) == (name or "all", bool(name))
            assert got["rho"] == pytest.approx(rho, nan_ok=True)
            years = min(one["from_year"] for one in found), max(one["year"] for one in found)
            assert (got["first_year"], got["last_year"]) == years
            m, starts = len(spells), [one["start"] for one in found]
            same = 2 * sum(one["level"] == row["level"] for one in spells) >= m
            over = {place for place in realised.above_(row["place"], up.to_dict())[1:]}
            contains = any(one["place"] in over for one in found)
            near = sum(row["base"] / 1.5 <= one["start"] <= row["base"] * 1.5 for one in spells)
            start = not min(starts) <= row["base"] <= max(starts) or 2 * near < m
            assert (got["same_level"], got["contains"], got["doubt_start"]) == (same, contains, start), (
                seed,
                row,
            )
            assert (got["doubt_press"], got["doubt_level"], got["doubt_few"]) == (True, not same, True)
            seen |= {("level", same), ("contains", contains), ("start", start), ("class", name)}
            # no other length of spells is tried for a path of one year
            assert got["specifications"] >= 1
    assert {("level", True), ("class", ""), ("class", "all"), ("class", "provinces")} <= seen and len(
        seen
    ) >= 8
    assert realised.graded(world, known[:0], asked).empty


@pytest.mark.parametrize(("press", "away", "more", "complete"), [
    ((), (), (), True), (("b",), (), (), False), ((), ("c",), (), False), ((), (), ("a11",), False), ((), (), ("a1",), False),
])  # fmt: skip
def test_a_class_is_complete_with_all_provinces_official_and_nothing_else(press, away, more, complete):
    world = world_of()
    rows = [
        {"place": place, "t": t, "value": value, "press": int(place in press)}
        for place in [*"abc", *more] if place not in away
        for t, value in ((2012.0, 1.0), (2015.0, 2.0))
    ]  # fmt: skip
    asked = pd.DataFrame(
        {"place": ["x"], "indicator": "points", "scale": "points", "level": "county", "base": 1.0}
    )
    asked = asked.assign(years=3, required_low=0.5, required_high=0.6)
    (got,) = realised.graded(world, known_of(rows, world), asked).to_dict("records")
    assert got["doubt_press"] == (not complete) and got["m"] == 3 - len(away) + len(more)
    if complete:
        assert (got["L90"], got["U90"]) == realised.hypergeometric(3, 3, 3)
    else:
        m, n = got["m"], got["provinces"]
        assert got["L90"] == pytest.approx(min(clopper(m, m)[0], clopper(n, n)[0])) and got["U90"] == 1


def test_limits_are_the_wider_of_all_changes_and_of_provinces():
    rng = np.random.default_rng(3)
    m = rng.integers(0, 9, 60)
    n = np.array([rng.integers(0, one + 1) for one in m])
    draws = [np.sort(rng.integers(0, of + 1, (60, 2)).clip(max=of[:, None]), axis=1).T if False else
             np.sort(np.floor(rng.random((60, 2)) * (of[:, None] + 1)).astype(int), axis=1).T for of in (m, n)]  # fmt: skip
    (k_low, k_high), (c_low, c_high) = draws
    for whole in (0, 9):
        low, high = realised.limits(k_low, k_high, m, c_low, c_high, n, whole=whole)
        for k in range(60):

            def ends(one, of, whole=whole):
                return (
                    realised.hypergeometric(one, of, whole)
                    if whole
                    else clopper(int(one), int(of))
                    if of
                    else (0.0, 1.0)
                )

            least = min(ends(k_low[k], m[k])[0], ends(c_low[k], n[k])[0])
            most = max(ends(k_high[k], m[k])[1], ends(c_high[k], n[k])[1])
            assert (low[k], high[k]) == pytest.approx((least, most)), (
                k_low[k],
                k_high[k],
                m[k],
                c_low[k],
                c_high[k],
                n[k],
            )


def test_edges_of_fifths_and_of_the_ratio_are_their_own_up_to_binary_noise():
    edges = np.array([0.2, 0.4, 0.6, 0.8])
    for more, low, high in ((0.0, 1, 0), (1e-13, 1, 0), (-1e-13, 1, 0), (1e-10, 1, 1), (-1e-10, 0, 0)):
        found = realised.fifths(edges + more, edges + more)
        assert found[0].tolist() == [k + low for k in (1, 2, 3, 4)] and found[1].tolist() == [
            k + high for k in (1, 2, 3, 4)
        ]
    cuts = np.array([0.60, 0.95, 1 / 0.95, 1 / 0.60])
    for more, classes in ((0.0, [2, 3, 3, 4]), (1e-13, [2, 3, 3, 4]), (-1e-13, [2, 3, 3, 4]),
                          (1e-10, [2, 3, 4, 5]), (-1e-10, [1, 2, 3, 4])):  # fmt: skip
        assert realised.bands(cuts + more).tolist() == classes


def test_slower_and_near_are_told_at_their_edges():
    asked = pd.DataFrame(
        {"required_low": [1.0, np.nan], "required_high": [2.0, np.nan], "base": [6.0, np.nan]}
    )
    found = pd.DataFrame(
        {"low": [0.0, 0.5, 2.0, 2.1], "high": [0.9, 1.0, 3.0, np.inf], "start": [4.0, 3.99, 9.0, 9.01]}
    )
    sure, maybe = realised.slower(asked, found)
    assert sure[0].tolist() == [True, False, False, False] and maybe[0].tolist() == [True, True, True, False]
    assert realised.near(asked, found, 1.5).tolist() == [[True, False, True, False], [False] * 4]


def test_own_changes_and_their_copies_are_found_spell_by_spell():
    rng, world = np.random.default_rng(4), world_of()
    up = world.places.set_index("id")["parent"]
    for _ in range(5):
        places = rng.choice(world.places["id"][1:], 9, replace=False)
        found = pd.DataFrame(
            {"place": places, "parent": up[places].to_numpy(), "from_year": rng.integers(2010, 2012, 9)}
        )
        found = found.assign(
            year=found["from_year"] + 3, from_printed=rng.choice(["1", "2"], 9, p=[0.8, 0.2]), printed="3"
        )
        asked = pd.DataFrame({"place": world.places["id"]})
        got, ends = realised.foreign(asked, found), ["from_year", "year", "from_printed", "printed"]
        for place, mask in zip(asked["place"], got, strict=True):
            own = found[found["place"] == place]
            for one, kept in zip(found.to_dict("records"), mask, strict=True):
                copy = any(
                    row["parent"] == one["place"] and all(row[end] == one[end] for end in ends)
                    for row in own.to_dict("records")
                )
                assert kept == (one["place"] != place and not copy), (place, one)


def test_two_districts_that_print_the_same_have_a_copy_each_in_their_city():
    found = pd.DataFrame(
        {
            "place": ["a1", "a11", "a12", "b1"],
            "parent": ["a", "a1", "a1", "b"],
            "from_year": 2020,
            "year": 2023,
        }
    )
    found = found.assign(from_printed="1", printed="2")
    mask = realised.foreign(pd.DataFrame({"place": ["a11", "a12", "a1", "x"]}), found)
    assert mask.astype(int).tolist() == [[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 1], [1, 1, 1, 1]]


@pytest.mark.parametrize("seed", [1, 2])
def test_windows_are_all_pairs_of_the_one_series_that_counts(seed):
    """Of the bases with a window that which reaches farthest, then the longest; of one time the reference table's value."""
    world = world_of()
    known = drawn_values(seed, 220, world).drop_duplicates(["place", "basis", "t", "held"])
    found, expected = realised.windows(world, known, "points", "points"), {}
    for place, rows in known[~known["bounded"]].groupby("place"):
        series = []
        for basis, some in rows.groupby("basis"):
            own = {}
            for one in some.to_dict("records"):
                if one["t"] not in own or one["held"]:
                    own[one["t"]] = one
            if max(own) - min(own) >= 1.8:
                series.append((max(own), len(own), basis, own))
        if series:
            _, size, basis, own = max(series, key=lambda one: one[:3])
            wide = [(a, b) for a, b in product(own.values(), repeat=2) if b["t"] - a["t"] >= 1.8]
            expected[place] = [
                (basis, size, a["year"], b["year"], a["printed"], b["printed"]) for a, b in wide
            ]
    shown = ["basis", "values", "from_year", "year", "from_printed", "printed"]
    got = {
        place: sorted(map(tuple, some[shown].to_numpy().tolist())) for place, some in found.groupby("place")
    }
    assert got == {place: sorted(rows) for place, rows in expected.items()} and len(got) > 8
    assert found["place"].is_monotonic_increasing and (found["low"] <= found["pace"] + 1e-9).all()
    assert all(some["pace"].is_monotonic_increasing for _, some in found.groupby("place"))
    assert set(found["indicator"]) == set(found["scale"]) == {"points"}


@pytest.mark.parametrize(("place", "series", "superior"), [
    ("a11", ["a", "a1", "n"], "a1"), ("a11", ["n", "a"], "a"), ("a11", ["n", "b"], "n"), ("a11", ["a11", "b1"], ""),
    ("x", ["a", "n"], "n"), ("x", ["a"], ""), ("n", ["a", "n"], "n"),
    # of the table, by its number and whatever the parents are
    ("b11", ["a", "n", "b1"], "a"), ("b11", ["n", "b1"], "n"), ("b11", ["b1", "b"], "b"),
])  # fmt: skip
def test_the_nearest_superior_is_that_of_the_table_else_of_the_parents(place, series, superior):
    chain = pd.DataFrame(
        {"place": ["b11", "b11", "b11"], "superior": ["b", "n", "a"], "order": ["10", "9", "2"]}
    )
    asked = pd.DataFrame({"place": [place, "c11"], "indicator": "points", "scale": "points"}, index=[7, 3])
    found = pd.DataFrame({"place": series, "indicator": "points", "scale": "points"})
    found = pd.concat(
        [found, found, found.assign(place="a1", scale="log"), found.assign(place="n", indicator="log")]
    )
    world = world_of(superiors=chain)
    assert realised.nearest(world, asked, found)[0] == superior
    assert realised.nearest(world, asked.assign(indicator="gap"), found).tolist() == ["", ""]


@pytest.mark.parametrize(("columns", "seen"), [
    ({}, 2024), ({"soft": True}, 0), ({"bounded": True}, 0), ({"indicator": "j"}, 0), ({"place": "b"}, 0),
    ({"year": 2022}, 0), ({"year": 2027}, 0), ({"year": 2023}, 2023), ({"year": 2026}, 2026),
])  # fmt: skip
def test_what_is_seen_on_the_way_is_dated_and_between_base_and_end(columns, seen):
    asked = {"place": "a", "indicator": "i", "base_year": 2022, "base": 10.0, "reached": 2027, "end": 20.0, "years": 5, "sign": 1.0}  # fmt: skip
    asked = pd.DataFrame([asked | {"ask": "pace"}, asked | {"ask": "keep"}])
    known = {
        "place": "a",
        "indicator": "i",
        "year": 2024,
        "printed": "13",
        "value": 13.0,
        "soft": False,
        "bounded": False,
    }
    found = realised.progress(asked, pd.DataFrame([known | columns]))
    assert found["seen_year"].tolist() == [seen, 0] and found["seen_printed"].tolist() == [
        "13" if seen else "",
        "",
    ]
    numbers = [0.3, (seen - 2022) / 5, 7 / (2027 - seen)] if seen else [NAN] * 3
    assert found.loc[0, ["done", "gone", "remaining"]].tolist() == pytest.approx(numbers, nan_ok=True)


# ------------------------------------------------------------------------------------------------ end states


@pytest.mark.parametrize(
    ("place", "indicator", "counts", "nation"),
    [
        ("yuhuan", SPORTS, [69, 20, 24], "no"),
        ("huangyan", SPORTS, [70, 38, 39], "yes"),
        ("yuhuan", NURSERY, [36, 1, 5], "no"),
    ],
)
def test_who_is_at_the_end_value(first, place, indicator, counts, nation):
    rows = paths.table(first)
    levels = endstate.levels(first, realised.values(first), rows)
    found = endstate.reached(asked_of(first, place=place, indicator=indicator), levels).iloc[0]
    assert found[["level_n", "level_low", "level_high"]].tolist() == counts
    assert found["nation_there"] == nation


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_who_is_there_is_counted_place_by_place(sign):
    rng = np.random.default_rng(5)
    rows = [(place, "county", "i") for place in "abcdefgh"] + [(place, "county", "j") for place in "abcde"]
    rows += [("nation", "country", "i"), ("a", "county", "k")]
    found = pd.DataFrame(rows, columns=["place", "level", "indicator"]).assign(year=2024, printed="x")
    point = rng.integers(1, 9, len(found)).astype(float)
    found = found.assign(sure=point - 0.5, point=point, possible=point + 0.4)
    found.loc[2, ["point", "possible"]] = np.nan, np.inf
    asked = pd.DataFrame(list(product("abz", "ijk", range(1, 10))), columns=["place", "indicator", "end"])
    asked = asked.assign(sign=sign, end=sign * asked["end"], compared=asked.index % 10 != 3)
    got = endstate.reached(asked, found)
    for one, told in zip(asked.to_dict("records"), got.to_dict("records"), strict=True):
        others = found[(found["indicator"] == one["indicator"]) & (found["level"] != "country")]
        others, aim = others[others["place"] != one["place"]], sign * one["end"]
        counts = [told[name] for name in ("level_n", "level_low", "level_high")]
        if not one["compared"]:
            assert (counts, told["nation_there"]) == ([0, 0, 0], "")
            continue
        assert counts == [len(others), (others["sure"] >= aim).sum(), (others["possible"] >= aim).sum()]
        assert told["names"] == ("; ".join(others["place"]) if len(others) < 5 else "")
        there = others.loc[(others["sure"] >= aim) | (others["point"] >= aim), "place"]
        assert told["arrived"] == ("; ".join(there) if len(others) < 5 else "")
        if one["indicator"] != "i":
            assert (told["nation_there"], told["nation_printed"], told["nation_year"]) == ("", "", 0)
            continue
        nation = found[found["place"] == "nation"].iloc[0]
        there = "yes" if nation["point"] >= aim else "no" if nation["possible"] < aim else "open"
        assert (told["nation_there"], told["nation_year"]) == (there, 2024)


def test_levels_are_turned_so_that_more_is_better(data):
    """The end of the box that is certain and the one that is possible; the upper end of what was rounded is not in it."""
    known, rows = realised.values(data), paths.table(data)
    found = endstate.levels(data, known, rows)
    up = ~found["indicator"].map(data.indicators.set_index("id")["direction"]).isin(["down", "at_most"])
    assert up.any() and not up.all()
    lower, upper = found["low"].where(up, -found["high"]), found["high"].where(up, -found["low"])
    assert found["sure"].equals(lower.rename("sure"))
    inside = np.isfinite(upper) & found["value"].notna() & up
    assert (found["possible"] < upper).equals(inside) and np.allclose(found["possible"], upper)
    assert found.loc[found["value"].notna(), "point"].abs().equals(found.loc[found["value"].notna(), "value"])
    assert (found["point"].isna() | (found["sure"] <= found["point"]) & (found["point"] <= upper)).all()
    assert found["year"].ge(2022).all() and not found.duplicated(["place", "indicator"]).any()


@pytest.mark.parametrize(("indicator", "printed"), [("doctors_per_1000", "3.61"), ("beds_per_1000", "7.23")])
def test_the_nation_is_where_yuhuan_wants_to_be(data, indicator, printed):
    levels = endstate.levels(data, realised.values(data), paths.table(data))
    found = endstate.reached(asked_of(data, place="yuhuan", indicator=indicator), levels).iloc[0]
    assert (found["nation_there"], float(found["nation_printed"])) == ("yes", float(printed))


@pytest.mark.parametrize(("t", "printed"), [(2022.5, "3.87"), (2023.5, "4.05")])
def test_a_base_is_of_the_end_of_its_year_and_the_latest_level_counts(data, t, printed):
    """Yuhuan's base of 2022 stands for the turn to 2023; what was observed before it is older, after it newer."""
    known = (
        realised.values(data)
        .head(1)
        .assign(place="yuhuan", indicator=NURSERY, t=t, year=2022, printed="4.05")
    )
    known = known.assign(value=4.05, low=4.045, high=4.055, bounded=False)
    levels = endstate.levels(data, known, paths.table(data))
    assert levels.query("place == 'yuhuan' and indicator == @NURSERY")["printed"].tolist() == [printed]


def test_totals_of_places_are_not_compared(data):
    levels = endstate.levels(data, realised.values(data), paths.table(data))
    asked = asked_of(data)
    found = asked.join(endstate.reached(asked, levels))
    assert found.loc[found["kind"].isin(["stock", "flow"]), "level_n"].eq(0).all()


def test_the_latest_level_of_a_place_is_that_of_a_search():
    """Realised values and printed bases since 2022, later ones first, of one time the realised; bounds name no point."""
    rng, world = np.random.default_rng(9), world_of()
    known = pd.concat(
        [drawn_values(k, 40, world, name) for k, name in ((1, "points"), (2, "log"))], ignore_index=True
    )
    known = known.assign(t=known["t"] + 9, year=known["year"] + 9, source=range(len(known)))
    known["high"] = known["high"].mask(known["bounded"], np.inf)
    marks, places = ["", "", "≥", "≤", "约", "全覆盖", "—"], world.places["id"]
    rows = [
        rows_of(None, printed=[f"{mark}{value}" if len(mark) < 2 and mark != "—" else mark if mark != "—" else f"{value}—{value + 2}"],
                base=rng.random() < 0.8, indicator=rng.choice(["points", "log"]), variant=str(k), place=rng.choice(places))
        for k, (mark, value) in enumerate(zip(rng.choice(marks, 60), rng.integers(4, 12, 60), strict=True))
    ]  # fmt: skip
    rows = (
        pd.concat(rows, ignore_index=True).assign(year=rng.integers(2020, 2026, 60)).astype({"year": "Int64"})
    )
    rows.loc[3, "year"] = pd.NA
    expected = {}
    for one in known.to_dict("records"):
        value = np.nan if one["bounded"] else one["value"]
        expected.setdefault((one["place"], one["indicator"]), []).append(
            (one["t"], one["year"], value, one["low"], one["high"], one["printed"])
        )
    for one in rows.to_dict("records"):
        if one["role"] != "baseline" or one["relation"] == "none" or pd.isna(one["year"]):
            continue
        reach = {"eq": one["step"] / 2, "about": one["step"]}.get(one["relation"])
        low, high = (
            (one["low"], one["high"]) if reach is None else (one["value"] - reach, one["value"] + reach)
        )
        value = one["value"] if one["relation"] == "eq" else np.nan
        expected.setdefault((one["place"], one["indicator"]), []).append(
            (one["year"] + 1.0, one["year"], value, low, high, one["printed"])
        )
    expected = {key: [one for one in some if one[1] >= 2022] for key, some in expected.items()}
    expected = {key: max(some, key=lambda one: one[0]) for key, some in expected.items() if some}
    found = endstate.levels(world, known, rows)
    assert len(found) == len(expected) > 20
    levels, seen = world.places.set_index("id")["level"], set()
    for one in found.to_dict("records"):
        _, year, value, low, high, printed = expected[one["place"], one["indicator"]]
        sign = 1 if one["indicator"] == "points" else -1
        assert (one["year"], one["printed"], one["level"]) == (year, printed, levels[one["place"]])
        ends = sorted([sign * low, sign * high])
        assert [one["sure"], one["point"], one["possible"]] == pytest.approx(
            [ends[0], sign * value, ends[1]], nan_ok=True
        )
        open_end = sign > 0 and np.isfinite(high) and not np.isnan(value)
        assert (one["possible"] < ends[1]) == open_end
        seen.add((sign, open_end, np.isnan(value), np.isinf(ends[1])))
    assert len(seen) >= 5


def test_what_has_no_direction_is_told_as_if_more_were_better():
    world = world_of()
    world.indicators.loc[0, "direction"] = "status"
    known = known_of([{"place": "a", "t": 2024.0, "value": 3.0}], world)
    told = endstate.levels(world, known, rows_of([5], base=False)).iloc[0]
    assert told[["sure", "point", "possible"]].tolist() == pytest.approx([2.95, 3.0, 3.05])


@pytest.mark.parametrize(("end", "nation", "there"), [
    (4.0, (3.5, 4.0, 4.4), "yes"), (3.5, (3.5, np.nan, 4.4), "yes"), (4.4, (3.5, 4.0, 4.4), "open"),
    (4.5, (3.5, 4.0, 4.4), "no"), (4.0 * (1 + 1e-13), (3.9, 4.0, 4.0), "yes"), (4.0 * (1 + 1e-10), (3.9, 4.0, 4.0), "no"),
])  # fmt: skip
def test_whether_the_nation_is_there_is_told_at_the_edges(end, nation, there):
    asked = pd.DataFrame({"place": ["a"], "indicator": ["i"], "sign": 1.0, "end": end, "compared": True})
    found = pd.DataFrame([nation], columns=["sure", "point", "possible"]).assign(
        level="country", place="n", indicator="i", year=2024, printed="x"
    )
    found = pd.concat(
        [found, found.assign(place="n2", sure=9.0, year=2023), found.assign(place="b", level="county")]
    )
    told = endstate.reached(asked, found).iloc[0]
    assert (told["nation_there"], told["nation_year"], told["level_n"]) == (there, 2024, 1)
    assert told["level_low"] == (nation[0] >= end * (1 - 1e-12)) and told["level_high"] == (
        nation[2] >= end * (1 - 1e-12)
    )


# ---------------------------------------------------------------------------------- bottom-up, track record


def test_what_yuhuans_sports_area_needs_depends_on_trails(data):
    asked = asked_of(data, place="yuhuan")
    found = asked[["indicator"]].join(bottomup.needed(data, asked, paths.table(data))).set_index("indicator")
    assert found.loc[SPORTS, "bottom_up"] == "DEPENDS_ON:trails"
    assert found.loc[NURSERY, "bottom_up"] == "NO_PROJECTS"
    years = asked.set_index("indicator").loc[SPORTS, "years"]
    low, high = (found.loc[SPORTS, f"additions_{end}"] * years / 1e4 for end in ("low", "high"))
    assert 25 < low < high < 49  # methods.md: 26 to 48, with boxes around targets


def test_only_densities_are_built_up_from_people(data):
    rows = paths.table(data)
    asked = asked_of(data)
    built = bottomup.needed(data, asked, rows)
    assert set(asked.loc[built["bottom_up"].ne(""), "kind"]) == {"density"}


@pytest.mark.parametrize(("columns", "word"), [
    ({"base_relation": "ge"}, "NO_POPULATION"), ({"place": "nowhere"}, "NO_POPULATION"), ({"ask": "keep"}, ""), ({"kind": "share"}, ""),
])  # fmt: skip
def test_where_nothing_follows_from_people_the_reason_is_said(data, columns, word):
    """From a base that is a bound, or without a known population; of what else stands beside it nothing changes."""
    rows, asked = paths.table(data), asked_of(data, place="yuhuan")
    asked = asked[asked["indicator"].isin([NURSERY, SPORTS])]
    nursery, sports = (asked.index[asked["indicator"].eq(name)].item() for name in (NURSERY, SPORTS))
    other = asked.copy()
    for name, value in columns.items():
        other.loc[sports, name] = value
    found = bottomup.needed(data, other, rows)
    assert found.loc[sports, "bottom_up"] == word and found.loc[
        sports, ["additions_unit", "scenario", "anchor"]
    ].tolist() == ["", "", 0]
    numbers = ["additions_low", "additions_high", "institutions_low", "institutions_high", "people"]
    assert found.loc[sports, numbers].isna().all()
    # Yuhuan's residents of 2021, 64.8万; nurseries of 35 to 49 places
    told = found.loc[nursery]
    assert told[["people", "anchor", "additions_unit", "bottom_up"]].tolist() == [
        648000,
        2021,
        "个",
        "NO_PROJECTS",
    ]
    sizes = (
        told["additions_low"] / told["institutions_low"],
        told["additions_high"] / told["institutions_high"],
    )
    assert sizes == pytest.approx((20144 / 415, 7543 / 216), rel=1e-3)


def test_without_projects_or_people_nothing_is_covered(data):
    rows, asked = paths.table(data), asked_of(data, place="yuhuan", indicator=SPORTS)
    none = dataclasses.replace(data, projects=data.projects.iloc[:0])
    assert bottomup.needed(none, asked, rows)["bottom_up"].tolist() == ["NO_PROJECTS"]
    seen = data.observations[~data.observations["indicator"].str.startswith("population_")]
    few = bottomup.needed(dataclasses.replace(data, observations=seen), asked, rows)
    assert few["bottom_up"].tolist() == ["NO_POPULATION"] and few["additions_low"].isna().all()


def test_earlier_targets_with_known_outcomes(data):
    most = {"most": SPORTS, "most_of": 15, "county_of": 0}
    assert record.overall(data) == {"all_met": 27, "all_of": 27} | most
    none = dataclasses.replace(data, plan_attainment=data.plan_attainment.iloc[:0])
    assert record.overall(none)["all_of"] == record.overall(none)["most_of"] == 0
    assert data.plan_attainment["met"].value_counts().to_dict() == {"yes": 27, "open": 4}
    # One of one kept: the lower 90% limit p is where p = 0.1; of two, 1 − √0.9 with one kept, √0.1 with both.
    closed = data.plan_attainment.iloc[[0, 0, 0, 0]].assign(
        indicator=["a", "b", "b", "c"], met=["yes", "yes", "no", "no"]
    )
    few = record.kept(dataclasses.replace(data, plan_attainment=closed), pd.Series(["a", "b", "c", "d"]))
    assert few["floor"].tolist() == pytest.approx([0.1, 1 - 0.9**0.5, 0, 0])
    assert few[["met", "of"]].values.tolist() == [[1, 1], [1, 2], [0, 1], [0, 0]]
    found = record.kept(data, pd.Series([NURSERY, "child_screening_rate"]))
    assert found[["met", "of"]].values.tolist() == [[1, 1], [0, 0]]
    # two of the three are the nation's target, applied to a city by us
    mortality = record.kept(data, pd.Series(["premature_ncd_mortality"])).iloc[0]
    assert (mortality["met"], mortality["of"], mortality["lent"]) == (3, 3, 2)


def test_earlier_targets_are_counted_one_by_one(data):
    """Closed ones: met, lent by the nation, and years early on average; the indicator that most are of, once."""
    rng = np.random.default_rng(8)
    table = pd.DataFrame({"indicator": rng.choice(list("abc"), 30), "met": rng.choice(["yes", "no", "open"], 30),
                          "plan": rng.choice(["国家规划用于本市", "市规划"], 30), "level": rng.choice(["county", "province"], 30)})  # fmt: skip
    table["target_year"] = pd.array(rng.integers(2015, 2021, 30), dtype="Int64")
    table["realised_year"] = (table["target_year"] - rng.integers(0, 4, 30)).astype("Int64")
    table.loc[0, "realised_year"] = pd.NA
    own = dataclasses.replace(data, plan_attainment=table)
    told = record.kept(own, pd.Series(list("cadb"), index=[5, 6, 7, 9]))
    assert told.index.tolist() == [5, 6, 7, 9]
    closed = [one for one in table.to_dict("records") if one["met"] != "open"]
    for name, got in zip("cadb", told.to_dict("records"), strict=True):
        some = [one for one in closed if one["indicator"] == name]
        early = [
            one["target_year"] - one["realised_year"] for one in some if one["realised_year"] is not pd.NA
        ]
        met, of = sum(one["met"] == "yes" for one in some), len(some)
        lent = sum(one["plan"].endswith("用于本市") for one in some)
        assert (got["met"], got["of"], got["lent"]) == (met, of, lent)
        assert got["early"] == pytest.approx(np.mean(early) if early else np.nan, nan_ok=True)
        low = optimize.brentq(lambda p, k=met, n=of: stats.binom.sf(k - 1, n, p) - 0.1, 0, 1) if met else 0.0
        assert got["floor"] == pytest.approx(low)
    table = table.assign(indicator=["a", "b"] * 15, met="yes")
    most = record.overall(dataclasses.replace(data, plan_attainment=table))
    assert most == {
        "all_met": 30,
        "most_of": 15,
        "county_of": int(table["level"].eq("county").sum()),
        "all_of": 30,
        "most": "a",
    }


# ------------------------------------------------------------------------------------------- the facts' table


def test_reference_months_are_read(data):
    rows = data.reference
    months = rows["note"].str.extract(r"ref=(\d{4})-(\d\d)").dropna().astype(int)
    assert len(months) > 50
    assert np.allclose(rows.loc[months.index, "t"], months[0] + months[1] / 12, atol=1e-6)
    plain = rows[
        ~rows["note"].fillna("").str.contains("ref=|reference time|end of July") & rows["year"].notna()
    ]
    assert plain["t"].eq(plain["year"].astype(float) + 1).all()


def test_the_nations_life_expectancy_does_not_span_the_census(data):
    """The bulletins of 2021 and later follow the census of 2020; observations.csv parts them as well."""
    rows = data.reference.query("place == 'china' and indicator == 'life_expectancy'")
    bulletins = rows[rows["basis"].str.startswith("nhc_bulletin")]
    assert bulletins.groupby("basis")["year"].agg(list).map(list).to_dict() == {
        "nhc_bulletin": [2021, 2023, 2024],
        "nhc_bulletin_pre_census": [2017, 2018, 2019],
    }
    seen = data.observations.query("place == 'china' and indicator == 'life_expectancy'").set_index("year")
    parted = bulletins["year"].map(seen["basis"]).dropna() + bulletins["basis"]
    assert parted.nunique() == bulletins["basis"].nunique()


def test_every_source_of_a_realised_value_exists_and_has_its_grade(data):
    grades = data.sources.set_index("id")["grade"]
    assert data.reference["grade"].eq(data.reference["source"].map(grades)).all()
    named = data.plan_attainment[["source_target", "source_realised"]].stack()
    assert named[named.ne("")].isin(grades.index).all()


def test_every_place_with_a_plan_has_its_superiors(data):
    chain = data.superiors.sort_values("order").groupby("place")["superior"].agg(list)
    up = data.places.set_index("id")["parent"].to_dict()
    for place in data.documents["place"].unique():
        assert chain[place] == realised.above_(place, up)[1:]
