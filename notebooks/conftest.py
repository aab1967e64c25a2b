"""Let nbval run the notebooks as `qiyou notebooks` runs them, and keep what it executed.

With QIYOU_EXECUTED=DIR each notebook that was executed to its end is written there; `python -m tools rerun
--check --executed DIR` then compares the bytes of the execution whose text nbval compared.
"""

import os
import tempfile
from pathlib import Path
from unittest import mock

import nbformat
import pytest

from qiyou import disk
from qiyou.notebooks import environment, tidy

_SCRATCH = pytest.StashKey[tempfile.TemporaryDirectory]()


def pytest_configure(config):
    """A folder without start-up files and settings, for the time of the tests."""
    config.stash[_SCRATCH] = tempfile.TemporaryDirectory()
    config.add_cleanup(config.stash[_SCRATCH].cleanup)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """Start a kernel, which the first cell of a notebook does, in the environment of the committed files."""
    variables = environment(Path(item.config.stash[_SCRATCH].name))
    with mock.patch.dict(os.environ, variables, clear=True):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Behind the last cell of a notebook, write it as it was executed."""
    result = yield
    folder, cells = os.environ.get("QIYOU_EXECUTED"), getattr(item, "test_outputs", None)
    if folder and cells is not None:
        outputs = item.parent.__dict__.setdefault("executed", {})
        # nbval executes without a history, and so without counting.
        outputs[item.cell_num] = [_counted(output, item.cell_num + 1) for output in cells]
        code = [cell for cell in item.parent.nb.cells if cell.cell_type == "code"]
        if list(outputs) == list(range(len(code))):
            executed = tidy(item.path.read_bytes(), list(outputs.values()))
            disk.write(Path(folder) / item.path.name, executed)
    return result


def _counted(output, count):
    return nbformat.from_dict({**output, "execution_count": count}) if "execution_count" in output else output
