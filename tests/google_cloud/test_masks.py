"""That our cloud is as strict as Google's: a careless client must be found out here."""

import pytest
from google.api_core import exceptions
from google.cloud import dialogflow_v2 as es
from google.cloud import dialogflowcx_v3 as cx
from google.protobuf.field_mask_pb2 import FieldMask

from scripts.agents.clients import Access, open_access
from tests.google_cloud.cloud import serving
from tests.google_cloud.seeds import CX_AGENT, PROJECT

_ON = es.Intent.WebhookState(es.Intent.WebhookState.WEBHOOK_STATE_ENABLED)


def _access(address: str) -> Access:
    return open_access(PROJECT, "global", {"DIALOGFLOW_EMULATOR_HOST": address})


def test_an_update_without_a_mask_loses_phrases() -> None:
    """An intent listed without its phrases and sent back whole loses them, as at Google."""
    with serving() as cloud:
        client = _access(cloud.address).client(es.IntentsClient)
        listed = next(iter(client.list_intents(parent=f"projects/{PROJECT}/agent")))

        client.update_intent(intent=listed, language_code="en")

        assert not cloud.es.intent("Willkommen").training_phrases
        assert cloud.es.intent("Willkommen", "de").training_phrases


def test_a_mask_takes_what_it_names_alone() -> None:
    """What the mask names is taken, also when it was cleared; all else in the message is passed over."""
    with serving() as cloud:
        client = _access(cloud.address).client(es.IntentsClient)
        given = es.Intent(name=f"projects/{PROJECT}/agent/intents/1", display_name="other", webhook_state=_ON)

        client.update_intent(intent=given, language_code="en", update_mask=FieldMask(paths=["webhook_state", "action"]))

        intent = cloud.es.intent("Willkommen")
        assert (intent.webhook_state, intent.action, len(intent.training_phrases)) == (_ON, "", 1)


def test_what_google_refuses_is_refused() -> None:
    """A field that there is not, a fulfillment without a mask, a webhook on a webhook-error handler."""
    with serving() as cloud:
        access = _access(cloud.address)
        intent = es.Intent(name=f"projects/{PROJECT}/agent/intents/1")
        webhook = cx.Webhook(name=f"{CX_AGENT}/webhooks/1")
        cloud.cx.webhooks[webhook.name] = webhook
        looping = cx.EventHandler(
            event="webhook.error.timeout", trigger_fulfillment=cx.Fulfillment(webhook=webhook.name, tag="joy")
        )
        flow = cx.Flow(name=f"{CX_AGENT}/flows/1", event_handlers=[looping])

        with pytest.raises(exceptions.InvalidArgument, match="names a field that Intent has not: colour"):
            access.client(es.IntentsClient).update_intent(
                request=es.UpdateIntentRequest(intent=intent, update_mask=FieldMask(paths=["colour"]))
            )
        with pytest.raises(exceptions.InvalidArgument, match="update_mask is required"):
            access.client(es.FulfillmentsClient).update_fulfillment(
                request=es.UpdateFulfillmentRequest(fulfillment=cloud.es.fulfillment)
            )
        with pytest.raises(exceptions.InvalidArgument, match="must not call a webhook"):
            access.client(cx.FlowsClient).update_flow(flow=flow, update_mask=FieldMask(paths=["event_handlers"]))
