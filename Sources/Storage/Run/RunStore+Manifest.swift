internal import Foundation
internal import SystemSupport

extension RunStore {
    /// Writes `run.json`, whole or not at all, replacing an older one.
    ///
    /// - Throws: `StorageError` (`invalidManifest`) where it contradicts itself, `FileError`.
    public func writeManifest(_ manifest: RunManifest) throws {
        try check(manifest)
        try replace(.manifest, with: JSONDocument.encode(manifest))
    }

    /// Whether there is a `run.json`.
    ///
    /// - Throws: `FileError`.
    public func hasManifest() throws -> Bool { try has(.manifest) }

    /// Reads `run.json`.
    ///
    /// - Throws: `StorageError` (`invalidManifest`, `unsupportedVersion`) telling what is wrong in it, `FileError`.
    public func readManifest() throws -> RunManifest {
        let manifestPath = place(of: .manifest)
        guard let bytes = try read(.manifest) else {
            throw StorageError(
                .invalidManifest,
                source: manifestPath,
                "there is no such file; it is written when the run ends, so finish or resume the run first"
            )
        }
        let data = Data(bytes)
        let manifest: RunManifest
        do {
            let version = try JSONDocument.formatVersion(of: data)
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

    /// What holds of every manifest, on write and on read.
    private func check(_ manifest: RunManifest) throws {
        let invalid = { (found: String) in StorageError(.invalidManifest, source: place(of: .manifest), found) }
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
            let expected = try SceneFileKey(scene: scene.name, lease: lease).fileName()
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
