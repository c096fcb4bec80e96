public import ArrayFiles

/// One sample's prediction, read from a scene file with all checksums verified.
public struct SceneSample: Equatable, Sendable {
    /// Where it stands.
    public let entry: SampleEntry
    /// The `.npy` file or the JSON document.
    public let content: [UInt8]

    /// The voxel labels of an occupancy sample, uint8 [x, y, z].
    ///
    /// - Throws: `StorageError` (`invalidSample`) for a sample of another kind, `ArrayFileError` for a wrong array.
    public func occupancy() throws -> NPYArray {
        guard entry.kind == .occupancy else {
            throw StorageError(.invalidSample, source: entry.token, "the sample holds \(entry.kind), not occupancy")
        }
        return try NPYArray(decoding: content, source: entry.token, byteLimit: SceneFileLimits.contentBytes)
    }

    /// The JSON document of a detections sample.
    ///
    /// - Throws: `StorageError` (`invalidSample`) for a sample of another kind.
    public func detectionsJSON() throws -> [UInt8] {
        guard entry.kind == .detections else {
            throw StorageError(.invalidSample, source: entry.token, "the sample holds \(entry.kind), not detections")
        }
        return content
    }
}

/// What the format demands of a content beyond its checksums.
enum SampleContent {
    /// Checks a content on its way in and on verification.
    ///
    /// - Throws: `StorageError` (`invalidSample`) naming the sample.
    static func check(_ content: [UInt8], kind: SampleKind, token: String, path: String) throws {
        let invalid = { (found: String) in
            StorageError(.invalidSample, source: path, "sample '\(token)' (\(kind)): \(found)")
        }
        switch kind {
        case .occupancy:
            let array: NPYArray
            do {
                array = try NPYArray(decoding: content, source: token, byteLimit: SceneFileLimits.contentBytes)
            } catch {
                throw invalid("\(error)")
            }
            guard array.elementType == .uint8, array.shape.count == 3 else {
                throw invalid("\(array.elementType) \(array.shape), must be uint8 with three axes")
            }
        case .detections:
            guard JSONText.isArray(content) else { throw invalid("not a JSON array") }
        }
    }
}
