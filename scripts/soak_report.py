"""The report of a soak: figures in words, as a page of its own and as the table of the guarantees."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "guarantees.md"
BEGIN, END = "<!-- soak: begin -->\n", "<!-- soak: end -->\n"
SECONDS_OF_A_MINUTE = 60

RECORDED = {
    "kills": "kills (`kill -9`)",
    "fuzz": "fuzzed inputs",
    "losses": "cut, partial, filtered or proofless exports",
    "orders": "orders of arrival",
}
"""What tests record about themselves -> what it is; the mistakes of ``tests/mutations`` have a row of their own."""


def write(report: Mapping[str, Any], into: Path) -> None:
    """Keep the report as data and as a page."""
    (into / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (into / "report.md").write_text(render(report), encoding="utf-8")


def render(report: Mapping[str, Any]) -> str:
    """Write the whole report: the table, then what failed and how every mistake was caught."""
    parts = ["# Soak\n\n", table(report)]
    failing = report.get("simulation", {}).get("failing", [])
    if failing:
        parts.append("\n## Seeds that failed\n\n")
    for item in failing:
        steps = f" ({item['shrunk_to']} steps)" if "shrunk_to" in item else ""
        parts.append(f"- `{item['replay']}`{steps}: {item['findings'][0]}\n")
    losses = report.get("losses", {}).get("failing", [])
    if losses:
        parts.append("\n## Stories that failed\n\n")
    parts += [f"- seed {item['seed']}: {item['finding']}\n" for item in losses]
    tests = report.get("tests", {})
    if tests.get("failing"):
        parts.append(f"\n## Tests that failed\n\nAll that pytest said is in `{tests['log']}`.\n\n")
        parts += [f"- `{name}`\n" for name in tests["failing"]]
    if tests.get("how"):
        parts.append("\n## How mistakes were caught\n\n| mistake | kind | by | tried | said |\n| - | - | - | - | - |\n")
        parts += [f"| {line} |\n" for line in tests["how"]]
    return "".join(parts)


def table(report: Mapping[str, Any]) -> str:
    """Write the figures."""
    parts = (_simulation, "simulation"), (_losses, "losses"), (_tests, "tests")
    rows = [row for say, name in parts for row in say(report.get(name, {}))]
    head = f"`{report['command']}` at {report['commit']}, {report['workers']} processes.\n\n| | |\n| - | - |\n"
    return head + "".join(f"| {name} | {value} |\n" for name, value in rows)


def _simulation(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not figures:
        return
    last = figures["first"] + figures["seeds"] - 1
    yield "seeds", f"{figures['seeds']:,} (from {figures['first']} to about {last}), {figures['steps']:,} steps"
    yield "time", _time(figures["seconds"])
    yield "seeds with findings", f"{len(figures['failing']):,}"
    yield "rounds until all agreed", _list({f"in {key}": value for key, value in figures["rounds"].items()})
    yield "VHSs", _list({f"{key} VHSs": value for key, value in figures["vhs"].items()})
    yield "faults", _list(figures["faults"])
    yield "staff", _list(figures["edits"])


def _losses(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not figures:
        return
    stories = f"{figures['stories']:,} stories (from {figures['first']}), {figures['exports']:,} exports in all"
    yield "wrong exports", f"{figures['wrong']:,} in {stories}"
    yield "time", _time(figures["seconds"])
    yield "stories with findings", f"{figures['failed']:,}"
    yield "kinds", _list(figures["kinds"])
    yield "true orphans", f"{figures['orphans']:,}"
    yield "bookings somebody is asked about in the end", f"{figures['asked']:,}"
    yield "guards that spoke up at a sound export, after wrong ones", f"{figures['alarms']:,} of {figures['sound']:,}"


def _tests(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not figures:
        return
    recorded = figures.get("recorded", {})
    yield "tests", f"{_list(figures.get('outcomes', {}))}, {_time(figures['seconds'])}"
    if figures["examples"]:
        yield "hypothesis examples", f"{figures['examples']:,}"
    if "mistakes" in recorded:
        yield "mistakes caught", f"{recorded.get('caught', 0)} of {recorded['mistakes']}"
    for name, meaning in RECORDED.items():
        if name in recorded:
            yield meaning, f"{recorded[name]:,}"


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 2 * SECONDS_OF_A_MINUTE else f"{seconds / SECONDS_OF_A_MINUTE:.0f} minutes"


def publish(reports: list[Mapping[str, Any]], page: Path = PAGE) -> None:
    """Put the table of a run, or of the parts of one, between the marks of a page."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{page} has lost its marks {BEGIN.strip()} and {END.strip()}")
    page.write_text(before + begin + "\n".join(map(table, reports)) + end + after, encoding="utf-8")
