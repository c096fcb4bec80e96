internal import BinaryKernels

/// Normalises the frame's RGB pixels into the planar map that backbones read.
///
/// See `ImageNormalization` for the published quirk: planes are blue, green, red.
struct NormaliseOperation: Operation {
    private let output: FeatureMap

    init(output: FeatureMap) {
        self.output = output
    }

    var reads: [BufferID] { [] }
    var writes: [BufferID] { [output.buffer] }

    func bind(_ arena: BoundArena) throws -> BoundOperation {
        let planes = (0..<output.images).map { arena.floats(output, image: $0) }
        let (pixels, table) = (output.pixels, ImageNormalization.table)
        return { frame in
            // Segments that read images run for frames that have some.
            let images = frame.imagesRGB!
            for (image, target) in planes.enumerated() {
                occ_normalise_rgb(images + image * pixels * 3, pixels, table, target)
            }
        }
    }
}
