/// The JSON part of a model package.
struct PackageMetadata: Codable, Equatable, Sendable {
    var configuration: NetworkConfiguration
    var weights: String
    var parameters: Int
}
