import Foundation

/// The files of `--output-dir`: one for each template, its documents one after another.
struct OutputFiles {
    let directory: String
    /// What to print: a line for each document.
    private(set) var report = ""
    private var written: Set<String> = []

    init(directory: String) { self.directory = directory }

    /// Adds a document to its template's file, which is begun anew with the first.
    mutating func write(_ text: String, of template: String) throws {
        guard !template.split(separator: "/").contains("..") else {
            throw CommandFailure("\(template) leads out of \(directory)")
        }
        let path = "\(directory)/\(template)"
        let data = Data("---\n# Source: \(template)\n\(text)\n".utf8)
        let url = URL(fileURLWithPath: path)
        if written.insert(path).inserted {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try data.write(to: url)
        } else {
            let file = try FileHandle(forWritingTo: url)
            try file.seekToEnd()
            try file.write(contentsOf: data)
            try file.close()
        }
        report += "wrote \(path)\n"
    }
}
