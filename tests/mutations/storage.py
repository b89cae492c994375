"""Mistakes of the store and of all that must be the same everywhere: databases, order, names."""

from __future__ import annotations

from tests.mutations.mutation import Edit, Mutation, Named

_OUT = "tests/unit/connectors/test_out.py"
_XML = "tests/unit/connectors/test_xml_broken.py"

STORAGE = (
    Mutation(
        "a lost connection ends the ingest",
        "read and write errors",
        "A connection that comes back is no reason to lose an export (G2).",
        (
            Edit(
                "store/store.py",
                "                if attempt == attempts or lost == LOST_ATTEMPTS",
                "                if lost",
            ),
        ),
        Named(
            ("tests/integration/store/test_concurrency.py::test_an_answer_lost_after_the_commit_writes_nothing_twice",)
        ),
    ),
    Mutation(
        "what failed half-way is committed",
        "error",
        "A transaction is written as a whole or not at all (G2).",
        (
            Edit(
                "store/sqlite.py",
                '                        cursor.execute("ROLLBACK")\n',
                '                        cursor.execute("COMMIT")\n',
            ),
        ),
        Named(("tests/integration/store/test_append.py::test_what_is_written_beside_the_events_is_undone_with_them",)),
    ),
    Mutation(
        "each part of an export commits without its mark",
        "kill",
        "A kill between the parts must leave a trace by which the rerun goes on (G1).",
        (
            Edit(
                "ingest/apply.py",
                "                ledger.applying(tx, self.report, events, self.judgement)\n",
                "                assert events >= 0\n",
            ),
        ),
        Named(("tests/integration/ingest/test_parts.py::test_the_same_export_finishes_what_was_begun",)),
    ),
    Mutation(
        "positions become visible out of order",
        "read while writing",
        "A reader that goes on from its last position would miss events (G4).",
        (
            Edit(
                "store/postgres.py",
                "            self._engine.recorder.lock(self._cursor)\n",
                "            assert self._engine.recorder is not None\n",
            ),
        ),
        Named(
            (
                "tests/integration/store/test_concurrency.py::test_a_reader_is_not_overtaken_while_a_transaction_is_held_open",
            )
        ),
    ),
    Mutation(
        "the order of a set decides",
        "hash seed",
        "The same exports must give the same events on every machine (C3).",
        (
            Edit(
                "domain/observe_bookings.py",
                "in sorted((row.booked_at, ref) for ref, row in shown.items() if ref not in part.read_later):\n",
                "in {(row.booked_at, ref) for ref, row in shown.items() if ref not in part.read_later}:\n",
            ),
        ),
        Named(("tests/simulation/test_determinism.py::test_c3_hash_seed_time_zone_and_locale_change_nothing",)),
    ),
    Mutation(
        "tables are looked up wherever the search path leads",
        "another schema",
        "A schema that appears before that of the tables hides the log, and a second one is begun (G1).",
        (
            Edit(
                "store/schema.py",
                "if schema in path or not here & MARKS",
                "if schema == first",
            ),
        ),
        Named(("tests/integration/store/test_place.py::test_a_schema_that_appears_later_is_refused_with_both_names",)),
    ),
    Mutation(
        "a store that is gone is written to",
        "delete while writing",
        "What was committed into a file without a name is lost when it is closed (G2).",
        (Edit("store/sqlite.py", "if self._identity() != self._seen or not", "if not"),),
        Named(
            (
                "tests/integration/store/test_private.py::test_g2_a_store_that_is_taken_away_while_somebody_writes_is_noticed",
            )
        ),
    ),
    Mutation(
        "backups clear away what others work in",
        "two at once",
        "What was proven is replaced by what is half written, and gets its name (G2).",
        (
            Edit(
                "store/workplace.py",
                "            if _hold(lock):\n",
                "            if _hold(lock) is not None:\n",
            ),
        ),
        Named(
            (
                "tests/integration/store/test_backup_files.py::test_what_a_killed_run_left_is_cleared_away_and_what_is_worked_in_is_not",
            )
        ),
    ),
    Mutation(
        "tables that were skipped count as written anew",
        "erasure",
        "PostgreSQL only warns where a role may not rewrite a table, and the bytes are still there (G8).",
        (
            Edit(
                "store/postgres.py",
                "        if any(then[:2] == now[:2] for then, now in zip(before, after, strict=True)):\n",
                "        if not before and not after:\n",
            ),
        ),
        Named(("tests/acceptance/test_forget.py::test_g8_a_role_that_may_not_rewrite_tables_is_told_so",)),
    ),
    Mutation(
        "a value of the vault that was changed is taken for as it was",
        "tampering",
        "What the vault held when it was sealed is compared, whoever wrote since (G7).",
        (
            Edit(
                "audit/sides.py",
                "    if now.persons == then.persons:\n",
                "    if now.persons or then.persons:\n",
            ),
        ),
        Named(
            (
                "tests/integration/audit/test_verify.py::"
                "test_g7_what_only_grows_is_found_changed_although_others_wrote_since",
            )
        ),
    ),
    Mutation(
        "a registration that KuferSQL took is written into its folder again",
        "B2",
        "The person would be registered twice at the Master.",
        (
            Edit(
                "connectors/registration_folder.py",
                '    news = [change for change in changes if change["id"] not in before]\n',
                '    news = [change for change in changes if change["id"] not in before or change]\n',
            ),
        ),
        Named((f"{_OUT}::test_a_registration_is_written_once_also_after_it_was_imported",)),
    ),
    Mutation(
        "a registration gets its name before it is noted",
        "B2",
        "Killed in between, the next run would write it again, although KuferSQL took it.",
        (
            Edit(
                "connectors/registration_folder.py",
                '        _put(waiting[named[change["id"]]], registration(change))\n',
                '        _put(folder / named[change["id"]], registration(change))\n',
            ),
        ),
        Named((f"{_OUT}::test_g2_what_no_room_was_for_is_written_once_when_called_again",)),
    ),
    Mutation(
        "a file of which nobody knows how many rows it has proves that something is missing",
        "D17",
        "Whoever stands in a row that quotes hide would be cancelled.",
        (
            Edit(
                "connectors/koop_export.py",
                "report.bookings_complete = True, whole and proved\n",
                "report.bookings_complete = True, whole and (proved or True)\n",
            ),
        ),
        Named(
            (
                "tests/unit/connectors/test_table.py::test_d17_a_row_of_two_lines_whose_quote_never_closes_proves_nothing_missing",
            )
        ),
    ),
    Mutation(
        "a note without a line feed behind it counts as cut off",
        "B2",
        "The person would be registered twice, because an editor wrote no last line feed.",
        (
            Edit(
                "connectors/registration_folder.py",
                "    return stop if _entry(content[stop:]) is None else len(content)\n",
                "    return stop\n",
            ),
        ),
        Named((f"{_OUT}::test_b2_a_last_line_that_an_editor_left_without_line_feed_is_read",)),
    ),
    Mutation(
        "the registrations of another VHS are written over",
        "B2",
        "What people of that VHS have to do would be lost with its rest.jsonl.",
        (Edit("connectors/registration_folder.py", "        if owner != vhs:\n", "        if not owner:\n"),),
        Named((f"{_OUT}::test_the_folder_of_another_vhs_is_refused",)),
    ),
    Mutation(
        "a comment that a course never closes hides those behind it",
        "D17",
        "What is no XML costs its course; another that nobody sees is neither read nor set aside.",
        (
            Edit(
                "connectors/xml_stream.py",
                "self._edges.is_over(text):\n            raise self._never_closed(opened,",
                "not self._edges.is_over(text) and text == opened:\n            raise self._never_closed(opened,",
            ),
        ),
        Named((f"{_XML}::test_d17_what_is_closed_in_another_course_hides_no_course",)),
    ),
    Mutation(
        "half a letter takes the next one with it",
        "D17",
        "A title or a name would be given out with another letter, and without a word.",
        (
            Edit(
                "connectors/xml_characters.py",
                "if _HALF.search(text) else data[:size]",
                "if _HALF.search(text) is text else data[:size]",
            ),
        ),
        Named((f"{_XML}::test_half_a_letter_costs_its_course_and_changes_no_other_letter",)),
    ),
    Mutation(
        "who is forgotten as a backup gets its name is not noted beside it",
        "D15",
        "Whoever restores that backup brings the person back, and nobody says so.",
        (
            Edit(
                "store/backup.py",
                "    new = [fence for fence in stand if fence.person_id not in known]\n",
                "    new = [fence for fence in stand if fence.person_id in known]\n",
            ),
        ),
        Named(("tests/acceptance/test_forget.py::test_g8_who_is_forgotten_while_a_backup_is_made_is_noted_beside_it",)),
    ),
    Mutation(
        "what is forgotten while a backup is proven does not reach the store that is replaced",
        "D15",
        "Somebody who was forgotten in that minute is known again, and nobody says so.",
        (
            Edit(
                "audit/recovery.py",
                "(sidefiles.is_open(path) or sidefiles.written(path) != known)",
                "sidefiles.is_open(path)",
            ),
        ),
        Named(
            ("tests/acceptance/test_replaced.py::test_g8_who_is_forgotten_while_a_restore_proves_its_backup_stays_so",)
        ),
    ),
)
"""What no scenario draws."""
