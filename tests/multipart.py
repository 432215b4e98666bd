"""The file in a multipart body, as servers of these tests read uploads."""

import re


def file_in(content: bytes, content_type: str) -> tuple[str, bytes]:
    """Return the name and the bytes of the file in a body."""
    boundary = content_type.partition("boundary=")[2].strip('"').encode()
    for part in content.split(b"--" + boundary):
        head, _, data = part.partition(b"\r\n\r\n")
        found = re.search(rb'filename="([^"]*)"', head)
        if found:
            return found[1].decode(), data[:-2]
    raise ValueError("the body holds no file")
