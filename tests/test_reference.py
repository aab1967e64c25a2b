"""Where pictures have to be equal byte for byte."""

from __future__ import annotations

import pytest

from tools import reference


def test_the_reference_is_the_locked_versions_on_one_platform(tmp_path, monkeypatch):
    monkeypatch.setattr(reference.platform, "system", lambda: reference.PLATFORM[0])
    monkeypatch.setattr(reference.platform, "machine", lambda: reference.PLATFORM[1])
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"pytest=={pytest.__version__} \\\n    --hash=sha256:0\n", encoding="utf-8")
    assert reference.is_reference(tmp_path)
    lock.write_text("pytest==0.1 ; sys_platform == 'nowhere' \\\n    --hash=sha256:0\n", encoding="utf-8")
    assert reference.is_reference(tmp_path)
    lock.write_text("pytest==0.1 \\\n    --hash=sha256:0\n", encoding="utf-8")
    assert not reference.is_reference(tmp_path)
    lock.write_text(f"pytest=={pytest.__version__}\n", encoding="utf-8")
    monkeypatch.setattr(reference.platform, "machine", lambda: "arm64")
    assert not reference.is_reference(tmp_path)
