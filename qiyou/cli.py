"""The console script ``qiyou``, also ``python -m qiyou``.

Exit status 0: all is well. 1: something was found (a finding, bad data). 2: it could not be done (a wrong
option, a file that cannot be written, interrupted). Every error is one sentence on stderr, in the language of
``--lang``.
"""

from __future__ import annotations

import argparse
import errno
import functools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qiyou.disk import reason
from qiyou.errors import Message, QiyouError, need
from qiyou.words import LANGUAGES, aligned, group, language_here, say, table

if TYPE_CHECKING:
    import pandas as pd


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
    >>> main(["notebooks", "--folder", "an empty folder", "--lang", "en"])
    1
    """
    return carry_out("qiyou", _COMMANDS, arguments)


def carry_out(program: str, commands: dict[str, tuple], arguments: Sequence[str] | None = None) -> int:
    """Parse a command line and run its command; whatever goes wrong is one sentence.

    Parameters
    ----------
    program : str
        What the reader types first.
    commands : dict
        Name of the command: its function of the parsed options, then the names of its arguments.
    arguments : sequence of str, optional
        By default those of the command line.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    asked = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    asked.add_argument("--lang", nargs="?")
    lang = asked.parse_known_args(arguments)[0].lang
    lang = lang if lang in LANGUAGES else language_here()
    options = _parser(program, commands, lang).parse_args(arguments)
    try:
        status = options.command(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Whoever read the output has seen enough (`qiyou check | head`): nothing may be flushed into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except QiyouError as error:
        return _fail(program, error, lang, 1)
    except KeyboardInterrupt:
        return _fail(program, Message("cli.stopped"), lang, 2)
    except ImportError as error:
        return _fail(program, Message("cli.incomplete", what=error.name or str(error)), lang, 2)
    except OSError as error:
        return _fail(program, Message("cli.disk", file=error.filename or "", why=reason(error)), lang, 2)


def _fail(program: str, sentence: Message, lang: str, status: int) -> int:
    print(program + {"zh": "：", "en": ": "}[lang] + sentence.said(lang).lstrip(":： "), file=sys.stderr)
    return status


class _Complaining(argparse.ArgumentParser):
    """Complains in its language."""

    lang = "en"

    def error(self, message: str) -> None:
        for pattern, words in group("usage", self.lang).items():
            if found := re.fullmatch(pattern, message):
                message = words.format(*found.groups())
        message = self._in_its_words(message)
        self.exit(2, say("cli.usage", self.lang, program=self.prog, what=message) + "\n")

    def format_help(self) -> str:
        return self._in_its_words(super().format_help())

    def _in_its_words(self, text: str) -> str:
        for theirs, own in group("help", self.lang).items():
            text = re.sub(rf"(?<!\w){theirs}(?!\w)", own, text)
        return text


class _Chinese(_Complaining):
    lang = "zh"


def _keywords(argument: str) -> dict:
    """What argparse is told of an argument: its row in arguments.csv; without one it is a flag."""
    row = table("arguments").set_index("argument").T.get(argument, {"action": "store_true"})
    told = {name: value for name, value in row.items() if value}
    return told | {"type": int} if "type" in told else told


def _parser(program: str, commands: dict[str, tuple], lang: str) -> argparse.ArgumentParser:
    words = group("cli", lang)
    kind = _Chinese if lang == "zh" else _Complaining
    parser = kind(prog=program, description=words[program], allow_abbrev=False)
    parser.add_argument("--lang", choices=LANGUAGES, default=lang, help=words["--lang"])
    added = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (function, *arguments) in commands.items():
        command = added.add_parser(name, help=words[name], description=words[name], allow_abbrev=False)
        command.set_defaults(command=function)
        for argument in arguments:
            command.add_argument(argument, help=words[argument], **_keywords(argument))
        command.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=words["--lang"])
    return parser


def _compare(options: argparse.Namespace) -> int:
    from qiyou import brief
    from qiyou.data import load

    data = load(also=options.also)
    a, b = (data.place(name) if name else None for name in (options.place_name, options.other))
    need(b or data.planned(a)["year"].notna().any(), "cli.no_plan", QiyouError, place=options.place_name)
    print(aligned(brief.core_table(data, a, b, options.lang, options.year)))
    return 0


def _answer(options: argparse.Namespace) -> int:
    from qiyou import answer, load

    print(answer(load(also=options.also), options.place_name, options.indicator_name, lang=options.lang))
    return 0


def _brief(options: argparse.Namespace) -> int:
    from qiyou import brief, cards, load

    need(options.brief_place or options.all, "cli.brief_all", QiyouError)
    data, line, lang, to = load(also=options.also), Progress(options.lang), options.lang, options.to
    beside = options.with_ and data.place(options.with_)
    places = [data.place(options.brief_place)] if options.brief_place else []
    line.keep(say("cli.brief_reading", lang))
    read = cards.answers(data)
    for place in read.profiles["place"].unique() if options.all else places:
        folder = brief.county(data, place, beside if beside != place else None, lang=lang, to=to, read=read)
        line.keep(say("cli.brief_made", lang, folder=folder))
    if options.all:
        index = brief.pages(data, to or "briefings", lang, read=read, progress=line.figures)
        line.keep(say("cli.brief_pages", lang, page=index))
    return 0


def _check(options: argparse.Namespace) -> int:
    from qiyou.data import check
    from qiyou.data.files import SEVERITIES, sentence

    findings = check(options.data, also=options.also, lang=options.lang)
    counts = {severity: int((findings["severity"] == severity).sum()) for severity in SEVERITIES}
    shown = findings if options.notes else findings[findings["severity"] != "note"]
    names = group("severity", options.lang)
    for _, row in shown.iterrows():
        print(f"{names[row['severity']]:<8} {sentence(row, options.lang)}")
    print(say("cli.checked", options.lang, **counts))
    return int(counts["error"] > 0)


def _new(options: argparse.Namespace) -> int:
    from qiyou.scaffold import new, span

    chosen = {name: getattr(options, name) for name in ("place", "source", "start", "parent", "lang")}
    years = span(options.years) if options.years else None
    tell = functools.partial(_taken_in, lang=options.lang)
    named = dict(text.rpartition("=")[::2] for text in options.named or ())
    folder = new(options.document, years=years, named=named, tell=tell, **chosen)
    files = sorted(path.name for path in folder.iterdir() if path.suffix != ".md")
    print(say("cli.filled" if options.source else "cli.made", options.lang, folder=folder, files=files))
    print(f"  qiyou check --also {quoted(folder)}")
    return 0


def _taken_in(report: pd.DataFrame, lang: str) -> None:
    """Every row of a file in one line: what became of it, where it stands, and why."""
    heads, outcomes = group("taken_in", lang), group("outcome", lang)
    counts = {outcome: int((report["outcome"] == outcome).sum()) for outcome in outcomes}
    print(aligned(report.assign(outcome=report["outcome"].map(outcomes))[list(heads)].rename(columns=heads)))
    print(say("cli.taken_in", lang, **counts))
    if counts["stub"]:
        print(say("cli.stubs", lang))


def quoted(path: str | os.PathLike[str]) -> str:
    """A path as it can be pasted into the shell.

    >>> print(quoted("kaihua-plan-2023"))
    kaihua-plan-2023
    """
    return subprocess.list2cmdline([str(path)]) if os.name == "nt" else shlex.quote(str(path))


def _own_folder(options: argparse.Namespace, name: str) -> Path:
    """Where the results go: never over those of the repository, and told at once if nothing can be written there."""
    from qiyou.notebooks import FOLDER

    to = Path(options.to or Path("results", name))
    elsewhere = to.resolve() != (FOLDER.parent / name).resolve()
    need(elsewhere, "notebooks.own_folder", QiyouError, folder=to)
    there = next(folder for folder in (to, *to.absolute().parents) if folder.exists())
    if not os.access(there, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(to))
    return to


def _notebooks(options: argparse.Namespace) -> int:
    from qiyou.notebooks import FOLDER, run

    to, line = _own_folder(options, "notebooks"), Progress(options.lang)
    chosen = {"only": options.names, "also": options.also or (), "workers": options.workers}
    results = run(to, folder=options.folder or FOLDER, lang=options.lang, progress=line.cells, **chosen)
    line.clear()
    failed = [result for result in results if result.error]
    for result in failed:
        print(f"{result.name}, {result.error}")
    print(say("cli.notebooks", options.lang, made=len(results) - len(failed), all=len(results), folder=to))
    return int(bool(failed))


def _figures(options: argparse.Namespace) -> int:
    from qiyou.data import load
    from qiyou.figures import build

    to, line, unfit = _own_folder(options, "figures"), Progress(options.lang), []
    data = load(also=options.also)
    made = build(data, folder=to, progress=line.figures, workers=options.workers, unfit=unfit.append)
    line.clear()
    for error in unfit:
        _fail("qiyou", Message("cli.unfit", what=error), options.lang, 1)
    print(say("cli.figures", options.lang, made=len(made), folder=to))
    return int(bool(unfit))


def _docs(options: argparse.Namespace) -> int:
    folder = Path(options.to or Path("docs", "api"))
    # The generated __init__ of a dataclass does not know its module's imports, of which pdoc would warn.
    # Names that are imported when first asked for are invisible to pdoc until then.
    asked = "import qiyou; qiyou.answer, qiyou.explore, qiyou.load; from pdoc.__main__ import cli; cli()"
    pdoc = [sys.executable, "-W", "ignore", "-c", asked, "--docformat", "numpy"]
    print(say("cli.documenting", options.lang), flush=True)
    done = subprocess.run([*pdoc, "-o", str(folder), "qiyou"], capture_output=True, text=True, check=False)
    last = done.stderr.strip().rpartition("\n")[2]
    need(not done.returncode, "cli.no_docs", QiyouError, folder=folder, why=last)
    print(say("cli.docs", options.lang, page=folder / "index.html"))
    return 0


class Progress:
    """How far the work is: in a terminal one line that changes, elsewhere only what is to be kept."""

    def __init__(self, lang: str) -> None:
        self._lang, self._live, self._shown = lang, sys.stdout.isatty(), False

    def show(self, text: str) -> None:
        """Replace the line that changes."""
        if self._live:
            self.clear()
            print(f"  {text}", end="", flush=True)
            self._shown = True

    def keep(self, text: str) -> None:
        """Print a line that stays."""
        self.clear()
        print(f"  {text}", flush=True)

    def clear(self) -> None:
        """Take the line that changes away."""
        if self._shown:
            print("\r\x1b[K", end="", flush=True)
            self._shown = False

    def cells(self, done: int, total: int, finished: object) -> None:
        """What `qiyou.notebooks.run` tells."""
        if finished is not None:
            key = "cli.failed" if finished.error else "cli.executed"
            self.keep(say(key, self._lang, name=finished.name, seconds=round(finished.seconds)))
        elif done < total:
            self.show(say("cli.cells", self._lang, done=done, total=total))

    def figures(self, done: int, total: int, name: str) -> None:
        """What `qiyou.figures.build` tells; elsewhere than in a terminal, every tenth."""
        tell = self.show if self._live or done % 10 else self.keep
        tell(say("cli.drawn", self._lang, done=done, total=total, name=name))


_COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int], ...]] = {
    "answer": (_answer, "place_name", "indicator_name", "--also"),
    "brief": (_brief, "brief_place", "--with", "--all", "--also", "--to"),
    "compare": (_compare, "place_name", "other", "--year", "--also"),
    "new": (_new, "document", "--place", "--from", "--as", "--years", "--start", "--in"),
    "check": (_check, "--data", "--also", "--notes"),
    "notebooks": (_notebooks, "names", "--also", "--to", "--folder", "--workers"),
    "figures": (_figures, "--also", "--to", "--workers"),
    "docs": (_docs, "--to"),
}

if __name__ == "__main__":
    sys.exit(main())
