"""The check of the whole store: every part against what it must fit to, and the log against its seals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from koop_es.audit import chain, sides, stories
from koop_es.audit.chain import START, Head, Seal
from koop_es.audit.stories import Faults
from koop_es.domain.errors import BadInput, CooperationUnknown, KoopError
from koop_es.ingest import erasure
from koop_es.ingest.quarantine import digest_of
from koop_es.store import Store, Tx

Told = Callable[[int], None]
"""Is told how many events were read."""


class WitnessInvalid(BadInput):
    """The witness is neither the file of koop-es seal --head nor POSITION:DIGEST; nothing was checked."""

    code = "witness_invalid"


class Check(msgspec.Struct, frozen=True):
    """What one check found."""

    name: str
    ok: bool
    detail: str


def witness(text: str) -> Head:
    """Read what a witness kept: JSON, or POSITION:DIGEST. Raises WitnessInvalid."""
    position, _, digest = text.strip().partition(":")
    try:
        found = Head(int(position), digest) if position.isdecimal() else msgspec.json.decode(text, type=Head)
    except msgspec.MsgspecError:
        raise WitnessInvalid from None
    if not found.digest:
        raise WitnessInvalid
    return found


def verify(store: Store, seen: Head | None = None, told: Told = lambda _: None) -> list[Check]:
    """Check everything; a check that cannot be carried out is not ok, and the others go on."""
    checks = [_guarded(("file",), lambda: [_file(store)])]
    checks.append(_guarded(STORIES, lambda: _stories(stories.check(store, told))))
    checks.append(_guarded(("quarantine",), lambda: [_quarantine(store)]))
    checks.append(_guarded(("erasure",), lambda: [_erasure(store)]))
    checks.append(_guarded(("chain",), lambda: [_chain(store)]))
    checks.append(_guarded(("tables",), lambda: [_tables(store)]))
    if seen is not None:
        checks.append(_guarded(("witness",), lambda: [_witness(store, seen)]))
    return [check for found in checks for check in found]


def verify_one(store: Store, coop_id: str) -> list[Check]:
    """Check one cooperation; raises CooperationUnknown."""

    def work() -> list[Check]:
        found = stories.check_one(store, coop_id)
        if not found.events and not found.findings.count:
            raise CooperationUnknown(f"there is no cooperation {coop_id}", coop_id=coop_id)
        return [check for check in _stories(found) if check.name != "ledger"]

    return _guarded(tuple(name for name in STORIES if name != "ledger"), work)


def _guarded(names: Sequence[str], work: Callable[[], list[Check]]) -> list[Check]:
    """Let no damage end the check: bytes that changed may look like anything."""
    try:
        return work()
    except CooperationUnknown:
        raise
    except KoopError as error:
        reason = error.message
    except Exception as error:  # the text of any other error may quote a row
        reason = f"cannot be read ({type(error).__name__})"
    return [Check(name, ok=False, detail=reason) for name in names]


def _check(name: str, faults: Faults, fine: str) -> Check:
    if not faults.count:
        return Check(name, ok=True, detail=fine)
    more = faults.count - len(faults.told)
    return Check(name, ok=False, detail="; ".join(faults.told) + (f"; and {more} more" if more else ""))


def _faults(found: Iterable[str]) -> Faults:
    faults = Faults()
    faults.add(found)
    return faults


def _file(store: Store) -> Check:
    """Let the database check its own structure."""
    if not store.whole():
        return Check("file", ok=False, detail="the file is cut off in the middle of a page")
    with store.reading() as tx:
        means = str(tx.rows("check_means")[0][0] or "")
        if means in {"", "data_checksums"}:
            checksums = "pages carry checksums" if means else "pages carry no checksums"
            return Check("file", ok=True, detail=f"indices not checked: the extension amcheck is missing; {checksums}")
        faults = _faults(str(row[0]) for row in tx.rows("check_file") if row[0] != "ok")
    return _check("file", faults, f"structure is sound ({means})")


STORIES = ("events", "versions", "views", "changes", "vault", "ledger")


def _stories(found: stories.Stories) -> list[Check]:
    differing = _faults(
        f"{item.coop_id} at VHS {item.vhs}: {item.table} {item.kind}, right by event {item.event}"
        for item in found.findings.listed
    )
    differing.count = found.findings.count
    lists = _faults(f"{item.coop_id} at VHS {item.vhs}" for item in found.changes)
    return [
        Check("events", ok=True, detail=f"{found.events} events can be read"),
        _check("versions", found.versions, "versions have no gaps, positions rise"),
        _check("views", differing, "what is kept is what the log says"),
        _check("changes", lists, "change lists are wanted minus reported"),
        _check("vault", found.persons, "vault and log name the same persons"),
        _check("ledger", found.ledger, "exports that caused events are in ledger and log"),
    ]


def _quarantine(store: Store) -> Check:
    faults, count = Faults(), 0
    with store.reading() as tx:
        for number, vhs, source, column, about, reason, raw, digest, state in tx.each("quarantine_bytes_all"):
            count += 1
            right = digest_of(reason, source if about == "export" else column or "", bytes(raw))
            if state != "discarded" and right != digest:  # the bytes of a discarded one are gone
                faults.add([f"item {number} of VHS {vhs} does not fit its digest"])
    return _check("quarantine", faults, f"{count} items fit their digests")


def _erasure(store: Store) -> Check:
    """See that nothing is left of an erasure that was begun (D15)."""
    begun = erasure.begun(store)
    if begun is None:
        return Check("erasure", ok=True, detail="every erasure is finished")
    what = f"booking {', '.join(begun.refs)} is hidden, not erased" if begun.refs else "bytes may be in the files"
    return Check("erasure", ok=False, detail=f"begun {begun.since[:16]}: {what}; koop-es forget --finish")


def _chain(store: Store) -> Check:
    """Make every link again, and say how far the chain does not reach."""
    before, faults = START, Faults()
    with store.reading() as tx:
        for made in (Seal(*row) for row in tx.rows("seals")):
            new = chain.extend(tx, before, made.position)
            if made.sum != made.right_sum:
                faults.add([f"the seal of position {made.position} was changed"])
            elif (new.events, new.digest) != (made.events, made.digest):
                part = f"events {before.position + 1} to {made.position}"
                faults.add([f"{part} are not those that were sealed {made.sealed_at}"])
            before = made
        left = _unsealed(tx, before.position)
    sealed = f"sealed up to position {before.position}" if before.position else "never sealed: koop-es seal"
    return _check("chain", faults, f"{sealed}; {left} events are not sealed yet")


def _unsealed(tx: Tx, position: int) -> int:
    return chain.extend(tx, START._replace(position=position), tx.head()).events


def _tables(store: Store) -> Check:
    """Compare all other tables with their digests, where nobody has written since the seal."""
    with store.reading() as tx:
        made, commits = chain.last(tx), tx.rows("commit_count")[0][0]
        if commits is None:
            return Check("tables", ok=False, detail="the count of transactions is damaged")
        if made.commits is None:
            return Check("tables", ok=True, detail="not provable: no seal of a moment in which nobody wrote")
        if made.commits != commits:
            return Check("tables", ok=True, detail="not provable: written to since the last seal; seal after a backup")
        now, then = sides.digests(tx), made.tables
    faults = _faults(f"{name} is not what it was when sealed" for name in now if now[name] != then.get(name))
    return _check("tables", faults, f"{len(now)} tables are as they were when sealed {made.sealed_at}")


def _witness(store: Store, seen: Head) -> Check:
    """See that the chain still passes through what a witness kept."""
    with store.reading() as tx:
        found = [made.digest for made in (Seal(*row) for row in tx.rows("seals")) if made.position == seen.position]
    if not found:
        return Check("witness", ok=False, detail=f"the chain does not pass through position {seen.position}")
    if found != [seen.digest]:
        return Check("witness", ok=False, detail=f"another log was sealed up to position {seen.position}")
    return Check("witness", ok=True, detail=f"the chain passes through position {seen.position}")
