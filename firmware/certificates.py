"""The installed root certificates: /certs, a DER file each. Loaded when they matter.

A CentralSystemRootCertificate vouches for servers (TLS), a ManufacturerRootCertificate for who
signs firmware. May import: ``pki``, ``ocppj``, ``loader.modules``.
"""

from binascii import b2a_base64

from loader.modules import forget
from micropython import const
from ocppj import NO_MEMORY

_FOLDER = "/certs"
_FILES = {
    "CentralSystemRootCertificate": ("ca", "ca1", "ca2", "ca3"),
    "ManufacturerRootCertificate": ("root", "root1", "root2", "root3"),
}
CENTRAL_SYSTEM, MANUFACTURER = sorted(_FILES)
_MAX_BYTES = const(4096)


def roots(files, kind):
    """DER (bytes) of each installed root of ``kind``."""
    return [der for _, der in _installed(files, kind)]


def ids(charge_point, kind):
    """CertificateHashData of each installed root of ``kind``."""
    return [found for _, found in _hashed(charge_point, kind)]


async def install(charge_point, kind, text, reply):
    """InstallCertificate: ``text`` is PEM, ``reply`` takes the answer."""
    status = "Failed"
    reason = ""
    try:
        import pki

        pki.begin()
        try:
            status, reason = await _install(charge_point, kind, text)
        finally:
            pki.end()
    except (OSError,) + NO_MEMORY as error:
        reason = repr(error)
    finally:
        forget("firmware.certificates")
    charge_point.log("certificates: %s %s %s" % (kind, status, reason))
    reply({"status": status})


async def _install(charge_point, kind, text):
    """(status, reason)."""
    from pki.errors import PkiError
    from pki.pem import decode

    files, configuration = charge_point.files, charge_point.configuration
    before = _installed(files, kind)
    replaces = kind == CENTRAL_SYSTEM and configuration.flag("AdditionalRootCertificateCheck")
    replaced = None
    try:
        der = decode(text)
        if der in [old for _, old in before]:
            return "Accepted", "is there already"
        now_s = charge_point.clock.now_s(charge_point.now_ms)
        if replaces and before:
            replaced = await _check_successor(der, before, now_s)
        else:
            from pki.trust import check_root

            await check_root(der, now_s)
    except PkiError as error:
        if kind == CENTRAL_SYSTEM:
            charge_point.security_event("InvalidCentralSystemCertificate", error.reason)
        return "Rejected", error.reason
    if charge_point.evse.inhibited:  # a trial; it may have begun since
        return "Rejected", "on trial"
    # The root that is replaced stays, to fall back on; what it had replaced itself does not.
    older = [path for path, _ in before if replaced and path != replaced]
    if older:
        path = older[0]
    elif _count(files) >= configuration.number("CertificateStoreMaxLength"):
        return "Rejected", "no room"
    else:
        path = _free(files, kind)
    files.mkdir(_FOLDER)
    files.write(path, der)
    if files.read(path, _MAX_BYTES) != der:
        files.remove(path)
        return "Failed", "does not read back"
    _changed(charge_point, kind, "installed " + kind)
    return "Accepted", path


async def _check_successor(der, before, now_s):
    """The path of the root that has signed the CA ``der``, of ``before``. Raises PkiError."""
    from pki.errors import InvalidCertificate
    from pki.verify import ECDSA_DER, RSA_PKCS1, RSA_PSS, signature
    from pki.x509 import KEY_CERT_SIGN, Certificate

    root = Certificate(der)
    usage = KEY_CERT_SIGN if root.usage is None else root.usage
    if not root.not_before_s <= now_s <= root.not_after_s:
        raise InvalidCertificate("not valid now")
    if not root.is_ca or not usage & KEY_CERT_SIGN:
        raise InvalidCertificate("not meant to sign certificates")
    root.key()
    for path, old in before:
        old = Certificate(old)
        if old.subject == root.issuer:
            schemes = ECDSA_DER | RSA_PKCS1 | RSA_PSS
            await signature(old.key(), root.digest, root.signature, schemes)
            return path
    raise InvalidCertificate("not signed by the root that it replaces")


def delete(charge_point, wanted):
    """DeleteCertificate's status; ``wanted``: CertificateHashData."""
    hashed = [(kind, _hashed(charge_point, kind)) for kind in _FILES]
    for kind, installed in hashed:
        for path, found in installed:
            if _is_same(found, wanted):
                return _delete(charge_point, kind, path)
    return "NotFound"


def restore(files, kind, der):
    """Install the root ``der`` of ``kind`` again. Raises OSError."""
    if der not in roots(files, kind):
        files.write(_free(files, kind), der)


def _delete(charge_point, kind, path):
    if _is_in_use(charge_point, kind):
        return "Failed"
    files = charge_point.files
    try:
        if kind == CENTRAL_SYSTEM:  # the link may turn out to have needed it
            from firmware.ocpp16.security_keys import keep_before

            der = files.read(path, _MAX_BYTES)
            if not keep_before(files, "root", b2a_base64(der).decode().strip()):
                return "Failed"  # one is gone, and the link has not yet shown it was not needed
        files.remove(path)
    except OSError as error:
        charge_point.log("certificates: %r" % error)
        return "Failed"
    _changed(charge_point, kind, "deleted " + kind)
    return "Accepted"


def _updates(charge_point):
    update = charge_point.job
    return (getattr(update, "job", None) or getattr(update, "offer", None)) is not None


def _changed(charge_point, kind, what):
    charge_point.security_event("ReconfigurationOfSecurityParameters", what)
    if kind == CENTRAL_SYSTEM:
        # A root that is gone shows at once whether the link can do without it.
        charge_point.credentials_changed = "now" if what[:3] == "del" else True


def _is_in_use(charge_point, kind):
    if kind == CENTRAL_SYSTEM:  # without one there is no TLS any more
        return len(_installed(charge_point.files, kind)) == 1
    return _updates(charge_point)


def _is_same(found, wanted):
    """Hexadecimal digits in any case, and a serial number with zeros before it."""
    for name in found:
        one, other = found[name].lower(), wanted[name].lower()
        if one != (other.lstrip("0") if name == "serialNumber" else other):
            return False
    return True


def _installed(files, kind):
    """[(path, DER)]."""
    found = []
    for name in _FILES[kind]:
        path = "%s/%s.der" % (_FOLDER, name)
        der = files.read(path, _MAX_BYTES)
        if der:
            found.append((path, der))
    return found


def _count(files):
    return sum(len(_installed(files, kind)) for kind in _FILES)


def _free(files, kind):
    taken = [path for path, _ in _installed(files, kind)]
    for name in _FILES[kind]:
        path = "%s/%s.der" % (_FOLDER, name)
        if path not in taken:
            return path
    raise OSError("no file is free")


def _hashed(charge_point, kind):
    """[(path, CertificateHashData)]."""
    installed = _installed(charge_point.files, kind)
    if not installed:
        return []
    import pki

    pki.begin()
    try:
        from pki.errors import InvalidCertificate
        from pki.hashdata import hash_data
        from pki.x509 import Certificate

        found = []
        for path, der in installed:
            try:
                found.append((path, hash_data(Certificate(der))))
            except InvalidCertificate as error:
                charge_point.log("certificates: %s: %s" % (path, error.reason))
        return found
    finally:
        pki.end()
