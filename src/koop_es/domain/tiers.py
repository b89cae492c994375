"""Tiers: which witnesses tell that a row is a known booking, the best first (D18)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from koop_es.domain.witnesses import RECORD, Witness

Keys = Iterator[tuple[str, ...]]


def _said(*values: str) -> Keys:
    if all(values):
        yield values


def _id_and_all(one: Witness) -> Keys:
    return _said(one.booking_id, one.number, one.name)


def _id_and_record(one: Witness) -> Keys:
    yield from _said("number", one.booking_id, one.number)
    yield from _said("name", one.booking_id, one.name)


def _number_name_time(one: Witness) -> Keys:
    return _said(one.number, one.name, one.time)


def record_of(one: Witness) -> tuple[str, ...] | None:
    """Give TNR, name and time, which together are one booking's, None where one of them is not stated."""
    return next(_number_name_time(one), None)


def _name_and_contact(one: Witness) -> Keys:
    yield from _said("mail", one.name, one.mail)
    yield from _said("phone", one.name, one.phone)


def _id_and_any(one: Witness) -> Keys:
    yield from _said("time", one.booking_id, one.time)
    yield from _said("mail", one.booking_id, one.mail)
    yield from _said("phone", one.booking_id, one.phone)


def _time_and_contact(one: Witness) -> Keys:
    yield from _said("mail", one.time, one.mail)
    yield from _said("phone", one.time, one.phone)


def _name_and_time(one: Witness) -> Keys:
    return _said(one.name, one.time)


def _number_and_time(one: Witness) -> Keys:
    return _said(one.number, one.time)


def _time(one: Witness) -> Keys:
    return _said(one.time)


def _id(one: Witness) -> Keys:
    return _said(one.booking_id)


class Tier(NamedTuple):
    """One kind of witnesses that agree; ``alone`` asks for exactly one fit on both sides, ``erased`` is for the
    forgotten, of whom neither name nor contact is left (D18e), ``silent`` names cells that must not say otherwise.
    ``yields`` leaves a pair to later tiers where TNR, name and time of row or booking are together another's.
    """

    keys: Callable[[Witness], Keys]
    alone: bool = False
    erased: bool = False
    same_id: bool = False
    silent: tuple[str, ...] = ()
    yields: bool = False


TIERS = (
    Tier(_id_and_all, same_id=True, yields=True),
    Tier(_id_and_record, same_id=True, yields=True),
    Tier(_number_name_time),
    Tier(_id_and_record, same_id=True),
    Tier(_number_and_time, erased=True),
    Tier(_name_and_contact),
    Tier(_id_and_any, same_id=True),
    Tier(_time_and_contact, alone=True),
    Tier(_time, alone=True, erased=True),
    Tier(_name_and_time, alone=True, silent=("mail", "phone")),
    Tier(_id, same_id=True, silent=RECORD),
)
"""The order of D18: Beleg-ID with TNR or name; TNR with name and time; name with mail or phone; Beleg-ID with any
other; time with mail or phone. Last what name and second or only its Beleg-ID tell, where the rest is unstated (D29).
A Beleg-ID whose row has another TNR or time, which are somebody else's of that name, was given anew: it follows those.
"""
