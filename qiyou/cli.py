"""The console script ``qiyou``: check the data, add a county, rerun the notebooks, write the figures.

Exit status 0: all is well. 1: something was found (a finding, a number that moved, bad data). 2: it could not
be done (a wrong option, a file that cannot be written, interrupted). Every error is one sentence on stderr.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qiyou.disk import reason
from qiyou.errors import QiyouError

if TYPE_CHECKING:
    from qiyou.notebooks import Rerun

_SHOWN_CHANGES = 20
_LEFT = (
    "Only the bytes of pictures differ in {}: they depend on the platform, the numbers are the same; "
    "left as they are (--pictures writes them)."
)
_STATUS = {
    "same": "unchanged",
    "form": "same results, file laid out differently",
    "pictures": "only pictures differ",
    "moved": "results moved",
    "failed": "failed",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the console script.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``qiyou``; by default those of the command line.

    Returns
    -------
    int
        The exit status.

    Examples
    --------
    >>> main(["notebooks", "--folder", "an empty folder"])
    1
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = _parser().parse_args(arguments)
    try:
        status = options.command(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Whoever read the output has seen enough (`qiyou check | head`); the interpreter must not flush into
        # nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except QiyouError as error:
        return _fail(str(error), 1)
    except KeyboardInterrupt:
        return _fail("stopped; nothing is left half-written", 2)
    except ImportError as error:
        return _fail(f"{error}: the set-up is not complete; `python run.py` completes it", 2)
    except OSError as error:
        return _fail(f"{error.filename}: {reason(error)}" if error.filename else reason(error), 2)


def _fail(sentence: str, status: int) -> int:
    print(f"qiyou: {sentence}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="qiyou", description=__doc__.splitlines()[0].split(": ", 1)[1])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="validate the data and the seals of the transcriptions")
    check.add_argument("--data", metavar="DIR", help="data folder (default: the one of this checkout)")
    check.set_defaults(command=_check)

    new = commands.add_parser("new", help="make a commented folder for a county of your own")
    new.add_argument("document", metavar="DOCUMENT_ID", help="for instance kaihua-plan-2023")
    new.add_argument("--place", metavar="ID", required=True, help="for instance kaihua")
    new.add_argument("--years", metavar="FIRST-LAST", required=True, help="the table's years: 2022-2027")
    new.add_argument("--start", metavar="YEAR", type=int, help="first planned year (default: the second)")
    new.add_argument("--in", metavar="DIR", dest="parent", default=".", help="where (default: here)")
    new.set_defaults(command=_new)

    audit = commands.add_parser("audit", help="follow every transcribed figure through its source text")
    audit.add_argument(
        "--sources", metavar="DIR", required=True, help="folder of the source texts, <document id>.txt"
    )
    audit.add_argument("--seal", action="store_true", help="write the seals when everything was found")
    audit.set_defaults(command=_audit)

    notebooks = commands.add_parser("notebooks", help="re-execute the notebooks and say which number moved")
    notebooks.add_argument("names", metavar="NAME", nargs="*", help="file names (default: every notebook)")
    notebooks.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if a file comes out different"
    )
    notebooks.add_argument(
        "--folder", metavar="DIR", help="folder of the notebooks (default: that of this checkout)"
    )
    notebooks.add_argument(
        "--workers", metavar="N", type=int, default=2, help="how many at a time (default: 2)"
    )
    notebooks.set_defaults(command=_notebooks)

    figures = commands.add_parser(
        "figures", help="write every figure as SVG, PNG and PDF, Chinese and English"
    )
    figures.set_defaults(command=_figures)

    docs = commands.add_parser("docs", help="render the documentation of the functions for a browser")
    docs.add_argument("--to", metavar="DIR", help="where (default: docs/api of this checkout)")
    docs.set_defaults(command=_docs)

    for command in (check, notebooks, figures):
        command.add_argument(
            "--also", metavar="DIR", action="append", help="a document folder of your own; may be repeated"
        )
    for command in (notebooks, figures):
        command.add_argument("--to", metavar="DIR", help="write there, and leave the committed files alone")
        command.add_argument(
            "--pictures",
            action="store_true",
            default=None,
            help="write pictures, too, of which nothing but the bytes differ",
        )
    return parser


def _check(options: argparse.Namespace) -> int:
    from qiyou.data import check
    from qiyou.data.files import SEVERITIES, sentence

    findings = check(options.data, also=options.also)
    for _, row in findings.iterrows():
        print(f"{row['severity']:<8} {sentence(row)}")
    counts = {severity: int((findings["severity"] == severity).sum()) for severity in SEVERITIES}
    print(", ".join(_count(number, severity) for severity, number in counts.items()))
    return int(counts["error"] > 0)


def _new(options: argparse.Namespace) -> int:
    from qiyou.scaffold import new, span

    folder = new(
        options.document,
        place=options.place,
        years=span(options.years),
        start=options.start,
        parent=options.parent,
    )
    files = ", ".join(sorted(path.name for path in folder.iterdir() if path.name != "README.md"))
    print(f"{folder} made: fill in {files} as its README.md says, then run")
    print(f"  qiyou check --also {folder}")
    return 0


def _require_to(options: argparse.Namespace) -> None:
    """With a county of one's own the committed results must not be written over."""
    if options.also and not options.to:
        raise QiyouError(
            "--also needs --to DIR, a folder for the results: the committed ones stay as they are"
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _audit(options: argparse.Namespace) -> int:
    from qiyou.audit import main_report

    lines, ok = main_report(options.sources, options.seal)
    for line in lines:
        print(line)
    return 0 if ok else 1


def _docs(options: argparse.Namespace) -> int:
    from qiyou.apidocs import build
    from qiyou.reference import ROOT

    print(f"Open {build(options.to or ROOT / 'docs' / 'api')} in a browser.")
    return 0


_WORKERS = 2


def _figures(options: argparse.Namespace) -> int:
    _require_to(options)
    from qiyou.data import load
    from qiyou.figures import build
    from qiyou.reference import ROOT, is_reference, take_over

    line = _Line()

    def progress(done: int, total: int, name: str) -> None:
        line.show(f"{name} ({done} of {total})")

    # What QIYOU_ALSO names must not get into the committed figures.
    data = load(also=options.also or [])
    if options.to:
        _require_other(options.to, ROOT / "figures")
        unfit: list[QiyouError] = []
        made = build(data, folder=options.to, progress=progress, workers=_WORKERS, unfit=unfit.append)
        line.clear()
        print(f"{_count(len(made), 'file')} of figures in {options.to}.")
        for error in unfit:
            print(f"qiyou: left out: {error}", file=sys.stderr)
        return int(bool(unfit))
    with tempfile.TemporaryDirectory() as folder:
        build(data, folder=folder, progress=progress, workers=_WORKERS)
        line.clear()
        pictures = is_reference() if options.pictures is None else options.pictures
        written, left = take_over(Path(folder), ROOT / "figures", pictures=pictures)
        total = sum(path.is_file() for path in Path(folder).rglob("*"))
    for name in written:
        print(f"figures/{name}: written")
    if left:
        print(_LEFT.format(", ".join(f"figures/{name}" for name in left)))
    print(f"{_count(total, 'file')} of figures: {len(written)} written, the others as they were.")
    return 0


def _require_other(to: str, own: Path) -> None:
    if os.path.realpath(to) == os.path.realpath(own):
        raise QiyouError(f"{to} holds the committed results: name another folder with --to")


def _notebooks(options: argparse.Namespace) -> int:
    _require_to(options)
    from qiyou import notebooks

    if options.check and options.to:
        raise QiyouError("--check compares with the committed files: leave --also and --to out")
    line = _Line()

    def progress(done: int, total: int, finished: Rerun | None) -> None:
        if finished is not None:
            line.keep(f"{finished.name}: {_STATUS[finished.status]} ({finished.seconds:.0f} s)")
        elif done < total:
            line.show(f"{done} of {total} cells executed")

    chosen = {"only": options.names, "workers": options.workers, "progress": progress}
    if options.check:
        reruns = notebooks.check(options.folder, **chosen)
    else:
        reruns = notebooks.run(
            options.folder, **chosen, pictures=options.pictures, also=options.also or (), to=options.to
        )
    line.clear()
    if options.to:
        for rerun in reruns:
            if rerun.error:
                print(f"{rerun.name}, {rerun.error}")
        print(
            f"{_count(sum(rerun.written for rerun in reruns), 'notebook')} of {len(reruns)} in {options.to}."
        )
        return int(any(rerun.status == "failed" for rerun in reruns))
    for text in _rerun_lines(reruns):
        print(text)
    if options.check and not notebooks.passed(reruns):
        print("Not as the files are: mend the cause, or run `qiyou notebooks` to take the new results over.")
        return 1
    return int(any(rerun.status == "failed" for rerun in reruns))


class _Line:
    """How far the work is: in a terminal one line that changes, elsewhere only what is to be kept."""

    def __init__(self) -> None:
        self._live = sys.stdout.isatty()
        self._width = 0

    def show(self, text: str) -> None:
        if self._live:
            self.clear()
            print(f"  {text}", end="", flush=True)
            self._width = len(text) + 2

    def keep(self, text: str) -> None:
        self.clear()
        print(f"  {text}", flush=True)

    def clear(self) -> None:
        if self._width:
            print("\r" + " " * self._width + "\r", end="", flush=True)
            self._width = 0


def _rerun_lines(reruns: Sequence[Rerun]) -> list[str]:
    """Say what came out of a rerun: what failed, which number moved, what was done about it."""
    lines = []
    for rerun in reruns:
        if rerun.error:
            lines.append(f"{rerun.name}, {rerun.error}")
        shown = [change for change in rerun.changes if change.kind != "picture"]
        lines += [str(change) for change in shown[:_SHOWN_CHANGES]]
        if len(shown) > _SHOWN_CHANGES:
            lines.append(f"{rerun.name}: and {len(shown) - _SHOWN_CHANGES} more")
    left = [rerun.name for rerun in reruns if rerun.status == "pictures" and not rerun.written]
    if left:
        lines.append(_LEFT.format(", ".join(left)))
    counts = {status: sum(rerun.status == status for rerun in reruns) for status in _STATUS}
    summary = ", ".join(f"{number} {_STATUS[status]}" for status, number in counts.items() if number)
    written = sum(rerun.written for rerun in reruns)
    lines.append(f"{_count(len(reruns), 'notebook')}: {summary}; {_count(written, 'file')} written.")
    return lines


if __name__ == "__main__":
    sys.exit(main())
