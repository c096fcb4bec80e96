internal import Scenes

/// `sensor.json` and `calibrated_sensor.json`: how each camera of each log is mounted, and its lidar.
struct CalibrationTable {
    /// One calibrated camera.
    struct Row {
        var token: TokenKey
        /// Index in `CameraOrder.published`.
        var camera: Int
        var sensorToEgo: RigidTransform
        /// The intrinsic matrix, row-major; not yet judged.
        var intrinsics: [Double]
        /// The number of the matrix's rows.
        var intrinsicRows: Int
        var place: RowPlace
    }

    /// What a row says of a sensor that is neither one of the six cameras nor the lidar.
    static let otherSensor: Int = -1
    /// What a row says of the first lidar; of the one after it one less, and so on.
    private static let firstLidar = -2

    /// The path of `calibrated_sensor.json`.
    let file: String
    /// The calibrated cameras, in the file's order.
    private(set) var cameras: [Row] = []
    /// How each calibrated lidar is mounted, in the file's order; not yet judged.
    private(set) var lidars: [RigidTransform] = []
    /// Indices of `cameras` by token; `lidar(_:)` for lidars, `otherSensor` for every other sensor.
    private(set) var indices = TokenIndex()

    /// The index in `lidars` that a value of `indices` stands for; nil for other sensors.
    static func lidar(_ index: Int) -> Int? { index <= firstLidar ? firstLidar - index : nil }

    /// Reads both tables of a folder.
    ///
    /// - Throws: `DatasetError` for a broken table, a duplicate token, or a sensor that does not exist.
    static func read(folder: String) throws(DatasetError) -> CalibrationTable {
        var sensors = TokenIndex()
        try TableScanner.scan(
            "\(folder)/sensor.json",
            fields: [.text("token"), .text("channel"), .text("modality")]
        ) { (row) throws(DatasetError) in
            let camera = row.text(2) == "camera" ? CameraOrder.published.firstIndex(of: row.text(1)) : nil
            try sensors.insert(row, index: camera ?? (row.text(1) == LidarPose.channel ? firstLidar : otherSensor))
        }
        var table = CalibrationTable(file: "\(folder)/calibrated_sensor.json")
        try TableScanner.scan(
            table.file,
            fields: [
                .text("token"), .text("sensor_token"), .numbers("translation"), .numbers("rotation"),
                .numbers("camera_intrinsic", optional: true),
            ]
        ) { (row) throws(DatasetError) in
            guard let camera = sensors[row.token(1)] else {
                throw .problem(
                    row.problem(
                        .danglingToken,
                        field: 1,
                        found: "sensor_token \"\(row.text(1))\" is not in sensor.json",
                        advice: TableScanner.advice
                    )
                )
            }
            guard camera != otherSensor else {
                try table.indices.insert(row, index: otherSensor)
                return
            }
            guard camera != firstLidar else {
                try table.indices.insert(row, index: firstLidar - table.lidars.count)
                table.lidars.append(
                    RigidTransform(translation: try row.translation(2), rotation: try row.rotation(3))
                )
                return
            }
            try table.indices.insert(row, index: table.cameras.count)
            let transform = RigidTransform(translation: try row.translation(2), rotation: try row.rotation(3))
            table.cameras.append(
                Row(
                    token: row.token(0),
                    camera: camera,
                    sensorToEgo: transform,
                    intrinsics: row.isPresent(4) ? row.numbers(4) : [],
                    intrinsicRows: row.isPresent(4) ? row.innerCount(4) : 0,
                    place: row.place
                )
            )
        }
        return table
    }
}
