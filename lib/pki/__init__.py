"""Certificates and signatures of firmware: strict, public data only, loaded only when needed.

``trust.check_signer`` judges a signer's certificate, ``verify.signature`` a signature. Both
are awaited; ``verify`` says why. Whoever uses them says so by ``begin`` before and ``end`` after.
"""

import sys

_users = 0


def begin():
    """A use begins."""
    global _users
    _users += 1


def end():
    """A use ends. The last one drops the code, all of it: a part that stayed, or was dropped
    beside another use, would know other classes of each error."""
    global _users
    _users -= 1
    if not _users:
        for name in list(sys.modules):
            if name == "pki" or name[:4] == "pki.":
                del sys.modules[name]
