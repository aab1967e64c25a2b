"""The errors and warnings of qiyou: one readable sentence each, saying what, where and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class Message:
    """A sentence of ``tables/messages.csv`` that is said when it is read, in the language of the reader.

    Parameters
    ----------
    key : str
        Of the sentence; a text that is no key is said as it stands.
    **fields
        What the sentence speaks of; what can be `said` is said in the same language, a list is joined.

    Notes
    -----
    ``str`` gives the language in force: that of the variable QIYOU_LANG, else of the locale, if either names Chinese;
    English otherwise, so that under ``LC_ALL=C.UTF-8`` every run says the same.

    Examples
    --------
    >>> message = Message("notebooks.broken", name="a.ipynb")
    >>> print(message)
    a.ipynb cannot be read as a notebook: restore it from version control
    >>> message.said("zh")
    'a.ipynb 读不成笔记本：请从版本库取回'
    """

    def __init__(self, key: str, **fields):
        self.key, self.fields = key, fields

    def said(self, lang: str) -> str:
        """The sentence in one language, ``"zh"`` or ``"en"``."""
        # Looked up when it is said: words.py stands on this module.
        from qiyou.words import say

        return say(self.key, lang, **self.fields)

    def __str__(self) -> str:
        from qiyou.words import language_here

        return self.said(language_here())


class QiyouError(Message, ValueError):
    """Base of every error that qiyou raises on purpose; a `Message` that is raised.

    Parameters
    ----------
    key : str
        Of one sentence: what is wrong, where (file and line where there is one), what to do.
    rows : DataFrame, optional
        The offending rows, as data.
    **fields
        As in `Message`.
    """

    def __init__(self, key: str, rows: pd.DataFrame | None = None, **fields):
        ValueError.__init__(self, key)
        Message.__init__(self, key, **fields)
        self.rows = rows


class NotationError(QiyouError):
    """A printed value cannot be read; the message quotes it and says what was expected."""


class DataError(QiyouError):
    """The data folder, or a table handed to a function, is not what it has to be; ``rows`` holds the findings."""


def need(right: bool, key: str, error: type[QiyouError] = DataError, **fields) -> None:
    """Raise `error` with the message `key` unless `right`."""
    if not right:
        raise error(key, **fields)


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
