/// Rows of modules, the highest first: a module may import what stands in lower rows.
struct Layers {
    var rows: [[String]]

    /// The rooms of the project; rows may name rooms that are planned.
    static let rooms = Layers(rows: [
        ["Scheduler", "Worker"],
        ["CommandSupport"],
        ["RunContract", "Scoring", "Keyframes"],
        [
            "Datasets", "OccInference", "JobQueue", "Storage", "Evaluation", "Reporting", "SyntheticWorld",
            "HTTPService",
        ],
        ["TensorRuntime"],
        ["Scenes"],
        [
            "SystemSupport", "LZ4Frames", "ArrayFiles", "ImageFiles", "MCAPFiles", "PostgresClient", "NuScenesJSON",
            "BinaryKernels", "EmbeddedFont", "Monitoring",
        ],
    ])

    init(rows: [[String]]) { self.rows = rows }

    /// The first indented block of a page that names a room, line by line; other words are remarks.
    init(drawnIn page: String, rooms: Set<String>) {
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("    ")
                ? line.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter(rooms.contains) : nil
        }
        let start = lines.firstIndex { $0?.isEmpty == false } ?? lines.endIndex
        rows = lines[start...].prefix { $0 != nil }.compactMap { $0 }.filter { !$0.isEmpty }
    }

    /// Rooms that stand in no row or in several, and arrows that do not go down.
    func findings(_ manifest: Manifest, sideways: Set<Arrow>) -> [String] {
        var places: [String: [Int]] = [:]
        for (number, row) in rows.enumerated() { for name in row { places[name, default: []].append(number) } }
        var findings: [String] = []
        var wrong: Set<Arrow> = []
        for room in manifest.rooms {
            guard let place = places[room.name]?.first, places[room.name]?.count == 1 else {
                findings.append("\(room.name) stands in \(places[room.name]?.count ?? 0) rows")
                continue
            }
            for name in room.dependencies {
                if let other = places[name]?.first, other <= place { wrong.insert(Arrow(room.name, name)) }
            }
        }
        return findings + changes(wrong, known: sideways)
    }
}
