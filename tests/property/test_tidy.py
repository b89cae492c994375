"""Bookings read column by column are what they are read row by row, or else they are read row by row."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from koop_es.connectors.columns import BOOKINGS, Header
from koop_es.connectors.notes import Notes
from koop_es.connectors.profiles import Profile
from koop_es.connectors.rows import BookingReader, CellRefused
from koop_es.domain.observation import BookingRow

NATIVE = Profile(name="native")

GOOD: dict[str, tuple[str, ...]] = {
    "booking_id": ("1", "8841"),
    "number": ("26-10009", "K2"),
    "period": ("26F",),
    "participant_no": ("7",),
    "name": ("Müller", "Weiß"),
    "first_name": ("Änne",),
    "phone": ("", "0941 1"),
    "email": ("", "a@example.org"),
    "status": ("A", "S", "W", "?"),
    "booked_at": ("02.01.2026 09:30", "25.10.2026 02:30", "02.01.2026T09:30:15"),
    "ref": ("", "", "301:5"),
    "edited_by": ("", "WS", "Büro"),
}
ODD: dict[str, tuple[str, ...]] = {
    "booking_id": ("", "x" * 200),
    "number": ("", "x" * 200),
    "period": ("", "x" * 200),
    "participant_no": ("", "x" * 200),
    "name": ("",),
    "first_name": ("",),
    "status": ("", "x" * 200),
    "booked_at": ("", "31.02.2026 10:00", "29.03.2026 02:30", "02.01.2026"),
    "ref": ("563:9", "nobody", "301:"),
}
"""What keeps a row from being used, or is remarked."""

good = st.fixed_dictionaries({field: st.sampled_from(cells) for field, cells in GOOD.items()})
left_out = st.sets(st.sampled_from(["phone", "email", "ref", "edited_by"]))
"""Columns a file need not have."""


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, str]]:
    """Draw some rows, most of them with nothing the matter."""
    rows = draw(st.lists(good, min_size=1, max_size=6))
    if draw(st.booleans()):
        field = draw(st.sampled_from(sorted(ODD)))
        draw(st.sampled_from(rows))[field] = draw(st.sampled_from(ODD[field]))
    return rows


@given(records(), left_out)
@example([{field: cells[0] for field, cells in GOOD.items()} | {"name": "", "ref": "301:5"}], set())
def test_columns_say_what_rows_say_where_nothing_is_to_be_said(rows: list[dict[str, str]], absent: set[str]) -> None:
    fields = [field for field in BOOKINGS.headings if field not in absent]
    header = Header(
        at={field: place for place, field in enumerate(fields)},
        names={field: BOOKINGS.headings[field] for field in fields},
        cells=[BOOKINGS.headings[field] for field in fields],
        unknown=[],
    )
    notes = Notes("belegungen.csv", "booking")
    reader = BookingReader(header, NATIVE, notes, "563")
    cells = [[row[field] for field in fields] for row in rows]
    one_by_one: list[BookingRow] = []
    refused = 0
    for line, row in enumerate(cells, 2):
        try:
            one_by_one.append(reader.row(row, line, tidy=True))
        except CellRefused:
            refused += 1
    lines = range(2, 2 + len(cells))
    typed, names = reader.many.rows(cells, lines), reader.many.names(cells, lines)
    if refused or notes.count:
        assert (typed, names) == (None, None)
    else:
        assert typed == one_by_one
        assert names == [reader.name(row, line, tidy=True) for line, row in enumerate(cells, 2)]
