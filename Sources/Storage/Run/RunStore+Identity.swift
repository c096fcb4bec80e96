internal import Foundation

extension RunStore {
    /// Reads `identity.json`; nil where the run has none, as those of version 0.1.
    ///
    /// - Throws: `StorageError` (`invalidManifest`, `unsupportedVersion`) telling what is wrong in it, `FileError`.
    public func readIdentity() throws -> FolderIdentity? {
        let place = place(of: .identity)
        func invalid(_ found: String) -> StorageError {
            StorageError(
                .invalidManifest,
                source: place,
                "\(found); restore it from a backup, or move it away and give `occ-scheduler rebuild` for this folder"
            )
        }
        guard let bytes = try read(.identity) else { return nil }
        let data = Data(bytes)
        let identity: FolderIdentity
        do {
            let version = try JSONDocument.formatVersion(of: data)
            guard version == FolderIdentity.currentFormatVersion else {
                throw StorageError(
                    .unsupportedVersion(version),
                    source: place,
                    "has format version \(version), this program reads \(FolderIdentity.currentFormatVersion)"
                )
            }
            identity = try JSONDecoder().decode(FolderIdentity.self, from: data)
        } catch is DecodingError {
            throw invalid("it is no identity of a run's folder")
        }
        guard identity.name == run else { throw invalid("it is of run '\(identity.name)', not '\(run)'") }
        return identity
    }

    /// Gives the run an identity, whole and durable, unless it has one.
    ///
    /// Of several processes at once one wins, and all go on with what it wrote.
    ///
    /// - Returns: the identity that the run has now.
    /// - Throws: `StorageError`, `FileError`.
    public func giveIdentity(_ identity: FolderIdentity) throws -> FolderIdentity {
        _ = try createIfAbsent(.identity, JSONDocument.encode(identity))
        return try readIdentity() ?? identity
    }

    /// Gives the run another identity, whole or not at all: what ends its being taken over by another queue.
    ///
    /// - Throws: `FileError`.
    public func replaceIdentity(_ identity: FolderIdentity) throws {
        try replace(.identity, with: JSONDocument.encode(identity))
    }
}

/// Documents as JSON for people and programs.
enum JSONDocument {
    private struct Version: Decodable {
        let formatVersion: Int
    }

    /// The version of its format that a document says it has.
    static func formatVersion(of data: Data) throws -> Int {
        try JSONDecoder().decode(Version.self, from: data).formatVersion
    }

    /// The document with sorted keys, on lines of its own.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }
}
