"""Runs tests on the engine of the current directory and on no other; a process of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import koop_es
from tests.mutations.mutation import ENGINE

ANOTHER_ENGINE = 70

PLAIN = ("-o", "addopts=--strict-markers --strict-config --import-mode=importlib", "-p", "no:cacheprovider")
"""The options of the project, those aside that are for plugins; soak tests are run as well where they are named."""


def main() -> int:
    """Give the exit status of pytest, which stops at the first failure.

    No plugin is loaded: none is needed, and together they take longer than most tests that are named.
    """
    engine = Path.cwd() / ENGINE
    if Path(koop_es.__file__).resolve().parent != engine.resolve():
        return ANOTHER_ENGINE
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return int(pytest.main(["--no-header", "-q", "-x", *PLAIN, *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
