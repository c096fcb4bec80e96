/// `sample.json`.
struct SampleTable {
    /// One sample.
    struct Row {
        var token: TokenKey
        var timestamp_us: Int64
        var previous: TokenKey
        var next: TokenKey
        /// Index of its scene in `SceneTable.rows`.
        var scene: Int
        var place: RowPlace
    }

    /// The table's path.
    let file: String
    /// All samples, in the file's order.
    private(set) var rows: [Row] = []
    /// Indices of `rows` by token.
    private(set) var indices = TokenIndex()
    /// How many samples each scene has, by index of the scene.
    private(set) var countOfScene: [Int]

    /// Reads the table of a folder.
    ///
    /// - Throws: `DatasetError` for a broken table, a duplicate token, or a scene that does not exist.
    static func read(folder: String, scenes: SceneTable) throws(DatasetError) -> SampleTable {
        var table = SampleTable(
            file: "\(folder)/sample.json",
            countOfScene: [Int](repeating: 0, count: scenes.rows.count)
        )
        try TableScanner.scan(
            table.file,
            fields: [
                .text("token"), .integer("timestamp"), .text("prev"), .text("next"), .text("scene_token"),
            ]
        ) { (row) throws(DatasetError) in
            guard let scene = scenes.indices[row.token(4)] else {
                throw .problem(
                    row.problem(
                        .danglingToken,
                        field: 4,
                        found: "scene_token \"\(row.text(4))\" is not in scene.json",
                        advice: TableScanner.advice
                    )
                )
            }
            try table.indices.insert(row, index: table.rows.count)
            table.rows.append(
                Row(
                    token: row.token(0),
                    timestamp_us: row.integer(1),
                    previous: row.token(2),
                    next: row.token(3),
                    scene: scene,
                    place: row.place
                )
            )
            table.countOfScene[scene] += 1
        }
        return table
    }
}
