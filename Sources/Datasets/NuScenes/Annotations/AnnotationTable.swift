internal import Scenes

/// The part of `sample_annotation.json` that is wanted: the boxes of wanted samples.
struct AnnotationTable {
    /// One box.
    struct Row {
        var token: TokenKey
        /// Index of its sample in `SampleTable.rows`.
        var sample: Int
        /// Index in `CategoryTable.names`.
        var category: Int
        /// Indices in `AttributeTable.names`.
        var attributes: [Int]
        var previous: TokenKey
        var next: TokenKey
        var translation: SIMD3<Double>
        var size: SIMD3<Double>
        var rotation: Quaternion
        var lidarPointCount: Int
        var radarPointCount: Int
        var place: RowPlace
    }

    /// The table's path.
    let file: String
    /// The boxes kept, in the file's order.
    private(set) var rows: [Row] = []
    /// Indices of `rows` by token.
    private(set) var indices = TokenIndex()

    /// Reads the table of a folder and keeps the boxes of wanted samples.
    ///
    /// - Parameter isWanted: whether a sample's boxes are kept, by index of the sample.
    /// - Throws: `DatasetError` for a broken table, a duplicate token among the rows kept, or one that refers to nothing.
    static func read(
        folder: String,
        samples: SampleTable,
        categories: CategoryTable,
        attributes: AttributeTable,
        isWanted: [Bool]
    ) throws(DatasetError) -> AnnotationTable {
        var table = AnnotationTable(file: "\(folder)/sample_annotation.json")
        let tokenLists = try TextListReader(file: table.file, key: "attribute_tokens")
        try TableScanner.scan(
            table.file,
            fields: [
                .text("token"), .text("sample_token"), .text("instance_token"), .text("prev"), .text("next"),
                .numbers("translation"), .numbers("size"), .numbers("rotation"), .integer("num_lidar_pts"),
                .integer("num_radar_pts"),
            ]
        ) { (row) throws(DatasetError) in
            guard let sample = samples.indices[row.token(1)] else { throw dangling(row, field: 1, "sample.json") }
            guard isWanted[sample] else { return }
            guard let category = categories[instance: row.token(2)] else {
                throw dangling(row, field: 2, "instance.json")
            }
            var own: [Int] = []
            for token in try tokenLists.list(of: row) {
                guard let attribute = attributes[TokenKey(token)] else {
                    throw .problem(
                        row.problem(
                            .danglingToken,
                            found: "the attribute token \"\(token)\" is not in attribute.json",
                            advice: TableScanner.advice
                        )
                    )
                }
                own.append(attribute)
            }
            try table.indices.insert(row, index: table.rows.count)
            table.rows.append(
                Row(
                    token: row.token(0),
                    sample: sample,
                    category: category,
                    attributes: own,
                    previous: row.token(3),
                    next: row.token(4),
                    translation: try row.translation(5),
                    size: try row.translation(6),
                    rotation: try row.rotation(7),
                    lidarPointCount: try count(row, field: 8),
                    radarPointCount: try count(row, field: 9),
                    place: row.place
                )
            )
        }
        return table
    }

    /// A number of points: -1 stands for none known, as in nuscenes-devkit.
    private static func count(_ row: TableRow, field: Int) throws(DatasetError) -> Int {
        let value = row.integer(field)
        guard (-1...Int64(Int32.max)).contains(value) else {
            throw .problem(
                row.problem(
                    .badNumber,
                    field: field,
                    found: "\(row.fields[field].name) is \(value)",
                    advice: TableScanner.advice
                )
            )
        }
        return Int(value)
    }

    private static func dangling(_ row: TableRow, field: Int, _ table: String) -> DatasetError {
        .problem(
            row.problem(
                .danglingToken,
                field: field,
                found: "\(row.fields[field].name) \"\(row.text(field))\" is not in \(table)",
                advice: TableScanner.advice
            )
        )
    }
}
