"""Samples a second of a run on a warm disk: bench.py OUTPUT [--run NAME] [--seconds 5]

    PYTHONPATH=ops/python taskset -c 1 python3 ops/python/bench.py out        # one core

Reads the whole run again and again, each way in turn: without threads, with one, and with as many as there are cores; the first round warms up
and is not counted. What is timed is `run.samples()` to arrays: opening run and scenes, reading, checksums, unpacking, boxes to arrays. Medians
of rounds: samples a second of the clock, which other work on the machine slows down, and of processor time, all threads together.
"""

import argparse
import os
import platform
import statistics
import time

import lz4
import numpy

from occ_predictions import Run
from occ_predictions.ahead import cores


def read(run, prefetch, workers):
    """The number of samples whose arrays were made."""
    samples = 0
    for sample in run.samples(prefetch, workers):
        samples += len(sample.occupancy if run.kind == "occupancy" else sample.boxes) >= 0
    return samples


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output")
    parser.add_argument("--run")
    parser.add_argument("--seconds", type=float, default=5, help="at least, all ways together")
    arguments = parser.parse_args()
    ways = {"no thread": (0, 0), "one thread, 8 ahead": (8, 1)}
    if cores() > 1:
        ways[f"{cores()} threads, 8 ahead"] = (8, cores())
    rates = {way: [] for way in ways}
    start = time.perf_counter()
    rounds = 0
    while rounds < 4 or time.perf_counter() - start < arguments.seconds:
        for way, settings in ways.items():
            wall, own = time.perf_counter(), time.process_time()
            # A run made anew opens its scenes anew.
            samples = read(Run(arguments.output, arguments.run), *settings)
            if rounds > 0:
                rates[way].append((samples / (time.perf_counter() - wall), samples / (time.process_time() - own)))
        rounds += 1
    versions = f"Python {platform.python_version()}, numpy {numpy.__version__}, lz4 {lz4.__version__}"
    print(f"{versions}; {cores()} cores; {samples} samples, {rounds - 1} rounds; load {os.getloadavg()[0]:.1f}")
    print(f"{'samples a second':24} {'of the clock':>14} {'of a core':>14}")
    for way, values in rates.items():
        print(f"{way:24} " + " ".join(f"{statistics.median(column):14.0f}" for column in zip(*values)))


if __name__ == "__main__":
    main()
