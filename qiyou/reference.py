"""Where the bytes of pictures have to be the committed ones, and what to do with them elsewhere.

Numbers come out equal everywhere. The bytes of a picture follow from the versions of the libraries and from
the platform they were built for; the committed pictures are those of `PLATFORM` under requirements.lock.
Elsewhere a picture whose bytes alone differ says nothing, and the committed file stays.
"""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

from qiyou import disk

ROOT = Path(__file__).resolve().parents[1]
PLATFORM = ("Linux", "x86_64")
_PICTURES = {".svg", ".png", ".pdf"}


def is_reference(root: Path = ROOT) -> bool:
    """Say whether pictures made here must equal the committed ones: on `PLATFORM`, with the locked versions.

    Parameters
    ----------
    root : Path
        Folder of ``requirements.lock``.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_reference(Path("a folder without a lock"))
    False
    """
    if (platform.system(), platform.machine()) != PLATFORM:
        return False
    lock = root / "requirements.lock"
    return lock.is_file() and all(_installed(name) == version for name, version in locked(lock).items())


def locked(lock: Path) -> dict[str, str]:
    """Read which version of which package a lock asks for on this platform and Python.

    Parameters
    ----------
    lock : Path
        A requirements file with one ``name==version ; marker`` per package, and hashes.

    Returns
    -------
    dict
        Name of the package to version.

    Examples
    --------
    >>> locked(ROOT / "requirements.lock")["seaborn"]
    '0.13.2'
    """
    from packaging.requirements import Requirement

    pins = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        if not line or line[0] in " #":
            continue
        requirement = Requirement(line.rstrip("\\ "))
        if requirement.marker is None or requirement.marker.evaluate():
            (pin,) = requirement.specifier
            pins[requirement.name] = pin.version
    return pins


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def take_over(fresh: Path, committed: Path, *, pictures: bool) -> tuple[list[str], list[str]]:
    """Bring a folder of figures up to date with one that was just drawn.

    Parameters
    ----------
    fresh, committed : Path
        Folders as `qiyou.figures.build` fills them: ``<lang>/<name>.svg``, ``.png``, ``.pdf`` and ``.txt``,
        and ``data/<name>.csv``.
    pictures : bool
        Whether to replace a picture, too, of which nothing but the bytes differ: its data and its text are
        the same.

    Returns
    -------
    written, left : list of str
        The files that were replaced or new, and the pictures that differ and were left, relative to the
        folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     fresh, committed = Path(folder, "fresh"), Path(folder, "committed")
    ...     disk.write(fresh / "zh" / "lead.png", b"new")
    ...     disk.write(committed / "zh" / "lead.png", b"old")
    ...     take_over(fresh, committed, pictures=False)
    ([], ['zh/lead.png'])
    """
    changed = {
        path.relative_to(fresh)
        for path in sorted(fresh.rglob("*"))
        if path.is_file() and not _same(path, committed / path.relative_to(fresh))
    }
    left = [] if pictures else [path for path in changed if _differs_in_bytes_only(path, changed, committed)]
    written = changed.difference(left)
    for path in written:
        disk.write(committed / path, (fresh / path).read_bytes())
    return sorted(path.as_posix() for path in written), sorted(path.as_posix() for path in left)


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def _differs_in_bytes_only(path: Path, changed: set[Path], committed: Path) -> bool:
    what_it_says = {path.with_suffix(".txt"), Path("data", f"{path.stem}.csv")}
    return path.suffix in _PICTURES and (committed / path).is_file() and not what_it_says & changed
