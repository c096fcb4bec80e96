internal import Scenes

/// What one reading of a manifest keeps: where rigs and scenes are, and how many samples they have.
struct ManifestIndex {
    /// A rig's place in the file.
    struct Rig {
        let name: String
        let offset: UInt64
        let line: Int
    }

    /// A scene's place in the file.
    struct Scene {
        let name: String
        let token: String
        /// Index of its rig.
        let rig: Int
        /// Indices of its splits.
        let splits: [Int]
        let line: Int
        /// The first byte after its line, where its samples begin.
        let offset: UInt64
        /// Index of its first sample among all of the file.
        let firstSample: Int
        var sampleCount = 0
    }

    /// What the file was.
    let stamp: FileStamp
    /// The dataset's name.
    let name: String
    /// What stands before all paths, with its slash; empty for nothing.
    let folder: String
    let rigs: [Rig]
    let scenes: [Scene]
    /// Indices of scenes by their names.
    let sceneOfName: [String: Int]
    let splits: [String]

    static let mostScenes = 1_000_000
    static let mostRigs = 100_000
    static let mostSplits = 10_000
    static let mostSamples = 20_000

    /// The scenes of a split by their indices; nil for a split that no scene is in.
    func scenes(ofSplit split: String?) -> [Int]? {
        guard let split else { return Array(scenes.indices) }
        guard let wanted = splits.firstIndex(of: split) else { return nil }
        return scenes.indices.filter { scenes[$0].splits.contains(wanted) }
    }
}

/// Keys of a `manifest` line.
enum ManifestHeadKey: Int, ManifestKey {
    case kind, version, name, root
    static let names = spelt
}

/// Keys of a `scene` line.
enum ManifestSceneKey: Int, ManifestKey {
    case kind, name, token, rig, splits
    static let names = spelt
}

/// Reads a manifest once from front to back, and judges its order, its rigs and its names; of samples only their tokens.
struct ManifestIndexer {
    private static let kinds = ["manifest", "rig", "scene", "sample"]

    private let file: String
    private var name: String?
    private var folder = ""
    private var rigs: [ManifestIndex.Rig] = []
    private var rigOfName: [String: Int] = [:]
    private var scenes: [ManifestIndex.Scene] = []
    private var sceneOfName: [String: Int] = [:]
    private var splits: [String] = []
    private var splitOfName: [String: Int] = [:]
    private var tokens: Set<UInt64> = []
    private var sampleCount = 0
    private var isInScene = false

    private init(file: String) { self.file = file }

    /// Reads a manifest.
    static func read(_ file: String) throws(DatasetProblem) -> ManifestIndex {
        let reader = try ManifestLineReader(file)
        var indexer = ManifestIndexer(file: file)
        while let line = try reader.next() { try indexer.take(line) }
        guard let name = indexer.name else {
            throw DatasetProblem(
                .brokenManifest,
                file: file,
                found: "the file is empty",
                advice: "begin with {\"kind\": \"manifest\", \"version\": 1, \"name\": …}"
            )
        }
        try indexer.endScene()
        guard !indexer.scenes.isEmpty else {
            throw DatasetProblem(
                .brokenManifest,
                file: file,
                found: "the manifest has no scene",
                advice: "write a scene line and its samples after the rigs"
            )
        }
        return ManifestIndex(
            stamp: reader.stamp,
            name: name,
            folder: indexer.folder,
            rigs: indexer.rigs,
            scenes: indexer.scenes,
            sceneOfName: indexer.sceneOfName,
            splits: indexer.splits
        )
    }

    private mutating func take(_ line: ManifestLine) throws(DatasetProblem) {
        guard let place = line.first("kind") else {
            throw line.problem(
                .missingKey,
                key: "kind",
                found: "the key is missing",
                advice: "every line has \"kind\": \(Self.kinds.joined(separator: ", "))"
            )
        }
        let kind = line.isText(place) ? line.text(place) : ""
        guard Self.kinds.contains(kind) else {
            throw line.problem(
                .brokenManifest,
                at: place,
                found: "it is \(line.shown(place))",
                advice: NearestName.advice(kind, in: Self.kinds)
            )
        }
        guard name != nil || kind == "manifest" else {
            throw line.problem(
                .brokenManifest,
                at: place,
                found: "the first line is of kind \(kind)",
                advice: "begin with {\"kind\": \"manifest\", \"version\": 1, \"name\": …}"
            )
        }
        switch kind {
        case "manifest": try takeHead(line)
        case "rig": try takeRig(line)
        case "scene": try takeScene(line)
        default: try takeSample(line)
        }
    }

    private mutating func takeHead(_ line: ManifestLine) throws(DatasetProblem) {
        // A later version may have other keys: it is looked at first.
        if let place = line.first("version"), line.isNumber(place), line.number(place) != 1 {
            throw line.problem(
                .brokenManifest,
                at: place,
                found: "the manifest is of version \(line.shown(place)), this program reads version 1",
                advice: "use the program that it was made for, or write version 1"
            )
        }
        let object = try ManifestObject<ManifestHeadKey>(line)
        guard name == nil else {
            throw line.problem(
                .brokenManifest,
                found: "a second line of kind manifest",
                advice: "leave it out; manifests that are joined keep the first one's"
            )
        }
        _ = try object.integer(.version, in: 1...1)
        name = try object.name(.name)
        guard object.has(.root) else { return }
        let path = try object.path(.root)
        folder = path.hasSuffix("/") ? path : path + "/"
    }

    private mutating func takeRig(_ line: ManifestLine) throws(DatasetProblem) {
        try endScene()
        let rig = try ManifestRig(line, folder: folder)
        try refuseTwice(rig.name, rigOfName, "rig", line)
        guard rigs.count < ManifestIndex.mostRigs else { throw tooMany("rigs", ManifestIndex.mostRigs, line) }
        rigOfName[rig.name] = rigs.count
        rigs.append(.init(name: rig.name, offset: line.bytes.lowerBound, line: line.number))
    }

    private mutating func takeScene(_ line: ManifestLine) throws(DatasetProblem) {
        try endScene()
        let object = try ManifestObject<ManifestSceneKey>(line)
        let name = try object.name(.name)
        try refuseTwice(name, sceneOfName, "scene", line)
        guard scenes.count < ManifestIndex.mostScenes else { throw tooMany("scenes", ManifestIndex.mostScenes, line) }
        let rig = try object.text(.rig)
        guard let place = rigOfName[rig] else {
            throw line.problem(
                .unknownName,
                at: try object.place(.rig),
                found: "no line before this one is a rig \"\(rig.prefix(80))\"",
                advice: rigs.isEmpty
                    ? "write its rig line first" : NearestName.advice(rig, in: rigs.prefix(1000).map(\.name))
            )
        }
        var named: [Int] = []
        if object.has(.splits) {
            for (text, index) in try object.texts(.splits) { named.append(try split(text, line, index)) }
        }
        sceneOfName[name] = scenes.count
        scenes.append(
            ManifestIndex.Scene(
                name: name,
                token: object.has(.token) ? try object.text(.token) : name,
                rig: place,
                splits: named,
                line: line.number,
                offset: line.bytes.upperBound,
                firstSample: sampleCount
            )
        )
        isInScene = true
    }

    private mutating func split(_ name: String, _ line: ManifestLine, _ index: Int) throws(DatasetProblem) -> Int {
        guard PlainName.isUsable(name), name != "all" else {
            throw line.problem(
                .unusableName,
                at: index,
                found: "\"\(name.prefix(80))\" cannot be the name of a split",
                advice: "use 1 to 200 bytes with neither slash nor control characters; \"all\" is every scene already"
            )
        }
        if let known = splitOfName[name] { return known }
        guard splits.count < ManifestIndex.mostSplits else { throw tooMany("splits", ManifestIndex.mostSplits, line) }
        splitOfName[name] = splits.count
        splits.append(name)
        return splits.count - 1
    }

    private mutating func takeSample(_ line: ManifestLine) throws(DatasetProblem) {
        guard isInScene else {
            throw line.problem(
                .brokenManifest,
                found: "a sample before its scene",
                advice: "write the scene's line first, its samples right after it"
            )
        }
        let last = scenes.count - 1
        guard scenes[last].sampleCount < ManifestIndex.mostSamples else {
            throw tooMany("samples in one scene", ManifestIndex.mostSamples, line)
        }
        scenes[last].sampleCount += 1
        sampleCount += 1
        guard let place = line.first("token"), line.isText(place) else { return }
        // 64 bits: of a million tokens, two different ones have the same once in 40 million manifests, and then they are compared.
        if tokens.insert(Self.hash(line.textBytes(place))).inserted { return }
        guard let before = try Self.line(ofToken: line.text(place), before: line, file) else { return }
        throw line.problem(
            .duplicateToken,
            at: place,
            found: "line \(before) has the same token",
            advice: "give every sample of the file a token of its own: results are named by it"
        )
    }

    private mutating func endScene() throws(DatasetProblem) {
        defer { isInScene = false }
        guard isInScene, let scene = scenes.last, scene.sampleCount == 0 else { return }
        throw DatasetProblem(
            .brokenManifest,
            file: file,
            scene: scene.name,
            line: scene.line,
            found: "the scene has no sample",
            advice: "write its samples right after its line, or leave it out"
        )
    }

    private func refuseTwice(
        _ name: String,
        _ known: [String: Int],
        _ what: String,
        _ line: ManifestLine
    ) throws(DatasetProblem) {
        guard known[name] != nil else { return }
        throw line.problem(
            what == "scene" ? .duplicateScene : .brokenManifest,
            at: line.first("name") ?? 0,
            found: "there is a \(what) \"\(name)\" already",
            advice: "give every \(what) a name of its own"
        )
    }

    private func tooMany(_ what: String, _ limit: Int, _ line: ManifestLine) -> DatasetProblem {
        line.problem(
            .brokenManifest,
            found: "there are more than \(limit) \(what)",
            advice: what.hasPrefix("samples") ? "divide the scene" : "divide the manifest"
        )
    }

    /// The line before another that has a sample of a token; nil where none has.
    private static func line(
        ofToken token: String,
        before last: ManifestLine,
        _ file: String
    ) throws(DatasetProblem) -> Int? {
        let reader = try ManifestLineReader(file)
        while let line = try reader.next(), line.number < last.number {
            guard let kind = line.first("kind"), line.text(kind) == "sample" else { continue }
            if let place = line.first("token"), line.text(place) == token { return line.number }
        }
        return nil
    }

    /// FNV-1a, 64 bits, with its bits mixed once more (the finaliser of MurmurHash3).
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        return hash ^ (hash >> 29)
    }
}
