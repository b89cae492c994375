"""Incidents: what goes wrong between Volkshochschulen, up to the moment when somebody calls and asks why.

Each begins where the demo's people have released, subscribed and booked, and ends before anybody has put anything
right. Store, ingest, views and change lists are the real ones.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from koop_es.domain.observation import Person
from koop_es.ingest import ExportResult, ingest
from koop_es.simulate.copies import Copy, put_back
from koop_es.simulate.demo import DORA, EMIL, FIRST, FRIDA, GUSTAV, MASTER, SECOND, Demo, Outcome, Step
from koop_es.simulate.spoil import replaced, spoil

WRONG, RIGHT = "karlsruhe.toml", "karlsruhe-right.toml"
"""Profiles of an incident: the one with a wrong letter, and the one that is put right; kept beside the exports."""

PROFILE = """\
name = "karlsruhe"

[rate]
other = "link"

[status]
B = "{letter}"
W = "W"
X = "S"
"""

GUESTS = tuple(
    Person(name, first, f"0721 21{number:02}", f"{first.lower()}.{name.lower()}@example.org")
    for number, (first, name) in enumerate(
        (("Hanna", "Merz"), ("Ivo", "Nagel"), ("Jana", "Ott"), ("Kilian", "Pohl"), ("Lena", "Rau"), ("Max", "Seitz"),
         ("Nora", "Thoma"), ("Otto", "Ulrich"))
    )
)  # fmt: skip
"""Those who book at Karlsruhe where an incident needs many."""


class Incident(Demo):
    """One incident, told step by step like the demo; ``INCIDENTS`` names them all."""

    def run_named(self, name: str) -> Outcome:
        """Tell the incident of that name and say how things stand."""
        for chapter in (self._connect, self._release, self._subscribe, self._book):
            chapter()
        INCIDENTS[name](self)
        return self.outcome()

    def removed_booking(self) -> None:
        """A booking was removed instead of cancelled, and its participant stands before a closed door."""
        with self._step("Karlsruhe books Emil Graf, and everybody holds the seat") as step:
            emil = self._seat(step, self.first, EMIL)
            self._settle(step)
        with self._step("The booking is removed (entfernt) instead of cancelled") as step:
            self.first.remove(self.first.find(emil))
            step.say(f"Karlsruhe deletes Emil Graf ({emil}) from its database")
            self._settle(step)
        with self._step("The next complete export still lacks it") as step:
            self._settle(step)

    def merged_participant(self) -> None:
        """Two records of one person were merged: the booking has another number, and nobody must be cancelled."""
        with self._step("Straubing merges two records of Anna Berger (zusammenführen)") as step:
            before = self.master.bookings[self.master.find(self.anna)]["TNR"]
            after = self.master.bookings[self.master.merge(self.master.find(self.anna))]["TNR"]
            step.say(f"TNR {before} becomes {after}, and the booking gets another Beleg-ID")
            self._settle(step)

    def changed_price(self) -> None:
        """An Abo-VHS sells at another price than the Master's."""
        with self._step("München Nord changes the fee, which R33 forbids") as step:
            self.second.edit(self.courses[SECOND], {"Gebühr": "85,00"})
            step.say("München Nord sells the course for 85,00 instead of 90,00")
            self._heard(step, self.network.round())

    def renumbered_course(self) -> None:
        """An Abo-VHS gave the course another number in its own program."""
        with self._step("München Nord gives the course another number") as step:
            self.courses[SECOND] = self.second.renumber(self.courses[SECOND], "VG5010199")
            step.say("VG5010105 becomes VG5010199; the COOP-Id stays in the row")
            self._settle(step)

    def lost_coop_id(self) -> None:
        """An Abo-VHS emptied "Externe Kurs-Nr.": its course is frozen, and a new booking does not get through."""
        with self._step('Karlsruhe empties "Externe Kurs-Nr." and books Emil Graf') as step:
            self.first.edit(self.courses[FIRST], {"Externe Kurs-Nr.": ""})
            step.say("The COOP-Id is gone from Karlsruhe's course")
            self._seat(step, self.first, EMIL)
            self.network.report(self.first)
            self._heard(step)

    def overbooked_course(self) -> None:
        """Two VHSs sold the last seats in the same five minutes."""
        with self._step("The course has four seats, three are taken; two VHSs sell the fourth at once") as step:
            self._seat(step, self.first, EMIL)
            self._seat(step, self.second, GUSTAV)
            self._seat(step, self.master, DORA, waiting=True)
            self._settle(step)

    def stale_export(self) -> None:
        """A connector hands over the same old export again and again: the newest booking of that VHS is not known."""
        with self._step("Karlsruhe books Frida Huber, and its connector goes on handing over an old file") as step:
            old = Path(self.network.report(self.first).path)
            self._seat(step, self.first, FRIDA)
            self.clock.advance(timedelta(days=1))
            again = ingest(self.store, old, self.policy, now=self.clock.now)
            step.say(f"The next day it hands over export {again.sequence} of Karlsruhe: {again.status}, {again.reason}")
            for program in (self.master, self.second):
                self.network.report(program)
            self._heard(step)

    def wrong_letter(self) -> None:
        """A letter in a profile stands for the wrong status: a whole VHS seems to cancel."""
        with self._step("The course moves into the hall, and eight people more book at Karlsruhe") as step:
            self._many(step)
            self._settle(step)
        with self._step("Karlsruhe's program writes B for a booking now, and somebody enters B as S") as step:
            for file, letter in ((WRONG, "S"), (RIGHT, "A")):
                (self.network.directory / file).write_text(PROFILE.format(letter=letter), encoding="utf-8")
            said = self._read_with(WRONG)
            step.say(f"Karlsruhe's export {said.sequence} is read with the changed profile: {said.status}")
            self._heard(step)
        self._other_letters()  # the next night's export lies ready, for whoever puts the profile right

    def wrong_export(self) -> None:
        """Few enough letters changed to pass the guard: an export that was wrong has cancelled bookings everywhere."""
        with self._step("Updated, Karlsruhe's program writes S for bookings that are safe (sicher)") as step:
            path = self.first.export(self.network.directory, self.clock.now)
            replaced(path, "Status", {"A": "S"})
            said = ingest(self.store, path, self.policy, now=self.clock.now)
            step.say(f"Karlsruhe's export {said.sequence}: {said.status}")
            for program in (self.master, self.second):
                self.network.deliver(program)
                self.network.report(program)
            self._heard(step)

    def restored_program(self) -> None:
        """A program was restored from a backup: what was booked and cancelled since is gone, and nobody meant it."""
        with self._step("Karlsruhe makes a backup of its program at night") as step:
            copy = Copy.of(self.first, self.clock.now, {})
            step.say("The backup holds Bernd Fuchs, Clara Kern and Anna Berger, all with A")
        with self._step("Two more book, and Clara Kern cancels at München Nord") as step:
            self._seat(step, self.first, EMIL)
            self.second.cancel(self.second.find(self.clara))
            step.say(f"München Nord sets Clara Kern to S ({self.clara})")
            self._settle(step)
            self._seat(step, self.master, DORA)
            self._settle(step)
        with self._step("Karlsruhe's disk fails, and the backup is put back") as step:
            put_back(self.first, copy, "all", None, counter=False, numbers=True)
            said = self.network.report(self.first)
            step.say(f"Karlsruhe's export {said.sequence} is as it was two days ago: {said.status}")
            self._heard(step)

    def spreadsheet_between(self) -> None:
        """Somebody opens the export in a spreadsheet before it is sent: numbers are other numbers, or none."""
        self.first.digits = 4
        with self._step("Karlsruhe books two more; its numbers have leading zeros") as step:
            self._seat(step, self.first, EMIL)
            self.master.edit(self.courses[MASTER], {"TN max": "9"})
            self._settle(step)
            self._seat(step, self.first, FRIDA)
            self._settle(step)
        for title, fate in (
            ("The export went through a spreadsheet, and leading zeros are gone", "zeros"),
            ('Somebody writes ="0002", to keep the zeros', "quoted"),
            ("The column is too narrow, and shows ####", "hashes"),
        ):
            with self._step(title) as step:
                path = self.first.export(self.network.directory, self.clock.now)
                spoil(path, fate, 3)
                said = ingest(self.store, path, self.policy, now=self.clock.now)
                step.say(f"Export {said.sequence} of Karlsruhe: {said.status}, rows set aside: {said.quarantined_rows}")
                self._heard(step)
        self.first.export(self.network.directory, self.clock.now)  # the next one lies ready as its program wrote it

    def connector_anew(self) -> None:
        """A connector was installed anew and counts its exports from 1 again: nothing of that VHS is taken in."""
        with self._step("Karlsruhe's connector is installed anew, and books Emil Graf") as step:
            self.first.install_anew()
            self._seat(step, self.first, EMIL)
            for _ in range(2):
                said = self.network.report(self.first)
                step.say(f"It hands over export {said.sequence}: {said.status}")
                self.clock.advance(timedelta(minutes=5))
            for program in (self.master, self.second):
                self.network.report(program)
            self._heard(step)

    def unclear_cancellation(self) -> None:
        """A booking that was lost is back, but somebody has touched the row that says S: is it cancelled?"""
        with self._step("Karlsruhe books Emil Graf, and everybody holds the seat") as step:
            emil = self._seat(step, self.first, EMIL)
            self._settle(step)
        with self._step("Karlsruhe's row is lost for two exports: all others are told S") as step:
            self.first.remove(self.first.find(emil))
            step.say(f"{emil} is missing at Karlsruhe")
            self._heard(step, self.network.round())
            self._settle(step)
        with self._step("Somebody at München Nord edits the cancelled row, and Karlsruhe's row is back") as step:
            self.second.amend(self.second.find(emil), {"Telefon": "0721 2999"})
            step.say("München Nord's office enters another phone number in the row that shows S")
            self.network.report(self.second)
            self.first.restore(self.first.find(emil) if emil in self.first.seats else emil.partition(":")[2])
            step.say(f"Karlsruhe brings {emil} back")
            self._settle(step)

    def _many(self, step: Step) -> None:
        """Make room, and let many book at Karlsruhe."""
        self.master.edit(self.courses[MASTER], {"TN max": "14"})
        step.say("Straubing raises the course to 14 seats")
        self._settle(step)
        for guest in GUESTS:
            self._seat(step, self.first, guest)

    def _other_letters(self) -> Path:
        """Let Karlsruhe export with the letters of its new version: B for A, and X for S."""
        path = self.first.export(self.network.directory, self.clock.now)
        replaced(path, "Status", {"A": "B", "S": "X"})
        return path

    def _read_with(self, profile: str) -> ExportResult:
        own = str(self.network.directory / profile)
        return ingest(self.store, self._other_letters(), self.policy, now=self.clock.now, profile=own)


INCIDENTS: dict[str, Callable[[Incident], None]] = {
    "removed-booking": Incident.removed_booking,
    "merged-participant": Incident.merged_participant,
    "changed-price": Incident.changed_price,
    "renumbered-course": Incident.renumbered_course,
    "lost-coop-id": Incident.lost_coop_id,
    "overbooked-course": Incident.overbooked_course,
    "stale-export": Incident.stale_export,
    "wrong-letter": Incident.wrong_letter,
    "wrong-export": Incident.wrong_export,
    "restored-program": Incident.restored_program,
    "spreadsheet-between": Incident.spreadsheet_between,
    "connector-anew": Incident.connector_anew,
    "unclear-cancellation": Incident.unclear_cancellation,
}
"""Name -> the incident; its docstring is what the command line says of it."""
