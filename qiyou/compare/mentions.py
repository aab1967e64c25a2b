"""Everything that a document names: table rows and statements, each with the indicator that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from qiyou.data import Data


def mentions_of(data: Data) -> pd.DataFrame:
    """Every table row and every statement: what it is called and which indicator it is, tables first."""
    rows = data.targets.drop_duplicates(["document", "row"])
    # Targets of one's own making need not say what their rows are called.
    names = {name: rows.get(name, "") for name in ("printed_name", "printed_unit")}
    table = pd.DataFrame(
        {
            "place": rows["place"],
            "document": rows["document"],
            "origin": "table",
            "locator": "table:" + rows["row"].astype("str"),
            "indicator": rows["indicator"],
            **names,
            "star": rows["star"],
        }
    )
    said = data.statements
    text = pd.DataFrame(
        {
            "place": said["place"],
            "document": said["document"],
            "origin": "text",
            "locator": "statement:" + said["id"].astype("str"),
            "indicator": said["indicator"],
            "printed_name": said["phrase"],
            "printed_unit": said["unit"].where(said["relation"] != "none", ""),
            "star": "",
        }
    )
    return pd.concat([table, text], ignore_index=True)
