"""The secret key: where it comes from, and how good it is."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from flask import Flask

from .error import BadSecretKey, ConfigError

FILE = "secret_key"
LEAST = 16
_KNOWN = {"dev", "development", "secret", "secretkey", "changeme", "test", "key", "password"}
_HOW = (
    "Set the environment variable FLASK_SECRET_KEY to what 'flask stack secret' prints,"
    " or run 'flask stack secret --write' to keep one in the instance folder."
)


def provide_secret_key(app: Flask) -> None:
    """Make sure that an application has a usable secret key.

    In this order: ``app.config["SECRET_KEY"]``, the file ``secret_key`` of the
    instance folder, in debug a new such file, in tests a random key that lives
    as long as the process.

    :raises BadSecretKey: there is none, or it could be guessed.
    """
    key = app.config.get("SECRET_KEY")
    if not key:
        key = read_secret_key(app) or _invented(app)
        if key is None:
            raise BadSecretKey(f"'SECRET_KEY' is not set. {_HOW}", get_path(app))
        app.config["SECRET_KEY"] = key
    if not (app.debug or app.testing) and (fault := find_weakness(key)):
        raise BadSecretKey(f"'SECRET_KEY' {fault}. {_HOW}", get_path(app))


def find_weakness(key: str | bytes) -> str | None:
    """Return what is wrong with a key, without showing it, or None."""
    text = key if isinstance(key, str) else key.decode("utf-8", "replace")
    if text.lower().replace("-", "").replace("_", "").replace(" ", "") in _KNOWN:
        return "is one that everybody knows"
    if len(key) < LEAST:
        return f"is {len(key)} characters long and must have at least {LEAST}"
    if len(set(text)) < 6:
        return "has fewer than 6 different characters"
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


def read_secret_key(app: Flask) -> str | None:
    """Return the key that the instance folder keeps, or None."""
    path = get_path(app)
    try:
        return path.read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The secret key cannot be read from {path} ({type(error).__name__})."
            " Make the file readable for this user, or set FLASK_SECRET_KEY."
        ) from None


def write_secret_key(path: Path) -> str:
    """Make a key and keep it in a new file of mode 0600; return it.

    :raises FileExistsError: a key is there; it is left alone.
    """
    key = make_secret_key()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(key + "\n")
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
        return read_secret_key(app)
    except OSError as error:
        raise ConfigError(
            f"A secret key cannot be kept in {path} ({error.strerror}). {_HOW}"
        ) from None
    app.logger.warning("A secret key was made in %s. Keep it out of version control.", path)
    return key
