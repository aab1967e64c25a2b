"""Paces against worked numbers and all of the box; shares against a linear program; leads against search."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plausibility_frames import path, statement, world
from scipy.optimize import linprog

from qiyou.errors import DataError
from qiyou.pace import card, lead, shape
from qiyou.paths import table

PACES = ["points_per_year", "improvement", "cagr", "aarr", "gap_closure", "logit_pace"]
UP = pd.DataFrame({"id": ["share"], "direction": ["up"], "lower": [0.0], "upper": [100.0]})
DOWN = UP.assign(direction="down")
RISE, LATE = [72, 75, 78, 80, 83, 85], [72, 72, 72, 72, 72, 85]


def targets(cells, step=1.0, first=2022, baseline=None, **key):
    """Rows of one path; a cell is a number, None (a year without a row), or (relation, bound)."""
    rows = []
    steps = np.broadcast_to(step, len(cells))
    for year, cell, resolution in zip(range(first, first + len(cells)), cells, steps, strict=True):
        if cell is None:
            continue
        relation, value = cell if isinstance(cell, tuple) else ("eq", cell)
        rows.append(
            {"year": year, "role": "baseline" if year == (baseline or first) else "target"}
            | {"value": value, "relation": relation, "step": resolution}
            | {"low": {"le": -np.inf, "lt": -np.inf, "about": np.nan, "none": np.nan}.get(relation, value)}
            | {"high": {"ge": np.inf, "gt": np.inf, "about": np.nan, "none": np.nan}.get(relation, value)}
            | {"low_closed": relation in ("eq", "ge"), "high_closed": relation in ("eq", "le")}
        )
    path = {"document": "d", "place": "p", "indicator": "share", "variant": ""}
    return pd.DataFrame(rows).assign(**(path | key))


def paced(cells, step=1.0, indicators=UP, **options):
    (row,) = card(targets(cells, step, **options), indicators).to_dict("records")
    return row


def shaped(cells, step=1.0, indicators=UP):
    (row,) = shape(targets(cells, step), indicators).to_dict("records")
    return row


# ---------------------------------------------------------------- card


def test_worked_numbers():
    row = paced(RISE)
    assert row["points_per_year"] == 2.6
    assert round(row["cagr"], 5) == 0.03375
    assert round(row["gap_closure"], 5) == 0.11735
    assert round(row["logit_pace"], 5) == 0.15803
    assert (row["base_year"], row["end_year"], row["years"]) == (2022, 2027, 5)
    near = paced([92, 93, 94, 95, 96, 98])
    assert near["points_per_year"] == 1.2
    assert round(near["cagr"], 4) == 0.0127
    assert round(near["gap_closure"], 3) == 0.242
    assert round(near["logit_pace"], 3) == 0.290


def formulas(y0, y1, years, sign, lower=0.0, upper=100.0):
    def logit(y):
        return np.log(y / (upper - y))

    ratio = (y1 / y0) ** (1 / years)
    gap0, gap1 = (upper - y0, upper - y1) if sign > 0 else (y0 - lower, y1 - lower)
    return {
        "points_per_year": (y1 - y0) / years,
        "improvement": sign * (y1 - y0) / years,
        "cagr": ratio - 1,
        "aarr": 1 - ratio,
        "gap_closure": 1 - (gap1 / gap0) ** (1 / years),
        "logit_pace": (logit(y1) - logit(y0)) / years,
    }


@pytest.mark.parametrize("lower", [0.0, -20.0])
@pytest.mark.parametrize("indicators", [UP, DOWN], ids=["up", "down"])
@pytest.mark.parametrize("step", [0.01, 1.0, 5.0])
@pytest.mark.parametrize("cells", [[72, 85], [60, 50], [5.0, 4.0], [0.5, 0.4], [99.4, 99.7]])
def test_intervals_are_what_a_search_of_the_box_finds(cells, step, indicators, lower):
    y0, y1 = cells
    if y0 - step / 2 <= 0 or y0 + step / 2 >= 100:
        return  # what is cut at the bounds has rows of its own below
    sign = 1 if indicators is UP else -1
    row = paced([y0, None, None, y1], step, indicators.assign(lower=lower))
    exact = formulas(y0, y1, 3, sign, lower)
    grid = np.linspace(-0.5, 0.5, 41) * step
    found = formulas(y0 + grid, y1, 3, sign, lower)  # the base was measured, the target is what it says
    for pace in PACES:
        assert row[pace] == pytest.approx(exact[pace])
        assert row[f"{pace}_low"] == pytest.approx(found[pace].min())
        assert row[f"{pace}_high"] == pytest.approx(found[pace].max())


@settings(max_examples=40)
@given(st.floats(1, 99), st.floats(1, 99), st.sampled_from([0.1, 1.0]))
def test_flipping_the_scale_mirrors_the_card(y0, y1, step):
    up, down = paced([y0, y1], step), paced([100 - y0, 100 - y1], step, DOWN)
    signs = {"improvement": 1, "gap_closure": 1, "points_per_year": -1, "logit_pace": -1}
    for pace, mirrored in signs.items():
        ends = [up[f"{pace}_low"], up[pace], up[f"{pace}_high"]]
        other = [mirrored * down[f"{pace}{end}"] for end in ("_low", "", "_high")][::mirrored]
        np.testing.assert_allclose(ends, other, rtol=1e-6, atol=1e-9)


def test_with_less_being_better_the_gap_is_closed_down_to_the_floor():
    row = paced([8.5, 8.2, 7.9], 0.1, DOWN)
    assert row["sign"] == -1
    assert row["gap_closure"] == row["aarr"] == pytest.approx(1 - (7.9 / 8.5) ** 0.5)
    assert row["improvement"] == pytest.approx(0.3) and row["points_per_year"] == pytest.approx(-0.3)


def undefined(row):
    return {pace for pace in PACES if np.isnan(row[pace])}


def test_what_is_undefined_is_nan_and_named():
    zero = paced([0, 10])
    assert undefined(zero) == {"cagr", "aarr", "logit_pace"} and "base is zero" in zero["note"]
    assert np.isnan(zero["cagr_high"])
    assert zero["gap_closure"] == pytest.approx(0.1)

    bare = paced([72, 85], indicators=None)
    assert undefined(bare) == {"improvement", "gap_closure", "logit_pace"}
    assert undefined(paced([72, 85], indicators=UP.assign(lower=np.nan))) == set()
    assert undefined(paced([72, 85], indicators=UP.assign(upper=np.nan))) == {"gap_closure", "logit_pace"}
    assert undefined(paced([72, 60], indicators=DOWN.assign(lower=np.nan))) == {"gap_closure"}
    assert "no ceiling" in bare["note"] and "no direction" in bare["note"]

    full = paced([100, 100])
    assert undefined(full) == {"gap_closure", "logit_pace"} and "base is at the ceiling" in full["note"]
    assert np.isnan(paced([100, 98])["gap_closure_high"])

    single = paced([72])
    assert undefined(single) == set(PACES) and single["note"] == "base and end are the same year"
    assert pd.isna(single["years"]) and single["base_year"] == 2022

    empty = paced([("none", np.nan), ("none", np.nan)])
    assert undefined(empty) == set(PACES) and "no values" in empty["note"] and pd.isna(empty["base_year"])

    beyond = paced([90, 104])
    assert undefined(beyond) == set(PACES) and "outside the indicator's bounds" in beyond["note"]


def test_an_end_at_the_ceiling_closes_the_whole_gap_but_has_no_odds():
    row = paced([92, 100], 1.0)
    assert row["gap_closure"] == row["gap_closure_low"] == row["gap_closure_high"] == 1
    assert undefined(row) == {"logit_pace"} and "end is at the ceiling" in row["note"]
    assert row["logit_pace_low"] == row["logit_pace_high"] == np.inf


def test_a_bound_leaves_the_interval():
    row = paced([72, None, ("gt", 85.0)])
    assert undefined(row) == set(PACES) and row["note"] == "end is a bound"
    assert row["end_value"] == 85 and row["end_relation"] == "gt"
    assert row["points_per_year_low"] == (85 - 72.5) / 2 and row["points_per_year_high"] == (100 - 71.5) / 2
    open_ended = paced([72, None, ("gt", 85.0)], indicators=None)
    assert open_ended["points_per_year_high"] == np.inf

    about = paced([72, ("about", 85.0)])
    assert about["points_per_year"] == 13  # 72 to within a half, 85 to within a whole step
    assert (about["points_per_year_low"], about["points_per_year_high"]) == (11.5, 14.5)
    assert about["note"] == "base or end is approximate"


def test_the_base_is_the_baseline_cell_if_there_is_one():
    assert paced([70, 72, 85], baseline=2023)["base_year"] == 2023
    assert paced([("none", np.nan), 72, 85])["base_year"] == 2023, "a base cell without a value is none"
    frame = targets([("none", np.nan), 72, 85]).drop(columns="role")
    (row,) = card(frame, UP).to_dict("records")
    assert row["base_year"] == 2023 and row["years"] == 1
    assert row["note"] == "a target stands in for the base"
    assert row["points_per_year"] == row["points_per_year_low"] == row["points_per_year_high"] == 13


@pytest.mark.parametrize(
    ("cells", "indicators", "note"),
    [
        (RISE, UP, ""),
        ([72, 72], None, "no ceiling; no direction"),
        ([5, 3, 0], DOWN, "end is zero"),
        ([5, 3, 1], DOWN, ""),
        ([0, 5], UP, "base is zero"),
        ([1, 5], UP, ""),
        ([-1, 5], None, "base is negative; no ceiling; no direction"),
        ([72, 100], UP, "end is at the ceiling"),
        ([100, 99], UP, "base is at the ceiling"),
        ([("gt", 72), 85], UP, "base is a bound"),
        ([72, ("ge", 85)], UP, "end is a bound"),
        ([("le", 72), ("lt", 85)], UP, "base is a bound; end is a bound"),
        ([("about", 72), 85], UP, "base or end is approximate"),
        ([("none", np.nan), ("none", np.nan)], UP, "no values"),
    ],
)
def test_a_note_says_all_that_holds_and_nothing_else(cells, indicators, note):
    assert paced(cells, indicators=indicators)["note"] == note


def test_a_target_is_taken_as_printed_and_a_base_to_within_its_rounding():
    row = paced([3.87, None, None, None, None, 4.5], [0.01, 1, 1, 1, 1, 0.1])
    assert (row["end_low"], row["end_high"]) == (4.5, 4.5)
    assert (row["base_low"], row["base_high"]) == (3.865, 3.875)
    assert row["points_per_year_low"] == pytest.approx(0.125) and row[
        "points_per_year_high"
    ] == pytest.approx(0.127)


@pytest.mark.parametrize(
    ("place", "indicator", "low", "high"),
    [
        ("yuhuan", "nursery_places_per_1000", 0.325, 0.327),
        ("cixi", "nursery_places_per_1000", 0.437, 0.439),
        ("yuhuan", "sports_area_per_capita", 0.09, 0.11),
        ("yuhuan", "doctors_per_1000", 0.3450, 0.3483),
    ],
)
def test_required_paces_of_methods(data, place, indicator, low, high):
    rows = data.targets.query("place == @place and indicator == @indicator")
    (row,) = card(rows, data.indicators).to_dict("records")
    ends = row["points_per_year_low"], row["points_per_year_high"]
    assert ends == pytest.approx((low, high), abs=5e-5)


def test_the_time_a_plan_gives_itself_ends_when_its_end_value_is_first_printed():
    row = paced([72, 78, 81, 85, 85, 85])
    assert (row["end_year"], row["years"], row["years_last"]) == (2025, 3, 5)
    assert row["points_per_year"] == 13 / 3
    kept = paced([72, ("ge", 80.0), ("ge", 85.0), ("ge", 85.0)])
    assert (kept["end_year"], kept["years_last"]) == (2024, 3)
    weaker = paced([72, ("ge", 85.0), 85])  # "at least 85" and 85 are not one print
    assert weaker["end_year"] == 2024


def test_every_path_gets_its_own_row():
    frame = pd.concat([targets(RISE, variant="a"), targets(LATE, variant="b", first=2020)])
    result = card(frame, UP)
    assert result["variant"].tolist() == ["a", "b"] and result["base_year"].tolist() == [2022, 2020]
    pd.testing.assert_frame_equal(result.iloc[:1], card(targets(RISE, variant="a"), UP))
    mixed = frame.sort_values(["year", "variant"])
    again = card(mixed, UP).sort_values("variant", ignore_index=True)
    pd.testing.assert_frame_equal(result, again)


@pytest.mark.parametrize(
    ("more", "there"),
    [
        ({}, True),
        ({"kind": "count"}, True),
        ({"kind": "annual_flow"}, False),
        ({"kind": "cumulative", "from_year": 2023}, False),
        ({"from_year": 2023}, False),
        ({"year": None}, False),
        ({"kind": "baseline", "year": 2021}, False),
        ({"indicator": ""}, False),
        ({"indicator": "share"}, False),
        ({"document": "list"}, False),
        ({"year": 2022}, False),
    ],
)
def test_a_path_of_the_text_alone_has_a_base_and_a_target(more, there):
    """Of an indicator that the document's table leaves out, each for a year of its own."""
    base = statement(70, 2022, kind="baseline", number=1, indicator="density")
    aim = statement(80, **({"year": 2025, "number": 2, "indicator": "density"} | more))
    rows = table(world(path([60, 65]), base, aim))
    spoken = rows[rows["variant"] == "prose"]
    assert spoken["locator"].tolist() == (["statement:1", "statement:2"] if there else [])
    assert rows["path"].nunique() == 1 + there and (rows.loc[rows["variant"] == "", "path"] == 0).all()
    assert set(spoken["row"]) == ({"1、2"} if there else set())


# ---------------------------------------------------------------- every path by hand

HAND_YEARS = 2020, 2021, 2022, 2024, 2027
HAND_VALUES = -21.0, -1, 0, 0.4, 0.5, 1, 2, 50, 51, 53.5, 98, 99.6, 100, 100.5, 101, 104


def any_path(rng, key: str) -> list[dict]:
    """A few years in which everything can stand that a plan may print, small steps and exact ties included."""
    few = HAND_VALUES if rng.random() < 0.6 else rng.choice(HAND_VALUES, 2)
    often = rng.choice([0.5, 0.8, 1.0])
    rest = (1 - often) / 7
    rows = []
    for year in sorted(rng.choice(HAND_YEARS, rng.integers(1, 6), replace=False)):
        relation = rng.choice(
            ["eq", "none", "ge", "gt", "le", "lt", "about", "range"], p=[often, *[rest] * 7]
        )
        value, role = float(rng.choice(few)), rng.choice(["baseline", "target"], p=[0.3, 0.7])
        none, ranged = relation == "none", relation == "range"
        row = {"document": "d", "place": "p", "indicator": key, "variant": "", "year": year, "role": role}
        row |= {"relation": relation, "value": np.nan if none or ranged else value}
        row |= {"low": -np.inf if relation in ("le", "lt") else np.nan if none else value}
        row |= {"high": np.inf if relation in ("ge", "gt") else np.nan if none else value + ranged}
        row |= {"low_closed": relation in ("eq", "ge", "range")}
        row |= {"high_closed": relation in ("eq", "le", "range")}
        rows.append(row | {"step": float(rng.choice([0.1, 1.0, 2.0]))})
    return rows


def any_indicator(rng, key: str) -> dict:
    direction = str(rng.choice(["up", "at_least", "down", "at_most", "status"]))
    bounds = {"lower": rng.choice([0.0, -20.0, np.nan]), "upper": rng.choice([100.0, np.nan])}
    return {"id": key, "direction": direction} | bounds


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(11)
    keys = [f"i{k}" for k in range(700)]
    paths = {key: any_path(rng, key) for key in keys}
    frame = pd.DataFrame([row for rows in paths.values() for row in rows])
    return paths, frame, pd.DataFrame([any_indicator(rng, key) for key in keys])


def by_hand(cell: dict, fact: dict, reading: str | None = None) -> tuple[float, float, bool]:
    """What a cell leaves open inside the indicator's bounds, and whether that is nothing at all."""
    reading = reading or ("measured" if cell["role"] == "baseline" else "stipulated")
    low, high = cell["low"], cell["high"]
    low_open, high_open = cell["relation"] in ("gt", "lt", "le"), cell["relation"] in ("gt", "lt", "ge")
    if cell["relation"] == "eq" and reading != "stipulated":
        low, high, high_open = cell["value"] - cell["step"] / 2, cell["value"] + cell["step"] / 2, True
    if cell["relation"] == "about":
        low, high = cell["value"] - cell["step"], cell["value"] + cell["step"]
    if low < fact["lower"]:
        low, low_open = fact["lower"], False
    if high > fact["upper"]:
        high, high_open = fact["upper"], False
    return low, high, low > high or (low == high and (low_open or high_open))


def the_ends(cells: list[dict]) -> tuple[dict | None, dict | None, dict | None]:
    """The base, the cell in which the end value is first printed, and the last cell."""
    printing = [cell for cell in cells if cell["relation"] != "none"]
    if not printing:
        return None, None, None
    base = next((cell for cell in printing if cell["role"] == "baseline"), printing[0])
    last = printing[-1]

    def says(cell):
        number = (cell["low"], cell["high"]) if cell["relation"] == "range" else cell["value"]
        return cell["relation"], number

    after = [cell for cell in printing if cell["year"] > base["year"]]
    return base, next((cell for cell in after if says(cell) == says(last)), last), last


def hand_card(cells: list[dict], fact: dict) -> dict:
    sign = {"up": 1, "at_least": 1, "down": -1, "at_most": -1}.get(fact["direction"], np.nan)
    lower, upper = fact["lower"], fact["upper"]
    row = dict.fromkeys([f"{pace}{end}" for pace in PACES for end in ("", "_low", "_high")], np.nan)
    row |= dict.fromkeys(["base_year", "end_year", "years", "years_last"], np.nan) | {"sign": sign}
    base, end, last = the_ends(cells)
    limits = [(np.isnan(upper), "no ceiling")]
    if base is None:
        notes = [(True, "no values"), *limits, (np.isnan(sign), "no direction")]
        return row | {"note": "; ".join(note for holds, note in notes if holds)}
    (base_low, base_high, no_base), (end_low, end_high, no_end) = by_hand(base, fact), by_hand(end, fact)
    number = ("eq", "about")
    start, stop = (cell["value"] if cell["relation"] in number else np.nan for cell in (base, end))
    h = end["year"] - base["year"]
    notes = [
        (base["role"] != "baseline", "a target stands in for the base"),
        (h == 0, "base and end are the same year"),
        (base["relation"] not in number, "base is a bound"),
        (end["relation"] not in number, "end is a bound"),
        ("about" in (base["relation"], end["relation"]), "base or end is approximate"),
        (start == 0, "base is zero"),
        (start < 0, "base is negative"),
        *limits,
        (start == upper, "base is at the ceiling"),
        (stop == upper, "end is at the ceiling"),
        (stop == 0, "end is zero"),
        (np.isnan(sign), "no direction"),
        (no_base or no_end, "a value outside the indicator's bounds"),
    ]
    row |= {"base_year": base["year"], "end_year": end["year"]}
    row["note"] = "; ".join(note for holds, note in notes if holds)
    row |= {"years": h or np.nan, "years_last": last["year"] - base["year"] or np.nan}
    row |= {"base_low": base_low, "base_high": base_high, "end_low": end_low, "end_high": end_high}
    if h == 0 or no_base or no_end:
        return row

    def root(part, whole):
        part, whole = np.maximum([part, whole], 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.float64(part / whole) ** (1 / h)

    def odds(y):
        y = min(max(y, 0), upper)
        with np.errstate(divide="ignore"):
            return np.log(y) - np.log(upper - y)

    def closed(y0, y1):
        return 1 - (root(upper - y1, upper - y0) if sign > 0 else root(y1 - lower, y0 - lower))

    rated = not start <= 0
    goal = {1: upper, -1: lower}.get(sign, np.nan)
    paces = {
        "points_per_year": (True, lambda y0, y1: (y1 - y0) / h),
        "improvement": (not np.isnan(sign), lambda y0, y1: sign * (y1 - y0) / h),
        "cagr": (rated, lambda y0, y1: root(y1, y0) - 1),
        "aarr": (rated, lambda y0, y1: 1 - root(y1, y0)),
        "gap_closure": (not np.isnan(goal) and start != goal, closed),
        "logit_pace": (
            rated and not np.isnan(upper) and start != upper,
            lambda y0, y1: (odds(y1) - odds(y0)) / h,
        ),
    }
    for name, (there, pace) in paces.items():
        if there:
            with np.errstate(invalid="ignore"):
                value = pace(start, stop)
                ends = pace(base_high, end_low), pace(base_low, end_high)
            turned = name == "aarr" or (name in ("improvement", "gap_closure") and sign < 0)
            row[name] = value if np.isfinite(value) else np.nan
            row[f"{name}_low"], row[f"{name}_high"] = ends[::-1] if turned else ends
    return row


def test_every_card_is_the_one_made_by_hand(drawn):
    """Whatever a path prints, and wherever it stands between the bounds of its indicator."""
    paths, frame, indicators = drawn
    facts = indicators.set_index("id", drop=False).to_dict("index")
    found = card(frame, indicators).set_index("indicator").to_dict("index")
    assert list(found) == list(paths)
    for key, cells in paths.items():
        for name, value in hand_card(cells, facts[key]).items():
            got = found[key][name]
            right = got == value if name == "note" else pd.isna(got) and np.isnan(value)
            assert right or got == pytest.approx(value, rel=1e-9, nan_ok=True), (key, name, cells, facts[key])


def test_errors_come_from_the_grid():
    with pytest.raises(DataError, match="no rows"):
        card(targets(RISE).iloc[:0])
    with pytest.raises(DataError, match="lack the columns relation"):
        shape(targets(RISE).drop(columns="relation"))


# ---------------------------------------------------------------- shape


def test_worked_shapes():
    even, late = shaped(RISE), shaped(LATE)
    assert round(even["largest_step_share"], 4) == 0.2308 and round(even["back_load"], 4) == -0.0256
    assert late["largest_step_share"] == 1 and round(late["back_load"], 4) == 0.3333
    assert late["largest_step_year"] == 2027 and even["largest_step_year"] == 2023
    assert even["applies"] and late["applies"] and (even["steps"], even["total_change"]) == (5, 13)
    assert late["share_low"] == pytest.approx(12 / 13)  # 72.5 until 2026, 84.5 in the end, from 71.5
    assert even["share_low"] == pytest.approx(0.2)  # the straight line passes


def lowest_share(t, low, high):
    """min s with y_{k+1} − y_k <= s·(y_H − y_0)·Δt in the box, linear by Charnes and Cooper's y = z/w."""
    m = len(t)
    rows = [np.zeros(m + 2) for _ in range(m - 1)]
    for k, row in enumerate(rows):
        row[[k, k + 1, m + 1]] = -1, 1, -(t[k + 1] - t[k])
    limits = [0.0] * (m - 1)
    for k in range(m):
        for bound, side in ((low[k], -1), (high[k], 1)):
            if np.isfinite(bound):
                row = np.zeros(m + 2)
                row[k], row[m] = side, -side * bound
                rows.append(row)
                limits.append(0.0)
    total = np.zeros(m + 2)
    total[[0, m - 1]] = -1, 1
    cost = np.zeros(m + 2)
    cost[m + 1] = 1
    bounds = [(None, None)] * m + [(0, None), (None, None)]
    return linprog(cost, A_ub=rows, b_ub=limits, A_eq=[total], b_eq=[1], bounds=bounds, method="highs").fun


def random_paths(count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        cells = np.cumsum(rng.choice([0, 0, 1, 2, 5, -1], 6)).astype(float) + 40
        cells[-1] = max(cells[:-1].max(), cells[0]) + rng.integers(1, 6)
        cells = list(cells)
        kind = rng.choice(4, p=[0.55, 0.15, 0.15, 0.15])
        k = int(rng.integers(1, 5))
        if kind == 1:
            cells[k] = None
        elif kind == 2:
            cells[k] = ("ge", cells[k])
        elif kind == 3:
            cells[k] = ("lt", cells[k] + 3)
        yield cells


def box(cells, steps):
    low = [-np.inf if c is None or c[0] == "lt" else c[1] for c in cells]
    high = [np.inf if c is None or c[0] == "ge" else c[1] for c in cells]
    half = [s / 2 if c is not None and c[0] == "eq" else 0 for c, s in zip(cells, steps, strict=True)]
    return np.subtract(low, half), np.add(high, half)


def test_lowest_share_agrees_with_linear_programming():
    """Also where each cell is printed to a step of its own."""
    paths, rng = list(random_paths(300, seed=5)), np.random.default_rng(9)
    steps = [rng.choice([0.1, 1.0, 2.0], 6) if k % 2 else np.ones(6) for k in range(len(paths))]
    both = zip(paths, steps, strict=True)
    result = shape(pd.concat([targets(*one, variant=str(k)) for k, one in enumerate(both)]))
    compared = above_even = 0
    for cells, step, row in zip(paths, steps, result.to_dict("records"), strict=True):
        if np.isnan(row["share_low"]):
            continue
        stop = row["end_year"] - 2022 + 1
        cells = [c if c is None or isinstance(c, tuple) else ("eq", c) for c in cells[:stop]]
        expected = lowest_share(np.arange(stop), *box(cells, step[:stop]))
        assert row["share_low"] == pytest.approx(expected, abs=1e-7), cells
        if not any(c and c[0] != "eq" for c in cells):
            assert row["share_low"] <= row["largest_step_share"] + 1e-12
        compared += 1
        above_even += expected > 1 / (stop - 1) + 1e-6
    assert compared > 200 and above_even > 50


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ([37.0, 34, 33, 39, 43, 50], [5.0, 5, 1, 3, 3, 1]),
        ([42.0, 39, 44, 50, 55, 61], [1.0, 1, 5, 3, 1, 5]),
        ([37.0, 41, 38, 41, 48, 54], [5.0, 1, 1, 5, 3, 3]),
        ([42.0, 47, 48, 49, 48, 52], [5.0, 3, 3, 0.1, 0.1, 5]),
    ],
)
def test_lowest_share_of_a_single_path_with_mixed_steps(values, steps):
    half = np.array(steps) / 2
    row = shaped(values, steps)
    expected = lowest_share(np.arange(6), values - half, values + half)
    assert row["share_low"] == pytest.approx(expected, abs=1e-9)


def test_back_load_ends_are_the_extremes_over_all_corners():
    bumps = [[50, 58, 56, 61, 60, 70], [50, 80, 82, 81, 79, 65], [60, 40, 41, 40, 42, 70]]
    for values in [RISE, LATE, *bumps, [90, 85, 80, 79, 78, 60]]:
        row = shaped(values, 2.0, None)
        corners = np.array(list(product((-1.0, 1.0), repeat=6))) + values
        inside = np.random.default_rng(6).uniform(-1, 1, (500, 6)) + values
        t = np.arange(6) / 5

        def index(y, t=t):
            return (t - (y - y[:, :1]) / (y[:, -1:] - y[:, :1])).mean(axis=1)

        assert row["back_load"] == pytest.approx(index(np.array([values]))[0])
        assert row["back_load_low"] == pytest.approx(index(corners).min())
        assert row["back_load_high"] == pytest.approx(index(corners).max())
        assert index(inside).min() >= row["back_load_low"] and index(inside).max() <= row["back_load_high"]


def test_falling_paths_are_mirrored():
    down = shaped([85, 83, 80, 78, 75, 72], indicators=None)
    up = shaped([72, 74, 77, 79, 82, 85], indicators=None)
    for name in ("largest_step_share", "share_low", "back_load", "back_load_low", "back_load_high"):
        assert down[name] == pytest.approx(up[name])
    assert (down["total_change"], down["total_change_low"], down["total_change_high"]) == (-13, -14, -12)


def test_years_after_the_end_value_is_first_reached_are_left_out():
    row = shaped([72, 78, 81, 85, 85, 85])
    assert row["end_year"] == 2025 and row["steps"] == 3
    trimmed = shaped([72, 78, 81, 85])
    assert [row[k] for k in ("share_low", "back_load", "back_load_low", "back_load_high")] == [
        trimmed[k] for k in ("share_low", "back_load", "back_load_low", "back_load_high")
    ]


def test_missing_years_spread_a_step_and_bounds_only_limit_it():
    row = shaped([72, None, 78, 80, 83, 85])
    assert row["steps"] == 4 and row["largest_step_share"] == pytest.approx(3 / 13)
    assert row["back_load"] == pytest.approx(np.mean([0, 2 / 5 - 6 / 13, 3 / 5 - 8 / 13, 4 / 5 - 11 / 13, 0]))
    free, held = shaped([72, 73, None, 74, 75, 85]), shaped([72, 73, ("ge", 80.0), 74, 75, 85])
    assert held["steps"] == free["steps"] == 4
    assert held["back_load"] == free["back_load"] and held["share_low"] >= free["share_low"]


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        ([72, 78, ("gt", 85.0)], "base or end is not a printed value"),
        ([("about", 72.0), 78, 85], "base or end is not a printed value"),
        ([72], "base and end are the same year"),
        ([72, 72, 73], "the rounding leaves the sign of the total change open"),
        ([72, 80, 72], "the rounding leaves the sign of the total change open"),
        ([("none", np.nan)], "no values"),
        ([90, 95, 104], "a value outside the indicator's bounds"),
    ],
)
def test_no_share_without_a_total_change(cells, note):
    row = shaped(cells)
    assert all(np.isnan(row[k]) for k in ("largest_step_share", "share_low", "back_load", "back_load_high"))
    assert row["note"] == note and not row["applies"]
    assert row["steps"] == (len(cells) - 1 if "rounding" in note else 0)


def hand_shape(cells: list[dict], fact: dict) -> dict:
    """The row of `shape`, without the lowest share; back-load at every corner of the boxes."""
    nothing = ["total_change", "total_change_low", "total_change_high", "resolution", "largest_step_share"]
    nothing += ["largest_step_year", "back_load", "back_load_low", "back_load_high", "end_year"]
    row = dict.fromkeys(nothing, np.nan) | {"steps": 0, "applies": False, "note": "", "base_year": np.nan}
    base, end, _ = the_ends(cells)
    if base is None:
        return row | {"note": "no values"}
    notes, values = [], base["relation"] == end["relation"] == "eq"
    if base["year"] == end["year"]:
        notes.append("base and end are the same year")
    elif not values:
        notes.append("base or end is not a printed value")
    if by_hand(base, fact, "drawn")[2] or by_hand(end, fact, "drawn")[2]:
        notes.append("a value outside the indicator's bounds")
    row |= {"note": "; ".join(notes), "base_year": base["year"]}
    if notes:
        return row
    inside = [cell for cell in cells if base["year"] <= cell["year"] <= end["year"]]
    used = [cell for cell in inside if cell["relation"] == "eq" and not by_hand(cell, fact, "drawn")[2]]
    years, y = np.array([cell["year"] for cell in used]), np.array([cell["value"] for cell in used])
    boxes = [by_hand(cell, fact, "drawn")[:2] for cell in used]
    low, high = boxes[-1][0] - boxes[0][1], boxes[-1][1] - boxes[0][0]
    change, coarse = y[-1] - y[0], max(cell["step"] for cell in used)
    row |= {"end_year": end["year"], "steps": len(used) - 1, "resolution": coarse, "total_change": change}
    row |= {"total_change_low": low, "total_change_high": high}
    row["applies"] = len(used) > 3 and round(abs(change) - 4 * coarse, 9) > 0
    if low <= 0 <= high:
        return row | {"note": "the rounding leaves the sign of the total change open"}
    shares = np.round(np.diff(y) / np.diff(years) / change, 11)
    corners = np.array(list(product(*boxes)))
    late = (years - years[0]) / (years[-1] - years[0])
    index = (late - (corners - corners[:, :1]) / (corners[:, -1:] - corners[:, :1])).mean(axis=1)
    row |= {"largest_step_share": shares.max(), "largest_step_year": years[1 + shares.argmax()]}
    row |= {"back_load": (late - (y - y[0]) / change).mean()}
    return row | {"back_load_low": index.min(), "back_load_high": index.max()}


def test_every_shape_is_the_one_made_by_hand(drawn):
    paths, frame, indicators = drawn
    facts = indicators.set_index("id", drop=False).to_dict("index")
    found = shape(frame, indicators).set_index("indicator").to_dict("index")
    for key, cells in paths.items():
        for name, value in hand_shape(cells, facts[key]).items():
            got = found[key][name]
            right = got == value if name == "note" else pd.isna(got) and np.isnan(value)
            assert right or got == pytest.approx(value, rel=1e-9, abs=1e-9), (key, name, cells, facts[key])
    told = pd.Series([row["note"] for row in found.values()]).value_counts()
    assert len(told) >= 7 and told[""] > 100


def test_the_lowest_share_of_any_path_is_that_of_the_linear_program(drawn):
    """Cells that print no value or none inside the bounds limit what they limit, and falling paths are mirrored."""
    paths, frame, indicators = drawn
    facts = indicators.set_index("id", drop=False).to_dict("index")
    rows = shape(frame, indicators).dropna(subset="share_low").set_index("indicator")
    kinds = []
    for key, share in rows["share_low"].items():
        base, end, _ = the_ends(paths[key])
        years = range(base["year"], end["year"] + 1)
        low, high = np.full(len(years), -np.inf), np.full(len(years), np.inf)
        for cell in paths[key]:
            ends = *_, empty = by_hand(cell, facts[key], "drawn")
            if cell["year"] in years and cell["relation"] != "none" and not empty:
                low[cell["year"] - base["year"]], high[cell["year"] - base["year"]] = ends[:2]
        if end["value"] < base["value"]:
            low, high = -high, -low
        kinds.append((end["value"] < base["value"], len(paths[key]) - rows.loc[key, "steps"] > 1))
        assert share == pytest.approx(lowest_share(np.arange(len(years)), low, high), abs=1e-7), paths[key]
    assert len(set(kinds)) == 4


def test_large_counts_that_differ_in_their_last_digit_are_two_values():
    """What is one number up to binary noise is one print; a billion and a billion and one are not."""
    row = paced([1_234_567_880, 1_234_567_890, 1_234_567_891], indicators=None)
    assert (row["end_year"], row["end_value"]) == (2024, 1_234_567_891)
    ranges = targets([1.0, 2.0, 3.0]).assign(relation=["eq", "range", "range"], value=[1.0, np.nan, np.nan])
    for ends in (
        ([1, 1_234_567_880, 1_234_567_880], [1, 1_234_567_899, 1_234_567_900]),
        (
            [1, 1_234_567_880, 1_234_567_881],
            [1, 1_234_567_900, 1_234_567_900],
        ),
    ):
        (row,) = card(ranges.assign(low=ends[0], high=ends[1])).to_dict("records")
        assert row["end_year"] == 2024
    noisy = paced([0.5, 0.1 + 0.2, 0.3, 0.3], 0.1, indicators=None)
    assert noisy["end_year"] == 2023, "0.1 + 0.2 is 0.3"
    # The first of several largest steps is told, however the sums fall in binary, and not one that is smaller.
    assert shaped([0.0, 0.7, 1.4, 2.1], 0.1, None)["largest_step_year"] == 2023
    assert shaped([2.1, 1.4, 0.7, 0.0], 0.1, None)["largest_step_year"] == 2023
    assert shaped([0, 1_000_000_000, 2_000_000_001], 1.0, None)["largest_step_year"] == 2024


@pytest.mark.parametrize("unit", [0.001, 1000.0])
def test_the_unit_changes_no_share_and_no_rate(drawn, unit):
    """In thousands or in thousandths a path takes the same years and has the same shape."""
    _, frame, _ = drawn
    amounts = ["value", "low", "high", "step"]
    other = frame.assign(**{name: frame[name] * unit for name in amounts})
    for rows, scaled, same in (
        (card(frame), card(other), ["end_year", "cagr", "cagr_low", "cagr_high", "note"]),
        (
            shape(frame),
            shape(other),
            ["largest_step_share", "largest_step_year", "share_low", "applies", "note"],
        ),
        (shape(frame), shape(other), ["end_year", "back_load", "back_load_low", "back_load_high"]),
    ):
        pd.testing.assert_frame_equal(rows[same], scaled[same], rtol=1e-9, atol=1e-9)


def test_the_rule_applies_from_three_steps_and_more_than_four_resolutions():
    assert not shaped([72, 80, 90])["applies"]
    assert not shaped([72, 73, 74, 76])["applies"] and shaped([72, 73, 74, 77])["applies"]


# ---------------------------------------------------------------- lead

REFERENCE = np.arange(2022, 2028), np.array([72.0, 75, 78, 80, 83, 85])


def test_lead_is_the_year_the_reference_reaches_the_value_minus_the_year_compared():
    result = lead([80, 76.5, 72, 85], [2024, 2025, 2024, 2024], *REFERENCE)
    np.testing.assert_allclose(result["lead"], [1, -1.5, -2, 3])
    np.testing.assert_allclose(result["lead_low"], result["lead"])


def test_lead_is_missing_outside_the_printed_range():
    result = lead([71.9, 85.1, np.nan], 2024, *REFERENCE, step=1, reference_step=1)
    assert result.isna().all(axis=None)
    edge = lead([72, 85], 2024, *REFERENCE, step=1, reference_step=1)
    np.testing.assert_allclose(edge["lead"], [-2, 3])
    assert edge["lead_low"][0] == -np.inf and edge["lead_high"][1] == np.inf


def test_lead_interval_is_what_a_search_of_the_box_finds():
    rng = np.random.default_rng(7)
    years, values = REFERENCE
    row = lead(79.0, 2024, years, values, step=1, reference_step=1).iloc[0]
    draws = np.vstack([values + rng.uniform(-0.5, 0.5, (20_000, 6)), values - 0.5, values + 0.5])
    levels = np.append(79 + rng.uniform(-0.5, 0.5, 20_000), [79.5, 78.5])
    found = lead(levels, 2024, years, draws)["lead"]
    assert found.max() == pytest.approx(row["lead_high"]) and found.min() == pytest.approx(row["lead_low"])
    assert row["lead_low"] < row["lead"] < row["lead_high"]


def test_lead_on_a_falling_reference_and_with_missing_years():
    falling = lead(4.5, 2023, [2022, 2023, 2025], [[5.0, np.nan, 4.0]], step=0.1, reference_step=0.1)
    np.testing.assert_allclose(falling.iloc[0], [0.5, 0.2, 0.8])
    mirrored = lead(-4.5, 2023, [2022, 2025], [-5.0, -4.0], step=0.1, reference_step=0.1)
    np.testing.assert_allclose(falling, mirrored)
    # which way a path goes is told by its first and its last printed value, wherever they stand
    for gap in ([np.nan, 5.0, 4.0, 3.0], [5.0, 4.5, 4.0, np.nan], [np.nan, 5.0, 4.0, np.nan]):
        years = [2021, 2022, 2024, 2026]
        there = [2022 + 2 * (5.0 - 4.2) if gap[2] == 4.0 and gap[1] == 5.0 else 2022 + 2 * (4.5 - 4.2) / 0.5]
        np.testing.assert_allclose(lead(4.2, 2023, years, [gap])["lead"], np.array(there) - 2023)
        np.testing.assert_allclose(
            lead(-4.2, 2023, years, [[-one for one in gap]])["lead"], np.array(there) - 2023
        )


def test_lead_takes_the_first_year_and_the_direction_given():
    flat = lead(80, 2026, range(2022, 2027), [78, 80, 80, 80, 82])
    assert flat["lead"][0] == -3
    detour = lead(79, 2024, range(2022, 2026), [78, 80, 77, 79])
    assert detour["lead"][0] == pytest.approx(-1.5)
    assert np.isnan(lead(70, 2024, range(2022, 2025), [72, 71, 68], direction=1)["lead"][0])
    assert lead(71, 2024, range(2022, 2025), [72, 71, 68])["lead"][0] == -1


def hand_lead(value, year, years, path, direction) -> float:
    """The year of first reaching a value along a polyline, minus the year; infinite outside of what it prints."""
    there = [(t, v) for t, v in zip(years, path, strict=True) if not np.isnan(v)]
    if direction is None:
        direction = -1 if there and there[-1][1] < there[0][1] else 1
    before = None
    for t, v in there:
        if direction * v >= direction * value:
            if v == value:
                return t - year
            return -np.inf if before is None else np.interp(0, *_line(before, (t, v), value)) - year
        before = t, v
    return np.inf


def _line(first, second, level):
    """The differences to a level at two points, and their years, in the order that np.interp wants."""
    pair = sorted([(first[1] - level, first[0]), (second[1] - level, second[0])])
    return [one for one, _ in pair], [one for _, one in pair]


@pytest.mark.parametrize("direction", [None, 1, -1])
def test_every_lead_is_the_one_made_by_hand(direction):
    rng = np.random.default_rng(12)
    years, n = np.array([2020, 2021, 2024, 2026]), 200
    paths = rng.choice([np.nan, 1.0, 2.0, 3.0, 4.5, 7.0], (n, 4), p=[0.25, *[0.15] * 5])
    values, at = rng.choice([1.0, 2.0, 2.5, 4.5, 7.0], n), rng.integers(2020, 2027, n)
    step, own = rng.choice([0.0, 0.5, 1.0], n), rng.choice([0.0, 1.0], (n, 4))
    found = lead(values, at, years, paths, step=step, reference_step=own, direction=direction)
    seen = set()
    for k in range(n):
        way = direction
        if way is None:
            there = paths[k][~np.isnan(paths[k])]
            way = -1 if len(there) and there[-1] < there[0] else 1
        point = hand_lead(values[k], at[k], years, paths[k], way)
        low = hand_lead(values[k] - way * step[k] / 2, at[k], years, paths[k] + way * own[k] / 2, way)
        high = hand_lead(values[k] + way * step[k] / 2, at[k], years, paths[k] - way * own[k] / 2, way)
        expected = [point, low, high] if np.isfinite(point) else [np.nan] * 3
        np.testing.assert_allclose(found.iloc[k], expected, rtol=1e-12, atol=1e-9)
        seen |= set(np.sign(expected))
    assert len(seen) >= 3
    plain = lead(values, at, years, paths, direction=direction)
    assert plain.equals(lead(values, at, years, paths, step=0, reference_step=0, direction=direction))
    one = lead(values[0], at, years, paths, direction=direction)
    assert one.equals(lead(np.full(n, values[0]), at, years, paths, direction=direction))
    by_place = lead(values, at, years, paths[0], direction=direction)
    assert by_place.equals(lead(values, at, years, np.tile(paths[0], (n, 1)), direction=direction))


def test_lead_of_many_places_against_their_own_references():
    years = np.arange(2022, 2026)
    paths = np.array([[1.0, 2, 3, 4], [4.0, 3, 2, 1]])
    np.testing.assert_allclose(lead([2.5, 2.5], [2023, 2022], years, paths)["lead"], [0.5, 1.5])
    with pytest.raises(DataError, match="3 values but 2 reference paths"):
        lead([1, 2, 3], 2023, years, paths)
    with pytest.raises(DataError, match="ascending reference years"):
        lead(1, 2023, years[::-1], paths)
    with pytest.raises(DataError, match="ascending reference years"):
        lead(1, 2023, [2022, 2022, 2023, 2024], paths)
    # a path of one year says when it has its value, and one of none says nothing
    assert lead([2.0, 3.0], 2023, [2025], [2.0])["lead"].tolist()[0] == 2
    with pytest.raises(DataError, match="ascending reference years"):
        lead(1, 2023, [], [])
