// swift-tools-version: 6.2
import PackageDescription

/// One list of settings for every target, so that no module is held to less than the others.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

/// A library target and the targets it may see: the arrows of the architecture, in one place.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests that mirror a module.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: dependencies, swiftSettings: settings)
}

/// A C library of the distribution, found through pkg-config.
func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")

let package = Package(
    name: "boltrope",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "KubeCore", targets: ["KubeCore"]),
        .library(name: "HTTPTransport", targets: ["HTTPTransport"]),
        .library(name: "KubeClient", targets: ["KubeClient"]),
        .library(name: "KubeRuntime", targets: ["KubeRuntime"]),
        .library(name: "KubeRuntimeTesting", targets: ["KubeRuntimeTesting"]),
        .library(name: "HelmCharts", targets: ["HelmCharts"]),
        .library(name: "PKI", targets: ["PKI"]),
        .library(name: "EmbeddedCluster", targets: ["EmbeddedCluster"]),
        .executable(name: "boltrope", targets: ["boltrope"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    ],
    targets: [
        systemLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        systemLibrary("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        systemLibrary("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),

        module("KubeCore", ["CYAML", "COpenSSL"]),
        module("HTTPTransport", ["CCurl", logging]),
        module("KubeClient", ["KubeCore", "HTTPTransport", logging]),
        module("KubeRuntime", ["KubeCore", "KubeClient", logging, metrics, collections, lifecycle]),
        module(
            "KubeRuntimeTesting",
            ["KubeCore", "HTTPTransport", "KubeClient", "KubeRuntime", "EmbeddedCluster", logging]),
        module("PKI", ["KubeCore", "COpenSSL"]),
        module("HelmCharts", ["KubeCore", "HTTPTransport", "PKI", logging]),
        // Chart repositories and registries for tests, over real sockets.
        module("HelmChartsTesting", ["KubeCore", hummingbird, logging]),
        module("MeshAPI", ["KubeCore"]),
        module(
            "MeshOperator",
            [
                "KubeCore", "HTTPTransport", "KubeClient", "KubeRuntime", "HelmCharts", "PKI", "MeshAPI", logging,
                metrics,
            ]),
        module("EmbeddedCluster", ["KubeCore", hummingbird, logging, collections]),
        .executableTarget(
            name: "boltrope",
            dependencies: [
                "KubeCore", "HTTPTransport", "KubeClient", "KubeRuntime", "HelmCharts", "MeshAPI", "MeshOperator",
                "EmbeddedCluster", arguments, logging, metrics, lifecycle, hummingbird,
            ],
            swiftSettings: settings),

        // Measured by Hack/bench in release builds; no product, so that nobody ships it.
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "KubeCore", "HTTPTransport", "KubeClient", "KubeRuntime", "EmbeddedCluster", "HelmCharts",
                collections, logging,
            ],
            swiftSettings: settings),

        // Throws bad input at whatever reads bytes from outside, by Hack/fuzz; no product either.
        .executableTarget(
            name: "Fuzzing",
            dependencies: ["KubeCore", "HelmCharts", "EmbeddedCluster", arguments],
            swiftSettings: settings),

        tests("KubeCore", ["KubeCore"]),
        tests("HTTPTransport", ["HTTPTransport", "COpenSSL"]),
        tests("KubeClient", ["KubeClient"]),
        tests("KubeRuntime", ["KubeRuntime"]),
        tests("KubeRuntimeTesting", ["KubeRuntimeTesting"]),
        tests("HelmCharts", ["HelmCharts", "HelmChartsTesting"]),
        tests("PKI", ["PKI"]),
        tests("MeshAPI", ["MeshAPI"]),
        tests("MeshOperator", ["MeshOperator", "EmbeddedCluster", "KubeRuntimeTesting", "HelmChartsTesting"]),
        tests("EmbeddedCluster", ["EmbeddedCluster"]),
        tests("Fuzzing", ["Fuzzing", "KubeCore"]),
        // Drives the built command from outside, so the command must be built before it.
        tests("EndToEnd", ["KubeCore", "boltrope"]),
        tests("boltrope", ["boltrope", "KubeCore", "MeshAPI"]),
    ]
)
