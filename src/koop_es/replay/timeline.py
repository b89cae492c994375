"""One cooperation's events in order, and its state after any of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.errors import CooperationUnknown
from koop_es.domain.evolve import apply, fold
from koop_es.store import Recorded, Store


@dataclass(frozen=True, slots=True)
class Timeline:
    """The story of one cooperation; ``recorded`` holds its events by version, from 1 on without a gap."""

    coop_id: str
    recorded: tuple[Recorded, ...]

    @classmethod
    def load(cls, store: Store, coop_id: str, *, upto: int | None = None) -> Timeline:
        """Read a cooperation, up to a position if one is given; raises CooperationUnknown if there never was one."""
        recorded = store.load([coop_id], upto=upto)[coop_id]
        if not recorded and (upto is None or not store.load([coop_id])[coop_id]):
            raise CooperationUnknown(
                f"there is no cooperation {coop_id}; koop-es view --vhs V shows those of a VHS", coop_id=coop_id
            )
        return cls(coop_id, tuple(recorded))

    def version_at(self, position: int) -> int:
        """Tell the version of the last event at or before a position, 0 for none."""
        return bisect_right(self.recorded, position, key=lambda item: item.position)

    def event(self, version: int) -> Recorded:
        """Find the event that made a version."""
        return self.recorded[version - 1]

    def at(self, position: int) -> Cooperation:
        """Give the state as of a position of the log."""
        return self.state(self.version_at(position))

    def state(self, version: int | None = None) -> Cooperation:
        """Give the state after the event of a version, the last one without."""
        return fold(self.coop_id, (item.event for item in self.recorded[:version]))

    def steps(self) -> Iterator[tuple[Recorded, Cooperation]]:
        """Go through the events with the state after each: one object, carried along; copy what must be kept."""
        state = Cooperation(self.coop_id)
        for item in self.recorded:
            apply(state, item.event)
            yield item, state
