"""C5 to C7: pace, concentration and families as findings; against the worked numbers and brute force over the
box."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from plausibility_frames import INDICATORS, grid_rows, one, path, said, together

import qiyou.plausibility
from qiyou.plausibility import CODES, Settings, check_paths


def check(*paths, **options):
    return check_paths(together(*paths) if len(paths) > 1 else paths[0], INDICATORS, **options)


RISE, LATE = [72, 75, 78, 80, 83, 85], [72, 72, 72, 72, 72, 85]


# -------------------------------------------------------------------------------------------- C5


def test_pace_of_the_worked_example():
    found = check(path([72, 75, 78, 80, 83, 85]), path([92, 93, 94, 95, 96, 98]))
    pace = found[found["code"] == "PACE"]
    assert pace["statistic"].round(9).tolist() == [2.6, 1.2]
    assert pace[["low", "high"]].round(9).values.tolist() == [[2.4, 2.8], [1.0, 1.4]]
    # always one raw and one bounded-scale pace: half the points, twice the shortfall closed
    assert "2.6个百分点" in pace["message_zh"].iloc[0] and "11.7%" in pace["message_zh"].iloc[0]
    assert "1.2 percentage points" in pace["message_en"].iloc[1] and "24.2%" in pace["message_en"].iloc[1]


def test_without_a_ceiling_the_message_says_so():
    message = one(check(path([3.87, 4.5, 5.5], step=0.01, indicator="density")), "PACE")
    assert "没有上限" in message["message_zh"] and "no ceiling" in message["message_en"]


def test_a_bound_at_one_end_leaves_an_interval_and_no_number():
    row = one(check(path([70, 75, ("ge", 90)])), "PACE")
    assert np.isnan(row["statistic"]) and row["low"] == pytest.approx((90 - 70.5) / 2)
    assert "不少于" in one(check(path([70, 75, ("ge", 90)], indicator="density")), "PACE")["message_zh"]


@pytest.mark.parametrize(
    ("cells", "why"), [([None, None], "没有数值"), ([72], "只有一个年份"), ([("gt", 8), ("gt", 9)], "界限")]
)
def test_no_pace_says_why(cells, why):
    row = one(check(path(cells, indicator="density")), "NOT_DEFINED")
    assert row["verdict"] == "UNDECIDABLE" and why in row["message_zh"] and np.isnan(row["statistic"])


def test_a_base_of_zero_has_points_but_no_rate():
    row = one(check(path([0, 5, 10], indicator="density")), "PACE")
    assert row["statistic"] == 5 and "无法计算" in row["message_zh"]


# -------------------------------------------------------------------------------------------- C6


def test_concentration_of_the_worked_examples():
    found = check(path(RISE), path(LATE))
    assert set(found.loc[(found["check"] == "C6") & (found["variant"] == "0"), "code"]) == set()
    late = found[(found["check"] == "C6") & (found["variant"] == "1")].set_index("code")
    assert late["verdict"].tolist() == ["QUESTION", "QUESTION"]
    assert late.loc["STEP_CONCENTRATED", "statistic"] == 1
    assert round(late.loc["BACK_LOADED", "statistic"], 4) == 0.3333
    assert late.loc["STEP_CONCENTRATED", "year"] == 2027
    assert late["threshold"].to_dict() == {"STEP_CONCENTRATED": 0.5, "BACK_LOADED": 0.15}
    assert all(word in late.loc["BACK_LOADED", "message_zh"] for word in ("0.15", "约定"))


def test_change_that_comes_early_is_only_noted():
    found = check(path([60, 84, 86, 88, 89, 90]))
    assert one(found, "FRONT_LOADED")["verdict"] == "NOTE"


@pytest.mark.parametrize(
    ("cells", "step", "code"),
    [
        ([72, 72, 72, 76], 1.0, "ROUNDING_DECIDES"),  # a change of no more than four steps
        ([72, 72, 72, 77], 1.0, "STEP_CONCENTRATED"),
        ([0, 3, 10, 13], 1.0, "ROUNDING_DECIDES"),  # 7/13 as printed, 6/14 at the lowest
        ([0, 3, 10, 13], 0.1, "STEP_CONCENTRATED"),
        ([0, 4, 8, 15], 1.0, None),  # 7/15 as printed
        ([0, 3, 7, 14.9], [1, 1, 1, 0.1], "ROUNDING_DECIDES"),  # 7.9/14.9 printed, may be under one half
        ([72, 85], 1.0, None),
        ([72, ("ge", 73), 74, 85, 86], 1.0, "ROUNDING_DECIDES"),
    ],
)
def test_step_share_decides_only_beyond_rounding(cells, step, code):
    found = check(path(cells, step=step, indicator="density"))
    rows = found[(found["check"] == "C6") & found["message_en"].str.contains("alone")]
    assert rows["code"].tolist() == ([code] if code else [])


def test_thresholds_are_settings():
    strict = Settings(back_load=0.4, step_share=0.92)  # the lowest possible share is 12/13
    assert said(check(path(LATE), settings=strict), "QUESTION") == [("STEP_CONCENTRATED", 2027)]


def lowest_share(cells, step):
    """Brute force over a grid of the rounding boxes, ends included."""
    boxes = [np.linspace(v - step / 2, v + step / 2, 5) for v in cells]
    best = np.inf
    for values in product(*boxes):
        steps = np.diff(values)
        best = min(best, steps.max() / (values[-1] - values[0]))
    return best


def test_corner_extremes_equal_brute_force_over_the_box():
    rng = np.random.default_rng(4)
    cells = np.cumsum(rng.integers(0, 9, (25, 4)), axis=1) + 10.0
    cells = cells[cells[:, -1] - cells[:, 0] > 6]
    found = check_paths(grid_rows(cells, 1.0, "eq", "density"), INDICATORS)
    for row in found[found["code"] == "BACK_LOADED"].itertuples():
        values = cells[int(row.variant)]
        last = int(np.flatnonzero(values == values[-1])[0])
        values = values[: last + 1]
        indices = []
        for corner in product((-0.5, 0.5), repeat=len(values)):
            y = values + corner
            indices.append(np.mean(np.arange(len(y)) / last - (y - y[0]) / (y[-1] - y[0])))
        assert (row.low, row.high) == (pytest.approx(min(indices)), pytest.approx(max(indices)))
    concentrated = found[found["code"] == "STEP_CONCENTRATED"]
    assert len(concentrated) > 3
    for row in concentrated.itertuples():
        values = cells[int(row.variant)]
        last = int(np.flatnonzero(values == values[-1])[0])
        assert row.low <= lowest_share(values[: last + 1], 1.0) + 1e-9
        assert row.low > 0.5


# -------------------------------------------------------------------------------------------- C7


def test_families_of_the_worked_examples():
    found = check(
        path(RISE),
        path([78.2, 79.6, 81.0, 82.4, 83.8, 85.2], step=0.1),
        path([60, 63.6, 67.4, 71.5, 75.7, 80.3], step=0.1),
        path([92, 93, 94, 95, 96, 98]),
        path(LATE),
    )
    shapes = found[found["check"] == "C7"]
    named = {
        k: sorted(shapes.loc[(shapes["variant"] == k) & (shapes["code"] != "SHAPE_NOT_IDENTIFIED"), "code"])
        for k in "01234"
    }
    assert named["0"] == ["CONSTANT_GAP_CLOSURE", "CONSTANT_INCREMENT", "LOGISTIC_LINE"]
    assert "CONSTANT_INCREMENT" in named["1"] and "CONSTANT_GAP_CLOSURE" not in named["1"]
    assert named["2"] == ["CONSTANT_RATE"]
    assert {"CONSTANT_INCREMENT", "CONSTANT_RATE"} <= set(named["3"])
    assert named["4"] == []
    line = one(shapes[(shapes["variant"] == "0")], "CONSTANT_INCREMENT")
    assert (line["low"], round(line["high"], 5)) == (2.5, 2.66667)
    rate = one(shapes[(shapes["variant"] == "2")], "CONSTANT_RATE")
    assert (round(rate["low"], 5), round(rate["high"], 5)) == (0.05799, 0.05844)
    assert "5.97" in rate["message_zh"] and "无关" in rate["message_zh"]
    count = shapes[shapes["code"] == "SHAPE_NOT_IDENTIFIED"].set_index("variant")["statistic"].to_dict()
    assert count == {k: len(v) for k, v in named.items() if len(v) != 1}


def test_few_values_name_no_shape():
    row = one(check(path([60, 63, 66, 69])), "SHAPE_NOT_IDENTIFIED")
    assert row["threshold"] == 5 and "4" in row["message_zh"] and row["verdict"] == "NOTE"


# ------------------------------------------------------------------------- never dressed as statistics

STATISTICS = [
    "R²",
    "p值",
    "p-value",
    "p value",
    "显著",
    "置信",
    "confiden",
    "prediction interval",
    "预测区间",
    "标准误",
    "standard error",
]


def test_findings_on_the_plan_alone_carry_no_statistics_of_a_sample():
    found = qiyou.plausibility.check(qiyou.load())
    plan_only = found[found["evidence"].isin(["E0", "E2"])]
    assert len(plan_only) > 200
    for word in STATISTICS:
        for column in ("message_zh", "message_en"):
            assert not plan_only[column].str.contains(word, case=False, regex=False).any(), word
    documented = " ".join(code.formula for code in CODES.values() if code.evidence == "E0")
    assert not any(word in documented for word in STATISTICS)


def test_intervals_on_the_plan_alone_are_rounding_and_nothing_else():
    # with values printed without rounding every interval of a plan-only statistic shrinks to the statistic
    rows = grid_rows(np.random.default_rng(0).integers(1, 99, (300, 6)), 1e-12, "eq", "share")
    found = check_paths(rows, INDICATORS)
    found = found[~found["check"].isin(["C1", "C7"]) & found["low"].notna()]
    assert set(found["code"]) >= {"PACE", "REVERSAL", "BACK_LOADED", "MET_THEN_LOST"}
    width = found[["statistic", "high"]].max(axis=1) - found[["statistic", "low"]].min(axis=1)
    shares = found["code"] == "STEP_CONCENTRATED"
    assert width[~shares].max() < 1e-9
    assert width[shares].max() < 1e-9


def test_no_module_that_sees_planned_values_imports_statistics():
    folder = Path(qiyou.plausibility.__file__).parent
    names = ["integrity", "logic", "semantics", "shape", "standards", "peers", "documents", "prose", "later"]
    seeing = [folder / f"{name}.py" for name in [*names, "flows"]]
    seeing += [folder.parent / "pace.py", folder.parent / "paths.py"]
    for file in seeing:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(alias.name for alias in node.names)]
            elif isinstance(node, ast.Attribute):
                names = [node.attr]
            for name in names:
                assert not name.startswith(("scipy", "statsmodels")), f"{file.name} imports {name}"
                assert name not in {
                    "history",
                    "ols_interval",
                    "mann_kendall",
                    "theil_sen",
                    "aicc",
                    "fit",
                    "polyfit",
                }, f"{file.name} uses {name}"
