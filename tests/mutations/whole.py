"""Mistakes about a whole export: its count, a backup, the guard, and taking it back (D19, D20, D23, D31, D32)."""

from __future__ import annotations

from tests.mutations.mutation import Edit, Mutation, Named

_OLDER = "tests/acceptance/test_older.py"
_COUNTING = "tests/acceptance/test_counting.py"
_GUARD = "tests/unit/domain/test_guard.py"
_PROGRAM_WENT_BACK = "tests/acceptance/test_program_went_back.py"
_WENT_BACK = "tests/unit/domain/test_went_back.py"
_GUARD_OF_EXPORTS = "tests/integration/ingest/test_guard.py"
_MOVES = "tests/unit/domain/test_moves.py"
_WITHDRAW = "tests/unit/domain/test_withdraw.py"
_WITHHOLD = "tests/unit/domain/test_withhold.py"

WHOLE = (
    Mutation(
        "more than half of the bookings may be gone",
        "D19",
        "Three and more than half of them are no removals by hand.",
        (Edit("domain/guard.py", "count * 2 > live", "count > live"),),
        Named((f"{_GUARD}::test_d19_three_and_more_than_half_of_the_live_ones",)),
    ),
    Mutation(
        "a course of four may be emptied",
        "D19",
        "A course nobody is left in was filtered out.",
        (Edit("domain/guard.py", "had >= policy.guard_course}", "had > policy.guard_course}"),),
        Named((f"{_GUARD}::test_d19_all_of_a_course_that_had_four",)),
    ),
    Mutation(
        "two small courses may be emptied at once",
        "D19",
        "Two courses of two, and the cause is the export.",
        (Edit("domain/guard.py", "    if len(pairs) > 1:", "    if len(pairs) > 2:"),),
        Named((f"{_GUARD}::test_d19_all_of_two_courses_that_had_two_and_of_these_only",)),
    ),
    Mutation(
        "all mirrors of a VHS may be gone",
        "D19",
        "Three citizens of one VHS at once were left out, not removed.",
        (
            Edit(
                "domain/guard.py",
                "number >= policy.guard_few and not losses.stands",
                "number > policy.guard_few and not losses.stands",
            ),
        ),
        Named((f"{_GUARD}::test_d19_all_mirrors_of_another_vhs_if_three",)),
    ),
    Mutation(
        "what others have cancelled meanwhile is no loss",
        "D19",
        "The guard would depend on the order in which exports arrive.",
        (Edit("domain/absences.py", ("            if lost:\n                _weigh(draft, booking, seat)\n"), ""),),
        Named((f"{_GUARD}::test_d19_a_loss_counts_whatever_others_did_meanwhile",)),
    ),
    Mutation(
        "who went beside with a part of the program makes a loss a smaller one",
        "D19",
        "A filter that looks like a restore in one course would cancel the rest of what it lacks.",
        (Edit("domain/guard.py", "losses.of_course.values()) + losses.beside", "losses.of_course.values())"),),
        Named(
            (
                f"{_GUARD}::"
                "test_d19_who_went_beside_with_a_part_of_the_program_makes_the_loss_of_the_others_no_smaller_one",
            )
        ),
    ),
    Mutation(
        "mirrors that stand elsewhere do not count with what moves",
        "D19",
        "A column that was shifted would move the own bookings of a small VHS for good.",
        (Edit("domain/guard.py", "        moved_before += losses.strays\n", "        pass\n"),),
        Named((f"{_GUARD}::test_d19_mirrors_that_stand_elsewhere_count_with_own_bookings_that_move",)),
    ),
    Mutation(
        "a row whose booking is held back is booked again in another course",
        "D25",
        "A shifted column would give everybody a second seat in its third night.",
        (Edit("domain/observe_identity.py", " or part.withheld(home.ref)\n", "\n"),),
        Named(
            (
                "tests/unit/domain/test_moves.py::"
                "test_d25_row_waits_while_its_booking_is_held_back_since_an_earlier_export",
            )
        ),
    ),
    Mutation(
        "what stands in another course is gone for a restore",
        "D20",
        "A shifted column would be a program that went back.",
        (
            Edit(
                "domain/signs.py",
                "        if moved_back or not is_elsewhere(draft, part, booking, seat):\n",
                "        if True:\n",
            ),
        ),
        Named(
            (f"{_WENT_BACK}::test_d20_what_stands_in_another_course_is_not_gone_unless_it_stands_where_it_was_before",)
        ),
    ),
    Mutation(
        "a mirror that is back as it was is acknowledged anew",
        "D20",
        "A program that is put right and goes back again would cancel what came after its copy.",
        (
            Edit(
                "domain/evolve_bookings.py",
                "(seat.lost and _is_made_again(state.lanes.get(event.vhs), booking))",
                "seat.lost",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_a_mirror_that_is_back_before_it_was_given_out_is_what_it_was",)),
    ),
    Mutation(
        "the S of others waits for what the owner's row means",
        "D20",
        "Who cancelled elsewhere would keep a live row at the owner for as long as nobody answers.",
        (
            Edit(
                "domain/wanted.py",
                "        if not by_others:\n",
                "        if seat.asked:\n",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_an_s_of_others_is_told_though_it_is_asked_what_the_owners_row_means",)),
    ),
    Mutation(
        "letters that are read the wrong way round cancel where they do not revive",
        "D31",
        "Where S and A are exchanged, the few A of a small VHS would be S for good.",
        (
            Edit(
                "domain/guard.py",
                "        if done.cancelled and Effect.CANCELLATION not in effects:\n",
                "        if False:\n",
            ),
        ),
        Named((f"{_GUARD}::test_d31e_where_s_are_read_as_a_what_is_read_as_s_is_in_question_too",)),
    ),
    Mutation(
        "who is new makes a loss a smaller one",
        "D19",
        "A filter of new registrations would cancel all the others, although it was said that it would not.",
        (Edit("ingest/weighing.py", "min(filter(None, (done.live for done in before)), default=live)", "live"),),
        Named((f"{_GUARD_OF_EXPORTS}::test_d19_who_is_new_since_the_first_absence_makes_no_loss_smaller",)),
    ),
    Mutation(
        "who moved is one of those who are left",
        "D19",
        "One who is put into another course the day the others are filtered out would let all of them be cancelled.",
        (
            Edit(
                "domain/absences.py",
                "Stock(len(stock | absent), len((stock & live) - gone), moved)",
                "Stock(len(stock | absent), len(stock - gone - absent), moved)",
            ),
            Edit("domain/absences.py", "absent.union(missing, ", "absent.union("),
        ),
        Named((f"{_GUARD_OF_EXPORTS}::test_d19_who_left_otherwise_makes_no_emptied_course_a_course_that_lost_some",)),
    ),
    Mutation(
        "who moved before is not counted with who is missing now",
        "D19",
        "Two halves of one loss, each below the limit.",
        (Edit("domain/guard.py", "    count = len(absent) + moved\n", "    count = len(absent)\n"),),
        Named((f"{_GUARD}::test_d19_who_was_moved_since_the_first_absence_is_among_those_who_are_gone",)),
    ),
    Mutation(
        "one thing as before is a program that went back",
        "D20",
        "A lone S undone is D5; nobody would be asked about it.",
        (Edit("domain/went_back.py", "LEAST_SIGNS = 2\n", "LEAST_SIGNS = 1\n"),),
        Named((f"{_WENT_BACK}::test_d20_less_is_what_it_seems_to_be",)),
    ),
    Mutation(
        "who was entered anew stands as before",
        "D20",
        "One booking from the paper list would hide a restore, and the others that went would be cancelled.",
        (
            Edit(
                "domain/observe_bookings.py",
                "note_standing(draft, part, shown, fresh)",
                "note_standing(draft, part, shown, ())",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_one_of_three_entered_anew_before_the_export_hides_no_restore",)),
    ),
    Mutation(
        "a phone number put right again stands against a restore",
        "D20",
        "All bookings that went with the program would be cancelled.",
        (
            Edit(
                "domain/standing.py",
                "(entered if anew else work if booking.owner == vhs else counts).append(count)",
                "counts.append(count)",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_a_phone_number_put_right_a_second_time_hides_no_restore",)),
    ),
    Mutation(
        "an S that staff set again stands against a restore",
        "D20",
        "All mirrors that went with the program would be taken for removed, and their people cancelled.",
        (
            Edit(
                "domain/standing.py",
                "anew = count > last or (ref in edited and value == CANCELLED.value)",
                "anew = count > last",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_an_s_that_staff_set_again_hides_no_restore",)),
    ),
    Mutation(
        "what a frozen course showed last stands against a restore",
        "D20",
        "One altered COOP-Id would hide a restore, and who went with it in the other courses would be cancelled.",
        (Edit("ingest/going_back.py", " - seen.keys() - unread)", " - seen.keys())"),),
        Named((f"{_PROGRAM_WENT_BACK}::test_d20_what_a_frozen_course_showed_last_does_not_stand_against_a_restore",)),
    ),
    Mutation(
        "what a course lacks that was frozen during a restore is lost",
        "D20",
        "The restore was seen, the COOP-Id is put right, and two nights later the citizen is cancelled everywhere.",
        (
            Edit(
                "ingest/going_back.py",
                "found = found or _late(tx, report.vhs, seen)",
                "found = found",
            ),
        ),
        Named((f"{_PROGRAM_WENT_BACK}::test_d20_what_a_course_lacks_that_was_frozen_during_a_restore_went_with_it",)),
    ),
    Mutation(
        "what a delta showed since a restore stands against it",
        "D20",
        "One registration of the day would hide a restore of the night, and who went with it would be cancelled.",
        (Edit("domain/standing.py", "(counts if since <= last else entered)", "counts"),),
        Named(
            (
                f"{_PROGRAM_WENT_BACK}"
                "::test_d20_what_was_entered_and_reported_by_a_delta_since_the_restore_does_not_hide_it",
            )
        ),
    ),
    Mutation(
        "any removal beside work is a restore",
        "D20",
        "Whoever removes two bookings and puts a number right would be asked whether that was a restore.",
        (
            Edit(
                "domain/went_back.py",
                "enough = max(least, LEAST_SIGNS_BESIDE_WORK, redone + 1) if redone else least",
                "enough = least",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_removals_beside_work_are_removals",)),
    ),
    Mutation(
        "who is asked about does not go on in a row entered anew",
        "D20",
        "Written again as well, one person has two seats.",
        (Edit("domain/weighing.py", "expected = bool(seat.asked) or ", "expected = "),),
        Named((f"{_WENT_BACK}::test_d20_whoever_is_asked_about_goes_on_in_a_row_entered_anew",)),
    ),
    Mutation(
        "who stands there anew is written again",
        "D20",
        "One person has two seats, and nobody says so.",
        (Edit("domain/restoring.py", "    _refuse_second_seat(draft, booking, seat)\n", ""),),
        Named((f"{_WENT_BACK}::test_d20_nobody_is_written_again_who_stands_there_anew",)),
    ),
    Mutation(
        "what a restored program lacks is removed",
        "D20",
        "Everybody who booked since the backup would be cancelled.",
        (
            Edit(
                "domain/former_values.py",
                "    for ref in [] if is_over(draft) else list(missing):\n",
                "    for ref in list[str]():\n",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_mirrors_are_given_out_again_under_new_ids_and_nobody_is_cancelled",)),
    ),
    Mutation(
        "what a Master's program shows of former times is a revision",
        "D20",
        "Citizens would stand before the room of last month.",
        (Edit("domain/former_values.py", "    if former:\n", "    if former and not lane:\n"),),
        Named((f"{_WENT_BACK}::test_d20_former_facts_of_the_master_are_no_revision",)),
    ),
    Mutation(
        "an orphan that a backup brought back lives again",
        "D20",
        "It shows what was, and nobody decided it.",
        (
            Edit(
                "domain/former_values.py",
                ("    if seat.orphaned and not booking.cancelled_by:\n        if row"),
                ("    if seat.orphaned and booking.cancelled_by:\n        if row"),
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_a_returned_orphan_is_not_reinstated_unasked",)),
    ),
    Mutation(
        "what its row shows since answers for an orphan that a backup brought back",
        "D20",
        "Whoever corrects a phone number in it leaves the owner with A and everybody else with S, and nobody is asked.",
        (
            Edit(
                "domain/evolve_bookings.py",
                "        return vhs in booking.orphaned_by\n",
                "        return False\n",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_a_returned_orphan_waits_whatever_its_row_shows_since",)),
    ),
    Mutation(
        "what is written again under other ids is a merge",
        "D20",
        "Everybody who was restored by order would be a critical alarm that asks to undo a merge nobody made.",
        (
            Edit(
                "domain/observe_identity.py",
                "        if gone or is_same_id(",
                "        if is_same_id(",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_what_is_written_again_under_another_beleg_id_is_the_booking",)),
    ),
    Mutation(
        "the VHS's own reference in a row that was written again is no reference",
        "D20",
        "The row is set aside for ever, and a later cancellation in it reaches nobody.",
        (
            Edit(
                "domain/route.py",
                "            wrong = self._misnamed(part, found, wrong, seats)\n",
                "            pass\n",
            ),
        ),
        Named(
            ("tests/unit/domain/test_route.py::test_d20_own_reference_in_a_row_that_was_written_again_is_understood",)
        ),
    ),
    Mutation(
        "a copied row with the VHS's own reference is the booking",
        "D18",
        "A booking that stands there would go on in the row of a copy.",
        (
            Edit(
                "domain/route.py",
                "            return named and seat.booking_id not in standing\n",
                "            return named\n",
            ),
        ),
        Named(("tests/unit/domain/test_route.py::test_d18_own_reference_in_a_copied_row_is_set_aside",)),
    ),
    Mutation(
        "who was really removed stays booked",
        "D20",
        "Somebody decided it, and the others must hear of it at once.",
        (Edit("domain/restoring.py", '    if what == "row":\n', '    if what == "rows":\n'),),
        Named((f"{_WENT_BACK}::test_d20_really_removed_is_s_at_once",)),
    ),
    Mutation(
        "an export from the future is taken in",
        "D23",
        "Nothing that comes after it would be newer for years.",
        (Edit("ingest/intake.py", "AHEAD = timedelta(days=1)\n", "AHEAD = timedelta(days=1000)\n"),),
        Named((f"{_COUNTING}::test_d23_an_export_from_the_future_is_set_aside_and_taken_in_by_itself",)),
    ),
    Mutation(
        "a count that began anew is an old export",
        "D23",
        "Every later cancellation would be passed over in silence.",
        (
            Edit(
                "ingest/ledger.py",
                "    if last is None or made is None or not _earlier(last, made) or not",
                "    if last is None or made is None or _earlier(last, made) or not",
            ),
        ),
        Named((f"{_COUNTING}::test_d23_a_sequence_that_begins_anew_is_no_old_export",)),
    ),
    Mutation(
        "an export of the former count is one of the new",
        "D23",
        "Yesterday's bookings would be those of today.",
        (
            Edit(
                "ingest/ledger.py",
                "    return export_number(count - 1 if late and count > 1 else count, sequence)\n",
                "    return export_number(count, sequence)\n",
            ),
        ),
        Named((f"{_COUNTING}::test_d23_what_was_made_before_the_new_count_stays_superseded",)),
    ),
    Mutation(
        "an old export of a clock that ran ahead is a new count",
        "D23",
        "An operator who accepts it takes old data for new.",
        (
            Edit(
                "ingest/ledger.py",
                '    return tx.row("export_seen", vhs=found.vhs, sha256=found.sha256) is None\n',
                "    return True\n",
            ),
        ),
        Named((f"{_COUNTING}::test_d23_an_old_export_of_a_clock_that_ran_ahead_is_known_by_its_bytes",)),
    ),
    Mutation(
        "eight letters are too few to be weighed",
        "D31",
        "A wrong status map cancels by letter; eight and more than a third wait.",
        (
            Edit(
                "domain/guard.py",
                "(any_at_all or (count >= least and count * share > base))",
                "(any_at_all or (count > least and count * share > base))",
            ),
        ),
        Named((f"{_GUARD}::test_d31a_eight_letters_and_more_than_a_third",)),
    ),
    Mutation(
        "what earlier exports of the day did is forgotten",
        "D31",
        "Seven every hour are a mass as well.",
        (Edit("domain/guard.py", "    total = done + before\n", "    total = done\n"),),
        Named(
            (f"{_GUARD}::test_d31a_small_exports_that_do_the_same_count_together_against_what_was_held_before_them",)
        ),
    ),
    Mutation(
        "five people may get one mail",
        "D31",
        "A filled column would tell five citizens' news to one.",
        (Edit("domain/guard.py", "len(names) >= policy.guard_alike", "len(names) > policy.guard_alike"),),
        Named((f"{_GUARD}::test_d31d_one_mail_or_phone_for_five_people_and_not_for_five_bookings_of_one",)),
    ),
    Mutation(
        "letters that are withheld count all the same",
        "D31",
        "Who is withheld is booked, until somebody has answered.",
        (
            Edit(
                "domain/withhold.py",
                ("    _hold(draft, effect, row, ref=booking.ref, status=row.status)\n    return True\n"),
                ("    _hold(draft, effect, row, ref=booking.ref, status=row.status)\n    return False\n"),
            ),
        ),
        Named(
            (f"{_WITHHOLD}::test_d31_withheld_letter_cancels_nobody_is_said_once_and_is_void_when_it_is_right_again",)
        ),
    ),
    Mutation(
        "an Ausfall is withheld without the letters that come with it",
        "D31",
        "The course would live, and everybody in it be cancelled.",
        (
            Edit(
                "domain/withhold.py",
                "    return draft.judgement.withholds(effect) or (follows and not draft.state.cancelled)\n",
                "    return draft.judgement.withholds(effect) and (not follows or not draft.state.cancelled)\n",
            ),
        ),
        Named((f"{_WITHHOLD}::test_d31b_letters_come_with_the_ausfall_that_is_withheld",)),
    ),
    Mutation(
        "a new booking begins with an S that is withheld for all others",
        "D31",
        "Its right letter, shown the next day, would be written over with an S.",
        (
            Edit(
                "domain/observe_bookings.py",
                "        if booking is None and row.status is CANCELLED and _waits_unmade(draft, part, row):\n"
                "            return\n",
                "",
            ),
        ),
        Named((f"{_WITHHOLD}::test_d31a_a_new_booking_with_s_waits_unmade_while_letters_are_withheld",)),
    ),
    Mutation(
        "whom others cancelled as well lives again",
        "D32",
        "Only what the wrong export did alone is taken back.",
        (
            Edit(
                "domain/withdraw.py",
                "    if causes != {vhs} or draft.state.cancelled or booking.without_abo:\n",
                "    if draft.state.cancelled or booking.without_abo:\n",
            ),
        ),
        Named((f"{_WITHDRAW}::test_d32_booking_that_somebody_else_cancelled_as_well_stays_cancelled",)),
    ),
    Mutation(
        "a row that stands where it was before a restore counts as moved back",
        "D20",
        "Who was moved since the copy would lose the seat at once, and nobody be asked.",
        (Edit("domain/former_values.py", "not None and not is_since(back, seat):", "not None:"),),
        Named((f"{_WENT_BACK}::test_d20_a_row_that_stands_where_it_was_before_is_asked_about_and_moved_nowhere",)),
    ),
    Mutation(
        "a row that stands where it was before a restore is a new registration",
        "D20",
        "Who was moved since the copy would have two seats while it is asked about one.",
        (Edit("domain/observe_identity.py", " or held or part.went_from(home, row)\n", " or held\n"),),
        Named((f"{_PROGRAM_WENT_BACK}::test_d20_who_was_moved_since_the_copy_keeps_the_seat_until_somebody_decides",)),
    ),
    Mutation(
        "a booking whose move was taken back counts as moved",
        "D32",
        "Its row would be a second booking where it always stood, and the person have two seats.",
        (Edit("domain/evolve_bookings.py", '        booking.moved, booking.moved_to = False, ""\n', "        pass\n"),),
        Named((f"{_MOVES}::test_d32_row_that_a_withdrawn_export_had_moved_is_the_reinstated_booking",)),
    ),
    Mutation(
        "the letter that was given since is taken back as well",
        "D32",
        "Of a decision and a wrong export the decision stands.",
        (
            Edit(
                "domain/withdraw.py",
                "        if last.letters.get(event.ref) != version or _is_given_anew(",
                "        if not story and _is_given_anew(",
            ),
        ),
        Named((f"{_WITHDRAW}::test_d32_letter_that_the_owner_gave_since_stays",)),
    ),
    Mutation(
        "a letter that was asked about as a former one and given anew goes with its export",
        "D32",
        "Whoever was promoted after the right file had come is put on the waiting list again.",
        (Edit("domain/withdraw.py", "    return again is letter is not shown[0][0] and", "    return not shown and"),),
        Named((f"{_WITHDRAW}::test_d32_letter_that_the_owner_gave_anew_over_a_former_one_that_was_asked_about_stays",)),
    ),
    Mutation(
        "orphans of a withdrawn export stay cancelled",
        "D32",
        "They were cancelled by it and by nothing else.",
        (
            Edit(
                "domain/withdraw.py",
                "_Ending = e.BookingCancelled | e.BookingMoved | e.OrphanDetected\n",
                "_Ending = e.BookingCancelled | e.BookingMoved\n",
            ),
        ),
        Named((f"{_WITHDRAW}::test_d32_orphan_that_somebody_cancelled_as_well_stays_cancelled",)),
    ),
    Mutation(
        "what two wrong exports cancelled stays cancelled whatever is taken back",
        "D32",
        "Neither cancelled it alone, so neither is ever taken back.",
        (
            Edit(
                "domain/withdraw.py",
                (
                    "        if vhs in causes:\n"
                    '            draft.add(e.CancellationWithdrawn, "D32", cause=story.version, ref=ref)\n'
                ),
                "",
            ),
        ),
        Named((f"{_WITHDRAW}::test_d32_booking_that_two_wrong_exports_cancelled_lives_when_both_are_taken_back",)),
    ),
    Mutation(
        "who was moved by a wrong export and is back has two seats when it is taken back",
        "D32",
        "The row went on under another reference; one row is one seat (D25).",
        (Edit("domain/withdraw.py", "    if _goes_on(draft, booking):\n        return DECIDED\n", ""),),
        Named(
            (
                "tests/unit/domain/test_moves.py::"
                "test_d32_booking_that_moved_and_is_back_goes_on_in_the_other_when_the_export_is_taken_back",
            )
        ),
    ),
    Mutation(
        "whose row was taken for a registration over a wrong S has two seats when that is taken back",
        "D32",
        "The row goes on under another reference; one row is one seat (D18a).",
        (Edit("domain/withdraw.py", "not (booking.moved or seat.reused_by)", "not booking.moved"),),
        Named((f"{_WITHDRAW}::test_d32_d18a_row_that_was_taken_for_another_registration_since_is_one_seat",)),
    ),
    Mutation(
        "a letter that waited is approved for the former holder of a Beleg-ID",
        "D32",
        "The row that showed it is another registration's by now.",
        (
            Edit(
                "domain/evolve_bookings.py",
                "former.reused_by, former.version, former.waiting = event.ref, state.version, ()",
                "former.reused_by, former.version = event.ref, state.version",
            ),
        ),
        Named((f"{_WITHDRAW}::test_d32_d18a_row_that_was_taken_for_another_registration_since_is_one_seat",)),
    ),
    Mutation(
        "a letter of another wrong export answers for an S",
        "D32",
        "It was taken back itself: the right file shows the S.",
        (Edit("domain/withdraw.py", "[export for export in shown if export is not None]", "list(shown)"),),
        Named(
            (
                f"{_WITHDRAW}::"
                "test_d32_letter_that_only_another_wrong_export_showed_does_not_keep_an_s_from_being_asked_about",
            )
        ),
    ),
    Mutation(
        "what a later export cancelled lives again with an earlier one that is taken back",
        "D32",
        "The booking lived again in between: what ended it since is another decision.",
        (
            Edit(
                "domain/withdraw.py",
                "    if any(isinstance(event, e.BookingReinstated) for event in story.since(ref)):",
                "    if False:",
            ),
        ),
        Named((f"{_WITHDRAW}::test_d32_what_a_later_export_cancelled_stays_when_an_earlier_one_is_taken_back",)),
    ),
    Mutation(
        "what was asked about a wrong letter stays open when its export is taken back",
        "D32",
        "Its row shows what counts, and whoever followed the question would write the wrong letter again.",
        (Edit("domain/evolve_bookings.py", "        _settle_former(booking, seat)\n", "        pass\n"),),
        Named(
            (
                "tests/unit/domain/test_went_back.py::"
                "test_d32_d20_a_wrong_letter_taken_back_leaves_nothing_open_where_the_former_one_is_shown_again",
            )
        ),
    ),
    Mutation(
        "a row that every export since lacks counts as there once its loss is taken back",
        "D32",
        "Nobody would look for it, and all would be green.",
        (
            Edit(
                "domain/evolve_bookings.py",
                "seat.lost = min(seat.absences, 1), None, False, False\n",
                "seat.lost = 0, None, False, False\n",
            ),
        ),
        Named((f"{_WITHDRAW}::test_d32_d30_nobody_says_that_a_row_is_there_which_the_last_export_lacks",)),
    ),
    Mutation(
        "an S that nobody signs is the change list's when the export before it is taken back",
        "D21",
        "A real cancellation is lost where a program names no editors: it is written over, and nobody is asked.",
        (
            Edit(
                "domain/withdraw.py",
                "_shows_s(event) and event.actor != WEB_SERVICE_USER and",
                "_shows_s(event) and event.actor not in (None, WEB_SERVICE_USER) and",
            ),
        ),
        Named(
            (
                f"{_WITHDRAW}::test_d21_d32_s_set_over_the_letter_that_was_back_is_asked_about_unless_the_connector_wrote_it",
            )
        ),
    ),
    Mutation(
        "an S that was shown once more is forgotten when another letter stood there since",
        "D32",
        "A real cancellation is undone with a wrong file that said it before, and nobody is asked.",
        (Edit("domain/withdraw.py", "return OVER if once_more or", "return OVER if"),),
        Named((f"{_WITHDRAW}::test_d32_s_that_a_later_export_showed_again_before_it_was_written_over_is_asked_about",)),
    ),
    Mutation(
        "a mirror that goes with an S that is asked about is written again with A",
        "D21",
        "A real cancellation is undone because somebody removed its row before it was answered.",
        (
            Edit(
                "domain/wanted.py",
                "(seat.doubted or (seat.status is CANCELLED and _may_be_meant(lane, booking)))",
                "seat.doubted",
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_echo.py"
                "::test_d21_mirror_that_goes_with_an_s_that_is_asked_about_is_not_written_again_before_the_answer",
            )
        ),
    ),
    Mutation(
        "an S that somebody set anew is forgotten with the wrong one before it",
        "D32",
        "A real cancellation is undone with a wrong file that said it before, and nobody is asked.",
        (Edit("domain/withdraw.py", "once_more or _is_cancelled_anew(draft, booking, story) else", "once_more else"),),
        Named((f"{_WITHDRAW}::test_d32_s_that_somebody_set_anew_is_asked_about",)),
    ),
    Mutation(
        "what a wrong export was the first to say does not count, whoever says it since",
        "D32",
        "A real cancellation that the next file showed as well is written over, and nobody is asked.",
        (Edit("domain/withdraw_story.py", "if after is None or is_course_lacking", "if True or is_course_lacking"),),
        Named(
            (
                "tests/integration/ingest/test_withdrawing.py"
                "::test_d32_d21_s_of_a_wrong_export_that_the_next_complete_one_showed_as_well_is_asked_about",
            )
        ),
    ),
    Mutation(
        "what an export said counts although it was taken back",
        "D32",
        "A booking lives again with a letter that only a wrong file gave it: a seat for somebody who waits.",
        (Edit("domain/withdraw_story.py", "event.origin.export not in self.withdrawn", "event is not None"),),
        Named((f"{_WITHDRAW}::test_d32_letter_over_an_s_goes_with_the_export_that_showed_it",)),
    ),
    Mutation(
        "an S that was acknowledged without an editor is the change list's when its reason is taken back",
        "D21",
        "A real cancellation that was set before the wrong one was told is written over, and nobody is asked.",
        (Edit("domain/withdraw.py", '    ask_unsigned(draft, booking, "D32", lived=lived)\n', ""),),
        Named(
            (
                f"{_WITHDRAW}::test_d21_d32_s_that_a_program_without_editors_acknowledged_is_asked_about_and_written_over",
            )
        ),
    ),
    Mutation(
        "an S in a merged row is the change list's whoever edited it",
        "D21",
        "Somebody who cancels in a row that was merged meanwhile is written over, and nobody is asked.",
        (
            Edit(
                "domain/observe_identity.py", "            question(draft, booking, row, stamp)\n", "            pass\n"
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_merges.py::"
                "test_d21_s_that_was_taken_back_in_a_row_that_staff_merged_since_is_asked_about",
            )
        ),
    ),
    Mutation(
        "an S over a letter that nobody knows is the change list's",
        "D21",
        "Whoever cancels in a row that showed an unknown letter since is written over, and nobody is asked.",
        (Edit("domain/observe_bookings.py", "row, stamp, anew=True)", "row, stamp)"),),
        Named(("tests/unit/domain/test_echo.py::test_d21_b6_an_s_after_a_letter_that_nobody_knows_is_asked_about",)),
    ),
    Mutation(
        "an S in a copy of before its Abo ended is a claim when the Abo is made again",
        "D8",
        "The S of a wrong file outlasts it: its booking stays cancelled when that is withdrawn, and nobody is asked.",
        (Edit("domain/evolve_course.py", "is not None and seat.status:", "is not None and seat.live:"),),
        Named(
            (
                "tests/unit/domain/test_subscription.py::"
                "test_d8_d21_d32_s_of_before_in_a_copy_that_was_left_is_no_claim_when_its_abo_is_made_again",
            )
        ),
    ),
    Mutation(
        "letters that waited are forgotten when the S under them is taken back",
        "D32",
        "The row shows its letter, and would be said to show the S once more.",
        (Edit("domain/withdraw.py", "    _take_withheld(draft, booking)\n", ""),),
        Named((f"{_WITHDRAW}::test_d32_letters_that_were_withheld_over_the_s_count_when_the_export_is_taken_back",)),
    ),
    Mutation(
        "a booking that a wrong export made with an S stays cancelled",
        "D32",
        "It was cancelled by that export and by nothing else.",
        (
            Edit(
                "domain/withdraw.py",
                " or (isinstance(event, e.BookingMade) and event.status is CANCELLED):\n",
                ":\n",
            ),
        ),
        Named((f"{_WITHDRAW}::test_d32_booking_that_the_export_made_with_an_s_lives",)),
    ),
    Mutation(
        "an S that was shown again since is written over with the wrong export",
        "D32",
        "Somebody may have cancelled in earnest meanwhile.",
        (
            Edit(
                "domain/withdraw.py",
                "meant = once_more or _is",
                "meant = _is",
            ),
        ),
        Named((f"{_WITHDRAW}::test_d32_s_that_a_later_export_shows_again_is_asked_about_and_not_written_over",)),
    ),
    Mutation(
        "an Ausfall that was set again is taken back with the first",
        "D32",
        "The Master has called the course off; citizens would come for nothing.",
        (
            Edit(
                "domain/withdraw.py",
                (
                    "    if lane.cancelled_version != version:\n"
                    '        return "" if not draft.state.cancelled else DECIDED\n'
                ),
                "",
            ),
        ),
        Named((f"{_WITHDRAW}::test_d32_ausfall_that_the_master_set_again_since_stays",)),
    ),
    Mutation(
        "an Ausfall that was shown again is taken back with the first export",
        "D32",
        "The Master had called the course off all along; citizens would come for nothing.",
        (
            Edit(
                "domain/withdraw.py",
                "    if story.later and _is_off_once_more(lane, story) and not",
                "    if not story.later and _is_off_once_more(lane, story) and not",
            ),
        ),
        Named(
            (
                f"{_WITHDRAW}::"
                "test_d32_d24_ausfall_that_the_next_complete_export_shows_as_well_is_the_masters_to_take_back",
            )
        ),
    ),
    Mutation(
        "new exports that nobody reads are old ones",
        "D23",
        "Behind a clock that ran ahead a new count is not heard, and a cancellation waits while all is called in step.",
        (Edit("ingest/ledger.py", " or _unheard(tx, found, before) or late\n", " or late\n"),),
        Named((f"{_COUNTING}::test_d23_a_new_count_behind_a_clock_that_ran_ahead_is_said_from_the_second_export_on",)),
    ),
    Mutation(
        "why names to a VHS whom it may not see",
        "D1",
        "An operator who asks for one VHS would pass on another's people to it.",
        (Edit("replay/why.py", "sees_identity(found.state, found.state.lanes[vhs], booking)", "True"),),
        Named(
            (
                "tests/integration/replay/test_why.py::test_d1_of_a_name_a_vhs_that_is_asked_about_is_told_only_what_it_sees",
            )
        ),
    ),
    Mutation(
        "what was read before a booking was first seen proves it absent",
        "D23",
        "A slow nightly export that is sent by day would cancel who booked since.",
        (Edit("domain/absences.py", "        if ref in part.seen_later:", "        if ref in part.untold:"),),
        Named((f"{_OLDER}::test_d23_what_was_read_before_a_booking_was_first_seen_proves_no_absence",)),
    ),
    Mutation(
        "a reading of before the Ausfall takes it back",
        "D23",
        "A cancelled course would be told to live by what its Master held before.",
        (
            Edit(
                "domain/observe_course.py",
                '    if part.course is None or "" in part.read_later:\n',
                "    if part.course is None:\n",
            ),
        ),
        Named((f"{_OLDER}::test_d23_a_reading_of_before_takes_no_ausfall_back",)),
    ),
    Mutation(
        "a clock that ran ahead hides the removals of hours",
        "D23",
        "What is put right must count at once: when an export came in says how late it can be.",
        (
            Edit(
                "domain/older.py",
                "    return min(datetime.fromisoformat(exported_at), recorded) if",
                "    return datetime.fromisoformat(exported_at) if",
            ),
        ),
        Named((f"{_OLDER}::test_d23_removals_count_as_ever_once_a_clock_that_ran_ahead_is_right",)),
    ),
)
"""What is judged over the whole of an export, before anything of it is written."""
