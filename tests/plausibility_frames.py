"""Small worlds for the tests of qiyou.plausibility: paths, statements and the tables that go with them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from qiyou import plausibility

KEYS = ["document", "place", "indicator", "variant"]

INDICATORS = pd.DataFrame(
    [
        ("share", "up", "share", 0.0, 100.0, "%"),
        ("whole", "up", "share", 0.0, 100.0, "%"),
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

DOCUMENTS = pd.DataFrame(
    {
        "id": ["plan", "list"], "place": "p", "title": ["规划", "清单"], "title_en": ["plan", "list"],
        "dated": ["2023-06-28", "2024-04-25"], "from_year": [2023, 2024], "extent": "complete",
    }
)  # fmt: skip
PLACES = pd.DataFrame(
    {"id": ["p", "above"], "name_zh": ["县", "省"], "name_en": ["County", "Province"]}
).assign(parent=["above", ""])
SOURCES = pd.DataFrame({"id": ["s"], "title": ["省规划"], "publisher": [""], "published": [""]})
STAGES = ["place", "indicator", "topic", "topic_en", "relation", "earlier", "earlier_en", "later", "later_en"]
STAGES += [f"{end}_{what}" for end in ("earlier", "later") for what in ("document", "at", "year")]
PRINTED = ["relation", "value", "low", "high", "low_closed", "high_closed", "step", "printed"]


def cell(printed, step=1.0):
    """One print: a number, None (nothing), a word, or (relation, bound)."""
    word = printed if isinstance(printed, str) else ""
    relation, value = printed if isinstance(printed, tuple) else ("eq", printed)
    if printed is None or word:
        relation, value = "none", np.nan
    low, high = -np.inf if relation in ("le", "lt") else value, np.inf if relation in ("ge", "gt") else value
    shut = relation in ("eq", "ge"), relation in ("eq", "le")
    shown = word or ("" if relation == "none" else str(value))
    return dict(zip(PRINTED, (relation, value, low, high, *shut, step, shown), strict=True))


def path(cells, step=1.0, *, indicator="share", first=2022, base=True, **key):
    """Rows of one path of `cell`; '' leaves the row of that year out."""
    steps = np.broadcast_to(step, len(cells))
    rows = [
        cell(one, size) | {"year": first + k, "role": "baseline" if base and k == 0 else "target"}
        for k, (one, size) in enumerate(zip(cells, steps, strict=True))
        if not (isinstance(one, str) and one == "")
    ]
    names = {"document": "plan", "place": "p", "row": "1", "indicator": indicator, "variant": "", "unit": "%"}
    place = {"origin": "table", "locator": f"table:{(names | key)['row']}", "kind": "", "from_year": pd.NA}
    return pd.DataFrame(rows).assign(**(names | key), **place)


def statement(said, year=2024, *, number=1, document="plan", kind="target", step=1.0, from_year=None, **key):
    """One figure of the running text."""
    names = {
        "place": "p",
        "indicator": "share",
        "variant": "",
        "unit": "%",
        "row": "",
        "origin": "text",
    } | key
    row = (
        cell(said, step) | names | {"year": year, "from_year": from_year, "kind": kind, "document": document}
    )
    role = "baseline" if kind == "baseline" else "target"
    return pd.DataFrame([row | {"role": role, "locator": f"statement:{number}"}])


def together(*paths):
    """Several paths in one frame, numbered as variants."""
    return pd.concat([one.assign(variant=str(k)) for k, one in enumerate(paths)], ignore_index=True)


def world(*rows, **tables):
    """What `check` needs of the data: rows of `path` and `statement`; other tables empty unless given."""
    printed = pd.concat(rows, ignore_index=True)
    printed = printed.astype({"year": "Int64", "from_year": "Int64"}).assign(phrase="", decided=False)
    said = printed[printed["origin"].eq("text")]
    documents = tables.get("documents", DOCUMENTS)
    indicators = tables.get("indicators", INDICATORS)
    benchmarks = pd.DataFrame(
        columns=["place", "indicator", "year", "kind", "source", "printed", "relation", "value"]
    )
    texts = ["place", "indicator", "kind", "source", "printed", "relation"]
    benchmarks = benchmarks.astype(dict.fromkeys(texts, "str") | {"year": "Int64", "value": "float64"})
    usual = {
        "printed": printed, "statements": said.assign(id=said["locator"].str[10:]), "indicators": indicators,
        "documents": documents, "places": PLACES, "benchmarks": benchmarks, "sources": SOURCES,
        "flows": pd.DataFrame({"flow": ["yearly"], "stock": ["yearly_cumulative"]}),
        "identities": pd.DataFrame({"subset": ["share"], "superset": ["whole"]}),
        "stages": pd.DataFrame(columns=STAGES, dtype="str"),
    }  # fmt: skip
    return SimpleNamespace(**(usual | tables))


def check(*rows, settings=None, **tables):
    """The findings on a world; where they are few, each has a sentence in both languages."""
    data = world(*rows, **tables)
    found = plausibility.check(data, settings=settings)
    for lang in ("zh", "en") if len(found) < 60 else ():
        said = pd.Series(plausibility.sentences(found, data, lang), dtype="str")
        assert not said.str.contains(r"\bnan\b|\bNone\b|<NA>|[{}]").any(), said.tolist()
    return found


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
            "document": "plan", "place": "p", "row": "1", "indicator": indicator, "unit": "%", "printed": "x",
            "variant": np.repeat([str(k) for k in range(n)], m), "year": np.tile(2022 + np.arange(m), n),
            "role": np.tile(["baseline"] + ["target"] * (m - 1), n), "value": value, "relation": bound,
            "low": np.where(bound == "le", -np.inf, value), "high": np.where(bound == "ge", np.inf, value),
            "low_closed": bound != "le", "high_closed": bound != "ge", "step": step.ravel().astype(float),
            "origin": "table", "locator": "table:1", "kind": "", "from_year": pd.NA,
        }
    )  # fmt: skip
