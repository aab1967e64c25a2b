"""What other people's tables, places and machines did to the library once, case by case, with the right outcome.

The figures `c01` to `c65` are the numbers under which the cases were collected. Those about the user's machine (`c50`
to `c53`: start-up files, settings folders, skipped asserts) are in test_notebooks.py and test_rerun.py; `c55`, a
checkout that cannot be written, has no test. Values that must not vanish (`c63`) are in test_plot.py, too.
"""

from __future__ import annotations

import csv
import inspect
import io
import json
import re
import shlex
import shutil
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

import qiyou
from qiyou import cli, compare, figures, monitor, plausibility, plot, words
from qiyou.data import root
from qiyou.errors import FigureError, NotationError
from qiyou.notation import read

YEARS = [str(year) for year in range(2022, 2028)]
HEAD = ["row", "domain", "indicator", "printed_name", "star", "printed_unit", *YEARS, "department"]
NURSERY, SPORTS = "每千人口拥有3岁以下婴幼儿托位数", "人均体育场地面积"
ORDINARY = [
    ["1", "幼有善育", "", NURSERY, "*", "个", "3.0", "3.5", "4", "4.5", "5", "5.5", ""],
    ["2", "体有强健", "", SPORTS, "", "平方米", "2.5", "2.6", "2.7", "2.8", "2.9", "3.0", ""],
]
ABOUT = """id = "{name}"
place = "{place}"
title = "测试县实施方案"
period = [2023, 2027]
extent = "{extent}"

[table]
status = "transcribed"
years = [2022, 2027]
"""


def row(name: str, unit: str, *cells: str) -> list[str]:
    return ["1", "", "", name, "", unit, *cells, ""]


def sheet(rows, head=None, sign: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=sign, lineterminator="\n").writerows([head or HEAD, *rows])
    return out.getvalue()


def folder(
    parent: Path, table: str | bytes, name="own-plan", extent="excerpt", label="Test county", **more
) -> Path:
    """A folder of one's own with this table; its place is called like the folder."""
    place, path = name.replace("-", "_"), parent / name
    path.mkdir(parents=True)
    (path / "document.toml").write_text(ABOUT.format(name=name, place=place, extent=extent), encoding="utf-8")
    (path / "table.csv").write_bytes(table if isinstance(table, bytes) else table.encode("utf-8"))
    places = f"id,name_zh,name_en,level,adcode,parent,note\n{place},测试县,{label},county,,lishui,\n"
    for file, text in {"places": places, **more}.items():
        (path / f"{file}.csv").write_text(text, encoding="utf-8")
    return path


def told(*paths: Path, usual=("NOT_SEALED", "TAKEN_AS")) -> pd.DataFrame:
    """The findings about folders, without what every folder of one's own gets."""
    found = qiyou.data.check(also=paths, lang="en")
    return found[~found["code"].isin(usual)].reset_index(drop=True)


# ------------------------------------------------------------------------------------------------------- notation


@pytest.mark.parametrize(
    ("printed", "unit", "why"),
    [
        pytest.param("6.5(年均增速)", "%", "a yearly step or rate, not a level", id="c01.1"),
        pytest.param("13.5%(累计降幅)", None, "a change, not a level", id="c01.2"),
        pytest.param("8.1%(比上年增长)", None, "a yearly step or rate", id="c01.4"),
        pytest.param("3(每年提升)", None, "a yearly step or rate", id="c01.6"),
        pytest.param("5.5%(较基期增长)", None, "a change, not a level", id="c01.7"),
        pytest.param("40(其中公办)", "%", "a part, not the whole", id="c01.9"),
        pytest.param("6.5(逐年递增)", "%", "a yearly step or rate", id="c01.11"),
        pytest.param("0.3(净增加)", None, "a change, not a level", id="c01.12"),
        pytest.param("5%(同比下降)", None, "a change, not a level", id="c01.13"),
        pytest.param("一批", None, "no count", id="c04.1"),
        pytest.param("十大", None, "part of a name", id="c04.3"),
        pytest.param("十月", None, "a date or a time", id="c04.5"),
        pytest.param("5月", None, "a date or a time", id="c04.6"),
        pytest.param("18日", None, "a date or a time", id="c04.7"),
        pytest.param("13个（累计）", None, "a sum", id="c04.9"),
        pytest.param("5万出头", None, "vague", id="c04.10"),
        pytest.param("5万起步", None, "vague", id="c04.11"),
        pytest.param("一本", None, "a tier of admission", id="c04.12"),
    ],
)
def test_what_is_no_level_or_no_figure_is_refused_and_says_why(printed, unit, why):
    with pytest.raises(NotationError) as caught:
        read(printed, unit)
    assert printed in caught.value.said("en") and why in caught.value.said("en")


def test_thousands_of_watts_are_a_unit():
    about, point = read("1800万千瓦左右"), read("802.8", "万千瓦")
    assert (about.relation, about.value, about.unit) == ("about", 1.8e7, "千瓦")
    assert (point.value, point.unit) == (8.028e6, "千瓦")


# --------------------------------------------------------------------------------------------------------- sheets

WORDED = [*HEAD[:6], "2022年（基期）", "2023", "2024年度", "2025.0", "2026年底", "2027年目标", "department"]
TITLES = (
    "附件1{}\n某县公共服务“七优享”工程，指标项目{}\n序号,领域,指标名称,单位,基期,目标,,,,,牵头单位\n".format(
        "," * 10, "," * 10
    )
)
CUT = row("重大慢病过早死亡率", "%", "10.5", "10.2", "10", "9.8", "9.6", "13.5%(累计降幅)")
NAMES = "row,domain,indicator,printed_name,star,printed_unit,department"


@pytest.mark.parametrize(
    ("table", "code", "says"),
    [
        pytest.param(sheet([CUT]), "UNREADABLE_VALUE", ["row 1, 2027", "累计降幅", "not a level"], id="c02"),
        pytest.param(
            (TITLES + ",,,,2022年,2023年,2024年\n1,幼有善育,托位数*,个,3,3.5,4\n").encode("gbk"),
            "CSV_SYNTAX",
            ["'附件1' stands above the header, down to line 2", NAMES, "--from"],
            id="c32",
        ),
        pytest.param(sheet(ORDINARY, sign="|"), "CSV_SYNTAX", ["separated by '|'"], id="c34"),
        pytest.param(sheet(ORDINARY, sign=";"), "CSV_SYNTAX", ["separated by ';'"], id="c34-semicolon"),
        pytest.param(sheet(ORDINARY, sign="\t"), "CSV_SYNTAX", [r"separated by '\t'"], id="c34-tab"),
        pytest.param(sheet(ORDINARY, sign="｜"), "CSV_SYNTAX", ["separated by '｜'"], id="c34-wide"),
        pytest.param(
            "序号,领域,指标\n1,幼有善育,托位数\n", "MISSING_COLUMN", ["are missing: row, domain", NAMES], id="c32-names"
        ),
        pytest.param(
            sheet(ORDINARY, [*HEAD[:-2], "2027年上半年", "department"]),
            "EXTRA_COLUMN",
            ["'2027年上半年' is not a plain year", "write 2027 if"],
            id="c30-part-of-a-year",
        ),
    ],
)  # fmt: skip
def test_one_error_says_what_is_wrong_and_what_to_do(tmp_path, table, code, says):
    found = told(folder(tmp_path, table))
    wrong = found[found["severity"] == "error"]
    # A year that is missing from the head is named as well.
    assert wrong["code"].tolist() == [code] or set(wrong["code"]) == {code, "YEAR_OUT_OF_RANGE"}
    sentence = " ".join(wrong.loc[wrong["code"] == code, ["what", "remedy"]].iloc[0])
    assert [part for part in says if part not in sentence] == []


SEEN = "place,indicator,year,printed,source,basis,note\nown_plan,人均体育场地面积,{},2.66,own,plan,\n"
SOURCE = "id,title,publisher,published,url,grade\nown,年鉴,,2023,,official\n"


@pytest.mark.parametrize(
    ("table", "code", "says"),
    [
        pytest.param(sheet(ORDINARY, WORDED), "SPREADSHEET", ["'2022年（基期）' → 2022", "write 2022"], id="c30"),
        pytest.param(sheet(ORDINARY, sign="\t").encode("utf-16"), "ENCODING", ["UTF-16"], id="c35"),
        pytest.param(sheet([ORDINARY[0], ["2", *row(SPORTS, "m²", *ORDINARY[1][6:12])[1:]]]), "", [], id="c36"),
    ],
)  # fmt: skip
def test_what_people_save_is_read_with_at_most_a_note(tmp_path, table, code, says):
    path = folder(tmp_path, table)
    found = told(path)
    assert found["code"].tolist() == [code] * bool(code) and set(found["severity"]) <= {"note"}
    assert all(part in " ".join(found.loc[0, ["what", "remedy"]]) for part in says)
    own = qiyou.load(also=[path]).targets.query("document == 'own-plan'")
    assert own["value"].tolist() == [float(cell) for one in ORDINARY for cell in one[6:12]]


@pytest.mark.parametrize(
    ("year", "code"),
    [
        pytest.param("2024年", "SPREADSHEET", id="c38"),
        ("2024年度", "SPREADSHEET"),
        ("2024.0", "BAD_VALUE"),
        ("2024年预计", "BAD_VALUE"),
        ("2024年6月", "BAD_VALUE"),
    ],
)
def test_the_year_of_an_observation(tmp_path, year, code):
    path = folder(tmp_path, sheet(ORDINARY), observations=SEEN.format(year), sources=SOURCE)
    assert told(path)["code"].tolist() == [code]
    if code == "SPREADSHEET":
        assert qiyou.load(also=[path]).observations.query("place == 'own_plan'")["year"].tolist() == [2024]


# ---------------------------------------------------------------------------------------------------------- slips

TRAINING, PENSION = "开展职业技能培训累计数", "基本养老保险参保人数"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(
            row(PENSION, "万人", *map(str, range(370100, 376000, 1000))),
            ["3701000000 人", "ten thousands already"],
            id="c21",
        ),
        pytest.param(
            row(TRAINING, "人次", "12.000", "24.000", "36.000", "48.000", "60.000", "72.000"),
            ["a fraction of 人次", "separates thousands"],
            id="c23",
        ),
        pytest.param(
            row("普惠托位占比", "%", "0.60", "0.65", "0.7", "0.75", "0.8", "0.85"),
            ["'0.60' is 0.6 %", "a share of 1 in place of per cent"],
            id="share",
        ),
        pytest.param(
            row("人均预期寿命", "岁", "8.18", "8.2", "8.2", "8.21", "8.21", "8.22"),
            ["'8.18'", "the decimal point is misplaced"],
            id="life",
        ),
        pytest.param(
            row(PENSION, "人", "41", "42", "43", "44", "45", "46"),
            ["'41'", "ten thousands (万) is missing"],
            id="insured",
        ),
        pytest.param(row(NURSERY, "个", "3.9", "4.3", "4.5", "4.8", "48", "52"), ["'4.8' is followed by '48'"], id="jump"),
        pytest.param(row(NURSERY, "个", "3.9", "4.3", "4.5", "4.8", "5", "0.55"), ["'5' is followed by '0.55'"], id="fall"),
    ],
)  # fmt: skip
def test_a_slip_is_one_note_with_the_likely_cause(tmp_path, line, says):
    path = folder(tmp_path, sheet([line]))
    found = told(path)
    assert list(zip(found["severity"], found["code"], found["line"], strict=True)) == [
        ("note", "LIKELY_SLIP", 2)
    ]
    assert [part for part in says if part not in found["what"][0]] == []
    shown = qiyou.data.check(also=[path], lang="zh").query("code == 'LIKELY_SLIP'")["what"].iloc[0]
    assert "可能的笔误" in shown and "nan" not in shown and "—" not in shown


def test_the_likely_cause_is_the_power_of_ten_to_the_middle_of_what_is_known(tmp_path, data):
    """Rounded on a logarithmic scale; beyond four powers no unit explains it."""
    known = pd.concat([data.targets, data.observations, data.reference]).query(
        "indicator == 'nursery_places_per_1000' and value > 0"
    )["value"]
    powers = [(power, off) for power in (-5, -4, -3, -2, 2, 3, 4, 5) for off in (-0.4, 0.4)]
    middle = (known.min() * known.max()) ** 0.5
    lines = [
        [str(n), *row(NURSERY, "个", *[f"{middle / 10 ** (power + off):.9f}"] * 6)[1:]]
        for n, (power, off) in enumerate(powers, 1)
    ]
    found = told(folder(tmp_path, sheet(lines))).query("code == 'LIKELY_SLIP'")
    says = words.table("messages").set_index("key")["en"]
    assert found["line"].tolist() == list(range(2, len(powers) + 2))
    for what, (power, _) in zip(found["what"], powers, strict=True):
        assert says[f"data.slip_{power if abs(power) < 5 else 0}"] in what, power


@pytest.mark.parametrize(("times", "notes"), [(7.8, 0), (8, 1), (8.1, 1)])
def test_a_rate_eight_times_the_largest_known_is_far(tmp_path, data, times, notes):
    known = pd.concat([data.targets, data.observations, data.reference]).query(
        "indicator == 'nursery_places_per_1000'"
    )["value"]
    line = row(NURSERY, "个", *[f"{times * known.max():.2f}"] * 6)
    assert len(told(folder(tmp_path, sheet([line]))).query("code == 'LIKELY_SLIP'")) == notes


class _Table:
    """Lines of a table as `look` asks for them."""

    path = "table.csv"

    def __init__(self, lines):
        self.records = [{"row": row, "indicator": indicator} for row, indicator in lines]

    def numbered(self):
        return list(enumerate(self.records, 2))


def looked_at(cells, known, *, unit="%", kind="rate", core=(), extent="complete", places=()):
    """What `look` finds in a table of one's own, its cells by row, beside known values of the same indicators."""
    from types import SimpleNamespace

    from qiyou.data.slips import look

    rows = [
        {"document": "own", "place": "own", "row": row, "indicator": f"i{row}", "year": 2022 + k}
        | {"value": value, "printed": f"{value:g}", "unit": unit, "step": step}
        for row, (values, step) in cells.items()
        for k, value in enumerate(values)
    ]
    other = [
        {"document": "theirs", "place": place, "indicator": name, "value": value}
        for place, name, value in known
    ]
    targets = pd.concat([pd.DataFrame(rows), pd.DataFrame(other)], ignore_index=True)
    columns = ["document", "place", "indicator", "value"]
    empty = pd.DataFrame(
        {name: pd.Series(dtype="float" if name == "value" else "object") for name in columns}
    )
    names = {name for _, name, _ in known} | {f"i{row}" for row in cells}
    indicators = {name: {"core": str(name in core).lower(), "kind": kind} for name in names}
    levels = {"a": {"level": "county"}, "b": {"level": "prefecture"}} | dict(places)
    found = []
    findings = SimpleNamespace(
        words=SimpleNamespace(indicators=indicators, places=levels),
        add=lambda key, path, line=None, **fields: found.append((key, line, fields)),
    )
    table = _Table([(row, f"i{row}") for row in cells])
    own = SimpleNamespace(
        id="own", lenient=True, sheets={"table": table}, about={"extent": extent}, folder=Path("own")
    )
    bare = SimpleNamespace(id="bare", lenient=True, sheets={}, about={"extent": extent}, folder=Path("bare"))
    theirs = SimpleNamespace(id="theirs", lenient=False, sheets={"table": table})
    look([bare, theirs, own], {"targets": targets, "observations": empty, "reference": empty}, findings)
    return found


@pytest.mark.parametrize(
    ("values", "step", "kind", "unit", "key"),
    [
        # Known are 10 and 40; a rate is far from eight times on, a count from a hundred times.
        ([320.0] * 6, 1.0, "rate", "%", "slip_far"),
        ([319.0] * 6, 1.0, "rate", "%", None),
        ([1.25] * 6, 0.01, "rate", "%", "slip_far"),
        ([1.26] * 6, 0.01, "rate", "%", None),
        ([4000.0] * 6, 1.0, "stock", "人", "slip_far"),
        ([3999.0] * 6, 1.0, "stock", "人", None),
        ([3999.0] * 6, 1.0, "flow", "人", None),
        ([3999.0] * 6, 1.0, "money", "元", None),
        ([20, 20, 20, 100, 100, 100.0], 1.0, "rate", "%", "slip_jump"),
        ([20, 20, 20, 98, 98, 98.0], 1.0, "rate", "%", None),
        ([100, 100, 100, 20, 20, 20.0], 1.0, "rate", "%", "slip_jump"),
        ([12.5] * 6, 0.1, "stock", "人", "slip_fraction"),
        ([12.5] * 6, 0.1, "stock", "万元", None),
        ([12.5] * 6, 0.1, "rate", "人", None),
        ([12.0] * 6, 1.0, "stock", "套", None),
        # Of several signs the fraction is told before the distance, the distance before the jump.
        ([0.01] * 6, 0.01, "stock", "个", "slip_fraction"),
        ([1, 1, 1, 1, 1, 5.0], 1.0, "rate", "%", "slip_far"),
    ],
)
def test_each_sign_of_a_slip_at_its_edge(values, step, kind, unit, key):
    known = [("a", "i1", 10.0), ("a", "i1", 40.0)]
    found = looked_at({"1": (values, step)}, known, kind=kind, unit=unit)
    assert [one[0] for one in found] == ([key] if key else [])
    assert all(line == 2 for _, line, _ in found)


def test_a_slip_is_told_with_what_it_rests_on():
    known = [("a", "i1", 10.0), ("b", "i1", 40.0), ("a", "i1", 0.0), ("a", "i2", 1e9)]
    cells = {"1": ([20, 20, 100, 100, 3, 3.0], 1.0), "2": ([0.0] * 6, 1.0)}
    ((key, line, fields),) = looked_at(cells, known)
    assert (key, line) == ("slip_jump", 2)
    told = {name: fields[name] for name in ("printed", "value", "unit", "before", "times", "min", "max")}
    assert told == {
        "printed": "100",
        "value": 100,
        "unit": "%",
        "before": "20",
        "times": 5,
        "min": 10,
        "max": 40,
    }
    ((_, _, fields),) = looked_at({"1": ([100, 100, 100, 19, 19, 19.0], 1.0)}, known)
    assert (fields["before"], fields["printed"], fields["times"]) == ("100", "19", 5.3)
    # A count is held against counties only, where nothing is known of them against nothing.
    cells = {"1": ([4500.0] * 6, 1.0)}
    assert [one[0] for one in looked_at(cells, [known[0], ("b", "i1", 4500.0)], kind="stock")] == ["slip_far"]
    assert looked_at(cells, [known[0], ("b", "i1", 4500.0)]) == []
    assert looked_at(cells, [("b", "i1", 1.0)], kind="stock") == []
    # What sums up may jump.
    assert looked_at({"1_cumulative": ([20, 100.0], 1.0)}, [("a", "i1_cumulative", 30.0)]) == []


@pytest.mark.parametrize(
    ("count", "extent", "told"), [(0, 0, 0), (1, 0, 1), (10, 0, 1), (11, 0, 0), (5, 1, 0)]
)
def test_some_core_rows_and_not_half_of_them(count, extent, told):
    from qiyou.data.schema import EXTENTS

    cells = {str(k): ([5.0], 1.0) for k in range(12)}
    core = [f"i{k}" for k in range(count)]
    found = looked_at(cells, [("a", "i0", 5.0)], core=core, extent=EXTENTS[extent])
    assert found == [("few_core", None, {"count": count})] * told


@pytest.mark.parametrize(
    ("count", "extent", "notes"),
    [(5, "complete", 1), (5, "excerpt", 0), (10, "complete", 1), (11, "complete", 0)],
)
def test_a_few_core_rows_are_no_complete_plan(tmp_path, data, count, extent, notes):
    cells = data.targets.query("place == 'yuhuan' and star == '*' and variant == ''")
    lines = [
        [
            one,
            "",
            indicator,
            group["printed_name"].iloc[0],
            "*",
            group["printed_unit"].iloc[0],
            *group["printed"],
            "",
        ]
        for (one, indicator), group in cells.groupby(["row", "indicator"], sort=False)
    ][:count]
    found = told(folder(tmp_path, sheet(lines), extent=extent)).query("code == 'LIKELY_SLIP'")
    assert found["file"].tolist() == ["own-plan/document.toml"] * notes
    assert all(f"{count} of the 21 core indicators" in what for what in found["what"])


def test_a_plan_without_a_core_row_is_of_something_else(tmp_path):
    line = row("城镇登记失业率", "%", *["3"] * 6)
    assert told(folder(tmp_path, sheet([line]), extent="complete")).query("code == 'LIKELY_SLIP'").empty


def test_the_committed_plans_have_none(tmp_path):
    """Each is entered as a folder of one's own, beside the data without it."""
    for path in sorted((root() / "documents").iterdir()):
        base = tmp_path / path.name / "data"
        shutil.copytree(root(), base)
        own = shutil.move(base / "documents" / path.name, tmp_path / path.name / path.name)
        for kind in ("projects", "identities", "flows", "stages"):
            # What speaks of the document would point nowhere now; slips are not about these tables.
            (base / f"{kind}.csv").write_text(",".join(pd.read_csv(base / f"{kind}.csv").columns) + "\n")
        found = qiyou.data.check(base, also=[own], lang="en")
        assert found.query("code == 'LIKELY_SLIP'")["what"].tolist() == [], path.name


def ordinary(data, number: int) -> list[list[str]]:
    """A county that may be: Yuhuan's rows at another size, ahead or behind, printed with the same decimals."""
    rng, lines = np.random.default_rng(number), []
    size, ahead = 10 ** rng.uniform(-0.9, 0.7), rng.uniform(0.6, 1.3)
    kinds = data.indicators.set_index("id")["kind"]
    cells = data.targets[data.targets["place"].eq("yuhuan") & data.targets["value"].notna()]
    for (one, indicator), group in cells.groupby(["row", "indicator"], sort=False):
        if len(group) < len(YEARS) or one[-1].isalpha():
            continue
        scale = size if kinds[indicator] in ("stock", "flow") else ahead
        if kinds[indicator] in ("years", "status", "money"):
            scale = 1.0
        cap = 100 if group["unit"].iloc[0] == "%" else np.inf
        ten = 1e4 if group["printed_unit"].iloc[0].startswith("万") else 1
        prints = [
            f"{min(cap, value * scale) / ten:.{max(0, round(-np.log10(step / ten)))}f}"
            for value, step in zip(group["value"], group["step"].replace(0, 1), strict=True)
        ]
        name, unit = group["printed_name"].iloc[0], group["printed_unit"].iloc[0]
        lines.append([one, "", indicator, name, "", unit, *prints, ""])
    return lines


def test_ninety_ordinary_counties_have_none(tmp_path, data):
    paths = [folder(tmp_path, sheet(ordinary(data, number)), f"own{number}-plan") for number in range(90)]
    found = told(tmp_path)
    assert len(paths) == 90 and found["what"].tolist() == []
    assert qiyou.load(also=[tmp_path]).targets.query("document == 'own7-plan'").shape[0] > 100


# ------------------------------------------------------------------------------------------- through everything

ENDS = {
    "c60-plan": [row(NURSERY, "个", "3.0", "3.5", "4", "4.5", "5", "5.5左右")],
    "c60c-plan": [row("普惠托位占比", "%", "60", "62", "65", "70", "70", "75左右")],
    "c61-plan": [row(NURSERY, "个", "3.0", "3.5", "4", "4.5", "5", "5-5.5")],
    "c62-plan": ORDINARY,
    "c62c-plan": [row(NURSERY, "个", "3.0", "3.5", "4", "4.5", "5", "5.5以上")],
}


@pytest.fixture(scope="module")
def entered(tmp_path_factory):
    """Counties whose ends are printed otherwise, one with a name that is half a formula."""
    parent = tmp_path_factory.mktemp("entered")
    for name, rows in ENDS.items():
        label = r"Test $\foo$ county" if name == "c62-plan" else f"{name[:-5].upper()} county"
        folder(parent, sheet(rows), name, label=label)
    return qiyou.load(also=[parent])


@pytest.fixture(scope="module")
def profiles(entered):
    return plausibility.profiles(entered)


def test_checks_and_monitor_take_them(entered):
    found = plausibility.check(entered, lang="zh")
    assert found["message"].ne("").all() and {"c60_plan", "c62c_plan"} <= set(entered.targets["place"])
    assert len(monitor.table(entered)) > 0


@pytest.mark.parametrize("name", ENDS)
def test_every_end_has_a_profile_an_answer_and_a_comparison(entered, profiles, name):
    place = name.replace("-", "_")
    rows = entered.targets[entered.targets["place"] == place]
    asked = profiles[profiles["place"] == place]
    assert asked["indicator"].nunique() == rows["indicator"].nunique()
    card = qiyou.answer(entered, place, rows["indicator"].iloc[0])
    assert not re.search(r"\bnan\b|无法", card.zh + card.en) and "2027" in card.zh
    pair = compare.pair(entered, place, "yuhuan")
    assert rows["indicator"].iloc[0] in set(pair["indicator"])
    assert place in set(compare.core(entered, 2027)["place"])


@pytest.mark.parametrize("entry", figures.FIGURES, ids=lambda entry: entry.name)
def test_every_figure_is_drawn_with_them(entered, entry):
    drawn = entry.draw(entered, "en")
    drawn.figure.draw_without_rendering()
    plt.close("all")


def test_ends_stand_in_the_figures_as_printed(entered):
    """c41, c43, c60, c61, c62c."""
    shown = [text.get_text() for text in plot.target_paths(entered, SPORTS, ["c62_plan"], lang="en").texts]
    assert r"Test $\foo$ county 3.0" in [text.replace("\n", " ") for text in shown]
    ends = ["c60_plan", "c61_plan", "c62c_plan"]
    shown = " ".join(text.get_text() for text in plot.target_paths(entered, NURSERY, ends, lang="en").texts)
    assert all(part in shown for part in ("≈5.5", "5–5.5", "≥5.5"))
    plt.close("all")


def test_printed_values_are_in_the_overview_with_one_more_county(tmp_path):
    """c63."""
    more = qiyou.load(also=[folder(tmp_path, sheet(ORDINARY))])
    for lang, number in (("zh", "38.77万"), ("en", "387.7k")):
        ax = plot.core_overview(more, lang=lang)
        assert any(number in text.get_text() for one in (ax, *ax.child_axes) for text in one.texts)
    plt.close("all")


@pytest.mark.parametrize("name", sorted(set(dir(plot)) - {"caption", "looks"}))
def test_a_figure_is_drawn_from_what_load_returns_and_from_nothing_else(data, name):
    """c65."""
    function = getattr(plot, name)
    free = [one for one in inspect.signature(function).parameters.values() if one.default is one.empty]
    for given in (data.targets, data.printed.head(0), None, "yuhuan"):
        with pytest.raises(
            FigureError, match=rf"{name} draws from what qiyou.load\(\) returns, not from a \w+; "
        ):
            function(given, *["yuhuan"] * (len(free) - 1))


# ---------------------------------------------------------------------------------------------------- command line


def test_a_colon_in_a_path_is_no_separator(tmp_path, monkeypatch):
    """c56: how `qiyou notebooks` and `qiyou figures` hand folders on."""
    path = folder(tmp_path / "a:b", sheet(ORDINARY))
    monkeypatch.setenv("QIYOU_ALSO", json.dumps([str(path)]))
    assert "own-plan" in set(qiyou.load().targets["document"])


def test_a_printed_command_can_be_pasted(tmp_path, capsys):
    """c57."""
    parent = tmp_path / "a folder with blanks"
    parent.mkdir()
    asked = [
        "new",
        "own-plan",
        "--place",
        "玉环",
        "--years",
        "2022-2027",
        "--in",
        str(parent),
        "--lang",
        "en",
    ]
    assert cli.main(asked) == 0
    (command,) = [line for line in capsys.readouterr().out.splitlines() if "qiyou check" in line]
    words = shlex.split(command[command.index("qiyou check") :])
    assert str(parent / "own-plan") in [word.rstrip(".,;") for word in words]
