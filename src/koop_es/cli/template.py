"""``template``: samples for whoever writes a connector."""

from __future__ import annotations

from pathlib import Path

import click

from koop_es.cli.answer import Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.connectors.profiles import SHIPPED
from koop_es.connectors.sample import write_sample
from koop_es.domain.errors import FileUnusable, WrongUsage


@click.group("template")
def template() -> None:
    """Write samples for whoever writes a connector."""


@command("template export", template)
@click.option("--system", metavar="S", type=click.Choice(SHIPPED), required=True, help=f"One of {', '.join(SHIPPED)}.")
@click.option(
    "--into",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A new or empty directory.",
)
def export(desk: Desk, system: str, into: Path) -> Answer:
    """Write a sample export as a connector of an admin program would: a manifest and three files with every column.

    Headings, letters and encoding are those of the program's profile. The VHS, its courses and its people are invented.

    \b
    Examples:
      koop-es template export --system kufersql --into sample
      koop-es check sample
    """
    try:
        if into.exists() and any(into.iterdir()):
            raise WrongUsage(f"{into} is not empty: give --into a new directory", into=str(into))
        write_sample(into, system)
    except OSError as error:
        raise FileUnusable.of(error, into) from error
    files = sorted(path.name for path in into.iterdir())
    shown = lines(*(str(into / name) for name in files), f"judge it with: koop-es check {into}")
    return Answer({"system": system, "into": str(into), "files": files}, shown)
