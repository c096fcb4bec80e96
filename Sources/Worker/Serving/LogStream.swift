internal import CommandSupport

/// Where swift-log's lines go: to standard error by way of its writer, so that whoever logs waits for nobody.
struct LogStream: TextOutputStream, Sendable {
    func write(_ string: String) { LineWriter.standardError.write(Secrets.withoutAddresses(string)) }
}
