"""The whole check: its table, its vocabulary, its sentences and its summary."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from plausibility_frames import check as check_small
from plausibility_frames import path, together

from qiyou import words
from qiyou.errors import DataError
from qiyou.plausibility import CODES, COLUMNS, VERDICTS, check, sentences, summary
from qiyou.plausibility.profile import assessed

GONE = {"PACE", "NO_HISTORY", "PEER_BAND", "EXPECTED_FALSE_FLAGS", "NOT_APPLICABLE", "NOT_DEFINED"}
METHODS = """
MISSING_YEAR DUPLICATE_YEAR UNIT_MIXED OUT_OF_BOUNDS IDENTITY_VIOLATED STOCK_DECREASES MISSES_STANDARD
MET_AT_BASELINE MET_THEN_LOST MET_BY REVERSAL TARGET_BELOW_BASELINE NO_NET_CHANGE STEP_CONCENTRATED
BACK_LOADED FRONT_LOADED CONSTANT_INCREMENT CONSTANT_RATE CONSTANT_GAP_CLOSURE LOGISTIC_LINE
SHAPE_NOT_IDENTIFIED
IDENTICAL_PATHS COMMON_END_VALUE AMPLIFIED SET_AT_STANDARD TABLE_PROSE_CONFLICT TABLE_PROSE_WEAKER
TABLE_PROSE_TIMING BOUND_AT_CEILING FLOW_AGAINST_STOCK WORKLIST_AHEAD WORKLIST_BEHIND WORKLIST_EQUAL
STAGE_CONFLICT FLOW_SHORTFALL BOUND_LEAVES_OPEN ROUNDING_DECIDES
"""


@pytest.fixture(scope="module")
def found(data):
    return assessed(data)[0]


def test_the_codes_are_those_of_the_methods():
    assert CODES.index.tolist() == list(dict.fromkeys(CODES.index)) and set(CODES.index) == set(
        METHODS.split()
    )
    assert CODES.ne("").all().all() and not GONE & set(CODES.index)
    assert set(" ".join(CODES["verdicts"]).split()) == set(VERDICTS)


def test_the_table_has_exactly_the_contract_columns_and_types(found):
    assert found.columns.tolist() == COLUMNS
    assert str(found["year"].dtype) == "Int64"
    assert [str(found[name].dtype) for name in ("statistic", "low", "high", "threshold")] == ["float64"] * 4
    assert check_small(path([70, 75, 80])).columns.tolist() == COLUMNS
    text = " ".join([*CODES.index, *VERDICTS, *COLUMNS]).lower()
    assert "plausible" not in text and "score" not in text and "ranking" not in text


def test_findings_keep_to_what_their_codes_may_say(found):
    for check_id, code, verdict in set(zip(found["check"], found["code"], found["verdict"], strict=True)):
        assert check_id in CODES.at[code, "check"].split() and verdict in CODES.at[code, "verdicts"].split()


def test_every_finding_names_cells_that_are_printed(data, found):
    printed = data.printed
    year = printed["year"].astype(str)
    cell = printed["document"] + "/" + printed["locator"]
    tabled = printed["locator"].str.startswith("table:")
    texts = dict(zip(cell.where(~tabled, cell + ":" + year), printed["printed"], strict=True))
    for side in ("a", "b"):
        rows = found[found[f"{side}_printed"].ne("") & ~found["code"].eq("STAGE_CONFLICT")]
        rows = rows[~rows[f"{side}_cell"].str.startswith("sources/")]
        assert len(rows) > 100
        assert [texts[one] for one in rows[f"{side}_cell"]] == rows[f"{side}_printed"].tolist()


def test_messages_are_whole_sentences_in_both_languages(data, found):
    for lang, end in (("zh", "[。？]$"), ("en", "[.?]$")):
        said = pd.Series(sentences(found, data, lang))
        assert said.str.contains(end).all()
        assert not said.str.contains(r"\bnan\b|\bNone\b|<NA>|[{}]|\de[+-]\d|  |，，|。。").any()
    pd.testing.assert_frame_equal(check(data, lang="zh")[COLUMNS], found)
    with pytest.raises(DataError, match="zh"):
        check(data, lang="fr")


def test_every_message_is_in_both_languages_with_the_same_facts():
    rows = words.table("messages")
    ours = rows[rows["key"].str.split(".").str[0].isin(CODES.index)]
    assert set(ours["key"].str.split(".").str[0]) == set(CODES.index) and ours["key"].is_unique
    pairs = {"topic": "topic_en", "earlier": "earlier_en", "later": "later_en"}
    for key, zh, en in ours.itertuples(index=False):
        fields = [set(pd.Series(text).str.findall(r"\{(\w+)\}").iloc[0]) for text in (zh, en)]
        assert {pairs.get(name, name) for name in fields[0]} == fields[1], key


def test_one_term_for_one_thing():
    rows = words.table("messages")
    ours = rows.loc[rows["key"].str.split(".").str[0].isin(CODES.index), "zh"]
    for text in [*ours, *CODES["meaning_zh"], *CODES["name_zh"]]:
        for other in ("不能判定", "疑问", "步幅", "规划", "印刷", "雷同", "取整", "加不到"):
            assert other not in text, text
        assert "舍入" not in text.replace("四舍五入", ""), text


def test_sources_are_cited_as_they_are_called(data):
    said = check(data, lang="zh")["message"]
    assert not said.str.contains(r"《\[|《[ -~]+》").any()
    assert said.str.contains("宁波市2023年目标4个/千人，见宁波晚报2023-01-29；").any()


def test_large_quantities_are_counted_as_each_language_does(data):
    found = check(data).query("indicator == 'public_service_investment_cumulative'")
    assert "81亿元" in sentences(found, data, "zh")[0] and "16.2亿元" in sentences(found, data, "zh")[0]
    assert "8,100,000,000 yuan" in sentences(found, data, "en")[0]


def test_the_check_is_deterministic_and_leaves_its_input_alone(data, found):
    before = data.printed.copy()
    pd.testing.assert_frame_equal(check(data), found)
    pd.testing.assert_frame_equal(data.printed, before)


def test_a_county_that_contradicts_itself_is_found(data):
    rows = data.targets.query("document == 'haishu-plan-2023' and indicator == 'affordable_nursery_share'")
    wrong = data.targets.copy()
    wrong.loc[rows.index[-1], ["value", "low", "high"]] = 175.0
    codes = check(replace(data, targets=wrong)).query("place == 'haishu' and verdict == 'CONTRADICTION'")[
        "code"
    ]
    assert codes.tolist() == ["OUT_OF_BOUNDS"]


# ----------------------------------------------------------------------------------------- summary


def test_summary_of_single_paths():
    found = check_small(
        together(path([70, 75, 80, 85, 90]), path([70, 69, 80, 85, 90]), path([70, 69, 101, 85, 90]))
    )
    result = summary(found).set_index("variant")
    assert result["questions"].to_dict() == {"0": 0, "1": 1, "2": 1}
    assert result["contradictions"].to_dict() == {"0": 0, "1": 0, "2": 1}
    assert result.loc["2", "codes"] == "OUT_OF_BOUNDS TARGET_BELOW_BASELINE"


def test_summary_of_the_data(found):
    result = summary(found)
    counts = result[["notes", "questions", "contradictions", "undecidable"]].sum()
    assert counts.sum() == len(found) and counts["contradictions"] == 0
    asked = found[found["verdict"] == "QUESTION"]
    assert (
        counts["questions"] == len(asked)
        and result["codes"].ne("").sum()
        == asked.groupby(["place", "document", "indicator", "variant"]).ngroups
    )
    assert not result.duplicated(["place", "document", "indicator", "variant"]).any()


def test_summary_refuses_what_is_no_table_of_findings(found):
    with pytest.raises(DataError, match="verdict"):
        summary(found.drop(columns="verdict"))
    assert summary(found[:0]).empty


def test_each_path_gets_what_it_would_get_alone(data):
    """What is said of a path on its own does not depend on how many others there are."""
    rows = data.targets[data.targets["document"] == "haishu-plan-2023"]
    many = pd.concat([rows.assign(variant=f"v{k}") for k in range(50)], ignore_index=True)
    found = check(replace(data, targets=many, statements=data.statements[:0]))
    alone = check(replace(data, targets=rows, statements=data.statements[:0]))
    own = ["C1", "C2", "C3", "C4", "C6", "C7"]
    per = found[found["check"].isin(own)].groupby("variant").size()
    assert (per == alone["check"].isin(own).sum()).all() and np.unique(per).size == 1
