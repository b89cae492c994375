"""Release of a course for Abos: what may be released, and what a release says (R2-R14)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from koop_es.domain import events as e
from koop_es.domain.course import HEADINGS, HYBRID, ONLINE, SHAREABLE_TYPES, CourseFacts, euros, given, merged
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused, WrongUsage
from koop_es.domain.identifiers import GENERAL_MARKET
from koop_es.domain.terms import LINK, Policy, Terms, normal_rate

MANDATORY = ("title", "starts_on", "ends_on", "starts_at", "ends_at", "venue", "dvv_category")
"""What must be filled before release (R5)."""

FOREIGN_OFFERS = ("xpert business", "vhs-flatrate", "vhs flatrate", "vhs.wissen live", "zubucher")
"""Words in a title or text that hint at an offer which may not be released (R12)."""

CHILDREN = ("kinderkurs", "eltern-kind", "eltern und kind", "für kinder")
"""Words that hint at a course type which may not be released, where the source carries no type (R9)."""

FUNDED = ("bamf", "integrationskurs", "berufssprachkurs")
"""Words that hint at BAMF funding, where the source carries no such flag (R10)."""


@dataclass(slots=True)
class Candidate:
    """A course about to be released: what exports carry about it, and what the operator adds because none does.

    ``subject`` is a text of its subject that hints at BAMF funding (R10), if it has one.
    """

    vhs: str
    number: str
    period: str
    external_number: str | None
    facts: CourseFacts
    system: str | None = None
    shared_as: str | None = None
    given: CourseFacts = field(default_factory=CourseFacts)
    subject: str | None = None


def completed(candidate: Candidate) -> CourseFacts:
    """Add the facts no export carried; one that an export did carry cannot be overridden (raises WrongUsage)."""
    carried = given(candidate.facts)
    for name, value in given(candidate.given).items():
        if carried.get(name) not in (None, "") and carried[name] != value:
            heading = HEADINGS[name]
            raise WrongUsage(
                f"{heading} of course {candidate.number} stands in the export; change it in the admin "
                f"program, not here",
                field=heading,
            )
    return merged(candidate.facts, candidate.given)


def check_release(candidate: Candidate, policy: Policy, today: date, *, own_offer: bool) -> tuple[Terms, list[str]]:
    """Check whether a course may be released; returns its terms and warnings.

    Raises Refused naming the rule: never-share tick (R2), missing fields (R5), rate (R6, R6a), online software (R8),
    type (R9), BAMF (R10), Abo-Kurs (R11, D8), attestation of an own offer (R12), foreign "Externe Kurs-Nr." (D12),
    past course (R1).
    """
    facts = completed(candidate)
    name = f"course {candidate.number} ({candidate.period}) of VHS {candidate.vhs}"
    _check_identity(candidate, facts, name)
    _check_fields(facts, name)
    _check_kind(facts, name)
    if facts.starts_on is not None and facts.starts_on < today:
        raise Refused(f"{name} began on {facts.starts_on}; only future courses can be released", rule="R1")
    if not own_offer:
        raise Refused(
            f"{name} can be released only as an own offer, agreed individually and exclusively with its instructors; "
            "attest that with --own-offer",
            rule="R12",
        )
    return _terms(facts, name), _warnings(candidate, facts, policy)


def _check_identity(candidate: Candidate, facts: CourseFacts, name: str) -> None:
    """Refuse what is shared already or must never be (R2, R11, R13, D8, D12)."""
    if candidate.shared_as is not None:
        raise Refused(
            f"{name} is shared already as {candidate.shared_as}; a release and its markets are final, and an "
            f"Abo-Kurs is not "
            "released again",
            rule="R13",
            coop_id=candidate.shared_as,
        )
    if facts.markers is not None and "100" in facts.markers:
        raise Refused(f"{name} is itself an Abo-Kurs (Kennzeichen 100) and cannot be released again", rule="R11")
    if candidate.external_number:
        raise Refused(
            f'"Externe Kurs-Nr." of {name} holds {candidate.external_number!r}; empty it in the admin program and '
            f"export again, "
            "it is the place of the COOP-Id",
            rule="D12",
        )
    if facts.never_share:
        raise Refused(f'{name} is marked "NIE bei vhsKOOP"', rule="R2")


def _check_fields(facts: CourseFacts, name: str) -> None:
    """Refuse missing or impossible fields, naming each (R5, R8)."""
    missing = [HEADINGS[field] for field in MANDATORY if getattr(facts, field) in (None, "")]
    if missing:
        raise Refused(
            f"{name} lacks {', '.join(missing)}; fill them in the admin program and export again, or give "
            f"what no export "
            "carries with --fact",
            rule="R5",
            missing=missing,
        )
    if facts.starts_on is not None and facts.ends_on is not None and facts.ends_on < facts.starts_on:
        raise Refused(f"{name} ends on {facts.ends_on}, before it begins on {facts.starts_on}", rule="R5")
    if facts.delivery in (ONLINE, HYBRID) and not facts.software:
        raise Refused(
            f"{name} is {facts.delivery} but names no Software; fill it in the admin program, or give it with "
            "--fact Software=Zoom where no export carries it; access data may follow later",
            rule="R8",
        )


def _check_kind(facts: CourseFacts, name: str) -> None:
    """Refuse types that cannot be shared (R9, R10); a type no export carries must not hint at children."""
    hints = _hints(facts, CHILDREN)
    if facts.course_type is None and hints:
        raise Refused(
            f"no export says which type {name} has, and its text says {hints[0]!r}; give it with --type", rule="R9"
        )
    if facts.course_type is not None and facts.course_type not in SHAREABLE_TYPES:
        raise Refused(
            f"{name} is of type {facts.course_type}; only {' and '.join(SHAREABLE_TYPES)} can be shared", rule="R9"
        )
    if facts.bamf:
        raise Refused(f"{name} is BAMF-funded and cannot be shared", rule="R10")


def hints_at(text: str, words: tuple[str, ...]) -> list[str]:
    """Give the words that stand in a text, in any letters."""
    text = text.casefold()
    return [word for word in words if word in text]


def _hints(facts: CourseFacts, words: tuple[str, ...]) -> list[str]:
    parts = (facts.title, facts.programme_title, facts.info, facts.dvv_category)
    return hints_at(" ".join(part for part in parts if part), words)


def terms_of(candidate: Candidate) -> Terms:
    """Read the money terms of a course that was shared before there were COOP-Ids (R6, D12); raises Refused."""
    return _terms(completed(candidate), f"course {candidate.number} ({candidate.period}) of VHS {candidate.vhs}")


def _terms(facts: CourseFacts, name: str) -> Terms:
    """Read the money terms of a release (R6, R6a); a blank rate is one of a free course only."""
    if facts.fee_cents is None:
        raise Refused(f"no export carries the fee of {name}; give it with --fee 90,00", rule="R5", missing=["Gebühr"])
    passed = facts.pass_through_cents or 0
    if passed > facts.fee_cents:
        raise Refused(
            f"pass-through items of {name} ({euros(passed)}) exceed its fee ({euros(facts.fee_cents)})", rule="M6"
        )
    rate = normal_rate(facts.rate if facts.rate is not None else "", facts.fee_cents)
    if rate is None:
        raise Refused(
            f"{name} costs {euros(facts.fee_cents)} but has no rate; fill vhsKOOP-Verrechnung, or give --rate 80 "
            f"where no export "
            "carries it",
            rule="R6a",
            missing=["vhsKOOP-Verrechnung"],
        )
    if rate != LINK and not (rate.isascii() and rate.isdigit() and int(rate) <= 100):
        raise Refused(f'the rate of {name} is {rate!r}; it must be a whole number from 0 to 100 or "Link"', rule="R6")
    return Terms(facts.fee_cents, passed, rate)


def _warnings(candidate: Candidate, facts: CourseFacts, policy: Policy) -> list[str]:
    """Point out what is allowed and yet worth a look (R7, R9, R10, R12, R23)."""
    result = [f"R7: the course number {candidate.number} should be final; renumbering after release is reported"]
    if facts.course_type is None:
        result.append(
            "R9: no export says which type the course has; it is released as Normalkurs (--type says otherwise)"
        )
    if facts.bamf is None and _hints(facts, FUNDED):
        result.append(
            "R10: no export says whether the course is BAMF-funded, and its text hints at it; such courses are excluded"
        )
    elif facts.bamf is None and candidate.subject:
        result.append(
            f"R10: no export says whether the course is BAMF-funded, and its subject {candidate.subject!r} hints at "
            "it; such courses are excluded"
        )
    result += [
        f"R12: the text says {word!r}; bought-in offers may not be released" for word in _hints(facts, FOREIGN_OFFERS)
    ]
    if facts.capacity is None:
        result.append("B8: no export carries TN max; overbooking cannot be detected")
    online = facts.delivery in (ONLINE, HYBRID)
    if online and policy.is_bavarian(candidate.vhs) and policy.online_keyword_master not in (facts.keywords or ()):
        result.append(
            f"R23: the keyword {policy.online_keyword_master!r} is missing; onlinevhs.bayern would list it twice"
        )
    return result


def release(draft: Draft, candidate: Candidate, terms: Terms, markets: tuple[str, ...]) -> None:
    """Release a checked course: its facts, terms and markets are fixed with it (R4, R13, R14)."""
    facts = completed(candidate)
    if facts.course_type is None:
        facts = msgspec.structs.replace(facts, course_type="Normalkurs")
    values: dict[str, Any] = {
        "course_number": candidate.number,
        "period": candidate.period,
        "facts": facts,
        "reported": candidate.facts,
        "terms": terms,
        "markets": markets or (GENERAL_MARKET,),
        "system": candidate.system,
    }
    draft.add(e.CourseReleased, "R14", **values)
    draft.settle_violations()
