"""Where the secret key comes from, and which one is refused."""

from __future__ import annotations

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask, session

from stack_core import SettingsError, install
from stack_core.secret_key import find_weakness, get_fingerprint, make_secret_key, write_secret_key

GOOD = "0123456789abcdef0123"


def test_configured_key_is_kept(app: Flask) -> None:
    """A good key of the configuration is used as it is."""
    app.config["SECRET_KEY"] = GOOD
    install(app, [])
    assert app.config["SECRET_KEY"] == GOOD


def test_instance_file_is_read(app: Flask) -> None:
    """Without a setting the instance folder's key is used, by every worker the same."""
    key = write_secret_key(Path(app.instance_path) / "secret_key")
    install(app, [])
    assert app.config["SECRET_KEY"] == key


def test_debug_makes_a_key_once(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """In debug a key is made in the instance folder, mode 0600, and said."""
    app.debug = True
    install(app, [])
    path = Path(app.instance_path) / "secret_key"
    assert path.read_text().strip() == app.config["SECRET_KEY"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "secret key was made" in caplog.text
    assert app.config["SECRET_KEY"] not in caplog.text
    again = Flask("again", instance_path=app.instance_path)
    again.debug = True
    install(again, [])
    assert again.config["SECRET_KEY"] == app.config["SECRET_KEY"]


def test_tests_get_a_random_key(app: Flask) -> None:
    """Under TESTING a key is made that lives as long as the process."""
    app.testing = True
    install(app, [])
    assert len(app.config["SECRET_KEY"]) == 64
    assert not Path(app.instance_path).exists()


def test_missing_key_is_refused(app: Flask) -> None:
    """In production a missing key is refused with the line to run, and nothing is left."""
    with pytest.raises(SettingsError, match="flask stack secret --write"):
        install(app, [])
    assert app.extensions == {}


@pytest.mark.parametrize("key", ["x", "dev", "change-me", "a" * 40, b"short", "0123456789abcde"])
def test_weak_key_is_refused(app: Flask, key: str | bytes) -> None:
    """A key that can be guessed is refused without being shown."""
    app.config["SECRET_KEY"] = key
    with pytest.raises(SettingsError, match=r"'SECRET_KEY' (is|has)") as caught:
        install(app, [])
    assert "0123456789" not in str(caught.value)


def test_weak_key_is_let_pass_in_debug(app: Flask) -> None:
    """On a laptop the tutorial's key works."""
    app.debug = True
    app.config["SECRET_KEY"] = "dev"
    install(app, [])


def test_unreadable_file_is_named(app: Flask) -> None:
    """A file that is no text says so, with its path."""
    path = Path(app.instance_path) / "secret_key"
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        install(app, [])


def test_unwritable_folder_is_named(app: Flask) -> None:
    """In debug a folder that cannot be written says so."""
    Path(app.instance_path).write_text("a file where the folder should be")
    app.debug = True
    with pytest.raises(SettingsError, match=r"cannot be (read|kept)"):
        install(app, [])


def test_weak_key_is_replaced_not_written(app: Flask) -> None:
    """A file would not be asked while a key is configured; a weak file is to be removed."""
    app.config["SECRET_KEY"] = "dev"
    with pytest.raises(SettingsError, match="FLASK_SECRET_KEY") as caught:
        install(app, [])
    assert "--write" not in str(caught.value)
    app.config["SECRET_KEY"] = None
    path = Path(app.instance_path) / "secret_key"
    path.parent.mkdir()
    path.write_text("dev\n")
    with pytest.raises(SettingsError, match=f"Remove {re.escape(str(path))} and run"):
        install(app, [])


@pytest.mark.parametrize("former", [12345, None, GOOD + "\udcff"])
@pytest.mark.parametrize("debug", [True, False])
def test_former_key_that_cannot_be_used_is_refused(app: Flask, former: Any, debug: bool) -> None:
    """Flask would fail with it at the first session, in debug too; a short one may be replaced."""
    app.debug = debug
    app.config.update(SECRET_KEY=GOOD, SECRET_KEY_FALLBACKS=["short", former])
    with pytest.raises(SettingsError, match=r"A key in 'SECRET_KEY_FALLBACKS' (is|holds)"):
        install(app, [])
    app.config["SECRET_KEY_FALLBACKS"].pop()
    install(app, [])


@pytest.mark.parametrize("key", [12345678901234567890, ["x" * 20], {"a": 1}, 1.5, True])
def test_key_of_another_kind_is_refused(app: Flask, key: Any) -> None:
    """What no session can be signed with is refused at the start, without being shown."""
    app.config["SECRET_KEY"] = key
    with pytest.raises(SettingsError, match="'SECRET_KEY' is of the wrong kind") as caught:
        install(app, [])
    assert "1234567" not in str(caught.value)
    assert find_weakness(key) == "is neither text nor bytes"


def test_key_that_cannot_be_encoded_is_refused(app: Flask) -> None:
    """An environment that is no UTF-8 gives text that nothing can be signed with."""
    app.config["SECRET_KEY"] = GOOD + "\udcff"
    with pytest.raises(SettingsError, match="cannot be written as UTF-8"):
        install(app, [])


@pytest.mark.parametrize("text", ["", " \n"])
@pytest.mark.parametrize("debug", [True, False])
def test_empty_file_is_named(app: Flask, text: str, debug: bool) -> None:
    """An empty file, as a full disk leaves it, is neither a key nor passed over."""
    path = Path(app.instance_path) / "secret_key"
    path.parent.mkdir()
    path.write_text(text)
    app.debug = debug
    with pytest.raises(SettingsError, match=r"is empty\. Remove it and run 'flask stack secret"):
        install(app, [])


def test_workers_that_start_at_once_share_a_key(tmp_path: Path) -> None:
    """Whoever comes first makes the key; the others never see half of it."""
    for attempt in range(20):
        folder = tmp_path / str(attempt)
        start = Barrier(8)

        apps = [Flask("worker", instance_path=str(folder)) for _ in range(8)]

        def work(app: Flask, start: Barrier = start) -> str:
            app.debug = True
            start.wait(60)
            install(app, [])
            return str(app.config["SECRET_KEY"])

        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(work, apps))
        assert len(keys) == 1
        assert [path.name for path in folder.iterdir()] == ["secret_key"]


def test_rotation_keeps_old_sessions_alive(app: Flask) -> None:
    """With the former key among the fallbacks sessions live on; without it they end."""
    old, new = make_secret_key(), make_secret_key()
    cookie = _sign_in(_application(old))
    assert _who(_application(new, [old]), cookie) == "ann"
    assert _who(_application(new), cookie) == "nobody"


def _application(key: str, fallbacks: list[str] | None = None) -> Flask:
    app = Flask("rotated")
    app.config.update(SECRET_KEY=key, SECRET_KEY_FALLBACKS=fallbacks)

    @app.get("/in")
    def sign_in() -> str:
        session["name"] = "ann"
        return ""

    app.add_url_rule("/who", "who", lambda: session.get("name", "nobody"))
    install(app, [])
    return app


def _sign_in(app: Flask) -> str:
    return app.test_client().get("/in").headers["Set-Cookie"].split(";")[0]


def _who(app: Flask, cookie: str) -> str:
    return app.test_client(use_cookies=False).get("/who", headers={"Cookie": cookie}).text


def test_fingerprint_tells_keys_apart() -> None:
    """Two processes compare their keys without showing them."""
    one, two = make_secret_key(), make_secret_key()
    assert get_fingerprint(one) == get_fingerprint(one.encode()) != get_fingerprint(two)
    assert find_weakness(one) is None
