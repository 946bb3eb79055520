"""A folder of keys: what lies in it, how it is filled, how it is read back."""

import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding

from ucharge.errors import UserError
from ucharge.keys import certificates

LOOPBACK = ("localhost", "127.0.0.1")

# name -> what it is for, in the order they are shown
CONTENTS = {
    "ca": "signs the servers' certificates; the charger trusts ca.der",
    "server": "central system and firmware host (TLS)",
    "manufacturer": "root of all firmware signers (ManufacturerRootCertificate)",
    "signing": "signs update files",
}


class KeyFolder:
    """Keys and certificates in ``folder``: NAME.pem, NAME.key.pem and the DER forms."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def certificate_path(self, name):
        """Path of the PEM certificate ``name`` ("ca", "server", "manufacturer", "signing")."""
        return self.folder / f"{name}.pem"

    def key_path(self, name):
        """Path of the PEM private key ``name``."""
        return self.folder / f"{name}.key.pem"

    @property
    def exists(self):
        """True when every certificate and key is there."""
        return all(
            self.certificate_path(name).is_file() and self.key_path(name).is_file()
            for name in CONTENTS
        )

    def certificate(self, name):
        """The certificate ``name``. Raises UserError when it is missing or unreadable."""
        path = self.certificate_path(name)
        try:
            return x509.load_pem_x509_certificate(path.read_bytes())
        except (OSError, ValueError) as error:
            raise UserError(f"can't read {path}: {error}", "make it with: ucharge keys") from error

    def key(self, name):
        """The private key ``name``. Raises UserError when it is missing or unreadable."""
        path = self.key_path(name)
        try:
            return serialization.load_pem_private_key(path.read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise UserError(f"can't read {path}: {error}", "make it with: ucharge keys") from error

    @property
    def ca_der(self):
        """The certificate authority as the charger stores it (/certs/ca.der)."""
        return self.certificate("ca").public_bytes(Encoding.DER)

    @property
    def manufacturer_der(self):
        """The root of who signs firmware, as the charger stores it (/certs/root.der)."""
        return self.certificate("manufacturer").public_bytes(Encoding.DER)

    @property
    def server_names(self):
        """Names and addresses the server certificate is for."""
        names = self.certificate("server").extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        return [str(name.value) for name in names.value]


def create(folder, hosts=(), force=False):
    """Fill ``folder`` with new keys; ``hosts`` are the server's names beside loopback.

    Raises UserError when keys are there already and ``force`` is not set.
    """
    keys = KeyFolder(folder)
    present = sorted(path.name for path in keys.folder.glob("*.pem"))
    if present and not force:
        raise UserError(
            f"{keys.folder} already holds {', '.join(present)}",
            "use it as it is, or replace it with --force (chargers must then get the new ca.der)",
        )
    keys.folder.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys([*LOOPBACK, *hosts]))
    ca_key, maker_key, server_key, signing_key = (certificates.make_key() for _ in range(4))
    ca = certificates.make_root(ca_key, "uCharge CA")
    maker = certificates.make_root(maker_key, "uCharge manufacturer root")
    server = certificates.make_server(server_key, names, ca, ca_key)
    signing = certificates.make_signer(signing_key, "uCharge firmware", maker, maker_key)
    _store(keys, "ca", ca, ca_key)
    _store(keys, "server", server, server_key)
    _store(keys, "manufacturer", maker, maker_key)
    _store(keys, "signing", signing, signing_key)
    return keys


def ensure(folder, hosts=()):
    """The keys in ``folder``, made first where there are none."""
    keys = KeyFolder(folder)
    return keys if keys.exists else create(folder, hosts)


def _store(keys, name, certificate, key):
    _write_private(
        keys.key_path(name),
        key.private_bytes(
            Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    keys.certificate_path(name).write_bytes(certificate.public_bytes(Encoding.PEM))
    (keys.folder / f"{name}.der").write_bytes(certificate.public_bytes(Encoding.DER))


def _write_private(path, data):
    """Write so that nobody else can read the key at any moment."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
