"""What if: with nothing changed the real history comes out, and with something changed what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from koop_es.domain.events import BookingMade, CancellationDelivered
from koop_es.domain.observation import Origin
from koop_es.domain.terms import Policy
from koop_es.ingest import give_out, ingest
from koop_es.ingest.seating import approve
from koop_es.replay.policies import RuleInvalid, rules_of
from koop_es.replay.timeline import Timeline
from koop_es.replay.whatif import Asked, Found, NotInHistory, past_of, proof, whatif
from koop_es.simulate.demo import Demo
from koop_es.simulate.draw import draw
from koop_es.simulate.rehearsal import rehearse
from koop_es.store import Append, Store, vault
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program
from tests.integration.ingest.conftest import NOW
from tests.integration.replay.conftest import Story

NETWORKS = 32
Change = dict[str, dict[str, Any]]


def streams(store: Store) -> list[str]:
    with store.reading() as tx:
        return sorted({row[0] for row in tx.rows("members", upto=tx.head())})


def assert_comes_out_as_it_was(store: Store, policy: Policy | None = None) -> None:
    for coop_id in streams(store):
        past = past_of(store, coop_id, policy or Policy())
        assert past.doubts == []
        assert proof(past) == []


# --- the proof ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_with_nothing_changed_the_history_of_a_network_with_faults_comes_out_as_it_was(
    seed: int, sqlite_url: str
) -> None:
    rehearse(draw(seed, steps=90), sqlite_url)
    with Store.open(sqlite_url) as store:
        assert streams(store)
        assert_comes_out_as_it_was(store)


def test_with_nothing_changed_a_story_comes_out_as_it_was(story: Story) -> None:
    assert_comes_out_as_it_was(story.store)


def test_the_settings_of_the_past_are_read_out_of_its_decisions(story: Story) -> None:
    now = Policy(orphan_policy="owner_only", orphan_confirmations=1, identity_sharing="all", bavaria=frozenset("*"))
    assert_comes_out_as_it_was(story.store, now)


def test_erased_persons_are_told_apart_all_the_same(sqlite_url: str) -> None:
    rehearse(draw(5, steps=90), sqlite_url)
    with Store.open(sqlite_url) as store:
        for coop_id in streams(store):
            events = [item.event for item in Timeline.load(store, coop_id).recorded]
            persons = [event.person_id for event in events if isinstance(event, BookingMade) and event.person_id]
            with store.write() as tx:
                assert vault.erase(tx, persons) >= len(persons)
        for coop_id in streams(store):
            assert proof(past_of(store, coop_id, Policy())) == []


def test_a_history_that_the_engine_would_not_decide_is_taken_as_it_is_and_the_answer_says_so(story: Story) -> None:
    recorded = Timeline.load(story.store, COOP).recorded
    last = recorded[-1].event
    origin = Origin(vhs=FAR, sha256="0" * 64, sequence=99)
    odd = CancellationDelivered(vhs=FAR, rule="B3", at=last.at, recorded_at=last.at, origin=origin, ref=f"{FAR}:70001")
    with story.store.write() as tx:
        tx.append([Append(COOP, len(recorded), [odd])])
    answer = whatif(story.store, COOP, Asked(rules=rules_of(["guard_percent=50"])), Policy(), now=NOW)
    assert not answer["exact"]
    assert f"what export {FAR}#99 showed cannot be told from its events" in answer["doubts"][0]
    assert answer["changes"] == []


def test_a_history_that_does_not_come_out_as_it_was_says_from_where(story: Story) -> None:
    past = past_of(story.store, COOP, Policy())
    made = next(item for item in past.recorded if isinstance(item.event, BookingMade))
    past.recorded = past.recorded[: made.version - 1] + past.recorded[made.version :]
    assert "does not come out as it was from position" in proof(past)[0]


# --- questions ------------------------------------------------------------------------------------------------------


@pytest.fixture
def network(tmp_path: Path) -> dict[str, Program]:
    """The three admin programs, with bookings of all."""
    return booked(tmp_path / "exports")


@pytest.fixture
def store(any_db_url: str) -> Any:
    with Store.create(any_db_url) as store:
        yield store


@pytest.fixture
def take_in(store: Store) -> Callable[..., None]:
    """Ingest exports, five minutes after each other."""
    clock = [NOW]

    def take_in(*paths: Path, policy: Policy | None = None) -> None:
        for path in paths:
            clock[0] += timedelta(minutes=5)
            assert ingest(store, path, policy or Policy(), now=clock[0]).status != "quarantined"

    return take_in


def ask(store: Store, **asked: Any) -> dict[str, Any]:
    before = store.head()
    answer = whatif(store, COOP, Asked(**asked), Policy(), now=NOW)
    assert store.head() == before
    assert answer["exact"]
    return answer


def by_path(answer: dict[str, Any]) -> Change:
    return {item["path"]: item for item in answer["changes"]}


def told(program: Program, store: Store) -> None:
    program.obey(give_out(store, program.vhs, now=NOW))


def settled(store: Store, network: dict[str, Program], take_in: Callable[..., None]) -> None:
    """Let all report and write what they are told, until everybody holds everything."""
    for _ in range(3):
        for program in network.values():
            take_in(program.export())
        for program in network.values():
            told(program, store)


def position(store: Store, kind: str, ref: str | None = None, vhs: str | None = None) -> int:
    found = [
        item.position
        for item in Timeline.load(store, COOP).recorded
        if item.event.type == kind and ref in (None, getattr(item.event, "ref", None)) and vhs in (None, item.event.vhs)
    ]
    return found[-1]


MIRROR = f"{MASTER}:8800"


@pytest.fixture
def removed(store: Store, network: dict[str, Program], take_in: Callable[..., None]) -> Store:
    """A network in which an Abo-VHS removed the mirror of a booking of the Master, and everybody wrote "S"."""
    settled(store, network, take_in)
    network[NEAR].remove(MIRROR)
    settled(store, network, take_in)
    assert network[MASTER].row(MIRROR)["Status"] == "S"
    return store


def test_d2_under_owner_only_a_removed_mirror_cancels_nobody(removed: Store) -> None:
    answer = ask(removed, rules=rules_of(["orphan_policy=owner_only"]))
    changes = by_path(answer)
    for vhs in NUMBERS:
        assert (
            changes[f"{vhs}/bookings/{MIRROR}/should"]["before"],
            changes[f"{vhs}/bookings/{MIRROR}/should"]["after"],
        ) == (
            "S",
            "A",
        )
    # What was written only because it was told is not there either.
    assert changes[f"{MASTER}/bookings/{MIRROR}/shows"]["after"] == "A"
    assert changes[f"{NEAR}/changes/booking.create/{MIRROR}"]["after"] == "A"
    assert {"OrphanDetected", "CancellationDelivered"} <= {item["type"] for item in answer["missing"]}
    assert "MirrorLost" in {item["type"] for item in answer["instead"]}
    assert changes[f"{MASTER}/bookings/{MIRROR}/should"]["event"] == position(removed, "OrphanDetected", MIRROR)


def test_d3_with_one_confirmation_the_orphan_is_found_one_export_earlier(removed: Store) -> None:
    answer = ask(removed, rules=rules_of(["orphan_confirmations=1"]))
    was = next(item for item in answer["missing"] if item["type"] == "OrphanDetected")
    would = next(item for item in answer["instead"] if item["type"] == "OrphanDetected")
    assert (was["vhs"], would["vhs"], was["ref"], would["ref"]) == (NEAR, NEAR, MIRROR, MIRROR)
    assert int(was["export"].partition("#")[2]) == int(would["export"].partition("#")[2]) + 1
    assert not [path for path in by_path(answer) if path.endswith("/should")]


def test_d3_a_second_absence_that_left_no_event_is_known_from_the_ledger(
    store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    one = Policy(orphan_confirmations=1)
    network[NEAR].remove(MIRROR)
    take_in(network[NEAR].export(), policy=one)
    take_in(network[NEAR].export(), policy=one)
    assert position(store, "OrphanDetected", MIRROR)
    answer = ask(store, rules=rules_of(["orphan_confirmations=2"]))
    exports = {
        key: next(item["export"] for item in answer[key] if item["type"] == "OrphanDetected")
        for key in ("missing", "instead")
    }
    numbers = {key: int(export.partition("#")[2]) for key, export in exports.items()}
    assert numbers["instead"] == numbers["missing"] + 1


def test_an_export_that_proves_nothing_confirms_no_orphan_in_another_history_either(
    store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    one = Policy(orphan_confirmations=1)
    network[NEAR].remove(MIRROR)
    take_in(network[NEAR].export(), policy=one)
    take_in(network[NEAR].export(kind="delta"), policy=one)
    answer = ask(store, rules=rules_of(["orphan_confirmations=2"]))
    assert by_path(answer)[f"{MASTER}/bookings/{MIRROR}/should"]["after"] == "A"


def test_without_a_cancellation_the_booking_lives_everywhere(
    store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    network[NEAR].cancel(f"{NEAR}:500")
    settled(store, network, take_in)
    answer = ask(store, without=(position(store, "BookingCancelled", f"{NEAR}:500"),))
    changes = by_path(answer)
    for vhs in NUMBERS:
        for what in ("should", "shows"):
            assert (changes[f"{vhs}/bookings/{NEAR}:500/{what}"]["before"]) == "S"
            assert (changes[f"{vhs}/bookings/{NEAR}:500/{what}"]["after"]) == "A"
    assert not [path for path in changes if "/changes/" in path]
    assert answer["instead"] == []
    assert {item["type"] for item in answer["missing"]} == {"BookingCancelled", "CancellationDelivered"}


def test_without_an_orphan_the_booking_stays_a_suspicion(removed: Store) -> None:
    changes = by_path(ask(removed, without=(position(removed, "OrphanDetected", MIRROR),)))
    assert changes[f"{MASTER}/bookings/{MIRROR}/should"]["after"] == "A"
    assert changes[f"{NEAR}/bookings/{MIRROR}/missing"]["after"] == "suspected"


def test_without_the_booking_nobody_has_its_mirror(removed: Store) -> None:
    ref = f"{FAR}:70000"
    changes = by_path(ask(removed, without=(position(removed, "BookingMade", ref),)))
    assert all(item["after"] is None for path, item in changes.items() if ref in path)
    assert {f"{vhs}/bookings/{ref}/shows" for vhs in NUMBERS} <= changes.keys()


def test_without_a_revision_nobody_was_told_of_it(
    store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    network[MASTER].courses[0]["TN max"] = "17"
    settled(store, network, take_in)
    changes = by_path(ask(store, without=(position(store, "CourseRevised", vhs=MASTER),)))
    assert changes[f"{NEAR}/course/shows/TN max"]["before"] == "17"
    assert changes[f"{NEAR}/course/shows/TN max"]["after"] == changes["course/decided/TN max"]["after"] != "17"


def test_without_an_export_the_next_one_shows_what_it_showed(
    store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    network[NEAR].cancel(f"{NEAR}:500")
    take_in(network[NEAR].export())
    take_in(network[NEAR].export())
    cancelled = Timeline.load(store, COOP).event(Timeline.load(store, COOP).version_at(store.head())).event
    assert cancelled.origin is not None
    answer = ask(store, without_exports=(cancelled.origin.export,))
    would = next(item for item in answer["instead"] if item["type"] == "BookingCancelled")
    assert int(would["export"].partition("#")[2]) == int(cancelled.origin.export.partition("#")[2]) + 1
    assert answer["changes"] == []


def test_without_the_last_export_what_it_showed_never_came(
    store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    network[NEAR].cancel(f"{NEAR}:500")
    take_in(network[NEAR].export())
    answer = ask(store, without_exports=(f"{NEAR}#{network[NEAR].sequence}",))
    assert by_path(answer)[f"{MASTER}/bookings/{NEAR}:500/should"]["after"] == "A"


def test_with_an_export_that_lacks_a_booking_it_is_a_suspicion_and_with_two_an_orphan(
    store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    network[NEAR].remove(MIRROR)
    files = network[NEAR].export(), network[NEAR].export()
    one, two = by_path(ask(store, files=files[:1])), by_path(ask(store, files=files))
    assert one[f"{NEAR}/bookings/{MIRROR}/missing"]["after"] == "suspected"
    assert f"{MASTER}/bookings/{MIRROR}/should" not in one
    assert two[f"{MASTER}/bookings/{MIRROR}/should"]["after"] == "S"
    earlier = ask(store, files=files[:1], rules=rules_of(["orphan_confirmations=1"]))
    assert by_path(earlier)[f"{MASTER}/bookings/{MIRROR}/should"]["after"] == "S"


def test_with_an_export_in_between_later_ones_show_what_they_showed(
    store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    row = network[NEAR].remove(MIRROR)
    path = network[NEAR].export()
    network[NEAR].restore(row)
    network[NEAR].cancel(f"{NEAR}:500")
    between = store.head()
    take_in(network[NEAR].export())
    answer = ask(store, files=(path,), after=str(between))
    types = [item["type"] for item in answer["instead"]]
    assert types[0] == "BookingVanished"
    assert "BookingReappeared" in types
    assert answer["changes"] == []


def test_d1_shared_with_all_everybody_has_the_names(removed: Store) -> None:
    changes = by_path(ask(removed, rules=rules_of(["identity_sharing=all"])))
    assert changes[f"{NEAR}/course/identities"]["after"] == "yes"
    assert changes[f"{FAR}/course/identities"]["after"] == "yes"


def test_t3_in_bavaria_an_abo_kurs_would_have_been_made_with_its_codes(tmp_path: Path, sqlite_url: str) -> None:
    with Store.create(sqlite_url) as store:
        coop_id = Demo(store, tmp_path, lambda _: None).run().coop_id
        answer = whatif(store, coop_id, Asked(rules=rules_of(["bavaria=301"])), Policy(), now=NOW)
        changes = by_path(answer)
        assert changes["301/course/shows/Veranstaltungsart"]["after"] == "75"
        assert changes["301/course/shows/Kooperation"]["after"] == "04"
        assert not [path for path in changes if not path.startswith("301/course/")]


def types(store: Store, since: int) -> list[str]:
    return [item.event.type for item in Timeline.load(store, COOP).recorded if item.position > since]


def test_d27_beleg_ids_that_a_partial_export_exchanged_come_out_as_they_were(
    store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    near, before = network[NEAR], store.head()
    one, other = near.row(f"{NEAR}:500"), near.row(f"{NEAR}:511")
    one["Name"], other["Name"] = "Adam", "Zola"
    take_in(near.export())
    one["Beleg-ID"], other["Beleg-ID"] = other["Beleg-ID"], one["Beleg-ID"]
    take_in(near.export(kind="delta"))
    assert types(store, before).count("MergeSuspected") == 2
    assert_comes_out_as_it_was(store)
    take_in(near.export())
    assert types(store, before).count("BookingRekeyed") == 2
    assert_comes_out_as_it_was(store)


def test_d27_beleg_ids_that_were_exchanged_and_put_right_come_out_as_they_were(
    store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    near, before = network[NEAR], store.head()
    one, other = near.row(f"{NEAR}:500"), near.row(f"{NEAR}:511")
    one["Name"], other["Name"] = "Adam", "Zola"
    take_in(near.export())
    for kind in ("delta", "full"):
        one["Beleg-ID"], other["Beleg-ID"] = other["Beleg-ID"], one["Beleg-ID"]
        take_in(near.export(kind=kind))
    assert types(store, before).count("HoldEnded") == 2
    assert_comes_out_as_it_was(store)


@pytest.mark.parametrize("moved", [True, False])
def test_d18_a_mirror_in_which_another_person_takes_part_comes_out_as_it_was(
    moved: bool, store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    master, before = network[MASTER], store.head()
    row = master.row(f"{NEAR}:500")
    row.update({"Koop-Beleg-ID": "", "TNR": "123456", "Name": "Zola", "Vorname": "Emile"})
    row.update({"Beleg-ID": "4711"} if moved else {"Telefon": "", "E-Mail": "zola@example.org"})
    take_in(master.export())
    assert "ParticipantReplaced" in types(store, before)
    assert_comes_out_as_it_was(store)
    take_in(master.export())
    assert_comes_out_as_it_was(store)


def test_d4_limits_of_the_mass_guard_are_asked_of_this_cooperation_alone(removed: Store) -> None:
    answer = ask(removed, rules=rules_of(["guard_bookings=0", "guard_percent=0"]))
    assert "with this cooperation alone" in answer["notes"][0]
    assert by_path(answer)[f"{NEAR}/bookings/{MIRROR}/missing"]["after"].startswith("withheld by ")
    assert by_path(answer)[f"{MASTER}/bookings/{MIRROR}/should"]["after"] == "A"


def test_d4_what_was_withheld_and_approved_is_so_again(
    store: Store, network: dict[str, Program], take_in: Callable[..., None]
) -> None:
    settled(store, network, take_in)
    network[NEAR].remove(MIRROR)
    strict = Policy(guard_bookings=0, guard_percent=0)
    for _ in range(2):
        take_in(network[NEAR].export(), policy=strict)
    approve(store, now=NOW + timedelta(days=1), withheld_id=f"{NEAR}#{network[NEAR].sequence}")
    assert_comes_out_as_it_was(store)
    changes = by_path(ask(store, without=(position(store, "OrphanDetected", MIRROR),)))
    assert changes[f"{NEAR}/bookings/{MIRROR}/missing"]["after"].startswith("withheld by ")
    gone = ask(store, without=(position(store, "BookingVanished", MIRROR),))
    assert gone["dropped"] == []
    assert by_path(gone)[f"{NEAR}/bookings/{MIRROR}/shows"]["after"] == "A"


def test_a_command_that_makes_no_sense_any_more_is_left_out_and_named(tmp_path: Path, sqlite_url: str) -> None:
    with Store.create(sqlite_url) as store:
        coop_id = Demo(store, tmp_path, lambda _: None).run().coop_id
        assert_comes_out_as_it_was(store)
        recorded = Timeline.load(store, coop_id).recorded
        first = next(item for item in recorded if item.event.type == "BookingCancelled")
        answer = whatif(store, coop_id, Asked(without=(first.position,)), Policy(), now=NOW)
        dropped = answer["dropped"][0]
        assert dropped["type"] == "BookingPromoted"
        assert "no seat is free" in dropped["reason"]


def test_without_the_release_there_is_nothing(removed: Store) -> None:
    answer = ask(
        removed, without=(position(removed, "CourseReleased"), position(removed, "CourseSubscribed", vhs=NEAR))
    )
    assert by_path(answer)["course/master"]["after"] is None


def test_no_answer_holds_personal_data(removed: Store, network: dict[str, Program]) -> None:
    answer = str(ask(removed, rules=rules_of(["identity_sharing=all"])))
    names = {row["Name"] for program in network.values() for row in program.bookings.values() if row["Name"]}
    assert names
    assert not [name for name in names if name in answer]


# --- refusals -------------------------------------------------------------------------------------------------------


def test_what_is_not_in_the_history_is_refused(removed: Store) -> None:
    with pytest.raises(
        NotInHistory, match="position 99999 is not in the history of 563-COOP-219: the log has no event"
    ):
        ask(removed, without=(99999,))
    other = next(item.position for item in removed.read(0, 500) if item.stream != COOP)
    with pytest.raises(NotInHistory, match="that is an event of"):
        ask(removed, without=(other,))
    with pytest.raises(Found, match="leave out the event that it follows from"):
        ask(removed, without=(position(removed, "ViolationOpened"),))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("orphans=1", "there is no rule 'orphans'; there are orphan_policy"),
        ("orphan_policy", "lacks a value"),
        ("orphan_policy=both", "give symmetric or owner_only"),
        ("orphan_confirmations=3", "give 1 or 2"),
        ("guard_percent=x", "0 to 100"),
        ("db=sqlite:///x", "there is no rule 'db'"),
    ],
)
def test_a_rule_that_is_none_is_refused_with_what_it_may_be(rule: str, message: str) -> None:
    with pytest.raises(RuleInvalid, match=message):
        rules_of([rule])
