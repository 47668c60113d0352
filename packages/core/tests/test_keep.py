"""Which keep an application has."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import Result
from flask import Flask

from stack_core import Extension, NoSettings, Registry, SettingsError, SetupError, install
from stack_core.keep import DATABASE_KEEP, KEEP, Keep, get_keep, using_keep
from stack_core.memory_keep import MemoryKeep

SECRET = "0123456789abcdef0123"
NOWHERE = "redis://:hunter2@127.0.0.1:1/0"


class Shop(Extension[NoSettings, None]):
    name = "shop"


class Box(Extension[NoSettings, None]):
    """Stands for what has a database."""

    name = "box"

    def attach(self, app: Flask, state: None) -> None:
        Registry.of(app).claim(DATABASE_KEEP, Kept, owner="box")


class Kept(MemoryKeep):
    """A keep that can be told from the one in memory."""


def serve(app: Flask, *extensions: Extension[NoSettings, None], **config: object) -> Flask:
    app.config.update(SECRET_KEY=SECRET, **config)
    install(app, extensions or [Shop()])
    return app


def test_keep_is_in_memory_at_first(app: Flask) -> None:
    """Without a setting and without a database; the same keep at every call."""
    keep = get_keep(serve(app))
    assert type(keep) is MemoryKeep
    assert get_keep(app) is keep


@pytest.mark.parametrize("order", [(Box, Shop), (Shop, Box)])
def test_database_gives_its_keep(app: Flask, order: tuple[type[Shop], type[Box]]) -> None:
    """Without a setting the keep is where the other data are, in whatever order they came."""
    assert type(get_keep(serve(app, *(each() for each in order)))) is Kept


@pytest.mark.parametrize(("setting", "kind"), [("memory", MemoryKeep), ("db", Kept), ("", Kept)])
def test_setting_chooses(app: Flask, setting: str, kind: type[Keep]) -> None:
    """STACK_KEEP names one of them."""
    assert type(get_keep(serve(app, Box(), STACK_KEEP=setting))) is kind


def test_own_keep_goes_before(app: Flask) -> None:
    """Who claims the slot is the keep, and a check says so where a setting is then unused."""
    own = MemoryKeep()
    serve(app, Box(), STACK_KEEP="db")
    Registry.of(app).claim(KEEP, own, owner="shop")
    assert get_keep(app) is own
    found = [each.id for each in Registry.of(app)["stack"].extension.checks(app)]
    assert "stack.keep-unused" in found


def test_applications_share_nothing(app: Flask) -> None:
    """Each has a keep of its own."""
    other = serve(Flask("other"))
    get_keep(serve(app)).put("shop:a", b"x", ttl=60)
    assert get_keep(other).get("shop:a") is None


def test_threads_get_one_keep(app: Flask) -> None:
    """Eight that ask first at the same moment are given the same one."""
    serve(app)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: id(get_keep(app)), range(64)))
    assert len(found) == 1


def test_another_keep_for_a_while(app: Flask) -> None:
    """Tests lend an application a keep and take it back, also when they fail."""
    serve(app)
    own, lent = get_keep(app), MemoryKeep()

    def fail() -> None:
        with using_keep(app, lent):
            assert get_keep(app) is lent
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert get_keep(app) is own


def test_plain_application_has_no_keep(app: Flask) -> None:
    """The error says what to call; lending one is nothing there."""
    with pytest.raises(SetupError, match="No extension of the stack is on this application"):
        get_keep(app)
    with using_keep(app, MemoryKeep()):
        pass


@pytest.mark.parametrize(
    "setting",
    ["memroy", "DB", "redis", "http://127.0.0.1", "redis://", "redis://h:port/0", "unix://", " "],
)
def test_wrong_setting_is_refused(app: Flask, setting: str) -> None:
    """The error names the key and what it can be."""
    with pytest.raises(SettingsError, match=r"'STACK_KEEP' is .*Set it to 'memory', 'db' or"):
        serve(app, STACK_KEEP=setting)


def test_setting_is_shown_without_its_password(
    app: Flask, flask_cli: Callable[..., Result]
) -> None:
    """Neither an error nor `flask stack settings` shows it."""
    with pytest.raises(SettingsError) as caught:
        serve(app, STACK_KEEP="redsi://:hunter2@127.0.0.1/0")
    assert "hunter2" not in str(caught.value)
    shown = flask_cli("stack", "settings", make=lambda: serve(Flask("fresh"), STACK_KEEP=NOWHERE))
    assert "redis://:********@127.0.0.1:1/0" in shown.output
    assert "hunter2" not in shown.output + repr(Registry.of(app))


def test_database_that_is_missing_is_refused_at_the_start(app: Flask) -> None:
    """A companion that a setting needs is looked for when everything has come."""
    with pytest.raises(
        SettingsError, match=r"'STACK_KEEP' is 'db', but no .* pip install"
    ) as caught:
        serve(app, STACK_KEEP="db")
    assert str(caught.value).count(". ") == 1
    assert "stack" not in app.extensions or not Registry.of(app)


def test_database_that_is_missing_without_a_stack(app: Flask) -> None:
    """Where nobody composes, nobody knows what comes: the check says it, and the first use."""
    app.config["STACK_KEEP"] = "db"
    Shop().init_app(app)
    found = {each.id: each for each in Registry.of(app)["stack"].extension.checks(app)}
    assert "'STACK_KEEP' is 'db'" in found["stack.keep"].message
    with pytest.raises(SettingsError, match="'STACK_KEEP' is 'db'"):
        get_keep(app)


def test_redis_that_is_not_installed_is_refused(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error has the line to run, and no password."""
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(SettingsError, match=r'pip install "stack\[redis\]"') as caught:
        serve(app, STACK_KEEP=NOWHERE)
    assert "hunter2" not in str(caught.value)


def test_redis_is_not_imported_by_the_setting(app: Flask) -> None:
    """It costs nothing until the keep is used."""
    before = set(sys.modules)
    serve(app, STACK_KEEP=NOWHERE)
    assert not {name for name in set(sys.modules) - before if name.startswith("redis")}


@pytest.mark.parametrize(("setting", "said"), [("", True), ("memory", True), (NOWHERE, False)])
def test_deployment_check_says_memory(
    app: Flask, flask_cli: Callable[..., Result], setting: str, said: bool
) -> None:
    """What a second worker will not share is shown by --deploy, and only there."""
    serve(app, STACK_KEEP=setting)
    assert ("stack.keep-memory" in flask_cli("stack", "check", "--deploy").output) is said
    assert "stack.keep-memory" not in flask_cli("stack", "check").output


def test_sweep_purges_the_keep(app: Flask, flask_cli: Callable[..., Result]) -> None:
    """flask stack sweep removes what has ended, within its limit."""
    keep = get_keep(serve(app))
    for number in range(5):
        keep.put(f"shop:{number}", b"x", ttl=1e-9)
    # Each of five writes removed up to two that had ended; the last one is still there.
    assert flask_cli("stack", "sweep").output == "stack: 1\nshop: 0\n"
    assert keep.purge(10) == 0


def test_purge_now_and_then_does_not_hurt_the_write(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One call of a hundred purges; a failure is logged without its text."""
    from stack_core.kept import purge_now_and_then

    asked: list[int] = []

    def purge(limit: int) -> int:
        asked.append(limit)
        raise OSError("hunter2")

    rolls = iter([0.5, 0.01, 0.009])
    monkeypatch.setattr(random, "random", lambda: next(rolls))
    for _ in range(3):
        purge_now_and_then(purge)
    assert asked == [100]
    assert "The keep is not purged: OSError" in caplog.text
    assert "hunter2" not in caplog.text
