"""What the tests of clusters share: a private PostgreSQL on loopback, a small dataset, runs, and the record against which they are held.

A worker has no part in the judgement: a trigger in the database writes down every acceptance in the accepting transaction, and what is
stored is compared with an undisturbed run, frame by frame (a sample is one LZ4 frame; docs/scene-file.md).
"""
import ctypes
import hashlib
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Failure(Exception):
    """What did not go as it must."""


def say(text):
    print(text, flush=True)


def adopt_orphans():
    """Makes this process the parent of whatever its children leave behind, so that all of it can be ended at the end."""
    if ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0) != 0:  # PR_SET_CHILD_SUBREAPER
        raise Failure("prctl: " + os.strerror(ctypes.get_errno()))


def descendants(ancestor=None):
    """Processes that this one, or another, started: itself or by others."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = pathlib.Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                children.setdefault(int(fields[1]), []).append(int(entry))
    found, waiting = [], [ancestor or os.getpid()]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found.append(child)
            waiting.append(child)
    return found


def send(process, number):
    try:
        os.kill(process, number)
        return True
    except ProcessLookupError:
        return False


def end_all():
    """Ends every process that was started from here."""
    for number, patience_s in ((signal.SIGTERM, 3), (signal.SIGKILL, 5)):
        end = time.monotonic() + patience_s
        for process in descendants():
            send(process, number)
        while descendants() and time.monotonic() < end:
            time.sleep(0.05)


def wait(seconds, what, condition):
    """Waits until a condition holds, and gives what it gave; its absence is a failure."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s in vain for {what}")
        time.sleep(0.2)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def programs():
    """The folder of occ-scheduler, occ-worker and Chaos."""
    return pathlib.Path(os.environ.get("OCC_PROGRAMS", ROOT / ".build/release")).resolve()


def make_folder(name):
    """A new folder that other accounts may enter: the server runs under one of its own."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"occ-{name}-", dir="/tmp"))
    folder.chmod(0o755)
    return folder


class Stand:
    """A server with a queue in it, a dataset, a network and an output folder."""

    def __init__(self, folder, scenes=12, samples=3, lease_s=None, user=None):
        """`lease_s`: OCC_LEASE_SECONDS; `user`: the number of the user who submits and works, where that is not this one."""
        self.folder, self.scenes, self.samples, self.lease_s, self.user = folder, scenes, samples, lease_s, user
        self.programs = programs()
        self.output = folder / "results"
        self.dataset, self.model = folder / "dataset", folder / "small.occmodel"
        self.worker_url, self.owner_url = folder / "worker.url", folder / "owner.url"
        self.port = free_port()
        self.expected = None
        self.server = None

    # The database.

    def start(self):
        binaries = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
        if not binaries:
            raise Failure("PostgreSQL is not installed: apt-get install postgresql")
        data = self.folder / "db"
        data.mkdir()
        account = []
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(data, entry.pw_uid, entry.pw_gid)
            account = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        checked(account + [binaries[-1] / "initdb", "-D", data / "data", "-U", "admin", "--auth-local=trust", "--auth-host=scram-sha-256",
                           "--encoding=UTF8", "--locale=C"], cwd="/")
        self.server = subprocess.Popen(
            account + [str(binaries[-1] / "postgres"), "-D", str(data / "data"), "-k", str(data), "-p", str(self.port),
                       "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=500"],
            cwd="/", stdout=open(self.folder / "postgres.log", "w"), stderr=subprocess.STDOUT, start_new_session=True)
        wait(30, "PostgreSQL", lambda: self.ask("SELECT 1", database="postgres", required=False))
        for name, url in (("occ_owner", self.owner_url), ("occ_worker", self.worker_url)):
            self.ask(f"CREATE ROLE {name} LOGIN PASSWORD 'only-here'", database="postgres")
            url.touch(mode=0o600)
            url.write_text(f"postgresql://{name}:only-here@127.0.0.1:{self.port}/occ\n")
            self.give(url)
        self.ask("GRANT occ_worker TO occ_owner", database="postgres")
        self.ask("CREATE DATABASE occ OWNER occ_owner", database="postgres")
        self.scheduler("migrate", "--grant-worker", "occ_worker")
        for statement in (
                "CREATE TABLE public.accepted (id int8 GENERATED ALWAYS AS IDENTITY, scene int8, lease int8, file text)",
                "CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
                " INSERT INTO public.accepted (scene, lease, file) VALUES (new.scene_id, new.lease, new.file_name); RETURN NULL; END $$",
                "CREATE TRIGGER note AFTER INSERT OR UPDATE ON occ.results FOR EACH ROW EXECUTE FUNCTION public.note()"):
            self.ask(statement)

    def ask(self, statement, database="occ", required=True):
        """Rows of a query as lists of texts."""
        result = subprocess.run(
            ["psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder / "db"), "-p", str(self.port), "-U",
             "admin", "-d", database, "-c", statement], capture_output=True, text=True)
        if result.returncode != 0:
            if required:
                raise Failure(f"{statement}: {result.stderr}")
            return []
        return [line.split("\t") for line in result.stdout.splitlines()]

    def number(self, statement):
        return int(self.ask(statement)[0][0])

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(30)

    # Commands.

    def environment(self, url=None):
        """What a worker or scheduler is started with: the address stands in a file."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("OCC_", "PG", "SLURM", "SBATCH"))}
        environment["OCC_DATABASE_URL_FILE"] = str(url or self.worker_url)
        if self.lease_s:
            environment["OCC_LEASE_SECONDS"] = str(self.lease_s)
        return environment

    def give(self, path):
        if self.user is not None:
            os.chown(path, self.user, self.user)

    def run(self, program, *arguments, url=None):
        account = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"] if self.user is not None else []
        return checked([*account, self.programs / program, *arguments], env=self.environment(url), cwd="/")

    def scheduler(self, *arguments):
        return self.run("occ-scheduler", *arguments, url=self.owner_url)

    # Data and runs.

    def prepare(self):
        """Makes dataset and network, and the undisturbed run."""
        for path in (self.dataset, self.output):
            path.mkdir()
            self.give(path)
        self.scheduler("make-dataset", "--scenes", self.scenes, "--samples", self.samples, "--seed", "7", "--to", self.dataset, "--width",
                       "64", "--height", "36", "--without-lidar")
        checked([self.programs / "Chaos", "--write-model", self.model])
        self.submit("undisturbed")
        self.run("occ-worker", "--exit-when-done")
        self.expected = self.frames("undisturbed")
        if len(self.expected) != self.scenes * self.samples:
            raise Failure(f"the undisturbed run has {len(self.expected)} samples, not {self.scenes} x {self.samples}")
        self.audit("undisturbed")

    def submit(self, run):
        self.scheduler("submit", "--dataset", self.dataset, "--version", "v1.0-mini", "--model", self.model, "--output", self.output,
                       "--run", run)

    def open_scenes(self):
        """Scenes that are queued or leased."""
        return self.number("SELECT count(*) FROM occ.scenes WHERE state IN ('queued', 'leased')")

    def frames(self, run):
        """The digest of each sample's stored frame in the accepted files of a run, by token."""
        found = {}
        rows = self.ask("SELECT t.file_name FROM occ.results t JOIN occ.runs r ON r.id = t.run_id"
                        f" WHERE r.name = '{run}'")
        for (name,) in rows:
            data = (self.output / "runs" / run / name).read_bytes()
            index = json.loads(data[struct.unpack("<Q", data[-12:-4])[0] + 20:-12])
            for sample in index["samples"]:
                if sample["token"] in found:
                    raise Failure(f"run {run}: sample {sample['token']} is stored twice, once in {name}")
                found[sample["token"]] = hashlib.sha256(data[sample["offset"]:][:sample["frameBytes"]]).hexdigest()
        return found

    def audit(self, run):
        """Checks the promise on a finished run: nothing lost, nothing twice, the undisturbed run's bytes."""
        states = dict(self.ask("SELECT s.state, count(*) FROM occ.scenes s JOIN occ.runs r ON r.id = s.run_id"
                               f" WHERE r.name = '{run}' GROUP BY s.state"))
        if states != {"done": str(self.scenes)}:
            raise Failure(f"run {run}: {states}, not {self.scenes} done")
        accepted = self.ask("SELECT i.name, count(a.id) FROM occ.scene_inputs i JOIN occ.runs r ON r.id = i.run_id"
                            f" LEFT JOIN public.accepted a ON a.scene = i.id WHERE r.name = '{run}' GROUP BY i.name")
        lost = [name for name, count in accepted if count == "0"]
        twice = [name for name, count in accepted if int(count) > 1]
        if lost or twice or len(accepted) != self.scenes:
            raise Failure(f"run {run}: {len(accepted)} scenes, lost {lost}, accepted twice {twice}")
        found = self.frames(run)
        different = [token for token in self.expected.keys() | found.keys() if self.expected.get(token) != found.get(token)]
        if different:
            raise Failure(f"run {run}: {len(different)} samples differ from the undisturbed run")
        self.scheduler("verify", "--output", self.output, "--run", run)


def checked(command, **options):
    """Runs a command to its end; anything but 0 is a failure that says what it said."""
    command = [str(part) for part in command]
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    if result.returncode != 0:
        raise Failure(f"{' '.join(command)} left with {result.returncode}:\n{result.stdout}{result.stderr}")
    return result.stdout


def main(body, name):
    """Runs a test in a folder of its own, ends all that it started, and keeps the folder where it failed."""
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = make_folder(name)
    try:
        body(folder)
    except Failure as failure:
        say(f"FAILED: {failure}\nwhat was made stays in {folder}")
        return 1
    except BaseException:
        say(f"what was made stays in {folder}")
        raise
    finally:
        end_all()
    shutil.rmtree(folder, ignore_errors=True)
    return 0
