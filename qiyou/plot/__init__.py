"""The figures: each function is ``NAME(data, *, ax=None, lang="zh", **choice)`` and returns Axes or a Figure.

``data`` is what `qiyou.load` returns. Common choices are ``width`` (``"full"``, 170 mm, or ``"column"``, 82
mm, where a figure has a single panel) and ``page``, where more places are drawn than one page holds. The
finding is the title of a figure of its own; with ``ax=`` nothing but the picture is drawn. What is said about
it hangs on what is returned: ``qiyou.plot.caption(drawn)``. Modules, and matplotlib, load when a function is
first used.
"""

from __future__ import annotations

import importlib

_WHERE = {
    "style": ("caption", "looks"),
    "plans": ("target_paths", "core_overview", "pair", "convergence", "table_prose_worklist"),
    "evidence": ("readings", "required_among_realised", "answer_card"),
    "quantities": ("counties_on_nation", "nursery_stocks", "sports_balance"),
}
"""Module of this package -> its functions."""


def __getattr__(name: str):
    for module, functions in _WHERE.items():
        if name in functions:
            return getattr(importlib.import_module(f"qiyou.plot.{module}"), name)
    raise AttributeError(f"module 'qiyou.plot' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(function for functions in _WHERE.values() for function in functions)
