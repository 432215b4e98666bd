"""Writing a plan, one step at a time, each from a fresh look at the agent, and looking again in the end."""

from collections.abc import Callable

from google.cloud import dialogflow_v2 as es
from google.cloud import dialogflowcx_v3 as cx
from google.protobuf.field_mask_pb2 import FieldMask

from scripts.agents.clients import Access, AgentError
from scripts.agents.plan import Plan, Row, Step
from scripts.agents.retrying import careful, patient


def carry_out(look: Callable[[], Plan], write: Callable[[Step], None], done: Callable[[], None]) -> None:
    """Write until nothing is left to do. `look` plans anew from what is there now; `done` is told of each write.

    Killed anywhere, the next run goes on where this one stood. Raises AgentError when Google takes a write without
    keeping it.
    """
    written: list[tuple[Row, ...]] = []
    while steps := look().steps:
        if steps[0].rows in written:
            row = steps[0].rows[0]
            raise AgentError(f"Google took the change of {row.target} ({row.what}) and did not keep it; look there")
        write(steps[0])
        written.append(steps[0].rows)
        done()


def write_es(access: Access, agent: str, step: Step) -> None:
    """Write one step of an ES plan. An update names its fields, so Google leaves all else alone, phrases first."""
    mask = FieldMask(paths=step.mask)
    match step.part:
        case es.Fulfillment():
            client = access.client(es.FulfillmentsClient)
            client.update_fulfillment(fulfillment=step.part, update_mask=mask, **patient())
        case es.Intent() if step.mask:
            change = es.UpdateIntentRequest(intent=step.part, update_mask=mask, language_code=step.language)
            access.client(es.IntentsClient).update_intent(request=change, **patient())
        case es.Intent():
            new = es.CreateIntentRequest(parent=agent, intent=step.part, language_code=step.language)
            access.client(es.IntentsClient).create_intent(request=new, **careful())


def write_cx(access: Access, agent: str, step: Step) -> None:
    """Write one step of a CX plan; as with ES, an update names its fields."""
    mask = FieldMask(paths=step.mask)
    match step.part:
        case cx.Webhook() if step.mask:
            client = access.client(cx.WebhooksClient)
            client.update_webhook(webhook=step.part, update_mask=mask, **patient())
        case cx.Webhook():
            access.client(cx.WebhooksClient).create_webhook(parent=agent, webhook=step.part, **careful())
        case cx.Flow():
            change = cx.UpdateFlowRequest(flow=step.part, update_mask=mask, language_code=step.language)
            access.client(cx.FlowsClient).update_flow(request=change, **patient())
