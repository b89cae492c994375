"""Rows beside the log: written in bulk, found by their cooperation, and discarded."""

from __future__ import annotations

import pytest

from koop_es.store import Store, Tx
from koop_es.store.errors import StatementFailed
from koop_es.store.postgres import TOGETHER
from koop_es.store.statements import statements

MANY = 300


def view(number: int, position: int) -> tuple[object, ...]:
    where = (str(number % 3), f"{number}-COOP-1", "master", "K1", "26F", None, None, None)
    return (*where, position, 0, 0, 0, 0, "{}", "[]")


def overwritten(tx: Tx) -> int:
    return int(tx._cursor.execute("PRAGMA secure_delete").fetchone()[0])  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [0, 1, 2, MANY])
def test_each_row_gets_its_own_values_however_many_are_written_at_once(store: Store, count: int) -> None:
    coop_ids = [f"{number}-COOP-1" for number in range(count)]
    with store.write() as tx:
        tx.write_rows("view_insert", (view(number, 1) for number in range(MANY)))
        tx.run_many("view_stand", ({"coop_id": item, "position": n} for n, item in enumerate(coop_ids, 100)))
        for letter in "ab":  # written, then written over
            tx.run_many(
                "slice_put", [{"vhs": "1", "coop_id": i, "hash": f"{letter}{n}"} for n, i in enumerate(coop_ids)]
            )
        tx.write_rows("member_note", [("1", item, n) for n, item in enumerate([*coop_ids, *coop_ids])])
        positions = {row[1]: row[8] for row in tx.rows("whole_views")}
        assert positions == {f"{n}-COOP-1": 100 + n if n < count else 1 for n in range(MANY)}
        assert dict(tx.rows("slices_of_vhs", vhs="1")) == {item: f"b{n}" for n, item in enumerate(coop_ids)}
        assert tx.rows("members", upto=count - 1) == sorted((item, "1") for item in coop_ids), "the first note stays"


def test_statements_that_take_rows_together_are_those_that_are_run_for_many() -> None:
    assert {"cells_drop", "slice_put", "member_note"} == TOGETHER


def test_persons_are_found_by_their_cooperation_even_if_the_planner_knows_nothing_yet(store: Store) -> None:
    sqlite = store.address.startswith("sqlite")
    sql = statements("sqlite" if sqlite else "postgres")["persons_of_streams"]
    with store.write() as tx:
        rows = ((f"p{n}", 1, f"{n % 1_000}-COOP-1", f"1:{n}", "Ott", "Änne", "", "", 1) for n in range(20_000))
        tx.write_rows("person_insert", rows)
        asked = [f"{number}-COOP-1" for number in range(MANY)]
        assert len(tx.rows("persons_of_streams", coop_ids=asked)) == 20 * MANY
        cursor = tx._cursor  # type: ignore[attr-defined]
        if sqlite:
            plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}", {"coop_ids": "[]"})]
            assert any("koop_persons_by_stream (coop_id=?)" in step for step in plan), plan
        else:
            plan = [row[0] for row in cursor.execute(f"EXPLAIN {sql}".encode(), {"coop_ids": asked})]
            assert not any("Seq Scan on koop_persons" in step for step in plan), plan


def test_new_events_are_found_by_their_position_without_going_through_the_log(store: Store) -> None:
    sqlite = store.address.startswith("sqlite")
    sql = statements("sqlite" if sqlite else "postgres")["event_streams_after"]
    with store.write() as tx:
        cursor = tx._cursor  # type: ignore[attr-defined]
        if sqlite:
            plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}", {"after": 1})]
            assert any("USING INTEGER PRIMARY KEY (rowid>?)" in step for step in plan), plan
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")
            plan = [row[0] for row in cursor.execute(f"EXPLAIN {sql}".encode(), {"after": 1})]
            assert any("Index Cond: (notification_id > " in step for step in plan), plan


def test_discarding_leaves_erased_persons_overwritten_also_when_it_fails(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.create(sqlite_url) as store, store.write() as tx:
        assert overwritten(tx) == 1
        tx.discard("clear_")
        assert overwritten(tx) == 1
        while_discarding: list[int] = []

        def failing(name: str) -> int:
            while_discarding.append(overwritten(tx))
            raise StatementFailed(name)

        monkeypatch.setattr(tx, "run", failing)
        with pytest.raises(StatementFailed):
            tx.discard("clear_")
        assert (while_discarding, overwritten(tx)) == ([2], 1)


def test_whatever_broke_off_the_next_transaction_overwrites_what_it_deletes(sqlite_url: str) -> None:
    with Store.create(sqlite_url) as store:
        with store.write() as tx:
            tx._cursor.execute("PRAGMA secure_delete = FAST")  # type: ignore[attr-defined]
        with store.write() as tx:
            assert overwritten(tx) == 1
