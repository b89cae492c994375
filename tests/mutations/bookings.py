"""Mistakes about bookings: cancelled, removed, restored, merged, waiting, promoted, amended."""

from __future__ import annotations

from tests.mutations.mutation import Edit, Mutation, Named

_S = "        if echo or known or (state.cancelled and vhs == state.master):\n"
_FINAL = "        return self.cancelled or bool(booking.cancelled_by)\n"
_BACK = "    elif seat.orphaned and not booking.cancelled_by:\n"
_TOLD = "        return draft.state.is_cancelled(booking) or draft.moment.vhs in booking.unseen_s\n"
_OWNER_ONLY = '    if policy.orphan_policy == "owner_only" and vhs != booking.owner:\n'

_IDENTITY = "tests/unit/domain/test_identity.py"

BOOKINGS = (
    Mutation(
        "an S at another VHS is only taken note of",
        "cancel",
        "Anybody may cancel, and it must reach all others (B3, D6).",
        (Edit("domain/observe_bookings.py", _S, _S.replace(":\n", " or vhs != booking.owner:\n")),),
        Named(
            (
                "tests/unit/domain/test_echo.py::test_d21_an_s_shown_before_it_was_given_out_is_a_claim_whoever_edited_it",
            )
        ),
    ),
    Mutation(
        "whoever shows A again lives again",
        "restore",
        "Who was cancelled may not be revived by an A in some row (D5).",
        (
            Edit(
                "domain/evolve_bookings.py",
                "    told = 0\n",
                "    if event.status is CONFIRMED:\n        booking.cancelled_by = frozenset()\n    told = 0\n",
            ),
        ),
    ),
    Mutation(
        "what is gone is not looked for",
        "remove",
        "A removed booking must end as S everywhere (B9, B10).",
        (
            Edit(
                "domain/observe_bookings.py",
                "    missing = missed(draft, part, shown) if lacking else []\n",
                "    missing: list[str] = []\n",
            ),
        ),
    ),
    Mutation(
        "an orphan is not S at the others",
        "remove",
        "An orphan is cancelled, wherever it still stands (D2).",
        (
            Edit(
                "domain/cooperation.py",
                "        return bool(self.cancelled_by or self.orphaned_by) or self.without_abo\n",
                "        return bool(self.cancelled_by) or self.without_abo\n",
            ),
        ),
    ),
    Mutation(
        "an orphan at an Abo-VHS is S at its owner although only the owner's count",
        "owner only",
        "With orphan_policy = owner_only a removed mirror is delivered again (D2).",
        (Edit("domain/absences.py", _OWNER_ONLY, "    if not vhs:\n"),),
    ),
    Mutation(
        "one absence is enough although two are asked for",
        "remove",
        "orphan_confirmations says how many complete exports must lack a booking (D3).",
        (
            Edit(
                "domain/absences.py",
                "        if policy.orphan_confirmations > 1:\n",
                "        if policy.orphan_confirmations > 5:\n",
            ),
        ),
    ),
    Mutation(
        "a reinstated booking stays S",
        "restore",
        "A booking cancelled only as an orphan lives again where the VHS that lost it shows it (D5).",
        (Edit("domain/observe_bookings.py", _BACK, "    elif seat.orphaned and not seat.orphaned:\n"),),
    ),
    Mutation(
        "a true S is taken back like an orphan's",
        "restore",
        "Only a booking cancelled as an orphan and nothing else may be reinstated (D5).",
        (
            Edit("domain/observe_bookings.py", _BACK, "    elif seat.orphaned:\n"),
            Edit(
                "domain/evolve_bookings.py",
                "    if event.reason:\n        _take_back",
                "    booking.cancelled_by = frozenset()\n    if event.reason:\n        _take_back",
            ),
        ),
        Named(("tests/unit/domain/test_orphans.py::test_t6_s_set_by_hand_while_the_booking_is_an_orphan_is_final",)),
    ),
    Mutation(
        "a lost mirror that is back in another course stays cancelled",
        "D25",
        "Staff who had filed it there have put it back; the citizen was cancelled by nobody (D5).",
        (
            Edit(
                "domain/moves.py",
                "        if ref in shown or ref in part.seen_later or state.bookings[ref].cancelled_by:\n",
                "        if ref in part.seen_later or state.bookings[ref].orphaned_by:\n",
            ),
        ),
        Named(("tests/unit/domain/test_orphans.py::test_d25_lost_mirror_that_is_back_in_another_course_lives_again",)),
    ),
    Mutation(
        "our own S is taken for one of the staff",
        "restore",
        "What WS wrote because it was told so is an echo; as a claim it would be final (T6, D5).",
        (Edit("domain/echoes.py", _TOLD, "        return False\n"),),
        Named(
            (
                "tests/unit/domain/test_echo.py"
                "::test_d21_an_s_shown_after_it_was_given_out_is_an_acknowledgement_whoever_edited_it",
            )
        ),
    ),
    Mutation(
        "an S of the staff is taken for our own",
        "cancel",
        "Who cancels an orphan's row by hand means it: the booking may not live again (T6, D5).",
        (
            Edit(
                "domain/echoes.py",
                "    return actor in (None, seat.actor) and (cancelled or seat.told == TOLD)\n",
                "    return cancelled or seat.told == TOLD\n",
            ),
        ),
        Named(("tests/unit/domain/test_orphans.py::test_t6_s_set_by_hand_while_the_booking_is_an_orphan_is_final",)),
    ),
    Mutation(
        "an S that we wrote is not read while the COOP-Id is lost",
        "lose_id",
        "Who tidies it away then removes a cancelled row and loses no booking (R15, D5).",
        (
            Edit(
                "domain/observe_bookings.py",
                "        if seat.live and seat.held and is_acknowledged(draft, booking, seat, row):\n",
                "        if not is_acknowledged(draft, booking, seat, row):\n",
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_course_identity.py"
                "::test_r15_s_that_was_told_is_read_in_a_frozen_course_and_its_row_may_go_then",
            )
        ),
    ),
    Mutation(
        "a booking that is there again stays suspected",
        "restore",
        "Seen again before the second absence nobody is cancelled (D3).",
        (
            Edit(
                "domain/observe_bookings.py",
                "    elif absent or seat.survivor is not None or seat.reused_by",
                "    elif (absent and seat.survivor is not None) or seat.reused_by",
            ),
        ),
    ),
    Mutation(
        "merged participants are not recognised",
        "merge",
        "A merge changes the numbers, not the person; read naively it cancels a seat (B13-B15).",
        (Edit("domain/weighing.py", "        if self.free and left:\n", "        if self.free and not left:\n"),),
    ),
    Mutation(
        "whoever has the same name is the same person",
        "rebook",
        "Name alone does not tell a person; mail or phone must agree as well (B15).",
        (
            Edit(
                "domain/merges.py",
                '    return (mails[0] != "" and mails[0] == mails[1]) or (',
                "    return bool(mails) or (",
            ),
        ),
        Named(("tests/unit/domain/test_merges.py",)),
    ),
    Mutation(
        "somebody who waits has a seat",
        "wait",
        "W is not A: the seat would be sold twice (B17).",
        (
            Edit(
                "domain/evolve_bookings.py",
                "begun, owner = CONFIRMED if status is CANCELLED else status, owner_of(ref)",
                "begun, owner = CONFIRMED, owner_of(ref)",
            ),
        ),
    ),
    Mutation(
        "a promotion stays at home",
        "promote",
        "Who moves up from the waiting list has a seat at every VHS (B19).",
        (
            Edit(
                "domain/evolve_bookings.py",
                "    booking.status, booking.changed = CONFIRMED, state.version\n",
                "    booking.changed = state.version\n",
            ),
        ),
    ),
    Mutation(
        "the winner of a seat is not told",
        "claim",
        "The owner's own row still shows W; its program has to be told (D7).",
        (
            Edit(
                "domain/evolve_bookings.py",
                "    if not event.claimed:\n        _show(",
                "    if booking.claimed:\n        _show(",
            ),
        ),
        Named(("tests/unit/domain/test_seats.py::test_d7_claimed_seat_is_told_to_all_the_owner_included",)),
    ),
    Mutation(
        "two rivals both get the last seat",
        "claim",
        "Of several claims exactly one wins (D7).",
        (
            Edit(
                "domain/seats.py",
                "    if capacity is not None and taken >= capacity:\n",
                "    if capacity is not None and taken > capacity:\n",
            ),
        ),
        Named(("tests/unit/domain/test_seats.py",)),
    ),
    Mutation(
        "an approval has no effect",
        "approve",
        "What the mass guard holds back happens once an operator has looked at it (D4).",
        (
            Edit(
                "domain/seats.py",
                "    waiting = withheld_refs(draft.state, draft.moment.vhs, withheld_id)\n",
                "    waiting = withheld_refs(draft.state, draft.moment.vhs, withheld_id)[:0]\n",
            ),
        ),
        Named(("tests/acceptance/test_guard.py::test_d4_approval_of_enough_sets_s_everywhere",)),
    ),
    Mutation(
        "nobody hears of too many bookings",
        "book",
        "More confirmed bookings than seats stay facts, and OVERBOOKED must say so (B8).",
        (Edit("domain/violations.py", "    if beyond:\n", "    if len(beyond) > 1_000:\n"),),
    ),
    Mutation(
        "a booking of a course nobody shares is handed to the others",
        "book_local",
        "What nobody shares is nobody else's business (D15).",
        (
            Edit(
                "domain/route.py",
                "            target = self._targets.get(key)\n",
                "            target = self._targets.get(key) or next(iter(self._targets.values()), None)\n",
            ),
        ),
    ),
    Mutation(
        "a corrected phone number goes nowhere",
        "amend_person",
        "The owner decides a person's data; the Master must get the correction (D6).",
        (
            Edit(
                "domain/wanted.py",
                "or not identity or seat.person_version == booking.person_version:\n",
                "or not identity or seat.person_version is not None:\n",
            ),
        ),
    ),
    Mutation(
        "a mirror's phone number counts",
        "amend_person",
        "Only the owner decides a person's data; what a mirror shows is overwritten (D6).",
        (
            Edit(
                "domain/observe_bookings.py",
                "    if draft.moment.vhs == booking.owner:\n        _take_own_details",
                "    if draft.moment.vhs:\n        _take_own_details",
            ),
        ),
    ),
    Mutation(
        "names go to every VHS",
        "names to all",
        "Names go to the owner and the Master only, unless all agreed otherwise (D1).",
        (
            Edit(
                "domain/wanted.py",
                "    return lane.identity or lane.vhs == state.master\n",
                "    return bool(lane.vhs)\n",
            ),
        ),
        Named(
            (
                "tests/acceptance/test_contract.py::test_booking_changes_carry_the_seat_and_no_identity_for_another_abo_vhs",
            )
        ),
    ),
    Mutation(
        "an unknown letter is read as S",
        "letter",
        "A letter nobody knows freezes that one booking and cancels nothing (B6).",
        (
            Edit(
                "domain/observe_bookings.py",
                '            draft.add(e.UnknownStatusSeen, "B6", row=row, ref=ref, raw_status=letter)\n',
                '            draft.add(e.BookingCancelled, "B6", row=row, ref=ref)\n',
            ),
        ),
    ),
    Mutation(
        "a letter that is mended stays unknown",
        "letter_back",
        "Once the letter can be read again, the booking is told and heard again (B6).",
        (
            Edit(
                "domain/observe_bookings.py",
                "    elif seat.unknown_status is not None:\n",
                "    elif seat.unknown_status == '?':\n",
            ),
        ),
        Named(("tests/unit/domain/test_bookings.py::test_b6_known_status_thaws_the_booking",)),
    ),
    Mutation(
        "a booking whose row went up in another is shown",
        "merge",
        "view and why would say that its VHS shows A where the row is gone (D30).",
        (
            Edit(
                "domain/cooperation.py",
                "    if seat is None or not seat.held or seat.survivor is not None or seat.unknown_status",
                "    if seat is None or not seat.held or seat.unknown_status",
            ),
        ),
        Named(("tests/unit/domain/test_merges.py::test_d30_a_booking_that_went_up_in_another_row_is_shown_by_nobody",)),
    ),
    Mutation(
        "a Beleg-ID that is somebody else's in another course keeps its booking from its own row",
        "D18",
        "After a column that was shifted over two courses everybody in them has two seats.",
        (Edit("domain/weighing.py", "                and not self._is_anothers(ref, booking, seat)\n", ""),),
        Named((f"{_IDENTITY}::test_d18_beleg_id_that_another_has_in_another_course_leaves_its_booking_free",)),
    ),
    Mutation(
        "what stands under a Beleg-ID is known of complete exports alone",
        "D18",
        "Whose Beleg-ID a company has by now, as a delta shows first, would get a second seat at all VHSs.",
        (
            Edit(
                "domain/route.py",
                "            part.stands, part.is_another = everywhere.stands,",
                "            part.stands, part.is_another = everywhere.stands if complete else part.stands,",
            ),
        ),
        Named(
            (
                "tests/integration/ingest/test_suspended.py"
                "::test_d18_whose_beleg_id_a_company_has_by_now_takes_no_second_seat",
            )
        ),
    ),
    Mutation(
        "whoever has moved is in the former course again once that was away",
        "D25",
        "S would be written there under their Beleg-ID, and that row lives in the other course.",
        (
            Edit(
                "domain/evolve_course.py",
                "if seat is None or not seat.absences or (booking.moved and vhs == booking.owner):",
                "if seat is None or not seat.absences:",
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_moves.py"
                "::test_d25_r15_whoever_moved_has_no_row_here_when_the_course_was_away_meanwhile",
            )
        ),
    ),
    Mutation(
        "a booking whose row is another one by now has moved to its own course",
        "D25",
        "It would be cancelled at once, without a second look, and its row stands in no other course.",
        (
            Edit(
                "domain/moves.py",
                "    if any(here.booking_id == seat.booking_id for here in part.bookings):\n        return None\n",
                "",
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_moves.py::test_d25_d24_row_that_stands_here_as_another_registration_has_moved_nowhere",
            )
        ),
    ),
)
"""What staff does with bookings."""
