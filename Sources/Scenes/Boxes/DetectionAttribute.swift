/// The attributes that a box may have, one at most.
public enum DetectionAttribute: String, Codable, CaseIterable, Sendable {
    /// A pedestrian on the move.
    case pedestrianMoving = "pedestrian.moving"
    /// A pedestrian who sits or lies.
    case pedestrianSittingLyingDown = "pedestrian.sitting_lying_down"
    /// A pedestrian who stands.
    case pedestrianStanding = "pedestrian.standing"
    /// A bicycle or motorcycle with a rider.
    case cycleWithRider = "cycle.with_rider"
    /// A bicycle or motorcycle without a rider.
    case cycleWithoutRider = "cycle.without_rider"
    /// A vehicle on the move.
    case vehicleMoving = "vehicle.moving"
    /// A vehicle that is parked.
    case vehicleParked = "vehicle.parked"
    /// A vehicle that stands with its driver in it.
    case vehicleStopped = "vehicle.stopped"
}
