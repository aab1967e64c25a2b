"""All checks together, the summary per path, and C15."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import pace
from qiyou.errors import DataError
from qiyou.plausibility import (
    documents,
    flows,
    integrity,
    later,
    logic,
    past,
    peers,
    prose,
    reference,
    semantics,
    shape,
    standards,
)
from qiyou.plausibility.codes import CONTRADICTION, NOTE, PASS, QUESTION, UNDECIDABLE
from qiyou.plausibility.paths import Paths, number_paths, prepare
from qiyou.plausibility.settings import Settings
from qiyou.plausibility.verdicts import COLUMNS, NO_PATH, findings, table

if TYPE_CHECKING:
    from qiyou.data import Data

NO_OBJECTION = "no objection found"
FEASIBILITY = "feasibility undecidable"
_OBJECTIONS = (QUESTION, CONTRADICTION)
_PATH = ["place", "document", "indicator", "variant"]


def check_paths(
    targets: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    excerpts: Iterable[str] = (),
    settings: Settings | None = None,
) -> pd.DataFrame:
    """The checks that need nothing but the plan itself (C1 to C7), for any number of paths at once.

    Every check is array arithmetic over all paths. What it says of a path depends on that path alone, so
    checking parts and joining the results is the same as checking the whole.

    Parameters
    ----------
    targets : DataFrame
        Long format: document, place, indicator, variant, year, value, relation, low, high, low_closed,
        high_closed, step; and role, unit, row, reading where there are such columns.
    indicators : DataFrame
        id, direction, kind, lower, upper; and name_zh, name_en, unit for the messages.
    excerpts : iterable of str
        Documents known in part only: what is missing there may simply not be at hand.
    settings : Settings, optional

    Returns
    -------
    DataFrame
        One row per finding: place, document, indicator, variant, year, check, code, verdict, evidence,
        statistic, low, high, threshold, message_zh, message_en. ``low`` and ``high`` are the interval of the
        statistic over the rounding boxes. By path in order of first appearance, then by check.

    Raises
    ------
    DataError
        No rows, missing columns, an unknown indicator or relation.

    Notes
    -----
    A path with missing years, one point, bounds, status words or a base of zero gets a defined answer: what
    cannot be computed is NOT_DEFINED or left out of the message, never replaced by a number.

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> haishu = data.targets[data.targets["document"] == "haishu-plan-2023"]
    >>> found = check_paths(haishu, data.indicators)
    >>> found.loc[found["verdict"] == "QUESTION", ["indicator", "year", "code"]].values.tolist()
    [['child_screening_rate', 2023, 'TARGET_BELOW_BASELINE']]
    """
    return table(_plan_only(targets, indicators, frozenset(excerpts), settings or Settings())[0])


def _plan_only(targets, indicators, excerpts, settings) -> tuple[list[pd.DataFrame], Paths | None]:
    numbered = targets.assign(path=number_paths(targets)).reset_index(drop=True)
    clean, found = integrity.take_out(numbered)
    if clean.empty:
        return found, None
    paths = prepare(clean, indicators)
    found += integrity.missing_years(paths, excerpts)
    as_printed = _deterministic(paths, indicators, settings)
    return [*found, *_precision(paths, indicators, settings, as_printed), *as_printed], paths


def _deterministic(paths: Paths, indicators: pd.DataFrame, settings: Settings) -> list[pd.DataFrame]:
    own, met = semantics.own_target(paths)
    return [
        *logic.bounds(paths),
        *logic.stocks(paths),
        *own,
        *logic.direction(paths),
        *shape.checks(paths, indicators, met, settings),
    ]


def _precision(paths: Paths, indicators, settings, as_printed: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """What the finest reading of rows with mixed decimals would object to beyond what each cell's own reading
    does."""
    at = np.flatnonzero(integrity.ambiguous(paths))
    if not len(at):
        return []
    finer = _deterministic(prepare(integrity.at_finest(paths, at), indicators), indicators, settings)
    keys = ["path", "code", "year"]
    more, known = (
        pd.concat([part.loc[part["verdict"].isin(_OBJECTIONS), keys] for part in parts])
        for parts in (finer, as_printed)
    )
    extra = more.merge(known.drop_duplicates(), on=keys, how="left", indicator=True)
    extra = extra[extra["_merge"] == "left_only"]
    codes = extra.groupby("path")["code"].agg(lambda texts: " ".join(dict.fromkeys(texts)))
    added = codes.astype(object).reindex(paths.keys["path"].to_numpy()[at])
    return integrity.precision(paths, at, added.where(added.notna(), "").to_numpy(dtype=object))


def check(data: Data, *, settings: Settings | None = None) -> pd.DataFrame:
    """Every check that the data allow, C1 to C15.

    Parameters
    ----------
    data : Data
        What `qiyou.load()` returns.
    settings : Settings, optional
        Thresholds; each finding prints the one it was held against.

    Returns
    -------
    DataFrame
        The columns of `check_paths`. Paths are the rows of the tables and, with the variant ``prose``, those
        that only the running text prints with a base and a target. The last row is C15: how many flags of the
        probabilistic checks are expected by chance.

    Raises
    ------
    DataError
        As `check_paths`.

    Examples
    --------
    >>> import qiyou
    >>> found = check(qiyou.load())
    >>> found.loc[found["verdict"] == "CONTRADICTION", ["place", "code", "year"]].values.tolist()
    [['yuhuan', 'TABLE_PROSE_CONFLICT', 2027]]
    """
    settings = settings or Settings()
    spoken = documents.prose_targets(data.statements, data.targets)
    targets = pd.concat([data.targets, spoken], ignore_index=True) if len(spoken) else data.targets
    excerpts = frozenset(data.documents.loc[data.documents["extent"].eq("excerpt"), "id"])
    found, paths = _plan_only(targets, data.indicators, excerpts, settings)
    if paths is None:
        return table([*found, _expected_false_flags(0, settings)])
    card = pace.card(paths.targets, data.indicators)
    realised = data.reference
    own_past, tested = past.checks(paths, data.observations, data.indicators, settings)
    cells = documents.cells(paths)
    text = documents.statement_cells(data.statements, data.indicators)
    spoken_cells = text[text["comparable"]].assign(variant="", path=NO_PATH)
    return table(
        [
            *found,
            *logic.identities(pd.concat([cells, spoken_cells], ignore_index=True), data.identities),
            *standards.checks(paths, data.benchmarks, data.places, data.indicators, data.sources),
            *own_past,
            *reference.checks(paths, realised, card, settings),
            *peers.checks(paths, data.places, settings),
            *prose.checks(cells, text, data.flows),
            *later.later(cells, text, data.documents),
            *flows.flow_increments(paths, cells, text, data.documents, data.flows),
            *later.stage_conflicts(paths, data.stages, data.documents),
            _expected_false_flags(tested, settings),
        ]
    )


def _expected_false_flags(tested: int, settings: Settings) -> pd.DataFrame:
    alpha = 1 - settings.level
    keys = pd.DataFrame({name: [""] for name in _PATH})
    return findings(
        keys,
        check="C15",
        code="EXPECTED_FALSE_FLAGS",
        verdict=NOTE,
        statistic=tested * alpha,
        threshold=alpha,
        zh="外推检查（C9）能够进行的有{k}条路径，各一次，显著性水平{alpha}：纯属偶然的异议至多预期{expected}个。算术与逻辑检查不涉及偶然。",
        en="The extrapolation check (C9) could be run on {k} paths, once each, at level {alpha}: at most "
        "{expected} flags are expected by chance alone. Chance does not touch the checks of arithmetic and "
        "logic.",
        fields={"k": str(tested), "alpha": round(alpha, 10), "expected": tested * alpha},
    )


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """What the findings come to for each path: no score, no ranking, and no verdict "plausible".

    Parameters
    ----------
    found : DataFrame
        Findings of `check` or `check_paths`.

    Returns
    -------
    DataFrame
        One row per path, in the order of the findings (and one per document for findings without a path, such
        as stages in words, with an empty indicator): place, document, indicator, variant; ``verdict``,
        CONTRADICTION if there is one, else QUESTION if there is one, else "no objection found";
        ``feasibility``, "feasibility undecidable" unless C10 came to a decision; ``contradictions``,
        ``questions``, ``undecidable``, ``notes``, ``passes``, how many findings of each verdict; ``codes``,
        those of the contradictions and questions. The row of C15 is no path.

    Raises
    ------
    DataError
        Without findings.

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> haishu = data.targets[data.targets["document"] == "haishu-plan-2023"]
    >>> summed = summary(check_paths(haishu, data.indicators))
    >>> summed[["verdict", "feasibility"]].values.tolist()[1:]
    [['no objection found', 'feasibility undecidable'], ['QUESTION', 'feasibility undecidable']]
    """
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise DataError(f"findings lack the columns {', '.join(missing)}; hand in what check returns")
    rows = found[found["code"].ne("EXPECTED_FALSE_FLAGS")]
    if rows.empty:
        raise DataError("there are no findings to sum up; hand in what check returns")
    flags = rows[_PATH].assign(
        contradictions=rows["verdict"].eq(CONTRADICTION),
        questions=rows["verdict"].eq(QUESTION),
        undecidable=rows["verdict"].eq(UNDECIDABLE),
        notes=rows["verdict"].eq(NOTE),
        passes=rows["verdict"].eq(PASS),
        decided=rows["check"].eq("C10") & rows["verdict"].isin([PASS, QUESTION]),
        codes=rows["code"].where(rows["verdict"].isin(_OBJECTIONS), "").astype(object),
    )
    groups = flags.groupby(_PATH, sort=False, dropna=False)
    counts = (
        groups[["contradictions", "questions", "undecidable", "notes", "passes", "decided"]]
        .sum()
        .reset_index()
    )
    objections = flags[flags["codes"].ne("")].groupby(_PATH, sort=False)["codes"]
    codes = objections.agg(lambda texts: " ".join(dict.fromkeys(texts))).reset_index()
    result = counts.merge(codes, on=_PATH, how="left")
    verdict = np.select(
        [result["contradictions"] > 0, result["questions"] > 0], [CONTRADICTION, QUESTION], NO_OBJECTION
    )
    return result.assign(
        verdict=pd.Series(verdict, dtype="str"),
        feasibility=pd.Series(np.where(result["decided"] > 0, "", FEASIBILITY), dtype="str"),
        codes=result["codes"].fillna("").astype("str"),
    )[
        [
            *_PATH,
            "verdict",
            "feasibility",
            "contradictions",
            "questions",
            "undecidable",
            "notes",
            "passes",
            "codes",
        ]
    ]
