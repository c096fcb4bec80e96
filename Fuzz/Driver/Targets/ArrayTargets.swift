import ArrayFiles
import LZ4Frames

extension FuzzTarget {
    /// LZ4 frames: sealed ones, streams of any writer, and a round trip of the input itself.
    static let lz4 = FuzzTarget(
        name: "lz4",
        run: { input in
            let limit = 1 << 20
            let sealed = accepted { try LZ4Frame.decompress(input, maximumContentBytes: limit) }
            let stream = accepted { try LZ4Frame.decompressStream(input, maximumContentBytes: limit) }
            if let sealed {
                demand(sealed.count <= limit, "more content than allowed")
                demand(stream == sealed, "a sealed frame that the stream reader reads otherwise")
            }
            if let stream { demand(stream.count <= limit, "more content than allowed") }
            let level = Int(input.first ?? 0) % 13
            demand(
                try LZ4Frame.decompress(LZ4Frame.compress(input, level: level), maximumContentBytes: input.count)
                    == input,
                "a round trip changes the content"
            )
        },
        seeds: {
            let text = Array("once upon a midnight dreary, once upon a midnight weary".utf8)
            let contents = [[], text, [UInt8](repeating: 7, count: 70_000)]
            let frames = try contents.map { try LZ4Frame.compress($0, level: 3) }
            return frames + [frames[1] + SkippableFrame.make(kind: 3, userData: [1, 2, 3]) + frames[2]]
        }
    )

    /// `.npy` files.
    static let npy = FuzzTarget(
        name: "npy",
        run: { input in
            guard let array = accepted({ try NPYArray(decoding: input, source: "input", byteLimit: 1 << 22) }) else {
                return
            }
            demand(array.bytes.count == array.count * array.elementType.byteCount, "bytes that do not fit the shape")
            _ = accepted { try array.texts() }
            demand(
                try NPYArray(decoding: array.encoded(), source: "again") == array,
                "an array that is read back otherwise"
            )
        },
        seeds: { try arrays.map { try $0.encoded() } + [fortran] }
    )

    /// `.npz` archives: as they are (first byte even), or one array file packed with right sizes and checksums.
    static let npz = FuzzTarget(
        name: "npz",
        run: { input in
            guard let first = input.first else { return }
            let limits = NPZArchive.Limits(entries: 16, arrayBytes: 1 << 20, totalBytes: 1 << 21)
            let body = Array(input.dropFirst())
            guard
                let archive = accepted({ try NPZArchive(decoding: body, source: "input", limits: limits) })
            else { return }
            var total = 0
            for name in archive.names {
                guard let array = archive[name] else { fatalError("a name without an array") }
                total += array.bytes.count
                demand(array.bytes.count <= limits.arrayBytes, "an array beyond the limit")
            }
            demand(total <= limits.totalBytes, "arrays beyond the limit")
            let compression: NPZArchive.Compression = first & 1 == 0 ? .stored : .deflated(level: 1)
            guard let encoded = accepted({ try archive.encoded(compression) }) else { return }
            demand(
                try NPZArchive(decoding: encoded, source: "input", limits: .init()).names.count == archive.names.count,
                "an archive that is read back otherwise"
            )
        },
        seeds: {
            var archive = NPZArchive()
            for (index, array) in try arrays.enumerated() { archive["a\(index)"] = array }
            return try [
                [0] + archive.encoded(.stored), [1] + archive.encoded(), [0] + NPZArchive().encoded(),
            ]
        }
    )

    /// safetensors files.
    static let safetensors = FuzzTarget(
        name: "safetensors",
        run: { input in
            guard let file = accepted({ try SafetensorsFile(bytes: input, source: "input") }) else { return }
            var total = 0
            for name in file.names {
                guard let tensor = accepted({ try file.tensor(named: name) }) else {
                    fatalError("a name without a tensor")
                }
                demand(tensor.count * tensor.elementType.byteCount == tensor.range.count, "a range that does not fit")
                total += tensor.range.count
                _ = accepted { try file.withBytes(of: name) { $0.reduce(0 as UInt8, &+) } }
                _ = accepted { try file.elements(of: name, as: Float.self) }
            }
            demand(total <= input.count, "more tensors than bytes")
        },
        seeds: {
            var writer = SafetensorsWriter(metadata: ["config": "caf\u{e9} \"x\"\n"])
            try writer.add("b.weight", [1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
            try writer.add("a", [1, 2, 3] as [Int64], shape: [3])
            try writer.add("scalar", [7] as [UInt8], shape: [])
            try writer.add("none", [] as [Float], shape: [0, 4])
            return [writer.encoded(), SafetensorsWriter().encoded()]
        }
    )

    private static var arrays: [NPYArray] {
        get throws {
            [
                NPYArray([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]), NPYArray([7] as [Int64], shape: []),
                NPYArray([] as [UInt8], shape: [0, 3]), NPYArray(text: "scene-0001"),
                try NPYArray(elementType: .bool, shape: [2], bytes: [0, 1]),
            ]
        }
    }

    /// What numpy writes for a transposed array.
    private static var fortran: [UInt8] {
        let text = "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }"
        var header = Array(text.utf8)
        while header.count < 128 - 10 - 1 { header.append(0x20) }
        header.append(0x0A)
        var file: [UInt8] = [0x93] + Array("NUMPY".utf8)
        file += [1, 0, UInt8(header.count), 0]
        file += header
        file += (0..<12).map { UInt8($0) }
        return file
    }
}
