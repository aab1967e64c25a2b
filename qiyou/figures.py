"""Save figures so that they can be printed, cited and rebuilt byte for byte; build all and write their index.

How to add a figure
-------------------
1. Write its drawing function in a module of ``qiyou/plot``. It takes the loaded data and the language and
   returns a `Drawing`; every number in the alternative text is computed there, none is typed::

       @style.styled
       def lead_figure(data, lang):
           frame = qiyou.compare.core(data, 2027)
           fig, ax = plt.subplots(figsize=style.size("full", 90))
           lead(frame, ax=ax, lang=lang)
           return Drawing(fig, table=frame, source=..., alt=alt_text("dot", ..., ..., lang=lang))

   ``table`` is the data behind the figure, the same in both languages (ids and numbers, no labels).
   ``source`` names the documents, and says so where one of them is known only from an excerpt or a copy.
2. Add one line to `FIGURES` below: ``Figure("lead", "03_time_distance.ipynb", "qiyou.plot.lead:lead_figure",
   ...)``. The module is imported only when the figure is drawn.
3. Run ``qiyou figures`` and look at both PNG files. `build` refuses a figure with overlapping, cut or too
   small text, with a missing glyph, or of a width other than 82 or 170 mm. In English labels write straight
   quotation marks: the Chinese font draws curly ones as wide as a character.

A figure of one's own, outside the registry, needs only `save`.

What `save` writes
------------------
``figures/<lang>/<name>.svg``, ``.png`` (300 dpi), ``.pdf`` and ``.txt`` (title, alternative text, source),
and ``figures/data/<name>.csv``. The same versions of the libraries give the same bytes, on any day and in any
process.
"""

from __future__ import annotations

import dataclasses
import html
import importlib
import io
import multiprocessing
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from qiyou import disk, style
from qiyou.errors import FigureError, QiyouError
from qiyou.legibility import NOTE_GID, overlaps, require_fonts, require_print_form, strict

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MplFigure

FORMATS = ("svg", "png", "pdf")
_NOTE_GAP_MM = 1.5
_NOTE_MARGIN_MM = 1.0
_NOTE_LINE_SPACING = 1.35
_STRAIGHT = str.maketrans("“”‘’", "\"\"''")
_XML_LANG = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the drawing function of a registered figure returns.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        The finished figure, made inside the style (`style.styled`); None once it is saved and closed.
    table : DataFrame
        The data behind it, in long format; identical in both languages.
    source : str
        Where the data come from, one or two sentences in the figure's language, without the words "Source:".
    alt : str
        Alternative text in the figure's language (see `alt_text`), its numbers computed.
    note : str
        What a reader must know to read the figure (bounds, rounding, excerpts), printed before the source.
    """

    figure: MplFigure | None
    table: pd.DataFrame
    source: str
    alt: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One entry of the registry.

    Attributes
    ----------
    name : str
        Name of the files; lower-case letters, digits, ``-`` and ``_``.
    notebook : str
        Notebook that shows and explains it, a file name in ``notebooks/``.
    draw : str
        ``"module:function"``; the function takes ``(data, lang)`` and returns a `Drawing`.
    title_zh, title_en : str
        Title in the index and in the files' metadata.
    tables : tuple of str
        Tables of `qiyou.load()` that it is drawn from.
    """

    name: str
    notebook: str
    draw: str
    title_zh: str
    title_en: str
    tables: tuple[str, ...] = ()

    def title(self, lang: str) -> str:
        """The title in one language.

        Examples
        --------
        >>> Figure("pace", "04_pace.ipynb", "qiyou.plot.pace:figure", "年均变化", "Points per year").title("zh")
        '年均变化'
        """
        return self.title_zh if style.language(lang) == "zh" else self.title_en


FIGURES: tuple[Figure, ...] = (
    Figure(
        "reading_overview",
        "01_documents_and_transcription.ipynb",
        "qiyou.plot.transcription:reading_figure",
        "目标表逐格读法",
        "How every cell of the target tables was read",
        ("targets", "decisions", "documents"),
    ),
    Figure(
        "target_paths",
        "01_documents_and_transcription.ipynb",
        "qiyou.plot.paths:first_figure",
        "托位数与人均体育场地面积：各地计划路径",
        "Nursery places and sports area: planned paths by place",
        ("targets", "statements", "documents"),
    ),
    Figure(
        "core_overview",
        "02_core_indicators.ipynb",
        "qiyou.plot.core:core_overview_figure",
        "2027年21项核心指标：各地与参照值",
        "The 21 core indicators in 2027: places against the reference",
        ("targets", "statements", "benchmarks", "documents"),
    ),
    Figure(
        "convergence",
        "02_core_indicators.ipynb",
        "qiyou.plot.changes:core_slopes_figure",
        "从基期到2027年：各地计划变化",
        "From the base year to 2027: planned change by place",
        ("targets", "statements", "documents"),
    ),
    Figure(
        "time_distance",
        "02_core_indicators.ipynb",
        "qiyou.plot.timing:core_timing_figure",
        "与计划中位路径的时间距离（2025年）",
        "Time distance to the median path of the plans, 2025",
        ("targets", "statements", "documents"),
    ),
    Figure(
        "path_families",
        "03_trajectories.ipynb",
        "qiyou.plot.families:path_families_figure",
        "印出位数容许哪些路径形状",
        "Which shapes the printed digits permit",
        ("targets", "indicators", "documents"),
    ),
    Figure(
        "verdict_matrix",
        "04_plausibility.ipynb",
        "qiyou.plot.verdicts:verdict_matrix_figure",
        "各地各指标的检查结论",
        "Verdict of the checks by place and indicator",
        ("targets", "statements", "documents"),
    ),
    Figure(
        "table_prose_worklist",
        "04_plausibility.ipynb",
        "qiyou.plot.between:table_prose_worklist_figure",
        "目标表、正文与工作要点",
        "Table against text against work list",
        ("targets", "statements", "documents"),
    ),
    Figure(
        "required_vs_realised",
        "04_plausibility.ipynb",
        "qiyou.plot.realised:required_vs_realised_figure",
        "所需速度与已实现的变化",
        "Required pace among realised changes",
        ("targets", "reference", "sources"),
    ),
    Figure(
        "nursery_stocks",
        "05_nursery_places.ipynb",
        "qiyou.plot.cases:implied_stock_figure",
        "计划水平所含的托位与场地总量",
        "Stocks that planned levels imply, by population scenario",
        ("targets", "statements", "observations", "sources"),
    ),
    Figure(
        "nursery_per_child",
        "05_nursery_places.ipynb",
        "qiyou.plot.cases:places_per_child_figure",
        "每千人口托位数折合每名3岁以下儿童的托位数",
        "Nursery places per child under three",
        ("targets", "observations", "sources"),
    ),
    Figure(
        "counties_on_nation",
        "05_nursery_places.ipynb",
        "qiyou.plot.cases:national_curve_figure",
        "各地计划路径与全国实际值",
        "Planned county paths over the nation's observed series",
        ("targets", "statements", "observations", "sources"),
    ),
    Figure(
        "sports_balance",
        "06_sports_area.ipynb",
        "qiyou.plot.cases:sports_balance_figure",
        "需要新增与已公布的体育场地面积",
        "Sports area required and announced",
        ("targets", "statements", "projects", "facilities", "observations", "sources"),
    ),
)


_CHARTS = {
    "line": ("折线图", "Line chart"),
    "dot": ("点图", "Dot plot"),
    "bar": ("条形图", "Bar chart"),
    "matrix": ("矩阵图", "Matrix"),
    "interval": ("区间图", "Interval plot"),
    "table": ("图表", "Chart in table form"),
}


def alt_text(chart: str, subject: str, finding: str, *, lang: str) -> str:
    """Put together an alternative text: what kind of picture, of what, and what one sees in it.

    Parameters
    ----------
    chart : {"line", "dot", "bar", "matrix", "interval", "table"}
        Kind of picture.
    subject : str
        What is shown: indicator, places, years.
    finding : str
        What a reader sees in it, with the numbers; one or two sentences.
    lang : {"zh", "en"}
        Language of the text.

    Returns
    -------
    str
        One paragraph.

    Raises
    ------
    FigureError
        For an unknown kind, or an empty subject or finding.

    Examples
    --------
    >>> print(alt_text("line", "Nursery places, Yuhuan, 2022 to 2027", "From 3.6 to 5.5", lang="en"))
    Line chart: Nursery places, Yuhuan, 2022 to 2027. From 3.6 to 5.5.
    >>> print(alt_text("line", "玉环市千人托位数，2022—2027年", "由3.6个升至5.5个。", lang="zh"))
    折线图：玉环市千人托位数，2022—2027年。由3.6个升至5.5个。
    """
    chinese = style.language(lang) == "zh"
    if chart not in _CHARTS:
        raise FigureError(f"Unknown kind of chart {chart!r}; it must be one of {', '.join(_CHARTS)}.")
    parts = [_required(subject, "subject"), _required(finding, "finding")]
    stop = "。" if chinese else "."
    sentences = [part if part[-1] in "。.！!？?" else part + stop for part in parts]
    return (
        f"{_CHARTS[chart][0]}：{sentences[0]}{sentences[1]}"
        if chinese
        else f"{_CHARTS[chart][1]}: {sentences[0]} {sentences[1]}"
    )


# ------------------------------------------------------------------------------------------------ save


def save(
    fig: MplFigure,
    name: str,
    *,
    lang: str,
    source: str,
    alt: str,
    data: pd.DataFrame,
    title: str = "",
    note: str = "",
    folder: str | os.PathLike | None = None,
) -> dict[str, Path]:
    """Save a figure as SVG, PNG (300 dpi) and PDF with its source note, alternative text and data.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Drawn inside ``style.context(lang)``. The note is added under it, in room of its own: the saved
        picture is as wide as the figure and higher by the note. Saving again replaces the note.
    name : str
        Name of the files: lower-case letters, digits, ``-`` and ``_``.
    lang : {"zh", "en"}
        Language of the figure, and the folder it goes to.
    source : str
        Where the data come from, without the words "Source:", which are added.
    alt : str
        Alternative text (see `alt_text`): for SVG (desc), PNG (Description), PDF (Subject) and a text file.
    data : DataFrame
        The data behind the figure, at least one row, with a plain index (it is not written).
    title : str
        Title in the metadata; by default the title in the figure, else `name`.
    note : str
        What a reader must know to read the figure, printed before the source.
    folder : path, optional
        Default: ``figures/`` of the repository, or of the current folder outside a repository.

    Returns
    -------
    dict of str to Path
        Files by ``svg, png, pdf, txt, csv``. A file whose content would not change is left alone.

    Raises
    ------
    FigureError
        If a glyph or font is missing, text is cut, an argument is empty, or a file cannot be written. Nothing
        is written before all three pictures are complete, and no file is ever left half written.

    Examples
    --------
    >>> import tempfile
    >>> import matplotlib.figure
    >>> with style.context("zh"), tempfile.TemporaryDirectory() as folder:
    ...     fig = matplotlib.figure.Figure(figsize=style.size("column", 40))
    ...     _ = fig.add_subplot().plot([2022, 2027], [3.6, 5.5])
    ...     frame = pd.DataFrame({"year": [2022, 2027], "value": [3.6, 5.5]})
    ...     files = save(fig, "example", lang="zh", source="示例", alt="折线图。", data=frame, folder=folder)
    ...     sorted(path.name for path in files.values())
    ['example.csv', 'example.pdf', 'example.png', 'example.svg', 'example.txt']
    """
    return _save(
        fig, name, lang=lang, source=source, alt=alt, data=data, title=title, note=note, folder=folder
    )


def _save(
    fig: MplFigure,
    name: str,
    *,
    lang: str,
    source: str,
    alt: str,
    data: pd.DataFrame,
    title: str,
    note: str,
    folder: str | os.PathLike | None,
    registered: bool = False,
) -> dict[str, Path]:
    from matplotlib.figure import Figure as MplFigure

    style.language(lang)
    _require_name(name)
    if not isinstance(fig, MplFigure):
        raise FigureError(f"save() takes a matplotlib Figure, not {type(fig).__name__}; pass ax.figure.")
    alt, source, note = _required(alt, "alt"), _required(source, "source"), _one_line(note)
    csv = _csv(data)
    caption = _caption(note, source, lang)
    with style.context(lang):
        _draw_note(fig, caption)
        require_fonts(fig)
        if (engine := fig.get_layout_engine()) is not None:
            # Room for the labels moves the ticks, and other ticks want other room: one pass does not settle it.
            with strict(fig):
                engine.execute(fig)
        clashes = overlaps(fig)
        # Once more: tick labels have no text before the figure is laid out.
        require_fonts(fig)
        if registered:
            require_print_form(fig, clashes)
        clipped = [clash for clash in clashes if clash.kind == "outside"]
        if clipped:
            found = "; ".join(map(str, clipped))
            raise FigureError(f"{name}: {found}. Move or shorten it, or enlarge the figure.")
        title = _one_line(title) or _title_in(fig) or name
        pictures = _render(fig, name, lang=lang, title=title, alt=alt, source=source)
    root = _root(folder)
    paths = {suffix: root / lang / f"{name}.{suffix}" for suffix in (*FORMATS, "txt")}
    paths["csv"] = root / "data" / f"{name}.csv"
    content = {**pictures, "txt": f"{title}\n\n{alt}\n\n{caption}\n".encode(), "csv": csv}
    for suffix, path in paths.items():
        _write(path, content[suffix])
    return paths


def _require_name(name: str) -> None:
    device = re.fullmatch(r"con|nul|aux|prn|(com|lpt)\d", name)
    if device or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", name):
        raise FigureError(
            f"{name!r} cannot name a figure's files on every system; use lower-case letters, digits, '-' and "
            "'_', at most 80, and no device name of Windows."
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _required(text: str, what: str) -> str:
    line = _one_line(text)
    if not line:
        raise FigureError(f"The figure's {what} is empty; say it in one sentence.")
    return line


def _caption(note: str, source: str, lang: str) -> str:
    """The lines under the figure."""
    if lang == "en":
        # The Chinese font draws curly quotation marks as wide as a character: that tears English lines apart.
        note, source = (text.translate(_STRAIGHT) for text in (note, source))
    words = {"zh": ("注：", "资料来源："), "en": ("Note: ", "Source: ")}[lang]
    return "\n".join(word + text for word, text in zip(words, (note, source), strict=True) if text)


def _draw_note(fig: MplFigure, caption: str) -> None:
    """Put the note under the figure's lower edge, where nothing of the figure can lie."""
    for old in [text for text in fig.texts if text.get_gid() == NOTE_GID]:
        old.remove()
    width, height = fig.get_size_inches() * style.MM_PER_INCH
    fig.text(
        _NOTE_MARGIN_MM / width,
        -_NOTE_GAP_MM / height,
        style.wrap(caption, width - 2 * _NOTE_MARGIN_MM),
        ha="left",
        va="top",
        size=style.SMALL_SIZE,
        color=style.MUTED,
        linespacing=_NOTE_LINE_SPACING,
        # A dollar sign in a source is a dollar sign.
        parse_math=False,
        gid=NOTE_GID,
    )


def _render(fig: MplFigure, name: str, *, lang: str, title: str, alt: str, source: str) -> dict[str, bytes]:
    """The three pictures as bytes, laid out once so that they do not differ from one another."""
    import matplotlib
    from matplotlib.transforms import Bbox

    facts = {"Title": title, "Description": alt, "Source": source}
    metadata = {
        "svg": {**facts, "Date": None, "Creator": None, "Language": _XML_LANG[lang]},
        "png": {**facts, "Software": None},
        "pdf": {"Title": title, "Subject": alt, "CreationDate": None, "Creator": None, "Producer": None},
    }
    (note,) = [text for text in fig.texts if text.get_gid() == NOTE_GID]
    lowest = note.get_window_extent().y0 / fig.dpi - _NOTE_MARGIN_MM / style.MM_PER_INCH
    width, height = fig.get_size_inches()
    area = Bbox([[0, lowest], [width, height]])
    engine = fig.get_layout_engine()
    pictures = {}
    # Without any engine: even an idle one would have every picture drawn twice.
    no_engine = {"figure.constrained_layout.use": False, "figure.autolayout": False}
    with strict(fig), matplotlib.rc_context(no_engine):
        try:
            fig.set_layout_engine(None)
            for suffix in FORMATS:
                buffer = io.BytesIO()
                fig.savefig(buffer, format=suffix, bbox_inches=area, metadata=metadata[suffix])
                pictures[suffix] = buffer.getvalue()
        finally:
            fig.set_layout_engine(engine)
    pictures["svg"] = _describe_svg(pictures["svg"], name, lang, alt)
    return pictures


def _describe_svg(svg: bytes, name: str, lang: str, alt: str) -> bytes:
    """Add what a screen reader looks for: role, language, and a title and description it is pointed to."""
    text = _number_ids(svg.decode("utf-8"), f"{name}-{lang}")
    ids = f"{name}-{lang}-title", f"{name}-{lang}-desc"
    text = text.replace(
        "<svg ", f'<svg role="img" xml:lang="{_XML_LANG[lang]}" aria-labelledby="{ids[0]} {ids[1]}" ', 1
    )
    text = text.replace("<title>", f'<title id="{ids[0]}">', 1)
    description = f'<desc id="{ids[1]}">{html.escape(alt, quote=False)}</desc>'
    text = text.replace("</title>", f"</title>\n {description}", 1)
    return text.encode("utf-8")


def _number_ids(svg: str, prefix: str) -> str:
    """Number the generated ids in place of matplotlib's hashes.

    Those hash coordinates to the last bit, which a second layout of the same figure may change; and two
    pictures in one web page must not share an id.
    """
    hashed = re.findall(r'\bid="(\w*[0-9a-f]{10})"', svg)
    numbered = {old: f"{prefix}-{number}" for number, old in enumerate(dict.fromkeys(hashed))}
    return re.sub(r'(?<=[#"])\w+(?=[")])', lambda found: numbered.get(found[0], found[0]), svg)


def _title_in(fig: MplFigure) -> str:
    titles = [fig.get_suptitle()]
    titles += [ax.get_title(where) for ax in fig.axes for where in ("left", "center", "right")]
    return next((_one_line(title) for title in titles if title.strip()), "")


def _csv(data: pd.DataFrame) -> bytes:
    """The table as CSV: LF, ten digits, and a byte-order mark without which Excel takes Chinese for GBK."""
    if not isinstance(data, pd.DataFrame) or data.empty:
        raise FigureError("The data behind the figure are empty; pass the DataFrame that is drawn.")
    if data.index.nlevels > 1 or data.index.name is not None or data.columns.nlevels > 1:
        raise FigureError("The data behind the figure have a named or nested index; use reset_index().")
    safe = data.rename(columns=disk.neutral)
    for position, dtype in enumerate(data.dtypes):
        if not (pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype)):
            safe.isetitem(position, data.iloc[:, position].astype(object).map(disk.neutral))
    return b"\xef\xbb\xbf" + safe.to_csv(index=False, lineterminator="\n", float_format="%.10g").encode()


# ------------------------------------------------------------------------------------------------ disk


def _root(folder: str | os.PathLike | None) -> Path:
    if folder is not None:
        return Path(folder)
    repository = Path(__file__).resolve().parents[1]
    return (repository if (repository / "pyproject.toml").is_file() else Path.cwd()) / "figures"


def _write(path: Path, content: bytes) -> None:
    try:
        disk.write(path, content)
    except OSError as error:
        reason = disk.reason(error, "pass another folder=")
        raise FigureError(f"{path} could not be written: {reason}") from error


# ----------------------------------------------------------------------------------------------- build


def build(
    data: object = None,
    *,
    folder: str | os.PathLike | None = None,
    names: Sequence[str] | None = None,
    figures: Sequence[Figure] | None = None,
    progress: Callable[[int, int, str], object] | None = None,
    workers: int = 1,
    unfit: Callable[[QiyouError], object] | None = None,
) -> pd.DataFrame:
    """Draw and save every registered figure in both languages, and write the index ``figures/README.md``.

    Parameters
    ----------
    data : object, optional
        What `qiyou.load()` returns; loaded if not given.
    folder : path, optional
        See `save`.
    names : sequence of str, optional
        Only these figures; the index, which lists all, is then left as it is.
    figures : sequence of Figure, optional
        Another registry; default `FIGURES`.
    progress : callable, optional
        Called as ``progress(done, total, "zh/name")`` after each picture.
    workers : int
        Draw in so many processes side by side. A script that asks for more than one needs the usual
        ``if __name__ == "__main__":`` around its call.
    unfit : callable, optional
        Called with the error of a picture that cannot be drawn or is not fit for print: a county of one's own
        may not fit into every figure. The picture is then left out, its figure also of the index, and the
        others are made. By default the first error is raised.

    Returns
    -------
    DataFrame
        One row per file: ``name, lang, kind, path`` (``lang`` is empty for the data).

    Raises
    ------
    FigureError
        If a figure cannot be drawn or is not fit for print; the message names figure and language. If a file
        cannot be written.
    """
    specs = _selected(FIGURES if figures is None else figures, names)
    if data is None:
        from qiyou.data import load

        data = load()
    rows, drawn = [], {}
    tasks = [(spec, data, lang, folder, unfit is not None) for spec in specs for lang in style.LANGUAGES]
    for done, (task, result) in enumerate(zip(tasks, _side_by_side(tasks, workers), strict=True), start=1):
        spec, lang = task[0], task[2]
        if progress is not None:
            progress(done, len(tasks), f"{lang}/{spec.name}")
        if isinstance(result, QiyouError):
            unfit(result)
            continue
        drawn[spec.name, lang], paths = result
        rows += [(spec.name, "" if kind == "csv" else lang, kind, path) for kind, path in paths.items()]
        if all((spec.name, each) in drawn for each in style.LANGUAGES):
            _require_same_table(spec, drawn)
    if names is None:
        whole = [spec for spec in specs if all((spec.name, lang) in drawn for lang in style.LANGUAGES)]
        _write(_root(folder) / "README.md", _index(whole, drawn).encode())
    return pd.DataFrame(rows, columns=["name", "lang", "kind", "path"]).drop_duplicates(ignore_index=True)


def _selected(specs: Sequence[Figure], names: Sequence[str] | None) -> list[Figure]:
    known = [spec.name for spec in specs]
    if len(set(known)) < len(known):
        twice = next(name for name in known if known.count(name) > 1)
        raise FigureError(f"Two figures are named {twice!r}; rename one.")
    if not known:
        raise FigureError("No figure is registered; add one to qiyou.figures.FIGURES (its module says how).")
    unknown = sorted(set(names or ()) - set(known))
    if unknown or (names is not None and not names):
        asked = ", ".join(unknown) or "without a name"
        raise FigureError(f"There is no figure {asked}; the figures are {', '.join(known)}.")
    return [spec for spec in specs if names is None or spec.name in names]


def _side_by_side(
    tasks: Sequence[tuple], workers: int
) -> Iterator[tuple[Drawing, dict[str, Path]] | QiyouError]:
    """Build every task, in its order; in fresh processes if there are to be several."""
    if workers <= 1 or len(tasks) == 1:
        yield from (_built(*task) for task in tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_built, *zip(*tasks, strict=True))


def _built(
    spec: Figure, data: object, lang: str, folder: str | os.PathLike | None, tolerant: bool
) -> tuple[Drawing, dict[str, Path]] | QiyouError:
    """What `_build_one` gives; if tolerant, the error in its place, but for that of a disk."""
    try:
        return _build_one(spec, data, lang, folder)
    except QiyouError as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, OSError):
            cause = cause.__cause__
        if not tolerant or cause is not None:
            raise
        return error


def _build_one(
    spec: Figure, data: object, lang: str, folder: str | os.PathLike | None
) -> tuple[Drawing, dict[str, Path]]:
    import matplotlib.pyplot as plt

    drawing = _drawing_function(spec)(data, lang)
    if not isinstance(drawing, Drawing):
        raise FigureError(f"{spec.draw} returned {type(drawing).__name__}; it has to return a Drawing.")
    try:
        paths = _save(
            drawing.figure,
            spec.name,
            lang=lang,
            source=drawing.source,
            alt=drawing.alt,
            data=drawing.table,
            title=spec.title(lang),
            note=drawing.note,
            folder=folder,
            registered=True,
        )
    except FigureError as error:
        raise FigureError(f"Figure {lang}/{spec.name} ({spec.draw}): {error}") from error
    finally:
        plt.close(drawing.figure)
    return dataclasses.replace(drawing, figure=None), paths


def _drawing_function(spec: Figure) -> Callable[[object, str], Drawing]:
    module, _, function = spec.draw.partition(":")
    try:
        return getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise FigureError(
            f"The drawing function {spec.draw!r} of figure {spec.name} cannot be imported ({error}); FIGURES "
            "needs 'module:function'."
        ) from error


def _require_same_table(spec: Figure, drawn: Mapping[tuple[str, str], Drawing]) -> None:
    tables = [_csv(drawn[spec.name, lang].table) for lang in style.LANGUAGES]
    if len(set(tables)) > 1:
        raise FigureError(
            f"The data behind {spec.name} differ between zh and en; give both the same table, with ids in "
            "place of labels."
        )


def leftovers(folder: str | os.PathLike | None = None, figures: Sequence[Figure] | None = None) -> list[Path]:
    """Files in the figures folder that no registered figure makes: remains of a renamed or removed one.

    Parameters
    ----------
    folder : path, optional
        See `save`.
    figures : sequence of Figure, optional
        Default `FIGURES`.

    Returns
    -------
    list of Path
        Relative to the folder, sorted; nothing is deleted.

    Examples
    --------
    >>> leftovers("no-such-folder")
    []
    """
    root = _root(folder)
    names = [spec.name for spec in (FIGURES if figures is None else figures)]
    suffixes = (*FORMATS, "txt")
    made = {f"{lang}/{name}.{suffix}" for name in names for lang in style.LANGUAGES for suffix in suffixes}
    made |= {f"data/{name}.csv" for name in names} | {"README.md"}
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if path.as_posix() not in made and path.name != ".gitkeep")


def _index(specs: Sequence[Figure], drawn: Mapping[tuple[str, str], Drawing]) -> str:
    """The text of figures/README.md."""
    head = [
        "# Figures 图件",
        "",
        "Written by `qiyou figures`; do not edit. Every figure is there in Chinese (`zh/`) and English "
        "(`en/`), as SVG, PDF and PNG (300 dpi at its printed width), with its alternative text (`.txt`) and "
        "the data behind it (`data/`).",
        "",
        "| Figure 图 | Notebook 笔记本 | Function 函数 | Data 数据 | Drawn from 取自 |",
        "|---|---|---|---|---|",
    ]
    rows = [
        f"| [{_cell(spec.title_zh)}<br>{_cell(spec.title_en)}](#{spec.name}) "
        f"| [{spec.notebook}](../notebooks/{spec.notebook}) | `{spec.draw}` "
        f"| [{spec.name}.csv](data/{spec.name}.csv) "
        f"| {', '.join(f'`{table}`' for table in spec.tables) or '–'} |"
        for spec in specs
    ]
    sections = [line for spec in specs for line in _index_section(spec, drawn)]
    return "\n".join([*head, *rows, *sections]) + "\n"


def _index_section(spec: Figure, drawn: Mapping[tuple[str, str], Drawing]) -> list[str]:
    pictures = [
        f"[![{_cell(drawn[spec.name, lang].alt)}]({lang}/{spec.name}.png)]({lang}/{spec.name}.svg)"
        for lang in style.LANGUAGES
    ]
    texts = []
    for lang in style.LANGUAGES:
        drawing = drawn[spec.name, lang]
        links = ", ".join(f"[{suffix.upper()}]({lang}/{spec.name}.{suffix})" for suffix in FORMATS)
        caption = _caption(_one_line(drawing.note), _one_line(drawing.source), lang).replace("\n", " ")
        parts = [_cell(spec.title(lang)), _cell(drawing.alt), _plain(caption), f"({links})"]
        texts += ["", "<br>".join(parts)]
    head = ["", f'<a id="{spec.name}"></a>', "", f"## {spec.name}", "", "| 中文 | English |", "|---|---|"]
    return [*head, f"| {' | '.join(pictures)} |", *texts]


def _plain(text: str) -> str:
    """Text that Markdown is not to read as markup."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


def _cell(text: str) -> str:
    return _plain(_one_line(text))
