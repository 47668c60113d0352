"""The plugin is loaded by every run of pytest, so it may cost nothing."""

import subprocess
import sys

MEASURE = """
import sys, time
import pytest
before = set(sys.modules)
start = time.process_time()
import stack_testing.plugin
print(time.process_time() - start, *sorted(set(sys.modules) - before))
"""


def measured() -> tuple[float, list[str]]:
    """Import the plugin in a process of its own; return the seconds and the new modules."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True, timeout=60
    )
    seconds, *modules = done.stdout.split()
    return float(seconds), modules


def test_plugin_import_loads_its_own_module_only() -> None:
    """Beside pytest the plugin imports neither Flask nor anything else that pytest did not."""
    _, modules = measured()
    assert modules == ["stack_testing", "stack_testing.plugin"]


def test_plugin_import_takes_under_20_milliseconds() -> None:
    """The import costs less than 20 ms of CPU; the best of three runs counts."""
    assert min(measured()[0] for _ in range(3)) < 0.020


def test_plugin_without_application_leaves_flask_alone(pytester) -> None:
    """A project that names no application does not pay for Flask."""
    pytester.makepyfile(
        """
        import sys

        def test_modules():
            assert "stack_testing.plugin" in sys.modules
            assert "flask" not in sys.modules
        """
    )
    pytester.runpytest_subprocess("-p", "no:flask").assert_outcomes(passed=1)
