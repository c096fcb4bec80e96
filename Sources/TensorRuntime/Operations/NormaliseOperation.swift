internal import BinaryKernels

/// Looks up the RGB pixels of pictures in a table, into a planar tensor whose planes are blue, green, red.
struct NormaliseOperation: Operation, PreparedOperation {
    let pictures: InputSlot<UnsafePointer<UInt8>>
    /// `[3, 256]`: plane, byte.
    let table: [Float]
    let output: Tensor

    var reads: [Tensor] { [] }
    var writes: [Tensor] { [output] }
    var inputs: [InputID] { [pictures.id] }

    func bind(_ memory: BoundMemory) throws -> BoundStep {
        let planes = (0..<output.images).map { memory.floats(output, image: $0) }
        let (pixels, table, pictures) = (output.pixels, table, pictures)
        return { inputs in
            let rgb = inputs.value(pictures)
            for (image, target) in planes.enumerated() {
                occ_normalise_rgb(rgb + image * pixels * 3, pixels, table, target)
            }
        }
    }
}

extension ProgramBuilder {
    /// Normalises pictures, `[images, height, width, 3]` bytes, into a planar tensor of blue, green and red planes.
    ///
    /// - Parameter table: `[3, 256]`: plane, byte.
    public func normalise(
        _ pictures: InputSlot<UnsafePointer<UInt8>>,
        table: [Float],
        images: Int,
        height: Int,
        width: Int
    ) -> Tensor {
        precondition(table.count == 3 * 256)
        let output = tensor(images: images, height: height, width: width, channels: 3, layout: .planar)
        append(NormaliseOperation(pictures: pictures, table: table, output: output))
        return output
    }
}
