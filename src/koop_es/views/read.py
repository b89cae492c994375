"""The questions the read models answer: view, violations, withheld cancellations, status."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from msgspec import to_builtins

from koop_es.domain.acknowledged import LETTERS
from koop_es.domain.identifiers import is_cooperation
from koop_es.domain.judgement import Effect, effect_of, export_of
from koop_es.domain.observation import Person, Status
from koop_es.domain.violation_texts import text
from koop_es.store import MAX_POSITION, Row, Store, Tx, fences, times, vault
from koop_es.views import asides, asof, suspensions
from koop_es.views.documents import BookingView, CourseView
from koop_es.views.standing import Facts, acknowledgement, answer, is_acknowledged, of_rows

_course = msgspec.json.Decoder(CourseView)
_detail = msgspec.json.Decoder(dict[str, str])
People = dict[tuple[str, int], Person]


class Shown(NamedTuple):
    """One course as a view shows it."""

    coop_id: str
    role: str
    course_number: str
    period: str
    course: CourseView


def view(store: Store, vhs: str, *, at: int | None = None, set_aside: bool = True) -> dict[str, Any]:
    """Show what a VHS should hold, now or as of a position of the log; keys as ``view`` of the command line answers.

    Rows that are ``set_aside`` now hide what they may be (D17); the log does not know of them, nor does a former view.
    """
    if at is not None:
        return views_as_of(store, [vhs], at)[vhs]
    with store.reading() as tx:
        rows = tx.rows("view_of_vhs", vhs=vhs)
        courses = [Shown(row[0], row[1], row[2], row[3], _course.decode(row[4])) for row in rows]
        aside = frozenset(asides.of_vhs(tx, vhs) if set_aside else ())
        return _view(tx, vhs, courses, None, aside)


def views_as_of(store: Store, vhss: Iterable[str], at: int) -> dict[str, dict[str, Any]]:
    """Show what each of some VHSs should have held at a position of the log, as ``view`` does for one."""
    with store.reading() as tx:
        return {
            vhs: _view(tx, vhs, [Shown(d.coop_id, d.role, d.course_number, d.period, d.course) for d in docs], at)
            for vhs, docs in asof.documents_of(tx, vhss, at).items()
        }


def _view(
    tx: Tx, vhs: str, courses: list[Shown], at: int | None, aside: Set[tuple[str, str]] = frozenset()
) -> dict[str, Any]:
    people = _people(tx, (booking for shown in courses for booking in shown.course.bookings))
    standing = _standing(tx, vhs, at)
    for place in sorted(aside):
        standing[place].append(SET_ASIDE)
    return {
        "vhs": vhs,
        "position": tx.head() if at is None else at,
        "courses": [_course_answer(shown, people, standing, aside) for shown in courses],
    }


def has_reported(store: Store, vhs: str) -> bool:
    """Tell whether any export of a VHS was taken in."""
    with store.reading() as tx:
        return tx.row("lane_peek", vhs=vhs) is not None


SET_ASIDE = "SET_ASIDE"
"""What ``open`` says of a course or booking whose row, or what may be that, is set aside (D17, D30)."""


NOT_SEEN = "GIVEN_OUT_NOT_SEEN"
"""What ``open`` says of a course or booking about which something else was given out, and not seen since (D30)."""


def _standing(tx: Tx, vhs: str, at: int | None) -> dict[tuple[str, str], list[str]]:
    """Name what stands open at a VHS, by cooperation and booking; without a booking about the course (D30)."""
    upto = MAX_POSITION if at is None else at
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, _, _, coop_id, ref, shown, *_, said in tx.rows(
        "violations", vhs=vhs, coop_id="", closed_too=0, upto=upto
    ):
        if not is_acknowledged(said, _detail.decode(shown), None):
            found[coop_id, ref].append(code)
    return found


def _people(tx: Tx, bookings: Any) -> People:
    ids = sorted({booking.person_id for booking in bookings if booking.person_id is not None})
    return vault.of_ids(tx, ids) if ids else {}


def _course_answer(
    shown: Shown, people: People, standing: Mapping[tuple[str, str], list[str]], aside: Set[tuple[str, str]]
) -> dict[str, Any]:
    coop_id, role, number, period, course = shown
    counts = Counter(booking.status for booking in course.bookings)
    if course.turned_back:
        standing = {place: [*found] for place, found in standing.items()}
        for ref in course.turned_back:
            standing.setdefault((coop_id, ref), []).append(NOT_SEEN)
    return {
        "coop_id": coop_id,
        "role": role,
        "course_number": number,
        "period": period,
        "title": course.title,
        "capacity": course.capacity,
        "confirmed": counts[Status.CONFIRMED],
        "waitlisted": counts[Status.WAITLISTED],
        "cancelled": counts[Status.CANCELLED],
        "open": standing.get((coop_id, ""), []),
        "bookings": [
            _booking_answer(b, people, standing.get((coop_id, b.ref), []), unread=(coop_id, b.ref) in aside)
            for b in course.bookings
        ],
    }


def _booking_answer(booking: BookingView, people: People, standing: list[str], *, unread: bool) -> dict[str, Any]:
    """Answer for one booking; of one whose row may be set aside it is not said that it is shown (D30)."""
    person = people.get((booking.person_id or "", booking.person_version))
    return {
        "ref": booking.ref,
        "owner": booking.owner,
        "status": LETTERS[booking.status],
        "reported": LETTERS[booking.reported] if booking.reported is not None and not unread else None,
        "reason": booking.reason,
        "open": standing,
        "name": person.name if person is not None else None,
        "first_name": person.first_name if person is not None else None,
    }


def violations(
    store: Store,
    *,
    vhs: str | None = None,
    coop_id: str | None = None,
    closed_too: bool = False,
    acknowledged_too: bool = False,
    at: int | None = None,
    today: date | None = None,
    say: Callable[[str, dict[str, str], str], str] = text,
) -> list[dict[str, Any]]:
    """List violations (domain 2.8), open ones or all, in the order they opened, now or as of a position of the log.

    Those that somebody answers for are left out unless asked for (D30); ``today`` is what the days are counted to, of a
    former moment it is not told who did. What has waited for too long is critical now: absences that two complete
    exports could not tell (D17), rows held for two days (D27). ``say`` puts one into words from its code, details and
    booking; by default in English.
    """
    upto = MAX_POSITION if at is None else at
    with store.reading() as tx:
        rows = tx.rows("violations", vhs=vhs or "", coop_id=coop_id or "", closed_too=int(closed_too), upto=upto)
        still_open = (row[3] for row in rows if row[8] is None and is_cooperation(row[3]))
        then = {} if at is None else asof.violation_details(tx, still_open, at)
        overdue = _overdue(tx, rows, today) if at is None else frozenset()
        forgotten = _forgotten(tx, rows) if at is None else frozenset()
    answers = []
    for code, severity, where, coop, ref, detail, position, opened_at, closed_at, said in rows:
        shown = then.get((coop, code, where, ref)) if closed_at is None else None
        if position in forgotten:
            shown = _detail.decode(detail) | {"forgotten": ref}
        answered = at is None and is_acknowledged(said, _detail.decode(detail), today)
        if answered and not acknowledged_too:
            continue
        answers.append(
            {
                "code": code,
                "severity": "critical" if position in overdue else severity,
                "vhs": where,
                "coop_id": coop if is_cooperation(coop) else None,
                "ref": ref or None,
                "opened_at": opened_at,
                "closed_at": closed_at,
                "open": closed_at is None,
                "event": position,
                "acknowledged": to_builtins(acknowledgement(said)) if answered else None,
                "text": say(code, shown if shown is not None else _detail.decode(detail), ref),
            }
        )
    return answers


def _forgotten(tx: Tx, rows: list[Row]) -> frozenset[int]:
    """Find the questions whether a booking lives that was booked by somebody who was forgotten: it cannot be written
    again (D20, D15).
    """
    asked = {
        (row[3], row[4]): row[6] for row in rows if row[0] == "BOOKING_REMOVED" and "owner" in _detail.decode(row[5])
    }
    gone = fences.found(tx, [], sorted({ref for _, ref in asked})) if asked else []
    return frozenset(asked[fence.coop_id, fence.ref] for fence in gone if (fence.coop_id, fence.ref) in asked)


def _overdue(tx: Tx, rows: list[Row], today: date | None) -> frozenset[int]:
    """Name the open violations that have waited for too long, by their positions (D17, D27)."""
    found = set()
    codes = {row[0] for row in rows if row[8] is None}
    if suspensions.CODE in codes:
        waiting = {(item.vhs, item.coop_id) for item in suspensions.suspended(tx) if item.alarms}
        found |= {row[6] for row in rows if row[0] == suspensions.CODE and row[8] is None and row[2:4] in waiting}
    if today is not None and HELD in codes:
        since = (today - HELD_FOR).isoformat()
        found |= {row[6] for row in rows if row[0] == HELD and row[8] is None and row[7][:10] <= since}
    return frozenset(found)


HELD, HELD_FOR = "REGISTRATION_HELD", timedelta(days=2)
"""What says that a row waits for a complete export, and for how long it may before somebody has to look (D27)."""


def open_violations(store: Store, vhs: str | None = None) -> list[dict[str, Any]]:
    """List the open violations, of one VHS or of all."""
    return violations(store, vhs=vhs)


SOON = timedelta(hours=48)
"""What is withheld of a course that starts within this time stands first (D31)."""


def withheld(store: Store, now: datetime | None = None) -> list[dict[str, Any]]:
    """List what the guards hold back, by export and kind (D4, D19, D31); what concerns a course that starts within 48
    hours of ``now`` stands first.
    """
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    starts: dict[str, str] = {}
    with store.reading() as tx:
        for name, vhs, coop, ref in tx.rows("withheld_all"):
            groups.setdefault((name, vhs), []).append((coop, ref))
        for vhs in sorted({vhs for _, vhs in groups}):
            starts |= {row[0]: row[4] for row in tx.rows("views_of_vhs_known", vhs=vhs) if row[4]}
    found = []
    for (name, vhs), items in groups.items():
        export, effect = export_of(name), effect_of(name)
        days = sorted(starts[coop] for coop, _ in items if coop in starts)
        found.append(
            {
                "id": name,
                "vhs": vhs,
                "export": export,
                "kind": effect or "absence",
                "items": len(items),
                "cancellations": len(items) if effect in ("", Effect.CANCELLATION, Effect.AUSFALL) else 0,
                "refs": [ref for _, ref in items if ref],
                "coop_ids": sorted({coop for coop, _ in items}),
                "soon": now is not None and any(_is_soon(day, now) for day in days),
            }
        )
    return sorted(found, key=lambda item: not item["soon"])


def _is_soon(day: str, now: datetime) -> bool:
    return now.date() <= date.fromisoformat(day) <= (now + SOON).date()


def status(
    store: Store,
    *,
    now: datetime,
    at: int | None = None,
    moment: datetime | None = None,
    vhs: str | None = None,
    max_age: timedelta | None = None,
) -> dict[str, Any]:
    """Tell how each VHS stands, in one word and in numbers (D30), and which backup was proven last.

    ``at`` is a position of the log and ``moment`` the time that is meant by it, that of the position where it is not
    given; ``vhs`` is the only one to tell of, ``max_age`` how old a last export may be.
    """
    with store.reading() as tx:
        position = tx.head() if at is None else at
        if at is None:
            items = _now(tx, now, vhs or "", max_age)
        else:
            items = asof.status(tx, at, moment or times.time_of(tx, at), vhs, max_age)
        proof, hidden = tx.row("backup_last"), unseen(tx)
    last_proof = _proof(proof, now) if proof is not None else None
    return {
        "position": position,
        "converged": all(item["converged"] for item in items),
        "vhs": items,
        "last_proof": last_proof,
        "unseen": hidden,
    }


def _now(tx: Tx, now: datetime, vhs: str, max_age: timedelta | None) -> list[dict[str, Any]]:
    untold = suspensions.counted(suspensions.suspended(tx, vhs))
    rows = tx.rows("status_by_vhs", vhs=vhs)
    superseded: dict[str, int] = dict(
        tx.rows("status_superseded", vhss=[row[0] for row in rows], upto=MAX_POSITION, moment=times.EVER)
    )
    unheard: dict[str, int] = dict(
        tx.rows("status_unheard", vhss=[row[0] for row in rows], upto=MAX_POSITION, moment=times.EVER)
    )
    standing = defaultdict(list)
    for item in of_rows(tx.rows("status_violations", vhs=vhs), now.date()):
        standing[item[0]].append(item)
    items = []
    aside: dict[str, int] | None = None if "koop_quarantine" in unseen(tx) else dict(tx.rows("status_aside", vhs=vhs))
    for name, system, number, last_at, pending, held, courses, unfinished in rows:
        late = superseded[name], unheard[name]
        waiting = aside[name] if aside is not None else None
        facts = Facts(name, system, number, last_at, courses, pending, held, waiting, unfinished, *late)
        items.append(answer(facts, standing[name], untold.get(name, 0), now=now, max_age=max_age))
    return items


def unseen(tx: Tx) -> list[str]:
    """Name the tables in which names stand and that this role may not read."""
    return [str(row[0]) for row in tx.rows("names_unseen")]


def _proof(row: Row, now: datetime) -> dict[str, Any]:
    proven_at, position, target = row
    age = int((now - datetime.fromisoformat(proven_at)).total_seconds())
    return {"at": proven_at, "age_seconds": age, "position": position, "target": target}
