"""A process that writes to a store: ``python -m tests.integration.store.writer url batches|single name count``."""

from __future__ import annotations

import sys

from koop_es.store import Append, Store
from tests.integration.store.samples import booking, bookings

STREAMS = 3
EVENTS = 700


def write_batches(store: Store, name: str, count: int) -> None:
    """Write batches over several streams, each with a marker beside the events, and say so after every commit."""
    for number in range(count):
        with store.write() as tx:
            tx.append([Append(f"{name}-{number}-{n}", 0, bookings(EVENTS)) for n in range(STREAMS)])
            tx.run("number_adopt", vhs=name, number=number + 1)
        print(number, flush=True)


def write_single(store: Store, name: str, count: int) -> None:
    """Write events to one stream that others write to as well."""
    for number in range(count):

        def once(number: int = number) -> None:
            version = len(store.load(["hot"])["hot"])
            with store.write() as tx:
                tx.append([Append("hot", version, [booking(number, vhs=name)])])

        store.retrying(once)


if __name__ == "__main__":
    url, mode, name, count = sys.argv[1:5]
    with Store.open(url) as opened:
        (write_batches if mode == "batches" else write_single)(opened, name, int(count))
