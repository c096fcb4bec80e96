public import ArgumentParser
internal import Glibc
public import SystemSupport

/// Whether a command may put its files in the place of others.
public struct ReplaceOptions: ParsableArguments {
    /// Whether files that hold something else are replaced.
    @Flag(name: .customLong("force"), help: "Replace what is there already and holds something else.")
    public var isForced = false

    /// Makes empty options, for ArgumentParser.
    public init() {}
}

/// Files that commands write where people say: none takes another's place unless that was asked for.
public enum OutputFile {
    /// What became of a file.
    public enum Outcome: Equatable, Sendable {
        /// It was written.
        case written
        /// It was there already, byte for byte.
        case unchanged
    }

    /// Refuses a place where no file can be written, before anything is computed for it.
    ///
    /// - Throws: `CommandFailure` (`configuration`) for a folder, and for a place in a folder that is not there.
    public static func checkFolder(of path: String) throws {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        guard try Folders.isPresent(folder.isEmpty ? "/" : folder) else {
            throw CommandFailure(.configuration, "there is no folder '\(folder)' for '\(path)'; make it first")
        }
        guard (try? Folders.names(in: path)) == nil else {
            throw CommandFailure(.configuration, "'\(path)' is a folder; name a file")
        }
    }

    /// Writes a file whole or not at all; one that holds the same already is left alone.
    ///
    /// - Parameter replaces: whether a file that holds something else is replaced.
    /// - Throws: `FileError`, with the code `EEXIST` for a file that holds something else.
    @discardableResult
    public static func write(_ bytes: [UInt8], to path: String, replaces: Bool) throws -> Outcome {
        if isRegularFile(path) {
            if try MappedFile(path: path).withBytes({ $0.elementsEqual(bytes) }) { return .unchanged }
            guard replaces else { throw refusal(path) }
        }
        try AtomicFile.write(bytes, to: path)
        return .written
    }

    /// Lets a closure write a file that is too large or too slow to be made in memory, beside its place, and puts it there.
    ///
    /// - Parameters:
    ///   - isSame: whether two files whose bytes differ hold the same all the same; the earlier one is kept then.
    ///   - body: gets the path to write; that is the place itself where a device or a pipe is.
    /// - Throws: as `write`, and what `body` throws; the earlier file stays as it was then.
    @discardableResult
    public static func write<Result>(
        to path: String,
        replaces: Bool,
        isSame: (_ earlier: String, _ new: String) -> Bool = { _, _ in false },
        _ body: (_ path: String) throws -> Result
    ) throws -> (outcome: Outcome, result: Result) {
        // Of a symbolic link, the file that it leads to is replaced.
        let place = resolved(path)
        let exists = isRegularFile(place)
        if try !exists && Folders.isPresent(place) { return (.written, try body(place)) }
        let temporary = "\(place).\(getpid()).new"
        Leftovers.add(temporary)
        defer { Leftovers.settle(temporary) { _ = unlink(temporary) } }
        let result = try body(temporary)
        if exists {
            let isEqual = try MappedFile(path: temporary).withBytes { new in
                try MappedFile(path: place).withBytes { new.elementsEqual($0) }
            }
            if isEqual || isSame(place, temporary) { return (.unchanged, result) }
            guard replaces else { throw refusal(path) }
        }
        guard Leftovers.settle(temporary, { rename(temporary, place) == 0 }) else {
            throw FileError.last("rename to '\(place)'", temporary)
        }
        try AtomicFile.syncFolder(containing: place)
        return (.written, result)
    }

    /// Refuses, before slow work is done for it, a place where a file could not be put.
    ///
    /// A file that is there is refused whatever it holds: what would be written is not known yet.
    ///
    /// - Throws: `FileError`, with the code `EEXIST` for a file, `EISDIR` for a folder, `ENOENT` where there is no folder to put it in.
    public static func requireFree(_ path: String, replaces: Bool) throws {
        func refuse(_ code: Int32, _ detail: String) -> FileError {
            FileError(operation: "write", path: path, code: code, detail: detail)
        }
        if isRegularFile(path), !replaces {
            throw refuse(EEXIST, "a file is there already: choose another place, or replace it with --force")
        }
        if kind(path) == S_IFDIR { throw refuse(EISDIR, "a folder is there: name a file") }
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
        guard Folders.exists(folder) else { throw refuse(ENOENT, "there is no folder '\(folder)': make it first") }
    }

    /// Why a file is not written over another.
    public static func refusal(_ path: String) -> FileError {
        FileError(
            operation: "write",
            path: path,
            code: EEXIST,
            detail:
                "it holds something else than what would be written: choose another place, or replace it with --force"
        )
    }

    private static func isRegularFile(_ path: String) -> Bool {
        kind(path) == S_IFREG
    }

    /// What is at a path, a symbolic link followed; nil where nothing is, or what cannot be looked at.
    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
