import ArgumentParser

/// Flags of `helm template` that rendering does not depend on, so that command lines can be taken over as they are; and
/// those whose effect would be missed, which are refused.
struct AcceptedTemplateOptions: ParsableArguments {
    @Flag(help: .hidden) var createNamespace = false
    @Option(help: .hidden) var description: String?
    @Flag(help: .hidden) var disableOpenapiValidation = false
    @Flag(help: .hidden) var enableDns = false
    @Flag(help: .hidden) var forceConflicts = false
    @Flag(help: .hidden) var forceReplace = false
    @Option(name: .shortAndLong, parsing: .singleValue, help: .hidden) var labels: [String] = []
    @Flag(help: .hidden) var replace = false
    @Flag(name: [.long, .customLong("atomic")], help: .hidden) var rollbackOnFailure = false
    @Flag(help: .hidden) var serverSide = false
    @Flag(help: .hidden) var takeOwnership = false
    @Option(help: .hidden) var timeout: String?
    @Flag(help: .hidden) var wait = false
    @Flag(help: .hidden) var waitForJobs = false
    @Flag(help: .hidden) var debug = false
    @Option(help: "How to simulate: only client, without a cluster.") var dryRun = "client"

    @Flag(help: .hidden) var validate = false
    @Flag(help: .hidden) var verify = false
    @Option(help: .hidden) var keyring: String?
    @Option(parsing: .singleValue, help: .hidden) var postRenderer: [String] = []
    @Option(parsing: .singleValue, help: .hidden) var postRendererArgs: [String] = []

    /// - Throws: where leaving a flag without effect would give another result than was asked for.
    func refuseUnsupported() throws {
        guard ["client", "server", "none", "true", "false", "unset"].contains(dryRun) else {
            throw CommandFailure(
                "invalid dry-run value (\"\(dryRun)\"). Must be \"none\", \"server\", or \"client\"")
        }
        if dryRun == "server" || validate {
            throw CommandFailure(
                "--\(validate ? "validate" : "dry-run=server") is not supported: rendering asks no cluster; "
                    + "validate its output with kubectl apply --dry-run=server")
        }
        if !postRenderer.isEmpty || !postRendererArgs.isEmpty {
            throw CommandFailure(
                "--post-renderer is not supported: no other program is run; pipe the output into it")
        }
        if verify {
            throw CommandFailure(
                "--verify is not supported: provenance files are OpenPGP signatures, which cannot be checked "
                    + "here; pin the chart by its digest instead (oci://HOST/PATH@sha256:…)")
        }
    }
}
