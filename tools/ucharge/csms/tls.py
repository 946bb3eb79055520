"""Server-side TLS from a key folder."""

import ssl


def server_context(keys):
    """The context of the central system and the firmware host: TLS 1.2 or later."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(keys.certificate_path("server"), keys.key_path("server"))
    return context


def client_context(keys):
    """A client's context that trusts the folder's CA alone."""
    return ssl.create_default_context(cafile=str(keys.certificate_path("ca")))
