"""The entry point: finds the command, runs it, and turns every error into a message and an exit status."""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from typing import Any

import click

import koop_es
from koop_es.cli import answer, output
from koop_es.domain.errors import FileUnusable, KoopError, WrongUsage

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("store", "Make or migrate the store."),
    "ingest": ("ingest", "Take in exports of the admin programs."),
    "check": ("check", "Judge exports by themselves, without a store."),
    "template": ("template", "Write samples for whoever writes a connector."),
    "release": ("release", "Release a course for Abos."),
    "subscribe": ("abo", "Subscribe released courses."),
    "claim-seat": ("seats", "Claim a freed seat for a waiting booking."),
    "changes": ("views", "Give out what a VHS's connector has to write."),
    "confirm-cancellation": ("confirm", "Say whether a booking is cancelled, where nobody can tell."),
    "view": ("views", "Show what a VHS should hold and last showed."),
    "history": ("history", "Tell the story of a cooperation."),
    "diff": ("diff", "Tell what changed between two points, or where two VHSs disagree."),
    "why": ("why", "Explain a value: rows, rules, and what to do."),
    "whatif": ("whatif", "Tell what would have been without an event or export, or under another rule."),
    "replay": ("replay", "Step through the history of a cooperation."),
    "violations": ("views", "List what the rules forbid and exports show."),
    "acknowledge": ("acknowledge", "Answer for an open violation, so that alarms leave it out."),
    "withheld": ("seats", "See and approve what the guards hold back."),
    "restore-course": ("restoring", "Decide about the facts a Master's program lost when it went back."),
    "restore-booking": ("restoring", "Decide about a booking that went with its program or course."),
    "withdraw-export": ("withdraw", "Take back an export that was wrong."),
    "quarantine": ("quarantine", "See and settle what could not be used."),
    "forget": ("forget", "Erase a person for good."),
    "backup": ("backup", "Copy the store, with proof."),
    "restore": ("backup", "Put a backup back, or prove it."),
    "vhs": ("vhs", "Decide what concerns a VHS as a whole."),
    "status": ("store", "Tell how each VHS stands."),
    "close-release": ("release", "Close a release for new Abos."),
    "withdraw-release": ("release", "Take back a release that has no Abo."),
    "terminate-abo": ("abo", "End an Abo on which no live booking hangs."),
    "amend-terms": ("abo", "Confirm other terms for an Abo, one side at a time."),
    "adopt": ("legacy", "Take up a course shared before there were COOP-Ids."),
    "assign-coop-id": ("legacy", "Move such a course to a real COOP-Id."),
    "market": ("market", "Manage the members of mini-markets."),
    "rebuild": ("rebuild", "Build all views anew from the log."),
    "seal": ("verify", "Seal the log, so that nobody changes it unnoticed."),
    "verify": ("verify", "Check whether the store holds what was written."),
    "completion": ("completion", "Print the shell completion script."),
    "simulate": ("simulate", "Run a network with faults from a seed, and judge it."),
    "demo": ("demo", "Run a small network until every VHS agrees."),
}
"""Command -> the module it lives in and its line in the overview, so that ``--help`` imports none of them."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order they are usually needed."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, None for an unknown one."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"koop_es.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(koop_es.__version__, prog_name="koop-es")
def cli() -> None:
    """koop-es keeps shared courses of Volkshochschulen in step: exports in, events kept, change lists out.

    \b
    Begin with:
      koop-es init
      koop-es ingest exports/563 exports/301.zip
      koop-es status
      koop-es changes --vhs 301

    Every command takes --db URL (or KOOP_DB), --now TIME (or KOOP_NOW) and --json. Exit status: 0 done, 1 done and
    found something, 2 wrong usage, 3 refused by a rule, 4 bad input, 5 store not usable, 6 answer not written.
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    words = sys.argv[1:] if args is None else args
    as_json = "--json" in words
    sys.exit(run(words, as_json=as_json))


def _check_words(words: list[str]) -> None:
    """Refuse words that are no text: no database and no answer could hold them."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            shown = word.encode(errors="surrogateescape").decode(errors="replace")
            raise WrongUsage(f"{shown!r} is no UTF-8 text; rename the file, or type it anew") from None


def run(words: list[str], *, as_json: bool) -> int:
    """Run one command; returns the exit status, whatever happens."""
    if sys.stdout is None:
        sys.stdout = output.Closed()
    try:
        _check_words(words)
        result: Any = cli.main(args=words, prog_name="koop-es", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except KoopError as error:
        return answer.fail(error, as_json=as_json)
    except click.ClickException as error:
        return answer.usage(error, as_json=as_json)
    except (click.exceptions.Abort, KeyboardInterrupt):
        output.say("stopped; what was acknowledged is kept, the same command finishes the rest")
        return 130
    except SystemExit as ended:  # click's own word for help that nobody reads any more
        return answer.unwritten(output.Unwritten(os.strerror(errno.EPIPE))) if ended.code == 1 else int(ended.code or 0)
    except output.Unwritten as lost:
        return answer.unwritten(lost)
    except (OSError, UnicodeEncodeError) as error:
        if answer.was_being_written(error):
            return answer.unwritten(error)
        if isinstance(error, UnicodeEncodeError):
            raise
        return answer.fail(FileUnusable.of(error), as_json=as_json)
