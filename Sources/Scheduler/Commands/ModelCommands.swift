internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import OccInference

/// `occ-scheduler import-model`: a published checkpoint as a model package.
struct ImportModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-model",
        abstract: "Pack a published network's weights into a model package.",
        discussion: """
            Example: occ-scheduler import-model --config flashocc-r50_BDC-T --weights state_dict.safetensors --output m.occmodel
            A .pth checkpoint becomes a safetensors file with ops/convert/pth_to_safetensors.py.
            A tensor that is missing, superfluous or of another shape is named, and nothing is written.
            """
    )

    @Option(help: ArgumentHelp("Name of a published configuration (see --list).", valueName: "name"))
    var config: String?

    @Option(help: ArgumentHelp("Weights under the published state_dict names (safetensors).", valueName: "file"))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "Weights made by formula from a seed instead: for tests and demonstrations.",
            valueName: "seed"
        )
    )
    var formulaWeights: UInt64?

    @Option(help: ArgumentHelp("Model package to write.", valueName: "file"))
    var output: String?

    @Flag(help: "List the configurations and leave.")
    var list = false

    func validate() throws {
        if list { return }
        guard config != nil else { throw ValidationError("--config NAME is missing; --list shows the names") }
        guard output != nil else { throw ValidationError("--output FILE is missing") }
        guard (weights == nil) != (formulaWeights == nil) else {
            throw ValidationError("give --weights FILE (or --formula-weights SEED for weights without training)")
        }
    }

    func run() async throws {
        if list {
            for name in ModelCatalogue.configurations { Terminal.output(name + "\n") }
            return
        }
        guard let config, let output else { return }
        let source: any WeightSource
        if let weights {
            source = try SafetensorsWeights(path: Paths.absolute(weights))
        } else {
            source = FormulaWeightSource(seed: formulaWeights ?? 0)
        }
        let path = Paths.absolute(output)
        let package = try ModelImporter.importModel(configName: config, weights: source, output: path)
        Terminal.say(
            "\(path): \(package.configuration.name), \(package.parameterCount) parameters in \(package.byteCount) bytes,"
                + " digest \(package.digest.prefix(16))"
        )
    }
}

/// `occ-scheduler describe-model`: what is in a model package.
struct DescribeModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe-model",
        abstract: "Print a model package layer by layer: type, shape, parameters, packed bytes, operations.",
        discussion: "Example: occ-scheduler describe-model m.occmodel"
    )

    @Argument(help: "Model package.")
    var model: String

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    func run() async throws {
        let package = try ModelPackage(path: Paths.absolute(model))
        try package.verify()
        let description = try ModelDescription(package)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            Terminal.output(String(decoding: try encoder.encode(description), as: UTF8.self) + "\n")
        } else {
            Terminal.output(description.text())
        }
    }
}
