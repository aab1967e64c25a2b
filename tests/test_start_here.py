"""The first notebook answers for other pairs of place and indicator than the one it shows."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "00_start_here.ipynb"
SHOWN = '"yuhuan", "sports_area_per_capita"'


@pytest.fixture(scope="module")
def cells():
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def start(cells):
    """What the cells before the choice leave behind."""
    names = {}
    for cell in cells[: _choice(cells)]:
        exec(cell, names)
    return names


def _choice(cells):
    (at,) = (k for k, cell in enumerate(cells) if SHOWN in cell)
    return at


@pytest.mark.parametrize(
    ("place", "indicator", "said"),
    [
        ("changxing", "sports_area_per_capita", "印出“人均体育场地面积”1处"),
        ("huangyan", "sports_area_per_capita", "印出“人均体育场地面积”2处"),
        ("zhejiang", "sports_area_per_capita", "印出“人均体育场地面积”0处"),
        ("zhejiang", "village_parcel_coverage", "印出“邮政(快递)进村服务覆盖率”1处"),
        ("cixi", "preschool_universal_pass", "6处"),
        ("yuhuan", "premature_ncd_mortality", "13处"),
        ("wenling", "dibao_standard", "0处"),
    ],
)
def test_another_pair_runs_to_the_end(cells, start, place, indicator, said, capsys, tmp_path, monkeypatch):
    assert place in set(start["here"]["id"]) and indicator in set(start["choices"]["id"])
    monkeypatch.chdir(tmp_path)
    names = dict(start)
    for cell in cells[_choice(cells) :]:
        exec(cell.replace(SHOWN, f'"{place}", "{indicator}"'), names)
    plt.close("all")
    out = capsys.readouterr().out
    assert said in out
    assert (tmp_path / "my_figures" / "zh" / f"{place}-{indicator}.pdf").exists()


def test_the_pictures_are_left_alone_by_version_control():
    ignored = (NOTEBOOK.parents[1] / ".gitignore").read_text(encoding="utf-8").split()
    assert "my_figures/" in ignored
