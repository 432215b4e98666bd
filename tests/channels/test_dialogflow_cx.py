"""Dialogflow CX: which turn each kind of v3 request is, and what the answer does to the page."""

from typing import Any

import pytest

from app.channels import dialogflow_cx
from app.core.types import Reply, Turn, TurnKind
from tests.payloads import read_payloads

PAYLOADS = read_payloads("cx_")
AGENT = "projects/example-agent/locations/global/agents/5a5a0000-0000-4000-8000-000000000001"
FLOW = f"{AGENT}/flows/00000000-0000-0000-0000-000000000000"


def test_parse_reads_every_part_of_a_text_request() -> None:
    """A whole request becomes a whole turn."""
    turn = dialogflow_cx.parse(PAYLOADS["cx_text"])

    assert turn == Turn(
        channel="dialogflow_cx",
        kind="text",
        text="I keep thinking about her",
        session="session-0201",
        address=f"{FLOW}/pages/START_PAGE",
        language="en",
        origin="unknown",
        is_voice=False,
        intent="",
        event="",
        tag="joy",
        persona="interviewer",
        prompt="One moment.",
        id="9d1e0000-0000-4000-8000-000000000201",
        parameters={"persona": "interviewer", "visits": 3.0},
    )


def test_parse_reads_a_transcript_as_words_that_were_spoken() -> None:
    """What a caller said arrives as transcript, and is answered as a voice."""
    turn = dialogflow_cx.parse(PAYLOADS["cx_transcript"])

    assert turn == Turn(
        channel="dialogflow_cx",
        kind="text",
        text="i had a rough day",
        session="session-0202",
        address=f"{FLOW}/pages/START_PAGE",
        language="en-us",
        origin="telephony",
        is_voice=True,
        phone_prefix="+1555",
        tag="joy",
        id="9d1e0000-0000-4000-8000-000000000202",
    )


def test_parse_reads_snake_case_mixed_with_camel_case() -> None:
    """Both spellings of protobuf's JSON are read, even mixed in one body."""
    turn = dialogflow_cx.parse(PAYLOADS["cx_snake_case"])

    assert turn == Turn(
        channel="dialogflow_cx",
        kind="text",
        text="je me sens mieux",
        session="session-0215",
        address=f"{FLOW}/pages/START_PAGE",
        language="fr",
        tag="joy",
        persona="joy",
        id="9d1e0000-0000-4000-8000-000000000215",
        parameters={"persona": "joy"},
    )


def test_parse_takes_null_for_absent() -> None:
    """A request full of nulls is a turn without words of an unknown person."""
    names = ("fulfillmentInfo", "sessionInfo", "pageInfo", "intentInfo", "text", "transcript", "dtmfDigits", "payload")

    turn = dialogflow_cx.parse(dict.fromkeys((*names, "triggerEvent", "languageCode", "messages")))

    assert turn == Turn(channel="dialogflow_cx", kind="empty")


KINDS: dict[str, TurnKind] = {
    "cx_dtmf": "dtmf",
    "cx_empty": "empty",
    "cx_event": "event",
    "cx_form_filled": "text",
    "cx_goodbye": "goodbye",
    "cx_messenger": "text",
    "cx_no_input": "event",
    "cx_slot_filling": "slot_filling",
    "cx_snake_case": "text",
    "cx_text": "text",
    "cx_transcript": "text",
    "cx_unpublished_fields": "text",
    "cx_welcome_event": "welcome",
    "cx_welcome_tag": "welcome",
    "cx_welcome_tag_with_a_story": "text",
}


def test_parse_knows_the_kind_of_every_payload() -> None:
    """Only words of a person are `text`; greetings, events, keys and forms never reach a model."""
    assert {name: dialogflow_cx.parse(body).kind for name, body in PAYLOADS.items()} == KINDS


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"triggerEvent": "sys.no-match-default", "text": "blue elephants"}, "text"),
        ({"triggerEvent": "FLOW_WELCOME"}, "welcome"),
        ({"intentInfo": {"displayName": "Default Welcome Intent"}, "text": "hello"}, "welcome"),
        ({"intentInfo": {"displayName": "Default Welcome Intent"}, "text": "hello, my dog has died"}, "text"),
        ({"fulfillmentInfo": {"tag": "Default Welcome Intent"}}, "welcome"),
        ({"fulfillmentInfo": {"tag": "joy.goodbye"}}, "goodbye"),
        ({"fulfillmentInfo": {"tag": "goodbye"}, "text": "bye"}, "text"),
        ({"text": " \n"}, "empty"),
        ({"dtmfDigits": "1", "text": "one"}, "text"),
        ({"triggerIntent": f"{AGENT}/intents/1"}, "empty"),
    ],
)
def test_parse_tells_what_happened(body: dict[str, Any], kind: TurnKind) -> None:
    """Tag, event and intent say what happened; a person's words go before all but forms and goodbyes."""
    assert dialogflow_cx.parse(body).kind == kind


@pytest.mark.parametrize(
    ("state", "is_required", "kind"),
    [
        ("EMPTY", True, "slot_filling"),
        ("INVALID", True, "slot_filling"),
        ("FILLED", True, "text"),
        ("EMPTY", False, "text"),
        ("EMPTY", None, "text"),
        (None, True, "text"),
    ],
)
def test_parse_waits_only_for_required_parameters(state: str | None, is_required: bool | None, kind: TurnKind) -> None:
    """A form is being filled while a required parameter is empty or invalid."""
    form = {"parameterInfo": [{"displayName": "date", "required": is_required, "state": state}]}

    assert dialogflow_cx.parse({"pageInfo": {"formInfo": form}, "text": "hi"}).kind == kind


@pytest.mark.parametrize(
    ("tag", "parameters", "expected"),
    [
        ("joy", {}, ("joy", "")),
        ("joy.no-input", {}, ("joy", "")),
        ("joy", {"persona": "support"}, ("joy", "support")),
        ("", {"persona": "support"}, ("", "support")),
        ("", {"persona": 5}, ("", "")),
        (".welcome", {}, ("", "")),
    ],
)
def test_parse_looks_for_the_persona_in_tag_and_parameters(
    tag: str, parameters: dict[str, Any], expected: tuple[str, str]
) -> None:
    """The tag names it up to the dot, and a session parameter may name it as well."""
    turn = dialogflow_cx.parse({"fulfillmentInfo": {"tag": tag}, "sessionInfo": {"parameters": parameters}})

    assert (turn.tag, turn.persona) == expected


@pytest.mark.parametrize(
    ("name", "session", "origin", "is_voice"),
    [
        ("cx_text", "session-0201", "unknown", False),
        ("cx_dtmf", "session-0203", "telephony", True),
        ("cx_messenger", "dfMessenger-61000000", "df_messenger", False),
        ("cx_unpublished_fields", "session-0214", "unknown", False),
    ],
)
def test_parse_finds_whom_it_answers(name: str, session: str, origin: str, is_voice: bool) -> None:
    """Session, source and whether it is a voice are read from wherever they stand."""
    turn = dialogflow_cx.parse(PAYLOADS[name])

    assert (turn.session, turn.origin, turn.is_voice) == (session, origin, is_voice)


def test_render_appends_the_words_and_chips() -> None:
    """Our words come after the page's own, and suggestions as chips, which other integrations ignore."""
    response = dialogflow_cx.render(Turn("dialogflow_cx", "text"), Reply("Hi.", "model", suggestions=("Yes", "No")))

    chips = {"richContent": [[{"type": "chips", "options": [{"text": "Yes"}, {"text": "No"}]}]]}
    assert response == {
        "fulfillmentResponse": {
            "messages": [{"text": {"text": ["Hi."]}}, {"payload": chips}],
            "mergeBehavior": "APPEND",
        }
    }


def test_render_replaces_the_words_of_a_form() -> None:
    """The page's question is in our reply already; appended, the user would read it twice."""
    response = dialogflow_cx.render(Turn("dialogflow_cx", "slot_filling"), Reply("Which day?", "rule"))

    assert response == {
        "fulfillmentResponse": {"messages": [{"text": {"text": ["Which day?"]}}], "mergeBehavior": "REPLACE"}
    }


def test_render_gives_a_voice_words_only() -> None:
    """A telephone reads no markup and shows no chips."""
    turn = Turn("dialogflow_cx", "text", is_voice=True)

    response = dialogflow_cx.render(turn, Reply("**Hi** 😊", "model", suggestions=("Yes",)))

    assert response == {"fulfillmentResponse": {"messages": [{"text": {"text": ["Hi"]}}], "mergeBehavior": "APPEND"}}


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (f"{FLOW}/pages/START_PAGE", {"targetPage": f"{FLOW}/pages/END_SESSION"}),
        (f"{FLOW}/pages/5b5b", {"targetPage": f"{FLOW}/pages/END_SESSION"}),
        (FLOW, {}),
        ("somewhere/else", {}),
        ("", {}),
    ],
)
def test_render_ends_the_session_on_the_page_of_its_flow(address: str, target: dict[str, str]) -> None:
    """The transition needs the flow's full name; without it the words alone must do."""
    turn = Turn("dialogflow_cx", "goodbye", address=address)

    response = dialogflow_cx.render(turn, Reply("Bye.", "rule", end_session=True))

    assert response == {
        "fulfillmentResponse": {"messages": [{"text": {"text": ["Bye."]}}], "mergeBehavior": "APPEND"},
        **target,
    }
