// swift-tools-version: 6.2
import PackageDescription

// The parsers under libFuzzer, AddressSanitizer and (for C and C++) UndefinedBehaviorSanitizer. A package of its own, so
// that the programs' package knows nothing of sanitizers; `Rooms` is a link to its sources. `ops/fuzz/run` builds and runs it.

let sanitizers = "-sanitize=fuzzer,address"
let swiftSettings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags([sanitizers, "-enable-testing"]),
]
let clang = [
    "-fsanitize=fuzzer-no-link,address,undefined", "-fno-sanitize=vptr,function", "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
]

let libraries: [Target] = [
    .systemLibrary(name: "CAffinity", path: "Rooms/CAffinity"),
    .systemLibrary(name: "CPQ", path: "Rooms/CPQ", pkgConfig: "libpq"),
    .systemLibrary(name: "CLZ4", path: "Rooms/CLZ4", pkgConfig: "liblz4"),
    .systemLibrary(name: "CZip", path: "Rooms/CZip", pkgConfig: "libzip"),
    .systemLibrary(name: "CTurboJPEG", path: "Rooms/CTurboJPEG", pkgConfig: "libturbojpeg"),
    .systemLibrary(name: "CSPNG", path: "Rooms/CSPNG", pkgConfig: "spng"),
    .systemLibrary(name: "CWebP", path: "Rooms/CWebP", pkgConfig: "libwebpmux"),
    .systemLibrary(name: "CDNNL", path: "Rooms/CDNNL"),
    .systemLibrary(name: "CZlib", path: "Rooms/CZlib", pkgConfig: "zlib"),
    .systemLibrary(name: "CZstd", path: "Rooms/CZstd", pkgConfig: "libzstd"),
    .systemLibrary(name: "CCrypto", path: "Rooms/CCrypto", pkgConfig: "libcrypto"),
]

func room(_ name: String, _ below: [String]) -> Target {
    .target(
        name: name,
        dependencies: ([
            "CAffinity", "CPQ", "CLZ4", "CZip", "CTurboJPEG", "CSPNG", "CWebP", "CDNNL", "CZlib", "CZstd", "CCrypto",
        ] + below).map {
            .byName(name: $0)
        },
        path: "Rooms/\(name)",
        swiftSettings: swiftSettings
    )
}

// The rooms that parse, from below: each may import all before it. Which of them it does, the programs' package says.
let names = [
    "SystemSupport", "LZ4Frames", "ArrayFiles", "ImageFiles", "MCAPFiles", "PostgresClient", "Scenes", "JobQueue",
    "Storage", "Datasets",
    "Evaluation", "RunContract", "Scoring", "HTTPService",
]
let rooms = names.indices.map { room(names[$0], ["BinaryKernels", "NuScenesJSON"] + names[..<$0]) }

let package = Package(
    name: "occ-fuzz",
    targets: libraries + rooms + [
        .target(name: "BinaryKernels", path: "Rooms/BinaryKernels", cSettings: [.unsafeFlags(["-O2"])]),
        .target(
            name: "NuScenesJSON",
            path: "Rooms/NuScenesJSON",
            cxxSettings: [.unsafeFlags(["-O1", "-std=c++17"] + clang)],
            linkerSettings: [.linkedLibrary("simdjson")]
        ),
        room("TensorRuntime", ["BinaryKernels"]),
        room("OccInference", ["BinaryKernels", "Scenes", "TensorRuntime"] + names[..<4]),
        .target(name: "CFuzzer", path: "CFuzzer"),
        .executableTarget(
            name: "occ-fuzz",
            dependencies: (["CFuzzer", "NuScenesJSON", "OccInference"] + names).map { .byName(name: $0) },
            path: "Driver",
            swiftSettings: swiftSettings,
            linkerSettings: [.unsafeFlags([sanitizers, "-use-ld=lld"])]
        ),
    ]
)
