internal import Foundation
internal import Glibc

/// The splits a dataset brings along: `<root>/<version>/splits.json`, a JSON object of lists of scene names.
///
/// This is the format of nuscenes-devkit 1.2.0 (`get_scenes_of_custom_split`).
struct CustomSplits {
    /// The largest file that is read; lists of scene names are far smaller.
    static let byteLimit = 64 << 20

    /// The file that was read, or would have been.
    let file: String
    /// The splits by name; a value that is not a list of strings stays nil and is an error once it is asked for.
    let splits: [String: [String]?]
    /// Whether the file exists.
    let exists: Bool

    /// Reads the file; none at all gives no splits.
    static func read(folder: String) throws(DatasetError) -> CustomSplits {
        let file = "\(folder)/splits.json"
        var status = stat()
        guard stat(file, &status) == 0 else {
            let code = errno
            if code == ENOENT { return CustomSplits(file: file, splits: [:], exists: false) }
            throw broken(file, kind: .unreadableFile, "cannot inspect it: \(String(cString: strerror(code)))")
        }
        // Foundation's reader waits for a pipe's writer, and loses 4 KB for each empty file.
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            throw broken(file, "it is empty or no regular file")
        }
        guard status.st_size <= byteLimit else {
            throw broken(file, "it has \(status.st_size) bytes, more than the \(byteLimit) that are read")
        }
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: file)) } catch {
            throw broken(file, kind: .unreadableFile, "cannot read it: \(error.localizedDescription)")
        }
        let value: Any
        do { value = try JSONSerialization.jsonObject(with: data) } catch {
            let reason = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
            throw broken(file, "it is not JSON: \(reason ?? error.localizedDescription)")
        }
        guard let object = value as? [String: Any] else { throw broken(file, "it is not a JSON object") }
        return CustomSplits(file: file, splits: object.mapValues { $0 as? [String] }, exists: true)
    }

    /// The scene names of one split, in the file's order.
    func scenes(of split: String) throws(DatasetError) -> [String] {
        guard let found = splits[split] else {
            let official = OfficialSplit.allCases.map(\.rawValue).joined(separator: ", ")
            let own = splits.keys.sorted().joined(separator: ", ")
            throw .problem(
                DatasetProblem(
                    .unknownSplit,
                    file: file,
                    found: exists
                        ? "there is no split \"\(split)\" (the file has: \(own.isEmpty ? "none" : own))"
                        : "there is no split \"\(split)\" and no such file of custom splits",
                    advice: "use an official split (\(official)), one of this file, or none for all scenes"
                )
            )
        }
        guard let scenes = found else {
            throw Self.broken(file, "the split \"\(split)\" is not a list of scene names")
        }
        var seen: Set<String> = []
        for scene in scenes where !seen.insert(scene).inserted {
            throw Self.broken(file, "the split \"\(split)\" lists \(scene) twice")
        }
        guard !scenes.isEmpty else { throw Self.broken(file, "the split \"\(split)\" lists no scene") }
        return scenes
    }

    private static func broken(
        _ file: String,
        kind: DatasetProblem.Kind = .brokenSplits,
        _ found: String
    ) -> DatasetError {
        .problem(
            DatasetProblem(
                kind,
                file: file,
                found: found,
                advice: "mend the file: an object whose values are lists of scene names, {\"mine\": [\"scene-0001\"]}"
            )
        )
    }
}
