"""A request of the test client shares no context with the test or with another client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, current_app, g, has_app_context, request, session, stream_with_context
from flask.ctx import RequestContext
from flask.testing import FlaskClient, FlaskCliRunner

from stack_testing.client import isolate_clients, make_client, make_runner

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class MergedContext(RequestContext):
    """A context as Flask 3.2 announces it: a request never reuses a context that is there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = self.app.app_context()

    def push(self) -> None:
        """Push the request's own application context first."""
        self.own.push()
        super().push()

    def pop(self, exc: BaseException | None = None) -> None:
        """Pop the request's context and its own application context."""
        super().pop(exc)
        self.own.pop(exc)


class MergedFlask(Flask):
    """Flask 3.1 whose requests behave as Flask 3.2 announces."""

    def request_context(self, environ: WSGIEnvironment) -> RequestContext:
        """Return a context that brings its own application context."""
        return MergedContext(self, environ)


@pytest.fixture(params=[Flask, MergedFlask])
def app(request: pytest.FixtureRequest) -> Flask:
    """An application that remembers on ``g`` who is logged in, as Flask-Login does."""
    return remember_user(request.param(__name__))


def remember_user(app: Flask) -> Flask:
    """Give an application a login, a stream and a command that show whose context they run in."""
    app.secret_key = "test"

    @app.get("/login")
    def login():
        session["user"] = "ann"
        return ""

    @app.get("/who")
    def who():
        if "user" not in g:
            g.user = session.get("user", "nobody")
        return g.user

    @app.get("/stream")
    def stream():
        def words() -> Iterator[str]:
            yield current_app.name
            yield request.path

        return stream_with_context(words())

    app.cli.command("context")(lambda: print(g.get("user", "nobody")))
    return app


def test_merged_context_behaves_as_announced() -> None:
    """The stand-in for Flask 3.2 does as its change log says: no outer context is reused."""
    app = remember_user(MergedFlask(__name__))
    with app.app_context():
        g.user = "the test"
        assert app.test_client().get("/who").text == "nobody"


def test_flask_31_shares_the_context_outside() -> None:
    """What the isolated client is for: Flask's own client hands the test's g to a request."""
    app = remember_user(Flask(__name__))
    with app.app_context():
        g.user = "the test"
        assert app.test_client().get("/who").text == "the test"


def test_second_client_is_anonymous(app) -> None:
    """With a context pushed outside, what one client's request left on g is not another's."""
    ann, bob = make_client(app), make_client(app)
    with app.app_context():
        ann.get("/login")
        assert ann.get("/who").text == "ann"
        assert bob.get("/who").text == "nobody"


def test_context_of_the_test_is_not_seen_by_a_request(app) -> None:
    """What the test puts on its own g stays there."""
    with app.app_context():
        g.user = "the test"
        assert make_client(app).get("/who").text == "nobody"
        assert g.user == "the test"


def test_context_of_the_test_is_not_seen_by_a_command(app) -> None:
    """A command starts without the test's context, as in a process of its own."""
    with app.app_context():
        g.user = "the test"
        assert make_runner(app).invoke(args=["context"]).output == "nobody\n"


def test_with_client_keeps_the_context(app) -> None:
    """Within ``with client:`` the last request's context is there, and afterwards it is not."""
    client = make_client(app)
    client.get("/login")
    with client:
        client.get("/who?page=1")
        assert request.args["page"] == "1"
        assert g.user == "ann"
        client.get("/who?page=2")
        assert request.args["page"] == "2"
        assert make_client(app).get("/who").text == "nobody"
    assert not has_app_context()


def test_with_client_reads_a_stream_whole(app) -> None:
    """A streamed response is complete within ``with client:``, and its context remains."""
    with make_client(app) as client:
        assert client.get("/stream").text == f"{__name__}/stream"
        assert request.path == "/stream"


def test_stream_is_produced_in_the_context_of_its_request(app) -> None:
    """A stream that is read after another request still has its own context, and ends it."""
    client = make_client(app)
    with app.app_context():
        response = client.get("/stream")
        assert client.get("/who").text == "nobody"
        assert response.text == f"{__name__}/stream"


def test_session_transaction_reaches_the_next_request(app) -> None:
    """Flask's ``session_transaction`` works as ever."""
    client = make_client(app)
    with client.session_transaction() as values:
        values["user"] = "eve"
    assert client.get("/who").text == "eve"


def test_redirects_are_followed_in_fresh_contexts(app) -> None:
    """A redirect that is followed does not inherit the context of the first request."""

    @app.get("/go")
    def go() -> Any:
        g.user = "left"
        return app.redirect("/who")

    with app.app_context():
        assert make_client(app).get("/go", follow_redirects=True).text == "nobody"


def test_own_client_class_is_kept(app) -> None:
    """An application's own classes of client and runner stay what they are, and are isolated."""

    class Client(FlaskClient):
        colour = "red"

    class Runner(FlaskCliRunner):
        colour = "green"

    app.test_client_class, app.test_cli_runner_class = Client, Runner
    isolate_clients(app)
    client, runner = app.test_client(), app.test_cli_runner()
    assert (client.colour, runner.colour) == ("red", "green")
    assert type(make_client(app)) is type(client)
    with app.app_context():
        g.user = "the test"
        assert client.get("/who").text == "nobody"


def test_every_client_of_the_app_under_test_is_isolated(run) -> None:
    """``app.test_client()`` gives an isolated client too, not the fixture only."""
    wsgi = """
        from flask import Flask, g
        app = Flask(__name__)
        app.get("/")(lambda: str(g.setdefault("count", 0)))
    """
    test = """
        from flask import g
        def test_clients(app, client):
            with app.app_context():
                g.count = 5
                assert client.get("/").text == app.test_client().get("/").text == "0"
    """
    run(ini="stack_app = wsgi:app", wsgi=wsgi, test_it=test).assert_outcomes(passed=1)
