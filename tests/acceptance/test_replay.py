"""``replay``: line by line in a pipe, on a full screen, in a terminal, and as JSON."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from koop_es.cli.entry import run
from koop_es.replay.explain import why
from koop_es.replay.frames import Frames
from koop_es.replay.moments import position_of
from koop_es.replay.page import page, text
from koop_es.replay.screen import StepperApp
from koop_es.replay.stepper import Stepper
from koop_es.replay.timeline import Timeline
from koop_es.store import Store
from tests.acceptance.console import PROGRAM, Console, clean_environment
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, booked
from tests.acceptance.terminal import Terminal
from tests.acceptance.told import Programs, agreed, pour
from tests.conftest import Place

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "step-through.md"
DEMO_COOP = "563-COOP-1"


def one_removed(koop: Console, folder: Path) -> Programs:
    """Let three VHSs share a course, and one booking be removed at its owner."""
    network = agreed(koop, folder)
    network[NEAR].remove(f"{NEAR}:500")
    koop.take_in(network[NEAR].export())
    return network


@pytest.fixture
def told(koop: Console, sqlite_place: Place, tmp_path: Path) -> Console:
    """A console on a store in which a booking was removed at its owner."""
    pour(sqlite_place, one_removed, koop, tmp_path / "exports")
    return koop


@pytest.fixture(scope="module")
def demo_db(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The store of the demo, which every reader of the guide has."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}"
    assert run(["demo", "--db", url], as_json=False) == 0
    return url


# --- line by line -----------------------------------------------------------------------------------------------------


def steps(koop: Console, said: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a pipe with these lines on standard input."""
    return subprocess.run(
        [*PROGRAM, *koop.words("replay", COOP, *words)],
        input=said,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=clean_environment(),
        check=False,
        timeout=60,
    )


def test_in_a_pipe_pages_are_printed_and_commands_read_line_by_line(told: Console) -> None:
    reply = steps(told, "n\nend\n/ 301:500\nq\nn\n")
    assert (reply.returncode, reply.stderr) == (0, "")
    events = [line for line in reply.stdout.splitlines() if line.startswith("event ")]
    count = len(told.events(COOP, "--given"))
    assert [line.split()[1] for line in events[:3]] == ["1", "2", str(count)]
    assert len(events) == 4
    assert "\x1b" not in reply.stdout


def test_without_any_command_the_first_frame_is_printed(told: Console) -> None:
    reply = steps(told, "")
    assert reply.returncode == 0
    assert reply.stdout.count("\nevent 1 of ") == 1


def test_bytes_that_are_no_text_and_a_closed_input_do_no_harm(told: Console) -> None:
    command = [*PROGRAM, *told.words("replay", COOP)]
    strict = clean_environment() | {"PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(command, input=b"\xff\nn\n", capture_output=True, env=strict, check=True, timeout=60)
    assert "is no command" in done.stdout.decode()
    assert "\nevent 2 of " in done.stdout.decode()
    closed = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *command], capture_output=True, env=strict, check=True)
    assert "\nevent 1 of " in closed.stdout.decode()


@pytest.mark.parametrize("moment", [f"{MASTER}#2", "2026-03-20T09:00"])
def test_at_begins_at_that_moment(told: Console, moment: str) -> None:
    with Store.open(told.db) as store:
        version = Timeline.load(store, COOP).version_at(position_of(store, moment))
    assert f"\nevent {version} of " in steps(told, "", "--at", moment).stdout
    assert told.ask("replay", COOP, "--at", moment)["frames"][0]["version"] == version


def test_with_a_booking_only_its_row_is_shown(told: Console) -> None:
    said = steps(told, "end\n", "--booking", "301:500").stdout
    rows = {line.split()[0] for line in said.splitlines() if line[:4] in {"301:", "412:", "563:"}}
    assert rows == {"301:500"}


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("563-COOP-999",), 4, "cooperation_unknown"),
        (("nonsense",), 4, "invalid_identifier"),
        ((COOP, "--booking", "301:nobody"), 4, "booking_unknown"),
        ((COOP, "--booking", "nobody"), 4, "invalid_identifier"),
        ((COOP, "--at", "563#99"), 2, "export_unknown"),
        ((COOP, "--at", "someday"), 2, "invalid_time"),
    ],
)
def test_what_is_not_there_is_refused_with_a_reason(
    told: Console, words: tuple[str, ...], status: int, code: str
) -> None:
    assert told.refused("replay", *words, status=status)["code"] == code


def test_without_textual_a_terminal_is_told_how_to_get_the_screen(told: Console, tmp_path: Path) -> None:
    without = (
        "import importlib.util as u; real = u.find_spec; "
        "u.find_spec = lambda name, package=None: None if name == 'textual' else real(name, package); "
        "from koop_es.cli import main; main()"
    )
    command = [sys.executable, "-c", without, *told.words("replay", COOP)]
    with Terminal(command, clean_environment() | {"TERM": "xterm"}, width=120, height=50) as terminal:
        terminal.wait_for("pip install 'koop-es[tui]'")
        terminal.press("n\n", then="event 2 of")
        assert terminal.end("q\n") == 0


def test_a_dumb_terminal_gets_plain_pages(told: Console) -> None:
    command = [*PROGRAM, *told.words("replay", COOP)]
    with Terminal(command, clean_environment() | {"TERM": "dumb"}, width=120, height=50) as terminal:
        terminal.wait_for("event 1 of")
        assert terminal.end("q\n") == 0
        assert b"\x1b[" not in terminal.raw


def test_help_does_not_import_the_screen() -> None:
    asked = (
        "import sys; from koop_es.cli.entry import run; run(['--help'], as_json=False); "
        "run(['replay', '--help'], as_json=False); sys.exit('textual' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], env=clean_environment(), capture_output=True, check=False)
    assert done.returncode == 0


# --- JSON -------------------------------------------------------------------------------------------------------------


def test_json_gives_the_state_after_every_event(told: Console) -> None:
    data = told.ask("replay", COOP)
    assert data.keys() == {"coop_id", "frames"}
    assert [frame["event"] for frame in data["frames"]] == told.events(COOP, "--given")
    for frame in data["frames"]:
        assert frame.keys() >= {"position", "version", "event", "columns", "rows"}
        assert all(len(row["cells"]) == len(frame["columns"]) for row in frame["rows"])
    last = data["frames"][-1]
    for column, vhs in enumerate(column["vhs"] for column in last["columns"]):
        [course] = [course for course in told.view(vhs)["courses"] if course["coop_id"] == COOP]
        cells = {row["label"]: row["cells"][column] for row in last["rows"] if row["kind"] == "booking"}
        assert {b["ref"]: (b["status"], b["reported"]) for b in course["bookings"]} == {
            ref: (cell["should"], cell["shows"]) for ref, cell in cells.items() if cell["should"] is not None
        }
    assert "suspected" in str(last["rows"])


def test_both_databases_tell_the_same_states(any_koop: Console, tmp_path: Path) -> None:
    for program in booked(tmp_path / "exports").values():
        any_koop.take_in(program.export())
    frames = any_koop.ask("replay", COOP)["frames"]
    assert [frame["event"] for frame in frames] == any_koop.events(COOP, "--given")
    assert frames[-1]["pending"][MASTER]
    alone = any_koop.ask("replay", COOP, "--booking", "301:500", "--at", str(frames[-1]["position"]))["frames"]
    assert [row["label"] for row in alone[0]["rows"] if row["kind"] == "booking"] == ["301:500"]
    assert len(alone) == 1


def test_json_names_no_person(told: Console) -> None:
    said = json.dumps(told.ask("replay", COOP), ensure_ascii=False)
    named = {b["name"] for vhs in (MASTER, NEAR, FAR) for c in told.view(vhs)["courses"] for b in c["bookings"]} - {
        None
    }
    assert named
    assert [name for name in named if name in said] == []


# --- the full screen --------------------------------------------------------------------------------------------------


def piloted(db: str, story: Callable[[StepperApp, Pilot[None]], Awaitable[None]], coop_id: str = COOP) -> None:
    """Run the full screen without a terminal, in 80 x 24."""

    async def play() -> None:
        with Store.open(db) as store:
            app = StepperApp(
                Stepper(Frames(Timeline.load(store, coop_id)), lambda text: position_of(store, text), why(store))
            )
            async with app.run_test(size=(80, 24)) as pilot:
                await story(app, pilot)

    asyncio.run(play())


def shown(app: StepperApp) -> list[str]:
    """Read the screen as it is drawn."""
    return ["".join(segment.text for segment in line).rstrip() for line in app.screen._compositor.render_strips()]


def test_keys_lead_through_the_story_on_the_full_screen(told: Console) -> None:
    count = len(told.events(COOP, "--given"))

    async def story(app: StepperApp, pilot: Pilot[None]) -> None:
        def version() -> int:
            return app.stepper.frame.version

        await pilot.press("right", "space", "n")
        assert version() == 4
        await pilot.press("left", "p")
        assert version() == 2
        await pilot.press("end")
        assert version() == count
        await pilot.press("C")
        assert version() < count
        await pilot.press("home")
        assert version() == 1
        await pilot.press("c")
        assert app.stepper.frame.arisen
        await pilot.press("g", *f"{MASTER}#2", "enter")
        assert app.stepper.frame.position <= position_of_export(told, f"{MASTER}#2")
        assert version() > 1
        await pilot.press("slash", *"vanished", "enter")
        assert app.stepper.frame.event["type"] == "BookingVanished"
        assert f"event {version()} of {count}" in "\n".join(shown(app))

    piloted(told.db, story)


def position_of_export(koop: Console, export: str) -> int:
    with Store.open(koop.db) as store:
        return position_of(store, export)


def test_texts_open_and_close_on_the_full_screen(told: Console) -> None:
    async def story(app: StepperApp, pilot: Pilot[None]) -> None:
        for key, said in (("e", '"course_number": "26-10009",'), ("y", "why Kursnummer at VHS 563"), ("?", "commands")):
            await pilot.press(key)
            assert app.sheet is not None
            assert said in "\n".join(shown(app))
            before = app.stepper.frame.version
            await pilot.press("n")
            assert app.stepper.frame.version == before, "keys go to the text"
            await pilot.press("q")
            assert app.sheet is None
        await pilot.press("end", "b")
        assert app.stepper.frame.event["type"] == "BookingVanished"

    piloted(told.db, story)


def test_escape_leaves_a_question_and_nothing_happens(told: Console) -> None:
    async def story(app: StepperApp, pilot: Pilot[None]) -> None:
        await pilot.press("g")
        await pilot.press("9", "8", "backspace")
        assert shown(app)[-1] == "go to position, time or export: 9"
        await pilot.press("escape", "n")
        assert app.stepper.frame.version == 2

    piloted(told.db, story)


def test_cells_are_marked_with_tab_and_the_arrows(told: Console) -> None:
    async def story(app: StepperApp, pilot: Pilot[None]) -> None:
        await pilot.press("end", "tab")
        before = app.stepper.place
        await pilot.press("tab")
        assert app.stepper.place.where != before.where
        await pilot.press("shift+tab")
        assert app.stepper.place == before
        await pilot.press("up")
        assert app.stepper.place.what != before.what
        await pilot.press("down")
        assert app.stepper.place == before

    piloted(told.db, story)


def test_the_full_screen_holds_the_page_and_follows_the_size_of_the_terminal(told: Console) -> None:
    async def story(app: StepperApp, pilot: Pilot[None]) -> None:
        await pilot.press("end")
        assert shown(app) == text(page(app.stepper, 80, 24))
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert shown(app) == text(page(app.stepper, 100, 30))

    piloted(told.db, story)


def test_a_long_text_scrolls_and_stops_at_its_ends(told: Console) -> None:
    async def story(app: StepperApp, pilot: Pilot[None]) -> None:
        await pilot.press("e")
        first = shown(app)
        assert first[-1].startswith("lines 1-23 of ")
        await pilot.press("up")
        assert shown(app) == first
        await pilot.press("down")
        assert shown(app)[:22] == first[1:23]
        for _ in range(10):
            await pilot.press("pagedown")
        assert "follows from no other event of this cooperation" in shown(app)
        await pilot.press("escape", "e")
        assert shown(app) == first

    piloted(told.db, story)


# --- in a terminal ----------------------------------------------------------------------------------------------------


def test_the_program_runs_in_a_terminal_of_80_by_24(demo_db: str) -> None:
    command = [*PROGRAM, "replay", DEMO_COOP, "--db", demo_db]
    with Terminal(command, clean_environment() | {"TERM": "xterm-256color"}) as terminal:
        assert "n next p back" in terminal.wait_for("event 1 of")[-1]
        terminal.press("n", then="event 2 of")
        terminal.press("\x1b[C", then="event 3 of")
        terminal.press("\x1b[D", then="event 2 of")
        terminal.press("/vanished\r", then="BookingVanished")
        terminal.press("e", then='"ref": "301:4"')
        terminal.press("qeq", then="301:4                 A                 >- > A suspected !*")
        terminal.press("c", then="conflict: BOOKING_REMOVED")
        terminal.press("?", then="commands")
        terminal.press("q", then="ViolationOpened")
        assert terminal.end("q") == 0


@pytest.mark.parametrize("before", ["", "e", "/abc"])
def test_control_c_ends_wherever_one_is(demo_db: str, before: str) -> None:
    command = [*PROGRAM, "replay", DEMO_COOP, "--db", demo_db]
    with Terminal(command, clean_environment() | {"TERM": "xterm-256color"}) as terminal:
        terminal.wait_for("event 1 of")
        assert terminal.end(f"{before}\x03") == 0


def test_without_colour_every_mark_is_there(demo_db: str) -> None:
    command = [*PROGRAM, "replay", DEMO_COOP, "--db", demo_db, "--at", "98"]
    environment = clean_environment() | {"TERM": "xterm", "NO_COLOR": "1"}
    with Terminal(command, environment) as terminal:
        row = next(line for line in terminal.wait_for("event 68 of") if line.startswith("301:4"))
        assert row.split() == ["301:4", "A", ">-", ">", "A", "suspected", "!", "A"]
        assert terminal.end("q") == 0


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed; the terminal test above does the same")
def test_the_program_runs_in_tmux(demo_db: str, tmp_path: Path) -> None:
    socket = str(tmp_path / "tmux")

    def tmux(*words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", socket, "-f", "/dev/null", *words], capture_output=True, text=True, check=True
        )
        return done.stdout

    def pane_with(what: str) -> str:
        until = time.monotonic() + 30
        while what not in (pane := tmux("capture-pane", "-p", "-t", "walk")):
            assert time.monotonic() < until, pane
        return pane

    environment = [item for name, value in clean_environment().items() for item in ("-e", f"{name}={value}")]
    tmux("new-session", "-d", "-s", "walk", "-x", "80", "-y", "24", *environment,
         *PROGRAM, "replay", DEMO_COOP, "--db", demo_db)  # fmt: skip
    try:
        pane_with("event 1 of")
        tmux("send-keys", "-t", "walk", "c")
        pane_with("conflict: ")
        tmux("send-keys", "-t", "walk", "End")
        assert "301:4 orphan" in pane_with("event 92 of")
        tmux("send-keys", "-t", "walk", "q")
    finally:
        subprocess.run(["tmux", "-S", socket, "kill-server"], capture_output=True, check=False)


# --- the guide --------------------------------------------------------------------------------------------------------


def test_the_screen_in_the_guide_is_what_the_program_shows(demo_db: str) -> None:
    quoted = GUIDE.read_text(encoding="utf-8").partition("```screen\n")[2].partition("\n```")[0].splitlines()
    with Store.open(demo_db) as store:
        frames = Frames(Timeline.load(store, DEMO_COOP))
        stepper = Stepper(
            frames, lambda text: position_of(store, text), why(store), begin=frames.timeline.version_at(97)
        )
    assert quoted == text(page(stepper, 80, 24))
