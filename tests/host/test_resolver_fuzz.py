"""Whatever a name server sends, the resolver gives addresses or raises its own errors."""

import ipaddress

from hypothesis import given, settings
from hypothesis import strategies as st

from net_dns import a_record, record, reply_to, wire_name
from resolver.dns import answer, query
from transport import ResolveError

QUESTION = query("csms.example", b"\x12\x34")
pointers = st.integers(0, 0x3FFF).map(lambda at: bytes((0xC0 | at >> 8, at & 255)))
near = st.integers(0, 90).map(lambda at: bytes((0xC0, at)))
labels = st.binary(min_size=1, max_size=63).map(lambda data: bytes((len(data),)) + data)
names = st.lists(labels | near | pointers | st.binary(max_size=3), max_size=6).map(b"".join)
owners = names | near | st.just(b"\xc0\x0c") | st.just(wire_name("csms.example"))
contents = names | st.binary(max_size=8) | st.binary(min_size=4, max_size=4)
records = st.builds(record, owners, st.sampled_from([1, 5, 28, 16]), contents) | st.binary(
    max_size=30
)


def judge(reply):
    try:
        found = answer(reply, QUESTION)
    except ResolveError:
        return
    if found is not None:
        assert found
        for each in found:
            ipaddress.IPv4Address(each)


@given(st.lists(records, max_size=8), st.sampled_from([b"\x81\x80", b"\x83\x80", b"\x81\x83"]))
@settings(max_examples=600)
def test_replies_made_of_parts(parts, flags):
    judge(reply_to(QUESTION, *parts, flags=flags))


@given(st.binary(max_size=600))
def test_anything_after_the_question(data):
    judge(data)
    judge(reply_to(QUESTION, b"")[: len(QUESTION)] + data)
    judge(QUESTION[:2] + b"\x81\x80\0\1\xff\xff\0\0\0\0" + QUESTION[12:] + data)


@given(st.data())
@settings(max_examples=500)
def test_changed_bytes(data):
    www = wire_name("www.example")
    reply = bytearray(
        reply_to(
            QUESTION,
            record(b"\xc0\x0c", 5, www),
            record(www, 5, b"\1a\xc0\x16"),
            a_record("192.0.2.1", b"\1a\xc0\x16"),
        )
    )
    for _ in range(data.draw(st.integers(0, 4))):
        reply[data.draw(st.integers(0, len(reply) - 1))] = data.draw(st.integers(0, 255))
    judge(bytes(reply[: data.draw(st.integers(0, len(reply)))]))


@given(st.text(max_size=300))
def test_any_name(host):
    try:
        question = query(host, b"12")
    except ResolveError:
        return
    assert len(question) <= 12 + 255 + 4
    assert answer(reply_to(question, a_record("192.0.2.1")), question) == ["192.0.2.1"]
