// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the product's build and tests know nothing of it.
let package = Package(
    name: "queue-load",
    dependencies: [.package(name: "occ", path: "../..")],
    targets: [
        .executableTarget(
            name: "queue-load",
            dependencies: [.product(name: "JobQueue", package: "occ")],
            swiftSettings: [
                .treatAllWarnings(as: .error),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]
        )
    ]
)
