"""Big files in parts, with the openai package's own helper and step by step."""

import hashlib
import socket
import sqlite3
from pathlib import Path

import openai
import pytest

from tests.local_engine.engines import engine_in


def test_parts_make_the_file(client: openai.OpenAI) -> None:
    """The openai package's chunked upload gives a file with the very bytes."""
    content = bytes(range(256)) * 40

    done = client.uploads.upload_file_chunked(
        file=content,
        filename="big.jsonl",
        bytes=len(content),
        mime_type="application/jsonl",
        purpose="fine-tune",
        part_size=3_000,
    )

    assert done.status == "completed"
    assert done.file is not None
    assert client.files.content(done.file.id).read() == content


def test_parts_are_joined_in_the_order_named(client: openai.OpenAI) -> None:
    """Parts may come in any order; md5 is checked."""
    upload = _begin(client, 6)
    last = client.uploads.parts.create(upload, data=b"def").id
    first = client.uploads.parts.create(upload, data=b"abc").id

    with pytest.raises(openai.BadRequestError, match="md5"):
        client.uploads.complete(upload, part_ids=[last, first], md5="0" * 32)
    md5 = hashlib.md5(b"abcdef", usedforsecurity=False).hexdigest()
    done = client.uploads.complete(upload, part_ids=[first, last], md5=md5)

    assert done.file is not None
    assert client.files.content(done.file.id).read() == b"abcdef"


def test_a_cut_upload_is_no_file(client: openai.OpenAI) -> None:
    """With a part missing, or named twice, nothing is made of it; once all were sent, the upload can be completed."""
    upload = _begin(client, 6)
    first = client.uploads.parts.create(upload, data=b"abc").id

    with pytest.raises(openai.BadRequestError, match="3 bytes together, 6 were announced"):
        client.uploads.complete(upload, part_ids=[first])
    second = client.uploads.parts.create(upload, data=b"def").id
    for wrong in ([second, second], [first, "part_x"], []):
        with pytest.raises(openai.BadRequestError, match="each once, in the file's order"):
            client.uploads.complete(upload, part_ids=wrong)

    assert client.uploads.complete(upload, part_ids=[first, second]).status == "completed"


def test_a_part_whose_reply_was_lost_does_not_count(client: openai.OpenAI) -> None:
    """Whoever was killed while sending knows nothing of the last part, sends it again and names only that one."""
    upload = _begin(client, 6)
    first = client.uploads.parts.create(upload, data=b"abc").id
    client.uploads.parts.create(upload, data=b"def")
    again = client.uploads.parts.create(upload, data=b"def").id

    done = client.uploads.complete(upload, part_ids=[first, again])

    assert done.file is not None
    assert client.files.content(done.file.id).read() == b"abcdef"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # werkzeug leaves its file open
def test_a_caller_who_dies_in_the_middle_of_a_part_leaves_nothing(tmp_path: Path) -> None:
    """Half a part is no part: nothing is stored, and the same upload goes on."""
    with engine_in(tmp_path) as client:
        upload = _begin(client, 3)
        url = client.base_url
        with socket.create_connection((url.host, url.port or 0)) as caller:
            head = f"POST /v1/uploads/{upload}/parts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
            kind = "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
            form = '--b\r\nContent-Disposition: form-data; name="data"; filename="d"\r\n\r\nhalf'
            caller.sendall((head + kind + form).encode())
        part = client.uploads.parts.create(upload, data=b"abc").id

        done = client.uploads.complete(upload, part_ids=[part])

    assert done.status == "completed"
    assert list((tmp_path / "engine" / "parts").iterdir()) == []


def test_an_upload_ends_once(tmp_path: Path) -> None:
    """Cancelled and expired uploads take nothing more, and their parts are gone."""
    with engine_in(tmp_path) as client:
        cancelled, late = _begin(client, 3), _begin(client, 3)
        client.uploads.parts.create(late, data=b"abc")
        with sqlite3.connect(tmp_path / "engine" / "engine.sqlite") as database:
            database.execute("UPDATE uploads SET expires_at = 1 WHERE id = ?", (late,))
        database.close()

        status = client.uploads.cancel(cancelled).status
        with pytest.raises(openai.BadRequestError, match="is cancelled; begin a new upload"):
            client.uploads.parts.create(cancelled, data=b"abc")
        with pytest.raises(openai.BadRequestError, match="is expired"):
            client.uploads.complete(late, part_ids=["part_x"])

    assert status == "cancelled"
    assert list((tmp_path / "engine" / "parts").iterdir()) == []


def _begin(client: openai.OpenAI, size: int) -> str:
    return client.uploads.create(
        filename="big.jsonl", bytes=size, mime_type="application/jsonl", purpose="fine-tune"
    ).id
