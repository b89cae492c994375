"""The citizens' oracle: a list of people, and three questions at the end (C5, G3).

It is written from the rules (domain 3 and 11) and the diary alone and knows nothing of events, letters told,
acknowledgements or of how the engine decides. It asks:

- does everybody who has a contract hold exactly one live seat at every VHS of the course (D1, B3)?
- is everybody who cancelled out everywhere (D2, D5, D11)?
- was anybody told "S" before anything people did, or a file lacked, justified it (D3, G3)?

What people meant decides (``deeds``), never what the engine made of it. Where two ends are both by contract, because
they hang on what a file happened to show, either is right, but the same one everywhere (D6). Where nobody could know,
somebody must be asked: an open question about the person, the course at a VHS or the VHS, never a silent guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from koop_es.simulate.deeds import (
    APPROVE_ABSENCE,
    IN_EXPORTS,
    LEFT_THE_EXPORTS,
    UNNAMED,
    UNTOLD,
    WENT,
    Deed,
    Diary,
    Moment,
    Sent,
    Terms,
    Told,
    concerns,
    moment,
    parties,
)
from koop_es.simulate.told import lacking, told_otherwise
from koop_es.simulate.unnoticed import MISTELLING, stays_where_it_stood

END: Moment = (3, 0, 0.0)
"""After everything."""

Verdict = Literal["in", "out", "either"]

REMOVED = "BOOKING_REMOVED"
"""Tells staff that a row is missing: a question where a missing row may mean either, and none where it was no doubt."""

LOOKS = frozenset({"merge", "correct_name"})
"""Verbs that change by what a row is known: its numbers, and its name."""

OUT = frozenset({"delete", "terminate"})
"""Verbs after which the rows of a course are told nobody any more: it is deleted, or its Abo has ended (R19, D8)."""

MOVED = "moved"
"""Who left where somebody was moved to another course, which the row says at the owner alone (D25)."""

APPROVED = "approved"
"""Who cancelled where somebody approved an absence: it is no more than that, so it ends with it (D4, D5)."""


@dataclass(slots=True)
class Contract:
    """What somebody has in one course: by which VHS since when, who cancelled it, and where its row was taken out or
    went with a restore (``lost``).

    ``doubtful`` says that what was meant hangs on what a file happened to show; ``again`` that somebody wrote A over an
    "S" and gave the row another identity, which reads as a new registration (D5, D18). ``revived`` says that its owner
    wrote A over an "S", ``over_s`` that an export may have shown that. At ``unnamed`` VHSs no row says who set its "S",
    at ``unknown`` ones it may have been that of an Ausfall which was taken back. ``looks`` says when its owner changed
    numbers or name.
    """

    who: int
    course: int
    owner: str
    since: Moment
    left: dict[str, Moment] = field(default_factory=dict)
    missing: dict[str, Moment] = field(default_factory=dict)
    lost: dict[str, Moment] = field(default_factory=dict)
    doubtful: bool = False
    again: bool = False
    entered_again: Moment | None = None
    revived: bool = False
    over_s: bool = False
    unnamed: set[str] = field(default_factory=set)
    unknown: dict[str, Moment] = field(default_factory=dict)
    looks: dict[str, Moment] = field(default_factory=dict)


def findings(diary: Diary, terms: Terms) -> list[str]:
    """Say of everybody who is not where they should be, or was told otherwise on the way, what is wrong."""
    people = People(diary, terms)
    lies = [found for told, found in told_otherwise(diary, terms) if not people.answered(told)]
    return [*people.wronged(), *lies]


class People:
    """The list of people, brought up to date deed by deed."""

    def __init__(self, diary: Diary, terms: Terms) -> None:
        self.diary, self.terms = diary, terms
        self.parties = parties(diary, terms)
        self.contracts: dict[tuple[int, int], Contract] = {}
        self.over: dict[int, tuple[str, Moment]] = {}
        self.lives: dict[int, tuple[str, Moment]] = {}
        self.unsure: set[int] = set()
        self.gone: dict[tuple[str, int], Moment] = {}
        self.deleted: dict[tuple[str, int], Deed] = {}
        self.hidden: dict[tuple[str, int], Moment] = {}
        self.apart: set[tuple[int | None, str]] = set()
        """Companies, and where they booked: their rows are set aside, and nobody else hears of them (D17)."""
        self.comings: dict[tuple[str, int], list[tuple[Moment, bool]]] = {}
        """When a VHS lost a course or its COOP-Id, or it left the exports, and when it was back."""
        for deed in diary.deeds:
            back = deed.intent == "course back" or deed.note == IN_EXPORTS
            if deed.course is not None and (back or deed.intent == "course gone" or deed.note == LEFT_THE_EXPORTS):
                self.comings.setdefault((deed.vhs, deed.course), []).append((moment(deed), back))
        for deed in diary.deeds:
            self._note(deed, moment(deed))

    def _note(self, deed: Deed, now: Moment) -> None:
        if deed.who is None:
            if deed.course is not None:
                self._note_course(deed, deed.course, now)
        elif deed.verb == "book_company":
            self.apart.add((deed.who, deed.vhs))
        elif deed.intent == "joins" and deed.course is not None:
            contract = Contract(deed.who, deed.course, deed.vhs, now)
            former = self.contracts.get((deed.who, deed.course))
            if former is not None and deed.vhs not in former.left:
                self._go_on(contract, former, now)
            contract.again |= deed.note == UNTOLD
            self.contracts[deed.who, deed.course] = contract
        else:
            for contract in self._meant(deed):
                if deed.verb == "merge" and deed.vhs == contract.owner:
                    contract.entered_again = now  # under other numbers
                self._note_person(deed, contract, now)
                if deed.verb in LOOKS and deed.vhs == contract.owner:
                    self._note_looks(deed, contract, now)

    def _go_on(self, contract: Contract, former: Contract, now: Moment) -> None:
        """Read who is booked again where nobody had cancelled as the same booking (D18).

        What a row is depends on the rows of its VHS alone, so an "S" that another VHS set counts for it, whichever of
        the two was read first, and so does a row that another took out. Where a file lacked rows, or A was written over
        the "S" of others, the new row may be a registration of its own.
        """
        vhs = contract.owner
        contract.missing = {at: since for at, since in former.missing.items() if at != vhs}
        if any(self._shown(vhs, former.since, now)):
            contract.since, contract.left, contract.doubtful = former.since, dict(former.left), former.doubtful
            faulty = any(sent.fault for sent in self._shown(vhs, former.since, END))
            contract.again = former.again or former.revived or faulty or self._showed_ours(former, now)
            contract.revived = former.revived
            contract.entered_again = now

    def _showed_ours(self, contract: Contract, now: Moment) -> bool:
        """Tell whether the owner's row may last have shown an "S" that was given out, such as that of an Ausfall which
        was taken back: who is booked anew then is another registration (D18, D5).
        """
        told = [t for t in self.diary.told if (t.vhs, t.who) == (contract.owner, contract.who) and moment(t) < now]
        given = [moment(t) for t in told if t.letter == "S"]
        if not given or not any(self._shown(contract.owner, given[-1], now)):
            return False
        over = [moment(t) for t in told if t.letter not in ("", "S") and moment(t) > given[-1]]
        return not (over and self._surely_shown(contract.owner, contract, over[-1], now))

    def _meant(self, deed: Deed) -> list[Contract]:
        mine = [contract for (who, _), contract in self.contracts.items() if who == deed.who]
        return [contract for contract in mine if deed.course in (None, contract.course)]

    def _note_course(self, deed: Deed, course: int, now: Moment) -> None:
        match deed.intent:
            case "course gone":
                taken_out = [c for c in self.contracts.values() if c.course == course] if deed.verb in OUT else []
                for contract in taken_out:
                    self._forget_unseen(deed.vhs, contract, now)
                self.gone[deed.vhs, course] = now
                if deed.verb == "delete":
                    self.deleted[deed.vhs, course] = deed
                    for contract in taken_out:
                        # Who was in it and was never shown is known to nobody.
                        if contract.owner == deed.vhs:
                            contract.doubtful |= not self._surely_shown(deed.vhs, contract, contract.since, now)
            case "course back":
                self.gone.pop((deed.vhs, course), None)
                self.deleted.pop((deed.vhs, course), None)
            case "course" if deed.note == WENT:
                self.deleted[deed.vhs, course] = deed
            case "course" if deed.note == IN_EXPORTS:
                self.hidden.pop((deed.vhs, course), None)
            case "course over":
                self.over.setdefault(course, (deed.vhs, now))
                if deed.note == LEFT_THE_EXPORTS:
                    self.hidden.setdefault((deed.vhs, course), now)
            case "course lives" if (deed.vhs, course) not in self.hidden:
                self._note_lives(deed, course, now)

    def _forget_unseen(self, vhs: str, contract: Contract, now: Moment) -> None:
        """Let go of an "S" that nobody saw before its row was gone, or its letter another: it is known to nobody."""
        if vhs in contract.left and not self._surely_shown(vhs, contract, contract.left[vhs], now):
            del contract.left[vhs]
            contract.doubtful = True

    def _note_lives(self, deed: Deed, course: int, now: Moment) -> None:
        """Follow an Ausfall that was taken back: who was cancelled by hand after the news or with it, or was
        missing meanwhile, may have been cancelled only by it (D21, D24); nobody is asked where the owner's row shows A.
        """
        _, since = self.over.pop(course, (deed.vhs, now))
        self.lives[course] = deed.vhs, now
        self.unsure = self.unsure | {course} if deed.note == UNTOLD else self.unsure - {course}
        ended = self._ended(course, deed)
        for contract in self.contracts.values():
            if contract.course == course:
                unknown = {vhs: at for vhs, at in contract.left.items() if not self._was_known(vhs, course, at, since)}
                contract.unknown |= unknown
                self._take_for_ours(contract)
                if contract.owner in unknown and contract.revived:
                    contract.left.pop(contract.owner, None)
                contract.doubtful |= ended or bool(unknown or contract.missing) or deed.note == UNTOLD

    def _take_for_ours(self, contract: Contract) -> None:
        """Let go of what is taken for the echo of an "S" whose reason is gone: A is given out over it (D21)."""
        ours = [vhs for vhs in contract.left if self._is_taken_for_ours(vhs, contract)]
        contract.doubtful |= bool(ours)
        contract.left = {vhs: at for vhs, at in contract.left.items() if vhs not in ours}

    def _is_taken_for_ours(self, vhs: str, contract: Contract) -> bool:
        """Tell whether an "S" that a person set was given out as well before any export must have shown it, where no
        row says who set it (D21).
        """
        if vhs not in contract.unnamed:
            return False
        since = contract.left[vhs]
        sound = (sent for sent in self._shown(vhs, since, END) if sent.is_sound)
        until = next((moment(sent) for sent in sound), END)
        told = [t for t in self.diary.told if (t.vhs, t.who) == (vhs, contract.who) and t.letter and moment(t) < until]
        return bool(told) and told[-1].letter == "S"

    def _note_looks(self, deed: Deed, contract: Contract, now: Moment) -> None:
        """Follow who gets other numbers and another name at once: in a row that was to be "S" nobody can tell them
        from somebody who registers (D18).
        """
        contract.looks[deed.verb] = now
        told = (t for t in self.diary.told if (t.vhs, t.who, t.letter) == (deed.vhs, contract.who, "S"))
        if contract.looks.keys() >= LOOKS and any(moment(said) < now for said in told):
            since = min(contract.looks.values())
            contract.doubtful |= not self._surely_shown(deed.vhs, contract, since, now)

    def _note_person(self, deed: Deed, contract: Contract, now: Moment) -> None:
        match deed.intent:
            case "leaves":
                contract.left.setdefault(deed.vhs, now)
                contract.unnamed |= {deed.vhs} if deed.note == UNNAMED else set()
            case "revives":
                contract.revived |= deed.vhs == contract.owner
                self._revive(deed.vhs, contract, now)
            case "removed":
                self._note_removed(deed, contract, now)
            case "returned" if deed.letter:
                self._note_back(deed.vhs, contract)
            case "stays" if deed.letter in ("A", "W"):
                self._note_stays(deed, contract, now)
            case "stays" if deed.letter not in ("", None, "S"):
                self._forget_unseen(deed.vhs, contract, now)  # a letter nobody knows claims nothing (B6)
            case "lost":
                self._note_lost(deed, contract, now)
            case "moves":
                known = bool(contract.left) or contract.doubtful
                contract.left[MOVED] = now
                if deed.other is not None:
                    next_one = Contract(contract.who, deed.other, deed.vhs, now, doubtful=known)
                    self.contracts[contract.who, deed.other] = next_one
            case "decides" if deed.verb == "restore":
                contract.missing.pop(deed.vhs, None)
            case "decides" if deed.verb == APPROVE_ABSENCE:
                if contract.missing:  # else the row is back already, and the next export shows it (D5)
                    contract.left[APPROVED] = now
            case "decides" if deed.letter == "S" and contract.missing:
                contract.left[APPROVED] = now
            case "decides" if deed.letter:
                # That nobody meant an "S" brings no row back: one that is missing counts from then on (D21, D3).
                contract.doubtful = deed.verb == "reject" and bool(contract.missing)
                contract.left, contract.missing = {}, {}
                if deed.letter == "S":
                    contract.left["operator"] = now

    def _note_stays(self, deed: Deed, contract: Contract, now: Moment) -> None:
        """Follow a row that lives: somebody took an "S" away, and maybe gave it another identity (D5, D18)."""
        if deed.vhs in contract.left:
            self._revive(deed.vhs, contract, now)
        over_s = contract.over_s and deed.vhs == contract.owner
        contract.again |= (over_s or deed.vhs in contract.left) and deed.verb != "touch"

    def _note_removed(self, deed: Deed, contract: Contract, now: Moment) -> None:
        """Follow a row that is taken out, and what nobody saw of it before."""
        self._forget_unseen(deed.vhs, contract, now)
        if deed.vhs == contract.owner and contract.entered_again is not None:
            # A row that went before it was seen is, back again, another registration or the same (B15).
            contract.again |= not self._surely_shown(deed.vhs, contract, contract.entered_again, now)
        contract.missing[deed.vhs] = now

    def _note_back(self, vhs: str, contract: Contract) -> None:
        """Follow a row that is there again: what was decided of its loss ends with it, and whoever was cancelled by
        nothing else lives again (D5).
        """
        removed = contract.missing.pop(vhs, None) is not None
        contract.left.pop(APPROVED, None)
        if removed and not contract.missing:
            self._take_for_ours(contract)

    def _note_lost(self, deed: Deed, contract: Contract, now: Moment) -> None:
        """Follow a restore: what no export had shown went unseen, and one that nobody could tell reads as removal."""
        vhs = deed.vhs
        self._forget_unseen(vhs, contract, now)
        if vhs == contract.owner and not self._surely_shown(vhs, contract, contract.since, now):
            contract.doubtful = True
        if deed.letter and vhs in contract.missing:
            if deed.letter in ("A", "W"):
                self._note_back(vhs, contract)
            contract.missing.pop(vhs, None)
            contract.doubtful = True
        if not deed.letter:
            contract.lost[vhs] = now
        contract.doubtful |= deed.note == UNTOLD
        if vhs == contract.owner and contract.entered_again is not None:
            contract.again |= deed.note == UNTOLD  # a row under its former numbers is another registration (D18)

    def _revive(self, vhs: str, contract: Contract, now: Moment) -> None:
        """Take an "S" back that no export has shown, or that may be that of an Ausfall which was taken back (D21, D24);
        one that was shown is final (D5).
        """
        since = contract.left.get(vhs)
        if since is None:
            contract.doubtful |= not contract.left
        elif not self._surely_shown(vhs, contract, since, now):
            del contract.left[vhs]
            shown = any(self._shown(vhs, since, now))
            contract.doubtful |= shown
            contract.over_s |= shown and vhs == contract.owner
        elif contract.unknown.get(vhs) == since or self._was_said_wrongly(vhs, contract.who, since):
            del contract.left[vhs]
            contract.doubtful = True
        elif any(
            told.vhs == vhs and told.who == contract.who and told.letter == "S" and moment(told) < since
            for told in self.diary.told
        ):
            contract.again = True  # a second "S" in one row is a question, and this is its answer (D21)
        else:
            contract.again |= vhs == contract.owner and self._first_shown_undated(vhs, contract.who, now)

    def _first_shown_undated(self, vhs: str, who: int, since: Moment) -> bool:
        """Tell whether a letter over an "S" may first have been read in a file that does not say when they booked: that
        reads as a new registration, and nothing tells it from one (D18, D29).
        """
        for sent in self._shown(vhs, since, END):
            if who in sent.mistold.undated:
                return True
            if sent.is_sound:
                break
        return False

    def _was_said_wrongly(self, vhs: str, who: int, since: Moment) -> bool:
        """Tell whether the last file before an "S" showed that very letter already, which nobody meant, or the first
        one after it was wrong: once that file is withdrawn, what it cancelled lives again, and nobody can tell the one
        from the other (D32).
        """
        before = [sent for sent in self._shown(vhs, (-1, 0, 0.0), since) if sent.reach != "occupancy"]
        after = (sent for sent in self._shown(vhs, since, END) if sent.reach != "occupancy")
        first = next(after, None)
        is_wrong = first is not None and first.fault in MISTELLING
        return is_wrong or (bool(before) and who in before[-1].mistold.cancelled)

    def _shown(self, vhs: str, since: Moment, until: Moment) -> Iterator[Sent]:
        """Give the exports of a VHS written between two moments that may have been read."""
        for sent in self.diary.exports:
            if sent.vhs == vhs and since < moment(sent) < until and sent.was_read:
                yield sent

    def _was_known(self, vhs: str, course: int, at: Moment, since: Moment) -> bool:
        """Tell whether who cancelled did so before something else happened, and any export of theirs may have said so
        before; an operator's word is known at once.
        """
        said = vhs not in self.parties.get(course, ()) or any(self._shown(vhs, at, since))
        return at < since and said

    def _surely_shown(self, vhs: str, contract: Contract, since: Moment, until: Moment) -> bool:
        """Tell whether the row as it was must have been read: a sound full export, while the course was there."""
        if self._anew(vhs) or self.gone.get((vhs, contract.course)) is not None:
            return False
        proofs = self._proofs(vhs, contract.course, since, until)
        return any(contract.who not in sent.held for sent in proofs)

    def _proofs(self, vhs: str, course: int, since: Moment, until: Moment = END) -> Iterator[Sent]:
        """Give the exports from which it must have been read how a VHS had a course between two moments (R15)."""
        shown = (sent for sent in self._shown(vhs, since, until) if sent.is_sound)
        return (sent for sent in shown if self._there(vhs, course, sent))

    def _proofs_in_time(self, vhs: str, course: int, since: Moment) -> list[Sent]:
        """Give those of them that were made before the last day of the course was over (D17, D24)."""
        return [sent for sent in self._proofs(vhs, course, since) if not self._ended(course, sent)]

    def _anew(self, vhs: str) -> bool:
        """Tell whether a connector counted anew, so that two exports share a number (D23)."""
        return any(deed.verb == "reinstall" and deed.vhs == vhs for deed in self.diary.deeds)

    def _ended(self, course: int, item: Deed | Sent) -> bool:
        """Tell whether the course's last day was over, or may have been (D17, D24)."""
        last = self.terms.last_day.get(course)
        return last is None or item.when.date() > last

    def verdict(self, contract: Contract) -> Verdict:
        """Say whether somebody is to be in or out by what was meant."""
        too_late = self._moved_too_late(contract)
        if contract.left and not too_late:
            return "either" if contract.again else "out"
        if contract.course in self.over:
            unread = any(course == contract.course for _, course in self.gone)
            return "either" if unread or self._was_archived(contract.course) else "out"
        if too_late or contract.doubtful or not self._is_known_to_live(contract.course):
            return "either"
        if contract.missing:
            return "out" if any(self._lost(vhs, contract) for vhs in contract.missing) else "either"
        places = {contract.owner} if self.terms.owner_only else self.parties.get(contract.course, frozenset())
        return "either" if any(self._last_lacked(vhs, contract) for vhs in places) else "in"

    def _moved_too_late(self, contract: Contract) -> bool:
        """Tell whether somebody only moved, and no export must have said so before the last day was over: then the row
        that is elsewhere proves nothing (D17, D25).
        """
        if contract.left.keys() != {MOVED}:
            return False
        return not self._proofs_in_time(contract.owner, contract.course, contract.left[MOVED])

    def _was_archived(self, course: int) -> bool:
        """Tell whether a course left the exports with its Ausfall, and no export said so before the last day was over:
        then it looks like one that was archived (R44, D17).
        """
        return self._left_when_over(self.over[course][0], course)

    def _left_when_over(self, vhs: str, course: int) -> bool:
        """Tell whether a VHS has a course in no export any more, and none said so before the last day was over: nothing
        of it is written there then (D17).
        """
        hidden = self.hidden.get((vhs, course))
        if hidden is None:
            return False
        full = [sent for sent in self._shown(vhs, hidden, END) if sent.complete and sent.reach == "full"]
        return bool(full) and all(self._ended(course, sent) for sent in full)

    def _is_out_of_sight(self, vhs: str, course: int) -> bool:
        """Tell whether nothing can be written at a VHS any more: its course left the exports when it was over (D17), or
        with an Ausfall of its own that they may have shown before, so that nobody misses it (R44).
        """
        own, since = self.over.get(course, ("", END))
        known = own == vhs and any(self._shown(vhs, since, self.hidden.get((vhs, course), (-1, 0, 0.0))))
        return known or self._left_when_over(vhs, course)

    def _is_known_to_live(self, course: int) -> bool:
        """Tell whether it must have been read that an Ausfall was taken back: before the last day (D24), and not in a
        course that is frozen (R15). One that went with a restore which nobody must notice may be written again (D20).
        """
        if course not in self.lives:
            return True
        if course in self.unsure:
            return False
        vhs, since = self.lives[course]
        return bool(self._proofs_in_time(vhs, course, since))

    def _last_lacked(self, vhs: str, contract: Contract) -> bool:
        """Tell whether files that lost rows may have lacked somebody as often as counts (D3), and none can show them
        again (D5), because the course is gone from there, or the row went with a restore (D20).
        """
        until = END if (vhs, contract.course) in self.gone else contract.lost.get(vhs)
        if until is None:
            return False
        lost = False
        for sent, row in lacking(self.diary, self.terms, contract.who, vhs, until):
            if moment(sent) > contract.since:
                shown = not (row or sent.fault) and sent.reach == "full" and self._there(vhs, contract.course, sent)
                lost = row >= self.terms.confirmations or (lost and not shown)
        return lost

    def _there(self, vhs: str, course: int, sent: Sent) -> bool:
        """Tell whether a VHS had a course, with its COOP-Id, when an export was written."""
        now = moment(sent)
        return all([back for at, back in self.comings.get((vhs, course), ()) if at < now][-1:])

    def _lost(self, vhs: str, contract: Contract) -> bool:
        """Tell whether a row taken out by its owner was shown before and lacked in as many exports as count (D3): of a
        course that is frozen, none does (R15).
        """
        since = contract.missing[vhs]
        if vhs != contract.owner or len(contract.missing) > 1 or self._anew(vhs):
            return False
        if not self._surely_shown(vhs, contract, contract.since, since):
            return False
        lacking = self._proofs_in_time(vhs, contract.course, since)
        return len(lacking) >= self.terms.confirmations

    def wronged(self) -> Iterator[str]:
        """Go through the list and compare where everybody is with where they should be."""
        live: dict[tuple[int, int], dict[str, int]] = {}
        for seat in self.diary.seats:
            if seat.who is None or seat.course is None:
                continue
            held = live.setdefault((seat.who, seat.course), {})
            held[seat.vhs] = held.get(seat.vhs, 0) + (seat.letter != "S")
        for (who, course), contract in sorted(self.contracts.items()):
            held = live.pop((who, course), {})
            if wrong := self._wrong(contract, held):
                yield f"{who} in course {course}: {wrong}"
        for (who, course), held in sorted(live.items()):
            if course not in self.parties:
                continue  # a course that nobody shares is the VHS's own affair
            stray = Contract(who, course, "", (0, 0, 0.0))
            over = course in self.over  # then no row of it is read any more, nor said to be set aside
            apart = {vhs for vhs in held if over and (who, vhs) in self.apart}
            if stays_where_it_stood(self.diary, who, self.terms.last_day.get(course)):
                continue
            places = [vhs for vhs, count in sorted(held.items()) if count and not self._asked(stray, vhs)]
            places = [vhs for vhs in places if vhs not in apart]
            if places:
                yield f"{who} in course {course}: a seat at {', '.join(places)}, but never booked there"

    def _wrong(self, contract: Contract, held: Mapping[str, int]) -> str:
        if contract.course not in self.parties:
            return ""  # a course that nobody shares is the VHS's own affair
        if self._was_never_shown(contract):
            places = [vhs for vhs, count in sorted(held.items()) if count and vhs != contract.owner]
            return f"was never shown, but a live seat at {', '.join(places)}" if places else ""
        verdict, expected = self.verdict(contract), self.parties[contract.course]
        places = sorted({*expected, *(vhs for vhs, count in held.items() if count)})
        asked = {vhs for vhs in places if self._asked(contract, vhs)}
        doubled = [vhs for vhs in places if held.get(vhs, 0) > 1]
        without = [vhs for vhs in places if not held.get(vhs, 0) and not self._excused(contract, vhs)]
        seated = [vhs for vhs in places if held.get(vhs, 0)]
        if verdict == "in":
            wrong = [f"{held.get(vhs, 0)} live seats at {vhs}" for vhs in [*doubled, *without] if vhs not in asked]
            return "has a contract, but " + ", ".join(wrong) if wrong else ""
        if verdict == "out":
            still = [v for v in seated if v not in asked and not self._is_out_of_sight(v, contract.course)]
            return f"is out, but a live seat at {', '.join(still)}" if still else ""
        # What left the exports with its Ausfall is told nothing more, and nothing is known of it (R44).
        seated, without = (
            [vhs for vhs in places if (vhs, contract.course) not in self.hidden] for places in (seated, without)
        )
        if asked or not (doubled or (seated and without)):
            return ""
        return f"nobody could know, in at {', '.join(seated)}, out at {', '.join(without)}, and nobody is asked"

    def _was_never_shown(self, contract: Contract) -> bool:
        """Tell whether somebody was entered in a course that no export held any more: nobody can know of that (R44)."""
        hidden = self.hidden.get((contract.owner, contract.course))
        return hidden is not None and not any(self._shown(contract.owner, contract.since, hidden))

    def _excused(self, contract: Contract, vhs: str) -> bool:
        """Tell whether a VHS may lack the row: the first complete export that said that its course is deleted, or went
        with a restore, or one that said that the row is gone, came after the last day and proves nothing (D17).
        """
        deleted = self.deleted.get((vhs, contract.course))
        if deleted is not None:
            full = (s for s in self._shown(vhs, moment(deleted), END) if s.complete and s.reach == "full")
            if self._ended(contract.course, next(full, deleted)):
                return True
        moved = contract.left.get(MOVED) if vhs == contract.owner else None
        since = contract.missing.get(vhs) or contract.lost.get(vhs) or moved
        return since is not None and any(self._ended(contract.course, sent) for sent in self._shown(vhs, since, END))

    def answered(self, told: Told) -> bool:
        """Tell whether an "S" still stands about which somebody is asked: one that was taken back was a lie."""
        contract = self.contracts.get((told.who or 0, told.course if told.course is not None else -1))
        if contract is None:
            return False
        live = {seat.vhs for seat in self.diary.seats if seat.who == told.who and seat.letter != "S"}
        without = self.parties.get(contract.course, frozenset()) - live
        return any(self._asked(contract, vhs) for vhs in without)

    def _asked(self, contract: Contract, vhs: str) -> bool:
        """Tell whether somebody is asked about the person, or where the seat is, was sold or was given up."""
        places = {vhs, contract.owner, *contract.left}
        if contract.course in self.over:
            places.add(self.over[contract.course][0])
        if contract.course in self.lives:  # whether that was read hangs on the Master's row alone (D24, D28)
            places.add(self.lives[contract.course][0])
        who, course, sure = contract.who, contract.course, self.verdict(contract) != "either"
        asked = [question for question in self.diary.questions if not (sure and question.code == REMOVED)]
        return any(concerns(question, who, course, place) for question in asked for place in places)
