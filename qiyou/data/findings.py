"""Findings: what is wrong with a data folder, where, and what to do, as rows of a table."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

COLUMNS = ("severity", "code", "file", "line", "what", "remedy")
SEVERITIES = ("error", "warning", "note")

_MOST_ALIKE = 1_000
_MOST_SUGGESTIONS = 200
_LONGEST = 600
_SEE = "see the ids in the table it refers to"

CODES = {
    "ALIAS_MISMATCH": "a printed name is mapped to another indicator than the alias table says",
    "BAD_VALUE": "a cell is not of the form that its column asks for",
    "BROKEN_SEAL": "a transcription or its decisions are not those that were audited and sealed",
    "CORE_COUNT": "not exactly 21 indicators are marked as core",
    "CSV_SYNTAX": "a file is not a table of comma-separated values",
    "DECISION_CHANGES_NOTHING": "a decision no longer changes a reading",
    "DECISION_DOES_NOT_FIT": "a decision quotes other characters than the table or the statement prints",
    "DECISION_POINTS_NOWHERE": "a decision names a row, cell or statement that does not exist",
    "DUPLICATE_ROW": "two rows have the same key",
    "EMPTY_TABLE": "a table has no rows",
    "ENCODING": "a file is not UTF-8",
    "EXTRA_COLUMN": "a column that nobody reads",
    "MISSING_COLUMN": "a column is missing",
    "MISSING_FILE": "a file is missing or cannot be read",
    "NOT_SEALED": "a transcription or its decisions were never audited against the source",
    "NO_PARENT": "a place of one's own belongs to no city or province, so that nothing set above it is found",
    "NO_UNIT": "a value has no unit, neither in the cell nor in the header",
    "SPREADSHEET": "what a spreadsheet or an input method put into a table was put right while reading",
    "TAKEN_AS": "an id was looked up by the name that is printed or given",
    "TOML_SYNTAX": "document.toml cannot be read",
    "UNIT_MISMATCH": "a printed unit is not the indicator's and the unit table does not convert it",
    "UNKNOWN_ID": "an id is not in the table that it refers to",
    "UNREADABLE_VALUE": "a printed value cannot be read and no decision says how",
    "YEAR_OUT_OF_RANGE": "a year is not one that the document can speak of",
}
"""Every code of a finding and what it means."""


@dataclass
class Findings:
    """Collects findings while a folder is read; nothing is raised before everything has been seen."""

    root: Path
    also: frozenset[Path] = frozenset()
    rows: list[tuple] = field(default_factory=list)
    suggested: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    units: set[tuple[Path | str, int, str]] = field(default_factory=set, repr=False)
    _counts: Counter = field(default_factory=Counter, repr=False)
    _names: dict[Path | str, str] = field(default_factory=dict, repr=False)

    def add(
        self, severity: str, code: str, file: Path | str, line: int | None, what: str, remedy: str
    ) -> None:
        """Record one finding; ``file`` is shown relative to the data folder, or to what holds a folder of one's own."""
        if code not in CODES or severity not in SEVERITIES:
            raise KeyError(f"unknown finding {severity} {code}")
        shown = self._names.get(file) or self._names.setdefault(file, self._shown(Path(file)))
        self._counts[severity, code, shown] += 1
        if self._counts[severity, code, shown] <= _MOST_ALIKE:
            self.rows.append((severity, code, _visible(shown), line, _visible(what), _visible(remedy)))

    def error(self, code: str, file: Path | str, line: int | None, what: str, remedy: str) -> None:
        """Record an error."""
        self.add("error", code, file, line, what, remedy)

    def frame(self) -> pd.DataFrame:
        """The findings as a table, errors first, then by file and line."""
        more = [
            (
                severity,
                code,
                _visible(file),
                None,
                f"and {count - _MOST_ALIKE:,} more of these",
                "mend the first ones",
            )
            for (severity, code, file), count in self._counts.items()
            if count > _MOST_ALIKE
        ]
        frame = pd.DataFrame(self.rows + more, columns=list(COLUMNS)).astype({"line": "Int64"})
        order = frame["severity"].map(SEVERITIES.index)
        return (
            frame.assign(_order=order)
            .sort_values(["_order", "file", "line"], kind="stable", na_position="first")
            .drop(columns="_order")
            .reset_index(drop=True)
        )

    def unknown(
        self, file: Path | str, line: int | None, kind: str, name: str, known: Collection[str]
    ) -> None:
        """Record that an id does not exist, with the names nearest to it.

        Looking for near names takes time; each name is looked up once, and after a few hundred only the table is named.
        """
        key = kind, name
        if key not in self.suggested and len(self.suggested) < _MOST_SUGGESTIONS:
            self.suggested[key] = nearest(name, known)
        add = f"add it to {kind}s.csv" if kind != "document" else "load its folder, too"
        remedy = self.suggested.get(key, _SEE)
        remedy += f" Else {add}" if remedy.endswith("?") else f", or {add}"
        self.error("UNKNOWN_ID", file, line, f"there is no {kind} {name[:40]!r}", remedy)

    def _shown(self, path: Path) -> str:
        home = next((folder.parent for folder in (path, *path.parents) if folder in self.also), self.root)
        return path.relative_to(home).as_posix() if path.is_relative_to(home) else path.as_posix()


def nearest(name: str, known: Collection[str]) -> str:
    """A remedy that lists the names nearest to an unknown one."""
    close = difflib.get_close_matches(name[:80], list(known), n=3, cutoff=0.4)
    return f"did you mean {' or '.join(close)}?" if close else _SEE


def _visible(text: str) -> str:
    """Text that is safe to print: control, bidirectional and zero-width characters escaped, of bearable length.

    What is quoted comes from files of unknown origin and goes to a terminal.
    """
    text = re.sub(
        r"[^ ]",
        lambda match: match[0] if match[0].isprintable() else match[0].encode("unicode_escape").decode(),
        text[: _LONGEST + 1],
    )
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def sentence(row) -> str:
    """One finding as a sentence: where, what, what to do."""
    where = row["file"] if pd.isna(row["line"]) else f"{row['file']}:{row['line']}"
    return f"{where}: {row['what']}; {row['remedy']} [{row['code']}]"
