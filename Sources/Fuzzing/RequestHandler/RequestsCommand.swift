import ArgumentParser

/// `requests`: bad requests for the embedded API server.
struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests", abstract: "Requests to the embedded API server.")

    @OptionGroup var options: FuzzOptions

    func run() async throws {
        try await FuzzSupervisor<RequestHandlerTarget>(name: "requests", options: options).run()
    }
}
