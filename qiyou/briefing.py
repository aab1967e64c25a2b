"""Sentences for a briefing paper: in Chinese and English, with evidence class and locators."""

from __future__ import annotations

from qiyou.errors import DataError

CLASSES = {
    "E0": ("仅据计划", "plan only: logic, arithmetic, shape"),
    "E1": ("计划与自身历史", "plan and own observed history"),
    "E2": ("与其他地方的计划比较", "plan and other places' plans; not feasibility"),
    "E3": ("与已实现的变化比较", "plan and changes really achieved elsewhere"),
    "A": ("计划与有来源数据的算术", "arithmetic on the plan and sourced outside figures"),
    "D": ("数据描述", "description of the transcription or of observed values"),
}
"""Evidence classes and what each allows."""


def sentence(zh: str, en: str, *, evidence: str | list[str], locators: str | list[str]) -> None:
    """Print a sentence in both languages with its evidence class and where its figures stand.

    Parameters
    ----------
    zh, en : str
        The sentence; its numbers are to be computed and asserted beside it.
    evidence : str or list of str
        Keys of :data:`CLASSES`: what may be concluded; several where the parts of a sentence rest on different
        things.
    locators : str or list of str
        Document and row or statement, or source keys.

    Raises
    ------
    DataError
        If the evidence class is unknown or no locator is given: a sentence without either is not printed.

    Examples
    --------
    >>> sentence("玉环计划五年增加0.5。", "Yuhuan plans 0.5 more.", evidence="E0", locators="yuhuan-plan-2023 table:29")
    玉环计划五年增加0.5。
    Yuhuan plans 0.5 more.
    [E0 仅据计划 / plan only: logic, arithmetic, shape] yuhuan-plan-2023 table:29
    """
    classes = [evidence] if isinstance(evidence, str) else list(evidence)
    unknown = [name for name in classes if name not in CLASSES]
    if unknown or not classes:
        raise DataError(
            f"there is no evidence class {(unknown or [''])[0]!r}; choose one of {', '.join(CLASSES)}"
        )
    places = [locators] if isinstance(locators, str) else list(locators)
    if not places or not all(places):
        raise DataError(
            "a sentence needs a locator: name the document and row or statement, or the source keys"
        )
    meant = "; ".join(f"{name} {' / '.join(CLASSES[name])}" for name in classes)
    print(zh, en, f"[{meant}] {'; '.join(places)}", sep="\n")
