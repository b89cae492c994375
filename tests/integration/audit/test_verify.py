"""What verify finds, on both databases, and what a seal proves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from psycopg.rows import tuple_row

from koop_es.audit import chain, objects, recovery, verify
from koop_es.audit.chain import Head, Seal
from koop_es.audit.sides import PREFIX
from koop_es.domain.errors import CooperationUnknown
from koop_es.ingest import erasure
from koop_es.simulate.rehearsal import simulate
from koop_es.store import Store, backup, vault
from koop_es.store.postgres import PostgresEngine, PostgresTx
from koop_es.store.statements import series
from koop_es.views.rebuild import rebuild
from scripts.gen_tables import FILE, described
from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, OTHER, booked
from tests.conftest import Place, PostgresServer
from tests.faults.rig import impatience
from tests.integration.ingest.conftest import NOW, take_in
from tests.integration.views.test_rebuild import execute

CHAINED = {"stored_events", "koop_events", "koop_seals", "koop_commits"}
"""Tables that the chain covers or that it consists of, and the count of transactions, which covers itself."""

DERIVED = {"koop_views", "koop_violations", "koop_withheld", "koop_members"}
"""Tables that are compared with what the log says."""


def sealed(url: str, folder: Path) -> None:
    """Make a store that has seen a story and was sealed in the middle and at the end of it."""
    network = booked(folder)
    with Store.create(url) as store:
        for program in network.values():
            take_in(store, program.export())
        chain.seal(store, NOW)
        network[NEAR].cancel(f"{NEAR}:500")
        network[MASTER].book(NUMBERS[MASTER][COOP], "990", "W")
        for program in network.values():
            take_in(store, program.export())
        chain.seal(store, NOW)


@pytest.fixture
def told(any_place: Place) -> str:
    """The address of a store that has seen a story and was sealed."""
    any_place.pour(sealed)
    return any_place.url


def wrong(url: str, seen: Head | None = None) -> set[str]:
    """Name the checks that find something broken."""
    with Store.open(url) as store:
        return {check.name for check in verify.verify(store, seen) if check.ok is False}


def log(url: str) -> str:
    return "stored_events" if url.startswith("sqlite") else "koop_events"


def position(url: str) -> str:
    return "rowid" if url.startswith("sqlite") else "notification_id"


def test_an_untouched_store_is_as_it_must_be(told: str) -> None:
    with Store.open(told) as store, store.reading() as tx:
        head = chain.last(tx)
        assert len(tx.rows("seals")) == 2
        assert head.position == tx.head()
    assert wrong(told, Head(head.position, head.digest)) == set()


def test_a_simulated_network_is_as_it_must_be(any_db_url: str) -> None:
    simulate(19, steps=120, store_url=any_db_url)
    with Store.open(any_db_url) as store:
        chain.seal(store, NOW)
    assert wrong(any_db_url) == set()


def test_a_changed_event_is_found_by_the_chain_alone(told: str) -> None:
    with Store.open(told) as store:
        (item,) = store.load([COOP])[COOP][-1:]
    other = f"UPDATE {log(told)} SET state = {_replaced(told, 'recorded_at', 'recorded_et')} WHERE {position(told)} = "  # noqa: S608
    execute(told, f"{other}{item.position}")
    assert "chain" in wrong(told)


def _replaced(url: str, old: str, new: str) -> str:
    if url.startswith("sqlite"):
        return f"CAST(replace(CAST(state AS TEXT), '{old}', '{new}') AS BLOB)"
    return f"convert_to(replace(convert_from(state, 'UTF8'), '{old}', '{new}'), 'UTF8')"


def written_to(url: str) -> None:
    """Let somebody book in the ordinary way, so that the digests of all tables hold no longer."""
    with Store.open(url) as store, TemporaryDirectory() as folder:
        network = booked(Path(folder))
        network[FAR].book(NUMBERS[FAR][COOP], "72000")
        network[FAR].sequence = 40
        take_in(store, network[FAR].export())


def whole(name: str) -> str:
    return f"UPDATE koop_persons SET {name} WHERE ref = '{NEAR}:500'"  # noqa: S608


@pytest.mark.parametrize(
    "statement",
    [
        whole("name = 'Anders'"),
        whole("email = 'other@example.org'"),
        whole("position = 100000"),
        "UPDATE koop_numbers SET last = last - 1",
    ],
)
def test_g7_what_only_grows_is_found_changed_although_others_wrote_since(told: str, statement: str) -> None:
    execute(told, "INSERT INTO koop_numbers (vhs, last) VALUES ('7', 9)")
    with Store.open(told) as store:
        chain.seal(store, NOW, anyway=True)
        kept = chain.head(newest(store))
    written_to(told)
    assert wrong(told, kept) == set()
    execute(told, statement)
    assert {"tables", "witness"} <= wrong(told, kept)
    with Store.open(told) as store:
        with pytest.raises(chain.SealedOtherwise):
            chain.seal(store, NOW)
        chain.seal(store, NOW, anyway=True)
    assert "tables" not in wrong(told)
    assert "witness" in wrong(told, kept), "the witness covers the tables, also where it was sealed anew"


def newest(store: Store) -> Seal:
    with store.reading() as tx:
        return chain.last(tx)


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        (whole("ref = '301:9999'"), "vault"),
        (f"UPDATE koop_persons SET coop_id = '{OTHER}' WHERE ref = '{NEAR}:500'", "vault"),  # noqa: S608
        ("DELETE FROM koop_numbers", "numbers"),
        ("CREATE TABLE koop_shadow (a integer)", "schema"),
        ("CREATE VIEW names AS SELECT name FROM koop_persons", "schema"),
        ("DROP INDEX koop_persons_by_booking", "schema"),
        ("UPDATE koop_times SET at = at + 1", "times"),
        (
            "INSERT INTO koop_forgotten (person_id, coop_id, ref, forgotten_at, erased_at) "  # noqa: S608
            f"SELECT person_id, coop_id, ref, 'now', 'now' FROM koop_persons WHERE ref = '{NEAR}:500'",
            "erasure",
        ),
    ],
)
def test_g7_what_is_put_beside_the_log_is_found_without_a_seal(told: str, statement: str, check: str) -> None:
    assert check not in wrong(told)
    execute(told, "DELETE FROM koop_seals")
    execute(told, statement)
    assert check in wrong(told)


def test_g7_an_index_that_was_replaced_under_its_name_is_found(told: str) -> None:
    execute(told, "DROP INDEX koop_persons_by_booking")
    execute(told, "CREATE INDEX koop_persons_by_booking ON koop_persons (phone) WHERE ref = ''")
    assert "schema" in wrong(told)


ALTERED = (
    "ALTER TABLE koop_persons ALTER COLUMN name DROP NOT NULL",
    "ALTER TABLE koop_persons ALTER COLUMN position SET DEFAULT 1000000",
    "ALTER TABLE koop_persons ALTER COLUMN phone TYPE varchar(200)",
    'ALTER TABLE koop_persons ALTER COLUMN ref TYPE text COLLATE "C"',
    "ALTER TABLE koop_persons ADD COLUMN note text",
    "ALTER TABLE koop_persons ADD COLUMN both_names text GENERATED ALWAYS AS (name || first_name) STORED",
    "ALTER TABLE koop_cells DROP COLUMN phone",
    "ALTER TABLE koop_exports RENAME COLUMN reason TO why",
    "ALTER TABLE koop_persons ADD CHECK (name <> 'Kim')",
    "ALTER TABLE koop_quarantine DROP CONSTRAINT koop_quarantine_state_check",
    "ALTER TABLE koop_forgotten DROP CONSTRAINT koop_forgotten_person_id_key",
    "ALTER TABLE koop_slices ADD FOREIGN KEY (vhs) REFERENCES koop_lanes NOT VALID",
    "ALTER TABLE koop_persons ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE koop_events FORCE ROW LEVEL SECURITY",
    "ALTER TABLE koop_events ALTER COLUMN notification_id DROP DEFAULT",
    "ALTER SEQUENCE koop_events_notification_id_seq INCREMENT BY 2",
    "ALTER SEQUENCE koop_exports_id_seq MAXVALUE 1000000 CYCLE",
    "ALTER TABLE koop_backups ALTER COLUMN id SET GENERATED BY DEFAULT",
    "DROP INDEX koop_events_notification_id_idx",
    "CREATE SEQUENCE koop_counted",
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'koop_persons_by_stream'::regclass",
)
"""What makes of a table another one under its name."""


def test_g7_a_table_that_was_altered_under_its_name_is_found_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    sealed(postgres_url, tmp_path)
    with Store.open(postgres_url) as store:
        rebuild(store, postgres_url)  # which exchanges tables, and the names of their constraints
        with store.reading() as tx:
            assert list(objects.faults(tx)) == []
    for statement in ALTERED:
        with psycopg.connect(postgres_url) as connection, Store.open(postgres_url) as store:
            connection.execute(statement.encode())
            with seen(connection, store) as tx:
                assert list(objects.faults(tx)), statement
            connection.rollback()
    with Store.open(postgres_url) as store, store.reading() as tx:
        assert list(objects.faults(tx)) == []


@contextmanager
def seen(connection: psycopg.Connection[Any], store: Store) -> Iterator[PostgresTx]:
    """Read what a transaction sees that is not committed."""
    engine = store._engine
    assert isinstance(engine, PostgresEngine)
    yield PostgresTx(connection.cursor(row_factory=tuple_row, binary=True), engine, writable=False)


def test_g7_what_postgresql_says_of_new_tables_is_what_verify_compares_with(postgres_url: str) -> None:
    with Store.create(postgres_url) as store:
        assert described(store) == FILE.read_text("utf-8"), "python -m scripts.gen_tables postgresql://…"


def test_g7_a_role_that_may_only_read_can_compare_tables(postgres_url: str, tmp_path: Path) -> None:
    sealed(postgres_url, tmp_path)
    role = "koop_reader"
    for statement in (
        f"CREATE ROLE {role} LOGIN", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
    ):  # fmt: skip
        execute(postgres_url, statement)
    reader = postgres_url.replace("postgres@", f"{role}@")
    assert wrong(reader) == set()
    execute(postgres_url, ALTERED[0])
    assert wrong(reader) == {"schema"}
    for statement in (f"DROP OWNED BY {role}", f"DROP ROLE {role}"):
        execute(postgres_url, statement)


UNSEEN = {"vault", "quarantine", "erasure", "tables"}
"""Checks that need the tables in which names stand."""


@pytest.fixture
def nameless(postgres_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of a sealed store, for a role that may read all of it but names."""
    sealed(postgres_url, tmp_path)
    role = "koop_nameless"
    for statement in (
        f"CREATE ROLE {role} LOGIN",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
        f"REVOKE SELECT ON koop_persons, koop_quarantine FROM {role}",  # noqa: S608 - a role of this test
    ):
        execute(postgres_url, statement)
    yield postgres_url.replace("postgres@", f"{role}@")
    for statement in (f"DROP OWNED BY {role}", f"DROP ROLE {role}"):
        execute(postgres_url, statement)


def test_g7_what_a_role_may_not_read_is_not_provable_and_all_else_is_checked(nameless: str, postgres_url: str) -> None:
    def answers() -> dict[str, bool | None]:
        with Store.open(nameless) as store:
            checks = verify.verify(store)
            one = verify.verify_one(store, COOP)
            for check in checks + one:
                assert (check.name in UNSEEN) == ("cannot be checked here" in check.detail and "42501" in check.detail)
                assert "written" not in check.detail or check.name not in UNSEEN
        assert {check.name for check in one if check.ok is None} == {"vault"}
        return {check.name: check.ok for check in checks}

    found = answers()
    assert {name for name, ok in found.items() if ok is None} - {"file", "chain"} == UNSEEN
    assert {name for name, ok in found.items() if ok is False} == set()
    assert found["events"] and found["views"] and found["ledger"] and found["numbers"]
    execute(postgres_url, "UPDATE koop_views SET period = 'X' WHERE vhs = '301'")
    execute(postgres_url, "UPDATE koop_exports SET events = events + 1 WHERE events > 0")
    assert {name for name, ok in answers().items() if ok is False} == {"views", "ledger"}


def test_d30_status_shows_a_role_that_may_not_read_names_all_else_and_says_what_it_does_not(
    nameless: str, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    right = Console(postgres_url, capsys).call("status").answer["data"]
    assert (right["unseen"], [item["code"] for item in right["warnings"]]) == ([], ["server_not_durable"])
    for words in ((), ("--at", str(right["position"]))):
        reply = Console(nameless, capsys).call("status", *words)
        found = reply.answer["data"]
        assert (reply.status, found["converged"], found["unseen"]) == (1, False, ["koop_persons", "koop_quarantine"])
        (warning,) = (item for item in found["warnings"] if item["code"] == "names_unseen")
        assert "whether an erasure is not finished and what was set aside" in warning["text"]
        assert {item["quarantined"] for item in found["vhs"]} == {None}
        assert "agrees" not in {item["state"] for item in found["vhs"]}
    shown = [{**item, "quarantined": 0} for item in Console(nameless, capsys).call("status").answer["data"]["vhs"]]
    assert [{key: item[key] for key in item.keys() - {"state", "converged"}} for item in shown] == [
        {key: item[key] for key in item.keys() - {"state", "converged"}} for item in right["vhs"]
    ]
    execute(postgres_url, "GRANT SELECT ON koop_quarantine TO koop_nameless")
    found = Console(nameless, capsys).call("status").answer["data"]
    assert (found["vhs"], found["unseen"]) == (right["vhs"], ["koop_persons"])


def test_g7_a_table_that_others_hold_is_not_provable(postgres_url: str, tmp_path: Path) -> None:
    sealed(postgres_url, tmp_path)
    with psycopg.connect(postgres_url) as other, Store.open(postgres_url, wait_seconds=1) as store:
        other.execute("LOCK TABLE koop_quarantine IN ACCESS EXCLUSIVE MODE")
        found = {check.name: check for check in verify.verify(store)}
    assert (found["quarantine"].ok, verify.verdict(found.values())) == (None, None)
    assert "cannot be checked here" in found["quarantine"].detail


def test_g7_a_server_that_goes_away_is_no_damage(postgres_url: str, tmp_path: Path) -> None:
    sealed(postgres_url, tmp_path)
    with psycopg.connect(postgres_url) as connection:
        name = connection.info.dbname

    def told(_: int) -> None:
        with psycopg.connect(postgres_url.replace(f"/{name}", "/postgres"), autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
            stop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            admin.execute(stop, [name])

    with impatience(), Store.open(postgres_url) as store:
        found = verify.verify(store, told=told)
    assert {check.name for check in found if check.ok is False} == set()
    assert verify.verdict(found) is None


def test_g7_a_trigger_is_found(told: str) -> None:
    if told.startswith("sqlite"):
        execute(told, "CREATE TRIGGER quiet AFTER INSERT ON koop_persons BEGIN DELETE FROM koop_forgotten; END")
    else:
        execute(told, "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
        execute(told, "CREATE TRIGGER quiet BEFORE INSERT ON koop_persons FOR EACH ROW EXECUTE FUNCTION quiet()")
    assert "schema" in wrong(told)


def test_g7_nothing_wrong_and_nothing_proven_is_an_answer_of_its_own(sqlite_url: str, tmp_path: Path) -> None:
    sealed(sqlite_url, tmp_path)
    with Store.open(sqlite_url) as store:
        assert verify.verdict(verify.verify(store)) is True
        written_to(sqlite_url)
        found = verify.verify(store)
        assert verify.verdict(found) is None
        assert {check.name: check.state for check in found if check.ok is None} == dict.fromkeys(
            ("chain", "tables"), verify.NOT_PROVABLE
        )
        execute(sqlite_url, "INSERT INTO koop_numbers (vhs, last) VALUES ('7', 9)")
        (numbers,) = [check for check in verify.verify(store) if check.name == "numbers"]
        assert (numbers.ok, "VHS 7 stands at number 9" in numbers.detail) == (None, True)
        erasure.forget(store, [], [f"{NEAR}:500"], now=NOW)
        (tables,) = [check for check in verify.verify(store) if check.name == "tables"]
        assert "the vault, since somebody was forgotten" in tables.detail
        chain.seal(store, NOW)
        assert verify.verdict(verify.verify(store)) is True


@pytest.mark.parametrize("last", [True, False])
def test_a_deleted_event_is_found(told: str, last: bool) -> None:
    with Store.open(told) as store:
        item = store.load([COOP])[COOP][-1 if last else 2]
    execute(told, f"DELETE FROM {log(told)} WHERE {position(told)} = {item.position}")  # noqa: S608
    assert {"chain", "views"} <= wrong(told)
    assert ("versions" in wrong(told)) is not last


def test_an_inserted_event_is_found(told: str) -> None:
    with Store.open(told) as store:
        item = store.load([COOP])[COOP][-1]
    columns = f"{position(told)}, originator_id, originator_version, topic, state"
    execute(
        told,
        f"INSERT INTO {log(told)} ({columns}) SELECT -1, originator_id, originator_version + 1, topic, state "  # noqa: S608
        f"FROM {log(told)} WHERE {position(told)} = {item.position}",
    )
    assert {"versions", "views"} <= wrong(told)


def test_exchanged_events_are_found(told: str) -> None:
    with Store.open(told) as store:
        first, second = store.load([COOP])[COOP][3:5]
    for old, new in ((first.version, -1), (second.version, first.version), (-1, second.version)):
        execute(
            told,
            f"UPDATE {log(told)} SET originator_version = {new} "  # noqa: S608
            f"WHERE originator_id = '{COOP}' AND originator_version = {old}",
        )
    assert {"chain", "versions"} <= wrong(told)


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        (f"UPDATE koop_views SET changes = '[]' WHERE vhs = '{FAR}' AND coop_id = '{COOP}'", "changes"),  # noqa: S608
        (f"DELETE FROM koop_persons WHERE ref = '{NEAR}:500'", "vault"),  # noqa: S608
        ("UPDATE koop_persons SET version = 7 WHERE person_id = (SELECT min(person_id) FROM koop_persons)", "vault"),
        ("UPDATE koop_persons SET coop_id = '1-COOP-9'", "vault"),
        ("DELETE FROM koop_exports WHERE status = 'applied'", "ledger"),
        ("UPDATE koop_exports SET position = 100000", "ledger"),
        ("UPDATE koop_exports SET events = events + 1 WHERE events > 0", "ledger"),
        ("UPDATE koop_seals SET sealed_at = 'yesterday'", "chain"),
        ("DELETE FROM koop_seals WHERE position = (SELECT min(position) FROM koop_seals)", "chain"),
    ],
)
def test_what_does_not_fit_is_found(told: str, statement: str, check: str) -> None:
    execute(told, statement)
    assert check in wrong(told)


def test_every_table_is_covered_by_the_chain_the_log_or_a_digest(told: str) -> None:
    with Store.open(told) as store, store.reading() as tx:
        tables = {row[0] for row in tx.rows("tables")}
        digested = {f"koop_{name.removeprefix(PREFIX)}" for name in series(PREFIX)}
    assert tables - CHAINED - DERIVED == digested - {"koop_schema", "koop_sequences"}


def test_another_table_that_changed_behind_the_engines_back_is_found_on_sqlite(sqlite_url: str) -> None:
    with Store.create(sqlite_url) as store:
        chain.seal(store, NOW)
    assert wrong(sqlite_url) == set()
    execute(sqlite_url, "INSERT INTO koop_numbers (vhs, last) VALUES ('563', 7)")
    assert wrong(sqlite_url) == {"tables"}
    execute(sqlite_url, "UPDATE koop_commits SET commits = commits + 1")
    assert wrong(sqlite_url) == {"tables"}


def test_a_witness_notices_a_log_that_was_sealed_anew(told: str) -> None:
    with Store.open(told) as store:
        with store.reading() as tx:
            first, head = (Seal(*row) for row in tx.rows("seals"))
        kept = Head(head.position, head.digest)
        assert wrong(told, Head(first.position, first.digest)) == set()
        execute(told, "DELETE FROM koop_seals")
        forged = f"UPDATE {log(told)} SET state = {_replaced(told, 'recorded_at', 'recorded_at')}, topic = topic || 'x'"  # noqa: S608
        execute(told, f"{forged} WHERE {position(told)} = 1")
        chain.seal(store, NOW)
    assert "chain" not in wrong(told)
    assert "witness" in wrong(told, kept)
    assert "witness" in wrong(told, Head(head.position - 1, head.digest))


def test_a_seal_reaches_the_head_and_says_what_was_new(told: str, tmp_path: Path) -> None:
    with Store.open(told) as store:
        made, events = chain.seal(store, NOW)
        assert (made.position, events) == (store.head(), 0)
        again, _ = chain.seal(store, NOW)
        assert again.digest == made.digest
        network = booked(tmp_path / "more")
        network[FAR].book(NUMBERS[FAR][COOP], "72000")
        network[FAR].sequence = 40
        take_in(store, network[FAR].export())
        (check,) = [check for check in verify.verify(store) if check.name == "chain"]
        assert (check.ok, f"{store.head() - made.position} events are not sealed" in check.detail) == (None, True)


def test_one_cooperation_is_checked_alone(told: str) -> None:
    with Store.open(told) as store:
        assert all(check.ok for check in verify.verify_one(store, COOP))
        person = next(iter(vault_ids(store)))
        with store.write() as tx:
            vault.erase(tx, [person])
        assert {check.name for check in verify.verify_one(store, COOP) if not check.ok} <= {"vault"}
        with pytest.raises(CooperationUnknown):
            verify.verify_one(store, "1-COOP-1")


def test_g8_a_store_in_which_somebody_was_forgotten_is_as_it_must_be(told: str, tmp_path: Path) -> None:
    with Store.open(told) as store:
        erasure.forget(store, [], [f"{NEAR}:500", f"{MASTER}:8800"], now=NOW)
        assert all(check.ok for check in verify.verify_one(store, COOP))
        assert wrong(told) == set()
        backup.make(store, tmp_path / "koop.backup", NOW.isoformat())
        chain.seal(store, NOW)
    assert wrong(told) == set()


def test_g8_a_restored_store_in_which_somebody_was_forgotten_is_as_it_must_be(
    told: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    target, url = tmp_path / "koop.backup", f"sqlite:///{tmp_path / 'restored.db'}"
    if not told.startswith("sqlite"):
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    with Store.open(told) as store:
        backup.make(store, target, NOW.isoformat())
        erasure.forget(store, [], [f"{NEAR}:500"], now=NOW)
    recovery.restore(target, url, now=NOW)
    assert wrong(url) == set()


def vault_ids(store: Store) -> set[str]:
    with store.reading() as tx:
        return {row[0] for row in tx.rows("person_keys_of_streams", coop_ids=[COOP])}


@pytest.mark.parametrize("text", ["", "7", "7:", "x:y", "{}", '{"position": "7", "digest": "a"}'])
def test_a_witness_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(verify.WitnessInvalid):
        verify.witness(text)


def test_a_witness_is_read_from_json_or_words() -> None:
    read: Callable[[str], Head] = verify.witness
    assert read('{"position": 7, "digest": "ab"}\n') == read("7:ab") == Head(7, "ab")
