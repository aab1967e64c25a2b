"""Labels of figures: one list of unit words for figures and sentences."""

from __future__ import annotations

import qiyou
from qiyou import units
from qiyou.plot import labels


def test_figures_and_sentences_have_one_list_of_unit_words(monkeypatch):
    monkeypatch.setitem(units.UNITS_EN, "所", "schools")
    assert labels.unit("所", "en") == units.english("所") == "schools"
    assert labels.unit("所", "zh") == "所"


def test_every_unit_of_an_indicator_has_english_words():
    printed = set(qiyou.load().indicators["unit"]) - {""}
    missing = sorted(
        unit for unit in printed if any("一" <= character <= "鿿" for character in labels.unit(unit, "en"))
    )
    assert missing == []
