internal import ImageFiles
internal import MCAPFiles
internal import Scenes

/// What is gathered of the recordings of a log, in one pass over each.
struct LogContents {
    /// A picture: when it was taken and where it lies.
    struct Picture {
        let time_ns: Int64
        let stamp_ns: Int64
        let file: Int32
        let reference: MessageReference
        let bytes: Int
    }

    /// A topic of pictures.
    struct Pictures {
        /// In the order of time, once `sort` was called.
        var pictures: [Picture] = []
        var type = ""
        var frame = ""
        var size = SIMD2<Int>(0, 0)
    }

    /// The most messages that are used.
    private static let limit = 20_000_000
    private static let latest_ns: Int64 = 1 << 62

    private(set) var pictures: [String: Pictures] = [:]
    private(set) var calibrations: [String: RecordedCalibration] = [:]
    private(set) var frames = FrameHistory()
    /// What the topic of poses says, and of which frame in which.
    private(set) var poses = PoseTimeline()
    private(set) var poseFrames: (world: String, child: String)?
    /// The times of the messages of the anchor's topic.
    private(set) var anchors_ns: [Int64] = []
    /// What people should know.
    private(set) var notes: [String] = []
    private var count = 0

    private let configuration: LogConfiguration
    private let anchor: String?
    private let pictureTopics: Set<String>
    private let calibrationTopics: Set<String>
    /// Topics of pictures whose frame the configuration says.
    private let framedTopics: Set<String>

    init(_ configuration: LogConfiguration, anchor: String?) {
        self.configuration = configuration
        self.anchor = anchor
        pictureTopics = Set(configuration.cameras.values.map(\.pictures))
        calibrationTopics = Set(configuration.cameras.values.map(\.calibration))
        framedTopics = pictureTopics.subtracting(
            configuration.cameras.values.filter { $0.frame == nil }.map(\.pictures)
        )
    }

    /// Takes what a recording holds; damaged parts are passed over and named.
    ///
    /// - Throws: `FileError`; `LogImportError` for what makes the log unusable.
    mutating func read(_ file: MCAPFile, path: String, number: Int) throws {
        let topics = usedTopics
        let pass = MCAPPass(file) { channel, schema in
            guard !topics.contains(channel.topic) else { return true }
            let decoder = MessageDecoder(messageEncoding: channel.messageEncoding, schemaName: schema?.name ?? "")
            return decoder?.content == .transforms
        }
        var (damages, unreadable): ([String], [String]) = ([], [])
        while true {
            do {
                guard let message = try pass.next() else { break }
                do { try take(message, file: Int32(number)) } catch let error as MCAPError {
                    unreadable.append("\(message.channel.topic), message at \(message.reference): \(error)")
                    // The first few tell enough; the rest is counted by nothing but their number.
                    if unreadable.count > 1000 {
                        throw LogImportError("'\(path)': over 1000 messages cannot be read, such as \(unreadable[0])")
                    }
                }
            } catch let error as MCAPError {
                damages.append(error.description)
                if error.kind == .cut || damages.count > 1000 { break }
            }
        }
        if let first = damages.first {
            notes.append("'\(path)': \(damages.count) damaged parts were passed over: \(first)")
        }
        if let first = unreadable.first {
            notes.append("'\(path)': \(unreadable.count) messages cannot be read: \(first)")
        }
        if case .cut(let place) = pass.ending {
            notes.append("'\(path)' was cut, or is still being written: it ends inside the record at byte \(place)")
        }
    }

    /// Brings everything into the order of time.
    mutating func sort() {
        for topic in pictures.keys { pictures[topic]?.pictures.sort { $0.time_ns < $1.time_ns } }
        anchors_ns.sort()
        poses.sort()
        frames.sort()
    }

    private var usedTopics: Set<String> {
        pictureTopics.union(calibrationTopics).union([configuration.poses, anchor].compactMap { $0 })
    }

    /// A time whose differences from others are numbers of 64 bits.
    private static func judged(_ time_ns: Int64, _ topic: String) throws(LogImportError) -> Int64 {
        guard (0...latest_ns).contains(time_ns) else {
            throw LogImportError("topic \(topic) has a message of \(time_ns) ns, which is before 1970 or after 2116")
        }
        return time_ns
    }

    private mutating func take(_ message: MCAPMessage, file: Int32) throws {
        let topic = message.channel.topic
        let (encoding, schema) = (message.channel.messageEncoding, message.schema?.name ?? "")
        count += 1
        guard count <= Self.limit else {
            throw LogImportError("more than \(Self.limit) messages that are used; import the recording in parts")
        }
        guard let decoder = MessageDecoder(messageEncoding: encoding, schemaName: schema) else {
            if pictureTopics.contains(topic) || calibrationTopics.contains(topic) || topic == configuration.poses {
                let why =
                    UnreadType.reason(messageEncoding: encoding, schemaName: schema)
                    ?? "its type is not known (docs/mcap.md)"
                throw LogImportError("topic \(topic) of type \(schema): \(why)")
            }
            if topic == anchor { anchors_ns.append(try Self.judged(message.logTime_ns, topic)) }
            return
        }
        let decoded = try decoder.decode(message.data)
        let stamp_ns = decoded.time_ns ?? message.logTime_ns
        let time_ns = configuration.usesLogTimes ? message.logTime_ns : stamp_ns
        if topic == anchor { anchors_ns.append(try Self.judged(time_ns, topic)) }
        switch decoded {
        case .transforms(let transforms):
            for transform in transforms {
                let own_ns = configuration.usesLogTimes ? message.logTime_ns : transform.time_ns
                try frames.add(transform, time_ns: try Self.judged(own_ns, topic))
            }
        case .pose(let pose):
            guard topic == configuration.poses else { return }
            let named = (world: FrameTree.name(pose.frame), child: FrameTree.name(pose.child))
            let first = poseFrames ?? named
            guard named == first else {
                throw LogImportError(
                    "topic \(topic) has poses of '\(first.child)' in '\(first.world)', and from \(time_ns) ns on of '\(named.child)' in"
                        + " '\(named.world)': these are two ways; import the parts before and after by themselves (mcap filter makes them)"
                )
            }
            poseFrames = first
            poses.add(
                try Self.judged(time_ns, topic),
                RigidTransform(translation: pose.translation, recorded: pose.rotation)
            )
        case .calibration(var calibration):
            guard calibrationTopics.contains(topic) else { return }
            guard let first = calibrations[topic] else { return calibrations[topic] = calibration }
            let own_ns = calibration.time_ns
            calibration.time_ns = first.time_ns
            guard calibration == first else {
                throw LogImportError(
                    "the calibration of topic \(topic) changes at \(own_ns) ns; import the parts before and after by themselves"
                        + " (mcap filter makes them)"
                )
            }
        case .image(let image):
            guard pictureTopics.contains(topic) else { return }
            try take(image, topic, "\(encoding) \(schema)", time_ns, message, file)
        }
    }

    private mutating func take(
        _ image: RecordedImage,
        _ topic: String,
        _ type: String,
        _ time_ns: Int64,
        _ message: MCAPMessage,
        _ file: Int32
    ) throws {
        guard image.content == .jpeg else {
            let what = image.content == .other ? "of the format '\(image.format.prefix(60))'" : image.content.rawValue
            throw LogImportError(
                "topic \(topic): its picture at \(message.reference) is \(what), and JPEG is read; make JPEG pictures of the topic"
                    + " (docs/mcap.md shows how)"
            )
        }
        guard try Self.judged(time_ns, topic) > 0 else {
            throw LogImportError(
                "topic \(topic): its picture at \(message.reference) is of \(time_ns) ns, which is no time; say \"times\": \"log\" in --config"
                    + " to take the times of recording"
            )
        }
        var found = pictures.removeValue(forKey: topic) ?? Pictures()
        if found.pictures.isEmpty {
            (found.type, found.frame) = (type, FrameTree.name(image.frame))
            do {
                let header = try image.data.withUnsafeBytes { try JPEGDecoder().header(of: $0) }
                found.size = SIMD2(header.width, header.height)
            } catch {
                throw LogImportError("topic \(topic): its first picture, at \(message.reference): \(error)")
            }
        }
        let frame = FrameTree.name(image.frame)
        guard found.frame == frame || framedTopics.contains(topic) else {
            throw LogImportError(
                "topic \(topic) has pictures of the frame '\(found.frame)' and, at \(message.reference), of '\(frame)', and a camera has one;"
                    + " say \"frame\" in --config if they are the same"
            )
        }
        guard found.type == type else {
            throw LogImportError("topic \(topic) has pictures of two types, \(found.type) and \(type)")
        }
        found.pictures.append(
            Picture(
                time_ns: time_ns,
                stamp_ns: image.time_ns,
                file: file,
                reference: message.reference,
                bytes: image.data.count
            )
        )
        pictures[topic] = found
    }
}

extension RecordedMessage {
    /// The time that the message itself says; of several transforms that of the first.
    var time_ns: Int64? {
        switch self {
        case .image(let image): image.time_ns
        case .calibration(let calibration): calibration.time_ns
        case .pose(let pose): pose.time_ns
        case .transforms(let transforms): transforms.first?.time_ns
        }
    }
}
