internal import Scenes

/// Reads the samples of scenes of a manifest, one scene after the other.
///
/// Used by one thread at a time. It goes on where it is where scenes come in the file's order, and jumps otherwise.
final class ManifestSceneReader {
    /// A whole scene.
    struct Whole {
        let frames: SceneFrames
        /// Its annotated boxes; no sample at all where they were not wanted.
        let annotations: SceneAnnotations
        /// Whether its samples say which boxes they have.
        let isAnnotated: Bool
    }

    private let file: String
    private let index: ManifestIndex
    /// The folder of the manifest, for the check of pictures.
    private let root: String
    private let imageCheck: ImageCheck
    private let readsBoxes: Bool
    private var rig: (index: Int, value: ManifestRig)?

    /// - Parameters:
    ///   - root: the folder of the manifest.
    ///   - readsBoxes: whether boxes are wanted.
    init(_ file: String, index: ManifestIndex, root: String, imageCheck: ImageCheck, readsBoxes: Bool) {
        self.file = file
        self.index = index
        self.root = root
        self.imageCheck = imageCheck
        self.readsBoxes = readsBoxes
    }

    /// Opens the file at a line, unless it is another one by now.
    private func reader(from offset: UInt64, line: Int) throws(DatasetProblem) -> ManifestLineReader {
        let reader = try ManifestLineReader(file, from: offset, line: line)
        guard reader.stamp == index.stamp else {
            throw DatasetProblem(
                .changedFile,
                file: file,
                found: "the manifest was changed while it was being read",
                advice: "wait until it is written, then start again"
            )
        }
        return reader
    }

    private func rig(_ wanted: Int) throws(DatasetProblem) -> ManifestRig {
        if let rig, rig.index == wanted { return rig.value }
        let place = index.rigs[wanted]
        guard let line = try reader(from: place.offset, line: place.line).next() else {
            throw DatasetProblem(.changedFile, file: file, found: "the rig is gone", advice: "start again")
        }
        let value = try ManifestRig(line, folder: index.folder)
        if let problem = missingMask(value, line: place.line) { throw problem }
        rig = (wanted, value)
        return value
    }

    /// Reads a scene.
    ///
    /// - Throws: `DatasetProblem`, the first that is wrong with it.
    func read(_ number: Int) throws(DatasetProblem) -> Whole {
        let scene = index.scenes[number]
        do throws(DatasetProblem) {
            return try read(scene)
        } catch {
            var problem = error
            problem.scene = problem.scene ?? scene.name
            throw problem
        }
    }

    /// The sample tokens of a scene, whatever else is wrong with it.
    func tokens(_ number: Int) throws(DatasetProblem) -> [String] {
        let scene = index.scenes[number]
        let reader = try reader(from: scene.offset, line: scene.line + 1)
        var tokens: [String] = []
        while tokens.count < scene.sampleCount, let line = try reader.next() {
            guard let place = line.first("token"), line.isText(place) else {
                throw line.problem(
                    .missingKey,
                    key: "token",
                    found: "the sample has no token",
                    advice: "give every sample a token of its own"
                )
            }
            tokens.append(line.text(place))
        }
        return tokens
    }

    private func read(_ scene: ManifestIndex.Scene) throws(DatasetProblem) -> Whole {
        let rig = try rig(scene.rig)
        let reader = try reader(from: scene.offset, line: scene.line + 1)
        var frames = SceneFrames(
            name: scene.name,
            token: scene.token,
            samples: []
        )
        frames.samples.reserveCapacity(scene.sampleCount)
        var boxes: [[ManifestBox]] = []
        var poses: [RigidTransform] = []
        var saysBoxes: Bool?
        var motion = MotionCheck()
        while frames.samples.count < scene.sampleCount, let line = try reader.next() {
            let sample = try ManifestSample(line, rig: rig, folder: index.folder, readsBoxes: readsBoxes)
            if let flaw = motion.take(time_ns: sample.time_ns, pose: sample.pose, line: line.number) {
                throw line.problem(.unlikelyValue, key: flaw.key, found: flaw.found, advice: flaw.advice)
            }
            guard saysBoxes ?? (sample.boxes != nil) == (sample.boxes != nil) else {
                throw line.problem(
                    .missingKey,
                    key: "boxes",
                    found: "some samples of the scene say which boxes they have, and some do not",
                    advice: "write \"boxes\": [] where there is none"
                )
            }
            saysBoxes = sample.boxes != nil
            if let problem = missingPicture(sample.frames, line) { throw problem }
            frames.samples.append(sample.frames)
            if readsBoxes {
                boxes.append(sample.boxes ?? [])
                poses.append(sample.pose)
            }
        }
        if let flaw = motion.flaw() {
            throw DatasetProblem(
                .unlikelyValue,
                file: file,
                line: flaw.line,
                key: "worldFromEgo.q",
                found: flaw.found,
                advice: flaw.advice
            )
        }
        BoxMotion.estimate(&boxes, frames.samples.map(\.timestamp_us))
        let samples = poses.indices.map { place in
            SampleAnnotations(
                token: frames.samples[place].token,
                tableRow: scene.firstSample + place,
                timestamp_us: frames.samples[place].timestamp_us,
                lidarEgoToGlobal: poses[place],
                boxes: boxes[place].map(\.annotation)
            )
        }
        return Whole(
            frames: frames,
            annotations: SceneAnnotations(name: scene.name, samples: samples),
            isAnnotated: saysBoxes ?? false
        )
    }

    private func missingMask(_ rig: ManifestRig, line: Int) -> DatasetProblem? {
        for camera in rig.cameras {
            guard let mask = camera.frame.maskPath, let flaw = imageCheck.inspect("\(root)/\(mask)") else { continue }
            return DatasetProblem(
                flaw.kind,
                file: file,
                line: line,
                key: "cameras.\(camera.name).mask",
                found: "\(root)/\(mask): \(flaw.found)",
                advice: "bring the mask, or leave the key out"
            )
        }
        return nil
    }

    private func missingPicture(_ sample: SampleFrames, _ line: ManifestLine) -> DatasetProblem? {
        guard imageCheck != .none else { return nil }
        for camera in sample.cameras {
            // What recordings begin with is for their reader to judge.
            let check = camera.recorded == nil ? imageCheck : .present
            guard let flaw = check.inspect("\(root)/\(camera.imagePath)") else { continue }
            return line.problem(
                flaw.kind,
                key: "images (\(camera.channel))",
                found: "\(root)/\(camera.imagePath): \(flaw.found)",
                advice:
                    "paths are relative to the manifest's folder, or to its root; bring the picture, or leave the scene out"
            )
        }
        return nil
    }
}

/// Velocities of boxes from the same thing in samples before and after.
enum BoxMotion {
    /// Fills in velocities that the manifest does not give, of boxes that name their instance.
    static func estimate(_ boxes: inout [[ManifestBox]], _ times_us: [Int64]) {
        var places: [String: [(sample: Int, box: Int)]] = [:]
        for sample in boxes.indices {
            for box in boxes[sample].indices {
                guard let instance = boxes[sample][box].instance else { continue }
                places[instance, default: []].append((sample, box))
            }
        }
        for track in places.values {
            let moments = track.map { place in
                BoxVelocity.Moment(
                    translation: boxes[place.sample][place.box].annotation.translation,
                    timestamp_us: times_us[place.sample]
                )
            }
            for (number, place) in track.enumerated() where boxes[place.sample][place.box].annotation.velocity == nil {
                boxes[place.sample][place.box].annotation.velocity = BoxVelocity.estimate(
                    previous: number > 0 ? moments[number - 1] : nil,
                    current: moments[number],
                    next: number + 1 < moments.count ? moments[number + 1] : nil
                )
            }
        }
    }
}
