"""How sentences write a number, an interval, a unit: by the rules of each language (qiyou.plausibility.telling)."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

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
