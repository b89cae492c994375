"""Files in and out: exports of the admin programs, change lists and registration imports for them."""

from koop_es.connectors.content import NAME_CHARS, UNNAMED, Remembered
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.exports import Export, open_export, read_export
from koop_es.connectors.fingerprint import Fingerprint
from koop_es.connectors.given import FactUnreadable, cents_from_text, facts_from_text, identity_from_text
from koop_es.connectors.grouping import Key

__all__ = [
    "NAME_CHARS",
    "UNNAMED",
    "Export",
    "ExportQuarantined",
    "FactUnreadable",
    "Fingerprint",
    "Key",
    "Remembered",
    "cents_from_text",
    "facts_from_text",
    "identity_from_text",
    "open_export",
    "read_export",
]
