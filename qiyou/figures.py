"""Save figures so that they can be printed, cited and rebuilt byte for byte; build all and write their index.

A figure of the registry is a line of ``qiyou/tables/figures.csv``: its name, the notebook that shows it, the
function of `qiyou.plot` that draws it with the choices it makes (``target_paths:indicator=beds_per_1000``), a
title for the index, the tables of `qiyou.load` that it is drawn from, and ``full`` or ``full column`` for the
widths.

`save` writes into ``figures/<lang>/``: ``<name>.svg``, ``.png`` (300 dpi) and ``.pdf`` with the finding as
title and a note below; ``<name>.plain.svg`` and ``.png``, the same picture without both, for papers that set
their own caption; the caption as text, ``<name>.txt``; and the data behind it, ``figures/data/<name>.csv``.
`build` adds ``<name>.half.*``, one column wide, without title and note, and ``<name>-2.*`` where a figure
takes more pages. The same versions of the libraries give the same bytes, on any day and in any process.
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
from qiyou.data import load
from qiyou.errors import FigureError, Message, QiyouError, need
from qiyou.plot import style
from qiyou.plot.style import Caption

FORMATS = ("svg", "png", "pdf")
NOTE_GID, TITLE_GID = "source-note", "title"
_KINDS = dict.fromkeys(FORMATS, True) | dict.fromkeys(("plain.svg", "plain.png"), False)
"""Kinds of pictures, and whether they have title and note."""
_HALF = dict.fromkeys((f"half.{suffix}" for suffix in FORMATS), False)
_XML_LANG = {"zh": "zh-CN", "en": "en"}
# The Chinese font draws curly quotation marks as wide as a character: that tears English lines apart.
_STRAIGHT = str.maketrans("“”‘’", "\"\"''")
_FONTS = "'Noto Sans SC', 'Source Han Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"
_DEVICES = r"(con|nul|aux|prn|(com|lpt)\d)(\..*)?"


@dataclass(frozen=True)
class Registered:
    """One line of ``tables/figures.csv``; `tables` and `widths` are lists of words."""

    name: str
    notebook: str
    function: str
    title_zh: str
    title_en: str
    tables: str
    widths: str = "full"

    def draw(self, data, lang: str, **choice):
        """Draw it, with the choices that its line makes."""
        function, _, made = self.function.partition(":")
        need(function in dir(plot), "plot.no_function", FigureError, name=self.name, function=function)
        own = dict(part.split("=") for part in made.split(",") if part)
        return getattr(plot, function)(data, lang=lang, **own, **choice)


FIGURES: tuple[Registered, ...] = tuple(
    Registered(**row) for row in words.table("figures").to_dict("records")
)


# ---------------------------------------------------------------- save


def save(
    drawn, name: str, *, lang: str = "zh", caption: Caption | None = None, folder=None
) -> dict[str, Path]:
    """Save what a function of `qiyou.plot` returned, with title, note, alternative text, caption and data.

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
        Files by ``svg png pdf plain.svg plain.png txt csv``. A file whose content would not change is left
        alone.

    Raises
    ------
    FigureError
        If a glyph is missing, an argument is empty, or a file cannot be written. Nothing is written before
        all pictures are complete, and no file is ever left half written.

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
    content = _pictures(drawn, name, told, lang, _KINDS)
    content |= {"txt": caption_text(told, lang).encode(), "csv": _csv(told.table)}
    return {kind: _write(folder, lang, name, kind, text) for kind, text in content.items()}


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
    parts = {"note": note, "source": source}
    text = "\n".join(words.say(f"plot.{part}", lang, text=said) for part, said in parts.items() if said)
    return text if lang == "zh" else text.translate(_STRAIGHT)


def _pictures(drawn, name: str, told: Caption, lang: str, kinds: dict[str, bool]) -> dict[str, bytes]:
    """Kind -> the picture as bytes; laid out once for all."""
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

    fig, pictures = getattr(drawn, "figure", None), {}
    need(isinstance(fig, Figure), "plot.no_figure", FigureError, kind=type(drawn).__name__)
    portable = re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,79}", name) and not re.fullmatch(_DEVICES, name)
    need(portable, "plot.no_name", FigureError, name=repr(name))
    empty = [part for part in ("title", "alt", "source") if not getattr(told, part).strip()]
    empty += ["table"] if told.table.empty else []
    need(not empty, "plot.empty", FigureError, part=", ".join(empty))
    with style.context(style.language(lang)), _strict(fig):
        note, engine = _note(fig, told, lang), fig.get_layout_engine()
        heads = [text for text in fig.texts if text.get_gid() in (NOTE_GID, TITLE_GID)]
        # Room for the labels moves the ticks, and other ticks want other room: one pass does not settle it.
        fig.draw_without_rendering()
        if engine is not None:
            engine.execute(fig)
        width, height = fig.get_size_inches()
        lowest = note.get_window_extent().y0 / fig.dpi - 1 / style.MM_PER_INCH
        areas = {
            True: [[0, lowest], [width, height]],
            False: [[0, 0], [width, height * getattr(fig, "body", 1)]],
        }
        # Without any engine: even an idle one would have every picture drawn twice.
        with matplotlib.rc_context({"figure.constrained_layout.use": False, "figure.autolayout": False}):
            fig.set_layout_engine(None)
            for kind, whole in kinds.items():
                for text in heads:
                    text.set_visible(whole)
                buffer, suffix = io.BytesIO(), kind.rpartition(".")[2]
                facts = _metadata(told, lang)[suffix]
                fig.savefig(buffer, format=suffix, bbox_inches=Bbox(areas[whole]), metadata=facts)
                pictures[kind] = buffer.getvalue()
                if suffix == "svg":
                    pictures[kind] = _described(pictures[kind], f"{name}-{kind[:-4]}{lang}", lang, told.alt)
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
            lost = chr(int(found[1]))
            text = next((text.get_text() for text in fig.findobj(Text) if lost in text.get_text()), lost)
            told = {"font": found[2], "character": repr(lost), "code": f"U+{ord(lost):04X}", "text": text}
            raise FigureError("plot.no_glyph", **told) from warning


def _note(fig, told: Caption, lang: str):
    """Note and source under the figure's lower edge, where nothing of the figure can lie."""
    for old in [text for text in fig.texts if text.get_gid() == NOTE_GID]:
        old.remove()
    width, height = fig.get_size_inches() * style.MM_PER_INCH
    text = style.wrap(_below(told.note, told.source, lang), width - 2, size=style.NOTE_SIZE)
    look = {"size": style.NOTE_SIZE, "color": style.MUTED, "linespacing": 1.3, "gid": NOTE_GID}
    return fig.text(1 / width, -1.5 / height, text, va="top", **look)


def _metadata(told: Caption, lang: str) -> dict[str, dict[str, str | None]]:
    facts = {"Title": told.title, "Description": told.alt, "Source": told.citation}
    undated = dict.fromkeys(("CreationDate", "Creator", "Producer"))
    return {
        "svg": {**facts, "Date": None, "Creator": None, "Language": _XML_LANG[lang]},
        "png": {**facts, "Software": None},
        "pdf": {"Title": told.title, "Subject": told.alt, **undated},
    }


def _described(svg: bytes, prefix: str, lang: str, alt: str) -> bytes:
    """Add what a screen reader looks for, number the ids, and name fonts that stand in for the one used.

    matplotlib's ids hash coordinates to the last bit, which a second layout of the same figure may change;
    and two pictures in one web page must not share an id.
    """
    text = svg.decode("utf-8")
    hashed = re.findall(r'\bid="(\w*[0-9a-f]{10})"', text)
    numbered = {old: f"{prefix}-{number}" for number, old in enumerate(dict.fromkeys(hashed))}
    text = re.sub(r'(?<=[#"])\w+(?=[")])', lambda found: numbered.get(found[0], found[0]), text)
    labelled = f'aria-labelledby="{prefix}-title {prefix}-desc"'
    text = text.replace("<svg ", f'<svg role="img" xml:lang="{_XML_LANG[lang]}" {labelled} ', 1)
    description = f'</title>\n <desc id="{prefix}-desc">{html.escape(alt, quote=False)}</desc>'
    text = text.replace("<title>", f'<title id="{prefix}-title">', 1).replace("</title>", description, 1)
    return text.replace("'Noto Sans SC'", _FONTS).encode("utf-8")


def _csv(table: pd.DataFrame) -> bytes:
    """The table as CSV: LF, ten digits, and a byte-order mark without which Excel takes Chinese for GBK."""
    safe = table.rename(columns=disk.neutral)
    for position, dtype in enumerate(table.dtypes):
        if not (pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype)):
            safe.isetitem(position, table.iloc[:, position].astype(object).map(disk.neutral))
    return b"\xef\xbb\xbf" + safe.to_csv(index=False, lineterminator="\n", float_format="%.10g").encode()


def _write(folder, lang: str, name: str, kind: str, content: bytes) -> Path:
    """Write one file of a figure, by default under ``figures/`` of the repository or current folder."""
    repository = Path(__file__).resolve().parents[1]
    own = repository if (repository / "pyproject.toml").is_file() else Path.cwd()
    path = (Path(folder) if folder is not None else own / "figures") / ("data" if kind == "csv" else lang)
    path = path / f"{name}.{kind}"
    try:
        disk.write(path, content)
    except OSError as error:
        why = disk.reason(error, Message("plot.elsewhere"))
        raise FigureError("plot.no_write", path=str(path), why=why) from error
    return path


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
        Draw in so many processes side by side; a script then needs ``if __name__ == "__main__":`` around its
        call.
    unfit : callable, optional
        Called with the error of a figure for which the data hold nothing to draw; it is then left out. By
        default the first error is raised.

    Returns
    -------
    DataFrame
        One row per file: ``name, lang, kind, path`` (``lang`` is empty for the data).

    Raises
    ------
    FigureError
        If a figure cannot be drawn or a file cannot be written; the message names figure and language.
    """
    specs = list(FIGURES if figures is None else figures)
    known = [spec.name for spec in specs]
    if names is not None:
        asked = ", ".join(sorted(set(names) - set(known))) or "''"
        found = names and set(names) <= set(known)
        need(found, "plot.no_such", FigureError, asked=asked, known=", ".join(known))
        specs = [spec for spec in specs if spec.name in names]
    data = load() if data is None else data
    rows, told = [], {}
    tasks = [(spec, data, lang, folder) for spec in specs for lang in style.LANGUAGES]
    for done, (task, result) in enumerate(zip(tasks, _side_by_side(tasks, workers), strict=True), start=1):
        spec, lang = task[0], task[2]
        if progress is not None:
            progress(done, len(tasks), f"{lang}/{spec.name}")
        if not isinstance(result, QiyouError):
            told[spec.name, lang], files = result
            rows += [(spec.name, "" if kind == "csv" else lang, kind, path) for kind, path in files]
        elif unfit is None or result.__cause__ is not None:
            raise result
        else:
            unfit(result)
    whole = [spec for spec in specs if all((spec.name, lang) in told for lang in style.LANGUAGES)]
    for spec in whole:
        tables = {_csv(told[spec.name, lang].table) for lang in style.LANGUAGES}
        need(len(tables) == 1, "plot.unlike", FigureError, name=spec.name)
    if names is None:
        _write(folder, ".", "README", "md", _index(whole, told).encode())
    return pd.DataFrame(rows, columns=["name", "lang", "kind", "path"]).drop_duplicates(ignore_index=True)


def _side_by_side(tasks: Sequence[tuple], workers: int) -> Iterator:
    """Build every task, in its order; in fresh processes if there are to be several."""
    if workers <= 1 or len(tasks) == 1:
        yield from (_built(*task) for task in tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_built, *zip(*tasks, strict=True))


def _built(spec: Registered, data, lang: str, folder) -> tuple[Caption, list] | QiyouError:
    """The caption of a figure and its files, page after page; or its error, caused by one of a disk."""
    import matplotlib.pyplot as plt

    files, page, pages = [], 1, 1
    try:
        while page <= pages:
            name, choice = (f"{spec.name}-{page}", {"page": page}) if page > 1 else (spec.name, {})
            drawn = spec.draw(data, lang, **choice)
            caption = style.caption(drawn)
            files += save(drawn, name, lang=lang, folder=folder).items()
            if "column" in spec.widths.split():
                half = spec.draw(data, lang, width="column", **choice)
                pictures = _pictures(half, name, style.caption(half), lang, _HALF)
                files += [(kind, _write(folder, lang, name, kind, text)) for kind, text in pictures.items()]
            pages, page = caption.pages, page + 1
            plt.close("all")
    except QiyouError as error:
        plt.close("all")
        failure = type(error)("plot.failed", figure=f"{lang}/{spec.name}", what=error)
        failure.__cause__ = error.__cause__
        return failure
    return caption, files


def _index(specs: Sequence[Registered], told: dict) -> str:
    """The text of figures/README.md."""
    parts = [
        "# 图件 Figures",
        *(words.say("plot.index", lang).replace("|", "\n") for lang in style.LANGUAGES),
    ]
    for spec in specs:
        tables = ", ".join(f"`{table}`" for table in spec.tables.split())
        links = f"[{spec.notebook}](../notebooks/{spec.notebook}), `{spec.function}`, {tables}"
        parts += [f'<a id="{spec.name}"></a>', f"## {_plain(spec.title_zh)} · {_plain(spec.title_en)}"]
        parts += [f"{links}, [{spec.name}.csv](data/{spec.name}.csv)"]
        for lang in style.LANGUAGES:
            caption, path = told[spec.name, lang], f"{lang}/{spec.name}"
            pages = "".join(f", [{n}]({path}-{n}.png)" for n in range(2, caption.pages + 1))
            formats = ", ".join(f"[{suffix.upper()}]({path}.{suffix})" for suffix in FORMATS)
            text = re.sub(r"\n+", "<br>", _plain(caption_text(caption, lang)).strip())
            parts += [f"[![{_plain(caption.alt)}]({path}.png)]({path}.svg)", f"{text} ({formats}{pages})"]
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """Text that Markdown is not to read as markup."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)
