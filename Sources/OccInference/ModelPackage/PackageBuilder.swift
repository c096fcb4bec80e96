internal import Foundation

/// Collects the packed tensors of a network and lays them out as a model package.
struct PackageBuilder {
    private var tensors: [(name: String, element: PackedElement, shape: [Int], bytes: [UInt8])] = []
    private var names: Set<String> = []

    /// Adds numbers; the name must be new.
    mutating func add(_ name: String, _ values: [Float], shape: [Int]? = nil) {
        add(name, .float32, shape ?? [values.count], values.withUnsafeBytes { Array($0) })
    }

    /// Adds words of bits; the name must be new.
    mutating func add(_ name: String, words: [UInt32]) {
        add(name, .words, [words.count], words.withUnsafeBytes { Array($0) })
    }

    private mutating func add(_ name: String, _ element: PackedElement, _ shape: [Int], _ bytes: [UInt8]) {
        precondition(names.insert(name).inserted, "two layers pack '\(name)'")
        precondition(shape.reduce(4, *) == bytes.count && shape.count <= PackageFormat.mostAxes)
        tensors.append((name, element, shape, bytes))
    }

    /// The whole file; the same tensors and metadata give the same bytes.
    ///
    /// - Parameter asVersion01: leaves the model digest out, as version 0.1 did; for tests.
    func build(_ metadata: PackageMetadata, asVersion01: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let sorted = tensors.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
        var metadata = metadata
        metadata.digest =
            asVersion01
            ? nil
            : try ModelDigest.hex(metadata: Array(try encoder.encode(metadata))) { take in
                for tensor in sorted {
                    tensor.bytes.withUnsafeBytes {
                        take(.init(name: tensor.name, element: tensor.element, shape: tensor.shape, bytes: $0))
                    }
                }
            }
        let json = Array(try encoder.encode(metadata))
        let nameBytes = sorted.reduce(0) { $0 + $1.name.utf8.count }
        let tableStart = PackageFormat.roundUp(
            PackageFormat.preambleBytes + json.count,
            to: PackageFormat.tensorAlignment
        )
        let dataStart = PackageFormat.roundUp(
            tableStart + sorted.count * PackageFormat.entryBytes + nameBytes,
            to: PackageFormat.pageBytes
        )
        var offsets: [Int] = []
        var end = dataStart
        for tensor in sorted {
            let start = PackageFormat.roundUp(end, to: PackageFormat.alignment(ofBytes: tensor.bytes.count))
            offsets.append(start)
            end = start + tensor.bytes.count
        }

        var file = ByteWriter(count: end)
        file.put(PackageFormat.magic, at: 0)
        file.put(PackageFormat.version, at: 8)
        for (index, value) in [end, json.count, sorted.count, tableStart, nameBytes, dataStart].enumerated() {
            file.put(UInt64(value), at: 16 + index * 8)
        }
        file.put(json, at: PackageFormat.preambleBytes)
        var nameOffset = 0
        let namesStart = tableStart + sorted.count * PackageFormat.entryBytes
        for (index, tensor) in sorted.enumerated() {
            let entry = tableStart + index * PackageFormat.entryBytes
            let name = Array(tensor.name.utf8)
            let fields = [UInt32(nameOffset), UInt32(name.count), tensor.element.rawValue, UInt32(tensor.shape.count)]
            for (field, value) in (fields + tensor.shape.map { UInt32($0) }).enumerated() {
                file.put(value, at: entry + field * 4)
            }
            file.put(UInt64(offsets[index]), at: entry + 40)
            file.put(UInt64(tensor.bytes.count), at: entry + 48)
            file.put(name, at: namesStart + nameOffset)
            nameOffset += name.count
            file.put(tensor.bytes, at: offsets[index])
        }
        file.put(PackageDigest.bytes(of: file.bytes, upTo: dataStart), at: 64)
        file.put(PackageDigest.bytes(of: file.bytes, upTo: end), at: 96)
        return file.bytes
    }
}

/// A file under construction.
private struct ByteWriter {
    private(set) var bytes: [UInt8]

    init(count: Int) { bytes = [UInt8](repeating: 0, count: count) }

    mutating func put(_ values: [UInt8], at offset: Int) {
        bytes.replaceSubrange(offset..<(offset + values.count), with: values)
    }

    mutating func put<Number: FixedWidthInteger>(_ value: Number, at offset: Int) {
        withUnsafeBytes(of: value.littleEndian) { put(Array($0), at: offset) }
    }
}
