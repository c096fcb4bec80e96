internal import Foundation

/// A speed that swings about a mean: v(t) = mean (1 + swing sin(rate t + phase)), never negative for swing <= 1.
struct SpeedProfile: Sendable {
    /// Metres a second.
    var mean: Double
    /// Share of the mean, 0...1.
    var swing: Double = 0
    /// Radians a second.
    var rate: Double = 1
    /// Radians.
    var phase: Double = 0

    /// Metres gone since time 0 (negative before), the integral of ``speed(at:)``.
    func distance(at time: Double) -> Double {
        mean * (time + swing / rate * (cos(phase) - cos(rate * time + phase)))
    }

    /// Metres a second.
    func speed(at time: Double) -> Double {
        mean * (1 + swing * sin(rate * time + phase))
    }
}
