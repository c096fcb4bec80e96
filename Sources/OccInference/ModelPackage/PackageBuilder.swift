internal import Foundation
internal import Scenes

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

    /// Adds bytes; the name must be new.
    mutating func add(_ name: String, _ element: PackedElement, _ shape: [Int], _ bytes: [UInt8]) {
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
        let dataStart = PackageFormat.starts(
            metadataBytes: json.count,
            tensorCount: sorted.count,
            nameBytes: nameBytes
        ).data
        var offsets: [Int] = []
        var end = dataStart
        for tensor in sorted {
            let start = PackageFormat.roundUp(end, to: PackageFormat.alignment(ofBytes: tensor.bytes.count))
            offsets.append(start)
            end = start + tensor.bytes.count
        }

        var head = PackageFormat.head(
            fileBytes: end,
            metadata: json,
            tensorCount: sorted.count,
            nameBytes: nameBytes
        )
        var nameOffset = 0
        for (index, tensor) in sorted.enumerated() {
            let entry = head.bytes.count
            let nameLength = tensor.name.utf8.count
            for value in [UInt32(nameOffset), UInt32(nameLength), tensor.element.rawValue, UInt32(tensor.shape.count)] {
                head.append(value)
            }
            for size in tensor.shape { head.append(UInt32(size)) }
            head.append(zerosUpTo: entry + 40)
            head.append(UInt64(offsets[index]))
            head.append(UInt64(tensor.bytes.count))
            head.append(zerosUpTo: entry + PackageFormat.entryBytes)
            nameOffset += nameLength
        }
        for tensor in sorted { head.append(contentsOf: tensor.name.utf8) }
        head.append(zerosUpTo: dataStart)

        var file = head.bytes
        file.reserveCapacity(end)
        for (tensor, offset) in zip(sorted, offsets) {
            file.append(contentsOf: repeatElement(0, count: offset - file.count))
            file += tensor.bytes
        }
        PackageFormat.seal(&file, dataStart: dataStart)
        return file
    }
}
