"""Pseudonyms of staff, by a secret of the store: a list of names does not tell whose they are (D15)."""

from __future__ import annotations

import hmac
from functools import lru_cache

from koop_es.domain.observation import PSEUDONYM, WEB_SERVICE_USER, actor_of


@lru_cache(maxsize=4096)
def pseudonym(edited_by: str, secret: str) -> str:
    """Give what stands for the cell that names the editor of a row; without a secret the cell itself.

    ``WS``, an empty cell and what is a pseudonym already stay; the same cell has the same pseudonym in one store.
    """
    if not secret or actor_of(edited_by) in (None, WEB_SERVICE_USER, edited_by):
        return edited_by
    digest = hmac.digest(bytes.fromhex(secret), edited_by.strip().encode(), "sha256")
    return f"{PSEUDONYM}{digest.hex()[:8]}"
