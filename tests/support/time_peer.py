"""What time servers say, honest and other ones; `net_dns.NameServer` sends it."""

_1900_TO_1970_S = 2208988800
NOW_S = 1785542400  # 2026-08-01


def reply_to(request, unix_s=NOW_S, first=0x24, stratum=2, nonce=None, fraction=0):
    """A server's datagram; by default a good one (no leap warning, version 4, server)."""
    out = bytearray(48)
    out[0] = first
    out[1] = stratum
    out[12:16] = b"RATE"
    out[24:32] = nonce or request[40:48]
    if unix_s is not None:
        out[40:44] = ((unix_s + _1900_TO_1970_S) & 0xFFFFFFFF).to_bytes(4, "big")
    out[44] = fraction
    return bytes(out)


def tells(unix_s=NOW_S, **changes):
    """A server's script: it always answers so."""
    return lambda request: [(0, reply_to(request, unix_s, **changes))]
