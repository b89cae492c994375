"""Bookings that an export shows under other ids: many at once are said in one sentence with the likely cause (D18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from koop_es.domain.events import BookingRekeyed, Event, ParticipantsMerged
from koop_es.domain.observe_identity import ZEROS
from koop_es.ingest.decide import Decided

MANY = 3
"""From so many on they are no single corrections of staff; each is in the history of its course all the same."""

_GO_ON = frozenset[type[Event]]((ParticipantsMerged, BookingRekeyed))
"""Events by which bookings go on under other ids."""

CAUSES = {
    ZEROS: "leading zeros came or went, as when the file is opened in a spreadsheet; export again and send it unopened",
    "": "the program numbered its rows anew, or was restored; nothing is to be done",
}


@dataclass(slots=True)
class OtherIds:
    """Counts the bookings that go on under other ids while an export is applied."""

    causes: Counter[str] = field(default_factory=Counter)
    courses: set[str] = field(default_factory=set)
    file: str = ""

    def count(self, decided: Iterable[Decided]) -> None:
        """Count what was decided on some of the export's slices."""
        for item in decided:
            if _GO_ON.isdisjoint(map(type, item.events)):  # as in nearly all
                continue
            for event in item.events:
                if type(event) not in _GO_ON:
                    continue
                assert isinstance(event, ParticipantsMerged | BookingRekeyed)
                if event.rule in ("B15", "D18"):
                    self.causes[event.likely if isinstance(event, BookingRekeyed) else ""] += 1
                    self.courses.add(item.state.coop_id)
                    self.file = (event.origin.file if event.origin is not None else None) or self.file

    def notices(self) -> list[dict[str, Any]]:
        """Say it in one sentence, where they are many."""
        found = self.causes.total()
        if found < MANY:
            return []
        cause = CAUSES[self.causes.most_common(1)[0][0]]
        text = (
            f"{found} bookings in {len(self.courses)} shared courses go on under other ids, nobody is cancelled or "
            f"booked anew by it; likely cause: {cause}"
        )
        return [{"file": self.file, "line": 1, "course": None, "text": text}]
