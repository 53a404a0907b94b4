import Foundation

/// Reads a chart's files from a directory.
enum ChartDirectory {
    private static let maximumFiles = 20_000
    private static let maximumBytes = 256 << 20

    static func files(in directory: String) throws(ChartError) -> [ChartFile] {
        let root = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: root, isDirectory: &isDirectory) else {
            throw ChartError("stat \(directory): no such file or directory")
        }
        guard isDirectory.boolValue else { throw ChartError("\(directory) is not a directory") }
        let rules = HelmIgnore(
            (try? Data(contentsOf: URL(fileURLWithPath: root + "/.helmignore"))).map { [UInt8]($0) } ?? [])
        var files: [ChartFile] = []
        var total = 0
        try walk(root, "", rules, root: root, depth: 0, total: &total, into: &files)
        return files
    }

    private static func walk(
        _ directory: String, _ prefix: String, _ rules: HelmIgnore, root: String, depth: Int, total: inout Int,
        into files: inout [ChartFile]
    ) throws(ChartError) {
        guard depth < 64 else { throw ChartError("directories below \(root) are nested more than 64 deep") }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw ChartError("cannot read \(directory): \(error.localizedDescription)")
        }
        for name in names.sorted(by: { $0.isLessByBytes(than: $1) }) {
            let path = directory + "/" + name
            let relative = prefix.isEmpty ? name : prefix + "/" + name
            let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            guard resolved == root || resolved.hasPrefix(root + "/") else {
                throw ChartError("\(relative) links to \(resolved), outside the chart")
            }
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: resolved, isDirectory: &isDirectory) else { continue }
            if rules.ignores(relative, isDirectory: isDirectory.boolValue) { continue }
            if isDirectory.boolValue {
                try walk(resolved, relative, rules, root: root, depth: depth + 1, total: &total, into: &files)
                continue
            }
            guard let data = FileManager.default.contents(atPath: resolved) else {
                throw ChartError("error reading \(relative)")
            }
            total += data.count
            guard total <= maximumBytes, files.count < maximumFiles else {
                throw ChartError("the chart holds more than \(maximumFiles) files or \(maximumBytes) bytes")
            }
            files.append(ChartFile(path: relative, bytes: [UInt8](data)))
        }
    }
}
