import ArrayFiles
import Foundation
import TestSupport
import Testing

@Suite("npy files")
struct NPYArrayTests {
    /// `np.save` of `np.arange(6, dtype=np.int16).reshape(2, 3)`, numpy 2.4.6.
    static let matrix = bytes(
        hex: "934e554d5059010076007b276465736372273a20273c6932272c2027666f727472616e5f6f72646572273a2046616c7365"
            + "2c20277368617065273a2028322c2033292c207d2020202020202020202020202020202020202020202020202020202020"
            + "20202020202020202020202020202020202020202020202020202020200a000001000200030004000500"
    )
    /// The same matrix in Fortran order.
    static let fortranMatrix = bytes(
        hex: "934e554d5059010076007b276465736372273a20273c6932272c2027666f727472616e5f6f72646572273a20547275652c"
            + "20277368617065273a2028322c2033292c207d202020202020202020202020202020202020202020202020202020202020"
            + "20202020202020202020202020202020202020202020202020202020200a000003000100040002000500"
    )
    /// `np.save` of `np.array("abc")`.
    static let text = bytes(
        hex: "934e554d5059010076007b276465736372273a20273c5533272c2027666f727472616e5f6f72646572273a2046616c7365"
            + "2c20277368617065273a2028292c207d202020202020202020202020202020202020202020202020202020202020202020"
            + "20202020202020202020202020202020202020202020202020202020200a610000006200000063000000"
    )

    @Test("writes what numpy writes, byte for byte")
    func writesAsNumpy() throws {
        #expect(try NPYArray([Int16](0..<6), shape: [2, 3]).encoded() == Self.matrix)
        #expect(try NPYArray(text: "abc").encoded() == Self.text)
        #expect(try NPYArray(text: "").encoded().suffix(4) == [0, 0, 0, 0])
    }

    @Test("reads what numpy writes")
    func readsNumpy() throws {
        let matrix = try NPYArray(decoding: Self.matrix, source: "matrix")
        #expect(matrix.elementType == .int16)
        #expect(try matrix.elements(as: Int16.self, shape: [2, 3]) == [0, 1, 2, 3, 4, 5])
        #expect(try NPYArray(decoding: Self.fortranMatrix, source: "fortran") == matrix)
        #expect(try NPYArray(decoding: Self.text, source: "text").texts() == ["abc"])
        #expect(try NPYArray(text: "").texts() == [""])
    }

    @Test("every element type survives the round trip")
    func roundTrips() throws {
        func check<Element: ArrayElement>(_ elements: [Element]) throws {
            let array = NPYArray(elements, shape: [1, elements.count])
            let back = try NPYArray(decoding: try array.encoded(), source: "\(Element.self)")
            #expect(back == array)
            #expect(try back.elements(as: Element.self) == elements)
        }
        try check([UInt8.min, 1, .max])
        try check([Int8.min, 1, .max])
        try check([UInt16.min, 1, .max])
        try check([Int16.min, 1, .max])
        try check([UInt32.min, 1, .max])
        try check([Int32.min, 1, .max])
        try check([UInt64.min, 1, .max])
        try check([Int64.min, 1, .max])
        try check([Float.infinity, -0.0, .leastNonzeroMagnitude])
        try check([Double.infinity, -0.0, .leastNonzeroMagnitude])
        let truths = NPYArray([true, false], shape: [2])
        #expect(try NPYArray(decoding: try truths.encoded(), source: "bool") == truths)
        #expect(try truths.elements(as: UInt8.self) == [1, 0])
        let empty = NPYArray([Float](), shape: [0, 9])
        #expect(try NPYArray(decoding: try empty.encoded(), source: "empty") == empty)
    }

    @Test("three axes in Fortran order become row-major")
    func fortranThreeAxes() throws {
        let shape = [2, 3, 4]
        var columnMajor = [UInt32](repeating: 0, count: 24)
        var rowMajor = columnMajor
        for i in 0..<2 {
            for j in 0..<3 {
                for k in 0..<4 {
                    columnMajor[i + 2 * j + 6 * k] = UInt32(100 * i + 10 * j + k)
                    rowMajor[12 * i + 4 * j + k] = UInt32(100 * i + 10 * j + k)
                }
            }
        }
        let file = try NPYArray(columnMajor, shape: shape).encoded()
        let header = String(decoding: file[..<128], as: UTF8.self).contains("False, ")
        #expect(header)
        let swapped = try replace("False, ", with: "True,  ", in: file)
        #expect(try NPYArray(decoding: swapped, source: "fortran").elements(as: UInt32.self, shape: shape) == rowMajor)
    }

    @Test("long headers use version 2.0")
    func headerLengths() throws {
        let array = NPYArray([UInt8](repeating: 1, count: 1), shape: [Int](repeating: 1, count: 32))
        let file = try array.encoded()
        #expect((file.count - 1) % 64 == 0)
        #expect(try NPYArray(decoding: file, source: "axes") == array)
        // Version 2.0 only widens the length field.
        let long =
            [0x93] + Array("NUMPY".utf8) + [2, 0, 116, 0, 0, 0] + Self.matrix[10..<125] + [0x0A] + Self.matrix[128...]
        #expect(try NPYArray(decoding: long, source: "v2").shape == [2, 3])
    }

    @Test(
        "refuses what it cannot read, and says so",
        arguments: [
            ("'<i2'", "'>i2'", ArrayFileError.Kind.unsupported),
            ("'<i2'", "'<c8'", .unsupported),
            ("'<i2'", "'|O'", .malformed),
            ("(2, 3)", "(2, 4)", .truncated),
            ("(2, 3)", "(2, 1)", .malformed),
            ("(2, 3)", "(2,-3)", .malformed),
            ("(2, 3), }                 ", "(9223372036854775807, 9,)}", .tooLarge),
            ("(2, 3), }                 ", "(4611686018427387904, 0,)}", .tooLarge),
            ("(2, 3)", "(2   )", .malformed),
            ("'descr'", "'shape'", .malformed),
            ("'shape'", "'shapf'", .malformed),
            ("False", "Falze", .malformed),
            ("'<i2'", "'<U0'", .malformed),
        ]
    )
    func refuses(_ old: String, _ new: String, _ kind: ArrayFileError.Kind) throws {
        // A shorter text is padded behind the closing brace so that the header keeps its length.
        let file = try replace(
            old,
            with: new.padding(toLength: old.count, withPad: " ", startingAt: 0),
            in: Self.matrix
        )
        #expect { try NPYArray(decoding: file, source: "f.npy") } throws: { error in
            guard let error = error as? ArrayFileError else { return false }
            #expect(error.description.hasPrefix("'f.npy': "))
            return error.kind == kind || (kind == .malformed && error.kind == .unsupported)
        }
    }

    @Test("a limit is checked before the bytes are looked at")
    func limit() {
        #expect { try NPYArray(decoding: Self.matrix, source: "m", byteLimit: 11) } throws: {
            ($0 as? ArrayFileError)?.kind == .tooLarge
        }
    }

    @Test("wrong types and shapes are named")
    func mismatches() throws {
        let array = NPYArray([Int16](0..<6), shape: [2, 3])
        #expect(throws: ArrayFileError.self) { try array.elements(as: Float.self) }
        #expect(throws: ArrayFileError.self) { try array.elements(as: Int16.self, shape: [3, 2]) }
        #expect(throws: ArrayFileError.self) { try array.texts() }
        #expect(throws: ArrayFileError.self) { try NPYArray(elementType: .int16, shape: [7], bytes: [0]) }
        #expect(throws: ArrayFileError.self) {
            try NPYArray(elementType: .bfloat16, shape: [1], bytes: [0, 0]).encoded()
        }
        #expect(throws: ArrayFileError.self) {
            try NPYArray(elementType: .text(characters: 1), shape: [], bytes: [0, 0xD8, 0, 0]).texts()
        }
    }

    @Test("damage is an error or another array, never a trap", arguments: [matrix, fortranMatrix, text])
    func damage(_ file: [UInt8]) throws {
        for cut in Damage.truncations(of: file) {
            #expect(throws: ArrayFileError.self) { try NPYArray(decoding: cut, source: "cut") }
        }
        #expect(throws: ArrayFileError.self) { try NPYArray(decoding: file + [0], source: "longer") }
        var errors = 0
        Damage.forEachFlip(of: file) { _, damaged in
            do {
                let array = try NPYArray(decoding: damaged, source: "flip")
                #expect(array.bytes.count == array.count * array.elementType.byteCount)
                _ = try? array.texts()
            } catch {
                errors += 1
            }
        }
        #expect(errors > 300)
    }

    @Test("files are written whole and read back")
    func onDisk() throws {
        let folder = try TemporaryFolder()
        let array = NPYArray([Float](repeating: 0.5, count: 12), shape: [3, 4])
        try array.write(to: folder.file("a.npy"))
        #expect(try NPYArray(contentsOf: folder.file("a.npy")) == array)
        #expect(throws: (any Error).self) { try NPYArray(contentsOf: folder.file("none.npy")) }
        #expect(throws: (any Error).self) { try array.write(to: folder.file("none/a.npy")) }
    }

    private func replace(_ old: String, with new: String, in file: [UInt8]) throws -> [UInt8] {
        let text = String(decoding: file.map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self)
        let range = try #require(text.range(of: old))
        let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
        var result = file
        result.replaceSubrange(start..<(start + old.utf8.count), with: Array(new.utf8))
        return result
    }
}
