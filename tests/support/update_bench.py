"""The bench with a charge point that can be updated; the test plays the downloading edge."""

from charge_bench import Bench
from firmware.ocpp16.firmware_management import FirmwareManagement
from firmware.ocpp16.update import Update
from firmware.ocpp16.update_job import UpdateJob

REQUEST = {"location": "https://host/x.ucup", "retrieveDate": "2026-01-01T00:00:00Z"}


class UpdateBench(Bench):
    """``job``: the update job; it outlives a power cut by its file alone."""

    def power_up(self, stop_reason="PowerLoss", inhibited=False):
        self._ids = getattr(self, "_ids", iter(range(1000)))
        log = self.lines.append
        self._job = Update(self.files, log, log, lambda: next(self._ids), (1, 0, 0))
        super().power_up(stop_reason, inhibited)
        self.charge_point.register(FirmwareManagement(self.charge_point, self._job))

    @property
    def job(self):
        """The job; one that is over where there is none."""
        return self._job.job or UpdateJob(self._job)

    @property
    def update(self):
        return self._job

    def statuses(self):
        return [p["status"] for p in self.central.payloads("FirmwareStatusNotification")]

    def connector_statuses(self):
        return [
            p["status"]
            for p in self.central.payloads("StatusNotification")
            if p["connectorId"] == 1
        ]

    def ask(self, **changes):
        """Send UpdateFirmware; its answer's payload or error code."""
        payload = dict(REQUEST)
        payload.update(changes)
        return self.central.call("UpdateFirmware", payload)

    def until(self, phase):
        self.run_until(lambda: self.job.phase == phase)
