"""One truth about versions: requirements.lock, and everything else that installs follows it."""

from __future__ import annotations

import ast
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tools.reference import locked

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PIP_LINES = next(one["pip"] for one in CONDA["dependencies"] if isinstance(one, dict))
UNREACHABLE = re.compile(
    r"Retrying \(|NewConnectionError|NameResolutionError|Network is unreachable|ProxyError"
)
PYTHONS = ("3.11.0", "3.12.0", "3.13.0")
PLATFORMS = ("linux", "darwin", "win32")


def declared() -> list[Requirement]:
    """Every requirement of pyproject.toml, whatever it is for."""
    groups = [
        PROJECT["project"]["dependencies"],
        PROJECT["build-system"]["requires"],
        *PROJECT["project"]["optional-dependencies"].values(),
    ]
    return [Requirement(one) for one in itertools.chain.from_iterable(groups)]


def pins() -> list[tuple[Requirement, list[str]]]:
    """Every entry of the lock with its hashes."""
    entries = re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8").strip())
    entries = [entry for entry in entries if not entry.startswith("#")]
    return [(Requirement(e.splitlines()[0].rstrip("\\ ")), re.findall(r"--hash=(\S+)", e)) for e in entries]


def test_the_lock_pins_exactly_and_hashes_everything():
    entries = pins()
    assert len(entries) > 50
    for requirement, hashes in entries:
        assert [s.operator for s in requirement.specifier] == ["=="], requirement
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), requirement


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_lock_covers_every_declared_dependency(python, platform):
    here = {"python_full_version": python, "python_version": python[:4], "sys_platform": platform}
    versions = {}
    for requirement, _ in pins():
        if requirement.marker is None or requirement.marker.evaluate(here):
            name = canonicalize_name(requirement.name)
            assert name not in versions, f"{name} is pinned twice"
            versions[name] = next(iter(requirement.specifier)).version
    for requirement in declared():
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is not in the lock"
        assert requirement.specifier.contains(versions[name]), f"{requirement} against {versions[name]}"


def test_the_lock_covers_what_the_locked_packages_need():
    versions = {canonicalize_name(name): version for name, version in locked(LOCK).items()}
    for name in versions:
        for line in metadata.requires(name) or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert canonicalize_name(needed.name) in versions, f"{name} needs {needed}"


def test_pyproject_has_lower_bounds_only():
    for requirement in declared():
        assert {s.operator for s in requirement.specifier} == {">="}, requirement
    (bound,) = SpecifierSet(PROJECT["project"]["requires-python"])
    assert (bound.operator, bound.version) == (">=", "3.11")


def test_conda_gets_python_pip_and_the_lock():
    names = [line.split()[0] for line in CONDA["dependencies"] if isinstance(line, str)]
    assert names == ["python", "pip"]
    python = next(
        line for line in CONDA["dependencies"] if isinstance(line, str) and line.startswith("python")
    )
    assert PROJECT["project"]["requires-python"] in python
    extras = ",".join(PROJECT["project"]["optional-dependencies"])
    assert list(PIP_LINES) == ["--no-require-hashes", "-c requirements.lock", f"-e .[{extras}]"]


def test_no_tracked_file_names_an_index_host():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: which files are tracked is not known")
    # In pieces, so that this file does not name one itself.
    hosts = [
        "py" + "pi.org",
        "python" + "hosted",
        "anaconda" + ".org",
        "--index" + "-url",
        "--extra-index" + "-url",
    ]
    pattern = re.compile("|".join(map(re.escape, hosts)).encode())
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    named = [path.relative_to(ROOT) for path in files if path.is_file() and pattern.search(path.read_bytes())]
    assert files and not named


@pytest.fixture(scope="module")
def conda_pip(tmp_path_factory):
    """A pip of the version that environment.yml asks conda for, apart from the one that is installed here."""
    folder = tmp_path_factory.mktemp("pip")
    wanted = next(line for line in CONDA["dependencies"] if isinstance(line, str) and line.startswith("pip"))
    done = pip(None, "install", "--target", str(folder), wanted.replace(" ", ""))
    if done.returncode and UNREACHABLE.search(done.stdout):
        pytest.skip("the package registry cannot be reached from here")
    assert done.returncode == 0, done.stdout[-2000:]
    return folder


def pip(folder, *arguments, cwd=None):
    """Run the pip of a folder, or the one of this environment."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    env = {**os.environ, **({"PYTHONPATH": str(folder)} if folder else {})}
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8", "errors": "replace"}
    return subprocess.run(command, cwd=cwd, env=env, check=False, **pipe)


@pytest.mark.slow
def test_the_pip_lines_of_the_conda_file_resolve_to_the_lock(conda_pip, tmp_path):
    """Nothing is installed: what pip would install says the same."""
    for name in ("pyproject.toml", "README.md", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("qiyou", "data", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    # As conda does it: one requirements file beside environment.yml.
    requirements = tmp_path / "condaenv.requirements.txt"
    requirements.write_text("\n".join(PIP_LINES), encoding="utf-8")
    report = ("--dry-run", "--ignore-installed", "--report", str(tmp_path / "report.json"))
    done = pip(conda_pip, "install", "-U", "-r", str(requirements), *report, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-2000:]
    listed = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["install"]
    found = {canonicalize_name(one["metadata"]["name"]): one for one in listed}
    assert found.pop("qiyou")["download_info"]["dir_info"]["editable"]
    versions = {name: one["metadata"]["version"] for name, one in found.items()}
    assert versions == {canonicalize_name(name): version for name, version in locked(LOCK).items()}


@pytest.mark.slow
def test_the_pip_lines_of_the_conda_file_still_compare_hashes(conda_pip, tmp_path):
    lock = re.sub(r"(?<=\nsix==)(.*\n(?:    .*\n)+)", forge, LOCK.read_text(encoding="utf-8"))
    (tmp_path / "requirements.lock").write_text(lock, encoding="utf-8")
    requirements = tmp_path / "condaenv.requirements.txt"
    requirements.write_text("\n".join([*PIP_LINES[:-1], "six"]), encoding="utf-8")
    done = pip(conda_pip, "download", "--dest", "x", "-r", str(requirements), cwd=tmp_path)
    assert done.returncode and "DO NOT MATCH THE HASHES" in done.stdout, done.stdout[-2000:]


def forge(entry):
    """Another hash than the right one for every file of an entry of the lock."""
    return re.sub(r"sha256:....", "sha256:0000", entry.group())


# What a module is called where its distribution has another name, and what is run and not imported.
MODULES = {
    "python-docx": "docx",
    "pylopdf-fonts-zh-cn": "pylopdf_fonts_zh_cn",
    "pyyaml": "yaml",
    "pillow": "PIL",
    "ipython": "IPython",
    "pytest-xdist": "",
}
RUN = {"jupyterlab", "ipykernel", "nbval", "pdoc", "pytest-xdist", "ruff"}


def imported(*folders: str) -> set[str]:
    """The top-level modules that the files below some folders import, at their head or inside a function."""
    names = set()
    for path in itertools.chain.from_iterable((ROOT / folder).rglob("*.py") for folder in folders):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "importorskip":
                names.add(node.args[0].value)
    own = {path.stem for folder in ("tests", "benchmarks") for path in (ROOT / folder).glob("*.py")}
    own |= {"qiyou", "tools", "__future__"}
    return names - set(sys.stdlib_module_names) - own


def modules(lines: list[str]) -> dict[str, str]:
    """Name of the distribution of each requirement to that of its module."""
    names = [canonicalize_name(Requirement(line).name) for line in lines]
    return {name: MODULES.get(name, name.replace("-", "_")) for name in names}


def test_what_is_declared_is_imported_and_what_is_imported_is_declared():
    extras = PROJECT["project"]["optional-dependencies"]
    needed = modules(PROJECT["project"]["dependencies"])
    more = modules([line for lines in extras.values() for line in lines])
    library, all_ = imported("qiyou"), imported("qiyou", "tools", "tests", "notebooks", "benchmarks")
    assert not {name for name, module in needed.items() if module not in library}
    assert {name for name, module in more.items() if module not in all_} == RUN
    # Executing notebooks, and choosing in one, is what the extra of that name is for.
    assert library - set(needed.values()) <= {"nbclient", "nbformat", "ipywidgets", "IPython"}
    allowed = {"pyam", "dask"}  # benchmarks set themselves beside these where they are there
    assert all_ - set(needed.values()) - set(more.values()) <= allowed
