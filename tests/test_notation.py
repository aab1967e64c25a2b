"""Printed values: what is read, what is refused, and that nothing is read as something else."""

from __future__ import annotations

import csv
import math
import pickle
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import qiyou
from qiyou.data import root
from qiyou.errors import NotationError
from qiyou.notation import RELATIONS, STATUSES, Reading, base_unit, read, write

INF = math.inf


def said(printed: str, unit: str | None = None) -> tuple:
    """What a print says, in the order of the tables below."""
    reading = read(printed, unit)
    return reading.relation, reading.low, reading.high, reading.unit, reading.step


# The forms that design.md section 4 names, and each form that the documents print.
FORMS = [
    (">85%", "gt", 85, INF, "%", 1),
    ("＞85％", "gt", 85, INF, "%", 1),
    ("≥32", "ge", 32, INF, "", 1),
    ("<5%", "lt", -INF, 5, "%", 1),
    ("90%以上", "ge", 90, INF, "%", 1),
    ("90%及以上", "ge", 90, INF, "%", 1),
    ("10家(含)以上", "ge", 10, INF, "家", 1),
    ("8.5%以内", "le", -INF, 8.5, "%", 0.1),
    ("6.67万元以下", "le", -INF, 66_700, "元", 100),
    ("不少于60场次", "ge", 60, INF, "场次", 1),
    ("不低于10%", "ge", 10, INF, "%", 1),
    ("不超过45人", "le", -INF, 45, "人", 1),
    ("不足10万元", "lt", -INF, 100_000, "元", 10_000),
    ("不满5个", "lt", -INF, 5, "个", 1),
    ("超80家", "gt", 80, INF, "家", 1),
    ("超过80家", "gt", 80, INF, "家", 1),
    ("突破770亿元", "gt", 77_000_000_000, INF, "元", 100_000_000),
    ("至少有1所", "ge", 1, INF, "所", 1),
    ("至少建成1家", "ge", 1, INF, "家", 1),
    ("300万以上", "ge", 3_000_000, INF, "", 10_000),
    ("1000套(间)以上", "ge", 1000, INF, "套(间)", 1),
    ("50场(次)以上", "ge", 50, INF, "场(次)", 1),
    ("1-2家", "range", 1, 2, "家", 1),
    ("1—2", "range", 1, 2, "", 1),
    ("3 - 5个", "range", 3, 5, "个", 1),
    ("90%-95%", "range", 90, 95, "%", 1),
    ("3.5—4", "range", 3.5, 4, "", 1),
    ("1-2万", "range", 10_000, 20_000, "", 10_000),
    ("22万人", "eq", 220_000, 220_000, "人", 10_000),
    ("1.8万套〔间〕", "eq", 18_000, 18_000, "套(间)", 1000),
    ("6.5496万人", "eq", 65_496, 65_496, "人", 1),
    ("13,200", "eq", 13_200, 13_200, "", 1),
    ("１３，２００", "eq", 13_200, 13_200, "", 1),
    ("３．５％", "eq", 3.5, 3.5, "%", 0.1),
    ("82.50", "eq", 82.5, 82.5, "", 0.01),
    ("100(通过省级评估)", "eq", 100, 100, "", 1),
    ("27微克/立方米", "eq", 27, 27, "微克/立方米", 1),
    ("5000㎡", "eq", 5000, 5000, "平方米", 1),
    ("4.5个/千人", "eq", 4.5, 4.5, "个/千人", 0.1),
    ("24人/万老年人", "eq", 24, 24, "人/万老年人", 1),
    ("1.5个百分点", "eq", 1.5, 1.5, "个百分点", 0.1),
    ("1.9:1", "eq", 1.9, 1.9, ":1", 0.1),
    ("三分之二以上", "ge", 2 / 3, INF, "", 0),
    ("百分百", "eq", 100, 100, "%", 0),
    ("百分之九十", "eq", 90, 90, "%", 1),
    ("百分之9.5以下", "le", -INF, 9.5, "%", 0.1),
    ("千分之五", "eq", 5, 5, "‰", 1),
    ("百家", "eq", 100, 100, "家", 1),
    ("五大", "eq", 5, 5, "大", 1),
    ("一百二十个", "eq", 120, 120, "个", 1),
    ("一千零五十人", "eq", 1050, 1050, "人", 1),
    ("十二项", "eq", 12, 12, "项", 1),
    ("两万", "eq", 20_000, 20_000, "", 10_000),
    ("三千万元", "eq", 30_000_000, 30_000_000, "元", 10_000),
    ("-0.5%", "eq", -0.5, -0.5, "%", 0.1),
]


@pytest.mark.parametrize(("printed", "relation", "low", "high", "unit", "step"), FORMS)
def test_forms_are_read(printed, relation, low, high, unit, step):
    assert said(printed) == (relation, pytest.approx(low), pytest.approx(high), unit, step)
    assert read(write(read(printed))) == read(printed)


@pytest.mark.parametrize("printed", ["2300元/月左右", "约90%", "近1000万元", "近5成", "大约百家", "5上下"])
def test_a_vague_figure_states_no_set(printed):
    reading = read(printed)
    assert reading.relation == "about"
    assert math.isnan(reading.low) and math.isnan(reading.high) and not math.isnan(reading.value)


@pytest.mark.parametrize("printed", ["", "/", "-", "—", "——", "…", "无", " / ", "　", "－", *STATUSES])
def test_a_status_or_nothing_has_no_number(printed):
    reading = read(printed, "万人")
    assert reading.relation == "none" and math.isnan(reading.value) and math.isnan(reading.step)
    assert reading.note == (printed if printed in STATUSES else "")
    assert read(write(reading)) == reading


def test_full_coverage_of_a_share_is_one_hundred():
    reading = read("全覆盖", "%")
    assert (reading.value, reading.relation, reading.step, reading.note) == (100, "eq", 0, "全覆盖")
    assert read(write(reading)) == reading
    assert read("动态清零", "%").relation == "none"


def test_bounds_follow_the_civil_code():
    for printed in ("5以上", "不少于5", "至少5", "≥5"):
        assert (read(printed).low, read(printed).low_closed, read(printed).high) == (5, True, INF)
    for printed in ("5以下", "5以内", "不超过5", "≤5"):
        assert (read(printed).high, read(printed).high_closed, read(printed).low) == (5, True, -INF)
    for printed in ("超过5", "超5", ">5", "突破5", "高于5"):
        assert (read(printed).low, read(printed).low_closed) == (5, False)
    for printed in ("不足5", "不满5", "<5", "低于5"):
        assert (read(printed).high, read(printed).high_closed) == (5, False)


# Each of these could be taken for a plain figure; none may be.
REFUSED = {
    "letters": ["L7万元", "0O0", "IoOO个", "O", "1O0", "l5", "H", "5О", "Ⅰ00", "１O", "о"],
    "look-alikes": ["٣", "𝟑", "①", "½", "10²", "5‱", "90﹪", "3·5", "5。5", "⩾5", "5‐6"],
    "hidden": [
        "3\u200b",
        "5\u200b%",
        "\u202e5%",
        "5\ufeff",
        "5\u00ad0",
        "\u20665\u2069",
        "5\x00",
        "5\x1b[31m",
    ],
    "not numbers": [
        "NaN",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "∞",
        "None",
        "#N/A",
        "TRUE",
        "1e5",
        "1_000",
        "0x10",
    ],
    "formulas": ["=1+1", "=cmd|'/c calc'!A1", "@5", "+5", "'5", "5(=cmd)"],
    "points and commas": ["1.8.5", "12,34", ".5", "5.", "5..5", "1,2345", "0,123", "1,23,456", "5.5.", ","],
    "leading zeros": ["05", "007", "00", "03.5"],
    "torn": ["1 2", "1　2", "1\u2003 2", "1\n2", "1, 200", "1 .5", "十 二个", "- 5"],
    "wide comma": ["1，234", "5，600家"],
    "lists": [
        "5、6",
        "5和6",
        "5或6",
        "5;6",
        "5，6",
        "90%90%",
        "3个/0.867",
        "1-2-3",
        "5家5个",
        "三四个",
        "三五个",
    ],
    "ranges": [
        "5-3",
        "5—5",
        "1-2家以上",
        "约1-2家",
        "90%—95",
        "90%—95个",
        "1万-2万",
        "5至",
        "至5",
        "8000-1万",
    ],
    "comparators": [
        "约90%以上",
        "≥90%以上",
        "不少于90%以上",
        "≥≥5",
        ">>5",
        "=>5",
        "5个左右以上",
        "90以上%",
        "5个以上的",
    ],
    "lost comparators": [
        ">",
        "≥%",
        "以上",
        "不少于",
        "约",
        "至少超5个",
        "至少减少5个",
        "未超过5",
        "5以外",
        "5起以上起",
    ],
    "remainders": [
        "5万余人",
        "300余家",
        "10多个",
        "5余",
        "5人余",
        "百余家",
        "十几个",
        "十来个",
        "数百家",
        "5+个",
        "5个起",
    ],
    "inner words": [
        "5内",
        "5之内",
        "5超",
        "5个(不含)以上",
        "5个(不含)",
        "5(含5)",
        "100全覆盖",
        "5未完成",
        "5个半",
    ],
    "double signs": ["100%%", "—5", "--5", "5--3", "5%个", "5个%", "5万%", "5万万", "5百人"],
    "dates": ["2023年", "2023年底", "2023-2027年", "2023—2027", "1月2日", "2023年6月", "2027年末"],
    "Chinese numerals": [
        "一",
        "零",
        "〇",
        "十",
        "一百二十",
        "二〇二三",
        "一百五个",
        "三百二个",
        "千百家",
        "三千百家",
        "十十个",
    ],
    "words": [
        "一般",
        "一流",
        "三医联动",
        "十四五",
        "一半",
        "翻一番",
        "百分之",
        "分之一",
        "零分之一",
        "五年级",
        "万",
        "万套",
    ],
    "remarks": [
        "85(不低于80)",
        "100(2024)",
        "80(不少于)",
        "80(以上)",
        "90(未通过评估)",
        "5(3)",
        "(5)",
        "[5]",
        "5*",
        "5(个)",
    ],
    "precision": ["1234567890123456", "0.1234567890123456", "9" * 40],
}


@pytest.mark.parametrize("printed", [text for texts in REFUSED.values() for text in texts])
def test_what_is_no_plain_figure_is_refused_and_quoted(printed):
    with pytest.raises(NotationError) as caught:
        read(printed)
    assert str(caught.value).startswith(f"cannot read {printed!r}: ")


@pytest.mark.parametrize("printed", REFUSED["hidden"])
def test_a_hidden_character_is_named(printed):
    with pytest.raises(NotationError, match=r"invisible character U\+[0-9A-F]{4}; delete it"):
        read(printed)


@pytest.mark.parametrize("printed", [text for name in ("letters", "torn", "words") for text in REFUSED[name]])
def test_a_header_does_not_make_it_readable(printed):
    with pytest.raises(NotationError):
        read(printed, "个")


def test_units_of_cell_and_header_must_agree():
    assert (
        said("22万人", "万人")
        == said("22", "万人")
        == said("22万", "人")
        == ("eq", 220_000, 220_000, "人", 10_000)
    )
    assert said("4.5", "个/千人") == ("eq", 4.5, 4.5, "个/千人", 0.1)
    for printed, unit in [("22万人", "万人次"), ("90%", "个"), ("5‰", "%"), ("百分百", "个"), ("1.9:1", "%")]:
        with pytest.raises(NotationError, match="prints the unit"):
            read(printed, unit)
    for printed, unit in [("三分之二", "%"), ("百分之九十", "个"), ("千分之五", "%")]:
        with pytest.raises(NotationError, match="prints the unit"):
            read(printed, unit)


@pytest.mark.parametrize(
    "unit", ["个/千名3岁以下", "%以上", ">%", "km", "5", "(%)", "百分", "=A1", "个\u202e"]
)
def test_a_header_that_is_no_unit_is_refused(unit):
    with pytest.raises(NotationError, match=r"printed_unit|prints the unit|invisible"):
        read("5", unit)


def test_step_scales_with_the_multiplier():
    steps = {
        "4.5": 0.1,
        "3.87": 0.01,
        "82.50": 0.01,
        "22万": 1e4,
        "0.9958万套": 1,
        "37.01万人": 100,
        "5亿元": 1e8,
        "5千人": 1000,
    }
    assert {printed: read(printed).step for printed in steps} == steps
    assert [read("37.01", unit).step for unit in ("人", "千人", "万人", "亿人")] == [0.01, 10, 100, 1_000_000]


def test_box_widens_a_figure_by_half_a_step_and_leaves_a_bound_alone():
    assert read("4.5个").box == (4.45, 4.55)
    assert read("22万人").box == (215_000, 225_000)
    assert read("3.5—4").box == (3.0, 4.5)
    assert read(">85%").box == (85, INF)
    assert read("8.5%以内").box == (-INF, 8.5)
    assert all(math.isnan(end) for end in (*read("约5").box, *read("/").box))


def test_equality_takes_missing_numbers_as_the_same():
    for printed in ("/", "约5", "1—2家", "全覆盖"):
        first, second = read(printed), pickle.loads(pickle.dumps(read(printed)))
        assert first == second and hash(first) == hash(second)
    assert read("/") != read("动态清零")
    assert read("4.5") != read("4.50")
    assert read("5") != "5"


@pytest.mark.parametrize("piece", ["9", "1 ", "（", "\u200b"])
def test_ten_megabytes_are_refused_at_once_in_a_short_sentence(piece):
    printed = piece * (10_000_000 // len(piece))
    start = time.perf_counter()
    with pytest.raises(NotationError) as caught:
        read(printed)
    with pytest.raises(NotationError):
        read("5", printed)
    assert time.perf_counter() - start < 1
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "printed", ["(" * 60, "一" * 60, "至少" * 30, "1," * 30, "5" + "个(个)" * 14, "5" + "个" * 59, "千" * 60]
)
def test_no_text_makes_the_grammar_slow(printed):
    start = time.perf_counter()
    with pytest.raises(NotationError):
        read(printed)
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize("thing", [None, 5, 4.5, float("nan"), b"5", ["5"]])
def test_only_text_is_read(thing):
    with pytest.raises(NotationError, match="cannot read"):
        read(thing)
    if thing is not None:
        with pytest.raises(NotationError, match="the unit is"):
            read("5", thing)


def test_base_unit():
    assert base_unit("万套〔间〕") == ("套(间)", 4)
    assert base_unit(" 万人 次") == ("人次", 4)
    assert base_unit("人/万老年人") == ("人/万老年人", 0)
    assert base_unit("万") == ("", 4)
    assert base_unit("") == ("", 0)


def test_every_figure_of_every_document_is_readable():
    """All printed cells and statements, through their decisions: load() would have raised otherwise."""
    data = qiyou.load()
    cells = sum(
        len([name for name in record if name.isdigit()])
        for path in root().glob("documents/*/table.csv")
        for record in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    )
    assert len(data.targets) == cells > 400
    assert len(data.statements) == 463
    undecided = data.statements[data.statements["printed"] == data.statements["reading"]]
    for printed in undecided["printed"]:
        assert read(write(read(printed))) == read(printed)
    assert (
        data.targets["relation"].isin(RELATIONS).all() and data.statements["relation"].isin(RELATIONS).all()
    )


def test_damaged_prints_of_the_documents_are_refused_without_their_decision():
    data = qiyou.load()
    for frame in (data.targets, data.statements):
        for printed in frame.loc[frame["printed"].str.contains("[A-Za-z]"), "printed"].unique():
            with pytest.raises(NotationError):
                read(printed)


# ------------------------------------------------------------------------------------------------- generated prints

numbers = st.builds(
    lambda whole, decimals, grouped: (f"{whole:,}" if grouped else str(whole)) + decimals,
    st.integers(0, 99_999_999),
    st.sampled_from(["", ".0", ".5", ".50", ".125"]),
    st.booleans(),
)
units = st.sampled_from(
    [
        "",
        "%",
        "‰",
        "个",
        "人次",
        "元/月",
        "套(间)",
        "场(次)",
        "平方米/人",
        "个/千人",
        "人/万老年人",
        "个百分点",
    ]
)
multipliers = st.sampled_from(["", "", "千", "万", "十万", "百万", "千万", "亿"])
comparators = st.sampled_from([
    ("", "", "eq"), (">", "", "gt"), ("≥", "", "ge"), ("<", "", "lt"), ("≤", "", "le"), ("超", "", "gt"), ("不足", "", "lt"),
    ("不少于", "", "ge"), ("约", "", "about"), ("", "以上", "ge"), ("", "以内", "le"), ("", "左右", "about"), ("至少建成", "", "ge"),
])  # fmt: skip
notes = st.sampled_from(["", "(通过省级评估)", "(全县城乡合计)"])
WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789.,%<>()"}


@given(numbers, multipliers, units, comparators, notes, st.booleans(), st.booleans())
def test_generated_prints_say_what_they_were_made_of(
    number, multiplier, unit, comparator, note, wide, spaced
):
    if unit in ("%", "‰"):
        multiplier = ""
    before, behind, relation = comparator
    gap = " " if spaced else ""
    printed = f"{before}{gap}{number}{multiplier}{gap}{unit}{behind}{note}"
    reading = read(printed.translate(WIDE) if wide else printed)
    power = base_unit(multiplier + "个")[1]
    assert reading.relation == relation
    assert reading.value == pytest.approx(float(number.replace(",", "")) * 10**power)
    assert reading.unit == unit
    assert reading.note == note[1:-1]
    assert reading.step == pytest.approx(10.0 ** (power - len(number.partition(".")[2])))
    assert read(write(reading)) == reading


@given(numbers, numbers, multipliers, units, st.sampled_from(["-", "—", "–", "~", "至"]))
def test_generated_ranges(first, second, multiplier, unit, dash):
    if unit in ("%", "‰"):
        multiplier = ""
    low, high = (float(number.replace(",", "")) for number in (first, second))
    printed = f"{first}{dash}{second}{multiplier}{unit}"
    years = low != high and all(text[:2] in ("19", "20") and len(text) == 4 for text in (first, second))
    if low >= high or years:
        with pytest.raises(NotationError):
            read(printed)
        return
    reading = read(printed)
    assert (reading.relation, reading.unit) == ("range", unit)
    assert reading.high / reading.low == pytest.approx(high / low) if low else reading.low == 0
    assert math.isnan(reading.value)
    assert read(write(reading)) == reading


@given(st.integers(0, 9999))
def test_chinese_numerals(number):
    digits, scales = "零一二三四五六七八九", ["", "十", "百", "千"]
    text = "".join(
        digits[int(digit)] + (scales[len(str(number)) - 1 - place] if digit != "0" else "")
        for place, digit in enumerate(str(number))
    )
    while "零零" in text:
        text = text.replace("零零", "零")
    text = text.rstrip("零") or "零"
    assert read(f"{text}个").value == number
    assert read(f"{text.replace('二', '两')}个").value == number
    if 10 <= number < 20:
        assert read(f"{text[1:]}个").value == number


@given(
    st.text(
        alphabet="0123456789.,%‰<>≥≤-—/ 　()零一二三十百千万亿个人以上下内约近超不少于至半余多年分之O\u200b",
        max_size=12,
    )
)
@example("3.5-4")
@example("1　2")
@example("全覆盖")
def test_any_text_is_refused_or_read_and_written_back(text):
    try:
        reading = read(text)
    except NotationError as error:
        assert repr(text) in str(error)
        return
    assert isinstance(reading, Reading)
    assert read(write(reading)) == reading
    if reading.relation in ("eq", "range"):
        assert reading.low <= reading.high


@given(st.text(max_size=40))
def test_arbitrary_unicode_never_breaks_the_reader(text):
    for arguments in ((text,), ("5", text)):
        try:
            reading = read(*arguments)
        except NotationError:
            continue
        assert read(write(reading)) == reading


@given(numbers, st.sampled_from("IlOoHSB٣²½①Ⅳ𝟑\u200b\u202e\ufeff\u2060"), st.data())
def test_a_foreign_character_anywhere_in_a_number_is_never_passed_over(number, intruder, data):
    place = data.draw(st.integers(0, len(number)))
    with pytest.raises(NotationError):
        read(number[:place] + intruder + number[place:])
