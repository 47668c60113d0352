"""What a test does to the application does not reach the next one."""

import pytest

WSGI = """
    import itertools
    from flask import Flask
    built = itertools.count(1)
    def create_app():
        app = Flask(__name__)
        app.config["BUILT"] = next(built)
        return app
"""


def test_config_of_a_test_ends_with_it(run) -> None:
    """Settings that a test changes, adds or removes are as before in the next test."""
    test = """
        import pytest

        @pytest.mark.parametrize("turn", [1, 2])
        def test_change(app, turn):
            assert app.config["TESTING"] is True
            assert app.config["BUILT"] == 1
            assert "ADDED" not in app.config
            app.config["ADDED"] = 1
            app.config["TESTING"] = False
            del app.config["BUILT"]
    """
    run(ini="stack_app = wsgi:create_app", wsgi=WSGI, test_it=test).assert_outcomes(passed=2)


def test_keep_of_a_test_ends_with_it(run) -> None:
    """Each test has an empty keep, in memory, whatever the settings name."""
    wsgi = """
        from flask import Flask
        from stack_core import Extension
        class Shop(Extension):
            name = "shop"
        def create_app():
            app = Flask(__name__)
            app.config["STACK_KEEP"] = "redis://127.0.0.1:1/0"
            Shop().init_app(app)
            return app
    """
    test = """
        import pytest
        from stack_core.keep import get_keep

        @pytest.mark.parametrize("turn", [1, 2])
        def test_count(app, turn):
            assert get_keep(app).increment("shop:a", ttl=60).value == 1
    """
    run(ini="stack_app = wsgi:create_app", wsgi=wsgi, test_it=test).assert_outcomes(passed=2)


def test_own_fixture_app_wins(run) -> None:
    """A project's own ``app`` is what ``client`` and ``runner`` use, whatever the ini key says."""
    conftest = """
        import pytest
        from flask import Flask
        @pytest.fixture
        def app():
            app = Flask("own")
            app.add_url_rule("/", view_func=lambda: "own")
            app.cli.command("speak")(lambda: print("own"))
            return app
    """
    test = """
        def test_own(app, client, runner):
            assert client.get("/").text == "own"
            assert runner.invoke(args=["speak"]).output == "own\\n"
    """
    run(conftest=conftest, test_it=test).assert_outcomes(passed=1)
    ini = "stack_app = wsgi:create_app"
    run(ini=ini, wsgi=WSGI, conftest=conftest, test_it=test).assert_outcomes(passed=1)


def test_own_fixture_client_wins(run) -> None:
    """A project's own ``client`` replaces the plugin's."""
    test = """
        import pytest
        @pytest.fixture
        def client(app):
            return "own"
        def test_own(client):
            assert client == "own"
    """
    run(ini="stack_app = wsgi:create_app", wsgi=WSGI, test_it=test).assert_outcomes(passed=1)


def test_no_fixture_is_autouse(run) -> None:
    """A test that asks for nothing gets nothing."""
    test = """
        def test_plain(request):
            assert request.fixturenames == ["request"]
    """
    run(ini="stack_app = wsgi:create_app", wsgi=WSGI, test_it=test).assert_outcomes(passed=1)


def test_workers_build_an_application_each(run) -> None:
    """With pytest-xdist each worker has the application and a wrong address is still one line."""
    test = """
        import pytest
        @pytest.mark.parametrize("n", range(4))
        def test_app(app, n):
            assert app.config["BUILT"] == 1
    """
    ini = "stack_app = wsgi:create_app"
    run("-n", "2", ini=ini, wsgi=WSGI, test_it=test).assert_outcomes(passed=4)
    wrong = run("-n", "2", ini="stack_app = wsgi:creat_app", wsgi=WSGI)
    assert wrong.ret == pytest.ExitCode.USAGE_ERROR
    assert [line for line in wrong.errlines if line] == [
        "ERROR: 'stack_app = wsgi:creat_app': the module 'wsgi' has no 'creat_app'."
        " Name its application or factory."
    ]
