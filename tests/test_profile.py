"""Profiles: every path has an answer, no answer says more than its yardsticks do."""

from __future__ import annotations

import dataclasses
import itertools
import re
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_yardsticks import first, read_reference  # noqa: F401

from qiyou import paths, words
from qiyou.notation import read
from qiyou.plausibility import profile as profiling
from qiyou.plausibility import telling
from qiyou.plausibility.yardsticks import realised

SPORTS, NURSERY = "sports_area_per_capita", "nursery_places_per_1000"
TEXTS = ["zh", "en", "short_zh", "short_en"]
READINGS_FILE = Path(__file__).parents[1] / "data" / "readings-2026-11-27.csv"


@pytest.fixture(scope="module")
def found(data):
    return profiling.assessed(data)[0]


@pytest.fixture(scope="module")
def profiles(data, found):
    return profiling.assessed(data)[1]


def one(profiles: pd.DataFrame, place: str, indicator: str, variant: str = "") -> pd.Series:
    hit = profiles[
        profiles["place"].eq(place) & profiles["indicator"].eq(indicator) & profiles["variant"].eq(variant)
    ]
    return hit.squeeze()


# ------------------------------------------------------------------------------------------------- readings


def test_every_path_has_its_columns_a_reading_and_words(data, profiles):
    assert profiles.columns.tolist() == profiling.COLUMNS
    assert len(profiles) == paths.table(data)["path"].nunique()
    assert profiles["reading"].isin(profiling.READINGS).all()
    assert profiles[TEXTS].ne("").all(axis=None) and profiles[TEXTS].notna().all(axis=None)


def test_readings_on_the_data_of_the_first_version(first, found):  # noqa: F811
    counts = profiling.profiles(first, found)["reading"].value_counts().to_dict()
    # of the prototype, but for the contradiction of Yuhuan's premature mortality, which is a question now
    assert counts == {
        "BELOW_EXPERIENCE": 6,
        "NOT_ABOVE_EXPERIENCE": 1,
        "WITHIN_EXPERIENCE": 3,
        "ABOVE_EXPERIENCE": 1,
        "KEEP": 7,
        "PASS_YEAR": 6,
        "WEAKER_THAN_BASE": 2,
        "ARITHMETIC_ONLY": 49,
    }


def test_readings_of_the_examples(profiles):
    readings = {
        ("yuhuan", NURSERY): "BELOW_EXPERIENCE",
        ("yuhuan", SPORTS): "NOT_ABOVE_EXPERIENCE",
        ("yuhuan", "doctors_per_1000"): "ABOVE_EXPERIENCE",
        ("cixi", "premature_ncd_mortality"): "BELOW_EXPERIENCE",
        ("yuhuan", "disabled_home_coverage"): "ARITHMETIC_ONLY",
    }
    for (place, indicator), reading in readings.items():
        assert one(profiles, place, indicator)["reading"] == reading, (place, indicator)


def test_at_least_fourteen_paths_are_held_against_something_realised(profiles):
    assert (profiles["m"].gt(0) | profiles["windows"].gt(0) | profiles["own_windows"].gt(0)).sum() >= 14


def test_evidence_of_the_examples(profiles):
    assert one(profiles, "yuhuan", NURSERY)["evidence"] == "very_low"
    assert one(profiles, "yuhuan", NURSERY)["doubts"] == "press; level; start; few"
    assert one(profiles, "yuhuan", SPORTS)[["evidence", "doubts"]].tolist() == ["low", "press; level"]
    assert one(profiles, "yuhuan", "doctors_per_1000")[["evidence", "doubts"]].tolist() == ["low", "average"]
    # paces of nominal money are paces of prices, too
    for place in ("yuhuan", "changxing"):
        assert "nominal" in one(profiles, place, "dibao_standard")["doubts"].split("; ")
    assert not profiles.loc[profiles["unit"].ne("元/年"), "doubts"].str.contains("nominal").any()
    # the nation's allowance is that of cities; nothing else leans on such a series
    urban = profiles["doubts"].str.split("; ").map(lambda names: "urban" in names)
    assert set(profiles.loc[urban, "indicator"]) == {"dibao_standard"} and urban.sum() == 2
    assert profiles.loc[urban, "zh"].str.contains("上级只有城市平均").all()


def test_what_a_path_asks_by_a_later_year_and_on_the_way_is_said(profiles):
    # the table prints 3.5 doctors from 2025 on and the text for 2027: 0.207 a year against 0.0975 to 0.235
    doctors = one(profiles, "yuhuan", "doctors_per_1000")
    for text in (doctors["short_zh"], doctors["zh"]):
        assert "表格到2027年仍为该值，以2027年为期则为0.88至2.15倍" in text
    assert "表格与正文年份不同" in doctors["zh"] and "by then it would be 0.88 to 2.15 times" in doctors["en"]
    assert profiles["short_zh"].str.contains("为期则为").sum() == 1
    # 8.4 is to rise to 9.1 before it falls; and four equal steps are one stretch, of which none stands out
    falls = one(profiles, "cixi", "premature_ncd_mortality")
    assert "首个目标先差于基期，其后须更快" in falls["short_zh"] and "2023—2027年变化最快" in falls["zh"]
    assert "另请注意：首个目标差于基期" in falls["zh"] and "首个目标或终值" not in falls["zh"]
    assert "2023—2025年变化最快（每年0.5个/千人）" in one(profiles, "yuhuan", NURSERY)["zh"]
    # a count that tells nothing says so
    assert (
        "5至7段慢于所需速度，段数少，据此分不出快慢"
        in one(profiles, "changxing", "life_expectancy")["short_zh"]
    )
    assert not profiles.loc[profiles["fifth_high"].lt(5), "short_zh"].str.contains("分不出快慢").any()


def test_few_other_places_are_named_and_so_are_those_that_have_arrived(profiles):
    def told(place, indicator, lang="zh"):
        return one(profiles, place, indicator)[lang]

    # printed bases of 2022: screened 82 in 慈溪, 86 in 奉化, 97.67 in 海曙; enrolled 74 in 慈溪, 66.3 in 玉环
    screened = told("yuhuan", "child_screening_rate")
    assert "只有慈溪市、奉化区、海曙区，其中海曙区已达到95%" in screened
    assert "has been reached by Haishu District" in told("yuhuan", "child_screening_rate", "en")
    assert "只有慈溪市，已达到72%" in told("yuhuan", "higher_education_enrolment")
    assert "只有玉环市，未达到76%" in told("cixi", "higher_education_enrolment")
    # 慈溪 prints the 30 that is asked for
    assert "玉环市，其中慈溪市已达到30人" in told("changxing", "care_workers_per_10000_elderly")


def test_other_places_are_provinces_prefectures_and_counties(profiles):
    row = one(profiles, "yuhuan", SPORTS)
    assert "有近年数值的70个其他省、市、县中20至24个已达到" in row["zh"]
    assert "20 to 24 of 70 other provinces, prefectures and counties with recent values" in row["en"]
    for lang, said in (
        ("zh", "70个省、市、县中20至24个已达到"),
        ("en", "provinces, prefectures and counties"),
    ):
        assert profiling.yardsticks(row, lang)["result"].str.contains(said).any()
    few = one(profiles, "cixi", "higher_education_enrolment")
    assert "只有1个，未达到" in profiling.yardsticks(few, "zh")["result"].tolist()
    some = one(profiles, "changxing", "wage_arrears_resolution_rate")
    assert "2个省、市、县，均未达到" in profiling.yardsticks(some, "zh")["result"].tolist()


def test_a_superiors_target_is_for_its_whole_area(profiles):
    rows = profiles[profiles["zh"].str.contains("高出上级")]
    assert len(rows) and rows["zh"].str.contains("高出上级对全域的目标").all()
    assert rows["en"].str.contains("asks for more than the superior's target for its whole area").all()
    assert not profiles["zh"].str.contains("要求高于上级目标").any()


def test_one_and_several_are_not_told_alike(profiles):
    several = one(profiles, "changxing", "wage_arrears_resolution_rate")
    assert (
        "只有慈溪市、玉环市，均未达到96%；其他地方列有基期值的2份方案均要求每年把与上限的差距缩小10.6%"
        in several["zh"]
    )
    assert (
        "2 plans elsewhere that print a base all ask for 10.6% of the gap to the ceiling a year"
        in several["en"]
    )
    single = one(profiles, "yuhuan", "wage_arrears_resolution_rate")
    assert "只有慈溪市，未达到96%；其他地方只有1份方案列有基期值，要求每年" in single["zh"]
    assert "the only other place with a recent value, Cixi City, has not reached 96%" in single["en"]
    assert "the one plan elsewhere that prints a base asks for 10.6% of the gap" in single["en"]
    many = one(profiles, "yuhuan", NURSERY)
    assert (
        "4份方案要求每年提高0.294至0.438个/千人" in many["zh"]
        and "4 plans elsewhere that print a base ask for" in many["en"]
    )
    assert not profiles["en"].str.contains("(number:", regex=False).any()


def test_english_sentences_are_plain(profiles):
    training = one(profiles, "yuhuan", "vocational_training_cumulative")
    assert "305,000 person-times" in training["short_en"]
    assert not profiles["en"].str.contains("participation").any()
    alone = profiles.loc[profiles["reading"].eq("ARITHMETIC_ONLY"), "short_en"]
    assert alone.str.contains("what it asks for can be computed, but nothing realised was found").all()
    assert not alone.str.contains("Only what").any()


def test_the_nations_level_is_approximate_where_it_was_printed_so(data, profiles):
    row = one(profiles, "changxing", "affordable_nursery_share")
    assert "终值90%：全国尚未达到（2025年约50%）" in row["zh"]
    assert "(about 50% in 2025)" in row["en"]
    assert "尚未达到（2025年约50%）" in profiling.yardsticks(row, "zh")["result"].tolist()
    # an observation that is printed with 左右, too
    seen = data.observations.iloc[[0]].assign(printed="4.1左右", relation="about", year=2019)
    seen = dataclasses.replace(data, observations=seen.astype({"year": "Int64"}))
    known = realised.values(seen)
    assert (
        known.loc[known["year"].eq(2019) & known["source"].eq(seen.observations["source"].iloc[0]), "printed"]
        .isin(["约4.1"])
        .any()
    )
    assert not known.loc[known["printed"].str.startswith("约"), "printed"].str.contains("左右").any()


def frame_of(**columns) -> pd.DataFrame:
    """One path of `profile._judged`, with nothing but what is given."""
    blank = dict.fromkeys([f"doubt_{name}" for name in realised.DOUBTS], False)
    blank |= {
        "m": 0,
        "k_low": 0,
        "windows": 0,
        "own_windows": 0,
        "own_values": 0,
        "qualified": True,
        "contains": False,
        "basis": "",
    }
    blank |= {"fifth_low": 1, "fifth_high": 5, "n_low": 0, "n_high": 0, "own_n_low": 0, "own_n_high": 0}
    blank |= {"last_year": 2024, "own_to_year": 2024, "to_year": 2024, "base_year": 2022, "same_level": True}
    blank |= {
        "base_relation": "eq",
        "end_relation": "eq",
        "scale": "points",
        "kind": "density",
        "years": 5,
        "sign": 1.0,
        "peer_low": 0.0,
        "peer_high": 0.0,
    }
    blank |= {"base": 1.0, "end": 2.0, "ask": "pace", "contradicts": False, "required_low": 1.0}
    return pd.DataFrame([blank | columns])


D = {"m": 12}
RULES = [
    ({"contradicts": True, "ask": "keep"}, "CONTRADICTION"),
    ({"ask": "pass"}, "PASS_YEAR"),
    ({"ask": "none"}, "NO_NUMBERS"),
    ({"ask": "keep"}, "KEEP"),
    ({"ask": "weaker"}, "WEAKER_THAN_BASE"),
    (D | {"k_low": 12, "fifth_low": 4}, "BEYOND_EXPERIENCE"),
    (D | {"fifth_low": 1, "fifth_high": 3, "windows": 2, "n_low": 4, "n_high": 5}, "YARDSTICKS_DISAGREE"),
    (D | {"fifth_low": 1, "fifth_high": 2}, "BELOW_EXPERIENCE"),
    (D | {"fifth_low": 1, "fifth_high": 3, "windows": 2, "n_low": 1, "n_high": 2}, "BELOW_EXPERIENCE"),
    (D | {"fifth_low": 4, "fifth_high": 5, "windows": 2, "n_low": 3, "n_high": 5}, "ABOVE_EXPERIENCE"),
    (D | {"fifth_low": 1, "fifth_high": 3}, "NOT_ABOVE_EXPERIENCE"),
    (D | {"fifth_low": 3, "fifth_high": 5}, "NOT_BELOW_EXPERIENCE"),
    (D | {"fifth_low": 1, "fifth_high": 4}, "WITHIN_EXPERIENCE"),
    ({"own_windows": 1, "own_n_low": 1, "own_n_high": 5}, "WITHIN_EXPERIENCE"),
    (D, "NOT_TOLD"),
    ({}, "ARITHMETIC_ONLY"),
]


@pytest.mark.parametrize(("columns", "reading"), RULES)
def test_the_first_rule_that_holds(columns, reading):
    assert profiling._judged(frame_of(**columns))["reading"].item() == reading


def reading_by_hand(d, n, own, beyond: bool) -> str:
    """Rules 6 to 14 of methods.md, section 6, for what a class, the superior's and the own pace say, or None."""
    known = [one for one in (None if d == (1, 5) else d, n, own) if one]
    if d and beyond:
        return "BEYOND_EXPERIENCE"
    if d and d != (1, 5) and any(one and (one[0] > d[1] or one[1] < d[0]) for one in (n, own)):
        return "YARDSTICKS_DISAGREE"
    if not known:
        return "NOT_TOLD" if d else "ARITHMETIC_ONLY"
    lows, highs = zip(*known, strict=True)
    if min(highs) <= 2 and max(highs) <= 3:
        return "BELOW_EXPERIENCE"
    if max(lows) >= 4 and min(lows) >= 3:
        return "ABOVE_EXPERIENCE"
    if max(highs) <= 3:
        return "NOT_ABOVE_EXPERIENCE"
    return "NOT_BELOW_EXPERIENCE" if min(lows) >= 3 else "WITHIN_EXPERIENCE"


def test_readings_and_evidence_of_all_that_three_yardsticks_may_say():
    ranges = [None, *((low, high) for low in range(1, 6) for high in range(low, 6))]
    cases = [
        one
        for one in product(
            ranges, ranges[:1] + ranges[1::3], ranges[:1] + ranges[1::4], (0, 12), (True, False)
        )
    ]
    blank, rows = frame_of().iloc[0].to_dict(), []
    for d, n, own, k_low, qualified in cases:
        row = blank | {
            "qualified": qualified,
            "doubt_few": len(rows) % 2 == 1,
            "own_values": 2 + len(rows) % 3,
        }
        row |= {"m": 12, "k_low": k_low, "fifth_low": d[0], "fifth_high": d[1]} if d else {}
        row |= {"windows": 2, "n_low": n[0], "n_high": n[1]} if n else {}
        row |= {"own_windows": 2, "own_n_low": own[0], "own_n_high": own[1]} if own else {}
        rows.append(row)
    table = profiling._judged(pd.DataFrame(rows))
    for (d, n, own, k_low, qualified), row, told in zip(cases, rows, table.to_dict("records"), strict=True):
        if d and not qualified and not (n and n[1] <= d[1]):
            d = d[0], 5
        beyond = bool(d) and k_low == 12
        assert told["reading"] == reading_by_hand(d, n, own, beyond), (d, n, own, beyond)
        carries = d and (d != (1, 5) or beyond or not (n or own))
        grade = "high" if not row["doubt_few"] else "moderate"
        average = ("moderate" if row["own_values"] >= 4 else "low") if own else "low" if n else ""
        assert told["evidence"] == (grade if carries else average), (d, n, own)
        agree = d and d != (1, 5) and (n or own)
        apart = agree and any(one and (one[0] > d[1] or one[1] < d[0]) for one in (n, own))
        assert told["agree"] == ("no" if apart else "yes" if agree else "")


def test_every_reading_has_a_rule_and_a_sentence():
    assert {reading for _, reading in RULES} == {*profiling.READINGS} - {"FLOW_AGAINST_SUM"}
    table = pd.DataFrame({"reading": profiling.READINGS, "told": True, "windows": 0, "own_windows": 0})
    table = table.assign(base_printed="1", kind="density", sign=1, better=0, steep=0)
    assert (telling.first(table, "short") != "")[
        [name != "FLOW_AGAINST_SUM" for name in profiling.READINGS]
    ].all()


def test_a_class_that_fails_the_selection_check_needs_the_superiors_support():
    columns = D | {"fifth_low": 1, "fifth_high": 3, "qualified": False}
    assert profiling._judged(frame_of(**columns))["fifth_high"].item() == 5
    backed = columns | {"windows": 2, "n_low": 1, "n_high": 2}
    assert profiling._judged(frame_of(**backed))["fifth_high"].item() == 3
    against = columns | {"windows": 2, "n_low": 3, "n_high": 4}
    assert profiling._judged(frame_of(**against))["fifth_high"].item() == 5


def test_the_tails_are_not_told_across_levels_of_government():
    columns = D | {"fifth_low": 1, "fifth_high": 1}
    assert profiling._judged(frame_of(**columns))["fifth"].item() == "1-1"
    assert profiling._judged(frame_of(**columns, same_level=False))["fifth"].item() == "1-2"


@pytest.mark.parametrize(
    ("columns", "evidence"),
    [
        (D | {"fifth_high": 2}, "high"),
        (D | {"fifth_high": 2, "doubt_press": True}, "moderate"),
        (D | {"fifth_high": 2, **dict.fromkeys([f"doubt_{n}" for n in realised.DOUBTS], True)}, "very_low"),
        ({"windows": 3, "n_low": 1, "n_high": 1}, "low"),
        ({"own_windows": 3, "own_values": 4, "own_n_low": 1, "own_n_high": 1}, "moderate"),
        ({"own_windows": 3, "own_values": 3, "own_n_low": 1, "own_n_high": 1}, "low"),
        ({}, ""),
    ],
)
def test_grades_of_evidence(columns, evidence):
    assert profiling._judged(frame_of(**columns))["evidence"].item() == evidence


def test_paths_of_one_year_are_a_class_of_their_own(data):
    """Each is graded as if it were alone, whatever else asks for the same indicator; and what has no class has none."""
    known, asked = realised.values(data), profiling.required.frame(paths.table(data), data.indicators)
    asked["level"] = asked["place"].map(data.places.set_index("id")["level"])
    path = asked[asked["place"].eq("yuhuan") & asked["indicator"].eq(SPORTS)].iloc[0]
    rows = pd.DataFrame(
        [
            path.to_dict() | more
            for more in ({"years": 3}, {"years": 1}, {"years": 2}, {"ask": "keep"}, {"indicator": "none"})
        ]
    )
    rows.index = [4, 8, 1, 2, 3]
    found = profiling._classes(data, known, rows)
    assert found.index.tolist() == [4, 8, 1, 2, 3]
    for at in (4, 8, 1):
        alone = realised.graded(data, known, rows.loc[[at]])
        for name in [
            *realised.COUNTS,
            "L90",
            "U90",
            "contradicted",
            "specifications",
            "class_used",
            "doubt_few",
            "qualified",
        ]:
            assert found.loc[at, name] == alone.loc[at, name], (at, name)
    assert (
        found.loc[8, "m"] != found.loc[4, "m"] > 0
        and found.loc[8, "specifications"] == 0 < found.loc[1, "specifications"]
    )
    for at in (2, 3):
        assert (
            found.loc[at, "m"] == 0 and found.loc[at, "class_used"] == "" and np.isnan(found.loc[at, "U90"])
        )
        assert not found.loc[at, realised.FLAGS].any()


JUDGED = [
    # a path of one year; the spell of the one class is the superior's own, which N speaks of
    ({"years": 1}, {"span": "short"}), ({"years": 2}, {"span": "usual"}),
    ({"m": 1, "contains": True, "windows": 2, "n_low": 1, "n_high": 2}, {"alone": True, "quoted": False}),
    ({"m": 1, "contains": True}, {"alone": False, "quoted": True}),
    ({"m": 1, "windows": 2, "n_low": 1, "n_high": 2}, {"alone": False, "quoted": True}),
    ({"m": 2, "contains": True, "windows": 2, "n_low": 1, "n_high": 2}, {"alone": False, "quoted": True}),
    ({}, {"alone": False, "quoted": False, "told": False, "beyond": False}),
    # how old the yardstick is that carries the reading: the class, else the own pace, else the superior's
    (D | {"fifth_high": 2, "last_year": 2019}, {"age": 3, "by_class": True, "by_own": False, "by_average": False}),
    (D | {"own_windows": 1, "own_to_year": 2018, "own_n_low": 1, "own_n_high": 1}, {"age": 4, "by_class": False, "by_own": True, "by_average": False}),
    (D | {"windows": 1, "to_year": 2017, "n_low": 1, "n_high": 1}, {"age": 5, "by_class": False, "by_own": False, "by_average": True}),
    (D | {"last_year": 2016}, {"age": 6, "by_class": True, "told": False}),
    ({}, {"age": 2022 - 9999, "before": 2021, "by_class": False, "by_own": False, "by_average": False}),
    (D | {"k_low": 12, "own_windows": 1, "own_n_low": 1, "own_n_high": 1}, {"by_class": True, "beyond": True}),
    (D | {"k_low": 11}, {"beyond": False}),
    # how much better the base is than the end
    ({"base": 3.0, "end": 2.0}, {"better": 1.0, "margin": 1.0}), ({"base": 1.0, "end": 2.0}, {"better": -1.0, "margin": 1.0}),
    ({"base": 3.0, "end": 2.0, "sign": -1.0}, {"better": -1.0, "margin": 1.0}), ({"base": 0.3, "end": 0.1 + 0.2}, {"better": 0.0}),
    ({"peer_low": 0.1, "peer_high": 0.2, "scale": "log"}, {"peer_rate_low": np.expm1(0.1), "peer_rate_high": np.expm1(0.2)}),
    ({"base_relation": "le", "end_relation": "gt"}, {"base_bound": True, "end_bound": True, "points_high": np.inf, "rate_high": np.inf}),
    ({"points_high": 1.0, "rate_high": 2.0}, {"base_bound": False, "end_bound": False, "points_high": 1.0, "rate_high": 2.0}),
    ({"base_relation": "ge", "points_high": 1.0}, {"base_bound": True, "end_bound": False, "points_high": 1.0}),
    # the tails across levels of government
    (D | {"fifth_low": 5, "fifth_high": 5, "same_level": False}, {"fifth": "4-5"}), (D | {"fifth_low": 5, "fifth_high": 5}, {"fifth": "5-5"}),
    (D | {"fifth_low": 2, "fifth_high": 3, "same_level": False}, {"fifth": "2-3"}),
    # least and most of what speaks
    (D | {"fifth_low": 2, "fifth_high": 3, "windows": 1, "n_low": 3, "n_high": 5}, {"least_low": 2, "least_high": 3, "most_low": 3, "most_high": 5}),
    (D | {"windows": 1, "n_low": 3, "n_high": 4}, {"least_low": 3, "most_low": 3, "least_high": 4, "most_high": 4}),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "expected"), JUDGED)
def test_what_the_sentences_of_a_path_are_chosen_by(columns, expected):
    row = profiling._judged(frame_of(**columns)).iloc[0]
    for name, value in expected.items():
        assert row[name] == value or row[name] == pytest.approx(value), (name, row[name])


def test_what_the_checks_found_is_told_by_path_and_in_their_order(data, found):
    """Notes only where they are named, questions and contradictions of all checks of logic, each once; nothing of others."""
    asked = profiling.required.frame(paths.table(data), data.indicators).iloc[[3, 7, 9]]
    keys = asked[paths.KEYS].to_dict("records")
    rows = [
        (0, "C4", "TARGET_BELOW_BASELINE", "QUESTION", "first"), (0, "C4", "TARGET_BELOW_BASELINE", "QUESTION", "end"),
        (0, "C12", "AMPLIFIED", "NOTE", ""), (0, "C3", "MET_BY", "NOTE", ""), (0, "C12", "AMPLIFIED", "NOTE", ""),
        (1, "C13", "TABLE_PROSE_CONFLICT", "QUESTION", "second"), (1, "C1", "UNIT_MIXED", "QUESTION", ""), (1, "C6", "BACK_LOADED", "QUESTION", ""),
        (2, "C13", "TABLE_PROSE_CONFLICT", "CONTRADICTION", ""), (2, "C4", "REVERSAL", "UNDECIDABLE", ""),
        (None, "C2", "OUT_OF_BOUNDS", "CONTRADICTION", ""),
    ]  # fmt: skip
    frame = pd.DataFrame([
        (keys[k] if k is not None else dict.fromkeys(paths.KEYS, "?")) | {"check": check, "code": code, "verdict": verdict, "facts": {"case": case}}
        for k, check, code, verdict, case in rows
    ])  # fmt: skip
    told = profiling._checked(asked, frame)
    assert told["flags"].tolist() == [
        "FIRST_WORSE; TARGET_BELOW_BASELINE; AMPLIFIED",
        "WHICH_LINE; BACK_LOADED",
        "TABLE_PROSE_CONFLICT",
    ]
    assert told["contradicts"].tolist() == [False, False, True] and told["dips"].tolist() == [
        True,
        False,
        False,
    ]
    assert told.index.equals(asked.index)


# -------------------------------------------------------------------------------------------------- words


BANNED = re.compile("plausib|feasib|合理|可行|likely|很可能|概率|score|评分|排名")


@pytest.mark.parametrize(("check", "hard"), [("C2", True), ("C13", True), ("C1", False), ("C4", False)])
def test_only_what_cannot_be_true_contradicts_itself(data, found, check, hard):
    asked = profiling.required.frame(paths.table(data), data.indicators)
    row = found[found["variant"].eq("") & found["indicator"].isin(asked["indicator"])].head(1)
    of = profiling._checked(asked, row.assign(verdict="CONTRADICTION", check=check))
    assert of["contradicts"].sum() == hard


def test_a_figure_of_a_path_of_one_year_shows_short_spells(data, profiles):
    row = one(profiles, "yuhuan", SPORTS)
    short = profiling.frames(data, row.to_frame().T.assign(years=1).iloc[0])["spells"]["years"]
    assert short.min() < 2 - 1e-9 and short.max() <= 2 + 1e-9
    assert profiling.frames(data, row)["spells"]["years"].min() >= 2 - 1e-9


def test_english_sentences_begin_with_a_capital(profiles):
    for name in ("en", "short_en"):
        assert not [
            text for text in profiles[name] if not (text[0].isupper() or text[0].isdigit() or text[0] == '"')
        ]
        assert not profiles[name].str.isupper().any(), "and with nothing but the capital"


def test_no_sentence_gives_a_verdict_or_a_likelihood(profiles):
    for name in TEXTS:
        assert not profiles[name].str.contains(BANNED).any(), name
    told = words.table("messages").query("key.str.startswith('profile_')")
    assert not told[["zh", "en"]].apply(lambda texts: texts.str.contains(BANNED)).any(axis=None)


def test_the_short_form_has_at_most_four_sentences(profiles):
    assert profiles["short_zh"].str.count("。").between(1, 4).all()
    assert profiles["short_en"].str.count(r"\.(?: |$)").between(1, 4).all()


def test_no_sentence_is_left_with_a_hole(profiles):
    for name in TEXTS:
        assert (
            not profiles[name].str.contains(r"\bnan\b|None|[{}]|—的|（）|\(\)|  |；；|。。|，，|inf\b").any()
        ), name


def test_chinese_sentences_are_chinese_and_english_ones_english(profiles):
    assert not profiles["en"].str.contains("[。；，“”]").any()
    assert not profiles["zh"].str.contains("[a-z]{4,}").any()


def test_nothing_is_called_lower_than_what_is_known_where_only_an_average_is(profiles):
    only = (
        profiles["reading"].eq("BELOW_EXPERIENCE")
        & profiles["fifth_low"].le(1)
        & profiles["fifth_high"].isin([0, 5])
    )
    assert only.any()
    assert not profiles.loc[only, "short_zh"].str.contains("与已知的实际速度相比").any()


def test_not_exceeded_is_never_said_of_what_may_be_exceeded(profiles):
    """Issue 12, item 5: no sentence of a pace that a known one may fall short of says that it does not exceed it."""
    said = profiles["short_zh"].str.contains("不偏高|不明显高于|偏低|速度低于")
    assert said.sum() >= 10
    assert (profiles.loc[said, ["n_high", "own_n_high"]].max(axis=1) <= 3).all()
    assert profiles.loc[said, "fifth_high"].isin([0, 1, 2, 3, 5]).all()
    assert not profiles[TEXTS].apply(lambda texts: texts.str.contains("没有超出|not exceed")).any(axis=None)


def test_a_missing_base_is_said_and_a_printed_one_never_missed(profiles):
    says = profiles["zh"].str.contains("未列基期值")
    asks = ~profiles["reading"].isin(["PASS_YEAR", "WEAKER_THAN_BASE"])
    assert (says & profiles["base_printed"].ne("")).sum() == 0
    assert says[asks & profiles["base_printed"].eq("")].all()


def with_paths(data, lines: list[tuple[str, list[str]]]):
    """The data with one more plan per line: neighbours without a plan that print one indicator each from 2022 on."""
    names = ("value", "relation", "low", "high", "low_closed", "high_closed", "step")
    free = data.places[data.places["level"].eq("county") & ~data.places["id"].isin(data.documents["place"])][
        "id"
    ]
    blocks = []
    for place, (indicator, printed) in zip(free, lines, strict=False):
        head = data.targets[data.targets["indicator"].eq(indicator)].iloc[[0] * len(printed)]
        cells = [read(text) for text in printed]
        more = {name: [getattr(cell, name) for cell in cells] for name in names}
        more |= {"printed": printed, "year": np.arange(2022, 2022 + len(printed))}
        roles = ["baseline", *["target"] * (len(printed) - 1)]
        blocks.append(
            head.assign(document=f"plan of {place}", place=place, row="1", variant="", role=roles, **more)
        )
    rows = pd.concat([data.targets, *blocks], ignore_index=True).astype({"year": "Int64"})
    return dataclasses.replace(data, targets=rows), free.tolist()[: len(lines)]


DOCTORS, SCREENED = "doctors_per_1000", "child_screening_rate"
EDGES = [
    (DOCTORS, ["2.5", "3.5", ">5.55"], "ABOVE_EXPERIENCE", "至少须提高"),
    (DOCTORS, ["2.5", "3.0", "3.5"], None, "2022—2024年每年须提高0.475至0.525人/千人"),
    (DOCTORS, ["≥2.5", "3.0", "3.5"], None, "至多须提高0.5人/千人"),
    (DOCTORS, ["≥2.5", "3.0", "≥3.5"], None, "只能看出要求改善"),
    (DOCTORS, ["3.5", "3.4", "3.3"], "WEAKER_THAN_BASE", "差于2022年的3.5人/千人"),
    (DOCTORS, ["3.5", "3.5", "3.5"], "KEEP", "要求保持3.5人/千人不变"),
    ("charity_organisations_new", ["4", "5", "4"], "KEEP", "要求各年保持4个"),
    (DOCTORS, ["3.0", "3.04"], None, "2022—2023年每年须"),
    (SCREENED, ["90", "95", "100"], "ARITHMETIC_ONLY", "须补齐全部差距"),
    (SCREENED, ["90", "100"], "ARITHMETIC_ONLY", "一年内须补齐全部差距"),
    (SCREENED, ["100", "100", "100"], "KEEP", "要求保持100%不变"),
    ("premature_ncd_mortality", ["9.0", "8.5", "8.0"], None, "每年须下降"),
    ("sports_instructors", ["0", "50", "100"], "ARITHMETIC_ONLY", "每年须提高"),
    ("in_county_care_rate", ["84", "92", "88"], "KEEP", "尚差4个百分点"),
    (SPORTS, ["2.7", "2.9"], None, "只与1至2年的变化比"),
    (DOCTORS, ["2.5", "2.6", "2.7"], None, "本地2018—2021年实际速度"),
    ("sports_instructors", ["0", "约30", "1—2"], None, ""),
]


@pytest.fixture(scope="module")
def edges(data, found):
    """Profiles of one path for each of `EDGES`; the place of the last but one has a series of its own."""
    added, places = with_paths(data, [(indicator, printed) for indicator, printed, *_ in EDGES])
    own = data.observations[data.observations["indicator"].eq(DOCTORS)].iloc[[0, 0]]
    own = own.assign(
        place=places[-2], basis="reported", year=[2018, 2021], printed=["1.5", "2.4"], relation="eq", step=0.1
    )
    own = own.assign(value=[1.5, 2.4], low=[1.5, 2.4], high=[1.5, 2.4]).astype({"year": "Int64"})
    added = dataclasses.replace(added, observations=pd.concat([data.observations, own], ignore_index=True))
    table = profiling.profiles(added, found)
    return [table[table["place"].eq(place)].squeeze() for place in places]


@pytest.mark.parametrize("case", range(len(EDGES)), ids=lambda k: " ".join(EDGES[k][1]))
def test_edge_cases_of_one_line(edges, case):
    row, (_, _, reading, says) = edges[case], EDGES[case]
    assert says in row["zh"], row["zh"]
    assert reading is None or row["reading"] == reading
    assert "未列基期值" not in row["zh"]
    assert row[TEXTS].ne("").all()


@pytest.mark.parametrize(
    ("place", "indicator", "zh", "en"),
    [
        (
            "cixi",
            "care_workers_per_10000_elderly",
            "每年至少须提高0.75人/万老年人，其中",
            "by at least 0.75 per 10,000",
        ),
        (
            "yuhuan",
            "migrant_pupils_public_share",
            "每年至少须提高5.41个百分点，即每年至少把与上限的差距缩小27.5%",
            "up by at least 5.41 percentage points each year, which closes at least 27.5% of the gap",
        ),
        (
            "wenling",
            "affordable_nursery_share",
            "每年至多须提高2.5个百分点，即每年至多把与上限的差距缩小13.4%",
            "up by at most 2.5 percentage points each year, which closes at most 13.4% of the gap",
        ),
    ],
)
def test_a_bound_is_one_number_in_every_unit(profiles, place, indicator, zh, en):
    rows = profiles[profiles["place"].eq(place) & profiles["indicator"].eq(indicator)]
    assert rows["zh"].str.contains(zh, regex=False).any() and rows["en"].str.contains(en, regex=False).any()
    # what the figures draw is the pace to the bound, with the rounding of the base
    assert np.isfinite(rows["required_high"]).all()


def test_a_yearly_amount_that_stays_is_no_level_to_keep(profiles, edges):
    row = one(profiles, "changxing", "charity_organisations_new")
    assert row["short_zh"].startswith("长兴县“新增慈善组织数量”每年均为4个，不要求增加。")
    assert row["zh"].startswith("每年均为4个，不要求增加；")
    assert ": 4 every year, no increase is asked for." in row["short_en"]
    # a level stays a level, and years that differ are not called the same
    assert "要求保持3.5人/千人，不要求进一步改善" in edges[5]["short_zh"]
    assert "要求保持4个" in edges[6]["short_zh"] and "每年均为" not in edges[6]["zh"]


def test_a_place_with_its_own_series_is_held_against_it(edges):
    row = edges[-2]
    assert row[["own_windows", "own_n_low", "own_n_high", "doubts"]].tolist() == [1, 1, 1, "short"]
    assert "为本地2018—2021年实际速度的0.225至0.469倍" in row["short_zh"]


def test_a_path_of_one_year_tries_no_other_lengths(edges):
    assert edges[-3]["m"] > 0 and edges[-3]["specifications"] == 0


def test_two_lines_of_one_row_have_a_profile_each_and_do_not_speak_of_each_other(profiles):
    a, b = (one(profiles, "yuhuan", "premature_ncd_mortality", name) for name in "ab")
    assert a["end"] == 9.5 and b["end"] == 8.5
    assert a["peers"] == b["peers"] == 1 and a["level_n"] == b["level_n"]


def test_the_line_of_yuhuans_sports_area(profiles):
    """The numbers that a sentence prints are those of its columns."""
    row = one(profiles, "yuhuan", SPORTS)
    for part in ("每年须提高0.09至0.11平方米/人", f"已知{row['m']}段省、市级2至6年的实际变化", "有3至5段慢于所需速度，不偏快",
                 "0.36至1.05倍（6个时段）：从不足其六成到与它相当，视时段和四舍五入而定", "先要看步道是否计入、计入多少", "15个以往规划目标中15个达到"):  # fmt: skip
        assert part in row["zh"], part


# ------------------------------------------------------------------------------------- tables and figures


def test_yardsticks_of_a_card(profiles):
    for lang, row in itertools.product(
        ("zh", "en"), (one(profiles, "yuhuan", SPORTS), one(profiles, "cixi", "life_expectancy"))
    ):
        table = profiling.yardsticks(row, lang)
        assert table.columns.tolist() == ["yardstick", "result", "interval", "evidence"]
        assert len(table) >= 5 and table["result"].ne("").all()
    assert profiling.yardsticks(one(profiles, "yuhuan", "in_county_care_rate"), "zh").empty


def test_frames_of_a_figure_are_what_the_profile_counts(data, profiles):
    row = one(profiles, "yuhuan", SPORTS)
    frames = profiling.frames(data, row)
    sides = frames["spells"]["side"].value_counts()
    assert (len(frames["spells"]), sides["slower"]) == (row["m"], row["k_low"])
    assert sides["slower"] + sides["level"] == row["k_high"]
    assert len(frames["windows"]) == row["windows"]
    assert frames["levels"]["level"].ne("country").sum() == row["level_n"]


def test_readings_of_the_dated_file(profiles):
    """What the profiles said on 2026-11-27, to be scored in 2028: it changes only on purpose."""
    then = pd.read_csv(READINGS_FILE, dtype=str, keep_default_na=False)
    now = readings_table(profiles)
    differ = then[~then.apply(tuple, axis=1).isin(set(now.apply(tuple, axis=1)))]
    assert differ.empty, f"the readings of {len(differ)} paths moved:\n{differ.to_string()}"
    assert len(then) == len(now)


def readings_table(profiles: pd.DataFrame) -> pd.DataFrame:
    keys = ["document", "place", "indicator", "variant", "reading", "reached", "end"]
    ranges = ["q_low", "q_high", "own_q_low", "own_q_high"]
    counts = ["fifth_low", "fifth_high", "n_low", "n_high"]
    return (
        profiles[[*keys, *counts, *ranges]]
        .assign(**{name: profiles[name].map(lambda q: "" if np.isnan(q) else f"{q:.3f}") for name in ranges})
        .astype(str)
    )


def test_a_line_that_the_text_contradicts_is_asked_about(profiles):
    row = one(profiles, "yuhuan", "premature_ncd_mortality", "a")
    assert "须问哪一行是目标" in row["zh"] and "不能同时成立" not in row["zh"]


@pytest.mark.parametrize(
    ("empty", "readings"),
    [
        (["reference", "observations"], {"ARITHMETIC_ONLY", "KEEP", "PASS_YEAR", "WEAKER_THAN_BASE"}),
        (["superiors"], None),
    ],
)
def test_a_table_without_rows_leaves_every_path_its_answer(data, found, profiles, empty, readings):
    bare = dataclasses.replace(data, **{name: getattr(data, name).iloc[:0] for name in empty})
    table = profiling.profiles(bare, found)
    assert table[TEXTS].ne("").all(axis=None)
    assert set(table["reading"]) == (readings or set(profiles["reading"]))


@pytest.mark.parametrize(
    ("lang", "lent", "all_"),
    [
        ("zh", "（其中2个是用于当地的全国目标）", "15个为“人均体育场地面积”，县级的0个"),
        ("en", "(2 of them national targets applied to a city)", "15 of sports area per head, 0 of counties"),
    ],
)
def test_the_record_says_whose_targets_they_were(profiles, lang, lent, all_):
    mortality = profiles[profiles["indicator"].eq("premature_ncd_mortality")][lang]
    said = profiles[lang]
    assert mortality.str.contains(lent, regex=False).any() and said.str.contains(all_, regex=False).any()
    assert not said[profiles["indicator"].eq(SPORTS)].str.contains(lent, regex=False).any()


def test_counts_added_up_since_a_start_are_not_held_against_each_other(profiles):
    counted = profiles["indicator"].str.endswith("_cumulative")
    based = counted & profiles["base"].notna() & profiles["required"].notna()
    assert profiles.loc[based, "indicator"].duplicated().any(), "two places ask it from a base"
    assert not profiles.loc[counted, "peers"].any() and profiles.loc[~counted, "peers"].any()
