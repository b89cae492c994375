"""Incidents: what goes wrong between Volkshochschulen, up to the moment when somebody calls and asks why.

Each begins where the demo's people have released, subscribed and booked, and ends before anybody has put anything
right. Store, ingest, views and change lists are the real ones.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from koop_es.ingest import ingest
from koop_es.simulate.demo import DORA, EMIL, FIRST, FRIDA, GUSTAV, SECOND, Demo, Outcome


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


INCIDENTS: dict[str, Callable[[Incident], None]] = {
    "removed-booking": Incident.removed_booking,
    "merged-participant": Incident.merged_participant,
    "changed-price": Incident.changed_price,
    "renumbered-course": Incident.renumbered_course,
    "lost-coop-id": Incident.lost_coop_id,
    "overbooked-course": Incident.overbooked_course,
    "stale-export": Incident.stale_export,
}
"""Name -> the incident; its docstring is what the command line says of it."""
