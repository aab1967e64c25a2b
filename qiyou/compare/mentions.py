"""Everything that a document names: table rows and statements, each with the indicator that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qiyou.data import root

if TYPE_CHECKING:
    from qiyou.data import Data


def mentions_of(data: Data) -> pd.DataFrame:
    """Every table row and every statement: what it is called and which indicator it is, tables first."""
    rows = data.targets.drop_duplicates(["document", "row"])
    names = _printed_rows(data)
    rows = rows.merge(names, on=["document", "row"], how="left").fillna(
        {"printed_name": "", "printed_unit": ""}
    )
    table = pd.DataFrame(
        {
            "place": rows["place"],
            "document": rows["document"],
            "origin": "table",
            "locator": "table:" + rows["row"].astype("str"),
            "indicator": rows["indicator"],
            "printed_name": rows["printed_name"],
            "printed_unit": rows["printed_unit"],
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


def _printed_rows(data: Data) -> pd.DataFrame:
    """Name and unit of every table row as printed, from ``data.targets`` if they are there, or table.csv.

    A document folder of one's own is not beside the repository's; its names are then empty.
    """
    if {"printed_name", "printed_unit"} <= set(data.targets):
        return data.targets.drop_duplicates(["document", "row"])[
            ["document", "row", "printed_name", "printed_unit"]
        ]
    columns = ["row", "printed_name", "printed_unit"]
    tables = [pd.DataFrame(columns=["document", *columns], dtype="str")]
    for document in data.targets["document"].unique():
        path = root() / "documents" / document / "table.csv"
        if path.is_file():
            table = pd.read_csv(path, dtype="str", keep_default_na=False, usecols=columns)
            tables.append(table.assign(document=document))
    return pd.concat(tables, ignore_index=True)
