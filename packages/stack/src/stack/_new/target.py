"""The folder that is made: whole, or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

from .drawing import File
from .refusal import RefusalError


def check_target(target: Path) -> None:
    """Refuse a place where something is, or that is nowhere.

    :raises RefusalError: says what is in the way.
    """
    parent = target.parent
    try:
        if not parent.is_dir():
            raise RefusalError(f"'{parent}' is not a folder. Make it first, or change --into.")
        if target.is_symlink() or (target.exists() and not target.is_dir()):
            raise RefusalError(f"'{target}' is there already. Take another name, or --into.")
        if target.is_dir() and any(target.iterdir()):
            raise RefusalError(
                f"The folder '{target}' is there already and is not empty, and nothing is ever"
                " overwritten. Take another name, or --into."
            )
    except OSError as error:
        raise _refuse(target, error) from error


def write_files(target: Path, files: Iterable[File]) -> None:
    """Write all files into a folder beside the target and then give it the target's name.

    :raises RefusalError: something cannot be written; nothing is left behind.
    """
    draft = target.parent / f".{target.name}-{secrets.token_hex(4)}"
    try:
        draft.mkdir()
        for file in files:
            _write(draft.joinpath(*file.path.parts), file)
        if target.is_dir():
            target.rmdir()
        draft.rename(target)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise _refuse(target, error) from error
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _write(path: Path, file: File) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o600 if file.secret else 0o666
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(file.text)


def _refuse(target: Path, error: OSError) -> RefusalError:
    reason = error.strerror or type(error).__name__
    return RefusalError(
        f"'{target}' cannot be made ({reason}), and nothing was written."
        " Choose a folder that you may write to with --into."
    )
