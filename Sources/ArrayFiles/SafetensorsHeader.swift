/// The checked header of a safetensors file.
struct SafetensorsHeader {
    /// Free text of the file's writer.
    let metadata: [String: String]
    /// The tensors, by rising position in the data.
    let tensors: [SafetensorsFile.Tensor]
    /// Where the data starts in the file.
    let dataOffset: Int

    /// The format's own limit on the header's length.
    private static let largestLength = 100_000_000

    /// Parses and checks a file.
    ///
    /// - Throws: `ArrayFileError`.
    init(parsing file: UnsafeRawBufferPointer, source: String) throws {
        func fail(_ kind: ArrayFileError.Kind, _ detail: String) -> ArrayFileError {
            ArrayFileError(kind, source: source, detail)
        }
        guard file.count >= 8 else { throw fail(.truncated, "\(file.count) bytes are too few for a safetensors file") }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= Self.largestLength else {
            throw fail(.tooLarge, "it begins with a header of \(length) bytes: is it a safetensors file?")
        }
        guard length <= file.count - 8 else {
            throw fail(.truncated, "the header takes \(length) bytes, but \(file.count - 8) follow")
        }
        let dataOffset = 8 + Int(length)
        let parser: SafetensorsHeaderParser
        do throws(SafetensorsHeaderParser.Failure) {
            parser = try SafetensorsHeaderParser(parsing: UnsafeRawBufferPointer(rebasing: file[8..<dataOffset]))
        } catch {
            throw fail(.malformed, "the header, byte \(error.position): \(error.what)")
        }
        self.tensors = try Self.checked(parser.entries, dataByteCount: file.count - dataOffset, source: source)
        self.metadata = parser.metadata
        self.dataOffset = dataOffset
    }

    /// Checks that types are known, ranges fit shapes, and that together they cover the data exactly.
    private static func checked(
        _ entries: [SafetensorsHeaderParser.Entry],
        dataByteCount: Int,
        source: String
    ) throws -> [SafetensorsFile.Tensor] {
        var tensors: [SafetensorsFile.Tensor] = []
        tensors.reserveCapacity(entries.count)
        for entry in entries {
            let entrySource = "\(source)[\(entry.name)]"
            guard let type = ArrayElementType(safetensorsName: entry.type) else {
                throw ArrayFileError(.unsupported, source: entrySource, "elements of type '\(entry.type)'")
            }
            guard let size = ArraySize.byteCount(shape: entry.shape, elementByteCount: type.byteCount) else {
                throw ArrayFileError(.tooLarge, source: entrySource, "shape \(entry.shape) is too large")
            }
            guard entry.begin <= entry.end, entry.end <= dataByteCount else {
                throw ArrayFileError(
                    entry.begin <= entry.end ? .truncated : .malformed,
                    source: entrySource,
                    "bytes \(entry.begin) to \(entry.end) do not lie in the file's \(dataByteCount)"
                )
            }
            guard entry.end - entry.begin == size else {
                throw ArrayFileError(
                    .malformed,
                    source: entrySource,
                    "bytes \(entry.begin) to \(entry.end) do not fit shape \(entry.shape) of \(type)"
                )
            }
            tensors.append(
                SafetensorsFile.Tensor(
                    name: entry.name,
                    elementType: type,
                    shape: entry.shape,
                    range: entry.begin..<entry.end
                )
            )
        }
        tensors.sort {
            ($0.range.lowerBound, $0.range.upperBound, $0.name) < ($1.range.lowerBound, $1.range.upperBound, $1.name)
        }
        var position = 0
        for (index, tensor) in tensors.enumerated() {
            guard tensor.range.lowerBound == position else {
                throw ArrayFileError(
                    .malformed,
                    source: "\(source)[\(tensor.name)]",
                    "starts at byte \(tensor.range.lowerBound), but the tensors before it end at \(position)"
                )
            }
            position = tensor.range.upperBound
            // Names differ: the parser has seen to it.
            assert(index == 0 || tensors[index - 1].name != tensor.name)
        }
        guard position == dataByteCount else {
            throw ArrayFileError(
                .malformed,
                source: source,
                "\(dataByteCount - position) bytes follow the last tensor"
            )
        }
        return tensors
    }
}
