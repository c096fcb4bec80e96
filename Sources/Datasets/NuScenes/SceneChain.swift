/// Follows a scene's samples from the first to the last.
enum SceneChain {
    /// The scene's samples in order, as indices of `SampleTable.rows`, or what is wrong with the chain.
    static func walk(
        scene index: Int,
        scenes: SceneTable,
        samples: SampleTable
    ) -> Result<[Int], DatasetProblem> {
        let scene = scenes.rows[index]
        let expected = samples.countOfScene[index]
        func problem(_ kind: DatasetProblem.Kind, at row: SampleTable.Row?, _ found: String) -> DatasetProblem {
            DatasetProblem(
                kind,
                file: row == nil ? scenes.file : samples.file,
                row: (row?.place ?? scene.place).row,
                token: (row?.token ?? scene.token).description,
                byteOffset: (row?.place ?? scene.place).byteOffset,
                scene: scene.name,
                found: found,
                advice: "the tables of this scene do not fit together: download or export them again"
            )
        }
        var chain: [Int] = []
        var visited: Set<Int> = []
        var token = scene.firstSample
        var last: SampleTable.Row?
        while !token.isEmpty {
            guard let at = samples.indices[token] else {
                let field = last == nil ? "first_sample_token" : "next"
                return .failure(problem(.danglingToken, at: last, "\(field) \"\(token)\" is not in sample.json"))
            }
            let row = samples.rows[at]
            guard row.scene == index else {
                return .failure(
                    problem(.brokenChain, at: row, "the sample is on the chain of a scene that it does not belong to")
                )
            }
            guard visited.insert(at).inserted else {
                return .failure(
                    problem(.cyclicChain, at: last, "next leads back to \(token): the chain runs in a circle")
                )
            }
            guard row.previous == last?.token ?? .text("") else {
                let wanted = last.map { "\($0.token)" } ?? ""
                return .failure(
                    problem(
                        .brokenChain,
                        at: row,
                        "prev is \"\(row.previous)\" where the chain came from \"\(wanted)\""
                    )
                )
            }
            chain.append(at)
            last = row
            token = row.next
        }
        guard let last else { return .failure(problem(.brokenChain, at: nil, "the scene has no first sample")) }
        guard chain.count == expected else {
            let found =
                "the scene's chain has \(chain.count) samples, but \(expected) rows of sample.json name the scene"
            return .failure(problem(.brokenChain, at: nil, found))
        }
        guard last.token == scene.lastSample else {
            let found = "the chain ends at \(last.token), not at last_sample_token \"\(scene.lastSample)\""
            return .failure(problem(.brokenChain, at: nil, found))
        }
        guard chain.count == scene.sampleCount else {
            let found = "nbr_samples is \(scene.sampleCount), but the chain has \(chain.count) samples"
            return .failure(problem(.brokenChain, at: nil, found))
        }
        return .success(chain)
    }
}
