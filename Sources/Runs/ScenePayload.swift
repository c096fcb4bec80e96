public import Datasets
public import Evaluation
internal import LZ4Frames

/// The bytes that the queue keeps of a scene for its worker; layout in `docs/datasets.md`, "What the queue stores".
///
/// Frames alone are one LZ4 frame. With annotations, which detection runs need to be scored, an envelope holds both.
public enum ScenePayload {
    /// Most bytes that a part may unpack to: 200,000 camera frames with long paths, half a million boxes.
    static let maximumContentBytes = 64 << 20
    private static let magic = Array("OCPL".utf8)
    private static let version: UInt8 = 1

    private enum Part: UInt8, CaseIterable {
        case frames = 1
        case annotations = 2
    }

    /// Packs a scene's frames and, for a detection run, its annotations.
    ///
    /// - Parameter formatVersion: the run's; in 1 neither lidar poses nor annotations are kept.
    public static func encode(
        _ scene: SceneFrames,
        annotations: DetectionSceneTruth? = nil,
        formatVersion: Int = RunSettings.currentFormatVersion
    ) throws -> [UInt8] {
        var scene = scene
        if formatVersion < 2 {
            for index in scene.samples.indices { scene.samples[index].lidar = nil }
        }
        let frames = try LZ4Frame.compress(scene.encodePayload(), level: 3)
        guard let annotations, formatVersion >= 2 else { return frames }
        let boxes = try LZ4Frame.compress(annotations.encoded(), level: 3)
        var bytes = magic + [version]
        for (part, content) in [(Part.frames, frames), (.annotations, boxes)] {
            bytes.append(part.rawValue)
            withUnsafeBytes(of: UInt32(content.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes += content
        }
        return bytes
    }

    /// Unpacks a scene's frames.
    ///
    /// - Throws: `RunContractError` naming the scene when the bytes are damaged or of a newer version.
    public static func decode(_ bytes: [UInt8], scene: String) throws -> SceneFrames {
        do {
            guard let content = try part(.frames, of: bytes) else { throw Damage("it holds no frames") }
            return try SceneFrames(payload: content)
        } catch {
            throw RunContractError(
                "the stored frames of scene '\(scene)' cannot be read: \(error); submit the run again"
            )
        }
    }

    /// Unpacks a scene's annotations; nil where the submission had none.
    ///
    /// - Throws: `RunContractError` naming the scene when the bytes are damaged or of a newer version.
    public static func annotations(_ bytes: [UInt8], scene: String) throws -> DetectionSceneTruth? {
        do {
            return try part(.annotations, of: bytes).map { try DetectionSceneTruth(decoding: $0) }
        } catch {
            throw RunContractError(
                "the stored annotations of scene '\(scene)' cannot be read: \(error); submit the run again"
            )
        }
    }

    private struct Damage: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    /// The unpacked content of a part; nil where there is none.
    ///
    /// Everything around it is judged.
    private static func part(_ wanted: Part, of bytes: [UInt8]) throws -> [UInt8]? {
        guard bytes.starts(with: magic) else {
            guard wanted == .frames else { return nil }
            return try LZ4Frame.decompress(bytes, maximumContentBytes: maximumContentBytes)
        }
        guard bytes.count > magic.count, bytes[magic.count] == version else {
            throw Damage("its version is not \(version)")
        }
        var rest = bytes[(magic.count + 1)...]
        var found: ArraySlice<UInt8>?
        for part in Part.allCases {
            guard rest.count >= 5, rest.popFirst() == part.rawValue else { throw Damage("it has no part \(part)") }
            let count = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard count <= rest.count else { throw Damage("a part of \(count) bytes where \(rest.count) are left") }
            if part == wanted { found = rest.prefix(count) }
            rest = rest.dropFirst(count)
        }
        guard rest.isEmpty else { throw Damage("\(rest.count) bytes follow the last part") }
        return try found.map { try LZ4Frame.decompress(Array($0), maximumContentBytes: maximumContentBytes) }
    }
}
