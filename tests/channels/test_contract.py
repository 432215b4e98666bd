"""What every channel promises, held against real and made-up requests, hostile ones, and Google's own types."""

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest
from google.cloud import dialogflow_v2, dialogflowcx_v3
from hypothesis import given, settings
from hypothesis import strategies as st

from app.channels import CHANNELS, MAX_RESPONSE_BYTES, Channel, detect
from app.channels.wire import encode, fit
from app.core.errors import BadRequest
from app.core.types import Reply, Turn, TurnKind
from tests.payloads import read_payloads
from tests.shared import request_fixtures
from tests.strategies import json_values, steady

OWN = {name: body for name, body in read_payloads().items() if not name.startswith("v1_")}
RECORDED = {str(fixture.id): fixture.values[0] for fixture in request_fixtures()}
REQUESTS: Mapping[str, Any] = {**OWN, **RECORDED}
ORIGINS = [
    "unknown",
    "facebook",
    "slack",
    "telegram",
    "line",
    "kik",
    "skype",
    "viber",
    "dialogflow_messenger",
    "google",
]
TYPES: Mapping[str, Any] = {"dialogflow_es": dialogflow_v2, "dialogflow_cx": dialogflowcx_v3}

every_channel = pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.NAME)


def referee(turn: Turn, answer: bytes) -> None:
    """Raise unless Google's own type takes the answer with no field left over."""
    TYPES[turn.channel].WebhookResponse.from_json(answer.decode(), ignore_unknown_fields=False)


def shown_texts(value: Any) -> Iterator[str]:
    """Yield what an answer shows to a person, in all the places where it does."""
    match value:
        case {"text": [str(text)]} | {"fulfillmentText": str(text)} | {"title": str(text)}:
            yield text
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from shown_texts(inner)


@pytest.mark.parametrize("name", sorted(OWN))
def test_own_payloads_are_requests_that_google_could_send(name: str) -> None:
    """What we made up is held to Google's types as well, fields that are not published aside."""
    channel = detect(OWN[name])

    TYPES[channel.NAME].WebhookRequest.from_json(json.dumps(OWN[name]), ignore_unknown_fields=True)


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_parse_understands_every_request(name: str) -> None:
    """A request of Dialogflow is claimed by one channel, the right one, and gives a turn of a known kind."""
    body = copy.deepcopy(REQUESTS[name])

    claimed = [channel.NAME for channel in CHANNELS if channel.claims(body)]
    turn = detect(body).parse(body)

    assert claimed == [turn.channel] == [f"dialogflow_{name[:2]}"]
    assert turn.kind in get_args(TurnKind)
    assert bool(turn.text) or turn.kind not in {"text", "goodbye"}
    assert body == REQUESTS[name]


def test_parse_knows_the_kind_of_recorded_requests() -> None:
    """Real welcomes, goodbyes and probes are told from real words."""
    if not RECORDED:
        pytest.skip("the recorded requests are not on this machine")

    kinds = {name: detect(body).parse(body).kind for name, body in RECORDED.items()}

    expected: dict[str, TurnKind] = dict.fromkeys(RECORDED, "text")
    expected |= dict.fromkeys(["es_facebook_welcome", "es_google_welcome", "es_slack_welcome"], "welcome")
    expected |= dict.fromkeys(["es_jovo_dialogflow_welcome", "cx_welcome_intent", "cx_minimal_tag_only"], "welcome")
    expected |= {"es_jovo_google_healthcheck": "health_check", "es_jovo_google_cancel": "goodbye"}
    expected |= dict.fromkeys(["cx_environment_session", "cx_form_parameters_mixed_types"], "empty")
    assert kinds == expected


@pytest.mark.parametrize(
    "reply",
    [
        Reply("Hello.", "model"),
        Reply("Hello.", "greeting", suggestions=("Yes", "No", "我只想聊聊")),
        Reply("Goodbye.", "rule", end_session=True),
        Reply("👍", "model"),
        Reply('Quotes " and \\ and\nlines and 😊 and 你好', "model", suggestions=('"\n',), end_session=True),
    ],
    ids=lambda reply: reply.text[:8],
)
@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_render_answers_every_request_in_googles_own_type(name: str, reply: Reply) -> None:
    """From every origin, typed or spoken, each reply is an answer without one unknown field, and says something."""
    channel = detect(REQUESTS[name])
    turn = channel.parse(REQUESTS[name])
    turns = [turn, *(replace(turn, origin=origin) for origin in ORIGINS)]
    turns += [replace(turn, is_voice=not turn.is_voice) for turn in turns]

    answers = [channel.render(turn, reply) for turn in turns]

    for turn, answer in zip(turns, answers, strict=True):
        referee(turn, encode(answer))
        assert all(text.strip() for text in shown_texts(answer))
        assert turn.is_voice or reply.text in shown_texts(answer)


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_render_leaves_the_agents_state_alone(name: str) -> None:
    """We set no contexts, events, entities or parameters, so the answer names none: it would overwrite the agent's."""
    channel = detect(REQUESTS[name])

    answer = channel.render(
        channel.parse(REQUESTS[name]), Reply("Hi.", "model", suggestions=("Yes",), end_session=True)
    )

    ours = {"source", "fulfillmentText", "fulfillmentMessages", "payload", "fulfillmentResponse", "targetPage"}
    assert set(answer) - ours == set()


@every_channel
@pytest.mark.parametrize("is_voice", [False, True])
@settings(steady, max_examples=40)
@given(
    sentences=st.lists(
        st.text(st.sampled_from('ab  \n"\\é你😊𝒳'), min_size=5, max_size=40).map(lambda words: f"A {words}b. "),
        min_size=1,
        max_size=4,
    ),
    size=st.sampled_from([10_000, 20_000, 33_000, 70_000, 150_000]),
    origin=st.sampled_from(ORIGINS),
)
def test_answers_fit_into_what_dialogflow_accepts(
    channel: Channel, is_voice: bool, sentences: list[str], size: int, origin: str
) -> None:
    """At most 64 KiB leave us, however wide the characters; a text that is too long ends with a whole sentence."""
    block = "".join(sentences)
    text = (block * (size // len(block.encode()) + 1)).strip()
    turn = Turn(channel.NAME, "text", origin=origin, is_voice=is_voice)
    reply = Reply(text, "model", suggestions=("x" * 20,) * 8)

    answer = fit(lambda shorter: channel.render(turn, replace(reply, text=shorter)), text, MAX_RESPONSE_BYTES)

    assert len(answer) <= MAX_RESPONSE_BYTES
    referee(turn, answer)
    for shown in shown_texts(json.loads(answer)):
        assert shown.endswith(".")
        assert is_voice or (text.startswith(shown) and len(shown.encode()) > min(size / 4, 10_000))


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value inside, the outermost aside."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from paths_of(inner, (*path, key))


PLACES = [(name, path) for name in sorted(OWN) for path in paths_of(OWN[name])]


def put(name: str, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of a payload with a value put in the place of another."""
    body = parent = copy.deepcopy(OWN[name])
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return body


def in_snake_case(value: Any, choose: Callable[[], bool]) -> Any:
    """Return the same JSON with those names in snake_case that are chosen."""
    if isinstance(value, list):
        return [in_snake_case(inner, choose) for inner in value]
    if isinstance(value, dict):
        renamed = {key: re.sub("(?=[A-Z])", "_", key).lower() if choose() else key for key in value}
        return {renamed[key]: in_snake_case(inner, choose) for key, inner in value.items()}
    return value


@steady
@given(name=st.sampled_from(sorted(OWN)), data=st.data())
def test_parse_reads_any_mixture_of_spellings(name: str, data: st.DataObject) -> None:
    """Each name may come in camelCase or snake_case, and the turn is the same."""
    mixed = in_snake_case(OWN[name], lambda: data.draw(st.booleans()))

    assert detect(mixed).parse(mixed) == detect(OWN[name]).parse(OWN[name])


@pytest.mark.parametrize("name", sorted(OWN))
def test_parse_takes_null_for_absent_in_every_field(name: str) -> None:
    """A field that is null and one that is not there give the same turn, or the same refusal."""
    fields = [path for place, path in PLACES if place == name and isinstance(path[-1], str)]

    different = [path for path in fields if outcome(put(name, path, None)) != outcome(without(name, path))]

    assert different == []


def without(name: str, path: tuple[Any, ...]) -> Any:
    """Return a copy of a payload that lacks a field."""
    body = parent = copy.deepcopy(OWN[name])
    for key in path[:-1]:
        parent = parent[key]
    del parent[path[-1]]
    return body


def outcome(body: Any) -> Turn | str:
    """Return the turn, its free parameters aside, or why there is none."""
    try:
        return replace(detect(body).parse(body), parameters={})
    except BadRequest as error:
        return str(error)


@steady
@given(place=st.sampled_from(PLACES), value=json_values)
def test_a_wrong_type_anywhere_gives_a_turn_or_a_refusal(place: tuple[str, tuple[Any, ...]], value: Any) -> None:
    """Whatever JSON stands in whatever field: a turn that can be answered, or BadRequest, and nothing else."""
    body = put(*place, value)

    try:
        channel = detect(body)
        turn = channel.parse(body)
    except BadRequest:
        return

    words = (turn.text, turn.session, turn.address, turn.language, turn.origin, turn.intent, turn.event, turn.tag)
    assert all(isinstance(text, str) and text.encode() is not None for text in (*words, turn.persona, turn.prompt))
    assert isinstance(turn.parameters, dict)
    assert turn.kind in get_args(TurnKind)
    referee(turn, encode(channel.render(turn, Reply("Hi.", "model", suggestions=("Yes",), end_session=True))))


@steady
@given(body=json_values)
def test_detect_refuses_whatever_is_no_request(body: Any) -> None:
    """Any other JSON is refused as such."""
    with pytest.raises(BadRequest):
        detect(body)


def test_detect_names_the_old_api() -> None:
    """A request of api.ai V1 is refused with what to change in the agent."""
    with pytest.raises(BadRequest) as caught:
        detect(read_payloads("v1_")["v1_text"])

    assert str(caught.value) == (
        "this is an api.ai V1 request, which Google retired in 2018; "
        "switch the agent to the V2 API in its settings (General, API version)"
    )


@pytest.mark.parametrize("body", [None, [], "text", 5, [{"queryResult": {}}]])
def test_detect_refuses_a_body_that_is_no_object(body: Any) -> None:
    """JSON that is no object is told what was expected."""
    with pytest.raises(BadRequest, match=r"\Athe body must be a JSON object, as Dialogflow sends it\Z"):
        detect(body)


@every_channel
def test_channels_are_found_by_distinct_names(channel: Channel) -> None:
    """A name leads to one channel, and each has Google's types as its referee here."""
    assert [other.NAME for other in CHANNELS].count(channel.NAME) == 1
    assert channel.NAME in TYPES
