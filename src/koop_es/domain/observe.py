"""Observation becomes event: what one export's slice says that is new about one cooperation.

``observe`` compares what a VHS shows with what it showed before and with what it was told. A row that shows what it was
told is an acknowledgement; any other difference is a local edit, and only the field's own writer makes a claim with it
(D6). The same slice twice says nothing new the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from copy import deepcopy
from types import MappingProxyType
from typing import NamedTuple

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.draft import Draft, Moment, People, RowCells, VaultEntry
from koop_es.domain.echoes import note_course_not_seen
from koop_es.domain.events import Event
from koop_es.domain.former_values import keep_persons
from koop_es.domain.judgement import NOTHING, Judgement
from koop_es.domain.kept_open import keep_open, standing
from koop_es.domain.observation import Person
from koop_es.domain.observe_bookings import observe_acknowledged, observe_bookings
from koop_es.domain.observe_course import observe_course, observe_return
from koop_es.domain.slices import Slice
from koop_es.domain.terms import Policy
from koop_es.domain.weight import Weight


class Outcome(NamedTuple):
    """What an observation adds: events in order, persons for the vault, cells that change lists quote (D22), what it
    does to others (D31), and who is to be fenced off here as well, by id and booking (D18e).
    """

    events: list[Event]
    persons: list[VaultEntry]
    cells: list[RowCells]
    weight: Weight = Weight()
    fenced: Sequence[tuple[str, str]] = ()


def observe(
    state: Cooperation,
    part: Slice,
    moment: Moment,
    policy: Policy,
    *,
    people: People,
    new_person_id: Callable[[], str],
    system: str | None = None,
    judgement: Judgement = NOTHING,
    erased: Set[str] = frozenset(),
    shown: Mapping[tuple[str, str], Person] = MappingProxyType({}),
) -> Outcome:
    """Tell what a slice says that is new; the state given stays as it is.

    ``judgement`` says what of the export is held back (D4, D19, D31); ``new_person_id`` names a person the
    vault does not know yet; ``system`` is the VHS's admin program; of persons who are ``erased`` nothing is news (D15);
    ``shown`` are the persons in rows of mirrors whose owner has not reported them yet (D18).
    """
    return observe_into(
        deepcopy(state),
        part,
        moment,
        policy,
        people=people,
        new_person_id=new_person_id,
        system=system,
        judgement=judgement,
        erased=erased,
        shown=shown,
    )


def observe_into(
    state: Cooperation,
    part: Slice,
    moment: Moment,
    policy: Policy,
    *,
    people: People,
    new_person_id: Callable[[], str],
    system: str | None = None,
    judgement: Judgement = NOTHING,
    erased: Set[str] = frozenset(),
    shown: Mapping[tuple[str, str], Person] = MappingProxyType({}),
) -> Outcome:
    """Do what ``observe`` does, and carry the state given along to what it is after the events."""
    draft = Draft(state, moment, people, new_person_id, erased, judgement=judgement, shown=shown)
    draft.complete, draft.complete_courses = part.proves_absence, part.course_absent
    lane = state.lanes.get(moment.vhs)
    draft.readable = lane is not None and not lane.unread and lane.suspended is None
    if not state.ended:
        questions = standing(state, moment.vhs)
        open_for_bookings = observe_course(draft, part, policy, system)
        if open_for_bookings:
            if part.bookings or part.proves_absence or part.protected or part.shielded or part.suspended:
                observe_bookings(draft, part, policy)
            observe_return(draft, part)
        elif (lane := state.lanes.get(moment.vhs)) is not None:
            if lane.frozen and part.bookings:
                observe_acknowledged(draft, part)
            note_course_not_seen(draft, lane, part)
        if questions and draft.events:
            keep_open(draft, questions)
        if judgement.went_back is not None:
            keep_persons(draft, {})
        if draft.events or not state.version:
            draft.settle_violations()
        lane = state.lanes.get(moment.vhs)
        draft.weight.unread = lane is not None and lane.unread
    return Outcome(draft.events, draft.persons, draft.cells, draft.weight, draft.fenced)
