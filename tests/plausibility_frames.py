"""Small frames for the tests of qiyou.plausibility."""

from __future__ import annotations

import numpy as np
import pandas as pd

KEYS = ["document", "place", "indicator", "variant"]

INDICATORS = pd.DataFrame(
    [
        ("share", "up", "share", 0.0, 100.0, "%"),
        ("rate", "down", "share", 0.0, 100.0, "%"),
        ("density", "up", "density", 0.0, np.nan, "个/千人"),
        ("homes_cumulative", "up", "stock", 0.0, np.nan, "套"),
        ("insured", "up", "stock", 0.0, np.nan, "人"),
        ("kept", "at_least", "share", 0.0, 100.0, "%"),
        ("capped", "at_most", "share", 0.0, 100.0, "%"),
        ("review", "up", "status", 0.0, 100.0, "%"),
        ("yearly", "up", "flow", 0.0, np.nan, "个"),
        ("yearly_cumulative", "up", "stock", 0.0, np.nan, "个"),
    ],
    columns=["id", "direction", "kind", "lower", "upper", "unit"],
).assign(name_zh=lambda frame: frame["id"], name_en=lambda frame: frame["id"])


def path(cells, step=1.0, *, indicator="share", first=2022, base=True, **key):
    """Rows of one path; a cell is a number, None (a row that prints nothing), '' (no row), a word, or
    (relation, bound)."""
    rows = []
    for number, (cell, resolution) in enumerate(zip(cells, np.broadcast_to(step, len(cells)), strict=True)):
        if cell == "":
            continue
        word = cell if isinstance(cell, str) else ""
        relation, value = cell if isinstance(cell, tuple) else ("eq", cell)
        if cell is None or word:
            relation, value = "none", np.nan
        rows.append(
            {
                "year": first + number,
                "role": "baseline" if base and number == 0 else "target",
                "value": value,
                "relation": relation,
                "low": -np.inf if relation in ("le", "lt") else value,
                "high": np.inf if relation in ("ge", "gt") else value,
                "low_closed": relation in ("eq", "ge"),
                "high_closed": relation in ("eq", "le"),
                "step": resolution,
                "reading": word or ("" if relation == "none" else str(value)),
                "unit": "%",
            }
        )
    frame = pd.DataFrame(rows)
    frame["low"] = frame["low"].where(frame["relation"] != "about")
    frame["high"] = frame["high"].where(frame["relation"] != "about")
    return frame.assign(
        **({"document": "plan", "place": "p", "row": "1", "indicator": indicator, "variant": ""} | key)
    )


def together(*paths):
    """Several paths in one frame, numbered as variants."""
    return pd.concat([one.assign(variant=str(k)) for k, one in enumerate(paths)], ignore_index=True)


def said(found, *verdicts):
    """(code, year or None) of the findings with these verdicts, sorted."""
    rows = found[found["verdict"].isin(verdicts)] if verdicts else found
    years = [None if pd.isna(year) else int(year) for year in rows["year"]]
    return sorted(zip(rows["code"], years, strict=True), key=str)


def one(found, code):
    """The single finding of a code."""
    rows = found[found["code"] == code]
    assert len(rows) == 1, f"{len(rows)} findings say {code}:\n{found[['code', 'verdict']]}"
    return rows.iloc[0]


def grid_rows(values, step, relation, indicator):
    """Rows of n paths at once from arrays of shape (n, m); row k has the variant k."""
    values, step, relation = np.broadcast_arrays(np.asarray(values, dtype=float), step, relation)
    n, m = values.shape
    value, bound = values.ravel(), relation.ravel().astype(object)
    return pd.DataFrame(
        {
            "document": "plan",
            "place": "p",
            "row": "1",
            "indicator": indicator,
            "variant": np.repeat([str(k) for k in range(n)], m),
            "year": np.tile(2022 + np.arange(m), n),
            "role": np.tile(["baseline"] + ["target"] * (m - 1), n),
            "value": value,
            "relation": bound,
            "low": np.where(bound == "le", -np.inf, value),
            "high": np.where(bound == "ge", np.inf, value),
            "low_closed": bound != "le",
            "high_closed": bound != "ge",
            "step": step.ravel().astype(float),
            "unit": "%",
            "reading": "x",
        }
    )
