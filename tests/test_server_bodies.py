"""Whatever comes in at /webhook: recorded, broken, odd, random and large bodies."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from google.cloud import dialogflow_v2, dialogflowcx_v3
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.server import MAX_REQUEST_BYTES
from tests.conftest import es_request
from tests.fakes import FakeModels
from tests.shared import request_fixtures


@pytest.mark.parametrize("payload", request_fixtures())
def test_webhook_answers_every_recorded_request(client: FlaskClient, models: FakeModels, payload: Any) -> None:
    """Real requests of the field are all answered, in words, strictly in the caller's format."""
    models.say("I hear you. What happened?")
    is_es = "queryResult" in payload

    response = client.post("/webhook", json=payload)

    assert response.status_code == 200
    if is_es:
        es = dialogflow_v2.WebhookResponse.from_json(response.data, ignore_unknown_fields=False)
        assert es.fulfillment_text
    else:
        cx = dialogflowcx_v3.WebhookResponse.from_json(response.data, ignore_unknown_fields=False)
        assert cx.fulfillment_response.messages[0].text.text[0]


BAD_BODIES: dict[str, bytes] = {
    "empty": b"",
    "not JSON": b"hello",
    "a list": b"[]",
    "null": b"null",
    "a string": b'"x"',
    "a huge number": b"1e999",
    "NaN": b"NaN",
    "many digits": b"9" * 10_000,
    "deep nesting": b"[" * 100_000,
    "deep objects": b'{"a":' * 40_000,
    "lone brace": b"{",
    "latin-1": '{"queryResult": {"queryText": "\xe9"}}'.encode("latin-1"),
    "empty object": b"{}",
    "query is a list": b'{"queryResult": []}',
    "query is a string": b'{"queryResult": "x"}',
    "query is empty": b'{"queryResult": {}}',
    "v1": b'{"result": {"resolvedQuery": "hi"}}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_webhook_refuses_bad_bodies_in_json(client: FlaskClient, body: bytes) -> None:
    """A body that is no Dialogflow request gets 400 and a JSON message, never a 500."""
    response = client.post("/webhook", data=body, content_type="application/json")

    assert response.status_code == 400
    assert response.json is not None
    assert response.json["error"]["message"]


ODD_BODIES: dict[str, bytes] = {
    "UTF-16": json.dumps(es_request("Hello")).encode("utf-16"),
    "lone surrogate": json.dumps(es_request("a\ud800b")).encode(),
    "NUL": json.dumps(es_request("a\x00b")).encode(),
    "only NUL": json.dumps(es_request("\x00")).encode(),
    "number for text": json.dumps(es_request("x", queryText=5)).encode(),
    "object for text": json.dumps(es_request("x", queryText={"a": 1})).encode(),
    "null everywhere": b'{"queryResult": {"queryText": null, "intent": null}, "session": null, "responseId": null}',
    "infinite parameter": b'{"queryResult": {"queryText": "hi", "parameters": {"n": 1e999, "m": NaN}}}',
    "contexts of numbers": b'{"queryResult": {"queryText": "hi", "outputContexts": [1, null, "x"]}}',
    "session is a number": b'{"queryResult": {"queryText": "hi"}, "session": 7}',
    "cx all wrong": b'{"fulfillmentInfo": 3, "sessionInfo": [], "pageInfo": "x", "text": {}, "languageCode": 9}',
    "many keys": json.dumps({**es_request("hi"), **{f"k{n}": 0 for n in range(20_000)}}).encode(),
}


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_webhook_answers_odd_bodies(client: FlaskClient, models: FakeModels, body: bytes) -> None:
    """What can be understood is answered, in words and in valid UTF-8 JSON."""
    models.say("I hear you.")

    response = client.post("/webhook", data=body, content_type="application/json")

    assert response.status_code == 200
    answer = json.loads(response.data.decode("utf-8"))
    assert answer.get("fulfillmentText") or answer["fulfillmentResponse"]["messages"][0]["text"]["text"][0]


_json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    body=st.dictionaries(
        st.sampled_from(
            [
                "queryResult",
                "query_result",
                "session",
                "fulfillmentInfo",
                "sessionInfo",
                "pageInfo",
                "text",
                "originalDetectIntentRequest",
                "messages",
                "payload",
                "languageCode",
                "triggerEvent",
            ]
        ),
        st.dictionaries(
            st.sampled_from(
                [
                    "queryText",
                    "intent",
                    "outputContexts",
                    "parameters",
                    "tag",
                    "formInfo",
                    "session",
                    "fulfillmentMessages",
                    "languageCode",
                    "currentPage",
                ]
            ),
            _json_values,
        )
        | _json_values,
    )
)
@hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_webhook_never_answers_500(client: FlaskClient, models: FakeModels, body: dict[str, Any]) -> None:
    """Whatever stands where in a body: 200 or 400, always JSON."""
    models.queue.clear()
    models.say("I hear you.")

    response = client.post("/webhook", data=json.dumps(body), content_type="application/json")

    assert response.status_code in {200, 400}
    assert json.loads(response.data)


def test_webhook_refuses_large_bodies(client: FlaskClient) -> None:
    """10 MB are refused with 413 in JSON."""
    response = client.post("/webhook", data=b" " * 10_000_000, content_type="application/json")

    assert response.status_code == 413
    assert response.json is not None


def test_webhook_takes_bodies_up_to_the_limit(client: FlaskClient, models: FakeModels) -> None:
    """A large but allowed body is answered."""
    models.say("I hear you.")
    body = json.dumps(es_request("hi")).encode()

    response = client.post("/webhook", data=body + b" " * (MAX_REQUEST_BYTES - len(body)))

    assert response.status_code == 200
