/// How two occupancy grids agree.
public struct OccupancyAgreement: Equatable, Sendable, Codable {
    /// Number of voxels compared.
    public let voxelCount: Int
    /// Number of voxels whose label differs.
    public let differingCount: Int
    /// Differing voxels by reference label, then candidate label: "4 -> 10": 12.
    public let differences: [String: Int]
    /// Number of voxels at which the reference tells its margin.
    public let marginCount: Int
    /// The reference's margins (best minus second logit) at differing voxels, rising: a near-tie is noise, a wide margin is a
    /// mistake.
    public let marginsAtDifferences: [Float]
    /// The median of all margins that the reference tells, to judge the others by.
    public let medianMargin: Float?

    /// The fraction of voxels whose labels agree.
    public var agreement: Double {
        voxelCount == 0 ? 1 : 1 - Double(differingCount) / Double(voxelCount)
    }

    /// Compares two grids.
    ///
    /// - Parameters:
    ///   - reference: labels that are right.
    ///   - candidate: labels that are judged; as many.
    ///   - margins: the reference's margins by flat voxel index.
    public init(reference: [UInt8], candidate: [UInt8], margins: [(index: Int, margin: Float)] = []) {
        precondition(reference.count == candidate.count, "grids of different sizes cannot be compared")
        voxelCount = reference.count
        var pairs: [Int: Int] = [:]
        for (right, judged) in zip(reference, candidate) where right != judged {
            pairs[Int(right) << 8 | Int(judged), default: 0] += 1
        }
        differingCount = pairs.values.reduce(0, +)
        differences = Dictionary(uniqueKeysWithValues: pairs.map { ("\($0.key >> 8) -> \($0.key & 255)", $0.value) })
        marginCount = margins.count
        marginsAtDifferences = margins.filter { reference[$0.index] != candidate[$0.index] }.map(\.margin).sorted()
        medianMargin = margins.isEmpty ? nil : margins.map(\.margin).sorted()[margins.count / 2]
    }
}
