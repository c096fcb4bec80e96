public import Evaluation
internal import LZ4Frames
public import Scenes

/// The bytes that the queue keeps of a scene for its worker; layout in `docs/datasets.md`, "What the queue stores".
///
/// Frames alone are one LZ4 frame. With annotations, which detection runs need to be scored, an envelope holds both.
public enum ScenePayload {
    /// Most bytes that a part may unpack to: 200,000 camera frames with long paths, half a million boxes.
    static let maximumContentBytes = 64 << 20
    private static let magic = Array("OCPL".utf8)
    private static let version: UInt8 = 1
    /// Version of the packed frames, the part that every payload has; the envelope around annotations is of version 1.
    public static let formatVersion = Int(SceneFrames.payloadVersion)

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
        var writer = ByteWriter(magic + [version])
        writer.append(part: Part.frames.rawValue, frames)
        writer.append(part: Part.annotations.rawValue, boxes)
        return writer.bytes
    }

    /// Unpacks a scene's frames.
    ///
    /// - Throws: `RunContractError` naming the scene when the bytes are damaged or of a newer version.
    public static func decode(_ bytes: [UInt8], scene: String) throws -> SceneFrames {
        do {
            guard let content = try part(.frames, of: bytes, scene) else { throw Damage("it holds no frames") }
            if let found = framesVersion(of: content), found > SceneFrames.payloadVersion {
                throw newer("frames", of: scene, found, known: SceneFrames.payloadVersion)
            }
            return try SceneFrames(payload: content)
        } catch let error as RunContractError {
            throw error
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
            return try part(.annotations, of: bytes, scene).map { try DetectionSceneTruth(decoding: $0) }
        } catch let error as RunContractError {
            throw error
        } catch {
            throw RunContractError(
                "the stored annotations of scene '\(scene)' cannot be read: \(error); submit the run again"
            )
        }
    }

    private static func newer(_ what: String, of scene: String, _ found: some BinaryInteger, known: some BinaryInteger)
        -> RunContractError
    {
        RunContractError(
            "the stored \(what) of scene '\(scene)' is of version \(found), this program knows \(known): leave the run to"
                + " workers of the version that submitted it",
            isNewer: true
        )
    }

    /// The version that stands behind the magic of the frames, nil where there is none.
    private static func framesVersion(of content: [UInt8]) -> UInt16? {
        guard content.count >= 6, content.starts(with: "OCSF".utf8) else { return nil }
        return UInt16(content[4]) | UInt16(content[5]) << 8
    }

    private struct Damage: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    /// The unpacked content of a part; nil where there is none.
    ///
    /// Everything around it is judged.
    private static func part(_ wanted: Part, of bytes: [UInt8], _ scene: String) throws -> [UInt8]? {
        guard bytes.starts(with: magic) else {
            guard wanted == .frames else { return nil }
            return try LZ4Frame.decompress(bytes, maximumContentBytes: maximumContentBytes)
        }
        guard bytes.count > magic.count, bytes[magic.count] > 0 else { throw Damage("it has no version") }
        guard bytes[magic.count] <= version else {
            throw newer("payload", of: scene, bytes[magic.count], known: version)
        }
        var reader = ByteReader(bytes[(magic.count + 1)...])
        var found: ArraySlice<UInt8>?
        for part in Part.allCases {
            let (kind, content) = try reader.part()
            guard kind == part.rawValue else { throw Damage("it has no part \(part)") }
            if part == wanted { found = content }
        }
        try reader.finish()
        return try found.map { try LZ4Frame.decompress(Array($0), maximumContentBytes: maximumContentBytes) }
    }
}
