"""The documentation of the public functions as web pages that need no network."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from qiyou import disk
from qiyou.errors import QiyouError


def build(folder: str | os.PathLike[str]) -> Path:
    """Write the docstrings of every public module as HTML, with a search that runs in the page.

    Parameters
    ----------
    folder : path
        Made where it is missing; pages in it are replaced.

    Returns
    -------
    Path
        The page to open.

    Raises
    ------
    QiyouError
        If pdoc is not installed, or the folder cannot be written.

    Examples
    --------
    >>> build(Path(__file__) / "api")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    qiyou.errors.QiyouError: ...api cannot be written: ...
    """
    try:
        import pdoc
    except ImportError as error:
        raise QiyouError(
            "pdoc is not installed; set up with `python run.py`, or `pip install qiyou[docs]`"
        ) from error
    import qiyou

    # Names that are imported when first asked for are invisible to pdoc until then.
    for name in qiyou.__all__:
        getattr(qiyou, name)
    pdoc.render.configure(docformat="numpy", footer_text=f"qiyou {qiyou.__version__}")
    folder = Path(folder)
    try:
        with warnings.catch_warnings():
            # The generated __init__ of a dataclass does not know its module's imports.
            warnings.filterwarnings("ignore", message="Error parsing type annotation")
            pdoc.pdoc("qiyou", output_directory=folder)
    except OSError as error:
        raise QiyouError(f"{folder} cannot be written: {disk.reason(error)}") from error
    return folder / "index.html"
