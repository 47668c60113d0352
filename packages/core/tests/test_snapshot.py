"""What a failing set-up did to an application is undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Blueprint, Config, Flask, request_started
from flask.json.provider import DefaultJSONProvider
from werkzeug.routing import Map, Rule
from werkzeug.routing.converters import BaseConverter

from stack_core import Extension, NoSettings, Registry, SetupError, install


class Failing(Extension[NoSettings, None]):
    """Does something to the application, then fails."""

    name = "failing"

    def __init__(self, act: Callable[[Flask], object], error: BaseException) -> None:
        self.act, self.error = act, error

    def attach(self, app: Flask, state: None) -> None:
        self.act(app)
        raise self.error


def fail_after(app: Flask, act: Callable[[Flask], object]) -> None:
    with pytest.raises(OSError, match="no room"):
        Failing(act, OSError("no room")).init_app(app)


def add_route(app: Flask) -> None:
    app.add_url_rule("/left", "left", lambda: "left")


class Opened(Extension[NoSettings, None]):
    """Remembers what was abandoned, and may fail at it."""

    name = "opened"
    abandoned: ClassVar[list[str]] = []

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error

    def abandon(self, app: Flask) -> None:
        self.abandoned.append(self.name)
        if self.error is not None:
            raise self.error


@pytest.fixture(autouse=True)
def nothing_abandoned() -> None:
    Opened.abandoned.clear()


def test_routes_keep_what_flask_wrote_on_them(app: Flask) -> None:
    """OPTIONS goes on being answered by Flask, websocket and host rules stay what they are."""
    app.add_url_rule("/get", "get", lambda: "got")
    app.url_map.add(Rule("/socket", endpoint="socket", websocket=True))
    app.add_url_rule("/page/<int:n>", "page", lambda n: str(n))
    app.add_url_rule("/page/", "page", defaults={"n": 1})
    app.url_map.add(Rule("/old", endpoint="old", redirect_to="/get"))
    fail_after(app, add_route)
    client = app.test_client()
    assert client.options("/get").allow == {"GET", "HEAD", "OPTIONS"}
    assert client.options("/get").text == ""
    assert client.get("/page/1").location == "http://localhost/page/"
    assert client.get("/old").location == "http://localhost/get"
    adapter = app.url_map.bind("localhost", url_scheme="ws")
    assert adapter.match("/socket") == ("socket", {})
    assert client.get("/left").status_code == 404


def test_host_rules_and_settings_of_the_map_stay(app: Flask) -> None:
    """A map that matches hosts goes on matching hosts, with all that was set on it."""
    own = Flask("own", host_matching=True, static_host="shop.example")
    own.add_url_rule("/", "shop", lambda: "shop", host="shop.example")
    own.url_map.strict_slashes = own.url_map.merge_slashes = False
    own.url_map.sort_parameters = True
    fail_after(own, lambda app: app.add_url_rule("/", "left", host="left.example"))
    assert isinstance(own.url_map, Map)
    assert (own.url_map.strict_slashes, own.url_map.merge_slashes) == (False, False)
    assert own.url_map.sort_parameters
    client = own.test_client()
    assert client.get("/", base_url="http://shop.example").text == "shop"
    assert client.get("/", base_url="http://left.example").status_code == 404


def test_converters_are_taken_back(app: Flask) -> None:
    """A converter of one's own stays, a failing set-up's goes."""

    class Even(BaseConverter):
        regex = r"\d*[02468]"

    app.url_map.converters["even"] = Even
    app.add_url_rule("/<even:n>", "even", lambda n: f"even {n}")

    def act(app: Flask) -> None:
        app.url_map.converters["left"] = Even
        add_route(app)

    fail_after(app, act)
    assert "left" not in app.url_map.converters
    assert app.test_client().get("/4").text == "even 4"
    assert app.test_client().get("/5").status_code == 404


def test_nested_blueprints_are_taken_back(app: Flask) -> None:
    """A blueprint in a blueprint goes with its hooks, its errors and its commands."""
    kept = Blueprint("kept", __name__, url_prefix="/kept")
    kept.add_url_rule("/", "index", lambda: "kept")
    app.register_blueprint(kept)

    def act(app: Flask) -> None:
        outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__)
        inner.add_url_rule("/inner", "index", lambda: "inner")
        inner.before_request(lambda: "left")
        inner.register_error_handler(404, lambda error: "left")
        inner.cli.command("left")(lambda: None)
        outer.register_blueprint(inner)
        app.register_blueprint(outer)

    fail_after(app, act)
    assert list(app.blueprints) == ["kept"]
    assert set(app.error_handler_spec) <= {None}
    assert not app.before_request_funcs.get("outer.inner")
    assert not app.cli.commands
    fail_after(app, act)
    assert app.test_client().get("/kept/").text == "kept"


def test_containers_stay_the_same_objects(app: Flask) -> None:
    """Who holds a table or an option of the application goes on seeing the real one."""
    app.config["OPTIONS"] = options = {"pool": {"size": 1}}
    hooks = app.before_request_funcs.setdefault(None, [])
    config, extensions = app.config, app.extensions

    def act(app: Flask) -> None:
        app.before_request(lambda: None)
        app.config["OPTIONS"]["pool"]["size"] = 2
        app.config["LEFT"] = True
        app.extensions["left"] = True

    fail_after(app, act)
    assert app.config is config
    assert app.extensions is extensions
    assert app.before_request_funcs[None] is hooks == []
    assert app.config["OPTIONS"] is options == {"pool": {"size": 1}}
    assert "LEFT" not in config
    assert "left" not in extensions


def test_configuration_of_ones_own_is_restored(tmp_path: Path) -> None:
    """An application may have a class of its own for its configuration."""

    class OwnConfig(Config):
        def __getitem__(self, key: str) -> Any:
            return super().__getitem__(key.upper())

    class OwnFlask(Flask):
        config_class = OwnConfig

    app = OwnFlask("own", instance_path=str(tmp_path))
    app.config["LEVEL"] = 1
    fail_after(app, lambda app: app.config.update(LEVEL=2, LEFT=True))
    assert type(app.config) is OwnConfig
    assert app.config["level"] == 1
    assert "LEFT" not in app.config


def test_own_table_that_holds_itself_is_no_trouble(app: Flask) -> None:
    """An application may keep anything on itself."""
    circle: dict[str, Any] = {}
    circle["self"] = circle
    vars(app)["circle"] = circle
    fail_after(app, add_route)
    assert vars(app)["circle"] is circle


def test_jinja_and_json_are_restored(app: Flask) -> None:
    """Extensions, globals and options of Jinja and the JSON provider's go back."""
    app.jinja_env.globals["own"] = 1
    provider = app.json

    def act(app: Flask) -> None:
        app.jinja_env.globals["left"] = app.jinja_env.globals["own"] = 2
        app.jinja_env.add_extension("jinja2.ext.do")
        app.jinja_env.trim_blocks = True
        assert isinstance(app.json, DefaultJSONProvider)
        app.json.sort_keys = False
        app.json = DefaultJSONProvider(app)

    fail_after(app, act)
    assert app.jinja_env.globals["own"] == 1
    assert "left" not in app.jinja_env.globals
    assert not [name for name in app.jinja_env.extensions if "do" in name.lower()]
    assert app.jinja_env.trim_blocks is False
    assert app.json is provider
    assert getattr(app.json, "sort_keys", None) is True


def test_jinja_that_was_made_meanwhile_is_made_anew(app: Flask) -> None:
    """Options of Jinja can be set after a failure as before it."""
    fail_after(app, lambda app: app.jinja_env.globals.update(left=1))
    app.jinja_options = {"trim_blocks": True}
    assert app.jinja_env.trim_blocks
    assert "left" not in app.jinja_env.globals


def test_listeners_are_disconnected(app: Flask) -> None:
    """Who listened to Flask's signals before goes on, who came with the failure does not."""
    heard: list[str] = []

    def own(sender: Flask, **extra: object) -> None:
        heard.append("own")

    def left(sender: Flask, **extra: object) -> None:
        heard.append("left")

    request_started.connect(own, app)
    fail_after(app, lambda app: request_started.connect(left, app))
    app.test_client().get("/")
    assert heard == ["own"]


def test_wrapped_application_is_unwrapped(app: Flask) -> None:
    """Middleware of one's own stays, a failing set-up's goes."""
    inner = app.wsgi_app
    app.wsgi_app = own = lambda *args: inner(*args)  # type: ignore[method-assign]  # as is usual

    def act(app: Flask) -> None:
        app.wsgi_app = lambda *args: inner(*args)  # type: ignore[method-assign]  # as above

    fail_after(app, act)
    assert vars(app)["wsgi_app"] is own


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_an_interrupted_setup_is_undone(app: Flask, error: BaseException) -> None:
    """Ctrl-C in the middle of a set-up leaves nothing either."""
    with pytest.raises(type(error)):
        Failing(add_route, error).init_app(app)
    assert "left" not in app.view_functions
    assert app.extensions == {}


def test_setup_after_the_first_request_leaves_a_usable_app(app: Flask) -> None:
    """Flask's own refusal is the error, and the application goes on serving."""
    app.add_url_rule("/", "index", lambda: "served")
    client = app.test_client()
    assert client.get("/").text == "served"
    with pytest.raises(AssertionError, match="can no longer be called"):
        Failing(add_route, OSError()).init_app(app)
    assert app.extensions == {}
    assert client.get("/").text == "served"


@pytest.mark.parametrize("error", [OSError("postgres://me:hunter2@host"), SystemExit()])
def test_failing_abandon_does_not_hide_the_first_error(app: Flask, error: BaseException) -> None:
    """What abandon raises is a note on the error that made the set-up fail."""

    class Worse(Opened):
        name = "worse"

        def attach(self, app: Flask, state: None) -> None:
            add_route(app)
            raise OSError("no room")

    with pytest.raises(OSError, match="no room") as caught:
        Worse(error).init_app(app)
    notes = " ".join(caught.value.__notes__)
    assert "'worse' could not be abandoned" in notes
    assert "hunter2" not in notes
    assert "left" not in app.view_functions
    assert app.extensions == {}


def test_extension_set_up_by_another_is_abandoned_with_it(app: Flask) -> None:
    """An extension may set up another one; when it fails, both are undone."""
    fail_after(app, Opened().init_app)
    assert Opened.abandoned == ["opened"]
    assert app.extensions == {}


def test_all_of_a_set_are_abandoned_newest_first(app: Flask) -> None:
    """One that cannot be abandoned does not keep the others from it."""

    class Second(Opened):
        name = "second"

    app.config["SECRET_KEY"] = "0123456789abcdef0123"
    with pytest.raises(OSError, match="no room"):
        install(app, [Opened(), Second(ValueError()), Failing(add_route, OSError("no room"))])
    assert Opened.abandoned == ["second", "opened"]
    assert app.extensions == {}


def test_failed_introduction_in_a_set_breaks_the_app(app: Flask) -> None:
    """An introduction that failed cannot be undone, whoever called init_app."""

    class Rude(Extension[NoSettings, None]):
        name = "rude"

        def with_opened(self, app: Flask, opened: None) -> None:
            raise ValueError("no manners at postgres://me:hunter2@host")

    app.config["SECRET_KEY"] = "0123456789abcdef0123"
    Opened().init_app(app)
    with pytest.raises(ValueError, match="no manners"):
        install(app, [Rude()])
    assert list(Registry.of(app)) == ["stack", "opened"]
    with pytest.raises(SetupError, match="no manners") as caught:
        install(app, [])
    assert "hunter2" not in str(caught.value)
