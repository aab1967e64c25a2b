"""N and P: the required pace over the pace that the nearest superior, or the place itself, has realised.

An average of places is no distribution, so it says nothing of a share of places. Bands of the ratio: 0.60 and 0.95
(Eurostat; Statistics Canada), mirrored at 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.intervals import box
from qiyou.plausibility.yardsticks.realised import MARKS, readings
from qiyou.plausibility.yardsticks.required import SIGN, exactly, scaled, scales

CLASSES = ("WELL_BELOW", "BELOW", "ABOUT", "ABOVE", "WELL_ABOVE")
CUTS = (0.60, 0.95, 1 / 0.95, 1 / 0.60)
APART = 1.8
"""Least distance in years of the two values of a window."""


def bands(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The classes of ratios, 1 (`CLASSES`: WELL_BELOW) to 5, at both ends of their ranges.

    >>> [ends.tolist() for ends in bands(np.array([0.43]), np.array([1.048]))]
    [[1], [3]]
    """
    lower, upper = np.array(CUTS[:2]), np.array(CUTS[2:])

    def one(ratio):
        ratio = np.asarray(ratio, dtype=float)[:, None]
        return 1 + (ratio >= lower - 1e-12).sum(axis=1) + (ratio > upper + 1e-12).sum(axis=1)

    return one(low), one(high)


def values(data) -> pd.DataFrame:
    """Every realised value of every indicator: the reference table, and observations that it does not hold.

    Returns
    -------
    DataFrame
        place, level, indicator, t, year, basis, printed, value, box_low, box_high, bound.
    """
    held = data.reference
    seen = data.observations
    seen = seen[seen["relation"].isin(["eq", "about", "ge", "gt"]) & seen["year"].notna()]
    keys = ["place", "indicator", "year", "value"]
    seen = seen.merge(held[keys].drop_duplicates().assign(held=True), on=keys, how="left")
    seen = seen[seen["held"].isna()]
    boxes = box(seen.assign(low_closed=True, high_closed=np.isfinite(seen["high"])), "measured")
    seen = seen.assign(
        level=seen["place"].map(data.places.set_index("id")["level"]),
        t=seen["year"].astype(float) + 1,
        value=np.where(seen["relation"].isin(["ge", "gt"]), seen["low"], seen["value"]),
        box_low=boxes.low,
        box_high=boxes.high,
        bound=np.isinf(boxes.high),
    )
    columns = [
        "place",
        "level",
        "indicator",
        "t",
        "year",
        "basis",
        "printed",
        "value",
        "box_low",
        "box_high",
        "bound",
    ]
    found = [readings(data, indicator)[columns] for indicator in held["indicator"].unique()]
    return pd.concat([*found, seen[columns]], ignore_index=True).astype({"bound": bool})


def windows(data, known: pd.DataFrame | None = None) -> pd.DataFrame:
    """The realised pace between any two values of one series, at least 1.8 years apart.

    The series of a place is that basis, of those with a window, which reaches farthest, then the one with the most values.

    Returns
    -------
    DataFrame
        place, indicator, scale, basis, from_year, year, t_0, t; ``pace, pace_low, pace_high`` in the direction of
        improvement; ``values``, the length of the series.

    Examples
    --------
    >>> import qiyou
    >>> found = windows(qiyou.load()).query("place == 'china' and indicator == 'doctors_per_1000'")
    >>> found["pace"].round(3).tolist()
    [0.125, 0.167, 0.178, 0.18, 0.19, 0.23]
    """
    known = values(data) if known is None else known
    known = known[~known["bound"] & known["t"].notna()]
    by = ["place", "indicator"]
    known = known.sort_values("t", kind="stable").drop_duplicates([*by, "basis", "t"])
    series = known.groupby([*by, "basis"])["t"].agg(["size", "max", "min"]).reset_index()
    series = series[series["max"] - series["min"] >= APART - 1e-9]
    series = series.sort_values(["max", "size"], ascending=False, kind="stable").drop_duplicates(by)
    rows = known.merge(series[[*by, "basis", "size"]], on=[*by, "basis"])
    pairs = rows.merge(rows, on=[*by, "basis", "size"], suffixes=("_0", ""))
    pairs = pairs[pairs["t"] - pairs["t_0"] >= APART - 1e-9]
    facts = data.indicators.set_index("id").reindex(pairs["indicator"])
    default = scales(data.indicators).reindex(pairs["indicator"]).to_numpy(dtype=object)
    twice = pairs.assign(scale=default)
    also = twice[default == "gap"].assign(scale="points")
    facts = pd.concat([facts, facts[default == "gap"]])
    pairs = pd.concat([twice, also], ignore_index=True)
    ceiling = facts["upper"].to_numpy(dtype=float, na_value=np.nan)
    sign = facts["direction"].map(SIGN).fillna(1.0).to_numpy(dtype=float)
    scale = pairs["scale"].to_numpy(dtype=object)
    with np.errstate(divide="ignore", invalid="ignore"):
        on = {
            f"{name}{k}": sign
            * scaled(exactly(pairs[f"{name}{k}"].to_numpy(dtype=float)), scale, ceiling).point
            for name in ("value", "box_low", "box_high")
            for k in ("", "_0")
        }
        years = (pairs["t"] - pairs["t_0"]).to_numpy()
        corners = [on[f"box_{a}"] - on[f"box_{b}_0"] for a in ("low", "high") for b in ("low", "high")]
        pace = (on["value"] - on["value_0"]) / years
    return pd.DataFrame(
        {
            **{name: pairs[name] for name in (*by, "scale", "basis")},
            "from_year": pairs["year_0"].astype(int),
            "year": pairs["year"].astype(int),
            "t_0": pairs["t_0"],
            "t": pairs["t"],
            "pace": pace,
            "pace_low": np.min(corners, axis=0) / years,
            "pace_high": np.max(corners, axis=0) / years,
            "values": pairs["size"],
        }
    ).sort_values([*by, "scale", "pace"], kind="stable", ignore_index=True)


def chain(data, places) -> pd.DataFrame:
    """The superiors of places, nearest first: place, superior, order; by `superiors.csv`, else by the parents."""
    known = data.superiors[["place", "superior", "order"]]
    up = dict(zip(data.places["id"], data.places["parent"], strict=True))
    rows = []
    for place in set(places) - set(known["place"]):
        at, order = up.get(place, ""), 1
        while at:
            rows.append((place, at, order))
            at, order = up.get(at, ""), order + 1
    return pd.concat([known, pd.DataFrame(rows, columns=known.columns)], ignore_index=True)


def against(asked: pd.DataFrame, found: pd.DataFrame, who: str) -> pd.DataFrame:
    """The required pace over every window of the series that the column `who` of `asked` names.

    Returns
    -------
    DataFrame
        ``windows, q_low, q_high`` (worst case over boxes, infinite where nothing was gained), ``n_low, n_high``
        (`bands`, 0 without a window), ``point_low, point_high`` (of the numbers as printed), ``values, from_year, to_year`` of the series.
    """
    keys = [who, "indicator", "scale"]
    rows = asked.loc[asked["required_high"].notna(), [*keys, "required", "required_low", "required_high"]]
    rows = rows.reset_index().merge(found.rename(columns={"place": who}), on=keys)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.maximum(rows["required_low"], 0) / rows["pace_high"]
        high = rows["required_high"] / rows["pace_low"]
        point = rows["required"] / rows["pace"]
    rows = rows.assign(
        q_low=np.where(rows["pace_high"] > 0, low, np.inf),
        q_high=np.where(rows["pace_low"] > 0, high, np.inf),
        point=np.where(rows["pace"] > 0, point, np.inf),
    )
    grouped = rows.groupby(rows.columns[0])
    out = grouped.agg(
        windows=("q_low", "size"),
        q_low=("q_low", "min"),
        q_high=("q_high", "max"),
        point_low=("point", "min"),
        point_high=("point", "max"),
        values=("values", "first"),
        from_year=("from_year", "min"),
        to_year=("year", "max"),
    ).reindex(asked.index)
    told = out["windows"].notna().to_numpy()
    ends = bands(out["q_low"].fillna(0), out["q_high"].fillna(0))
    return out.assign(
        windows=out["windows"].fillna(0).astype(int),
        **{name: out[name].fillna(0).astype(int) for name in ("values", "from_year", "to_year")},
        **{name: np.where(told, end, 0) for name, end in zip(("n_low", "n_high"), ends, strict=True)},
    )


def nearest(data, asked: pd.DataFrame, found: pd.DataFrame) -> np.ndarray:
    """The nearest superior of each path that has a window of the indicator on the scale; empty where none has."""
    keys = ["indicator", "scale"]
    pairs = asked[["place", *keys]].drop_duplicates().merge(chain(data, asked["place"].unique()), on="place")
    having = found[["place", *keys]].drop_duplicates().rename(columns={"place": "superior"})
    best = pairs.merge(having, on=["superior", *keys]).sort_values("order").drop_duplicates(["place", *keys])
    return (
        asked[["place", *keys]].merge(best, on=["place", *keys], how="left")["superior"].fillna("").to_numpy()
    )


def progress(asked: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Where the place itself was observed between base and end: the share of the way and of the time gone by.

    Returns
    -------
    DataFrame
        ``seen_year`` (0 where there is none), ``seen_printed``, ``done``, ``gone`` (shares) and ``remaining`` (units a
        year from there on). A lag is a question, no forecast.
    """
    seen = known[~known["bound"] & known["year"].notna()][["place", "indicator", "year", "printed", "value"]]
    rows = asked.loc[
        asked["ask"].eq("pace"), ["place", "indicator", "base_year", "base", "reached", "end", "sign"]
    ]
    rows = rows.reset_index(names="at").merge(seen, on=["place", "indicator"])
    rows = rows[rows["year"].gt(rows["base_year"]) & rows["year"].lt(rows["reached"])]
    rows = rows.sort_values("year").drop_duplicates("at", keep="last").set_index("at").reindex(asked.index)
    way, time = rows["end"] - rows["base"], rows["reached"] - rows["base_year"]
    return pd.DataFrame(
        {
            "seen_year": rows["year"].fillna(0).astype(int),
            "seen_printed": rows["printed"].fillna(""),
            "done": (rows["value"] - rows["base"]) / way,
            "gone": (rows["year"] - rows["base_year"]).astype(float) / time,
            "remaining": rows["sign"]
            * (rows["end"] - rows["value"])
            / (rows["reached"] - rows["year"]).astype(float),
        }
    )
