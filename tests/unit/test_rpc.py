"""RPC framing: one CALL at a time, and nothing that a peer sends breaks it."""

import json
import unittest

from ocppj import CallPending, Rpc, UniqueIds, is_text


class RpcTest(unittest.TestCase):
    def setUp(self):
        self.rpc = Rpc(UniqueIds(b"\x01" * 12), timeout_ms=1000, max_chars=200)

    def call(self, now_ms=0):
        text = self.rpc.call("Heartbeat", {}, now_ms)
        return json.loads(text)[1]

    def test_call_is_an_array_of_four(self):
        text = self.rpc.call("Heartbeat", {"a": "b"}, 0)
        kind, unique_id, action, payload = json.loads(text)
        self.assertEqual((kind, action, payload), (2, "Heartbeat", {"a": "b"}))
        self.assertLessEqual(len(unique_id), 36)
        self.assertNotIn(" ", text)

    def test_second_call_has_to_wait(self):
        self.call()
        self.assertRaises(CallPending, self.rpc.call, "Heartbeat", {}, 0)

    def test_result_frees_the_link(self):
        unique_id = self.call()
        event = self.rpc.receive('[3,"%s",{"x":1}]' % unique_id, 5)
        self.assertEqual(event, ("result", unique_id, {"x": 1}))
        self.assertIsNone(self.rpc.pending)
        self.call()

    def test_error_frees_the_link(self):
        unique_id = self.call()
        event = self.rpc.receive('[4,"%s","Odd","why",{}]' % unique_id, 5)
        self.assertEqual(event, ("error", unique_id, "Odd", "why"))
        self.call()

    def test_short_or_odd_errors_are_tolerated(self):
        for rest in ("", ',"X"', ",5,6", ',null,null,null,"more"'):
            unique_id = self.call()
            event = self.rpc.receive('[4,"%s"%s]' % (unique_id, rest), 5)
            self.assertEqual(event[0], "error")

    def test_result_without_object_is_an_error(self):
        for rest in ("", ",null", ",[]", ',"x"'):
            unique_id = self.call()
            event = self.rpc.receive('[3,"%s"%s]' % (unique_id, rest), 5)
            self.assertEqual(event[:3], ("error", unique_id, "FormationViolation"))

    def test_answers_to_nothing_are_dropped(self):
        self.assertIsNone(self.rpc.receive('[3,"x",{}]', 0))
        unique_id = self.call()
        self.assertIsNone(self.rpc.receive('[3,"x",{}]', 0))
        self.assertIsNone(self.rpc.receive('[4,"-1","GenericError","",{}]', 0))
        self.assertEqual(self.rpc.pending, unique_id)

    def test_peer_calls_while_we_wait(self):
        self.call()
        event = self.rpc.receive('[2,"p1","Reset",{"type":"Soft"}]', 0)
        self.assertEqual(event, ("call", "p1", "Reset", {"type": "Soft"}))
        self.assertEqual(json.loads(self.rpc.result("p1", {"a": 1})), [3, "p1", {"a": 1}])

    def test_error_has_five_elements(self):
        text = self.rpc.error("p1", "InternalError")
        self.assertEqual(json.loads(text), [4, "p1", "InternalError", "", {}])

    def test_time_out(self):
        unique_id = self.call(5000)
        self.assertIsNone(self.rpc.expire(5999))
        self.assertEqual(self.rpc.expire(6000), unique_id)
        self.assertIsNone(self.rpc.expire(7000))
        # The answer that comes too late.
        self.assertIsNone(self.rpc.receive('[3,"%s",{}]' % unique_id, 7000))

    def test_reset_forgets_the_call(self):
        unique_id = self.call()
        self.rpc.reset()
        self.assertIsNone(self.rpc.receive('[3,"%s",{}]' % unique_id, 0))
        self.assertNotEqual(self.call(), unique_id)

    def test_other_message_types_are_ignored(self):
        for text in ('[5,"x",{}]', '[1,"x","A",{}]', '["2","x","A",{}]', '[true,"x"]', "[[]]"):
            self.assertIsNone(self.rpc.receive(text, 0))

    def test_malformed_without_id(self):
        for text in ("", "x", "{}", "[]", "1", "null", '"a"', "[2]", "[2,5]", '[2,null,"A",{}]'):
            self.assertEqual(self.rpc.receive(text, 0)[:2], ("bad", None), text)

    def test_malformed_with_id(self):
        for text in (
            '[2,"p"]', '[2,"p","A"]', '[2,"p",7,{}]', '[2,"p","A",null]', '[2,"p","A",[]]',
            '[2,"p","A",{},1]', '[2,"p","A",{"a', ' [ 2, "p","A",{]',
        ):  # fmt: skip
            self.assertEqual(self.rpc.receive(text, 0)[:2], ("bad", "p"), text)

    def test_too_long(self):
        text = '[2,"p","A",{"x":"%s"}]' % ("y" * 200)
        self.assertEqual(self.rpc.receive(text, 0)[:2], ("bad", "p"))
        self.assertEqual(self.rpc.receive("y" * 201, 0)[:2], ("bad", None))
        self.assertEqual(self.rpc.receive('[2,"%s","A",{}]' % ("i" * 65), 0)[:2], ("bad", None))
        self.assertEqual(self.rpc.receive('[2,"%s' % ("i" * 250), 0)[:2], ("bad", None))

    def test_deep_nesting(self):
        rpc = Rpc(UniqueIds(b"\x01" * 12), max_chars=70000)
        event = rpc.receive('[2,"p","A",{"x":%s}]' % ("[" * 30000), 0)
        self.assertEqual(event[:2], ("bad", "p"))

    def test_id_with_a_lone_surrogate(self):
        self.assertEqual(self.rpc.receive('[2,"\\ud800","A",{}]', 0)[:2], ("bad", None))

    def test_escaped_surrogate_pairs_are_one_character(self):
        for escaped, text in (
            ("\\ud83d\\ude00", "\U0001f600"),
            ("a\\uD83D\\uDE00b\\uD800\\uDC00", "a\U0001f600b\U00010000"),
            ("\\udbff\\udfff", "\U0010ffff"),
            ("\\\\ud83d\\\\ude00", "\\ud83d\\ude00"),
            ("\\n\\u0041\\ud83d\\ude00", "\nA\U0001f600"),
        ):
            event = self.rpc.receive('[2,"p","A",{"x":"%s"}]' % escaped, 0)
            self.assertEqual(event, ("call", "p", "A", {"x": text}))
        for escaped in (
            "\\ud83d", "\\ude00", "\\ude00\\ud83d", "\\ud83d\\u0041", "\\ud83d\\\\ude00",
            "\\ud83d\\ud83d", "\\ud83dude00",
        ):  # fmt: skip
            event = self.rpc.receive('[2,"p","A",{"x":"%s"}]' % escaped, 0)
            self.assertFalse(is_text(event[3]["x"]), escaped)
        for escaped in ("\\ud83d\\ude0", "\\ud83d\\u", "\\ud", "\\ud83d\\"):
            event = self.rpc.receive('[2,"p","A",{"x":"%s' % escaped, 0)
            self.assertEqual(event[:2], ("bad", "p"), escaped)

    def test_retried_message_keeps_its_id(self):
        text = self.rpc.call("StopTransaction", {}, 0, "kept-1")
        self.assertEqual(self.rpc.expire(1000), "kept-1")
        self.assertEqual(self.rpc.call("StopTransaction", {}, 1000, "kept-1"), text)
        # The answer to the first try may still come: it is one and the same message.
        self.assertEqual(self.rpc.receive('[3,"kept-1",{}]', 1500), ("result", "kept-1", {}))

    def test_late_result(self):
        unique_id = self.call()
        self.rpc.expire(1000)
        self.assertIsNone(self.rpc.receive('[3,"%s",{}]' % unique_id, 1500))
        self.rpc.late = unique_id
        self.call(2000)
        for text in ('[4,"%s","InternalError","",{}]', '[3,"%s"]', '[3,"%s",5]'):
            self.assertIsNone(self.rpc.receive(text % unique_id, 2500))
        self.assertEqual(
            self.rpc.receive('[3,"%s",{"a":1}]' % unique_id, 2500), ("late", unique_id, {"a": 1})
        )
        self.assertIsNotNone(self.rpc.pending)
        self.rpc.reset()
        self.assertIsNone(self.rpc.receive('[3,"%s",{}]' % unique_id, 2500))


class UniqueIdsTest(unittest.TestCase):
    def test_never_twice_and_never_too_long(self):
        ids = UniqueIds(bytes(range(12)))
        seen = {ids.next() for _ in range(1000)}
        self.assertEqual(len(seen), 1000)
        ids._count = 10**10
        self.assertEqual(len(ids.next()), 36)

    def test_another_boot_another_prefix(self):
        self.assertNotEqual(UniqueIds(b"a" * 12).next(), UniqueIds(b"b" * 12).next())


if __name__ == "__main__":
    unittest.main()
