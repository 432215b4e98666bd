"""Agents as Google's console makes them, and a little of what their owners add: everything of that must stay."""

from google.cloud import dialogflow_v2 as es
from google.cloud import dialogflowcx_v3 as cx

PROJECT = "my-project"
ES_PARENT = f"projects/{PROJECT}"
CX_PARENT = f"projects/{PROJECT}/locations/global"
CX_AGENT = f"{CX_PARENT}/agents/1234abcd-0000-4000-8000-000000000001"
ZERO = "00000000-0000-0000-0000-000000000000"

Message = es.Intent.Message
Phrase = es.Intent.TrainingPhrase


def new_es_agent() -> es.Agent:
    """Return an agent whose default language is English, with German beside it: its makers gave it German names."""
    return es.Agent(
        parent=ES_PARENT,
        display_name="Zuhörer",
        default_language_code="en",
        supported_language_codes=["de"],
        api_version=es.Agent.ApiVersion.API_VERSION_V2,
    )


def new_fulfillment() -> es.Fulfillment:
    """Return a webhook that is off, with a header of somebody's."""
    return es.Fulfillment(
        name=f"{ES_PARENT}/agent/fulfillment",
        generic_web_service=es.Fulfillment.GenericWebService(request_headers={"X-Team": "blue"}),
    )


def new_intents() -> dict[str, dict[str, es.Intent]]:
    """Return intents by name and language: the two that each agent has, one of its owner's, and that one's fallback."""
    hours = es.Intent(
        display_name="Öffnungszeiten",
        action="hours",
        priority=500_000,
        parameters=[es.Intent.Parameter(display_name="day", entity_type_display_name="@sys.date", value="$day")],
        input_context_names=[f"{ES_PARENT}/agent/sessions/-/contexts/shop"],
    )
    later = es.Intent(
        display_name="Öffnungszeiten - fallback",
        is_fallback=True,
        action="hours.fallback",
        parent_followup_intent_name=f"{ES_PARENT}/agent/intents/3",
        input_context_names=[f"{ES_PARENT}/agent/sessions/-/contexts/hours-followup"],
    )
    return {
        intent.name: by
        for by in (
            _spoken(1, es.Intent(display_name="Willkommen", events=["WELCOME"], action="input.welcome"), "Hallo"),
            _spoken(2, es.Intent(display_name="Rückfrage", is_fallback=True, action="input.unknown"), "Wie bitte?"),
            _spoken(3, hours, "Wann habt ihr offen?"),
            _spoken(4, later, "Das weiß ich nicht."),
        )
        for intent in [by["en"]]
    }


def _spoken(number: int, intent: es.Intent, words: str) -> dict[str, es.Intent]:
    """Return an intent in both languages, with phrases and an answer that differ."""
    intent.name = f"{ES_PARENT}/agent/intents/{number}"
    return {language: _in(language, intent, words) for language in ("de", "en")}


def _in(language: str, intent: es.Intent, words: str) -> es.Intent:
    spoken = es.Intent(intent)
    parts = [Phrase.Part(text=f"{words} ({language})")]
    spoken.training_phrases = [Phrase(name=f"{language}-1", type_=Phrase.Type.EXAMPLE, parts=parts)]
    spoken.messages = [Message(text=Message.Text(text=[f"{words} ({language})"]))]
    return spoken


def new_cx_agent() -> cx.Agent:
    """Return an agent in English and French."""
    return cx.Agent(
        name=CX_AGENT,
        display_name="Listener",
        default_language_code="en",
        supported_language_codes=["fr"],
        start_flow=f"{CX_AGENT}/flows/{ZERO}",
    )


def new_flows() -> dict[str, cx.Flow]:
    """Return the start flow by language: the two handlers and the welcome that each has, and a route of its owner's."""
    return {language: _flow(language) for language in ("en", "fr")}


def _flow(language: str) -> cx.Flow:
    return cx.Flow(
        name=f"{CX_AGENT}/flows/{ZERO}",
        display_name="Default Start Flow",
        description="Where it begins.",
        event_handlers=[
            cx.EventHandler(name="h1", event="sys.no-match-default", trigger_fulfillment=_says("Pardon?", language)),
            cx.EventHandler(name="h2", event="sys.no-input-default", trigger_fulfillment=_says("Hello?", language)),
        ],
        transition_routes=[
            cx.TransitionRoute(
                name="r1", intent=f"{CX_AGENT}/intents/{ZERO}", trigger_fulfillment=_says("Greetings!", language)
            ),
            cx.TransitionRoute(
                name="r2",
                intent=f"{CX_AGENT}/intents/hours",
                condition='$session.params.day = "sunday"',
                trigger_fulfillment=_says("We are closed.", language),
                target_page=f"{CX_AGENT}/flows/{ZERO}/pages/END_SESSION",
            ),
        ],
        nlu_settings=cx.NluSettings(classification_threshold=0.3),
    )


def _says(words: str, language: str) -> cx.Fulfillment:
    text = cx.ResponseMessage.Text(text=[f"{words} ({language})"])
    return cx.Fulfillment(messages=[cx.ResponseMessage(text=text)])
