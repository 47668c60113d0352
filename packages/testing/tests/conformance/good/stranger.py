"""An extension that knows nothing of core and keeps to all rules that are for everybody."""

from pathlib import Path

from flask import Blueprint, Flask, current_app, g


class Good:
    def init_app(self, app: Flask) -> None:
        if "good" in app.extensions:
            raise RuntimeError("'Good' is on this application already. Call 'init_app' once.")
        size = int(app.config.get("GOOD_SIZE", 10))
        app.config.setdefault("GOOD_SIZE", size)
        app.extensions["good"] = ["word"] * size
        blueprint = Blueprint("good", __name__)
        blueprint.add_url_rule("/good", "words", lambda: app.extensions["good"])
        app.register_blueprint(blueprint)
        app.teardown_appcontext(close)


def close(error: BaseException | None) -> None:
    if (file := g.pop("good_file", None)) is not None:
        file.close()


def use(app: Flask) -> None:
    assert current_app.extensions["good"]
    if "good_file" not in g:
        g.good_file = Path(__file__).open()  # noqa: SIM115  # its teardown closes it
