"""Events about violations: what stands in an admin program against the rules, and who answers for it (D30)."""

# ruff: noqa: RUF012 - defaults: a struct copies them

from __future__ import annotations

from typing import ClassVar

from koop_es.domain.event import Event


class ViolationOpened(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Something stands in an admin program that the rules forbid (domain 2.8); ``vhs`` is where."""

    VERSION: ClassVar[int] = 2

    code: str
    severity: str
    ref: str = ""
    detail: dict[str, str] = {}


class ViolationClosed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The proper state is shown again."""

    code: str
    ref: str = ""


class ViolationAcknowledged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody knows of an open violation and answers for it: it stays open and is left out of lists and alarms (D30).

    So it is until the day ``until``, if there is one, or until it shows something else than ``detail``.
    """

    VERSION: ClassVar[int] = 2

    code: str
    reason: str
    ref: str = ""
    until: str | None = None
    detail: dict[str, str] = {}
