"""A plan as a Word file with names that nobody knows, from there to its cards and comparison without opening a table."""

from __future__ import annotations

import csv

import docx
import pandas as pd
import pytest

import qiyou
from qiyou import cli, scaffold
from qiyou.data import check, load, root
from qiyou.data.schema import TABLES
from qiyou.errors import DataError

TITLE = "开化县公共服务“七优享”工程实施方案（2023—2027年）"
HEAD = ["序号", "指标名称", "单位", "2022年", "2025年", "2027年"]
ROWS = [
    ["1", "每千人口拥有3岁以下婴幼儿照护设施托位数", "个", "3.5", "4.5", "5.0"],
    ["2", "学前教育优质园覆盖率（我县自设）", "%", "70", "78", "82"],
    ["3", "城镇老旧小区改造开工数", "个", "12", "20", "20"],
    ["4", "人均体育场地面积", "平方米", "2.6", "2.9", "3.1"],
]
COUNTY = "浙江省衢州市开化县"


def plan(path, rows=ROWS, title=TITLE, above=("单位：见表",)):
    """A Word file with a title and lines above a table whose years are not one after the other."""
    document = docx.Document()
    if title:
        document.add_heading(title, 0)
    for line in above:
        document.add_paragraph(line)
    table = document.add_table(0, len(HEAD))
    for line in [HEAD, *rows]:
        for cell, text in zip(table.add_row().cells, line, strict=True):
            cell.text = text
    document.save(path)
    return path


@pytest.fixture
def county(tmp_path):
    return scaffold.new("kaihua-own", place=COUNTY, source=plan(tmp_path / "a.docx"), parent=tmp_path)


def read(folder, name):
    return list(csv.DictReader((folder / f"{name}.csv").read_text("utf-8").splitlines()))


def test_unknown_names_stop_nothing(county, capsys):
    assert cli.main(["check", "--also", str(county), "--lang", "zh"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2 and told[0].startswith("警告")
    assert "3 个指标待补" in told[0] and "补齐 indicators.csv 的 direction、kind" in told[0]
    assert all(row[1] in told[0] for row in ROWS[:3])
    for command in (["answer", "开化", "人均体育场地面积"], ["compare", "开化", "玉环"]):
        assert cli.main([*command, "--also", str(county), "--lang", "zh"]) == 0
        assert "开化县" in capsys.readouterr().out


def test_what_is_unfinished_takes_no_part_and_stays_as_printed(county):
    data = load(also=[county])
    own = data.targets[data.targets["document"].eq("kaihua-own")]
    assert own["indicator"].unique().tolist() == ["sports_area_per_capita"] and own["year"].tolist() == [
        2022,
        2025,
        2027,
    ]
    assert [row["printed_name"] for row in read(county, "table")] == [row[1] for row in ROWS]
    assert data.unfinished["missing"].tolist() == ["direction kind"] * 3
    assert data.unfinished["line"].tolist() == [2, 3, 4]
    assert not set(data.unfinished["id"]) & set(data.indicators["id"])
    mine = data.places.set_index("id").loc["开化县"]
    assert (mine["name_en"], mine["level"], mine["parent"]) == ("开化县", "county", "quzhou")


def test_asked_for_it_is_one_sentence(county, capsys):
    asked = ["answer", "开化", ROWS[2][1], "--also", str(county)]
    for lang, says in (("zh", "第 4 行补齐 direction、kind"), ("en", "fill in direction, kind on line 4")):
        assert cli.main([*asked, "--lang", lang]) == 1
        error = capsys.readouterr().err
        assert says in error and "kaihua-own/indicators.csv" in error and error.count("\n") == 1


def filled(county, **cells):
    rows = read(county, "indicators")
    rows[1] |= cells
    with (county / "indicators.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_filled_in_it_takes_part(county):
    filled(county, direction="up", kind="share")
    data = load(also=[county])
    assert qiyou.answer(data, "开化", "学前教育优质园覆盖率（我县自设）", lang="en").facts[
        "end"
    ].tolist() == [82]
    assert len(data.unfinished) == 2
    assert data.indicators.set_index("id").at["kaihua_own_2", "name_en"] == ROWS[1][1]


@pytest.mark.parametrize("cells", [{"direction": "upwards"}, {"kind": "percent"}, {"core": "perhaps"}])
def test_what_is_blank_may_wait_and_what_is_wrong_may_not(county, cells):
    filled(county, **cells)
    found = check(also=[county])
    found = found[found["severity"] == "error"]
    assert found["code"].tolist() == ["BAD_VALUE"] and found["line"].tolist() == [3]


def test_the_repositorys_own_tables_are_filled_in():
    for name, columns in {
        "indicators": ("name_zh", "name_en", "unit", "direction", "kind", "core"),
        "places": ("name_zh", "name_en", "level"),
    }.items():
        with (root() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert all(row[column] for row in csv.DictReader(file) for column in columns)
        known = [column for column in TABLES[name].columns if column.name in columns]
        assert all(column.complaint("") for column in known)
        waiting = {column.name for column in known if not column.complaint("", own=True)}
        assert waiting == set(columns) - ({"name_zh"} if name == "indicators" else set())


# ------------------------------------------------------------------------------------------------ named by hand


def named(tmp_path, *given, lang="zh", rows=ROWS):
    words = [word for one in given for word in ("--as", one)]
    path = plan(tmp_path / "a.docx", rows)
    start = ["new", "kaihua-own", "--place", COUNTY, "--from", str(path), "--in", str(tmp_path)]
    return cli.main([*start, *words, "--lang", lang])


def test_a_row_is_named_by_hand(tmp_path, capsys):
    assert named(tmp_path, "1=托位数", f"{ROWS[2][1]}=累计开工改造城镇老旧小区") == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[1:5]] == ["已指定", "待补", "已指定", "已对应"]
    folder = tmp_path / "kaihua-own"
    assert check(also=[folder])["severity"].tolist().count("error") == 0
    own = load(also=[folder]).targets.query("document == 'kaihua-own'").drop_duplicates("row")
    ids = ["nursery_places_per_1000", "old_estates_started_cumulative", "sports_area_per_capita"]
    assert own["indicator"].tolist() == ids
    assert own["printed_name"].tolist() == [ROWS[k][1] for k in (0, 2, 3)]
    assert own["printed_unit"].tolist() == ["个", "个", "平方米"]


def test_a_name_printed_twice_is_one_indicator_named_or_not(tmp_path):
    rows = [*ROWS, ["5", ROWS[0][1], "个", "1", "2", "3"], ["6", ROWS[1][1], "%", "1", "2", "3"]]
    assert named(tmp_path, "5=托位数", rows=rows) == 0
    folder = tmp_path / "kaihua-own"
    assert "error" not in check(also=[folder])["severity"].tolist()
    assert [row["indicator"] for row in read(folder, "table")] == [
        *("nursery_places_per_1000", "kaihua_own_2", "kaihua_own_3", "sports_area_per_capita"),
        *("nursery_places_per_1000", "kaihua_own_2"),
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("9=托位数", "--as 9=托位数"),
        ("托位数", "--as 1=托位数"),
        ("2=不知道", "没有叫“不知道”的指标"),
        ("2=托位", "相近的有"),
    ],
)
def test_a_row_or_an_indicator_that_there_is_not(tmp_path, capsys, given, says):
    assert named(tmp_path, given) == 1
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1 and not (tmp_path / "kaihua-own").exists()


def test_a_name_that_must_not_be_that_indicator(tmp_path, capsys):
    rows = [["1", "城镇登记失业率", "%", "3", "3", "3"]]
    assert named(tmp_path, "1=城镇调查失业率", rows=rows) == 1
    assert "不得对应到 urban_unemployment_rate" in capsys.readouterr().err


def test_another_unit_is_told_at_once_and_its_cells_are_left_out(tmp_path, capsys):
    assert named(tmp_path, "2=托位数") == 0
    assert "2022：单位是%，而指标的单位是个/千人" in capsys.readouterr().out
    found = check(also=[tmp_path / "kaihua-own"])
    assert not found["severity"].eq("error").any() and "UNFINISHED" in found["code"].tolist()
    rows = qiyou.load(also=[tmp_path / "kaihua-own"]).targets.query("document == 'kaihua-own' and row == '2'")
    assert rows["indicator"].eq("nursery_places_per_1000").all() and rows["value"].isna().all()


UNREAD = [
    ["1", "托位数", "个/千人", "3.1(年均增速)", "4", "5.5"],
    ["2", "人均体育场地面积", "m²", "2.5", "2.8", "一批"],
    ["3", "每万人图书馆面积", "m²/万人", "100", "110", "120"],
    ["4", "持证人数", "万人次", "5", "6", "6万出头"],
]


def test_a_cell_that_cannot_be_read_stops_nothing_and_is_never_forgotten(tmp_path, capsys):
    assert named(tmp_path, "1=托位数", rows=UNREAD) == 0
    folder = tmp_path / "kaihua-own"
    told = capsys.readouterr().out
    assert "3.1(年均增速)" in told and "一批" in told and "6万出头" in told
    decided = pd.read_csv(folder / "decisions.csv", dtype=str)
    first, *_, last = pd.read_csv(folder / "table.csv", dtype=str).filter(regex="^20").columns
    assert decided["at"].tolist() == [f"table:1:{first}", f"table:2:{last}", f"table:4:{last}"]
    assert decided["printed"].tolist() == ["3.1(年均增速)", "一批", "6万出头"]
    (warned,) = check(also=[folder], lang="zh").query(
        "severity == 'warning' and file.str.endswith('decisions.csv')"
    )["what"]
    assert warned == "3 格暂不读取（第 1 行、第 2 行、第 4 行），其余照常计算"
    data = qiyou.load(also=[folder])
    # a printed base is never said to be missing, and what a later year prints is named
    base = qiyou.answer(data, "开化", "nursery_places_per_1000")
    assert "方案的基期“3.1(年均增速)”没有可用的数值" in base.zh and "未列基期值" not in base.zh
    end = qiyou.answer(data, "开化", "sports_area_per_capita")
    assert "其后年份所列“一批”没有可用的数值，未计入" in end.zh and "later years print “一批”" in end.en
    # a decision that says how the cell is read ends it
    text = (folder / "decisions.csv").read_text(encoding="utf-8")
    (folder / "decisions.csv").write_text(text.replace("一批,—", "一批,3"), encoding="utf-8")
    assert "所列“" not in qiyou.answer(qiyou.load(also=[folder]), "开化", "sports_area_per_capita").zh


def test_a_stub_has_the_unit_that_its_cells_are_read_in(tmp_path):
    assert named(tmp_path, "1=托位数", rows=UNREAD) == 0
    folder = tmp_path / "kaihua-own"
    stubs = pd.read_csv(folder / "indicators.csv", dtype=str)
    assert stubs["unit"].tolist() == ["平方米/万人", "人次"]
    # completed, they are read like any other
    stubs = stubs.assign(direction="up", kind=["density", "stock"])
    stubs.to_csv(folder / "indicators.csv", index=False)
    rows = qiyou.load(also=[folder]).targets.query("document == 'kaihua-own' and row in ['3', '4']")
    assert rows["value"].dropna().tolist() == [100, 110, 120, 50_000, 60_000]


# ---------------------------------------------------------------------------------------------- title and place


@pytest.mark.parametrize(
    ("title", "above", "taken"),
    [
        (TITLE, (), TITLE),
        ("一、总体要求", ("附件1 开化县目标任务表", "单位：个"), "开化县目标任务表"),
        ("", ("为贯彻落实文件精神，制定本方案。", "单位：个"), "a"),
        ("", (), "a"),
    ],
)
def test_the_title_is_the_documents_or_the_files_name_and_that_is_told(tmp_path, title, above, taken):
    told = []
    path = plan(tmp_path / "a.docx", title=title, above=above)
    folder = scaffold.new("b", place="开化县", source=path, parent=tmp_path, tell=told.append)
    assert f'title = "{taken}"' in (folder / "document.toml").read_text("utf-8")
    last = told[0].iloc[-1]
    assert last["printed_name"] == taken and last["outcome"] == ("left" if taken == "a" else "title")
    assert ("暂用文件名" in last["why"]) == (taken == "a")


@pytest.mark.parametrize(
    ("place", "row"),
    [
        ("浙江省金华市义乌市", "义乌市,义乌市,,county,,jinhua,"),
        ("浙江省义乌市", "义乌市,义乌市,,,,zhejiang,"),
        ("开化县", "开化县,开化县,,county,,,"),
        ("某某新区", "某某新区,某某新区,,,,,"),
        ("kaihua", "kaihua,,,,,,"),
    ],
)
def test_of_a_place_only_what_its_name_says_is_filled_in(tmp_path, place, row):
    folder = scaffold.new("b", place=place, source=plan(tmp_path / "a.docx"), parent=tmp_path)
    assert (folder / "places.csv").read_text("utf-8").splitlines()[1] == row
    assert "error" not in check(also=[folder])["severity"].tolist()


def test_a_known_place_is_known_by_its_full_name(tmp_path):
    folder = scaffold.new("b", place="浙江省台州市玉环市", years=(2022, 2027), parent=tmp_path)
    assert 'place = "yuhuan"' in (folder / "document.toml").read_text("utf-8")
    with pytest.raises(DataError, match="place id"):
        scaffold.new("c", place="浙江省 台州", years=(2022, 2027), parent=tmp_path)


def test_the_briefing_says_what_is_left_aside(county, tmp_path):
    data = load(also=[county])
    says = {"zh": "另有 3 个指标待补", "en": "3 more indicators are unfinished"}
    for lang, text in says.items():
        made = qiyou.brief.county(data, "开化", lang=lang, to=tmp_path / lang)
        assert text in (made / "brief.html").read_text("utf-8")
    other = qiyou.brief.county(data, "长兴", to=tmp_path)
    assert says["zh"] not in (other / "brief.html").read_text("utf-8")


def test_every_page_of_the_readings_holds_something(tmp_path):
    import matplotlib.pyplot as plt

    assert named(tmp_path, "1=托位数", "3=累计开工改造城镇老旧小区") == 0
    data, pages = load(also=[tmp_path / "kaihua-own"]), 0
    with pytest.raises(DataError, match=r"page \d of the figure does not exist"):
        for page in range(1, 10):
            qiyou.plot.readings(data, lang="en", page=page)
            pages = page
    plt.close("all")
    assert pages == 3
