internal import Foundation
internal import SystemSupport

extension RunDirectory {
    /// Largest `run.json` that is read, in bytes: a million samples take some 40 MB.
    static let maximumManifestBytes = 1 << 30

    /// Writes `run.json`, whole or not at all, replacing an older one.
    ///
    /// - Throws: `StorageError` (`invalidManifest`) where it contradicts itself, `FileError`.
    public func writeManifest(_ manifest: RunManifest) throws {
        try check(manifest)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = Array(try encoder.encode(manifest)) + [UInt8(ascii: "\n")]
        try create()
        // Of this call alone: workers of several hosts may write at once.
        let temporary = "\(partialFolder)/run.json.\(UUID().uuidString).tmp"
        let file = try fileSystem.createFile(temporary)
        do {
            defer { file.close() }
            try file.writeAll(bytes, at: 0, path: temporary)
            KillPoint.reached(.manifestBeforeSync)
            try file.sync()
            KillPoint.reached(.manifestAfterSync)
            try fileSystem.rename(temporary, to: manifestPath)
            KillPoint.reached(.manifestRenamed)
        } catch {
            try? fileSystem.remove(temporary)
            throw error
        }
        try fileSystem.syncFolder(path)
        try fileSystem.syncFolder(partialFolder)
        KillPoint.reached(.manifestPublished)
    }

    /// Whether there is a `run.json`.
    ///
    /// - Throws: `FileError`.
    public func hasManifest() throws -> Bool { try fileSystem.byteCount(of: manifestPath) != nil }

    /// Reads `run.json`.
    ///
    /// - Throws: `StorageError` (`invalidManifest`, `unsupportedVersion`) telling what is wrong in it, `FileError`.
    public func readManifest() throws -> RunManifest {
        guard let size = try fileSystem.byteCount(of: manifestPath) else {
            throw StorageError(
                .invalidManifest,
                source: manifestPath,
                "there is no such file; it is written when the run ends, so finish or resume the run first"
            )
        }
        guard size <= Self.maximumManifestBytes else {
            throw StorageError(
                .invalidManifest,
                source: manifestPath,
                "\(size) bytes exceed \(Self.maximumManifestBytes)"
            )
        }
        let data = Data(try fileSystem.openFile(manifestPath).readUpTo(size, at: 0))
        let manifest: RunManifest
        do {
            let version = try JSONDecoder().decode(VersionOnly.self, from: data).formatVersion
            guard version == RunManifest.currentFormatVersion else {
                throw StorageError(
                    .unsupportedVersion(version),
                    source: manifestPath,
                    "has format version \(version), this program reads \(RunManifest.currentFormatVersion)"
                )
            }
            manifest = try JSONDecoder().decode(RunManifest.self, from: data)
        } catch let error as DecodingError {
            throw StorageError(.invalidManifest, source: manifestPath, Self.text(of: error))
        }
        try check(manifest)
        return manifest
    }

    private struct VersionOnly: Decodable {
        let formatVersion: Int
    }

    /// What holds of every manifest, on write and on read.
    private func check(_ manifest: RunManifest) throws {
        let invalid = { (found: String) in StorageError(.invalidManifest, source: manifestPath, found) }
        guard manifest.run == run else { throw invalid("it belongs to run '\(manifest.run)', not '\(run)'") }
        var names: Set<String> = []
        var tokens: Set<String> = []
        for scene in manifest.scenes {
            guard names.insert(scene.name).inserted else { throw invalid("scene '\(scene.name)' stands in it twice") }
            for token in scene.sampleTokens {
                guard SceneFileLimits.isToken(token) else {
                    throw invalid("scene '\(scene.name)' has '\(token)', which is no sample token")
                }
                guard tokens.insert(token).inserted else {
                    throw invalid("sample '\(token)' of scene '\(scene.name)' stands in it twice")
                }
            }
            guard scene.state == .done else { continue }
            guard let lease = scene.lease, let fileName = scene.fileName, scene.byteCount != nil, scene.sha256 != nil
            else {
                throw invalid("scene '\(scene.name)' is done but lacks lease, fileName, byteCount or sha256")
            }
            let expected = self.fileName(ofPath: try finalPath(scene: scene.name, lease: lease))
            guard fileName == expected else {
                throw invalid("scene '\(scene.name)' has file '\(fileName)' where lease \(lease) writes '\(expected)'")
            }
        }
    }

    /// A decoding error in words: where in the document, and what was found.
    private static func text(of error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let keys = context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }
            return keys.isEmpty ? "at the top" : "at " + keys.joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context): return "lacks the key '\(key.stringValue)' \(place(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "\(context.debugDescription) \(place(context))"
        case .dataCorrupted(let context):
            return "\(context.debugDescription) \(place(context)); restore the file, or let the run write it again"
        @unknown default: return "\(error)"
        }
    }
}
