"""Seals: fingerprints of a transcription as it was audited against its source.

``qiyou audit --sources DIR --seal`` writes them into document.toml; every later check recomputes them, so that one
changed character is noticed on any machine, without the sources.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path

from qiyou.data.files import Sheet


def seal(sheet: Sheet) -> str:
    """SHA-256 of a table's header and cells, independent of encoding, quoting and line endings."""
    rows = [list(sheet.header), *([record[name] for name in sheet.header] for record in sheet.records)]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def write_seals(path: Path, seals: dict[str, str], counts: dict[str, int]) -> None:
    """Write the tables ``[audit]`` (what was found) and ``[seal]`` at the end of document.toml, in place of older ones."""
    text = path.read_text(encoding="utf-8")
    body = re.split(r"\n\[(?:audit|seal)\]", text)[0].rstrip("\n")
    audit = "".join(f"{name} = {count}\n" for name, count in counts.items())
    lines = "".join(f'{name} = "{value}"\n' for name, value in seals.items())
    _replace(path, f"{body}\n\n[audit]\n{audit}\n[seal]\n{lines}")


def _replace(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
