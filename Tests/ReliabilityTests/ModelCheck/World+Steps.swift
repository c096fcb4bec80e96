@testable import Worker

extension World {
    /// Everything that can happen next.
    enum Step: Hashable, Sendable {
        case time
        /// A call takes effect and is answered, or, where it has taken effect already, is answered.
        case deliver(Int)
        case fault(Fault, flight: Int)
        case crash(Int)
        case launch(Int)
        case pause(Int)
        case proceed(Int)
        case cutOff(Int)
        case reconnect(Int)
        case clockJump
        case slot(seat: Int, Int)
        /// A ghost takes effect.
        case haunt(Int)
        /// A call fails because its process is cut off or it has been slow for long enough.
        case fail(Int)
    }

    private func reaches(_ flight: Flight) -> Bool { !seats[flight.seat].isCutOff }

    private func isWaiting(_ flight: Flight) -> Bool {
        flight.state != .ghost && seats[flight.seat].process == flight.process && seats[flight.seat].shell != nil
    }

    /// Every step that is possible here.
    func steps() -> [Step] {
        var steps: [Step] = []
        var isFresh = false
        for (index, flight) in flights.enumerated() {
            let canRun = !seats[flight.seat].isPaused
            switch flight.state {
            case .fresh:
                if !reaches(flight) {
                    if canRun { steps.append(.fail(index)) }
                    continue
                }
                // A request that has left its process needs nothing of it; the answer does.
                guard canRun else {
                    steps.append(.fault(.slowReply, flight: index))
                    continue
                }
                isFresh = true
                steps.append(.deliver(index))
                guard faultsLeft > 0 else { continue }
                for fault in [Fault.refuse, .deny, .loseReply, .ghost, .slowRequest, .slowReply]
                where settings.faults.contains(fault) {
                    steps.append(.fault(fault, flight: index))
                }
            case .slow:
                if reaches(flight) && canRun { steps.append(.deliver(index)) }
                if canRun { steps.append(.fail(index)) }
            case .answered:
                if reaches(flight) && canRun { steps.append(.deliver(index)) }
                if canRun { steps.append(.fail(index)) }
            case .ghost: steps.append(.haunt(index))
            }
        }
        for (index, seat) in seats.enumerated() {
            if seat.shell == nil {
                steps.append(.launch(index))
                continue
            }
            if seat.isPaused {
                steps.append(.proceed(index))
            } else {
                for (slot, work) in seat.slots.enumerated() where work != nil { steps.append(.slot(seat: index, slot)) }
                if spends(.pause) { steps.append(.pause(index)) }
            }
            if spends(.crash) { steps.append(.crash(index)) }
            if seat.isCutOff {
                steps.append(.reconnect(index))
            } else if spends(.partition) {
                steps.append(.cutOff(index))
            }
        }
        if spends(.clockJump) { steps.append(.clockJump) }
        if !isFresh && now < settings.horizon { steps.append(.time) }
        return steps
    }

    private func spends(_ fault: Fault) -> Bool { faultsLeft > 0 && settings.faults.contains(fault) }

    /// The world after a step.
    func after(_ step: Step) -> World {
        var next = self
        next.take(step)
        next.flights = next.flights.filter(next.matters)
        // Calls of different processes have no order; Swift's sort keeps that of each.
        next.flights.sort { $0.seat < $1.seat }
        return next
    }

    /// Answers to processes that are gone are forgotten; their requests are not.
    private func matters(_ flight: Flight) -> Bool {
        if case .answered = flight.state { return isWaiting(flight) }
        return true
    }

    private mutating func take(_ step: Step) {
        switch step {
        case .time:
            now += 1
            queue.now += 1
            for seat in seats.indices where !seats[seat].isPaused { feed(.tick, to: seat) }
        case .deliver(let index):
            let flight = flights.remove(at: index)
            if case .answered(let reply) = flight.state {
                answer(reply, to: flight)
            } else {
                answer(queue.perform(flight.call), to: flight)
            }
        case .fault(let fault, let index): spoil(index, fault)
        case .haunt(let index):
            let flight = flights.remove(at: index)
            _ = queue.perform(flight.call)
        case .fail(let index):
            let flight = flights[index]
            if flight.state == .slow { flights[index].state = .ghost } else { flights.remove(at: index) }
            answer(nil, to: flight)
        case .crash(let seat):
            faultsLeft -= 1
            // What has left the process may still take effect.
            for index in flights.indices where flights[index].seat == seat {
                if case .answered = flights[index].state { continue }
                flights[index].state = .ghost
            }
            seats[seat].shell = nil
            seats[seat].isPaused = false
        case .launch(let seat): launch(seat)
        case .pause(let seat):
            faultsLeft -= 1
            seats[seat].isPaused = true
        case .proceed(let seat): seats[seat].isPaused = false
        case .cutOff(let seat):
            faultsLeft -= 1
            seats[seat].isCutOff = true
        case .reconnect(let seat): seats[seat].isCutOff = false
        case .clockJump:
            faultsLeft -= 1
            queue.now += settings.expirySeconds + 1
        case .slot(let seat, let slot): stepSlot(seat, slot)
        }
    }

    private mutating func spoil(_ index: Int, _ fault: Fault) {
        let isFree = seats[flights[index].seat].isPaused
        if !isFree { faultsLeft -= 1 }
        switch fault {
        case .refuse:
            let flight = flights.remove(at: index)
            answer(nil, to: flight)
        case .deny:
            let flight = flights.remove(at: index)
            answer(.refused, to: flight)
        case .loseReply:
            let flight = flights.remove(at: index)
            _ = queue.perform(flight.call)
            answer(nil, to: flight)
        case .ghost:
            let flight = flights[index]
            flights[index].state = .ghost
            answer(nil, to: flight)
        case .slowRequest: flights[index].state = .slow
        case .slowReply: flights[index].state = .answered(queue.perform(flights[index].call))
        default: break
        }
    }

    /// From here on nothing goes wrong any more: whether every scene is done (or put aside after three crashes) in time.
    func recovers(within units: Int) -> Bool {
        var world = self
        for seat in world.seats.indices {
            world.seats[seat].isCutOff = false
            world.seats[seat].isPaused = false
            if world.seats[seat].shell == nil { world.launch(seat) }
        }
        for _ in 0..<units {
            // Bounded: a unit of time has few calls and few samples.
            for _ in 0..<200 {
                if let index = world.flights.firstIndex(where: { $0.state != .ghost }) {
                    world.take(.deliver(index))
                } else if let seat = world.seats.firstIndex(where: { $0.slots.contains { $0 != nil } }),
                    let slot = world.seats[seat].slots.firstIndex(where: { $0 != nil })
                {
                    world.take(.slot(seat: seat, slot))
                } else {
                    break
                }
            }
            if world.queue.isFinished { return world.brokenRule(before: self) == nil }
            // Whoever left because the database refused it is started again.
            for seat in world.seats.indices where world.seats[seat].shell == nil { world.launch(seat) }
            world.take(.time)
        }
        return false
    }
}
