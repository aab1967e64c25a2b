"""Let nbval start the kernels in the environment in which `qiyou notebooks` executed the committed files."""

import os
from unittest import mock

import pytest

from qiyou.notebooks import environment


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """Start a kernel, which the first cell of a notebook does, without this process's own variables."""
    with mock.patch.dict(os.environ, environment(), clear=True):
        return (yield)
