"""The store: the event log on the eventsourcing library's tables, and the tables of koop-es beside it."""

from koop_es.store.record import Append, Recorded
from koop_es.store.store import Store
from koop_es.store.transaction import MAX_POSITION, Row, Tx

__all__ = ["MAX_POSITION", "Append", "Recorded", "Row", "Store", "Tx"]
