"""Times: valid when, and written how."""

import datetime

from cases import NOW_S, parse_case, root_case, signer_case
from certificates_library import CA, SIGNS, UTC, build
from keys import ROOT, SIGNER, library_keys

import pki_maker as maker


def cases(dense):
    """All of them, however ``dense``."""
    yield from by_library(library_keys()["P-256"])
    yield from forms(maker.root(ROOT))


def by_library(key):
    """Before, at and after the edges; years of all sorts."""
    root = build("root", key, "root", key, CA)
    for days in ((-100, -1), (1, 100), (0, 100), (-100, 0), (0, 0)):
        der = build("signer", key, "root", key, SIGNS, days=days)
        yield signer_case(f"signer of days {days}", der, [root])
        above = build("root", key, "root", key, CA, days=days)
        signer = build("signer", key, "root", key, SIGNS)
        yield signer_case(f"below root of days {days}", signer, [above])
        yield root_case(f"root of days {days}", above)
    edge = datetime.datetime.fromtimestamp(NOW_S, UTC)
    der = build("signer", key, "root", key, SIGNS, not_before=edge, not_after=edge)
    for now_s in (NOW_S - 1, NOW_S, NOW_S + 1):
        yield signer_case(f"signer of one second, {now_s - NOW_S}", der, [root], now_s)
    for year in (1950, 1951, 1970, 1999, 2000, 2001, 2024, 2049, 2050, 2051, 2100, 9999):
        for month, day in ((1, 1), (2, 28), (3, 1), (12, 31), (2, 29)):
            try:
                after = datetime.datetime(year, month, day, 23, 59, 59, tzinfo=UTC)
            except ValueError:
                continue
            before = datetime.datetime(1950, 1, 1, tzinfo=UTC)
            der = build("a", key, "b", key, (), not_before=before, not_after=after)
            yield parse_case(f"time {after}", der)


def forms(root):
    """UTCTime and GeneralizedTime in every shape."""
    start, end = maker.VALIDITY
    for tag, texts in (
        (
            0x17,
            "240101000000Z 491231235959Z 500101000000Z 991231235959Z 000229120000Z "
            "250229000000Z 240230000000Z 241301000000Z 240001000000Z 240100000000Z 240132000000Z "
            "240431000000Z 240101240000Z 240101006000Z 240101000060Z 2401010000Z 240101000000 "
            "240101000000+0000 240101000000z 240101000000Z0 24010100000Z 24-101000000Z "
            "+40101000000Z 2401010000 0Z 240101000000.5Z 20240101000000Z 240101235959Z ",
        ),
        (
            0x18,
            "20240101000000Z 20491231235959Z 20500101000000Z 99991231235959Z 21000229000000Z "
            "20960229000000Z 20500101000000.0Z 20500101000000.5Z 20500101000000 205001010000Z "
            "20500101000000+0000 500101000000Z 00000101000000Z 19500101000000Z 20501301000000Z "
            "20500101000000ZZ 2050-101000000Z ",
        ),
    ):
        for text in (*texts.split(" "), "\uff12\uff140101000000Z"):
            written = maker.tlv(tag, text.encode())
            for place, validity in (("end", (start, written)), ("start", (written, end))):
                der = maker.certificate(SIGNER, ROOT, validity=validity)
                yield parse_case(f"time {tag:x} {text} as {place}", der)
                yield signer_case(f"time {tag:x} {text} as {place}", der, [root])
                edge = 2_524_607_999  # the last second of 2049
                yield signer_case(f"time {text} as {place}, 2049", der, [root], edge)
    for label, validity in (
        ("none", ()),
        ("one", (start,)),
        ("three", (start, end, end)),
        ("turned", (end, start)),
        ("null", (start, maker.NULL)),
        ("string", (start, maker.tlv(0x0C, b"440101000000Z"))),
    ):
        der = maker.certificate(SIGNER, ROOT, validity=validity)
        yield signer_case(f"validity {label}", der, [root])
    starts_s, ends_s = 1_704_067_200, 2_335_219_200
    der = maker.certificate(SIGNER, ROOT)
    for now_s in (0, starts_s - 1, starts_s, starts_s + 1, ends_s - 1, ends_s, ends_s + 1):
        yield signer_case(f"at {now_s}", der, [root], now_s)
