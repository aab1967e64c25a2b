"""C1 to C4 and C12: exact for targets, boxed for what was observed; the same under scaling and mirroring."""

from __future__ import annotations

import itertools
from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plausibility_frames import (
    DOCUMENTS,
    INDICATORS,
    check,
    grid_rows,
    one,
    path,
    said,
    statement,
    together,
    world,
)  # fmt: skip

from qiyou.errors import DataError
from qiyou.paths import table as targets_of
from qiyou.plausibility import Settings, checks, facts, plan
from qiyou.plausibility.facts import dated, demanded

OBJECTIONS = ("QUESTION", "CONTRADICTION")


def only(found, number):
    return found[found["check"] == number]


# ------------------------------------------------------------------------------------------------ C1


def test_missing_cells_gaps_and_a_missing_base_are_named():
    whole = path([60, 70, 80, 85, 90], row="2", indicator="density")
    found = one(check(path([72, None, 80, "", 85]), whole), "MISSING_YEAR")
    assert found["verdict"] == "NOTE" and found["statistic"] == 2
    assert found["facts"]["years"] == (2023, 2025) and found["facts"]["case"] == "years"
    found = one(check(path([72, 75, 80], base=False)), "MISSING_YEAR")
    assert found["statistic"] == 1 and found["facts"]["case"] == "base" and pd.isna(found["year"])
    found = one(check(path([None, 75, None, 80, None])), "MISSING_YEAR")
    assert found["facts"]["years"] == (2022, 2024, 2026) and found["statistic"] == 3
    assert found["facts"]["a_year"] is None and np.isnan(found["facts"]["a_value"])
    found = one(check(path([None, 75, None, 80], base=False)), "MISSING_YEAR")
    assert found["facts"]["case"] == "both" and found["statistic"] == 3


def test_years_before_the_first_and_after_the_last_cell_are_no_gaps():
    """Other paths print them; a plan that begins later or ends earlier has no hole."""
    found = check(
        together(path([70, 75, 80, 82, 84, 85]), path([70, 75, 80], first=2024), path([70, 75, 80]))
    )
    assert "MISSING_YEAR" not in set(found["code"])


def test_a_status_word_is_no_missing_year():
    assert "MISSING_YEAR" not in set(check(path([72, "完成市定任务", 80, "全覆盖"]))["code"])


@pytest.mark.parametrize(
    ("second", "step", "verdict"), [(80, 1, "CONTRADICTION"), (75, 1, "NOTE"), (75.4, 0.1, "CONTRADICTION")]
)
def test_two_values_for_one_year(second, step, verdict):
    rows = path([72, 75, 80])
    again = path(["", second], step=step, base=False)
    found = check(rows, again)
    assert found["code"].tolist() == ["DUPLICATE_YEAR"]  # no other check uses the path
    assert found["verdict"].tolist() == [verdict] and found["year"].tolist() == [2023]


def test_a_base_printed_twice_can_hold_within_its_rounding():
    found = check(path([72, 75, 80]), path([72.4], step=0.1))
    assert one(found, "DUPLICATE_YEAR")["verdict"] == "NOTE"


def test_mixed_units_take_the_path_out_and_leave_the_others():
    mixed = path([72, 75, 80]).assign(unit=["%", "%", "‰"])
    found = check(together(mixed, path([60, 70, 65])))
    first = found[found["variant"] == "0"]
    assert first["code"].tolist() == ["UNIT_MIXED"] and first["verdict"].tolist() == ["QUESTION"]
    assert first["facts"].iloc[0]["units"] == ("%", "‰")
    assert (found["variant"] == "1").any()


# ------------------------------------------------------------------------------------------------ C2


@pytest.mark.parametrize(
    ("print_", "code"),
    [
        (101, "OUT_OF_BOUNDS"),
        (100, None),
        (100.3, "OUT_OF_BOUNDS"),
        (("gt", 100), "OUT_OF_BOUNDS"),
        (("ge", 100), None),
        (("ge", 101), "OUT_OF_BOUNDS"),
        (("lt", 0), "OUT_OF_BOUNDS"),
        (-1, "OUT_OF_BOUNDS"),
        (0, None),
    ],
)
def test_bounds(print_, code):
    found = only(check(path([50, 60, print_])), "C2")
    assert set(found["code"]) == ({code} if code else set())
    if code:
        row = one(found, code)
        assert row["verdict"] == "CONTRADICTION" and row["year"] == 2024
        assert row["a_cell"] == "plan/table:1:2024" and row["threshold"] in (0, 100)


def test_an_observed_value_beyond_the_bound_may_be_rounding():
    assert only(check(path([100.3, 90, 95], step=1.0)), "C2").empty


def test_a_gross_rate_without_ceiling_may_exceed_100():
    indicators = INDICATORS.assign(upper=np.where(INDICATORS["id"] == "share", np.nan, INDICATORS["upper"]))
    assert only(check(path([90, 110]), indicators=indicators), "C2").empty


def test_a_cumulative_count_cannot_fall_but_a_stock_can():
    row = one(check(path([1000, 1200, 1100], indicator="homes_cumulative")), "STOCK_DECREASES")
    assert row["verdict"] == "CONTRADICTION" and row["statistic"] == -100
    assert (row["a_cell"], row["b_cell"]) == ("plan/table:1:2023", "plan/table:1:2024")
    assert "STOCK_DECREASES" not in set(check(path([1000, 1200, 1100], indicator="insured"))["code"])
    # the base was rounded: 1,200 to the hundred may have been 1,150
    assert only(check(path([1200, 1160], step=[100, 10], indicator="homes_cumulative")), "C2").empty


@pytest.mark.parametrize(
    ("part", "base", "hit"),
    [(90.0, False, False), (91.0, False, True), (91.0, True, True), (90.4, True, False)],
)
def test_a_part_cannot_exceed_its_whole(part, base, hit):
    cells = [part, 95] if base else [50, part]
    whole = [90.0, 99] if base else [60, 90.0]
    rows = path(cells, indicator="share"), path(whole, indicator="whole", row="2")
    found = check(*rows)
    assert ("IDENTITY_VIOLATED" in set(found["code"])) == hit
    if hit:
        assert one(found, "IDENTITY_VIOLATED")["b_cell"].startswith("plan/table:2:")


# ------------------------------------------------------------------------------------------------ C3


@pytest.mark.parametrize(
    ("cells", "step", "indicator", "expected"),
    [
        ([97.67, 86, 90, 96], [0.01, 1, 1, 1], "share", {("MET_AT_BASELINE", 2022)}),
        ([1.16, ("lt", 3.5), ("lt", 3.5)], 0.01, "capped", {("MET_AT_BASELINE", 2022)}),
        ([("lt", 5), ("lt", 5), ("lt", 5)], 1, "capped", {("MET_AT_BASELINE", 2022)}),
        ([90, 90, 90], 1, "kept", {("MET_AT_BASELINE", 2022)}),
        ([90.4, 90, 90], 0.1, "kept", {("MET_AT_BASELINE", 2022)}),
        ([89.9, 90, 89.92], [0.1, 1, 0.01], "kept", {("ROUNDING_DECIDES", 2022)}),
        ([80, 90, 90], 1, "kept", set()),
        ([40, 50, 50, 50], 1, "share", {("MET_BY", 2023)}),
        ([40, 50, 50, ("gt", 50)], 1, "share", set()),
        ([40, ("gt", 50), ("gt", 50)], 1, "share", {("MET_BY", 2023)}),
        ([8.4, 9.1, 8.5, 8.3], 0.1, "rate", set()),
        ([12, 9, 8, 8], 1, "rate", {("MET_BY", 2024)}),
        ([60, 70, 80], 1, "share", set()),
        ([70, 75, 80, 70], 1, "rate", set()),
        ([70, 80, 95, 90, 95], 1, "share", {("MET_THEN_LOST", 2025), ("MET_BY", 2024)}),
        ([70, 80, 95, 95.4, 95], 0.1, "share", {("MET_BY", 2024)}),
        ([0, 0, 100, 100], 1, "review", {("MET_BY", 2024)}),
        # the base is the end as printed: nothing is gained by staying there, but it is left and reached again
        ([80, 80, 85, 80], 1, "share", {("MET_BY", 2023)}),
    ],
)
def test_target_semantics(cells, step, indicator, expected):
    rows = only(check(path(cells, step=step, indicator=indicator)), "C3")
    assert set(said(rows)) == expected
    assert (rows.loc[rows["code"] == "MET_THEN_LOST", "verdict"] == "QUESTION").all()


@pytest.mark.parametrize(("direction", "decides"), [("up", True), ("status", False)])
def test_where_there_is_no_better_rounding_decides_nothing_and_nothing_is_met(direction, decides):
    indicators = INDICATORS.assign(direction=direction)
    found = check(path([50, 60, 50.4]), indicators=indicators)
    assert ("ROUNDING_DECIDES" in set(found["code"])) == decides
    assert found["code"].isin(["MET_BY", "MET_THEN_LOST"]).any() == decides


def test_a_target_met_in_the_base_year_gets_the_maintenance_rule():
    found = check(path([97.67, 86, 90, 95, 96, 96], step=[0.01, 1, 1, 1, 1, 1]))
    assert not {"STEP_CONCENTRATED", "BACK_LOADED", "CONSTANT_INCREMENT"} & set(found["code"])
    row = one(found, "TARGET_BELOW_BASELINE")
    assert said(found, "QUESTION") == [("TARGET_BELOW_BASELINE", 2023)] and row["facts"]["case"] == "both"


def standard(relation, value, kind="target", year=2024):
    return pd.DataFrame(
        {"place": ["above"], "indicator": ["share"], "year": [year], "kind": kind, "source": "s"}
    ).assign(relation=relation, value=float(value), printed=str(value))


@pytest.mark.parametrize(
    ("print_", "asked", "expected"),
    [
        (70, ("gt", 70), {("MISSES_STANDARD", 2024), ("SET_AT_STANDARD", 2024)}),
        (70, ("ge", 70), {("MET_BY", 2024), ("SET_AT_STANDARD", 2024)}),
        (71, ("gt", 70), {("MET_BY", 2024), ("AMPLIFIED", 2024)}),
        (69, ("eq", 70), {("MISSES_STANDARD", 2024)}),
        (("gt", 80), ("eq", 85), {("BOUND_LEAVES_OPEN", 2024)}),
        (("ge", 85), ("eq", 85), {("MET_BY", 2024), ("SET_AT_STANDARD", 2024)}),
        (70, ("le", 60), set()),
    ],
)
def test_a_standard_set_above(print_, asked, expected):
    found = check(path([50, 60, print_, 99]), benchmarks=standard(*asked))
    found = found[found["b_cell"] == "sources/s"]
    assert set(said(found)) == expected


def test_a_standard_met_in_the_base_year_and_one_that_binds_nobody():
    found = check(path([75, 80, 90]), benchmarks=standard("ge", 70))
    row = one(found, "MET_AT_BASELINE")
    assert row["year"] == 2022 and row["threshold"] == 70 and (row["low"], row["high"]) == (74.5, 75.5)
    found = check(path([50, 60, 80]), benchmarks=standard("ge", 70, kind="benchmark"))
    assert set(found.loc[found["b_cell"] != "", "code"]) == {"MET_BY"}  # a benchmark is no superior's target


def test_a_standard_for_a_year_that_no_path_prints_is_held_against_none():
    for base in (True, False):
        found = check(path([50, 60, 65], base=base), benchmarks=standard("ge", 70, year=2030))
        assert not found["b_cell"].eq("sources/s").any()


# ------------------------------------------------------------------------------------------------ C4


@pytest.mark.parametrize(
    ("cells", "indicator", "step", "expected"),
    [
        ([70, 75, 74, 80], "share", 0.1, [("REVERSAL", "QUESTION", 2024)]),
        ([70, 75, 74, 80], "share", 1.0, [("REVERSAL", "QUESTION", 2024)]),
        ([9.0, 8.0, 8.5, 7.0], "rate", 0.1, [("REVERSAL", "QUESTION", 2024)]),
        ([70, 65, 75, 80], "share", 1.0, [("TARGET_BELOW_BASELINE", "QUESTION", 2023)]),
        (
            [70, 75, 80, 65],
            "share",
            1.0,
            [("REVERSAL", "QUESTION", 2025), ("TARGET_BELOW_BASELINE", "QUESTION", 2025)],
        ),
        ([8.4, 9.1, 8.9, 8.0], "rate", 0.1, [("TARGET_BELOW_BASELINE", "QUESTION", 2023)]),
        (
            [4.03, 4.0, 4.5, 5.0],
            "density",
            [0.01, 0.1, 0.1, 0.1],
            [("TARGET_BELOW_BASELINE", "QUESTION", 2023)],
        ),
        (
            [4.0, 3.98, 4.5, 5.0],
            "density",
            [0.1, 0.01, 0.1, 0.1],
            [("ROUNDING_DECIDES", "UNDECIDABLE", 2023)],
        ),
        ([4.0, 4.02, 4.5, 5.0], "density", [0.1, 0.01, 0.1, 0.1], []),
        ([70, ("gt", 85), ("gt", 80), 90], "share", 1.0, [("BOUND_LEAVES_OPEN", "UNDECIDABLE", 2024)]),
        ([70, ("ge", 60), 75, 80], "share", 1.0, [("BOUND_LEAVES_OPEN", "UNDECIDABLE", 2023)]),
        ([70, 75, 80, 80], "share", 1.0, []),
        ([80, 80, 80, 80], "share", 1.0, [("NO_NET_CHANGE", "NOTE", None)]),
        ([80, 80.4, 80.4], "share", [1, 0.1, 0.1], [("NO_NET_CHANGE", "NOTE", None)]),
        ([80, 80.5, 81, 81], "share", 1.0, []),
        ([97, 90, 95, 90], "kept", 1.0, []),
        ([100, 0, 100, 100], "review", 1.0, []),
        ([70, ("about", 60), 75, 80], "share", 1.0, [("TARGET_BELOW_BASELINE", "QUESTION", 2023)]),
        ([70, ("about", 69), 75, 80], "share", 1.0, []),
    ],
)
def test_direction(cells, indicator, step, expected):
    rows = only(check(path(cells, step=step, indicator=indicator)), "C4")
    years = [None if pd.isna(year) else int(year) for year in rows["year"]]
    assert list(zip(rows["code"], rows["verdict"], years, strict=True)) == expected


def test_nothing_is_said_of_what_does_not_apply():
    assert check(path([50, 60, 55, 70], indicator="review"))["code"].tolist() == []
    assert check(path([70, 75, 80]))["code"].tolist() == []


# ----------------------------------------------------------------------------------------------- C12


def plans(*rows):
    return check(*(row.assign(place=f"p{k}", document=f"d{k}") for k, row in enumerate(rows)))


def test_identical_paths_are_named_and_flat_or_short_ones_are_none():
    found = plans(path([60, 70, 80, 90]), path([50, 70, 80, 90], step=0.1), path([60, 70, 80, 91]))
    rows = found[found["code"] == "IDENTICAL_PATHS"]
    assert rows["place"].tolist() == ["p0", "p1"] and (rows["statistic"] == 2).all()
    assert rows["facts"].iloc[0]["places"] == ("p0", "p1")
    assert "IDENTICAL_PATHS" not in set(plans(path([60, 70, 70, 70]), path([50, 70, 70, 70]))["code"])
    assert "IDENTICAL_PATHS" not in set(plans(path([60, 70, 80]), path([50, 70, 80]))["code"])
    bound = path([60, 70, 80, ("ge", 90)])
    assert "IDENTICAL_PATHS" not in set(plans(path([60, 70, 80, 90]), bound)["code"])


def test_copies_are_told_apart_by_their_tenth_digit():
    first, other = ([0, 4e9, 5e9, 1_234_567_891 * 5 + more] for more in (0, 1))
    assert "IDENTICAL_PATHS" in set(plans(*[path(first, indicator="insured")] * 2)["code"])
    both = [path(cells, indicator="insured") for cells in (first, other)]
    assert "IDENTICAL_PATHS" not in set(plans(*both)["code"])


def test_reviews_that_are_passed_in_the_same_years_are_no_copies():
    both = [path([0, 50, 80, 100], indicator=indicator) for indicator in ("review", "share")]
    assert "IDENTICAL_PATHS" not in set(plans(both[0], both[0])["code"])
    assert "IDENTICAL_PATHS" in set(plans(both[1], both[1])["code"])


@pytest.mark.parametrize(("value", "edge"), [(120, 100), (-3, 0)])
def test_what_lies_outside_names_the_bound_that_it_breaks(value, edge):
    found = one(check(path([70, value, 80])), "OUT_OF_BOUNDS")
    assert (found["statistic"], found["threshold"]) == (value, edge)


def test_an_end_value_shared_by_half_of_four_places():
    ends = [path([50, 60, end]) for end in (70, 70, 71, 72)]
    found = plans(*ends)
    rows = found[found["code"] == "COMMON_END_VALUE"]
    assert rows["place"].tolist() == ["p0", "p1"] and (rows["statistic"] == 0.5).all()
    assert "COMMON_END_VALUE" not in set(plans(*ends[:3])["code"])
    assert "COMMON_END_VALUE" not in set(plans(*ends, path([50, 60, 73]))["code"])


# ------------------------------------------------------------------------------------------ properties
# Every property is asked of many paths at once, one variant each, as the checks are meant to be used.

values = st.integers(1, 99)
paths = st.lists(values, min_size=3, max_size=6)
many = st.lists(paths, min_size=1, max_size=25)
steps = st.sampled_from([0.1, 1.0, 2.0])
FEW = settings(max_examples=10)


def verdicts(found, checks=("C1", "C2", "C3", "C4", "C6")):
    rows = found[found["check"].isin(checks)]
    columns = ("variant", "check", "code", "verdict")
    return sorted(zip(*(rows[name] for name in columns), rows["year"].astype(str), strict=True))


def objections(found):
    """Objections as (path, code, year); the year is left out where it only says where in the path it is."""
    rows = found[found["verdict"].isin(OBJECTIONS)]
    years = rows["year"].astype(str).where(rows["check"].isin(["C2", "C4"]), "")
    return set(zip(rows["variant"], rows["code"], years, strict=True))


@FEW
@given(
    many,
    steps,
    st.sampled_from([1e-3, 0.01, 7.0, 1e4]),
    st.sampled_from(["share", "density", "homes_cumulative"]),
)
def test_rescaling_the_unit_changes_no_verdict(batch, step, scale, indicator):
    scaled = INDICATORS.assign(upper=INDICATORS["upper"] * scale)
    rows = together(*(path(cells, step, indicator=indicator) for cells in batch))
    larger = together(*(path(np.array(cells) * scale, step * scale, indicator=indicator) for cells in batch))
    every = ("C1", "C2", "C3", "C4", "C6", "C7", "C12")
    assert verdicts(check(rows), every) == verdicts(check(larger, indicators=scaled), every)


MIRROR = {"ge": "le", "gt": "lt", "eq": "eq"}
prints = st.one_of(values, st.tuples(st.sampled_from(["ge", "gt"]), values))


@FEW
@given(
    st.lists(st.lists(prints, min_size=3, max_size=6), min_size=1, max_size=25),
    st.sampled_from([0.1, 1.0]),  # no whole number at an edge: half-open boxes turn their open end
    st.sampled_from([("share", "rate"), ("kept", "capped")]),
)
def test_flipping_the_direction_mirrors(batch, step, pair):
    turned = [
        [(MIRROR[c[0]], 100 - c[1]) if isinstance(c, tuple) else 100 - c for c in cells] for cells in batch
    ]
    rows, other = (
        together(*(path(cells, step, indicator=indicator) for cells in some))
        for indicator, some in zip(pair, (batch, turned), strict=True)
    )
    alike = ("C1", "C2", "C3", "C4", "C12")
    assert verdicts(check(rows), alike) == verdicts(check(other), alike)


@pytest.mark.parametrize("indicator", ["share", "rate", "homes_cumulative"])
@pytest.mark.parametrize("how", ["step", "ge", "le"])
@pytest.mark.parametrize("m", [3, 6])
def test_widening_a_cell_never_makes_an_objection(indicator, how, m):
    # a base rounded more coarsely contains the finer one; a bound at a target's number contains the target
    rng = np.random.default_rng(m)
    n = 300
    values = rng.integers(1, 100, (n, m)).astype(float)
    values[: n // 2].sort(axis=1)
    step, relation = np.ones((n, m)), np.full((n, m), "eq", dtype=object)
    narrow = check(grid_rows(values, step, relation, indicator))
    at = (np.arange(n), np.zeros(n, int)) if how == "step" else (np.arange(n), rng.integers(1, m, n))
    if how == "step":
        step[at] = rng.choice([2.0, 8.0, 20.0], n)
    else:
        relation[at] = how
    wide = check(grid_rows(values, step, relation, indicator))
    assert len(objections(narrow)) > n / 3
    lost, made = objections(narrow) - objections(wide), objections(wide) - objections(narrow)
    # a path may go on to another end once a bound stands there, and the first worse year may be a later one
    assert {code for _, code, _ in made} <= (
        {"MET_THEN_LOST", "TARGET_BELOW_BASELINE"} if how != "step" else {"TARGET_BELOW_BASELINE"}
    )
    assert lost


@FEW
@given(st.lists(st.tuples(values, values), min_size=1, max_size=40), steps)
def test_a_reversal_is_every_later_target_that_is_worse(pairs, step):
    found = check(together(*(path([10, *pair], step) for pair in pairs)))
    rows = found[(found["code"] == "REVERSAL") & (found["year"] == 2024)]
    assert rows["variant"].tolist() == [str(k) for k, (a, b) in enumerate(pairs) if b < a]


@FEW
@given(st.lists(st.tuples(values, values), min_size=1, max_size=40), steps)
def test_below_the_base_is_below_every_value_of_its_box(pairs, step):
    found = check(together(*(path(pair, [step, 0.1]) for pair in pairs)))
    rows = found[found["code"] == "TARGET_BELOW_BASELINE"]
    worse = [
        str(k)
        for k, (base, aim) in enumerate(pairs)
        if all(aim < base + end * step for end in (-0.5, -0.25, 0, 0.49))
    ]
    assert rows["variant"].tolist() == worse


@FEW
@given(
    st.lists(
        st.tuples(paths, steps, st.sampled_from(["share", "rate", "kept", "review"])), min_size=2, max_size=12
    ),
    st.data(),
)
def test_checking_parts_is_checking_the_whole(specs, data):
    rows = [path(cells, step, indicator=i, variant=str(k)) for k, (cells, step, i) in enumerate(specs)]
    cut = data.draw(st.integers(1, len(rows) - 1))
    whole = check(*rows)
    parts = [check(*some) for some in (rows[:cut], rows[cut:])]
    pd.testing.assert_frame_equal(whole, pd.concat(parts, ignore_index=True))


def test_what_is_a_value_of_one_year_is_told_by_its_kind():
    """A truth table: cells of paths, and statements on a year, counted up to one, or on the year's own flow."""
    kinds = ["", "target", "baseline", "count", "cumulative", "annual_flow", "share_of_sum"]
    cases = list(
        product(kinds, (pd.NA, 2020), (pd.NA, 2024), ("", "share"), ("none", "eq", "ge"), (True, False))
    )
    rows = pd.DataFrame(cases, columns=["kind", "from_year", "year", "indicator", "relation", "is_flow"])
    got = dated(rows.astype({"from_year": "Int64", "year": "Int64"}))
    for (kind, since, year, indicator, relation, is_flow), said_ in zip(cases, got, strict=True):
        yearly = kind in kinds[:5] or (kind == "annual_flow" and is_flow)
        alone = since is pd.NA or kind == "cumulative"
        assert said_ == (yearly and alone and year is not pd.NA and indicator != "" and relation != "none")


def test_what_commits_to_a_number():
    relations = np.array(["eq", "ge", "gt", "le", "lt", "about", "range", "none"], dtype=object)
    for sign, commits in ((1.0, {"eq", "ge", "gt"}), (-1.0, {"eq", "le", "lt"}), (np.nan, {"eq"})):
        number, strict = demanded(np.full(8, 5.0), relations, np.full(8, sign))
        assert {*relations[number.exact]} == commits == {*relations[number.point == 5]}
        assert np.isnan(number.low[~number.exact]).all() and {*relations[strict]} == {"gt", "lt"}


ALLOWS = {"eq": np.equal, "ge": np.greater_equal, "gt": np.greater, "le": np.less_equal, "lt": np.less}


def set_of(cell, sign, *, base=False) -> np.ndarray:
    """The values of a cell between 0 and 100, turned so that more is better; a base was rounded to whole numbers."""
    relation, number = cell if isinstance(cell, tuple) else ("eq", cell)
    values = np.arange(0, 100.25, 0.25)
    values = values[
        (values >= number - 0.5) & (values < number + 0.5) if base else ALLOWS[relation](values, number)
    ]
    return sign * values


def by_hand(cells, sign) -> set[tuple]:
    """C3 and C4 for a base and targets, from the values that each cell allows."""
    relations = [cell[0] if isinstance(cell, tuple) else "eq" for cell in cells]
    numbers = [sign * (cell[1] if isinstance(cell, tuple) else cell) for cell in cells]
    sets = [set_of(cell, sign, base=k == 0) for k, cell in enumerate(cells)]
    floor = [relation in (("ge", "gt") if sign > 0 else ("le", "lt")) for relation in relations]
    strict, last, found = [relation in ("gt", "lt") for relation in relations], len(cells) - 1, set()

    def looser(a: int, b: int) -> bool:
        lows = [numbers[k] if floor[k] else sets[k].min() for k in (a, b)]  # "<5" and "≤5" give way nowhere
        return (floor[a] or floor[b]) and lows[0] > lows[1]

    for k in range(1, last):
        if sets[k].min() > sets[k + 1].max():
            found.add(("REVERSAL", 2023 + k))
        elif looser(k, k + 1):
            found.add(("BOUND_LEAVES_OPEN", 2023 + k))
    early, late = (sets[0].min() > sets[k].max() for k in (1, last))
    if early or late:
        found.add(("TARGET_BELOW_BASELINE", 2023 if early else 2022 + last))
    elif relations[1] == "eq" and numbers[0] > numbers[1]:
        found.add(("ROUNDING_DECIDES", 2023))
    elif looser(0, 1):
        found.add(("BOUND_LEAVES_OPEN", 2023))
    if relations[last] == "eq" and sets[0].min() <= numbers[last] <= sets[0].max():
        found.add(("NO_NET_CHANGE", None))

    end, hard = numbers[last], strict[last]
    if relations[last] != "eq" and not floor[last]:
        return found
    level, met = numbers[0] == end, numbers[0] > end or (numbers[0] == end and not hard)
    found |= {("MET_AT_BASELINE", 2022)} if met and not level else set()
    found |= {("ROUNDING_DECIDES", 2022)} if level and hard else set()
    asks = [floor[k] or relations[k] == "eq" for k in range(last + 1)]
    reached = [
        k for k in range(1, last + 1) if asks[k] and (numbers[k] > end or (numbers[k] == end and (strict[k] or not hard)))
    ]  # fmt: skip
    if reached and reached[0] < last and not (met and not level):
        found.add(("MET_BY", 2022 + reached[0]))
    lost = [k for k in range(1, last + 1) if reached and k >= reached[0] and end > sets[k].max()]
    return found | ({("MET_THEN_LOST", 2022 + lost[0])} if lost else set())


def test_the_logic_of_a_path_is_that_of_the_values_in_its_cells():
    rng, drawn, rows = np.random.default_rng(31), [], []
    for k in range(240):
        relations = rng.choice(["eq", "eq", "eq", "ge", "gt", "le", "lt"], 4)
        cells = [(one, int(number)) for one, number in zip(relations, rng.integers(40, 44, 4), strict=True)]
        cells = [
            int(rng.integers(40, 44)),
            *(number if one == "eq" else (one, number) for one, number in cells),
        ]
        cells = cells[: int(rng.integers(2, 6))]
        drawn.append((cells, 1 if k % 2 else -1))
        rows.append(path(cells, indicator="share" if k % 2 else "rate", variant=str(k)))
    found = check(*rows)
    found = found[found["check"].isin(["C3", "C4"])]
    got = {variant: set(said(part)) for variant, part in found.groupby("variant")}
    wrong = [
        (cells, sign, by_hand(cells, sign) ^ got.get(str(k), set())) for k, (cells, sign) in enumerate(drawn)
    ]
    assert not [one for one in wrong if one[2]]


def test_copies_and_common_ends_are_those_of_a_search_over_all_places():
    """C12: paths that print the same and are not flat; an end of at least half of at least four places."""
    rng = np.random.default_rng(12)
    drawn = {}
    for k in range(36):
        indicator = ("share", "rate", "density", "review")[k % 4]
        cells = [40, *[[50, 60, 60, 60], [60] * 4, [50, 60, 50, 60], [50, 55, 60, 60]][rng.integers(4)]]
        if k % 5 == 0:
            cells[3] = ("ge", cells[3])
        cells[4] = "" if k % 7 == 0 else ("ge", cells[4]) if k % 11 == 0 else cells[4]
        drawn[f"q{k:02}"] = indicator, cells
    rows = [path(cells, indicator=indicator, place=place) for place, (indicator, cells) in drawn.items()]
    names = pd.DataFrame({"id": [*drawn, "p", "above"]}).assign(name_zh="县", name_en="County", parent="")
    found = check(*rows, places=names, documents=DOCUMENTS)

    planned = {place: [cell for cell in cells[1:] if cell != ""] for place, (_, cells) in drawn.items()}
    ends = {place: (drawn[place][0], len(cells), str(cells[-1])) for place, cells in planned.items()}
    copies, common = {}, {}
    for place, (indicator, _) in drawn.items():
        if indicator == "review":
            continue
        same = [one for one in drawn if drawn[one][0] == indicator and planned[one] == planned[place]]
        numbers = {cell[1] if isinstance(cell, tuple) else cell for cell in planned[place]}
        if len(same) > 1 and len(numbers) > 1 and len(planned[place]) >= 3:
            copies[place] = tuple(same), len(same)
        of = [one for one in drawn if ends[one][:2] == ends[place][:2]]
        same = [one for one in of if ends[one] == ends[place]]
        if len(of) >= 4 and 2 * len(same) >= len(of) and len(same) > 1:
            common[place] = tuple(same), len(same), len(of)
    for code, expected, keys in (
        ("IDENTICAL_PATHS", copies, ["places", "k"]),
        ("COMMON_END_VALUE", common, ["places", "k", "of"]),
    ):
        rows = found[found["code"] == code]
        told = [tuple(facts[key] for key in keys) for facts in rows["facts"]]
        assert dict(zip(rows["place"], told, strict=True)) == expected and len(rows) == len(expected) > 4
    rows = found[found["code"] == "COMMON_END_VALUE"]
    assert rows["statistic"].tolist() == [facts["k"] / facts["of"] for facts in rows["facts"]]


def test_standards_are_held_against_each_path_by_the_rule():
    """C3 and C12 against what is asked from above, number by number: met, missed, by when, more or the same."""
    rng, asked = np.random.default_rng(3), 60
    drawn = [
        (name, [60, *rng.choice([40, 50, 60, 70], 3).tolist()])
        for name in ("share", "rate")
        for _ in range(14)
    ]
    rows = [path(cells, indicator=name, variant=str(k)) for k, (name, cells) in enumerate(drawn)]
    relations = ("eq", "ge", "gt", "le", "lt")
    every = [
        standard(one, asked).assign(indicator=name, source=one)
        for one in relations
        for name in ("share", "rate")
    ]
    found = check(*rows, benchmarks=pd.concat(every, ignore_index=True))
    found = found.assign(source=[facts.get("source", "") for facts in found["facts"]])
    found = found[found["check"].isin(["C3", "C12"]) & found["source"].isin(relations)]
    got = {
        at: set(zip(one["code"], one["year"], strict=True))
        for at, one in found.groupby(["variant", "source"])
    }
    for k, (name, cells) in enumerate(drawn):
        better = [value if name == "share" else 2 * asked - value for value in cells]
        for relation in relations:
            commits = relation == "eq" or (relation in ("ge", "gt")) == (name == "share")
            reached = [
                2022 + n for n, value in enumerate(better) if value >= asked + (relation in ("gt", "lt"))
            ]
            expected = set()
            if commits:
                expected = {("MISSES_STANDARD", 2024)}
                if 2024 in reached:
                    expected = {("MET_AT_BASELINE" if reached[0] == 2022 else "MET_BY", reached[0])}
                if better[2] >= asked:
                    expected.add(("SET_AT_STANDARD" if better[2] == asked else "AMPLIFIED", 2024))
            assert got.get((str(k), relation), set()) == expected, (name, relation, cells)


@pytest.mark.parametrize(
    ("cells", "case", "year", "change"),
    [
        ([80, 70], "first", 2023, (-10.5, -10, -9.5)),
        ([80, 70, 85], "first", 2023, (-10.5, -10, -9.5)),
        ([80, 85, 70], "end", 2024, (-10.5, -10, -9.5)),
        ([80, 75, 70], "both", 2023, (-5.5, -5, -4.5)),
    ],
)
def test_which_target_lies_below_the_base_and_by_how_much(cells, case, year, change):
    """The base 80 stands for [79.5, 80.5), so that the change has a width of one."""
    row = one(check(path(cells)), "TARGET_BELOW_BASELINE")
    assert (row["facts"]["case"], row["year"]) == (case, year)
    assert (row["low"], row["statistic"], row["high"]) == change


@pytest.mark.parametrize(
    ("cells", "base", "codes"),
    [
        ([70, 80, 80], True, set()),
        ([80, 85, 80], True, {"NO_NET_CHANGE", "REVERSAL"}),
        ([70, 80, 80], False, set()),
        ([80, 85, 80], False, {"NO_NET_CHANGE", "REVERSAL"}),
        ([80, 80, 80], True, {"NO_NET_CHANGE"}),
        ([("ge", 80), 80], True, set()),
        ([80, ("ge", 80)], True, set()),
        ([None, 80, 80], True, {"NO_NET_CHANGE"}),
    ],
)
def test_no_net_change_is_from_the_base_else_from_the_first_target(cells, base, codes):
    assert set(only(check(path(cells, base=base)), "C4")["code"]) == codes


def test_a_path_without_a_base_has_met_nothing_there():
    """Whatever else the document prints last."""
    found = check(path([60, 70, 80], base=False), statement(99, 2024, indicator="density", number=9))
    assert not set(found["code"]) & {"MET_AT_BASELINE", "ROUNDING_DECIDES", "TARGET_BELOW_BASELINE"}
    seen = statement(80, 2022, indicator="density", number=9, kind="baseline")
    assert "ROUNDING_DECIDES" not in set(check(path([60, 70, ("gt", 80)], base=False), seen)["code"])


@pytest.mark.parametrize(("before", "after", "open_"), [
    (("ge", 80), ("ge", 75), True), (("ge", 80), ("ge", 80), False), (("ge", 80), ("ge", 85), False),
    (80, ("ge", 75), True), (("ge", 80), 75, None), (("ge", 80), ("le", 90), True), (("le", 90), ("le", 85), False),
])  # fmt: skip
def test_a_bound_that_gives_way_leaves_the_step_open(before, after, open_):
    """None: the step is worse for certain or may be, so that something else is said or nothing."""
    found = check(path([50, before, after], indicator="density"))
    codes = set(only(found, "C4").query("year == 2024")["code"])
    if open_ is not None:
        assert ("BOUND_LEAVES_OPEN" in codes) == open_


# ------------------------------------------------------------------------- cells, and what is said of them


def cells_of(*rows, **tables):
    data = world(*rows, **tables)
    return facts.cells(targets_of(data), data)


def alone(*rows):
    """C1 to C4, without their sentences."""
    return facts.collected(plan.checks(cells_of(*rows), frozenset())[0])


def beside_standards(*rows, **tables):
    data = world(*rows, **tables)
    return facts.collected(checks.standards(facts.cells(targets_of(data), data), data))


def beside_plans(*rows, **options):
    return set(facts.collected(checks.plans(cells_of(*rows), Settings(**options)))["code"])


def test_ends_and_neighbours_are_those_of_a_walk_along_each_path():
    rng = np.random.default_rng(7)
    at = np.where(rng.random((40, 6)) < 0.8, np.arange(240).reshape(40, 6) + 1, -1)
    mask = (rng.random(at.shape) < 0.5) & (at >= 0)
    cells = facts.Cells(pd.DataFrame(), None, SimpleNamespace(at=at))
    walked = [
        [number for number, there in zip(*row, strict=True) if there] for row in zip(at, mask, strict=True)
    ]
    first, last = cells.ends(mask)
    assert first.tolist() == [row[0] if row else -1 for row in walked]
    assert last.tolist() == [row[-1] if row else -1 for row in walked]
    a, b = cells.neighbours(mask)
    assert sorted(zip(a, b, strict=True)) == sorted(
        pair for row in walked for pair in itertools.pairwise(row)
    )
    assert not all(walked) and max(map(len, walked)) > 3


def test_cells_that_state_a_set_and_those_that_are_planned():
    """What prints no number or lies outside the bounds states nothing; a base is no plan; a review has no better."""
    rows = [path([70, None, 120, 90]), path([120, 80, "", ("gt", 100)], row="2", indicator="rate")]
    rows += [
        path([50, 60], row=str(k), indicator=name) for k, name in enumerate(("review", "kept", "yearly"), 3)
    ]
    indicators = INDICATORS.assign(
        direction=INDICATORS["direction"].mask(INDICATORS["id"].eq("review"), "at_least")
    )
    cells = cells_of(*rows, indicators=indicators)
    stated = [[1, 0, 0, 1], [0, 1, 0, 0], *[[1, 1, 0, 0]] * 3]
    assert cells.stated.astype(int).tolist() == stated
    assert cells.planned.astype(int).tolist() == [[0, *row[1:]] for row in stated]
    assert cells.judged.tolist() == [True, True, False, True, True]
    facts_ = cells.lines[["sign", "keeps", "is_flow"]].to_numpy(dtype=float).tolist()
    assert np.array_equal(
        facts_, [[1, 0, 0], [-1, 0, 0], [np.nan, 0, 0], [1, 1, 0], [1, 0, 1]], equal_nan=True
    )
    # a base as it was rounded, targets exactly, cut to the bounds
    assert cells.box.low[:1].tolist() == [69.5] and cells.box.high[3] == cells.box.low[3] == 90
    assert cells_of(path([100, 90])).box.high.tolist() == [100, 90]


def test_figures_of_the_text_that_are_cells():
    """On a known indicator or named by their place; neither words nor approximate, nor cells of a path; by number."""
    rows = [path([70, 80, 90], variant="b", row="2"), path([70, 80, 90], variant="a")]
    said_ = [
        statement(80, number=10), statement(81, number=9), statement(("about", 80), number=3), statement("全覆盖", number=4),
        statement(5, indicator="", number=5), statement(6, indicator="", number=6), statement(7, indicator="", number=7),
        statement(8, indicator="density", number=8), statement(9, indicator="unheard", number=2),
    ]  # fmt: skip
    flows = pd.DataFrame(
        {"flow": ["plan/statement:5", "yearly"], "stock": ["yearly_cumulative", "plan/statement:6"]}
    )
    cells = cells_of(*rows, *said_, flows=flows)
    text = cells.rows[cells.rows["kind"].ne("")]
    assert text["locator"].tolist() == [f"statement:{k}" for k in (5, 6, 8, 9, 10)]
    assert text["cell"].tolist() == [f"plan/statement:{k}" for k in (5, 6, 8, 9, 10)]
    # what is said of an indicator belongs to its first line
    none = facts.NO_PATH
    assert text["variant"].tolist() == ["", "", "", "a", "a"] and text["path"].tolist() == [
        none,
        none,
        none,
        1,
        1,
    ]
    assert (cells.rows["kind"].eq("").to_numpy() == (np.arange(len(cells.rows)) < 6)).all()


def test_a_cell_is_named_by_its_document_place_and_year():
    rows = pd.DataFrame(
        {
            "document": "d",
            "locator": ["table:1", "table:1", "statement:3"],
            "year": pd.array([2022, None, 2023], dtype="Int64"),
        }
    )
    assert facts.located(rows)["cell"].tolist() == ["d/table:1:2022", "d/table:1", "d/statement:3"]


def test_findings_stand_by_path_then_check_then_as_they_were_found():
    cells = cells_of(path([70, 80, 90], variant="0"), path([70, 80, 90], variant="1"))
    order = [
        ("REVERSAL", 4),
        ("IDENTICAL_PATHS", 4),
        ("OUT_OF_BOUNDS", 4),
        ("REVERSAL", 1),
        ("REVERSAL", 5),
        ("MISSING_YEAR", 1),
    ]
    found = facts.collected(
        [facts.found(code, cells.pick([n])) for code, n in order] + [facts.found("REVERSAL", cells.pick([]))]
    )
    told = zip(found["variant"], found["check"], found["a_cell"].str[-4:].astype(int), strict=True)
    assert list(told) == [
        ("0", "C1", 2023),
        ("0", "C4", 2023),
        ("1", "C2", 2023),
        ("1", "C4", 2023),
        ("1", "C4", 2024),
        ("1", "C12", 2023),
    ]
    assert (
        found.index.tolist() == list(range(6))
        and found["year"].dtype == "Int64"
        and found["low"].dtype == float
    )
    none = facts.collected([])
    assert none.empty and none.columns.tolist() == found.columns.tolist() == facts.COLUMNS


def test_two_cells_are_compared_by_their_change_in_the_year_of_the_later():
    cells = cells_of(path([70, 80, ("ge", 90)]))
    one_ = cells.between("REVERSAL", [0], [1]).iloc[0]
    assert (one_["year"], one_["low"], one_["statistic"], one_["high"]) == (2023, 9.5, 10, 10.5)
    assert (one_["check"], one_["verdict"], one_["a_printed"], one_["b_printed"]) == (
        "C4",
        "QUESTION",
        "70",
        "80",
    )
    other = cells.between(
        "REVERSAL", [0], [2], year=pd.NA, low=1.0, check="C13", verdict="NOTE", threshold=3.0, k=[7]
    ).iloc[0]
    assert (other["low"], other["high"], other["threshold"], other["check"], other["verdict"]) == (
        1,
        30.5,
        3,
        "C13",
        "NOTE",
    )
    said_ = {"case": "", "a_year": 2022, "a_value": 70, "a_relation": "eq", "b_indicator": "share", "b_year": 2024, "b_value": 90, "b_relation": "ge", "k": 7}  # fmt: skip
    assert other["facts"] == said_ and pd.isna(other["year"])


def test_the_conventions_are_those_of_the_methods():
    """methods.md, sections 1 and 5: 0.10, 0.15, five values, half of four places, three planned values."""
    told = Settings(
        spacing_probability=0.10,
        back_load=0.15,
        front_load=0.15,
        shape_values=5,
        shared_places=4,
        shared_share=0.5,
        identical_values=3,
    )
    assert Settings() == told
    for name in (
        "spacing_probability",
        "back_load",
        "front_load",
        "shape_values",
        "shared_places",
        "shared_share",
        "identical_values",
    ):
        with pytest.raises(DataError, match=name):
            Settings(**{name: 0})
        assert getattr(Settings(**{name: 0.01}), name) == 0.01
    assert Settings(spacing_probability=0.99, shared_share=1).shared_share == 1


def test_missing_years_are_those_of_a_walk_through_the_calendar():
    """Between the first and the last printed cell, of words but not of blanks; whatever years other paths print."""
    rng, drawn = np.random.default_rng(13), []
    for k in range(60):
        cells = [*rng.choice([70, None, "", "全覆盖", "—"], 5, p=[0.4, 0.15, 0.2, 0.15, 0.1]), 80]
        drawn.append(
            (
                [cell if cell in (None, "", "全覆盖", "—") else 70 for cell in cells[:-1]] + [80],
                bool(k % 3),
                2018 + k % 2 * 7,
            )
        )
    rows = [
        path(cells, base=base, first=first, variant=str(k)) for k, (cells, base, first) in enumerate(drawn)
    ]
    found = plan._missing(cells_of(*rows), frozenset())[0].set_index("variant")
    for k, (cells, base, first) in enumerate(drawn):
        begin = next(n for n, cell in enumerate(cells) if cell != "")
        gaps = tuple(first + n for n in range(begin, 6) if cells[n] in (None, "", "—"))
        bare = not (base and cells[0] != "")
        case = "both" if gaps and bare else "base" if bare else "years"
        assert (str(k) in found.index) == bool(gaps or bare), cells
        if gaps or bare:
            told = found.loc[str(k)]
            assert (told["facts"]["years"], told["facts"]["case"], told["statistic"]) == (
                gaps,
                case,
                len(gaps) + bare,
            ), cells
            assert told["year"] is None and told["a_printed"] == "" and told["a_cell"] == "plan/table:1"
    one_ = plan._missing(
        cells_of(path([70, "", 80]), path([60, "", 70], document="list")), frozenset(["list"])
    )[0]
    assert [(facts_["case"], facts_["years"]) for facts_ in one_["facts"]] == [
        ("years", (2023,)),
        ("years_excerpt", (2023,)),
    ]


def test_only_cells_with_a_number_have_a_unit_and_three_values_of_a_year_are_held_apart():
    targets = targets_of(world(path([70, 75, None, 80]).assign(unit=["%", "%", "人", "%"])))
    clean, findings = plan.take_out(targets)
    assert clean is targets and not findings
    mixed = path([70, 75, None, 80], variant="m").assign(unit=["%", "‰", "人", "%"])
    thrice = [path(["", value], variant="t", base=False) for value in (75, 70, 72)]
    clean, (twice, units) = plan.take_out(
        targets_of(world(path([70, 75]), mixed, path([70, "", 80], variant="t"), *thrice))
    )
    assert set(clean["variant"]) == {""} and len(clean) == 2
    assert units["facts"].iloc[0]["units"] == ("%", "‰") and units["facts"].iloc[0]["case"] == ""
    assert (twice["a_printed"].item(), twice["b_printed"].item(), twice["year"].item()) == ("70", "75", 2023)
    assert (twice["verdict"].item(), twice["facts"].iloc[0]["case"]) == ("CONTRADICTION", "conflict")


@pytest.mark.parametrize(("print_", "edge", "case"), [
    (("lt", 0), 0, "lower"), (-1, 0, "lower"), (("gt", 100), 100, "upper"), (101, 100, "upper"), (("ge", 101), 100, "upper"),
    (("le", -1), 0, "lower"),
])  # fmt: skip
def test_a_cell_outside_breaks_the_bound_on_its_side(print_, edge, case):
    found = plan._bounds(cells_of(path([70, print_, 80])))[0]
    assert (found["threshold"].item(), found["facts"].iloc[0]["case"], found["facts"].iloc[0]["edge"]) == (
        edge,
        case,
        edge,
    )
    assert found["a_cell"].item() == "plan/table:1:2023"


@pytest.mark.parametrize(("cells", "codes"), [
    # one that ends below is not said to be left open first; the base is a bound; what is worse for certain is no step left open
    ([80, ("ge", 70), 60], {("TARGET_BELOW_BASELINE", "end"), ("REVERSAL", ""), }),
    ([80, ("ge", 70), 90], {("BOUND_LEAVES_OPEN", "first")}),
    ([("ge", 80), 75, 90], {("TARGET_BELOW_BASELINE", "first")}),
    ([("le", 80), 75, 90], set()), ([("le", 80), ("le", 75), 90], set()),
    ([80, 79.6, 90], {("ROUNDING_DECIDES", "first")}), ([80, ("le", 79.6), 90], set()),
    ([100, 100], {("NO_NET_CHANGE", "ceiling")}), ([80, 80], {("NO_NET_CHANGE", "same")}),
    ([80, 75, 70], {("TARGET_BELOW_BASELINE", "both"), ("REVERSAL", "")}),
    ([80, ("ge", 90), ("ge", 85), 95], {("BOUND_LEAVES_OPEN", "step")}),
])  # fmt: skip
def test_what_is_said_first_of_the_direction(cells, codes):
    found = only(alone(path(cells, step=1.0)), "C4")
    assert {
        (code, facts_["case"]) for code, facts_ in zip(found["code"], found["facts"], strict=True)
    } == codes


def test_findings_on_the_own_end_carry_their_numbers():
    """The first cell that is there and the end, in the year of the first; what is left again, as the change since."""
    columns = ["year", "statistic", "low", "high", "threshold", "a_cell", "b_cell"]
    at = "plan/table:1:"
    met = one(alone(path([97, 86, 95])), "MET_AT_BASELINE")
    assert met[columns].tolist() == [2022, 97, 96.5, 97.5, 95, f"{at}2022", f"{at}2024"]
    by = one(alone(path([40, 45, 52, 50])), "MET_BY")
    assert by[columns[:2]].tolist() == [2024, 52] and by[columns[4:]].tolist() == [
        50,
        f"{at}2024",
        f"{at}2025",
    ]
    assert np.isnan(by["low"]) and np.isnan(by["high"])
    lost = one(alone(path([40, 52, 45, 50])), "MET_THEN_LOST")
    assert lost[["year", "statistic", "threshold", "a_cell", "b_cell"]].tolist() == [
        2024,
        -7,
        50,
        f"{at}2023",
        f"{at}2024",
    ]
    base = one(alone(path([50, 60, ("gt", 50)])), "ROUNDING_DECIDES")
    assert base[columns].tolist() == [2022, 50, 49.5, 50.5, 50, f"{at}2022", f"{at}2024"]
    assert (base["check"], base["facts"]["case"]) == ("C3", "base")
    below = one(alone(path([80, 70, 75, 90])), "TARGET_BELOW_BASELINE")["facts"]
    assert (below["end_value"], below["end_year"]) == (90, 2025)
    assert one(alone(path([80, 85, 80], base=False)), "MET_BY")["year"] == 2022
    assert "NO_NET_CHANGE" not in set(alone(path([80], base=False))["code"])
    # a base that is printed last has nothing after it to be held against
    for indicator in ("share", "kept"):
        late = path([60, 50], base=False, indicator=indicator).assign(role=["target", "baseline"])
        assert not {"MET_AT_BASELINE", "ROUNDING_DECIDES"} & set(alone(late)["code"])


def test_standards_of_the_place_itself_and_vague_ones_are_none():
    rows = [
        standard("ge", 70),
        standard("ge", 70).assign(year=pd.NA),
        standard("about", 70),
        standard("none", np.nan),
    ]
    rows.append(standard("ge", 70).assign(place="p"))
    benchmarks = pd.concat(rows, ignore_index=True).assign(source=list("abcde")).astype({"year": "Int64"})
    found = beside_standards(path([50, 60, 65]), benchmarks=benchmarks)
    assert set(found.loc[found["b_cell"].str.startswith("sources/"), "b_cell"]) == {"sources/a"}
    found = beside_standards(
        path([50, 60, 65], indicator="insured"), benchmarks=benchmarks.assign(indicator="insured")
    )
    assert not found["b_cell"].str.startswith("sources/").any(), "a total of a province binds no county"


@pytest.mark.parametrize(("print_", "asked", "kind", "expected"), [
    (("gt", 70), ("eq", 70), "target", {"MET_BY", "SET_AT_STANDARD"}), (70, ("eq", 70), "benchmark", {"MET_BY"}),
    (("ge", 70), ("eq", 70), "standard", {"MET_BY", "SET_AT_STANDARD"}), (("ge", 71), ("eq", 70), "target", {"MET_BY", "AMPLIFIED"}),
])  # fmt: skip
def test_what_is_the_same_number_is_not_more(print_, asked, kind, expected):
    found = beside_standards(path([50, 60, print_]), benchmarks=standard(*asked, kind=kind))
    assert set(found["code"]) == expected
    assert (
        found["statistic"].eq(print_[1] if isinstance(print_, tuple) else print_).all()
        and found["threshold"].eq(70).all()
    )


def test_a_path_is_held_against_a_standard_of_its_first_year_and_in_its_own_cells_alone():
    """Years that it does not print are none of another path's."""
    other = path([99, 99, 99, 99], row="9", indicator="whole")
    found = beside_standards(
        path([75, None, 80], base=False), other, benchmarks=standard("ge", 70, year=2022)
    )
    assert one(found, "MET_BY")["year"] == 2022
    # a base is no promise to be held against one
    assert beside_standards(path([75, 60, 80]), benchmarks=standard("ge", 70, year=2022)).empty
    late = path([60, 75, 80], first=2023, indicator="share")
    found = beside_standards(late, other, statement(99, 2030, number=3), benchmarks=standard("ge", 70))
    row = one(found, "MET_BY")
    assert (row["year"], row["a_cell"]) == (2024, "plan/table:1:2024")
    assert row[["statistic", "low", "high", "threshold"]].tolist() == [75, 75, 75, 70]


def test_common_ends_are_of_places_with_one_path_and_a_number():
    def plans_of(*cells, **options):
        rows = [path(one).assign(place=f"p{k}", document=f"d{k}") for k, one in enumerate(cells)]
        return beside_plans(*rows, *options.pop("more", ()), **options)

    ends = [[50, 60, end] for end in (70, 70, 71, 72)]
    assert plans_of(*ends) == {"COMMON_END_VALUE"}
    assert plans_of(*ends, more=[path(ends[0], variant="b").assign(place="p0", document="d0")]) == set()
    assert plans_of(*[[50, 60, ("about", 70)]] * 4) == set()
    # however small the share may be, an end of one place is shared by none
    assert plans_of(*[[50, 60, end] for end in (70, 71, 72, 73)], shared_share=0.1) == set()
    assert plans_of(*ends[:3]) == set() and plans_of(*ends[:3], shared_places=3) == {"COMMON_END_VALUE"}
    assert plans_of(*ends, shared_share=0.51) == set()
    # a bound is another end, and so is one of another year
    assert (
        plans_of(ends[0], [50, 60, ("ge", 70)], *ends[2:])
        == plans_of(ends[0], [50, 60, 70, 70], *ends[2:])
        == set()
    )
    copies = [[50, 60, 70, 80], [55, 60, 70, 80]]
    assert (
        plans_of(*copies) == plans_of([50, 60, 70], [55, 60, 70], identical_values=2) == {"IDENTICAL_PATHS"}
    )
    assert plans_of(*copies, identical_values=4) == set()


# ------------------------------------------------------------------------------------------- refusals


def test_malformed_input_says_what_to_do():
    rows = path([70, 75, 80])
    with pytest.raises(DataError, match="sideways"):
        check(rows, indicators=INDICATORS.assign(direction="sideways"))
    with pytest.raises(DataError, match="unheard"):
        check(rows.assign(indicator="unheard"))
    with pytest.raises(DataError, match="back_load"):
        Settings(back_load=0)
    with pytest.raises(DataError, match="spacing_probability"):
        Settings(spacing_probability=1.0)
    with pytest.raises(DataError, match="shared_share"):
        Settings(shared_share=1.01)
    # all places may have to share an end value
    assert Settings(shared_share=1).shared_share == 1


DEGENERATE = (
    [None, None, None],
    [72],
    [0, 5, 10],
    [("gt", 80), ("gt", 85)],
    ["全覆盖", "全覆盖"],
    [100, 100],
    [("about", 5), 6],
    [("le", 3), 5, ("ge", 7)],
    [-3, -2, -1],
)


@pytest.mark.parametrize("indicator", INDICATORS["id"])
def test_degenerate_paths_get_no_invented_number(indicator):
    found = check(together(*(path(cells, indicator=indicator) for cells in DEGENERATE)))
    assert not found["variant"].isin(["0", "1", "4"]).any()  # no target number, so no path
    assert found[["a_cell", "code"]].ne("").all().all()


def test_only_lines_without_a_number_are_no_paths_and_say_nothing():
    assert check(path([None, "全覆盖"]), path([72], row="2", indicator="rate")).empty


@FEW
@given(many, steps)
def test_what_is_compared_is_what_is_printed(batch, step):
    found = check(together(*(path(cells, step) for cells in batch)))
    for row in found[found["check"].isin(["C3", "C4"])].itertuples():
        cells = batch[int(row.variant)]
        for cell_, printed in ((row.a_cell, row.a_printed), (row.b_cell, row.b_printed)):
            assert printed == str(cells[int(cell_.rsplit(":", 1)[1]) - 2022])


def test_half_open_boxes_only_at_the_upper_end():
    # the base 70 stands for [69.5, 70.5): 69.5 is in it, 70.5 is not
    assert one(check(path([70, 69.5, 80], step=[1, 0.1, 1])), "ROUNDING_DECIDES")["year"] == 2023
    assert one(check(path([70, 69.4, 80], step=[1, 0.1, 1])), "TARGET_BELOW_BASELINE")["year"] == 2023
    mirrored = check(path([30, 30.5, 20], step=[1, 0.1, 1], indicator="rate"))
    assert one(mirrored, "TARGET_BELOW_BASELINE")["year"] == 2023
