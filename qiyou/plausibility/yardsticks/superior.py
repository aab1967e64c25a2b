"""N and P: the required pace over the pace that the nearest superior, or the place itself, has realised.

An average of places is no distribution, so it says nothing of a share of places. Bands of the ratio: 0.60 and 0.95
(Eurostat; Statistics Canada), mirrored at 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.plausibility.yardsticks.realised import above_, pairs

CLASSES = ("WELL_BELOW", "BELOW", "ABOUT", "ABOVE", "WELL_ABOVE")
CUTS = (0.60, 0.95, 1 / 0.95, 1 / 0.60)
APART = 1.8
"""Least distance in years of the two values of a window."""
_KEYS = ["indicator", "scale"]


def bands(ratio) -> np.ndarray:
    """The class of a ratio: 1 (`CLASSES`: WELL_BELOW) to 5.

    >>> bands([0.43, 0.95, 1.048, 1.667, np.inf]).tolist()
    [1, 3, 3, 5, 5]
    """
    ratio = np.asarray(ratio, dtype=float)[:, None]
    lower, upper = np.array(CUTS[:2]) - 1e-12, np.array(CUTS[2:]) + 1e-12
    return 1 + (ratio >= lower).sum(axis=1) + (ratio > upper).sum(axis=1)


def windows(data, known: pd.DataFrame, indicator: str, scale: str) -> pd.DataFrame:
    """The realised pace between any two values of one series, at least 1.8 years apart.

    The series of a place is that basis, of those with a window, which reaches farthest, then the one with most values.

    Parameters
    ----------
    data : Data
    known : DataFrame
        `qiyou.plausibility.yardsticks.realised.values`.
    indicator, scale : str

    Returns
    -------
    DataFrame
        place, indicator, scale, basis, from_year, year, from_printed, printed; ``pace, low, high`` in improvement;
        ``values``, the length of the series.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou.plausibility.yardsticks.realised import values
    >>> data = qiyou.load()
    >>> found = windows(data, values(data), "doctors_per_1000", "points")
    >>> found["pace"].round(3).tolist()
    [0.125, 0.167, 0.178, 0.18, 0.19, 0.23]
    """
    rows = known[known["indicator"].eq(indicator) & ~known["bounded"]]
    by = ["place", "basis"]
    rows = rows.sort_values(["held", "t"], kind="stable").drop_duplicates([*by, "t"], keep="last")
    series = rows.groupby(by)["t"].agg(["size", "max", "min"]).reset_index()
    series = series[series["max"] - series["min"] >= APART - 1e-9].sort_values(["max", "size"], kind="stable")
    series = series.drop_duplicates("place", keep="last").rename(columns={"size": "values"})
    found = pairs(data, rows, indicator, scale)
    found = found[found["years"] >= APART - 1e-9].merge(series[[*by, "values"]], on=by)
    shown = ["from_year", "year", "from_printed", "printed", "pace", "low", "high", "values"]
    found = found.assign(indicator=indicator, scale=scale).sort_values(["place", "pace"], kind="stable")
    return found[["place", *_KEYS, "basis", *shown]].reset_index(drop=True)


def nearest(data, asked: pd.DataFrame, found: pd.DataFrame) -> np.ndarray:
    """The nearest superior (`superiors.csv`, else the parents) that has a window of the path's indicator, or ''."""
    chain = data.superiors[["place", "superior", "order"]].astype({"order": int})
    up = data.places.set_index("id")["parent"].to_dict()
    more = [
        (place, one, order)
        for place in set(asked["place"]) - set(chain["place"])
        for order, one in enumerate(above_(place, up)[1:])
    ]
    chain = pd.concat([chain, pd.DataFrame(more, columns=chain.columns)], ignore_index=True)
    rows = asked[["place", *_KEYS]].reset_index(names="at").merge(chain, on="place")
    having = found[["place", *_KEYS]].drop_duplicates().rename(columns={"place": "superior"})
    best = (
        rows.merge(having)
        .sort_values("order", kind="stable")
        .drop_duplicates("at")
        .set_index("at")["superior"]
    )
    return best.reindex(asked.index).fillna("").to_numpy(dtype=object)


def against(asked: pd.DataFrame, found: pd.DataFrame, who: str, prefix: str = "") -> pd.DataFrame:
    """The required pace over every window of the series of the place in the column `who`.

    Returns
    -------
    DataFrame
        ``windows``; ``q_low, q_high`` (worst case over boxes, infinite where nothing was gained), ``n_low, n_high``
        (`bands`, 0 without a window), ``values, from_year, to_year`` of the series; all with the prefix.
    """
    rows = asked.loc[asked["required_high"].notna(), [who, *_KEYS, "required_low", "required_high"]]
    rows = rows.reset_index(names="at").merge(found.rename(columns={"place": who}), on=[who, *_KEYS])
    with np.errstate(divide="ignore", invalid="ignore"):
        rows["q_low"] = (np.maximum(rows["required_low"], 0) / rows["high"]).where(rows["high"] > 0, np.inf)
        rows["q_high"] = (rows["required_high"] / rows["low"]).where(rows["low"] > 0, np.inf)
    ends = {"q_low": ("q_low", "min"), "q_high": ("q_high", "max"), "from_year": ("from_year", "min")}
    sums = {"windows": ("q_low", "size"), "values": ("values", "first"), "to_year": ("year", "max")}
    out = rows.groupby("at").agg(**ends, **sums).reindex(asked.index)
    whole = {name: out[name].fillna(0).astype(int) for name in (*sums, "from_year")}
    told = whole["windows"] > 0
    classes = {f"n_{end}": np.where(told, bands(out[f"q_{end}"].fillna(0)), 0) for end in ("low", "high")}
    return out.assign(**whole, **classes).add_prefix(prefix)


def progress(asked: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Where the place itself was observed between base and end: the share of the way and of the time gone by.

    Returns
    -------
    DataFrame
        ``seen_year`` (0 where there is none), ``seen_printed``, ``done, gone`` (shares) and ``remaining`` (units a year
        from there on). A lag is a question, no forecast.
    """
    by = ["place", "indicator"]
    seen = known.loc[~known["bounded"] & known["year"].notna(), [*by, "year", "printed", "value"]]
    rows = asked[asked["ask"].eq("pace")].reset_index(names="at").merge(seen, on=by)
    rows = rows[rows["year"].gt(rows["base_year"]) & rows["year"].lt(rows["reached"])]
    rows = rows.sort_values("year").drop_duplicates("at", keep="last").set_index("at").reindex(asked.index)
    year, out = rows["year"].astype(float), pd.DataFrame(index=asked.index)
    out["seen_year"], out["seen_printed"] = rows["year"].fillna(0).astype(int), rows["printed"].fillna("")
    out["done"] = (rows["value"] - rows["base"]) / (rows["end"] - rows["base"])
    out["gone"] = (year - rows["base_year"]) / rows["years"]
    out["remaining"] = rows["sign"] * (rows["end"] - rows["value"]) / (rows["reached"] - year)
    return out
