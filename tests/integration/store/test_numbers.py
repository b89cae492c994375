"""Running numbers of COOP-Ids: gapless per Master and never reused (D16)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from koop_es.store import Store
from koop_es.store.numbers import next_number, note_adopted


def take(store: Store, vhs: str = "563") -> int:
    with store.write() as tx:
        return next_number(tx, vhs)


def test_d16_each_master_counts_for_itself(store: Store) -> None:
    assert [take(store), take(store), take(store, "7"), take(store)] == [1, 2, 1, 3]


def test_d16_a_rolled_back_number_is_given_again(store: Store) -> None:
    take(store)
    with pytest.raises(RuntimeError), store.write() as tx:
        assert next_number(tx, "563") == 2
        raise RuntimeError
    assert take(store) == 2


def test_d16_concurrent_takers_leave_no_gap(store: Store) -> None:
    def take_some(worker: int) -> list[int]:
        found = []
        for turn in range(10):
            if (worker + turn) % 3 == 0:
                with pytest.raises(RuntimeError), store.write() as tx:
                    next_number(tx, "563")
                    raise RuntimeError
            found.append(store.retrying(lambda: take(store)))
        return found

    with ThreadPoolExecutor(8) as pool:
        taken = [number for numbers in pool.map(take_some, range(8)) for number in numbers]
    assert sorted(taken) == list(range(1, 81))


def test_d16_adopted_numbers_are_never_given_again(store: Store) -> None:
    with store.write() as tx:
        note_adopted(tx, ["563-COOP-219", "563-COOP-7", "563-KNR-26F-K1"])
        note_adopted(tx, ["563-COOP-17"])
    assert take(store) == 220
