// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Kernels are worth -O3 even in a debug build, where SwiftPM compiles C at -O0.
let cSettings: [CSetting] = [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror", "-fno-math-errno"])]
let cxxSettings: [CXXSetting] = [.unsafeFlags(["-O3", "-std=c++17", "-Wall", "-Wextra", "-Werror"])]

func room(_ name: String, _ dependencies: [Target.Dependency], optimised: Bool = false) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        swiftSettings: swiftSettings + (optimised ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : [])
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies,
        path: "Tests/\(name)",
        exclude: exclude,
        swiftSettings: swiftSettings
    )
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "occ",
    products: [
        .executable(name: "occ-scheduler", targets: ["Scheduler"]),
        .executable(name: "occ-worker", targets: ["Worker"]),
        // For the load generator in Benchmarks/queue.
        .library(name: "JobQueue", targets: ["JobQueue", "PostgresClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // System libraries.
        .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
        .systemLibrary(name: "CDNNL", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

        // Foundations: one subject each, over one system library each.
        .target(name: "BinaryKernels", cSettings: cSettings),
        .target(
            name: "NuScenesJSON",
            cxxSettings: cxxSettings,
            linkerSettings: [.linkedLibrary("simdjson")]
        ),
        room("SystemSupport", ["CCrypto"]),
        room("LZ4Frames", ["CLZ4"]),
        room("ArrayFiles", ["CZip", "SystemSupport"]),
        room("ImageFiles", ["CTurboJPEG", "CSPNG"]),
        room("PostgresClient", ["CPQ"]),

        // What networks run on; it knows none of them.
        room("TensorRuntime", ["BinaryKernels", "CDNNL"]),

        // The four subjects; none imports another.
        room("OccInference", ["ArrayFiles", "BinaryKernels", "ImageFiles", "SystemSupport", "TensorRuntime"]),
        room("JobQueue", ["PostgresClient"]),
        room("Storage", ["ArrayFiles", "LZ4Frames", "SystemSupport"]),
        room("Datasets", ["ArrayFiles", "ImageFiles", "NuScenesJSON", "SystemSupport"]),

        // What stands on their values.
        // Rendering without optimisation takes minutes a sample.
        room("SyntheticWorld", ["ArrayFiles", "ImageFiles", "SystemSupport"], optimised: true),
        room("Evaluation", ["ArrayFiles", "SystemSupport"]),
        room("Reporting", ["ImageFiles", "SystemSupport"]),

        // What scheduler and workers agree on, and what their command lines share.
        room("Runs", ["ArrayFiles", "Datasets", "Evaluation", "JobQueue", "LZ4Frames", "Storage", "SystemSupport"]),
        room(
            "CommandSupport",
            [
                "Datasets", "JobQueue", "OccInference", "PostgresClient", "Runs", "Storage", "SystemSupport",
                argumentParser,
            ]
        ),

        // Executables.
        .executableTarget(
            name: "Worker",
            dependencies: [
                "ArrayFiles", "CommandSupport", "Datasets", "Evaluation", "ImageFiles", "JobQueue", "OccInference",
                "PostgresClient",
                "Runs", "Storage", "SystemSupport", argumentParser, logging,
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "Scheduler",
            dependencies: [
                "ArrayFiles", "CommandSupport", "Datasets", "Evaluation", "ImageFiles", "JobQueue", "OccInference",
                "PostgresClient",
                "Reporting", "Runs", "Storage", "SyntheticWorld", "SystemSupport", argumentParser,
            ],
            swiftSettings: swiftSettings
        ),

        // Faults injected into real processes: `make chaos`, and a short form in `make test`.
        .executableTarget(
            name: "Chaos",
            dependencies: [
                "ArrayFiles", "ImageFiles", "OccInference", "PostgresClient", "Storage", "SystemSupport",
                argumentParser,
            ],
            path: "Tests/Chaos",
            swiftSettings: swiftSettings + [.defaultIsolation(MainActor.self)]
        ),

        // Tests, one target a room; golden files are found beside the sources, so they are no resources.
        tests("SystemSupportTests", ["SystemSupport"]),
        tests("BinaryKernelsTests", ["BinaryKernels"]),
        tests("LZ4FramesTests", ["LZ4Frames", "CLZ4"]),
        tests("ArrayFilesTests", ["ArrayFiles", "SystemSupport"]),
        tests("ImageFilesTests", ["ImageFiles", "SystemSupport"]),
        tests("PostgresClientTests", ["PostgresClient"]),
        tests("JobQueueTests", ["JobQueue", "PostgresClient"]),
        .target(
            name: "SimulatedFiles",
            dependencies: ["Storage", "SystemSupport"],
            path: "Tests/SimulatedFiles",
            swiftSettings: swiftSettings
        ),
        tests(
            "StorageTests",
            ["Storage", "LZ4Frames", "ArrayFiles", "SimulatedFiles", "SystemSupport"],
            exclude: ["Goldens"]
        ),
        tests("DatasetsTests", ["Datasets", "NuScenesJSON", "ArrayFiles", "ImageFiles"]),
        tests("TensorRuntimeTests", ["TensorRuntime"]),
        .target(
            name: "FormulaInputs",
            dependencies: ["OccInference"],
            path: "Tests/FormulaInputs",
            swiftSettings: swiftSettings
        ),
        tests("PreprocessingTests", ["OccInference", "ArrayFiles", "FormulaInputs", "ImageFiles", "SystemSupport"]),
        tests(
            "OccInferenceTests",
            ["OccInference", "ArrayFiles", "BinaryKernels", "FormulaInputs", "SystemSupport", "TensorRuntime"],
            exclude: ["Goldens"]
        ),
        tests("EvaluationTests", ["Evaluation", "ArrayFiles", "SystemSupport"]),
        tests("DetectionEvaluationTests", ["Datasets", "Evaluation", "SystemSupport"], exclude: ["Goldens"]),
        tests("RayIoUTests", ["Evaluation", "ArrayFiles"], exclude: ["Goldens"]),
        tests("ReportingTests", ["Reporting", "ImageFiles"]),
        tests("SyntheticWorldTests", ["SyntheticWorld", "ArrayFiles", "ImageFiles", "SystemSupport"]),
        tests("RunsTests", ["Runs", "ArrayFiles", "Datasets", "Evaluation", "JobQueue", "Storage"]),
        tests(
            "WorkerTests",
            [
                "Worker", "ArrayFiles", "CommandSupport", "Datasets", "Evaluation", "JobQueue", "LZ4Frames",
                "OccInference",
                "PostgresClient", "Runs", "Storage", "SystemSupport", logging,
            ]
        ),
        tests(
            "ReliabilityTests",
            ["ArrayFiles", "JobQueue", "PostgresClient", "SimulatedFiles", "Storage", "Worker"]
        ),
        tests(
            "SchedulerTests",
            [
                "ArrayFiles", "CommandSupport", "Datasets", "Evaluation", "JobQueue", "Runs", "Scheduler", "Storage",
                argumentParser,
            ]
        ),
        tests("EndToEndTests", ["Storage", "ArrayFiles", "OccInference", "PostgresClient", "Scheduler", "Worker"]),
    ]
)
