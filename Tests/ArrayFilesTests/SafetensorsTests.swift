import ArrayFiles
import Foundation
import TestSupport
import Testing

@Suite("safetensors files")
struct SafetensorsTests {
    /// `safetensors.numpy.save` of uint8 [3], float32 [1, 2], int64 [1] with metadata, safetensors 0.8.0.
    static let reference = bytes(
        hex: "c8000000000000007b225f5f6d657461646174615f5f223a7b226b223a22765c22c3a9227d2c2263223a7b226474797065"
            + "223a22493634222c227368617065223a5b315d2c22646174615f6f666673657473223a5b302c385d7d2c2261223a7b2264"
            + "74797065223a22463332222c227368617065223a5b312c325d2c22646174615f6f666673657473223a5b382c31365d7d2c"
            + "2262223a7b226474797065223a225538222c227368617065223a5b335d2c22646174615f6f666673657473223a5b31362c"
            + "31395d7d7d202020202020200700000000000000000000000000803f000102"
    )

    private func writer() throws -> SafetensorsWriter {
        var writer = SafetensorsWriter(metadata: ["k": "v\"é"])
        try writer.add("b", [UInt8](0..<3), shape: [3])
        try writer.add("a", [Float](arrayLiteral: 0, 1), shape: [1, 2])
        try writer.add("c", [Int64(7)], shape: [1])
        return writer
    }

    @Test("writes what the format's own library writes, byte for byte")
    func writes() throws {
        #expect(try writer().encoded() == Self.reference)
    }

    @Test("reads from memory and from disk")
    func reads() throws {
        let folder = try TemporaryFolder()
        try writer().write(to: folder.file("w.safetensors"))
        for file in [
            try SafetensorsFile(bytes: Self.reference, source: "memory"),
            try SafetensorsFile(path: folder.file("w.safetensors")),
        ] {
            #expect(file.names == ["a", "b", "c"])
            #expect(file.metadata == ["k": "v\"é"])
            #expect(try file.elements(of: "a", as: Float.self, shape: [1, 2]) == [0, 1])
            #expect(try file.elements(of: "b", as: UInt8.self) == [0, 1, 2])
            #expect(try file.elements(of: "c", as: Int64.self) == [7])
            #expect(try file.tensor(named: "a").elementType == .float32)
            #expect(try file.withBytes(of: "b") { Array($0) } == [0, 1, 2])
            #expect(file.contains("a") && !file.contains("d"))
            #expect(throws: ArrayFileError.self) { try file.elements(of: "d", as: Float.self) }
            #expect(throws: ArrayFileError.self) { try file.elements(of: "a", as: Double.self) }
            #expect(throws: ArrayFileError.self) { try file.elements(of: "a", as: Float.self, shape: [2]) }
        }
        #expect(throws: (any Error).self) { try SafetensorsFile(path: folder.file("none")) }
    }

    @Test("names, scalars, empty tensors and every character survive")
    func oddities() throws {
        let name = "tap:a\"\\\n\u{1}é😀"
        var writer = SafetensorsWriter()
        try writer.add(name, [Double.pi], shape: [])
        try writer.add("empty", [Float](), shape: [0, 4])
        try writer.add("half", elementType: .bfloat16, shape: [2], bytes: [1, 2, 3, 4])
        let file = try SafetensorsFile(bytes: writer.encoded(), source: "odd")
        #expect(try file.elements(of: name, as: Double.self, shape: []) == [Double.pi])
        #expect(try file.elements(of: "empty", as: Float.self).isEmpty)
        #expect(try file.withBytes(of: "half") { Array($0) } == [1, 2, 3, 4])
        #expect(throws: ArrayFileError.self) { try writer.add("empty", [Float](), shape: [0]) }
        #expect(throws: ArrayFileError.self) { try writer.add("__metadata__", [Float](), shape: [0]) }
        #expect(throws: ArrayFileError.self) { try writer.add("x", [Float](), shape: [1]) }
        #expect(throws: ArrayFileError.self) {
            try writer.add("x", elementType: .text(characters: 1), shape: [], bytes: [0, 0, 0, 0])
        }
        #expect(try SafetensorsFile(bytes: SafetensorsWriter().encoded(), source: "none").names.isEmpty)
    }

    @Test(
        "hostile headers are refused",
        arguments: [
            (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, true),
            (
                #"{"a":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}"#,
                true
            ),
            (#"{"\u0061\ud83d\ude00":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}} "#, true),
            (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,3]}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}"#, false),
            (
                #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
                false
            ),
            (
                #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}"#,
                false
            ),
            (
                #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
                false
            ),
            (#"{"a":{"dtype":"U8","shape":[9223372036854775807,9],"data_offsets":[0,4]}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[4611686018427387904,4611686018427387904,0],"data_offsets":[0,0]}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}}"#, false),
            (#"{"a":{"dtype":"Q4","shape":[4],"data_offsets":[0,4]}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"more":1}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,4]}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[4]}}"#, false),
            (#"{"a":[]}"#, false),
            (#"{"\ud83d":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, false),
            (#"{"\ud83d\u0041":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, false),
            (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}},"#, false),
            (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}"#, false),
            (#" {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, false),
            (#"{"__metadata__":{"a":1},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, false),
        ]
    )
    func hostile(_ header: String, _ isLegal: Bool) {
        var length = UInt64(header.utf8.count).littleEndian
        let file = withUnsafeBytes(of: &length) { Array($0) } + Array(header.utf8) + [1, 2, 3, 4]
        let isAccepted = (try? SafetensorsFile(bytes: file, source: "h")) != nil
        #expect(isAccepted == isLegal)
    }

    @Test("deep nesting and endless lengths end early")
    func bounds() {
        let deep = String(repeating: #"{"a":"#, count: 100_000)
        var length = UInt64(deep.utf8.count).littleEndian
        let file = withUnsafeBytes(of: &length) { Array($0) } + Array(deep.utf8)
        #expect(throws: ArrayFileError.self) { try SafetensorsFile(bytes: file, source: "deep") }
        let huge = [UInt8](repeating: 0xFF, count: 8) + [UInt8](repeating: 0x20, count: 64)
        #expect { try SafetensorsFile(bytes: huge, source: "huge") } throws: {
            ($0 as? ArrayFileError)?.kind == .tooLarge
        }
    }

    @Test("damage is an error or another tensor, never a trap")
    func damage() throws {
        for cut in Damage.truncations(of: Self.reference) {
            #expect(throws: ArrayFileError.self) { try SafetensorsFile(bytes: cut, source: "cut") }
        }
        Damage.forEachFlip(of: Self.reference) { _, damaged in
            guard let file = try? SafetensorsFile(bytes: damaged, source: "flip") else { return }
            for name in file.names {
                let tensor = try! file.tensor(named: name)
                #expect(tensor.range.count == tensor.count * tensor.elementType.byteCount)
                #expect((try? file.withBytes(of: name) { $0.count }) == tensor.range.count)
            }
        }
    }
}
