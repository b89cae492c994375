"""What can be wrong with a store. No message holds a password or quotes a row, because rows may name persons (D15)."""

from __future__ import annotations

from typing import ClassVar

from koop_es.domain.errors import StoreUnusable


class StoreAddressInvalid(StoreUnusable):
    """The store's address is wrong: give sqlite:///file.db or postgresql://user@host/name, @ in a password as %40."""

    code = "store_address_invalid"


class StoreMissing(StoreUnusable):
    """There is no store here; make one with: koop-es init."""

    code = "store_missing"


class StoreLost(StoreUnusable):
    """The file of the store is gone, and what SQLite kept beside it may hold the last changes: put the file back, or a
    backup with koop-es restore, which keeps them aside; to begin with an empty store move them away.
    """

    code = "store_lost"


class SchemaTooNew(StoreUnusable):
    """The store was written by a newer koop-es; install that version or open another store."""

    code = "schema_too_new"


class SchemaTooOld(StoreUnusable):
    """The store was written by an older koop-es; bring its tables up to date with: koop-es init."""

    code = "schema_too_old"


class StoreBusy(StoreUnusable):
    """Another program holds the store and did not let go in time; try again."""

    code = "store_busy"


class NoConnectionFree(StoreBusy):
    """The server gives no further connection; end other programs, or let the user and the server have more (CONNECTION
    LIMIT, max_connections).
    """

    code = "no_connection_free"


class StatementCancelled(StoreBusy):
    """The server ended a statement: it took longer than statement_timeout allows this role, or somebody cancelled it;
    allow more time, then try again.
    """

    code = "statement_cancelled"


class ServerExhausted(StoreBusy):
    """The server has no memory, or another resource of its own, left for this; let it have more, then try again."""

    code = "server_exhausted"


class StoreContended(StoreBusy):
    """The database undid this transaction in favour of another one; nothing was changed, try again."""

    code = "store_contended"


class RebuildRunning(StoreBusy):
    """Another rebuild of this store is running; nothing was changed, wait until it is done."""

    code = "rebuild_running"


class DatabaseNotUtf8(StoreUnusable):
    """The database cannot hold every name: its encoding is not UTF-8; make one with createdb -E UTF8 -T template0 NAME,
    and restore a backup into it if there is anything here.
    """

    code = "database_not_utf8"


class ClientNotUtf8(StoreUnusable):
    """Another encoding than UTF-8 is asked for, in which names would be lost; take it out of environment or address."""

    code = "client_not_utf8"


class StoreNotDurable(StoreUnusable):
    """The server does not let commits wait for its disk (synchronous_commit = on), so what is acknowledged could be
    lost; nothing was changed, have it allowed.
    """

    code = "store_not_durable"


class StoreScattered(StoreUnusable):
    """All tables of a store lie in one schema, the first of the search path, and there is one store in a database; drop
    the schema that came later, or name that of the store in the address: ?options=-csearch_path%3DNAME.
    """

    code = "store_scattered"


class PlaceTaken(StoreUnusable):
    """A new store is made where nothing else lies, since it has to be seen that nobody put anything into it: name an
    empty database, or make a schema (CREATE SCHEMA koop) and name it in the address: ?options=-csearch_path%3Dkoop; or
    another file.
    """

    code = "place_taken"


class StoreFull(StoreUnusable):
    """There is no room left for the store; free some space and try again, nothing was changed."""

    code = "store_full"


class StoreDamaged(StoreUnusable):
    """The store is damaged; stop writing to it and restore the last backup."""

    code = "store_damaged"


class StoreUnreachable(StoreUnusable):
    """The database does not answer; see that its server runs, or its disk is sound, and that the address is right, then
    try again.
    """

    code = "store_unreachable"


class StoreGone(StoreUnusable):
    """The file of the store was taken away or replaced while this was written, which is lost with it; put the file
    back, or a backup, and do it again.
    """

    code = "store_gone"


class StoreReadOnly(StoreUnusable):
    """The store may not be written to; give this user the right to write to file and folder, or to the tables."""

    code = "store_read_only"


class StoreUnreadable(StoreUnusable):
    """This role may not read all that is needed; run it as the owner of the tables, or let the role read them (GRANT
    SELECT).
    """

    code = "store_unreadable"


class ReadingOnly(StoreUnusable):
    """This transaction only reads; open one with write()."""

    code = "reading_only"


class StatementFailed(StoreUnusable):
    """The database refused a statement; nothing was changed, this is an error of koop-es."""

    code = "statement_failed"


class UnknownEvent(StoreUnusable):
    """The log holds an event this version does not know; install the newer koop-es that wrote it."""

    code = "unknown_event"


class VersionConflict(StoreUnusable):
    """Somebody else wrote to this stream since it was read; nothing was changed, read it again and decide anew."""

    code: ClassVar[str] = "version_conflict"

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        """Keep the stream, the version the writer had seen and the one that is there."""
        self.stream, self.expected, self.actual = stream, expected, actual
        super().__init__(
            f"{stream} is at version {actual}, not {expected}: somebody else wrote, read it again and decide anew",
            stream=stream,
            expected=expected,
            actual=actual,
        )


def at(error: type[StoreUnusable], where: str, reason: str = "", **details: object) -> StoreUnusable:
    """Build an error whose message begins with the place and carries the reason, if there is one."""
    remedy = " ".join((error.__doc__ or "").split())
    return error(f"{where}: {reason}. {remedy}" if reason else f"{where}: {remedy}", **details)


def tells_nothing(error: StoreUnusable) -> bool:
    """Return whether an error says nothing of what the store holds: who may read it, who else is at work, or a server
    that is away. That of a disk does, and what SQLite says of a file.
    """
    state = str(error.details.get("sqlstate") or "")
    away = isinstance(error, StoreUnreachable | StoreFull) and "sqlite" not in error.details and state[:2] != "58"
    return away or isinstance(error, StoreUnreadable | StoreBusy)
