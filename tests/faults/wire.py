"""A wire between psycopg and PostgreSQL that breaks at the n-th message: a proxy that knows how messages begin and end.

PostgreSQL's protocol 3: a message is a letter, four bytes of length that count themselves, and the rest; only the first
one of a connection has no letter.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from tests.faults.kinds import kind_of

SOCKET = ".s.PGSQL.5432"
PEER = struct.Struct("3i")
HEAD = struct.Struct("!i")
PREFIX = 1 + HEAD.size
"""Bytes before what a message says: its letter and its length."""

STARTUP = b"\0"
"""Stands for the letter that the first message of a connection does not have."""

COMMIT_DONE = b"COMMIT\0"


class Side(Enum):
    """Who sends the message that does not arrive."""

    CLIENT = "client"
    SERVER = "server"


class Break(Enum):
    """What happens instead of the message."""

    CUT = "the connection is lost"
    DOWN = "the connection is lost, and there is none to be had any more"
    KILL = "the client is killed"


@dataclass
class Snap:
    """Where the wire breaks; ``at`` counts the messages of one side over all connections, those with these letters.

    ``points`` is how many there were, ``commits`` how often the answer to a COMMIT did not arrive. ``kinds`` names what
    each of them was about, the same words for the same.
    """

    side: Side
    at: int
    how: Break = Break.CUT
    letters: bytes = b""
    points: int = 0
    commits: int = 0
    kinds: list[str] = field(default_factory=list)


class Asked:
    """What a client asked for last on its connection."""

    def __init__(self) -> None:
        self.last = ""
        self._prepared: dict[bytes, str] = {}
        self._within = ""

    def hear(self, message: bytes) -> None:
        """Note what a message of the client asks for, if it does."""
        match message[:1]:
            case b"Q":
                self._note(kind_of(message[PREFIX:-1].decode(errors="replace")))
            case b"P":
                name, statement, _ = message[PREFIX:].split(b"\0", 2)
                self._prepared[name] = kind_of(statement.decode(errors="replace"))
                self._note(self._prepared[name])
            case b"B":
                _, name, _ = message[PREFIX:].split(b"\0", 2)
                self._note(self._prepared.get(name, ""))

    def _note(self, kind: str) -> None:
        """Note a statement, and whether it stands within a transaction."""
        begins, ends = kind.startswith("BEGIN"), kind.startswith(("COMMIT", "ROLLBACK"))
        self._within = "within " if begins else "" if ends else self._within
        self.last = f"{self._within}{kind}"


class Wire:
    """The proxy; ``home`` is the directory of its socket, ``server`` that of PostgreSQL's."""

    def __init__(self, home: Path, server: Path) -> None:
        self.home, self._server = home, server
        self._lock = threading.Lock()
        self._snap = Snap(Side.CLIENT, 0)
        self._ends: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(home / SOCKET))
        self._listener.listen(32)
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.home}"

    def arm(self, snap: Snap) -> None:
        """Begin to count; also mends what was down."""
        with self._lock:
            self._snap = snap

    def close(self) -> None:
        # On Linux only a shutdown wakes the thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    # --- connections --------------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._is_down():
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server / SOCKET))
                pumps, asked = ((client, server, Side.CLIENT), (server, client, Side.SERVER)), Asked()
                for source, target, side in pumps:
                    given = source, target, side, client, asked
                    threading.Thread(target=self._pump, args=given, daemon=True).start()

    def _is_down(self) -> bool:
        snap = self._snap
        return snap.how is Break.DOWN and 0 < snap.at <= snap.points

    def _pump(
        self, source: socket.socket, target: socket.socket, side: Side, client: socket.socket, asked: Asked
    ) -> None:
        """Carry one direction of a connection until it ends or breaks."""
        rest, first = b"", side is Side.CLIENT
        with suppress(OSError):
            while data := source.recv(65_536):
                rest += data
                whole = b""
                broken = False
                while not broken and (size := _length(rest, first=first)) <= len(rest):
                    message, rest = rest[:size], rest[size:]
                    letter, first = (STARTUP if first else message[:1]), False
                    if side is Side.CLIENT and letter != STARTUP:
                        asked.hear(message)
                    broken = self._breaks(side, letter, message, client, asked)
                    whole += b"" if broken else message
                target.sendall(whole)
                if broken:
                    break
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        # Each socket is closed by the pump that reads from it, so that no number is used anew under the other's hands.
        source.close()

    def _breaks(self, side: Side, letter: bytes, message: bytes, client: socket.socket, asked: Asked) -> bool:
        """Count one message; tells whether it is the one that does not arrive."""
        with self._lock:
            snap = self._snap
            if side is not snap.side or (snap.letters and letter not in snap.letters):
                return False
            snap.points += 1
            snap.kinds.append(f"{letter!r} {asked.last}" + (_without_numbers(message) if letter == b"C" else ""))
            if snap.points == snap.at:
                snap.commits += side is Side.SERVER and letter == b"C" and message.endswith(COMMIT_DONE)
                if snap.how is Break.KILL:
                    _kill(client)
                return True
            return snap.how is Break.DOWN and 0 < snap.at < snap.points


def _without_numbers(message: bytes) -> str:
    """Give the words of an answer that says what was done."""
    return " ".join(word for word in message[PREFIX:-1].decode(errors="replace").split() if not word.isdigit())


def _length(data: bytes, *, first: bool) -> int:
    """Give the length of the message that begins here; more than there is, where not even that has arrived."""
    letter = 0 if first else 1
    if len(data) < letter + HEAD.size:
        return letter + HEAD.size + len(data)
    return letter + int(HEAD.unpack_from(data, letter)[0])


def _kill(client: socket.socket) -> None:
    pid, _, _ = PEER.unpack(client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))
    os.kill(pid, signal.SIGKILL)
