"""Frames that no honest central system sends: the charger answers what it can and charges on.

OCPP-J 1.6 section 4: what is no message is ignored, or refused where an id can be read.
"""

import unittest

from charge_bench import Bench

BAD = ("FormationViolation",)
# Interpreters differ in what they still take for JSON.
BAD_OR_TYPE = BAD + ("TypeConstraintViolation",)
BAD_OR_VALUE = BAD_OR_TYPE + ("PropertyConstraintViolation",)
EURO = "\u20ac"


def call(action='"Reset"', payload="{}", unique_id='"h"'):
    """A CALL's text from the texts of its parts."""
    return "[2," + unique_id + "," + action + "," + payload + "]"


def nested(depth):
    return "[" * depth + "]" * depth


class HostileFrames(unittest.TestCase):
    def setUp(self):
        self.bench = Bench({"MeterValueSampleInterval": "0"})
        self.bench.cold_boot()
        self.bench.charge()

    def codes(self, text, unique_id="h"):
        """The codes ("result" for a good answer) of what ``text`` was answered with."""
        central = self.bench.central
        answers = central.ask(text, unique_id, "Reset")
        for answer in answers:
            self.assertEqual(answer[1], unique_id)
        self.still_well(text)
        return ["result" if answer[0] == 3 else answer[2] for answer in answers]

    def still_well(self, text):
        bench = self.bench
        drawn = bench.vehicle.wh
        answer = bench.central.call("GetConfiguration", {"key": ["NumberOfConnectors"]})
        self.assertIsInstance(answer, dict, text[:80])
        bench.run(0.2)
        self.assertGreater(bench.vehicle.wh, drawn, text[:80])
        self.assertIsNone(bench.charge_point.reset_requested, text[:80])

    def expect_none(self, *texts):
        for text in texts:
            self.assertEqual(self.codes(text), [], text[:80])

    def expect_one(self, codes, *texts):
        for text in texts:
            got = self.codes(text)
            self.assertEqual(len(got), 1, text[:80])
            self.assertIn(got[0], codes, text[:80])

    def test_what_is_no_message_is_ignored(self):
        self.expect_none(
            "", " ", "\x00\x01", "null", "true", "5", '"text"', "{}", "[]", "[2", "[[2]]", "x",
            "x" * 65536, "[" * 20000, '{"a":' * 5000, "nan", '[2,"h\\', '[2, "h',
        )  # fmt: skip

    def test_other_message_types_are_ignored(self):
        for kind in ("0", "1", "5", "-2", "null", '"2"', "true", "[2]", "{}", "1e400"):
            self.expect_none("[" + kind + ',"h","Reset",{}]')

    def test_answers_to_nothing_are_ignored(self):
        self.expect_none(
            '[3,"nobody-asked",{}]', '[3,"h",{}]', "[3]", '[3,"x"]', "[3,null,{}]", "[3,5,{}]",
            '[3,"",{}]', '[4,"-1","GenericError","",{}]', '[4,"x","NoSuchCode","",{}]', "[4]",
            '[4,"x"]', "[4,null,null,null,null]", '[4,"x",5,{},[]]', '[3,"x",[],[],[]]',
        )  # fmt: skip

    def test_a_call_cut_short_or_with_more_is_refused(self):
        self.expect_one(
            BAD,
            '[2,"h"]', '[2,"h","Reset"]', '[2,"h","Reset",{},{}]', '[2,"h","Reset",{},null,5]',
            '[2,"h","Reset",{"type":', '[2,"h","Reset",{"type":"Soft"}', '[ 2 , "h" , "Reset"',
        )  # fmt: skip

    def test_a_call_of_wrong_types_is_refused(self):
        for payload in ("[]", "null", "5", '"x"', "true", "[{}]"):
            self.expect_one(BAD, call(payload=payload))
        for action in ("null", "5", "{}", "[]", "true"):
            self.expect_one(BAD, call(action))

    def test_ids_that_can_not_be_read_get_no_answer(self):
        for unique_id in ("null", "5", "{}", "[]", "true", '"' + "i" * 10000 + '"', '"\\ud800"'):
            self.expect_none(call(payload='{"type":5}', unique_id=unique_id))

    def test_odd_ids_come_back_as_they_are(self):
        for text, unique_id in (
            ('"' + "i" * 36 + '"', "i" * 36), ('"\\""', '"'), ('"\\\\"', "\\"),
            ('"' + EURO + '"', EURO), ('"a b"', "a b"), ('"\\u0000"', "\0"), ('"\\n"', "\n"),
        ):  # fmt: skip
            got = self.codes(call(payload='{"type":5}', unique_id=text), unique_id)
            self.assertEqual(got, ["TypeConstraintViolation"], text)

    def test_names_that_are_no_action(self):
        for action in (
            "", " ", "reset", "RESET", "Reset ", "Reset type", "constructor", "__init__", "answer",
            "validate", "ACTIONS", "KEYS", "Reset\\n", "\\nReset", "ClearCache DataTransfer", "-",
            "x" * 10000, "\\ud800", EURO,
        ):  # fmt: skip
            self.expect_one(("NotImplemented",), call('"' + action + '"'))

    def test_fields_with_odd_names_are_unknown(self):
        for name in ("!", "", "__class__", "type ", "\\u0000", EURO, "\\ud800", "x" * 9000):
            self.expect_one(BAD, call(payload='{"type":"Soft","' + name + '":1}'))
        many = ",".join('"f%d":%d' % (number, number) for number in range(1000))
        self.expect_one(BAD, call(payload="{" + many + "}"))

    def test_nesting(self):
        for depth in (10, 100, 500, 3000, 8000):
            for payload in ('{"type":%s}', "%s", '{"type":"Soft","x":%s}'):
                self.expect_one(BAD_OR_TYPE, call(payload=payload % nested(depth)))
        objects = '{"type":' * 2000 + "1" + "}" * 2000
        self.expect_one(BAD_OR_TYPE, call(payload=objects))

    def test_numbers(self):
        for number in (
            "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1" + "0" * 400, "1" + "0" * 9000,
            "-" + "9" * 400, "1e-400", "0.1", "1E5", "2147483648", "-2147483649", "01", "+1",
            "0x1", "1.", ".5", "--1",
        ):  # fmt: skip
            text = call('"RemoteStopTransaction"', '{"transactionId":' + number + "}")
            self.expect_one(BAD_OR_VALUE + ("result",), text)
            self.expect_one(BAD_OR_TYPE, call(payload='{"type":' + number + "}"))

    def test_strings(self):
        action, change = '"ChangeConfiguration"', '{"key":"HeartbeatInterval","value":"%s"}'
        for text in ("\\ud800", "\\udfff", "\\ud83d", "\\ude00\\ud83d", "x" * 501, EURO * 501):
            refused = self.codes(call(action, change % text))
            self.assertEqual(refused, ["PropertyConstraintViolation"], text[:40])
        for text in ("\\u0000", EURO, "\\n", "x" * 500, EURO * 500, "1\\u0660"):
            taken = self.codes(call(action, change % text))
            self.assertEqual(taken, ["result"], text[:40])
        pairs = "\\ud83d\\ude00"
        self.assertEqual(self.codes(call(action, change % pairs)), ["result"])
        self.assertEqual(self.codes(call(action, change % (pairs * 500))), ["result"])
        refused = self.codes(call(action, change % (pairs + "\\ude00")))
        self.assertEqual(refused, ["PropertyConstraintViolation"])
        for size in (9000, 20000, 65536):
            for payload in ('{"type":"%s"}', '{"%s":"Soft"}'):
                self.expect_one(BAD_OR_VALUE, call(payload=payload % ("x" * size)))

    def test_duplicate_keys_are_one_of_the_two(self):
        self.expect_one(BAD_OR_TYPE, call(payload='{"type":"Soft","type":5}'))
        self.expect_one(BAD_OR_VALUE, call(payload='{"type":5,"type":"Medium"}'))
        self.assertEqual(
            self.codes('[2,"h","ClearCache",{}]'), self.codes('[2,"h","ClearCache",{}]')
        )

    def test_many_in_one_go_get_one_answer_each(self):
        central = self.bench.central
        before = len(central.replies)
        for number in range(50):
            central._ours["m%d" % number] = "Reset"
            self.bench.deliver(call(unique_id='"m%d"' % number))
        self.bench.step()
        ids = [answer[1] for answer in central.replies[before:]]
        self.assertEqual(ids, ["m%d" % number for number in range(50)])
        self.still_well("many")


class HostileAnswers(unittest.TestCase):
    """What comes back on the charger's own calls."""

    WORDS = {
        "BootNotification": ("status", "currentTime", "interval"),
        "Heartbeat": ("currentTime",),
        "Authorize": ("idTagInfo",),
        "StartTransaction": ("idTagInfo", "transactionId"),
        "StopTransaction": ("idTagInfo",),
        "MeterValues": ("status",),
        "StatusNotification": ("status",),
    }
    GOOD = {
        "BootNotification": {
            "status": "Accepted", "currentTime": "2026-01-01T00:00:00Z", "interval": 10,
        },
        "StartTransaction": {"transactionId": 7, "idTagInfo": {"status": "Accepted"}},
    }  # fmt: skip
    VALUES = (
        None, True, -1, 5, 1.5, 1e300, 10**30, "", "x", "Accepted", "\0", [], [[]], {},
        {"status": "Accepted"}, {"status": 5}, {"status": None}, {"status": "Odd"},
        {"status": "Accepted", "expiryDate": "never"}, {"status": "Accepted", "expiryDate": 5},
        {"status": "Accepted", "parentIdTag": 5}, "2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    )  # fmt: skip

    def test_whatever_comes_the_charger_goes_on(self):
        for action in self.WORDS:
            for answer in ([], None, 5, True, "OddCode", "", "NotSupported", {}):
                self.live_with(action, answer)
            for word in self.WORDS[action]:
                for value in self.VALUES:
                    answer = dict(self.GOOD.get(action, {}))
                    answer[word] = value
                    self.live_with(action, answer)

    def live_with(self, action, answer):
        bench = Bench({"MeterValueSampleInterval": "3", "HeartbeatInterval": "5"})
        central = bench.central
        good = central.answers[action]
        central.answers[action] = "InternalError" if answer is None else answer
        bench.connect()
        bench.run(1)
        bench.vehicle.plugged = True
        bench.charge_point.present_id_tag("TAG1", bench.now_ms)
        bench.run(8)
        bench.vehicle.plugged = False
        bench.run(2)
        central.answers[action] = good
        # Pending or Rejected for as long as that answer said: a restart asks again.
        bench.power_up()
        bench.connect()
        bench.run_until(lambda: bench.charge_point.registered, 100)
        central.forget()
        bench.charge("TAG2")
        self.assertIn("StartTransaction", central.actions(), (action, answer))


if __name__ == "__main__":
    unittest.main()
