"""Write files as a whole: whoever reads one finds the old content or the new, never half of it.

And text that a spreadsheet can open without running it.
"""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from qiyou.errors import Message

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_KNOWN = ("EACCES", "EEXIST", "EISDIR", "ELOOP", "ENAMETOOLONG", "ENOENT", "ENOTDIR")
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}


def write(path: Path, content: bytes) -> None:
    """Write beside the file and rename over it; the folder is made where it is missing.

    Parameters
    ----------
    path : Path
        The file; one that has this content already is not touched.
    content : bytes

    Raises
    ------
    OSError
        If it cannot be written; the old file is then as it was and no other file is left. `reason` puts it
        into words.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder) / "new" / "a.csv", b"place")
    ...     sorted(path.name for path in Path(folder).rglob("*"))
    ['a.csv', 'new']
    """
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = beside(path)
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """Where to prepare what is then renamed to a path; hidden, and no other process has it.

    Examples
    --------
    >>> beside(Path("out/a.csv")).name.startswith(".a.csv.")
    True
    """
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def reason(error: OSError, elsewhere: str | None = None) -> Message:
    """Say in half a sentence why something could not be written and what to do, in both languages.

    Examples
    --------
    >>> print(reason(OSError(errno.ENOSPC, "No space left on device")))
    the disk is full; free some space and run again.
    """
    if error.errno in _FULL:
        return Message("disk.full")
    remedy = Message("disk.elsewhere") if elsewhere is None else elsewhere
    if error.errno in _CLOSED:
        return Message("disk.closed", elsewhere=remedy)
    return Message("disk.other", what=trouble(error), elsewhere=remedy)


def trouble(error: OSError) -> Message:
    """What an operating system says, where there are words for it in both languages; else its own.

    Examples
    --------
    >>> trouble(FileNotFoundError(errno.ENOENT, "No such file or directory")).said("zh")
    '没有这个文件或文件夹'
    """
    name = errno.errorcode.get(error.errno or 0, "")
    return Message(f"disk.{name}" if name in _KNOWN else error.strerror or str(error))


def neutral(value: object) -> object:
    """Keep a spreadsheet from running text as a formula; a signed number or a lone dash is none.

    Examples
    --------
    >>> neutral("=cmd|'/c calc'!A1"), neutral("-4.5%"), neutral(3)
    ("'=cmd|'/c calc'!A1", '-4.5%', 3)
    """
    runs = isinstance(value, str) and value.strip()[:1] in tuple("=+-@＝＋－＠")
    return f"'{value}" if runs and not re.fullmatch(r"\s*[+-]?[\d.,]*%?\s*", value) else value
