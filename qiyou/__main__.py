"""``python -m qiyou`` is the console script."""

import sys

from qiyou.cli import main

if __name__ == "__main__":
    sys.exit(main())
