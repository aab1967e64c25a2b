"""Read, compare and test China's county public-service target plans (公共服务“七优享”工程)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qiyou.cards import answer as answer
    from qiyou.cards import explore as explore
    from qiyou.data import load as load

__version__ = "0.1.0"

_NAMES = {"answer": "cards", "explore": "cards", "load": "data"}
_MODULES = {"brief", "capacity", "cards", "compare", "data", "errors", "figures", "monitor", "notation"}
_MODULES |= {"notebooks", "pace", "plausibility", "plot", "progress", "read", "scaffold", "trajectory"}
__all__ = ["__version__", *_NAMES, *sorted(_MODULES)]


def __getattr__(name: str):
    """Import a module of the package when it is first asked for, so that ``import qiyou`` stays cheap."""
    if name in _NAMES:
        globals()[name] = getattr(importlib.import_module(f"qiyou.{_NAMES[name]}"), name)
        return globals()[name]
    if name in _MODULES:
        return importlib.import_module(f"qiyou.{name}")
    raise AttributeError(f"module 'qiyou' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
