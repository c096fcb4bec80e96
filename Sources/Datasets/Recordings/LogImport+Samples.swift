internal import MCAPFiles
internal import Scenes

extension LogImport {
    /// Makes the manifest of what was gathered.
    func make(_ contents: LogContents, _ files: [String]) throws(LogImportError) -> Outcome {
        let rig = try LogRig(configuration, contents)
        let vehicle = try LogVehicle(configuration, contents)
        try judgeClocks(rig, vehicle)
        let moments_ns = try moments_ns(rig, vehicle, contents)
        var notes = contents.notes + rig.notes + vehicle.notes
        var text = LogManifest(configuration, scene: scene)
        text.begin(rig)
        var counts = Dictionary(uniqueKeysWithValues: rig.cameras.map { ($0.name, 0) })
        var (lost, bare, poseless, samples): ([PoseTimeline.Found], Int, Int, Int) = ([], 0, 0, 0)
        for time in moments_ns {
            guard case .pose(let pose) = vehicle.pose(at: time) else {
                lost.append(vehicle.pose(at: time))
                continue
            }
            var pictures: [LogManifest.Picture] = []
            for camera in rig.cameras {
                let all = camera.pictures.pictures
                let nearest = KeyframeChoice.nearest(
                    to: time,
                    count: all.count,
                    tolerance_ns: configuration.tolerance_ns
                ) { all[$0].time_ns }
                guard let nearest else { continue }
                guard case .pose(let own) = vehicle.pose(at: all[nearest].time_ns) else {
                    poseless += 1
                    continue
                }
                counts[camera.name, default: 0] += 1
                let picture = all[nearest]
                pictures.append(
                    .init(
                        camera: camera.name,
                        file: files[Int(picture.file)],
                        type: camera.pictures.type,
                        place: picture,
                        pose: own
                    )
                )
            }
            guard !pictures.isEmpty else {
                bare += 1
                continue
            }
            text.add(pictures, time_ns: time, pose: pose, number: samples)
            samples += 1
        }
        notes += Self.lostNotes(lost)
        if bare > 0 {
            notes.append(
                "\(bare) keyframes have no picture within \(Self.seconds(configuration.tolerance_ns)) s that can be used, and are left out"
            )
        }
        if poseless > 0 {
            notes.append(
                "\(poseless) pictures are left out, for whose own time the vehicle has no pose (poseGap in --config says how long a gap may be)"
            )
        }
        for camera in rig.cameras {
            guard let count = counts[camera.name], count < samples else { continue }
            notes.append(
                "camera \(camera.name) has no picture within \(Self.seconds(configuration.tolerance_ns)) s in \(samples - count) of \(samples) samples"
            )
        }
        guard samples > 0 else {
            throw LogImportError(
                "no keyframe is left: " + (notes.isEmpty ? "there is none" : notes.joined(separator: "; "))
            )
        }
        return Outcome(manifest: text.bytes, sampleCount: samples, pictureCounts: counts, notes: notes)
    }

    /// When keyframes are.
    private func moments_ns(
        _ rig: LogRig,
        _ vehicle: LogVehicle,
        _ contents: LogContents
    ) throws(LogImportError) -> [Int64] {
        switch moments {
        case .anchor(let topic):
            guard !contents.anchors_ns.isEmpty else {
                throw LogImportError(
                    "the anchor, topic \(topic), has no messages; occ-scheduler inspect shows the topics"
                )
            }
            // Closer ones are one moment.
            return KeyframeChoice.thinned(contents.anchors_ns, step_ns: 1_000_000)
        case .rate(let rate):
            let reference = rig.cameras.first { $0.slot == "CAM_FRONT" } ?? rig.cameras[0]
            let times = reference.pictures.pictures.map(\.time_ns)
            let ranges = rig.cameras.map { $0.range_ns }
            // Where one camera began late or ended early, all of it would lack its picture.
            let tolerance_ns = configuration.tolerance_ns
            let begun = ranges.map(\.lowerBound).max() ?? 0
            let ended = ranges.map(\.upperBound).min() ?? 0
            let start = max(begun - min(tolerance_ns, begun), vehicle.range_ns?.lowerBound ?? .min)
            let end = min(ended + tolerance_ns, vehicle.range_ns?.upperBound ?? .max)
            guard start <= end else {
                throw LogImportError(
                    "cameras and poses have no moment in common: the last begins at \(start) ns, the first ends at \(end) ns"
                )
            }
            let chosen = KeyframeChoice.even(times, period_ns: Int64((1e9 / rate).rounded()), in: start...end)
            return KeyframeChoice.thinned(chosen, step_ns: 1_000_000)
        }
    }

    /// Refuses times of two clocks.
    private func judgeClocks(_ rig: LogRig, _ vehicle: LogVehicle) throws(LogImportError) {
        guard let poses = vehicle.range_ns else { return }
        for camera in rig.cameras where !camera.range_ns.overlaps(poses) {
            throw LogImportError(
                "the pictures of \(camera.topic) are from \(camera.range_ns.lowerBound) to \(camera.range_ns.upperBound) ns, the poses of the vehicle from"
                    + " \(poses.lowerBound) to \(poses.upperBound) ns: no moment in common; are these two clocks?"
                    + (configuration.usesLogTimes
                        ? "" : " \"times\": \"log\" in --config takes the times of recording for both")
            )
        }
    }

    private static func lostNotes(_ lost: [PoseTimeline.Found]) -> [String] {
        guard !lost.isEmpty else { return [] }
        let gap = lost.lazy.compactMap { found -> String? in
            guard case .gap(let from, let to) = found else { return nil }
            return
                "the first gap is \(seconds(to - from)) s long, from \(from) ns on (poseGap in --config says how long one may be)"
        }.first
        return [
            "\(lost.count) keyframes are left out, for which the vehicle has no pose: "
                + (gap ?? "they lie before its first or after its last")
        ]
    }

    /// Seconds to the millisecond.
    static func seconds(_ time_ns: Int64) -> Double { Double(time_ns / 1_000_000) / 1000 }
}

/// The way of the vehicle.
struct LogVehicle {
    private let frames: FrameHistory
    private let poses: PoseTimeline?
    /// By transforms: from the vehicle to the world.
    private let way: FrameHistory.Way
    /// By poses: takes points of the vehicle to the frame whose pose is told.
    private let childFromEgo: RigidTransform?
    private let mostGap_ns: Int64
    /// The times for which the way is known; nil where the vehicle stands all the time.
    let range_ns: ClosedRange<Int64>?
    /// What people should know.
    var notes: [String] {
        guard range_ns == nil else { return [] }
        return [
            "nothing on the way from the vehicle to the world moves: every sample has the same pose; is the right worldFrame named?"
        ]
    }

    init(_ configuration: LogConfiguration, _ contents: LogContents) throws(LogImportError) {
        frames = contents.frames
        mostGap_ns = configuration.poseGap_ns
        let ego = configuration.egoFrame
        if let topic = configuration.poses {
            guard let named = contents.poseFrames, let range = contents.poses.range_ns else {
                throw LogImportError(
                    "topic \(topic) has no pose: the way of the vehicle is missing; occ-scheduler inspect shows the topics"
                )
            }
            if let world = configuration.worldFrame, FrameTree.name(world) != named.world {
                throw LogImportError(
                    "the poses of topic \(topic) are in '\(named.world)', not in the worldFrame '\(world)'"
                )
            }
            // Poses that name no frame are those of the vehicle.
            let child = named.child.isEmpty ? FrameTree.name(ego) : named.child
            way = try frames.way(from: ego, to: child)
            childFromEgo = child == FrameTree.name(ego) ? nil : try frames.fixed(way)
            poses = contents.poses
            range_ns = range
        } else {
            guard let world = configuration.worldFrame else {
                throw LogImportError(
                    "neither worldFrame nor poses is said, so the way of the vehicle is missing; say one in --config"
                )
            }
            guard FrameTree.name(world) != FrameTree.name(ego) else {
                throw LogImportError(
                    "worldFrame and egoFrame are both '\(world)', so that the vehicle would never move; name the frame that the map lies in"
                        + " as worldFrame (occ-scheduler inspect shows the frames)"
                )
            }
            way = try frames.way(from: ego, to: world)
            (poses, childFromEgo) = (nil, nil)
            range_ns = frames.range_ns(way)
        }
    }

    /// Where the vehicle was.
    func pose(at time_ns: Int64) -> PoseTimeline.Found {
        guard let poses else { return frames.pose(way, at: time_ns, mostGap_ns: mostGap_ns) }
        let found = poses.pose(at: time_ns, mostGap_ns: mostGap_ns)
        guard let childFromEgo, case .pose(let pose) = found else { return found }
        return .pose(pose.after(childFromEgo))
    }
}
