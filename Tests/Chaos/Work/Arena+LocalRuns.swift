import Foundation
import PostgresClient
import Storage

/// Runs of `occ-scheduler run` beside the cluster: with a private PostgreSQL and workers of their own.
extension Arena {
    func localRunArguments(_ run: ChaosRun, workers: Int = 2) -> [String] {
        [
            "run", "--dataset", dataset, "--version", "v1.0-mini", "--model", model, "--output", run.output, "--run",
            run.name, "--workers", "\(workers)",
        ]
    }

    /// Runs the scheduler on an output folder's own database and demands an exit code.
    @discardableResult
    func localScheduler(_ code: Int32, _ arguments: [String]) async throws -> Child {
        let child = try scheduler(arguments, usesCluster: false)
        let ending = try await finish(child, upTo: 300)
        guard ending == .exit(code) else {
            throw ChaosFailure(
                "occ-scheduler \(arguments.joined(separator: " ")) ended with \(ending), not \(code):\n\(child.said)"
            )
        }
        return child
    }

    /// Decodes a local run's predictions and compares them with the undisturbed run's.
    func compareWithReference(_ run: ChaosRun) throws {
        let directory = try RunDirectory(output: run.output, run: run.name)
        var predictions = Predictions()
        for scene in try directory.readManifest().scenes {
            guard let name = scene.fileName else { throw ChaosFailure("\(run.name)/\(scene.name): \(scene.state)") }
            try predictions.add(file: "\(directory.path)/\(name)")
        }
        if let difference = predictions.difference(from: reference) {
            tally.differences += 1
            throw ChaosFailure("run \(run.name): \(difference) from the undisturbed run")
        }
        tally.auditedRuns += 1
        tally.auditedScenes += run.sceneCount
        tally.auditedSamples += predictions.samples.count
    }

    /// The name of one of the dataset's scenes.
    func randomScene() async throws -> String {
        let names = try await cluster.query("SELECT DISTINCT name FROM occ.scene_inputs ORDER BY name").rows
        guard let row = names.randomElement(using: &random) else { throw ChaosFailure("no scene was ever submitted") }
        return try row.get("name")
    }

    /// The most memory of its own, no file's, that any standing worker has; a control group counts that.
    func workerBytes() throws -> Int {
        let sizes = fleet.seats.compactMap { seat -> Int? in
            guard let process = seat.process else { return nil }
            let status = (try? String(contentsOfFile: "/proc/\(process.processID)/status", encoding: .utf8)) ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
            return line?.split(separator: " ").compactMap { Int($0) }.first
        }
        guard let most = sizes.max() else { throw ChaosFailure("no worker runs") }
        return most << 10
    }
}
