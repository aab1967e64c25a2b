"""The yearly table: observed beside planned, with verdict and published methods."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from qiyou import progress
from qiyou.monitor.beside import beside_the_plan, in_order
from qiyou.monitor.judging import judged
from qiyou.monitor.published import with_methods

if TYPE_CHECKING:
    from qiyou.data import Data

_COLUMNS = [
    *("place", "indicator", "year", "document", "origin", "locator", "variant", "unit", "direction"),
    *("base_year", "base_printed", "base", "planned_printed", "planned", "planned_relation"),
    *("observed_printed", "observed", "observed_relation", "basis", "basis_check", "source", "grade"),
    *("gap", "gap_low", "gap_high", "verdict", "why"),
    *("target_year", "target", "base_from", *progress.READINGS, "disagree", "flags", "why_not"),
]


def table(data: Data, place: str | Iterable[str] | None = None, *, year: int | None = None) -> pd.DataFrame:
    """Every yearly observed value beside the plan's value for that year, with the published methods.

    With d = +1 where more is better, −1 where less is: ``gap`` = d·(observed − planned), positive is better;
    ``gap_low, gap_high`` are its limits over what the print of the observed value leaves open.

    Parameters
    ----------
    data : Data
    place : str or iterable of str, optional
        Only these places; by default every place that has both a plan and observed values.
    year : int, optional
        Only this year.

    Returns
    -------
    DataFrame
        One row per observed value and planned path (table row or figure of the running text):

        - ``place, indicator, year, document, origin`` (table | text), ``locator, variant, unit, direction``;
        - ``base_year, base_printed, base`` of the plan; ``planned_printed, planned, planned_relation`` for
          the year;
        - ``observed_printed, observed, observed_relation, basis, source, grade``, and ``basis_check``:
          *stated* (the basis is ``plan``), *agrees* (the observed value of the base year does not exclude the
          printed base), *unknown* (nothing was observed in the base year), *differs*;
        - ``gap, gap_low, gap_high`` in the unit; ``verdict``: *met*, *not_met*, *undecidable* or
          *not_comparable*; ``why`` (one of `REASONS`, or empty);
        - ``target_year, target`` at the end of the path; ``base_from``: whether the methods start from an
          *observed* base or from the one that the *plan* prints; ``statcan, eurostat, destatis, un_chart``:
          the category that each published method gives (`qiyou.progress.agreement`), empty where it does not
          apply; ``disagree``: whether their readings differ; ``flags``; ``why_not``: which methods do not
          apply, and why.

    Raises
    ------
    DataError
        If there is no plan, no observed value, or no value for the year; the message says what to add.

    Examples
    --------
    >>> import qiyou
    >>> seen = table(qiyou.load(), "zhejiang")
    >>> seen.loc[seen["verdict"] == "not_comparable", "why"].iloc[0]
    'the plan has no such indicator'
    """
    rows = judged(beside_the_plan(data, data.observations, place, year))
    return in_order(with_methods(rows, data), data)[_COLUMNS]
