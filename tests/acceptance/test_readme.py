"""The README's first screen says what the program says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_demo_output_in_the_readme_is_what_the_demo_prints(tmp_path: Path) -> None:
    screen = README.read_text(encoding="utf-8").partition("$ make demo\n")[2].partition("\n$ make test")[0]
    quoted = [line for line in screen.splitlines() if line not in {"", "…"} and not line.startswith("setup:")]
    run = subprocess.run(
        [sys.executable, "-m", "koop_es", "demo", "--db", f"sqlite:///{tmp_path / 'demo.db'}"],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    said = run.stdout.splitlines()
    assert len(quoted) > 10
    assert [line for line in quoted if line not in said] == []
