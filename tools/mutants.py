"""``python -m tools.mutants``: whether the tests notice when a number or a condition of the library is changed.

Small changes are drawn from a seed (a comparison turned or loosened, a part left out of a mask, a sign flipped, a
number or a bound of a slice moved, low and high exchanged, a condition negated), each made alone in a copy of the
repository. There the module's examples run, then the tests that call the function that is changed, then the others of
their files, until one fails. Prints what no test noticed, and the share noticed in each module. A change of which no
test can know (the compiled code stays, or only the words of an error) is not drawn. No part of CI.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import itertools
import multiprocessing
import os
import pickle
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import pytest

from tools.reference import ROOT

MODULES = """
intervals.py relate.py notation.py paths.py pace.py trajectory.py progress.py monitor.py
compare/* capacity/* plausibility/* plausibility/yardsticks/* data/prints.py data/slips.py data/grids.py
"""
"""The modules of numbers and conditions, below ``qiyou/``."""

TESTS = """
capacity cards cases categories compare data differences hostile intervals messages monitor naming notation
pace plausibility_documents plausibility_logic plausibility_report plausibility_shape profile progress
read relate telling trajectory yardsticks
"""
"""The tests of which those run that reach what is changed (``tests/test_….py``)."""

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
# What a worker has to itself.
_OWN: dict[str, Copy] = {}
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
    """One change: where, what stood there and what stands there now, in which line; ``text`` is the module then,
    ``function`` the first line of the function around it, or 0."""

    module: str
    line: int
    column: int
    before: str
    after: str
    whole: str
    text: str
    function: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line}:{self.column}: {self.before} -> {self.after}  in  {self.whole}"


def draw(texts: dict[str, str], seed: int, count: int) -> list[Mutant]:
    """Changes of modules (name to source) that compile to something else, drawn from a seed."""
    every = [(name, *change) for name, text in sorted(texts.items()) for change in _changes(text)]
    random.Random(seed).shuffle(every)
    compiled, out, seen = {name: _code(text) for name, text in texts.items()}, [], set()
    for name, node, after, function in every:
        mutant = _made(name, texts[name], node, after, function)
        if len(out) < count and mutant.text not in seen and _code(mutant.text) != compiled[name]:
            out.append(mutant)
            seen.add(mutant.text)
    return out


def _changes(text: str) -> Iterator[tuple[ast.AST, str, int]]:
    """Each place that can be changed, the source that may stand there, and where the function around it begins."""
    tree = ast.parse(text)
    skipped = {id(inner) for node in ast.walk(tree) for part in _said(node) for inner in ast.walk(part)}
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]:
        names = {node.id for node in ast.walk(scope) if isinstance(node, ast.Name)}
        first = min(part.lineno for part in [*scope.decorator_list, scope]) if scope is not tree else 0
        for node in _own(scope):
            if id(node) not in skipped:
                yield from ((node, after, first) for after in _variants(node, names))
                conditions = [getattr(node, "test", None), *getattr(node, "ifs", [])]
                yield from (
                    (one, f"not ({ast.unparse(one)})", first) for one in conditions if one is not None
                )


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
            yield ast.unparse(ast.Attribute(value, _SWAPPED[name]))
        case ast.Constant("min" | "max" | "any" | "all" | "first" | "last" as word):
            yield repr(_SWAPPED[word])


def _made(module: str, text: str, node: ast.AST, after: str, function: int) -> Mutant:
    lines = text.encode().splitlines(keepends=True)
    starts = [0, *itertools.accumulate(map(len, lines))]
    first, last = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
    bare = isinstance(node, (ast.Slice, ast.AugAssign))
    whole = text.encode()
    put = whole[:first] + (after if bare else f"({after})").encode() + whole[last:]
    before, line = " ".join(whole[first:last].decode().split()), lines[node.lineno - 1].decode().strip()
    return Mutant(module, node.lineno, node.col_offset + 1, before, after, line, put.decode(), function)


def _code(text: str) -> tuple:
    """What a source compiles to, without the places of its lines."""

    def told(code: CodeType) -> tuple:
        inner = [told(one) if isinstance(one, CodeType) else (type(one), repr(one)) for one in code.co_consts]
        return code.co_code, code.co_names, code.co_varnames, *inner

    return told(compile(text, "", "exec"))


class Reached:
    """A plugin of pytest: the functions of the library that each test calls, and how long it takes."""

    def __init__(self) -> None:
        self.tests: dict[str, tuple[float, set[tuple[str, int]]]] = {}
        self._codes: set[CodeType] = set()

    def pytest_runtest_setup(self) -> None:
        self._codes, self._start = set(), time.monotonic()
        sys.settrace(lambda frame, event, argument: self._codes.add(frame.f_code))

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        sys.settrace(None)
        library = f"{Path.cwd()}/"
        places = {(code.co_filename.removeprefix(library), code.co_firstlineno) for code in self._codes}
        reached = {place for place in places if place[0].startswith("qiyou/")}
        self.tests[item.nodeid] = time.monotonic() - self._start, reached


class Order:
    """A plugin of pytest: the examples of a module, then the tests that call what is changed, the short ones first,
    then the others of their files, for which something may have been kept, unless `quick`."""

    def __init__(self, seconds: dict[str, float], quick: bool) -> None:
        self._seconds, self._quick = seconds, quick

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        examples = {item.nodeid: 0.0 for item in items if "::qiyou." in item.nodeid}
        calls = examples | self._seconds
        some = [item for item in items if item.nodeid in calls or not self._quick]
        items[:] = sorted(some, key=lambda item: calls.get(item.nodeid, float("inf")))


class Copy:
    """A copy of the repository in which one module at a time is changed and tests run, each run a fork."""

    def __init__(self, folder: Path, reached: dict[str, tuple[float, set]] | None = None) -> None:
        self.folder, self._reached = folder, reached or {}
        left_out = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(ROOT, folder, ignore=left_out)

    def reached(self, name: str) -> dict[str, tuple[float, set]]:
        """What the tests of a file reach in the library as it is."""
        result = self.folder / f"{name}.reached"
        if not self._passes([f"tests/test_{name}.py"], Reached(), 3600, result):
            sys.exit(f"Before anything is changed, this fails: tests/test_{name}.py")
        return pickle.loads(result.read_bytes())

    def noticed(self, mutant: Mutant, quick: bool) -> bool:
        """Whether a test fails, or does not come to an end; if `quick`, of those that call what is changed."""
        calls = {
            test: seconds
            for test, (seconds, places) in self._reached.items()
            if any(name == mutant.module and mutant.function in (0, line) for name, line in places)
        }
        files = sorted({test.partition("::")[0] for test in calls})
        whole = sum(
            seconds for test, (seconds, _) in self._reached.items() if test.partition("::")[0] in files
        )
        file = self.folder / mutant.module
        text = file.read_text(encoding="utf-8")
        try:
            self._put(file, mutant.text)
            return not self._passes([mutant.module, *files], Order(calls, quick), _SECONDS + _TIMES * whole)
        finally:
            self._put(file, text)

    def _put(self, file: Path, text: str) -> None:
        file.write_text(text, encoding="utf-8")
        shutil.rmtree(file.parent / "__pycache__", ignore_errors=True)

    def _passes(self, files: list[str], plugin: object, longest: float, result: Path | None = None) -> bool:
        run = multiprocessing.get_context("fork").Process(
            target=_test, args=(self.folder, files, plugin, result)
        )
        run.start()
        run.join(longest)
        late = run.is_alive()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.join()
        return not late and run.exitcode in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def _test(folder: Path, files: list[str], plugin: object, result: Path | None) -> None:
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
    code = pytest.main([*quiet, *files], [plugin])
    if result is not None:
        result.write_bytes(pickle.dumps(plugin.tests))
    os._exit(code)


def _workers(count: int, folder: Path, reached: dict[str, tuple[float, set]]) -> ProcessPoolExecutor:
    """Processes that have a copy each."""
    fork = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(count, fork, initializer=_copy, initargs=(folder, reached))


def _copy(folder: Path, reached: dict[str, tuple[float, set]]) -> None:
    _OWN["copy"] = Copy(Path(tempfile.mkdtemp(dir=folder)) / "copy", reached)


def _reached(name: str) -> dict[str, tuple[float, set]]:
    return _OWN["copy"].reached(name)


def _noticed(mutant: Mutant, quick: bool) -> bool:
    return _OWN["copy"].noticed(mutant, quick)


def main() -> int:
    """Draw, run, and say what no test noticed."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--module", nargs="+", help="only these, such as qiyou/pace.py")
    parser.add_argument(
        "--only", type=int, nargs="+", metavar="N", help="only these of the draw, by their number"
    )
    parser.add_argument("--quick", action="store_true", help="only the tests that call what is changed")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    modules = sorted(
        {file for name in MODULES.split() for file in (ROOT / "qiyou").glob(name) if file.suffix == ".py"}
    )
    texts = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in modules}
    if options.module:
        texts = {name: texts[name] for name in options.module}
    drawn = draw(texts, options.seed, options.count)
    numbers = options.only or range(len(drawn))
    for name in _LOADED:
        importlib.import_module(name)
    every, killed = Counter(), Counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with _workers(options.workers, folder, {}) as pool:
            reached = {
                test: told for file in pool.map(_reached, TESTS.split()) for test, told in file.items()
            }
        with _workers(options.workers, folder, reached) as pool:
            told = pool.map(_noticed, [drawn[n] for n in numbers], itertools.repeat(options.quick))
            for number, noticed in zip(numbers, told, strict=True):
                mutant = drawn[number]
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
