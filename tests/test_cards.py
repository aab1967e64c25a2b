"""The answer to one question: what it says, of whom it says nothing, and that it never breaks."""

import sys

import pytest

import qiyou
from qiyou import cards, plausibility, words
from qiyou.errors import DataError, QiyouError


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_every_target_has_an_answer_and_no_form_of_it_has_a_verdict(data, read, lang):
    for _, rows in read.profiles.groupby(["place", "indicator"]):
        card = qiyou.answer(data, *rows.iloc[0][["place", "indicator"]], lang=lang, read=read)
        assert all(short in card.text for short in rows[f"short_{lang}"])
        assert len(card.facts) == len(rows) and list(card.yardsticks) and card.sources
        for text in (str(card), card._repr_markdown_(), card._repr_html_()):
            assert not any(word in text.lower() for word in ("plausible", "feasible", "合理", "可行"))


def test_names_are_taken_as_people_write_them(data, read):
    said = {
        qiyou.answer(data, place, indicator, read=read).zh
        for place in ("玉环", "玉环市", "yuhuan")
        for indicator in ("托位数", "每千人口拥有3岁以下婴幼儿托位数", "nursery_places_per_1000")
    }
    assert len(said) == 1 and said.pop()


def test_an_answer_names_both_lines_where_the_plan_prints_two(data, read):
    card = qiyou.answer(data, "玉环", "premature_ncd_mortality", read=read)
    assert "表第12行" in card.zh and "表第12b行" in card.zh
    assert set(card.yardsticks.iloc[:, 0]) == {"表第12行", "表第12b行"}
    assert any("正文二(四)第19条" in question for question in card.questions)


@pytest.mark.parametrize(
    ("place", "indicator", "printed"),
    [("长兴", "long_term_care_insured", "完成市定任务"), ("慈溪", "pension_insured", "没有列出目标数值")],
)
def test_a_line_without_numbers_says_so_and_no_more(data, read, place, indicator, printed):
    card = qiyou.answer(data, place, indicator, read=read)
    assert printed in card.zh and card.facts.empty and card.yardsticks.empty


@pytest.mark.parametrize(
    ("place", "indicator"), [("海曙", "child_screening_rate"), ("长兴", "free_checkups_annual")]
)
def test_an_end_worse_than_its_start_is_asked_about_openly(data, read, place, indicator):
    """A target may be a minimum or a template: neither the card nor its questions know of a slip only."""
    card = qiyou.answer(data, place, indicator, read=read)
    assert "目标是底线要求、统一模板，还是口径有变或笔误。" in card.zh
    assert (
        "whether the target is a minimum or a common template, a change of definition or a slip." in card.en
    )
    assert not any("是笔误，还是" in text for text in (card.zh, *card.questions))
    if place == "长兴":
        assert any("目标是底线要求、统一模板，还是口径有变或笔误？" in text for text in card.questions)
    # the base meets the end value, and not every target in between
    found = read.of("found", card.place, card.indicator)
    assert not any("只须保持" in text for text in plausibility.sentences(found, data, "zh"))


def test_what_a_plan_does_not_print_is_said_with_who_does(data, read):
    card = qiyou.answer(data, "慈溪", "人均体育场地面积", lang="en", read=read)
    printing = set(data.printed.query("indicator == 'sports_area_per_capita'")["place"])
    names = data.places.set_index("id").loc[sorted(printing), "name_en"]
    assert all(name in card.text for name in names) and "Cixi" in card.text
    assert not card.sources and "Source" not in str(card)
    assert "没有宁波市的方案" in qiyou.answer(data, "宁波", "托位数", read=read).zh


def test_an_unknown_name_lists_the_nearest(data, read):
    with pytest.raises(DataError, match="玉环"):
        qiyou.answer(data, "玉环县市", "托位数", read=read)
    with pytest.raises(DataError, match="lang"):
        qiyou.answer(data, "玉环", "托位数", lang="fr", read=read)


def test_markdown_and_html_print_a_name_as_it_is():
    assert cards._escaped("a|b $x$ *y*") == r"a\|b \$x\$ \*y\*"


def test_one_chooses_a_place_an_indicator_and_a_language(data, read, capsys):
    box = qiyou.explore(data, lang="en", read=read)
    place, indicator, lang, _ = box.children
    shown = capsys.readouterr().out
    assert qiyou.answer(data, place.value, indicator.value, lang="en", read=read).title in shown
    indicator.value = "nursery_places_per_1000"
    place.value = "changxing"
    assert indicator.value == "nursery_places_per_1000"  # kept where the new place prints it
    lang.value = "zh"
    assert "长兴县：每千人口拥有3岁以下婴幼儿托位数" in capsys.readouterr().out
    asked = {name for _, name in indicator.options}
    assert asked == {row.indicator for row in read.profiles.itertuples() if row.place == "changxing"} | set(
        read.aside.loc[read.aside["place"].eq("changxing"), "indicator"]
    )


def test_without_widgets_one_sentence_says_what_to_install(data, read, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(QiyouError, match=r"qiyou\[notebooks\]"):
        qiyou.explore(data, read=read)
