"""UmaDB: the server of the wheel on a free loopback port, and its client; it has no projections of its own (no W3)."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import umadb

from tests.benchmarks.peers.driver import (
    SINGLE_STREAMS,
    Fold,
    Given,
    batches,
    check,
    chunks,
    digest,
    dumped,
    say,
    say_singles,
    timed,
)

START_SECONDS = 30
HOW = "client and server"


def main(arguments: list[str]) -> None:
    """Append stream by stream, in bulk, read and fold, and append one by one."""
    given = Given(arguments)
    parsed = given.events()
    per_stream = batches(parsed)
    with _server(given.scratch / "streams") as client:
        last: dict[str, int] = {}
        with timed() as clock:
            for batch in per_stream:
                _append(client, batch, batch[0]["stream"], last)
        check(client.head() == len(parsed), "count")
        say("W1 per stream", HOW, len(parsed), clock.seconds)
    with _server(given.scratch / "bulk") as client:
        with timed() as clock:
            for part in chunks(parsed):
                client.append(_events(part))
        check(client.head() == len(parsed), "count")
        say("W1 bulk", HOW, len(parsed), clock.seconds)
        found = Fold()
        with timed() as clock:
            _fold(client, found)
        check(digest(found.rows()) == given.expected["digest"], "fold")
        say("W2", HOW, len(parsed), clock.seconds)
        last = {}

        def single(number: int) -> None:
            _append(client, [parsed[number]], f"single-{number % SINGLE_STREAMS}", last)

        say_singles(HOW, single)


@contextmanager
def _server(folder: Path) -> Iterator[Any]:
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(Path(sys.executable).parent / "umadb"), "--listen", address, "--db-path", str(folder / "events.db")]
    with (folder / "server.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            yield _connected(f"http://{address}", server)
        finally:
            server.terminate()


def _connected(address: str, server: subprocess.Popen[bytes]) -> Any:
    for _ in range(START_SECONDS * 20):
        check(server.poll() is None, "the server ended by itself")
        try:
            client = umadb.Client(address)
            client.head()
        except Exception:  # whatever the client raises while nobody listens yet
            time.sleep(0.05)
        else:
            return client
    raise TimeoutError(f"no server after {START_SECONDS} seconds")


def _append(client: Any, batch: list[dict[str, Any]], stream: str, last: dict[str, int]) -> None:
    """Append to one stream, provided that nobody else has since ``last``, which is brought up to date."""
    condition = umadb.AppendCondition(umadb.Query([umadb.QueryItem(tags=[stream])]), last.get(stream))
    last[stream] = client.append(_events(batch, stream), condition)


def _events(batch: list[dict[str, Any]], stream: str | None = None) -> list[Any]:
    return [umadb.Event(item["type"], dumped(item["data"]), tags=[stream or item["stream"]]) for item in batch]


def _fold(client: Any, found: Fold) -> None:
    for item in client.read():
        data = json.loads(item.event.data)
        found.apply(item.event.event_type, data["vhs"], data.get("ref", ""))


if __name__ == "__main__":
    main(sys.argv[1:])
