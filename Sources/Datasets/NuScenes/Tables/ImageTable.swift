/// The part of `sample_data.json` that is wanted: the keyframe images of the six cameras, and where the lidar was.
struct ImageTable {
    /// One image.
    struct Row {
        var token: TokenKey
        /// Index of its sample in `SampleTable.rows`.
        var sample: Int
        /// Index in `CalibrationTable.cameras`.
        var calibration: Int
        /// Index in `poseTokens`.
        var pose: Int
        var timestamp_us: Int64
        var width: Int
        var height: Int
        var path: String
        var place: RowPlace
    }

    /// The lidar's keyframe of a sample.
    enum Lidar {
        /// The sample has no such row.
        case none
        /// Index in `CalibrationTable.lidars` and in `poseTokens`.
        case one(calibration: Int, pose: Int)
        /// The sample has several, so none is the right one.
        case several
    }

    /// The table's path.
    let file: String
    /// The images kept, in the file's order.
    private(set) var rows: [Row] = []
    /// The lidar's keyframes by index of the sample.
    private(set) var lidars: [Lidar]
    /// The ego poses that images and lidar keyframes refer to, each once.
    private(set) var poseTokens: [TokenKey] = []
    /// Indices of `poseTokens`.
    private(set) var poseIndices: [TokenKey: Int] = [:]

    /// Reads the table of a folder and keeps the images of wanted samples.
    ///
    /// - Parameter isWanted: whether a sample's images are kept, by index of the sample.
    /// - Throws: `DatasetError` for a broken table, a duplicate token among the rows kept, or a keyframe whose sample or
    ///   calibration does not exist.
    static func read(
        folder: String,
        samples: SampleTable,
        calibrations: CalibrationTable,
        isWanted: [Bool]
    ) throws(DatasetError) -> ImageTable {
        var table = ImageTable(
            file: "\(folder)/sample_data.json",
            lidars: [Lidar](repeating: .none, count: samples.rows.count)
        )
        var tokens = TokenIndex()
        try TableScanner.scan(
            table.file,
            fields: [
                .text("token"), .boolean("is_key_frame"), .text("calibrated_sensor_token"), .text("sample_token"),
                .text("ego_pose_token"), .integer("timestamp"), .integer("width", optional: true),
                .integer("height", optional: true), .text("filename", optional: true),
            ]
        ) { (row) throws(DatasetError) in
            guard row.boolean(1) else { return }
            guard let calibration = calibrations.indices[row.token(2)] else {
                throw dangling(row, field: 2, table: "calibrated_sensor.json")
            }
            guard calibration != CalibrationTable.otherSensor else { return }
            if let lidar = CalibrationTable.lidar(calibration) {
                // Only scores need the lidar's pose: what is wrong with it is no problem of the scene.
                if let sample = samples.indices[row.token(3)], isWanted[sample] {
                    table.addLidar(lidar, pose: row.token(4), sample: sample)
                }
                return
            }
            guard let sample = samples.indices[row.token(3)] else {
                throw dangling(row, field: 3, table: "sample.json")
            }
            guard isWanted[sample] else { return }
            try tokens.insert(row, index: 0)
            for field in 6...8 where !row.isPresent(field) {
                throw .problem(
                    row.problem(
                        .missingKey,
                        found: "key \"\(row.fields[field].name)\": a camera's row lacks it",
                        advice: field == 8
                            ? TableScanner.advice
                            : "write the picture's size, which the camera's intrinsics belong to, into sample_data.json"
                    )
                )
            }
            table.append(row, sample: sample, calibration: calibration)
        }
        return table
    }

    private mutating func append(_ row: TableRow, sample: Int, calibration: Int) {
        let pose = index(ofPose: row.token(4))
        rows.append(
            Row(
                token: row.token(0),
                sample: sample,
                calibration: calibration,
                pose: pose,
                timestamp_us: row.integer(5),
                width: Int(row.integer(6)),
                height: Int(row.integer(7)),
                path: row.text(8),
                place: row.place
            )
        )
    }

    private mutating func addLidar(_ calibration: Int, pose token: TokenKey, sample: Int) {
        if case .none = lidars[sample] {
            lidars[sample] = .one(calibration: calibration, pose: index(ofPose: token))
        } else {
            lidars[sample] = .several
        }
    }

    private mutating func index(ofPose token: TokenKey) -> Int {
        if let known = poseIndices[token] { return known }
        let index = poseTokens.count
        poseIndices[token] = index
        poseTokens.append(token)
        return index
    }

    private static func dangling(_ row: TableRow, field: Int, table: String) -> DatasetError {
        let name = row.fields[field].name
        return .problem(
            row.problem(
                .danglingToken,
                field: field,
                found: "\(name) \"\(row.text(field))\" is not in \(table)",
                advice: TableScanner.advice
            )
        )
    }
}
