"""All ways to cut run-together digits, so that a decision can show how many there were."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd

from qiyou.data import Data
from qiyou.errors import DataError

_LARGEST_RUN = 60
_MOST_CUTS = 200_000


def segmentations(
    text: str,
    n: int,
    *,
    lower: float = -np.inf,
    upper: float = np.inf,
    direction: str | None = None,
    decimals: int | None = None,
) -> pd.DataFrame:
    """All ways to cut run-together digits into n numbers, and which survive stated constraints.

    Parameters
    ----------
    text : str
        A run of digits and points, for instance ``4.504.605.005.505.60``; at most 60 characters. A letter (a damaged
        digit) makes a cell of its own that no constraint can judge.
    n : int
        Number of cells.
    lower, upper : float
        Logical bounds of every number.
    direction : {"up", "down"}, optional
        Numbers must not fall (up) or not rise (down) from cell to cell.
    decimals : int, optional
        Every number must print this many decimals.

    Returns
    -------
    DataFrame
        One row per cut: ``cut`` (parts joined by ``|``), ``survives`` and ``fails`` (the first constraint it breaks,
        empty for the survivors); survivors first. Cuts with a leading zero (``05``), an empty part or a dangling point
        are not numbers and not listed.

    Raises
    ------
    DataError
        If the run or n cannot be cut.

    Examples
    --------
    >>> segmentations("9494.59595.596", 5, lower=0, upper=100, direction="up").query("survives")["cut"].tolist()
    ['94|94.5|95|95.5|96']
    """
    if not re.fullmatch(r"[0-9.A-Za-z]+", text) or len(text) > _LARGEST_RUN:
        raise DataError(
            f"segmentations: {text[:20]!r} is not a run of up to {_LARGEST_RUN} digits and points"
        )
    if not 1 <= n <= len(text):
        raise DataError(f"segmentations: {len(text)} characters cannot be cut into {n} numbers")
    if direction not in (None, "up", "down"):
        raise DataError(f"segmentations: direction is {direction!r}; give 'up', 'down' or None")
    total = _count(text, n)
    if total > _MOST_CUTS:
        raise DataError(f"segmentations: there are {total:,} ways to cut {text!r} into {n}; shorten the run")
    rows = []
    for parts in _cuts(text, n):
        fails = _first_failure(parts, lower, upper, direction, decimals)
        rows.append(("|".join(parts), not fails, fails))
    frame = pd.DataFrame(rows, columns=["cut", "survives", "fails"])
    return frame.sort_values(["survives", "cut"], ascending=[False, True], kind="stable").reset_index(
        drop=True
    )


def table(data: Data) -> pd.DataFrame:
    """How many ways there were to cut each run-together row, and how many survive the indicator's constraints.

    Parameters
    ----------
    data : Data

    Returns
    -------
    DataFrame
        One row per decision that cut a run of its own into cells: document, row, indicator, run, cells, cuts (all ways
        to make as many numbers), survivors (inside the indicator's bounds and not against its direction), chosen and
        whether the chosen cut survives. Survivors are computed, not judged: where several are left, decisions say why
        one was taken.

    Examples
    --------
    >>> import qiyou
    >>> table(qiyou.load()).query("row == '9'")[["cuts", "survivors", "survives"]].values.tolist()
    [[121, 1, True]]
    """
    decisions = data.decisions[data.decisions["reading"].str.contains("|", regex=False)]
    rows = decisions["at"].str.extract(r"^table:([0-9]+[a-z]?)$")[0]
    whole = decisions["reading"].str.replace("|", "", regex=False) == decisions["printed"]
    indicators = data.indicators.set_index("id")
    of_row = data.targets.drop_duplicates(["document", "row"]).set_index(["document", "row"])["indicator"]
    found_cuts = []
    for decision, row in zip(decisions[whole].itertuples(), rows[whole], strict=True):
        if pd.isna(row):
            continue
        indicator = indicators.loc[of_row.loc[(decision.document, row)]]
        n = decision.reading.count("|") + 1
        found = segmentations(
            decision.printed,
            n,
            lower=np.nan_to_num(indicator["lower"], nan=-np.inf),
            upper=np.nan_to_num(indicator["upper"], nan=np.inf),
            direction=indicator["direction"] if indicator["direction"] in ("up", "down") else None,
        )
        chosen = found["cut"] == decision.reading
        found_cuts.append(
            (
                *(
                    decision.document,
                    row,
                    indicator.name,
                    decision.printed,
                    n,
                    len(found),
                    int(found["survives"].sum()),
                ),
                *(decision.reading, bool(found.loc[chosen, "survives"].any())),
            )
        )
    columns = ["document", "row", "indicator", "run", "cells", "cuts", "survivors", "chosen", "survives"]
    return pd.DataFrame(found_cuts, columns=columns)


def _count(text: str, n: int) -> int:
    """How many cuts there are, without listing them: ways[end] counts those of the first ``end`` characters."""
    ways = [1] + [0] * len(text)
    for _ in range(n):
        ways = [
            sum(ways[start] for start in range(end) if ways[start] and _PART.fullmatch(text, start, end))
            for end in range(len(text) + 1)
        ]
    return ways[-1]


_PART = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|[A-Za-z]")


def _cuts(text: str, n: int):
    """Every list of n parts that are numbers or single letters and together make up the text."""
    if n == 1:
        if _PART.fullmatch(text):
            yield (text,)
        return
    for end in range(1, len(text) - n + 2):
        if _PART.fullmatch(text[:end]):
            for rest in _cuts(text[end:], n - 1):
                yield (text[:end], *rest)


def _first_failure(parts, lower, upper, direction, decimals) -> str:
    numbers = [float(part) for part in parts if not part.isalpha()]
    if any(number < lower or number > upper for number in numbers):
        return "bounds"
    if decimals is not None and any(
        len(part.partition(".")[2]) != decimals for part in parts if not part.isalpha()
    ):
        return "decimals"
    sign = {"up": 1, "down": -1, None: 0}[direction]
    if any(sign * (later - earlier) < 0 for earlier, later in itertools.pairwise(numbers)):
        return "direction"
    return ""
