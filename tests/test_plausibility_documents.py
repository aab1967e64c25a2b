"""C13 and C14: every pair of table and text, and of two documents, found by rule; stages read by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from plausibility_frames import INDICATORS, one, path, said

from qiyou.plausibility import check, documents, later, prose, prose_targets
from qiyou.plausibility import flows as flow_checks
from qiyou.plausibility.paths import number_paths, prepare
from qiyou.plausibility.verdicts import table

SOURCES = Path(__file__).resolve().parents[2] / "shared" / "sources"


def prepared(*rows):
    frame = pd.concat(rows, ignore_index=True)
    return prepare(frame.assign(path=number_paths(frame)), INDICATORS)


def statement(
    cell, year=2024, *, indicator="share", kind="target", document="plan", step=1.0, from_year=None, number=1
):
    relation, value = cell if isinstance(cell, tuple) else ("eq", cell)
    return {
        "document": document, "place": "p", "id": number, "indicator": indicator, "kind": kind,
        "relation": relation,
        "from_year": from_year, "year": year, "value": float(value), "step": step,
        "low": -np.inf if relation in ("le", "lt") else float(value),
        "high": np.inf if relation in ("ge", "gt") else float(value),
    }  # fmt: skip


def spoken(*rows):
    frame = pd.DataFrame(rows)
    return frame.assign(year=frame["year"].astype("Int64"), from_year=frame["from_year"].astype("Int64"))


def compare(cell, said_in_text, *, indicator="share", step=1.0, **options):
    """The one cell of a table's last year against one statement on it."""
    paths = prepared(path([1, 2, cell], step=step, indicator=indicator))
    text = documents.statement_cells(
        spoken(statement(said_in_text, indicator=indicator, **options)), INDICATORS
    )
    return table(prose.table_prose(documents.cells(paths), text))


# --------------------------------------------------------------------------------------------- C13


@pytest.mark.parametrize(
    ("cell", "text", "expected"),
    [
        (75, 75, []),
        (75, 76, [("ROUNDING_TOUCH", None)]),
        (75, 80, [("TABLE_PROSE_CONFLICT", "CONTRADICTION")]),
        (75, ("ge", 70), [("TABLE_PROSE_WEAKER", "NOTE")]),
        (75, ("ge", 75), []),
        (75, ("gt", 75), []),
        (75, ("ge", 80), [("TABLE_PROSE_CONFLICT", "CONTRADICTION")]),
        (75, ("le", 70), [("TABLE_PROSE_CONFLICT", "CONTRADICTION")]),
        (75, ("le", 80), [("TABLE_PROSE_WEAKER", "NOTE")]),
        (("gt", 90), ("ge", 90), []),
        (("gt", 85), ("ge", 90), [("TABLE_PROSE_WEAKER", "NOTE")]),
        (("ge", 90), ("ge", 85), [("TABLE_PROSE_WEAKER", "NOTE")]),
        (("gt", 85), 90, [("TABLE_PROSE_WEAKER", "NOTE")]),
        (("gt", 85), 80, [("TABLE_PROSE_CONFLICT", "CONTRADICTION")]),
        (100, ("ge", 100), []),
        (None, 75, []),
    ],
)
def test_table_against_text(cell, text, expected):
    found = compare(cell, text)
    rows = list(zip(found["code"], found["verdict"], strict=True))
    # 75 and 76, both to whole units, touch at 75.5
    assert rows == [e for e in expected if e[0] != "ROUNDING_TOUCH"]


def test_the_message_says_which_is_weaker():
    assert "正文的要求低于表格" in one(compare(75, ("ge", 70)), "TABLE_PROSE_WEAKER")["message_zh"]
    assert "表格的要求低于正文" in one(compare(("gt", 85), 90), "TABLE_PROSE_WEAKER")["message_zh"]


def test_a_box_across_a_bound_is_left_to_rounding():
    assert said(compare(75, ("ge", 75.3), step=1.0)) == [("ROUNDING_DECIDES", 2024)]


@pytest.mark.parametrize(
    "options",
    [{"year": None}, {"from_year": 2020}, {"kind": "annual_flow"}, {"year": 2026}, {"document": "other"}],
)
def test_statements_on_something_else_are_not_compared(options):
    assert compare(75, 60, **options).empty


def test_a_cumulative_statement_on_a_period_is_compared():
    assert said(compare(75, 60, kind="cumulative", from_year=2020)) == [("TABLE_PROSE_CONFLICT", 2024)]


def test_widening_a_statement_never_makes_a_conflict():
    for cell in (50, 75, 76, ("ge", 60)):
        for text in (70, 75, 80):
            narrow = set(compare(cell, text)["code"])
            for wider in ({"step": 20.0}, {}):
                wide = compare(cell, text if wider else ("ge", text - 0.5), **wider)
                if "TABLE_PROSE_CONFLICT" in set(wide["code"]):
                    assert "TABLE_PROSE_CONFLICT" in narrow


def timed(cells, text, indicator="share", **options):
    paths = prepared(path(cells, indicator=indicator))
    said_there = documents.statement_cells(
        spoken(statement(text, indicator=indicator, **options)), INDICATORS
    )
    return table(prose.timing(documents.cells(paths), said_there))


def test_the_same_value_promised_for_another_year():
    row = one(timed([60, 70, 90, 90], 90, year=2025), "TABLE_PROSE_TIMING")
    assert row["statistic"] == -1 and row["year"] == 2025 and "2024" in row["message_zh"]
    assert timed([60, 70, 80, 90], 90, year=2025).empty
    assert timed([60, 70, 90, 90], ("ge", 80), year=2025).empty  # weaker, and said so
    assert timed([90, 90, 90, 90], 90, year=2025, indicator="kept").empty
    assert one(timed([60, 70, "", 90], 90, year=2024), "TABLE_PROSE_TIMING")["statistic"] == 1
    assert (
        one(timed([9, 7, 5, 5], ("le", 5), indicator="rate", year=2025), "TABLE_PROSE_TIMING")["statistic"]
        == -1
    )


def test_a_bound_that_leaves_the_ceiling_only():
    paths = prepared(path([80, 90, ("ge", 100)]))
    text = documents.statement_cells(
        spoken(statement(("ge", 100)), statement(("ge", 99), number=2)), INDICATORS
    )
    found = table(prose.ceilings(documents.cells(paths), text))
    assert found["code"].tolist() == ["BOUND_AT_CEILING"] * 2 and (found["verdict"] == "NOTE").all()
    floor = documents.statement_cells(spoken(statement(("le", 0), indicator="rate")), INDICATORS)
    assert len(prose.ceilings(documents.cells(paths)[:0], floor)) == 1


def summed(values, total, **options):
    paths = prepared(path(["", *values], indicator="yearly", base=False))
    flows = pd.DataFrame({"flow": ["yearly"], "stock": ["yearly_cumulative"]})
    arguments = {"indicator": "yearly_cumulative", "kind": "cumulative", "year": 2022 + len(values)} | options
    text = documents.statement_cells(spoken(statement(total, **arguments)), INDICATORS)
    return table(prose.flow_sums(documents.cells(paths), text, flows))


def test_yearly_amounts_must_add_up_to_the_cumulative_figure():
    assert summed([4, 4, 4, 4, 4], ("ge", 20)).empty
    assert summed([4, 4, 4, 4, 4], 22).empty  # five roundings of one half
    assert said(summed([4, 4, 4, 4, 4], ("ge", 30))) == [("TABLE_PROSE_CONFLICT", 2027)]
    assert summed([4, 4, "", 4, 4], ("ge", 30)).empty
    assert summed([4, 4, 4, 4, 4], ("ge", 30), year=2030).empty


# --------------------------------------------------------------------------------------------- C14

BOTH = pd.DataFrame(
    {
        "id": ["plan", "list"], "place": "p", "title": ["规划", "清单"], "title_en": ["plan", "list"],
        "dated": ["2023-06-28", "2024-04-25"], "from_year": [2023, 2024],
    }
)  # fmt: skip


def updated(cells, text, *, indicator="share", step=1.0, dates=None, **options):
    both = BOTH if dates is None else BOTH.assign(dated=dates)
    paths = prepared(path(cells, step=step, indicator=indicator))
    spoken_there = spoken(statement(text, indicator=indicator, document="list", **options))
    text_cells = documents.statement_cells(spoken_there, INDICATORS)
    return table(later.later(documents.cells(paths), text_cells, both))


@pytest.mark.parametrize(
    ("text", "indicator", "code", "verdict"),
    [
        (90, "share", "WORKLIST_AHEAD", "NOTE"),
        (("ge", 90), "share", "WORKLIST_AHEAD", "NOTE"),
        (85, "share", "WORKLIST_EQUAL", "NOTE"),
        (("ge", 85), "share", "WORKLIST_EQUAL", "NOTE"),
        (80, "share", "WORKLIST_BEHIND", "QUESTION"),
        (("ge", 80), "share", "WORKLIST_BEHIND", "QUESTION"),
        (86, "share", "ROUNDING_DECIDES", "UNDECIDABLE"),
        (("le", 90), "share", None, None),
        (80, "rate", "WORKLIST_AHEAD", "NOTE"),
        (("le", 90), "rate", "WORKLIST_BEHIND", "QUESTION"),
        (90, "review", None, None),
    ],
)
def test_a_later_document_against_the_plan(text, indicator, code, verdict):
    found = updated([70, 80, 85, 90], text, indicator=indicator)
    assert list(zip(found["code"], found["verdict"], strict=True)) == ([(code, verdict)] if code else [])


def test_being_ahead_names_the_year_of_the_plan():
    assert "2025年才达到" in one(updated([70, 80, 85, 90], 90), "WORKLIST_AHEAD")["message_zh"]
    assert "各年都没有达到" in one(updated([70, 80, 85, 90], 99), "WORKLIST_AHEAD")["message_zh"]


@pytest.mark.parametrize(
    ("planned", "later_bound", "word"),
    [("lt", "le", "weaker"), ("le", "lt", "stricter"), ("lt", "lt", None), ("eq", "le", None)],
)
def test_one_number_may_be_two_bounds(planned, later_bound, word):
    row = one(updated([8, 7, (planned, 5)], (later_bound, 5), indicator="rate"), "WORKLIST_EQUAL")
    assert ("bound" in row["message_en"]) == (word is not None)
    assert word is None or f"the later bound a little {word}" in row["message_en"]
    assert ("界限略" in row["message_zh"]) == (word is not None)


def test_the_order_of_documents_is_that_of_their_dates():
    assert updated([70, 80, 85, 90], 90, dates=["2024-04-25", "2023-06-28"]).empty is False
    found = updated([70, 80, 85, 90], 80, dates=["2024-04-25", "2023-06-28"])
    assert found["code"].tolist() == ["WORKLIST_AHEAD"]  # now the table is the later one
    assert updated([70, 80, 85, 90], 80, dates=["", ""])["code"].tolist() == ["WORKLIST_BEHIND"]


def flows(stock, amount, *, step=1.0, cumulative=None, amount_step=1.0):
    paths = prepared(path(stock, step=step, indicator="yearly_cumulative"))
    rows = [statement(amount, indicator="yearly", kind="annual_flow", document="list", step=amount_step)]
    if cumulative:
        rows.append(
            statement(
                cumulative, 2027, indicator="yearly_cumulative", kind="cumulative", from_year=2023, number=2
            )
        )
    text = documents.statement_cells(spoken(*rows), INDICATORS)
    links = pd.DataFrame({"flow": ["yearly"], "stock": ["yearly_cumulative"]})
    return table(flow_checks.flow_increments(paths, documents.cells(paths), text, BOTH, links))


@pytest.mark.parametrize(
    ("stock", "step", "amount", "code"),
    [
        ([9958, 13977, 16000], [1, 1, 1000], 1790, "ROUNDING_DECIDES"),
        ([9958, 13977, 16000], [1, 1, 1], 1790, "FLOW_SHORTFALL"),
        ([9958, 13977, 16000], [1, 1, 1], 2023, "WORKLIST_EQUAL"),
        ([9958, 13977, 16000], [1, 1, 1], 2500, "WORKLIST_AHEAD"),
        ([9958, 13977, 16000], [1, 1, 1], ("ge", 1000), "ROUNDING_DECIDES"),
    ],
)
def test_a_yearly_amount_against_the_increment_of_a_stock(stock, step, amount, code):
    assert flows(stock, amount, step=step)["code"].tolist() == [code]


def test_a_yearly_amount_against_an_even_share_of_a_sum():
    found = flows([None, None, None], 5, cumulative=("ge", 50))
    assert found["code"].tolist() == ["NOT_DEFINED", "FLOW_SHORTFALL"]
    assert "若两者口径相同" in found["message_zh"].iloc[1] and found["statistic"].iloc[1] == -5


# ----------------------------------------------------------------------------------- on the real data


@pytest.fixture(scope="module")
def found(data):
    return check(data)


def hits(found, code):
    rows = found[found["code"] == code]
    years = [None if pd.isna(year) else int(year) for year in rows["year"]]
    return sorted(zip(rows["place"], rows["indicator"], years, rows["verdict"], strict=True))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("TABLE_PROSE_CONFLICT", [("yuhuan", "premature_ncd_mortality", 2027, "CONTRADICTION")]),
        ("TABLE_PROSE_WEAKER", [("changxing", "huiminbao_enrolment_rate", 2027, "NOTE")]),
        ("BOUND_AT_CEILING", [("yuhuan", "disabled_home_coverage", 2027, "NOTE")]),
        (
            "WORKLIST_AHEAD",
            [
                ("yuhuan", "property_management_coverage", 2024, "NOTE"),
                ("yuhuan", "sports_area_per_capita", 2024, "NOTE"),
            ],
        ),
        (
            "WORKLIST_EQUAL",
            [
                ("yuhuan", "nursing_bed_share", 2024, "NOTE"),
                ("yuhuan", "urban_unemployment_rate", 2024, "NOTE"),
            ],
        ),
        (
            "TARGET_BELOW_BASELINE",
            [
                ("cixi", "premature_ncd_mortality", 2023, "QUESTION"),
                ("haishu", "child_screening_rate", 2023, "QUESTION"),
            ],
        ),
        ("FLOW_SHORTFALL", [("yuhuan", "public_service_investment_cumulative", 2024, "QUESTION")]),
        ("REVERSAL", [("changxing", "free_checkups_annual", 2024, "QUESTION")]),
        (
            "BOUND_LEAVES_OPEN",
            [("yuhuan", "migrant_pupils_public_share", y, "UNDECIDABLE") for y in (2023, 2024)],
        ),
    ],
)
def test_the_known_hits_are_found_by_rule(found, code, expected):
    assert hits(found, code) == expected


def test_the_second_line_of_yuhuans_mortality_agrees_with_the_text(found):
    row = one(found, "TABLE_PROSE_CONFLICT")
    assert (
        row["variant"] == "a"
        and "另一行" in row["message_zh"]
        and "第12行" in row["message_zh"]
        and "53" in row["message_zh"]
    )


def test_the_homes_of_2024_depend_on_how_finely_the_stock_is_printed(found):
    row = found[(found["code"] == "ROUNDING_DECIDES") & (found["check"] == "C14")].iloc[0]
    assert row["indicator"] == "rental_housing_cumulative" and row["statistic"] == -233
    assert row["low"] < 0 < row["high"]
    assert "1790" in row["message_zh"] and "2023" in row["message_zh"]


def test_excerpts_never_raise_a_question_for_what_is_not_at_hand(data, found):
    excerpts = set(data.documents.loc[data.documents["extent"] == "excerpt", "id"])
    rows = found[found["document"].isin(excerpts) & (found["code"] == "MISSING_YEAR")]
    assert (
        len(rows) >= 2 and (rows["verdict"] == "NOTE").all() and rows["message_zh"].str.contains("节选").all()
    )


def test_stages_point_to_what_both_documents_say(data, found):
    rows = found[found["code"] == "STAGE_CONFLICT"]
    assert len(rows) == len(data.stages) and set(rows["verdict"]) == {"QUESTION", "NOTE"}
    preschool = one(rows[rows["indicator"] == "preschool_universal_pass"], "STAGE_CONFLICT")
    assert "第4行" in preschool["message_zh"]
    cells = data.targets.set_index(["document", "row", "year"])["printed"]
    figures = data.statements.assign(id=data.statements["id"].astype(str)).set_index(["document", "id"])[
        "printed"
    ]
    for stage in data.stages.itertuples():
        for end in ("earlier", "later"):
            document, (kind, *place) = (
                getattr(stage, f"{end}_document"),
                getattr(stage, f"{end}_at").split(":"),
            )
            if kind == "statement":
                assert getattr(stage, end) == figures[document, place[0]]
            if kind == "table":
                assert getattr(stage, end) in cells[document, place[0], int(place[1])]


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source texts are not here")
def test_stages_are_printed_in_the_sources(data):
    for stage in data.stages.itertuples():
        for end in ("earlier", "later"):
            text = (SOURCES / f"{getattr(stage, f'{end}_document')}.txt").read_text(encoding="utf-8")
            assert getattr(stage, end) in "".join(text.split())


def test_a_path_that_only_the_text_prints_is_checked_too(data, found):
    spoken_paths = prose_targets(data.statements, data.targets)
    assert (
        spoken_paths["variant"].unique().tolist() == ["prose"]
        and spoken_paths.columns.tolist() == data.targets.columns.tolist()
    )
    rows = found[found["variant"] == "prose"]
    assert set(rows["place"]) == {"huangyan"} and rows["message_zh"].str.contains("第32、73条").all()
