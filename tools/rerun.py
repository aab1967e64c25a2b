"""Whether a rerun gives the committed results: which number moved, and what to do with the pictures.

One execution is compared: `fresh` holds notebooks and figures as `qiyou.notebooks.run` and
`qiyou.figures.build` write them, or the notebooks that the tests executed (notebooks/conftest.py keeps
them), so that strict nbval and the comparison of bytes judge the same run.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from qiyou import disk
from qiyou.errors import QiyouError
from qiyou.notebooks import tidy
from tools.differences import Change, compare

STATUS = {
    "same": "unchanged",
    "form": "same results, file laid out differently",
    "pictures": "only pictures differ",
    "moved": "results moved",
}
LEFT = (
    "Only the bytes of pictures differ in {}: they depend on the platform, the numbers are the same; "
    "left as they are (--pictures writes them)."
)
_PICTURES = {".svg", ".png", ".pdf"}
_SHOWN_CHANGES = 20


@dataclass(frozen=True)
class Rerun:
    """What differs between a committed notebook and its execution.

    Attributes
    ----------
    name : str
        File name.
    status : str
        ``same`` (byte for byte), ``form`` (the same outputs, but ids, metadata or layout of the file differ),
        ``pictures`` (nothing but pictures differ) or ``moved`` (a number or a text differs).
    changes : tuple of Change
        What differs.
    """

    name: str
    status: str
    changes: tuple[Change, ...] = ()


def judge(name: str, committed: bytes, executed: bytes) -> Rerun:
    """Compare the file of a notebook with an execution of it.

    Parameters
    ----------
    name : str
        File name, for the messages.
    committed, executed : bytes
        The files; `executed` as `qiyou.notebooks.run` writes it.
    """
    if committed == executed:
        return Rerun(name, "same")
    import nbformat

    old, new = (nbformat.reads(tidy(one).decode("utf-8"), as_version=4) for one in (committed, executed))
    changes = tuple(compare(name, old, new))
    kinds = {change.kind for change in changes}
    return Rerun(name, "form" if not kinds else "pictures" if kinds == {"picture"} else "moved", changes)


def notebooks(fresh: Path, committed: Path, names: Collection[str]) -> list[Rerun]:
    """Compare executed notebooks with their committed files.

    Raises
    ------
    QiyouError
        If one of the names is not in both folders, or there is none: nothing compared is no pass.
    """
    missing = [name for name in names if not ((fresh / name).is_file() and (committed / name).is_file())]
    if missing or not names:
        raise QiyouError(
            f"{', '.join(missing) or 'no notebook'} in {fresh} to compare: execute it to its end"
        )
    return [
        judge(name, (committed / name).read_bytes(), (fresh / name).read_bytes()) for name in sorted(names)
    ]


def figures(fresh: Path, committed: Path) -> tuple[list[str], list[str]]:
    """Which files of a folder of figures are not the committed ones.

    Parameters
    ----------
    fresh, committed : Path
        Folders as `qiyou.figures.build` fills them: ``<lang>/<name>.svg``, ``.png``, ``.pdf`` and ``.txt``,
        and ``data/<name>.csv``.

    Returns
    -------
    moved, pictures : list of str
        Files that say something else or are new, and pictures of which nothing but the bytes differ: their
        data and their text are the same.
    """
    changed = [
        path.relative_to(fresh)
        for path in sorted(fresh.rglob("*"))
        if path.is_file() and not same(path, committed / path.relative_to(fresh))
    ]
    pictures = [path for path in changed if _differs_in_bytes_only(path, set(changed), committed)]
    moved = [path for path in changed if path not in pictures]
    return [path.as_posix() for path in moved], [path.as_posix() for path in pictures]


def same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def _differs_in_bytes_only(path: Path, changed: set[Path], committed: Path) -> bool:
    what_it_says = {path.with_suffix(".txt"), Path("data", f"{path.stem}.csv")}
    return path.suffix in _PICTURES and (committed / path).is_file() and not what_it_says & changed


def take_over(fresh: Path, committed: Path, names: Collection[str]) -> None:
    """Put files of one folder in the place of those of another, each as a whole."""
    for name in names:
        disk.write(committed / name, (fresh / name).read_bytes())


def report(reruns: Sequence[Rerun]) -> list[str]:
    """Say which number moved, in which notebook and cell."""
    lines = []
    for rerun in reruns:
        shown = [change for change in rerun.changes if change.kind != "picture"]
        lines += [str(change) for change in shown[:_SHOWN_CHANGES]]
        if len(shown) > _SHOWN_CHANGES:
            lines.append(f"{rerun.name}: and {len(shown) - _SHOWN_CHANGES} more")
    counts = {status: sum(rerun.status == status for rerun in reruns) for status in STATUS}
    summary = ", ".join(f"{number} {STATUS[status]}" for status, number in counts.items() if number)
    return [*lines, f"{len(reruns)} notebooks: {summary}."]
