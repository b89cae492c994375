"""The address of a store: ``sqlite:///file.db`` (four slashes for an absolute path) or
``postgresql://user@host/database``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from koop_es.store.errors import StoreAddressInvalid

SQLITE = "sqlite:///"
POSTGRES = ("postgresql://", "postgres://")


@dataclass(frozen=True)
class SqliteAddress:
    """A file; ``path`` is absolute."""

    path: Path

    @property
    def shown(self) -> str:
        """The address as messages may show it."""
        return f"{SQLITE}{self.path}"


@dataclass(frozen=True)
class PostgresAddress:
    """A database of a PostgreSQL server; ``conninfo`` holds libpq's parameters, the password among them."""

    conninfo: dict[str, Any] = field(repr=False)

    @property
    def shown(self) -> str:
        """The address as messages may show it, without password."""
        user, host, port, name = (self.conninfo.get(key) or "" for key in ("user", "host", "port", "dbname"))
        return f"postgresql://{user}{'@' if user else ''}{host}{':' if port else ''}{port}/{name}"

    def scrub(self, text: str) -> str:
        """Cut a driver's message to its first line and take the password out of it."""
        line = text.strip().partition("\n")[0]
        password = str(self.conninfo.get("password") or "")
        return line.replace(password, "***") if password else line


Address = SqliteAddress | PostgresAddress


def parse(url: str) -> Address:
    """Read the address of a store; raises StoreAddressInvalid, which never repeats the text: it may hold a password."""
    if url.startswith(SQLITE):
        name = url.removeprefix(SQLITE)
        if not name or name == ":memory:" or "\0" in name:
            raise StoreAddressInvalid
        return SqliteAddress(Path(name).absolute())
    if url.startswith(POSTGRES):
        # Late, so that a store in a file never loads the driver.
        from psycopg import ProgrammingError  # noqa: PLC0415
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

        try:
            conninfo = conninfo_to_dict(url)
        except ProgrammingError:
            raise StoreAddressInvalid from None  # libpq quotes the part it stumbled over, which may be the password
        if not _plausible(conninfo):
            raise StoreAddressInvalid
        return PostgresAddress(conninfo)
    raise StoreAddressInvalid


def _plausible(conninfo: dict[str, Any]) -> bool:
    """Refuse what a password with a bare ``@`` or ``/`` leaves in host, port and name, where it would be shown."""
    ports = str(conninfo.get("port") or "")
    named = (str(conninfo.get(key) or "") for key in ("host", "user", "dbname"))
    return ports.replace(",", "").isdecimal() is bool(ports) and not any("@" in name for name in named)
