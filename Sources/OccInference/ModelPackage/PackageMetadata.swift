/// The JSON part of a model package.
struct PackageMetadata: Codable, Equatable, Sendable {
    var configuration: NetworkConfiguration
    var weights: String
    var parameters: Int
    /// The model digest; nil in packages of version 0.1, whose content digest takes its place.
    var digest: String?
}
