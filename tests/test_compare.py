"""Comparison: coverage against the printed tables, verdicts against all numbers in the boxes, references."""

from __future__ import annotations

import dataclasses
import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qiyou
from qiyou import compare
from qiyou.compare.references import joined
from qiyou.errors import DataError
from qiyou.intervals import Box
from qiyou.pace import lead
from qiyou.relate import beside_plans

NURSERY, AFFORDABLE = "nursery_places_per_1000", "affordable_nursery_share"
FLIP = {"up": "down", "down": "up", "at_least": "at_most", "at_most": "at_least", "status": "status"}


def cell(value, step=1.0, relation="eq"):
    """The columns of a printed number or bound."""
    return {
        "value": value,
        "relation": relation,
        "step": step,
        "low": {"le": -np.inf, "lt": -np.inf, "about": np.nan}.get(relation, value),
        "high": {"ge": np.inf, "gt": np.inf, "about": np.nan}.get(relation, value),
        "low_closed": relation in ("eq", "ge"),
        "high_closed": relation in ("eq", "le"),
    }


def rows_of(data, cells):
    """Target rows from (place, indicator, year, cell) or (…, variant)."""
    units = data.indicators.set_index("id")["unit"]
    rows = []
    for place, indicator, year, printed, *variant in cells:
        printed = printed if isinstance(printed, dict) else cell(printed)
        rows.append(
            {"document": f"{place}-plan", "place": place, "row": "1", "indicator": indicator}
            | {"variant": variant[0] if variant else "", "year": year, "printed": f"{printed['value']:g}"}
            | {
                "role": "baseline" if year < 2023 else "target",
                "unit": units[indicator],
                "star": "*",
                "department": "",
            }
            | printed
        )
    return pd.DataFrame(rows).astype({"year": "Int64"})


def small(data, cells, **changes):
    """The data with other targets: counties of Zhejiang with a whole document each, nothing else."""
    rows = rows_of(data, cells)
    counties = [place for place in rows["place"].unique() if place not in set(data.places["id"])]
    blank = {
        "name_zh": counties,
        "name_en": counties,
        "level": "county",
        "adcode": "",
        "parent": "zhejiang",
        "note": "",
    }
    places = pd.concat([data.places, pd.DataFrame({"id": counties} | blank)], ignore_index=True)
    here = rows.drop_duplicates("document")
    documents = pd.DataFrame({"id": here["document"], "place": here["place"], "extent": "complete"})
    documents = documents.assign(from_year=2023, to_year=2027).reset_index(drop=True)
    return dataclasses.replace(
        data,
        targets=rows,
        places=places,
        documents=documents,
        statements=data.statements.iloc[:0],
        **{"benchmarks": data.benchmarks.iloc[:0]} | changes,
    )


def one(frame, **where):
    for name, wanted in where.items():
        frame = frame[frame[name] == wanted]
    assert len(frame) == 1, frame
    return frame.iloc[0]


# ---------------------------------------------------------------- the documents


def test_every_place_with_a_document_has_a_row_for_every_core_indicator(data):
    table = compare.coverage(data, lang="en")
    assert len(table) == data.documents["place"].nunique() * 21
    assert not table.duplicated(["place", "indicator"]).any()
    assert (table["there"] | (table["why"] != "")).all()
    assert ((table["why"] == "") == (table["valued"] & ~table["why"].str.startswith("excerpt"))).all()


OWN = {
    "document.toml": """id = "own-plan-2023"
place = "own_county"
title = "自有县公共服务“七优享”工程实施方案"
period = [2023, 2024]
extent = "excerpt"

[table]
status = "excerpt"
""",
    "table.csv": """row,domain,indicator,printed_name,star,printed_unit,2023,2024,department
1,幼有善育,affordable_nursery_share,普惠托位占比,*,%,60,62,
2,劳有所得,registered_unemployment_rate,城镇登记失业率,,%,3,3,
""",
    "places.csv": "id,name_zh,name_en,level,adcode,parent,note\nown_county,自有县,Own County,county,,zhejiang,\n",
}


def test_a_county_of_ones_own_keeps_the_names_that_it_prints(tmp_path):
    """Names come from what was loaded: the repository's folder knows nothing of this document."""
    folder = tmp_path / "own-plan-2023"
    folder.mkdir()
    for name, text in OWN.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    data = qiyou.load(also=[folder])
    table = compare.coverage(data, places=["own_county"], lang="en").set_index("indicator")
    printed = ["locators", "printed_name", "printed_unit"]
    assert table.loc[AFFORDABLE, printed].tolist() == ["table:1", "普惠托位占比", "%"]
    assert table.loc["urban_unemployment_rate", "why"].startswith(
        "printed for another definition: 城镇登记失业率"
    )
    added = compare.contents(data, places=["own_county"]).query("kind == 'own'")
    assert added["printed_name"].tolist() == ["城镇登记失业率"]


def test_coverage_finds_what_the_tables_print(data):
    table = compare.coverage(data, lang="en")
    table = table[table["locators"].str.startswith("table:")]
    for row in table.itertuples():
        printed = pd.read_csv(
            qiyou.data.root() / "documents" / row.document / "table.csv", dtype=str, keep_default_na=False
        )
        serial = row.locators.split("; ")[0].removeprefix("table:")
        line = one(printed, row=serial)
        assert (line["indicator"], line["printed_name"], line["printed_unit"]) == (
            row.indicator,
            row.printed_name,
            row.printed_unit,
        )
        assert row.core_by == {"*": "marker printed", "?": "inferred from the indicator"}[line["star"]]
    assert (
        len(table)
        == data.targets[data.targets["indicator"].isin(table["indicator"])]
        .drop_duplicates(["place", "indicator"])
        .shape[0]
    )


def test_yuhuan_prints_all_and_both_paths_of_the_mortality(data):
    table = compare.coverage(data, places=["yuhuan"], lang="en")
    assert table["there"].all() and (table["core_by"] == "marker printed").all()
    mortality = one(table, indicator="premature_ncd_mortality")
    assert (mortality["locators"], mortality["paths"]) == ("table:12; table:12b", 2)
    assert (mortality["base_year"], mortality["base_value"], mortality["base_role"]) == (
        2022,
        11.02,
        "baseline",
    )
    assert (mortality["end_year"], mortality["end_value"]) == (2027, 9.5)
    assert one(table, valued=False)["why"] == "printed without values"


def test_what_is_missing_says_why(data):
    why = compare.coverage(data, lang="en").set_index(["place", "indicator"])["why"]
    assert why["cixi", "urban_unemployment_rate"].endswith("(table:7): registered, not surveyed")
    assert "standardised screening" in why["zhejiang", "child_screening_rate"]
    assert why["huangyan", NURSERY] == "table lost"
    assert why["huangyan", "pension_insured"].endswith("residents' scheme only; table lost")
    assert why["huangyan", "life_expectancy"] == "printed for 2016–2020 together, not for one year"
    assert why["changxing", "housing_support_coverage"] == "not in the table; text truncated"
    assert why["changxing", "long_term_care_insured"] == "in words only: 完成市定任务, 全覆盖"
    assert why["cixi", "pension_insured"] == "excerpt: the row stops after 2022"
    assert why["wenling", AFFORDABLE] == "excerpt: the row stops after 2024"
    assert why["haishu", "dibao_standard"] == "excerpt: only the first rows of the table are at hand"
    assert why["zhejiang", "dibao_standard"] == "not printed"


def test_lost_markers_are_shown_as_inference_row_by_row(data):
    table = compare.coverage(data, places=["changxing"], lang="en")
    there = table[table["there"]]
    assert (there["core_by"] == "inferred from the indicator").all()
    reason = there.set_index("indicator")["core_reason"]
    assert reason["dibao_standard"] == (
        "the marker is lost in this text; starred under the same name in yuhuan-plan-2023 table:24"
    )
    assert reason["rental_housing_cumulative"].endswith("table:22 (保障性租赁住房累计建设筹集套数)")
    assert reason["higher_education_enrolment"].startswith("running text has no markers")
    assert (table.loc[~table["there"], "core_by"] == "").all()
    alone = dataclasses.replace(data, targets=data.targets[data.targets["place"] != "yuhuan"])
    reasons = compare.coverage(alone, places=["changxing"], lang="en").query("there")["core_reason"]
    assert reasons.str.endswith("starred nowhere at hand").all()


def test_domains_departments_and_additions_add_up(data):
    table = pd.read_csv(
        qiyou.data.root() / "documents" / "yuhuan-plan-2023" / "table.csv", dtype=str, keep_default_na=False
    )
    numbered = table[table["domain"] != ""]
    domains = compare.contents(data, "domain", document="yuhuan-plan-2023").set_index("domain")
    assert list(domains.index) == list(compare.DOMAINS)
    assert domains["total"].to_dict() == numbered.groupby("domain").size().to_dict()
    assert domains["core"].to_dict() == numbered["star"].eq("*").groupby(numbered["domain"]).sum().to_dict()
    departments = compare.contents(data, "department").set_index("department")
    assert departments["total"].to_dict() == numbered.groupby("department").size().to_dict()
    assert departments["total"].is_monotonic_decreasing
    listed = compare.contents(data)
    health = listed[listed["department"] == "市卫生健康局"]["locator"].str.removeprefix("table:")
    assert health.tolist() == ["1", "2", "3", "11", "12", "12b", "14", "15", "16"]
    added = listed[listed["kind"] == "own"]
    assert set(added.loc[added["place"] == "yuhuan", "locator"]) == set(
        "table:" + numbered.loc[numbered["star"] == "", "row"]
    )
    assert not added["indicator"].isin(data.indicators.loc[data.indicators["core"], "id"]).any()
    assert one(added, place="cixi")["resembles"] == "urban_unemployment_rate"
    # A name resembles what it must not be taken for, not what it stands for in some other document.
    plain = added[added["resembles"] == ""].iloc[0]
    alias = data.aliases.iloc[[0]].assign(name=plain["printed_name"], indicator=NURSERY, maps="yes")
    more = dataclasses.replace(data, aliases=pd.concat([data.aliases, alias], ignore_index=True))
    assert compare.contents(more).equals(listed)
    # What a document says of an indicator in its text alone is listed once.
    printed = (
        data.printed[data.printed["indicator"] != ""].groupby(["document", "indicator"])["origin"].agg(set)
    )
    spoken = listed[listed["kind"] == "text_only"]
    assert sorted(zip(spoken["document"], spoken["indicator"], strict=True)) == sorted(
        printed[printed == {"text"}].index
    )
    every = compare.contents(data, "domain")
    assert (every.groupby("document")["domain"].nunique() == 9).all()
    assert every.loc[every["document"] == "huangyan-plan-2021", ["core", "own"]].to_numpy().sum() == 0


UNDER3, REFUSED = "nursery_places_per_1000_under3", "每千名3岁以下婴幼儿拥有托位数"
NUMBERS = {year: "4" for year in range(2023, 2028)}
CASES = {
    # what is printed in which documents: why there is nothing more, and whether all that may be is at hand
    ("complete",): [
        ({}, "not printed", True),
        ({"refused": "table"}, "other (table:9)", True),
        ({"refused": "text"}, "other (statement:9)", True),
        ({"table": {2023: "4", 2024: ""}}, "", True),
        ({"table": {2023: "推进", 2024: "推进", 2025: "全覆盖", 2026: " / -—"}}, "in words only: 推进, 全覆盖", True),
        ({"table": {2023: "—", 2024: "/"}}, "printed without values", True),
        ({"text": [(None, None)]}, "printed without a year", True),
        ({"text": [(2016, 2020)]}, "printed for 2016–2020 together, not for one year", True),
        ({"text": [(None, None), (2016, 2020)]}, "printed without a year", True),
        ({"text": [(None, 2025)]}, "", True),
    ],
    ("complete, no table",): [({}, "not printed", True)],
    ("excerpt", "complete"): [({}, "not printed", True), ({"table": {2023: "4"}}, "", True)],
    ("excerpt",): [
        ({}, "excerpt: only the first rows of the table are at hand", False),
        ({"table": {2023: "4", 2026: "5"}}, "excerpt: the row stops after 2026", False),
        ({"table": {2023: "4", 2027: "5"}}, "", False),
        ({"table": {2023: "推进"}}, "in words only: 推进", True),
        ({"table": {2023: "—"}}, "printed without values", True),
        ({"refused": "table"}, "other (table:9)", True),
        ({"refused": "text"}, "other (statement:9)", False),
        ({"refused": "both"}, "other (table:9, statement:9)", True),
        ({"text": [(None, None)]}, "printed without a year", False),
    ],
    ("table lost",): [
        ({}, "table lost", False),
        ({"refused": "text"}, "other (statement:9); table lost", False),
        ({"text": [(2016, 2020)]}, "printed for 2016–2020 together, not for one year", False),
        ({"text": [(None, 2025)]}, "", False),
    ],
    ("prose truncated",): [
        ({}, "not in the table; text truncated", False),
        ({"refused": "text"}, "other (statement:9)", True),
        ({"text": [(None, None)]}, "printed without a year", True),
        ({"table": {2023: "4", 2026: "5"}}, "", True),
    ],
    ("table lost", "excerpt"): [({}, "excerpt: only the first rows of the table are at hand", False)],
    ("prose truncated", "table lost"): [({}, "table lost", False)],
}  # fmt: skip


def said(data, place, at, **facts):
    """A statement of a place's first document."""
    row = {
        "document": f"{place}-0",
        "place": place,
        "id": at,
        "kind": "target",
        "printed": "4",
        "unit": "个/千人",
    }
    facts = {"phrase": "托位数", "indicator": NURSERY, "from_year": None, "year": None} | facts
    return data.statements.iloc[[0]].assign(**row | cell(4.0) | facts)


def test_why_something_is_missing_and_whether_it_may_stand_elsewhere(data):
    """By the extent of a place's documents, and by what stands in them in place of the indicator."""
    cells, documents, statements, expected = [("anchor", AFFORDABLE, 2025, 60.0)], [], [], {}
    reason = one(data.aliases, indicator=NURSERY, name=REFUSED, maps="no")["reason"]
    every = [(extents, *case) for extents, cases in CASES.items() for case in cases]
    for n, (extents, prints, why, at_hand) in enumerate(every):
        place = f"p{n:02d}"
        why = why.replace("other (", f"printed for another definition: {REFUSED} (")
        expected[place] = why.replace(")", f"): {reason}", 1) if REFUSED in why else why, at_hand
        for k, extent in enumerate(extents):
            # the plans of a place end where the last of them ends
            documents.append(
                {
                    "id": f"{place}-{k}",
                    "place": place,
                    "extent": extent,
                    "from_year": 2023,
                    "to_year": 2027 - k,
                }
            )
        own = prints.get("table", {})
        cells += [
            (
                place,
                NURSERY,
                year,
                cell(float(text)) if text.isdigit() else cell(np.nan, relation="none") | {"printed": text},
            )
            for year, text in own.items()
        ]
        if prints.get("refused") in ("table", "both"):
            cells.append((place, UNDER3, 2025, cell(300.0) | {"row": "9", "printed_name": REFUSED}))
        if prints.get("refused") in ("text", "both"):
            statements.append(said(data, place, 9, phrase=REFUSED, indicator=UNDER3, year=2025))
        statements += [
            said(data, place, 20 + k, from_year=a, year=b) for k, (a, b) in enumerate(prints.get("text", []))
        ]
        if not own and not prints.get("refused"):
            cells.append((place, AFFORDABLE, 2025, 60.0))
    planted = small(data, cells)
    targets = planted.targets.assign(printed_unit="")
    targets["printed_name"] = targets["printed_name"].fillna("托位数")
    targets["document"] = targets["place"].map(
        lambda place: f"{place}-0" if place != "anchor" else "anchor-plan"
    )
    statements = pd.concat(statements, ignore_index=True).astype({"year": "Int64", "from_year": "Int64"})
    documents = pd.concat(
        [planted.documents[planted.documents["place"] == "anchor"], pd.DataFrame(documents)]
    )
    told = data.places.iloc[[0]]
    missing = [place for place in expected if place not in set(planted.places["id"])]
    more = [told.assign(id=place, level="county", parent="zhejiang") for place in missing]
    places = pd.concat([planted.places, *more], ignore_index=True)
    planted = dataclasses.replace(planted, targets=targets, statements=statements, places=places,
                                  documents=documents.reset_index(drop=True))  # fmt: skip
    table = compare.coverage(planted, indicators=[NURSERY], lang="en").set_index("place")
    for (extents, prints, *_), (place, (why, at_hand)) in zip(every, expected.items(), strict=True):
        row = table.loc[place]
        assert (row["why"], row["at_hand"]) == (why, at_hand), (extents, prints)
        there = bool(prints.get("table") or prints.get("text"))
        valued = any(text.isdigit() for text in prints.get("table", {}).values()) or prints.get("text") == [
            (None, 2025)
        ]
        assert (row["there"], row["valued"]) == (there, valued), (extents, prints)


def test_how_an_indicator_is_known_to_be_core(data):
    """Every kind of marker, beside the first row that is starred."""
    cells = [(place, one, 2025, cell(5.0) | {"star": star, "printed_name": name}) for place, one, star, name in (
        ("p0", NURSERY, "*", "托位数"), ("p1", NURSERY, "?", "托位数"), ("p2", NURSERY, "", "每千人托位数"),
        ("p3", NURSERY, "*", "另一名"), ("p4", AFFORDABLE, "", "普惠"), ("p5", AFFORDABLE, "?", "普惠"))]  # fmt: skip
    planted = small(data, cells)
    text = (
        said(data, "p4", 7, year=2025)
        .assign(document="p4-plan")
        .astype({"year": "Int64", "from_year": "Int64"})
    )
    planted = dataclasses.replace(planted, targets=planted.targets.assign(printed_unit="个"), statements=text)
    table = compare.coverage(planted, indicators=[NURSERY, AFFORDABLE], lang="en").set_index(
        ["place", "indicator"]
    )
    same, other = (
        "; starred under the same name in p0-plan table:1",
        "; starred under another name in p0-plan table:1 (托位数)",
    )
    inferred = {
        ("p1", NURSERY): "the marker is lost in this text" + same,
        ("p2", NURSERY): "the row prints no marker" + other,
        ("p4", NURSERY): "running text has no markers" + same,
        ("p4", AFFORDABLE): "the row prints no marker; starred nowhere at hand",
        ("p5", AFFORDABLE): "the marker is lost in this text; starred nowhere at hand",
    }
    for key, row in table.iterrows():
        by = "marker printed" if key in {("p0", NURSERY), ("p3", NURSERY)} else ""
        by = "inferred from the indicator" if key in inferred else by
        assert (row["core_by"], row["core_reason"]) == (by, inferred.get(key, "")), key
        assert row["there"] == (by != "") and row["paths"] == int(by != ""), key
        assert row["locators"] == ("" if not by else "statement:7" if key == ("p4", NURSERY) else "table:1")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_language_of_a_reason_is_chinese_unless_english_is_asked_for(data, lang):
    table = compare.coverage(data, places=["cixi"], **({} if lang == "zh" else {"lang": lang}))
    assert table["why"].str.contains("节录").any() == (lang == "zh")


def test_contents_are_counted_by_hand(data):
    """Core, own and only in the text; who else added it; nothing of a kind is 0, and the most comes first."""
    own, core = "registered_unemployment_rate", [NURSERY, AFFORDABLE, "child_screening_rate"]
    names = {own: "城镇登记失业率", NURSERY: "托位数", AFFORDABLE: "普惠", "child_screening_rate": "筛查"}
    rows = [
        ("p0", NURSERY, "甲"),
        ("p0", AFFORDABLE, "乙"),
        ("p0", own, "乙"),
        ("p1", own, ""),
        ("p1", core[2], "甲"),
        ("p2", NURSERY, "甲"),
    ]
    cells = [(place, one, year, cell(5.0) | {"department": of, "printed_name": names[one], "printed_unit": "", "row": names[one]})
             for place, one, of in rows for year in (2023, 2025)]  # fmt: skip
    planted = small(data, cells)
    text = pd.concat([said(data, "p2", 7, indicator=AFFORDABLE), said(data, "p2", 8, indicator=AFFORDABLE),
                      said(data, "p2", 9), said(data, "p2", 10, indicator="")])  # fmt: skip
    text = text.assign(document="p2-plan").astype({"year": "Int64", "from_year": "Int64"})
    spoken = dataclasses.replace(planted, statements=text.reset_index(drop=True))
    listed = compare.contents(spoken)
    assert listed[["place", "indicator", "kind", "origin", "also_in"]].values.tolist() == [
        ["p0", NURSERY, "core", "table", ""],
        ["p0", AFFORDABLE, "core", "table", ""],
        ["p0", own, "own", "table", "p1"],
        ["p1", own, "own", "table", "p0"],
        ["p1", core[2], "core", "table", ""],
        ["p2", NURSERY, "core", "table", ""],
        ["p2", AFFORDABLE, "text_only", "text", ""],
    ]
    alike = listed["resembles"].eq("urban_unemployment_rate")
    assert alike.equals(listed["kind"] == "own") and listed.loc[~alike, ["resembles", "reason"]].eq("").all(
        axis=None
    )
    assert listed.loc[alike, "reason"].eq("registered, not surveyed").all()
    assert compare.contents(spoken, document="p1-plan")["place"].tolist() == ["p1", "p1"]
    assert compare.contents(spoken, places=["p2"])["place"].tolist() == ["p2", "p2"]
    count = ["core", "own", "text_only", "total"]
    by = compare.contents(spoken, "domain").groupby("document")[count].sum()
    assert by.values.tolist() == [[2, 1, 0, 3], [1, 1, 0, 2], [1, 0, 1, 1]]
    assert compare.contents(planted, "domain")["text_only"].eq(0).all()
    by = compare.contents(planted, "department")
    assert by[["document", "department", *count]].values.tolist() == [
        ["p0-plan", "乙", 1, 1, 0, 2], ["p0-plan", "甲", 1, 0, 0, 1],
        ["p1-plan", "甲", 1, 0, 0, 1], ["p2-plan", "甲", 1, 0, 0, 1]]  # fmt: skip


# ---------------------------------------------------------------- standing


def test_the_province_is_the_reference_for_its_own_year_only(data):
    table = compare.core(data, 2025)
    yuhuan = one(table, place="yuhuan", indicator=NURSERY)
    assert (yuhuan["reference_kind"], yuhuan["reference_value"], yuhuan["reference_grade"]) == (
        "provincial target",
        4.5,
        "secondary",
    )
    assert (yuhuan["gap"], yuhuan["gap_low"], yuhuan["gap_high"]) == (0.5, 0.5, 0.5)
    asked = table[table["reference_kind"] == "provincial target"]
    assert set(asked["indicator"]) == {NURSERY, AFFORDABLE, "higher_education_enrolment"}
    # Asked for is more than 70, planned are 70.
    enrolment = one(table, place="yuhuan", indicator="higher_education_enrolment")
    assert (enrolment["verdict"], enrolment["why"], enrolment["gap"]) == (
        "not_met",
        "",
        0,
    )
    for year in (2022, 2023, 2024, 2026, 2027):
        assert "provincial target" not in set(compare.core(data, year)["reference_kind"])


def test_a_shared_value_is_inferred_and_never_called_provincial(data):
    table = compare.core(data, 2027)
    nursery = table[table["indicator"] == NURSERY].set_index("place")
    assert (nursery["reference_kind"] == "inferred from plans").all()
    assert (nursery["reference_value"] == 5.5).all()
    # Its own plan is no reference of a place: Changxing prints 5.6, the other four 5.5.
    assert nursery["reference_source"].to_dict() == {
        place: f"{5 if place == 'changxing' else 4} of 5 other plans" for place in nursery.index
    }
    assert nursery.loc["yuhuan", "reference_places"] == "cixi, fenghua, haishu, wenling"
    assert set(nursery["verdict"]) == {"at_or_above"} and nursery.loc["changxing", "gap"] == 0.1
    # 95, 95, 96, 96, 96: three of four others of Yuhuan share 96; those of Cixi have the middle values 95 and 96.
    screening = table[table["indicator"] == "child_screening_rate"].set_index("place")
    shared, middle = ["yuhuan", "changxing"], ["cixi", "haishu", "fenghua"]
    assert (screening.loc[shared, "reference_value"] == 96).all()
    assert set(screening.loc[shared, "verdict"]) == {"below"}
    assert screening.loc[middle, "reference_value"].isna().all()
    assert set(screening.loc[middle, "verdict"]) == {"level"}


def test_both_paths_of_an_indicator_keep_their_rows(data):
    """Against a target set from above each path has its own verdict; two other plans give no median."""
    rows = compare.core(data, 2027, indicators=["premature_ncd_mortality"])
    assert rows[["place", "variant"]].values.tolist() == [
        ["yuhuan", "a"],
        ["yuhuan", "b"],
        ["changxing", ""],
        ["cixi", ""],
    ]
    assert set(rows["verdict"]) == {"no_reference"}
    given = pd.DataFrame({"indicator": ["premature_ncd_mortality"], "year": 2027, "value": 8.5, "unit": "%"})
    rows = compare.core(data, 2027, given, indicators=["premature_ncd_mortality"]).set_index(
        ["place", "variant"]
    )
    assert rows["verdict"].to_dict() == {
        ("yuhuan", "a"): "not_met",
        ("yuhuan", "b"): "met",
        ("changxing", ""): "met",
        ("cixi", ""): "met",
    }
    assert rows.loc[("yuhuan", "a"), "gap"] == -1.0


def test_counts_and_other_definitions_are_not_compared(data):
    for year, reference in product((2022, 2027), ("auto", "plans_median", "changxing")):
        table = compare.core(data, year, reference)
        counts = table["indicator"].isin(
            [
                "pension_insured",
                "rental_housing_cumulative",
                "vocational_training_cumulative",
                "long_term_care_insured",
            ]
        )
        assert counts.any() and (table.loc[counts, "verdict"] == "no_reference").all()
        assert set(table.loc[table["indicator"] == "urban_unemployment_rate", "place"]) == {"yuhuan"}


def test_another_unit_stops_the_comparison(data):
    targets = data.targets.copy()
    targets.loc[targets["place"] == "cixi", "unit"] = "个/千名3岁以下"
    with pytest.raises(DataError, match="across units and bases") as raised:
        compare.core(dataclasses.replace(data, targets=targets), 2025)
    assert set(raised.value.rows["place"]) == {"cixi"}
    # Of several, the one that is told is the first of them.
    targets.loc[targets["place"] == "cixi", "unit"] = [
        f"unit {n}" for n in range((targets["place"] == "cixi").sum())
    ]
    with pytest.raises(DataError) as raised:
        compare.core(dataclasses.replace(data, targets=targets), 2025)
    first = raised.value.rows.iloc[0]
    assert first["indicator"] in str(raised.value) and repr(first["unit"]) in str(raised.value)
    benchmarks = data.benchmarks.assign(unit=data.benchmarks["unit"].replace("个/千人", "个/千名3岁以下"))
    with pytest.raises(DataError, match="benchmark of nursery_places_per_1000"):
        compare.core(dataclasses.replace(data, benchmarks=benchmarks), 2025)
    given = pd.DataFrame({"indicator": [NURSERY], "year": 2025, "value": 280.0, "unit": "个/千名3岁以下"})
    with pytest.raises(DataError, match="across units and bases"):
        compare.core(data, 2025, given)
    with pytest.raises(DataError, match="across units and bases"):
        compare.core(data, 2025, given.assign(unit="个/千人", basis="1,000 children under three"))


def test_a_neighbouring_definition_is_no_reference(data):
    """A target per 1,000 children under three says nothing about places per 1,000 residents."""
    other = data.benchmarks[data.benchmarks["indicator"] == "nursery_places_per_1000_under3"].assign(
        place="zhejiang"
    )
    planted = dataclasses.replace(data, benchmarks=other.assign(kind="target", year=2025))
    assert "provincial target" not in set(compare.core(planted, 2025)["reference_kind"])


def test_a_statement_stands_in_only_where_no_table_speaks(data):
    table = compare.core(data, 2027)
    assert one(table, place="changxing", indicator="higher_education_enrolment")["locator"] == "statement:17"
    assert one(table, place="changxing", indicator="dibao_standard")["locator"] == "table:23"
    # The work list raises 87.5 to 90 for 2024; that is for the plausibility checks.
    assert (
        one(compare.core(data, 2024), place="yuhuan", indicator="property_management_coverage")["value"]
        == 87.5
    )
    # A mean over 2016 to 2020 is no value of 2020.
    with pytest.raises(DataError, match="the years at hand are 2025"):
        compare.core(data, 2020, places=["huangyan"])


def test_peers_are_places_of_one_level_in_one_province(data):
    from qiyou.compare.references import peers

    group = pd.Series(peers(data.places), index=data.places["id"])
    assert (group[["china", "zhejiang"]] == -1).all(), "a province is no peer of what lies in it"
    assert group["yuhuan"] == group["cixi"] >= 0 and group["yuhuan"] != group["ningbo"]
    level = data.places.set_index("id")["level"]
    assert (group[level.eq("province")] == -1).all()


def test_a_provincial_path_of_one_indicator_leaves_the_others_their_median_path(data):
    row = data.benchmarks[
        data.benchmarks["place"].eq("zhejiang") & data.benchmarks["kind"].eq("target")
    ].iloc[[0]]
    facts = data.indicators.set_index("id").loc["life_expectancy"]
    row = row.assign(indicator="life_expectancy", unit=facts["unit"], basis=facts["denominator"])
    path = [
        row.assign(year=year, value=value, low=value, high=value)
        for year, value in ((2022, 80.0), (2030, 84.0))
    ]
    more = dataclasses.replace(data, benchmarks=pd.concat([data.benchmarks, *path], ignore_index=True))
    table = compare.core(more, 2025, places=["yuhuan"]).set_index("indicator")
    assert table.at["life_expectancy", "lead_reference"] == "provincial target"
    assert table.at[NURSERY, "lead_reference"] == "median of plans"


def test_references_in_their_order(data):
    five = [(f"p{k}", NURSERY, 2025, value) for k, value in enumerate([5.0, 5.0, 4.0, 6.0, 5.0])]
    shared = compare.core(small(data, five), 2025).set_index("place")
    # p2 and p3 see three of four; p0, p1 and p4 two of four, which is half.
    assert set(shared["reference_kind"]) == {"inferred from plans"} and set(shared["reference_value"]) == {
        5.0
    }
    assert shared["reference_n"].tolist() == [2, 2, 3, 3, 2]
    # However many other values are printed, half of the others have to print one.
    several = [
        (f"p{k}", NURSERY, 2025, value)
        for k, value in enumerate([1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0, 5.0, 5.0])
    ]
    shared = compare.core(small(data, several), 2025).set_index("place")
    assert set(shared["reference_value"]) == {5.0} and shared["reference_n"].tolist() == [5] * 4 + [4] * 5
    four = compare.core(small(data, five[:4]), 2025).set_index("place")
    assert set(four["reference_kind"]) == {"median of plans"} and set(four["reference_n"]) == {3}
    assert four["reference_value"].tolist() == [5.0, 5.0, 5.0, 5.0]
    three = compare.core(small(data, five[:3]), 2025)
    assert set(three["verdict"]) == {"no_reference"}
    assert set(three["why"]) == {"neither a target from above nor enough other plans"}
    target = data.benchmarks[
        (data.benchmarks["indicator"] == NURSERY) & (data.benchmarks["place"] == "zhejiang")
    ]
    asked = compare.core(small(data, five, benchmarks=target), 2025)
    assert set(asked["reference_kind"]) == {"provincial target"}
    assert set(asked["verdict"]) == {"met", "not_met"}
    away = small(data, five)
    away.places.loc[away.places["id"] == "p0", "parent"] = ""
    assert one(compare.core(away, 2025), place="p0")["why"] == "no province in places.csv"
    nowhere = small(data, five)
    nowhere.places.loc[nowhere.places["id"].str.match(r"p\d"), "parent"] = ""
    assert set(compare.core(nowhere, 2025)["why"]) == {"no province in places.csv"}, (
        "which makes them no peers"
    )
    elsewhere = small(data, five)
    elsewhere.places.loc[elsewhere.places["id"].isin(["p0", "p1"]), "parent"] = "jiangsu"
    assert set(compare.core(elsewhere, 2025)["verdict"]) == {"no_reference"}


def test_an_even_number_of_other_plans_gives_two_middle_values(data):
    """4, 5, 6, 7 beside one's own: between 5 and 6, and on them, a value is level."""
    words = {5.0: "level", 5.5: "level", 6.0: "level", 4.9: "below", 6.1: "at_or_above"}
    others = [(f"p{k}", NURSERY, 2025, cell(value, 0.1)) for k, value in enumerate([4.0, 5.0, 6.0, 7.0])]
    for value, word in words.items():
        row = one(
            compare.core(
                small(data, [*others, ("q", NURSERY, 2025, cell(value, 0.1))]), 2025, "plans_median"
            ),
            place="q",
        )
        assert (row["verdict"], row["reference_low"], row["reference_high"]) == (word, 5.0, 6.0), value
        assert np.isnan(row["reference_value"]) and np.isnan(row["gap"])
        assert (row["gap_low"], row["gap_high"]) == pytest.approx((value - 6.0, value - 5.0))
    indicators = data.indicators.copy()
    indicators.loc[indicators["id"] == NURSERY, "direction"] = "down"
    mirrored = {"level": "level", "below": "at_or_above", "at_or_above": "below"}
    for value, word in words.items():
        planted = small(data, [*others, ("q", NURSERY, 2025, cell(value, 0.1))], indicators=indicators)
        assert one(compare.core(planted, 2025, "plans_median"), place="q")["verdict"] == mirrored[word], value


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), plans=st.integers(4, 9))
def test_a_place_is_never_part_of_its_own_reference(data, seed, plans):
    """Whatever a place prints, its reference stays; by brute force it is that of the others alone."""
    rng = np.random.default_rng(seed)
    values = rng.choice([4.0, 4.5, 5.0, 5.5, 6.0], plans).tolist()
    cells = [(f"p{k}", NURSERY, 2025, cell(value, 0.1)) for k, value in enumerate(values)]
    reference = ["reference_value", "reference_low", "reference_high", "reference_kind", "reference_n"]
    before = compare.core(small(data, cells), 2025).set_index("place")
    changed = [("p0", NURSERY, 2025, cell(float(rng.uniform(3, 7)), 0.1)), *cells[1:]]
    after = compare.core(small(data, changed), 2025).set_index("place")
    pd.testing.assert_series_equal(before.loc["p0", reference], after.loc["p0", reference])
    for k in range(plans):
        others = sorted(values[:k] + values[k + 1 :])
        tops = [value for value in set(others) if 2 * others.count(value) >= len(others)]
        if len(others) >= 4 and len(tops) == 1:
            expected = (tops[0], tops[0])
        else:
            expected = (others[(len(others) - 1) // 2], others[len(others) // 2])
        assert tuple(before.loc[f"p{k}", ["reference_low", "reference_high"]]) == expected


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), plans=st.integers(4, 8))
def test_adding_a_county_never_turns_a_value_into_one_that_nobody_printed(data, seed, plans):
    rng = np.random.default_rng(seed)
    values = np.round(rng.uniform(3, 7, plans + 1), 1).tolist()
    cells = [
        (f"p{k}", NURSERY, year, cell(value, 0.1)) for k, value in enumerate(values) for year in (2022, 2025)
    ]
    for some in (cells[:-2], cells):
        for year in (2022, 2025):
            ends = compare.core(small(data, some), year)[
                ["reference_value", "reference_low", "reference_high"]
            ]
            assert set(ends.to_numpy().ravel()[~np.isnan(ends.to_numpy().ravel())]) <= set(values)


def test_the_median_of_bounds_is_exact_where_the_middle_is(data):
    cells = [("q", NURSERY, 2025, 29.0), ("p0", NURSERY, 2025, 25.0), ("p1", NURSERY, 2025, 30.0)]
    cells.append(("p2", NURSERY, 2025, cell(32, 1, "ge")))
    row = one(compare.core(small(data, cells), 2025), place="q")
    assert (row["reference_value"], row["verdict"], row["gap"]) == (30.0, "below", -1.0)
    own = one(compare.core(small(data, cells), 2025), place="p2")
    assert (own["reference_value"], own["verdict"], own["gap_low"]) == (
        29.0,
        "at_or_above",
        3.0,
    ) and np.isnan(own["gap"])
    cells[2] = ("p1", NURSERY, 2025, cell(31, 1, "ge"))
    open_middle = compare.core(small(data, cells), 2025).set_index("place")
    assert np.isnan(open_middle.loc["q", "reference_value"]) and np.isinf(
        open_middle.loc["q", "reference_high"]
    )
    assert open_middle.loc[["q", "p0"], "verdict"].tolist() == ["below", "below"]
    high = [("q", NURSERY, 2025, 33.0), *cells[1:]]
    row = one(compare.core(small(data, high), 2025), place="q")
    assert (row["verdict"], row["why"]) == ("undecidable", "a bound leaves it open")


@pytest.mark.parametrize("seed", range(4))
def test_the_middle_of_bounds_and_numbers_is_that_of_their_ends(data, seed):
    """Each end of the reference is the middle of that end of the others: of an even number the two middle ones."""
    rng = np.random.default_rng(seed)
    count = 4 + seed
    prints = [cell(float(value), 1.0, relation) for value, relation in zip(
        rng.integers(3, 9, count), rng.choice(["eq", "eq", "ge", "gt", "le"], count), strict=True)]  # fmt: skip
    table = compare.core(
        small(data, [(f"p{k}", NURSERY, 2025, one) for k, one in enumerate(prints)]), 2025, "plans_median"
    )
    table = table.set_index("place")
    for k in range(count):
        others = [one for n, one in enumerate(prints) if n != k]
        lows = sorted(one["value"] if one["relation"] != "le" else 0.0 for one in others)
        highs = sorted(one["value"] if one["relation"] in ("eq", "le") else np.inf for one in others)
        printed_lows = sorted(one["low"] for one in others)
        at = (len(others) - 1) // 2, len(others) // 2
        row = table.loc[f"p{k}"]
        low, high = lows[at[0]], highs[at[1]]
        assert (row["reference_low"], row["reference_high"]) == (low, high), (k, prints)
        single = low == high and printed_lows[at[0]] == high
        assert row["reference_value"] == pytest.approx(low if single else np.nan, nan_ok=True)
        assert row["reference_n"] == count - 1
        assert row["reference_places"] == ", ".join(f"p{n}" for n in range(count) if n != k)


def test_a_base_is_rounded_and_a_target_is_not(data):
    """The median base of 3.6 stands for 3.55 to 3.65; as a target 3.6 is 3.6."""
    others = [
        (f"p{k}", NURSERY, year, cell(value, 0.1))
        for k, value in enumerate([3.5, 3.6, 3.7])
        for year in (2022, 2025)
    ]
    own = [("q", NURSERY, year, cell(3.58, 0.01)) for year in (2022, 2025)]
    for year, verdict in ((2022, "undecidable"), (2025, "below")):
        row = one(compare.core(small(data, [*others, *own]), year), place="q")
        assert (row["verdict"], row["gap"]) == (verdict, -0.02), year


def test_the_one_middle_value_itself_will_do_in_the_base_year_as_in_any(data):
    """Level is what lies between two middle values; of one, rounded or not, the same print is at it or above."""
    cells = [
        (f"p{k}", NURSERY, year, cell(value, 0.1))
        for k, value in enumerate([3.5, 3.6, 3.7, 3.6])
        for year in (2022, 2025)
    ]
    for year in (2022, 2025):
        row = one(compare.core(small(data, cells), year, "plans_median"), place="p3")
        assert (row["reference_value"], row["verdict"], row["why"]) == (
            3.6,
            "at_or_above",
            "equal as printed",
        )


def test_how_finely_a_place_prints_is_no_part_of_its_own_reference(data):
    """3.6 of four others is as fine as the finest of them, whatever the place itself prints for the same number."""
    others = [(f"p{k}", NURSERY, 2022, cell(3.6, step)) for k, step in enumerate([0.1, 0.02, 0.1, 0.1])]
    table = compare.core(small(data, [*others, ("q", NURSERY, 2022, cell(3.6, 0.01))]), 2022)
    table = table.set_index("place")
    assert set(table["reference_kind"]) == {"inferred from plans"} and set(table["gap"]) == {0.0}
    for place, own, finest in (("q", 0.01, 0.02), ("p0", 0.1, 0.01), ("p1", 0.02, 0.01)):
        reach = (own + finest) / 2
        assert table.loc[place, ["gap_low", "gap_high"]].tolist() == pytest.approx([-reach, reach]), place


def test_where_no_value_is_shared_the_texts_of_a_reference_are_empty(data):
    table = compare.core(
        small(data, [(f"p{k}", NURSERY, 2025, 3.0 + k) for k in range(6)]), 2025, "plans_shared"
    )
    texts = [f"reference_{name}" for name in ("relation", "kind", "source", "grade", "places")]
    assert table[texts].eq("").all(axis=None) and set(table["why"]) == {"no reference in plans_shared"}


def test_a_plan_is_not_compared_with_itself(data):
    table = compare.core(data, 2027, "changxing")
    own = table[table["place"] == "changxing"]
    assert (own["verdict"] == "no_reference").all() and own["gap"].isna().all() and own["lead"].isna().all()
    assert set(own.loc[own["indicator"] == NURSERY, "why"]) == {"the place is the reference"}
    assert (
        one(table, place="yuhuan", indicator="dibao_standard")["reference_source"]
        == "changxing-plan-2023 table:23"
    )
    assert one(table, place="yuhuan", indicator="dibao_standard")["gap"] == -2000


def test_a_bound_of_another_plan_is_not_a_threshold(data):
    """Changxing's 15,000 against Yuhuan's ``>14100`` cannot be decided; its 13,000 against ``>13200`` can."""
    table = compare.core(data, 2025, "yuhuan", places=["changxing"], indicators=["dibao_standard"]).iloc[0]
    assert (table["verdict"], table["why"]) == ("undecidable", "a bound leaves it open")
    early = compare.core(data, 2023, "yuhuan", places=["changxing"], indicators=["dibao_standard"]).iloc[0]
    assert early["verdict"] == "below" and np.isnan(early["gap"]) and early["gap_high"] == -200


def test_benchmarks_of_a_named_place(data):
    table = compare.core(data, 2025, "china")
    assert set(table["reference_kind"]) == {"", "benchmark of china"}
    assert one(table, place="cixi", indicator="life_expectancy")["gap"] == 4.4


def test_a_given_reference_may_be_a_count_for_one_place(data):
    given = pd.DataFrame(
        {"place": ["yuhuan"], "indicator": "pension_insured", "year": 2027, "value": 390000.0, "unit": "人"}
    )
    table = compare.core(data, 2027, given)
    row = one(table, place="yuhuan", indicator="pension_insured")
    assert (row["gap"], row["verdict"], row["reference_kind"]) == (-2300, "not_met", "given")
    assert one(table, place="changxing", indicator="pension_insured")["verdict"] == "no_reference"
    assert (compare.core(data, 2027, given.drop(columns="place"))["verdict"] == "no_reference").all()


# ---------------------------------------------------------------- three-valued verdicts

STEPS = (0.01, 0.1, 0.5, 1.0)
RELATIONS = ("eq", "eq", "eq", "ge", "gt", "le", "lt")


def judged(data, values, asked, direction="up", bounds=(np.nan, np.nan), year=2025):
    """Verdicts of many places at once, each against a reference of its own; for 2022 the values are bases."""
    indicators = data.indicators.copy()
    here = indicators["id"] == NURSERY
    indicators.loc[here, ["direction", "lower", "upper"]] = [direction, *bounds]
    planted = small(
        data, [(f"p{k:03d}", NURSERY, year, value) for k, value in enumerate(values)], indicators=indicators
    )
    keys = {"indicator": NURSERY, "year": year, "unit": "个/千人"}
    given = pd.DataFrame([{"place": f"p{k:03d}"} | keys | one for k, one in enumerate(asked)])
    return compare.core(planted, year, given)


def drawn(rng, count, relations=RELATIONS):
    cells = []
    for relation in rng.choice(relations, count):
        step = rng.choice(STEPS)
        cells.append(
            cell(float(round(np.round(rng.uniform(10, 14) / step) * step, 6)), float(step), str(relation))
        )
    return cells


def numbers(printed, direction, asked, base):
    """Numbers that a printed value may stand for, at its ends and between; asked numbers are exact."""
    value, relation, half = printed["value"], printed["relation"], printed["step"] / 2
    better = {"up": ("ge", "gt"), "down": ("le", "lt")}[direction]
    tiny = 1e-6
    if asked and (relation == "eq" or relation in better):
        # More than 60 asked for: any number above 60 does, so the number itself is not enough.
        return [value + (tiny / 2 if relation == "gt" else -tiny / 2 if relation == "lt" else 0)]
    if relation == "eq":
        return [value - half, value, value + half - tiny] if base else [value]
    far = 50.0
    return {
        "ge": [value, value + tiny, value + far],
        "gt": [value + tiny, value + far],
        "le": [value, value - tiny, value - far],
        "lt": [value - tiny, value - far],
    }[relation]


@settings(max_examples=8)
@given(
    seed=st.integers(0, 10_000), direction=st.sampled_from(["up", "down"]), year=st.sampled_from([2022, 2025])
)
def test_a_verdict_holds_for_every_number_in_the_boxes(data, seed, direction, year):
    """Or the printed number itself is there: what was observed meets a target that it is printed to meet."""
    rng = np.random.default_rng(seed)
    values, asked = drawn(rng, 150), drawn(rng, 150)
    sign = {"up": 1, "down": -1}[direction]
    rows = judged(data, values, asked, direction, year=year).itertuples()
    for row, value, wanted in zip(rows, values, asked, strict=True):
        mine, theirs = numbers(value, direction, False, year == 2022), numbers(wanted, direction, True, False)
        outcomes = {sign * (v - t) >= -1e-9 for v, t in product(mine, theirs)}
        if value["relation"] == "eq" and all(sign * (value["value"] - t) >= 0 for t in theirs):
            outcomes = {True}
        expected = "undecidable" if len(outcomes) > 1 else "met" if outcomes == {True} else "not_met"
        assert row.verdict == expected, (value, wanted, row.verdict)
        gaps = [sign * (v - t) for v, t in product(mine, theirs)]
        assert row.gap_low <= min(gaps) + 1e-5 and row.gap_high >= max(gaps) - 1e-5


def widened(rng, printed):
    """A coarser step, or a bound moved outwards."""
    relation, value = printed["relation"], printed["value"]
    if relation == "eq":
        return cell(value, printed["step"] * float(rng.choice([1, 2, 5, 10])))
    out = float(rng.uniform(0, 3))
    return cell(value - out if relation in ("ge", "gt") else value + out, printed["step"], relation)


@settings(max_examples=6)
@given(
    seed=st.integers(0, 10_000),
    direction=st.sampled_from(["up", "down", "at_least", "at_most"]),
    year=st.sampled_from([2022, 2025]),
)
def test_widening_never_flips_a_verdict(data, seed, direction, year):
    rng = np.random.default_rng(seed)
    values, asked = drawn(rng, 150), drawn(rng, 150, ("eq",))
    before = judged(data, values, asked, direction, year=year)["verdict"]
    after = judged(data, [widened(rng, value) for value in values], asked, direction, year=year)["verdict"]
    assert before.isin(["met", "not_met"]).any()
    assert not ((before == "met") & (after == "not_met")).any()
    assert not ((before == "not_met") & (after == "met")).any()
    assert not ((before == "undecidable") & (after != "undecidable")).any()


@settings(max_examples=4)
@given(seed=st.integers(0, 10_000), direction=st.sampled_from(["up", "down", "at_least", "at_most"]))
def test_flipping_the_direction_mirrors_the_gap(data, seed, direction):
    rng = np.random.default_rng(seed)
    values, asked = drawn(rng, 120, ("eq",)), drawn(rng, 120, ("eq",))
    there, back = (judged(data, values, asked, way) for way in (direction, FLIP[direction]))
    assert np.allclose(there["gap"], -back["gap"])
    assert np.allclose(there["gap_low"], -back["gap_high"])
    level = there["why"] == "equal as printed"
    assert (there["verdict"] != back["verdict"])[~level].all()
    assert set(there["verdict"]) == {"met", "not_met"}


@settings(max_examples=4)
@given(
    seed=st.integers(0, 10_000),
    factor=st.sampled_from([0.01, 10.0, 1000.0]),
    year=st.sampled_from([2022, 2025]),
)
def test_rescaling_the_unit_changes_no_verdict(data, seed, factor, year):
    rng = np.random.default_rng(seed)
    values, asked = drawn(rng, 120), drawn(rng, 120)
    scaled = [
        [cell(one["value"] * factor, one["step"] * factor, one["relation"]) for one in cells]
        for cells in (values, asked)
    ]
    before, after = judged(data, values, asked, year=year), judged(data, *scaled, year=year)
    assert before["verdict"].tolist() == after["verdict"].tolist()
    assert np.allclose(before["gap"] * factor, after["gap"], equal_nan=True)


@pytest.mark.parametrize(
    ("value", "asked", "direction", "planned", "base"),
    [
        # A planned 5 asks for 5; a base of 5 is at least 4.6 as printed.
        (cell(5, 1), cell(4.6, 0.1), "up", "met", "met"),
        (cell(4, 1), cell(4.4, 0.1), "up", "not_met", "undecidable"),
        (cell(4.6, 0.1), cell(4.5, 0.1), "up", "met", "met"),
        (cell(4.4, 0.1), cell(4.5, 0.1), "up", "not_met", "not_met"),
        (cell(4.5, 1), cell(4.5, 0.1), "up", "met", "met"),
        (cell(90, 1, "gt"), cell(92), "up", "undecidable", "undecidable"),
        (cell(90, 1, "gt"), cell(90), "up", "met", "met"),
        (cell(90, 1, "gt"), cell(90, 1, "gt"), "up", "met", "met"),
        (cell(90, 1, "ge"), cell(90, 1, "gt"), "up", "undecidable", "undecidable"),
        (cell(90), cell(90, 1, "gt"), "up", "not_met", "undecidable"),
        (cell(90, 1, "lt"), cell(90), "up", "not_met", "not_met"),
        (cell(92), cell(90, 1, "gt"), "up", "met", "met"),
        (cell(5, 1, "lt"), cell(5, 1, "lt"), "at_most", "met", "met"),
        (cell(5.4, 0.1), cell(5, 1, "le"), "at_most", "not_met", "not_met"),
        (cell(4.9, 0.1), cell(5, 1, "lt"), "at_most", "met", "met"),
        (cell(90, 1, "about"), cell(50), "up", "met", "met"),
        (cell(90, 1, "about"), cell(90), "up", "undecidable", "undecidable"),
    ],
)
def test_verdicts_by_hand(data, value, asked, direction, planned, base):
    assert judged(data, [value], [asked], direction)["verdict"].item() == planned
    assert judged(data, [value], [asked], direction, year=2022)["verdict"].item() == base


def test_a_share_of_100_is_not_rounded_beyond_its_bound(data):
    row = judged(data, [cell(100)], [cell(99.4, 0.1)], bounds=(0, 100), year=2022).iloc[0]
    assert (row["verdict"], row["gap_low"], row["gap_high"]) == ("met", 0.1, 0.6)


# ---------------------------------------------------------------- all of it, by a plain loop


def any_cell(rng):
    """A number, a bound or a vague number, out of few, so that ties are common."""
    kinds = ["eq"] * 12 + ["ge", "gt", "le", "lt", "about"]
    return cell(float(rng.choice([3.0, 3.5, 4.0])), float(rng.choice([0.1, 1.0])), str(rng.choice(kinds)))


def plan_of(prints, base):
    """What a plan prints for a year, all in one: its ends as printed, those of its box, and which are open."""
    sets = []
    for one in prints:
        value, relation, half = one["value"], one["relation"], one["step"] / 2 if base else 0.0
        if relation == "eq":
            sets.append((value, value, value - half, value + half, False, base))
        elif relation in ("ge", "gt"):
            sets.append((value, np.inf, value, np.inf, relation == "gt", True))
        elif relation in ("le", "lt"):
            # no value lies below 0
            sets.append((-np.inf, value, 0.0, value, False, relation == "lt"))
    if not sets:
        return None
    kinds = min, max, min, max, all, all
    return tuple(kind(part) for kind, part in zip(kinds, zip(*sets, strict=True), strict=True))


def box_of(low, high, box_low, box_high, low_open, high_open):
    """One box of the ends that `plan_of` gives."""
    exact = low == high
    parts = box_low, box_high, low_open, high_open, low if exact else np.nan, exact
    return Box(*(np.array([part]) for part in parts))


def middles(plans):
    """The two middle ones of plans, end by end; open where all are."""
    parts = list(zip(*plans, strict=True))
    ends, flags = [sorted(end) for end in parts[:4]], [all(flag) for flag in parts[4:]]
    return [box_of(*(end[k] for end in ends), *flags) for k in ((len(plans) - 1) // 2, len(plans) // 2)]


def shared_by(plans):
    """The number that at least half of other plans print, if there is one: their names and its finest box."""
    told = {}
    for place, plan in plans.items():
        if plan[0] == plan[1]:
            told.setdefault(plan[0], []).append(place)
    most = [value for value, names in told.items() if 2 * len(names) >= len(plans)]
    if len(plans) < 4 or len(most) != 1:
        return None
    names = told[most[0]]
    finest = min((plans[name] for name in names), key=lambda plan: plan[3] - plan[2])
    return names, box_of(*finest)


def median_path(prints, place, years):
    """Years, numbers and steps of the path of the other plans, none of which enters or leaves; and how many."""
    there = {year: {p for p, y in prints if y == year} for year in years}
    span = [year for year in years if len(there[year]) > 3]
    for k in range(len(span) - 1):
        members = set.intersection(*(there[year] for year in span[k:]))
        if len(members) > 3:
            others, points = sorted(members - {place}), []
            for year in span[k:]:
                under, over = middles([prints[p, year] for p in others])
                if under.exact and over.exact:
                    middle = (under.point + over.point).item() / 2
                    reach = max(over.high.item() - middle, middle - under.low.item())
                    points.append((year, middle, 2 * reach))
            return (*zip(*points, strict=True), len(others)) if len(points) > 1 else None
    return None


def lead_on(path, value, year, way):
    """Years ahead on a path, with limits: none where the value is the path's own of that year."""
    years, numbers, steps, _ = path
    point = value.point.item()
    width = 2 * max(value.high.item() - point, point - value.low.item())
    # a step of which an end is open reaches nowhere
    steps = [step if np.isfinite(step) else 0.0 for step in steps]
    ends = lead([point], year, years, [numbers], step=width, reference_step=[steps], direction=way)
    middle, low, high = ends.iloc[0]
    if (year, point) in zip(years, numbers, strict=True):
        return [0.0, min(np.nan_to_num(low), 0.0), max(np.nan_to_num(high), 0.0)]
    return [middle, low, high]


@pytest.mark.parametrize("seed", range(6))
def test_references_verdicts_and_leads_of_any_plans_are_those_of_a_plain_loop(data, seed):
    """Numbers, bounds and vague numbers, ties, gaps, two paths of one plan; places of another kind change nothing."""
    rng, years = np.random.default_rng(seed), range(2021, 2027)
    printed = {}
    for place, year in product([f"p{k}" for k in range(5 + seed % 3)], years):
        if rng.random() < 0.85:
            twice = place == "p1" and rng.random() < 0.5
            printed[place, year] = {name: any_cell(rng) for name in (("a", "b") if twice else ("",))}
    cells = [
        (place, NURSERY, year, one, variant)
        for (place, year), own in printed.items()
        for variant, one in own.items()
    ]
    # a prefecture of the province, and a county of no province
    cells += [(place, NURSERY, year, cell(9.0)) for place in ("ningbo", "stray") for year in years]
    direction, way = [("up", 1), ("down", -1)][seed % 2]
    indicators = data.indicators.copy()
    indicators.loc[indicators["id"] == NURSERY, "direction"] = direction
    planted = small(data, cells, indicators=indicators)
    planted.places.loc[planted.places["id"] == "stray", "parent"] = ""
    plans = {key: plan_of(own.values(), key[1] < 2023) for key, own in printed.items()}
    plans = {key: plan for key, plan in plans.items() if plan}
    for year, reference in [(2022, "auto"), (2022, "plans_shared"), (2025, "auto"), (2025, "plans_median")]:
        table = compare.core(planted, year, reference)
        assert len(table) == sum(len(own) for (_, y), own in printed.items() if y == year) + 2
        for row in table[table["place"].str.startswith("p")].to_dict("records"):
            place, own = row["place"], printed[row["place"], year][row["variant"]]
            others = {p: plan for (p, y), plan in plans.items() if y == year and p != place}
            # who prints nothing but a vague number is no plan, and has none beside it
            mine = (place, year) in plans
            found = mine and reference != "plans_median" and shared_by(others)
            value = box_of(*(plan_of([own], year < 2023) or [np.nan] * 4 + [False] * 2))
            path = median_path(plans, place, years)
            head = ("median of plans", path[3]) if path and own["relation"] == "eq" else ("", None)
            if reference != "plans_shared":
                assert row["lead_reference"] == head[0], (seed, year, row, path)
            if reference == "plans_median" and head[0]:
                assert row["lead_n"] == head[1]
                expected = lead_on(path, value, year, way)
                got = [row["lead"], row["lead_low"], row["lead_high"]]
                beyond = way * own["value"] > max(way * number for number in path[1])
                note = "better than the whole path" if beyond else "passed before the path begins"
                assert row["lead_note"] == (note if np.isnan(expected[0]) else ""), (seed, year, row, path)
                assert got == pytest.approx(expected, nan_ok=True), (seed, year, row, path)
            kind, many = "", False
            if found:
                names, end = found
                kind, ends, many = "inferred from plans", (end, end), False
                source = f"{len(names)} of {len(others)} other plans"
            elif mine and reference != "plans_shared" and len(others) >= 3:
                kind, ends, names = "median of plans", middles(list(others.values())), list(others)
                source = f"{len(others)} other plans"
                many = any(getattr(ends[0], end) != getattr(ends[1], end) for end in ("low", "high"))
            assert row["reference_kind"] == kind, (seed, year, reference, row)
            if not kind:
                assert (row["verdict"], row["reference_places"]) == ("no_reference", "")
                continue
            assert sorted(row["reference_places"].split(", ")) == sorted(names)
            assert row["reference_source"] == source
            assert (row["reference_n"], row["reference_grade"]) == (len(names), "")
            low, high = (
                (box.point if box.exact else end).item()
                for box, end in zip(ends, (ends[0].low, ends[1].high), strict=True)
            )
            assert (row["reference_low"], row["reference_high"]) == (low, high), (seed, year, row)
            point = low if all(end.exact for end in ends) and low == high else np.nan
            assert row["reference_value"] == pytest.approx(point, nan_ok=True)
            assert row["reference_relation"] == ("range" if np.isnan(point) else "eq")
            if own["relation"] != "about":
                worse, better = ends[::way]
                wanted = beside_plans(value, worse, better, way, strict=np.array([many])).iloc[0]
                assert (row["verdict"], row["why"]) == (wanted["verdict"], wanted["why"]), (seed, year, row)
                for name in ("gap", "gap_low", "gap_high"):
                    assert row[name] == pytest.approx(wanted[name], nan_ok=True), (seed, year, reference, row)


@pytest.mark.parametrize("seed", range(8))
def test_spreads_and_their_verdict_are_those_of_a_plain_loop(data, seed):
    """The first year from which three places print numbers in both years; both paths of one that prints two."""
    rng = np.random.default_rng(seed)
    first, last = [(2021, 2026), (2020, 2022), (2022, 2027), (2023, 2025)][seed % 4]
    paths = ["a", "b"] if seed % 3 == 0 else [""]
    printed = {}
    for place, year in product([f"p{k}" for k in range(5)], range(first - 1, last + 2)):
        for path in paths if place == "p0" else [""]:
            if rng.random() < (0.9 if year >= last - 1 else 0.5):
                relation = str(rng.choice(["eq"] * 8 + ["ge", "about"]))
                # wide at the base and close at the end, or the other way round, or neither
                reach = [4, 1, 4][seed % 3] if year < last else [1, 4, 4][seed % 3]
                value = 5.0 + float(rng.integers(0, reach)) / 2
                printed[place, year, path] = cell(value, float(rng.choice([0.1, 0.5, 1.0])), relation)
    cells = [(place, NURSERY, year, one, path) for (place, year, path), one in printed.items()]
    cells += [(f"stray{k}", NURSERY, year, cell(9.0 + k)) for k in range(3) for year in (first, last)]
    planted = small(data, cells)
    planted.places.loc[planted.places["id"].str.startswith("stray"), "parent"] = ""
    expected = []
    for path in paths:
        own = {
            (place, year): one
            for (place, year, way), one in printed.items()
            if way in ("", path) and one["relation"] == "eq"
        }
        for year in range(first, last):
            both = [f"p{k}" for k in range(5) if (f"p{k}", year) in own and (f"p{k}", last) in own]
            if len(both) >= 3:
                row = {"variant": path, "base_year": year, "end_year": last, "places": ", ".join(both)}
                expected.append(row | spreads_of(own, both, year, last))
                vague = {
                    p for (p, y, _), one in printed.items() if y in (year, last) and one["relation"] != "eq"
                }
                expected[-1]["bounds"] = vague
                break
    if not expected:
        with pytest.raises(DataError, match="at least 3 places"):
            compare.convergence(planted, first, last)
        return
    table = compare.convergence(planted, first, last, indicators=[NURSERY])
    assert len(table) == len(expected) and set(table["province"]) == {"zhejiang"}
    assert set(table["level"]) == {"county"} and set(table["unit"]) == {"个/千人"}
    for row, wanted in zip(table.to_dict("records"), expected, strict=True):
        assert {name for name in row["bounds"].split(", ") if name} == wanted.pop("bounds")
        assert sorted(row["places"].split(", ")) == sorted(wanted.pop("places").split(", "))
        numbers = {name for name in wanted if name.startswith(("sd", "range", "end_value"))}
        assert [row[name] for name in numbers] == pytest.approx(
            [wanted[name] for name in numbers], nan_ok=True
        )
        assert {name: row[name] for name in wanted if name not in numbers} == {
            name: wanted[name] for name in wanted if name not in numbers
        }


def spreads_of(own, places, base, end):
    """By hand: both measures in both years with their limits, and what follows from them."""
    row = {"n": len(places)}
    for name, year in (("base", base), ("end", end)):
        values = [own[place, year]["value"] for place in places]
        halves = [own[place, year]["step"] / 2 if year < 2023 else 0.0 for place in places]
        mean = sum(values) / len(values)
        deviation = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
        slack = (sum(half**2 for half in halves) / len(halves)) ** 0.5
        lows, highs = (
            [value + way * half for value, half in zip(values, halves, strict=True)] for way in (-1, 1)
        )
        limits = max(0.0, deviation - slack), deviation + slack
        row |= {f"sd_{name}": deviation, f"sd_{name}_low": limits[0], f"sd_{name}_high": limits[1]}
        row |= {f"range_{name}": max(values) - min(values), f"range_{name}_high": max(highs) - min(lows)}
        row[f"range_{name}_low"] = max(0.0, max(lows) - min(highs))
    ends = {own[place, end]["value"] for place in places}
    row |= {"one_end_value": len(ends) == 1, "end_value": ends.pop() if len(ends) == 1 else np.nan}
    falls = [row[f"{kind}_end"] < row[f"{kind}_base"] - 1e-12 for kind in ("sd", "range")]
    if all(row[f"{kind}_end_high"] < row[f"{kind}_base_low"] - 1e-12 for kind in ("sd", "range")):
        return row | {"verdict": "narrows", "why": ""}
    if all(row[f"{kind}_end_low"] > row[f"{kind}_base_high"] + 1e-12 for kind in ("sd", "range")):
        return row | {"verdict": "widens", "why": ""}
    why = "standard deviation and range disagree" if falls[0] != falls[1] else "rounding decides"
    none = row["range_base"] == row["range_end"] == 0
    return row | {"verdict": "undecidable", "why": "no gap is printed in either year" if none else why}


@pytest.mark.parametrize("name", ["sd", "range"])
@pytest.mark.parametrize(("direction", "verdict"), [(1, "narrows"), (-1, "widens")])
def test_a_gap_that_only_touches_its_limit_neither_narrows_nor_widens(name, direction, verdict):
    """Both measures have to fall beyond their limits; one that ends where the other begins does not."""
    ends = {f"{kind}_{end}{side}": [5.0 if end == "base" else 3.0] for kind in ("sd", "range")
            for end in ("base", "end") for side in ("", "_low", "_high")}  # fmt: skip
    if direction < 0:
        ends = {key: [8.0 - value[0]] for key, value in ends.items()}
    judged = sys.modules["qiyou.compare.convergence"]._judged
    assert judged(pd.DataFrame(ends))["verdict"].item() == verdict
    side = {1: ("end_high", "base_low"), -1: ("end_low", "base_high")}[direction]
    level = ends | {f"{name}_{side[0]}": ends[f"{name}_{side[1]}"]}
    row = judged(pd.DataFrame(level)).iloc[0]
    assert (row["verdict"], row["why"]) == ("undecidable", "rounding decides")


def test_the_years_that_are_compared_by_default(data):
    """From 2022 to 2027, whatever is printed before and after."""
    values = {
        2021: [1, 5, 9],
        2022: [2, 5, 8],
        2023: [2, 5, 7],
        2026: [3, 5, 7],
        2027: [4, 5, 6],
        2028: [5, 5, 5],
    }
    cells = [(f"p{k}", NURSERY, year, row[k]) for year, row in values.items() for k in range(3)]
    row = compare.convergence(small(data, cells)).iloc[0]
    assert row[["base_year", "range_base", "end_year", "range_end"]].tolist() == [2022, 6, 2027, 2]
    early = compare.convergence(small(data, cells), 2021, 2028).iloc[0]
    assert early[["base_year", "range_base", "end_year", "range_end"]].tolist() == [2021, 8, 2028, 0]


def box_of_cell(one, base):
    """The box of one cell: a vague number reaches a step to both sides."""
    if one["relation"] == "about":
        value, step = one["value"], one["step"]
        return dataclasses.replace(box_of(value - step, value + step, value - step, value + step, False, False),
                                   point=np.array([value]), exact=np.array([False]))  # fmt: skip
    found = box_of(*plan_of([one], base))
    return dataclasses.replace(found, point=np.array([one["value"]]))


@pytest.mark.parametrize("seed", range(8))
def test_two_places_beside_each_other_are_those_of_a_plain_loop(data, seed):
    """Bases, ends and what is asked a year; the gap in the first and in the last year that both print."""
    rng, direction = np.random.default_rng(seed), ["up", "down"][seed % 2]
    way, paths = {"up": 1, "down": -1}[direction], ["a", "b"] if seed % 3 == 0 else [""]
    sides = [{}, {}]
    for own, variants in zip(sides, (paths, [""]), strict=True):
        for path, year in product(variants, range(2021, 2027)):
            if rng.random() < 0.55:
                relation = str(rng.choice(["eq"] * 6 + ["ge", "lt", "about"]))
                own.setdefault(path, {})[year] = cell(
                    float(rng.choice([3.0, 3.5, 4.0])), float(rng.choice([0.1, 1.0])), relation
                )
    cells = [
        (place, NURSERY, year, one, path)
        for place, own in zip("pq", sides, strict=True)
        for path, years in own.items()
        for year, one in years.items()
    ]
    indicators = data.indicators.copy()
    indicators.loc[indicators["id"] == NURSERY, "direction"] = direction
    table = compare.pair(small(data, cells, indicators=indicators), "p", "q", indicators=[NURSERY])
    named = sorted(sides[0]) if sides[0] else [""]
    assert table["variant"].tolist() == named and set(table["direction"]) == {direction}
    for row in table.to_dict("records"):
        own = [sides[0].get(row["variant"], {}), sides[1].get("", {})]
        for side, years in zip("ab", own, strict=True):
            if not years:
                assert pd.isna(row[f"end_year_{side}"]) and np.isnan(row[f"per_year_{side}"])
                continue
            start, stop = min(years), max(years)
            first, final = years[start], years[stop]
            assert (row[f"base_year_{side}"], row[f"base_{side}"]) == (start, first["value"])
            assert row[f"base_role_{side}"] == ("baseline" if start < 2023 else "target")
            assert row[f"base_relation_{side}"] == first["relation"]
            assert (row[f"end_year_{side}"], row[f"end_{side}"]) == (stop, final["value"])
            assert row[f"end_relation_{side}"] == final["relation"]
            like = [
                y
                for y, one in years.items()
                if (one["value"], one["relation"]) == (final["value"], final["relation"])
            ]
            over = min(like) - start if min(like) > start else stop - start
            change = (box_of_cell(final, stop < 2023) - box_of_cell(first, start < 2023)).turned(way)
            for name, number in (("", change.point), ("_low", change.low), ("_high", change.high)):
                wanted = number.item() / over if over else np.nan
                assert row[f"per_year{name}_{side}"] == pytest.approx(wanted, nan_ok=True), (seed, side, row)
        both = sorted(set(own[0]) & set(own[1]))
        assert (
            row["missing"]
            == {(0, 0): "both", (0, 1): "p", (1, 0): "q", (1, 1): ""}[tuple(map(int, map(bool, own)))]
        )
        assert row["note"] == ("no year that both print" if not both and all(own) else "")
        for end, at in (("base", 0), ("end", -1)):
            if not both:
                assert (
                    pd.isna(row[f"gap_year_{end}"])
                    and row[f"word_{end}"] == ""
                    and np.isnan(row[f"gap_{end}"])
                )
                continue
            year = both[at]
            ours, theirs = (box_of_cell(years[year], year < 2023) for years in own)
            found = beside_plans(ours, theirs, theirs, way, strict=np.array([True])).iloc[0]
            assert (row[f"gap_year_{end}"], row[f"word_{end}"]) == (year, found["verdict"]), (seed, row)
            got = [row[f"gap{name}_{end}"] for name in ("", "_low", "_high")]
            assert got == pytest.approx(found[["gap", "gap_low", "gap_high"]].tolist(), nan_ok=True), (
                seed,
                row,
            )
        if both:
            pairs = zip("ab", own, strict=True)
            assert all(row[f"common_{side}"] == years[both[-1]]["value"] for side, years in pairs)


def test_reviews_and_counts_have_no_gap_and_a_review_is_asked_for_nothing_a_year(data):
    review, count = "preschool_universal_pass", "pension_insured"
    cells = [(p, one, year, cell(value + k)) for k, p in enumerate("pq") for one in (review, count)
             for year, value in ((2022, 0.0), (2027, 1.0))]  # fmt: skip
    table = compare.pair(small(data, cells), "p", "q", indicators=[review, count]).set_index("indicator")
    assert table[["gap_base", "gap_end", "gap_low_end", "gap_high_base"]].isna().all(axis=None)
    assert table[["word_base", "word_end"]].eq("").all(axis=None)
    assert table["gap_year_end"].tolist() == [2027, 2027]
    assert np.isnan(table.loc[review, "per_year_a"]) and table.loc[count, "per_year_a"] == pytest.approx(0.2)
    assert table["note"].to_dict() == {
        review: "passed or not",
        count: "a count grows with the size of the place",
    }
    # between two years without a common one a review and a count still say what they are
    apart = [one for one in cells if (one[0] == "p") == (one[2] == 2022)]
    table = compare.pair(small(data, apart), "p", "q", indicators=[review, count]).set_index("indicator")
    assert table.loc[review, "note"] == "passed or not" and table.loc[count, "note"].startswith(
        "a count grows"
    )


@pytest.mark.parametrize("change", ["reversed", "unrelated"])
def test_the_order_of_the_places_and_who_else_there_is_change_nothing(data, change):
    """The first group of peers is one like any other."""
    cells = [
        (f"p{k}", NURSERY, year, 3.0 + k * (2028 - year) / 8) for k in range(5) for year in (2022, 2025, 2027)
    ]
    planted = small(data, cells)
    places = planted.places
    if change == "reversed":
        places = places.iloc[::-1].reset_index(drop=True)
    if change == "unrelated":
        places = pd.concat(
            [places.iloc[[0]].assign(id="far", parent="", level="county"), places], ignore_index=True
        )
    moved = dataclasses.replace(planted, places=places.reset_index(drop=True))
    own = {"indicators": [NURSERY]}
    calls = (compare.core, 2025), (compare.convergence,), (compare.pair, "p0", "p3")
    for call, *named in calls:
        before, after = (call(one, *named, **own).reset_index(drop=True) for one in (planted, moved))
        names = [
            name
            for name in (
                "place",
                "indicator",
                "variant",
                "verdict",
                "gap",
                "lead",
                "reference_places",
                "sd_base",
                "n",
                "word_end",
            )
            if name in before
        ]
        by = [name for name in ("place", "indicator") if name in before]
        before, after = (one.sort_values(by, ignore_index=True)[names] for one in (before, after))
        pd.testing.assert_frame_equal(before, after)


def test_why_there_is_no_reference_of_a_name(data):
    """A place without a province has no peers; but a place that is named may be anybody's reference."""
    cells = [(place, NURSERY, year, 3.0) for place in ("p0", "p1", "stray") for year in (2024, 2025)]
    planted = small(data, [one for one in cells if one[:3:2] != ("p0", 2025)])
    planted.places.loc[planted.places["id"] == "stray", "parent"] = ""
    table = compare.core(planted, 2025, "p0").set_index("place")
    assert table["why"].to_dict() == {"p1": "no reference in p0", "stray": "no reference in p0"}
    table = compare.core(planted, 2024, "p0").set_index("place")
    assert table["why"].to_dict() == {
        "p0": "the place is the reference",
        "p1": "equal as printed",
        "stray": "equal as printed",
    }
    assert table.loc["p1", ["reference_n", "reference_places", "reference_kind"]].tolist() == [
        1,
        "p0",
        "plan of p0",
    ]
    for named in ("plans_median", "province"):
        table = compare.core(planted, 2024, named).set_index("place")
        assert table.loc["stray", "why"] == "no province in places.csv"
        assert table.loc["p1", "why"] == f"no reference in {named}"


def test_the_best_source_of_what_a_province_asks_for_is_taken(data):
    """Its own documents, then official ones before press and others; of the province itself, as a target of the year."""
    grade = data.sources.drop_duplicates("grade").set_index("grade")["id"]
    target = one(data.benchmarks, indicator=NURSERY, place="zhejiang")
    rows = [("secondary", 4.0, "zhejiang", "target"), ("official", 4.5, "zhejiang", "target"), ("press", 5.0, "zhejiang", "target"),
            ("official", 6.0, "jiangsu", "target"), ("official", 7.0, "zhejiang", "benchmark"), ("official", 8.0, "china", "target")]  # fmt: skip
    benchmarks = pd.DataFrame([target.to_dict() | cell(value, 0.1) | {"source": grade[name], "place": place, "kind": kind, "year": 2025}
                               for name, value, place, kind in rows]).astype({"year": "Int64"})  # fmt: skip
    cells = [("p0", NURSERY, 2025, 4.7)]
    row = one(compare.core(small(data, cells, benchmarks=benchmarks), 2025), place="p0")
    wanted = ["provincial target", 4.5, "official", grade["official"], 1, "zhejiang", "met"]
    names = [f"reference_{name}" for name in ("kind", "value", "grade", "source", "n", "places")]
    assert row[[*names, "verdict"]].tolist() == wanted
    for skipped, value in (((1,), 5.0), ((1, 2), 4.0)):
        some = benchmarks.drop(index=list(skipped))
        assert (
            one(compare.core(small(data, cells, benchmarks=some), 2025), place="p0")["reference_value"]
            == value
        )
    own = small(data, [*cells, ("zhejiang", NURSERY, 2025, 4.8)], benchmarks=benchmarks)
    row = one(compare.core(own, 2025, "province"), place="p0")
    assert row[[*names, "verdict"]].tolist() == [
        "provincial target",
        4.8,
        "official",
        "zhejiang-plan table:1",
        1,
        "zhejiang",
        "not_met",
    ]
    # a base that the province has reached is nothing that it asks for
    reached = small(data, [("p0", NURSERY, 2022, 4.7), ("zhejiang", NURSERY, 2022, 4.8)])
    assert set(compare.core(reached, 2022, "province")["verdict"]) == {"no_reference"}


def test_the_path_of_a_named_place_has_the_width_of_its_rounding(data):
    """A base of 100 is known to 99.5 from below only; two points make a path, and one does not."""
    indicators = data.indicators.copy()
    indicators.loc[indicators["id"] == AFFORDABLE, "direction"] = "down"
    cells = [
        ("p0", AFFORDABLE, 2022, 100.0),
        ("p0", AFFORDABLE, 2026, 60.0),
        ("q", AFFORDABLE, 2024, cell(99.0, 1.0)),
    ]
    planted = small(data, cells, indicators=indicators)
    row = one(compare.core(planted, 2024, "p0"), place="q")
    expected = lead([99.0], 2024, [2022, 2026], [100.0, 60.0], reference_step=[1.0, 0.0], direction=-1).iloc[
        0
    ]
    assert row[["lead", "lead_low", "lead_high"]].tolist() == pytest.approx(expected.tolist())
    assert (
        expected["lead_low"] < expected["lead"] < expected["lead_high"]
        and row["lead_reference"] == "plan of p0"
    )
    alone = small(data, [*cells[:1], *cells[2:]], indicators=indicators)
    given = pd.DataFrame(
        {"indicator": [AFFORDABLE] * 2, "year": [2022, 2024], "value": [100.0, 80.0], "unit": "%"}
    )
    row = one(compare.core(alone, 2024, given), place="q")
    expected = lead([99.0], 2024, [2022, 2024], [100.0, 80.0], direction=-1).iloc[0]
    assert row[["lead", "lead_low", "lead_high"]].tolist() == pytest.approx(expected.tolist())
    assert (row["reference_grade"], row["reference_source"], row["reference_places"]) == ("", "given", "")
    assert one(compare.core(alone, 2024, given.iloc[1:]), place="q")["lead_reference"] == ""


def test_the_first_row_that_does_not_fit_is_told(data):
    given = pd.DataFrame(
        {
            "indicator": [NURSERY, AFFORDABLE, AFFORDABLE],
            "year": [2025, 2025, 2026],
            "value": 5.0,
            "unit": ["一", "二", "三"],
        }
    )
    with pytest.raises(DataError) as raised:
        compare.core(data, 2025, given)
    assert NURSERY in str(raised.value) and "一" in str(raised.value)
    assert (
        AFFORDABLE not in str(raised.value) and "三" not in str(raised.value) and len(raised.value.rows) == 3
    )
    twice = pd.DataFrame(
        {"indicator": [NURSERY] * 3, "year": [2025, 2026, 2025], "value": 5.0, "unit": "个/千人"}
    )
    with pytest.raises(DataError) as raised:
        compare.core(data, 2025, twice)
    assert raised.value.rows.index.tolist() == [2]
    with pytest.raises(DataError, match="rows"):
        compare.core(data, 2025, twice.iloc[:0])
    with pytest.raises(DataError, match="unit"):
        compare.core(data, 2025, twice.drop(columns="unit"))
    for year in (True, 2025.0, "2025", None):
        with pytest.raises(DataError, match="no value for"):
            compare.core(data, year)
    assert compare.core(data, np.int64(2025), indicators=[NURSERY])["year"].eq(2025).all()


def test_no_year_is_at_hand_where_nothing_is_printed(data):
    with pytest.raises(DataError, match="none"):
        compare.core(small(data, [("p0", NURSERY, 2025, 5.0)]), 2025, indicators=[AFFORDABLE])


def test_the_basis_is_what_a_value_is_divided_by_or_what_is_counted(data):
    facts = data.indicators.set_index("id")
    chosen = [NURSERY, "dibao_standard"]
    over = facts.at[NURSERY, "denominator"]
    assert over and not facts.at["dibao_standard", "denominator"]
    table = compare.core(data, 2027, indicators=chosen).drop_duplicates("indicator").set_index("indicator")
    assert table["basis"].to_dict() == {
        NURSERY: over,
        "dibao_standard": facts.at["dibao_standard", "definition"],
    }
    given = pd.DataFrame(
        {"indicator": [NURSERY], "year": 2027, "value": 5.0, "unit": "个/千人", "basis": over}
    )
    assert compare.core(data, 2027, given, indicators=[NURSERY])["verdict"].eq("met").all()


@pytest.mark.parametrize("own", [0, 3, 11, 12, 13, 14, None])
def test_twelve_others_are_named_and_the_rest_counted(own):
    from qiyou.compare.references import _others

    names = [f"n{k}" for k in range(15)]
    others = [name for k, name in enumerate(names) if k != own]
    told = _others(names, "else" if own is None else names[own], own is not None)
    assert told == ", ".join(others[:12]) + f" and {len(others) - 12} more"
    assert _others(names[:12], "else", False) == ", ".join(names[:12]) == joined(names[:12])
    assert _others(names[:13], "n12", True) == ", ".join(names[:12])
    assert joined(names[:13]) == ", ".join(names[:12]) + " and 1 more"


def test_what_a_place_belongs_to_is_found_over_five_steps_and_a_circle_ends():
    from qiyou.compare.references import ancestors, peers, provinces

    places = pd.DataFrame(
        {"id": list("abcdef"), "parent": [*"bcdef", ""], "level": ["county"] * 5 + ["province"]}
    )
    assert provinces(places).to_dict() == dict.fromkeys("abcdef", "f")
    assert ancestors(places).groupby("place").size().to_dict() == {
        one: 6 - k for k, one in enumerate("abcdef")
    }
    assert peers(places).tolist() == [0, 0, 0, 0, 0, -1]
    circle = places.assign(parent=[*"bcdefa"])
    assert ancestors(circle).groupby("place").size().eq(6).all()
    # the nearest province is a place's own
    two = pd.DataFrame(
        {"id": list("abc"), "parent": ["b", "c", ""], "level": ["county", "province", "province"]}
    )
    assert provinces(two).to_dict() == {"a": "b", "b": "b", "c": "c"}


def test_a_refused_name_counts_where_it_is_refused_and_for_what(data):
    """A rule of one document says nothing of another; a name that is no core indicator's resembles none."""
    rule = data.aliases[data.aliases["maps"] == "no"].iloc[[0]]
    rule = rule.assign(indicator=NURSERY, name="旧名", document="p0-plan", reason="why")
    aliases = pd.concat([data.aliases, rule], ignore_index=True)
    own = "registered_unemployment_rate"
    cells = [
        (place, own, 2025, cell(3.0) | {"printed_name": name})
        for place, name in (("p0", "旧名"), ("p1", "旧名"), ("p2", "城镇调查失业率"))
    ]
    planted = small(data, cells, aliases=aliases)
    planted = dataclasses.replace(planted, targets=planted.targets.assign(printed_unit=""))
    why = compare.coverage(planted, indicators=[NURSERY], lang="en").set_index("place")["why"]
    assert why.to_dict() == {
        "p0": "printed for another definition: 旧名 (table:1): why",
        "p1": "not printed",
        "p2": "not printed",
    }
    assert compare.contents(planted).set_index("place")["resembles"].to_dict() == {
        "p0": NURSERY,
        "p1": NURSERY,
        "p2": "",
    }


# ---------------------------------------------------------------- time distance


def test_leads_are_those_of_pace(data):
    path = [2.0, 3.0, 4.0, 5.0]
    cells = [(f"p{k}", NURSERY, 2024 + j, cell(value, 0.1)) for k in range(4) for j, value in enumerate(path)]
    cells += [
        ("q", NURSERY, year, cell(value, 0.1)) for year, value in ((2024, 2.5), (2025, 3.5), (2026, 3.7))
    ]
    table = compare.core(small(data, cells), 2026, "plans_median").set_index("place")
    expected = lead([3.7], 2026, range(2024, 2028), path).iloc[0]
    assert table.loc["q", ["lead", "lead_low", "lead_high"]].tolist() == pytest.approx(expected.tolist())
    assert table.loc["q", "lead"] == pytest.approx(-0.3)
    assert (table.loc[["p0", "p1", "p2", "p3"], "lead"] == 0).all()
    assert table.loc["q", ["lead_reference", "lead_n"]].tolist() == ["median of plans", 4]
    assert table.loc["p0", "lead_n"] == 3


def test_a_path_between_two_middle_values_leaves_the_lead_between_two(data):
    """Of four others two are a year behind the other two: the lead lies between those on either path."""
    cells = [(f"p{k}", NURSERY, 2023 + j, 10.0 + j + k // 2) for k in range(4) for j in range(5)]
    cells += [("q", NURSERY, 2025, 12.5)]
    row = one(compare.core(small(data, cells), 2025, "plans_median"), place="q")
    ends = [
        lead([12.5], 2025, range(2023, 2028), np.arange(5) + start)["lead"].item() for start in (10.0, 11.0)
    ]
    assert (row["lead_high"], row["lead_low"]) == pytest.approx(tuple(ends))
    assert row["lead"] == pytest.approx(sum(ends) / 2)


def test_the_median_path_keeps_its_set_of_plans(data):
    """Four plans that start late and high enter the median of their years, and not the path."""
    cells = [(f"p{k}", NURSERY, 2023 + j, 10.0 + j) for k in range(4) for j in range(5)]
    cells += [(f"late{k}", NURSERY, year, 50.0) for k in range(3) for year in (2026, 2027)]
    table = compare.core(small(data, cells), 2026, "plans_median").set_index("place")
    assert set(table["reference_n"]) == {6}
    assert set(table.loc[["p0", "p1", "p2", "p3"], "lead"]) == {0.0}
    assert (table.loc[["late0"], "lead_note"] == "better than the whole path").all()


@pytest.mark.parametrize(("years", "there"), [(1, False), (2, True)])
def test_a_path_has_two_years_in_which_the_middle_is_a_number(data, years, there):
    """Where most of the plans print a bound their middle is none, and one point is no path."""
    cells = [
        (f"p{k}", NURSERY, 2025 + j, cell(4.0 + j, 0.1, "eq" if j < years or not k else "ge"))
        for k in range(5)
        for j in range(3)
    ]
    row = one(compare.core(small(data, cells), 2025, "plans_median"), place="p0")
    assert (row["lead_reference"] == "median of plans") == there and np.isnan(row["lead"]) != there


def test_a_flat_path_makes_nobody_late(data):
    cells = [
        (f"p{k}", NURSERY, 2024 + j, value)
        for k in range(4)
        for j, value in enumerate([90.0, 95.0, 95.0, 95.0])
    ]
    table = compare.timing(small(data, cells), 2027)
    assert (table["lead"] == 0).all() and (table["lead_low"] <= 0).all() and (table["lead_high"] >= 0).all()


def test_what_has_no_path_has_no_lead(data):
    table = compare.core(data, 2027)
    assert table.loc[table["indicator"] == "preschool_universal_pass", "lead"].isna().all()
    assert table.loc[table["relation"] != "eq", "lead"].isna().all()
    held = data.indicators.assign(direction=data.indicators["direction"].replace("up", "at_least"))
    assert (
        compare.core(dataclasses.replace(data, indicators=held), 2027)
        .query("indicator == @NURSERY")["lead"]
        .isna()
        .all()
    )
    with pytest.raises(DataError, match="no indicator of the selection has a reference path"):
        compare.timing(data, 2027, indicators=["housing_support_coverage"])


def test_provincial_targets_of_several_years_are_the_path(data):
    target = data.benchmarks[
        (data.benchmarks["indicator"] == NURSERY) & (data.benchmarks["place"] == "zhejiang")
    ]
    later = target.assign(year=2027, value=5.5, low=5.5, high=5.5)
    both = dataclasses.replace(data, benchmarks=pd.concat([data.benchmarks, later], ignore_index=True))
    row = one(compare.core(both, 2026), place="yuhuan", indicator=NURSERY)
    assert (row["lead_reference"], row["lead"]) == ("provincial target", pytest.approx(2026.6 - 2026))
    assert (
        one(compare.core(data, 2025, "province"), place="yuhuan", indicator=NURSERY)["lead_reference"] == ""
    )
    # Between two years of the path: who asks in 2026 for what the province asks for 2027 is a year ahead.
    early = small(
        data, [("p0", NURSERY, 2026, 5.5)], benchmarks=pd.concat([target, later], ignore_index=True)
    )
    assert one(compare.core(early, 2026), place="p0")["lead"] == pytest.approx(1)


# ---------------------------------------------------------------- convergence


def test_convergence_of_the_nursery_places(data):
    row = one(compare.convergence(data), indicator=NURSERY)
    base = np.array([3.87, 3.31, 3.52, 3.47, 4.03])
    assert (row["n"], row["base_year"], row["places"]) == (5, 2022, "cixi, fenghua, haishu, wenling, yuhuan")
    assert row["sd_base"] == pytest.approx(base.std()) and row["range_base"] == pytest.approx(0.72)
    assert row["one_end_value"] and row["end_value"] == 5.5 and row["verdict"] == "narrows"
    assert "changxing" not in row["places"]


def test_convergence_says_what_it_leaves_out(data):
    table = compare.convergence(data)
    assert one(table, indicator=AFFORDABLE)["bounds"] == "wenling"
    mortality = table[table["indicator"] == "premature_ncd_mortality"].set_index("variant")
    assert mortality["range_end"].round(2).to_dict() == {"a": 1.2, "b": 0.2}
    assert (table["n"] >= 3).all()
    kinds = table["indicator"].map(data.indicators.set_index("id")["kind"])
    assert not kinds.isin(["stock", "flow", "status"]).any()
    arrears = one(table, indicator="wage_arrears_resolution_rate")
    assert (arrears["verdict"], arrears["why"]) == ("undecidable", "no gap is printed in either year")


@settings(max_examples=8)
@given(seed=st.integers(0, 10_000))
def test_spreads_lie_between_their_limits_whatever_was_rounded(data, seed):
    rng = np.random.default_rng(seed)
    base, end = drawn(rng, 6, ("eq",)), drawn(rng, 6, ("eq",))
    cells = [
        (f"p{k}", NURSERY, year, value)
        for year, row in ((2022, base), (2027, end))
        for k, value in enumerate(row)
    ]
    row = compare.convergence(small(data, cells)).iloc[0]
    for name, printed in (("base", base), ("end", end)):
        values, steps = (np.array([one[key] for one in printed]) for key in ("value", "step"))
        boxed = values + rng.choice([-0.5, 0, 0.5], (300, 6)) * (steps if name == "base" else 0.0)
        for kind, found in (("sd", boxed.std(axis=1)), ("range", np.ptp(boxed, axis=1))):
            assert row[f"{kind}_{name}_low"] <= found.min() + 1e-9
            assert row[f"{kind}_{name}_high"] >= found.max() - 1e-9
    falls = row["sd_end_high"] < row["sd_base_low"] and row["range_end_high"] < row["range_base_low"]
    rises = row["sd_end_low"] > row["sd_base_high"] and row["range_end_low"] > row["range_base_high"]
    assert row["verdict"] == ("narrows" if falls else "widens" if rises else "undecidable")


def spread_of(data, base, end, step=1.0, first=2022):
    """The one row of places that print these numbers in the first and in the last year."""
    cells = [
        (f"p{k}", NURSERY, year, cell(value, step))
        for year, row in ((first, base), (2027, end))
        for k, value in enumerate(row)
    ]
    return compare.convergence(small(data, cells)).iloc[0]


@pytest.mark.parametrize(
    ("base", "end", "step", "verdict", "why"),
    [
        ([1, 2, 3, 4], [5, 5, 5, 5], 1.0, "narrows", ""),
        ([5, 5, 5, 5], [1, 2, 3, 4], 0.01, "widens", ""),
        ([5, 5, 5, 5], [5, 5, 5, 5], 1.0, "undecidable", "no gap is printed in either year"),
        # The standard deviation falls from 2 to 1.79, the range rises from 4 to 5.
        ([0, 0, 4, 4], [0, 2, 2, 5], 0.01, "undecidable", "standard deviation and range disagree"),
        ([0, 2, 2, 5], [0, 0, 4, 4], 0.01, "undecidable", "standard deviation and range disagree"),
        ([1, 2, 3], [1, 2, 2.9], 1.0, "undecidable", "rounding decides"),
        # In the second year there is a gap again, which one of the rounded bases may have had.
        ([5, 5, 5], [5, 5, 5.1], 1.0, "undecidable", "rounding decides"),
        ([5, 5, 5.1], [5, 5, 5], 1.0, "undecidable", "rounding decides"),
    ],
)
def test_spreads_by_hand(data, base, end, step, verdict, why):
    row = spread_of(data, base, end, step)
    assert (row["verdict"], row["why"]) == (verdict, why)
    assert row[["sd_base", "sd_end"]].tolist() == pytest.approx([np.std(base), np.std(end)])
    assert row[["range_base", "range_end"]].tolist() == pytest.approx([np.ptp(base), np.ptp(end)])


def test_limits_of_a_spread(data):
    """Half a step either way: √(mean of ½²) for the deviation, the corners for the range; targets are exact."""
    row = spread_of(data, [1, 2, 3, 4], [5, 5, 5, 6])
    deviation = np.std([1, 2, 3, 4])
    assert row[["sd_base_low", "sd_base_high"]].tolist() == pytest.approx([deviation - 0.5, deviation + 0.5])
    assert row[["range_base_low", "range_base_high"]].tolist() == pytest.approx([2, 4])
    for kind in ("sd_end", "range_end"):
        assert row[kind] == pytest.approx(row[f"{kind}_low"]) == pytest.approx(row[f"{kind}_high"])
    level = spread_of(data, [1, 1, 1, 1], [1, 1, 1, 1])
    assert (level["range_base_low"], level["sd_base_low"]) == (0, 0) and level["range_base_high"] == 1
    assert level["one_end_value"] and level["end_value"] == 1 and not row["one_end_value"]
    assert np.isnan(row["end_value"])


def test_it_takes_three_places_in_the_first_year_that_has_them(data):
    assert spread_of(data, [1, 2, 3], [4, 4, 4])["n"] == 3
    with pytest.raises(DataError, match="at least 3 places"):
        spread_of(data, [1, 2], [4, 4])
    cells = [(f"p{k}", NURSERY, year, k) for k in (1, 2, 3) for year in (2022, 2024, 2027)]
    late = [("p0", NURSERY, year, 9) for year in (2026, 2027)]
    several = small(data, late + cells)
    row = compare.convergence(several).iloc[0]
    assert (row["base_year"], row["places"], row["range_end"]) == (2022, "p1, p2, p3", 2)
    assert compare.convergence(several, from_year=2023).iloc[0]["base_year"] == 2024
    stray = small(data, cells)
    stray.places.loc[stray.places["id"].isin(["p1", "p2", "p3"]), "parent"] = ""
    with pytest.raises(DataError):
        compare.convergence(stray)
    with pytest.raises(DataError, match="at least 3 places"):
        compare.convergence(several, from_year=2025)


# ---------------------------------------------------------------- grids and changes


def test_the_grid_tells_what_is_missing_from_what_is_lost(data):
    grid = compare.core(data, 2027, grid=True)
    counties = data.places.loc[data.places["level"] == "county", "id"]
    assert set(grid["place"]) == set(data.documents["place"]) & set(counties)
    state = grid.set_index(["place", "indicator", "variant"])["state"]
    assert state["yuhuan", "long_term_care_insured", ""] == "no_number"
    assert state["cixi", "urban_unemployment_rate", ""] == "no_number"
    assert state["changxing", "housing_support_coverage", ""] == "not_at_hand"
    assert state["haishu", "dibao_standard", ""] == "not_at_hand"
    assert state["cixi", "pension_insured", ""] == "not_at_hand"
    # The plan of Huangyan ends in 2025: for 2027 nothing is lost.
    assert set(grid.loc[grid["place"] == "huangyan", "state"]) == {"no_number"}
    rows = compare.core(data, 2027)
    assert grid["state"].isin(compare.VERDICTS).sum() == len(rows)
    # What is printed keeps its words, and where nothing is there is none.
    on, texts = ["place", "indicator", "variant"], ["why", "printed", "relation", "reference_kind", "locator"]
    told = grid[grid["state"].isin(compare.VERDICTS)].set_index(on)[texts].sort_index()
    assert told.astype(object).equals(rows.set_index(on)[texts].sort_index().astype(object))
    assert grid.loc[~grid["state"].isin(compare.VERDICTS), texts].eq("").all(axis=None)


@pytest.mark.parametrize(
    ("first", "last", "state"),
    [(2026, 2030, "not_at_hand"), (2027, 2030, "no_number"), (2021, 2025, "not_at_hand"), (2021, 2024, "no_number")],
)  # fmt: skip
def test_what_is_lost_is_lost_from_the_base_year_to_the_last(data, first, last, state):
    documents = data.documents.copy()
    own = documents["place"] == "huangyan"
    documents.loc[own, ["from_year", "to_year"]] = first, last
    # a place has lost what any of its documents was about
    early, late = (documents[own].assign(from_year=a, to_year=b) for a, b in ((first, first), (last, last)))
    documents = pd.concat([documents[~own], early, late], ignore_index=True)
    table = compare.core(dataclasses.replace(data, documents=documents), 2025, grid=True)
    assert one(table, place="huangyan", indicator=NURSERY)["state"] == state


def test_only_a_text_that_is_cut_or_lost_leaves_open_what_it_prints(data):
    table = compare.coverage(data)
    extents = data.documents.groupby("place")["extent"].agg(set)
    whole = table["place"].map(extents.map(lambda own: bool(own & {"complete", "complete, no table"})))
    assert table.loc[whole, "at_hand"].all() and (whole & ~table["there"]).any()
    lost = table["place"].map(extents).isin([{"table lost"}])
    assert lost.any() and not table.loc[lost & ~table["there"], "at_hand"].any()


@pytest.mark.parametrize(
    ("count", "text"), [(2, "a, b"), (3, "a, b, c"), (4, "a, b, c and 1 more"), (6, "a, b, c and 3 more")]
)
def test_a_row_of_names_is_cut_where_there_are_more_than_it_holds(count, text):
    assert joined("abcdef"[:count] + "a", most=3) == text


# ---------------------------------------------------------------- two places


def test_two_places_side_by_side(data):
    table = compare.pair(data, "yuhuan", "changxing", lang="en").set_index(["indicator", "variant"])
    assert len(table) == 22 and table.index.get_level_values(0).nunique() == 21
    sports = table.loc[("dibao_standard", "")]
    assert (sports["base_a"], sports["end_a"], sports["end_b"]) == (12492, 15000, 17000)
    assert (sports["gap_end"], sports["word_end"], sports["gap_year_end"]) == (-2000, "below", 2027)
    nursery = table.loc[(NURSERY, "")]
    # Changxing prints no base; the first year of both is 2023: 4 against 4.5.
    assert (nursery["base_role_a"], nursery["base_role_b"]) == ("baseline", "target")
    assert (nursery["gap_year_base"], nursery["gap_base"], nursery["word_base"]) == (2023, -0.5, "below")
    assert nursery["note"] == "", "years that both print need no remark"
    # (5.5 − 3.87) / 5, with 3.87 rounded and 5.5 exact; (5.6 − 4.5) / 4, both exact.
    limits = nursery[["per_year_a", "per_year_low_a", "per_year_high_a"]].tolist()
    assert limits == pytest.approx([0.326, 0.325, 0.327])
    assert nursery["per_year_b"] == nursery["per_year_low_b"] == pytest.approx(0.275)
    # Less is better: 9.5 against 8.5 is worse, and the second path is level.
    assert table.loc[("premature_ncd_mortality", "a"), "gap_end"] == -1.0
    assert table.loc[("premature_ncd_mortality", "b"), "word_end"] == "level"
    # 100 is reached in 2023 and only kept from then on.
    assert table.loc[("disabled_home_coverage", ""), "per_year_a"] == pytest.approx(18.2)
    assert table["per_year_a"][["preschool_universal_pass"]].isna().all()
    assert (table.loc[("pension_insured", ""), "note"]) == "a count grows with the size of the place"
    assert np.isnan(table.loc[("pension_insured", ""), "gap_end"])
    gone = table.loc[("housing_support_coverage", "")]
    assert (gone["missing"], gone["why_b"]) == ("changxing", "not in the table; text truncated")
    assert table.loc[("long_term_care_insured", ""), "missing"] == "both"


def test_a_pair_turned_round_is_its_mirror(data):
    there, back = compare.pair(data, "yuhuan", "cixi"), compare.pair(data, "cixi", "yuhuan")
    assert np.allclose(there["gap_end"], -back["gap_end"], equal_nan=True)
    assert np.allclose(there["gap_low_base"], -back["gap_high_base"], equal_nan=True)
    mirror = {"at_or_above": "below", "below": "at_or_above"}
    assert there["word_end"].replace(mirror).tolist() == back["word_end"].tolist()
    assert there["per_year_a"].equals(back["per_year_b"])
    there, back = compare.pair(data, "yuhuan", "changxing"), compare.pair(data, "changxing", "yuhuan")
    for name in ("missing", "note", "gap_year_base", "gap_year_end"):
        assert there[name].equals(back[name]), name
    # Where one prints no number there is no gap between two values, and nothing to note.
    assert (there.loc[there["missing"].ne("") & ~there["note"].str.startswith("a count"), "note"] == "").all()
    with pytest.raises(DataError, match="named twice"):
        compare.pair(data, "cixi", "cixi")


@pytest.mark.parametrize(("a", "b"), [("wenling", "cixi"), ("yuhuan", "huangyan"), ("yuhuan", "changxing")])
def test_a_gap_is_the_difference_of_the_values_beside_it(data, a, b):
    table = compare.pair(data, a, b)
    table = table[table["gap_end"].notna()]
    sign = table["direction"].map({"down": -1, "at_most": -1}).fillna(1)
    assert len(table) and np.allclose(sign * (table["common_a"] - table["common_b"]), table["gap_end"])


def test_every_word_has_its_chinese(data):
    from qiyou import words

    frames = [
        compare.core(data, year, reference)
        for year in (2022, 2025, 2027)
        for reference in ("auto", "changxing")
    ]
    frames += [compare.convergence(data)]
    said = {why for frame in frames for why in frame["why"]} | set(
        compare.pair(data, "yuhuan", "cixi")["note"]
    )
    said = {why for why in said if why and not why.startswith("no reference in")}
    assert len(said) > 5 and said <= set(words.group("why", "zh"))
    assert set(compare.VERDICTS) <= set(words.group("verdict", "zh"))


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda data: compare.core(data, 2031), "the years at hand are 2022, 2023, 2024, 2025, 2026, 2027"),
        (lambda data: compare.core(data, "2025"), "no value for '2025'"),
        (lambda data: compare.core(data, 2025, places=["yuhua"]), "yuhuan"),
        (lambda data: compare.core(data, 2025, places=[]), "no place with a document is named"),
        (
            lambda data: compare.core(data, 2025, indicators=["life_expectency"]),
            "life_expectancy",
        ),
        (lambda data: compare.core(data, 2025, indicators=["sports_area_per_capita"]), "no core indicator"),
        (lambda data: compare.core(data, 2025, "zhejang"), "zhejang"),
        (
            lambda data: compare.core(data, 2025, "beijing"),
            "prints no core indicator that can be a reference",
        ),
        (lambda data: compare.core(data, 2025, 4.5), "pass one of auto"),
        (
            lambda data: compare.core(data, 2025, pd.DataFrame({"indicator": []})),
            "lacks the columns year, value, unit",
        ),
        (lambda data: compare.core(data, 2022, places=["huangyan"]), "the years at hand are 2025"),
        (
            lambda data: compare.coverage(data, places=["wenzhou"]),
            "there is no place with a document 'wenzhou'",
        ),
        (lambda data: compare.contents(data, document="yuhuan"), "choose one of .*yuhuan-plan-2023"),
        (lambda data: compare.contents(data, "parts"), "by domain or department"),
        (lambda data: compare.contents(data, "department", places=["changxing"]), "prints no department"),
        (lambda data: compare.convergence(data, 2027, 2022), "is not before"),
        (
            lambda data: compare.convergence(data, indicators=["pension_insured"]),
            "grow with the size of a place",
        ),
        (lambda data: compare.convergence(data, indicators=["dibao_standard"]), "at least 3 places"),
        (lambda data: compare.core(data, 2025, places=["zhejiang"], grid=True), "no value for 2025"),
    ],
)
def test_errors_name_the_way_out(data, call, message):
    with pytest.raises(DataError, match=message):
        call(data)


def test_a_nation_of_counties_goes_in_one_call(data):
    rng = np.random.default_rng(1)
    core = data.indicators[data.indicators["core"]]
    grid = pd.MultiIndex.from_product(
        [[f"p{k:04d}" for k in range(300)], core["id"], range(2022, 2028)],
        names=["place", "indicator", "year"],
    ).to_frame(index=False)
    value = np.round(60 + rng.normal(0, 5, len(grid)), 1)
    seed = small(data, [(place, NURSERY, 2025, 5.0) for place in grid["place"].unique()])
    targets = grid.assign(
        document=grid["place"] + "-plan",
        row="1",
        variant="",
        printed="",
        role="target",
        star="*",
        department="",
        unit=grid["indicator"].map(core.set_index("id")["unit"]),
        value=value,
        low=value,
        high=value,
        relation="eq",
        step=0.1,
        low_closed=True,
        high_closed=True,
    )
    many = dataclasses.replace(seed, targets=targets)
    table = compare.core(many, 2025)
    assert len(table) == 300 * 21 and set(table["reference_kind"]) == {"median of plans", ""}
    nursery = table[table["indicator"] == NURSERY]
    # Of 299 others the middle one is the 150th: one of the two middle values of all 300.
    middle = nursery["value"].sort_values().iloc[149:151]
    assert set(nursery["reference_value"]) <= set(middle) and (nursery["reference_n"] == 299).all()
    assert nursery["reference_places"].iloc[0].endswith("and 287 more")
    assert (compare.convergence(many)["n"] == 300).all()
