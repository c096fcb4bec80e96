public import Datasets
internal import LZ4Frames

/// The bytes that the queue keeps of a scene for its worker: the scene's frames in one LZ4 frame.
public enum ScenePayload {
    /// Most bytes that a payload may unpack to: 200,000 camera frames with long paths.
    static let maximumContentBytes = 64 << 20

    /// Packs a scene's frames.
    public static func encode(_ scene: SceneFrames) throws -> [UInt8] {
        try LZ4Frame.compress(scene.encodePayload(), level: 3)
    }

    /// Unpacks a scene's frames.
    ///
    /// - Throws: `RunContractError` naming the scene when the bytes are damaged or of a newer version.
    public static func decode(_ bytes: [UInt8], scene: String) throws -> SceneFrames {
        do {
            return try SceneFrames(payload: LZ4Frame.decompress(bytes, maximumContentBytes: maximumContentBytes))
        } catch {
            throw RunContractError(
                "the stored frames of scene '\(scene)' cannot be read: \(error); submit the run again"
            )
        }
    }
}
