"""The required pace of every plan among realised changes, as tables: one reading of C10 for figures and notebooks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import pace
from qiyou.errors import DataError
from qiyou.plausibility import documents, reference
from qiyou.plausibility.codes import UNDECIDABLE
from qiyou.plausibility.settings import Settings

if TYPE_CHECKING:
    from qiyou.data import Data

_KEYS = ["document", "place", "indicator", "variant"]
_SAID = ["code", "verdict"]
_NUMBERS = [
    *("required", "required_low", "required_high", "m", "below", "below_low", "below_high"),
    *("percentile", "low", "high", "band_low", "band_high"),
]


def ranked(
    data: Data, indicator: str, *, settings: Settings | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The reference class of every path of an indicator, and the rank of the path's required pace.

    Parameters
    ----------
    data : Data
        What `qiyou.load()` returns.
    indicator : str
        One that has a reference class.
    settings : Settings, optional

    Returns
    -------
    spells : DataFrame
        Per path and realised change the columns of `qiyou.plausibility.reference.spells`, with ``document``,
        ``plan_place``, ``improvement`` (``_low``, ``_high``) per year, ``counts`` and ``short``. Of places
        without a change that is long enough the shorter one is listed, ``short`` and not counted.
    required : DataFrame
        One row per path: document, place, indicator, variant, from_year, to_year, unit, required (_low,
        _high), m, below, below_low, below_high, percentile, low, high, band_low, band_high, code, verdict. Paths without a
        base value have code NOT_DEFINED.

    Examples
    --------
    >>> import qiyou
    >>> _, required = ranked(qiyou.load(), "sports_area_per_capita")
    >>> required[["place", "m", "below", "code"]].values.tolist()  # doctest: +NORMALIZE_WHITESPACE
    [['yuhuan', 17, 4, 'TOO_FEW_IN_REFERENCE'], ['huangyan', 16, 4, 'TOO_FEW_IN_REFERENCE']]
    """
    settings = settings or Settings()
    targets = pd.concat(
        [data.targets, documents.prose_targets(data.statements, data.targets)], ignore_index=True
    )
    targets = targets[targets["indicator"] == indicator]
    known = data.reference
    peers = reference.spells(
        known, indicator, shortest=settings.spell_years_least, longest=settings.spell_years
    )
    paths = pace.card(targets, data.indicators)
    # without a printed base the card counts from the first target, which is no pace achieved or required
    based = targets[targets["role"].eq("baseline") & ~targets["relation"].isin(["none", "range", "about"])]
    printed = pd.MultiIndex.from_frame(paths[_KEYS]).isin(pd.MultiIndex.from_frame(based[_KEYS]))
    paths["ranked"] = printed & np.isfinite(paths["points_per_year"])
    direction = "up" if paths["sign"].iloc[0] > 0 else "down"
    unit = data.indicators.set_index("id").loc[indicator, "unit"]
    required = _required(paths, peers, direction, settings).assign(unit=unit)
    spells = _beside(required[paths["ranked"]], peers, _brief(known, indicator, peers, settings), direction)
    if spells.empty:
        raise DataError(
            f"no plan prints a base value of {indicator!r}, so no pace can be ranked; choose another"
        )
    # a table whose first path has no base begins with what is said of that path
    said = [*_NUMBERS, *_SAID] if paths["ranked"].iloc[0] else [*_SAID, "m", *_NUMBERS]
    return spells, required[list(dict.fromkeys([*_KEYS, "from_year", "to_year", "unit", *said]))]


def _required(paths: pd.DataFrame, peers: pd.DataFrame, direction: str, settings: Settings) -> pd.DataFrame:
    """The rank of every path that has one; missing numbers and the code NOT_DEFINED for the others."""
    based = paths[paths["ranked"]]
    base = based["base_value"]
    ranks = reference.rank_paths(
        based["points_per_year"],
        peers,
        interval=(based["points_per_year_low"], based["points_per_year_high"]),
        level_band=(base / settings.level_factor, base * settings.level_factor),
        place=based["place"],
        direction=direction,
        settings=settings,
    )
    missing = {"code": "NOT_DEFINED", "verdict": UNDECIDABLE, "m": 0}
    ranks = ranks.set_index(based.index).reindex(paths.index).fillna(missing).astype({"m": int})
    years = paths[["base_year", "end_year"]].astype(object).infer_objects()
    return paths[_KEYS].assign(from_year=years["base_year"], to_year=years["end_year"]).join(ranks)


def _beside(plans: pd.DataFrame, peers: pd.DataFrame, brief: pd.DataFrame, direction: str) -> pd.DataFrame:
    """All changes of other places beside every plan: those long enough first, then the short ones."""
    both = pd.concat([peers.assign(short=False), brief.assign(short=True)], ignore_index=True)
    spells = reference.improvements(both, direction)
    plans = plans[["document", "place", "band_low", "band_high"]].rename(columns={"place": "plan_place"})
    pairs = plans.merge(spells, how="cross")
    pairs = pairs[pairs["place"] != pairs["plan_place"]].reset_index(drop=True)
    starts = reference.inside(pairs["from_value"], pairs["band_low"], pairs["band_high"])
    pairs["counts"] = starts & ~pairs["short"]
    last = ["counts", "short", "document", "plan_place"]
    return pairs[[*spells.columns.drop("short"), *last]]


def _brief(known: pd.DataFrame, indicator: str, peers: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The spells that are too short to count, of places that have no other."""
    if settings.spell_years_least == 1:
        return peers[:0]
    short = reference.spells(known, indicator, shortest=1, longest=settings.spell_years_least - 1)
    return short[~short["place"].isin(peers["place"])]


def sensitivity(
    data: Data,
    indicator: str,
    *,
    level_factors: Iterable[float],
    least_years: Iterable[int],
    settings: Settings | None = None,
) -> pd.DataFrame:
    """What C10 says under other choices of the two conventions that decide how many realised changes count.

    A verdict that turns with a convention is none: the table shows under which choices one would appear.

    Parameters
    ----------
    data : Data
        What `qiyou.load()` returns.
    indicator : str
        One that has a reference class.
    level_factors : iterable of float
        Values of ``Settings.level_factor``: a change counts if it starts between base/factor and base*factor.
    least_years : iterable of int
        Values of ``Settings.spell_years_least``.
    settings : Settings, optional
        All other settings.

    Returns
    -------
    DataFrame
        One row per choice and path: least_years, level_factor, place, document, m, below_low, below_high,
        percentile, low, high (its interval, in percent), code, verdict. Paths without a base value are left
        out.

    Raises
    ------
    DataError
        No choice, or as `ranked`.

    Examples
    --------
    >>> import qiyou
    >>> tried = sensitivity(qiyou.load(), "sports_area_per_capita", level_factors=[1.5], least_years=[1, 2])
    >>> tried.query("place == 'yuhuan'")[["least_years", "m", "verdict"]].values.tolist()
    [[1, 25, 'PASS'], [2, 17, 'UNDECIDABLE']]
    """
    settings = settings or Settings()
    factors, rows = list(level_factors), []
    for least in least_years:
        for factor in factors:
            chosen = replace(settings, level_factor=factor, spell_years_least=least)
            required = ranked(data, indicator, settings=chosen)[1]
            rows.append(required.assign(least_years=least, level_factor=factor))
    if not rows:
        raise DataError("sensitivity has no choice to try; pass at least one level factor and one least year")
    whole = pd.concat(rows, ignore_index=True)
    columns = [
        "least_years",
        "level_factor",
        "place",
        "document",
        "m",
        "below_low",
        "below_high",
        "percentile",
    ]
    whole = whole[whole["code"] != "NOT_DEFINED"].reset_index(drop=True)
    return whole[[*columns, "low", "high", "code", "verdict"]].astype({"below_low": int, "below_high": int})
