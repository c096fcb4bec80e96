internal import Foundation
internal import SystemSupport

/// Where each member of an archived run lies: the content of `occ-archive.json`, the first member (`docs/storage-tiers.md`).
struct ArchiveIndex: Equatable, Sendable {
    /// A member of the tar file.
    struct Member: Codable, Equatable, Sendable {
        /// Its path in the tar file, `runs/<run>/<file>`.
        var name: String
        /// Where its content begins, bytes from the front of the tar file.
        var offset: Int
        /// Bytes of its content.
        var size: Int
        /// SHA-256 of its content, 64 hexadecimal digits.
        var sha256: String
        /// The scene of a scene file; nil for the run's documents.
        var scene: String?
    }

    /// Version of the index's format, 1.
    static let currentFormatVersion = 1
    /// Name of the member that holds the index.
    static let memberName = "occ-archive.json"
    /// The largest index that is read, in bytes: a scene takes some 250.
    static let mostBytes = 1 << 30

    /// Name of the run.
    var run: String
    /// All members but the index, in the order of the file.
    var members: [Member]

    private struct Document: Codable {
        var formatVersion: Int
        var members: [Member]
        var run: String
    }

    /// The index as JSON, one member a line, with white space at its end so that it has as many bytes whatever the offsets are.
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let run = String(decoding: try encoder.encode(run), as: UTF8.self)
        var text = "{\"formatVersion\":\(Self.currentFormatVersion),\"run\":\(run),\"members\":[\n"
        var padding = 0
        for (place, member) in members.enumerated() {
            text += String(decoding: try encoder.encode(member), as: UTF8.self)
            text += place + 1 < members.count ? ",\n" : "\n"
            padding += "\(Int.max)".count - "\(member.offset)".count
        }
        return Array((text + "]}" + String(repeating: " ", count: padding) + "\n").utf8)
    }

    /// Reads an index.
    ///
    /// - Parameters:
    ///   - source: path of the tar file, for errors.
    ///   - byteCount: size of the tar file, in which every member must lie.
    /// - Throws: `StorageError` (`invalidManifest`, `unsupportedVersion`) telling what is wrong in it.
    init(_ bytes: [UInt8], source: String, byteCount: Int) throws {
        func invalid(_ found: String) -> StorageError {
            StorageError(.invalidManifest, source: source, "its \(Self.memberName) is wrong: \(found)")
        }
        let data = Data(bytes)
        let document: Document
        do {
            let version = try JSONDocument.formatVersion(of: data)
            guard version == Self.currentFormatVersion else {
                throw StorageError(
                    .unsupportedVersion(version),
                    source: source,
                    "its \(Self.memberName) has format version \(version), this program reads \(Self.currentFormatVersion)"
                )
            }
            document = try JSONDecoder().decode(Document.self, from: data)
        } catch is DecodingError { throw invalid("it is no index of an archived run") }
        (run, members) = (document.run, document.members)
        let folder = try Self.folder(ofRun: run)
        var names: Set<String> = []
        for member in members {
            guard member.name.hasPrefix(folder), !member.name.dropFirst(folder.count).contains("/") else {
                throw invalid("'\(member.name)' is no file of run '\(run)'")
            }
            guard names.insert(member.name).inserted else { throw invalid("'\(member.name)' stands in it twice") }
            guard member.offset >= 0, member.size >= 0, member.offset <= byteCount - member.size else {
                throw invalid(
                    "'\(member.name)' has \(member.size) bytes from byte \(member.offset) on, the file has \(byteCount)"
                )
            }
            let key = SceneFileKey(fileName: String(member.name.dropFirst(folder.count)))
            guard member.scene == key?.scene else {
                throw invalid("'\(member.name)' is not of the scene that it gives")
            }
        }
    }

    /// Makes an index of members whose offsets are not known yet.
    init(run: String, members: [Member]) { (self.run, self.members) = (run, members) }

    /// Where a run's files lie in a tar file, and in an output folder.
    static func folder(ofRun run: String) throws -> String { "runs/\(try EscapedName.escape(run, of: "run"))/" }
}
