internal import Foundation

/// The checked header of a model package.
struct PackageHeader {
    let metadata: PackageMetadata
    let tensors: [PackedTensor]
    let contentDigest: String
    /// The JSON that `metadata` was read from.
    let metadataBytes: [UInt8]

    private let bytes: UnsafeRawBufferPointer
    private let source: String

    /// Parses and checks everything before the data.
    init(parsing bytes: UnsafeRawBufferPointer, source: String) throws {
        self.bytes = bytes
        self.source = source
        let magic = PackageFormat.magic
        guard bytes.count >= 12, bytes.prefix(magic.count).elementsEqual(magic) else {
            throw ModelPackageError(
                .notAPackage,
                source: source,
                "it is not a model package; make one with import-model"
            )
        }
        let version: UInt32 = bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self).littleEndian
        guard version <= PackageFormat.version else {
            throw ModelPackageError(
                .newerVersion,
                source: source,
                "its format is version \(version), this build reads up to \(PackageFormat.version); "
                    + "use a newer build or import the model again with this one"
            )
        }
        guard version == PackageFormat.version, bytes.count >= PackageFormat.preambleBytes else {
            throw ModelPackageError(.damaged, source: source, "its header is damaged; copy or import it again")
        }

        let layout = try Self.layout(of: bytes, source: source)
        let found = PackageDigest.hex(of: bytes, upTo: layout.dataStart)
        guard found == Self.hex(bytes[64..<96]) else {
            throw ModelPackageError(
                .damaged,
                source: source,
                "its header does not fit its digest; copy or import it again"
            )
        }
        contentDigest = Self.hex(bytes[96..<128])
        metadataBytes = Array(
            bytes[PackageFormat.preambleBytes..<(PackageFormat.preambleBytes + layout.metadataBytes)]
        )
        do {
            metadata = try JSONDecoder().decode(PackageMetadata.self, from: Data(metadataBytes))
        } catch {
            throw ModelPackageError(
                .damaged,
                source: source,
                "its configuration cannot be read (\(error)); import the model again"
            )
        }
        guard metadata.digest.map(ModelDigest.isValid) ?? true else {
            throw ModelPackageError(
                .damaged,
                source: source,
                "what stands in place of its digest is none; import the model again"
            )
        }
        tensors = try Self.table(of: bytes, layout, source: source)
    }

    private struct Layout {
        var metadataBytes = 0
        var tensorCount = 0
        var tableStart = 0
        var nameBytes = 0
        var dataStart = 0
    }

    private static func layout(of bytes: UnsafeRawBufferPointer, source: String) throws -> Layout {
        func field(_ index: Int) -> UInt64 {
            bytes.loadUnaligned(fromByteOffset: 16 + index * 8, as: UInt64.self).littleEndian
        }
        guard field(0) == UInt64(bytes.count) else {
            throw ModelPackageError(
                .wrongSize,
                source: source,
                "it has \(bytes.count) bytes instead of \(field(0)): the copy was cut short or changed; copy it again"
            )
        }
        let damaged = ModelPackageError(
            .damaged,
            source: source,
            "the layout in its header is impossible; copy or import it again"
        )
        guard field(1) <= UInt64(PackageFormat.mostMetadataBytes), field(2) <= UInt64(PackageFormat.mostTensors),
            field(4) <= UInt64(PackageFormat.mostNameBytes), field(3) <= UInt64(bytes.count),
            field(5) <= UInt64(bytes.count)
        else { throw damaged }
        let layout = Layout(
            metadataBytes: Int(field(1)),
            tensorCount: Int(field(2)),
            tableStart: Int(field(3)),
            nameBytes: Int(field(4)),
            dataStart: Int(field(5))
        )
        let starts = PackageFormat.starts(
            metadataBytes: layout.metadataBytes,
            tensorCount: layout.tensorCount,
            nameBytes: layout.nameBytes
        )
        guard layout.tableStart == starts.table, layout.dataStart == starts.data,
            layout.dataStart <= bytes.count
        else { throw damaged }
        return layout
    }

    private static func table(
        of bytes: UnsafeRawBufferPointer,
        _ layout: Layout,
        source: String
    ) throws -> [PackedTensor] {
        let namesStart = layout.tableStart + layout.tensorCount * PackageFormat.entryBytes
        var tensors: [PackedTensor] = []
        tensors.reserveCapacity(layout.tensorCount)
        var names: Set<String> = []
        var end = layout.dataStart
        for index in 0..<layout.tensorCount {
            let entry = layout.tableStart + index * PackageFormat.entryBytes
            func field(_ number: Int) -> Int {
                Int(bytes.loadUnaligned(fromByteOffset: entry + number * 4, as: UInt32.self).littleEndian)
            }
            func wide(_ offset: Int) -> UInt64 {
                bytes.loadUnaligned(fromByteOffset: entry + offset, as: UInt64.self).littleEndian
            }
            let damaged = ModelPackageError(
                .damaged,
                source: source,
                "entry \(index) of its tensor table is impossible; import the model again"
            )
            guard field(0) + field(1) <= layout.nameBytes, let element = PackedElement(rawValue: UInt32(field(2))),
                field(3) <= PackageFormat.mostAxes
            else { throw damaged }
            let nameRange = (namesStart + field(0))..<(namesStart + field(0) + field(1))
            guard let name = String(validating: bytes[nameRange], as: UTF8.self), names.insert(name).inserted else {
                throw damaged
            }
            let shape = (0..<field(3)).map { field(4 + $0) }
            var product = 4
            for axis in shape {
                let (next, overflow) = product.multipliedReportingOverflow(by: axis)
                guard !overflow, next >= 0 else { throw damaged }
                product = next
            }
            guard wide(40) <= UInt64(bytes.count), wide(48) == UInt64(product),
                wide(40) >= UInt64(end), product <= bytes.count - Int(wide(40)),
                Int(wide(40)) % PackageFormat.alignment(ofBytes: product) == 0
            else { throw damaged }
            end = Int(wide(40)) + product
            tensors.append(PackedTensor(name: name, element: element, shape: shape, offset: Int(wide(40))))
        }
        return tensors
    }

    private static func hex(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
