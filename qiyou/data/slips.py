"""What looks like a slip of the pen in a table of one's own: one note for a row, never an error.

A row is held against what is known of its indicator: the documents, observations and realised values of the data
folder; a count only against those of counties. A note says what the likely slip is, and may be wrong.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.data.documents import ABOUT, Document
from qiyou.data.files import Findings
from qiyou.data.schema import EXTENTS
from qiyou.errors import Message

_COUNTS, _UNITS = ("stock", "flow", "money"), ("人", "人次", "个", "套")
# So many times the largest known value, or the smallest over it, is far: counties differ in size, not in rates.
_FAR, _FAR_COUNT, _JUMP = 8, 100, 5
_HALF = 11
_TOLD = ("printed", "value", "unit", "before", "times", "min", "max")


def look(found: list[Document], data: dict[str, pd.DataFrame], findings: Findings) -> None:
    """Record what looks like a slip in the tables of one's own among the documents."""
    own, known = {one.id: one for one in found if one.lenient and "table" in one.sheets}, findings.words
    core = {one for one, record in known.indicators.items() if record["core"] == "true"}
    for document in own.values():
        count = len(core.intersection(record["indicator"] for record in document.sheets["table"].records))
        if document.about["extent"] == EXTENTS[0] and 0 < count < _HALF:
            findings.add("few_core", document.folder / ABOUT, count=count)
    counts = [one for one, record in known.indicators.items() if record["kind"] in _COUNTS]
    counties = [one for one, record in known.places.items() if record["level"] == "county"]
    mine = data["targets"]["document"].isin(own)
    others = pd.concat([data["targets"][~mine], data["observations"], data["reference"]])
    others, rows = (part[part["value"] > 0] for part in (others, data["targets"][mine]))
    others = others[~others["indicator"].isin(counts) | others["place"].isin(counties)]
    rows = rows.join(others.groupby("indicator")["value"].agg(["min", "max"]), on="indicator")
    paths = rows.groupby(["document", "row"], sort=False)
    rows["middle"], rows["before"] = paths["value"].transform("median"), paths["printed"].shift()
    times, counted = rows["value"] / paths["value"].shift(), rows["indicator"].isin(counts)
    rows["times"] = np.fmax(times, 1 / times).round(1)
    away = np.fmax(rows["middle"] / rows["max"], rows["min"] / rows["middle"])
    # Of the signs that a row shows the first is told. A sum that has just begun may well grow fivefold.
    signs = {
        "slip_fraction": counted & rows["unit"].isin(_UNITS) & (rows["step"] < 1),
        "slip_far": away >= np.where(counted, _FAR_COUNT, _FAR),
        "slip_jump": (rows["times"] >= _JUMP) & ~rows["indicator"].str.endswith("_cumulative"),
    }
    told = pd.concat([rows[shown].assign(key=key) for key, shown in signs.items()])
    power = np.log10((told["min"] * told["max"]) ** 0.5 / told["middle"]).round()
    told["power"] = power.where(power.abs() < 5, 0).astype(int)
    told = told.drop_duplicates(["document", "row"])[["document", "row", "year", "key", "power", *_TOLD]]
    for one in told.to_dict("records"):
        table, fields = own[one["document"]].sheets["table"], {name: one[name] for name in _TOLD}
        line = next(line for line, record in table.numbered() if record["row"] == one["row"])
        where = Message("data.at_table_year", at=one["row"], year=one["year"])
        slip = Message(f"data.slip_{one['power']}")
        findings.add(one["key"], table.path, line, where=where, slip=slip, **fields)
