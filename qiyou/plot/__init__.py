"""Drawing: every function takes a frame, draws on an Axes (its own if none is given) and returns the Axes.

Functions are found by name, ``qiyou.plot.target_paths``; their modules, and matplotlib, load when first used.
"""

from __future__ import annotations

import importlib

_WHERE = {
    "core_overview": "core",
    "slopes": "changes",
    "time_distance": "timing",
    "target_paths": "paths",
    "requirement_supply": "capacity",
    "scenario_band": "capacity",
    "places_per_child": "children",
    "county_on_national": "national",
    "reading_overview": "transcription",
    "path_families": "families",
    "verdict_matrix": "verdicts",
    "required_vs_realised": "realised",
    "table_prose_worklist": "between",
}
"""Function -> module of this package."""


def __getattr__(name: str):
    if name in _WHERE:
        return getattr(importlib.import_module(f"qiyou.plot.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'qiyou.plot' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_WHERE)
