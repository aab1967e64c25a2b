"""Interrupted work leaves no half-written file; a full disk or a closed folder is one clear sentence."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qiyou import cli, disk, notebooks, scaffold
from qiyou.data import root
from qiyou.errors import DataError
from tools.dictionary import write as write_descriptor
from tools.sealing import write_seals

TROUBLES = [
    (errno.ENOSPC, "the disk is full; free some space and run again."),
    (errno.EROFS, "it is read-only, or open in another program"),
    (errno.EACCES, "it is read-only, or open in another program"),
    (errno.EIO, "choose another folder"),
]


def failing(code):
    def fail(*arguments, **_):
        raise OSError(code, os.strerror(code), str(arguments[0]))

    return fail


def halfway(path, content):
    """Write the beginning and be interrupted."""
    with open(path, "wb") as file:
        file.write(content[: len(content) // 2])
    raise KeyboardInterrupt


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "document.toml"
    shutil.copy(root() / "documents" / "cixi-plan-2023" / "document.toml", path)
    return path


@pytest.mark.parametrize(("code", "says"), TROUBLES)
def test_sealing_on_a_failing_disk(document, monkeypatch, code, says):
    before = contents(document.parent)
    monkeypatch.setattr(os, "replace", failing(code))
    with pytest.raises(DataError, match=f"could not be sealed: .*{says}"):
        write_seals(document, {"table": "0" * 64}, {"cells": 1})
    assert contents(document.parent) == before


def test_sealing_that_is_interrupted(document, monkeypatch):
    before = contents(document.parent)
    monkeypatch.setattr(Path, "write_bytes", halfway)
    with pytest.raises(KeyboardInterrupt):
        write_seals(document, {"table": "0" * 64}, {"cells": 1})
    assert contents(document.parent) == before


def test_the_descriptor_is_written_whole(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(root(), folder)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    monkeypatch.setattr(Path, "write_bytes", halfway)
    before = contents(folder)
    with pytest.raises(KeyboardInterrupt):
        write_descriptor(folder)
    assert contents(folder) == before


@pytest.mark.parametrize("part", ["document.toml", "table.csv"])
def test_a_scaffold_that_is_interrupted(tmp_path, monkeypatch, part):
    write_bytes = Path.write_bytes

    def interrupted(path, content):
        if path.name == part:
            raise KeyboardInterrupt
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        scaffold.new("a-plan", place="a", years=(2022, 2027), parent=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def one_notebook(tmp_path):
    nbformat = pytest.importorskip("nbformat")
    folder = tmp_path / "notebooks"
    folder.mkdir()
    source = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1)")]))
    (folder / "a.ipynb").write_bytes(notebooks.tidy(source.encode()))
    return folder


@pytest.mark.parametrize(("code", "says"), TROUBLES[:2])
def test_notebooks_on_a_failing_disk(one_notebook, tmp_path, monkeypatch, capsys, code, says):
    before = contents(one_notebook)
    replace = os.replace

    def fail(source, target):
        # The kernel's own files are written in the same process.
        if Path(target).suffix == ".ipynb":
            raise OSError(code, os.strerror(code), str(target))
        return replace(source, target)

    monkeypatch.setattr(os, "replace", fail)
    to = tmp_path / "out"
    words = ["notebooks", "--folder", str(one_notebook), "--to", str(to), "--lang", "en"]
    assert cli.main(words) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and says in said and "a.ipynb" in said
    assert contents(one_notebook) == before and contents(to) == {}


def test_a_folder_that_is_closed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Path, "mkdir", failing(errno.EROFS))
    words = ["new", "a-plan", "--place", "a", "--years", "2022-2027", "--in", str(tmp_path), "--lang", "en"]
    assert cli.main(words) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "read-only" in said and list(tmp_path.iterdir()) == []


WRITER = """
import sys
from pathlib import Path
from qiyou import disk
path = Path(sys.argv[1])
print("ready", flush=True)
while True:
    for letter in b"ab":
        disk.write(path, bytes([letter]) * 2_000_000)
"""


def test_a_process_that_is_killed_leaves_one_whole_version(tmp_path):
    path = tmp_path / "a.csv"
    disk.write(path, b"a" * 2_000_000)
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    try:
        writer.stdout.readline()
        for _ in range(40):
            content = path.read_bytes()
            assert len(content) == 2_000_000 and len(set(content)) == 1
            time.sleep(0.01)
    finally:
        writer.kill()
        writer.communicate()
    content = path.read_bytes()
    assert len(content) == 2_000_000 and len(set(content)) == 1
