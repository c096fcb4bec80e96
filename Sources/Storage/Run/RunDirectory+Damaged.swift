internal import SystemSupport

extension RunDirectory {
    /// Path of the folder of files that were set aside because they are damaged; nothing here reads or removes them.
    public var damagedFolder: String { "\(path)/.damaged" }

    /// Most files of one name that are kept aside.
    private static let keptAside = 1000

    /// The highest lease of each scene of which a file was set aside; no later claim may use one up to it.
    ///
    /// - Throws: `FileError`.
    public func leasesSetAside() throws -> [String: Int64] {
        var highest: [String: Int64] = [:]
        for name in try fileSystem.names(in: damagedFolder) {
            var plain = name[...]
            // `setAside` adds a number where a name is taken.
            if !name.hasSuffix(Self.finalSuffix), let dot = name.lastIndex(of: ".") { plain = name[..<dot] }
            guard let (scene, lease) = Self.parse(String(plain), suffix: Self.finalSuffix) else { continue }
            highest[scene] = max(highest[scene] ?? 0, lease)
        }
        return highest
    }

    /// Moves a scene file out of the way, durably, so that no lease adopts from it and nobody takes it for a good one.
    ///
    /// - Parameter file: path of a file in the run's folder, as `VerificationReport.Finding` gives it.
    /// - Returns: where it is now; nil where there is no such file.
    /// - Throws: `StorageError` (`unsafeName`) for a path that is no scene file of this folder, `FileError`.
    public func setAside(_ file: String) throws -> String? {
        let name = fileName(ofPath: file)
        guard file == "\(path)/\(name)", Self.parse(name, suffix: Self.finalSuffix) != nil else {
            throw StorageError(.unsafeName, source: file, "it is no scene file of the run in '\(path)'")
        }
        guard try fileSystem.byteCount(of: file) != nil else { return nil }
        try fileSystem.createFolders(damagedFolder)
        for number in 0..<Self.keptAside {
            let place = "\(damagedFolder)/\(name)" + (number == 0 ? "" : ".\(number)")
            guard try fileSystem.byteCount(of: place) == nil else { continue }
            try fileSystem.rename(file, to: place)
            try fileSystem.syncFolder(damagedFolder)
            try fileSystem.syncFolder(path)
            return place
        }
        throw FileError(
            operation: "set aside",
            path: file,
            code: 0,
            detail: "'\(damagedFolder)' holds \(Self.keptAside) files of this name; remove some"
        )
    }
}
