"""The language of sentences, the same at every command that tells people something."""

from __future__ import annotations

import click

LANGUAGES = ("en", "de")

LANG = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the sentences."
)
