"""Write the reference of all commands from the commands themselves: ``docs/reference/commands.md`` (``make docs``)."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "commands.md"

VERBATIM = "\b"

HEAD = """# Commands

Written by `make docs` from the commands themselves; change their help, not this page.

Exit status: 0 done · 1 done, and it found what it looks for (violations, quarantined rows, differences) ·
2 wrong usage · 3 refused by a rule of the domain · 4 bad input, nothing changed · 5 the store is not usable ·
6 the answer could not be written · 7 nothing found wrong and nothing proven (`verify`).

With `--json` standard output carries one object and nothing else: `{"schema": "koop-es/<command>/1", "data": {…}}`, or
`{"schema": "koop-es/error/1", "error": {"code", "message", "details"}}`; logs and progress go to standard error.
"""


def commands() -> Iterator[tuple[click.Context, click.Command]]:
    """Walk all commands that are not hidden, groups before what is in them, by name."""
    from koop_es.cli.entry import cli  # noqa: PLC0415  without the command line the other parts of the page still work

    yield from _walk(click.Context(cli, info_name="koop-es"), cli)


def _walk(context: click.Context, command: click.Command) -> Iterator[tuple[click.Context, click.Command]]:
    yield context, command
    if isinstance(command, click.Group):
        for name in sorted(command.list_commands(context)):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _walk(click.Context(below, info_name=name, parent=context), below)


def options(context: click.Context, command: click.Command) -> list[tuple[str, str]]:
    """List the options of a command but ``--help``: how they are written, and what they do."""
    records = []
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option) and "--help" not in parameter.opts:
            records.append(record)
    return records


def render() -> str:
    """Write the page."""
    return HEAD + "".join(_section(context, command) for context, command in commands())


def _section(context: click.Context, command: click.Command) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts = [f"\n## {context.command_path}\n", f"\n```\n{usage}\n```\n"]
    parts += [f"\n{text}\n" for text in (_text(command.help), _text(command.epilog)) if text]
    table = options(context, command)
    if table:
        parts.append("\n| option | what it does |\n| - | - |\n")
        parts += [f"| `{_cell(names)}` | {_cell(what)} |\n" for names, what in table]
    return "".join(parts)


def _text(text: str | None) -> str:
    """Turn click's help into Markdown: a paragraph marked with a backspace is shown as it stands."""
    if not text:
        return ""
    paragraphs = inspect.cleandoc(text).partition("\f")[0].split("\n\n")
    return "\n\n".join(_paragraph(part.strip()) for part in paragraphs if part.strip())


def _paragraph(text: str) -> str:
    return f"```\n{text.removeprefix(VERBATIM).strip()}\n```" if text.startswith(VERBATIM) else text


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    if "--write" in sys.argv:
        TARGET.write_text(render(), encoding="utf-8")
    else:
        sys.stdout.write(render())
