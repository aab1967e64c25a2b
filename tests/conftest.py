"""Shared settings of the tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

import qiyou
from qiyou import cards

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session")
def data():
    """The repository's data, loaded once; its frames are not to be changed in place."""
    return qiyou.load()


@pytest.fixture(scope="session")
def read(data):
    """What all cards of the repository's data are made of; not to be changed in place."""
    return cards.answers(data)
