"""Where the bytes of pictures have to be the committed ones.

Numbers come out equal everywhere. The bytes of a picture follow from the versions of the libraries and from
the platform they were built for; the committed pictures are those of `PLATFORM` under requirements.lock.
Elsewhere a picture whose bytes alone differ says nothing, and the committed file stays.
"""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLATFORM = ("Linux", "x86_64")


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
