"""Findings as facts: a code, the two cells that it compares, and the numbers; no sentence.

`Cells` holds every printed figure that a check may set beside another, each once, with its box. Checks pick
cells by number and hand them to `found`, the one constructor of findings; `collected` puts findings into one
table. What a code means stands in ``tables/codes.csv``, its sentences in ``tables/messages.csv``
(`qiyou.plausibility.telling`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou import words
from qiyou.errors import need
from qiyou.intervals import COLUMNS as READ
from qiyou.intervals import Box, box, by_role
from qiyou.paths import KEYS, PathGrid, grid
from qiyou.relate import SIGN, clean

if TYPE_CHECKING:
    from qiyou.data import Data

VERDICTS = ("NOTE", "QUESTION", "CONTRADICTION", "UNDECIDABLE")
CODES = words.table("codes").set_index("code")
"""Every code: check, verdicts, evidence, names, what it says, when, and who made the rule."""

COLUMNS = words.columns("plausibility.check")
"""The columns of a table of findings."""

NO_PATH = 2**53
"""Path number of what belongs to no path: it comes last."""

_SIDE = ("year", "value", "relation")
_NUMBERS = ("statistic", "low", "high", "threshold")
_CELL = [*KEYS, "path", "year", "locator", "printed", *READ, "role", "kind", "from_year"]
_DIRECTIONS = (*SIGN, "status")
_YEARLY = ("target", "baseline", "count", "cumulative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The conventions of the checks; a finding carries the one that it was held against as its threshold.

    Attributes
    ----------
    spacing_probability : float
        C6: a step is concentrated where a random split has so large a share with at most this probability.
    back_load, front_load : float
        C6: back-load index above which change comes late, below whose negative it comes early.
    shape_values : int
        C7: printed values that a path needs before its shape is named.
    shared_places, shared_share : int, float
        C12: an end value is common if at least this share of at least so many places have it.
    identical_values : int
        C12: planned values that identical paths must have.

    Examples
    --------
    >>> Settings(back_load=0.2).back_load
    0.2
    """

    spacing_probability: float = 0.10
    back_load: float = 0.15
    front_load: float = 0.15
    shape_values: int = 5
    shared_places: int = 4
    shared_share: float = 0.5
    identical_values: int = 3

    def __post_init__(self):
        for name, value in asdict(self).items():
            need(value > 0, "checks.setting", name=name, value=value)
        need(self.spacing_probability < 1 and self.shared_share <= 1, "checks.shares")


@dataclass(frozen=True, eq=False)
class Cells:
    """N printed figures, those of the n paths first.

    Attributes
    ----------
    rows : DataFrame
        N rows: document, place, indicator, variant, path, year, cell, locator, printed and how it is read;
        role, kind (of a statement; empty for a cell of a path), from_year, sign, keeps, is_flow.
    box : Box
        What each leaves open: a base as it was rounded, a target exactly; cut to the indicator's bounds.
    grid : PathGrid
        The paths over their m years.
    """

    rows: pd.DataFrame
    box: Box
    grid: PathGrid

    def pick(self, numbers: ArrayLike) -> pd.DataFrame:
        """Some of the rows, in the given order."""
        return self.rows.iloc[np.asarray(numbers, dtype=np.int64)]

    def between(self, code: str, a: ArrayLike, b: ArrayLike, **options) -> pd.DataFrame:
        """Findings on two cells each, given by number; by default in the year of b, and on b − a."""
        a, b = (np.asarray(numbers, dtype=np.int64) for numbers in (a, b))
        change, others = self.box[b] - self.box[a], self.pick(b)
        known = {"statistic": change.point, "low": change.low, "high": change.high, "year": others["year"]}
        return found(code, self.pick(a), others, **(known | options))

    def ends(self, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The first and the last cell of each path that is set in `mask`, shape (n, m); −1 where none is."""
        n, some = np.arange(len(mask)), mask.any(axis=1)
        columns = np.argmax(mask, axis=1), mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)
        return tuple(np.where(some, self.grid.at[n, column], -1) for column in columns)

    def neighbours(self, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All pairs of cells of one path that are set in `mask`, shape (n, m), with none set between them."""
        reached = np.maximum.accumulate(np.where(mask, np.arange(mask.shape[1]), -1), axis=1)
        before = np.concatenate([np.full((len(mask), 1), -1), reached[:, :-1]], axis=1)
        rows, after = np.nonzero(mask & (before >= 0))
        return self.grid.at[rows, before[rows, after]], self.grid.at[rows, after]

    @property
    def lines(self) -> pd.DataFrame:
        """One cell of each path, for what holds of the whole path; n rows."""
        return self.pick(self.grid.at.max(axis=1))

    @property
    def judged(self) -> np.ndarray:
        """Paths that have a better and a worse and are no review, shape (n,)."""
        return ~np.isnan(self.lines["sign"].to_numpy())

    @property
    def stated(self) -> np.ndarray:
        """Cells of the grid that state a set of values, shape (n, m)."""
        return self.grid.known & ~self.grid.empty

    @property
    def planned(self) -> np.ndarray:
        """Those of them that are no base, shape (n, m)."""
        return self.stated & ~self.grid.baseline


def cells(targets: pd.DataFrame, data: Data) -> Cells:
    """All figures of paths and of the running text.

    Parameters
    ----------
    targets : DataFrame
        Rows of `qiyou.paths.table`, one for each year of a path.
    data : Data

    Raises
    ------
    DataError
        As `qiyou.paths.grid`; or if an indicator's direction is none.
    """
    indicators = data.indicators
    wrong = indicators[~indicators["direction"].isin(_DIRECTIONS)]
    given = ", ".join(map(repr, wrong["direction"].unique()))
    need(wrong.empty, "checks.direction", rows=wrong, direction=given, known=list(_DIRECTIONS))
    boxes = grid(targets, indicators)
    rows = [targets.assign(kind="")[_CELL], _spoken(targets, data)[_CELL]]
    rows = pd.concat(rows, ignore_index=True)
    of = indicators.set_index("id").reindex(rows["indicator"])
    status = of["kind"].eq("status").to_numpy()
    lower, upper = (of[name].to_numpy(dtype=float, na_value=np.nan) for name in ("lower", "upper"))
    own = box(rows, by_role(rows)).within(lower, upper)
    sign = np.where(status, np.nan, of["direction"].map(SIGN).to_numpy(dtype=float))
    keeps = of["direction"].isin(["at_least", "at_most"]).to_numpy() & ~status
    rows = located(rows).assign(sign=sign, keeps=keeps, is_flow=of["kind"].eq("flow").to_numpy())
    return Cells(rows, own, boxes)


def _spoken(targets: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Figures of the text on an indicator, or that flows.csv names by their place, and that are no path."""
    said = data.printed[data.printed["origin"].eq("text")]
    named = (said["document"] + "/" + said["locator"]).isin([*data.flows["flow"], *data.flows["stock"]])
    said = said[said["indicator"].isin(data.indicators["id"]) | named]
    said = said[~said["relation"].isin(["none", "about"])].drop(columns="variant")
    place = ["document", "locator"]
    said = said[~pd.MultiIndex.from_frame(said[place]).isin(pd.MultiIndex.from_frame(targets[place]))]
    said = said.merge(first_lines(targets), on=["document", "indicator"], how="left")
    path = said["path"].fillna(NO_PATH).astype(np.int64)
    said = said.assign(variant=said["variant"].fillna(""), path=path)
    return said.sort_values("locator", key=lambda one: one.str.zfill(30), kind="stable")


def first_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """The path that what a document says elsewhere of an indicator belongs to: its first line in the table."""
    line = ["document", "indicator"]
    return rows[[*line, "variant", "path"]].sort_values("variant", kind="stable").drop_duplicates(line)


def dated(rows: pd.DataFrame) -> np.ndarray:
    """Figures that are a value of one year: cells of paths, and statements on a year or counted up to one."""
    yearly = rows["kind"].isin(["", *_YEARLY]) | rows["kind"].eq("annual_flow") & rows["is_flow"]
    spans = rows["from_year"].notna() & rows["kind"].ne("cumulative")
    known = rows["indicator"].ne("") & rows["year"].notna() & rows["relation"].ne("none")
    return (yearly & known & ~spans).to_numpy(dtype=bool)


def demanded(value: np.ndarray, relation: np.ndarray, sign: np.ndarray) -> tuple[Box, np.ndarray]:
    """What figures ask for as a number, and whether that number itself does not do.

    The number is the weakest value that keeps the promise. A bound that does not commit, such as ≤90 where
    more is better, asks for nothing: its ends are NaN.
    """
    commits = (relation == "eq") | np.where(
        sign > 0, np.isin(relation, ("ge", "gt")), np.isin(relation, ("le", "lt")) & (sign < 0)
    )
    number, shut = np.where(commits, value, np.nan), np.zeros(value.shape, dtype=bool)
    return Box(number, number, shut, shut, number, commits), np.isin(relation, ("gt", "lt"))


def found(code, a, b=None, *, case="", check=None, verdict=None, **numbers) -> pd.DataFrame:
    """Findings of one code, one for each row of `a`.

    Parameters
    ----------
    code : str
        Of `CODES`.
    a, b : DataFrame
        The cells that are compared, row by row (`Cells.pick`); the finding belongs to the path of `a`.
    case : str or array of str
        Which of the code's messages says it.
    check, verdict : optional
        Where the code has several.
    **numbers
        ``statistic``, ``low``, ``high``, ``threshold``; ``year``, by default that of `a`; and what else the
        message names, kept in the column ``facts``.
    """
    rule, n, year = CODES.loc[code], len(a), numbers.pop("year", a["year"])
    columns = {name: np.broadcast_to(clean(numbers.pop(name, np.nan)), (n,)) for name in _NUMBERS}
    facts = {"case": case} | {f"a_{name}": a[name] for name in _SIDE}
    if b is not None:
        facts |= {f"b_{name}": b[name] for name in ("indicator", *_SIDE)}
    facts |= numbers
    values = zip(*(_column(each, n).tolist() for each in facts.values()), strict=True)
    texts = {
        f"{side}_{name}": "" if rows is None else rows[name].to_numpy(dtype=object)
        for name in ("cell", "printed")
        for side, rows in (("a", a), ("b", b))
    }
    return pd.DataFrame(
        {name: a[name].to_numpy(dtype=object) for name in KEYS}
        | {"path": a["path"].to_numpy(), "year": _column(year, n), "check": check or rule["check"]}
        | {"code": code, "verdict": _column(rule["verdicts"] if verdict is None else verdict, n)}
        | {**texts, **columns, "facts": [dict(zip(facts, each, strict=True)) for each in values]}
    )


def _column(values: ArrayLike, n: int) -> np.ndarray:
    """Values as one array of n; years stay whole numbers, None where there is none."""
    if isinstance(values, pd.Series):
        whole = pd.api.types.is_integer_dtype(values.dtype) and values.hasnans
        values = values.to_numpy(dtype=object, na_value=None) if whole else values.to_numpy()
    return np.broadcast_to(np.asarray(values), (n,))


def located(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with ``cell``: ``<document>/table:<row>:<year>``, ``<document>/statement:<id>``."""
    years, at = np.unique(rows["year"].to_numpy(dtype=np.int64, na_value=0), return_inverse=True)
    year = np.array([f":{year}" if year else "" for year in years], dtype=object)[at]
    document, locator = (rows[name].to_numpy(dtype=object) for name in ("document", "locator"))
    code, kinds = pd.factorize(locator)
    tabled = np.array([kind.startswith("table:") for kind in kinds], dtype=bool)[code]
    return rows.assign(cell=document + "/" + locator + np.where(tabled, year, ""))


def collected(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All findings in one table: by path, then check, then as they were found."""
    parts = [part for part in parts if len(part)]
    if not parts:
        whole = pd.DataFrame(columns=COLUMNS)
    else:
        whole = pd.concat(parts, ignore_index=True)
        number = whole["check"].str[1:].astype(int)
        order = np.lexsort((np.arange(len(whole)), number, whole["path"]))
        whole = whole.iloc[order][COLUMNS].reset_index(drop=True)
    texts = [name for name in COLUMNS if name not in ("year", "facts", *_NUMBERS)]
    types = dict.fromkeys(texts, "str") | dict.fromkeys(_NUMBERS, "float64") | {"year": "Int64"}
    return whole.astype(types)


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """What the findings come to for each path: how many of each verdict, and what to ask the author.

    Parameters
    ----------
    found : DataFrame
        Findings of `check`.

    Returns
    -------
    DataFrame
        One row per path that has findings (and per document for findings without a path), in their order:
        place, document, indicator, variant; ``notes, questions, contradictions, undecidable``; ``codes``,
        those of the contradictions and questions, separated by spaces.

    Raises
    ------
    DataError
        If the columns are not those of findings.

    Examples
    --------
    >>> import qiyou
    >>> summed = summary(qiyou.plausibility.check(qiyou.load()))
    >>> summed.loc[summed["codes"] == "REVERSAL", ["place", "questions"]].values.tolist()
    [['changxing', 1]]
    """
    missing = [name for name in COLUMNS if name not in found]
    need(not missing, "checks.columns", missing=missing)
    keys = ["place", "document", "indicator", "variant"]
    names = dict(zip(VERDICTS, ("notes", "questions", "contradictions", "undecidable"), strict=True))
    flags = found[keys].assign(**{name: found["verdict"].eq(verdict) for verdict, name in names.items()})
    asked = found["code"].where(found["verdict"].isin(["CONTRADICTION", "QUESTION"]))
    groups = flags.assign(codes=asked).groupby(keys, sort=False, as_index=False)
    counts = dict.fromkeys(names.values(), "sum")
    return groups.agg({**counts, "codes": lambda codes: " ".join(dict.fromkeys(codes.dropna()))})
