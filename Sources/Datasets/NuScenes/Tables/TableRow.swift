internal import NuScenesJSON
internal import Scenes

/// One row of a table while it is being read; not to be kept beyond the closure that received it.
struct TableRow {
    /// The table's file.
    let file: String
    /// The keys of the fields, for error texts.
    let fields: [TableField]
    /// What the parser handed over.
    let raw: UnsafePointer<nsj_row>

    /// Where the row stands.
    var place: RowPlace { RowPlace(row: Int(raw.pointee.index), byteOffset: raw.pointee.offset) }

    /// Whether an optional field is there.
    func isPresent(_ field: Int) -> Bool { raw.pointee.values[field].present != 0 }

    /// A string field as a token.
    func token(_ field: Int) -> TokenKey { TokenKey(bytes(field)) }

    /// A string field as text.
    func text(_ field: Int) -> String { String(decoding: bytes(field), as: UTF8.self) }

    /// An integer field.
    func integer(_ field: Int) -> Int64 { raw.pointee.values[field].integer }

    /// A field that is true or false.
    func boolean(_ field: Int) -> Bool { raw.pointee.values[field].integer != 0 }

    /// The numbers of an array field, inner arrays one after the other.
    func numbers(_ field: Int) -> [Double] {
        let value = raw.pointee.values + field
        let count = Int(value.pointee.number_count)
        return withUnsafeBytes(of: value.pointee.numbers) { Array($0.bindMemory(to: Double.self).prefix(count)) }
    }

    /// The number of inner arrays of an array field; 0 where it is flat.
    func innerCount(_ field: Int) -> Int { Int(raw.pointee.values[field].inner_count) }

    /// Three numbers, as a translation is written.
    ///
    /// - Throws: `DatasetError` of kind `wrongType` when there are not exactly three.
    func translation(_ field: Int) throws(DatasetError) -> SIMD3<Double> {
        let n = try exactly(3, field)
        return SIMD3(n.0, n.1, n.2)
    }

    /// Four numbers w, x, y, z, as a rotation is written.
    ///
    /// - Throws: `DatasetError` of kind `wrongType` when there are not exactly four.
    func rotation(_ field: Int) throws(DatasetError) -> Quaternion {
        let n = try exactly(4, field)
        return Quaternion(w: n.0, x: n.1, y: n.2, z: n.3)
    }

    /// A problem with one field of this row.
    func problem(
        _ kind: DatasetProblem.Kind,
        field: Int? = nil,
        found: String,
        advice: String,
        scene: String? = nil
    ) -> DatasetProblem {
        DatasetProblem(
            kind,
            file: file,
            row: place.row,
            token: token(0).description,
            byteOffset: field.map { raw.pointee.values[$0].offset } ?? place.byteOffset,
            scene: scene,
            found: found,
            advice: advice
        )
    }

    private func exactly(
        _ count: Int,
        _ field: Int
    ) throws(DatasetError) -> (Double, Double, Double, Double) {
        let value = raw.pointee.values + field
        guard value.pointee.number_count == count, value.pointee.inner_count == 0 else {
            throw .problem(
                problem(
                    .wrongType,
                    field: field,
                    found: "\"\(fields[field].name)\" holds \(value.pointee.number_count) numbers instead of \(count)",
                    advice: TableScanner.advice
                )
            )
        }
        let n = value.pointee.numbers
        return (n.0, n.1, n.2, n.3)
    }

    private func bytes(_ field: Int) -> UnsafeBufferPointer<UInt8> {
        let value = raw.pointee.values + field
        return UnsafeRawPointer(value.pointee.text).map {
            UnsafeBufferPointer(start: $0.assumingMemoryBound(to: UInt8.self), count: value.pointee.text_length)
        } ?? UnsafeBufferPointer(start: nil, count: 0)
    }
}
