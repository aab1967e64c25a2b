"""The console script: exit statuses, one sentence per error, and what it says about a rerun."""

from __future__ import annotations

import io
import subprocess
import sys
import types
from pathlib import Path

import pandas as pd
import pytest
from qiyou.differences import Change

from qiyou import cli, disk, notebooks, reference
from qiyou.errors import DataError, FigureError
from qiyou.notebooks import Rerun


@pytest.fixture
def stand_in(monkeypatch):
    """Put a module of the given functions in the place of one of qiyou's."""

    def put(name, **functions):
        module = types.ModuleType(name)
        vars(module).update(functions)
        monkeypatch.setitem(sys.modules, name, module)

    return put


def raising(error):
    def function(*_, **__):
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (DataError("table.csv:3: no unit; add one"), 1, "qiyou: table.csv:3: no unit; add one"),
        (
            PermissionError(13, "Permission denied", "figures/zh"),
            2,
            "qiyou: figures/zh: it is read-only, or open in another program",
        ),
        (OSError(28, "No space left on device"), 2, "qiyou: the disk is full"),
        (KeyboardInterrupt(), 2, "qiyou: stopped; nothing is left half-written"),
        (ImportError("No module named 'x'"), 2, "qiyou: No module named 'x': the set-up is not complete"),
    ],
)
def test_every_error_is_one_sentence(stand_in, capsys, error, status, sentence):
    stand_in("qiyou.figures", build=raising(error))
    assert cli.main(["figures"]) == status
    output = capsys.readouterr()
    assert output.out == "" and output.err.startswith(sentence) and output.err.count("\n") == 1


def test_a_wrong_command_is_a_usage_error(capsys):
    for words in ([], ["nonsense"], ["audit"]):
        with pytest.raises(SystemExit) as leaving:
            cli.main(words)
        assert leaving.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def findings(*severities):
    rows = [(s, "NO_UNIT", "table.csv", 3, f"{s} 没有单位", "add one") for s in severities]
    columns = ["severity", "code", "file", "line", "what", "remedy"]
    return pd.DataFrame(rows, columns=columns).astype({"line": "Int64"})


@pytest.mark.parametrize(
    ("severities", "status", "last"),
    [
        ((), 0, "0 errors, 0 warnings, 0 notes"),
        (("warning", "note", "note"), 0, "0 errors, 1 warning, 2 notes"),
        (("error", "warning"), 1, "1 error, 1 warning, 0 notes"),
    ],
)
def test_check_prints_the_findings_and_fails_on_an_error(monkeypatch, capsys, severities, status, last):
    asked = []

    def check(root=None, also=()):
        asked.append((root, also))
        return findings(*severities)

    monkeypatch.setattr("qiyou.data.check", check)
    assert cli.main(["check", "--data", "d", "--also", "a", "--also", "b"]) == status
    *lines, closing = capsys.readouterr().out.splitlines()
    assert asked == [("d", ["a", "b"])] and closing == last
    assert [line.split()[:2] for line in lines] == [[s, "table.csv:3:"] for s in severities]


@pytest.mark.parametrize("ok", [True, False])
def test_audit_prints_its_report(stand_in, capsys, ok):
    asked = []
    stand_in("qiyou.audit", main_report=lambda *words: asked.append(words) or (["玉环: 180 cells found"], ok))
    assert cli.main(["audit", "--sources", "texts", "--seal"]) == (0 if ok else 1)
    assert asked == [("texts", True)] and capsys.readouterr().out == "玉环: 180 cells found\n"


MOVED = Rerun(
    "b.ipynb", "moved", (Change("b.ipynb", 5, "number", "85.2", "85.3", "row 玉环, column 2027"),), 2.0
)
PICTURES = Rerun("a.ipynb", "pictures", (Change("a.ipynb", 1, "picture"),), 1.0)
FAILED = Rerun("c.ipynb", "failed", error="cell 2: ZeroDivisionError: division by zero")


def rerunning(monkeypatch, *reruns, reference=True):
    for name in ("run", "check"):
        monkeypatch.setattr(notebooks, name, lambda *_, **__: list(reruns))
    monkeypatch.setattr(notebooks, "is_reference", lambda: reference)


LEFT = (
    "Only the bytes of pictures differ in a.ipynb: they depend on the platform, the numbers are the same; "
    "left as they are (--pictures writes them)."
)


def test_a_rerun_says_what_moved_and_what_failed(monkeypatch, capsys):
    rerunning(monkeypatch, PICTURES, MOVED, FAILED)
    assert cli.main(["notebooks"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "b.ipynb, cell 5: 85.2 -> 85.3 (row 玉环, column 2027)",
        "c.ipynb, cell 2: ZeroDivisionError: division by zero",
        LEFT,
        "3 notebooks: 1 only pictures differ, 1 results moved, 1 failed; 0 files written.",
    ]


@pytest.mark.parametrize(
    ("words", "rerun", "reference", "status"),
    [
        (["notebooks"], MOVED, True, 0),
        (["notebooks", "--check"], MOVED, True, 1),
        (["notebooks", "--check"], PICTURES, True, 1),
        (["notebooks", "--check"], PICTURES, False, 0),
        (["notebooks", "--check"], Rerun("a.ipynb", "same"), True, 0),
        (["notebooks", "--check"], Rerun("a.ipynb", "form"), True, 1),
    ],
)
def test_the_status_says_whether_the_files_hold(monkeypatch, capsys, words, rerun, reference, status):
    rerunning(monkeypatch, rerun, reference=reference)
    assert cli.main(words) == status
    assert (LEFT in capsys.readouterr().out) == (rerun is PICTURES)


def test_a_long_list_of_changes_is_cut(monkeypatch, capsys):
    changes = tuple(Change("b.ipynb", n, "number", "1", "2") for n in range(1, 31))
    rerunning(monkeypatch, Rerun("b.ipynb", "moved", changes))
    cli.main(["notebooks"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[20] == "b.ipynb: and 10 more" and len(lines) == 22


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (io.StringIO(), "  a.ipynb: unchanged (3 s)\n"),
        (Terminal(), "  1 of 2 cells executed\r" + " " * 23 + "\r  a.ipynb: unchanged (3 s)\n"),
    ],
)
def test_progress_is_one_changing_line_in_a_terminal(monkeypatch, stream, expected):
    def check(*_, progress, **__):
        rerun = Rerun("a.ipynb", "same", seconds=3.2)
        for event in [(1, 2, None), (2, 2, None), (2, 2, rerun)]:
            progress(*event)
        return [rerun]

    monkeypatch.setattr(notebooks, "check", check)
    monkeypatch.setattr(sys, "stdout", stream)
    assert cli.main(["notebooks", "--check"]) == 0
    assert stream.getvalue() == expected + "1 notebook: 1 unchanged; 0 files written.\n"


@pytest.fixture
def checkout(tmp_path, monkeypatch, stand_in):
    """A checkout with one committed figure, and a build that draws it with the given bytes."""
    monkeypatch.setattr(reference, "ROOT", tmp_path)

    def draw(folder, picture, data):
        for name, content in {"zh/lead.png": picture, "zh/lead.txt": b"alt", "data/lead.csv": data}.items():
            disk.write(folder / name, content)

    def prepare(picture, data, here):
        monkeypatch.setattr(reference, "is_reference", lambda: here)
        stand_in(
            "qiyou.figures", build=lambda _, folder, progress, workers: draw(Path(folder), picture, data)
        )
        return tmp_path / "figures"

    draw(tmp_path / "figures", b"picture", b"5.5")
    return prepare


@pytest.mark.parametrize(
    ("picture", "data", "here", "words", "written"),
    [
        (b"picture", b"5.5", True, [], []),
        (b"another", b"5.5", True, [], ["zh/lead.png"]),
        (b"another", b"5.5", False, [], []),
        (b"another", b"5.5", False, ["--pictures"], ["zh/lead.png"]),
        (b"another", b"5.6", False, [], ["data/lead.csv", "zh/lead.png"]),
    ],
)
def test_figures_are_replaced_when_they_say_something_else(
    checkout, capsys, picture, data, here, words, written
):
    folder = checkout(picture, data, here)
    assert cli.main(["figures", *words]) == 0
    *lines, closing = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.endswith(": written")] == [
        f"figures/{name}: written" for name in written
    ]
    assert closing == f"3 files of figures: {len(written)} written, the others as they were."
    assert (folder / "zh/lead.png").read_bytes() == (picture if "zh/lead.png" in written else b"picture")
    assert any("figures/zh/lead.png" in line and "--pictures" in line for line in lines) == (
        not written and picture == b"another"
    )


def test_output_is_utf8_whatever_the_console_thinks():
    code = "import qiyou.cli as c; c._parser = lambda: print('玉环 ㎡') or exit(0); c.main([])"
    env = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True)
    assert done.stdout.decode("utf-8").strip() == "玉环 ㎡"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell's pipe")
def test_a_reader_that_stops_reading_is_no_error():
    code = (
        "import qiyou.cli as c; c._figures = lambda options: [print('x' * 100) for _ in range(9999)] and 0; "
        "c.main(['figures'])"
    )
    command = f'"{sys.executable}" -c "{code}" | head -n 1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == "" and done.stdout.strip() == "x" * 100


# ------------------------------------------------------------------------------- a county of one's own


def test_new_makes_a_folder_and_says_how_to_go_on(tmp_path, capsys):
    words = ["new", "kaihua-plan-2023", "--place", "kaihua", "--years", "2022—2027", "--in", str(tmp_path)]
    assert cli.main(words) == 0
    folder = tmp_path / "kaihua-plan-2023"
    assert f"qiyou check --also {folder}" in capsys.readouterr().out
    assert cli.main(["check", "--also", str(folder)]) == 1
    assert "kaihua-plan-2023/table.csv:1: the table has no rows" in capsys.readouterr().out
    assert cli.main(words) == 1 and "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("years", ["2022", "2022 to 2027", "2027-2022"])
def test_new_refuses_what_is_no_span_of_years(tmp_path, capsys, years):
    status = cli.main(["new", "a-plan", "--place", "a", "--years", years, "--in", str(tmp_path)])
    assert status == (0 if years == "2022" else 1)
    assert bool(capsys.readouterr().err) == bool(status)


@pytest.mark.parametrize("command", ["notebooks", "figures"])
def test_a_county_of_ones_own_never_goes_over_the_committed_results(command, capsys, tmp_path):
    assert cli.main([command, "--also", str(tmp_path)]) == 1
    assert "--also needs --to DIR" in capsys.readouterr().err
    assert cli.main([command, "--to", str(notebooks.ROOT / command)]) == 1
    assert "name another" in capsys.readouterr().err


def test_figures_take_the_county_in_and_go_to_a_folder_of_their_own(monkeypatch, capsys, tmp_path):
    asked = []

    def build(data, **options):
        asked.append((data, options["folder"]))
        return ["a", "b"]

    monkeypatch.setattr("qiyou.figures.build", build)
    monkeypatch.setattr("qiyou.data.load", lambda *, also: also)
    assert cli.main(["figures", "--also", "x", "--also", "y", "--to", str(tmp_path)]) == 0
    assert asked == [(["x", "y"], str(tmp_path))] and "2 files of figures in" in capsys.readouterr().out


def test_a_figure_that_the_county_does_not_fit_into_is_named(monkeypatch, capsys, tmp_path):
    def build(data, *, unfit, **options):
        unfit(FigureError("Figure zh/lead: too narrow."))
        return ["a", "b"]

    monkeypatch.setattr("qiyou.figures.build", build)
    monkeypatch.setattr("qiyou.data.load", lambda *, also: also)
    assert cli.main(["figures", "--also", "x", "--to", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "2 files of figures in" in out and err == "qiyou: left out: Figure zh/lead: too narrow.\n"


def test_notebooks_take_the_county_in_without_edits(tmp_path, capsys):
    nbformat = pytest.importorskip("nbformat")
    folder, out = tmp_path / "notebooks", tmp_path / "out"
    folder.mkdir()
    cells = [
        nbformat.v4.new_code_cell("import os\nprint(os.path.basename(os.environ.get('QIYOU_ALSO', 'none')))")
    ]
    source = notebooks.tidy(nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode())
    (folder / "a.ipynb").write_bytes(source)
    assert cli.main(["notebooks", "--folder", str(folder), "--also", "my-county", "--to", str(out)]) == 0
    assert "my-county" in (out / "a.ipynb").read_text(encoding="utf-8")
    assert (folder / "a.ipynb").read_bytes() == source and [path.name for path in out.iterdir()] == [
        "a.ipynb"
    ]
    assert "1 notebook of 1 in" in capsys.readouterr().out


def test_a_county_in_the_environment_does_not_reach_the_committed_notebooks(monkeypatch):
    monkeypatch.setenv("QIYOU_ALSO", "somewhere")
    assert "QIYOU_ALSO" not in notebooks.environment()
    assert notebooks.environment(["here"])["QIYOU_ALSO"].endswith("here")


def test_docs_say_where_they_are(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("qiyou.apidocs.build", lambda folder: Path(folder) / "index.html")
    assert cli.main(["docs", "--to", str(tmp_path)]) == 0
    assert str(tmp_path / "index.html") in capsys.readouterr().out
    assert cli.main(["docs"]) == 0
    assert str(Path("docs") / "api" / "index.html") in capsys.readouterr().out
