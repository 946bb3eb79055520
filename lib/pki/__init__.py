"""Certificates and signatures of firmware: strict, public data only, loaded only when needed.

``trust.check_signer`` judges a signer's certificate, ``verify.signature`` a signature. Both
are awaited; ``verify`` says why.
"""
