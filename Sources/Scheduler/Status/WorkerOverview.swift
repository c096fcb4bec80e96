internal import Foundation
internal import JobQueue

/// Workers as people look at them: by host, and those that left.
struct WorkerOverview {
    /// One host with live workers.
    struct Host: Encodable, Equatable {
        let host: String
        let workers: Int
        let slots: Int
        /// Scenes that are being worked on there.
        let leasedScenes: Int
        /// From finished samples of the last minutes.
        let samplesPerSecond: Double
        /// Binary kernels in use; more than one where workers of a host differ.
        let kernels: [String]
        /// Free bytes where its workers store, the least that one of them saw; nil where none has stored yet.
        let freeBytes: Int64?
        /// Scenes that failed on its workers, their writes that the database refused, and workers that vanished, over the workers
        /// that are live or left within the last hour.
        let faults: Int
    }

    /// Workers of one host that left for one reason.
    struct Departure: Encodable, Equatable {
        let host: String
        let workers: Int
        /// Since the last of them left.
        let secondsAgo: Double
        let reason: String
    }

    /// How long those that left stay listed, in seconds.
    static let shownSeconds = 3600.0
    private static let shownDepartures = 10

    let hosts: [Host]
    /// Newest first.
    let departures: [Departure]
    private let hasLive: Bool
    private let last: WorkerStatus?

    init(_ workers: [WorkerStatus]) {
        let live = workers.filter { $0.state == .live }
        hasLive = !live.isEmpty
        // A process that registered anew has not left; of one that has, its last registration tells.
        var known = Set(live.map(\.description.identity))
        let gone = workers.filter { $0.state != .live }.sorted { Self.ago($0) < Self.ago($1) }
            .filter { $0.description.identity.isEmpty || known.insert($0.description.identity).inserted }
        last = gone.first
        let recent = gone.filter { Self.ago($0) <= Self.shownSeconds }
        departures = Self.departures(of: recent)
        hosts = Dictionary(grouping: live, by: \.description.host).map { host, workers in
            Self.host(host, workers, recent.filter { $0.description.host == host })
        }.sorted { $0.host < $1.host }
    }

    private static func ago(_ worker: WorkerStatus) -> Double { worker.goneSeconds ?? worker.silentSeconds }

    private static func host(_ name: String, _ live: [WorkerStatus], _ gone: [WorkerStatus]) -> Host {
        Host(
            host: name,
            workers: live.count,
            slots: live.map(\.description.slots).reduce(0, +),
            leasedScenes: live.map(\.leasedScenes).reduce(0, +),
            samplesPerSecond: live.map(\.samplesPerSecond).reduce(0, +),
            kernels: Set(live.map(\.description.kernels).filter { !$0.isEmpty }).sorted(),
            freeBytes: live.compactMap(\.report.freeBytes).min(),
            faults: (live + gone).map { $0.report.scenesFailed + $0.report.writesRefused }.reduce(0, +)
                + gone.count { $0.state == .expired }
        )
    }

    private static func departures(of gone: [WorkerStatus]) -> [Departure] {
        struct Key: Hashable {
            let host: String
            let reason: String
        }
        // The silence of those that vanished differs by seconds; what they share is that they vanished.
        let groups = Dictionary(grouping: gone) { worker in
            Key(host: worker.description.host, reason: Self.reason(of: worker))
        }
        return groups.map { key, workers in
            Departure(
                host: key.host,
                workers: workers.count,
                secondsAgo: workers.map(ago).min() ?? 0,
                reason: key.reason
            )
        }.sorted { $0.secondsAgo < $1.secondsAgo }.prefix(shownDepartures).map { $0 }
    }

    static func reason(of worker: WorkerStatus) -> String {
        if !worker.reason.isEmpty {
            return worker.reason.hasPrefix("vanished: ") ? "vanished: nothing was heard of it any more" : worker.reason
        }
        return worker.state == .expired ? "vanished" : "no reason was given"
    }

    /// What is to be said where scenes of active runs wait and nobody works; nil otherwise.
    func remark(on runs: [RunStatus]) -> String? {
        let waiting = runs.filter { $0.state == .active }.map(\.counts.remaining).reduce(0, +)
        guard waiting > 0, !hasLive else { return nil }
        let scenes = waiting == 1 ? "1 scene waits" : "\(waiting) scenes wait"
        guard let last else {
            return "\(scenes) and nobody works: no worker was seen so far; start some with occ-worker"
        }
        return
            "\(scenes) and nobody works: the last worker (\(last.id) on \(last.description.host), pid \(last.description.pid))"
            + " left \(ProgressLine.duration(Self.ago(last))) ago: \(Self.reason(of: last))"
    }
}
