"""The console script: exit statuses, one sentence per error in the language asked for, and what it prints."""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from qiyou import cli, notebooks, words
from qiyou.errors import DataError, FigureError

NEW = ["new", "kaihua-plan-2023", "--place", "kaihua", "--years", "2022-2027"]


def failing(error):
    def command(options):
        raise error

    return {"check": (command,)}


@pytest.mark.parametrize(
    ("error", "status", "zh", "en"),
    [
        (DataError("table.csv:3: no unit; add one"), 1, "table.csv:3: no unit; add one", None),
        (DataError("new.span", text="'x'"), 1, "'x' 不是年份", "'x' is not a span of years"),
        (
            PermissionError(13, "Permission denied", "figures/zh"),
            2,
            "figures/zh：它是只读的，或正被别的程序打开；请在那里关闭，或另选一个文件夹。",
            "figures/zh: it is read-only, or open in another program",
        ),
        (OSError(28, "No space left on device"), 2, "磁盘已满", "the disk is full"),
        (KeyboardInterrupt(), 2, "已停止", "stopped; nothing is left half-written"),
        (
            ImportError("No module named 'x'", name="x"),
            2,
            "无法载入 x：安装不完整",
            "x cannot be loaded: the set-up",
        ),
    ],
)
def test_every_error_is_one_sentence_in_the_language_asked_for(capsys, error, status, zh, en):
    for lang, sentence in (("zh", zh), ("en", en or zh)):
        assert cli.carry_out("qiyou", failing(error), ["check", "--lang", lang]) == status
        output = capsys.readouterr()
        start = {"zh": "qiyou：", "en": "qiyou: "}[lang] + sentence
        assert output.out == "" and output.err.startswith(start) and output.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "zh"),
    [
        ([], "qiyou：缺少 命令"),
        (["new"], "qiyou new：缺少 文件夹名, --place"),
        (["check", "--also"], "qiyou check：--also 后面缺少内容"),
        (["check", "--nonsense"], "qiyou：不认识 --nonsense"),
        (["check", "--al", "x"], "qiyou：不认识 --al x"),
        (["nonsense"], "qiyou：命令 不能是 'nonsense'，可选 "),
        (["notebooks", "--workers", "two"], "qiyou notebooks：--workers 应为整数，不是 'two'"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(capsys, arguments, zh):
    for lang in words.LANGUAGES:
        with pytest.raises(SystemExit) as leaving:
            cli.main(["--lang", lang, *arguments])
        error = capsys.readouterr().err
        assert leaving.value.code == 2 and error.count("\n") == 1
        assert error.startswith(zh) if lang == "zh" else error.isascii() and error.endswith(" says how\n")


def test_an_unknown_language_is_one_sentence(capsys):
    with pytest.raises(SystemExit):
        cli.main(["check", "--lang", "fr"])
    assert re.search("zh.*en", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("variables", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.GB18030"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
    ],
)
def test_the_language_is_that_of_the_system_unless_said(monkeypatch, capsys, variables, lang):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, variables.get(name, ""))
    commands = {"check": (lambda options: print(options.lang) or 0,)}
    for said, expected in (([], lang), (["--lang", "zh"], "zh"), (["--lang", "en"], "en")):
        cli.carry_out("qiyou", commands, ["check", *said])
        cli.carry_out("qiyou", commands, [*said, "check"])
        assert capsys.readouterr().out.split() == [expected] * 2


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_every_command_and_option_has_a_word_of_help(lang):
    from tools.__main__ import _COMMANDS

    known = words.group("cli", lang)
    for commands in (cli._COMMANDS, _COMMANDS):
        for name, (_, *arguments) in commands.items():
            assert {name, *arguments} <= known.keys()
    assert all(known.values())


def test_help_works_without_docstrings():
    done = subprocess.run(
        [sys.executable, "-OO", "-m", "qiyou", "--help"], capture_output=True, text=True, check=True
    )
    assert "notebooks" in done.stdout and done.stderr == ""


def findings(*severities):
    rows = [(s, "NO_UNIT", "table.csv", 3, f"{s} 没有单位", "add one") for s in severities]
    columns = ["severity", "code", "file", "line", "what", "remedy"]
    return pd.DataFrame(rows, columns=columns).astype({"line": "Int64"})


@pytest.mark.parametrize(
    ("severities", "options", "status", "shown"),
    [
        ((), [], 0, []),
        (("note",) * 15, [], 0, []),
        (("warning", "note", "note"), ["--notes"], 0, ["warning", "note", "note"]),
        (("error", "warning", "note"), [], 1, ["error", "warning"]),
    ],
)
def test_check_prints_what_has_to_be_mended_and_one_line(
    monkeypatch, capsys, severities, options, status, shown
):
    asked = []

    def check(root=None, also=(), lang=""):
        asked.append((root, also, lang))
        return findings(*severities)

    monkeypatch.setattr("qiyou.data.check", check)
    words_ = ["check", "--data", "d", "--also", "a", "--also", "b", "--lang", "en", *options]
    assert cli.main(words_) == status
    *lines, closing = capsys.readouterr().out.splitlines()
    assert asked == [("d", ["a", "b"], "en")]
    counts = [severities.count(severity) for severity in ("error", "warning", "note")]
    assert list(map(int, re.findall(r"\d+", closing))) == counts
    assert [line.split()[:2] for line in lines] == [[s, "table.csv:3:"] for s in shown]


# ------------------------------------------------------------------------------------------------ progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (io.StringIO(), "  a.ipynb (3 s)\n"),
        (Terminal(), "  1 of 2 cells executed\r\x1b[K  a.ipynb (3 s)\n"),
    ],
)
def test_progress_is_one_changing_line_in_a_terminal(monkeypatch, stream, expected, tmp_path):
    def run(*_, progress, **__):
        executed = notebooks.Executed("a.ipynb", seconds=3.2)
        for event in [(1, 2, None), (2, 2, None), (2, 2, executed)]:
            progress(*event)
        return [executed]

    monkeypatch.setattr(notebooks, "run", run)
    monkeypatch.setattr(sys, "stdout", stream)
    assert cli.main(["notebooks", "--lang", "en", "--to", str(tmp_path)]) == 0
    assert stream.getvalue() == f"{expected}1 of 1 notebooks written to {tmp_path}.\n"


def test_output_is_utf8_whatever_the_console_thinks():
    code = "import qiyou.cli as c; c.carry_out('qiyou', {'check': (lambda o: print('玉环 ㎡') or 0,)}, ['check'])"
    env = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True)
    assert done.stdout.decode("utf-8").strip() == "玉环 ㎡"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell's pipe")
def test_a_reader_that_stops_reading_is_no_error():
    code = (
        "import qiyou.cli as c; "
        "c.carry_out('qiyou', {'check': (lambda o: [print('x' * 100) for _ in range(9999)] and 0,)}, ['check'])"
    )
    command = f'"{sys.executable}" -c "{code}" | head -n 1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == "" and done.stdout.strip() == "x" * 100


# ------------------------------------------------------------------------------- a county of one's own


def test_new_makes_a_folder_and_says_how_to_go_on(tmp_path, capsys):
    arguments = [*NEW, "--in", str(tmp_path), "--lang", "en"]
    assert cli.main(arguments) == 0
    folder = tmp_path / "kaihua-plan-2023"
    assert f"qiyou check --also {folder}" in capsys.readouterr().out
    assert cli.main(["check", "--also", str(folder), "--lang", "en"]) == 1
    assert "kaihua-plan-2023/table.csv:1: the table has no rows" in capsys.readouterr().out
    assert cli.main(arguments) == 1 and "exists already" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="quotes as a POSIX shell reads them")
def test_the_printed_command_can_be_pasted(tmp_path, capsys):
    parent = tmp_path / "a folder with 'blanks' & $more"
    assert cli.main([*NEW, "--in", str(parent)]) == 0
    command = capsys.readouterr().out.splitlines()[-1].strip().removeprefix("qiyou ")
    code = f'"{sys.executable}" -m qiyou {command} --lang en'
    done = subprocess.run(code, shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "kaihua-plan-2023/table.csv:1" in done.stdout, done.stderr


def test_on_windows_a_path_is_quoted_as_its_shell_reads_it(monkeypatch):
    monkeypatch.setattr(cli.os, "name", "nt")
    assert cli.quoted("C:\\my plans\\a") == '"C:\\my plans\\a"'


@pytest.mark.parametrize("years", ["2022", "2022 to 2027", "2027-2022"])
def test_new_refuses_what_is_no_span_of_years(tmp_path, capsys, years):
    status = cli.main(["new", "a-plan", "--place", "a", "--years", years, "--in", str(tmp_path)])
    assert status == (0 if years == "2022" else 1)
    assert bool(capsys.readouterr().err) == bool(status)


@pytest.mark.parametrize("command", ["notebooks", "figures"])
def test_results_never_go_over_those_of_the_repository(command, capsys, monkeypatch):
    assert cli.main([command, "--to", str(notebooks.FOLDER.parent / command), "--lang", "en"]) == 1
    assert "name another" in capsys.readouterr().err
    monkeypatch.chdir(notebooks.FOLDER)
    options = argparse.Namespace(to=None)
    assert cli._own_folder(options, command) == Path("results", command)


def test_figures_take_the_county_in_and_name_what_it_does_not_fit_into(monkeypatch, capsys, tmp_path):
    asked = []

    def build(data, *, folder, unfit, **options):
        asked.append((data, folder))
        if data == ["bad"]:
            unfit(FigureError("Figure zh/lead: too narrow."))
        return ["a", "b"]

    monkeypatch.setattr("qiyou.figures.build", build)
    monkeypatch.setattr("qiyou.data.load", lambda *, also: also)
    words_ = ["figures", "--to", str(tmp_path), "--lang", "en", "--also"]
    assert cli.main([*words_, "x", "--also", "y"]) == 0
    assert asked == [(["x", "y"], tmp_path)] and "2 files of figures in" in capsys.readouterr().out
    assert cli.main([*words_, "bad"]) == 1
    out, err = capsys.readouterr()
    assert "2 files of figures in" in out and err == "qiyou: left out: Figure zh/lead: too narrow.\n"


def test_docs_are_whole_and_need_no_network(tmp_path, capsys):
    import qiyou

    assert cli.main(["docs", "--to", str(tmp_path / "api"), "--lang", "en"]) == 0
    assert str(tmp_path / "api" / "index.html") in capsys.readouterr().out
    for name in qiyou.__all__:
        if name not in ("answer", "explore", "load", "__version__"):
            assert (tmp_path / "api" / "qiyou" / f"{name}.html").is_file(), name
    page = (tmp_path / "api" / "qiyou.html").read_text(encoding="utf-8")
    assert re.search(r'id="load".*?Parameters</h6>.*?Raises</h6>', page, re.DOTALL)
    for page in (tmp_path / "api").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"""(src|@import|url\()\s*=?\s*["']?https?:""", text), page.name
        assert not re.search(r'<link[^>]+href="https?:', text), page.name


def test_docs_that_cannot_be_written_are_one_sentence(tmp_path, capsys, monkeypatch):
    # What pdoc writes into comes last: nothing of the package need be rendered.
    failed = subprocess.CompletedProcess([], 1, "", "Traceback\n  x\nNotADirectoryError: [Errno 20] file")
    monkeypatch.setattr(cli.subprocess, "run", lambda *_, **__: failed)
    assert cli.main(["docs", "--to", str(tmp_path), "--lang", "en"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "NotADirectoryError" in error


def test_no_module_asserts_what_users_rely_on():
    """With PYTHONOPTIMIZE an assert checks nothing."""
    for path in Path(cli.__file__).parent.rglob("*.py"):
        assert not re.search(r"^\s*assert ", path.read_text(encoding="utf-8"), re.MULTILINE), path


# ------------------------------------------------------------------------------------------------ compare


def test_compare_sets_a_place_beside_its_reference_or_beside_another(capsys):
    assert cli.main(["compare", "玉环", "--lang", "zh"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["指标", "单位", "玉环市"] and "每千人口拥有3岁以下婴幼儿托位数" in rows[0]
    assert "3.87(2022)→5.5(2027)" in rows[0].split() and len(rows) >= 21
    assert not any(word in " ".join([head, *rows]) for word in ("plans", "both", "None", "nan"))
    assert cli.main(["compare", "yuhuan", "长兴", "--lang", "en"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert "Yuhuan City" in head and "Changxing County" in head
    (row,) = [row.split("  ") for row in rows if row.startswith("Nursery places per 1,000")]
    cells = [cell.strip() for cell in row if cell.strip()]
    assert cells[2:] == ["3.87(2022)→5.5(2027)", "target 4.50(2023)→5.60(2027)", "−0.1", "less"]
    # what the header counts in ten thousands, and what was misprinted, stands in the indicator's unit
    assert any("9958(2022)→18000(2027)" in row for row in rows) and not any("850" in row for row in rows)


@pytest.mark.parametrize(
    ("words_", "sentence"),
    [
        (["玉环湾"], "玉环"),
        (["玉环", "玉环市"], "twice"),
        (["玉环", "--year", "1990"], "1990"),
        (["宁波"], "no plan of 宁波"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(capsys, words_, sentence):
    assert cli.main(["compare", *words_, "--lang", "en"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and sentence in error


@pytest.mark.parametrize("command", ["notebooks", "figures"])
def test_a_folder_that_cannot_be_written_is_told_before_the_work(command, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cli.os, "access", lambda path, mode: path != tmp_path)
    assert cli.main([command, "--to", str(tmp_path / "new"), "--lang", "zh"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "只读" in err and list(tmp_path.iterdir()) == []
