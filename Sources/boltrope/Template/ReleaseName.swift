import HelmCharts
import KubeCore

/// Names of releases: what they may be, and how a template makes one.
enum ReleaseName {
    private static let pattern = #"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"#

    /// - Throws: for what Helm would not take, in its words.
    static func check(_ name: String) throws {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        let isValid =
            name.utf8.count <= 53
            && labels.allSatisfy { label in
                func isEnd(_ byte: UInt8?) -> Bool {
                    byte.map { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) } ?? false
                }
                return isEnd(label.utf8.first) && isEnd(label.utf8.last)
                    && label.utf8.allSatisfy { isEnd($0) || $0 == UInt8(ascii: "-") }
            }
        guard isValid else {
            throw CommandFailure(
                "release name check failed: release name \"\(name)\": invalid release name, must match "
                    + "regex \(pattern) and the length must not be longer than 53")
        }
    }

    /// The name that a template makes (`--name-template`), with the functions that charts have.
    static func made(from template: String) throws -> String {
        let chart = try Chart.load(files: [
            "Chart.yaml": Array("apiVersion: v2\nname: name\nversion: 0.0.0\n".utf8),
            "templates/name.txt": Array(template.utf8),
        ])
        let rendered = try ChartRenderer().render(
            chart, values: ChartValues(), release: Release(name: "release-name", namespace: "default"),
            capabilities: Capabilities())
        return rendered.files.first?.text ?? ""
    }
}
