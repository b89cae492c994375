"""What can be wrong with an export as a whole, or with the way it was named."""

from __future__ import annotations

from koop_es.domain.errors import BadInput


class FileMissing(BadInput):
    """There is no such file or directory."""

    code = "file_missing"


class UnknownFormat(BadInput):
    """The file is in no format that koop-es reads."""

    code = "unknown_format"


class VhsNeeded(BadInput):
    """The format does not say which VHS it comes from."""

    code = "vhs_needed"


class VhsMismatch(BadInput):
    """The export is of another VHS than the one that was named."""

    code = "vhs_mismatch"


class ProfileInvalid(BadInput):
    """The connector profile cannot be used."""

    code = "profile_invalid"


class EncodingTooNarrow(BadInput):
    """A text holds a character that the encoding of the file does not have."""

    code = "encoding_too_narrow"


class ExportQuarantined(BadInput):
    """The export as a whole cannot be used and is set aside."""

    code = "export_quarantined"

    def __init__(
        self,
        reason: str,
        *,
        file: str,
        remedy: str,
        line: int | None = None,
        vhs: str | None = None,
        sequence: int | None = None,
        kind: str | None = None,
        sha256: str | None = None,
    ) -> None:
        """Say what is wrong where and what to do, with as much of the export's identity as could be read."""
        self.reason, self.remedy, self.file, self.line = reason, remedy, file, line
        self.vhs, self.sequence, self.kind, self.sha256 = vhs, sequence, kind, sha256
        where = file if line is None else f"{file}, line {line}"
        super().__init__(f"{where}: {reason}; {remedy}", **self._known())

    def of(self, *, vhs: str | None, sequence: int | None, kind: str | None, sha256: str | None) -> ExportQuarantined:
        """Add whose export it is, where that was not known when the trouble was found; returns the same error."""
        self.vhs, self.kind = self.vhs or vhs, self.kind or kind
        self.sequence = sequence if self.sequence is None else self.sequence
        self.sha256 = self.sha256 or sha256
        self.details = self._known()
        return self

    def _known(self) -> dict[str, object]:
        names = ("reason", "remedy", "file", "line", "vhs", "sequence", "kind", "sha256")
        return {name: value for name in names if (value := getattr(self, name)) is not None}
