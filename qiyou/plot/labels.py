"""Names, units and source notes for figures, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from qiyou import style, units

_BRACKETS = {"zh": "（{}）", "en": " ({})"}
_KNOWN_FROM = {
    "zh": {"copy": "据转载文本", "excerpt": "仅见表格前几行"},
    "en": {"copy": "known from a copy", "excerpt": "first rows of the table only"},
}
_EXTENT = {
    "zh": {"table lost": "目标表在文本中缺失", "prose truncated": "正文不全"},
    "en": {"table lost": "its table is lost", "prose truncated": "text cut short"},
}


# Characters of a label beside which the figures still have room.
_LONGEST = {"zh": 5, "en": 14}


def names(frame: pd.DataFrame, lang: str) -> dict[str, str]:
    """Id -> name of places or indicators in one language.

    Examples
    --------
    >>> names(pd.DataFrame({"id": ["yuhuan"], "name_zh": ["玉环市"], "name_en": ["Yuhuan City"]}), "en")
    {'yuhuan': 'Yuhuan City'}
    """
    return dict(zip(frame["id"], frame[f"name_{lang}"], strict=True))


def short(name: str, lang: str) -> str:
    """A place's name without its type, for labels in a crowded figure; a very long one is cut.

    Examples
    --------
    >>> short("Yuhuan City", "en"), short("玉环市", "zh")
    ('Yuhuan', '玉环')
    >>> short("Jingning She Autonomous County", "en"), short("景宁畲族自治县", "zh")
    ('Jingning She', '景宁畲族')
    """
    if lang == "zh":
        kind = name[:-1] if len(name) > 2 and name[-1] in "省市县区州" else name
        return _cut(kind.removesuffix("自治"), _LONGEST[lang])
    for kind in (" City", " County", " District", " Province", " Prefecture", " Region"):
        name = name.removesuffix(kind)
    return _cut(name.removesuffix(" Autonomous"), _LONGEST[lang])


def fitting(text: str, width_mm: float, *, size: float = style.TEXT_SIZE) -> str:
    """A label that is cut where it is wider than its column.

    Examples
    --------
    >>> fitting("Jingning She", 40), len(fitting("Jingning She", 12)) < 12
    ('Jingning She', True)
    """

    def fits(label: str) -> bool:
        return style.text_width(label, size=size) <= width_mm

    cut = (f"{text[:end].rstrip()}…" for end in range(len(text) - 1, 0, -1))
    return text if fits(text) else next(filter(fits, cut), f"{text[:1]}…")


def staggered(names: list[str], column_mm: float, margin_mm: float, *, size: float) -> list[tuple[str, int]]:
    """Heads of columns with the level that each stands on: two levels by turns where one is wider than its column.

    Examples
    --------
    >>> staggered(["Yuhuan", "Cixi"], 20, 1, size=7), staggered(["Changxing", "Cixi"], 10, 1, size=7)
    ([('Yuhuan', 0), ('Cixi', 0)], [('Changxing', 0), ('Cixi', 1)])
    """
    fits = all(style.text_width(name, size=size) <= column_mm - margin_mm for name in names)
    levels = 1 if fits else 2
    return [
        (fitting(name, levels * column_mm - margin_mm, size=size), k % levels) for k, name in enumerate(names)
    ]


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def unit(printed: str, lang: str) -> str:
    """A unit as a figure prints it.

    Examples
    --------
    >>> unit("平方米/人", "en"), unit("平方米/人", "zh")
    ('m² per head', '平方米/人')
    """
    return printed if lang == "zh" else units.english(printed)


def sources(documents: pd.DataFrame, ids: Iterable[str], lang: str) -> str:
    """The source note for documents: their titles, and what is known of them only in part.

    Parameters
    ----------
    documents : DataFrame
        ``data.documents``.
    ids : iterable of str
        Documents used.
    lang : {"zh", "en"}
    """
    notes = []
    for document in documents[documents["id"].isin(set(ids))].itertuples():
        remarks = [_KNOWN_FROM[lang].get(document.known_from), _EXTENT[lang].get(document.extent)]
        joined = ("，" if lang == "zh" else "; ").join(filter(None, remarks))
        title = f"《{document.title}》" if lang == "zh" else document.title_en or document.title
        notes.append(title + _BRACKETS[lang].format(joined) if joined else title)
    return ("、" if lang == "zh" else ", ").join(notes) + ("。" if lang == "zh" else ".")


def spread(positions: Iterable[float], gap: float) -> np.ndarray:
    """Move labels apart until neighbours are at least a gap away, as little as possible and in their order.

    Pools labels that touch into blocks centred on the mean of their wishes (the pool-adjacent-violators algorithm,
    which gives the least squares solution).

    Examples
    --------
    >>> spread([5.5, 5.5, 5.6], 0.2).round(2).tolist()
    [5.33, 5.53, 5.73]
    """
    wanted = np.asarray(list(positions), dtype=float)
    order = np.argsort(wanted, kind="stable")
    blocks: list[list[float]] = []
    for rank, position in enumerate(wanted[order]):
        blocks.append([position - rank * gap, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, weight = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + mean * weight) / (before[1] + weight)
            before[1] += weight
    level = np.repeat([mean for mean, _ in blocks], [int(weight) for _, weight in blocks])
    moved = np.empty_like(wanted)
    moved[order] = level + np.arange(len(wanted)) * gap
    return moved
