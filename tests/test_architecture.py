"""The house: what it may weigh, and that nothing lower imports anything higher."""

from __future__ import annotations

import ast
import functools
import graphlib
import re
from collections import Counter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "qiyou"
MOST_LINES, MOST_MODULES, LONGEST = 9_000, 60, 400

STOREYS = [
    {"errors"},
    {"intervals", "notation"},
    {"words"},
    {"relate", "disk"},
    {"data"},
    {"paths", "read"},
    {"pace", "trajectory", "progress"},
    {"compare", "capacity", "monitor"},
    {"plausibility"},
    {"plot"},
    {"figures", "cards"},
    {"brief"},
    {"scaffold", "notebooks"},
    {"cli"},
    {"__main__"},
]
"""First-level modules from the ground up: each imports what lies below it, or beside it without a circle."""

# An error's sentence is looked up when it is said, in words, which raises errors itself.
WHEN_SAID = {("qiyou.errors", "qiyou.words")}


@functools.cache
def modules() -> dict[str, ast.Module]:
    paths = sorted(PACKAGE.rglob("*.py"))
    names = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in paths]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return {name.removesuffix(".__init__"): ast.parse(text) for name, text in zip(names, texts, strict=True)}


def for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def walked(node: ast.AST):
    """All nodes but those that only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if not for_types_only(child):
            yield child
            yield from walked(child)


@functools.cache
def imports() -> dict[str, frozenset[str]]:
    """Module to the modules that it imports, at its head or when a function runs."""
    known, out = modules(), {}
    for name, tree in known.items():
        found = set()
        for node in walked(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{name} imports relatively"
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= {one if one in known else node.module for one in inner}
        ours = {one for one in found if one.partition(".")[0] == "qiyou"}
        assert ours <= known.keys(), f"{name} imports {ours - known.keys()}, which there is not"
        out[name] = frozenset(ours - {name})
    return out


def edges():
    return [
        (name, other)
        for name, others in imports().items()
        for other in others
        if (name, other) not in WHEN_SAID
    ]


def first_level(name: str) -> str:
    return [*name.split("."), ""][1]


def test_no_import_circle():
    graph = {name: {other for one, other in edges() if one == name} for name in modules()}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError and names the circle
    assert all(one in imports()[name] for name, one in edges())
    assert {pair for pair in WHEN_SAID if pair[1] in imports()[pair[0]]} == WHEN_SAID


def test_nothing_lower_imports_anything_higher():
    storey = {name: level for level, names in enumerate(STOREYS) for name in names}
    inside = {first_level(name) for name in modules()} - {""}
    assert inside <= storey.keys(), f"give {inside - storey.keys()} a storey"
    upward = [
        (name, other)
        for name, other in edges()
        if name != "qiyou" and other != "qiyou" and storey[first_level(name)] < storey[first_level(other)]
    ]
    assert not upward


def docstrings(tree: ast.Module) -> list[ast.Constant]:
    """The strings that stand as statements: docstrings, and what is said below a constant."""
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]


def named_in_strings(tree: ast.Module) -> list[str]:
    said = set(map(id, docstrings(tree)))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said]
    named = [one for one in texts if isinstance(one, str) and re.fullmatch(r"qiyou(\.\w+)+", one)]
    lazy = [node for node in ast.walk(tree) if getattr(node, "name", "") == "__getattr__"]
    allowed = {id(node) for function in lazy for node in ast.walk(function)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and id(node) not in allowed]
    called = {ast.unparse(call.func).split(".")[-1] for call in calls}
    return [one for one in named if one in modules()] + sorted(called & {"import_module", "__import__"})


def test_no_module_is_named_in_a_string():
    """Apart from the tables that a ``__getattr__`` looks names up in, to load modules when they are used."""
    assert not {name: found for name, tree in modules().items() if (found := named_in_strings(tree))}


def code_lines(path: Path) -> int:
    """Lines that are neither blank nor comment nor docstring."""
    text = path.read_text(encoding="utf-8")
    said = set()
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module))
            and ast.get_docstring(node) is not None
        ):
            said |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(bool(line.strip()) and line.strip()[0] != "#" and n not in said for n, line in lines)


def test_a_small_library():
    lines = {str(path.relative_to(PACKAGE)): code_lines(path) for path in PACKAGE.rglob("*.py")}
    assert sum(lines.values()) <= MOST_LINES
    assert len(lines) <= MOST_MODULES
    assert not {name: n for name, n in lines.items() if n > LONGEST}


def test_no_two_modules_of_one_file_name():
    names = Counter(path.name for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
    assert not [name for name, n in names.items() if n > 1]


def undocumented(tree: ast.AST, above: str) -> list[str]:
    out = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            out += [] if ast.get_docstring(node) else [f"{above}.{node.name}"]
            out += undocumented(node, f"{above}.{node.name}") if isinstance(node, ast.ClassDef) else []
    return out


def test_public_names_are_documented():
    assert not [name for name, tree in modules().items() if tree.body and not ast.get_docstring(tree)]
    assert not [one for name, tree in modules().items() for one in undocumented(tree, name)]
