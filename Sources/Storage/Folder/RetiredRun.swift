internal import SystemSupport

/// A run's folder that was given a hidden name, the first step of its removal, and that a later call takes away.
///
/// One rename takes a run out of sight whole; what is removed file by file is no run to anybody any more.
public struct RetiredRun: Sendable {
    /// The run as it was, in its folder of now.
    public let folder: RunDirectory
    private let formerPath: String

    private static let prefix = ".removed."

    /// Every retired run of an output folder.
    ///
    /// - Throws: `FileError`.
    public static func all(inOutput output: String) throws -> [RetiredRun] {
        let fileSystem = POSIXFileSystem()
        let runs = try RunDirectory(output: output, run: "a").runsFolder
        return try fileSystem.names(in: runs).compactMap { name in
            guard name.hasPrefix(prefix), let run = EscapedName.unescape(String(name.dropFirst(prefix.count))) else {
                return nil
            }
            return try RetiredRun(RunDirectory(output: output, run: run))
        }
    }

    /// Names what a run is called once it is retired.
    init(_ run: RunDirectory) throws {
        formerPath = run.path
        folder = RunDirectory(run, at: "\(run.runsFolder)/\(Self.prefix)\(try EscapedName.escape(run.run, of: "run"))")
    }

    /// Takes a run out of sight, durably.
    ///
    /// - Throws: `StorageError` (`alreadyExists`) where a former run of this name waits for its removal; `FileError`.
    public static func retire(_ run: RunDirectory) throws -> RetiredRun {
        let retired = try RetiredRun(run)
        guard try !run.fileSystem.hasFolder(retired.folder.path) else {
            throw StorageError(
                .alreadyExists,
                source: retired.folder.path,
                "a former run of this name waits there for its removal; `occ-scheduler prune --yes` ends it"
            )
        }
        try run.fileSystem.rename(run.path, to: retired.folder.path)
        try run.fileSystem.syncFolder(run.runsFolder)
        return retired
    }

    /// Puts the run back where it was.
    ///
    /// - Throws: `FileError`, also where another folder has its place.
    public func restore() throws {
        try folder.fileSystem.rename(folder.path, to: formerPath)
        try folder.fileSystem.syncFolder(folder.runsFolder)
    }

    /// Removes every file, the run's identity last, so that what is left of it says whose it was.
    ///
    /// - Throws: `FileError`; what is gone is gone, and the same call goes on.
    public func remove() throws {
        let fileSystem = folder.fileSystem
        let identity = RunDocument.identity.rawValue
        for place in [folder.partialFolder, folder.damagedFolder, folder.path] {
            for name in try fileSystem.names(in: place) where !(place == folder.path && name == identity) {
                let file = "\(place)/\(name)"
                guard file != folder.partialFolder, file != folder.damagedFolder else { continue }
                try fileSystem.remove(file)
            }
            if place != folder.path { try fileSystem.removeFolderIfEmpty(place) }
        }
        if try folder.has(.identity) { try fileSystem.remove(folder.place(of: .identity)) }
        try fileSystem.removeFolderIfEmpty(folder.path)
        try fileSystem.syncFolder(folder.runsFolder)
    }
}

extension RunDirectory {
    /// The folder of runs that it lies in.
    var runsFolder: String { String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]) }

    /// Files and their bytes, whatever they are.
    public func contents() throws -> (files: Int, byteCount: Int) {
        var contents = (files: 0, byteCount: 0)
        for place in [path, partialFolder, damagedFolder] {
            for name in try fileSystem.names(in: place)
            where ![partialFolder, damagedFolder].contains("\(place)/\(name)") {
                contents.files += 1
                contents.byteCount += try fileSystem.byteCount(of: "\(place)/\(name)") ?? 0
            }
        }
        return contents
    }
}
