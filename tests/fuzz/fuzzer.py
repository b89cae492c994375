"""The fuzzer: inputs made of the corpus by a seed, each played; what fails is kept as a file."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import Bench, Wrong

CORPUS = Path(__file__).parent / "corpus"
FAILED = Path(tempfile.gettempdir()) / "koop-es-fuzz"
"""Where failing inputs are kept until somebody moves them into the corpus."""

MOST_FAILURES = 20


def target_of(file: Path) -> str:
    return file.name.partition("-")[0]


def corpus() -> list[Path]:
    return sorted(file for file in CORPUS.iterdir() if file.is_file())


def case(seed: int) -> tuple[str, str, bytes]:
    """Make the input of a seed: its target, the ending of its name and its bytes."""
    random = Random(seed)
    files = corpus()
    file = random.choice(files)
    others = [other.read_bytes() for other in files if target_of(other) == target_of(file)]
    return target_of(file), file.suffix, mutated(file.read_bytes(), others, random)


def play_again(file: Path) -> str | None:
    """Play one file; gives what is wrong."""
    with Bench() as bench:
        return _played(bench, target_of(file), file.read_bytes())


def fuzz(first: int, go_on: Callable[[int], bool]) -> tuple[int, list[str]]:
    """Play the inputs of the seeds from ``first`` on as long as told; gives how many, and what failed."""
    failures: list[str] = []
    seed = first
    with Bench() as bench:
        while go_on(seed) and len(failures) < MOST_FAILURES:
            target, ending, content = case(seed)
            if (found := _played(bench, target, content)) is not None:
                failures.append(_kept(target, seed, ending, content, found))
            seed += 1
    return seed - first, failures


def _played(bench: Bench, target: str, content: bytes) -> str | None:
    try:
        bench.play(target, content)
    except Wrong as wrong:
        cause = "".join(traceback.format_exception(wrong.__cause__)[-4:]) if wrong.__cause__ else ""
        return f"{wrong}\n{cause}".strip()
    return None


def _kept(target: str, seed: int, ending: str, content: bytes, found: str) -> str:
    """Write a failing input to a file and say how to play it again."""
    FAILED.mkdir(exist_ok=True)
    file = FAILED / f"{target}-{seed}{ending}"
    file.write_bytes(content)
    return f"python -m tests.fuzz {file}\n  seed {seed}: {found}"
