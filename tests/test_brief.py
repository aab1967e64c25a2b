"""Briefings: their sentences against published numbers, and the files as an office opens them."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile

import openpyxl
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn

import qiyou
from qiyou import brief, capacity, words
from qiyou.brief import papers
from qiyou.brief.citable import Sources
from qiyou.errors import DataError


@pytest.fixture(scope="module")
def said(data, read):
    return brief.statements(data, read=read)


@pytest.fixture(scope="module")
def folder(data, read, tmp_path_factory):
    return brief.county(data, "玉环", "长兴", to=tmp_path_factory.mktemp("briefings"), read=read)


def only(said: pd.DataFrame, key: str, place: str, indicator: str = "") -> pd.Series:
    rows = said[said["key"].eq(key) & said["place"].eq(place) & said["indicator"].eq(indicator)]
    assert len(rows) == 1, rows["sentence"].tolist()
    return rows.iloc[0]


# ---------------------------------------------------------------- sentences


def test_every_sentence_has_evidence_and_a_citation_and_no_verdict(data, read, said):
    for lang, frame in (("zh", said), ("en", brief.statements(data, lang="en", read=read))):
        assert frame["sentence"].is_unique and not frame.isna().any(axis=None)
        assert frame[["sentence", "evidence", "citation"]].ne("").all(axis=None), lang
        text = " ".join(frame["sentence"] + frame["evidence"])
        assert not re.search(r"plausib|feasib|合理|可行|检验封印|table:|statement:|_", text, re.IGNORECASE), (
            lang
        )
        ids = [*data.documents["id"], *data.sources["id"]]
        assert not any(
            one in text for one in [*ids, *frame["citation"]] for text in frame["citation"] if one in ids
        )


def test_additions_name_population_and_scenarios(data, said):
    row = only(said, "additions", "yuhuan", "nursery_places_per_1000")
    found = capacity.span(capacity.additions(data, "yuhuan", "nursery_places_per_1000")).iloc[0]
    low, high = (
        int(text.replace(",", ""))
        for text in re.search(r"净增([\d,]+)至([\d,]+)个", row["sentence"]).groups()
    )
    assert low <= found["low"] < found["high"] <= high and (low, high) == (1050, 1220)
    assert "2021年末常住人口64.8万人" in row["sentence"] and "人口自最近年起不变、全省增速" in row["sentence"]
    assert "统计公报" in row["citation"]


def test_a_tenth_of_a_square_metre(said):
    assert (
        "每提高0.1平方米/人，须净增64,800平方米"
        in only(said, "step", "yuhuan", "sports_area_per_capita")["sentence"]
    )


def test_announced_projects_with_and_without_trails(said):
    rows = said[said["key"].eq("balance") & said["place"].eq("yuhuan")]["sentence"].tolist()
    assert len(rows) == 2
    for text in rows:
        assert "不计步道为0.7至5.4万平方米" in text and "步道全额计入为20.2至31.6万平方米" in text
    assert any("3.1平方米/人" in text and "2024年" in text for text in rows)


def test_projects_are_announced_when_their_document_says_so(said):
    text = only(said, "balance_plain", "huangyan", "sports_area_per_capita")["sentence"]
    assert "2021年公布、计划到2025年建成" in text
    assert "另有3处面积不明，含黄岩体育馆、全民健身中心、少年儿童业余体校，未计入" in text


def test_centres_of_unknown_size_are_named(said):
    rows = said[said["key"].eq("balance") & said["place"].eq("yuhuan")]["sentence"]
    assert rows.str.contains("按全部为净新增计；另有28处面积不明，含玉环体育中心、玉环奥体中心，未计入").all()
    assert rows.str.contains("2023至2024年公布、计划到2024年建成").all()


@pytest.mark.parametrize(
    ("key", "place", "indicator", "parts"),
    [
        (
            "answer",
            "yuhuan",
            "nursery_places_per_1000",
            ["5.5个/千人", "已知5段省级2至6年的实际变化均不慢于所需速度"],
        ),
        ("answer", "yuhuan", "sports_area_per_capita", ["3.2平方米/人", "每年须提高0.09至0.11平方米/人"]),
        ("answer", "yuhuan", "doctors_per_1000", ["3.5人/千人", "高于全国2020—2024年的实际速度"]),
        (
            "nation",
            "yuhuan",
            "doctors_per_1000",
            ["3.61人/千人（2024年）", "终值：玉环市3.5人/千人（2027年）"],
        ),
        ("answer", "huangyan", "sports_area_per_capita", ["2.8平方米/人"]),
        (
            "noted",
            "yuhuan",
            "sports_area_per_capita",
            ["2024年2.9平方米/人", "≥3.1平方米/人", "正文二(四)第6条"],
        ),
        ("noted", "yuhuan", "property_management_coverage", ["87.5%", "90%"]),
        ("noted", "changxing", "huiminbao_enrolment_rate", ["75%", "≥70%", "正文的要求较低"]),
        ("asked", "yuhuan", "premature_ncd_mortality", ["9.5%", "≤8.5%", "哪一行是目标"]),
        ("asked", "haishu", "child_screening_rate", ["97.67%", "86%"]),
        ("asked", "cixi", "premature_ncd_mortality", ["8.4%", "9.1%"]),
        ("asked", "yuhuan", "rental_housing_cumulative", ["2023套", "1790套"]),
        ("asked", "yuhuan", "public_service_investment_cumulative", ["81亿元", "16.2亿元", "5.47亿元"]),
    ],
)
def test_findings_with_their_numbers(said, key, place, indicator, parts):
    sentence = only(said, key, place, indicator)["sentence"]
    assert all(part in sentence for part in parts), sentence


def test_what_the_plans_share(said):
    common = said[said["key"].eq("shared") & said["sentence"].str.contains("6地中5地")].iloc[0]
    assert "5.5个/千人" in common["sentence"] and common["citation"].count("表第1行") == 5
    twins = said[said["key"].eq("shared") & said["place"].eq("cixi; haishu")]
    assert {"nursery_places_per_1000", "affordable_nursery_share"} == set(twins["indicator"])
    province = said[said["key"].eq("province") & said["indicator"].eq("nursery_places_per_1000")].iloc[0]
    assert (
        "2025年" in province["sentence"]
        and "4.5个/千人" in province["sentence"]
        and "6份的目标值达到" in province["sentence"]
    )
    spread = said[said["key"].eq("spread")].iloc[0]
    assert "玉环市50%、慈溪市70%、长兴县75%；相差25个百分点" in spread["sentence"]


def test_each_end_value_has_its_place_and_year(said):
    rows = said[said["key"].eq("nation")].set_index("indicator")["sentence"]
    assert "慈溪市76%（2027年）、玉环市72%（2027年）" in rows["higher_education_enrolment"]
    sports = rows["sports_area_per_capita"]
    assert "玉环市3.2平方米/人（2027年）" in sports and "黄岩区2.8平方米/人（2025年）" in sports
    assert rows.str.contains("本库所录最近数值").all()


def test_what_cannot_be_told_stays_in_the_count(data, said):
    told = qiyou.compare.convergence(data)["verdict"].value_counts()
    sentence = said.loc[said["key"].eq("convergence"), "sentence"].item()
    assert f"{told.sum()}组" in sentence and told["undecidable"]
    assert f"{told['narrows']}个缩小、{told['undecidable']}个无法判定" in sentence


def test_what_is_at_hand(data, said):
    coverage = said[said["key"].eq("coverage")].iloc[0]["sentence"]
    assert "玉环市21项" in coverage and "长兴县18项" in coverage and "慈溪市13项（节录）" in coverage
    whole = said[said["key"].eq("transcription")].iloc[0]["sentence"]
    assert "校验码" in whole and f"{int(data.documents['digits'].sum())}个数字" in whole


def test_none_of_the_targets_is_no_subject_of_a_sentence(read, said):
    text = said[said["key"].eq("history")].iloc[0]["sentence"]
    own = int(read.profiles["own_windows"].gt(0).sum())
    assert f"{len(read.profiles)}项目标中，有本地同一口径历年实际值可比的共{own}项" in text


def test_readings_are_counted(read, said):
    own = read.profiles[read.profiles["place"].eq("yuhuan")]
    text = only(said, "readings", "yuhuan")["sentence"]
    assert f"{len(own)}项目标" in text
    above = int(own["reading"].isin(["ABOVE_EXPERIENCE", "BEYOND_EXPERIENCE", "NOT_BELOW_EXPERIENCE"]).sum())
    assert f"{above}项读作高于已知经验" in text and "千人执业(助理)医师数" in text


def test_a_place_and_another(data, read):
    frame = brief.statements(data, "玉环", beside="长兴", read=read)
    assert frame["place"].str.contains("yuhuan").all()
    row = only(frame, "pair", "yuhuan")
    counts = [int(k) for k in re.findall(r"(\d+)项", row["sentence"])]
    assert counts[0] == sum(counts[1:]) == 14  # two reviews are passed or not
    told = only(brief.statements(data, "玉环", "en", beside="长兴", read=read), "pair", "yuhuan")["sentence"]
    assert "asks for the same in 6 of them, for less in 8 of them." in told


def test_a_text_is_cited_by_its_section_and_not_by_our_number(data):
    sources = Sources(data, "zh")
    assert sources.at("yuhuan-plan-2023/statement:53") == "正文二(四)第19条"
    assert sources.at("yuhuan-plan-2023/table:12b:2027") == "表第12b行"
    assert sources.joined(["yuhuan-plan-2023/table:1", "yuhuan-plan-2023"]).count("2023-06-28") == 1


def test_other_folders_say_less_and_never_fail(data, read):
    few = dataclasses.replace(
        data,
        benchmarks=data.benchmarks.iloc[:0],
        projects=data.projects.iloc[:0],
        reference=data.reference.iloc[:0],
    )
    keys = set(brief.statements(few, read=read)["key"])
    assert "province" not in keys and "nation" not in keys and "answer" in keys


def test_unknown_place(data, read):
    with pytest.raises(DataError):
        brief.statements(data, "亚特兰蒂斯", read=read)


# ---------------------------------------------------------------- files


def test_word_file_has_styles_fonts_and_alternative_text(folder):
    document = Document(folder / "brief.docx")
    used = {paragraph.style.name for paragraph in document.paragraphs}
    assert {"Title", "Subtitle", "Heading 1", "List Number", "List Bullet", "Caption"} <= used
    for style in document.styles:
        fonts = style.element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}") if style.name != "No List" else None
        if style.name != "No List":
            assert fonts.get(qn("w:eastAsia")) in ("SimSun", "SimHei"), style.name
            assert not [name for name in fonts.attrib if name.endswith("Theme")]
    with zipfile.ZipFile(folder / "brief.docx") as file:
        theme = file.read("word/theme/theme1.xml").decode()
        assert "ＭＳ" not in theme and 'ea typeface="SimSun"' in theme
        assert file.read("word/styles.xml").decode().count("eastAsia=") > 10
    pictures = document.element.body.findall(f".//{qn('wp:docPr')}")
    assert len(pictures) == 2 and all(len(picture.get("descr")) > 40 for picture in pictures)
    assert document.styles["Heading 1"].paragraph_format.keep_with_next
    core = next(table for table in document.tables if table.style.name == "Brief Table")
    assert core.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None and len(core.rows) > 21
    assert 5 <= sum(paragraph.style.name == "List Number" for paragraph in document.paragraphs) <= 8


def test_misprint_is_not_handed_on(folder):
    """The transcription decides that Changxing's 850 is 8.50."""
    table = next(
        table for table in Document(folder / "brief.docx").tables if table.style.name == "Brief Table"
    )
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    mortality = next(row for row in rows if "表第12行" in row[0])
    assert mortality[2:5] == ["11.02(2022)→9.5(2027)", "目标9.30(2023)→8.5(2027)", "−1"]


def test_word_and_web_say_the_same(folder):
    page = (folder / "brief.html").read_text(encoding="utf-8")
    for paragraph in Document(folder / "brief.docx").paragraphs:
        for run in paragraph.runs:
            assert run.text in page.replace("&quot;", '"').replace("&gt;", ">").replace("&lt;", "<").replace(
                "&amp;", "&"
            )


def test_web_page_asks_for_nothing_elsewhere(folder):
    page = (folder / "brief.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!data:)|url\(|@import|<script|<link', page)
    assert page.count("data:image/png;base64,") == 2 and 'lang="zh-CN"' in page


def test_workbook_is_typed_and_harmless(folder):
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    assert book.sheetnames == list(words.group("sheet", "zh").values())
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        for row in sheet.iter_rows():
            assert not [cell for cell in row if cell.data_type == "f"]
    printed = book["所列数值"]
    heads = [cell.value for cell in printed[1]]
    rows = [
        dict(zip(heads, [cell.value for cell in row], strict=True)) for row in printed.iter_rows(min_row=2)
    ]
    text = next(row for row in rows if row["printed"] == "3.0")
    assert text["value"] == 3 and not isinstance(text["value"], str)


def test_formulas_are_neutralised():
    frame = pd.DataFrame({"=a": ["=1+1", "+cmd", "-x", "@y", "−4.5", "-4.5%", "a\x07"], "n": [1.5] * 7})
    sheet = openpyxl.load_workbook(io.BytesIO(brief.workbook({"s": frame})))["s"]
    assert [cell.value for cell in sheet["A"]] == [
        "'=a", "'=1+1", "'+cmd", "'-x", "'@y", "−4.5", "-4.5%", "a",
    ]  # fmt: skip
    assert {cell.data_type for cell in sheet["A"]} == {"s"} and sheet["B2"].value == 1.5


def test_same_bytes_twice(data, read, folder, tmp_path):
    again = brief.county(data, "yuhuan", "changxing", to=tmp_path, read=read)
    for name in ("brief.docx", "brief.html", "tables.xlsx"):
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name
    with zipfile.ZipFile(folder / "brief.docx") as file:
        assert {member.date_time[0] for member in file.infolist()} == {1980}


NAME = "某<b>$x|县"


@pytest.fixture(scope="module")
def odd(data, read):
    """A place with an unkind name and a single row."""
    places = data.places.assign(name_zh=data.places["name_zh"].where(data.places["id"].ne("wenling"), NAME))
    profiles = read.profiles[read.profiles["place"].eq("wenling")].head(1)
    short = profiles["short_zh"].str.replace("温岭市", NAME)
    one = dataclasses.replace(read, profiles=profiles.assign(short_zh=short))
    return dataclasses.replace(data, places=places), one


def test_an_unkind_name_and_a_single_row(odd, tmp_path):
    data, read = odd
    folder = brief.county(data, "wenling", to=tmp_path, read=read)
    assert folder.name == "某_b_$x_县" and len(list(folder.iterdir())) == 3
    page = (folder / "brief.html").read_text(encoding="utf-8")
    assert "<b>" not in page and "某&lt;b&gt;$x|县" in page
    assert NAME in Document(folder / "brief.docx").paragraphs[0].text


def test_pages_for_all(odd, tmp_path):
    data, read = odd
    told = []
    index = brief.pages(data, tmp_path, read=read, progress=lambda *how: told.append(how[:2]))
    text = index.read_text(encoding="utf-8")
    assert told == [(1, 1)] and "<b>" not in text and "某&lt;b&gt;$x|县" in text
    (link,) = re.findall(r'href="([^"]+)"', text)
    card = (tmp_path / link).read_text(encoding="utf-8")
    assert "<img alt=" in card and "<b>" not in card and "../index.html" in card


def test_a_place_without_targets(data, read, tmp_path):
    folder = brief.county(data, "台州", to=tmp_path, read=read)
    assert "没有可用的目标数值" in Document(folder / "brief.docx").paragraphs[1].text


def test_undated_keeps_the_content(folder):
    content = (folder / "tables.xlsx").read_bytes()
    assert papers.undated(content) == content


def test_public_names():
    assert qiyou.brief.__all__ == ["county", "pages", "statements", "workbook"]


def test_the_counts_of_readings_are_those_of_the_profiles(read, said):
    """Not every target that has nothing realised beside it was looked for: some ask for no pace."""
    counts = read.profiles["reading"].value_counts()
    whole = said[said["key"] == "readings"]["sentence"].iloc[0]
    unasked = sum(counts.get(name, 0) for name in ("KEEP", "PASS_YEAR", "WEAKER_THAN_BASE"))
    assert f"{counts['ARITHMETIC_ONLY']}项没有查到可比的实际变化；{unasked}项不问速度" in whole
    parts = [int(number) for number in re.findall(r"(?:：|；)(\d+)项", whole)]
    assert sum(parts) == len(read.profiles)


def test_an_answer_cites_the_ends_of_the_time_that_it_names(data, said):
    answers = said[said["key"] == "answer"]
    cited = answers[answers["sentence"].str.contains("医师数")]["citation"].iloc[0]
    assert "2020年卫生健康事业发展统计公报" in cited and "2024年卫生健康事业发展统计公报" in cited
    assert "2019年" not in cited  # before the census, on another basis
    cited = answers[answers["sentence"].str.contains("玉环市.*托位数")]["citation"].iloc[0]
    assert "2.03个" in cited and "4.73个" in cited and "健康焦点" not in cited
    sports = answers[answers["sentence"].str.contains("玉环市“人均体育场地面积”")]["citation"].iloc[0]
    assert "第六次全国体育场地普查" not in sports


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_reader_can_subtract_the_cells_of_a_table(data, lang):
    table = brief.core_table(data, "wenling", "cixi", lang)
    row = table[table.iloc[:, 0].isin(["普惠托位占比", "Share of affordable nursery places"])].iloc[0]
    assert list(row[2:5]) == ["≥80(2022)→85(2024)", "50(2022)→62(2024)→75(2027)", "23(2024)"]
    # what is compared at the end of both needs no year
    assert table.iloc[0, 4] == "0"


def test_a_bound_in_words_stays_a_bound_in_a_table(data):
    name = "重大慢病过早死亡率"
    for beside in (None, "yuhuan"):
        table = brief.core_table(data, "huangyan", beside, "zh").set_index("指标")
        assert table.loc[[name], "黄岩区"].tolist()[0] == "≤8.0(2025)"


@pytest.mark.parametrize("beside", [None, "yuhuan"])
def test_a_first_target_is_not_shown_as_a_base(data, beside):
    for lang, mark in (("zh", "目标"), ("en", "target ")):
        cells = brief.core_table(data, "changxing", beside, lang).iloc[:, 2]
        paths = cells[cells.str.contains("→")]
        assert len(paths) > 10 and paths.str.startswith(mark).all()
    own = brief.core_table(data, "yuhuan", beside and "changxing", "zh").iloc[:, 2]
    assert own.str.match(r"\d").sum() > 10, "a base that is printed is not marked"
