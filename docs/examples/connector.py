"""A reference connector in the standard library alone: exports out of an admin program, and change lists into it.

The program is an SQLite file here whose tables ``kurse`` and ``belegungen`` have the headings of koop-export/1.
Take over what stands between the SQL: what is read, compared, written and remembered, and in which order.

    python connector.py export PROGRAM.db 301 OUTBOX        writes OUTBOX/301-1, the next time OUTBOX/301-2
    koop-es changes --vhs 301 > 301.jsonl
    python connector.py apply PROGRAM.db 301 < 301.jsonl    then export again: only an export acknowledges
"""

import csv
import hashlib
import io
import json
import re
import sqlite3
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
FILES = {"courses": ("kurse", "kurse.csv"), "bookings": ("belegungen", "belegungen.csv")}
PERSON = {"Name": "name", "Vorname": "first_name", "Telefon": "phone", "E-Mail": "email"}
NUMBERS = {"TN min", "TN max", "Gebühr", "Durchlaufende Posten"}
FLAGS = {"BAMF", "vhsKOOP-Key", "NIE bei vhsKOOP", "Anrechenbar", "Belegen nur bis Maximum", "Ausfall"}
LISTS = {"Kennzeichen", "Stichwörter"}
KINDS = {f"course.{verb}" for verb in ("create", "update", "cancel", "set_external_number")}
KINDS |= {f"booking.{verb}" for verb in ("create", "update", "cancel")}
WS = {"Bearbeitet von": "WS"}  # what a connector writes it signs: that tells an echo from what staff says


def connect(path):
    """Open the program, with two tables of the connector's own: the count of exports, and the ids it carried out."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("CREATE TABLE IF NOT EXISTS connector_export (sequence INTEGER PRIMARY KEY AUTOINCREMENT)")
    db.execute("CREATE TABLE IF NOT EXISTS connector_done (id TEXT PRIMARY KEY)")
    return db


def export(db, vhs, outbox, now):
    """Write everything the program holds under the next sequence, with the proof that it is whole; gives the folder."""
    db.execute("BEGIN IMMEDIATE")  # one picture of courses and bookings: nobody books in between
    sequence = db.execute("INSERT INTO connector_export DEFAULT VALUES").lastrowid
    tables = {part: db.execute(f"SELECT * FROM {table}").fetchall() for part, (table, _) in FILES.items()}
    db.execute("COMMIT")  # a sequence that is used up by a failure does no harm, one that is used twice does
    folder, hidden = Path(outbox) / f"{vhs}-{sequence}", Path(outbox) / f".{vhs}-{sequence}"
    hidden.mkdir(parents=True)
    files = {}
    for part, (table, name) in FILES.items():
        written = io.StringIO(newline="")
        csv.writer(written, delimiter=";").writerows([columns(db, table), *(map(text, row) for row in tables[part])])
        content = written.getvalue().encode("utf-8")
        (hidden / name).write_bytes(content)
        files[part] = {"path": name, "rows": len(tables[part]), "sha256": hashlib.sha256(content).hexdigest()}
    manifest = {"format": "koop-export/1", "vhs": vhs, "system": "kufersql", "sequence": sequence, "kind": "full",
                "exported_at": now.isoformat(timespec="seconds"), "encoding": "utf-8", "files": files}  # fmt: skip
    (hidden / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return hidden.rename(folder)  # whoever looks into the outbox sees a whole export or none


def apply(db, vhs, lines):
    """Carry out a change list, each id once; gives the ids that were left because a row is not as expected."""
    left = []
    for change in map(json.loads, filter(str.strip, lines)):
        db.execute("BEGIN IMMEDIATE")  # comparing and writing are one: staff may save the row at any moment
        if not db.execute("SELECT 1 FROM connector_done WHERE id = ?", [change["id"]]).fetchone():
            about = course if change["kind"].startswith("course.") else booking
            if change["kind"] in KINDS and about(db, vhs, change, change["kind"].partition(".")[2]):
                db.execute("INSERT INTO connector_done VALUES (?)", [change["id"]])
            else:
                left.append(change["id"])  # the next export tells, and the change is listed again if it is still wanted
        db.execute("COMMIT")
    return left


def course(db, vhs, change, verb):
    """Carry out a change of a course; False where it is left."""
    place, coop_id = change["course"], change["coop_id"]
    at_number = find(db, "kurse", {"Kursnummer": place["number"], "Periode": place["period"]})
    with_id = find(db, "kurse", {"Externe Kurs-Nr.": coop_id})
    if verb == "create":
        if not (at_number or with_id):
            insert(db, "kurse", place["fields"])
        return bool(with_id) or not at_number
    if not at_number:
        return False  # nothing to write into
    if verb == "set_external_number":
        return write(db, "kurse", at_number, change, {"Externe Kurs-Nr.": coop_id})
    if at_number.get("Externe Kurs-Nr.", coop_id) != coop_id:
        return False  # that is not the course which is meant: an Ausfall written into a wrong course is an Ausfall
    texts = {"Ausfall": "W"} if verb == "cancel" else place["fields"]
    return write(db, "kurse", at_number, change, texts)


def booking(db, vhs, change, verb):
    """Carry out a change of a booking; False where it is left."""
    told, place = change["booking"], change["course"]
    owner, _, own_id = told["ref"].partition(":")
    if told["status"] not in ("A", "W", "S", *([None] if verb == "update" else [])):
        return False  # a letter of a later format
    texts = {heading: told[key] for heading, key in PERSON.items() if told.get(key) is not None}  # null stays as it is
    texts |= {"Status": told["status"]} if told["status"] is not None else {}
    if verb == "create":
        if not find(db, "kurse", {"Kursnummer": place["number"], "Periode": place["period"]}):
            return False
        mirror = owner != vhs
        if mirror and find(db, "belegungen", {"Koop-Beleg-ID": told["ref"]}):
            return True  # it is there already
        wanted = None if mirror else told.get("booking_id")  # its own, lost by its program: under its Beleg-ID if free
        free = wanted and not find(db, "belegungen", {"Beleg-ID": wanted})
        known = told.get("booked_at")  # null where no export carried it
        booked = datetime.fromisoformat(known).astimezone(BERLIN).strftime("%d.%m.%Y %H:%M:%S") if known else ""
        insert(db, "belegungen", texts | WS | {
            "Beleg-ID": wanted if free else following(db, "Beleg-ID"), "TNR": following(db, "TNR"),
            "Kursnummer": place["number"], "Periode": place["period"], "Gebucht am": booked,
            "Koop-Beleg-ID": told["ref"] if mirror else "",
        })  # fmt: skip
        return True
    by_ref = {"Koop-Beleg-ID": told["ref"]} if owner != vhs else {"Beleg-ID": own_id}
    named = {"Beleg-ID": told["booking_id"]} if told.get("booking_id") else by_ref
    row = find(db, "belegungen", named)
    return row is not None and write(db, "belegungen", row, change, texts)


def write(db, table, row, change, texts):
    """Write texts into a row and sign it, if it shows what the change was decided on (D22)."""
    for heading, text in (change.get("expects") or {}).items():
        if value(heading, row.get(heading, "")) != value(heading, text or ""):
            return False
    texts = {heading: text for heading, text in (texts | WS).items() if heading in row}
    places = ", ".join(f'"{heading}" = ?' for heading in texts)
    db.execute(f"UPDATE {table} SET {places} WHERE rowid = ?", [*texts.values(), row["rowid"]])
    return True


def value(heading, text):
    """Read a cell as what it means: 90 is 90,00, an empty flag is F, a list has no order; all else is text."""
    digits = text.replace(".", "").replace(",", ".")
    if heading in NUMBERS and re.fullmatch(r"[0-9]+(\.[0-9]+)?", digits):
        return float(digits)
    if heading in LISTS:
        return sorted(part.strip() for part in text.split(","))
    return text or ("F" if heading in FLAGS else "")


def text(cell):
    """Give the text of what the program holds, which may be nothing, or a number."""
    return "" if cell is None else f"{cell:.2f}".replace(".", ",") if isinstance(cell, float) else str(cell)


def columns(db, table):
    """Name the columns that the program has."""
    return [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]


def find(db, table, cells):
    """Find a row by what some of its cells hold; gives its texts by heading."""
    known = columns(db, table)
    if not all(heading in known for heading in cells):
        return None
    where = " AND ".join(f'CAST("{heading}" AS TEXT) = ?' for heading in cells)
    found = db.execute(f"SELECT rowid, * FROM {table} WHERE {where}", list(cells.values())).fetchone()
    return found and dict(zip(["rowid", *known], map(text, found), strict=True))


def insert(db, table, texts):
    """Write a new row; what the program has no column for is left out."""
    known = columns(db, table)
    cells = {heading: texts.get(heading) or "" for heading in known}
    db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(cells))})", list(cells.values()))


def following(db, heading):
    """Give the next number of the program's own count; a real program does that by itself."""
    return str(db.execute(f'SELECT max(CAST("{heading}" AS INTEGER)) + 1 FROM belegungen').fetchone()[0] or 1)


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8-sig")  # a change list is UTF-8 whatever the console is
    sys.stdout.reconfigure(encoding="utf-8")
    verb, program, vhs, *rest = sys.argv[1:]
    if verb == "export":
        print(export(connect(program), vhs, rest[0], datetime.now(BERLIN)))
    else:
        for left in apply(connect(program), vhs, sys.stdin):
            print("left:", left)
