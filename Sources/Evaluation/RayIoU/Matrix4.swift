internal import Scenes

/// A 4 x 4 matrix in float64.
struct Matrix4 {
    /// The four rows.
    var rows: [SIMD4<Double>]

    /// Makes a matrix of its rows.
    init(rows: [SIMD4<Double>]) { self.rows = rows }

    /// The matrix of a transform.
    init(_ transform: RigidTransform) {
        let values = transform.matrix
        rows = (0..<4).map { SIMD4(values[4 * $0], values[4 * $0 + 1], values[4 * $0 + 2], values[4 * $0 + 3]) }
    }

    /// The product with a column vector.
    func times(_ vector: SIMD4<Double>) -> SIMD4<Double> {
        SIMD4((rows[0] * vector).sum(), (rows[1] * vector).sum(), (rows[2] * vector).sum(), (rows[3] * vector).sum())
    }

    /// The column of an index.
    func column(_ index: Int) -> SIMD4<Double> {
        SIMD4(rows[0][index], rows[1][index], rows[2][index], rows[3][index])
    }

    /// The inverse, by elimination with row exchanges, the general one that `numpy.linalg.inv` computes: a rotation that is not
    /// quite orthonormal is not transposed.
    ///
    /// A singular matrix gives numbers that are not finite.
    var inverse: Matrix4 {
        var left = rows
        var right: [SIMD4<Double>] = [SIMD4(1, 0, 0, 0), SIMD4(0, 1, 0, 0), SIMD4(0, 0, 1, 0), SIMD4(0, 0, 0, 1)]
        for column in 0..<4 {
            let pivot = (column..<4).max { abs(left[$0][column]) < abs(left[$1][column]) } ?? column
            left.swapAt(column, pivot)
            right.swapAt(column, pivot)
            for row in 0..<4 where row > column {
                let factor = left[row][column] / left[column][column]
                left[row] -= factor * left[column]
                right[row] -= factor * right[column]
            }
        }
        for column in [3, 2, 1, 0] {
            right[column] /= left[column][column]
            for row in 0..<column { right[row] -= left[row][column] * right[column] }
        }
        return Matrix4(rows: right)
    }
}
