/// A small square matrix whose products and inverse round as PyTorch's do on a CPU.
///
/// Products sum in the order of the inner index without fused multiply-adds (ATen's kernel for small matrices). The
/// inverse solves `A X = I` with the LU factors of the transpose and partial pivoting (`torch.linalg.inv` on row-major
/// input). Voxel indices depend on these roundings where a rig is aligned with the grid.
struct SquareMatrix<Scalar: BinaryFloatingPoint & Sendable>: Equatable, Sendable {
    let order: Int
    /// Row-major.
    var values: [Scalar]

    init(order: Int, _ values: [Scalar]) {
        precondition(values.count == order * order)
        self.order = order
        self.values = values
    }

    subscript(row: Int, column: Int) -> Scalar {
        get { values[row * order + column] }
        set { values[row * order + column] = newValue }
    }

    static func * (left: SquareMatrix, right: SquareMatrix) -> SquareMatrix {
        var product = SquareMatrix(order: left.order, [Scalar](repeating: 0, count: left.values.count))
        for row in 0..<left.order {
            for column in 0..<left.order {
                var sum: Scalar = 0
                for inner in 0..<left.order { sum += left[row, inner] * right[inner, column] }
                product[row, column] = sum
            }
        }
        return product
    }

    /// The inverse, or nil where the matrix is singular.
    var inverse: SquareMatrix? {
        var factors = transposed
        var pivots: [Int] = []
        for column in 0..<order {
            var pivot = column
            for row in (column + 1)..<max(order, column + 1)
            where abs(factors[row, column]) > abs(factors[pivot, column]) {
                pivot = row
            }
            guard factors[pivot, column] != 0, factors[pivot, column].isFinite else { return nil }
            pivots.append(pivot)
            if pivot != column {
                for inner in 0..<order {
                    (factors[column, inner], factors[pivot, inner]) = (factors[pivot, inner], factors[column, inner])
                }
            }
            let reciprocal = 1 / factors[column, column]
            for row in (column + 1)..<max(order, column + 1) {
                factors[row, column] *= reciprocal
                for inner in (column + 1)..<order {
                    factors[row, inner] -= factors[row, column] * factors[column, inner]
                }
            }
        }
        return solve(factors, pivots)
    }

    private var transposed: SquareMatrix {
        var result = self
        for row in 0..<order {
            for column in 0..<order { result[row, column] = self[column, row] }
        }
        return result
    }

    /// Solves `A X = I` where `P L U` is the transpose of `A`: first with the transpose of U, then of L, then the pivots.
    private func solve(_ factors: SquareMatrix, _ pivots: [Int]) -> SquareMatrix {
        var result = SquareMatrix(order: order, [Scalar](repeating: 0, count: values.count))
        for column in 0..<order {
            var x = [Scalar](repeating: 0, count: order)
            x[column] = 1
            for row in 0..<order {
                for inner in 0..<row { x[row] -= factors[inner, row] * x[inner] }
                x[row] /= factors[row, row]
            }
            for row in (0..<order).reversed() {
                for inner in (row + 1)..<max(order, row + 1) { x[row] -= factors[inner, row] * x[inner] }
            }
            for row in (0..<order).reversed() where pivots[row] != row { x.swapAt(row, pivots[row]) }
            for row in 0..<order { result[row, column] = x[row] }
        }
        return result
    }
}
