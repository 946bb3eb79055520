"""One verification on MicroPython, for ``cost.py``: does ``nothing``, ``load``s or ``verify``s.

Prints its time, the longest step (both in microseconds) and the number of steps.
"""

import binascii
import hashlib
import json
import sys
import time

import ticks  # noqa: F401  a charger has these two loaded anyway
import ws.frames  # noqa: F401

NOW_S = 1_800_000_000
what = sys.argv[1]
with open(sys.argv[2]) as file:
    job = json.load(file)
for name in job:
    if name != "scheme":
        job[name] = binascii.unhexlify(job[name])
digest = hashlib.sha256(b"update file").digest()
times_us = [time.ticks_us()]
steps = [0, 0]


def between():
    """Note how long the step took."""
    now_us = time.ticks_us()
    steps[0] += 1
    steps[1] = max(steps[1], time.ticks_diff(now_us, times_us[0]))
    times_us[0] = now_us


def use_signature():
    """The key is loaded; the rest is the verification."""
    from pki import keys, verify

    key = keys.load(job["key"])
    scheme = getattr(verify, job["scheme"])
    return verify.now, verify.signature(key, digest, job["sign"], scheme, between)


def use_certificate():
    """All of it is the verification, most of the loading of code too."""
    from pki import trust, verify

    return verify.now, trust.check_signer(job["der"], [job["root"]], NOW_S, between)


if what != "nothing":
    now, coroutine = use_signature() if "key" in job else use_certificate()
    start_us = times_us[0] = time.ticks_us()
    if what == "verify":
        now(coroutine)
        between()
    print(time.ticks_diff(time.ticks_us(), start_us), steps[1], steps[0])
