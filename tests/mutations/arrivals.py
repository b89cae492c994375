"""Mistakes about exports and change lists on their way: lost, late, twice, cut, partial, killed, at once."""

from __future__ import annotations

from tests.mutations.mutation import Edit, Mutation, Named, Seeds

_GATE = "    if found.sequence < before.last_sequence or (found.sequence == before.last_sequence and not again):\n"
_CHECK = "    if report.sequence < max(now.last_sequence, begun):\n"
_NEVER = "    if found.sequence < 0:\n"
_WHOLE = "        whole = self.manifest.kind is Kind.FULL and file.rows is not None and file.sha256 is not None\n"
_PROVES = "        part.proves_absence = part.proves_absence and complete and part.course is not None\n"
_READABLE = "        return lane.delivered and not lane.frozen and lane.present\n"
_COMPLETE = "        complete = report.kind is Kind.FULL and report.has_bookings and report.bookings_complete\n"
_APPEND = "        appends = [Append(item.state.coop_id, item.expected, item.events) for item in news]\n"
_LAST = "        with self.store.write() as tx:\n            self._append(tx, decided, marks)\n"
_ECHO = "    return draft.state.is_cancelled(booking) or booking.ever_cancelled\n"
_ELSEWHERE = "    if mirror_stands_elsewhere(draft, part, booking, seat):\n"

ARRIVALS = (
    Mutation(
        "a gap in the sequence stops a VHS",
        "lost",
        "An export that got lost must cost nothing but time: the next one says all that it said.",
        (Edit("ingest/ledger.py", _GATE, "    if found.sequence != before.last_sequence + 1 and not again:\n"),),
    ),
    Mutation(
        "an export that comes twice is applied twice",
        "doubled",
        "The ledger must know what was applied; else an absence counts twice.",
        (Edit("ingest/ledger.py", _GATE, "    if found.sequence < before.last_sequence:\n"),),
    ),
    Mutation(
        "an old export is applied",
        "late",
        "What a VHS reported before must not overwrite what it reports now.",
        (Edit("ingest/ledger.py", _GATE, _NEVER), Edit("ingest/ledger.py", _CHECK, "    if report.sequence < 0:\n")),
    ),
    Mutation(
        "an old export is applied when it is sent again",
        "old one again",
        "A file that is found and sent once more must have no effect, however much later.",
        (Edit("ingest/ledger.py", _GATE, _NEVER), Edit("ingest/ledger.py", _CHECK, "    if report.sequence < 0:\n")),
    ),
    Mutation(
        "neither checksum nor row count of a file is looked at",
        "cut",
        "A file that was cut off would make everything behind the cut vanish (B11a).",
        (
            Edit("connectors/koop_export.py", "file.sha256.lower() != sums[part]:", "not sums[part]:"),
            Edit(
                "connectors/koop_export.py",
                "if file.rows is None or total <= file.rows <= total + empty:",
                "if total >= 0:",
            ),
        ),
    ),
    Mutation(
        "a file that is named and not there is passed over",
        "torn",
        "An export without one of its files is not the whole one (B11a).",
        (
            Edit(
                "connectors/koop_export.py",
                "        self._parts = self.manifest.parts()\n",
                "        self._parts = {p: f for p, f in self.manifest.parts().items() if source.has(f.path)}\n",
            ),
        ),
    ),
    Mutation(
        "absence counts without proof",
        "proofless",
        "Without row count and checksum nobody knows what is missing (B11a).",
        (Edit("connectors/koop_export.py", _WHOLE, "        whole = self.manifest.kind is Kind.FULL\n"),),
        Seeds(most=300),
    ),
    Mutation(
        "a missing course takes its bookings along",
        "filtered",
        "A wrong filter leaves whole courses out; that says nothing about their bookings (B11d).",
        (
            Edit(
                "domain/route.py",
                _PROVES,
                _PROVES.replace("part.proves_absence and", "").replace(" and part.course is not None", ""),
            ),
            Edit("domain/observe_course.py", _READABLE, "        return lane.delivered and not lane.frozen\n"),
        ),
    ),
    Mutation(
        "the first absence makes an orphan",
        "thinned",
        "One complete export may lack rows by mistake; only the second in a row counts (D3).",
        (
            Edit(
                "domain/absences.py",
                "        if policy.orphan_confirmations > 1:\n",
                "        if policy.orphan_confirmations > 2:\n",
            ),
        ),
        Seeds(most=150),
    ),
    Mutation(
        "an export repeated after a crash counts an absence again",
        "crash",
        "What was half applied is applied again; its absences are the same ones (D3, R1).",
        (
            Edit(
                "domain/absences.py",
                "    if seat.orphaned or seat.absent_export == export:\n",
                "    if seat.orphaned:\n",
            ),
        ),
        Named(("tests/integration/ingest/test_parts.py::test_d3_an_export_begun_twice_counts_no_absence_twice",)),
    ),
    Mutation(
        "an export counts as applied before its events are written",
        "crash",
        "Events and the mark that they are there belong into one transaction (G1).",
        (
            Edit(
                "ingest/apply.py",
                _LAST,
                "        with self.store.write() as tx:\n"
                "            ledger.ensure(tx, report.vhs)\n"
                "            ledger.advance(tx, report, self.now)\n" + _LAST,
            ),
        ),
    ),
    Mutation(
        "exports are put in order by the clock",
        "clock jump",
        "The clock of a connector may be set back; only the sequence orders (export-format 1).",
        (
            Edit(
                "ingest/ledger.py",
                "    if found.sequence is None:\n        return _uncounted(tx, found, before)\n",
                "    if (older := _uncounted(tx, found, before)) is not None or found.sequence is None:\n"
                "        return older\n",
            ),
        ),
    ),
    Mutation(
        "events are appended to a state nobody decided about",
        "at once",
        "Of two exports at once the second must decide again, else it overwrites what the first one said.",
        (
            Edit(
                "ingest/apply.py",
                _APPEND,
                "        heads = {i.state.coop_id: len(tx.load([i.state.coop_id])[i.state.coop_id]) for i in news}\n"
                "        appends = [Append(i.state.coop_id, heads[i.state.coop_id], i.events) for i in news]\n",
            ),
        ),
    ),
    Mutation(
        "versions are not compared before an append",
        "at once",
        "The database's own constraint then ends the ingest, where it should have decided again.",
        (
            Edit(
                "store/transaction.py", "            if heads[stream] != expected:\n", "            if expected < 0:\n"
            ),
        ),
        Seeds(raises="StatementFailed"),
    ),
    Mutation(
        "an S that was taken back meanwhile is a new one",
        "list late",
        "A change list may be carried out late: the S in it is our own, not one of the staff (T6).",
        (Edit("domain/echoes.py", _ECHO, "    return draft.state.is_cancelled(booking)\n"),),
        Named(
            (
                "tests/unit/domain/test_orphans.py::test_d5_s_that_arrives_late_after_a_reinstatement_is_an_echo",
                "tests/unit/domain/test_orphans.py::test_t6_late_echo_after_a_reinstatement_never_cancels",
            )
        ),
    ),
    Mutation(
        "a mirror that stands in another course is lost",
        "list late",
        "A late change list may write a mirror into the wrong course: nobody lost the booking then (B11).",
        (Edit("domain/absences.py", _ELSEWHERE, "    if False:\n"),),
        Named(("tests/unit/domain/test_orphans.py::test_b11_mirror_that_stands_in_another_course_is_delivered_again",)),
    ),
    Mutation(
        "different changes have the same id",
        "list twice",
        "A connector that meets an id again may pass it over: it must be the same change.",
        (
            Edit(
                "domain/wanted.py",
                'id=f"{lane.vhs}:{state.coop_id}:booking:{booking.ref}:{version}",',
                'id=f"{lane.vhs}:{state.coop_id}:booking:{booking.ref}",',
            ),
        ),
        Named(("tests/property/test_observe.py::test_id_of_a_change_is_kept_and_never_given_to_another",)),
    ),
    Mutation(
        "a partial export proves absence",
        "delta",
        "A delta holds what changed; all else is missing by design.",
        (
            Edit("domain/route.py", _COMPLETE, _COMPLETE.replace("report.kind is Kind.FULL and ", "")),
            Edit(
                "connectors/koop_export.py",
                _WHOLE,
                "        whole = file.rows is not None and file.sha256 is not None\n",
            ),
        ),
    ),
    Mutation(
        "an export without bookings shows that there are none",
        "occupancy",
        "An occupancy export holds course rows only.",
        (
            Edit(
                "domain/route.py",
                _COMPLETE,
                "        complete = report.bookings_complete or not report.has_bookings\n",
            ),
        ),
    ),
    Mutation(
        "the scope of an export is ignored",
        "scoped",
        "A course that ended before the scope began is not in the export, and did not vanish.",
        (
            Edit(
                "domain/route_courses.py",
                "        return scope is None or ends_on is None or ends_on >= scope\n",
                "        return scope is None or ends_on is None or ends_on >= ends_on\n",
            ),
        ),
        Named(("tests/unit/domain/test_route.py::test_b11a_course_out_of_scope_cannot_vanish_nor_can_its_bookings",)),
    ),
    Mutation(
        "the mass guard never trips",
        "mass",
        "One wrong export could cancel hundreds (D4).",
        (
            Edit(
                "domain/terms.py",
                "        return orphans > self.guard_absolute or",
                "        return orphans < 0 or orphans > 1_000_000 and",
            ),
        ),
        Named(
            ("tests/acceptance/test_guard.py::test_d4_too_many_orphans_at_once_are_withheld_and_all_else_is_applied",)
        ),
    ),
)
"""What happens between a program and the engine."""
