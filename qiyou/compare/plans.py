"""What can be read off the plans themselves: a value that many share, the middle, the path of the middle."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.compare.cells import EXTENSIVE, SHOWN

SHARED_OF = 4
"""Plans there must be before a value that half of them share says something about where it comes from."""
MEDIAN_OF = 3
"""Plans there must be for a middle: of two, one lies below it by construction."""

SHARED, MEDIAN = "inferred from plans", "median of plans"
KEYS = ["peer", "indicator_code", "year"]

# Ends count as open only where all of them are: then nothing is decided by a touch that one value does not
# allow.
BOX = {
    "box_low": ("box_low", "min"),
    "box_high": ("box_high", "max"),
    "open_low": ("open_low", "all"),
    "open_high": ("open_high", "all"),
}
_ENDS = ["low", "high", "box_low", "box_high"]


def plans(cells: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """One row per place, indicator and year: the set of values that its plan allows, over all that it prints.

    Where a place prints two paths for one indicator, the set spans both. Counts and approximate values are
    left out.
    """
    counts = np.flatnonzero(indicators["kind"].isin(EXTENSIVE))
    kept = ~cells["indicator_code"].isin(counts) & (cells["relation"] != "about") & (cells["peer"] >= 0)
    keys = [*KEYS, "place_code"]
    rows = cells.loc[kept, [*keys, "place", *_ENDS, "open_low", "open_high"]]
    twice = rows.duplicated(keys, keep=False)
    if not twice.any():
        return rows
    spanned = (
        rows[twice]
        .groupby(keys)
        .agg(place=("place", "first"), low=("low", "min"), high=("high", "max"), **BOX)
    )
    return pd.concat([rows[~twice], spanned.reset_index()], ignore_index=True)


def shared(plans: pd.DataFrame) -> pd.DataFrame:
    """The value that at least half of at least `SHARED_OF` plans print; none where two are equally common."""
    plans = plans.assign(n=plans.groupby(KEYS)["place_code"].transform("size"))
    points = plans[(plans["low"] == plans["high"]) & (plans["n"] >= SHARED_OF)]
    # Printed numbers that went through a change of unit may differ in their last bit.
    points = points.assign(value=_ten_digits(points["low"].to_numpy()))
    # One number is as finely known as the finest of its prints.
    finest = {
        "box_low": ("box_low", "max"),
        "box_high": ("box_high", "min"),
        "open_low": ("open_low", "any"),
        "open_high": ("open_high", "any"),
    }
    counts = points.groupby([*KEYS, "value"], as_index=False).agg(
        count=("place_code", "size"), n=("n", "first"), **finest
    )
    top = counts[counts["count"] == counts.groupby(KEYS)["count"].transform("max")]
    top = top[(2 * top["count"] >= top["n"]) & ~top.duplicated(KEYS, keep=False)]
    top = top.join(names(points.merge(top[[*KEYS, "value"]], on=[*KEYS, "value"]), KEYS), on=KEYS)
    source = top["count"].astype("str") + " of " + top["n"].astype("str") + " plans"
    return from_plans(top, KEYS, SHARED, source, top["value"], top["count"])


def _ten_digits(values: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        size = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
    scale = 10.0 ** (9 - size)
    return np.round(values * scale) / scale


def median(plans: pd.DataFrame) -> pd.DataFrame:
    """The median of at least `MEDIAN_OF` plans.

    The median rises with each of its values, so the medians of the lower and of the upper ends are its exact
    limits, also where some plans print only a bound.
    """
    middle = _medians(plans[plans.groupby(KEYS)["place_code"].transform("size") >= MEDIAN_OF])
    middle = middle.join(names(plans, KEYS), on=KEYS)
    value = middle["low"].where(middle["low"] == middle["high"])
    return from_plans(middle, KEYS, MEDIAN, middle["n"].astype("str") + " plans", value, middle["n"])


def _medians(plans: pd.DataFrame) -> pd.DataFrame:
    grouped = plans.groupby(KEYS)
    ends = grouped[_ENDS].median().join(grouped[["open_low", "open_high"]].all())
    return ends.assign(n=grouped.size()).reset_index()


def names(rows: pd.DataFrame, keys: list[str]) -> pd.Series:
    """The places of each group in a row, cut where there are more than a reader would read."""
    shown = rows[rows.groupby(keys).cumcount() < SHOWN].groupby(keys)["place"].agg(", ".join)
    more = rows.groupby(keys).size() - SHOWN
    return (shown + (" and " + more.astype("str") + " more").where(more > 0, "")).rename("reference_places")


def from_plans(rows, keys: list[str], kind: str, source, value, n) -> pd.DataFrame:
    """Lay out references that are values of plans: known up to rounding, never exact."""
    return rows[keys].assign(
        reference_value=value,
        reference_relation=np.where(value.notna(), "eq", "range"),
        reference_low=rows["box_low"],
        reference_high=rows["box_high"],
        reference_kind=kind,
        reference_source=source,
        reference_grade="",
        reference_n=n,
        reference_places=rows["reference_places"],
        open_reference_low=rows["open_low"],
        open_reference_high=rows["open_high"],
        strict=False,
    )


def median_path(plans: pd.DataFrame) -> pd.DataFrame:
    """The median path over a fixed set of plans, so that no step comes from a plan that enters or leaves.

    Of the years in which at least `MEDIAN_OF` plans print something, the path runs to the last, from the
    earliest from which at least `MEDIAN_OF` plans print all of them; it is the median of those plans.
    """
    plans = plans[plans.groupby(KEYS)["place_code"].transform("size") >= MEDIAN_OF]
    of_path = KEYS[:2]
    # Years counted back from the last one, 0, 1, 2, …: those of any plan, and those of the place's own. As
    # long as the two agree, the place prints every year from there on.
    back = plans.groupby(of_path)["year"].rank(method="dense", ascending=False)
    own = plans.groupby([*of_path, "place_code"])["year"].rank(ascending=False)
    unbroken = plans.assign(_back=back)[back == own]
    reach = unbroken.groupby([*of_path, "place_code"])["_back"].max().rename("_reach").reset_index()
    enough = reach.sort_values("_reach", ascending=False, kind="stable").groupby(of_path).nth(MEDIAN_OF - 1)
    enough = enough.rename(columns={"_reach": "_start"})[[*of_path, "_start"]]
    whole = unbroken.merge(reach, on=[*of_path, "place_code"]).merge(enough, on=of_path)
    whole = whole[(whole["_reach"] >= whole["_start"]) & (whole["_back"] <= whole["_start"])]
    middle = _medians(whole).join(names(whole[whole["_back"] == 1], of_path), on=of_path)
    middle = middle[middle["low"] == middle["high"]]
    middle = middle[middle.groupby(of_path)["year"].transform("size") > 1]
    width = np.maximum(middle["box_high"] - middle["low"], middle["low"] - middle["box_low"])
    return middle[KEYS].assign(
        path_value=middle["low"],
        path_step=2 * np.nan_to_num(width, posinf=0.0),
        path_name=MEDIAN,
        path_n=middle["n"],
        path_places=middle["reference_places"],
    )
