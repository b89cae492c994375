"""Killed in the middle of a write: what was acknowledged is there, everything else wholly is or wholly is not (G1)."""

from __future__ import annotations

import subprocess
import sys

import pytest

from koop_es.store import Append, Store
from tests.integration.store.samples import append, bookings
from tests.integration.store.writer import EVENTS, STREAMS


@pytest.mark.parametrize("acknowledged", [1, 2, 4, 7])
def test_a_killed_writer_leaves_whole_transactions(any_db_url: str, acknowledged: int) -> None:
    with Store.create(any_db_url) as store:
        command = [sys.executable, "-m", "tests.integration.store.writer", any_db_url, "batches", "7", "1000"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(acknowledged):
                process.stdout.readline()
            process.kill()
        with store.write() as tx:  # waits until the database has noticed that the writer is gone
            row = tx.row("number_next", vhs="7")
            assert row is not None
            committed = row[0] - 1
        assert committed >= acknowledged
        streams = [f"7-{number}-{n}" for number in range(committed + 2) for n in range(STREAMS)]
        whole = [len(events) for events in store.load(streams).values()]
        assert whole == [EVENTS] * committed * STREAMS + [0] * 2 * STREAMS
        assert store.head() >= committed * STREAMS * EVENTS
        append(store, Append("afterwards", 0, bookings(1)))
        assert store.read(store.head() - 1, 2)[-1].stream == "afterwards"
