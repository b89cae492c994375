"""Exchanges the code of functions in a process that knows the engine already, where that is all a mistake changes.

Whoever imported a function, decorated it or keeps it in a table has the same object, so all of them err with it. What
was computed when a module was imported stays as it was: a mistake may be missed for that, so what is missed here is
looked for in a process of its own.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping
from inspect import CO_NEWLOCALS
from pathlib import Path
from types import CodeType, FunctionType

Functions = Mapping[str, list[FunctionType]]
"""Functions by the file they were read from."""


class NotOnlyFunctions(Exception):
    """A mistake changes what is done when a module is imported, or a function that nobody keeps."""


def functions(root: Path) -> Functions:
    """List the functions of all modules below a folder that were imported."""
    gc.unfreeze()  # else those that were there when the tests were collected are passed over
    found = defaultdict[str, list[FunctionType]](list)
    for item in gc.get_objects():
        if type(item) is FunctionType and item.__code__.co_filename.startswith(str(root)):
            found[item.__code__.co_filename].append(item)
    return dict(found)


def exchange(known: Functions, before: Mapping[str, str]) -> None:
    """Have functions do what files say now, given what these said before; raises NotOnlyFunctions.

    A file from which nothing was imported is passed over: whoever imports it reads what it says now.
    """
    for name, text in before.items():
        if name not in known:
            continue
        now = Path(name).read_text(encoding="utf-8")
        for old, new in _changed(*(compile(said, name, "exec", dont_inherit=True) for said in (text, now))):
            found = [function for function in known[name] if _is(function.__code__, old)]
            if not found or old.co_freevars != new.co_freevars:
                raise NotOnlyFunctions(old.co_qualname)
            for function in found:
                function.__code__ = new


def _changed(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Give the functions whose code differs in a module, or in the body of a class; raises NotOnlyFunctions."""
    if _outline(before) != _outline(after):
        raise NotOnlyFunctions(before.co_qualname)
    for old, new in zip(before.co_consts, after.co_consts, strict=True):
        if isinstance(old, CodeType) and isinstance(new, CodeType) and not _alike(old, new):
            if old.co_flags & CO_NEWLOCALS:
                yield old, new
            else:
                yield from _changed(old, new)


def _is(one: CodeType, other: CodeType) -> bool:
    """Tell whether two codes are of the same place; one that was run a few times is no longer equal to the other."""
    return one.co_firstlineno == other.co_firstlineno and _alike(one, other)


def _alike(one: CodeType, other: CodeType) -> bool:
    """Tell whether two codes do the same, on whichever lines they stand."""
    pairs = zip(one.co_consts, other.co_consts, strict=False)
    return _outline(one) == _outline(other) and all(
        _alike(a, b) for a, b in pairs if isinstance(a, CodeType) and isinstance(b, CodeType)
    )


def _outline(code: CodeType) -> tuple[object, ...]:
    """Give what a code does, but for the codes within it."""
    names = code.co_name, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    given = code.co_flags, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    consts = tuple("" if isinstance(const, CodeType) else _shown(const) for const in code.co_consts)
    return code.co_code, code.co_exceptiontable, names, given, consts


def _shown(const: object) -> str:
    """Show a constant; a set has no order."""
    return f"set of {sorted(map(repr, const))}" if isinstance(const, frozenset) else repr(const)
