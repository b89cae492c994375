"""Say of every numbered rule of the domain which code keeps it and which test pins it.

A rule is kept where its number stands in a docstring of ``src`` and pinned where it is in the name of a test
(``test_r16_...``). ``docs/reference/rules.md`` lists both; this script rewrites the two columns and leaves the meanings
and reasons as they are. Run it with ``make docs``; ``python -m scripts.gen_rules --problems`` lists what is open.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "reference" / "rules.md"

RULES: tuple[str, ...] = (
    *(f"R{number}" for number in range(1, 7)),
    "R6a",
    *(f"R{number}" for number in range(7, 48)),
    *(f"B{number}" for number in range(1, 23)),
    *(f"T{number}" for number in range(1, 7)),
    *(f"D{number}" for number in range(1, 34)),
)

# G1 to G9 are bars of the test suite, not rules.
_IN_TEXT = re.compile(r"\b([RBTD][1-9]\d?)([a-z])?\b")
_IN_NAME = re.compile(r"(?<=_)([rbtd][1-9]\d?)([a-z])?(?=_|$)")
_ROW = re.compile(r"^\| ([RBTD]\d+[a-z]?) \| (.*?) \| (.*?) \|(?: (.*?) \|)?$", re.MULTILINE)

KEPT = "## Kept"
ELSEWHERE = "## Kept elsewhere or later"
NOTHING = "-"
SHOWN = 2
"""Places named per rule and column; the rest is found by searching the number."""


class Row(NamedTuple):
    """What the page says of one rule: its meaning and, where the rule is not kept, why."""

    meaning: str
    reason: str = ""


class Evidence(NamedTuple):
    """Where a rule is kept (``module.name``) and pinned (names of tests), both in the order of the files."""

    kept_by: list[str]
    pinned_by: list[str]

    @property
    def complete(self) -> bool:
        """Tell whether the rule is both kept and pinned."""
        return bool(self.kept_by and self.pinned_by)


def rule_of(number: str, suffix: str | None) -> str:
    """Read a rule's number; a part of a rule (``B11a``) counts as the rule, ``R6a`` is one of its own."""
    whole = number.upper() + (suffix or "")
    return whole if whole in RULES else number.upper()


def evidence() -> dict[str, Evidence]:
    """Search the docstrings of ``src`` and the names of the tests for every rule."""
    found = {rule: Evidence([], []) for rule in RULES}
    for path in sorted((ROOT / "src").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT / "src" / "koop_es").with_suffix("").parts)
        for name, text in _documentation(ast.parse(path.read_text(encoding="utf-8")), module.removesuffix(".__init__")):
            for rule in {rule_of(*match.groups()) for match in _IN_TEXT.finditer(text)} & set(RULES):
                found[rule].kept_by.append(name)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for rule in {rule_of(*match.groups()) for match in _IN_NAME.finditer(node.name)} & set(RULES):
                    found[rule].pinned_by.append(node.name)
    return found


def _documentation(tree: ast.Module, name: str) -> Iterator[tuple[str, str]]:
    """List every docstring with the name of what it documents, constants by their own docstring included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module):
            yield name, ast.get_docstring(node) or ""
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}.{node.name}", ast.get_docstring(node) or ""
        if isinstance(node, ast.Module | ast.ClassDef):
            yield from _constants(node, name)


def _constants(node: ast.Module | ast.ClassDef, name: str) -> Iterator[tuple[str, str]]:
    for before, after in zip(node.body, node.body[1:], strict=False):
        if isinstance(before, ast.Assign | ast.AnnAssign) and isinstance(after, ast.Expr):
            target = before.targets[0] if isinstance(before, ast.Assign) else before.target
            if isinstance(after.value, ast.Constant):
                yield f"{name}.{ast.unparse(target)}", str(after.value.value)


def rows(page: str) -> tuple[dict[str, Row], dict[str, Row]]:
    """Read the page: the rules of the first table and those of the second, which has reasons."""
    first, _, second = page.partition(ELSEWHERE)
    kept = {match[1]: Row(match[2]) for match in _ROW.finditer(first)}
    elsewhere = {match[1]: Row(match[2], match[3].strip(NOTHING + " ")) for match in _ROW.finditer(second)}
    return kept, elsewhere


def problems() -> dict[str, str]:
    """Name the rules that are neither kept nor excused, are both, or are missing from the page or doubled in it."""
    kept, elsewhere = rows(TARGET.read_text(encoding="utf-8"))
    found = evidence()
    result: dict[str, str] = defaultdict(str)
    for rule in RULES:
        if (rule in kept) == (rule in elsewhere):
            result[rule] = "is in both tables" if rule in kept else "is in neither table"
        elif found[rule].complete and rule in elsewhere and elsewhere[rule].reason:
            result[rule] = "is kept and has a reason for not being kept: empty the reason"
        elif not found[rule].complete and not (rule in elsewhere and elsewhere[rule].reason):
            code = "" if found[rule].kept_by else "no docstring names it"
            test = "" if found[rule].pinned_by else "no test has it in its name"
            result[rule] = " and ".join(part for part in (code, test) if part) + ", and it has no reason"
    return dict(result)


def render() -> str:
    """Write the page anew: each rule in the table it belongs to, meanings and reasons as they were."""
    page = TARGET.read_text(encoding="utf-8")
    kept, elsewhere = rows(page)
    known = kept | elsewhere
    found = evidence()
    lines = [page.partition(KEPT)[0].rstrip(), "", KEPT, ""]
    lines += ["| rule | meaning | kept by | pinned by |", "| - | - | - | - |"]
    later = ["", ELSEWHERE, "", "| rule | meaning | reason |", "| - | - | - |"]
    for rule in RULES:
        row = known.get(rule, Row(NOTHING))
        if found[rule].complete and not row.reason:
            kept_by, pinned_by = (_places(names) for names in found[rule])
            lines.append(f"| {rule} | {row.meaning} | {kept_by} | {pinned_by} |")
        else:
            later.append(f"| {rule} | {row.meaning} | {row.reason or NOTHING} |")
    return "\n".join([*lines, *later, ""])


def _places(names: list[str]) -> str:
    """Name the first places, and how many more there are."""
    distinct = list(dict.fromkeys(names))
    more = f" and {len(distinct) - SHOWN} more" if len(distinct) > SHOWN else ""
    return ", ".join(f"`{name}`" for name in distinct[:SHOWN]) + more


if __name__ == "__main__":
    if "--write" in sys.argv:
        TARGET.write_text(render(), encoding="utf-8")
    elif "--problems" in sys.argv:
        for rule, problem in problems().items():
            sys.stdout.write(f"{rule} {problem}\n")
    else:
        sys.stdout.write(render())
