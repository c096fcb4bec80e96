/// Decides who gets which connection of a bounded pool.
///
/// A pure value: events in, actions out. `Connection` is whatever stands for a connection; waiters are numbers that the caller maps to whatever it resumes.
struct PoolStateMachine<Connection> {
    typealias WaiterID = UInt64

    /// What a caller that wants a connection does.
    enum AcquireAction {
        /// Use this idle connection.
        case use(Connection)
        /// Open a connection; room for it is reserved.
        case open
        /// Wait under this number.
        case wait(WaiterID)
        /// The pool is closed.
        case refuse
    }

    /// What follows from a connection coming back, or from room becoming free.
    enum ReleaseAction {
        /// Nothing.
        case none
        /// Hand this connection to the waiter.
        case give(Connection, WaiterID)
        /// Tell the waiter to open a connection; room for it is reserved.
        case letOpen(WaiterID)
        /// Close this connection.
        case close(Connection)
    }

    let maximumConnections: Int
    private(set) var isClosed = false
    /// Connections lent out, or being opened.
    private(set) var busyCount = 0
    private(set) var idle: [Connection] = []
    /// Who waits, first come first served.
    private(set) var waiters: [WaiterID] = []
    private var nextWaiter: WaiterID = 0

    init(maximumConnections: Int) {
        self.maximumConnections = max(1, maximumConnections)
    }

    mutating func acquire() -> AcquireAction {
        guard !isClosed else { return .refuse }
        // The one used last is the likeliest to be alive.
        if let connection = idle.popLast() {
            busyCount += 1
            return .use(connection)
        }
        if busyCount < maximumConnections {
            busyCount += 1
            return .open
        }
        nextWaiter += 1
        waiters.append(nextWaiter)
        return .wait(nextWaiter)
    }

    /// A lent connection comes back fit for use.
    mutating func release(_ connection: Connection) -> ReleaseAction {
        precondition(busyCount > 0, "a connection came back that was not lent")
        if isClosed {
            busyCount -= 1
            return .close(connection)
        }
        if !waiters.isEmpty { return .give(connection, waiters.removeFirst()) }
        busyCount -= 1
        idle.append(connection)
        return .none
    }

    /// A lent connection is gone, or could not be opened.
    mutating func discard() -> ReleaseAction {
        precondition(busyCount > 0, "a connection was dropped that was not lent")
        if !isClosed, !waiters.isEmpty { return .letOpen(waiters.removeFirst()) }
        busyCount -= 1
        return .none
    }

    /// A waiter gives up; false if it was served already.
    mutating func abandon(_ waiter: WaiterID) -> Bool {
        guard let position = waiters.firstIndex(of: waiter) else { return false }
        waiters.remove(at: position)
        return true
    }

    /// Refuses everybody from now on; returns what to close and whom to tell.
    mutating func close() -> (connections: [Connection], waiters: [WaiterID]) {
        isClosed = true
        defer {
            idle = []
            waiters = []
        }
        return (idle, waiters)
    }
}
