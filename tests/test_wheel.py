"""A built wheel works without the checkout: the data travel in it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import qiyou

ROOT = Path(__file__).resolve().parents[1]
_BUILD = "import sys; sys.path.insert(0, 'tools'); import backend; print(backend.build_wheel(sys.argv[1]))"
_ASK = (
    "import qiyou; data = qiyou.load(also=[]); print(qiyou.__file__); print(qiyou.data.root());"
    "print(len(data.printed), data.planned('玉环', '托位数', 2027)['value'].item())"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-c", _BUILD, str(folder)]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return folder / made.stdout.strip()


def test_the_wheel_holds_the_data_byte_for_byte(wheel):
    with zipfile.ZipFile(wheel) as packed:
        inside = {name: packed.read(name) for name in packed.namelist() if name.startswith("qiyou/_data/")}
        record = packed.read(next(name for name in packed.namelist() if name.endswith("RECORD"))).decode()
    folder = ROOT / "data"
    there = {
        f"qiyou/_data/{path.relative_to(folder).as_posix()}": path
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert inside == {name: path.read_bytes() for name, path in there.items()}
    assert all(f"{name},sha256=" in record for name in inside)


def test_an_unpacked_wheel_loads_from_an_empty_folder(wheel, tmp_path, data):
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONUTF8": "1"}
    command = [sys.executable, "-W", "error", "-c", _ASK]
    told = subprocess.run(
        command, cwd=empty, env=environment, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    where, root, numbers = told.stdout.splitlines()
    assert Path(where).is_relative_to(site) and Path(root) == site / "qiyou" / "_data"
    assert numbers == f"{len(data.printed)} 5.5"
    assert list(empty.iterdir()) == []


def test_a_checkout_uses_its_own_data():
    assert qiyou.data.root() == ROOT / "data"
