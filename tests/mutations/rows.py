"""Mistakes about what a row is: unusable, somebody else's, moved, a mirror, of which course (D17, D18, D25 to D28)."""

from __future__ import annotations

from tests.mutations.mutation import Edit, Mutation, Named

_ALIKE = "tests/unit/domain/test_alike.py"
_MISNAMED = "tests/acceptance/test_misnamed.py"
_ASIDES = "tests/unit/domain/test_asides.py"
_BESIDE = "tests/unit/domain/test_route_beside.py"
_ROUTE = "tests/unit/domain/test_route.py"
_NUMBERS = "tests/integration/ingest/test_exchanged_numbers.py"
_CELLS = "tests/unit/connectors/test_rows.py"
_UNSTATED = "tests/unit/connectors/test_unstated.py"
_IDENTITY = "tests/unit/domain/test_identity.py"
_SAME_NAMES = "tests/unit/domain/test_same_names.py"
_MERGES = "tests/unit/domain/test_merges.py"
_MOVES = "tests/unit/domain/test_moves.py"
_CARRIED = "tests/integration/ingest/test_carried_s.py"
_REPLACED = "tests/unit/domain/test_replaced.py"
_TYPED_OVER = "tests/unit/domain/test_typed_over.py"
_REGISTRATIONS = "tests/unit/domain/test_registrations.py"

_BY_DAY = "tests/acceptance/test_nameless_by_day.py"

ROWS = (
    Mutation(
        "text that somebody typed into the status is taken for a letter",
        "D15",
        "What stands there may name people; the row would go on with it, and nobody would be told.",
        (Edit("connectors/rows.py", "(len(letter) > 1 and letter not in self._status)", "len(letter) > ID_LIMIT"),),
        Named((f"{_CELLS}::test_g8_text_in_the_status_sets_its_row_aside_and_is_not_repeated",)),
    ),
    Mutation(
        "a Beleg-ID that is given anew goes before TNR, name and moment of a namesake",
        "D18",
        "The S of the daughter would end the booking of her mother, whose Beleg-ID it has now.",
        (Edit("domain/weighing.py", "if tier.yields and _is_given_anew(", "if not tier and _is_given_anew("),),
        Named((f"{_IDENTITY}::test_d18b_beleg_ids_given_anew_follow_tnr_name_and_moment_also_of_one_name",)),
    ),
    Mutation(
        "letters that stay with their Beleg-IDs go with the people",
        "D18",
        "Two records that staff entered for each other would cancel the one who takes part.",
        (
            Edit(
                "domain/weighing.py",
                "        if any(other.seat.status is row.status or not stays for other in others):\n",
                "        if any(others):\n",
            ),
        ),
        Named((f"{_IDENTITY}::test_d18_participants_entered_for_each_other_leave_the_letters_with_their_beleg_ids",)),
    ),
    Mutation(
        "a word that a connector writes for a name is the name of a citizen",
        "D26",
        "A family of another VHS would be registered anew, at all VHSs, and no S would reach its rows (B3).",
        (Edit("domain/alike.py", "    return not name or name in words\n", "    return not name\n"),),
        Named((f"{_ALIKE}::test_d26_rows_under_a_word_of_the_connector_are_the_seats_of_their_moment",)),
    ),
    Mutation(
        "an S in a row of a day is the mirror's of that day",
        "D26",
        "Whoever stands there, the citizen whose seat was given out on that day would be cancelled everywhere.",
        (Edit("domain/alike.py", "whatever_letter=only and not is_day_only(time)", "whatever_letter=only"),),
        Named((f"{_BY_DAY}::test_d26_s_in_a_row_without_name_that_is_seen_for_the_first_time_cancels_nobody",)),
    ),
    Mutation(
        "a row without name that a person entered is the mirror of its day",
        "B4",
        "Whom staff entered without a name would have the seat of another, and their S would end that one.",
        (
            Edit(
                "domain/unstated.py",
                " and not by_person(actor_of(row.edited_by))\n",
                "\n",
            ),
        ),
        Named((f"{_BY_DAY}::test_b4_row_without_name_that_need_not_be_the_mirror_is_set_aside_and_cancels_nobody",)),
    ),
    Mutation(
        "who has a name of his own is a registration although a mirror of his moment is not there",
        "D22",
        "A program that writes a name of its own would double every booking, and say nothing.",
        (Edit("domain/alike.py", "only or (nameless and len(plain) < len(mirrors))", "False"),),
        Named((f"{_ALIKE}::test_d22_a_create_is_not_given_out_anew_while_a_row_that_is_held_may_be_it",)),
    ),
    Mutation(
        "a row without seconds is no mirror that was given out with them",
        "D26",
        "At a VHS whose program keeps minutes every booking of another would be a second seat.",
        (Edit("domain/bare_mirrors.py", "        if self.keeps_references:\n", "        if self.vhs:\n"),),
        Named((f"{_ALIKE}::test_d26_rows_of_a_minute_are_the_seats_of_its_seconds_whoever_booked",)),
    ),
    Mutation(
        "the Master is to write a name that nobody knows",
        "B4",
        "A change with nothing in it would be given out under new ids for ever, and nobody could acknowledge it.",
        (Edit("domain/wanted.py", '"update" if booking.person_id is not None else None', '"update"'),),
        Named((f"{_ALIKE}::test_b4_a_booking_of_whom_no_name_is_known_gives_the_master_nothing_to_write",)),
    ),
    Mutation(
        "an S in one of several rows that nothing tells apart is a claim",
        "D26",
        "Nobody at a VHS that gets neither names nor references can mean one of a family, and another would be S.",
        (
            Edit(
                "domain/observe_bookings.py",
                "row.ref is None and is_one_of_many(state, vhs, booking, seat)",
                "False",
            ),
        ),
        Named((f"{_ALIKE}::test_d26_an_s_in_one_of_several_rows_that_nothing_tells_apart_is_a_question",)),
    ),
    Mutation(
        "whose row is gone of several that nothing tells apart is removed",
        "D26",
        "Somebody else of the family would be S everywhere.",
        (
            Edit(
                "domain/absences.py",
                "is_one_of_many(draft.state, draft.moment.vhs, booking, seat)",
                "False",
            ),
        ),
        Named((f"{_ALIKE}::test_d26_who_removes_one_of_several_rows_that_nothing_tells_apart_ends_nobody",)),
    ),
    Mutation(
        "only one of the mirrors that a row may be is held back",
        "D22",
        "The others of a family would be given out anew every three exports, and have three rows each.",
        (
            Edit(
                "domain/given_mirrors.py",
                "    if not held or ref in held:\n        return bool(held)\n",
                "    return ref in held\n",
            ),
        ),
        Named((f"{_ALIKE}::test_d22_no_create_of_the_moment_is_given_out_anew_while_fewer_rows_wait",)),
    ),
    Mutation(
        "whoever has the numbers of a mirror is that mirror",
        "D18",
        "A program that was restored gives them again, and her S would cancel somebody else's citizen (D20, D26).",
        (
            Edit(
                "domain/weighing.py",
                " or is_registration(self.draft, one.booking, seat, row):\n",
                ":\n",
            ),
        ),
        Named(
            (f"{_REGISTRATIONS}::test_d18a_numbers_of_a_mirror_given_again_are_another_registration",),
        ),
    ),
    Mutation(
        "whoever has the numbers and the day of a mirror is that mirror",
        "D18",
        "Where a program keeps no time of day all who register on one day look alike but for name, mail and phone.",
        (
            Edit(
                "domain/pairing.py",
                "                or (booking.owner != vhs and is_registration(draft, booking, seat, row))\n",
                "",
            ),
        ),
        Named((f"{_REGISTRATIONS}::test_d18a_who_registers_on_the_day_of_a_mirror_and_has_its_numbers_is_another",)),
    ),
    Mutation(
        "a mirror stands in the row of its own course that has its numbers by now",
        "D20",
        "One registration in the morning after a restore would hide it, and the next mirror would be S at its owner.",
        (
            Edit(
                "domain/moves.py",
                "    return not here and not is_registration(draft, booking, seat, row)\n",
                "    return True\n",
            ),
        ),
        Named((f"{_REGISTRATIONS}::test_d20_numbers_of_lost_mirrors_that_are_given_again_do_not_hide_a_restore",)),
    ),
    Mutation(
        "a nameless mirror in another course may be whoever is missing there",
        "D17",
        "Nobody who is removed there is ever told out, and a change list says S of a row that is gone for ever.",
        (Edit("domain/route.py", "if self._elsewhere(item.row, part.coop_id) is not None:", "if False:"),),
        Named(
            (
                "tests/integration/ingest/test_homes.py"
                "::test_d17_d25_nameless_mirror_that_is_filed_in_another_course_suspends_no_absence_there",
            )
        ),
    ),
    Mutation(
        "whoever has the numbers of a mirror in another course is its stray row",
        "D18",
        "Staff would be asked to set S in the row of their own citizen.",
        (Edit("ingest/strays.py", " and not self._is_anothers(home, ref, row):\n", ":\n"),),
        Named(
            (
                "tests/integration/ingest/test_homes.py"
                "::test_d18a_who_has_the_numbers_of_a_mirror_in_another_course_is_a_registration",
            )
        ),
    ),
    Mutation(
        "an S that a person set beside a move is the S of the move",
        "D21",
        "Who cancelled at another VHS stays booked in the course to which the owner moved the row; nobody is asked.",
        (
            Edit(
                "domain/observe_bookings.py",
                "            if is_meant(draft, booking, row):\n",
                "            if not seat and is_meant(draft, booking, row):\n",
            ),
        ),
        Named((f"{_MOVES}::test_d21_s_of_a_move_that_a_person_of_another_vhs_set_is_asked",)),
    ),
    Mutation(
        "an S given out for a row under another Beleg-ID is a claim where the row is moved",
        "D21",
        "A list carried out late cancels the citizen in the course to which the row was moved.",
        (
            Edit(
                "ingest/decide.py",
                "chain(self.references.homes(row.booking_id), self._namesakes(part, row))",
                "self.references.homes(row.booking_id)",
            ),
        ),
        Named(
            (
                f"{_CARRIED}::test_d21_s_that_was_given_out_for_a_row_under_another_beleg_id_is_no_claim_where_it_is_moved",
            )
        ),
    ),
    Mutation(
        "an S given out for one Beleg-ID is ours in a row under another",
        "D21",
        "Who really cancelled stays booked.",
        (
            Edit(
                "domain/moves.py",
                "    if seat.booking_id != row.booking_id:\n        return None\n",
                "",
            ),
        ),
        Named((f"{_CARRIED}::test_d21_s_given_out_for_a_beleg_id_is_a_claim_in_a_row_under_another",)),
    ),
    Mutation(
        "a row that was set aside protects nobody by TNR or name",
        "D17",
        "Who stands in a row that cannot be used is not gone.",
        (
            Edit(
                "domain/absences.py",
                "    return is_sighted(part, ref, seat) or ref in part.shielded\n",
                "    return is_sighted(part, ref, seat)\n",
            ),
        ),
        Named((f"{_ASIDES}::test_d17_same_name_or_tnr_only_does_not_count",)),
    ),
    Mutation(
        "a row that was set aside is a sight of a booking that moved",
        "D17",
        "Told S in the row that lives in the other course, its citizen loses the seat.",
        (
            Edit(
                "domain/absences.py",
                "        if not is_sighted(part, ref, seat) or now.get(seat.booking_id) is not booking:\n",
                "        if not is_sighted(part, ref, seat):\n",
            ),
        ),
        Named((f"{_MOVES}::test_d17_row_set_aside_is_no_sight_of_a_booking_that_moved",)),
    ),
    Mutation(
        "a row that was set aside is a sight of whoever had its Beleg-ID in another course",
        "D17",
        "Told S in the row that is another's now, its citizen loses the seat.",
        (
            Edit(
                "ingest/decide.py",
                "                if seat is not None and seat.held and seat.booking_id == booking_id:\n",
                "                if seat is not None and not seat.held and seat.booking_id == booking_id:\n",
            ),
        ),
        Named(
            (
                "tests/integration/ingest/test_homes.py::test_d17_row_set_aside_is_a_sight_of_whose_it_is_now_and_of_nobody_before",
            )
        ),
    ),
    Mutation(
        "a row of a partial export under an id that only its last export knows is booked at once",
        "D25",
        "A booking that goes on under another Beleg-ID and is moved takes two seats until the night.",
        (
            Edit(
                "domain/observe_identity.py",
                "        for home in chain(part.homes(row.booking_id), part.rekeyed(row)):\n",
                "        for home in part.homes(row.booking_id):\n",
            ),
        ),
        Named((f"{_MOVES}::test_d25_row_of_a_booking_that_has_another_beleg_id_waits_as_well",)),
    ),
    Mutation(
        "whoever is given the Beleg-ID of a booking that is held back elsewhere waits with it",
        "D18",
        "A program counts on from its highest Beleg-ID: a citizen's seat is unknown to all others.",
        (Edit("domain/observe_identity.py", " and doubtful and part.may_be(home, row):", " and doubtful:"),),
        Named(
            (
                "tests/integration/ingest/test_homes.py::test_d18_beleg_id_of_a_withheld_booking_given_to_somebody_else_in_another_course_is_booked",
            )
        ),
    ),
    Mutation(
        "nobody knows of Beleg-IDs that changed",
        "D25",
        "References say under which Beleg-ID a booking began, and not under which it goes on.",
        (
            Edit(
                "ingest/references.py",
                "        return self._rekeyed.get(row.booking_id, ())\n",
                "        return ()\n",
            ),
        ),
        Named(
            (
                "tests/integration/ingest/test_homes.py::test_d25_booking_under_another_beleg_id_that_moves_in_a_delta_waits_as_any_other",
            )
        ),
    ),
    Mutation(
        "an S in a row that names another booking cancels the row's own",
        "D26",
        "Staff who look for a booking by its reference find the row of another one, whose citizen loses the seat.",
        (
            Edit(
                "domain/observe_bookings.py",
                "        elif row.ref is not None and (other := named_instead(draft, booking, row)) is not None:\n",
                "        elif row.ref is None and (other := named_instead(draft, booking, row)) is not None:\n",
            ),
        ),
        Named((f"{_IDENTITY}::test_d26_s_in_a_row_that_names_another_booking_cancels_nobody_before_it_is_answered",)),
    ),
    Mutation(
        "whoever is booked twice cannot move",
        "D25",
        "The row is in the other course, and its person is asked about as merged and keeps a seat where it left.",
        (Edit("domain/observe_identity.py", "pairing.shown, gone, ", "pairing.shown, missing, "),),
        Named((f"{_MOVES}::test_d25_moved_booking_of_somebody_who_is_booked_twice_is_no_merge",)),
    ),
    Mutation(
        "what nobody can tell counts as absent",
        "D17",
        "A row that says not whose it is may be that of anybody who seems to be missing.",
        (
            Edit(
                "domain/route.py",
                "            slices[coop_id].suspended, slices[coop_id].proves_absence = suspension, False\n",
                "            slices[coop_id].suspended = suspension\n",
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_route.py::test_d17_row_that_says_not_whose_it_is_takes_the_proof_from_its_course_only",
            )
        ),
    ),
    Mutation(
        "on its last day a course is over already",
        "D17",
        "Who is removed on the last day is removed; a day later the course is archived.",
        (Edit("domain/absences.py", "max(days) < today", "max(days) <= today"),),
        Named((f"{_ASIDES}::test_d17_on_the_last_day_it_still_does",)),
    ),
    Mutation(
        "a company without first name suspends its course",
        "D17",
        "One such row in every export, and nobody could be removed any more.",
        (
            Edit(
                "domain/asides.py",
                "        return bool(self.booking_id and self.participant_no and self.name)\n",
                "        return bool(self.booking_id and self.participant_no and self.name and self.first_name)\n",
            ),
        ),
        Named((f"{_ASIDES}::test_d17_company_without_first_name_is_new_and_protects_nobody",)),
    ),
    Mutation(
        "a new registration inherits the S of a former one",
        "D18",
        "Who registers again after a cancellation has a seat; under the old S he would stand before a closed door.",
        (Edit("domain/weighing.py", "and not self._keeps_s(one, row, witness, same_id):", "and not one:"),),
        Named((f"{_IDENTITY}::test_d18_same_person_registers_again_on_the_same_day",)),
    ),
    Mutation(
        "whoever stands under a known Beleg-ID is that booking",
        "D18",
        "The seat of one citizen would go to another, and the removal of the first would never be told.",
        (
            Edit(
                "domain/pairing.py",
                "        seat.participant_no == row.participant_no\n"
                "        and seat.booked_at == row.booked_at\n        and (row.status",
                "        (row.status",
            ),
        ),
        Named((f"{_IDENTITY}::test_d18b_exchanged_ids_follow_the_people",)),
    ),
    Mutation(
        "ids are enough although all else is somebody else's",
        "D18",
        "A restored program gives the Beleg-ID and TNR of one citizen to another, who would take her seat.",
        (
            Edit(
                "domain/weighing.py",
                "if is_another(one.witness, witness) or ",
                "if ",
            ),
        ),
        Named((f"{_IDENTITY}::test_d18_ids_given_out_a_second_time_by_a_restored_program_are_another_registration",)),
    ),
    Mutation(
        "an S in a mirror that was filed in another course with it is nobody's",
        "D25",
        "The Master's clerk cancels, files the row away, the booking is written anew: nobody hears of it (B3).",
        (Edit("domain/observe_bookings.py", "        take_filed(draft, part, shown)\n", "        pass\n"),),
        Named((f"{_MOVES}::test_d25_s_in_a_mirror_that_was_filed_in_another_course_counts_for_all",)),
    ),
    Mutation(
        "an S that was asked for in a mirror's stray row is a cancellation",
        "D25",
        "Whoever does what the quarantine says cancels the contract of a citizen at another VHS.",
        (
            Edit("domain/absences.py", "if seat.absences or seat.lost or seat.orphaned or seat.asked or", "if"),
            Edit("domain/absences.py", "booking.owner == vhs or not (seat.held and seat.live)", "not seat.live"),
        ),
        Named((f"{_MOVES}::test_d25_s_in_a_mirror_that_was_shown_alive_in_the_other_course_is_what_was_asked_for",)),
    ),
    Mutation(
        "a row that takes over the TNR of another booking of its person says that this one was removed",
        "B15",
        "Two records were merged, and nobody has cancelled: the older contract of a citizen would get S everywhere.",
        (Edit("domain/merges.py", " or _had_another(state.bookings[other], vhs, row))", ")"),),
        Named(
            (
                "tests/unit/domain/test_merges.py::"
                "test_b15_survivor_that_takes_over_the_number_of_the_other_is_for_a_human",
            )
        ),
    ),
    Mutation(
        "a course that nobody shares is told the COOP-Id of one that it exchanged numbers with",
        "D28",
        "Who booked there would be shown to every VHS of the other course.",
        (
            Edit(
                "domain/route_courses.py",
                "return self._is_neighbour(lane, row) or self._is_undecided(lane, row) or ",
                "return ",
            ),
        ),
        Named((f"{_BESIDE}::test_d28_exchange_of_numbers_that_people_do_not_tell_is_held_and_shares_nobody",)),
    ),
    Mutation(
        "a course that has the COOP-Id of another is that, although the other stands beside it",
        "R15",
        "Its people would be shown to every VHS of the other course.",
        (
            Edit(
                "domain/route_courses.py",
                "return _is_marked(row) is not masters and not ",
                "return _is_marked(row) and not masters and not ",
            ),
        ),
        Named((f"{_ROUTE}::test_r15_course_that_was_given_the_coop_id_of_another_shows_its_people_to_nobody",)),
    ),
    Mutation(
        "a course that is shared without COOP-Id is whatever has its number",
        "R20",
        "After an exchange of numbers its people would get S everywhere, and those of the other course be shown.",
        (
            Edit(
                "domain/route_courses.py",
                "            return self._gave_number_away(lane, row)\n",
                "            return False\n",
            ),
        ),
        Named((f"{_ROUTE}::test_r20_course_without_coop_id_whose_number_shows_another_is_held",)),
    ),
    Mutation(
        "who came by a number alone tells which course has it",
        "D28",
        "Whoever books the course that has the number now would be shown to every VHS of the other.",
        (
            Edit(
                "domain/route_courses.py",
                "for trace in self.traces(lane.coop_id) if trace.sure]",
                "for trace in self.traces(lane.coop_id)]",
            ),
        ),
        Named((f"{_ROUTE}::test_d28_who_came_by_the_number_alone_does_not_tell_which_course_it_is",)),
    ),
    Mutation(
        "who came by a number alone stays in the course that gave it away",
        "D25",
        "Its Master would keep somebody of another course until a person answers.",
        (Edit("domain/moves.py", "return not (came_since and part.is_another(row))", "return True"),),
        Named((f"{_NUMBERS}::test_d25_numbers_of_two_shared_courses_are_exchanged_while_a_delta_has_bookings_only",)),
    ),
    Mutation(
        "a shared course that exchanged numbers with another is not followed",
        "D28",
        "Whoever booked it would be nowhere until the numbers are given back.",
        (
            Edit(
                "domain/route_courses.py",
                "any(not self._is_neighbour(lane, row) for row in same_key)",
                "bool(same_key)",
            ),
        ),
        Named((f"{_BESIDE}::test_d28_course_that_exchanged_numbers_with_one_that_nobody_shares_is_followed",)),
    ),
    Mutation(
        "letters that wait were not shown live",
        "D19",
        "An empty booking file after a wrong letter column would cancel the few who were not in it.",
        (
            Edit(
                "ingest/weighing.py",
                "return waiting + sum(lane.live + lane.suspects for lane in lanes.values())",
                "return sum(lane.live + lane.suspects for lane in lanes.values())",
            ),
        ),
        Named(("tests/integration/ingest/test_guard.py::test_d19_a_letter_that_waits_was_shown_live_all_the_same",)),
    ),
    Mutation(
        "what a wrong export first showed in a wrong course lives there when it is taken back",
        "D32",
        "Those of the course are shown a citizen who never booked it.",
        (
            Edit(
                "domain/withdraw.py",
                "not seat.live and story.elsewhere(seat)",
                "not seat.live and False",
            ),
        ),
        Named(
            (
                "tests/integration/ingest/test_withdrawing.py"
                "::test_d32_row_of_another_course_that_a_wrong_export_first_showed_here_is_nobody_once_it_is_back",
            )
        ),
    ),
    Mutation(
        "what the next complete export shows as well goes back with the one before",
        "D32",
        "Who was promoted in the same file as something wrong would stand on the waiting list again.",
        (
            Edit(
                "domain/withdraw.py",
                "return stands and letter_in_next(letter, ref, story) is letter",
                "return False",
            ),
        ),
        Named(
            (
                "tests/integration/ingest/test_withdrawing.py"
                "::test_d32_what_the_next_complete_export_shows_as_well_stays_until_that_one_is_taken_back",
            )
        ),
    ),
    Mutation(
        "a letter that our own list wrote keeps the wrong export it came from",
        "D32",
        "Somebody who has a seat would stay on the waiting list, and nobody could take that back.",
        (
            Edit(
                "domain/withdraw.py",
                "return stands and letter_in_next(letter, ref, story) is letter",
                "return stands",
            ),
        ),
        Named(
            (
                "tests/integration/ingest/test_withdrawing.py"
                "::test_d32_d21_letter_that_only_our_list_wrote_over_an_s_since_is_no_witness_for_the_export",
            )
        ),
    ),
    Mutation(
        "an S that was set for somebody who was replaced ends the booking of the new person",
        "D18",
        "The VHS that sets it has not heard of the substitute yet, who is turned away at the door.",
        (
            Edit(
                "domain/observe_bookings.py",
                "elif means_former(state, booking, vhs",
                "elif False and means_former(state, booking, vhs",
            ),
        ),
        Named((f"{_REPLACED}::test_d18c_s_for_somebody_who_was_replaced_is_asked_in_every_order",)),
    ),
    Mutation(
        "an S that was read before the new person ends that one's booking",
        "D18",
        "Whether the substitute may come would hang on which of two exports was read first.",
        (Edit("domain/replaced.py", "sorted(booking.cancelled_by | _set_beside(draft.state, booking))", "()"),),
        Named((f"{_REPLACED}::test_d18c_s_for_somebody_who_was_replaced_is_asked_in_every_order",)),
    ),
    Mutation(
        "the mirror of somebody who was replaced ends the booking of the new person when it is removed",
        "D18",
        "Who tidied away a row of somebody who does not come any more would cancel another citizen.",
        (
            Edit(
                "domain/absences.py",
                "if means_former(draft.state, booking,",
                "if False and means_former(draft.state, booking,",
            ),
        ),
        Named((f"{_REPLACED}::test_d18c_mirror_of_somebody_who_was_replaced_ends_nobody_when_it_is_removed",)),
    ),
    Mutation(
        "a phone is enough where all else is somebody else's",
        "D18",
        "A family has one phone: the daughter would take the seat of her mother.",
        (
            Edit(
                "domain/witnesses.py",
                'differ(before, now, cell) for cell in ("name", "time")) and any(',
                'differ(before, now, cell) for cell in ("name", "time")) and all(',
            ),
        ),
        Named(
            (f"{_IDENTITY}::test_d18_ids_given_out_a_second_time_to_one_with_the_same_phone_are_another_registration",)
        ),
    ),
    Mutation(
        "an orphan goes on under another Beleg-ID",
        "D18",
        "The others were told S: what is entered anew is another booking.",
        (
            Edit(
                "domain/weighing.py",
                (
                    "        if seat.orphaned or seat.survivor is not None or "
                    "(seat.lost and not to_be_written):\n"
                    "            return False\n"
                ),
                "",
            ),
        ),
        Named((f"{_IDENTITY}::test_d18_orphan_does_not_go_on_under_another_beleg_id",)),
    ),
    Mutation(
        "of equal fits the letters do not decide",
        "D18",
        "Of a family that differs in nothing the one who is cancelled would get the seat of the one who is not.",
        (
            Edit(
                "domain/weighing.py",
                "                            one.seat.status is not row.status,\n",
                "                            False,\n",
            ),
        ),
        Named((f"{_IDENTITY}::test_d18_equal_fits_take_the_same_letter_first",)),
    ),
    Mutation(
        "references are counted within a course",
        "D18",
        "Two bookings of a VHS would have one reference, and the S of one would be that of the other.",
        (
            Edit(
                "domain/weighing.py",
                "        elsewhere = [ref for ref in self.part.references(booking_id) if ref not in bookings]\n",
                "        elsewhere: list[str] = []\n",
            ),
        ),
        Named((f"{_IDENTITY}::test_d18a_reference_is_counted_over_all_courses_of_the_vhs",)),
    ),
    Mutation(
        "an S that was given out for one course cancels in another",
        "D25",
        "Her course falls out, she is put into the parallel one, and the connector writes the S of the first.",
        (Edit("domain/moves.py", "    return seat.status if given else None\n", "    return None\n"),),
        Named((f"{_CARRIED}::test_d25_s_of_ours_that_was_written_before_the_move_is_seen_gets_its_letter",)),
    ),
    Mutation(
        "who is booked already takes the place of another",
        "B15",
        "Two people are merged into one record: the name of the one is gone everywhere, and nobody hears of it.",
        (
            Edit(
                "domain/weighing.py",
                "if is_merged_into_another(self.draft, self.part, one.booking, row):",
                "if False:",
            ),
        ),
        Named((f"{_MERGES}::test_b15_two_who_are_booked_and_merged_are_no_substitute_but_a_question",)),
    ),
    Mutation(
        "who is left under the former number of a course moved away",
        "R20",
        "The COOP-Id goes with the copy, people are moved over one by one: whoever is not yet would get S everywhere.",
        (Edit("domain/moves.py", "(row.number, row.period) in lane.former_keys", "False"),),
        Named((f"{_MOVES}::test_r20_row_left_under_the_former_number_is_asked_about_and_no_move",)),
    ),
    Mutation(
        "an S that was never given out is taken for ours where the row is now",
        "D25",
        "Who was moved and cancels would be kept booked.",
        (
            Edit(
                "domain/moves.py",
                "return bool(seat.told or seat.given is CANCELLED or ",
                "return bool(seat.told or seat.live or ",
            ),
        ),
        Named((f"{_CARRIED}::test_d25_s_that_was_never_given_out_is_a_claim_where_the_row_is",)),
    ),
    Mutation(
        "who was moved once can never cancel",
        "D25",
        "Each S would be taken for the one of the course that was left.",
        (Edit("domain/moves.py", "    if not soon and by_person", "    if False and by_person"),),
        Named((f"{_CARRIED}::test_d25_who_cancels_some_exports_after_the_move_means_it",)),
    ),
    Mutation(
        "what is rejected is not written where the booking is now",
        "D25",
        "The answer would be that its letter is written, and she stays S.",
        (
            Edit(
                "domain/cancellations.py",
                "    if booking is not None and ref in draft.state.lanes[draft.moment.vhs].unclear:\n",
                "    if False:\n",
            ),
        ),
        Named((f"{_CARRIED}::test_d25_where_a_person_edited_the_row_it_is_asked",)),
    ),
    Mutation(
        "a row under the same Beleg-ID and TNR is a moved booking, whoever it shows",
        "D25",
        "Another person in another course is no reason to cancel anybody at once.",
        (
            Edit(
                "domain/moves.py",
                "row.person is not None and same_name(known, row.person)\n",
                "row.person is not None\n",
            ),
        ),
        Named((f"{_MOVES}::test_d25_another_person_or_tnr_under_the_beleg_id_is_no_move",)),
    ),
    Mutation(
        "who has moved goes on in the row of a relative",
        "D25",
        "An S meant for who left the course would end the booking of who stands there now.",
        (
            Edit(
                "domain/weighing.py",
                "if not has_left(self.draft, self.part, one.booking, one.seat, rows)]",
                "if one]",
            ),
        ),
        Named((f"{_MOVES}::test_d25_nobody_who_is_new_in_the_former_course_is_who_has_moved",)),
    ),
    Mutation(
        "a row that came whole from another course is who was removed here",
        "D25",
        "The S meant for who is gone would end the booking of who was given the place.",
        (Edit("domain/weighing.py", " and not self._has_come(one, row)", ""),),
        Named((f"{_MOVES}::test_d25_row_that_came_from_another_course_is_nobody_of_this_one",)),
    ),
    Mutation(
        "a fence before somebody who was forgotten holds in one course",
        "D18",
        "Who is moved to another course would be known again, and told to a VHS that never had the name (D15).",
        (Edit("domain/observe_bookings.py", "        if part.forgotten(row):\n", "        if False:\n"),),
        Named(
            (
                "tests/integration/ingest/test_forgotten_elsewhere.py"
                "::test_d18e_whoever_was_forgotten_and_is_moved_is_nobody_there_either",
            )
        ),
    ),
    Mutation(
        "a customer in a nameless mirror is the one whose seat it is",
        "D18",
        "The S of the one would be written into the row of the other, of whom nobody else knows.",
        (Edit("domain/wanted.py", "or elsewhere or seat.shows_another:", "or elsewhere:"),),
        Named(
            (f"{_TYPED_OVER}::test_d18_customer_typed_over_a_nameless_mirror_is_said_and_stays_until_somebody_answers",)
        ),
    ),
    Mutation(
        "a mirror that was typed over and is gone is its booking's end",
        "D18",
        "Staff who remove their own customer's row would cancel a citizen of another VHS.",
        (Edit("domain/absences.py", "    if seat.shows_another:\n", "    if False:\n"),),
        Named((f"{_TYPED_OVER}::test_d18_removal_of_a_mirror_that_was_typed_over_ends_nobody",)),
    ),
    Mutation(
        "an S of somebody whose name was emptied is set aside",
        "D29",
        "Who cancels and asks to be erased would stay booked everywhere.",
        (Edit("domain/route.py", "        if nameless:\n", "        if False:\n"),),
        Named(("tests/acceptance/test_unstated.py::test_d29_s_of_somebody_whose_name_was_emptied_is_one",)),
    ),
    Mutation(
        "moves pass by the guard",
        "D25",
        "A shifted column moves everybody, and a move is S at once.",
        (
            Edit(
                "domain/absences.py",
                (
                    " or draft.judgement.withholds_absence(draft.state.coop_id, booking.owner):\n"
                    "        return False\n"
                    "    if seat.taken_back"
                ),
                (":\n        return False\n    if seat.taken_back"),
            ),
        ),
        Named((f"{_MOVES}::test_d25_shifted_column_is_withheld_and_never_s_at_once",)),
    ),
    Mutation(
        "a row of a partial export has left its former course",
        "D25",
        "A delta need not show the row that is still there: the citizen would have two seats.",
        (
            Edit(
                "domain/observe_identity.py",
                "doubtful = not part.proves_absence or home.coop_id in part.untold or held",
                "doubtful = home.coop_id in part.untold or held",
            ),
        ),
        Named((f"{_MOVES}::test_d25_row_of_a_partial_export_waits_for_a_complete_one",)),
    ),
    Mutation(
        "a mirror without reference moves like an own booking",
        "D25",
        "Staff of another VHS cannot cancel its booking by filing the row elsewhere.",
        (
            Edit(
                "domain/moves.py",
                "    if vhs != booking.owner or vhs in booking.cancelled_by or",
                "    if vhs in booking.cancelled_by or",
            ),
        ),
        Named((f"{_MOVES}::test_d25_a_moved_mirror_without_reference_is_no_move_of_the_booking",)),
    ),
    Mutation(
        "a mirror without reference that staff file elsewhere is an orphan",
        "D25",
        "Only its owner moves a booking: two nights later it would be S everywhere.",
        (
            Edit(
                "domain/moves.py",
                "    return not here and not is_registration(draft, booking, seat, row)\n",
                "    return False\n",
            ),
        ),
        Named((f"{_MOVES}::test_d25_a_moved_mirror_without_reference_is_no_move_of_the_booking",)),
    ),
    Mutation(
        "an S in one of two rows of a mirror is one",
        "D26",
        "Tidying up the row too many would cancel the citizen.",
        (
            Edit(
                "domain/pairing.py",
                "key=lambda row: (row.status is CANCELLED, row",
                "key=lambda row: (row.status is not CANCELLED, row",
            ),
        ),
        Named((f"{_IDENTITY}::test_d26_two_rows_of_one_reference_are_one_seat_and_cancelled_only_where_both_are",)),
    ),
    Mutation(
        "an S in the one row that a delta shows is one",
        "D26",
        "The other row stands as before.",
        (
            Edit(
                "domain/observe_identity.py",
                "others if shown[ref].status is CANCELLED",
                "False if shown[ref].status is CANCELLED",
            ),
        ),
        Named((f"{_IDENTITY}::test_d26_s_on_one_of_two_rows_in_a_delta_cancels_nobody",)),
    ),
    Mutation(
        "the older of two rows that is deleted is a merge",
        "D26",
        "Who did as told would be told to undo a merge that nobody made.",
        (
            Edit(
                "domain/observe_identity.py",
                "if row.booking_id != seat.booking_id and row.booking_id in {",
                "if False and row.booking_id in {",
            ),
        ),
        Named(("tests/unit/domain/test_identity.py::test_d26_the_older_of_two_rows_deleted_merged_nobody",)),
    ),
    Mutation(
        "an own booking is the mirror whose reference was pasted into it",
        "D17",
        "Its citizen would be absent, and cancelled everywhere in the second night.",
        (Edit("domain/route.py", "if found.twice else ():\n", "if not found.twice else ():\n"),),
        Named(
            (
                "tests/unit/domain/test_route.py"
                "::test_d17_own_booking_into_which_a_reference_was_pasted_is_set_aside_and_protected",
            )
        ),
    ),
    Mutation(
        "mirrors without reference are not known by second and name",
        "D26",
        "A couple would be registered a second time, as customers of the Abo-VHS.",
        (
            Edit(
                "domain/weighing.py",
                "        left = self._nameless(self._ordered(self.mirrors.take(rows, fit_by_name)))\n",
                "        left = self._nameless(self._ordered(rows))\n",
            ),
        ),
        Named((f"{_IDENTITY}::test_d26_of_two_mirrors_of_one_second_each_row_is_the_one_of_its_name",)),
    ),
    Mutation(
        "somebody else of that second is the mirror",
        "D26",
        "A citizen's registration would be overwritten with the person of a mirror.",
        (
            Edit(
                "domain/witnesses.py",
                "    return bool(contacts) and not any(getattr(before, kind) == value for kind, value in contacts)\n",
                "    return False\n",
            ),
        ),
        Named((f"{_IDENTITY}::test_d26_somebody_else_of_the_same_second_is_no_mirror_given_out",)),
    ),
    Mutation(
        "whose mirror a row is, of two people of one name and second, goes by the letter alone",
        "D26",
        "The S of one Eva Maier would cancel the other, and her mail and phone would be written over.",
        (
            Edit(
                "domain/given_mirrors.py",
                "        return 0 if (known.mail, known.phone) == (now.mail, now.phone) else 1\n",
                "        return 2\n",
            ),
            Edit("domain/given_mirrors.py", "    if others == 0:\n", "    if others >= 0:\n"),
            Edit(
                "domain/given_mirrors.py",
                "    return len(contacts) == 1 and cancelled <= known\n",
                "    return True\n",
            ),
        ),
        Named((f"{_SAME_NAMES}::test_d26_mail_and_phone_tell_whose_s_it_is_of_two_of_one_name_and_second",)),
    ),
    Mutation(
        "an S that may be of either of two people is one of them's",
        "D26",
        "A citizen would be cancelled by a guess.",
        (
            Edit(
                "domain/given_mirrors.py",
                "    return len(contacts) == 1 and cancelled <= known\n",
                "    return True\n",
            ),
        ),
        Named((f"{_SAME_NAMES}::test_d26_an_s_that_may_be_of_either_of_two_people_is_asked_about",)),
    ),
    Mutation(
        "who has the name of a mirror given out is that mirror, whatever mail and phone say",
        "D26",
        "The Master's own customer would be overwritten with another's mail and phone, and cancelled with her.",
        (
            Edit(
                "domain/given_mirrors.py",
                "    return 3 if others == 1 and actor in (None, WEB_SERVICE_USER) else None\n",
                "    return 3\n",
            ),
        ),
        Named((f"{_SAME_NAMES}::test_d26_who_has_the_name_and_another_mail_and_phone_is_no_mirror_given_out",)),
    ),
    Mutation(
        "a mistyped reference makes a mirror go",
        "D26",
        "One slip of the keyboard in Koop-Beleg-ID would cancel a citizen of another VHS.",
        (
            Edit(
                "domain/pairing.py",
                "booking.ref != ref and _is_misnamed(draft, booking, row)",
                "booking.ref != ref and False",
            ),
        ),
        Named((f"{_IDENTITY}::test_d26_mistyped_reference_of_a_mirror_loses_nobody_a_seat",)),
    ),
    Mutation(
        "a second is a mirror although it is that of two",
        "D26",
        "The company's registration would be taken for one of two citizens.",
        (
            Edit(
                "domain/given_mirrors.py",
                "        if time and len(mirrors) == 1 and len(numbers) == 1:\n",
                "        if time and numbers:\n",
            ),
        ),
        Named((f"{_IDENTITY}::test_d26_of_two_mirrors_of_one_second_a_row_of_another_name_is_neither",)),
    ),
    Mutation(
        "a mirror is known by the second the owner shows now alone",
        "D26",
        "A mirror that was given out before its booking was merged would be a registration, or set aside for ever.",
        (
            Edit(
                "domain/bare_mirrors.py",
                "        moments = dict.fromkeys((*create.moments, booking.booked_at))\n",
                "        moments = [booking.booked_at]\n",
            ),
        ),
        Named((f"{_IDENTITY}::test_d26_row_of_the_second_it_was_given_out_with_is_that_mirror",)),
    ),
    Mutation(
        "a row that waits is registered as soon as its person is corrected",
        "D27",
        "Until a complete export tells, it may be the merged row of a known booking.",
        (
            Edit(
                "domain/weighing.py",
                (
                    "            if seat is not None and seat.status is not None:\n"
                    "                return ref\n"
                    "        if row"
                ),
                ("            if seat is None:\n                return ref\n        if row"),
            ),
        ),
        Named((f"{_IDENTITY}::test_d27_row_that_waits_goes_on_waiting_where_nothing_of_it_fits_any_more",)),
    ),
    Mutation(
        "a mail alone proves a merge",
        "D27",
        "Who registers a relative with his own mail would lose his seat to that.",
        (
            Edit(
                "domain/tiers.py",
                '    Tier((("time", "mail"), ',
                '    Tier((("mail",), ',
            ),
        ),
        Named((f"{_IDENTITY}::test_d27_other_second_proves_nothing_after_the_name_was_corrected",)),
    ),
    Mutation(
        "a row waits only as long as every export shows it",
        "D27",
        "A delta shows what changed; the registration still waits.",
        (
            Edit(
                "domain/observe_identity.py",
                "            if part.proves_absence or key[1] in seen:\n",
                "            if key[1]:\n",
            ),
        ),
        Named((f"{_IDENTITY}::test_d27_row_that_waits_goes_on_waiting_where_nothing_of_it_fits_any_more",)),
    ),
    Mutation(
        "a course whose row was set aside is lost",
        "D28",
        "One illegible cell, and the course of everybody in it would be looked for elsewhere.",
        (
            Edit(
                "domain/route_courses.py",
                " in self.rejected_keys or lane.coop_id in self.rejected_ids\n",
                " in set[str]()\n",
            ),
        ),
        Named((f"{_BESIDE}::test_d28_course_whose_row_was_set_aside_is_not_lost",)),
    ),
    Mutation(
        "a course that was reported beside a shared one may become it",
        "D28",
        "Two courses of one title are run at once; bookings of the one are none of the other.",
        (
            Edit(
                "domain/route_courses.py",
                "                    if self._stood_beside(row)\n",
                "                    if self._stood_beside(row) and not _is_course(row, lane)\n",
            ),
        ),
        Named((f"{_BESIDE}::test_d28_course_reported_beside_it_does_not_become_a_vanished_one",)),
    ),
    Mutation(
        "a course that left the scope is lost",
        "D28",
        "The next one of the same title would take its COOP-Id.",
        (
            Edit(
                "domain/route_courses.py",
                "or (named and self._in_scope(lane.ends_on) and _is",
                "or (named and _is",
            ),
        ),
        Named((f"{_BESIDE}::test_d28_course_that_left_the_scope_is_not_lost",)),
    ),
    Mutation(
        "bookings of an archived course can be ended",
        "D28",
        "They took place, and are billed.",
        (Edit("domain/cancellations.py", "not lane.present and not lane.archived\n", "not lane.present\n"),),
        Named((f"{_ASIDES}::test_d28_bookings_of_an_archived_course_cannot_be_ended",)),
    ),
    Mutation(
        "a merged mirror without name and reference is set aside",
        "D26",
        "Whoever fills the name in, as is asked for, gives one citizen two seats; else no S reaches the row any more.",
        (Edit("domain/unstated.py", "len(stood) == 1 and stood[0] not in here", "len(stood) == 0"),),
        Named(
            (
                "tests/acceptance/test_bare_mirrors.py::"
                "test_d26_a_mirror_with_neither_name_nor_reference_that_was_merged_goes_on",
            )
        ),
    ),
    Mutation(
        "a second row of a mirror without name and reference is its merged row",
        "D26",
        "Nothing would be known of the second row but that it is a registration without a name: a seat too many.",
        (Edit("domain/unstated.py", "len(stood) == 1 and stood[0] not in here", "len(stood) == 1"),),
        Named(
            (
                "tests/acceptance/test_bare_mirrors.py::"
                "test_d26_a_second_row_with_neither_name_nor_reference_is_nobody_s_registration",
            )
        ),
    ),
    Mutation(
        "a row without a name is the mirror whose number it has, though that stands in another row",
        "D17",
        "A company would be registered, at all VHSs of the course, under the number of a mirror that got another.",
        (Edit("domain/unstated.py", "return ref is not None and ref not in named", "return ref is not None"),),
        Named(
            (
                "tests/acceptance/test_bare_mirrors.py::"
                "test_d17_a_company_under_the_number_of_a_mirror_that_stands_in_another_row_is_set_aside",
            )
        ),
    ),
    Mutation(
        "a mirror without name and reference that went with its program is not expected again",
        "D20",
        "Its row would be set aside for ever where the file was only cut, and no S would reach it.",
        (
            Edit(
                "domain/unstated.py",
                "    moments |= {booking.seats[vhs].booked_at for booking in went_with_program(state, vhs)}\n",
                "",
            ),
        ),
        Named(
            (
                "tests/acceptance/test_bare_mirrors.py::"
                "test_d20_a_mirror_with_neither_name_nor_reference_that_a_cut_file_lacked_is_told_its_s",
            )
        ),
    ),
    Mutation(
        "a copy without name and reference is asked for a name",
        "D26",
        "Whoever obeys gives one citizen two seats: the copy becomes a registration of its own.",
        (Edit("domain/unstated.py", "(UNTOLD_MIRROR if ours else NAMELESS)", "NAMELESS"),),
        Named(("tests/acceptance/test_bare_mirrors.py::test_d26_a_copy_that_nothing_tells_is_not_asked_for_a_name",)),
    ),
    Mutation(
        "the first day of a calendar is a phone",
        "D29",
        "What a database writes for nothing would be sent on as somebody's phone, or taken for another TNR.",
        (Edit("connectors/booking_cells.py", 'is no value" if is_no_day(text)', 'is no value" if is_none(text)'),),
        Named((f"{_UNSTATED}::test_d29_a_first_day_of_a_calendar_is_not_stated_wherever_it_stands",)),
    ),
    Mutation(
        "of many rows at once the first day of a calendar is a name",
        "D29",
        "What is read quickly must mean what it means when it is read slowly.",
        (Edit("connectors/tidy.py", "or may_be_first_day(", "or not all("),),
        Named((f"{_UNSTATED}::test_d29_a_first_day_of_a_calendar_is_not_stated_wherever_it_stands",)),
    ),
    Mutation(
        "an own booking with the reference of another is that other's mirror",
        "D17",
        "Its own row would be missing, and a citizen cancelled whose row stands as it always did.",
        (
            Edit(
                "domain/misnamed.py",
                "        if booking is not None and is_own(state, vhs, booking, row, people):\n",
                "        if booking is None and row.booking_id == row.ref:\n",
            ),
        ),
        Named((f"{_MISNAMED}::test_d17_an_own_row_with_the_reference_of_nobody_is_not_removed",)),
    ),
    Mutation(
        "a reference of a VHS that takes no part is believed",
        "D17",
        "The registration would have a seat nowhere else, and nobody would hear of it.",
        (
            Edit(
                "domain/misnamed.py", "        elif settled and _is_nobodys", "        elif not settled and _is_nobodys"
            ),
        ),
        Named((f"{_MISNAMED}::test_d17_a_registration_with_the_reference_of_a_vhs_that_takes_no_part_is_set_aside",)),
    ),
)
"""What a row is, and what follows from that for whoever has none."""
