"""What the start flow of a CX agent lacks: who is called for what, and which texts would be said twice. Pure."""

from collections.abc import Iterator
from copy import deepcopy

from google.cloud import dialogflowcx_v3 as cx

from scripts.agents.cx_agent import CxAgent
from scripts.agents.plan import NONE, Row, Step, words
from scripts.agents.wish import Wish

NO_MATCH = "sys.no-match-default"
NO_INPUT = "sys.no-input-default"
ERROR = "webhook.error"

Place = cx.EventHandler | cx.TransitionRoute


def plan_flow(found: CxAgent, language: str, webhook: str, wish: Wish) -> Step:
    """Return the write of the start flow in one language.

    Who is called is the same for all languages and goes with the default one; the others are about texts alone.
    """
    new = deepcopy(found.flows[language])
    is_default = language == found.agent.default_language_code
    rows = []
    for target, place, tag in _places(new, found, wish.persona.id):
        rows += [*(_call(place, webhook, tag, target) if is_default else ()), *_silence(place, target, language)]
    rows += [*_break_loops(new, webhook), *_words_on_error(new, wish, language)]
    return Step(tuple(rows), new, ("event_handlers", "transition_routes"), language)


def _places(flow: cx.Flow, found: CxAgent, persona: str) -> tuple[tuple[str, Place, str], ...]:
    """Return what shall call the webhook, with the tags that app/channels/dialogflow_cx.py reads."""
    return (
        (f"event {NO_MATCH}", _handler(flow, NO_MATCH), persona),
        (f"event {NO_INPUT}", _handler(flow, NO_INPUT), f"{persona}.no-input"),
        ("welcome route", _welcome(flow, found.welcome_intent), f"{persona}.welcome"),
    )


def _handler(flow: cx.Flow, event: str) -> cx.EventHandler:
    """Return the handler of an event, made where it is missing."""
    for handler in flow.event_handlers:
        if handler.event == event:
            return handler
    flow.event_handlers.append(cx.EventHandler(event=event))
    return flow.event_handlers[-1]


def _welcome(flow: cx.Flow, intent: str) -> cx.TransitionRoute:
    """Return the route of the welcome intent, made where it is missing."""
    for route in flow.transition_routes:
        if route.intent == intent:
            return route
    flow.transition_routes.append(cx.TransitionRoute(intent=intent))
    return flow.transition_routes[-1]


def _call(place: Place, webhook: str, tag: str, target: str) -> Iterator[Row]:
    fulfillment = place.trigger_fulfillment
    if (fulfillment.webhook, fulfillment.tag) == (webhook, tag):
        return
    is_ours = fulfillment.webhook == webhook
    before = f'{"our" if is_ours else "another"} webhook, tag "{fulfillment.tag}"' if fulfillment.webhook else NONE
    yield Row(target, "calls", before, f'our webhook, tag "{tag}"')
    fulfillment.webhook, fulfillment.tag = webhook, tag


def _silence(place: Place, target: str, language: str) -> Iterator[Row]:
    """Take out the place's own texts; what else it sends stays."""
    messages = place.trigger_fulfillment.messages
    texts = [text for message in messages if "text" in message for text in message.text.text]
    if texts:
        yield Row(target, f"says by itself ({language})", words(texts), f"{NONE}: it stood before each answer")
        place.trigger_fulfillment.messages = [message for message in messages if "text" not in message]


def _break_loops(flow: cx.Flow, webhook: str) -> Iterator[Row]:
    for handler in flow.event_handlers:
        if handler.event.startswith(ERROR) and handler.trigger_fulfillment.webhook == webhook:
            yield Row(f"event {handler.event}", "calls", "our webhook, which loops", NONE)
            handler.trigger_fulfillment.webhook = handler.trigger_fulfillment.tag = ""


def _words_on_error(flow: cx.Flow, wish: Wish, language: str) -> Iterator[Row]:
    """Say one of the persona's lines when the webhook fails: without a handler people would meet silence."""
    lines = wish.own_lines(wish.persona.fallback, language)
    handler = _handler(flow, ERROR)
    bare = cx.EventHandler(name=handler.name, event=ERROR, trigger_fulfillment=cx.Fulfillment())
    if handler not in (bare, cx.EventHandler(name=handler.name, event=ERROR)) or not lines:
        return
    yield Row(f"event {ERROR}", f"says by itself ({language})", NONE, lines[0])
    handler.trigger_fulfillment.messages = [cx.ResponseMessage(text=cx.ResponseMessage.Text(text=[lines[0]]))]
