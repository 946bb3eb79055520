"""One certificate as text (PEM)."""

import base64

from cases import thinned
from keys import ROOT, SIGNER

import pki_maker as maker


def cases(dense):
    """All of them; ``dense`` >= 1: one of so many in the long series."""
    der = maker.certificate(SIGNER, ROOT)
    body = base64.b64encode(der).decode()
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    good = f"{begin}\n{lines}\n{end}\n"
    one = maker.certificate(SIGNER, ROOT, serial=maker.integer(0x80))
    texts = {
        "good": good,
        "CR LF": good.replace("\n", "\r\n"),
        "no line at the end": good[:-1],
        "white space around": "\n  \t" + good + " \r\n\n",
        "one long line": f"{begin}\n{body}\n{end}",
        "lines of 76": "\n".join(
            (begin, *(body[at : at + 76] for at in range(0, len(body), 76)), end)
        ),
        "no lines": begin + body + end,
        "two": good + good,
        "text before": "Subject: x\n" + good,
        "text after": good + "x",
        "header": f"{begin}\nProc-Type: 4\n\n{lines}\n{end}\n",
        "another label": good.replace("CERTIFICATE", "X509 CERTIFICATE"),
        "labels differ": good.replace("END CERTIFICATE", "END PUBLIC KEY"),
        "four dashes": good.replace("-----", "----"),
        "empty": "",
        "nothing inside": f"{begin}\n{end}",
        "nothing but a line": f"{begin}\n\n{end}",
        "no end": good[: -len(end) - 1],
        "no begin": good[len(begin) :],
        "begin alone": begin,
        "overlap": "-----BEGIN CERTIFICATE-----END CERTIFICATE-----",
        "padding missing": f"{begin}\n{body.rstrip('=')}\n{end}",
        "padding too long": f"{begin}\n{body}=\n{end}",
        "padding much too long": f"{begin}\n{body}====\n{end}",
        "comma inside": f"{begin}\n{body[:10]},{body[10:]}\n{end}",
        "space inside": f"{begin}\n{body[:10]} {body[10:]}\n{end}",
        "URL alphabet": f"{begin}\n{body.replace('+', '-').replace('/', '_')}\n{end}",
        "zero inside": f"{begin}\n{body[:10]}\x00{body[10:]}\n{end}",
        "umlaut inside": f"{begin}\n{body[:10]}ü{body[10:]}\n{end}",
        "CR alone": good.replace("\n", "\r"),
        "escaped lines": good.replace("\n", "\\n"),
        "blank lines": good.replace("\n", "\n\n"),
        "too long": f"{begin}\n{base64.b64encode(bytes(4400)).decode()}\n{end}",
        "5500 characters": good + " " * (5500 - len(good)),
        "5501 characters": good + " " * (5501 - len(good)),
        "serial": f"{begin}\n{base64.b64encode(one).decode()}\n{end}",
    }
    # Bits that base64 leaves unused at its end.
    for size in range(3):
        padded = maker.certificate(SIGNER, ROOT, subject=maker.name("x" * size))
        text = base64.b64encode(padded).decode()
        texts[f"subject of {size}"] = f"{begin}\n{text}\n{end}"
        if text.endswith("="):
            at = text.index("=") - 1
            alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            letter = alphabet[alphabet.index(text[at]) + 1]
            texts[f"unused bits set, {size}"] = (
                f"{begin}\n{text[:at]}{letter}{text[at + 1 :]}\n{end}"
            )
    for at in thinned(range(len(good)), dense * 3):
        for letter in "\x00 \n=-*":
            texts[f"{letter!r} at {at}"] = good[:at] + letter + good[at + 1 :]
        texts[f"{at} lost"] = good[:at] + good[at + 1 :]
    for label, text in texts.items():
        yield {"kind": "pem", "label": f"pem {label}", "text": text}
