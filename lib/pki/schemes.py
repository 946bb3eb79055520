"""Signature schemes, all over SHA-256; flags, to be or-ed into "these are allowed here".

May import: nothing.
"""

ECDSA_DER = 1  # SEQUENCE {r, s}
ECDSA_RAW = 2  # r || s, 64 bytes
RSA_PKCS1 = 4  # PKCS#1 v1.5
RSA_PSS = 8  # MGF1 with SHA-256, a salt of 32 bytes
RSA_PSS_ANY_SALT = 16  # the same with whatever salt length the signer took
