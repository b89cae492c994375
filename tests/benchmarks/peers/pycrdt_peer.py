"""pycrdt (W4): one map of documents per replica, all in memory; each update that arrives is logged with fdatasync."""

from __future__ import annotations

import os
import sys
from typing import Any

from pycrdt import Doc, Map

from tests.benchmarks.peers.driver import (
    REPLICAS,
    Given,
    cancelled,
    check,
    document_digest,
    say,
    say_ms,
    timed,
)

HOW = "in memory, one log a replica"


class Replicas:
    """Four replicas in a star; the first is the middle."""

    def __init__(self, given: Given) -> None:
        self.docs = [Doc() for _ in range(REPLICAS)]
        self.maps: list[Any] = [doc.get("bookings", type=Map) for doc in self.docs]
        self.logs = [os.open(given.scratch / f"{place}.log", os.O_CREAT | os.O_WRONLY) for place in range(REPLICAS)]

    def put(self, documents: list[tuple[int, dict[str, str]]]) -> None:
        for place in range(REPLICAS):
            with self.docs[place].transaction():
                for at, document in documents:
                    if at == place:
                        self.maps[place][document["id"]] = document

    def sync(self) -> float:
        with timed() as clock:
            for place in range(1, REPLICAS):
                self._copy(place, 0)
            for place in range(1, REPLICAS):
                self._copy(0, place)
        return clock.seconds

    def _copy(self, source: int, target: int) -> None:
        update = self.docs[source].get_update(self.docs[target].get_state())
        self.docs[target].apply_update(update)
        os.write(self.logs[target], update)
        os.fdatasync(self.logs[target])

    def check(self, documents: list[tuple[int, dict[str, str]]], what: str) -> None:
        wanted = document_digest(document for _, document in documents)
        for place, found in enumerate(self.maps):
            check(document_digest(found.to_py().values()) == wanted, f"pycrdt, {what}, replica {place}")


def main(arguments: list[str]) -> None:
    given = Given(arguments)
    documents = given.documents()
    replicas = Replicas(given)
    replicas.put(documents)
    seconds = replicas.sync()
    replicas.check(documents, "full")
    say("W4 full", HOW, len(documents), seconds, "bookings/s")
    if not given.asks("W4 delta"):
        return
    for phase in (0, 50):
        documents, changed = cancelled(documents, phase)
        replicas.put(changed)
        seconds = replicas.sync()
        replicas.check(documents, f"delta {phase}")
    say_ms("W4 delta", HOW, seconds)
    say_ms("W4 no-op", HOW, replicas.sync())


if __name__ == "__main__":
    main(sys.argv[1:])
