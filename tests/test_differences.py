"""Which number moved: said with its cell, its row and its column."""

from __future__ import annotations

import copy

from hypothesis import given
from hypothesis import strategies as st

from tools.differences import Change, compare


def notebook(*cells):
    """A notebook whose code cells put out what is given: a text on stdout, or data by MIME type."""
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": cell}
        if isinstance(cell, str)
        else {"output_type": "display_data", "data": cell, "metadata": {}}
        for cell in cells
    ]
    code = [
        {"cell_type": "code", "execution_count": n, "outputs": [output]}
        for n, output in enumerate(outputs, 1)
    ]
    return {"cells": [{"cell_type": "markdown", "source": "# 标题"}, *code]}


def table(*rows):
    """A table as pandas shows it, first column as row labels."""
    head, *body = rows
    lines = ["".join(f"<th>{field}</th>" for field in head)]
    lines += [f"<th>{first}</th>" + "".join(f"<td>{field}</td>" for field in rest) for first, *rest in body]
    markup = "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"
    return {"text/html": markup, "text/plain": "\n".join("  ".join(map(str, row)) for row in rows)}


def said(old, new):
    return [str(change) for change in compare("n.ipynb", old, new)]


def test_equal_outputs_are_no_change():
    assert (
        said(
            notebook("a 1", table(["", "2027"], ["玉环", "5.5"])),
            notebook("a 1", table(["", "2027"], ["玉环", "5.5"])),
        )
        == []
    )


def test_a_moved_number_in_a_table_has_its_row_and_column():
    old = notebook("kept", table(["", "2026", "2027"], ["玉环", "5.0", "5.5"], ["长兴", "4.5", "5.5"]))
    new = notebook("kept", table(["", "2026", "2027"], ["玉环", "5.0", "5.5"], ["长兴", "4.6", "5.5"]))
    assert said(old, new) == ["n.ipynb, cell 2: 4.5 -> 4.6 (row 长兴, column 2026)"]


def test_a_row_label_that_spans_rows_does_not_shift_the_columns():
    def spanned(value):
        markup = (
            "<table><tr><th>place</th><th>year</th><th>value</th></tr>"
            '<tr><th rowspan="2">玉环</th><th>2026</th><td>5.0</td></tr>'
            f"<tr><th>2027</th><td>{value}</td></tr></table>"
        )
        return notebook({"text/html": markup})

    assert said(spanned("5.5"), spanned("5.6")) == ["n.ipynb, cell 1: 5.5 -> 5.6 (row 2027, column value)"]


def test_a_moved_number_in_a_sentence_has_its_line():
    old = notebook("有 21 个核心指标\n玉环每千人口托位数2027年达到5.5个，-0.3个百分点")
    new = notebook("有 21 个核心指标\n玉环每千人口托位数2027年达到5.4个，−0.2个百分点")
    line = "in: 玉环每千人口托位数2027年达到5.4个，−0.2个百分点"
    assert said(old, new) == [
        f"n.ipynb, cell 1: 5.5 -> 5.4 ({line})",
        f"n.ipynb, cell 1: -0.3 -> −0.2 ({line})",
    ]


def test_a_word_that_changed_is_said_as_text():
    old, new = notebook("verdict: met"), notebook("verdict: undecidable")
    assert said(old, new) == ["n.ipynb, cell 1: met -> undecidable (in: verdict: undecidable)"]


def test_rows_that_came_or_went_are_said():
    old = notebook(table(["", "2027"], ["玉环", "5.5"]))
    new = notebook(table(["", "2027"], ["玉环", "5.5"], ["慈溪", "4.9"]))
    assert said(old, new) == ["n.ipynb, cell 1: nothing -> 慈溪 4.9"]
    assert said(new, old) == ["n.ipynb, cell 1: 慈溪 4.9 -> nothing"]


def test_pictures_are_apart_from_numbers():
    old = notebook({"image/png": "AAAA", "text/plain": "<Figure size 640x480 with 1 Axes>"})
    new = notebook({"image/png": "AAAB", "text/plain": "<Figure size 640x480 with 1 Axes>"})
    assert compare("n.ipynb", old, new) == [Change("n.ipynb", 1, "picture")]
    assert said(old, new) == ["n.ipynb, cell 1: the picture differs"]


def test_the_same_words_set_differently_are_still_a_change():
    assert len(said(notebook("5.5  5.6"), notebook("5.5 5.6"))) == 1


def test_a_notebook_that_was_never_executed_is_new():
    old = notebook("5.5")
    for cell in old["cells"][1:]:
        cell["execution_count"], cell["outputs"] = None, []
    assert said(old, notebook("5.5")) == ["n.ipynb: executed for the first time"]


@given(st.lists(st.text(alphabet="ab玉 \n-.,%0123456789<>&", max_size=30), min_size=1, max_size=4), st.data())
def test_every_change_of_a_text_is_found_and_nothing_else(texts, data):
    which = data.draw(st.integers(0, len(texts) - 1))
    other = data.draw(st.text(alphabet="ab玉 \n-.,%0123456789<>&", max_size=30))
    changed = copy.copy(texts)
    changed[which] = other
    found = compare("n.ipynb", notebook(*texts), notebook(*changed))
    assert bool(found) == (changed != texts)
    assert all(change.cell == which + 1 for change in found)
