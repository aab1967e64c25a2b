"""The whole check, its summary and its vocabulary."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from plausibility_frames import INDICATORS, path, together

from qiyou.errors import DataError
from qiyou.plausibility import (
    CODES,
    COLUMNS,
    EVIDENCE,
    FEASIBILITY,
    NO_OBJECTION,
    VERDICTS,
    check,
    check_paths,
    summary,
)
from qiyou.plausibility.wording import number, quantity

METHODS = [
    "MISSING_YEAR",
    "DUPLICATE_YEAR",
    "UNIT_MIXED",
    "PRECISION_AMBIGUOUS",
    "OUT_OF_BOUNDS",
    "IDENTITY_VIOLATED",
    "STOCK_DECREASES",
    "MISSES_STANDARD",
    "MARGIN_WITHIN_ROUNDING",
    "MET_AT_BASELINE",
    "MET_THEN_LOST",
    "MET_BY",
    "REVERSAL",
    "TARGET_BELOW_BASELINE",
    "NO_NET_CHANGE",
    "PACE",
    "STEP_CONCENTRATED",
    "BACK_LOADED",
    "FRONT_LOADED",
    "CONSTANT_INCREMENT",
    "CONSTANT_RATE",
    "CONSTANT_GAP_CLOSURE",
    "LOGISTIC_LINE",
    "SHAPE_NOT_IDENTIFIED",
    "NEEDS_ACCELERATION",
    "OFF_PAST_PACE",
    "ON_PAST_PACE",
    "METHODS_DISAGREE",
    "RATIO_UNSTABLE",
    "ABOVE_EXTRAPOLATION_95",
    "NOT_INFORMATIVE",
    "WITHIN_FASTEST_QUARTER_LINE",
    "TOP_FIFTH_PACE",
    "UNPRECEDENTED_IN_REFERENCE",
    "PEER_BAND",
    "IDENTICAL_PATHS",
    "COMMON_END_VALUE",
    "AMPLIFIED",
    "SET_AT_STANDARD",
    "TABLE_PROSE_CONFLICT",
    "TABLE_PROSE_WEAKER",
    "TABLE_PROSE_TIMING",
    "BOUND_AT_CEILING",
    "WORKLIST_AHEAD",
    "WORKLIST_BEHIND",
    "WORKLIST_EQUAL",
    "FLOW_SHORTFALL",
    "EXPECTED_FALSE_FLAGS",
    "ROUNDING_DECIDES",
]


@pytest.fixture(scope="module")
def found(data):
    return check(data)


def test_every_code_of_the_methods_is_documented():
    assert set(METHODS) <= set(CODES)
    for name, code in CODES.items():
        assert code.evidence in EVIDENCE and code.source, name
        assert all(part in {f"C{k}" for k in range(1, 16)} for part in code.check.split()), name


def test_there_is_no_verdict_plausible_and_no_score():
    assert set(VERDICTS) == {"PASS", "NOTE", "QUESTION", "CONTRADICTION", "UNDECIDABLE"}
    words = " ".join([*CODES, *VERDICTS, *COLUMNS]).lower()
    assert "plausible" not in words and "score" not in words and "ranking" not in words


def test_findings_use_the_vocabulary_and_the_evidence_of_their_codes(found):
    assert found.columns.tolist() == COLUMNS
    assert set(found["code"]) <= set(CODES) and set(found["verdict"]) <= set(VERDICTS)
    for check_id, code, evidence in set(zip(found["check"], found["code"], found["evidence"], strict=True)):
        assert check_id in CODES[code].check.split()
        assert evidence == CODES[code].evidence or code in ("NOT_DEFINED",)


def test_verdicts_of_the_plan_alone_are_never_a_pass(found):
    passes = found[found["verdict"] == "PASS"]
    assert set(passes["code"]) <= {"WITHIN_FASTEST_QUARTER_LINE", "ON_PAST_PACE"}


def test_messages_are_whole_sentences_in_both_languages(found):
    assert found["message_zh"].str.endswith("。").all() and found["message_en"].str.endswith(".").all()
    for column in ("message_zh", "message_en"):
        assert not found[column].str.contains(r"\?|\bnan\b|\bNone\b|<NA>|[{}]").any()
        # exponents, doubled spaces and signs
        assert not found[column].str.contains(r"\de[+-]\d|  |，，|。。").any()
    path_level = found[(found["indicator"] != "") & (found["code"] != "STAGE_CONFLICT")]
    assert path_level["message_zh"].str.contains("表第|正文第").all()


def test_one_term_for_one_thing(found):
    words = [text for code in CODES.values() for text in (code.meaning_zh,)]
    words += [text for pair in (*VERDICTS.values(), *EVIDENCE.values()) for text in pair[:1]]
    # titles of documents keep their own words
    said = found["message_zh"].str.replace(r"《[^》]*》|“[^”]*”", "", regex=True)
    for text in [*words, *said]:
        for other in ("不能判定", "疑问", "步幅", "规划", "排比", "印刷", "雷同", "取整"):
            assert other not in text, text
        assert "舍入" not in text.replace("四舍五入", ""), text


def test_no_title_is_made_up(found):
    for column in ("message_zh", "message_en"):
        assert not found[column].str.contains(r"《\[|\"\[|《[ -~]+》").any()
    cited = found.loc[found["message_zh"].str.contains("宁波市2023年目标"), "message_zh"]
    assert len(cited) and cited.str.contains("见宁波晚报2023-01-29；").all()


def test_thresholds_stand_in_the_row_and_in_the_message(found):
    for code, shown in {
        "STEP_CONCENTRATED": "50%", "TOO_FEW_IN_REFERENCE": "20", "NO_HISTORY": "至少需要",
    }.items():  # fmt: skip
        rows = found[found["code"] == code]
        assert rows["threshold"].notna().all()
        classed = rows[~rows["message_zh"].str.contains("没有参照组")]
        assert classed["message_zh"].str.contains(shown, regex=False).all()


def test_the_check_is_deterministic_and_leaves_its_input_alone(data, found):
    before = data.targets.copy()
    pd.testing.assert_frame_equal(check(data), found)
    pd.testing.assert_frame_equal(data.targets, before)


def test_a_county_that_contradicts_itself_is_found(data):
    rows = data.targets.query("document == 'haishu-plan-2023' and indicator == 'affordable_nursery_share'")
    wrong = data.targets.copy()
    wrong.loc[rows.index[-1], ["value", "low", "high"]] = 175.0
    codes = check(replace(data, targets=wrong)).query("place == 'haishu' and verdict == 'CONTRADICTION'")[
        "code"
    ]
    assert codes.tolist() == ["OUT_OF_BOUNDS"]


def test_only_paths_that_cannot_be_computed_with(data):
    mixed = data.targets[data.targets["document"] == "haishu-plan-2023"].assign(
        unit=lambda f: np.resize(["%", "人"], len(f))
    )
    silent = replace(data, targets=mixed, statements=data.statements[:0])
    assert set(check(silent)["code"]) == {"UNIT_MIXED", "EXPECTED_FALSE_FLAGS"}


# ----------------------------------------------------------------------------------------- summary


def test_summary_of_single_paths():
    rows = together(
        path([70, 75, 80, 85, 90]),
        path([70, 60, 80, 85, 90]),
        path([70, 60, 101, 85, 90]),
        path([72, 72, 72, 76]),
    )
    result = summary(check_paths(rows, INDICATORS)).set_index("variant")
    assert result["verdict"].to_dict() == {
        "0": NO_OBJECTION, "1": "QUESTION", "2": "CONTRADICTION", "3": NO_OBJECTION,
    }  # fmt: skip
    assert (result["feasibility"] == FEASIBILITY).all()
    assert result.loc["2", "codes"].split()[:2] == ["OUT_OF_BOUNDS", "TARGET_BELOW_BASELINE"]
    assert result.loc["3", "undecidable"] >= 1  # a change of four steps is too small for its concentration


def test_summary_of_the_data(data, found):
    result = summary(found)
    paths = data.targets[["document", "indicator", "variant"]].drop_duplicates()
    keyed = result.merge(paths, on=["document", "indicator", "variant"])
    assert len(keyed) == len(paths)
    assert (result["feasibility"] == FEASIBILITY).all()
    assert set(result["verdict"]) == {NO_OBJECTION, "QUESTION", "CONTRADICTION"}
    counted = result[["contradictions", "questions", "undecidable", "notes", "passes"]].sum().sum()
    assert counted == len(found) - 1
    worst = found.query("verdict == 'CONTRADICTION'")["place"].unique().tolist()
    assert result.query("verdict == 'CONTRADICTION'")["place"].unique().tolist() == worst == ["yuhuan"]


def test_summary_refuses_what_is_no_table_of_findings(found):
    with pytest.raises(DataError, match="verdict"):
        summary(found.drop(columns="verdict"))
    with pytest.raises(DataError, match="no findings"):
        summary(found[:0])


# ----------------------------------------------------------------------------------------- wording


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(3.0, 10, "3"), (0.30000000000000004, 10, "0.3"), (-0.0, 10, "0"), (12345.678, 3, "12346"),
     (1.62e9, 10, "1620000000"),
     (1e-7, 4, "0.0000001"), (-0.5, 4, "−0.5"), (99.95, 3, "100"), (np.inf, 4, "∞")],
)  # fmt: skip
def test_numbers_read_as_a_reader_expects(value, digits, text):
    assert number([value], digits).tolist() == [text]


def test_large_quantities_are_counted_as_each_language_does():
    unit = np.array(["人"], dtype=object)
    assert quantity([377100], unit, "zh").tolist() == ["37.71万人"]
    assert quantity([8.1e9], unit, "zh").tolist() == ["81亿人"]
    assert quantity([13200], unit, "zh").tolist() == ["13200人"]
    assert quantity([-377100.5], np.array(["persons"], dtype=object), "en").tolist() == ["−377,100.5 persons"]
