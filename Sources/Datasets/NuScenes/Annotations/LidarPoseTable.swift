internal import Scenes

/// The ego poses of LIDAR_TOP's keyframes, from `sensor`, `calibrated_sensor`, `sample_data` and `ego_pose`.
struct LidarPoseTable {
    /// The channel whose poses are wanted.
    static let channel = LidarPose.channel

    /// The pose of each sample by index of its row; nil for samples that are not wanted.
    private(set) var poses: [RigidTransform?]

    /// Reads the tables of a folder.
    ///
    /// - Parameter sceneOfSample: names of the scenes of wanted samples by index of the sample; nil for others.
    /// - Throws: `DatasetError` for a broken table, a row that refers to nothing, or a wanted sample with no keyframe of the channel,
    ///   with two, or with a pose that is no pose.
    static func read(
        folder: String,
        samples: SampleTable,
        sceneOfSample: [String?]
    ) throws(DatasetError) -> LidarPoseTable {
        let calibrations = try lidarCalibrations(folder: folder)
        let file = "\(folder)/sample_data.json"
        var poseTokens = [TokenKey?](repeating: nil, count: samples.rows.count)
        try TableScanner.scan(
            file,
            fields: [
                .text("token"), .boolean("is_key_frame"), .text("calibrated_sensor_token"), .text("sample_token"),
                .text("ego_pose_token"),
            ]
        ) { (row) throws(DatasetError) in
            guard row.boolean(1) else { return }
            guard let isLidar = calibrations[row.token(2)] else {
                throw .problem(dangling(row, field: 2, table: "calibrated_sensor.json"))
            }
            guard isLidar == 1 else { return }
            guard let sample = samples.indices[row.token(3)] else {
                throw .problem(dangling(row, field: 3, table: "sample.json"))
            }
            guard let scene = sceneOfSample[sample] else { return }
            guard poseTokens[sample] == nil else {
                throw .problem(
                    row.problem(
                        .duplicateCamera,
                        field: 3,
                        found: "the sample \(row.text(3)) has more than one keyframe of \(channel)",
                        advice: TableScanner.advice,
                        scene: scene
                    )
                )
            }
            poseTokens[sample] = row.token(4)
        }
        return LidarPoseTable(
            poses: try poses(
                folder: folder,
                poseTokens: poseTokens,
                samples: samples,
                sceneOfSample: sceneOfSample
            )
        )
    }

    /// 1 for the tokens of calibrations of the channel, 0 for those of other sensors.
    private static func lidarCalibrations(folder: String) throws(DatasetError) -> TokenIndex {
        var sensors = TokenIndex()
        try TableScanner.scan(
            "\(folder)/sensor.json",
            fields: [.text("token"), .text("channel")]
        ) { (row) throws(DatasetError) in
            try sensors.insert(row, index: row.text(1) == channel ? 1 : 0)
        }
        var calibrations = TokenIndex()
        try TableScanner.scan(
            "\(folder)/calibrated_sensor.json",
            fields: [.text("token"), .text("sensor_token")]
        ) { (row) throws(DatasetError) in
            guard let isLidar = sensors[row.token(1)] else {
                throw .problem(dangling(row, field: 1, table: "sensor.json"))
            }
            try calibrations.insert(row, index: isLidar)
        }
        return calibrations
    }

    private static func poses(
        folder: String,
        poseTokens: [TokenKey?],
        samples: SampleTable,
        sceneOfSample: [String?]
    ) throws(DatasetError) -> [RigidTransform?] {
        let file = "\(folder)/ego_pose.json"
        var found: [TokenKey: RigidTransform] = [:]
        let wanted = Set(poseTokens.compactMap { $0 })
        try TableScanner.scan(
            file,
            fields: [.text("token"), .numbers("translation"), .numbers("rotation")]
        ) { (row) throws(DatasetError) in
            let token = row.token(0)
            guard wanted.contains(token) else { return }
            let pose = RigidTransform(translation: try row.translation(1), rotation: try row.rotation(2))
            if let flaw = CalibrationCheck.flaw(of: pose) {
                throw .problem(row.problem(flaw.kind, found: flaw.found, advice: "correct this ego pose"))
            }
            guard found.updateValue(pose, forKey: token) == nil else {
                throw .problem(
                    row.problem(
                        .duplicateToken,
                        found: "an earlier row has the same token",
                        advice: TableScanner.advice
                    )
                )
            }
        }
        var poses = [RigidTransform?](repeating: nil, count: poseTokens.count)
        for (index, scene) in sceneOfSample.enumerated() where scene != nil {
            let sample = samples.rows[index]
            func problem(_ kind: DatasetProblem.Kind, _ found: String) -> DatasetError {
                .problem(
                    DatasetProblem(
                        kind,
                        file: samples.file,
                        row: sample.place.row,
                        token: sample.token.description,
                        byteOffset: sample.place.byteOffset,
                        scene: scene,
                        found: found,
                        advice: "detections are judged around the ego pose of \(channel): complete the tables"
                    )
                )
            }
            guard let token = poseTokens[index] else {
                throw problem(.missingCamera, "the sample has no keyframe of \(channel) in sample_data.json")
            }
            guard let pose = found[token] else {
                throw problem(.danglingToken, "the ego pose \"\(token)\" of its \(channel) is not in ego_pose.json")
            }
            poses[index] = pose
        }
        return poses
    }

    /// The error of a sample whose lidar pose the tables do not give once and rightly.
    static func noPose(_ samples: SampleTable, _ index: Int, scene: String?) -> DatasetError {
        let sample = samples.rows[index]
        return .problem(
            DatasetProblem(
                .missingCamera,
                file: samples.file,
                row: sample.place.row,
                token: sample.token.description,
                byteOffset: sample.place.byteOffset,
                scene: scene,
                found: "the sample has no single keyframe of \(channel) with a whole pose and calibration",
                advice: "detections are judged around the ego pose of \(channel): complete the tables"
            )
        )
    }

    private static func dangling(_ row: TableRow, field: Int, table: String) -> DatasetProblem {
        row.problem(
            .danglingToken,
            field: field,
            found: "\(row.fields[field].name) \"\(row.text(field))\" is not in \(table)",
            advice: TableScanner.advice
        )
    }
}
