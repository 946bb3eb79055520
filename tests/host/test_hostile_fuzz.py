"""Random frames to a charge point: at most one answer each, and it goes on working."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from call_cases import ACTIONS, RESULT, cases_of
from update_bench import UpdateBench

SETTINGS = settings(max_examples=120, deadline=None, derandomize=True)
ODD_NUMBERS = [0, -1, 2**31, 10**400, -(10**30), float("nan"), float("inf"), 1e308, 5e-324]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(ODD_NUMBERS)
    | st.text(st.characters(exclude_categories=()), max_size=30)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
# Valid requests, to be spoilt.
GOOD = {
    action: [case.payload for case in cases_of(action) if case.expected == RESULT]
    for action in ACTIONS
}
FIELDS = sorted({field for payloads in GOOD.values() for payload in payloads for field in payload})
PAYLOADS = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), VALUES, max_size=5)
NAMES = st.sampled_from(ACTIONS) | st.text(max_size=20)


class AnyId(dict):
    """In the place of the ids that the central system knows: whatever is answered is allowed."""

    action = "?"

    def get(self, key, default=None):
        return self.action


def send(bench, text):
    """Send one frame; what it was answered with."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    action = "?"
    if isinstance(message, list) and len(message) > 2 and isinstance(message[2], str):
        action = message[2]
    bench.central._ours.action = action
    return bench.central.ask(text, "", "")


def survives(frames):
    bench = UpdateBench()
    bench.cold_boot()
    bench.charge()
    bench.central._ours = AnyId()
    for text in frames:
        assert len(send(bench, text)) <= 1
        bench.run(0.1)
    bench.central._ours.action = "GetConfiguration"
    assert isinstance(bench.central.call("GetConfiguration", {}), dict)
    bench.run(1)
    assert bench.evse.contactor_on or bench.central.payloads("StopTransaction")


@SETTINGS
@given(st.lists(VALUES.map(json.dumps) | st.text(max_size=60), min_size=1, max_size=6))
def test_any_json_and_any_text(frames):
    survives(frames)


@SETTINGS
@given(st.lists(st.tuples(st.just(2), st.text(max_size=40), NAMES, PAYLOADS), max_size=6))
def test_calls_with_any_payload(messages):
    survives([json.dumps(message) for message in messages])


@SETTINGS
@given(st.lists(st.lists(SCALARS | PAYLOADS | NAMES, max_size=6), max_size=6))
def test_arrays_of_any_shape(messages):
    survives([json.dumps(message) for message in messages])


@pytest.mark.parametrize("action", [action for action in ACTIONS if GOOD[action]])
@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_spoilt_text_of_a_good_request(action, data):
    payload = data.draw(st.sampled_from(GOOD[action]))
    text = json.dumps([2, "an-id", action, payload])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        length = data.draw(st.sampled_from([0, 1, 1, 2, 20]))
        insert = data.draw(
            st.sampled_from(["", '"', "\\", "{", "]", "0", "null", "\\ud800", "e9"])
        )
        text = text[:at] + insert + text[at + length :]
    survives([text])
