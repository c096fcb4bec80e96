import Foundation

// Loads the queue's own code, for `ops/bench/queue`. Prints one JSON object.
do {
    var arguments = Array(CommandLine.arguments.dropFirst())
    let command = arguments.isEmpty ? "" : arguments.removeFirst()
    let options = try Options(arguments)
    let report: [(String, String)]
    switch command {
    case "throughput": report = try await Throughput(options).run()
    case "fleet": report = try await Fleet(options).run()
    case "worker": report = try await HeldWorker(options).run()
    default: throw Failure("usage: queue-load throughput|fleet|worker --database URL [--name value ...]")
    }
    print("{" + report.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}")
} catch {
    FileHandle.standardError.write(Data("queue-load: \(error)\n".utf8))
    exit(1)
}
