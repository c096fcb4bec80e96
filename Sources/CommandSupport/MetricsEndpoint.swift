internal import HTTPService
public import Monitoring

/// `/metrics` over HTTP, as both programs serve it.
public struct MetricsEndpoint: Sendable {
    private let listener: HTTPListener

    /// Takes the port; nothing is answered until `start`.
    ///
    /// - Parameters:
    ///   - text: `HOST:PORT`.
    ///   - option: the option that gave it.
    /// - Throws: `CommandFailure`: `configuration` for what is no address, `environment` for a port that cannot be had.
    public init(_ text: String, option: String) throws(CommandFailure) {
        do {
            let address = try ListenAddress(text)
            listener = try HTTPListener(address)
        } catch let flaw as ListenAddress.Flaw {
            throw CommandFailure(.configuration, "\(option): \(flaw)")
        } catch {
            throw CommandFailure(.environment, "\(option): \(error)")
        }
    }

    /// What people are told of it: where it is, and who may read it.
    public var announcement: String {
        let place = "metrics: http://\(listener.address)/metrics"
        return listener.address.isLoopback
            ? place : place + ", for everybody who reaches this address; they name runs and ask for no password"
    }

    /// Begins to answer.
    ///
    /// - Parameter families: makes the figures; called on the listener's thread, one call at a time.
    public func start(_ families: @escaping @Sendable () -> [MetricFamily]) {
        listener.start { Self.answer(to: $0, families) }
    }

    /// Stops listening within a second.
    public func stop() { listener.stop() }

    /// The answer to a request.
    static func answer(to request: RequestHead, _ families: () -> [MetricFamily]) -> HTTPAnswer {
        guard ["/", "/metrics"].contains(request.path) else { return HTTPAnswer(404) }
        guard ["GET", "HEAD"].contains(request.method) else { return HTTPAnswer(405, allowedMethods: "GET, HEAD") }
        guard request.path == "/metrics" else { return HTTPAnswer(200, text: "metrics are at /metrics") }
        return HTTPAnswer(200, contentType: Exposition.contentType, body: Array(Exposition.text(families()).utf8))
    }
}
