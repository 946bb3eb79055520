"""One download of an update file into a slot. Loaded for the download only.

May import: ``httpc``, ``transport``, ``ota``, ``loader.slots``, ``ticks``.
"""

from httpc.errors import HttpError
from loader.header import HeaderError
from loader.slots import SlotFull, SlotInUse
from ota.installer import Installer
from ota.manifest import Refused
from ticks import sleep_ms
from transport import TransportError

__all__ = ("REFUSALS", "HttpError", "TransportError", "fill")
# What another try would not mend: the content, the room, the storage.
REFUSALS = (Refused, SlotFull, SlotInUse, HeaderError, OSError)


async def fill(slot, url, get, device, buffer, is_cancelled):
    """Stream ``url`` into ``slot``; the image's version, or None when cancelled.

    ``get(url)`` awaits an ``httpc`` response, ``device`` is an ``ota.manifest.Device``,
    ``buffer`` has 4096 bytes. Raises HttpError or TransportError (worth another try) or
    one of REFUSALS.
    """
    response = await get(url)
    installer = Installer(slot, device, buffer, response.total)
    try:
        space = installer.space()
        while space:
            count = await response.readinto(space)
            if not count or is_cancelled():
                break
            installer.advance(count)
            space = installer.space()
            await sleep_ms(0)  # a fast host would starve the other tasks
        if is_cancelled():
            return None
        for _ in installer.finish():
            await sleep_ms(0)
        return installer.manifest.version
    finally:
        installer.abandon()
        await response.close()
