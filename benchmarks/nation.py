"""What a nation of counties costs: load, compare, families, checks and profiles on synthetic plans.

    python benchmarks/nation.py [--counties 10 100 1000 2850] [--pyam PYTHON]

Every county gets a document folder with a table of 30 indicators and six years, as `qiyou new` lays it out.
Each size runs in a process of its own, so that its peak memory is its own. What a user would write instead is
timed in the same run, on the same plans: pandas per group, statsmodels per path (a sample, its rate taken to
hold for all), and the scenario library pyam (PYTHON is an interpreter that has pyam-iamc; without one that
leg is left out, and said to be).

Seconds are processor time of one thread, which another program on the machine hardly changes; of the short
stages the least of three runs, because the first one also pays for memory that the others find there.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

YEARS = range(2022, 2028)
INDICATORS = 30
SAMPLE = 500
STAGES = (
    "load",
    "compare.core",
    "pace.card",
    "trajectory.families",
    "plausibility.check",
    "plausibility.profiles",
)


def main(arguments=None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counties", type=int, nargs="+", default=[10, 100, 1000, 2850])
    parser.add_argument("--pyam", metavar="PYTHON", default=sys.executable)
    parser.add_argument("--leg", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.leg:
        print(json.dumps(LEGS[options.leg](Path(options.folder))))
        return
    results = {}
    for counties in options.counties:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_plans(folder / "plans", counties)
            results[counties] = run_leg(sys.executable, "ours", folder / "plans")
        show(counties, results[counties])
    show_growth(results)
    counties = max(options.counties)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_plans(folder / "plans", counties)
        write_wide(folder / "wide.csv", counties)
        show_instead(counties, results[counties], folder, options.pyam)


def run_leg(python: str, leg: str, folder: Path) -> dict:
    command = [python, __file__, "--leg", leg, "--folder", str(folder)]
    one_thread = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | one_thread)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
        raise SystemExit(f"{leg} failed: {last}")
    return json.loads(done.stdout.splitlines()[-1])


# --------------------------------------------------------------------------------------------- plans


def indicators() -> list[dict[str, str]]:
    """The 21 core indicators and nine more, from the repository's tables."""
    import csv

    from qiyou.data import root

    with open(root() / "indicators.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["direction"] != "status" and row["kind"] != "flow"]
    rows.sort(key=lambda row: row["core"] != "true")
    return rows[:INDICATORS]


def printed_paths(counties: int):
    """Per county and indicator the printed cells; about a third are straight lines, a tenth hold a bound."""
    import numpy as np

    rng = np.random.default_rng(0)
    chosen = indicators()
    for number in range(counties):
        start, end = rng.uniform(20, 60, INDICATORS), rng.uniform(61, 99, INDICATORS)
        bend = rng.choice([1.0, 1.5, 3.0], INDICATORS)
        falling = np.array([row["direction"] in ("down", "at_most") for row in chosen])
        start, end = np.where(falling, end, start), np.where(falling, start, end)
        share = (np.arange(len(YEARS)) / (len(YEARS) - 1))[None, :] ** bend[:, None]
        values = start[:, None] + (end - start)[:, None] * share
        digits = rng.integers(0, 3, INDICATORS)
        for row, path, shown in zip(chosen, values, digits, strict=True):
            cells = [f"{value:.{shown}f}" for value in path]
            if rng.random() < 0.1:
                cells[-1] = ("<" if row["direction"] in ("down", "at_most") else ">") + cells[-1]
            yield f"c{number:04}", row, cells


def write_plans(folder: Path, counties: int) -> None:
    from qiyou.data.schema import DOCUMENT_TABLES, TABLES

    folder.mkdir(parents=True)
    header = [*DOCUMENT_TABLES["table"].names[:-1], *map(str, YEARS), "department"]
    places = [",".join(TABLES["places"].names)]
    tables: dict[str, list[str]] = {}
    for place, row, cells in printed_paths(counties):
        lines = tables.setdefault(place, [",".join(header)])
        fields = [str(len(lines)), "", row["id"], row["name_zh"], "", row["unit"], *cells, ""]
        lines.append(",".join(fields))
    for place, lines in tables.items():
        places.append(f"{place},{place}县,{place},county,,ningbo,")
        own = folder / f"{place}-plan"
        own.mkdir()
        (own / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (own / "document.toml").write_text(
            f'id = "{own.name}"\nplace = "{place}"\ntitle = "{place}"\nperiod = [2023, 2027]\nextent = "complete"\n\n'
            '[table]\nstatus = "transcribed"\nyears = [2022, 2027]\n',
            encoding="utf-8",
        )
    (folder / "places.csv").write_text("\n".join(places) + "\n", encoding="utf-8")


def write_wide(path: Path, counties: int) -> None:
    """The same plans as pyam wants them: one clean file of numbers, no bounds."""
    lines = ["model,scenario,region,variable,unit," + ",".join(map(str, YEARS))]
    for place, row, cells in printed_paths(counties):
        numbers = ",".join(cell.lstrip("<>") for cell in cells)
        lines.append(f"plan,{place}-plan,{place},{row['id']},{row['unit']},{numbers}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


# ---------------------------------------------------------------------------------------------- legs


def timed(function, *arguments, **options):
    start = time.process_time()
    result = function(*arguments, **options)
    return result, time.process_time() - start


def shortest(function, *arguments):
    return min((timed(function, *arguments) for _ in range(3)), key=lambda run: run[1])


def peak_mb() -> float:
    """Highest memory in use by this process so far; NaN where the system does not say."""
    try:
        import resource
    except ImportError:
        return math.nan
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def ours(folder: Path) -> dict:
    """The whole pipeline on a folder of counties."""
    import qiyou
    from qiyou import compare, pace, plausibility, trajectory

    qiyou.load(also=[])
    data, load = timed(qiyou.load, also=[folder])
    seconds = {"load": load}
    _, seconds["compare.core"] = shortest(compare.core, data, 2027)
    _, seconds["pace.card"] = shortest(pace.card, data.targets, data.indicators)
    _, seconds["trajectory.families"] = shortest(trajectory.families, data.targets, data.indicators)
    findings, seconds["plausibility.check"] = timed(plausibility.check, data)
    profiles, seconds["plausibility.profiles"] = timed(plausibility.profiles, data, findings)
    rows = data.targets
    _, query = timed(lambda: rows[(rows["indicator"] == "nursery_places_per_1000") & (rows["year"] == 2027)])
    return {
        "seconds": seconds,
        "filter": query,
        "cells": len(rows),
        "findings": len(findings),
        "paths": len(profiles),
        "peak_mb": peak_mb(),
    }


def by_hand(folder: Path) -> dict:
    """What a user would write: read_csv per county, a number pattern, groupby-apply, a regression per path."""
    import numpy as np
    import pandas as pd
    import statsmodels.api as sm

    def read_all():
        frames = []
        for path in sorted(folder.glob("*/table.csv")):
            wide = pd.read_csv(path, dtype=str)
            rows = wide.melt(["indicator"], [str(year) for year in YEARS], "year", "printed")
            frames.append(rows.assign(place=path.parent.name, year=rows["year"].astype(int)))
        rows = pd.concat(frames, ignore_index=True)
        return rows.assign(value=rows["printed"].str.extract(r"([0-9.]+)")[0].astype(float))

    def card(path):
        first, last = path["value"].iloc[0], path["value"].iloc[-1]
        return pd.Series({"points": (last - first) / 5, "cagr": (last / first) ** (1 / 5) - 1})

    def gap(path, middle):
        value, half = path["value"].iloc[0], path["half"].iloc[0]
        low, high = value - half - middle, value + half - middle
        verdict = "met" if low >= 0 else "not_met" if high <= 0 else "undecidable"
        return pd.Series({"gap": value - middle, "gap_low": low, "gap_high": high, "verdict": verdict})

    def gaps(rows):
        end = rows[rows["year"] == 2027]
        end = end.assign(half=0.5 * 10.0 ** -end["printed"].str.extract(r"\.(\d+)")[0].str.len().fillna(0))
        middle = end.groupby("indicator")["value"].median()
        paths = end.groupby(["place", "indicator"], sort=False)[["value", "half"]]
        return paths.apply(lambda path: gap(path, middle[path.name[1]]))

    rows, load = timed(read_all)
    rows = rows.sort_values(["place", "indicator", "year"], ignore_index=True)
    _, compared = timed(gaps, rows)
    paths = rows.groupby(["place", "indicator"], sort=False)
    _, paced = timed(lambda: paths[["value"]].apply(card))
    design = sm.add_constant(np.arange(len(YEARS)))
    sample = [path["value"].to_numpy() for _, path in list(paths)[:SAMPLE]]
    _, fitted = timed(
        lambda: [(sm.OLS(y, design).fit().params, sm.OLS(np.log(y), design).fit().params) for y in sample]
    )
    return {
        "load": load,
        "compare": compared,
        "card": paced,
        "regressions": fitted * paths.ngroups / len(sample),
        "peak_mb": peak_mb(),
    }


def with_pyam(folder: Path) -> dict:
    """Load and filter in the scenario library."""
    try:
        import pyam
    except ImportError as error:
        return {"missing": f"{type(error).__name__}: {error}"}
    frame, load = timed(pyam.IamDataFrame, folder / "wide.csv")
    _, query = timed(frame.filter, variable="nursery_places_per_1000", year=2027)
    return {"load": load, "filter": query, "peak_mb": peak_mb(), "version": pyam.__version__}


LEGS = {"ours": ours, "by_hand": by_hand, "pyam": with_pyam}


# --------------------------------------------------------------------------------------------- output


def show(counties: int, result: dict) -> None:
    stages = ", ".join(f"{name} {seconds:.2f}" for name, seconds in result["seconds"].items())
    total = sum(result["seconds"].values())
    print(
        f"{counties:,} counties, {result['cells']:,} cells, {result['paths']:,} paths, "
        f"{result['findings']:,} findings: "
        f"{total:.1f} s ({stages}); peak {result['peak_mb']:,.0f} MB",
        flush=True,
    )


def show_growth(results: dict[int, dict]) -> None:
    """How time grows with the number of counties: 1 is in proportion, less is better."""
    sizes = sorted(results)
    for small, large in itertools.pairwise(sizes):
        exponents = {
            name: math.log(results[large]["seconds"][name] / results[small]["seconds"][name])
            / math.log(large / small)
            for name in STAGES
        }
        shown = ", ".join(f"{name} {exponent:.2f}" for name, exponent in exponents.items())
        print(
            f"from {small:,} to {large:,} counties, seconds grow with the power (1 = in proportion): {shown}"
        )


def show_instead(counties: int, mine: dict, folder: Path, pyam: str) -> None:
    hand = run_leg(sys.executable, "by_hand", folder / "plans")
    seconds = mine["seconds"]
    print(f"\nInstead, for {counties:,} counties (how many times our seconds):")
    for ours_name, theirs, what in (
        ("load", "load", "read_csv, melt and a number pattern, nothing checked"),
        (
            "compare.core",
            "compare",
            "groupby-apply of gap and verdict against the median, bounds not understood",
        ),
        ("pace.card", "card", "groupby-apply of two paces, no intervals"),
        (
            "trajectory.families",
            "regressions",
            f"two statsmodels OLS per path (from {SAMPLE} paths), no families",
        ),
    ):
        ratio = hand[theirs] / seconds[ours_name]
        print(f"  {ours_name}: {seconds[ours_name]:.2f} s; {what}: {hand[theirs]:.2f} s, {ratio:.1f} times")
    print(f"  peak memory: {mine['peak_mb']:,.0f} MB; by hand {hand['peak_mb']:,.0f} MB")
    theirs = run_leg(pyam, "pyam", folder)
    if "missing" in theirs:
        print(f"  pyam left out: {theirs['missing']}; name an interpreter that has pyam-iamc with --pyam")
        return
    print(
        f"  pyam {theirs['version']}, one clean file of numbers in place of {counties:,} folders of prints: load "
        f"{theirs['load']:.2f} s, {theirs['load'] / seconds['load']:.2f} times; "
        f"filter {theirs['filter'] * 1000:.0f} ms "
        f"against {mine['filter'] * 1000:.0f} ms, {theirs['filter'] / mine['filter']:.1f} times; peak "
        f"{theirs['peak_mb']:,.0f} MB"
    )


if __name__ == "__main__":
    main()
