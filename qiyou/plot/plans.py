"""What the plans print: paths, core indicators, two counties side by side, base against end, table against text."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from qiyou.errors import DataError
from qiyou.plot import forms, style
from qiyou.plot.style import Caption
from qiyou.words import say


@style.styled
def target_paths(
    data,
    indicator: str = "nursery_places_per_1000",
    places=None,
    *,
    ax: Axes | None = None,
    lang: str = "zh",
    width: str = "full",
    page: int = 1,
) -> Axes:
    """The printed path of one indicator for every place.

    Up to eight places share one panel; more have a small one each, the others behind it in grey.

    Parameters
    ----------
    data : Data
    indicator : str
        Name or id.
    places : sequence of str, optional
        Only these.

    Returns
    -------
    Axes
        The panel, or the first of the small ones. Markers have the gid ``place/variant/year``.

    Raises
    ------
    DataError
        If no document prints a number of it for a year.

    Examples
    --------
    >>> import qiyou
    >>> ax = qiyou.plot.target_paths(qiyou.load(), "sports_area_per_capita", lang="en")
    >>> [text.get_text() for text in ax.texts if "Yuhuan" in text.get_text()][-1]
    'Yuhuan 3.2'
    """
    indicator = data.indicator(indicator)
    names, looks = forms.place_names(data, lang), style.looks(data)
    frame = printed_path(data, indicator)
    if places is not None:
        frame = frame[frame["place"].isin([data.place(place) for place in places])]
    if frame.empty:
        raise DataError(f"target_paths: no plan prints a number of {indicator} for a year; choose another indicator.")
    label, unit = forms.indicator_names(data, lang)[indicator], forms.unit(frame["unit"].iloc[0], lang)
    order = list(dict.fromkeys(frame["place"]))
    chosen, pages = [order], 1
    small = len(order) > forms.MOST_PLACES and ax is None
    if small:
        chosen, pages = forms.paged(order, 35, page, "places")
    lasts = frame.sort_values("year", kind="stable").drop_duplicates(["place", "variant"], keep="last")
    said = [f"{names[row.place]} {row.year:.0f}: {forms.value(row, lang)}" for row in lasts.itertuples()]
    title = _path_title(frame, lasts, names, label, lang)
    short, full = forms.sources(data, frame["document"], lang)
    told = Caption(
        title,
        forms.alt("lines", f"{label} ({unit})" if unit else label, forms.joined(said, lang), lang),
        say("plot.paths.note", lang),
        short,
        full,
        frame.drop(columns=["low_closed", "high_closed"], errors="ignore").reset_index(drop=True),
        pages,
    )
    if small:
        return _small_paths(frame, chosen, told, names, looks, unit, lang)
    ax = forms.panel(ax, told, 88 if width == "full" else 72, width)
    ends = forms.paths(ax, frame, looks)
    _, last = forms.years(ax, frame["year"].min(), frame["year"].max(), 120 if width == "full" else 46)
    forms.name_ends(ax, ends, lambda row: _end(row, last, names, lang), looks, 72 if width == "full" else 58)
    ax.set_title(unit, loc="left")
    return ax


def printed_path(data, indicator: str) -> pd.DataFrame:
    """What is printed of an indicator for a year, without what the text repeats of its document's own table."""
    frame = data.printed
    frame = frame[frame["indicator"].eq(indicator) & frame["year"].notna() & frame["relation"].ne("none")]
    keys = ["document", "year", "value", "relation"]
    table = frame.loc[frame["origin"] == "table", keys].drop_duplicates()
    repeated = frame[keys].merge(table, on=keys, how="left", indicator=True)["_merge"].eq("both").to_numpy()
    return frame[~(repeated & frame["origin"].eq("text").to_numpy())]


def _end(row, last: float, names: dict, lang: str) -> str:
    of = f"{names[row.place]} {row.variant}".strip()
    when = f" ({row.year:.0f})" if row.year != last else ""
    return f"{of} {forms.value(row, lang)}{when}"


def _path_title(frame: pd.DataFrame, lasts: pd.DataFrame, names: dict, label: str, lang: str) -> str:
    year = int(lasts["year"].mode().iloc[-1])
    ends = lasts[lasts["year"] == year]
    values = [forms.value(row, lang) for row in ends.sort_values("value").itertuples()]
    common = pd.Series(values).mode().iloc[0]
    facts = {"indicator": label, "year": year, "n": ends["place"].nunique(), "common": common}
    facts |= {"low": values[0], "high": values[-1], "k": values.count(common)}
    if facts["n"] == 1:
        first = frame.sort_values("year", kind="stable").iloc[0]
        facts |= {"place": names[first["place"]], "from_year": int(first["year"]), "first": forms.value(first, lang)}
        return say("plot.paths.one", lang, **facts)
    shared = "same" if facts["k"] == len(values) else "shared" if 2 * facts["k"] > len(values) else "range"
    return say(f"plot.paths.{shared}", lang, **facts)


def _small_paths(frame, chosen: list, told: Caption, names: dict, looks, unit: str, lang: str) -> Axes:
    """One small panel per place; the paths of all others lie behind it."""
    lines = -(-len(chosen) // 5)
    fig = forms.sheet(told, 29 * lines)
    axes = fig.subplots(lines, 5, sharex=True, sharey=True, squeeze=False)
    whole = frame[frame["value"].notna()].sort_values("year").groupby(["place", "document", "variant"])
    behind = [part[["year", "value"]].to_numpy(dtype=float) for _, part in whole]
    for ax in axes.flat[len(chosen) :]:
        ax.set_axis_off()
    for ax, place in zip(axes.flat, chosen, strict=False):
        ax.add_collection(LineCollection(behind, colors=style.GRID, linewidths=0.6, zorder=0))
        ends = forms.paths(ax, frame[frame["place"] == place], looks)
        head = f"{names[place]} {forms.value(ends.iloc[-1], lang)}"
        ax.set_title(forms.fit(head, 32, 5)[0], color=looks[place].text_colour)
        ax.autoscale_view()
    first, last = frame["year"].min(), frame["year"].max()
    axes[0, 0].set_xticks([first, last])
    axes[0, 0].xaxis.set_major_formatter("{x:.0f}")
    fig.supylabel(unit)
    return axes[0, 0]
