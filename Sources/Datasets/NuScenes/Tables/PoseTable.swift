internal import Scenes

/// The part of `ego_pose.json` that is wanted: the poses that kept images and lidar keyframes refer to.
struct PoseTable {
    /// One pose.
    struct Row {
        var transform: RigidTransform
        var place: RowPlace
    }

    /// The table's path.
    let file: String
    /// The poses by index in `ImageTable.poseTokens`; nil where the table has none.
    private(set) var rows: [Row?]

    /// Reads the table of a folder and keeps the poses that are wanted.
    ///
    /// - Throws: `DatasetError` for a broken table or a duplicate token among the rows kept.
    static func read(folder: String, images: ImageTable) throws(DatasetError) -> PoseTable {
        var table = PoseTable(
            file: "\(folder)/ego_pose.json",
            rows: [Row?](repeating: nil, count: images.poseTokens.count)
        )
        let indices = images.poseIndices
        try TableScanner.scan(
            table.file,
            fields: [.text("token"), .numbers("translation"), .numbers("rotation")]
        ) { (row) throws(DatasetError) in
            guard let index = indices[row.token(0)] else { return }
            guard table.rows[index] == nil else {
                throw .problem(
                    row.problem(
                        .duplicateToken,
                        found: "an earlier row has the same token",
                        advice: TableScanner.advice
                    )
                )
            }
            let transform = RigidTransform(translation: try row.translation(1), rotation: try row.rotation(2))
            table.rows[index] = Row(transform: transform, place: row.place)
        }
        return table
    }
}
