"""How each table cell was read, and how sure the reading is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.data.schema import CONFIDENCES

HOW = ("plain", "bound", "word", "empty", "decided")
"""How a cell was read: a number as printed, a bound, a word without number, nothing printed, or by a decision."""


def cells(targets: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Add to every table cell how it was read and the lowest confidence of the decisions that speak of it.

    Parameters
    ----------
    targets, decisions : DataFrame
        ``data.targets`` and ``data.decisions``.

    Returns
    -------
    DataFrame
        ``targets`` with the columns ``how`` (one of :data:`HOW`) and ``confidence`` (high, medium, low; empty where
        no decision was needed).

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> read = cells(data.targets, data.decisions)
    >>> read.query("document == 'changxing-plan-2023' and row == '12' and year == 2027")[["how", "confidence"]].values
    array([['decided', 'high']], dtype=object)
    """
    at = decisions["at"].str.extract(r"^table:(?P<row>[0-9]+[a-z]?)(?::(?P<part>.+))?$")
    spoken = pd.concat([decisions[["document", "confidence"]], at], axis=1).dropna(subset="row")
    spoken["rank"] = spoken["confidence"].map(CONFIDENCES.index)
    spoken["year"] = pd.to_numeric(spoken["part"], errors="coerce").astype("Int64")
    by_cell = spoken.dropna(subset="year").groupby(["document", "row", "year"])["rank"].max()
    whole = spoken[spoken["year"].isna() & ~spoken["part"].isin(["domain", "printed_name"])]
    by_row = whole.groupby(["document", "row"])["rank"].max()
    rank = pd.concat(
        [
            targets[["document", "row", "year"]].merge(by_cell.reset_index(), how="left")["rank"],
            targets[["document", "row"]].merge(by_row.reset_index(), how="left")["rank"],
        ],
        axis=1,
    ).max(axis=1)
    printed = targets["printed"].to_numpy() != ""
    decided = targets["decided"].to_numpy() & printed
    how = np.select(
        [decided, ~printed, targets["relation"] == "none", targets["relation"] != "eq"],
        ["decided", "empty", "word", "bound"],
        "plain",
    )
    confidence = pd.Series(rank.to_numpy(), index=targets.index).map(dict(enumerate(CONFIDENCES)))
    return targets.assign(how=how, confidence=confidence.where(decided, "").fillna("").astype("str"))
