"""The n-th read of an export fails, for every n: that export is refused, and the others of the command go on (G5)."""

from __future__ import annotations

import errno
import json
import shutil
from itertools import count
from pathlib import Path

import pytest

from tests.acceptance.exports import booking, course, write_export
from tests.acceptance.network import FAR, MASTER
from tests.faults import disk
from tests.faults.rig import Rig

pytestmark = pytest.mark.skipif(bool(disk.missing()), reason=disk.missing() or "-")


def an_export(folder: Path, form: str) -> tuple[Path, ...]:
    """Write an export whose path holds what the failing disk looks for; gives the words that name it."""
    if form == "xml":
        path = folder / "internet.db.xml"
        path.write_text("<kurse><kurs><knr>A1</knr></kurs></kurse>")
        return path, Path("--vhs"), Path(FAR)
    shared = course("26-10009") | {"Externe Kurs-Nr.": "412-COOP-1"}
    path = write_export(folder / "far.db.d", FAR, 1, [shared], [booking("26-10009", str(n)) for n in range(30)])
    if form == "zip":
        return (Path(shutil.make_archive(str(folder / "far.db"), "zip", path)),)
    return (path,)


@pytest.mark.parametrize("form", ["directory", "zip", "xml"])
def test_a_read_error_anywhere_is_a_refusal_and_the_others_go_on(the_rig: Rig, tmp_path: Path, form: str) -> None:
    words = an_export(tmp_path, form)
    good = () if form == "xml" else (write_export(tmp_path / "good", MASTER, 1, [course("26-1")], []),)
    reasons = []
    for n in count(1):
        store = tmp_path / f"store{n}.sqlite"
        the_rig.run("init", "--db", f"sqlite:///{store}")
        fault = {"kind": "disk", "mode": disk.ONCE, "at": n, "error": errno.EIO, "kinds": disk.READ}
        ending = the_rig.run("ingest", *words, *good, "--db", f"sqlite:///{store}", "--json", fault=fault)
        if ending.points < n:
            break
        assert "Traceback" not in ending.reply.err, (n, ending.reply.err)
        answer = json.loads(ending.reply.out)
        if not good:
            assert ending.status == 4, (n, ending.reply)
            reasons.append(answer["data"]["exports"][0]["reason"])
            continue  # an XML file is ingested alone here: --vhs is that of all files of a command
        bad, other = answer["data"]["exports"]
        reasons.append(bad["reason"])
        assert (bad["status"], other["status"]) == ("quarantined", "applied"), (n, answer)
        again = json.loads(the_rig.run("ingest", *words, "--db", f"sqlite:///{store}", "--json").reply.out)
        assert [item["status"] for item in again["data"]["exports"]] == ["applied"], (n, again)
    assert n > 3
    assert all("cannot be read (Input/output error)" in reason for reason in reasons), reasons
