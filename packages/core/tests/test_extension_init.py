"""The one init_app: order, failure, introductions."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from flask import Flask

from stack_core import (
    Extension,
    MissingExtension,
    NoSettings,
    Registry,
    Settings,
    SettingsError,
    SetupError,
    setting,
)


class Greeter(Extension[NoSettings, dict[str, Any]]):
    name = "greeter"

    def build(self, app: Flask, settings: NoSettings) -> dict[str, Any]:
        return {"met": []}

    def attach(self, app: Flask, state: dict[str, Any]) -> None:
        app.add_url_rule("/greet", "greet", lambda: "hello")
        app.before_request(lambda: None)
        app.jinja_env.globals["greeter"] = state


class Failing(Greeter):
    name = "failing"
    abandoned: ClassVar[list[Flask]] = []

    def attach(self, app: Flask, state: dict[str, Any]) -> None:
        app.add_url_rule("/left", "left", lambda: "left")
        app.before_request(lambda: None)
        app.jinja_env.globals["left"] = state
        app.config["LEFT"] = True
        app.extensions["left"] = True
        app.teardown_appcontext(lambda error: None)
        app.cli.command("left")(lambda: None)
        raise OSError("no room")

    def abandon(self, app: Flask) -> None:
        self.abandoned.append(app)


class Guest(Extension[NoSettings, str]):
    name = "guest"
    requires = ("greeter",)

    def build(self, app: Flask, settings: NoSettings) -> str:
        return "guest state"

    def with_greeter(self, app: Flask, greeter: dict[str, Any]) -> None:
        greeter["met"].append("guest")


def describe(app: Flask) -> dict[str, Any]:
    """Everything of an application that a set-up could change."""
    tables = {name: copy.deepcopy(getattr(app, name)) for name in (
        "before_request_funcs", "after_request_funcs", "teardown_appcontext_funcs",
        "blueprints", "error_handler_spec",
    )}  # fmt: skip
    return tables | {
        "extensions": sorted(app.extensions),
        "rules": [str(rule) for rule in app.url_map.iter_rules()],
        "views": sorted(app.view_functions),
        "commands": sorted(app.cli.commands),
        "config": dict(app.config),
        "globals": sorted(app.jinja_env.globals),
        "wsgi": app.wsgi_app,
        "g": app.app_ctx_globals_class,
    }


def test_state_is_published(app: Flask) -> None:
    """After init_app the state is found by class and by name."""
    Greeter().init_app(app)
    assert Greeter.of(app) is Registry.of(app)["greeter"].state
    assert app.extensions["stack"]["greeter"].extension.name == "greeter"


def test_two_apps_share_nothing() -> None:
    """One instance on two applications makes two states."""
    greeter, one, two = Greeter(), Flask("one"), Flask("two")
    greeter.init_app(one)
    greeter.init_app(two)
    assert Greeter.of(one) is not Greeter.of(two)
    assert vars(greeter) == {}


def test_applications_are_set_up_in_threads() -> None:
    """A process may make several applications at the same time."""
    greeter, apps = Greeter(), [Flask(f"app{n}") for n in range(16)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(greeter.init_app, apps))
    assert len({id(Greeter.of(app)) for app in apps}) == len(apps)
    assert all(app.test_client().get("/greet").text == "hello" for app in apps)


def test_second_init_is_refused(app: Flask) -> None:
    """An extension is on an application once."""
    Greeter().init_app(app)
    before = describe(app)
    with pytest.raises(SetupError, match="'greeter' is on this application already"):
        Greeter().init_app(app)
    assert describe(app) == before


def test_failed_attach_leaves_nothing(app: Flask) -> None:
    """A set-up that fails after registering leaves the application as it was, and is abandoned."""
    app.add_url_rule("/own/<int:n>", "own", lambda n: str(n))
    before = describe(app)
    with pytest.raises(OSError, match="no room"):
        Failing().init_app(app)
    assert describe(app) == before
    assert Failing.abandoned.pop() is app
    assert app.test_client().get("/own/3").text == "3"
    assert app.test_client().get("/left").status_code == 404


def test_failed_attach_keeps_the_extensions_before(app: Flask) -> None:
    """What was set up before the failing one goes on working."""
    Greeter().init_app(app)
    state = Greeter.of(app)
    with pytest.raises(OSError, match="no room"):
        Failing().init_app(app)
    assert Greeter.of(app) is state
    assert list(Registry.of(app)) == ["stack", "greeter"]


def test_wrong_setting_leaves_nothing(app: Flask) -> None:
    """A wrong setting of core is found before anything is registered."""
    app.config["STACK_PROXY_HOPS"] = "many"
    before = describe(app)
    with pytest.raises(SettingsError, match="'STACK_PROXY_HOPS' is 'many'"):
        Greeter().init_app(app)
    assert describe(app) == before


def pretend(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, metadata: str = "", points: str = ""
) -> None:
    """Install a distribution that consists of its metadata."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    (info / "METADATA").write_text(head + metadata)
    (info / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(str(folder))


def test_missing_requirement_names_the_command(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing requirement says what to install."""
    pretend(tmp_path, monkeypatch, "stack", metadata="Provides-Extra: greeter\n")
    with pytest.raises(MissingExtension, match=r'pip install "stack\[greeter\]"') as caught:
        Guest().init_app(app)
    assert caught.value.name == "greeter"
    assert "stack" not in app.extensions


def test_missing_requirement_names_no_extra_that_is_none(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger's extension is not sought among the extras of stack: pip would only warn."""
    pretend(tmp_path, monkeypatch, "stack", metadata="Provides-Extra: db\n")
    with pytest.raises(MissingExtension, match="Install the distribution that offers 'greeter'"):
        Guest().init_app(app)


def test_missing_requirement_names_the_call(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is installed has only to be called; it is not imported for that."""
    points = "[stack.extensions]\ngreeter = greeting:Greeter\n"
    pretend(tmp_path, monkeypatch, "greeting", points=points)
    with pytest.raises(MissingExtension, match=r"Call greeting\.Greeter\(…\)\.init_app\(app\)"):
        Guest().init_app(app)


def test_introduction_gets_the_others_state(app: Flask) -> None:
    """with_<name> is called once, with the other's state on this application."""
    Greeter().init_app(app)
    Guest().init_app(app)
    assert Greeter.of(app)["met"] == ["guest"]


def test_introduction_reaches_the_earlier_one(app: Flask) -> None:
    """An extension that is there already is introduced to a newcomer."""

    class Host(Extension[NoSettings, list[object]]):
        name = "host"

        def build(self, app: Flask, settings: NoSettings) -> list[object]:
            return []

        def with_greeter(self, app: Flask, greeter: object) -> None:
            Host.of(app).append(greeter)

    Host().init_app(app)
    Greeter().init_app(app)
    assert Host.of(app) == [Greeter.of(app)]


def test_failed_introduction_breaks_the_app(app: Flask) -> None:
    """After a failed introduction every use says the first error."""

    class Rude(Extension[NoSettings, None]):
        name = "rude"

        def with_greeter(self, app: Flask, greeter: object) -> None:
            raise ValueError("no manners")

    Greeter().init_app(app)
    with pytest.raises(ValueError, match="no manners"):
        Rude().init_app(app)
    with pytest.raises(SetupError, match="no manners"):
        Greeter.of(app)
    with pytest.raises(SetupError, match="'rude' and 'greeter'"):
        Guest().init_app(app)
    app.testing = True
    with pytest.raises(SetupError, match="no manners"):
        app.test_client().get("/greet")


def test_of_without_init_is_refused(app: Flask) -> None:
    """Asking for a state that is not there says what to call."""
    with pytest.raises(MissingExtension, match=r"Call Greeter\(…\)\.init_app\(app\) first"):
        Greeter.of(app)


def test_own_init_app_is_refused() -> None:
    """init_app cannot be overridden."""
    with pytest.raises(TypeError, match="written once in core"):
        type("Own", (Greeter,), {"name": "own", "init_app": lambda self, app: None})


@pytest.mark.parametrize("name", ["Greeter", "a-b", "1st", "stack"])
def test_bad_name_is_refused(name: str) -> None:
    """A name is a small identifier, and not core's."""
    with pytest.raises(TypeError, match=repr(name)):
        type("Bad", (Extension,), {"name": name})


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"prefix": "shop"}, "'shop' cannot be a prefix of settings. Write it like 'SHOP_'"),
        ({"requires": "db"}, r"Bad.requires is text. Write a tuple: \('db',\)"),
        ({"after": "db"}, "Bad.after is text"),
        ({"settings": dict}, "Bad.settings is <class 'dict'>. Set it to a subclass of Settings"),
    ],
)
def test_bad_declaration_is_refused(declared: dict[str, Any], said: str) -> None:
    """What could only fail later, elsewhere, is refused with the class."""
    with pytest.raises(TypeError, match=said):
        type("Bad", (Extension,), {"name": "bad"} | declared)


def test_renamed_subclass_has_its_own_prefix() -> None:
    """The prefix follows the name; one of its own is kept while the name is."""

    class Shop(Extension[NoSettings, None]):
        name = "shop"

    class Market(Shop):
        name = "market"

    class Bazaar(Shop):
        prefix = "BAZAAR_"

    assert [each.prefix for each in (Shop, Market, Bazaar)] == ["SHOP_", "MARKET_", "BAZAAR_"]


def test_settings_are_those_in_the_brackets(app: Flask) -> None:
    """What the types say need not be said twice; subclasses inherit it."""

    class TeaSettings(Settings, frozen=True, kw_only=True):
        cups: Annotated[int, setting("How many.")] = 1

    class Tea(Extension[TeaSettings, int]):
        name = "tea"

        def build(self, app: Flask, settings: TeaSettings) -> int:
            return settings.cups

    class Green(Tea):
        name = "green"

    app.config.update(TEA_CUPS="2", GREEN_CUPS="3")
    Tea().init_app(app)
    Green().init_app(app)
    assert (Tea.of(app), Green.of(app)) == (2, 3)


def test_no_name_is_refused(app: Flask) -> None:
    """An extension without a name cannot be set up."""
    with pytest.raises(TypeError, match="has no 'name'"):
        type("Nameless", (Extension,), {})().init_app(app)
