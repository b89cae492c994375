"""The collector of cyclic garbage, kept away where much is made that has no cycles in it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector from walking again and again through what a block makes: that takes a sixth of its time.

    There must be no cycles in what is made, else it stays until the block has ended.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
