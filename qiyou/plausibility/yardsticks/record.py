"""T: what became of earlier targets. Outcomes are printed where targets were met, so shares are upper bounds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special


def kept(data, indicators: pd.Series) -> pd.DataFrame:
    """Earlier targets of the same indicator: closed, met, and years early.

    Returns
    -------
    DataFrame
        In the order of `indicators`: ``met``, ``of`` (0 of 0 where none is known), ``lent`` (of these, targets of
        the nation that we apply to the place), ``floor`` (Clopper-Pearson lower 90% limit of the share met),
        ``early`` (mean years before the date).

    Examples
    --------
    >>> import qiyou
    >>> kept(qiyou.load(), pd.Series(["sports_area_per_capita"]))[["met", "of"]].values.tolist()
    [[15, 15]]
    """
    table = data.plan_attainment
    closed = table[table["met"].isin(["yes", "no"])]
    early = (closed["target_year"] - closed["realised_year"]).astype(float)
    lent = closed["plan"].str.endswith("用于本市")
    closed = closed.assign(met=closed["met"].eq("yes"), of=1, lent=lent, early=early)
    by = closed.groupby("indicator").agg({"met": "sum", "of": "sum", "lent": "sum", "early": "mean"})
    out = by.reindex(indicators).set_axis(indicators.index)
    out[["met", "of", "lent"]] = out[["met", "of", "lent"]].fillna(0).astype(int)
    met, of = out["met"].to_numpy(), out["of"].to_numpy()
    return out.assign(floor=np.where(met > 0, special.betaincinv(np.maximum(met, 1), of - met + 1, 0.1), 0.0))


def overall(data) -> dict:
    """All closed targets; the indicator that most of them are of, and how many are a county's."""
    closed = data.plan_attainment[data.plan_attainment["met"].isin(["yes", "no"])]
    most = closed["indicator"].mode()[:1]
    masks = {"all_met": closed["met"].eq("yes"), "most_of": closed["indicator"].isin(most)}
    masks["county_of"] = closed["level"].eq("county")
    counts = {name: int(mask.sum()) for name, mask in masks.items()}
    return counts | {"all_of": len(closed), "most": "".join(most)}
