"""Write seals into document.toml, once the audit has found everything in the source; see `qiyou.data.files`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from qiyou import disk
from qiyou.errors import DataError


def write_seals(path: Path, seals: dict[str, str], counts: dict[str, int]) -> None:
    """Write the tables ``[audit]`` (what was found) and ``[seal]`` at the end of document.toml, in place of older ones.

    Raises
    ------
    DataError
        If the rest of the file would not stay what it is, or the file cannot be written.
    """
    text = path.read_text(encoding="utf-8")
    audit = "".join(f"{name} = {count}\n" for name, count in counts.items())
    lines = "".join(f'{name} = "{value}"\n' for name, value in seals.items())
    sealed = f"{_WRITTEN.sub('', text).rstrip()}\n\n[audit]\n{audit}\n[seal]\n{lines}"
    rest = _rest(text)
    if rest is None or _rest(sealed) != rest:
        raise DataError(
            f"{path.name}: cannot be sealed; take [audit] and [seal] out of it by hand, then seal again"
        )
    try:
        disk.write(path, sealed.encode("utf-8"))
    except OSError as error:
        raise DataError(f"{path} could not be sealed: {disk.reason(error)}") from error


# A table that qiyou wrote: its header and plain "name = value" lines.
_WRITTEN = re.compile(r"^\[(?:audit|seal)\]\n(?:[a-z_]+ = [\"0-9a-f]+\n|\n)*", re.MULTILINE)


def _rest(text: str) -> dict | None:
    """What document.toml says beside the audit and the seals; None if it cannot be read."""
    try:
        about = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError:
        return None
    return {name: value for name, value in about.items() if name not in ("audit", "seal")}
