"""What all events carry, and the list of their types."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from koop_es.domain.observation import Origin

EVENTS: dict[str, type[Event]] = {}
"""Topic -> event type, as it is written today; how those of former versions are read stands in ``upcast.py``."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What all events carry; ``VERSION`` rises with every change of a type's fields.

    ``vhs`` is the lane; ``at`` and ``recorded_at`` are ISO date-times with offset; ``cause`` is the version, in the
    same stream, of the event this one follows from; ``actor`` is who edited the row, ``WS`` for
    the connector or a pseudonym of somebody of the staff (T6, D15).
    """

    TOPIC: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1

    vhs: str
    rule: str
    at: str
    recorded_at: str
    origin: Origin | None = None
    cause: int | None = None
    actor: str | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Register the type under its topic: the class name and its version."""
        super().__init_subclass__(**kwargs)
        cls.TOPIC = f"koop.{cls.__name__}.{cls.VERSION}"
        EVENTS[cls.TOPIC] = cls

    @property
    def type(self) -> str:
        """Name of the event as people and programs read it."""
        return self.__class__.__name__


def type_name(topic: str) -> str:
    """Read the name of an event's type out of its topic, whatever its version."""
    return topic.split(".")[1]
