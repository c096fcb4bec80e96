internal import CommandSupport
internal import Evaluation
internal import Glibc
internal import Scenes
internal import Storage
internal import SystemSupport

/// Writes a run's boxes as labelling and training tools read them.
struct BoxExport {
    let run: ExportedRun
    /// Boxes of a lower score are left out.
    let minimumScore: Double
    /// Whether files that hold something else are replaced.
    let replaces: Bool

    /// Takes a run of boxes.
    ///
    /// - Parameter format: the form's name, for people.
    /// - Throws: `CommandFailure` for a run of voxel labels.
    init(run: ExportedRun, format: String, minimumScore: Double, replaces: Bool) throws {
        try run.requireBoxes(for: "--format \(format)")
        self.run = run
        self.minimumScore = minimumScore
        self.replaces = replaces
    }

    /// Writes KITTI's label files, one a sample and camera: `<scene>/<camera>/label_2/000000.txt`, and `<scene>/<camera>/frames.txt`,
    /// which says whose they are.
    ///
    /// - Throws: `CommandFailure`, `StorageError`, `EvaluationError`, `FileError`; `ExitStatus.someScenesFailed` at the end where
    ///   scenes are not done.
    func writeKITTI(to folder: String) throws {
        try Folders.create(folder)
        var (written, unchanged) = (0, 0)
        func put(_ text: String, _ path: String) throws {
            if try OutputFile.write(Array(text.utf8), to: path, replaces: replaces) == .written {
                written += 1
            } else {
                unchanged += 1
            }
        }
        try eachScene { scene in
            var frames: [String: String] = [:]
            for (index, sample) in scene.samples.enumerated() {
                let name = KITTILabels.name(index)
                let boxes = try scene.boxes(of: sample, minimumScore: minimumScore)
                for camera in sample.frames.cameras {
                    let place = "\(folder)/\(scene.name)/\(try fileName(camera.channel, "camera's channel"))"
                    if frames[place] == nil { try Folders.create("\(place)/label_2") }
                    let labels = CameraLabel.Camera(camera).labels(boxes)
                    try put(KITTILabels.text(labels, camera), "\(place)/label_2/\(name).txt")
                    let token = try fileName(sample.entry.token, "sample token")
                    frames[place, default: ""] += "\(name) \(token) \(camera.imagePath)\n"
                }
            }
            for (place, text) in frames.sorted(by: { $0.key < $1.key }) { try put(text, "\(place)/frames.txt") }
        }
        Terminal.say("\(folder): \(written) files written, \(unchanged) were there already")
        try run.manifest.requireAllExported()
    }

    /// Writes the whole run as one COCO document, `detections_coco.json`.
    ///
    /// - Throws: as `writeKITTI`.
    func writeCOCO(to folder: String) throws {
        try Folders.create(folder)
        let path = "\(folder)/detections_coco.json"
        let (outcome, count) = try OutputFile.write(to: path, replaces: replaces) { place in
            let file = try GrowingFile(path: place)
            var document = COCODocument()
            try file.append(try document.head(run.manifest))
            try eachScene { scene in
                for sample in scene.samples {
                    let boxes = try scene.boxes(of: sample, minimumScore: minimumScore)
                    for camera in sample.frames.cameras {
                        let labels = CameraLabel.Camera(camera).labels(boxes)
                        let token = sample.entry.token
                        try file.append(document.add(labels, camera, scene: scene.name, sampleToken: token))
                    }
                }
            }
            try file.append(document.end())
            try file.close()
            return document.annotationCount
        }
        Terminal.say("\(path): \(count) boxes" + (outcome == .unchanged ? ", there already" : ""))
        try run.manifest.requireAllExported()
    }

    /// Writes tracklets for CVAT, a folder a scene: `tracklet_labels.xml` and `frame_list.txt`.
    ///
    /// - Throws: as `writeKITTI`.
    func writeTracklets(to folder: String) throws {
        var (written, unchanged, withoutLidar) = (0, 0, 0)
        try eachScene { scene in
            var tracklets = Tracklets()
            var names = ""
            let hasLidar = scene.samples.allSatisfy { $0.frames.lidar != nil }
            if !hasLidar { withoutLidar += 1 }
            for (index, sample) in scene.samples.enumerated() {
                guard let ego = sample.frames.egoToGlobal else {
                    throw CommandFailure(
                        .configuration,
                        "'\(run.root)' does not say where the car was at sample '\(sample.entry.token)'"
                    )
                }
                let mount = hasLidar ? sample.frames.lidar.map { [$0.sensorToEgo] } ?? [] : []
                let boxes = try scene.boxes(of: sample, minimumScore: minimumScore)
                tracklets.add(boxes, frame: index, globalFromPlace: [ego] + mount)
                names += "\(index) \(try fileName(sample.entry.token, "sample token"))\n"
            }
            let place = "\(folder)/\(scene.name)"
            try Folders.create(place)
            for (name, text) in [("tracklet_labels.xml", tracklets.text), ("frame_list.txt", names)] {
                let outcome = try OutputFile.write(Array(text.utf8), to: "\(place)/\(name)", replaces: replaces)
                if outcome == .written { written += 1 } else { unchanged += 1 }
            }
        }
        Terminal.say("\(folder): \(written) files written, \(unchanged) were there already")
        if withoutLidar > 0 {
            Terminal.say(
                "note: boxes of \(withoutLidar) scenes are in the vehicle's frame: the dataset's tables have no LIDAR_TOP for them"
            )
        }
        try run.manifest.requireAllExported()
    }

    private func eachScene(_ body: (ExportedScene) throws -> Void) throws {
        let scenes = run.manifest.done
        for (index, scene) in scenes.enumerated() {
            try body(run.scene(scene))
            if Terminal.isInteractive { Terminal.showProgress("\(index + 1)/\(scenes.count) scenes") }
        }
    }

    /// A name of the tables that may stand in a path and in a list of names.
    private func fileName(_ text: String, _ what: String) throws -> String {
        guard PlainName.isUsable(text), !text.hasPrefix("."), !text.contains(" ") else {
            throw CommandFailure(.configuration, "the \(what) '\(text)' cannot be the name of a file")
        }
        return text
    }
}

/// A file that is written piece by piece.
private final class GrowingFile {
    private static let bufferBytes = 1 << 20
    private let path: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError.last("create", path) }
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    func append(_ bytes: [UInt8]) throws {
        buffer += bytes
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    func close() throws {
        try flush()
        let isSynced = fsync(descriptor) == 0
        let error = FileError.last("fsync", path)
        Glibc.close(descriptor)
        descriptor = -1
        if !isSynced { throw error }
    }

    private func flush() throws {
        try buffer.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let count = write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw FileError.last("write", path)
                }
                offset += count
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
