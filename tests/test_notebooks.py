"""The committed notebooks are what nbval needs to mean something, and a rerun is caught when it differs."""

from __future__ import annotations

import ast
import asyncio
import functools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from qiyou import notebooks
from qiyou.errors import QiyouError

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
COMMITTED = sorted(FOLDER.glob("*.ipynb"))
MACHINE_PATH = re.compile(
    r"/(?:home|root|Users|tmp|work|var)/|[A-Za-z]:\\\\?(?:Users|Windows|Temp)|site-packages"
)
# nbval obeys these whether they stand in a comment or as a tag.
NBVAL_WORDS = re.compile(r"nbval[-_]|raises-exception|PYTEST_VALIDATE_IGNORE_OUTPUT", re.IGNORECASE)
MOST_CELLS, MOST_LINES, MOST_WIDE, MOST_PROSE = 18, 8, 110, 560
MOST_COLUMNS, MOST_ROWS = 8, 25
PUBLIC = {"matplotlib.pyplot", "pandas", "tempfile"}
NOT_REPRODUCIBLE = re.compile(r"\bat 0x[0-9a-f]+|<Axes: ")


def problems(content: bytes) -> list[str]:
    """Everything in a notebook's file that nbval would let pass, or that would differ in the next rerun."""
    raw = json.loads(content)
    notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = []
    if notebook.metadata != notebooks.KERNEL or any(cell.metadata for cell in notebook.cells):
        found.append("metadata beside kernel and language")
    if notebooks.tidy(content) != content:
        found.append("not laid out as a rerun writes it")
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)) or not code:
        found.append("not executed in order 1..n")
    if not any(_texts(cell) for cell in code):
        found.append("no output that nbval compares")
    if NBVAL_WORDS.search(json.dumps([[c["metadata"], c["source"]] for c in raw["cells"]])):
        found.append("a word that tells nbval to look away")
    for cell in code:
        found += [f"cell {cell.execution_count}: {one}" for one in _cell_problems(cell)]
    for here, after in zip(code, [*code[1:], None], strict=True):
        if _has_picture(here) and not any(_has_table(cell) for cell in (here, after) if cell is not None):
            found.append(f"cell {here.execution_count}: a figure without its numbers as a table below it")
    found += _reading_problems(notebook)
    written = "\n".join(cell.source + _texts(cell) for cell in notebook.cells)
    found += [f"names a folder of a machine: {m.group()}" for m in MACHINE_PATH.finditer(written)]
    return found


def _reading_problems(notebook):
    """What a reader stumbles over: a late answer, a second language that is missing, too much of anything."""
    first, *rest = notebook.cells or [new_markdown_cell("")]
    question = first.source.partition("\n")[0]
    if first.cell_type != "markdown" or not re.fullmatch(r"# .+？ · .+\?", question):
        yield "does not begin with a question in both languages"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"`[^`]*`", "", cell.source)
            yield from _prose_problems(text, cell.source.partition("\n")[0])
    code = [cell for cell in rest if cell.cell_type == "code"]
    if len(code) > MOST_CELLS:
        yield f"{len(code)} code cells, at most {MOST_CELLS}"
    at = next((k for k, cell in enumerate(code, 1) if _texts(cell)), len(code) + 1)
    lines = [line for cell in code[:at] for line in cell.source.splitlines() if line.strip()]
    if at > len(code) or len(lines) > MOST_LINES:
        yield f"no answer after {MOST_LINES} lines of code"
    if "摘要 · Summary" not in "".join(cell.source for cell in notebook.cells[:3]):
        yield "no 摘要 · Summary near the top"
    if sum(line.startswith('lang = "') for cell in code[:1] for line in cell.source.splitlines()) != 1:
        yield "no switch of the language on top"
    if any(len(line) > MOST_WIDE for cell in notebook.cells for line in cell.source.splitlines()):
        yield f"a line over {MOST_WIDE} characters"


def _prose_problems(text, head):
    """Chinese, then English, two short sentences, and no number that the data may move."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    if not (re.search("[㐀-鿿]", text) and re.search("[A-Za-z]{3}", body)):
        yield f"prose in one language: {head}"
    if re.search(r"\d", re.sub(r"20\d\d", "", body)):
        yield f"a number in prose: {head}"
    if len(body) > MOST_PROSE:
        yield f"prose of {len(body)} characters: {head}"


def _cell_problems(cell):
    kinds = {output.output_type for output in cell.outputs}
    if "error" in kinds:
        yield "holds an error"
    if any(output.get("name") == "stderr" for output in cell.outputs):
        yield "prints to stderr"
    if NOT_REPRODUCIBLE.search(_texts(cell)):
        yield "shows an address or a bare Axes"
    if cell.source.rstrip().endswith(";"):
        yield "ends with a semicolon, which hides nothing from nbval"
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        yield "is not plain Python (a magic?)"
        return
    if not tree.body:
        yield "is empty"
    if any(isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for n in ast.walk(tree)):
        yield "defines a function or a class; the library is the place for it"
    if any(isinstance(n, ast.Assert) for n in ast.walk(tree)):
        yield "asserts something; that is a test's work"
    yield from (f"imports {name}, which is not of the public interface" for name in _imports(tree) - PUBLIC)


def _imports(tree):
    """What is imported, without qiyou and its first-level modules."""
    names = {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    names |= {
        f"{n.module}.{alias.name}"
        for n in ast.walk(tree)
        if isinstance(n, ast.ImportFrom)
        for alias in n.names
    }
    return {name for name in names if not re.fullmatch(r"qiyou(\.[a-z]+)?(\.[a-z]+)?", name) or "._" in name}


def _sizes(cell):
    """Columns and rows of each table that a cell shows."""
    for output in cell.get("outputs", []):
        html = output.get("data", {}).get("text/html", "")
        for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
            rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
            yield max(len(re.findall(r"<t[hd]", row)) for row in rows), len(rows) - 1


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_the_tables_of_a_committed_notebook_can_be_read(path):
    notebook = nbformat.read(path, as_version=4)
    sizes = [size for cell in notebook.cells if cell.cell_type == "code" for size in _sizes(cell)]
    assert sizes
    if not path.name.startswith("A"):
        assert max(columns for columns, _ in sizes) <= MOST_COLUMNS
        assert max(rows for _, rows in sizes) <= MOST_ROWS


def test_the_committed_notebooks_are_nine():
    names = [path.name[:2] for path in COMMITTED]
    assert names == ["00", "01", "02", "03", "04", "05", "06", "07", "A1"]


def _texts(cell) -> str:
    """What a cell puts out, pictures left out."""
    outputs = cell.get("outputs", [])
    streams = [output.get("text", "") for output in outputs]
    data = [
        text for o in outputs for kind, text in o.get("data", {}).items() if not kind.startswith("image/")
    ]
    return "".join(map(str, streams + data))


def _has_picture(cell):
    return any(kind.startswith("image/") for output in cell.outputs for kind in output.get("data", {}))


def _has_table(cell):
    return any("<table" in output.get("data", {}).get("text/html", "") for output in cell.outputs)


def test_there_are_notebooks():
    assert COMMITTED, "notebooks/ is empty: nothing would be rerun"


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_a_committed_notebook_can_be_trusted_to_nbval(path):
    assert problems(path.read_bytes()) == []


CELLS = (
    'import pandas as pd\nimport matplotlib.pyplot as plt\n\nlang = "zh"',
    "print('托位数 5.5')",
    "plt.plot([1, 2])\nplt.show()",
    "pd.DataFrame({'place': ['玉环'], 2027: [5.5]})",
)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The bytes of a small notebook as `run` leaves it, which has no problems."""
    folder = tmp_path_factory.mktemp("good")
    write(folder / "01_good.ipynb", *CELLS)
    assert errors(notebooks.run(folder / "out", folder=folder)) == [""]
    return (folder / "out" / "01_good.ipynb").read_bytes()


def errors(results):
    return [result.error for result in results]


def write(path, *sources):
    title = "# 标题？ · Title?\n\n摘要 · Summary"
    cells = [new_markdown_cell(title), *map(new_code_cell, sources)]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_what_run_writes_has_no_problems(good):
    assert problems(good) == []


def _code(raw, n):
    return [cell for cell in raw["cells"] if cell["cell_type"] == "code"][n - 1]


def _set(n, **fields):
    return lambda raw: _code(raw, n).update(fields)


DEFECTS = {
    "not executed in order": _set(2, execution_count=7),
    "no output that nbval compares": lambda raw: [_code(raw, n).update(outputs=[]) for n in (1, 2, 3, 4)],
    "metadata": lambda raw: raw["metadata"]["language_info"].update(version="3.11.7"),
    "metadata beside": lambda raw: _code(raw, 1)["metadata"].update(tags=["nbval-skip"]),
    "tells nbval to look away": _set(2, source=["# NBVAL_IGNORE_OUTPUT\n", "print(1)"]),
    "nbval to look away": lambda raw: _code(raw, 2)["metadata"].update(tags=["nbval-ignore-output"]),
    "laid out": lambda raw: raw["cells"][0].update(id="another"),
    "holds an error": _set(
        2, outputs=[{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]
    ),
    "prints to stderr": _set(2, outputs=[{"output_type": "stream", "name": "stderr", "text": ["careful"]}]),
    "shows an address": _set(
        2, outputs=[{"output_type": "stream", "name": "stdout", "text": ["<C at 0x7f>"]}]
    ),
    "semicolon": _set(2, source=["print('托位数 5.5');"]),
    "not plain Python": _set(2, source=["%time print(1)"]),
    "is empty": _set(2, source=["# nothing"]),
    "defines a function": _set(2, source=["if True:\n", "    def f(x): return x"]),
    "without its numbers": _set(4, outputs=[]),
    "begin with a question": lambda raw: raw["cells"].pop(0),
    "begin with a question in both": lambda raw: raw["cells"][0].update(
        source=["# 标题？\n", "摘要 · Summary"]
    ),
    "no 摘要": lambda raw: raw["cells"][0].update(source=["# 标题？ · Title?"]),
    "prose in one language": lambda raw: raw["cells"][0].update(source=["# 标题？ · Title?\n", "摘要"]),
    "prose of": lambda raw: raw["cells"][0].update(source=["# 标题？ · Title?\n", "very long " * 80]),
    "no answer after": _set(1, source=['lang = "zh"\n', *["a = 1\n"] * 8]),
    "no switch": _set(1, source=["a = 1"]),
    "a line over": _set(2, source=["print('" + "9" * 110 + "')"]),
    "asserts": _set(2, source=["assert True"]),
    "imports numpy": _set(2, source=["import numpy as np"]),
    "imports qiyou.plot.style.looks": _set(2, source=["from qiyou.plot.style import looks"]),
    "code cells": lambda raw: raw["cells"].extend([_code(raw, 2) | {"id": f"n{k}"} for k in range(20)]),
    "a number in prose": lambda raw: raw["cells"][0].update(
        source=["# 标题？ · Title?\n", "共5条 · Five of them"]
    ),
    "folder of a machine": _set(2, source=["open('/home/someone/plan.csv')"]),
}


@pytest.mark.parametrize("expected", DEFECTS)
def test_each_defect_is_found(good, expected):
    raw = json.loads(good)
    DEFECTS[expected](raw)
    assert any(expected in problem for problem in problems(as_file(raw)))


def as_file(raw):
    return (json.dumps(raw, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")


def is_file(path, content):
    """Whether a file has this content; a truth value, because pytest would print two notebooks."""
    return path.read_bytes() == content


@pytest.fixture
def quick(tmp_path):
    """A folder with a notebook that needs no library."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    write(folder / "01_quick.ipynb", 'lang = "zh"', "print('托位数 5.5', lang)")
    return folder


SETTINGS = """
import os, time, builtins
print(time.tzname, os.environ["PYTHONHASHSEED"], os.environ.get("PYTHONSTARTUP"), os.environ.get("COLUMNS"))
print(hasattr(builtins, "from_a_start_up_file"), get_ipython().colors, __debug__)
import matplotlib
print(matplotlib.get_backend(), matplotlib.rcParams["figure.dpi"], matplotlib.rcParams["lines.linewidth"])
"""


def test_executing_again_elsewhere_gives_the_same_bytes(tmp_path, good, monkeypatch):
    """A user's time zone, back end, start-up files, kernel and drawing settings do not reach the outputs."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "01_good.ipynb").write_bytes(good)
    write(folder / "02_settings.ipynb", SETTINGS)
    assert errors(notebooks.run(tmp_path / "first", folder=folder)) == ["", ""]
    home = tmp_path / "home"
    profile = home / ".ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "c50_startup.py").write_text("import builtins; builtins.from_a_start_up_file = 1")
    (profile / "ipython_kernel_config.py").write_text("c.InteractiveShell.colors = 'linux'\n1 / 0")
    (home / ".config" / "matplotlib").mkdir(parents=True)
    (home / ".config" / "matplotlib" / "matplotlibrc").write_text("figure.dpi: 33\nlines.linewidth: 9")
    for name, value in {
        **{"HOME": str(home), "USERPROFILE": str(home), "TZ": "Asia/Shanghai", "MPLBACKEND": "svg"},
        **{"PYTHONOPTIMIZE": "1", "COLUMNS": "20", "PYTHONSTARTUP": "nowhere.py", "QIYOU_ALSO": "nowhere"},
    }.items():
        monkeypatch.setenv(name, value)
    assert errors(notebooks.run(tmp_path / "second", folder=folder)) == ["", ""]
    for name in ("01_good.ipynb", "02_settings.ipynb"):
        assert is_file(tmp_path / "second" / name, (tmp_path / "first" / name).read_bytes())
    assert is_file(tmp_path / "first" / "01_good.ipynb", good)
    said = (tmp_path / "first" / "02_settings.ipynb").read_text(encoding="utf-8")
    assert "('UTC', 'UTC') 0 None None" in said and "False" in said and "True" in said


def test_an_assertion_fails_also_where_python_skips_them(quick, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    write(quick / "01_quick.ipynb", "assert 1 == 2, 'not equal'")
    assert errors(notebooks.run(tmp_path, folder=quick)) == ["cell 1: AssertionError: not equal"]


@pytest.mark.skipif(sys.platform == "win32", reason="no folder there that nobody can write")
def test_a_settings_folder_that_cannot_be_written_does_not_show(quick, tmp_path):
    write(quick / "01_quick.ipynb", "import matplotlib.pyplot as plt\nprint(5.5)")
    command = [sys.executable, "-m", "qiyou", "notebooks", "--folder", str(quick), "--to", str(tmp_path)]
    environment = {**os.environ, "MPLCONFIGDIR": "/proc/none"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_language_switch_is_set_and_the_committed_file_stays(quick, tmp_path):
    path = quick / "01_quick.ipynb"
    before = path.read_bytes()
    for lang in ("zh", "en"):
        notebooks.run(tmp_path / lang, folder=quick, lang=lang)
        written = (tmp_path / lang / path.name).read_text(encoding="utf-8")
        assert f'lang = \\"{lang}\\"' in written and f"5.5 {lang}" in written
    assert is_file(path, before)


def test_a_county_is_taken_in_whatever_its_path_holds(quick, tmp_path):
    code = "import json, os\nprint(json.loads(os.environ['QIYOU_ALSO'])[1].endswith('a:b;c d'))"
    write(
        quick / "01_quick.ipynb",
        code,
        "from qiyou.data.folders import _own_folders\nprint(_own_folders(None))",
    )
    own = tmp_path / "a:b;c d"
    own.mkdir()
    notebooks.run(tmp_path / "out", folder=quick, also=[tmp_path, own])
    written = (tmp_path / "out" / "01_quick.ipynb").read_text(encoding="utf-8")
    assert "True" in written and "a:b;c d" in written


def test_a_file_saved_by_an_editor_is_laid_out_again(good):
    raw = json.loads(good)
    raw["metadata"]["language_info"]["version"] = "3.12.1"
    raw["cells"][1]["id"] = "random-id"
    assert notebooks.tidy(as_file(raw)) == good


FAILURES = {
    "1 / 0": "cell 2: ZeroDivisionError: division by zero",
    "import warnings\nwarnings.warn('careful')": "cell 2: prints to stderr: UserWarning: careful",
    "import os\nos._exit(1)": "cell 2: the kernel died: it did not say why",
    "import time\ntime.sleep(60)": "cell 2: took longer than 5 seconds",
}


def test_a_notebook_that_fails_is_said_in_one_sentence_and_not_written(tmp_path):
    for n, source in enumerate(FAILURES):
        write(tmp_path / f"{n}.ipynb", "1 + 1", source, "print('never')")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert errors(notebooks.run(tmp_path / "out", folder=tmp_path, timeout=5)) == list(FAILURES.values())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_kernel_that_does_not_start_says_why(quick, tmp_path, monkeypatch):
    (tmp_path / "ipykernel_launcher.py").write_text("raise ImportError('no kernel here')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (error,) = errors(notebooks.run(tmp_path / "out", folder=quick))
    assert error == "the kernel did not start: ImportError: no kernel here"


def test_progress_counts_cells_and_it_runs_inside_an_event_loop_as_in_a_notebook(quick, tmp_path):
    seen = []

    async def as_in_a_notebook():
        return notebooks.run(tmp_path / "out", folder=quick, progress=lambda *event: seen.append(event))

    assert errors(asyncio.run(as_in_a_notebook())) == [""]
    assert [(done, total) for done, total, finished in seen if finished is None] == [(1, 2), (2, 2)]
    assert [finished.name for *_, finished in seen if finished] == ["01_quick.ipynb"]


def test_an_empty_folder_an_unknown_name_and_a_broken_file_are_errors(quick, tmp_path):
    with pytest.raises(QiyouError, match=r"no notebooks .*nothing was executed"):
        notebooks.run(tmp_path / "out", folder=tmp_path)
    with pytest.raises(QiyouError, match=r"no notebook 09_none\.ipynb .* 01_quick\.ipynb"):
        notebooks.run(tmp_path / "out", folder=quick, only=["09_none.ipynb"])
    with pytest.raises(QiyouError, match="name another folder"):
        notebooks.run(quick, folder=quick)
    (quick / "02_broken.ipynb").write_text('{"cells"', encoding="utf-8")
    with pytest.raises(QiyouError, match=r"02_broken\.ipynb cannot be read as a notebook"):
        notebooks.run(tmp_path / "out", folder=quick)


def test_ids_follow_the_text_and_stay_when_a_cell_is_put_in_before():
    def ids(*sources):
        raw = nbformat.writes(new_notebook(cells=list(map(new_code_cell, sources)))).encode()
        return [cell["id"] for cell in json.loads(notebooks.tidy(raw))["cells"]]

    one, two = ids("a", "b")
    assert ids("new", "a", "b")[1:] == [one, two]
    twice = ids("a", "a", "a")
    assert len(set(twice)) == 3 and twice[0] == one


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal to send to a process alone")
def test_ctrl_c_stops_at_once_and_leaves_no_kernel(tmp_path):
    write(
        tmp_path / "a.ipynb",
        f"import os\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))",
        "import time\ntime.sleep(60)",
    )
    command = [
        sys.executable,
        "-m",
        "qiyou",
        "notebooks",
        "--folder",
        str(tmp_path),
        "--to",
        str(tmp_path / "out"),
        "--lang",
        "en",
    ]
    # A process that a shell put into the background hands on that it ignores the signal.
    heeding = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, preexec_fn=heeding) as process:
        try:
            while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, errors) == (2, "qiyou: stopped; nothing is left half-written\n")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
