"""Mistakes about courses: edited, renumbered, deleted, cancelled, their COOP-Id lost or exchanged."""

from __future__ import annotations

from tests.mutations.mutation import Edit, Mutation, Named, Seeds

_SUBSCRIPTION = "tests/unit/domain/test_subscription.py"
_ENDED = (
    f"{_SUBSCRIPTION}::test_r19_abo_under_a_coop_id_that_no_master_shows_ends_with_the_bookings_that_nobody_else_shows"
)
_BACKUP = "tests/acceptance/test_backup.py"
_FACTS = '    "course_type", "bamf", "starts_on", "ends_on", "starts_at", "ends_at", "venue", "dvv_category",\n'
_LOOK = "    if lane.altered != found:\n        draft.add(e.CoopIdAltered"
_REVISED = "    revised = {name: value for name, value in news.items() if"
_DIFFERS = "        if value is not None\n        and (shown := "
_BESIDE = "tests/unit/domain/test_route_beside.py"
_ROUTE = "tests/unit/domain/test_route.py"
_V = "tests/unit/domain/test_violations.py"
_ADOPTION = "tests/unit/domain/test_adoption.py"

COURSES = (
    Mutation(
        "the Master's new time is not taken in",
        "edit Uhrzeit von",
        "Date, time and place of the Master follow to every Abo-Kurs (R21).",
        (Edit("domain/observe_course.py", _REVISED, _REVISED.replace(" if", " if name != 'starts_at' and")),),
    ),
    Mutation(
        "the Master's last day is not taken in",
        "edit Datum bis",
        "Date, time and place of the Master follow to every Abo-Kurs (R21).",
        (Edit("domain/observe_course.py", _REVISED, _REVISED.replace(" if", " if name != 'ends_on' and")),),
    ),
    Mutation(
        "the Master's first day is not taken in",
        "edit Datum von",
        "A course that is moved is moved for everybody (R21, D11).",
        (Edit("domain/observe_course.py", _REVISED, _REVISED.replace(" if", " if name != 'starts_on' and")),),
    ),
    Mutation(
        "the Master's seats are not taken in",
        "edit TN max",
        "The number of seats is the Master's, over all VHSs (B8, R21).",
        (Edit("domain/observe_course.py", _REVISED, _REVISED.replace(" if", " if name != 'capacity' and")),),
    ),
    Mutation(
        "the Abo-Kurs may lose its marker",
        "edit Kennzeichen",
        "Without Kennzeichen 100 an Abo-Kurs looks like a release of its own (R41, T4).",
        (Edit("domain/wanted.py", _DIFFERS, _DIFFERS.replace("if ", 'if name != "markers" and ')),),
    ),
    Mutation(
        "the Abo-Kurs may count in statistics",
        "edit Anrechenbar",
        "A course that two VHSs count is counted twice (T2).",
        (Edit("domain/wanted.py", '        "countable": False,\n', '        "countable": row.countable,\n'),),
    ),
    Mutation(
        "NIE bei vhsKOOP ends the cooperation",
        "edit NIE bei vhsKOOP",
        "The tick set after the release is a violation; course and bookings go on (R3).",
        (
            Edit(
                "domain/observe_course.py",
                "    if not _take_identity(draft, lane, row):\n",
                "    if row.facts.never_share or not _take_identity(draft, lane, row):\n",
            ),
        ),
    ),
    Mutation(
        "a rate changed after the release is not reported",
        "edit vhsKOOP-Verrechnung",
        "The rate is fixed with the release (R16).",
        (
            Edit(
                "domain/violations.py",
                '        yield Violation("RATE_CHANGED", lane.vhs',
                '        yield Violation("MASTER_PRICE_CHANGED", lane.vhs',
            ),
        ),
        Named(("tests/unit/domain/test_violations.py", "tests/unit/domain/test_subscription.py")),
    ),
    Mutation(
        "a price changed at an Abo-VHS stays",
        "edit Gebühr",
        "The price is the one accepted with the Abo, and is put right (R33).",
        (
            Edit(
                "domain/wanted.py",
                '        fields |= {"fee_cents": terms.fee_cents, "pass_through_cents": terms.pass_through_cents}\n',
                '        fields |= {"pass_through_cents": terms.pass_through_cents}\n',
            ),
        ),
        Named(("tests/unit/domain/test_violations.py::test_r33_abo_price_is_told_back",)),
    ),
    Mutation(
        "the Master's title overwrites that of the Abo-VHS",
        "edit Titel",
        "Title and info are written once; afterwards they are the Abo-VHS's (R29, R36).",
        (Edit("domain/wanted.py", _FACTS, '    "title",\n' + _FACTS),),
        Named(("tests/unit/domain/test_subscription.py",)),
    ),
    Mutation(
        "a type that may not be shared is not reported",
        "edit Typ",
        "A course turned into one for children must not stay unnoticed (R9).",
        (Edit("domain/violations.py", "row.course_type not in SHAREABLE_TYPES):\n", "not row.course_type):\n"),),
        Named(("tests/unit/domain/test_violations.py",)),
    ),
    Mutation(
        "Ausfall at an Abo-VHS cancels the course for all",
        "edit Ausfall",
        "Only the Master cancels a course (R47).",
        (
            Edit(
                "domain/observe_course.py",
                "    if lane.vhs == state.master:\n        _take_master_facts",
                "    if lane.vhs == state.master or row.facts.cancelled:\n        _take_master_facts",
            ),
            Edit(
                "domain/cooperation.py",
                "        return self.master is not None and self.lanes[self.master].cancelled_version > 0\n",
                "        return any(lane.cancelled_version for lane in self.lanes.values())\n",
            ),
        ),
    ),
    Mutation(
        "the Master's Ausfall is not heard",
        "ausfall",
        "A course that does not take place must be cancelled everywhere (R47, D11).",
        (
            Edit(
                "domain/observe_course.py",
                "    if cancelled and not draft.state.cancelled:\n",
                "    if cancelled and draft.state.cancelled:\n",
            ),
        ),
    ),
    Mutation(
        "an Ausfall is taken back whenever the flag is reset",
        "unausfall",
        "A program that resets flags at the turn of the semester revives nobody (D24).",
        (
            Edit(
                "domain/observe_course.py",
                " and draft.state.cancelled and not _is_over(lane, draft.moment.at):\n",
                " and draft.state.cancelled:\n",
            ),
        ),
        Named(("tests/unit/domain/test_cancellation.py::test_r47_ausfall_is_final_after_the_last_day",)),
    ),
    Mutation(
        "a renumbered course is lost sight of",
        "renumber",
        "With a COOP-Id synchronisation survives another number (R20).",
        (
            Edit(
                "domain/route_courses.py",
                "        same = shares(known, shown) or (may_be",
                "        same = bool(not lane) and (may_be",
            ),
        ),
    ),
    Mutation(
        "a lost COOP-Id is not put back",
        "lose_id",
        "Only the change list can put an id back that nobody noticed to be lost (R15).",
        (
            Edit(
                "domain/observe_course.py",
                _LOOK,
                "    if lane.altered != found and found:\n        draft.add(e.CoopIdAltered",
            ),
        ),
    ),
    Mutation(
        "a course whose COOP-Id was altered is read on",
        "alter_id",
        "The row may be another course by now; nothing is read until the id is back (R15).",
        (
            Edit(
                "domain/observe_course.py",
                _LOOK,
                "    if lane.altered != found and not found:\n        draft.add(e.CoopIdAltered",
            ),
            Edit(
                "domain/observe_course.py",
                "row=row, found=found)\n    return False\n",
                "row=row, found=found)\n    return True\n",
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_course_identity.py::test_r15_lost_or_altered_coop_id_freezes_the_course_at_this_vhs",
            )
        ),
    ),
    Mutation(
        "a restored COOP-Id is not believed",
        "restore_id",
        "Once the id is back, the course is read again (R15).",
        (
            Edit(
                "domain/evolve_course.py",
                "    lane.id_held, lane.altered = True, None\n",
                "    lane.id_held = True\n",
            ),
        ),
        Named(("tests/unit/domain/test_course_identity.py::test_r15_restored_coop_id_ends_the_freeze",)),
    ),
    Mutation(
        "with a copy of its COOP-Id a course is set aside as well",
        "copy_id",
        "A copied course carries the COOP-Id along; the shared one goes on all the same (R15).",
        (
            Edit(
                "domain/route_courses.py",
                "        chosen = next((row for row in with_id if row in same_key), None)\n",
                "        chosen = next((row for row in with_id if row in same_key and len(with_id) == 1), None)\n",
            ),
        ),
    ),
    Mutation(
        "a course that has the former number of a shared one is that with its COOP-Id lost",
        "R20",
        "Whoever writes the COOP-Id back would share a course that nobody shares, and who booked it (R15, D15).",
        (
            Edit(
                "domain/route_courses.py",
                "waits = left is not None and self._may_have_left(lane, left)\n",
                "waits = False\n",
            ),
        ),
        Named((f"{_ROUTE}::test_r20_number_that_another_course_has_now_is_told_by_participants_alone",)),
    ),
    Mutation(
        "one who was moved to the course that has the former number keeps the shared one there",
        "R20",
        "The COOP-Id is written into a course that nobody shares: its people are shown, its Ausfall is everybody's.",
        (
            Edit(
                "domain/route_courses.py",
                "            return not here or self._weigh(lane, alike) > here\n",
                "            return not here\n",
            ),
        ),
        Named((f"{_ROUTE}::test_r20_d28_row_with_the_coop_id_and_row_with_the_number_are_weighed",)),
    ),
    Mutation(
        "where the witnesses are at odds, the number tells which course is shared",
        "D28",
        "The COOP-Id would be written into a course that may be another, and its people be shown to every VHS.",
        (
            Edit(
                "domain/route_courses.py",
                "self._is_undecided(lane, row) or ",
                "",
            ),
        ),
        Named((f"{_ROUTE}::test_r20_d28_row_with_the_coop_id_and_row_with_the_number_are_weighed",)),
    ),
    Mutation(
        "a course that is known by nothing but a number is the shared one, whose COOP-Id is nowhere",
        "D28",
        "The number of a deleted course was given to another, which would be told the COOP-Id and shown to every VHS.",
        (
            Edit(
                "domain/route_courses.py",
                " or self._has_lost_all(lane, row)",
                "",
            ),
        ),
        Named((f"{_ROUTE}::test_d28_number_alone_makes_no_course_the_shared_one_whose_coop_id_is_nowhere",)),
    ),
    Mutation(
        "a title tells nothing against a COOP-Id",
        "R15",
        "Where two courses exchanged their COOP-Ids and got other numbers, the Ausfall of the one cancels the other.",
        (Edit("domain/route_courses.py", "row.facts.title == other.title != lane.title", "not other"),),
        Named((f"{_ROUTE}::test_r15_title_of_another_course_that_is_gone_tells_against_the_coop_id",)),
    ),
    Mutation(
        "a Beleg-ID alone tells whose booking stands in a copied course",
        "D28",
        "It was given to somebody in a course that nobody shares, of whom another VHS would hear (D18a, D15).",
        (
            Edit(
                "domain/belongings.py",
                '(f"{shown.booking_id} {name} {cell}" for',
                "(shown.booking_id for",
            ),
        ),
        Named((f"{_BESIDE}::test_d28_another_registration_under_a_beleg_id_of_the_course_is_no_booking_of_it",)),
    ),
    Mutation(
        "an Abo-Kurs whose COOP-Id is altered before it was seen is another course",
        "R15",
        "It is told to be made again, for ever, under a number that is taken (R28).",
        (
            Edit(
                "domain/observe_course.py",
                '"course.create" not in lane.told',
                '"course.create" in lane.told',
            ),
        ),
        Named(
            (
                "tests/unit/domain/test_course_identity.py"
                "::test_r15_abo_whose_coop_id_was_altered_before_it_was_seen_is_asked_for_it",
            )
        ),
    ),
    Mutation(
        "a mirror that was merged is not known by its Koop-Beleg-ID in a course under another number",
        "R20",
        "The course is told to be made a second time, for ever, and its bookings with it (R28).",
        (
            Edit(
                "domain/belongings.py",
                "    reference = (row.ref,) if row.ref and not own else ()\n",
                "    reference = (row.ref,) if row.ref and own else ()\n",
            ),
        ),
        Named((f"{_ROUTE}::test_r20_renumbered_course_is_known_by_the_reference_of_a_mirror_that_was_merged",)),
    ),
    Mutation(
        "a copied course may take over others with the bookings of a deleted one",
        "D28",
        "Who booked a course that nobody shares would be told to another VHS (D15).",
        (
            Edit(
                "domain/route_courses.py",
                " and not has_others(known, shown)\n",
                "\n",
            ),
        ),
        Named((f"{_BESIDE}::test_d28_course_beside_it_becomes_it_only_with_all_its_bookings_and_nobody_elses",)),
    ),
    Mutation(
        "a parallel course that was copied is a renumbered one",
        "R20",
        "Other people booked it, at other seconds; nobody may hear of them (D15).",
        (
            Edit(
                "domain/belongings.py",
                "    return not anybody or not live.isdisjoint(there)\n",
                "    return not anybody or not live or bool(there)\n",
            ),
        ),
        Named((f"{_ROUTE}::test_r15_parallel_course_that_took_the_coop_id_along_is_not_a_deleted_one",)),
    ),
    Mutation(
        "a course that is back under a number that it had is known by that number alone",
        "R20",
        "A course for another day that took the COOP-Id along would be read as the shared one (R15, D15).",
        (
            Edit(
                "domain/route_courses.py",
                "        if not had or facts.title not in former.titles or facts.starts_on not in former.first_days:\n",
                "        if not had:\n",
            ),
        ),
        Named((f"{_ROUTE}::test_r15_row_with_the_coop_id_that_is_not_as_the_course_was_is_a_copy",)),
    ),
    Mutation(
        "a course that is back under a number that it had is that one whoever booked there",
        "D15",
        "Other people booked it, at other seconds; nobody may hear of them.",
        (
            Edit(
                "domain/belongings.py",
                "    return bool(live and there) and live.isdisjoint(there)\n",
                "    return False\n",
            ),
        ),
        Named((f"{_ROUTE}::test_r15_d15_course_under_a_former_number_where_certainly_others_booked_is_a_copy",)),
    ),
    Mutation(
        "two courses that exchanged their COOP-Ids exchange their bookings",
        "exchange_ids",
        "The number and the bookings tell which course is which (R15).",
        (
            Edit(
                "domain/route_courses.py",
                "        if other is None or other is lane:\n            return False\n",
                "        if other is None or other is lane or other:\n            return False\n",
            ),
        ),
        Seeds(most=300),
    ),
    Mutation(
        "a deleted course cancels its bookings",
        "delete",
        "A course that is gone is a violation, not a cancellation of everybody in it (R19, R34, B11d).",
        (
            Edit(
                "domain/route.py",
                "        part.proves_absence = part.proves_absence and complete and part.course is not None\n",
                "        part.proves_absence = complete\n",
            ),
            Edit(
                "domain/observe_course.py",
                "        return lane.delivered and not lane.frozen and lane.present\n",
                "        return lane.delivered and not lane.frozen\n",
            ),
        ),
    ),
    Mutation(
        "a course that is back stays deleted",
        "undelete",
        "A deletion that was taken back is over (R44).",
        (Edit("domain/observe_course.py", "    if not lane.present:\n", "    if not lane:\n"),),
    ),
    Mutation(
        "bookings from before an Abo are not handed on",
        "subscribe",
        "Who subscribes later holds all seats as well (D1).",
        (
            Edit(
                "domain/wanted.py",
                "    if wanted is None or not booking.claimed or (seat",
                "    if wanted is None or booking.changed < lane.subscribed_version or (seat",
            ),
        ),
    ),
    Mutation(
        "the new COOP-Id is not written at the Master",
        "release",
        "Without it in Externe Kurs-Nr. the course is found by its number only (R14).",
        (
            Edit(
                "domain/wanted.py",
                "    if not lane.id_held and not state.legacy:\n",
                "    if not lane.id_held and lane.altered:\n",
            ),
        ),
        Named(("tests/unit/domain/test_course_identity.py::test_r14_release_asks_for_the_coop_id_until_it_is_there",)),
    ),
    Mutation(
        "the maximum of an Abo-Kurs need not be guarded",
        "edit Belegen nur bis Maximum",
        "Without the tick the Abo-VHS books beyond the seats (R40).",
        (Edit("domain/wanted.py", '        "max_guard": True,\n', '        "max_guard": row.max_guard,\n'),),
        Named((f"{_V}::test_r40_maximum_is_guarded_again",)),
    ),
    Mutation(
        "the Master is not put back as instructor",
        "edit Dozent",
        "Who runs the course must stand in it, beside anybody else (R39).",
        (
            Edit(
                "domain/wanted.py",
                '    return f"{required}, {present}" if present else required\n',
                "    return present or required\n",
            ),
        ),
        Named((f"{_V}::test_r39_master_is_put_back_beside_the_other_instructor",)),
    ),
    Mutation(
        "lost lines of the info text are not named",
        "edit Info",
        "By these lines an Abo-Kurs is recognised (R37).",
        (Edit("domain/violations.py", "is not None and label not in row.info]", "is not None and not label]"),),
        Named((f"{_V}::test_r37_labels_that_are_gone_are_named",)),
    ),
    Mutation(
        "an Abo-VHS may not have a place of its own",
        "edit Kursort",
        "Its own venue stands until the Master changes it (R38).",
        (Edit("domain/evolve_course.py", 'LOCAL_FIELDS = frozenset({"venue"})\n', "LOCAL_FIELDS = frozenset({''})\n"),),
        Named((f"{_V}::test_r38_the_abos_own_venue_is_nobodys_business",)),
    ),
    Mutation(
        "a new Abo-Kurs has no subject",
        "edit DVV-Fachbereich",
        "The common subject follows from the Master (R21, R28).",
        (Edit("domain/wanted.py", _FACTS, _FACTS.replace(' "dvv_category",', "")),),
        Named(("tests/unit/domain/test_subscription.py::test_r28_abo_kurs_is_made_with_all_its_automatic_entries",)),
    ),
    Mutation(
        "pass-through items changed at the Master are not reported",
        "edit Durchlaufende Posten",
        "They are part of the price that is fixed with the release (R17).",
        (
            Edit(
                "domain/violations.py",
                '        yield Violation("MASTER_PRICE_CHANGED", lane.vhs, "", CRITICAL, "R17", detail)\n',
                "        if fee != terms.fee_cents:\n"
                '            yield Violation("MASTER_PRICE_CHANGED", lane.vhs, "", CRITICAL, "R17", detail)\n',
            ),
        ),
        Named((_V, "tests/unit/domain/test_subscription.py")),
    ),
    Mutation(
        "whoever types a COOP-Id takes part",
        "R31",
        "A VHS that may neither see nor subscribe a course would get its seats, and its S would cancel its people.",
        (Edit("domain/admission.py", "    if standing.by_engine:\n", "    if False:\n"),),
        Named((f"{_ADOPTION}::test_r31_of_a_course_released_through_the_engine_no_typed_coop_id_is_an_abo",)),
    ),
    Mutation(
        "whoever reports first is the Master",
        "D16",
        "A VHS with a foreign COOP-Id and without Kennzeichen 100 would be given the people of all the others.",
        (
            Edit("domain/admission.py", "    if unmarked and", "    if False and"),
            Edit(
                "domain/observe_course.py",
                "    if not is_marked(row) and issuer(state.coop_id) == draft.moment.vhs:\n",
                "    if not is_marked(row) and state.master is None:\n",
            ),
        ),
        Named((f"{_ADOPTION}::test_d16_a_vhs_whose_number_the_coop_id_does_not_begin_with_is_never_its_master",)),
    ),
    Mutation(
        "whoever was booked under a mistyped COOP-Id goes on being booked when the Abo has ended",
        "R19",
        "The Master that really has that COOP-Id is shown people who never booked its course (D1).",
        (Edit("domain/evolve_course.py", "            booking.claimed = booking.without_abo\n", "            pass\n"),),
        Named((_ENDED,)),
    ),
    Mutation(
        "a booking lives again whose VHS takes no part any more",
        "D9",
        "The Master would hold a seat of somebody who has no contract.",
        (
            Edit(
                "domain/cooperation.py",
                "(self.cancelled_by or self.orphaned_by) or self.without_abo",
                "(self.cancelled_by or self.orphaned_by)",
            ),
        ),
        Named((f"{_SUBSCRIPTION}::test_d9_booking_whose_abo_ended_lives_only_with_another_abo_and_that_is_asked",)),
    ),
    Mutation(
        "an Abo that no Master shows ends whoever shows its bookings",
        "R19",
        "Two VHSs that share a course whose Master has lost it lose the bookings of the one.",
        (Edit("domain/subscription.py", "all(seat.status is None for", "all(True for"),),
        Named((f"{_SUBSCRIPTION}::test_r19_booking_that_another_vhs_shows_hangs_on_an_abo_whoever_the_master_is",)),
    ),
    Mutation(
        "a COOP-Id is given out while a program may hold it since the backup",
        "D16",
        "Two courses of a Master have one COOP-Id, and neither is shared any more.",
        (
            Edit(
                "ingest/putting_back.py",
                "    if untold := sorted(_untold(tx, today)):\n",
                "    if untold := sorted(()):\n",
            ),
        ),
        Named((f"{_BACKUP}::test_d16_no_coop_id_is_given_out_again_that_was_given_out_after_the_backup",)),
    ),
    Mutation(
        "a COOP-Id in a row that was set aside is free after a restore",
        "D16",
        "It is given out again, and whose the course is that carries it nobody knows any more.",
        (Edit("ingest/apply.py", "            if self.judgement.put_back:\n", "            if False:\n"),),
        Named((f"{_BACKUP}::test_d16_a_coop_id_in_a_row_that_is_set_aside_is_not_given_out_after_a_restore",)),
    ),
    Mutation(
        "a course that nobody else showed yet is a slip whatever stands beside it",
        "R15",
        "Two COOP-Ids are exchanged, one is lost, and the Master of one course hears of who booked the other.",
        (
            Edit(
                "domain/route_courses.py",
                "(itself or not (shared or self._is_elsewhere(lane, row)))",
                "(itself or not shared)",
            ),
        ),
        Named((f"{_ROUTE}::test_r15_lone_course_is_no_slip_where_the_other_course_stands_in_another_row",)),
    ),
    Mutation(
        "an Abo-Kurs that lost its COOP-Id says nothing",
        "R15",
        "Two renumbered Abo-Kurse exchange their COOP-Ids, one is lost, and people are told to the wrong VHSs.",
        (
            Edit(
                "domain/route_courses.py",
                "        return _is_marked(row) is not masters and not self.is_known((row.number, row.period))\n",
                "        return False\n",
            ),
        ),
        Named(
            (
                f"{_ROUTE}::test_r15_new_abo_course_of_its_title_and_day_without_coop_id_tells_against_another_row_that_has_the_id",
            )
        ),
    ),
    Mutation(
        "a course set aside for its typed COOP-Id is read all the same",
        "R31",
        "Nobody would be told that the course counts for nothing, nor what to do.",
        (
            Edit(
                "domain/route_courses.py",
                "elif (stranger := self.stranger(row)) is not None:",
                "elif (stranger := self.stranger(row)) is not None and not self.report.vhs:",
            ),
        ),
        Named(("tests/acceptance/test_strangers.py::test_d9_closed_release_is_not_entered_by_its_coop_id",)),
    ),
)
"""What staff does with courses."""
