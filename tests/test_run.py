"""run.py before there is anything installed: what it makes, when it makes it again, and how it fails."""

from __future__ import annotations

import ast
import errno
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "run.py"


@pytest.fixture
def run(monkeypatch):
    """run.py as a module, its commands recorded instead of carried out."""
    spec = importlib.util.spec_from_file_location("run", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.calls = []

    def log(command, venv, progress):
        module.calls.append(tuple(command))
        return 0, ""

    def call(command, **_):
        module.calls.append(tuple(command))
        return subprocess.CompletedProcess(command, 0, b"")

    monkeypatch.setattr(module, "_log", log)
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    monkeypatch.setattr(module, "_call", call)
    return module


def made(run, venv):
    """Set up in a folder, and put a file where its Python would be."""
    run.set_up(venv)
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    python.parent.mkdir(parents=True, exist_ok=True)
    python.touch()
    calls = list(run.calls)
    run.calls.clear()
    return calls


def script(*words, cwd, **variables):
    """Call run.py as a user would."""
    command = [sys.executable, str(SCRIPT), *words]
    env = {**os.environ, **variables}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_an_old_python_can_read_it_to_the_end():
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_old_python_is_told_so(run, monkeypatch, capsys):
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 2))
    assert run.main() == 1
    assert (
        capsys.readouterr().err
        == "run.py: this is Python 3.9, qiyou needs 3.11 or newer: start run.py with one\n"
    )


def test_it_installs_the_lock_with_hashes_and_the_package_itself(run, tmp_path):
    calls = made(run, tmp_path / "venv")
    pip = [call[1:3] + call[7:] for call in calls if "pip" in call]
    assert pip == [
        ("-m", "pip", "install", "--require-hashes", "-r", str(run.LOCK)),
        ("-m", "pip", "install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)),
    ]


def test_from_within_the_environment_the_python_beneath_it_makes_it_anew(run, tmp_path, monkeypatch):
    monkeypatch.setattr(run.sys, "_base_executable", "/beneath/python")
    assert made(run, tmp_path / "venv")[0][:3] == ("/beneath/python", "-m", "venv")


@pytest.mark.parametrize("fails", [False, True])
def test_a_faster_installer_is_used_where_it_is_there_and_pip_where_it_fails(
    run, tmp_path, monkeypatch, fails
):
    monkeypatch.setattr(run.shutil, "which", lambda name: "/bin/uv" if name == "uv" else None)

    def log(command, venv, progress):
        run.calls.append(tuple(command))
        return int(fails and command[0] == "/bin/uv"), "no index"

    monkeypatch.setattr(run, "_log", log)
    tools = [
        "uv" if call[0] == "/bin/uv" else "pip" for call in made(run, tmp_path / "venv") if "install" in call
    ]
    assert tools == (["uv", "pip"] * 2 if fails else ["uv"] * 2)


@pytest.mark.skipif(sys.platform == "win32", reason="locks a file the POSIX way")
def test_of_two_runs_at_once_one_waits_and_finds_it_made(run, tmp_path, capfd):
    import fcntl
    import threading

    venv = tmp_path / "venv"
    with (tmp_path / "venv.lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        waiting = threading.Thread(target=run.set_up, args=[venv])
        waiting.start()
        said = ""
        while not said.endswith("\n"):  # a line may arrive in pieces
            assert waiting.is_alive()
            said += capfd.readouterr().out
        assert run.calls == [] and "waiting for it" in said and said.count("\n") == 1
        stamp = {"python": sys.version.split()[0], "folder": str(venv), "lock": run._digest(run.LOCK)}
        stamp["project"] = run._digest(ROOT / "pyproject.toml") + " in " + str(ROOT)
        python = venv / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.touch()
        (venv / run.STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    waiting.join(timeout=20)
    assert not waiting.is_alive() and run.calls == []


def test_the_second_time_does_nothing(run, tmp_path):
    made(run, tmp_path / "venv")
    run.set_up(tmp_path / "venv")
    assert run.calls == []


def test_another_pyproject_installs_the_package_only(run, tmp_path):
    made(run, tmp_path / "venv")
    stamp = tmp_path / "venv" / run.STAMP
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"project": "another"}))
    run.set_up(tmp_path / "venv")
    assert ["--no-deps" in call for call in run.calls] == [True]


@pytest.mark.parametrize("what", ["lock", "python", "folder"])
def test_another_lock_python_or_place_starts_afresh(run, tmp_path, what):
    made(run, tmp_path / "venv")
    stamp = tmp_path / "venv" / run.STAMP
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {what: "another"}))
    left = tmp_path / "venv" / "left over"
    left.touch()
    run.set_up(tmp_path / "venv")
    assert not left.exists() and any("--require-hashes" in call for call in run.calls)


def test_an_interrupted_set_up_starts_afresh(run, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(run, "_log", interrupted)
        run.set_up(tmp_path / "venv")
    run.calls.clear()
    run.set_up(tmp_path / "venv")
    assert any("--require-hashes" in call for call in run.calls)


def test_line_endings_do_not_make_another_lock(run, tmp_path):
    (tmp_path / "unix").write_bytes(b"a==1 \\\n  --hash\n")
    (tmp_path / "windows").write_bytes(b"a==1 \\\r\n  --hash\r\n")
    assert run._digest(tmp_path / "unix") == run._digest(tmp_path / "windows")


def test_a_full_disk_is_said_before_anything_is_made(run, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 2**20))
    with pytest.raises(run.SetupError, match="about 1500 MB of disk and 1 MB are free"):
        run.set_up(tmp_path / "venv")
    assert not (tmp_path / "venv").exists()


def test_a_checkout_that_cannot_be_written_is_one_sentence(run, tmp_path, monkeypatch, capsys):
    def closed(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system", str(tmp_path / "venv.lock"))

    monkeypatch.setattr(Path, "open", closed)
    monkeypatch.setattr(sys, "argv", ["run.py", "test", "--venv", str(tmp_path / "venv")])
    assert run.main() == 1
    error = capsys.readouterr().err
    assert error.endswith("Read-only file system; name a folder that can be written with --venv\n")
    assert error.count("\n") == 1


def test_a_python_without_venv_is_said(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(run.SetupError, match="install its venv module"):
        run.set_up(tmp_path / "venv")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        ("WARNING: Retrying (...) NewConnectionError\nERROR: No matching distribution", "cannot be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one that"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "no file for this Python"),
        ("noise\nERROR: something else\n", "pip says 'something else'"),
        ("", "pip says 'no reason given'"),
    ],
)
def test_what_pip_says_becomes_a_sentence(run, output, sentence):
    assert sentence in run._trouble(output)


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("precious")
    done = script("test", "--venv", "theirs", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    sentence = "theirs exists and was not made by run.py: remove it, or name another folder with --venv"
    assert done.stderr == f"run.py: {sentence}\n"
    assert [path.name for path in theirs.iterdir()] == ["thesis.txt"]


def test_it_says_what_it_knows(tmp_path):
    done = script("--help", cwd=tmp_path)
    assert done.returncode == 0 and "python run.py lab" in done.stdout
    assert script("nonsense", cwd=tmp_path).returncode == 2
    assert script("--nonsense", cwd=tmp_path).returncode == 2


@pytest.mark.slow
def test_without_a_network_it_says_so_in_a_sentence(tmp_path):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull}
    cleared = {"PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_NO_INDEX": "0", "UV_OFFLINE": "1"}
    cleared["UV_NO_CACHE"] = "1"
    done = script("--venv", "venv", cwd=tmp_path, **nowhere, **cleared)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "the package index cannot be reached; check the network" in done.stderr
    assert (tmp_path / "venv" / "qiyou-setup.log").exists()


def test_the_jobs_are_handed_what_follows_them(run, monkeypatch):
    monkeypatch.setattr(run, "set_up", lambda venv: Path("python"))

    def command(*words):
        run.calls.clear()
        monkeypatch.setattr(sys, "argv", ["run.py", *words])
        assert run.main() == 0
        return [call[1:] for call in run.calls]

    assert [call[:3] for call in command()] == [("-m", "tools", "rerun")]
    assert command("lab", "--no-browser") == [("-m", "jupyterlab", "--no-browser")]
    assert command("qiyou", "check", "--also", "mine") == [("-m", "qiyou", "check", "--also", "mine")]
    assert command("qiyou", "check", "--help") == [("-m", "qiyou", "check", "--help")]
    (test,) = command("test", "-k", "pace", "--venv", "other", "-x")
    assert test[-7:] == ("-k", "pace", "-x", "tests", "qiyou", "tools", "notebooks") and "--nbval" in test
    (test,) = command("test", "tests/test_run.py::test_it_says_what_it_knows")
    assert test[-1] == "tests/test_run.py::test_it_says_what_it_knows" and "notebooks" not in test


def test_a_job_that_fails_makes_it_fail(run, monkeypatch):
    for status in (0, 1, 2):
        monkeypatch.setattr(
            run, "_call", lambda command, status=status, **_: subprocess.CompletedProcess(command, status)
        )
        assert run.rerun(Path("python"), []) == status
