"""The set-up of our own tests: leaks are errors, and the examples in texts are tests."""

from importlib.util import find_spec

pytest_plugins = ["leaks", "examples", "pytester"]
# What `stack new` copies is tested where it was copied to.
collect_ignore_glob = ["packages/*/src/*/scaffold/*"]
# Only `nox -s browser` has Playwright, and that session fails where it finds no test.
collect_ignore = [] if find_spec("playwright") else ["integration/browser"]
