"""What is unsafe in Flask's own settings once an application is in production."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from flask import Flask

from .finding import Finding, Severity
from .secret_key import find_weakness, get_path

_SOURCES = (".py", ".toml", ".yaml", ".yml", ".json", ".cfg", ".ini")
_SKIPPED = {"node_modules", "__pycache__", "instance", "site-packages"}
_MOST_FOLDERS = 1000
_MOST_FILES = 2000
_MOST_BYTES = 1_000_000


def check_deployment(app: Flask) -> Iterator[Finding]:
    """Yield a finding for each of Flask's settings that production should not have."""
    yield from _check_secret_key(app)
    yield from _check_former_keys(app)
    yield from _check_key_file(app)
    yield from _check_modes(app)
    yield from _check_cookies(app)
    yield from _check_requests(app)


def _finding(words: str, severity: Severity, message: str, fix: str) -> Finding:
    return Finding(f"stack.{words}", severity, message, fix, deploy=True)


def _check_secret_key(app: Flask) -> Iterator[Finding]:
    key = app.config.get("SECRET_KEY")
    how = "Set SECRET_KEY to what 'flask stack secret' prints."
    if not key:
        yield _finding("secret-key-missing", "error", "'SECRET_KEY' is not set.", how)
        return
    if fault := find_weakness(key):
        yield _finding("secret-key-weak", "error", f"'SECRET_KEY' {fault}.", how)
    elif (source := _find_in_source(app, key)) is not None:
        message = f"'SECRET_KEY' stands in the source, in {source}."
        yield _finding("secret-key-in-source", "error", message, how)


def _check_former_keys(app: Flask) -> Iterator[Finding]:
    for former in app.config.get("SECRET_KEY_FALLBACKS") or ():
        if fault := find_weakness(former):
            message = f"A key in 'SECRET_KEY_FALLBACKS' {fault}, and still opens every session."
            yield _finding("secret-key-fallback", "error", message, "Remove it from the list.")


def _check_key_file(app: Flask) -> Iterator[Finding]:
    path = get_path(app)
    if os.name == "posix" and path.is_file() and path.stat().st_mode & 0o077:
        message = f"{path} can be read by others on this machine."
        yield _finding("secret-key-file", "error", message, f"Run: chmod 600 {path}")


def _find_in_source(app: Flask, key: str | bytes) -> str | None:
    """Return the file beside the application's code that contains the key, or None."""
    wanted = [key.encode() if isinstance(key, str) else key, repr(key).lstrip("b")[1:-1].encode()]
    root = Path(app.root_path)
    for path in islice(_sources(root), _MOST_FILES):
        try:
            if not path.is_file() or path.stat().st_size > _MOST_BYTES:
                continue
            text = path.read_bytes()
        except OSError:
            continue
        if any(each in text for each in wanted):
            return str(path.relative_to(root))
    return None


def _sources(root: Path) -> Iterator[Path]:
    """Yield the files that may hold settings, without those of virtual environments."""
    for folder, folders, files in islice(os.walk(root), _MOST_FOLDERS):
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders[:] = sorted(f for f in folders if f not in _SKIPPED and not f.startswith("."))
        yield from (Path(folder, f) for f in sorted(files) if f.endswith(_SOURCES))


def _check_modes(app: Flask) -> Iterator[Finding]:
    if app.debug:
        yield _finding(
            "debug",
            "error",
            "Debug is on: errors show the source and a console.",
            "Start without --debug and unset FLASK_DEBUG.",
        )
    if app.testing:
        message = "'TESTING' is on: errors are raised instead of answered."
        yield _finding("testing", "error", message, "Remove 'TESTING' from the configuration.")


def _check_cookies(app: Flask) -> Iterator[Finding]:
    config = app.config
    if not config.get("SESSION_COOKIE_SECURE"):
        yield _finding(
            "session-cookie-secure",
            "warning",
            "'SESSION_COOKIE_SECURE' is off: the session cookie travels over plain http too.",
            "Set SESSION_COOKIE_SECURE to true where the site is served by https.",
        )
    if not config.get("SESSION_COOKIE_HTTPONLY"):
        yield _finding(
            "session-cookie-httponly",
            "warning",
            "'SESSION_COOKIE_HTTPONLY' is off: scripts of a page can read the session cookie.",
            "Remove SESSION_COOKIE_HTTPONLY from the configuration.",
        )
    if str(config.get("SESSION_COOKIE_SAMESITE")).lower() not in ("lax", "strict"):
        yield _finding(
            "session-cookie-samesite",
            "warning",
            "'SESSION_COOKIE_SAMESITE' is not set: other sites' forms send the session cookie.",
            "Set SESSION_COOKIE_SAMESITE to 'Lax'.",
        )


def _check_requests(app: Flask) -> Iterator[Finding]:
    config = app.config
    if not config.get("TRUSTED_HOSTS"):
        yield _finding(
            "trusted-hosts",
            "warning",
            "'TRUSTED_HOSTS' is not set: links are built from any Host header that is sent.",
            "Set TRUSTED_HOSTS to the names under which the site is served.",
        )
    if config.get("MAX_CONTENT_LENGTH") is None:
        yield _finding(
            "max-content-length",
            "warning",
            "'MAX_CONTENT_LENGTH' is not set: a request may be of any size.",
            "Set MAX_CONTENT_LENGTH to a number of bytes, such as 1048576.",
        )
    if config.get("PREFERRED_URL_SCHEME") != "https":
        yield _finding(
            "preferred-url-scheme",
            "warning",
            "'PREFERRED_URL_SCHEME' is not https: links made outside a request are plain http.",
            "Set PREFERRED_URL_SCHEME to 'https'.",
        )
