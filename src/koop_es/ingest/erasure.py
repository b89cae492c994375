"""Erasure: a person is forgotten, first fenced off, then destroyed (D15).

The fence is committed before anything is destroyed: from then on nobody is given the person, and no export that is
taken in brings the person back. So whatever is broken off in between is finished by any later erasure. That there is
something to finish is on record from the fence until the bytes are out of the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.errors import BadInput, StoreUnusable
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import owner_of
from koop_es.domain.merges import is_same_person
from koop_es.domain.observation import Person
from koop_es.domain.restoring import end_restoring, waits_for_restoring
from koop_es.domain.wanted import sees_identity
from koop_es.ingest import quarantine, recognised, withheld_persons
from koop_es.ingest.command import decide, moment
from koop_es.ingest.traces import Traces
from koop_es.store import Store, Tx, cells, erased, fences, leftovers, noted, vault
from koop_es.store.fences import Fence
from koop_es.store.leftovers import Left

ROWS_AT_ONCE = 200
"""Rows of the quarantine that are searched together: a row has at most some kilobytes, so they stay below a few MB."""


QUOTE = "; the header has: "
"""Behind this a former koop-es quoted, in why an export was refused, the line where a header was expected."""

ERASED = "what it was held somebody who was erased"
"""Said in the place of a reason why an export was refused."""

UNPLACED = "the path held somebody who was erased"
"""Said in the place of the path of an export."""

EXPORT = "export"
"""What an item of the quarantine is about that is a whole export: its digest is made of its path and goes with it."""

PREVIEW = "not_yet"
"""What is said to be left as long as nothing was done."""


class NameMissing(BadInput):
    """No name; say name and first name as they are written, such as "Kim, Toni", nothing was erased."""

    code = "name_missing"


class PersonUnknown(BadInput):
    """Nobody is kept under this id or booking; koop-es view --vhs V shows the bookings of a VHS."""

    code = "person_unknown"


@dataclass(frozen=True, slots=True)
class Target:
    """One person of one booking: how much is kept, who was told the name, and since when the person is forgotten.

    ``restoring`` says that the booking was to be written again at its owner, which ends with the name (D20).
    """

    person_id: str
    coop_id: str
    ref: str
    owner: str
    versions: int
    told: list[str]
    forgotten_at: str | None
    restoring: bool = False


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is erased, and what is beyond reach: the keys of ``forget`` answers.

    ``left`` is why something of it is still there: an error's code, or what ``Store.scrub`` says; empty where nothing
    is. ``erased`` tells whether the rows are gone, of which the bytes may be there still. ``unnoted`` are backups
    beside which the fences could not be noted, ``behind`` what broken-off backups left and cannot be cleared away from
    here. ``keyed`` tells whether staff have pseudonyms that a list of names does not undo, which those of stores of an
    older koop-es are not. ``identifiers`` counts the events whose TNR or Beleg-ID names somebody and which are written
    anew, with their streams, and lists the references that name somebody and stay.
    """

    targets: list[Target]
    quarantined_rows: int
    also: list[dict[str, str]]
    exports: list[dict[str, Any]]
    backups: list[dict[str, Any]]
    keyed: bool
    erased: bool = False
    left: str = PREVIEW
    unnoted: tuple[str, ...] = ()
    behind: tuple[Left, ...] = ()
    set_aside: tuple[dict[str, Any], ...] = ()
    instructor: dict[str, Any] | None = None
    identifiers: dict[str, Any] | None = None

    @property
    def complete(self) -> bool:
        """Tell whether nothing is left to do here."""
        return not self.left and not self.unnoted and not self.behind and not self.named

    @property
    def named(self) -> list[str]:
        """List the references of bookings in which somebody is named, and which stay in the log (G8)."""
        return list(self.identifiers["references"]) if self.identifiers is not None else []

    def answer(self) -> dict[str, Any]:
        """Give the result as plain data."""
        remains = {
            "scrubbed": not self.left and not self.named,
            "erased": self.erased,
            "left": self.left or None,
            "unnoted_backups": list(self.unnoted),
            "left_behind": [item._asdict() for item in self.behind],
            "exports": self.exports,
            "backups": self.backups,
            "staff_pseudonyms_keyed": self.keyed,
        }
        return {
            "erased": [asdict(target) for target in self.targets],
            "quarantined_rows": self.quarantined_rows,
            "set_aside": list(self.set_aside),
            "instructor": self.instructor,
            "identifiers": self.identifiers,
            "also": self.also,
            "remains": remains,
        }


class Pending(NamedTuple):
    """An erasure that is not finished: since when, and the bookings of those who are hidden and not yet erased.

    Without bookings all rows are gone, and bytes of them may be in the files.
    """

    since: str
    refs: list[str]

    def answer(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {"since": self.since, "refs": self.refs}


def pending(tx: Tx) -> Pending | None:
    """Tell what a later ``forget`` has to finish, None where nothing is left."""
    row, fenced = tx.row("erasing_since") or tx.row("rewriting_since"), fences.unfinished(tx)
    if row is None and not fenced:
        return None
    since = [fence.forgotten_at for fence in fenced] + ([str(row[0])] if row is not None else [])
    return Pending(min(since), sorted({fence.ref for fence in fenced}))


def begun(store: Store) -> Pending | None:
    """Tell what a later ``forget`` has to finish, None where nothing is left."""
    with store.reading() as tx:
        return pending(tx)


def unnoted(store: Store) -> list[str]:
    """Name the backups beside which it could not be noted yet who was forgotten."""
    with store.reading() as tx:
        return noted.owed(tx)


def preview(store: Store, person_ids: Iterable[str], refs: Iterable[str]) -> Erasure:
    """Tell what ``forget`` would erase, and what it cannot reach; raises PersonUnknown."""
    with store.reading() as tx:
        return _describe(tx, list(person_ids), list(refs))


def forget(store: Store, person_ids: Iterable[str], refs: Iterable[str], *, now: datetime) -> Erasure:
    """Erase persons from vault and quarantine, and the hashes of rows they stand in; raises PersonUnknown.

    May be repeated: it then finishes what was begun. The log is not touched.
    """
    ids, bookings, at = list(person_ids), list(refs), now.isoformat()
    found = preview(store, ids, bookings)
    persons = [target.person_id for target in found.targets]
    for target in found.targets:
        if target.restoring:
            _end_restoring(store, target, now)
    store.retrying(lambda: _fence(store, persons, at))
    with store.reading() as tx:
        stand = fences.found(tx, persons, ())
    done = conclude(store, at, stand)
    since = {fence.person_id: fence.forgotten_at for fence in stand}
    targets = [_since(target, since) for target in found.targets]
    return replace(found, targets=targets, **done._asdict())


class Concluded(NamedTuple):
    """What came of an erasure: the fields of ``Erasure`` that tell it."""

    erased: bool
    left: str
    unnoted: tuple[str, ...]
    behind: tuple[Left, ...]


def conclude(store: Store, at: str, stand: Iterable[Fence] = ()) -> Concluded:
    """Note the fences that ``stand``, and those of every erasure that was begun, beside the backups; then complete it,
    and take away what broken-off backups left.

    Which backups there are is read after the fences were put up: one that is begun later notes them itself.
    """
    with store.reading() as tx:
        noting, begun_here = [*stand, *fences.unfinished(tx)], pending(tx) is not None
    try:
        lacking = noted.everywhere(store, noting, at)
        if begun_here:
            leftovers.note_former(store, at)
    except StoreUnusable as error:  # what it could not keep is noted by whoever finishes this
        return Concluded(False, error.code, (), ())
    return Concluded(*complete(store, at), lacking, tuple(leftovers.clear(store)))


def complete(store: Store, at: str) -> tuple[bool, str]:
    """Finish every erasure that was begun: whether the rows are gone, and why bytes are still there, if they are.

    Whatever goes wrong here, the fences stand: it is said and not raised, and stays on record.
    """
    try:
        withheld_persons.end(store, datetime.fromisoformat(at))
        after = store.retrying(lambda: finish(store, at))
        while after:
            after = store.retrying(partial(finish, store, at, after))
    except StoreUnusable as error:
        return False, error.code
    with store.reading() as tx:
        log = tx.row("rewriting_since") is not None
    left = store.scrub(log=log)
    try:
        if not left:
            with store.write() as tx:
                tx.run("erasing_done")
                tx.run("rewriting_done")
    except StoreUnusable as error:  # it is on record without need, and finished once more
        return True, error.code
    return True, left


def finish(store: Store, at: str, after: int = 0) -> int:
    """Destroy what lies behind some fences that stand already: by this erasure, or by one that was broken off.

    Returns behind which place there are more, 0 where none are.
    """
    with store.write() as tx:
        open_fences, place = fences.next_unfinished(tx, after)
        if not open_fences:
            forget_reasons(tx, Traces([], frozenset()))  # of whoever was forgotten by a former koop-es
            return place
        persons = [fence.person_id for fence in open_fences]
        tx.run("erasing_mark", at=at)
        fences.close(tx, persons, at)
        traces = Traces.of(tx, open_fences, (person for _, person in vault.values(tx, persons)))
        coop_ids = sorted({fence.coop_id for fence in open_fences})
        vault.erase(tx, persons)
        cells.forget(tx, persons)
        tx.run("slices_forget", coop_ids=coop_ids)
        tx.run("lanes_unsettle", coop_ids=coop_ids)
        tx.run_many("quarantine_forget", ({"id": item} for item in _set_aside(tx, traces)))
        forget_reasons(tx, traces)
    return place


def preview_set_aside(store: Store, name: str) -> Erasure:
    """Find the rows and exports of the quarantine in which all words of a name stand; raises NameMissing."""
    with store.reading() as tx:
        listed = named_aside(tx, name)
        return Erasure([], len(listed), _named(tx, name), [], [], is_keyed(tx), set_aside=listed)


def named_aside(tx: Tx, name: str) -> tuple[dict[str, Any], ...]:
    """List what was set aside in which all words of a name stand, without saying it; raises NameMissing."""
    traces = Traces.of_name(name)
    if not traces.texts:
        raise NameMissing
    found = set(_set_aside(tx, traces))
    shown = ("id", "vhs", "export", "file", "line", "about", "state", "last_seen")
    return tuple({key: item[key] for key in shown} for item in quarantine.everything(tx) if item["id"] in found)


def forget_set_aside(store: Store, name: str, *, now: datetime) -> Erasure:
    """Erase what of the quarantine holds a name, with its bytes, whoever of that name it is; raises NameMissing."""
    found, at = preview_set_aside(store, name), now.isoformat()

    def work() -> None:
        with store.write() as tx:
            erased.put(tx, recognised.of_rows(store, name, at))
            wipe_named(tx, name, at)

    store.retrying(work)
    return replace(found, **conclude(store, at)._asdict())


def wipe_named(tx: Tx, name: str, at: str) -> None:
    """Take out of the quarantine and the ledger what holds a name; its bytes are on record to be taken out of the
    files.
    """
    tx.run("erasing_mark", at=at)
    tx.run_many("quarantine_forget", ({"id": item} for item in _set_aside(tx, Traces.of_name(name))))
    forget_reasons(tx, Traces.of_name(name))


def finish_begun(store: Store, *, now: datetime, gone: Iterable[Path] = ()) -> Erasure:
    """Finish every erasure that was begun; ``gone`` are backups, or what broken-off ones left, lost for good."""
    lost = list(gone)
    leftovers.give_up(store, lost)
    noted.give_up(store, lost)
    with store.reading() as tx:
        refs = left_over.refs if (left_over := pending(tx)) is not None else []
        found = _describe(tx, [], refs)
    return replace(found, **conclude(store, now.isoformat())._asdict())


def _fence(store: Store, persons: list[str], at: str) -> None:
    with store.write() as tx:
        fences.put(tx, persons, at)
        tx.run("erasing_mark", at=at)


def _end_restoring(store: Store, target: Target, now: datetime) -> None:
    """Let nothing be written again for somebody who is about to be forgotten (D20)."""
    decide(store, target.coop_id, moment(target.owner, now), lambda draft: end_restoring(draft, target.ref))


def _describe(tx: Tx, ids: list[str], refs: list[str]) -> Erasure:
    held = {item.person_id: item for item in vault.held(tx, ids, refs)}
    fenced = {fence.person_id: fence for fence in fences.found(tx, ids, refs)}
    known = {
        **{key: (f.coop_id, f.ref) for key, f in fenced.items()},
        **{k: (h.coop_id, h.ref) for k, h in held.items()},
    }
    missing = sorted({*ids} - known.keys()) + sorted({*refs} - {ref for _, ref in known.values()})
    if missing:
        raise PersonUnknown(
            f"nobody is kept under {', '.join(missing)}, nothing was erased; koop-es view --vhs V shows bookings",
            missing=missing,
        )
    targets = []
    for person_id, (coop_id, ref) in sorted(known.items(), key=lambda item: (item[1], item[0])):
        versions = held[person_id].versions if person_id in held else 0
        since = fenced[person_id].forgotten_at if person_id in fenced else None
        state = fold(coop_id, tx.stories([coop_id])[coop_id].events)
        restoring = waits_for_restoring(state.bookings.get(ref))
        targets.append(Target(person_id, coop_id, ref, owner_of(ref), versions, _told(state, ref), since, restoring))
    people = vault.values(tx, known)
    traces = Traces.of(tx, (Fence(t.person_id, t.coop_id, t.ref, "") for t in targets), (p for _, p in people))
    rows = len(_set_aside(tx, traces))
    everybody = sorted({vhs for target in targets for vhs in (target.owner, *target.told)})
    names = ("target", "made_at", "position")
    backups = [dict(zip(names, row, strict=True)) for row in tx.rows("backups")]
    return Erasure(targets, rows, _also(tx, people, known.keys()), _exports(tx, everybody), backups, is_keyed(tx))


def is_keyed(tx: Tx) -> bool:
    """Tell whether staff have pseudonyms that a list of names does not undo (D15)."""
    return tx.row("secret") is not None


def _told(state: Cooperation, ref: str) -> list[str]:
    """Name the VHSs besides the owner that were to be given the name: their programs keep what they were told (D1)."""
    booking = state.bookings.get(ref)
    if booking is None:
        return []
    return sorted(
        vhs for vhs, lane in state.lanes.items() if vhs != booking.owner and sees_identity(state, lane, booking)
    )


def _also(tx: Tx, people: list[tuple[str, Any]], known: Iterable[str]) -> list[dict[str, str]]:
    """Find what is kept of the same persons under other ids: each booking has a person of its own."""
    found = {
        (coop_id, ref, person_id)
        for _, person in people
        for person_id, coop_id, ref, other in vault.alike(tx, person)
        if person_id not in set(known) and is_same_person(person, other)
    }
    return [{"person_id": person_id, "coop_id": coop_id, "ref": ref} for coop_id, ref, person_id in sorted(found)]


def _named(tx: Tx, name: str) -> list[dict[str, str]]:
    """Find who is kept under a name, written ``Name, Vorname`` or ``Vorname Name``."""
    words = name.split()
    written = [(last.strip(), first.strip()) for last, comma, first in (name.partition(","),) if comma]
    written += [(" ".join(words[at:]), " ".join(words[:at])) for at in range(1, len(words))]
    found = {
        (coop_id, ref, person_id)
        for last, first in written
        for person_id, coop_id, ref, other in vault.alike(tx, Person(name=last, first_name=first))
        if (other.name, other.first_name) == (last, first)
    }
    return [{"person_id": person_id, "coop_id": coop_id, "ref": ref} for coop_id, ref, person_id in sorted(found)]


def _exports(tx: Tx, everybody: list[str]) -> list[dict[str, Any]]:
    """Tell of which VHSs there are exports whose files may still hold the name, wherever the connectors keep them."""
    names = ("vhs", "exports", "first_sequence", "last_sequence")
    return [dict(zip(names, row, strict=True)) for row in tx.rows("exports_applied", vhs=everybody)]


def _set_aside(tx: Tx, traces: Traces) -> list[int]:
    """Find what of the quarantine holds traces, a whole export also in its path once nothing is read from there."""
    return [
        item.id
        for item in _everything_aside(tx)
        if traces.lie_in(item.vhs, bytes(item.raw), item.reason)
        or (item.is_past and item.about == EXPORT and traces.are_in_path(item.source))
    ]


class _Aside(NamedTuple):
    """What is or was set aside; the reason holds the names of column and file."""

    id: int
    vhs: str
    source: str
    about: str
    state: str
    reason: str
    raw: bytes

    @property
    def is_past(self) -> bool:
        """Tell whether nothing is read any more from where its export lay."""
        return self.state != "open"


def _everything_aside(tx: Tx) -> Iterator[_Aside]:
    after = 0
    while page := tx.rows("quarantine_bytes", after=after, limit=ROWS_AT_ONCE):
        yield from (_Aside(*row) for row in page)
        after = page[-1][0]


def forget_reasons(tx: Tx, traces: Traces) -> None:
    """Take out of the ledger why exports were refused and where they lay, where that holds traces, and where rows lay
    that are set aside no more (D15).

    A former koop-es quoted the first line of a file without a header, which is a row of somebody: all such quotes go.
    """
    new, unplaced, after = list[dict[str, Any]](), list[dict[str, Any]](), 0
    while page := tx.rows("exports_texts", after=after, limit=ROWS_AT_ONCE):
        after = page[-1][0]
        for line, vhs, source, reason in page:
            said, quoted, _ = str(reason).partition(QUOTE)
            if reason and traces.lie_in(vhs, b"", reason):
                new.append({"id": line, "reason": ERASED})
            elif quoted:
                new.append({"id": line, "reason": said})
            if traces.are_in_path(source):
                unplaced.append({"id": line, "source": UNPLACED})
    tx.run_many("exports_forget", new)
    tx.run_many("exports_unplace", unplaced)
    rows = [
        {"id": item.id, "source": UNPLACED}
        for item in _everything_aside(tx)
        if item.is_past and traces.are_in_path(item.source)
    ]
    tx.run_many("quarantine_unplace", rows)


def _since(target: Target, since: dict[str, str]) -> Target:
    return Target(**{**asdict(target), "forgotten_at": since.get(target.person_id)})
