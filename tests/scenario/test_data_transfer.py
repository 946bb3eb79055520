"""DataTransfer: vendors with a hook, those without, and the one message that is built in."""

import sys
import unittest

from charge_bench import Bench
from firmware.ocpp16 import data_transfer
from scenario import Scenario


class DataTransfer(Scenario):
    def ask(self, **payload):
        return self.call("DataTransfer", **payload)

    def hook(self, function):
        """Install ``function`` for the vendor "acme"."""
        # The command's own import must find this very module.
        sys.modules["firmware.ocpp16.data_transfer"] = data_transfer
        data_transfer.HOOKS["acme"] = function

    def tearDown(self):
        data_transfer.HOOKS.pop("acme", None)
        sys.modules.pop("firmware.ocpp16.data_transfer", None)

    def test_a_vendor_without_a_hook(self):
        for payload in ({"vendorId": "x"}, {"vendorId": "x", "messageId": "y", "data": "z"}):
            self.assertEqual(self.ask(**payload), {"status": "UnknownVendorId"})

    def test_a_hook_gets_what_was_sent_and_its_answer_goes_back(self):
        seen = []

        def acme(charge_point, messageId, data, now_ms):
            seen.append((charge_point is self.bench.charge_point, messageId, data))
            return "Accepted", "done"

        self.hook(acme)
        answer = self.ask(vendorId="acme", messageId="m", data="d")
        self.assertEqual(answer, {"status": "Accepted", "data": "done"})
        self.hook(acme)
        self.ask(vendorId="ACME")
        self.assertEqual(seen, [(True, "m", "d"), (True, None, None)])

    def test_a_hook_may_send_something_itself(self):
        def acme(charge_point, messageId, data, now_ms):
            charge_point.send("DataTransfer", {"vendorId": "acme", "data": "hello"})
            return "Rejected"

        self.hook(acme)
        self.assertEqual(self.ask(vendorId="acme"), {"status": "Rejected"})
        self.bench.run(1)
        sent = self.central.payloads("DataTransfer")
        self.assertEqual(sent, [{"vendorId": "acme", "data": "hello"}])

    def test_hooks_that_fail_get_the_right_error(self):
        def acme(charge_point, messageId, data, now_ms):
            raise OSError(28)

        self.hook(acme)
        self.assertEqual(self.ask(vendorId="acme"), "InternalError")

    def test_an_operator_clears_a_weld(self):
        self.bench.feedback = lambda coil: True
        self.bench.run(5)
        self.assertEqual(self.central.statuses()[-1], "Faulted")
        self.bench.feedback = lambda coil: coil
        self.bench.run(5)
        self.assertEqual(self.central.statuses()[-1], "Faulted", "latched")
        clear = {"vendorId": "uCharge", "messageId": "ClearFault"}
        for data, status in (("2", "Rejected"), ("x", "Rejected"), ("1", "Accepted")):
            self.assertEqual(self.ask(data=data, **clear), {"status": status})
        self.bench.run(2)
        self.assertEqual(self.central.statuses()[-1], "Available")
        self.assertEqual(self.ask(**clear), {"status": "Accepted"})
        other = {"vendorId": "uCharge", "messageId": "Other"}
        self.assertEqual(self.ask(**other), {"status": "UnknownMessageId"})
        self.assertEqual(self.ask(vendorId="uCharge"), {"status": "UnknownMessageId"})

    def test_one_connector_of_two(self):
        self.bench = Bench(connectors=2)
        self.central = self.bench.central
        self.bench.cold_boot()
        for connector in self.bench.evse.connectors:
            connector.faults.set("weld", True)
        self.ask(vendorId="uCharge", messageId="ClearFault", data="2")
        welds = ["weld" in connector.faults.active for connector in self.bench.evse.connectors]
        self.assertEqual(welds, [True, False])


if __name__ == "__main__":
    unittest.main()
