internal import SystemSupport

extension RunStore {
    /// Checks every byte of every accepted file against its own checksums and against the manifest, and looks for files that
    /// should not be there.
    ///
    /// Files of superseded leases and partial files are no findings: `garbage(accepted:)` lists them.
    ///
    /// - Parameters:
    ///   - manifest: the run's manifest; nil reads `run.json`.
    ///   - progress: called after each accepted file with how many of how many are checked.
    /// - Throws: `StorageError` or `FileError` where the manifest or the folder cannot be read; trouble with a scene's file is a
    ///   finding.
    public func verify(
        _ manifest: RunManifest? = nil,
        progress: (_ checked: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> VerificationReport {
        let manifest = try manifest ?? readManifest()
        var report = VerificationReport()
        let accepted = manifest.done
        report.unfinishedScenes = manifest.scenes.count - accepted.count
        for scene in accepted {
            verify(scene, of: manifest, into: &report)
            progress(report.files, accepted.count)
        }
        try findExtraFiles(manifest, into: &report)
        return report
    }

    private func verify(_ scene: RunManifest.Scene, of manifest: RunManifest, into report: inout VerificationReport) {
        report.files += 1
        let key = SceneFileKey(scene: scene.name, lease: scene.lease ?? 0)
        let file = place(of: key)
        func add(_ problem: VerificationReport.Problem, _ detail: String) {
            report.findings.append(.init(scene: scene.name, path: file, problem: problem, detail: detail))
        }
        do {
            guard let size = try byteCount(of: key) else { return add(.missing, "there is no such file") }
            if let expected = scene.byteCount, size < expected {
                return add(.truncated, "\(size) bytes of \(expected)\(recoverable(key))")
            }
            let (header, entries) = try SceneFileReader.verify(open(key), path: file)
            if let difference = difference(header, entries, size, scene, manifest) { return add(.mismatch, difference) }
            let digest = try sha256(of: key)
            guard digest == scene.sha256 else {
                return add(.mismatch, "SHA-256 is \(digest), the manifest says \(scene.sha256 ?? "nothing")")
            }
            report.samples += entries.count
            report.bytes += size
        } catch let error as StorageError {
            if case .unfinished = error.kind { return add(.truncated, "\(error.detail)\(recoverable(key))") }
            add(.damaged, "\(error)\(recoverable(key))")
        } catch {
            add(.unreadable, "\(error)")
        }
    }

    /// How much of a broken file is still good, for the report.
    private func recoverable(_ key: SceneFileKey) -> String {
        guard let found = try? SceneFileReader.recover(open(key), path: place(of: key)) else {
            return "; no sample is whole"
        }
        return "; \(found.entries.count) of its samples are whole"
    }

    private func difference(
        _ header: SceneFileHeader,
        _ entries: [SampleEntry],
        _ size: Int,
        _ scene: RunManifest.Scene,
        _ manifest: RunManifest
    ) -> String? {
        let rows: [(String, String, String)] = [
            ("run", header.run, manifest.run),
            ("scene", header.scene, scene.name),
            ("lease", "\(header.lease)", "\(scene.lease ?? 0)"),
            ("model digest", header.modelDigest, manifest.modelDigest),
            ("precision", header.precision, manifest.precision),
            ("size", "\(size)", "\(scene.byteCount ?? 0)"),
        ]
        for (what, found, expected) in rows where found != expected {
            return "its \(what) is '\(found)', the manifest says '\(expected)'"
        }
        let found = Set(entries.map(\.token))
        let expected = Set(scene.sampleTokens)
        guard found == expected else {
            let lacking = scene.sampleTokens.filter { !found.contains($0) }
            let surplus = entries.map(\.token).filter { !expected.contains($0) }
            return "it lacks \(Self.some(lacking)) and has \(Self.some(surplus)) beyond the manifest's samples"
        }
        return nil
    }

    private static func some(_ tokens: [String]) -> String {
        guard let first = tokens.first else { return "no samples" }
        return tokens.count == 1 ? "sample '\(first)'" : "\(tokens.count) samples ('\(first)', ...)"
    }

    /// A whole file of a scene that the manifest calls unfinished: its work is done, and nothing that reads the manifest sees it.
    private func unlisted(_ file: SceneFileListing) -> VerificationReport.Finding? {
        guard let (header, entries) = try? SceneFileReader.verify(open(file.key), path: file.path),
            header.run == run, header.scene == file.scene, header.lease == file.lease
        else { return nil }
        return .init(
            scene: file.scene,
            path: file.path,
            problem: .unlisted,
            detail: "a whole file with \(entries.count) samples that run.json does not name"
        )
    }

    func sha256(of key: SceneFileKey) throws -> String {
        let digest = SHA256()
        let file = try open(key)
        var offset = 0
        while true {
            let chunk = try file.readUpTo(1 << 20, at: offset)
            guard !chunk.isEmpty else { return digest.finishHex() }
            chunk.withUnsafeBytes { digest.update($0) }
            offset += chunk.count
        }
    }

    private func findExtraFiles(_ manifest: RunManifest, into report: inout VerificationReport) throws {
        let accepted = manifest.acceptedLeases
        let scenes = Set(manifest.scenes.map(\.name))
        var findings = try strangers().map { path in
            VerificationReport.Finding(scene: nil, path: path, problem: .extra, detail: "it is no scene file")
        }
        for file in try sceneFiles() where file.isFinished {
            let detail: String
            if !scenes.contains(file.scene) {
                detail = "the manifest has no scene '\(file.scene)'"
            } else if let lease = accepted[file.scene] {
                guard file.lease > lease else { continue }
                detail = "lease \(file.lease) is later than the accepted one, \(lease)"
            } else {
                if let finding = unlisted(file) { findings.append(finding) }
                continue
            }
            findings.append(
                .init(scene: file.scene, path: file.path, problem: .extra, detail: detail)
            )
        }
        report.findings += findings.sorted { $0.path < $1.path }
    }
}
