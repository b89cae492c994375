"""A terminal of 80 x 24 in memory: the program runs on a pseudo-terminal, pyte is what a person would see."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from types import TracebackType

import pyte

LIMIT_SECONDS = 30
"""How long a screen may take to show what is waited for; the first one takes a second or two."""


class Terminal:
    """A program on a terminal; leaving ``with`` ends it."""

    def __init__(self, command: list[str], environment: dict[str, str], *, width: int = 80, height: int = 24) -> None:
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        self._fd, its_end = pty.openpty()
        fcntl.ioctl(its_end, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self._program = subprocess.Popen(
            command, stdin=its_end, stdout=its_end, stderr=its_end, env=environment, start_new_session=True
        )
        os.close(its_end)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.kill()
        self._program.wait()
        os.close(self._fd)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    def press(self, keys: str, then: str) -> list[str]:
        """Press keys and read until a text is on the screen."""
        os.write(self._fd, keys.encode())
        return self.wait_for(then)

    def wait_for(self, what: str) -> list[str]:
        """Read until a text is on the screen; gives its lines."""
        until = time.monotonic() + LIMIT_SECONDS
        while not any(what in line for line in self.lines):
            assert self._read(until), f"never saw {what!r} but {self.lines}"
        return self.lines

    def end(self, keys: str) -> int:
        """Press keys that end the program; gives its exit status."""
        os.write(self._fd, keys.encode())
        until = time.monotonic() + LIMIT_SECONDS
        while self._read(until):
            pass
        return self._program.wait(LIMIT_SECONDS)

    def _read(self, until: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], max(until - time.monotonic(), 0))
        if not ready:
            return False
        try:
            said = os.read(self._fd, 65536)
        except OSError:  # the other end is closed: the program has ended
            return False
        self.raw += said
        self._stream.feed(said)
        return bool(said)
