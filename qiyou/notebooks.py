"""Execute the notebooks so that a rerun gives the same bytes, with a county of one's own where there is one.

Everything that makes two executions differ without a change in the results is taken away: the environment of
the kernel is fixed, nothing of a user's settings reaches it, nothing records a time, cell ids follow from the
cells' text, the metadata is reduced to kernel and language, and messages that arrive in pieces are joined.
"""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import itertools
import json
import os
import re
import tempfile
import time
import warnings
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qiyou import disk
from qiyou.errors import Message, QiyouError, need
from qiyou.words import language_here

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_FIXED = {
    **{"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"},
    # A kernel of the same name that the user installed for another Python must not answer.
    "JUPYTER_PREFER_ENV_PATH": "1",
}
# The kernel chooses its backend; neither a terminal's width, nor a start-up file, nor a wish to skip what is
# asserted may reach the outputs.
_UNSET = ("MPLBACKEND", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONOPTIMIZE", "COLUMNS", "LINES")
# As it stands in the file of a notebook.
_SWITCH = re.compile(rb'(?<=")lang = \\"(?:zh|en)\\"')
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Executed:
    """One notebook that was executed: its file name, why it failed (empty if it did not), how long it took."""

    name: str
    error: str = ""
    seconds: float = 0.0


def environment(scratch: Path, also: Iterable[str | os.PathLike[str]] = ()) -> dict[str, str]:
    """Give the environment variables under which a kernel gives the same outputs everywhere.

    Parameters
    ----------
    scratch : Path
        An empty folder, where IPython finds no start-up file and no settings of the user's.
    also : iterable of path
        Document folders of one's own that `qiyou.load` is to take in; a QIYOU_ALSO of this process is not
        passed on, because the committed outputs are those of the repository's data alone.

    Returns
    -------
    dict
        The variables of this process, with those replaced or left out that would show in the outputs.

    Examples
    --------
    >>> variables = environment(Path("empty"), also=["a:b"])
    >>> variables["TZ"], json.loads(variables["QIYOU_ALSO"])[0][-3:], "MPLBACKEND" in variables
    ('UTC', 'a:b', False)
    """
    # Makes the font cache, of which matplotlib would tell in the first notebook that draws, and finds a
    # folder for it where the user's cannot be written.
    import matplotlib.font_manager

    from qiyou.data import ALSO

    kept = {name: value for name, value in os.environ.items() if name not in (*_UNSET, ALSO)}
    own = {ALSO: json.dumps([os.path.abspath(path) for path in also], ensure_ascii=False)} if also else {}
    settings = {"MATPLOTLIBRC": os.path.join(matplotlib.get_data_path(), "matplotlibrc")}
    return kept | _FIXED | settings | {"IPYTHONDIR": str(scratch)} | own


def run(
    to: str | os.PathLike[str],
    *,
    folder: str | os.PathLike[str] = FOLDER,
    only: Collection[str] = (),
    also: Collection[str | os.PathLike[str]] = (),
    lang: str | None = None,
    workers: int = 2,
    timeout: int = 120,
    progress: Callable[[int, int, Executed | None], object] = lambda *_: None,
) -> list[Executed]:
    """Execute notebooks side by side and write them into another folder; their own files stay as they are.

    Parameters
    ----------
    to : path
        Gets each notebook that was executed to the end without an error or a warning.
    folder : path
        Folder of the notebooks and their working directory; by default that of this checkout.
    only : collection of str
        File names; by default every notebook of the folder.
    also : collection of path
        Document folders of one's own, as for `qiyou.load`.
    lang : {"zh", "en"}, optional
        What the switch on top of a notebook, ``lang = "zh"``, is set to; by default left alone.
    workers, timeout : int
        How many are executed at the same time; seconds that a single cell may take.
    progress : callable
        Called as ``progress(cells done, cells in all, finished)`` after every cell; ``finished`` is the
        `Executed` that just ended, else None.

    Returns
    -------
    list of Executed
        In the order of the file names.

    Raises
    ------
    QiyouError
        If the folder has no notebooks, one of them is none, or `to` is their own folder.
    """
    own = Path(folder)
    need(os.path.realpath(to) != os.path.realpath(own), "notebooks.own_folder", QiyouError, folder=to)
    paths = sorted(own.glob("*.ipynb"))
    names = [path.name for path in paths]
    need(paths, "notebooks.none", QiyouError, folder=own)
    unknown = ", ".join(sorted(set(only) - set(names)))
    need(not unknown, "notebooks.unknown", QiyouError, names=unknown, folder=own, known=names)
    read = {path: _read(path.name, path.read_bytes(), lang) for path in paths if path.name in (only or names)}
    code = [cell for notebook in read.values() for cell in notebook.cells if cell.cell_type == "code"]
    done = itertools.count(1)

    async def one(path: Path, turn: asyncio.Semaphore, scratch: Path, variables: dict) -> Executed:
        async with turn:
            start = time.monotonic()
            cells = lambda: progress(next(done), len(code), None)  # noqa: E731
            trouble = await _execute(read[path], path, timeout, scratch, variables, cells)
            error = trouble.said(lang or language_here()) if trouble else ""
            if not error:
                disk.write(Path(to) / path.name, _bytes(read[path]))
            result = Executed(path.name, error, time.monotonic() - start)
            progress(len(code), len(code), result)
            return result

    async def every() -> list[Executed]:
        turn = asyncio.Semaphore(workers)
        # The longest first, so that no worker is left alone with it at the end.
        longest_first = sorted(read, key=lambda path: -path.stat().st_size)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            variables = environment(Path(name), also)
            tasks = (one(path, turn, Path(name), variables) for path in longest_first)
            return sorted(await asyncio.gather(*tasks), key=lambda result: result.name)

    return _in_own_loop(every)


def _in_own_loop(work: Callable[[], Any]) -> Any:
    """Run a coroutine in the event loop of its own thread; Ctrl-C cancels it, and no kernel stays behind.

    In a thread, because nbclient takes the signals of the main one; a selector loop, because ZeroMQ needs one
    on Windows; and waiting in short steps, because there a longer wait cannot be interrupted.
    """
    runner = asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)

    def in_thread() -> Any:
        with runner:
            return runner.run(work())

    def cancel() -> None:
        for task in asyncio.all_tasks(runner.get_loop()):
            task.cancel()

    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(in_thread)
        try:
            while not future.done():
                wait([future], timeout=0.5)
        except KeyboardInterrupt:
            runner.get_loop().call_soon_threadsafe(cancel)
            raise
        return future.result()


async def _execute(notebook, path, timeout, scratch, variables, on_cell) -> Message | None:
    """Execute a notebook in place; return in one sentence what went wrong, if anything."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    started: list[int] = []
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        # Below that it warns, once per kernel, that it talks over the loopback device.
        extra_arguments=["--log-level=ERROR"],
        timeout=timeout,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=lambda cell_index, **_: started.append(cell_index),
        on_cell_executed=lambda **_: on_cell(),
    )
    log = scratch / f"{path.stem}.log"
    try:
        with log.open("wb") as said:
            # What a kernel says outside of its cells concerns nobody, unless it dies.
            await client.async_execute(env=variables, stdout=said, stderr=said)
    except CellExecutionError as error:
        return Message("notebooks.cell", n=len(started), what=f"{error.ename}: {_line(error.evalue)}")
    except CellTimeoutError:
        return Message("notebooks.slow", n=len(started), seconds=timeout)
    except (DeadKernelError, RuntimeError):
        # nbclient leaves this behind when a kernel does not start, and fails in it when the process ends.
        atexit.unregister(client._cleanup_kernel)
        last = _line(log.read_text(encoding="utf-8", errors="replace"), -1) or Message("notebooks.silent")
        return Message("notebooks.died" if started else "notebooks.not_started", n=len(started), what=last)
    finally:
        if (task := asyncio.current_task()) is not None and task.cancelling():
            # nbclient makes a dead kernel of a cancellation while the kernel starts.
            raise asyncio.CancelledError
    for code in notebook.cells:
        for output in code.get("outputs", ()):
            if output.get("name") == "stderr":
                return Message("notebooks.stderr", n=code.execution_count, what=_line(output.text))
    return None


def _line(text: str, which: int = 0) -> str:
    """Give the line that says what happened; a warning without the path of the file it names."""
    lines = _ANSI.sub("", text).strip().splitlines() or [""]
    return re.sub(r"^.*?(?=\w+Warning: )", "", lines[which])


def tidy(content: bytes, outputs: list[list] | None = None) -> bytes:
    """Lay the file of a notebook out as `run` writes it, without executing it.

    Parameters
    ----------
    content : bytes
        The file of a notebook.
    outputs : list of list, optional
        What its code cells put out, one list each, in another execution.

    Returns
    -------
    bytes

    Raises
    ------
    QiyouError
        If it is not a notebook.

    Examples
    --------
    >>> tidy(b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}').decode().splitlines()[-2]
    ' "nbformat_minor": 5'
    """
    notebook = _read("the file", content)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, (cell, shown) in enumerate(zip(code, outputs or [], strict=bool(outputs)), start=1):
        cell.outputs, cell.execution_count = shown, count
    return _bytes(notebook)


def _read(name: str, content: bytes, lang: str | None = None) -> Any:
    import nbformat

    if lang:
        content = _SWITCH.sub(rb'lang = \\"%s\\"' % lang.encode(), content)
    try:
        with warnings.catch_warnings():
            # Missing and double cell ids: ours replace them.
            warnings.simplefilter("ignore")
            return nbformat.reads(content.decode("utf-8"), as_version=4)
    except ValueError as error:
        raise QiyouError("notebooks.broken", name=name) from error


def _bytes(notebook: Any) -> bytes:
    """The file of a notebook, without what differs from run to run or from editor to editor."""
    import nbformat

    notebook.metadata = nbformat.from_dict(KERNEL)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    taken: set[str] = set()
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        # An id from the text stays with its cell when another is put in before it.
        first = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        ids = itertools.chain([first], (f"{first}-{n}" for n in itertools.count(2)))
        cell.id = next(one for one in ids if one not in taken)
        taken.add(cell.id)
    return (nbformat.writes(notebook) + "\n").encode("utf-8")
