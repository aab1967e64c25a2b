"""Changes drawn from a seed, and whether the tests of a small tree notice them (tools/mutants.py)."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest

from tools import mutants

TINY = '''"""Tiny, 3 words long."""

MOST = 3


def kept(values: list[int], low: int = 1) -> list[int]:
    """
    >>> kept([1, 2])
    [1, 2]
    """
    if not values:
        raise ValueError(f"{len(values) + 1} are too few")
    return [one for one in values if one >= low and one <= MOST]
'''
TESTS = """
from qiyou.tiny import kept


def test_kept():
    assert kept([0, 1, 2]) == [1, 2]
"""


def changes(text: str) -> list[str]:
    return sorted(f"{one.before} -> {one.after}" for one in mutants.draw({"tiny.py": text}, 0, 10_000))


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("a < b", ["a < b -> a <= b", "a < b -> a >= b"]),
        ("a == b", ["a == b -> a != b"]),
        ("a & ~b", ["a & ~b -> a", "a & ~b -> ~b", "~b -> b"]),
        ("a &= b", ["a &= b -> pass"]),
        (
            "a and b and c",
            ["a and b and c -> a and b", "a and b and c -> a and c", "a and b and c -> b and c"],
        ),
        ("a - b", ["a - b -> a + b"]),
        ("x = -a", ["-a -> a"]),
        ("x = 7", ["7 -> 6", "7 -> 8"]),
        ("x = 0.5", ["0.5 -> 0.625"]),
        ("x = 1e-12", ["1e-12 -> 1e-09"]),
        ("a[b:c]", ["b:c -> :c", "b:c -> b:"]),
        ("a.low", ["a.low -> a.high"]),
        ("(a > b).any()", ["(a > b).any -> (a > b).all", "a > b -> a <= b", "a > b -> a >= b"]),
        ("x = min(a)", ["min -> max"]),
        ("x = a if b else c", ["b -> not (b)"]),
        ("[a for a in b if a]", ["a -> not (a)"]),
        # What no test can know is left alone.
        ("'''3 words'''\nx: Literal[3]\nraise ValueError(3)", []),
        ("need(a, 'key', rows=b[1:])", []),
        ("x = f'{a + 1}'", []),
        ("x = True, None, 'a 1'", []),
        ("x = low", []),
        ("if TYPE_CHECKING:\n    import a", []),
        ("@cache(maxsize=9)\ndef f(x: Literal[1]) -> Literal[2]:\n    return x", []),
        ("x = low + high", ["high -> low", "low + high -> low - high", "low -> high"]),
    ],
)
def test_what_is_changed(text, every):
    assert changes(text) == sorted(every)


def test_a_change_is_one_place_in_the_source_and_the_rest_stays():
    text = "# 八 sides\nx = '八', ((a >\n  1))  # 八\ny = 2\n"
    drawn = {one.after: one.text for one in mutants.draw({"m.py": text}, 0, 99)}
    assert drawn["a <= 1"] == "# 八 sides\nx = '八', (((a <= 1)))  # 八\ny = 2\n"
    assert drawn["3"] == "# 八 sides\nx = '八', ((a >\n  1))  # 八\ny = (3)\n"


def test_a_seed_draws_the_same_changes_and_another_others():
    texts = {"a.py": TINY, "b.py": "x = [1, 2, 3]\ny = x[1:] < x[:1]\n"}
    drawn = [[str(one) for one in mutants.draw(texts, seed, 8)] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 8
    every = mutants.draw(texts, 1, 10_000)
    assert [str(one) for one in every[:8]] == drawn[0]
    assert all(ast.dump(ast.parse(one.text)) != ast.dump(ast.parse(texts[one.module])) for one in every)


def test_every_test_and_module_that_is_named_is_there():
    assert not [
        name for name in mutants.TESTS.split() if not (mutants.ROOT / f"tests/test_{name}.py").exists()
    ]
    assert not [name for name in mutants.MODULES.split() if not list((mutants.ROOT / "qiyou").glob(name))]


def test_what_a_test_notices_and_what_survives(tmp_path):
    """An upper end that no test reaches survives, loosened, turned to less or moved up; the checkout stays."""
    for name, text in {"qiyou/tiny.py": TINY, "tests/test_tiny.py": TESTS, "qiyou/__init__.py": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    run = f"""
import pathlib, sys
from tools import mutants
mutants.ROOT, mutants._LOADED = pathlib.Path({str(tmp_path)!r}), ()
mutants.MODULES, mutants.TESTS = "tiny.py", "tiny"
sys.argv[1:] = ["--count", "99", *sys.argv[1:]]
sys.exit(mutants.main())
"""
    done = subprocess.run(
        [sys.executable, "-c", run],
        cwd=mutants.ROOT,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    survivors = {
        line.partition(": ")[2].partition("  in  ")[0].split(": ")[-1] for line in lines if "SURV" in line
    }
    assert survivors == {
        "3 -> 4",
        "3 -> 2",
        "one <= MOST -> one < MOST",
        "one >= low and one <= MOST -> one >= low",
    }
    noticed, every = len(lines) - 2 - len(survivors), len(lines) - 2
    assert lines[-2].split() == f"{noticed} of {every} noticed in qiyou/tiny.py".split()
    assert lines[-1] == f"{noticed} of {every} noticed ({noticed / every:.0%}), seed 0."
    assert (tmp_path / "qiyou/tiny.py").read_text(encoding="utf-8") == TINY
