"""C11 and C12: what the plans of several places say about one another. None of it speaks to feasibility."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.plausibility.codes import NOTE
from qiyou.plausibility.paths import Paths
from qiyou.plausibility.settings import Settings
from qiyou.plausibility.verdicts import findings


def checks(paths: Paths, places: pd.DataFrame, settings: Settings) -> list[pd.DataFrame]:
    """IDENTICAL_PATHS, COMMON_END_VALUE and PEER_BAND.

    Parameters
    ----------
    paths : Paths
    places : DataFrame
        ``data.places``: id, name_zh, name_en.
    settings : Settings
    """
    names = _Names(places)
    common, shared = _common_end(paths, names, settings)
    return [*_identical(paths, names, settings), *common, *_bands(paths, shared, settings)]


class _Names:
    """Names of places, joined."""

    def __init__(self, places: pd.DataFrame):
        self._zh = dict(zip(places["id"], places["name_zh"], strict=True))
        self._en = dict(zip(places["id"], places["name_en"], strict=True))

    def join(self, ids, lang: str) -> str:
        names = self._zh if lang == "zh" else self._en
        listed = [names.get(place, place) for place in sorted(set(ids))]
        if lang == "zh":
            return "、".join(listed)
        return " and ".join(part for part in (", ".join(listed[:-1]), listed[-1]) if part)


def _planned(paths: Paths) -> pd.DataFrame:
    """Planned cells of all paths that are judged, in long format."""
    grid = paths.grid
    mask = grid.known & ~grid.empty & ~grid.baseline & paths.judged[:, None]
    at, column = np.nonzero(mask)
    return pd.DataFrame(
        {
            "at": at,
            "year": grid.years[column],
            "value": grid.value[at, column],
            "relation": grid.relation[at, column],
        }
    )


def _identical(paths: Paths, names: _Names, settings: Settings) -> list[pd.DataFrame]:
    """Paths whose planned values are equal, year by year; a flat path is no copy of another flat one."""
    cells = _planned(paths)
    if cells.empty:
        return []
    text = cells["year"].astype(str) + cells["relation"] + cells["value"].map("{:.10g}".format)
    groups = pd.DataFrame({"at": cells["at"], "text": text, "value": cells["value"]}).groupby("at", sort=True)
    each = groups.agg(text=("text", ";".join), cells=("value", "size"), different=("value", "nunique"))
    each = each[(each["cells"] >= settings.identical_values) & (each["different"] > 1)].reset_index()
    keys = paths.keys.iloc[each["at"]]
    each = each.assign(place=keys["place"].to_numpy(), indicator=keys["indicator"].to_numpy())
    grouped = each.groupby(["indicator", "text"], sort=False)["place"]
    each = each.assign(k=grouped.transform("nunique"))
    each = each[each["k"] > 1]
    if each.empty:
        return []
    members = each.groupby(["indicator", "text"], sort=False)["place"].agg(list)
    same = each.set_index(["indicator", "text"]).index
    at = each["at"].to_numpy()
    fields = {
        **paths.take(at),
        "k": each["k"].astype(str).to_numpy(dtype=object),
        "places_zh": same.map(members.map(lambda ids: names.join(ids, "zh"))).to_numpy(dtype=object),
        "places_en": same.map(members.map(lambda ids: names.join(ids, "en"))).to_numpy(dtype=object),
    }
    return [
        findings(
            paths.keys.iloc[at],
            check="C12",
            code="IDENTICAL_PATHS",
            verdict=NOTE,
            statistic=each["k"],
            threshold=settings.identical_values,
            zh="{label_zh}：{places_zh}的计划值逐年相同（{k}地），可能依同一模板编制；这不涉及可行性。",
            en="{label_en}: the planned values of {places_en} are the same in every year ({k} places), perhaps "
            "from one template; this says nothing about feasibility.",
            fields=fields,
        )
    ]


def _ends(paths: Paths) -> pd.DataFrame:
    """End values of judged paths: one per place and indicator that prints a single path."""
    at = np.flatnonzero(paths.judged & (paths.last >= 0))
    last = paths.last[at]
    frame = pd.DataFrame(
        {
            "at": at,
            "place": paths.keys["place"].to_numpy()[at],
            "indicator": paths.keys["indicator"].to_numpy()[at],
            "year": paths.grid.years[last],
            "value": paths.grid.value[at, last],
            "relation": paths.grid.relation[at, last],
            "planned": ~paths.grid.baseline[at, last],
        }
    )
    frame = frame[frame["planned"] & frame["relation"].ne("about")]
    return frame[~frame.duplicated(["place", "indicator"], keep=False)]


def _common_end(paths: Paths, names: _Names, settings: Settings) -> tuple[list[pd.DataFrame], set[tuple]]:
    """COMMON_END_VALUE, and the (indicator, year) whose end values say nothing about the places."""
    ends = _ends(paths)
    if ends.empty:
        return [], set()
    group = ["indicator", "year"]
    ends = ends.assign(text=ends["relation"] + ends["value"].map("{:.10g}".format))
    ends = ends.assign(
        of=ends.groupby(group)["place"].transform("size"),
        k=ends.groupby([*group, "text"])["place"].transform("size"),
    )
    common = ends[
        (ends["of"] >= settings.shared_places)
        & (ends["k"] >= settings.shared_share * ends["of"])
        & (ends["k"] > 1)
    ]
    if common.empty:
        return [], set()
    members = common.groupby([*group, "text"])["place"].agg(list)
    same = common.set_index([*group, "text"]).index
    at = common["at"].to_numpy()
    fields = {
        **paths.take(at),
        "year": common["year"].astype(str).to_numpy(dtype=object),
        "k": common["k"].astype(str).to_numpy(dtype=object),
        "of": common["of"].astype(str).to_numpy(dtype=object),
        "print_zh": paths.promise(at, paths.last[at], "zh"),
        "print_en": paths.promise(at, paths.last[at], "en"),
        "places_zh": same.map(members.map(lambda ids: names.join(ids, "zh"))).to_numpy(dtype=object),
        "places_en": same.map(members.map(lambda ids: names.join(ids, "en"))).to_numpy(dtype=object),
    }
    found = findings(
        paths.keys.iloc[at],
        check="C12",
        code="COMMON_END_VALUE",
        verdict=NOTE,
        year=common["year"],
        statistic=common["k"] / common["of"],
        threshold=settings.shared_share,
        zh="{label_zh}：{of}地中{k}地（{places_zh}）的{year}年目标都是{print_zh}，终值可能由上级设定；若如此，比较终值只是比较模板。",
        en="{label_en}: {k} of {of} places ({places_en}) aim at {print_en} in {year}; the end value may be "
        "set from above, and then comparing end values only compares the template.",
        fields=fields,
    )
    return [found], set(zip(common["indicator"], common["year"], strict=True))


def _bands(paths: Paths, shared: set[tuple], settings: Settings) -> list[pd.DataFrame]:
    """PEER_BAND: end values beyond one standard deviation of at least eight places' plans."""
    ends = _ends(paths)
    ends = ends[ends["relation"].eq("eq")]
    common = (
        pd.MultiIndex.from_frame(ends[["indicator", "year"]]).isin(shared)
        if shared
        else np.zeros(len(ends), bool)
    )
    ends = ends[~common]
    groups = ends.groupby(["indicator", "year"])["value"]
    mean, count = groups.transform("mean"), groups.transform("size")
    # deviations from a mean of equal numbers are binary noise, not a spread
    s = np.sqrt(groups.transform(lambda values: ((values - values.mean()) ** 2).mean()))
    outside = (
        (count >= settings.peers_least)
        & (s > 1e-9 * mean.abs())
        & ((ends["value"] - mean).abs() > settings.peer_deviations * s)
    )
    some = ends.assign(mean=mean, s=s, count=count)[outside]
    if some.empty:
        return []
    at = some["at"].to_numpy()
    fields = {
        **paths.take(at),
        "year": some["year"].astype(str).to_numpy(dtype=object),
        "count": some["count"].astype(str).to_numpy(dtype=object),
        "mean": some["mean"].to_numpy(),
        "s": some["s"].to_numpy(),
        "print_zh": paths.promise(at, paths.last[at], "zh"),
        "print_en": paths.promise(at, paths.last[at], "en"),
        "far": ((some["value"] - some["mean"]) / some["s"]).to_numpy(),
        "limit": np.full(len(some), settings.peer_deviations),
    }
    return [
        findings(
            paths.keys.iloc[at],
            check="C11",
            code="PEER_BAND",
            verdict=NOTE,
            year=some["year"],
            statistic=(some["value"] - some["mean"]) / some["s"],
            low=some["mean"] - some["s"],
            high=some["mean"] + some["s"],
            threshold=settings.peer_deviations,
            zh="{label_zh}：{year}年目标{print_zh}，与{count}地计划的平均值{mean:4}相差{far:3}个标准差（界限{limit}），只是与别的计划比较。",
            en="{label_en}: the target for {year}, {print_en}, is {far:3} standard deviations from the mean "
            "{mean:4} of {count} "
            "plans (limit {limit}); a comparison with other plans only.",
            fields=fields,
        )
    ]
