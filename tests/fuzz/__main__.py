"""Play inputs of the fuzzer: ``python -m tests.fuzz FILE...`` again, ``--seconds 600`` new ones."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.fuzz.fuzzer import fuzz, play_again


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="seed to begin with")
    chosen = parser.parse_args()
    failures = [f"{file}: {found}" for file in chosen.files if (found := play_again(file)) is not None]
    if chosen.seconds:
        until = time.monotonic() + chosen.seconds
        done, failed = fuzz(chosen.first, lambda seed: time.monotonic() < until)
        print(f"{done} inputs, seeds {chosen.first} to {chosen.first + done - 1}")
        failures += failed
    print("\n".join(failures) or "all hold")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
