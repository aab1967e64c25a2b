"""How sentences write a number, an interval, a unit: by the rules of each language (qiyou.plausibility.telling)."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from qiyou import words
from qiyou.plausibility import telling
from qiyou.plausibility.telling import Speaker

INF = np.inf


def told(how: str, *args, lang: str = "en", **columns) -> list[str]:
    """A kind of field, written for one row or several."""
    rows = pd.DataFrame({name: np.atleast_1d(np.asarray(values)) for name, values in columns.items()})
    return list(telling._HOW[how](None, rows, lang, *(args or tuple(columns))))


@pytest.fixture(scope="module")
def speakers(data):
    return {lang: Speaker(data, lang) for lang in ("zh", "en")}


@pytest.mark.parametrize(
    ("low", "high", "zh", "en"),
    [
        # Three digits that count, outward.
        (0.32512, 0.32693, "0.325至0.327", "0.325 to 0.327"),
        (1.2345, 1.2388, "1.23至1.24", "1.23 to 1.24"),
        (12.345, 12.41, "12.3至12.5", "12.3 to 12.5"),
        (123.4, 125.6, "123至126", "123 to 126"),
        (-0.5, 0.25, "−0.5至0.25", "−0.5 to 0.25"),
        # One number is rounded to the nearest.
        (2 / 3, 2 / 3, "0.667", "0.667"),
        (1 / 3, 1 / 3 + 1e-15, "0.333", "0.333"),
        (0.0, 0.0, "0", "0"),
        # Ends that meet once they are rounded are one number; an open end is left out.
        (4.0, 4.0, "4", "4"),
        (0.483, INF, "0.483", "0.483"),
        (-INF, 0.483, "0.483", "0.483"),
        (-INF, INF, "", ""),
        (np.nan, np.nan, "", ""),
        # Whole numbers are never cut, and large ones counted as the language counts.
        (1234.5, 1236.5, "1234至1237", "1,234 to 1,237"),
        (123_456, 123_789, "12.3456万至12.3789万", "123,456 to 123,789"),
        (2.5e8, 2.5e8, "2.5亿", "250,000,000"),
        (10_000, 10_000, "1万", "10,000"),
        (9_999, 9_999, "9999", "9,999"),
    ],
)
def test_intervals(low, high, zh, en):
    assert told("range", low=low, high=high, lang="zh") == [zh]
    assert told("range", low=low, high=high, lang="en") == [en]


def test_every_printed_interval_holds_the_exact_one_and_is_hardly_wider():
    rng = np.random.default_rng(7)
    low = 10.0 ** rng.uniform(-3, 3, 200)
    high = low * rng.uniform(1.01, 1.5, 200)
    for text, a, b in zip(told("range", low=low, high=high), low, high, strict=True):
        ends = [float(end.replace(",", "")) for end in (text.split(" to ") * 2)[:2]]
        unit = max(10.0 ** (np.floor(np.log10(b)) - 2), 1e-5)
        assert ends[0] <= a < ends[0] + unit and ends[1] - unit < b <= ends[1], text


def test_digits_that_are_asked_for():
    assert told("range", "low", "high", "1", low=1.26, high=1.31) == ["1.2 to 1.4"]
    assert told("range", "low", "high", "0", low=0.2, high=0.3) == ["0 to 1"]
    assert told("range", "low", "high", "sig", low=123_456.0, high=123_789.0) == ["123,000 to 124,000"]
    assert told("share", "low", "high", "0", low=0.021, high=0.479) == ["2% to 48%"]
    assert told("share", "low", "high", low=0.125, high=INF) == ["12.5%"]


def test_counts_that_may_be_several():
    assert told("count", low=[3, 4], high=[5, 4]) == ["3 to 5", "4"]
    assert told("count", low=[3, 4], high=[5, 4], lang="zh") == ["3至5", "4"]


def test_a_ratio_that_may_lie_in_several_bands_says_what_decides():
    """One window leaves a choice by rounding only; of two bands that touch each is named."""
    cases = {"low": [1, 1, 2, 1, 2], "high": [2, 3, 2, 2, 4], "windows": [6, 6, 6, 1, 1]}
    assert told("bands", lang="zh", **cases) == [
        "或不足其六成，或低于它，视时段和四舍五入而定",
        "从不足其六成到与它相当，视时段和四舍五入而定",
        "低于它",
        "或不足其六成，或低于它，视四舍五入而定",
        "从低于它到高于它，视四舍五入而定",
    ]
    assert told("bands", **cases)[:4] == [
        "less than 0.6 of it or below it, depending on the window and on rounding",
        "from less than 0.6 of it to about it, depending on the window and on rounding",
        "below it",
        "less than 0.6 of it or below it, depending on rounding",
    ]


def test_a_planned_number_has_its_bound_and_unit():
    units = {"unit": ["人", "%", "套"], "value": [12_000.0, 85.0, 4.5], "relation": ["eq", "ge", "lt"]}
    assert told("amount", "value", "relation", lang="zh", **units) == ["1.2万人", "85%以上", "低于4.5套"]
    assert told("amount", "value", "relation", **units)[1] == "at least 85%"
    assert told("amount", "value", "relation", **units)[0].startswith("12,000 ")


def test_a_print_without_its_unit_gets_one():
    rows = {"unit": ["%", "%", "人"], "text": ["85", "85%", "9万"]}
    assert told("printed", "text", lang="zh", **rows) == ["85%", "85%", "9万"]


def test_an_approximate_print_keeps_its_mark():
    rows = {"unit": ["%", "人"], "text": ["约50", "12"]}
    assert told("printed", "text", lang="zh", **rows) == ["约50%", "12人"]
    assert told("printed", "text", **rows) == ["about 50%", "12 persons"]


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (1234.5, "1234.5", "1,234.5"),
        (12_345.5, "12345.5", "12,345.5"),
        (99_999.0, "99999", "99,999"),
        (100_000.0, "10万", "100,000"),
        (-226_000.0, "−22.6万", "−226,000"),
        (1e8, "1亿", "100,000,000"),
        (1.5e8, "1.5亿", "150,000,000"),
        (0.0, "0", "0"),
        (-0.25, "−0.25", "−0.25"),
        (INF, "∞", "∞"),
    ],
)
def test_quantities(speakers, value, zh, en):
    assert speakers["en"].quantity(value, "") == en
    assert speakers["zh"].quantity(value, "人") == zh + "人"


@pytest.mark.parametrize(
    ("value", "short"),
    [(0.123456, 0.1235), (12.3456, 12.35), (123456.7, 123457), (-0.0123456, -0.01235), (1e-5, 1e-5)],
)
def test_four_digits_that_count(value, short):
    assert telling._short(value) == pytest.approx(short, rel=1e-12)
    assert telling._short(value, 10) == pytest.approx(value, rel=1e-12)


def test_names_in_a_row(speakers):
    say = {lang: speaker._listed for lang, speaker in speakers.items()}
    assert (
        say["en"](["a"]) == "a"
        and say["en"](["a", "b"]) == "a and b"
        and say["en"](list("abc")) == "a, b and c"
    )
    assert say["zh"](list("abc")) == "a、b、c"
    eight, nine = list("abcdefgh"), list("abcdefghi")
    assert say["zh"](eight) == "、".join(eight) and say["en"](eight).endswith(" and h")
    assert (
        say["zh"](nine).startswith("、".join(eight)) and "9" in say["zh"](nine) and "i" not in say["zh"](nine)
    )


def test_a_unit_of_letters_stands_off_and_a_sign_does_not(speakers):
    english = speakers["en"]
    assert (
        english._glued("%") == "%"
        and english._glued("人").startswith(" ")
        and english._glued("人")[1].isalpha()
    )
    assert english._glued("%", change=True) == " percentage points"
    assert english._glued("平方米") == " m²"
    assert speakers["zh"]._glued("%", change=True) == "个百分点" and speakers["zh"]._glued("人") == "人"


def test_without_english_titles_the_chinese_ones_are_said(data):
    bare = dataclasses.replace(data, documents=data.documents.drop(columns="title_en"))
    assert Speaker(bare, "en").titles == Speaker(data, "zh").titles


def test_several_names_are_joined_as_each_language_does(data):
    """In the middle of an English sentence an indicator begins with a small letter, and keeps all others."""
    ids = data.indicators["id"].tolist()
    rows = pd.DataFrame({"named": [*ids, "; ".join(ids[:2])]})
    for lang, comma in (("zh", "、"), ("en", ", ")):
        names = data.indicators[f"name_{lang}"].str.translate(str.maketrans("“”", "‘’"))
        expected = names.tolist()
        if lang == "en":
            expected = [name[0].lower() + name.removeprefix(name[0]) for name in expected]
        got = telling._words(data, rows, lang, "named", "indicators").tolist()
        assert got == [*expected, comma.join(expected[:2])]


# ---------------------------------------------------------------- all of it, by hand


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_a_cell_is_called(lang):
    """A row of a table, or the section and item of the text, as far as they are known."""
    said = pd.DataFrame(
        {"document": "plan", "id": [1, 2, 3], "section": ["二(四)", "三", ""], "item": ["19", "", ""]}
    )
    at = telling.addresses(SimpleNamespace(statements=said), lang)
    cells = [
        "plan/table:12b:2027",
        *(f"plan/statement:{n}" for n in (1, 2, 3, 4)),
        "plan",
        "other/statement:1",
    ]
    wanted = {
        "zh": ["表第12b行", "正文二(四)第19条", "正文三", "正文", "正文", "", "正文"],
        "en": ["table row 12b", "text 二(四), item 19", "text 三", "text", "text", "", "text"],
    }
    assert [at(cell) for cell in cells] == wanted[lang]
    bare = telling.addresses(SimpleNamespace(statements=said[["document", "id"]]), lang)
    assert bare("plan/statement:1") == {"zh": "正文", "en": "text"}[lang]


def test_a_finding_names_its_cells_numbers_places_and_sources(data):
    """Every kind of field of a message, for one finding of two cells."""
    facts = {"a_relation": "ge", "a_value": 85.0, "a_year": 2025, "b_relation": "about", "b_value": 120_000.5, "b_year": 2027,
             "b_indicator": "", "x": 0.123456, "y": 3, "share": 7.25, "above": "zhejiang", "kind": "", "second": "yuhuan-plan-2023/table:3:2025",
             "places": ("yuhuan", "nowhere"), "many": tuple("abcdefghi"), "none": ()}  # fmt: skip
    found = pd.DataFrame({"facts": [facts], "a_cell": "yuhuan-plan-2023/table:2:2025",
                          "b_cell": "yuhuan-plan-2023/statement:53"})  # fmt: skip
    share = data.indicators.loc[data.indicators["unit"] == "%", "id"].iloc[0]
    found["indicator"] = share
    for lang in ("zh", "en"):
        speaker = Speaker(data, lang)
        name = data.indicators.set_index("id").at[share, f"name_{lang}"]
        said = data.statements[
            (data.statements["document"] == "yuhuan-plan-2023") & (data.statements["id"] == 53)
        ].iloc[0]
        phrase = f"“{said['phrase']}”"
        columns = pd.DataFrame([facts]).assign(
            a_indicator=share, a_cell=found["a_cell"], b_cell=found["b_cell"]
        )
        columns["b_indicator"] = columns["b_cell"]
        told = {key: speaker._texts(key, columns.to_dict("list"))[0] for key in (
            "a", "a_at", "b_at", "label", "b_label", "a_title", "y0", "y1", "x", "x_u", "x_p", "y", "share_p", "above", "second", "places", "none")}  # fmt: skip
        title = data.documents.set_index("id").at["yuhuan-plan-2023", "title" if lang == "zh" else "title_en"]
        assert told["a_title"] == title
        places = data.places.set_index("id")[f"name_{lang}"]
        row = {"zh": "表第2行", "en": "table row 2"}[lang]
        assert told["a_at"] == row and told["label"] == words.group("place", lang)["beside"].format(name, row)
        assert told["b_label"] == words.group("place", lang)["beside"].format(phrase, told["b_at"])
        assert told["a"] == words.group("mark", lang)["ge"] + "85%"
        assert (told["y0"], told["y1"], told["x"], told["y"]) == ("2025", "2027", "0.1235", "3")
        change = {"zh": "个百分点", "en": " percentage points"}[lang]
        assert (told["x_u"], told["x_p"], told["share_p"]) == (
            "0.123456%",
            "0.123456" + change,
            "7.25" + change,
        )
        assert told["above"] == places["zhejiang"] and told["none"] == ""
        assert told["places"] == {"zh": "、", "en": " and "}[lang].join([places["yuhuan"], "nowhere"])
        assert told["second"] == {"zh": "表第3行", "en": "table row 3"}[lang]


@pytest.mark.parametrize("count", range(1, 12))
def test_a_row_of_names_is_cut_after_eight(speakers, count):
    names = [f"n{k}" for k in range(count)]
    more = {"zh": f"等{count}地", "en": f", … ({count} places)"}
    short = {"zh": "、".join(names), "en": ", ".join(names[:-1]) + " and " + names[-1] if count > 1 else "n0"}
    long = {"zh": "、".join(names[:8]) + more["zh"], "en": ", ".join(names[:8]) + more["en"]}
    for lang, speaker in speakers.items():
        assert speaker._listed(names) == (long if count > 8 else short)[lang]
        assert speaker._listed(names, 2) == (
            short[lang] if count < 3 else ("、" if lang == "zh" else ", ").join(names[:2]) + more[lang]
        )


@pytest.mark.parametrize(
    "size", [0.5, 1.0, 9.5, 999.5, 9_999.0, 99_999.5, 1e5, 1.00005e5, 9.99e7, 1e8, 2.5e9]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_large_numbers_are_counted_by_ten_thousands_from_their_edges(speakers, size, sign):
    """万 from a hundred thousand and 亿 from a hundred million, whatever the sign; a written figure from ten thousand."""
    mark = "−" if sign < 0 else ""

    def plain(number):
        return f"{number:.6f}".rstrip("0").rstrip(".")

    power, word = (1e8, "亿") if size >= 1e8 else (1e4, "万") if size >= 1e5 else (1.0, "")
    assert speakers["zh"].quantity(sign * size, "元") == mark + plain(size / power) + word + "元"
    grouped = f"{size:,.6f}".rstrip("0").rstrip(".")
    assert speakers["en"].quantity(sign * size, " yuan") == f"{mark}{grouped} yuan"
    power, word = (1e8, "亿") if size >= 1e8 else (1e4, "万") if size >= 1e4 else (1.0, "")
    assert telling._plain(sign * size, size, "zh") == mark + plain(size / power) + word
    assert telling._plain(sign * size, size, "en") == mark + grouped


@pytest.mark.parametrize("value", [0.0, np.inf, -np.inf])
def test_what_has_no_digits_stays(value):
    assert telling._short(value) == value


@pytest.mark.parametrize(
    ("value", "digits", "short"),
    [(9.99949, 4, 9.999), (99.995, 4, 100.0), (1.00049, 4, 1.0), (0.99996, 4, 1.0), (10.004, 4, 10.0), (-12.346, 4, -12.35),
     (123_456.4, 4, 123_456), (1_234.6, 3, 1_235), (999.96, 3, 1_000), (0.0012344, 2, 0.0012)],
)  # fmt: skip
def test_digits_that_count_at_powers_of_ten(value, digits, short):
    assert telling._short(value, digits) == pytest.approx(short, rel=1e-12)
    if digits == 4:
        assert telling._short(value) == telling._short(value, 4)


def test_a_source_is_cited_by_its_title_or_by_who_published_it_and_when():
    known = pd.DataFrame({"title": ["公报", "Report 1", "[about]", "[about]", "[about]", "", None],
                          "publisher": ["甲", "乙", "丙", "", "丁", "戊", ""],
                          "published": ["2020", "2021", "2022", "2023", "", "", ""]})  # fmt: skip
    assert telling.cited(known, "zh").tolist() == ["《公报》", "“Report 1”", "丙2022", "2023", "丁", "戊", ""]
    assert telling.cited(known, "en").tolist() == ['"公报"', '"Report 1"', "丙, 2022", "2023", "丁", "戊", ""]
    assert telling.cited(known[["title"]], "zh").tolist() == [
        "《公报》",
        "“Report 1”",
        *["[about]"] * 3,
        "",
        "",
    ]


@pytest.mark.parametrize("seed", range(3))
def test_rows_that_are_alike_have_one_number_in_order_of_appearance(seed):
    rng = np.random.default_rng(seed)
    columns = [rng.choice([0.0, 1.0, np.nan], 30), rng.choice(["a", "b"], 30), rng.integers(0, 2, 30)]
    number, heads = telling._distinct(columns)
    seen = {}
    for row in zip(*(map(str, own) for own in columns), strict=True):
        seen.setdefault(row, len(seen))
    rows = list(zip(*(map(str, own) for own in columns), strict=True))
    assert number.tolist() == [seen[row] for row in rows]
    assert heads.tolist() == [rows.index(row) for row in seen]


@pytest.mark.parametrize(
    ("low", "high", "digits", "zh", "en"),
    [
        # three digits that count, up to five after the point and none before it
        (0.000123456, 0.000123999, "", "0.00012至0.00013", "0.00012 to 0.00013"),
        (0.99951, 0.99962, "", "0.999至1", "0.999 to 1"),
        (99.951, 99.962, "", "99.9至100", "99.9 to 100"),
        (1.0, 9.999, "", "1至10", "1 to 10"),
        (999.2, 1_000.3, "", "999至1001", "999 to 1,001"),
        (0.0, 0.5, "", "0至0.5", "0 to 0.5"),
        (-123.4, -0.25, "", "−123.4至−0.25", "−123.4 to −0.25"),
        # whole numbers are cut to three digits where only those count
        (1_234.0, 5_678.0, "sig", "1230至5680", "1,230 to 5,680"),
        (12.345, 12.349, "sig", "12.3至12.4", "12.3 to 12.4"),
        (1.234e9, 5.678e9, "sig", "12.3亿至56.8亿", "1,230,000,000 to 5,680,000,000"),
        (-np.inf, 1_234.0, "sig", "1240", "1,240"),
        (1_234.0, np.inf, "sig", "1230", "1,230"),
        # both ends are counted by the ten thousands of the smaller one
        (9_500.0, 20_500.0, "0", "9500至20500", "9,500 to 20,500"),
        (95_000.0, 2.5e8, "0", "9.5万至25000万", "95,000 to 250,000,000"),
        (-20_000.0, 30_000.0, "0", "−2万至3万", "−20,000 to 30,000"),
        (0.5, 0.5, "0", "0", "0"),
        (1.26, 1.26, "1", "1.3", "1.3"),
        (1.2, 3.4, "-1", "0至10", "0 to 10"),
    ],
)  # fmt: skip
def test_intervals_at_the_edges_of_their_digits(low, high, digits, zh, en):
    for lang, text in (("zh", zh), ("en", en)):
        assert told("range", "low", "high", digits, low=low, high=high, lang=lang) == [text]
        # what stands beside it changes nothing
        beside = {"low": [5.0, low, np.nan], "high": [5.5, high, np.nan]}
        assert told("range", "low", "high", digits, lang=lang, **beside)[1:] == [text, ""]


def test_shares_are_hundred_times_and_marked():
    low, high = [0.021, 0.5, -np.inf, 0.25], [0.479, 0.5, 0.126, np.inf]
    assert told("share", "low", "high", "0", low=low, high=high) == ["2% to 48%", "50%", "13%", "25%"]
    assert told("share", low=low, high=high, lang="zh") == ["2.1%至47.9%", "50%", "12.6%", "25%"]


def test_bands_of_one_and_of_several_windows():
    """The same band twice, two that touch, and two with others between them; one window or more."""
    band = {lang: words.group("band", lang) for lang in ("zh", "en")}
    for lang in ("zh", "en"):
        forms = words.group("bands", lang)
        for low, high, windows in [
            (1, 1, 1),
            (1, 2, 1),
            (1, 3, 1),
            (1, 4, 1),
            (2, 2, 2),
            (2, 3, 2),
            (1, 4, 2),
            (2, 4, 5),
        ]:
            text = forms[f"{min(high - low, 2)} of {min(windows, 2)}"].format(
                band[lang][str(low)], band[lang][str(high)]
            )
            assert told("bands", low=low, high=high, windows=windows, lang=lang) == [text]


def test_units_and_changes_of_every_kind():
    rows = {"unit": ["%", "‰", "元/年", "人", "个/千人", "没有"]}

    def changes(lang):
        return telling._change(None, pd.DataFrame(rows), lang).tolist()

    assert changes("zh") == ["个百分点", "‰", "元", "人", "个/千人", "没有"]
    english = changes("en")
    assert english[0] == " percentage points" and english[1] == "‰" and english[2] == " yuan"
    assert english[3] == f" {words.unit('人')}" and english[5] == " 没有"
    assert told("unit", "unit", lang="zh", **rows) == rows["unit"]
    assert told("unit", "unit", **rows) == [words.unit(one) or "places" for one in rows["unit"]]
    amount = {
        "unit": ["%", "‰", "人", "个"],
        "value": [-12_000.0] * 4,
        "relation": ["eq", "le", "gt", "about"],
    }
    bound = words.group("bound", "en")
    for text, unit, kind in zip(
        told("amount", "value", "relation", **amount), amount["unit"], amount["relation"], strict=True
    ):
        mark = unit if unit in ("%", "‰") else f" {words.unit(unit)}".rstrip()
        assert text == bound.get(kind, "{}").format("−12,000" + mark)
    assert told("amount", "value", "relation", lang="zh", **amount)[0] == "−1.2万%"
    assert told("plain", "unit", **rows) == rows["unit"]
    assert told("count", low=[1, 2], high=[1, 3], lang="zh") == ["1", "2至3"]


def test_plans_that_were_counted_are_named_with_their_stage(data):
    """Things to do within a year are no plan; each other count stands once, with whose and at what stage."""
    counts = data.plan_counts[~data.plan_counts["plan"].str.contains("民生实事")]
    assert 0 < len(counts) < len(data.plan_counts)
    for lang, gap, comma in (("zh", "", "、"), ("en", " ", ", ")):
        names = data.places.set_index("id")[f"name_{lang}"].to_dict() | words.group("who", lang)
        stage = words.group("stage", lang)
        said = comma.join(
            f"{names[one.place]}{gap}{one.n_met_or_on_track}/{one.n_indicators}{stage[one.stage]}"
            for one in counts.itertuples()
        )
        assert telling._counted(data, pd.DataFrame({"unit": ["%", "人"]}), lang) == [said, said]


@pytest.mark.parametrize(
    ("form", "zh", "en"),
    [
        ("a b|c", "甲乙；丙。", "One two; three."),
        ("a|c/b", "甲；丙。乙。", "One; three. Two."),
        ("none|c/none", "丙。", "Three."),
        ("none/none", "", ""),
        ("field", "{^x}甲。", "{^x} one."),
        ("a field", "甲{x}甲。", "One{x} one."),
    ],
)
def test_messages_are_set_beside_and_under_one_another(monkeypatch, form, zh, en):
    """Parts of a group follow each other, groups have a gap between them, sentences a full stop and a capital."""
    texts = {
        "zh": {"A": "甲", "B": "乙", "C": "丙", "F": "{x}甲"},
        "en": {"A": "one", "B": " two", "C": "three", "F": "{x} one"},
    }
    if form == "a|c/b":
        texts["en"]["B"] = "two"
    monkeypatch.setattr(telling.words, "messages", texts.__getitem__)
    keys = {"a": "A", "b": "B", "c": "C", "none": "", "field": "F"}
    assert [telling._template(form, keys, lang) for lang in ("zh", "en")] == [zh, en]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("it is 1 percentage points a year", "it is 1 percentage point a year"),
        ("1 percentage points", "1 percentage point"),
        ("from 0.5 to 1 percentage points", "from 0.5 to 1 percentage points"),
        ("11 percentage points", "11 percentage points"),
        ("0.1 percentage points", "0.1 percentage points"),
        ("2,1 percentage points", "2,1 percentage points"),
    ],
)
def test_one_point_is_a_point(text, wanted):
    assert telling._ONE.sub("1 percentage point", text) == wanted


def test_the_first_rule_that_holds_is_told(monkeypatch):
    rules = pd.DataFrame(
        {
            "part": ["p", "q", "p", "p"],
            "key": ["one", "other", "two", "three"],
            "when": ["x > 2", "x > 0", "x >= 1", "x == 0"],
        }
    )
    monkeypatch.setattr(telling.words, "table", lambda name: {"parts": rules}[name])
    table = pd.DataFrame({"x": [3, 2, 1, 0, -1]})
    assert telling.first(table, "p").tolist() == ["one", "two", "two", "three", ""]
    assert [(key, holds.tolist()) for holds, key in telling.each(table, "q")] == [
        ("other", [True, True, True, False, False])
    ]


def test_a_sentence_takes_the_message_of_its_code_and_case_and_begins_with_a_capital(data, monkeypatch):
    texts = {"ONE": "{label} {x}, {y0}", "ONE.late": "in {b_label} it is {y1}", "TWO": "on {a_title}"}
    monkeypatch.setattr(telling.words, "messages", lambda lang: texts)
    indicators = data.indicators["id"].iloc[:2].tolist()
    facts = [{"case": "", "x": 1.5, "a_year": 2025}, {"case": "late", "b_year": 2027, "b_indicator": indicators[1]}, {"case": ""},
             {"case": "", "x": 2.5, "a_year": 2026}]  # fmt: skip
    cell = "yuhuan-plan-2023/table:2:2025"
    found = pd.DataFrame(
        {
            "code": ["ONE", "ONE", "TWO", "ONE"],
            "facts": facts,
            "indicator": [*indicators, *indicators],
            "a_cell": cell,
            "b_cell": cell,
        }
    )
    named = data.indicators.set_index("id")
    for lang in ("zh", "en"):
        name = [named.at[one, f"name_{lang}"] for one in indicators]
        form = words.group("place", lang)["beside"]
        at = {"zh": "表第2行", "en": "table row 2"}[lang]
        title = data.documents.set_index("id").at["yuhuan-plan-2023", "title" if lang == "zh" else "title_en"]
        assert telling.sentences(found, data, lang).tolist() == [
            form.format(name[0], at) + " 1.5, 2025",
            "In " + form.format(name[1], at) + " it is 2027",
            "On " + title,
            form.format(name[1], at) + " 2.5, 2026",
        ]
    assert telling.sentences(found, data).tolist() == telling.sentences(found, data, "zh").tolist()


def test_six_digits_after_the_point_of_ten_thousands():
    assert telling._plain(123_456.789_012_3, 123_456.0, "zh") == "12.345679万"
    assert telling._plain(1.234_567_89, 1.0, "zh") == "1.234568"
    assert telling._plain(5.0, 20_000.0, "zh") == "0.0005万"


def test_a_field_is_told_of_every_path_whose_messages_name_it(monkeypatch):
    """Whichever of its messages does, and in each language; like numbers once."""
    texts = {"A": "{x} {y}", "B": "{x}", "C": "{y}", "": ""}
    fields = pd.DataFrame({"field": ["x", "y"], "how": ["plain", "unit"], "of": ["first", "second"]})
    monkeypatch.setattr(telling.words, "messages", lambda lang: texts)
    monkeypatch.setattr(telling.words, "table", {"fields": fields}.__getitem__)
    monkeypatch.setattr(telling.words, "unit", lambda name: name.upper())
    table = pd.DataFrame(
        {"first": ["1", "2", "2", "3", "4"], "second": ["a", "b", "b", "b", ""], "unit": list("uvuvu")}
    )
    parts = [np.array(["A", "B", "", "", ""], object), np.array(["", "C", "A", "B", "A"], object)]
    told = telling._fields(None, table, parts, ("zh", "en"))
    at = np.arange(5)
    assert [told(lang, "x", at).tolist() for lang in ("zh", "en")] == [["1", "2", "2", "3", "4"]] * 2
    some = np.array([4, 0, 1, 2])
    assert told("zh", "y", some).tolist() == ["", "a", "b", "b"] and told("en", "y", some).tolist() == [
        "places",
        "A",
        "B",
        "B",
    ]
