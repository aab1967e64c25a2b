"""The errors and warnings of qiyou: one readable sentence each, saying what, where and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class QiyouError(ValueError):
    """Base of every error that qiyou raises on purpose.

    Parameters
    ----------
    message : str
        One sentence: what is wrong, where (file and line where there is one), what to do.
    rows : DataFrame, optional
        The offending rows, as data.
    """

    def __init__(self, message: str, rows: pd.DataFrame | None = None):
        super().__init__(message)
        self.rows = rows


class NotationError(QiyouError):
    """A printed value cannot be read; the message quotes it and says what was expected."""


class DataError(QiyouError):
    """The data folder, or a table handed to a function, is not what it has to be; ``rows`` holds the findings."""


def need(right: bool, message: str, error: type[QiyouError] = DataError) -> None:
    """Raise `error` with `message` unless `right`."""
    if not right:
        raise error(message)


class SourceError(QiyouError):
    """A transcription cannot be followed through its source text."""


class FitError(QiyouError):
    """A curve cannot be fitted to the values given."""


class FigureError(QiyouError):
    """A figure cannot be drawn or saved as it has to be, for instance because a font is missing."""


class QiyouWarning(UserWarning):
    """Base of qiyou's warnings."""


class ConvergenceWarning(QiyouWarning):
    """A fit stopped before it converged; its numbers are not to be used."""
