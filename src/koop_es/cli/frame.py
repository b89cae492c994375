"""The frame of every command: database, rehearsal clock, JSON, settings, logs."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import click

from koop_es.cli import answer
from koop_es.cli.output import Log, tidy
from koop_es.domain.terms import Policy
from koop_es.settings import BERLIN, Settings, parse_time
from koop_es.store import Store

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with: settings, the time decisions are made for, and the store."""

    settings: Settings
    now: datetime
    as_json: bool

    @property
    def policy(self) -> Policy:
        """Give the settings that decide, as the domain takes them."""
        chosen = self.settings
        return Policy(**{name: getattr(chosen, name) for name in Policy.__struct_fields__})

    def store(self) -> Store:
        """Open the store; raises the errors of Store.open."""
        return Store.open(self.settings.db_url)

    def create(self) -> Store:
        """Make or migrate the store and open it."""
        return Store.create(self.settings.db_url, keyed=True)


def command(name: str, group: click.Group | None = None, *, reads: bool = False) -> Callable[[F], click.Command]:
    """Make a command that is given a Desk and returns an Answer, or answers as they come; ``--db``, ``--now`` and
    ``--json`` come with it.

    ``name`` is the whole name, ``withheld list``; the first word names the schema of its JSON answer.
    One that only ``reads`` changes nothing, whatever happens to its answer.
    """

    schema, _, last = name.partition(" ")

    def wrap(work: F) -> click.Command:
        @functools.wraps(work)
        def call(db: str | None, now: str | None, as_json: bool, **values: Any) -> int:
            desk = open_desk(db, now, as_json)
            return answer.give(schema, work(desk, **values), as_json=as_json, reads=reads)

        call = click.option(
            "--json", "as_json", is_flag=True, help="One JSON object on standard output and nothing else."
        )(call)
        call = click.option(
            "--now", metavar="TIME", help="Rehearsal clock: the time decisions are made for (KOOP_NOW)."
        )(call)
        call = click.option(
            "--db", metavar="URL", help="A file, sqlite:///FILE or postgresql://… (KOOP_DB; default sqlite:///koop.db)."
        )(call)
        made = click.command(last or schema)(call)
        if group is not None:
            group.add_command(made)
        return made

    return wrap


def open_desk(db: str | None, now: str | None, as_json: bool) -> Desk:
    """Read settings and options; an option goes before its environment variable."""
    settings = Settings.read(db=db)
    _log(settings.log_level)
    moment = parse_time(now) if now is not None else settings.now
    return Desk(settings, moment or datetime.now(BERLIN), as_json)


def _log(level: str) -> None:
    """Log to standard error where somebody asks for it: for people on a terminal, as JSON otherwise.

    All that is logged is less than a warning, so nothing is imported where only those are asked for, as usually.
    """
    if level in ("warning", "error") and "structlog" not in sys.modules:
        return
    import logging

    import structlog

    seen = sys.stderr is not None and sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tidied,
            structlog.dev.ConsoleRenderer() if seen else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=Log()),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )


def _tidied(_logger: Any, _method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Let no control character into the log (G6)."""
    return {name: tidy(value) if isinstance(value, str) else value for name, value in said.items()}
