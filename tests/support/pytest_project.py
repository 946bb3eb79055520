"""A small project with one portable test file, to run pytest on: the tests' own run is tested."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def make_project(tmp_path):
    """An empty project with the real runner, shims and settings; its path."""
    (tmp_path / "tests" / "unit").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    for shim in ("micropython", "cpython", "support"):
        shutil.copytree(ROOT / "tests" / shim, tmp_path / "tests" / shim)
    return tmp_path


def run_pytest(project, source, *arguments, name="test_it.py"):
    """Write one portable file and run pytest; (exit status, output)."""
    (project / "tests" / "unit" / name).write_text(source)
    return run_again(project, *arguments)


def run_again(project, *arguments):
    """Run pytest in a project; (exit status, output)."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # starts four times as fast
    plugins = ("-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin", "-p", "xdist.plugin")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr
