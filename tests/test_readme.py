"""What the two READMEs show is what the library says, and what they point to is there."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import openpyxl
import pytest

import qiyou
from qiyou import capacity, cli, words
from qiyou.data import load, root
from qiyou.plausibility.profile import assessed

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "zh": (ROOT / "README.zh.md").read_text(encoding="utf-8"),
    "en": (ROOT / "README.md").read_text(encoding="utf-8"),
}
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
CONSOLE = [
    (lang, text) for lang, page in PAGES.items() for kind, text in BLOCK.findall(page) if kind == "console"
]
FOUND = ("nursery_places_per_1000", "sports_area_per_capita", "doctors_per_1000")


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def profile(data):
    return assessed(data)[1].query("place == 'yuhuan'").set_index("indicator")


@pytest.mark.parametrize("lang", PAGES)
def test_the_three_findings_are_what_the_cards_say(lang, profile):
    for indicator in FOUND:
        assert profile.loc[indicator, f"short_{lang}"] in PAGES[lang]


@pytest.mark.parametrize("lang", PAGES)
def test_the_numbers_beside_them_are_computed(lang, data):
    ends = data.targets.query("indicator == 'nursery_places_per_1000' and year == 2027")["value"]
    same, every = int((ends == ends.mode()[0]).sum()), len(ends)
    assert ends.mode()[0] == 5.5
    said = (
        f"{every}份列有2027年数值的目标表中{same}份同为5.5个"
        if lang == "zh"
        else f"{same} of the {every} tables"
    )
    assert said in PAGES[lang]
    need = capacity.balance(data, "yuhuan", "sports_area_per_capita").iloc[-1]
    assert (need["year"], need["code"]) == (2027, "DEPENDS_ON:trails")
    left = int(need["left_out_count"])
    assert (f"另有{left}处面积不明" if lang == "zh" else f"{left} more of unknown size") in PAGES[lang]
    for part in ("need", "without", "with"):
        ends = need[f"{part}_low"], need[f"{part}_high"]
        chinese = words.interval(*(end / 1e4 for end in ends), 1) + "万平方米"
        assert (chinese if lang == "zh" else words.interval(*ends, -3, lang="en") + " m²") in PAGES[lang]


def test_what_is_lost_and_what_is_an_excerpt_is_counted(data):
    documents = data.documents
    lost, excerpt = (documents["table"] == "lost").sum(), (documents["extent"] == "excerpt").sum()
    copies = (documents["known_from"] == "copy").sum()
    assert (lost, excerpt, copies) == (2, 4, 1)
    assert "two tables are gone from their texts, four documents are excerpts, one" in plain(PAGES["en"])
    assert "两份文件的目标表已缺失，四份只是节选，一份据转载" in PAGES["zh"]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with the plan that the page takes in: the three rows of 奉化 as a workbook."""
    table = root() / "documents" / "fenghua-plan-2023" / "table.csv"
    years = [str(year) for year in range(2022, 2028)]
    book = openpyxl.Workbook()
    book.active.append(["序号", "指标", "单位", "2022年（基期）", *(f"{year}年" for year in years[1:])])
    for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines()):
        cells = [row[year] for year in years]
        book.active.append([row["row"], row["printed_name"] + "★", row["printed_unit"], *cells])
    book.save(tmp_path / "plan.xlsx")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("lang", "text"), CONSOLE, ids=[text.split()[2] + "-" + lang for lang, text in CONSOLE]
)
def test_a_command_prints_what_the_page_shows(lang, text, desk, data, capsys, monkeypatch):
    # read and assessed once for all commands
    for module in (qiyou, qiyou.data):
        monkeypatch.setattr(module, "load", lambda also=None: load(also=also) if also else data)
    command, *shown = text.strip().splitlines()
    assert command.startswith("$ qiyou ")
    assert cli.main([*command.split()[2:], "--lang", lang]) == 0
    printed = [plain(line).strip() for line in capsys.readouterr().out.splitlines()]
    at = 0
    for line in (plain(line).strip() for line in shown if line.strip() not in ("", "…")):
        assert line in printed[at:], f"not printed, or not in this order: {line}"
        at += printed[at:].index(line) + 1
    if "…" not in shown:
        assert at == len(printed)


@pytest.mark.parametrize("lang", PAGES)
def test_the_calls_shown_run(lang):
    (code,) = (text for kind, text in BLOCK.findall(PAGES[lang]) if kind == "python")
    names = {}
    exec(compile(code, "README", "exec"), names)
    assert names["card"].text


@pytest.mark.parametrize("lang", PAGES)
def test_what_is_linked_is_there(lang):
    linked = [target for target in re.findall(r"\]\(([^)#]+)", PAGES[lang]) if not target.startswith("http")]
    assert [target for target in linked if not (ROOT / target).exists()] == []
    assert {f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")} <= set(linked)


@pytest.mark.parametrize("lang", PAGES)
def test_the_five_jobs_are_shown(lang):
    assert [text.split()[2] for one, text in CONSOLE if one == lang] == ["answer", "compare", "brief", "new"]
    assert not re.search("plausible|feasible|合理|可行", PAGES[lang])
