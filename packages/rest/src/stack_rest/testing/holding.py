"""A test client that looks at each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from werkzeug.exceptions import HTTPException

from ..document.route import write_path
from ..problem.missing import is_below

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from ..state import RestState
    from .judge import Judge

    Base = FlaskClient
else:
    Base = object


class Holder(Base):
    """What is added to a class of test clients.

    :cvar judge: has the document.
    :cvar state: the interface whose answers are looked at.
    """

    judge: ClassVar[Judge]
    state: ClassVar[RestState]

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a request, and fail unless its answer is one that the document tells of."""
        __tracebackhide__ = True
        response = super().open(*args, **kwargs)
        # The request that led here, where redirects were followed.
        request = response.request
        if is_below(request.path, self.state.settings.prefix):
            found = self._find(request.method, request.path)
            if found is not None:
                for fault in self.judge.judge(*found, response):
                    pytest.fail(f"{fault}\n{_show(response)}", pytrace=False)
        return response

    def _find(self, method: str, path: str) -> tuple[str, str] | None:
        """Return the path and method in the document; None: it is not the document's business."""
        if method == "OPTIONS":
            return None
        app = self.state.app
        try:
            rule, _ = app.url_map.bind("localhost").match(path, method, return_rule=True)
        except HTTPException:
            return None  # nobody promised anything of an address that there is not
        own = rule.endpoint in self.state.own
        return None if own else (write_path(rule.rule), method)


def _show(response: TestResponse) -> str:
    text = response.get_data(as_text=True)
    shown = text if len(text) <= 500 else f"{text[:500]}…"
    return f"{response.status}, {response.content_type}\n{shown}"
