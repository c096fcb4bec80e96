internal import Foundation
public import Scenes

/// Looks at scenes one by one, and gathers what they are like, and what is wrong with them.
///
/// Pure: files are for the caller to look at, who adds what is found (`find`).
public struct DatasetCheck {
    /// From where on things are worth a remark; what is wrong, `MountCheck`, `IntrinsicsCheck` and `MotionCheck` say.
    private enum Usual {
        static let speed_mps = 60.0
        static let delay_ms = 100.0
        static let principalOffset_percent = 15.0
        static let height_m = 0.2...4.0
        static let tilt_deg = 30.0
        static let roll_deg = 20.0
        static let gap_s = 5.0
        /// From sample to sample, as networks that look back were trained.
        static let trainedGap_s = 0.3...0.8
    }

    /// Farthest in time that a picture may be from its sample, milliseconds; manifests are read so too.
    private static let mostDelay_ms = 1_000.0
    /// How many of one sort of finding are told.
    private static let mostExamples = 5

    private let isJudged: Bool
    private var facts = DatasetFacts()
    private var gaps = SpreadTally()
    private var speeds = SpreadTally()
    private var cameras: [String: CameraTally] = [:]
    private var order: [String] = []
    private var findings: [String: Int] = [:]

    /// Makes a check that has seen nothing.
    ///
    /// - Parameter isJudged: whether mounts and intrinsics were judged when they were read (`DatasetKind.judgesCalibration`): what was let pass is
    ///   meant then.
    public init(isJudged: Bool) { self.isJudged = isJudged }

    /// Looks at the next scene.
    ///
    /// - Returns: a frame of each camera that is mounted, calibrated or masked as it was in no scene before.
    public mutating func take(_ scene: SceneFrames) -> [CameraFrame] {
        facts.scenes += 1
        facts.samples += scene.samples.count
        if facts.scenes == 1 { look(around: scene) }
        var new: [CameraFrame] = []
        var channels: [String: String] = [:]
        var motion = Motion()
        for (index, sample) in scene.samples.enumerated() {
            let place = "scene \(scene.name), sample \(sample.token)"
            for camera in sample.cameras {
                if take(camera, of: sample, place) { new.append(camera) }
                guard camera.recorded == nil else { continue }
                switch channels.updateValue(camera.channel, forKey: camera.imagePath) {
                case nil: break
                case camera.channel:
                    find("same picture", isWrong: false, "\(place): \(camera.channel) has '\(camera.imagePath)' again")
                case let other?:
                    find("same picture", "\(place): \(camera.channel) and \(other) have '\(camera.imagePath)'")
                }
            }
            if index > 0 { step(from: scene.samples[index - 1], to: sample, &motion, place) }
        }
        if let first = scene.samples.first, let last = scene.samples.last {
            facts.duration_s += Double(last.timestamp_us - first.timestamp_us) * 1e-6
        }
        if motion.way_m > 20, motion.forward_m < 0.3 * motion.way_m {
            let how = motion.forward_m < -0.7 * motion.way_m ? "backwards" : "sideways"
            find(
                "direction",
                "scene \(scene.name): the vehicle drives \(how) for \(Self.shown(motion.way_m)) m, by its own axes (x forward)"
            )
        }
        return new
    }

    /// Takes how much of a camera's pictures a mask takes away, hundredths.
    public mutating func take(masked_percent: Double, of camera: CameraFrame) {
        cameras[camera.channel]?.take(masked_percent: masked_percent)
        if masked_percent >= 100 {
            find("mask", "the mask of \(camera.channel), '\(camera.maskPath ?? "")', is 0 everywhere")
        }
        if masked_percent <= 0 {
            find("mask", isWrong: false, "the mask of \(camera.channel), '\(camera.maskPath ?? "")', is 0 nowhere")
        }
    }

    /// Adds what was found.
    ///
    /// - Parameters:
    ///   - check: the sort of finding.
    ///   - count: how often it was found.
    ///   - what: where and what; told the first few times.
    public mutating func find(_ check: String, isWrong: Bool = true, count: Int = 1, _ what: String) {
        let key = isWrong ? check : "\(check), a note"
        guard let index = findings[key] else {
            findings[key] = facts.findings.count
            facts.findings.append(.init(check: check, isWrong: isWrong, count: count, examples: [what]))
            return
        }
        facts.findings[index].count += count
        if facts.findings[index].examples.count < Self.mostExamples { facts.findings[index].examples.append(what) }
    }

    /// What was gathered.
    public func finished() -> DatasetFacts {
        var all = self
        all.remark()
        var facts = all.facts
        facts.gap_s = gaps.spread
        facts.speed_mps = speeds.spread
        facts.cameras = order.compactMap { cameras[$0]?.camera }
        facts.findings = facts.findings.filter(\.isWrong) + facts.findings.filter { !$0.isWrong }
        return facts
    }

    private mutating func remark() {
        if gaps.count > 0, !Usual.trainedGap_s.contains(gaps.spread.mean) {
            find(
                "rate",
                isWrong: false,
                "samples are \(Self.shown(gaps.spread.mean)) s apart on the average; networks that look back were trained on 0.5 s"
            )
        }
        if facts.way_m < 1, facts.samples > facts.scenes {
            find("standstill", isWrong: false, "the vehicle moves less than 1 m in all: are its poses left out?")
        }
        if !facts.unseen_deg.isEmpty {
            let parts = facts.unseen_deg.map { "\($0[0]) to \($0[1])" }.joined(separator: ", ")
            find("blind", isWrong: false, "no camera sees \(parts) degrees (0 is ahead, 90 left)")
        }
    }

    private struct Motion {
        var way_m = 0.0
        var forward_m = 0.0
    }

    private mutating func step(
        from last: SampleFrames,
        to sample: SampleFrames,
        _ motion: inout Motion,
        _ place: String
    ) {
        let gap_s = Double(sample.timestamp_us - last.timestamp_us) * 1e-6
        gaps.add(gap_s)
        guard gap_s > 0 else {
            find("times", "\(place): it is not after the sample before it, but \(Self.shown(-gap_s)) s before")
            return
        }
        if gap_s > Usual.gap_s {
            find("gap", isWrong: false, "\(place): \(Self.shown(gap_s)) s after the sample before it")
        }
        for now in sample.cameras {
            guard let before = last.cameras.first(where: { $0.channel == now.channel }),
                now.timestamp_us < before.timestamp_us
            else { continue }
            find("times", "\(place): the picture of \(now.channel) is before that of the sample before")
        }
        guard let before = last.cameras.first, let now = sample.cameras.first(where: { $0.channel == before.channel })
        else { return }
        let time_s = Double(now.timestamp_us - before.timestamp_us) * 1e-6
        guard time_s > 0 else { return }
        let way = now.egoToGlobal.translation - before.egoToGlobal.translation
        let way_m = (way * way).sum().squareRoot()
        let speed_mps = way_m / time_s
        speeds.add(speed_mps)
        facts.way_m += way_m
        if speed_mps > Usual.speed_mps {
            find(
                "speed",
                isWrong: speed_mps > MotionCheck.fastest_mps,
                "\(place): the vehicle moved \(Self.shown(way_m)) m in \(Self.shown(time_s)) s"
            )
        }
        if speed_mps > 4 {
            motion.way_m += way_m
            motion.forward_m += (way * before.egoToGlobal.rotation.axes.0).sum()
        }
    }

    /// - Returns: whether the camera is mounted, calibrated or masked as it was not before.
    private mutating func take(_ camera: CameraFrame, of sample: SampleFrames, _ place: String) -> Bool {
        facts.pictures += 1
        if cameras[camera.channel] == nil {
            order.append(camera.channel)
            cameras[camera.channel] = CameraTally(camera.channel)
        }
        let delay_ms = Double(camera.timestamp_us - sample.timestamp_us) * 1e-3
        if abs(delay_ms) > Usual.delay_ms {
            find(
                "delay",
                isWrong: abs(delay_ms) > Self.mostDelay_ms,
                "\(place): the picture of \(camera.channel) is \(Self.shown(delay_ms)) ms from its sample"
            )
        }
        guard cameras[camera.channel]?.count(camera, delay_ms: delay_ms) == true else { return false }
        let outlook = CameraOutlook(camera)
        cameras[camera.channel]?.take(outlook, camera)
        judge(camera, outlook, "\(place): \(camera.channel)")
        return true
    }

    private mutating func judge(_ camera: CameraFrame, _ outlook: CameraOutlook, _ who: String) {
        if !isJudged {
            let size = (width: Double(camera.width), height: Double(camera.height))
            if let flaw = IntrinsicsCheck.flaw(of: camera.intrinsics, width: size.width, height: size.height) {
                find("intrinsics", "\(who): \(flaw.found)")
            }
            if MountCheck.heights_m.contains(outlook.height_m),
                let flaw = MountCheck.flaw(of: camera.sensorToEgo, groundHeight_m: 0)
            {
                find("mount", "\(who): \(flaw.found); \(flaw.advice)")
            }
        }
        if !Usual.height_m.contains(outlook.height_m) {
            find(
                "height",
                isWrong: !isJudged && !MountCheck.heights_m.contains(outlook.height_m),
                "\(who) is \(Self.shown(outlook.height_m)) m over the road; 0.2 to 4 m is usual"
            )
        }
        if abs(outlook.tilt_deg) > Usual.tilt_deg {
            let way = outlook.tilt_deg > 0 ? "up" : "down"
            find("tilt", isWrong: false, "\(who) looks \(Self.shown(abs(outlook.tilt_deg))) degrees \(way)")
        }
        if abs(outlook.roll_deg) > Usual.roll_deg {
            find(
                "roll",
                isWrong: false,
                "\(who) is turned \(Self.shown(outlook.roll_deg)) degrees about its optical axis"
            )
        }
        if outlook.principalOffset_percent > Usual.principalOffset_percent {
            let off = Self.shown(outlook.principalOffset_percent)
            find("principal point", isWrong: false, "\(who) has it \(off) % of the picture from the middle")
        }
    }

    private mutating func look(around scene: SceneFrames) {
        var views: [(channel: String, seen_deg: ClosedRange<Double>?)] = []
        for camera in scene.samples.lazy.flatMap(\.cameras)
        where !views.contains(where: { $0.channel == camera.channel }) {
            views.append((camera.channel, CameraOutlook(camera).seen_deg))
        }
        let around = Panorama(views)
        facts.unseen_deg = around.unseen_deg
        facts.overlaps = around.overlaps
    }

    private static func shown(_ value: Double) -> String { String(format: "%.4g", value) }
}
