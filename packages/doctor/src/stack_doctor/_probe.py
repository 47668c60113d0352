"""What an application tells once it is made. The judged Python runs this file; nobody imports it.

It needs nothing but the standard library, looks at the application as it is, and writes what it
saw as JSON: ``python _probe.py module:app FILE``.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
import traceback
from collections import defaultdict
from typing import Any

#: Of what an application has one, with the class whose ``init_app`` makes it its own.
SLOTS = {
    "app-login-managers": ("flask_login", "LoginManager"),
    "app-databases": ("flask_sqlalchemy", "SQLAlchemy"),
    "app-csrf-owners": ("flask_wtf.csrf", "CSRFProtect"),
}
NAMES = ("app", "application", "create_app", "make_app")
APIS = ("flask_smorest", "flask_restful", "flask_restx", "apiflask")
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}

#: Who called ``init_app``: check, object, application, module.
Seen = list[tuple[str, Any, Any, str]]


def watch(seen: Seen) -> None:
    """Note from now on who initialises what there is to be one of."""
    for check, (module, name) in SLOTS.items():
        try:
            kind = getattr(importlib.import_module(module), name)
        except Exception:
            continue  # it is not installed, or is broken and fails when the application asks
        kind.init_app = _note(check, kind.init_app, module.partition(".")[0], seen)


def _note(check: str, original: Any, package: str, seen: Seen) -> Any:
    @functools.wraps(original)
    def init_app(self: Any, app: Any, *args: Any, **words: Any) -> Any:
        seen.append((check, self, app, _caller(package)))
        return original(self, app, *args, **words)

    return init_app


def _caller(package: str) -> str:
    """Return the module that asked for it, outside of the package itself."""
    frame = sys._getframe(2)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name.partition(".")[0] not in (package, "functools"):
            return name
        frame = frame.f_back  # type: ignore[assignment]
    return "unknown"


def load(target: str) -> Any:
    """Return the application that ``module:app`` or ``module:create_app()`` names."""
    module_name, _, name = target.partition(":")
    module = importlib.import_module(module_name)
    names = [name.partition("(")[0].strip()] if name else list(NAMES)
    found = next((getattr(module, each) for each in names if hasattr(module, each)), None)
    if found is None:
        raise LookupError(f"'{module_name}' has no {' or '.join(map(repr, names))}.")
    app = found if hasattr(found, "url_map") else found()
    if not hasattr(app, "url_map") or not hasattr(app, "error_handler_spec"):
        raise TypeError(f"'{target}' is no Flask application, but of type {type(app).__name__!r}.")
    return app


def tell_owners(app: Any, seen: Seen) -> dict[str, list[str]]:
    """Return who claimed what there is to be one of, where more than one object did."""
    found: dict[str, list[str]] = {}
    for check in SLOTS:
        claims = {id(owner): who for kind, owner, on, who in seen if kind == check and on is app}
        if len(claims) > 1:
            found[check] = list(claims.values())
    return found


def tell_duplicates(app: Any) -> list[list[str]]:
    """Return the addresses and methods that two endpoints answer."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rule in app.url_map.iter_rules():
        where = f"{rule.host or rule.subdomain or ''}{rule.rule}"
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}):
            found[where, method].append(rule.endpoint)
    return [
        [where, method, *dict.fromkeys(endpoints)]
        for (where, method), endpoints in found.items()
        if len(set(endpoints)) > 1 and not _is_of_one_extension(app, endpoints)
    ]


def _is_of_one_extension(app: Any, endpoints: list[str]) -> bool:
    """Tell whether an extension doubles an address of its own, as Flask-RESTX does its root."""
    modules = [str(getattr(app.view_functions.get(each), "__module__", "")) for each in endpoints]
    roots = {module.partition(".")[0] for module in modules}
    return len(roots) == 1 and roots.pop().startswith("flask_")


def api_of(app: Any, endpoint: str) -> str:
    """Return the package whose API, or admin, an endpoint belongs to; or nothing."""
    view = app.view_functions.get(endpoint)
    blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
    kinds = [type(blueprint), *getattr(getattr(view, "view_class", None), "__mro__", ())]
    roots = [str(kind.__module__).partition(".")[0] for kind in kinds]
    return next((root for root in roots if root in APIS), "")


def tell_unprotected(app: Any) -> list[list[str]]:
    """Return the endpoints of APIs and admins that CSRFProtect refuses for want of a token."""
    csrf = app.extensions.get("csrf")
    guards = app.config.get("WTF_CSRF_ENABLED", True) and app.config.get(
        "WTF_CSRF_CHECK_DEFAULT", True
    )
    if csrf is None or not guards or not hasattr(csrf, "_exempt_views"):
        return []
    tokenless = tokenless_admins(app)
    found = []
    for rule in app.url_map.iter_rules():
        blueprint = rule.endpoint.rpartition(".")[0]
        view = app.view_functions.get(rule.endpoint)
        name = f"{getattr(view, '__module__', '')}.{getattr(view, '__name__', '')}"
        exempt = {getattr(each, "name", each) for each in csrf._exempt_blueprints}
        owner = api_of(app, rule.endpoint) or ("flask_admin" if blueprint in tokenless else "")
        guarded = blueprint not in exempt and name not in csrf._exempt_views
        if owner and guarded and UNSAFE & set(rule.methods or ()):
            found.append([owner, rule.endpoint])
    return found


def tokenless_admins(app: Any) -> set[str]:
    """Return the blueprints of admin views whose forms carry no token."""
    found = set()
    for admin in app.extensions.get("admin", ()) or ():
        for view in getattr(admin, "_views", ()):
            meta = getattr(getattr(view, "form_base_class", None), "Meta", None)
            if hasattr(view, "form_base_class") and not getattr(meta, "csrf", False):
                found.add(str(getattr(view.blueprint, "name", "")))
    return found


def tell_swallowed(app: Any) -> list[str]:
    """Return whose handlers are never asked, because an API answers every error itself."""
    router = app.handle_user_exception
    if getattr(getattr(router, "func", None), "__name__", "") != "error_router":
        return []
    if app.config.get("PROPAGATE_EXCEPTIONS"):
        return []
    return sorted({who for who, _, error in handlers(app) if error is not None and _foreign(who)})


def _foreign(module: str) -> bool:
    """Tell whether a handler is an extension's own, of none that answers for an API."""
    root = module.partition(".")[0]
    return root.startswith("flask_") and root not in APIS


def tell_shadowing(app: Any) -> list[list[str]]:
    """Return the application's own handlers of HTTP errors, where it serves an API too."""
    apis = {api_of(app, rule.endpoint) for rule in app.url_map.iter_rules()} - {""}
    if not apis:
        return []
    own = [
        [str(code or error.__name__), who]
        for who, code, error in handlers(app)
        if not who.startswith(("flask_", "flask.", "apiflask", "stack_"))
        and (code or error.__name__ in ("Exception", "HTTPException"))
    ]
    return own and [[*sorted(apis)], *own]


def handlers(app: Any) -> list[tuple[str, int | None, Any]]:
    """Return the handlers for the whole application: module, status and class of the error."""
    return [
        (str(getattr(handler, "__module__", "")), code, error)
        for code, errors in app.error_handler_spec.get(None, {}).items()
        for error, handler in errors.items()
    ]


def probe(target: str) -> dict[str, Any]:
    """Make the application and return what it tells, or the traceback of why it cannot be made."""
    seen: Seen = []
    watch(seen)
    try:
        app = load(target)
    except BaseException:
        return {"error": traceback.format_exc()[-20_000:]}
    return {
        "error": None,
        "owners": tell_owners(app, seen),
        "duplicates": tell_duplicates(app),
        "unprotected": tell_unprotected(app),
        "swallowed": tell_swallowed(app),
        "shadowing": tell_shadowing(app),
    }


if __name__ == "__main__":
    # The folder of this file came first, and its modules are nobody's business.
    sys.path[0] = os.getcwd()
    told = json.dumps(probe(sys.argv[1]))
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(told)
