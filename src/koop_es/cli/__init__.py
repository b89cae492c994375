"""The command line: one small module per command group, no logic; commands are imported when they are called."""

from koop_es.cli.entry import main

__all__ = ["main"]
