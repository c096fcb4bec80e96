/// One number of each element of a cloud or a grid: `foxglove.PackedElementField`.
public struct PackedElementField: Hashable, Sendable {
    /// What its bytes are, little endian; the raw value is Foxglove's number.
    public enum NumericType: UInt64, Sendable {
        case uint8 = 1, int8, uint16, int16, uint32, int32, float32, float64
    }

    /// Its name; viewers know `x`, `y`, `z`, `red`, `green`, `blue`, `alpha`.
    public var name: String
    /// Where it begins in an element.
    public var offset_bytes: UInt32
    /// Its type.
    public var type: NumericType

    /// Makes a field.
    public init(_ name: String, _ offset_bytes: UInt32, _ type: NumericType) {
        (self.name, self.offset_bytes, self.type) = (name, offset_bytes, type)
    }

    fileprivate func append(to message: inout ProtobufWriter) {
        message.add(1, text: name)
        message.add(2, fixed32: offset_bytes)
        message.add(3, varint: type.rawValue)
    }
}

/// Points with what is known of each, which is only written.
public struct RecordedPointCloud: Hashable, Sendable {
    /// When they were there, nanoseconds.
    public var time_ns: Int64
    /// The frame of their places.
    public var frame: String
    /// From one point to the next.
    public var pointStride_bytes: UInt32
    /// What stands in a point.
    public var fields: [PackedElementField]
    /// The points.
    public var data: [UInt8]

    /// Makes a cloud from its parts.
    public init(
        time_ns: Int64,
        frame: String,
        pointStride_bytes: UInt32,
        fields: [PackedElementField],
        data: [UInt8]
    ) {
        (self.time_ns, self.frame, self.pointStride_bytes) = (time_ns, frame, pointStride_bytes)
        (self.fields, self.data) = (fields, data)
    }

    /// The points as `foxglove.PointCloud` in protobuf.
    public var protobuf: [UInt8] {
        var message = ProtobufWriter()
        message.add(1, time_ns: time_ns)
        message.add(2, text: frame)
        message.add(3, position: .zero)
        message.add(4, fixed32: pointStride_bytes)
        for field in fields { message.add(5) { field.append(to: &$0) } }
        message.add(6, bytes: data)
        return message.bytes
    }
}

/// A dense grid of cells, which is only written; along x the cells of a row, along y the rows, along z the slices.
public struct RecordedVoxelGrid: Hashable, Sendable {
    /// When it held, nanoseconds.
    public var time_ns: Int64
    /// The frame of its place.
    public var frame: String
    /// The lowest corner, metres.
    public var low: SIMD3<Double>
    /// The size of a cell, metres.
    public var cellSize: SIMD3<Double>
    /// Cells along x and y; along z there are as many as there is data for.
    public var columns: UInt16, rows: UInt16
    /// From one cell to the next.
    public var cellStride_bytes: UInt16
    /// What stands in a cell.
    public var fields: [PackedElementField]
    /// The cells, x fastest.
    public var data: [UInt8]

    /// Makes a grid from its parts.
    public init(
        time_ns: Int64,
        frame: String,
        low: SIMD3<Double>,
        cellSize: SIMD3<Double>,
        columns: UInt16,
        rows: UInt16,
        cellStride_bytes: UInt16,
        fields: [PackedElementField],
        data: [UInt8]
    ) {
        (self.time_ns, self.frame, self.low, self.cellSize) = (time_ns, frame, low, cellSize)
        (self.columns, self.rows, self.cellStride_bytes) = (columns, rows, cellStride_bytes)
        (self.fields, self.data) = (fields, data)
    }

    /// The grid as `foxglove.VoxelGrid` in protobuf.
    public var protobuf: [UInt8] {
        var message = ProtobufWriter()
        message.add(1, time_ns: time_ns)
        message.add(2, text: frame)
        message.add(3, position: low)
        message.add(4, fixed32: UInt32(rows))
        message.add(5, fixed32: UInt32(columns))
        message.add(6) { $0.add(cellSize) }
        let row_bytes = UInt64(columns) * UInt64(cellStride_bytes)
        message.add(7, fixed32: UInt32(clamping: UInt64(rows) * row_bytes))
        message.add(8, fixed32: UInt32(row_bytes))
        message.add(9, fixed32: UInt32(cellStride_bytes))
        for field in fields { message.add(10) { field.append(to: &$0) } }
        message.add(11, bytes: data)
        return message.bytes
    }
}
