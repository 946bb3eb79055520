"""What happens to the chip, told as it happens: resets, and the boot record in its flash."""

import asyncio
import itertools

from ucharge.demo.flash import snapshot
from ucharge.device_loader import decide
from ucharge.device_loader import record as records

_POLL_S = 0.2


async def tell_resets(chip, timeline):
    """A line for each reset; until cancelled."""
    for number in itertools.count():
        await chip.wait_reset(None, float("inf"), number)
        timeline.line("chip", f"reset: {chip.resets[number].kind}")


async def tell_records(chip, timeline):
    """A line for each new boot record, read from the flash; until cancelled."""
    told = None
    while True:
        record = snapshot(chip).record
        if record is not None and record.sequence != told:
            told = record.sequence
            timeline.line("flash", describe(record))
        await asyncio.sleep(_POLL_S)


def describe(record):
    """A boot record in words."""
    image = f"slot {record.active} ({'.'.join(map(str, record.version))})"
    if record.state == records.TRIAL:
        return f"{image} on trial, {record.attempts} of {decide.MAX_ATTEMPTS} attempts begun"
    if record.state == records.REJECTED:
        return f"{image} rejected: {record.reason}; slot {record.previous} runs"
    return f"{image} confirmed"
