"""``stack_app`` names an application or a factory; a wrong address is one sentence."""

import pytest

WSGI = """
    from flask import Flask
    app = Flask(__name__)
    number = 7
"""
FACTORY = """
    from flask import Flask
    def create_app(test_config=None):
        app = Flask(__name__)
        app.config["SEEN"] = test_config
        app.config.update(test_config or {})
        return app
    def create_for(name, colour="red"):
        return Flask(name)
    def create_nothing():
        return None
    def create_plain(colour="red"):
        app = Flask(__name__)
        app.config["COLOUR"] = colour
        return app
    def create_typed(values: dict[str, object] | None = None):
        return create_app(values)
    def create_broken():
        return {}["key"]
"""
USES_APP = """
    def test_app(app):
        assert app.testing
        assert app.name == "wsgi"
"""


def test_app_is_found_by_its_address(run) -> None:
    """``module:attribute`` beside pytest's ini file is found, and tests see ``TESTING``."""
    run(ini="stack_app = wsgi:app", wsgi=WSGI, test_it=USES_APP).assert_outcomes(passed=1)


@pytest.mark.parametrize("factory", ["create_app", "create_typed"])
def test_factory_that_takes_settings_is_given_them(run, factory) -> None:
    """Like Flask's tutorial: the factory's mapping holds TESTING and the lines of stack_config."""
    test = """
        def test_app(app):
            assert app.config["SEEN"] == {
                "TESTING": True, "PAGE_SIZE": 5, "TITLE": "Shop = on", "ON": True,
            }
            assert app.config["PAGE_SIZE"] == 5
    """
    config = "stack_config =\n  PAGE_SIZE = 5\n  TITLE = Shop = on\n  ON = true"
    result = run(ini=f"stack_app = shop:{factory}\n{config}", shop=FACTORY, test_it=test)
    result.assert_outcomes(passed=1)


def test_factory_that_takes_something_else_is_called_without(run) -> None:
    """A parameter that is no mapping of settings keeps its default; settings follow afterwards."""
    test = """
        def test_app(app):
            assert app.config["COLOUR"] == "red"
            assert app.config["PAGE_SIZE"] == 5
            assert app.testing
    """
    ini = "stack_app = shop:create_plain\nstack_config = PAGE_SIZE=5"
    run(ini=ini, shop=FACTORY, test_it=test).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("ini", "sentence"),
    {
        "shape": ("stack_app = wsgi", "'stack_app = wsgi' is not an address. Write module:attr"),
        "module": ("stack_app = wsg:app", "'stack_app = wsg:app': there is no module 'wsg'."),
        "submodule": ("stack_app = a.b:app", "'stack_app = a.b:app': there is no module 'a'."),
        "attribute": (
            "stack_app = shop:app",
            "'stack_app = shop:app': the module 'shop' has no 'app'. Name its application or",
        ),
        "not flask": (
            "stack_app = wsgi:number",
            "'stack_app = wsgi:number' is of type 'int', no Fl",
        ),
        "returns none": (
            "stack_app = shop:create_nothing",
            "'stack_app = shop:create_nothing' is of type 'NoneType', no Flask application.",
        ),
        "argument": (
            "stack_app = shop:create_for",
            "'stack_app = shop:create_for' needs the argument 'name', which pytest does not know.",
        ),
        "raises": (
            "stack_app = shop:create_broken",
            "'stack_app = shop:create_broken' could not be built (shop.py:18): KeyError: 'key'",
        ),
        "import raises": (
            "stack_app = bad:app",
            "'stack_app = bad:app' could not be built (bad.py:1): "
            "ModuleNotFoundError: No module named 'nowhere'",
        ),
        "line": (
            "stack_app = wsgi:app\nstack_config = PAGE_SIZE",
            "'stack_config' has the line 'PAGE_SIZE', which is not a setting. Write KEY=value",
        ),
        "small letters": (
            "stack_app = wsgi:app\nstack_config = page_size=5",
            "'stack_config' has the line 'page_size=5', which is not a setting.",
        ),
    }.values(),
)
def test_wrong_address_is_one_sentence(run, ini, sentence) -> None:
    """What cannot be found or built is said in one line, quoting it, without a traceback."""
    result = run(ini=ini, wsgi=WSGI, shop=FACTORY, bad="import nowhere", test_it=USES_APP)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in result.errlines if line.startswith("ERROR: ")]
    assert line.startswith(f"ERROR: {sentence}")
    assert "Traceback" not in str(result.stderr) + str(result.stdout)


def test_setting_that_comes_too_late_is_refused(run) -> None:
    """A setting that an extension had read when the application was built cannot be changed."""
    app = """
        from flask import Flask
        from stack_core import install
        app = Flask(__name__)
        app.config["SECRET_KEY"] = "not a secret, only long"
        install(app, [])
    """
    ini = "stack_app = wsgi:app\nstack_config = STACK_PROXY_HOPS=2"
    result = run(ini=ini, wsgi=app, test_it=USES_APP)
    result.stderr.fnmatch_lines(
        "ERROR: 'stack_config' sets 'STACK_PROXY_HOPS', but 'stack' had read it when 'wsgi:app'*"
    )


def test_app_that_is_not_named_is_asked_for(run) -> None:
    """A test that wants ``app`` in a project without ``stack_app`` is told the line to write."""
    result = run(wsgi=WSGI, test_it=USES_APP)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*Set 'stack_app' in pytest's settings, for example*")
