"""Seals: fingerprints of a transcription and of its decisions as they were when it was audited against its source.

``python -m tools audit --sources DIR --seal`` writes them into document.toml; every check recomputes them, so that one
changed character is noticed on any machine, without the sources. The seal of the decisions holds the readings fast
that were reviewed; it does not make a reading more certain than its decision says.
"""

from __future__ import annotations

import hashlib
import json

from qiyou.data.files import Sheet

SEALED = ("table", "statements", "decisions")
"""The files of a document's folder that are sealed, where they are there."""


def seal(sheet: Sheet) -> str:
    """SHA-256 of a table's header and cells, independent of encoding, quoting and line endings."""
    rows = [list(sheet.header), *([record[name] for name in sheet.header] for record in sheet.records)]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
