internal import Glibc
internal import NuScenesJSON
internal import Scenes

/// The keys of one kind of object in a manifest; at most 16.
protocol ManifestKey: CaseIterable, RawRepresentable<Int> where AllCases == [Self] {
    /// The keys as they are written, by raw value.
    static var names: [[UInt8]] { get }
}

extension ManifestKey {
    /// The keys as they are written.
    static var spelt: [[UInt8]] { allCases.map { Array("\($0)".utf8) } }
}

/// An object of a manifest whose keys were judged: all known, none twice.
struct ManifestObject<Key: ManifestKey> {
    /// The line.
    let line: ManifestLine
    /// Index of the object.
    let index: Int
    /// Index of each key's value; 0 where it is not there.
    private var places = SIMD16<Int32>(repeating: 0)

    /// Judges the keys of a value.
    ///
    /// - Throws: `DatasetProblem` where it is no object, has a key that is not known and does not begin with `x-`, or has one twice.
    init(_ line: ManifestLine, _ index: Int = 0) throws(DatasetProblem) {
        self.line = line
        self.index = index
        guard line.values[index].kind == JSL_OBJECT else {
            throw line.wrongType(at: index, wanted: "an object with \(Self.listed)")
        }
        let names = Key.names
        var child = index + 1
        while child < Int(line.values[index].next) {
            defer { child = Int(line.values[child].next) }
            let key = line.keyBytes(child)
            guard let place = names.firstIndex(where: { $0.count == key.count && $0.elementsEqual(key) }) else {
                if key.starts(with: "x-".utf8) { continue }
                throw line.problem(
                    .unknownKey,
                    at: child,
                    found: "manifests have no such key here",
                    advice: NearestName.advice(line.key(child), in: Self.known) + "; keys of your own begin with \"x-\""
                )
            }
            guard places[place] == 0 else {
                throw line.problem(.duplicateKey, at: child, found: "the key is there twice", advice: "write it once")
            }
            places[place] = Int32(child)
        }
    }

    private static var known: [String] { Key.allCases.map { "\($0)" } }
    private static var listed: String { known.joined(separator: ", ") }

    /// Whether a key is there.
    func has(_ key: Key) -> Bool { places[key.rawValue] != 0 }

    /// The index of a key's value; nil where the key is not there.
    func find(_ key: Key) -> Int? { has(key) ? Int(places[key.rawValue]) : nil }

    /// The index of a key's value.
    func place(_ key: Key) throws(DatasetProblem) -> Int {
        guard let found = find(key) else {
            throw line.problem(
                .missingKey,
                at: index,
                key: "\(key)",
                found: "the key is missing",
                advice: "write it; needed and optional keys are in docs/manifest.md"
            )
        }
        return found
    }

    /// A string.
    func text(_ key: Key) throws(DatasetProblem) -> String {
        let place = try place(key)
        guard line.values[place].kind == JSL_TEXT else { throw line.wrongType(at: place, wanted: "a string") }
        return line.text(place)
    }

    /// A string that can be the name of a file.
    func name(_ key: Key) throws(DatasetProblem) -> String {
        let name = try text(key)
        guard PlainName.isUsable(name) else {
            throw line.problem(
                .unusableName,
                at: try place(key),
                found: "\"\(name.prefix(80))\" cannot be the name of a file",
                advice: "use 1 to 200 bytes with neither slash nor control characters"
            )
        }
        return name
    }

    /// A path below the dataset's folder.
    func path(_ key: Key) throws(DatasetProblem) -> String {
        let path = try text(key)
        if let flaw = PlainName.flaw(ofRelativePath: path) {
            throw line.problem(
                .unsafePath,
                at: try place(key),
                found: "\"\(path.prefix(120))\": \(flaw)",
                advice:
                    "write it relative to the manifest's folder; put the manifest above the pictures, or a link to them beside it"
            )
        }
        return path
    }

    /// A number.
    func number(_ key: Key) throws(DatasetProblem) -> Double {
        let place = try place(key)
        guard line.isNumber(place) else { throw line.wrongType(at: place, wanted: "a number") }
        return line.values[place].number
    }

    /// A whole number.
    func integer(_ key: Key, in range: ClosedRange<Int64>) throws(DatasetProblem) -> Int64 {
        let place = try place(key)
        let value = line.values[place]
        guard value.kind == JSL_INTEGER, range.contains(value.integer) else {
            throw line.wrongType(
                at: place,
                wanted: range.lowerBound == range.upperBound
                    ? "\(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value.integer
    }

    /// A list of so many numbers.
    func numbers(_ key: Key, counts: [Int], meaning: String) throws(DatasetProblem) -> [Double] {
        let place = try place(key)
        let wanted = "a list of \(counts.map(String.init).joined(separator: ", ")) numbers: \(meaning)"
        guard line.values[place].kind == JSL_ARRAY else { throw line.wrongType(at: place, wanted: wanted) }
        var found: [Double] = []
        var child = place + 1
        while child < Int(line.values[place].next) {
            guard line.isNumber(child) else { throw line.wrongType(at: child, wanted: wanted) }
            found.append(line.values[child].number)
            child = Int(line.values[child].next)
        }
        guard counts.contains(found.count) else {
            throw line.problem(
                .wrongType,
                at: place,
                found: "it has \(found.count) number\(found.count == 1 ? "" : "s")",
                advice: "write \(wanted)"
            )
        }
        return found
    }

    /// Three numbers.
    func vector(_ key: Key, meaning: String) throws(DatasetProblem) -> SIMD3<Double> {
        let n = try numbers(key, counts: [3], meaning: meaning)
        return SIMD3(n[0], n[1], n[2])
    }

    /// A list of strings.
    func texts(_ key: Key) throws(DatasetProblem) -> [(text: String, index: Int)] {
        let place = try place(key)
        guard line.values[place].kind == JSL_ARRAY else { throw line.wrongType(at: place, wanted: "a list of strings") }
        var found: [(text: String, index: Int)] = []
        for child in line.children(of: place) {
            guard line.values[child].kind == JSL_TEXT else { throw line.wrongType(at: child, wanted: "a string") }
            found.append((line.text(child), child))
        }
        return found
    }

    /// A time in nanoseconds: a whole number, or a string of digits.
    func time_ns(_ key: Key) throws(DatasetProblem) -> Int64 {
        let place = try place(key)
        let value = line.values[place]
        if value.kind == JSL_INTEGER, value.integer >= 0 { return value.integer }
        if value.kind == JSL_TEXT {
            let text = line.text(place)
            if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let time = Int64(text) {
                return time
            }
        }
        throw line.problem(
            .wrongType,
            at: place,
            found: "it is \(line.shown(place)), no whole number of nanoseconds"
                + (value.kind == JSL_NUMBER ? " (seconds with a fraction?)" : ""),
            advice: "write nanoseconds, from 0 to 9223372036854775807, as an integer or as a string of digits"
        )
    }

    /// A transform.
    func transform(_ key: Key) throws(DatasetProblem) -> RigidTransform {
        let object = try ManifestObject<ManifestTransformKey>(line, try place(key))
        let t = try object.vector(.t, meaning: "x, y, z in metres")
        let q = try object.numbers(.q, counts: [4], meaning: "a unit quaternion w, x, y, z")
        let rotation = Quaternion(w: q[0], x: q[1], y: q[2], z: q[3])
        let norm = rotation.squaredNorm.squareRoot()
        guard abs(norm - 1) <= CalibrationCheck.normTolerance else {
            let hint = q.contains { abs($0) > 1.01 } ? " (angles, or a direction?)" : ""
            throw line.problem(
                .badRotation,
                at: try object.place(.q),
                found: "the norm of \(line.shown(try object.place(.q))) is \(norm)\(hint)",
                advice: "write a unit quaternion w, x, y, z, its norm 1 within 0.001"
            )
        }
        return RigidTransform(translation: t, rotation: rotation)
    }

    /// A text out of a list.
    func choice(_ key: Key, of choices: [String]) throws(DatasetProblem) -> String {
        let found = try text(key)
        guard choices.contains(found) else {
            throw line.problem(
                .wrongType,
                at: try place(key),
                found: "it is \"\(found.prefix(60))\"",
                advice: NearestName.of(found, in: choices).map { "did you mean \"\($0)\"?" }
                    ?? "write one of \(choices.joined(separator: ", "))"
            )
        }
        return found
    }
}

/// Keys of a transform.
enum ManifestTransformKey: Int, ManifestKey {
    case t, q
    static let names = spelt
}
