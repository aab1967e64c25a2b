"""``python -m tools``: what maintainers of this repository run.

``audit`` follows every transcribed figure through its source text and seals what it proves; ``rerun`` executes
the notebooks, draws the figures, writes the briefings, says which number moved, and takes the results over (with
``--check`` it changes nothing, and fails where something differs).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from qiyou.cli import Progress, carry_out
from tools import audit, rerun
from tools.reference import ROOT, is_reference

BRIEFINGS = (("yuhuan", "changxing"), ("changxing", "yuhuan"))
"""The briefings that the repository holds: whose, and beside whom."""


def _audit(options: argparse.Namespace) -> int:
    lines, ok = audit.main_report(options.sources, options.seal)
    print(*lines, sep="\n")
    return 0 if ok else 1


def _rerun(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        failed, moved = _notebooks(options, Path(scratch, "notebooks"))
        if not options.names:
            moved |= _figures(options, Path(scratch, "figures"))
            moved |= _briefings(options, Path(scratch, "briefings"))
    if options.check and moved:
        print("Not as the files are: mend the cause, or run `python run.py` to take the new results over.")
    return int(failed or (options.check and moved))


def _notebooks(options: argparse.Namespace, scratch: Path) -> tuple[bool, bool]:
    """Execute what is asked for and compare it; whether a notebook failed, and whether one differs."""
    from qiyou.notebooks import FOLDER, run

    names, failed = options.names or sorted(path.name for path in FOLDER.glob("*.ipynb")), []
    if not options.executed:
        print("Executing the notebooks ...", flush=True)
        line = Progress(options.lang)
        results = run(scratch, only=names, workers=options.workers, progress=line.cells)
        line.clear()
        failed = [result.name for result in results if result.error]
        print(*(f"{one.name}, {one.error}\n" for one in results if one.error), sep="", end="")
        if len(failed) == len(results):
            return True, False
    fresh = Path(options.executed or scratch)
    reruns = rerun.notebooks(fresh, FOLDER, [name for name in names if name not in failed])
    print(*rerun.report(reruns), sep="\n")
    differ = [result.name for result in reruns if result.status != "same"]
    pictures = [result.name for result in reruns if result.status == "pictures"]
    return bool(failed), _settle(options, fresh, FOLDER, [n for n in differ if n not in pictures], pictures)


def _figures(options: argparse.Namespace, scratch: Path) -> bool:
    """Draw every figure and compare; whether one differs."""
    from qiyou.data import load
    from qiyou.figures import build

    print("Drawing the figures ...", flush=True)
    line = Progress(options.lang)
    # What QIYOU_ALSO names must not get into the committed figures.
    build(load(also=[]), folder=scratch, progress=line.figures, workers=options.workers)
    line.clear()
    moved, pictures = rerun.figures(scratch, ROOT / "figures")
    print(f"{len(moved)} files of figures say something else, {len(pictures)} pictures differ in bytes only.")
    return _settle(options, scratch, ROOT / "figures", moved, pictures)


def _briefings(options: argparse.Namespace, scratch: Path) -> bool:
    """Write the briefings of this repository and compare; whether one differs. They hold pictures, all of them."""
    from qiyou import brief, cards
    from qiyou.data import load

    print("Writing the briefings ...", flush=True)
    data = load(also=[])
    read = cards.answers(data)
    for place, beside in BRIEFINGS:
        brief.county(data, place, beside, to=scratch, read=read)
    committed = ROOT / "briefings"
    made = [path.relative_to(scratch).as_posix() for path in sorted(scratch.rglob("*.*"))]
    differ = [name for name in made if not rerun.same(scratch / name, committed / name)]
    print(f"{len(differ)} of {len(made)} files of briefings differ.")
    return _settle(options, scratch, committed, [], differ)


def _settle(
    options: argparse.Namespace, fresh: Path, committed: Path, moved: list[str], pictures: list[str]
) -> bool:
    """Take over what differs, or leave it; whether anything differs that has to be equal here."""
    if options.pictures or is_reference():
        moved, pictures = sorted([*moved, *pictures]), []
    if not options.check:
        rerun.take_over(fresh, committed, moved)
    for name in moved:
        print(f"{committed.name}/{name}: {'differs' if options.check else 'written'}")
    if pictures:
        print(rerun.LEFT.format(", ".join(pictures)))
    return bool(moved)


_COMMANDS = {
    "audit": (_audit, "--sources", "--seal"),
    "rerun": (_rerun, "names", "--check", "--executed", "--pictures", "--workers"),
}

if __name__ == "__main__":
    sys.exit(carry_out("tools", _COMMANDS))
