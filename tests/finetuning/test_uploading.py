"""Training files: uploaded once, large ones in parts, cut uploads go on."""

import signal
import subprocess
from pathlib import Path

import pytest

from scripts.endpoint import Address, CallFailed
from scripts.finetuning.endpoint import Endpoint
from scripts.finetuning.ledger import Ledger
from scripts.finetuning.local_file import LocalFile, Manner, look_at
from scripts.finetuning.records import RemoteFile
from scripts.finetuning.uploading import Uploads
from scripts.generation.asking import Patience
from tests.finetuning.commands import run, start, write_examples
from tests.finetuning.server import LOST, Reply, Server

IN_PARTS = ("--parts-over", "0", "--part-size", "0.0005")
PARTS = 4


@pytest.fixture
def train(tmp_path: Path) -> Path:
    return write_examples(tmp_path / "train.jsonl", 15)


def provide(server: Server, path: Path, **manner: int) -> tuple[RemoteFile, list[str]]:
    """Upload a file without a command around it."""
    said: list[str] = []
    endpoint = Endpoint(Address(server.base_url, "key"), timeout_s=5)
    how = Manner(patience=Patience(3), look_every_s=0.01, **manner)
    return Uploads(endpoint, Ledger(), said.append, how).provide(look_at(path)), said


def parts_sent(server: Server) -> int:
    return sum(path.endswith("/parts") for _, path in server.requests)


def test_a_file_arrives_as_it_is_and_named_by_its_hash(server: Server, train: Path) -> None:
    """The bytes are the same; the name carries the begin of their SHA-256."""
    remote, _ = provide(server, train)

    assert server.contents[remote.id] == train.read_bytes()
    assert remote.name == f"train-{look_at(train).sha256[:16]}.jsonl"


def test_a_file_is_found_without_our_notes(server: Server, train: Path, tmp_path: Path) -> None:
    """By hash and size in the endpoint's list, whatever it is called here."""
    first, _ = provide(server, train)
    (tmp_path / ".data" / "finetuning" / "ledger.jsonl").unlink()
    moved = train.rename(tmp_path / "other.jsonl")

    assert provide(server, moved)[0] == first
    assert server.count("POST", "files") == 1


@pytest.mark.parametrize("trouble", ["deleted", "broken", "cut"])
def test_a_copy_that_is_no_good_is_uploaded_again(server: Server, train: Path, trouble: str) -> None:
    """Deleted at the endpoint, refused there, or of another size."""
    first, _ = provide(server, train)
    if trouble == "deleted":
        del server.files[first.id]
        server.files["file-0"] = {"id": "file-0", "filename": "x", "bytes": 1, "purpose": "fine-tune"}
    else:
        changes: dict[str, dict[str, str | int]] = {"broken": {"status": "error"}, "cut": {"bytes": 7}}
        server.files[first.id].update(changes[trouble])

    second, _ = provide(server, train)

    assert (second.id, server.count("POST", "files")) == ("file-2", 2)


def test_a_lost_upload_is_found(server: Server, train: Path) -> None:
    """The file arrived and the reply did not: it is not sent a second time."""
    server.after = lambda method, path: LOST if (method, path) == ("POST", "files") else None

    assert provide(server, train)[0].id == "file-1"
    assert server.count("POST", "files") == 1


def test_processing_is_waited_for(server: Server, train: Path) -> None:
    """`uploaded` is not `processed` yet."""
    server.new_file_status = "uploaded"

    def process(method: str, path: str) -> Reply | None:
        if server.count("GET", "files/file-1") == 3:
            server.files["file-1"]["status"] = "processed"
        return None

    server.before = process

    assert provide(server, train)[0].status == "processed"


def test_a_refused_file_is_told_with_the_reason(server: Server, train: Path) -> None:
    """The endpoint's own words."""
    server.new_file_status = "error"
    server.after = lambda method, path: (
        server.files["file-1"].update(status_details="line 3 is odd") if path == "files" and server.files else None
    )

    with pytest.raises(CallFailed, match="file-1 was refused: line 3 is odd"):
        provide(server, train)


def test_large_files_go_up_in_parts(server: Server, train: Path) -> None:
    """Whole, in order, with the hash in the name; then the job begins."""
    result = run(server, "create", "--train", train, "--yes", *IN_PARTS)

    assert (result.exit_code, result.stdout) == (0, "ftjob-1\n"), result.stderr
    assert server.contents["file-1"] == train.read_bytes()
    assert (parts_sent(server), server.count("POST", "files")) == (PARTS, 0)
    assert server.files["file-1"]["filename"] == LocalFile(train, look_at(train).sha256, 0).remote_name


@pytest.mark.parametrize("done", [False, True])
def test_kill_9_between_parts_goes_on_there(server: Server, train: Path, tmp_path: Path, done: bool) -> None:
    """Killed while the third part is sent: the next command sends what is missing, in the same upload."""
    process: subprocess.Popen[str]

    def kill(method: str, path: str) -> Reply | None:
        if not path.endswith("/parts") or parts_sent(server) != 3:
            return None
        process.kill()
        process.wait()
        return LOST

    server.before, server.after = ((lambda method, path: None), kill) if done else (kill, (lambda method, path: None))
    process = start(server, tmp_path, ["create", "--train", train, "--yes", *IN_PARTS])
    process.communicate(timeout=30)
    server.before = server.after = lambda method, path: None
    result = run(server, "create", "--train", train, "--yes", *IN_PARTS)

    assert (process.returncode, result.exit_code) == (-signal.SIGKILL, 0)
    assert "2 parts are there" in result.stderr
    assert (parts_sent(server), len(server.uploads)) == (PARTS + 1, 1)
    assert server.contents["file-1"] == train.read_bytes()


def test_an_upload_that_expired_begins_anew(server: Server, train: Path) -> None:
    """The parts of a dead upload are no good: all are sent again, and the command needs no second start."""
    server.before = lambda method, path: LOST if parts_sent(server) >= 3 else None
    cut = run(server, "create", "--train", train, "--yes", *IN_PARTS)
    server.before = lambda method, path: None
    server.uploads["upload_1"]["status"] = "expired"
    result = run(server, "create", "--train", train, "--yes", *IN_PARTS)

    assert (cut.exit_code, result.exit_code, len(server.uploads)) == (1, 0, 2)
    assert "that upload is gone" in result.stderr
    assert server.contents["file-1"] == train.read_bytes()


def test_a_lost_part_is_sent_again(server: Server, train: Path) -> None:
    """Its twin is not named at the end."""
    lost = iter([LOST])
    server.after = lambda method, path: next(lost, None) if path.endswith("/parts") else None

    remote, said = provide(server, train, whole_bytes=0, part_bytes=500)

    assert server.contents[remote.id] == train.read_bytes()
    assert (parts_sent(server), len(said)) == (PARTS + 1, 2)


def test_a_lost_completion_is_found(server: Server, train: Path) -> None:
    """The file was made and the reply lost."""
    server.after = lambda method, path: LOST if path.endswith("/complete") else None

    assert provide(server, train, whole_bytes=0, part_bytes=500)[0].id == "file-1"
    assert len(server.uploads) == 1


def test_512_mb_is_where_parts_begin() -> None:
    """The Files API takes no more (API reference, 2026-08); parts are 64 MB at most."""
    assert (Manner().whole_bytes, Manner().part_bytes) == (512_000_000, 64_000_000)
