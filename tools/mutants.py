"""``python -m tools.mutants``: whether the tests notice when a number or a condition of the library is changed.

Small changes are drawn from a seed (a comparison turned or loosened, a part left out of a mask, a sign flipped,
a number or a bound of a slice moved, low and high exchanged, a condition negated), each made alone in a copy of
the repository. There the module's examples and the tests that go with it run, then those of them that search by
chance, then the tests of what is built on the module. Prints what no test noticed, and the share noticed in each
module. A change of which no test can know (the compiled code stays, or only the words of an error) is not drawn.
It takes hours: no part of CI.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import itertools
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from types import CodeType

import pytest

from tools.reference import ROOT

_BROAD = "plausibility_logic plausibility_documents profile yardsticks capacity compare"
TESTS = {
    "qiyou/intervals.py": f"intervals|pace trajectory monitor {_BROAD}",
    "qiyou/relate.py": f"relate|monitor {_BROAD}",
    "qiyou/notation.py": "notation|data read monitor profile",
    "qiyou/paths.py": f"pace|trajectory {_BROAD}",
    "qiyou/pace.py": "pace|plausibility_shape compare yardsticks profile",
    "qiyou/trajectory.py": "trajectory|plausibility_shape yardsticks profile",
    "qiyou/progress.py": "progress|yardsticks monitor",
    "qiyou/monitor.py": "monitor|cases scaffold",
    "qiyou/compare/*": "compare|plausibility_documents differences cards cases",
    "qiyou/capacity/*": "capacity categories|yardsticks profile cases",
    "qiyou/plausibility/yardsticks/*": "yardsticks|profile cards cases",
    "qiyou/plausibility/profile.py": "profile|cards cases",
    "qiyou/plausibility/passages.py": "plausibility_documents plausibility_logic|cases profile",
    "qiyou/plausibility/plan.py": "plausibility_logic plausibility_shape|plausibility_documents cases profile",
    "qiyou/plausibility/telling.py": "telling plausibility_report profile|plausibility_documents cards cases messages",
    "qiyou/plausibility/*": "plausibility_logic plausibility_documents plausibility_report|profile cards cases",
    "qiyou/data/prints.py": "data naming|notation cases profile",
    "qiyou/data/slips.py": "cases|data",
    "qiyou/data/grids.py": "read|hostile",
}
"""The modules of numbers and conditions; the tests (``tests/test_….py``) that go with each, and those that a change
meets if these let it through."""

# Loaded once, before every run starts from here; what belongs to the repository is loaded from the copy.
_LOADED = (
    "numpy",
    "pandas",
    "scipy.stats",
    "statsmodels.api",
    "hypothesis",
    "matplotlib.pyplot",
    "pdfplumber",
)
# A run may take so many times as long as on the library as it is, and so many seconds more.
_TIMES, _SECONDS = 4, 60
_SAID = ("Message", "DataError", "QiyouError", "need")
_LOOSER = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_TURNED = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
_TURNED |= {ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
_PAIRS = "low high|low_open high_open|lower upper|min max|minimum maximum|any all|argmin argmax|idxmin idxmax"
_PAIRS += "|cummin cummax|first last|head tail|ffill bfill|floor ceil|eq ne|isna notna|above below"
_SWAPPED = {one: other for pair in _PAIRS.split("|") for one, other in (pair.split(), pair.split()[::-1])}


@dataclass(frozen=True)
class Mutant:
    """One change: where, what stood there and what stands there now, in which line; ``text`` is the module then."""

    module: str
    line: int
    column: int
    before: str
    after: str
    whole: str
    text: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}:{self.column}: {self.before} -> {self.after}  in  {self.whole}"


def draw(texts: dict[str, str], seed: int, count: int) -> list[Mutant]:
    """Changes of modules (name to source) that compile to something else, drawn from a seed."""
    every = [(name, *change) for name, text in sorted(texts.items()) for change in _changes(text)]
    random.Random(seed).shuffle(every)
    compiled, out, seen = {name: _code(text) for name, text in texts.items()}, [], set()
    for name, node, after in every:
        mutant = _made(name, texts[name], node, after)
        if len(out) < count and mutant.text not in seen and _code(mutant.text) != compiled[name]:
            out.append(mutant)
            seen.add(mutant.text)
    return out


def _changes(text: str) -> Iterator[tuple[ast.AST, str]]:
    """Each place that can be changed, and the source that may stand there."""
    tree = ast.parse(text)
    skipped = {id(inner) for node in ast.walk(tree) for part in _said(node) for inner in ast.walk(part)}
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]:
        names = {node.id for node in ast.walk(scope) if isinstance(node, ast.Name)}
        for node in _own(scope):
            if id(node) not in skipped:
                yield from ((node, after) for after in _variants(node, names))
                conditions = [getattr(node, "test", None), *getattr(node, "ifs", [])]
                yield from ((one, f"not ({ast.unparse(one)})") for one in conditions if one is not None)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module or function without those of functions inside it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _own(child)


def _said(node: ast.AST) -> list[ast.AST]:
    """What of a node is types, words or the size of a cache, which no test has to know."""
    if isinstance(node, ast.Call) and (name := getattr(node.func, "id", "")) in _SAID:
        return [*node.args[1 if name == "need" else 0 :], *node.keywords]
    if isinstance(node, (ast.JoinedStr, ast.Raise)):
        return [node]
    if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
        return [node]
    types = getattr(node, "annotation", None), getattr(node, "returns", None)
    return [part for part in types if part is not None] + getattr(node, "decorator_list", [])


def _variants(node: ast.AST, names: set[str]) -> Iterator[str]:
    """What may stand in a node's place, in a function where `names` are."""
    match node:
        case ast.Compare(left, [op], [right]):
            turned = [table[type(op)]() for table in (_TURNED, _LOOSER) if type(op) in table]
            yield from (ast.unparse(ast.Compare(left, [other], [right])) for other in turned)
        case ast.BinOp(left, ast.BitAnd() | ast.BitOr(), right):
            yield from (ast.unparse(left), ast.unparse(right))
        case ast.AugAssign(op=ast.BitAnd() | ast.BitOr()):
            yield "pass"
        case ast.BoolOp(op, values):
            for n in range(len(values)):
                rest = values[:n] + values[n + 1 :]
                yield ast.unparse(rest[0] if len(rest) == 1 else ast.BoolOp(op, rest))
        case ast.BinOp(left, ast.Add() | ast.Sub() as op, right):
            yield ast.unparse(ast.BinOp(left, ast.Sub() if isinstance(op, ast.Add) else ast.Add(), right))
        case ast.UnaryOp(ast.USub() | ast.Not() | ast.Invert(), operand):
            yield ast.unparse(operand)
        case ast.Constant(bool() | None):
            return
        case ast.Constant(int(number)):
            yield from (repr(number + 1), repr(number - 1))
        case ast.Constant(float(number)):
            yield repr(number * (1000 if abs(number) < 1e-5 else 1.25) if number else 1.0)
        case ast.Slice(lower, upper, None) if lower or upper:
            ends = [f"{ast.unparse(lower)}:", f":{ast.unparse(upper)}"] if lower and upper else [":"]
            yield from ends
        case ast.Name(name, ast.Load()) if _SWAPPED.get(name) in names | {"min", "max", "any", "all"}:
            yield _SWAPPED[name]
        case ast.Attribute(value, name, ast.Load()) if name in _SWAPPED:
            yield f"{ast.unparse(value)}.{_SWAPPED[name]}"
        case ast.Constant("min" | "max" | "any" | "all" | "first" | "last" as word):
            yield repr(_SWAPPED[word])


def _made(module: str, text: str, node: ast.AST, after: str) -> Mutant:
    lines = text.encode().splitlines(keepends=True)
    starts = [0, *itertools.accumulate(map(len, lines))]
    first, last = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
    bare = isinstance(node, (ast.Slice, ast.AugAssign))
    whole = text.encode()
    put = whole[:first] + (after if bare else f"({after})").encode() + whole[last:]
    before, line = " ".join(whole[first:last].decode().split()), lines[node.lineno - 1].decode().strip()
    return Mutant(module, node.lineno, node.col_offset + 1, before, after, line, put.decode())


def _code(text: str) -> tuple:
    """What a source compiles to, without the places of its lines."""

    def told(code: CodeType) -> tuple:
        inner = [told(one) if isinstance(one, CodeType) else (type(one), repr(one)) for one in code.co_consts]
        return code.co_code, code.co_names, code.co_varnames, *inner

    return told(compile(text, "", "exec"))


class Copy:
    """A copy of the repository in which one module at a time is changed and tests run, each run a fork."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._seconds = folder / "copy", {}
        left_out = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(ROOT, self.folder, ignore=left_out)

    def noticed(self, mutant: Mutant, quick: bool = False) -> bool:
        """Whether a test fails, or does not come to an end; if `quick`, of the module's own and without Hypothesis."""
        file = self.folder / mutant.module
        text = file.read_text(encoding="utf-8")
        own, wider = next(one for name, one in TESTS.items() if fnmatch(mutant.module, name)).split("|")
        stages = [([*_files(own), mutant.module], "not hypothesis")]
        stages += [] if quick else [(_files(own), "hypothesis"), (_files(wider), "")]
        for files, kind in stages:
            longest = self._longest_of(files, kind)
            try:
                self._put(file, mutant.text)
                if not self._passes(files, kind, longest):
                    return True
            finally:
                self._put(file, text)
        return False

    def _put(self, file: Path, text: str) -> None:
        file.write_text(text, encoding="utf-8")
        shutil.rmtree(file.parent / "__pycache__", ignore_errors=True)

    def _longest_of(self, files: list[str], kind: str) -> float:
        """How long tests may take, from a run of each file on the library as it is."""
        for file in files:
            start = time.monotonic()
            if (file, kind) not in self._seconds:
                if not self._passes([file], kind, 3600):
                    sys.exit(f"Before anything is changed, this fails: {file}")
                self._seconds[file, kind] = time.monotonic() - start
        return _SECONDS + _TIMES * sum(self._seconds[file, kind] for file in files)

    def _passes(self, files: list[str], kind: str, longest: float) -> bool:
        if not files:
            return True
        run = multiprocessing.get_context("fork").Process(target=_test, args=(self.folder, files, kind))
        run.start()
        run.join(longest)
        late = run.is_alive()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.join()
        return not late and run.exitcode in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def _files(names: str) -> list[str]:
    return [f"tests/test_{name}.py" for name in names.split()]


def _test(folder: Path, files: list[str], kind: str) -> None:
    """Run tests of the copy in this process and leave it."""
    os.setsid()
    os.chdir(folder)
    # What Hypothesis draws is the same for every change, and nothing compiled of a change stays.
    os.environ |= {"CI": "true", "PYTHONPATH": str(folder)}
    sys.dont_write_bytecode = True
    sys.path[:] = [str(folder), *(one for one in sys.path if Path(one).resolve() != ROOT)]
    for name in [name for name in sys.modules if name.partition(".")[0] in ("qiyou", "tools", "tests")]:
        del sys.modules[name]
    quiet = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:nbval", "--doctest-modules"]
    quiet += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    os._exit(pytest.main([*quiet, "-m", kind, *files]))


def main() -> int:
    """Draw, run, and say what no test noticed."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--module", nargs="+", help="only these, such as qiyou/pace.py")
    parser.add_argument(
        "--only", type=int, nargs="+", metavar="N", help="only these of the draw, by their number"
    )
    parser.add_argument(
        "--quick", action="store_true", help="only the module's own tests that leave nothing to chance"
    )
    options = parser.parse_args()
    modules = sorted({file.relative_to(ROOT).as_posix() for name in TESTS for file in ROOT.glob(name)})
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in modules if name.endswith(".py")}
    if options.module:
        texts = {name: texts[name] for name in options.module}
    drawn = draw(texts, options.seed, options.count)
    for name in _LOADED:
        importlib.import_module(name)
    every, killed = Counter(), Counter()
    with tempfile.TemporaryDirectory() as scratch:
        copy = Copy(Path(scratch))
        for number in options.only or range(len(drawn)):
            mutant = drawn[number]
            noticed = copy.noticed(mutant, options.quick)
            every[mutant.module] += 1
            killed[mutant.module] += noticed
            print(f"{number}: {'noticed' if noticed else 'SURVIVES'}  {mutant}", flush=True)
    print(*(f"{killed[name]:4} of {every[name]:4} noticed in {name}" for name in sorted(every)), sep="\n")
    print(
        f"{killed.total()} of {every.total()} noticed ({killed.total() / every.total():.0%}), seed {options.seed}."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
