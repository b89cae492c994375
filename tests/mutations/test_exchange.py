"""Functions are exchanged where they are: whoever has one, from wherever, errs with it."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from tests.mutations.exchange import NotOnlyFunctions, exchange, functions

BEFORE = """
from functools import cache
LIMIT = 3
def many(count):
    return count > LIMIT
@cache
def kept(count):
    return any(each > 1 for each in range(count))
class Guard:
    @property
    def open(self):
        return many(4)
TABLE = {"many": many}
"""


def made(root: Path) -> tuple[Path, Any]:
    """Import a module that nobody else knows."""
    path = root / "made.py"
    path.write_text(BEFORE, encoding="utf-8")
    spec = spec_from_file_location("made", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return path, module


def told(module: Any) -> tuple[bool, ...]:
    module.kept.cache_clear()
    return module.TABLE["many"](4), module.kept(2), module.Guard().open


def say(path: Path, old: str, new: str) -> None:
    """Make a mistake in a module that was imported."""
    known = functions(path.parent)
    path.write_text(BEFORE.replace(old, new), encoding="utf-8")
    exchange(known, {str(path): BEFORE})


@pytest.mark.parametrize(
    ("old", "new", "after"),
    [
        ("count > LIMIT", "count < LIMIT", (False, False, False)),
        ("each > 1", "each < 1", (True, True, True)),
        ("return many(4)", "return not many(4)", (True, False, False)),
        ("def kept(count):", "def kept(count):\n    # said before", (True, False, True)),
    ],
    ids=["kept in a table", "within another", "of a class", "on other lines"],
)
def test_function_is_exchanged_wherever_it_is_kept(tmp_path: Path, old: str, new: str, after: tuple[bool, ...]) -> None:
    path, module = made(tmp_path)
    assert told(module) == (True, False, True)
    say(path, old, new)
    assert told(module) == after


@pytest.mark.parametrize(
    ("old", "new"),
    [("LIMIT = 3", "LIMIT = 4"), ("@cache\n", ""), ("def many(count)", "def many(count=1)"), ('"many": many', "")],
    ids=["a constant", "a decorator", "a default", "a table"],
)
def test_what_is_done_on_import_is_not_exchanged(tmp_path: Path, old: str, new: str) -> None:
    path, module = made(tmp_path)
    with pytest.raises(NotOnlyFunctions):
        say(path, old, new)
    assert told(module) == (True, False, True)


def test_what_nobody_imported_is_left_to_who_will(tmp_path: Path) -> None:
    assert "made" not in sys.modules
    exchange({}, {str(tmp_path / "made.py"): BEFORE})
