"""The set-up of our own tests: leaks are errors, and the examples in texts are tests."""

import signal
from importlib import import_module
from importlib.util import find_spec

# pytester forgets what a run within it imported, and these cannot be imported a second time.
for name in ("psycopg", "pymysql", "sqlalchemy.dialects.mysql", "sqlalchemy.dialects.postgresql"):
    import_module(name)

pytest_plugins = ["leaks", "examples", "pytester"]
# What `stack new` copies is tested where it was copied to.
collect_ignore_glob = ["packages/*/src/*/scaffold/*"]
# Only `nox -s browser` has Playwright, and that session fails where it finds no test.
collect_ignore = [] if find_spec("playwright") else ["integration/browser"]
# So it is with `nox -s api` and the tools that judge documents.
collect_ignore += (
    [] if find_spec("openapi_spec_validator") else ["integration/api/test_linters.py"]
)
# A shell lets what it starts in the background ignore Ctrl-C, and our tests' programs would too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
