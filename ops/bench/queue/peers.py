"""The same work for the peers: small jobs submitted in bulk, claimed and completed by workers that compute nothing.

    peers.py throughput PEER --database DSN --jobs N --workers W --batch B --payload BYTES
    peers.py worker PEER --database DSN --name NAME --folder FOLDER --expiry SECONDS

`throughput` starts from an empty schema and prints one JSON object with the names that `queue-load throughput` prints.
`worker` is one process for `zombie.py`: its job waits for the file FOLDER/release-NAME.
"""

import argparse
import asyncio
import dataclasses
import importlib
import json
import multiprocessing
import os
import resource
import time
from datetime import timedelta

CHUNK = 1000


class Pgqueuer:
    """https://pypi.org/project/pgqueuer: one manager a worker, each with its connection; completions in batches."""

    claims_are_timed = True

    @staticmethod
    async def connection(database):
        import asyncpg

        return await asyncpg.connect(database)

    @classmethod
    async def install(cls, database):
        from pgqueuer.queries import Queries

        connection = await cls.connection(database)
        await Queries.from_asyncpg_connection(connection).install()
        await connection.close()

    @classmethod
    async def submit(cls, database, count, payload):
        from pgqueuer.queries import Queries

        connection = await cls.connection(database)
        queries = Queries.from_asyncpg_connection(connection)
        for start in range(0, count, CHUNK):
            number = min(CHUNK, count - start)
            await queries.enqueue(["job"] * number, [payload] * number, [0] * number)
        await connection.close()

    @classmethod
    async def work(cls, database, workers, batch, claims, _count):
        from pgqueuer import PgQueuer
        from pgqueuer.types import QueueExecutionMode

        done = 0
        managers = []
        for _ in range(workers):
            connection = await cls.connection(database)
            manager = PgQueuer.from_asyncpg_connection(connection)

            @manager.entrypoint("job")
            async def job(_job):
                nonlocal done
                done += 1

            dequeue = manager.qm.queries.dequeue

            async def timed(*arguments, dequeue=dequeue, **named):
                start = time.perf_counter()
                jobs = await dequeue(*arguments, **named)
                if jobs:
                    claims.append(time.perf_counter() - start)
                return jobs

            manager.qm.queries.dequeue = timed
            managers.append(manager)
        await asyncio.gather(
            *(m.qm.run(batch_size=batch, mode=QueueExecutionMode.drain) for m in managers)
        )
        return done

    @classmethod
    async def serve(cls, arguments, hold):
        from pgqueuer import PgQueuer

        manager = PgQueuer.from_asyncpg_connection(await cls.connection(arguments.database))

        @manager.entrypoint("job")
        async def job(job):
            await hold(job.id)

        await manager.qm.run(
            batch_size=1,
            dequeue_timeout=timedelta(seconds=0.5),
            heartbeat_timeout=timedelta(seconds=arguments.expiry),
        )


class Procrastinate:
    """https://pypi.org/project/procrastinate: fetches one job at a time; `batch` is the concurrency of each worker."""

    claims_are_timed = True

    @staticmethod
    def app(database, connections):
        import procrastinate

        connector = procrastinate.PsycopgConnector(conninfo=database, min_size=connections, max_size=connections)
        return procrastinate.App(connector=connector)

    @classmethod
    async def install(cls, database):
        app = cls.app(database, 1)
        async with app.open_async():
            await app.schema_manager.apply_schema_async()

    @classmethod
    async def submit(cls, database, count, payload):
        app = cls.app(database, 1)
        text = payload.decode()
        async with app.open_async():
            task = app.configure_task("job")
            for start in range(0, count, CHUNK):
                await task.batch_defer_async(*({"payload": text} for _ in range(min(CHUNK, count - start))))

    @classmethod
    async def work(cls, database, workers, batch, claims, _count):
        # Each worker's connection of its own; it polls, so that LISTEN takes none besides.
        apps = [cls.app(database, 1) for _ in range(workers)]
        done = 0

        async def run(app):
            @app.task(name="job")
            async def job(payload):
                nonlocal done
                done += 1

            async with app.open_async():
                fetch = app.job_manager.fetch_job

                async def timed(*arguments, **named):
                    start = time.perf_counter()
                    found = await fetch(*arguments, **named)
                    if found:
                        claims.append(time.perf_counter() - start)
                    return found

                app.job_manager.fetch_job = timed
                await app.run_worker_async(
                    wait=False, concurrency=batch, listen_notify=False, install_signal_handlers=False
                )

        await asyncio.gather(*(run(app) for app in apps))
        return done

    @classmethod
    async def serve(cls, arguments, hold):
        app = cls.app(arguments.database, 4)

        @app.task(name="job", pass_context=True)
        async def job(context, payload):
            await hold(context.job.id)

        # Putting stalled jobs back is left to the application; its manual shows this task.
        async def rescue():
            while True:
                await asyncio.sleep(0.5)
                stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=arguments.expiry)
                for each in stalled:
                    await app.job_manager.retry_job(each)

        async with app.open_async():
            rescuing = asyncio.create_task(rescue())
            await app.run_worker_async(
                fetch_job_polling_interval=0.5,
                update_heartbeat_interval=arguments.expiry / 3,
                stalled_worker_timeout=arguments.expiry,
            )
            rescuing.cancel()


@dataclasses.dataclass
class AwaJob:
    payload: str


class Awa:
    """https://pypi.org/project/awa-pg: a Rust runtime; one process with as many connections as there are workers."""

    # Claims happen inside the runtime.
    claims_are_timed = False

    @staticmethod
    def client(database, connections):
        import awa

        return awa.AsyncClient(database, max_connections=connections)

    @classmethod
    async def install(cls, database):
        client = cls.client(database, 2)
        await client.migrate()
        await client.install_queue_storage()
        await client.close()

    @classmethod
    async def submit(cls, database, count, payload):
        client = cls.client(database, 1)
        text = payload.decode()
        for start in range(0, count, CHUNK):
            jobs = [AwaJob(text) for _ in range(min(CHUNK, count - start))]
            await client.enqueue_many_copy(jobs, queue="jobs")
        await client.close()

    @classmethod
    async def work(cls, database, workers, batch, _claims, count):
        client = cls.client(database, workers)
        done = 0
        end = asyncio.Event()

        @client.task(AwaJob, queue="jobs")
        async def job(_job):
            nonlocal done
            done += 1
            if done >= count:
                end.set()

        await client.start(
            [{"name": "jobs", "max_workers": workers * batch, "claim_batch_size": batch * workers}],
            poll_interval_ms=50,
        )
        await asyncio.wait_for(end.wait(), 600)
        # The last completions are written behind the handlers.
        await client.shutdown(timeout_ms=5000)
        await client.close()
        return done

    @classmethod
    async def serve(cls, arguments, hold):
        client = cls.client(arguments.database, 6)
        queue = "others" if arguments.idle else "jobs"

        @client.task(AwaJob, queue=queue)
        async def job(job):
            await hold(job.id)

        milliseconds = int(arguments.expiry * 1000)
        await client.start(
            [{"name": queue, "max_workers": 1}],
            heartbeat_interval_ms=milliseconds // 3,
            heartbeat_staleness_ms=milliseconds,
            heartbeat_rescue_interval_ms=500,
            leader_election_interval_ms=500,
        )
        await asyncio.Event().wait()


PEERS = {"pgqueuer": Pgqueuer, "procrastinate": Procrastinate, "awa": Awa}


async def sizes(database, rewrite=False):
    """MiB of all tables with their indexes; `rewrite` writes their rows anew first."""
    import asyncpg

    connection = await asyncpg.connect(database)
    rows = await connection.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    total = 0
    for row in rows:
        if rewrite:
            await connection.execute(f"VACUUM FULL {row['name']}")
        total += await connection.fetchval("SELECT pg_total_relation_size($1::regclass)", row["name"])
    await connection.close()
    return total / 2**20


def work_in_process(peer, database, workers, batch, count, barrier, queue):
    importlib.import_module(peer)
    claims = []
    barrier.wait(120)
    start = time.monotonic()
    done = asyncio.run(PEERS[peer].work(database, workers, batch, claims, count))
    end = time.monotonic()
    queue.put((done, claims, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, start, end))


def throughput(arguments):
    peer = PEERS[arguments.peer]
    asyncio.run(peer.install(arguments.database))
    start = time.perf_counter()
    asyncio.run(peer.submit(arguments.database, arguments.jobs, b"7" * arguments.payload))
    submitting = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    fresh = asyncio.run(sizes(arguments.database))

    # Python's workers get a process a core; the Rust runtime has threads.
    processes = 1 if arguments.peer == "awa" else min(arguments.workers, os.cpu_count() or 1)
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    barrier = context.Barrier(processes)
    share = arguments.workers // processes
    children = [
        context.Process(
            target=work_in_process,
            args=(arguments.peer, arguments.database, share, arguments.batch, arguments.jobs, barrier, queue),
        )
        for _ in range(processes)
    ]
    for child in children:
        child.start()
    reports = [queue.get(timeout=900) for _ in children]
    working = max(report[4] for report in reports) - min(report[3] for report in reports)
    for child in children:
        child.join()
    done = sum(report[0] for report in reports)
    used = asyncio.run(sizes(arguments.database))
    rewritten = asyncio.run(sizes(arguments.database, rewrite=True))
    claims = sorted(claim for report in reports for claim in report[1])
    report = {
        "scenes": arguments.jobs,
        "done": done,
        "submit_seconds": submitting,
        "submit_rate": arguments.jobs / submitting,
        "work_rate": done / working,
        "claim_p50_ms": claims[len(claims) // 2] * 1000 if claims else None,
        "claim_p99_ms": claims[int(len(claims) * 0.99)] * 1000 if claims else None,
        "memory_submit_mib": memory,
        "memory_end_mib": sum(each[2] for each in reports),
        "mib_submitted": fresh,
        "mib_after": used,
        "mib_rewritten": rewritten,
    }
    print(json.dumps(report))


def worker(arguments):
    async def hold(job):
        print(f"claimed {job}", flush=True)
        path = os.path.join(arguments.folder, f"release-{arguments.name}")
        while not os.path.exists(path):
            await asyncio.sleep(0.1)
        print(f"finished {job}", flush=True)

    asyncio.run(PEERS[arguments.peer].serve(arguments, hold))


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("throughput")
    command.set_defaults(run=throughput)
    command.add_argument("peer", choices=PEERS)
    command.add_argument("--database", required=True)
    command.add_argument("--jobs", type=int, default=20000)
    command.add_argument("--workers", type=int, default=8)
    command.add_argument("--batch", type=int, default=10)
    command.add_argument("--payload", type=int, default=1024)
    command = commands.add_parser("worker")
    command.set_defaults(run=worker)
    command.add_argument("peer", choices=PEERS)
    command.add_argument("--database", required=True)
    command.add_argument("--name", required=True)
    command.add_argument("--folder", required=True)
    command.add_argument("--expiry", type=float, default=3)
    command.add_argument("--idle", action="store_true")
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
