/// Encodes black and white masks as 8-bit grey PNG, the form that map masks of nuScenes have.
///
/// Masks are long runs, so that runs (deflate matches at distance 1 with the fixed code) do all the compression that is
/// needed. Formats: PNG (ISO/IEC 15948), zlib (RFC 1950), deflate (RFC 1951).
enum MaskPNG {
    /// Encodes a mask enlarged `scale` times; `isSet` is asked once for each coarse cell, rows from the top.
    static func encode(width: Int, height: Int, scale: Int, isSet: (_ column: Int, _ row: Int) -> Bool) -> [UInt8] {
        var bits = BitWriter()
        bits.put(0x78, 8)
        bits.put(0x01, 8)
        bits.put(1, 1)
        bits.put(1, 2)
        var checksum = Adler()
        var runs = RunWriter()
        for row in 0..<height {
            let cells = (0..<width).map { isSet($0, row) }
            for line in 0..<scale {
                // Filter 2 repeats the line above: all zero.
                runs.add(line == 0 ? 0 : 2, 1, &bits, &checksum)
                if line > 0 {
                    runs.add(0, width * scale, &bits, &checksum)
                } else {
                    for cell in cells { runs.add(cell ? 255 : 0, scale, &bits, &checksum) }
                }
            }
        }
        runs.flush(&bits, &checksum)
        bits.put(0, 7)
        bits.align()
        var data = bits.bytes
        data += bigEndian(checksum.value)
        var header = bigEndian(UInt32(width * scale)) + bigEndian(UInt32(height * scale))
        header += [8, 0, 0, 0, 0]
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        return signature + chunk("IHDR", header) + chunk("IDAT", data) + chunk("IEND", [])
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in body {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        return bigEndian(UInt32(data.count)) + body + bigEndian(~crc)
    }

    /// Adler-32 over runs.
    private struct Adler {
        private var a: UInt64 = 1
        private var b: UInt64 = 0
        var value: UInt32 { UInt32(b << 16 | a) }

        mutating func add(_ byte: UInt8, _ count: Int) {
            let n = UInt64(count)
            let x = UInt64(byte)
            b = (b + n * a + x * (n * (n + 1) / 2)) % 65521
            a = (a + n * x) % 65521
        }
    }

    private struct BitWriter {
        private(set) var bytes: [UInt8] = []
        private var current: UInt32 = 0
        private var used = 0

        /// Appends bits, least significant first.
        mutating func put(_ value: UInt32, _ count: Int) {
            for i in 0..<count {
                current |= (value >> UInt32(i) & 1) << UInt32(used)
                used += 1
                if used == 8 {
                    bytes.append(UInt8(current))
                    current = 0
                    used = 0
                }
            }
        }

        /// Appends a Huffman code, most significant bit first.
        mutating func code(_ value: UInt32, _ count: Int) {
            for i in stride(from: count - 1, through: 0, by: -1) { put(value >> UInt32(i) & 1, 1) }
        }

        mutating func align() {
            if used > 0 { put(0, 8 - used) }
        }
    }

    /// Joins equal bytes to a run and writes each as one literal and matches of distance 1.
    private struct RunWriter {
        private var byte: UInt8 = 0
        private var count = 0

        mutating func add(_ next: UInt8, _ times: Int, _ bits: inout BitWriter, _ checksum: inout Adler) {
            if count > 0, next != byte { flush(&bits, &checksum) }
            byte = next
            count += times
        }

        mutating func flush(_ bits: inout BitWriter, _ checksum: inout Adler) {
            guard count > 0 else { return }
            checksum.add(byte, count)
            literal(&bits)
            var left = count - 1
            while left >= 3 {
                let length = min(left, 258)
                repetition(length, &bits)
                left -= length
            }
            for _ in 0..<left { literal(&bits) }
            count = 0
        }

        /// A match of 3 to 258 bytes at distance 1 (RFC 1951, 3.2.5 and 3.2.6).
        private func repetition(_ length: Int, _ bits: inout BitWriter) {
            var symbol = 285
            var extra = 0
            let l = length - 3
            if length < 258 {
                // Eight lengths have a symbol each; after that every four symbols share one extra bit more.
                if l >= 8 { extra = Int.bitWidth - 1 - l.leadingZeroBitCount - 2 }
                symbol = 257 + 4 * extra + (l >> extra)
            }
            if symbol < 280 { bits.code(UInt32(symbol - 256), 7) } else { bits.code(UInt32(0xC0 + symbol - 280), 8) }
            bits.put(UInt32(l & ((1 << extra) - 1)), extra)
            bits.code(0, 5)
        }

        private func literal(_ bits: inout BitWriter) {
            if byte < 144 { bits.code(0x30 + UInt32(byte), 8) } else { bits.code(0x190 + UInt32(byte) - 144, 9) }
        }
    }
}
