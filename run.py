"""Set everything up, re-execute the notebooks, write the figures.

    python run.py                      the notebooks and the figures
    python run.py test [pytest ...]    every test, the notebooks included
    python run.py lab [--no-browser]   JupyterLab in notebooks/
    python run.py qiyou COMMAND ...    the console script: compare, new, check, notebooks, figures, docs

Needs Python 3.11 or newer and nothing else. Each first makes .venv from requirements.lock, once: with uv in
seconds where it is on the PATH, else with pip in a few minutes. --venv DIR, or the variable QIYOU_VENV, names
another folder for it.
"""

# Whatever Python is at hand reads this file, so that an old one can say that it is too old: no newer syntax
# here.
import argparse
import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
OLDEST, NEWEST = (3, 11), (3, 13)
DISK_NEEDED_MB = 1500
CELL_TIMEOUT_S = 120
WORKERS = 2
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
STAMP = "qiyou-setup.json"
LOG = "qiyou-setup.log"
# JupyterLab would ask a server for its news.
LAB_SETTINGS = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
PIP_TROUBLES = [
    ("No space left|Errno 28|not enough space", f"the disk is full; free about {DISK_NEEDED_MB} MB"),
    ("DO NOT MATCH THE HASHES", "a package is not the one that requirements.lock names; try another network"),
    (
        "NewConnectionError|Name or service|[Nn]ame ?[Rr]esolution|getaddrinfo|ProxyError|ConnectTimeout"
        "|ReadTimeout|SSLError|Connection refused|Network is unreachable",
        "the package index cannot be reached; check the network or the proxy and run the same command again",
    ),
    ("No matching distribution", "the package index has no file for this Python and platform"),
]


class SetupError(Exception):
    """Something that the reader has to mend; the message says what and how."""


def main():
    try:
        _check_python()
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(encoding="utf-8", errors="replace")
        options, rest = _parser().parse_known_args()
        job = rest.pop(0) if rest and not rest[0].startswith("-") else "rerun"
        if options.help and job == "qiyou":
            # The console script has help of its own.
            options.help = False
            rest.append("--help")
        if options.help or job not in JOBS or (job == "rerun" and rest):
            print(__doc__)
            return 0 if options.help else 2
        python = set_up(Path(options.venv or os.environ.get("QIYOU_VENV") or ROOT / ".venv").absolute())
        return JOBS[job](python, rest)
    except SetupError as error:
        print(f"run.py: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nrun.py: stopped; run the same command again to go on", file=sys.stderr)
    except OSError as error:
        where = f"{_shown(error.filename)}: " if error.filename else ""
        remedy = "; name a folder that can be written with --venv" if error.errno in CLOSED else ""
        print(f"run.py: {where}{error.strerror or error}{remedy}", file=sys.stderr)
    return 1


def _parser():
    # Only what is run.py's own: the rest goes on to pytest or JupyterLab, in its order.
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--venv")
    parser.add_argument("-h", "--help", action="store_true")
    return parser


def _check_python():
    mine = sys.version_info[:2]
    if mine < OLDEST:
        versions = (*mine, *OLDEST)
        raise SetupError(
            "this is Python {}.{}, qiyou needs {}.{} or newer: start run.py with one".format(*versions)
        )
    if mine > NEWEST:
        print("Note: tried with Python {}.{} to {}.{}; this is {}.{}.".format(*OLDEST, *NEWEST, *mine))


def set_up(venv):
    """Make the virtual environment of requirements.lock, or see that it is there; return its Python."""
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = {
        "python": sys.version.split()[0],
        "folder": str(venv),
        "lock": _digest(LOCK),
        "project": _digest(ROOT / "pyproject.toml") + " in " + str(ROOT),
    }
    if _stamp(venv) == wanted and python.exists():
        return python
    with _alone(venv):
        # Another run may just have made it.
        if _stamp(venv) != wanted or not python.exists():
            _make(venv, python, wanted)
    return python


def _make(venv, python, wanted):
    found = _stamp(venv)
    if found is None and venv.exists() and (not venv.is_dir() or any(venv.iterdir())):
        raise SetupError(
            f"{_shown(venv)} exists and was not made by run.py: remove it, or name another folder with --venv"
        )
    start = time.monotonic()
    if not python.exists() or any(
        (found or {}).get(key) != wanted[key] for key in ("python", "folder", "lock")
    ):
        print(f"Setting up {_shown(venv)} from requirements.lock (once; a few minutes) ...", flush=True)
        _make_venv(venv)
        _install(python, venv, "--require-hashes", "-r", str(LOCK), packages=_count_packages())
        _write_lab_settings(venv)
        # Without its font cache matplotlib would print to stderr in the first notebook that draws.
        _call([str(python), "-c", "import matplotlib.font_manager"], stderr=subprocess.DEVNULL)
    _install(python, venv, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    (venv / STAMP).write_text(json.dumps(wanted), encoding="utf-8")
    print(f"Set up in {time.monotonic() - start:.0f} s.", flush=True)


@contextlib.contextmanager
def _alone(venv):
    """Let one run at a time set up a folder; the lock is the system's, and falls with the process that has it."""
    venv.parent.mkdir(parents=True, exist_ok=True)
    with (venv.parent / (venv.name + ".lock")).open("a") as file:
        waiting = False
        while not _locked(file):
            if not waiting:
                print(f"Another run is setting up {_shown(venv)}: waiting for it ...", flush=True)
            waiting = True
            time.sleep(0.5)
        yield


def _locked(file):
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        # A disk without locks, as some of the network have none: go on as if alone.
        return True
    return True


def _digest(path):
    # Line endings differ between a checkout on Windows and one elsewhere; the content does not.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _stamp(venv):
    """What an earlier set-up wrote: a dict, empty if it did not end, or None if the folder is not ours."""
    try:
        return json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        return {}


def _make_venv(venv):
    try:
        import ensurepip  # noqa: F401
        import venv as _  # noqa: F401
    except ImportError:
        raise SetupError(
            "this Python cannot make virtual environments: install its venv module "
            "(Debian and Ubuntu: apt install python{}.{}-venv)".format(*sys.version_info[:2])
        ) from None
    if venv.exists():
        shutil.rmtree(str(venv))
    existing = next(folder for folder in venv.parents if folder.exists())
    free_mb = shutil.disk_usage(str(existing)).free // 2**20
    if free_mb < DISK_NEEDED_MB:
        raise SetupError(
            f"the set-up needs about {DISK_NEEDED_MB} MB of disk and {free_mb} MB are free: "
            "free some, or name a folder on another disk with --venv"
        )
    venv.mkdir(parents=True)
    # From here on the folder is known as ours, so that an interrupted set-up can start again.
    (venv / STAMP).write_text("{}", encoding="utf-8")
    # Where run.py runs in the very environment that it makes anew, its Python has just gone with it.
    base = getattr(sys, "_base_executable", sys.executable)
    made = _call([base, "-m", "venv", str(venv)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        words = made.stdout.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise SetupError(f"the virtual environment could not be made: {words[-1]}")


def _install(python, venv, *arguments, packages=0):
    """Install with uv where it is there and can, else with pip."""
    uv = shutil.which("uv")
    # uv's own network settings may lack the mirror that pip is set to; then pip has its turn.
    fast = [uv, "pip", "install", "--no-progress", "--python", str(python), *arguments] if uv else None
    if fast and not _log(fast, venv, _Progress(0))[0]:
        return
    slow = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    status, output = _log([*slow, "install", *arguments], venv, _Progress(packages))
    if status:
        raise SetupError(_trouble(output) + f"; all that pip said is in {_shown(venv / LOG)}")


def _log(command, venv, progress):
    """Run an installer and show how far it is; all it says goes to a log. Its status and what it said."""
    # A user's setting for other places must not send the packages there.
    environment = dict(_environment(), PIP_USER="0", PYTHONUTF8="1")
    pipe = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
    lines = []
    installer = subprocess.Popen(command, env=environment, cwd=str(ROOT), **pipe)
    with installer, (venv / LOG).open("a", encoding="utf-8") as log:
        for line in installer.stdout:
            log.write(line)
            lines.append(line)
            progress.see(line)
    progress.end()
    return installer.returncode, "".join(lines)


def _trouble(output):
    """Say in a sentence why pip failed."""
    errors = (
        re.findall(r"^ERROR: (.*)", output, re.MULTILINE)
        or output.strip().splitlines()
        or ["no reason given"]
    )
    for pattern, sentence in PIP_TROUBLES:
        if re.search(pattern, output):
            return f"the packages could not be installed: {sentence}"
    return f"the packages could not be installed: pip says {errors[-1]!r}"


def _count_packages():
    return len(re.findall(r"^[A-Za-z0-9]", LOCK.read_text(encoding="utf-8"), re.MULTILINE))


class _Progress:
    """How many packages pip has looked at: one line that changes in a terminal, a few lines elsewhere."""

    def __init__(self, packages):
        self.packages, self.seen, self.live, self.shown = packages, 0, sys.stdout.isatty(), 0

    def see(self, line):
        if not self.packages:
            return
        if line.startswith("Installing collected packages"):
            self.say(f"installing {self.seen} packages")
        elif line.startswith(("Collecting ", "Processing ")):
            self.seen += 1
            if self.live or self.seen % 25 == 0:
                self.say(f"fetched {self.seen} of about {self.packages} packages")

    def say(self, text):
        print(f"\r  {text:<60}" if self.live else "  " + text, end="" if self.live else "\n", flush=True)
        self.shown = True

    def end(self):
        if self.live and self.shown:
            print()


def _write_lab_settings(venv):
    folder = venv / "etc" / "jupyter" / "labconfig"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page_config.json").write_text(json.dumps(LAB_SETTINGS), encoding="utf-8")


def rerun(python, rest):
    """Re-execute the notebooks, write the figures, say which number moved and where all is."""
    status = _call([str(python), "-m", "tools", "rerun", "--workers", str(WORKERS)], cwd=str(ROOT)).returncode
    print("Results: notebooks/ (opened by `python run.py lab`), figures/ (figures/README.md), briefings/.")
    return status


def test(python, rest):
    """Run every test; the notebooks under strict nbval."""
    own_paths = any((ROOT / word.split("::")[0]).exists() for word in rest if not word.startswith("-"))
    # A notebook's cells share a kernel and have to stay together; in the order of collection, so that the
    # long test that installs an environment does not come last and alone.
    spread = ["-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder"]
    strict = [
        "--nbval",
        "--nbval-current-env",
        "--nbval-cell-timeout",
        str(CELL_TIMEOUT_S),
        "--doctest-modules",
        "--ignore-glob=*conftest.py",
    ]
    everything = [] if own_paths else ["tests", "qiyou", "tools", "notebooks"]
    return _call(
        [str(python), "-m", "pytest", *spread, *strict, *rest, *everything], cwd=str(ROOT)
    ).returncode


def lab(python, rest):
    """Open JupyterLab in notebooks/."""
    return _call([str(python), "-m", "jupyterlab", *rest], cwd=str(ROOT / "notebooks")).returncode


def console(python, rest):
    """Run the console script, from where the reader is."""
    return _call([str(python), "-m", "qiyou", *rest]).returncode


JOBS = {"rerun": rerun, "test": test, "lab": lab, "qiyou": console}


# What would lead a Python to other packages, or uv to another environment.
_ELSEWHERE = ("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "UV_SYSTEM_PYTHON", "VIRTUAL_ENV")


def _environment():
    """The variables of this process without those that would lead a Python to other packages."""
    return {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}


def _call(command, **options):
    """Run a command to its end. Ctrl-C reaches it too and is its own to answer; we stop when it has."""
    process, interrupted, output = subprocess.Popen(command, env=_environment(), **options), False, None
    while process.returncode is None:
        try:
            output, _ = process.communicate()
        except KeyboardInterrupt:
            interrupted = True
    if interrupted:
        raise KeyboardInterrupt
    return subprocess.CompletedProcess(command, process.returncode, output)


def _shown(path):
    """A path for the reader: relative to where they are, if it is below."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)


if __name__ == "__main__":
    sys.exit(main())
