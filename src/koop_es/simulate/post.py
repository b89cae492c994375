"""The way between the admin programs and the engine, where everything that can happen to a file does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from koop_es.connectors.values import day
from koop_es.domain.judgement import Effect
from koop_es.domain.observation import WEB_SERVICE_USER, Kind
from koop_es.domain.terms import Policy
from koop_es.ingest import ingest
from koop_es.ingest.ledger import ExportOvertaken, ExportUnfinished
from koop_es.simulate.copies import KEPT, Copy
from koop_es.simulate.deeds import Mistold, Sent
from koop_es.simulate.ending import learn_refs
from koop_es.simulate.mistold import mistold, never_booked, put_elsewhere, shared_by
from koop_es.simulate.network import Clock
from koop_es.simulate.openly import courses_nobody_can_tell
from koop_es.simulate.oracle import Oracle, Shown
from koop_es.simulate.rows import BY, UNSAID, Row, course_of, is_marked
from koop_es.simulate.seam import Killed, SeamStore
from koop_es.simulate.spoil import AHEAD, FATES, HARMLESS, spoil, swapped
from koop_es.simulate.staff import Staff, local_course
from koop_es.simulate.steps import Export
from koop_es.simulate.unnoticed import MISTELLING, is_empty_unnoticed
from koop_es.store.errors import StoreFull
from koop_es.views import view, withheld

TAKEN = ("applied", "unchanged")
DAY = 24 * 60
RETRY_AFTER = 3
"""Steps until somebody runs an ingest again that died."""

COMPANY = "company "
"""Stands before what the row of a company is known by."""


@dataclass(slots=True)
class Parcel:
    """An export on its way: ``tries`` of it died or failed so far, ``cut`` says that it cannot be used.

    ``spoilt`` says that its file shows something else than its VHS holds, ``early`` that its time has yet to come
    (D23), ``lacking`` that it lacks rows, ``noted`` where the diary has it, ``fate`` what became of it,
    ``swapped`` the letter that is "S" in a file with swapped letters.
    """

    vhs: int
    path: Path
    sequence: int
    shown: Shown
    kill_at: int = 0
    fail_at: int = 0
    batch: int = 0
    cut: bool = False
    tries: int = 0
    noted: int = 0
    spoilt: bool = False
    early: bool = False
    lacking: bool = False
    fate: str = ""
    swapped: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A guard held something of an export back (D4, D19, D31); ``false`` where nothing was wrong with the file."""

    vhs: str
    export: str
    false: bool


class Post:
    """Carries exports to the engine and tells the oracle which of them it took in."""

    def __init__(self, store: SeamStore, policy: Policy, clock: Clock, staff: Staff, oracle: Oracle) -> None:
        """Take up service between the programs of ``staff`` and the store."""
        self.store, self.policy, self.clock, self.staff, self.oracle = store, policy, clock, staff, oracle
        self.directory, self.copying = Path(), False
        self.waiting: list[tuple[int, int, Parcel]] = []
        self.sent: dict[int, list[Parcel]] = {}
        self.taken: dict[int, int] = {}
        self.newest: dict[int, int] = {}
        self.looks: dict[tuple[int, int], tuple[str, str, str]] = {}
        self.belegs: dict[tuple[int, int], str] = {}
        self.belongings: dict[tuple[int, int], frozenset[str]] = {}
        self.missing_once: dict[tuple[int, int], frozenset[str]] = {}
        self.half: set[int] = set()
        self.recounted: set[int] = set()
        self.findings: list[str] = []
        self.alarms: list[Alarm] = []
        self._posted = 0

    # --- sending ------------------------------------------------------------------------------------------------------

    def send(self, step: Export, now: int) -> str:
        """Let a VHS export, and put the file on its way."""
        parcel = self.pack(step)
        if step.fate != "lost":
            self._post(parcel, now + step.delay)
            if step.again is not None:
                self._post(parcel, now + step.delay + step.again)
        return f"export {parcel.sequence} {step.reach} {step.fate}"

    def pack(self, step: Export) -> Parcel:
        """Write an export as a step says it should turn out."""
        program = self.staff.programs[step.vhs]
        kind = {"delta": Kind.DELTA, "occupancy": Kind.OCCUPANCY}.get(step.reach, Kind.FULL)
        scope = self.clock.now.date() if step.reach == "scoped" else None
        spoilt = step.fate in FATES or any(UNSAID in row.values() for row in program.bookings.values())
        archive = step.archive and step.fate not in ("cut", "torn") and not spoilt
        path = program.export(
            self.directory,
            self.clock.now,
            kind,
            scope,
            proof=step.fate != "proofless",
            archive=archive,
            left_out=_left_out(step),
        )
        if spoilt:
            spoil(path, step.fate, step.value)
        if self.copying:
            kept = self.staff.copies.setdefault(step.vhs, [])
            places = {course: key for (vhs, course), key in self.staff.place.items() if vhs == step.vhs}
            self.staff.copies[step.vhs] = [*kept, Copy.of(program, self.clock.now, places)][-KEPT:]
        cut = (step.fate == "cut" and _cut(path)) or (step.fate == "torn" and _tear(path))
        proves = kind is Kind.FULL and step.fate != "proofless"
        shown = self._shown(step.vhs, scope, proves=proves, whole=kind is not Kind.OCCUPANCY)
        parcel = Parcel(step.vhs, path, program.sequence, shown, step.crash, step.error, step.batch, cut)
        parcel.spoilt, parcel.fate = step.fate in FATES - HARMLESS, step.fate
        one, other = swapped(step.value) if step.fate == "letters" else ("", "")
        parcel.swapped = one if other == "S" else ""
        parcel.lacking = _left_out(step) is not None
        parcel.early = step.fate == "ahead" and AHEAD[step.value % len(AHEAD)] > DAY
        diary = self.staff.diary
        parcel.noted = len(diary.exports)
        self.staff.facts.note_written(step.vhs, parcel.noted, program.exported[1])
        fault = "" if step.fate == "whole" else step.fate
        diary.exports.append(
            Sent(
                self.clock.now,
                diary.step,
                program.vhs,
                program.sequence,
                step.reach,
                fault,
                proves and not cut,
                "",
                *shared_by(self.staff, step.vhs),
                mistold(self.staff, step.vhs, path) if fault in MISTELLING | {"cell"} else Mistold(),
            )
        )
        self.sent.setdefault(step.vhs, []).append(parcel)
        return parcel

    def _post(self, parcel: Parcel, due: int) -> None:
        self._posted += 1
        self.waiting.append((due, self._posted, parcel))

    def _shown(self, vhs: int, scope: date | None, *, proves: bool, whole: bool) -> Shown:
        """Note what an export shows of the shared courses, the way a person would read the file."""
        staff = self.staff
        courses, bookings = staff.programs[vhs].exported
        rows = {course_of(row): row for row in courses}
        places = {c: rows[key] for (at, c), key in staff.place.items() if at == vhs and key in rows}
        readable = {
            c
            for c, row in places.items()
            if whole and c in staff.coop_ids and row["Externe Kurs-Nr."] == staff.coop_ids[c]
        }
        ids = Counter(row["Externe Kurs-Nr."] for row in courses)
        numbers = {course_of(row): course for course, row in places.items()}
        found: dict[int, tuple[str, str]] = {}
        where: dict[int, int | None] = {}
        moved: set[int] = set()
        letters: dict[int, set[str]] = {}
        alone = {  # known by its number alone, so it has to be the one by which the course is known
            key: c
            for (at, c), key in staff.place.items()
            if at == vhs and not proves and key not in numbers and self.looks.get((vhs, c), ("",))[0] == key.number
        }
        held: dict[int, set[str]] = {course: set() for course in places}
        strays = put_elsewhere(staff.diary)
        for row in sorted(bookings, key=lambda row: row["Status"] != "S"):  # of two rows the one that lives counts
            if course_of(row) in numbers:
                held[numbers[course_of(row)]] |= _ids(row)
            elif course_of(row) in alone:
                held.setdefault(alone[course_of(row)], set()).update(_ids(row))
            who = staff.label(vhs, row)
            if who is not None and not (who in strays and self._is_of_a_wrong_file(vhs, who, row)):
                found[who] = row["Status"], self._editor(vhs, who, row)
                letters.setdefault(who, set()).add(row["Status"])
                where[who] = numbers.get(course_of(row))
                if self.belegs.setdefault((vhs, who), row["Beleg-ID"]) != row["Beleg-ID"]:
                    moved.add(who)
                if proves and where[who] in readable:
                    self.belegs[vhs, who] = row["Beleg-ID"]
        return Shown(
            vhs,
            len(staff.diary.exports),
            proves,
            frozenset(places),
            frozenset(readable),
            frozenset(c for c in readable if places[c]["Ausfall"] == "W"),
            frozenset(c for c in places.keys() - readable if places[c]["Ausfall"] == "W"),
            found,
            frozenset(moved),
            where,
            {c: (row["Kursnummer"], row["Titel"], row["Datum von"]) for c, row in places.items()} if whole else {},
            {course: frozenset(ids) for course, ids in held.items()},
            frozenset(c for c in readable if ids[staff.coop_ids[c]] > 1),
            *self._over(vhs, scope),
            self.clock.now.date(),
            {c: day(row["Datum bis"]) for c, row in places.items()},
            {who: frozenset(said - {"S"}) for who, said in letters.items() if len(said - {"S"}) > 1},
            frozenset(c for c in readable if is_marked(places[c])),
        )

    def _is_of_a_wrong_file(self, vhs: int, who: int, row: Row) -> bool:
        """Tell whether a mirror was written where a wrong file had put somebody: it is another booking than theirs, and
        says nothing of whether that is still there (D25).
        """
        ref = self.staff.programs[vhs].ref_of(row["Beleg-ID"]).partition("#")[0]
        told_in = self.staff.facts.told_in.get(ref)
        mirror = self.staff.facts.owner_of.get(who) != vhs
        return mirror and told_in is not None and never_booked(self.staff, who, told_in)

    def _editor(self, vhs: int, who: int, row: Row) -> str:
        """Tell who edited a row last; an "S" that was told is ours, whoever edited something else of its row (D21)."""
        if row["Status"] == "S":
            seat, told = (self.staff.programs[vhs].vhs, who), reversed(self.staff.diary.told)
            if next((said.letter for said in told if (said.vhs, said.who) == seat and said.letter), "") == "S":
                return WEB_SERVICE_USER
        return row.get(BY, row["Bearbeitet von"])

    def _over(self, vhs: int, scope: date | None) -> tuple[frozenset[int], frozenset[int]]:
        """Name the shared courses of a VHS that are over for an export, and those that may be (D17).

        Over is what had ended before the scope, and what everybody shows, or its Master showed last, as ended before
        this day.
        """
        held, today = self.staff.programs[vhs].courses, self.clock.now.date()
        ends: dict[int, list[date]] = {}
        for c in range(len(self.staff.masters)):
            if said := self.last_days(c):
                ends[c] = list(said.values())
        own = {c: day(held[key]["Datum bis"]) for (at, c), key in self.staff.place.items() if at == vhs and key in held}
        left = {c for c, end in own.items() if scope is not None and end < scope}
        over = {c for c, found in ends.items() if max(found) < today}
        return frozenset(left | over), frozenset(c for c, found in ends.items() if min(found) < today)

    def last_days(self, course: int) -> dict[int, date]:
        """Say by VHS which last day of a course exports may say: where nobody can tell the Master's row, or it is gone,
        what it said last (D17).
        """
        said, master = self.staff.last_days(course), self.staff.masters[course]
        if self.is_untold(master, course):
            said.pop(master, None)
        if master not in said and course in self.oracle.last_days:
            said[master] = self.oracle.last_days[course]
        return said

    # --- delivering ---------------------------------------------------------------------------------------------------

    def deliver(self, now: int | None) -> list[str]:
        """Hand over what is due, everything where ``now`` is None, in the order it is due."""
        said = []
        while due := sorted(item for item in self.waiting if now is None or item[0] <= now):
            for item in due:
                self.waiting.remove(item)
                said.append(self.hand_over(item[2], now if now is not None else item[0]))
        return said

    def hand_over(self, parcel: Parcel, now: int = 0) -> str:
        """Ingest one export; one that dies is tried again some steps later."""
        store, vhs = self.store, parcel.vhs
        store.kill_at, parcel.kill_at = parcel.kill_at, 0
        store.fail_at, parcel.fail_at = parcel.fail_at, 0
        expected = self._expected(parcel)
        self.newest[vhs] = max(self.newest.get(vhs, 0), 0 if parcel.cut or parcel.early else parcel.sequence)
        try:
            result = ingest(store, parcel.path, self.policy, now=self.clock.now, max_events=parcel.batch or 5_000)
        except Killed:
            self._broken_off(parcel, now)
            return f"{parcel.path.name} killed"
        except StoreFull as error:
            self._broken_off(parcel, now)
            return f"{parcel.path.name} {error.code}"
        except (ExportOvertaken, ExportUnfinished) as error:
            self.half.add(vhs)
            return f"{parcel.path.name} {error.code}"
        finally:
            store.kill_at = store.fail_at = 0
            self._let_pass()
        held_back = withheld(self.store)
        self._note_alarms(parcel, held_back)
        exports = self.staff.diary.exports
        if exports[parcel.noted].status not in TAKEN:  # what was applied once is not undone by coming again
            held = self._whose_letters_wait(parcel.shown, held_back)
            exports[parcel.noted] = replace(exports[parcel.noted], status=result.status, held=held)
        overtaken = result.status == "superseded" and parcel.sequence <= self.taken.get(vhs, 0)
        if vhs not in self.half and result.status not in expected and not overtaken:
            self.findings.append(f"status: export {parcel.path.name} was {result.status}, not {' or '.join(expected)}")
        if parcel.early:  # it is tried again when its time has come, and nobody says when that was
            self.recounted.add(vhs)
            self.oracle.take(parcel.shown, certain=False)
        counted = not self.staff.programs[vhs].counts_anew and vhs not in self.recounted
        finished = result.status == "superseded" and parcel.tries > 0 and counted  # else its count is in doubt (D23)
        if result.status in TAKEN:
            unread = self._blur(parcel)
            if parcel.spoilt:  # under another number, and what else could tell is damaged: nobody knows who that is
                self.staff.facts.rebooked |= parcel.shown.moved
                self.staff.facts.rebooked |= self._undated_over_s(parcel)
            if parcel.shown.proves and not parcel.spoilt and not parcel.lacking:
                read = (who for who, course in parcel.shown.courses.items() if course in parcel.shown.readable)
                self.staff.facts.note_read(vhs, parcel.noted, read)
            self.staff.facts.marked |= {(vhs, course) for course in parcel.shown.marked}
            self.staff.facts.contested |= parcel.fate == "shifted"  # who was new in it is known by the number it gave
        taken_in = result.status in TAKEN or finished
        newest = self.newest[vhs] == parcel.sequence and not self._was_made_before(parcel)
        if parcel.shown.proves and not parcel.spoilt and taken_in and newest:
            self.findings += self._unlike(parcel, held_back)
        if result.status in TAKEN:
            self.half.discard(vhs)
            self.taken[vhs] = max(self.taken.get(vhs, 0), parcel.sequence)
            self.oracle.mistell(parcel.shown, parcel.fate, parcel.swapped)
            empty = parcel.fate == "emptied" and is_empty_unnoticed(self.staff.diary, exports[parcel.noted])
            shown = replace(parcel.shown, rows={}) if empty else parcel.shown
            shown = replace(shown, readable=shown.readable - unread, held=exports[parcel.noted].held)
            self.oracle.take(shown, certain=not parcel.spoilt)
            if parcel.spoilt:
                self.oracle.doubt(parcel.shown)
        return f"{parcel.path.name} {result.status} {result.events} events"

    def _whose_letters_wait(self, shown: Shown, held_back: list[dict[str, Any]]) -> frozenset[int]:
        """Name the people of whom it is said that what a VHS shows of their rows waits for an answer (D31); where "S"
        do, also those of its own who were never shown otherwise: of them nobody knows yet.
        """
        facts, vhs = self.staff.facts, self.staff.programs[shown.vhs].vhs
        mine = [item for item in held_back if item["vhs"] == vhs and item["kind"] != "absence"]
        whose = {facts.label_of.get(ref) for item in mine for ref in item["refs"]}
        if any(item["kind"] == Effect.CANCELLATION for item in mine):
            new = (who for who, (status, _) in shown.rows.items() if status == "S" and who not in facts.letter_shown)
            whose |= {who for who in new if facts.owner_of.get(who) == shown.vhs}
        return frozenset(who for who in whose if who is not None)

    def _undated_over_s(self, parcel: Parcel) -> set[int]:
        """Name who cancelled and lives again in a file that does not say when they booked: over an "S" that reads as a
        new registration (D18, D29).
        """
        facts, undated = self.staff.facts, self.staff.diary.exports[parcel.noted].mistold.undated
        own = {who for who in undated & facts.cancelled if facts.owner_of.get(who) == parcel.vhs}
        return {who for who in own if parcel.shown.rows[who][0] != "S"}

    def _was_made_before(self, parcel: Parcel) -> bool:
        """Tell whether one that is taken in was made later, as its clock says: what that said stands (D23)."""
        exports = self.staff.diary.exports
        own = exports[parcel.noted]
        return any(sent.vhs == own.vhs and sent.status in TAKEN and sent.when > own.when for sent in exports)

    def _note_alarms(self, parcel: Parcel, held_back: list[dict[str, Any]]) -> None:
        """Note what the guards hold back since this export, and whether anything is behind it.

        Behind it is a fault of the file, or a restored program; what people do on purpose, however many, is nothing.
        """
        vhs = self.staff.programs[parcel.vhs].vhs
        known = {alarm.export for alarm in self.alarms}
        for item in held_back:
            if item["vhs"] == vhs and item["id"] not in known:
                restored = any(at == parcel.vhs for at, _ in self.staff.facts.went_back)
                self.alarms.append(Alarm(vhs, item["id"], not (parcel.spoilt or parcel.lacking or restored)))

    def forget_count(self, vhs: int) -> None:
        """Let the exports of a VHS count anew from what is made next (D23); what is on its way may be an old one."""
        self.taken.pop(vhs, None)
        self.newest.pop(vhs, None)
        self.recounted.add(vhs)

    def _broken_off(self, parcel: Parcel, now: int) -> None:
        """Have an export that died tried again; nobody knows how far it came, unless it was an old one all along."""
        parcel.tries += 1
        if parcel.sequence > self.taken.get(parcel.vhs, 0):
            self.half.add(parcel.vhs)
            self.oracle.take(parcel.shown, certain=False)
        self._post(parcel, now + RETRY_AFTER)

    def _blur(self, parcel: Parcel) -> set[int]:
        """Note the courses that no export can tell any more, from the way a person would read one export after another;
        gives those that this one alone does not tell: what it shows of them is not read.

        A course is known again under its number; under another one by its COOP-Id with title and first day (R15, R20),
        and by bookings it had before, where there are any: with other people it may be a parallel course. One that is
        missing once is still one of them (D3). A partial export tells only where all that was booked stands there.
        """
        vhs, unread = parcel.shown.vhs, set[int]()
        for course, look in parcel.shown.looks.items():
            place, before = (vhs, course), self.looks.get((vhs, course))
            readable = course in parcel.shown.readable
            moved = before is None or look[0] != before[0]
            strange = not readable or course in parcel.shown.doubled or (before is not None and look[1:] != before[1:])
            held = parcel.shown.belongings[course]
            known = self.belongings.get(place, held) | self.missing_once.get(place, frozenset())
            known = frozenset(one for one in known if not one.startswith(COMPANY))
            if moved and before is not None and not parcel.shown.proves and not (known and known <= held):
                unread.add(course)
                continue
            strange |= bool(held) and (bool(known) or not parcel.shown.proves) and known.isdisjoint(held)
            if moved and strange:
                self.staff.facts.blurred.add(place)
            elif not moved:
                self.staff.facts.blurred.discard(place)
            if readable and place not in self.staff.facts.blurred:
                self.looks[place] = look
                if parcel.shown.proves:
                    self.missing_once[place] = self.belongings.get(place, held) - held
                self.belongings[place] = held | (
                    frozenset() if parcel.shown.proves else self.belongings.get(place, held)
                )
        for course in parcel.shown.belongings.keys() - parcel.shown.looks.keys():  # a delta need not hold its course
            place = vhs, course
            if place in self.looks and place not in self.staff.facts.blurred:
                self.belongings[place] = self.belongings.get(place, frozenset()) | parcel.shown.belongings[course]
        return unread

    def is_untold(self, vhs: int, course: int) -> bool:
        """Tell whether nobody could know which row a course is, and it is said openly."""
        if (vhs, course) not in self.staff.facts.blurred or course not in self.staff.coop_ids:
            return False
        return (self.staff.programs[vhs].vhs, self.staff.coop_ids[course]) in courses_nobody_can_tell(self.store)

    def _unlike(self, parcel: Parcel, held_back: list[dict[str, Any]]) -> list[str]:
        """Compare what an export that was taken in showed with what the view says that it showed (C5)."""
        shown, staff = parcel.shown, self.staff
        if staff.facts.contested:
            learn_refs(self.store, staff)
        held = {ref for item in held_back if item["kind"] != "absence" for ref in item["refs"]}
        asked = {staff.facts.label_of.get(ref) for ref in held}  # of whoever was booked twice one letter waits (D31)
        vhs = staff.programs[shown.vhs].vhs
        coop_ids = {staff.coop_ids[course]: course for course in shown.readable}
        found = []
        for seen in view(self.store, vhs)["courses"]:
            course = coop_ids.get(seen["coop_id"])
            if course is None or self.is_untold(shown.vhs, course):
                continue
            reported: dict[int | None, list[str]] = {}
            for booking in seen["bookings"]:
                if booking["reported"]:
                    reported.setdefault(staff.facts.label_of.get(booking["ref"]), []).append(booking["reported"])
            for who, (status, _) in shown.rows.items():
                kept = [status] if who in asked else reported.get(who, [status])
                letters = shown.twice.get(who, frozenset({status}))  # of two rows either is the seat (D26)
                if letters.isdisjoint(kept) and shown.courses[who] == course and status in ("A", "W", "S"):
                    found.append(f"reported: person {who} is {status} in {parcel.path.name}, {kept} in its view")
        return found

    def _let_pass(self) -> None:
        """Run what was to fall in between and had no occasion."""
        if self.store.between is not None:
            _, happens = self.store.between
            self.store.between = None
            happens()

    def _expected(self, parcel: Parcel) -> tuple[str, ...]:
        """Say what must become of an export that arrives now (export-format 1)."""
        if parcel.cut or parcel.early:
            return ("quarantined",)
        program = self.staff.programs[parcel.vhs]
        if parcel.spoilt or program.counts_anew or parcel.vhs in self.recounted:
            return (*TAKEN, "quarantined", "superseded")
        return ("superseded",) if parcel.sequence <= self.taken.get(parcel.vhs, 0) else TAKEN

    def at_once(self, first: Export, other: Export, before: int) -> str:
        """Ingest one export while another's whole ingest falls before one of its writes."""
        one, two = self.pack(first), self.pack(other)
        said: list[str] = []

        def happens() -> None:
            said.append(self.hand_over(two))

        self.store.between = before, happens
        said.append(self.hand_over(one))
        return ", ".join(said)


def _left_out(step: Export) -> Callable[[Row], bool] | None:
    """Choose the rows that an export lacks without anybody's doing."""

    def odd(row: Row) -> bool:
        return (int(row["Beleg-ID"]) + step.value) % 3 == 0

    if step.fate in ("proofless", "thinned"):
        return lambda row: "Beleg-ID" in row and odd(row)
    if step.fate == "filtered":
        keep = local_course(step.vhs)
        return lambda row: course_of(row) != keep
    return None


def _tear(path: Path) -> bool:
    """Take away the file of the bookings; False where there is none."""
    file = path / "belegungen.csv"
    if not file.exists():
        return False
    file.unlink()
    return True


def _cut(path: Path) -> bool:
    """Cut the bookings off in the middle; False where there was nothing to cut."""
    file = path / "belegungen.csv"
    if not file.exists():
        file = path / "kurse.csv"
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    return len(data) > 1


def _ids(row: Row) -> set[str]:
    """Give what a person knows a row by: its Beleg-ID with TNR or time, for that alone may be another's (D18a).

    A company's row is set aside (D17): somebody stands in it, but it is nobody's who was known before.
    """
    name = COMPANY if row["Vorname"] == UNSAID else ""
    return {f"{name}{row['Beleg-ID']} {row[heading]}" for heading in ("TNR", "Gebucht am") if row[heading]}
