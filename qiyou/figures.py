"""Save figures so that they can be printed, cited and rebuilt byte for byte; build all and write their index.

A figure of the registry is a line of ``qiyou/tables/figures.csv``: its name, the notebook that shows it, the function
of `qiyou.plot` that draws it with the choices it makes (``target_paths:indicator=beds_per_1000``), a title for the
index, the tables of `qiyou.load` that it is drawn from, and ``full`` or ``full column`` for the widths.

`save` writes into ``figures/<lang>/``: ``<name>.svg``, ``.png`` (300 dpi) and ``.pdf`` with the finding as title and a
note below; ``<name>.plain.svg`` and ``.png``, the same picture without both, for papers that set their own caption; the
caption as text, ``<name>.txt``; and the data behind it, ``figures/data/<name>.csv``. `build` adds ``<name>.half.*``, one
column wide, without title and note, and ``<name>-2.*`` where a figure takes more pages. The same versions of the
libraries give the same bytes, on any day and in any process.
"""

from __future__ import annotations

import contextlib
import html
import io
import multiprocessing
import os
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qiyou import disk, plot, words
from qiyou.errors import FigureError, QiyouError
from qiyou.plot import style
from qiyou.plot.style import Caption

FORMATS = ("svg", "png", "pdf")
NOTE_GID, TITLE_GID = "source-note", "title"
_GAP_MM, _MARGIN_MM = 1.5, 1.0
_XML_LANG = {"zh": "zh-CN", "en": "en"}
# The Chinese font draws curly quotation marks as wide as a character: that tears English lines apart.
_STRAIGHT = str.maketrans("“”‘’", "\"\"''")
_FONTS = "'Noto Sans SC', 'Source Han Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"


@dataclass(frozen=True, slots=True)
class Registered:
    """One line of ``tables/figures.csv``."""

    name: str
    notebook: str
    function: str
    title_zh: str
    title_en: str
    tables: tuple[str, ...]
    widths: tuple[str, ...]

    def draw(self, data, lang: str, **choice):
        """Draw it, with the choices that its line makes."""
        function, _, made = self.function.partition(":")
        own = dict(part.split("=") for part in made.split(",") if part)
        if function not in dir(plot):
            raise FigureError(
                f"figures.csv: {self.name} is drawn by {function!r}, which qiyou.plot does not have."
            )
        return getattr(plot, function)(data, lang=lang, **own, **choice)


def _registry() -> tuple[Registered, ...]:
    rows = words.table("figures").to_dict("records")
    split = ("tables", "widths")
    return tuple(
        Registered(**{key: tuple(v.split()) if key in split else v for key, v in row.items()}) for row in rows
    )


FIGURES: tuple[Registered, ...] = _registry()


# ---------------------------------------------------------------- save


def save(
    drawn,
    name: str,
    *,
    lang: str = "zh",
    caption: Caption | None = None,
    folder: str | os.PathLike | None = None,
) -> dict[str, Path]:
    """Save what a function of `qiyou.plot` returned, with its title, note, alternative text, caption and data.

    Parameters
    ----------
    drawn : Axes or Figure
    name : str
        Name of the files: lower-case letters, digits, ``-``, ``_`` and ``.``.
    caption : Caption, optional
        For a figure of one's own; by default the caption that it carries.
    folder : path, optional
        Default: ``figures/`` of the repository, or of the current folder outside a repository.

    Returns
    -------
    dict of str to Path
        Files by ``svg png pdf plain.svg plain.png txt csv``. A file whose content would not change is left alone.

    Raises
    ------
    FigureError
        If a glyph is missing, an argument is empty, or a file cannot be written. Nothing is written before all
        pictures are complete, and no file is ever left half written.

    Examples
    --------
    >>> import tempfile
    >>> import qiyou
    >>> ax = qiyou.plot.target_paths(qiyou.load(), indicator="sports_area_per_capita")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(kind for kind in save(ax, "sports", folder=folder))
    ['csv', 'pdf', 'plain.png', 'plain.svg', 'png', 'svg', 'txt']
    """
    told = caption or style.caption(drawn)
    pictures = _pictures(
        drawn, name, told, lang, dict.fromkeys(FORMATS, True) | {"plain.svg": False, "plain.png": False}
    )
    content = {**pictures, "txt": caption_text(told, lang).encode(), "csv": _csv(told.table)}
    return _write_all(content, name, lang, folder)


def _save_half(drawn, name: str, lang: str, folder) -> dict[str, Path]:
    kinds = {f"half.{suffix}": False for suffix in FORMATS}
    return _write_all(_pictures(drawn, name, style.caption(drawn), lang, kinds), name, lang, folder)


def caption_text(caption: Caption, lang: str) -> str:
    """The caption as text: finding, alternative text, note and full citation.

    Examples
    --------
    >>> told = Caption("Up.", "Line chart.", "Hollow: base.", "Plans.", "Yuhuan action plan.", pd.DataFrame())
    >>> print(caption_text(told, "en"))
    Up.
    <BLANKLINE>
    Line chart.
    <BLANKLINE>
    Note: Hollow: base.
    Source: Yuhuan action plan.
    <BLANKLINE>
    """
    return "\n\n".join([caption.title, caption.alt, _below(caption.note, caption.citation, lang)]) + "\n"


def _below(note: str, source: str, lang: str) -> str:
    """The lines under a figure."""
    lines = [
        words.say(f"plot.{part}", lang, text=text)
        for part, text in (("note", note), ("source", source))
        if text
    ]
    return "\n".join(lines) if lang == "zh" else "\n".join(lines).translate(_STRAIGHT)


def _pictures(drawn, name: str, told: Caption, lang: str, kinds: dict[str, bool]) -> dict[str, bytes]:
    """Kind -> the picture as bytes; `kinds` says whether it has title and note. Laid out once for all."""
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

    style.language(lang)
    fig = getattr(drawn, "figure", None)
    if not isinstance(fig, Figure):
        raise FigureError(
            f"save() takes Axes or a Figure, not {type(drawn).__name__}; pass what qiyou.plot returns."
        )
    if re.fullmatch(r"(con|nul|aux|prn|(com|lpt)\d)(\..*)?", name) or not re.fullmatch(
        r"[a-z0-9][a-z0-9_.-]{0,79}", name
    ):
        raise FigureError(
            f"{name!r} cannot name a figure's files on every system; use lower-case letters, digits and '-'."
        )
    for part in ("title", "alt", "source"):
        if not getattr(told, part).strip():
            raise FigureError(f"The figure's {part} is empty; say it in one sentence.")
    if told.table.empty:
        raise FigureError("The data behind the figure are empty; pass the DataFrame that is drawn.")
    with style.context(lang), _strict(fig):
        note = _note(fig, told, lang)
        heads = [text for text in fig.texts if text.get_gid() in (NOTE_GID, TITLE_GID)]
        engine = fig.get_layout_engine()
        if engine is not None:
            # Room for the labels moves the ticks, and other ticks want other room: one pass does not settle it.
            fig.draw_without_rendering()
            engine.execute(fig)
        width, height = fig.get_size_inches()
        lowest = note.get_window_extent().y0 / fig.dpi - _MARGIN_MM / style.MM_PER_INCH
        areas = {
            True: Bbox([[0, lowest], [width, height]]),
            False: Bbox([[0, 0], [width, height * getattr(fig, "body", 1)]]),
        }
        pictures = {}
        # Without any engine: even an idle one would have every picture drawn twice.
        with matplotlib.rc_context({"figure.constrained_layout.use": False, "figure.autolayout": False}):
            try:
                fig.set_layout_engine(None)
                for kind, whole in kinds.items():
                    for text in heads:
                        text.set_visible(whole)
                    suffix = kind.rpartition(".")[2]
                    buffer, facts = io.BytesIO(), _metadata(suffix, told, lang)
                    fig.savefig(buffer, format=suffix, bbox_inches=areas[whole], metadata=facts)
                    pictures[kind] = buffer.getvalue()
                    if suffix == "svg":
                        pictures[kind] = _described(
                            pictures[kind], f"{name}-{kind[:-4]}{lang}", lang, told.alt
                        )
            finally:
                fig.set_layout_engine(engine)
                for text in heads:
                    text.set_visible(True)
    return pictures


@contextlib.contextmanager
def _strict(fig) -> Iterator[None]:
    """A character that the font lacks is an error, where matplotlib would draw an empty box and warn."""
    from matplotlib.text import Text

    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=r"Glyph \d+")
        try:
            yield
        except UserWarning as warning:
            found = re.match(r"Glyph (\d+) .*missing from font\(s\) (.*)\.", str(warning))
            if found is None:
                raise
            character = chr(int(found[1]))
            users = [text.get_text() for text in fig.findobj(Text) if character in text.get_text()]
            raise FigureError(
                f"The font {found[2]} has no glyph for {character!r} (U+{ord(character):04X}), used in "
                f"“{users[0] if users else character}”; it would come out as an empty box: use another one."
            ) from warning


def _note(fig, told: Caption, lang: str):
    """Note and source under the figure's lower edge, where nothing of the figure can lie."""
    for old in [text for text in fig.texts if text.get_gid() == NOTE_GID]:
        old.remove()
    width, height = fig.get_size_inches() * style.MM_PER_INCH
    text = style.wrap(_below(told.note, told.source, lang), width - 2 * _MARGIN_MM, size=style.NOTE_SIZE)
    look = {"size": style.NOTE_SIZE, "color": style.MUTED, "linespacing": 1.3, "gid": NOTE_GID}
    return fig.text(_MARGIN_MM / width, -_GAP_MM / height, text, va="top", **look)


def _metadata(suffix: str, told: Caption, lang: str) -> dict[str, str | None]:
    facts = {"Title": told.title, "Description": told.alt, "Source": told.citation}
    return {
        "svg": {**facts, "Date": None, "Creator": None, "Language": _XML_LANG[lang]},
        "png": {**facts, "Software": None},
        "pdf": {
            "Title": told.title,
            "Subject": told.alt,
            "CreationDate": None,
            "Creator": None,
            "Producer": None,
        },
    }[suffix]


def _described(svg: bytes, prefix: str, lang: str, alt: str) -> bytes:
    """Add what a screen reader looks for, number the ids, and name fonts that stand in for the one used.

    matplotlib's ids hash coordinates to the last bit, which a second layout of the same figure may change; and two
    pictures in one web page must not share an id.
    """
    text = svg.decode("utf-8")
    hashed = re.findall(r'\bid="(\w*[0-9a-f]{10})"', text)
    numbered = {old: f"{prefix}-{number}" for number, old in enumerate(dict.fromkeys(hashed))}
    text = re.sub(r'(?<=[#"])\w+(?=[")])', lambda found: numbered.get(found[0], found[0]), text)
    ids = f"{prefix}-title", f"{prefix}-desc"
    role = f'<svg role="img" xml:lang="{_XML_LANG[lang]}" aria-labelledby="{ids[0]} {ids[1]}" '
    text = text.replace("<svg ", role, 1).replace("<title>", f'<title id="{ids[0]}">', 1)
    description = f'<desc id="{ids[1]}">{html.escape(alt, quote=False)}</desc>'
    text = text.replace("</title>", f"</title>\n {description}", 1)
    return text.replace("'Noto Sans SC'", _FONTS).encode("utf-8")


def _csv(table: pd.DataFrame) -> bytes:
    """The table as CSV: LF, ten digits, and a byte-order mark without which Excel takes Chinese for GBK."""
    safe = table.rename(columns=disk.neutral)
    for position, dtype in enumerate(table.dtypes):
        if not (pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype)):
            safe.isetitem(position, table.iloc[:, position].astype(object).map(disk.neutral))
    return b"\xef\xbb\xbf" + safe.to_csv(index=False, lineterminator="\n", float_format="%.10g").encode()


def _root(folder: str | os.PathLike | None) -> Path:
    if folder is not None:
        return Path(folder)
    repository = Path(__file__).resolve().parents[1]
    return (repository if (repository / "pyproject.toml").is_file() else Path.cwd()) / "figures"


def _write_all(content: dict[str, bytes], name: str, lang: str, folder) -> dict[str, Path]:
    root = _root(folder)
    paths = {kind: root / ("data" if kind == "csv" else lang) / f"{name}.{kind}" for kind in content}
    for kind, path in paths.items():
        _write(path, content[kind])
    return paths


def _write(path: Path, content: bytes) -> None:
    try:
        disk.write(path, content)
    except OSError as error:
        reason = disk.reason(error, "pass another folder=")
        raise FigureError(f"{path} could not be written: {reason}") from error


# ---------------------------------------------------------------- build


def build(
    data: object = None,
    *,
    folder: str | os.PathLike | None = None,
    names: Sequence[str] | None = None,
    figures: Sequence[Registered] | None = None,
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
    figures : sequence of Registered, optional
        Another registry; default `FIGURES`.
    progress : callable, optional
        Called as ``progress(done, total, "zh/name")`` after each figure.
    workers : int
        Draw in so many processes side by side; a script then needs ``if __name__ == "__main__":`` around its call.
    unfit : callable, optional
        Called with the error of a figure for which the data hold nothing to draw; it is then left out. By default the
        first error is raised.

    Returns
    -------
    DataFrame
        One row per file: ``name, lang, kind, path`` (``lang`` is empty for the data).

    Raises
    ------
    FigureError
        If a figure cannot be drawn or a file cannot be written; the message names figure and language.
    """
    specs = _selected(FIGURES if figures is None else figures, names)
    if data is None:
        from qiyou.data import load

        data = load()
    rows, told = [], {}
    tasks = [(spec, data, lang, folder) for spec in specs for lang in style.LANGUAGES]
    for done, (task, result) in enumerate(zip(tasks, _side_by_side(tasks, workers), strict=True), start=1):
        spec, lang = task[0], task[2]
        if progress is not None:
            progress(done, len(tasks), f"{lang}/{spec.name}")
        if isinstance(result, QiyouError):
            if unfit is None or isinstance(result, FigureError) and result.__cause__ is not None:
                raise result
            unfit(result)
            continue
        told[spec.name, lang], files = result
        rows += [(spec.name, "" if kind == "csv" else lang, kind, path) for kind, path in files]
    whole = [spec for spec in specs if all((spec.name, lang) in told for lang in style.LANGUAGES)]
    for spec in whole:
        first, second = (_csv(told[spec.name, lang].table) for lang in style.LANGUAGES)
        if first != second:
            raise FigureError(
                f"The data behind {spec.name} differ between zh and en; put ids in place of labels."
            )
    if names is None:
        _write(_root(folder) / "README.md", _index(whole, told).encode())
    return pd.DataFrame(rows, columns=["name", "lang", "kind", "path"]).drop_duplicates(ignore_index=True)


def _selected(specs: Sequence[Registered], names: Sequence[str] | None) -> list[Registered]:
    known = [spec.name for spec in specs]
    unknown = sorted(set(names or ()) - set(known))
    if unknown or (names is not None and not names):
        asked = ", ".join(unknown) or "without a name"
        raise FigureError(f"There is no figure {asked}; the figures are {', '.join(known)}.")
    return [spec for spec in specs if names is None or spec.name in names]


def _side_by_side(tasks: Sequence[tuple], workers: int) -> Iterator:
    """Build every task, in its order; in fresh processes if there are to be several."""
    if workers <= 1 or len(tasks) == 1:
        yield from (_built(*task) for task in tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_built, *zip(*tasks, strict=True))


def _built(spec: Registered, data, lang: str, folder) -> tuple[Caption, list] | QiyouError:
    """The caption of a figure and its files, page after page; the error in their place."""
    import matplotlib.pyplot as plt

    files, page = [], 1
    try:
        while page == 1 or page <= first.pages:
            choice = {"page": page} if page > 1 else {}
            name = spec.name if page == 1 else f"{spec.name}-{page}"
            drawn = spec.draw(data, lang, **choice)
            first = style.caption(drawn) if page == 1 else first
            files += save(drawn, name, lang=lang, folder=folder).items()
            if "column" in spec.widths:
                half = spec.draw(data, lang, width="column", **choice)
                files += _save_half(half, name, lang, folder).items()
            plt.close("all")
            page += 1
    except QiyouError as error:
        plt.close("all")
        failure = type(error)(f"Figure {lang}/{spec.name}: {error}")
        failure.__cause__ = error.__cause__
        return failure
    return first, files


def _index(specs: Sequence[Registered], told: dict) -> str:
    """The text of figures/README.md."""
    lines = [
        "# Figures 图件",
        "",
        "Written by `qiyou figures`; do not edit. Each figure in Chinese (`zh/`) and English (`en/`): SVG, PDF and PNG",
        "(300 dpi at its printed width), `.plain` without title and note, `.half` one column wide, its caption (`.txt`)",
        "and the data behind it (`data/`).",
        "",
        "| Figure 图 | Notebook 笔记本 | Function 函数 | Data 数据 | Drawn from 取自 |",
        "|---|---|---|---|---|",
    ]
    for spec in specs:
        lines.append(
            f"| [{_plain(spec.title_zh)}<br>{_plain(spec.title_en)}](#{spec.name}) "
            f"| [{spec.notebook}](../notebooks/{spec.notebook}) | `{spec.function}` "
            f"| [{spec.name}.csv](data/{spec.name}.csv) | {', '.join(f'`{table}`' for table in spec.tables)} |"
        )
    for spec in specs:
        lines += ["", f'<a id="{spec.name}"></a>', "", f"## {spec.name}"]
        for lang in style.LANGUAGES:
            caption = told[spec.name, lang]
            more = "".join(f", [{n}]({lang}/{spec.name}-{n}.png)" for n in range(2, caption.pages + 1))
            links = ", ".join(f"[{suffix.upper()}]({lang}/{spec.name}.{suffix})" for suffix in FORMATS)
            picture = f"[![{_plain(caption.alt)}]({lang}/{spec.name}.png)]({lang}/{spec.name}.svg)"
            text = _plain(caption_text(caption, lang)).strip().replace("\n\n", "<br>").replace("\n", "<br>")
            lines += ["", picture, "", f"{text} ({links}{more})"]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Text that Markdown is not to read as markup."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)
