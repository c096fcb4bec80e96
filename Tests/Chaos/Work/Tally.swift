/// What the suite counts.
struct Tally {
    var faults: [String: Int] = [:]
    /// Seconds from the end of a fault to the next accepted scene.
    var recoveries: [Double] = []
    /// Seconds from a worker's SIGKILL to the next claim of its scene, with the product's default lease.
    var reclaims: [Double] = []
    var auditedRuns = 0
    var auditedScenes = 0
    var auditedSamples = 0
    var lostScenes = 0
    var acceptedTwice = 0
    var differences = 0
    /// Scenes that an operator had to put back because faults had killed three of their workers.
    var retriedScenes = 0
    var repeatedSubmissions = 0
    var rewrittenManifests = 0

    var faultCount: Int { faults.values.reduce(0, +) }

    mutating func note(_ kind: String) {
        faults[kind, default: 0] += 1
    }
}
