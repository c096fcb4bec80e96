import CFuzzer
import Foundation

/// `occ-fuzz TARGET [libFuzzer's options and corpus folders]`, `occ-fuzz list`, `occ-fuzz seeds FOLDER`.
///
/// libFuzzer starts itself again for some of its work; the target then comes from the environment.
@main
enum Main {
    static let targetVariable = "OCC_FUZZ_TARGET"
    /// Guard: set once before libFuzzer's only thread calls anything.
    nonisolated(unsafe) static var target = FuzzTarget.all[0]

    static func main() throws {
        var arguments = CommandLine.arguments
        if let name = ProcessInfo.processInfo.environment[targetVariable] {
            try choose(name)
        } else {
            switch arguments.dropFirst().first {
            case nil, "list": return FuzzTarget.all.forEach { print($0.name) }
            case "seeds" where arguments.count == 3: return try writeSeeds(to: arguments[2])
            case let name?:
                try choose(name)
                setenv(targetVariable, name, 1)
                arguments.remove(at: 1)
            }
        }
        var count = CInt(arguments.count)
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let status = pointers.withUnsafeMutableBufferPointer { buffer in
            var base = buffer.baseAddress
            return LLVMFuzzerRunDriver(&count, &base) { data, size in
                // A copy of exactly this size, so that AddressSanitizer sees one byte too many.
                do {
                    try Main.target.run(Array(UnsafeBufferPointer(start: data, count: size)))
                    return 0
                } catch {
                    fatalError("an error that no target expects: \(error)")
                }
            }
        }
        exit(status)
    }

    private static func choose(_ name: String) throws {
        guard let found = FuzzTarget.all.first(where: { $0.name == name }) else {
            FileHandle.standardError.write(Data("no target '\(name)'; `occ-fuzz list` names them\n".utf8))
            exit(2)
        }
        target = found
    }

    /// Writes every target's own inputs, made by this project's writers.
    private static func writeSeeds(to folder: String) throws {
        for target in FuzzTarget.all {
            let place = "\(folder)/\(target.name)"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            for (index, seed) in try target.seeds().enumerated() {
                try Data(seed).write(to: URL(fileURLWithPath: "\(place)/seed-\(index)"))
            }
        }
    }
}
