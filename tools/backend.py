"""Build as flit does, with the data folder inside the wheel: a checkout uses its own, an installed qiyou that one."""

from flit_core import wheel
from flit_core.buildapi import *  # noqa: F403


class _WithData(wheel.WheelBuilder):
    def copy_module(self):
        """Add data/ as qiyou/_data, where `qiyou.data.root` looks for it."""
        super().copy_module()
        folder = self.directory / "data"
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            self._add_file(path, f"qiyou/_data/{path.relative_to(folder).as_posix()}")


wheel.WheelBuilder = _WithData
