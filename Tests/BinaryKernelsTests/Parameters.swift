import BinaryKernels
import TestSupport

/// An epilogue whose arrays stand in guarded memory.
struct Parameters {
    let alpha: GuardedBuffer<Float>
    let beta: GuardedBuffer<Float>
    let shiftIn: GuardedBuffer<Float>
    let slope: GuardedBuffer<Float>
    let shiftOut: GuardedBuffer<Float>
    let rprelu: Bool

    init(channels: Int, rprelu: Bool, generator: inout SeededGenerator) {
        alpha = GuardedBuffer(generator.values(channels))
        beta = GuardedBuffer(generator.values(channels))
        shiftIn = GuardedBuffer(generator.values(channels))
        slope = GuardedBuffer(generator.values(channels))
        shiftOut = GuardedBuffer(generator.values(channels))
        self.rprelu = rprelu
    }

    var epilogue: occ_epilogue {
        occ_epilogue(
            alpha: alpha.base,
            beta: beta.base,
            shift_in: rprelu ? UnsafePointer(shiftIn.base) : nil,
            slope: rprelu ? UnsafePointer(slope.base) : nil,
            shift_out: rprelu ? UnsafePointer(shiftOut.base) : nil
        )
    }

    /// The documented formula for one value.
    func apply(_ sum: Float, channel c: Int) -> Float {
        let y = beta.base[c].addingProduct(sum, alpha.base[c])
        return rprelu ? activate(y, channel: c) : y
    }

    func activate(_ y: Float, channel c: Int) -> Float {
        let t = y + shiftIn.base[c]
        return (t > 0 ? t : slope.base[c] * t) + shiftOut.base[c]
    }
}

/// sign(0) = 0, as `torch.sign`.
func sign(_ value: Float) -> Int {
    value > 0 ? 1 : value < 0 ? -1 : 0
}
