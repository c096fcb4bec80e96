internal import Glibc
internal import Storage
internal import SystemSupport

/// Output folders of runs as people name them on a command line.
public enum OutputFolder {
    /// Why a folder has no run to work with; nil where it has a place for runs.
    ///
    /// - Parameters:
    ///   - path: the folder, absolute.
    ///   - name: what named it: an option, or what an argument stands for.
    /// - Throws: `FileError` where that cannot be told.
    public static func flaw(_ path: String, named name: String = "--output") throws -> String? {
        if try RunStores.isPresent(inOutput: path) { return nil }
        return "\(name): \(try found(at: path)); give the output folder of a run" + hint(path)
    }

    private static func found(at path: String) throws -> String {
        guard try Folders.isPresent(path) else { return "there is no folder '\(path)'" }
        do {
            return try Folders.names(in: path).isEmpty
                ? "the folder '\(path)' is empty" : "the folder '\(path)' holds no run (it has no folder 'runs')"
        } catch let error as FileError where error.code == ENOTDIR {
            return "'\(path)' is a file"
        }
    }

    /// Who names what lies in an output folder is told of that.
    private static func hint(_ path: String) -> String {
        let parts = path.split(separator: "/")
        guard parts.suffix(2).contains("runs") else { return "" }
        return ", which is '/" + parts.dropLast(parts.last == "runs" ? 1 : 2).joined(separator: "/") + "'"
    }
}
