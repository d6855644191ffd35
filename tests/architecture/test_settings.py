"""Settings: one table, one reader, one page of the guide, and secrets that do not show."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from backend.settings import (
    SETTINGS,
    Audience,
    Setting,
    Settings,
    SettingsMissingError,
    from_env,
    given,
    process_environment,
)
from tests.architecture.sources import ROOT

GUIDE = (ROOT / "infra" / "operations.md").read_text("utf-8")
ROW = re.compile(r"\| `(?P<env>[A-Z_]+)` \| (?P<meaning>.+) \| (?P<default>.+) \| (?P<secret>yes|no) \|")
OF_THE_MACHINE = {"WORKER_PROCESSES": "number of processors"}
"""Defaults that differ from machine to machine, in words."""

REQUIRED = {item.env: "x" for item in SETTINGS if item.default is None}
"""An environment that gives just what must be given."""


def default_words(item: Setting) -> str:
    """A default as the guide has it."""
    if item.env in OF_THE_MACHINE:
        return OF_THE_MACHINE[item.env]
    if item.default is None:
        return "*required*"
    return f"`{item.default}`" if item.default not in ("", ()) else "–"


def test_the_guide_documents_every_setting_and_nothing_else():
    """One row for each setting, in the table's order, with its meaning, default and whether it is secret."""
    rows = [found.groupdict() for found in map(ROW.fullmatch, GUIDE.splitlines()) if found]
    assert rows == [
        {
            "env": item.env,
            "meaning": item.meaning,
            "default": default_words(item),
            "secret": "yes" if item.secret else "no",
        }
        for item in SETTINGS
    ]


def test_the_guide_speaks_of_no_unknown_variable():
    """Whatever looks like a variable in the guide is a setting."""
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`", GUIDE))
    assert named - {item.env for item in SETTINGS} == set()


def test_fields_are_the_rows_of_the_table():
    """The dataclass and the table list the same settings in the same order."""
    assert [part.name for part in fields(Settings)] == [item.name for item in SETTINGS]


def test_every_setting_has_a_variable_and_a_meaning_of_its_own():
    """No variable is read twice."""
    assert len({item.env for item in SETTINGS}) == len(SETTINGS)
    assert len({item.meaning for item in SETTINGS}) == len(SETTINGS)


def test_secrets_do_not_show():
    """What is secret by the table is hidden from repr, and nothing else is."""
    assert {part.name for part in fields(Settings) if not part.repr} == {
        item.name for item in SETTINGS if item.secret
    }
    secrets = {item.env: f"hidden-{item.name}" for item in SETTINGS if item.secret}
    secrets["OIDC_PROVIDERS"] = providers({"clientSecret": "hidden-too"})
    assert "hidden-" not in repr(from_env(REQUIRED | secrets))


def providers(*changes: dict[str, str]) -> str:
    """The setting of further providers, each a changed copy of one for parents."""
    row = {
        "id": "vneid",
        "issuer": "https://vneid.example",
        "clientId": "hocba",
        "clientSecret": "s",
        "audience": "GUARDIAN",
        "label": "VNeID",
    }
    return json.dumps([row | change for change in changes])


def test_providers_are_a_table(tmp_path):
    """Any number besides the staff's, given in the variable itself or in the file that it names."""
    text = providers(
        {}, {"id": "so", "issuer": "https://so.example", "audience": "STAFF", "stepUpAcr": "high"}
    )
    file = tmp_path / "providers.json"
    file.write_text(text, "utf-8")
    for given_as in (text, str(file)):
        settings = from_env(REQUIRED | {"OIDC_PROVIDERS": given_as, "OIDC_ISSUER": "https://idp.example"})
        assert [(item.id, item.issuer, item.audience) for item in settings.providers] == [
            ("staff", "https://idp.example", Audience.STAFF),
            ("vneid", "https://vneid.example", Audience.GUARDIAN),
            ("so", "https://so.example", Audience.STAFF),
        ]
        assert settings.providers[2].step_up_acr == "high"


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[1]",
        "[{}]",
        "/nowhere/providers.json",
        "not json",
        providers({"audience": "ANYBODY"}),
        providers({"id": "staff"}),
        providers({}, {"id": "second"}),
        providers({}, {"issuer": "https://other.example"}),
        providers({"unknown": "x"}),
    ],
)
def test_a_table_of_providers_that_is_none_is_refused(text):
    """Not a list, not there, an unknown audience or key, one id or issuer twice: the variable is named."""
    with pytest.raises(ValueError, match="OIDC_PROVIDERS"):
        from_env(REQUIRED | {"OIDC_PROVIDERS": text})


def test_every_missing_setting_is_named_at_once():
    """A server is configured in one go: the message lists all that is absent or empty."""
    with pytest.raises(SettingsMissingError) as missing:
        from_env({"HOCBA_PORT": "9000", "REDIS_URL": ""})
    assert str(missing.value).split(", ") == list(REQUIRED)


@pytest.mark.parametrize(
    ("env", "text", "name", "value"),
    [
        ("HOCBA_PORT", "9000", "port", 9000),
        ("HOCBA_PORT", "", "port", 8000),
        ("HOCBA_DATA", "/srv/hocba", "data_dir", Path("/srv/hocba")),
        ("PKI_TRUST_ROOTS", "/a.pem:/b.pem", "pki_trust_roots", (Path("/a.pem"), Path("/b.pem"))),
        ("PKI_INTERMEDIATES", "", "pki_intermediates", ()),
        ("TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2", "trusted_proxies", ("10.0.0.1", "10.0.0.2")),
        ("LOG_LEVEL", "debug", "log_level", "debug"),
    ],
)
def test_a_value_is_read_as_its_kind(env, text, name, value):
    """Numbers, paths and lists come as such; an empty value counts as absent."""
    assert getattr(from_env(REQUIRED | {env: text}), name) == value


@pytest.mark.parametrize("env", ["HOCBA_PORT", "DATABASE_POOL", "SESSION_HOURS", "WORKER_CONCURRENCY"])
def test_a_value_of_another_kind_names_its_variable(env):
    """The message says which variable is wrong, and does not repeat the value."""
    with pytest.raises(ValueError, match=env) as refused:
        from_env(REQUIRED | {env: "many"})
    assert "many" not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "origin"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"HOCBA_HOST": "10.0.0.5", "HOCBA_PORT": "81"}, "http://10.0.0.5:81"),
        ({"HOCBA_PUBLIC_URL": "https://hocba.quangninh.edu.vn/"}, "https://hocba.quangninh.edu.vn"),
    ],
)
def test_where_people_reach_the_system(changes, origin):
    """The public address when there is one, without a final slash."""
    assert from_env(REQUIRED | changes).origin == origin


@pytest.mark.parametrize(("value", "production"), [("production", True), ("development", False), ("", False)])
def test_production_is_said_in_so_many_words(value, production):
    """Only the word production makes it so."""
    assert from_env(REQUIRED | {"HOCBA_ENV": value}).is_production is production


def test_what_is_given_stays_with_whoever_gave_it(monkeypatch):
    """The embedded default learns which settings the environment holds, and leaves those alone."""
    assert given({"REDIS_URL": "redis://x", "STORE_URL": "", "PATH": "/bin"}) == {"REDIS_URL": "redis://x"}
    monkeypatch.setenv("LOG_LEVEL", "debug")
    assert given()["LOG_LEVEL"] == process_environment()["LOG_LEVEL"] == "debug"


def test_a_process_environment_is_a_copy(monkeypatch):
    """Changing what a child gets changes nothing here."""
    monkeypatch.setenv("LOG_LEVEL", "debug")
    copy: dict[str, Any] = process_environment()
    copy["LOG_LEVEL"] = "error"
    assert process_environment()["LOG_LEVEL"] == "debug"
