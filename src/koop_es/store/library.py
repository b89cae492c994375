"""The store seen from the eventsourcing library: a mapper and an environment for its stock applications."""

from __future__ import annotations

from typing import Any

from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, Notification, StoredEvent

from koop_es.domain.errors import StoreUnusable
from koop_es.store.address import SqliteAddress, parse
from koop_es.store.codec import decode, encode
from koop_es.store.record import Recorded, StoredRow
from koop_es.store.transaction import MAX_POSITION

POSTGRES_PORT = "5432"


class KoopMapper(Mapper[str]):
    """Maps between Recorded and StoredEvent; the state is plain JSON, so ciphers and compressors are refused."""

    def __init__(self, transcoder: Any, compressor: Any = None, cipher: Any = None) -> None:
        """Take what the library hands over; the transcoder has no work here."""
        if compressor or cipher:
            raise StoreUnusable("the log of koop-es is plain JSON: unset COMPRESSOR_TOPIC, CIPHER_TOPIC and CIPHER_KEY")
        super().__init__(transcoder)

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Write a Recorded, whose position is ignored because the database gives it."""
        if not isinstance(domain_event, Recorded):
            raise StoreUnusable(f"{type(domain_event).__name__} is no Recorded(position, stream, version, event)")
        _, stream, version, event = domain_event
        return StoredEvent(originator_id=stream, originator_version=version, topic=event.TOPIC, state=encode(event))

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """Read a notification, or a stored event, whose position is then unknown and given as 0."""
        return decode(
            stored_event.id if isinstance(stored_event, Notification) else 0,
            str(stored_event.originator_id),
            stored_event.originator_version,
            stored_event.topic,
            stored_event.state,
        )


def notification(row: StoredRow) -> Notification:
    """Dress a stored row as the library's notification."""
    position, stream, version, topic, state = row
    return Notification(originator_id=stream, originator_version=version, topic=topic, state=state, id=position)


def bounds(stream: Any, gt: int | None, lte: int | None, limit: int | None) -> dict[str, Any]:
    """Say which part of a stream the library asks for, as the statements take it."""
    return {
        "stream": stream,
        "after": -1 if gt is None else gt,
        "upto": MAX_POSITION if lte is None else lte,
        "limit": MAX_POSITION if limit is None else limit,
    }


class Koop(Application[str]):
    """A stock application on the store; PostgreSQL tables are named after the application, hence the name."""

    name = "koop"


def environment(url: str) -> dict[str, str]:
    """List the settings with which a stock ``Application[str]`` named ``koop`` opens the store at an address.

    They hold the password, if the address does. Parameters of a connection URI for which the library has no setting,
    such as ``sslmode``, are left to libpq's own variables. Raises StoreAddressInvalid.
    """
    address = parse(url)
    shared = {"MAPPER_TOPIC": "koop_es.store.library:KoopMapper", "ORIGINATOR_ID_TYPE": "text", "CREATE_TABLE": "n"}
    if isinstance(address, SqliteAddress):
        return shared | {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "APPLICATION_RECORDER_TOPIC": "koop_es.store.sqlite_recorder:KoopSQLiteRecorder",
            "SQLITE_DBNAME": str(address.path),
            "SQLITE_LOCK_TIMEOUT": "30",
        }
    given = {key: str(value) for key, value in address.conninfo.items() if value is not None}
    return shared | {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "APPLICATION_RECORDER_TOPIC": "koop_es.store.postgres_recorder:KoopPostgresRecorder",
        "POSTGRES_DBNAME": given.get("dbname", ""),
        "POSTGRES_HOST": given.get("host", ""),
        "POSTGRES_PORT": given.get("port", POSTGRES_PORT),
        "POSTGRES_USER": given.get("user", ""),
        "POSTGRES_PASSWORD": given.get("password", ""),
        "POSTGRES_LOCK_TIMEOUT": "30",
    }
