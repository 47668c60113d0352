"""What an extension may declare that it does beyond what a guest on an application does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Ability = Literal[
    "changes-foreign-views",
    "replaces-session",
    "replaces-json",
    "replaces-classes",
    "replaces-settings",
    "replaces-methods",
    "wraps-wsgi",
    "serves-async",
]
"""The name of an ability. An extension has none that it does not declare."""

ABILITIES: Mapping[Ability, str] = {
    "changes-foreign-views": (
        "Changes the answers of views that are not its own: adds headers, compresses, redirects."
    ),
    "replaces-session": "Sets the application's 'session_interface'.",
    "replaces-json": "Sets the application's JSON provider.",
    "replaces-classes": "Sets the application's classes of requests, responses, rules or clients.",
    "replaces-settings": "Changes settings of Flask's own, such as 'SESSION_COOKIE_SECURE'.",
    "replaces-methods": "Puts functions of its own in the place of methods of the application.",
    "wraps-wsgi": "Puts a middleware around 'app.wsgi_app'.",
    "serves-async": "Promises to work within views that are coroutines.",
}
"""Every ability, and what who declares it says. A new one is closed: nobody has it."""
