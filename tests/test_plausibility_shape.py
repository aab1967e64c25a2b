"""C6 and C7 as findings: the worked numbers, Fisher's spacings, and brute force over the boxes."""

from __future__ import annotations

import ast
from itertools import product
from math import comb
from pathlib import Path

import numpy as np
import pytest
from plausibility_frames import check, grid_rows, one, path, said, together, world

import qiyou.plausibility
from qiyou.paths import table
from qiyou.plausibility import CODES, Settings, facts, plan
from qiyou.plausibility.plan import spacing_limit

RISE, LATE = [72, 75, 78, 80, 83, 85], [72, 72, 72, 72, 72, 85]


# -------------------------------------------------------------------------------------------- C6


@pytest.mark.parametrize(("n", "limit"), [(3, 0.818), (4, 0.708), (5, 0.624), (6, 0.560)])
def test_fishers_spacings(n, limit):
    share = spacing_limit(n, 0.10)
    assert np.ceil(1000 * share) / 1000 == limit
    terms = [(-1) ** (j - 1) * comb(n, j) * max(1 - j * share, 0) ** (n - 1) for j in range(1, n + 1)]
    assert sum(terms) == pytest.approx(0.10)
    parts = np.random.default_rng(n).dirichlet(np.ones(n), 200_000).max(axis=1)
    assert (parts > share).mean() == pytest.approx(0.10, abs=0.003)


def test_concentration_of_the_worked_examples():
    found = check(together(path(RISE), path(LATE)))
    assert set(found.loc[(found["check"] == "C6") & (found["variant"] == "0"), "code"]) == set()
    late = found[(found["check"] == "C6") & (found["variant"] == "1")].set_index("code")
    assert late["verdict"].tolist() == ["QUESTION", "QUESTION"]
    assert late.loc["STEP_CONCENTRATED", "statistic"] == 1
    assert round(late.loc["BACK_LOADED", "statistic"], 4) == 0.3333
    step = late.loc["STEP_CONCENTRATED"]
    assert (step["year"], step["a_cell"], step["b_cell"]) == (2027, "plan/table:1:2026", "plan/table:1:2027")
    # As it is told, in per cent: all of the change, with 13 ± 1 of it certain.
    told = {name: step["facts"][name] for name in ("share", "share_low", "limit", "probability")}
    assert told["share"] == 100 and told["share_low"] == pytest.approx(100 * step["low"])
    assert told["limit"] == pytest.approx(62.39, abs=0.01) and told["probability"] == pytest.approx(10)
    assert late["threshold"].round(3).to_dict() == {"STEP_CONCENTRATED": 0.624, "BACK_LOADED": 0.15}


def test_change_that_comes_early_is_only_noted():
    assert one(check(path([60, 84, 86, 88, 89, 90])), "FRONT_LOADED")["verdict"] == "NOTE"


@pytest.mark.parametrize(
    ("cells", "step", "code"),
    [
        ([72, 72, 72, 76], 1.0, None),  # a change of no more than four steps
        ([72, 72, 72, 90], 1.0, "STEP_CONCENTRATED"),
        ([0, 1, 12, 14], 1.0, None),  # 11/14 as printed is under 0.818
        ([0, 1, 13, 14], 1.0, None),  # 12/14 as printed, lower at the corner of the boxes
        ([0, 1, 13, 14], 0.1, "STEP_CONCENTRATED"),
        ([72, 85], 1.0, None),
        ([72, ("ge", 73), 74, 85, 86], 1.0, None),  # a bound in between may be the end itself
        ([72, 72, 72, 90, ("ge", 80), 90], 1.0, "STEP_CONCENTRATED"),  # one after the end is none in between
        ([0, 0, "", 0, 14], 0.1, "STEP_CONCENTRATED"),  # a year without a cell is no bound
    ],
)
def test_step_share_decides_only_beyond_rounding(cells, step, code):
    found = check(path(cells, step=step, indicator="density"))
    assert ("STEP_CONCENTRATED" in set(found["code"])) == (code is not None)
    assert "UNDECIDABLE" not in set(found.loc[found["check"] == "C6", "verdict"])


def test_conventions_are_settings():
    strict = Settings(back_load=0.4, spacing_probability=0.001)
    found = check(path(LATE), settings=strict)
    assert said(found, "QUESTION") == [("STEP_CONCENTRATED", 2027)]
    assert one(found, "STEP_CONCENTRATED")["threshold"] == pytest.approx(spacing_limit(5, 0.001))


def test_corner_extremes_equal_brute_force_over_the_box():
    rng = np.random.default_rng(4)
    cells = np.cumsum(rng.integers(0, 9, (25, 4)), axis=1) + 10.0
    cells = cells[cells[:, -1] - cells[:, 0] > 6]
    loose = Settings(spacing_probability=0.9, back_load=0.05)
    found = check(grid_rows(cells, 1.0, "eq", "density"), settings=loose)
    loaded, concentrated = (found[found["code"] == code] for code in ("BACK_LOADED", "STEP_CONCENTRATED"))
    assert len(loaded) > 1 and len(concentrated) > 3
    for row in found[found["code"].isin(["BACK_LOADED", "STEP_CONCENTRATED"])].itertuples():
        values = cells[int(row.variant)]
        values = values[: int(np.flatnonzero(values == values[-1])[0]) + 1]
        boxes = [values + np.array(corner) for corner in product((-0.5, 0.5), repeat=len(values))]
        if row.code == "BACK_LOADED":
            even = np.arange(len(values)) / (len(values) - 1)
            index = [np.mean(even - (y - y[0]) / (y[-1] - y[0])) for y in boxes]
            assert (row.low, row.high) == (pytest.approx(min(index)), pytest.approx(max(index)))
        else:
            shares = [np.diff(y).max() / (y[-1] - y[0]) for y in boxes if y[-1] > y[0]]
            assert row.threshold < row.low <= min(shares) + 1e-9


# -------------------------------------------------------------------------------------------- C7


@pytest.mark.parametrize(
    ("cells", "code", "rate"),
    [
        ([60 * 1.06**k for k in range(6)], "CONSTANT_RATE", 6),
        ([100 - 50 * 0.5**k for k in range(6)], "CONSTANT_GAP_CLOSURE", 50),
        ([100 - 50 * 0.8**k for k in range(6)], "CONSTANT_GAP_CLOSURE", 20),
        ([60 + 3.5 * k for k in range(6)], "CONSTANT_INCREMENT", 3.5),
    ],
)
def test_a_curve_is_told_by_the_rate_that_it_was_drawn_with(cells, code, rate):
    row = one(check(path(np.round(cells, 3).tolist(), step=0.001)), code)
    facts, ends = row["facts"], ("plan/table:1:2022", "plan/table:1:2027")
    assert (row["a_cell"], row["b_cell"]) == ends
    assert facts["rate_low"] <= rate <= facts["rate_high"] < facts["rate_low"] + 0.1


def test_families_of_the_worked_examples():
    found = check(
        together(
            path(RISE),
            path([78.2, 79.6, 81.0, 82.4, 83.8, 85.2], step=0.1),
            path([60, 63.6, 67.4, 71.5, 75.7, 80.3], step=0.1),
            path([92, 93, 94, 95, 96, 98]),
            path(LATE),
        )
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
    assert round(rate["facts"]["rate_low"], 2) == 5.97
    count = shapes[shapes["code"] == "SHAPE_NOT_IDENTIFIED"].set_index("variant")["statistic"].to_dict()
    assert count == {k: len(v) for k, v in named.items() if len(v) != 1}


def test_few_values_name_no_shape():
    assert "C7" not in set(check(path([60, 63, 66, 69]))["check"])


def shapes_of(*rows, **options):
    """C6 and C7 of paths, without their sentences."""
    data = world(*rows)
    cells = facts.cells(table(data), data)
    every = np.ones(len(cells.grid.at), dtype=bool)
    return facts.collected(plan.shapes(cells, every, data.indicators, Settings(**options)))


@pytest.mark.parametrize(("cells", "steps"), [([0, 0, 14], 2), ([0, 0, 0, 14], 3)])
def test_two_steps_are_no_spread(cells, steps):
    found = shapes_of(path(cells, step=0.01, indicator="density"))
    rows = found[found["code"] == "STEP_CONCENTRATED"]
    assert [said_["n"] for said_ in rows["facts"]] == [steps] * (steps > 2)
    assert [(said_["base_year"], said_["end_year"]) for said_ in rows["facts"]] == [(2022, 2025)] * (
        steps > 2
    )


def test_late_and_early_change_are_mirrored_and_carry_their_numbers():
    late, early = (
        path([0, 0, 10, 100], step=0.01, indicator="density"),
        path([0, 90, 100, 100.5], step=0.01, indicator="density"),
    )
    for rows, code, sign in ((late, "BACK_LOADED", 1), (early, "FRONT_LOADED", -1)):
        row = one(shapes_of(rows, back_load=0.15, front_load=0.2), code)
        assert sign * row["statistic"] > 0.2 and row["low"] < row["statistic"] < row["high"]
        limit = 0.15 if sign > 0 else 0.2
        assert row["threshold"] == row["facts"]["limit"] == limit and row["facts"]["index"] == pytest.approx(
            row["statistic"]
        )
        assert (row["a_cell"], row["b_cell"]) == ("plan/table:1:2022", "plan/table:1:2025")
        strict = {"back_load": 0.9, "front_load": 0.9}
        assert code not in set(shapes_of(rows, **strict)["code"])
    assert not {"BACK_LOADED", "FRONT_LOADED"} & set(
        shapes_of(path([0, 30, 60, 100], step=0.01, indicator="density"))["code"]
    )


@pytest.mark.parametrize(("cells", "case", "count"), [
    ([60, 63, 66, 69, 72], None, 1), ([60, 63, 66, 69], None, 0), ([50, 51, 50, 90, 91], "none", 0), ([92, 93, 94, 95, 96], "several", 4),
])  # fmt: skip
def test_five_values_name_a_shape(cells, case, count):
    found = shapes_of(path(cells, step=1.0 if case == "several" else 0.001))
    shapes = found[found["check"] == "C7"]
    named = shapes[shapes["code"] != "SHAPE_NOT_IDENTIFIED"]
    open_ = shapes[shapes["code"] == "SHAPE_NOT_IDENTIFIED"]
    assert [(said_["case"], said_["k"], said_["n"]) for said_ in open_["facts"]] == (
        [(case, len(named), 5)] if case else []
    )
    assert len(named) == count and [said_["n"] for said_ in named["facts"]] == [5] * count
    if case == "none":
        looser = shapes_of(path(cells, step=0.001), shape_values=6)
        assert "C7" not in set(looser["check"])


# ------------------------------------------------------------------------- never dressed as statistics

STATISTICS = ["R²", "p值", "p-value", "p value", "显著", "置信", "confiden", "prediction interval"]
STATISTICS += ["预测区间", "标准误", "standard error", "plausible", "feasible", "合理", "可行"]


def test_no_sentence_borrows_from_statistics_and_none_gives_a_verdict_of_feasibility():
    templates = qiyou.words.table("messages")
    ours = templates[templates["key"].str.split(".").str[0].isin(CODES.index)]
    assert len(ours) > 60
    for word in STATISTICS:
        for column in ("zh", "en"):
            assert not ours[column].str.contains(word, case=False, regex=False).any(), word
        assert not CODES["meaning_en"].str.contains(word, regex=False).any()


def test_no_module_of_the_checks_imports_statistics():
    folder = Path(qiyou.plausibility.__file__).parent
    names = ["facts", "plan", "checks", "passages", "telling"]
    for file in [folder / f"{name}.py" for name in names]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                module = getattr(node, "module", None) or ""
                imported = [module, *(alias.name for alias in node.names)]
                assert not any(name.startswith(("scipy", "statsmodels")) for name in imported), file.name
                assert not {"fit", "polyfit", "observed"} & set(imported), file.name
