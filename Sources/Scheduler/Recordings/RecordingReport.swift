internal import Foundation
internal import ImageFiles
internal import MCAPFiles

/// What `inspect --json` prints; the keys are part of the command's contract.
///
/// Times are texts: they do not fit JavaScript's numbers.
struct RecordingReport: Encodable {
    struct Topic: Encodable {
        let name: String
        let schema: String
        let messageEncoding: String
        let messages: UInt64
        let messagesPerSecond: Double?
        /// `image`, `calibration`, `transforms` or `pose`; absent where the type is not read.
        let content: String?
        /// Why its messages are not used.
        let obstacle: String?
        let failures: Int
        let firstFailure: String?
    }

    struct Camera: Encodable {
        let topic: String
        let frame: String
        /// What the first picture is, and its size where that was found.
        let pictures: String?
        let pictureSize: [Int]?
        let calibrationTopic: String?
        let calibration: Calibration?
        /// From the camera's frame up to the root.
        let frames: [String]
        let egoFrame: String?
        let worldFrame: String?
        let remarks: [String]
        let obstacle: String?
    }

    struct Calibration: Encodable {
        let width: UInt32
        let height: UInt32
        let model: String
        let d: [Double]
        let k: [Double]
        let r: [Double]
        let p: [Double]
    }

    struct Edge: Encodable {
        let parent: String
        let child: String
        let moves: Bool
        let transforms: Int
        let translation: [Double]
        /// x, y, z, w.
        let rotation: [Double]
        let otherParent: String?
    }

    let file: String
    let bytes: Int
    let library: String
    let profile: String
    let start_ns: String?
    let end_ns: String?
    let durationSeconds: Double?
    let chunks: [String: Int]
    let chunksRead: Int
    let isEverythingRead: Bool
    let dataChecksumHolds: Bool?
    /// Where the file ends inside a record; absent where it is whole.
    let cutPlace: Int?
    let damages: Int
    let firstDamages: [String]
    let topics: [Topic]
    let cameras: [Camera]
    let frames: [Edge]
    /// Cameras without an obstacle.
    let usableCameras: Int

    init(_ path: String, _ recording: MCAPFile, _ survey: RecordingSurvey) {
        file = path
        bytes = recording.bytes.byteCount
        library = recording.library
        profile = recording.profile
        start_ns = survey.times_ns.map { String($0.lowerBound) }
        end_ns = survey.times_ns.map { String($0.upperBound) }
        let seconds = survey.times_ns.map { (Double($0.upperBound) - Double($0.lowerBound)) / 1e9 }
        durationSeconds = seconds
        chunks = Dictionary(uniqueKeysWithValues: survey.chunks.map { ($0.isEmpty ? "uncompressed" : $0, $1) })
        chunksRead = survey.chunksRead
        isEverythingRead = survey.isComplete
        dataChecksumHolds = survey.dataChecksumHolds
        cutPlace = survey.cutPlace
        damages = survey.damages
        firstDamages = survey.firstDamages
        topics = survey.topics.map { topic in
            Topic(
                name: topic.name,
                schema: topic.schema,
                messageEncoding: topic.messageEncoding,
                messages: topic.messages,
                messagesPerSecond: Self.rate(topic, survey.isComplete ? nil : seconds),
                content: topic.decoder?.content.rawValue,
                obstacle: topic.obstacle,
                failures: topic.failures,
                firstFailure: topic.firstFailure
            )
        }
        cameras = survey.cameras.map(Self.camera)
        frames = survey.frames.edges.map { edge in
            Edge(
                parent: edge.parent,
                child: edge.child,
                moves: edge.moves,
                transforms: edge.count,
                translation: (0..<3).map { edge.first.translation[$0] },
                rotation: (0..<4).map { edge.first.rotation[$0] },
                otherParent: edge.otherParent
            )
        }
        usableCameras = cameras.filter { $0.obstacle == nil }.count
    }

    /// Messages a second between the topic's first and last; over the whole recording where these were not looked at.
    private static func rate(_ topic: RecordedTopic, _ whole: Double?) -> Double? {
        let own = topic.times_ns.map { (Double($0.upperBound) - Double($0.lowerBound)) / 1e9 }
        guard let seconds = own ?? whole, seconds > 0, topic.messages > 1 else { return nil }
        return Double(topic.messages - 1) / seconds
    }

    private static func camera(_ camera: RecordedCamera) -> Camera {
        let image = camera.topic.image
        let calibration = camera.calibration?.calibration
        let size = image.flatMap(size)
        var remarks: [String] = []
        if let size, let calibration, size != [Int(calibration.width), Int(calibration.height)] {
            remarks.append(
                "its pictures have \(size[0]) x \(size[1]) pixels, its calibration \(calibration.width) x \(calibration.height)"
            )
        }
        if camera.calibration?.calibrationChanges == true { remarks.append("its calibration changes on the way") }
        if let calibration, max(calibration.binning.x, calibration.binning.y) > 1 {
            remarks.append("its calibration says that pixels were joined (binning)")
        }
        if let region = calibration?.region, region != RecordedCalibration.Region() {
            remarks.append(
                "its calibration says that a part of the sensor was sent:"
                    + " \(region.width) x \(region.height) pixels from \(region.x), \(region.y) on"
            )
        }
        for edge in camera.path {
            if let other = edge.otherParent {
                remarks.append("'\(edge.child)' hangs on '\(edge.parent)' and on '\(other)'")
            }
        }
        return Camera(
            topic: camera.topic.name,
            frame: camera.frame,
            pictures: image?.content.rawValue,
            pictureSize: size,
            calibrationTopic: camera.calibration?.name,
            calibration: calibration.map {
                Calibration(width: $0.width, height: $0.height, model: $0.model, d: $0.d, k: $0.k, r: $0.r, p: $0.p)
            },
            frames: [camera.frame] + camera.path.map(\.parent),
            egoFrame: camera.egoFrame,
            worldFrame: camera.worldFrame,
            remarks: remarks,
            obstacle: camera.obstacle
        )
    }

    /// The picture's width and height, where it is a JPEG picture that can be read.
    private static func size(of image: RecordedImage) -> [Int]? {
        guard image.content == .jpeg, let decoder = try? JPEGDecoder() else { return nil }
        let header = image.data.withUnsafeBytes { try? decoder.header(of: $0) }
        return header.map { [$0.width, $0.height] }
    }

    /// The document as JSON text with sorted keys.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
