"""Small projects on which pytest runs, to see what a plugin does with them."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run pytest on files; warnings are errors there too.

    ``run("test_x.py", "-v", ini="stack_app = wsgi:app", wsgi="…", test_x="…")``
    """

    def run_on(*arguments: str, ini: str = "", **files: str) -> pytest.RunResult:
        others = "-p no:flask -p no:hypothesispytest"
        pytester.makeini(f"[pytest]\naddopts = {others}\nfilterwarnings = error\n{ini}\n")
        pytester.makepyfile(**files)
        return pytester.runpytest(*arguments)

    return run_on
