"""What the start of an application says about it: that it fails, or differs from another."""

from __future__ import annotations

import subprocess
import sys
import traceback

from flask import Flask
from flask.cli import NoAppException, ScriptInfo

from .finding import Finding
from .masking import describe_error
from .secret_key import find_weakness, get_fingerprint

_PATIENCE = 60
"""How many seconds a second start may take."""


def explain_start(error: Exception) -> Finding:
    """Return the finding that an application does not start, whatever its code raised."""
    if isinstance(error, NoAppException):
        lines = error.format_message().strip().splitlines()
        if any(line.startswith("Traceback") for line in lines):  # Flask's, of an ImportError
            lines = [f"{lines[0]} {lines[-1]}"]
        return Finding("stack.setup", "error", "\n".join(lines), "Mend it as the message says.")
    *_, frame = traceback.extract_tb(error.__traceback__)
    place = f"{frame.filename}, line {frame.lineno}"
    message = f"The application does not start ({describe_error(error)})."
    return Finding("stack.setup", "error", message, f"Mend what failed in {place}.")


def check_same_key(info: ScriptInfo, app: Flask) -> tuple[Finding, ...]:
    """Start the application a second time: workers must sign with one key."""
    key = app.config.get("SECRET_KEY")
    if not key or find_weakness(key):
        return ()
    fingerprints = None if info.create_app else _start_again(info)
    if fingerprints is None:
        message = "Whether every process has the same 'SECRET_KEY' could not be found out."
        fix = "Compare 'flask stack secret --fingerprint' of two starts."
        return (Finding("stack.secret-key-unknown", "info", message, fix, deploy=True),)
    if get_fingerprint(key) in fingerprints:
        return ()
    return (
        Finding(
            "stack.secret-key-random",
            "error",
            "'SECRET_KEY' is another one each time the application starts.",
            "Make it once with 'flask stack secret' and set FLASK_SECRET_KEY for every worker.",
            deploy=True,
        ),
    )


def _start_again(info: ScriptInfo) -> list[str] | None:
    """Return the words that a new process prints for its fingerprint, or None if it fails."""
    command = [sys.executable, "-m", "flask"]
    if info.app_import_path:
        command += ["--app", info.app_import_path]
    try:
        done = subprocess.run(
            [*command, "stack", "secret", "--fingerprint"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.split()
