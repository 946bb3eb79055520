"""MeterValues: sampled during transactions and aligned to the clock (OCPP 1.6 section 4.7).

May import: `ticks`.
"""

from ticks import ticks_add, ticks_diff


class Metering:
    """Samples go to ``outbox``, where they wait for their transaction's turn."""

    def __init__(self, charge_point, outbox):
        self._charge_point = charge_point
        self._outbox = outbox
        self._last_ms = [None] * len(charge_point.evse.connectors)
        self._slot = None  # the clock-aligned interval we are in

    def tick(self, now_ms):
        """Take the samples that are due."""
        configuration = self._charge_point.configuration
        interval_ms = configuration.number("MeterValueSampleInterval") * 1000
        connectors = self._charge_point.evse.connectors
        for index in range(len(connectors)):
            last_ms = self._last_ms[index]
            if connectors[index].transaction is None:
                self._last_ms[index] = None
            elif last_ms is None or interval_ms == 0:
                self._last_ms[index] = now_ms
            else:
                late_ms = ticks_diff(now_ms, last_ms) - interval_ms
                if late_ms >= 0:
                    # From the due time on, so that the spacing stays exact.
                    on_time = late_ms < interval_ms
                    self._last_ms[index] = ticks_add(last_ms, interval_ms) if on_time else now_ms
                    key = "MeterValuesSampledData"
                    self._queue(connectors[index], "Sample.Periodic", key, now_ms)
        self._align(configuration.number("ClockAlignedDataInterval"), now_ms)

    def _align(self, interval_s, now_ms):
        clock = self._charge_point.clock
        if interval_s == 0 or not clock.is_set:
            self._slot = None
            return
        # Intervals start at 00:00:00; midnight begins a new one whatever their length.
        days, seconds = divmod(clock.now_s(now_ms), 86400)
        slot = (days, seconds // interval_s)
        if self._slot is not None and slot != self._slot:
            for connector in self._charge_point.evse.connectors:
                self._queue(connector, "Sample.Clock", "MeterValuesAlignedData", now_ms)
        self._slot = slot

    def _queue(self, connector, context, key, now_ms):
        payload = self.reading(connector, context, key, now_ms)
        if payload is not None:
            transaction = connector.transaction
            reference = None if transaction is None else transaction.reference
            self._outbox.add("MeterValues", payload, reference)

    def reading(self, connector, context, key, now_ms):
        """MeterValues's payload with what the key ``key`` lists; None where it lists nothing."""
        charge_point = self._charge_point
        values = []
        for measurand in charge_point.configuration.items(key):
            if measurand == "Current.Offered":
                value, unit = "%d.%03d" % divmod(connector.offered_ma, 1000), "A"
            else:
                value, unit = str(connector.register.wh), "Wh"
            values.append(
                {"value": value, "context": context, "measurand": measurand, "unit": unit}
            )
        if not values:
            return None
        reading = {"timestamp": charge_point.clock.stamp(now_ms), "sampledValue": values}
        return {"connectorId": connector.connector_id, "meterValue": [reading]}
