"""Planned county paths over the nation's observed series."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from qiyou import style
from qiyou.capacity.intervals import require
from qiyou.plot.paths import target_paths

NATION = "china"
_NATIONAL = {
    "zh": {"observed": "全国实际", "line": "全国外推，{level:.0%}预测区间\n（n={n}）"},
    "en": {
        "observed": "China, observed",
        "line": "line through it, {level:.0%} prediction\ninterval (n = {n})",
    },
}


@style.styled
def county_on_national(
    paths: pd.DataFrame,
    series: pd.DataFrame,
    fit: pd.DataFrame,
    names: Mapping[str, str],
    *,
    ax: Axes | None = None,
    lang: str = "zh",
) -> Axes:
    """Draw planned county paths over the nation's observed series and its extrapolated line.

    The band is the exact prediction interval of the *national* line; counties are other places, so lying
    inside it is no evidence for them, and planned values have no interval of their own.

    Parameters
    ----------
    paths : DataFrame
        `qiyou.capacity.paths`: document, place, year, value, relation, role, unit.
    series : DataFrame
        `qiyou.capacity.national_series`.
    fit : DataFrame
        `qiyou.capacity.extrapolated` of it: year, value, low, high, level, n.
    names : mapping of str to str
        Place names in the language of the figure.
    ax : Axes, optional
        Where to draw; a new figure of column width by default.
    lang : {"zh", "en"}

    Returns
    -------
    Axes

    Raises
    ------
    DataError
        If a frame has no rows.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> from qiyou.plot import labels
    >>> data = qiyou.load()
    >>> series = capacity.national_series(data, "sports_area_per_capita")
    >>> fit = capacity.extrapolated(series, range(2021, 2028))
    >>> path = capacity.paths(data, "sports_area_per_capita").query("place == 'yuhuan'")
    >>> ax = county_on_national(path, series, fit, labels.names(data.places, "en"), lang="en")
    >>> "Yuhuan 3.2" in [text.get_text() for text in ax.texts]
    True
    """
    require(paths, ("document", "place", "year", "value", "relation", "role", "unit"), "the paths")
    require(series, ("year", "value"), "the national series")
    require(fit, ("year", "value", "low", "high", "level", "n"), "the fit")
    if ax is None:
        ax = plt.subplots(figsize=style.size("column", 78))[1]
    words = _NATIONAL[lang]
    order = list(dict.fromkeys(paths["place"]))
    # The third style is black: it is kept for the nation.
    marks = style.places([*order[:2], NATION, *order[2:]])
    at = fit["year"].astype(float)
    ax.fill_between(at, fit["low"], fit["high"], color="#EBEBEB", linewidth=0, zorder=0)
    (line,) = ax.plot(at, fit["value"], color=style.MUTED, linestyle=(0, (4, 2)), linewidth=0.9, zorder=1)
    (observed,) = ax.plot(
        series["year"].astype(float),
        series["value"],
        **marks[NATION].line() | {"linestyle": "-", "zorder": 2},
    )
    target_paths(paths, dict(names), ax=ax, lang=lang, order=list(marks))
    text = words["line"].format(level=fit["level"].iloc[0], n=int(fit["n"].iloc[0]))
    ax.legend([observed, line], [words["observed"], text], loc="upper left", handlelength=1.8)
    return ax
