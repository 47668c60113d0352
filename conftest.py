"""The set-up of our own tests: leaks are errors, and the examples in texts are tests."""

pytest_plugins = ["leaks", "examples", "pytester"]
# What `stack new` copies is tested where it was copied to.
collect_ignore_glob = ["packages/*/src/*/scaffold/*"]
