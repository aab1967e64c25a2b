"""The API documentation: complete, rendered, and readable without the network."""

from __future__ import annotations

import re

import pytest

import qiyou
from qiyou import apidocs
from qiyou.errors import QiyouError


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    start = apidocs.build(tmp_path_factory.mktemp("api"))
    assert start.is_file()
    return start.parent


def test_every_public_module_has_a_page(pages):
    for name in qiyou.__all__:
        if name not in ("load", "__version__"):
            assert (pages / "qiyou" / f"{name}.html").is_file(), name


def test_docstrings_are_rendered_with_their_sections(pages):
    page = (pages / "qiyou.html").read_text(encoding="utf-8")
    assert re.search(r'id="load".*?Parameters</h6>.*?Raises</h6>', page, re.DOTALL)


def test_no_page_takes_anything_from_the_network(pages):
    for page in pages.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"""(src|@import|url\()\s*=?\s*["']?https?:""", text), page.name
        assert not re.search(r'<link[^>]+href="https?:', text), page.name


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(QiyouError, match="cannot be written"):
        apidocs.build(tmp_path / "file" / "api")
