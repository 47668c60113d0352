"""What is secret is shown nowhere."""

from __future__ import annotations

import dataclasses
from collections import namedtuple
from types import MappingProxyType
from typing import Annotated, Any

import msgspec
import pytest
from flask import Flask

from stack_core import Extension, NoSettings, Registry, Settings, SettingsError, setting
from stack_core.masking import mask

SECRET = "hunter2"


class Smtp(msgspec.Struct):
    host: str
    password: str = SECRET
    pin: Annotated[str, setting("Opens it.", secret=True)] = SECRET
    key_length: Annotated[int, setting("In bits.")] = 256


@dataclasses.dataclass
class Account:
    user: str
    api_token: str = SECRET


class Address:
    """An address as an object, which shows its password as text."""

    def __str__(self) -> str:
        return f"pg://me:{SECRET}@host/x"


Login = namedtuple("Login", "user password")


@pytest.mark.parametrize(
    "value",
    [
        f"postgresql://me:{SECRET}@host/x",
        f"postgresql://me:a/{SECRET}@host/x",
        f"postgresql://me:a@{SECRET}@host/x",
        f"postgresql://me:a:{SECRET}@host/x",
        f"postgresql://me:a {SECRET}%40@host/x",
        f"postgresql://me:a#?\n{SECRET}@host/x",
        f"smtp://me@shop.example:{SECRET}@host",
        f"redis://:{SECRET}@host/0",
        f"redis://:a@one,redis://:{SECRET}@two",
        f"postgresql://host/x?user=me&password={SECRET}&sslmode=require",
        f"host=db user=me password={SECRET}",
        f"Server=db;Pwd = {SECRET};",
        f"pg://me:{SECRET}@host".encode(),
        [f"pg://me:{SECRET}@host"],
        (f"pg://me:{SECRET}@host", 1),
        {f"pg://me:{SECRET}@host"},
        {"pool_size": 5, "connect_args": {"password": SECRET, "host": "db"}},
        {"binds": [{"url": f"pg://me:{SECRET}@host"}, {"secret_access_key": SECRET}]},
        MappingProxyType({"passwd": SECRET}),
        {"password": [SECRET]},
        Smtp("host"),
        [Account("me")],
        Address(),
        Login("me", SECRET),
    ],
)
def test_secret_in_a_value_is_masked(value: Any) -> None:
    """Wherever a password stands in what is not secret as a whole, it is replaced."""
    assert SECRET not in repr(mask(value))
    assert "********" in repr(mask(value))


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://me@host:5432/x",
        "http://host:8080/path",
        ("a", "b"),
        {"pool_size": 5, "options": [1, None, 2.5, True]},
        "a sentence: with @ signs",
    ],
)
def test_what_is_not_secret_is_shown(value: Any) -> None:
    """Nothing else is changed."""
    assert mask(value) == value


def test_declared_secrets_of_an_object_count() -> None:
    """What setting() says of a part wins over what the part is called."""
    assert mask(Smtp("host")) == {
        "host": "host",
        "password": "********",
        "pin": "********",
        "key_length": 256,
    }


@pytest.mark.parametrize("value", [SECRET, SECRET.encode(), 4711, 0, {"a": SECRET}, [SECRET]])
def test_secret_is_masked_as_a_whole(value: Any) -> None:
    """Of a secret only whether it is set is shown."""
    assert mask(value, secret=True) == "********"
    assert mask(None, secret=True) is None
    assert mask("", secret=True) == ""


class Post(Extension[NoSettings, str]):
    name = "post"

    class PostSettings(Settings, frozen=True, kw_only=True):
        smtp: Annotated[Smtp | None, setting("Where to.")] = None
        pin: Annotated[str | None, setting("Opens it.", secret=True)] = None
        options: Annotated[dict[str, Any], setting("More.", key="MAILER_OPTIONS")] = {}

    settings = PostSettings

    def build(self, app: Flask, settings: Any) -> str:
        return SECRET


def test_no_text_form_shows_a_secret(app: Flask) -> None:
    """Debuggers, logs and terminals print the settings and the registry."""
    app.config.update(
        POST_SMTP=Smtp("host"), POST_PIN=SECRET, MAILER_OPTIONS={"auth": {"password": SECRET}}
    )
    Post().init_app(app)
    installed = Registry.of(app)["post"]
    shown = [repr(installed), str(installed.settings), repr(Registry.of(app))]
    shown += [repr(list(each.__rich_repr__())) for each in (installed, installed.settings)]
    assert SECRET not in "".join(shown)
    assert "'host': 'host'" in repr(installed)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("POST_PIN", [SECRET]),
        ("POST_PIN", {SECRET: 1}),
        ("POST_SMTP", {"host": 1, "password": SECRET}),
        ("MAILER_OPTIONS", [f"pg://me:a/{SECRET}@host"]),
    ],
)
def test_no_error_shows_a_secret(app: Flask, key: str, value: Any) -> None:
    """A wrong value is quoted without what is secret in it."""
    app.config[key] = value
    with pytest.raises(SettingsError, match=key) as caught:
        Post().init_app(app)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
