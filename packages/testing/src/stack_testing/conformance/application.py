"""The applications of the kit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from flask import Config, Flask

KEY = "a-key-of-the-conformance-kit-0123456789"


class Maker(Protocol):
    """What the kit knows of where extensions come from."""

    settings: Mapping[str, Any]
    make_others: Callable[[], list[Any]]


class NotedConfig(Config):
    """Settings that note which keys are read and set."""

    def __init__(self, root_path: str, defaults: dict[str, Any] | None = None) -> None:
        self.touched: dict[str, None] = {}
        super().__init__(root_path, defaults)

    def __getitem__(self, key: str) -> Any:
        self.touched.setdefault(key)
        return super().__getitem__(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.touched.setdefault(key)
        super().__setitem__(key, value)

    def __contains__(self, key: object) -> bool:
        self.touched.setdefault(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.touched.setdefault(key)
        return super().get(key, default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        self.touched.setdefault(key)
        return super().setdefault(key, default)


class JudgedApp(Flask):
    """An application of the kit."""

    config_class: type[Config] = NotedConfig
    config: NotedConfig


def make_app(
    source: Maker,
    folder: Path,
    *,
    settings: Mapping[str, Any] | None = None,
    others: bool = True,
    in_context: bool = False,
) -> JudgedApp:
    """Return a new application without the extension.

    :param folder: is made, for the application alone.
    :param settings: beside those that every application of the source has.
    :param others: put on it what the extension needs.
    :param in_context: do so in a context.
    """
    folder.mkdir()
    app = JudgedApp("judged", root_path=str(folder), instance_path=str(folder / "instance"))
    # Not as FLASK_DEBUG says: in debug mode the error of a view comes out in place of its page.
    given = {"DEBUG": False, "SECRET_KEY": KEY, **source.settings, **(settings or {})}
    app.config.from_mapping(given)
    for other in source.make_others() if others else ():
        if in_context:
            with app.app_context():
                other.init_app(app)
        else:
            other.init_app(app)
    _ = app.jinja_env
    app.config.touched.clear()
    return app
