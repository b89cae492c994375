"""``python -m koop_es``: the command line without its script."""

from koop_es.cli import main

main()
