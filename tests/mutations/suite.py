"""Runs tests on the engine of the current directory and on no other; a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import koop_es
from tests.mutations.mutation import ENGINE

ANOTHER_ENGINE = 70


def main() -> int:
    """Give the exit status of pytest, which stops at the first failure."""
    engine = Path.cwd() / ENGINE
    if Path(koop_es.__file__).resolve().parent != engine.resolve():
        return ANOTHER_ENGINE
    return int(pytest.main(["--no-header", "-q", "-x", "-p", "no:cacheprovider", "-m", "", *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
