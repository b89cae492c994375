"""The errors of koop-es: one base class, a stable code each, the class's docstring is its message."""

from __future__ import annotations

from typing import Any, ClassVar


class KoopError(Exception):
    """koop-es could not do what was asked."""

    code: ClassVar[str] = "koop_error"

    def __init__(self, message: str | None = None, **details: Any) -> None:
        """Keep the message (default: the class's docstring) and the details a program may want to read."""
        self.message = message or " ".join((type(self).__doc__ or "").split())
        self.details = details
        super().__init__(self.message)


class WrongUsage(KoopError):
    """The command was called in a way it does not understand."""

    code = "wrong_usage"


class Refused(KoopError):
    """A rule of the domain forbids this; nothing was changed."""

    code = "refused"

    def __init__(self, message: str | None = None, *, rule: str, **details: Any) -> None:
        """Keep the number of the rule that refuses (``R16``, ``D9``) beside message and details."""
        self.rule = rule
        super().__init__(message, rule=rule, **details)


class BadInput(KoopError):
    """The input cannot be used; nothing was changed."""

    code = "bad_input"


class CooperationUnknown(BadInput):
    """There is no cooperation under this COOP-Id."""

    code = "cooperation_unknown"


class StoreUnusable(KoopError):
    """The store cannot be used."""

    code = "store_unusable"


class AnswerUnwritten(KoopError):
    """The answer could not be written."""

    code = "answer_unwritten"


class FileUnusable(AnswerUnwritten):
    """A file or folder that the command works with cannot be written or read; make room, see to its rights, or name
    another place.
    """

    code = "file_unusable"

    @classmethod
    def of(cls, error: OSError, where: object = None, done: str = "") -> FileUnusable:
        """Say which file it is, why, and what was done all the same."""
        place, reason = where or error.filename or "a file", error.strerror or str(error) or type(error).__name__
        remedy = "make room, see to its rights, or name another place"
        return cls(f"{place} cannot be written or read ({reason}); {done or remedy}", path=str(place))
