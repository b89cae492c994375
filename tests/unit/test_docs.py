"""The reference is complete: every command, option, error, event and setting is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from koop_es.settings import Settings, variable
from scripts import gen_commands, gen_errors, gen_events

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def reference(name: str) -> str:
    return (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")


def test_every_command_and_option_is_in_the_reference() -> None:
    page = reference("commands")
    for context, command in gen_commands.commands():
        assert f"## {context.command_path}\n" in page, "run make docs"
        for names, _ in gen_commands.options(context, command):
            assert gen_commands._cell(names) in page, f"{context.command_path} {names}: run make docs"


def test_reference_of_the_commands_is_up_to_date() -> None:
    assert reference("commands") == gen_commands.render(), "run make docs"


def test_every_command_and_option_says_what_it_does() -> None:
    for context, command in gen_commands.commands():
        assert command.help, context.command_path
        for names, what in gen_commands.options(context, command):
            assert what, f"{context.command_path} {names}"


def test_reference_of_the_errors_is_up_to_date() -> None:
    assert reference("errors") == gen_errors.render(), "run make docs"


def test_every_error_has_a_code_of_its_own_and_a_message() -> None:
    codes: dict[str, str] = {}
    for error in gen_errors.errors():
        assert "code" in vars(error), f"{error.__name__} has no code"
        assert re.fullmatch(r"[a-z][a-z0-9_-]*", error.code), error.code
        assert error.__doc__, f"{error.__name__} has no message"
        assert codes.setdefault(error.code, error.__name__) == error.__name__, f"{error.code} is used twice"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_reference(name: str) -> None:
    assert f"`{variable(name)}`" in reference("settings")


def test_no_setting_is_documented_that_does_not_exist() -> None:
    documented = set(re.findall(r"`(KOOP_[A-Z_]+)`", reference("settings")))
    assert documented == {variable(name) for name in Settings.model_fields}


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_documented_default_is_the_default(name: str) -> None:
    field = Settings.model_fields[name]
    default = Settings.model_construct().db_url if name == "db" else field.default
    row = next(line for line in reference("settings").splitlines() if line.startswith(f"| `{variable(name)}` |"))
    shown = row.split("|")[2].strip()
    assert shown == (f"`{default}`" if default not in {None, frozenset()} else "none")


def test_reference_of_the_events_is_up_to_date() -> None:
    assert reference("events") == gen_events.render(), "run make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
