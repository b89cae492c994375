"""The workloads of the benchmarks of peers are what they say: seeded, whole, and converging in the real engine."""

from __future__ import annotations

from pathlib import Path

from koop_es.store import Store
from koop_es.views import open_violations
from koop_es.views.rebuild import rebuild
from tests.benchmarks import sync
from tests.benchmarks.centres import centres, documents
from tests.benchmarks.peers import history, koop_es_itself
from tests.benchmarks.peers.driver import Fold, batches, cancelled, digest, document_digest
from tests.benchmarks.workload import NOW


def test_the_log_is_the_same_every_time_and_its_versions_have_no_gaps() -> None:
    log = list(history.events(500))
    assert log == list(history.events(500))
    versions: dict[str, int] = {}
    for line in log:
        versions[line["stream"]] = versions.get(line["stream"], 0) + 1
        assert line["version"] == versions[line["stream"]]


def test_a_batch_is_of_one_stream_and_one_vhs() -> None:
    for batch in batches(list(history.events(500))):
        assert len({(line["stream"], line["data"]["vhs"]) for line in batch}) == 1


def test_the_engine_reads_in_the_log_what_the_fold_of_the_peers_does(tmp_path: Path) -> None:
    log = list(history.events(500))
    found = Fold()
    for line in log:
        found.apply(line["type"], line["data"]["vhs"], line["data"].get("ref", ""))
    url = f"sqlite:///{tmp_path}/log.db"
    with Store.create(url) as store:
        koop_es_itself.append(store, koop_es_itself.appends(map(koop_es_itself.parsed, log)))
        rebuild(store, url)
        assert koop_es_itself.shown(store, found) == digest(found.rows()) == digest(koop_es_itself.folded(store).rows())


def test_four_centres_agree_after_two_rounds_and_hold_nothing_against_each_other(tmp_path: Path) -> None:
    network = centres(100)
    with Store.create(f"sqlite:///{tmp_path}/sync.db") as store:
        assert sync.converge(store, network, tmp_path / "exports", NOW).rounds == 2
        assert not open_violations(store)
    sync.check(network)
    assert {len(centre.bookings) for centre in network} == {100}


def test_one_booking_in_a_hundred_is_cancelled_where_it_began() -> None:
    before = list(documents(centres(200)))
    after, changed = cancelled(before, 50)
    assert [document["Status"] for _, document in changed] == ["S", "S"]
    assert {at for at, _ in changed} <= {at for at, _ in before}
    assert document_digest(document for _, document in before) != document_digest(document for _, document in after)
