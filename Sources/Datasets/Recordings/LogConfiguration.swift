public import MCAPFiles
internal import Scenes

/// What of a recording becomes a dataset: topics, frames and what recordings do not tell; `topics.json` of `import-log` (docs/import-log.md).
public struct LogConfiguration: Codable, Hashable, Sendable {
    /// A camera.
    public struct Camera: Codable, Hashable, Sendable {
        /// The topic of its pictures.
        public var pictures: String
        /// The topic of its calibration.
        public var calibration: String
        /// Its frame; nil: the one that its pictures name, else its calibration.
        public var frame: String?
        /// Whether its pictures were undistorted already, so that P belongs to them; nil: the topic's name says it (`image_rect`).
        public var rectified: Bool?
        /// The nuScenes camera whose place it takes.
        public var slot: String?
        /// The path of its mask, as manifests have it.
        public var mask: String?
        /// The largest angle from the optical axis that is used, radians.
        public var maxAngle: Double?
        /// Whether its place and axes are right although they look wrong.
        public var unusual: Bool?

        /// Makes a camera of two topics.
        public init(pictures: String, calibration: String) {
            (self.pictures, self.calibration) = (pictures, calibration)
        }

        /// Whether P belongs to its pictures.
        var isRectified: Bool {
            rectified ?? pictures.split(separator: "/").contains { $0.lowercased().contains("rect") }
        }
    }

    /// 1.
    public var version = 1
    /// The dataset's name; nil: the scene's.
    public var name: String?
    /// The rig's name; nil: `rig`.
    public var rig: String?
    /// `stamp`: the times that messages say; `log`: when they were recorded; nil: `stamp`.
    public var times: String?
    /// The frame of the vehicle: x forward, y left, z up.
    public var egoFrame: String
    /// The frame that the vehicle moves in; nil: that of the poses.
    public var worldFrame: String?
    /// The topic of poses; nil: the transforms tell where the vehicle is.
    public var poses: String?
    /// Height of the road in the vehicle's frame, metres; nil: 0.
    public var groundZ: Double?
    /// The frame of a lidar, from which RayIoU looks.
    public var lidarFrame: String?
    /// Farthest in time that a picture is from its keyframe, seconds; nil: 0.1.
    public var pictureTolerance: Double?
    /// Longest time between two poses that are interpolated, seconds; nil: 0.5.
    public var poseGap: Double?
    /// The cameras by name.
    public var cameras: [String: Camera]

    /// Makes a configuration with nothing but a vehicle's frame.
    public init(egoFrame: String) {
        self.egoFrame = egoFrame
        cameras = [:]
    }

    /// The keys of the whole and of a camera, by which misspelt ones are found.
    public static let keys = (
        whole: [
            "version", "name", "rig", "times", "egoFrame", "worldFrame", "poses", "groundZ", "lidarFrame",
            "pictureTolerance", "poseGap", "cameras",
        ], camera: ["pictures", "calibration", "frame", "rectified", "slot", "mask", "maxAngle", "unusual"]
    )

    var usesLogTimes: Bool { times == "log" }
    var tolerance_ns: Int64 { Int64((pictureTolerance ?? 0.1) * 1e9) }
    var poseGap_ns: Int64 { Int64((poseGap ?? 0.5) * 1e9) }

    /// Finds what can be meant by nothing but the configuration itself.
    func judge() throws(LogImportError) {
        guard version == 1 else { throw LogImportError("the configuration is of version \(version); write 1") }
        guard times == nil || times == "stamp" || times == "log" else {
            throw LogImportError("\"times\" is \"\(times ?? "")\"; write \"stamp\" or \"log\"")
        }
        guard !cameras.isEmpty else { throw LogImportError("\"cameras\" is empty; name at least one") }
        for (name, value, most) in [("pictureTolerance", pictureTolerance, 1.0), ("poseGap", poseGap, 60.0)] {
            guard let value else { continue }
            guard value > 0, value <= most else {
                throw LogImportError("\"\(name)\" is \(value); write seconds, more than 0, at most \(most)")
            }
        }
        let topics = Dictionary(grouping: cameras, by: \.value.pictures)
        if let (topic, both) = topics.first(where: { $1.count > 1 }) {
            let names = both.map(\.key).sorted().joined(separator: ", ")
            throw LogImportError("the topic \(topic) is that of several cameras (\(names)); name it once")
        }
    }
}

extension LogConfiguration {
    /// Chooses topics and frames by what a recording holds.
    ///
    /// - Returns: the configuration, and what people should know of the choice.
    /// - Throws: where nothing can be used: why, for each camera.
    public static func guess(
        of survey: RecordingSurvey
    ) throws(LogImportError) -> (configuration: LogConfiguration, notes: [String]) {
        let usable = survey.cameras.filter { $0.obstacle == nil && $0.egoFrame != nil }
        let why = survey.cameras.filter { $0.obstacle != nil }.map { "\($0.topic.name): \($0.obstacle ?? "")" }
        guard let first = usable.first, let ego = first.egoFrame else {
            let whole = why.isEmpty ? "no topic holds JPEG pictures" : why.joined(separator: "; ")
            throw LogImportError(
                "nothing can be chosen: \(whole); occ-scheduler inspect shows what is there, --config says what is meant"
            )
        }
        if let other = usable.first(where: { $0.egoFrame != ego }) {
            throw LogImportError(
                "the vehicle is '\(ego)' by \(first.topic.name) and '\(other.egoFrame ?? "")' by \(other.topic.name);"
                    + " say egoFrame in --config"
            )
        }
        var made = LogConfiguration(egoFrame: ego)
        made.worldFrame = first.worldFrame
        var notes = why.map { "left out: \($0)" }
        if !first.path.contains(where: \.moves) {
            // Of several, the one that tells most.
            made.poses =
                survey.topics.filter { topic in
                    topic.pose.map { FrameTree.name($0.child) == ego && FrameTree.name($0.frame) == first.worldFrame }
                        ?? false
                }.max { $0.messages < $1.messages }?.name
        }
        for camera in usable {
            guard let calibration = camera.calibration else { continue }
            var name = cameraName(camera.topic.name)
            // Bounded: one of so many cameras' names is free.
            for number in 2...(usable.count + 2) where made.cameras[name] != nil {
                name = "\(cameraName(camera.topic.name))_\(number)"
            }
            var chosen = Camera(pictures: camera.topic.name, calibration: calibration.name)
            chosen.frame = camera.frame
            chosen.rectified = chosen.isRectified
            made.cameras[name] = chosen
        }
        let slots = made.cameras.keys.sorted().map { (name: $0, slot: slot(of: $0)) }
        for (name, slot) in slots {
            // A place that two would take is left to people.
            guard let slot, name != slot, slots.filter({ $0.slot == slot }).count == 1 else { continue }
            made.cameras[name]?.slot = slot
        }
        notes.append(
            "the vehicle is '\(ego)', which moves in '\(first.worldFrame ?? "")'"
                + (made.poses.map { ", by \($0)" } ?? "")
        )
        for (name, camera) in made.cameras.sorted(by: { $0.key < $1.key }) {
            notes.append(
                "camera \(name): \(camera.pictures), \(camera.calibration)"
                    + (camera.rectified == true ? ", rectified" : "")
                    + (camera.slot.map { ", in the place of \($0)" } ?? "")
            )
        }
        return (made, notes)
    }

    /// A camera's name by its topic: without what only says that it holds pictures.
    static func cameraName(_ topic: String) -> String {
        let parts = topic.split(separator: "/").map(String.init)
        let kept = parts.filter { part in
            let plain = part.lowercased()
            return plain != "compressed" && plain != "jpeg" && !plain.hasPrefix("image")
        }
        let name = (kept.isEmpty ? parts : kept).joined(separator: "_")
        return String(name.isEmpty ? "camera" : name.prefix(60))
    }

    /// The nuScenes camera that a name speaks of; nil where it does not.
    static func slot(of name: String) -> String? {
        let plain = name.lowercased()
        if let exact = CameraOrder.published.first(where: { $0.lowercased() == plain }) { return exact }
        let words = Set(plain.split { !$0.isLetter }.map(String.init))
        let (left, right) = (words.contains("left"), words.contains("right"))
        let (front, back) = (words.contains("front"), words.contains("back") || words.contains("rear"))
        guard front != back, !(left && right) else { return nil }
        return "CAM_" + (front ? "FRONT" : "BACK") + (left ? "_LEFT" : right ? "_RIGHT" : "")
    }
}
