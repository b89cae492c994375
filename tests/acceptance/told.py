"""Stores in which a story was told once for all tests of a worker, and the admin programs as it left them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Hashable
from pathlib import Path

from tests.acceptance.console import Console
from tests.acceptance.network import booked
from tests.acceptance.program import Program, settle
from tests.conftest import Place, empty_store

Programs = dict[str, Program]
"""The admin program of each VHS."""

Story = Callable[..., Programs]
"""Tells a story to an empty store: from a console, a folder for exports and whatever else it is ``given``, it gives the
programs. A function of a module.
"""


def pour(place: Place, story: Story, koop: Console, folder: Path, *given: Hashable) -> Programs:
    """Pour the store in which a story was told into the place that a console is on.

    Gives programs of this test's own; what they exported lies in ``folder``, and they go on writing there.
    """

    def build(url: str, made: Path) -> Programs:
        empty_store(url, made)
        return story(Console(url, koop.capsys), made / "exports", *given)

    programs: Programs = place.pour(build, (story, *given))
    (made,) = {program.folder for program in programs.values()}
    shutil.copytree(made, folder, dirs_exist_ok=True)
    for program in programs.values():
        program.folder = folder
    return programs


def reported(koop: Console, folder: Path) -> Programs:
    """Let three VHSs report their bookings once, of which the others know nothing yet."""
    programs = booked(folder)
    for program in programs.values():
        koop.take_in(program.export())
    return programs


def agreed(koop: Console, folder: Path) -> Programs:
    """Let three VHSs agree about twelve bookings in two courses."""
    programs = reported(koop, folder)
    settle(koop, programs.values())
    return programs
