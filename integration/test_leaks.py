"""The leak detector of our own tests finds each kind of leak, and nothing in a clean test."""

import pytest

LEAKS = {
    "application context": (
        "flask.Flask('toy').app_context().push()",
        "AppContext of 'toy' is still pushed",
    ),
    "request context": (
        "flask.Flask('toy').test_request_context().push()",
        "Context of 'toy' is still pushed",
    ),
    "connection": (
        "kept.append(sqlalchemy.create_engine('sqlite://').connect())",
        "was not given back to its pool",
    ),
    "session of a scope": (
        "kept.append(orm.scoped_session(orm.sessionmaker(), lambda: 1)); kept[0]()",
        "waits in a scoped registry",
    ),
    "session of a thread": (
        "kept.append(orm.scoped_session(orm.sessionmaker())); kept[0]()",
        "waits in a scoped registry",
    ),
    "thread": (
        "threading.Thread(target=time.sleep, args=(0.5,), daemon=True).start()",
        "still runs",
    ),
    "new variable": ("os.environ['TOY'] = '1'", "environment variable TOY has changed"),
    "lost variable": ("del os.environ['PATH']", "environment variable PATH has changed"),
    "working folder": ("os.chdir('/')", "the working folder is /"),
}
HEAD = """\
import importlib, os, sys, threading, time, flask, sqlalchemy
from pathlib import Path
from sqlalchemy import orm
kept = []
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A test folder that uses the detector and nothing else of ours."""
    monkeypatch.setattr("leaks.GRACE", 0.05)
    pytester.makeconftest("pytest_plugins = ['leaks']")
    pytester.makeini("[pytest]\naddopts = -p no:xdist -p no:hypothesispytest")
    return pytester


@pytest.mark.parametrize(("statement", "message"), LEAKS.values(), ids=LEAKS)
def test_leak_is_reported(suite: pytest.Pytester, statement: str, message: str) -> None:
    """Each kind of leak is one error that names it, and the next test starts clean."""
    suite.makepyfile(
        HEAD + f"def test_leaky():\n    {statement}\n\ndef test_next():\n    kept.clear()\n"
    )
    result = suite.runpytest_inprocess()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines([f"*The test left something behind:*{message}*"])


def test_clean_test_passes(suite: pytest.Pytester) -> None:
    """Contexts, connections, sessions and threads that are closed again are no leak."""
    suite.makepyfile(
        HEAD + "def test_clean(monkeypatch):\n"
        "    monkeypatch.setenv('TOY', '1')\n"
        "    engine = sqlalchemy.create_engine('sqlite://')\n"
        "    scoped = orm.scoped_session(orm.sessionmaker(engine))\n"
        "    with flask.Flask('toy').test_request_context(), engine.connect():\n"
        "        scoped.execute(sqlalchemy.text('select 1'))\n"
        "        scoped.remove()\n"
        "    thread = threading.Thread(target=time.sleep, args=(0.01,))\n"
        "    thread.start()\n"
    )
    suite.runpytest_inprocess().assert_outcomes(passed=1)


def test_failed_test_is_reported_once(suite: pytest.Pytester) -> None:
    """A test that fails for its own reason is not told of what its traceback keeps alive."""
    suite.makepyfile(
        HEAD + "def test_broken():\n"
        "    connection = sqlalchemy.create_engine('sqlite://').connect()\n"
        "    assert connection is None\n"
    )
    suite.runpytest_inprocess().assert_outcomes(failed=1)


def test_module_of_a_test_is_forgotten(suite: pytest.Pytester) -> None:
    """What a test imports out of its folder, by whichever path, the next one does not see."""
    suite.makepyfile(
        HEAD + "def test_import(tmp_path):\n"
        "    (tmp_path / 'toy_module.py').touch()\n"
        "    sys.path.insert(0, str(tmp_path))\n"
        "    importlib.import_module('toy_module')\n"
        "\ndef test_next():\n"
        "    assert 'toy_module' not in sys.modules\n"
        "    assert not any('test_import' in entry for entry in sys.path)\n"
    )
    suite.runpytest_inprocess().assert_outcomes(passed=2)
