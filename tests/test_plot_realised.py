"""Required against realised pace: every mark and text against the ranking it is drawn from."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt
from matplotlib.colors import to_hex

from qiyou import plausibility, plot, style
from qiyou.errors import DataError
from qiyou.legibility import overlaps
from qiyou.plot import realised


@pytest.fixture(scope="module")
def sports(data):
    return realised.ranked(data, realised.AREA)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_ranks_are_those_of_the_findings(data):
    found = plausibility.check(data)
    found = found[found["check"] == "C10"].set_index(["document", "indicator"])
    for indicator in (realised.AREA, realised.NURSERY):
        for plan in realised.ranked(data, indicator)[1].itertuples():
            said = found.loc[(plan.document, plan.indicator)]
            assert plan.code == said["code"]
            if plan.m:
                drawn = (plan.percentile, plan.low, plan.high)
                np.testing.assert_allclose(drawn, said[["statistic", "low", "high"]].astype(float))


def test_marks_show_pace_start_and_doubts(sports):
    spells, required = sports
    ax = plot.required_vs_realised(spells, required)
    marks = {line.get_gid(): line for line in ax.lines if line.get_gid()}
    for spell in spells.itertuples():
        mark = marks[f"spell/{spell.plan_place}/{spell.place}"]
        assert mark.get_xdata()[0] == spell.improvement
        assert (to_hex(mark.get_markerfacecolor()).upper() == style.PAPER) == (not spell.counts)
        shape = "x" if spell.short else "D" if spell.derived else "^" if spell.soft else "o"
        assert mark.get_marker() == shape
    for place, peers in spells.sort_values("improvement").groupby("plan_place"):
        heights = [marks[f"spell/{place}/{name}"].get_ydata()[0] for name in peers["place"]]
        paces = peers["improvement"].to_numpy()
        assert (np.diff(heights)[np.diff(paces) > 0] > 0).all()


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_required_pace_its_rounding_and_rank(sports, lang):
    spells, required = sports
    ax = plot.required_vs_realised(spells, required, lang=lang)
    lines = {line.get_gid(): line for line in ax.lines}
    bands = {patch.get_gid(): patch for patch in ax.patches}
    texts = {text.get_gid(): text.get_text() for text in ax.texts}
    for plan in required.itertuples():
        assert lines[f"required/{plan.place}"].get_xdata()[0] == plan.required
        band = bands[f"rounding/{plan.place}"]
        assert band.get_x() == plan.required_low
        assert band.get_x() + band.get_width() == pytest.approx(plan.required_high)
        for number in (plan.percentile, plan.low, plan.high):
            assert f"{number:.3g}" in texts[f"rank/{plan.place}"]
        assert str(plan.m) in texts[f"rank/{plan.place}"]


def test_small_class_is_called_undecidable(data):
    ax = plot.required_vs_realised(*realised.ranked(data, realised.NURSERY))
    said = [text.get_text() for text in ax.texts]
    assert len(said) == 4
    assert all("无法判定" in text for text in said)


def test_short_changes_are_shown_and_never_counted(sports):
    spells, required = sports
    least = plausibility.Settings().spell_years_least
    assert (spells["short"] == (spells["years"] < least)).all() and spells["short"].any()
    assert not (spells["short"] & spells["counts"]).any()
    counted = spells[spells["counts"]].groupby("plan_place").size()
    assert counted.to_dict() == required.set_index("place")["m"].to_dict()
    assert not spells.duplicated(["plan_place", "place"]).any()


def test_one_year_changes_count_only_where_asked_for(data):
    settings = plausibility.Settings(spell_years_least=1)
    spells, required = realised.ranked(data, realised.AREA, settings=settings)
    assert not spells["short"].any() and (required["m"] > 20).all()


def test_no_pace_is_an_error(sports):
    spells, required = sports
    with pytest.raises(DataError, match="no plan"):
        plot.required_vs_realised(spells, required.assign(code="NOT_DEFINED"))


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_figure_prints(data, lang):
    drawing = realised.required_vs_realised_figure(data, lang)
    assert overlaps(drawing.figure) == []
    assert set(drawing.table["part"]) == {"required", "realised"}
