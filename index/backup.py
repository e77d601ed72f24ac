"""A consistent copy of a home while it is in use. Restoring is putting the copy's place to use.

Only what cannot be made again is copied: the catalogue, the user's own records, the settings,
and the files that were uploaded.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from index.errors import HomeError
from index.folder import exclusions
from index.folder.walk import UPLOADS
from index.home import schema
from index.home.durable import make_folder, sync_folder

PLAIN = ("config.toml", "calibration.json")  # in the home, where they are there


def back_up(home: Path, target: Path) -> list[str]:
    """Copies a home into a new folder; the names of what was copied. Raises HomeError.

    Readers and a writer go on meanwhile; the copy is of one committed version.
    """
    if not (home / schema.FILE).exists():
        raise HomeError(f"nothing is indexed in {home}: there is nothing to back up")
    if target.exists() and any(target.iterdir()):
        raise HomeError(f"{target} is not empty: name a new folder for each backup")
    try:
        make_folder(target)
        copied = [
            name for name in (schema.FILE, exclusions.FILE) if _copy(home / name, target / name)
        ]
        for name in PLAIN:
            if (home / name).exists():
                shutil.copy2(home / name, target / name)
                copied.append(name)
        if (home / UPLOADS).exists():
            _copy_uploads(home / UPLOADS, target / UPLOADS)
            copied.append(UPLOADS)
        sync_folder(target)
    except (OSError, *schema.TROUBLE) as error:
        raise HomeError(
            f"the backup into {target} was not finished ({error}): see that its disk has room "
            "and can be written, and run it again into a new folder"
        ) from error
    return copied


def _copy_uploads(source: Path, target: Path) -> None:
    """Its files never change, and one may be deleted meanwhile."""
    make_folder(target)
    for file in sorted(source.glob("[!.]*")):
        with suppress(FileNotFoundError):
            shutil.copy2(file, target / file.name)
    sync_folder(target)


def _copy(source: Path, target: Path) -> bool:
    """By SQLite's own copying, which sees one transaction."""
    if not source.exists():
        return False
    old = sqlite3.connect(source)
    try:
        with closing(sqlite3.connect(target)) as new:
            new.execute("PRAGMA synchronous = FULL")
            old.backup(new)
    finally:
        schema.close(old, source)
    return True
