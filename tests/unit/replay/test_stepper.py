"""The walk: every command, and the page it leads to."""

from __future__ import annotations

import json
from itertools import product

import pytest

from koop_es.domain.errors import WrongUsage
from koop_es.replay.frames import Place
from koop_es.replay.page import page, text
from koop_es.replay.plain import walk as walk_plainly
from koop_es.replay.stepper import COMMANDS, Stepper
from tests.unit.domain.world import ABO, MASTER, THIRD, World, booked, network, shared
from tests.unit.replay.stories import APART, crowd, frames, removed_once, removed_twice, screen, sheet, told_last, walk


def test_next_and_back_go_one_event_and_stop_at_the_ends() -> None:
    stepper = walk(network())
    stepper.do("p")
    assert (stepper.frame.version, stepper.message) == (1, "this is the first event")
    stepper.do("n")
    stepper.do("")
    assert (stepper.frame.version, stepper.message) == (3, "")
    stepper.do("p")
    assert stepper.frame.version == 2
    stepper.do("end")
    assert stepper.frame.version == len(stepper.frames)
    stepper.do("n")
    assert stepper.message == "this is the last event"
    stepper.do("home")
    assert stepper.frame.version == 1


def test_c_runs_to_the_event_that_brings_a_conflict_and_names_it() -> None:
    stepper = walk(removed_once(), begin=len(removed_once().events) - 2)
    stepper.do("c")
    assert stepper.frame.event["type"] == "BookingVanished"
    assert stepper.message == "conflict: booking:301:7 301"
    stepper.do("c")
    assert stepper.frame.event["type"] == "ViolationOpened"
    stepper.do("c")
    assert stepper.message == "no event after this one brings a conflict"
    stepper.do("C")
    assert stepper.frame.event["type"] == "BookingVanished"


def test_g_goes_to_the_last_event_at_or_before_a_position() -> None:
    stepper = walk(removed_once())
    stepper.do(f"g {3 * APART + 4}")
    assert stepper.frame.version == 3
    stepper.do(f"g{5 * APART}")
    assert stepper.frame.version == 5
    stepper.do("g 0")
    assert (stepper.frame.version, stepper.message) == (1, "nothing had happened at 0; this is the first event")
    stepper.do("g")
    assert stepper.message.startswith("g wants a position")


def test_g_says_what_is_wrong_with_a_position_and_stays() -> None:
    def find(position: str) -> int:
        raise WrongUsage(f"{position} is nothing")

    stepper = Stepper(frames(network()), find, told_last, begin=2)
    stepper.do("g xyz")
    assert (stepper.frame.version, stepper.message) == (2, "xyz is nothing")


@pytest.mark.parametrize("command", ["/301:7", "/ 301:7", "/bookingmade", "/b3", "/booked 301:7"])
def test_search_finds_bookings_types_rules_and_words_whatever_the_case(command: str) -> None:
    stepper = walk(shared("301:7"))
    stepper.do(command)
    assert stepper.frame.event["type"] == "BookingMade"


def test_search_goes_on_and_begins_again_after_the_last() -> None:
    stepper = walk(removed_once())
    seen = []
    for _ in range(6):
        stepper.do("/ 301:7")
        seen.append(stepper.frame.version)
        if stepper.message:
            break
    assert stepper.message == "from the beginning again"
    assert seen[:-1] == sorted(set(seen))
    assert seen[-1] == seen[0]
    first = stepper.frame.version
    stepper.do("/")
    assert stepper.frame.version == seen[1] != first
    stepper.do("/ nowhere")
    assert (stepper.frame.version, stepper.message) == (seen[1], "no event holds 'nowhere'")


def test_search_without_a_text_asks_for_one() -> None:
    stepper = walk(network())
    stepper.do("/")
    assert stepper.message.startswith("/ wants a text")


def test_e_gives_the_event_as_it_is_stored_and_its_cause() -> None:
    stepper = walk(removed_once())
    stepper.do("end")
    found = sheet(stepper, "e")
    assert found.lines[0].startswith(f"position {stepper.frame.position}, version {stepper.frame.version}, koop.Viol")
    body = json.loads("\n".join(found.lines[1 : found.lines.index("}") + 1]))
    assert body["code"] == "BOOKING_REMOVED"
    assert "BookingVanished" in found.lines[-1]
    assert "(b goes there)" in found.lines[-1]
    stepper.do("home")
    assert sheet(stepper, "e").lines[-1] == "follows from no other event of this cooperation"


def test_b_goes_to_the_cause_if_there_is_one() -> None:
    stepper = walk(removed_once())
    stepper.do("end")
    cause = stepper.frame.event["cause"]
    stepper.do("b")
    assert stepper.frame.version == cause
    assert stepper.frame.event["type"] == "BookingVanished"
    stepper.do("home")
    stepper.do("b")
    assert stepper.message == "this event follows from no other one of this cooperation"


def test_y_asks_about_the_marked_cell() -> None:
    stepper = walk(removed_twice())
    stepper.do("/OrphanDetected")
    stepper.place = Place("booking:301:7", THIRD)
    found = sheet(stepper, "y")
    assert found.title == f"why 301:7 at VHS {THIRD}"
    assert found.lines[0] == f"301:7 at {THIRD}"
    assert found.lines[1].split()[1] == "OrphanDetected"


def test_the_mark_goes_to_what_the_event_changed_or_is_about() -> None:
    stepper = walk(removed_once())
    stepper.do("/BookingVanished")
    assert stepper.place == Place("booking:301:7", ABO)
    stepper.do("home")
    stepper.do("/ViolationOpened")
    assert stepper.place == Place("booking:301:7", ABO)


def test_the_mark_moves_over_rows_and_vhss() -> None:
    stepper = walk(network())
    stepper.do("end")
    stepper.place = Place("number", MASTER)
    for command, place in (("down", ("coop_id", MASTER)), ("up", ("number", MASTER)), ("up", ("number", MASTER)),
                           ("tab", ("number", ABO)), ("back", ("number", MASTER)), ("back", ("number", THIRD)),
                           ("tab", ("number", MASTER))):  # fmt: skip
        stepper.do(command)
        assert stepper.place == place


def test_f_shows_the_fields_in_which_nothing_happens() -> None:
    stepper = walk(network())
    stepper.do("end")
    few = len(stepper.rows())
    stepper.do("f")
    assert {row.key for row in stepper.rows()} >= {"dvv_category", "min_participants", "rate"}
    stepper.place = Place("rate", ABO)
    stepper.do("f")
    assert len(stepper.rows()) == few
    assert stepper.place.what in {row.key for row in stepper.rows()}


def test_an_unknown_command_is_named() -> None:
    stepper = walk(network())
    stepper.do("nonsense")
    assert stepper.message == "'nonsense' is no command; ? lists them"


def test_the_list_of_commands_names_every_command() -> None:
    said = sheet(walk(network()), "?").lines
    assert [line.split()[0] for line in said[: len(COMMANDS)]] == list(COMMANDS)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_a_page_of_80_by_24_says_everything() -> None:
    stepper = walk(removed_once())
    stepper.do("end")
    said = screen(stepper)
    assert len(said) == 24
    assert all(len(line) <= 80 for line in said)
    assert said[0].startswith("ViolationOpened [B9] 2026-02-08 02:00: Booking 301:7 was removed")
    assert said[2].split() == ["563-COOP-219", MASTER, "master", ABO, "subscriber", THIRD, "subscriber"]
    row = next(line for line in said if line.startswith("301:7"))
    assert row.split() == ["301:7", "A", ">-", ">", "A", "suspected", "!", "A"]
    assert said[-4:-1] == [
        "changes to be written: 563 0, 301 0, 412 0",
        "! 1 open: BOOKING_REMOVED at 301 (301:7)",
        f"event 10 of 10 | position {10 * APART} | 301#3 | VHS 301",
    ]


def test_the_marked_cell_is_seen_in_a_terminal_of_any_size() -> None:
    world = crowd(9)
    world.report("405", *(booked(str(number), tnr=str(number)) for number in range(30)))
    stepper = walk(world, begin=len(world.events))
    for width, height in product((36, 80, 200), (10, 24, 60)):
        for command in ["down"] * len(stepper.rows()) + ["tab"] * 10 + ["up"] * len(stepper.rows()):
            lines = page(stepper, width, height)
            [marked] = [part for line in lines for part in line if part.style == "marked"]
            assert marked.text.startswith(">")
            assert len(lines) == height
            assert max(map(len, text(lines))) <= width
            stepper.do(command)


def test_a_terminal_too_small_for_anything_does_no_harm() -> None:
    for width, height in product((1, 5, 20), (1, 3)):
        assert page(walk(removed_once()), width, height)


def test_with_many_vhss_the_columns_scroll_and_the_master_stays() -> None:
    stepper = walk(crowd(9))
    stepper.do("end")
    seen = set()
    for _ in range(10):
        stepper.do("tab")
        heading = screen(stepper)[2]
        assert f"{MASTER} master" in heading
        assert stepper.place.where in heading
        assert "…" in heading
        seen.add(stepper.place.where)
    assert len(seen) == 10


def test_a_long_value_is_cut_and_its_marks_are_not() -> None:
    world = network()
    world.report(MASTER, venue="Ein sehr langer Name eines Hauses in einer sehr langen Straße")
    stepper = walk(world)
    stepper.do("end")
    row = next(line for line in screen(stepper) if line.startswith("Kursort"))
    assert row.count("… !*") == 2
    assert len(row) <= 80


# --- line by line -----------------------------------------------------------------------------------------------------


def said_plainly(world: World, *commands: str) -> list[str]:
    said: list[str] = []
    walk_plainly(walk(world), commands, said.append)
    return said


def test_line_by_line_a_page_follows_every_command_until_q() -> None:
    said = said_plainly(network(), "n\n", "\n", "p\n", "q\n", "n\n")
    assert [line.split()[1] for line in said if line.startswith("event ")] == ["1", "2", "3", "2"]


def test_line_by_line_every_vhs_has_its_column_and_messages_a_line() -> None:
    said = said_plainly(crowd(9), "end\n", "nonsense\n")
    assert all(f"{400 + number} subscriber" in line for line in said if "405 s" in line for number in range(9))
    assert said[-2] == "'nonsense' is no command; ? lists them"


def test_line_by_line_a_sheet_is_printed() -> None:
    said = said_plainly(network(), "e\n")
    assert "event:" in said
    assert '  "course_number": "26-10009",' in said
