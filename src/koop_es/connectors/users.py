"""Rows of ``benutzer.csv``: checked and counted, never stored."""

from __future__ import annotations

from collections.abc import Sequence

from koop_es.connectors.columns import Header
from koop_es.connectors.profiles import Profile
from koop_es.connectors.rows import CellRefused, flag_parser
from koop_es.connectors.values import Unreadable, plain


class UserReader:
    """Rows of ``benutzer.csv``: validated and counted, never kept."""

    def __init__(self, header: Header, profile: Profile) -> None:
        """Remember where each field stands."""
        self._at, self._flag = header.at, flag_parser(profile)

    def row(self, cells: Sequence[str], line: int) -> None:
        """Check one row; raises CellRefused."""
        field = ""
        try:
            for field in ("name", "first_name", "email"):
                text = plain(cells[self._at[field]])
                if not text:
                    raise Unreadable("is empty", "fill it in the user administration")
            local, _, domain = text.partition("@")
            if not local or "." not in domain or any(mark.isspace() for mark in text) or not text.isprintable():
                raise Unreadable(
                    "is no e-mail address", "correct it in the user administration; look for copied blanks"
                )
            for field in ("shown", "active"):
                self._flag(cells[self._at[field]])
        except Unreadable as error:
            raise CellRefused(field, error.reason, error.remedy) from None
