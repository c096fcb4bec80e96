internal import Foundation
internal import SystemSupport

/// The directory a dataset is written to: claims it, writes files into it, publishes the tables last.
///
/// A marker file says that the directory is this tool's and which folders it may empty.
struct DatasetDirectory: Sendable {
    let root: String
    let version: String

    /// The file that says whose directory this is.
    static let markerName = ".occ-synthetic.json"
    private static let dataFolders = ["samples", "gts", "maps"]

    private struct Marker: Codable {
        var format: Int
        var version: String
        var state: String
    }

    /// Takes an empty, new or own directory; empties an own one of what an earlier call wrote, its tables first.
    func claim() throws {
        do {
            if try Folders.isPresent(root) {
                let names = try Folders.names(in: root)
                if !names.isEmpty { try empty(names) }
            } else {
                try Folders.create(root)
            }
            try writeMarker(state: "writing")
        } catch let error as FileError {
            throw Self.explain(error)
        }
    }

    /// Whether an earlier call filled the directory to the end.
    var isComplete: Bool {
        guard let content = FileManager.default.contents(atPath: "\(root)/\(Self.markerName)"),
            let marker = try? JSONDecoder().decode(Marker.self, from: content)
        else { return false }
        return marker.state == "complete"
    }

    /// Writes a file below the root; its folder must have been made.
    func write(_ bytes: [UInt8], to path: String) throws {
        let full = "\(root)/\(path)"
        do {
            if let slash = full.lastIndex(of: "/") { try Folders.create(String(full[..<slash])) }
            try AtomicFile.write(bytes, to: full)
        } catch let error as FileError {
            throw Self.explain(error)
        }
    }

    /// Writes the table files into a hidden folder and gives it its name by one rename; none where there are none.
    func publish(_ tables: [(name: String, bytes: [UInt8])]) throws {
        guard !tables.isEmpty else {
            do { try writeMarker(state: "complete") } catch let error as FileError { throw Self.explain(error) }
            return
        }
        let hidden = partialName(version)
        for table in tables { try write(table.bytes, to: "\(hidden)/\(table.name)") }
        let target = "\(root)/\(version)"
        guard rename("\(root)/\(hidden)", target) == 0 else {
            throw Self.explain(FileError.last("rename the finished tables to", target))
        }
        do {
            try AtomicFile.syncFolder(containing: target)
            try writeMarker(state: "complete")
        } catch let error as FileError {
            throw Self.explain(error)
        }
    }

    private func partialName(_ version: String) -> String { ".\(version).partial" }

    private func writeMarker(state: String) throws {
        let text = "{\"format\":1,\"state\":\"\(state)\",\"version\":\"\(version)\"}\n"
        try AtomicFile.write(text, to: "\(root)/\(Self.markerName)")
    }

    private func empty(_ names: [String]) throws {
        let markerPath = "\(root)/\(Self.markerName)"
        guard names.contains(Self.markerName) else {
            throw SyntheticWorldError.directoryNotOurs(path: root, found: "\"\(names[0])\"")
        }
        let content = FileManager.default.contents(atPath: markerPath) ?? Data()
        guard let marker = try? JSONDecoder().decode(Marker.self, from: content), marker.format == 1,
            SyntheticOptions.isVersionName(marker.version)
        else {
            throw SyntheticWorldError.directoryNotOurs(
                path: root,
                found: "\"\(Self.markerName)\", which cannot be read as this tool's marker"
            )
        }
        let own = [marker.version, partialName(marker.version), SceneManifest.fileName] + Self.dataFolders
        let foreign = names.filter { !own.contains($0) && $0 != Self.markerName }
        if let first = foreign.first {
            throw SyntheticWorldError.directoryNotOurs(path: root, found: "\"\(first)\"")
        }
        // Tables go first: without them the rest is no dataset.
        for name in own where names.contains(name) {
            let path = "\(root)/\(name)"
            do {
                try FileManager.default.removeItem(atPath: path)
            } catch {
                throw SyntheticWorldError.cannotWrite(
                    path: path,
                    doing: "removing the earlier",
                    reason: error.localizedDescription
                )
            }
        }
    }

    private static func explain(_ error: FileError) -> SyntheticWorldError {
        let reason = error.code != 0 ? String(cString: strerror(error.code)) : (error.detail ?? "refused")
        return .cannotWrite(path: error.path, doing: "cannot \(error.operation)", reason: reason)
    }
}
