"""An operation under one fault after the other, and what must be true after each of them (G1, G2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from koop_es.cli.answer import FOUND, UNUSABLE
from koop_es.domain.errors import StoreUnusable
from koop_es.store.store import OPEN_READER
from tests.acceptance.console import Reply
from tests.faults.bench import Bench, Moment
from tests.faults.picture import LOG, Picture, picture, streams
from tests.faults.rig import KILLED, Ending, Fault

MOST_POINTS = 5_000
"""A loop that goes on past this many faults does not end."""


def _codes(kind: type[StoreUnusable]) -> set[str]:
    return {kind.code}.union(*(_codes(child) for child in kind.__subclasses__()))


@dataclass
class Tally:
    """How often what came of a fault."""

    points: int = 0
    refused: int = 0
    survived: int = 0
    done_unsaid: int = 0
    codes: dict[str, int] = field(default_factory=dict)


def loop(bench: Bench, name: str, fault: Callable[[int], Fault], numbers: Iterable[int], *, counted: bool) -> Tally:
    """Let the n-th fault strike until none does: where points are ``counted`` until there are fewer, else until the
    operation succeeds.
    """
    moment = bench.moments[name]
    tally = Tally()
    for n in numbers:
        bench.fresh(name)
        ended = bench.run(moment, fault(n))
        if ended.points < n if counted and ended.points >= 0 else ended.status == moment.operation.ends:
            assert ended.status == moment.operation.ends, ended
            assert picture(bench.url) == moment.after
            print(f"{name}: {tally}")  # shown by pytest -rP
            return tally
        tally.points += 1
        judge(bench, moment, ended, tally, f"{name}, {fault(n)}")
        assert n < MOST_POINTS
    return tally


def calm(bench: Bench, name: str, fault: Fault) -> tuple[str, ...]:
    """Let a fault strike nowhere, and name the kind of each place at which it could have."""
    bench.fresh(name)
    ended = bench.run(bench.moments[name], fault)
    assert ended.status == bench.moments[name].operation.ends, ended
    return ended.kinds


def judge(bench: Bench, moment: Moment, ended: Ending, tally: Tally, what: str) -> None:
    """See that a fault did no harm, and that the same command then ends as a calm run does."""
    held = picture(bench.url)
    assert_nothing_is_half_done(moment, held, what)
    if ended.status == moment.operation.ends:
        tally.survived += 1
        assert held == moment.after, f"{what}: says it is done: {ended}"
        return
    if ended.status != KILLED:
        code = assert_says_so(moment, ended.reply, held, what)
        tally.codes[code] = tally.codes.get(code, 0) + 1
        tally.refused += 1
    tally.done_unsaid += held == moment.after
    again = bench.calmly(moment.words)
    if again.status != moment.operation.ends:
        assert held == moment.after, f"{what}: the repetition fails: {again}"
        assert_done_before(moment, again, what)
    assert picture(bench.url) == moment.after, f"{what}: {ended} and then {again}"


def assert_says_so(moment: Moment, reply: Reply, held: Picture, what: str) -> str:
    """See that a command that failed says so as an unusable store, or what it left undone; gives the code."""
    assert "Traceback" not in reply.err, f"{what}: {reply.err}"
    if reply.status == UNUSABLE:
        code: str = reply.error["code"]
        assert code in _codes(StoreUnusable), f"{what}: {reply}"
        assert code != "statement_failed" or "INTERRUPT" in reply.error["message"], f"{what}: {reply}"
        return code
    if reply.status == FOUND and "remains" in reply.answer["data"]:
        remains = reply.answer["data"]["remains"]
        assert remains["left"] in {*_codes(StoreUnusable), OPEN_READER}, f"{what}: {reply}"
        assert not remains["scrubbed"], f"{what}: {reply}"
        return str(remains["left"])
    assert held == moment.after, f"{what}: {reply}"
    assert_done_before(moment, reply, what)
    return "done before"


def assert_done_before(moment: Moment, reply: Reply, what: str) -> None:
    """See that a command was refused only because it had been done."""
    assert moment.operation.done is not None, f"{what}: {reply}"
    error = reply.error
    found = {(reply.status, error["code"]), (reply.status, error["details"].get("rule"))}
    assert moment.operation.done in found, f"{what}: {reply}"


def assert_nothing_is_half_done(moment: Moment, held: Picture, what: str) -> None:
    """See that every stream is as before or as after; where one transaction is written, that everything is."""
    if moment.operation.whole:
        assert held in (moment.before, moment.after, {}), f"{what}: neither as before nor as after"
    before, now, after = streams(moment.before), streams(held), streams(moment.after)
    for stream in before.keys() | now.keys() | after.keys():
        assert now.get(stream, []) in (before.get(stream, []), after.get(stream, [])), f"{what}: {stream} is half done"
    assert held.keys() <= moment.after.keys(), f"{what}: {LOG}"
