"""Extensions of strangers at their newest, each right and not together: the doctor tells it.

They are no part of the locked set, so that these tests make an environment of their own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from incompat.point import Recipe, judge, make

pytestmark = pytest.mark.incompat

HEAD = """
from flask import Flask, Blueprint
app = Flask(__name__)
app.config.update(SECRET_KEY="x" * 32, JWT_SECRET_KEY="x" * 32, API_TITLE="Toy", API_VERSION="1")
app.config.update(OPENAPI_VERSION="3.0.3")
"""
SMOREST = """
from flask_smorest import Api, Blueprint
api, things = Api(app), Blueprint("things", __name__)
things.route("/things", methods=["POST"])(lambda: {})
api.register_blueprint(things)
"""
CASES = {
    "two login managers": (
        "from flask_login import LoginManager\nLoginManager(app)\nLoginManager(app)\n",
        "app-login-managers",
    ),
    "two of csrf": (
        "from flask_wtf import CSRFProtect\nCSRFProtect(app)\nCSRFProtect(app)\n",
        "app-csrf-owners",
    ),
    "csrf and an api": (f"from flask_wtf import CSRFProtect\nCSRFProtect(app)\n{SMOREST}",
                        "app-csrf-api"),
    "csrf and an api that is exempt": (
        f"from flask_wtf import CSRFProtect\ncsrf = CSRFProtect(app)\n{SMOREST}"
        "csrf.exempt(things)\n", "",
    ),
    "csrf and an admin": (
        "from flask_wtf import CSRFProtect\nimport flask_admin, flask_sqlalchemy\n"
        "from flask_admin.contrib.sqla import ModelView\nCSRFProtect(app)\n"
        "app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite://'\n"
        "db = flask_sqlalchemy.SQLAlchemy(app)\n"
        "class Thing(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n"
        "flask_admin.Admin(app).add_view(ModelView(Thing, db))\n",
        "app-csrf-api",
    ),
    "jwt and restful": (
        "from flask_jwt_extended import JWTManager\nfrom flask_restful import Api\n"
        "JWTManager(app)\nApi(app)\n",
        "app-handlers-swallowed",
    ),
    "jwt and restx": (
        "from flask_jwt_extended import JWTManager\nfrom flask_restx import Api\n"
        "JWTManager(app)\nApi(app)\n",
        "app-handlers-swallowed",
    ),
    "jwt and restful that propagates": (
        "from flask_jwt_extended import JWTManager\nfrom flask_restful import Api\n"
        "app.config['PROPAGATE_EXCEPTIONS'] = True\nJWTManager(app)\nApi(app)\n",
        "",
    ),
    "pages for the errors of an api": (
        f"{SMOREST}app.register_error_handler(404, lambda error: ('page', 404))\n",
        "app-errors-shadowed",
    ),
    "two blueprints called admin": (
        "import flask_admin\nadmin = Blueprint('admin', __name__)\n"
        "app.register_blueprint(admin)\nflask_admin.Admin(app)\n",
        "app-import",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the environment once."""
    place = tmp_path_factory.mktemp("co-existence")
    pins = (
        "flask flask-login flask-wtf flask-smorest flask-restful flask-restx flask-admin"
        " flask-jwt-extended flask-sqlalchemy"
    )
    point = make(Recipe(tuple(pins.split())), place, wheels_only=True)
    assert (point.status, point.flags()) == (0, [])
    return place / "venv"


@pytest.mark.parametrize(("source", "check"), CASES.values(), ids=CASES)
def test_co_existence_is_told(venv: Path, tmp_path: Path, source: str, check: str) -> None:
    """Each pair that fails with every release at its newest, and each that was mended."""
    (tmp_path / "toy.py").write_text(HEAD + source)
    found = judge(venv, tmp_path, "--app", "toy:app")
    assert [name for name in found if not check or not name.startswith(check)] == []
    assert bool(found) is bool(check), found
