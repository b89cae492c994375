"""The thousand seeds that ``make test`` carries out (C1), each judged by both judges, and for which test.

Some of them are looked at more closely than by the judges, so that nothing is carried out twice.
"""

from __future__ import annotations

PLAIN = range(840)
"""Carried out without the kinds of edits and faults that examiners found missing."""

EXPLAINED = range(12)
"""Carried out with these kinds mixed in, after which every value is explained (``test_why``)."""

FOLLOWED = range(12, 40)
"""The same, after which it is followed whom every event reaches (``test_reach``)."""

MIXED = range(40, 160)
"""The same, and no more."""
