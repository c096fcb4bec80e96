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
            if !name.hasSuffix(SceneFileKey.finishedSuffix), let dot = name.lastIndex(of: ".") { plain = name[..<dot] }
            guard let key = SceneFileKey(fileName: String(plain)) else { continue }
            highest[key.scene] = max(highest[key.scene] ?? 0, key.lease)
        }
        return highest
    }

    /// Moves a finished file into the folder of damaged ones.
    public func setAside(_ key: SceneFileKey) throws -> String? {
        let name = try SceneFileKey(scene: key.scene, lease: key.lease).fileName()
        let file = "\(path)/\(name)"
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
