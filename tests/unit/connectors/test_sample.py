"""The sample export of each profile: every column, in the program's own headings, and nothing to remark."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from koop_es.connectors import profiles, read_export
from koop_es.connectors.check import check
from koop_es.connectors.columns import BOOKINGS, COURSES, USERS
from koop_es.connectors.sample import write_sample


@pytest.mark.parametrize("system", profiles.SHIPPED)
def test_a_sample_has_every_column_and_there_is_nothing_to_remark(system: str, tmp_path: Path) -> None:
    checked = check(write_sample(tmp_path / "sample", system))
    assert (checked.courses, checked.bookings, checked.users) == (2, 4, 2)
    assert checked.system == system
    assert checked.proves_absence
    assert checked.findings == []
    encoding = json.loads((tmp_path / "sample" / "manifest.json").read_text())["encoding"]
    for layout, name in ((COURSES, "kurse"), (BOOKINGS, "belegungen"), (USERS, "benutzer")):
        with (tmp_path / "sample" / f"{name}.csv").open(encoding=encoding, newline="") as stream:
            assert len(next(csv.reader(stream, delimiter=";"))) == len(layout.headings)


def test_samples_say_the_same_in_every_programs_headings(tmp_path: Path) -> None:
    native, kufersql = (read_export(write_sample(tmp_path / system, system)) for system in ("native", "kufersql"))
    assert kufersql.courses == native.courses
    assert kufersql.bookings == native.bookings
    header = (tmp_path / "kufersql" / "kurse.csv").read_text("cp1252").splitlines()[0]
    assert header.startswith("Kurs-Nr.;Semester/Periode;Externe Kurs-Nr.;Haupttitel;")
