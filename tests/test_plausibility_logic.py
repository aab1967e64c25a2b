"""C1 to C4: integrity, bounds, target semantics and direction; exact, and the same under scaling and
mirroring."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plausibility_frames import INDICATORS, grid_rows, one, path, said, together

from qiyou.errors import DataError
from qiyou.plausibility import CODES, Settings, check_paths
from qiyou.plausibility import logic as logic_module
from qiyou.plausibility.verdicts import COLUMNS, above, findings, same, table

OBJECTIONS = ("QUESTION", "CONTRADICTION")


def check(*paths, **options):
    return check_paths(together(*paths) if len(paths) > 1 else paths[0], INDICATORS, **options)


# ------------------------------------------------------------------------------------------------ C1


def test_missing_cells_gaps_and_a_missing_base_are_named():
    found = one(check(path([72, None, 80, "", 85])), "MISSING_YEAR")
    assert found["verdict"] == "NOTE" and found["statistic"] == 1
    assert "2023年没有印出数值" in found["message_zh"] and "2025" not in found["message_zh"]
    found = one(check(path([72, 75, 80], base=False)), "MISSING_YEAR")
    assert found["statistic"] == 1 and "基期" in found["message_zh"] and "base" in found["message_en"]


def test_a_status_word_is_no_missing_year():
    codes = set(check(path([72, "完成市定任务", 80, "全覆盖"]))["code"])
    assert "MISSING_YEAR" not in codes


def test_missing_cells_of_an_excerpt_say_that_they_may_only_be_not_at_hand():
    whole, excerpt = check(path([72, None, 80])), check(path([72, None, 80]), excerpts=["plan"])
    assert "节选" in one(excerpt, "MISSING_YEAR")["message_zh"]
    assert "节选" not in one(whole, "MISSING_YEAR")["message_zh"]


@pytest.mark.parametrize(("second", "verdict"), [(80.0, "CONTRADICTION"), (75.0, "NOTE")])
def test_two_values_for_one_year(second, verdict):
    rows = path([72, 75, 80])
    twice = pd.concat([rows, rows[rows["year"] == 2023].assign(value=second)], ignore_index=True)
    found = check_paths(twice, INDICATORS)
    assert found["code"].tolist() == ["DUPLICATE_YEAR"]
    assert found["verdict"].tolist() == [verdict] and found["year"].tolist() == [2023]


def test_two_values_within_rounding_can_both_hold():
    rows = path([72, 75, 80])
    twice = pd.concat([rows, rows[rows["year"] == 2023].assign(value=75.4, step=0.1)], ignore_index=True)
    assert one(check_paths(twice, INDICATORS), "DUPLICATE_YEAR")["verdict"] == "NOTE"


def test_mixed_units_take_the_path_out_and_leave_the_others():
    mixed = path([72, 75, 80]).assign(unit=["%", "%", "‰"])
    found = check(mixed, path([60, 70, 80]))
    first = found[found["variant"] == "0"]
    assert first["code"].tolist() == ["UNIT_MIXED"] and first["verdict"].tolist() == ["QUESTION"]
    assert (found["variant"] == "1").any()


def test_mixed_decimals_are_carried_in_both_readings():
    found = check(path([4.03, 4.0, 4.5, 5.0], step=[0.01, 0.1, 0.1, 0.1], indicator="density"))
    assert one(found[found["check"] == "C4"], "ROUNDING_DECIDES")["year"] == 2023
    precise = one(found, "PRECISION_AMBIGUOUS")
    assert "TARGET_BELOW_BASELINE" in precise["message_zh"] and (precise["low"], precise["high"]) == (
        0.01,
        0.1,
    )
    assert said(found, *OBJECTIONS) == []
    # what would hold under the finest reading is said when every cell prints it
    exact = check(path([4.03, 4.0, 4.5, 5.0], step=0.01, indicator="density"))
    assert ("TARGET_BELOW_BASELINE", 2023) in said(exact, "QUESTION")


# ------------------------------------------------------------------------------------------------ C2


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (101, "OUT_OF_BOUNDS"),
        (100, None),
        (("gt", 100), "OUT_OF_BOUNDS"),
        (("ge", 100), None),
        (("ge", 101), "OUT_OF_BOUNDS"),
        (("lt", 0), "OUT_OF_BOUNDS"),
        (-1, "OUT_OF_BOUNDS"),
        (0, None),
    ],
)
def test_bounds(cell, code):
    found = check(path([50, 60, cell]))
    assert set(found.loc[found["check"] == "C2", "code"]) == ({code} if code else set())
    if code:
        assert one(found, code)["verdict"] == "CONTRADICTION" and one(found, code)["year"] == 2024


def test_a_value_beyond_the_bound_within_rounding_is_left_open():
    found = check(path([50, 60, 100.3], step=[1, 1, 1]))
    assert said(found[found["check"] == "C2"]) == [("ROUNDING_DECIDES", 2024)]


def test_a_gross_rate_without_ceiling_may_exceed_100():
    indicators = INDICATORS.assign(upper=np.where(INDICATORS["id"] == "share", np.nan, INDICATORS["upper"]))
    assert (check_paths(path([90, 110]), indicators)["check"] != "C2").all()


def test_a_cumulative_count_cannot_fall_but_a_stock_can():
    falls = [1000, 1200, 1100]
    found = check(path(falls, indicator="homes_cumulative"))
    assert one(found, "STOCK_DECREASES")["verdict"] == "CONTRADICTION"
    assert one(found, "STOCK_DECREASES")[["statistic", "low", "high"]].tolist() == [-100, -101, -99]
    assert "STOCK_DECREASES" not in set(check(path(falls, indicator="insured"))["code"])
    close = check(path([1000, 1200, 1100], step=[1, 100, 100], indicator="homes_cumulative"))
    assert said(close[close["check"] == "C2"]) == [("ROUNDING_DECIDES", 2024)]


def cells(rows):
    frame = pd.DataFrame(rows, columns=["indicator", "value", "step"])
    words = {name: frame["indicator"] for name in ("locator_zh", "locator_en", "print_zh", "print_en")}
    return frame.assign(
        document="plan",
        place="p",
        variant="",
        path=0,
        year=2025,
        relation="eq",
        low=frame["value"] - frame["step"] / 2,
        high=frame["value"] + frame["step"] / 2,
        **words,
    )


@pytest.mark.parametrize(
    ("part", "step", "code"),
    [(90.0, 1.0, None), (90.0, 0.1, None), (91.0, 1.0, "ROUNDING_DECIDES"), (92.0, 1.0, "IDENTITY_VIOLATED")],
)
def test_a_part_cannot_exceed_its_whole(part, step, code):
    pairs = pd.DataFrame({"subset": ["part"], "superset": ["whole"]})
    found = table(logic_module.identities(cells([("part", part, step), ("whole", 90.0, 1.0)]), pairs))
    assert found["code"].tolist() == ([code] if code else [])
    assert (found["verdict"] == "CONTRADICTION").all() == (code != "ROUNDING_DECIDES")


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=6),
    st.integers(-6, 6),
    st.sampled_from([1.0, 0.1, 10.0]),
)
def test_sums_contradict_only_what_no_rounding_can_reconcile(parts, off, unit):
    values, whole = np.array(parts) * unit, (sum(parts) + off) * unit
    result = logic_module.sums(
        pd.DataFrame({"year": [2025], "value": [whole], "step": [unit]}),
        pd.DataFrame({"year": 2025, "value": values, "step": unit}),
    )
    reachable = abs(off) <= (len(parts) + 1) / 2
    assert (result["verdict"][0] == "PASS") == reachable


def test_sums_need_parts_for_every_whole():
    whole = pd.DataFrame({"year": [2025, 2026], "value": 1.0, "step": 1.0})
    with pytest.raises(DataError, match="2026"):
        logic_module.sums(whole, whole[:1])


# ------------------------------------------------------------------------------------------------ C3


@pytest.mark.parametrize(
    ("cells", "indicator", "expected"),
    [
        ([97.67, 86, 90, 96], "share", {("MET_AT_BASELINE", 2022)}),
        ([1.16, ("lt", 3.5), ("lt", 3.5)], "capped", {("MET_AT_BASELINE", 2022)}),
        ([("lt", 5), ("lt", 5), ("lt", 5)], "capped", {("MET_AT_BASELINE", 2022)}),
        ([90, 90, 90], "kept", {("MET_AT_BASELINE", 2022)}),
        ([90.4, 90, 90], "kept", {("MARGIN_WITHIN_ROUNDING", 2022)}),
        ([80, 90, 90], "kept", set()),
        ([40, 50, 50, 50], "share", {("MET_BY", 2023)}),
        ([8.4, 9.1, 8.5, 8.3], "rate", set()),
        ([12, 9, 8, 8], "rate", {("MET_BY", 2024)}),
        ([60, 70, 80], "share", set()),
        ([70, 75, 80, 70], "rate", set()),
        ([70, 80, 95, 90, 95], "share", {("MET_THEN_LOST", 2025), ("MET_BY", 2024)}),
        ([70, 80, 95, 95.4, 95], "share", {("MET_BY", 2024)}),
        ([0, 0, 100, 100], "review", {("MET_BY", 2024)}),
    ],
)
def test_target_semantics(cells, indicator, expected):
    step = [
        0.01 if isinstance(cell, float) and cell > 90 else 0.1 if isinstance(cell, float) else 1.0
        for cell in cells
    ]
    found = check(path(cells, step=step, indicator=indicator))
    rows = found[found["check"] == "C3"]
    assert set(said(rows)) == expected
    assert (rows.loc[rows["code"] == "MET_THEN_LOST", "verdict"] == "QUESTION").all()


def test_words_without_rounding_that_stay_the_same_are_no_target_met():
    found = check(path([100, 100, 100], step=0.0))
    assert "NO_NET_CHANGE" in set(found["code"]) and "MET_AT_BASELINE" not in set(found["code"])


def test_a_target_met_in_the_base_year_gets_the_maintenance_rule():
    found = check(path([97.67, 86, 90, 95, 96, 96], step=[0.01, 1, 1, 1, 1, 1]))
    assert not {"PACE", "STEP_CONCENTRATED", "BACK_LOADED", "CONSTANT_INCREMENT"} & set(found["code"])
    assert said(found, "QUESTION") == [("TARGET_BELOW_BASELINE", 2023)]


# ------------------------------------------------------------------------------------------------ C4


@pytest.mark.parametrize(
    ("cells", "indicator", "step", "expected"),
    [
        ([70, 75, 74, 80], "share", 0.1, [("REVERSAL", "QUESTION", 2024)]),
        ([70, 75, 74, 80], "share", 1.0, [("ROUNDING_DECIDES", "UNDECIDABLE", 2024)]),
        ([9.0, 8.0, 8.5, 7.0], "rate", 0.1, [("REVERSAL", "QUESTION", 2024)]),
        ([70, 65, 75, 80], "share", 1.0, [("TARGET_BELOW_BASELINE", "QUESTION", 2023)]),
        ([8.4, 9.1, 8.9, 8.0], "rate", 0.1, [("TARGET_BELOW_BASELINE", "QUESTION", 2023)]),
        ([70, ("gt", 85), ("gt", 80), 90], "share", 1.0, [("BOUND_LEAVES_OPEN", "UNDECIDABLE", 2024)]),
        ([70, 75, 80, 80], "share", 1.0, []),
        ([80, 80, 80, 80], "share", 1.0, [("NO_NET_CHANGE", "NOTE", None)]),
        ([80, 80.5, 81, 81], "share", 1.0, [("NO_NET_CHANGE", "NOTE", None)]),
        ([80, 82, 85, 81.5], "share", 1.0, [("REVERSAL", "QUESTION", 2025)]),
        ([97, 90, 95, 90], "kept", 1.0, [("NOT_APPLICABLE", "NOTE", None)]),
        ([100, 0, 100, 100], "review", 1.0, [("NOT_APPLICABLE", "NOTE", None)]),
        ([70, ("about", 60), 75, 80], "share", 1.0, []),
    ],
)
def test_direction(cells, indicator, step, expected):
    found = check(path(cells, step=step, indicator=indicator))
    rows = found[found["check"] == "C4"]
    years = [None if pd.isna(year) else int(year) for year in rows["year"]]
    assert list(zip(rows["code"], rows["verdict"], years, strict=True)) == expected


def test_a_fall_of_exactly_the_rounding_is_not_more_than_it():
    # 0.3 - 0.1 and 0.2 are not the same binary number
    found = check(path([5.0, 5.3, 5.2, 6.0], step=0.1, indicator="density"))
    assert said(found[found["check"] == "C4"]) == [("ROUNDING_DECIDES", 2024)]
    row = one(found, "ROUNDING_DECIDES")
    assert row[["statistic", "threshold"]].tolist() == pytest.approx([-0.1, 0.1])


def test_messages_name_numbers_units_and_row_in_both_languages():
    row = one(check(path([70, 65, 75, 80], row="17")), "TARGET_BELOW_BASELINE")
    for text in (row["message_zh"], row["message_en"]):
        assert "70%" in text and "65%" in text and "17" in text and "2023" in text
    assert "不等于预计" in row["message_zh"] and "not a predicted" in row["message_en"]


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
    every = ("C1", "C2", "C3", "C4", "C5", "C6", "C7")
    assert verdicts(check_paths(rows, INDICATORS), every) == verdicts(check_paths(larger, scaled), every)


MIRROR = {"ge": "le", "gt": "lt", "eq": "eq"}
cell = st.one_of(values, st.tuples(st.sampled_from(["ge", "gt"]), values))


@FEW
@given(
    st.lists(st.lists(cell, min_size=3, max_size=6), min_size=1, max_size=25),
    steps,
    st.sampled_from([("share", "rate"), ("kept", "capped")]),
)
def test_flipping_the_direction_mirrors(batch, step, pair):
    up, down = pair
    turned = [
        [(MIRROR[c[0]], 100 - c[1]) if isinstance(c, tuple) else 100 - c for c in cells] for cells in batch
    ]
    rows = together(*(path(cells, step, indicator=up) for cells in batch))
    other = together(*(path(cells, step, indicator=down) for cells in turned))
    assert verdicts(check_paths(rows, INDICATORS)) == verdicts(check_paths(other, INDICATORS))


@pytest.mark.parametrize("indicator", ["share", "rate", "homes_cumulative"])
@pytest.mark.parametrize("how", ["step", "ge", "le"])
@pytest.mark.parametrize("m", [3, 6])
def test_widening_a_cell_never_makes_an_objection(indicator, how, m):
    # the wider set contains the narrower one: a longer rounding box, or the half-line that begins at its end
    rng = np.random.default_rng(m)
    n = 1500
    values = rng.integers(1, 100, (n, m)).astype(float)
    values[: n // 2].sort(axis=1)
    step, relation = np.ones((n, m)), np.full((n, m), "eq", dtype=object)
    narrow = check_paths(grid_rows(values, step, relation, indicator), INDICATORS)
    at = np.arange(n), rng.integers(0, m, n)
    if how == "step":
        step[at] = rng.choice([2.0, 8.0, 20.0], n)
    else:
        relation[at] = how
        values[at] += -0.5 if how == "ge" else 0.5
    wide = check_paths(grid_rows(values, step, relation, indicator), INDICATORS)
    assert len(objections(narrow)) > n / 3
    assert objections(wide) <= objections(narrow)
    # and what is lost in single steps is left open, not passed
    undecided = wide[wide["verdict"] == "UNDECIDABLE"]
    still_open = set(zip(undecided["variant"], undecided["year"].astype(str), strict=True))
    lost = {
        (v, year)
        for v, code, year in objections(narrow) - objections(wide)
        if code == "TARGET_BELOW_BASELINE"
    }
    if how == "step":
        assert lost and lost <= still_open


@FEW
@given(st.lists(st.tuples(values, values), min_size=1, max_size=40), steps)
def test_a_reversal_is_one_for_every_value_inside_the_boxes(pairs, step):
    found = check_paths(together(*(path([10, *pair], step) for pair in pairs)), INDICATORS)
    rows = found[(found["code"] == "REVERSAL") & (found["year"] == 2024)]
    fell = [
        str(k)
        for k, pair in enumerate(pairs)
        if max(b - a for a, b in product(*[(v - step / 2, v + step / 2) for v in pair])) < -1e-9
    ]
    assert rows["variant"].tolist() == fell


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
    whole = check_paths(pd.concat(rows, ignore_index=True), INDICATORS)
    parts = [check_paths(pd.concat(some, ignore_index=True), INDICATORS) for some in (rows[:cut], rows[cut:])]
    pd.testing.assert_frame_equal(whole, pd.concat(parts, ignore_index=True))


# ------------------------------------------------------------------------------------------- the table


def test_the_table_has_exactly_the_contract_columns_and_types():
    found = check(path([70, 75, 80]))
    assert found.columns.tolist() == COLUMNS == [
        "place", "document", "indicator", "variant", "year", "check", "code", "verdict", "evidence",
        "statistic", "low", "high", "threshold", "message_zh", "message_en",
    ]  # fmt: skip
    assert str(found["year"].dtype) == "Int64"
    assert [str(found[name].dtype) for name in ("statistic", "low", "high", "threshold")] == ["float64"] * 4
    assert table([]).columns.tolist() == COLUMNS


def test_empty_and_malformed_input_says_what_to_do():
    rows = path([70, 75, 80])
    with pytest.raises(DataError, match="no rows"):
        check_paths(rows[:0], INDICATORS)
    with pytest.raises(DataError, match="variant"):
        check_paths(rows.drop(columns="variant"), INDICATORS)
    with pytest.raises(DataError, match="kind"):
        check_paths(rows, INDICATORS.drop(columns="kind"))
    with pytest.raises(DataError, match="sideways"):
        check_paths(rows, INDICATORS.assign(direction="sideways"))
    with pytest.raises(DataError, match="unheard"):
        check_paths(rows.assign(indicator="unheard"), INDICATORS)


DEGENERATE = (
    [None, None, None],
    [72],
    [0, 5, 10],
    [("gt", 80), ("gt", 85)],
    ["全覆盖", "全覆盖"],
    [100, 100],
    [("about", 5), 6],
    [("le", 3), 5, ("ge", 7)],
)


@pytest.mark.parametrize("indicator", INDICATORS["id"])
def test_degenerate_paths_get_an_answer_and_no_invented_number(indicator):
    found = check(*(path(cells, indicator=indicator) for cells in DEGENERATE))
    assert found["variant"].nunique() == len(DEGENERATE)
    for column in ("message_zh", "message_en"):
        assert not found[column].str.contains(r"\?|\bnan\b|\bNone\b|∞").any()
    without = found[found["variant"].isin(["0", "4"])]
    assert set(without["code"]) <= {"MISSING_YEAR", "NOT_APPLICABLE", "NOT_DEFINED", "SHAPE_NOT_IDENTIFIED"}
    bounds_only = found[found["variant"] == "3"]
    assert bounds_only.loc[bounds_only["code"] == "PACE", "statistic"].isna().all()


def test_settings_are_checked_and_printed():
    with pytest.raises(DataError, match="step_share"):
        Settings(step_share=0)
    with pytest.raises(DataError, match="reference_pass"):
        Settings(reference_pass=90.0)
    rows = path([70, 70, 70, 70, 70, 90])
    row = one(check_paths(rows, INDICATORS, settings=Settings(step_share=0.8)), "STEP_CONCENTRATED")
    assert row["threshold"] == 0.8 and "80%" in row["message_zh"] and "80%" in row["message_en"]


def test_a_finding_with_a_code_of_another_check_is_a_mistake_of_ours():
    with pytest.raises(AssertionError, match="C1 does not say REVERSAL"):
        findings(path([1]), check="C1", code="REVERSAL", verdict="NOTE", zh="", en="")
    assert all(code.check and code.meaning_zh and code.meaning_en and code.formula for code in CODES.values())


def test_comparison_is_exact_up_to_binary_noise():
    assert not above(0.1 + 0.2, 0.3) and same(0.1 + 0.2, 0.3)
    assert above(0.3000001, 0.3) and not same(np.nan, np.nan)
    assert above(np.inf, 1e308) and not above(np.inf, np.inf) and not above(np.nan, 1)
