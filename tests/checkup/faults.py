"""Faults to plant in a healthy set-up, and the one line that each must make: status, check, message, fix."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.checkup.setups import KEY, MODEL, Setup
from tests.finetuning.server import failure

Plant = Callable[[Setup], None]


def _set(**variables: str) -> Plant:
    return lambda setup: setup.dotenv.update(variables)


def _outside(**variables: str) -> Plant:
    return lambda setup: setup.outside.update(variables)


def _drop(*names: str) -> Plant:
    def plant(setup: Setup) -> None:
        for name in names:
            del setup.dotenv[name]

    return plant


def _ends_in(days: int) -> Plant:
    day = (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
    return lambda setup: setup.endpoint.add_model(MODEL, shutdown_date=day)


def _no_longer_there(setup: Setup) -> None:
    del setup.endpoint.models[MODEL]
    setup.endpoint.add_model(MODEL[:-1])


def _wrong_key(setup: Setup) -> None:
    setup.endpoint.before = lambda method, path: failure(401, f"Incorrect API key provided: {KEY}", "invalid_api_key")


def _no_credit(setup: Setup) -> None:
    refusal = failure(429, "You exceeded your current quota.", "insufficient_quota")
    setup.endpoint.before = lambda method, path: refusal if method == "POST" else None


def _model_breaks(setup: Setup) -> None:
    broken = failure(500, f"something broke while using {KEY}")
    setup.endpoint.before = lambda method, path: broken if method == "POST" else None


def _store_is_a_folder(setup: Setup) -> None:
    Path("sessions").mkdir()
    setup.dotenv["SESSIONS_PATH"] = "sessions"


def _bad_persona(setup: Setup) -> None:
    Path("mine").mkdir()
    Path("mine/joy.toml").write_text('name = "JOY"\ntemprature = 1\n')
    setup.dotenv["PERSONAS_DIR"] = "mine"


def _byte_order_mark(setup: Setup) -> None:
    setup.written = b"\xef\xbb\xbf" + "".join(f"{name}={value}\n" for name, value in setup.dotenv.items()).encode()


def _open_quote(setup: Setup) -> None:
    setup.written = "".join(f"{name}={value}\n" for name, value in setup.dotenv.items()) + 'LOG_LEVEL="INFO\n'


def _written_twice(setup: Setup) -> None:
    setup.written = f"MODEL=other\n{''.join(f'{name}={value}{chr(10)}' for name, value in setup.dotenv.items())}"


FAULTS: dict[str, tuple[Plant, str, str, str, str]] = {
    "a setting out of range": (
        _set(ES_DEADLINE_S="9"),
        *("failed", "settings", "ES_DEADLINE_S: Input should be less than 5", "ES_DEADLINE_S: Seconds from receipt"),
    ),
    "half of the credentials": (
        _drop("WEBHOOK_USERNAME"),
        *("failed", "settings", "WEBHOOK_USERNAME and WEBHOOK_PASSWORD go together", "set both or none"),
    ),
    "a deadline without a margin": (
        _set(ES_DEADLINE_S="4.9"),
        *("warning", "settings", "ES_DEADLINE_S is 4.9: too little is left of ES's 5 s", "set it to 4.5"),
    ),
    "quotes in the environment": (
        _outside(LOG_LEVEL='"INFO"'),
        *("failed", "settings", "LOG_LEVEL has quotes around its value", "take the quotes out"),
    ),
    "a reference that Railway did not replace": (
        _outside(WEBHOOK_ID_TOKEN_AUDIENCE="${{Webhook.URL}}"),
        *("failed", "settings", "WEBHOOK_ID_TOKEN_AUDIENCE still holds a reference", "look whether the service"),
    ),
    "a name of another tool": (
        _outside(OPENAI_API_BASE="https://example.org/v1"),
        *("warning", "settings", "OPENAI_API_BASE is set, a name that nothing", "did you mean OPENAI_BASE_URL?"),
    ),
    "a misspelt name": (
        _set(WEBHOOK_PASWORD="x"),
        *("warning", "env file", ".env:7: WEBHOOK_PASWORD is a name that nothing", "did you mean WEBHOOK_PASSWORD?"),
    ),
    "a name in lower case": (
        _set(log_level="INFO"),
        *("warning", "env file", ".env:7: log_level is not in upper case", "write LOG_LEVEL"),
    ),
    "spaces within quotes": (
        _set(DEFAULT_PERSONA='"joy "'),
        *("warning", "env file", ".env:7: DEFAULT_PERSONA: spaces within the quotes", "take them out"),
    ),
    "a byte order mark": (
        _byte_order_mark,
        *("warning", "env file", ".env begins with a byte order mark", "save it as UTF-8 without BOM"),
    ),
    "a quote that is not closed": (
        _open_quote,
        *("failed", "env file", ".env:7: the line cannot be read and is ignored", "write NAME=value"),
    ),
    "a variable that is there twice": (
        _written_twice,
        *("warning", "env file", ".env sets MODEL 2 times; the last one counts", "leave one"),
    ),
    "a variable that the environment hides": (
        lambda setup: (setup.dotenv.update(DEFAULT_PERSONA="support"), setup.outside.update(DEFAULT_PERSONA="joy"))[0],
        *("warning", "env file", "DEFAULT_PERSONA is set in .env and, to something else", "if .env is right: unset"),
    ),
    "a persona that is not there": (
        _set(DEFAULT_PERSONA="nobody"),
        *("failed", "personas", "DEFAULT_PERSONA names no persona", "set it to one of interviewer, joy"),
    ),
    "a persona file with a wrong key": (
        _bad_persona,
        *("failed", "personas", "persona joy.toml: ", "mend the file"),
    ),
    "a store that cannot be written": (
        _store_is_a_folder,
        *("failed", "store", "SESSIONS_PATH cannot be written: sessions is a folder, not a file", "set SESSIONS_PATH"),
    ),
    "a Redis that is down": (
        _set(REDIS_URL="redis://:tests-only-1@127.0.0.1:1/0"),
        *("failed", "store", "the Redis of REDIS_URL cannot be reached or written", "is it running, is the password"),
    ),
    "a Redis without its scheme": (
        _set(REDIS_URL="redis.railway.internal:6379"),
        *("failed", "settings", "REDIS_URL is no address of a Redis", "set it as the message says"),
    ),
    "an endpoint that is down": (
        lambda setup: setup.endpoint.stop(),
        *("failed", "endpoint", "http://127.0.0.1:N/v1 cannot be reached", "is OPENAI_BASE_URL right?"),
    ),
    "a wrong key": (
        _wrong_key,
        *("failed", "key", "http://127.0.0.1:N/v1 does not accept the key (401)", "set OPENAI_API_KEY to one it"),
    ),
    "no credit": (
        _no_credit,
        *("failed", "answer", "the account is out of credit or at its limit", "see its billing page"),
    ),
    "a model that breaks": (
        _model_breaks,
        *("failed", "answer", f"{MODEL} does not answer: HTTP 500: something broke while using ***", "the persona's"),
    ),
    "a model that is not there": (
        _no_longer_there,
        *(
            "failed",
            "model",
            f'"{MODEL}" (for joy, interviewer, superhero, support) is not',
            f"did you mean {MODEL[:-1]}?",
        ),
    ),
    "a model that ends soon": (
        _ends_in(54),
        *("warning", "model", f"{MODEL} (for joy, interviewer, superhero, support) is there until ", "choose another"),
    ),
    "a model that has ended": (
        _ends_in(-3),
        *("failed", "model", f"{MODEL} (for joy, interviewer, superhero, support) ended on ", "choose another"),
    ),
    "a password that does not hold": (
        _set(WEBHOOK_PASSWORD="another-0ne-than-there"),
        *("failed", "webhook", "the health check is refused (401)", "compare WEBHOOK_USERNAME and WEBHOOK_PASSWORD"),
    ),
    "a wrong port": (
        lambda setup: setattr(setup, "url", "http://127.0.0.1:1/webhook"),
        *("failed", "webhook", "nothing listens at 127.0.0.1:1", "start the server, or correct the address"),
    ),
}
