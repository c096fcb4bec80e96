import Testing

@testable import Evaluation

@Suite struct NumericArraysTests {
    /// numpy 1.26.4: `a = numpy.array([((i * 37) % 101) / 7 + 1e-9 * i for i in range(n)])`, `a.sum()`.
    @Test(arguments: [
        (0, 0.0), (3, 15.857142860142858), (7, 38.85714287814285), (8, 47.000000028), (13, 80.42857150657143),
        (90, 637.4285754335715),
        (101, 721.4285764785715), (128, 903.000008128), (129, 915.8571511131429), (200, 1429.857162757143),
        (1000, 7144.286213785715),
    ])
    func sumsAreThoseOfNumpy(count: Int, expected: Double) {
        let values = (0..<count).map { index in
            let large = Double((index * 37) % 101) / 7
            let small = 1e-9 * Double(index)
            return large + small
        }
        #expect(NumericArrays.sum(values[...]) == expected)
    }

    @Test func interpolationIsThatOfNumpy() {
        // numpy.interp(p, [0, .1, .1, .1, .3], [1, 2, 3, 4, 8], right=0): of equal places the last holds.
        let places = [-1, 0, 0.05, 0.1, 0.2, 0.3, 0.31]
        let values = NumericArrays.interpolate(at: places, x: [0, 0.1, 0.1, 0.1, 0.3], y: [1, 2, 3, 4, 8], right: 0)
        #expect(values == [1, 1, 1.5, 4, 6, 8, 0])
        #expect(NumericArrays.interpolate(at: [0, 1, 2], x: [1], y: [7]) == [7, 7, 7])
        #expect(NumericArrays.interpolate(at: [0, 1, 2], x: [1], y: [7], right: 0) == [7, 7, 0])
        #expect(NumericArrays.interpolate(at: [0.5], x: [0, 1], y: [.infinity, .infinity]) == [.infinity])
    }

    @Test func cumulativeMeansLeaveOutWhatIsNotDefined() {
        #expect(NumericArrays.cumulativeMeans([.nan, 2, .nan, 4]) == [0, 2, 2, 3])
        #expect(NumericArrays.cumulativeMeans([.nan, .nan]) == [1, 1])
        #expect(NumericArrays.meanOfDefined([1, .nan, 4]) == 2.5)
        #expect(NumericArrays.meanOfDefined([.nan]).isNaN)
    }
}
