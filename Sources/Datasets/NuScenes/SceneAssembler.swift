internal import Scenes

/// Assembles scenes from the rows that were kept of the tables.
struct SceneAssembler {
    /// The dataset's root, for the check of image files.
    let root: String
    /// How far image files are looked at.
    let imageCheck: ImageCheck
    /// The tables, or what was kept of them.
    let scenes: SceneTable
    let samples: SampleTable
    let calibrations: CalibrationTable
    let images: ImageTable
    let poses: PoseTable

    /// Indices of `images.rows`, by sample and camera; -1 where there is none, -2 - index where there is more than one.
    private let imageOfCamera: [Int]
    /// What is wrong with each calibrated camera; nil where nothing is.
    private let calibrationFlaws: [DatasetProblem?]

    private static let cameraCount = CameraOrder.published.count
    private static let noImage = -1

    /// Makes an assembler, and judges every calibration once.
    init(
        root: String,
        imageCheck: ImageCheck,
        scenes: SceneTable,
        samples: SampleTable,
        calibrations: CalibrationTable,
        images: ImageTable,
        poses: PoseTable
    ) {
        self.root = root
        self.imageCheck = imageCheck
        self.scenes = scenes
        self.samples = samples
        self.calibrations = calibrations
        self.images = images
        self.poses = poses
        var slots = [Int](repeating: Self.noImage, count: samples.rows.count * Self.cameraCount)
        for (index, image) in images.rows.enumerated() {
            let slot = image.sample * Self.cameraCount + calibrations.cameras[image.calibration].camera
            slots[slot] = slots[slot] == Self.noImage ? index : -2 - index
        }
        imageOfCamera = slots
        calibrationFlaws = calibrations.cameras.map { Self.flaw(of: $0, file: calibrations.file) }
    }

    /// Assembles one scene.
    ///
    /// - Parameters:
    ///   - scene: index of the scene's row.
    ///   - samples: indices of its samples' rows, in order.
    ///   - problems: receives what is wrong; the result is of use only when this stays empty.
    func assemble(scene: Int, samples chain: [Int], problems: inout [DatasetProblem]) -> SceneFrames {
        let row = scenes.rows[scene]
        var frames = SceneFrames(name: row.name, token: row.token.description, samples: [])
        frames.samples.reserveCapacity(chain.count)
        var reportedCalibrations: Set<Int> = []
        for index in chain {
            let sample = samples.rows[index]
            let token = sample.token.description
            if !PlainName.isUsable(token) {
                problems.append(
                    DatasetProblem(
                        .unusableName,
                        file: samples.file,
                        row: sample.place.row,
                        token: token,
                        byteOffset: sample.place.byteOffset,
                        scene: row.name,
                        found: "the sample's token cannot name a file",
                        advice: "give it a token of 1 to 200 bytes with neither slash nor control characters"
                    )
                )
            }
            var assembled = SampleFrames(
                token: token,
                timestamp_us: sample.timestamp_us,
                cameras: [],
                lidar: lidar(of: index)
            )
            assembled.cameras.reserveCapacity(Self.cameraCount)
            for camera in 0..<Self.cameraCount {
                let slot = imageOfCamera[index * Self.cameraCount + camera]
                guard slot >= 0 else {
                    problems.append(slotProblem(slot, camera: camera, sample: sample, scene: row.name))
                    continue
                }
                let image = images.rows[slot]
                if var flaw = calibrationFlaws[image.calibration] {
                    // A calibration serves a whole scene: said once, not once a sample.
                    flaw.scene = row.name
                    if reportedCalibrations.insert(image.calibration).inserted { problems.append(flaw) }
                    continue
                }
                if let frame = frame(of: image, scene: row.name, problems: &problems) {
                    assembled.cameras.append(frame)
                }
            }
            frames.samples.append(assembled)
        }
        return frames
    }

    /// Where the lidar was at a sample; nil where the tables do not say it once and rightly.
    private func lidar(of sample: Int) -> LidarPose? {
        guard case .one(let calibration, let pose) = images.lidars[sample], let row = poses.rows[pose] else {
            return nil
        }
        let found = LidarPose(sensorToEgo: calibrations.lidars[calibration], egoToGlobal: row.transform)
        let isUsable = [found.sensorToEgo, found.egoToGlobal].allSatisfy { CalibrationCheck.flaw(of: $0) == nil }
        return isUsable ? found : nil
    }

    private func frame(
        of image: ImageTable.Row,
        scene: String,
        problems: inout [DatasetProblem]
    ) -> CameraFrame? {
        func report(_ kind: DatasetProblem.Kind, _ found: String, _ advice: String) {
            problems.append(imageProblem(kind, image, scene: scene, found: found, advice: advice))
        }
        guard let pose = poses.rows[image.pose] else {
            let token = images.poseTokens[image.pose]
            report(.danglingToken, "ego_pose_token \"\(token)\" is not in ego_pose.json", TableScanner.advice)
            return nil
        }
        if let flaw = CalibrationCheck.flaw(of: pose.transform) {
            problems.append(
                DatasetProblem(
                    flaw.kind,
                    file: poses.file,
                    row: pose.place.row,
                    token: images.poseTokens[image.pose].description,
                    byteOffset: pose.place.byteOffset,
                    scene: scene,
                    found: flaw.found,
                    advice: "correct this ego pose, or leave the scene out"
                )
            )
            return nil
        }
        guard (1...100_000).contains(image.width), (1...100_000).contains(image.height) else {
            report(
                .badNumber,
                "width \(image.width) and height \(image.height) do not say how large the picture is (1 to 100000 pixels a side)",
                "write the picture's size, which the camera's intrinsics belong to, into sample_data.json"
            )
            return nil
        }
        if let flaw = PlainName.flaw(ofRelativePath: image.path) {
            let advice = "image paths must be relative to the dataset's root and stay below it"
            report(.unsafePath, "filename \"\(image.path)\": \(flaw)", advice)
            return nil
        }
        if let flaw = imageCheck.inspect("\(root)/\(image.path)") {
            let advice = "copy \(image.path) into \(root) again, or leave the scene out"
            report(flaw.kind, "\(image.path): \(flaw.found)", advice)
            return nil
        }
        let calibration = calibrations.cameras[image.calibration]
        return CameraFrame(
            channel: CameraOrder.published[calibration.camera],
            imagePath: image.path,
            width: image.width,
            height: image.height,
            timestamp_us: image.timestamp_us,
            intrinsics: calibration.intrinsics,
            sensorToEgo: calibration.sensorToEgo,
            egoToGlobal: pose.transform
        )
    }

    private func slotProblem(
        _ slot: Int,
        camera: Int,
        sample: SampleTable.Row,
        scene: String
    ) -> DatasetProblem {
        let channel = CameraOrder.published[camera]
        if slot == Self.noImage {
            return DatasetProblem(
                .missingCamera,
                file: images.file,
                token: sample.token.description,
                scene: scene,
                found: "the sample has no keyframe image of \(channel)",
                advice: "the networks need all six cameras: complete the table, or leave the scene out"
            )
        }
        return imageProblem(
            .duplicateCamera,
            images.rows[-2 - slot],
            scene: scene,
            found: "the sample \(sample.token) has more than one keyframe image of \(channel)",
            advice: TableScanner.advice
        )
    }

    private func imageProblem(
        _ kind: DatasetProblem.Kind,
        _ image: ImageTable.Row,
        scene: String,
        found: String,
        advice: String
    ) -> DatasetProblem {
        DatasetProblem(
            kind,
            file: images.file,
            row: image.place.row,
            token: image.token.description,
            byteOffset: image.place.byteOffset,
            scene: scene,
            found: found,
            advice: advice
        )
    }

    private static func flaw(of camera: CalibrationTable.Row, file: String) -> DatasetProblem? {
        let advice = "correct this calibration, or leave the scenes that use it out"
        func problem(_ kind: DatasetProblem.Kind, _ found: String) -> DatasetProblem {
            DatasetProblem(
                kind,
                file: file,
                row: camera.place.row,
                token: camera.token.description,
                byteOffset: camera.place.byteOffset,
                found: found,
                advice: advice
            )
        }
        if let found = CalibrationCheck.flaw(ofIntrinsics: camera.intrinsics, rows: camera.intrinsicRows) {
            return problem(.badCalibration, found)
        }
        return CalibrationCheck.flaw(of: camera.sensorToEgo).map { problem($0.kind, $0.found) }
    }
}
