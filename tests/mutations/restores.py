"""Mistakes about an admin program that was put back, and what is written there again (D20)."""

from __future__ import annotations

from tests.mutations.mutation import Edit, Mutation, Named

_WENT_BACK = "tests/unit/domain/test_went_back.py"
_SECOND_ROWS = "tests/unit/domain/test_second_rows.py"
_ACCEPTANCE = "tests/acceptance/test_program_went_back.py"

_MOVES = "tests/unit/domain/test_moves.py"
_AS_BEFORE = "tests/unit/domain/test_as_before.py"
_KEPT_OPEN = "tests/unit/domain/test_kept_open.py"
_ENDINGS = "tests/unit/domain/test_withheld_endings.py"

_TAKEN_BACK = "come_back_with_a_copy_and_cancel_nobody"

_AS_TOLD = "tests/acceptance/test_written_as_told.py"

_BY_DAY = "tests/acceptance/test_mirrors_by_day.py"

RESTORES = (
    Mutation(
        "a letter given out over an S is forgotten before it is seen",
        "D21",
        "Who lives again gets a second seat where a program keeps neither time of day nor editors (D18, D24).",
        (Edit("domain/as_told.py", "    if seat.over_s is not None and", "    if False and"),),
        Named((f"{_AS_TOLD}::test_d21_an_a_of_a_list_is_the_booking_also_where_another_cancelled_it_meanwhile",)),
    ),
    Mutation(
        "a mirror without a name is whoever had its numbers before",
        "D26",
        "An own booking that went with its program is seen where it is not, and nobody is asked about it (D20).",
        (Edit("domain/weighing.py", "        left = self._nameless(self._ordered", "        left = (self._ordered"),),
        Named((f"{_AS_TOLD}::test_d26_a_mirror_with_the_numbers_of_an_own_booking_that_went_is_not_that_booking",)),
    ),
    Mutation(
        "a mirror given out is a registration where a program keeps no time of day",
        "D26",
        "Every citizen who is booked elsewhere has a second seat in a program without editors and references.",
        (Edit("domain/as_told.py", "        for one in mirror.days:", "        for one in ():"),),
        Named((f"{_BY_DAY}::test_d26_one_mirror_is_known_by_its_name_and_day",)),
    ),
    Mutation(
        "whoever has the name and day of a mirror is it, with whatever mail and phone",
        "D26",
        "A walk-in is swallowed, and an S of theirs cancels a citizen of the same name.",
        (Edit("domain/as_told.py", "list(fits.values()), last=SHARED)", "list(fits.values()))"),),
        Named((f"{_BY_DAY}::test_d26_what_may_be_a_walk_in_waits",)),
    ),
    Mutation(
        "what is written again is a registration where a program keeps no time of day",
        "D20",
        "One citizen is booked once more with every list, and has a seat of each at all other VHSs.",
        (Edit("domain/weighing.py", "self._nameless(self._ordered(self.mirrors", "self._nameless((self.mirrors"),),
        Named((f"{_AS_TOLD}::test_d20_what_is_written_again_is_the_booking",)),
    ),
    Mutation(
        "a letter written over an S that was taken back is acknowledged no more than once",
        "D20",
        "A program put back to a copy of an Ausfall that was taken back cancels all its citizens, and nobody is asked.",
        (Edit("domain/acknowledged.py", "        take_back(seat, after)\n", "        pass\n"),),
        Named((f"{_ACCEPTANCE}::test_d20_d21_the_s_of_an_ausfall_that_was_taken_back_{_TAKEN_BACK}",)),
    ),
    Mutation(
        "an S that the connector wrote before and that is shown again is a claim",
        "D21",
        "One delta of an old state cancels a citizen everywhere, and nobody is asked.",
        (Edit("domain/echoes.py", "    if not (over and by_us and any(", "    if True or not (any("),),
        Named(
            (
                f"{_ACCEPTANCE}::test_d21_a_lone_s_of_the_connector_that_was_taken_back_and_is_shown_again_is_asked_about",
            )
        ),
    ),
    Mutation(
        "who was moved and stands where he was before is moved back by staff whoever edited the row",
        "D20",
        "A program that is put back takes the seats of all who were moved since, and nothing says so.",
        (Edit("domain/went_back.py", " and sum(sign.exact for sign in signs) < LEAST_SIGNS", ""),),
        Named(
            (
                f"{_ACCEPTANCE}::"
                "test_d20_two_moved_people_whose_rows_are_as_they_were_before_went_back_with_their_program",
            )
        ),
    ),
    Mutation(
        "a mirror that came in the same export tells against a copy of the day",
        "D20",
        "What the connector wrote before the copy hides it, and who was booked since is cancelled in the second night.",
        (Edit("domain/went_back.py", "(not stood or min(own) > stood) if own", "(stood and min(own) > stood) if own"),),
        Named((f"{_WENT_BACK}::test_d20_a_copy_of_the_day_keeps_a_mirror_that_was_written_before_it",)),
    ),
    Mutation(
        "what a delta showed as before is no sign any more",
        "D20",
        "The five-minute export after a restore hides it, and who was booked since is cancelled in the second night.",
        (Edit("domain/went_back.py", "for at in standing.former if younger and at > moment]", "for at in ()]"),),
        Named(
            (
                f"{_ACCEPTANCE}::"
                "test_d20_what_a_delta_showed_as_before_is_a_sign_beside_what_the_next_complete_export_lacks",
            )
        ),
    ),
    Mutation(
        "letters that were written over an S do not tell against a copy of then",
        "D20",
        "Of two citizens who cancel after an Ausfall was taken back it is asked whether their program went back.",
        (Edit("domain/weight.py", "any(since <= moment < again for", "any(False for"),),
        Named((f"{_ACCEPTANCE}::test_d20_citizens_who_cancel_after_an_ausfall_was_taken_back_are_cancelled",)),
    ),
    Mutation(
        "who has moved by an export that was withdrawn has left although it is written again",
        "D20",
        "It is taken for a registration where it is written, and is written again after three exports, for ever.",
        (Edit("domain/moves.py", " and not seat.restoring\n", "\n"),),
        Named(
            (
                f"{_MOVES}::test_d20_d32_what_is_written_again_is_no_registration_while_the_row_of_a_withdrawn_move_stands",
            )
        ),
    ),
    Mutation(
        "the Beleg-ID of what is written again hides it while another row has that",
        "D20",
        "A connector that keeps the reference in the new row would be told to write it for ever.",
        (Edit("domain/weighing.py", "        if seat.restoring and", "        if False and"),),
        Named(
            (
                f"{_MOVES}::test_d20_d32_what_is_written_again_is_no_registration_while_the_row_of_a_withdrawn_move_stands",
            )
        ),
    ),
    Mutation(
        "the row in which a cancelled booking was before it was entered anew is a registration after a restore",
        "D20",
        "Who gave the seat up has one again at every VHS, and nobody is asked (D18, B15).",
        (Edit("domain/as_before.py", "row.participant_no != seat.merged_from", "seat.merged_from"),),
        Named((f"{_WENT_BACK}::test_d20_row_in_which_a_cancelled_booking_was_before_its_merge_is_no_registration",)),
    ),
    Mutation(
        "who has the numbers of an own booking that went with its program is that person where no contact is stated",
        "D20",
        "Whoever books after a restore takes the seat of somebody who is to be asked about, and nobody asks (D18).",
        (
            Edit(
                "domain/weighing.py",
                "is_gone(self.draft, seat) and has_its_numbers(one.witness, witness)",
                "False",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_beleg_id_and_tnr_of_what_went_prove_nothing_when_the_rest_says_otherwise",)),
    ),
    Mutation(
        "a copy of the day is seen only by three things",
        "D20",
        "Whoever was booked in the evening would be cancelled, though a letter of the same day is as before.",
        (Edit("domain/went_back.py", "LEAST_SIGNS if former else LEAST_SIGNS_WITHIN", "LEAST_SIGNS_WITHIN"),),
        Named((f"{_WENT_BACK}::test_d20_a_copy_of_the_day_is_seen_by_a_row_that_is_gone_and_something_as_before",)),
    ),
    Mutation(
        "who is shown as before by a program without times is booked anew",
        "D31",
        "One wrong letter in a profile would book everybody anew who cancelled, and nobody would be asked.",
        (Edit("domain/as_before.py", "            draft.weight.revived.append(booking.ref)\n", "            pass\n"),),
        Named((f"{_AS_BEFORE}::test_d31e_new_registrations_that_show_who_is_cancelled_as_before_count_as_letters",)),
    ),
    Mutation(
        "who is shown as before by a restored program is somebody else",
        "D20",
        "A restore would book who cancelled anew, and cancel who booked since.",
        (
            Edit(
                "domain/as_before.py", "    return back is not None and first_shown", "    return False and first_shown"
            ),
        ),
        Named((f"{_AS_BEFORE}::test_d20_a_program_that_went_back_shows_no_new_registration",)),
    ),
    Mutation(
        "a mirror of a cut file is written again at once",
        "D20",
        "Whoever a wrong filter hides for a night would stand there twice.",
        (Edit("domain/wanted.py", " and not waits and (lane", " and (lane"),),
        Named(
            (
                f"{_WENT_BACK}::test_d20_a_mirror_of_a_file_that_may_have_been_cut_is_written_again_once_another_one_lacks_it",
            )
        ),
    ),
    Mutation(
        "a mirror of a cut file is never written again",
        "D20",
        "A restore of a whole course's mirrors would leave its VHS without them, and nobody would be told.",
        (Edit("domain/absences.py", "(seat.lost and not seat.doubted)", "seat.lost"),),
        Named(
            (
                f"{_WENT_BACK}::test_d20_a_mirror_of_a_file_that_may_have_been_cut_is_written_again_once_another_one_lacks_it",
            )
        ),
    ),
    Mutation(
        "who is forgotten is written again all the same",
        "D20",
        "A row without a name stands at the owner, cannot be used, and is written a second time.",
        (
            Edit(
                "domain/evolve_bookings.py",
                "seat.absent_version, seat.lost = state.version, False  # nothing",
                "seat.absent_version = state.version  # nothing",
            ),
        ),
        Named(
            (
                "tests/acceptance/test_program_went_back.py::"
                "test_d20_who_is_forgotten_before_the_list_goes_out_is_not_written_again_without_a_name",
            )
        ),
    ),
    Mutation(
        "who was written again beside the own row is somebody else",
        "D20",
        "An old file that is answered would give one person two seats.",
        (Edit("domain/second_rows.py", "(seat.ordered if booking.owner", "(False if booking.owner"),),
        Named((f"{_WENT_BACK}::test_d20_d26_a_list_that_is_carried_out_after_the_row_was_seen_makes_no_second_seat",)),
    ),
    Mutation(
        "what was ordered of a booking is forgotten once it is seen in another row",
        "D20",
        "Whom staff typed again while a list was on its way would have two seats.",
        (Edit("domain/second_rows.py", "        moments |= dict.fromkeys(at for _, at in seat.ordered)\n", ""),),
        Named((f"{_SECOND_ROWS}::test_d20_d26_who_is_typed_and_written_as_well_has_one_seat",)),
    ),
    Mutation(
        "a mirror that was acknowledged is written by no list any more",
        "D26",
        "A list for an old copy would book everybody of it twice at a Master that keeps no references.",
        (Edit("domain/second_rows.py", "else ref in told)", "else False)"),),
        Named((f"{_SECOND_ROWS}::test_d26_a_second_row_of_a_mirror_that_was_acknowledged_is_no_registration",)),
    ),
    Mutation(
        "a mirror that was written anew stands as it stood",
        "D20",
        "A list that was on its way when a program was put back would hide who else went with it.",
        (
            Edit(
                "domain/signs.py",
                "            if _is_written_anew(seat, row):\n",
                "            if False:\n",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_a_list_on_its_way_that_is_carried_out_by_a_restored_program_hides_nothing",)),
    ),
    Mutation(
        "a letter that came by a delta since hides a restore",
        "D20",
        "A cancellation typed in the morning after a restore would cancel who was lost with the evening.",
        (
            Edit(
                "domain/standing.py",
                "(entered if anew else work if booking.owner == vhs else counts)",
                "(work if anew or booking.owner == vhs else counts)",
            ),
        ),
        Named((f"{_ACCEPTANCE}::test_d20_a_letter_put_right_by_a_delta_since_the_restore_does_not_hide_it",)),
    ),
    Mutation(
        "an S that was written again stands against a restore",
        "D20",
        "The connector that heals a part of the program would hide what it lost beside it.",
        (Edit("domain/standing.py", " and not count < again > last:\n", ":\n"),),
        Named((f"{_ACCEPTANCE}::test_d20_an_s_written_again_after_an_export_without_proof_does_not_hide_a_restore",)),
    ),
    Mutation(
        "removals of an export that are not its youngest are a restore",
        "D20",
        "True removals would wait for an answer that nobody needs to give.",
        (Edit("domain/went_back.py", "(not stood or min(own) > stood) if own", "True if own"),),
        Named((f"{_WENT_BACK}::test_d20_removals_of_an_export_that_are_not_its_youngest_are_removals",)),
    ),
    Mutation(
        "rows that were missing in an unbelievable night are no signs of a restore",
        "D20",
        "A program that is put back after an export without bookings would cancel who came since its copy.",
        (
            Edit(
                "domain/signs.py",
                "        if seat.absences and not (seat.foreseen or seat.withheld):\n",
                "        if seat.absences:\n",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_rows_that_an_unbelievable_night_lacked_first_are_signs_all_the_same",)),
    ),
    Mutation(
        "a course that is to be made again is known by title and first day alone",
        "D20",
        "Made, and given another number before it was shown, it would be a copy for ever, and nobody booked in it.",
        (Edit("domain/route_courses.py", "booked = not unknown and self.traces(", "booked = self.traces("),),
        Named(
            (
                "tests/unit/domain/test_route.py"
                "::test_d20_course_that_is_to_be_made_again_is_known_under_whichever_number_it_shows_its_coop_id",
            )
        ),
    ),
    Mutation(
        "whom others cancelled meanwhile is no sign of a restore",
        "D20",
        "Others lost with one course that was put back would be cancelled, if an export of before it was read first.",
        (
            Edit(
                "domain/signs.py",
                "(draft.state.cancelled and not draft.off_as_before):",
                "draft.state.is_cancelled(booking):",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_what_others_cancelled_meanwhile_is_gone_all_the_same",)),
    ),
    Mutation(
        "who was missing the night before is a sign of a restore",
        "D20",
        "Removals one after the other would be asked about, and the seats stay taken.",
        (
            Edit(
                "domain/signs.py",
                "        if seat.absences and not (seat.foreseen or seat.withheld):\n",
                "        if False:\n",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_who_was_missing_the_night_before_is_no_sign",)),
    ),
    Mutation(
        "what is withheld as missing is not written again after a restore",
        "D20",
        "The mirror would be missing for ever, and its customer stand before a full course.",
        (
            Edit(
                "domain/former_values.py",
                "        if seat.orphaned or seat.returned or (",
                "        if seat.orphaned or seat.withheld or seat.returned or (",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_rows_that_were_withheld_as_missing_are_written_again",)),
    ),
    Mutation(
        "the row of who is cancelled stands although it is gone with the rest",
        "D20",
        "One cancellation at another VHS would hide a restore, and all who came since its copy be cancelled.",
        (
            Edit(
                "domain/observe_bookings.py",
                "    if draft.weight.signs or draft.weight.lacks:\n",
                "    if draft.weight.signs:\n",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_who_is_shown_as_cancelled_and_gone_with_the_rest_does_not_stand",)),
    ),
    Mutation(
        "a value that is back after a restore is as young as that",
        "D20",
        "A second restore would not be seen, and who came since its copy be cancelled.",
        (
            Edit(
                "domain/acknowledged.py",
                "    if lost not in dict(seat.acked_before):\n",
                "    if False:\n",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_values_that_are_back_are_no_proof_against_a_second_restore",)),
    ),
    Mutation(
        "a fact that is back after a restore is as young as that",
        "D20",
        "A second restore would not be seen, and who came since its copy be cancelled.",
        (
            Edit(
                "domain/acknowledged.py",
                "    if all(value != lost for value, _ in before):\n",
                "    if False:\n",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_values_that_are_back_are_no_proof_against_a_second_restore",)),
    ),
    Mutation(
        "a mirror that was made again is as young as that",
        "D20",
        "A second restore would not be seen, and who came since its copy be cancelled.",
        (Edit("domain/acknowledged.py", "    return at.since_before or at.since\n", "    return at.since\n"),),
        Named((f"{_WENT_BACK}::test_d20_a_mirror_that_was_made_again_is_no_proof_against_a_second_restore",)),
    ),
    Mutation(
        "a row of former times that was gone for a night is as somebody wants it",
        "D20",
        "Its letter would be written over unasked.",
        (Edit("domain/evolve_bookings.py", '        seat.ask = "shown"\n', '        seat.ask = "row"\n'),),
        Named((f"{_WENT_BACK}::test_d20_the_question_about_a_former_letter_is_open_again_when_its_row_is_back",)),
    ),
    Mutation(
        "a legible Beleg-ID says that a booking which went with its program is there again",
        "D20",
        "The program has given it to somebody else: two nights later the customer is cancelled everywhere.",
        (
            Edit(
                "domain/absences.py",
                '        if seat.back and seat.asked and seat.ask == "row":\n',
                "        if False:\n",
            ),
        ),
        Named((f"{_WENT_BACK}::test_d20_a_beleg_id_in_a_row_set_aside_does_not_say_that_a_lost_booking_is_there",)),
    ),
    Mutation(
        "a mirror in a course with another COOP-Id protects who had its Beleg-ID before",
        "D18",
        "One of two bookings that a program lost would not be missed, and the other be cancelled as removed.",
        (
            Edit(
                "domain/route.py",
                "            yield from (row.ref or row.booking_id for row in part.bookings)\n",
                "            yield from (row.booking_id for row in part.bookings)\n",
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_route.py::"
                "test_d18_mirror_in_a_course_with_another_coop_id_is_nobody_who_had_its_beleg_id_before",
            )
        ),
    ),
    Mutation(
        "a booking is written again under a Beleg-ID that another course has by now",
        "D20",
        "A program that does as it is told writes over somebody else's booking.",
        (
            Edit(
                "views/change_lists.py",
                "            free = change.booking_id not in taken\n",
                "            free = True\n",
            ),
        ),
        Named((f"{_ACCEPTANCE}::test_d20_a_beleg_id_that_a_row_of_another_course_has_by_now_is_not_named_again",)),
    ),
    Mutation(
        "what was entered since a restore counts as entered a second time",
        "D20",
        "One new registration in a delta would hide that two bookings went with a restore: both would be cancelled.",
        (
            Edit(
                "domain/standing.py",
                "(counts if since <= last else entered)",
                "(counts if since <= last else work)",
            ),
        ),
        Named(
            (
                f"{_ACCEPTANCE}"
                "::test_d20_more_entered_and_reported_by_deltas_since_the_restore_than_was_lost_does_not_hide_it",
            )
        ),
    ),
    Mutation(
        "a row that is back stands since its first time",
        "D20",
        "A restore to the days when an orphan was gone would cancel it, and who booked elsewhere since, as removed.",
        (Edit("domain/weight.py", " or 0 < self.gone <= moment < self.again\n", "\n"),),
        Named(
            (
                f"{_WENT_BACK}"
                "::test_d20_an_orphan_that_was_put_back_and_is_gone_with_a_mirror_of_later_went_with_its_program",
            )
        ),
    ),
    Mutation(
        "a booking that stands where it was before it moved is no sign",
        "D20",
        "A restore to before a move would cancel the one mirror that was written since.",
        (Edit("domain/observe_bookings.py", "    note_moved_back(draft, shown)\n", ""),),
        Named(
            (f"{_WENT_BACK}::test_d20_a_booking_that_moved_and_stands_where_it_was_went_back_where_it_is_not_alone",)
        ),
    ),
    Mutation(
        "letters written over the S of an Ausfall are told once that is gone",
        "D20",
        "A Master that is restored to before its Ausfall would tell everybody that the course takes place.",
        (Edit("domain/observe_course.py", "        draft.reinstated = True\n", ""),),
        Named((f"{_WENT_BACK}::test_d20_an_ausfall_that_is_gone_with_the_s_it_made_went_back_with_the_program",)),
    ),
    Mutation(
        "a mirror in the row it had before it was written again was merged",
        "D20",
        "Staff would look for a merge that nobody made, and there is none to undo.",
        (
            Edit(
                "domain/observe_bookings.py",
                "    if (row.booking_id, row.participant_no) in seat.went_with:\n",
                "    if False:\n",
            ),
        ),
        Named(
            (
                f"{_WENT_BACK}::test_d20_a_mirror_that_was_written_again_and_stands_in_its_former_row_was_merged_by_nobody",
            )
        ),
    ),
    Mutation(
        "a program that went back answers what is asked",
        "D20",
        "Whoever cancelled, and of whom it was asked, would stay booked, and nobody would be told.",
        (Edit("domain/observe.py", "            keep_open(draft, questions)\n", "            pass\n"),),
        Named((f"{_KEPT_OPEN}::test_d20_d25_d31_what_is_asked_about_an_s_stands_open_whatever_else_ends",)),
    ),
    Mutation(
        "only an S that counts is asked about beside a move",
        "D25",
        "An S that was asked about or withheld when the owner moved the booking would be lost.",
        (Edit("domain/in_doubt.py", "(booking.cancelled_by | asked | held)", "booking.cancelled_by"),),
        Named(
            (
                f"{_KEPT_OPEN}::test_d25_an_s_that_waits_for_an_answer_when_its_booking_is_moved_is_asked_about_at_the_owner",
            )
        ),
    ),
    Mutation(
        "an approved S is void where others have cancelled",
        "D31",
        "Where theirs is taken back, or was that of a move, whoever cancelled would be booked again.",
        (
            Edit(
                "domain/withhold.py",
                "    elif not final and means_former(",
                "    elif final:\n"
                '        draft.add(e.CancellationDelivered, "D31", cause=held.version, ref=ref)\n'
                "    elif means_former(",
            ),
        ),
        Named((f"{_KEPT_OPEN}::test_d31_an_s_that_is_approved_counts_whoever_cancelled_meanwhile",)),
    ),
    Mutation(
        "what waits outlives its export",
        "D32",
        "It could neither be approved nor refused, and the Abo would never end.",
        (Edit("domain/withdraw.py", " or let_go(draft, event, story)", ""),),
        Named((f"{_ENDINGS}::test_d32_what_waits_ends_with_its_export_and_nobody_is_told_but_who_shows_the_s",)),
    ),
    Mutation(
        "former values that the next complete export shows as well go with the withdrawn one",
        "D20",
        "The program may have been put back all the same: nothing is written over its rows before somebody says so.",
        (
            Edit(
                "domain/withdraw_waiting.py",
                "    if story.later and not is_course_lacking(story) and (booking is None",
                "    if story.later and is_course_lacking(story) and (booking is None",
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_withdraw_former.py"
                "::test_d20_d32_former_values_that_the_next_complete_export_shows_as_well_are_asked_about_on",
            )
        ),
    ),
    Mutation(
        "what a later export says as well ends with the first",
        "D32",
        "Whoever has really cancelled would be booked again where a wrong export had said so before.",
        (
            Edit(
                "domain/withdraw_waiting.py",
                "    if not story.later or is_course_lacking(story):\n        return False\n    if event",
                "    if True:\n        return False\n    if event",
            ),
        ),
        Named(
            (f"{_ENDINGS}::test_d32_what_a_later_complete_export_says_as_well_waits_on_until_that_is_withdrawn_too",)
        ),
    ),
    Mutation(
        "an S that was withdrawn ends its row",
        "D18",
        "Its letter in a row with one damaged cell is another registration, and the booking lost and cancelled.",
        (Edit("domain/weighing.py", "seat.status is CANCELLED and not seat.taken_back", "seat.status is CANCELLED"),),
        Named(
            (f"{_ENDINGS}::test_d18_d32_a_row_with_a_withdrawn_s_is_no_other_registration_once_it_shows_its_letter",)
        ),
    ),
    Mutation(
        "what waits goes with its program",
        "D20",
        "An Ausfall that was meant would be forgotten with the restore, and people stand before closed doors.",
        (
            Edit(
                "domain/observe_course.py",
                "ask_about_waiting(draft, lane, row, back)",
                "former_facts(draft, lane, row)",
            ),
        ),
        Named((f"{_ENDINGS}::test_d20_d31_what_waits_is_asked_on_where_its_program_is_put_back",)),
    ),
)
"""An old copy of a program, what it lacks and what stands."""
