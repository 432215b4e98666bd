"""The engine's HTTP face: OpenAI's paths, each handed to the room that knows. Flask is imported only here."""

import http.client
import re
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

import flask
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from scripts.local_engine.errors import ApiError, EngineError, bad_request
from scripts.local_engine.events import Events
from scripts.local_engine.files import MAX_FILE_BYTES, Files
from scripts.local_engine.inference import Inference
from scripts.local_engine.jobs import Jobs
from scripts.local_engine.models import Models
from scripts.local_engine.proxy import ask
from scripts.local_engine.uploads import MAX_PART_BYTES, Uploads

_MAX_JSON_BYTES = 16 * 1024 * 1024
_FORM_BYTES = 1024 * 1024  # what a form has around its file
_DRAIN_BYTES = 2 * 1024**3  # of a body that is refused: read, or the caller sees a broken connection and no reason
_MAX_PAGE = 10_000
_OWN_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
_PORT = re.compile(r":\d+$")


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the routes hand requests to."""

    files: Files
    uploads: Uploads
    jobs: Jobs
    events: Events
    models: Models
    inference: Inference


def create_app(rooms: Rooms, api_key: str | None) -> flask.Flask:
    """Return the WSGI application. With a key, callers must send it as their bearer token."""
    app = flask.Flask("local_engine")
    app.json.sort_keys = False  # type: ignore[attr-defined] # of the default provider
    app.config["MAX_CONTENT_LENGTH"] = _MAX_JSON_BYTES
    app.before_request(lambda: _admit(api_key))
    for register in (_add_files, _add_uploads, _add_jobs, _add_models):
        register(app, rooms)
    app.add_url_rule("/health", "health", lambda: {"status": "ok"})
    app.register_error_handler(ApiError, _said)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(EngineError, lambda error: _said(ApiError(503, str(error))))
    for kind in (OSError, http.client.HTTPException, sqlite3.Error):
        app.register_error_handler(kind, lambda error: _said(ApiError(500, f"the engine could not do it: {error}")))
    return app


def _add_files(app: flask.Flask, rooms: Rooms) -> None:
    files = rooms.files

    @app.post("/v1/files")
    def create_file() -> Any:
        flask.request.max_content_length = MAX_FILE_BYTES + _FORM_BYTES
        sent = _sent_file("file")
        return files.create(sent.stream, sent.filename or "file", flask.request.form.get("purpose", ""))

    @app.get("/v1/files")
    def list_files() -> Any:
        order = "ASC" if flask.request.args.get("order") == "asc" else "DESC"
        return files.list(flask.request.args.get("purpose"), *_page(_MAX_PAGE), order)

    @app.get("/v1/files/<file_id>/content")
    def file_content(file_id: str) -> Any:
        return flask.send_file(files.path(file_id), mimetype="application/octet-stream")

    app.add_url_rule("/v1/files/<file_id>", "get_file", files.get)
    app.add_url_rule("/v1/files/<file_id>", "delete_file", files.delete, methods=["DELETE"])


def _add_uploads(app: flask.Flask, rooms: Rooms) -> None:
    uploads = rooms.uploads

    @app.post("/v1/uploads/<upload_id>/parts")
    def add_part(upload_id: str) -> Any:
        flask.request.max_content_length = MAX_PART_BYTES + _FORM_BYTES
        return uploads.add_part(upload_id, _sent_file("data").stream)

    def complete(upload_id: str) -> Any:
        return uploads.complete(upload_id, _body())

    _post(app, "/v1/uploads", "create_upload", lambda: uploads.create(_body()))
    _post(app, "/v1/uploads/<upload_id>/complete", "complete_upload", complete)
    _post(app, "/v1/uploads/<upload_id>/cancel", "cancel_upload", uploads.cancel)


def _add_jobs(app: flask.Flask, rooms: Rooms) -> None:
    jobs, events, root = rooms.jobs, rooms.events, "/v1/fine_tuning/jobs"

    @app.get(root)
    def list_jobs() -> Any:
        args = flask.request.args
        metadata = {key[9:-1]: args[key] for key in args if key.startswith("metadata[") and key.endswith("]")}
        return jobs.list(metadata, *_page())

    @app.get(f"{root}/<job_id>/events")
    def list_events(job_id: str) -> Any:
        return events.list(jobs.row(job_id)["id"], *_page())

    @app.get(f"{root}/<job_id>/checkpoints")
    def list_checkpoints(job_id: str) -> Any:
        return events.checkpoints(jobs.row(job_id)["id"], *_page(10))

    app.add_url_rule(f"{root}/<job_id>", "get_job", jobs.get)
    _post(app, root, "create_job", lambda: jobs.create(_body()))
    for name, change in (("cancel", jobs.cancel), ("pause", jobs.pause), ("resume", jobs.resume)):
        _post(app, f"{root}/<job_id>/{name}", f"{name}_job", change)


def _add_models(app: flask.Flask, rooms: Rooms) -> None:
    models = rooms.models

    @app.post("/v1/chat/completions")
    @app.post("/v1/completions")
    def complete() -> Any:
        body = _body()
        model = models.find(str(body.get("model")))
        with ExitStack() as held:
            place = held.enter_context(rooms.inference.lease(model.adapter, models.adapters()))
            caller = flask.request.environ.get("werkzeug.socket")
            answer = ask(place, flask.request.path, body, caller, held)
            response = flask.Response(answer.body, answer.status, content_type=answer.content_type)
            response.call_on_close(held.pop_all().close)
        return response

    app.add_url_rule("/v1/models", "list_models", models.list)
    app.add_url_rule("/v1/models/<path:name>", "get_model", models.get)
    app.add_url_rule("/v1/models/<path:name>", "delete_model", models.delete, methods=["DELETE"])


def _post(app: flask.Flask, path: str, name: str, view: Callable[..., Any]) -> None:
    app.add_url_rule(path, name, view, methods=["POST"])


def _admit(api_key: str | None) -> None:
    """Refuse a wrong key, and pages of other sites: a browser lets them send to this machine."""
    origin = flask.request.headers.get("Origin")
    hosts = (flask.request.host, urlsplit(origin).netloc if origin else "localhost")
    if any(_PORT.sub("", host) not in _OWN_HOSTS for host in hosts):
        raise ApiError(403, "this engine answers programs on its own machine only", "forbidden_origin")
    sent = flask.request.headers.get("Authorization", "").removeprefix("Bearer ")
    if api_key and not compare_digest(sent.encode(), api_key.encode()):
        raise ApiError(401, "Incorrect API key provided; send the engine's", "invalid_api_key")


def _body() -> dict[str, Any]:
    body = flask.request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise bad_request("the body is no JSON object")
    return body


def _sent_file(name: str) -> Any:
    sent = flask.request.files.get(name)
    if sent is None:
        raise bad_request(f"{name} is missing; send it as a file of a multipart form", name)
    return sent


def _page(usual: int = 20) -> tuple[str | None, int]:
    """Return after and limit as the query has them."""
    said = flask.request.args.get("limit", str(usual))
    if not said.isdecimal() or not 1 <= int(said) <= _MAX_PAGE:
        raise bad_request(f"limit is {said!r}; give a number from 1 to {_MAX_PAGE}", "limit")
    return flask.request.args.get("after"), int(said)


def _said(error: ApiError) -> Any:
    return error.as_json(), error.status


def _http_error(error: HTTPException) -> Any:
    if isinstance(error, RequestEntityTooLarge):
        _drain()
        return _said(ApiError(413, "the request is too large; big files go through /v1/uploads", "request_too_large"))
    said = f"{flask.request.method} {flask.request.path}: {error.description or error.name}"
    return _said(ApiError(error.code or 500, said))


def _drain() -> None:
    stream, left = flask.request.environ["wsgi.input"], min(flask.request.content_length or 0, _DRAIN_BYTES)
    while left > 0 and (block := stream.read(min(left, 1 << 20))):
        left -= len(block)
