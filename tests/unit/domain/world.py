"""A small world: one cooperation of three Volkshochschulen, and verbs that let them report, read and decide.

VHS 563 is the Master, 301 and 412 are Abo-VHSs. Nothing here touches a file, a store or a clock: the day of an export
is a count.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from types import MappingProxyType
from typing import Any

import msgspec

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.course import CourseFacts
from koop_es.domain.draft import Draft, Moment
from koop_es.domain.echoes import note_given
from koop_es.domain.events import Event, ViolationClosed, ViolationOpened
from koop_es.domain.evolve import apply
from koop_es.domain.identifiers import owner_of
from koop_es.domain.judgement import ALL_ABSENCES, NOTHING, Judgement
from koop_es.domain.observation import BookingRow, CourseRow, Origin, Person, Status
from koop_es.domain.observe import observe, observe_into
from koop_es.domain.slices import Slice, Suspension
from koop_es.domain.terms import Policy
from koop_es.domain.violations import found
from koop_es.domain.wanted import Change, changes
from koop_es.domain.weight import Weight
from koop_es.views.documents import Document, documents
from tests.unit.domain.reasons import check

COOP = "563-COOP-219"
MASTER, ABO, THIRD = "563", "301", "412"
PERIOD = "26F"
NUMBERS = {MASTER: "26-10009", ABO: "K-9", THIRD: "X123"}
STARTS_ON = date(2026, 3, 30)
FIRST_EXPORT = date(2026, 2, 1)
LABELS = "Kursleitung: R. Muster\nVeranstaltungsort: Raum 1\nAusführende vhs: VHS 563"
ANNA = Person("Muster", "Anna", "0721 1234", "anna@example.org")
BERND = Person("Beispiel", "Bernd", "0941 9876", "bernd@example.org")

MASTER_FACTS = CourseFacts(
    title="Aquarell",
    programme_title="Aquarell für alle",
    info="Farben mitbringen",
    course_type="Normalkurs",
    bamf=False,
    starts_on=STARTS_ON,
    ends_on=date(2026, 5, 30),
    starts_at="18:00",
    ends_at="19:30",
    venue="Raum 1",
    dvv_category="2.06",
    min_participants=5,
    capacity=10,
    fee_cents=9000,
    pass_through_cents=1200,
    koop_key=True,
    rate="80",
    never_share=False,
    markers=(),
    countable=True,
    event_kind="",
    cooperation_code="",
    instructor="R. Muster",
    max_guard=True,
    cancelled=False,
)
"""The course as its Master exports it."""

ABO_FACTS = msgspec.structs.replace(
    MASTER_FACTS,
    info=LABELS,
    koop_key=False,
    rate="",
    markers=("100",),
    countable=False,
    instructor="VHS 563",
)
"""The Abo-Kurs as a subscriber exports it."""


def facts_of(vhs: str, **changed: Any) -> CourseFacts:
    """Give the facts a VHS's row carries, with some of them changed."""
    return msgspec.structs.replace(MASTER_FACTS if vhs == MASTER else ABO_FACTS, **changed)


def row(
    vhs: str,
    *,
    number: str | None = None,
    period: str | None = PERIOD,
    coop_id: str | None = COOP,
    edited_by: str | None = None,
    **changed: Any,
) -> CourseRow:
    """Give the course row of a VHS."""
    return CourseRow(
        number=NUMBERS.get(vhs, "N") if number is None else number,
        period=period,
        external_number=coop_id,
        facts=facts_of(vhs, **changed),
        file="kurse.csv",
        line=2,
        edited_by=edited_by,
    )


def booked(
    booking_id: str,
    status: str = "A",
    *,
    of: str | None = None,
    tnr: str | None = None,
    person: Person | None = ANNA,
    at: str = "2026-01-05T10:00:00+01:00",
    number: str = NUMBERS[MASTER],
    edited_by: str | None = None,
) -> BookingRow:
    """Give a booking row: the VHS's own, or with ``of`` the mirror of another VHS's booking."""
    return BookingRow(
        booking_id=booking_id,
        number=number,
        period=PERIOD,
        participant_no=tnr if tnr is not None else f"T{booking_id}",
        status=Status(status) if status in ("A", "W", "S") else None,
        raw_status=status,
        booked_at=at,
        file="belegungen.csv",
        line=3,
        ref=of,
        person=person,
        edited_by=edited_by,
    )


def mirror(booking_id: str, of: str, status: str = "A", *, person: Person | None = None, **more: Any) -> BookingRow:
    """Give the mirror of another VHS's booking, by default without the person."""
    return booked(booking_id, status, of=of, person=person, **more)


@dataclass
class World:
    """One cooperation, and what was said about it so far."""

    policy: Policy = field(default_factory=Policy)
    coop_id: str = COOP
    state: Cooperation = field(init=False)
    events: list[Event] = field(default_factory=list)
    people: dict[tuple[str, int], Person] = field(default_factory=dict)
    exports: dict[str, int] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    shown: dict[tuple[str, str], Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = Cooperation(self.coop_id)

    # --- what VHSs do -------------------------------------------------------------------------------------------------

    def report(
        self,
        vhs: str,
        *bookings: BookingRow,
        full: bool = True,
        again: bool = False,
        withhold: bool = False,
        protected: Iterable[str] = (),
        shielded: Iterable[str] = (),
        suspended: Suspension | None = None,
        elsewhere: Collection[str] = (),
        strays: Sequence[BookingRow] = (),
        filed: Sequence[BookingRow] = (),
        stands: Sequence[BookingRow] = (),
        references: Mapping[str, Collection[str]] = MappingProxyType({}),
        course: CourseRow | None = None,
        on: date | None = None,
        judgement: Judgement | None = None,
        **changed: Any,
    ) -> list[Event]:
        """Let a VHS export its course and bookings; ``again`` repeats the number of its last export.

        Bookings that are ``protected`` stand in rows that were set aside, ``shielded`` ones by TNR or name, mirrors
        that are ``elsewhere`` in another course, with ``strays`` and ``filed`` their rows; of own rows
        that do, ``stands`` are those of the whole export.
        ``suspended`` says why nobody can tell who is absent; ``references`` are those of Beleg-IDs in all courses of
        the VHS.
        """
        part = Slice(
            self.coop_id,
            course=course if course is not None else row(vhs, **{"coop_id": self.coop_id, **changed}),
            bookings=list(bookings),
            proves_absence=full and suspended is None,
            protected=frozenset(protected),
            shielded=frozenset(shielded),
            suspended=suspended,
            elsewhere={*elsewhere, *(item.ref for item in (*strays, *filed))}.__contains__,
            filed=lambda ref: [item for item in filed if item.ref == ref],
            strays={item.ref or "": item for item in strays}.get,
            stands={item.booking_id: item for item in stands}.get,
            references=lambda booking_id: references.get(booking_id, ()),
        )
        return self.observe(vhs, part, again=again, withhold=withhold, on=on, judgement=judgement)

    def report_without_course(
        self, vhs: str, *bookings: BookingRow, absent: bool = True, judgement: Judgement | None = None
    ) -> list[Event]:
        """Let a VHS export without the course's row; ``absent`` says that the export proves it to be gone."""
        part = Slice(self.coop_id, bookings=list(bookings), course_absent=absent)
        return self.observe(vhs, part, judgement=judgement)

    def weigh(self, vhs: str, *bookings: BookingRow, stands: Sequence[BookingRow] = (), **changed: Any) -> Weight:
        """Tell what a complete export would weigh if it came; nothing happens."""
        found = {item.booking_id: item for item in stands}.get
        course = row(vhs, **changed)
        part = Slice(self.coop_id, course=course, bookings=list(bookings), proves_absence=True, stands=found)
        sequence = self.exports.get(vhs, 0) + 1
        moment = self.moment(vhs, None, Origin(vhs=vhs, sha256=f"{vhs}-{sequence}", sequence=sequence))
        new = person_ids(vhs, sequence).__next__
        return observe(self.state, part, moment, self.policy, people=self.people, new_person_id=new).weight

    def observe(
        self,
        vhs: str,
        part: Slice,
        *,
        again: bool = False,
        withhold: bool = False,
        on: date | None = None,
        judgement: Judgement | None = None,
    ) -> list[Event]:
        """Let a VHS report a slice, and follow its events."""
        if not again:
            self.exports[vhs] = self.exports.get(vhs, 0) + 1
        sequence = self.exports[vhs]
        moment = self.moment(vhs, on, Origin(vhs=vhs, sha256=f"{vhs}-{sequence}", sequence=sequence))
        before: Cooperation = pickle.loads(pickle.dumps(self.state, -1))  # noqa: S301 - our own, and faster than a copy
        outcome = observe_into(
            before,
            part,
            moment,
            self.policy,
            people={key: person for key, person in self.people.items() if key[0] not in self.erased},
            erased=self.erased,
            new_person_id=person_ids(vhs, sequence).__next__,
            system="kufersql",
            judgement=judgement or (ALL_ABSENCES if withhold else NOTHING),
            shown=self.shown,
        )
        for cell in outcome.cells:
            self.shown.pop((cell.vhs, cell.ref), None)
            if cell.person is not None:
                self.shown[cell.vhs, cell.ref] = cell.person
        self.people |= {(entry.person_id, entry.version): entry.person for entry in outcome.persons}
        self.follow(outcome.events)
        assert self.open == {violation.key for violation in found(self.state)}, "open is what stands, no more, no less"
        return outcome.events

    def give(self, *vhss: str, compares: bool = True) -> list[Change]:
        """Give VHSs their change lists out; returns what they were told, as far as the last one goes."""
        for vhs in vhss:
            self.decide(vhs, lambda draft: note_given(draft, compares=compares))
        return self.changes(vhss[-1])

    def decide(self, vhs: str, work: Callable[[Draft], Any], *, on: date | None = None) -> Any:
        """Let a VHS decide something by command; its events are followed, its answer returned."""
        draft = Draft(fold_of(self.events, self.coop_id), self.moment(vhs, on, None), self.people)
        answer = work(draft)
        self.follow(draft.events)
        return answer

    def moment(self, vhs: str, on: date | None, origin: Origin | None) -> Moment:
        """Give the moment of the next export or command, one day after the one before unless ``on`` names the day."""
        day = on if on is not None else FIRST_EXPORT + timedelta(days=sum(self.exports.values()))
        at = f"{day.isoformat()}T02:00:00+01:00"
        return Moment(vhs, at, at, origin)

    def follow(self, events: Sequence[Event]) -> None:
        """Let events happen, each of which has to say why."""
        for event in events:
            apply(self.state, event)
            check(event, self.state.version)
            self.events.append(event)

    # --- what there is to see -----------------------------------------------------------------------------------------

    def changes(self, vhs: str) -> list[Change]:
        """Read a VHS's change list."""
        return changes(self.state, vhs)

    def to_do(self, vhs: str) -> list[tuple[str, str]]:
        """Read a VHS's change list as kinds with references or fields."""
        return [(c.kind, c.ref or ", ".join(c.fields or ())) for c in self.changes(vhs)]

    def documents(self) -> list[Document]:
        """Read every VHS's view, the versions in change ids aside: they number the arrival, which may differ."""
        return [
            msgspec.structs.replace(
                document,
                changes=sorted(
                    (msgspec.structs.replace(change, id="", because=0) for change in document.changes),
                    key=lambda change: (change.kind, change.ref or ""),
                ),
            )
            for document in documents(self.state)
        ]

    def statuses(self, vhs: str) -> dict[str, str]:
        """Read which status a VHS should hold for each booking."""
        [document] = [document for document in documents(self.state) if document.vhs == vhs]
        return {booking.ref: booking.status.value for booking in document.course.bookings}

    @property
    def open(self) -> set[tuple[str, str, str]]:
        """The open violations: code, VHS, booking."""
        return set(self.state.violations)

    @property
    def codes(self) -> set[str]:
        """The codes of the open violations."""
        return {code for code, _, _ in self.state.violations}

    def severity(self, code: str) -> str:
        """Tell how grave the violation that was opened last under a code is."""
        return self._opened(code).severity

    def detail(self, code: str) -> dict[str, str]:
        """Tell what the violation that stands under a code shows now."""
        return next(violation.detail for violation in found(self.state) if violation.code == code)

    def _opened(self, code: str) -> ViolationOpened:
        return next(e for e in reversed(self.events) if isinstance(e, ViolationOpened) and e.code == code)


def person_ids(vhs: str, sequence: int) -> Iterator[str]:
    """Name persons by export and place instead of drawing ids, so that every order of arrival gives the same."""
    return (f"{vhs}#{sequence}p{place}" for place in count())


def fold_of(events: Iterable[Event], coop_id: str = COOP) -> Cooperation:
    """Give the state after events, each of which acts on it in place: a copy for each would take longer than a test."""
    state = Cooperation(coop_id)
    for event in events:
        apply(state, event)
    return state


def types(events: Iterable[Event]) -> list[str]:
    """Name the events, violations aside."""
    return [event.type for event in events if not isinstance(event, ViolationOpened | ViolationClosed)]


def network(policy: Policy | None = None, *, vhss: Sequence[str] = (MASTER, ABO, THIRD)) -> World:
    """Give a world in which the course is adopted at every VHS and nobody has booked."""
    world = World(policy or Policy())
    for vhs in vhss:
        world.report(vhs)
    return world


def listed() -> World:
    """Give the booking of VHS 301 everywhere, in a network whose change lists were given out."""
    world = network()
    world.report(ABO, held(ABO))
    world.give(MASTER, THIRD)
    for vhs in (MASTER, THIRD):
        world.report(vhs, held(vhs))
    return world


def shared(ref: str = "301:7", *, policy: Policy | None = None, status: str = "A") -> World:
    """Give a network in which one booking has arrived everywhere; its rows are ``rows_of``."""
    world = network(policy)
    for vhs in (owner_of(ref), *sorted({MASTER, ABO, THIRD} - {owner_of(ref)})):
        world.report(vhs, held(vhs, ref, status))
    return world


def held(vhs: str, ref: str = "301:7", status: str = "A", **more: Any) -> BookingRow:
    """Give the row under which a VHS holds the booking of ``shared``."""
    owner, _, booking_id = ref.partition(":")
    if vhs == owner:
        return booked(booking_id, status, **more)
    person = ANNA if vhs == MASTER else None
    return mirror(f"M{vhs}-{booking_id}", ref, status, **{"person": person, **more})
