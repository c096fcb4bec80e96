internal import Glibc

/// One thing that is wrong with a dataset: what, where, what was found and what to do about it.
public struct DatasetProblem: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The sort of problem, for programs; people read `description`.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// A table, or the folder of the tables, does not exist.
        case missingTable
        /// A file exists but the operating system does not let it be read.
        case unreadableFile
        /// A table ends in the middle of its array of rows.
        case truncatedTable
        /// A table is not JSON, not UTF-8, or not an array of objects.
        case brokenTable
        /// A row lacks a key that is needed.
        case missingKey
        /// A key appears twice in one row.
        case duplicateKey
        /// A value has another type or shape than its key calls for.
        case wrongType
        /// A number is NaN, infinite, or out of range.
        case badNumber
        /// Two rows of one table have the same token.
        case duplicateToken
        /// A row refers to a token that its table does not have.
        case danglingToken
        /// Two scenes have the same name.
        case duplicateScene
        /// A scene's name or a sample's token cannot be used as a file name.
        case unusableName
        /// The chain of a scene's samples does not hold together.
        case brokenChain
        /// The chain of a scene's samples runs in a circle.
        case cyclicChain
        /// A sample has no keyframe image of one of the six cameras.
        case missingCamera
        /// A sample has two keyframe images of one camera.
        case duplicateCamera
        /// Intrinsics are missing, of the wrong shape, or singular.
        case badCalibration
        /// A rotation is not a unit quaternion.
        case badRotation
        /// A path is absolute, empty, or leaves the dataset's root.
        case unsafePath
        /// An image file does not exist.
        case missingImage
        /// An image file is empty, unreadable, or not a JPEG or PNG file.
        case badImage
        /// A picture is not of the size that its table gives.
        case pictureSize
        /// A split names a scene that the tables do not have.
        case missingScene
        /// No split has the name that was asked for.
        case unknownSplit
        /// The file of custom splits is broken.
        case brokenSplits
        /// A ground truth file is missing, damaged, or of the wrong shape, type or range.
        case badGroundTruth
        /// A manifest has a key that manifests do not have.
        case unknownKey
        /// A line of a manifest stands where it may not, or is of an unknown kind or version.
        case brokenManifest
        /// A manifest names a rig or a camera that it does not have.
        case unknownName
        /// A value of a manifest can be read, but can hardly be meant.
        case unlikelyValue
        /// A file is another one than when it was opened.
        case changedFile
        /// A picture inside a recording is not there, is another one than was written down, or is no JPEG picture.
        case recordedPicture
    }

    /// The sort of problem.
    public var kind: Kind
    /// The file in which it was found.
    public var file: String
    /// The row's index in its table, counted from 0, when known.
    public var row: Int?
    /// The row's token, when known.
    public var token: String?
    /// The line in the file, counted from 1, when known.
    public var line: Int?
    /// The key whose value is concerned, with those around it: `cameras.front.k`.
    public var key: String?
    /// The offset in the file in bytes, counted from 0, when known.
    public var byteOffset: UInt64?
    /// The name of the scene it belongs to, when known.
    public var scene: String?
    /// What was found.
    public var found: String
    /// What to do next.
    public var advice: String

    /// Makes a problem from its parts.
    public init(
        _ kind: Kind,
        file: String,
        row: Int? = nil,
        token: String? = nil,
        byteOffset: UInt64? = nil,
        scene: String? = nil,
        line: Int? = nil,
        key: String? = nil,
        found: String,
        advice: String
    ) {
        self.kind = kind
        self.file = file
        self.row = row
        self.token = token
        self.byteOffset = byteOffset
        self.scene = scene
        self.line = line
        self.key = key
        self.found = found
        self.advice = advice
    }

    /// A path that the system does not let this process look at, which is another thing than nothing being there.
    static func unreadable(_ path: String, _ code: Int32) -> DatasetProblem {
        DatasetProblem(
            .unreadableFile,
            file: path,
            found: "cannot look at it: \(String(cString: strerror(code)))",
            advice: "check who may enter the folders on the way and read what is in them"
        )
    }

    /// One line for people: scene, file, line, key, row, token, byte, what was found, what to do.
    public var description: String {
        var place: [String] = []
        if let line { place.append("line \(line)") }
        if let key { place.append("key \(key)") }
        if let row { place.append("row \(row)") }
        if let token { place.append("token \(token.isEmpty ? "\"\"" : token)") }
        if let byteOffset { place.append("byte \(byteOffset)") }
        let at = place.isEmpty ? "" : " (\(place.joined(separator: ", ")))"
        return "\(scene.map { "scene \($0): " } ?? "")\(file)\(at): \(found); \(advice)"
    }
}
