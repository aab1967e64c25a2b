"""The gate: one execution, compared by nbval and by its bytes; which number moved; what is taken over."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from qiyou import disk, notebooks
from qiyou.cli import carry_out
from qiyou.errors import QiyouError
from tools import __main__ as maintain
from tools import rerun
from tools.differences import Change
from tools.rerun import Rerun

CELLS = (
    "import pandas as pd\nimport matplotlib.pyplot as plt",
    "print('托位数 5.5')",
    "print('before')\nplt.plot([1, 2])\nplt.show()\nprint('after')",
    "pd.DataFrame({'place': ['玉环'], 2027: [5.5]})",
)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The bytes of a small executed notebook."""
    folder = tmp_path_factory.mktemp("good")
    cells = [new_markdown_cell("# 标题\n\n摘要"), *map(new_code_cell, CELLS)]
    nbformat.write(new_notebook(cells=cells), folder / "01_good.ipynb")
    assert [result.error for result in notebooks.run(folder / "out", folder=folder)] == [""]
    return (folder / "out" / "01_good.ipynb").read_bytes()


def code(raw, n):
    return [cell for cell in raw["cells"] if cell["cell_type"] == "code"][n - 1]


def as_file(raw):
    return (json.dumps(raw, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")


def numbers(raw):
    code(raw, 2)["outputs"][0]["text"] = ["托位数 5.6\n"]
    markup = code(raw, 4)["outputs"][0]["data"]
    markup["text/html"] = [line.replace("5.5", "5.4") for line in markup["text/html"]]


def picture(raw):
    (output,) = [output for output in code(raw, 3)["outputs"] if "image/png" in output.get("data", {})]
    output["data"]["image/png"] = "iVBORw0KGgo=\n"


def version(raw):
    raw["metadata"]["language_info"]["version"] = "3.12.1"


ALTERED = {
    "moved": (
        numbers,
        [
            "01_good.ipynb, cell 2: 5.6 -> 5.5 (in: 托位数 5.5)",
            "01_good.ipynb, cell 4: 5.4 -> 5.5 (row 玉环, column 2027)",
        ],
    ),
    "pictures": (picture, []),
    "form": (version, []),
    "same": (lambda raw: None, []),
}


@pytest.mark.parametrize("status", ALTERED)
def test_what_differs_is_named(good, status):
    alter, lines = ALTERED[status]
    raw = json.loads(good)
    alter(raw)
    found = rerun.judge("01_good.ipynb", as_file(raw), good)
    assert found.status == status
    assert rerun.report([found]) == [*lines, f"1 notebooks: 1 {rerun.STATUS[status]}."]


def test_a_long_list_of_changes_is_cut():
    changes = tuple(Change("b.ipynb", n, "number", "1", "2") for n in range(1, 31))
    lines = rerun.report([Rerun("b.ipynb", "moved", changes), Rerun("a.ipynb", "same")])
    assert lines[20] == "b.ipynb: and 10 more" and len(lines) == 22


# ---------------------------------------------------------------------------------- nbval's execution


def nbval(folder, tmp_path, **variables):
    """Run nbval as run.py does, with the conftest of the notebooks; its status and what it executed."""
    shutil.copy(notebooks.FOLDER / "conftest.py", folder)
    executed = tmp_path / "executed"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--nbval",
        "--nbval-current-env",
    ]
    environment = {**os.environ, "QIYOU_EXECUTED": str(executed), **variables}
    done = subprocess.run(
        [*command, str(folder)], env=environment, capture_output=True, text=True, check=False
    )
    return done, executed / "01_good.ipynb"


@pytest.mark.skipif(sys.platform == "win32", reason="no folder there that nobody can write")
def test_nbval_sees_nothing_of_the_users_and_its_execution_has_the_same_bytes(good, tmp_path):
    folder, profile = tmp_path / "notebooks", tmp_path / "home" / ".ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "c50_startup.py").write_text("import pandas; pandas.options.display.precision = 0")
    (profile / "ipython_kernel_config.py").write_text("c.InlineBackend.figure_formats = {'svg'}")
    disk.write(folder / "01_good.ipynb", good)
    settings = {"HOME": str(tmp_path / "home"), "MPLCONFIGDIR": "/proc/none", "PYTHONOPTIMIZE": "1"}
    done, executed = nbval(folder, tmp_path, **settings)
    assert done.returncode == 0, done.stdout
    assert executed.read_bytes() == good


def test_an_altered_number_fails_under_nbval_and_is_named_from_the_same_execution(good, tmp_path):
    folder = tmp_path / "notebooks"
    raw = json.loads(good)
    numbers(raw)
    picture(raw)
    disk.write(folder / "01_good.ipynb", as_file(raw))
    done, executed = nbval(folder, tmp_path)
    assert done.returncode == 1 and "2 failed, 2 passed" in done.stdout, done.stdout
    assert executed.read_bytes() == good
    (found,) = rerun.notebooks(executed.parent, folder, ["01_good.ipynb"])
    assert [change.kind for change in found.changes] == ["number", "picture", "number"]


# ---------------------------------------------------------------------------------------- taking over


@pytest.fixture
def checkout(tmp_path, monkeypatch, good):
    """A checkout with one committed notebook and one figure, and what is drawn there."""
    monkeypatch.setattr(maintain, "ROOT", tmp_path)
    monkeypatch.setattr(notebooks, "FOLDER", tmp_path / "notebooks")

    def draw(folder, picture, data):
        for name, content in {"zh/lead.png": picture, "zh/lead.txt": b"alt", "data/lead.csv": data}.items():
            disk.write(Path(folder) / name, content)

    def prepare(picture=b"picture", data=b"5.5", here=True, committed=good):
        monkeypatch.setattr(maintain, "is_reference", lambda: here)
        monkeypatch.setattr("qiyou.figures.build", lambda _, folder, **__: draw(folder, picture, data))
        monkeypatch.setattr(maintain, "_briefings", lambda *_: False)
        disk.write(tmp_path / "notebooks" / "01_good.ipynb", committed)
        disk.write(tmp_path / "executed" / "01_good.ipynb", good)
        return tmp_path

    draw(tmp_path / "figures", b"picture", b"5.5")
    return prepare


def gate(root, *options):
    return carry_out("tools", maintain._COMMANDS, ["rerun", "--executed", str(root / "executed"), *options])


@pytest.mark.parametrize(
    ("picture", "data", "here", "options", "written"),
    [
        (b"picture", b"5.5", True, [], []),
        (b"another", b"5.5", True, [], ["zh/lead.png"]),
        (b"another", b"5.5", False, [], []),
        (b"another", b"5.5", False, ["--pictures"], ["zh/lead.png"]),
        (b"another", b"5.6", False, [], ["data/lead.csv", "zh/lead.png"]),
    ],
)
def test_figures_are_replaced_when_they_say_something_else(
    checkout, capsys, picture, data, here, options, written
):
    root = checkout(picture, data, here)
    assert gate(root, "--check", *options) == int(bool(written))
    assert (root / "figures/zh/lead.png").read_bytes() == b"picture"
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "differs" in line] == [f"figures/{name}: differs" for name in written]
    assert gate(root, *options) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "written" in line] == [f"figures/{name}: written" for name in written]
    assert any("zh/lead.png" in line and "--pictures" in line for line in lines) == (
        not written and picture == b"another"
    )
    assert (root / "figures/zh/lead.png").read_bytes() == (
        picture if "zh/lead.png" in written else b"picture"
    )


@pytest.mark.parametrize(
    ("alter", "here", "status"),
    [
        (numbers, True, 1),
        (numbers, False, 1),
        (picture, True, 1),
        (picture, False, 0),
        (version, False, 1),
        (lambda raw: None, True, 0),
    ],
)
def test_the_status_says_whether_the_notebooks_hold(checkout, good, capsys, alter, here, status):
    raw = json.loads(good)
    alter(raw)
    committed = as_file(raw)
    root = checkout(here=here, committed=committed)
    path = root / "notebooks" / "01_good.ipynb"
    assert gate(root, "--check") == status and path.read_bytes() == committed
    assert ("Not as the files are" in capsys.readouterr().out) == bool(status)
    assert gate(root) == 0 and path.read_bytes() == (good if status else committed)


def test_a_notebook_that_fails_is_named_and_the_others_are_compared(checkout, good, capsys, monkeypatch):
    root = checkout()

    def run(to, **_):
        disk.write(Path(to) / "01_good.ipynb", good)
        failed = notebooks.Executed("02_bad.ipynb", "cell 2: ZeroDivisionError: division by zero")
        return [notebooks.Executed("01_good.ipynb"), failed]

    monkeypatch.setattr(notebooks, "run", run)
    assert carry_out("tools", maintain._COMMANDS, ["rerun", "--check"]) == 1
    out = capsys.readouterr().out
    assert "02_bad.ipynb, cell 2: ZeroDivisionError: division by zero" in out and "1 unchanged." in out
    assert (root / "figures/zh/lead.png").read_bytes() == b"picture"


def test_nothing_to_compare_is_an_error_not_a_pass(checkout, capsys):
    root = checkout()
    disk.write(root / "notebooks" / "02_not_executed.ipynb", b"{}")
    assert gate(root, "--check") == 1 and "02_not_executed.ipynb" in capsys.readouterr().err
    (root / "executed" / "01_good.ipynb").unlink()
    for names in ([], ["01_good.ipynb"]):
        with pytest.raises(QiyouError, match="to compare"):
            rerun.notebooks(root / "executed", root / "notebooks", names)


@pytest.mark.parametrize("ok", [True, False])
def test_audit_prints_its_report(monkeypatch, capsys, ok):
    asked = []
    report = lambda *words: asked.append(words) or (["玉环: 180 cells found"], ok)  # noqa: E731
    monkeypatch.setattr(maintain.audit, "main_report", report)
    arguments = ["audit", "--sources", "texts", "--seal"]
    assert carry_out("tools", maintain._COMMANDS, arguments) == (0 if ok else 1)
    assert asked == [("texts", True)] and capsys.readouterr().out == "玉环: 180 cells found\n"


def test_nothing_in_the_library_imports_the_tools():
    for path in Path(notebooks.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "import tools" not in text and "from tools" not in text, path
