"""The check of the log stream by stream: versions, views, change lists, persons, the ledger of exports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from koop_es.audit import chain
from koop_es.domain.events import BookingAmended, BookingMade, EffectWithheld, ExportApplied
from koop_es.domain.identifiers import export_name, institution_stream, is_cooperation, issuer, running_number
from koop_es.store import Recorded, Store, Tx, fences
from koop_es.store.errors import StoreUnreadable
from koop_es.views.builder import Built, build, build_some, parts
from koop_es.views.differences import Difference, Findings

MOST_STRAYS = 1_000
"""Cooperations without events that are looked at: every one of them is a fault already."""

MOST_TOLD = 5
"""Faults of a check that are told one by one."""

CHANGES = {"changes", "pending"}
"""The columns of a view that are the change list."""

Person = tuple[str, int]
Applied = tuple[int | None, str, int]
"""An export that caused events: sequence, sha256, events."""


@dataclass
class Faults:
    """What a check found wrong: the first few in words, all counted, so that a ruin does not fill the memory."""

    count: int = 0
    told: list[str] = field(default_factory=list)

    def add(self, faults: Iterable[str]) -> None:
        """Take in more."""
        for fault in faults:
            self.count += 1
            if len(self.told) < MOST_TOLD:
                self.told.append(fault)


@dataclass
class Stories:
    """What was found wrong in all streams, by check. ``vault_unseen`` is why nobody could look into the vault."""

    events: int = 0
    versions: Faults = field(default_factory=Faults)
    persons: Faults = field(default_factory=Faults)
    vault_unseen: str = ""
    ledger: Faults = field(default_factory=Faults)
    numbers: Faults = field(default_factory=Faults)
    numbers_above: Faults = field(default_factory=Faults)
    given_out: dict[str, int] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    @property
    def changes(self) -> list[Difference]:
        """Differences of the change lists."""
        listed = (item for item in self.findings.listed if item.table == "views")
        return [item for item in listed if item.kind != "changed" or CHANGES & {*item.columns}]


def check(store: Store, told: Callable[[int], None]) -> Stories:
    """Check every stream, in pages; raises what the codec raises for an event it cannot read."""
    stories = Stories()
    for part in parts(store, 1):
        for built in build(store, part):
            _add(stories, store, built)
            told(stories.events)
    with store.reading() as tx:
        strays = [row[0] for row in tx.rows("derived_strays", limit=MOST_STRAYS)]
        stories.findings.add(build_some(tx, strays).findings)
        _strangers(tx, stories)
        _numbers(tx, stories)
    _look_into_vault(stories, store, _person_strays)
    return stories


def check_one(store: Store, coop_id: str) -> Stories:
    """Check one stream; without events it is empty."""
    stories = Stories()
    with store.reading() as tx:
        built = build_some(tx, [coop_id])
    _add(stories, store, built)
    return stories


def _add(stories: Stories, store: Store, built: Built) -> None:
    stories.events += built.events
    stories.findings.add(built.findings)
    told = {stream: story.recorded() for stream, story in built.stories.items()}
    for stream, story in told.items():
        stories.versions.add(_gaps(stream, story))
        if (number := running_number(stream)) is not None:
            stories.given_out[issuer(stream)] = max(number, stories.given_out.get(issuer(stream), 0))
    courses = {stream: story for stream, story in told.items() if is_cooperation(stream)}
    others = {stream: story for stream, story in told.items() if stream not in courses}
    if others:
        with store.reading() as tx:
            for stream, story in others.items():
                stories.ledger.add(_ledger(tx, stream, story))
    _look_into_vault(stories, store, lambda tx: _persons(tx, courses))


def _look_into_vault(stories: Stories, store: Store, look: Callable[[Tx], list[str]]) -> None:
    """Add what is wrong in the vault, in a transaction of its own: a role that may not read names ends it, and can
    check all the rest.
    """
    if stories.vault_unseen:
        return
    try:
        with store.reading() as tx:
            stories.persons.add(look(tx))
    except StoreUnreadable as error:
        stories.vault_unseen = error.message


def _gaps(stream: str, story: list[Recorded]) -> Iterable[str]:
    before = 0
    for version, item in enumerate(story, 1):
        if item.version != version:
            yield f"{stream}: version {item.version} stands where {version} belongs"
            return
        if item.position <= before:
            yield f"{stream}: version {version} has position {item.position}, the one before it {before}"
            return
        before = item.position


def _persons(tx: Tx, courses: dict[str, list[Recorded]]) -> list[str]:
    """Compare the persons that events name with those of the vault (D15)."""
    named = {stream: _named(story) for stream, story in courses.items()}
    ids = sorted({person_id for persons in named.values() for person_id, _ in persons})
    rows = tx.rows("person_keys_of_ids", person_ids=ids)
    held: set[Person] = {(row[0], row[1]) for row in rows}
    gone = {fence.person_id for fence in fences.found(tx, ids, ())}
    wrong = [
        f"{stream}: person {person_id} version {version} is neither in the vault nor forgotten"
        for stream, persons in named.items()
        for person_id, version in sorted(persons)
        if (person_id, version) not in held and person_id not in gone
    ]
    known = set[Person]().union(*named.values())
    refs = {stream: _refs(story) for stream, story in courses.items()}
    for person_id, version, stream, ref in sorted(tx.rows("person_keys_of_streams", coop_ids=list(courses))):
        if (person_id, version) not in known:
            wrong.append(f"{stream}: no event names person {person_id} version {version} of the vault")
        elif refs[stream].get(person_id) != ref:
            wrong.append(f"{stream}: person {person_id} stands in the vault under booking {ref} and not in the log")
    return wrong


def _refs(story: list[Recorded]) -> dict[str, str]:
    """Read of which booking each person is."""
    made = [item.event for item in story if isinstance(item.event, BookingMade)]
    return {event.person_id: event.ref for event in made if event.person_id}


def _named(story: list[Recorded]) -> set[Person]:
    """Read every version that was handed to the vault: also of persons withheld, whatever came of it (D31)."""
    persons: dict[str, str] = {}
    found: set[Person] = set()
    for item in story:
        event = item.event
        if isinstance(event, BookingMade) and event.person_id:
            persons[event.ref] = event.person_id
            found.add((event.person_id, 1))
        elif isinstance(event, BookingAmended | EffectWithheld) and event.person_version and event.ref in persons:
            found.add((persons[event.ref], event.person_version))
    return found


def _ledger(tx: Tx, stream: str, story: list[Recorded]) -> list[str]:
    """Compare the exports that the log says caused events with those of the ledger."""
    _, _, vhs = stream.partition(":")
    if stream != institution_stream(vhs):
        return []
    logged = Counter(_applied(item.event) for item in story if isinstance(item.event, ExportApplied))
    kept: Counter[Applied] = Counter()
    wrong = []
    before = 0
    for sequence, sha256, events, position in tx.rows("ledger_applied", vhs=vhs):
        kept[sequence, sha256, events] += 1
        if position is not None and position < before:
            wrong.append(f"{_name(vhs, sequence, sha256)} has position {position}, the one before it {before}")
        before = position or before
    wrong += [f"{_name(vhs, *key[:2])} is in the log and not so in the ledger" for key in logged - kept]
    wrong += [f"{_name(vhs, *key[:2])} is in the ledger and not so in the log" for key in kept - logged]
    return wrong


def _applied(event: ExportApplied) -> Applied:
    origin = event.origin
    return (origin.sequence if origin else None, origin.sha256 if origin else "", event.events)


def _name(vhs: str, sequence: int | None, sha256: str) -> str:
    return f"export {export_name(vhs, sequence, sha256)}"


def _numbers(tx: Tx, stories: Stories) -> None:
    """Compare the last running numbers with those that the log knows (D16)."""
    sealed = chain.last(tx).beside.grown
    last = {vhs: int(number) for vhs, number in tx.rows("side_numbers")}
    for vhs in sorted({*last, *stories.given_out}):
        kept, known = last.get(vhs, 0), stories.given_out.get(vhs, 0)
        if kept < known:
            stories.numbers.add([f"VHS {vhs} stands at number {kept}, and the log knows {known}"])
        elif kept > known and (sealed is None or sealed.numbers.get(vhs) != kept):
            text = f"VHS {vhs} stands at number {kept}, and the log knows {known}: a row set aside may have shown it"
            stories.numbers_above.add([text])


def _person_strays(tx: Tx) -> list[str]:
    count = tx.rows("person_strays")[0][0]
    return [f"{count} persons of the vault belong to no cooperation of the log"] if count else []


def _strangers(tx: Tx, stories: Stories) -> None:
    """Find what stands in the ledger and belongs to no stream of the log."""
    ahead = tx.rows("ledger_ahead", head=tx.head())[0][0]
    if ahead:
        stories.ledger.add([f"{ahead} exports of the ledger lie beyond the end of the log"])
    for (vhs,) in tx.rows("ledger_vhs"):
        stream = institution_stream(vhs)
        if not tx.rows("event_stream", stream=stream, after=0, upto=1, limit=1):
            stories.ledger.add([f"exports of VHS {vhs} caused events, and the log has none of {stream}"])
