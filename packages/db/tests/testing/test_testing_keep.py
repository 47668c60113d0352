"""The keep of an application whose databases are lent to a test."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


@pytest.mark.parametrize("fixture", ["database", "live_database"])
def test_keep_of_a_test_is_empty_and_undone(run: Run, kind: str, fixture: str) -> None:
    """No rollback would undo what is kept in a database, so each test has its own, in memory."""
    test = f"""
        import pytest
        from stack_core.keep import get_keep

        @pytest.mark.parametrize("turn", [1, 2])
        def test_count(app, {fixture}, turn):
            assert get_keep(app).increment("shop:a", ttl=60).value == 1
            with app.app_context():
                assert titles() == []
    """
    run(kind, test, scope="session").assert_outcomes(passed=2)
