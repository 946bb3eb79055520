"""Who may import whom, and what every file must look like: the design's table, enforced."""

import pytest

from architecture import (
    ROOT,
    find_asserts,
    find_bare_excepts,
    find_board_faults,
    find_forbidden_imports,
    find_long_files,
    find_missing_docstrings,
    find_name_clashes,
    imported_modules,
    read_device,
    read_sources,
)

# One import each that the table does not cover, and why.
EXCEPTIONS = {
    ("lib/loader/start.py", "firmware.app"): "the hand-over from the fixed part to the image",
    ("firmware/ocpp16/authorization.py", "loader.modules"): "gives the heap of its rules back",
    ("firmware/ocpp16/authorization_rules.py", "loader.modules"): "and of the cache's code",
    ("firmware/ocpp16/commands.py", "loader.modules"): "gives the heap of rare commands back",
    ("firmware/ocpp16/firmware_management.py", "loader.modules"): "gives back an upload's code",
    ("firmware/ocpp16/interrupted.py", "loader.modules"): "gives the heap of the recovery back",
    ("firmware/ocpp16/outbox.py", "loader.modules"): "gives the heap of its recovery back",
    ("firmware/ocpp16/security_commands.py", "firmware.certificates"): "the store, for a command",
    ("firmware/ocpp16/security_events.py", "loader.modules"): "drops itself when all are told",
    ("firmware/ocpp16/transactions.py", "loader.modules"): "gives back the code for interrupted",
    ("firmware/ocpp16/update.py", "loader.modules"): "gives the heap of an update's code back",
    ("firmware/ocpp16/update_settle.py", "loader.record"): "names of the boot record's states",
    ("firmware/update_trust.py", "pki"): "comes with the certificates",
}


def show(findings):
    return "\n" + "\n".join(findings)


def test_imports_follow_the_design():
    findings = find_forbidden_imports(read_device(), EXCEPTIONS)
    assert not findings, show(findings)


def test_every_exception_is_still_needed():
    used = {
        (path, module)
        for path, text in read_device().items()
        for _, module in imported_modules(path, text)
    }
    assert set(EXCEPTIONS) <= used


def test_no_module_of_the_image_lies_at_the_root():
    names = [path.name for path in ROOT.iterdir()]
    findings = find_name_clashes(read_device(), names)
    assert not findings, show(findings)


def test_board_files_are_literals():
    findings = find_board_faults(read_sources("board_configs/**/*.py"))
    assert not findings, show(findings)


@pytest.mark.parametrize("rule", [find_long_files, find_missing_docstrings, find_bare_excepts])
def test_device_code_and_tools(rule):
    findings = rule(read_device() | read_sources("tools/**/*.py", "board_configs/**/*.py"))
    assert not findings, show(findings)


def test_device_code_has_no_assert():
    findings = find_asserts(read_device())
    assert not findings, show(findings)
