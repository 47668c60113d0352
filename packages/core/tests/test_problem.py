"""Problems: found by Flask's handlers, copied, and shown without a renderer."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any

import pytest
from flask import Blueprint, Flask, abort
from flask.testing import FlaskClient
from werkzeug import exceptions
from werkzeug.exceptions import HTTPException

from stack_core.problem import (
    BadQuery,
    Conflict,
    Denied,
    FieldError,
    Invalid,
    NotFound,
    Problem,
    Stale,
    Unable,
    Unavailable,
)

PROBLEMS: dict[int, type[Problem]] = {
    404: NotFound, 403: Denied, 400: BadQuery, 422: Invalid, 409: Conflict, 412: Stale,
    501: Unable, 503: Unavailable, 500: Problem,
}  # fmt: skip
every_problem = pytest.mark.parametrize(("code", "cls"), PROBLEMS.items())


class Teapot(Problem):
    """An application's own."""

    status = 418
    kind = "teapot"


class Gone(NotFound):
    """An application's own, with another status than its parent."""

    status = 410


def unpickle(problem: Problem) -> Any:
    return pickle.loads(pickle.dumps(problem))


def raising(app: Flask, problem: Problem) -> FlaskClient:
    @app.get("/")
    def view() -> str:
        raise problem

    return app.test_client()


@every_problem
def test_problem_is_of_werkzeugs_class(code: int, cls: type[Problem]) -> None:
    """Each problem is an instance of werkzeug's class of its status (S3)."""
    problem = cls()
    assert isinstance(problem, exceptions.default_exceptions[code])
    assert (type(problem).code, problem.code, problem.status) == (code, code, code)


@pytest.mark.parametrize("own", [False, True])
@every_problem
def test_handler_is_found(app: Flask, code: int, cls: type[Problem], own: bool) -> None:
    """Handlers of a code, of werkzeug's class and of the problem's class are all found (S3)."""
    handlers: list[Any] = [code, exceptions.default_exceptions[code], HTTPException, Problem]
    for number, handled in enumerate([*handlers, cls]):
        app = Flask(f"app{number}")
        app.register_error_handler(handled, lambda error: (f"mine {error.code}", 299))
        answer = raising(app, cls() if own else Problem(status=code)).get("/")
        if handled is cls and not own and cls is not Problem:
            assert answer.status_code == code  # a problem with a status is not that class
        else:
            assert (answer.status_code, answer.text) == (299, f"mine {code}")


@pytest.mark.parametrize(("problem", "code"), [(Teapot("Short."), 418), (Gone("Long."), 410)])
def test_problem_of_an_application(app: Flask, problem: Problem, code: int) -> None:
    """A class of an application's own needs a status alone, and handlers find it by all names."""
    assert isinstance(problem, exceptions.default_exceptions[code])
    handlers: list[Any] = [code, type(problem), exceptions.default_exceptions[code]]
    for number, handled in enumerate(handlers):
        app = Flask(f"app{number}")
        app.register_error_handler(handled, lambda error: ("mine", 299))
        assert raising(app, problem).get("/").text == "mine"


def test_handler_of_a_family(app: Flask) -> None:
    """The handler of a class without a status of its own gets all of its problems (S3)."""

    class ShopProblem(Problem):
        """Whatever goes wrong in a shop."""

    app.register_error_handler(ShopProblem, lambda error: (f"shop {error.code}", 299))
    assert raising(app, ShopProblem(status=409)).get("/").text == "shop 409"
    app = Flask("other")
    app.register_error_handler(ShopProblem, lambda error: (f"shop {error.code}", 299))
    assert raising(app, ShopProblem()).get("/").text == "shop 500"


def test_handler_of_a_blueprint_comes_first(app: Flask) -> None:
    """The handler of the blueprint that raised it hides the application's."""
    books = Blueprint("books", __name__, url_prefix="/books")

    @books.get("/")
    def view() -> str:
        raise Conflict("isbn")

    books.register_error_handler(409, lambda error: "of books")
    app.register_error_handler(409, lambda error: "of all")
    app.register_blueprint(books)
    assert raising(app, Conflict()).get("/").text == "of all"
    assert app.test_client().get("/books/").text == "of books"


def test_abort_keeps_its_classes(app: Flask) -> None:
    """``abort(409)`` raises werkzeug's own as ever, which is no problem (S4)."""
    with pytest.raises(exceptions.Conflict) as caught:
        abort(409)
    assert not isinstance(caught.value, Problem)
    assert exceptions.default_exceptions[409] is exceptions.Conflict


def test_plain_exceptions_keep_flasks_answers(app: Flask) -> None:
    """An address that is not there and a bug are answered by Flask as ever (S4)."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/bug", view_func=lambda: str(1 / 0), endpoint="bug")
    client = app.test_client()
    assert "<title>404 Not Found</title>" in client.get("/nowhere").text
    assert "<title>500 Internal Server Error</title>" in client.get("/bug").text


def test_status_is_answered(app: Flask) -> None:
    """A problem that nobody handles answers with its status, title, detail and errors."""
    problem = Invalid(errors=[FieldError(("author", 0), "Give a name.")], detail="Not kept.")
    answer = raising(app, problem).get("/")
    assert (answer.status_code, answer.mimetype) == (422, "text/plain")
    assert answer.text == "Unprocessable Entity\nNot kept.\nauthor.0: Give a name.\n"


@pytest.mark.parametrize(
    "problem",
    [Problem("Broken."), Problem(status=429, headers={"Retry-After": "3"}), NotFound(),
     Conflict("isbn", "year", rule="uq_book"), Stale(7), Teapot("Short."), Gone(),
     Invalid(errors=[FieldError(("a",), "Bad.", source="query")]), NotFound("Gone.", status=410),
     Problem("Too much.", status=429, members={"quota": {"left": 0}})],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))]
)
def test_problem_is_copied(problem: Problem, again: Any) -> None:
    """A problem survives copying and pickling with its class, status and all it says."""
    other = again(problem)
    assert type(other) is type(problem)
    assert vars(other) == vars(problem)
    assert other.members == problem.members
    assert str(other) == str(problem)


def test_members_are_the_problems_own() -> None:
    """A problem has the members that it was given, none without, and shares no mapping (S69)."""
    given = {"balance": 30}
    first, second = Problem(members=given), Problem()
    given["balance"] = 0
    assert (first.members, second.members) == ({"balance": 30}, {})
    assert second.members is not Problem().members


def test_plain_text_has_no_members(app: Flask) -> None:
    """What a problem tells programs besides is for JSON, and in no text (S69)."""
    answer = raising(app, Problem("Too much.", status=429, members={"quota": 7})).get("/")
    assert answer.text == "Too Many Requests\nToo much.\n"


def test_error_says_where_its_value_stood() -> None:
    """A value that is wrong stood in the body, unless its error names another place (S70)."""
    assert FieldError(("name",), "Bad.").source == "body"
    assert FieldError(("page",), "Bad.", "invalid", "query").source == "query"


def test_text_and_traceback_say_what_it_is() -> None:
    """A log shows the class, the status and the detail."""
    problem = Conflict("isbn", rule="uq_book_isbn")
    said = "409 Conflict: 'isbn' must be unique. Choose another value."
    assert str(problem) == said
    shown = traceback.format_exception(problem)
    assert shown[-1] == f"stack_core.problem.Conflict: {said}\n"
    assert repr(Problem("x", status=429)) == "<Problem '429: Too Many Requests'>"


def test_handlers_read_what_werkzeug_promises() -> None:
    """What a handler for a status reads of werkzeug's own is there: name, description, body."""
    assert Problem(status=401).www_authenticate is None  # type: ignore[attr-defined]
    assert Problem(status=405).valid_methods is None  # type: ignore[attr-defined]
    assert NotFound().description == exceptions.NotFound.description
    assert NotFound("No such book.").description == "No such book."
    assert "No such book." in NotFound("No such book.").get_body()
    assert NotFound().name == "Not Found"


def test_returned_problem_is_an_answer(app: Flask) -> None:
    """A view, or a handler, may return a problem as it may any HTTPException."""
    app.add_url_rule("/", view_func=lambda: Stale(7), endpoint="view")
    answer = app.test_client().get("/")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (412, "no-store")


def test_cause_is_not_told(app: Flask) -> None:
    """The text of the exception behind a problem is not in its answer (S7)."""

    @app.get("/")
    def view() -> str:
        try:
            raise ValueError("INSERT INTO secret")
        except ValueError as error:
            raise Invalid("Not kept.") from error

    assert "secret" not in app.test_client().get("/").text


def test_pointer_is_escaped() -> None:
    """A path is a JSON pointer, its own signs escaped."""
    assert FieldError(("a/b", 0, "c~d"), "Bad.").pointer == "/a~1b/0/c~0d"
    assert FieldError((), "Bad.").pointer == ""
