"""Every check on what the documents print, one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qiyou import paths
from qiyou.plausibility import passages, peers, plan, shape
from qiyou.plausibility.facts import Settings, cells, collected
from qiyou.plausibility.telling import sentences

if TYPE_CHECKING:
    from qiyou.data import Data


def check(data: Data, *, lang: str | None = None, settings: Settings | None = None) -> pd.DataFrame:
    """Every check on what the documents print, C1 to C14.

    Parameters
    ----------
    data : Data
        What `qiyou.load()` returns.
    lang : {"zh", "en"}, optional
        Adds the column ``message``, a sentence for each finding.
    settings : Settings, optional
        The conventions; a finding that was held against one carries it as its threshold.

    Returns
    -------
    DataFrame
        One row per finding: place, document, indicator, variant, year (missing for a finding on the whole
        path), check, code, verdict (NOTE, QUESTION, CONTRADICTION, UNDECIDABLE); ``a_cell, a_printed, b_cell,
        b_printed``, the cells that are compared, as ``<document>/table:<row>:<year>`` or
        ``<document>/statement:<id>``; ``statistic`` with ``low`` and ``high``, what observed values leave
        open; ``threshold``; ``facts``, a dict of what the message names. By path in order of first
        appearance, then by check.

    Raises
    ------
    DataError
        Columns missing, an unknown indicator, relation or direction.

    Examples
    --------
    >>> import qiyou
    >>> found = check(qiyou.load(), lang="en")
    >>> found.loc[found["code"] == "REVERSAL", ["a_cell", "b_cell"]].values.tolist()
    [['changxing-plan-2023/table:13:2023', 'changxing-plan-2023/table:13:2024']]
    """
    settings = settings or Settings()
    clean, found = plan.take_out(paths.table(data))
    if len(clean):
        every = cells(clean, data)
        excerpts = frozenset(data.documents.loc[data.documents["extent"].eq("excerpt"), "id"])
        alone, shaped = plan.checks(every, excerpts)
        found += [
            *alone,
            *shape.checks(every, shaped, data.indicators, settings),
            *passages.identities(every, data.identities),
            *peers.standards(every, data),
            *peers.plans(every, settings),
            *passages.checks(every, data),
        ]
    table = collected(found)
    return table if lang is None else table.assign(message=sentences(table, data, lang))
