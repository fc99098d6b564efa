"""The launcher, run by a real shell in a checkout of its own, with a Python that records what it is asked for."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
UNAVAILABLE = 69
TOOLS = (
    "sh",
    "cat",
    "cmp",
    "cp",
    "date",
    "dirname",
    "grep",
    "mkdir",
    "mv",
    "readlink",
    "rm",
    "sleep",
    "tail",
    "tee",
    "touch",
)
PYTHON = f"""#!/bin/sh
case "$*" in
*"-m venv "*) echo venv >>"$CALLS"; mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
*"-m pip --version"*) ;;
*"-m pip install"*)
    echo "$*" >>"$CALLS"
    echo "Collecting something"
    sleep "${{PIP_SECONDS:-0}}"
    if [ -n "${{PIP_SAYS-}}" ]; then echo "$PIP_SAYS"; exit 1; fi
    ;;
*"-m opensky.cli"*) echo "ran $*" ;;
"-c import venv, ensurepip") exit "${{NO_VENV:-0}}" ;;
"-c import sys; sys.exit"*) exit "${{TOO_OLD:-0}}" ;;
-V) echo Python 3.11.7 ;;
*) exec {sys.executable} "$@" ;;
esac
"""


@dataclass
class Checkout:
    """A folder with the launcher and small locks, and a PATH that has nothing but shell tools."""

    folder: Path
    path: Path

    @property
    def calls(self) -> list[str]:
        """What the Python was asked to make or install, in order."""
        file = self.folder.parent / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def forget_calls(self) -> None:
        """Count anew."""
        (self.folder.parent / "calls").unlink(missing_ok=True)

    def add_python(self, name: str = "python3.11") -> None:
        """Put the recording Python on the PATH."""
        file = self.path / name
        file.write_text(PYTHON)
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start the launcher, and do not wait."""
        environment = {"PATH": str(self.path), "CALLS": str(self.folder.parent / "calls"), **variables}
        return subprocess.Popen(
            [str(self.folder / "opensky"), *arguments],
            env=environment,
            cwd=self.folder.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def run(self, *arguments: str, **variables: str) -> tuple[int, str, str]:
        """Run the launcher to its end; return its status and what it said on both streams."""
        process = self.start(*arguments, **variables)
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err


@pytest.fixture
def bare(tmp_path: Path) -> Checkout:
    """Return a checkout on a machine without Python."""
    folder, path = tmp_path / "a checkout", tmp_path / "bin"
    folder.mkdir()
    path.mkdir()
    shutil.copy(REPOSITORY / "opensky", folder / "opensky")
    for kind in ("", "-test", "-imports", "-services"):
        name = f"requirements{kind}.lock"
        (folder / name).write_text(f"# {name}\nsomething==1.0 \\\n    --hash=sha256:00\n")
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (path / tool).symlink_to(found)
    return Checkout(folder, path)


@pytest.fixture
def checkout(bare: Checkout) -> Checkout:
    """Return a checkout on a machine with a Python that records."""
    bare.add_python()
    return bare


def test_a_machine_without_python_is_told_what_to_install(bare: Checkout) -> None:
    """Without any Python the launcher says so in one line and makes nothing."""
    status, out, err = bare.run("up")
    assert status == UNAVAILABLE
    assert out == ""
    assert err == (
        "opensky: no Python 3.11 or newer on the PATH; install one (on Debian: apt install python3 python3-venv)"
        " or name it in OPENSKY_PYTHON.\n"
    )
    assert not (bare.folder / ".venv").exists()


def test_an_old_python_is_as_good_as_none(checkout: Checkout) -> None:
    """A Python before 3.11 is not taken."""
    status, _, err = checkout.run("up", TOO_OLD="1")
    assert status == UNAVAILABLE
    assert err.startswith("opensky: no Python 3.11 or newer on the PATH;")


def test_a_named_python_that_is_too_old_is_named_in_the_refusal(checkout: Checkout) -> None:
    """OPENSKY_PYTHON is taken at its word, and refused by its name."""
    status, _, err = checkout.run("up", TOO_OLD="1", OPENSKY_PYTHON="/opt/my python")
    assert status == UNAVAILABLE
    assert err == "opensky: OPENSKY_PYTHON is '/opt/my python', which is not a Python 3.11 or newer.\n"


def test_a_python_without_its_venv_module_is_told_which_package_has_it(checkout: Checkout) -> None:
    """Debian ships Python without ensurepip; the sentence names the package."""
    status, _, err = checkout.run("up", NO_VENV="1")
    assert status == UNAVAILABLE
    assert err == (
        "opensky: python3.11 has no venv module; install it (on Debian: apt install python3-venv) and run this again.\n"
    )


def test_first_use_installs_the_lock_with_hashes_and_runs_the_command(checkout: Checkout) -> None:
    """The first call makes .venv, installs the lock and the package, and hands all arguments on."""
    status, out, err = checkout.run("up", "--port", "8 0")
    assert status == 0
    assert out == "ran -P -m opensky.cli up --port 8 0\n"
    made, dependencies, package = checkout.calls
    assert made == "venv"
    assert "--require-hashes" in dependencies
    assert "://" not in dependencies + package
    assert package.endswith(f"--no-build-isolation --no-deps --no-compile -e {checkout.folder}")
    assert "first use: making .venv with Python 3.11.7" in err
    assert "installing 1 packages from requirements.lock" in err


def test_what_is_installed_is_compiled_once_also_where_python_may_not_keep_what_it_compiles(checkout: Checkout) -> None:
    module = checkout.folder / "src" / "shop.py"
    module.parent.mkdir()
    module.write_text("GOODS = 3\n")
    checkout.run("up", PYTHONDONTWRITEBYTECODE="1")
    assert list(module.parent.glob("__pycache__/shop.*.pyc"))


def test_second_use_installs_nothing_and_says_nothing(checkout: Checkout) -> None:
    """What is installed from this very lock is used as it is, without a word and without the network."""
    checkout.run("up")
    checkout.forget_calls()
    assert checkout.run("up") == (0, "ran -P -m opensky.cli up\n", "")
    assert checkout.calls == []


def test_a_changed_lock_is_installed_again(checkout: Checkout) -> None:
    """A stamp of another lock is stale: the lock is installed anew, into the same .venv."""
    checkout.run("up")
    checkout.forget_calls()
    (checkout.folder / "requirements.lock").write_text("something==2.0 \\\n    --hash=sha256:11\n")
    status, out, _ = checkout.run("up")
    assert (status, out) == (0, "ran -P -m opensky.cli up\n")
    assert ["--require-hashes" in call for call in checkout.calls] == [True, False]
    checkout.forget_calls()
    checkout.run("up")
    assert checkout.calls == []


@pytest.mark.parametrize(
    ("arguments", "lock"),
    [
        (("test", "-k", "x"), "requirements-test.lock"),
        (("test", "--services"), "requirements-services.lock"),
        (("test", "tests/cli", "--services", "-q"), "requirements-services.lock"),
        (("services", "up"), "requirements-services.lock"),
        (("import", "follows", "graph.csv"), "requirements-imports.lock"),
        (("bench", "import"), "requirements-imports.lock"),
        (("bench", "web"), "requirements.lock"),
    ],
)
def test_a_command_gets_the_lock_that_it_needs(checkout: Checkout, arguments: tuple[str, ...], lock: str) -> None:
    """Tests and imports need more than a shop; after either, the shop needs nothing further."""
    _, _, err = checkout.run(*arguments)
    assert f"from {lock}" in err
    checkout.forget_calls()
    checkout.run("up")
    assert checkout.calls == []


def test_the_variables_of_the_launcher_do_not_reach_the_command(checkout: Checkout) -> None:
    """The settings refuse variables that they do not know, so the launcher keeps its own to itself."""
    checkout.add_python("chosen")
    checkout.run("up", OPENSKY_PYTHON=str(checkout.path / "chosen"))
    show = checkout.folder / ".venv/bin/python"
    show.write_text('#!/bin/sh\nenv | grep -c "^OPENSKY_" || :\n')
    (checkout.path / "env").symlink_to(str(shutil.which("env")))
    assert checkout.run("up", OPENSKY_PYTHON=str(checkout.path / "chosen"))[1] == "0\n"


def test_another_named_python_makes_the_environment_anew(checkout: Checkout) -> None:
    """Whoever names another Python gets it."""
    checkout.run("up")
    checkout.add_python("chosen")
    checkout.forget_calls()
    checkout.run("up", OPENSKY_PYTHON=str(checkout.path / "chosen"))
    assert checkout.calls[0] == "venv"


def test_a_moved_folder_is_installed_anew(checkout: Checkout) -> None:
    """Scripts and the package in .venv name the folder, so a moved checkout is made anew."""
    checkout.run("up")
    checkout.forget_calls()
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    assert checkout.run("up")[0] == 0
    assert checkout.calls[0] == "venv"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)'",
            "cannot get the packages of requirements.lock: no package index answers; connect to the network once",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "a package does not have the content that requirements.lock promises; it was not installed",
        ),
        ("ERROR: [Errno 28] No space left on device", "the disk is full; about 400 MB are needed in"),
        ("ERROR: something else", "the installation failed: ERROR: something else"),
    ],
)
def test_a_failed_installation_is_explained_and_tried_again(checkout: Checkout, said: str, sentence: str) -> None:
    """One sentence says what is missing; nothing is run, and the next call installs again."""
    status, out, err = checkout.run("up", PIP_SAYS=said)
    assert (status, out) == (UNAVAILABLE, "")
    assert err.splitlines()[-1].startswith(f"opensky: {sentence}")
    checkout.forget_calls()
    assert checkout.run("up")[0] == 0
    assert checkout.calls[-1].endswith(str(checkout.folder))


def test_a_killed_installation_is_begun_again(checkout: Checkout) -> None:
    """What a killed installation left is thrown away, as nobody knows how whole it is."""
    process = checkout.start("up", PIP_SECONDS="30")
    _wait_for_calls(checkout, 2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    checkout.forget_calls()
    status, _, err = checkout.run("up")
    assert status == 0
    assert "opensky: the last installation was interrupted; beginning again." in err
    assert checkout.calls[0] == "venv"


def test_two_at_once_install_once(checkout: Checkout) -> None:
    """The second waits for the first, says so, and finds all ready."""
    first = checkout.start("up", PIP_SECONDS="1")
    _wait_for_calls(checkout, 2)
    second = checkout.run("up")
    first_out, _ = first.communicate(timeout=30)
    assert first_out == second[1] == "ran -P -m opensky.cli up\n"
    assert second[2] == "opensky: another ./opensky is preparing .venv; waiting for it.\n"
    assert len(checkout.calls) == 3


def test_a_link_to_the_launcher_finds_its_folder(checkout: Checkout) -> None:
    """Linked into a bin folder, the launcher still uses what lies beside the real file."""
    checkout.run("up")
    link = checkout.path / "opensky"
    link.symlink_to(checkout.folder / "opensky")
    done = subprocess.run(
        ["opensky", "up"], env={"PATH": str(checkout.path)}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "ran -P -m opensky.cli up\n"


def test_a_folder_that_cannot_be_written_is_named(checkout: Checkout) -> None:
    """Where .venv cannot be made, the sentence says where that is."""
    (checkout.folder / ".venv.turn").mkdir()  # stands for a read-only folder, which root could write all the same
    status, _, err = checkout.run("up")
    assert status == UNAVAILABLE
    assert err == f"opensky: cannot write in {checkout.folder} (Is a directory), where .venv is to be made.\n"


def _wait_for_calls(checkout: Checkout, count: int) -> None:
    deadline = time.monotonic() + 10
    while len(checkout.calls) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)
