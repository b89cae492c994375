"""Settings: read from the environment, wrong values named with a remedy, passwords never shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koop_es.settings import BERLIN, InvalidTime, Settings, SettingsInvalid, parse_time, redacted_url, variable


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def test_defaults_are_the_decisions_d1_d2_d3_d4_d14() -> None:
    settings = Settings.read()
    assert settings.db_url == "sqlite:///koop.db"
    assert (settings.identity_sharing, settings.orphan_policy, settings.orphan_confirmations) == (
        "master_only",
        "symmetric",
        2,
    )
    assert (settings.guard_bookings, settings.guard_percent, settings.guard_absolute) == (10, 10, 100)
    assert (settings.event_kind_course, settings.event_kind_single) == ("75", "76")
    assert settings.now is None
    assert not settings.in_bavaria("563")


def test_environment_sets_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOOP_ORPHAN_POLICY", "owner_only")
    assert Settings.read().orphan_policy == "owner_only"


def test_given_value_stands_above_the_environment_and_none_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOOP_DB", "sqlite:///environment.db")
    assert Settings.read(db=None).db_url == "sqlite:///environment.db"
    assert Settings.read(db="sqlite:///option.db").db_url == "sqlite:///option.db"


@pytest.mark.parametrize("path", ["koop.db", "/srv/koop/koop.db", "./a:b/koop.db", "Kurse 26F.db"])
def test_a_plain_path_is_a_file_of_sqlite(path: str) -> None:
    assert Settings.read(db=path).db_url == f"sqlite:///{path}"


def test_empty_and_unknown_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOOP_NOW", "")
    monkeypatch.setenv("KOOP_SOMETHING_ELSE", "x")
    assert Settings.read().now is None


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [("563, 301", {"563", "301"}, {"56"}), ("*", {"563", "1"}, set()), (" ,", set(), {"563", ""})],
)
def test_d14_bavaria_is_a_list_of_vhs_numbers_or_all(
    text: str, inside: set[str], outside: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOOP_BAVARIA", text)
    settings = Settings.read()
    assert all(settings.in_bavaria(vhs) for vhs in inside)
    assert not any(settings.in_bavaria(vhs) for vhs in outside)


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("db", "mysql://koop@host/koop", "sqlite:///FILE or postgresql://"),
        ("db", "sqlite:///", "sqlite:///FILE"),
        ("now", "gestern", "give 2017-03-01"),
        ("orphan_policy", "both", "symmetric or owner_only"),
        ("orphan_confirmations", "3", "1 or 2"),
        ("orphan_confirmations", "two", "1 or 2"),
        ("guard_bookings", "-1", "from 0"),
        ("guard_percent", "101", "0 to 100"),
        ("identity_sharing", "some", "master_only or all"),
        ("bavaria", "563,Straubing", "give 1 to 10 digits"),
        ("event_kind_course", "74", "75 or 76"),
        ("online_keyword_master", "x" * 101, "1 to 100 characters"),
        ("max_events_per_transaction", "0", "1 to 20000"),
        ("log_level", "loud", "debug, info, warning or error"),
    ],
)
def test_wrong_value_is_named_with_reason_and_remedy(
    name: str, value: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable(name), value)
    with pytest.raises(SettingsInvalid, match=variable(name)) as caught:
        Settings.read()
    assert caught.value.code == "settings_invalid"
    assert remedy in caught.value.message


def test_wrong_option_is_named_as_the_option_it_came_from() -> None:
    with pytest.raises(SettingsInvalid, match="--now cannot be used"):
        Settings.read(now="gestern")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://koop:secret@host/koop", "postgresql://koop:***@host/koop"),
        ("postgresql://koop:s/e@cr:et@host/koop", "postgresql://koop:***@host/koop"),
        ("postgresql://koop@host/koop?password=secret&x=1", "postgresql://koop@host/koop?password=***&x=1"),
        ("host=h password='se cret' user=koop", "host=h password=*** user=koop"),
        ("postgresql://postgres@/koop?host=/run/pg", "postgresql://postgres@/koop?host=/run/pg"),
        ("sqlite:///koop.db", "sqlite:///koop.db"),
    ],
)
def test_password_of_a_url_is_never_shown(url: str, shown: str) -> None:
    assert redacted_url(url) == shown


def test_password_is_in_no_text_form_of_the_settings() -> None:
    settings = Settings.read(db="postgresql://koop:secret@host/koop")
    assert "secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_password_is_in_no_error() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.read(db="postgres+driver://koop:secret@host/koop")
    assert "secret" not in f"{caught.value!r} {caught.value.details}"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2017-03-01", "2017-03-01T00:00:00+01:00"),
        ("2017-03-01T10:00", "2017-03-01T10:00:00+01:00"),
        (" 2017-07-01 10:00:30 ", "2017-07-01T10:00:30+02:00"),
        ("2017-03-01T10:00+05:00", "2017-03-01T06:00:00+01:00"),
        ("2017-03-01T23:30Z", "2017-03-02T00:30:00+01:00"),
        ("01.03.2017", "2017-03-01T00:00:00+01:00"),
        ("1.3.2017 9:05", "2017-03-01T09:05:00+01:00"),
        ("2017-10-29T02:30", "2017-10-29T02:30:00+02:00"),
    ],
)
def test_time_is_read_as_people_and_programs_write_it(text: str, iso: str) -> None:
    assert parse_time(text).isoformat() == iso


@pytest.mark.parametrize(
    "text", ["", "gestern", "2017-13-01", "31.02.2017", "1.3.17", "0001-01-01", "9999-12-31T23:00-12:00"]
)
def test_text_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidTime, match="is no time: give"):
        parse_time(text)


def test_hour_that_spring_leaves_out_is_refused() -> None:
    with pytest.raises(InvalidTime, match="does not exist in Europe/Berlin"):
        parse_time("2017-03-26T02:30")


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_time_with_an_offset_is_the_same_moment_in_berlin(naive: datetime, minutes: int) -> None:
    sign = "-" if minutes < 0 else "+"
    text = f"{naive.isoformat()}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    time = parse_time(text)
    assert time.tzinfo is BERLIN
    assert time.replace(tzinfo=None) - (time.utcoffset() or timedelta()) == naive - timedelta(minutes=minutes)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_day_is_its_first_moment_in_both_spellings(day: date) -> None:
    assert parse_time(day.isoformat()) == parse_time(f"{day:%d.%m.%Y}")
    assert parse_time(day.isoformat()).date() == day


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    try:
        assert parse_time(text).tzinfo is BERLIN
    except InvalidTime as error:
        assert error.code == "invalid_time"
