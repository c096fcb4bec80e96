# Sourced by the scripts beside it: builds the load generator, makes a Python environment with the peers, and starts a
# PostgreSQL server with the settings that initdb chooses, in a folder that goes with the script.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
here=$root/ops/bench/queue
out=$root/bench-output/queue
mkdir -p "$out"

# A server of one's own, e.g. with other settings: OCC_BENCH_DATABASE=postgresql://user@%2Fsocket%2Ffolder/postgres, as a superuser.
start_server() {
    if [ -n "${OCC_BENCH_DATABASE:-}" ]; then
        database=$OCC_BENCH_DATABASE
    else
        local bin
        bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
        folder=$(mktemp -d /tmp/occ-queue-bench-XXXXXX)
        as_server=()
        if [ "$(id -u)" -eq 0 ]; then
            chown postgres "$folder"
            as_server=(setpriv --reuid=postgres --regid=postgres --init-groups)
        fi
        trap 'stop_server' EXIT
        "${as_server[@]}" "$bin/initdb" -D "$folder/data" -U occ -A trust >/dev/null
        "${as_server[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -o "-k $folder -c listen_addresses=''" start >/dev/null
        stop_command=("${as_server[@]}" "$bin/pg_ctl" -D "$folder/data" -m fast -w stop)
        database="postgresql://occ@${folder//\//%2F}/postgres"
    fi
}

stop_server() {
    "${stop_command[@]}" >/dev/null || true
    rm -rf "$folder"
}

build_load() {
    swift build -c release --package-path "$root/Benchmarks/queue" --product queue-load >&2
    load=$root/Benchmarks/queue/.build/release/queue-load
}

make_environment() {
    python=$out/venv/bin/python
    if [ ! -x "$python" ] || ! cmp -s "$here/requirements.txt" "$out/venv/requirements.txt"; then
        python3 -m venv "$out/venv"
        "$python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
        cp "$here/requirements.txt" "$out/venv/requirements.txt"
    fi
}
