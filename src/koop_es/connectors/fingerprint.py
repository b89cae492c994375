"""What an export is known by before a row of it is read."""

from __future__ import annotations

import json
from hashlib import sha256

import msgspec

from koop_es.domain.observation import Kind, Report


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """Whose export it is, and the checksums of what it holds.

    ``sha256`` is of the export as a whole. ``digest`` is of everything that decides what it says, without sequence and
    time: two exports of one digest say the same.
    """

    source: str
    vhs: str
    system: str | None
    sequence: int | None
    kind: Kind
    exported_at: str | None
    sha256: str
    digest: str

    def report(self) -> Report:
        """Begin the report of this export, without rows."""
        return Report(
            source=self.source,
            vhs=self.vhs,
            system=self.system,
            sequence=self.sequence,
            kind=self.kind,
            exported_at=self.exported_at,
            scope_from=None,
            sha256=self.sha256,
            digest=self.digest,
            courses=[],
            bookings=[],
            rejected=[],
            notices=[],
        )


def digest_of(meaning: object) -> str:
    """Give the sha256 of a JSON value in canonical form."""
    return sha256(json.dumps(meaning, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
