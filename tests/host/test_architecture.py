"""Who may import whom, and what every file must look like: README's table, enforced."""

import pytest

from architecture import (
    ROOT,
    find_asserts,
    find_bare_excepts,
    find_board_faults,
    find_forbidden_imports,
    find_forgotten_exceptions,
    find_long_files,
    find_missing_docstrings,
    find_name_clashes,
    imported_modules,
    read_device,
    read_sources,
)

# One import each that the table does not cover, and why.
EXCEPTIONS = {
    ("lib/transport/host.py", "tempfile"): "CPython alone: OpenSSL takes a key from a file only",
    ("lib/loader/start.py", "firmware.app"): "the hand-over from the fixed part to the image",
    ("firmware/ocpp16/security_commands.py", "firmware.certificates"): "the store, for a command",
    ("firmware/ocpp16/update_settle.py", "loader.record"): "names of the boot record's states",
}


# Caught where the module, as loaded for that very call, can't have been loaded anew since.
CAUGHT = {
    ("firmware/app.py", "SettingsError"): "imported right before the start that raises it",
}


def show(findings):
    return "\n" + "\n".join(findings)


def test_imports_follow_the_design():
    findings = find_forbidden_imports(read_device(), EXCEPTIONS)
    assert not findings, show(findings)


def test_no_error_is_caught_by_the_class_of_a_module_that_was_dropped():
    sources = read_device()
    findings = find_forgotten_exceptions(sources, CAUGHT)
    assert not findings, show(findings)
    without = find_forgotten_exceptions(sources)
    assert len(without) >= len(CAUGHT)


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


@pytest.mark.parametrize("rule", [find_long_files, find_missing_docstrings, find_bare_excepts])
def test_tests(rule):
    findings = rule(read_sources("tests/**/*.py"))
    assert not findings, show(findings)


def test_device_code_has_no_assert():
    findings = find_asserts(read_device())
    assert not findings, show(findings)
