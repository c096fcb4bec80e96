/// The problems of single scenes, found so far: the first few in full, all of them counted.
struct SceneProblems {
    /// How many are kept in full for an error.
    let limit: Int
    private var listed: [DatasetProblem] = []
    private var total = 0
    /// One omission for each scene with a problem, in the order in which they were found.
    private(set) var omissions: [Omission] = []
    private var omissionOfScene: [String: Int] = [:]

    /// Makes an empty list.
    init(limit: Int) { self.limit = limit }

    /// Adds a problem of a scene.
    mutating func add(_ problem: DatasetProblem, scene: String) {
        total += 1
        if listed.count < max(limit, 1) { listed.append(problem) }
        if let index = omissionOfScene[scene] {
            omissions[index].problemCount += 1
        } else {
            omissionOfScene[scene] = omissions.count
            omissions.append(Omission(scene: scene, reason: problem, problemCount: 1))
        }
    }

    /// Throws what was found, if anything was.
    func throwIfAny() throws(DatasetError) {
        if total > 0 { throw .unresolvedScenes(problems: listed, total: total) }
    }
}
