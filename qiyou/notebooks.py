"""Execute the notebooks so that a rerun gives the same bytes, and say what moved when it does not.

Everything that makes two executions differ without a change in the results is taken away: the environment of
the kernel is fixed, nothing records a time, cell ids follow from the cells' text, the metadata is reduced to
kernel and language, and messages that arrive in pieces are joined. What is left are the results.

The bytes of pictures are equal inside one lock and on one platform only (`qiyou.reference`); elsewhere a
notebook in which nothing but pictures differ is left as it is.
"""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import itertools
import os
import re
import tempfile
import time
import warnings
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qiyou import disk
from qiyou.differences import Change, compare
from qiyou.errors import QiyouError
from qiyou.reference import ROOT, is_reference

KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    # A kernel of the same name that the user installed for another Python must not answer.
    "JUPYTER_PREFER_ENV_PATH": "1",
}
# The kernel chooses its backend; a terminal's width and a user's start-up file must not reach the outputs.
_UNSET = ("MPLBACKEND", "PYTHONSTARTUP", "PYTHONWARNINGS", "COLUMNS", "LINES")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")

Progress = Callable[[int, int, "Rerun | None"], None]


@dataclass(frozen=True)
class Rerun:
    """What came of executing one notebook.

    Attributes
    ----------
    name : str
        File name.
    status : str
        ``same`` (byte for byte), ``form`` (the same outputs, but ids, metadata or layout of the file differ),
        ``pictures`` (nothing but pictures differ), ``moved`` (a number or a text differs) or ``failed``.
    changes : tuple of Change
        What differs.
    seconds : float
        How long the execution took.
    error : str
        Why it failed, in one sentence; empty otherwise.
    written : bool
        True if the file was replaced.
    """

    name: str
    status: str
    changes: tuple[Change, ...] = ()
    seconds: float = 0.0
    error: str = ""
    written: bool = False


def environment(also: Iterable[str | os.PathLike[str]] = ()) -> dict[str, str]:
    """Give the environment variables under which a kernel gives the same outputs everywhere.

    Parameters
    ----------
    also : iterable of path
        Document folders of one's own that `qiyou.load` is to take in; a QIYOU_ALSO of this process is not
        passed on, because the committed outputs are those of the repository's data alone.

    Returns
    -------
    dict
        The variables of this process, with those replaced or left out that would show in the outputs.

    Examples
    --------
    >>> variables = environment()
    >>> variables["TZ"], variables["PYTHONHASHSEED"], "MPLBACKEND" in variables
    ('UTC', '0', False)
    """
    from qiyou.data import ALSO

    own = os.pathsep.join(os.path.abspath(path) for path in also)
    kept = {name: value for name, value in os.environ.items() if name not in (*_UNSET, ALSO)}
    return kept | _ENVIRONMENT | ({ALSO: own} if own else {})


def run(
    folder: str | os.PathLike[str] | None = None,
    *,
    only: Collection[str] = (),
    workers: int = 2,
    timeout: int = 120,
    pictures: bool | None = None,
    also: Collection[str | os.PathLike[str]] = (),
    to: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> list[Rerun]:
    """Execute the notebooks of a folder side by side and replace the files whose outputs changed.

    A file is replaced as a whole, after its notebook was executed to the end without an error or a warning.
    Where nothing but pictures differ it is replaced on the reference platform only (see `is_reference`).
    With `also` the notebooks take in a county of one's own; the results go to another folder and the files
    stay as they are.

    Parameters
    ----------
    folder : path, optional
        Folder of the notebooks and their working directory; by default ``notebooks/`` of the checkout.
    only : collection of str, optional
        File names; by default every notebook of the folder.
    workers : int
        How many are executed at the same time.
    timeout : int
        Seconds that a single cell may take.
    pictures : bool, optional
        Whether to replace a file, too, in which nothing but pictures differ; by default on the reference
        platform only.
    also : collection of path
        Document folders of one's own, as for `qiyou.load`; needs `to`.
    to : path, optional
        Folder for the executed notebooks, all of them, in place of their own.
    progress : callable, optional
        Called as ``progress(cells done, cells in all, finished)`` after every code cell; ``finished`` is the
        `Rerun` of a notebook that just ended, else None.

    Returns
    -------
    list of Rerun
        In the order of the file names.

    Raises
    ------
    QiyouError
        If the folder has no notebooks, or one of them is not a notebook; if `also` comes without `to`, or `to`
        is the notebooks' own folder.

    Examples
    --------
    >>> run("an empty folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    qiyou.errors.QiyouError: no notebooks (*.ipynb) in an empty folder: nothing was executed; ...
    """
    pictures = is_reference() if pictures is None else pictures
    own = ROOT / "notebooks" if folder is None else Path(folder)
    if also and to is None:
        raise QiyouError(
            "with a county of one's own the executed notebooks need a folder of their own: name one with `to`"
        )
    if to is not None and os.path.realpath(to) == os.path.realpath(own):
        raise QiyouError(f"{to} is the notebooks' own folder: name another one for the results")
    return _run(folder, only, workers, timeout, progress, write=True, pictures=pictures, also=also, to=to)


def check(
    folder: str | os.PathLike[str] | None = None,
    *,
    only: Collection[str] = (),
    workers: int = 2,
    timeout: int = 120,
    progress: Progress | None = None,
) -> list[Rerun]:
    """Execute the notebooks like `run`, compare each with its file byte by byte, and leave the files alone.

    Parameters
    ----------
    folder, only, workers, timeout, progress
        See `run`.

    Returns
    -------
    list of Rerun
        In the order of the file names; `passed` says whether they hold.

    Raises
    ------
    QiyouError
        If the folder has no notebooks, or one of them is not a notebook.

    Examples
    --------
    >>> check("an empty folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    qiyou.errors.QiyouError: no notebooks (*.ipynb) in an empty folder: nothing was executed; ...
    """
    return _run(folder, only, workers, timeout, progress, write=False)


def tidy(content: bytes) -> bytes:
    """Lay the file of a notebook out as `run` writes it, without executing it.

    Parameters
    ----------
    content : bytes
        The file of a notebook.

    Returns
    -------
    bytes
        The same cells and outputs, with the ids, the metadata and the layout that `run` gives them.

    Raises
    ------
    QiyouError
        If it is not a notebook.

    Examples
    --------
    >>> tidy(b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}').decode().splitlines()[-2]
    ' "nbformat_minor": 5'
    """
    return _bytes(_read("the file", content))


def passed(reruns: Collection[Rerun], *, reference: bool | None = None) -> bool:
    """Say whether executed notebooks came out as their files are.

    Parameters
    ----------
    reruns : collection of Rerun
        What `check` returned.
    reference : bool, optional
        Whether pictures have to be equal too; by default on the reference platform only.

    Returns
    -------
    bool

    Examples
    --------
    >>> passed([Rerun("a.ipynb", "same"), Rerun("b.ipynb", "pictures")], reference=False)
    True
    """
    reference = is_reference() if reference is None else reference
    good = {"same"} if reference else {"same", "pictures"}
    return all(rerun.status in good for rerun in reruns)


def _run(
    folder: str | os.PathLike[str] | None,
    only: Collection[str],
    workers: int,
    timeout: int,
    progress: Progress | None,
    *,
    write: bool,
    pictures: bool = False,
    also: Collection[str | os.PathLike[str]] = (),
    to: str | os.PathLike[str] | None = None,
) -> list[Rerun]:
    # Without its font cache matplotlib prints to stderr in whichever notebook is the first to need it.
    import matplotlib.font_manager  # noqa: F401

    before = {path: path.read_bytes() for path in _paths(folder, only)}
    old = {path: _read(path.name, content) for path, content in before.items()}
    total = sum(cell.cell_type == "code" for notebook in old.values() for cell in notebook.cells)
    to_write = {"moved", "form", "pictures"} if pictures else {"moved", "form"}
    variables, done = environment(also), 0

    def tick(cells: int, finished: Rerun | None = None) -> None:
        nonlocal done
        done += cells
        if progress is not None:
            progress(done, total, finished)

    async def rerun(path: Path, scratch: Path) -> Rerun:
        start = time.monotonic()
        new = _read(path.name, before[path])
        error = await _execute(new, path, timeout, scratch, variables, lambda: tick(1))
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # nbclient makes a dead kernel of a cancellation while the kernel starts.
            raise asyncio.CancelledError
        result = (
            Rerun(path.name, "failed", error=error)
            if error
            else _judge(path.name, before[path], old[path], new)
        )
        if write and (result.status in to_write if to is None else not error):
            disk.write(path if to is None else Path(to) / path.name, _bytes(new))
            result = replace(result, written=True)
        result = replace(result, seconds=time.monotonic() - start)
        tick(0, result)
        return result

    async def rerun_all() -> list[Rerun]:
        turn = asyncio.Semaphore(workers)

        async def in_turn(path: Path) -> Rerun:
            async with turn:
                return await rerun(path, scratch)

        # The longest first, so that no worker is left alone with it at the end.
        longest_first = sorted(before, key=lambda path: -len(before[path]))
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            scratch = Path(name)
            return await asyncio.gather(*map(in_turn, longest_first))

    return sorted(_in_own_loop(rerun_all()), key=lambda result: result.name)


def _paths(folder: str | os.PathLike[str] | None, only: Collection[str]) -> list[Path]:
    place = ROOT / "notebooks" if folder is None else Path(folder)
    shown = "notebooks/" if folder is None else str(folder)
    paths = sorted(place.glob("*.ipynb"))
    if not paths:
        raise QiyouError(
            f"no notebooks (*.ipynb) in {shown}: nothing was executed; name the folder with them"
        )
    unknown = sorted(set(only) - {path.name for path in paths})
    if unknown:
        raise QiyouError(
            f"no notebook {', '.join(unknown)} in {shown}: name one of {', '.join(p.name for p in paths)}"
        )
    return [path for path in paths if not only or path.name in only]


def _in_own_loop(coroutine: Coroutine[Any, Any, list[Rerun]]) -> list[Rerun]:
    """Run a coroutine in the event loop of its own thread; Ctrl-C cancels it, and no kernel stays behind.

    In a thread, because the caller may be a notebook, where a loop runs already; a selector loop, because
    ZeroMQ needs one on Windows; and waiting in short steps, because there a longer wait cannot be
    interrupted.
    """

    loop: asyncio.AbstractEventLoop | None = None
    task: asyncio.Task[Any] | None = None

    async def cancellable() -> list[Rerun]:
        nonlocal loop, task
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        return await coroutine

    def in_thread() -> list[Rerun]:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            return runner.run(cancellable())

    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(in_thread)
        try:
            while not future.done():
                wait([future], timeout=0.5)
        except KeyboardInterrupt:
            if loop is not None and task is not None:
                loop.call_soon_threadsafe(task.cancel)
            raise
        return future.result()


async def _execute(
    notebook: Any,
    path: Path,
    timeout: int,
    scratch: Path,
    variables: dict[str, str],
    on_cell: Callable[[], None],
) -> str:
    """Execute a notebook in place; return in one sentence what went wrong, or an empty string."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    cell = 0

    def started(**_: Any) -> None:
        nonlocal cell
        cell += 1

    client = NotebookClient(
        notebook,
        kernel_name="python3",
        # Below that it warns, once per kernel, that it talks over the loopback device.
        extra_arguments=["--log-level=ERROR"],
        timeout=timeout,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=started,
        on_cell_executed=lambda **_: on_cell(),
    )
    log = scratch / f"{path.stem}.log"
    try:
        with log.open("wb") as said:
            # What a kernel says outside of its cells concerns nobody, unless it dies.
            await client.async_execute(env=variables | {"IPYTHONDIR": str(scratch)}, stdout=said, stderr=said)
    except CellExecutionError as error:
        return f"cell {cell}: {error.ename}: {_one_line(error.evalue)}"
    except CellTimeoutError:
        return f"cell {cell}: took longer than {timeout} seconds"
    except (DeadKernelError, RuntimeError):
        # nbclient leaves this behind when a kernel does not start, and fails in it when the process ends.
        atexit.unregister(client._cleanup_kernel)
        last = _one_line(log.read_text(encoding="utf-8", errors="replace"), -1) or "it did not say why"
        return f"cell {cell}: the kernel died: {last}" if cell else f"the kernel did not start: {last}"
    return next(
        (
            f"cell {code.execution_count}: prints to stderr: {_one_line(output.text)}"
            for code in notebook.cells
            if code.cell_type == "code"
            for output in code.outputs
            if output.get("name") == "stderr"
        ),
        "",
    )


def _one_line(text: str, which: int = 0) -> str:
    """Give the line that says what happened; a warning without the path of the file it names."""
    lines = _ANSI.sub("", text).strip().splitlines() or [""]
    return re.sub(r"^.*?(?=\w+Warning: )", "", lines[which])


def _judge(name: str, before: bytes, old: Any, new: Any) -> Rerun:
    _tidy(new)
    if _bytes(new) == before:
        return Rerun(name, "same")
    changes = tuple(compare(name, old, new))
    kinds = {change.kind for change in changes}
    status = "form" if not kinds else "pictures" if kinds == {"picture"} else "moved"
    return Rerun(name, status, changes)


def _read(name: str, content: bytes) -> Any:
    import nbformat

    try:
        with warnings.catch_warnings():
            # Missing and double cell ids: ours replace them.
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
    except ValueError as error:
        raise QiyouError(
            f"{name} cannot be read as a notebook ({_one_line(str(error))}): restore it from version control"
        ) from error
    return _tidy(notebook)


def _tidy(notebook: Any) -> Any:
    """Take away, in place, what differs from run to run or from editor to editor."""
    import nbformat

    notebook.metadata = nbformat.from_dict(KERNEL)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    taken: set[str] = set()
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        # An id from the text stays with its cell when another is put in before it.
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        cell.id = next(one for one in _candidates(digest) if one not in taken)
        taken.add(cell.id)
    return notebook


def _candidates(digest: str) -> Iterator[str]:
    yield digest
    yield from (f"{digest}-{i}" for i in itertools.count(2))


def _bytes(notebook: Any) -> bytes:
    import nbformat

    return (nbformat.writes(notebook) + "\n").encode("utf-8")
