/// The exponential function in single precision, rounded as PyTorch's CPU kernels round it.
///
/// Source: `expf` with an error of at most 1.0 ulp in SLEEF, which those kernels call. Depths of growing bins go through it, and where
/// two frames are the same their last bit decides on which side of a pixel a sampling place falls.
enum TorchExponential {
    private static let coefficients: [Float] = [
        0.00139304355252534151, 0.00833336077630519867, 0.0416664853692054749, 0.166666671633720398, 0.5,
    ]

    /// `exp(x)`, for magnitudes below 80.
    static func exp(_ x: Float) -> Float {
        let power = (x * 1.44269504088896340736).rounded(.toNearestOrEven)
        var rest = x.addingProduct(power, -0.693145751953125)
        rest = rest.addingProduct(power, -1.428606765330187045e-06)
        var sum: Float = 0.000198527617612853646
        for coefficient in coefficients { sum = coefficient.addingProduct(sum, rest) }
        sum = 1 + rest.addingProduct(rest * rest, sum)
        return sum * Float(sign: .plus, exponent: Int(power), significand: 1)
    }
}
