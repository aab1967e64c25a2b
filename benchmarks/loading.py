"""What importing and loading cost beside ``import pandas``: ratios measured in one run.

    python benchmarks/loading.py

Fresh processes, the median of several, because an import is only an import once.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

_RUNS = 9
_CLOCK = "import time; start = time.perf_counter(); {code}; print(time.perf_counter() - start)"
_LEGS = {
    "import pandas": "import pandas",
    "import qiyou": "import qiyou",
    "import qiyou.data": "import qiyou.data",
}
_LOAD = (
    "import qiyou.data, time; qiyou.data.load(); start = time.perf_counter(); qiyou.data.load(); "
    "print(time.perf_counter() - start)"
)


def measure(program: str) -> float:
    """Median seconds that a program prints, over fresh processes."""
    runs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        for _ in range(_RUNS)
    ]
    return statistics.median(float(run.stdout) for run in runs)


def main() -> None:
    """Measure and print the ratios to ``import pandas``."""
    seconds = {name: measure(_CLOCK.format(code=code)) for name, code in _LEGS.items()}
    seconds["qiyou.load(), validated"] = measure(_LOAD)
    pandas = seconds["import pandas"]
    for name, value in seconds.items():
        print(f"{name:26s} {value:8.3f} s   {value / pandas:6.2f} x import pandas")


if __name__ == "__main__":
    main()
