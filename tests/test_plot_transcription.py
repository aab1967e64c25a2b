"""The overview of how every cell was read: cell by cell what the tables print, for any number of tables."""

from __future__ import annotations

import dataclasses

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from qiyou.legibility import overlaps
from qiyou.plot import transcription


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_every_cell_shows_its_print_or_says_that_it_is_long(data):
    drawing = transcription.reading_figure(data, "zh")
    shown = drawing.table
    for ax, (_, part) in zip(drawing.figure.axes, shown.groupby("document", sort=False), strict=False):
        cells = [text.get_text() for text in ax.texts]
        wanted = [printed if printed in cells else "…" for printed in part["printed"] if printed]
        assert sorted(text for text in cells if text) == sorted(wanted)
        assert wanted.count("…") < len(wanted) / 5


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_third_table_has_room(data, lang):
    keys = {"targets": "document", "decisions": "document", "documents": "id"}
    copies = {}
    for name, key in keys.items():
        frame = getattr(data, name)
        own = frame[frame[key] == "yuhuan-plan-2023"].assign(**{key: "own-plan"})
        copies[name] = pd.concat([frame, own], ignore_index=True)
    more = dataclasses.replace(data, **copies)
    drawing = transcription.reading_figure(more, lang)
    assert "own-plan" in set(drawing.table["document"])
    assert overlaps(drawing.figure) == []
