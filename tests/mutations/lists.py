"""Mistakes about what was told and comes back: echo, conditions, an Ausfall taken back (D21, D22, D24)."""

from __future__ import annotations

from tests.mutations.mutation import Edit, Mutation, Named

_AUSFALL = "tests/unit/domain/test_ausfall_taken_back.py"
_TURNED = "tests/unit/domain/test_turned_back.py"
_ECHO = "tests/unit/domain/test_echo.py"
_ANOTHER = "tests/unit/domain/test_another_person.py"
_LATE = "tests/unit/domain/test_late_s.py"
_PUT_BACK = "tests/unit/domain/test_put_back.py"

LISTS = (
    Mutation(
        "an S that two reports did not show is our own when staff set it later",
        "D21",
        "A cancellation of the staff would be lost, and the citizen billed.",
        (
            Edit(
                "domain/echoes.py",
                "in booking.unseen_s) and actor_of(row.edited_by) == WEB_SERVICE_USER\n",
                "in booking.unseen_s)\n",
            ),
        ),
        Named((f"{_ECHO}::test_d21_an_s_that_two_reports_do_not_show_is_settled_and_one_set_later_is_a_claim",)),
    ),
    Mutation(
        "an S that was given out is a claim",
        "D21",
        "After a reinstatement our own late S would cancel the citizen for good.",
        (
            Edit(
                "domain/echoes.py",
                ("    if seat.given is CANCELLED:\n        return draft.state.is_cancelled(booking) or"),
                ("    if seat.given is CANCELLED:\n        return False and"),
            ),
        ),
        Named((f"{_ECHO}::test_d21_an_s_shown_after_it_was_given_out_is_an_acknowledgement_whoever_edited_it",)),
    ),
    Mutation(
        "an S that was given out and is carried out after two exports is a claim where no editor is named",
        "D21",
        "An old list would cancel whoever it names for good, everywhere.",
        (Edit("domain/observe_bookings.py", "ask_about_late(draft, booking, row) or ", ""),),
        Named((f"{_LATE}::test_d21_s_that_was_given_out_cancels_nobody_when_it_is_carried_out_late",)),
    ),
    Mutation(
        "a COOP-Id that is assigned begins with nothing given out",
        "D21",
        "An old list that is carried out after it would cancel whoever it names for good, everywhere.",
        (
            Edit(
                "domain/legacy.py",
                "    for event in story:\n",
                "    for event in (one for one in story if not isinstance(one, e.ChangesGivenOut)):\n",
            ),
        ),
        Named((f"{_LATE}::test_d21_s_that_was_given_out_cancels_nobody_when_it_is_carried_out_late",)),
    ),
    Mutation(
        "under an assigned COOP-Id nobody knows any more which export said what",
        "D20",
        "A program that is put back to before it would not be recognised, and no export of before could be withdrawn.",
        (
            Edit(
                "domain/legacy.py",
                "replace(event, recorded_at=new.moment.recorded_at)",
                "replace(event, recorded_at=new.moment.recorded_at, origin=None)",
            ),
        ),
        Named(("tests/acceptance/test_assigned.py::test_d20_d12_letters_and_persons_of_before_are_no_claims",)),
    ),
    Mutation(
        "an assigned COOP-Id begins a story of its own",
        "D32",
        "Whoever was cancelled by a wrong export of before would stay so.",
        (
            Edit(
                "domain/legacy.py",
                "told = replace(event, recorded_at=new.moment.recorded_at)",
                "told = replace(event, recorded_at=new.moment.recorded_at, origin=None)",
            ),
        ),
        Named(
            (
                "tests/acceptance/test_assigned.py"
                "::test_d32_d12_an_export_of_before_is_withdrawn_and_its_s_are_taken_back",
            )
        ),
    ),
    Mutation(
        "an S that an export has shown is asked about when it is shown once more",
        "D21",
        "Every cancellation there would be a question for ever.",
        (Edit("domain/evolve_bookings.py", "            booking.unseen_s -= {event.vhs}\n", ""),),
        Named((f"{_LATE}::test_d21_an_s_that_was_shown_is_spent_and_the_next_one_is_a_claim",)),
    ),
    Mutation(
        "an S that was never given out is ours",
        "D21",
        "The Master's staff set it, and it would be written over in silence once the course lives again.",
        (
            Edit(
                "domain/echoes.py",
                "        if blind or _is_unexplained(draft.state, vhs, change):\n",
                "        if blind:\n",
            ),
        ),
        Named((f"{_AUSFALL}::test_d21_d24_s_of_the_master_that_was_never_given_out_is_asked_about",)),
    ),
    Mutation(
        "A is written over an S of the owner's staff",
        "D21",
        "At the owner nobody but the owner says who takes part.",
        (
            Edit(
                "domain/wanted.py",
                '    return why is not None and (why not in ("person", "unsigned") or lane.vhs == booking.owner)\n',
                '    return why is not None and why not in ("person", "unsigned")\n',
            ),
        ),
        Named((f"{_ECHO}::test_d21_nothing_is_written_over_an_s_at_the_owner_that_was_acknowledged_under_a_person",)),
    ),
    Mutation(
        "an S that an operator confirms is none",
        "D21",
        "The question was answered, and nobody hears of it.",
        (
            Edit(
                "domain/evolve_echo.py",
                "    booking.cancelled_by |= {event.vhs}\n    booking.changed = state.version\n    close_questions",
                "    booking.changed = state.version\n    close_questions",
            ),
        ),
        Named((f"{_ECHO}::test_d21_confirming_makes_it_an_s_everywhere",)),
    ),
    Mutation(
        "an S without editor may stand for three exports",
        "D21",
        "Two after A was given out it is somebody's, and a question.",
        (Edit("domain/echoes.py", "STILL_IN = 2\n", "STILL_IN = 3\n"),),
        Named((f"{_ECHO}::test_d21_without_editors_an_s_two_complete_exports_after_a_was_given_out_is_unclear",)),
    ),
    Mutation(
        "an S under the name of somebody may stand for ever",
        "D21",
        "Who cancels in earnest where a wrong S of the same name was written over is written over as well.",
        (
            Edit(
                "domain/echoes.py",
                "    return editor is None or (editor != WEB_SERVICE_USER and change.ref not in lane.unclear)\n",
                "    return editor is None\n",
            ),
        ),
        Named((f"{_ECHO}::test_d21_s_that_stays_two_complete_exports_after_a_was_given_out_is_asked_about",)),
    ),
    Mutation(
        "a store that was put back counts on with the ids of changes it had given out since the backup",
        "D22",
        "An S would have the id of another phone that a connector carried out before, and never be written.",
        (Edit("views/change_lists.py", "if behind < position][-1:]", "if behind > position][-1:]"),),
        Named(
            (
                "tests/acceptance/test_backup.py::test_d22_no_change_has_the_id_of_another_that_was_given_out_after_the_backup",
            )
        ),
    ),
    Mutation(
        "mirrors that went with a course that was never shown keep their ids",
        "D22",
        "A connector carries an id out once: the course is made again, and nobody in it.",
        (Edit("domain/evolve_echo.py", 'if name == "course.create":', 'if name == "course.made":'),),
        Named(
            (
                "tests/unit/domain/test_course_identity.py::"
                "test_d22_r28_course_that_was_made_and_deleted_before_an_export_showed_it_is_told_under_a_new_id",
            )
        ),
    ),
    Mutation(
        "what was given out and is wanted no longer is as good as never given out",
        "D30",
        "A VHS whose connector has written it is said to agree.",
        (Edit("domain/open_matters.py", "    _turned_back,\n", ""),),
        Named((f"{_TURNED}::test_d30_an_s_that_was_given_out_and_taken_back_stands_open_until_a_complete_export",)),
    ),
    Mutation(
        "what was given out and is wanted no longer stands open for ever",
        "D30",
        "A VHS whose connector never wrote it is never said to agree again.",
        (Edit("domain/echoes.py", "    _note_former(draft, lane, part, shown)\n", ""),),
        Named((f"{_TURNED}::test_d30_a_letter_that_was_given_out_before_somebody_confirmed_the_s_stands_open",)),
    ),
    Mutation(
        "a change does not expect the letter of its row",
        "D22",
        "It would be written over what staff entered since.",
        (Edit("domain/wanted.py", '        expects["Status"] = LETTERS[seat.status]\n', ""),),
        Named((f"{_ECHO}::test_d22_a_cancellation_expects_tnr_and_letter",)),
    ),
    Mutation(
        "a change does not expect the TNR of its row",
        "D22",
        "A row that is another person's by now would be cancelled.",
        (
            Edit(
                "domain/wanted.py",
                '        expects = {"TNR": seat.participant_no} if seat.participant_no else {}\n',
                "        expects = {}\n",
            ),
        ),
        Named((f"{_ECHO}::test_d22_a_cancellation_expects_tnr_and_letter",)),
    ),
    Mutation(
        "the second row of a mirror may be anybody's by its letter",
        "D26",
        "Deleted as asked for, its Beleg-ID may be somebody else's by the time the list is carried out.",
        (
            Edit(
                "domain/wanted.py",
                '            own = {"TNR": participant_no} if participant_no else {}\n',
                "            own = dict[str, str]()\n",
            ),
        ),
        Named(("tests/unit/domain/test_identity.py::test_d26_each_row_of_a_doubled_mirror_is_told_by_its_beleg_id",)),
    ),
    Mutation(
        "the second row of a mirror keeps another letter",
        "D26",
        "One seat would be confirmed and waiting at the same VHS for ever, and nobody told.",
        (
            Edit(
                "domain/wanted.py",
                "                if seat.doubles:\n                    yield from _letters_of_doubles",
                "                if seat.lost:\n                    yield from _letters_of_doubles",
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_identity.py::"
                "test_d26_row_of_a_doubled_mirror_with_another_letter_is_told_by_its_beleg_id",
            )
        ),
    ),
    Mutation(
        "a correction carries the letter along",
        "D22",
        "Whom staff cancelled since the export would be booked again with the new phone number.",
        (Edit("domain/wanted.py", "        lettered = seat.status is not wanted\n", "        lettered = True\n"),),
        Named((f"{_ECHO}::test_d22_a_correction_carries_no_status_and_says_which_person_it_replaces",)),
    ),
    Mutation(
        "who cannot compare is told to write over an S",
        "D22",
        "Nobody would see that the S was another one by then.",
        (
            Edit(
                "domain/echoes.py",
                "    return change.writes_over_s and not change.decided\n",
                "    return change.writes_over_s and change.decided\n",
            ),
        ),
        Named((f"{_ECHO}::test_d22_who_cannot_compare_is_told_nothing_over_an_s_before_an_operator_says_so",)),
    ),
    Mutation(
        "a change that is refused is said after four exports",
        "D22",
        "What no connector writes has to be seen by somebody.",
        (Edit("domain/given_out.py", "REFUSED_IN = 3\n", "REFUSED_IN = 4\n"),),
        Named((f"{_ECHO}::test_d22_a_change_refused_in_three_complete_exports_is_said_and_closes_when_it_is_written",)),
    ),
    Mutation(
        "a create gets another id with every correction",
        "D22",
        "A connector that carries each id out once makes the mirror twice.",
        (Edit("domain/wanted.py", "    if create is not None and create.change >= anew:\n", "    if False:\n"),),
        Named((f"{_ECHO}::test_d22_a_create_keeps_its_id_until_it_is_seen_and_what_changed_since_follows",)),
    ),
    Mutation(
        "an S in the mirror of somebody else cancels who has the Beleg-ID now",
        "D18",
        "A program that gives Beleg-IDs out again would cancel citizens by the rows of others.",
        (
            Edit(
                "domain/another_person.py",
                "    if not booking.claimed or booking.person_id in draft.erased:\n",
                "    if booking.ref:\n",
            ),
        ),
        Named((f"{_ANOTHER}::test_d18_s_in_the_mirror_of_somebody_else_cancels_nobody_in_either_order",)),
    ),
    Mutation(
        "whose mirror it was is not looked up when its owner shows the booking",
        "D18",
        "Which VHS exports first would decide whether somebody who cancelled is asked about.",
        (
            Edit(
                "domain/another_person.py",
                "    person = draft.shown.get((vhs, booking.ref))\n",
                "    person = None\n",
            ),
        ),
        Named((f"{_ANOTHER}::test_d18_s_of_who_shares_a_witness_is_a_claim_in_either_order",)),
    ),
    Mutation(
        "an S of a list that went with the store is a cancellation",
        "D21",
        "After a restore an Ausfall that was taken back would cancel everybody for good.",
        (Edit("domain/put_back.py", "    return draft.judgement.put_back and", "    return False and"),),
        Named((f"{_PUT_BACK}::test_d21_s_that_no_person_signed_is_no_claim_after_the_store_was_put_back",)),
    ),
    Mutation(
        "an answer is forgotten with the next one of the same booking after a restore",
        "D21",
        "The owner's S would stay, although somebody had said that it is none.",
        (Edit("domain/evolve_echo.py", "        asked = asked or (lived and is_rejected(lane, booking.ref))\n", ""),),
        Named((f"{_PUT_BACK}::test_d21_the_owner_who_answered_first_is_told_its_letter_after_a_restore",)),
    ),
    Mutation(
        "an S that nobody signed is the one of before the backup",
        "D21",
        "A real cancellation that was set since would be written over after a restore, and nobody is asked.",
        (Edit("domain/put_back.py", "    if lane is None or not draft.judgement.put_back or", "    if True or"),),
        Named((f"{_PUT_BACK}::test_d21_s_that_nobody_signed_is_not_written_over_unasked_after_a_restore",)),
    ),
    Mutation(
        "an S without editor that comes after the withdrawal of its export is ours",
        "D21",
        "Whether a VHS exports before or after a withdrawal would decide about a real cancellation.",
        (Edit("domain/echoes.py", "    late = 0 < seat.given_version <", "    late = 0 < 0 <"),),
        Named(
            (
                "tests/unit/domain/test_withdraw.py"
                "::test_d21_d32_s_that_a_program_without_editors_acknowledged_is_asked_about_and_written_over",
            )
        ),
    ),
    Mutation(
        "the mirror of another citizen is written over as any",
        "D18",
        "After a restore the seat of one who holds a contract would silently be the next customer's.",
        (
            Edit(
                "domain/another_person.py",
                "    return any(is_another(one, shown) for one in _known(draft, booking))\n",
                "    return False\n",
            ),
        ),
        Named((f"{_ANOTHER}::test_d18_mirror_of_another_citizen_is_not_written_over_in_either_order",)),
    ),
    Mutation(
        "a letter of a list that went with the store is written over with S",
        "D21",
        "After a restore whoever had been let live again since the backup would be told S for good.",
        (Edit("domain/put_back.py", "    if not draft.judgement.put_back or row", "    if True or row"),),
        Named(
            (
                f"{_PUT_BACK}"
                "::test_d21_letter_over_an_s_that_no_person_signed_is_asked_about_after_the_store_was_put_back",
            )
        ),
    ),
    Mutation(
        "while it is asked whether a booking lives the letter is written over the S of the others",
        "D21",
        "Two VHSs would be told what nobody knows.",
        (Edit("domain/wanted.py", "    if any(other.active and", "    if any(False and"),),
        Named((f"{_PUT_BACK}::test_d21_an_operator_says_whether_a_booking_lives_again_after_a_restore",)),
    ),
    Mutation(
        "an S that is asked about is a cancellation once its owner shows the booking",
        "D21",
        "Which VHS exports first after a restore would decide who is cancelled.",
        (
            Edit(
                "domain/observe_bookings.py",
                "    return lane is not None and ref in lane.unclear\n",
                "    return False\n",
            ),
        ),
        Named((f"{_PUT_BACK}::test_d21_booking_that_the_backup_did_not_know_is_asked_about_in_every_order",)),
    ),
    Mutation(
        "who edited a row before cannot cancel it",
        "D21",
        "The S of a clerk would be taken for one that nobody gave out.",
        (
            Edit(
                "domain/echoes.py",
                "        if any(lane.given for lane in draft.state.lanes.values()):",
                "        if False:",
            ),
        ),
        Named(
            (
                f"{_ECHO}"
                "::test_d21_what_nobody_gave_out_is_a_claim_although_its_editor_is_who_edited_the_row_before[no list]",
            )
        ),
    ),
    Mutation(
        "an Abo that is made again gives out the ids of the former one",
        "D22",
        "A connector that carried them out leaves the new Abo-Kurs without mirrors for three exports.",
        (
            Edit(
                "domain/wanted.py",
                "    anew = max(given.anew if given is not None else 0, lane.renewed)\n",
                "    anew = given.anew if given is not None else 0\n",
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_subscription.py::test_d22_an_abo_that_is_made_again_gives_out_no_id_of_the_former_one",
            )
        ),
    ),
    Mutation(
        "what is refused keeps its id for ever",
        "D22",
        "An S that was written and undone would never be written again.",
        (Edit("domain/evolve_echo.py", "                given.anew = state.version\n", ""),),
        Named((f"{_ECHO}::test_d22_what_is_refused_is_given_out_anew_under_another_id_and_goes_on_being_said",)),
    ),
    Mutation(
        "an Ausfall that is reset after the last day revives the course",
        "D24",
        "Programs reset the mark when they archive: everybody would be billed.",
        (Edit("domain/observe_course.py", " and not _is_over(lane, draft.moment.at):", ":"),),
        Named((f"{_AUSFALL}::test_d24_flag_reset_after_the_last_day_revives_nothing",)),
    ),
    Mutation(
        "on its last day a course cannot live again",
        "D24",
        "The evening has not come yet.",
        (
            Edit(
                "domain/observe_course.py",
                "date.fromisoformat(at[:10]) > last\n",
                "date.fromisoformat(at[:10]) >= last\n",
            ),
        ),
        Named((f"{_AUSFALL}::test_d24_course_lives_again_on_its_last_day",)),
    ),
    Mutation(
        "what was removed while the course was cancelled is an orphan",
        "D24",
        "The owner tidied up because of the Ausfall; he is asked.",
        (
            Edit(
                "domain/absences.py",
                '        rule = "D24" if seat.spared else _sparing(draft, seat, policy)\n',
                '        rule = ""\n',
            ),
        ),
        Named((f"{_AUSFALL}::test_d24_own_booking_removed_while_cancelled_is_asked_about_and_never_an_orphan",)),
    ),
    Mutation(
        "a mirror that was removed while the course was cancelled is an orphan",
        "D24",
        "It is delivered again, and nobody loses a seat by it.",
        (
            Edit(
                "domain/absences.py", ("    if sparing := _sparing(draft, seat, policy):\n        return sparing\n"), ""
            ),
        ),
        Named((f"{_AUSFALL}::test_d24_mirror_removed_while_cancelled_is_delivered_again",)),
    ),
)
"""What change lists say, and what their VHSs show of it."""
