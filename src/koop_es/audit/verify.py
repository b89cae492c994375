"""The check of the whole store: every part against what it must fit to, and the log against its seals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from koop_es.audit import anew, chain, objects, sides, stories
from koop_es.audit.chain import START, Head, Seal
from koop_es.audit.sides import Sides
from koop_es.audit.stories import Faults
from koop_es.domain.errors import BadInput, CooperationUnknown, KoopError, StoreUnusable
from koop_es.ingest import erasure
from koop_es.ingest.quarantine import digest_of
from koop_es.store import Store, Tx, leftovers, times
from koop_es.store.errors import tells_nothing

Told = Callable[[int], None]
"""Is told how many events were read."""


class WitnessInvalid(BadInput):
    """The witness is neither the file of koop-es seal --head nor POSITION:DIGEST; nothing was checked."""

    code = "witness_invalid"


class Check(msgspec.Struct, frozen=True):
    """What one check found: ``ok`` is None where nothing is wrong that can be seen, and nothing is proven either."""

    name: str
    ok: bool | None
    detail: str

    @property
    def state(self) -> str:
        """Say it in words."""
        return {True: PROVEN, False: BROKEN, None: NOT_PROVABLE}[self.ok]


PROVEN, BROKEN, NOT_PROVABLE = "proven", "broken", "not provable"
"""The three answers."""


UNSEEN = "cannot be checked here: "
"""Said before why a check could not be made, where that tells nothing of what is in the store."""


def verdict(checks: Iterable[Check]) -> bool | None:
    """Say it of all checks together: broken where one is, else not provable where one is."""
    found = [check.ok for check in checks]
    return False if False in found else None if None in found else True


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
    checks.append(_guarded(("schema",), lambda: [_schema(store)]))
    checks.append(_guarded(STORIES, lambda: _stories(stories.check(store, told))))
    checks.append(_guarded(("quarantine",), lambda: [_quarantine(store)]))
    checks.append(_guarded(("erasure",), lambda: [_erasure(store)]))
    checks.append(_guarded(("times",), lambda: [_times(store)]))
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
        return [check for check in _stories(found) if check.name not in OF_ALL]

    return _guarded(tuple(name for name in STORIES if name not in OF_ALL), work)


def _guarded(names: Sequence[str], work: Callable[[], list[Check]]) -> list[Check]:
    """Let no damage end the check: bytes that changed may look like anything. What cannot be looked at, since the role
    may not read it or others are at work, is not provable.
    """
    try:
        return work()
    except CooperationUnknown:
        raise
    except StoreUnusable as error:
        if tells_nothing(error):
            return [Check(name, ok=None, detail=f"{UNSEEN}{error.message}") for name in names]
        reason = error.message
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
            detail = f"indices cannot be checked: CREATE EXTENSION amcheck; {checksums}"
            return Check("file", ok=None, detail=detail)
        tx.rows("check_with")
        faults = _faults(str(row[0]) for row in tx.rows("check_file") if row[0] != "ok")
    return _check("file", faults, f"structure is sound ({means})")


OF_ALL = ("ledger", "numbers")
"""Checks of the whole store alone."""


def _schema(store: Store) -> Check:
    """See that nothing was put into the schema, such as a trigger, and nothing taken out."""
    with store.reading() as tx:
        faults = _faults(objects.faults(tx))
    return _check("schema", faults, "tables and indices are those of koop-es, and nothing else")


STORIES = ("events", "versions", "views", "changes", "vault", "ledger", "numbers")


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
        _vault(found),
        _check("ledger", found.ledger, "exports that caused events are in ledger and log"),
        _numbers(found),
    ]


def _vault(found: stories.Stories) -> Check:
    if found.vault_unseen and not found.persons.count:
        return Check("vault", ok=None, detail=f"{UNSEEN}{found.vault_unseen}")
    return _check("vault", found.persons, "vault and log name the same persons")


def _numbers(found: stories.Stories) -> Check:
    """See that no number is given out again (D16); one above all of the log may stand in a row that was set aside."""
    if found.numbers_above.count and not found.numbers.count:
        return Check("numbers", ok=None, detail="; ".join(found.numbers_above.told))
    return _check("numbers", found.numbers, "no number of a COOP-Id is given out again")


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
    """See that nothing is left of an erasure that was begun, nor of a backup that was broken off (D15)."""
    begun, faults = erasure.begun(store), Faults()
    if begun is not None:
        what = f"booking {', '.join(begun.refs)} is hidden, not erased" if begun.refs else "bytes may be in the files"
        faults.add([f"begun {begun.since[:16]}: {what}; koop-es forget --finish"])
    faults.add(
        item.told if item.former else f"names may lie in {item.what}: koop-es forget --finish"
        for item in leftovers.left(store)
    )
    faults.add(f"it is not noted beside {target}: koop-es forget --finish" for target in erasure.unnoted(store))
    return _check("erasure", faults, "every erasure is finished, and no broken-off backup left anything")


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
    if not faults.count and (left or not before.position):
        return Check("chain", ok=None, detail=f"{sealed}; {left} events are not sealed yet: koop-es seal")
    return _check("chain", faults, f"{sealed}; {left} events are not sealed yet")


def _unsealed(tx: Tx, position: int) -> int:
    return chain.extend(tx, START._replace(position=position), tx.head()).events


def _times(store: Store) -> Check:
    """See that questions by time are answered by what the log says of when it was written (D23)."""
    with store.reading() as tx:
        right = times.steps((row[0], row[1]) for row in tx.each("event_times"))
        kept = [(int(position), int(at)) for position, at in tx.rows("side_times")]
    faults = _faults([] if kept == right[::-1] else ["the times of positions are not those of the events"])
    return _check("times", faults, "positions have the times of their events")


def _tables(store: Store) -> Check:
    """Compare all other tables with their digests where nobody has written since the seal, else what only grows."""
    with store.reading() as tx:
        made, commits = chain.last(tx), tx.rows("commit_count")[0][0]
        if commits is None:
            return Check("tables", ok=False, detail="the count of transactions is damaged")
        return _beside("tables", tx, made.position, made.commits, made.beside, f"sealed {made.sealed_at}")


def _beside(name: str, tx: Tx, position: int, commits: int | None, beside: Sides, when: str) -> Check:
    if commits is not None and commits == tx.rows("commit_count")[0][0]:
        now = sides.digests(tx)
        other = [table for table in now if now[table] != beside.tables.get(table)]
        faults = _faults(f"{table} is not what it was when {when}" for table in other)
        return _check(name, faults, f"{len(now)} tables are as they were when {when}")
    if beside.grown is None:
        return Check(name, ok=None, detail="no seal covers the other tables: koop-es seal")
    found = sides.against(beside.grown, sides.grown(tx, position))
    if found.faults:
        return _check(name, _faults(f"{fault} when {when}" for fault in found.faults), "")
    proven = "the numbers" if found.open else "the vault and the numbers"
    left = [*found.open, "the tables that were written to since"]
    return Check(name, ok=None, detail=f"{proven} hold what was {when}; not provable: {'; '.join(left)}: koop-es seal")


def _witness(store: Store, seen: Head) -> Check:
    """See that the chain still passes through what a witness kept, and the other tables hold what it says of them."""
    with store.reading() as tx:
        found = [made.digest for made in (Seal(*row) for row in tx.rows("seals")) if made.position == seen.position]
        if not found:
            return Check("witness", ok=False, detail=f"the chain does not pass through position {seen.position}")
        known = anew.rewritten(tx)
        if found != [seen.digest] and known is not None and known.position <= seen.position:
            detail = f"events from position {known.position} on were written anew {known.at} without somebody's name"
            return Check("witness", ok=None, detail=f"{detail}: give the witness a new file of seal --head")
        if found != [seen.digest]:
            return Check("witness", ok=False, detail=f"another log was sealed up to position {seen.position}")
        passes = f"the chain passes through position {seen.position}"
        if seen.beside is None:
            detail = f"{passes}; the other tables are covered by a file of seal --head only"
            return Check("witness", ok=None, detail=detail)
        beside = _beside("witness", tx, seen.position, seen.commits, seen.beside, "witnessed")
    return msgspec.structs.replace(beside, detail=f"{passes}; {beside.detail}") if beside.ok is not False else beside
