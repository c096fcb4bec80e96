internal import Scenes

/// `scene.json`.
struct SceneTable: Sendable {
    /// One scene.
    struct Row: Sendable {
        var token: TokenKey
        var name: String
        var firstSample: TokenKey
        var lastSample: TokenKey
        var sampleCount: Int
        var place: RowPlace
    }

    /// The table's path.
    let file: String
    /// All scenes, in the file's order.
    private(set) var rows: [Row] = []
    /// Indices of `rows` by token.
    private(set) var indices: [TokenKey: Int] = [:]

    /// Reads the table of a folder.
    ///
    /// - Throws: `DatasetError` for a broken table, a duplicate token or name, or a name that no file can have.
    static func read(folder: String) throws(DatasetError) -> SceneTable {
        var table = SceneTable(file: "\(folder)/scene.json")
        var names: Set<String> = []
        try TableScanner.scan(
            table.file,
            fields: [
                .text("token"), .text("name"), .text("first_sample_token"), .text("last_sample_token"),
                .integer("nbr_samples"),
            ]
        ) { (row) throws(DatasetError) in
            let scene = Row(
                token: row.token(0),
                name: row.text(1),
                firstSample: row.token(2),
                lastSample: row.token(3),
                sampleCount: Int(row.integer(4)),
                place: row.place
            )
            guard PlainName.isUsable(scene.name) else {
                throw .problem(
                    row.problem(
                        .unusableName,
                        field: 1,
                        found: "the scene's name \"\(scene.name)\" cannot name a file",
                        advice: "give the scene a name of 1 to 200 bytes with neither slash nor control characters"
                    )
                )
            }
            guard names.insert(scene.name).inserted else {
                throw .problem(
                    row.problem(
                        .duplicateScene,
                        field: 1,
                        found: "an earlier scene is also named \(scene.name)",
                        advice: "scenes are told apart by name: give each its own"
                    )
                )
            }
            guard table.indices.updateValue(table.rows.count, forKey: scene.token) == nil else {
                throw .problem(
                    row.problem(
                        .duplicateToken,
                        found: "an earlier row has the same token",
                        advice: TableScanner.advice
                    )
                )
            }
            table.rows.append(scene)
        }
        return table
    }
}
