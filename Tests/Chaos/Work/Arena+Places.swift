extension Arena {
    /// Where the standing workers live: one place for each way to the database that this machine allows.
    func places() -> [WorkerPlace] {
        var places = [socketPlace]
        places.append(WorkerPlace(name: "proxy", url: cluster.url(host: "127.0.0.1", port: proxy.port)))
        if let pooler {
            places.append(WorkerPlace(name: "pooler", url: cluster.url(host: "127.0.0.1", port: pooler.port)))
        }
        if let island {
            var place = WorkerPlace(name: "island", url: cluster.url(host: island.hostAddress), prefix: island.prefix)
            place.slots = 2
            // Wrong clocks meet every other fault here.
            if let clockLibrary { place.environment = WrongClock.environment(clockLibrary, seconds: -3600) }
            places.append(place)
        }
        return places
    }

    var socketPlace: WorkerPlace { WorkerPlace(name: "socket", url: cluster.socketURL) }

    /// The seat of a kind of place.
    func seat(_ name: String) throws -> Fleet.Seat {
        guard let seat = fleet.seats.first(where: { $0.place.name == name }) else { throw ChaosFailure("no \(name)") }
        return seat
    }
}
