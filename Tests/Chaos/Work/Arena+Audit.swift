import Foundation
import PostgresClient
import Storage

extension Arena {
    /// Checks the whole promise on a finished run, and returns its predictions.
    ///
    /// - Parameter expected: the undisturbed run's; nil for that run itself.
    @discardableResult
    func audit(_ run: ChaosRun, against expected: Predictions?) async throws -> Predictions {
        try await checkAcceptances(run)
        let directory = try RunDirectory(output: run.output, run: run.name)
        let manifest = try await currentManifest(of: run, in: directory)
        var predictions = Predictions()
        for scene in manifest.scenes {
            guard let name = scene.fileName else { throw ChaosFailure("\(run.name)/\(scene.name): \(scene.state)") }
            try predictions.add(file: "\(directory.path)/\(name)")
        }
        if let expected, let difference = predictions.difference(from: expected) {
            tally.differences += 1
            throw ChaosFailure("run \(run.name): \(difference) from the undisturbed run")
        }
        try await expect(0, ["verify", "--output", run.output, "--run", run.name])
        try await collect(run, directory, manifest)
        tally.auditedRuns += 1
        tally.auditedScenes += manifest.scenes.count
        tally.auditedSamples += predictions.samples.count
        return predictions
    }

    /// Every scene was accepted once, and once more for each time that the suite had it put back.
    private func checkAcceptances(_ run: ChaosRun) async throws {
        let history = try await ledger.history(of: run)
        let accepted = Dictionary(grouping: history.filter { !$0.isWithdrawal }, by: \.scene)
        let withdrawn = Dictionary(grouping: history.filter(\.isWithdrawal), by: \.scene)
        guard accepted.count == run.sceneCount else {
            tally.lostScenes += run.sceneCount - accepted.count
            throw ChaosFailure("run \(run.name): \(accepted.count) of \(run.sceneCount) scenes were ever accepted")
        }
        for (scene, entries) in accepted {
            let allowed = 1 + (run.requeued[scene] ?? 0)
            guard entries.count == allowed, (withdrawn[scene]?.count ?? 0) == allowed - 1 else {
                tally.acceptedTwice += 1
                throw ChaosFailure("run \(run.name), scene \(scene): accepted \(entries.count) times: \(entries)")
            }
        }
    }

    /// The manifest as the database has it; written by `resume` where the worker that should have done so was killed.
    private func currentManifest(of run: ChaosRun, in directory: RunDirectory) async throws -> RunManifest {
        let rows = try await cluster.query(
            """
            SELECT i.name, t.file_name FROM occ.results t JOIN occ.scene_inputs i ON i.id = t.scene_id
            JOIN occ.runs r ON r.id = t.run_id WHERE r.name = '\(run.name)'
            """
        ).rows
        var files: [String: String] = [:]
        for row in rows { files[try row.get("name")] = try row.get("file_name", as: String.self) }
        func isCurrent(_ manifest: RunManifest) -> Bool {
            manifest.scenes.count == files.count && manifest.scenes.allSatisfy { files[$0.name] == $0.fileName }
        }
        if let manifest = try? directory.readManifest(), isCurrent(manifest) { return manifest }
        // The last worker may be about to write it.
        try await pass(1)
        if let manifest = try? directory.readManifest(), isCurrent(manifest) { return manifest }
        tally.rewrittenManifests += 1
        try await expect(0, ["resume", "--run", run.name, "--workers", "0"])
        let manifest = try directory.readManifest()
        guard isCurrent(manifest) else {
            throw ChaosFailure("run.json of \(run.name) is not what the database accepted, even after `resume`")
        }
        return manifest
    }

    /// After `gc` nothing is left but what was accepted.
    private func collect(_ run: ChaosRun, _ directory: RunDirectory, _ manifest: RunManifest) async throws {
        try await expect(0, ["gc", "--output", run.output, "--run", run.name])
        let accepted = Set(manifest.scenes.compactMap(\.fileName))
        for file in try directory.sceneFiles() {
            let name = file.path.split(separator: "/").last.map(String.init) ?? ""
            guard !file.isFinished || !accepted.contains(name) else { continue }
            throw ChaosFailure("gc left \(file.path) of \(run.name)")
        }
        for path in run.expectedGarbage where FileManager.default.fileExists(atPath: path) {
            throw ChaosFailure("gc left \(path), which a fenced worker had written")
        }
    }
}
