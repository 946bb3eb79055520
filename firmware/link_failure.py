"""What a failure to connect means for security. Loaded for the first one in a row.

May import: ``loader.modules``.
"""

from loader.modules import forget


def tell(charge_point, error):
    """Note the security event that ``error`` is, if it is one."""
    if getattr(error, "status", None) == 401:
        charge_point.security_event("FailedToAuthenticateAtCentralSystem", str(error))
    elif getattr(error, "kind", "protocol") != "protocol":  # a TlsError's
        charge_point.security_event("InvalidCentralSystemCertificate", str(error))
    forget("firmware.link_failure")
