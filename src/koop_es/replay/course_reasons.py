"""What is to be said about a course, or one of its fields, at a VHS."""

from __future__ import annotations

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.wanted import SYNCED_FIELDS, differing_fields
from koop_es.replay.subjects import MONEY, Value, course_pending, lane_of
from koop_es.replay.walk import Walk
from koop_es.replay.words import Words

RULE_OF: dict[str, str] = {
    "withdrawn": "D9",
    "moved": "D12",
    "abo_ended": "D9",
    "course_frozen": "R15",
    "course_gone": "R44",
    "course_archived": "D17",
    "course_not_made": "R28",
    "course_never_made": "R47",
    "ausfall_alone": "R47",
    "ausfall_goes": "D24",
    "course_waits": "D31",
    "course_asked": "D20",
    "ausfall_not_told": "R47",
    "ausfall_taken_back": "R47",
    "course_differs": "D6",
    "kept": "R38",
    "one_shot": "R29",
    "terms_differ": "D13",
    "master_decides": "D6",
    "own_number": "R20",
}
"""Condition -> the rule behind it."""

_FIELD_RULES = {
    "markers": "R41", "countable": "R41", "event_kind": "T2", "cooperation_code": "T2", "instructor": "R39",
    "max_guard": "R40", "cancelled": "R47", "keywords": "R28", "coop_id": "R15",
}  # fmt: skip


def field_rule(name: str) -> str:
    """Name the rule by which a VHS should show a field as it should."""
    if name in MONEY:
        return "R33"
    if name in SYNCED_FIELDS:
        return "R21"
    return _FIELD_RULES.get(name, "R28")


class CourseReasons:
    """Finds the sentences about a course at one VHS; ``field`` is the one asked for, None for the course itself."""

    def __init__(self, walk: Walk, vhs: str, value: Value, words: Words, field: str | None) -> None:
        """Take the walk with the probes ``value`` and ``decided``."""
        self.walk, self.vhs, self.value, self.words, self.field = walk, vhs, value, words, field
        self.state: Cooperation = walk.state

    def rules(self) -> list[tuple[str, int]]:
        """List the rules that decided, each with the version of its event, 0 for none."""
        made = self.walk.made("decided")
        rule = RULE_OF.get(self.value.condition)
        if rule is None and self.field is not None:
            rule = field_rule(self.field)
        found = [(rule, made)] if rule is not None else []
        if made and (own := self.walk.timeline.event(made).event.rule) != rule:
            found.append((own, made))
        return found

    def otherwise(self) -> list[str]:
        """Say what would have been otherwise, where the rules leave no doubt."""
        names = {"kept": "o_kept", "terms_differ": "o_terms", "ausfall_alone": "o_master_ausfall"}
        name = names.get(self.value.condition)
        return [self.words.say(name, master=self.state.master)] if name is not None else []

    def now(self) -> list[str]:
        """Say what is to be done."""
        lane = lane_of(self.state, self.vhs)
        if lane is None:
            name = "n_moved" if self.state.successor is not None else None
            return [self.words.say(name, successor=self.state.successor)] if name is not None else []
        if self.field is not None:
            told = self.value.pending
            return [self.words.say("n_pending", vhs=self.vhs, kind=told)] if told is not None else []
        return [
            self.words.say("n_pending", vhs=self.vhs, kind=change.kind) for change in course_pending(self.state, lane)
        ]

    def differing(self) -> list[str]:
        """Say of every field that the VHS shows otherwise than it should what it is and what it should be."""
        lane = lane_of(self.state, self.vhs)
        if self.field is not None or lane is None or not lane.exists:
            return []
        return [
            self.words.say(
                "differs",
                heading=self.words.heading(name),
                wanted=self.words.field(name, value),
                shown=self.words.field(name, getattr(lane.row, name)),
            )
            for name, value in differing_fields(self.state, lane).items()
        ]
