"""Where update files come from, what they are held against, and who may have made them.

All by the rules of this board; ``app``: the `App`. Loaded for an update. May import: all of the
image.
"""

import sys

from firmware.version import STATE_SCHEMA
from loader import LOADER_VERSION
from loader.modules import forget


def device(app, capacity, floor):
    """What an update is held against, an ``ota.manifest.Device``."""
    from ota.manifest import Device

    context = app.context
    return Device(
        context.board["compatible"],
        sys.implementation._mpy,
        tuple(sys.implementation.version[:3]),
        LOADER_VERSION,
        STATE_SCHEMA,
        floor,
        capacity,
        context.slots[context.slot].kind,
    )


async def get(app, url, offset=0, etag=None):
    """An ``httpc`` response to the request for an update file. Raises its errors."""
    from firmware.ocpp16.update_policy import is_allowed
    from httpc import OPENING
    from httpc.client import get
    from httpc.errors import UrlError

    def allow(target):
        if not is_allowed(app.charge_point.configuration, target.scheme, target.host):
            raise UrlError("UpdateLocations does not have " + target.host)

    try:
        return await get(url, offset=offset, etag=etag, allow=allow, **app.trust())
    finally:
        forget(*OPENING)


def update_trust(app):
    """Whom this board trusts with its firmware, an ``update_trust.Trust``."""
    from firmware.update_trust import Trust

    allow_pkcs1 = app.charge_point.configuration.flag("AllowPkcs1Signature")
    return Trust(_roots(app), app.allow_unsigned, allow_pkcs1)


def has_roots(app):
    """Whether a root is installed that vouches for who signs firmware."""
    forget("firmware.update_source")
    return bool(_roots(app))


def _roots(app):
    """DER of each such root."""
    try:
        from firmware.certificates import roots

        return roots(app.context.files, "ManufacturerRootCertificate")
    finally:
        forget("firmware.certificates")
