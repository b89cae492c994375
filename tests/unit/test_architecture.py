"""The house as architecture: who may import whom, how long things may be, and where SQL stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

SRC = Path(__file__).parents[2] / "src"
PACKAGE = SRC / "koop_es"

LEVELS = [
    {"domain"},
    {"settings"},
    {"connectors", "store"},
    {"audit", "ingest", "replay", "simulate", "views"},
    {"cli"},
]
"""The rooms from the ground up. Only the rooms of the fourth level may know each other, and not in a circle."""

LEVEL = {room: height for height, rooms in enumerate(LEVELS) for room in rooms}
NEIGHBOURS = LEVELS[3]

DOMAIN_MAY_IMPORT = {
    "__future__", "collections", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools",
    "hashlib", "heapq", "itertools", "json", "math", "msgspec", "operator", "re", "string", "types", "typing",
    "unicodedata",
}  # fmt: skip
"""The standard library as far as it is pure, and msgspec: no os, time, random, uuid, pathlib, logging, locale."""

CLOCKS = {("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today")}
DATABASES = {"eventsourcing", "psycopg", "psycopg_pool", "sqlite3"}

MODULE_LINES = 600
FUNCTION_LINES = 70

SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|PRAGMA\s+\w+"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|INDEX|VIEW|TYPE|DATABASE))\b",
    re.DOTALL,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """One source file, parsed when a test asks for it: every worker of a run reads this module, and one runs it."""

    name: str
    room: str
    source: str

    @property
    def tree(self) -> ast.Module:
        return parsed(self.source)

    def __repr__(self) -> str:
        return self.name


class Import(NamedTuple):
    """One import: the module's full name, and the line it stands in."""

    name: str
    line: int


@cache
def parsed(source: str) -> ast.Module:
    return ast.parse(source)


def load(path: Path) -> Module:
    parts = path.relative_to(SRC).with_suffix("").parts
    source = path.read_text(encoding="utf-8")
    room = parts[1] if len(parts) > 1 else "__init__"
    return Module(".".join(parts).removesuffix(".__init__"), room, source)


MODULES = [load(path) for path in sorted(PACKAGE.rglob("*.py"))]
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


def imports(module: Module) -> Iterator[Import]:
    """List every import, also those inside functions and under TYPE_CHECKING."""
    package = module.name.split(".")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: -node.level]) if node.level else ""
            name = ".".join(part for part in (base, node.module) if part)
            if name == "koop_es":
                yield from (Import(f"koop_es.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield Import(name, node.lineno)


def rooms_used(module: Module) -> Iterator[tuple[str, int]]:
    for name, line in imports(module):
        package, _, rest = name.partition(".")
        room = rest.partition(".")[0]
        if package == "koop_es" and room in LEVEL and room != module.room:
            yield room, line


def outside(module: Module) -> Iterator[tuple[str, int]]:
    for name, line in imports(module):
        top = name.partition(".")[0]
        if top != "koop_es":
            yield top, line


def docstrings(tree: ast.Module) -> set[int]:
    """Name the string constants that are documentation: expressions that stand alone."""
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def strings(tree: ast.Module) -> Iterator[tuple[str, int]]:
    documentation = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value, node.lineno


def undocumented(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
    """Name the public modules, classes, methods and functions that have no docstring."""
    if not ast.get_docstring(node):
        yield prefix
    for child in node.body:
        if not isinstance(child, Function | ast.ClassDef) or child.name.startswith("_"):
            continue
        if isinstance(child, ast.ClassDef):
            yield from undocumented(child, f"{prefix}.{child.name}")
        elif not ast.get_docstring(child) and not is_variant(child):
            yield f"{prefix}.{child.name}"


def is_variant(function: Function) -> bool:
    """Overloads and setters are documented where the function itself is."""
    marks = {ast.unparse(decorator) for decorator in function.decorator_list}
    return bool(marks & {"overload", "typing.overload", "override", "typing.override"}) or any(
        mark.endswith((".setter", ".deleter")) for mark in marks
    )


@each_module
def test_imports_point_downwards_only(module: Module) -> None:
    if module.room == "__main__":
        assert {room for room, _ in rooms_used(module)} == {"cli"}, "koop_es/__main__.py only starts the command line"
        return
    if module.room == "__init__":
        assert not list(rooms_used(module)), "koop_es/__init__.py is imported by every room, so it imports none"
        return
    assert module.room in LEVEL, f"{module.room} is no room of the house"
    for room, line in rooms_used(module):
        below = LEVEL[room] < LEVEL[module.room]
        beside = {room, module.room} <= NEIGHBOURS
        assert below or beside, f"{module.name}:{line} reaches up or across into {room}"


def test_rooms_of_one_level_form_no_circle() -> None:
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        graph.setdefault(module.room, set()).update(room for room, _ in rooms_used(module))
    assert list(TopologicalSorter(graph).static_order())


@each_module
def test_domain_is_pure(module: Module) -> None:
    if module.room != "domain":
        return
    for name, line in outside(module):
        assert name in DOMAIN_MAY_IMPORT, f"{module.name}:{line} imports {name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value).rpartition(".")[2]
            assert (owner, node.attr) not in CLOCKS, f"{module.name}:{node.lineno} reads a clock"
        if isinstance(node, ast.Name):
            assert node.id not in {"open", "print", "input"}, f"{module.name}:{node.lineno} does I/O"


@each_module
def test_only_the_store_knows_the_database_and_the_event_sourcing_library(module: Module) -> None:
    if module.room == "store":
        return
    for name, line in outside(module):
        assert name not in DATABASES, f"{module.name}:{line} imports {name}"


@each_module
def test_sql_stands_in_the_store_only(module: Module) -> None:
    if module.room == "store":
        return
    for text, line in strings(module.tree):
        assert not SQL.search(text), f"{module.name}:{line} holds SQL; make it a named statement of the store"


@each_module
def test_modules_and_functions_stay_short(module: Module) -> None:
    lines = module.source.count("\n")
    assert lines <= MODULE_LINES, f"{module.name} has {lines} lines: split it by noun"
    for node in ast.walk(module.tree):
        if isinstance(node, Function):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES, f"{module.name}:{node.lineno} {node.name} has {length} lines"


@each_module
def test_everything_public_has_a_docstring(module: Module) -> None:
    assert list(undocumented(module.tree, module.name)) == []


@each_module
def test_names_say_what_a_module_is_about(module: Module) -> None:
    assert not {"utils", "common", "manager", "misc"} & set(module.name.split("."))
