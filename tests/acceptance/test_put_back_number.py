"""R20, D20: a program is put back to before its shared course got another number, and counts its rows anew."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, OTHER, programs
from tests.acceptance.program import settle
from tests.acceptance.sparse import DAY, SECOND, Sparse

FORMER = NUMBERS[NEAR][COOP]


def renumber(near: Sparse, former: str, number: str, **texts: str) -> None:
    """Give a course another number, and its bookings with it."""
    for row in (*near.courses, *near.bookings.values()):
        if row["Kursnummer"] == former:
            row["Kursnummer"] = number
    next(row for row in near.courses if row["Kursnummer"] == number).update(texts)


def put_back(near: Sparse, copy: Sparse) -> None:
    """Put a copy back whose program gives other Beleg-IDs and TNRs to its rows."""
    near.courses, near.bookings = deepcopy(copy.courses), {}
    for known, row in copy.bookings.items():
        booking_id = f"9{known}" if row["Kursnummer"] == FORMER else known
        near.bookings[booking_id] = row | {"Beleg-ID": booking_id, "TNR": f"7{booking_id}"}


@pytest.mark.parametrize("texts", [{}, {"Titel": "Töpfern am Abend"}], ids=["same title", "other title"])
@pytest.mark.parametrize(
    ("moment", "contact"), [(SECOND, True), (DAY, True), (SECOND, False), (DAY, False)],
    ids=["all told", "no time of day", "no contact", "name alone"],
)  # fmt: skip
def test_r20_d20_course_that_is_back_under_its_former_number_is_taken_in_and_nobody_is_cancelled(
    koop: Console, tmp_path: Path, moment: str, contact: bool, texts: dict[str, str]
) -> None:
    network = programs(tmp_path / "exports")
    near = network[NEAR] = Sparse(NEAR, tmp_path / "exports", courses=network[NEAR].courses, moment=moment)
    reach = {} if contact else {"Telefon": "", "E-Mail": ""}
    for count in range(2):
        near.book(FORMER, f"50{count}", **reach, **{"Gebucht am": f"02.02.2026 09:15:0{count}"})
    near.book(NUMBERS[NEAR][OTHER], "700", **reach)
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values())
    copy = deepcopy(near)
    renumber(near, FORMER, "K-9", **texts)
    koop.take_in(near.export())
    assert koop.open_codes() == {(NEAR, "COURSE_RENUMBERED")}
    put_back(near, copy)
    told = koop.take_in(near.export())
    assert told["quarantined_rows"] == 0, "it has COOP-Id, title and first day of then: it is no copy"
    near.book(FORMER, "9800", **{"Gebucht am": "03.03.2026 10:00:00"})
    for _ in range(3):
        koop.ingest(near.export())
        assert {koop.held(vhs)[f"{NEAR}:{known}"] for vhs in (MASTER, FAR) for known in ("500", "501")} == {"A"}
        assert koop.held(MASTER)[f"{NEAR}:9800"] == "A", "who is booked there since does not wait"
    codes = {code for _, code in koop.open_codes()}
    assert not codes & {"COURSE_VANISHED", "COURSE_RENUMBERED", "COURSE_NEVER_SHOWN"}
    assert ("BOOKING_REMOVED" in codes) is (moment == DAY and not contact), "what nothing tells is asked"
