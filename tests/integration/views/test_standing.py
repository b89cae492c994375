"""How a VHS stands: one word, the gravest that holds, and never converged while anything waits (D30)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from koop_es.domain.open_matters import OF_VIOLATIONS
from koop_es.settings import BERLIN
from koop_es.views.standing import AGREES, STATES, Facts, Open, answer

NOW = datetime(2026, 3, 20, 8, tzinfo=BERLIN)
FINE = Facts("301", "kufersql", 9, (NOW - timedelta(hours=2)).isoformat(), 2, 0, 0, 0, None, 0, 0)
SUSPECT: Open = ("301", "BOOKING_REMOVED", {})
REMOVED: Open = ("301", "BOOKING_REMOVED", {"as": "orphan"})


def state(
    facts: Facts = FINE, *standing: Open, suspended: int = 0, max_age: timedelta | None = None
) -> tuple[str, bool]:
    found = answer(facts, list(standing), suspended, now=NOW, max_age=max_age)
    return found["state"], found["converged"]


def test_d30_who_shows_all_that_it_should_agrees() -> None:
    assert state() == (AGREES, True)
    assert state(FINE, REMOVED) == (AGREES, True), "it is decided, and all the others know"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (FINE._replace(pending=1), "behind"),
        (FINE._replace(unfinished=10), "behind"),
        (FINE._replace(quarantined=1), "quarantined"),
        (FINE._replace(withheld=1), "withheld"),
        (FINE._replace(number=None, last_at=None), "silent"),
        (FINE._replace(number=None, last_at=None, quarantined=3), "quarantined"),
        (FINE._replace(pending=1, quarantined=1, withheld=1), "withheld"),
    ],
)
def test_d30_what_waits_is_said_by_the_gravest_word(facts: Facts, said: str) -> None:
    assert state(facts) == (said, False)


@pytest.mark.parametrize(("code", "said"), OF_VIOLATIONS.items())
def test_d30_a_question_that_stands_open_is_no_agreement(code: str, said: str) -> None:
    assert state(FINE, ("301", code, {})) == (said, False)
    assert said in STATES


def test_d30_a_first_absence_is_shown_before_it_counts() -> None:
    found = answer(FINE, [SUSPECT, REMOVED], 0, now=NOW, max_age=None)
    assert (found["suspects"], found["open_violations"], found["state"]) == (1, 2, "behind")


def test_d30_suspended_absences_are_no_agreement() -> None:
    assert state(FINE, suspended=2) == ("suspended", False)


@pytest.mark.parametrize(("hours", "said"), [(35, AGREES), (37, "late")])
def test_d30_late_is_who_has_not_reported_for_longer_than_asked(hours: int, said: str) -> None:
    old = FINE._replace(last_at=(NOW - timedelta(hours=hours)).isoformat())
    assert state(old, max_age=timedelta(hours=36))[0] == said
    assert state(old)[0] == AGREES, "how often it is to report nobody has said"


@pytest.mark.parametrize(("unheard", "said"), [(1, AGREES), (2, "late")])
def test_d23_of_whom_several_new_exports_in_a_row_are_not_read_does_not_agree(unheard: int, said: str) -> None:
    assert state(FINE._replace(superseded=5, unheard=unheard))[0] == said


@pytest.mark.parametrize(("hours", "said"), [(23, AGREES), (25, "late")])
def test_d30_a_connector_that_sends_an_old_export_for_days_is_late(hours: int, said: str) -> None:
    old = FINE._replace(last_at=(NOW - timedelta(hours=hours)).isoformat(), superseded=5)
    assert state(old)[0] == said


def test_d30_what_may_not_be_read_is_not_told_and_no_agreement() -> None:
    found = answer(FINE._replace(quarantined=None), [], 0, now=None, max_age=None)
    assert (found["state"], found["quarantined"], found["age_seconds"]) == ("unseen", None, None)
    assert not found["converged"]
