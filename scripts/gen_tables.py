"""Write down what PostgreSQL says of the tables that ``init`` makes, for ``verify`` to compare with.

``python -m scripts.gen_tables postgresql://…`` asks an empty store there, made by ``koop-es init``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from koop_es.store import Store

FILE = Path(__file__).parents[1] / "src/koop_es/store/sql/postgres_tables.txt"


def described(store: Store) -> str:
    """Describe the tables of a store, line by line."""
    with store.reading() as tx:
        rows = sorted((str(table), str(line)) for table, line in tx.rows("objects_lines"))
    return "".join(f"{table}: {line}\n" for table, line in rows)


if __name__ == "__main__":
    with Store.open(sys.argv[1]) as made:
        FILE.write_text(described(made), "utf-8")
