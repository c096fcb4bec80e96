internal import CommandSupport
internal import OccInference
internal import RunContract
internal import Scoring
internal import Synchronization

/// The models that this process has prepared, shared by its slots.
final class ModelShelf: Sendable {
    private let onlyPackage: ModelPackage?
    private let models = Mutex([Key: PreparedModel]())
    /// Where the package of a digest was found last.
    private let paths = Mutex([String: String]())

    /// What a prepared model is for.
    private struct Key: Hashable {
        let identity: PredictionIdentity
        let cameras: Int
    }

    /// Opens the given package, if any.
    ///
    /// - Throws: as `ModelFile.open`.
    init(onlyModel path: String?) throws {
        onlyPackage = try path.map(ModelFile.open)
        try onlyPackage?.verify()
    }

    /// Finds the model package of a run; reads its header only.
    ///
    /// A package that this host cannot compute with in the run's precision is none for it. Runs of one model may name different paths, and
    /// workers claim by model: a package that was found for one of them serves all.
    ///
    /// - Throws: `ModelPackageError`, `FileError`, `RunContractError` when another package lies there, `InferenceError` (`unsupported`).
    func package(for settings: RunSettings) throws -> ModelPackage {
        do {
            let package = try package(at: settings.modelPath, for: settings)
            try PreparedModel.check(package, settings.precision)
            paths.withLock { $0[settings.modelDigest] = package.source }
            return package
        } catch {
            guard let known = paths.withLock({ $0[settings.modelDigest] }), known != settings.modelPath,
                let package = try? package(at: known, for: settings)
            else { throw error }
            return package
        }
    }

    /// What this process can compute with the only package there is; nil where every run names its own.
    var onlyIdentities: [PredictionIdentity]? {
        onlyPackage.map { package in
            PredictionIdentity.all(ofModel: package.digest).filter { identity in
                (try? PreparedModel.check(package, identity.precision)) != nil
            }
        }
    }

    private func package(at path: String, for settings: RunSettings) throws -> ModelPackage {
        let package = try onlyPackage ?? ModelPackage(path: path)
        guard package.digest == settings.modelDigest else {
            throw RunContractError(
                "model package '\(package.source)' has digest \(package.digest), the run needs \(settings.modelDigest);"
                    + " give the right one with --model"
            )
        }
        return package
    }

    /// The prepared model of a run for a number of cameras; the first call prepares it, the others of the same identity wait for that.
    ///
    /// - Throws: as `package(for:)`, and `InferenceError`.
    func model(for settings: RunSettings, cameras: Int) throws -> PreparedModel {
        let key = Key(identity: settings.identity, cameras: cameras)
        return try models.withLock { models in
            if let model = models[key] { return model }
            let model = try PreparedModel(package(for: settings), precision: settings.precision, cameras: cameras)
            // Slots keep what they use; a worker that serves many models in turn must not keep them all.
            if models.count >= Self.mostModels { models.removeAll() }
            models[key] = model
            return model
        }
    }

    private static let mostModels = 2
}
