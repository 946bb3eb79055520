"""Every request of OCPP 1.6, right and wrong in every way the schemas know, on both interpreters.

The charge point must give exactly one answer with the right code, answer the next request, and
go on charging. The codes are those of OCPP-J 1.6 section 4.2.3.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import case_player
from call_cases import ACTIONS, RESULT, cases_of
from sent_check import SentCheck

ROOT = Path(__file__).resolve().parents[2]
UNIQUE_ID = "a-request"

# The profiles this charger has: Core, FirmwareManagement, RemoteTrigger; the security extension.
SUPPORTED = {
    "ChangeAvailability", "ChangeConfiguration", "ClearCache", "DataTransfer", "GetConfiguration",
    "GetDiagnostics", "RemoteStartTransaction", "RemoteStopTransaction", "Reset", "TriggerMessage",
    "UnlockConnector", "UpdateFirmware",
    "DeleteCertificate", "ExtendedTriggerMessage", "GetInstalledCertificateIds", "GetLog",
    "InstallCertificate", "SignedUpdateFirmware",
}  # fmt: skip
# Of the profiles it does not have.
NOT_SUPPORTED = {
    "CancelReservation", "ReserveNow", "GetLocalListVersion", "SendLocalList",
    "ClearChargingProfile", "GetCompositeSchedule", "SetChargingProfile",
}  # fmt: skip
# All others are a charger's own, or of the security whitepaper: either code is right.
REFUSALS = {"NotSupported", "NotImplemented"}
# Ends the charge, as it should.
ENDS = {"Reset"}


def expected_of(action, case):
    """The codes that may answer ``case``."""
    if action in SUPPORTED:
        return {case.expected}
    return {"NotSupported"} if action in NOT_SUPPORTED else REFUSALS


def messages_of(action, case):
    """The lines for `case_player`: each case with a car that charges; good ones also without."""
    text = json.dumps([2, UNIQUE_ID, action, case.payload], ensure_ascii=False)
    yield [True, text, UNIQUE_ID, action]
    if case.expected == RESULT:
        yield [False, text, UNIQUE_ID, action]


def judge(action, case, message, outcome):
    """Why ``outcome`` is wrong, or ""."""
    answers, is_alive, charges = outcome
    if len(answers) != 1:
        return f"{len(answers)} answers: {answers}"
    found = RESULT if answers[0][0] == 3 else answers[0][2]
    if found not in expected_of(action, case):
        return f"{answers[0]} instead of {expected_of(action, case)}"
    if answers[0][1] != UNIQUE_ID:
        return f"the answer is to {answers[0][1]}"
    if not is_alive:
        return "no answer to the next request"
    if message[0] and not charges and not (action in ENDS and found == RESULT):
        return "stopped charging"
    return ""


def play_on_micropython(messages, folder):
    """The outcomes of all ``messages``, from one MicroPython process."""
    cases, outcomes, sent = (folder / name for name in ("cases", "outcomes", "sent"))
    cases.write_text("".join(json.dumps(message) + "\n" for message in messages))
    done = subprocess.run(
        [Path(sys.executable).with_name("micropython"), "-X", "heapsize=4M",
         "tests/support/case_player.py", cases, outcomes],
        cwd=ROOT,
        env={"MICROPYPATH": ".:lib:tests/support:.frozen", "UCHARGE_SENT": str(sent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )  # fmt: skip
    played = [json.loads(line) for line in outcomes.read_text().splitlines()]
    assert done.returncode == 0, f"{done.stdout}\nafter {messages[len(played) - 1]}"
    with sent.open() as lines:
        assert SentCheck().judge_lines(lines) == []
    return played


@pytest.mark.parametrize("interpreter", ["cpython", "micropython"])
def test_every_request_gets_its_one_answer(interpreter, tmp_path, record_property):
    played = [
        (action, case, message)
        for action in ACTIONS
        for case in cases_of(action)
        for message in messages_of(action, case)
    ]
    messages = [message for _, _, message in played]
    if interpreter == "micropython":
        outcomes = play_on_micropython(messages, tmp_path)
    else:
        player = case_player.Player()
        outcomes = [player.play(message) for message in messages]
    record_property("cases", (f"requests made from the schemas, {interpreter}", len(messages)))
    wrong = [
        f"{action} {case.what}, {'charging' if message[0] else 'idle'}: {problem}"
        for (action, case, message), outcome in zip(played, outcomes, strict=True)
        if (problem := judge(action, case, message, outcome))
    ]
    assert len(messages) > 1500
    assert not wrong, f"{len(wrong)} of {len(messages)}\n" + "\n".join(wrong)
