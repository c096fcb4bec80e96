"""A stopped worker, its successor, and the job that both believe to hold; `zombie` starts this."""

import argparse
import asyncio
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version

import psycopg

import peers

# Awa twice: its rescues are done by one elected process, which may be the one that is stopped.
PACKAGES = {"pgqueuer": "pgqueuer", "procrastinate": "procrastinate", "awa": "awa-pg", "awa-leader": "awa-pg"}
EXPIRY = 3
DEADLINE = 60

# What the database says of the one job.
STATES = {
    "occ": "SELECT 'state ' || state || ', lease ' || lease || ', results ' || (SELECT count(*) FROM queue_load.results)"
    " || coalesce(' of lease ' || (SELECT min(lease) FROM queue_load.results), '') FROM queue_load.scenes",
    "pgqueuer": "SELECT coalesce((SELECT 'status ' || status FROM pgqueuer), 'no row') || ', log: '"
    " || (SELECT string_agg(status::text, ' ' ORDER BY id) FROM pgqueuer_log)",
    "procrastinate": "SELECT 'status ' || status || ', worker ' || coalesce(worker_id::text, 'none') || ', attempts '"
    " || attempts FROM procrastinate_jobs",
}


class Worker:
    def __init__(self, name, command, folder):
        self.name = name
        self.folder = folder
        self.path = folder / f"{name}.out"
        self.process = subprocess.Popen(
            command, stdout=open(self.path, "w"), stderr=open(folder / f"{name}.err", "w"), cwd=os.path.dirname(__file__) or "."
        )

    def output(self):
        return self.path.read_text()

    def wait_for(self, text):
        end = time.monotonic() + DEADLINE
        while text not in self.output():
            if time.monotonic() > end:
                return False
            if self.process.poll() is not None and text not in self.output():
                return False
            time.sleep(0.1)
        return True

    def release(self):
        (self.folder / f"release-{self.name}").touch()

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()


def state(system, database):
    if system.startswith("awa"):
        return asyncio.run(awa_state(database))
    with psycopg.connect(database) as connection:
        row = connection.execute(STATES[system]).fetchone()
        return row[0] if row else "no row"


async def awa_state(database):
    client = peers.Awa.client(database, 2)
    stats = [s for s in await client.queue_stats() if s.queue == "jobs"]
    await client.close()
    return ", ".join(f"available {s.available}, completed {s.completed_last_hour}" for s in stats)


def play(system, arguments, database, folder):
    peer = peers.PEERS.get(system.removesuffix("-leader"))

    def start(name, *more):
        if system == "occ":
            command = [arguments.load, "worker", "--expiry", str(EXPIRY)]
        else:
            command = [sys.executable, "-W", "ignore", "peers.py", "worker", system.removesuffix("-leader"), "--expiry", str(EXPIRY)]
        command += ["--database", database, "--name", name, "--folder", str(folder), *more]
        return Worker(name, command, folder)

    workers = []
    try:
        if peer:
            asyncio.run(peer.install(database))
        if system == "awa":
            # Elected before the worker that is stopped comes.
            workers.append(start("leader", "--idle"))
            time.sleep(3)
        if peer:
            asyncio.run(peer.submit(database, 1, b"payload"))
        first = start("first")
        workers.append(first)
        if not first.wait_for("claimed"):
            return "the first worker claimed nothing: " + (folder / "first.err").read_text()[-400:]
        print(f"  first claimed the job: {state(system, database)}", flush=True)
        first.process.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        second = start("second")
        workers.append(second)
        if not second.wait_for("claimed"):
            return f"the job was NOT TAKEN OVER within {DEADLINE} s"
        taken = time.monotonic() - stopped
        print(f"  first stopped; second took the job over after {taken:.1f} s: {state(system, database)}", flush=True)
        first.process.send_signal(signal.SIGCONT)
        first.release()
        first.wait_for("accepted" if system == "occ" else "finished")
        time.sleep(3)
        middle = state(system, database)
        print(f"  first went on and finished while second still works: {middle}", flush=True)
        if system == "occ":
            print(f"  first was told: {first.output().strip().splitlines()[-1]}", flush=True)
        second.release()
        second.wait_for("accepted" if system == "occ" else "finished")
        time.sleep(3)
        final = state(system, database)
        print(f"  second finished: {final}", flush=True)
        if system == "occ":
            print(f"  second was told: {second.output().strip().splitlines()[-1]}", flush=True)
        before = {
            "occ": "state leased" in middle and "results 0" in middle,
            "pgqueuer": middle.startswith("status picked"),
            "procrastinate": middle.startswith("status doing"),
            "awa": "completed 0" in middle,
            "awa-leader": "completed 0" in middle,
        }[system]
        return "the late completion was REFUSED" if before else "the late completion was ACCEPTED, over the new holder's head"
    finally:
        for worker in workers:
            worker.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--systems", nargs="*", default=["occ", *PACKAGES])
    arguments = parser.parse_args()
    base = arguments.database.rsplit("/", 1)[0]
    with psycopg.connect(arguments.database, autocommit=True) as connection:
        for system in arguments.systems:
            connection.execute("DROP DATABASE IF EXISTS occ_bench WITH (FORCE)")
            connection.execute("CREATE DATABASE occ_bench")
            package = PACKAGES.get(system)
            print(f"{system} {version(package)}" if package else system, flush=True)
            with tempfile.TemporaryDirectory() as folder:
                print("  =>", play(system, arguments, f"{base}/occ_bench", pathlib.Path(folder)), flush=True)
        connection.execute("DROP DATABASE IF EXISTS occ_bench WITH (FORCE)")


if __name__ == "__main__":
    main()
