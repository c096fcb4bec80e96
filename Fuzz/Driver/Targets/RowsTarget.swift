import NuScenesJSON

extension FuzzTarget {
    /// The row scanner over simdjson: whatever the window, the same rows and the same error at the same byte.
    static let rows = FuzzTarget(
        name: "rows",
        run: { input in
            guard let first = input.first else { return }
            let bytes = Array(input.dropFirst())
            let small = scan(bytes, windowBytes: 64 + Int(first))
            let large = scan(bytes, windowBytes: 1 << 16)
            demand(small == large, "another window gives other rows: \(small) and \(large)")
        },
        seeds: {
            [
                #"[{"token":"a","n":1,"f":true,"v":[1,2.5,-3e2]},{"token":"\u00e9\\","n":-9,"f":false,"v":[[1,0],[0,1]]}]"#,
                #"[ {"x":{"y":[{"z":"}]"}]},"v":[],"f":true,"n":0,"token":""} , {"o":null,"token":"b","n":7,"f":false,"v":[0]} ]"#,
                "[]",
            ].map { [0] + Array($0.utf8) }
        }
    )

    /// What a scan gave: its end, and a digest of all values.
    private struct Outcome: Equatable {
        var status: UInt32
        var row: UInt64
        var offset: UInt64
        var field: Int32
        var rows: UInt64
        var digest: UInt64
    }

    private final class Context {
        let bytes: [UInt8]
        var position = 0
        var rows: UInt64 = 0
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        static func at(_ pointer: UnsafeMutableRawPointer?) -> Context {
            Unmanaged<Context>.fromOpaque(pointer!).takeUnretainedValue()
        }

        func add(_ value: UInt64) { digest = (digest ^ value) &* 0x100_0000_01b3 }

        func read(_ buffer: UnsafeMutableRawPointer?, _ capacity: Int) -> Int {
            let part = bytes[position...].prefix(capacity)
            UnsafeMutableRawBufferPointer(start: buffer, count: capacity).copyBytes(from: part)
            position += part.count
            return part.count
        }

        func take(_ row: nsj_row) {
            rows += 1
            add(row.index)
            add(row.offset)
            for index in 0..<5 {
                let value = row.values[index]
                add(UInt64(value.present))
                guard value.present == 1 else { continue }
                add(value.offset)
                switch index {
                case 0, 4:
                    for byte in UnsafeRawBufferPointer(start: value.text, count: value.text_length) {
                        add(UInt64(byte))
                    }
                case 1, 2: add(UInt64(bitPattern: value.integer))
                default:
                    demand(value.number_count <= UInt32(NSJ_MAX_NUMBERS), "too many numbers")
                    add(UInt64(value.inner_count))
                    withUnsafeBytes(of: value.numbers) { numbers in
                        for number in numbers.bindMemory(to: Double.self).prefix(Int(value.number_count)) {
                            demand(number.isFinite, "a number that is not finite")
                            add(number.bitPattern)
                        }
                    }
                }
            }
        }
    }

    private static func scan(_ bytes: [UInt8], windowBytes: Int) -> Outcome {
        let context = Context(bytes)
        let names: [(StaticString, nsj_kind, UInt8)] = [
            ("token", NSJ_TEXT, 0), ("n", NSJ_INTEGER, 0), ("f", NSJ_BOOLEAN, 0), ("v", NSJ_NUMBERS, 0),
            ("o", NSJ_TEXT, 1),
        ]
        let fields = names.map { name, kind, optional in
            nsj_field(
                name: UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self),
                name_length: name.utf8CodeUnitCount,
                kind: kind,
                optional: optional
            )
        }
        var error = nsj_error()
        let pointer = Unmanaged.passUnretained(context).toOpaque()
        let status = withExtendedLifetime(context) {
            nsj_scan(
                { Context.at($0).read($1, $2) },
                pointer,
                fields,
                fields.count,
                { context, row in
                    Context.at(context).take(row!.pointee)
                    return 0
                },
                pointer,
                windowBytes,
                4096,
                &error
            )
        }
        demand(status.rawValue == error.status.rawValue, "a status that is not in the error")
        return Outcome(
            status: status.rawValue,
            row: error.row,
            offset: error.offset,
            field: error.field,
            rows: context.rows,
            digest: context.digest
        )
    }
}
