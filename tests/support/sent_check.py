"""What charge points sent in a test, against the official schemas. For `tests/conftest.py`.

`bench_central.SENT` collects it on CPython; a MicroPython process writes it to the file that
the environment variable names.
"""

import json
import sys

VARIABLE = "UCHARGE_SENT"


class SentCheck:
    """``count``: the messages that were held against the schemas."""

    def __init__(self):
        self.count = 0
        self._good = set()

    def take(self):
        """What is wrong with what was sent in this process since the last `take`."""
        central = sys.modules.get("bench_central")
        if central is None:
            return []
        entries = list(central.SENT)
        central.SENT.clear()
        return self.judge(entries)

    def judge_lines(self, lines):
        """As `take`, for what a MicroPython process wrote."""
        return self.judge(json.loads(line) for line in lines)

    def judge(self, entries):
        """One line for each message that is wrong."""
        wrong = []
        for kind, action, payload in entries:
            self.count += 1
            text = json.dumps([kind, action, payload])
            if text in self._good:
                continue
            found = violation(kind, action, payload)
            if found:
                wrong.append(f"{kind} of {action}: {found}: {text[:500]}")
            else:
                self._good.add(text)
        return wrong


def violation(kind, action, payload):
    """What the specification has against one message, or ""."""
    # Late: it costs half a second, and most tests have no charge point.
    from ucharge.csms.validate import error_violation, schema_violation

    if kind == "error":
        return error_violation(payload)
    return schema_violation(kind, action, payload)
