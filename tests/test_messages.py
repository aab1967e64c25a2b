"""Every message has both languages, every key that is used is there, and no error is a sentence in the code."""

import ast
import pickle
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pandas as pd
import pytest

import qiyou
from qiyou import cli, words
from qiyou.errors import DataError, FitError, Message, QiyouError, need
from qiyou.scaffold import new

PACKAGE = Path(qiyou.__file__).parent
# Their errors are still sentences in the code.
OPEN: tuple[str, ...] = ()
_HAN = re.compile("[㐀-鿿]")
# A quarter is named by its last month in Chinese; the data dictionary is in English. What a library says of a
# damaged file is quoted in English only: the Chinese sentence names the fault itself.
UNLIKE = ("form_quarter", "bad_cell/remedy", "cli.no_docs", "data.csv_form", "data.no_path")
UNLIKE += ("read.damaged", "read.password", "read.stuck")
# What lies in a table as data and is used by the rows that name it.
_TABLES = ("codes", "heads", "notation", "parts", "profile", "progress", "assumptions", "fields")
# Keys that are put together from more than one piece, by the module that does it.
_COMPOSED = ("missing_", "starred_", "profile_")


def sentences():
    """Every sentence with its key, in Chinese and English."""
    messages, faults = words.table("messages"), words.table("faults")
    for row in messages.itertuples():
        yield row.key, row.zh, row.en
    for row in faults.itertuples():
        yield f"{row.key}/what", row.what_zh, row.what_en
        yield f"{row.key}/remedy", row.remedy_zh, row.remedy_en


def fields(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_message_has_both_languages_and_the_same_fields():
    told = [
        (key, zh, en, fields(zh), {name.removesuffix("_en") for name in fields(en)})
        for key, zh, en in sentences()
    ]
    wrong = [
        key
        for key, zh, en, ours, theirs in told
        if bool(zh) != bool(en) or (ours != theirs and key not in UNLIKE and not key.startswith("data.toml_"))
    ]
    assert wrong == []
    # A sentence without a Chinese character, or an English one with Chinese words around it, is not translated.
    plain = [
        key
        for key, zh, _ in sentences()
        if re.search("[a-z]{3}", re.sub("{.*?}", "", zh)) and not _HAN.search(zh)
    ]
    assert plain == []


@pytest.mark.parametrize("name", ["messages", "faults"])
def test_no_key_stands_twice(name):
    keys = words.table(name)["key"]
    assert keys[keys.duplicated()].tolist() == []


@cache
def trees():
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in PACKAGE.rglob("*.py")
    }


def pattern(node):
    """What a string of the code can be: itself, or with anything in the places of an f-string."""
    if isinstance(node, ast.JoinedStr):
        parts = (re.escape(part.value) if isinstance(part, ast.Constant) else ".*" for part in node.values)
        return "".join(parts)
    return re.escape(node.value)


def test_every_message_is_used():
    texts, forms = set(), set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr) and re.match(r"[a-z]+[._]", pattern(node).replace("\\", "")):
                # `f"{a} of {b}"` could be any key; one that starts with letters and a sign is a family of keys.
                forms.add(pattern(node))
    for name in _TABLES:
        texts |= set(words.table(name).to_numpy().ravel())
    keys = words.table("messages")["key"]
    codes = set(words.table("codes")["code"])
    unused = [
        key
        for key in keys
        if key not in texts
        and key.split(".")[0] not in codes
        and not key.startswith(_COMPOSED)
        and not any(re.fullmatch(form, key) for form in forms)
    ]
    assert unused == []


def calls(tree):
    """Every place where an error or a message is made, with what names it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            at = {"need": 1, "Message": 0}.get(name, 0 if name in ERRORS else None)
            if at is not None and len(node.args) > at and "Fault" not in map(ast.unparse, node.args):
                yield node.args[at]
            elif at := {"_refused": 1, "_insist": 2}.get(name):
                yield from (ast.Constant(f"notation.{one.value}") for one in literals(node.args[at]))


ERRORS = {kind.__name__ for kind in (QiyouError, *QiyouError.__subclasses__())}


def literals(node):
    """The strings that an expression can give; of a condition both."""
    if isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))
    elif isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node


def test_every_error_is_a_key_and_every_key_is_there():
    keys = set(words.table("messages")["key"])
    finished = {name: tree for name, tree in trees().items() if not name.startswith(OPEN)}
    wrong = [
        (name, ast.unparse(one))
        for name, tree in finished.items()
        for call in calls(tree)
        for one in literals(call)
        if not any(re.fullmatch(pattern(one), key) for key in keys)
    ]
    assert wrong == [] and len(finished) > 20


def test_every_fault_is_a_key_of_its_table():
    keys, found = set(words.table("faults")["key"]), set()
    for name in ("data/files.py", "data/documents.py"):
        for node in ast.walk(trees()[name]):
            if isinstance(node, ast.Call):
                called, args = ast.unparse(node.func), node.args
                at = 0 if called == "Fault" else 1
                if called == "Fault" or "Fault" in map(ast.unparse, args):
                    found |= {one.value for one in literals(args[at])}
    assert len(found) > 15 and found <= keys


def test_the_list_of_open_modules_names_only_open_ones():
    keys = set(words.table("messages")["key"])
    for start in OPEN:
        mine = [tree for name, tree in trees().items() if name.startswith(start)]
        texts = [one for tree in mine for call in calls(tree) for one in literals(call)]
        assert not mine or any(not any(re.fullmatch(pattern(one), key) for key in keys) for one in texts), (
            start
        )


# ------------------------------------------------------------------------------------------------ what they say


def test_an_error_is_said_in_the_language_asked_and_in_english_otherwise(monkeypatch):
    for name in ("QIYOU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    error = DataError("compare.same_place", place="yuhuan")
    assert str(error) == error.said("en") == "yuhuan is named twice; name two places to set side by side"
    assert error.said("zh") == "yuhuan 写了两次：请给出两个要对照的地方"
    for name, value, lang in (
        ("LC_ALL", "zh_CN.UTF-8", "zh"),
        ("QIYOU_LANG", "en", "en"),
        ("LC_ALL", "de_DE.UTF-8", "en"),
        ("QIYOU_LANG", "zh", "zh"),
    ):
        monkeypatch.setenv(name, value)
        assert str(error) == error.said(lang)


def test_what_a_message_speaks_of_is_said_in_its_language():
    inner = DataError("notation.refused", printed="'x'", why=Message("notation.no_side"))
    outer = Message("data.unknown_place", name="x", candidates=["a", 2, inner])
    assert outer.said("zh").endswith("a、2、读不出'x'：只说了界限，没说是上限还是下限：请记一条判读")
    assert outer.said("en").endswith(
        "a, 2, cannot read 'x': it names a limit and not on which side; record a decision"
    )
    assert Message("a sentence of {one's own}").said("zh") == "a sentence of {one's own}"


def test_an_error_survives_the_way_from_another_process():
    rows = pd.DataFrame({"a": [1]})
    error = pickle.loads(pickle.dumps(FitError("trajectory.level", rows, level=95)))
    assert type(error) is FitError and error.rows.equals(rows) and error.said("zh").startswith("level 为 95")


def test_need_raises_only_what_is_wrong():
    need(True, "paths.no_rows")
    with pytest.raises(FitError, match="level is 95"):
        need(False, "trajectory.level", FitError, level=95)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_findings_are_said_in_the_language_asked(tmp_path, lang):
    folder = tmp_path / "broken-plan-2023"
    folder.mkdir()
    (folder / "document.toml").write_text('id = "other"\nplace = "yuhaun"\ntitle = 5\n', "utf-8")
    (folder / "table.csv").write_text("row\n", "utf-8")
    found = qiyou.data.check(also=folder, lang=lang)
    errors = found[found["severity"] == "error"]
    assert len(errors) >= 4
    assert errors["what"].map(lambda text: bool(_HAN.search(text))).all() == (lang == "zh")
    assert errors["remedy"].map(lambda text: bool(_HAN.search(text))).all() == (lang == "zh")
    with pytest.raises(DataError) as caught:
        qiyou.load(also=folder)
    assert errors["what"].iloc[0] in caught.value.said(lang)


# ------------------------------------------------------------------------------------------------ command line

# D is a folder with a file in it, and with the folder of a document.
BAD = {
    "answer 玉坏 托位数": (1, "相近的有：玉环市（yuhuan）", "the nearest are 玉环市（yuhuan）"),
    "answer 玉环 托位数量": (
        1,
        "没有叫“托位数量”的指标；相近的有：",
        "no indicator '托位数量'; the nearest are ",
    ),
    "brief 玉坏 --to D/pages": (1, "相近的有：玉环市（yuhuan）", "the nearest are 玉环市（yuhuan）"),
    "compare 玉坏": (
        1,
        "没有叫“玉坏”的地方（自己的地方，命令加 --also，Python 中用 also=）；相近的有：玉环市（yuhuan）",
        "'玉坏' (one's own needs --also, or also= in Python); the nearest are 玉环市（yuhuan）",
    ),
    "compare Yuhaun": (1, "Yuhuan City (yuhuan)", "the nearest are Yuhuan City (yuhuan)"),
    "compare 玉环 长性": (1, "长兴县（changxing）", "长兴县（changxing）"),
    "compare 玉环 --year 1990": (1, "没有 1990 年的值", "no value for 1990"),
    "compare 玉环 --also D/missing": (1, "没有这个文件或文件夹", "No such file or directory"),
    "compare 玉环 --also D/file": (1, "有一段不是文件夹", "Not a directory"),
    "check --data D/missing": (1, "D/missing 不是文件夹", "D/missing is no folder"),
    "check --data D/file": (1, "D/file 不是文件夹", "D/file is no folder"),
    "check --lang fr": (2, "zh", "choose from 'zh', 'en'"),
    "figures --to D/figures --also D/missing": (1, "没有这个文件或文件夹", "No such file or directory"),
    "new own-plan --place 玉环 --years 2022-2027 --in D": (1, "已经存在", "exists already"),
    "new a --place 玉环 --years 2022-2027 --in D/file": (1, "建不成", "cannot be made"),
    "new a --place 玉环 --years 1850-1860 --in D": (1, "不能用", "cannot be used"),
    "new a --place 玉环 --from D/missing.docx --in D": (1, "missing.docx不是文件", "missing.docx is no file"),
    "new a --place 玉环 --from D/damaged.xlsx --in D": (1, "已损坏", "is damaged"),
    "notebooks nosuch": (1, "里没有 nosuch：现有 0", "no notebook nosuch in"),
    "notebooks --folder D/file": (1, "里没有笔记本", "no notebooks"),
    "nonsense": (2, "可选 '", "choose from '"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("bad")
    (path / "file").write_text("x")
    (path / "damaged.xlsx").write_bytes(b"PK\x03\x04 and no more")
    new("own-plan", place="玉环", years=(2022, 2027), parent=path)
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("line", list(BAD))
def test_what_a_command_cannot_do_is_a_sentence_in_the_language(folder, capsys, monkeypatch, line, lang):
    status, *sentences = BAD[line]
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LC_ALL", {"zh": "zh_CN.UTF-8", "en": "C.UTF-8"}[lang])
    try:
        ended = cli.main([word.replace("D/", f"{folder}/") if word != "D" else "." for word in line.split()])
    except SystemExit as stopped:
        ended = stopped.code
    out, err = capsys.readouterr()
    assert ended == status and out == "" and "Traceback" not in err
    sentence, *findings = err.replace(f"{folder}/", "D/").splitlines()
    assert sentences[lang == "en"] in "\n".join([sentence, *findings]) and len(findings) <= 1
    assert bool(re.search("[，。：；（]", sentence)) == (lang == "zh") or line.startswith(
        ("answer", "brief", "compare")
    )


def test_a_folder_that_is_named_twice_is_taken_once(folder, capsys):
    also = ["--also", str(folder / "own-plan")]
    assert cli.main(["check", *also, "--lang", "zh"]) == 1
    once = capsys.readouterr().out
    assert cli.main(["check", *also, *also, "--lang", "zh"]) == 1
    assert capsys.readouterr().out == once and "表格没有一行内容" in once


@pytest.mark.parametrize(
    ("texts", "zh", "en"),
    [
        # the value that at least half of the others print is shared by half of them, and perhaps by no more
        (
            ["其他方案多数相同", "多数方案相同", "shared by most", "most other plans"],
            "至少半数其他方案相同",
            "at least half",
        ),
        # between the base year and the last count the population is as counted, and held only from there
        (["人口不变", "population held"], "人口自最近年起不变", "held from the last count"),
        # nobody knows what was not found
        (["no realised change is known"], "没有查到可比的实际变化", "found"),
    ],
)
def test_no_word_says_more_than_its_rule(texts, zh, en):
    said = pd.concat([words.table(name) for name in ("words", "messages")])
    for text in texts:
        assert not (said["zh"].str.contains(text) | said["en"].str.contains(text)).any(), text
    assert (
        said.loc[said["zh"].str.contains(zh), "en"].str.contains(en).all()
        and said["zh"].str.contains(zh).any()
    )
