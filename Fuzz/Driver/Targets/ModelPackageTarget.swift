@testable import OccInference

extension FuzzTarget {
    /// Model packages: as they are (first byte even), or with size and digests put right; then the network that the
    /// configuration describes.
    static let modelPackage = FuzzTarget(
        name: "model-package",
        run: { input in
            guard let first = input.first else { return }
            let body = Array(input.dropFirst())
            let bytes = first & 1 == 0 ? body : repaired(body)
            guard let package = accepted({ try ModelPackage(bytes: bytes, source: "input") }),
                let header = accepted({ try bytes.withUnsafeBytes { try PackageHeader(parsing: $0, source: "input") } })
            else { return }
            var sum: UInt32 = 0
            for tensor in header.tensors {
                let words: UnsafePointer<UInt32>? = accepted {
                    tensor.element == .words
                        ? try package.words(tensor.name, count: tensor.count)
                        : UnsafeRawPointer(try package.floats(tensor.name, count: tensor.count))
                            .assumingMemoryBound(to: UInt32.self)
                }
                guard let words else { fatalError("a tensor of the table that cannot be had") }
                for index in 0..<tensor.count { sum &+= words[index] }
            }
            if accepted({ try package.verify() }) != nil, let card = package.card {
                demand(
                    try ModelPackage(bytes: package.bytes(with: card), source: "again").card == card,
                    "a card that is read back otherwise"
                )
            }
            _ = accepted { try ModelDescription(package).text() }
            withExtendedLifetime(sum) {}
        },
        seeds: {
            try ["flashocc-r50_BDC-T", "bevdet-r50-cbgs_BDC-T"].flatMap { name in
                var builder = PackageBuilder()
                builder.add("b.weight", [1, 2, 3, 4, 5, 6], shape: [3, 2])
                builder.add("a.signs", words: [7, 8])
                let file = try builder.build(
                    PackageMetadata(
                        configuration: try ModelCatalogue.configuration(named: name),
                        weights: "made",
                        parameters: 6
                    )
                )
                return [[0] + file, [1] + file]
            }
        }
    )

    /// Cards of networks: refused, or read back as they are.
    static let card = FuzzTarget(
        name: "card",
        run: { input in
            guard let card = accepted({ try ModelCard(json: input, source: "input") }) else { return }
            demand(try ModelCard(json: card.json(), source: "again") == card, "a card that is read back otherwise")
            demand(card.lines().allSatisfy { !$0.contains("\u{1b}") }, "a card that steers a terminal")
        },
        seeds: {
            let camera = ModelCard.Camera(
                width_px: 1600,
                height_px: 900,
                focalX_px: 1266.5,
                focalY_px: 1266.5,
                aboveGround_m: 1.5,
                yaw_deg: -56
            )
            let card = ModelCard(
                title: "t",
                summary: "a\nb",
                trainedOn: "c",
                notFor: "d",
                scores: [.init(name: "mIoU", value: 32.9, on: "e")],
                rig: ["CAM_FRONT": camera]
            )
            return [try card.json()]
        }
    )

    private static func repaired(_ file: [UInt8]) -> [UInt8] {
        guard file.count >= PackageFormat.preambleBytes else { return file }
        var file = file
        func put(_ bytes: [UInt8], at offset: Int) {
            file.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
        }
        put((0..<8).map { UInt8(truncatingIfNeeded: file.count >> ($0 * 8)) }, at: 16)
        var dataStart = 0
        for index in (0..<7).reversed() { dataStart = dataStart << 8 | Int(file[56 + index]) }
        guard (PackageFormat.preambleBytes...file.count).contains(dataStart) else { return file }
        put(PackageDigest.bytes(of: file, upTo: dataStart), at: 64)
        put(PackageDigest.bytes(of: file, upTo: file.count), at: 96)
        return file
    }
}
