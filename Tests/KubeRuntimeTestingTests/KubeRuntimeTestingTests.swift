import Testing

@testable import KubeRuntimeTesting
