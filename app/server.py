"""The web process: its routes, which are thin, and what they answer when something is wrong.

`POST /webhook` answers turns, `GET /healthz` says that the process lives, `GET /readyz` that it can answer,
`GET /metrics` tells Prometheus how it does, `DELETE /sessions/<id>` forgets a conversation. All but the two health
checks ask who is calling.
"""

import json
import logging
import threading
import time
from dataclasses import replace
from typing import Any

from flask import Flask, Request, Response, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.authentication import authenticate, make_checks, make_metrics_checks
from app.channels import CHANNELS, MAX_RESPONSE_BYTES, detect
from app.channels.wire import encode, fit, session_id
from app.core.deadline import Deadline
from app.core.errors import BadRequest, ModelError, StoreError, Unauthorized
from app.core.keys import session_key
from app.core.text import clean
from app.core.types import Turn
from app.fulfillment import Fulfillment, fulfill, last_resort
from app.metrics import CONTENT_TYPE, Metrics
from app.services import Services
from app.settings import Settings, read_settings
from app.wiring import make_services

logger = logging.getLogger(__name__)

MAX_REQUEST_BYTES = 256 * 1024
_READY_S = 2.0
_READY_KEPT_S = 5.0  # /readyz is open to anybody: it asks the endpoint and the store at most this often
_BODY_SILENCE_S = 3.0
_SWEEP_EVERY_S = 60.0
_SHARE_EVERY_S = 1.0


def create_app(settings: Settings | None = None, services: Services | None = None) -> Flask:
    """Return the application. Raises ConfigError or ContentError when it could not answer turns as configured."""
    settings = settings or read_settings()
    services = services or make_services(settings)
    checks = make_checks(settings)
    if not checks:
        logger.warning("the webhook is open to anybody who knows its address; see WEBHOOK_USERNAME and others")
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.extensions["services"] = services
    metrics = app.extensions["metrics"] = Metrics()
    metrics_checks = make_metrics_checks(settings)
    readiness = Readiness(services)

    @app.post("/webhook")
    def webhook() -> Response:
        started = services.clock() - _seconds_in_queue(request)
        authenticate(checks, request.headers)
        body = _read_json(request)
        channel = detect(body)
        turn = channel.parse(body)
        if services.limits.caller_turns:
            turn = replace(turn, caller=_address(request, settings))
        limit_s = settings.cx_deadline_s if turn.channel == "dialogflow_cx" else settings.es_deadline_s
        deadline = Deadline(started + limit_s, services.clock)
        fulfillment = _answer(turn, deadline, services)
        reply = fulfillment.reply
        payload = fit(lambda text: channel.render(turn, replace(reply, text=text)), reply.text, MAX_RESPONSE_BYTES)
        seconds, left_s = services.clock() - started, deadline.left()
        metrics.count(turn.channel, fulfillment, seconds, left_s)
        _log_turn(turn, fulfillment, seconds, left_s)
        return Response(payload, content_type="application/json; charset=utf-8")

    @app.delete("/sessions/<path:session>")
    def forget(session: str) -> Response:
        authenticate(checks, request.headers)
        for channel in CHANNELS:
            key = session_key(channel.NAME, session_id(f"/sessions/{clean(session)}"))
            services.flags.forget(key)
            services.sessions.forget(key, services.wall_clock())
        return Response(status=204)

    @app.get("/metrics")
    def measured() -> Response:
        authenticate(metrics_checks, request.headers)
        metrics.look(services)
        return Response(metrics.page(), content_type=CONTENT_TYPE)

    @app.get("/healthz")
    def alive() -> Response:
        return _json({"status": "ok"})

    @app.get("/readyz")
    def ready() -> Response:
        problems = readiness.check()
        return _json({"status": "failed" if problems else "ok", **problems}, 503 if problems else 200)

    _register_errors(app)
    return app


def start_sweeping(services: Services) -> None:
    """Delete expired conversations every minute, from a thread of this process; call it after the fork."""

    def sweep_on() -> None:
        while True:
            try:
                services.sessions.sweep(services.wall_clock())
            except StoreError:
                logger.warning("expired conversations not deleted; trying again in a minute")
            time.sleep(_SWEEP_EVERY_S)

    threading.Thread(target=sweep_on, name="sweep", daemon=True).start()


def start_sharing(services: Services, metrics: Metrics) -> None:
    """Tell the other processes every second what this one counts and does, from a thread; call it after the fork."""

    def share_on() -> None:
        while True:
            services.tally.share()
            metrics.look(services)
            time.sleep(_SHARE_EVERY_S)

    threading.Thread(target=share_on, name="share", daemon=True).start()


def _address(incoming: Request, settings: Settings) -> str:
    """Return where a request comes from. Only Railway's edge is known to say so truly in a header."""
    told = incoming.headers.get("X-Real-IP", "") if settings.is_on_railway else ""
    return told or incoming.remote_addr or ""


def _seconds_in_queue(incoming: Request) -> float:
    """Return how long the request waited in front of us; Railway's edge says when it came (ms since 1970)."""
    stamp = incoming.headers.get("X-Request-Start", "").removeprefix("t=")
    waited = time.time() - int(stamp) / 1000 if stamp.isdecimal() and len(stamp) < 16 else 0.0
    return waited if 0 < waited < 2 else 0.0  # more is a clock that is off, or a caller who plays with us


def _read_json(incoming: Request) -> Any:
    try:
        return json.loads(_read_body(incoming))
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON that can be read") from None


def _read_body(incoming: Request) -> bytes:
    """Return the body, with or without a length. Raises RequestEntityTooLarge, or BadRequest when it breaks off.

    gunicorn itself waits for a slow body without end; a caller that falls silent is given a few seconds.
    """
    connection = incoming.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(_BODY_SILENCE_S)
    try:
        body = incoming.stream.read(MAX_REQUEST_BYTES + 1)
    except (OSError, ParseException):
        raise BadRequest("the body broke off, or its chunks are malformed") from None
    finally:
        if connection is not None:
            connection.settimeout(None)
    if len(body) > MAX_REQUEST_BYTES:
        raise RequestEntityTooLarge(f"the body is longer than {MAX_REQUEST_BYTES} bytes")
    if len(body) < (incoming.content_length or 0):
        raise BadRequest("the body is shorter than its Content-Length says")
    return body


def _answer(turn: Turn, deadline: Deadline, services: Services) -> Fulfillment:
    try:
        return fulfill(turn, deadline, services)
    except Exception as error:  # the one place: whatever defect of ours it is, a person must not meet silence
        logger.exception("a turn failed")
        return last_resort(turn, services, type(error).__name__)


def _log_turn(turn: Turn, fulfillment: Fulfillment, seconds: float, left_s: float) -> None:
    completion = fulfillment.completion
    fields = {
        "turn": session_key("turn", turn.id)[:12] if turn.id else None,
        "session": session_key(turn.channel, turn.session)[:12] if turn.session else None,
        "channel": turn.channel,
        "kind": turn.kind,
        "persona": fulfillment.persona,
        "source": fulfillment.reply.source,
        "risk": fulfillment.verdict.level if fulfillment.verdict else None,
        "rule": fulfillment.verdict.rule if fulfillment.verdict else None,
        "model": completion.model if completion else None,
        "model_s": round(completion.seconds, 3) if completion else None,
        "tokens": completion.tokens if completion else None,
        "seconds": round(seconds, 3),
        "left_s": round(left_s, 3),
        "problems": list(fulfillment.problems),
    }
    logger.info("turn", extra={name: value for name, value in fields.items() if value not in (None, "")})


class Readiness:
    """Whether turns could be answered now; asked anew at most every few seconds, at no cost in tokens."""

    def __init__(self, services: Services) -> None:
        """Look at nothing yet."""
        self._services = services
        self._lock = threading.Lock()
        self._problems: dict[str, str] = {}
        self._until = float("-inf")

    def check(self) -> dict[str, str]:
        """Return part -> what is wrong with it, empty when all is well. Personas were checked at the start."""
        with self._lock:
            if self._services.clock() >= self._until:
                self._problems = self._ask()
                self._until = self._services.clock() + _READY_KEPT_S
            return self._problems

    def _ask(self) -> dict[str, str]:
        problems = {}
        try:
            self._services.sessions.ping()
        except StoreError:
            problems["store"] = "does not answer"
        try:
            self._services.models.ping(Deadline(self._services.clock() + _READY_S, self._services.clock))
        except ModelError as error:
            problems["model"] = str(error)
        return problems


def _register_errors(app: Flask) -> None:
    @app.errorhandler(BadRequest)
    def bad_request(error: BadRequest) -> Response:
        return _error(400, str(error))

    @app.errorhandler(Unauthorized)
    def unauthorized(error: Unauthorized) -> Response:
        logger.warning("caller refused", extra={"reason": str(error)})
        response = _error(401, "authentication failed")
        response.headers["WWW-Authenticate"] = 'Basic realm="webhook"'
        return response

    @app.errorhandler(StoreError)
    def store_down(_: StoreError) -> Response:
        logger.warning("store failed")
        return _error(503, "the session store does not answer; try again")

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        response = _error(error.code or 500, error.description or error.name)
        response.headers.extend({name: value for name, value in error.get_headers() if name == "Allow"})
        return response


def _error(status: int, message: str) -> Response:
    return _json({"error": {"status": status, "message": message}}, status)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(encode(body), status, content_type="application/json")
