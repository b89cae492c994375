"""``completion``: the shell completion script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the completion script of a shell.

    \b
    Examples:
      koop-es completion bash >> ~/.bashrc
      koop-es completion fish > ~/.config/fish/completions/koop-es.fish
    """
    from koop_es.cli.entry import cli
    from koop_es.cli.output import show

    kind = get_completion_class(shell)
    assert kind is not None, "click knows the three shells"
    show(kind(cli, {}, "koop-es", "_KOOP_ES_COMPLETE").source())
    return 0
