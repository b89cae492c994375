"""Files in and out: exports of the admin programs, change lists and registration imports for them."""

from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.exports import open_export, read_export
from koop_es.connectors.fingerprint import Fingerprint
from koop_es.connectors.given import FactUnreadable, cents_from_text, facts_from_text, identity_from_text

__all__ = [
    "ExportQuarantined",
    "FactUnreadable",
    "Fingerprint",
    "cents_from_text",
    "facts_from_text",
    "identity_from_text",
    "open_export",
    "read_export",
]
