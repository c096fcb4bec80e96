/// A topic of pictures with what is needed to use them: its calibration, and the way from its frame to one that stands still.
public struct RecordedCamera: Sendable {
    /// The topic of its pictures.
    public let topic: RecordedTopic
    /// The topic of its calibration.
    public let calibration: RecordedTopic?
    /// The camera's frame: that of the pictures, else that of the calibration.
    public let frame: String
    /// The edges from the camera's frame up to the root.
    public let path: [FrameTree.Edge]
    /// The frame of the car: the camera hangs on it and does not move in it.
    public let egoFrame: String?
    /// The frame that the car moves in.
    public let worldFrame: String?
    /// What is missing; nil: nothing.
    public let obstacle: String?
}

extension RecordingSurvey {
    /// The topics of pictures, each with its calibration and its place on the car.
    public var cameras: [RecordedCamera] {
        topics.filter { $0.image != nil || $0.decoder?.content == .image && $0.messages > 0 }.map(camera)
    }

    private func camera(_ topic: RecordedTopic) -> RecordedCamera {
        let calibration = calibration(of: topic)
        let named = [topic.image?.frame, calibration?.calibration?.frame].compactMap { $0 }.first { !$0.isEmpty }
        let frame = FrameTree.name(named ?? "")
        let path = frames.path(from: frame)
        let moving = path.first(where: \.moves)
        let pose = topics.first { topic in
            guard let pose = topic.pose, !pose.child.isEmpty else { return false }
            let child = FrameTree.name(pose.child)
            return child == frame || path.contains { $0.parent == child }
        }?.pose
        let obstacle: String? =
            topic.obstacle
            ?? (calibration == nil ? "no calibration has its frame '\(frame)' or lies beside it" : nil)
            ?? (frame.isEmpty ? "its messages name no frame" : nil)
            ?? (moving == nil && pose == nil
                ? "no transform between '\(frame)' and '\(path.last?.parent ?? frame)' moves, and no pose names one of these frames:"
                    + " the way of the car is missing"
                : nil)
        return RecordedCamera(
            topic: topic,
            calibration: calibration,
            frame: frame,
            path: path,
            egoFrame: moving?.child ?? pose.map { FrameTree.name($0.child) },
            worldFrame: moving?.parent ?? pose.map { FrameTree.name($0.frame) },
            obstacle: obstacle
        )
    }

    /// The calibration of the same frame, or of no frame, whose topic shares most of its path; nil where two are as near.
    private func calibration(of camera: RecordedTopic) -> RecordedTopic? {
        let frame = FrameTree.name(camera.image?.frame ?? "")
        let rated = topics.compactMap { topic -> (shared: Int, isFrame: Bool, topic: RecordedTopic)? in
            guard let calibration = topic.calibration else { return nil }
            let shared = Self.sharedParts(camera.name, topic.name)
            let isFrame = !frame.isEmpty && FrameTree.name(calibration.frame) == frame
            return isFrame || shared > 0 ? (shared, isFrame, topic) : nil
        }
        // The same frame says more than the names of topics.
        let best = rated.max { ($0.isFrame ? 1 : 0, $0.shared) < ($1.isFrame ? 1 : 0, $1.shared) }
        guard let best else { return nil }
        let isOnlyOne = rated.filter { $0.isFrame == best.isFrame && $0.shared == best.shared }.count == 1
        return isOnlyOne ? best.topic : nil
    }

    /// How many parts two topics' names have in common at their beginning.
    private static func sharedParts(_ one: String, _ other: String) -> Int {
        zip(one.split(separator: "/"), other.split(separator: "/")).prefix { $0 == $1 }.count
    }
}
