"""Rounds of `peers.py throughput` and `queue-load throughput` in turn, and one table of their medians."""

import argparse
import json
import statistics
import subprocess
import sys
from importlib.metadata import version
from urllib.parse import quote, urlsplit

import psycopg

PEERS = {"pgqueuer": "pgqueuer", "procrastinate": "procrastinate", "awa": "awa-pg"}
ROWS = [
    ("submit, jobs/s", "submit_rate"),
    ("claim and complete, jobs/s", "work_rate"),
    ("a claim that finds work, p50 ms", "claim_p50_ms"),
    ("the same, p99 ms", "claim_p99_ms"),
    ("tables once submitted, MiB", "mib_submitted"),
    ("tables afterwards, MiB", "mib_after"),
    ("the same rows written anew, MiB", "mib_rewritten"),
    ("peak memory of the submitter, MiB", "memory_submit_mib"),
    ("peak memory of all workers, MiB", "memory_end_mib"),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--payload", type=int, required=True)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    base = arguments.database.rsplit("/", 1)[0]
    names = ["occ", *PEERS]
    common = ["--workers", str(arguments.workers), "--batch", str(arguments.batch), "--payload", str(arguments.payload)]
    with psycopg.connect(arguments.database, autocommit=True) as connection:
        settings = ["server_version", "shared_buffers", "fsync", "synchronous_commit", "max_wal_size"]
        print("PostgreSQL:", ", ".join(f"{s} {connection.execute(f'SHOW {s}').fetchone()[0]}" for s in settings))
        print("peers:", ", ".join(f"{package} {version(package)}" for package in PEERS.values()))
        print(
            f"{arguments.jobs} jobs of {arguments.payload} bytes, {arguments.workers} workers with a connection each,"
            f" batches of {arguments.batch}, medians of {arguments.rounds} rounds in turn"
        )
        reports = {name: [] for name in names}
        for number in range(arguments.rounds):
            for name in names[number % len(names) :] + names[: number % len(names)]:
                connection.execute("DROP DATABASE IF EXISTS occ_bench WITH (FORCE)")
                connection.execute("CREATE DATABASE occ_bench")
                connection.execute("CHECKPOINT")
                database = f"{base}/occ_bench"
                if name == "occ":
                    command = [arguments.load, "throughput", "--scenes", str(arguments.jobs)]
                    command += ["--connections", str(arguments.workers)]
                else:
                    command = [sys.executable, __file__.replace("compare.py", "peers.py"), "throughput", name]
                    command += ["--jobs", str(arguments.jobs)]
                run = subprocess.run(
                    [*command, *common, "--database", database], capture_output=True, text=True, timeout=1800
                )
                if run.returncode != 0:
                    sys.exit(f"{name} failed:\n{run.stdout}\n{run.stderr}")
                report = json.loads(run.stdout.strip().splitlines()[-1])
                if report["done"] != arguments.jobs:
                    sys.exit(f"{name} did {report['done']} of {arguments.jobs} jobs")
                reports[name].append(report)
                # Whatever comes, what was measured is kept.
                with open(arguments.output, "w") as file:
                    json.dump(reports, file, indent=1)
                print(f"round {number + 1} {name}: {report['work_rate']:.0f} jobs/s", file=sys.stderr, flush=True)
        connection.execute("DROP DATABASE IF EXISTS occ_bench WITH (FORCE)")
    print()
    print("| | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for title, key in ROWS:
        cells = []
        for name in names:
            values = [report.get(key) for report in reports[name]]
            cells.append("not visible" if None in values else f"{statistics.median(values):.3g}"
                         if statistics.median(values) < 100 else f"{statistics.median(values):,.0f}")
        print(f"| {title} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
