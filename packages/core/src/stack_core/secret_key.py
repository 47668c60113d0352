"""The secret key: where it comes from, and how good it is."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from flask import Flask

from .error import BadSecretKey, SettingsError

FILE = "secret_key"
LEAST = 16
_KNOWN = {"dev", "development", "secret", "secretkey", "changeme", "test", "key", "password"}
_SET = (
    "Set SECRET_KEY (in the environment FLASK_SECRET_KEY, if the application calls"
    " app.config.from_prefixed_env()) to what 'flask stack secret' prints"
)
_WRITE = "run 'flask stack secret --write' to keep one in the instance folder"


def provide_secret_key(app: Flask) -> None:
    """Make sure that an application has a usable secret key.

    In this order: ``app.config["SECRET_KEY"]``, the file ``secret_key`` of the
    instance folder, in debug a new such file, in tests a random key that lives
    as long as the process. In production a key that could be guessed is
    refused; a former one is not, as it may be what is being replaced.

    :raises BadSecretKey: there is none, or it could be guessed, or a former
        one cannot be used.
    :raises SettingsError: the file cannot be used.
    """
    key, path = app.config.get("SECRET_KEY"), get_path(app)
    how = f"{_SET}."
    if not key:
        key = read_secret_key(path) or _invented(app)
        if key is None:
            raise BadSecretKey(f"'SECRET_KEY' is not set. {_SET}, or {_WRITE}.", path)
        app.config["SECRET_KEY"] = key
        how = f"Remove {path} and {_WRITE}."
    if not (app.debug or app.testing) and (fault := find_weakness(key)):
        raise BadSecretKey(f"'SECRET_KEY' {fault}. {how}")
    for former in app.config.get("SECRET_KEY_FALLBACKS") or ():
        if fault := _find_fault(former):
            raise BadSecretKey(f"A key in 'SECRET_KEY_FALLBACKS' {fault}. Remove it.")


def find_weakness(key: object) -> str | None:
    """Return what is wrong with a key, without showing it, or None."""
    if fault := _find_fault(key):
        return fault
    text = key.decode("utf-8", "replace") if isinstance(key, bytes) else str(key)
    if text.lower().replace("-", "").replace("_", "").replace(" ", "") in _KNOWN:
        return "is one that everybody knows"
    if len(text) < LEAST:
        return f"is {len(text)} characters long and must have at least {LEAST}"
    if len(set(text)) < 6:
        return "has fewer than 6 different characters"
    return None


def _find_fault(key: object) -> str | None:
    """Return why nothing can be signed with a key, or None."""
    if isinstance(key, bytes):
        return None
    if not isinstance(key, str):
        return "is neither text nor bytes"
    if any("\ud800" <= sign <= "\udfff" for sign in key):
        return "holds what cannot be written as UTF-8"
    return None


def make_secret_key() -> str:
    """Return a new key: 256 random bits as 64 hexadecimal digits."""
    return secrets.token_hex(32)


def get_fingerprint(key: str | bytes) -> str:
    """Return 12 hexadecimal digits by which two processes can compare their keys."""
    data = key.encode() if isinstance(key, str) else key
    return hashlib.blake2b(data, digest_size=6, person=b"stack key").hexdigest()


def get_path(app: Flask) -> Path:
    """Return where the instance folder keeps the key."""
    return Path(app.instance_path) / FILE


def read_secret_key(path: Path) -> str | None:
    """Return the key that a file keeps, or None where there is no file.

    :raises SettingsError: the file cannot be read, or is empty.
    """
    try:
        key = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The secret key cannot be read from {path} ({type(error).__name__})."
            " Make it a file of text that this user can read, or set SECRET_KEY."
        ) from None
    if not key:
        raise SettingsError(f"{path} is empty. Remove it and {_WRITE}.")
    return key


def write_secret_key(path: Path) -> str:
    """Make a key and keep it in a new file of mode 0600; return it.

    The file appears with the key in it: who reads meanwhile sees all or nothing.

    :raises FileExistsError: a key is there; it is left alone.
    :raises OSError: the folder cannot be written.
    """
    key = make_secret_key()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(path.parent)) from None
    descriptor, unfinished = tempfile.mkstemp(prefix=f".{FILE}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(key + "\n")
        os.link(unfinished, path)
    finally:
        Path(unfinished).unlink()
    return key


def _invented(app: Flask) -> str | None:
    if app.testing:
        return make_secret_key()
    if not app.debug:
        return None
    path = get_path(app)
    try:
        key = write_secret_key(path)
    except FileExistsError:
        return read_secret_key(path)  # another process was quicker
    except OSError as error:
        raise SettingsError(
            f"A secret key cannot be kept in {path} ({error.strerror}). {_SET}."
        ) from None
    app.logger.warning("A secret key was made in %s. Keep it out of version control.", path)
    return key
